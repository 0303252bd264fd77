/* SPDX-License-Identifier: MIT */
/* From files to fractions: a drawn family written as VCF, tables and a .fam and measured back, who
   is taken for host, donor, staff and reference, and what must be refused. On real reads: a son's
   mixed into his mother's. */
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

#include "fixture_folder.h"
#include "fixture_mix.h"
#include "fixture_model.h"
#include "matriline/markers.h"
#include "matriline/mix.h"
#include "mixed_reads.h"
#include "num/num.h"

/* ---------------------------------------------------------------- a drawn family */
enum { SITES = 800, PEOPLE = 7 };
enum { GRETA = 1, ANNA, PAUL, TOM, EVA, NURSE };
static const char *const name[PEOPLE] = {"", "greta", "anna", "paul", "tom", "eva", "nurse"};
static const char family_text[] = "f greta 0 0 2 -9\nf anna 0 greta 2 -9\nf paul 0 0 1 -9\n"
                                  "f tom paul anna 1 -9\nf eva paul anna 2 -9\n";
static int genotype[SITES][PEOPLE];
static double frequency[SITES];

static void draw_family(void)
{
    for (int i = 0; i < SITES; i++) {
        mtl__rng rng;
        int a[PEOPLE][2];
        mtl__rng_stream(&rng, 5, (uint64_t)i, 0, 1);
        frequency[i] = 0.1 + 0.8 * mtl__rng_unit(&rng);
        for (int k = 1; k < PEOPLE; k++)
            for (int side = 0; side < 2; side++)
                a[k][side] = mtl__rng_unit(&rng) < frequency[i];
        a[ANNA][0] = a[GRETA][mtl__rng_unit(&rng) < 0.5];
        for (int child = TOM; child <= EVA; child++) {
            a[child][0] = a[ANNA][mtl__rng_unit(&rng) < 0.5];
            a[child][1] = a[PAUL][mtl__rng_unit(&rng) < 0.5];
        }
        for (int k = 1; k < PEOPLE; k++)
            genotype[i][k] = a[k][0] + a[k][1];
    }
}

