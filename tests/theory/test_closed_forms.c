/* SPDX-License-Identifier: MIT */
/* Stochastic solvers and the slow reference against closed forms: Kendall's birth and death,
   immigration, batches, chains of change, two organs round a hub, Cox intensities, heterogeneity,
   culls, seasons. Everything runs with MTL__EXACT and MTL__LEAP (whose step only splits moves from
   births and deaths) and, where it is cheap, with the slow reference, which is thereby tested too.
   n = 20,000 realisations unless said; z tests of means, variances and shares, chi-square of laws.
   Levels: oracle_stats.h; about 250 checks, so the family-wise level is below 1e-6. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "oracle_stats.h"
#include "reference.h"

enum { N = 20000, PMF = 4000 };
static const int solvers[] = {MTL__EXACT, MTL__LEAP, REF_SLOW};
static const char *const solver_name[] = {"exact", "leap", "reference"};
static double pmf[PMF], scratch[N];

static const char *label(const char *what, int solver)
{
    static char text[128];
    snprintf(text, sizeof text, "%s, %s", what, solver_name[solver]);
    return text;
}

/* Kendall [1948]: one cell, rates b and d over time t: P(none), and the ratio of the geometric
 * rest. */
static void kendall(double b, double d, double t, double *none, double *ratio)
{
    const double e = exp((b - d) * t);
    if (fabs(b - d) < 1e-12) {
        *none = *ratio = b * t / (1.0 + b * t);
    } else {
        *none = d * (e - 1.0) / (b * e - d);
        *ratio = b * (e - 1.0) / (b * e - d);
    }
}

static void kendall_pmf(double b, double d, double t)
{
    double none, ratio;
    kendall(b, d, t, &none, &ratio);
    pmf[0] = none;
    double p = (1.0 - none) * (1.0 - ratio);
    for (int k = 1; k < PMF; k++, p *= ratio)
        pmf[k] = p;
}

static void negbin_pmf(double size, double mean)
{
    const double q = mean / (size + mean);
    double p = exp(size * log(size / (size + mean)));
    for (int k = 0; k < PMF; k++) {
        pmf[k] = p;
        p *= q * (size + k) / (k + 1.0);
    }
}

static void poisson_pmf(double mean)
{
    double p = exp(-mean);
    for (int k = 0; k < PMF; k++) {
        pmf[k] = p;
        p *= mean / (k + 1.0);
    }
}

static ref_net birth_death(double b, double d)
{
    return (ref_net){.n_types = 1, .divide = {{b, 0}}, .die = {{d, 0}}, .row_of = {-1}};
}

static mtl__group fixed = {.law = MTL__FIXED, .key = 9};

static mtl__source one_burst(mtl__burst *b)
{
    return (mtl__source){.group = &fixed, .n_groups = 1, .burst = b, .n_bursts = 1};
}

static void test_kendall(void **state)
{
    (void)state;
    static const double rate[][3] = {{0.03, 0.02, 60.0},
                                     {0.02, 0.02, 80.0},
                                     {0.01, 0.04, 30.0},
                                     {0.05, 0.0, 40.0},
                                     {0.0, 0.03, 25.0}};
    int bad = 0;
    for (int k = 0; k < 5; k++) {
        const double b = rate[k][0], d = rate[k][1], t = rate[k][2];
        const ref_net net = birth_death(b, d);
        mtl__burst start = {.t = 3.0, .count = 1};
        const mtl__source s = one_burst(&start);
        const double time[2] = {3.0 + 0.4 * t, 3.0 + t};
        for (int v = 0; v < 3; v++) {
            ref_draws r = ref_run(&net, &s, solvers[v], 0.0, 1000 + (uint64_t)k, N, 2, time);
            kendall_pmf(b, d, 0.4 * t);
            bad += refutes_law(label("Kendall, first time", v), ref_count(&r, 0, 0), N, pmf, PMF);
            kendall_pmf(b, d, t);
            bad += refutes_law(label("Kendall", v), ref_count(&r, 1, 0), N, pmf, PMF);
            int64_t gone = 0;
            for (int i = 0; i < N; i++)
                gone += ref_count(&r, 1, 0)[i] == 0.0;
            bad += refutes_share(label("Kendall, extinct", v), gone, N, pmf[0]);
            bad += refutes_mean(label("Kendall", v), ref_count(&r, 1, 0), N, exp((b - d) * t));
            const double e = exp((b - d) * t);
            bad += refutes_variance(label("Kendall", v), ref_count(&r, 1, 0), N,
                                    b == d ? 2.0 * b * t : (b + d) / (b - d) * e * (e - 1.0));
            ref_draws_free(&r);
        }
    }
    assert_int_equal(bad, 0);
}

