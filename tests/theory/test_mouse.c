/* SPDX-License-Identifier: MIT */
/* The mouse model against what mouse studies say (rows of targets/evidence.tsv, named at each
   test): when fetal cells come and go, where they are, that an injury calls them, that either sign
   of their effect on repair can be had by its switch, and what tolerance is worth. Qualitative
   faces: nothing here is fitted, and doses are tier D.

   Numbers of the analytic solver are compared as they are. The simulated comparisons run on fixed
   seeds (1) with n lives: two means are held apart where they differ by more than 4 standard
   errors, two shares likewise; 12 such comparisons in this program, so that were there no effect
   one would pass by chance with probability below 12 x 3.2e-5 = 4e-4. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "face_bench.h"

#define MOUSE MTL_SOURCE_ROOT "/models/mouse"
#define Z 4.0
#define DAM "people:\n  dam: {sex: female, born: 2020-03-01}\nevents:\n"
#define BIRTH "  - {date: 2020-06-21, person: dam, event: delivery, child: pup, sex: male}\n"
#define LOOK(date, organ)                                                                          \
    "  - {date: " date ", person: dam, event: sample, organ: " organ ", assay: gfp-qpcr}\n"

static double cells_in(const face_run *f, int sample, const char *organ)
{
    mtl_error err = {0};
    const int o = mtl__model_organ(f->r->m, organ, &err);
    return face_sample(f, "dam", sample)->mean_fraction * f->r->m->organ[o].cells;
}

/* Weeks count from two weeks before conception, and a pregnancy without `week` lasts 19.5 days. */
static void a_mouse_carries_for_nineteen_days(void **state)
{
    face_run f;
    mtl_error err = {0};
    (void)state;
    face_load(&f, MOUSE, DAM BIRTH LOOK("2020-06-22", "lung"), NULL);
    const mtl__pregnancy *p = &f.s->pregnancy[0];
    assert_true(fabs(p->weeks - 4.7857) < 1e-9);
    assert_true(fabs(p->ended - p->conceived - 19.5) < 0.01);
    face_free(&f);
    /* dates that no mouse meets are refused, and a human's week is one of them */
    face_load(&f, MOUSE, DAM BIRTH, NULL);
    mtl_scenario *s = NULL;
    const char *const bad[] = {
        DAM "  - {date: 2020-06-21, person: dam, event: delivery, week: 40, child: p, sex: male}\n",
        DAM "  - {date: 2020-03-20, person: dam, event: delivery, child: p, sex: male}\n",
        DAM "  - {date: 2020-06-21, person: dam, event: delivery, week: 3.1, child: p}\n"};
    const char *const word[] = {"2.07 to 5.15", "years old", "3.32 to 5.15"};
    for (int i = 0; i < 3; i++) {
        assert_true(mtl_scenario_parse(&s, bad[i], (int)strlen(bad[i]), "bad", f.m, &err) < 0);
        if (!strstr(err.text, word[i]))
            fail_msg("%s", err.text);
    }
    face_free(&f);
}

/* Rows fuj_first (day 11), fuj_peak (day 19, then a rapid fall), kho05 (undetectable 3 weeks after
   the birth). Conceived on 2020-06-01. */
static void fetal_cells_come_late_and_go(void **state)
{
    face_run f;
    (void)state;
    face_load(&f, MOUSE,
              DAM BIRTH LOOK("2020-06-11", "lung") LOOK("2020-06-13", "lung")
                  LOOK("2020-06-17", "lung") LOOK("2020-06-21", "lung") LOOK("2020-06-25", "lung")
                      LOOK("2020-07-12", "lung"),
              NULL);
    face_carry_out(&f, 2, MTL_SOLVER_ANALYTIC);
    double y[6];
    for (int k = 0; k < 6; k++)
        y[k] = cells_in(&f, k, "lung");
    assert_true(y[0] < 1e-9);
    assert_true(y[1] > 1.0 && y[2] > y[1] && y[3] > y[2]);
    assert_true(y[4] < 0.5 * y[3]);
    assert_true(y[5] < 0.01 * y[3]);
    assert_true(face_sample(&f, "dam", 5)->p_positive[0] < 0.1);
    face_free(&f);
}

/* Row fuj_lung: 10 to 100 times more in the lung than in any other organ. Row sunami: long after
   only in marrow. */
