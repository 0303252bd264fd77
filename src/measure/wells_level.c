/* SPDX-License-Identifier: MIT */
/* Estimate, interval and limits of one donor (or set of donors) in one sample. Each way in which
   the unknown copies can lie gives a curve of confidence C(c) = "P(the truth is below c)": from the
   signed root of the profile likelihood, or, where hits are few, from the exact tails of the hit
   wells [Clopper1934], the upper one divided by the chance that blanks alone show so few (CLs
   [Read2002]), so that it never falls to nothing. Ways are mixed by chance x largest likelihood,
   which keeps the level over families in which copies fall by that chance, and the interval is
   where the mixture crosses (1 -+ level) / 2 (the wider one of the two ends of `whole`, where that
   is not known); where nothing above the background was seen, only an upper bound at `level`. With
   `bayes`, the posterior under Jeffreys' prior of a Poisson rate, density ~ c^-1/2, that is flat in
   the root of c; other donors are integrated with the same prior (beyond two others they are held
   at their best). Limits: EP17 with the predictive blank (wells_tails.c); a sample at the limit of
   detection passes the blank's limit by its own fragments, for a predictive law of few blanks
   promises more false hits than there are. */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

enum { EXACT_CT = 20, EXACT_MOST = 60, POSTERIOR = 401, INNER = 24 };
#define FULL 0.6 /* share of wells hit above which Ct says more than hits */

typedef struct way {
    const mtl__config *k;
    double weight, top, best[MTL__SETS_MAX], warm[MTL__SETS_MAX], plain[MTL__SETS_MAX];
} way;

typedef struct view {
    const mtl__joint *j;
    const mtl__wells_opts *o;
    int set, n_ways;
    way *way;
    bool *all, *own; /* [n_evidence] targets of the set, and of nobody else */
    bool shared, exact, digital;
    int hits; /* over `own`, or over all where nothing is its own */
    mtl__tails tails;
    double target;                            /* of a crossing */
    double inner[INNER], inner_weight[INNER]; /* of other donors in a posterior */
    mtl__arena *arena;
} view;

/* ---------------------------------------------------------------- ways and targets */
static void find_targets(view *v)
{
    const mtl__joint *j = v->j;
    bool any_own = false;
    v->digital = true;
    for (int t = 0; t < j->n_evidence; t++)
        for (int w = 0; w < j->n_configs; w++)
            v->all[t] = v->all[t] || j->config[w].z[t * j->n_sets + v->set] > 0;
    for (int t = 0; t < j->n_evidence; t++) {
        v->own[t] = v->all[t];
        for (int w = 0; w < j->n_configs; w++)
            for (int s = 0; s < j->n_sets; s++)
                if (s != v->set && j->config[w].z[t * j->n_sets + s] > 0)
                    v->own[t] = false;
        v->shared = v->shared || (v->all[t] && !v->own[t]);
        any_own = any_own || v->own[t];
        v->digital = v->digital && (!v->all[t] || j->evidence[t].digital);
    }
    if (!any_own)
        memcpy(v->own, v->all, (size_t)j->n_evidence * sizeof *v->own);
}

static void tops(view *v)
{
    const mtl__joint *j = v->j;
    double top = -HUGE_VAL, sum = 0.0;
    v->n_ways = 0;
    for (int i = 0; i < j->n_configs; i++) {
        const mtl__config *k = &j->config[i];
        if (!(mtl__joint_yield(j, k, v->set) > 0.0))
            continue; /* a donor who cannot be seen cannot be bounded */
        way *w = &v->way[v->n_ways++];
        w->k = k;
        mtl__joint_start(j, k, w->best);
        w->top = mtl__joint_best(j, k, -1, w->best);
        double held[MTL__SETS_MAX]; /* the climb may have stopped short of 0 */
        memcpy(held, w->best, sizeof held);
        held[v->set] = 0.0;
        const double none = mtl__joint_best(j, k, v->set, held);
        if (none >= w->top - 1e-7) {
            w->top = mtl__max(w->top, none);
            memcpy(w->best, held, sizeof held);
        }
        memcpy(w->warm, w->best, sizeof held);
        w->weight = k->log_p + w->top;
        top = mtl__max(top, w->weight);
    }
    for (int i = 0; i < v->n_ways; i++) {
        v->way[i].weight = mtl__exp(v->way[i].weight - top);
        sum += v->way[i].weight;
    }
    int kept = 0; /* ways that the data speak against by 10^5 are let go */
    for (int i = 0; i < v->n_ways; i++)
        if (v->way[i].weight >= 1e-5 * sum) {
            v->way[kept] = v->way[i];
            v->way[kept++].weight /= sum;
        }
    v->n_ways = kept;
}

