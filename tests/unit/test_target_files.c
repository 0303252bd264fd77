/* SPDX-License-Identifier: MIT */
/*
 * The folder targets/ (nothing skipped in silence, tests never marked fit), bad target files, a run
 * and its tables, and the figures of docs/persistence.md. Runs have fixed seeds; where replicates
 * are held against the exact solver the tolerance is five standard errors.
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

#include "io/target_read.h"
#include "matriline/targets.h"
#include "study/persistence.h"
#include "study/targets.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

#define NEAR(a, b, tol) assert_true(fabs((a) - (b)) <= (tol))

/* ---------------------------------------------------------------- the folder */
static mtl_model *model;

static int load_model(void **state)
{
    mtl_error err = {0};
    (void)state;
    if (mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0) {
        char text[1024];
        mtl_error_format(&err, text, sizeof text);
        print_error("%s\n", text);
        return -1;
    }
    return 0;
}

static int free_model(void **state)
{
    (void)state;
    mtl_model_free(model);
    return 0;
}

static void show(const mtl_error *err)
{
    char text[1024];
    mtl_error_format(err, text, sizeof text);
    print_message("%s\n", text);
}

static void every_row_is_a_target_or_has_a_reason(void **state)
{
    mtl__target_reader rd;
    mtl_error err = {0};
    (void)state;
    const int ret = mtl__targets_load(&rd, MTL_SOURCE_ROOT "/targets", model, &err);
    if (ret < 0)
        show(&err);
    assert_int_equal(ret, MTL_OK);
    const mtl_targets_result *r = rd.r;
    assert_int_equal(r->n_evidence, 209);
    assert_int_equal(r->n_targets + r->n_unspoken, r->n_evidence);
    for (int i = 0; i < r->n_targets; i++) {
        const mtl__evidence *e = &r->evidence[r->target[i].evidence];
        assert_null(e->unspoken);
        assert_string_not_equal(e->provenance, "recalled");
        /* people chosen by what they have, and associations, are shown under two headings only */
        const char *const group = mtl__target_group[r->target[i].group];
        if (strcmp(e->use, "fit") != 0 && strcmp(e->use, "validate") != 0)
            assert_true(strcmp(group, "disease") == 0 || strcmp(group, "tumours") == 0 ||
                        strcmp(group, "injuries") == 0);
    }
    for (int i = 0; i < r->n_unspoken; i++)
        assert_true(strlen(r->evidence[r->unspoken[i]].unspoken) > 10);
    for (int i = 0; i < rd.n_families; i++) {
        if (r->family[i].problem)
            print_message("%s\n", r->family[i].problem);
        assert_null(r->family[i].problem);
    }
    mtl__target_reader_free(&rd);
}

/* The table says of itself what the project's evidence says: same ids, uses and values, where that
   folder is at hand. */
static void the_table_agrees_with_the_evidence(void **state)
{
    FILE *f = fopen(MTL_SOURCE_ROOT "/../shared/evidence/evidence.tsv", "r");
    mtl_targets_result *r = calloc(1, sizeof *r);
    mtl_error err = {0};
    char line[4096];
    (void)state;
    assert_non_null(r);
    mtl__arena_init(&r->arena, 0);
    assert_int_equal(mtl__evidence_read(r, MTL_SOURCE_ROOT "/targets", &err), MTL_OK);
    int n = 0;
    while (f && fgets(line, sizeof line, f)) {
        if (n++ == 0)
            continue;
        char *cell[14], *p = line;
        for (int i = 0; i < 14; i++) {
            cell[i] = p;
            p += strcspn(p, "\t\n");
            if (*p)
                *p++ = '\0';
        }
        const int k = mtl__evidence_find(r, cell[0], &err);
        assert_int_equal(k, n - 2);
        assert_string_equal(r->evidence[k].use, cell[13]);
        assert_string_equal(r->evidence[k].provenance, cell[11]);
        assert_string_equal(r->evidence[k].unit, cell[7]);
        double v;
        if (mtl__parse_double(cell[4], &v) == MTL_OK)
            NEAR(r->evidence[k].value, v, 0.0);
    }
    if (f) {
        assert_int_equal(n - 1, r->n_evidence);
        fclose(f);
    }
    mtl_targets_free(r);
}

/* ---------------------------------------------------------------- bad files */
static char dir[64];

