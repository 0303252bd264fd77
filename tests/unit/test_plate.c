/* SPDX-License-Identifier: MIT */
/* Plates from files: every format and every encoding of one plate reads as the same plate, what is
   written comes back, and each mistake is one message with its line. Real exports are read where
   they are there. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zip.h>

#include "io/plate_read.h"
#include "num/num.h"

static mtl__plate plate;
static mtl__str remarks;
static mtl_error err;

static int read_bytes(const char *data, size_t n, enum mtl__plate_format format)
{
    const mtl__plate_read_opts o = {.format = format};
    mtl__plate_clear(&plate);
    mtl__str_free(&remarks);
    memset(&err, 0, sizeof err);
    return mtl__plate_parse(&plate, &remarks, "p.csv", data, n, &o, &err);
}

static int read_text(const char *text)
{
    return read_bytes(text, strlen(text), MTL__PLATE_AUTO);
}

static void must_read(const char *text)
{
    if (read_text(text) < 0)
        fail_msg("%d:%d: %s: %s", err.line, err.column, err.field, err.text);
}

static void must_fail(const char *text, int code, int line, const char *words)
{
    assert_int_equal(read_text(text), code);
    if (!strstr(err.text, words))
        fail_msg("'%s' is not in '%s'", words, err.text);
    assert_int_equal(err.line, line);
    assert_string_equal(err.file, "p.csv");
}

static int tear_down(void **state)
{
    (void)state;
    mtl__plate_clear(&plate);
    mtl__str_free(&remarks);
    return 0;
}

/* ---------------------------------------------------------------- the same plate, many ways */
/* A1 sample hit, A2 blank no hit, A3 standard of 1000, B1 sample left out. */
static void check_small(void)
{
    assert_int_equal(plate.n, 4);
    assert_int_equal(plate.n_targets, 1);
    assert_int_equal(plate.n_samples, 1);
    assert_string_equal(plate.target[0].name, "DYS14");
    assert_string_equal(plate.sample[0].name, "anna blood");
    assert_true(fabs(plate.reaction[0].ct - 37.25) < 1e-12);
    assert_int_equal(plate.reaction[1].role, MTL__ROLE_BLANK);
    assert_true(isnan(plate.reaction[1].ct));
    assert_false(plate.reaction[1].omit);
    assert_int_equal(plate.reaction[2].role, MTL__ROLE_STANDARD);
    assert_true(fabs(plate.reaction[2].quantity - 1000) < 1e-9);
    assert_true(plate.reaction[3].omit);
    assert_int_equal(plate.reaction[3].row, 1);
    assert_int_equal(plate.reaction[3].column, 0);
    assert_int_equal(plate.rows, 8);
}

static const char *const small_csv =
    "Well,Well Position,Omit,Sample Name,Target Name,Task,CT,Quantity\n"
    "1,A1,false,anna blood,DYS14,UNKNOWN,37.25,\n"
    "2,A2,false,NTC,DYS14,NTC,Undetermined,\n"
    "3,A3,false,std,DYS14,STANDARD,25.5,1000\n"
    "13,B1,true,anna blood,DYS14,UNKNOWN,36.5,\n";

static void test_same_plate(void **state)
{
    (void)state;
    must_read(small_csv);
    check_small();
    /* The lines before the table; tabs; the Cyrillic te; the thousands of StepOne; more behind. */
    must_read(
        "* Block Type = 96-Well Block\r\n* Instrument Type = QuantStudio 7\r\n\r\n[Results]\r\n"
        "Well\tSample Name\tTarget Name\tTask\tReporter\tC\xd1\x82\tC\xd1\x82 Mean\tQuantity\t"
        "Omit\r\n"
        "1\tanna blood\tDYS14\tUNKNOWN\tFAM\t37.25\t37\t\tfalse\r\n"
        "A2\tNTC\tDYS14\tNTC\tFAM\tUndetermined\t\t\tfalse\r\n"
        "A3\tstd\tDYS14\tSTANDARD\tFAM\t25.5\t\t\"1,000.000\"\tfalse\r\n"
        "B1\tanna blood\tDYS14\tUNKNOWN\tFAM\t36.5\t\t\ttrue\r\n\r\n"
        "Analysis Type\tSingleplex\r\n");
    check_small();
    assert_string_equal(plate.instrument, "QuantStudio 7");
    /* Semicolons and decimal commas. */
    must_read("Well;Omit;Sample Name;Target Name;Task;Cq;Quantity\n"
              "A1;;anna blood;DYS14;UNKNOWN;37,25;\nA2;;NTC;DYS14;NTC;Undetermined;\n"
              "A3;;std;DYS14;STANDARD;25,5;1000\nB1;True;\"anna blood\";DYS14;UNKNOWN;36,5;\n");
    check_small();
    /* Generic; a blank known by its name alone. */
    must_read("# a comment\nwell,sample,target,ct,quantity,task,omit\n"
              "a01,anna blood,DYS14,37.25,,,\nA02,NTC 2,DYS14,Undetermined,,,\n"
              "A3,std,DYS14,25.5,1e3,standard,no\nB1,anna blood,DYS14,36.5,,unknown,yes\n");
    check_small();
}

