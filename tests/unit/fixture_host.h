/* SPDX-License-Identifier: MIT */
#ifndef FIXTURE_HOST_H
#define FIXTURE_HOST_H
/* What happened to the host, added by hand to a result of fixture_result.h: an infarct and the scar
   of a caesarean, tolerance and response to two children, a disease, a given diagnosis, relapses, a
   tumour. No engine has made it and no number in it means anything. */
#include "fixture_result.h"

/* repair: 0 bystander, 1 benefit, 2 harm. Everything lives in the result's arena. */
void fixture_add_host(mtl_result *r, int repair);

#endif
