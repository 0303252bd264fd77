/* SPDX-License-Identifier: MIT */
/* Plates with their tables: who is seen by which target, what a layout changes, what each mistake
   is called, and the answer through the public functions. How good the levels are is tested with
   the model of wells. */
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
#include <jansson.h>

#include "fixture_folder.h"
#include "fixture_model.h"
#include "io/quantify_parts.h"

static mtl_scenario *family;
static mtl_quantify *q;
static mtl_quantify_opts opts;

static int set_up(void **state)
{
    if (make_folder(state) < 0 || load_model(state) < 0)
        return -1;
    return mtl_scenario_load(&family, MTL_SOURCE_ROOT "/examples/pedigree.yaml", model, &err);
}

static int tear_down(void **state)
{
    mtl_quantify_free(q);
    mtl_scenario_free(family);
    free_model(state);
    return remove_folder(state);
}

static int run(const char *plate, const mtl_scenario *s)
{
    const char *p = write_file("p.csv", plate);
    mtl_quantify_free(q);
    q = NULL;
    memset(&err, 0, sizeof err);
    const int ret = mtl_quantify_run(&q, &p, 1, s, model, &opts, &err);
    mtl_quantify_opts_init(&opts);
    return ret;
}

static void must_run(const char *plate, const mtl_scenario *s)
{
    if (run(plate, s) < 0)
        fail_msg("%s:%d:%d: %s: %s", err.file, err.line, err.column, err.field, err.text);
}

static void must_fail(const char *plate, const mtl_scenario *s, int code, int line,
                      const char *words)
{
    assert_int_equal(run(plate, s), code);
    assert_null(q);
    if (!strstr(err.text, words))
        fail_msg("'%s' is not in '%s'", words, err.text);
    assert_int_equal(err.line, line);
}

static const mtl__target *target(const char *name)
{
    for (int i = 0; i < q->plate[0].n_targets; i++)
        if (strcmp(q->plate[0].target[i].name, name) == 0)
            return &q->plate[0].target[i];
    fail_msg("no target %s", name);
    return NULL;
}

