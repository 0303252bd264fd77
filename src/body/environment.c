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
    return (t - s->origin) / (m->factor[s->factor[k]].of == MTL__OF_AGE ? MTL_DAYS_PER_YEAR : 7.0);
}

static const mtl__slot *slot_of(const mtl__env *e, int k)
{
    const mtl__clockwork *c = e->ctx;
    return &c->slot[mtl__env_number(e, k)];
}

static double factor_at(const mtl_model *m, const mtl__slot *s, int k, double x)
{
    const mtl__factor *f = &m->factor[s->factor[k]];
    return k < MTL__SLOT_ARGS ? mtl__factor_at(f, s->arg[k], x) : mtl__factor_value(f, m, x);
}

static double factor_most(const mtl_model *m, const mtl__slot *s, int k, double x0, double x1)
{
    const mtl__factor *f = &m->factor[s->factor[k]];
    return k < MTL__SLOT_ARGS ? mtl__factor_most(f, s->arg[k], x0, x1)
                              : mtl__factor_bound(f, m, x0, x1);
}

static double slot_value(const mtl__clockwork *c, const mtl__slot *s, double t)
{
    double v = t >= s->t_on && t < s->t_off ? 1 : 0;
    for (int k = 0; v > 0 && k < s->n_factors; k++)
        v *= factor_at(c->m, s, k, clock_reading(c->m, s, k, t));
    return v > 0 && s->also ? v * slot_value(c, &c->slot[s->also], t) : v;
}

static double slot_bound(const mtl__clockwork *c, const mtl__slot *s, double t0, double t1)
{
    double v = t1 >= s->t_on && t0 < s->t_off ? 1 : 0;
    for (int k = 0; v > 0 && k < s->n_factors; k++)
        v *= factor_most(c->m, s, k, clock_reading(c->m, s, k, t0), clock_reading(c->m, s, k, t1));
    return v > 0 && s->also ? v * slot_bound(c, &c->slot[s->also], t0, t1) : v;
}

static void advance(const mtl__env *e, double t, double *f)
{
    const mtl__clockwork *c = e->ctx;
    f[0] = 1;
    for (int i = 1; i < e->n; i++)
        f[i] = slot_value(c, slot_of(e, i), t);
}

static double value(const mtl__env *e, int k, double t)
{
    return k == 0 ? 1 : slot_value(e->ctx, slot_of(e, k), t);
}

static void bound(const mtl__env *e, double t0, double t1, double *hi)
{
    const mtl__clockwork *c = e->ctx;
    hi[0] = 1;
    for (int i = 1; i < e->n; i++) /* the bound itself is rounded */
        hi[i] = slot_bound(c, slot_of(e, i), t0, t1) * (1 + 1e-12);
}

static double slot_jump(const mtl__clockwork *c, const mtl__slot *s, double t)
{
    if (t < s->t_on)
        return s->t_on;
    if (t >= s->t_off)
        return HUGE_VAL;
    double next = s->t_off;
    for (int k = s->n_edges - 1; k >= 0 && s->edge[k] > t; k--)
        next = mtl__min(next, s->edge[k]);
    return s->also ? mtl__min(next, slot_jump(c, &c->slot[s->also], t)) : next;
}

/* When bounds should be looked at again: multiples of `fresh` from the slot's start, or its clock's
 * 0. */
static double slot_fresh(const mtl__clockwork *c, const mtl__slot *s, double t)
{
    double next = HUGE_VAL;
    if (t < s->t_on || t >= s->t_off)
        return next;
    const double from = s->t_on > -HUGE_VAL ? s->t_on : s->origin;
    if (s->fresh > 0)
        next = from + s->fresh * (floor((t - from) / s->fresh + 1e-9) + 1);
    return s->also ? mtl__min(next, slot_fresh(c, &c->slot[s->also], t)) : next;
}

static double next_jump(const mtl__env *e, double t)
{
    const mtl__clockwork *c = e->ctx;
    double next = HUGE_VAL;
    for (int i = 1; i < e->n; i++)
        next = mtl__min(next, slot_jump(c, slot_of(e, i), t));
    return next;
}

static double opens(const mtl__env *e, int k, double t)
{
    if (k == 0)
        return t;
    const mtl__slot *s = slot_of(e, k);
    return t >= s->t_off ? HUGE_VAL : mtl__max(t, s->t_on);
}

