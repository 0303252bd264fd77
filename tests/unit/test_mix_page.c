/* SPDX-License-Identifier: MIT */
/* The page of `matriline mix`: a whole document without network, numbers that are those of the fit,
   a dot for every site that is drawn, likeness from the information, and a time course where
   samples have dates. */
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

#include "io/mix_parts.h"
#include "matriline/markers.h"
#include "report/plate.h"

#define M MTL_SOURCE_ROOT "/examples/measure/"

static mtl_model *model;
static mtl_scenario *family;

static int start(void **state)
{
    mtl_error err = {0};
    (void)state;
    if (mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0)
        return -1;
    return mtl_pedigree_load(&family, M "mix_family.fam", model, &err);
}

static int stop(void **state)
{
    (void)state;
    mtl_scenario_free(family);
    mtl_model_free(model);
    return 0;
}

static void temporary(char path[32])
{
    strcpy(path, "/tmp/mtl-mixed-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    const long n = ftell(f);
    rewind(f);
    char *s = calloc((size_t)n + 1, 1);
    assert_non_null(s);
    assert_int_equal(fread(s, 1, (size_t)n, f), n);
    fclose(f);
    return s;
}

static char *page_of(const mtl_mix *m)
{
    char path[32];
    mtl_error err = {0};
    temporary(path);
    if (mtl_mix_report(m, path, &err) < 0)
        fail_msg("%s", err.text);
    char *page = read_all(path);
    unlink(path);
    return page;
}

static int count(const char *s, const char *word)
{
    int n = 0;
    for (const char *p = strstr(s, word); p; p = strstr(p + 1, word))
        n++;
    return n;
}

static void has(const char *page, const char *words)
{
    if (!strstr(page, words))
        fail_msg("the page does not say: %s", words);
}

static void lacks(const char *page, const char *words)
{
    const char *at = strstr(page, words);
    if (at)
        fail_msg("the page says: %.120s", at);
}

static void whole(const char *page)
{
    static const char *const never[] = {"http:", "https:", "<link", "@import", "url(",
                                        "\"nan", " nan",   "-nan",  "\"inf",   " inf "};
    static const char *const pair[] = {"section", "div",   "svg", "g",  "p",      "h1",
                                       "table",   "tr",    "td",  "th", "figure", "span",
                                       "b",       "small", "ul",  "li", "text"};
    char *text = strdup(page), *script = strstr(text, "<script");
    assert_non_null(script);
    *script = '\0';
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        lacks(text, never[i]);
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        char bare[16], with[16], end[16];
        snprintf(bare, sizeof bare, "<%s>", pair[i]);
        snprintf(with, sizeof with, "<%s ", pair[i]);
        snprintf(end, sizeof end, "</%s>", pair[i]);
        if (count(text, bare) + count(text, with) != count(text, end))
            fail_msg("%s is opened %d times and closed %d times", pair[i],
                     count(text, bare) + count(text, with), count(text, end));
    }
    free(text);
}

static mtl_mix *run(const char *counts, const char *samples, int by_marker)
{
    mtl_mix_opts o;
    mtl_mix *m = NULL;
    mtl_error err = {0};
    mtl_mix_opts_init(&o);
    o.genotypes = M "mix_genotypes.vcf";
    o.samples = samples;
    o.host = samples ? NULL : "anna";
    o.threads = 1;
    o.by_marker = by_marker;
    o.command_line = "matriline mix <counts>";
    if (mtl_mix_run(&m, family, &counts, 1, &o, &err) < 0)
        fail_msg("%s:%d: %s", err.file, err.line, err.text);
    return m;
}

/* ---------------------------------------------------------------- the example */
static void rows_as_they_are(const mtl_mix *m, const char *page)
{
    const mtl__mix_page v = {.m = m};
    const char *table = strstr(page, "<tbody>");
    int found = 0, bound = 0;
    assert_non_null(table);
    assert_int_equal(count(table, "<td class=\"verdict\">"), m->n_rows);
    for (int i = 0; i < m->n_tubes; i++)
        for (int k = 0; k < m->tube[i].fit.n; k++) {
            mtl__str cell = {0};
            const double per_1e6 = 1e6 * m->tube[i].fit.share[k].fraction;
            mtl__str_printf(&cell, "data-v=\"%.6g\">", per_1e6);
            mtl__mix_amount(&cell, &v, i, k);
            has(table, cell.s);
            mtl__str_free(&cell);
            found += mtl__mix_verdict_of(&v, i, k) >= MTL__MIX_LITTLE;
            bound += mtl__mix_verdict_of(&v, i, k) < MTL__MIX_LITTLE;
        }
    assert_true(found > 0 && bound > 0); /* the example shows both */
}

/* Sites that the figure is about: reads, a homozygous host, used by the fit. */
static int sites_drawn(const mtl_mix *m, int tube)
{
    const mtl__mix_tube *t = &m->tube[tube];
    const mtl__count_sample *c = &m->counts.sample[t->count];
    int n = 0;
    for (int i = 0; i < m->panel.n; i++) {
        const uint8_t host = m->allowed[i * m->n_people + t->host];
        n += (host == 1 || host == 4) && c->ref[i] + c->alt[i] > 0 &&
             isfinite(t->fit.responsible[i * (t->fit.n + 1)]);
    }
    return n;
}

