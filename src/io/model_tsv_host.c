/* SPDX-License-Identifier: MIT */
/* Tables of the host: tallies (which cells it reads), injuries, and outcomes with their exposures.
   All four may be missing from a model's folder; then there are none. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/model_tsv.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* ---------------------------------------------------------------- tallies: lines of a name add up
 */
enum { T_NAME, T_MEANING, T_KINDS, T_ORGAN, T_PER, T_DONORS, T_WEIGHT, T_WHEN, T_SOURCE, T_NOTE };

/* "*" every kind that is a cell and no tumour; the name of a class; or the name of a kind. */
static int add_kinds(mtl__load *l, int row, const char *word, bool *counted)
{
    const mtl_model *m = l->m;
    static const char *const classes[] = {"seed", "progeny", "transient", "cfdna", "tumour"};
    for (int k = 0; k < m->n_kinds; k++)
        if (strcmp(m->kind[k].name, word) == 0) {
            counted[k] = true;
            return MTL_OK;
        }
    const bool all = strcmp(word, "*") == 0;
    bool known = all;
    for (int k = 0; k < m->n_kinds; k++) {
        const enum mtl__kind_class c = m->kind[k].class_;
        const bool named = strcmp(classes[c], word) == 0;
        counted[k] = counted[k] || named || (all && c != MTL__CFDNA && c != MTL__TUMOUR);
    }
    for (int c = 0; c < COUNT(classes); c++)
        known = known || strcmp(classes[c], word) == 0;
    if (known)
        return MTL_OK;
    return mtl__tsv_place(&l->t, row, T_KINDS, l->err, mtl__model_kind(m, word, l->err));
}

static int load_part(mtl__load *l, int row, mtl__tally_part *p)
{
    static const char *const donors[] = {"foreign", "mismatched", "shared", "children",
                                         "mother",  "male",       "self"};
    const char **word = NULL;
    int n = 0, who = 0;
    p->line = l->t.line[row];
    p->kind = mtl__arena_alloc(&l->m->arena, ((size_t)l->m->n_kinds + 1) * sizeof *p->kind);
    if (p->kind == NULL)
        return mtl__nomem(l->err);
    MTL_TRY(mtl__load_list(l, row, T_KINDS, ';', &word, &n));
    if (n == 0)
        return mtl__tsv_fail(&l->t, row, T_KINDS, l->err, MTL_ERR_SYNTAX,
                             "which kinds are counted? '*', kinds or classes, separated by ';'");
    for (int i = 0; i < n; i++)
        MTL_TRY(add_kinds(l, row, word[i], p->kind));
    MTL_TRY(mtl__load_choice(l, row, T_DONORS, donors, COUNT(donors), &who));
    p->donors = (enum mtl__tally_donors)who;
    MTL_TRY(mtl__load_expr(l, row, T_WEIGHT, "none", &p->weight));
    MTL_TRY(mtl__load_when(l, row, T_WHEN, &p->when));
    MTL_TRY(mtl__load_text(l, row, T_SOURCE, &p->source));
    p->note = mtl__tsv_get(&l->t, row, T_NOTE);
    return MTL_OK;
}

static int load_tally(mtl__load *l, int row, mtl__cell_tally *t)
{
    static const char *const organs[] = {"body", "own"}, *const per[] = {"cells", "1e6"};
    int organ = 0, unit = 0;
    t->line = l->t.line[row];
    MTL_TRY(mtl__load_text(l, row, T_MEANING, &t->meaning));
    MTL_TRY(mtl__load_choice(l, row, T_ORGAN, organs, COUNT(organs), &organ));
    MTL_TRY(mtl__load_choice(l, row, T_PER, per, COUNT(per), &unit));
    t->own_organ = organ == 1;
    t->per_1e6 = unit == 1;
    return MTL_OK;
}

