/* SPDX-License-Identifier: MIT */
/* Where a parameter acts in the tables of the host (tallies, injuries, outcomes, exposures), and
   which parameters following one of them calls on. Beside model_uses.c, which does the same for
   what cells do. */
#include <stdio.h>

#include "model/uses.h"

static int visit_one(mtl__place *p, const mtl__expr *e, const char *text, enum mtl__place_must must,
                     mtl__visitor visit, void *ctx)
{
    if (e->n == 0)
        return MTL_OK;
    p->expr = e;
    p->text = text;
    p->must = must;
    return visit(ctx, p);
}

static int visit_tally(const mtl_model *m, int tally, mtl__visitor visit, void *ctx)
{
    const mtl__cell_tally *t = &m->tally[tally];
    for (int k = 0; k < t->n_parts; k++) {
        const mtl__tally_part *part = &t->part[k];
        mtl__place p = {.table = "tallies",
                        .id = t->name,
                        .when = part->when.text,
                        .active = mtl__when_holds(&part->when, m),
                        .line = part->line};
        MTL_TRY(visit_one(&p, &part->weight, t->meaning, MTL__PLACE_ANY, visit, ctx));
    }
    return MTL_OK;
}

static int visit_injury(const mtl_model *m, int injury, mtl__visitor visit, void *ctx)
{
    const mtl__injury_def *d = &m->injury[injury];
    mtl__place p = {.table = "injuries", .id = d->name, .when = "", .active = 1, .line = d->line};
    MTL_TRY(visit_one(&p, &d->size, "damage where the event gives none", MTL__PLACE_PROBABILITY,
                      visit, ctx));
    MTL_TRY(
        visit_one(&p, &d->lasts, "time over which the damage comes", MTL__PLACE_ANY, visit, ctx));
    MTL_TRY(visit_one(&p, &d->repair, "repair of damage by the host itself", MTL__PLACE_ANY, visit,
                      ctx));
    MTL_TRY(
        visit_one(&p, &d->inflame, "inflammation that damage raises", MTL__PLACE_ANY, visit, ctx));
    MTL_TRY(visit_one(&p, &d->calm, "decay of inflammation", MTL__PLACE_POSITIVE, visit, ctx));
    MTL_TRY(visit_one(&p, &d->signal, "chemokine that damage and inflammation raise",
                      MTL__PLACE_ANY, visit, ctx));
    return visit_one(&p, &d->clear, "decay of chemokine", MTL__PLACE_POSITIVE, visit, ctx);
}

static int visit_exposures(const mtl_model *m, int outcome, mtl__visitor visit, void *ctx)
{
    for (int i = 0; i < m->n_exposures; i++) {
        const mtl__exposure *e = &m->exposure[i];
        if (e->outcome != outcome)
            continue;
        mtl__place p = {.table = "exposures",
                        .id = e->name,
                        .when = e->when.text,
                        .active = mtl__when_holds(&e->when, m),
                        .line = e->line};
        MTL_TRY(visit_one(&p, &e->beta, e->about, MTL__PLACE_SIGNED, visit, ctx));
        MTL_TRY(visit_one(&p, &e->arg, e->about, MTL__PLACE_POSITIVE, visit, ctx));
    }
    return MTL_OK;
}

static int visit_outcome(const mtl_model *m, int outcome, mtl__visitor visit, void *ctx)
{
    const mtl__outcome_def *o = &m->outcome[outcome];
    mtl__place p = {.table = "outcomes", .id = o->name, .when = "", .active = 1, .line = o->line};
    MTL_TRY(visit_one(&p, &o->scale, o->about, MTL__PLACE_ANY, visit, ctx));
    MTL_TRY(visit_one(&p, &o->detected, "cells at which the tumour is known", MTL__PLACE_POSITIVE,
                      visit, ctx));
    return visit_exposures(m, outcome, visit, ctx);
}

int mtl__visit_host(const mtl_model *m, mtl__visitor visit, void *ctx)
{
    for (int i = 0; i < m->n_tallies; i++)
        MTL_TRY(visit_tally(m, i, visit, ctx));
    for (int i = 0; i < m->n_injuries; i++)
        MTL_TRY(visit_injury(m, i, visit, ctx));
    for (int i = 0; i < m->n_outcomes; i++)
        MTL_TRY(visit_outcome(m, i, visit, ctx));
    return MTL_OK;
}

/* ---------------------------------------------------------------- what following them calls on */
static void mark_named(const mtl_model *m, const char *const *name, int n, bool *used)
{
    for (int i = 0; i < n; i++) {
        const int k = mtl_model_find_param(m, name[i], NULL);
        if (k >= 0)
            used[k] = true;
    }
}

void mtl__tally_used_params(const mtl_model *m, int tally, bool *used)
{
    if (tally >= 0 && tally < m->n_tallies)
        visit_tally(m, tally, mtl__mark_place, used);
}

typedef struct event_marks {
    const mtl__expr *given[2]; /* which the event says itself; NULL = it does not */
    bool *used;
} event_marks;

static int mark_unless_given(void *ctx, const mtl__place *p)
{
    const event_marks *x = ctx;
    return p->expr == x->given[0] || p->expr == x->given[1] ? MTL_OK : mtl__mark_place(x->used, p);
}

