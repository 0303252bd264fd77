/* SPDX-License-Identifier: MIT */
/* How an injury heals, in three numbers: the most damage that it came to, when, and when a tenth of
   that was left. Without cells in closed form: damage comes at a constant rate r and is repaired at
   rate a, so that it is greatest where it ends coming, at r (1 - exp(-a L)) / a, and a tenth of it
   is left ln 10 / a later. With cells in the steps of a life, inside a step by halving on its
   polynomials; dates at which somebody looks have no part in it. */
#include <math.h>

#include "host/host_internal.h"

#define LEFT 0.1

static void heal_alone(const mtl__wound *w, mtl__heal *h)
{
    const double lasts = w->end - w->t;
    *h = (mtl__heal){w->size, lasts, NAN};
    if (!(w->size > 0.0)) {
        h->peak_day = NAN;
        return;
    }
    if (lasts > 0.0 && w->repair > 0.0)
        h->peak = w->onset * -mtl__expm1(-w->repair * lasts) / w->repair;
    if (w->repair > 0.0)
        h->tenth_day = lasts - mtl__log(LEFT) / w->repair;
}

void mtl__host_heal_alone(const mtl__host_plan *p, mtl__heal *out)
{
    for (int i = 0; i < p->s->n_injuries; i++)
        heal_alone(&p->wound[i], &out[i]);
}

/* What came at once is at its greatest when it comes. */
void mtl__heal_begin(mtl__host_state *s)
{
    for (int i = 0; i < s->p->s->n_injuries; i++) {
        const mtl__wound *w = &s->p->wound[i];
        heal_alone(w, &s->heal[i]);
        if (w->var < 0)
            continue;
        s->heal[i].tenth_day = NAN;
        if (w->end > w->t)
            s->heal[i].peak = s->heal[i].peak_day = 0.0;
    }
}

/* The date in the open step, after `from`, at which damage falls below `level`. */
static double falls_below(const mtl__host_state *s, int wound, double from, double level)
{
    enum { HALVINGS = 40 };
    double lo = from, hi = s->t, now[MTL__WOUND_PARTS];
    for (int n = 0; n < HALVINGS; n++) {
        const double mid = 0.5 * (lo + hi);
        mtl__host_wound_at(s, wound, mid, now);
        if (now[MTL__DAMAGE] > level)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

void mtl__heal_watch(mtl__host_state *s)
{
    for (int i = 0; i < s->p->s->n_injuries && s->p->n_coupled > 0; i++) {
        const mtl__wound *w = &s->p->wound[i];
        mtl__heal *h = &s->heal[i];
        if (w->var < 0 || s->t <= w->t || !isnan(h->tenth_day))
            continue;
        const double now = s->y[w->var];
        if (s->t <= w->end) {
            if (now >= h->peak)
                *h = (mtl__heal){now, s->t - w->t, NAN};
        } else if (now < LEFT * h->peak) { /* nothing is added any more: it only falls */
            h->tenth_day = falls_below(s, i, mtl__max(s->from, w->end), LEFT * h->peak) - w->t;
        }
    }
}
