/* SPDX-License-Identifier: MIT */
/* host/ against closed forms: injuries without cells (rates that differ, are equal, or nearly so),
   tolerance and response under constant antigen, baselines, and the laws of what is drawn.
   Stochastic: the dates of a constant hazard are exponential (Kolmogorov-Smirnov, n = 20000, level
   1e-9: D sqrt(n) <= 3.3), and 20000 lives with a known exposure give its coefficient back (maximum
   likelihood of an exponential regression, within 4 standard errors: 6e-5), with three such
   coefficients: family-wise false-alarm level below 2e-4. Seeds are fixed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "host_fixture.h"

/* ---------------------------------------------------------------- injuries */
/* With all rates k: I = s e^-kt, F = s f t e^-kt, C = s g (t + f t^2 / 2) e^-kt. */
static void test_equal_rates(void **state)
{
    (void)state;
    for (double off = 0.0; off < 2e-6; off = off == 0.0 ? 1e-13 : off * 100.0) {
        const mtl__wound w = {.t = 2.0,
                              .end = 2.0,
                              .size = 0.7,
                              .repair = 0.3,
                              .calm = 0.3 * (1.0 + off),
                              .clear = 0.3 * (1.0 - off),
                              .inflame = 1.7,
                              .signal = 0.9};
        for (double t = 0.01; t < 200.0; t *= 1.7) {
            double level[3];
            const double e = 0.7 * exp(-0.3 * t);
            mtl__wound_alone(&w, 2.0 + t, level);
            /* after 36 decay times, exp(-36) of it, nothing is left */
            const double close = (1e-12 + off * (1.0 + t)) * e + 0.7 * 2.4e-16;
            const double c = 0.9 * (t + 1.7 * t * t / 2.0);
            assert_true(fabs(level[0] - e) <= close);
            assert_true(fabs(level[1] - 1.7 * t * e) <= close * 1.7 * t);
            assert_true(fabs(level[2] - c * e) <= close * c);
        }
    }
}

/* Rates a, b, c apart: sums of exponentials, written out. */
static void test_rates_apart(void **state)
{
    (void)state;
    const double a = 0.02, b = 0.4, c = 1.9, f = 1.7, g = 0.9, s = 0.7;
    const mtl__wound w = {.t = 0.0,
                          .end = 0.0,
                          .size = s,
                          .repair = a,
                          .calm = b,
                          .clear = c,
                          .inflame = f,
                          .signal = g};
    for (double t = 0.01; t < 800.0; t *= 1.7) {
        double level[3];
        mtl__wound_alone(&w, t, level);
        const double inf = s * f * (exp(-a * t) - exp(-b * t)) / (b - a);
        const double of_i = s * g * (exp(-a * t) - exp(-c * t)) / (c - a);
        const double of_f =
            s * f * g / (b - a) *
            ((exp(-a * t) - exp(-c * t)) / (c - a) - (exp(-b * t) - exp(-c * t)) / (c - b));
        assert_true(fabs(level[0] - s * exp(-a * t)) < 1e-13);
        assert_true(fabs(level[1] - inf) < 1e-13 + 1e-12 * inf);
        assert_true(fabs(level[2] - of_i - of_f) < 1e-13 + 1e-12 * (of_i + of_f));
    }
}

/* Coming over days at r, it goes towards r/a, r f/(a b), r g (1 + f/b)/(a c); a lasting one without
   repair grows in a line. */
static void test_lasting(void **state)
{
    (void)state;
    mtl__wound w = {.t = 0.0,
                    .end = 1e4,
                    .size = 1.0,
                    .onset = 1e-4,
                    .repair = 0.02,
                    .calm = 0.4,
                    .clear = 1.9,
                    .inflame = 1.7,
                    .signal = 0.9};
    double level[3], before[3], after[3];
    mtl__wound_alone(&w, 5000.0, level);
    assert_true(fabs(level[0] / (1e-4 / 0.02) - 1.0) < 1e-12);
    assert_true(fabs(level[1] / (1e-4 * 1.7 / (0.02 * 0.4)) - 1.0) < 1e-12);
    assert_true(fabs(level[2] / (1e-4 * 0.9 * (1.0 + 1.7 / 0.4) / (0.02 * 1.9)) - 1.0) < 1e-12);
    mtl__wound_alone(&w, 1e4 - 1e-7, before);
    mtl__wound_alone(&w, 1e4 + 1e-7, after);
    for (int k = 0; k < 3; k++)
        assert_true(fabs(before[k] / after[k] - 1.0) < 1e-8);
    w.repair = 0.0;
    mtl__wound_alone(&w, 5000.0, level);
    assert_true(fabs(level[0] - 0.5) < 1e-13);
}

