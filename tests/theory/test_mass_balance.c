/* SPDX-License-Identifier: MIT */
/* The account of every cell: after each run of each solver, on random networks and sources,
     sum of counts = immigrated + births - deaths - lost - culled,
     leaves + immigration into rows = landed + lost,
   and what a network cannot do is not in its account. These are identities of whole numbers: no
   level. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference.h"

enum { RUNS = 60 };
static const double last = 75.0;

/* One run; the account at its end and the cells there are. */
static mtl__ledger run(const ref_net *net, const mtl__source *s, int solver, uint64_t replicate,
                       int64_t *cells)
{
    mtl__process *p = ref_build(net);
    mtl__state *state = NULL;
    int64_t counts[2 * REF_TYPES] = {0};
    double cox[2 * REF_COX] = {0.0};
    mtl_error err = {0};
    const double time[2] = {33.0, last};
    const mtl__sim_opts o = {.solver = (enum mtl__solver)solver, .step_days = 1.5};
    const mtl__rng_key key = {8, 9, replicate, 10};
    assert_int_equal(mtl__state_new(&state, p, s->n_groups, &err), 0);
    if (mtl__simulate(p, s, &o, &key, state, 2, time, counts, cox, &err) != 0)
        fail_msg("simulate: %s", err.text);
    const mtl__ledger out = state->ledger;
    *cells = 0;
    for (int i = 0; i < 2 * net->n_types; i++) {
        assert_true(counts[i] >= 0);
        *cells += i >= net->n_types ? counts[i] : 0;
    }
    for (int c = 0; c < 2 * net->n_cox; c++)
        assert_true(isfinite(cox[c]) && cox[c] >= 0.0);
    mtl__state_free(state);
    mtl__process_free(p);
    return out;
}

static void check(const mtl__ledger *l, int64_t cells)
{
    assert_int_equal(cells, l->immigrated + l->births - l->deaths - l->lost - l->culled);
    assert_true(l->immigrated >= 0 && l->births >= 0 && l->deaths >= 0 && l->changes >= 0 &&
                l->culled >= 0);
    assert_true(l->leaves >= 0 && l->landed >= 0 && l->lost >= 0 && l->crossed >= 0 &&
                l->events >= 0);
}

/* Sends every immigrant to where `to` says. */
static void redirect(ref_source *s, enum mtl__target to)
{
    for (int k = 0; k < 4; k++) {
        if (s->inflow[k].to != MTL__TO_COX)
            s->inflow[k] = (mtl__inflow){.t0 = s->inflow[k].t0,
                                         .t1 = s->inflow[k].t1,
                                         .rate = s->inflow[k].rate,
                                         .group = s->inflow[k].group,
                                         .to = to,
                                         .target = k % 2};
        if (s->burst[k].to != MTL__TO_COX) {
            s->burst[k].to = to;
            s->burst[k].target = k % 2;
        }
    }
}

static void random_runs(enum mtl__target to)
{
    mtl__ledger sum = {0};
    for (uint64_t k = 0; k < RUNS; k++) {
        ref_net net;
        ref_source s;
        mtl__rng rng;
        mtl__rng_stream(&rng, 5000, 1, k, 1);
        ref_random(&net, &rng, 3 + (int)(k % 28), k % 2 == 1);
        ref_random_source(&s, &net, &rng);
        redirect(&s, to);
        for (int solver = MTL__EXACT; solver <= MTL__AUTO; solver++) {
            int64_t cells;
            const mtl__ledger l = run(&net, &s.source, solver, k, &cells);
            check(&l, cells);
            assert_int_equal(l.leaves + (to == MTL__TO_ROW ? l.immigrated : 0), l.landed + l.lost);
            sum.births += l.births;
            sum.crossed += l.crossed;
            sum.culled += l.culled;
            sum.changes += l.changes;
            sum.lost += l.lost;
        }
    }
    /* The identities have been put to the test: all of these happened. */
    assert_true(sum.births > 100 && sum.crossed > 100 && sum.culled > 100 && sum.changes > 100 &&
                sum.lost > 100);
}

static void test_immigration_into_types(void **state)
{
    (void)state;
    random_runs(MTL__TO_TYPE);
}

static void test_immigration_into_rows(void **state)
{
    (void)state;
    random_runs(MTL__TO_ROW);
}

/* Without births, deaths, losses and culls nobody comes or goes: the cells are those that came; and
   a large clone keeps count to the last cell. */
