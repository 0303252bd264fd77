/* SPDX-License-Identifier: MIT */
/* mtl__analytic against closed forms, to 1e-9: Kendall's birth and death, immigration, batches and
   their heterogeneity, chains, two organs round a hub, loops of crossings, Cox intensities, culls,
   and the refusal of feedback. No random draws. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "oracle_stats.h"
#include "reference.h"

#define RTOL 1e-11
#define NEAR 1e-9

static mtl__group fixed = {.law = MTL__FIXED, .key = 9};

static mtl__seen seen_of(const ref_net *net, const mtl__source *s, double t, const double *see_type,
                         const double *see_cox)
{
    mtl__process *p = ref_build(net);
    mtl__analytic *a = NULL;
    mtl_error err = {0};
    mtl__seen out = {0};
    assert_int_equal(mtl__analytic_new(&a, p, &err), 0);
    if (mtl__analytic_seen(a, s, t, see_type, see_cox, RTOL, &out, &err) != 0)
        fail_msg("analytic: %s: %s", err.field, err.text);
    mtl__analytic_free(a);
    mtl__process_free(p);
    return out;
}

static void types_of(const ref_net *net, double t0, double t, const double *see_type,
                     const double *see_cox, double *q, double *m, double *g)
{
    mtl__process *p = ref_build(net);
    mtl__analytic *a = NULL;
    mtl_error err = {0};
    assert_int_equal(mtl__analytic_new(&a, p, &err), 0);
    if (mtl__analytic_types(a, t0, t, see_type, see_cox, RTOL, q, m, g, &err) != 0)
        fail_msg("analytic: %s: %s", err.field, err.text);
    mtl__analytic_free(a);
    mtl__process_free(p);
}

/* A cell seen with probability s among its descendants: q = e s / (1 + s b (e - 1)/(b - d)). */
static double kendall_seen(double b, double d, double t, double s)
{
    const double e = exp((b - d) * t), grown = b == d ? b * t : b * (e - 1.0) / (b - d);
    return e * s / (1.0 + s * grown);
}

static void test_kendall(void **state)
{
    (void)state;
    static const double rate[][3] = {
        {0.03, 0.02, 60.0}, {0.02, 0.02, 80.0},        {0.01, 0.04, 300.0}, {0.05, 0.0, 40.0},
        {0.0, 0.03, 25.0},  {0.0036, 0.0036, 14600.0}, {0.5, 0.1, 100.0},   {1e-5, 2e-5, 20000.0}};
    static const double see[] = {1.0, 0.3, 1e-6, 1e-12};
    int bad = 0;
    for (int k = 0; k < 8; k++)
        for (int j = 0; j < 4; j++) {
            const double b = rate[k][0], d = rate[k][1], t = rate[k][2], e = exp((b - d) * t);
            const ref_net net = {.n_types = 1, .divide = {{b, 0}}, .die = {{d, 0}}, .row_of = {-1}};
            double q, m, g;
            types_of(&net, 5.0, 5.0 + t, &see[j], NULL, &q, &m, &g);
            bad += refutes_value("P(seen)", q, kendall_seen(b, d, t, see[j]), NEAR, 0.0);
            bad += refutes_value("mean", m, see[j] * e, NEAR, 0.0);
            bad += refutes_value("second moment", g,
                                 see[j] * see[j] *
                                     (b == d ? 2.0 * b * t : 2.0 * b * e * (e - 1.0) / (b - d)),
                                 NEAR, 1e-300);
        }
    assert_int_equal(bad, 0);
}

static void test_design_figures(void **state)
{
    (void)state;
    /* A neutral lineage of 1.3 self-renewing divisions a year survives 40 years with 1/(1 + 52). */
    const double rate = 1.3 / 365.25, one = 1.0;
    const ref_net net = {.n_types = 1, .divide = {{rate, 0}}, .die = {{rate, 0}}, .row_of = {-1}};
    double q;
    types_of(&net, 0.0, 40.0 * 365.25, &one, NULL, &q, NULL, NULL);
    assert_int_equal(refutes_value("survival of 40 years", q, 1.0 / 53.0, NEAR, 0.0), 0);
}