void mtl__injury_used_params(const mtl_model *m, int injury, bool *used)
{
    mtl__injury_event_params(m, injury, false, false, used);
}

void mtl__injury_event_params(const mtl_model *m, int injury, bool size_given, bool lasts_given,
                              bool *used)
{
    static const char *const benefit[] = {"repair.gain", "repair.half"};
    static const char *const harm[] = {"repair.harm", "repair.half"};
    if (injury < 0 || injury >= m->n_injuries)
        return;
    event_marks marks = {.given = {size_given ? &m->injury[injury].size : NULL,
                                   lasts_given ? &m->injury[injury].lasts : NULL},
                         .used = used};
    visit_injury(m, injury, mark_unless_given, &marks);
    const bool helps = mtl__model_switch_is(m, "repair", "benefit");
    if (!helps && !mtl__model_switch_is(m, "repair", "harm"))
        return;
    mark_named(m, helps ? benefit : harm, 2, used);
    mtl__tally_used_params(m, mtl__model_tally(m, "repairing", NULL), used);
}

void mtl__outcome_used_params(const mtl_model *m, int outcome, bool *used)
{
    if (outcome < 0 || outcome >= m->n_outcomes)
        return;
    visit_outcome(m, outcome, mtl__mark_place, used);
    for (int i = 0; i < m->n_exposures; i++) {
        const mtl__exposure *e = &m->exposure[i];
        if (e->outcome == outcome && mtl__when_holds(&e->when, m))
            mtl__tally_used_params(m, e->tally, used);
    }
}

void mtl__immune_used_params(const mtl_model *m, bool *used)
{
    static const char *const name[] = {"tolerance.gain", "tolerance.decay", "tolerance.until",
                                       "tolerance.nima", "antigen.half",    "allo.gain",
                                       "allo.decay"};
    mark_named(m, name, (int)(sizeof name / sizeof *name), used);
}

/* ---------------------------------------------------------------- sentences */
static void exposure_words(const mtl_model *m, const mtl__exposure *e, char *buf, size_t size)
{
    static const char *const word[] = {"",
                                       "the response",
                                       "tolerance",
                                       "damage",
                                       "being pregnant",
                                       "weeks since a birth",
                                       "births",
                                       "",
                                       ""};
    const char *organ = e->organ >= 0 ? m->organ[e->organ].name : "";
    if (e->of == MTL__X_TALLY)
        snprintf(buf, size, "%s%s%s", m->tally[e->tally].name, e->organ >= 0 ? " in " : "", organ);
    else if (e->of == MTL__X_OUTCOME)
        snprintf(buf, size, "having had %s", m->outcome[e->other].name);
    else if (e->of == MTL__X_ALLELE)
        snprintf(buf, size, "a donor with %s that the host lacks", e->allele);
    else
        snprintf(buf, size, "%s%s%s", word[e->of], e->organ >= 0 ? " of " : "", organ);
}

static const char *say_exposure(mtl_model *m, const mtl__exposure *e)
{
    char of[160], buf[600];
    const char *beta = e->beta.text, *arg = e->arg.n > 0 ? e->arg.text : "",
               *name = m->outcome[e->outcome].name;
    exposure_words(m, e, of, sizeof of);
    switch (e->form) {
    case MTL__X_LINEAR:
        snprintf(buf, sizeof buf, "log hazard of %s: %s x %s", name, beta, of);
        break;
    case MTL__X_LOG10:
        snprintf(buf, sizeof buf, "log hazard of %s: %s x log10(1 + %s / %s)", name, beta, of, arg);
        break;
    case MTL__X_PRESENT:
        snprintf(buf, sizeof buf, "log hazard of %s: %s where %s is at least %s", name, beta, of,
                 arg);
        break;
    case MTL__X_HILL:
        snprintf(buf, sizeof buf, "log hazard of %s: %s x x / (x + %s), x = %s", name, beta, arg,
                 of);
        break;
    }
    return mtl__arena_strdup(&m->arena, buf);
}

static const char *say_outcome(mtl_model *m, const mtl__outcome_def *o)
{
    char buf[500];
    snprintf(buf, sizeof buf, "%s%s%s: hazard by %s%s%s%s%s%s", o->label,
             o->sex == 'f'   ? ", of women"
             : o->sex == 'm' ? ", of men"
                             : "",
             o->recurs ? ", again and again" : "", o->of_week ? "gestational week" : "age",
             o->scale.n > 0 ? ", times " : "", o->scale.n > 0 ? o->scale.text : "",
             o->needs >= 0 ? ", only after " : "", o->needs >= 0 ? m->outcome[o->needs].name : "",
             o->ends_life ? "; it ends the life" : "");
    return mtl__arena_strdup(&m->arena, buf);
}

int mtl__say_host(mtl_model *m, mtl_error *err)
{
    for (int i = 0; i < m->n_outcomes; i++)
        if ((m->outcome[i].about = say_outcome(m, &m->outcome[i])) == NULL)
            return mtl__nomem(err);
    for (int i = 0; i < m->n_exposures; i++)
        if ((m->exposure[i].about = say_exposure(m, &m->exposure[i])) == NULL)
            return mtl__nomem(err);
    return MTL_OK;
}
