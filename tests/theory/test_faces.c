/* SPDX-License-Identifier: MIT */
/* What rival hypotheses look like from outside: parity under the three values of the switch niche,
   a woman's own mother's cells after one birth and two, injuries long after a birth, and switches
   that have nothing to act on.

   Shares come from the solver without random numbers where it can run. With niche = rejection it
   cannot: n lives on fixed seeds (1) then, the mean of their chances of a positive sample, held
   against a bound at 4 of its standard errors: 2 such comparisons, so that a rise of the size that
   additive niches give would be missed with probability below 1e-4. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "face_bench.h"

#define HUMAN MTL_SOURCE_ROOT "/models/human"
#define MOTHER "people:\n  mother: {sex: female, born: 1945-06-01}\nevents:\n"
#define SON(date, name)                                                                            \
    "  - {date: " date ", person: mother, event: delivery, week: 40, child: " name ", sex: "       \
    "male}\n"
/* The look lies 20 years after the last of three. */
#define BLOOD                                                                                      \
    "  - {date: 1998-06-01, person: mother, event: sample, organ: blood, assay: dys14-qpcr, "      \
    "genomes: 1e6}\n"

/* ---------------------------------------------------------------- parity */
static double p_exact(const char *text, const face_setting *set, const char *who, int sample)
{
    face_run f;
    face_load(&f, HUMAN, text, set);
    face_carry_out(&f, 2, MTL_SOLVER_ANALYTIC);
    const double p = face_sample(&f, who, sample)->p_positive[MTL__CHANCE];
    face_free(&f);
    return p;
}

/* Male cells rise with sons where they add up, and do not where a pregnancy displaces or a response
   rejects (row gam10_f: no rise). */
static void cells_rise_with_parity_only_where_they_add_up(void **state)
{
    static const char *const one = MOTHER SON("1978-06-01", "a") BLOOD;
    static const char *const three =
        MOTHER SON("1972-06-01", "a") SON("1975-06-01", "b") SON("1978-06-01", "c") BLOOD;
    static const face_setting displaced[] = {{"niche", "displacement"}, {NULL, NULL}};
    static const face_setting rejected[] = {{"niche", "rejection"}, {NULL, NULL}};
    enum { LIVES = 30 };
    (void)state;
    const double additive = p_exact(three, NULL, "mother", 0) / p_exact(one, NULL, "mother", 0);
    const double driven =
        p_exact(three, displaced, "mother", 0) / p_exact(one, displaced, "mother", 0);
    print_message("# three sons over one: additive %.3g, displacement %.3g\n", additive, driven);
    assert_true(additive > 1.5);
    assert_true(fabs(driven - 1) < 0.02);
    double mean[2], se[2];
    for (int i = 0; i < 2; i++) {
        face_run f;
        double sum = 0, sum2 = 0;
        face_load(&f, HUMAN, i ? three : one, rejected);
        face_carry_out(&f, LIVES, MTL_SOLVER_AUTO);
        const mtl__assay_result *a = face_sample(&f, "mother", 0);
        for (int k = 0; k < LIVES; k++) {
            const double p = mtl__qpcr_p_positive(&a->qpcr, (double)a->fraction[MTL__CHANCE][k]);
            sum += p;
            sum2 += p * p;
        }
        mean[i] = sum / LIVES;
        se[i] = sqrt(fmax(0, sum2 / LIVES - mean[i] * mean[i]) / LIVES);
        face_free(&f);
    }
    print_message("# rejection: %.3g (%.2g) after one, %.3g (%.2g) after three\n", mean[0], se[0],
                  mean[1], se[1]);
    assert_true(mean[1] + 4 * se[1] < 1.5 * (mean[0] + 4 * se[0]));
    /* and a mother of one son carries less than where nothing rejects */
    assert_true(mean[0] + 4 * se[0] < p_exact(one, NULL, "mother", 0));
}

/* Own mother's cells after two births against one: 0.11 (0.03 to 0.42) is published (row gam10_m).
   Where nothing drives them out the odds are the same; where each birth drives out most of them,
   they fall; where the first takes all, there is nothing left to fall. */
