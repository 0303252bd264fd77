/* SPDX-License-Identifier: MIT */
/* Outcomes of a host: in order, once or again and again, by age and in pregnancies, by what they
   are exposed to; tumours from the first cell to the day they are known; the end of a life. Lives
   are drawn on fixed seeds, and nothing here is a test of a law. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host_fixture.h"

static const double none[32];

/* ---------------------------------------------------------------- outcomes */
static void test_outcomes_follow(void **state)
{
    (void)state;
    host_fixture f;
    double onset[4];
    int times[4];
    hf_begin(&f);
    hf_outcome(&f, "first", 0.0, 0.01, 80.0, 0.01);
    hf_outcome(&f, "after", 0.0, 0.01, 80.0, 0.01)->needs = 0;
    hf_outcome(&f, "relapse", 0.0, 0.01, 80.0, 0.01)->needs = 1;
    f.m->outcome[2].recurs = true;
    hf_outcome(&f, "death", 0.0, 1e-3, 80.0, 1e-3)->ends_life = true;
    hf_plan(&f);
    const mtl__host_record r = {.n_times = 1, .onset = onset, .times = times};
    int relapses = 0, ended = 0;
    for (int k = 0; k < 200; k++) {
        hf_live(&f, 8, (uint64_t)k);
        hf_live_to(&f, 1000.0, none, 250.0);
        mtl__host_note(f.state, &r, 0);
        const double end = mtl__host_ended(f.state);
        for (int o = 0; o < 4; o++) {
            assert_int_equal(times[o] == 0, isnan(onset[o]));
            assert_false(onset[o] > end);
        }
        assert_false(isnan(onset[0]) && !isnan(onset[1]));
        assert_false(onset[1] <= onset[0]);
        assert_false(onset[2] <= onset[1]);
        assert_true(times[0] <= 1 && times[1] <= 1);
        relapses += times[2] > 1;
        ended += end < 1000.0;
    }
    assert_true(relapses > 100 && ended > 50 && ended < 150);
    hf_end(&f);
}

/* Streams bear the names of outcomes: one that is followed too moves no other. */
static void test_one_more_moves_none(void **state)
{
    (void)state;
    double onset[2][20];
    for (int more = 0; more < 2; more++) {
        host_fixture f;
        hf_begin(&f);
        if (more)
            hf_outcome(&f, "another", 0.0, 1e-3, 80.0, 1e-3);
        hf_outcome(&f, "lupus", 0.0, 1e-4, 80.0, 1e-4);
        hf_plan(&f);
        for (int k = 0; k < 20; k++) {
            hf_live(&f, 6, (uint64_t)k);
            hf_live_to(&f, 3e5, none, 1e4);
            onset[more][k] = f.state->course[more].onset;
        }
        hf_end(&f);
    }
    for (int k = 0; k < 20; k++) {
        assert_true(onset[0][k] > 0.0 && fabs(onset[0][k] / onset[1][k] - 1.0) < 1e-12);
        assert_true(k == 0 || onset[0][k] != onset[0][k - 1]);
    }
}

/* What a followed outcome needs or is exposed to is drawn as well; nothing else. */
static void test_followed(void **state)
{
    (void)state;
    host_fixture f;
    hf_begin(&f);
    hf_outcome(&f, "prodrome", 0.0, 0.01, 80.0, 0.01);
    hf_outcome(&f, "ms", 0.0, 0.01, 80.0, 0.01)->needs = 0;
    hf_outcome(&f, "relapse", 0.0, 0.01, 80.0, 0.01)->needs = 1;
    hf_outcome(&f, "risk", 0.0, 0.01, 80.0, 0.01);
    hf_outcome(&f, "other", 0.0, 0.01, 80.0, 0.01);
    hf_exposure(&f, 1, MTL__X_OUTCOME, MTL__X_LINEAR, NULL, "1")->other = 3;
    for (int k = 0; k < 5; k++)
        f.outcome[k] = k == 2;
    hf_plan(&f);
    for (int k = 0; k < 5; k++)
        assert_int_equal(mtl__host_at_risk(f.plan, k), k < 4);
    assert_false(f.outcome[0]); /* the caller's list is as it was */
    hf_live(&f, 1, 1);
    hf_live_to(&f, 3e4, none, 1e4);
    assert_true(f.state->course[2].times == 1 && f.state->course[4].times == 0);
    hf_end(&f);
}

