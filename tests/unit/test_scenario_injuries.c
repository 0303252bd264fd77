/* SPDX-License-Identifier: MIT */
/* Events that befall a body itself: injuries by the names of the model, cells taken away, tumours,
   diagnoses, and what `follow` asks for. The model is the shipped one with injuries and outcomes of
   this test, so that the test does not depend on its tables. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_scenario.h"

enum { INFARCT, STROKE, WOUND, HEPATITIS, SCAR, N_INJURIES };
enum { LUPUS, MS, RELAPSE, BREAST, COLON, LOSS, DEATH, N_OUTCOMES };
static mtl__injury_def injuries[N_INJURIES];
static mtl__outcome_def outcomes[N_OUTCOMES];
static mtl__exposure exposures[1];

static mtl__expr parsed(const char *text)
{
    mtl__expr e;
    if (mtl__expr_parse(model, text, &e, &err) < 0)
        fail_msg("%s", err.text);
    return e;
}

static int organ(const char *name)
{
    const int o = mtl__model_organ(model, name, &err);
    assert_true(o >= 0);
    return o;
}

static void add_outcomes(void)
{
    outcomes[LUPUS] = (mtl__outcome_def){.name = "lupus", .label = "lupus", .group = "autoimmune"};
    outcomes[MS] =
        (mtl__outcome_def){.name = "ms", .label = "multiple sclerosis", .group = "brain"};
    outcomes[RELAPSE] = (mtl__outcome_def){.name = "ms_relapse", .label = "", .group = "brain"};
    outcomes[BREAST] = (mtl__outcome_def){
        .name = "breast_cancer", .label = "breast cancer", .group = "tumour", .sex = 'f'};
    outcomes[COLON] = (mtl__outcome_def){.name = "colon_cancer", .label = "", .group = "tumour"};
    outcomes[LOSS] = (mtl__outcome_def){.name = "fetal_loss", .label = "", .group = "pregnancy"};
    outcomes[DEATH] = (mtl__outcome_def){.name = "death", .label = "", .group = "death"};
    for (int i = 0; i < N_OUTCOMES; i++)
        outcomes[i].needs = outcomes[i].kind = outcomes[i].organ = -1;
    outcomes[RELAPSE].needs = MS;
    outcomes[RELAPSE].recurs = true;
    outcomes[BREAST].kind = outcomes[COLON].kind = 0;
    outcomes[BREAST].organ = organ("breast");
    outcomes[COLON].organ = organ("colon");
    outcomes[LOSS].of_week = true;
    outcomes[DEATH].ends_life = true;
    exposures[0] = (mtl__exposure){.name = "sick",
                                   .outcome = DEATH,
                                   .of = MTL__X_OUTCOME,
                                   .tally = -1,
                                   .organ = -1,
                                   .other = LUPUS};
    model->outcome = outcomes;
    model->n_outcomes = N_OUTCOMES;
    model->exposure = exposures;
    model->n_exposures = 1;
}

static int load(void **state)
{
    if (load_model(state) < 0)
        return -1;
    injuries[INFARCT] = (mtl__injury_def){
        .name = "infarct", .organ = organ("heart"), .group = "", .size = parsed("0.1")};
    injuries[STROKE] =
        (mtl__injury_def){.name = "stroke", .organ = -1, .group = "brain", .size = parsed("0.02")};
    injuries[WOUND] = (mtl__injury_def){.name = "wound", .organ = -1, .group = ""};
    injuries[HEPATITIS] = (mtl__injury_def){.name = "hepatitis",
                                            .organ = organ("liver"),
                                            .group = "",
                                            .size = parsed("0.3"),
                                            .lasts = parsed("pregnancy.blood.after")};
    injuries[SCAR] = (mtl__injury_def){
        .name = "caesarean_scar", .organ = organ("uterus"), .group = "", .size = parsed("0.05")};
    model->injury = injuries;
    model->n_injuries = N_INJURIES;
    add_outcomes();
    return 0;
}

static const mtl__event *event_of(const mtl_scenario *s, enum mtl__note_kind kind, int nth)
{
    for (int i = 0; i < s->n_events; i++)
        if (s->event[i].kind == kind && nth-- == 0)
            return &s->event[i];
    fail_msg("no such event");
    return NULL;
}

/* ---------------------------------------------------------------- injuries */

