/* SPDX-License-Identifier: MIT */
#ifndef MTL_TESTS_HOST_FIXTURE_H
#define MTL_TESTS_HOST_FIXTURE_H
/* A small model made by hand for tests of host/: three organs, four kinds, two tallies, two sorts
   of injury, and room for outcomes; a mother (person 0) with four donors: child 1, child 2, her own
   mother (3), and herself. Its numbers are round and mean nothing. cmocka.h is included before. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/host_internal.h"

enum { HF_BLOOD, HF_HEART, HF_LIVER, HF_ORGANS };
enum { HF_SEED, HF_TCELL, HF_CFDNA, HF_TUMOUR, HF_KINDS };
enum { HF_REPAIRING, HF_WATCHING, HF_TALLIES };
enum { HF_INFARCT, HF_WOUND, HF_INJURIES };
enum { HF_BYSTANDER, HF_BENEFIT, HF_HARM };
enum { HF_MOST = 8, HF_PEOPLE = 6, HF_DONORS = 4, HF_SELF = 3 };

typedef struct host_fixture {
    mtl_model *m;
    mtl__host_spec spec;
    mtl__host_injury injury[HF_MOST];
    mtl__host_pregnancy pregnancy[HF_MOST];
    double onset[HF_MOST], organ_cells[HF_ORGANS];
    bool outcome[HF_MOST];
    int donor[HF_DONORS], relation[HF_DONORS], child[HF_MOST];
    mtl__antigens antigens;
    int of[HF_PEOPLE][2];
    mtl__host_plan *plan;
    mtl__host_state *state;
} host_fixture;

static inline mtl__expr hf_expr(host_fixture *f, const char *text)
{
    mtl_error err = {0};
    mtl__expr e;
    if (mtl__expr_parse(f->m, text, &e, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return e;
}

static inline void *hf_array(host_fixture *f, size_t n, size_t size)
{
    void *p = mtl__arena_alloc(&f->m->arena, n * size);
    assert_non_null(p);
    return p;
}

static inline void hf_set(host_fixture *f, const char *name, double value)
{
    for (int k = 0; k < f->m->n_params; k++)
        if (strcmp(f->m->param[k].name, name) == 0) {
            f->m->param[k].value = value;
            return;
        }
    fail_msg("no parameter %s", name);
}

static inline void hf_params(host_fixture *f)
{
    static const struct {
        const char *name;
        double value;
    } list[] = {{"repair.gain", 3.0},       {"repair.harm", 0.8},      {"repair.half", 40.0},
                {"antigen.half", 100.0},    {"tolerance.until", 10.0}, {"tolerance.gain", 0.05},
                {"tolerance.decay", 0.002}, {"tolerance.nima", 0.0},   {"allo.gain", 0.03},
                {"allo.decay", 0.004}};
    f->m->n_params = (int)(sizeof list / sizeof *list);
    f->m->param = hf_array(f, (size_t)f->m->n_params, sizeof *f->m->param);
    for (int k = 0; k < f->m->n_params; k++)
        f->m->param[k] = (mtl__param){
            .name = list[k].name, .value = list[k].value, .unit = {.scale = 1.0}, .tier = 'D'};
}

static inline void hf_things(host_fixture *f)
{
    static const char *const organ[] = {"blood", "heart", "liver"};
    static const char *const kind[] = {"seed", "tcell", "cfdna", "tumour"};
    static const enum mtl__kind_class class_[] = {MTL__SEED, MTL__PROGENY, MTL__CFDNA, MTL__TUMOUR};
    static const char *const value[] = {"bystander", "benefit", "harm"};
    mtl_model *m = f->m;
    m->n_organs = HF_ORGANS;
    m->organ = hf_array(f, HF_ORGANS, sizeof *m->organ);
    for (int k = 0; k < HF_ORGANS; k++) {
        m->organ[k].name = organ[k];
        m->organ[k].cells = f->organ_cells[k] = 2e6 * (k + 1);
    }
    m->n_kinds = HF_KINDS;
    m->kind = hf_array(f, HF_KINDS, sizeof *m->kind);
    for (int k = 0; k < HF_KINDS; k++) {
        m->kind[k].name = kind[k];
        m->kind[k].class_ = class_[k];
    }
    m->n_switches = 1;
    m->sw = hf_array(f, 1, sizeof *m->sw);
    m->sw[0] = (mtl__switch){.name = "repair", .value = value, .n_values = 3};
}

static inline mtl__tally_part hf_part(host_fixture *f, int kind, enum mtl__tally_donors donors,
                                      const char *weight)
{
    mtl__tally_part p = {.donors = donors, .weight = hf_expr(f, weight)};
    p.kind = hf_array(f, HF_KINDS, sizeof *p.kind);
    p.kind[kind] = true;
    return p;
}

/* repairing: seeds of others, in the organ, per million; watching: T cells by mismatch and half of
   the seeds, anywhere. */