static double profile(const view *v, way *w, double c)
{
    w->warm[v->set] = c;
    return mtl__joint_best(v->j, w->k, v->set, w->warm);
}

/* ---------------------------------------------------------------- confidence */
static double confidence_of_way(const view *v, way *w, double c)
{
    const double best = w->best[v->set];
    const double fall = mtl__max(0.0, w->top - profile(v, w, c));
    const double root = sqrt(2.0 * fall);
    return mtl__norm_cdf(c < best ? -root : root);
}

/* P(so many hits or more | c) of one way. */
static double at_least_of(const view *v, way *w, double c)
{
    if (v->exact && !v->shared)
        return 1.0 - mtl__tails_below(&v->tails, w->k, c, v->hits - 1);
    return confidence_of_way(v, w, c);
}

/* P(so few hits or fewer | c) of one way, relative to blanks alone. */
static double at_most_of(const view *v, way *w, double c)
{
    if (v->exact)
        return mtl__tails_below(&v->tails, w->k, c, v->hits) /
               mtl__max(mtl__tails_below(&v->tails, w->k, 0.0, v->hits), 1e-12);
    return 1.0 - confidence_of_way(v, w, c);
}

/* Mean over the ways; of the two shares of a genome's DNA, which are no matter of chance, the one
   that reaches further. */
static double tail_of(const view *v, double (*f)(const view *v, way *w, double c), double c)
{
    double sum[2] = {0.0, 0.0}, weight[2] = {0.0, 0.0}, most = 0.0;
    for (int i = 0; i < v->n_ways; i++) {
        way *w = &v->way[i];
        sum[w->k->whole] += w->weight * f(v, w, c);
        weight[w->k->whole] += w->weight;
    }
    for (int k = 0; k < 2; k++)
        if (weight[k] > 1e-12)
            most = mtl__max(most, sum[k] / weight[k]);
    return most;
}
static double at_least(const view *v, double c)
{
    return tail_of(v, at_least_of, c);
}
static double at_most(const view *v, double c)
{
    return tail_of(v, at_most_of, c);
}

/* P(blanks hit as many of the targets that are this donor's own). */
static double own_of(const view *v, way *w, double c)
{
    return 1.0 - mtl__tails_below(&v->tails, w->k, c, v->hits - 1);
}

/* Where targets are shared the likelihood ratio must speak for this donor, and as it leans on the
   normal law, which promises too much of a hit or two, so must the exact law of the donor's own
   targets, or else the ratio must be beyond doubt. */
static bool stands_out(const view *v, double p_zero)
{
    const double alarm = v->o->alarm;
    if (!v->shared)
        return true;
    return p_zero <= alarm &&
           (!v->exact || p_zero <= alarm * alarm || tail_of(v, own_of, 0.0) <= alarm);
}

static double lower_at(void *ctx, double log_c)
{
    const view *v = ctx;
    return mtl__log(mtl__max(at_least(v, mtl__exp(log_c)), 1e-300)) - mtl__log(v->target);
}
static double upper_at(void *ctx, double log_c)
{
    const view *v = ctx;
    return mtl__log(v->target) - mtl__log(mtl__max(at_most(v, mtl__exp(log_c)), 1e-300));
}

/* Where f, rising in log c, crosses 0 around c; 0 if it is above already at nothing, `most` if it
   never is. */
static double crossing(view *v, double (*f)(void *ctx, double x), double c)
{
    const double ceiling = mtl__log(v->j->most), floor_at = mtl__log(c) - 30.0;
    double lo = mtl__min(mtl__log(c), ceiling), hi = lo, f_lo = f(v, lo), f_hi = f_lo;
    for (double step = 0.4; f_lo > 0.0; step *= 1.6) {
        hi = lo;
        f_hi = f_lo;
        lo -= step;
        if (lo < floor_at)
            return 0.0;
        f_lo = f(v, lo);
    }
    for (double step = 0.4; f_hi <= 0.0; step *= 1.6) {
        if (hi >= ceiling)
            return v->j->most;
        lo = hi;
        f_lo = f_hi;
        hi = mtl__min(hi + step, ceiling);
        f_hi = f(v, hi);
    }
    return mtl__exp(mtl__cross(f, v, lo, f_lo, hi, f_hi, 1e-5));
}

