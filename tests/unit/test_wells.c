/* SPDX-License-Identifier: MIT */
/* The parts of the wells model against enumeration, direct sums and closed forms. Coverage is
   tested in tests/theory/test_wells_coverage.c, published plates in tests/theory/test_wells_real.c.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assay/dpcr.h"
#include "measure/curve.h"
#include "measure/nb.h"
#include "near.h"

/* ---------------------------------------------------------------- laws */
static double poisson(int k, double mean)
{
    return exp(k * log(mean) - mean - lgamma(k + 1.0));
}

static void clusters_are_convolutions(void **state)
{
    (void)state;
    mtl__arena arena;
    mtl__arena_init(&arena, 0);
    mtl__cluster c;
    /* two alleles of 1.5 fragments, all of the DNA tested: 2 + binomial(2, 1/2) */
    assert_int_equal(mtl__cluster_make(&c, &arena, 2, 1.5, 1.0), 0);
    assert_int_equal(c.n, 4);
    near(c.mean, 3.0, 1e-12, 0.0);
    near(c.p[2], 0.25, 1e-12, 0.0);
    near(c.p[3], 0.5, 1e-12, 0.0);
    double p[30], slope[30], log_scale, by_hand[30] = {0.0}, sum[30] = {1.0};
    const double genomes = 1.7;
    for (int n = 0; n < 40; n++) { /* n genomes: n-fold convolution */
        for (int f = 0; f < 30; f++)
            by_hand[f] += poisson(n, genomes) * sum[f];
        double next[30] = {0.0};
        for (int f = 0; f < 30; f++)
            for (int j = 0; j <= 4 && f + j < 30; j++)
                next[f + j] += sum[f] * c.p[j];
        memcpy(sum, next, sizeof sum);
    }
    mtl__cluster_counts(&c, genomes * c.mean, 30, p, slope, &log_scale);
    for (int f = 0; f < 20; f++)
        near(p[f] * exp(log_scale), by_hand[f], 1e-10, 1e-15);
    double q[30], other;
    const double h = 1e-5; /* the slope is that in the log of the mean */
    mtl__cluster_counts(&c, genomes * c.mean * exp(h), 30, q, NULL, &other);
    for (int f = 0; f < 20; f++)
        near(slope[f] * exp(log_scale), (q[f] * exp(other) - p[f] * exp(log_scale)) / h, 1e-3,
             1e-6);
    /* a third of the DNA: each allele is there with 1/3, whatever the other does */
    assert_int_equal(mtl__cluster_make(&c, &arena, 2, 1.0, 1.0 / 3.0), 0);
    near(c.p[0], 4.0 / 9.0, 1e-12, 0.0);
    near(c.p[1], 4.0 / 9.0, 1e-12, 0.0);
    near(c.p[2], 1.0 / 9.0, 1e-12, 0.0);
    mtl__arena_free(&arena);
}

static void blanks_predict(void **state)
{
    (void)state;
    /* mean and variance of -log(1 - p), p ~ beta(h + 1/2, n - h + 1/2), by quadrature */
    static const int64_t n[3] = {12, 40, 5}, h[3] = {0, 3, 5};
    for (int i = 0; i < 3; i++) {
        const double a = (double)h[i] + 0.5, b = (double)(n[i] - h[i]) + 0.5;
        double mass = 0.0, one = 0.0, two = 0.0;
        for (int k = 0; k < 400000; k++) { /* p = sin^2: no spike at the ends */
            const double t = (k + 0.5) / 400000.0 * 1.5707963267948966;
            const double w = pow(sin(t), 2.0 * a - 1.0) * pow(cos(t), 2.0 * b - 1.0);
            const double rate = -2.0 * log(cos(t));
            mass += w;
            one += w * rate;
            two += w * rate * rate;
        }
        one /= mass;
        two = two / mass - one * one;
        const mtl__background g = mtl__background_of(n[i], h[i]);
        near(g.shape / g.rate, one, 1e-4, 0.0);
        near(g.shape / (g.rate * g.rate), two, 1e-3, 0.0);
    }
    /* counts: gamma-mixed Poisson */
    const mtl__background g = {1.5, 8.0};
    double p[60], sum = 0.0;
    mtl__background_counts(&g, 24.0, 60, p);
    for (int k = 0; k < 60; k++)
        sum += p[k];
    near(sum, 1.0, 1e-5, 0.0);
    near(p[0], pow(8.0 / 32.0, 1.5), 1e-12, 0.0);
    near(p[3] / p[2], (1.5 + 2.0) / 3.0 * 24.0 / 32.0, 1e-12, 0.0);
}