/* UTF-16 of both kinds, with and without its mark. */
static void test_utf16(void **state)
{
    (void)state;
    char wide[2048];
    const size_t n = strlen(small_csv);
    for (int big = 0; big < 2; big++)
        for (int mark = 0; mark < 2; mark++) {
            size_t k = 0;
            if (mark) {
                wide[k++] = (char)(big ? 0xfe : 0xff);
                wide[k++] = (char)(big ? 0xff : 0xfe);
            }
            for (size_t i = 0; i < n; i++) {
                wide[k++] = (char)(big ? 0 : small_csv[i]);
                wide[k++] = (char)(big ? small_csv[i] : 0);
            }
            assert_int_equal(read_bytes(wide, k, MTL__PLATE_AUTO), 0);
            check_small();
        }
}

static void test_windows_1252(void **state)
{
    (void)state;
    must_read("Well,Sample Name,Target Name,CT,Conc (ng/\xb5l)\nA1,Ren\xe9"
              "e,DYS14,37,1\n");
    assert_string_equal(plate.sample[0].name, "Ren\xc3\xa9"
                                              "e");
}

/* ---------------------------------------------------------------- digital */
static const char *const droplets =
    "Well,ExptType,Experiment,Sample,TargetType,Target,Status,Concentration,Positives,Negatives,"
    "Ch1+Ch2+,Ch1+Ch2-,Ch1-Ch2+,Ch1-Ch2-,AcceptedDroplets,MergedWells\n"
    "\"M01\",AQ,\"ABS\",\"s1\",Ch1Unknown,\"a\",,7.9,30,29970,1,29,99,29871,30000,\"(A01,B01)\"\n"
    "\"M01\",AQ,\"ABS\",\"s1\",Ch2Unknown,\"b\",,7.9,100,29900,1,29,99,29871,30000,\"(A01,B01)\"\n"
    "\"A01\",AQ,\"ABS\",\"s1\",Ch1Unknown,\"a\",\"OK\",7.9,10,9990,0,10,40,9950,10000,\n"
    "\"A01\",AQ,\"ABS\",\"s1\",Ch2Unknown,\"b\",\"OK\",7.9,40,9960,0,10,40,9950,10000,\n"
    "\"B01\",AQ,\"ABS\",\"s1\",Ch1Unknown,\"a\",\"OK\",7.9,20,19980,1,19,59,19921,20000,\n"
    "\"B01\",AQ,\"ABS\",\"s1\",Ch2Unknown,\"b\",\"OK\",7.9,60,19940,1,19,59,19921,20000,\n"
    "\"C01\",AQ,\"ABS\",\"NTC\",Ch1NTC,\"a\",\"CHECK\",No Call,0,15000,0,0,0,15000,15000,\n";

static void check_droplets(void)
{
    const mtl__reaction *b = &plate.reaction[1];
    assert_string_equal(b->well, "M01");
    assert_int_equal(b->row, -1);
    assert_int_equal(b->partitions, 30000);
    assert_int_equal(b->positive, 100);
    assert_int_equal(b->both, 1);
    assert_int_equal(b->only_this, 99);
    assert_int_equal(b->only_other, 29);
    assert_int_equal(b->neither, 29871);
    assert_int_equal(plate.target[0].partner, 1);
    assert_int_equal(plate.target[1].partner, 0);
}

