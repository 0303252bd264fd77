/* SPDX-License-Identifier: MIT */
/* What two runs follow of the hosts themselves, side by side: injuries, tolerance and response,
   outcomes, tumours. Outcomes are compared life by life, by the exact test of McNemar (1947) and by
   the delay in lives where both came; of the rest a run keeps means over lives, and these stand
   beside each other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/compare.h"
#include "run/run_internal.h"

enum { NOT_THERE = -1 };

/* ---------------------------------------------------------------- rows */
/* A thing of one run and the same of the other; -1 where it is not followed. */
typedef struct both {
    int a, b;
} both;

static mtl_compare_host *new_row(mtl_compare *c, const mtl_compare_host *like, const char *measure)
{
    if (mtl__grow(&c->host, &c->cap_host, (size_t)c->n_hosts + 1, sizeof *c->host) < 0)
        return NULL;
    mtl_compare_host *x = &c->host[c->n_hosts++];
    *x = *like;
    x->measure = measure;
    return x;
}

/* Values by run and band; NaN where there is none. */
static int add(mtl_compare *c, const mtl_compare_host *like, const char *measure,
               double (*v)[MTL__HOST_BANDS])
{
    mtl_compare_host *x = new_row(c, like, measure);
    if (!x)
        return MTL_ERR_MEMORY;
    x->a = v[0][0];
    x->b = v[1][0];
    x->a_unknowns = c->a->n_bands > 1 ? v[0][1] : NAN;
    x->b_unknowns = c->b->n_bands > 1 ? v[1][1] : NAN;
    return 0;
}

static const mtl_result *side(const mtl_compare *c, int k)
{
    return k ? c->b : c->a;
}

static int of_side(both x, int k)
{
    return k ? x.b : x.a;
}

static mtl_compare_host blank(both x, const char *what)
{
    return (mtl_compare_host){.what = what,
                              .donor = "",
                              .name = "",
                              .label = "",
                              .organ = "",
                              .t_days = NAN,
                              .in_a = x.a >= 0,
                              .in_b = x.b >= 0,
                              .p_mcnemar = NAN};
}

/* The run that has it, the first if both do. */
static const mtl_result *holder(const mtl_compare *c, both x)
{
    return x.a >= 0 ? c->a : c->b;
}

static const char *name_of(const mtl_result *r, int person)
{
    return r->s->person[person].name;
}

static double last(const mtl_result *r, const mtl__band *x)
{
    return x && r->n_times > 0 ? (double)x[r->n_times - 1].mean : NAN;
}

static double greatest(const mtl_result *r, const mtl__band *x)
{
    double most = x ? 0 : NAN;
    for (int k = 0; x && k < r->n_times; k++)
        most = mtl__max(most, (double)x[k].mean);
    return most;
}

/* "infarct of the heart", "stroke, hippocampus": what it is with its place, which is said once.
   NULL = no memory. */
static const char *with_place(mtl_compare *c, const mtl_result *of, const char *what, int organ)
{
    char where[64];
    mtl__str b = {0};
    mtl__organ_text(of->m, organ, where);
    mtl__str_add(&b, what);
    if (!strstr(what, where))
        mtl__str_printf(&b, ", %s", where);
    const char *text = b.oom ? NULL : mtl__arena_strdup(&c->arena, b.s);
    mtl__str_free(&b);
    return text;
}

/* Mean damage summed over time, in days of a wholly damaged organ: trapezoids between dates, the
   first of which is the day of the injury (before it there is none, however far the last look is).
 */
static double burden(const mtl_result *r, const mtl__band *x, double from)
{
    double sum = x ? 0 : NAN;
    for (int k = 1; x && k < r->n_times; k++)
        if (r->time[k - 1] >= from)
            sum +=
                0.5 * ((double)x[k].mean + (double)x[k - 1].mean) * (r->time[k] - r->time[k - 1]);
    return sum;
}

