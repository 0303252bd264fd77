/* SPDX-License-Identifier: MIT */
/* What befalls a body itself, as a scenario tells it: injuries by the names of the model, foreign
   cells taken away, a tumour that begins, a disease that is known to have begun. An injury of a
   group of organs (a stroke that names no region) becomes one of each. Whether the dates are
   possible is for mtl__scenario_check. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/yaml_scenario.h"

#define MOST_YEARS 100.0
#define MOST_CELLS ((int64_t)1000000000000)
#define LEAST_SHARE 1e-9 /* of an organ of 1e10 cells it is ten: less is a slip of the pen */

static int share(mtl__sload *l, const mtl__ynode *n, const char *what, double *out)
{
    MTL_TRY(mtl__yaml_quantity(&l->doc, n, "none", "none", out, l->err));
    if (*out > 0.0 && *out < LEAST_SHARE)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "%s is 0 or at least %g, not %.6g; write 0 for none", what,
                              LEAST_SHARE, *out);
    if (*out >= 0.0 && *out <= 1.0)
        return MTL_OK;
    return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                          "%s is a share: 0 to 1, or '0 %%' to '100 %%', not %.6g", what, *out);
}

/* ---------------------------------------------------------------- injuries */

static int injury_named(const mtl_model *m, const char *name)
{
    for (int i = 0; i < m->n_injuries; i++)
        if (strcmp(m->injury[i].name, name) == 0)
            return i;
    return -1;
}

static const char *first_of(const mtl_model *m, const char *group)
{
    for (int i = 0; i < m->n_organs; i++)
        if (strcmp(m->organ[i].group, group) == 0)
            return m->organ[i].name;
    return group;
}

/* Whose tissue can be injured: blood is no tissue, and what is only sampled does not stay. */
static int of_tissue(mtl__sload *l, const mtl__ynode *n, int organ)
{
    const mtl__organ *o = &l->m->organ[organ];
    if (organ != l->m->blood && !o->sampling_only)
        return MTL_OK;
    return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE, "%s has no tissue to injure", o->name);
}

/* The organ of an injury; -1: every organ of its group. */
static int organ_of(mtl__sload *l, const mtl__ynode *ev, const mtl__injury_def *d, int *out)
{
    const mtl__ynode *n = mtl__yaml_get(ev, "organ");
    const char *name = NULL;
    *out = d->organ;
    if (!n) {
        if (d->organ >= 0 || d->group[0])
            return MTL_OK;
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "%s needs `organ`: the model does not say where it is", d->name);
    }
    MTL_TRY(mtl__yaml_text(&l->doc, n, &name, l->err));
    if (d->group[0] && strcmp(name, d->group) == 0)
        return MTL_OK;
    MTL_TRY(mtl__sl_organ(l, n, out));
    if (d->organ >= 0 && *out != d->organ)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "%s is an injury of the %s, not of the %s; leave `organ` out",
                              d->name, l->m->organ[d->organ].name, name);
    if (d->organ < 0 && d->group[0] && strcmp(l->m->organ[*out].group, d->group) != 0)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "%s is an injury of the %s, e.g. of %s, not of the %s", d->name,
                              d->group, first_of(l->m, d->group), name);
    return of_tissue(l, n, *out);
}

/* What the event does not say is the model's, as its parameters stand now. */
static int size_and_time(mtl__sload *l, const mtl__ynode *ev, const mtl__injury_def *d,
                         mtl__injury *x)
{
    const mtl__ynode *size = mtl__yaml_get(ev, "size"), *lasts = mtl__yaml_get(ev, "lasts");
    x->size = mtl__expr_value(&d->size, l->m);
    x->lasts_days = d->lasts.n > 0 ? mtl__expr_value(&d->lasts, l->m) : 0.0;
    x->size_given = size;
    x->lasts_given = lasts;
    if (size)
        MTL_TRY(share(l, size, "`size`, the damaged part of the tissue,", &x->size));
    else if (isnan(x->size))
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "%s needs `size`: the model does not say how large it is", d->name);
    if (!lasts)
        return MTL_OK;
    MTL_TRY(mtl__yaml_quantity(&l->doc, lasts, "day", NULL, &x->lasts_days, l->err));
    if (!(x->lasts_days >= 0.0 && x->lasts_days <= MOST_YEARS * MTL_DAYS_PER_YEAR))
        return mtl__yaml_fail(&l->doc, lasts, l->err, MTL_ERR_VALUE,
                              "an injury lasts 0 to %g years, as a duration like '6 months'",
                              MOST_YEARS);
    return MTL_OK;
}

