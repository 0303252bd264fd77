/* SPDX-License-Identifier: MIT */
/*
 * study/ targets: statistics of families made by hand, lives chosen by an outcome, verdicts against
 * values worked out apart. The statistics draw random numbers with fixed seeds; their tolerances
 * are at least five standard errors of 400 studies, so that a right program fails one of them with
 * probability below 1e-5.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "matriline/targets.h"
#include "study/targets.h"

#define NEAR(a, b, tol) assert_true(fabs((a) - (b)) <= (tol))

/* ---------------------------------------------------------------- made by hand */
enum { R = 200 };
static float low_[R], high_[R], per_mL[R];
static mtl__family_sample sample[2];
static mtl__family family[1];
static mtl__evidence evidence[1];
static mtl_targets_result result;
static const int both[2] = {0, 1};
static mtl__member member[1] = {{.weight = 1.0, .family = 0, .sample = both, .n_samples = 1}};

/* Sample 0: every woman at 1e-5; sample 1: half at 1e-4, half at nothing. */
static void make(const char *unit, double value, double n)
{
    const mtl__qpcr q = {.genomes = 1e5,
                         .wells = 10,
                         .fragments = 1,
                         .copies = 1,
                         .recovery = 1,
                         .threshold = 1,
                         .efficiency = 1,
                         .ct_one = 38,
                         .ct_sd = 0.5};
    for (int i = 0; i < R; i++) {
        low_[i] = 1e-5f;
        high_[i] = i % 2 ? 1e-4f : 0.0f;
        per_mL[i] = 100.0f;
    }
    sample[0] = (mtl__family_sample){.qpcr = q,
                                     .p_positive = 0.25,
                                     .mean_fraction = 1e-5,
                                     .mean_per_mL = 100.0,
                                     .fraction = low_,
                                     .per_mL = per_mL};
    sample[1] = (mtl__family_sample){.qpcr = q,
                                     .p_positive = 0.5,
                                     .mean_fraction = 5e-5,
                                     .mean_per_mL = 500.0,
                                     .fraction = high_,
                                     .per_mL = NULL};
    family[0] = (mtl__family){
        .name = "made", .exact = true, .n_samples = 2, .replicates = R, .sample = sample};
    evidence[0] = (mtl__evidence){.id = "made",
                                  .quantity = "",
                                  .unit = unit,
                                  .use = "fit",
                                  .value = value,
                                  .low = NAN,
                                  .high = NAN,
                                  .n = n,
                                  .k = NAN};
    member[0].sample = both;
    member[0].n_samples = 1;
    result = (mtl_targets_result){.evidence = evidence,
                                  .n_evidence = 1,
                                  .family = family,
                                  .n_families = 1,
                                  .seed = 1,
                                  .replicates = R};
}

static mtl__target blank_target(enum mtl__statistic s)
{
    return (mtl__target){.statistic = s,
                         .population = {member, 1},
                         .reference = {member, 1},
                         .n = NAN,
                         .genomes = NAN,
                         .false_positive = NAN,
                         .wells = NAN,
                         .threshold = NAN,
                         .above = NAN,
                         .volume_mL = NAN,
                         .quantile = NAN,
                         .tolerance = NAN,
                         .scale_factor = 1.0};
}

static mtl__estimate estimate(const mtl__target *t)
{
    mtl__estimate e;
    mtl_error err = {0};
    assert_int_equal(mtl__target_estimate(&result, t, &e, &err), MTL_OK);
    return e;
}

