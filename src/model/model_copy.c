/* SPDX-License-Identifier: MIT */
/* A deep copy of a model: another arena, no pointer into the first one, so that the copy outlives
   it and may be given other values on another thread. */
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

/* The arena that is copied into, and whether memory ever ran out; looked at once at the end. */
typedef struct copier {
    mtl__arena *arena;
    bool oom;
} copier;

static void *dup_array(copier *c, const void *p, size_t count, size_t size)
{
    if (p == NULL || count == 0)
        return NULL;
    void *q = mtl__arena_alloc(c->arena, count * size);
    if (q == NULL) {
        c->oom = true;
        return NULL;
    }
    memcpy(q, p, count * size);
    return q;
}

static const char *dup_str(copier *c, const char *s)
{
    if (s == NULL)
        return NULL;
    const char *t = mtl__arena_strdup(c->arena, s);
    c->oom = c->oom || t == NULL;
    return t;
}

#define DUP(member, count) (member) = dup_array(c, (member), (size_t)(count), sizeof *(member))
#define STR(member) (member) = dup_str(c, (member))

static const char *const *dup_strings(copier *c, const char *const *s, int n)
{
    const char **t = dup_array(c, s, (size_t)n, sizeof *s);
    for (int i = 0; t != NULL && i < n; i++)
        STR(t[i]);
    return t;
}

static void copy_expr(copier *c, mtl__expr *e)
{
    DUP(e->term, e->n);
    STR(e->text);
}

static void copy_when(copier *c, mtl__when *w)
{
    DUP(w->cond, w->n);
    STR(w->text);
}

static void copy_params(copier *c, mtl_model *m)
{
    DUP(m->param, m->n_params);
    for (int i = 0; !c->oom && i < m->n_params; i++) {
        mtl__param *p = &m->param[i];
        STR(p->name);
        STR(p->meaning);
        STR(p->unit_text);
        STR(p->source);
        STR(p->note);
        STR(p->prior_text);
    }
}

static void copy_organs_kinds(copier *c, mtl_model *m)
{
    DUP(m->organ, m->n_organs);
    for (int i = 0; !c->oom && i < m->n_organs; i++) {
        mtl__organ *o = &m->organ[i];
        STR(o->name);
        STR(o->label);
        STR(o->group);
        STR(o->source);
        STR(o->note);
        copy_expr(c, &o->barrier);
    }
    DUP(m->kind, m->n_kinds);
    for (int i = 0; !c->oom && i < m->n_kinds; i++) {
        mtl__kind *k = &m->kind[i];
        STR(k->name);
        STR(k->label);
        STR(k->source);
        STR(k->note);
        DUP(k->organ_factor, m->n_organs);
    }
}

static void copy_rules(copier *c, mtl_model *m)
{
    DUP(m->rule, m->n_rules);
    for (int i = 0; !c->oom && i < m->n_rules; i++) {
        mtl__rule *r = &m->rule[i];
        STR(r->name);
        STR(r->organ_group);
        STR(r->about);
        STR(r->source);
        STR(r->note);
        copy_expr(c, &r->rate);
        DUP(r->factor, r->n_factors);
        copy_when(c, &r->when);
    }
}

static void copy_factors(copier *c, mtl_model *m)
{
    DUP(m->factor, m->n_factors);
    for (int i = 0; !c->oom && i < m->n_factors; i++) {
        mtl__factor *f = &m->factor[i];
        STR(f->name);
        STR(f->meaning);
        STR(f->source);
        STR(f->note);
        for (int k = 0; k < 3; k++)
            copy_expr(c, &f->arg[k]);
        DUP(f->x, f->n_points);
        DUP(f->y, f->n_points);
    }
}

static void copy_supplies(copier *c, mtl_model *m)
{
    DUP(m->supply, m->n_supplies);
    for (int i = 0; !c->oom && i < m->n_supplies; i++) {
        mtl__supply *s = &m->supply[i];
        STR(s->name);
        STR(s->group);
        STR(s->about);
        STR(s->source);
        STR(s->note);
        copy_expr(c, &s->amount);
        copy_expr(c, &s->law_arg);
        copy_expr(c, &s->law_p);
        DUP(s->fold, s->n_folds);
        s->fold_if = dup_strings(c, s->fold_if, s->n_folds);
        copy_when(c, &s->when);
    }
}

