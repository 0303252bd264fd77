/* SPDX-License-Identifier: MIT */
/* Every allocation fails once, in what measures: plates of wells and droplets, allele counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "fault_trial.h"
#include "matriline/matriline.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif
#define EXAMPLE(name) MTL_SOURCE_ROOT "/examples/" name
#define MEASURE(name) EXAMPLE("measure/" name)

enum { SITES = 40 };

static mtl_model *model;
static mtl_scenario *anna, *pedigree;
static mtl_quantify *quantified;
static mtl_mix *mixed;
/* The files that are made for these tests. */
static char counts[256], panel[256], genotypes[256], staff[256], samples[256], references[256],
    plate[256], typing[256], rdml[256], wells[256], three[256];

/* ---------------------------------------------------------------- plates */
static int wells_of(mtl_quantify **out, mtl_error *err)
{
    const char *const file = MEASURE("anna.csv");
    mtl_quantify_opts o;
    mtl_quantify_opts_init(&o);
    o.samples = MEASURE("anna_samples.tsv");
    o.targets = MEASURE("targets.tsv");
    o.blanks = MEASURE("blanks.tsv");
    o.standard_unit = "K=1000";
    return mtl_quantify_run(out, &file, 1, anna, model, &o, err);
}

static void quantified_back(pass *p, mtl_quantify *q)
{
    rest(p);
    p->left = p->ret < 0 && q;
    if (q) {
        char *text = mtl_quantify_json(q);
        assert_non_null(text);
        p->print = mtl__hash(text);
        free(text);
    }
    mtl_quantify_free(q);
}

static void use_wells(pass *p)
{
    mtl_quantify *q = NULL;
    arm(p);
    p->ret = wells_of(&q, &p->err);
    quantified_back(p, q);
}

static void plate_under(pass *p, const char *file, const mtl_scenario *s, mtl_quantify_opts *o)
{
    mtl_quantify *q = NULL;
    arm(p);
    p->ret = mtl_quantify_run(&q, &file, 1, s, model, o, &p->err);
    quantified_back(p, q);
}

static void use_droplets(pass *p)
{
    mtl_quantify_opts o;
    mtl_quantify_opts_init(&o);
    o.samples = MEASURE("plasma_samples.tsv");
    o.targets = MEASURE("plasma_targets.tsv");
    plate_under(p, MEASURE("plasma.csv"), NULL, &o);
}

static void use_cohort(pass *p)
{
    mtl_quantify_opts o;
    mtl_quantify_opts_init(&o);
    o.samples = MEASURE("cohort_samples.tsv");
    o.subjects = MEASURE("cohort.tsv");
    o.group = "sons";
    plate_under(p, MEASURE("cohort.csv"), NULL, &o);
}

/* Who carries a target is asked of genotypes and of HLA typings; with a posterior. */
static void use_carriers(pass *p)
{
    mtl_quantify_opts o;
    mtl_quantify_opts_init(&o);
    o.genotypes = genotypes;
    o.panel = panel;
    o.typing = typing;
    o.bayes = 1;
    plate_under(p, plate, pedigree, &o);
}

static void use_rdml(pass *p)
{
    mtl_quantify_opts o;
    mtl_quantify_opts_init(&o);
    plate_under(p, rdml, NULL, &o);
}

static void use_quantify_text(pass *p)
{
    arm(p);
    text_back(p, mtl_quantify_text(quantified, 100));
}

static void use_quantify_tsv(pass *p)
{
    arm(p);
    text_back(p, mtl_quantify_tsv(quantified));
}

static void use_quantify_json(pass *p)
{
    arm(p);
    text_back(p, mtl_quantify_json(quantified));
}

/* A folder of n files: all of them or none. */
static void folder_back(pass *p, const char *folder, const char *const *name, int n)
{
    rest(p);
    p->left = n_files(folder) != (p->ret == 0 ? n : 0);
    for (int i = 0; i < n; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", folder, name[i]);
        if (p->ret == 0)
            p->print ^= hash_file(path) * (uint64_t)(2 * i + 1);
        unlink(path);
    }
    rmdir(folder);
}