static void sizes(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA "  - {age: 54, person: anna, event: infarct, size: 12 %}\n"
                  "  - {date: 1960-05-01, person: anna, event: wound, organ: skin, size: 0.25}\n"
                  "  - {date: 1970-05, person: anna, event: hepatitis, lasts: 6 months}\n"
                  "  - {date: 1971-05-01, person: anna, event: hepatitis, size: 0}\n");
    assert_int_equal(s->n_injuries, 4); /* in order of dates */
    assert_int_equal(s->injury[0].def, WOUND);
    assert_int_equal(s->injury[0].organ, organ("skin"));
    assert_float_equal(s->injury[0].size, 0.25, 0);
    assert_true(s->injury[0].size_given && !s->injury[0].lasts_given);
    assert_float_equal(s->injury[0].lasts_days, 0, 0);
    assert_float_equal(s->injury[1].size, 0.3, 1e-15); /* the model's */
    assert_true(!s->injury[1].size_given && s->injury[1].lasts_given);
    assert_float_equal(s->injury[1].lasts_days, 0.5 * MTL_DAYS_PER_YEAR, 1e-9);
    assert_float_equal(s->injury[1].slack_days, 15.5, 0);
    double after = 0;
    assert_int_equal(mtl__model_value(model, "pregnancy.blood.after", &after, &err), 0);
    assert_float_equal(s->injury[2].lasts_days, after, 1e-12);
    assert_true(s->injury[2].size_given && s->injury[2].size == 0.0);
    assert_int_equal(s->injury[3].def, INFARCT);
    assert_int_equal(s->injury[3].organ, organ("heart"));
    assert_float_equal(s->injury[3].size, 0.12, 1e-15);
    assert_float_equal(s->injury[3].t, DAY(1979, 3, 1), 0);
    assert_string_equal(s->injury[3].path, "events[0]");
    assert_string_equal(event_of(s, MTL__EV_INJURY, 3)->text,
                        "infarct of the heart, 12% of the tissue");
    assert_string_equal(event_of(s, MTL__EV_INJURY, 1)->text,
                        "hepatitis of the liver, 30% of the tissue (the model's), over 6 months");
    assert_int_equal(event_of(s, MTL__EV_INJURY, 3)->injury, 4);
    /* Its course is shown for a year. */
    assert_float_equal(s->t_end, DAY(1979, 3, 1) + MTL_DAYS_PER_YEAR, 0);
    assert_int_equal(s->focus, who(s, "anna"));
    mtl_scenario_free(s);
}

/* Two injuries of one organ on one day add up, which is said once for an event; on two days, or of
   two people, they are nothing to remark. */
static void remarks(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA "  - {date: 1960-05-01, person: anna, event: infarct}\n"
                  "  - {date: 1960-05-02, person: anna, event: infarct}\n"
                  "  - {date: 1960-05-02, person: tom, event: infarct}\n"
                  "  - {date: 1950-05-02, person: anna, event: delivery, child: tom, sex: male}\n");
    char *text = mtl_scenario_remarks(s);
    assert_string_equal(text, "");
    free(text);
    mtl_scenario_free(s);
    s = good(ANNA "  - {date: 1970-05-01, person: anna, event: stroke}\n"
                  "  - {date: 1960-05-01, person: anna, event: infarct}\n"
                  "  - {date: 1960-05-01, person: anna, event: infarct, size: 3 %}\n"
                  "  - {date: 1970-05-01, person: anna, event: stroke, organ: brain.pons}\n");
    text = mtl_scenario_remarks(s);
    assert_string_equal(
        text,
        "t.yaml:6: infarct of the heart of anna on 1960-05-01, and infarct of line 5 on the "
        "same day: their damage adds up, to at most all of the organ\n"
        "t.yaml:7: stroke of the brain.pons of anna on 1970-05-01, and stroke of line 4 on the "
        "same day: their damage adds up, to at most all of the organ\n");
    free(text);
    mtl_scenario_free(s);
    /* Two strokes of all: sixteen organs, one remark. */
    s = good(ANNA "  - {date: 1970-05-01, person: anna, event: stroke}\n"
                  "  - {date: 1970-05-01, person: anna, event: stroke}\n");
    text = mtl_scenario_remarks(s);
    assert_non_null(text);
    assert_non_null(strchr(text, '\n'));
    assert_string_equal(strchr(text, '\n'), "\n");
    free(text);
    mtl_scenario_free(s);
}

