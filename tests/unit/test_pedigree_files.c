/* SPDX-License-Identifier: MIT */
/* Pedigrees, genotypes and HLA from files: what is read comes back when it is written, also by way
   of bcftools, and every mistake is found with file, line and column. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_folder.h"
#include "fixture_model.h"
#include "io/markers_read.h"
#include "matriline/markers.h"

static int set_up(void **state)
{
    return make_folder(state) < 0 ? -1 : load_model(state);
}

static int tear_down(void **state)
{
    free_model(state);
    return remove_folder(state);
}

/* ---------------------------------------------------------------- .fam */
static int parse(const char *text, mtl__fam *f, mtl__arena *a, mtl_error *err)
{
    mtl_error_clear(err);
    mtl__arena_init(a, 0);
    return mtl__fam_parse(f, a, "x.fam", text, strlen(text), false, err);
}

static void fam_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fragment, *field;
        int code, line, column;
    } bad[] = {
        {"", "nobody", "", MTL_ERR_VALUE, 0, 0},
        {"F a 0 0 2\n", "5 columns", "", MTL_ERR_SYNTAX, 1, 0},
        {"F a 0 0 2 -9 A A\n", "more than six", "family", MTL_ERR_SYNTAX, 1, 14},
        {"F a 0 0 3 -9\n", "sex is 1", "sex", MTL_ERR_VALUE, 1, 9},
        {"F 0 0 0 2 -9\n", "nobody's name", "person", MTL_ERR_VALUE, 1, 3},
        {"F self 0 0 2 -9\n", "meaning of its own", "person", MTL_ERR_VALUE, 1, 3},
        {"F a,b 0 0 2 -9\n", "no comma", "person", MTL_ERR_VALUE, 1, 3},
        {"F \xff 0 0 2 -9\n", "UTF-8", "", MTL_ERR_SYNTAX, 0, 0},
        /* named twice */
        {"F a 0 0 2 -9\nF b 0 0 1 -9\nF a 0 0 2 -9\n", "named twice, here and in line 1", "person",
         MTL_ERR_DUPLICATE, 3, 3},
        {"F a 0 0 2 -9\nG a 0 0 2 -9\n", "between families", "person", MTL_ERR_DUPLICATE, 2, 3},
        /* two fathers, two mothers */
        {"F p 0 0 1 1\nF q 0 0 1 1\nF c p 0 1 1\nF c q 0 1 1\n", "two fathers: p (line 3) and q",
         "father", MTL_ERR_DUPLICATE, 4, 3},
        {"F p 0 0 2 1\nF q 0 0 2 1\nF c 0 p 1 1\nF c 0 q 1 1\n", "two mothers: p (line 3) and q",
         "mother", MTL_ERR_DUPLICATE, 4, 3},
        /* a missing parent */
        {"F paul 0 0 1 1\nF c pual 0 1 1\n", "has no line; did you mean 'paul'?", "father",
         MTL_ERR_NAME, 2, 3},
        {"F c 0 mia 1 1\n", "mia, the mother of c, has no line", "mother", MTL_ERR_NAME, 1, 3},
        /* sex conflicts */
        {"F p 0 0 2 1\nF c p 0 1 1\n", "p, the father of c, is female (line 1)", "father",
         MTL_ERR_VALUE, 2, 3},
        {"F p 0 0 1 1\nF c 0 p 1 1\n", "p, the mother of c, is male (line 1)", "mother",
         MTL_ERR_VALUE, 2, 3},
        {"F p 0 0 0 1\nF c p p 1 1\n", "both father and mother", "mother", MTL_ERR_VALUE, 2, 3},
        {"F p 0 0 0 1\nF c p 0 1 1\nF d 0 p 1 1\n", "a father in one line and a mother in another",
         "mother", MTL_ERR_VALUE, 3, 3},
        /* cycles */
        {"F a a 0 1 1\n", "ancestor", "father", MTL_ERR_VALUE, 1, 3},
        {"F a c 0 1 1\nF b a 0 1 1\nF c b 0 1 1\n", "ancestor", "father", MTL_ERR_VALUE, 2, 3},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl__fam f;
        mtl__arena a;
        const int ret = parse(bad[i].text, &f, &a, &err);
        mtl__arena_free(&a);
        if (ret != bad[i].code || !strstr(err.text, bad[i].fragment) || err.line != bad[i].line ||
            err.column != bad[i].column || strcmp(err.field, bad[i].field) != 0)
            fail_msg("case %zu: %d %s:%d:%d: %s: %s", i, ret, err.file, err.line, err.column,
                     err.field, err.text);
        assert_string_equal(err.file, "x.fam");
    }
}

