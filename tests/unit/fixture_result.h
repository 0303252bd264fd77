/* SPDX-License-Identifier: MIT */
#ifndef FIXTURE_RESULT_H
#define FIXTURE_RESULT_H
/* A result drawn up by hand, for the tests of tables and report: a woman with her own mother's
   cells, a son, a lost pregnancy and a daughter. No engine has made it and no number in it means
   anything. */
#include "run/result.h"

enum fixture_size {
    FIXTURE_SMALL, /* 3 organs, 8 times: for files that are kept whole in tests/golden */
    FIXTURE_FULL   /* 45 organs, 110 times, 3 bodies */
};
/* `niche`: 0 additive, 1 displacement, 2 rejection. NULL if out of memory. */
mtl_result *fixture_result(enum fixture_size size, int niche);
void fixture_result_free(mtl_result *r);

#endif