/* Without a region a stroke is of them all; told once. */
static void groups(void **state)
{
    (void)state;
    int regions = 0;
    for (int o = 0; o < model->n_organs; o++)
        regions += strcmp(model->organ[o].group, "brain") == 0;
    static const char *const all[] = {"", ", organ: brain"};
    for (int k = 0; k < 2; k++) {
        char text[400], words[100];
        snprintf(text, sizeof text,
                 ANNA "  - {age: 60, person: anna, event: stroke, size: 3 %%%s}\n"
                      "  - {age: 60, person: anna, event: stroke, organ: brain.thalamus}\n",
                 all[k]);
        mtl_scenario *s = good(text);
        assert_int_equal(s->n_injuries, regions + 1);
        int implied = 0;
        for (int i = 0; i < regions; i++) {
            assert_string_equal(model->organ[s->injury[i].organ].group, "brain");
            assert_float_equal(s->injury[i].size, 0.03, 1e-15);
            assert_int_equal(s->injury[i].implied, i > 0);
            implied += s->injury[i].implied;
        }
        assert_int_equal(implied, regions - 1);
        assert_int_equal(s->injury[regions].organ, organ("brain.thalamus"));
        assert_false(s->injury[regions].implied);
        snprintf(words, sizeof words, "stroke of the brain (%d organs), 3%% of the tissue",
                 regions);
        assert_string_equal(event_of(s, MTL__EV_INJURY, 0)->text, words);
        assert_string_equal(event_of(s, MTL__EV_INJURY, 1)->text,
                            "stroke of the brain.thalamus, 2% of the tissue (the model's)");
        /* Checked again, nothing changes. */
        assert_int_equal(mtl__scenario_check(s, &err), 0);
        assert_int_equal(s->n_injuries, regions + 1);
        mtl_scenario_free(s);
    }
}

#define INJURED(what) ANNA "  - {" what ", person: anna}\n"

static void bad_injuries(void **state)
{
    (void)state;
    refused(INJURED("age: 54, event: infart"), MTL_ERR_NAME, 4, "did you mean 'infarct'?");
    refused(INJURED("age: 54, event: zzzzzz"), MTL_ERR_NAME, 4,
            "diagnosis, infarct, stroke, wound");
    refused(INJURED("age: 54, event: infarct, sise: 1"), MTL_ERR_NAME, 4, "did you mean 'size'?");
    refused(INJURED("age: 54, event: infarct, organ: liver"), MTL_ERR_VALUE, 4,
            "an injury of the heart, not of the liver");
    refused(INJURED("age: 54, event: infarct, organ: hart"), MTL_ERR_NAME, 4,
            "did you mean 'heart'?");
    refused(INJURED("age: 54, event: stroke, organ: liver"), MTL_ERR_VALUE, 4,
            "an injury of the brain, e.g. of brain.frontal_lobe, not of the liver");
    refused(INJURED("age: 54, event: wound, size: 0.1"), MTL_ERR_VALUE, 4, "needs `organ`");
    refused(INJURED("age: 54, event: wound, organ: skin"), MTL_ERR_VALUE, 4, "needs `size`");
    refused(INJURED("age: 54, event: wound, organ: blood, size: 0.1"), MTL_ERR_VALUE, 4,
            "no tissue to injure");
    refused(INJURED("age: 54, event: wound, organ: placenta, size: 0.1"), MTL_ERR_VALUE, 4,
            "no tissue to injure");
    refused(INJURED("age: 54, event: wound, organ: brain, size: 0.1"), MTL_ERR_NAME, 4,
            "a group of");
    refused(INJURED("age: 54, event: wound, organ: testis, size: 0.1"), MTL_ERR_VALUE, 4,
            "anna is female and has no testis");
    refused(INJURED("age: 54, event: infarct, size: 12"), MTL_ERR_VALUE, 4, "is a share");
    refused(INJURED("age: 54, event: infarct, size: 101 %"), MTL_ERR_VALUE, 4, "is a share");
    refused(INJURED("age: 54, event: infarct, size: -0.1"), MTL_ERR_VALUE, 4, "is a share");
    refused(INJURED("age: 54, event: infarct, size: 3 mL"), MTL_ERR_UNIT, 4, "");
    refused(INJURED("age: 54, event: infarct, lasts: 6"), MTL_ERR_UNIT, 4, "");
    refused(INJURED("age: 54, event: infarct, lasts: 101 years"), MTL_ERR_VALUE, 4,
            "0 to 100 years");
    refused(INJURED("event: infarct"), MTL_ERR_DATE, 4, "needs `date` or `age`");
    refused(INJURED("date: 1925-02-28, event: infarct"), MTL_ERR_DATE, 4, "before the birth on");
    refused(INJURED("date: 2060-02-28, event: infarct"), MTL_ERR_DATE, 4, "134 years old");
    refused(
        INJURED("date: 1990-02-28, event: infarct") "  - {age: 50, person: anna, event: death}\n",
        MTL_ERR_DATE, 4, "after the death on 1975-03-01 (line 5)");
    refused("people:\n  eve: {sex: female}\nevents:\n"
            "  - {date: 1990, person: eve, event: infarct}\n",
            MTL_ERR_DATE, 4, "needs the birth date of eve");
    refused(ANNA "  - {date: 1950, person: anna, event: loss, week: 8, child: x}\n"
                 "  - {date: 1990, person: x, event: infarct}\n",
            MTL_ERR_DATE, 5, "never born");
    assert_string_equal(err.field, "events[1]");
    refused(INJURED("age: 54, event: amniocentesis"), MTL_ERR_UNSUPPORTED, 4, "not built yet");
    refused(INJURED("age: 54, event: treatment"), MTL_ERR_UNSUPPORTED, 4, "not built yet");
}

