/* SPDX-License-Identifier: MIT */
/* Panels and tables of allele counts: every form that is read, what is left out and counted, what
   is written and read again, AD of a VCF that bcftools wrote, and each mistake with its place. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "fixture_folder.h"
#include "io/counts.h"

static const char panel_text[] = "chromosome\tposition\tref\talt\tfrequency\tmarker\n"
                                 "2\t50\tG\tA\tNA\tthird\n"
                                 "chr1\t100\tA\tG\t0.25\tfirst\n"
                                 "chr1\t200\tc\tt\t0.5\tsecond\n";

static void panel(mtl__site_panel *p, const char *text)
{
    mtl_error err = {0};
    mtl__sites_init(p);
    const int ret = mtl__sites_parse_table(p, "p.tsv", text, strlen(text), &err);
    if (ret < 0 || mtl__sites_finish(p, &err) < 0)
        fail_msg("%d: %s", err.line, err.text);
}

/* ---------------------------------------------------------------- panels */
static void panel_reads(void **state)
{
    mtl__site_panel p;
    (void)state;
    panel(&p, panel_text);
    assert_int_equal(p.n, 3);
    assert_string_equal(p.site[0].name, "first");
    assert_true(p.site[0].frequency > 0.249 && p.site[0].frequency < 0.251);
    assert_int_equal(p.site[1].ref, 'C');
    assert_int_equal(p.site[2].chromosome, 2);
    assert_true(isnan(p.site[2].frequency));
    assert_int_equal(mtl__sites_find(&p, 1, 200), 1);
    assert_int_equal(mtl__sites_find(&p, 1, 150), -1);
    assert_int_equal(mtl__sites_find(&p, 2, 200), -1);
    mtl__sites_free(&p);
}

static void panel_leaves_out(void **state)
{
    mtl__site_panel p;
    (void)state;
    panel(&p, "#chrom\tpos\tref\talt\n"
              "1\t10\tA\tAC\n"  /* InDel */
              "1\t11\tACC\tA\n" /* InDel */
              "1\t12\tA\tC,G\n" /* three alleles */
              "1\t13\tA\tA\n"   /* one */
              "X\t14\tA\tC\n"   /* no autosome */
              "23\t14\tA\tC\n"  /* none either */
              "1\t15\tA\tC\n"   /* twice the same */
              "1\t15\tA\tC\n"
              "1\t16\tA\tC\n" /* one place, other alleles: both go */
              "1\t16\tA\tT\n"
              "# a remark\n"
              "\n"
              "22\t17\tA\tC\r\n");
    assert_int_equal(p.n, 2);
    assert_int_equal(p.indels, 2);
    assert_int_equal(p.not_two_alleles, 4);
    assert_int_equal(p.not_autosomal, 2);
    assert_int_equal(p.repeated, 1);
    assert_int_equal(p.site[1].chromosome, 22);
    mtl__sites_free(&p);
}

