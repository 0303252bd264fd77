/* SPDX-License-Identifier: MIT */
/* The parts of the report that stand for many numbers at once: the body map, the values behind the
   figures, the names in the headline, and what is said to tell rival hypotheses apart. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture_result.h"
#include "page_check.h"
#include "report/report.h"

/* ------------------------------------------------------------------ helpers */

static mtl_scenario *scenario(mtl_result *r)
{
    return (mtl_scenario *)(uintptr_t)r->s;
}

/* Two results of one scenario, as --each gives them. */
typedef struct rivals {
    mtl_result *r[2];
    const mtl_scenario *own;
} rivals;

static rivals two_rivals(void)
{
    rivals x = {{fixture_result(FIXTURE_FULL, 0), fixture_result(FIXTURE_FULL, 2)}, NULL};
    x.own = x.r[1]->s;
    x.r[1]->s = x.r[0]->s;
    return x;
}

static char *page_of_rivals(rivals *x)
{
    return page_of((const mtl_result *const[]){x->r[0], x->r[1]}, 2);
}

static void rivals_free(rivals *x)
{
    x->r[1]->s = x->own;
    fixture_result_free(x->r[0]);
    fixture_result_free(x->r[1]);
}

/* ------------------------------------------------------------------ the map */

enum { FRAME_W = 74, FRAME_H = 62, LABEL = 14 };

static void frames_keep_apart(void **state)
{
    (void)state;
    for (int id = 0; id < MTL__N_VIEWS; id++) {
        const mtl__view *v = mtl__view_of((enum mtl__view_id)id);
        for (int i = 0; i < v->n; i++) {
            const mtl__place *a = &v->place[i];
            assert_true(a->x - FRAME_W / 2 >= 0 && a->x + FRAME_W / 2 <= v->w);
            assert_true(a->y >= 0 && a->y + FRAME_H + LABEL <= v->h);
            assert_ptr_equal(mtl__place_of(v, a->organ), a); /* each organ once */
            for (int k = 0; k < i; k++) {
                const mtl__place *b = &v->place[k];
                /* a woman's and a man's organ may share a place */
                const bool either =
                    strcmp(a->organ, "testis") == 0 && strcmp(b->organ, "ovary") == 0;
                assert_true(either || fabs(a->x - b->x) >= FRAME_W ||
                            fabs(a->y - b->y) >= FRAME_H + LABEL);
            }
        }
    }
    assert_null(mtl__place_of(mtl__view_of(MTL__VIEW_BODY), "no_such_organ"));
}

/* Every organ of hers has one frame that says its numbers; those sampled have a heavy outline. */
static void every_organ_once(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    char *page = page_of_one(r);
    assert_int_equal(page_count(page, "<g class=\"tip\">"), r->m->n_organs);
    assert_non_null(strstr(page, "<title>spleen, 2004, gEq per million\ngreta "));
    assert_non_null(strstr(page, "<title>hippocampus, 2004, gEq per million\ngreta "));
    /* blood, hippocampus, heart, liver; the frame that is explained may be one of them */
    const int heavy = page_count(page, "class=\"frame key\"") - 1 /* the key itself */;
    assert_true(heavy == 4 || heavy == 5);
    assert_null(strstr(page, "Elsewhere"));
    free(page);

    r->m->organ[5].sex = 'm'; /* an organ that she does not have, and one nobody has heard of */
    r->m->organ[6].name = "gizzard";
    page = page_of_one(r);
    assert_int_equal(page_count(page, "<g class=\"tip\">"), r->m->n_organs - 1);
    const char *elsewhere = strstr(page, "<h3>Elsewhere</h3>");
    assert_non_null(elsewhere);
    assert_int_equal(page_count(elsewhere, "<g class=\"tip\">"), 1);
    free(page);
    fixture_result_free(r);
}

static int full_bars(const char *page)
{
    const char *map = strstr(page, "class=\"maps\"");
    assert_non_null(map);
    const char *end = strstr(map, "How to read an organ");
    int n = 0;
    for (const char *p = strstr(map, "<rect class=\"dot\""); p && p < end;
         p = strstr(p + 1, "<rect class=\"dot\""))
        n++;
    return n;
}

/* A bar is full only where an assay that sees the donor would find the median. */
static void full_means_visible(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    mtl__band *tom = r->pair[0].final[MTL__CHANCE]; /* DYS14 sees him: LoD 9.6 in the hippocampus */
    for (int o = 0; o < r->m->n_organs; o++)
        for (int i = 0; i < r->n_pairs; i++)
            r->pair[i].final[MTL__CHANCE][o] =
                (mtl__band){.mean = 1, .q250 = 1, .q500 = 1, .q750 = 1, .q975 = 50, .p_present = 1};
    char *page = page_of_one(r);
    assert_int_equal(full_bars(page), 0);
    free(page);
    tom[2].q500 = 9.5f;
    page = page_of_one(r);
    assert_int_equal(full_bars(page), 0);
    free(page);
    tom[2].q500 = 9.7f;
    page = page_of_one(r);
    assert_int_equal(full_bars(page), 1);
    free(page);
    r->pair[3].final[MTL__CHANCE][2].q500 = 40; /* greta: nothing was named that could see her */
    page = page_of_one(r);
    assert_int_equal(full_bars(page), 1);
    free(page);
    fixture_result_free(r);
}