/* ---------------------------------------------------------------- scars */

#define CAESAREAN                                                                                  \
    "  - {date: 1950-01-01, person: anna, event: delivery, child: a, mode: caesarean}\n"           \
    "  - {date: 1952-01-01, person: anna, event: delivery, child: b, mode: vaginal}\n"

static void scars(void **state)
{
    (void)state;
    /* Not asked for: none, with an injury of the file or without. */
    mtl_scenario *s = good(ANNA CAESAREAN);
    assert_int_equal(s->n_injuries, 0);
    assert_float_equal(s->t_end, DAY(1952, 1, 1), 0);
    mtl_scenario_free(s);
    s = good(ANNA CAESAREAN "  - {age: 40, person: anna, event: infarct}\n");
    assert_int_equal(s->n_injuries, 1);
    mtl_scenario_free(s);

    s = good("follow: [scars]\n" ANNA CAESAREAN);
    assert_int_equal(s->n_injuries, 1);
    assert_int_equal(s->injury[0].def, SCAR);
    assert_int_equal(s->injury[0].organ, organ("uterus"));
    assert_float_equal(s->injury[0].t, DAY(1950, 1, 1), 0);
    assert_true(s->injury[0].implied && s->injury[0].pregnancy == 1);
    assert_string_equal(event_of(s, MTL__EV_INJURY, 0)->text,
                        "caesarean scar of the uterus, 5% of the tissue (the model's)");
    const double end = s->t_end;
    assert_int_equal(mtl__scenario_check(s, &err), 0);
    assert_int_equal(s->n_injuries, 1);
    assert_float_equal(s->t_end, end, 0);
    mtl_scenario_free(s);

    /* Pregnancies that nobody noticed come in between: the scar stays with its delivery. */
    s = good("follow: scars\nunnoticed_losses: [anna]\n" ANNA
             "  - {date: 1952-01-01, person: anna, event: delivery, child: b, mode: caesarean}\n");
    assert_int_equal(s->n_injuries, 1);
    assert_int_equal(s->pregnancy[s->injury[0].pregnancy - 1].mode, MTL__CAESAREAN);
    assert_float_equal(s->t_end, DAY(1952, 1, 1) + MTL_DAYS_PER_YEAR, 0);
    mtl_scenario_free(s);

    model->n_injuries = SCAR; /* a model without it */
    refused("follow: [scars]\n" ANNA CAESAREAN, MTL_ERR_NAME, 1, "which the model does not have");
    s = good("follow: all\n" ANNA CAESAREAN);
    assert_false(s->follow[0].scars);
    mtl_scenario_free(s);
    model->n_injuries = N_INJURIES;
}

/* Who is pregnant at the end of the file cannot be followed for another year. */
static void end_of_an_open_pregnancy(void **state)
{
    (void)state;
    mtl_scenario *s = good(ANNA "  - {date: 1950-03-01, person: anna, event: pregnancy, week: 12}\n"
                                "  - {date: 1950-05-01, person: anna, event: wound, organ: skin, "
                                "size: 0.1, lasts: 10 days}\n");
    assert_float_equal(s->t_end, DAY(1950, 5, 11), 0);
    mtl_scenario_free(s);
    /* Nor the dead. */
    s = good(ANNA "  - {date: 1990-01-01, person: anna, event: hepatitis, lasts: 3 years}\n"
                  "  - {date: 1990-04-01, person: anna, event: death}\n");
    assert_float_equal(s->t_end, DAY(1990, 4, 1), 0);
    mtl_scenario_free(s);
}