/* Once in a pregnancy, in the weeks of the table; the exposure is the child's. */
static void test_pregnancies(void **state)
{
    (void)state;
    host_fixture f;
    hf_begin(&f);
    hf_pregnant(&f, 9000.0, 9266.0, 1);
    hf_pregnant(&f, 9900.0, 10166.0, 2);
    mtl__outcome_def *d = hf_outcome(&f, "pre-eclampsia", 20.0, 0.0, 20.001, 0.05);
    d->of_week = d->recurs = true;
    hf_outcome(&f, "loss", 0.0, 0.05, 40.0, 0.05)->of_week = true;
    f.spec.born = NAN; /* by week: age is no matter */
    hf_plan(&f);
    int twice = 0;
    for (int k = 0; k < 50; k++) {
        hf_live(&f, 2, (uint64_t)k);
        hf_live_to(&f, 9000.0, none, 5000.0);
        assert_int_equal(f.state->course[0].times, 0);
        hf_live_to(&f, 9266.0, none, 100.0);
        assert_true(f.state->course[0].times <= 1);
        if (f.state->course[0].times == 1) /* week 20 is 126 days after conception */
            assert_true(f.state->course[0].onset >= 9126.0);
        hf_live_to(&f, 12000.0, none, 100.0);
        assert_true(f.state->course[0].times <= 2 && f.state->course[1].times <= 1);
        twice += f.state->course[0].times == 2;
    }
    assert_true(twice > 40);
    hf_end(&f);
}

static double hazard_now(host_fixture *f, double t)
{
    hf_live(f, 1, 1);
    hf_live_to(f, t, none, 1000.0);
    return mtl__hazard_at(f->state, 0, t);
}

static void test_exposures_of_time(void **state)
{
    (void)state;
    static const double week[] = {0.0, 13.0, 13.001}, of[] = {1.0, 1.0, 0.0},
                        third[] = {27.999, 28.0}, on[] = {0.0, 1.0};
    host_fixture f;
    hf_begin(&f);
    hf_pregnant(&f, 9000.0, 9266.0, 1);
    hf_hurt(&f, HF_INFARCT, HF_HEART, 9500.0, 0.5, 0.0);
    hf_outcome(&f, "relapse", 0.0, 1e-3, 80.0, 1e-3);
    hf_outcome(&f, "given", 0.0, 1e-3, 80.0, 1e-3);
    f.onset[1] = 9700.0;
    hf_points(&f, hf_exposure(&f, 0, MTL__X_PREGNANT, MTL__X_LINEAR, NULL, "log(0.3)"), 2, third,
              on);
    hf_points(&f, hf_exposure(&f, 0, MTL__X_POSTPARTUM, MTL__X_LINEAR, NULL, "log(2)"), 3, week,
              of);
    hf_exposure(&f, 0, MTL__X_BIRTHS, MTL__X_LINEAR, NULL, "log(1.1)");
    hf_exposure(&f, 0, MTL__X_DAMAGE, MTL__X_PRESENT, "0.2", "log(5)")->organ = HF_HEART;
    hf_exposure(&f, 0, MTL__X_OUTCOME, MTL__X_LINEAR, NULL, "log(7)")->other = 1;
    hf_plan(&f);
    const struct {
        double t, ratio;
    } want[] = {{8999.0, 1.0},       {9100.0, 1.0},        {9265.0, 0.3},
                {9267.0, 2.0 * 1.1}, {9266.0 + 95.0, 1.1}, {9501.0, 5.0 * 1.1},
                {9540.0, 5.0 * 1.1}, {9550.0, 1.1},        {9701.0, 7.0 * 1.1}};
    for (size_t k = 0; k < sizeof want / sizeof *want; k++)
        assert_true(fabs(hazard_now(&f, want[k].t) / (1e-3 * want[k].ratio) - 1.0) < 1e-9);
    hf_end(&f);
}