static void test_immigration_birth_death(void **state)
{
    (void)state;
    const double b = 0.03, d = 0.05, a = 0.3, s = 0.4, t = 35.0, e = exp((b - d) * t);
    const ref_net net = {.n_types = 1, .divide = {{b, 0}}, .die = {{d, 0}}, .row_of = {-1}};
    mtl__inflow in = {.t0 = 5.0, .t1 = 5.0 + t, .rate = a};
    const mtl__source src = {.group = &fixed, .n_groups = 1, .inflow = &in, .n_inflows = 1};
    const mtl__seen now = seen_of(&net, &src, 5.0 + t, &s, NULL),
                    later = seen_of(&net, &src, 60.0, &s, NULL);
    /* Negative binomial of size a/b, thinned by s. */
    const double mean = a * (e - 1.0) / (b - d);
    int bad = refutes_value("P(none)", now.p_none, pow(1.0 + s * mean * b / a, -a / b), NEAR, 0.0);
    bad += refutes_value("mean", now.mean, s * mean, NEAR, 0.0);
    bad +=
        refutes_value("variance", now.variance, s * mean + s * s * mean * mean * b / a, NEAR, 0.0);
    /* 20 days after the window: each cell goes on as a Kendall clone. */
    const double q = kendall_seen(b, d, 20.0, s);
    bad += refutes_value("P(none) after", later.p_none, pow(1.0 + q * mean * b / a, -a / b), NEAR,
                         0.0);
    bad += refutes_value("mean after", later.mean, s * mean * exp((b - d) * 20.0), NEAR, 0.0);
    assert_int_equal(bad, 0);
}

static void test_batches(void **state)
{
    (void)state;
    const double b = 0.03, d = 0.04, t = 25.0, s = 0.7, n = 2.5, e = exp((b - d) * t);
    const ref_net net = {.n_types = 1, .divide = {{b, 0}}, .die = {{d, 0}}, .row_of = {-1}};
    const double q = kendall_seen(b, d, t, s), m = s * e,
                 g = s * s * 2.0 * b * e * (e - 1.0) / (b - d);
    mtl__burst count = {.t = 0.0, .count = 7}, mean = {.t = 0.0, .mean = n, .count = -1};
    mtl__source src = {.group = &fixed, .n_groups = 1, .burst = &count, .n_bursts = 1};
    mtl__seen got = seen_of(&net, &src, t, &s, NULL);
    int bad = refutes_value("7 cells, none", got.p_none, pow(1.0 - q, 7.0), NEAR, 0.0);
    bad += refutes_value("7 cells, mean", got.mean, 7.0 * m, NEAR, 0.0);
    bad += refutes_value("7 cells, variance", got.variance, 7.0 * (g + m - m * m), NEAR, 0.0);
    mtl__group gamma = {.law = MTL__GAMMA, .shape = 0.3, .key = 1};
    src = (mtl__source){.group = &gamma, .n_groups = 1, .burst = &mean, .n_bursts = 1};
    got = seen_of(&net, &src, t, &s, NULL);
    bad += refutes_value("gamma, none", got.p_none, pow(1.0 + n * q / 0.3, -0.3), NEAR, 0.0);
    bad += refutes_value("gamma, mean", got.mean, n * m, NEAR, 0.0);
    bad += refutes_value("gamma, variance", got.variance, n * (m + g) + n * n * m * m / 0.3, NEAR,
                         0.0);
    assert_int_equal(bad, 0);
}

/* Lognormal and mixture are integrated by quadrature: held to 1e-8 against a fine sum, with few and
   with many founders, narrow and wide. */