/* ---------------------------------------------------------------- tolerance and response */
static void immune_life(host_fixture *f, double cells, double until)
{
    double y[64] = {0.0};
    hf_begin(f);
    f->spec.immune = true;
    f->spec.n_donors = 1; /* child 1: one foreign haplotype */
    hf_set(f, "tolerance.until", until);
    hf_plan(f);
    hf_live(f, 1, 1);
    for (int i = 0; i < mtl__host_n_tallies(f->plan); i++)
        y[i] = cells;
    hf_live_to(f, 300.0, y, 13.0);
}

static void test_constant_antigen(void **state)
{
    (void)state;
    host_fixture f;
    const double h = 300.0 / 400.0;
    /* Fetal: T goes as gain h / (gain h + decay (1 - h)) (1 - e^-...). */
    immune_life(&f, 300.0, 1e6);
    const double rate = 0.05 * h + 0.002 * (1.0 - h);
    const double t = 0.05 * h / rate * (1.0 - exp(-rate * 300.0));
    assert_true(fabs(mtl__host_immune(f.state, 0, 0, 300.0) - t) < 1e-8);
    hf_end(&f);
    /* Later: no tolerance, and A goes as u / (u + decay) (1 - e^-...), u = allo.gain h. */
    immune_life(&f, 300.0, 0.0);
    const double u = 0.03 * h, a = u / (u + 0.004) * (1.0 - exp(-(u + 0.004) * 300.0));
    assert_true(fabs(mtl__host_immune(f.state, 0, 1, 300.0) - a) < 1e-8);
    assert_true(mtl__host_immune(f.state, 0, 0, 300.0) == 0.0);
    hf_end(&f);
    /* Taught until day 100, then the cells go: what was learnt fades at tolerance.decay. */
    double y[64] = {0.0};
    immune_life(&f, 300.0, 100.0);
    const double kept = mtl__host_immune(f.state, 0, 0, 300.0);
    hf_live_to(&f, 1300.0, y, 30.0);
    assert_true(fabs(mtl__host_immune(f.state, 0, 0, 1300.0) - kept * exp(-2.0)) < 1e-8);
    assert_true(kept > 0.5);
    hf_end(&f);
}

/* ---------------------------------------------------------------- baselines */
static double baseline(host_fixture *f, int outcome)
{
    hf_plan(f);
    double p;
    mtl__host_baseline(f->plan, outcome, 1, &(double){mtl__host_spec_of(f->plan)->t1}, &p);
    hf_end(f);
    return p;
}

static void test_baselines(void **state)
{
    (void)state;
    host_fixture f;
    const double years = 30000.0 / 365.25;
    hf_begin(&f); /* alone: a line, then flat after 40 years */
    hf_outcome(&f, "a", 0.0, 0.0, 40.0, 4e-5);
    assert_true(fabs(baseline(&f, 0) + expm1(-4e-5 * 365.25 * (20.0 + years - 40.0))) < 1e-13);
    const double a = 3e-5, d = 6e-5, t = 30000.0;
    hf_begin(&f); /* before a death */
    hf_outcome(&f, "a", 0.0, a, 80.0, a);
    hf_outcome(&f, "death", 0.0, d, 80.0, d)->ends_life = true;
    assert_true(fabs(baseline(&f, 0) - a / (a + d) * (1.0 - exp(-(a + d) * t))) < 1e-9);
    hf_begin(&f); /* after another */
    hf_outcome(&f, "first", 0.0, d, 80.0, d);
    hf_outcome(&f, "a", 0.0, a, 80.0, a)->needs = 0;
    assert_true(fabs(baseline(&f, 1) - (1.0 - (d * exp(-a * t) - a * exp(-d * t)) / (d - a))) <
                1e-9);
    hf_begin(&f); /* in two pregnancies of 38 weeks, from 2 weeks on */
    hf_pregnant(&f, 9000.0, 9266.0, 1);
    hf_pregnant(&f, 9900.0, 10166.0, 2);
    hf_outcome(&f, "pre-eclampsia", 20.0, 0.0, 40.0, 1e-3)->of_week = true;
    assert_true(fabs(baseline(&f, 0) + expm1(-2.0 * 0.5 * 140.0 * 1e-3)) < 1e-12);
}