static void fam_reads(void **state)
{
    (void)state;
    mtl__fam f;
    mtl__arena a;
    const char *text = "# a remark\n1 mum 0 0 0 -9\r\n\n1\tdad\t0\t0\t1\t2\n 1 kid dad mum 2 1";
    assert_int_equal(parse(text, &f, &a, &err), MTL_OK);
    assert_int_equal(f.n, 3);
    assert_string_equal(f.row[2].name, "kid");
    assert_int_equal(f.row[2].father_row, 1);
    assert_int_equal(f.row[2].mother_row, 0);
    assert_int_equal(f.row[2].line, 5);
    assert_int_equal(f.row[0].sex, MTL__FEMALE); /* she is a mother */
    assert_string_equal(f.row[1].phenotype, "2");
    mtl__arena_free(&a);
}

static void fam_round_trip(void **state)
{
    (void)state;
    static const char text[] =
        "1\tmum\t0\t0\t2\t-9\n1\tdad\t0\t0\t1\t-9\n1\tkid\tdad\tmum\t0\t-9\n";
    mtl_scenario *s;
    mtl__str out = {0};
    write_file("a.fam", text);
    assert_int_equal(mtl_pedigree_load(&s, in_folder("a.fam"), model, &err), MTL_OK);
    mtl__fam_print(&out, s);
    assert_string_equal(out.s, text);
    mtl__str_free(&out);
    mtl_scenario_free(s);
    assert_int_equal(mtl_pedigree_load(&s, in_folder("none.fam"), model, &err), MTL_ERR_IO);
    assert_null(s);
}

/* ---------------------------------------------------------------- a scenario that includes one */
static int load_yaml(const char *fam, const char *yaml, mtl_scenario **s, mtl_error *err)
{
    write_file("b.fam", fam);
    write_file("s.yaml", yaml);
    mtl_error_clear(err);
    return mtl_scenario_load(s, in_folder("s.yaml"), model, err);
}

