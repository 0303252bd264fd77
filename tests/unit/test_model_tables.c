/* SPDX-License-Identifier: MIT */
/* The tables as a user edits them: what spreadsheets do to a file is tolerated, every mistake is
   refused with file, line, column name and the nearest known name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_tables.h"
#include "io/io_hash.h"

static void test_mistakes(void **state)
{
    (void)state;
    static const mistake list[] = {
        /* header */
        {MTL__T_PARAMETERS, "\tmeaning", "\tmeanning", MTL_ERR_NAME, "meanning", "'meaning'"},
        {MTL__T_PARAMETERS, "\tprior", "\ttier", MTL_ERR_DUPLICATE, "tier", "twice"},
        {MTL__T_RULES, "\twhen", "\t", MTL_ERR_SYNTAX, "when", "missing"},
        /* parameters */
        {MTL__T_PARAMETERS, "hsc.pool\t", "hsc.division\t", MTL_ERR_DUPLICATE, "name", "line"},
        {MTL__T_PARAMETERS, "hsc.pool\t", "HSC pool\t", MTL_ERR_SYNTAX, "name", "small letters"},
        {MTL__T_PARAMETERS, "\t1.3\t", "\t1,3\t", MTL_ERR_VALUE, "value", "'1,3'"},
        {MTL__T_PARAMETERS, "\t1.3\t", "\t\t", MTL_ERR_VALUE, "value", "no value"},
        {MTL__T_PARAMETERS, "\t1.3\t", "\t0.3\t", MTL_ERR_VALUE, "value", "below low"},
        {MTL__T_PARAMETERS, "\t1.3\t", "\tnan\t", MTL_ERR_VALUE, "value", "'nan'"},
        {MTL__T_PARAMETERS, "\t1.3\t1.04\t2.08\t", "\t-1.3\t-2\t2.08\t", MTL_ERR_VALUE, "low",
         "above 0"},
        {MTL__T_PARAMETERS, "\t1.04\t2.08\tper year", "\t1.04\t\tper year", MTL_ERR_VALUE, "prior",
         "needs low and high"},
        {MTL__T_PARAMETERS, "2.08\tper year", "2.08\tper yaer", MTL_ERR_UNIT, "unit", "'year'"},
        {MTL__T_PARAMETERS, "per year\tlognormal\tB", "per year\tlog-normal\tB", MTL_ERR_NAME,
         "prior", "'lognormal'"},
        {MTL__T_PARAMETERS, "per year\tlognormal\tB", "per year\tlognormal\tE", MTL_ERR_NAME,
         "tier", "A, B, C or D"},
        {MTL__T_PARAMETERS, "0.06\tprobability", "6\tprobability", MTL_ERR_VALUE, "value",
         "above 1"},
        /* switches */
        {MTL__T_SWITCHES, "\tyes\tyes\t", "\tno\tyes\t", MTL_ERR_VALUE, "default", "no default"},
        {MTL__T_SWITCHES, "\tyes\tyes\t", "\tyes\tno\t", MTL_ERR_UNSUPPORTED, "default",
         "not built"},
        {MTL__T_SWITCHES, "\tyes\tyes\t", "\tyes\tmaybe\t", MTL_ERR_NAME, "built", "no or yes"},
        {MTL__T_SWITCHES, "\tlate\t", "\tearly\t", MTL_ERR_DUPLICATE, "value", "already"},
        /* organs */
        {MTL__T_ORGANS, "\torgan.barrier.brain", "\torgan.barrier.brian", MTL_ERR_NAME, "barrier",
         "'organ.barrier.brain'"},
        {MTL__T_ORGANS, "\torgan.barrier.brain", "\thsc.pool", MTL_ERR_UNIT, "barrier",
         "a pure number"},
        {MTL__T_ORGANS, "\t7.5e+11\t0.03\t", "\t7.5e+11\t3\t", MTL_ERR_VALUE, "flow_fraction",
         "between 0 and 1"},
        {MTL__T_ORGANS, "\t7.5e+11\t", "\t\t", MTL_ERR_VALUE, "nucleated_cells", "above 0"},
        {MTL__T_ORGANS, "\tfemale\t", "\tfemal\t", MTL_ERR_NAME, "sex", "'female'"},
        /* kinds and extraction */
        {MTL__T_KINDS, "\tseed\t", "\tsead\t", MTL_ERR_NAME, "class", "'seed'"},
        {MTL__T_KINDS, "share.tcell", "share.tcel", MTL_ERR_NAME, "blood_share", "'share.tcell'"},
        {MTL__T_EXTRACTION, "\tmarrow\t", "\tmarow\t", MTL_ERR_NAME, "organ", "'marrow'"},
        {MTL__T_EXTRACTION, "\tliver\t", "\tlung\t", MTL_ERR_DUPLICATE, "organ", "already"},
        {MTL__T_EXTRACTION, "\t5\tD", "\t-5\tD", MTL_ERR_VALUE, "factor", "0 or above"},
        /* factors */
        {MTL__T_FACTORS, "\tlogistic\tweek", "\tlogistical\tweek", MTL_ERR_NAME, "form",
         "'logistic'"},
        {MTL__T_FACTORS, "gestation.slope; gestation.midpoint", "gestation.slope", MTL_ERR_SYNTAX,
         "arguments", "slope; midpoint"},
        {MTL__T_FACTORS, "gestation.slope;", "gestation.midpoint;", MTL_ERR_UNIT, "arguments",
         "a rate per time"},
        {MTL__T_FACTORS, "1:0.25; 2:0.29", "2:0.25; 1:0.29", MTL_ERR_VALUE, "points", "must rise"},
        {MTL__T_FACTORS, "0:0.167", "0=0.167", MTL_ERR_VALUE, "points", "'18:1'"},
        /* rules */
        {MTL__T_RULES, "\tslow_seed\t*\tdivide", "\tslow_sed\t*\tdivide", MTL_ERR_NAME, "kind",
         "'slow_seed'"},
        {MTL__T_RULES, "\tslow_seed\t*\tdivide", "\tslow_seed\tlivr\tdivide", MTL_ERR_NAME, "organ",
         "'liver'"},
        {MTL__T_RULES, "\tslow_seed\t*\tdivide", "\tslow_seed\tbrian.*\tdivide", MTL_ERR_NAME,
         "organ", "'brain'"},
        {MTL__T_RULES, "\tslow_seed\t*\tdivide", "\tslow_seed\t*\tdecay", MTL_ERR_VALUE, "process",
         "is a seed"},
        {MTL__T_RULES, "\tslow_seed\t*\tdivide", "\tslow_seed\t*\tdivides", MTL_ERR_NAME, "process",
         "'divide'"},
        {MTL__T_RULES, "\tseed.division\t", "\tseed.divison\t", MTL_ERR_NAME, "rate",
         "'seed.division'"},
        {MTL__T_RULES, "\tseed.division\t", "\tseed.division * 2 days\t", MTL_ERR_SYNTAX, "rate",
         "expected"},
        {MTL__T_RULES, "\tseed.division\t", "\tblood.volume\t", MTL_ERR_UNIT, "rate", "a volume"},
        {MTL__T_RULES, "\tseed.blood.loss\t", "\tseed.egress\t", MTL_ERR_UNIT, "rate",
         "a pure number"},
        {MTL__T_RULES, "\tgrowth * unrejected\t", "\tgroth * unrejected\t", MTL_ERR_NAME, "factors",
         "'growth'"},
        {MTL__T_RULES, "\tpersistence=slow\t", "\tpersistance=slow\t", MTL_ERR_NAME, "when",
         "'persistence'"},
        {MTL__T_RULES, "\tpersistence=slow\t", "\tpersistence=fast\t", MTL_ERR_NAME, "when",
         "'fast'"},
        {MTL__T_RULES, "\toutput\ttcell\t", "\toutput\tmsc\t", MTL_ERR_VALUE, "target",
         "not a seed"},
        {MTL__T_RULES, "\toutput\ttcell\t", "\toutput\t\t", MTL_ERR_NAME, "target", "unknown kind"},
        {MTL__T_RULES, "\t1 / lifetime.tcell\t", "\t1 / lifetime.tcell / 0\t", MTL_ERR_VALUE,
         "tcell.decay", "finite"},
        {MTL__T_RULES, "\tseed.blood.loss\t", "\tseed.weight.tcell\t", MTL_ERR_VALUE,
         "slow_seed.lose", "between 0 and 1"},
        /* supply */
        {MTL__T_SUPPLY, "leak.steady\tchild_to_mother", "leak.steady\tchild_to_mothr", MTL_ERR_NAME,
         "way", "'child_to_mother'"},
        {MTL__T_SUPPLY, "\tdelivery\ttotal", "\tdelivery\tper_day", MTL_ERR_VALUE, "measure",
         "'pregnancy'"},
        {MTL__T_SUPPLY, "\ttotal\tsurgical", "\ttotal\tsurgicl", MTL_ERR_NAME, "care",
         "'surgical'"},
        {MTL__T_SUPPLY, "\tnucleated\tblood", "\tnucleated\tlanding", MTL_ERR_VALUE, "organ",
         "not a seed"},
        {MTL__T_SUPPLY, "\tgamma\t", "\tgama\t", MTL_ERR_NAME, "law", "'gamma'"},
        {MTL__T_SUPPLY, "\tgamma\tplacenta.leak.shape.steady\t", "\tgamma\t\t", MTL_ERR_SYNTAX,
         "law_arg", "empty"},
        {MTL__T_SUPPLY, "trisomy21:", "trisomy22:", MTL_ERR_NAME, "folds", "trisomy22"},
        {MTL__T_SUPPLY, "gestation.fold.t21;", "gestation.fold.t12;", MTL_ERR_NAME, "folds",
         "'gestation.fold.t21'"},
        {MTL__T_SUPPLY, "\tgestation_steady\t", "\tgrowth\t", MTL_ERR_VALUE, "curve",
         "gestational week"},
        {MTL__T_SUPPLY, "cells.pregnant * blood.transient.loss\t", "cells.pregnant\t", MTL_ERR_UNIT,
         "amount", "cells per time"},
        /* assays */
        {MTL__T_ASSAYS, "\tassay.wells\t", "\tassay.genomes.blood\t", MTL_ERR_UNIT, "wells",
         "a pure number"},
        {MTL__T_ASSAYS, "\tpbmc\t", "\tpmbc\t", MTL_ERR_NAME, "subset", "unknown kind"},
        {MTL__T_ASSAYS, "\ty\t", "\tx\t", MTL_ERR_NAME, "target", "y, hla or genome"},
        {MTL__T_ASSAYS, "\tfish\t", "\tfisch\t", MTL_ERR_NAME, "method", "did you mean 'fish'"},
        {MTL__T_ASSAYS, "\tassay.fish.seen\t", "\t\t", MTL_ERR_SYNTAX, "seen",
         "the method fish needs it"},
        {MTL__T_ASSAYS, "\tassay.dpcr.volume\t", "\tassay.dpcr.partitions\t", MTL_ERR_UNIT,
         "partition_volume", "expected a volume"},
        {MTL__T_ASSAYS, "\tassay.fish.sections\t", "\t\t", MTL_ERR_SYNTAX, "sections", "empty"},
        {MTL__T_ASSAYS, "\tdpcr\t", "\tqpcr\t", MTL_ERR_SYNTAX, "copies",
         "the method qpcr needs it"},
        {MTL__T_ASSAYS, "\tfish\t", "\treads\t", MTL_ERR_VALUE, "target", "the target is 'genome'"},
        {MTL__T_ASSAYS, "\tgenome\t", "\thla\t", MTL_ERR_VALUE, "target", "the target is 'genome'"},
        {MTL__T_ASSAYS, "\tpbmc\tassay.efficiency\tassay.ct.one\tassay.ct.sd\t\t",
         "\tpbmc\tassay.efficiency\tassay.ct.one\tassay.ct.sd\t9\t", MTL_ERR_VALUE, "partitions",
         "the method qpcr has no use for it"},
    };
    /* the line said is that of another row, or none */
    static const mistake of_the_whole[] = {
        {MTL__T_SWITCHES, "niche\t", "flux\t", MTL_ERR_DUPLICATE, "default", "second default"},
        {MTL__T_ORGANS, "\nblood\t", "\nbloood\t", MTL_ERR_NAME, "name", "no organ 'blood'"},
        {MTL__T_RULES, "\ttcell\tblood\tdecay", "\tnk\tblood\tdecay", MTL_ERR_VALUE, "process",
         "'tcell'"},
    };
    check_mistakes(list, sizeof list / sizeof *list, true);
    check_mistakes(of_the_whole, sizeof of_the_whole / sizeof *of_the_whole, false);
}

