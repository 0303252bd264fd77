/* SPDX-License-Identifier: MIT */
/* Every allocation fails once, in a model, a scenario, a run, its tables and report, the targets,
   and a network. One exception to what fault_trial.c asks for is not ours: jansson calls some of
   its own failures syntax errors. */
#include <dirent.h>
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

#include "base/base.h"
#include "fault.h"
#include "fault_trial.h"
#include "io/network.h"
#include "matriline/matriline.h"
#include "run/result.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

static const char FAMILY[] =
    "title: all sorts of events\n"
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
    "  tom: {sex: male, born: 1972-06-01, mother: anna}\n"
    "events:\n"
    "  - {date: 1970, person: anna, event: loss, week: 8, care: surgical, child: lost1}\n"
    "  - {date: 1975-02-01, person: anna, event: termination, week: 9, care: surgical}\n"
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: female, "
    "mode: vaginal, milk: 6 months}\n"
    "  - {date: 1979-06-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "
    "dys14-qpcr, reading: {hits: 2, wells: 10}}\n"
    "  - {date: 2004-05-01, person: anna, event: autopsy, organs: [brain.hippocampus, liver]}\n";

static const char BEFALLEN[] =
    "follow: {anna: [scars, tolerance, ms], eva: death}\n"
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01}\n"
    "events:\n"
    "  - {date: 1978-06-01, person: anna, event: delivery, child: eva, mode: caesarean}\n"
    "  - {age: 50, person: anna, event: infarct, size: 12 %}\n"
    "  - {age: 51, person: anna, event: stroke}\n"
    "  - {age: 52, person: anna, event: depletion, donor: eva}\n"
    "  - {age: 53, person: anna, event: tumour, of: colon}\n"
    "  - {age: 54, person: anna, event: diagnosis, of: alzheimer}\n";

static const char SMALL[] =
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01}\n"
    "events:\n"
    "  - {date: 1978-06-01, person: anna, event: loss, week: 8, child: lost1, sex: male}\n"
    "  - {date: 1978-06-10, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "
    "dys14-qpcr}\n";

static const char HURT[] =
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01}\n"
    "events:\n"
    "  - {date: 1978-06-01, person: anna, event: loss, week: 8, child: lost1, sex: male}\n"
    "  - {date: 1978-07-01, person: anna, event: infarct, size: 12 %}\n"
    "  - {date: 1978-08-10, person: anna, event: sample, organ: heart, assay: dys14-qpcr}\n";

static const char NETWORK[] =
    "{\"name\": \"n\", \"T\": 200, \"species\": [[\"A\", 500], [\"B\", 20], [\"C\", 0]],"
    " \"reactions\": [[0.02, {\"A\": 1}, {\"A\": 2}], [0.02, {\"A\": 1}, {}],"
    " [0.01, {\"A\": 1}, {\"B\": 1}], [0.1, {}, {\"C\": 1}], [0.01, {\"C\": 1}, {}]]}";

static mtl_model *model, *rival;
static mtl_scenario *rich, *small, *hurt;
static mtl_result *result[2];
static mtl_targets_result *targets;

/* ---------------------------------------------------------------- one use of the library */
/* The JSON of a result without how long it took, and the levels that the report shows. */
static uint64_t result_print(mtl_result *r)
{
    r->seconds = 0;
    char *text = mtl_result_json(r);
    assert_non_null(text);
    uint64_t h = mtl__hash(text);
    free(text);
    for (int k = 0; k < r->n_pairs; k++)
        for (int b = 0; b < r->n_bands; b++)
            h = mtl__hash_bytes(h, r->pair[k].level[b],
                                sizeof(mtl__band) * (size_t)r->n_watched * (size_t)r->n_times);
    return h;
}

static void use_model_load(pass *p)
{
    mtl_model *m = NULL;
    arm(p);
    p->ret = mtl_model_load(&m, MTL_SOURCE_ROOT "/models/human", &p->err);
    rest(p);
    p->left = p->ret < 0 && m;
    p->print = m ? mtl__hash(mtl_model_hash(m)) : 0;
    mtl_model_free(m);
}