/* ---------------------------------------------------------------- depletion, tumours, diagnoses */

static void depletions(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA CAESAREAN
             "  - {date: 1980-01-01, person: anna, event: depletion, donor: a, keep: 10 %}\n"
             "  - {date: 1970-01-01, person: anna, event: depletion}\n"
             "  - {date: 1990-01-01, person: anna, event: depletion, donor: all, keep: 1}\n"
             "  - {date: 1995-01-01, person: anna, event: depletion, donor: donor1}\n"
             "  - {date: 1994-01-01, person: anna, event: transfusion, donor_sex: male}\n");
    assert_int_equal(s->n_depletions, 4);
    assert_int_equal(s->depletion[0].donor, -1);
    assert_float_equal(s->depletion[0].keep, 0, 0);
    assert_int_equal(s->depletion[1].donor, who(s, "a"));
    assert_float_equal(s->depletion[1].keep, 0.1, 1e-15);
    assert_int_equal(s->depletion[2].donor, -1);
    assert_int_equal(s->depletion[3].donor, who(s, "donor1"));
    assert_string_equal(event_of(s, MTL__EV_DEPLETION, 0)->text,
                        "cells of all others are taken away");
    assert_string_equal(event_of(s, MTL__EV_DEPLETION, 1)->text,
                        "cells of a are taken away, all but 10%");
    assert_int_equal(event_of(s, MTL__EV_DEPLETION, 1)->depletion, 2);
    mtl_scenario_free(s);
    refused(INJURED("age: 54, event: depletion, donor: anna"), MTL_ERR_VALUE, 4, "foreign cells");
    refused(INJURED("age: 54, event: depletion, donor: ana"), MTL_ERR_NAME, 4, "'anna'");
    refused(INJURED("age: 54, event: depletion, keep: 3"), MTL_ERR_VALUE, 4, "is a share");
    refused(INJURED("date: 1900, event: depletion"), MTL_ERR_DATE, 4, "before the birth");
}

static void onsets(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA "  - {age: 60, person: anna, event: tumour, of: colon, cells: 1e6}\n"
                  "  - {age: 50, person: anna, event: tumour, of: breast_cancer}\n"
                  "  - {age: 41, person: anna, event: diagnosis, of: ms_relapse}\n"
                  "  - {age: 40, person: anna, event: diagnosis, of: ms}\n");
    assert_int_equal(s->n_onsets, 4);
    assert_int_equal(s->onset[0].outcome, MS);
    assert_int_equal(s->onset[0].cells, 0);
    assert_int_equal(s->onset[2].outcome, BREAST);
    assert_int_equal(s->onset[2].cells, 1);
    assert_int_equal(s->onset[3].outcome, COLON);
    assert_int_equal(s->onset[3].cells, 1000000);
    assert_null(s->follow);
    assert_string_equal(event_of(s, MTL__EV_ONSET, 0)->text, "diagnosis: multiple sclerosis");
    assert_string_equal(event_of(s, MTL__EV_ONSET, 1)->text, "diagnosis: ms_relapse");
    assert_string_equal(event_of(s, MTL__EV_ONSET, 2)->text,
                        "tumour: breast cancer, begins with 1 cell");
    assert_string_equal(event_of(s, MTL__EV_ONSET, 3)->text,
                        "tumour: colon_cancer, begins with 1e+06 cells");
    assert_int_equal(event_of(s, MTL__EV_ONSET, 3)->onset, 4);
    mtl_scenario_free(s);
}

