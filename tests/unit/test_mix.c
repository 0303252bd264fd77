/* SPDX-License-Identifier: MIT */
/* Reads and the mixture model: laws against sums done the long way, derivatives against
   differences, small cases against enumeration of all alleles and meioses, and what is refused or
   flagged (test_mix_fit.c has more of the fits). Draws have fixed seeds; bounds on them are far (6
   standard errors or more). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assay/assay.h"
#include "fixture_mix.h"
#include "measure/mix_internal.h"
#include "near.h"

/* ---------------------------------------------------------------- reads */
static void test_rising_sums(void **state)
{
    (void)state;
    static const double z[] = {1e-8, 1e-5, 1e-3, 0.02, 0.5, 0.97},
                        s[] = {0, 1e-12, 1e-8, 1e-5, 1e-3, 0.01, 0.1, 2};
    static const int k[] = {0, 1, 8, 9, 25, 499, 5000};
    for (size_t a = 0; a < 6; a++)
        for (size_t b = 0; b < 8; b++)
            for (size_t c = 0; c < 7; c++) {
                long double log_u = 0, one = 0, two = 0;
                mtl__rise r;
                for (int j = 0; j < k[c]; j++) {
                    const long double u = (long double)z[a] + j * (long double)s[b];
                    log_u += logl(u);
                    one += 1 / u;
                    two += 1 / (u * u);
                }
                mtl__rise_sum(z[a], s[b], k[c], &r);
                near(r.log_u, (double)log_u, 1e-13, 1e-13);
                near(r.one_u, (double)one, 1e-13, 0);
                near(r.one_u2, (double)two, 5e-13, 0);
            }
}

static void test_law_of_reads(void **state)
{
    (void)state;
    static const double z[] = {1e-3, 0.3, 0.5}, rho[] = {0, 1e-4, 0.05, 0.4};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 4; b++) {
            double sum = 0, mean = 0, square = 0;
            const int n = 60;
            for (int k = 0; k <= n; k++) {
                const double p = exp(mtl__reads_loglik(k, n - k, z[a], rho[b]));
                sum += p;
                mean += k * p;
                square += (double)k * k * p;
            }
            near(sum, 1, 1e-12, 0);
            near(mean, n * z[a], 1e-11, 0);
            near(square - mean * mean, n * z[a] * (1 - z[a]) * (1 + (n - 1) * rho[b]), 1e-9, 0);
        }
    assert_true(mtl__reads_loglik(1, 5, 0, 0) == -HUGE_VAL);
    near(mtl__reads_loglik(0, 5, 0, 0.1), 0, 0, 0);
    near(mtl__reads_loglik(0, 0, 0.3, 0.1), 0, 0, 1e-15);
    assert_true(isnan(mtl__reads_loglik(-1, 5, 0.1, 0)));
    near(mtl__reads_expect(0.5, NAN, 0.3, 2, 0.01), 0.01 + 0.98 * 2.0 / 3, 1e-15, 0);
    near(mtl__reads_expect(0.5, 0.1, 0.25, 1, 0), 0.4, 1e-15, 0);
}

/* n = 20000 sites; mean and variance within 6 standard errors (level 1e-8 for the three). */
static void test_drawn_reads(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double share[N];
    static int32_t ref[N], alt[N], other[N];
    mtl__reads a;
    mtl__rng rng;
    mtl_error err = {0};
    double mean = 0, square = 0, all = 0, third = 0;
    mtl__reads_init(&a);
    a.depth = 100;
    a.depth_shape = 10;
    a.error = 0.02;
    a.umi_floor = 0.01;
    a.third = 2;
    a.overdispersion = 0.02;
    for (int i = 0; i < N; i++)
        share[i] = 0.2;
    const mtl__reads_at at = {.share = share};
    mtl__rng_stream(&rng, 5, 1, 1, 1);
    assert_int_equal(mtl__reads_simulate(&a, N, &at, &rng, ref, alt, other, NULL), 0);
    for (int i = 0; i < N; i++) {
        const double n = ref[i] + alt[i], z = 0.01 + 0.98 * 0.2;
        const double var = n * z * (1 - z) * (1 + (n - 1) * 0.02);
        const double d = var > 0 ? (alt[i] - n * z) / sqrt(var) : 0;
        mean += d / N;
        square += d * d / N;
        all += n + other[i];
        third += other[i];
    }
    near(mean, 0, 0, 6 / sqrt(N));
    near(square, 1, 0, 0.08); /* kurtosis about 3.3: 6 standard errors are 0.065 */
    near(all / N, 100, 0, 6 * sqrt((100 + 1000) / (double)N));
    near(third / all, 0.02, 0, 6 * sqrt(0.02 / all));
    a.third = 200;
    assert_int_equal(mtl__reads_simulate(&a, N, &at, &rng, ref, alt, other, &err), MTL_ERR_VALUE);
    assert_string_equal(err.field, "third");
}

