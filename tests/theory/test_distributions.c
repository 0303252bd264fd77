/* SPDX-License-Identifier: MIT */
/*
 * The samplers against their laws. Counts of small mean: chi-square against probabilities from long
 * double lgamma; of large mean: against the incomplete gamma and beta functions of num/, which
 * tests/unit/test_num.c holds against values of 60 digits. Real numbers: chi-square over quantile
 * bins that reach into the tails. Sizes of 1e12 and more: standardised mean and variance, and the
 * last bits of the counts. 400,000 draws each (N), 4,000,000 (MANY) for some, fixed seeds. Every
 * test is made at level 1e-6 / 200 and fewer than 200 are made, so that all together raise a false
 * alarm with probability below 1e-6 (Bonferroni), had the seeds been chosen at random.
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

#include "num/num.h"

enum { N = 400000, MANY = 4000000, MAX_BINS = 4096, MAX_TESTS = 200 };
#define LEVEL (1e-6 / MAX_TESTS)
#define MIN_EXPECTED 25.0

static int tests_made; /* for the final check of the family-wise level */

static void judge(double p, const char *what, double a, double b)
{
    tests_made++;
    if (!(p > LEVEL))
        fail_msg("%s %.6g %.6g: p = %.3g", what, a, b, p);
}

/* Two-sided p of a standardised sum. */
static void judge_z(double z, const char *what, double a, double b)
{
    judge(2.0 * mtl__norm_cdf(-fabs(z)), what, a, b);
}

/* Chi-square of counts against probabilities; neighbours are joined until enough is expected. */
static void judge_counts(const double *seen, const double *prob, int bins, double n,
                         const char *what, double a, double b)
{
    double chi2 = 0.0, s = 0.0, e = 0.0, last_s = 0.0, last_e = 0.0;
    int df = -1;
    for (int i = 0; i < bins; i++) {
        s += seen[i];
        e += n * prob[i];
        if (e < MIN_EXPECTED)
            continue;
        if (last_e > 0.0) {
            chi2 += (last_s - last_e) * (last_s - last_e) / last_e;
            df++;
        }
        last_s = s;
        last_e = e;
        s = e = 0.0;
    }
    last_s += s;
    last_e += e;
    chi2 += (last_s - last_e) * (last_s - last_e) / last_e;
    df++;
    if (df < 1)
        fail_msg("%s %.6g %.6g: nothing to compare", what, a, b);
    judge(mtl__chi2_sf(chi2, df), what, a, b);
}

/* ---- laws of counts ---- */
enum law { POISSON, BINOMIAL, NEGBIN };
typedef struct count_law {
    enum law law;
    double a, b; /* mean, -; n, p; shape, p */
} count_law;
static const char *const law_names[] = {"poisson", "binomial", "negbin"};

static int64_t draw(const count_law *l, mtl__rng *r)
{
    switch (l->law) {
    case POISSON:
        return mtl__rng_poisson(r, l->a);
    case BINOMIAL:
        return mtl__rng_binomial(r, (int64_t)l->a, l->b);
    default:
        return mtl__rng_negbin(r, l->a, l->b);
    }
}

/* Probability of k, from libm only. */
static double probability(const count_law *l, int k)
{
    const long double a = l->a, b = l->b;
    switch (l->law) {
    case POISSON:
        return (double)expl(k * logl(a) - a - lgammal(k + 1.0L));
    case BINOMIAL:
        if (k > a)
            return 0.0;
        return (double)expl(lgammal(a + 1) - lgammal(k + 1.0L) - lgammal(a - k + 1) + k * logl(b) +
                            (a - k) * log1pl(-b));
    default:
        return (double)expl(lgammal(a + k) - lgammal(a) - lgammal(k + 1.0L) + a * logl(b) +
                            k * log1pl(-b));
    }
}