static void included(void **state)
{
    (void)state;
    static const char fam[] = "F mum 0 0 2 1\nF dad 0 0 1 1\nF kid dad mum 1 1\n";
    mtl_scenario *s;
    assert_int_equal(load_yaml(fam,
                               "include: b.fam\npeople:\n  mum: {born: 1950-01-01}\n  kid: "
                               "{born: 1975-02-03}\n",
                               &s, &err),
                     MTL_OK);
    assert_int_equal(s->n_people, 3);
    assert_int_equal(s->person[2].mother, 0);
    assert_int_equal(s->person[2].father, 1);
    assert_int_equal(s->n_pregnancies, 1);
    mtl_scenario_free(s);
    static const struct {
        const char *yaml, *fragment, *file;
        int code, line;
    } bad[] = {
        {"include: b.fam\npeople:\n  mum: {born: 1990-01-01}\n  kid: {born: 1975-02-03}\n",
         "not younger than the mother mum", "s.yaml", MTL_ERR_DATE, 4},
        {"include: b.fam\npeople:\n  mum: {born: 1970-01-01}\n  kid: {born: 1975-02-03}\n", "mum",
         "s.yaml", MTL_ERR_DATE, 0},
        {"include: b.fam\npeople:\n  kid: {father: tom, born: 1975}\n",
         "kid has two fathers: dad and tom", "s.yaml", MTL_ERR_DUPLICATE, 3},
        {"include: b.fam\npeople:\n  kid: {sex: female, born: 1975}\n",
         "kid is male in the pedigree", "s.yaml", MTL_ERR_VALUE, 3},
        {"include: b.fam\n", "give `born`", "s.yaml", MTL_ERR_DATE, 1},
        {"include: none.fam\n", "cannot open", "s.yaml", MTL_ERR_IO, 1},
        {"include: b.txt\n", "not a PLINK pedigree", "s.yaml", MTL_ERR_VALUE, 1},
        {"include: [b.fam, b.fam]\n", "in another file already", "b.fam", MTL_ERR_DUPLICATE, 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const int ret = load_yaml(fam, bad[i].yaml, &s, &err);
        assert_null(s);
        if (ret != bad[i].code || !strstr(err.text, bad[i].fragment) ||
            !strstr(err.file, bad[i].file) || (bad[i].line && err.line != bad[i].line))
            fail_msg("case %zu: %d %s:%d: %s", i, ret, err.file, err.line, err.text);
    }
    /* A mistake inside the pedigree is found there. */
    assert_int_equal(load_yaml("F a 0 0 2 1\nF b 0 c 1 1\n", "include: b.fam\n", &s, &err),
                     MTL_ERR_NAME);
    assert_non_null(strstr(err.file, "b.fam"));
    assert_int_equal(err.line, 2);
}

/* ---------------------------------------------------------------- genotypes */
static const char trio[] = "1\tmum\t0\t0\t2\t-9\n1\tdad\t0\t0\t1\t-9\n1\tkid\tdad\tmum\t1\t-9\n";
static const char vcf_head[] =
    "##fileformat=VCFv4.2\n##FILTER=<ID=low,Description=\"x\">\n"
    "##INFO=<ID=AF,Number=A,Type=Float,Description=\"x\">\n"
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n##contig=<ID=chr1>\n##contig=<ID="
    "chrX>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tkid\tstranger\tmum\n";

static mtl_scenario *load_trio(void)
{
    mtl_scenario *s;
    write_file("a.fam", trio);
    assert_int_equal(mtl_pedigree_load(&s, in_folder("a.fam"), model, &err), MTL_OK);
    return s;
}

static void vcf_reads(void **state)
{
    (void)state;
    static const char body[] = "chr1\t100\trs1\tA\tG\t.\tPASS\tAF=0.25\tGT\t0/1\t1/1\t0|0\n"
                               "chr1\t200\t.\tAC\tA\t.\t.\t.\tGT\t./1\t0/0\t./.\n"
                               "chr1\t300\trs3\tA\tG,T\t.\t.\t.\tGT\t0/1\t0/2\t0/0\n"
                               "chr1\t400\trs4\tA\tG\t.\tlow\t.\tGT\t0/1\t0/1\t0/0\n"
                               "chr1\t500\trs5\tA\tG\t.\tPASS\t.\tGT\t1\t0/1\t1/1\n"
                               "chrX\t600\trs6\tA\tG\t.\tPASS\t.\tGT\t1/1\t0/1\t1/1\n";
    mtl_scenario *s = load_trio();
    mtl__genotypes g;
    char text[2000];
    snprintf(text, sizeof text, "%s%s", vcf_head, body);
    assert_int_equal(mtl__genotypes_init(&g, s, &err), MTL_OK);
    assert_int_equal(mtl__vcf_parse(&g, s, "t.vcf", text, strlen(text), &err), MTL_OK);
    assert_int_equal(g.n_markers, 3);
    assert_string_equal(g.marker[0].name, "rs1");
    assert_string_equal(g.marker[0].chromosome, "1");
    assert_string_equal(g.marker[1].name, "chr1:200:AC:A");
    assert_true(fabs(g.marker[0].frequency - 0.25) < 1e-6);
    assert_true(isnan(g.marker[1].frequency));
    /* people are mum, dad, kid */
    static const uint8_t want[3][3] = {{1, 7, 2}, {7, 7, 6}, {4, 7, 7}};
    assert_memory_equal(g.allowed, want, sizeof want);
    assert_int_equal(g.left_out.not_two_alleles, 1);
    assert_int_equal(g.left_out.filtered, 1);
    assert_int_equal(g.left_out.not_autosomal, 1);
    assert_int_equal(g.left_out.not_diploid, 1);
    assert_int_equal(g.left_out.strangers, 1);
    assert_string_equal(g.left_out.stranger, "stranger");
    assert_true(g.typed[0] && !g.typed[1] && g.typed[2]);
    mtl__genotypes_free(&g);
    mtl_scenario_free(s);
}

static void vcf_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *head, *body, *fragment;
        int code;
    } bad[] = {
        {"", "this is no VCF\n", "neither VCF nor BCF", MTL_ERR_SYNTAX},
        {vcf_head, "chr1\t1\tx\tA\tG\t.\t.\t.\tGT\t0/1\n", "record 1", MTL_ERR_SYNTAX},
        {vcf_head, "chr1\t1\tx\tA\tG\t.\t.\t.\t.\t.\t.\t.\n", "record 1", MTL_ERR_SYNTAX},
        {"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tkidd\n", "",
         "none of its 1 samples (first: kidd) is a person of the family; did you mean 'kid'?",
         MTL_ERR_NAME},
    };
    mtl_scenario *s = load_trio();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl__genotypes g;
        char text[2000];
        snprintf(text, sizeof text, "%s%s", bad[i].head, bad[i].body);
        assert_int_equal(mtl__genotypes_init(&g, s, &err), MTL_OK);
        const int ret = mtl__vcf_parse(&g, s, "t.vcf", text, strlen(text), &err);
        if (ret != bad[i].code || !strstr(err.text, bad[i].fragment))
            fail_msg("case %zu: %d %s", i, ret, err.text);
        mtl__genotypes_free(&g);
    }
    mtl__genotypes g;
    assert_int_equal(mtl__genotypes_init(&g, s, &err), MTL_OK);
    assert_int_equal(mtl__vcf_read(&g, s, in_folder("none.vcf"), &err), MTL_ERR_IO);
    mtl__genotypes_free(&g);
    mtl_scenario_free(s);
}

