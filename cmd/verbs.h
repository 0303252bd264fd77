/* SPDX-License-Identifier: MIT */
#ifndef CMD_VERBS_H
#define CMD_VERBS_H
/* One file cmd_<verb>.c each. */
#include "options.h"

extern const struct opt run_opts[], check_opts[], why_opts[], params_opts[], switches_opts[],
    targets_opts[], fit_opts[], markers_opts[];
extern const struct opt claims_opts[];
int cmd_claims(const struct options *o, const struct verb *v);
extern const struct opt family_opts[];
int cmd_family(const struct options *o, const struct verb *v);
int cmd_run(const struct options *o, const struct verb *v);
int cmd_check(const struct options *o, const struct verb *v);
int cmd_why(const struct options *o, const struct verb *v);
int cmd_params(const struct options *o, const struct verb *v);
/* The tornado of params --matter. */
int params_matter(const struct options *o);
int cmd_switches(const struct options *o, const struct verb *v);
int cmd_targets(const struct options *o, const struct verb *v);
int cmd_fit(const struct options *o, const struct verb *v);
/* The folder of targets that was named, or that lies beside the model. */
void targets_folder(const struct options *o, const mtl_model *m, char *dir, size_t size);
int cmd_markers(const struct options *o, const struct verb *v);
extern const struct opt quantify_opts[];
int cmd_quantify(const struct options *o, const struct verb *v);
extern const struct opt compare_opts[];
int cmd_compare(const struct options *o, const struct verb *v);
extern const struct opt mix_opts[];
int cmd_mix(const struct options *o, const struct verb *v);

#endif