/* ---------------------------------------------------------------- what spreadsheets do */
static mtl__table_text with_crlf(mtl__table_text t)
{
    char *out = mtl__arena_alloc(&table_arena, 2 * t.length + 4), *w = out;
    assert_non_null(out);
    memcpy(w, "\xef\xbb\xbf", 3); /* byte order mark */
    w += 3;
    for (size_t i = 0; i < t.length; i++) {
        if (t.text[i] == '\n')
            *w++ = '\r';
        *w++ = t.text[i];
    }
    return (mtl__table_text){out, (size_t)(w - out)};
}

static void test_crlf_and_mark(void **state)
{
    (void)state;
    mtl__table_text t[MTL__N_TABLES];
    for (int i = 0; i < MTL__N_TABLES; i++)
        t[i] = with_crlf(human[i]);
    mtl_model *a = NULL, *b = NULL;
    mtl_error err = {0};
    if (mtl__model_load_memory(&b, "", t, &err) != MTL_OK)
        fail_msg("%s:%d %s", err.file, err.line, err.text);
    assert_int_equal(mtl__model_load_memory(&a, "", human, &err), MTL_OK);
    assert_int_equal(a->n_params, b->n_params);
    for (int i = 0; i < a->n_params; i++) {
        assert_true(a->param[i].value == b->param[i].value);
        assert_string_equal(a->param[i].note, b->param[i].note);
        assert_int_equal(a->param[i].line, b->param[i].line);
    }
    assert_true(strcmp(a->table_hash, b->table_hash) != 0); /* the hash is of the bytes as read */
    mtl_model_free(a);
    mtl_model_free(b);
}