static void use_model_copy(pass *p)
{
    arm(p);
    mtl_model *m = mtl_model_copy(model);
    rest(p);
    p->ret = p->err.code = m ? 0 : MTL_ERR_MEMORY;
    strcpy(p->err.text, "NULL");
    p->print = m ? mtl__hash(mtl_model_hash(m)) : 0;
    mtl_model_free(m);
}

static void use_model_set(pass *p)
{
    mtl_model *m = mtl_model_copy(model);
    assert_non_null(m);
    const uint64_t before = mtl__hash(mtl_model_hash(m));
    arm(p);
    p->ret = mtl_model_set(m, "hsc.division", "0.1 per year", &p->err);
    const int first = p->ret;
    if (p->ret == 0)
        p->ret = mtl_model_switch(m, "niche", "displacement", &p->err);
    rest(p);
    p->print = mtl__hash(mtl_model_hash(m));
    p->left = first < 0 && p->print != before;
    mtl_model_free(m);
}

static void use_scenario_parse(pass *p)
{
    mtl_scenario *s = NULL;
    arm(p);
    p->ret = mtl_scenario_parse(&s, FAMILY, (int)strlen(FAMILY), "family", model, &p->err);
    scenario_back(p, s);
}

static void use_scenario_befallen(pass *p)
{
    mtl_scenario *s = NULL;
    arm(p);
    p->ret = mtl_scenario_parse(&s, BEFALLEN, (int)strlen(BEFALLEN), "family", model, &p->err);
    scenario_back(p, s);
}

static void use_scenario_load(pass *p)
{
    mtl_scenario *s = NULL;
    arm(p);
    p->ret = mtl_scenario_load(&s, MTL_SOURCE_ROOT "/examples/twins.yaml", model, &p->err);
    scenario_back(p, s);
}

static void use_scenario_draw(pass *p)
{
    arm(p);
    text_back(p, mtl_scenario_draw(rich, 100));
}

static void run_under(pass *p, const mtl_scenario *s, mtl_run_opts o)
{
    mtl_result *r = NULL;
    arm(p);
    p->ret = mtl_run(&r, s, model, &o, &p->err);
    rest(p);
    p->left = p->ret < 0 && r;
    p->print = r ? result_print(r) : 0;
    mtl_result_free(r);
}

static void use_run(pass *p)
{
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.replicates = 1;
    run_under(p, rich, o);
}

/* From 20 replicates on the splitting error is measured as well. */
static void use_run_leap(pass *p)
{
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.replicates = 20;
    o.solver = MTL_SOLVER_LEAP;
    o.unknowns = 0;
    run_under(p, small, o);
}

static void use_run_analytic(pass *p)
{
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.solver = MTL_SOLVER_ANALYTIC;
    run_under(p, small, o);
}

/* Unknowns of an injury that no cell acts on, and what it brings. */
static void use_run_hurt(pass *p)
{
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.replicates = 1;
    o.brought = 1;
    run_under(p, hurt, o);
}

static void use_forecast(pass *p)
{
    mtl_run_opts o;
    double events = -1;
    mtl_run_opts_init(&o);
    o.solver = MTL_SOLVER_EXACT;
    arm(p);
    p->ret = mtl_run_forecast(&events, small, model, &o, &p->err);
    rest(p);
    p->print = (uint64_t)events;
}

static void use_scenario_remarks(pass *p)
{
    arm(p);
    text_back(p, mtl_scenario_remarks(rich));
}

static void use_result_json(pass *p)
{
    arm(p);
    text_back(p, mtl_result_json(result[0]));
}

/* The readings of the result: counted, and taken away. */
static int take_readings(const char *folder)
{
    char path[512];
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        snprintf(path, sizeof path, "%.200s/%.200s", folder, e->d_name);
        n += e->d_name[0] != '.' && unlink(path) == 0;
    }
    if (d)
        closedir(d);
    rmdir(folder);
    return n;
}

