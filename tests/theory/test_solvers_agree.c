/* SPDX-License-Identifier: MIT */
/* The solvers against each other on random networks of 3 to 30 types with hubs, loops of crossings,
   Cox intensities, heterogeneous sources, culls and (half of them) seasons: P(negative), mean and
   variance of what a sample sees, by exact, leap and the slow reference, against analytic. n =
   6,000 realisations each, z tests. About 12 networks x 4 solvers x 6 comparisons = 300 checks at
   the levels of oracle_stats.h: family-wise below 1e-6. Then the order of leap's splitting error,
   on clones so large that chance does not hide it, and the bits of a replicate. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oracle_stats.h"
#include "reference.h"

enum { N = 6000 };

static int agree(const ref_net *net, const mtl__source *s, mtl__analytic *a, int solver,
                 const char *name, uint64_t seed, mtl__rng *rng)
{
    static double seen[N];
    const double time[2] = {41.0, 75.0};
    double see_type[REF_TYPES], see_cox[REF_COX];
    mtl_error err = {0};
    char what[64];
    int bad = 0;
    for (int i = 0; i < net->n_types; i++)
        see_type[i] = mtl__rng_unit(rng) < 0.4 ? 0.0 : mtl__rng_unit(rng);
    for (int c = 0; c < net->n_cox; c++)
        see_cox[c] = 0.01 * mtl__rng_unit(rng);
    ref_draws r = ref_run(net, s, solver, 0.5, seed, N, 2, time);
    for (int k = 0; k < 2; k++) {
        mtl__seen want;
        int64_t none = 0;
        assert_int_equal(mtl__analytic_seen(a, s, time[k], see_type, see_cox, 1e-9, &want, &err),
                         0);
        ref_seen(&r, k, see_type, see_cox, seed, seen);
        for (int i = 0; i < N; i++)
            none += seen[i] == 0.0;
        snprintf(what, sizeof what, "%s, %d types, day %g", name, net->n_types, time[k]);
        bad += refutes_share(what, none, N, want.p_none);
        bad += refutes_mean(what, seen, N, want.mean);
        bad += refutes_variance(what, seen, N, want.variance);
    }
    ref_draws_free(&r);
    return bad;
}

static void agree_all(bool varies, uint64_t seed)
{
    static const int sizes[] = {3, 5, 8, 13, 20, 30};
    int bad = 0;
    for (int k = 0; k < 6; k++) {
        static const struct {
            int solver;
            const char *name;
        } of[] = {{MTL__EXACT, "exact"},
                  {MTL__LEAP, "leap"},
                  {MTL__AUTO, "auto"},
                  {REF_SLOW, "reference"}};
        ref_drawn d;
        ref_draw(&d, seed, k, sizes[k], varies);
        for (int i = 0; i < (sizes[k] <= 8 ? 4 : 3); i++) /* the reference is slow */
            bad += agree(&d.net, &d.s.source, d.a, of[i].solver, of[i].name,
                         seed + 10 * (uint64_t)(i + 1) + (uint64_t)k, &d.rng);
        ref_drawn_free(&d);
    }
    assert_int_equal(bad, 0);
}

static void test_constant(void **state)
{
    (void)state;
    agree_all(false, 4000);
}

static void test_seasons(void **state)
{
    (void)state;
    agree_all(true, 4100);
}

/* 10^13 cells: chance moves the mean by some 10^-6 of itself, the splitting error of a step of days
   is 10^-4 and more (leap may take less than the step it is given, not more). Error(h) / error(h/2)
   is 4 for an error that falls as step^2; within 3.4
   .. 4.6. */
static int order_two(const char *what, const ref_net *net, int type, double widest)
{
    const double time = 48.0, step[3] = {widest, widest / 2.0, widest / 4.0};
    mtl__group fixed = {.law = MTL__FIXED, .key = 1};
    mtl__burst start = {.t = 0.0, .count = 10000000000000};
    const mtl__source s = {.group = &fixed, .n_groups = 1, .burst = &start, .n_bursts = 1};
    mtl__process *p = ref_build(net);
    mtl__analytic *a = NULL;
    double mean[REF_TYPES] = {0.0}, error[3];
    int bad = 0;
    assert_int_equal(mtl__analytic_new(&a, p, NULL), 0);
    assert_int_equal(mtl__analytic_forward(a, &s, 1e-11, 1, &time, mean, NULL, NULL), 0);
    for (int k = 0; k < 3; k++) {
        ref_draws r = ref_run(net, &s, MTL__LEAP, step[k], 4200, 1, 1, &time);
        error[k] = ref_count(&r, 0, type)[0] / mean[type] - 1.0;
        ref_draws_free(&r);
    }
    for (int k = 0; k < 2; k++) {
        const double ratio = error[k] / error[k + 1];
        if (!(fabs(error[k + 1]) > 2e-5 && ratio > 3.7 && ratio < 4.3)) {
            printf("# REFUTED %s: error %.3g at step %g, %.3g at half of it\n", what, error[k],
                   step[k], error[k + 1]);
            bad++;
        }
    }
    mtl__analytic_free(a);
    mtl__process_free(p);
    return bad;
}