static void write_file(const char *name, const char *text)
{
    char path[192];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

#define TABLE                                                                                      \
    "id\tspecies\tquantity\tvalue\tlow\thigh\tunit\tn\tk\tcitation\tdoi\tprovenance\tconfidence\t" \
    "use\n"                                                                                        \
    "aa\thuman\tshare\t0.5\t\t\tfraction\t10\t5\tc\td\tabstract\thigh\tfit\n"                      \
    "bb\thuman\tshare\t0.5\t\t\tfraction\t10\t5\tc\td\tabstract\thigh\tvalidate\n"                 \
    "cc\thuman\tshare\t0.5\t\t\tfraction\t10\t5\tc\td\trecalled\thigh\tfit\n"                      \
    "dd\thuman\todds\t0.5\t\t\todds ratio\t10\t5\tc\td\tabstract\thigh\tfit\n"
#define ONE_SON                                                                                    \
    "people:\n  mother: {sex: female, born: 1950-06-01}\nevents:\n"                                \
    "  - {date: 1975-06-01, person: mother, event: delivery, week: 40, child: son, sex: male}\n"   \
    "  - {date: 1995-06-01, person: mother, event: sample, organ: blood, assay: dys14-qpcr}\n"

static void fails_with(const char *unspoken, const char *target, int code, int line,
                       const char *part)
{
    mtl__target_reader rd;
    mtl_error err = {0};
    write_file("evidence.tsv", TABLE);
    write_file("unspoken.tsv", unspoken);
    write_file("aa.yaml", target);
    const int ret = mtl__targets_load(&rd, dir, model, &err);
    if (ret != code || err.line != line || !strstr(err.text, part))
        show(&err);
    assert_int_equal(ret, code);
    assert_int_equal(err.line, line);
    assert_non_null(strstr(err.text, part));
    mtl__target_reader_free(&rd);
}

#define REST "id\treason\nbb\tis not used here\ncc\tis quoted from memory\ndd\tis not used here\n"
#define KIND "group: losses\nlabel: made\n"
#define HEAD "evidence: aa\nuse: fit\n" KIND
#define WHO "population:\n  - {weight: 1, family: one, sample: 1}\n"

static void bad_files_are_named(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/mtl-targets-XXXXXX");
    assert_non_null(mkdtemp(dir));
    char families[96];
    snprintf(families, sizeof families, "%s/families", dir);
    assert_int_equal(mkdir(families, 0700), 0);
    write_file("families/one.yaml", ONE_SON);
    fails_with(REST, HEAD "statistic: positive\n" WHO, MTL_OK, 0, "");
    fails_with(REST, HEAD "statistic: positiv\n" WHO, MTL_ERR_NAME, 5, "'positive'");
    fails_with(REST, HEAD "statistic: positive\n", MTL_ERR_VALUE, 1, "population");
    fails_with(REST, HEAD "statistik: positive\n" WHO, MTL_ERR_NAME, 5, "statistic");
    fails_with(REST, "evidence: ab\nuse: fit\n" KIND "statistic: positive\n" WHO, MTL_ERR_NAME, 1,
               "'a");
    fails_with(REST, "evidence: bb\nuse: fit\n" KIND "statistic: positive\n" WHO, MTL_ERR_VALUE, 2,
               "validate");
    fails_with(REST, "evidence: cc\nuse: fit\n" KIND "statistic: positive\n" WHO, MTL_ERR_VALUE, 2,
               "memory");
    fails_with(REST, "evidence: dd\nuse: fit\n" KIND "statistic: positive\n" WHO, MTL_ERR_UNIT, 1,
               "odds ratio");
    fails_with(REST, HEAD "statistic: share above\n" WHO, MTL_ERR_VALUE, 1, "above");
    fails_with(REST,
               HEAD "statistic: positive\npopulation:\n  - {weight: 1, family: one, sample: 2}\n",
               MTL_ERR_VALUE, 7, "1 sample");
    fails_with(REST,
               HEAD "statistic: positive\npopulation:\n  - {weight: -1, family: one, sample: 1}\n",
               MTL_ERR_VALUE, 7, "");
    fails_with(
        REST, HEAD "statistic: positive\npopulation:\n  - {weight: 1, family: ../one, sample: 1}\n",
        MTL_ERR_NAME, 7, "families");
    fails_with(REST,
               HEAD "statistic: positive\npopulation:\n"
                    "  - {weight: 1, family: one, sample: 1, with: lupus}\n",
               MTL_ERR_VALUE, 7, "does not follow 'lupus'");
    fails_with(REST,
               HEAD "statistic: positive\npopulation:\n"
                    "  - {weight: 1, family: one, sample: 1, with: lupos}\n",
               MTL_ERR_NAME, 7, "'lupus'");
    fails_with(REST,
               HEAD "statistic: positive\npopulation:\n"
                    "  - {weight: 1, family: one, sample: 1, with: lupus, without: lupus}\n",
               MTL_ERR_DUPLICATE, 7, "not both");
    fails_with(REST, HEAD "statistic: positive\nraise: {parameter: arthritis.scal, by: 2}\n" WHO,
               MTL_ERR_NAME, 6, "arthritis.scale");
    fails_with(REST, HEAD "statistic: positive\nraise: {parameter: arthritis.scale}\n" WHO,
               MTL_ERR_VALUE, 6, "by");
    fails_with("id\treason\nbb\tis not used here\ncc\tis quoted from memory\n",
               HEAD "statistic: positive\n" WHO, MTL_ERR_VALUE, 0, "unspoken.tsv");
    fails_with(REST "aa\tis also listed here\n", HEAD "statistic: positive\n" WHO,
               MTL_ERR_DUPLICATE, 1, "unspoken");
    fails_with(REST "xx\tis no row of the table\n", HEAD "statistic: positive\n" WHO, MTL_ERR_NAME,
               5, "xx");
    const char *const name[] = {"families/one.yaml", "evidence.tsv", "unspoken.tsv", "aa.yaml"};
    char path[192];
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(families), 0);
    assert_int_equal(rmdir(dir), 0);
}

