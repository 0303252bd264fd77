/* SPDX-License-Identifier: MIT */
/* What a run says of the hosts themselves: sections of the page, tables of hosts/ and the JSON
   object, from a result drawn up by hand; and that none of it is there where nothing was followed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture_host.h"
#include "io/result_out.h"
#include "page_check.h"
#include "report/host_part.h"

static const char *const sections[] = {"id=\"injury\"", "id=\"immune\"", "id=\"tumours\"",
                                       "id=\"outcomes\""};
enum { N_SECTIONS = sizeof sections / sizeof sections[0] };

static mtl_result *with_host(enum fixture_size size, int repair)
{
    mtl_result *r = fixture_result(size, 0);
    assert_non_null(r);
    fixture_add_host(r, repair);
    return r;
}

/* ------------------------------------------------------------------ nothing followed */

static void nothing_followed_nothing_said(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    assert_false(mtl__out_has_hosts(r));
    char *page = page_of_one(r), *json = mtl_result_json(r);
    for (int i = 0; i < N_SECTIONS; i++)
        assert_null(strstr(page, sections[i]));
    static const char *const trace[] = {".alone{",  "hosts/",       "together",
                                        "coupling", "<b>Cross</b>", "grid2"};
    for (size_t i = 0; i < sizeof trace / sizeof trace[0]; i++)
        assert_null(strstr(page, trace[i]));
    assert_null(strstr(json, "\"hosts\""));
    assert_null(strstr(json, "\"coupling\""));
    free(json);
    free(page);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ sections */

static void sections_say_what_they_must(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_FULL, 1);
    char *page = page_of_one(r);
    assert_well_formed(page);
    assert_no_bad_numbers(page);
    const char *last = page;
    for (int i = 0; i < N_SECTIONS; i++) {
        page_has(page, sections[i]);
        assert_true(strstr(page, sections[i]) > last);
        last = strstr(page, sections[i]);
    }
    page_has(page, "repair</b> = <b>benefit</b>: foreign cells speed repair up");
    page_has(page, "<b>harm</b>: foreign cells slow repair down");
    page_has(page, "<code>--each repair</code> runs them side by side");
    page_has(page, "Infarct, heart");
    page_has(page, "1991-03-12, 30% of the tissue over 2 days");
    /* 1151 days without, 1151 / 1.6 with, 1.2 times that with the unknowns drawn */
    page_has(page,
             "A tenth of the damage is left <b>after 719 days</b> (unknowns drawn: 86 days to "
             "7.1 years); without any foreign cell <b>after 3.2 years</b>");
    page_has(page, "a foreign seed that moves was left in 73 of 100 lives (2.1 a life on average)");
    page_has(page,
             "Within 90 days the injury <b>brings 0.20 cells</b> beside 6,500 that would be there "
             "without it, and 1,100 take up a fate of the tissue");
    page_has(page, "Caesarean scar, hippocampus");
    page_has(page, "implied by another event");
    page_has(page, "years after the injury");
    page_has(page, "anna lacks 50% of the HLA haplotypes");
    page_has(page, "tolerance.<wbr>decay");
    page_has(page, "injury.<wbr>repair.<wbr>rate");
    page_has(page, "as dated in the scenario, 1958-09-01: not a result");
    page_has(page, "relapse of MS, the first");
    page_has(page, "nothing: the baseline alone");
    page_has(page, "P(found)");
    page_has(page, "run <b>together</b>");
    page_has(page, "Error of the coupling, by halving the step: 0.31% (standard error 0.12%)");
    page_has(page, "<code>hosts/</code>");
    page_has(page, "<b>Cross</b>: an injury");
    /* numbers for pointer and keyboard: a window of dates per drawn injury beside those of the run
     */
    page_has(page, "{\"n\":\"damage, %\",\"c\":\"who me\",\"r\":1,\"k\":0,\"m\":[");
    page_has(page, "{\"n\":\"damage without cells, %\",\"c\":\"who me\",\"r\":2,");
    page_has(page, "{\"n\":\"tom, tolerance, %\",\"c\":\"who d1\",\"r\":0,");
    /* the tier C value of the same injury is not among the unmeasured ones */
    assert_null(strstr(strstr(page, "id=\"injury\""), "injury.<wbr>calm.<wbr>rate</code>, "));
    free(page);
    fixture_result_free(r);
}

