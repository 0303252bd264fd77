/* SPDX-License-Identifier: MIT */
/* Dormand & Prince's pair of order 5(4) (J. Comput. Appl. Math. 6:19, 1980) with step control per
   component: each must keep its own relative error, down to 1e-9 of the largest of its block. */
#include "process/ode.h"

#include <math.h>

static const double A[7][6] = {
    {0},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
};
static const double C[7] = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
static const double E[7] = {71.0 / 57600,      0,          -71.0 / 16695, 71.0 / 1920,
                            -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

static void stages(mtl__ode *o, double t, double h, const double *y)
{
    for (int s = 1; s < 7; s++) {
        for (int i = 0; i < o->n; i++) {
            double sum = 0;
            for (int j = 0; j < s; j++)
                sum += A[s][j] * o->k[j][i];
            o->ynew[i] = y[i] + h * sum;
        }
        o->rhs(o->ctx, t + C[s] * h, o->ynew, o->k[s]);
    }
}

static double error_of_step(const mtl__ode *o, double h, const double *y)
{
    double worst = 0;
    for (int b = 0; b < o->n_blocks; b++) {
        double top = 0;
        for (int i = o->block[b]; i < o->block[b + 1]; i++)
            top = mtl__max(top, mtl__max(fabs(y[i]), fabs(o->ynew[i])));
        for (int i = o->block[b]; i < o->block[b + 1]; i++)
            if (!(fabs(o->ynew[i]) < 1e200))
                return NAN;
        for (int i = o->block[b]; i < o->block[b + 1]; i++) {
            double e = 0;
            for (int s = 0; s < 7; s++)
                e += E[s] * o->k[s][i];
            const double size = mtl__max(fabs(y[i]), fabs(o->ynew[i])) + 1e-9 * top + 1e-290;
            e = fabs(h * e) / (o->rtol * size);
            if (!(e <= worst))
                worst = e;
        }
    }
    return worst;
}

/* Factor on the step: safety x error^(-1/5), within bounds; sqrt twice and a Newton step would do,
   but a small table of powers is enough for a controller. */
static double next_factor(double error)
{
    if (!(error > 1e-5))
        return 5;
    double f = 1, e = error; /* error^(-1/5) by bisection on f: f^5 error = 1 */
    double lo = 0.05, hi = 10;
    for (int i = 0; i < 30; i++) {
        f = 0.5 * (lo + hi);
        if (f * f * f * f * f * e > 1)
            hi = f;
        else
            lo = f;
    }
    f *= 0.9;
    return f < 0.2 ? 0.2 : f > 5 ? 5 : f;
}

int mtl__ode_run(mtl__ode *o, double t0, double t1, double *y, mtl_error *err)
{
    double t = t0;
    bool fresh = true;
    while (t < t1) {
        if (fresh)
            o->rhs(o->ctx, t, y, o->k[0]);
        fresh = false;
        double h = mtl__min(o->h, o->h_max);
        bool last = false;
        if (t + h >= t1 || t1 - (t + h) < 1e-3 * h) {
            h = t1 - t;
            last = true;
        }
        stages(o, t, h, y);
        const double e = error_of_step(o, h, y);
        if (++o->steps > o->max_steps || !isfinite(e) || !(t + h > t))
            return mtl__fail(
                err, !isfinite(e) ? MTL_ERR_EXPLODES : MTL_ERR_LIMIT, NULL,
                !isfinite(e) ? "the expected numbers grow without bound (day %.6g)"
                             : "the analytic solver needs too many steps (stopped at day %.6g): "
                               "a rate is much faster than the time asked for",
                t);
        const double f = next_factor(e);
        if (e > 1) {
            o->h = h * (f < 1 ? f : 0.5);
            continue;
        }
        if (o->stepped)
            o->stepped(o->ctx, t, t + h, y, o->ynew, o->k[0], o->k[6]);
        t = last ? t1 : t + h;
        double *swap = o->k[0];
        o->k[0] = o->k[6];
        o->k[6] = swap;
        for (int i = 0; i < o->n; i++)
            y[i] = o->ynew[i];
        if (!last || f < 1)
            o->h = h * f;
    }
    return 0;
}