static void test_splitting_error(void **state)
{
    (void)state;
    /* Births in A, deaths in B, exchange by change, and by a hub. */
    ref_net change = {.n_types = 2,
                      .divide = {{0.06, 0}, {0.0, 0}},
                      .die = {{0.0, 0}, {0.08, 0}},
                      .row_of = {-1, -1}};
    ref_add(change.change, &change.n_change, 0, 1, 0.05, 0);
    ref_add(change.change, &change.n_change, 1, 0, 0.04, 0);
    ref_net hub = {.n_types = 3,
                   .n_rows = 2,
                   .divide = {{0.06, 0}},
                   .die = {{0.0, 0}, {0.08, 0}, {0.01, 0}},
                   .leave = {{0.08, 0}, {0.05, 0}, {0.05, 0}},
                   .row_of = {0, 1, 0},
                   .loss = {0.2, 0.1}};
    ref_add(hub.land, &hub.n_land, 0, 1, 1.0, 0);
    ref_add(hub.land, &hub.n_land, 0, 2, 0.5, 0);
    ref_add(hub.land, &hub.n_land, 1, 0, 1.0, 0);
    ref_add(hub.cross, &hub.n_cross, 0, 1, 0.7, 0);
    ref_add(hub.cross, &hub.n_cross, 1, 0, 0.7, 0);
    int bad = order_two("change, A", &change, 0, 4.0) + order_two("change, B", &change, 1, 4.0);
    for (int i = 0; i < 3; i++)
        bad += order_two("hub", &hub, i, 4.0);
    /* Factors are taken once a step. */
    const ref_net decline = {.n_types = 1,
                             .divide = {{0.06, 3}},
                             .die = {{0.03, 0}},
                             .row_of = {-1},
                             .env = &ref_seasons};
    bad += order_two("a factor that declines", &decline, 0, 2.0);
    assert_int_equal(bad, 0);
}

/* A replicate has the same bits alone, in a series, with a used or a new state, and from a second
   process built from the same parts. */
static void one_run(const mtl__process *p, const mtl__source *s, mtl__state *state, int solver,
                    uint64_t replicate, int64_t *counts, double *cox)
{
    const double time[3] = {20.0, 41.0, 75.0};
    const mtl__sim_opts o = {.solver = (enum mtl__solver)solver, .step_days = 1.0};
    const mtl__rng_key key = {5, 6, replicate, 7};
    memset(counts, 0, 3 * REF_TYPES * sizeof *counts);
    memset(cox, 0, 3 * REF_COX * sizeof *cox);
    assert_int_equal(mtl__simulate(p, s, &o, &key, state, 3, time, counts, cox, NULL), 0);
}

static void test_same_bits(void **state)
{
    (void)state;
    for (int k = 0; k < 8; k++) {
        ref_net net;
        ref_source s;
        mtl__rng rng;
        mtl__state *used = NULL, *fresh = NULL;
        int64_t series[20][3 * REF_TYPES], alone[3 * REF_TYPES];
        double cox_series[20][3 * REF_COX], cox_alone[3 * REF_COX];
        int differ = 0;
        mtl__rng_stream(&rng, 4300, 1, (uint64_t)k, 1);
        ref_random(&net, &rng, 6, k % 2);
        ref_random_source(&s, &net, &rng);
        mtl__process *p = ref_build(&net), *again = ref_build(&net);
        assert_int_equal(mtl__state_new(&used, p, 4, NULL), 0);
        for (int solver = MTL__EXACT; solver <= MTL__LEAP; solver++) {
            for (int r = 0; r < 20; r++)
                one_run(p, &s.source, used, solver, (uint64_t)r, series[r], cox_series[r]);
            for (int r = 19; r >= 0; r -= 3) {
                assert_int_equal(mtl__state_new(&fresh, again, 4, NULL), 0);
                one_run(again, &s.source, fresh, solver, (uint64_t)r, alone, cox_alone);
                assert_memory_equal(alone, series[r], sizeof alone);
                assert_memory_equal(cox_alone, cox_series[r], sizeof cox_alone);
                mtl__state_free(fresh);
                differ += r > 0 && memcmp(series[r], series[r - 1], sizeof alone) != 0;
            }
            assert_true(differ > 3); /* and replicates do differ */
        }
        mtl__state_free(used);
        mtl__process_free(p);
        mtl__process_free(again);
    }
}

/* Counts and intensities are added to what is there: the sources of a donor sum. */
static void test_sources_add(void **state)
{
    (void)state;
    ref_net net;
    ref_source s;
    mtl__rng rng;
    mtl__state *st = NULL;
    int64_t once[3 * REF_TYPES], twice[REF_TYPES] = {0};
    double cox[3 * REF_COX], cox_twice[REF_COX] = {0.0};
    const double time = 20.0;
    const mtl__sim_opts o = {.solver = MTL__EXACT, .step_days = 1.0};
    const mtl__rng_key key = {5, 6, 3, 7};
    mtl__rng_stream(&rng, 4400, 1, 1, 1);
    ref_random(&net, &rng, 6, false);
    ref_random_source(&s, &net, &rng);
    mtl__process *p = ref_build(&net);
    assert_int_equal(mtl__state_new(&st, p, 4, NULL), 0);
    memset(once, 0, sizeof once);
    memset(cox, 0, sizeof cox);
    assert_int_equal(mtl__simulate(p, &s.source, &o, &key, st, 1, &time, once, cox, NULL), 0);
    for (int turn = 0; turn < 2; turn++)
        assert_int_equal(
            mtl__simulate(p, &s.source, &o, &key, st, 1, &time, twice, cox_twice, NULL), 0);
    for (int i = 0; i < 6; i++)
        assert_int_equal(twice[i], 2 * once[i]);
    for (int c = 0; c < 2; c++)
        assert_true(fabs(cox_twice[c] - 2.0 * cox[c]) <= 1e-12 * fabs(cox_twice[c]));
    mtl__state_free(st);
    mtl__process_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant),        cmocka_unit_test(test_seasons),
        cmocka_unit_test(test_splitting_error), cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_sources_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