static int bcftools(const char *arguments)
{
    char command[700];
    snprintf(command, sizeof command, "bcftools %s >/dev/null 2>&1", arguments);
    return system(command);
}

/* Written here, turned into BCF and back by bcftools, read again: the same genotypes. */
static void vcf_round_trip(void **state)
{
    (void)state;
    if (bcftools("--version") != 0) {
        print_message("# skipped: no bcftools\n");
        return;
    }
    mtl_scenario *s = load_trio();
    mtl_markers *r;
    mtl_markers_opts o;
    mtl_markers_opts_init(&o);
    o.draws = 1;
    assert_int_equal(mtl_markers_run(&r, s, model, &o, &err), MTL_OK);
    assert_int_equal(mtl_markers_write(r, in_folder("b.fam"), in_folder("a.vcf"), &err), MTL_OK);
    mtl_markers_free(r);
    char command[600];
    snprintf(command, sizeof command, "view -Ob -o %s/a.bcf %s/a.vcf", folder, folder);
    assert_int_equal(bcftools(command), 0);
    snprintf(command, sizeof command, "view -s kid,mum,dad -Oz -o %s/c.vcf.gz %s/a.bcf", folder,
             folder);
    assert_int_equal(bcftools(command), 0);
    mtl__genotypes a, b, c;
    mtl__genotypes *all[3] = {&a, &b, &c};
    static const char *const leaf[3] = {"a.vcf", "a.bcf", "c.vcf.gz"};
    for (int k = 0; k < 3; k++) {
        assert_int_equal(mtl__genotypes_init(all[k], s, &err), MTL_OK);
        assert_int_equal(mtl__vcf_read(all[k], s, in_folder(leaf[k]), &err), MTL_OK);
        assert_true(all[k]->n_markers > 90);
        assert_int_equal(all[k]->n_markers, a.n_markers);
        assert_memory_equal(all[k]->allowed, a.allowed, (size_t)a.n_markers * 3);
        for (int m = 0; m < a.n_markers; m++) {
            assert_string_equal(all[k]->marker[m].name, a.marker[m].name);
            assert_true(fabs(all[k]->marker[m].frequency - a.marker[m].frequency) < 1e-6);
        }
    }
    for (int m = 0; m < a.n_markers; m++) {
        const uint8_t *g = a.allowed + (size_t)m * 3;
        assert_false(g[0] == 1 && g[1] == 1 && g[2] != 1);
        assert_false(g[0] == 4 && g[1] == 4 && g[2] != 4);
        assert_false(g[0] == 1 && g[2] == 4);
    }
    for (int k = 0; k < 3; k++)
        mtl__genotypes_free(all[k]);
    mtl_scenario_free(s);
}