static void test_closed_network(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < RUNS; k++) {
        ref_net net;
        mtl__rng rng;
        mtl__rng_stream(&rng, 5001, 1, k, 1);
        ref_random(&net, &rng, 3 + (int)(k % 20), k % 2 == 1);
        for (int i = 0; i < net.n_types; i++)
            net.divide[i].rate = net.die[i].rate = 0.0;
        for (int r = 0; r < net.n_rows; r++)
            net.loss[r] = 0.0;
        const int64_t many = k % 3 ? 50 : 100000000;
        mtl__group group = {.law = MTL__FIXED, .key = 1};
        mtl__burst burst = {.t = 1.0, .count = many, .to = k % 2 ? MTL__TO_ROW : MTL__TO_TYPE};
        const mtl__source s = {.group = &group, .n_groups = 1, .burst = &burst, .n_bursts = 1};
        for (int solver = many > 50 ? MTL__LEAP : MTL__EXACT; solver <= MTL__LEAP; solver++) {
            int64_t cells;
            const mtl__ledger l = run(&net, &s, solver, k, &cells);
            check(&l, cells);
            assert_int_equal(cells, many);
            assert_int_equal(l.immigrated, many);
            assert_int_equal(l.births + l.deaths + l.lost + l.culled, 0);
        }
    }
}

/* A network without hubs has no leaves, one without changes no changes. */
static void test_nothing_from_nothing(void **state)
{
    (void)state;
    const ref_net net = {.n_types = 1, .divide = {{0.02, 0}}, .row_of = {-1}};
    mtl__group group = {.law = MTL__FIXED, .key = 1};
    mtl__burst burst = {.t = 1.0, .count = 30};
    mtl__cull cull = {.t = 60.0, .keep = 0.0, .type0 = 0, .type1 = 1};
    mtl__source s = {.group = &group, .n_groups = 1, .burst = &burst, .n_bursts = 1};
    for (int solver = MTL__EXACT; solver <= MTL__AUTO; solver++) {
        int64_t cells;
        mtl__ledger l = run(&net, &s, solver, 1, &cells);
        check(&l, cells);
        assert_int_equal(cells, 30 + l.births);
        assert_true(l.births > 0);
        assert_int_equal(l.deaths + l.leaves + l.landed + l.lost + l.crossed + l.changes + l.culled,
                         0);
        s.cull = &cull;
        s.n_culls = 1;
        l = run(&net, &s, solver, 1, &cells);
        assert_int_equal(cells, 0);
        assert_int_equal(l.culled, 30 + l.births);
        s.n_culls = 0;
    }
}

/* Growth without bound stops with its own error, and so does a limit of events; neither is a crash.
 */
static void test_limits(void **state)
{
    (void)state;
    const ref_net net = {.n_types = 1, .divide = {{0.5, 0}}, .row_of = {-1}};
    mtl__group group = {.law = MTL__FIXED, .key = 1};
    mtl__burst burst = {.t = 0.0, .count = 10};
    const mtl__source s = {.group = &group, .n_groups = 1, .burst = &burst, .n_bursts = 1};
    mtl__process *p = ref_build(&net);
    mtl__state *st = NULL;
    int64_t counts = 0;
    const double time = 100.0;
    const mtl__rng_key key = {1, 2, 3, 4};
    assert_int_equal(mtl__state_new(&st, p, 1, NULL), 0);
    for (int solver = MTL__EXACT; solver <= MTL__AUTO; solver++) {
        mtl_error err = {0};
        const mtl__sim_opts o = {.solver = (enum mtl__solver)solver, .max_cells = 100000};
        assert_int_equal(mtl__simulate(p, &s, &o, &key, st, 1, &time, &counts, NULL, &err),
                         MTL_ERR_EXPLODES);
        assert_int_equal(err.code, MTL_ERR_EXPLODES);
    }
    const mtl__sim_opts few = {.solver = MTL__EXACT, .max_events = 1000};
    assert_int_equal(mtl__simulate(p, &s, &few, &key, st, 1, &time, &counts, NULL, NULL),
                     MTL_ERR_LIMIT);
    mtl__state_free(st);
    mtl__process_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_immigration_into_types),
        cmocka_unit_test(test_immigration_into_rows),
        cmocka_unit_test(test_closed_network),
        cmocka_unit_test(test_nothing_from_nothing),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
