/* SPDX-License-Identifier: MIT */
/* assay/: the law of the hits against inclusion and exclusion in 700 to 4,600 digits, readings
   against beta quantiles, densities of Ct against plain sums, refusals. Draws are tested in
   tests/theory/test_assay_theory.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assay/assay.h"
#include "near.h"

static mtl__qpcr assay(int wells, double fragments, double blank)
{
    return (mtl__qpcr){.genomes = 3e4,
                       .wells = wells,
                       .fragments = fragments,
                       .copies = 40.0 * fragments,
                       .recovery = 0.5,
                       .false_per_well = blank,
                       .threshold = 1,
                       .efficiency = 0.95,
                       .ct_one = 38.0,
                       .ct_sd = 0.3};
}

/* Wells, fragments, false hits per well, fraction, hits, log probability; 30,000 genomes, recovery
   0.5. From P(h) = C(W,h) sum_j (-1)^j C(h,j) exp(-L(1 - G(1 - k/W)) - k blank), k = W - h + j,
   with multiple precision. */
static const double loglik_ref[][6] = {
    {1, 0.7, 0.3, 1e-09, 0, -0.300010499999999989},
    {1, 2, 0, 1e-09, 0, -0.0000150000000000000009},
    {1, 40, 0.3, 0.5, 0, -7500.3},
    {1, 5, 0, 1e-06, 0, -0.0149999999999999993},
    {1, 1, 0.3, 0.0001, 1, -0.180681568176634461},
    {1, 2, 0.3, 0.0001, 1, -0.180681568176634461},
    {1, 2, 0.3, 1e-09, 0, -0.300014999999999989},
    {1, 2, 0, 0.5, 0, -7500.0},
    {2, 40, 0.001, 0.01, 1, -156.216107920263109},
    {2, 2, 0.001, 0.0001, 1, -1.59313521282377166},
    {2, 1, 0.001, 0.5, 1, -3749.30785281944005},
    {2, 40, 0.3, 0.01, 2, -6.69310750540670295e-66},
    {2, 5, 0, 1e-06, 2, -4.2712511012818756},
    {2, 2.5, 0.3, 0.5, 2, 0.0},
    {2, 0.7, 0, 0.5, 1, -2624.30685281943989},
    {2, 2, 0, 1e-09, 2, -11.8006094124354858},
    {8, 0.7, 0.3, 1e-09, 1, -1.37078950713112305},
    {8, 40, 0.3, 0.5, 1, -7501.37078407113501},
    {8, 2.5, 0.3, 0.01, 1, -148.92312465008113},
    {8, 2.5, 0.3, 1e-09, 1, -1.37079856247304763},
    {8, 5, 0.3, 0.01, 3, -146.934709092697239},
    {8, 2, 0, 0.0001, 3, -1.97341513342640278},
    {8, 40, 0.001, 0.5, 3, -7516.70434532254203},
    {8, 0.7, 0.3, 0.5, 8, -5.84854577565332473e-285},
    {24, 5, 0.001, 0.5, 24, 0.0},
    {24, 2, 0.3, 0.01, 1, -154.307760521832494},
    {24, 2.5, 0.3, 0.01, 1, -154.627188005459221},
    {24, 1, 0, 0.0001, 1, -1.06312213677303114},
    {24, 0.7, 0, 0.01, 24, -0.304033059782670819},
    {24, 5, 0.3, 0.5, 5, -7492.45811020750002},
    {24, 1, 0.3, 1e-06, 5, -1.79672817584648309},
    {24, 1, 0.001, 0.01, 5, -108.121298465094115},
    {24, 0.7, 0.001, 0.01, 1, -97.4826014716392994},
    {24, 0.7, 0, 0.5, 5, -4145.59264653186896},
    {24, 2.5, 0.001, 0.0001, 23, -23.2640702001895452},
    {24, 1, 0.3, 1e-09, 24, -32.4053718331693128},
    {96, 2, 0, 0.5, 60, -4509.28096090354794},
    {96, 2.5, 0, 0.01, 96, -1.89436440210248172},
    {96, 40, 0.3, 1e-09, 60, -17.259134140711687},
    {96, 40, 0, 0.5, 96, 0.0},
    {96, 40, 0, 0.5, 7, -7572.62822320100437},
    {96, 0.7, 0.001, 1e-06, 7, -24.5289104743231536},
    {96, 1, 0.3, 1e-09, 96, -129.621615955799505},
    {96, 1, 0.001, 0.0001, 7, -7.01424998201253821},
    {96, 2, 0.3, 1e-09, 7, -12.9501774767950764},
    {96, 0.7, 0.3, 1e-09, 1, -25.2858874993459598},
    {96, 5, 0.3, 0.01, 7, -162.873435769418662},
    {96, 2, 0.001, 0.5, 96, -2.99746344417764467e-66},
    {384, 1, 0, 0.5, 1, -7474.51810745070599},
    {384, 1, 0.3, 1e-09, 20, -60.030675910199405},
    {384, 0.7, 0.001, 1e-06, 380, -2594.2863469691847},
    {384, 2.5, 0, 1e-06, 200, -602.149001172264554},
    {384, 2.5, 0, 1e-09, 20, -89.6116687247179486},
    {384, 2.5, 0.3, 1e-09, 1, -110.299598060030361},
    {384, 5, 0, 0.0001, 384, -510.384453078041468},
    {384, 5, 0, 0.5, 384, -2.47217851191094938e-40},
    {384, 1, 0, 1e-06, 200, -1767.44642871636245},
    {384, 0.7, 0.001, 0.5, 384, -0.000442871069068400037},
    {384, 1, 0, 1e-06, 384, -3897.74099007516503},
    {384, 2.5, 0.001, 0.5, 20, -7420.0740138433668},
};