/* An allele that child 1 brings and the host lacks, while its cells are there; the host's own
   mother brings one that the host has. */
static void test_allele(void **state)
{
    (void)state;
    host_fixture f;
    mtl_error err = {0};
    mtl__hla_table table;
    mtl__hla_haplotype has[HF_PEOPLE][2];
    int four, one;
    hf_begin(&f);
    mtl__hla_table_init(&table);
    assert_int_equal(mtl__hla_allele(&table, MTL__HLA_DRB1, "04:01", &four, &err), 0);
    assert_int_equal(mtl__hla_allele(&table, MTL__HLA_DRB1, "01:01", &one, &err), 0);
    memset(has, 0, sizeof has);
    for (int k = 0; k < HF_PEOPLE; k++)
        for (int side = 0; side < 2; side++)
            has[k][side].allele[MTL__HLA_DRB1] = (int16_t)one;
    has[1][1].allele[MTL__HLA_DRB1] = (int16_t)four;
    f.antigens.haplotype = has;
    f.spec.hla = &table;
    hf_outcome(&f, "arthritis", 0.0, 1e-5, 80.0, 1e-5);
    hf_exposure(&f, 0, MTL__X_ALLELE, MTL__X_LINEAR, NULL, "log(4)")->allele = "DRB1*04";
    hf_plan(&f);
    double y[3] = {0.0, 50.0, 50.0};
    hf_live(&f, 1, 1);
    hf_live_to(&f, 10.0, y, 10.0);
    assert_true(mtl__hazard_at(f.state, 0, 10.0) == 1e-5);
    y[0] = 1.0;
    hf_live_to(&f, 20.0, y, 10.0);
    assert_true(fabs(mtl__hazard_at(f.state, 0, 20.0) / 4e-5 - 1.0) < 1e-12);
    hf_end(&f);
    mtl__hla_table_free(&table);
}

/* The integral of a step sees where an exposure ceases: damage falls below 0.2 at 45.8 days. */
static void test_hazard_is_cut_where_it_jumps(void **state)
{
    (void)state;
    host_fixture f;
    hf_begin(&f);
    hf_hurt(&f, HF_INFARCT, HF_HEART, 0.0, 0.5, 0.0);
    hf_outcome(&f, "a", 0.0, 1e-4, 80.0, 1e-4);
    hf_exposure(&f, 0, MTL__X_DAMAGE, MTL__X_PRESENT, "0.2", "log(5)")->organ = HF_HEART;
    hf_plan(&f);
    hf_live(&f, 1, 1);
    f.state->course[0].left = 100.0;
    hf_live_to(&f, 80.0, none, 1000.0);
    const double ends = log(0.5 / 0.2) / 0.02;
    assert_true(fabs(100.0 - f.state->course[0].left - 1e-4 * (80.0 + 4.0 * ends)) < 1e-9);
    hf_end(&f);
}

/* ---------------------------------------------------------------- tumours */
static void hf_tumour(host_fixture *f, double hazard, const char *detected)
{
    mtl__outcome_def *d = hf_outcome(f, "colon", 0.0, hazard, 80.0, hazard);
    d->kind = HF_TUMOUR;
    d->organ = HF_LIVER;
    d->detected = hf_expr(f, detected);
}

