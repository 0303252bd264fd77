/* SPDX-License-Identifier: MIT */
/* The family page: its ways against the pairs that a run makes of the same scenario, its axis of
   time, the layout of channels, the page as a document, and text and page against kept copies
   (tests/golden/river; set MTL_RENEW_GOLDEN to write them anew). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture_result.h"
#include "fixture_scenario.h"
#include "page_check.h"
#include "report/river.h"

static mtl_scenario *example(const char *name)
{
    mtl_scenario *s = NULL;
    char path[512];
    snprintf(path, sizeof path, "%s/examples/%s.yaml", MTL_SOURCE_ROOT, name);
    if (mtl_scenario_load(&s, path, model, &err) < 0)
        fail_msg("%s:%d: %s", name, err.line, err.text);
    return s;
}

static char *page_of_family(const mtl_scenario *s, const mtl_result *r)
{
    char path[32];
    page_temporary(path);
    if (mtl_family_write(s, r, path, &err) < 0)
        fail_msg("%s", err.text);
    return page_take(path);
}

/* ------------------------------------------------------------------ ways */

/* Without a simulation the page must name exactly the pairs that a run would follow. */
static void ways_are_those_of_a_run(void **state)
{
    static const char *const name[] = {"anna",        "twins",         "three_generations",
                                       "transfusion", "vanished_twin", "adoptee"};
    (void)state;
    for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
        mtl_scenario *s = example(name[k]);
        mtl_run_opts o;
        mtl_result *r = NULL;
        mtl_run_opts_init(&o);
        o.replicates = 1;
        o.unknowns = 0;
        o.solver = MTL_SOLVER_LEAP;
        assert_int_equal(mtl_run(&r, s, model, &o, &err), 0);
        mtl__river v;
        assert_int_equal(mtl__river_new(&v, s, NULL, &err), 0);
        for (int i = 0; i < r->n_pairs; i++)
            if (!mtl__river_stream(&v, r->pair[i].host, r->pair[i].donor))
                fail_msg("%s: no way for %s in %s", name[k], s->person[r->pair[i].donor].name,
                         s->person[r->pair[i].host].name);
        assert_int_equal(v.n_streams, r->n_pairs);
        mtl__river_free(&v);
        mtl_result_free(r);
        mtl_scenario_free(s);
    }
}

static void expect_ways(const mtl__river *v, const char *host, const char *donor, const char *words,
                        const char *between)
{
    mtl__str out = {0};
    const mtl__stream *x = mtl__river_stream(v, who(v->s, host), who(v->s, donor));
    assert_non_null(x);
    mtl__river_ways(v, x, &out);
    assert_string_equal(out.s, words);
    mtl__str_free(&out);
    const int by = mtl__river_between(v, x);
    assert_string_equal(by < 0 ? "" : v->s->person[by].name, between);
}

static void ways_in_words(void **state)
{
    mtl__river v;
    (void)state;
    mtl_scenario *s = example("anna");
    assert_int_equal(mtl__river_new(&v, s, NULL, &err), 0);
    expect_ways(&v, "eva", "anna", "placenta (1953), milk (1953)", "");
    expect_ways(&v, "eva", "greta", "anna's blood, then placenta (1953), milk (1953)", "anna");
    /* what eva's body has of tom came from anna: that it may go back is no way of its own */
    expect_ways(&v, "anna", "tom", "placenta (1948)", "");
    assert_null(mtl__river_stream(&v, who(s, "tom"), who(s, "eva"))); /* born later */
    mtl__river_free(&v);
    mtl_scenario_free(s);
    s = example("transfusion");
    assert_int_equal(mtl__river_new(&v, s, NULL, &err), 0);
    expect_ways(&v, "olga", "donor1", "transfusion (1998)", "");
    assert_null(mtl__river_stream(&v, who(s, "tess"), who(s, "donor1"))); /* born before */
    mtl__river_free(&v);
    mtl_scenario_free(s);
    s = example("twins");
    assert_int_equal(mtl__river_new(&v, s, NULL, &err), 0);
    expect_ways(&v, "lea", "ben",
                "perhaps joined vessels (1987); ruth's blood, then placenta (1987)", "");
    expect_ways(&v, "lea", "nora",
                "ruth's blood, then placenta (1987); ben's blood, then perhaps joined vessels "
                "(1987)",
                "ruth");
    mtl__river_free(&v);
    mtl_scenario_free(s);
}

/* ------------------------------------------------------------------ layout */

/* 300 random sets of needs, seed fixed: the axis keeps order, ends where it should, and gives every
   channel its room side by side wherever there is room for all. */