/* A line of a tally that is there already must follow it and say the same of it. */
static int same_tally(mtl__load *l, int row, const mtl__cell_tally *t)
{
    static const int same[] = {T_ORGAN, T_PER};
    if (strcmp(mtl__tsv_get(&l->t, row - 1, T_NAME), t->name) != 0)
        return mtl__tsv_fail(&l->t, row, T_NAME, l->err, MTL_ERR_DUPLICATE,
                             "the lines of the tally '%s' must follow one another; it began in "
                             "line %d",
                             t->name, t->line);
    for (int i = 0; i < COUNT(same); i++)
        if (strcmp(mtl__tsv_get(&l->t, row, same[i]), mtl__tsv_get(&l->t, row - 1, same[i])) != 0)
            return mtl__tsv_fail(&l->t, row, same[i], l->err, MTL_ERR_VALUE,
                                 "'%s' where line %d says '%s' of the same tally",
                                 mtl__tsv_get(&l->t, row, same[i]), l->t.line[row - 1],
                                 mtl__tsv_get(&l->t, row - 1, same[i]));
    return MTL_OK;
}

int mtl__load_tallies(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"name",   "meaning", "kinds", "organ",  "per",
                                          "donors", "weight",  "when",  "source", "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_TALLIES, t, columns, COUNT(columns), 0,
                            sizeof *m->tally, &items, err));
    m->tally = items;
    mtl__tally_part *part = mtl__arena_alloc(&m->arena, ((size_t)l.t.n_rows + 1) * sizeof *part);
    if (part == NULL)
        return mtl__nomem(err);
    for (int i = 0; i < l.t.n_rows; i++) {
        const char *name = NULL;
        MTL_TRY(mtl__load_name_again(&l, i, T_NAME, &name));
        const int known = mtl__model_tally(m, name, NULL);
        mtl__cell_tally *tally = &m->tally[known >= 0 ? known : m->n_tallies];
        if (known >= 0) {
            MTL_TRY(same_tally(&l, i, tally));
        } else {
            tally->name = name;
            tally->part = &part[i];
            MTL_TRY(load_tally(&l, i, tally));
            m->n_tallies++;
        }
        MTL_TRY(load_part(&l, i, &part[i]));
        tally->n_parts++;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- injuries */
enum {
    I_NAME,
    I_MEANING,
    I_ORGAN,
    I_SIZE,
    I_LASTS,
    I_REPAIR,
    I_INFLAME,
    I_CALM,
    I_SIGNAL,
    I_CLEAR,
    I_TIER,
    I_SOURCE,
    I_NOTE
};

static int load_injury(mtl__load *l, int row, mtl__injury_def *d)
{
    const struct {
        int column;
        const char *unit;
        mtl__expr *expr;
    } number[] = {{I_SIZE, "fraction", &d->size},    {I_LASTS, "days", &d->lasts},
                  {I_REPAIR, "per day", &d->repair}, {I_INFLAME, "per day", &d->inflame},
                  {I_CALM, "per day", &d->calm},     {I_SIGNAL, "per day", &d->signal},
                  {I_CLEAR, "per day", &d->clear}};
    d->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, I_NAME, &d->name));
    MTL_TRY(mtl__load_text(l, row, I_MEANING, &d->meaning));
    const char *group = NULL;
    MTL_TRY(mtl__load_where(l, row, I_ORGAN, &d->organ, &group));
    d->group = group != NULL ? group : "";
    if (d->organ >= 0 && l->m->organ[d->organ].sampling_only)
        return mtl__tsv_fail(&l->t, row, I_ORGAN, l->err, MTL_ERR_VALUE,
                             "'%s' is only for samples: nothing settles and nothing heals there",
                             l->m->organ[d->organ].name);
    for (int i = 0; i < COUNT(number); i++) {
        const char *s = mtl__tsv_get(&l->t, row, number[i].column);
        if (number[i].column == I_LASTS && (s[0] == '\0' || strcmp(s, "0") == 0))
            continue; /* at once */
        MTL_TRY(mtl__load_expr(l, row, number[i].column, number[i].unit, number[i].expr));
    }
    MTL_TRY(mtl__load_tier(l, row, I_TIER, &d->tier));
    MTL_TRY(mtl__load_text(l, row, I_SOURCE, &d->source));
    d->note = mtl__tsv_get(&l->t, row, I_NOTE);
    return MTL_OK;
}