static int add_injury(mtl__sload *l, const mtl__ynode *ev, const mtl__injury *x)
{
    if (l->n_injuries >= MTL__MAX_INJURIES)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE, "more than %d injuries",
                              MTL__MAX_INJURIES);
    if (mtl__grow(&l->injury, &l->cap_injury, (size_t)l->n_injuries + 1, sizeof *x) < 0)
        return mtl__nomem(l->err);
    l->injury[l->n_injuries++] = *x;
    return MTL_OK;
}

int mtl__sl_injury(mtl__sload *l, const mtl__ynode *ev)
{
    mtl__ydate when;
    mtl__injury x = {.line = ev->line, .column = ev->column};
    x.def = injury_named(l->m, mtl__yaml_get(ev, "event")->text);
    const mtl__injury_def *d = &l->m->injury[x.def];
    MTL_TRY(mtl__sl_begin(l, ev, MTL__SL_INJURY, &x.person, &when, &x.path));
    x.t = when.days;
    x.slack_days = when.slack;
    MTL_TRY(organ_of(l, ev, d, &x.organ));
    MTL_TRY(size_and_time(l, ev, d, &x));
    if (x.organ >= 0)
        return add_injury(l, ev, &x);
    for (int i = 0; i < l->m->n_organs; i++) {
        if (strcmp(l->m->organ[i].group, d->group) != 0 || l->m->organ[i].sampling_only)
            continue;
        x.organ = i;
        MTL_TRY(add_injury(l, ev, &x));
        x.implied = true;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- depletion */

int mtl__sl_depletion(mtl__sload *l, const mtl__ynode *ev)
{
    const mtl__ynode *donor = mtl__yaml_get(ev, "donor"), *keep = mtl__yaml_get(ev, "keep");
    const char *name = "all";
    mtl__ydate when;
    mtl__depletion x = {.donor = -1, .line = ev->line, .column = ev->column};
    MTL_TRY(mtl__sl_begin(l, ev, MTL__SL_DEPLETION, &x.person, &when, &x.path));
    x.t = when.days;
    x.slack_days = when.slack;
    if (keep)
        MTL_TRY(share(l, keep, "`keep`, the cells that stay,", &x.keep));
    if (donor)
        MTL_TRY(mtl__yaml_text(&l->doc, donor, &name, l->err));
    if (strcmp(name, "all") != 0)
        MTL_TRY(mtl__sl_person(l, donor, &x.donor));
    if (x.donor == x.person)
        return mtl__yaml_fail(&l->doc, donor, l->err, MTL_ERR_VALUE,
                              "a depletion takes foreign cells, not those of %s", name);
    if (mtl__grow(&l->depletion, &l->cap_depletion, (size_t)l->n_depletions + 1, sizeof x) < 0)
        return mtl__nomem(l->err);
    l->depletion[l->n_depletions++] = x;
    return MTL_OK;
}

/* ---------------------------------------------------------------- outcomes */

/* Names of outcomes, those that start a clone only or all. */
typedef struct choice {
    const mtl_model *m;
    bool tumours;
} choice;

static bool chosen(const choice *c, int i)
{
    return !c->tumours || c->m->outcome[i].kind >= 0;
}

static int count(const choice *c)
{
    int n = 0;
    for (int i = 0; i < c->m->n_outcomes; i++)
        n += chosen(c, i);
    return n;
}

static const char *nth(const void *ctx, int k)
{
    const choice *c = ctx;
    for (int i = 0; i < c->m->n_outcomes; i++)
        if (chosen(c, i) && k-- == 0)
            return c->m->outcome[i].name;
    return "";
}

/* What may be written: the names, and of tumours their organs. */
static const char *written(const void *ctx, int k)
{
    const choice *c = ctx;
    const int n = count(c);
    if (k < n)
        return nth(c, k);
    for (int i = 0; i < c->m->n_outcomes; i++)
        if (chosen(c, i) && k-- == n)
            return c->m->outcome[i].organ >= 0 ? c->m->organ[c->m->outcome[i].organ].name : "";
    return "";
}

static int no_outcome(mtl__sload *l, const mtl__ynode *n, const choice *c, const char *name)
{
    const int most = count(c);
    const mtl__ynames names = {
        "outcomes.tsv", c->tumours ? 2 * most : most, most, written, c, NULL};
    char head[100];
    snprintf(head, sizeof head, "unknown %s '%.60s'", c->tumours ? "tumour" : "outcome", name);
    return mtl__sl_unknown(l, n, &names, name, head);
}

static int outcome_named(const mtl_model *m, const char *name)
{
    for (int i = 0; i < m->n_outcomes; i++)
        if (strcmp(m->outcome[i].name, name) == 0)
            return i;
    return -1;
}

/* A tumour by the name of its outcome or of its organ. */
static int tumour_of(mtl__sload *l, const mtl__ynode *n, int *out)
{
    const choice c = {l->m, true};
    const char *name;
    MTL_TRY(mtl__yaml_text(&l->doc, n, &name, l->err));
    *out = outcome_named(l->m, name);
    if (*out >= 0 && l->m->outcome[*out].kind < 0)
        return mtl__yaml_fail(
            &l->doc, n, l->err, MTL_ERR_VALUE,
            "%s is no tumour: it starts no clone; a disease that is known to have "
            "begun is `event: diagnosis`",
            name);
    for (int i = 0; i < l->m->n_outcomes; i++) {
        const int organ = l->m->outcome[i].organ;
        if (!chosen(&c, i) || organ < 0 || strcmp(l->m->organ[organ].name, name) != 0 || *out == i)
            continue;
        if (*out >= 0 && strcmp(l->m->outcome[*out].name, name) != 0)
            return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                                  "the %s has more than one tumour: %s, %s; name one", name,
                                  l->m->outcome[*out].name, l->m->outcome[i].name);
        *out = *out >= 0 ? *out : i;
    }
    return *out >= 0 ? MTL_OK : no_outcome(l, n, &c, name);
}

static int add_onset(mtl__sload *l, const mtl__onset *x)
{
    if (mtl__grow(&l->onset, &l->cap_onset, (size_t)l->n_onsets + 1, sizeof *x) < 0)
        return mtl__nomem(l->err);
    l->onset[l->n_onsets++] = *x;
    return MTL_OK;
}

static int onset_begin(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type, mtl__onset *x)
{
    mtl__ydate when;
    *x = (mtl__onset){.outcome = -1, .line = ev->line, .column = ev->column};
    MTL_TRY(mtl__sl_begin(l, ev, type, &x->person, &when, &x->path));
    x->t = when.days;
    x->slack_days = when.slack;
    if (mtl__yaml_get(ev, "of"))
        return MTL_OK;
    return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE, "%s",
                          type == MTL__SL_TUMOUR
                              ? "a tumour needs `of`: an organ, or a tumour among the outcomes"
                              : "a diagnosis needs `of`, the name of an outcome");
}

