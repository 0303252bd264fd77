/* SPDX-License-Identifier: MIT */
/* The obvious simulator and what tests of process/ share: see reference.h. Meaning of the network,
   from process/process.h alone: every cell divides, dies, changes, leaves at its own rates, each
   times one factor; a leaving cell meets the weights of its row at once, landings and crossings
   times their factors, loss as it is; dy/dt = sum output N + inflow - decay y. */
#include "reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---------------------------------------------------------------- networks */
void ref_add(ref_link *list, int *n, int from, int to, double rate, int factor)
{
    assert_true(*n < REF_LINKS);
    list[(*n)++] = (ref_link){from, to, rate, factor};
}

void ref_factors(const ref_net *net, double t, double *f)
{
    f[0] = 1.0;
    if (net->env)
        net->env->advance(net->env, t, f);
}

mtl__process *ref_build(const ref_net *net)
{
    mtl__builder *b = NULL;
    mtl__process *p = NULL;
    mtl_error err = {0};
    char name[REF_TYPES][16]; /* labels name the random streams: each its own */
    assert_int_equal(mtl__builder_new(&b, &err), 0);
    for (int i = 0; i < net->n_types; i++) {
        snprintf(name[i], sizeof name[i], "type %d", i);
        assert_int_equal(mtl__add_type(b, name[i]), i);
    }
    for (int r = 0; r < net->n_rows; r++)
        assert_int_equal(mtl__add_row(b, net->loss[r], "row"), r);
    for (int c = 0; c < net->n_cox; c++)
        assert_int_equal(mtl__add_cox(b, net->decay[c], "cox"), c);
    for (int i = 0; i < net->n_types; i++) {
        if (net->divide[i].rate > 0.0)
            assert_true(mtl__add_divide(b, i, net->divide[i].rate, net->divide[i].factor) >= 0);
        if (net->die[i].rate > 0.0)
            assert_true(mtl__add_die(b, i, net->die[i].rate, net->die[i].factor) >= 0);
        if (net->row_of[i] >= 0 && net->leave[i].rate > 0.0)
            assert_true(mtl__add_leave(b, i, net->leave[i].rate, net->leave[i].factor,
                                       net->row_of[i]) >= 0);
    }
#define ADD_ALL(list, count, add)                                                                  \
    for (int k = 0; k < net->count; k++)                                                           \
    assert_true(                                                                                   \
        add(b, net->list[k].from, net->list[k].to, net->list[k].rate, net->list[k].factor) >= 0)
    ADD_ALL(change, n_change, mtl__add_change);
    ADD_ALL(output, n_output, mtl__add_output);
    ADD_ALL(land, n_land, mtl__add_land);
    ADD_ALL(cross, n_cross, mtl__add_cross);
#undef ADD_ALL
    if (mtl__builder_finish(b, net->env, &p, &err) != 0)
        fail_msg("refused: %s: %s", err.field, err.text);
    mtl__builder_free(b);
    return p;
}

void ref_rows(const ref_net *net, const double *f, const double *value, double lost, double *out)
{
    for (int r = 0; r < net->n_rows; r++)
        out[r] = 0.0;
    for (int turn = 0; turn < 100000; turn++) {
        double moved = 0.0;
        for (int r = 0; r < net->n_rows; r++) {
            double weight = net->loss[r], sum = net->loss[r] * lost;
            for (int k = 0; k < net->n_land; k++)
                if (net->land[k].from == r) {
                    weight += net->land[k].rate * f[net->land[k].factor];
                    sum += net->land[k].rate * f[net->land[k].factor] * value[net->land[k].to];
                }
            for (int k = 0; k < net->n_cross; k++)
                if (net->cross[k].from == r) {
                    weight += net->cross[k].rate * f[net->cross[k].factor];
                    sum += net->cross[k].rate * f[net->cross[k].factor] * out[net->cross[k].to];
                }
            const double now = sum / weight;
            moved = fmax(moved, fabs(now - out[r]));
            out[r] = now;
        }
        if (moved < 1e-17)
            break;
    }
}

static double between(mtl__rng *rng, double lo, double hi)
{
    return lo + (hi - lo) * mtl__rng_unit(rng);
}

