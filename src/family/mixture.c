/* SPDX-License-Identifier: MIT */
/* Families without random numbers, where cells share what they meet. Given the gates (are two
   circulations joined, how much does one placenta let through) inocula are independent and
   probabilities of silence multiply; over the gates the product is summed: a gate that only one
   inoculum meets inside that inoculum, gates that several meet over their common grid (Gauss's rule
   of each law), and more than three of these by a fixed Latin hypercube of draws, whose standard
   error is given. Only gates on the way from the body that the cells first enter to the body that
   is looked into count: of a crossing elsewhere the cells that stay know nothing but its (first
   order) loss, which is taken at the mean. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/family.h"

enum { MOST_GATES = 24, MOST_SHARED = 3, DRAWS = 64, MOST_NODES = 64 };

/* ---------------------------------------------------------------- ways */
/* From where to where an inoculum is followed. A way does not lead back to its start, on from its
   end, or through the donor's own body. */
typedef struct trip {
    int from, to, home; /* bodies */
    double start, t;
} trip;

static bool on_a_way(const mtl__conduit *c, const trip *x)
{
    return c->giver != x->to && c->taker != x->from && c->giver != x->home && c->taker != x->home;
}

/* When cells can first be in each body, and until when what is there can still come to the end:
   time never runs backwards along a way. */
static void ways(const mtl__world *w, const trip *x, double *arrive, double *leave)
{
    for (int b = 0; b < w->n_bodies; b++) {
        arrive[b] = HUGE_VAL;
        leave[b] = -HUGE_VAL;
    }
    arrive[x->from] = x->start;
    leave[x->to] = x->t;
    for (bool more = true; more;) {
        more = false;
        for (int k = 0; k < w->n_conduits; k++) {
            const mtl__conduit *c = &w->conduit[k];
            const double in = mtl__max(arrive[c->giver], c->t0),
                         out = mtl__min(leave[c->taker], c->t1);
            if (!on_a_way(c, x))
                continue;
            if (in < c->t1 && in < x->t && in < arrive[c->taker]) {
                arrive[c->taker] = in;
                more = true;
            }
            if (out > c->t0 && out > leave[c->giver]) {
                leave[c->giver] = out;
                more = true;
            }
        }
    }
}

static int note(int *gate, int n, int most, int g)
{
    for (int i = 0; i < n; i++)
        if (gate[i] == g)
            return n;
    if (n < most)
        gate[n] = g;
    return n + 1;
}

int mtl__gates_met(const mtl__world *w, const mtl__inoculum *x, int host, double t, int *gate,
                   int most, mtl_error *err)
{
    int n = 0;
    for (int k = 0; k < x->source.n_inflows; k++) {
        const int g = w->gate_of[x->source.inflow[k].factor];
        if (g >= 0)
            n = note(gate, n, most, w->gate_name[g]);
    }
    const trip way = {.from = w->body_of[x->host],
                      .to = w->body_of[host],
                      .home = w->body_of[x->donor],
                      .start = x->t_start,
                      .t = t};
    if (way.from == way.to || way.from < 0 || way.to < 0 || w->n_conduits == 0)
        return n;
    double *arrive = malloc(2 * (size_t)w->n_bodies * sizeof *arrive);
    if (!arrive)
        return mtl__nomem(err);
    double *leave = arrive + w->n_bodies;
    ways(w, &way, arrive, leave);
    for (int k = 0; k < w->n_conduits; k++) {
        const mtl__conduit *c = &w->conduit[k];
        const int g = w->gate_of[c->slot];
        if (g >= 0 && on_a_way(c, &way) &&
            mtl__max(arrive[c->giver], c->t0) < mtl__min(leave[c->taker], c->t1))
            n = note(gate, n, most, w->gate_name[g]);
    }
    free(arrive);
    return n;
}

