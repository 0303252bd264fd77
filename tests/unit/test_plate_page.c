/* SPDX-License-Identifier: MIT */
/* The page of `matriline quantify`: a whole document without network, numbers that are those of the
   rows, colours that are those of the family page, and the words for what blanks explain, for wells
   that are all hit, for plates without blanks and without donors. */
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
#include "io/quantify_parts.h"
#include "page_check.h"
#include "report/plate.h"

static char *page_of_plate(const mtl_quantify *q)
{
    char path[32];
    page_temporary(path);
    if (mtl_quantify_report(q, "matriline quantify <plate>", path, &err) < 0)
        fail_msg("%s", err.text);
    return page_take(path);
}

/* As every page, and no number is missing (the script has words for what is not known). */
static void whole(const char *page)
{
    assert_whole(page);
    const char *missing = strstr(page, "not known"), *script = strstr(page, "<script>");
    if (missing && missing < script)
        fail_msg("the page says: %.80s", missing);
}

/* ---------------------------------------------------------------- plates */
static mtl_quantify *run_files(const char *plate, const mtl_scenario *s, const mtl_quantify_opts *o)
{
    mtl_quantify *q = NULL;
    if (mtl_quantify_run(&q, &plate, 1, s, model, o, &err) < 0)
        fail_msg("%s:%d: %s", err.file, err.line, err.text);
    return q;
}

static mtl_quantify *run_text(const char *text)
{
    char path[32];
    mtl_quantify_opts o;
    page_temporary(path);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    fclose(f);
    mtl_quantify_opts_init(&o);
    mtl_quantify *q = run_files(path, NULL, &o);
    unlink(path);
    return q;
}

#define E MTL_SOURCE_ROOT "/examples/"
static mtl_quantify *example(mtl_scenario **s)
{
    mtl_quantify_opts o;
    mtl_quantify_opts_init(&o);
    o.samples = E "measure/anna_samples.tsv";
    o.targets = E "measure/targets.tsv";
    o.blanks = E "measure/blanks.tsv";
    o.standard_unit = "K=1000";
    assert_int_equal(mtl_scenario_load(s, E "anna.yaml", model, &err), 0);
    return run_files(E "measure/anna.csv", *s, &o);
}

static int wells_of(const mtl__plate *p)
{
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        bool before = false;
        for (int k = 0; k < i; k++)
            before = before || strcmp(p->reaction[k].well, p->reaction[i].well) == 0;
        n += !before;
    }
    return n;
}

/* Numbers of the page are those of the rows; nothing seen is a bound, never a level. */
static void rows_as_they_are(const mtl_quantify *q, const char *page)
{
    const char *table = strstr(page, "<tbody>");
    assert_non_null(table);
    assert_int_equal(page_count(table, "<td class=\"verdict\">"), q->n_rows);
    int seen = 0, bound = 0;
    for (int i = 0; i < q->n_rows; i++) {
        const mtl_quantify_row *r = &q->row[i];
        char text[128], a[32];
        if (r->finding >= MTL_FOUND_BELOW_LOD) {
            snprintf(text, sizeof text, "data-v=\"%.6g\">%s <small>(", r->per_1e6,
                     mtl__two(r->per_1e6, a));
            seen++;
        } else {
            snprintf(text, sizeof text, "data-v=\"%.6g\">≤ %s</td>", r->high, mtl__two(r->high, a));
            bound++;
        }
        page_has(table, text);
        page_has(table, mtl_finding_name(r->finding));
    }
    assert_true(seen > 0 && bound > 0); /* the example shows both */
    page_lacks(page, "≤ 0<");
    page_lacks(page, "at most 0 ");
}