/* ---------------------------------------------------------------- the run and its tables */
static int stop(void *ctx, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    ++*(int *)ctx;
    return 1;
}

static mtl_targets_result *run(const char *only, mtl_model *m)
{
    mtl_targets_opts o;
    mtl_targets_result *r = NULL;
    mtl_error err = {0};
    mtl_targets_opts_init(&o);
    o.only = only;
    o.replicates = 20;
    const int ret = mtl_targets_run(&r, MTL_SOURCE_ROOT "/targets", m, &o, &err);
    if (ret < 0)
        show(&err);
    assert_int_equal(ret, MTL_OK);
    return r;
}

static void a_run_fills_the_tables(void **state)
{
    (void)state;
    mtl_targets_result *r = run("yan_d, lee18", model), *again = run("lee18,yan_d", model);
    const mtl_targets_result *two[2] = {r, again};
    const char *const label[2] = {"one", "two"};
    mtl_target_row row;
    assert_int_equal(mtl_targets_n_rows(r), 2);
    assert_int_equal(mtl_targets_row(r, 2, &row), MTL_ERR_USAGE);
    assert_int_equal(mtl_targets_row(r, 0, &row), MTL_OK);
    assert_string_equal(row.id, "yan_d");
    /* never pregnant, no donor with a Y: the assay's own background and nothing else */
    double background;
    assert_int_equal(mtl_model_find_param(model, "assay.contamination.y", NULL) >= 0, 1);
    assert_int_equal(mtl__model_value(model, "assay.contamination.y", &background, NULL), MTL_OK);
    NEAR(row.model, background, 1e-6);
    mtl_targets_total t;
    mtl_targets_totals(r, &t);
    assert_int_equal(t.n_fitted, 2);
    assert_int_equal(t.n_tests, 0);
    char *text = mtl_targets_text(two, label, 2, 100, 1), *tsv = mtl_targets_tsv(two, label, 2);
    char *json = mtl_targets_json(two, label, 2), *alone = mtl_targets_text(two, NULL, 1, 80, 0);
    assert_non_null(text);
    assert_non_null(tsv);
    assert_non_null(json);
    assert_non_null(alone);
    assert_non_null(strstr(text, "yan_d"));
    assert_non_null(strstr(text, "chan_oldest")); /* --all lists what is not spoken to */
    assert_null(strstr(alone, "chan_oldest"));
    assert_null(strstr(alone, "no mouse model yet")); /* two named rows are not the table */
    assert_non_null(strstr(text, "models/mouse"));
    for (char *line = tsv; *line; line += strcspn(line, "\n") + 1) {
        int tabs = 0;
        for (const char *p = line; *p != '\n'; p++)
            tabs += *p == '\t';
        assert_int_equal(tabs, line[0] == '#' ? 0 : 20);
    }
    free(text);
    free(tsv);
    free(json);
    free(alone);
    mtl_targets_free(r);
    mtl_targets_free(again);
    mtl_targets_free(NULL);
}

/* n = 400 replicates; z test of the mean of P(positive | cells) against the solver without random
   numbers, for five samples: at 5 standard errors a false alarm in all has probability 3e-6. */