/* ---------------------------------------------------------------- enumeration */
/* P(k of n) by rising products, in long doubles. */
static long double reads_pmf(int k, int n, long double z, long double rho)
{
    const long double s = rho / (1 - rho);
    long double p = 1;
    for (int j = 0; j < k; j++)
        p *= (z + j * s) / (1 + j * s) * (n - j) / (j + 1);
    for (int j = 0; j < n - k; j++)
        p *= (1 - z + j * s) / (1 + (k + j) * s);
    return p;
}

/* A site by all founder alleles (grandmother 2, grandfather's gift 1, father 2) and three meioses.
 */
static double brute_site(const tube *t, int i, const double *w, double error, double rho,
                         double bias)
{
    const double f = t->frequency[i];
    const uint8_t *allowed = t->allowed + i * N_PEOPLE;
    long double sum = 0, norm = 0;
    for (int c = 0; c < 256; c++) {
        const int gm[2] = {c & 1, c >> 1 & 1}, gf = c >> 2 & 1, fa[2] = {c >> 3 & 1, c >> 4 & 1};
        const int host[2] = {gm[c >> 5 & 1], gf}, child[2] = {host[c >> 6 & 1], fa[c >> 7 & 1]};
        const int g[N_PEOPLE] = {host[0] + host[1], child[0] + child[1], gm[0] + gm[1],
                                 fa[0] + fa[1]};
        const int ones = gm[0] + gm[1] + gf + fa[0] + fa[1];
        bool can = true;
        for (int k = 0; k < N_PEOPLE; k++)
            can &= allowed[k] >> g[k] & 1;
        if (!can)
            continue;
        const long double weight = powl(f, ones) * powl(1 - f, 5 - ones);
        long double x = 0.5L * (1 - w[0] - w[1]) * g[HOST];
        x += 0.5L * w[0] * g[t->candidate[0]] + 0.5L * w[1] * g[t->candidate[1]];
        x = bias * x / (1 + (bias - 1) * x);
        norm += weight;
        sum +=
            weight * reads_pmf(t->alt[i], t->ref[i] + t->alt[i], error + (1 - 2 * error) * x, rho);
    }
    return (double)logl(sum / norm);
}

static void test_enumeration(void **state)
{
    (void)state;
    tube *t = tube_new(120, 40, 0.05, 0.02, 31);
    static const double w[][2] = {{0, 0}, {0.01, 0.3}, {0.05, 0.02}, {0.5, 0.5}};
    static const uint8_t hide[][N_PEOPLE] = {{0, 0, 0, 0}, {0, 7, 0, 0}, {0, 7, 7, 7},
                                             {7, 7, 7, 7}, {0, 3, 6, 5}, {7, 0, 0, 7}};
    double bias[MAX_SITES], site_error[MAX_SITES];
    for (int i = 0; i < 120; i++) {
        bias[i] = 0.8 + 0.003 * i;
        site_error[i] = i % 3 ? NAN : 0.002 + 1e-5 * i;
        for (int k = 0; k < N_PEOPLE; k++)
            t->allowed[i * N_PEOPLE + k] |= hide[i % 6][k];
    }
    t->opts.odd_site = 0;
    t->opts.error = 1.5e-3;
    for (int with = 0; with < 2; with++)
        for (int k = 0; k < 4; k++) {
            double got, want = 0;
            t->opts.overdispersion = with ? 0.01 : 0;
            t->opts.site_bias = with ? bias : NULL;
            t->opts.site_error = with ? site_error : NULL;
            for (int i = 0; i < 120; i++)
                want += brute_site(t, i, w[k], with && i % 3 == 0 ? site_error[i] : 1.5e-3,
                                   with ? 0.01 : 0, with ? bias[i] : 1);
            assert_int_equal(
                mtl__mix_loglik(&got, &t->sites, &t->people, &t->counts, w[k], &t->opts, NULL), 0);
            near(got, want, 1e-12, 1e-10);
        }
    free(t);
}

/* Gradient and second derivatives against differences, all parameters free and sites with all that
 * a site can have. */
static void test_derivatives(void **state)
{
    (void)state;
    tube *t = tube_new(60, 80, 0.05, 0.1, 32);
    double bias[MAX_SITES], site_error[MAX_SITES];
    mtl__counts other = t->counts;
    int32_t swapped[MAX_SITES];
    for (int i = 0; i < 60; i++) {
        bias[i] = 0.7 + 0.01 * i;
        site_error[i] = i % 4 ? NAN : 0.01;
        swapped[i] = t->alt[(i * 7) % 60];
        if (i % 2)
            t->allowed[i * N_PEOPLE + CHILD] = MTL__GT_ANY;
        if (i % 5 == 0)
            t->allowed[i * N_PEOPLE + HOST] = MTL__GT_ANY;
    }
    other.alt = swapped;
    t->opts.hopping = NAN;
    t->opts.stranger = true;
    t->opts.odd_site = 1e-4;
    for (int with = 0; with < 2; with++) {
        mtl__mix_law m;
        mtl__mix_data d;
        mtl__mix_work *w;
        mtl__mix_value v, up, down;
        double theta[MTL__MIX_MAX_PARAM] = {0.05, 0.1, 0.02, 0.01, -5, -6};
        t->opts.site_bias = with ? bias : NULL;
        t->opts.site_error = with ? site_error : NULL;
        assert_int_equal(
            mtl__mix_law_new(&m, &t->sites, &t->people, &t->counts, &other, 1, &t->opts, NULL), 0);
        assert_int_equal(m.n_param, 6);
        assert_int_equal(mtl__mix_data_new(&d, &m.arena, &m, &t->counts, NULL), 0);
        assert_int_equal(mtl__mix_work_new(&w, &m, NULL), 0);
        mtl__mix_eval(&m, w, &d, theta, &v);
        for (int a = 0; a < 6; a++) {
            const double h = 1e-5, kept = theta[a];
            theta[a] = kept + h;
            mtl__mix_eval(&m, w, &d, theta, &up);
            theta[a] = kept - h;
            mtl__mix_eval(&m, w, &d, theta, &down);
            theta[a] = kept;
            near(v.g[a], (up.l - down.l) / (2 * h), 1e-5, 1e-4);
            for (int b = 0; b < 6; b++)
                near(v.h[a * 6 + b], (up.g[b] - down.g[b]) / (2 * h), 1e-4, 1e-2);
        }
        mtl__mix_work_free(w);
        mtl__mix_law_free(&m);
    }
    free(t);
}