/* ---------------------------------------------------------------- counts by enumeration */
/* P(the wells show what they show | F fragments): all places^F ways to throw them. */
static double by_enumeration(int places, int f, const double *ct, const mtl__ct_law *law)
{
    long ways = 1;
    double sum = 0.0;
    for (int i = 0; i < f; i++)
        ways *= places;
    for (long k = 0; k < ways; k++) {
        int in[8] = {0};
        long left = k;
        for (int i = 0; i < f; i++, left /= places)
            in[left % places]++;
        double density = 1.0;
        for (int w = 0; w < places; w++) {
            if (isnan(ct[w]) || in[w] == 0) {
                density *= isnan(ct[w]) == (in[w] == 0);
                continue;
            }
            if (!law)
                continue;
            const double z = (ct[w] - law->one - law->slope * log10(in[w])) / law->sd;
            density *= exp(-0.5 * z * z) / law->sd;
        }
        sum += density;
    }
    return sum / (double)ways;
}

static void counts_one_by_one(void **state)
{
    (void)state;
    mtl__arena arena;
    mtl_error err = {0};
    mtl__arena_init(&arena, 0);
    double ct[4] = {37.6, NAN, 36.9, NAN}, hit[2] = {37.6, 36.9};
    for (int with_ct = 0; with_ct < 2; with_ct++)
        for (int blanks = 0; blanks < 2; blanks++) {
            mtl__evidence e = {.wells = 4,
                               .hits = 2,
                               .places = 4,
                               .positive = 2,
                               .has_ct = with_ct,
                               .ct = hit,
                               .law = {38.0, -3.3, 0.4},
                               .law_df = 1e9,
                               .fragments = 1.0,
                               .seen = 3.0};
            if (blanks)
                e.background = (mtl__background){0.8, 10.0};
            double *b, beyond, want[6], plain[12], k[12];
            int n;
            assert_int_equal(mtl__counts_make(&b, &n, &beyond, &e, &arena, &err), 0);
            for (int f = 0; f < 9; f++)
                plain[f] = by_enumeration(4, f, ct, with_ct ? &e.law : NULL);
            mtl__background_counts(&e.background, 4.0, 12, k);
            for (int f = 0; f < 5; f++) {
                want[f] = 0.0;
                for (int i = 0; f + i < 9; i++)
                    want[f] += k[i] * plain[f + i];
            }
            assert_true(n > 9);
            const double unit = b[3] / want[3];
            for (int f = 0; f < 5; f++) /* with blanks the tail of nine is left out by hand */
                near(b[f], unit * want[f], blanks ? 2e-3 : 1e-9, 1e-12 * unit);
            /* nine fragments at most by hand; the mean of one in the table */
            if (!blanks) {
                const double whole = 0.0;
                assert_int_equal(mtl__evidence_tables(&e, &arena, &whole, 1, &err), 0);
                for (double u = 0.05; u < 1.0; u *= 2.1) {
                    double sum = 0.0;
                    for (int f = 0; f < 9; f++)
                        sum += poisson(f, u) * plain[f];
                    near(mtl__table_at(e.use[0][1], u), log(unit * sum), 0.0, 2e-5);
                }
            }
        }
    mtl__arena_free(&arena);
}

