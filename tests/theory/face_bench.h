/* SPDX-License-Identifier: MIT */
#ifndef MTL_FACE_BENCH_H
#define MTL_FACE_BENCH_H
/* A scenario run under a model with switches and parameters set: for test_faces.c and test_mouse.c.
   Include after cmocka. */
#include <stdlib.h>
#include <string.h>

#include "matriline/matriline.h"
#include "run/result.h"

typedef struct face_setting {
    const char *name, *value; /* a switch if there is one of that name, else a parameter */
} face_setting;
typedef struct face_run {
    mtl_model *m;
    mtl_scenario *s;
    mtl_result *r;
} face_run;

/* "examples/NAME.yaml" is a file of the source. */
static int load_example(mtl_scenario **s, const char *name, const mtl_model *m, mtl_error *err)
{
    char path[600];
    snprintf(path, sizeof path, MTL_SOURCE_ROOT "/%s", name);
    return mtl_scenario_load(s, path, m, err);
}

static void face_load(face_run *f, const char *model, const char *text, const face_setting *set)
{
    mtl_error err = {0};
    memset(f, 0, sizeof *f);
    if (mtl_model_load(&f->m, model, &err) != 0)
        fail_msg("%s", err.text);
    for (; set && set->name; set++)
        if (mtl_model_switch(f->m, set->name, set->value, &err) != 0 &&
            mtl_model_set(f->m, set->name, set->value, &err) != 0)
            fail_msg("%s: %s", set->name, err.text);
    const int ret = strncmp(text, "examples/", 9) == 0
                        ? load_example(&f->s, text, f->m, &err)
                        : mtl_scenario_parse(&f->s, text, (int)strlen(text), "face", f->m, &err);
    if (ret != 0)
        fail_msg("line %d: %s", err.line, err.text);
}

static void face_carry_out(face_run *f, int replicates, enum mtl_solver solver)
{
    mtl_error err = {0};
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.replicates = replicates;
    o.solver = solver;
    o.unknowns = 0;
    if (mtl_run(&f->r, f->s, f->m, &o, &err) != 0)
        fail_msg("run: %s", err.text);
}

static void face_free(face_run *f)
{
    mtl_result_free(f->r);
    mtl_scenario_free(f->s);
    mtl_model_free(f->m);
    memset(f, 0, sizeof *f);
}

static int face_person(const face_run *f, const char *name)
{
    for (int i = 0; i < f->s->n_people; i++)
        if (strcmp(f->s->person[i].name, name) == 0)
            return i;
    fail_msg("nobody is called %s", name);
    return -1;
}

/* The sample of a person that is the k-th by date, from 0. */
static const mtl__assay_result *face_sample(const face_run *f, const char *name, int k)
{
    const int who = face_person(f, name);
    for (int i = 0; i < f->r->n_assays; i++)
        if (f->s->sample[f->r->assay[i].sample].person == who && k-- == 0)
            return &f->r->assay[i];
    fail_msg("%s has no such sample", name);
    return NULL;
}

#endif