static void bad_onsets(void **state)
{
    (void)state;
    refused(INJURED("age: 54, event: tumour"), MTL_ERR_VALUE, 4, "needs `of`");
    refused(INJURED("age: 54, event: diagnosis"), MTL_ERR_VALUE, 4, "needs `of`");
    refused(INJURED("age: 54, event: tumour, of: colom_cancer"), MTL_ERR_NAME, 4, "'colon_cancer'");
    refused(INJURED("age: 54, event: tumour, of: heart"), MTL_ERR_NAME, 4,
            "known: breast_cancer, colon_cancer");
    refused(INJURED("age: 54, event: tumour, of: lupus"), MTL_ERR_VALUE, 4, "is no tumour");
    refused(INJURED("age: 54, event: tumour, of: colon, cells: 0"), MTL_ERR_VALUE, 4, "outside 1");
    refused(INJURED("age: 54, event: tumour, of: colon, cells: 1.5"), MTL_ERR_VALUE, 4, "whole");
    refused(INJURED("age: 54, event: tumour, of: colon, cells: 1e13"), MTL_ERR_VALUE, 4, "outside");
    refused(INJURED("age: 54, event: diagnosis, of: lupsu"), MTL_ERR_NAME, 4, "'lupus'");
    refused(INJURED("age: 54, event: diagnosis, of: death"), MTL_ERR_VALUE, 4, "`event: death`");
    refused(ANNA "  - {age: 40, person: anna, event: diagnosis, of: ms_relapse}\n"
                 "  - {age: 41, person: anna, event: diagnosis, of: ms}\n",
            MTL_ERR_DATE, 4,
            "ms_relapse on 1965-03-01 comes only after ms, on 1966-03-01 (line 5)");
    mtl_scenario_free(good(INJURED("age: 54, event: diagnosis, of: ms_relapse")));
    refused(ANNA "  - {age: 40, person: anna, event: diagnosis, of: lupus}\n"
                 "  - {age: 41, person: anna, event: diagnosis, of: lupus}\n",
            MTL_ERR_DUPLICATE, 5, "already in line 4");
    refused("people:\n  max: {sex: male, born: 1950}\nevents:\n"
            "  - {age: 40, person: max, event: tumour, of: breast}\n",
            MTL_ERR_VALUE, 4, "of women only");
    model->n_outcomes = 0;
    refused(INJURED("age: 54, event: diagnosis, of: lupus"), MTL_ERR_NAME, 4, "the model has none");
    model->n_outcomes = N_OUTCOMES;
    outcomes[COLON].organ = outcomes[BREAST].organ;
    refused(INJURED("age: 54, event: tumour, of: breast"), MTL_ERR_VALUE, 4,
            "more than one tumour: breast_cancer, colon_cancer");
    outcomes[COLON].organ = organ("colon");
}

/* ---------------------------------------------------------------- follow */

static void follow(void **state)
{
    (void)state;
    mtl_scenario *s = good("follow: [tolerance, ms_relapse, tumour]\n" ANNA CAESAREAN);
    assert_int_equal(s->n_follow, 1);
    assert_int_equal(s->follow[0].person, -1);
    assert_true(s->follow[0].tolerance && !s->follow[0].scars);
    static const bool want[N_OUTCOMES] = {
        [MS] = true, [RELAPSE] = true, [BREAST] = true, [COLON] = true}; /* ms: the relapse needs it
                                                                          */
    for (int i = 0; i < N_OUTCOMES; i++)
        assert_int_equal(s->follow[0].outcome[i], want[i]);
    char *text = mtl_scenario_follows(s);
    assert_string_equal(text,
                        "tolerance and response, ms, ms_relapse, breast_cancer, colon_cancer");
    free(text);
    mtl_scenario_free(s);

    s = good("follow: death\n" ANNA CAESAREAN); /* and lupus, which it is exposed to */
    assert_true(s->follow[0].outcome[DEATH] && s->follow[0].outcome[LUPUS] &&
                !s->follow[0].outcome[MS]);
    assert_false(s->follow[0].tolerance);
    mtl_scenario_free(s);

    s = good("follow: all\n" ANNA CAESAREAN);
    for (int i = 0; i < N_OUTCOMES; i++)
        assert_true(s->follow[0].outcome[i]);
    assert_true(s->follow[0].tolerance && s->follow[0].scars);
    char *drawn = mtl_scenario_draw(s, 80);
    assert_non_null(strstr(drawn, "\nFollowed  tolerance and response, scars of Caesarean"));
    assert_non_null(strstr(drawn, "X injury  K cells taken away"));
    free(drawn);
    mtl_scenario_free(s);

    s = good(ANNA CAESAREAN);
    assert_int_equal(s->n_follow, 0);
    assert_null(mtl__follow_of(s, 0));
    text = mtl_scenario_follows(s);
    assert_string_equal(text, "");
    free(text);
    mtl_scenario_free(s);

    refused("follow: [lupsu]\n" ANNA CAESAREAN, MTL_ERR_NAME, 1, "did you mean 'lupus'?");
    assert_string_equal(err.field, "follow[0]");
    refused("follow: [tolerence]\n" ANNA CAESAREAN, MTL_ERR_NAME, 1, "'tolerance'");
    refused("follow: [heart attack]\n" ANNA CAESAREAN, MTL_ERR_NAME, 1, "known: all, tolerance");
    refused("follow: [lupus]\npeople:\n  eve: {sex: female}\nevents:\n"
            "  - {date: 1990-01-01, person: eve, event: delivery, child: x}\n",
            MTL_ERR_DATE, 1, "needs the birth date of eve");
    /* By the week: no age is needed. */
    s = good("follow: [fetal_loss]\npeople:\n  eve: {sex: female}\nevents:\n"
             "  - {date: 1990-01-01, person: eve, event: delivery, child: x}\n");
    mtl_scenario_free(s);
}