static int any_factor(mtl__rng *rng, bool varies)
{
    return varies && mtl__rng_unit(rng) < 0.5 ? 1 + (int)mtl__rng_below(rng, 3) : 0;
}

void ref_random(ref_net *net, mtl__rng *rng, int n_types, bool varies)
{
    *net = (ref_net){.n_types = n_types, .n_cox = 2, .env = varies ? &ref_seasons : NULL};
    net->n_rows = 2 + (int)mtl__rng_below(rng, 2);
    for (int i = 0; i < n_types; i++) {
        net->divide[i] = (ref_rate){mtl__rng_unit(rng) < 0.7 ? between(rng, 0.001, 0.03) : 0.0,
                                    any_factor(rng, varies)};
        net->die[i] = (ref_rate){between(rng, 0.002, 0.04), any_factor(rng, varies)};
        net->leave[i] = (ref_rate){mtl__rng_unit(rng) < 0.8 ? between(rng, 0.005, 0.08) : 0.0,
                                   any_factor(rng, varies)};
        net->row_of[i] =
            net->leave[i].rate > 0.0 ? (int)mtl__rng_below(rng, (uint32_t)net->n_rows) : -1;
    }
    for (int i = 0; i < n_types; i++) {
        const int j = (int)mtl__rng_below(rng, (uint32_t)n_types);
        if (j != i)
            ref_add(net->change, &net->n_change, i, j, between(rng, 0.001, 0.03),
                    any_factor(rng, varies));
    }
    for (int r = 0; r < net->n_rows; r++) {
        net->loss[r] = between(rng, 0.1, 1.0);
        for (int i = r % 2; i < n_types; i += 2) /* each row reaches half of the types */
            ref_add(net->land, &net->n_land, r, i, between(rng, 0.05, 1.0),
                    any_factor(rng, varies));
        for (int other = 0; other < net->n_rows; other++)
            if (other != r) /* both ways: a loop */
                ref_add(net->cross, &net->n_cross, r, other, between(rng, 0.05, 1.0),
                        any_factor(rng, varies));
    }
    for (int c = 0; c < 2; c++) {
        net->decay[c] = between(rng, 0.05, 1.0);
        for (int i = c; i < n_types; i += 2)
            ref_add(net->output, &net->n_output, i, c, between(rng, 0.1, 2.0),
                    any_factor(rng, varies));
    }
}

/* ---------------------------------------------------------------- seasons */
#define STEP_DAY 35.0

static void seasons_advance(const mtl__env *e, double t, double *f)
{
    const double all[4] = {1.0, 1.0 + 0.8 * sin(6.283185307179586 * t / 30.0),
                           t < STEP_DAY ? 0.5 : 1.7, 0.2 + 1.5 * exp(-t / 20.0)};
    for (int k = 0; k < e->n; k++)
        f[k] = all[mtl__env_number(e, k)];
}

static void seasons_bound(const mtl__env *e, double t0, double t1, double *f_hi)
{
    const double all[4] = {1.0, 1.8, t1 <= STEP_DAY ? 0.5 : 1.7, 0.2 + 1.5 * exp(-t0 / 20.0)};
    for (int k = 0; k < e->n; k++)
        f_hi[k] = all[mtl__env_number(e, k)];
}

static double seasons_break(const mtl__env *e, double t)
{
    (void)e;
    return t < STEP_DAY ? STEP_DAY : HUGE_VAL;
}

const mtl__env ref_seasons = {
    .n = 4, .advance = seasons_advance, .bound = seasons_bound, .next_break = seasons_break};