static int parse(mtl__tsv *t, mtl__arena *a, const char *text, mtl_error *err)
{
    static const char *const columns[] = {"name", "value", "note"};
    return mtl__tsv_parse(t, a, "f.tsv", text, strlen(text), columns, 3, 1u << 2, err);
}

static void test_order_quotes_blanks(void **state)
{
    (void)state;
    mtl__arena a;
    mtl__tsv t;
    mtl_error err = {0};
    mtl__arena_init(&a, 0);
    assert_int_equal(
        parse(&t, &a,
              "# remark\n\nvalue\tname\t\n1\tone\t\n\t\t\n \"2\" \t\"a \"\"b\"\", c\"\n"
              "3\t  three  ",
              &err),
        MTL_OK);
    assert_int_equal(t.n_rows, 3);
    assert_string_equal(mtl__tsv_get(&t, 0, 0), "one");
    assert_string_equal(mtl__tsv_get(&t, 1, 0), "a \"b\", c");
    assert_string_equal(mtl__tsv_get(&t, 1, 1), "2");
    assert_string_equal(mtl__tsv_get(&t, 2, 0), "three");
    assert_string_equal(mtl__tsv_get(&t, 2, 2), "");
    assert_int_equal(t.line[0], 4);
    assert_int_equal(t.line[1], 6);
    assert_int_equal(t.line[2], 7);
    mtl__arena_free(&a);
}

