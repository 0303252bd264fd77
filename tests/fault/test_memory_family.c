/* SPDX-License-Identifier: MIT */
/* Every allocation fails once, in pedigrees, markers, the family page, and the fit. */
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
#include "run/result.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif
#define EXAMPLE(name) MTL_SOURCE_ROOT "/examples/" name

/* Every way that the family page draws: placenta, milk, twins, transfusion. */
static const char FAMILY[] =
    "people:\n"
    "  greta: {sex: female, born: 1926-03-01}\n"
    "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
    "events:\n"
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 36, child: [tom, eva], "
    "sex: [male, female], milk: 6 months}\n"
    "  - {date: 1990-06-01, person: anna, event: transfusion, from: karl, units: 2}\n"
    "  - {date: 1992-06-10, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "
    "dys14-qpcr}\n";

static const char ROWS[] = "osa_d0,osa_d4,osa_m1,osa_m6";

static mtl_model *model;
static mtl_scenario *pedigree, *family;
static mtl_result *result;
static mtl_markers *markers;
static mtl_fit *fit;

/* ---------------------------------------------------------------- pedigrees */
static void use_pedigree(pass *p)
{
    mtl_scenario *s = NULL;
    arm(p);
    p->ret = mtl_pedigree_load(&s, EXAMPLE("pedigree.fam"), model, &p->err);
    scenario_back(p, s);
}

static void use_included_pedigree(pass *p)
{
    mtl_scenario *s = NULL;
    arm(p);
    p->ret = mtl_scenario_load(&s, EXAMPLE("pedigree.yaml"), model, &p->err);
    scenario_back(p, s);
}

/* ---------------------------------------------------------------- markers */
static void markers_under(pass *p, const char *genotypes, const char *typing)
{
    mtl_markers *r = NULL;
    mtl_markers_opts o;
    mtl_markers_opts_init(&o);
    o.draws = 2;
    o.genotypes = genotypes;
    o.typing = typing;
    arm(p);
    p->ret = mtl_markers_run(&r, pedigree, model, &o, &p->err);
    rest(p);
    p->left = p->ret < 0 && r;
    if (r) {
        char *text = mtl_markers_tsv(r);
        assert_non_null(text);
        p->print = mtl__hash(text);
        free(text);
    }
    mtl_markers_free(r);
}

static void use_markers_drawn(pass *p)
{
    markers_under(p, NULL, NULL);
}

static void use_markers_typed(pass *p)
{
    markers_under(p, NULL, EXAMPLE("pedigree_hla.tsv"));
}

#ifdef FAULT_WRAP
/* htslib 1.16 itself crashes when memory ends: only where the library's calls alone can fail. */
static void use_markers_vcf(pass *p)
{
    markers_under(p, in("kept.vcf"), NULL);
}
#endif

static void use_markers_text(pass *p)
{
    arm(p);
    text_back(p, mtl_markers_text(markers, 100));
}

static void use_markers_tsv(pass *p)
{
    arm(p);
    text_back(p, mtl_markers_tsv(markers));
}

static void use_markers_json(pass *p)
{
    arm(p);
    text_back(p, mtl_markers_json(markers));
}

static void use_markers_write(pass *p)
{
    char fam[256], vcf[256];
    snprintf(fam, sizeof fam, "%s", in("new.fam"));
    snprintf(vcf, sizeof vcf, "%s", in("new.vcf"));
    const int before = n_files(in(""));
    arm(p);
    p->ret = mtl_markers_write(markers, fam, vcf, &p->err);
    rest(p);
    /* Two files, each whole or not there; the first may stand without the second. */
    const int n = n_files(in("")) - before;
    p->left = p->ret < 0 ? n > 1 : n != 2;
    if (p->ret == 0)
        p->print = hash_file(fam) ^ hash_file(vcf);
    unlink(fam);
    unlink(vcf);
}

/* ---------------------------------------------------------------- family page */
static void page_under(pass *p, const mtl_result *r)
{
    char path[256];
    snprintf(path, sizeof path, "%s", in("page/family.html"));
    arm(p);
    p->ret = mtl_family_write(family, r, path, &p->err);
    rest(p);
    p->left = n_files(in("page")) != (p->ret == 0);
    if (p->ret == 0)
        p->print = hash_file(path);
    unlink(path);
}

static void use_family_page(pass *p)
{
    page_under(p, result);
}

static void use_family_page_alone(pass *p)
{
    page_under(p, NULL);
}

static void use_family_text(pass *p)
{
    arm(p);
    char *text = mtl_family_text(family, 100, &p->err);
    const mtl_error err = p->err;
    text_back(p, text);
    if (p->ret < 0)
        p->err = err; /* this one fills it */
}

/* ---------------------------------------------------------------- fit */
static int fit_of(mtl_fit **out, mtl_error *err)
{
    mtl_fit_opts o;
    mtl_fit_opts_init(&o);
    o.only = ROWS;
    o.ranges = 0;
    return mtl_fit_run(out, MTL_SOURCE_ROOT "/targets", model, &o, err);
}