static void axis_keeps_order(void **state)
{
    uint64_t seed = 0x9e3779b97f4a7c15u;
    (void)state;
    for (int round = 0; round < 300; round++) {
        mtl__need need[12];
        mtl__arena arena;
        mtl__warp w;
        double sum = 0, at = 0;
        const int n = round % 12;
        for (int i = 0; i < n; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            at += (double)(seed >> 40) / 3000;
            need[i] = (mtl__need){at, at + 40 + (double)(seed >> 33 & 255),
                                  6 + (double)(seed >> 20 & 31), NAN};
            sum += need[i].width + 8;
        }
        mtl__arena_init(&arena, 0);
        assert_int_equal(mtl__warp_make(&w, &arena, -400, at + 8000, 100, 900, need, n), 0);
        assert_float_equal(w.x[0], 100, 1e-6);
        assert_float_equal(w.x[w.n - 1], 900, 1e-3);
        for (int k = 1; k < w.n; k++)
            assert_true(w.x[k] >= w.x[k - 1] && w.t[k] >= w.t[k - 1]);
        double last = mtl__warp_at(&w, -1e9);
        for (double t = -400; t < at + 8000; t += 97) {
            assert_true(mtl__warp_at(&w, t) >= last);
            last = mtl__warp_at(&w, t);
        }
        for (int i = 0; i < n; i++) {
            assert_true(need[i].x >= 100 - 1e-6 && need[i].x + need[i].width <= 900 + 1e-3);
            if (i > 0 && sum < 500)
                assert_true(need[i].x >= need[i - 1].x + need[i - 1].width - 1e-6);
        }
        mtl__arena_free(&arena);
    }
}

static void mothers_above_children(void **state)
{
    mtl__river v;
    (void)state;
    mtl_scenario *s = example("three_generations");
    assert_int_equal(mtl__river_new(&v, s, NULL, &err), 0);
    for (int i = 0; i < s->n_people; i++)
        if (s->person[i].mother >= 0 && v.lane_of[i] >= 0 && v.lane_of[s->person[i].mother] >= 0)
            assert_true(v.lane_of[i] > v.lane_of[s->person[i].mother]);
    mtl__river_free(&v);
    mtl_scenario_free(s);
    s = example("five_sons");
    assert_int_equal(mtl__river_new(&v, s, NULL, &err), 0);
    int lane = -1; /* of one mother's children the youngest stands nearest to her */
    for (int i = s->n_pregnancies - 1; i >= 0; i--) {
        const int child = s->child[s->pregnancy[i].child0].person;
        if (s->pregnancy[i].mother != s->focus || s->pregnancy[i].n_children != 1)
            continue;
        assert_true(v.lane_of[child] > lane);
        lane = v.lane_of[child];
    }
    mtl__river_free(&v);
    mtl_scenario_free(s);
}

/* Thirteen children: all tubes stand within the axis of time, none on another of its channel. */
static void crowded_family_fits(void **state)
{
    mtl__river v;
    (void)state;
    mtl_scenario *s = example("mother_of_13");
    assert_int_equal(mtl__river_new(&v, s, NULL, &err), 0);
    mtl__canvas c = {.w = 640, .left = 84, .right = 478, .gap = 34, .class_ = ""};
    assert_int_equal(mtl__river_layout(&v, &c), 0);
    assert_true(c.n_tubes >= 26);
    for (int k = 0; k < c.n_tubes; k++)
        assert_true(c.tube[k].x >= c.left && c.tube[k].x <= c.right);
    for (int i = 0; i < c.n_channels; i++)
        for (int k = 1; k < c.channel[i].n_tubes; k++)
            assert_true(c.tube[c.channel[i].tube0 + k].x >= c.tube[c.channel[i].tube0 + k - 1].x);
    mtl__river_free(&v);
    mtl_scenario_free(s);
}

static void widths_by_decades(void **state)
{
    const mtl__river v = {.scale = 1};
    (void)state;
    const double step = mtl__stream_width(&v, 1e3) - mtl__stream_width(&v, 1e2);
    assert_true(step > 1);
    assert_float_equal(mtl__stream_width(&v, 1e7) - mtl__stream_width(&v, 1e6), step, 1e-5);
    assert_float_equal(mtl__stream_width(&v, 0.5), mtl__stream_width(&v, 1), 1e-5);
    assert_float_equal(mtl__stream_width(&v, 0), mtl__stream_width(&v, 1), 1e-5);
}

/* ------------------------------------------------------------------ the page */

static void without_numbers(void **state)
{
    (void)state;
    mtl_scenario *s = good("people: {\"a<b>&\\\"c\": {sex: female, born: 1950-01-01}}\n"
                           "events:\n"
                           "- {date: 1975, person: \"a<b>&\\\"c\", event: delivery, week: 40, "
                           "child: tom, sex: male, milk: 3 months}\n"
                           "- {date: 1990, person: tom, event: transfusion}\n");
    char *page = page_of_family(s, NULL);
    assert_whole(page);
    assert_null(strstr(page, "a<b>"));
    assert_non_null(strstr(page, "a&lt;b&gt;&amp;&quot;c"));
    assert_non_null(strstr(page, "nothing simulated"));
    assert_null(strstr(page, "Cells expected</th>"));
    assert_int_equal(page_count(page, "<svg"), 3); /* wide, narrow, pedigree */
    free(page);
    mtl_scenario_free(s);
}

