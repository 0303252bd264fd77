/* SPDX-License-Identifier: MIT */
/* Virtual assays: closed forms, readings whose ends are what they say, sums of exponentials, what a
   model may say of an assay, and design of experiments. No random numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assay/virtual.h"
#include "fixture_scenario.h"
#include "measure/design.h"

static void near(double got, double want, double rtol)
{
    if (!(fabs(got - want) <= rtol * fabs(want) + 1e-300))
        fail_msg("%.17g is not %.17g", got, want);
}

static mtl__virtual fish(int threshold)
{
    return (mtl__virtual){.by = MTL__BY_FISH, .fish = {1000, 4, 0.8, 1e-4, threshold}};
}

static mtl__virtual dpcr(int threshold)
{
    return (mtl__virtual){.by = MTL__BY_DPCR,
                          .dpcr = {2e4, 20000, 1.5, 0.5, 1e-5},
                          .dpcr_threshold = threshold,
                          .dpcr_wells = 2,
                          .partition_nl = 0.85};
}

static mtl__virtual reads(double overdispersion, int64_t threshold)
{
    return (mtl__virtual){.by = MTL__BY_READS,
                          .reads = {1e4, 0.5, 10, 5.0, 100.0, 1e-3, overdispersion, threshold}};
}

static void test_closed_forms(void **state)
{
    (void)state;
    const double c = 1e-3;
    mtl__virtual v = fish(1);
    const double p = c * 0.8 + (1 - c) * 1e-4;
    near(mtl__virtual_p_positive(&v, c), 1 - pow(1 - p, 1000), 1e-12);
    v = fish(2);
    near(mtl__virtual_p_positive(&v, c), 1 - pow(1 - p, 1000) - 1000 * p * pow(1 - p, 999), 1e-11);
    near(mtl__fish_loglik(&v.fish, 1, c), log(1000 * p) + 999 * log1p(-p), 1e-12);
    v = dpcr(1);
    /* 20,000 partitions, all silent: fragments 2e4 x 0.5 x 1.5 x c, false ones 20,000 x 1e-5 */
    near(mtl__virtual_p_positive(&v, c), -expm1(-15.0 - 0.2), 1e-12);
    /* reads: blanks are Poisson, 10 sites x 100 x 1e-3 = 1 */
    v = reads(0.0, 2);
    near(mtl__virtual_p_positive(&v, 0.0), 1 - 2 * exp(-1.0), 1e-12);
    /* one donor genome or more of 5,000: a mixture over their number */
    double sum = 0.0;
    for (int d = 0; d < 60; d++) {
        const double mean = 1.0 + 100.0 * 0.998 * 5.0 * d / 5000.0;
        sum += exp(-5.0 + d * log(5.0) - lgamma(d + 1.0)) * (1 - exp(-mean) * (1 + mean));
    }
    near(mtl__virtual_p_positive(&v, c), sum, 1e-10);
    /* overdispersed blanks: negative binomial, shape 0.01 (1 - rho)/rho, P(0) = (1 + 100/S)^-shape
     */
    v = reads(0.01, 1);
    near(mtl__virtual_p_positive(&v, 0.0), 1 - pow(1 + 100.0 / 99.0, -0.99), 1e-11);
    assert_true(isnan(mtl__virtual_p_positive(&v, -1e-9)));
}

static void test_likelihoods_sum(void **state)
{
    (void)state;
    const mtl__virtual f = fish(1), r = reads(0.01, 1), s = reads(0.0, 1);
    double a = 0, b = 0, c = 0;
    for (int k = 0; k <= 1000; k++) {
        a += exp(mtl__fish_loglik(&f.fish, k, 2e-3));
        b += exp(mtl__informative_loglik(&r.reads, k, 2e-3));
        c += exp(mtl__informative_loglik(&s.reads, k, 2e-3));
    }
    near(a, 1, 1e-11);
    near(b, 1, 1e-9);
    near(c, 1, 1e-11);
    assert_true(mtl__fish_loglik(&f.fish, 1001, 0.1) == -HUGE_VAL);
    assert_true(mtl__informative_loglik(&r.reads, -1, 0.1) == -HUGE_VAL);
}