int mtl__load_injuries(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"name",   "meaning", "organ", "size",   "lasts",
                                          "repair", "inflame", "calm",  "signal", "clear",
                                          "tier",   "source",  "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_INJURIES, t, columns, COUNT(columns), 0,
                            sizeof *m->injury, &items, err));
    m->injury = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_injury(&l, i, &m->injury[i]));
        m->n_injuries = i + 1;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- outcomes */
enum {
    O_NAME,
    O_LABEL,
    O_GROUP,
    O_CLOCK,
    O_SEX,
    O_BASELINE,
    O_UNIT,
    O_SCALE,
    O_RECURS,
    O_ENDS,
    O_NEEDS,
    O_KIND,
    O_ORGAN,
    O_DETECTED,
    O_TIER,
    O_SOURCE,
    O_NOTE
};

/* The unit of the points: a rate; or none, and then the scale is the rate. */
static int load_baseline_unit(mtl__load *l, int row, const mtl__outcome_def *o, double *scale)
{
    const char *text = mtl__tsv_get(&l->t, row, O_UNIT);
    mtl__unit u, rate = {.scale = 1.0};
    rate.power[MTL__DIM_TIME] = -1;
    *scale = 1.0;
    if (text[0] == '\0' && o->scale.n > 0 && mtl__unit_same_dim(&o->scale.unit, &rate))
        return MTL_OK;
    if (text[0] == '\0')
        return mtl__tsv_fail(&l->t, row, O_UNIT, l->err, MTL_ERR_UNIT,
                             "without a unit the points are a shape, and 'scale' must be a rate");
    const int ret = mtl__unit_parse(text, &u, l->err);
    if (ret < 0)
        return mtl__tsv_place(&l->t, row, O_UNIT, l->err, ret);
    if (!mtl__unit_same_dim(&u, &rate))
        return mtl__tsv_fail(&l->t, row, O_UNIT, l->err, MTL_ERR_UNIT,
                             "'%.60s' is not a rate such as 'per year' or 'per 1e5 year'", text);
    *scale = u.scale;
    return MTL_OK;
}

static int load_baseline(mtl__load *l, int row, mtl__outcome_def *o)
{
    double scale = 1.0;
    const bool shape = mtl__tsv_get(&l->t, row, O_UNIT)[0] == '\0';
    if (mtl__tsv_get(&l->t, row, O_SCALE)[0] != '\0')
        MTL_TRY(mtl__load_expr(l, row, O_SCALE, shape ? "per day" : "none", &o->scale));
    MTL_TRY(load_baseline_unit(l, row, o, &scale));
    MTL_TRY(mtl__load_points(l, row, O_BASELINE, false, &o->x, &o->y, &o->n_points));
    if (o->n_points == 0)
        return mtl__tsv_fail(&l->t, row, O_BASELINE, l->err, MTL_ERR_SYNTAX,
                             "a baseline hazard needs points such as '30:0; 60:4e-4', by %s",
                             o->of_week ? "gestational week" : "age in years");
    for (int i = 0; i < o->n_points; i++) {
        o->y[i] *= scale;
        if (!isfinite(o->y[i]))
            return mtl__tsv_fail(&l->t, row, O_BASELINE, l->err, MTL_ERR_VALUE, "too large");
    }
    return MTL_OK;
}

/* What only an outcome has that begins a tumour: kind, organ, number of cells at which it is known.
 */