/* ---------------------------------------------------------------- fits */
static void test_two_donors(void **state)
{
    (void)state;
    tube *t = tube_new(900, 500, 1e-2, 4e-3, 41);
    mtl__mix m;
    t->opts.responsible = true;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_int_equal(m.n, 2);
    for (int k = 0; k < 2; k++) {
        const mtl__share *s = &m.share[k];
        const double truth = k ? 4e-3 : 1e-2;
        near(s->fraction, truth, 0, 5 * s->standard_error);
        assert_true(s->low < s->fraction && s->fraction < s->high);
        near(s->high - s->low, 2 * 1.96 * s->standard_error, 0.1, 0);
        assert_true(s->p < 1e-6 && s->lod > 0 && s->lod < truth && s->flags == 0);
        assert_true(s->information_sites > 50 && s->information_sites < 900);
        near(s->widened, 1, 0, 0);
    }
    /* The ends of an interval are where twice the profile has fallen by 3.84. */
    double l, w[2] = {m.share[0].fraction, m.share[1].fraction};
    assert_int_equal(mtl__mix_loglik(&l, &t->sites, &t->people, &t->counts, w, &t->opts, NULL), 0);
    near(l, m.loglik, 1e-9, 0);
    w[0] = m.share[0].high;
    assert_int_equal(mtl__mix_loglik(&l, &t->sites, &t->people, &t->counts, w, &t->opts, NULL), 0);
    assert_true(2 * (m.loglik - l) > 3.83); /* others not climbing: at least */
    for (int i = 0; i < 900; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            sum += m.responsible[3 * i + k];
        if (!isnan(sum))
            near(sum, 1, 1e-12, 0);
    }
    mtl__mix_clear(&m);
    free(t);
}

static void test_boundary_and_sites(void **state)
{
    (void)state;
    tube *t = tube_new(600, 300, 0, 0, 42);
    mtl__mix m;
    /* One site of wrong type does not outweigh the rest; one that cannot be is left out; one
     * without reads, too. */
    t->allowed[HOST] = 1;
    t->allowed[CHILD] = t->allowed[GRANDMOTHER] = t->allowed[FATHER] = 1;
    t->alt[0] = 140;
    t->ref[0] = 160;
    t->allowed[N_PEOPLE + HOST] = t->allowed[N_PEOPLE + GRANDMOTHER] = 1;
    t->allowed[N_PEOPLE + CHILD] = 4;
    t->ref[2] = t->alt[2] = 0;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_int_equal(m.sites_impossible, 1);
    assert_int_equal(m.sites_odd, 1);
    assert_int_equal(m.sites_used, 598);
    for (int k = 0; k < 2; k++) {
        assert_true(m.share[k].low == 0 && m.share[k].high > 0 && m.share[k].high < 5e-3);
        assert_true(m.share[k].p > 1e-3);
    }
    near(m.error, 1e-3, 0.2, 0);
    mtl__mix_clear(&m);
    /* Frequencies not known: no matter while all are typed. */
    for (int i = 0; i < 600; i++)
        t->frequency[i] = NAN;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_int_equal(m.sites_no_frequency, 0);
    mtl__mix_clear(&m);
    untype(t, CHILD); /* both parents typed: still none */
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_int_equal(m.sites_no_frequency, 0);
    mtl__mix_clear(&m);
    untype(t, FATHER);
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_true(m.sites_no_frequency > 100);
    mtl__mix_clear(&m);
    t->sites.n = 0;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_true(m.share[0].flags & MTL__MIX_NOT_IDENTIFIED);
    assert_true(m.share[0].low == 0 && m.share[0].high == 1);
    mtl__mix_clear(&m);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rising_sums),        cmocka_unit_test(test_law_of_reads),
        cmocka_unit_test(test_drawn_reads),        cmocka_unit_test(test_enumeration),
        cmocka_unit_test(test_derivatives),        cmocka_unit_test(test_two_donors),
        cmocka_unit_test(test_boundary_and_sites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
