/* SPDX-License-Identifier: MIT */
/* What the terminal and the page say of hosts in words, where a reader would otherwise be misled:
   outcomes that the model has of the other sex, chances beside the pregnancies of the file, what a
   drawn death means, outcomes of no life, which injury tells hypotheses apart, readings without an
   upper bound, names that are words, axes of less than years. From results drawn up by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture_host.h"
#include "io/result_out.h"
#include "page_check.h"
#include "report/host_part.h"

enum { SCLERODERMA, MS, RELAPSE, BREAST };

static mtl_result *with_host(int repair)
{
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    assert_non_null(r);
    fixture_add_host(r, repair);
    return r;
}

static mtl_scenario *scenario(mtl_result *r)
{
    return (mtl_scenario *)(uintptr_t)r->s;
}

static mtl__outcome_def *outcome(mtl_result *r, int k)
{
    return &r->own_model->outcome[k];
}

/* The text is short enough for a terminal where it is prose, and the page holds together. */
static void both(mtl_result *r, char **text, char **page)
{
    *text = mtl_result_hosts(r);
    *page = page_of_one(r);
    assert_non_null(*text);
    assert_whole(*page);
}

static void drop(mtl_result *r, char *text, char *page)
{
    free(text);
    free(page);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ outcomes */
static void of_the_other_sex(void **state)
{
    (void)state;
    mtl_result *r = with_host(0);
    const int who = r->host.outcome[0].person;
    bool asked[] = {true, false, false, true};
    mtl__follow follow = {.person = who, .outcome = asked};
    char *text, *page;
    scenario(r)->follow = &follow;
    scenario(r)->n_follow = 1;
    both(r, &text, &page);
    page_has(text, "systemic sclerosis: 0.4 of 100 lives");
    page_lacks(text, "Not told of");
    page_lacks(page, "Not told of");
    free(text);
    free(page);
    scenario(r)->person[who].sex = MTL__MALE;
    outcome(r, SCLERODERMA)->sex = outcome(r, BREAST)->sex = outcome(r, MS)->sex = 'f';
    both(r, &text, &page);
    page_lacks(text, "systemic sclerosis: 0");
    page_has(text,
             "Not told of anna, as the model has it of women only: systemic sclerosis; breast\n"
             "cancer.\n");
    page_has(text, "relapse of MS: "); /* the model has it of either sex */
    page_has(text, "ms: as dated in the scenario");
    page_has(page, "as the model has it of women only: systemic sclerosis; breast cancer.</p>");
    page_lacks(strstr(page, "id=\"outcomes\""), "<th scope=\"row\">systemic sclerosis");
    free(text);
    free(page);
    r->host.n_outcomes = 0; /* nothing of her was at risk, so nothing was followed */
    both(r, &text, &page);
    page_has(text, "women only: systemic sclerosis");
    page_has(page, "women only: systemic sclerosis");
    drop(r, text, page);
}

static void beside_the_scenario(void **state)
{
    (void)state;
    mtl_result *r = with_host(0);
    char *text, *page;
    both(r, &text, &page);
    page_lacks(text, "beside the file");
    page_lacks(page, "beside the scenario, which");
    free(text);
    free(page);
    outcome(r, RELAPSE)->of_week = true;
    both(r, &text, &page);
    page_has(text, "relapse of MS: a chance beside the file, which says how its pregnancies go;");
    page_has(page, "<b>relapse of MS</b>: a chance beside the scenario");
    free(text);
    free(page);
    r->host.outcome[RELAPSE].p_baseline = NAN; /* no pregnancy, no week at which it could come */
    both(r, &text, &page);
    page_lacks(text, "relapse of MS");
    page_lacks(page, "beside the scenario, which");
    drop(r, text, page);
}

static void death_is_explained(void **state)
{
    (void)state;
    mtl_result *r = with_host(0);
    char *text, *page;
    both(r, &text, &page);
    page_lacks(text, "After a death");
    page_lacks(page, "After a <b>death</b>");
    free(text);
    free(page);
    outcome(r, BREAST)->ends_life = true;
    both(r, &text, &page);
    page_has(text, "After a death nothing of this list comes.");
    page_has(page, "After a <b>death</b> no other outcome comes");
    drop(r, text, page);
}

static void of_no_life(void **state)
{
    (void)state;
    mtl_result *r = with_host(0);
    char *text, *page;
    both(r, &text, &page);
    page_lacks(page, "in no life");
    free(text);
    free(page);
    mtl__outcome_result *o = &r->host.outcome[BREAST];
    o->p_end[MTL__CHANCE] = 0;
    o->p_hi[MTL__CHANCE] = 0.037;
    memset(o->by[MTL__CHANCE], 0, (size_t)r->n_times * sizeof *o->by[MTL__CHANCE]);
    both(r, &text, &page);
    page_has(page, ">in no life: below 3.7%</text>");
    drop(r, text, page);
}

/* ------------------------------------------------------------------ rivals */
static char *rivals(mtl_result **r, int n, const int *repair)
{
    for (int i = 0; i < n; i++) {
        r[i] = with_host(repair[i]);
        r[i]->own_model->sw[r[i]->own_model->n_switches - 2].now =
            i; /* that they be rivals at all */
    }
    const mtl_scenario *own[2] = {r[0]->s, r[1]->s};
    r[1]->s = r[0]->s;
    char *page = page_of((const mtl_result *const *)r, n);
    r[1]->s = own[1];
    for (int i = 0; i < n; i++)
        fixture_result_free(r[i]);
    return page;
}

static void injuries_tell_apart(void **state)
{
    (void)state;
    mtl_result *r[2];
    char *page = rivals(r, 2, (const int[]){0, 2});
    page_has(page, "<b>Of the injuries</b> the one that tells them apart best is infarct, heart "
                   "of anna: on ");
    page_has(page, "With the unknowns drawn as well, that day's 95% ranges are ");
    page_has(page, "By chance alone a tenth of the damage is left ");
    page_has(page, " under bystander and ");
    page_has(page, "the same as under bystander"); /* of the cells they say the same */
    assert_true(strstr(page, "class=\"grid2\"") < strstr(page, "What would decide it"));
    free(page);
    page = rivals(r, 2, (const int[]){0, 0});
    page_has(page, "<b>No injury</b> heals differently under them by more than chance");
    page_lacks(page, "<b>Of the injuries</b>");
    free(page);
}

/* A tumour that the file dates is decided by whether it is found; a difference may drown in what
   nobody has measured. */
static void findings_tell_apart(void **state)
{
    (void)state;
    static const double drawn[] = {0.30, 0.89};
    static const char *const says[] = {
        "With the unknowns drawn as well 0.90 and 0.30: it stands.",
        "With the unknowns drawn as well 0.90 and 0.89: they drown it."};
    for (int k = 0; k < 2; k++) {
        mtl_result *r[2];
        for (int i = 0; i < 2; i++) {
            r[i] = with_host(0);
            r[i]->own_model->sw[r[i]->own_model->n_switches - 2].now = i;
            mtl__outcome_result *o = &r[i]->host.outcome[BREAST];
            o->dated = true;
            o->p_end[MTL__CHANCE] = i == 0 ? 0.9 : 0.2;
            o->p_end[MTL__UNKNOWNS] = i == 0 ? 0.9 : drawn[k];
            r[i]->host.clone[0].has_detected = true;
            r[i]->host.clone[0].p_detected[MTL__CHANCE] = i == 0 ? 0.77 : 0.22;
        }
        const mtl_scenario *own = r[1]->s;
        r[1]->s = r[0]->s;
        char *page = page_of((const mtl_result *const *)r, 2);
        r[1]->s = own;
        page_has(page, "<b>Of the outcomes</b> that differs most: breast cancer of anna, found by "
                       "the end in these shares of lives: 0.90 under ");
        page_has(page, says[k]);
        page_lacks(page, says[1 - k]);
        page_has(page, "P(begun)<br>P(found)<br>P(there at the end, not found)");
        page_has(strstr(page, "grid2"), "<b>0.77</b>");
        page_has(strstr(page, "grid2"), "<b>0.22</b>");
        free(page);
        fixture_result_free(r[0]);
        fixture_result_free(r[1]);
    }
}

/* ------------------------------------------------------------------ what has nothing to show */
static void empty_panels_are_left_out(void **state)
{
    (void)state;
    mtl_result *r = with_host(0);
    char *text, *page;
    both(r, &text, &page);
    page_has(page, ": cells (log)");
    const int before = page_count(page, "Course of an injury: ");
    assert_true(before > 2);
    page_has(page, "<b>Open diamond</b>: a diagnosis");
    page_lacks(page, "Full diamond");
    free(text);
    free(page);
    for (int b = 0; b < r->n_bands; b++)
        for (int k = 0; k < r->n_times; k++)
            r->host.clone[0].cells[b][k] = (mtl__band){.mean = 0.004f};
    scenario(r)->injury[r->host.injury[0].injury].size = 0;
    scenario(r)->onset[0].cells = 10;
    both(r, &text, &page);
    page_lacks(page, ": cells (log)");
    page_has(page, "fewer than one life in forty has cells of it, or only for a short time: ");
    /* the wide and the narrow one */
    assert_int_equal(page_count(page, "Course of an injury: "), before - 2);
    page_has(page, "No tissue is lost, as in a sham operation");
    page_has(page, "<b>Full diamond</b>: a tumour begins");
    drop(r, text, page);
}

/* Neither names nor dates run into each other or out of their figure. */
static void axes_have_room(void **state)
{
    (void)state;
    mtl__str b = {0};
    mtl__xaxis x = {mtl__date_to_days(2009, 1, 20), mtl__date_to_days(2011, 3, 1), 50, 200};
    mtl__xaxis_draw(&b, &x, 100, 4);
    assert_in_range(page_count(b.s, "class=\"tick\""), 2, 2); /* 62 px each */
    page_has(b.s, ">2010<");
    b.len = 0;
    x.t0 = mtl__date_to_days(2010, 3, 3);
    x.t1 = mtl__date_to_days(2010, 4, 20);
    mtl__xaxis_draw(&b, &x, 100, 4);
    page_has(b.s, ">2010-03-03<");
    page_has(b.s, ">2010-04-20<");
    mtl__str_free(&b);
    mtl__label l[] = {{.text = "a label that has room on neither side of what it names", .x = 150}};
    assert_int_equal(mtl__labels_place(l, 1, 0, 600), 1);
    assert_true(l[0].anchor == 's' && !(l[0].shift < 0));
    const double right = l[0].width + 40;
    assert_true(right < 150 + l[0].width && 150 - l[0].width < 0);
    mtl__labels_place(l, 1, 0, right);
    assert_true(fabs(l[0].x + l[0].shift + l[0].width - right) < 1e-9);
    mtl__labels_place(l, 1, 0, l[0].width - 5); /* no room at all: from the left edge on */
    assert_true(fabs(l[0].x + l[0].shift) < 1e-9);
}

/* ------------------------------------------------------------------ readings, names, axes */
static void everything_hit(void **state)
{
    (void)state;
    const mtl__reading all = {
        .hits = 12, .wells = 12, .positive = true, .geq_per_1e6 = 1e6, .low = 20, .high = 1e6};
    mtl__reading most = all;
    mtl__str b = {0};
    most.hits = 11;
    most.geq_per_1e6 = 30;
    assert_true(mtl__reading_above(&all));
    assert_false(mtl__reading_above(&most));
    mtl__reading_text(&b, &all);
    assert_string_equal(b.s, "at least 20");
    b.len = 0;
    mtl__reading_text(&b, &most);
    assert_null(strstr(b.s, "at least"));
    mtl__str_free(&b);
}

static void months_of_a_short_life(void **state)
{
    (void)state;
    mtl__str b = {0};
    mtl__xaxis x = {mtl__date_to_days(2020, 3, 1), mtl__date_to_days(2021, 7, 19), 50, 600};
    mtl__xaxis_draw(&b, &x, 100, 8);
    assert_in_range(page_count(b.s, "class=\"tick\""), 5, 9);
    page_has(b.s, ">2020-07<");
    page_has(b.s, ">2021-01<");
    b.len = 0;
    x.t1 = mtl__date_to_days(2029, 7, 19);
    mtl__xaxis_draw(&b, &x, 100, 8);
    page_has(b.s, ">2022<");
    page_lacks(b.s, "2022-");
    mtl__str_free(&b);
}

/* A log axis has no place for 0: a line ends there instead of running along the foot. */
static void nothing_is_not_drawn(void **state)
{
    (void)state;
    static const double time[] = {0, 1, 2, 3};
    static const float value[] = {0, 5, 0, 7};
    mtl__curve c = {.time = time,
                    .k1 = 3,
                    .x = {0, 3, 0, 30},
                    .h = 30,
                    .high = 10,
                    .range = {0, 3},
                    .log = true};
    mtl__str b = {0};
    mtl__curve_line(&b, &c, "line", value);
    assert_int_equal(page_count(b.s, "M"), 2);
    assert_int_equal(page_count(b.s, "L"), 0);
    b.len = 0;
    c.log = false;
    mtl__curve_line(&b, &c, "line", value);
    assert_int_equal(page_count(b.s, "M"), 1);
    mtl__str_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_other_sex),
        cmocka_unit_test(beside_the_scenario),
        cmocka_unit_test(death_is_explained),
        cmocka_unit_test(of_no_life),
        cmocka_unit_test(injuries_tell_apart),
        cmocka_unit_test(findings_tell_apart),
        cmocka_unit_test(empty_panels_are_left_out),
        cmocka_unit_test(axes_have_room),
        cmocka_unit_test(everything_hit),
        cmocka_unit_test(months_of_a_short_life),
        cmocka_unit_test(nothing_is_not_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