static void test_droplets(void **state)
{
    (void)state;
    must_read(droplets);
    assert_int_equal(plate.n, 7);
    check_droplets();
    /* What the merged well stands for does not count again. */
    for (int i = 0; i < 7; i++)
        assert_int_equal(plate.reaction[i].omit, i >= 2 && i <= 5);
    assert_int_equal(plate.reaction[6].role, MTL__ROLE_BLANK);
}

static void test_droplet_mistakes(void **state)
{
    (void)state;
    const char *head = "Well,Sample,Target,Positives,Negatives,AcceptedDroplets\n";
    char text[512];
    snprintf(text, sizeof text, "%sA1,s,t,-5,10,5\n", head);
    must_fail(text, MTL_ERR_VALUE, 2, "'-5' is no count of droplets");
    assert_string_equal(err.field, "Positives");
    snprintf(text, sizeof text, "%sA1,s,t,12,,10\n", head);
    must_fail(text, MTL_ERR_VALUE, 2, "more than the accepted droplets");
    snprintf(text, sizeof text, "%sA1,s,t,5,6,10\n", head);
    must_fail(text, MTL_ERR_VALUE, 2, "do not sum");
    snprintf(text, sizeof text, "%sA1,s,t,2.5,,10\n", head);
    must_fail(text, MTL_ERR_VALUE, 2, "no count");
}

/* ---------------------------------------------------------------- mistakes */
static void test_mistakes(void **state)
{
    (void)state;
    must_fail("", MTL_ERR_SYNTAX, 0, "empty");
    must_fail("hello\nworld\n", MTL_ERR_SYNTAX, 0, "no header line");
    must_fail("Well,Sample Name,Target Name\nA1,s,t\n", MTL_ERR_SYNTAX, 1,
              "without a column of CT");
    must_fail("well,sample,target,ct,quantty\nA1,s,t,30,\n", MTL_ERR_NAME, 1,
              "did you mean 'quantity'");
    must_fail("well,sample,target,ct\nA1,s,t,30\nA01,s,t,31\n", MTL_ERR_DUPLICATE, 3,
              "named twice with the target 't' (first in line 2)");
    must_fail("well,sample,target,ct\nA1,s,t,30\n,s,t,31\n", MTL_ERR_VALUE, 3, "well is missing");
    must_fail("well,sample,target,ct\nA1,s,t,30\nA2,s,,31\n", MTL_ERR_VALUE, 3,
              "target is missing");
    must_fail("well,sample,target,ct\nQ99,s,t,30\n", MTL_ERR_VALUE, 2, "no well of a plate");
    must_fail("well,sample,target,ct\nA1,s,t,-3\n", MTL_ERR_VALUE, 2, "no cycle number");
    must_fail("well,sample,target,ct\nA1,s,t,3O.5\n", MTL_ERR_VALUE, 2, "no cycle number");
    assert_int_equal(err.column, 8);
    assert_string_equal(err.field, "ct");
    must_fail("well;sample;target;ct\nA1;s;t;30,5\nA2;s;t;30.5\n", MTL_ERR_VALUE, 2,
              "decimal comma, line 3 a decimal point");
    must_fail("well,sample,target,ct,task\nA1,s,t,30,standart\n", MTL_ERR_NAME, 2,
              "did you mean 'standard'");
    must_fail("well,sample,target,ct,task,quantity\nA1,s,t,30,standard,-4\n", MTL_ERR_VALUE, 2,
              "no quantity above 0");
    must_fail("well,sample,target,ct\nA1,\"s,t,30\n", MTL_ERR_SYNTAX, 2, "never closed");
    must_fail("well,sample,target,ct\nA1,s,t,30,\x01\n", MTL_ERR_SYNTAX, 2, "control character");
    must_fail("\xd0\xcf\x11\xe0\xa1\xb1", MTL_ERR_SYNTAX, 0, "Excel");
    must_fail("PK\x03\x04 and nothing more", MTL_ERR_SYNTAX, 0, "zip");
    must_fail("<html></html>", MTL_ERR_SYNTAX, 1, "'html', not RDML");
    must_fail("<rdml><sample id='a'>", MTL_ERR_SYNTAX, 1, "not well-formed");
    must_fail("<!DOCTYPE rdml [<!ENTITY a 'b'>]><rdml/>", MTL_ERR_SYNTAX, 1, "document type");
    assert_int_equal(read_bytes(small_csv, strlen(small_csv), MTL__PLATE_RDML), MTL_ERR_SYNTAX);
    assert_int_equal(read_bytes(small_csv, strlen(small_csv), MTL__PLATE_QUANTASOFT),
                     MTL_ERR_SYNTAX);
}