static void the_lung_holds_them_and_later_the_marrow(void **state)
{
    static const char *const other[] = {"liver", "kidney", "spleen", "heart", "brain", "marrow"};
    face_run f;
    (void)state;
    face_load(&f, MOUSE,
              DAM BIRTH LOOK("2020-06-20", "lung") LOOK("2020-06-20", "liver")
                  LOOK("2020-06-20", "kidney") LOOK("2020-06-20", "spleen")
                      LOOK("2020-06-20", "heart") LOOK("2020-06-20", "brain")
                          LOOK("2020-06-20", "marrow") LOOK("2020-12-20", "lung")
                              LOOK("2020-12-20", "liver") LOOK("2020-12-20", "marrow"),
              NULL);
    face_carry_out(&f, 2, MTL_SOLVER_ANALYTIC);
    const double lung = cells_in(&f, 0, "lung");
    double most = 0;
    for (int k = 0; k < 6; k++)
        most = fmax(most, cells_in(&f, 1 + k, other[k]));
    print_message("# lung over the next organ: %.3g\n", lung / most);
    assert_true(lung > 10 * most && lung < 100 * most);
    const double marrow = cells_in(&f, 9, "marrow");
    assert_true(marrow > 0.1);
    assert_true(cells_in(&f, 7, "lung") < 0.1 * marrow);
    assert_true(cells_in(&f, 8, "liver") < 0.1 * marrow);
    face_free(&f);
}

/* ---------------------------------------------------------------- the heart */
enum { LIVES = 120 };

typedef struct moments {
    double mean, se;
} moments;

static moments of_floats(const float *x, int n)
{
    double sum = 0, sum2 = 0;
    for (int i = 0; i < n; i++) {
        sum += (double)x[i];
        sum2 += (double)x[i] * (double)x[i];
    }
    const double mean = sum / n;
    return (moments){mean, sqrt(fmax(0, sum2 / n - mean * mean) / n)};
}

static moments heart_of(const face_run *f, const char *name)
{
    return of_floats(face_sample(f, name, 0)->fraction[MTL__CHANCE], LIVES);
}

static void run_infarct(face_run *f, const face_setting *set)
{
    face_load(f, MOUSE, "examples/mouse_infarct.yaml", set);
    face_carry_out(f, LIVES, MTL_SOLVER_AUTO);
}

/* Row kara_cdx2: fetal cells home to the tied heart. (kara_fold, 120-fold, is recalled and never
 * used.) */
static void an_infarct_calls_fetal_cells(void **state)
{
    static const face_setting none[] = {{"homing", "none"}, {NULL, NULL}};
    face_run f;
    (void)state;
    run_infarct(&f, NULL);
    const moments sham = heart_of(&f, "sham"), tied = heart_of(&f, "tied"),
                  late = heart_of(&f, "late"), emptied = heart_of(&f, "emptied");
    print_message("# tied over sham: %.3g\n", tied.mean / sham.mean);
    assert_true(tied.mean - sham.mean > Z * hypot(tied.se, sham.se));
    assert_true(tied.mean > 10 * sham.mean);
    assert_true(tied.mean - late.mean > Z * hypot(tied.se, late.se));
    assert_true(late.mean < 0.1 * tied.mean); /* four weeks after the birth hardly any is left */
    assert_true(tied.mean - emptied.mean > Z * hypot(tied.se, emptied.se));
    face_free(&f);
    run_infarct(&f, none);
    const moments uncalled = heart_of(&f, "tied");
    assert_true(tied.mean - uncalled.mean > Z * hypot(tied.se, uncalled.se));
    assert_true(uncalled.mean < 3 * sham.mean);
    face_free(&f);
}

/* Row cas: only in and after pregnancy. A wound of a mouse that gave birth eight weeks ago is
   called to by homing = always only, and by so few cells that expectations are compared. */
static void late_wounds_are_called_to_only_by_always(void **state)
{
    static const char *const text = DAM BIRTH
        "  - {date: 2020-08-16, person: dam, event: wound, size: 5 %}\n" LOOK("2020-08-23", "skin");
    static const char *const value[3] = {"always", "pregnancy", "none"};
    double y[3];
    (void)state;
    for (int i = 0; i < 3; i++) {
        const face_setting set[] = {{"homing", value[i]}, {NULL, NULL}};
        face_run f;
        face_load(&f, MOUSE, text, set);
        face_carry_out(&f, 2, MTL_SOLVER_ANALYTIC);
        y[i] = cells_in(&f, 0, "skin");
        face_free(&f);
    }
    assert_true(y[0] > 2 * y[2]);
    assert_true(fabs(y[1] - y[2]) <= 1e-6 * y[2]);
}

/* What became of them on day 19: a share near fetal.cdx2 has Cdx2 or had it (row kara_cdx2: about
   0.40), and all three fates are there. */