/* ---------------------------------------------------------------- injuries */
static bool same_injury(const mtl_result *a, int i, const mtl_result *b, int j)
{
    const mtl__injury_result *p = &a->host.injury[i], *q = &b->host.injury[j];
    const mtl__injury *x = &a->s->injury[p->injury], *y = &b->s->injury[q->injury];
    return strcmp(name_of(a, p->person), name_of(b, q->person)) == 0 &&
           strcmp(a->m->injury[x->def].name, b->m->injury[y->def].name) == 0 &&
           strcmp(a->m->organ[x->organ].name, b->m->organ[y->organ].name) == 0 && x->t >= y->t &&
           x->t <= y->t;
}

static int add_injury(mtl_compare *c, both x)
{
    enum { HEALED, BURDEN, ARRIVED, MEASURES };
    static const char *const measure[MEASURES] = {"days until a tenth is left (median)",
                                                  "days of whole damage",
                                                  "foreign cells per million at their most"};
    const mtl_result *of = holder(c, x);
    const mtl__injury *i = &of->s->injury[of->host.injury[x.a >= 0 ? x.a : x.b].injury];
    const mtl__injury_def *def = &of->m->injury[i->def];
    mtl_compare_host like = blank(x, "injury");
    double v[MEASURES][2][MTL__HOST_BANDS];
    like.person = name_of(of, i->person);
    like.name = def->name;
    like.label = def->meaning && def->meaning[0] ? def->meaning : def->name;
    if (def->organ < 0) /* else its name says where */
        like.label = with_place(c, of, like.label, i->organ);
    like.organ = of->m->organ[i->organ].name;
    like.t_days = i->t;
    if (!like.label)
        return MTL_ERR_MEMORY;
    for (int k = 0; k < 2; k++) {
        const mtl_result *r = side(c, k);
        const mtl__injury_result *p = of_side(x, k) >= 0 ? &r->host.injury[of_side(x, k)] : NULL;
        for (int b = 0; b < MTL__HOST_BANDS; b++) {
            v[HEALED][k][b] = p ? p->heal[b].middle : NAN;
            v[BURDEN][k][b] = p ? burden(r, p->damage[b], i->t) : NAN;
            v[ARRIVED][k][b] = p ? greatest(r, p->arrived[b]) : NAN;
        }
    }
    for (int m = 0; m < MEASURES; m++)
        MTL_TRY(add(c, &like, measure[m], v[m]));
    return 0;
}

/* ---------------------------------------------------------------- tolerance and response */
static bool same_immune(const mtl_result *a, int i, const mtl_result *b, int j)
{
    const mtl__immune_result *p = &a->host.immune[i], *q = &b->host.immune[j];
    return strcmp(name_of(a, p->host), name_of(b, q->host)) == 0 &&
           strcmp(name_of(a, p->donor), name_of(b, q->donor)) == 0;
}

static int add_immune(mtl_compare *c, both x)
{
    enum { MISMATCH, TOLERANCE, RESPONSE, MEASURES };
    static const char *const measure[MEASURES] = {"share of haplotypes that the host lacks",
                                                  "tolerance at the end", "response at the end"};
    const mtl_result *of = holder(c, x);
    const mtl__immune_result *i = &of->host.immune[x.a >= 0 ? x.a : x.b];
    mtl_compare_host like = blank(x, "immune");
    double v[MEASURES][2][MTL__HOST_BANDS];
    like.person = name_of(of, i->host);
    like.donor = name_of(of, i->donor);
    for (int k = 0; k < 2; k++) {
        const mtl_result *r = side(c, k);
        const mtl__immune_result *p = of_side(x, k) >= 0 ? &r->host.immune[of_side(x, k)] : NULL;
        for (int b = 0; b < MTL__HOST_BANDS; b++) {
            v[MISMATCH][k][b] = p ? p->mismatch : NAN;
            v[TOLERANCE][k][b] = p ? last(r, p->tolerance[b]) : NAN;
            v[RESPONSE][k][b] = p ? last(r, p->response[b]) : NAN;
        }
    }
    for (int m = 0; m < MEASURES; m++)
        MTL_TRY(add(c, &like, measure[m], v[m]));
    return 0;
}