static void shares_come_from_the_exact_solver_or_the_replicates(void **state)
{
    (void)state;
    make("fraction", 0.3, 50.0);
    mtl__target t = blank_target(MTL__S_POSITIVE);
    NEAR(estimate(&t).value, 0.25, 1e-12);
    /* an assay of its own: one genome on average among 1e5, so 1 - exp(-1) */
    t.genomes = 1e5;
    NEAR(estimate(&t).value, 0.6321205588, 1e-6); /* the levels are floats */
    t.false_positive = 0.5;
    NEAR(estimate(&t).value, 1.0 - 0.5 * 0.3678794412, 1e-6);
    /* either of two samples: 1 - e^-1 always, and for every second woman 1 - e^-11 */
    t = blank_target(MTL__S_ANY);
    member[0].n_samples = 2;
    NEAR(estimate(&t).value, 0.5 * 0.6321205588 + 0.5 * (1.0 - 0.3678794412 * 4.539993e-5), 1e-6);
    /* true level above a threshold */
    t = blank_target(MTL__S_ABOVE);
    member[0].n_samples = 1;
    member[0].sample = both + 1;
    t.above = 5e-5;
    NEAR(estimate(&t).value, 0.5, 1e-12);
}

static void levels_are_in_the_unit_of_the_row(void **state)
{
    (void)state;
    make("gEq per 1e6", 10.0, 20.0);
    mtl__target t = blank_target(MTL__S_MEAN);
    NEAR(estimate(&t).value, 10.0, 1e-9);
    t.scale_factor = 0.5;
    t.background = 2.0;
    NEAR(estimate(&t).value, 7.0, 1e-9);
    make("cells per 16 mL", 19.0, 20.0);
    t = blank_target(MTL__S_MEAN);
    NEAR(estimate(&t).value, 1600.0, 1e-9);
    mtl__target_unit u;
    assert_false(mtl__target_unit_parse("odds ratio", &u));
    assert_true(mtl__target_unit_parse("gEq per 1e5", &u));
    NEAR(u.scale, 1e5, 0.0);
}

/* 20 women, each a Poisson number of mean 1 genome of 1e5: mean 10 per million, standard deviation
   of the mean 10/sqrt(20) = 2.24; largest of 20 Poisson(1): median 3 or 4 genomes. */
static void spread_is_that_of_studies_of_n(void **state)
{
    (void)state;
    make("gEq per 1e6", 10.0, 20.0);
    mtl__target t = blank_target(MTL__S_MEAN);
    const mtl__estimate mean = estimate(&t);
    NEAR(mean.low, 10.0 - 1.645 * 2.236, 1.2);
    NEAR(mean.high, 10.0 + 1.645 * 2.236, 1.2);
    NEAR(mean.log10_above, 0.2236 / 2.302585, 0.03);
    assert_true(mean.log10_below > mean.log10_above); /* a logarithm is skew */
    t.statistic = MTL__S_LARGEST;
    const mtl__estimate largest = estimate(&t);
    assert_true(largest.value >= 29.9 && largest.value <= 40.1);
    /* counted in 16 mL instead: Poisson(1600) */
    make("cells per 16 mL", 1600.0, 20.0);
    t = blank_target(MTL__S_MEDIAN);
    t.volume_mL = 16.0;
    NEAR(estimate(&t).value, 1600.0, 15.0);
    /* median of those above 2e-5: the half at 1e-4, 10 genomes each */
    make("fraction of cells", 1e-4, 9.0);
    t = blank_target(MTL__S_MEDIAN_ABOVE);
    member[0].sample = both + 1;
    t.above = 2e-5;
    NEAR(estimate(&t).value, 1e-4, 1.1e-5);
    t.above = 0.5; /* nobody ever reads that high: nothing, and no endless search */
    NEAR(estimate(&t).value, 0.0, 0.0);
}

/* Lives chosen by an outcome: it came to the even ones, whose sample 1 is empty, and to every
   fourth of the odd ones. */
