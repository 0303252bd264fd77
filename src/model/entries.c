/* SPDX-License-Identifier: MIT */
/* Lines of the tables by their names, for `matriline why`: what a factor, a tally, an injury, an
   outcome or a kind of cell is and where it acts; and the lines that a switch chooses between. */
#include <string.h>

#include "model/model.h"

/* ---------------------------------------------------------------- names */
enum table { FACTORS, TALLIES, INJURIES, OUTCOMES, KINDS, N_TABLES };

static int count(const mtl_model *m, enum table t)
{
    const int n[N_TABLES] = {m->n_factors, m->n_tallies, m->n_injuries, m->n_outcomes, m->n_kinds};
    return n[t];
}

static const char *name_in(const mtl_model *m, enum table t, int i)
{
    switch (t) {
    case FACTORS:
        return m->factor[i].name;
    case TALLIES:
        return m->tally[i].name;
    case INJURIES:
        return m->injury[i].name;
    case OUTCOMES:
        return m->outcome[i].name;
    case KINDS:
    case N_TABLES:
        break;
    }
    return m->kind[i].name;
}

/* One number over all tables, and over parameters and switches for the nearest name. */
static const char *any_name(const void *ctx, int i)
{
    const mtl_model *m = ctx;
    for (int t = 0; t < N_TABLES; t++) {
        if (i < count(m, (enum table)t))
            return name_in(m, (enum table)t, i);
        i -= count(m, (enum table)t);
    }
    return i < m->n_params ? m->param[i].name : m->sw[i - m->n_params].name;
}

/* An outcome stands before the kind of tumour of the same name: it is asked for more often. */
static bool find(const mtl_model *m, const char *name, enum table *table, int *index)
{
    for (int t = 0; t < N_TABLES; t++)
        for (int i = 0; i < count(m, (enum table)t); i++)
            if (strcmp(name_in(m, (enum table)t, i), name) == 0) {
                *table = (enum table)t;
                *index = i;
                return true;
            }
    return false;
}

static mtl_entry_info describe(const mtl_model *m, enum table t, int i)
{
    switch (t) {
    case FACTORS: {
        const mtl__factor *f = &m->factor[i];
        return (mtl_entry_info){"factors", f->name, f->meaning, f->tier,
                                f->source, f->note, f->line};
    }
    case TALLIES: {
        const mtl__cell_tally *a = &m->tally[i];
        return (mtl_entry_info){"tallies",         a->name,         a->meaning, 0,
                                a->part[0].source, a->part[0].note, a->line};
    }
    case INJURIES: {
        const mtl__injury_def *d = &m->injury[i];
        return (mtl_entry_info){"injuries", d->name, d->meaning, d->tier,
                                d->source,  d->note, d->line};
    }
    case OUTCOMES: {
        const mtl__outcome_def *o = &m->outcome[i];
        return (mtl_entry_info){"outcomes", o->name, o->about, o->tier,
                                o->source,  o->note, o->line};
    }
    case KINDS:
    case N_TABLES:
        break;
    }
    const mtl__kind *k = &m->kind[i];
    return (mtl_entry_info){"kinds", k->name, k->label, 0, k->source, k->note, k->line};
}

int mtl_model_entry(const mtl_model *m, const char *name, mtl_entry_info *out, mtl_error *err)
{
    enum table t;
    int i;
    if (find(m, name, &t, &i)) {
        *out = describe(m, t, i);
        return MTL_OK;
    }
    int n = m->n_params + m->n_switches;
    for (int k = 0; k < N_TABLES; k++)
        n += count(m, (enum table)k);
    char hint[160] = "";
    mtl__hint(hint, sizeof hint, name, n, any_name, m);
    return mtl__fail(err, MTL_ERR_NAME, NULL, "no table of the model has '%.80s'%s", name, hint);
}

/* ---------------------------------------------------------------- where it acts */
typedef struct list {
    const mtl_model *m;
    mtl_param_use *out;
    int max, n;
} list;

static void add(list *l, const char *table, const char *id, const char *text, const mtl__when *when,
                int line)
{
    if (l->out != NULL && l->n < l->max)
        l->out[l->n] = (mtl_param_use){.table = table,
                                       .id = id,
                                       .text = text,
                                       .when = when != NULL ? when->text : "",
                                       .active = when == NULL || mtl__when_holds(when, l->m),
                                       .line = line};
    l->n++;
}

static void add_rule(list *l, const mtl__rule *r)
{
    add(l, "rules", r->name, r->about, &r->when, r->line);
}

static bool has_factor(const mtl__rule *r, int factor)
{
    for (int k = 0; k < r->n_factors; k++)
        if (r->factor[k] == factor)
            return true;
    return false;
}

static void add_factor_uses(list *l, int factor)
{
    const mtl_model *m = l->m;
    for (int i = 0; i < m->n_rules; i++)
        if (has_factor(&m->rule[i], factor))
            add_rule(l, &m->rule[i]);
    for (int i = 0; i < m->n_supplies; i++)
        if (m->supply[i].curve == factor)
            add(l, "supply", m->supply[i].name, m->supply[i].about, &m->supply[i].when,
                m->supply[i].line);
}