/* ---------------------------------------------------------------- outcomes */
static bool same_outcome(const mtl_result *a, int i, const mtl_result *b, int j)
{
    const mtl__outcome_result *p = &a->host.outcome[i], *q = &b->host.outcome[j];
    return strcmp(name_of(a, p->person), name_of(b, q->person)) == 0 &&
           strcmp(a->m->outcome[p->outcome].name, b->m->outcome[q->outcome].name) == 0;
}

/* Lives in which it came in one only, and how much later in B where it came in both. */
static int by_life(const mtl_compare *c, mtl_compare_host *row, const float *a, const float *b)
{
    float *x = calloc((size_t)c->n + 1, sizeof *x), *none = calloc((size_t)c->n + 1, sizeof *none);
    int n = 0;
    for (int i = 0; x && none && i < c->n; i++) {
        const bool in_a = isfinite(a[i]), in_b = isfinite(b[i]);
        row->only_a += in_a && !in_b;
        row->only_b += in_b && !in_a;
        if (in_a && in_b)
            x[n++] = b[i] - a[i];
    }
    if (n > 0)
        row->delay = mtl__paired_of(none, x, n, 1);
    row->p_mcnemar = mtl__mcnemar(row->only_a, row->only_b);
    const int ret = x && none ? 0 : MTL_ERR_MEMORY;
    free(x);
    free(none);
    return ret;
}

static int add_outcome(mtl_compare *c, both x)
{
    const mtl_result *of = holder(c, x);
    const mtl__outcome_result *i = &of->host.outcome[x.a >= 0 ? x.a : x.b];
    const mtl__outcome_def *def = &of->m->outcome[i->outcome];
    const float *onset[2] = {NULL, NULL};
    mtl_compare_host like = blank(x, "outcome");
    double end[2][MTL__HOST_BANDS], times[2][MTL__HOST_BANDS];
    bool given = false, dated = false;
    like.person = name_of(of, i->person);
    like.name = def->name;
    like.label = def->label && def->label[0] ? def->label : def->name;
    for (int k = 0; k < 2; k++) {
        const mtl__outcome_result *p =
            of_side(x, k) >= 0 ? &side(c, k)->host.outcome[of_side(x, k)] : NULL;
        given = given || (p && p->given);
        dated = dated || (p && p->dated);
        onset[k] = p ? p->onset : NULL;
        for (int b = 0; b < MTL__HOST_BANDS; b++) {
            end[k][b] = p ? p->p_end[b] : NAN;
            times[k][b] = p ? p->times[b] : NAN;
        }
    }
    if (given) /* its date stands in a scenario: nothing was drawn */
        return 0;
    MTL_TRY(
        add(c, &like,
            dated ? "share of lives in which it is found by the end" : "share of lives by the end",
            end));
    if (onset[0] && onset[1])
        MTL_TRY(by_life(c, &c->host[c->n_hosts - 1], onset[0], onset[1]));
    return def->recurs ? add(c, &like, "times", times) : 0;
}

/* ---------------------------------------------------------------- tumours */
static bool same_clone(const mtl_result *a, int i, const mtl_result *b, int j)
{
    const mtl__clone_result *p = &a->host.clone[i], *q = &b->host.clone[j];
    return strcmp(name_of(a, p->person), name_of(b, q->person)) == 0 &&
           strcmp(a->m->kind[p->kind].name, b->m->kind[q->kind].name) == 0 &&
           strcmp(a->m->organ[p->organ].name, b->m->organ[q->organ].name) == 0;
}

