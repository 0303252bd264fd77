/* SPDX-License-Identifier: MIT */
/* How injuries heal, against closed forms: without cells, at once and over months; with a constant
   number of cells that speed or slow the repair, in steps of any length. And tumours that are found
   in a body without foreign cells, against clones that are simulated cell by cell.

   One comparison with simulated lives: 20000 of them on a fixed stream, at three dates, each within
   4.75 standard errors; a false alarm in 6e-6 of all changes of the draws. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host_fixture.h"

static void near(double got, double want, double rtol)
{
    if (!(fabs(got - want) <= rtol * fabs(want)))
        fail_msg("got %.12g, want %.12g", got, want);
}

/* ---------------------------------------------------------------- without cells */
static void test_alone(void **state)
{
    (void)state;
    host_fixture f;
    mtl__heal h[4];
    hf_begin(&f);
    hf_hurt(&f, HF_INFARCT, HF_HEART, 100.0, 0.5, 0.0);  /* repair 0.02 a day */
    hf_hurt(&f, HF_WOUND, HF_LIVER, 200.0, 0.2, 730.0);  /* 0.1 */
    hf_hurt(&f, HF_WOUND, HF_HEART, 300.0, 0.0, 0.0);    /* a sham */
    hf_hurt(&f, HF_INFARCT, HF_LIVER, 400.0, 0.3, 1e-3); /* nearly at once */
    hf_plan(&f);
    mtl__host_heal_alone(f.plan, h);
    near(h[0].peak, 0.5, 1e-15);
    assert_true(h[0].peak_day == 0.0);
    near(h[0].tenth_day, log(10.0) / 0.02, 1e-12);
    near(h[1].peak, 0.2 / 730.0 * (1.0 - exp(-73.0)) / 0.1, 1e-12);
    near(h[1].peak_day, 730.0, 1e-12);
    near(h[1].tenth_day, 730.0 + log(10.0) / 0.1, 1e-12);
    assert_true(h[2].peak == 0.0 && isnan(h[2].peak_day) && isnan(h[2].tenth_day));
    near(h[3].peak, 0.3, 1e-4);
    near(h[3].tenth_day, log(10.0) / 0.02, 1e-4);
    hf_end(&f);
}

/* ---------------------------------------------------------------- with cells */
/* What a life of this many repairing cells says of its two injuries, in steps of so many days. */
static void live_with(int repair, double cells, double most, mtl__heal *h)
{
    host_fixture f;
    double y[32] = {0.0};
    const mtl__host_record record = {.n_times = 1, .heal = h};
    hf_begin(&f);
    f.m->sw[0].now = repair;
    hf_hurt(&f, HF_INFARCT, HF_HEART, 100.0, 0.5, 0.0);
    hf_hurt(&f, HF_INFARCT, HF_HEART, 300.0, 0.2, 200.0);
    hf_plan(&f);
    for (int k = 0; k < mtl__host_n_tallies(f.plan); k++)
        y[k] = cells * mtl__host_weight(f.plan, k, HF_SEED, HF_HEART);
    hf_live(&f, 1, 1);
    hf_live_to(&f, 3000.0, y, most);
    mtl__host_note(f.state, &record, 0);
    hf_end(&f);
}

/* Repairing cells per million: 3 donors' of 4 million cells. */
static void test_with_cells(void **state)
{
    (void)state;
    const double cells = 80.0, per = 3.0 * cells / 4.0, hill = per / (per + 40.0);
    const double rate[] = {0.02, 0.02 * (1.0 + 3.0 * hill), 0.02 * (1.0 - 0.8 * hill)};
    for (int repair = HF_BYSTANDER; repair <= HF_HARM; repair++)
        for (double most = 3.0; most < 60.0; most *= 2.0) {
            mtl__heal h[2];
            const double a = rate[repair];
            live_with(repair, cells, most, h);
            near(h[0].peak, 0.5, 1e-12);
            near(h[0].tenth_day, log(10.0) / a, 1e-5);
            near(h[1].peak, 0.2 / 200.0 * (1.0 - exp(-200.0 * a)) / a, 1e-5);
            near(h[1].peak_day, 200.0, 1e-9);
            near(h[1].tenth_day, 200.0 + log(10.0) / a, 1e-5);
        }
}