void ref_random_source(ref_source *s, const ref_net *net, mtl__rng *rng)
{
    const int types = net->n_types;
    const bool varies = net->env != NULL;
    *s = (ref_source){
        .group = {{.law = MTL__FIXED, .key = 1},
                  {.law = MTL__GAMMA, .shape = between(rng, 0.5, 2.0), .key = 2},
                  {.law = MTL__LOGNORMAL, .shape = between(rng, 0.3, 0.8), .key = 3},
                  {.law = MTL__MIXTURE, .shape = 0.4, .p_big = 0.1, .big = 4.0, .key = 4}}};
#define ANY_TYPE (int)mtl__rng_below(rng, (uint32_t)types)
    s->inflow[0] = (mtl__inflow){.t0 = between(rng, 0.0, 10.0),
                                 .t1 = between(rng, 30.0, 70.0),
                                 .rate = between(rng, 0.02, 0.1),
                                 .factor = any_factor(rng, varies),
                                 .group = 1,
                                 .to = MTL__TO_TYPE,
                                 .target = ANY_TYPE};
    s->inflow[1] = (mtl__inflow){.t0 = between(rng, 0.0, 10.0),
                                 .t1 = between(rng, 30.0, 70.0),
                                 .rate = between(rng, 0.02, 0.1),
                                 .factor = any_factor(rng, varies),
                                 .group = 2,
                                 .to = MTL__TO_ROW,
                                 .target = (int)mtl__rng_below(rng, (uint32_t)net->n_rows)};
    s->inflow[2] = (mtl__inflow){.t0 = 5.0,
                                 .t1 = 60.0,
                                 .rate = between(rng, 0.02, 0.2),
                                 .factor = any_factor(rng, varies),
                                 .group = 3,
                                 .to = MTL__TO_COX,
                                 .target = 0};
    s->inflow[3] = (mtl__inflow){.t0 = 20.0,
                                 .t1 = 25.0,
                                 .rate = between(rng, 0.1, 0.5),
                                 .group = 0,
                                 .to = MTL__TO_ROW,
                                 .target = 0};
    s->burst[0] =
        (mtl__burst){.t = 2.0, .count = 3, .group = 0, .to = MTL__TO_TYPE, .target = ANY_TYPE};
    s->burst[1] = (mtl__burst){.t = between(rng, 10.0, 30.0),
                               .mean = between(rng, 0.5, 4.0),
                               .count = -1,
                               .group = 1,
                               .to = MTL__TO_ROW,
                               .target = net->n_rows - 1};
    s->burst[2] = (mtl__burst){.t = between(rng, 31.0, 60.0),
                               .mean = between(rng, 0.5, 4.0),
                               .count = -1,
                               .group = 3,
                               .to = MTL__TO_TYPE,
                               .target = ANY_TYPE};
    s->burst[3] = (mtl__burst){.t = between(rng, 31.0, 60.0),
                               .mean = between(rng, 0.5, 2.0),
                               .count = -1,
                               .group = 0,
                               .to = MTL__TO_COX,
                               .target = 1};
    s->cull[0] = (mtl__cull){.t = 44.5,
                             .keep = between(rng, 0.3, 0.9),
                             .type0 = 0,
                             .type1 = types / 2,
                             .cox0 = 0,
                             .cox1 = 1};
    s->cull[1] = (mtl__cull){.t = 62.5,
                             .keep = between(rng, 0.3, 0.9),
                             .type0 = types / 3,
                             .type1 = types,
                             .cox0 = 1,
                             .cox1 = 2};
#undef ANY_TYPE
    s->source = (mtl__source){s->group, 4, s->inflow, 4, s->burst, 4, s->cull, 2};
    mtl__source_sort(&s->source);
}

/* ---------------------------------------------------------------- the slow simulator */
typedef struct slow {
    const ref_net *net;
    const mtl__source *s;
    mtl__rng *rng;
    double multiplier[64];
    double t, y[REF_COX];
    int64_t n[REF_TYPES];
} slow;

static double multiplier(const mtl__group *g, mtl__rng *rng)
{
    switch (g->law) {
    case MTL__GAMMA:
        return mtl__rng_gamma(rng, g->shape) / g->shape;
    case MTL__LOGNORMAL:
        return exp(g->shape * mtl__rng_normal(rng) - 0.5 * g->shape * g->shape);
    case MTL__MIXTURE:
        if (mtl__rng_unit(rng) < g->p_big)
            return g->big;
        return (1.0 - g->p_big * g->big) / (1.0 - g->p_big) *
               exp(g->shape * mtl__rng_normal(rng) - 0.5 * g->shape * g->shape);
    case MTL__SPIKE:
        if (mtl__rng_unit(rng) >= g->p_big)
            return 0.0;
        return exp(g->shape * mtl__rng_normal(rng) - 0.5 * g->shape * g->shape) / g->p_big;
    case MTL__NUMBER:
        return (double)mtl__rng_poisson(rng, g->shape) / g->shape;
    case MTL__FIXED:
        break;
    }
    return 1.0;
}