static void with_numbers(void **state)
{
    (void)state;
    mtl_scenario *s = example("three_generations");
    mtl_run_opts o;
    mtl_result *r = NULL;
    mtl_run_opts_init(&o);
    o.replicates = 4;
    o.unknowns = 0;
    o.solver = MTL_SOLVER_LEAP;
    assert_int_equal(mtl_run(&r, s, model, &o, &err), 0);
    char *page = page_of_family(s, r);
    assert_whole(page);
    assert_non_null(strstr(page, "4 replicates"));
    assert_non_null(strstr(page, "Cells expected</th>"));
    assert_non_null(strstr(page, "Hypothesis: "));
    assert_non_null(strstr(page, "great-grandmother"));
    /* a row of the table for each pair, its two figures' streams reachable by pointer and key */
    const char *table = strstr(page, "<tbody>");
    assert_non_null(table);
    assert_int_equal(page_count(table, "<tr>"), r->n_pairs);
    assert_true(page_count(page, "class=\"tip\"") >= r->n_pairs);
    /* what a table cell says is the sum of the run's own means */
    const mtl__pair *p = NULL;
    for (int i = 0; i < r->n_pairs; i++)
        if (r->pair[i].host == who(s, "anna") && r->pair[i].donor == who(s, "greta"))
            p = &r->pair[i];
    assert_non_null(p);
    double sum = 0;
    for (int i = 0; i < r->m->n_organs * r->m->n_kinds; i++)
        sum += (double)p->cells[i * r->n_coarse + r->n_coarse - 1].mean;
    char cell[64];
    snprintf(cell, sizeof cell, "data-v=\"%.6g\"", sum);
    assert_true(sum > 0);
    assert_non_null(strstr(table, cell));
    free(page);
    mtl_result_free(r);
    mtl_scenario_free(s);
}

static void refusals(void **state)
{
    (void)state;
    mtl_scenario *s = example("anna"), *other = example("twins");
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    assert_non_null(r);
    assert_int_equal(mtl_family_write(other, r, "/tmp/mtl-river-never.html", &err), MTL_ERR_USAGE);
    assert_int_equal(access("/tmp/mtl-river-never.html", F_OK), -1);
    err = (mtl_error){0};
    assert_int_equal(mtl_family_write(s, NULL, "/dev/full", &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, "/dev/full"));
    fixture_result_free(r);
    mtl_scenario_free(s);
    mtl_scenario_free(other);
}

/* ------------------------------------------------------------------ kept copies */

/* The report's style, script and version have tests of their own and change without the river. */
static void cut_between(char *page, const char *from, const char *to)
{
    for (char *a = strstr(page, from); a; a = strstr(a + strlen(from), from)) {
        char *b = strstr(a, to);
        assert_non_null(b);
        memmove(a + strlen(from), b, strlen(b) + 1);
    }
}

static void compare(const char *name, char *now)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/golden/river/%s", MTL_SOURCE_ROOT, name);
    if (getenv("MTL_RENEW_GOLDEN")) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        fputs(now, f);
        assert_int_equal(fclose(f), 0);
    }
    if (access(path, R_OK) != 0)
        fail_msg("%s is missing", name);
    char *kept = page_read(path);
    if (strcmp(now, kept) != 0) {
        size_t i = 0;
        while (now[i] == kept[i])
            i++;
        fail_msg("%s differs from the kept copy at byte %zu:\n  now:  %.80s\n  kept: %.80s", name,
                 i, now + i, kept + i);
    }
    free(kept);
    free(now);
}

static void kept_text(void **state)
{
    static const char *const name[] = {"anna", "twins", "stem_cell_graft"};
    (void)state;
    for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
        char file[64];
        mtl_scenario *s = example(name[k]);
        char *text = mtl_family_text(s, 80, &err);
        assert_non_null(text);
        for (const char *p = text; *p; p++) { /* no line is wider than asked for */
            int columns = 0;
            for (; *p && *p != '\n'; p++)
                columns += ((unsigned char)*p & 0xc0) != 0x80;
            assert_true(columns <= 80);
            if (!*p)
                break;
        }
        snprintf(file, sizeof file, "%s-80.txt", name[k]);
        compare(file, text);
        mtl_scenario_free(s);
    }
}

static void kept_page(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    assert_non_null(r);
    char *page = page_of_family(r->s, r);
    assert_whole(page);
    cut_between(page, "<style>", "</style>");
    cut_between(page, "<script>", "</script>");
    cut_between(page, "content=\"Matriline ", "\">");
    compare("page.html", page);
    fixture_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_are_those_of_a_run),
        cmocka_unit_test(ways_in_words),
        cmocka_unit_test(axis_keeps_order),
        cmocka_unit_test(mothers_above_children),
        cmocka_unit_test(crowded_family_fits),
        cmocka_unit_test(widths_by_decades),
        cmocka_unit_test(without_numbers),
        cmocka_unit_test(with_numbers),
        cmocka_unit_test(refusals),
        cmocka_unit_test(kept_text),
        cmocka_unit_test(kept_page),
    };
    return cmocka_run_group_tests(tests, load_model, free_model);
}