/* The list is of whom the answer is about, and of whomever something befalls. */
static void follow_of_whom(void **state)
{
    (void)state;
    mtl_scenario *s = good("follow: [lupus]\nfocus: anna\n" ANNA CAESAREAN
                           "  - {date: 1990-01-01, person: a, event: infarct}\n"
                           "  - {date: 1990-01-01, person: anna, event: sample, organ: blood}\n");
    const int anna = who(s, "anna"), a = who(s, "a"), b = who(s, "b");
    assert_ptr_equal(mtl__follow_of(s, anna), &s->follow[0]);
    assert_ptr_equal(mtl__follow_of(s, a), &s->follow[0]);
    assert_null(mtl__follow_of(s, b));
    assert_int_equal(mtl_scenario_set_focus(s, "b", &err), 0);
    assert_ptr_equal(mtl__follow_of(s, b), &s->follow[0]);
    assert_null(mtl__follow_of(s, anna));
    mtl_scenario_free(s);
}

#define TWO                                                                                        \
    "people:\n  anna: {sex: female, born: 1925-03-01}\n  rosa: {sex: female, born: 1926-02-01}\n"  \
    "  eve: {sex: female}\nevents:\n"                                                              \
    "  - {date: 1950-01-01, person: anna, event: delivery, child: a, mode: caesarean}\n"           \
    "  - {date: 1951-01-01, person: rosa, event: delivery, child: b, mode: caesarean}\n"           \
    "  - {date: 1951-01-01, person: eve, event: delivery, child: c}\n"                             \
    "  - {date: 1952-01-01, person: anna, event: loss, week: 8, child: lost}\n"                    \
    "  - {date: 1953-01-01, person: anna, event: transfusion, from: donor}\n"                      \
    "  - {date: 1954-01-01, person: anna, event: infarct}\n"

/* Everybody named has a set of her own, and nobody else any. */
static void follow_by_person(void **state)
{
    (void)state;
    mtl_scenario *s =
        good("follow: {rosa: [ms_relapse, scars], a: death, eve: tolerance, b: []}\n" TWO);
    const mtl__follow *rosa = mtl__follow_of(s, who(s, "rosa")),
                      *a = mtl__follow_of(s, who(s, "a")), *eve = mtl__follow_of(s, who(s, "eve"));
    assert_int_equal(s->n_follow, 4);
    assert_non_null(rosa);
    assert_non_null(a);
    assert_non_null(eve);
    /* Not who is in focus nor whom something befell: not named. */
    assert_null(mtl__follow_of(s, who(s, "anna")));
    assert_true(rosa->scars && rosa->outcome[RELAPSE] && rosa->outcome[MS]);
    assert_false(rosa->tolerance || rosa->outcome[DEATH] || rosa->outcome[LUPUS]);
    assert_true(a->outcome[DEATH] && a->outcome[LUPUS] && !a->outcome[MS] && !a->scars);
    assert_true(eve->tolerance && !eve->scars);
    for (int i = 0; i < N_OUTCOMES; i++)
        assert_false(eve->outcome[i]);
    int n_scars = 0;
    for (int i = 0; i < s->n_injuries; i++)
        if (s->injury[i].pregnancy) {
            assert_int_equal(s->injury[i].person, who(s, "rosa"));
            n_scars++;
        }
    assert_int_equal(n_scars, 1);
    char *text = mtl_scenario_follows(s);
    assert_non_null(strstr(text, "rosa: scars of Caesarean deliveries, ms, ms_relapse"));
    assert_non_null(strstr(text, "; a: lupus, death"));
    assert_non_null(strstr(text, "b: nothing"));
    free(text);
    mtl_scenario_free(s);

    s = good("follow: {rosa: all}\n" TWO);
    rosa = mtl__follow_of(s, who(s, "rosa"));
    for (int i = 0; i < N_OUTCOMES; i++)
        assert_true(rosa->outcome[i]);
    assert_true(rosa->tolerance && rosa->scars);
    mtl_scenario_free(s);
    s = good("follow: {}\n" TWO);
    assert_int_equal(s->n_follow, 0);
    mtl_scenario_free(s);
}

