/* SPDX-License-Identifier: MIT */
/* Variables that no cell acts on, known for a whole life beforehand: injuries under repair by the
   host alone, weeks since the last pregnancy, outcomes whose date is given. */
#include <math.h>

#include "host/host_internal.h"

double mtl__host_organ_alone(const mtl__host_plan *p, int organ, int part, double t)
{
    double sum = 0.0, level[MTL__WOUND_PARTS];
    for (int i = 0; i < p->s->n_injuries; i++)
        if (p->wound[i].organ == organ && p->wound[i].t <= t) {
            mtl__wound_alone(&p->wound[i], t, level);
            sum += level[part];
        }
    return part == MTL__DAMAGE ? mtl__min(sum, 1.0) : sum;
}

int mtl__host_pregnancy_at(const mtl__host_plan *p, double t)
{
    for (int i = 0; i < p->s->n_pregnancies; i++)
        if (t >= p->s->pregnancy[i].conceived && t < p->s->pregnancy[i].ended)
            return i;
    return -1;
}

double mtl__host_postpartum(const mtl__host_plan *p, double t)
{
    double last = -HUGE_VAL;
    for (int i = 0; i < p->s->n_pregnancies; i++) {
        if (t >= p->s->pregnancy[i].conceived && t < p->s->pregnancy[i].ended)
            return 0.0;
        if (p->s->pregnancy[i].ended <= t)
            last = mtl__max(last, p->s->pregnancy[i].ended);
    }
    return (t - last) / 7.0;
}

/* ---------------------------------------------------------------- where damage meets 1 */
static double whole_damage(const mtl__host_plan *p, int organ, double t)
{
    double sum = 0.0, level[MTL__WOUND_PARTS];
    for (int i = 0; i < p->s->n_injuries; i++)
        if (p->wound[i].organ == organ && p->wound[i].t <= t) {
            mtl__wound_alone(&p->wound[i], t, level);
            sum += level[MTL__DAMAGE];
        }
    return sum - 1.0;
}

static int add_bend(mtl__host_plan *p, double t, mtl_error *err)
{
    if (mtl__grow(&p->bend, &p->cap_bends, (size_t)p->n_bends + 1, sizeof *p->bend) < 0)
        return mtl__nomem(err);
    p->bend[p->n_bends++] = t;
    return MTL_OK;
}

/* On [a, b), where nothing begins or ends: crossings on a grid, then by halving. */
static int seek_bends(mtl__host_plan *p, int organ, double a, double b, mtl_error *err)
{
    enum { GRID = 64, HALVINGS = 60 };
    double lo = a, at_lo = whole_damage(p, organ, a);
    for (int k = 1; k <= GRID; k++) {
        const double hi = k < GRID ? a + (b - a) * k / GRID : b - 1e-9 * (b - a);
        const double at_hi = whole_damage(p, organ, hi);
        if ((at_lo > 0.0) != (at_hi > 0.0)) {
            double x = lo, y = hi;
            for (int n = 0; n < HALVINGS; n++) {
                const double mid = 0.5 * (x + y);
                if ((whole_damage(p, organ, mid) > 0.0) == (at_lo > 0.0))
                    x = mid;
                else
                    y = mid;
            }
            MTL_TRY(add_bend(p, y, err));
        }
        lo = hi;
        at_lo = at_hi;
    }
    return MTL_OK;
}

static double next_edge(const mtl__host_plan *p, int organ, double t)
{
    double next = HUGE_VAL;
    for (int i = 0; i < p->s->n_injuries; i++) {
        const mtl__wound *w = &p->wound[i];
        if (organ >= 0 && w->organ != organ)
            continue;
        if (w->t > t)
            next = mtl__min(next, w->t);
        if (w->end > t)
            next = mtl__min(next, w->end);
    }
    return next;
}