static void cells_of_a_tied_heart_take_up_its_fates(void **state)
{
    static const char *const kind[] = {"fetal_cell", "cdx2_cell", "cardiomyocyte_like",
                                       "endothelial_like", "smooth_muscle_like"};
    face_run f;
    mtl_error err = {0};
    double n[5];
    (void)state;
    face_load(&f, MOUSE,
              DAM BIRTH
              "  - {date: 2020-06-13, person: dam, event: infarct}\n" LOOK("2020-06-20", "heart"),
              NULL);
    face_carry_out(&f, 400, MTL_SOLVER_AUTO);
    const mtl_result *r = f.r;
    const int heart = mtl__model_organ(r->m, "heart", &err), dam = face_person(&f, "dam");
    const mtl__pair *p = NULL;
    for (int i = 0; i < r->n_pairs; i++)
        if (r->pair[i].host == dam)
            p = &r->pair[i];
    assert_non_null(p);
    const double t = f.s->sample[0].t;
    int at = 0;
    while (at < r->n_coarse - 1 && r->coarse[at] < t)
        at++;
    for (int k = 0; k < 5; k++) {
        const int kd = mtl__model_kind(r->m, kind[k], &err);
        n[k] = (double)p
                   ->cells[(size_t)(heart * r->m->n_kinds + kd) * (size_t)r->n_coarse + (size_t)at]
                   .mean;
    }
    const double turned = n[2] + n[3] + n[4], cdx2 = n[1] + turned;
    print_message("# %s: share with Cdx2 or once with it: %.3g; with it now: %.3g; turned: %.3g\n",
                  "a week after the operation", cdx2 / (cdx2 + n[0]), n[1] / (cdx2 + n[0]),
                  turned / cdx2);
    for (int k = 2; k < 5; k++)
        assert_true(n[k] > 1);
    /* the published share lies between those that still have it and those that ever had */
    assert_true(n[1] / (cdx2 + n[0]) < 0.40 && cdx2 / (cdx2 + n[0]) > 0.40);
    assert_true(cdx2 / (cdx2 + n[0]) < 0.75);
    face_free(&f);
}

/* Days 14 after the operation: damage of the tied heart with the cells and without. */
static void damage(const face_run *f, const char *name, moments *out)
{
    const int who = face_person(f, name);
    for (int i = 0; i < f->r->host.n_injuries; i++) {
        const mtl__injury_result *x = &f->r->host.injury[i];
        if (x->person != who)
            continue;
        const double t = f->s->injury[x->injury].t + 14;
        int k = 0;
        while (k < f->r->n_times - 1 && f->r->time[k] < t)
            k++;
        const mtl__band *b = &x->damage[MTL__CHANCE][k];
        /* quartiles to a standard error of the mean: lives spread about as a normal would */
        *out = (moments){(double)b->mean, ((double)b->q975 - (double)b->q025) / 3.92 / sqrt(LIVES)};
        return;
    }
    fail_msg("%s has no injury", name);
}

/* Both readings can be had: with repair = benefit the heart is better with the cells (what Kara
   2012 suggests), with harm better without (row llor), with bystander it makes no difference at
   all. */
static void either_sign_of_repair_can_be_had(void **state)
{
    static const char *const value[3] = {"bystander", "benefit", "harm"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        const face_setting set[] = {{"repair", value[i]}, {NULL, NULL}};
        face_run f;
        moments tied = {0, 0}, emptied = {0, 0}, sham = {1, 0};
        run_infarct(&f, set);
        damage(&f, "tied", &tied);
        damage(&f, "emptied", &emptied);
        damage(&f, "sham", &sham);
        print_message("# %s: %.4g with the cells, %.4g without\n", value[i], tied.mean, emptied.mean);
        assert_true(sham.mean == 0);
        const double d = tied.mean - emptied.mean, se = hypot(tied.se, emptied.se);
        if (i == 0)
            assert_true(d == 0);
        else
            assert_true(i == 1 ? -d > Z * se : d > Z * se);
        face_free(&f);
    }
}

/* ---------------------------------------------------------------- milk and tolerance */
/* Rows dut, aydin: what is there later came with the milk. */
static void a_fostered_pup_carries_its_nurse(void **state)
{
    face_run f;
    (void)state;
    face_load(&f, MOUSE, "examples/mouse_milk.yaml", NULL);
    face_carry_out(&f, 2, MTL_SOLVER_ANALYTIC);
    double nurse = 0, dam = 0;
    for (int i = 0; i < f.r->n_assays; i++) {
        const mtl__sample *x = &f.s->sample[f.r->assay[i].sample];
        if (x->person != face_person(&f, "fostered") || x->organ != f.r->m->blood)
            continue;
        if (x->target_person == face_person(&f, "nurse"))
            nurse = f.r->assay[i].mean_fraction; /* the last one stays */
        else
            dam = f.r->assay[i].mean_fraction;
    }
    assert_true(nurse > 3 * dam && dam > 0);
    face_free(&f);
}