static void use_quantify_write(pass *p)
{
    static const char *const name[] = {"levels.tsv", "curves.tsv", "wells.tsv", "quantify.json"};
    const char *folder = in("plates");
    arm(p);
    p->ret = mtl_quantify_write(quantified, folder, &p->err);
    folder_back(p, folder, name, 4);
}

/* ---------------------------------------------------------------- mixtures */
static void mix_opts_of(mtl_mix_opts *o)
{
    mtl_mix_opts_init(o);
    o->threads = 1;
    o->genotypes = genotypes;
    o->panel = panel;
    o->samples = samples;
}

static void mixed_back(pass *p, mtl_mix *m)
{
    rest(p);
    p->left = p->ret < 0 && m;
    if (m) {
        char *text = mtl_mix_json(m);
        assert_non_null(text);
        p->print = mtl__hash(text);
        free(text);
    }
    mtl_mix_free(m);
}

static void mix_under(pass *p, const char *file, const mtl_mix_opts *o)
{
    mtl_mix *m = NULL;
    arm(p);
    p->ret = mtl_mix_run(&m, pedigree, &file, 1, o, &p->err);
    mixed_back(p, m);
}

static void use_mix(pass *p)
{
    mtl_mix_opts o;
    mix_opts_of(&o);
    mix_under(p, counts, &o);
}

/* Everybody competes; sites are learnt from references; one p is simulated. */
static void use_mix_all(pass *p)
{
    mtl_mix_opts o;
    mix_opts_of(&o);
    o.staff = staff;
    o.references = references;
    o.stranger = 1;
    o.bootstrap = 3;
    o.sample = "anna-1";
    mix_under(p, counts, &o);
}

/* Samples of one person and wells together, one sample of wells alone. */
static void use_mix_wells(pass *p)
{
    mtl_mix_opts o;
    mix_opts_of(&o);
    o.joint = 1;
    o.samples = three;
    o.wells = wells;
    mix_under(p, counts, &o);
}

#ifdef FAULT_WRAP
/* htslib 1.16 itself crashes when memory ends: only where the library's calls alone can fail. */
static void use_mix_vcf(pass *p)
{
    mtl_mix_opts o;
    mtl_mix_opts_init(&o);
    o.threads = 1;
    o.genotypes = in("kept.vcf");
    o.samples = samples;
    mix_under(p, counts, &o);
}

static void use_mix_reads(pass *p)
{
    mtl_mix_opts o;
    mtl_mix_opts_init(&o);
    o.threads = 1;
    o.genotypes = genotypes;
    o.panel = panel;
    o.host = "anna";
    mix_under(p, in("kept.sam"), &o);
}
#endif

static void use_mix_text(pass *p)
{
    arm(p);
    text_back(p, mtl_mix_text(mixed, 100));
}

static void use_mix_tsv(pass *p)
{
    arm(p);
    text_back(p, mtl_mix_tsv(mixed));
}

static void use_mix_json(pass *p)
{
    arm(p);
    text_back(p, mtl_mix_json(mixed));
}

static void use_mix_counts(pass *p)
{
    arm(p);
    text_back(p, mtl_mix_counts(mixed));
}

static void use_mix_write(pass *p)
{
    static const char *const name[] = {"mix.tsv", "mix.json", "counts.tsv"};
    const char *folder = in("mixtures");
    arm(p);
    p->ret = mtl_mix_write(mixed, folder, &p->err);
    folder_back(p, folder, name, 3);
}

/* ---------------------------------------------------------------- the files */
static FILE *made(char path[256], const char *name)
{
    snprintf(path, 256, "%s", in(name));
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    return f;
}

/* The genotype of person k at site i: 0, 1 or 2 ALT alleles; one law in ten for all, so that
   families hold together: mum 1, child and her mother differ at every third site. */
static int alleles_of(int i, int k)
{
    return k == 0 ? i % 3 : k == 1 ? (i % 3 == 1 ? 1 + i % 2 : i % 3 == 0 ? i / 3 % 2 : 1) : 1;
}