/* ---------------------------------------------------------------- one call */
typedef struct met { /* an inoculum with gates */
    int inoculum, gate[MOST_GATES], n;
    bool known; /* what it gave last, with its gates at these values */
    double at[MOST_GATES];
    mtl__sight gave;
} met;
typedef struct looking {
    const mtl__world *w;
    mtl__analytic *a;
    double t, rtol;
    const double *see_type, *see_cox;
    bool moments;
    double *value; /* [n_gates] of the process */
    mtl__cutter *cutter;
    mtl__part cut;
    double *cut_type, *cut_cox, *cut_value;
    met *part;
    int n_parts;
    int shared[MOST_GATES], n_shared; /* gates of several inocula, or too many of one */
    mtl__sight plain;                 /* of inocula without gates */
    mtl_error *err;
} looking;

/* One source, in the part of the process that it can reach until then. */
static int solve_source(looking *l, const mtl__source *src, bool gated, mtl__sight *out)
{
    const mtl__process *q = &l->cut.process;
    mtl__analytic *a = NULL;
    mtl__seen seen = {1, 0, 0};
    *out = (mtl__sight){0, 0, 0};
    MTL_TRY(mtl__part_cut(&l->cut, l->cutter, src, l->t, l->err));
    if (q->n_types + q->n_cox == 0)
        return 0;
    for (int i = 0; i < q->n_types; i++)
        l->cut_type[i] = l->see_type[l->cut.type[i]];
    for (int i = 0; i < q->n_cox; i++)
        l->cut_cox[i] = l->see_cox[l->cut.cox[i]];
    for (int k = 0; k < q->n_gates; k++)
        l->cut_value[k] = l->value[l->cut.gate[k]];
    MTL_TRY(mtl__analytic_like(&a, l->a, q, l->err));
    mtl__analytic_gates(a, gated ? l->cut_value : NULL);
    src = &l->cut.source;
    const int ret = l->moments ? mtl__analytic_seen(a, src, l->t, l->cut_type, l->cut_cox, l->rtol,
                                                    &seen, l->err)
                               : mtl__analytic_none(a, src, l->t, l->cut_type, l->cut_cox, l->rtol,
                                                    &seen.p_none, l->err);
    mtl__analytic_free(a);
    *out = (mtl__sight){mtl__log(seen.p_none), seen.mean, seen.variance};
    return ret;
}

static int solve(looking *l, int inoculum, mtl__sight *out)
{
    return solve_source(l, &l->w->inoculum[inoculum].source, true, out);
}

/* Inocula without gates: those with the same culls at once, for the equation is the same. */
static int solve_plain(looking *l, int *plain, int n)
{
    const mtl__source **list = malloc(((size_t)n + 1) * sizeof *list);
    mtl__arena arena;
    int ret = list ? 0 : mtl__nomem(l->err);
    mtl__arena_init(&arena, 0);
    while (ret == 0 && n > 0) {
        mtl__source all;
        mtl__sight s;
        int m = 0, rest = 0, first = 0;
        for (int i = 1; i < n; i++)
            if (l->w->inoculum[plain[i]].t_start < l->w->inoculum[plain[first]].t_start)
                first = i;
        const int earliest = plain[first]; /* its culls are those of all that are alike */
        plain[first] = plain[0];
        plain[0] = earliest;
        for (int i = 0; i < n; i++) {
            const mtl__source *src = &l->w->inoculum[plain[i]].source;
            if (m == 0 || mtl__source_alike(list[0], src))
                list[m++] = src;
            else
                plain[rest++] = plain[i];
        }
        n = rest;
        ret = mtl__source_merge(&all, &arena, list, m) < 0 ? mtl__nomem(l->err)
                                                           : solve_source(l, &all, false, &s);
        if (ret == 0) {
            l->plain.log_none += s.log_none;
            l->plain.mean += s.mean;
            l->plain.variance += s.variance;
        }
    }
    mtl__arena_free(&arena);
    free(list);
    return ret;
}

static void set(looking *l, int name, double value)
{
    for (int g = 0; g < l->w->process->n_gates; g++)
        if (l->w->gate_name[g] == name)
            l->value[g] = value;
}

static bool is_shared(const looking *l, int name)
{
    for (int i = 0; i < l->n_shared; i++)
        if (l->shared[i] == name)
            return true;
    return false;
}