int mtl__host_bends(mtl__host_plan *p, mtl_error *err)
{
    for (int i = 0; i < p->s->n_injuries; i++) {
        const int organ = p->wound[i].organ;
        double sum = 0.0;
        bool seen = false;
        for (int k = 0; k < p->s->n_injuries; k++)
            if (p->wound[k].organ == organ) {
                sum += p->wound[k].size;
                seen = seen || k < i;
            }
        if (seen || sum <= 1.0)
            continue;
        for (double a = p->wound[i].t; a < p->s->t1;) {
            const double b = mtl__min(next_edge(p, organ, a), p->s->t1);
            MTL_TRY(seek_bends(p, organ, a, b, err));
            a = b;
        }
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- given */
static bool of_wounds(enum mtl__factor_of of)
{
    return of == MTL__OF_DAMAGE || of == MTL__OF_INFLAMMATION || of == MTL__OF_CHEMOKINE;
}

double mtl__host_given(const mtl__host_plan *p, int variable, double t)
{
    const mtl__host_var *v = &p->var[variable];
    if (of_wounds(v->of))
        return mtl__host_organ_alone(p, v->organ, (int)v->of - MTL__OF_DAMAGE, t);
    if (v->of == MTL__OF_OUTCOME)
        return t >= p->hazard[v->ref].given ? 1.0 : 0.0;
    return mtl__host_postpartum(p, t);
}

double mtl__host_given_break(const mtl__host_plan *p, int variable, double t)
{
    const mtl__host_var *v = &p->var[variable];
    double next = HUGE_VAL;
    if (of_wounds(v->of)) {
        next = next_edge(p, v->organ, t);
        for (int i = 0; v->of == MTL__OF_DAMAGE && i < p->n_bends; i++)
            if (p->bend[i] > t)
                next = mtl__min(next, p->bend[i]);
    } else if (v->of == MTL__OF_OUTCOME) {
        next = p->hazard[v->ref].given > t ? p->hazard[v->ref].given : HUGE_VAL;
    } else {
        for (int i = 0; i < p->s->n_pregnancies; i++) {
            const double edge[] = {p->s->pregnancy[i].conceived, p->s->pregnancy[i].ended};
            for (int k = 0; k < 2; k++)
                if (edge[k] > t)
                    next = mtl__min(next, edge[k]);
        }
    }
    return next;
}

/* Bounds of the parts of an organ on [a, b], where nothing begins or ends before b. */
static void stretch_range(const mtl__host_plan *p, int organ, double a, double b, double *lo,
                          double *hi)
{
    for (int k = 0; k < MTL__WOUND_PARTS; k++)
        lo[k] = hi[k] = 0.0;
    for (int i = 0; i < p->s->n_injuries; i++) {
        const mtl__wound *w = &p->wound[i];
        if (w->organ != organ || w->t > a)
            continue;
        double level[MTL__WOUND_PARTS], low[MTL__WOUND_PARTS], high[MTL__WOUND_PARTS];
        mtl__wound_alone(w, a, level);
        mtl__wound_bounds(w, level, a < w->end ? w->onset : 0.0, w->repair, w->repair, b - a, low,
                          high);
        for (int k = 0; k < MTL__WOUND_PARTS; k++) {
            lo[k] += low[k];
            hi[k] += high[k];
        }
    }
    lo[MTL__DAMAGE] = mtl__min(lo[MTL__DAMAGE], 1.0);
    hi[MTL__DAMAGE] = mtl__min(hi[MTL__DAMAGE], 1.0);
}

void mtl__host_given_range(const mtl__host_plan *p, int variable, double t0, double t1, double *lo,
                           double *hi)
{
    enum { PIECES = 8 }; /* bounds by comparison widen with the stretch */
    const mtl__host_var *v = &p->var[variable];
    *lo = *hi = mtl__host_given(p, variable, t0);
    if (!of_wounds(v->of)) { /* straight lines between breaks, with jumps */
        double at = t0;
        for (double next = mtl__host_given_break(p, variable, at); next <= t1;
             next = mtl__host_given_break(p, variable, at)) {
            const double before = mtl__host_given(p, variable, at) +
                                  (v->of == MTL__OF_POSTPARTUM && mtl__host_pregnancy_at(p, at) < 0
                                       ? (next - at) / 7.0
                                       : 0.0);
            const double after = mtl__host_given(p, variable, next);
            *lo = mtl__min(*lo, mtl__min(before, after));
            *hi = mtl__max(*hi, mtl__max(before, after));
            at = next;
        }
        *lo = mtl__min(*lo, mtl__host_given(p, variable, t1));
        *hi = mtl__max(*hi, mtl__host_given(p, variable, t1));
        return;
    }
    const int part = (int)v->of - MTL__OF_DAMAGE;
    for (double a = t0; a < t1;) {
        const double b = mtl__min(next_edge(p, v->organ, a), t1);
        for (int k = 0; k < PIECES; k++) {
            double low[MTL__WOUND_PARTS], high[MTL__WOUND_PARTS];
            stretch_range(p, v->organ, a + (b - a) * k / PIECES, a + (b - a) * (k + 1) / PIECES,
                          low, high);
            *lo = mtl__min(*lo, low[part]);
            *hi = mtl__max(*hi, high[part]);
        }
        a = b;
    }
    const double end = mtl__host_given(p, variable, t1); /* something may begin there */
    *lo = mtl__min(*lo, end);
    *hi = mtl__max(*hi, end);
}

int mtl__host_alone(const mtl__host_plan *p, int n_times, const double *time, float *injury,
                    mtl_error *err)
{
    for (int k = 1; k < n_times; k++)
        if (!(time[k] >= time[k - 1]))
            return mtl__fail(err, MTL_ERR_BUG, p->s->name, "times do not increase");
    for (int i = 0; i < p->s->n_injuries; i++)
        for (int k = 0; k < n_times; k++) {
            double level[MTL__WOUND_PARTS];
            mtl__wound_alone(&p->wound[i], time[k], level);
            for (int part = 0; part < MTL__WOUND_PARTS; part++)
                injury[((size_t)i * MTL__WOUND_PARTS + (size_t)part) * (size_t)n_times +
                       (size_t)k] = (float)level[part];
        }
    return MTL_OK;
}