/* Lower end: P(so many or more) = 2.5%. Upper end: P(so few) = 2.5% of what blanks show. */
static void test_readings(void **state)
{
    (void)state;
    const mtl__virtual all[] = {fish(2), dpcr(3), reads(0.0, 3), reads(0.01, 5)};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int64_t k = 0; k < 60; k += k < 4 ? 1 : 11) {
            mtl__reading x;
            assert_int_equal(mtl__virtual_read(&all[i], k, &x), 0);
            assert_int_equal(x.hits, k);
            assert_true(x.positive == (k >= mtl__virtual_threshold(&all[i])));
            if (x.low > 0)
                near(mtl__virtual_at_least(&all[i], k, 1e-6 * x.low), 0.025, 1e-6);
            else
                assert_true(mtl__virtual_at_least(&all[i], k, 0) >= 0.025 || k == 0);
            const double few = 1 - mtl__virtual_at_least(&all[i], k + 1, 0);
            if (x.high < 1e6)
                near(1 - mtl__virtual_at_least(&all[i], k + 1, 1e-6 * x.high), 0.025 * few, 1e-5);
            assert_true(x.high > 0);
            assert_true(k == 0 ? isnan(x.geq_per_1e6)
                               : x.low <= x.geq_per_1e6 && x.geq_per_1e6 <= x.high);
            const int64_t b = (int64_t)x.lob_hits;
            assert_true(mtl__virtual_at_least(&all[i], b + 1, 0) <= 0.05);
            assert_true(b == 0 || mtl__virtual_at_least(&all[i], b, 0) > 0.05);
        }
    const mtl__virtual v = dpcr(3);
    near(mtl__virtual_p_positive(&v, mtl__virtual_lod(&v, 0.95)), 0.95, 1e-8);
    mtl__reading x;
    assert_int_equal(mtl__virtual_read(&v, 20001, &x), MTL_ERR_VALUE);
    assert_int_equal(mtl__virtual_read(&v, -1, &x), MTL_ERR_VALUE);
}

static void test_rule(void **state)
{
    (void)state;
    mtl__virtual v = reads(0.0, 1);
    const int64_t k = mtl__informative_rule(&v.reads, 0.05); /* Poisson of mean 1 */
    assert_int_equal(k, 4);
    v.reads.error = 0;
    assert_int_equal(mtl__informative_rule(&v.reads, 0.05), 1);
    v.reads.sites = 0;
    v.reads.signal = 0;
    assert_int_equal(mtl__virtual_check(&v, NULL), 0);
    assert_true(mtl__virtual_p_positive(&v, 0.5) == 0);
    assert_true(mtl__virtual_lod(&v, 0.95) == HUGE_VAL);
}

static void test_silences(void **state)
{
    (void)state;
    const mtl__virtual all[] = {fish(1), fish(3), dpcr(1), dpcr(2), dpcr(4), reads(0.01, 5)};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        mtl__silences s;
        assert_int_equal(mtl__virtual_silences(&all[i], &s), 0);
        for (double c = 0; c <= 1; c = c < 1e-7 ? 1e-7 : 1.17 * c) {
            double sum = 0;
            for (int k = 0; k < s.n; k++)
                sum += s.weight[k] * exp(-s.genomes[k] * c);
            if (!(fabs(sum - 1 + mtl__virtual_p_positive(&all[i], c)) <= 1.5 * s.error + 1e-9))
                fail_msg("assay %zu at %g: off by %g, said %g", i, c,
                         sum - 1 + mtl__virtual_p_positive(&all[i], c), s.error);
        }
        assert_true(s.error < 2e-4 && s.gain < 1e5);
    }
}

static void test_impossible(void **state)
{
    (void)state;
    mtl__virtual v = fish(1);
    mtl_error e = {0};
    v.fish.false_per_cell = 0.9;
    assert_int_equal(mtl__virtual_check(&v, &e), MTL_ERR_VALUE);
    assert_string_equal(e.field, "false_per_cell");
    v = dpcr(0);
    assert_int_equal(mtl__virtual_check(&v, &e), MTL_ERR_VALUE);
    assert_string_equal(e.field, "threshold");
    v = reads(1.0, 1);
    assert_int_equal(mtl__virtual_check(&v, &e), MTL_ERR_VALUE);
    assert_string_equal(e.field, "overdispersion");
}