/* "0.02 K (STD)": an amount only where the unit is told. */
static void test_standards_by_name(void **state)
{
    (void)state;
    const char *text = "Well,Sample Name,Target Name,Task,CT\nA1,0.02 K (STD),t,STANDARD,33\n"
                       "A2,20.48 K (STD),t,STANDARD,23\nA3,none,t,STANDARD,20\n";
    must_read(text);
    assert_int_equal(mtl__plate_standards(&plate, NULL, &remarks, &err), 0);
    for (int i = 0; i < 3; i++)
        assert_true(plate.reaction[i].omit);
    assert_non_null(strstr(remarks.s, "3 standards have no quantity"));
    assert_non_null(strstr(remarks.s, "--standard-unit K=gEq"));
    must_read(text);
    assert_int_equal(mtl__plate_standards(&plate, "K=1000", &remarks, &err), 0);
    assert_true(fabs(plate.reaction[0].quantity - 20) < 1e-9);
    assert_true(fabs(plate.reaction[1].quantity - 20480) < 1e-6);
    assert_true(plate.reaction[2].omit && !plate.reaction[1].omit);
    assert_int_equal(mtl__plate_standards(&plate, "K=-1", &remarks, &err), MTL_ERR_USAGE);
}

/* ---------------------------------------------------------------- RDML */
static const char *const rdml_head =
    "<?xml version='1.0'?><rdml version='1.3' xmlns='http://www.rdml.org'>"
    "<sample id='s1'><type>unkn</type><type targetId='c'>ntc</type></sample>"
    "<sample id='std'><type>std</type><quantity><value>100</value><unit>cop</unit></quantity>"
    "</sample><target id='t'><type>toi</type></target><target id='c'><type>toi</type></target>"
    "<target id='r'><type>ref</type></target><experiment id='e'>";

static void test_rdml(void **state)
{
    (void)state;
    char text[4096];
    snprintf(text, sizeof text,
             "%s<run id='one'><pcrFormat><rows>16</rows><columns>24</columns></pcrFormat>"
             "<react id='25'><sample id='s1'/><data><tar id='t'/><cq>36.5</cq><adp><cyc>40</cyc>"
             "</adp></data><data><tar id='c'/><cq>40</cq><adp><cyc>40</cyc></adp></data></react>"
             "<react id='26'><sample id='std'/><data><tar id='t'/><cq>30</cq></data>"
             "<data><tar id='r'/><excl>bubble</excl></data></react></run>"
             "<run id='two'><react id='A1'><sample id='s1'/><partitions><volume>0.85</volume>"
             "<data><tar id='t'/><pos>12</pos><neg>9988</neg></data></partitions></react></run>"
             "</experiment></rdml>",
             rdml_head);
    must_read(text);
    assert_int_equal(plate.n, 5);
    assert_string_equal(plate.reaction[0].well, "B1");
    assert_int_equal(plate.reaction[0].row, 1);
    assert_true(fabs(plate.reaction[0].ct - 36.5) < 1e-12);
    /* The last cycle is what some machines write where nothing was amplified. */
    assert_true(isnan(plate.reaction[1].ct));
    assert_int_equal(plate.reaction[1].role, MTL__ROLE_BLANK);
    assert_int_equal(plate.reaction[2].role, MTL__ROLE_STANDARD);
    assert_true(fabs(plate.reaction[2].quantity - 100) < 1e-9);
    assert_true(plate.reaction[3].omit);
    assert_int_equal(plate.reaction[4].partitions, 10000);
    assert_int_equal(plate.reaction[4].positive, 12);
    assert_true(fabs(plate.reaction[4].partition_nl - 0.85) < 1e-12);
    for (int i = 0; i < plate.n_targets; i++)
        assert_int_equal(plate.target[i].reference, strcmp(plate.target[i].name, "r") == 0);
    const mtl__plate_read_opts two = {.run = "two"}, bad = {.run = "tow"};
    mtl__plate_clear(&plate);
    assert_int_equal(mtl__plate_parse(&plate, NULL, "p.csv", text, strlen(text), &two, &err), 0);
    assert_int_equal(plate.n, 1);
    mtl__plate_clear(&plate);
    assert_int_equal(mtl__plate_parse(&plate, NULL, "p.csv", text, strlen(text), &bad, &err),
                     MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "did you mean 'two'"));
}