/* How steeply silence falls with a gate: x such that exp(-x v) would fall from v = 0.1 to v = 1 as
   the inoculum's chance to be seen rises; 0 = the chance is proportional to v. */
static int steepness(looking *l, const met *m, int name, double *x)
{
    mtl__sight one, tenth;
    set(l, name, 1);
    MTL_TRY(solve(l, m->inoculum, &one));
    set(l, name, 0.1);
    MTL_TRY(solve(l, m->inoculum, &tenth));
    set(l, name, 1);
    const double rise =
        mtl__expm1(tenth.log_none) < 0 ? mtl__expm1(one.log_none) / mtl__expm1(tenth.log_none) : 10;
    double lo = 0, hi = 700;
    for (int k = 0; k < 60; k++) {
        const double mid = 0.5 * (lo + hi);
        if (mid == 0 || mtl__expm1(-mid) / mtl__expm1(-0.1 * mid) > rise)
            lo = mid;
        else
            hi = mid;
    }
    *x = rise >= 10 ? 0 : lo;
    return 0;
}

/* Gauss's rule of the gamma law converges as (c / (2 + c))^(2 n) for exp(-x v), c = x / shape: a
   steep function takes Legendre's rule over the law's own probability, where it is smooth. */
static int gamma_rule(const mtl__group *law, double x, int n, double *at, double *weight)
{
    if (x < 2 * law->shape)
        return mtl__group_nodes(law, at, weight, n);
    const int many = n >= 6 ? 16 : n == 4 ? 8 : 6;
    mtl__gauss_legendre(many, at, weight);
    for (int i = 0; i < many; i++)
        at[i] = mtl__gamma_quantile(at[i], law->shape) / law->shape;
    return many;
}

/* Nodes of a gate where `n` are summed over together. */
static int nodes_of(looking *l, int name, int n, double *x, double *weight, int *count)
{
    const mtl__group *law = &l->w->process->gate[name].law;
    const int few = n <= 1 ? 6 : n == 2 ? 4 : 3;
    double steep = 0;
    if (law->law != MTL__GAMMA) {
        *count = mtl__group_nodes(law, x, weight, law->law == MTL__NUMBER ? 16 : few + 4);
        return 0;
    }
    for (int i = 0; i < l->n_parts; i++)
        for (int k = 0; k < l->part[i].n; k++) {
            double s = 0;
            if (l->part[i].gate[k] == name)
                MTL_TRY(steepness(l, &l->part[i], name, &s));
            steep = mtl__max(steep, s);
        }
    *count = gamma_rule(law, steep, few, x, weight);
    return 0;
}

/* One inoculum given the shared gates: over its private ones, if any. */
static int over_private(looking *l, const met *m, mtl__sight *out)
{
    double x[2][MOST_NODES], p[2][MOST_NODES], none = 0, mean = 0, square = 0;
    int own[2], n_own = 0, n[2] = {1, 1};
    for (int i = 0; i < m->n; i++)
        if (!is_shared(l, m->gate[i]))
            own[n_own++] = m->gate[i];
    if (n_own == 0)
        return solve(l, m->inoculum, out);
    for (int i = 0; i < n_own; i++)
        MTL_TRY(nodes_of(l, own[i], n_own, x[i], p[i], &n[i]));
    for (int i = 0; i < n[0]; i++)
        for (int k = 0; k < n[1]; k++) {
            mtl__sight s;
            set(l, own[0], x[0][i]);
            if (n_own > 1)
                set(l, own[1], x[1][k]);
            MTL_TRY(solve(l, m->inoculum, &s));
            const double weight = p[0][i] * (n_own > 1 ? p[1][k] : 1);
            none += weight * mtl__expm1(s.log_none);
            mean += weight * s.mean;
            square += weight * (s.variance + s.mean * s.mean);
        }
    *out = (mtl__sight){mtl__log1p(mtl__max(-1, none)), mean, mtl__max(0, square - mean * mean)};
    return 0;
}