/* Where counting gives way to independent wells, both must say the same. */
static void both_ways_of_counting_meet(void **state)
{
    (void)state;
    mtl__arena arena;
    mtl_error err = {0};
    mtl__arena_init(&arena, 0);
    double ct[8];
    mtl__rng rng;
    mtl__rng_stream(&rng, 3, 0, 0, 0);
    for (int i = 0; i < 8; i++)
        ct[i] =
            38.0 - 3.3 * log10((double)mtl__rng_poisson(&rng, 23.0)) + 0.3 * mtl__rng_normal(&rng);
    for (int z = 1; z <= 2; z++) {
        double top[2], place[2], fall[2];
        for (int many = 0; many < 2; many++) {
            mtl__evidence e = {.wells = 8,
                               .hits = 8,
                               .places = 8,
                               .positive = 8,
                               .has_ct = true,
                               .ct = ct,
                               .law = {38.0, -3.3, 0.3},
                               .law_df = 12.0,
                               .shift_sd = 0.1,
                               .fragments = 1.0,
                               .seen = many ? 201.0 : 190.0};
            const double whole = 1.0;
            assert_int_equal(mtl__evidence_tables(&e, &arena, &whole, 1, &err), 0);
            const mtl__table *t = e.use[0][z];
            top[many] = -HUGE_VAL;
            for (double v = 4.0; v < 7.0; v += 0.002)
                if (mtl__table_at(t, exp(v)) > top[many]) {
                    top[many] = mtl__table_at(t, exp(v));
                    place[many] = v;
                }
            fall[many] = top[many] - mtl__table_at(t, exp(place[many] + 0.3));
        }
        near(place[0], place[1], 0.0, 0.02);
        near(fall[0], fall[1], 0.06, 0.0);
    }
    mtl__arena_free(&arena);
}

/* Hundreds of partitions: the table is the binomial law. */
static void partitions_are_binomial(void **state)
{
    (void)state;
    mtl__arena arena;
    mtl_error err = {0};
    mtl__arena_init(&arena, 0);
    static const int64_t k[2] = {40, 900};
    for (int i = 0; i < 2; i++) {
        mtl__evidence e = {.wells = 1,
                           .places = 15000,
                           .positive = k[i],
                           .digital = true,
                           .fragments = 1.0,
                           .seen = -15000.0 * log1p(-(double)k[i] / 15000.0)};
        const double whole = 0.0;
        assert_int_equal(mtl__evidence_tables(&e, &arena, &whole, 1, &err), 0);
        const mtl__dpcr a = {
            .genomes = 15000.0, .partitions = 15000, .fragments = 1.0, .recovery = 1.0};
        const double at = e.seen / 15000.0;
        for (double x = 0.85; x < 1.2; x += 0.05)
            near(mtl__table_at(e.use[0][1], x * e.seen) - mtl__table_at(e.use[0][1], e.seen),
                 mtl__dpcr_loglik(&a, k[i], at * x) - mtl__dpcr_loglik(&a, k[i], at), 2e-4, 2e-4);
    }
    mtl__arena_free(&arena);
}

/* ---------------------------------------------------------------- curves */
static void a_curve_sums_over_counts(void **state)
{
    (void)state;
    const mtl__ct_law law = {38.0, -3.4, 0.25};
    for (double mean = 0.3; mean < 50.0; mean *= 2.7)
        for (double ct = 33.0; ct < 40.0; ct += 0.7) {
            double sum = 0.0;
            for (int m = 1; m < 2000; m++) {
                const double z = (ct - 38.0 + 3.4 * log10(m)) / 0.25;
                sum += exp(m * log(mean) - mean - lgamma(m + 1.0) - 0.5 * z * z);
            }
            near(mtl__ct_log_density(&law, ct, mean), log(sum / 0.25 / sqrt(2.0 * M_PI)), 1e-9,
                 1e-9);
        }
    double one, two, below, above; /* moments on both sides of the series */
    mtl__log_count_moments(200.0, &one, &below);
    mtl__log_count_moments(200.000001, &two, &above);
    near(one, two, 1e-8, 0.0);
    near(below, above, 2e-5, 0.0);
}