static double lower_bound(view *v, double c, double tail)
{
    v->target = tail;
    return at_least(v, 0.0) >= tail ? 0.0 : crossing(v, lower_at, c);
}

static double upper_bound(view *v, double c, double tail)
{
    v->target = tail;
    return crossing(v, upper_at, c);
}

/* ---------------------------------------------------------------- posterior */
/* Integral over sets s.. of exp(log likelihood - top), density of each flat in its root. */
static double integral(const view *v, const way *w, double *c, int s, int depth, const double *most)
{
    const mtl__joint *j = v->j;
    while (s < j->n_sets && (s == v->set || !(most[s] > 0.0) || depth >= 2)) {
        if (s != v->set)
            c[s] = w->best[s];
        s++;
    }
    if (s >= j->n_sets)
        return mtl__exp(mtl__joint_log(j, w->k, c) - w->top);
    double sum = 0.0;
    for (int i = 0; i < INNER; i++) {
        c[s] = most[s] * v->inner[i] * v->inner[i];
        sum += v->inner_weight[i] * integral(v, w, c, s + 1, depth + 1, most);
    }
    return sum * sqrt(most[s]);
}

/* Least x of the grid with share `p` of the mass below. */
static double quantile(const double *cumulative, double step, double p)
{
    const double want = p * cumulative[POSTERIOR - 1];
    int i = 1;
    while (i < POSTERIOR - 1 && cumulative[i] < want)
        i++;
    const double here = cumulative[i] - cumulative[i - 1];
    const double x = (i - 1 + (here > 0.0 ? (want - cumulative[i - 1]) / here : 0.0)) * step;
    return x * x;
}

static int posterior(view *v, double wide, bool seen, double *median, double *low, double *high,
                     mtl_error *err)
{
    const mtl__joint *j = v->j;
    double *cumulative = mtl__arena_alloc(v->arena, POSTERIOR * sizeof *cumulative);
    double most[MTL__SETS_MAX] = {0.0}, c[MTL__SETS_MAX] = {0.0}, before = 0.0;
    if (!cumulative)
        return mtl__nomem(err);
    const double step = sqrt(mtl__min(wide, j->most)) / (POSTERIOR - 1);
    const double tail = 1.0 - v->o->level;
    double top = -HUGE_VAL;
    for (int i = 0; i < v->n_ways; i++)
        top = mtl__max(top, v->way[i].k->log_p + v->way[i].top);
    for (int x = 0; x < POSTERIOR; x++) {
        double sum = 0.0;
        for (int i = 0; i < v->n_ways; i++) {
            const way *w = &v->way[i];
            for (int s = 0; s < j->n_sets; s++) {
                const double yield = mtl__joint_yield(j, w->k, s), u = w->best[s] * yield;
                most[s] = yield > 0.0 ? mtl__min((u + 6.0 * sqrt(u) + 8.0) / yield, j->most) : 0.0;
            }
            c[v->set] = x * step * (x * step);
            sum += mtl__exp(w->k->log_p + w->top - top) * integral(v, w, c, 0, 0, most);
        }
        cumulative[x] = x ? cumulative[x - 1] + 0.5 * (before + sum) : 0.0;
        before = sum;
    }
    *median = quantile(cumulative, step, 0.5);
    *low = seen ? quantile(cumulative, step, 0.5 * tail) : 0.0;
    *high = quantile(cumulative, step, seen ? 1.0 - 0.5 * tail : 1.0 - tail);
    return 0;
}

/* ---------------------------------------------------------------- limits */
/* The same sample with wells that nothing but donors hits. */
static int without_background(mtl__joint *out, const mtl__joint *j, mtl__arena *arena,
                              mtl_error *err)
{
    *out = *j;
    out->evidence = mtl__arena_alloc(arena, (size_t)j->n_evidence * sizeof *out->evidence);
    if (!out->evidence)
        return mtl__nomem(err);
    for (int t = 0; t < j->n_evidence; t++) {
        out->evidence[t] = j->evidence[t];
        out->evidence[t].background = (mtl__background){0.0, 0.0};
    }
    return 0;
}

/* P(at most `limit` hits | c): mean over the copies; of the two shares of a genome's DNA, which are
   no matter of chance, the one that misses more. */
static double missed(const view *v, const mtl__tails *t, double c, int limit)
{
    double sum[2] = {0.0, 0.0}, weight[2] = {0.0, 0.0}, most = 0.0;
    for (int i = 0; i < v->n_ways; i++) {
        const mtl__config *k = v->way[i].k;
        const double p = mtl__exp(k->log_p);
        sum[k->whole] += p * mtl__tails_below(t, k, c, limit);
        weight[k->whole] += p;
    }
    for (int k = 0; k < 2; k++)
        if (weight[k] > 0.0)
            most = mtl__max(most, sum[k] / weight[k]);
    return most;
}

