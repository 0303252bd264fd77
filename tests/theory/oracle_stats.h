/* SPDX-License-Identifier: MIT */
#ifndef MTL_TESTS_ORACLE_STATS_H
#define MTL_TESTS_ORACLE_STATS_H
/* Comparison of draws with a law that is known. Every check prints what it compares and returns 1
   if the draws refute the law, else 0, so that a test adds up its failures and shows all of them.

   Levels. z is a standard normal deviate; a program of m checks at |z| <= 6.5 (two-sided 8e-11
   each) keeps a family-wise false-alarm level below m x 1e-10; the wide margin is for skewed laws,
   whose mean of n draws is not yet normal that far out. Tests of fit by chi-square have level 1e-9
   each. So a program of up to 500 checks stays below 1e-6. Seeds are fixed: a check that passes
   once passes always. */
#include <stdint.h>

#define Z_LIMIT 6.5
#define P_LIMIT 1e-9

/* Mean of x[0..n) against `mean`, with the spread of x. */
int refutes_mean(const char *what, const double *x, int n, double mean);
/* Variance of x[0..n) against `variance`, with the fourth moment of x. */
int refutes_variance(const char *what, const double *x, int n, double variance);
/* k of n against probability p. */
int refutes_share(const char *what, int64_t k, int64_t n, double p);
/* Mean of x against mean of y, two independent sets of draws. */
int refutes_equal(const char *what, const double *x, const double *y, int n);
/* Chi-square of whole numbers x[0..n) against pmf[0..m) (what is missing from 1 is above m - 1).
   Cells are pooled until each expects 8 or more. */
int refutes_law(const char *what, const double *x, int n, const double *pmf, int m);
/* |got - want| <= rtol |want| + atol. */
int refutes_value(const char *what, double got, double want, double rtol, double atol);

#endif