static void bystanders_change_nothing(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_FULL, 0);
    char *page = page_of_one(r);
    assert_int_equal(page_count(page, "No foreign cell acts on the repair here"), 2);
    assert_null(strstr(page, "run <b>together</b>"));
    assert_null(strstr(page, "halving the step: not known"));
    free(page);
    fixture_result_free(r);
}

static void exposures_are_named(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_FULL, 0);
    mtl_model *m = r->own_model;
    static const mtl__term two = {.param = -1, .number = 2, .power = 1, .sign = 1};
    static const mtl__term zero = {.param = -1, .number = 0, .power = 1, .sign = 1};
    m->n_exposures = 2;
    m->exposure = mtl__arena_alloc(&r->arena, 2 * sizeof *m->exposure);
    m->exposure[0] = (mtl__exposure){.name = "child.cells",
                                     .outcome = 0,
                                     .tier = 'D',
                                     .beta = {.term = &two, .n = 1, .text = "2"}};
    m->exposure[1] = (mtl__exposure){.name = "births.count",
                                     .outcome = 0,
                                     .tier = 'B',
                                     .beta = {.term = &zero, .n = 1, .text = "0"}};
    char *page = page_of_one(r);
    page_has(page,
             "child.<wbr><span class=\"nowrap\">cells <span class=\"tier tD\">D</span></span>");
    assert_null(strstr(page, "births.<wbr>count"));
    free(page);
    fixture_result_free(r);
}

/* One event that hurt both organs: one figure, one line of a table. */
static void further_organs_in_a_table(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_FULL, 1);
    mtl_scenario *s = (mtl_scenario *)(uintptr_t)r->s;
    s->injury[1].implied = true;
    s->injury[0].implied = false;
    s->injury[1].def = s->injury[0].def;
    s->injury[1].t = s->injury[0].t;
    assert_false(mtl__injury_follows(s, 0));
    assert_true(mtl__injury_follows(s, 1));
    char *page = page_of_one(r);
    assert_well_formed(page);
    const char *section = strstr(page, "id=\"injury\"");
    assert_int_equal(page_count(section, "<h3>Caesarean scar, hippocampus"), 1);
    assert_int_equal(page_count(section, "<h3>Caesarean scar, heart"), 0);
    page_has(section, "<th scope=\"row\">Caesarean scar, heart");
    s->injury[1].line = 7; /* of another event */
    assert_false(mtl__injury_follows(s, 1));
    free(page);
    fixture_result_free(r);
}

static void rivals_in_a_grid(void **state)
{
    (void)state;
    mtl_result *r[3];
    for (int i = 0; i < 3; i++)
        r[i] = with_host(FIXTURE_FULL, i);
    const mtl_scenario *own[3] = {r[0]->s, r[1]->s, r[2]->s};
    r[1]->s = r[2]->s = r[0]->s;
    r[2]->host.n_clones = 0; /* one of them did not follow it */
    char *page = page_of((const mtl_result *const[]){r[0], r[1], r[2]}, 3);
    assert_well_formed(page);
    assert_no_bad_numbers(page);
    page_has(page, "They stand side by side in <a href=\"#rivals\">");
    const char *grid = strstr(page, "class=\"grid2\"");
    assert_non_null(grid);
    static const char *const row[] = {"Infarct, heart",      "Response of anna against tom",
                                      "Systemic sclerosis",  "Breast cancer",
                                      "not followed",        "not by the end",
                                      "3.4 times on average"};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        page_has(grid, row[i]);
    assert_int_equal(page_count(grid, "not followed"), 1);
    page_has(page, "<b>Of the outcomes</b> that differs most: relapse of MS");
    free(page);
    for (int i = 0; i < 3; i++) {
        r[i]->s = own[i];
        fixture_result_free(r[i]);
    }
}