static void own_mothers_cells_fall_with_births_where_births_displace(void **state)
{
    static const char *const one =
        "people:\n  grandmother: {sex: female, born: 1935-06-01}\n"
        "  mother: {sex: female, born: 1960-06-01, mother: grandmother}\nevents:\n"
        "  - {date: 1985-06-01, person: mother, event: delivery, week: 40, child: a, sex: female}\n"
        "  - {date: 1995-06-01, person: mother, event: sample, organ: blood, assay: hla-qpcr, "
        "target: grandmother, genomes: 2.5e5}\n";
    static const char *const more = "  - {date: 1988-06-01, person: mother, event: delivery, week: "
                                    "40, child: b, sex: female}\n";
    static const char *const part[] = {"0", "0.3", "0.8", "1"};
    char two[1200];
    double odds[4];
    (void)state;
    snprintf(two, sizeof two, "%s%s", one, more);
    for (int i = 0; i < 4; i++) {
        const face_setting set[] = {
            {"niche", "displacement"}, {"niche.displacement", part[i]}, {NULL, NULL}};
        const double p = p_exact(two, set, "mother", 0), q = p_exact(one, set, "mother", 0);
        odds[i] = p * (1 - q) / (q * (1 - p));
        print_message("# displacement %s: odds ratio %.3g\n", part[i], odds[i]);
    }
    assert_true(fabs(odds[0] - 1) < 1e-3);
    assert_true(odds[1] < 0.9 && odds[2] < odds[1]);
    assert_true(odds[2] < 0.42); /* within the published interval */
    assert_true(fabs(odds[3] - 1) < 0.02);
}

/* ---------------------------------------------------------------- late injuries */
/* What an infarct 10, 20 and 40 years after a birth calls into the heart: expectation with homing,
   less that without. Seeds keep their number on average, so that it hardly falls with the years; it
   is a ten-thousandth of what settled there at the time, for seeds move rarely. The chance that any
   is called falls, since fewer women have a seed left. */
static void late_infarcts_call_next_to_nothing(void **state)
{
    static const face_setting always[] = {{"homing", "always"}, {NULL, NULL}};
    static const face_setting none[] = {{"homing", "none"}, {NULL, NULL}};
    static const char *const who[3] = {"ada", "bea", "cia"};
    double level[2][3], seen[2][3];
    (void)state;
    for (int h = 0; h < 2; h++) {
        face_run f;
        face_load(&f, HUMAN, "examples/late_injuries.yaml", h ? none : always);
        face_carry_out(&f, 2, MTL_SOLVER_ANALYTIC);
        for (int i = 0; i < 3; i++) {
            level[h][i] = face_sample(&f, who[i], 0)->mean_fraction;
            seen[h][i] = face_sample(&f, who[i], 0)->p_positive[MTL__CHANCE];
        }
        face_free(&f);
    }
    for (int i = 0; i < 3; i++) {
        const double called = level[0][i] - level[1][i];
        print_message("# %s: %.3g called of %.3g\n", who[i], called, level[0][i]);
        assert_true(called > 0);
        assert_true(called < 1e-3 * level[1][i]);
        if (i) {
            assert_true(called < 1.001 * (level[0][i - 1] - level[1][i - 1]));
            assert_true(seen[0][i] < seen[0][i - 1]);
        }
    }
}

/* ---------------------------------------------------------------- switches with nothing to act on
 */
static void switches_without_an_object_change_nothing(void **state)
{
    static const char *const text = MOTHER SON("1972-06-01", "a") SON("1978-06-01", "b") BLOOD;
    static const face_setting one[][2] = {{{NULL, NULL}, {NULL, NULL}},
                                          {{"repair", "benefit"}, {NULL, NULL}},
                                          {{"repair", "harm"}, {NULL, NULL}},
                                          {{"tumour", "surveillance"}, {NULL, NULL}},
                                          {{"tumour", "both"}, {NULL, NULL}},
                                          {{"homing", "none"}, {NULL, NULL}},
                                          {{"homing", "pregnancy"}, {NULL, NULL}},
                                          {{"ms", "parity-effect"}, {NULL, NULL}},
                                          {{"autoimmunity", "provoke"}, {NULL, NULL}},
                                          {{"heart", "protects"}, {NULL, NULL}},
                                          {{"survival", "protects"}, {NULL, NULL}},
                                          {{"alzheimer", "loss"}, {NULL, NULL}},
                                          {{"fetus", "rejected"}, {NULL, NULL}},
                                          {{"alzheimer", "protects"}, {NULL, NULL}}};
    enum { LIVES = 6 };
    float first[LIVES];
    (void)state;
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++) {
        face_run f;
        face_load(&f, HUMAN, text, one[i]);
        face_carry_out(&f, LIVES, MTL_SOLVER_AUTO);
        const float *x = face_sample(&f, "mother", 0)->fraction[MTL__CHANCE];
        if (i == 0) {
            memcpy(first, x, sizeof first);
            double sum = 0;
            for (int k = 0; k < LIVES; k++)
                sum += (double)x[k];
            assert_true(sum > 0); /* lives without any cell would all be alike */
        } else if (memcmp(first, x, sizeof first) != 0) {
            fail_msg("%s = %s changes cells", one[i][0].name, one[i][0].value);
        }
        face_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_rise_with_parity_only_where_they_add_up),
        cmocka_unit_test(own_mothers_cells_fall_with_births_where_births_displace),
        cmocka_unit_test(late_infarcts_call_next_to_nothing),
        cmocka_unit_test(switches_without_an_object_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
