/* SPDX-License-Identifier: MIT */
#ifndef NEAR_H
#define NEAR_H
/* Numbers that should be equal but for rounding. Include after cmocka. */
#include <math.h>

/* |got - want| <= rtol |want| + atol, or the test fails. */
static inline void near(double got, double want, double rtol, double atol)
{
    if (!(fabs(got - want) <= rtol * fabs(want) + atol))
        fail_msg("got %.17g, want %.17g", got, want);
}

#endif