static void test_tumour(void **state)
{
    (void)state;
    host_fixture f;
    double y0[1] = {0.0}, y1[1] = {0.0};
    mtl__host_clone clone[4];
    hf_begin(&f);
    hf_tumour(&f, 0.01, "1000");
    hf_plan(&f);
    assert_int_equal(mtl__host_n_tallies(f.plan), 1);
    assert_int_equal(mtl__host_tally_at(f.plan, 0)->donor, HF_SELF);
    assert_true(mtl__host_weight(f.plan, 0, HF_TUMOUR, HF_LIVER) == 1.0);
    assert_true(mtl__host_weight(f.plan, 0, HF_TUMOUR, HF_HEART) == 0.0);
    assert_true(mtl__host_weight(f.plan, 0, HF_SEED, HF_LIVER) == 0.0);
    assert_true(mtl__host_reads(f.plan));
    hf_live(&f, 1, 1);
    hf_step(&f, 1e4, y0, y1);
    const double begins = mtl__host_event(f.state);
    assert_true(begins > 0.0 && begins < 1e4);
    mtl__host_back(f.state);
    hf_step(&f, begins, y0, y1);
    mtl__host_settle(f.state);
    assert_int_equal(mtl__host_clones(f.state, clone, 4), 1);
    assert_true(clone[0].kind == HF_TUMOUR && clone[0].organ == HF_LIVER && clone[0].cells == 1);
    assert_true(isnan(f.state->course[0].onset)); /* nobody knows yet */
    y0[0] = 1.0;
    y1[0] = 500.0;
    hf_go(&f, begins + 100.0, y0, y1); /* no second one while it grows */
    assert_int_equal(mtl__host_clones(f.state, clone, 4), 0);
    y0[0] = 1500.0;
    /* 500 grow to 1500 in 100 days: 1000 are there after log 2 / log 3 of them */
    const double known = begins + 100.0 + 100.0 * log(2.0) / log(3.0);
    hf_step(&f, begins + 200.0, y1, y0);
    assert_true(fabs(mtl__host_event(f.state) - known) < 1e-9);
    mtl__host_settle(f.state);
    assert_int_equal(mtl__host_clones(f.state, clone, 4), 1);
    assert_true(clone[0].cells == -1);
    assert_true(fabs(f.state->course[0].onset - known) < 1e-9);
    hf_live_to(&f, 1e5, none, 1e4); /* once */
    assert_int_equal(mtl__host_clones(f.state, clone, 4), 0);
    assert_int_equal(f.state->course[0].times, 1);
    hf_end(&f);
}

/* Cells that are followed event by event are counted many times before the tumour can be taken
   out: it is known once, and another of a later date is a second one. */
static void test_known_once_until_taken(void **state)
{
    (void)state;
    static const double step[] = {900.0, 1001.0, 999.0, 1002.0, 400.0};
    mtl__host_clone clone[4];
    host_fixture f;
    hf_begin(&f);
    hf_tumour(&f, 0.0, "1000");
    hf_plan(&f);
    hf_live(&f, 1, 1);
    for (int k = 0; k < 4; k++)
        hf_go(&f, 1.0 + k, &step[k], &step[k + 1]);
    assert_int_equal(f.state->course[0].times, 1);
    const double onset = f.state->course[0].onset;
    assert_true(onset > 0.0 && onset < 1.0);
    assert_int_equal(mtl__host_clones(f.state, clone, 4), 1);
    assert_true(clone[0].cells < 0);
    assert_int_equal(mtl__host_clones(f.state, clone, 4), 0);
    const double again[] = {300.0, 1200.0};
    hf_go(&f, 10.0, &again[0], &again[1]);
    assert_int_equal(f.state->course[0].times, 2);
    assert_true(f.state->course[0].onset == onset); /* of the first */
    hf_end(&f);
}

/* y = e^(g t) from one cell on, in the steps that the host asks for: whatever g, the day on which
   it is known is log(detected) / g, and the step that finds it goes beyond by a factor e at most.
   Unseen growth is taken to be one in a day. */