/* Of the regions of one organ only the highest has panels over time. */
static void regions_are_not_repeated(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    for (int w = 1; w < 4; w++)
        r->m->organ[r->watched[w]].group = "brain";
    char *page = page_of_one(r);
    assert_int_equal(page_count(page, "the highest of the 3 regions watched"), 1);
    const char *organs = strstr(page, "id=\"organs\""), *end = strstr(organs, "</section>");
    int plots = 0;
    for (const char *p = strstr(organs, "class=\"plot\""); p && p < end;
         p = strstr(p + 1, "class=\"plot\""))
        plots++;
    assert_int_equal(plots, 2 * 4); /* four donors, wide and narrow */
    free(page);
    fixture_result_free(r);
}

/* What never reaches the foot of the axis has no panel, but is not passed over in silence. */
static void empty_panels_are_named(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    char *page = page_of_one(r);
    assert_int_equal(page_count(page, "Never above"), 0);
    free(page);
    const size_t n = (size_t)r->n_watched * (size_t)r->n_times;
    for (int band = 0; band < r->n_bands; band++)
        memset(r->pair[7].level[band], 0, n * sizeof(mtl__band)); /* tom in eva */
    page = page_of_one(r);
    const char *others = strstr(page, "id=\"others\"");
    assert_non_null(strstr(others, "in 97.5% of replicates: <b>tom in eva</b>."));
    free(page);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ the numbers behind figures */

static json_t *series_of(const char *page)
{
    static const char open[] = "<script type=\"application/json\" id=\"series\">";
    const char *from = strstr(page, open);
    assert_non_null(from);
    from += sizeof open - 1;
    const char *to = strstr(from, "</script>");
    assert_non_null(to);
    json_error_t err;
    json_t *root = json_loadb(from, (size_t)(to - from), 0, &err);
    if (!root)
        fail_msg("line %d: %s", err.line, err.text);
    return root;
}

static void figures_say_their_numbers(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    scenario(r)->person[2].name = "</script><b>\"&'\\";
    char *page = page_of_one(r);
    json_t *root = series_of(page);
    json_t *times = json_array_get(json_object_get(root, "r"), 0);
    assert_int_equal(json_array_size(json_object_get(times, "t")), r->n_times);
    assert_int_equal(json_array_size(json_object_get(times, "d")), r->n_times);
    json_t *list = json_object_get(root, "s");
    const int n = (int)json_array_size(list);
    int seen = 0;
    for (int i = 0; i < n; i++) {
        json_t *s = json_array_get(list, (size_t)i);
        const int k = (int)json_integer_value(json_object_get(s, "k"));
        assert_true(k >= 0 && k < r->n_times);
        static const char *const field[] = {"m", "l", "h", "u", "p"};
        for (int f = 0; f < 5; f++)
            assert_int_equal(json_array_size(json_object_get(s, field[f])), r->n_times - k);
        if (strcmp(json_string_value(json_object_get(s, "n")), "</script><b>\"&'\\") == 0 &&
            seen++ == 0) { /* the first is the ribbon in her blood */
            const mtl__band *x = &r->pair[0].level[MTL__CHANCE][r->n_times - 1];
            const size_t last = (size_t)(r->n_times - 1 - k);
            const double q500 = json_number_value(json_array_get(json_object_get(s, "m"), last));
            const double none = json_number_value(json_array_get(json_object_get(s, "p"), last));
            assert_true(fabs(q500 - x->q500) <= 0.05 * x->q500);
            assert_true(fabs(none - (1 - x->p_present)) <= 0.05 * (1 - x->p_present));
        }
    }
    assert_true(seen > 0);
    /* every number that a figure names is there */
    for (const char *p = strstr(page, "data-s=\""); p; p = strstr(p + 1, "data-s=\"")) {
        char *at = (char *)(uintptr_t)(p + strlen("data-s=\""));
        while (*at != '"') {
            const long id = strtol(at, &at, 10);
            assert_true(id >= 0 && id < n);
            at += *at == ' ';
        }
    }
    json_decref(root);
    free(page);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ words */

static void names_in_the_headline(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    scenario(r)->person[3].name = "to";
    /* A name is one where a headline names somebody, not wherever its letters stand. */
    r->headline =
        "On 2001-05-06 <anna> carried cells to tom; most by to, 2 (95% range 1 to 3); eva's "
        "are expected at 1; tomas";
    char *page = page_of_one(r);
    assert_non_null(strstr(page, "<h1>On 2001-05-06 &lt;anna&gt; carried cells to tom; "
                                 "most by <span class=\"who d2\">to</span>, 2 (95% range 1 to 3); "
                                 "<span class=\"who d3\">eva</span>&#39;s are expected at 1; "
                                 "tomas</h1>"));
    free(page);
    char text[400];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    r->headline = text;
    page = page_of_one(r);
    assert_non_null(strstr(page, "<h1 class=\"long\">xxx"));
    free(page);
    fixture_result_free(r);
}

static void text_is_broken_at_spaces(void **state)
{
    (void)state;
    mtl__str b = {0};
    assert_int_equal(mtl__svg_wrapped(&b, "", 5, 20, 60, 12, "one two three <four>"), 3);
    assert_int_equal(page_count(b.s, "<text"), 3);
    assert_non_null(strstr(b.s, "y=\"20\">one two<"));
    assert_non_null(strstr(b.s, "y=\"50\">&lt;four&gt;<"));
    b.len = 0;
    assert_int_equal(mtl__svg_wrapped(&b, "", 0, 0, 10, 12, "unbreakable"), 1);
    assert_int_equal(mtl__svg_wrapped(&b, "", 0, 0, 10, 12, ""), 0);
    mtl__str_free(&b);
}

/* ------------------------------------------------------------------ what would decide it */

static void deciding_sample(void **state)
{
    (void)state;
    rivals x = two_rivals();
    x.r[1]->assay[3].p_positive[MTL__CHANCE] = 0.01; /* heart; 0.39 under the first */
    x.r[1]->assay[3].p_positive[MTL__UNKNOWNS] = 0.02;
    x.r[0]->assay[3].p_positive[MTL__UNKNOWNS] = 0.5;
    char *page = page_of_rivals(&x);
    assert_non_null(strstr(page, "<b>Of the samples in this scenario</b> the one that tells them "
                                 "apart best is the DYS14 qPCR of heart, 2004-05-01, positive in "
                                 "0.39 under additive, 0.010 under rejection. With the unknowns "
                                 "drawn as well 0.50 and 0.020: it stands.</p>"));
    /* the fixture's rejection takes cells away for good: a perfect test would tell it */
    assert_non_null(strstr(page, "A test that missed nothing"));
    free(page);
    x.r[1]->assay[3].p_positive[MTL__CHANCE] = 0.385;
    page = page_of_rivals(&x);
    assert_non_null(strstr(page, "<b>No sample of this scenario</b> tells them apart"));
    free(page);
    rivals_free(&x);
}

/* The laboratory's readings, all at once: the share of replicates that came out as they did. */
static void deciding_readings(void **state)
{
    (void)state;
    enum { N = 1000 };
    static bool positive[2][2][N];
    rivals x = two_rivals();
    for (int k = 0; k < 2; k++)
        for (int a = 0; a < 2; a++) {
            x.r[k]->assay[a].positive[MTL__CHANCE] = positive[k][a];
            x.r[k]->assay[a].positive[MTL__UNKNOWNS] = positive[k][a];
            x.r[k]->assay[a].has_given = true;
            x.r[k]->assay[a].given.positive = a == 0;
            for (int i = 0; i < N; i++)
                positive[k][a][i] = a == 0 ? i < 500 : k == 0 ? i >= 500 : i < 500;
        }
    assert_int_equal(x.r[0]->opts.replicates, N);
    char *page = page_of_rivals(&x);
    /* the first as found in half of the replicates under both; together never under the second */
    assert_non_null(strstr(page, "<b>The laboratory's 2 readings</b>, positive or not as found, "
                                 "came out so in 0.50 under additive, &lt;0.0010 under "
                                 "rejection. With the unknowns drawn as well 0.50 and "
                                 "&lt;0.0010: it stands.</p>"));
    free(page);
    x.r[1]->assay[1].positive[MTL__CHANCE] = NULL; /* analytic keeps no replicates */
    page = page_of_rivals(&x);
    assert_null(strstr(page, "The laboratory's 2 readings"));
    free(page);
    x.r[1]->assay[1].positive[MTL__CHANCE] = positive[1][1];
    for (int k = 0; k < 2; k++) /* not the results' own memory */
        for (int a = 0; a < 2; a++)
            x.r[k]->assay[a].positive[MTL__CHANCE] = x.r[k]->assay[a].positive[MTL__UNKNOWNS] =
                NULL;
    rivals_free(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_keep_apart),      cmocka_unit_test(every_organ_once),
        cmocka_unit_test(full_means_visible),     cmocka_unit_test(regions_are_not_repeated),
        cmocka_unit_test(empty_panels_are_named), cmocka_unit_test(figures_say_their_numbers),
        cmocka_unit_test(names_in_the_headline),  cmocka_unit_test(text_is_broken_at_spaces),
        cmocka_unit_test(deciding_sample),        cmocka_unit_test(deciding_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
