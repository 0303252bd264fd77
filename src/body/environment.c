/* SPDX-License-Identifier: MIT */
/* The environment of a family's process: constants, age and gestation curves, windows in which a
   conduit is open, and the state of the hosts. What of it no cell acts on is a function of time;
   the rest is read from the lives that run beside the cells (mtl__env.beside), and is at rest where
   there are none. */
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

static bool of_donor(const mtl__clockwork *c, const mtl__slot *s, int k)
{
    const enum mtl__factor_of of = c->m->factor[s->factor[k]].of;
    return of == MTL__OF_RESPONSE || of == MTL__OF_TOLERANCE;
}

/* The host's variable behind factor k. */
static double host_at(const mtl__env *e, const mtl__slot *s, int k, double t)
{
    const mtl__clockwork *c = e->ctx;
    const mtl__host_plan *plan = c->host[s->host].plan;
    const mtl__beside *beside = e->beside;
    if (!s->coupled[k])
        return mtl__host_given(plan, s->variable[k], t);
    return beside
               ? mtl__host_value(beside->state[s->host], s->variable[k], beside->place[s->host], t)
               : 0;
}

static bool of_host(const mtl__slot *s, int k)
{
    return s->host >= 0 && k < MTL__SLOT_ARGS && s->variable[k] >= 0;
}

static double slot_value(const mtl__env *e, const mtl__slot *s, double t)
{
    const mtl__clockwork *c = e->ctx;
    double v = t >= s->t_on && t < s->t_off ? 1 : 0;
    for (int k = 0; v > 0 && k < s->n_factors; k++)
        v *= factor_at(c->m, s, k,
                       of_host(s, k) ? host_at(e, s, k, t) : clock_reading(c->m, s, k, t));
    if (s->n_terms > 0) {
        v = 0;
        for (int k = 0; k < s->n_terms; k++)
            v += s->part[k] * (s->term[k] ? slot_value(e, &c->slot[s->term[k]], t) : 1);
    }
    return v > 0 && s->also ? v * slot_value(e, &c->slot[s->also], t) : v;
}

static double factor_range(const mtl__env *e, const mtl__slot *s, int k, double t0, double t1)
{
    const mtl__clockwork *c = e->ctx;
    const mtl__beside *beside = e->beside;
    double lo = clock_reading(c->m, s, k, t0), hi = clock_reading(c->m, s, k, t1);
    if (of_host(s, k)) {
        const mtl__host_plan *plan = c->host[s->host].plan;
        lo = hi = 0;
        if (!s->coupled[k])
            mtl__host_given_range(plan, s->variable[k], t0, t1, &lo, &hi);
        else if (beside && !(of_donor(c, s, k) && beside->place[s->host] < 0))
            mtl__host_range(beside->state[s->host], s->variable[k], beside->place[s->host], t1, &lo,
                            &hi);
    }
    return factor_most(c->m, s, k, lo, hi);
}

static double slot_bound(const mtl__env *e, const mtl__slot *s, double t0, double t1)
{
    const mtl__clockwork *c = e->ctx;
    double v = t1 >= s->t_on && t0 < s->t_off ? 1 : 0;
    for (int k = 0; v > 0 && k < s->n_factors; k++)
        v *= factor_range(e, s, k, t0, t1);
    if (s->n_terms > 0) {
        v = 0;
        for (int k = 0; k < s->n_terms; k++)
            v += s->part[k] * (s->term[k] ? slot_bound(e, &c->slot[s->term[k]], t0, t1) : 1);
    }
    return v > 0 && s->also ? v * slot_bound(e, &c->slot[s->also], t0, t1) : v;
}

static void advance(const mtl__env *e, double t, double *f)
{
    f[0] = 1;
    for (int i = 1; i < e->n; i++)
        f[i] = slot_value(e, slot_of(e, i), t);
}

static double value(const mtl__env *e, int k, double t)
{
    return k == 0 ? 1 : slot_value(e, slot_of(e, k), t);
}

static double most(const mtl__env *e, int k, double t0, double t1)
{
    return k == 0 ? 1 : slot_bound(e, slot_of(e, k), t0, t1) * (1 + 1e-12); /* it is rounded */
}