static int find_limits(view *v, mtl__level *out, double unit, mtl_error *err)
{
    const mtl__joint *j = v->j;
    double yield = 0.0, places = 0.0, chance = 0.0;
    const int limit = mtl__limit_of_blank(j, v->all, v->o->alarm, out->hits, &out->p_blank,
                                          &out->expected_blank_hits, v->arena, err);
    if (limit < 0)
        return limit;
    out->lob_hits = limit;
    for (int i = 0; i < v->n_ways; i++) {
        const double p = mtl__exp(v->way[i].k->log_p);
        yield += p * mtl__joint_yield(j, v->way[i].k, v->set);
        chance += p;
    }
    yield /= chance;
    for (int t = 0; t < j->n_evidence; t++)
        places += v->all[t] ? (double)j->evidence[t].places : 0.0;
    const double net = limit < places ? places * (-mtl__log1p(-limit / places) +
                                                  mtl__log1p(-out->expected_blank_hits / places))
                                      : (double)INFINITY;
    out->lob_per_1e6 = unit * mtl__min(mtl__max(net, 0.0) / yield, j->most);
    mtl__tails t;
    mtl__joint clean;
    MTL_TRY(without_background(&clean, j, v->arena, err));
    MTL_TRY(mtl__tails_make(&t, &clean, v->set, v->all, limit, v->arena, err));
    const double power = v->o->power;
    double lo = mtl__log(1e-3 / yield), hi = mtl__log(j->most);
    for (int i = 0; i < 44 && hi - lo > 1e-4; i++) {
        const double mid = 0.5 * (lo + hi);
        if (1.0 - missed(v, &t, mtl__exp(mid), limit) >= power)
            hi = mid;
        else
            lo = mid;
    }
    out->lod_per_1e6 = hi >= mtl__log(j->most) ? (double)NAN : unit * mtl__exp(hi);
    return 0;
}

/* ---------------------------------------------------------------- all of it */
static void draw_grid(view *v, mtl__level *out, double unit, double high)
{
    double top = -HUGE_VAL;
    const double most = mtl__min(1.6 * high, v->j->most);
    for (int g = 0; g < out->n_grid; g++) {
        const double root = sqrt(most) * g / (out->n_grid - 1.0), c = root * root;
        double l = -HUGE_VAL;
        for (int i = 0; i < v->n_ways; i++) {
            const double here = v->way[i].k->log_p + profile(v, &v->way[i], c);
            const double more = mtl__max(l, here), less = mtl__min(l, here);
            l = less > -HUGE_VAL ? more + mtl__log1p(mtl__exp(less - more)) : more;
        }
        out->grid[g] = unit * c;
        out->likelihood[g] = l;
        top = mtl__max(top, l);
    }
    for (int g = 0; g < out->n_grid; g++)
        out->likelihood[g] = mtl__exp(out->likelihood[g] - top);
}

/* Whether hits alone are the measure: few of them, most wells silent, or no Ct to look at. */
static bool few_hits(const view *v)
{
    double places = 0.0;
    bool ct = false;
    for (int t = 0; t < v->j->n_evidence; t++)
        if (v->own[t]) {
            places += (double)v->j->evidence[t].places;
            ct = ct || v->j->evidence[t].has_ct;
        }
    if (v->hits == 0)
        return true;
    if (v->digital || !ct)
        return v->hits <= (v->digital ? EXACT_CT : EXACT_MOST) && v->hits < places;
    return v->hits <= EXACT_CT && v->hits <= FULL * places;
}

static double middle_of(const view *v, bool plain)
{
    double sum = 0.0;
    for (int i = 0; i < v->n_ways; i++) {
        const double c = (plain ? v->way[i].plain : v->way[i].best)[v->set];
        if (!(c > 0.0) && v->way[i].weight > 0.5)
            return 0.0;
        sum += v->way[i].weight * mtl__log(mtl__max(c, 1e-30));
    }
    return mtl__exp(sum);
}

/* The estimate without the biases of wells_edge.c; it stays within half the way to the ends. */
static double unbiased(view *v, double c, double low, double high)
{
    double bias = 0.0;
    for (int i = 0; i < v->n_ways; i++) {
        way *w = &v->way[i];
        memcpy(w->plain, w->best, sizeof w->plain);
        mtl__plain_estimate(v->j, w->k, w->plain);
        if (v->shared)
            bias += w->weight * mtl__edge_bias(v->j, w->k, v->set, w->plain);
    }
    return mtl__min(mtl__max(middle_of(v, true) - bias, 0.5 * (c + low)), 0.5 * (c + high));
}