static void host_text_is_escaped(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_FULL, 1);
    mtl_model *m = r->own_model;
    m->injury[0].name = m->injury[1].name = "<injury>";
    m->outcome[0].label = m->outcome[1].label = "<outcome>&";
    m->kind[0].label = "<kind>";
    m->sw[m->n_switches - 2].value_meaning = (const char *const[]){"<a>", "<a>", "<a>"};
    r->host.coupling = "<coupling>";
    char *page = page_of_one(r);
    assert_well_formed(page);
    static const char *const raw[] = {"<injury>", "<outcome>", "<kind>", "<coupling>"};
    for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++)
        assert_null(strstr(page, raw[i]));
    free(page);
    fixture_result_free(r);
}

/* No unknowns, no quantiles, no baseline by time, no curves, few dates: still a page. */
static void thin_results(void **state)
{
    (void)state;
    for (int size = FIXTURE_SMALL; size <= FIXTURE_FULL; size++) {
        mtl_result *r = with_host(size, 2);
        mtl__host_result *h = &r->host;
        r->n_bands = 1;
        for (int i = 0; i < h->n_injuries; i++) {
            for (int k = 0; k < r->n_times; k++)
                h->injury[i].damage[0][k].q025 = h->injury[i].damage[0][k].q500 =
                    h->injury[i].damage[0][k].q975 = NAN;
            h->injury[i].arrived[0] = h->injury[i].arrived[1] = NULL;
            h->injury[i].alone[1] = NULL;
            h->injury[i].healed_alone = NAN;
        }
        h->immune[0].mismatch = NAN;
        h->immune[0].response[0] = NULL;
        h->outcome[0].baseline = NULL;
        h->outcome[1].given = false;
        h->outcome[2].onset = NULL;
        h->outcome[2].by[0] = NULL;
        h->outcome[3].p_baseline = NAN;
        h->clone[0].cells[0] = NULL;
        h->clone[0].has_detected = false;
        char *page = page_of_one(r), *json = mtl_result_json(r);
        assert_well_formed(page);
        assert_no_bad_numbers(page);
        page_has(page, "not by 2004");
        page_has(page, "not followed");
        assert_null(strstr(strstr(page, "id=\"injury\""), "unknowns drawn: "));
        assert_null(strstr(json, ": nan"));
        free(json);
        free(page);
        fixture_result_free(r);
    }
}

/* ------------------------------------------------------------------ words and axes */

static void durations(void **state)
{
    (void)state;
    static const struct {
        double days;
        const char *text;
    } row[] = {{0, "0 days"},      {1, "1 day"},        {2, "2 days"},
               {2.5, "2.5 days"},  {59, "59 days"},     {120, "3.9 months"},
               {730.5, "2 years"}, {1151, "3.2 years"}, {NAN, "not known"}};
    char buf[48];
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        assert_string_equal(mtl__duration(row[i].days, buf), row[i].text);
}

static void round_tops(void **state)
{
    (void)state;
    for (double v = 1e-5; v < 1e9; v *= 1.37) {
        const double top = mtl__nice(v);
        assert_true(top >= v * (1 - 1e-8) && top < 1.6 * v);
    }
    assert_true(fabs(mtl__nice(0.3) - 0.3) < 1e-12);
    assert_true(fabs(mtl__nice(0.31) - 0.4) < 1e-12);
    assert_true(fabs(mtl__nice(0) - 1) < 1e-12 && fabs(mtl__nice(NAN) - 1) < 1e-12);
}

static void curves_stay_on_their_panel(void **state)
{
    (void)state;
    const mtl__curve linear = {.y = 10, .h = 100, .high = 0.5};
    assert_true(fabs(mtl__curve_y(&linear, 0) - 110) < 1e-9);
    assert_true(fabs(mtl__curve_y(&linear, 0.25) - 60) < 1e-9);
    assert_true(fabs(mtl__curve_y(&linear, 7) - 10) < 1e-9);
    const mtl__curve log = {.y = 10, .h = 100, .log = true, .range = {-1, 3}};
    assert_true(fabs(mtl__curve_y(&log, 10) - 60) < 1e-9);
    assert_true(fabs(mtl__curve_y(&log, 0) - 110) < 1e-9);
    assert_true(fabs(mtl__curve_y(&log, 1e9) - 10) < 1e-9);
}