static void panel_mistakes(void **state)
{
    static const struct {
        const char *text;
        int line, column;
        const char *words;
    } bad[] = {
        {"", 1, 0, "empty"},
        {"chromosome\tposition\tref\n1\t1\tA\n", 1, 0, "'alt' is missing"},
        {"chromosome\tposition\tref\talt\tfrequencey\n", 1, 29, "did you mean 'frequency'"},
        {"chromosome\tposition\tref\talt\tref\n", 1, 29, "there twice"},
        {"chromosome\tposition\tref\talt\n1\t0\tA\tC\n", 2, 3, "'0' is not a position"},
        {"chromosome\tposition\tref\talt\n1\t1e3\tA\tC\n", 2, 3, "'1e3' is not a position"},
        {"chromosome\tposition\tref\talt\n\t5\tA\tC\n", 2, 1, "no chromosome"},
        {"chromosome\tposition\tref\talt\taf\n1\t5\tA\tC\t1.5\n", 2, 9, "between 0 and 1"},
        {"chromosome\tposition\tref\talt\taf\n1\t5\tA\tC\t0,5\n", 2, 9, "'0,5'"},
        {"chromosome\tposition\tref\talt\n1\t5\tA\tCC\n", 0, 0, "no site can be used"},
        {"\xff\xfe"
         "c",
         1, 1, "UTF-16"},
        {"chromosome\tposition\tref\talt\n1\t5\tA\t\xc3\x28\n", 2, 0, "0xc3"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl__site_panel p;
        mtl_error err = {0};
        mtl__sites_init(&p);
        int ret = mtl__sites_parse_table(&p, "p.tsv", bad[i].text, strlen(bad[i].text), &err);
        if (ret == 0)
            ret = mtl__sites_finish(&p, &err);
        if (ret >= 0 || err.line != bad[i].line || err.column != bad[i].column ||
            !strstr(err.text, bad[i].words))
            fail_msg("%zu: %d at %d:%d '%s'", i, ret, err.line, err.column, err.text);
        mtl__sites_free(&p);
    }
}

static void panel_of_bed(void **state)
{
    static const char bed[] = "chr1\t99\t100\tA\tG\nchr2\t49\t50\tG\tA\n";
    static const char mu[] = "chr1:100_A/G_rs1\t0.5\nchr2:50_G/A_rs2\t2\n";
    mtl__site_panel p;
    mtl_error err = {0};
    (void)state;
    mtl__sites_init(&p);
    assert_int_equal(
        mtl__sites_parse_bed(&p, "p.bed", bed, strlen(bed), "p.mu", mu, strlen(mu), &err), 0);
    assert_int_equal(mtl__sites_finish(&p, &err), 0);
    assert_int_equal(p.n, 2);
    assert_int_equal(p.site[0].position, 100);
    assert_true(fabs(p.site[0].frequency - 0.25) < 1e-12);
    assert_true(isnan(p.site[1].frequency)); /* everybody has it */
    assert_string_equal(p.site[0].name, "rs1");
    mtl__sites_free(&p);
    mtl__sites_init(&p);
    assert_int_equal(mtl__sites_parse_bed(&p, "p.bed", bed, strlen(bed), "p.mu", mu, 21, &err),
                     MTL_ERR_SYNTAX); /* the .mu ends early */
    mtl__sites_free(&p);
    mtl__sites_init(&p);
    assert_int_equal(
        mtl__sites_parse_bed(&p, "p.bed", bed, strlen(bed), "p.mu", mu + 21, strlen(mu) - 21, &err),
        MTL_ERR_VALUE); /* other sites */
    assert_string_equal(err.file, "p.mu");
    mtl__sites_free(&p);
}

/* ---------------------------------------------------------------- tables */
static const char long_text[] =
    "sample\tchromosome\tposition\tref\talt\tref_count\talt_count\tother_count\n"
    "anna\t1\t100\tA\tG\t90\t10\t1\n"
    "anna\t1\t200\tT\tC\t3\t4\t\n" /* the other way round */
    "tom\tchr1\t100\tA\tG\t0\t55\tNA\n"
    "anna\t1\t300\tA\tG\t7\t7\t7\n" /* not on the panel */
    "anna\tX\t300\tA\tG\t7\t7\t7\n"
    "anna\t1\t200\tCA\tC\t9\t9\t9\n"; /* an InDel at the place of a site */

static void reads_long(void **state)
{
    mtl__site_panel p;
    mtl__count_set c;
    mtl_error err = {0};
    (void)state;
    panel(&p, panel_text);
    mtl__count_set_init(&c);
    assert_int_equal(mtl__count_table_parse(&c, &p, "c.tsv", long_text, strlen(long_text), &err),
                     0);
    assert_int_equal(c.n, 2);
    assert_string_equal(c.sample[1].name, "tom");
    assert_int_equal(c.sample[0].ref[0], 90);
    assert_int_equal(c.sample[0].alt[0], 10);
    assert_int_equal(c.sample[0].other[0], 1);
    assert_int_equal(c.sample[0].ref[1], 4);
    assert_int_equal(c.sample[0].alt[1], 3);
    assert_int_equal(c.sample[1].alt[0], 55);
    assert_int_equal(c.sample[1].ref[2] + c.sample[1].alt[2], 0);
    assert_int_equal(c.off_panel, 3);
    assert_non_null(strstr(c.notes.s, "other way round in 1 line"));
    /* Written and read again: the same counts. */
    mtl__str text = {0};
    mtl__count_set d;
    mtl__count_table_print(&text, &c, &p);
    mtl__count_set_init(&d);
    assert_int_equal(mtl__count_table_parse(&d, &p, "d.tsv", text.s, text.len, &err), 0);
    assert_int_equal(d.n, 2);
    for (int i = 0; i < 2; i++) {
        assert_memory_equal(c.sample[i].ref, d.sample[i].ref, 3 * sizeof(int32_t));
        assert_memory_equal(c.sample[i].alt, d.sample[i].alt, 3 * sizeof(int32_t));
        assert_memory_equal(c.sample[i].other, d.sample[i].other, 3 * sizeof(int32_t));
    }
    mtl__str_free(&text);
    mtl__count_set_free(&c);
    mtl__count_set_free(&d);
    mtl__sites_free(&p);
}

static void reads_wide(void **state)
{
    static const char text[] =
        "chrom\tpos\tREF\tALT\ta.b.ref\ta.b.alt\ttom.ref\ttom.alt\ttom.other\n"
        "1\t100\tA\tG\t1\t2\t3\t4\t5\n"
        "1\t200\tT\tC\t1\t2\t3\t4\t5\n"
        "2\t50\tG\tA\t.\tNA\t\t0\t0\n";
    mtl__site_panel p, own;
    mtl__count_set c;
    mtl_error err = {0};
    (void)state;
    panel(&p, panel_text);
    mtl__count_set_init(&c);
    assert_int_equal(mtl__count_table_parse(&c, &p, "c.tsv", text, strlen(text), &err), 0);
    assert_int_equal(c.n, 2);
    assert_string_equal(c.sample[0].name, "a.b");
    assert_false(c.sample[0].has_other);
    assert_true(c.sample[1].has_other);
    assert_int_equal(c.sample[1].ref[0], 3);
    assert_int_equal(c.sample[1].ref[1], 4);
    assert_int_equal(c.sample[1].other[1], 5);
    assert_int_equal(c.sample[0].alt[2], 0);
    mtl__count_set_free(&c);
    /* The table's own sites. */
    mtl__sites_init(&own);
    assert_int_equal(mtl__count_table_sites(&own, "c.tsv", text, strlen(text), &err), 0);
    assert_int_equal(own.n, 3);
    assert_int_equal(own.site[1].ref, 'T');
    mtl__sites_free(&own);
    mtl__sites_free(&p);
}

static void table_mistakes(void **state)
{
#define LONG "sample\tchromosome\tposition\tref\talt\tref_count\talt_count\n"
#define WIDE "chromosome\tposition\tref\talt\ttom.ref\ttom.alt\n"
    static const struct {
        const char *text;
        int code, line, column;
        const char *words;
    } bad[] = {
        {"", MTL_ERR_SYNTAX, 1, 0, "empty"},
        {LONG, MTL_ERR_SYNTAX, 1, 0, "no counts below"},
        {"sample\tchromosome\tposition\tref\talt\tref_count\n", MTL_ERR_SYNTAX, 1, 0,
         "'alt_count'"},
        {"chromosome\tposition\tref\talt\n", MTL_ERR_SYNTAX, 1, 0, "no counts"},
        {"chromosome\tposition\tref\talt\ttom.ref\n", MTL_ERR_SYNTAX, 1, 0,
         "lacks its column .alt"},
        {"chromosome\tposition\tref\talt\ttom.ref\ttom.alt\ttom.ref\n", MTL_ERR_DUPLICATE, 1, 45,
         "there twice"},
        {"chromosome\tposition\tref\talt\ttom\n", MTL_ERR_NAME, 1, 29, "NAME.ref"},
        {LONG "anna\t1\t100\tA\tG\t5\t-1\n", MTL_ERR_VALUE, 2, 18, "'-1' is not a count"},
        {LONG "anna\t1\t100\tA\tG\t5\t1.5\n", MTL_ERR_VALUE, 2, 18, "'1.5' is not a count"},
        {LONG "anna\t1\t100\tA\tG\t5\t9999999999\n", MTL_ERR_VALUE, 2, 18, "not a count"},
        {LONG "\t1\t100\tA\tG\t5\t1\n", MTL_ERR_NAME, 2, 1, "needs a name"},
        {LONG "anna\t1\t100\tA\tG\t5\n", MTL_ERR_SYNTAX, 2, 0,
         "6 cells where the header line has 7"},
        {LONG "anna\t1\t100\tA\tG\t5\t5\t5\n", MTL_ERR_SYNTAX, 2, 20, "outside the 7 columns"},
        {LONG "anna\t1\t100\tA\tT\t5\t5\n", MTL_ERR_VALUE, 2, 12, "panel has A and G at 1:100"},
        {LONG "anna\t1\t100\tA\tG\t5\t5\nanna\t1\t100\tA\tG\t5\t5\n", MTL_ERR_DUPLICATE, 3, 8,
         "of sample anna"},
        {WIDE "1\t100\tA\tG\t5\t5\n1\t100\tA\tG\t5\t5\n", MTL_ERR_DUPLICATE, 3, 3, "earlier line"},
        {LONG "anna\t3\t100\tA\tG\t5\t5\n", MTL_ERR_VALUE, 0, 0, "none of its 1 lines"},
        {LONG "anna\t1\t100\tA\tG\t5\t5\t\x01\n", MTL_ERR_SYNTAX, 2, 0, "0x01"},
    };
    (void)state;
    mtl__site_panel p;
    panel(&p, panel_text);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl__count_set c;
        mtl_error err = {0};
        mtl__count_set_init(&c);
        const int ret =
            mtl__count_table_parse(&c, &p, "c.tsv", bad[i].text, strlen(bad[i].text), &err);
        if (ret != bad[i].code || err.line != bad[i].line || err.column != bad[i].column ||
            !strstr(err.text, bad[i].words) || strcmp(err.file, "c.tsv") != 0)
            fail_msg("%zu: %d at %d:%d '%s'", i, ret, err.line, err.column, err.text);
        mtl__count_set_free(&c);
    }
    mtl__sites_free(&p);
}

