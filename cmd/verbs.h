/* SPDX-License-Identifier: MIT */
#ifndef CMD_VERBS_H
#define CMD_VERBS_H
/* One file cmd_<verb>.c each. */
#include "options.h"

extern const struct opt run_opts[], check_opts[], why_opts[], params_opts[], switches_opts[],
    targets_opts[];
int cmd_run(const struct options *o, const struct verb *v);
int cmd_check(const struct options *o, const struct verb *v);
int cmd_why(const struct options *o, const struct verb *v);
int cmd_params(const struct options *o, const struct verb *v);
int cmd_switches(const struct options *o, const struct verb *v);
int cmd_targets(const struct options *o, const struct verb *v);

#endif