static void use_result_write(pass *p)
{
    static const char *const name[] = {"cells.tsv", "events.tsv", "assays.tsv", "manifest.json"};
    char path[256];
    snprintf(path, sizeof path, "%s", in("out"));
    arm(p);
    p->ret = mtl_result_write(result[0], path, &p->err);
    rest(p);
    const int n = n_files(path);
    /* A plate with two tables and the list of readings. */
    snprintf(path, sizeof path, "%s/readings", in("out"));
    p->left = n != (p->ret < 0 ? 0 : 5) || take_readings(path) != (p->ret < 0 ? 0 : 4);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", in("out"), name[i]);
        if (p->ret == 0)
            p->print ^= hash_file(path);
        unlink(path);
    }
}

static void use_report_write(pass *p)
{
    const mtl_result *both[2] = {result[0], result[1]};
    char path[256];
    snprintf(path, sizeof path, "%s", in("page/report.html"));
    arm(p);
    p->ret = mtl_report_write(both, 2, path, &p->err);
    rest(p);
    p->left = n_files(in("page")) != (p->ret == 0);
    if (p->ret == 0)
        p->print = hash_file(path);
    unlink(path);
}

static int targets_of(mtl_targets_result **out, const char *only, mtl_error *err)
{
    mtl_targets_opts o;
    mtl_targets_opts_init(&o);
    o.replicates = 2;
    o.only = only;
    return mtl_targets_run(out, MTL_SOURCE_ROOT "/targets", model, &o, err);
}

static char *targets_tsv(const mtl_targets_result *r)
{
    const char *const label = "now";
    return mtl_targets_tsv(&r, &label, 1);
}

static void use_targets_run(pass *p)
{
    mtl_targets_result *r = NULL;
    arm(p);
    p->ret = targets_of(&r, "bia97_xy,pet_pre", &p->err);
    rest(p);
    p->left = p->ret < 0 && r;
    if (r) {
        char *text = targets_tsv(r);
        assert_non_null(text);
        p->print = mtl__hash(text);
        free(text);
    }
    mtl_targets_free(r);
}

static void use_targets_text(pass *p)
{
    const mtl_targets_result *both[2] = {targets, targets};
    const char *const label[2] = {"a", "b"};
    arm(p);
    text_back(p, mtl_targets_text(both, label, 2, 100, 1));
}

static void use_targets_tsv(pass *p)
{
    arm(p);
    text_back(p, targets_tsv(targets));
}

static void use_targets_json(pass *p)
{
    const mtl_targets_result *one = targets;
    const char *const label = "now";
    arm(p);
    text_back(p, mtl_targets_json(&one, &label, 1));
}

static void use_persistence(pass *p)
{
    char *text = NULL;
    arm(p);
    p->ret = mtl_persistence_text(&text, model, &p->err);
    rest(p);
    p->left = p->ret < 0 && text;
    p->print = text ? mtl__hash(text) : 0;
    free(text);
}

static void use_network(pass *p)
{
    mtl__network *n = NULL;
    arm(p);
    p->ret = mtl__network_parse(&n, NETWORK, strlen(NETWORK), "network", &p->err);
    rest(p);
    p->left = p->ret < 0 && n;
    p->print = n ? (uint64_t)n->n_reactions : 0;
    mtl__network_free(n);
}

/* A test of failures that never happen would let everything pass. */
static void the_fault_happens(void **state)
{
    (void)state;
    mtl__arena a;
    mtl__arena_init(&a, 0);
    const int64_t before = fault_live();
    fault_memory(1, false);
    void *first = mtl__arena_alloc(&a, 8), *second = mtl__arena_alloc(&a, 8);
    assert_int_equal(fault_memory_end(), 2);
    assert_int_equal(fault_memory_failed(), 1);
    assert_null(first);
    assert_non_null(second);
#ifndef FAULT_WRAP
    assert_int_equal(fault_live(), before + 1);
#endif
    mtl__arena_free(&a);
    assert_int_equal(fault_live(), before);
#ifndef FAULT_WRAP
    fault_memory(1, false);
    json_t *other = json_object(); /* of a shared library */
    fault_memory_end();
    assert_null(other);
#endif
}