static void bad_follow_by_person(void **state)
{
    (void)state;
    refused("follow: {rsoa: [death]}\n" TWO, MTL_ERR_NAME, 1, "did you mean 'rosa'?");
    assert_int_equal(err.column, 10);
    refused("follow: {anna: death, zenobia: [death]}\n" TWO, MTL_ERR_NAME, 1,
            "nobody is called 'zenobia'");
    assert_int_equal(err.column, 23);
    refused("follow:\n  anna: death\n  rosa: [tolerance, lupsu]\n" TWO, MTL_ERR_NAME, 3,
            "did you mean 'lupus'?");
    assert_string_equal(err.field, "follow.rosa[1]");
    assert_int_equal(err.column, 21);
    refused("follow: {tolerance: [anna]}\n" TWO, MTL_ERR_NAME, 1, "not a person");
    refused("follow: {rosa: death, anna: lupus, rosa: lupus}\n" TWO, MTL_ERR_DUPLICATE, 1,
            "'rosa' is given twice");
    refused("follow: {rosa: {death: yes}}\n" TWO, MTL_ERR_SYNTAX, 1, "single value");
    refused("follow: {rosa: [[death]]}\n" TWO, MTL_ERR_SYNTAX, 1, "single value");
    refused("follow: [{rosa: death}]\n" TWO, MTL_ERR_SYNTAX, 1, "single value");
    refused("follow: {rosa: }\n" TWO, MTL_ERR_VALUE, 1, "the value is missing");
    /* By age, of whose birth nobody knows; of whom there is no body. */
    refused("follow: {eve: death}\n" TWO, MTL_ERR_DATE, 1, "needs the birth date of eve");
    assert_int_equal(err.column, 10);
    refused("follow: {lost: tolerance}\n" TWO, MTL_ERR_VALUE, 1, "was never born");
    refused("follow: {donor: tolerance}\n" TWO, MTL_ERR_VALUE, 1, "no body that could be followed");
}

static void accessors(void **state)
{
    (void)state;
    mtl_scenario *s = good(INJURED("age: 54, event: infarct, size: 12 %"));
    assert_int_equal(mtl_scenario_n_injuries(s), 1);
    char *text = mtl_scenario_injury(s, 0);
    assert_string_equal(text, "infarct of the heart, 12% of the tissue");
    free(text);
    assert_null(mtl_scenario_injury(s, 1));
    assert_null(mtl_scenario_injury(s, -1));
    mtl_scenario_free(s);
}

/* Without samples the answer is about whom most befell. */
static void focus(void **state)
{
    (void)state;
    mtl_scenario *s = good("people:\n  eva: {sex: female, born: 1950}\n  ida: {born: 1975, mother: "
                           "eva}\nevents:\n  - {age: 30, person: ida, event: infarct}\n");
    assert_int_equal(s->focus, who(s, "ida"));
    mtl_scenario_free(s);
    s = good("people:\n  eva: {sex: female, born: 1950}\n  ida: {born: 1975, mother: eva}\n");
    assert_int_equal(s->focus, who(s, "eva"));
    mtl_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(remarks),
        cmocka_unit_test(groups),
        cmocka_unit_test(bad_injuries),
        cmocka_unit_test(scars),
        cmocka_unit_test(end_of_an_open_pregnancy),
        cmocka_unit_test(depletions),
        cmocka_unit_test(onsets),
        cmocka_unit_test(bad_onsets),
        cmocka_unit_test(follow),
        cmocka_unit_test(follow_of_whom),
        cmocka_unit_test(follow_by_person),
        cmocka_unit_test(bad_follow_by_person),
        cmocka_unit_test(accessors),
        cmocka_unit_test(focus),
    };
    return cmocka_run_group_tests_name("scenario_injuries", tests, load, free_model);
}