/* Every well hit and nothing else to go by: the likelihood rises for ever. */
static bool endless(const view *v)
{
    for (int i = 0; i < v->n_ways; i++) {
        double c[MTL__SETS_MAX];
        memcpy(c, v->way[i].best, sizeof c);
        c[v->set] = v->j->most;
        if (mtl__joint_log(v->j, v->way[i].k, c) < v->way[i].top - 1e-4)
            return false;
    }
    return true;
}

static int measure(view *v, mtl__level *out, mtl_error *err)
{
    const mtl__joint *j = v->j;
    const double tail = 1.0 - v->o->level, unit = j->fractions ? 1e6 : (double)NAN;
    tops(v);
    if (v->n_ways == 0) {
        out->method = "profile";
        return 0;
    }
    v->exact = few_hits(v);
    if (v->exact)
        MTL_TRY(mtl__tails_make(&v->tails, j, v->set, v->own, v->hits, v->arena, err));
    double c = middle_of(v, false), low = 0.0, high;
    const bool no_top = out->flags & MTL__FLAG_ALL_HIT && endless(v);
    if (no_top)
        c = j->most;
    const bool seen = c > 0.0 && v->hits > 0;
    const double near = mtl__max(c, 1.0 / mtl__joint_yield(j, v->way[0].k, v->set));
    if (seen)
        low = lower_bound(v, c, 0.5 * tail);
    high = upper_bound(v, near, seen ? 0.5 * tail : tail);
    low = mtl__min(low, c);
    high = mtl__max(high, c);
    out->method = v->exact ? "exact" : v->digital ? "counting" : "profile";
    const double p_zero = at_least(v, 0.0);
    if (seen && !no_top)
        c = unbiased(v, c, low, high);
    if (v->o->bayes) {
        MTL_TRY(posterior(v, 4.0 * high, seen, &c, &low, &high, err));
        out->method = "posterior";
    }
    MTL_TRY(find_limits(v, out, 1.0, err));
    draw_grid(v, out, j->fractions ? 1e6 : 1.0, high);
    out->found = seen && out->hits > out->lob_hits && stands_out(v, p_zero);
    out->per_well = seen ? c : (double)NAN; /* the caller knows the genomes of a well */
    out->per_well_low = low;
    out->per_well_high = high;
    out->per_1e6 = seen ? unit * c : (double)NAN;
    out->low = unit * low;
    out->high = unit * high;
    out->lob_per_1e6 *= unit;
    out->lod_per_1e6 *= unit;
    if (out->hits > 0 && !out->found)
        out->flags |= MTL__FLAG_BELOW_LOB;
    if (out->found && out->per_1e6 < out->lod_per_1e6)
        out->flags |= MTL__FLAG_BELOW_LOD;
    return 0;
}

int mtl__level_measure(mtl__level *out, const mtl__joint *j, int set, const mtl__wells_opts *o,
                       mtl_error *err)
{
    mtl__arena arena;
    mtl__arena_init(&arena, 0);
    view v = {.j = j, .o = o, .set = set, .arena = &arena};
    mtl__gauss_legendre(INNER, v.inner, v.inner_weight);
    v.way = mtl__arena_alloc(&arena, (size_t)j->n_configs * sizeof *v.way);
    v.all = mtl__arena_alloc(&arena, (size_t)j->n_evidence * sizeof *v.all);
    v.own = mtl__arena_alloc(&arena, (size_t)j->n_evidence * sizeof *v.own);
    int status = MTL_ERR_MEMORY;
    if (v.way && v.all && v.own) {
        int64_t hits = 0, all_hits = 0;
        find_targets(&v);
        bool full = true;
        for (int t = 0; t < j->n_evidence; t++) {
            const mtl__evidence *e = &j->evidence[t];
            hits += v.own[t] ? e->positive : 0;
            all_hits += v.all[t] ? e->positive : 0;
            full = full && (!v.all[t] || e->positive >= e->places);
        }
        v.hits = (int)hits;
        out->hits = (int)all_hits;
        if (full && all_hits > 0)
            out->flags |= MTL__FLAG_ALL_HIT;
        status = measure(&v, out, err);
    } else
        mtl__say_nomem(err);
    mtl__arena_free(&arena);
    return status;
}
