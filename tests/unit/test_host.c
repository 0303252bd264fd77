/* SPDX-License-Identifier: MIT */
/* host/: what rests has no variable; tallies and their weights; steps, the step back and what is
   kept; variables known beforehand and their bounds; tolerance by haplotype; what is refused. No
   random law is tested. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host_fixture.h"

static const double none[32];

/* ---------------------------------------------------------------- rest */
static void test_rest(void **state)
{
    (void)state;
    host_fixture f;
    hf_begin(&f);
    hf_hurt(&f, HF_INFARCT, HF_HEART, 100.0, 0.5, 0.0);
    hf_outcome(&f, "followed", 0.0, 1e-5, 80.0, 1e-5);
    hf_outcome(&f, "not", 0.0, 1e-5, 80.0, 1e-5);
    hf_outcome(&f, "of-men", 0.0, 1e-5, 80.0, 1e-5)->sex = 'm';
    f.outcome[1] = false;
    f.relation[0] = f.relation[1] = f.relation[2] = MTL__REL_SELF; /* nobody else is here */
    hf_plan(&f);
    assert_int_equal(hf_variable(&f, MTL__OF_DAMAGE, -1, HF_LIVER), -1);
    assert_int_equal(hf_variable(&f, MTL__OF_RESPONSE, -1, HF_HEART), -1);
    assert_int_equal(hf_variable(&f, MTL__OF_TOLERANCE, -1, HF_HEART), -1);
    assert_int_equal(hf_variable(&f, MTL__OF_POSTPARTUM, -1, HF_HEART), -1);
    assert_int_equal(hf_variable(&f, MTL__OF_OUTCOME, 1, HF_HEART), -1);
    assert_int_equal(hf_variable(&f, MTL__OF_OUTCOME, 2, HF_HEART), -1);
    assert_int_equal(hf_variable(&f, MTL__OF_TALLY, HF_REPAIRING, HF_HEART), -1);
    assert_false(mtl__host_reads(f.plan));
    const int damage = hf_variable(&f, MTL__OF_DAMAGE, -1, HF_HEART);
    const int outcome = hf_variable(&f, MTL__OF_OUTCOME, 0, HF_LIVER);
    assert_true(damage >= 0 && outcome >= 0 && outcome != damage);
    assert_int_equal(hf_variable(&f, MTL__OF_DAMAGE, -1, HF_HEART), damage);
    assert_int_equal(hf_variable(&f, MTL__OF_OUTCOME, 0, HF_HEART), outcome); /* no organ's */
    assert_false(mtl__host_coupled(f.plan, damage));
    assert_true(mtl__host_coupled(f.plan, outcome)); /* not known beforehand */
    assert_int_equal(mtl__host_n_tallies(f.plan), 0);
    assert_false(mtl__host_at_risk(f.plan, 2));
    hf_end(&f);
}

/* ---------------------------------------------------------------- tallies */
static int find_tally(const host_fixture *f, int donor, int tally, int from)
{
    for (int i = from; i < mtl__host_n_tallies(f->plan); i++)
        if (mtl__host_tally_at(f->plan, i)->donor == donor &&
            mtl__host_tally_at(f->plan, i)->tally == tally)
            return i;
    return -1;
}