static void curves_and_their_flags(void **state)
{
    (void)state;
    mtl__standard w[24];
    mtl__curve c = {0};
    int n = 0;
    for (int q = 0; q < 5; q++)
        for (int k = 0; k < 2; k++) /* straight but for +-0.05 */
            w[n++] = (mtl__standard){pow(10.0, 2 + q), 36.0 - 3.32 * (2 + q) + (k ? 0.05 : -0.05)};
    assert_true(mtl__curve_fit(&c, w, n, 1.0, 1.0, 0.3));
    near(c.slope, -3.32, 2e-3, 0.0);
    near(c.intercept, 36.0, 1e-3, 0.0);
    near(c.efficiency, 1.0, 0.01, 0.0);
    assert_true(c.efficiency_low < c.efficiency && c.efficiency < c.efficiency_high);
    assert_true(c.r2 > 0.9999);
    assert_int_equal(c.flags, 0);
    assert_int_equal(c.n_levels, 5);
    near(c.quantity_high, 1e6, 1e-12, 0.0);
    c = (mtl__curve){0}; /* two levels */
    assert_true(mtl__curve_fit(&c, w, 4, 1.0, 1.0, 0.3));
    assert_true(c.flags & MTL__FLAG_CURVE_TWO_POINTS);
    assert_true(isnan(c.r2));
    c = (mtl__curve){0}; /* two wells: scatter is assumed */
    const mtl__standard two[2] = {{1000.0, 27.0}, {100.0, 30.4}};
    assert_true(mtl__curve_fit(&c, two, 2, 1.0, 1.0, 0.3));
    near(c.slope, -3.4, 1e-2, 0.0);
    near(c.sd, 0.3, 1e-12, 0.0);
    near(c.df, 0.0, 0.0, 0.0);
    c = (mtl__curve){0}; /* nothing hit; one level */
    const mtl__standard silent[2] = {{10.0, NAN}, {1.0, NAN}};
    assert_false(mtl__curve_fit(&c, silent, 2, 1.0, 1.0, 0.3));
    assert_true(c.flags & MTL__FLAG_NO_CURVE);
    c = (mtl__curve){0};
    assert_false(mtl__curve_fit(&c, w, 2, 1.0, 1.0, 0.3));
    assert_true(c.flags & MTL__FLAG_NO_CURVE);
    c = (mtl__curve){0}; /* Ct that rises with quantity */
    const mtl__standard wrong[3] = {{10.0, 25.0}, {100.0, 28.0}, {1000.0, 31.0}};
    assert_false(mtl__curve_fit(&c, wrong, 3, 1.0, 1.0, 0.3));
    c = (mtl__curve){0}; /* bent and steep */
    const mtl__standard bent[5] = {
        {1e5, 20.0}, {1e4, 21.0}, {1e3, 26.0}, {100.0, 27.0}, {1e2, 30.0}};
    mtl__curve_fit(&c, bent, 5, 1.0, 1.0, 0.3);
    assert_true(c.flags & MTL__FLAG_CURVE_POOR);
}

/* Low standards that are silent must not tilt the curve: with the true Poisson wells of 1 and 3
   copies the slope stays within five standard errors of the truth on average. 60 curves; the mean
   of 60 z has sd 0.13, so that |mean| < 0.65 fails a sound fit less than once in 1e6. */
static void low_standards_do_not_tilt(void **state)
{
    (void)state;
    double sum = 0.0;
    for (int r = 0; r < 60; r++) {
        mtl__standard w[16];
        mtl__curve c = {0};
        mtl__rng rng;
        int n = 0;
        mtl__rng_stream(&rng, 21, 0, (uint64_t)r, 0);
        static const double level[4] = {300.0, 30.0, 3.0, 1.0};
        for (int q = 0; q < 4; q++)
            for (int k = 0; k < 4; k++) {
                const double m = (double)mtl__rng_poisson(&rng, level[q]);
                w[n++] = (mtl__standard){
                    level[q], m > 0.0 ? 38.0 - 3.4 * log10(m) + 0.2 * mtl__rng_normal(&rng) : NAN};
            }
        assert_true(mtl__curve_fit(&c, w, n, 1.0, 1.0, 0.3));
        sum += (c.slope + 3.4) / sqrt(c.covariance[0]);
    }
    assert_true(fabs(sum / 60.0) < 0.65);
}

