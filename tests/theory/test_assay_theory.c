/* SPDX-License-Identifier: MIT */
/* assay/: what is drawn follows the law that is judged by. n = 40,000 samples for each of 8 assays;
   chi-square of the hits, z of mean hits and of Ct; coverage of the intervals is summed, not drawn.
   Levels: oracle_stats.h; about 40 checks, so the family-wise level is below 1e-6. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "assay/assay.h"
#include "oracle_stats.h"

#define N 40000

static mtl__qpcr assay(int wells, double fragments, double blank)
{
    return (mtl__qpcr){.genomes = 2e4,
                       .wells = wells,
                       .fragments = fragments,
                       .copies = 30.0 * fragments,
                       .recovery = 0.4,
                       .false_per_well = blank,
                       .threshold = wells > 1 ? 2 : 1,
                       .efficiency = 0.9,
                       .ct_one = 37.5,
                       .ct_sd = 0.4};
}

static double *draw_hits(const mtl__qpcr *a, const mtl__composition *tube, uint64_t seed)
{
    double *x = malloc(N * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < N; i++) {
        mtl__rng rng;
        int hits;
        mtl__rng_stream(&rng, seed, 11, (uint64_t)i, 7);
        assert_int_equal(mtl__qpcr_draw(a, tube, &rng, NULL, &hits, NULL), 0);
        x[i] = hits;
    }
    return x;
}

static void test_hits_follow_their_law(void **state)
{
    (void)state;
    static const struct {
        int wells;
        double fragments, blank, c;
    } at[] = {{8, 1.0, 0.0, 4e-4},    {24, 5.0, 0.0, 1e-4},  {24, 2.5, 0.05, 3e-4},
              {96, 40.0, 0.0, 2e-4},  {12, 0.6, 0.02, 1e-3}, {1, 7.0, 0.1, 1e-4},
              {48, 10.0, 0.01, 9e-4}, {16, 3.0, 0.0, 2.5e-3}};
    int bad = 0;
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        mtl__qpcr a = assay(at[k].wells, at[k].fragments, at[k].blank);
        const int copies = 1;
        const mtl__composition tube = {1, &at[k].c, &copies};
        double *x = draw_hits(&a, &tube, 100 + k), pmf[97];
        int64_t positive = 0;
        for (int h = 0; h <= a.wells; h++)
            pmf[h] = exp(mtl__qpcr_loglik(&a, h, at[k].c));
        bad += refutes_law("hits", x, N, pmf, a.wells + 1);
        bad += refutes_mean("hits", x, N, a.wells * mtl__qpcr_p_well(&a, at[k].c));
        for (int i = 0; i < N; i++)
            positive += x[i] >= a.threshold;
        bad += refutes_share("positive", positive, N, mtl__qpcr_p_positive(&a, at[k].c));
        free(x);
    }
    assert_int_equal(bad, 0);
}

/* Two carriers of one allele are one carrier of both fractions; an allele pair doubles the
 * fragments. */
static void test_several_donors(void **state)
{
    (void)state;
    const double two[2] = {1e-4, 2e-4}, one[1] = {1.5e-4};
    const int single[2] = {1, 1}, pair[1] = {2};
    const mtl__composition both = {2, two, single}, homozygous = {1, one, pair};
    mtl__qpcr a = assay(24, 3.0, 0.0), doubled = a;
    double pmf[25];
    int bad = 0;
    double *x = draw_hits(&a, &both, 201);
    for (int h = 0; h <= 24; h++)
        pmf[h] = exp(mtl__qpcr_loglik(&a, h, 3e-4));
    bad += refutes_law("two donors", x, N, pmf, 25);
    free(x);
    doubled.fragments = 6.0;
    doubled.copies *= 2.0;
    x = draw_hits(&a, &homozygous, 202);
    for (int h = 0; h <= 24; h++)
        pmf[h] = exp(mtl__qpcr_loglik(&doubled, h, 1.5e-4));
    bad += refutes_law("homozygous donor", x, N, pmf, 25);
    free(x);
    assert_int_equal(bad, 0);
}

/* At least 95% of readings enclose the truth, at any fraction; summed over the law of the hits.
   With discrete hits more than 95%, but not 100% everywhere. */