static void test_lognormal(void **state)
{
    (void)state;
    static const double sds[] = {0.2, 0.6, 1.0, 1.5}, founders[] = {0.01, 1.0, 10.0, 100.0};
    const ref_net net = {.n_types = 1, .row_of = {-1}};
    const double one = 1.0;
    int bad = 0;
    for (int k = 0; k < 32; k++) {
        const double sd = sds[k % 4], n = founders[k / 4 % 4],
                     rest = k < 16 ? 1.0 : (1.0 - 0.05 * 6.0) / 0.95;
        mtl__group group = {.law = k < 16 ? MTL__LOGNORMAL : MTL__MIXTURE,
                            .shape = sd,
                            .p_big = 0.05,
                            .big = 6.0,
                            .key = 1};
        mtl__burst burst = {.t = 0.0, .mean = n, .count = -1};
        const mtl__source src = {.group = &group, .n_groups = 1, .burst = &burst, .n_bursts = 1};
        const mtl__seen got = seen_of(&net, &src, 1.0, &one, NULL);
        double sum = 0.0, spread = rest * rest * exp(sd * sd);
        for (double z = -12.0; z < 12.0; z += 0.002)
            sum += 0.002 * exp(-0.5 * z * z) / 2.5066282746310002 *
                   exp(-n * rest * exp(sd * z - 0.5 * sd * sd));
        if (k >= 16) {
            sum = 0.95 * sum + 0.05 * exp(-6.0 * n);
            spread = 0.95 * spread + 0.05 * 36.0;
        }
        bad += refutes_value("lognormal, none", got.p_none, sum, 1e-6, 1e-8);
        bad += refutes_value("lognormal, mean", got.mean, n, NEAR, 0.0);
        bad += refutes_value("lognormal, variance", got.variance, n + n * n * (spread - 1.0), NEAR,
                             0.0);
    }
    assert_int_equal(bad, 0);
}

static void test_chain(void **state)
{
    (void)state;
    const double a = 0.05, b = 0.02, t = 30.0;
    ref_net net = {.n_types = 3, .row_of = {-1, -1, -1}};
    double q[3], m[3], g[3], mean[3] = {0.0, 1.0, 0.0};
    ref_add(net.change, &net.n_change, 0, 1, a, 0);
    ref_add(net.change, &net.n_change, 1, 2, b, 0);
    static const double see[3][3] = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}};
    double p[3] = {exp(-a * t), a / (b - a) * (exp(-a * t) - exp(-b * t))};
    p[2] = 1.0 - p[0] - p[1];
    int bad = 0;
    for (int j = 0; j < 3; j++) {
        types_of(&net, 0.0, t, see[j], NULL, q, m, g);
        bad += refutes_value("chain, seen", q[0], p[j], NEAR, 0.0);
        bad += refutes_value("chain, mean", m[0], p[j], NEAR, 0.0);
        bad += refutes_value("chain, second moment", g[0], 0.0, 0.0, 1e-15);
    }
    /* The same forward, from 4 cells of A and one of B added to what was there. */
    mtl__burst start[2] = {{.t = 0.0, .count = 4}, {.t = 0.0, .count = 1, .target = 1}};
    const mtl__source src = {.group = &fixed, .n_groups = 1, .burst = start, .n_bursts = 2};
    mtl__process *process = ref_build(&net);
    mtl__analytic *solver = NULL;
    assert_int_equal(mtl__analytic_new(&solver, process, NULL), 0);
    assert_int_equal(mtl__analytic_forward(solver, &src, RTOL, 1, &t, mean, NULL, NULL), 0);
    bad += refutes_value("forward, A", mean[0], 4.0 * p[0], NEAR, 0.0);
    bad += refutes_value("forward, B", mean[1], 1.0 + 4.0 * p[1] + exp(-b * t), NEAR, 0.0);
    bad += refutes_value("forward, C", mean[2], 4.0 * p[2] + 1.0 - exp(-b * t), NEAR, 0.0);
    mtl__analytic_free(solver);
    mtl__process_free(process);
    assert_int_equal(bad, 0);
}

/* Two organs: see test_closed_forms.c. Seen only in B, in both. */
static void test_two_organs(void **state)
{
    (void)state;
    const double e_a = 0.1, e_b = 0.04, t = 40.0;
    const double q0 = -e_a * 0.5, q1 = e_a * 0.375, q2 = e_b * 0.5,
                 q3 = -e_b * 0.625; /* weights 2, 1.5, loss 0.5 */
    const double mid = 0.5 * (q0 + q3), half = sqrt(0.25 * (q0 - q3) * (q0 - q3) + q1 * q2);
    const double e1 = exp((mid + half) * t), e2 = exp((mid - half) * t);
    const double in_a = ((q0 - mid + half) * e1 - (q0 - mid - half) * e2) / (2.0 * half),
                 in_b = q1 * (e1 - e2) / (2.0 * half);
    ref_net net = {.n_types = 2, .n_rows = 1, .leave = {{e_a, 0}, {e_b, 0}}, .loss = {0.5}};
    ref_add(net.land, &net.n_land, 0, 0, 2.0, 0);
    ref_add(net.land, &net.n_land, 0, 1, 1.5, 0);
    const double only_b[2] = {0.0, 1.0}, both[2] = {1.0, 1.0};
    double q[2], m[2];
    types_of(&net, 0.0, t, only_b, NULL, q, NULL, NULL);
    int bad = refutes_value("in B", q[0], in_b, NEAR, 0.0);
    types_of(&net, 0.0, t, both, NULL, q, m, NULL);
    bad += refutes_value("anywhere", q[0], in_a + in_b, NEAR, 0.0);
    bad += refutes_value("anywhere, mean", m[0], in_a + in_b, NEAR, 0.0);
    assert_int_equal(bad, 0);
}

