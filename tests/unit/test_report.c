/* SPDX-License-Identifier: MIT */
/* The report as a page: well formed, self-contained, escaped, and saying what it has to say; its
   numbers and its small parts one by one. The look of it is not tested here. */
#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture_result.h"
#include "page_check.h"
#include "report/report.h"

/* ------------------------------------------------------------------ helpers */

/* In the first section only. */
static int count_in_answer(const char *page, const char *word)
{
    const char *end = strstr(page, "</section>");
    int n = 0;
    for (const char *p = strstr(page, word); p && p < end; p = strstr(p + 1, word))
        n++;
    return n;
}

/* ------------------------------------------------------------------ numbers */

static void two_digits(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } row[] = {{0, "0"},          {0.77, "0.77"},     {0.774, "0.77"},     {5.5, "5.5"},
               {5.549, "5.5"},    {9.94, "9.9"},      {9.96, "10"},        {16.4, "16"},
               {99.4, "99"},      {123, "120"},       {996, "1,000"},      {1234, "1,200"},
               {56789, "57,000"}, {0.0012, "0.0012"}, {0.00101, "0.0010"}, {1.23e-5, "1.2×10⁻⁵"},
               {1e-12, "10⁻¹²"},  {2.5e7, "2.5×10⁷"}, {-0.5, "-0.50"},     {-1234, "-1,200"}};
    char buf[32];
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        assert_string_equal(mtl__two(row[i].v, buf), row[i].text);
    assert_string_equal(mtl__two(NAN, buf), "not known");
    assert_string_equal(mtl__two(INFINITY, buf), "not known");
}

static void given_digits(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } row[] = {{0, "0"},          {1, "1"},          {0.01, "0.01"}, {12.1, "12.1"},
               {1.04, "1.04"},    {0.001, "0.001"},  {1e-4, "10⁻⁴"}, {2.5e-4, "2.5×10⁻⁴"},
               {10000, "10,000"}, {50000, "50,000"}, {1e6, "10⁶"},   {2.7e10, "2.7×10¹⁰"},
               {-3, "-3"}};
    char buf[32];
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        assert_string_equal(mtl__given(row[i].v, buf), row[i].text);
}

/* From n replicates nothing is impossible and nothing certain. */
static void probabilities(void **state)
{
    (void)state;
    char buf[32];
    assert_string_equal(mtl__prob(0, 1000, buf), "<0.0010");
    assert_string_equal(mtl__prob(1, 1000, buf), ">0.999");
    assert_string_equal(mtl__prob(1, 100, buf), ">0.99");
    assert_string_equal(mtl__prob(1, 20, buf), ">0.95");
    assert_string_equal(mtl__prob(0.891, 1000, buf), "0.89");
    assert_string_equal(mtl__prob(0.997, 1000, buf), "0.997");
    assert_string_equal(mtl__prob(0.0123, 1000, buf), "0.012");
    assert_string_equal(mtl__prob(NAN, 1000, buf), "not known");
    for (int n = 1; n < 3000; n++) {
        mtl__prob(1, n, buf);
        assert_true(buf[0] == '>' && atof(buf + 1) < 1);
        assert_true(n == 1 || atof(buf + 1) <= 1 - 1.0 / n + 5e-3);
    }
}

static void levels(void **state)
{
    (void)state;
    char buf[32];
    assert_string_equal(mtl__level_two(-1e-5, buf), "0");
    assert_string_equal(mtl__level_two(0, buf), "0");
    assert_string_equal(mtl__level_two(3e-9, buf), "<0.001");
    assert_string_equal(mtl__level_two(9.94e-4, buf), "<0.001");
    assert_string_equal(mtl__level_two(9.96e-4, buf), "0.0010");
    assert_string_equal(mtl__level_two(2.34, buf), "2.3");
    /* "<" is text: it must not reach the page raw */
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    r->pair[0].final[MTL__CHANCE][1] = (mtl__band){3e-9f, 0, 0, 3e-9f, 0, 4e-9f, 0.5f};
    r->pair[0].final[MTL__UNKNOWNS][1] = r->pair[0].final[MTL__CHANCE][1];
    r->pair[0].level[MTL__CHANCE][r->n_times - 1] = r->pair[0].final[MTL__CHANCE][1];
    char *page = page_of_one(r);
    assert_well_formed(page);
    assert_true(page_count(page, "&lt;0.001") >= 5);
    free(page);
    fixture_result_free(r);
}