static int dots_drawn(const char *page)
{
    int n = 0;
    for (const char *p = strstr(page, "class=\"marks "); p; p = strstr(p + 1, "class=\"marks "))
        for (const char *q = strstr(p, " d=\"") + 4; *q != '"'; q++)
            n += *q == 'M';
    return n;
}

static void page_of_the_example(void **state)
{
    (void)state;
    mtl_mix *m = run(M "mix_counts.tsv", M "mix_samples.tsv", 1);
    char *page = page_of(m), *again = page_of(m);
    whole(page);
    assert_string_equal(page, again);
    rows_as_they_are(m, page);
    int sites = 0;
    for (int i = 0; i < m->n_tubes; i++)
        sites += sites_drawn(m, i);
    assert_true(sites > 100);
    assert_int_equal(dots_drawn(page), 2 * sites); /* two widths */
    has(page, "(son) makes up ");
    has(page, "per million genomes of anna-2011");
    has(page, "id=\"time\"");
    has(page, "matriline mix &lt;counts&gt;");
    /* Likeness of the first two donors, from the information. */
    const mtl__mix *f = &m->tube[0].fit;
    char words[96];
    snprintf(words, sizeof words, "%s and %s: likeness %.2f", m->tube[0].row[0].donor,
             m->tube[0].row[1].donor,
             f->information[1] / sqrt(f->information[0] * f->information[f->n + 1]));
    has(page, words);
    free(page);
    free(again);
    mtl_mix_free(m);
}

static void parts_that_need_more_are_left_out(void **state)
{
    (void)state;
    mtl_mix *m = run(M "mix_counts.tsv", NULL, 0);
    char *page = page_of(m);
    whole(page);
    lacks(page, "id=\"markers\""); /* nobody asked for it */
    lacks(page, "id=\"time\"");    /* no dates */
    has(page, "id=\"donors\"");
    free(page);
    mtl_mix_free(m);
}

static void wrong_dates_have_their_place(void **state)
{
    (void)state;
    char path[32];
    mtl_mix_opts o;
    mtl_mix *m = NULL;
    mtl_error err = {0};
    const char *counts = M "mix_counts.tsv";
    temporary(path);
    FILE *f = fopen(path, "wb");
    fputs("sample\tperson\tdate\nanna-2004\tanna\t2004-13-01\n", f);
    fclose(f);
    mtl_mix_opts_init(&o);
    o.genotypes = M "mix_genotypes.vcf";
    o.samples = path;
    assert_int_equal(mtl_mix_run(&m, family, &counts, 1, &o, &err), MTL_ERR_DATE);
    assert_int_equal(err.line, 2);
    assert_string_equal(err.field, "date");
    unlink(path);
}

/* ---------------------------------------------------------------- a table of its own */
/* The counts of the example under other names and with nothing of a donor in them. */
static void pure_counts(const char *path, const char *name)
{
    FILE *in = fopen(M "mix_counts.tsv", "rb"), *out = fopen(path, "wb");
    char line[512];
    assert_non_null(in);
    assert_non_null(out);
    fprintf(out, "chromosome\tposition\tref\talt\t%s.ref\t%s.alt\n", name, name);
    while (fgets(line, sizeof line, in)) {
        char c[16], a[4], b[4];
        int position, ref, alt;
        if (sscanf(line, "%15s %d %3s %3s %d %d", c, &position, a, b, &ref, &alt) != 6)
            continue;
        const double share = (double)alt / (ref + alt + 1);
        const int n = 500, pure = share < 0.2 ? 0 : share > 0.8 ? n : n / 2;
        fprintf(out, "%s\t%d\t%s\t%s\t%d\t%d\n", c, position, a, b, n - pure, pure);
    }
    fclose(in);
    fclose(out);
}

static void nothing_seen_is_a_bound(void **state)
{
    (void)state;
    char path[32];
    temporary(path);
    pure_counts(path, "<i>&tube");
    mtl_mix *m = run(path, NULL, 1);
    unlink(path);
    char *page = page_of(m);
    whole(page);
    has(page, "than chance explains; <span class=\"who");
    has(page, "none seen");
    has(page, "at most ");
    lacks(page, "makes up");
    lacks(page, "at most 0 ");
    has(page, "&lt;i&gt;&amp;tube");
    lacks(page, "<i>&");
    free(page);
    mtl_mix_free(m);
}

static void a_page_that_cannot_be_written(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl_mix *m = run(M "mix_counts.tsv", M "mix_samples.tsv", 0);
    assert_int_equal(mtl_mix_report(m, "/dev/null/x/report.html", &err), MTL_ERR_IO);
    assert_true(err.text[0] != '\0');
    mtl_mix_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_of_the_example),
        cmocka_unit_test(parts_that_need_more_are_left_out),
        cmocka_unit_test(wrong_dates_have_their_place),
        cmocka_unit_test(nothing_seen_is_a_bound),
        cmocka_unit_test(a_page_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