static void lives_can_be_chosen_by_an_outcome(void **state)
{
    (void)state;
    make("fraction", 0.3, 50.0);
    static float onset[R];
    int came = 0;
    for (int i = 0; i < R; i++) {
        onset[i] = i % 2 == 0 || i % 8 == 1 ? 1000.0f : NAN;
        came += !isnan(onset[i]);
    }
    mtl__sample samples[2] = {{.person = 3}, {.person = 3}};
    mtl_scenario s = {.sample = samples, .n_samples = 2};
    mtl__family_onset kept[2] = {{.person = 2, .outcome = 5, .onset = low_},
                                 {.person = 3, .outcome = 5, .onset = onset}};
    family[0].scenario = &s;
    family[0].order = both;
    family[0].onset = kept;
    family[0].n_onsets = 2;
    mtl__member with = {.weight = 1.0,
                        .sample = both + 1,
                        .n_samples = 1,
                        .chosen = MTL__CHOSEN_WITH,
                        .outcome = 5};
    mtl__member without = with;
    without.chosen = MTL__CHOSEN_WITHOUT;
    assert_int_equal(mtl__member_lives(&family[0], &with), came);
    assert_int_equal(mtl__member_lives(&family[0], &without), R - came);
    mtl__target t = blank_target(MTL__S_POSITIVE);
    t.population = (mtl__population){&with, 1};
    const double seen = 1.0 - 4.539993e-5; /* ten genomes on average */
    NEAR(estimate(&t).value, seen * (came - R / 2) / came, 1e-6);
    t.population = (mtl__population){&without, 1};
    NEAR(estimate(&t).value, seen, 1e-6);
    t.statistic = MTL__S_ABOVE;
    t.above = 5e-5;
    NEAR(estimate(&t).value, 1.0, 1e-12);
    t.statistic = MTL__S_RATIO_OUTCOME;
    t.reference = (mtl__population){&with, 1};
    NEAR(estimate(&t).value, (double)(R - came) / came, 1e-12);
    t.statistic = MTL__S_RATIO_MEANS;
    NEAR(estimate(&t).value, (double)came / (came - R / 2), 1e-6);
    with.outcome = 6; /* followed in nobody: no life */
    assert_int_equal(mtl__member_lives(&family[0], &with), 0);
}

static void ratios_and_nothing_seen(void **state)
{
    (void)state;
    make("ratio", 1.0, NAN);
    mtl__member other = {.weight = 1.0, .family = 0, .sample = both + 1, .n_samples = 1};
    mtl__target t = blank_target(MTL__S_RATIO_MEANS);
    t.population = (mtl__population){&other, 1};
    NEAR(estimate(&t).value, 5.0, 1e-12);
    t.statistic = MTL__S_RATIO_POSITIVE;
    NEAR(estimate(&t).value, 2.0, 1e-12);
    t.statistic = MTL__S_ODDS_RATIO;
    NEAR(estimate(&t).value, 3.0, 1e-12);
    make("colonies per mL", 0.0, 3.0);
    t = blank_target(MTL__S_NONE_SEEN);
    t.volume_mL = 0.01;
    NEAR(estimate(&t).p_none, exp(-3.0), 1e-9);
}

/* ---------------------------------------------------------------- verdicts */
static mtl_target_row judge(const mtl__target *t, double value, double log10_sd, double p_none)
{
    mtl_target_row row = {.id = "made"};
    const mtl__estimate est = {.value = value,
                               .low = NAN,
                               .high = NAN,
                               .log10_below = log10_sd,
                               .log10_above = 2.0 * log10_sd,
                               .p_none = p_none};
    mtl__target_judge(&evidence[0], t, &est, &row);
    return row;
}

static void counts_are_judged_by_the_binomial_law(void **state)
{
    (void)state;
    /* 16 of 48: the Wilson 95% interval is 0.2168 to 0.4746 */
    make("fraction", 16.0 / 48.0, 48.0);
    evidence[0].k = 16.0;
    mtl__target t = blank_target(MTL__S_POSITIVE);
    assert_int_equal(judge(&t, 0.217, 0.0, NAN).verdict, MTL_VERDICT_MET);
    assert_int_equal(judge(&t, 0.216, 0.0, NAN).verdict, MTL_VERDICT_FAILS);
    assert_int_equal(judge(&t, 0.474, 0.0, NAN).verdict, MTL_VERDICT_MET);
    assert_int_equal(judge(&t, 0.475, 0.0, NAN).verdict, MTL_VERDICT_FAILS);
    assert_true(judge(&t, 0.2, 0.0, NAN).miss < 0.0);
    /* 48 choose 16 = 2254848913647 */
    NEAR(judge(&t, 0.5, 0.0, NAN).score, log(2254848913647.0) - 48.0 * log(2.0), 1e-9);
    const mtl_target_row never = judge(&t, 0.0, 0.0, NAN); /* finite, however wrong */
    assert_true(isfinite(never.score) && never.score < -200.0);
    assert_int_equal(never.verdict, MTL_VERDICT_FAILS);
}