static void test_tallies(void **state)
{
    (void)state;
    host_fixture f;
    double y[32] = {0.0};
    hf_begin(&f);
    f.of[1][0] = 5; /* child 1 by another's egg: both haplotypes foreign */
    hf_plan(&f);
    const int heart = hf_variable(&f, MTL__OF_TALLY, HF_REPAIRING, HF_HEART);
    const int liver = hf_variable(&f, MTL__OF_TALLY, HF_REPAIRING, HF_LIVER);
    const int watching = hf_variable(&f, MTL__OF_TALLY, HF_WATCHING, HF_LIVER);
    assert_int_equal(hf_variable(&f, MTL__OF_TALLY, HF_WATCHING, HF_HEART), watching);
    assert_true(heart != liver && mtl__host_reads(f.plan));
    /* Repairing: three donors in two organs. Watching: T cells of three, seeds of two children. */
    assert_int_equal(mtl__host_n_tallies(f.plan), 3 + 3 + 5);
    const int i = find_tally(&f, 1, HF_REPAIRING, 0);
    assert_int_equal(mtl__host_tally_at(f.plan, i)->organ, HF_HEART);
    assert_true(mtl__host_weight(f.plan, i, HF_SEED, HF_HEART) == 1.0);
    assert_true(mtl__host_weight(f.plan, i, HF_SEED, HF_LIVER) == 0.0);
    assert_true(mtl__host_weight(f.plan, i, HF_TCELL, HF_HEART) == 0.0);
    assert_int_equal(find_tally(&f, HF_SELF, HF_REPAIRING, 0), -1);
    assert_true(find_tally(&f, 2, HF_WATCHING, 0) >= 0);
    for (int k = 0; k < mtl__host_n_tallies(f.plan);
         k++) { /* 8 seeds in the heart, 6 T cells, each */
        y[k] = 8.0 * mtl__host_weight(f.plan, k, HF_SEED, HF_HEART) +
               6.0 * mtl__host_weight(f.plan, k, HF_TCELL, HF_BLOOD);
    }
    hf_live(&f, 1, 1);
    assert_true(mtl__host_tally_value(f.state, heart, y) == 3.0 * 8.0 / 4.0); /* 4 million cells */
    hf_step(&f, 10.0, none, y);
    assert_true(fabs(mtl__host_value(f.state, heart, -1, 5.0) - 3.0) < 1e-12);
    assert_true(mtl__host_value(f.state, liver, -1, 5.0) == 0.0);
    /* T cells by mismatch 1, 0.5, 0.5; half of two children's seeds. */
    assert_true(fabs(mtl__host_value(f.state, watching, -1, 10.0) - (6.0 + 3.0 + 3.0 + 8.0)) <
                1e-12);
    double lo, hi;
    mtl__host_range(f.state, heart, -1, 10.0, &lo, &hi);
    assert_true(lo == 0.0 && hi == 6.0);
    mtl__host_settle(f.state);
    mtl__host_range(f.state, heart, -1, 20.0, &lo, &hi);
    assert_true(lo == 0.0 && hi == HUGE_VAL); /* cells may come */
    hf_end(&f);
}

/* Which of child 1 (a son), child 2, the own mother and the host itself a line counts, and by what
   share of HLA: child 1 here brings two foreign haplotypes, the others one. */
static void test_whose(void **state)
{
    (void)state;
    static const struct {
        enum mtl__tally_donors donors;
        double value[4];
    } want[] = {
        {MTL__TALLY_FOREIGN, {1.0, 1.0, 1.0, 0.0}}, {MTL__TALLY_MISMATCHED, {1.0, 0.5, 0.5, 0.0}},
        {MTL__TALLY_SHARED, {0.0, 0.5, 0.5, 0.0}},  {MTL__TALLY_CHILDREN, {1.0, 1.0, 0.0, 0.0}},
        {MTL__TALLY_MOTHER, {0.0, 0.0, 1.0, 0.0}},  {MTL__TALLY_MALE, {1.0, 0.0, 0.0, 0.0}},
        {MTL__TALLY_SELF, {0.0, 0.0, 0.0, 1.0}}};
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        host_fixture f;
        hf_begin(&f);
        f.of[1][0] = 5;
        f.m->tally[HF_REPAIRING].per_1e6 = false;
        ((mtl__tally_part *)(uintptr_t)f.m->tally[HF_REPAIRING].part)->donors = want[k].donors;
        hf_plan(&f);
        const int v = hf_variable(&f, MTL__OF_TALLY, HF_REPAIRING, HF_HEART);
        hf_live(&f, 1, 1);
        for (int d = 0; d < HF_DONORS; d++) {
            double y[32];
            for (int i = 0; i < mtl__host_n_tallies(f.plan); i++)
                y[i] = mtl__host_tally_at(f.plan, i)->donor == d;
            assert_true(mtl__host_tally_value(f.state, v, y) == want[k].value[d]);
        }
        hf_end(&f);
    }
}

static void test_antigen_counts_cells(void **state)
{
    (void)state;
    host_fixture f;
    hf_begin(&f);
    f.spec.immune = true;
    hf_plan(&f);
    assert_int_equal(mtl__host_n_tallies(f.plan), 3); /* not the host itself */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mtl__host_tally_at(f.plan, i)->tally, -1);
        assert_true(mtl__host_weight(f.plan, i, HF_TCELL, HF_BLOOD) == 1.0);
        assert_true(mtl__host_weight(f.plan, i, HF_SEED, HF_LIVER) == 1.0);
        assert_true(mtl__host_weight(f.plan, i, HF_CFDNA, HF_BLOOD) == 0.0);
    }
    hf_end(&f);
}