static void test_bad_tables(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code, line, column;
        const char *says;
    } bad[] = {
        {"", MTL_ERR_SYNTAX, 1, 0, "empty"},
        {"# only a remark\n", MTL_ERR_SYNTAX, 1, 0, "empty"},
        {"name\n", MTL_ERR_SYNTAX, 1, 0, "'value'"},
        {"name\tvalu\n", MTL_ERR_NAME, 1, 6, "'value'"},
        {"name\tvalue\tname\n", MTL_ERR_DUPLICATE, 1, 12, "twice"},
        {"name\tvalue\none\n", MTL_ERR_SYNTAX, 2, 0, "1 cells where the header line has 2"},
        {"name\tvalue\none\t1\tmore\n", MTL_ERR_SYNTAX, 2, 7, "'more'"},
        {"name\tvalue\none\t\xff\n", MTL_ERR_SYNTAX, 2, 5, "0xff"},
        {"name\tvalue\n\xc3\xa9\xed\xa0\x80\t1\n", MTL_ERR_SYNTAX, 2, 2, "not UTF-8"},
        {"name\tvalue\n\xc0\xafx\t1\n", MTL_ERR_SYNTAX, 2, 1, "not UTF-8"},
        {"\xff\xfen", MTL_ERR_SYNTAX, 1, 1, "UTF-16"},
        {"name\tvalue\none\t\x01\n", MTL_ERR_SYNTAX, 2, 5, "control"},
        {"name\tvalue\none\t\"1\n", MTL_ERR_SYNTAX, 2, 5, "quote"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl__arena a;
        mtl__tsv t;
        mtl_error err = {0};
        mtl__arena_init(&a, 0);
        const int ret = parse(&t, &a, bad[i].text, &err);
        if (ret != bad[i].code || err.line != bad[i].line || err.column != bad[i].column ||
            strstr(err.text, bad[i].says) == NULL || strcmp(err.file, "f.tsv") != 0)
            fail_msg("table %zu gave %d at %d:%d: %s", i, ret, err.line, err.column, err.text);
        mtl__arena_free(&a);
    }
}

