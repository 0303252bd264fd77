/* SPDX-License-Identifier: MIT */
/* Reads and the mixture model: laws against sums done the long way, derivatives against
   differences, small cases against enumeration of all alleles and meioses, and what is refused or
   flagged. Draws have fixed seeds; bounds on them are far (6 standard errors or more). */
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
#include "measure/mix_internal.h"
#include "par/par.h"

enum { HOST, CHILD, GRANDMOTHER, FATHER, N_PEOPLE };
#define MAX_SITES 900

static const int mothers[] = {GRANDMOTHER, HOST, -1, -1}, fathers[] = {-1, FATHER, -1, -1},
                 genomes[] = {0, 1, 2, 3};
static const uint64_t keys[] = {11, 12, 13, 14};

typedef struct tube {
    mtl__sites sites;
    mtl__mix_people people;
    mtl__counts counts;
    mtl__mix_opts opts;
    int chromosome[MAX_SITES], candidate[4];
    int64_t position[MAX_SITES];
    double frequency[MAX_SITES], share[MAX_SITES];
    uint8_t allowed[MAX_SITES * N_PEOPLE];
    int8_t genotype[MAX_SITES * N_PEOPLE];
    int32_t ref[MAX_SITES], alt[MAX_SITES];
} tube;

static void near(double got, double want, double rtol, double atol)
{
    if (!(fabs(got - want) <= rtol * fabs(want) + atol)) {
        print_error("got %.17g, want %.17g\n", got, want);
        fail();
    }
}

/* A family of four, all typed, at n sites of 22 chromosomes; w is of child and grandmother. */
static tube *tube_new(int n, double depth, double child, double grandmother, uint64_t seed)
{
    tube *t = calloc(1, sizeof *t);
    mtl__gt_plan *plan;
    const uint8_t any[N_PEOPLE] = {7, 7, 7, 7};
    mtl__reads a;
    mtl__rng rng;
    assert_non_null(t);
    t->people.lineage = (mtl__lineage){N_PEOPLE, mothers, fathers, genomes, keys};
    t->people.host = HOST;
    t->people.candidate = t->candidate;
    t->people.n_candidates = 2;
    t->candidate[0] = CHILD;
    t->candidate[1] = GRANDMOTHER;
    t->people.allowed = t->allowed;
    t->sites = (mtl__sites){n, t->chromosome, t->position, t->frequency, NULL};
    t->counts = (mtl__counts){"tube", t->ref, t->alt, NULL};
    mtl__mix_opts_init(&t->opts);
    mtl__rng_stream(&rng, seed, 1, 1, 1);
    assert_int_equal(mtl__gt_plan_new(&plan, &t->people.lineage, NULL), 0);
    for (int i = 0; i < n; i++) {
        int8_t *g = t->genotype + i * N_PEOPLE;
        t->chromosome[i] = i * 22 / n;
        t->position[i] = 1 + (int64_t)i * 1000000;
        t->frequency[i] = 0.05 + 0.9 * (i * 37 % n) / n;
        assert_int_equal(mtl__gt_condition(plan, any, t->frequency[i], NULL, NULL), 0);
        mtl__gt_draw(plan, &rng, g);
        for (int k = 0; k < N_PEOPLE; k++)
            t->allowed[i * N_PEOPLE + k] = (uint8_t)(1 << g[k]);
        t->share[i] = 0.5 * ((1 - child - grandmother) * g[HOST] + child * g[CHILD] +
                             grandmother * g[GRANDMOTHER]);
    }
    mtl__gt_plan_free(plan);
    mtl__reads_init(&a);
    a.depth = depth;
    a.error = 1e-3;
    const mtl__reads_at at = {.share = t->share};
    assert_int_equal(mtl__reads_simulate(&a, n, &at, &rng, t->ref, t->alt, NULL, NULL), 0);
    return t;
}

static void untype(tube *t, int person)
{
    for (int i = 0; i < t->sites.n; i++)
        t->allowed[i * N_PEOPLE + person] = MTL__GT_ANY;
}

static int fit(tube *t, mtl__mix *m, mtl_error *err)
{
    return mtl__mix_fit(m, &t->sites, &t->people, &t->counts, NULL, 0, &t->opts, err);
}

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

