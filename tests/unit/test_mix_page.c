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

#include "fixture_model.h"
#include "io/mix_parts.h"
#include "matriline/markers.h"
#include "page_check.h"
#include "report/plate.h"

#define M MTL_SOURCE_ROOT "/examples/measure/"

static mtl_scenario *family;

static int start(void **state)
{
    return load_model(state) < 0 ? -1 : mtl_pedigree_load(&family, M "mix_family.fam", model, &err);
}

static int stop(void **state)
{
    mtl_scenario_free(family);
    return free_model(state);
}

static char *page_of_mix(const mtl_mix *m)
{
    char path[32];
    page_temporary(path);
    if (mtl_mix_report(m, path, &err) < 0)
        fail_msg("%s", err.text);
    return page_take(path);
}

static mtl_mix *run(const char *counts, const char *samples, int by_marker)
{
    mtl_mix_opts o;
    mtl_mix *m = NULL;
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
    assert_int_equal(page_count(table, "<td class=\"verdict\">"), m->n_rows);
    for (int i = 0; i < m->n_tubes; i++)
        for (int k = 0; k < m->tube[i].fit.n; k++) {
            mtl__str cell = {0};
            const double per_1e6 = 1e6 * m->tube[i].fit.share[k].fraction;
            mtl__str_printf(&cell, "data-v=\"%.6g\">", per_1e6);
            mtl__mix_amount(&cell, &v, i, k);
            page_has(table, cell.s);
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
    char *page = page_of_mix(m), *again = page_of_mix(m);
    assert_whole(page);
    assert_string_equal(page, again);
    rows_as_they_are(m, page);
    int sites = 0;
    for (int i = 0; i < m->n_tubes; i++)
        sites += sites_drawn(m, i);
    assert_true(sites > 100);
    assert_int_equal(dots_drawn(page), 2 * sites); /* two widths */
    page_has(page, "(son) makes up ");
    page_has(page, "per million genomes of anna-2011");
    page_has(page, "id=\"time\"");
    page_has(page, "matriline mix &lt;counts&gt;");
    /* Likeness of the first two donors, from the information. */
    const mtl__mix *f = &m->tube[0].fit;
    char words[96];
    snprintf(words, sizeof words, "%s and %s: likeness %.2f", m->tube[0].row[0].donor,
             m->tube[0].row[1].donor,
             f->information[1] / sqrt(f->information[0] * f->information[f->n + 1]));
    page_has(page, words);
    free(page);
    free(again);
    mtl_mix_free(m);
}

static void parts_that_need_more_are_left_out(void **state)
{
    (void)state;
    mtl_mix *m = run(M "mix_counts.tsv", NULL, 0);
    char *page = page_of_mix(m);
    assert_whole(page);
    page_lacks(page, "id=\"markers\""); /* nobody asked for it */
    page_lacks(page, "id=\"time\"");    /* no dates */
    page_has(page, "id=\"donors\"");
    free(page);
    mtl_mix_free(m);
}

static void wrong_dates_have_their_place(void **state)
{
    (void)state;
    char path[32];
    mtl_mix_opts o;
    mtl_mix *m = NULL;
    const char *counts = M "mix_counts.tsv";
    page_temporary(path);
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
    page_temporary(path);
    pure_counts(path, "<i>&tube");
    mtl_mix *m = run(path, NULL, 1);
    unlink(path);
    char *page = page_of_mix(m);
    assert_whole(page);
    page_has(page, "than chance explains; <span class=\"who");
    page_has(page, "none seen");
    page_has(page, "at most ");
    page_lacks(page, "makes up");
    page_lacks(page, "at most 0 ");
    page_has(page, "&lt;i&gt;&amp;tube");
    page_lacks(page, "<i>&");
    free(page);
    mtl_mix_free(m);
}

static void a_page_that_cannot_be_written(void **state)
{
    (void)state;
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