static char *fit_table(const mtl_fit *f)
{
    const char *const label = "now";
    return mtl_fit_tsv(&f, &label, 1);
}

static void use_fit_run(pass *p)
{
    mtl_fit *f = NULL;
    arm(p);
    p->ret = fit_of(&f, &p->err);
    rest(p);
    p->left = p->ret < 0 && f;
    if (f) {
        char *text = fit_table(f);
        assert_non_null(text);
        p->print = mtl__hash(text);
        free(text);
    }
    mtl_fit_free(f);
}

static void use_fit_text(pass *p)
{
    const mtl_fit *const both[2] = {fit, fit};
    const char *const label[2] = {"a", "b"};
    arm(p);
    text_back(p, mtl_fit_text(both, label, 2));
}

static void use_fit_markdown(pass *p)
{
    const mtl_fit *const both[2] = {fit, fit};
    const char *const label[2] = {"a", "b"};
    arm(p);
    text_back(p, mtl_fit_markdown(both, label, 2));
}

static void use_fit_tsv(pass *p)
{
    arm(p);
    text_back(p, fit_table(fit));
}

static void use_fit_apply(pass *p)
{
    mtl_model *m = mtl_model_copy(model);
    assert_non_null(m);
    const uint64_t before = mtl__hash(mtl_model_hash(m));
    arm(p);
    p->ret = mtl_fit_apply(fit, m, &p->err);
    rest(p);
    p->print = mtl__hash(mtl_model_hash(m));
    p->left = p->ret < 0 && p->print != before;
    mtl_model_free(m);
}

static void use_fit_write(pass *p)
{
    char path[256];
    snprintf(path, sizeof path, "%s", in("new.tsv"));
    const int before = n_files(in(""));
    arm(p);
    p->ret = mtl_fit_write_parameters(fit, path, &p->err);
    rest(p);
    p->left = n_files(in("")) - before != (p->ret == 0);
    if (p->ret == 0)
        p->print = hash_file(path);
    unlink(path);
}

/* ---------------------------------------------------------------- setting up */
static int set_up(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl_markers_opts mo;
    mtl_run_opts o;
    mtl_markers_opts_init(&mo);
    mo.draws = 2;
    mtl_run_opts_init(&o);
    o.replicates = 2;
    o.unknowns = 0;
    int ret = make_folder();
    if (ret == 0)
        ret = mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err);
    if (ret == 0)
        ret = mtl_pedigree_load(&pedigree, EXAMPLE("pedigree.fam"), model, &err);
    if (ret == 0)
        ret = mtl_scenario_parse(&family, FAMILY, (int)strlen(FAMILY), "family", model, &err);
    if (ret == 0)
        ret = mtl_run(&result, family, model, &o, &err);
    if (ret == 0)
        ret = mtl_markers_run(&markers, pedigree, model, &mo, &err);
    if (ret == 0)
        ret = mtl_markers_write(markers, in("kept.fam"), in("kept.vcf"), &err);
    if (ret == 0)
        ret = fit_of(&fit, &err);
    if (ret < 0)
        print_message("# %s:%d %s\n", err.file, err.line, err.text);
    return ret;
}

static int tear_down(void **state)
{
    (void)state;
    mtl_fit_free(fit);
    mtl_markers_free(markers);
    mtl_result_free(result);
    mtl_scenario_free(family);
    mtl_scenario_free(pedigree);
    mtl_model_free(model);
    return remove_folder();
}

int main(void)
{
    static trial trials[] = {
        {"mtl_pedigree_load", use_pedigree, 100, 0},
        {"mtl_scenario_load, with a pedigree", use_included_pedigree, 200, 0},
        {"mtl_markers_run, all drawn", use_markers_drawn, 60, 0},
        {"mtl_markers_run, typed", use_markers_typed, 60, 0},
#ifdef FAULT_WRAP
        {"mtl_markers_run, VCF", use_markers_vcf, 60, 0},
#endif
        {"mtl_markers_text", use_markers_text, 60, 0},
        {"mtl_markers_tsv", use_markers_tsv, 60, 0},
        {"mtl_markers_json", use_markers_json, 60, 0},
        {"mtl_markers_write", use_markers_write, 60, 0},
        {"mtl_family_write", use_family_page, 60, 0},
        {"mtl_family_write, no result", use_family_page_alone, 60, 0},
        {"mtl_family_text", use_family_text, 60, 0},
        {"mtl_fit_run", use_fit_run, 30, 0},
        {"mtl_fit_text", use_fit_text, 60, 0},
        {"mtl_fit_markdown", use_fit_markdown, 60, 0},
        {"mtl_fit_tsv", use_fit_tsv, 60, 0},
        {"mtl_fit_apply", use_fit_apply, -1, 0},
        {"mtl_fit_write_parameters", use_fit_write, 60, 0},
    };
    enum { N = sizeof trials / sizeof *trials };
    struct CMUnitTest tests[N];
    for (int i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){trials[i].name, every_allocation_fails_once, NULL, NULL,
                                       &trials[i]};
    return cmocka_run_group_tests_name("memory_family", tests, set_up, tear_down);
}