/* Cells that enter a row go round a loop of crossings at once: fractions by hand, see
   test_closed_forms.c; and a loop that nothing leaves but by landing. */
static void test_crossing_loop(void **state)
{
    (void)state;
    ref_net net = {.n_types = 2, .n_rows = 2, .row_of = {-1, -1}, .loss = {1.0, 0.5}};
    ref_add(net.land, &net.n_land, 0, 0, 1.0, 0);
    ref_add(net.cross, &net.n_cross, 0, 1, 2.0, 0);
    ref_add(net.land, &net.n_land, 1, 1, 0.5, 0);
    ref_add(net.cross, &net.n_cross, 1, 0, 0.5, 0);
    mtl__burst start = {.t = 1.0, .mean = 3.0, .count = -1, .to = MTL__TO_ROW};
    const mtl__source src = {.group = &fixed, .n_groups = 1, .burst = &start, .n_bursts = 1};
    const double see[2] = {1.0, 0.5};
    const double lands_a = 0.25 * 1.2, lands_b = 0.5 / 3.0 * 1.2;
    mtl__seen got = seen_of(&net, &src, 2.0, see, NULL);
    int bad =
        refutes_value("loop, none", got.p_none, exp(-3.0 * (lands_a + 0.5 * lands_b)), NEAR, 0.0);
    bad += refutes_value("loop, mean", got.mean, 3.0 * (lands_a + 0.5 * lands_b), NEAR, 0.0);
    net.loss[0] = net.loss[1] = 0.0;
    got = seen_of(&net, &src, 2.0, see, NULL);
    bad += refutes_value("loop without loss", got.mean, 3.0 * (0.5 + 0.5 * 0.5), NEAR, 0.0);
    assert_int_equal(bad, 0);
}

/* Deterministic drive, a burst and a cull of an intensity; and one immortal seed that feeds it. */
static void test_cox(void **state)
{
    (void)state;
    const double m = 0.2, see_type[1] = {0.0}, see_cox[1] = {0.03};
    ref_net net = {.n_types = 1, .n_cox = 1, .row_of = {-1}, .decay = {m}};
    mtl__inflow in = {.t0 = 2.0, .t1 = 12.0, .rate = 3.0, .to = MTL__TO_COX};
    mtl__burst add = {.t = 4.0, .mean = 7.0, .count = -1, .to = MTL__TO_COX};
    mtl__cull half = {.t = 20.0, .keep = 0.5, .cox0 = 0, .cox1 = 1};
    mtl__source src = {&fixed, 1, &in, 1, &add, 1, &half, 1};
    const double y = 0.5 * exp(-2.0) * (15.0 * (1.0 - exp(-2.0)) * exp(-0.6) + 7.0 * exp(-2.2));
    mtl__seen got = seen_of(&net, &src, 25.0, see_type, see_cox);
    int bad = refutes_value("drive, none", got.p_none, exp(-0.03 * y), NEAR, 0.0);
    bad += refutes_value("drive, mean", got.mean, 0.03 * y, NEAR, 0.0);
    bad += refutes_value("drive, variance", got.variance, 0.03 * y, NEAR, 0.0);
    ref_add(net.output, &net.n_output, 0, 0, 1.5, 0);
    mtl__burst seed = {.t = 0.0, .count = 1};
    src = (mtl__source){.group = &fixed, .n_groups = 1, .burst = &seed, .n_bursts = 1};
    const double fed = 1.5 / m * (1.0 - exp(-m * 30.0));
    got = seen_of(&net, &src, 30.0, see_type, see_cox);
    bad += refutes_value("one seed, none", got.p_none, exp(-0.03 * fed), NEAR, 0.0);
    bad += refutes_value("one seed, variance", got.variance, 0.03 * fed, NEAR, 0.0);
    /* A seed that dies at d: E exp(-f y) = e^-dt e^-f h(t) + int d e^-dl e^-f h(l) dl. */
    const double d = 0.04;
    net.die[0] = (ref_rate){d, 0};
    got = seen_of(&net, &src, 30.0, see_type, see_cox);
    double none = exp(-d * 30.0 - 0.03 * fed);
    for (int i = 0; i <= 20000; i++) {
        const double l = 30.0 * i / 20000.0, h = 1.5 / m * (exp(-m * (30.0 - l)) - exp(-m * 30.0));
        none += (i == 0 || i == 20000 ? 1.0
                 : i % 2              ? 4.0
                                      : 2.0) *
                30.0 / 60000.0 * d * exp(-d * l - 0.03 * h);
    }
    bad += refutes_value("mortal seed, none", got.p_none, none, NEAR, 0.0);
    assert_int_equal(bad, 0);
}