/* The same, or what it gave before if its shared gates have not moved since. */
static int given_shared(looking *l, met *m, mtl__sight *out)
{
    bool same = m->known;
    for (int i = 0; i < m->n; i++)
        same = same && (!is_shared(l, m->gate[i]) || m->at[i] == l->value[m->gate[i]]);
    if (!same)
        MTL_TRY(over_private(l, m, &m->gave));
    for (int i = 0; i < m->n; i++)
        m->at[i] = l->value[m->gate[i]];
    m->known = true;
    *out = m->gave;
    return 0;
}

/* ---------------------------------------------------------------- over the shared gates */
typedef struct mix {
    double none, none2, mean, square; /* of expm1(log P), its square, the number seen, its square */
} mix;

static int all_given(looking *l, double weight, mix *to)
{
    double log_none = 0, mean = 0, variance = 0;
    for (int i = 0; i < l->n_parts; i++) {
        mtl__sight s;
        MTL_TRY(given_shared(l, &l->part[i], &s));
        log_none += s.log_none;
        mean += s.mean;
        variance += s.variance;
    }
    const double some = mtl__expm1(log_none);
    to->none += weight * some;
    to->none2 += weight * some * some;
    to->mean += weight * mean;
    to->square += weight * (variance + mean * mean);
    return 0;
}

static int over_grid(looking *l, mix *to)
{
    double x[MOST_SHARED][MOST_NODES], p[MOST_SHARED][MOST_NODES];
    int n[MOST_SHARED] = {1, 1, 1};
    for (int i = 0; i < l->n_shared; i++)
        MTL_TRY(nodes_of(l, l->shared[i], l->n_shared, x[i], p[i], &n[i]));
    for (int i = 0; i < n[0]; i++)
        for (int j = 0; j < n[1]; j++)
            for (int k = 0; k < n[2]; k++) {
                const int at[MOST_SHARED] = {i, j, k};
                double weight = 1;
                for (int g = 0; g < l->n_shared && g < MOST_SHARED; g++) {
                    weight *= p[g][at[g]];
                    set(l, l->shared[g], x[g][at[g]]);
                }
                MTL_TRY(all_given(l, weight, to));
            }
    return 0;
}

static double quantile(const mtl__group *law, double u)
{
    if (law->law == MTL__GAMMA)
        return mtl__gamma_quantile(u, law->shape) / law->shape;
    if (law->law == MTL__LOGNORMAL)
        return mtl__exp(law->shape * mtl__norm_quantile(u) - 0.5 * law->shape * law->shape);
    double x[MOST_NODES], p[MOST_NODES], sum = 0;
    const int n = mtl__group_nodes(law, x, p, MOST_NODES);
    for (int k = 0; k + 1 < n; k++) {
        sum += p[k];
        if (u < sum)
            return x[k];
    }
    return x[n - 1];
}

/* Each gate's law cut into as many equal parts as draws, in an order of its own. */
static int over_draws(looking *l, mix *to)
{
    int order[MOST_GATES][DRAWS];
    mtl__rng rng[MOST_GATES];
    for (int g = 0; g < l->n_shared; g++) {
        mtl__rng_stream(&rng[g], mtl__hash("mixture"), l->w->process->gate[l->shared[g]].law.key, 0,
                        0);
        for (int d = 0; d < DRAWS; d++) {
            const int k = (int)mtl__rng_below(&rng[g], (uint32_t)d + 1);
            order[g][d] = order[g][k];
            order[g][k] = d;
        }
    }
    for (int d = 0; d < DRAWS; d++) {
        for (int g = 0; g < l->n_shared; g++)
            set(l, l->shared[g],
                quantile(&l->w->process->gate[l->shared[g]].law,
                         (order[g][d] + mtl__rng_unit(&rng[g])) / DRAWS));
        MTL_TRY(all_given(l, 1.0 / DRAWS, to));
    }
    return 0;
}