static void test_not_told_apart(void **state)
{
    (void)state;
    static const int twins[] = {0, 1, 1, 3}, no_parent[] = {-1, 0, 0, -1}, dad[] = {-1, 3, 3, -1};
    tube *t = tube_new(400, 300, 2e-2, 0, 43);
    mtl__mix m;
    t->people.lineage.mother = no_parent;
    t->people.lineage.father = dad;
    t->people.lineage.genome = twins;
    for (int i = 0; i < 400; i++)
        t->allowed[i * N_PEOPLE + GRANDMOTHER] = t->allowed[i * N_PEOPLE + CHILD];
    assert_int_equal(fit(t, &m, NULL), 0);
    for (int k = 0; k < 2; k++) {
        const mtl__share *s = &m.share[k];
        assert_int_equal(s->twin_of, 1 - k);
        assert_true(s->flags & MTL__MIX_NOT_IDENTIFIED);
        assert_true(s->low == 0 && s->high > 0.017 && s->high < 0.025 && s->p > 0.1);
    }
    near(m.share[0].fraction + m.share[1].fraction, 2e-2, 0.1, 0);
    mtl__mix_clear(&m);
    free(t);
}

/* Where the host is replaced by another person, the fit says so and does not stall. */
static void test_swapped_tube(void **state)
{
    (void)state;
    tube *t = tube_new(300, 200, 1, 0, 44);
    mtl__mix m;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_true(m.share[0].fraction > 0.99 && m.share[0].low > 0.98);
    assert_true(m.share[1].high < 0.02);
    mtl__mix_clear(&m);
    free(t);
}

static void test_hopping_and_stranger(void **state)
{
    (void)state;
    enum { N = 900 };
    tube *t = tube_new(N, 10, 0, 0, 45), *u = tube_new(N, 400, 0, 0, 46);
    mtl__reads a;
    mtl__rng rng;
    mtl__mix m;
    double foreign[N];
    mtl__reads_init(&a);
    a.depth = 400;
    a.error = 1e-3;
    a.hopping = 0.01;
    for (int i = 0; i < N; i++)
        foreign[i] = 0.5 * u->genotype[i * N_PEOPLE + HOST];
    const mtl__reads_at at = {.share = t->share, .foreign = foreign};
    mtl__rng_stream(&rng, 47, 1, 1, 1);
    assert_int_equal(mtl__reads_simulate(&a, N, &at, &rng, t->ref, t->alt, NULL, NULL), 0);
    t->opts.hopping = NAN;
    t->opts.stranger = true;
    assert_int_equal(
        mtl__mix_fit(&m, &t->sites, &t->people, &t->counts, &u->counts, 1, &t->opts, NULL), 0);
    assert_int_equal(m.n, 4);
    assert_int_equal(m.share[3].person, -2);
    near(m.hopping, 0.01, 0, 6 * m.share[3].standard_error);
    assert_true(m.share[3].p < 1e-9 && m.share[2].p > 1e-4);
    assert_false(m.flags & MTL__MIX_STRANGER);
    mtl__mix_clear(&m);
    /* The same reads, when nobody asks for hopping: a stranger explains them. */
    t->opts.hopping = 0;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_int_equal(m.share[2].person, -1);
    assert_true(m.flags & MTL__MIX_STRANGER);
    near(m.share[2].fraction, 0.01, 0.3, 0);
    mtl__mix_clear(&m);
    free(t);
    free(u);
}

/* A region of one megabase cannot carry an interval for an untyped child. */
static void test_linked(void **state)
{
    (void)state;
    tube *t = tube_new(300, 300, 2e-2, 0, 48);
    mtl__mix m;
    untype(t, CHILD);
    t->people.n_candidates = 1;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_false(m.flags & MTL__MIX_LINKED);
    mtl__mix_clear(&m);
    for (int i = 0; i < 300; i++) {
        t->chromosome[i] = 20;
        t->position[i] = 1 + 3000 * i;
    }
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_true(m.flags & MTL__MIX_LINKED);
    mtl__mix_clear(&m);
    t->opts.thin_bp = 30000;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_int_equal(m.sites_used, 30);
    mtl__mix_clear(&m);
    free(t);
}