/* P(X <= k) by the functions of num/. */
static double cumulated(const count_law *l, double k)
{
    switch (l->law) {
    case POISSON:
        return mtl__gamma_q(k + 1.0, l->a);
    case BINOMIAL:
        return k >= l->a ? 1.0 : mtl__beta_inc(l->a - k, k + 1.0, 1.0 - l->b);
    default:
        return mtl__beta_inc(l->a, k + 1.0, l->b);
    }
}

static double mean_of(const count_law *l)
{
    return l->law == POISSON ? l->a : l->law == BINOMIAL ? l->a * l->b : l->a * (1 - l->b) / l->b;
}

static double variance_of(const count_law *l)
{
    return l->law == POISSON    ? l->a
           : l->law == BINOMIAL ? l->a * l->b * (1 - l->b)
                                : l->a * (1 - l->b) / l->b / l->b;
}

/* Every count a bin. */
static void check_small(const count_law *l, mtl__rng *r, int draws)
{
    static double seen[MAX_BINS], prob[MAX_BINS];
    double sum = 0.0;
    memset(seen, 0, sizeof seen);
    for (int k = 0; k < MAX_BINS - 1; k++)
        sum += prob[k] = probability(l, k);
    prob[MAX_BINS - 1] = sum < 1.0 ? 1.0 - sum : 0.0;
    for (int i = 0; i < draws; i++) {
        const int64_t k = draw(l, r);
        assert_true(k >= 0);
        seen[k < MAX_BINS - 1 ? k : MAX_BINS - 1]++;
    }
    judge_counts(seen, prob, MAX_BINS, draws, law_names[l->law], l->a, l->b);
}

/* Bins between edges: edge[i-1] < k <= edge[i]; the last is open. */
static void check_bins(const count_law *l, mtl__rng *r, double *edge, int bins, int draws)
{
    double seen[128] = {0}, prob[128], before = 0.0;
    for (int i = 0; i < bins; i++) {
        const double c = i + 1 < bins ? cumulated(l, edge[i]) : 1.0;
        prob[i] = c - before;
        before = c;
    }
    for (int i = 0; i < draws; i++) {
        const double k = (double)draw(l, r);
        int low = 0, high = bins - 1;
        while (low < high) {
            const int middle = (low + high) / 2;
            if (k <= edge[middle])
                high = middle;
            else
                low = middle + 1;
        }
        seen[low]++;
    }
    judge_counts(seen, prob, bins, draws, law_names[l->law], l->a, l->b);
}

/* Bins by standard deviations, for laws that are nearly normal. */
static void check_large(const count_law *l, mtl__rng *r, int draws)
{
    double edge[128];
    int bins = 0;
    for (double z = -4.0; z <= 4.001; z += 0.1)
        edge[bins++] = floor(mean_of(l) + z * sqrt(variance_of(l)));
    edge[bins++] = INFINITY;
    check_bins(l, r, edge, bins, draws);
}

/* Bins by powers of two, for laws with a long tail. */
static void check_skewed(const count_law *l, mtl__rng *r)
{
    double edge[128];
    int bins = 0;
    edge[bins++] = 0.0;
    for (double k = 1.0; k < 64.0 * (mean_of(l) + 1.0) && bins < 120; k *= 1.7)
        edge[bins++] = floor(k);
    edge[bins++] = INFINITY;
    check_bins(l, r, edge, bins, N);
}

