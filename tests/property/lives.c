/* SPDX-License-Identifier: MIT */
/* Lives of hosts for tests (lives.h). */
#include "lives.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

/* ---------------------------------------------------------------- asking */
/* One setting: "name=value" is a switch, "name := value" a parameter. */
static int set_one(mtl_model *m, char *text, mtl_error *err)
{
    char *equals = strchr(text, '=');
    assert_non_null(equals);
    const bool parameter = equals > text && equals[-1] == ':';
    char *end = parameter ? equals - 1 : equals, *value = equals + 1;
    while (end > text && end[-1] == ' ')
        end--;
    *end = '\0';
    while (*value == ' ')
        value++;
    return parameter ? mtl_model_set(m, text, value, err) : mtl_model_switch(m, text, value, err);
}

static int set_all(mtl_model *m, const char *with, mtl_error *err)
{
    char text[1024];
    snprintf(text, sizeof text, "%s", with ? with : "");
    char *rest = text;
    int ret = 0;
    while (ret == 0 && rest && *rest) {
        char *now = rest;
        rest = strchr(rest, ';');
        if (rest)
            *rest++ = '\0';
        while (*now == ' ')
            now++;
        if (*now)
            ret = set_one(m, now, err);
    }
    return ret;
}

static int begin(life *x, const asked *q, mtl_error *err)
{
    *x = (life){NULL, NULL, NULL};
    *err = (mtl_error){0};
    int ret = mtl_model_load(&x->m, q->model ? q->model : MTL_SOURCE_ROOT "/models/human", err);
    if (ret == 0)
        ret = set_all(x->m, q->with, err);
    if (ret == 0)
        ret = mtl_scenario_parse(&x->s, q->text, (int)strlen(q->text), "family", x->m, err);
    if (ret < 0)
        return ret;
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.seed = q->seed ? q->seed : 11;
    o.solver = q->solver;
    o.replicates = q->replicates ? q->replicates : 1;
    o.first_replicate = q->first;
    o.threads = q->threads ? q->threads : 1;
    o.unknowns = q->unknowns;
    o.dates = q->dates;
    o.n_dates = q->n_dates;
    o.brought = q->brought;
    return mtl_run(&x->r, x->s, x->m, &o, err);
}

life live(const asked *q)
{
    life x;
    mtl_error err;
    const int ret = begin(&x, q, &err);
    if (ret < 0)
        print_message("# %s:%d:%d: %s: %s\n", err.file, err.line, err.column, err.field, err.text);
    assert_int_equal(ret, 0);
    return x;
}

int refused(const asked *q, mtl_error *err)
{
    life x;
    const int ret = begin(&x, q, err);
    drop(&x);
    return ret;
}

void drop(life *x)
{
    mtl_result_free(x->r);
    mtl_scenario_free(x->s);
    mtl_model_free(x->m);
}

/* ---------------------------------------------------------------- prints */
uint64_t cells_print(const mtl_result *r)
{
    const size_t nt = (size_t)r->n_times, R = (size_t)r->opts.replicates;
    uint64_t h = mtl__hash_bytes(MTL_HASH_START, r->time, nt * sizeof *r->time);
    for (int k = 0; k < r->n_pairs; k++) {
        const mtl__pair *p = &r->pair[k];
        for (int b = 0; b < r->n_bands; b++) {
            h = mtl__hash_bytes(h, p->level[b], sizeof(mtl__band) * (size_t)r->n_watched * nt);
            h = mtl__hash_bytes(h, p->final[b], sizeof(mtl__band) * (size_t)r->m->n_organs);
            h = mtl__hash_bytes(h, &p->p_anywhere[b], sizeof p->p_anywhere[b]);
        }
        if (p->cells)
            h = mtl__hash_bytes(h, p->cells,
                                sizeof *p->cells * (size_t)(r->m->n_organs * r->m->n_kinds) *
                                    (size_t)r->n_coarse);
    }
    for (int k = 0; k < r->n_assays; k++)
        for (int b = 0; b < r->n_bands; b++) {
            const mtl__assay_result *a = &r->assay[k];
            h = mtl__hash_bytes(h, &a->p_positive[b], sizeof a->p_positive[b]);
            if (a->fraction[b])
                h = mtl__hash_bytes(h, a->fraction[b], R * sizeof(float));
            if (a->positive[b])
                h = mtl__hash_bytes(h, a->positive[b], R * sizeof(bool));
        }
    return h;
}