static int add_clone(mtl_compare *c, both x)
{
    enum { BEGUN, ALIVE, FOUND, CELLS, MEASURES };
    static const char *const measure[MEASURES] = {
        "share of lives in which one began", "share of lives with one at the end",
        "share of lives in which one was found", "cells at the end"};
    const mtl_result *of = holder(c, x);
    const mtl__clone_result *i = &of->host.clone[x.a >= 0 ? x.a : x.b];
    const mtl__kind *kind = &of->m->kind[i->kind];
    mtl_compare_host like = blank(x, "tumour");
    double v[MEASURES][2][MTL__HOST_BANDS];
    bool found = false;
    like.person = name_of(of, i->person);
    like.name = kind->name;
    like.label =
        with_place(c, of, kind->label && kind->label[0] ? kind->label : kind->name, i->organ);
    like.organ = of->m->organ[i->organ].name;
    if (!like.label)
        return MTL_ERR_MEMORY;
    for (int k = 0; k < 2; k++) {
        const mtl_result *r = side(c, k);
        const mtl__clone_result *p = of_side(x, k) >= 0 ? &r->host.clone[of_side(x, k)] : NULL;
        found = found || (p && p->has_detected);
        for (int b = 0; b < MTL__HOST_BANDS; b++) {
            v[BEGUN][k][b] = p ? p->p_begun[b] : NAN;
            v[ALIVE][k][b] = p ? p->p_alive_end[b] : NAN;
            v[FOUND][k][b] = p && p->has_detected ? p->p_detected[b] : NAN;
            v[CELLS][k][b] = p ? last(r, p->cells[b]) : NAN;
        }
    }
    for (int m = 0; m < MEASURES; m++)
        if (m != FOUND || found)
            MTL_TRY(add(c, &like, measure[m], v[m]));
    return 0;
}

/* ---------------------------------------------------------------- all */
typedef struct things {
    int (*n)(const mtl_result *r);
    bool (*same)(const mtl_result *a, int i, const mtl_result *b, int j);
    int (*add)(mtl_compare *c, both x);
} things;

static int n_injuries(const mtl_result *r)
{
    return r->host.n_injuries;
}
static int n_immune(const mtl_result *r)
{
    return r->host.n_immune;
}
static int n_outcomes(const mtl_result *r)
{
    return r->host.n_outcomes;
}
static int n_clones(const mtl_result *r)
{
    return r->host.n_clones;
}

/* Those of A with the same of B, then those of B that A has not. */
static int add_things(mtl_compare *c, const things *w)
{
    const int na = w->n(c->a), nb = w->n(c->b);
    bool *met = calloc((size_t)nb + 1, sizeof *met);
    int ret = met ? 0 : MTL_ERR_MEMORY;
    for (int i = 0; ret == 0 && i < na; i++) {
        int j = 0;
        while (j < nb && (met[j] || !w->same(c->a, i, c->b, j)))
            j++;
        if (j < nb)
            met[j] = true;
        ret = w->add(c, (both){i, j < nb ? j : NOT_THERE});
    }
    for (int j = 0; ret == 0 && j < nb; j++)
        if (!met[j])
            ret = w->add(c, (both){NOT_THERE, j});
    free(met);
    return ret;
}

int mtl__compare_hosts(mtl_compare *c, mtl_error *err)
{
    static const things all[] = {{n_injuries, same_injury, add_injury},
                                 {n_immune, same_immune, add_immune},
                                 {n_outcomes, same_outcome, add_outcome},
                                 {n_clones, same_clone, add_clone}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (add_things(c, &all[k]) < 0)
            return mtl__nomem(err);
    return 0;
}

int mtl_compare_n_hosts(const mtl_compare *c)
{
    return c->n_hosts;
}

int mtl_compare_get_host(const mtl_compare *c, int i, mtl_compare_host *out)
{
    if (i < 0 || i >= c->n_hosts)
        return MTL_ERR_USAGE;
    *out = c->host[i];
    return 0;
}