static void write_sites(void)
{
    static const char *const word[] = {"A/A", "A/G", "G/G"};
    static const char *const who[] = {"anna", "tom"};
    FILE *f = made(panel, "panel.tsv"), *g = made(genotypes, "genotypes.tsv"),
         *c = made(counts, "counts.tsv"), *s = made(staff, "staff.tsv"),
         *r = made(references, "references.tsv");
    fputs("marker\tchromosome\tposition\tref\talt\tfrequency\n", f);
    fputs("person\tmarker\tgenotype\n", g);
    fputs("person\tmarker\tgenotype\n", s);
    fputs("chromosome\tposition\tref\talt\tanna-1.ref\tanna-1.alt\tanna-2.ref\tanna-2.alt\n", c);
    fputs("chromosome\tposition\tref\talt\tgreta.ref\tgreta.alt\n", r);
    for (int i = 0; i < SITES; i++) {
        const int chromosome = 1 + i / 2, position = 1000 + 40000000 * (i % 2);
        fprintf(f, "rs%d\t%d\t%d\tA\tG\t0.4\n", i, chromosome, position);
        for (int k = 0; k < 2; k++)
            fprintf(g, "%s\trs%d\t%s\n", who[k], i, word[alleles_of(i, k)]);
        fprintf(s, "nurse\trs%d\t%s\n", i, word[i % 2]);
        const int alt = 50 * alleles_of(i, 0), odd = alleles_of(i, 1) - alleles_of(i, 0);
        fprintf(c, "%d\t%d\tA\tG\t%d\t%d\t%d\t%d\n", chromosome, position, 100 - alt - 5 * odd,
                alt + 5 * odd, 100 - alt, alt);
        fprintf(r, "%d\t%d\tA\tG\t%d\t%d\n", chromosome, position, 60 - 30 * (i % 2), 30 * (i % 2));
    }
    fclose(f);
    fclose(g);
    fclose(c);
    fclose(s);
    fclose(r);
}

static void write_small(void)
{
    FILE *f = made(samples, "samples.tsv");
    fputs("sample\tperson\tuse\nanna-1\tanna\tmixture\nanna-2\tanna\tmixture\n", f);
    fclose(f);
    f = made(three, "three.tsv");
    fputs("sample\tperson\nanna-1\tanna\nanna-2\tanna\nold\tanna\n", f);
    fclose(f);
    f = made(wells, "wells.tsv");
    fputs("sample\ttarget\tcarriers\twells\thits\tgenomes\n"
          "anna-1\tA\ttom:1\t6\t2\t500\nold\tA\ttom:1\t6\t2\t500\n",
          f);
    fclose(f);
    f = made(plate, "plate.csv");
    fputs("well,sample,target,ct\n", f);
    for (int i = 1; i < 10; i++)
        fprintf(f, "A%d,anna,rs0:G,%s\nB%d,NTC,rs0:G,Undetermined\nC%d,anna,DRB1*15:01,NA\n", i,
                i < 4 ? "37" : "NA", i, i);
    fclose(f);
    f = made(typing, "typing.tsv");
    fputs("person\tDRB1_1\tDRB1_2\nanna\t03:01\t04:01\ntom\t03:01\t15:01\n", f);
    fclose(f);
    f = made(rdml, "plate.rdml");
    fputs("<?xml version='1.0'?><rdml version='1.3' xmlns='http://www.rdml.org'>"
          "<sample id='s1'><type>unkn</type></sample><sample id='n'><type>ntc</type></sample>"
          "<target id='SRY'><type>toi</type></target><experiment id='e'><run id='one'>"
          "<pcrFormat><rows>8</rows><columns>12</columns></pcrFormat>"
          "<react id='1'><sample id='s1'/><data><tar id='SRY'/><cq>36.5</cq></data></react>"
          "<react id='2'><sample id='n'/><data><tar id='SRY'/><cq>-1</cq></data></react>"
          "</run></experiment></rdml>",
          f);
    fclose(f);
}