/* A cell enters a row and meets its weights until it is lost or has landed. */
static void enter(slow *w, int row, const double *f)
{
    const ref_net *net = w->net;
    for (;;) {
        double weight = net->loss[row];
        for (int k = 0; k < net->n_land; k++)
            if (net->land[k].from == row)
                weight += net->land[k].rate * f[net->land[k].factor];
        for (int k = 0; k < net->n_cross; k++)
            if (net->cross[k].from == row)
                weight += net->cross[k].rate * f[net->cross[k].factor];
        double u = weight * mtl__rng_unit(w->rng);
        int next = -1;
        for (int k = 0; k < net->n_land; k++)
            if (net->land[k].from == row) {
                u -= net->land[k].rate * f[net->land[k].factor];
                if (u < 0.0) {
                    w->n[net->land[k].to]++;
                    return;
                }
            }
        for (int k = 0; k < net->n_cross && next < 0; k++)
            if (net->cross[k].from == row) {
                u -= net->cross[k].rate * f[net->cross[k].factor];
                if (u < 0.0)
                    next = net->cross[k].to;
            }
        if (next < 0)
            return; /* lost */
        row = next;
    }
}

/* Goes through everything that can happen at the factors f. Without `u` returns the total rate;
   with it does the event that u falls on, or nothing if u is above the total. */
static double scan(slow *w, const double *f, const double *pick)
{
    const ref_net *net = w->net;
    double sum = 0.0;
#define HERE(r) (sum += (r), pick && *pick < sum)
    for (int i = 0; i < net->n_types; i++) {
        const double n = (double)w->n[i];
        if (HERE(n * net->divide[i].rate * f[net->divide[i].factor])) {
            w->n[i]++;
            return sum;
        }
        if (HERE(n * net->die[i].rate * f[net->die[i].factor])) {
            w->n[i]--;
            return sum;
        }
        if (net->row_of[i] >= 0 && HERE(n * net->leave[i].rate * f[net->leave[i].factor])) {
            w->n[i]--;
            enter(w, net->row_of[i], f);
            return sum;
        }
    }
    for (int k = 0; k < net->n_change; k++)
        if (HERE((double)w->n[net->change[k].from] * net->change[k].rate *
                 f[net->change[k].factor])) {
            w->n[net->change[k].from]--;
            w->n[net->change[k].to]++;
            return sum;
        }
    for (int k = 0; k < w->s->n_inflows; k++) {
        const mtl__inflow *in = &w->s->inflow[k];
        if (in->to == MTL__TO_COX || w->t < in->t0 || w->t >= in->t1)
            continue;
        if (HERE(in->rate * f[in->factor] * w->multiplier[in->group])) {
            if (in->to == MTL__TO_TYPE)
                w->n[in->target]++;
            else
                enter(w, in->target, f);
            return sum;
        }
    }
#undef HERE
    return sum;
}

/* y over [t0, t1], on which counts stand still: Simpson with fine steps. */
static void cox_forward(slow *w, double t0, double t1)
{
    const ref_net *net = w->net;
    for (int c = 0; c < net->n_cox; c++) {
        const double mu = net->decay[c];
        double sum = 0.0;
        const int m =
            net->env ? 2 * (1 + (int)((t1 - t0) * 4.0)) : 2 * (1 + (int)((t1 - t0) * 2.0 * mu));
        for (int i = 0; i <= m; i++) {
            double f[64] = {1.0}, drive = 0.0;
            const double t = t0 + (t1 - t0) * i / m;
            ref_factors(net, i == m ? t1 - 1e-9 * (t1 - t0) : t, f);
            for (int k = 0; k < net->n_output; k++)
                if (net->output[k].to == c)
                    drive += net->output[k].rate * f[net->output[k].factor] *
                             (double)w->n[net->output[k].from];
            for (int k = 0; k < w->s->n_inflows; k++) {
                const mtl__inflow *in = &w->s->inflow[k];
                if (in->to == MTL__TO_COX && in->target == c && t0 >= in->t0 && t1 <= in->t1)
                    drive += in->rate * f[in->factor] * w->multiplier[in->group];
            }
            sum += (i == 0 || i == m ? 1.0 : i % 2 ? 4.0 : 2.0) * drive * exp(-mu * (t1 - t));
        }
        w->y[c] = w->y[c] * exp(-mu * (t1 - t0)) + sum * (t1 - t0) / (3.0 * m);
    }
}