static void test_nul_and_size(void **state)
{
    (void)state;
    static const char *const columns[] = {"name"};
    mtl__arena a;
    mtl__tsv t;
    mtl_error err = {0};
    mtl__arena_init(&a, 0);
    assert_int_equal(mtl__tsv_parse(&t, &a, "f", "name\na\0b\n", 9, columns, 1, 0, &err),
                     MTL_ERR_SYNTAX);
    assert_non_null(strstr(err.text, "NUL"));
    const size_t n = MTL__TSV_MAX_BYTES + 1u;
    char *big = malloc(n);
    assert_non_null(big);
    memset(big, 'a', n);
    assert_int_equal(mtl__tsv_parse(&t, &a, "f", big, n, columns, 1, 0, &err), MTL_ERR_LIMIT);
    memset(big, '\t', 200);
    assert_int_equal(mtl__tsv_parse(&t, &a, "f", big, 201, columns, 1, 0, &err), MTL_ERR_LIMIT);
    free(big);
    mtl__arena_free(&a);
}

/* ---------------------------------------------------------------- files and hashes */
static void test_missing_folder(void **state)
{
    (void)state;
    mtl_model *m = (mtl_model *)&table_arena;
    mtl_error err = {0};
    assert_int_equal(mtl_model_load(&m, "no/such/folder", &err), MTL_ERR_IO);
    assert_null(m);
    assert_string_equal(err.file, "no/such/folder/parameters.tsv");
}

static void test_sha256(void **state)
{
    (void)state;
    char hex[65];
    mtl_error err = {0};
    mtl__sha256_hex("abc", 3, hex); /* FIPS 180-4 example */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    mtl__sha256_hex("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    char file[65], path[1024];
    snprintf(path, sizeof path, MTL_SOURCE_ROOT "/models/human/rules.tsv");
    assert_int_equal(mtl__sha256_file(path, file, &err), MTL_OK);
    mtl__sha256_hex(human[MTL__T_RULES].text, human[MTL__T_RULES].length, hex);
    assert_string_equal(file, hex);
    assert_int_equal(mtl__sha256_file("no/such/file", file, &err), MTL_ERR_IO);
}

/* A table of qPCR alone may lack the columns of the other methods. */
static void test_old_assays(void **state)
{
    (void)state;
    static const char text[] =
        "name\tlabel\ttarget\ttarget_name\tmethod\tgenomes\twells\tfragments\tcopies\trecovery\t"
        "false_positive\tthreshold\tsubset\tefficiency\tct_one\tct_sd\tsource\tnote\n"
        "sry-qpcr\tSRY\ty\tSRY\tqpcr\tassay.genomes.blood\t12\t1\t1\t1\t0\t1\t\t1\t37\t0.3\t\t\n";
    mtl__table_text t[MTL__N_TABLES];
    mtl_model *m = NULL;
    mtl_error err = {0};
    memcpy(t, human, sizeof t);
    t[MTL__T_ASSAYS] = (mtl__table_text){text, strlen(text)};
    if (mtl__model_load_memory(&m, "", t, &err) != 0)
        fail_msg("%s: %s", err.field, err.text);
    assert_int_equal(m->n_assays, 1);
    assert_int_equal(m->assay[0].method, MTL__QPCR);
    assert_int_equal(m->assay[0].partitions.n, 0);
    assert_int_equal(m->assay[0].wells.n, 1);
    mtl_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_crlf_and_mark),
        cmocka_unit_test(test_order_quotes_blanks),
        cmocka_unit_test(test_bad_tables),
        cmocka_unit_test(test_nul_and_size),
        cmocka_unit_test(test_missing_folder),
        cmocka_unit_test(test_old_assays),
        cmocka_unit_test(test_sha256),
    };
    return cmocka_run_group_tests(tests, read_human, free_human);
}