static void test_rdml_twice(void **state)
{
    (void)state;
    char text[4096];
    snprintf(text, sizeof text,
             "%s<run id='one'><react id='1'><sample id='s1'/><data><tar id='t'/><cq>36</cq></data>"
             "</react></run><run id='two'><react id='A1'><sample id='s1'/><data><tar id='t'/>"
             "<cq>36</cq></data></react></run></experiment></rdml>",
             rdml_head);
    must_fail(text, MTL_ERR_DUPLICATE, 0, "choose one with --run");
}

/* A zip with one entry; free() it. */
static char *zipped(const char *name, const char *body, size_t n, size_t *size)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, &why);
    zip_source_keep(s);
    zip_t *z = zip_open_from_source(s, ZIP_TRUNCATE, &why);
    assert_non_null(z);
    assert_true(zip_file_add(z, name, zip_source_buffer(z, body, n, 0), ZIP_FL_ENC_UTF_8) >= 0);
    assert_int_equal(zip_close(z), 0);
    zip_stat_t st;
    zip_stat_init(&st);
    assert_int_equal(zip_source_stat(s, &st), 0);
    char *out = malloc((size_t)st.size);
    assert_non_null(out);
    assert_int_equal(zip_source_open(s), 0);
    assert_true(zip_source_read(s, out, st.size) == (zip_int64_t)st.size);
    zip_source_close(s);
    zip_source_free(s);
    *size = (size_t)st.size;
    return out;
}

static void test_zips(void **state)
{
    (void)state;
    char text[2048];
    size_t n;
    snprintf(text, sizeof text,
             "%s<run id='one'><react id='1'><sample id='s1'/><data><tar id='t'/><cq>36</cq></data>"
             "</react></run></experiment></rdml>",
             rdml_head);
    char *z = zipped("rdml_data.xml", text, strlen(text), &n);
    assert_int_equal(read_bytes(z, n, MTL__PLATE_AUTO), 0);
    assert_int_equal(plate.n, 1);
    for (size_t cut = 4; cut < n; cut += 7) /* a download that broke off */
        assert_int_equal(read_bytes(z, cut, MTL__PLATE_AUTO), MTL_ERR_SYNTAX);
    free(z);
    z = zipped("notes.txt", text, strlen(text), &n);
    assert_int_equal(read_bytes(z, n, MTL__PLATE_AUTO), MTL_ERR_SYNTAX);
    assert_non_null(strstr(err.text, "without RDML data"));
    free(z);
    /* 48 MB of blanks in some 50 KB. */
    const size_t size = (size_t)48 << 20;
    char *bomb = malloc(size);
    assert_non_null(bomb);
    memset(bomb, ' ', size);
    z = zipped("rdml_data.xml", bomb, size, &n);
    free(bomb);
    assert_true(n < size / MTL__RDML_MAX_RATIO);
    assert_int_equal(read_bytes(z, n, MTL__PLATE_AUTO), MTL_ERR_VALUE);
    assert_non_null(strstr(err.text, "unpacks to far more"));
    free(z);
}

