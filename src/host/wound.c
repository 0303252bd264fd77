/* SPDX-License-Identifier: MIT */
/* An injury that no cell acts on, in closed form. With onset r,
     dI/dt = r - a I,   dF/dt = inflame I - b F,   dC/dt = signal (I + F) - c C
   is linear and triangular: its propagator is a sum over the ways 1 -> I -> F -> C of products of
   rates times divided differences of exp(x t) at the ways' own -a, -b, -c and 0 (Opitz). They are
   computed without loss where rates are equal or nearly so: close points by a series, far ones by
   differences (McCurdy, Ng and Parlett 1984). Bounds come from comparison: each part is linear in
   itself, so that with what drives it held at its greatest (least) it goes straight towards a
   level.
 */
#include <math.h>

#include "host/host_internal.h"

enum { MOST_POINTS = 4, TERMS = 14 };
#define RESTS 36.0 /* decay times after which nothing is left: exp(-36) is 2e-16 */

/* Divided difference of exp at x[0..n-1], all within half a unit: a series about their middle. */
static double close_difference(const double *x, int n)
{
    const double mid = 0.5 * (x[0] + x[n - 1]);
    double h[TERMS] = {1.0};
    for (int k = 0; k < n; k++)
        for (int j = 1; j < TERMS; j++)
            h[j] += (x[k] - mid) * h[j - 1];
    double factorial = 1.0, sum = 0.0;
    for (int k = 2; k < n; k++)
        factorial *= k;
    for (int j = 0; j < TERMS; j++) {
        sum += h[j] / factorial;
        factorial *= n + j;
    }
    return mtl__exp(mid) * sum;
}

typedef struct power { /* a point x and exp(x) */
    double x, e;
} power;

/* Divided difference of exp(x t) at rates given by points x t, times t^(n - 1). */
static double difference(const power *of, int n, double t)
{
    double x[MOST_POINTS], d[MOST_POINTS] = {0.0};
    for (int k = 0; k < n; k++) { /* by increasing x */
        int at = k;
        for (; at > 0 && x[at - 1] > of[k].x; at--) {
            x[at] = x[at - 1];
            d[at] = d[at - 1];
        }
        x[at] = of[k].x;
        d[at] = of[k].e;
    }
    double power_of_t = 1.0;
    for (int order = 1; order < n; order++) {
        power_of_t *= t;
        for (int k = 0; k + order < n; k++) {
            const double spread = x[k + order] - x[k];
            d[k] = spread < 0.5 ? close_difference(x + k, order + 1) : (d[k + 1] - d[k]) / spread;
        }
    }
    return power_of_t * d[0];
}

/* `days` on from level, the onset at r per day. */
static void relax(const mtl__wound *w, double r, double days, double *level)
{
    const power one = {0.0, 1.0}, a = {-w->repair * days, mtl__exp(-w->repair * days)},
                b = {-w->calm * days, mtl__exp(-w->calm * days)},
                c = {-w->clear * days, mtl__exp(-w->clear * days)};
    const double i = level[MTL__DAMAGE], f = level[MTL__INFLAMMATION];
    const power ab[] = {a, b}, ac[] = {a, c}, bc[] = {b, c}, abc[] = {a, b, c};
    level[MTL__DAMAGE] = i * a.e;
    level[MTL__INFLAMMATION] = f * b.e + i * w->inflame * difference(ab, 2, days);
    level[MTL__CHEMOKINE] =
        level[MTL__CHEMOKINE] * c.e + f * w->signal * difference(bc, 2, days) +
        i * w->signal * (difference(ac, 2, days) + w->inflame * difference(abc, 3, days));
    if (r > 0.0) {
        const power o_a[] = {one, a}, o_ab[] = {one, a, b}, o_ac[] = {one, a, c},
                    o_abc[] = {one, a, b, c};
        level[MTL__DAMAGE] += r * difference(o_a, 2, days);
        level[MTL__INFLAMMATION] += r * w->inflame * difference(o_ab, 3, days);
        level[MTL__CHEMOKINE] +=
            r * w->signal * (difference(o_ac, 3, days) + w->inflame * difference(o_abc, 4, days));
    }
}

bool mtl__wound_rests(const mtl__wound *w, double t)
{
    const double slowest = mtl__min(w->repair, mtl__min(w->calm, w->clear));
    return !(t >= w->t) || slowest * (t - w->end) > RESTS;
}

void mtl__wound_alone(const mtl__wound *w, double t, double *level)
{
    for (int k = 0; k < MTL__WOUND_PARTS; k++)
        level[k] = 0.0;
    if (mtl__wound_rests(w, t))
        return;
    if (w->end > w->t)
        relax(w, w->onset, mtl__min(t, w->end) - w->t, level);
    else
        level[MTL__DAMAGE] = w->size;
    if (t > w->end)
        relax(w, 0.0, t - w->end, level);
}

/* y after `days` of dy/dt = drive - rate y. */
static double toward(double y, double drive, double rate, double days)
{
    if (!(rate > 0.0))
        return y + drive * days;
    return y + (drive / rate - y) * -mtl__expm1(-rate * days);
}

void mtl__wound_bounds(const mtl__wound *w, const double *level, double onset, double slow,
                       double fast, double days, double *lo, double *hi)
{
    const double drive[] = {w->inflame, w->signal}, rate[] = {w->calm, w->clear};
    hi[0] = mtl__max(level[0], toward(level[0], onset, slow, days));
    lo[0] = mtl__min(level[0], toward(level[0], onset, fast, days));
    double above = hi[0], below = lo[0];
    for (int k = 1; k < MTL__WOUND_PARTS; k++) {
        hi[k] = mtl__max(level[k], toward(level[k], drive[k - 1] * above, rate[k - 1], days));
        lo[k] = mtl__min(level[k], toward(level[k], drive[k - 1] * below, rate[k - 1], days));
        above += hi[k]; /* chemokine is driven by damage and inflammation */
        below += lo[k];
    }
}

double mtl__wound_longest(const mtl__wound *w, const double *level, double onset, double repair)
{
    const double slope[] = {onset - repair * level[0], w->inflame * level[0] - w->calm * level[1],
                            w->signal * (level[0] + level[1]) - w->clear * level[2]};
    double days = MTL__HOST_REST_DAYS;
    for (int k = 0; k < MTL__WOUND_PARTS; k++)
        if (fabs(slope[k]) * days > MTL__HOST_MOVE * w->range[k])
            days = MTL__HOST_MOVE * w->range[k] / fabs(slope[k]);
    return mtl__max(days, MTL__HOST_LEAST_DAYS);
}