/* ---------------------------------------------------------------- injuries */
/* repair = bystander with cells is exactly the life without any, in whatever steps. */
static void test_bystander_is_alone(void **state)
{
    (void)state;
    enum { TIMES = 40 };
    host_fixture f;
    double time[TIMES], y[32];
    float alone[3 * 3 * TIMES], with[3 * 3 * TIMES];
    hf_begin(&f);
    hf_hurt(&f, HF_WOUND, HF_HEART, -20.0, 0.9, 0.0); /* before the life that is followed */
    hf_hurt(&f, HF_INFARCT, HF_HEART, 30.0, 0.5, 0.0);
    hf_hurt(&f, HF_WOUND, HF_LIVER, 60.0, 0.25, 45.0);
    f.spec.immune = true;
    hf_plan(&f);
    hf_live(&f, 1, 1);
    const mtl__host_record r = {.n_times = TIMES, .injury = with};
    for (int k = 0; k < 32; k++)
        y[k] = 1000.0;
    for (int k = 0; k < TIMES; k++) {
        time[k] = 7.0 * k;
        hf_live_to(&f, time[k], y, 3.0);
        mtl__host_note(f.state, &r, k);
    }
    mtl_error err = {0};
    assert_int_equal(mtl__host_alone(f.plan, TIMES, time, alone, &err), 0);
    assert_memory_equal(alone, with, sizeof alone);
    const int damage = hf_variable(&f, MTL__OF_DAMAGE, -1, HF_HEART);
    assert_true(fabs((double)(alone[10] + alone[3 * TIMES + 10]) -
                     mtl__host_given(f.plan, damage, 70.0)) < 1e-6);
    assert_true(alone[3 * TIMES + 4] == 0.0f && alone[3 * TIMES + 5] > 0.4f); /* day 28, day 35 */
    hf_end(&f);
}

/* Coupled, with no cells: the same as alone within the accuracy; with cells: faster or slower. */
static double damage_at_100(int repair, double cells)
{
    host_fixture f;
    double y[32];
    hf_begin(&f);
    f.m->sw[0].now = repair;
    hf_hurt(&f, HF_INFARCT, HF_HEART, 30.0, 0.5, 0.0);
    hf_plan(&f);
    for (int k = 0; k < 32; k++)
        y[k] = cells;
    hf_live(&f, 1, 1);
    const int damage = hf_variable(&f, MTL__OF_DAMAGE, -1, HF_HEART);
    assert_int_equal(mtl__host_coupled(f.plan, damage), repair != HF_BYSTANDER);
    hf_live_to(&f, 100.0, y, 10.0);
    const double d = repair == HF_BYSTANDER ? mtl__host_given(f.plan, damage, 100.0)
                                            : mtl__host_value(f.state, damage, -1, 100.0);
    hf_end(&f);
    return d;
}

static void test_sign_of_repair(void **state)
{
    (void)state;
    const double alone = damage_at_100(HF_BYSTANDER, 1e4);
    assert_true(fabs(alone - 0.5 * exp(-0.02 * 70.0)) < 1e-12);
    assert_true(fabs(damage_at_100(HF_BENEFIT, 0.0) - alone) < 1e-8);
    assert_true(fabs(damage_at_100(HF_HARM, 0.0) - alone) < 1e-8);
    /* 3 x 1e4 seeds in 4 million cells are 7500 per million: H = 7500 / 7540. */
    const double h = 7500.0 / 7540.0;
    assert_true(fabs(damage_at_100(HF_BENEFIT, 1e4) - 0.5 * exp(-1.4 * (1.0 + 3.0 * h))) < 1e-8);
    assert_true(fabs(damage_at_100(HF_HARM, 1e4) - 0.5 * exp(-1.4 * (1.0 - 0.8 * h))) < 1e-8);
}