/* Nothing is said that the life has not come to. */
static void test_not_yet(void **state)
{
    (void)state;
    for (int repair = HF_BYSTANDER; repair <= HF_BENEFIT; repair++) {
        host_fixture f;
        mtl__heal h[1];
        const double none[32] = {0.0};
        const mtl__host_record record = {.n_times = 1, .heal = h};
        hf_begin(&f);
        f.m->sw[0].now = repair;
        hf_hurt(&f, HF_INFARCT, HF_HEART, 100.0, 0.5, 0.0);
        hf_plan(&f);
        hf_live(&f, 1, 1);
        hf_live_to(&f, 215.0, none, 20.0); /* 115.13 days would do */
        mtl__host_note(f.state, &record, 0);
        assert_true(isnan(h[0].tenth_day));
        hf_live_to(&f, 216.0, none, 20.0);
        mtl__host_note(f.state, &record, 0);
        near(h[0].tenth_day, log(10.0) / 0.02, 1e-5);
        hf_end(&f);
    }
}

/* ---------------------------------------------------------------- tumours found */
enum { LIVES = 20000, CELLS = 200, DATES = 3 };
static const double HAZARD = 4e-4, DEATH = 5e-5, DIVIDE = 0.03, DIE = 0.02;
static const double date[DATES] = {1000.0, 2500.0, 6000.0};

/* The date on which a clone of one cell has CELLS; or it is gone, at minus that date. */
static double grow(mtl__rng *rng, double t)
{
    int n = 1;
    while (n > 0 && n < CELLS) {
        t += mtl__rng_exp(rng) / (n * (DIVIDE + DIE));
        n += mtl__rng_unit(rng) * (DIVIDE + DIE) < DIVIDE ? 1 : -1;
    }
    return n > 0 ? t : -t;
}

static void test_found(void **state)
{
    (void)state;
    host_fixture f;
    mtl_error err = {0};
    double by[DATES], found[DATES] = {0.0};
    mtl__rng rng;
    hf_begin(&f);
    f.spec.t1 = 6000.0;
    mtl__outcome_def *d = hf_outcome(&f, "tumour", 0.0, HAZARD, 80.0, HAZARD);
    d->kind = HF_TUMOUR;
    d->organ = HF_LIVER;
    d->detected = hf_expr(&f, "200");
    hf_outcome(&f, "death", 0.0, DEATH, 80.0, DEATH)->ends_life = true;
    hf_plan(&f);
    assert_int_equal(mtl__host_found_baseline(f.plan, 0, DIVIDE, DIE, DATES, date, by, &err), 0);
    mtl__rng_stream(&rng, 5, 6, 7, 8);
    for (int i = 0; i < LIVES; i++) {
        const double ends = mtl__rng_exp(&rng) / DEATH;
        double t = 0.0;
        bool gone = true;
        while (gone && t < date[DATES - 1]) {
            t = grow(&rng, t + mtl__rng_exp(&rng) / HAZARD);
            gone = t < 0.0;
            t = fabs(t);
        }
        for (int k = 0; k < DATES; k++)
            found[k] += !gone && t <= date[k] && t < ends ? 1.0 / LIVES : 0.0;
    }
    for (int k = 0; k < DATES; k++) {
        print_message("# by day %g: %.4f, simulated %.4f\n", date[k], by[k], found[k]);
        assert_true(by[k] > 0.01 && by[k] < 0.9);
        assert_true(fabs(by[k] - found[k]) < 4.75 * sqrt(by[k] * (1.0 - by[k]) / LIVES));
    }
    hf_end(&f);
}

/* Clones that can only grow, and are known from their first cell on: the baseline itself. */
static void test_found_at_once(void **state)
{
    (void)state;
    host_fixture f;
    mtl_error err = {0};
    double by, begun;
    hf_begin(&f);
    mtl__outcome_def *d = hf_outcome(&f, "tumour", 0.0, 0.0, 60.0, 2e-4);
    d->kind = HF_TUMOUR;
    d->organ = HF_LIVER;
    d->detected = hf_expr(&f, "1");
    hf_plan(&f);
    mtl__host_baseline(f.plan, 0, 1, &(double){20000.0}, &begun);
    assert_int_equal(
        mtl__host_found_baseline(f.plan, 0, 0.01, 0.0, 1, &(double){20000.0}, &by, &err), 0);
    near(by, begun, 1e-4);
    assert_int_equal(/* too slow to grow so far */
                     mtl__host_found_baseline(f.plan, 0, 1e-9, 0.0, 1, &(double){0.0}, &by, &err),
                     0);
    assert_true(by == 0.0);
    hf_end(&f);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),         cmocka_unit_test(test_with_cells),
        cmocka_unit_test(test_not_yet),       cmocka_unit_test(test_found),
        cmocka_unit_test(test_found_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