/* 10,000 sites of 100 samples, read in well under the seconds that the fit may take. */
static void reads_fast(void **state)
{
    enum { SITES = 10000, SAMPLES = 100 };
    mtl__str t = {0};
    mtl__site_panel p;
    mtl__count_set c;
    mtl_error err = {0};
    (void)state;
    mtl__str_add(&t, "chromosome\tposition\tref\talt");
    for (int s = 0; s < SAMPLES; s++)
        mtl__str_printf(&t, "\ts%d.ref\ts%d.alt", s, s);
    for (int i = 0; i < SITES; i++) {
        mtl__str_printf(&t, "\n%d\t%d\tA\tG", 1 + i % 22, 1000 + i);
        for (int s = 0; s < SAMPLES; s++)
            mtl__str_printf(&t, "\t%d\t%d", 100 + s, i % 7);
    }
    assert_false(t.oom);
    mtl__sites_init(&p);
    mtl__count_set_init(&c);
    const clock_t before = clock();
    assert_int_equal(mtl__count_table_sites(&p, "w.tsv", t.s, t.len, &err), 0);
    assert_int_equal(mtl__count_table_parse(&c, &p, "w.tsv", t.s, t.len, &err), 0);
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 2);
    assert_int_equal(c.n, SAMPLES);
    assert_int_equal(c.sample[99].ref[SITES - 1], 199);
    mtl__str_free(&t);
    mtl__count_set_free(&c);
    mtl__sites_free(&p);
}