/* Differences that chance explains are drawn open and not named as causes. */
static void chance_is_not_a_cause(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    mtl__str out = {0};
    mtl__page v;
    const mtl_result *one = r;
    assert_int_equal(mtl__page_init(&v, &one, 1, &out, NULL), 0);
    /* normal quantile at 1 - 0.025/8 is 2.734; thirds of 1000 replicates; p = 0.61 */
    const double noise = 2.7344 * sqrt(2 * 0.61 * 0.39 / 333);
    assert_true(fabs(mtl__page_noise(&v) - noise) < 1e-3 * noise);
    mtl__page_free(&v);
    char *page = page_of_one(r);
    assert_int_equal(count_in_answer(page, "class=\"bar\""), 5);
    assert_int_equal(count_in_answer(page, "class=\"weak\""), 2);
    assert_int_equal(page_count(strstr(page, "id=\"parameters\""), "class=\"weak\""),
                     3); /* one of tier B */
    assert_int_equal(page_count(strstr(page, "id=\"parameters\""), "chance?"), 3);
    free(page);
    r->opts.replicates = 3; /* now nothing can be told from chance */
    page = page_of_one(r);
    assert_non_null(strstr(page, "None of them alone moves the answer by more than chance does."));
    assert_int_equal(count_in_answer(page, "class=\"bar\""), 0);
    assert_int_equal(count_in_answer(page, "class=\"weak\""), 3); /* what chance looks like */
    assert_int_equal(page_count(strstr(page, "id=\"parameters\""), "chance?"), 8);
    free(page);
    r->n_bands = 1;
    assert_int_equal(mtl__page_init(&v, &one, 1, &out, NULL), 0);
    assert_true(mtl__page_noise(&v) <= 0);
    mtl__page_free(&v);
    fixture_result_free(r);
}

static void readings_never_bare_zero(void **state)
{
    (void)state;
    mtl__str b = {0};
    mtl__reading_text(&b, &(mtl__reading){.hits = 0, .wells = 24, .geq_per_1e6 = NAN, .high = 1.9});
    assert_string_equal(b.s, "at most 1.9");
    b.len = 0;
    mtl__reading_text(
        &b, &(mtl__reading){.hits = 1, .wells = 24, .geq_per_1e6 = 0, .low = 0, .high = 6.6});
    assert_string_equal(b.s, "at most 6.6");
    b.len = 0;
    mtl__reading_text(
        &b,
        &(mtl__reading){
            .hits = 3, .wells = 24, .positive = true, .geq_per_1e6 = 2.1, .low = 0.4, .high = 5.6});
    assert_string_equal(b.s, "2.1 (0.40 to 5.6)");
    mtl__str_free(&b);
}