/* The same for the tails: ..., k, P(fewer than k), P(at least k). */
static const double tail_ref[][7] = {
    {24, 1, 0, 1e-06, 1, 0.985111939603062662, 0.0148880603969373379},
    {24, 5, 0, 1e-09, 3, 0.999985015755349284, 0.0000149842446507157651},
    {24, 5, 0.001, 1e-06, 3, 0.985125055641910233, 0.0148749443580897674},
    {96, 10, 0, 0.0001, 40, 0.98937083738974493, 0.0106291626102550696},
    {96, 2.5, 0.02, 0.001, 90, 1.0, 1.85980510415827478e-21},
    {384, 40, 0, 0.0001, 5, 0.223130160148429813, 0.776869839851570187},
    {384, 40, 0, 0.002, 384, 0.999385342519347736, 0.00061465748065226398},
    {8, 3, 0.3, 1e-05, 8, 0.999693117088187251, 0.00030688291181274919},
    {8, 5, 0, 0.5, 8, 0.0, 1.0},
    {384, 5, 0, 2e-09, 12, 0.9999999999999955, 4.49962762605205887e-15},
    {1, 5, 0, 1e-05, 1, 0.860707976425057797, 0.139292023574942203},
    {48, 0.7, 0.01, 0.0002, 10, 0.999839409947949441, 0.00016059005205055919},
};

static void test_loglik_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof loglik_ref / sizeof *loglik_ref; i++) {
        const double *r = loglik_ref[i];
        const mtl__qpcr a = assay((int)r[0], r[1], r[2]);
        near(mtl__qpcr_loglik(&a, (int)r[4], r[3]), r[5], 2e-12, 2e-12);
    }
}

static void test_tail_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tail_ref / sizeof *tail_ref; i++) {
        const double *r = tail_ref[i];
        mtl__qpcr a = assay((int)r[0], r[1], r[2]);
        a.threshold = (int)r[4];
        near(mtl__qpcr_p_positive(&a, r[3]), r[6], 1e-11, 0.0);
    }
}

/* The law sums to one and its mean is wells x P(well is hit). */
static void test_law_is_a_law(void **state)
{
    (void)state;
    static const double fragments[] = {0.4, 1.0, 1.3, 3.0, 12.0, 40.0};
    static const double fraction[] = {0.0, 1e-9, 3e-6, 2e-4, 5e-3, 0.5};
    static const int wells[] = {1, 7, 24, 96};
    for (int w = 0; w < 4; w++)
        for (int f = 0; f < 6; f++)
            for (int c = 0; c < 12; c++) {
                const mtl__qpcr a = assay(wells[w], fragments[f], c % 2 ? 0.02 : 0.0);
                double sum = 0.0, mean = 0.0;
                for (int h = 0; h <= wells[w]; h++) {
                    const double p = exp(mtl__qpcr_loglik(&a, h, fraction[c / 2]));
                    sum += p;
                    mean += p * h;
                }
                near(sum, 1.0, 1e-11, 0.0);
                near(mean, wells[w] * mtl__qpcr_p_well(&a, fraction[c / 2]), 1e-11, 1e-300);
            }
}

