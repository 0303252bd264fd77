/* SPDX-License-Identifier: MIT */
/* The environment of this version: constants, age and gestation curves, and windows in which a
   conduit is open. Nothing here depends on the cells; the host's own equations will come through
   the same interface. */
#include "body/body.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double clock_reading(const mtl_model *m, const mtl__slot *s, int k, double t)
{
    return (t - s->origin) / (m->factor[s->factor[k]].of_age ? MTL_DAYS_PER_YEAR : 7.0);
}

static void advance(const void *ctx, double t, const int64_t *counts, double *f)
{
    const mtl__clockwork *c = ctx;
    (void)counts;
    f[0] = 1;
    for (int i = 1; i < c->n; i++) {
        const mtl__slot *s = &c->slot[i];
        double v = t >= s->t_on && t < s->t_off ? 1 : 0;
        for (int k = 0; v > 0 && k < s->n_factors; k++)
            v *= mtl__factor_value(&c->m->factor[s->factor[k]], c->m, clock_reading(c->m, s, k, t));
        f[i] = v;
    }
}

static void bound(const void *ctx, double t0, double t1, double *hi)
{
    const mtl__clockwork *c = ctx;
    hi[0] = 1;
    for (int i = 1; i < c->n; i++) {
        const mtl__slot *s = &c->slot[i];
        double v = t1 >= s->t_on && t0 < s->t_off ? 1 : 0;
        for (int k = 0; v > 0 && k < s->n_factors; k++)
            v *= mtl__factor_bound(&c->m->factor[s->factor[k]], c->m, clock_reading(c->m, s, k, t0),
                                   clock_reading(c->m, s, k, t1));
        hi[i] = v * (1 + 1e-12); /* the bound itself is rounded */
    }
}

static double slot_jump(const mtl__slot *s, double t)
{
    if (t < s->t_on)
        return s->t_on;
    if (t >= s->t_off)
        return HUGE_VAL;
    for (int k = 0; k < s->n_edges; k++)
        if (s->edge[k] > t)
            return mtl__min(s->edge[k], s->t_off);
    return s->t_off;
}

static double next_jump(const void *ctx, double t)
{
    const mtl__clockwork *c = ctx;
    double next = HUGE_VAL;
    for (int i = 1; i < c->n; i++)
        next = mtl__min(next, slot_jump(&c->slot[i], t));
    return next;
}

static double next_break(const void *ctx, double t)
{
    const mtl__clockwork *c = ctx;
    double next = HUGE_VAL;
    for (int i = 1; i < c->n; i++) {
        const mtl__slot *s = &c->slot[i];
        next = mtl__min(next, slot_jump(s, t));
        if (t >= s->t_on && t < s->t_off) {
            if (s->fresh > 0 && s->t_on > -HUGE_VAL)
                next = mtl__min(next,
                                s->t_on + s->fresh * (floor((t - s->t_on) / s->fresh + 1e-9) + 1));
            else if (s->fresh > 0)
                next = mtl__min(
                    next, s->origin + s->fresh * (floor((t - s->origin) / s->fresh + 1e-9) + 1));
        }
    }
    return next > t ? next : t + 1e-6;
}

void mtl__clockwork_init(mtl__clockwork *c, const mtl_model *m)
{
    *c = (mtl__clockwork){.m = m, .n = 1};
    c->env = (mtl__env){.n = 1,
                        .ctx = c,
                        .advance = advance,
                        .bound = bound,
                        .next_break = next_break,
                        .next_jump = next_jump};
}

void mtl__clockwork_free(mtl__clockwork *c)
{
    free(c->slot);
    c->slot = NULL;
}

static bool same(const mtl__slot *a, const mtl__slot *b)
{
    return a->n_factors == b->n_factors && a->origin == b->origin && a->t_on == b->t_on &&
           a->t_off == b->t_off && a->fresh == b->fresh &&
           (a->n_factors == 0 ||
            memcmp(a->factor, b->factor, (size_t)a->n_factors * sizeof *a->factor) == 0);
}

/* The inner corners of a slot's factors, as days. */
static void find_edges(const mtl_model *m, mtl__slot *s)
{
    const int max = (int)(sizeof s->edge / sizeof *s->edge);
    for (int k = 0; k < s->n_factors; k++) {
        const mtl__factor *f = &m->factor[s->factor[k]];
        double x[16];
        const int n = mtl__factor_edges(f, m, x, 16);
        for (int i = 0; i < n && s->n_edges < max; i++) {
            const double t = s->origin + x[i] * (f->of_age ? MTL_DAYS_PER_YEAR : 7.0);
            int at = s->n_edges++;
            for (; at > 0 && s->edge[at - 1] > t; at--)
                s->edge[at] = s->edge[at - 1];
            s->edge[at] = t;
        }
    }
}

int mtl__clockwork_slot(mtl__clockwork *c, const int *factor, int n_factors, double origin,
                        double t_on, double t_off, double fresh)
{
    if (n_factors == 0 && t_on == -HUGE_VAL && t_off == HUGE_VAL)
        return 0;
    mtl__slot want = {.factor = factor,
                      .n_factors = n_factors,
                      .origin = origin,
                      .t_on = t_on,
                      .t_off = t_off,
                      .fresh = fresh};
    find_edges(c->m, &want);
    for (int i = 1; i < c->n; i++)
        if (same(&c->slot[i], &want))
            return i;
    MTL_TRY(mtl__grow(&c->slot, &c->cap, (size_t)c->n + 1, sizeof *c->slot));
    c->slot[c->n] = want;
    c->env.n = c->n + 1;
    return c->n++;
}