static void ped_reads(void **state)
{
    (void)state;
    static const char ped[] = "1 mum 0 0 2 -9 A A G G 0 0 1 1\n1 dad 0 0 1 -9 A G 0 G T T 1 2\n"
                              "1 kid dad mum 1 -9 A G G C A T 3 1\n";
    static const char map[] = "1 m1 0 100\n1\tm2\t200\n2 m3 0 300\nX m4 0 400\n";
    mtl_scenario *s = load_trio();
    mtl__genotypes g;
    assert_int_equal(mtl__genotypes_init(&g, s, &err), MTL_OK);
    assert_int_equal(
        mtl__ped_parse(&g, s, "x.ped", ped, strlen(ped), "x.map", map, strlen(map), &err), MTL_OK);
    assert_int_equal(g.n_markers, 3);
    static const uint8_t want[3][3] = {{1, 2, 2}, {4, 6, 2}, {7, 4, 2}};
    assert_memory_equal(g.allowed, want, sizeof want);
    assert_string_equal(g.marker[1].ref, "C");
    assert_int_equal(g.left_out.not_two_alleles, 1);
    mtl__genotypes_free(&g);
    assert_int_equal(mtl__genotypes_init(&g, s, &err), MTL_OK);
    assert_int_equal(mtl__ped_parse(&g, s, "x.ped", ped, strlen(ped), "x.map", map, 11, &err),
                     MTL_ERR_SYNTAX);
    assert_int_equal(err.line, 1);
    assert_non_null(strstr(err.text, "more alleles"));
    mtl__genotypes_free(&g);
    mtl_scenario_free(s);
}

/* ---------------------------------------------------------------- tables */
static void table_mistakes(void **state)
{
    (void)state;
    static const char panel_head[] = "marker\tchromosome\tposition\tref\talt\tfrequency\n";
    static const char hla_head[] = "A\tC\tB\tDRB1\tDQB1\tfrequency\n";
    static const char hla_row[] = "01:01\t07:01\t08:01\t03:01\t02:01\t";
    enum { PANEL, GENOTYPE, HLA, TYPING };
    static const struct {
        int what;
        const char *head, *a, *b, *fragment, *field;
        int line;
    } bad[] = {
        {PANEL, panel_head, "m\tX\t1\tA\tG\t0.5\n", "", "not an autosome", "chromosome", 2},
        {PANEL, panel_head, "m\t1\t1\tA\tA\t0.5\n", "", "both alleles", "alt", 2},
        {PANEL, panel_head, "m\t1\t1\tA\tG\t1\n", "", "between 0 and 1", "frequency", 2},
        {PANEL, panel_head, "m\t1\t1\tA\tZ\t0.1\n", "", "ACGT", "alt", 2},
        {PANEL, panel_head, "m\t1\t1\tA\tG\t0.1\n", "m\t1\t2\tA\tG\t0.1\n", "line 2 too", "marker",
         3},
        {GENOTYPE, "person\tmarker\tgenotype\n", "mun\tm\tA/G\n", "", "did you mean 'mum'?",
         "person", 2},
        {GENOTYPE, "person\tmarker\tgenotype\n", "mum\tn\tA/G\n", "", "no marker 'n'", "marker", 2},
        {GENOTYPE, "person\tmarker\tgenotype\n", "mum\tm\tAG\n", "", "not a genotype", "genotype",
         2},
        {GENOTYPE, "person\tmarker\tgenotype\n", "mum\tm\tA/G\n", "mum\tm\tA/A\n", "given twice",
         "marker", 3},
        {HLA, hla_head, hla_row, "1.5\n", "not a frequency", "frequency", 2},
        {HLA, hla_head, "B*01:01\t07:01\t08:01\t03:01\t02:01\t0.1\n", "", "not an allele of HLA-A",
         "A", 2},
        {HLA, hla_head, "01\t07:01\t08:01\t03:01\t02:01\t0.1\n", "", "two fields", "A", 2},
        {HLA, hla_head, hla_row, "0.6\n01:01\t07:01\t08:01\t03:01\t02:01\t0.1\n", "line 2 too", "A",
         3},
        {HLA, hla_head, hla_row, "0.6\n02:01\t07:01\t08:01\t03:01\t02:01\t0.6\n", "sum to 1.2",
         "frequency", 0},
        {HLA, hla_head, "", "", "no haplotype", "", 0},
        {TYPING, "person\tA_1\tA_2\n", "mum\t01:01\t\n", "", "one allele only", "A_2", 2},
        {TYPING, "person\tA_1\tA_2\n", "nobody\t01:01\t02:01\n", "", "nobody is called", "person",
         2},
        {TYPING, "person\tA_1\tA_2\n", "mum\t01:01\t02:01\n", "mum\t01:01\t02:01\n", "typed twice",
         "person", 3},
        {TYPING, "person\tA_1\tA_2\tphased\n", "mum\t01:01\t02:01\tmaybe\n", "",
         "neither yes nor no", "phased", 2},
    };
    mtl_scenario *s = load_trio();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl__genotypes g;
        mtl__hla_table t;
        mtl__hla_typing typing[3] = {{.typed = false}};
        char text[1000];
        int ret = 0, index;
        const mtl__marker m = {.name = "m", .chromosome = "1", .ref = "A", .alt = "G"};
        snprintf(text, sizeof text, "%s%s%s", bad[i].head, bad[i].a, bad[i].b);
        assert_int_equal(mtl__genotypes_init(&g, s, &err), MTL_OK);
        mtl__hla_table_init(&t);
        if (bad[i].what == PANEL) {
            ret = mtl__marker_table_parse(&g, "t.tsv", text, strlen(text), &err);
        } else if (bad[i].what == GENOTYPE) {
            assert_int_equal(mtl__genotypes_add(&g, &m, &index, &err), MTL_OK);
            ret = mtl__genotype_table_parse(&g, s, "t.tsv", text, strlen(text), &err);
        } else if (bad[i].what == HLA) {
            ret = mtl__hla_table_parse(&t, "t.tsv", text, strlen(text), &err);
        } else {
            ret = mtl__hla_typing_parse(typing, &t, s, "t.tsv", text, strlen(text), &err);
        }
        if (ret >= 0 || !strstr(err.text, bad[i].fragment) || strcmp(err.field, bad[i].field) ||
            err.line != bad[i].line || strcmp(err.file, "t.tsv"))
            fail_msg("case %zu: %d %s:%d: %s: %s", i, ret, err.file, err.line, err.field, err.text);
        mtl__genotypes_free(&g);
        mtl__hla_table_free(&t);
    }
    mtl_scenario_free(s);
}