/* ---------------------------------------------------------------- laws */
enum { LIVES = 20000 };
static double date[LIVES];

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The same whether steps are long or short: `most` days. */
static void dates_of(double most, uint64_t seed)
{
    host_fixture f;
    const double none[1] = {0.0};
    hf_begin(&f);
    hf_outcome(&f, "death", 0.0, 1e-3, 80.0, 1e-3)->ends_life = true;
    hf_plan(&f);
    for (int k = 0; k < LIVES; k++) {
        hf_live(&f, seed, (uint64_t)k);
        for (double t = most; mtl__host_ended(f.state) == HUGE_VAL && t < 3e5; t += most)
            hf_go(&f, t, none, none);
        date[k] = mtl__host_ended(f.state);
    }
    hf_end(&f);
}

static void test_exponential(void **state)
{
    (void)state;
    static double kept[LIVES];
    dates_of(4000.0, 5);
    memcpy(kept, date, sizeof kept);
    dates_of(97.0, 5);
    for (int k = 0; k < LIVES; k++)
        assert_true(fabs(date[k] - kept[k]) < 1e-7 * kept[k]); /* steps move no date */
    qsort(date, LIVES, sizeof *date, by_size);
    double d = 0.0;
    for (int k = 0; k < LIVES; k++) {
        const double p = -expm1(-1e-3 * date[k]);
        d = fmax(d, fmax(fabs(p - k / (double)LIVES), fabs(p - (k + 1) / (double)LIVES)));
    }
    print_message("# sqrt(n) D = %.3f\n", sqrt(LIVES) * d);
    assert_true(sqrt(LIVES) * d <= 3.3);
}

/* Half of the lives are exposed to x. Given beta, the events n and the integrated baselines b of
   the unexposed (0) and the exposed (1) give the estimate log(n1 / b1) - log(n0 / b0) with variance
   1 / n0 + 1 / n1. */
static void recover(enum mtl__exposure_form form, const char *arg, double x, double beta,
                    uint64_t seed)
{
    host_fixture f;
    char text[32];
    double n[2] = {0.0, 0.0}, b[2] = {0.0, 0.0};
    hf_begin(&f);
    snprintf(text, sizeof text, "log(%.15g)", exp(beta));
    hf_outcome(&f, "lupus", 0.0, 2e-5, 80.0, 8e-5);
    mtl__exposure *e = hf_exposure(&f, 0, MTL__X_TALLY, form, arg, text);
    e->tally = HF_WATCHING;
    hf_plan(&f);
    assert_true(fabs(f.plan->told[0].beta - beta) < 1e-12);
    const double none[8] = {0.0};
    double some[8] = {0.0};
    for (int i = 0, first = 1; i < mtl__host_n_tallies(f.plan); i++)
        if (f.plan->counted[i].share == MTL__TALLY_FOREIGN && first) {
            some[i] = x;
            first = 0;
        }
    for (int k = 0; k < LIVES; k++) {
        const int exposed = k % 2;
        hf_live(&f, seed, (uint64_t)k);
        for (int step = 1; step <= 15; step++)
            hf_go(&f, 2000.0 * step, exposed ? some : none, exposed ? some : none);
        const bool came = !isnan(f.state->course[0].onset);
        const double t = came ? f.state->course[0].onset : 30000.0, years = t / 365.25;
        n[exposed] += came;
        b[exposed] += 365.25 * (years < 80.0 ? 2e-5 * years + 6e-5 * years * years / 160.0
                                             : 4e-3 + 8e-5 * (years - 80.0));
    }
    const double transformed = form == MTL__X_LINEAR ? x
                               : form == MTL__X_HILL ? x / (x + 10.0)
                                                     : log10(1.0 + x / 10.0);
    const double got = (log(n[1] / b[1]) - log(n[0] / b[0])) / transformed;
    const double se = sqrt(1.0 / n[0] + 1.0 / n[1]) / transformed;
    print_message("# beta %.3f, estimate %.4f +- %.4f\n", beta, got, se);
    assert_true(fabs(got - beta) < 4.0 * se);
    assert_true(se < 0.5 * fabs(beta)); /* the trial could tell */
    hf_end(&f);
}

static void test_coefficients(void **state)
{
    (void)state;
    recover(MTL__X_LINEAR, NULL, 4.0, 0.2, 21);
    recover(MTL__X_LOG10, "10", 90.0, -0.7, 22);
    recover(MTL__X_HILL, "10", 30.0, 0.9, 23);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_rates),  cmocka_unit_test(test_rates_apart),
        cmocka_unit_test(test_lasting),      cmocka_unit_test(test_constant_antigen),
        cmocka_unit_test(test_baselines),    cmocka_unit_test(test_exponential),
        cmocka_unit_test(test_coefficients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