/* ---------------------------------------------------------------- known beforehand */
static void test_given(void **state)
{
    (void)state;
    host_fixture f;
    hf_begin(&f);
    hf_hurt(&f, HF_INFARCT, HF_HEART, 30.0, 0.8, 0.0);
    hf_hurt(&f, HF_WOUND, HF_HEART, 40.0, 1.0, 5.0);
    hf_pregnant(&f, 100.0, 366.0, 1);
    hf_outcome(&f, "diagnosis", 0.0, 1e-5, 80.0, 1e-5);
    f.onset[0] = 55.0;
    hf_plan(&f);
    const int var[] = {hf_variable(&f, MTL__OF_DAMAGE, -1, HF_HEART),
                       hf_variable(&f, MTL__OF_INFLAMMATION, -1, HF_HEART),
                       hf_variable(&f, MTL__OF_CHEMOKINE, -1, HF_HEART),
                       hf_variable(&f, MTL__OF_POSTPARTUM, -1, HF_HEART),
                       hf_variable(&f, MTL__OF_OUTCOME, 0, HF_HEART)};
    for (int v = 0; v < 5; v++) {
        assert_false(mtl__host_coupled(f.plan, var[v]));
        /* Bounds hold everything that is found between, and are not much wider. */
        for (double t = 0.0; t < 500.0; t += 4.7) {
            double lo, hi, least = HUGE_VAL, most = -HUGE_VAL;
            mtl__host_given_range(f.plan, var[v], t, t + 9.0, &lo, &hi);
            for (int k = 0; k <= 90; k++) {
                const double x = mtl__host_given(f.plan, var[v], t + 0.1 * k);
                least = fmin(least, x);
                most = fmax(most, x);
            }
            assert_true(lo <= least && hi >= most);
            if (most < HUGE_VAL)
                assert_true(hi - most <= 0.2 * most + 0.03 && least - lo <= 0.2 * least + 0.03);
        }
    }
    assert_true(mtl__host_given(f.plan, var[3], 99.0) == HUGE_VAL);
    assert_true(mtl__host_given(f.plan, var[3], 200.0) == 0.0);
    assert_true(fabs(mtl__host_given(f.plan, var[3], 380.0) - 2.0) < 1e-12);
    assert_true(mtl__host_given_break(f.plan, var[3], 100.0) == 366.0);
    assert_true(mtl__host_given_break(f.plan, var[4], 0.0) == 55.0);
    assert_true(mtl__host_given(f.plan, var[4], 54.9) == 0.0);
    assert_true(mtl__host_given(f.plan, var[4], 55.0) == 1.0);
    /* Damage: where the second begins and ends, and where the sum meets 1 on the way. */
    assert_true(mtl__host_given_break(f.plan, var[0], 0.0) == 30.0);
    assert_true(mtl__host_given_break(f.plan, var[0], 30.0) == 40.0);
    const double bend = mtl__host_given_break(f.plan, var[0], 40.0);
    assert_true(bend > 40.0 && bend < 45.0);
    assert_true(mtl__host_given(f.plan, var[0], bend - 0.1) < 1.0);
    assert_true(mtl__host_given(f.plan, var[0], bend + 0.1) == 1.0);
    hf_end(&f);
}

/* ---------------------------------------------------------------- a step and back */
static void test_back(void **state)
{
    (void)state;
    host_fixture f, g;
    double y[32];
    hf_begin(&f);
    hf_begin(&g);
    host_fixture *both[] = {&f, &g};
    for (int k = 0; k < 2; k++) {
        both[k]->spec.immune = true;
        both[k]->m->sw[0].now = HF_BENEFIT;
        hf_hurt(both[k], HF_INFARCT, HF_HEART, 0.0, 0.5, 0.0);
        hf_outcome(both[k], "often", 0.0, 0.05, 80.0, 0.05)->recurs = true;
        hf_plan(both[k]);
        hf_live(both[k], 3, 9);
    }
    for (int k = 0; k < 32; k++)
        y[k] = 50.0 + k;
    hf_go(&f, 3.0, none, y);
    hf_go(&g, 3.0, none, y);
    const int tally = hf_variable(&f, MTL__OF_TALLY, HF_REPAIRING, HF_HEART);
    (void)tally; /* asked for already by the injury: adds none */
    hf_step(&f, 60.0, y, none);
    mtl__host_back(f.state);
    assert_true(f.state->t == 3.0);
    hf_step(&f, 8.0, y, y);
    hf_step(&g, 8.0, y, y);
    for (int k = 0; k < f.state->n_y; k++)
        for (double t = 3.0; t <= 8.0; t += 0.5)
            assert_true(mtl__host_y(f.state, k, t) == mtl__host_y(g.state, k, t));
    mtl_error err = {0};
    assert_int_equal(mtl__host_advance(f.state, 9.0, y, y, &err), MTL_ERR_BUG); /* still on trial */
    mtl__host_settle(f.state);
    mtl__host_settle(g.state);
    mtl__host_back(f.state); /* nothing is on trial: stays */
    assert_true(f.state->t == 8.0);
    assert_int_equal(f.state->course[0].times, g.state->course[0].times);
    assert_true(f.state->course[0].left == g.state->course[0].left);
    hf_end(&f);
    hf_end(&g);
}