/* ---------------------------------------------------------------- digital PCR */
static void partitions_as_a_law(void **state)
{
    (void)state;
    const mtl__dpcr_rates r = {0.3, 0.5, 0.2};
    double sum = 0.0;
    for (int64_t a = 0; a <= 5; a++)
        for (int64_t b = 0; a + b <= 5; b++)
            for (int64_t c = 0; a + b + c <= 5; c++) {
                const mtl__dpcr_pair p = {a, b, c, 5 - a - b - c};
                sum += exp(mtl__dpcr_loglik_pair(&p, &r));
            }
    near(sum, 1.0, 1e-12, 0.0);
    /* the closed form is the top */
    const mtl__dpcr_pair p = {120, 300, 500, 8000};
    mtl__dpcr_rates best;
    assert_int_equal(mtl__dpcr_fit_pair(&p, &best), 0);
    const double top = mtl__dpcr_loglik_pair(&p, &best);
    for (int i = 0; i < 3; i++)
        for (int s = -1; s <= 1; s += 2) {
            mtl__dpcr_rates off = best;
            *(i == 0 ? &off.first : i == 1 ? &off.second : &off.linked) += s * 1e-3;
            assert_true(mtl__dpcr_loglik_pair(&p, &off) < top);
        }
    near(best.first + best.linked, -log1p(-420.0 / 8920.0), 1e-12, 0.0);
    const mtl__dpcr_pair full = {10, 0, 0, 0}, apart = {0, 50, 50, 900};
    assert_int_equal(mtl__dpcr_fit_pair(&full, &best), MTL_ERR_VALUE);
    assert_int_equal(mtl__dpcr_fit_pair(&apart, &best), 0);
    near(best.linked, 0.0, 0.0, 0.0);
    double rate, low, high;
    assert_int_equal(mtl__dpcr_count(20000, 0, 0.95, &rate, &low, &high), 0);
    near(high, 3.6889 / 20000.0, 1e-3, 0.0);
    assert_true(rate == 0.0 && low == 0.0);
    assert_int_equal(mtl__dpcr_count(100, 100, 0.95, &rate, &low, &high), 0);
    assert_true(isinf(rate) && isinf(high) && low > 0.0);
    assert_int_equal(mtl__dpcr_count(10, 11, 0.95, &rate, &low, &high), MTL_ERR_VALUE);
}

/* Draws against their law: 2000 tubes, chi-square on the four classes and a z on single counts;
   false alarm 1e-6 each. */
static void partitions_are_drawn(void **state)
{
    (void)state;
    mtl__rng rng;
    mtl__rng_stream(&rng, 5, 0, 0, 0);
    const mtl__dpcr a = {.genomes = 4000.0,
                         .partitions = 20000,
                         .fragments = 1.0,
                         .recovery = 0.8,
                         .false_per_partition = 1e-4};
    const double fraction[2] = {0.01, 0.02};
    const int copies[2] = {1, 2};
    const mtl__composition c = {2, fraction, copies};
    double sum = 0.0;
    for (int i = 0; i < 2000; i++) {
        int64_t k;
        assert_int_equal(mtl__dpcr_simulate(&a, &c, &rng, &k), 0);
        sum += (double)k;
    }
    const double rate = 4000.0 * 0.8 * 0.05 / 20000.0 + 1e-4, p = -expm1(-rate);
    assert_true(fabs(sum / 2000.0 - 20000.0 * p) < 4.9 * sqrt(20000.0 * p * (1 - p) / 2000.0));
    const mtl__dpcr_rates r = {0.05, 0.2, 0.03};
    mtl__dpcr_pair all = {0, 0, 0, 0}, one;
    for (int i = 0; i < 2000; i++) {
        assert_int_equal(mtl__dpcr_simulate_pair(&r, 1000, &rng, &one), 0);
        all.both += one.both;
        all.only_first += one.only_first;
        all.only_second += one.only_second;
        all.neither += one.neither;
    }
    const double none = exp(-0.28), n = 2e6;
    const double want[3] = {n * (exp(-0.23) - none), n * (exp(-0.08) - none), n * none};
    double chi = pow((double)all.only_first - want[0], 2) / want[0] +
                 pow((double)all.only_second - want[1], 2) / want[1] +
                 pow((double)all.neither - want[2], 2) / want[2];
    const double rest = n - want[0] - want[1] - want[2];
    chi += pow((double)all.both - rest, 2) / rest;
    assert_true(mtl__chi2_sf(chi, 3.0) > 1e-6);
    mtl__dpcr bad = a;
    mtl_error err = {0};
    bad.recovery = 2.0;
    assert_int_equal(mtl__dpcr_check(&bad, &err), MTL_ERR_VALUE);
    assert_string_equal(err.field, "recovery");
}