static void page_of_the_example(void **state)
{
    (void)state;
    mtl_scenario *s = NULL;
    mtl_quantify *q = example(&s);
    char *page = page_of_plate(q), *again = page_of_plate(q);
    whole(page);
    assert_string_equal(page, again);
    rows_as_they_are(q, page);
    assert_int_equal(page_count(page, "<g class=\"tip\">"), wells_of(&q->plate[0]));
    assert_int_equal(page_count(page, "aria-label=\"Standard curve of"), q->n_curves);
    assert_int_equal(page_count(page, "aria-label=\"Likelihood of each donor"), q->n_rows);
    /* The sentence is about the highest level that is found. */
    int best = 0;
    for (int i = 1; i < q->n_rows; i++)
        if (q->row[i].finding == MTL_FOUND && q->row[i].per_1e6 > 0 &&
            !(q->row[i].per_1e6 <= q->row[best].per_1e6))
            best = i;
    char words[160], a[32];
    snprintf(words, sizeof words,
             "most in %s: %s gEq per million (95%% interval: ", q->row[best].sample,
             mtl__two(q->row[best].per_1e6, a));
    page_has(page, words);
    page_has(page, "matriline quantify &lt;plate&gt;");
    page_has(page, q->sha256[0]);
    free(page);
    free(again);
    mtl_quantify_free(q);
    mtl_scenario_free(s);
}

static void colours_are_those_of_the_family(void **state)
{
    (void)state;
    mtl_scenario *s = NULL;
    mtl_quantify *q = example(&s);
    char path[32], tom[64];
    page_temporary(path);
    assert_int_equal(mtl_family_write(s, NULL, path, &err), 0);
    char *family = page_read(path), *page = page_of_plate(q);
    unlink(path);
    const char *at = strstr(family, "\">tom<");
    while (at && at[-2] != 'd') /* some stand without their colour */
        at = strstr(at + 1, "\">tom<");
    assert_non_null(at);
    snprintf(tom, sizeof tom, "%.2s\">tom or lost1<", at - 2); /* "d1" */
    assert_true(tom[0] == 'd');
    page_has(page, tom);
    free(family);
    free(page);
    mtl_quantify_free(q);
    mtl_scenario_free(s);
}

/* ---------------------------------------------------------------- words */
static const char header[] = "well,sample,target,task,ct,quantity\n";

static void what_blanks_explain_is_not_found(void **state)
{
    (void)state;
    char text[2048];
    int n = snprintf(text, sizeof text, "%s", header);
    for (int i = 0; i < 12; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "A%d,NTC,SRY,blank,%s,\nB%d,x,SRY,,%s,\n",
                      i + 1, i < 3 ? "38" : "Undetermined", i + 1, i < 2 ? "38" : "Undetermined");
    mtl_quantify *q = run_text(text);
    assert_int_equal(q->n_rows, 1);
    assert_int_equal(q->row[0].finding, MTL_NOT_ABOVE_BLANK);
    char *page = page_of_plate(q);
    whole(page);
    page_has(page, "is above the blanks in x: at most ");
    page_has(page, "3 of 12 blank wells were hit (SRY)");
    page_lacks(page, "is found in");
    free(page);
    mtl_quantify_free(q);
}

static void wells_all_hit_have_no_upper_end(void **state)
{
    (void)state;
    char text[1024];
    int n = snprintf(text, sizeof text, "%s", header);
    for (int i = 0; i < 4; i++)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "A%d,NTC,SRY,blank,Undetermined,\nB%d,x,SRY,,30,\n", i + 1, i + 1);
    mtl_quantify *q = run_text(text);
    assert_int_equal(q->n_rows, 1);
    char *page = page_of_plate(q);
    whole(page);
    page_has(page, "is found in x: at least ");
    page_has(page, "gEq per well");
    page_has(page, "there is no upper end");
    page_has(page, "Genomes not counted.");
    page_lacks(page, "10⁹");
    page_lacks(page, "e+09");
    free(page);
    mtl_quantify_free(q);
}

static void no_blanks_is_said(void **state)
{
    (void)state;
    mtl_quantify *q =
        run_text("well,sample,target,task,ct\nA1,x,SRY,,37\nA2,x,SRY,,Undetermined\n");
    char *page = page_of_plate(q);
    whole(page);
    page_has(page, "No blanks.");
    page_has(page, "which is assumed, not measured");
    free(page);
    mtl_quantify_free(q);
}