/* Whatever the cells do, variables stay within the bounds of the step; and the longest step moves
   none by more than a fifth of its range. */
static void test_range_and_longest(void **state)
{
    (void)state;
    static const enum mtl__factor_of of[] = {MTL__OF_DAMAGE, MTL__OF_INFLAMMATION,
                                             MTL__OF_CHEMOKINE, MTL__OF_RESPONSE,
                                             MTL__OF_TOLERANCE};
    static const double range[] = {0.6, 3.0, 11.5, 1.0, 1.0};
    for (int repair = HF_BENEFIT; repair <= HF_HARM; repair++) {
        host_fixture f;
        mtl__rng rng;
        double y0[32] = {0.0}, y1[32];
        int var[5], rested = 0;
        hf_begin(&f);
        f.m->sw[0].now = repair;
        f.spec.immune = true;
        hf_hurt(&f, HF_INFARCT, HF_HEART, 5.0, 0.6, 0.0);
        hf_plan(&f);
        for (int v = 0; v < 5; v++)
            var[v] = hf_variable(&f, of[v], -1, HF_HEART);
        hf_live(&f, 1, 1);
        mtl__rng_stream(&rng, 4, (uint64_t)repair, 1, 1);
        for (int step = 0; step < 200; step++) {
            const double now = f.state->t;
            double t1 = now + mtl__host_longest(f.state), lo[5], hi[5], was[5];
            rested += t1 - now == MTL__HOST_REST_DAYS;
            t1 = fmin(t1, mtl__host_next_break(f.state, now));
            for (int v = 0; v < 5; v++) {
                mtl__host_range(f.state, var[v], 0, t1, &lo[v], &hi[v]);
                was[v] = mtl__host_value(f.state, var[v], 0, now);
            }
            for (int k = 0; k < 32; k++) {
                y1[k] = mtl__rng_unit(&rng) < 0.3 ? 0.0 : 1e4 * mtl__rng_unit(&rng);
                if (step % 20 < 19) /* jumps now and then, else slow */
                    y1[k] = 0.95 * y0[k];
            }
            hf_step(&f, t1, y0, y1);
            for (int v = 0; v < 5; v++) {
                for (int k = 0; k <= 10; k++) {
                    const double x =
                        mtl__host_value(f.state, var[v], 0, now + 0.1 * k * (t1 - now));
                    assert_true(x >= lo[v] - 1e-7 * range[v] && x <= hi[v] + 1e-7 * range[v]);
                    if (step % 20 < 19)
                        assert_true(fabs(x - was[v]) <= 0.2 * range[v]);
                }
                double low, high; /* of a step on trial: from its beginning */
                mtl__host_range(f.state, var[v], 0, t1, &low, &high);
                assert_true(low == lo[v] && high == hi[v]);
            }
            mtl__host_settle(f.state);
            memcpy(y0, y1, sizeof y0);
        }
        assert_true(rested > 10);
        hf_end(&f);
    }
}