static void median_onset(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_SMALL, 0);
    mtl__outcome_result *o = &r->host.outcome[0];
    float day[] = {50, NAN, 10, 30, NAN, 20};
    bool oom = false;
    o->onset = day;
    r->opts.replicates = 6;
    assert_true(fabs(mtl__out_median_onset(r, o, &oom) - 25) < 1e-6);
    r->opts.replicates = 5;
    assert_true(fabs(mtl__out_median_onset(r, o, &oom) - 30) < 1e-6);
    o->onset = NULL;
    assert_true(isnan(mtl__out_median_onset(r, o, &oom)));
    assert_false(oom);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ tables */

/* Cells of the line at `p`. */
static int n_cells(const char *p)
{
    int n = 1;
    for (; *p && *p != '\n'; p++)
        n += *p == '\t';
    return n;
}

static int column(const char *head, const char *name)
{
    int at = 0;
    const size_t n = strlen(name);
    for (const char *p = head; *p && *p != '\n'; p++) {
        if (strncmp(p, name, n) == 0 && (p[n] == '\t' || p[n] == '\n'))
            return at;
        const char *tab = p + strcspn(p, "\t\n");
        at++;
        p = tab;
        if (*p == '\n')
            break;
    }
    fail_msg("no column %s", name);
    return -1;
}

/* The cell as text, in buf. */
static const char *cell(const char *line, int at, char buf[64])
{
    for (; at > 0; at--)
        line += strcspn(line, "\t") + 1;
    snprintf(buf, 64, "%.*s", (int)strcspn(line, "\t\n"), line);
    return buf;
}

static const char *body_of(const char *table, const char **head)
{
    const char *p = table;
    while (strncmp(p, "##", 2) == 0)
        p = strchr(p, '\n') + 1;
    *head = p;
    return strchr(p, '\n') + 1;
}

static const mtl__out_host_table *table_named(const char *name)
{
    for (int i = 0; i < MTL__OUT_HOST_TABLES; i++)
        if (strcmp(mtl__out_host_table_at(i)->name, name) == 0)
            return mtl__out_host_table_at(i);
    fail_msg("no table %s", name);
    return NULL;
}

static char *table_text(const mtl_result *r, const char *name)
{
    mtl__str b = {0};
    table_named(name)->write(&b, r);
    assert_false(b.oom);
    return b.s;
}

static void tables_are_rectangles(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_SMALL, 1);
    for (int i = 0; i < MTL__OUT_HOST_TABLES; i++) {
        const mtl__out_host_table *t = mtl__out_host_table_at(i);
        char *text = table_text(r, t->name);
        const char *head, *line = body_of(text, &head);
        int rows = 0;
        assert_true(t->n(r) > 0);
        assert_non_null(strstr(text, "##matriline_table="));
        assert_non_null(strstr(text, "##coupling=repair of injuries reads"));
        assert_null(strstr(text, "\tnan"));
        for (; *line; line = strchr(line, '\n') + 1, rows++)
            assert_int_equal(n_cells(line), n_cells(head));
        assert_true(rows > 0);
        free(text);
    }
    fixture_result_free(r);
}

static void injury_rows_begin_with_it(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_FULL, 1);
    char *text = table_text(r, "hosts/injuries.tsv"), buf[64];
    const char *head, *line = body_of(text, &head);
    int rows = 0, expected = 0;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < r->n_times; k++)
            expected += r->time[k] >= r->s->injury[i].t;
    const int since = column(head, "days_since"), mean = column(head, "damage_share_mean"),
              alone = column(head, "damage_share_without_cells");
    for (; *line; line = strchr(line, '\n') + 1, rows++) {
        assert_true(strtod(cell(line, since, buf), NULL) >= 0);
        /* benefit: no more damage with the cells than without */
        const double with = strtod(cell(line, mean, buf), NULL);
        assert_true(with <= strtod(cell(line, alone, buf), NULL));
    }
    assert_int_equal(rows, expected);
    free(text);
    fixture_result_free(r);
}

