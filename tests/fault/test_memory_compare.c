/* SPDX-License-Identifier: MIT */
/* Every allocation fails once in comparing two runs, in writing what came of it, and in drawing
   haplotypes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "fault_trial.h"
#include "kin/antigens.h"
#include "matriline/compare.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

static const char text[] =
    "people:\n  anna: {sex: female, born: 1925-03-01}\nevents:\n"
    "  - {date: 1950-06-01, person: anna, event: delivery, child: tom, sex: male}\n"
    "  - {date: 1951-03-01, person: anna, event: infarct, size: 12 %}\n"
    "  - {date: 1952-06-01, person: anna, event: sample, organ: blood, volume: 20 mL, "
    "assay: dys14-qpcr}\n";
static mtl_model *model[2];
static mtl_scenario *scenario;
static mtl_result *result[2];
static mtl_compare *whole;

static void use_compare(pass *p)
{
    mtl_compare *c = NULL;
    arm(p);
    p->ret = mtl_compare_run(&c, result[0], "harm", result[1], "benefit", &p->err);
    rest(p);
    p->left = p->ret < 0 && c;
    char *tsv = c ? mtl_compare_tsv(c) : NULL;
    assert_true(!c || tsv);
    p->print = tsv ? mtl__hash(tsv) : 0;
    free(tsv);
    mtl_compare_free(c);
}

static void use_dates(pass *p)
{
    double *dates = NULL;
    int n = 0;
    arm(p);
    p->ret = mtl_compare_both_dates(scenario, model[0], scenario, model[1], &dates, &n, &p->err);
    rest(p);
    p->left = p->ret < 0 && (dates || n);
    p->print = dates ? mtl__hash_bytes(MTL_HASH_START, dates, (size_t)n * sizeof *dates) : 0;
    free(dates);
}

static void use_tsv(pass *p)
{
    arm(p);
    text_back(p, mtl_compare_tsv(whole));
}

static void use_json(pass *p)
{
    arm(p);
    text_back(p, mtl_compare_json(whole));
}

static void use_page(pass *p)
{
    arm(p);
    p->ret = mtl_compare_write(whole, in("page.html"), &p->err);
    rest(p);
    p->print = hash_file(in("page.html"));
    p->left = p->ret < 0 && n_files(in("")) >= 1000;
}

/* ---------------------------------------------------------------- haplotypes */
static mtl__hla_table table;
static mtl__hla_typing typing[3];
static const mtl__person people[3] = {{.name = "a", .key = 1, .mother = -1, .father = -1},
                                      {.name = "b", .key = 2, .mother = -1, .father = -1},
                                      {.name = "c", .key = 3, .mother = 0, .father = 1}};

static void draw(pass *p, const mtl__antigens_known *known)
{
    mtl__antigens a = {0};
    arm(p);
    p->ret = mtl__antigens_draw(&a, people, 3, NULL, known, 1, 0, &p->err);
    rest(p);
    p->left = p->ret < 0 && a.n_people > 0;
    p->print = p->ret == 0 ? mtl__hash_bytes(MTL_HASH_START, a.of, 3 * sizeof *a.of) : 0;
    mtl__antigens_free(&a);
}

static void use_drop(pass *p)
{
    draw(p, NULL);
}

static void use_typed(pass *p)
{
    draw(p, &(mtl__antigens_known){&table, typing});
}

/* ---------------------------------------------------------------- around it */
static int make_results(mtl_error *err)
{
    static const char *const repair[2] = {"harm", "benefit"};
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.replicates = 2;
    o.fingerprints = 1;
    MTL_TRY(mtl_model_load(&model[0], MTL_SOURCE_ROOT "/models/human", err));
    model[1] = mtl_model_copy(model[0]);
    if (!model[1])
        return MTL_ERR_MEMORY;
    MTL_TRY(mtl_scenario_parse(&scenario, text, (int)strlen(text), "text.yaml", model[0], err));
    for (int i = 0; i < 2; i++) {
        MTL_TRY(mtl_model_switch(model[i], "repair", repair[i], err));
        MTL_TRY(mtl_run(&result[i], scenario, model[i], &o, err));
    }
    return mtl_compare_run(&whole, result[0], "harm", result[1], "benefit", err);
}

static int set_up(void **state)
{
    (void)state;
    mtl_error err = {0};
    int number;
    mtl__hla_table_init(&table);
    if (make_results(&err) < 0 || mtl__hla_table_finish(&table, &err) < 0 ||
        mtl__hla_allele(&table, MTL__HLA_DRB1, "04:01", &number, &err) < 0 || make_folder() != 0) {
        print_message("# %s: %s\n", err.file, err.text);
        return -1;
    }
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        typing[2].allele[l][0] = typing[2].allele[l][1] = MTL__HLA_UNTYPED;
    typing[2].allele[MTL__HLA_DRB1][0] = (int16_t)number;
    typing[2].typed = true;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mtl_compare_free(whole);
    for (int i = 0; i < 2; i++) {
        mtl_result_free(result[i]);
        mtl_model_free(model[i]);
    }
    mtl_scenario_free(scenario);
    mtl__hla_table_free(&table);
    return remove_folder();
}

int main(void)
{
    static trial trials[] = {
        {"mtl_compare_run", use_compare, 20, 0},
        {"mtl_compare_both_dates", use_dates, 40, 0},
        {"mtl_compare_tsv", use_tsv, 20, 0},
        {"mtl_compare_json", use_json, 60, 0},
        {"mtl_compare_write", use_page, 60, 0},
        {"mtl__antigens_draw", use_drop, 20, 0},
        {"mtl__antigens_draw, typed", use_typed, 20, 0},
    };
    enum { N = sizeof trials / sizeof *trials };
    struct CMUnitTest tests[N];
    for (int i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){trials[i].name, every_allocation_fails_once, NULL, NULL,
                                       &trials[i]};
    return cmocka_run_group_tests_name("memory of comparisons", tests, set_up, tear_down);
}