/* One fragment: wells are independent, closed form; several: P(silent) by hand. */
static void test_p_well_by_hand(void **state)
{
    (void)state;
    mtl__qpcr a = assay(24, 1.0, 0.001);
    near(mtl__qpcr_p_well(&a, 1e-4), 1.0 - exp(-1.5 / 24 - 0.001), 1e-13, 0.0);
    near(mtl__qpcr_p_positive(&a, 1e-4), 1.0 - exp(-1.5 - 0.024), 1e-13, 0.0);
    a = assay(24, 3.0, 0.0);
    const double stays_out = 23.0 / 24 * (23.0 / 24) * (23.0 / 24);
    near(mtl__qpcr_p_well(&a, 1e-4), 1.0 - exp(-1.5 * (1.0 - stays_out)), 1e-13, 0.0);
    near(mtl__qpcr_p_positive(&a, 1e-4), 1.0 - exp(-1.5), 1e-13, 0.0);
    a = assay(1, 9.0, 0.0); /* one well: the fragments of a genome cannot part */
    near(mtl__qpcr_p_well(&a, 1e-5), 1.0 - exp(-0.15), 1e-13, 0.0);
    /* Half a fragment more in the mean: half of the genomes bring 2, half 3. */
    a = assay(10, 2.5, 0.0);
    near(mtl__qpcr_p_well(&a, 1e-4), 1.0 - exp(-1.5 * (1.0 - 0.5 * 0.81 - 0.5 * 0.729)), 1e-13,
         0.0);
    assert_true(isnan(mtl__qpcr_p_well(&a, -1e-9)));
    assert_true(isnan(mtl__qpcr_p_positive(&a, NAN)));
}

static void test_blank_without_background(void **state)
{
    (void)state;
    const mtl__qpcr a = assay(24, 5.0, 0.0);
    assert_true(mtl__qpcr_loglik(&a, 0, 0.0) == 0.0);
    assert_true(mtl__qpcr_loglik(&a, 3, 0.0) == -HUGE_VAL);
    assert_true(mtl__qpcr_loglik(&a, -1, 0.1) == -HUGE_VAL);
    assert_true(mtl__qpcr_loglik(&a, 25, 0.1) == -HUGE_VAL);
    assert_true(mtl__qpcr_loglik(&a, 1, NAN) == -HUGE_VAL);
    assert_true(mtl__qpcr_p_positive(&a, 0.0) == 0.0);
}

/* Independent wells: Clopper-Pearson in closed form, c = -log(1 - p) wells / targets. */
static void test_reading_clopper_pearson(void **state)
{
    (void)state;
    const mtl__qpcr a = assay(24, 1.0, 0.0);
    const double per = 24.0 / 15000.0 * 1e6;
    for (int h = 0; h <= 24; h++) {
        mtl__reading r;
        assert_int_equal(mtl__qpcr_read(&a, h, &r), 0);
        assert_int_equal(r.hits, h);
        assert_int_equal(r.wells, 24);
        assert_true(r.positive == (h >= 1));
        if (h == 0) {
            assert_true(isnan(r.geq_per_1e6));
            assert_true(r.low == 0.0);
            near(r.high, -log(0.025) / 15000.0 * 1e6, 1e-9, 0.0);
        } else {
            near(r.low, -log1p(-mtl__beta_quantile(0.025, h, 25.0 - h)) * per, 1e-9, 0.0);
        }
        if (h > 0 && h < 24) {
            near(r.geq_per_1e6, -log(1.0 - h / 24.0) * per, 1e-9, 0.0);
            near(r.high, -log1p(-mtl__beta_quantile(0.975, h + 1.0, 24.0 - h)) * per, 1e-9, 0.0);
        }
        if (h == 24) {
            assert_true(r.geq_per_1e6 == 1e6);
            assert_true(r.high == 1e6);
        }
        near(r.lod_geq_per_1e6, -log(0.05) / 15000.0 * 1e6, 1e-9, 0.0);
        assert_true(r.lob_hits == 0.0);
        assert_true(isnan(r.ct_mean));
    }
}

