/* SPDX-License-Identifier: MIT */
/* The spike law of a contact's number of cells (0, or big with a chance): its draws, its moments
   and its Laplace transform, which the analytic solver takes at Hermite's nodes, against the
   trapezoid rule; and a burst of such a number in closed form. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "process/process.h"

/* E exp(-G x) by the trapezoid rule over the normal, where the program uses Hermite's nodes. */
static double spike_laplace(const mtl__group *g, double x)
{
    const int n = 4000;
    const double h = 24.0 / n;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
        const double z = -12 + h * i;
        const double v = exp(g->shape * z - 0.5 * g->shape * g->shape) / g->p_big;
        sum += h * exp(-0.5 * z * z) / sqrt(2 * acos(-1)) * exp(-x * v);
    }
    return 1 - g->p_big + g->p_big * sum;
}

/* n = 40000 draws of each of 4 groups; probability, mean, variance (where its own standard error is
   known: shape 0 and 0.5) and E exp(-G): 14 z tests, |z| < 6: family-wise below 1e-7. */
static void test_spike(void **state)
{
    (void)state;
    enum { DRAWS = 40000, NODES = 48 };
    static const mtl__group groups[] = {{.law = MTL__SPIKE, .shape = 0, .p_big = 0.0771, .key = 1},
                                        {.law = MTL__SPIKE, .shape = 0.5, .p_big = 0.15, .key = 2},
                                        {.law = MTL__SPIKE, .shape = 1, .p_big = 0.75, .key = 3},
                                        {.law = MTL__SPIKE, .shape = 0.8, .p_big = 1, .key = 4}};
    for (int k = 0; k < 4; k++) {
        const mtl__group *g = &groups[k];
        const double p = g->p_big, s2 = g->shape * g->shape;
        /* moments: E G^m = p^(1-m) exp(m (m-1) s2 / 2) */
        const double m2 = exp(s2) / p, m3 = exp(3 * s2) / (p * p), m4 = exp(6 * s2) / (p * p * p);
        double x[64], w[64], zero = 0, sum = 0, square = 0, laplace = 0;
        mtl__rng rng;
        mtl__rng_stream(&rng, 77, 1, (uint64_t)k, 1);
        for (int i = 0; i < DRAWS; i++) {
            const double v = mtl__group_draw(g, &rng);
            assert_true(v >= 0);
            zero += v == 0;
            sum += v;
            square += (v - 1) * (v - 1);
            laplace += exp(-v);
        }
        const double var = m2 - 1, fourth = m4 - 4 * m3 + 6 * m2 - 3;
        const double l1 = spike_laplace(g, 1), l2 = spike_laplace(g, 2);
        assert_true(fabs(zero / DRAWS - (1 - p)) <= 6 * sqrt(p * (1 - p) / DRAWS));
        assert_true(fabs(sum / DRAWS - 1) <= 6 * sqrt(var / DRAWS));
        if (g->shape < 0.6)
            assert_true(fabs(square / DRAWS - var) <= 6 * sqrt((fourth - var * var) / DRAWS));
        assert_true(fabs(laplace / DRAWS - l1) <= 6 * sqrt((l2 - l1 * l1) / DRAWS));
        const int n = mtl__group_nodes(g, x, w, NODES);
        double one = 0, mean = 0, by_nodes = 0;
        for (int i = 0; i < n; i++) {
            one += w[i];
            mean += w[i] * x[i];
            by_nodes += w[i] * exp(-x[i]);
        }
        assert_true(fabs(one - 1) < 1e-12 && fabs(mean - 1) < 1e-9);
        assert_true(fabs(by_nodes - l1) < 1e-8);
    }
}

/* A burst of Poisson(mean G) cells that neither divide nor die, each seen with probability q. */
static void test_spike_closed(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl__builder *b;
    mtl__process *p;
    mtl__analytic *a;
    assert_int_equal(mtl__builder_new(&b, &err), 0);
    assert_int_equal(mtl__add_type(b, "rest"), 0);
    assert_int_equal(mtl__builder_finish(b, NULL, &p, &err), 0);
    mtl__builder_free(b);
    assert_int_equal(mtl__analytic_new(&a, p, &err), 0);
    for (int k = 0; k < 4; k++) {
        mtl__group g = {.law = MTL__SPIKE, .shape = 0.4 * k, .p_big = 0.15 + 0.25 * k, .key = 9};
        mtl__burst burst = {.t = 1, .mean = 30, .count = -1, .to = MTL__TO_TYPE};
        const mtl__source s = {.group = &g, .n_groups = 1, .burst = &burst, .n_bursts = 1};
        const double q = 0.1, m = q * burst.mean;
        const double v = exp(g.shape * g.shape) / g.p_big - 1;
        mtl__seen seen;
        assert_int_equal(mtl__analytic_seen(a, &s, 50, &q, NULL, 1e-10, &seen, &err), 0);
        if (!(fabs(seen.p_none - spike_laplace(&g, m)) < 1e-7))
            fail_msg("shape %g: %.12g, expected %.12g", g.shape, seen.p_none, spike_laplace(&g, m));
        assert_true(fabs(seen.mean - m) < 1e-8 * m);
        assert_true(fabs(seen.variance - (m + m * m * v)) < 1e-6 * (m + m * m * v));
    }
    mtl__analytic_free(a);
    mtl__process_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spike),
                                       cmocka_unit_test(test_spike_closed)};
    return cmocka_run_group_tests_name("spike", tests, NULL, NULL);
}