/* ---------------------------------------------------------------- what is met */
/* Gates of several inocula are shared; of an inoculum with more than two of its own, all are. */
static int find_shared(looking *l)
{
    for (int i = 0; i < l->n_parts; i++)
        for (int k = 0; k < l->part[i].n; k++) {
            const int g = l->part[i].gate[k];
            bool shared = l->part[i].n > 2;
            for (int j = 0; j < l->n_parts && !shared; j++)
                for (int h = 0; j != i && h < l->part[j].n; h++)
                    shared = shared || l->part[j].gate[h] == g;
            if (!shared || is_shared(l, g))
                continue;
            if (l->n_shared == MOST_GATES)
                return mtl__fail(
                    l->err, MTL_ERR_LIMIT, "gates",
                    "more than %d placentas and joined circulations lie on the ways to "
                    "one sample: use the solver auto",
                    MOST_GATES);
            l->shared[l->n_shared++] = g;
        }
    return 0;
}

/* `plain` has a place for every inoculum. */
static int find_parts(looking *l, int host, const bool *takes, int only, int *plain)
{
    int n = 0;
    for (int i = 0; i < l->w->n_inocula; i++) {
        const mtl__inoculum *x = &l->w->inoculum[i];
        if ((takes && !takes[x->donor]) || (only >= 0 && only != i) ||
            !(mtl__source_start(&x->source) <= l->t))
            continue;
        met *m = &l->part[l->n_parts];
        m->inoculum = i;
        m->known = false;
        m->n = mtl__gates_met(l->w, x, host, l->t, m->gate, MOST_GATES, l->err);
        MTL_TRY(m->n);
        if (m->n > MOST_GATES)
            return mtl__fail(l->err, MTL_ERR_LIMIT, "gates",
                             "the cells of %s can meet more than %d placentas and joined "
                             "circulations on their way: use the solver auto",
                             l->w->s->person[x->donor].name, MOST_GATES);
        if (m->n > 0)
            l->n_parts++;
        else
            plain[n++] = i;
    }
    MTL_TRY(solve_plain(l, plain, n));
    return find_shared(l);
}

int mtl__world_sees(const mtl__world *w, mtl__analytic *a, int host, const bool *takes, int only,
                    double t, const double *see_type, const double *see_cox, double rtol,
                    bool moments, mtl__sight *out, double *error, mtl_error *err)
{
    looking l = {.w = w,
                 .a = a,
                 .t = t,
                 .rtol = rtol,
                 .see_type = see_type,
                 .see_cox = see_cox,
                 .moments = moments,
                 .err = err};
    mix sum = {0, 0, 0, 0};
    if (error)
        *error = 0;
    l.part = malloc(((size_t)w->n_inocula + 1) * sizeof *l.part);
    l.value = malloc(((size_t)w->process->n_gates + 1) * sizeof *l.value);
    int *plain = malloc(((size_t)w->n_inocula + 1) * sizeof *plain);
    const mtl__process *q = w->process;
    l.cut_type = malloc(((size_t)q->n_types + 1) * sizeof *l.cut_type);
    l.cut_cox = malloc(((size_t)q->n_cox + 1) * sizeof *l.cut_cox);
    l.cut_value = malloc(((size_t)q->n_gates + 1) * sizeof *l.cut_value);
    int ret = l.part && l.value && plain && l.cut_type && l.cut_cox && l.cut_value
                  ? mtl__cutter_new(&l.cutter, q, err)
                  : mtl__nomem(err);
    for (int g = 0; ret == 0 && g < w->process->n_gates; g++)
        l.value[g] = 1;
    if (ret == 0)
        ret = find_parts(&l, host, takes, only, plain);
    if (ret == 0 && l.n_parts)
        ret = l.n_shared <= MOST_SHARED ? over_grid(&l, &sum) : over_draws(&l, &sum);
    if (ret == 0) {
        out->log_none = l.plain.log_none + mtl__log1p(mtl__max(-1, sum.none));
        out->mean = l.plain.mean + sum.mean;
        out->variance = l.plain.variance + mtl__max(0, sum.square - sum.mean * sum.mean);
        if (error && l.n_shared > MOST_SHARED)
            *error = mtl__exp(l.plain.log_none) *
                     sqrt(mtl__max(0, sum.none2 - sum.none * sum.none) / DRAWS);
    }
    mtl__part_free(&l.cut);
    mtl__cutter_free(l.cutter);
    free(l.cut_type);
    free(l.cut_cox);
    free(l.cut_value);
    free(l.part);
    free(l.value);
    free(plain);
    return ret;
}