static void levels_bounds_and_words_are_judged(void **state)
{
    (void)state;
    make("gEq per 1e6", 10.0, 20.0);
    mtl__target t = blank_target(MTL__S_MEAN);
    mtl_target_row row = judge(&t, 20.0, 0.2, NAN); /* sd = sqrt(0.2^2 + 0.15^2) = 0.25 */
    NEAR(row.miss, 0.30103 / 0.25, 1e-4);
    assert_int_equal(row.verdict, MTL_VERDICT_MET);
    assert_int_equal(judge(&t, 40.0, 0.2, NAN).verdict, MTL_VERDICT_FAILS);
    /* the other side has twice the spread */
    NEAR(judge(&t, 5.0, 0.2, NAN).miss, -0.30103 / sqrt(0.4 * 0.4 + 0.15 * 0.15), 1e-4);
    t.scale_sd = 0.5;
    assert_int_equal(judge(&t, 40.0, 0.2, NAN).verdict, MTL_VERDICT_MET);
    t.scale_sd = 0.0;
    t.compare = MTL__C_UPPER;
    assert_int_equal(judge(&t, 9.99, 0.2, NAN).verdict, MTL_VERDICT_MET);
    assert_int_equal(judge(&t, 10.01, 0.2, NAN).verdict, MTL_VERDICT_FAILS);
    t.compare = MTL__C_INTERVAL;
    evidence[0].low = 2.0;
    evidence[0].high = 6.0;
    NEAR(judge(&t, 3.0, 0.0, NAN).miss, 0.0, 0.0);
    NEAR(judge(&t, 0.2, 0.0, NAN).miss, -1.0 / 0.15, 1e-9);
    t.compare = MTL__C_NO_RISE;
    t.tolerance = 0.1;
    assert_int_equal(judge(&t, 1.09, 0.0, NAN).verdict, MTL_VERDICT_MET);
    assert_int_equal(judge(&t, 1.8, 0.0, NAN).verdict, MTL_VERDICT_FAILS);
    t = blank_target(MTL__S_NONE_SEEN);
    assert_int_equal(judge(&t, 0.01, 0.0, 0.06).verdict, MTL_VERDICT_MET);
    assert_int_equal(judge(&t, 0.01, 0.0, 0.04).verdict, MTL_VERDICT_FAILS);
    /* an odds ratio is judged by its own interval: 0.11 (0.03 to 0.42) */
    t = blank_target(MTL__S_ODDS_RATIO);
    evidence[0].value = 0.11;
    evidence[0].low = 0.03;
    evidence[0].high = 0.42;
    assert_int_equal(judge(&t, 0.4, 0.0, NAN).verdict, MTL_VERDICT_MET);
    assert_int_equal(judge(&t, 1.0, 0.0, NAN).verdict, MTL_VERDICT_FAILS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_come_from_the_exact_solver_or_the_replicates),
        cmocka_unit_test(levels_are_in_the_unit_of_the_row),
        cmocka_unit_test(spread_is_that_of_studies_of_n),
        cmocka_unit_test(lives_can_be_chosen_by_an_outcome),
        cmocka_unit_test(ratios_and_nothing_seen),
        cmocka_unit_test(counts_are_judged_by_the_binomial_law),
        cmocka_unit_test(levels_bounds_and_words_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