/* ---------------------------------------------------------------- VCF */
static const char vcf_text[] =
    "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=2>\n"
    "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"d\">\n"
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
    "##INFO=<ID=AF,Number=A,Type=Float,Description=\"f\">\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tanna\ttom\n"
    "1\t100\t.\tA\tG\t.\tPASS\tAF=0.1\tGT:AD\t0/1:30,20\t0/0:.\n"
    "1\t100\t.\tAC\tA\t.\tPASS\t.\tGT:AD\t0/1:99,99\t0/0:9,9\n" /* an InDel there */
    "1\t200\t.\tT\tA,C\t.\tPASS\t.\tGT:AD\t0/1:1,2,3\t0/0:4,5,6\n"
    "1\t250\t.\tT\tA\t.\tPASS\t.\tGT:AD\t0/1:1,2\t0/0:4,5\n"
    "2\t50\t.\tG\tA\t.\tPASS\t.\tGT\t0/1\t0/0\n";

static void reads_vcf(void **state)
{
    mtl__site_panel p;
    (void)state;
    panel(&p, panel_text);
    write_file("a.vcf", vcf_text);
    char command[700];
    snprintf(command, sizeof command, "bcftools view -O b -o '%s' '%s' 2>/dev/null",
             in_folder("a.bcf"), in_folder("a.vcf"));
    const char *const file[2] = {"a.vcf", "a.bcf"};
    const int files = system(command) == 0 ? 2 : 1;
    if (files == 1)
        print_message("# skipped: BCF, bcftools is not installed\n");
    for (int k = 0; k < files; k++) {
        mtl__count_set c;
        mtl_error err = {0};
        mtl__count_set_init(&c);
        if (mtl__count_vcf_read(&c, &p, in_folder(file[k]), &err) < 0)
            fail_msg("%s", err.text);
        assert_int_equal(c.n, 2);
        assert_int_equal(c.sample[0].ref[0], 30);
        assert_int_equal(c.sample[0].alt[0], 20);
        assert_int_equal(c.sample[1].ref[0] + c.sample[1].alt[0], 0);
        assert_int_equal(c.sample[0].ref[1], 3); /* panel: C, T; file: T, A, C */
        assert_int_equal(c.sample[0].alt[1], 1);
        assert_int_equal(c.sample[1].other[1], 5);
        assert_int_equal(c.sample[1].ref[2], 0);
        assert_int_equal(c.off_panel, 1);
        mtl__count_set_free(&c);
    }
    mtl__sites_free(&p);
}