static const mtl__outcome_result *loss_of(const face_run *f, const char *name)
{
    const int who = face_person(f, name);
    for (int i = 0; i < f->r->host.n_outcomes; i++)
        if (f->r->host.outcome[i].person == who)
            return &f->r->host.outcome[i];
    fail_msg("%s is not followed", name);
    return NULL;
}

static double tolerance_of(const face_run *f, const char *host, const char *donor)
{
    const mtl_result *r = f->r;
    const int a = face_person(f, host), b = face_person(f, donor);
    for (int i = 0; i < r->host.n_immune; i++) {
        const mtl__immune_result *x = &r->host.immune[i];
        const double t = f->s->pregnancy[f->s->person[b].pregnancy].ended;
        int k = 0;
        while (k < r->n_times - 1 && r->time[k] < t - 1)
            k++;
        if (x->host == a && x->donor == b)
            return (double)x->tolerance[MTL__CHANCE][k].mean;
    }
    fail_msg("no tolerance of %s in %s", donor, host);
    return NAN;
}

/* Row kin15: a pup that brings a haplotype of its granddam's which the dam met before weaning is
   lost less often; without the granddam's cells the tolerance is gone. Hazards and their ratio are
   raised so that few lives are enough; n = 500. */
static void what_was_learned_early_protects_pups(void **state)
{
    static const face_setting set[] = {{"fetus", "rejected"},
                                       {"fetus.response.ratio", "30"},
                                       {"loss.scale", "0.03 per day"},
                                       {"milk.uptake", "1e-3"},
                                       {NULL, NULL}};
    enum { N = 500 };
    face_run f;
    (void)state;
    face_load(&f, MOUSE, "examples/mouse_tolerance.yaml", set);
    face_carry_out(&f, N, MTL_SOLVER_AUTO);
    const double p = loss_of(&f, "kin")->p_end[MTL__CHANCE],
                 q = loss_of(&f, "strange")->p_end[MTL__CHANCE],
                 e = loss_of(&f, "emptied")->p_end[MTL__CHANCE];
    const double t = tolerance_of(&f, "kin", "pup1"), u = tolerance_of(&f, "emptied", "pup3"),
                 v = tolerance_of(&f, "strange", "pup2");
    print_message("# lost: %.3g kin, %.3g stranger's, %.3g emptied; tolerance %.3g %.3g %.3g\n", p, q,
                  e, t, v, u);
    assert_true(q - p > Z * sqrt(p * (1 - p) / N + q * (1 - q) / N));
    /* tolerance lies between 0 and 1: its standard error is at most 0.5 / sqrt(N) */
    assert_true(t - v > Z * sqrt(0.5 / N));
    assert_true(t - u > Z * sqrt(0.5 / N));
    face_free(&f);
}

/* Row pham: an older child's cells are lost with a new pregnancy; by default here all of them. */
static void a_new_litter_displaces_the_older(void **state)
{
    static const char *const text =
        DAM BIRTH "  - {date: 2020-09-21, person: dam, event: delivery, child: second, sex: male}\n"
                  "  - {date: 2020-12-21, person: dam, event: sample, organ: marrow, assay: "
                  "gfp-qpcr, target: pup}\n"
                  "  - {date: 2020-12-21, person: dam, event: sample, organ: marrow, assay: "
                  "gfp-qpcr, target: second}\n";
    static const face_setting additive[] = {{"niche", "additive"}, {NULL, NULL}};
    face_run f;
    (void)state;
    face_load(&f, MOUSE, text, NULL);
    face_carry_out(&f, 2, MTL_SOLVER_ANALYTIC);
    assert_true(cells_in(&f, 0, "marrow") < 1e-9);
    const double second = cells_in(&f, 1, "marrow");
    assert_true(second > 0.1);
    face_free(&f);
    face_load(&f, MOUSE, text, additive);
    face_carry_out(&f, 2, MTL_SOLVER_ANALYTIC);
    assert_true(cells_in(&f, 0, "marrow") > 0.5 * second);
    face_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mouse_carries_for_nineteen_days),
        cmocka_unit_test(fetal_cells_come_late_and_go),
        cmocka_unit_test(the_lung_holds_them_and_later_the_marrow),
        cmocka_unit_test(an_infarct_calls_fetal_cells),
        cmocka_unit_test(late_wounds_are_called_to_only_by_always),
        cmocka_unit_test(cells_of_a_tied_heart_take_up_its_fates),
        cmocka_unit_test(either_sign_of_repair_can_be_had),
        cmocka_unit_test(a_fostered_pup_carries_its_nurse),
        cmocka_unit_test(what_was_learned_early_protects_pups),
        cmocka_unit_test(a_new_litter_displaces_the_older),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