static double next_break(const mtl__env *e, double t)
{
    const mtl__clockwork *c = e->ctx;
    double next = HUGE_VAL;
    for (int i = 1; i < e->n; i++) {
        const mtl__slot *s = slot_of(e, i);
        next = mtl__min(next, mtl__min(slot_jump(c, s, t), slot_fresh(c, s, t)));
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
                        .next_jump = next_jump,
                        .opens = opens,
                        .value = value};
}

void mtl__clockwork_free(mtl__clockwork *c)
{
    free(c->slot);
    free(c->bucket);
    c->slot = NULL;
    c->bucket = NULL;
}

static bool same(const mtl__slot *a, const mtl__slot *b)
{
    return a->n_factors == b->n_factors && a->origin == b->origin && a->t_on == b->t_on &&
           a->t_off == b->t_off && a->fresh == b->fresh && a->also == b->also &&
           a->owner == b->owner &&
           (a->n_factors == 0 ||
            memcmp(a->factor, b->factor, (size_t)a->n_factors * sizeof *a->factor) == 0);
}

static uint64_t hash_of(const mtl__slot *s)
{
    const double when[4] = {s->origin, s->t_on, s->t_off, s->fresh};
    const uint64_t who[2] = {s->owner, (uint64_t)s->also};
    const uint64_t h =
        mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, when, sizeof when), who, sizeof who);
    return mtl__hash_bytes(h, s->factor, (size_t)s->n_factors * sizeof *s->factor);
}

/* Where an equal slot stands in the table, or the empty place for it. */
static int32_t *find(const mtl__clockwork *c, const mtl__slot *want)
{
    size_t i = (size_t)hash_of(want) & (c->n_buckets - 1);
    while (c->bucket[i] && !same(&c->slot[c->bucket[i]], want))
        i = (i + 1) & (c->n_buckets - 1);
    return &c->bucket[i];
}

static int more_buckets(mtl__clockwork *c)
{
    const size_t n = c->n_buckets ? 2 * c->n_buckets : 64;
    int32_t *bucket = calloc(n, sizeof *bucket);
    if (!bucket)
        return MTL_ERR_MEMORY;
    free(c->bucket);
    c->bucket = bucket;
    c->n_buckets = n;
    for (int i = 1; i < c->n; i++)
        *find(c, &c->slot[i]) = i;
    return 0;
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
            const double t = s->origin + x[i] * (f->of == MTL__OF_AGE ? MTL_DAYS_PER_YEAR : 7.0);
            int at = s->n_edges++;
            for (; at > 0 && s->edge[at - 1] > t; at--)
                s->edge[at] = s->edge[at - 1];
            s->edge[at] = t;
        }
    }
}

static int add_slot(mtl__clockwork *c, const mtl__slot *want)
{
    if ((size_t)c->n * 2 >= c->n_buckets)
        MTL_TRY(more_buckets(c));
    int32_t *at = find(c, want);
    const int32_t known = *at;
    if (known != 0)
        return known;
    MTL_TRY(mtl__grow(&c->slot, &c->cap, (size_t)c->n + 1, sizeof *c->slot));
    c->slot[c->n] = *want;
    *at = c->n;
    c->env.n = c->n + 1;
    return c->n++;
}

int mtl__clockwork_own_slot(mtl__clockwork *c, const int *factor, int n_factors, double origin,
                            double t_on, double t_off, double fresh, uint64_t owner)
{
    if (n_factors == 0 && t_on == -HUGE_VAL && t_off == HUGE_VAL && owner == 0)
        return 0;
    mtl__slot want = {.factor = factor,
                      .n_factors = n_factors,
                      .origin = origin,
                      .t_on = t_on,
                      .t_off = t_off,
                      .fresh = fresh,
                      .owner = owner};
    find_edges(c->m, &want);
    for (int k = 0; k < n_factors && k < MTL__SLOT_ARGS; k++)
        mtl__factor_args(&c->m->factor[factor[k]], c->m, want.arg[k]);
    return add_slot(c, &want);
}

int mtl__clockwork_slot(mtl__clockwork *c, const int *factor, int n_factors, double origin,
                        double t_on, double t_off, double fresh)
{
    return mtl__clockwork_own_slot(c, factor, n_factors, origin, t_on, t_off, fresh, 0);
}

int mtl__clockwork_product(mtl__clockwork *c, int slot, int also)
{
    if (slot <= 0 || also <= 0)
        return slot > 0 ? slot : also;
    mtl__slot want = c->slot[slot];
    want.also = also;
    return add_slot(c, &want);
}