/* P(g copies) of a person; 1 for 0 copies of who is not listed. */
static double chance(const mtl__target *t, const char *who, int g)
{
    for (int i = 0; i < t->n_carriers; i++)
        if (strcmp(q->people.name[t->carrier[i].person], who) == 0)
            return t->carrier[i].chance[g];
    return g == 0;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

/* ---------------------------------------------------------------- who is seen */
static void known_names(void **state)
{
    (void)state;
    must_run("well,sample,target,ct\nA1,anna blood,DYS14,37\nA2,anna blood,HBB,25\n"
             "A3,anna blood,SRY,Undetermined\n",
             family);
    assert_true(target("HBB")->reference);
    assert_true(near(target("HBB")->calibrator, 2));
    assert_true(target("DYS14")->copies > 1);
    assert_true(near(target("SRY")->copies, 1));
    const mtl__target *t = target("DYS14");
    assert_true(near(chance(t, "tom", 1), 1));
    assert_true(near(chance(t, "jan", 1), 1));
    assert_true(near(chance(t, "eva", 0), 1));
    assert_true(near(chance(t, "lost1", 1), 0.5)); /* of unknown sex */
    assert_true(near(chance(t, "paul", 0), 1));    /* the husband's cells have no way */
    assert_int_equal(q->plate[0].sample[0].host, mtl__person_named(family, "anna"));
}

static void typed_and_inherited(void **state)
{
    (void)state;
    opts.typing = MTL_SOURCE_ROOT "/examples/pedigree_hla.tsv";
    must_run("well,sample,target,ct\nA1,eva blood,DRB1*04:01,37\nA2,eva blood,DRB1*03,30\n"
             "A3,eva blood,HLA-B*08:01,30\nA4,eva blood,DRB1*15/16,30\n",
             family);
    /* eva has two of them; what she hands on to lea is one; the father of lea is nobody typed. */
    assert_true(near(chance(target("DRB1*04:01"), "eva", 2), 1));
    assert_true(near(chance(target("DRB1*04:01"), "anna", 1), 1));
    assert_true(near(chance(target("DRB1*04:01"), "lea", 1), 1));
    assert_non_null(strstr(mtl_quantify_remarks(q), "its frequency is not known"));
    assert_true(near(chance(target("DRB1*03"), "tom", 1), 1));
    /* lost1: its mother has one copy, its father is unknown and the allele taken to be rare. */
    assert_true(near(chance(target("HLA-B*08:01"), "lost1", 1), 0.5));
    assert_true(near(chance(target("DRB1*15/16"), "greta", 1), 1));
    assert_true(near(chance(target("DRB1*15/16"), "anna", 0), 1));
}

static void unknown_carriers(void **state)
{
    (void)state;
    must_run("well,sample,target,ct\nA1,s,Chi0226i,37\nA2,s,Chi0226i,Undetermined\n"
             "A3,NTC,Chi0226i,Undetermined\n",
             NULL);
    assert_true(near(chance(target("Chi0226i"), "carrier of Chi0226i", 1), 0.5));
    assert_int_equal(mtl_quantify_n_rows(q), 1);
    mtl_quantify_row r;
    assert_int_equal(mtl_quantify_row_at(q, 0, &r), 0);
    assert_string_equal(r.donor, "carrier of Chi0226i");
    assert_int_equal(r.wells, 2);
    assert_int_equal(r.hits, 1);
    assert_int_equal(mtl_quantify_row_at(q, 1, &r), MTL_ERR_USAGE);
}

static void listed_carriers(void **state)
{
    (void)state;
    opts.targets =
        write_file("t.tsv", "target\tcarriers\tcopies\nT\ttom:2, lost1:0.5/0.25/0.25 eva\t2\n");
    must_run("well,sample,target,ct\nA1,anna,T,37\n", family);
    assert_true(near(chance(target("T"), "tom", 2), 1));
    assert_true(near(chance(target("T"), "lost1", 2), 0.25));
    assert_true(near(chance(target("T"), "eva", 1), 0.5));
    assert_true(near(target("T")->copies, 2));
}

/* ---------------------------------------------------------------- layout */
static const char *const three =
    "well,sample,target,ct\nA1,x,T,30\nA2,x,T,31\nB1,x,T,Undetermined\n";

static void layout_changes(void **state)
{
    (void)state;
    opts.layout = write_file("t.tsv", "well\tsample\trole\tquantity\tomit\nA1:A2\tstd\t\t100\t\n"
                                      "B1\tb\tblank\t\t\n");
    must_run(three, NULL);
    assert_int_equal(q->plate[0].reaction[0].role, MTL__ROLE_STANDARD);
    assert_true(near(q->plate[0].reaction[1].quantity, 100));
    assert_int_equal(q->plate[0].reaction[2].role, MTL__ROLE_BLANK);
    assert_string_equal(q->plate[0].reaction[2].sample, "b");
    assert_int_equal(q->plate[0].n_samples, 0);
    assert_int_equal(mtl_quantify_n_rows(q), 0);
    char *text = mtl_quantify_text(q, 80);
    assert_non_null(strstr(text, "No donor can be looked for"));
    free(text);
}

static void layout_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        int code;
        const char *words;
    } bad[] = {{"A1\tx\tblnk\t\t\n", MTL_ERR_NAME, "did you mean 'blank'"},
               {"H12\tx\tblank\t\t\n", MTL_ERR_NAME, "the plate has no well H12"},
               {"A1:B\tx\tblank\t\t\n", MTL_ERR_VALUE, "no block of wells"},
               {"1A\tx\tblank\t\t\n", MTL_ERR_VALUE, "no well (A1)"},
               {"\tx\tblank\t\t\n", MTL_ERR_VALUE, "well is missing"},
               {"A1\tx\tblank\t5\t\n", MTL_ERR_VALUE, "only a standard has a quantity"},
               {"A1\tx\t\t1,5\t\n", MTL_ERR_VALUE, "with a decimal point"},
               {"A1\tx\t\t\tmaybe\n", MTL_ERR_VALUE, "neither yes nor no"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[256];
        snprintf(text, sizeof text, "well\tsample\trole\tquantity\tomit\n%s", bad[i].row);
        opts.layout = write_file("t.tsv", text);
        must_fail(three, NULL, bad[i].code, 2, bad[i].words);
    }
    opts.layout = write_file("t.tsv", "well\trole\nA1:A2\tblank\nA2\tcontrol\n");
    must_fail(three, NULL, MTL_ERR_DUPLICATE, 3, "well A2 stands in line 2 too");
}

/* ---------------------------------------------------------------- other tables */
static void table_mistakes(void **state)
{
    (void)state;
    const char *plate = "well,sample,target,ct\nA1,anna blood,DYS14,37\n";
    opts.samples = write_file("t.tsv", "sample\tperson\nanna blod\tanna\n");
    must_fail(plate, family, MTL_ERR_NAME, 2, "did you mean 'anna blood'");
    opts.samples = write_file("t.tsv", "sample\tperson\nanna blood\tanan\n");
    must_fail(plate, family, MTL_ERR_NAME, 2, "did you mean 'anna'");
    opts.samples = write_file("t.tsv", "sample\tdate\nanna blood\t1985-02-30\n");
    must_fail(plate, family, MTL_ERR_DATE, 2, "not a date");
    opts.samples = write_file("t.tsv", "sample\nanna blood\nanna blood\n");
    must_fail(plate, family, MTL_ERR_DUPLICATE, 3, "stands in line 2 too");
    opts.targets = write_file("t.tsv", "target\nDYS41\n");
    must_fail(plate, family, MTL_ERR_NAME, 2, "did you mean 'DYS14'");
    opts.targets = write_file("t.tsv", "target\tcarriers\nDYS14\ttim:1\n");
    must_fail(plate, family, MTL_ERR_NAME, 2, "did you mean 'tom'");
    opts.targets = write_file("t.tsv", "target\tcarriers\nDYS14\ttom:3\n");
    must_fail(plate, family, MTL_ERR_VALUE, 2, "copies are 0, 1, 2");
    opts.targets = write_file("t.tsv", "target\tcopies\tfragments\nDYS14\t1\t2\n");
    must_fail(plate, family, MTL_ERR_VALUE, 2, "more fragments (2) than copies");
    opts.targets = write_file("t.tsv", "target\tassay\nDYS14\tdys14-qpr\n");
    must_fail(plate, family, MTL_ERR_NAME, 2, "did you mean 'dys14-qpcr'");
    opts.blanks = write_file("t.tsv", "target\twells\thits\nDYS14\t4\t5\n");
    must_fail(plate, family, MTL_ERR_VALUE, 2, "5 hits in 4 wells");
    opts.typing = MTL_SOURCE_ROOT "/examples/pedigree_hla.tsv";
    must_fail(plate, NULL, MTL_ERR_USAGE, 0, "a family is needed");
    opts.format = "quantstudi";
    must_fail(plate, NULL, MTL_ERR_USAGE, 0, "did you mean 'quantstudio'");
    opts.level = 1.5;
    must_fail(plate, NULL, MTL_ERR_USAGE, 0, "not between 0 and 1");
}