static void frequencies_either_way(void **state)
{
    (void)state;
    mtl_scenario *s = load_trio();
    mtl__genotypes g, panel;
    int i;
    const mtl__marker in_panel = {"m", "1", "A", "G", 5, 0.3},
                      turned = {"m", "1", "G", "A", 5, NAN};
    const mtl__marker other = {"n", "1", "G", "A", 5, NAN};
    assert_int_equal(mtl__genotypes_init(&g, s, &err), MTL_OK);
    assert_int_equal(mtl__genotypes_init(&panel, s, &err), MTL_OK);
    assert_int_equal(mtl__genotypes_add(&panel, &in_panel, &i, &err), MTL_OK);
    assert_int_equal(mtl__genotypes_add(&g, &other, &i, &err), MTL_OK);
    assert_int_equal(mtl__genotypes_add(&g, &turned, &i, &err), MTL_OK);
    assert_int_equal(mtl__markers_take_frequencies(&g, &panel), 1);
    assert_true(isnan(g.marker[0].frequency));
    assert_true(fabs(g.marker[1].frequency - 0.7) < 1e-15);
    mtl__genotypes_free(&g);
    mtl__genotypes_free(&panel);
    mtl_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fam_mistakes),   cmocka_unit_test(fam_reads),
        cmocka_unit_test(fam_round_trip), cmocka_unit_test(included),
        cmocka_unit_test(vcf_reads),      cmocka_unit_test(vcf_mistakes),
        cmocka_unit_test(vcf_round_trip), cmocka_unit_test(ped_reads),
        cmocka_unit_test(table_mistakes), cmocka_unit_test(frequencies_either_way),
    };
    return cmocka_run_group_tests_name("pedigree files", tests, set_up, tear_down);
}