/* The bounds solve what they are defined by; estimate is a maximum; all move up with the hits. */
static void test_reading_definitions(void **state)
{
    (void)state;
    static const double fragments[] = {1.0, 1.5, 8.0, 40.0}, blank[] = {0.0, 0.003, 0.1};
    for (int i = 0; i < 12; i++) {
        const mtl__qpcr a = assay(16, fragments[i % 4], blank[i / 4]);
        mtl__reading last = {.low = -1.0, .high = -1.0, .geq_per_1e6 = -1.0};
        for (int h = 0; h <= 16; h++) {
            mtl__reading r;
            mtl__qpcr b = a;
            assert_int_equal(mtl__qpcr_read(&a, h, &r), 0);
            assert_true(r.low >= last.low * (1.0 - 1e-9) && r.high >= last.high * (1.0 - 1e-9));
            assert_true(r.low <= r.high);
            b.threshold = h > 0 ? h : 1;
            if (r.low > 0.0)
                near(mtl__qpcr_p_positive(&b, r.low * 1e-6), 0.025, 1e-8, 0.0);
            else if (h > 0)
                assert_true(mtl__qpcr_p_positive(&b, 0.0) >= 0.025);
            if (h < 16) {
                b.threshold = h + 1;
                const double blank_so_few = 1.0 - mtl__qpcr_p_positive(&b, 0.0);
                near(1.0 - mtl__qpcr_p_positive(&b, r.high * 1e-6), 0.025 * blank_so_few, 1e-8,
                     0.0);
            }
            if (h > 0) {
                const double best = r.geq_per_1e6 * 1e-6, top = mtl__qpcr_loglik(&a, h, best);
                /* 1e-6: with 40 fragments most hit counts mean one genome, and the top is flat. */
                assert_true(r.geq_per_1e6 >= last.geq_per_1e6 * (1.0 - 1e-6));
                assert_true(top >= mtl__qpcr_loglik(&a, h, best * 1.001) || best == 1.0);
                assert_true(top >= mtl__qpcr_loglik(&a, h, best * 0.999));
                if (best == 0.0)
                    assert_true(top >= mtl__qpcr_loglik(&a, h, 1e-6));
                last = r;
            }
            last.low = r.low;
            last.high = r.high;
        }
    }
}

static void test_limits(void **state)
{
    (void)state;
    mtl__qpcr a = assay(20, 5.0, 0.02);
    mtl__reading r;
    assert_int_equal(mtl__qpcr_read(&a, 2, &r), 0);
    /* Blank hits are binomial: 0.6703, 0.2708 (0.9411), 0.0520 (0.9931): LoB 2, and LoD at 3 hits.
     */
    assert_true(r.lob_hits == 2.0);
    a.threshold = 3;
    near(mtl__qpcr_p_positive(&a, r.lod_geq_per_1e6 * 1e-6), 0.95, 1e-9, 0.0);
    near(mtl__qpcr_lod(&a, 0.95) * 1e6, r.lod_geq_per_1e6, 1e-9, 0.0);
    a.threshold = 1;
    assert_true(mtl__qpcr_lod(&a, 0.2) == 0.0); /* blanks alone: 33% */
    a.false_per_well = 0.0;
    near(mtl__qpcr_lod(&a, 0.95), -log(0.05) / 15000.0, 1e-9, 0.0);
    a.genomes = 2.0;
    a.threshold = 20;
    assert_true(mtl__qpcr_lod(&a, 0.95) == HUGE_VAL);
    assert_true(isnan(mtl__qpcr_lod(&a, 1.0)));
}

/* Density of Ct against the sum over fragments, term by term. */
static double ct_by_hand(const mtl__qpcr *a, const double *ct, double c)
{
    const double mean = a->genomes * a->recovery * c * a->fragments / a->wells + a->false_per_well;
    double sum = 0.0;
    for (int w = 0; w < a->wells; w++) {
        double p = isnan(ct[w]) ? exp(-mean) : 0.0;
        for (int m = 1; !isnan(ct[w]) && m < 20000; m++) {
            const double copies = m * a->copies / a->fragments;
            const double z =
                (ct[w] - a->ct_one + log(copies) / log(1.0 + a->efficiency)) / a->ct_sd;
            p += exp(m * log(mean) - mean - lgamma(m + 1.0) - 0.5 * z * z) / a->ct_sd /
                 2.5066282746310002;
        }
        sum += log(p);
    }
    return sum;
}