static void given_outcomes_are_no_results(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_SMALL, 0);
    char *text = table_text(r, "hosts/outcomes.tsv"), buf[64];
    const char *head, *line = body_of(text, &head);
    assert_string_equal(cell(line, column(head, "outcome"), buf), "scleroderma");
    assert_string_equal(cell(line, column(head, "given_date"), buf), "NA");
    assert_string_equal(cell(line, column(head, "p_by_end"), buf), "0.004");
    assert_string_equal(cell(line, column(head, "p_baseline"), buf), "0.0028");
    line = strchr(line, '\n') + 1;
    assert_string_equal(cell(line, column(head, "outcome"), buf), "ms");
    assert_string_equal(cell(line, column(head, "given_date"), buf), "1958-09-01");
    assert_string_equal(cell(line, column(head, "p_by_end"), buf), "NA");
    assert_string_equal(cell(line, column(head, "p_baseline"), buf), "NA");
    free(text);
    r->n_bands = 1;
    text = table_text(r, "hosts/outcomes.tsv");
    line = body_of(text, &head);
    assert_string_equal(cell(line, column(head, "p_by_end_with_unknowns"), buf), "NA");
    assert_string_equal(cell(line, column(head, "mean_times_with_unknowns"), buf), "NA");
    free(text);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ the folder */

static bool there(const char *dir, const char *name)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &st) == 0;
}

static void remove_folder(const char *dir)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
}

static void folder_holds_what_there_is(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_SMALL, 1);
    char dir[] = "/tmp/mtl-hosts-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    r->host.n_clones = 0;
    assert_int_equal(mtl_result_write(r, dir, NULL), 0);
    static const char *const name[] = {"hosts/injuries.tsv", "hosts/tolerance.tsv",
                                       "hosts/outcomes.tsv", "hosts/outcome_times.tsv"};
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    char *manifest = page_read(path);
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        assert_true(there(dir, name[i]));
        assert_non_null(strstr(manifest, name[i]));
    }
    assert_false(there(dir, "hosts/tumours.tsv"));
    assert_non_null(strstr(manifest, "\"together\": true"));
    assert_non_null(strstr(manifest, "\"coupling_error\": 0.0031"));
    free(manifest);
    remove_folder(dir);
    fixture_result_free(r);
}

/* Where hosts/ cannot be made nothing is written, and no manifest vouches for anything. */
static void folder_that_cannot_be_made(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_SMALL, 1);
    char dir[] = "/tmp/mtl-hosts-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/hosts", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    mtl_error err = {0};
    assert_int_equal(mtl_result_write(r, dir, &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, "hosts"));
    assert_false(there(dir, "manifest.json"));
    assert_false(there(dir, "cells.tsv"));
    remove_folder(dir);
    fixture_result_free(r);
}

static void json_has_the_hosts(void **state)
{
    (void)state;
    mtl_result *r = with_host(FIXTURE_SMALL, 1);
    char *json = mtl_result_json(r);
    assert_non_null(json);
    static const char *const key[] = {"\"hosts\": {",
                                      "\"injuries\"",
                                      "\"tolerance\"",
                                      "\"outcomes\"",
                                      "\"tumours\"",
                                      "\"healed_days_without_cells\": 1151.0",
                                      "\"given_date\": \"1958-09-01\"",
                                      "\"cells_act_on_repair\": true",
                                      "\"p_detected\": 0.12",
                                      "\"together\": true"};
    for (size_t i = 0; i < sizeof key / sizeof key[0]; i++)
        page_has(json, key[i]);
    assert_null(strstr(json, ": nan"));
    free(json);
    fixture_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_followed_nothing_said),
        cmocka_unit_test(sections_say_what_they_must),
        cmocka_unit_test(bystanders_change_nothing),
        cmocka_unit_test(exposures_are_named),
        cmocka_unit_test(further_organs_in_a_table),
        cmocka_unit_test(rivals_in_a_grid),
        cmocka_unit_test(host_text_is_escaped),
        cmocka_unit_test(thin_results),
        cmocka_unit_test(durations),
        cmocka_unit_test(round_tops),
        cmocka_unit_test(curves_stay_on_their_panel),
        cmocka_unit_test(median_onset),
        cmocka_unit_test(tables_are_rectangles),
        cmocka_unit_test(injury_rows_begin_with_it),
        cmocka_unit_test(given_outcomes_are_no_results),
        cmocka_unit_test(folder_holds_what_there_is),
        cmocka_unit_test(folder_that_cannot_be_made),
        cmocka_unit_test(json_has_the_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