/* Factors of one variable and the rules that carry them. */
static void add_reader(list *l, enum mtl__factor_of of, int ref)
{
    const mtl_model *m = l->m;
    for (int i = 0; i < m->n_factors; i++) {
        const mtl__factor *f = &m->factor[i];
        if (f->of != of || f->ref != ref)
            continue;
        add(l, "factors", f->name, f->meaning, NULL, f->line);
        add_factor_uses(l, i);
    }
}

static bool where(const mtl_model *m, const mtl__injury_def *d, const mtl__rule *r)
{
    for (int o = 0; o < m->n_organs; o++)
        if (mtl__rule_applies(r, m, o) &&
            (d->organ == o ||
             (d->organ < 0 && (d->group[0] == '\0' || strcmp(d->group, m->organ[o].group) == 0))))
            return true;
    return false;
}

/* What an injury does to cells where it can be. */
static void add_injury_uses(list *l, const mtl__injury_def *d)
{
    const mtl_model *m = l->m;
    for (int i = 0; i < m->n_rules; i++) {
        bool reads = false;
        for (int k = 0; k < m->rule[i].n_factors; k++) {
            const enum mtl__factor_of of = m->factor[m->rule[i].factor[k]].of;
            reads = reads || (of >= MTL__OF_DAMAGE && of <= MTL__OF_CHEMOKINE);
        }
        if (reads && where(m, d, &m->rule[i]))
            add_rule(l, &m->rule[i]);
    }
    for (int i = 0; i < m->n_exposures; i++)
        if (m->exposure[i].of == MTL__X_DAMAGE && m->exposure[i].organ == d->organ)
            add(l, "exposures", m->exposure[i].name, m->exposure[i].about, &m->exposure[i].when,
                m->exposure[i].line);
}

static void add_exposures(list *l, int outcome, int other, int tally)
{
    for (int i = 0; i < l->m->n_exposures; i++) {
        const mtl__exposure *e = &l->m->exposure[i];
        if (e->outcome == outcome || (other >= 0 && e->other == other) ||
            (tally >= 0 && e->tally == tally))
            add(l, "exposures", e->name, e->about, &e->when, e->line);
    }
}

static void add_outcome_uses(list *l, int outcome)
{
    const mtl_model *m = l->m;
    add_exposures(l, outcome, outcome, -1);
    add_reader(l, MTL__OF_OUTCOME, outcome);
    for (int i = 0; i < m->n_outcomes; i++)
        if (m->outcome[i].needs == outcome)
            add(l, "outcomes", m->outcome[i].name, m->outcome[i].about, NULL, m->outcome[i].line);
    for (int i = 0; i < m->n_rules; i++)
        if (m->outcome[outcome].kind >= 0 && m->rule[i].kind == m->outcome[outcome].kind)
            add_rule(l, &m->rule[i]);
}

int mtl_model_entry_uses(const mtl_model *m, const char *name, mtl_param_use *out, int max)
{
    list l = {.m = m, .out = out, .max = max};
    enum table t;
    int i;
    if (!find(m, name, &t, &i))
        return 0;
    switch (t) {
    case FACTORS:
        add_factor_uses(&l, i);
        break;
    case TALLIES:
        add_reader(&l, MTL__OF_TALLY, i);
        add_exposures(&l, -1, -1, i);
        break;
    case INJURIES:
        add_injury_uses(&l, &m->injury[i]);
        break;
    case OUTCOMES:
        add_outcome_uses(&l, i);
        break;
    case KINDS:
    case N_TABLES:
        for (int r = 0; r < m->n_rules; r++)
            if (m->rule[r].kind == i || m->rule[r].target == i)
                add_rule(&l, &m->rule[r]);
        break;
    }
    return l.n;
}

/* ---------------------------------------------------------------- what a switch chooses */
static bool chosen(const mtl__when *w, int sw, int value)
{
    for (int i = 0; i < w->n; i++)
        if (w->cond[i].sw == sw)
            return ((w->cond[i].values >> value) & 1u) != 0;
    return false;
}

int mtl_model_switch_uses(const mtl_model *m, int i, int k, mtl_param_use *out, int max)
{
    list l = {.m = m, .out = out, .max = max};
    if (i < 0 || i >= m->n_switches || k < 0 || k >= m->sw[i].n_values)
        return MTL_ERR_USAGE;
    for (int r = 0; r < m->n_rules; r++)
        if (chosen(&m->rule[r].when, i, k))
            add_rule(&l, &m->rule[r]);
    for (int s = 0; s < m->n_supplies; s++)
        if (chosen(&m->supply[s].when, i, k))
            add(&l, "supply", m->supply[s].name, m->supply[s].about, &m->supply[s].when,
                m->supply[s].line);
    for (int t = 0; t < m->n_tallies; t++)
        for (int p = 0; p < m->tally[t].n_parts; p++)
            if (chosen(&m->tally[t].part[p].when, i, k))
                add(&l, "tallies", m->tally[t].name, m->tally[t].meaning, &m->tally[t].part[p].when,
                    m->tally[t].part[p].line);
    for (int e = 0; e < m->n_exposures; e++)
        if (chosen(&m->exposure[e].when, i, k))
            add(&l, "exposures", m->exposure[e].name, m->exposure[e].about, &m->exposure[e].when,
                m->exposure[e].line);
    return l.n;
}