/* What happens at the time of sampling is counted; what comes after it is not; nothing at all is
 * none. */
static void test_edges_of_time(void **state)
{
    (void)state;
    const ref_net net = {.n_types = 1, .row_of = {-1}};
    const double one = 1.0;
    mtl__burst start[2] = {{.t = 1.0, .count = 2}, {.t = 9.0, .count = 3}};
    mtl__source src = {.group = &fixed, .n_groups = 1, .burst = start, .n_bursts = 2};
    int bad = refutes_value("before", seen_of(&net, &src, 0.5, &one, NULL).mean, 0.0, 0.0, 0.0);
    bad +=
        refutes_value("before, none", seen_of(&net, &src, 0.5, &one, NULL).p_none, 1.0, 0.0, 0.0);
    bad += refutes_value("at", seen_of(&net, &src, 1.0, &one, NULL).mean, 2.0, NEAR, 0.0);
    bad += refutes_value("between", seen_of(&net, &src, 8.0, &one, NULL).mean, 2.0, NEAR, 0.0);
    bad += refutes_value("at the last", seen_of(&net, &src, 9.0, &one, NULL).mean, 5.0, NEAR, 0.0);
    bad +=
        refutes_value("seen for sure", seen_of(&net, &src, 9.0, &one, NULL).p_none, 0.0, 0.0, 0.0);
    src = (mtl__source){.group = &fixed, .n_groups = 1};
    bad += refutes_value("empty", seen_of(&net, &src, 9.0, &one, NULL).p_none, 1.0, 0.0, 0.0);
    assert_int_equal(bad, 0);
}

static void test_refuses_feedback(void **state)
{
    (void)state;
    mtl__env env = ref_seasons;
    env.feedback = true;
    const ref_net net = {.n_types = 1, .divide = {{0.1, 1}}, .row_of = {-1}, .env = &env};
    mtl__process *p = ref_build(&net);
    mtl__analytic *a = NULL;
    mtl_error err = {0};
    mtl__burst start = {.t = 1.0, .count = 2};
    const mtl__source src = {.group = &fixed, .n_groups = 1, .burst = &start, .n_bursts = 1};
    const double one = 1.0;
    mtl__seen got;
    int ret = mtl__analytic_new(&a, p, &err);
    if (ret == 0)
        ret = mtl__analytic_seen(a, &src, 5.0, &one, NULL, RTOL, &got, &err);
    assert_int_equal(ret, MTL_ERR_UNSUPPORTED);
    assert_true(err.text[0] != '\0');
    mtl__analytic_free(a);
    mtl__process_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kendall),
        cmocka_unit_test(test_design_figures),
        cmocka_unit_test(test_immigration_birth_death),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_lognormal),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_two_organs),
        cmocka_unit_test(test_crossing_loop),
        cmocka_unit_test(test_cox),
        cmocka_unit_test(test_edges_of_time),
        cmocka_unit_test(test_refuses_feedback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