/* ---------------------------------------------------------------- what is written comes back */
static void simulate(mtl__plate_maker *m, mtl__plate *p, uint64_t seed, bool digital)
{
    static const mtl__plate_read_opts o = {0};
    static const char *const sample[] = {"anna, blood", "say \"eva\"", "NTC", "x;y"};
    mtl__rng rng;
    mtl__rng_stream(&rng, seed, 1, 2, 3);
    assert_int_equal(mtl__maker_init(m, p, NULL, "p.csv", &o, &err), 0);
    for (int i = 0; i < 96; i++) {
        mtl__reaction *w;
        for (int t = 0; t < 2; t++) {
            assert_int_equal(mtl__maker_next(m, &w, &err), 0);
            char name[16];
            w->row = i / 12;
            w->column = i % 12;
            w->well = mtl__arena_strdup(&p->arena, mtl__well_name(w->row, w->column, name));
            w->sample = sample[i % 4];
            w->target = t ? "DRB1*15:01" : "DYS14";
            w->role = i % 4 == 2               ? MTL__ROLE_BLANK
                      : i % 4 == 3 && !digital ? MTL__ROLE_STANDARD
                                               : MTL__ROLE_UNKNOWN;
            if (w->role == MTL__ROLE_STANDARD)
                w->quantity = 1e4 * mtl__rng_unit(&rng) + 0.1;
            if (!digital)
                w->ct = mtl__rng_unit(&rng) < 0.7 ? 20 + 20 * mtl__rng_unit(&rng) : (double)NAN;
            w->omit = !digital && mtl__rng_unit(&rng) < 0.1;
            if (digital && t == 0) {
                w->both = (int64_t)(10 * mtl__rng_unit(&rng));
                w->only_this = (int64_t)(500 * mtl__rng_unit(&rng));
                w->only_other = (int64_t)(500 * mtl__rng_unit(&rng));
                w->neither = 15000;
            } else if (digital) {
                w->both = w[-1].both;
                w->only_this = w[-1].only_other;
                w->only_other = w[-1].only_this;
                w->neither = 15000;
            }
            if (digital) {
                w->positive = w->both + w->only_this;
                w->partitions = w->positive + w->only_other + w->neither;
            }
        }
    }
    assert_int_equal(mtl__maker_finish(m, &err), 0);
}

static int same(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a >= b && a <= b);
}

static void check_same(const mtl__plate *a, const mtl__plate *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->rows, b->rows);
    for (int i = 0; i < a->n; i++) {
        const mtl__reaction *x = &a->reaction[i], *y = &b->reaction[i];
        assert_string_equal(x->well, y->well);
        assert_string_equal(x->sample, y->sample);
        assert_string_equal(x->target, y->target);
        assert_int_equal(x->role, y->role);
        assert_int_equal(x->omit, y->omit);
        assert_true(same(x->ct, y->ct) && same(x->quantity, y->quantity));
        assert_int_equal(x->partitions, y->partitions);
        assert_int_equal(x->positive, y->positive);
        assert_int_equal(x->both, y->both);
        assert_int_equal(x->only_this, y->only_this);
        assert_int_equal(x->only_other, y->only_other);
        assert_int_equal(x->neither, y->neither);
        assert_int_equal(x->sample_index, y->sample_index);
        assert_int_equal(x->target_index, y->target_index);
    }
}

static void round_trip(uint64_t seed, bool digital, enum mtl__plate_format format)
{
    mtl__plate_maker m;
    mtl__plate p;
    mtl__str text = {0};
    simulate(&m, &p, seed, digital);
    assert_int_equal(mtl__plate_write(&text, &p, format), 0);
    must_read(text.s);
    check_same(&p, &plate);
    mtl__str_free(&text);
    mtl__plate_clear(&p);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        round_trip(seed, false, MTL__PLATE_QUANTSTUDIO);
        round_trip(seed, false, MTL__PLATE_GENERIC);
        round_trip(seed, true, MTL__PLATE_GENERIC);
        round_trip(seed, true, MTL__PLATE_QUANTASOFT);
    }
}

static void test_merged_round_trip(void **state)
{
    (void)state;
    mtl__str text = {0};
    must_read(droplets);
    assert_int_equal(mtl__plate_write(&text, &plate, MTL__PLATE_GENERIC), 0);
    must_read(text.s);
    check_droplets();
    assert_int_equal(plate.n, 7);
    text.len = 0;
    assert_int_equal(mtl__plate_write(&text, &plate, MTL__PLATE_QUANTASOFT), 0);
    must_read(text.s);
    check_droplets();
    assert_int_equal(plate.n, 3);
    mtl__str_free(&text);
}