static void vcf_as_panel(void **state)
{
    mtl__site_panel p;
    mtl_error err = {0};
    (void)state;
    write_file("p.vcf", vcf_text);
    mtl__sites_init(&p);
    assert_int_equal(mtl__sites_read(&p, in_folder("p.vcf"), &err), 0);
    assert_int_equal(p.n, 3);
    assert_int_equal(p.indels, 1);
    assert_int_equal(p.not_two_alleles, 1);
    assert_true(fabs(p.site[0].frequency - 0.1) < 1e-6);
    mtl__sites_free(&p);
}

static void vcf_mistakes(void **state)
{
    static const char no_ad[] = "##fileformat=VCFv4.2\n##contig=<ID=1>\n"
                                "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
                                "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tanna\n"
                                "1\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\n";
    mtl__site_panel p;
    mtl__count_set c;
    mtl_error err = {0};
    (void)state;
    panel(&p, panel_text);
    write_file("n.vcf", no_ad);
    mtl__count_set_init(&c);
    assert_int_equal(mtl__count_vcf_read(&c, &p, in_folder("n.vcf"), &err), MTL_ERR_SYNTAX);
    assert_string_equal(err.field, "AD");
    mtl__count_set_free(&c);
    /* Another REF: another build. */
    char other[sizeof vcf_text];
    memcpy(other, vcf_text, sizeof vcf_text);
    *(strstr(other, "100\t.\tA\tG") + 6) = 'T';
    write_file("r.vcf", other);
    mtl__count_set_init(&c);
    assert_int_equal(mtl__count_vcf_read(&c, &p, in_folder("r.vcf"), &err), MTL_ERR_VALUE);
    assert_non_null(strstr(err.text, "(1:100) has REF T, the panel has A and G"));
    mtl__count_set_free(&c);
    /* Nothing in common. */
    mtl__site_panel far;
    panel(&far, "chromosome\tposition\tref\talt\n7\t5\tA\tC\n");
    mtl__count_set_init(&c);
    write_file("a.vcf", vcf_text);
    assert_int_equal(mtl__count_vcf_read(&c, &far, in_folder("a.vcf"), &err), MTL_ERR_VALUE);
    assert_non_null(strstr(err.text, "none of its 5 records"));
    mtl__count_set_free(&c);
    mtl__sites_free(&far);
    mtl__sites_free(&p);
}

/* A gzipped table is a table. */
static void reads_gzip(void **state)
{
    char command[700], *text;
    size_t n;
    mtl_error err = {0};
    enum mtl__counts_kind kind;
    (void)state;
    write_file("z.tsv", long_text);
    snprintf(command, sizeof command, "gzip -f '%s'", in_folder("z.tsv"));
    if (system(command) != 0) {
        print_message("# skipped: gzip is not installed\n");
        return;
    }
    assert_int_equal(mtl__counts_kind_of(in_folder("z.tsv.gz"), &kind, &err), 0);
    assert_int_equal(kind, MTL__COUNTS_TABLE);
    assert_int_equal(mtl__counts_slurp(in_folder("z.tsv.gz"), &text, &n, &err), 0);
    assert_int_equal(n, strlen(long_text));
    assert_memory_equal(text, long_text, n);
    free(text);
    assert_int_equal(mtl__counts_slurp(in_folder("absent"), &text, &n, &err), MTL_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panel_reads),    cmocka_unit_test(panel_leaves_out),
        cmocka_unit_test(panel_mistakes), cmocka_unit_test(panel_of_bed),
        cmocka_unit_test(reads_long),     cmocka_unit_test(reads_wide),
        cmocka_unit_test(table_mistakes), cmocka_unit_test(reads_fast),
        cmocka_unit_test(reads_vcf),      cmocka_unit_test(vcf_as_panel),
        cmocka_unit_test(vcf_mistakes),   cmocka_unit_test(reads_gzip),
    };
    return cmocka_run_group_tests_name("counts", tests, make_folder, remove_folder);
}
