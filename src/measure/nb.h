/* SPDX-License-Identifier: MIT */
#ifndef MTL_NB_H
#define MTL_NB_H
/* Counts of a table of subjects: negative-binomial regression. */
#include "base/base.h"

enum { MTL__NB_MAX = 9 }; /* coefficients, the intercept among them */
typedef struct mtl__nb {
    int n, n_coefficients; /* [0] is the intercept: log of counts per gEq */
    double coefficient[MTL__NB_MAX], error[MTL__NB_MAX];
    double ratio[MTL__NB_MAX], low[MTL__NB_MAX], high[MTL__NB_MAX]; /* rate ratios */
    double p[MTL__NB_MAX];                                          /* two-sided, Wald */
    double dispersion; /* alpha: variance = mean + alpha mean^2; 0 = Poisson */
    double loglik;
    bool no_end; /* a group without any count: its coefficient runs off, intervals mean nothing */
} mtl__nb;
/* Regression of counts (>= 0; broken numbers are taken as they are) on covariates x [n *
   n_covariates] with offset log(geq), geq > 0: which subjects have more per genome tested. */
int mtl__nb_rate_ratio(mtl__nb *out, int n, const double *count, const double *geq,
                       int n_covariates, const double *x, double level, mtl_error *err);

#endif