static inline void hf_tallies(host_fixture *f)
{
    mtl_model *m = f->m;
    m->n_tallies = HF_TALLIES;
    m->tally = hf_array(f, HF_TALLIES, sizeof *m->tally);
    mtl__tally_part *part = hf_array(f, 3, sizeof *part);
    part[0] = hf_part(f, HF_SEED, MTL__TALLY_FOREIGN, "1");
    part[1] = hf_part(f, HF_TCELL, MTL__TALLY_MISMATCHED, "1");
    part[2] = hf_part(f, HF_SEED, MTL__TALLY_CHILDREN, "0.5");
    m->tally[HF_REPAIRING] = (mtl__cell_tally){
        .name = "repairing", .own_organ = true, .per_1e6 = true, .part = part, .n_parts = 1};
    m->tally[HF_WATCHING] = (mtl__cell_tally){.name = "watching", .part = part + 1, .n_parts = 2};
}

static inline void hf_injuries(host_fixture *f)
{
    static const char *const name[] = {"infarct", "wound"};
    static const char *const rate[][5] = {{"0.02", "1.5", "0.3", "0.8", "0.25"},
                                          {"0.1", "0.4", "0.1", "2", "1.1"}};
    mtl_model *m = f->m;
    m->n_injuries = HF_INJURIES;
    m->injury = hf_array(f, HF_INJURIES, sizeof *m->injury);
    for (int k = 0; k < HF_INJURIES; k++)
        m->injury[k] = (mtl__injury_def){.name = name[k],
                                         .organ = -1,
                                         .group = "",
                                         .repair = hf_expr(f, rate[k][0]),
                                         .inflame = hf_expr(f, rate[k][1]),
                                         .calm = hf_expr(f, rate[k][2]),
                                         .signal = hf_expr(f, rate[k][3]),
                                         .clear = hf_expr(f, rate[k][4]),
                                         .tier = 'D'};
    m->outcome = hf_array(f, HF_MOST, sizeof *m->outcome);
    m->exposure = hf_array(f, HF_MOST, sizeof *m->exposure);
}

/* An outcome with a hazard (per day) that goes in a line from y0 at x0 to y1 at x1. */
static inline mtl__outcome_def *hf_outcome(host_fixture *f, const char *name, double x0, double y0,
                                           double x1, double y1)
{
    mtl__outcome_def *d = &f->m->outcome[f->m->n_outcomes];
    *d = (mtl__outcome_def){.name = name,
                            .label = name,
                            .group = "",
                            .needs = -1,
                            .kind = -1,
                            .organ = -1,
                            .n_points = 2,
                            .tier = 'D'};
    d->x = hf_array(f, 2, sizeof *d->x);
    d->y = hf_array(f, 2, sizeof *d->y);
    d->x[0] = x0;
    d->x[1] = x1;
    d->y[0] = y0;
    d->y[1] = y1;
    f->onset[f->m->n_outcomes] = NAN;
    f->outcome[f->m->n_outcomes++] = true;
    return d;
}

static inline mtl__exposure *hf_exposure(host_fixture *f, int outcome, enum mtl__exposure_of of,
                                         enum mtl__exposure_form form, const char *arg,
                                         const char *beta)
{
    mtl__exposure *x = &f->m->exposure[f->m->n_exposures++];
    *x = (mtl__exposure){.name = "exposure",
                         .outcome = outcome,
                         .of = of,
                         .tally = -1,
                         .organ = -1,
                         .other = -1,
                         .form = form,
                         .beta = hf_expr(f, beta),
                         .tier = 'D'};
    if (arg != NULL)
        x->arg = hf_expr(f, arg);
    return x;
}

static inline void hf_points(host_fixture *f, mtl__exposure *x, int n, const double *at,
                             const double *y)
{
    x->n_points = n;
    x->x = hf_array(f, (size_t)n, sizeof *x->x);
    x->y = hf_array(f, (size_t)n, sizeof *x->y);
    memcpy(x->x, at, (size_t)n * sizeof *at);
    memcpy(x->y, y, (size_t)n * sizeof *y);
}