static void test_loglik_ct(void **state)
{
    (void)state;
    static const double few[4] = {NAN, 32.0, 32.7, NAN}, many[4] = {24.0, 24.3, 23.7, 24.1};
    mtl__qpcr a = assay(4, 5.0, 0.001);
    for (double c = 1e-7; c < 1e-4; c *= 3.0)
        near(mtl__qpcr_loglik_ct(&a, few, c), ct_by_hand(&a, few, c), 1e-10, 0.0);
    for (double c = 0.003; c < 0.1; c *= 1.7)
        near(mtl__qpcr_loglik_ct(&a, many, c), ct_by_hand(&a, many, c), 1e-9, 0.0);
    /* Wide errors and many fragments, where the sum goes in strides. */
    a.ct_sd = 3.0;
    for (double c = 0.05; c < 0.5; c *= 1.7)
        near(mtl__qpcr_loglik_ct(&a, many, c), ct_by_hand(&a, many, c), 1e-9, 0.0);
    a.false_per_well = 0.0;
    assert_true(mtl__qpcr_loglik_ct(&a, few, 0.0) == -HUGE_VAL);
    assert_true(mtl__qpcr_loglik_ct(&a, few, -1.0) == -HUGE_VAL);
    assert_true(isfinite(mtl__qpcr_loglik_ct(&a, few, 0.5)));
    static const double none[4] = {NAN, NAN, NAN, NAN};
    near(mtl__qpcr_loglik_ct(&a, none, 1e-4), -7.5, 1e-13, 0.0);
}

/* All of the density of Ct is P(well is hit). */
static void test_ct_density_adds_up(void **state)
{
    (void)state;
    const mtl__qpcr a = assay(1, 1.0, 0.0);
    double sum = 0.0;
    for (int i = 0; i < 3000; i++) {
        const double ct = 22.0 + i * 0.01;
        sum += 0.01 * exp(mtl__qpcr_loglik_ct(&a, &ct, 1e-4));
    }
    near(sum, 1.0 - exp(-1.5), 1e-9, 0.0);
}

static void test_simulate_same_bits(void **state)
{
    (void)state;
    const double fraction[2] = {2e-4, 1e-5};
    const int copies[2] = {1, 2};
    const mtl__composition tube = {2, fraction, copies};
    const mtl__qpcr a = assay(12, 3.5, 0.01);
    for (uint64_t i = 0; i < 50; i++) {
        mtl__rng r1, r2, r3;
        double ct1[12], ct2[12];
        mtl__reading x, y;
        int hits, shown = 0;
        mtl__rng_stream(&r1, 1, 2, i, 4);
        r2 = r3 = r1;
        assert_int_equal(mtl__qpcr_simulate(&a, &tube, &r1, ct1, &x), 0);
        assert_int_equal(mtl__qpcr_simulate(&a, &tube, &r2, NULL, &y), 0);
        assert_int_equal(mtl__qpcr_draw(&a, &tube, &r3, ct2, &hits, NULL), 0);
        assert_int_equal(x.hits, y.hits);
        assert_int_equal(x.hits, hits);
        assert_memory_equal(&r1, &r2, sizeof r1);
        assert_memory_equal(ct1, ct2, sizeof ct1);
        for (int w = 0; w < 12; w++)
            shown += !isnan(ct1[w]);
        assert_int_equal(shown, hits);
        assert_true(isnan(x.ct_mean) == (hits == 0));
    }
}

static void test_nothing_in_the_tube(void **state)
{
    (void)state;
    const mtl__qpcr a = assay(24, 5.0, 0.0);
    const double fraction[2] = {0.0, 0.3};
    const int copies[2] = {1, 0}; /* the second donor does not carry the target */
    const mtl__composition none = {0, NULL, NULL}, silent = {2, fraction, copies};
    mtl__rng rng;
    mtl__reading r;
    mtl__rng_stream(&rng, 1, 1, 1, 1);
    assert_int_equal(mtl__qpcr_simulate(&a, &none, &rng, NULL, &r), 0);
    assert_int_equal(r.hits, 0);
    assert_int_equal(mtl__qpcr_simulate(&a, &silent, &rng, NULL, &r), 0);
    assert_int_equal(r.hits, 0);
}