static void escaping(void **state)
{
    (void)state;
    mtl__str b = {0};
    mtl__html(&b, "<b a=\"1\" b='2'>&amp;\xff\x01 caf\xc3\xa9\xed\xa0\x80");
    assert_string_equal(
        b.s, "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;\xef\xbf\xbd\xef\xbf\xbd caf\xc3\xa9"
             "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    b.len = 0;
    mtl__html_dotted(&b, "organ.barrier_x");
    assert_string_equal(b.s, "organ.<wbr>barrier_<wbr>x");
    mtl__str_free(&b);
}

/* ------------------------------------------------------------------ figures */

static void svg_elements(void **state)
{
    (void)state;
    mtl__str b = {0};
    mtl__svg_line(&b, "axis", 1, 2.04, -3.25, 1e9);
    assert_string_equal(b.s,
                        "<line class=\"axis\" x1=\"1\" y1=\"2\" x2=\"-3.2\" y2=\"1000000\"/>\n");
    b.len = 0;
    mtl__svg_text(&b, "", 'm', 0.05, NAN, "a<b");
    assert_string_equal(b.s, "<text x=\"0.1\" y=\"0\" text-anchor=\"middle\">a&lt;b</text>\n");
    b.len = 0;
    mtl__svg_shade(&b, "none", 0, 0, -5, 1, 0.26);
    assert_string_equal(
        b.s, "<rect class=\"none\" x=\"0\" y=\"0\" width=\"0\" height=\"1\" opacity=\"0.25\"/>\n");
    mtl__str_free(&b);
}

static void hatch_stays_inside(void **state)
{
    (void)state;
    const double left = 58.3, top = 17.7, w = 101.9, h = 40.1;
    mtl__str b = {0};
    mtl__svg_hatch(&b, "hatch", 8, left, top, w, h);
    int n = 0;
    for (const char *p = b.s + strcspn(b.s, "M"); *p == 'M' || *p == 'L';) {
        char *end;
        const double x = strtod(p + 1, &end), y = strtod(end, &end);
        assert_true(x > left - 0.06 && x < left + w + 0.06);
        assert_true(y > top - 0.06 && y < top + h + 0.06);
        p = end;
        n++;
    }
    assert_true(n >= 2 * (int)((w + h) / 8));
    b.len = 0;
    mtl__svg_hatch(&b, "hatch", 8, left, top, w, 0);
    assert_int_equal(b.len, 0);
    mtl__str_free(&b);
}

/* 200 random sets; a failure would be a defect, not chance. */
static void labels_do_not_overlap(void **state)
{
    (void)state;
    enum { N = 12 };
    static const char *const text[] = {"a", "a longer name", "tom",
                                       "autopsy of everything there is"};
    mtl__rng rng;
    mtl__rng_stream(&rng, 5, 1, 1, 1);
    for (int round = 0; round < 200; round++) {
        mtl__label l[N];
        for (int i = 0; i < N; i++)
            l[i] =
                (mtl__label){.text = text[mtl__rng_below(&rng, 4)], .x = 600 * mtl__rng_unit(&rng)};
        const int rows = mtl__labels_place(l, N, 0, 620);
        for (int i = 0; i < N; i++) {
            assert_true(l[i].row >= 0 && l[i].row < rows);
            for (int k = 0; k < i; k++) {
                const double a = l[i].anchor == 's' ? l[i].x : l[i].x - l[i].width;
                const double z = l[k].anchor == 's' ? l[k].x : l[k].x - l[k].width;
                assert_true(l[i].row != l[k].row || a >= z + l[k].width || z >= a + l[i].width);
            }
        }
    }
}

/* ------------------------------------------------------------------ the page */

static void whole_page(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    char *page = page_of_one(r);
    assert_well_formed(page);
    assert_no_bad_numbers(page);
    assert_non_null(strstr(page, "At her death anna probably still carried"));
    assert_non_null(strstr(page, "niche = additive, persistence = slow"));
    assert_non_null(strstr(page, "rests on 7 values that nobody has measured"));
    /* the answer comes before everything else, the box with it */
    assert_true(strstr(page, "<h1>") < strstr(page, "class=\"box\""));
    assert_true(strstr(page, "class=\"box\"") < strstr(page, "id=\"life\""));
    /* strongest first */
    assert_true(strstr(page, "slow_seed.division") < strstr(page, "slow_seed.death"));
    assert_null(strstr(page, "not.used"));
    assert_null(strstr(page, "id=\"rivals\""));
    assert_non_null(strstr(page, "DYS14 qPCR"));
    assert_non_null(strstr(page, "at most 1.9"));
    assert_non_null(strstr(page, "SHA-256"));
    assert_non_null(strstr(page, "0.41%"));
    free(page);
    fixture_result_free(r);
}

/* Nothing is fetched; nothing of the page needs another file. */
static void self_contained(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    char *page = page_of_one(r);
    static const char *const outside[] = {"http:", "https:", "//",   "<link",  "@import",
                                          "url(",  " src=",  "<img", "<iframe"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        assert_null(strstr(page, outside[i]));
    assert_int_equal(page_count(page, "<script>"), 1);
    free(page);
    fixture_result_free(r);
}

static void donors_in_order_of_first_contact(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    mtl__str out = {0};
    mtl__page v;
    const mtl_result *one = r;
    assert_int_equal(mtl__page_init(&v, &one, 1, &out, NULL), 0);
    static const char *const name[] = {"greta", "tom", "lost1", "eva"};
    static const char *const colour[] = {"d0", "d1", "d2", "d3"};
    assert_int_equal(v.n_pairs, 4);
    for (int i = 0; i < 4; i++) {
        const int donor = r->pair[v.pair[i]].donor;
        assert_string_equal(mtl__page_name(&v, donor), name[i]);
        assert_string_equal(mtl__page_class(&v, donor), colour[i]);
    }
    assert_string_equal(mtl__page_class(&v, v.focus), "me");
    mtl__page_free(&v);
    fixture_result_free(r);
}

static void who_can_be_seen(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    mtl__str out = {0};
    mtl__page v;
    const mtl_result *one = r;
    assert_int_equal(mtl__page_init(&v, &one, 1, &out, NULL), 0);
    const int greta = 0, tom = 2, eva = 4;
    assert_null(mtl__page_sight(&v, v.focus, greta, 0).by);
    mtl__sight s = mtl__page_sight(&v, v.focus, tom, 0);
    assert_true(s.by && !s.other_organ && fabs(s.lod - 3.2) < 1e-9);
    s = mtl__page_sight(&v, v.focus, tom, 2);
    assert_true(s.by && !s.other_organ && fabs(s.lod - 9.6) < 1e-9);
    s = mtl__page_sight(&v, v.focus, eva, 2); /* her assay was run on blood only */
    assert_true(s.by && s.other_organ && fabs(s.lod - 3.2) < 1e-9);
    /* names are compared whole */
    r->assay[0].donors = "tomas, lost1";
    assert_false(mtl__page_explains(&v, &r->assay[0], tom));
    assert_true(mtl__page_explains(&v, &r->assay[0], 3));
    mtl__page_free(&v);
    char *page = page_of_one(r);
    assert_non_null(strstr(page, "no assay was named that could see greta"));
    free(page);
    fixture_result_free(r);
}

static void shared_reading_is_drawn_once(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    r->assay[0].donors = "tom,lost1";
    char *page = page_of_one(r);
    assert_non_null(strstr(page, "same reading as for tom"));
    assert_int_equal(page_count(page, "3 of 24 wells: 2.1 (0.40 to 5.6)"), 2); /* wide and narrow */
    free(page);
    fixture_result_free(r);
}

static void user_text_is_escaped(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    mtl_scenario *s = (mtl_scenario *)(uintptr_t)r->s;
    s->person[2].name = "<script>alert(1)</script>";
    s->person[1].name = "a\"b'&\xfe";
    s->title = "</title><i>";
    s->file = "<file>";
    r->command_line = "matriline run '<x>' & more";
    r->headline = "<h1>&";
    r->hypothesis = "a < b";
    r->answer_text = "P(x > 0)";
    r->assay[0].donors = "<script>alert(1)</script>";
    s->event[4].kind = MTL__EV_OTHER;
    s->event[4].text = "<u>";
    r->m->assay[0].label = "<assay>";
    r->m->organ[2].label = "<organ>";
    r->m->param[0].meaning = "<meaning>";
    r->m->param[0].name = "<name>";
    r->m->sw[0].name = "<switch>";
    r->pair[0].relation = "<relation>";
    char *page = page_of_one(r);
    assert_well_formed(page);
    assert_int_equal(page_count(page, "<script>"), 1);
    static const char *const raw[] = {"<file>",     "<x>",       "<u>",    "<assay>",
                                      "<organ>",    "<meaning>", "<name>", "<switch>",
                                      "<relation>", "</title><i"};
    for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++)
        assert_null(strstr(page, raw[i]));
    free(page);
    fixture_result_free(r);
}

/* Labels beside the answers end where their columns end: 310 px of three in the wide figure, 281 of
   two in the narrow one. "<" is one letter, though "&lt;" is four. Returns how many there are. */
static int labels_in_columns(const char *section)
{
    const char *narrow = strstr(section, "class=\"narrow\"");
    int n = 0;
    assert_non_null(narrow);
    for (const char *big = strstr(section, "class=\"big\""); big;
         big = strstr(big + 1, "class=\"big\"")) {
        double left = 0, x = 0;
        char text[80];
        assert_int_equal(sscanf(big, "class=\"big\" x=\"%lf\"", &left), 1);
        const double end = left + (big < narrow ? 310.5 : 281.5);
        const char *label = big;
        for (int k = 0; k < 2; k++, n++) { /* chance alone, unknowns */
            label = strstr(label + 1, "<text x=");
            assert_non_null(label);
            assert_int_equal(sscanf(label, "<text x=\"%lf\" y=\"%*f\">%79[^<]", &x, text), 2);
            if (strncmp(text, "&lt;", 4) == 0)
                memmove(text, text + 3, strlen(text + 3) + 1);
            assert_true(x >= left && x + mtl__text_width(text, 12.5) <= end);
        }
    }
    return n;
}

static void rivals_side_by_side(void **state)
{
    (void)state;
    mtl_result *r[3];
    for (int i = 0; i < 3; i++)
        r[i] = fixture_result(FIXTURE_FULL, i);
    const mtl_scenario *own[3] = {r[0]->s, r[1]->s, r[2]->s};
    const mtl_result *all[3] = {r[0], r[1], r[2]};
    mtl_error err = {0};
    assert_int_equal(mtl_report_write(all, 3, "/dev/null", &err), MTL_ERR_USAGE);
    assert_int_equal(mtl_report_write(all, 0, "/dev/null", &err), MTL_ERR_USAGE);
    r[1]->s = r[2]->s = r[0]->s;
    for (int i = 0; i < 3; i++) /* the widest number that there is: "<0.0050" */
        r[i]->answer[MTL__CHANCE] = r[i]->answer[MTL__UNKNOWNS] = i < 2 ? 0 : 0.5;
    char *page = page_of(all, 3);
    assert_well_formed(page);
    assert_no_bad_numbers(page);
    const char *section = strstr(page, "id=\"rivals\"");
    assert_non_null(section);
    assert_int_equal(labels_in_columns(section), 12);
    for (int i = 0; i < 3; i++) {
        assert_non_null(strstr(section, r[i]->m->sw[0].value[i]));
        assert_non_null(strstr(section, r[i]->m->sw[0].value_meaning[i]));
        assert_non_null(strstr(section, r[i]->headline));
    }
    free(page);
    for (int i = 0; i < 3; i++) {
        r[i]->s = own[i];
        fixture_result_free(r[i]);
    }
}

static void same_result_same_bytes(void **state)
{
    (void)state;
    mtl_result *a = fixture_result(FIXTURE_SMALL, 0), *b = fixture_result(FIXTURE_SMALL, 0);
    char *x = page_of_one(a), *y = page_of_one(b);
    assert_string_equal(x, y);
    b->pair[0].level[MTL__CHANCE][7].q500 *= 2;
    free(y);
    y = page_of_one(b);
    assert_true(strcmp(x, y) != 0);
    free(x);
    free(y);
    fixture_result_free(a);
    fixture_result_free(b);
}

/* ------------------------------------------------------------------ thin results */

static void forget_quantiles(mtl__band *x, size_t n)
{
    for (size_t i = 0; x && i < n; i++)
        x[i].q025 = x[i].q250 = x[i].q500 = x[i].q750 = x[i].q975 = x[i].p_present = NAN;
}

static void analytic_has_no_quantiles(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    r->opts.solver = MTL_SOLVER_ANALYTIC;
    r->n_bands = 1;
    r->n_leanings = 0;
    r->split_error = NAN;
    for (int i = 0; i < r->n_pairs; i++) {
        forget_quantiles(r->pair[i].level[0], (size_t)r->n_watched * r->n_times);
        forget_quantiles(r->pair[i].final[0], (size_t)r->m->n_organs);
    }
    for (int i = 0; i < r->n_assays; i++)
        r->assay[i].shown.hits = -1;
    r->assay[3].lod = HUGE_VAL;
    r->assay[4].lod = 0;
    char *page = page_of_one(r);
    assert_well_formed(page);
    assert_no_bad_numbers(page);
    assert_non_null(strstr(page, "The unknowns were not drawn in this run"));
    assert_non_null(strstr(page, "was not computed"));
    assert_non_null(strstr(page, "<b>Line</b>: mean"));
    assert_non_null(strstr(page, "out of reach"));
    assert_non_null(strstr(page, "blanks reach it"));
    free(page);
    fixture_result_free(r);
}

static void almost_nothing(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    r->n_pairs = r->n_assays = r->n_carriages = r->n_children = r->n_leanings = 0;
    r->n_times = r->n_coarse = r->n_watched = 0;
    r->used_param = NULL;
    r->headline = r->hypothesis = r->answer_text = r->command_line = r->solver_text = NULL;
    r->answer[0] = r->answer[1] = NAN;
    mtl_scenario *s = (mtl_scenario *)(uintptr_t)r->s;
    s->n_pregnancies = s->n_samples = s->n_events = s->n_children = 0;
    s->person[s->focus].born = s->person[s->focus].conceived = s->person[s->focus].died = NAN;
    s->title = "";
    char *page = page_of_one(r);
    assert_well_formed(page);
    assert_no_bad_numbers(page);
    assert_non_null(strstr(page, "rests on no value of tier D"));
    free(page);
    fixture_result_free(r);
}

static void bad_path(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    const mtl_result *one = r;
    mtl_error err = {0};
    assert_int_equal(mtl_report_write(&one, 1, "/dev/null/x/report.html", &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, "/dev/null"));
    fixture_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_digits),
        cmocka_unit_test(given_digits),
        cmocka_unit_test(probabilities),
        cmocka_unit_test(levels),
        cmocka_unit_test(chance_is_not_a_cause),
        cmocka_unit_test(readings_never_bare_zero),
        cmocka_unit_test(escaping),
        cmocka_unit_test(svg_elements),
        cmocka_unit_test(hatch_stays_inside),
        cmocka_unit_test(labels_do_not_overlap),
        cmocka_unit_test(whole_page),
        cmocka_unit_test(self_contained),
        cmocka_unit_test(donors_in_order_of_first_contact),
        cmocka_unit_test(who_can_be_seen),
        cmocka_unit_test(shared_reading_is_drawn_once),
        cmocka_unit_test(user_text_is_escaped),
        cmocka_unit_test(rivals_side_by_side),
        cmocka_unit_test(same_result_same_bytes),
        cmocka_unit_test(analytic_has_no_quantiles),
        cmocka_unit_test(almost_nothing),
        cmocka_unit_test(bad_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