static void counts_of_small_mean(void **state)
{
    static const count_law laws[] = {
        {POISSON, 1e-3, 0},    {POISSON, 0.1, 0},       {POISSON, 1, 0},
        {POISSON, 3.7, 0},     {POISSON, 9.99, 0},      {POISSON, 10, 0},
        {POISSON, 10.5, 0},    {POISSON, 12.3, 0},      {POISSON, 25, 0},
        {POISSON, 60.7, 0},    {POISSON, 150, 0},       {POISSON, 1000.4, 0},
        {BINOMIAL, 1, 0.3},    {BINOMIAL, 2, 0.999},    {BINOMIAL, 3, 0.5},
        {BINOMIAL, 7, 0.01},   {BINOMIAL, 19, 0.5},     {BINOMIAL, 20, 0.5},
        {BINOMIAL, 21, 0.49},  {BINOMIAL, 32, 0.2},     {BINOMIAL, 33, 0.2},
        {BINOMIAL, 40, 0.75},  {BINOMIAL, 100, 0.05},   {BINOMIAL, 100, 0.0999},
        {BINOMIAL, 100, 0.11}, {BINOMIAL, 100, 0.5},    {BINOMIAL, 100, 0.9},
        {BINOMIAL, 1000, 0.3}, {BINOMIAL, 1000, 0.999}, {BINOMIAL, 1e6, 5e-6},
        {BINOMIAL, 1e6, 2e-5}, {BINOMIAL, 1e9, 3e-9},   {BINOMIAL, 1e9, 3e-8},
        {BINOMIAL, 1e6, 1e-9}, {NEGBIN, 1e-3, 0.1},     {NEGBIN, 0.3, 0.02},
        {NEGBIN, 1, 0.5},      {NEGBIN, 1, 0.01},       {NEGBIN, 2.5, 0.9},
        {NEGBIN, 7, 0.3},      {NEGBIN, 500, 0.8},      {NEGBIN, 1e4, 0.999}};
    mtl__rng r;
    (void)state;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        mtl__rng_stream(&r, 20, i, 0, 0);
        check_small(&laws[i], &r, N);
    }
}

static void counts_of_large_mean(void **state)
{
    static const count_law laws[] = {
        {POISSON, 1e4, 0},      {POISSON, 123456.7, 0}, {POISSON, 1e6, 0},
        {POISSON, 1e9, 0},      {POISSON, 1e12, 0},     {BINOMIAL, 1e5, 0.5},
        {BINOMIAL, 1e5, 0.07},  {BINOMIAL, 1e6, 0.01},  {BINOMIAL, 1e6, 0.97},
        {BINOMIAL, 1e9, 1e-4},  {BINOMIAL, 1e9, 0.25},  {BINOMIAL, 1e9, 0.5},
        {BINOMIAL, 1e12, 1e-9}, {BINOMIAL, 1e12, 1e-6}, {NEGBIN, 1e5, 0.5},
        {NEGBIN, 1e6, 1e-3}};
    static const count_law skewed[] = {{NEGBIN, 1e-3, 1e-9}, {NEGBIN, 0.3, 1e-6},
                                       {NEGBIN, 1, 1e-9},    {NEGBIN, 1, 1e-12},
                                       {NEGBIN, 3, 1e-4},    {NEGBIN, 20, 1e-9}};
    mtl__rng r;
    (void)state;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        mtl__rng_stream(&r, 21, i, 0, 0);
        check_large(&laws[i], &r, N);
    }
    for (size_t i = 0; i < sizeof skewed / sizeof *skewed; i++) {
        mtl__rng_stream(&r, 22, i, 0, 0);
        check_skewed(&skewed[i], &r);
    }
}

/* More draws where every branch of transformed rejection has its share. */
static void counts_in_more_detail(void **state)
{
    static const count_law small[] = {{POISSON, 10, 0}, {POISSON, 40, 0}, {BINOMIAL, 50, 0.3}};
    static const count_law large[] = {{POISSON, 1e6, 0}, {BINOMIAL, 1e7, 0.5}};
    mtl__rng r;
    (void)state;
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        mtl__rng_stream(&r, 29, i, 0, 0);
        check_small(&small[i], &r, MANY);
    }
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        mtl__rng_stream(&r, 30, i, 0, 0);
        check_large(&large[i], &r, MANY);
    }
}