static void refuse(mtl__qpcr a, const char *field)
{
    mtl_error err = {0};
    mtl__reading r;
    assert_int_equal(mtl__qpcr_check(&a, &err), MTL_ERR_VALUE);
    assert_string_equal(err.field, field);
    assert_int_equal(mtl__qpcr_check(&a, NULL), MTL_ERR_VALUE);
    assert_int_equal(mtl__qpcr_read(&a, 0, &r), MTL_ERR_VALUE);
}

#define REFUSE(field, value)                                                                       \
    do {                                                                                           \
        mtl__qpcr a_ = assay(24, 5.0, 0.0);                                                        \
        a_.field = value;                                                                          \
        refuse(a_, #field);                                                                        \
    } while (0)

static void test_refusals(void **state)
{
    (void)state;
    mtl__qpcr a = assay(24, 5.0, 0.0);
    mtl_error err = {0};
    assert_int_equal(mtl__qpcr_check(&a, &err), 0);
    REFUSE(genomes, 0.0);
    REFUSE(genomes, NAN);
    REFUSE(wells, 0);
    REFUSE(wells, 20000);
    REFUSE(fragments, 0.0);
    REFUSE(fragments, HUGE_VAL);
    REFUSE(copies, 4.0);
    REFUSE(copies, NAN);
    REFUSE(recovery, 0.0);
    REFUSE(recovery, 1.01);
    REFUSE(false_per_well, -1e-9);
    REFUSE(threshold, 0);
    REFUSE(threshold, 25);
    REFUSE(efficiency, 0.0);
    REFUSE(efficiency, 1.1);
    REFUSE(ct_one, NAN);
    REFUSE(ct_sd, 0.0);
    mtl__reading r;
    assert_int_equal(mtl__qpcr_read(&a, -1, &r), MTL_ERR_VALUE);
    assert_int_equal(mtl__qpcr_read(&a, 25, &r), MTL_ERR_VALUE);
    mtl__rng rng;
    mtl__rng_stream(&rng, 1, 1, 1, 1);
    double fraction[2] = {0.7, 0.4};
    int copies[2] = {1, 1}, hits;
    const mtl__composition tube = {2, fraction, copies};
    assert_int_equal(mtl__qpcr_draw(&a, &tube, &rng, NULL, &hits, NULL), MTL_ERR_VALUE);
    fraction[0] = -0.1;
    assert_int_equal(mtl__qpcr_draw(&a, &tube, &rng, NULL, &hits, NULL), MTL_ERR_VALUE);
    fraction[0] = 0.1;
    copies[1] = -1;
    assert_int_equal(mtl__qpcr_draw(&a, &tube, &rng, NULL, &hits, NULL), MTL_ERR_VALUE);
}

/* Nothing loops, overflows or turns NaN at the corners. */
static void test_corners(void **state)
{
    (void)state;
    static const int wells[] = {1, 3, 384, MTL__WELLS_MAX};
    static const double fragments[] = {0.01, 1.7, 40.0};
    for (int i = 0; i < 12; i++) {
        mtl__qpcr a = assay(wells[i % 4], fragments[i / 4], i % 2 ? 1e-6 : 0.0);
        for (int h = 0; h <= a.wells; h += a.wells > 3 ? a.wells / 2 : 1)
            for (double c = 1e-9; c < 1.0; c *= 100.0) {
                const double l = mtl__qpcr_loglik(&a, h, c);
                assert_true(isfinite(l) && l <= 1e-9);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loglik_reference),
        cmocka_unit_test(test_tail_reference),
        cmocka_unit_test(test_law_is_a_law),
        cmocka_unit_test(test_p_well_by_hand),
        cmocka_unit_test(test_blank_without_background),
        cmocka_unit_test(test_reading_clopper_pearson),
        cmocka_unit_test(test_reading_definitions),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_loglik_ct),
        cmocka_unit_test(test_ct_density_adds_up),
        cmocka_unit_test(test_simulate_same_bits),
        cmocka_unit_test(test_nothing_in_the_tube),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_corners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