static void test_bootstrap(void **state)
{
    (void)state;
    tube *t = tube_new(120, 150, 4e-3, 0, 49);
    mtl__mix m;
    double p[2][2];
    t->opts.bootstrap = 40;
    for (int k = 0; k < 2; k++) {
        t->opts.threads = 3;
        t->opts.loop = k ? mtl__par_for : NULL;
        assert_int_equal(fit(t, &m, NULL), 0);
        p[k][0] = m.share[0].p;
        p[k][1] = m.share[1].p;
        mtl__mix_clear(&m);
    }
    assert_memory_equal(p[0], p[1], sizeof p[0]);
    t->opts.bootstrap = 0;
    assert_int_equal(fit(t, &m, NULL), 0);
    /* 40 draws: the two agree within 0.3, which is 4 standard errors where p is most uncertain. */
    near(p[0][0], m.share[0].p, 0, 0.3);
    near(p[0][1], m.share[1].p < 1 ? m.share[1].p : 1, 0, 0.3);
    mtl__mix_clear(&m);
    free(t);
}

static void test_joint(void **state)
{
    (void)state;
    tube *t = tube_new(700, 300, 1e-2, 0, 50), *u = tube_new(700, 300, 1e-2, 0, 50);
    mtl__mix m[3], alone;
    mtl__qpcr a = {.genomes = 5000,
                   .wells = 24,
                   .fragments = 1,
                   .copies = 1,
                   .recovery = 1,
                   .threshold = 1,
                   .efficiency = 1,
                   .ct_one = 37,
                   .ct_sd = 0.3};
    const mtl__mix_wells wells[] = {{2, 0, &a, 1, 20}, {0, 0, &a, 1, 21}};
    const mtl__counts samples[] = {t->counts, u->counts, {"wells", NULL, NULL, NULL}};
    assert_int_equal(mtl__mix_joint(m, &t->sites, &t->people, samples, 3, wells, 2, &t->opts, NULL),
                     0);
    assert_int_equal(fit(t, &alone, NULL), 0);
    near(m[0].error, m[1].error, 1e-3, 0);
    near(m[1].share[0].fraction, alone.share[0].fraction, 0.02, 0);
    /* Two samples say more on the error; wells more on the fraction. */
    assert_true(m[1].share[0].standard_error <= 1.0001 * alone.share[0].standard_error);
    assert_true(m[0].share[0].standard_error < alone.share[0].standard_error);
    /* Wells alone are what the assay itself says: hits of wells, exactly invertible. */
    near(m[2].share[0].fraction, -24 * log(1 - 20.0 / 24) / 5000, 1e-3, 0);
    assert_true(m[2].share[0].low > 0 && m[2].share[0].high < 1);
    assert_true(m[2].share[1].flags & MTL__MIX_NOT_IDENTIFIED);
    for (int k = 0; k < 3; k++)
        mtl__mix_clear(&m[k]);
    mtl__mix_clear(&alone);
    free(t);
    free(u);
}

static void test_refusals(void **state)
{
    (void)state;
    tube *t = tube_new(30, 50, 0, 0, 51);
    mtl__mix m;
    mtl_error err = {0};
    double l, w[2] = {0.7, 0.5};
    t->opts.level = 2;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    assert_string_equal(err.field, "level");
    t->opts.level = 0.95;
    t->candidate[1] = CHILD;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_DUPLICATE);
    t->candidate[1] = HOST;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    t->candidate[1] = 9;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    t->candidate[1] = GRANDMOTHER;
    assert_int_equal(mtl__mix_loglik(&l, &t->sites, &t->people, &t->counts, w, &t->opts, &err),
                     MTL_ERR_VALUE);
    t->alt[3] = -1;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    t->alt[3] = 0;
    t->position[5] = 1;
    t->chromosome[5] = t->chromosome[4];
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rising_sums),
        cmocka_unit_test(test_law_of_reads),
        cmocka_unit_test(test_drawn_reads),
        cmocka_unit_test(test_enumeration),
        cmocka_unit_test(test_derivatives),
        cmocka_unit_test(test_two_donors),
        cmocka_unit_test(test_boundary_and_sites),
        cmocka_unit_test(test_not_told_apart),
        cmocka_unit_test(test_swapped_tube),
        cmocka_unit_test(test_hopping_and_stranger),
        cmocka_unit_test(test_linked),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_joint),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