/* 100,000 cells (n = 300 for exact, which makes every event, 20,000 for leap): mean and variance
 * add up. */
static void test_kendall_large(void **state)
{
    (void)state;
    const double b = 0.02, d = 0.03, t = 20.0, e = exp((b - d) * t);
    const ref_net net = birth_death(b, d);
    mtl__burst start = {.t = 0.0, .count = 100000};
    const mtl__source s = one_burst(&start);
    int bad = 0;
    for (int v = 0; v < 2; v++) {
        const int n = v == 0 ? 300 : N;
        ref_draws r = ref_run(&net, &s, solvers[v], 0.0, 1100, n, 1, &t);
        bad += refutes_mean(label("large clone", v), ref_count(&r, 0, 0), n, 1e5 * e);
        bad += refutes_variance(label("large clone", v), ref_count(&r, 0, 0), n,
                                1e5 * (b + d) / (b - d) * e * (e - 1.0));
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

static void test_immigration(void **state)
{
    (void)state;
    int bad = 0;
    mtl__inflow in = {.t0 = 5.0, .t1 = 50.0, .rate = 0.3};
    const mtl__source s = {.group = &fixed, .n_groups = 1, .inflow = &in, .n_inflows = 1};
    const double time[3] = {4.0, 40.0, 70.0};
    const ref_net dies = birth_death(0.0, 0.05), lives = birth_death(0.03, 0.05);
    for (int v = 0; v < 3; v++) {
        ref_draws r = ref_run(&dies, &s, solvers[v], 0.0, 1200, N, 3, time);
        bad += refutes_mean(label("before the window", v), ref_count(&r, 0, 0), N, 0.0);
        poisson_pmf(0.3 / 0.05 * (1.0 - exp(-0.05 * 35.0)));
        bad += refutes_law(label("immigration-death", v), ref_count(&r, 1, 0), N, pmf, PMF);
        poisson_pmf(0.3 / 0.05 * (1.0 - exp(-0.05 * 45.0)) * exp(-0.05 * 20.0));
        bad += refutes_law(label("after the window", v), ref_count(&r, 2, 0), N, pmf, PMF);
        ref_draws_free(&r);
        r = ref_run(&lives, &s, solvers[v], 0.0, 1201, N, 3, time);
        negbin_pmf(0.3 / 0.03, 0.3 * (exp(-0.02 * 35.0) - 1.0) / -0.02);
        bad += refutes_law(label("immigration-birth-death", v), ref_count(&r, 1, 0), N, pmf, PMF);
        bad += refutes_mean(label("after the window", v), ref_count(&r, 2, 0), N,
                            0.3 * (exp(-0.02 * 45.0) - 1.0) / -0.02 * exp(-0.02 * 20.0));
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

/* Poisson(mean x multiplier) founders of Kendall clones; the groups' laws of multipliers. */
static void test_batches(void **state)
{
    (void)state;
    const double b = 0.03, d = 0.04, t = 25.0, mean = 2.5, e = exp((b - d) * t);
    const mtl__group group[4] = {
        {.law = MTL__FIXED, .key = 1},
        {.law = MTL__GAMMA, .shape = 0.7, .key = 2},
        {.law = MTL__LOGNORMAL, .shape = 0.6, .key = 3},
        {.law = MTL__MIXTURE, .shape = 0.5, .p_big = 0.08, .big = 5.0, .key = 4}};
    const double rest = (1.0 - 0.4) / 0.92;
    const double spread[4] = {0.0, 1.0 / 0.7, exp(0.36) - 1.0,
                              0.08 * 25.0 + 0.92 * rest * rest * exp(0.25) - 1.0};
    const ref_net net = birth_death(b, d);
    double none, ratio;
    int bad = 0;
    kendall(b, d, t, &none, &ratio);
    const double a = mean * (1.0 - none); /* expected clones that survive */
    for (int g = 0; g < 4; g++) {
        mtl__group one = group[g];
        mtl__burst start = {.t = 0.0, .mean = mean, .count = -1};
        const mtl__source s = {.group = &one, .n_groups = 1, .burst = &start, .n_bursts = 1};
        double p0 = exp(-a);
        if (g == 1)
            p0 = pow(1.0 + a / 0.7, -0.7);
        if (g > 1) { /* the lognormal by a fine sum over the normal deviate */
            double sum = 0.0;
            for (double z = -9.0; z < 9.0; z += 0.01)
                sum += 0.01 * exp(-0.5 * z * z) / 2.5066282746310002 *
                       exp(-a * (g == 2 ? 1.0 : rest) *
                           exp(one.shape * z - 0.5 * one.shape * one.shape));
            p0 = g == 2 ? sum : 0.92 * sum + 0.08 * exp(-5.0 * a);
        }
        /* Per founder: mean e, E[X(X-1)] = 2 b e (e - 1)/(b - d). */
        const double m = mean * e, second = mean * 2.0 * b * e * (e - 1.0) / (b - d);
        for (int v = 0; v < 3; v++) {
            ref_draws r = ref_run(&net, &s, solvers[v], 0.0, 1300 + (uint64_t)g, N, 1, &t);
            int64_t gone = 0;
            for (int i = 0; i < N; i++)
                gone += ref_count(&r, 0, 0)[i] == 0.0;
            bad += refutes_share(label("batch, none", v), gone, N, p0);
            bad += refutes_mean(label("batch", v), ref_count(&r, 0, 0), N, m);
            bad += refutes_variance(label("batch", v), ref_count(&r, 0, 0), N,
                                    m + second + m * m * spread[g]);
            ref_draws_free(&r);
        }
    }
    assert_int_equal(bad, 0);
}

/* One multiplier for a whole group: two windows of a gamma group, no death: the sum is negative
   binomial, and two groups are independent of each other. */
static void test_groups_share(void **state)
{
    (void)state;
    const ref_net net = {.n_types = 3, .row_of = {-1, -1, -1}};
    mtl__group group[2] = {{.law = MTL__GAMMA, .shape = 1.5, .key = 5},
                           {.law = MTL__GAMMA, .shape = 1.5, .key = 6}};
    mtl__inflow in[3] = {{.t0 = 0.0, .t1 = 10.0, .rate = 0.2, .group = 0, .target = 0},
                         {.t0 = 20.0, .t1 = 30.0, .rate = 0.3, .group = 0, .target = 1},
                         {.t0 = 0.0, .t1 = 10.0, .rate = 0.3, .group = 1, .target = 2}};
    mtl__source s = {.group = group, .n_groups = 2, .inflow = in, .n_inflows = 3};
    const double t = 31.0;
    int bad = 0;
    mtl__source_sort(&s);
    for (int v = 0; v < 3; v++) {
        ref_draws r = ref_run(&net, &s, solvers[v], 0.0, 1400, N, 1, &t);
        for (int i = 0; i < N; i++)
            scratch[i] = ref_count(&r, 0, 0)[i] + ref_count(&r, 0, 1)[i];
        negbin_pmf(1.5, 5.0);
        bad += refutes_law(label("two windows of a group", v), scratch, N, pmf, PMF);
        for (int i = 0; i < N; i++)
            scratch[i] = (ref_count(&r, 0, 0)[i] - 2.0) * (ref_count(&r, 0, 2)[i] - 3.0);
        bad += refutes_mean(label("covariance of two groups", v), scratch, N, 0.0);
        for (int i = 0; i < N; i++)
            scratch[i] = (ref_count(&r, 0, 0)[i] - 2.0) * (ref_count(&r, 0, 1)[i] - 3.0);
        bad += refutes_mean(label("covariance within a group", v), scratch, N, 6.0 / 1.5);
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

static void binomial_pmf(int n, double p)
{
    for (int k = 0; k < PMF; k++)
        pmf[k] = k > n ? 0.0
                       : exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) +
                             (n - k) * log1p(-p));
}

/* A -> B -> C: cells are independent, so each count is binomial. */
static void test_change_chain(void **state)
{
    (void)state;
    const double a = 0.05, b = 0.02, t = 30.0;
    ref_net net = {.n_types = 3, .row_of = {-1, -1, -1}};
    ref_add(net.change, &net.n_change, 0, 1, a, 0);
    ref_add(net.change, &net.n_change, 1, 2, b, 0);
    mtl__burst start = {.t = 0.0, .count = 40};
    const mtl__source s = one_burst(&start);
    const double p_a = exp(-a * t), p_b = a / (b - a) * (exp(-a * t) - exp(-b * t));
    int bad = 0;
    for (int v = 0; v < 3; v++) {
        ref_draws r = ref_run(&net, &s, solvers[v], 5.0, 1500, N, 1, &t);
        binomial_pmf(40, p_a);
        bad += refutes_law(label("chain, A", v), ref_count(&r, 0, 0), N, pmf, 41);
        binomial_pmf(40, p_b);
        bad += refutes_law(label("chain, B", v), ref_count(&r, 0, 1), N, pmf, 41);
        binomial_pmf(40, 1.0 - p_a - p_b);
        bad += refutes_law(label("chain, C", v), ref_count(&r, 0, 2), N, pmf, 41);
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

/* Two organs round a hub with loss. A cell is in A or B or lost: x' = x Q with
   Q = [[-eA (1 - lA), eA lB], [eB lA, -eB (1 - lB)]], solved by its eigenvalues. Equal births and
   deaths in both organs multiply the means by exp((b - d) t). */
static void two_organs(const double q[4], double t, double *a, double *b)
{
    const double mid = 0.5 * (q[0] + q[3]),
                 half = sqrt(0.25 * (q[0] - q[3]) * (q[0] - q[3]) + q[1] * q[2]);
    const double e1 = exp((mid + half) * t), e2 = exp((mid - half) * t);
    *a = ((q[0] - mid + half) * e1 - (q[0] - mid - half) * e2) / (2.0 * half);
    *b = q[1] * (e1 - e2) / (2.0 * half);
}

static void test_two_organs(void **state)
{
    (void)state;
    const double e_a = 0.1, e_b = 0.04, weight = 0.5 + 2.0 + 1.5, t = 40.0;
    const double q[4] = {-e_a * (1.0 - 2.0 / weight), e_a * 1.5 / weight, e_b * 2.0 / weight,
                         -e_b * (1.0 - 1.5 / weight)};
    ref_net net = {.n_types = 2, .n_rows = 1, .leave = {{e_a, 0}, {e_b, 0}}, .loss = {0.5}};
    ref_add(net.land, &net.n_land, 0, 0, 2.0, 0);
    ref_add(net.land, &net.n_land, 0, 1, 1.5, 0);
    mtl__burst start = {.t = 0.0, .count = 20};
    const mtl__source s = one_burst(&start);
    double a, b;
    int bad = 0;
    two_organs(q, t, &a, &b);
    for (int v = 0; v < 3; v++) {
        /* Moves alone: no splitting error, whatever the step. */
        ref_draws r = ref_run(&net, &s, solvers[v], 10.0, 1600, N, 1, &t);
        int64_t none = 0;
        binomial_pmf(20, a);
        bad += refutes_law(label("two organs, A", v), ref_count(&r, 0, 0), N, pmf, 21);
        binomial_pmf(20, b);
        bad += refutes_law(label("two organs, B", v), ref_count(&r, 0, 1), N, pmf, 21);
        for (int i = 0; i < N; i++)
            none += ref_count(&r, 0, 0)[i] + ref_count(&r, 0, 1)[i] == 0.0;
        bad += refutes_share(label("two organs, none", v), none, N, pow(1.0 - a - b, 20.0));
        ref_draws_free(&r);
    }
    net.divide[0] = net.divide[1] = (ref_rate){0.03, 0};
    net.die[0] = net.die[1] = (ref_rate){0.02, 0};
    for (int v = 0; v < 3;
         v++) { /* births commute with moves in the mean: no splitting error here */
        ref_draws r = ref_run(&net, &s, solvers[v], 1.0, 1601, N, 1, &t);
        bad += refutes_mean(label("two organs with births, A", v), ref_count(&r, 0, 0), N,
                            20.0 * a * exp(0.01 * t));
        bad += refutes_mean(label("two organs with births, B", v), ref_count(&r, 0, 1), N,
                            20.0 * b * exp(0.01 * t));
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

/* Two rows that cross into each other: what enters row 0 goes round until it lands or is lost. By
   hand: from 0, 1/4 lands in A, 1/2 crosses, 1/4 lost; from 1, 1/3 lands in B, 1/3 crosses back,
   1/3 lost. */
static void test_crossing_loop(void **state)
{
    (void)state;
    ref_net net = {.n_types = 2, .n_rows = 2, .row_of = {-1, -1}, .loss = {1.0, 0.5}};
    ref_add(net.land, &net.n_land, 0, 0, 1.0, 0);
    ref_add(net.cross, &net.n_cross, 0, 1, 2.0, 0);
    ref_add(net.land, &net.n_land, 1, 1, 0.5, 0);
    ref_add(net.cross, &net.n_cross, 1, 0, 0.5, 0);
    mtl__burst start = {.t = 1.0, .count = 60, .to = MTL__TO_ROW, .target = 0};
    const mtl__source s = one_burst(&start);
    const double rounds = 1.0 / (1.0 - 0.5 / 3.0), t = 2.0;
    int bad = 0;
    for (int v = 0; v < 3; v++) {
        ref_draws r = ref_run(&net, &s, solvers[v], 0.0, 1700, N, 1, &t);
        binomial_pmf(60, 0.25 * rounds);
        bad += refutes_law(label("loop, A", v), ref_count(&r, 0, 0), N, pmf, 61);
        binomial_pmf(60, 0.5 / 3.0 * rounds);
        bad += refutes_law(label("loop, B", v), ref_count(&r, 0, 1), N, pmf, 61);
        ref_draws_free(&r);
    }
    /* Cells that leave one by one: A into row 0, B into row 1; landings by the same loop. */
    const double aa = 0.25 * rounds, ab = 0.5 / 3.0 * rounds, ba = 0.25 / 3.0 * rounds,
                 bb = rounds / 3.0;
    const double e_a = 0.2, e_b = 0.1,
                 q[4] = {-e_a * (1.0 - aa), e_a * ab, e_b * ba, -e_b * (1.0 - bb)};
    mtl__burst in_a = {.t = 1.0, .count = 60};
    const mtl__source from_a = one_burst(&in_a);
    const double later = 11.0;
    double a, b;
    net.leave[0] = (ref_rate){e_a, 0};
    net.leave[1] = (ref_rate){e_b, 0};
    net.row_of[0] = 0;
    net.row_of[1] = 1;
    two_organs(q, 10.0, &a, &b);
    for (int v = 0; v < 3; v++) {
        ref_draws r = ref_run(&net, &from_a, solvers[v], 0.0, 1702, N, 1, &later);
        binomial_pmf(60, a);
        bad += refutes_law(label("leaving round the loop, A", v), ref_count(&r, 0, 0), N, pmf, 61);
        binomial_pmf(60, b);
        bad += refutes_law(label("leaving round the loop, B", v), ref_count(&r, 0, 1), N, pmf, 61);
        ref_draws_free(&r);
    }
    net.leave[0] = net.leave[1] = (ref_rate){0.0, 0};
    net.row_of[0] = net.row_of[1] = -1;
    /* Without loss all land, in one row or the other. */
    net.loss[0] = net.loss[1] = 0.0;
    for (int v = 0; v < 2; v++) {
        ref_draws r = ref_run(&net, &s, solvers[v], 0.0, 1701, 2000, 1, &t);
        for (int i = 0; i < 2000; i++)
            bad += ref_count(&r, 0, 0)[i] + ref_count(&r, 0, 1)[i] != 60.0;
        binomial_pmf(60, 1.0 / 3.0 * 1.5); /* 1/3 lands, 2/3 crosses of which 1/2 comes back */
        bad += refutes_law(label("loop without loss, A", v), ref_count(&r, 0, 0), 2000, pmf, 61);
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

/* Cox intensity of seeds that immigrate at rate a and die at d: shot noise. A seed that came u ago
   and lived l leaves h(u, l) = (o/m)(exp(-m (u - min(u, l))) - exp(-m u)). */
static double shot(double u, double l, double o, double m)
{
    return o / m * (exp(-m * (u - fmin(u, l))) - exp(-m * u));
}

static void shot_noise(double a, double d, double o, double m, double t, double f, double *mean,
                       double *variance, double *none)
{
    const int n = 1600; /* Simpson in u; within, in l up to u, and the seeds alive still */
    double s1 = 0.0, s2 = 0.0, s3 = 0.0;
    for (int i = 0; i <= n; i++) {
        const double u = t * i / n, wu = (i == 0 || i == n ? 1.0
                                          : i % 2          ? 4.0
                                                           : 2.0) *
                                         t / (3.0 * n);
        const double alive = exp(-d * u), last = shot(u, u, o, m);
        double e1 = alive * last, e2 = alive * last * last, e3 = alive * -expm1(-f * last);
        for (int j = 0; j <= 200; j++) {
            const double l = u * j / 200, h = shot(u, l, o, m);
            const double w = (j == 0 || j == 200 ? 1.0
                              : j % 2            ? 4.0
                                                 : 2.0) *
                             u / 600.0 * d * exp(-d * l);
            e1 += w * h;
            e2 += w * h * h;
            e3 += w * -expm1(-f * h);
        }
        s1 += wu * e1;
        s2 += wu * e2;
        s3 += wu * e3;
    }
    *mean = a * s1;
    *variance = a * s2;
    *none = exp(-a * s3);
}

static void test_cox(void **state)
{
    (void)state;
    const double a = 0.1, d = 0.04, o = 1.5, m = 0.3, t = 60.0, f = 0.05;
    ref_net net = {.n_types = 1, .n_cox = 1, .die = {{d, 0}}, .row_of = {-1}, .decay = {m}};
    ref_add(net.output, &net.n_output, 0, 0, o, 0);
    mtl__inflow in = {.t0 = 0.0, .t1 = t, .rate = a};
    const mtl__source s = {.group = &fixed, .n_groups = 1, .inflow = &in, .n_inflows = 1};
    double mean, variance, none;
    int bad = 0;
    shot_noise(a, d, o, m, t, f, &mean, &variance, &none);
    /* The quadrature itself against E y in closed form. */
    const double by_hand =
        o * a / d * ((1.0 - exp(-m * t)) / m - (exp(-d * t) - exp(-m * t)) / (m - d));
    bad += refutes_value("mean of shot noise", mean, by_hand, 1e-8, 0.0);
    for (int v = 0; v < 3; v++) {
        /* leap follows y between its steps by its mean: a short step, so that the error is small.
         */
        ref_draws r = ref_run(&net, &s, solvers[v], 0.25, 1800, N, 1, &t);
        bad += refutes_mean(label("Cox", v), ref_level(&r, 0, 0), N, mean);
        bad += refutes_variance(label("Cox", v), ref_level(&r, 0, 0), N, variance);
        for (int i = 0; i < N; i++)
            scratch[i] = exp(-f * ref_level(&r, 0, 0)[i]);
        bad += refutes_mean(label("Cox, unseen", v), scratch, N, none);
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

/* Drive and burst of an intensity are deterministic. A cull halves it. */
static void test_cox_drive(void **state)
{
    (void)state;
    ref_net net = {.n_types = 1, .n_cox = 2, .row_of = {-1}, .decay = {0.2, 0.0}};
    mtl__inflow in = {.t0 = 2.0, .t1 = 12.0, .rate = 3.0, .to = MTL__TO_COX, .target = 0};
    mtl__burst add[2] = {{.t = 4.0, .mean = 7.0, .count = -1, .to = MTL__TO_COX, .target = 0},
                         {.t = 5.0, .count = 2, .to = MTL__TO_COX, .target = 1}};
    mtl__cull half = {.t = 20.0, .keep = 0.5, .cox0 = 0, .cox1 = 1};
    const mtl__source s = {&fixed, 1, &in, 1, add, 2, &half, 1};
    const double time[3] = {4.5, 15.0, 25.0};
    const double at_15 = 15.0 * (1.0 - exp(-2.0)) * exp(-0.6) + 7.0 * exp(-2.2);
    const double want[3] = {15.0 * (1.0 - exp(-0.5)) + 7.0 * exp(-0.1), at_15,
                            0.5 * at_15 * exp(-2.0)};
    int bad = 0;
    for (int v = 0; v < 3; v++) {
        ref_draws r = ref_run(&net, &s, solvers[v], 0.0, 1850, 1, 3, time);
        for (int k = 0; k < 3; k++) {
            bad += refutes_value(label("driven intensity", v), ref_level(&r, k, 0)[0], want[k],
                                 v == 2 ? 1e-4 : 1e-10, 0.0);
            bad += refutes_value(label("intensity without decay", v), ref_level(&r, k, 1)[0],
                                 k ? 2.0 : 0.0, 1e-12, 0.0);
        }
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

static void test_cull(void **state)
{
    (void)state;
    const ref_net net = {.n_types = 2, .row_of = {-1, -1}};
    mtl__burst start[2] = {{.t = 0.0, .count = 50, .target = 0},
                           {.t = 0.0, .count = 70, .target = 1}};
    mtl__cull cull = {.t = 5.0, .keep = 0.3, .type0 = 1, .type1 = 2};
    const mtl__source s = {
        .group = &fixed, .n_groups = 1, .burst = start, .n_bursts = 2, .cull = &cull, .n_culls = 1};
    const double t = 6.0;
    int bad = 0;
    for (int v = 0; v < 3; v++) {
        ref_draws r = ref_run(&net, &s, solvers[v], 0.0, 1900, N, 1, &t);
        bad += refutes_mean(label("spared", v), ref_count(&r, 0, 0), N, 50.0);
        binomial_pmf(70, 0.3);
        bad += refutes_law(label("culled", v), ref_count(&r, 0, 1), N, pmf, 71);
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

/* Kendall's law with rates that follow the seasons: W = e^-r (1 + int d e^r), r = int (d - b);
   P(none) = 1 - e^-r / W, ratio of the geometric rest 1 - 1/W. */
static void seasons_kendall(double b, int f_b, double d, int f_d, double t0, double t1,
                            double *none, double *ratio)
{
    const int n = 400000;
    const double h = (t1 - t0) / n;
    double r = 0.0, integral = 0.0, f[4];
    for (int i = 0; i < n; i++) { /* midpoint: a break of the seasons costs h^2 at most */
        ref_seasons.advance(&ref_seasons, t0 + (i + 0.5) * h, f);
        const double up = b * f[f_b], down = d * f[f_d];
        integral += h * down * exp(r + 0.5 * h * (down - up));
        r += h * (down - up);
    }
    const double w = exp(-r) * (1.0 + integral);
    *none = 1.0 - exp(-r) / w;
    *ratio = 1.0 - 1.0 / w;
}

static void test_seasons(void **state)
{
    (void)state;
    static const int factor[][2] = {{1, 0}, {0, 1}, {2, 3}, {1, 2}};
    const double t = 55.0;
    int bad = 0;
    for (int k = 0; k < 4; k++) {
        ref_net net = birth_death(0.04, 0.03);
        net.divide[0].factor = factor[k][0];
        net.die[0].factor = factor[k][1];
        net.env = &ref_seasons;
        mtl__burst start = {.t = 2.0, .count = 1};
        const mtl__source s = one_burst(&start);
        double none, ratio;
        seasons_kendall(0.04, factor[k][0], 0.03, factor[k][1], 2.0, t, &none, &ratio);
        pmf[0] = none;
        double p = (1.0 - none) * (1.0 - ratio);
        for (int i = 1; i < PMF; i++, p *= ratio)
            pmf[i] = p;
        for (int v = 0; v < 3; v++) {
            /* leap takes factors in the middle of a step: a short one, so that the error is small.
             */
            ref_draws r = ref_run(&net, &s, solvers[v], 0.5, 2000 + (uint64_t)k, N, 1, &t);
            bad += refutes_law(label("seasons", v), ref_count(&r, 0, 0), N, pmf, PMF);
            bad += refutes_mean(label("seasons", v), ref_count(&r, 0, 0), N,
                                (1.0 - none) / (1.0 - ratio));
            ref_draws_free(&r);
            start.count = 300; /* many cells show a rate that is off by a percent */
            r = ref_run(&net, &s, solvers[v], 0.5, 2050 + (uint64_t)k, N / 10, 1, &t);
            bad += refutes_mean(label("seasons, 300 cells", v), ref_count(&r, 0, 0), N / 10,
                                300.0 * (1.0 - none) / (1.0 - ratio));
            bad += refutes_variance(label("seasons, 300 cells", v), ref_count(&r, 0, 0), N / 10,
                                    300.0 * (1.0 - none) * (none + ratio) /
                                        ((1.0 - ratio) * (1.0 - ratio)));
            ref_draws_free(&r);
            start.count = 1;
        }
    }
    assert_int_equal(bad, 0);
}

/* Inflow that follows the seasons, into a hub: Poisson with the integral of the rate, by weights.
 */
static void test_seasonal_inflow(void **state)
{
    (void)state;
    ref_net net = {.n_types = 1, .n_rows = 1, .row_of = {-1}, .loss = {1.0}, .env = &ref_seasons};
    ref_add(net.land, &net.n_land, 0, 0, 1.0, 3);
    mtl__inflow in = {.t0 = 10.0, .t1 = 50.0, .rate = 0.2, .factor = 2, .to = MTL__TO_ROW};
    const mtl__source s = {.group = &fixed, .n_groups = 1, .inflow = &in, .n_inflows = 1};
    const double t = 60.0;
    double mean = 0.0, f[4];
    int bad = 0;
    for (int i = 0; i < 400000; i++) {
        ref_seasons.advance(&ref_seasons, 10.0 + (i + 0.5) * 1e-4, f);
        mean += 1e-4 * 0.2 * f[2] * f[3] / (1.0 + f[3]);
    }
    poisson_pmf(mean);
    for (int v = 0; v < 3; v++) {
        ref_draws r = ref_run(&net, &s, solvers[v], 0.5, 2100, N, 1, &t);
        bad += refutes_law(label("seasonal inflow", v), ref_count(&r, 0, 0), N, pmf, PMF);
        ref_draws_free(&r);
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kendall),
        cmocka_unit_test(test_kendall_large),
        cmocka_unit_test(test_immigration),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_groups_share),
        cmocka_unit_test(test_change_chain),
        cmocka_unit_test(test_two_organs),
        cmocka_unit_test(test_crossing_loop),
        cmocka_unit_test(test_cox),
        cmocka_unit_test(test_cox_drive),
        cmocka_unit_test(test_cull),
        cmocka_unit_test(test_seasons),
        cmocka_unit_test(test_seasonal_inflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