/* At sizes where no exact law is at hand: nearly normal to within 1 / standard deviation. */
static void counts_beyond_the_integers_of_doubles(void **state)
{
    static const count_law laws[] = {{POISSON, 1e15, 0},      {POISSON, 1e18, 0},
                                     {POISSON, 0x1p61, 0},    {BINOMIAL, 1e15, 0.1},
                                     {BINOMIAL, 1e18, 0.5},   {BINOMIAL, 0x1p62, 0.3},
                                     {BINOMIAL, 0x1p62, 0.9}, {BINOMIAL, 0x1p62, 1e-12}};
    mtl__rng r;
    (void)state;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        const count_law *l = &laws[i];
        const double sd = sqrt(variance_of(l));
        const int64_t middle = (int64_t)mean_of(l);
        double sum = 0.0, squares = 0.0, cubes = 0.0, bits[8] = {0}, even[8];
        mtl__rng_stream(&r, 23, i, 0, 0);
        for (int k = 0; k < N; k++) {
            const int64_t x = draw(l, &r);
            const double z = (double)(x - middle) / sd;
            sum += z;
            squares += z * z;
            cubes += z * z * z - 3.0 * z;
            bits[x & 7]++;
        }
        judge_z(sum / sqrt(N), "mean", l->a, l->b);
        judge_z((squares - N) / sqrt(2.0 * N), "variance", l->a, l->b);
        judge_z(cubes / sqrt(6.0 * N), "skewness", l->a, l->b);
        for (int k = 0; k < 8; k++)
            even[k] = 0.125;
        judge_counts(bits, even, 8, N, "last bits", l->a, l->b);
    }
}

/* ---- multinomial ---- */

static void multinomial_small_is_exact(void **state)
{
    enum { SIZE = 6, CELLS = (SIZE + 1) * (SIZE + 1) * (SIZE + 1) };
    static const double p[3] = {0.2, 0.05, 0.4};
    double seen[CELLS] = {0}, prob[CELLS] = {0};
    mtl__rng r;
    (void)state;
    mtl__rng_stream(&r, 24, 0, 0, 0);
    for (int i = 0; i < N; i++) {
        int64_t out[3];
        const int64_t rest = mtl__rng_multinomial(&r, SIZE, 3, p, out);
        assert_true(out[0] + out[1] + out[2] + rest == SIZE);
        seen[(out[0] * (SIZE + 1) + out[1]) * (SIZE + 1) + out[2]]++;
    }
    for (int a = 0; a <= SIZE; a++) {
        for (int b = 0; a + b <= SIZE; b++) {
            for (int c = 0; a + b + c <= SIZE; c++) {
                const int d = SIZE - a - b - c;
                prob[(a * (SIZE + 1) + b) * (SIZE + 1) + c] =
                    tgamma(SIZE + 1.0) / tgamma(a + 1.0) / tgamma(b + 1.0) / tgamma(c + 1.0) /
                    tgamma(d + 1.0) * pow(p[0], a) * pow(p[1], b) * pow(p[2], c) *
                    pow(1.0 - p[0] - p[1] - p[2], d);
            }
        }
    }
    judge_counts(seen, prob, CELLS, N, "multinomial", SIZE, 3);
}

/* Pearson's statistic of each draw is chi-square distributed, and so is their sum. */
static void multinomial_large_has_its_covariance(void **state)
{
    static const double p[6] = {0.3, 1e-4, 0.0, 0.25, 0.2, 0.2499};
    static const double sizes[3] = {1e9, 1e13, 1e18};
    enum { DRAWS = 20000 };
    (void)state;
    for (int s = 0; s < 3; s++) {
        const int64_t n = (int64_t)sizes[s];
        double sum = 0.0;
        mtl__rng r;
        mtl__rng_stream(&r, 25, (uint64_t)s, 0, 0);
        for (int i = 0; i < DRAWS; i++) {
            int64_t out[6];
            const int64_t rest = mtl__rng_multinomial(&r, n, 6, p, out);
            assert_true(out[2] == 0 && rest == 0); /* p sums to 1 but for rounding */
            for (int k = 0; k < 6; k++) {
                const double e = sizes[s] * p[k];
                sum += p[k] > 0.0 ? ((double)out[k] - e) * ((double)out[k] - e) / e : 0.0;
            }
        }
        judge_z((sum - 4.0 * DRAWS) / sqrt(2.0 * 4.0 * DRAWS), "multinomial", sizes[s], 6);
    }
}