#ifdef FAULT_WRAP
static void write_for_htslib(void)
{
    char path[256];
    FILE *f = made(path, "kept.vcf"), *s;
    fputs("##fileformat=VCFv4.2\n##contig=<ID=1>\n##INFO=<ID=AF,Number=A,Type=Float,"
          "Description=\"f\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
          "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tanna\ttom\n"
          "1\t1000\tm0\tA\tG\t.\tPASS\tAF=0.4\tGT\t0/0\t0/1\n"
          "1\t40001000\tm1\tA\tG\t.\tPASS\tAF=0.4\tGT\t0/1\t1/1\n",
          f);
    fclose(f);
    s = made(path, "kept.sam");
    fputs("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:1\tLN:248956422\n", s);
    for (int i = 0; i < 20; i++)
        fprintf(s, "r%d\t0\t1\t995\t60\t10M\t*\t0\t0\tCCCCC%cCCCC\tIIIIIIIIII\n", i, i ? 'A' : 'G');
    fclose(s);
}
#endif

/* ---------------------------------------------------------------- setting up */
static int set_up(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl_mix_opts o;
    int ret = make_folder();
    if (ret < 0)
        return ret;
    write_sites();
    write_small();
#ifdef FAULT_WRAP
    write_for_htslib();
#endif
    ret = mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err);
    if (ret == 0)
        ret = mtl_scenario_load(&anna, EXAMPLE("anna.yaml"), model, &err);
    if (ret == 0)
        ret = mtl_pedigree_load(&pedigree, MEASURE("mix_family.fam"), model, &err);
    if (ret == 0)
        ret = wells_of(&quantified, &err);
    mix_opts_of(&o);
    const char *const file = counts;
    if (ret == 0)
        ret = mtl_mix_run(&mixed, pedigree, &file, 1, &o, &err);
    if (ret < 0)
        print_message("# %s:%d %s: %s\n", err.file, err.line, err.field, err.text);
    return ret;
}

static int tear_down(void **state)
{
    (void)state;
    mtl_mix_free(mixed);
    mtl_quantify_free(quantified);
    mtl_scenario_free(pedigree);
    mtl_scenario_free(anna);
    mtl_model_free(model);
    return remove_folder();
}

int main(void)
{
    static trial trials[] = {
        {"mtl_quantify_run, wells", use_wells, 60, 0},
        {"mtl_quantify_run, droplets", use_droplets, 60, 0},
        {"mtl_quantify_run, subjects", use_cohort, 60, 0},
        {"mtl_quantify_run, carriers", use_carriers, 60, 0},
        {"mtl_quantify_run, RDML", use_rdml, 60, 0},
        {"mtl_quantify_text", use_quantify_text, 60, 0},
        {"mtl_quantify_tsv", use_quantify_tsv, 60, 0},
        {"mtl_quantify_json", use_quantify_json, 60, 0},
        {"mtl_quantify_write", use_quantify_write, 60, 0},
        {"mtl_mix_run", use_mix, 60, 0},
        {"mtl_mix_run, everybody", use_mix_all, 60, 0},
        {"mtl_mix_run, wells", use_mix_wells, 60, 0},
#ifdef FAULT_WRAP
        {"mtl_mix_run, VCF", use_mix_vcf, 60, 0},
        {"mtl_mix_run, reads", use_mix_reads, 60, 0},
#endif
        {"mtl_mix_text", use_mix_text, 60, 0},
        {"mtl_mix_tsv", use_mix_tsv, 60, 0},
        {"mtl_mix_json", use_mix_json, 60, 0},
        {"mtl_mix_counts", use_mix_counts, 60, 0},
        {"mtl_mix_write", use_mix_write, 60, 0},
    };
    enum { N = sizeof trials / sizeof *trials };
    struct CMUnitTest tests[N];
    for (int i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){trials[i].name, every_allocation_fails_once, NULL, NULL,
                                       &trials[i]};
    return cmocka_run_group_tests_name("memory_measure", tests, set_up, tear_down);
}