/* ---------------------------------------------------------------- regression */
/* Values by nested ternary search over alpha and one log rate per group, in Python with math.lgamma
   (two groups have one coefficient each, so that no other optimiser is needed):
   maximise sum lgamma(y+r)-lgamma(r)-lgamma(y+1)+r log(r/(r+m))+y log(m/(r+m)), r = 1/alpha. */
static void negative_binomial_rates(void **state)
{
    (void)state;
    static const double y[20] = {0, 0, 3, 1, 7, 0, 2, 12, 1, 0, 5, 9, 2, 30, 0, 4, 11, 6, 3, 8};
    double geq[20], x[20], twice[40];
    mtl_error err = {0};
    mtl__nb f;
    for (int i = 0; i < 20; i++) {
        geq[i] = 100000.0 + 20000.0 * (i % 5);
        x[i] = i >= 10;
        twice[2 * i] = x[i];
        twice[2 * i + 1] = 2.0 * x[i];
    }
    assert_int_equal(mtl__nb_rate_ratio(&f, 20, y, geq, 1, x, 0.95, &err), 0);
    near(f.coefficient[0], -10.93123543, 1e-7, 0.0);
    near(f.coefficient[1], 1.14837995, 1e-6, 0.0);
    near(f.error[0], 0.38548716, 1e-6, 0.0);
    near(f.error[1], 0.51883071, 1e-6, 0.0);
    near(f.dispersion, 1.07430941, 1e-6, 0.0);
    near(f.loglik, -51.80643280, 1e-9, 0.0);
    near(f.ratio[1], exp(1.14837995), 1e-6, 0.0);
    near(f.low[1], exp(1.14837995 - 1.959963985 * 0.51883071), 1e-6, 0.0);
    near(f.p[1], 2.0 * mtl__norm_cdf(-1.14837995 / 0.51883071), 1e-5, 0.0);
    assert_false(f.no_end);
    /* counts that vary less than Poisson: no dispersion, the closed form of two groups */
    static const double even[8] = {4, 5, 4, 5, 9, 10, 9, 10};
    double one[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    assert_int_equal(mtl__nb_rate_ratio(&f, 8, even, one, 1, x + 6, 0.95, &err), 0);
    near(f.dispersion, 0.0, 0.0, 0.0);
    near(f.ratio[1], 38.0 / 18.0, 1e-6, 0.0);
    near(f.error[1], sqrt(1.0 / 38.0 + 1.0 / 18.0), 1e-6, 0.0);
    /* a group without counts has no end; covariates that repeat are refused */
    static const double none[8] = {0, 0, 0, 0, 2, 3, 1, 0};
    assert_int_equal(mtl__nb_rate_ratio(&f, 8, none, one, 1, x + 6, 0.95, &err), 0);
    assert_true(f.no_end);
    assert_int_equal(mtl__nb_rate_ratio(&f, 20, y, geq, 2, twice, 0.95, &err), MTL_ERR_VALUE);
    one[3] = 0.0;
    assert_int_equal(mtl__nb_rate_ratio(&f, 8, even, one, 1, x + 6, 0.95, &err), MTL_ERR_VALUE);
    assert_string_equal(err.field, "geq");
    assert_int_equal(mtl__nb_rate_ratio(&f, 2, even, geq, 1, x, 0.95, &err), MTL_ERR_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_are_convolutions), cmocka_unit_test(blanks_predict),
        cmocka_unit_test(counts_one_by_one),         cmocka_unit_test(both_ways_of_counting_meet),
        cmocka_unit_test(partitions_are_binomial),   cmocka_unit_test(a_curve_sums_over_counts),
        cmocka_unit_test(curves_and_their_flags),    cmocka_unit_test(low_standards_do_not_tilt),
        cmocka_unit_test(partitions_as_a_law),       cmocka_unit_test(partitions_are_drawn),
        cmocka_unit_test(negative_binomial_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