static int load_tumour(mtl__load *l, int row, mtl__outcome_def *o)
{
    const mtl_model *m = l->m;
    const char *kind = mtl__tsv_get(&l->t, row, O_KIND);
    const char *organ = mtl__tsv_get(&l->t, row, O_ORGAN);
    const char *detected = mtl__tsv_get(&l->t, row, O_DETECTED);
    o->kind = o->organ = -1;
    if (kind[0] == '\0') {
        const int col = organ[0] != '\0' ? O_ORGAN : O_DETECTED;
        if (organ[0] != '\0' || detected[0] != '\0')
            return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_VALUE,
                                 "only an outcome with a 'kind' of tumour has a '%s'",
                                 l->t.name[col]);
        return MTL_OK;
    }
    o->kind = mtl__model_kind(m, kind, l->err);
    if (o->kind < 0)
        return mtl__tsv_place(&l->t, row, O_KIND, l->err, o->kind);
    if (m->kind[o->kind].class_ != MTL__TUMOUR)
        return mtl__tsv_fail(&l->t, row, O_KIND, l->err, MTL_ERR_VALUE,
                             "'%s' is not of the class 'tumour' (kinds.tsv line %d)", kind,
                             m->kind[o->kind].line);
    o->organ = mtl__model_organ(m, organ, l->err);
    if (o->organ < 0)
        return mtl__tsv_place(&l->t, row, O_ORGAN, l->err, o->organ);
    if (o->of_week || o->recurs)
        return mtl__tsv_fail(&l->t, row, o->of_week ? O_CLOCK : O_RECURS, l->err, MTL_ERR_VALUE,
                             "a tumour begins by age, and once");
    return mtl__load_expr(l, row, O_DETECTED, "cells", &o->detected);
}

static int load_outcome(mtl__load *l, int row, mtl__outcome_def *o)
{
    static const char *const clocks[] = {"age", "week"}, *const sexes[] = {"any", "female", "male"};
    int clock = 0, sex = 0;
    o->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, O_NAME, &o->name));
    MTL_TRY(mtl__load_text(l, row, O_LABEL, &o->label));
    MTL_TRY(mtl__load_text(l, row, O_GROUP, &o->group));
    MTL_TRY(mtl__load_choice(l, row, O_CLOCK, clocks, COUNT(clocks), &clock));
    MTL_TRY(mtl__load_choice(l, row, O_SEX, sexes, COUNT(sexes), &sex));
    o->of_week = clock == 1;
    o->sex = sex == 0 ? 0 : sex == 1 ? 'f' : 'm';
    MTL_TRY(load_baseline(l, row, o));
    MTL_TRY(mtl__load_yes(l, row, O_RECURS, &o->recurs));
    MTL_TRY(mtl__load_yes(l, row, O_ENDS, &o->ends_life));
    MTL_TRY(load_tumour(l, row, o));
    MTL_TRY(mtl__load_tier(l, row, O_TIER, &o->tier));
    MTL_TRY(mtl__load_text(l, row, O_SOURCE, &o->source));
    o->note = mtl__tsv_get(&l->t, row, O_NOTE);
    return MTL_OK;
}

/* After all names are known: what an outcome waits for, which may stand below it, but not in a
 * ring. */
static int load_needs(mtl__load *l, int row, mtl_model *m)
{
    const char *s = mtl__tsv_get(&l->t, row, O_NEEDS);
    m->outcome[row].needs = -1;
    if (s[0] == '\0')
        return MTL_OK;
    const int needs = mtl__model_outcome(m, s, l->err);
    if (needs < 0)
        return mtl__tsv_place(&l->t, row, O_NEEDS, l->err, needs);
    m->outcome[row].needs = needs;
    for (int i = needs; i >= 0; i = m->outcome[i].needs)
        if (i == row)
            return mtl__tsv_fail(&l->t, row, O_NEEDS, l->err, MTL_ERR_VALUE,
                                 "'%s' would wait for itself", m->outcome[row].name);
    return MTL_OK;
}

int mtl__load_outcomes(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {
        "name",      "label", "group", "clock", "sex",      "baseline", "unit",   "scale", "recurs",
        "ends_life", "needs", "kind",  "organ", "detected", "tier",     "source", "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_OUTCOMES, t, columns, COUNT(columns), 0,
                            sizeof *m->outcome, &items, err));
    m->outcome = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_outcome(&l, i, &m->outcome[i]));
        m->outcome[i].needs = -1;
        m->n_outcomes = i + 1;
    }
    for (int i = 0; i < l.t.n_rows; i++)
        MTL_TRY(load_needs(&l, i, m));
    return MTL_OK;
}