/* ---------------------------------------------------------------- real exports */
#define DATA MTL_SOURCE_ROOT "/../shared/data/"

/* False, and said so, where the data are not there. */
static bool real(const char *leaf)
{
    const mtl__plate_read_opts o = {0};
    char path[512];
    snprintf(path, sizeof path, DATA "%s", leaf);
    FILE *f = fopen(path, "rb");
    if (!f) {
        printf("# skipped: no %s\n", leaf);
        return false;
    }
    fclose(f);
    mtl__plate_clear(&plate);
    mtl__str_free(&remarks);
    if (mtl__plate_load(&plate, &remarks, path, &o, &err) < 0)
        fail_msg("%s: %s", leaf, err.text);
    return true;
}

static int roles(enum mtl__role role)
{
    int n = 0;
    for (int i = 0; i < plate.n; i++)
        n += plate.reaction[i].role == role;
    return n;
}

static void test_real_quantstudio(void **state)
{
    (void)state;
    if (!real("qpcr_kanaan2023/quantstudio_plate.csv"))
        return;
    assert_int_equal(plate.n, 96);
    assert_int_equal(plate.n_targets, 2);
    assert_int_equal(roles(MTL__ROLE_STANDARD), 7);
    assert_int_equal(roles(MTL__ROLE_BLANK), 13);
    assert_int_equal(mtl__plate_standards(&plate, "K=1000", &remarks, &err), 0);
    double most = 0;
    for (int i = 0; i < plate.n; i++)
        if (plate.reaction[i].quantity > most)
            most = plate.reaction[i].quantity;
    assert_true(fabs(most - 81920) < 1e-6);
}

static void test_real_rdml(void **state)
{
    (void)state;
    if (real("rdml/stepone_std.rdml")) {
        int hits = 0;
        assert_int_equal(plate.n, 24);
        assert_int_equal(roles(MTL__ROLE_STANDARD), 15);
        assert_int_equal(roles(MTL__ROLE_BLANK), 3);
        for (int i = 0; i < plate.n; i++)
            hits += plate.reaction[i].ct > 0;
        assert_int_equal(hits, 21); /* all but the three blanks */
    }
    if (real("rdml/lc96_bACTXY.rdml")) {
        assert_int_equal(plate.n, 64); /* 16 wells of four dyes; 80 wells nobody set up */
        assert_int_equal(plate.n_targets, 4);
    }
    if (real("rdml/BioRad_qPCR_melt.rdml"))
        assert_int_equal(plate.n, 60);
}

static void test_real_droplets(void **state)
{
    static const char *const leaf[] = {"19-3581", "20-4539", "21-4034_FAM_VIC", "20-3756_FAM_HEX",
                                       "20-4582-FGFR2"};
    (void)state;
    for (size_t i = 0; i < sizeof leaf / sizeof *leaf; i++) {
        char path[128];
        int64_t merged = 0, single = 0;
        snprintf(path, sizeof path, "ddpcr_nipd/wells/%s.csv", leaf[i]);
        if (!real(path))
            continue;
        assert_int_equal(plate.n_targets > 1, 1);
        for (int k = 0; k < plate.n; k++) {
            const mtl__reaction *w = &plate.reaction[k];
            assert_int_equal(w->both + w->only_this, w->positive);
            if (w->row < 0)
                merged += w->partitions;
            else if (w->omit)
                single += w->partitions;
        }
        assert_true(merged > 0);
        assert_int_equal(merged, single); /* merged wells are the sums of those they name */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_plate),        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_windows_1252),      cmocka_unit_test(test_droplets),
        cmocka_unit_test(test_droplet_mistakes),  cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_standards_by_name), cmocka_unit_test(test_rdml),
        cmocka_unit_test(test_rdml_twice),        cmocka_unit_test(test_zips),
        cmocka_unit_test(test_round_trip),        cmocka_unit_test(test_merged_round_trip),
        cmocka_unit_test(test_real_quantstudio),  cmocka_unit_test(test_real_rdml),
        cmocka_unit_test(test_real_droplets),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