/* All events up to t1; no burst, cull, window edge or break lies between. */
static void advance(slow *w, double t1)
{
    while (w->t < t1) {
        double f[64] = {1.0}, f_hi[64] = {1.0};
        if (w->net->env)
            w->net->env->bound(w->net->env, w->t, t1, f_hi);
        const double total = scan(w, f_hi, NULL);
        const double next = total > 0.0 ? w->t + mtl__rng_exp(w->rng) / total : HUGE_VAL;
        const double to = next < t1 ? next : t1;
        cox_forward(w, w->t, to);
        w->t = to;
        if (to < t1) { /* thinning: the event is real with probability rate / bound */
            const double pick = total * mtl__rng_unit(w->rng);
            ref_factors(w->net, w->t, f);
            scan(w, f, &pick);
        }
    }
}

static void at_instant(slow *w, double t)
{
    double f[64] = {1.0};
    ref_factors(w->net, t, f);
    for (int k = 0; k < w->s->n_bursts; k++) {
        const mtl__burst *b = &w->s->burst[k];
        if (b->t != t)
            continue;
        const double mean = b->count >= 0 ? (double)b->count : b->mean * w->multiplier[b->group];
        if (b->to == MTL__TO_COX) {
            w->y[b->target] += mean;
            continue;
        }
        const int64_t cells = b->count >= 0 ? b->count : mtl__rng_poisson(w->rng, mean);
        for (int64_t i = 0; i < cells; i++) {
            if (b->to == MTL__TO_TYPE)
                w->n[b->target]++;
            else
                enter(w, b->target, f);
        }
    }
    for (int k = 0; k < w->s->n_culls; k++) {
        const mtl__cull *c = &w->s->cull[k];
        if (c->t != t)
            continue;
        for (int i = c->type0; i < c->type1; i++) {
            int64_t stay = 0;
            for (int64_t j = 0; j < w->n[i]; j++)
                stay += mtl__rng_unit(w->rng) < c->keep;
            w->n[i] = stay;
        }
        for (int i = c->cox0; i < c->cox1; i++)
            w->y[i] *= c->keep;
    }
}

static double earlier(double next, double t, double now)
{
    return t > now && t < next ? t : next;
}

void ref_simulate(const ref_net *net, const mtl__source *s, mtl__rng *rng, int n_times,
                  const double *time, int64_t *counts, double *cox)
{
    slow w = {.net = net, .s = s, .rng = rng, .t = mtl__source_start(s)};
    for (int g = 0; g < s->n_groups; g++)
        w.multiplier[g] = multiplier(&s->group[g], rng);
    if (n_times > 0 && !(w.t <= time[0]))
        w.t = time[0];
    at_instant(&w, w.t);
    for (int k = 0; k < n_times; k++) {
        while (w.t < time[k]) {
            double next = time[k];
            for (int i = 0; i < s->n_inflows; i++)
                next = earlier(earlier(next, s->inflow[i].t0, w.t), s->inflow[i].t1, w.t);
            for (int i = 0; i < s->n_bursts; i++)
                next = earlier(next, s->burst[i].t, w.t);
            for (int i = 0; i < s->n_culls; i++)
                next = earlier(next, s->cull[i].t, w.t);
            if (net->env)
                next = earlier(next, net->env->next_break(net->env, w.t), w.t);
            advance(&w, next);
            at_instant(&w, next);
        }
        memcpy(counts + k * net->n_types, w.n, (size_t)net->n_types * sizeof *counts);
        if (net->n_cox > 0)
            memcpy(cox + k * net->n_cox, w.y, (size_t)net->n_cox * sizeof *cox);
    }
}