/* Blanks of one plate are history for the other. */
static void blanks_of_other_plates(void **state)
{
    (void)state;
    const char *plates[2];
    plates[0] = write_file("p.csv", "well,sample,target,ct\nA1,s,SRY,37\nA2,NTC,SRY,39\n");
    plates[1] = write_file("q.csv", "well,sample,target,ct\nA1,s,SRY,37\nA2,NTC,SRY,Undetermined\n"
                                    "A3,NTC,SRY,Undetermined\n");
    opts.blanks = write_file("t.tsv", "target\twells\thits\nSRY\t100\t3\n");
    mtl_quantify_free(q);
    assert_int_equal(mtl_quantify_run(&q, plates, 2, NULL, model, &opts, &err), 0);
    mtl_quantify_opts_init(&opts);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(q->wells[i].blank_wells[0], 103);
        assert_int_equal(q->wells[i].blank_hits[0], 4);
    }
    plates[1] = plates[0];
    mtl_quantify *none;
    assert_int_equal(mtl_quantify_run(&none, plates, 2, NULL, model, &opts, &err), MTL_ERR_USAGE);
    assert_null(none);
}

/* ---------------------------------------------------------------- the answer */
static int count_lines(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void written(void **state)
{
    (void)state;
    opts.samples = MTL_SOURCE_ROOT "/examples/measure/anna_samples.tsv";
    opts.standard_unit = "K=1000";
    const char *p = MTL_SOURCE_ROOT "/examples/measure/anna.csv";
    mtl_quantify_free(q);
    assert_int_equal(mtl_quantify_run(&q, &p, 1, NULL, model, &opts, &err), 0);
    mtl_quantify_opts_init(&opts);
    assert_int_equal(mtl_quantify_n_rows(q), 3);
    assert_int_equal(mtl_quantify_n_curves(q), 2);
    assert_int_equal(mtl_quantify_write(q, in_folder("out"), &err), 0);
    static const char *const leaves[] = {"out/levels.tsv", "out/curves.tsv", "out/wells.tsv",
                                         "out/quantify.json"};
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
        assert_int_equal(access(in_folder(leaves[i]), R_OK), 0);
    char *tsv = mtl_quantify_tsv(q), *json = mtl_quantify_json(q);
    const char *table = strstr(tsv, "\nplate\tsample\t");
    assert_non_null(table);
    assert_int_equal(count_lines(table + 1), 4);
    json_t *j = json_loads(json, 0, NULL);
    assert_non_null(j);
    assert_int_equal(json_array_size(json_object_get(j, "levels")), 3);
    const json_t *level = json_array_get(json_object_get(j, "levels"), 0);
    assert_string_equal(json_string_value(json_object_get(level, "host")), "anna");
    assert_string_equal(json_string_value(json_object_get(level, "date")), "1985-01-01");
    json_decref(j);
    free(tsv);
    free(json);
    /* Never a bare 0: a bound where nothing was seen. */
    mtl_quantify_row r;
    for (int i = 0; i < 3; i++) {
        mtl_quantify_row_at(q, i, &r);
        if (r.finding == MTL_NOT_SEEN)
            assert_true(r.high > 0 && r.hits == 0);
        if (r.finding == MTL_FOUND)
            assert_true(r.low > 0 && r.hits > r.lob_hits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_names),      cmocka_unit_test(typed_and_inherited),
        cmocka_unit_test(unknown_carriers), cmocka_unit_test(listed_carriers),
        cmocka_unit_test(layout_changes),   cmocka_unit_test(layout_mistakes),
        cmocka_unit_test(table_mistakes),   cmocka_unit_test(blanks_of_other_plates),
        cmocka_unit_test(written),
    };
    mtl_quantify_opts_init(&opts);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