static void no_donor_is_said(void **state)
{
    (void)state;
    mtl_quantify *q = run_text("well,sample,target,task,ct,quantity\nA1,a,RNaseP,standard,30,100\n"
                               "A2,b,RNaseP,standard,27,1000\nA3,x,RNaseP,,28,\n");
    assert_int_equal(q->n_rows, 0);
    char *page = page_of_plate(q);
    whole(page);
    page_has(page, "No donor can be looked for");
    page_lacks(page, "id=\"levels\"");
    assert_int_equal(page_count(page, "<g class=\"tip\">"), 3);
    free(page);
    mtl_quantify_free(q);
}

static void names_are_text(void **state)
{
    (void)state;
    mtl_quantify *q =
        run_text("well,sample,target,task,ct\nA1,<b>&x</script>,SRY,,37\n"
                 "A2,<b>&x</script>,SRY,,Undetermined\nA3,NTC,SRY,blank,Undetermined\n");
    char *page = page_of_plate(q);
    whole(page);
    page_has(page, "&lt;b&gt;&amp;x&lt;/script&gt;");
    page_lacks(page, "<b>&");
    assert_int_equal(page_count(page, "</script>"), 2);
    free(page);
    mtl_quantify_free(q);
}

/* Wells without a place are listed; those of digital PCR say how many partitions are positive. */
static void merged_wells_and_partitions(void **state)
{
    (void)state;
    mtl_quantify *q = run_text("well,sample,target,task,partitions,positive\nM01,x,SRY,,15000,12\n"
                               "M02,x,SRY,,14000,9\nM03,NTC,SRY,blank,16000,0\n");
    assert_int_equal(q->n_rows, 1);
    char *page = page_of_plate(q);
    whole(page);
    page_has(page, "M02: x\nSRY: 9 of 14,000 partitions positive");
    page_has(page, "share of partitions positive");
    page_has(page, "21 of 29,000");
    free(page);
    mtl_quantify_free(q);
}

static void groups_are_compared(void **state)
{
    (void)state;
    mtl_quantify_opts o;
    mtl_quantify_opts_init(&o);
    o.samples = E "measure/cohort_samples.tsv";
    o.subjects = E "measure/cohort.tsv";
    o.group = "sons";
    mtl_quantify *q = run_files(E "measure/cohort.csv", NULL, &o);
    assert_int_equal(q->n_groups, 1);
    char *page = page_of_plate(q), words[96], a[32];
    whole(page);
    snprintf(words, sizeof words, "SRY: %s times as much where sons is yes as where sons is no",
             mtl__two(q->groups[0].ratio, a));
    page_has(page, words);
    page_has(page, "id=\"groups\"");
    /* Twenty subjects: one line each instead of panels, in both widths. */
    assert_int_equal(page_count(page, "aria-label=\"Interval of every level"), 2);
    assert_int_equal(page_count(page, "aria-label=\"Likelihood"), 0);
    free(page);
    mtl_quantify_free(q);
}

static void a_page_that_cannot_be_written(void **state)
{
    (void)state;
    mtl_quantify *q = run_text("well,sample,target,task,ct\nA1,x,SRY,,37\n");
    assert_int_equal(mtl_quantify_report(q, NULL, "/dev/null/x/report.html", &err), MTL_ERR_IO);
    assert_true(err.text[0] != '\0');
    mtl_quantify_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_of_the_example),
        cmocka_unit_test(colours_are_those_of_the_family),
        cmocka_unit_test(what_blanks_explain_is_not_found),
        cmocka_unit_test(wells_all_hit_have_no_upper_end),
        cmocka_unit_test(no_blanks_is_said),
        cmocka_unit_test(no_donor_is_said),
        cmocka_unit_test(names_are_text),
        cmocka_unit_test(merged_wells_and_partitions),
        cmocka_unit_test(groups_are_compared),
        cmocka_unit_test(a_page_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, load_model, free_model);
}