/* ---------------------------------------------------------------- setting up */
static int run_once(mtl_result **out, mtl_model *m)
{
    mtl_run_opts o;
    mtl_error err;
    mtl_run_opts_init(&o);
    o.replicates = 3;
    return mtl_run(out, rich, m, &o, &err);
}

static int set_up(void **state)
{
    (void)state;
    mtl_error err = {0};
    if (make_folder() < 0 || mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0)
        return -1;
    rival = mtl_model_copy(model);
    int ret = rival ? mtl_model_switch(rival, "niche", "displacement", &err) : -1;
    if (ret == 0)
        ret = mtl_scenario_parse(&rich, FAMILY, (int)strlen(FAMILY), "rich", model, &err);
    if (ret == 0)
        ret = mtl_scenario_parse(&small, SMALL, (int)strlen(SMALL), "small", model, &err);
    if (ret == 0)
        ret = mtl_scenario_parse(&hurt, HURT, (int)strlen(HURT), "hurt", model, &err);
    if (ret == 0)
        ret = run_once(&result[0], model);
    if (ret == 0)
        ret = run_once(&result[1], rival);
    if (ret == 0)
        ret = targets_of(&targets, "bia97_xy,ham_t1", &err);
    if (ret < 0)
        print_message("# %s: %s\n", err.file, err.text);
    return ret;
}

static int tear_down(void **state)
{
    (void)state;
    mtl_targets_free(targets);
    mtl_result_free(result[0]);
    mtl_result_free(result[1]);
    mtl_scenario_free(rich);
    mtl_scenario_free(small);
    mtl_scenario_free(hurt);
    mtl_model_free(rival);
    mtl_model_free(model);
    return remove_folder();
}

int main(void)
{
    static trial trials[] = {
        {"mtl_model_load", use_model_load, 40, 0},
        {"mtl_model_copy", use_model_copy, 100, 0},
        {"mtl_model_set and _switch", use_model_set, -1, 0},
        {"mtl_scenario_parse", use_scenario_parse, 500, 0},
        {"mtl_scenario_parse, injuries", use_scenario_befallen, 500, 0},
        {"mtl_scenario_load", use_scenario_load, 500, 0},
        {"mtl_scenario_draw", use_scenario_draw, 100, 0},
        {"mtl_run, auto", use_run, 40, 0},
        {"mtl_run, leap, step halved", use_run_leap, 40, 0},
        {"mtl_run, analytic", use_run_analytic, 30, 0},
        {"mtl_run, injuries", use_run_hurt, 60, 0},
        {"mtl_run_forecast", use_forecast, 30, 0},
        {"mtl_scenario_remarks", use_scenario_remarks, 1, 0},
        {"mtl_result_json", use_result_json, 40, 0},
        {"mtl_result_write", use_result_write, 30, 0},
        {"mtl_report_write", use_report_write, 60, 0},
        {"mtl_targets_run", use_targets_run, 30, 0},
        {"mtl_targets_text", use_targets_text, 100, 0},
        {"mtl_targets_tsv", use_targets_tsv, 100, 0},
        {"mtl_targets_json", use_targets_json, 40, 0},
        {"mtl_persistence_text", use_persistence, 60, 0},
        {"mtl__network_parse", use_network, 200, MTL_ERR_SYNTAX},
    };
    enum { N = sizeof trials / sizeof *trials };
    struct CMUnitTest tests[N + 1] = {cmocka_unit_test(the_fault_happens)};
    for (int i = 0; i < N; i++)
        tests[i + 1] = (struct CMUnitTest){trials[i].name, every_allocation_fails_once, NULL, NULL,
                                           &trials[i]};
    return cmocka_run_group_tests_name("memory", tests, set_up, tear_down);
}