uint64_t whole_print(mtl_result *r)
{
    r->seconds = 0;
    char *text = mtl_result_json(r);
    assert_non_null(text);
    uint64_t h = mtl__hash(text);
    free(text);
    const uint64_t c = cells_print(r);
    return mtl__hash_bytes(h, &c, sizeof c);
}

/* ---------------------------------------------------------------- places */
int who(const life *x, const char *person)
{
    for (int i = 0; i < x->s->n_people; i++)
        if (strcmp(x->s->person[i].name, person) == 0)
            return i;
    fail_msg("nobody is called %s", person);
    return -1;
}

int organ(const life *x, const char *name)
{
    for (int o = 0; o < x->m->n_organs; o++)
        if (strcmp(x->m->organ[o].name, name) == 0)
            return o;
    fail_msg("no organ %s", name);
    return -1;
}

int kind(const life *x, const char *name)
{
    for (int k = 0; k < x->m->n_kinds; k++)
        if (strcmp(x->m->kind[k].name, name) == 0)
            return k;
    fail_msg("no kind %s", name);
    return -1;
}

const mtl__pair *pair(const life *x, const char *host, const char *donor)
{
    const int h = who(x, host), d = who(x, donor);
    for (int k = 0; k < x->r->n_pairs; k++)
        if (x->r->pair[k].host == h && x->r->pair[k].donor == d)
            return &x->r->pair[k];
    fail_msg("%s has nothing of %s", host, donor);
    return NULL;
}

const mtl__outcome_result *outcome(const life *x, const char *person, const char *name)
{
    const int p = who(x, person);
    for (int k = 0; k < x->r->host.n_outcomes; k++) {
        const mtl__outcome_result *o = &x->r->host.outcome[k];
        if (o->person == p && strcmp(x->m->outcome[o->outcome].name, name) == 0)
            return o;
    }
    fail_msg("%s of %s is not followed", name, person);
    return NULL;
}

int coarse_at(const life *x, double t)
{
    for (int k = 0; k < x->r->n_coarse; k++)
        if (x->r->coarse[k] >= t)
            return k;
    return x->r->n_coarse - 1;
}

double cells(const life *x, const char *host, const char *organ_name, int of_kind, int coarse)
{
    const mtl_result *r = x->r;
    const int h = who(x, host), o = organ(x, organ_name);
    double sum = 0;
    for (int k = 0; k < r->n_pairs; k++)
        for (int kd = 0; kd < r->m->n_kinds; kd++)
            if (r->pair[k].host == h &&
                (kd == of_kind || (of_kind < 0 && r->m->kind[kd].class_ == MTL__SEED)))
                sum +=
                    (double)r->pair[k].cells[(o * r->m->n_kinds + kd) * r->n_coarse + coarse].mean;
    return sum;
}

static double area(const mtl_result *r, const mtl__band *y)
{
    double sum = 0;
    for (int t = 1; t < r->n_times; t++)
        sum += 0.5 * ((double)y[t].mean + (double)y[t - 1].mean) * (r->time[t] - r->time[t - 1]);
    return sum;
}

double damage_days(const life *x, int k)
{
    assert_true(k < x->r->host.n_injuries);
    return area(x->r, x->r->host.injury[k].damage[0]);
}

double response_days(const life *x, const char *host)
{
    const int h = who(x, host);
    double sum = 0;
    for (int k = 0; k < x->r->host.n_immune; k++)
        if (x->r->host.immune[k].host == h)
            sum += area(x->r, x->r->host.immune[k].response[0]);
    return sum;
}

/* ---------------------------------------------------------------- moments */
void add(moments *m, double x)
{
    m->n++;
    m->sum += x;
    m->sq += x * x;
}

double mean(const moments *m)
{
    return m->sum / m->n;
}

static double variance_of_mean(const moments *m)
{
    const double x = mean(m), v = (m->sq - m->n * x * x) / (m->n - 1);
    return v > 0 ? v / m->n : 0;
}

double z_of(const moments *x)
{
    return mean(x) / sqrt(variance_of_mean(x));
}

double z_between(const moments *x, const moments *y)
{
    return (mean(x) - mean(y)) / sqrt(variance_of_mean(x) + variance_of_mean(y));
}