static void both_ways_to_a_share_agree(void **state)
{
    mtl_targets_opts o;
    mtl_targets_result *r = NULL;
    mtl_error err = {0};
    enum { N = 400 };
    (void)state;
    mtl_targets_opts_init(&o);
    o.only = "lam04_h,lam04_c,lou_t,lou_b,lou_m,lou_nk";
    o.replicates = N;
    assert_int_equal(mtl_targets_run(&r, MTL_SOURCE_ROOT "/targets", model, &o, &err), MTL_OK);
    int compared = 0;
    for (int i = 0; i < r->n_families; i++) {
        const mtl__family *f = &r->family[i];
        for (int k = 0; k < f->n_samples && f->exact && f->replicates == N; k++) {
            const mtl__family_sample *x = &f->sample[k];
            double sum = 0.0, sum2 = 0.0;
            for (int j = 0; j < N; j++) {
                const double p = mtl__qpcr_p_positive(&x->qpcr, (double)x->fraction[j]);
                sum += p;
                sum2 += p * p;
            }
            const double se = sqrt((sum2 / N - (sum / N) * (sum / N)) / N);
            assert_true(se > 0.001);
            NEAR(sum / N, x->p_positive, 5.0 * se);
            compared++;
        }
    }
    assert_int_equal(compared, 5);
    mtl_targets_free(r);
}

static void wrong_requests_are_refused(void **state)
{
    mtl_targets_opts o;
    mtl_targets_result *r = NULL;
    mtl_error err = {0};
    int calls = 0;
    (void)state;
    mtl_targets_opts_init(&o);
    o.only = "eva_x";
    assert_int_equal(mtl_targets_run(&r, MTL_SOURCE_ROOT "/targets", model, &o, &err),
                     MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "eva_"));
    o.only = "hal_ihd";
    assert_int_equal(mtl_targets_run(&r, MTL_SOURCE_ROOT "/targets", model, &o, &err),
                     MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "association"));
    o.only = NULL;
    assert_int_equal(mtl_targets_run(&r, "/nowhere", model, &o, &err), MTL_ERR_IO);
    o.progress = stop;
    o.progress_ctx = &calls;
    assert_int_equal(mtl_targets_run(&r, MTL_SOURCE_ROOT "/targets", model, &o, &err),
                     MTL_ERR_INTERRUPTED);
    assert_int_equal(calls, 1);
    assert_null(r);
}

/* ---------------------------------------------------------------- persistence */
static void persistence_figures_are_those_of_the_document(void **state)
{
    mtl__persistence p;
    mtl_error err = {0};
    (void)state;
    assert_int_equal(mtl__persistence_figures(1.3, 40.0, 0.6, &p, &err), MTL_OK);
    NEAR(p.survive, 1.0 / 53.0, 1e-9);
    NEAR(p.survive_closed, 1.0 / 53.0, 1e-15);
    NEAR(p.cells, 53.0, 1e-5);
    assert_int_equal((int)floor(p.dose[0] + 0.501), 49);
    assert_int_equal((int)floor(p.dose[1] + 0.501), 80);
    assert_int_equal((int)floor(p.dose[2] + 0.501), 321);
    for (int i = 0; i < MTL__N_DOSE_LAWS; i++)
        NEAR(p.reached[i], 0.6, 1e-8);
    assert_int_equal(mtl__persistence_figures(0.1, 40.0, 0.6, &p, &err), MTL_OK);
    NEAR(p.survive, 0.2, 1e-9);
    assert_int_equal((int)floor(p.dose[0] + 0.501), 5);
    assert_int_equal((int)floor(p.dose[1] + 0.501), 8);
    assert_int_equal((int)floor(p.dose[2] + 0.501), 30);
}

static void persistence_text_holds_the_figures(void **state)
{
    char *text = NULL;
    mtl_error err = {0};
    (void)state;
    assert_int_equal(mtl_persistence_text(&text, model, &err), MTL_OK);
    const char *const figure[] = {"1.89%",
                                  "20.00%",
                                  " 49 ",
                                  " 80 ",
                                  " 321 ",
                                  " 5\n",
                                  " 8\n",
                                  " 30\n",
                                  "60.00%",
                                  "5 to 20 per million",
                                  "265 to 1060 per million",
                                  "53.0 (closed form 53.0)"};
    for (size_t i = 0; i < sizeof figure / sizeof figure[0]; i++) {
        if (!strstr(text, figure[i]))
            print_message("'%s' is missing in\n%s", figure[i], text);
        assert_non_null(strstr(text, figure[i]));
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_a_target_or_has_a_reason),
        cmocka_unit_test(the_table_agrees_with_the_evidence),
        cmocka_unit_test(bad_files_are_named),
        cmocka_unit_test(a_run_fills_the_tables),
        cmocka_unit_test(both_ways_to_a_share_agree),
        cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(persistence_figures_are_those_of_the_document),
        cmocka_unit_test(persistence_text_holds_the_figures),
    };
    return cmocka_run_group_tests(tests, load_model, free_model);
}