static void test_coverage(void **state)
{
    (void)state;
    static const double fragments[] = {1.0, 4.0, 2.5}, blank[] = {0.0, 0.01, 0.1};
    double least = 1.0;
    for (int k = 0; k < 3; k++) {
        const mtl__qpcr a = assay(16, fragments[k], blank[k]);
        double low[17], high[17];
        for (int h = 0; h <= 16; h++) {
            mtl__reading r;
            assert_int_equal(mtl__qpcr_read(&a, h, &r), 0);
            low[h] = r.low * 1e-6;
            high[h] = r.high * 1e-6;
        }
        for (double c = 1e-7; c < 0.05; c *= 1.07) {
            double covered = 0.0;
            for (int h = 0; h <= 16; h++)
                if (low[h] <= c && c <= high[h])
                    covered += exp(mtl__qpcr_loglik(&a, h, c));
            assert_true(covered >= 0.95 - 1e-9);
            if (covered < least)
                least = covered;
        }
    }
    assert_true(least < 0.97);
}

/* Blanks exceed the limit of blank in at most 5%, the limit of detection is seen in 95% (n =
 * 40,000). */
static void test_limits_by_draws(void **state)
{
    (void)state;
    const mtl__qpcr a = assay(20, 4.0, 0.02);
    mtl__reading r;
    const int copies = 1;
    int64_t over = 0, seen = 0;
    assert_int_equal(mtl__qpcr_read(&a, 0, &r), 0);
    const double lod = r.lod_geq_per_1e6 * 1e-6;
    const mtl__composition none = {0, NULL, NULL}, some = {1, &lod, &copies};
    double *x = draw_hits(&a, &none, 301), *y = draw_hits(&a, &some, 302);
    for (int i = 0; i < N; i++) {
        over += x[i] > r.lob_hits;
        seen += y[i] > r.lob_hits && y[i] >= a.threshold;
    }
    free(x);
    free(y);
    assert_true((double)over / N < 0.05);
    assert_int_equal(refutes_share("seen at the limit of detection", seen, N, 0.95), 0);
}

/* The likelihood of Ct values has mean score 0 at the truth (one fragment per genome, where wells
   are independent; several per genome with score of the mean only), n = 4,000. */
static void test_ct_score(void **state)
{
    (void)state;
    enum { n = 4000 };
    static const double fragments[] = {1.0, 1.0, 0.5}, truth[] = {6e-4, 2e-2, 5e-4};
    static double score[n], ct_mean[n];
    int bad = 0;
    for (int k = 0; k < 3; k++) {
        const mtl__qpcr a = assay(8, fragments[k], 0.02);
        const int copies = 1;
        const double c = truth[k], step = 1e-4 * c;
        const mtl__composition tube = {1, &c, &copies};
        for (int i = 0; i < n; i++) {
            mtl__rng rng;
            double ct[8];
            int hits;
            mtl__rng_stream(&rng, 400 + (uint64_t)k, 1, (uint64_t)i, 1);
            assert_int_equal(mtl__qpcr_draw(&a, &tube, &rng, ct, &hits, &ct_mean[i]), 0);
            score[i] =
                (mtl__qpcr_loglik_ct(&a, ct, c + step) - mtl__qpcr_loglik_ct(&a, ct, c - step)) /
                (2.0 * step);
        }
        bad += refutes_mean("score of Ct", score, n, 0.0);
    }
    assert_int_equal(bad, 0);
}

/* Many fragments per well: Ct is that of the mean copies. 30 copies per fragment, 37.5 for one
 * copy. */
static void test_ct_curve(void **state)
{
    (void)state;
    enum { n = 4000 };
    static double ct_mean[n];
    const mtl__qpcr a = assay(4, 1.0, 0.0);
    const double c = 0.5;
    const int copies = 1;
    const mtl__composition tube = {1, &c, &copies};
    for (int i = 0; i < n; i++) {
        mtl__rng rng;
        int hits;
        mtl__rng_stream(&rng, 500, 1, (uint64_t)i, 1);
        assert_int_equal(mtl__qpcr_draw(&a, &tube, &rng, NULL, &hits, &ct_mean[i]), 0);
        assert_int_equal(hits, 4);
    }
    /* 1,000 fragments per well; E log(m) = log(mean) - 1/(2 mean). */
    const double want = 37.5 - (log(1000.0 * 30.0) - 0.5 / 1000.0) / log(1.9);
    int bad = refutes_mean("Ct", ct_mean, n, want);
    /* Four wells: error of 0.4 cycles and the Poisson spread of each. */
    bad += refutes_variance("Ct", ct_mean, n, (0.16 + 0.001 / (log(1.9) * log(1.9))) / 4.0);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hits_follow_their_law),
        cmocka_unit_test(test_several_donors),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_limits_by_draws),
        cmocka_unit_test(test_ct_score),
        cmocka_unit_test(test_ct_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