static void test_fast_tumour(void **state)
{
    (void)state;
    static const double rate[] = {0.005, 0.06, 0.19, 0.6, 0.99};
    for (size_t k = 0; k < sizeof rate / sizeof *rate; k++) {
        host_fixture f;
        mtl__host_clone clone[4];
        hf_begin(&f);
        hf_tumour(&f, 0.0, "1e9");
        hf_plan(&f);
        hf_live(&f, 1, 1);
        const double g = rate[k], due = log(1e9) / g;
        double y[2] = {1.0, exp(g)}, longest = 0.0;
        int steps = 0;
        hf_go(&f, 1.0, &y[0], &y[1]);
        y[0] = y[1];
        for (double t = 1.0; f.state->course[0].times == 0 && steps < 10000; steps++) {
            const double days = mtl__host_longest(f.state);
            longest = days > longest ? days : longest;
            t += days;
            y[1] = exp(g * t);
            hf_go(&f, t, &y[0], &y[1]);
            y[0] = y[1];
        }
        assert_true(y[1] >= 1e9 && y[1] < 1e9 * exp(1.0) * (1.0 + 1e-6));
        assert_true(fabs(f.state->course[0].onset / due - 1.0) < 1e-9);
        assert_int_equal(mtl__host_clones(f.state, clone, 4), 1);
        if (g == 0.005) /* a slow one asks for nothing */
            assert_true(longest == MTL__HOST_REST_DAYS);
        hf_end(&f);
    }
}

/* ---------------------------------------------------------------- after the end */
/* Whoever died has no tumour, none is known any more, and none that a file puts there later
   stays. */
static void test_nothing_grows_after_death(void **state)
{
    (void)state;
    const double none_yet = 0.0, some = 500.0, many = 1e12;
    host_fixture f;
    mtl__host_clone clone[4];
    hf_begin(&f);
    hf_tumour(&f, 0.0, "1000");
    hf_outcome(&f, "death", 0.0, 1e-3, 80.0, 1e-3)->ends_life = true;
    hf_plan(&f);
    for (uint64_t k = 0; k < 20; k++) {
        hf_live(&f, 1, k);
        hf_go(&f, 1.0, &none_yet, &some);
        double t = 1.0;
        for (; mtl__host_ended(f.state) == HUGE_VAL; t += 50.0)
            hf_go(&f, t + 50.0, &some, &some);
        assert_int_equal(mtl__host_clones(f.state, clone, 4), 1);
        assert_true(clone[0].kind == HF_TUMOUR && clone[0].organ == HF_LIVER && clone[0].cells < 0);
        hf_go(&f, t + 50.0, &none_yet, &none_yet);
        assert_int_equal(mtl__host_clones(f.state, clone, 4), 0);
        hf_step(&f, t + 100.0, &some, &many);
        assert_true(mtl__host_event(f.state) == HUGE_VAL);
        mtl__host_settle(f.state);
        assert_int_equal(f.state->course[0].times, 0);
        assert_true(isnan(f.state->course[0].onset));
        assert_int_equal(mtl__host_clones(f.state, clone, 4), 1);
        assert_true(clone[0].cells < 0);
    }
    hf_end(&f);
}

/* A tumour that begins and a death in one step: nothing is put into the dead body. */
static void test_begun_and_dead_in_one_step(void **state)
{
    (void)state;
    host_fixture f;
    mtl__host_clone clone[4];
    hf_begin(&f);
    hf_tumour(&f, 1.0, "1000");
    hf_outcome(&f, "death", 0.0, 1e-2, 80.0, 1e-2)->ends_life = true;
    hf_plan(&f);
    int both = 0;
    for (uint64_t k = 0; k < 20; k++) {
        hf_live(&f, 1, k);
        hf_go(&f, 1e4, none, none);
        assert_true(mtl__host_ended(f.state) < 1e4);
        both += f.state->course[0].begun;
        for (int n = mtl__host_clones(f.state, clone, 4); n > 0; n--)
            assert_true(clone[n - 1].cells < 0);
    }
    assert_true(both > 10);
    hf_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes_follow),
        cmocka_unit_test(test_one_more_moves_none),
        cmocka_unit_test(test_followed),
        cmocka_unit_test(test_pregnancies),
        cmocka_unit_test(test_exposures_of_time),
        cmocka_unit_test(test_allele),
        cmocka_unit_test(test_hazard_is_cut_where_it_jumps),
        cmocka_unit_test(test_tumour),
        cmocka_unit_test(test_known_once_until_taken),
        cmocka_unit_test(test_fast_tumour),
        cmocka_unit_test(test_nothing_grows_after_death),
        cmocka_unit_test(test_begun_and_dead_in_one_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