int mtl__sl_tumour(mtl__sload *l, const mtl__ynode *ev)
{
    const mtl__ynode *cells = mtl__yaml_get(ev, "cells");
    mtl__onset x;
    MTL_TRY(onset_begin(l, ev, MTL__SL_TUMOUR, &x));
    MTL_TRY(tumour_of(l, mtl__yaml_get(ev, "of"), &x.outcome));
    x.cells = 1;
    if (cells)
        MTL_TRY(mtl__yaml_whole(&l->doc, cells, 1, MOST_CELLS, &x.cells, l->err));
    return add_onset(l, &x);
}

int mtl__sl_diagnosis(mtl__sload *l, const mtl__ynode *ev)
{
    const mtl__ynode *of = mtl__yaml_get(ev, "of");
    const choice c = {l->m, false};
    const char *name;
    mtl__onset x;
    MTL_TRY(onset_begin(l, ev, MTL__SL_DIAGNOSIS, &x));
    MTL_TRY(mtl__yaml_text(&l->doc, of, &name, l->err));
    x.outcome = outcome_named(l->m, name);
    if (x.outcome < 0)
        return no_outcome(l, of, &c, name);
    if (l->m->outcome[x.outcome].ends_life)
        return mtl__yaml_fail(&l->doc, of, l->err, MTL_ERR_VALUE,
                              "%s ends a life; its date is `event: death`", name);
    return add_onset(l, &x);
}