static void write_vcf(const char *leaf, unsigned people)
{
    static const char *const gt[3] = {"0/0", "0/1", "1/1"};
    mtl__str t = {0};
    mtl__str_add(&t, "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n##contig=<ID=chr2>\n"
                     "##INFO=<ID=AF,Number=A,Type=Float,Description=\"f\">\n"
                     "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
                     "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    for (int k = 1; k < PEOPLE; k++)
        if (people >> k & 1)
            mtl__str_printf(&t, "\t%s", name[k]);
    for (int i = 0; i < SITES; i++) {
        mtl__str_printf(&t, "\nchr%d\t%d\t.\tA\tG\t.\tPASS\tAF=%.6f\tGT", 1 + 2 * i / SITES,
                        1000 + 200000 * (i % (SITES / 2)), frequency[i]);
        for (int k = 1; k < PEOPLE; k++)
            if (people >> k & 1)
                mtl__str_printf(&t, "\t%s", gt[genotype[i][k]]);
    }
    mtl__str_add(&t, "\n");
    write_file(leaf, t.s);
    mtl__str_free(&t);
}

/* Reads of one sample: shares of everybody, error 1e-3. */
static void draw_counts(mtl__str *t, const char *sample, const double *share, int depth,
                        uint64_t seed)
{
    for (int i = 0; i < SITES; i++) {
        mtl__rng rng;
        double q = 0;
        mtl__rng_stream(&rng, 9, (uint64_t)i, seed, 1);
        for (int k = 1; k < PEOPLE; k++)
            q += share[k] * genotype[i][k] / 2;
        const int64_t alt = mtl__rng_binomial(&rng, depth, q * 0.999 + (1 - q) * 0.001);
        mtl__str_printf(t, "%s\t%d\t%d\tA\tG\t%d\t%d\n", sample, 1 + 2 * i / SITES,
                        1000 + 200000 * (i % (SITES / 2)), depth - (int)alt, (int)alt);
    }
}
#define COUNTS_HEADER "sample\tchromosome\tposition\tref\talt\tref_count\talt_count\n"

static void write_counts(const char *leaf, const char *sample, const double *share, int depth,
                         uint64_t seed)
{
    mtl__str t = {0};
    mtl__str_add(&t, COUNTS_HEADER);
    draw_counts(&t, sample, share, depth, seed);
    write_file(leaf, t.s);
    mtl__str_free(&t);
}

static int set_up(void **state)
{
    if (make_folder(state) < 0 || load_model(state) < 0)
        return -1;
    draw_family();
    write_file("f.fam", family_text);
    write_vcf("all.vcf", 1u << GRETA | 1u << ANNA | 1u << PAUL | 1u << TOM | 1u << EVA);
    write_vcf("nurse.vcf", 1u << NURSE);
    const double mixed[PEOPLE] = {[ANNA] = 0.987, [TOM] = 0.01, [GRETA] = 0.003};
    write_counts("anna.tsv", "anna", mixed, 500, 1);
    return 0;
}

static int tear_down(void **state)
{
    free_model(state);
    return remove_folder(state);
}

static int run(mtl_mix **out, mtl_scenario **s, const char *family, const char *file,
               const mtl_mix_opts *o)
{
    const char *const files[] = {file};
    mtl_error_clear(&err);
    assert_int_equal(mtl_pedigree_load(s, family, model, &err), 0);
    return mtl_mix_run(out, *s, files, 1, o, &err);
}

static void give_back(mtl_mix *m, mtl_scenario *s)
{
    mtl_mix_free(m);
    mtl_scenario_free(s);
}

static void assert_holds(mtl_mix_row r, double truth)
{
    if (!(r.low <= truth && truth <= r.high))
        fail_msg("%s: %g (%g to %g), truth %g", r.donor, r.fraction, r.low, r.high, truth);
}

/* Fixed draw, intervals of 99.9%: with other draws at most 4 of 1000 would miss. */
static void known_genotypes(void **state)
{
    mtl_mix *m = NULL;
    mtl_scenario *s = NULL;
    mtl_mix_opts o;
    (void)state;
    mtl_mix_opts_init(&o);
    o.genotypes = in_folder("all.vcf");
    o.level = 0.999;
    o.threads = 1;
    if (run(&m, &s, in_folder("f.fam"), in_folder("anna.tsv"), &o) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(mtl_mix_n_samples(m), 1);
    assert_int_equal(mtl_mix_n_rows(m), 3); /* greta, tom, eva: not paul */
    assert_holds(row_of(m, "anna", "tom"), 0.01);
    assert_holds(row_of(m, "anna", "greta"), 0.003);
    assert_holds(row_of(m, "anna", "eva"), 0);
    assert_true(row_of(m, "anna", "tom").p < 1e-6);
    assert_true(row_of(m, "anna", "tom").low > 0.005);
    assert_string_equal(row_of(m, "anna", "tom").relation, "son");
    assert_string_equal(row_of(m, "anna", "tom").typed, "typed");
    char *text = mtl_mix_text(m, 80), *json = mtl_mix_json(m), *tsv = mtl_mix_tsv(m);
    assert_non_null(strstr(text, "own mother"));
    assert_non_null(strstr(json, "\"donor\": \"greta\""));
    assert_non_null(strstr(tsv, "\tanna\ttom\tson\ttyped\t"));
    free(text);
    free(json);
    free(tsv);
    give_back(m, s);
}

/* What is written is read again, to the last digit of the answer. */
static void counts_come_back(void **state)
{
    mtl_mix *m = NULL, *again = NULL;
    mtl_scenario *s = NULL, *s2 = NULL;
    mtl_mix_opts o;
    (void)state;
    mtl_mix_opts_init(&o);
    o.genotypes = in_folder("all.vcf");
    assert_int_equal(run(&m, &s, in_folder("f.fam"), in_folder("anna.tsv"), &o), 0);
    assert_int_equal(mtl_mix_write(m, in_folder("out"), &err), 0);
    assert_int_equal(run(&again, &s2, in_folder("f.fam"), in_folder("out/counts.tsv"), &o), 0);
    for (int i = 0; i < mtl_mix_n_rows(m); i++) {
        mtl_mix_row a, b;
        assert_int_equal(mtl_mix_row_get(m, i, &a), 0);
        assert_int_equal(mtl_mix_row_get(again, i, &b), 0);
        assert_memory_equal(&a.fraction, &b.fraction, sizeof a.fraction);
        assert_memory_equal(&a.high, &b.high, sizeof a.high);
    }
    give_back(m, s);
    give_back(again, s2);
}

/* Nobody typed but by reads of their own; the table says whose they are. */
static void typed_by_reads(void **state)
{
    const double pure[3][PEOPLE] = {{[ANNA] = 1}, {[TOM] = 1}, {[GRETA] = 1}};
    static const char *const sample[3] = {"swab-1", "swab-2", "swab-3"};
    mtl__str t = {0};
    mtl_mix *m = NULL;
    mtl_scenario *s = NULL;
    mtl_mix_opts o;
    (void)state;
    mtl__str_add(&t, COUNTS_HEADER);
    for (int k = 0; k < 3; k++)
        draw_counts(&t, sample[k], pure[k], 80, 10 + (uint64_t)k);
    write_file("pure.tsv", t.s);
    mtl__str_free(&t);
    write_file("samples.tsv", "sample\tperson\tuse\nswab-1\tanna\tpure\nswab-2\ttom\tpure\n"
                              "swab-3\tgreta\tpure\nanna\tanna\t\n");
    mtl_mix_opts_init(&o);
    o.panel = in_folder("all.vcf");
    o.references = in_folder("pure.tsv");
    o.samples = in_folder("samples.tsv");
    o.donors = "tom, greta";
    o.level = 0.999;
    if (run(&m, &s, in_folder("f.fam"), in_folder("anna.tsv"), &o) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(mtl_mix_n_rows(m), 2);
    assert_string_equal(row_of(m, "anna", "tom").typed, "from reads");
    assert_holds(row_of(m, "anna", "tom"), 0.01);
    assert_holds(row_of(m, "anna", "greta"), 0.003);
    char *json = mtl_mix_json(m);
    assert_non_null(strstr(json, "\"learnt\""));
    const char *mean = strstr(json, "\"error\": ");
    assert_non_null(mean);
    /* 1e-3 from 200,000 reads: three standard errors are 2.2e-4. */
    assert_true(fabs(strtod(mean + 9, NULL) - 1e-3) < 2.2e-4);
    free(json);
    give_back(m, s);
}

/* Staff who left reads, and another sample of the run that did. */
static void staff_and_neighbours(void **state)
{
    const double mixed[PEOPLE] = {[ANNA] = 0.98, [NURSE] = 0.02};
    mtl_mix *m = NULL;
    mtl_scenario *s = NULL;
    mtl_mix_opts o;
    (void)state;
    write_counts("nurse.tsv", "anna", mixed, 300, 3);
    mtl_mix_opts_init(&o);
    o.genotypes = in_folder("all.vcf");
    o.staff = in_folder("nurse.vcf");
    o.stranger = 1;
    o.level = 0.999;
    if (run(&m, &s, in_folder("f.fam"), in_folder("nurse.tsv"), &o) < 0)
        fail_msg("%s", err.text);
    assert_holds(row_of(m, "anna", "nurse"), 0.02);
    assert_holds(row_of(m, "anna", "tom"), 0);
    assert_string_equal(row_of(m, "anna", "nurse").relation, "staff");
    (void)row_of(m, "anna", "a stranger");
    give_back(m, s);
    /* The same file as the family's genotypes: staff named like the family. */
    o.staff = in_folder("all.vcf");
    assert_int_equal(run(&m, &s, in_folder("f.fam"), in_folder("nurse.tsv"), &o),
                     MTL_ERR_DUPLICATE);
    mtl_scenario_free(s);
}

/* ---------------------------------------------------------------- refused */
static void refusals(void **state)
{
    static const struct {
        const char *what, *value;
        int code;
        const char *words;
    } bad[] = {
        {"host", "ana", MTL_ERR_NAME, "did you mean 'anna'"},
        {"donors", "tomm", MTL_ERR_NAME, "did you mean 'tom'"},
        {"sample", "annna", MTL_ERR_NAME, "did you mean 'anna'"},
        {"counts", "x", MTL_ERR_NAME, "nobody of the family"},
        {"samples", "sample\tperson\nanna\tana\n", MTL_ERR_NAME, "did you mean 'anna'"},
        {"samples", "sample\tperson\tuse\nanna\tanna\tmixtur\n", MTL_ERR_NAME,
         "did you mean 'mixture'"},
        {"samples", "sample\tperson\nanna2\tanna\n", MTL_ERR_NAME, "did you mean 'anna'"},
        {"samples", "sample\tperson\nanna\tanna\nanna\ttom\n", MTL_ERR_DUPLICATE, "line 2 too"},
        {"samples", "sample\tperson\nanna\t\n", MTL_ERR_VALUE, "whose sample"},
        {"samples", "sample\tperson\tuse\nanna\tanna\tpure\n", MTL_ERR_VALUE, "nothing to fit"},
        {"panel", "absent.vcf", MTL_ERR_IO, "No such file"},
        {"umi", "RXX", MTL_ERR_USAGE, "two characters"},
    };
    (void)state;
    const double pure[PEOPLE] = {[ANNA] = 1};
    write_counts("x.tsv", "ann", pure, 50, 4);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl_mix *m = NULL;
        mtl_scenario *s = NULL;
        mtl_mix_opts o;
        mtl_mix_opts_init(&o);
        o.genotypes = in_folder("all.vcf");
        const char *file = in_folder("anna.tsv");
        if (strcmp(bad[i].what, "host") == 0) {
            o.host = bad[i].value;
            file = in_folder("x.tsv");
        } else if (strcmp(bad[i].what, "counts") == 0) {
            file = in_folder("x.tsv");
        } else if (strcmp(bad[i].what, "donors") == 0) {
            o.donors = bad[i].value;
        } else if (strcmp(bad[i].what, "sample") == 0) {
            o.sample = bad[i].value;
        } else if (strcmp(bad[i].what, "panel") == 0) {
            o.panel = bad[i].value;
        } else if (strcmp(bad[i].what, "umi") == 0) {
            o.umi = bad[i].value;
        } else {
            write_file("bad.tsv", bad[i].value);
            o.samples = in_folder("bad.tsv");
        }
        const int ret = run(&m, &s, in_folder("f.fam"), file, &o);
        if (ret != bad[i].code || !strstr(err.text, bad[i].words))
            fail_msg("%zu: %d '%s'", i, ret, err.text);
        assert_null(m);
        mtl_scenario_free(s);
    }
}

/* ---------------------------------------------------------------- real reads */
/* One mixture measured: the truth lies in the interval, which is no wider than 30%. */
static void measure(const char *file, const char *sample, const char *references, double truth,
                    double least)
{
    mtl_mix *m = NULL;
    mtl_scenario *s = NULL;
    mtl_mix_opts o;
    mtl_mix_opts_init(&o);
    o.panel = TRIO "candidates.vcf.gz";
    o.references = references;
    o.host = "HG004";
    o.level = 0.99;
    if (run(&m, &s, in_folder("trio.fam"), file, &o) < 0)
        fail_msg("%s", err.text);
    const mtl_mix_row r = row_of(m, sample, "HG002");
    print_message("# %.3f: %.3f (%.3f to %.3f)\n", truth, r.fraction, r.low, r.high);
    assert_holds(r, truth);
    assert_true(r.high - r.low < 0.3);
    assert_true(r.low >= least);
    give_back(m, s);
}

/* Four mixtures at intervals of 99%: a false alarm in at most 4 of 100 other choices of reads. */
static void son_in_mother(void **state)
{
    static const double share[4] = {0.2, 0.1, 0.05, 0.02};
    char command[1500], bam[300], vcf[300];
    mtl__site_panel p;
    (void)state;
    if (access(TRIO "HG002_child.bam", R_OK) != 0) {
        print_message("# skipped: shared/data/giab_trio_slices is not there\n");
        return;
    }
    mtl__sites_init(&p);
    assert_int_equal(mtl__sites_read(&p, TRIO "candidates.vcf.gz", &err), 0);
    assert_true(p.indels >= 2);
    const double mother = trio_depth(&p, TRIO "HG004_mother.bam");
    const double son = trio_depth(&p, TRIO "HG002_child.bam");
    mtl__sites_free(&p);
    write_file("trio.fam", TRIO_FAM);
    snprintf(bam, sizeof bam, "%s", in_folder("mixed.bam"));
    snprintf(vcf, sizeof vcf, "%s", in_folder("mixed.vcf"));
    for (int k = 0; k < 4; k++) {
        const double truth = share[k] * son / (share[k] * son + (1 - share[k]) * mother);
        assert_true(trio_mix(share[k], 0, bam));
        measure(bam, "mixed", TRIO_REFERENCES, truth, k == 0 ? 0.05 : 0);
        if (k > 0)
            continue;
        /* The same reads counted by bcftools, which keeps other mates. */
        snprintf(
            command, sizeof command,
            "bcftools mpileup --no-reference -a AD -q 20 -Q 20 -d 10000 -T %scandidates.vcf.gz "
            "-o %s %s 2> %s.log",
            TRIO, vcf, bam, vcf);
        if (system(command) == 0)
            measure(vcf, bam, TRIO_REFERENCES, truth, 0.05);
        else
            print_message("# skipped: bcftools is not installed\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_genotypes), cmocka_unit_test(counts_come_back),
        cmocka_unit_test(typed_by_reads),  cmocka_unit_test(staff_and_neighbours),
        cmocka_unit_test(refusals),        cmocka_unit_test(son_in_mother),
    };
    return cmocka_run_group_tests_name("mixtures from files", tests, set_up, tear_down);
}
