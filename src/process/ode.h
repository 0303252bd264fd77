/* SPDX-License-Identifier: MIT */
#ifndef MTL_PROCESS_ODE_H
#define MTL_PROCESS_ODE_H
/* Inside process/: one adaptive Runge-Kutta stepper for the analytic solver. */
#include "base/base.h"

typedef struct mtl__ode {
    int n;            /* size of y */
    const int *block; /* block[k] .. block[k+1]: parts of y whose size is judged together */
    int n_blocks;
    void (*rhs)(void *ctx, double t, const double *y, double *dy);
    /* called after each accepted step from t0 to t1 with the derivatives at both ends; NULL allowed
     */
    void (*stepped)(void *ctx, double t0, double t1, const double *y0, const double *y1,
                    const double *dy0, const double *dy1);
    void *ctx;
    double rtol;
    double h; /* step to try; kept between calls */
    double h_max;
    long steps, max_steps;
    double *k[7], *ynew, *scale; /* n each */
} mtl__ode;
/* y from t0 to t1 (either direction is not needed: t1 >= t0). */
int mtl__ode_run(mtl__ode *o, double t0, double t1, double *y, mtl_error *err);
#endif