/* ---------------------------------------------------------------- tolerance by haplotype */
static void test_memory_and_tolerance(void **state)
{
    (void)state;
    host_fixture f;
    double y[3] = {0.0};
    hf_begin(&f);
    f.spec.immune = true;
    hf_plan(&f);
    hf_live(&f, 1, 1);
    y[2] = 1e4; /* the own mother's cells, in fetal life: haplotype 4 is learnt */
    hf_live_to(&f, 10.0, y, 2.0);
    const double tolerance = mtl__host_immune(f.state, 2, 0, 10.0);
    assert_true(tolerance > 0.3);
    assert_true(mtl__host_immune(f.state, 0, 0, 10.0) == 0.0);
    y[0] = 1e4; /* child 1 later: haplotype 2 is responded to */
    hf_live_to(&f, 200.0, y, 10.0);
    assert_true(mtl__host_immune(f.state, 0, 1, 200.0) > 0.5);
    assert_true(mtl__host_immune(f.state, 2, 1, 200.0) < mtl__host_immune(f.state, 0, 1, 200.0));
    assert_true(mtl__host_immune(f.state, 1, 1, 200.0) == 0.0); /* haplotype 3 was never met */
    /* A child that left no cells meets what its haplotype meets: the grandmother's. */
    assert_true(mtl__host_immune_person(f.state, 5, 0, 200.0) ==
                mtl__host_immune(f.state, 2, 0, 200.0));
    assert_true(mtl__host_immune_person(f.state, 1, 1, 200.0) ==
                mtl__host_immune(f.state, 0, 1, 200.0));
    assert_true(mtl__host_immune_person(f.state, 4, 0, 200.0) == 1.0); /* nothing is foreign */
    hf_end(&f);
    hf_begin(&f); /* known at birth, whatever was counted */
    f.spec.immune = true;
    hf_set(&f, "tolerance.nima", 0.6);
    hf_plan(&f);
    hf_live(&f, 1, 1);
    hf_live_to(&f, 10.0, none, 5.0);
    assert_true(mtl__host_immune(f.state, 2, 0, 10.0) == 0.6);
    assert_true(mtl__host_immune(f.state, 0, 0, 10.0) == 0.0);
    hf_end(&f);
}

/* ---------------------------------------------------------------- refusals */
static void refused(host_fixture *f, int code, const char *word)
{
    mtl_error err = {0};
    assert_int_equal(mtl__host_plan_new(&f->plan, &f->spec, &err), code);
    assert_null(f->plan);
    if (strstr(err.text, word) == NULL && strstr(err.field, word) == NULL)
        fail_msg("'%s: %s' does not name '%s'", err.field, err.text, word);
    hf_end(f);
}

static void test_refused(void **state)
{
    (void)state;
    host_fixture f;
    mtl_error err = {0};
    hf_begin(&f);
    hf_outcome(&f, "lupus", 0.0, 1e-5, 80.0, 1e-5);
    f.spec.born = NAN;
    refused(&f, MTL_ERR_VALUE, "lupus");
    hf_begin(&f);
    hf_hurt(&f, HF_INFARCT, HF_HEART, 10.0, 1.5, 0.0);
    refused(&f, MTL_ERR_VALUE, "infarct");
    hf_begin(&f);
    f.m->sw[0].now = HF_HARM;
    hf_set(&f, "repair.harm", 1.1);
    hf_hurt(&f, HF_INFARCT, HF_HEART, 10.0, 0.5, 0.0);
    refused(&f, MTL_ERR_VALUE, "repair.harm");
    hf_begin(&f);
    f.organ_cells[HF_HEART] = NAN;
    f.m->sw[0].now = HF_BENEFIT;
    hf_hurt(&f, HF_INFARCT, HF_HEART, 10.0, 0.5, 0.0);
    refused(&f, MTL_ERR_VALUE, "heart");
    hf_begin(&f);
    hf_outcome(&f, "lupus", 0.0, 1e-5, 80.0, 1e-5);
    hf_exposure(&f, 0, MTL__X_ALLELE, MTL__X_LINEAR, NULL, "1")->allele = "DRC*04";
    refused(&f, MTL_ERR_VALUE, "DRC");
    hf_begin(&f);
    f.spec.immune = true;
    hf_plan(&f);
    assert_int_equal(mtl__host_state_new(&f.state, f.plan, &err), 0);
    assert_int_equal(mtl__host_begin(f.state, NULL, 1, 1, &err), MTL_ERR_BUG);
    assert_int_equal(mtl__host_begin(f.state, &f.antigens, 1, 1, &err), 0);
    const double wrong[3] = {-1.0, 0.0, 0.0};
    assert_int_equal(mtl__host_advance(f.state, 1.0, none, wrong, &err), MTL_ERR_BUG);
    assert_int_equal(mtl__host_advance(f.state, -1.0, none, none, &err), MTL_ERR_BUG);
    assert_int_equal(mtl__host_advance(f.state, 1.0, none, none, &err), 0);
    hf_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_tallies),
        cmocka_unit_test(test_whose),
        cmocka_unit_test(test_antigen_counts_cells),
        cmocka_unit_test(test_bystander_is_alone),
        cmocka_unit_test(test_sign_of_repair),
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_range_and_longest),
        cmocka_unit_test(test_memory_and_tolerance),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