/* ---- real numbers ---- */

static double draw_gamma(mtl__rng *r, double shape)
{
    return mtl__rng_gamma(r, shape);
}
static double draw_exp(mtl__rng *r, double shape)
{
    (void)shape;
    return mtl__rng_exp(r);
}
static double draw_normal(mtl__rng *r, double shape)
{
    (void)shape;
    return mtl__rng_normal(r);
}
static double normal_quantile(double p, double shape)
{
    (void)shape;
    return mtl__norm_quantile(p);
}

static void check_real(double (*sample)(mtl__rng *, double), double (*quantile)(double, double),
                       double shape, uint64_t key, int draws, const char *what)
{
    enum { MIDDLE = 100, BINS = MIDDLE + 6 };
    static const double tail[3] = {1e-4, 5e-4, 2.5e-3};
    double edge[BINS], level[BINS], prob[BINS], seen[BINS] = {0};
    mtl__rng r;
    for (int i = 0; i < 3; i++) {
        level[i] = tail[i];
        level[BINS - 2 - i] = 1.0 - tail[i];
    }
    for (int i = 0; i < MIDDLE - 1; i++)
        level[3 + i] = (i + 1.0) / MIDDLE;
    level[BINS - 1] = 1.0;
    for (int i = 0; i < BINS; i++) {
        edge[i] = i + 1 < BINS ? quantile(level[i], shape) : INFINITY;
        prob[i] = level[i] - (i > 0 ? level[i - 1] : 0.0);
        /* below the range of doubles everything is one bin */
        if (i > 0 && shape > 0.0 && edge[i] < 1e-290) {
            prob[i] += prob[i - 1];
            prob[i - 1] = 0.0;
            edge[i - 1] = -INFINITY;
        }
    }
    mtl__rng_stream(&r, 26, key, 0, 0);
    for (int i = 0; i < draws; i++) {
        const double x = sample(&r, shape);
        int low = 0, high = BINS - 1;
        while (low < high) {
            const int middle = (low + high) / 2;
            if (x <= edge[middle])
                high = middle;
            else
                low = middle + 1;
        }
        seen[low]++;
    }
    judge_counts(seen, prob, BINS, draws, what, shape, 0);
}

static void real_numbers_follow_their_laws(void **state)
{
    static const double shapes[] = {1e-3, 0.01, 0.1, 0.5, 0.99, 1,   1.01,
                                    1.5,  3,    10,  100, 1e4,  1e7, 1e9};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_real(draw_gamma, mtl__gamma_quantile, shapes[i], i, N, "gamma");
    check_real(draw_exp, mtl__gamma_quantile, 1.0, 100, MANY, "exponential");
    check_real(draw_normal, normal_quantile, 0.0, 101, MANY, "normal");
}