/* ---------------------------------------------------------------- many realisations */
static void run_solver(const ref_net *net, const mtl__source *s, int solver, double step,
                       uint64_t seed, int n_times, const double *time, ref_draws *d,
                       int64_t *counts, double *cox)
{
    mtl__process *p = ref_build(net);
    mtl__state *state = NULL;
    mtl_error err = {0};
    const mtl__sim_opts o = {.solver = solver == REF_SLOW ? MTL__EXACT : (enum mtl__solver)solver,
                             .step_days = step};
    assert_int_equal(mtl__source_check(s, p, &err), 0);
    assert_int_equal(mtl__state_new(&state, p, s->n_groups, &err), 0);
    for (int r = 0; r < d->n; r++) {
        const mtl__rng_key key = {seed, 17, (uint64_t)r, 23};
        memset(counts, 0, (size_t)(n_times * net->n_types) * sizeof *counts);
        memset(cox, 0, (size_t)(n_times * (net->n_cox + 1)) * sizeof *cox);
        if (solver == REF_SLOW) {
            mtl__rng rng;
            mtl__rng_stream(&rng, seed, 18, (uint64_t)r, 23);
            ref_simulate(net, s, &rng, n_times, time, counts, cox);
        } else if (mtl__simulate(p, s, &o, &key, state, n_times, time, counts, cox, &err) != 0) {
            fail_msg("simulate: %s: %s", err.field, err.text);
        }
        for (int k = 0; k < n_times * net->n_types; k++)
            d->x[k * d->n + r] = (double)counts[k];
        for (int k = 0; k < n_times * net->n_cox; k++)
            d->y[k * d->n + r] = cox[k];
    }
    mtl__state_free(state);
    mtl__process_free(p);
}

ref_draws ref_run(const ref_net *net, const mtl__source *s, int solver, double step, uint64_t seed,
                  int n, int n_times, const double *time)
{
    ref_draws d = {.n = n, .n_types = net->n_types, .n_cox = net->n_cox, .n_times = n_times};
    d.x = calloc((size_t)(n_times * net->n_types) * (size_t)n, sizeof *d.x);
    d.y = calloc((size_t)(n_times * (net->n_cox + 1)) * (size_t)n, sizeof *d.y);
    int64_t *counts = calloc((size_t)(n_times * net->n_types), sizeof *counts);
    double *cox = calloc((size_t)(n_times * (net->n_cox + 1)), sizeof *cox);
    assert_true(d.x && d.y && counts && cox);
    run_solver(net, s, solver, step, seed, n_times, time, &d, counts, cox);
    free(counts);
    free(cox);
    return d;
}

void ref_draws_free(ref_draws *d)
{
    free(d->x);
    free(d->y);
    d->x = d->y = NULL;
}

const double *ref_count(const ref_draws *d, int k, int type)
{
    return d->x + (size_t)(k * d->n_types + type) * (size_t)d->n;
}

const double *ref_level(const ref_draws *d, int k, int cox)
{
    return d->y + (size_t)(k * d->n_cox + cox) * (size_t)d->n;
}

void ref_seen(const ref_draws *d, int k, const double *see_type, const double *see_cox,
              uint64_t seed, double *out)
{
    for (int r = 0; r < d->n; r++) {
        mtl__rng rng;
        mtl__rng_stream(&rng, seed, 19, (uint64_t)r, 23);
        int64_t seen = 0;
        for (int i = 0; i < d->n_types; i++)
            seen += mtl__rng_binomial(&rng, (int64_t)ref_count(d, k, i)[r], see_type[i]);
        for (int c = 0; c < d->n_cox; c++)
            seen += mtl__rng_poisson(&rng, see_cox[c] * ref_level(d, k, c)[r]);
        out[r] = (double)seen;
    }
}

void ref_draw(ref_drawn *d, uint64_t seed, int k, int n_types, bool varies)
{
    mtl_error err = {0};
    mtl__rng_stream(&d->rng, seed, 1, (uint64_t)k, 1);
    ref_random(&d->net, &d->rng, n_types, varies);
    ref_random_source(&d->s, &d->net, &d->rng);
    d->p = ref_build(&d->net);
    assert_int_equal(mtl__analytic_new(&d->a, d->p, &err), 0);
}

void ref_drawn_free(ref_drawn *d)
{
    mtl__analytic_free(d->a);
    mtl__process_free(d->p);
}