/* The least amount that does: it does, one less (or 3% less of the reads) does not. */
static void test_design(void **state)
{
    (void)state;
    const mtl__wish wish = {2e-4, 0.9, 0.02};
    const mtl__virtual all[] = {fish(1), dpcr(1), reads(0.0, 1)};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        mtl__need n;
        assert_int_equal(mtl__design(&all[i], &wish, &n), 0);
        assert_true(n.enough && n.power >= 0.9 && n.alarm <= 0.02);
        mtl__virtual v = all[i];
        for (int less = 0; less < 2; less++) {
            const double amount =
                v.by == MTL__BY_READS ? n.amount * (less ? 0.97 : 1) : n.amount - less;
            v.fish.cells = (int64_t)(250 * amount);
            v.dpcr.partitions = (int64_t)(10000 * amount);
            v.dpcr.genomes = 1e4 * amount;
            v.reads.depth = amount;
            v.reads.genomes = n.genomes;
            int64_t k = 1;
            while (mtl__virtual_at_least(&v, k, 0) > 0.02)
                k++;
            assert_true(less || k == n.threshold);
            const double power = mtl__virtual_at_least(&v, k, 2e-4);
            assert_true(less ? power < 0.9 : fabs(power - n.power) < 1e-12);
        }
    }
    mtl__need n;
    mtl__virtual v = reads(0.0, 1);
    assert_int_equal(mtl__design_sites(&v, &wish, &n), 0);
    assert_true(n.enough && n.amount > 10);
    assert_int_equal(mtl__design(&v, &(mtl__wish){0, 0.9, 0.1}, &n), MTL_ERR_VALUE);
    v.reads.signal = 0; /* nothing to be seen */
    assert_int_equal(mtl__design(&v, &wish, &n), 0);
    assert_false(n.enough);
}

/* ---------------------------------------------------------------- scenarios */
#define SAMPLE "  - {date: 1990-05-01, person: anna, event: sample, organ: blood, assay: "

static void test_scenarios(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA SAMPLE "sry-dpcr, reading: {positive: 3, partitions: 40000, geq: "
                         "2e4}}\n" SAMPLE "xy-fish, reading: {positive: 1, cells: 500000}}\n" SAMPLE
                         "snp-reads}\n");
    assert_true(s->sample[0].given.hits == 3 && s->sample[0].given.wells == 40000);
    assert_true(s->sample[1].given.wells == 500000 && isnan(s->sample[1].given.geq));
    mtl_scenario_free(s);
    refused(ANNA SAMPLE "sry-dpcr, reading: {hits: 3, wells: 40000}}\n", MTL_ERR_NAME, 4, "hits");
    refused(ANNA SAMPLE "xy-fish, reading: {positive: 3, cells: 2}}\n", MTL_ERR_VALUE, 4,
            "3 of 2 cells positive");
    refused(ANNA SAMPLE "xy-fish, reading: {positive: 3, cells: 9, geq: 2}}\n", MTL_ERR_NAME, 4,
            "geq");
    refused(ANNA SAMPLE "snp-reads, reading: {hits: 3, wells: 4}}\n", MTL_ERR_VALUE, 4,
            "matriline mix");
    refused(ANNA
            "  - {date: 1950-01-01, person: anna, event: delivery, week: 40, child: tom}\n" SAMPLE
            "snp-reads, target: tom}\n",
            MTL_ERR_VALUE, 5, "matriline mix");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms), cmocka_unit_test(test_likelihoods_sum),
        cmocka_unit_test(test_readings),     cmocka_unit_test(test_rule),
        cmocka_unit_test(test_silences),     cmocka_unit_test(test_impossible),
        cmocka_unit_test(test_design),       cmocka_unit_test(test_scenarios)};
    return cmocka_run_group_tests_name("virtual", tests, load_model, free_model);
}