/* Haplotypes: host 0 {0, 1}; child 1 {0, 2}; child 2 {1, 3}; mother 3 {0, 4}; person 5, a child
   that left no cells, {1, 4}. */
static inline void hf_antigens(host_fixture *f)
{
    static const int of[HF_PEOPLE][2] = {{0, 1}, {0, 2}, {1, 3}, {0, 4}, {0, 1}, {1, 4}};
    memcpy(f->of, of, sizeof of);
    f->antigens = (mtl__antigens){.n_people = HF_PEOPLE, .n_symbols = 5, .of = f->of};
}

static inline void hf_begin(host_fixture *f)
{
    mtl_error err = {0};
    memset(f, 0, sizeof *f);
    assert_int_equal(mtl__model_new(&f->m, "", &err), 0);
    f->m->blood = HF_BLOOD;
    hf_params(f);
    hf_things(f);
    hf_tallies(f);
    hf_injuries(f);
    hf_antigens(f);
    static const int donor[] = {1, 2, 3, 0};
    static const int relation[] = {MTL__REL_CHILD | MTL__REL_MALE, MTL__REL_CHILD, MTL__REL_MOTHER,
                                   MTL__REL_SELF};
    memcpy(f->donor, donor, sizeof donor);
    memcpy(f->relation, relation, sizeof relation);
    f->spec = (mtl__host_spec){.m = f->m,
                               .name = "anna",
                               .key = 77,
                               .person = 0,
                               .sex = 'f',
                               .born = 0.0,
                               .t0 = 0.0,
                               .t1 = 30000.0,
                               .donor = f->donor,
                               .donor_relation = f->relation,
                               .n_donors = HF_DONORS,
                               .injury = f->injury,
                               .pregnancy = f->pregnancy,
                               .outcome = f->outcome,
                               .organ_cells = f->organ_cells,
                               .onset = f->onset};
}

static inline void hf_hurt(host_fixture *f, int def, int organ, double t, double size, double lasts)
{
    f->injury[f->spec.n_injuries++] = (mtl__host_injury){def, organ, t, size, lasts};
}

static inline void hf_pregnant(host_fixture *f, double conceived, double ended, int child)
{
    const int k = f->spec.n_pregnancies++;
    f->child[k] = child;
    f->pregnancy[k] = (mtl__host_pregnancy){conceived, ended, &f->child[k], 1, true};
}

static inline void hf_plan(host_fixture *f)
{
    mtl_error err = {0};
    if (mtl__host_plan_new(&f->plan, &f->spec, &err) < 0)
        fail_msg("plan: %s: %s", err.field, err.text);
}

static inline void hf_live(host_fixture *f, uint64_t seed, uint64_t replicate)
{
    mtl_error err = {0};
    if (f->state == NULL && mtl__host_state_new(&f->state, f->plan, &err) < 0)
        fail_msg("state: %s: %s", err.field, err.text);
    if (mtl__host_begin(f->state, &f->antigens, seed, replicate, &err) < 0)
        fail_msg("begin: %s: %s", err.field, err.text);
}

static inline int hf_variable(host_fixture *f, enum mtl__factor_of of, int ref, int organ)
{
    mtl_error err = {0};
    const int v = mtl__host_variable(f->plan, of, ref, organ, &err);
    if (err.code != MTL_OK)
        fail_msg("variable: %s: %s", err.field, err.text);
    return v;
}

static inline void hf_step(host_fixture *f, double t1, const double *y0, const double *y1)
{
    mtl_error err = {0};
    if (mtl__host_advance(f->state, t1, y0, y1, &err) < 0)
        fail_msg("advance: %s: %s", err.field, err.text);
}

static inline void hf_go(host_fixture *f, double t1, const double *y0, const double *y1)
{
    hf_step(f, t1, y0, y1);
    mtl__host_settle(f->state);
}

/* In steps that stop at every break and are no longer than `most` days, tallies constant. */
static inline void hf_live_to(host_fixture *f, double t1, const double *y, double most)
{
    for (double t = f->state->t; t < t1; t = f->state->t) {
        const double stop = mtl__host_next_break(f->state, t);
        double to = t + most < t1 ? t + most : t1;
        if (stop < to)
            to = stop;
        hf_go(f, to, y, y);
    }
}

static inline void hf_end(host_fixture *f)
{
    mtl__host_state_free(f->state);
    mtl__host_plan_free(f->plan);
    mtl_model_free(f->m);
}

#endif