static void copy_switches(copier *c, mtl_model *m)
{
    DUP(m->sw, m->n_switches);
    for (int i = 0; !c->oom && i < m->n_switches; i++) {
        mtl__switch *s = &m->sw[i];
        STR(s->name);
        STR(s->meaning);
        s->value = dup_strings(c, s->value, s->n_values);
        s->value_meaning = dup_strings(c, s->value_meaning, s->n_values);
        s->source = dup_strings(c, s->source, s->n_values);
        s->note = dup_strings(c, s->note, s->n_values);
        DUP(s->built, s->n_values);
    }
}

static void copy_assays(copier *c, mtl_model *m)
{
    DUP(m->assay, m->n_assays);
    for (int i = 0; !c->oom && i < m->n_assays; i++) {
        mtl__assay_def *a = &m->assay[i];
        STR(a->name);
        STR(a->label);
        STR(a->target_name);
        STR(a->subset);
        STR(a->source);
        STR(a->note);
        for (int k = 0; k < MTL__ASSAY_EXPRS; k++)
            copy_expr(c, mtl__assay_expr(a, k));
    }
}

static void copy_tallies(copier *c, mtl_model *m)
{
    DUP(m->tally, m->n_tallies);
    for (int i = 0; !c->oom && i < m->n_tallies; i++) {
        mtl__cell_tally *t = &m->tally[i];
        STR(t->name);
        STR(t->meaning);
        mtl__tally_part *part = dup_array(c, t->part, (size_t)t->n_parts, sizeof *part);
        t->part = part;
        for (int k = 0; part != NULL && k < t->n_parts; k++) {
            DUP(part[k].kind, m->n_kinds);
            STR(part[k].source);
            STR(part[k].note);
            copy_expr(c, &part[k].weight);
            copy_when(c, &part[k].when);
        }
    }
}

static void copy_injuries(copier *c, mtl_model *m)
{
    DUP(m->injury, m->n_injuries);
    for (int i = 0; !c->oom && i < m->n_injuries; i++) {
        mtl__injury_def *d = &m->injury[i];
        STR(d->name);
        STR(d->meaning);
        STR(d->group);
        STR(d->source);
        STR(d->note);
        mtl__expr *const e[] = {&d->size, &d->lasts,  &d->repair, &d->inflame,
                                &d->calm, &d->signal, &d->clear};
        for (size_t k = 0; k < sizeof e / sizeof *e; k++)
            copy_expr(c, e[k]);
    }
}

static void copy_outcomes(copier *c, mtl_model *m)
{
    DUP(m->outcome, m->n_outcomes);
    for (int i = 0; !c->oom && i < m->n_outcomes; i++) {
        mtl__outcome_def *o = &m->outcome[i];
        STR(o->name);
        STR(o->label);
        STR(o->group);
        STR(o->about);
        STR(o->source);
        STR(o->note);
        DUP(o->x, o->n_points);
        DUP(o->y, o->n_points);
        copy_expr(c, &o->scale);
        copy_expr(c, &o->detected);
    }
    DUP(m->exposure, m->n_exposures);
    for (int i = 0; !c->oom && i < m->n_exposures; i++) {
        mtl__exposure *e = &m->exposure[i];
        STR(e->name);
        STR(e->allele);
        STR(e->about);
        STR(e->source);
        STR(e->note);
        copy_expr(c, &e->arg);
        copy_expr(c, &e->beta);
        DUP(e->x, e->n_points);
        DUP(e->y, e->n_points);
        copy_when(c, &e->when);
    }
}

mtl_model *mtl_model_copy(const mtl_model *from)
{
    mtl_model *m = malloc(sizeof *m);
    if (m == NULL)
        return NULL;
    *m = *from;
    mtl__arena_init(&m->arena, 0);
    copier state = {.arena = &m->arena}, *c = &state;
    STR(m->dir);
    copy_params(c, m);
    copy_organs_kinds(c, m);
    copy_rules(c, m);
    copy_factors(c, m);
    copy_supplies(c, m);
    copy_switches(c, m);
    copy_assays(c, m);
    copy_tallies(c, m);
    copy_injuries(c, m);
    copy_outcomes(c, m);
    if (c->oom) {
        mtl_model_free(m);
        return NULL;
    }
    return m;
}