static void bound(const mtl__env *e, double t0, double t1, double *hi)
{
    hi[0] = 1;
    for (int i = 1; i < e->n; i++)
        hi[i] = most(e, i, t0, t1);
}

/* The first of increasing dates that is later than t. */
static double first_after(const double *x, int n, double t)
{
    int lo = 0;
    while (n > 0) {
        const int half = n / 2;
        if (x[lo + half] <= t) {
            lo += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return x[lo]; /* the last is infinite */
}

/* Of variables that no cell acts on; the others move with the steps of the lanes. */
static double host_jump(const mtl__clockwork *c, const mtl__slot *s, double t)
{
    const mtl__slot_host *h = &c->host[s->host];
    double next = HUGE_VAL;
    for (int k = 0; k < s->n_factors; k++)
        if (of_host(s, k) && !s->coupled[k]) {
            next = mtl__min(next, mtl__host_given_break(h->plan, s->variable[k], t));
            next = mtl__min(next, first_after(h->look, h->n_look, t));
        }
    return next;
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
    if (s->host >= 0)
        next = mtl__min(next, host_jump(c, s, t));
    for (int k = 0; k < s->n_terms; k++)
        if (s->term[k])
            next = mtl__min(next, slot_jump(c, &c->slot[s->term[k]], t));
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
    for (int k = 0; k < s->n_terms; k++)
        if (s->term[k])
            next = mtl__min(next, slot_fresh(c, &c->slot[s->term[k]], t));
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

/* Of factor k of a slot within its window. */
static double factor_still(const mtl__env *e, const mtl__slot *s, int k, double t)
{
    const mtl__clockwork *c = e->ctx;
    if (!of_host(s, k))
        return t; /* a clock runs */
    const mtl__host_plan *plan = c->host[s->host].plan;
    if (!s->coupled[k])
        return mtl__host_given_still(plan, s->variable[k], t);
    const mtl__beside *beside = e->beside;
    return beside ? mtl__host_still(beside->state[s->host], s->variable[k], beside->place[s->host])
                  : HUGE_VAL;
}

static double slot_still(const mtl__env *e, const mtl__slot *s, double t)
{
    const mtl__clockwork *c = e->ctx;
    if (t < s->t_on || t >= s->t_off)
        return t < s->t_on ? s->t_on : HUGE_VAL;
    double until = s->t_off, shut = t; /* a product is 0 as long as any factor is */
    for (int k = 0; k < s->n_factors; k++) {
        const double of = factor_still(e, s, k, t);
        until = mtl__min(until, of);
        if (of > shut && !(factor_at(c->m, s, k, of_host(s, k) ? host_at(e, s, k, t) : 0) > 0))
            shut = of;
    }
    for (int k = 0; k < s->n_terms; k++)
        if (s->term[k])
            until = mtl__min(until, slot_still(e, &c->slot[s->term[k]], t));
    if (s->also)
        until = mtl__min(until, slot_still(e, &c->slot[s->also], t));
    return mtl__max(until, shut);
}

static double still(const mtl__env *e, int k, double t)
{
    return k == 0 ? HUGE_VAL : slot_still(e, slot_of(e, k), t);
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

static bool held(const mtl__env *e, int k)
{
    return k > 0 && slot_of(e, k)->held;
}

static double jump(const mtl__env *e, int k, double t)
{
    return k == 0 ? HUGE_VAL : slot_jump(e->ctx, slot_of(e, k), t);
}

static bool reads(const mtl__env *e, int k)
{
    return k > 0 && slot_of(e, k)->reads;
}

static double slot_pace(const mtl__env *e, const mtl__slot *s)
{
    const mtl__clockwork *c = e->ctx;
    const mtl__beside *beside = e->beside;
    double days = HUGE_VAL;
    for (int k = 0; beside && k < s->n_factors; k++)
        if (of_host(s, k) && s->coupled[k])
            days = mtl__min(days, mtl__host_pace(beside->state[s->host], s->variable[k],
                                                 beside->place[s->host]));
    for (int k = 0; k < s->n_terms; k++)
        if (s->term[k])
            days = mtl__min(days, slot_pace(e, &c->slot[s->term[k]]));
    return s->also ? mtl__min(days, slot_pace(e, &c->slot[s->also])) : days;
}

static double pace(const mtl__env *e, int k)
{
    return k == 0 ? HUGE_VAL : slot_pace(e, slot_of(e, k));
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
                        .value = value,
                        .most = most,
                        .still = still,
                        .held = held,
                        .jump = jump,
                        .pace = pace,
                        .reads = reads};
}

void mtl__clockwork_free(mtl__clockwork *c)
{
    for (int k = 0; k < c->n_hosts; k++)
        free(c->host[k].look);
    free(c->host);
    free(c->slot);
    free(c->bucket);
    c->host = NULL;
    c->slot = NULL;
    c->bucket = NULL;
}

static bool same_parts(const mtl__slot *a, const mtl__slot *b)
{
    for (int i = 0; i < MTL__SLOT_TERMS; i++)
        if (a->part[i] != b->part[i])
            return false;
    return true;
}

static bool same(const mtl__slot *a, const mtl__slot *b)
{
    return a->n_factors == b->n_factors && a->origin == b->origin && a->t_on == b->t_on &&
           a->t_off == b->t_off && a->fresh == b->fresh && a->also == b->also &&
           a->owner == b->owner && a->host == b->host && a->n_terms == b->n_terms &&
           memcmp(a->variable, b->variable, sizeof a->variable) == 0 &&
           memcmp(a->term, b->term, sizeof a->term) == 0 && same_parts(a, b) &&
           (a->n_factors == 0 ||
            memcmp(a->factor, b->factor, (size_t)a->n_factors * sizeof *a->factor) == 0);
}

static uint64_t hash_of(const mtl__slot *s)
{
    const double when[4] = {s->origin, s->t_on, s->t_off, s->fresh};
    const uint64_t who[3] = {s->owner, (uint64_t)s->also, (uint64_t)s->host};
    uint64_t h =
        mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, when, sizeof when), who, sizeof who);
    h = mtl__hash_bytes(h, s->variable, sizeof s->variable);
    h = mtl__hash_bytes(h, s->term, sizeof s->term);
    h = mtl__hash_bytes(h, s->part, sizeof s->part);
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
        for (int i = 0; i < n && s->n_edges < max && !of_host(s, k); i++) {
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
    c->env.feedback = c->env.feedback || want->reads;
    *at = c->n;
    c->env.n = c->n + 1;
    return c->n++;
}

static mtl__slot nothing(void)
{
    mtl__slot s = {.host = -1, .t_on = -HUGE_VAL, .t_off = HUGE_VAL};
    for (int k = 0; k < MTL__SLOT_ARGS; k++)
        s.variable[k] = -1;
    return s;
}

static void keep_args(const mtl__clockwork *c, mtl__slot *s)
{
    find_edges(c->m, s);
    for (int k = 0; k < s->n_factors && k < MTL__SLOT_ARGS; k++)
        mtl__factor_args(&c->m->factor[s->factor[k]], c->m, s->arg[k]);
}

int mtl__clockwork_own_slot(mtl__clockwork *c, const int *factor, int n_factors, double origin,
                            double t_on, double t_off, double fresh, uint64_t owner)
{
    if (n_factors == 0 && t_on == -HUGE_VAL && t_off == HUGE_VAL && owner == 0)
        return 0;
    mtl__slot want = nothing();
    want.factor = factor;
    want.n_factors = n_factors;
    want.origin = origin;
    want.t_on = t_on;
    want.t_off = t_off;
    want.fresh = fresh;
    want.owner = owner;
    keep_args(c, &want);
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
    want.reads = want.reads || c->slot[also].reads;
    want.held = want.held && c->slot[also].held;
    return add_slot(c, &want);
}

/* ---------------------------------------------------------------- hosts */
static int by_date(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* After every injury, and after it has ended: half a day, then ever longer, until a life's length
   has passed. */
static int look_again(mtl__slot_host *h)
{
    const mtl__host_spec *s = mtl__host_spec_of(h->plan);
    for (int k = 0; k < s->n_injuries; k++)
        for (int end = 0; end <= (s->injury[k].lasts_days > 0 ? 1 : 0); end++) {
            const double t = s->injury[k].t + (end ? s->injury[k].lasts_days : 0);
            for (double after = 0.5; after < 40000; after *= 1.2) {
                MTL_TRY(mtl__grow(&h->look, &h->cap_look, (size_t)h->n_look + 2, sizeof *h->look));
                h->look[h->n_look++] = t + after;
            }
        }
    if (h->n_look > 1)
        qsort(h->look, (size_t)h->n_look, sizeof *h->look, by_date);
    MTL_TRY(mtl__grow(&h->look, &h->cap_look, (size_t)h->n_look + 1, sizeof *h->look));
    h->look[h->n_look] = HUGE_VAL;
    return 0;
}

int mtl__clockwork_host(mtl__clockwork *c, mtl__host_plan *plan)
{
    MTL_TRY(mtl__grow(&c->host, &c->cap_host, (size_t)c->n_hosts + 1, sizeof *c->host));
    mtl__slot_host *h = &c->host[c->n_hosts++];
    *h = (mtl__slot_host){.plan = plan};
    MTL_TRY(look_again(h));
    return c->n_hosts - 1;
}

/* Before the first injury a factor of damage, inflammation or chemokine that rests at 0 is shut. */
static double first_injury(const mtl__clockwork *c, const mtl__slot *s)
{
    double on = -HUGE_VAL;
    for (int k = 0; k < s->n_factors; k++) {
        const mtl__factor *f = &c->m->factor[s->factor[k]];
        if (!of_host(s, k) || (f->form != MTL__F_HILL && f->form != MTL__F_SHARE) ||
            (f->of != MTL__OF_DAMAGE && f->of != MTL__OF_INFLAMMATION &&
             f->of != MTL__OF_CHEMOKINE))
            continue;
        const mtl__host_spec *spec = mtl__host_spec_of(c->host[s->host].plan);
        on = spec->n_injuries ? spec->injury[0].t : HUGE_VAL;
    }
    return on;
}

int mtl__clockwork_host_slot(mtl__clockwork *c, const int *factor, const int *variable,
                             int n_factors, double origin, int host)
{
    mtl__slot want = nothing();
    if (n_factors > MTL__SLOT_ARGS)
        return MTL_ERR_LIMIT;
    want.factor = factor;
    want.n_factors = n_factors;
    want.origin = origin;
    want.host = host;
    want.held = true;
    for (int k = 0; k < n_factors; k++) {
        want.held = want.held && c->m->factor[factor[k]].of == MTL__OF_TALLY && variable[k] >= 0;
        want.variable[k] = variable[k];
        if (variable[k] < 0) {
            if (c->m->factor[factor[k]].of == MTL__OF_AGE)
                want.fresh = MTL_DAYS_PER_YEAR;
        } else {
            want.coupled[k] = mtl__host_coupled(c->host[host].plan, variable[k]);
            want.reads = want.reads || want.coupled[k];
        }
    }
    want.t_on = first_injury(c, &want);
    keep_args(c, &want);
    return add_slot(c, &want);
}

int mtl__clockwork_sum(mtl__clockwork *c, const int *slot, const double *weight, int n)
{
    mtl__slot want = nothing();
    double sum = 0;
    bool moves = false;
    for (int k = 0; k < n; k++)
        sum += weight[k];
    for (int k = 0; k < n && sum > 0; k++) {
        if (!(weight[k] > 0))
            continue;
        int at = 0;
        while (at < want.n_terms && want.term[at] != slot[k])
            at++;
        if (at == MTL__SLOT_TERMS)
            return MTL_ERR_LIMIT;
        want.term[at] = slot[k];
        want.part[at] += weight[k] / sum;
        want.n_terms += at == want.n_terms;
        want.reads = want.reads || (slot[k] && c->slot[slot[k]].reads);
        moves = moves || (slot[k] && !c->slot[slot[k]].held);
    }
    want.held = want.reads && !moves;
    if (want.n_terms <= 1) /* one slot is itself */
        return want.n_terms ? want.term[0] : 0;
    return add_slot(c, &want);
}