/* The far tails, where the ziggurats change their method (r = 7.7 and 3.65). */
static void tails_have_their_weight(void **state)
{
    enum { DRAWS = 4000000 };
    double exp_seen[6] = {0}, exp_prob[6], norm_seen[6] = {0}, norm_prob[6];
    mtl__rng r;
    (void)state;
    mtl__rng_stream(&r, 27, 0, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        const double e = mtl__rng_exp(&r), z = fabs(mtl__rng_normal(&r));
        const double j = e < 7.0 ? 0.0 : (e - 7.0) / 0.7 + 1.0;
        const double k = z < 3.4 ? 0.0 : (z - 3.4) / 0.25 + 1.0;
        exp_seen[j < 5.0 ? (int)j : 5]++;
        norm_seen[k < 5.0 ? (int)k : 5]++;
    }
    for (int i = 0; i < 6; i++) {
        const double e = 7.0 + 0.7 * (i - 1), z = 3.4 + 0.25 * (i - 1);
        exp_prob[i] = (i > 0 ? exp(-e) : 1.0) - (i < 5 ? exp(-e - 0.7) : 0.0);
        norm_prob[i] =
            (i > 0 ? erfc(z / sqrt(2.0)) : 1.0) - (i < 5 ? erfc((z + 0.25) / sqrt(2.0)) : 0.0);
    }
    exp_prob[0] = 1.0 - exp(-7.0);
    norm_prob[0] = 1.0 - erfc(3.4 / sqrt(2.0));
    judge_counts(exp_seen, exp_prob, 6, DRAWS, "exponential tail", 0, 0);
    judge_counts(norm_seen, norm_prob, 6, DRAWS, "normal tail", 0, 0);
}

/* ---- independence ---- */

/* Chi-square of pairs of uniforms in a grid. */
static void judge_pairs(const double *u, int n, int lag, const char *what)
{
    enum { SIDE = 20 };
    double seen[SIDE * SIDE] = {0}, prob[SIDE * SIDE];
    for (int i = 0; i + lag < n; i++)
        seen[(int)(u[i] * SIDE) * SIDE + (int)(u[i + lag] * SIDE)]++;
    for (int i = 0; i < SIDE * SIDE; i++)
        prob[i] = 1.0 / (SIDE * SIDE);
    judge_counts(seen, prob, SIDE * SIDE, n - lag, what, lag, 0);
}

static void draws_are_independent(void **state)
{
    static double u[N];
    mtl__rng r;
    (void)state;
    mtl__rng_stream(&r, 28, 0, 0, 0);
    for (int i = 0; i < N; i++)
        u[i] = exp(-mtl__rng_exp(&r));
    judge_pairs(u, N, 1, "exponential pairs");
    judge_pairs(u, N, 2, "exponential pairs");
    for (int i = 0; i < N; i++)
        u[i] = 0.5 * erfc(mtl__rng_normal(&r) / sqrt(2.0));
    judge_pairs(u, N, 1, "normal pairs");
    judge_pairs(u, N, 2, "normal pairs");
}

static void streams_are_independent(void **state)
{
    static double u[4][N];
    (void)state;
    for (uint64_t i = 0; i < N; i++) {
        mtl__rng r;
        mtl__rng_stream(&r, i, 0, 0, 0);
        u[0][i] = mtl__rng_unit(&r);
        mtl__rng_stream(&r, 1, i, 0, 0);
        u[1][i] = mtl__rng_unit(&r);
        mtl__rng_stream(&r, 1, 0, i, 0);
        u[2][i] = mtl__rng_unit(&r);
        mtl__rng_stream(&r, 1, 0, 0, i);
        u[3][i] = mtl__rng_unit(&r);
    }
    for (int k = 0; k < 4; k++) {
        judge_pairs(u[k], N, 1, "streams");
        judge_pairs(u[k], N, 64, "streams");
    }
}

static void the_level_holds(void **state)
{
    (void)state;
    print_message("# %d tests of fit at level %.1e each\n", tests_made, LEVEL);
    assert_true(tests_made > 100 && tests_made <= MAX_TESTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_small_mean),
        cmocka_unit_test(counts_of_large_mean),
        cmocka_unit_test(counts_in_more_detail),
        cmocka_unit_test(counts_beyond_the_integers_of_doubles),
        cmocka_unit_test(multinomial_small_is_exact),
        cmocka_unit_test(multinomial_large_has_its_covariance),
        cmocka_unit_test(real_numbers_follow_their_laws),
        cmocka_unit_test(tails_have_their_weight),
        cmocka_unit_test(draws_are_independent),
        cmocka_unit_test(streams_are_independent),
        cmocka_unit_test(the_level_holds),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
