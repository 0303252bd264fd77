/* SPDX-License-Identifier: MIT */
/* What a body follows, as numbers: its injuries, the constants of tolerance and response, its
   outcomes, and the variables and tallies that any of these or a cell's rate reads. A variable that
   can never leave its rest in this body gets no number, so that a family without injuries and
   without followed outcomes costs nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/host_internal.h"

/* ---------------------------------------------------------------- injuries */
static int wound_rate(const mtl__host_plan *p, const mtl__injury_def *d, const mtl__expr *e,
                      const char *column, double *out, mtl_error *err)
{
    *out = mtl__expr_value(e, p->s->m);
    if (!isfinite(*out) || *out < 0.0)
        return mtl__fail_at(err, MTL_ERR_VALUE, "injuries.tsv", d->line, 0, d->name,
                            "'%s' is not a number of at least 0 under the parameters as they are",
                            column);
    return MTL_OK;
}

static double over(double x, double rate)
{
    return rate > 0.0 ? x / rate : x * MTL_DAYS_PER_YEAR;
}

static int make_wound(const mtl__host_plan *p, const mtl__host_injury *in, mtl__wound *w,
                      mtl_error *err)
{
    const mtl_model *m = p->s->m;
    if (in->def < 0 || in->def >= m->n_injuries || in->organ < 0 || in->organ >= m->n_organs)
        return mtl__fail(err, MTL_ERR_BUG, p->s->name, "an injury of no known sort or organ");
    const mtl__injury_def *d = &m->injury[in->def];
    if (!isfinite(in->t) || !(in->size >= 0.0 && in->size <= 1.0) ||
        !(in->lasts_days >= 0.0 && in->lasts_days < HUGE_VAL))
        return mtl__fail(err, MTL_ERR_VALUE, p->s->name,
                         "the %s needs a date, a size between 0 and 1, and days of at least 0 over "
                         "which it comes",
                         d->name);
    *w = (mtl__wound){.organ = in->organ,
                      .t = in->t,
                      .end = in->t + in->lasts_days,
                      .size = in->size,
                      .reader = -1,
                      .var = -1};
    w->onset = w->end > w->t ? in->size / (w->end - w->t) : 0.0;
    MTL_TRY(wound_rate(p, d, &d->repair, "repair", &w->repair, err));
    MTL_TRY(wound_rate(p, d, &d->inflame, "inflame", &w->inflame, err));
    MTL_TRY(wound_rate(p, d, &d->calm, "calm", &w->calm, err));
    MTL_TRY(wound_rate(p, d, &d->signal, "signal", &w->signal, err));
    MTL_TRY(wound_rate(p, d, &d->clear, "clear", &w->clear, err));
    w->range[MTL__DAMAGE] = w->size;
    w->range[MTL__INFLAMMATION] = over(w->inflame * w->size, mtl__max(w->calm, w->repair));
    w->range[MTL__CHEMOKINE] = over(w->signal * (w->size + w->range[MTL__INFLAMMATION]), w->clear);
    return MTL_OK;
}

/* Which cells act on the repair of which injuries. */
static int couple_wounds(mtl__host_plan *p, mtl_error *err)
{
    const mtl_model *m = p->s->m;
    p->repair_sign = mtl__model_switch_is(m, "repair", "benefit") ? 1
                     : mtl__model_switch_is(m, "repair", "harm")  ? -1
                                                                  : 0;
    if (p->repair_sign == 0 || p->s->n_injuries == 0)
        return MTL_OK;
    MTL_TRY(mtl__model_value(m, p->repair_sign > 0 ? "repair.gain" : "repair.harm",
                             &p->repair_strength, err));
    MTL_TRY(mtl__model_value(m, "repair.half", &p->repair_half, err));
    if (p->repair_sign < 0 && p->repair_strength > 1.0)
        return mtl__fail(err, MTL_ERR_VALUE, "repair.harm",
                         "%g is more than 1: cells can stop all repair, not undo it",
                         p->repair_strength);
    if (!(p->repair_half > 0.0))
        return mtl__fail(err, MTL_ERR_VALUE, "repair.half", "%g is not above 0", p->repair_half);
    const int tally = mtl__model_tally(m, "repairing", err);
    MTL_TRY(tally);
    for (int i = 0; i < p->s->n_injuries; i++) {
        mtl__wound *w = &p->wound[i];
        MTL_TRY(
            mtl__host_reader(p, tally, m->tally[tally].own_organ ? w->organ : -1, &w->reader, err));
        if (w->reader >= 0)
            w->var = MTL__WOUND_PARTS * p->n_coupled++;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- tolerance and response */
static int learn_immune(mtl__host_plan *p, mtl_error *err)
{
    const mtl_model *m = p->s->m;
    double until = 0.0;
    p->fetal_until = -HUGE_VAL;
    p->antigen = -1;
    if (!p->s->immune)
        return MTL_OK;
    MTL_TRY(mtl__model_value(m, "antigen.half", &p->antigen_half, err));
    MTL_TRY(mtl__model_value(m, "tolerance.until", &until, err));
    MTL_TRY(mtl__model_value(m, "tolerance.gain", &p->tolerance_gain, err));
    MTL_TRY(mtl__model_value(m, "tolerance.decay", &p->tolerance_decay, err));
    MTL_TRY(mtl__model_value(m, "tolerance.nima", &p->tolerance_nima, err));
    MTL_TRY(mtl__model_value(m, "allo.gain", &p->allo_gain, err));
    MTL_TRY(mtl__model_value(m, "allo.decay", &p->allo_decay, err));
    if (!(p->antigen_half > 0.0))
        return mtl__fail(err, MTL_ERR_VALUE, "antigen.half", "%g is not above 0", p->antigen_half);
    if (!isnan(p->s->born))
        p->fetal_until = p->s->born + until;
    return mtl__host_reader(p, -1, -1, &p->antigen, err);
}

/* ---------------------------------------------------------------- dates */
static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int list_stops(mtl__host_plan *p, mtl_error *err)
{
    const mtl__host_spec *s = p->s;
    const size_t most =
        2 * ((size_t)s->n_injuries + (size_t)s->n_pregnancies) + (size_t)s->m->n_outcomes + 1;
    p->stop = mtl__arena_alloc(&p->arena, most * sizeof *p->stop);
    if (p->stop == NULL)
        return mtl__nomem(err);
    int n = 0;
    for (int i = 0; i < s->n_injuries; i++) {
        p->stop[n++] = p->wound[i].t;
        p->stop[n++] = p->wound[i].end;
    }
    for (int i = 0; i < s->n_pregnancies; i++) {
        p->stop[n++] = s->pregnancy[i].conceived;
        p->stop[n++] = s->pregnancy[i].ended;
    }
    for (int k = 0; k < s->m->n_outcomes; k++)
        if (!isnan(p->hazard[k].given))
            p->stop[n++] = p->hazard[k].given;
    if (p->fetal_until > s->t0)
        p->stop[n++] = p->fetal_until;
    if (n > 0)
        qsort(p->stop, (size_t)n, sizeof *p->stop, by_size);
    for (int i = 0; i < n; i++)
        if (p->stop[i] > s->t0 && p->stop[i] <= s->t1 &&
            (p->n_stops == 0 || p->stop[i] > p->stop[p->n_stops - 1]))
            p->stop[p->n_stops++] = p->stop[i];
    return MTL_OK;
}

/* ---------------------------------------------------------------- variables */
static bool resting(mtl__host_plan *p, const mtl__host_var *v)
{
    switch (v->of) {
    case MTL__OF_DAMAGE:
    case MTL__OF_INFLAMMATION:
    case MTL__OF_CHEMOKINE:
        for (int i = 0; i < p->s->n_injuries; i++)
            if (p->wound[i].organ == v->organ)
                return false;
        return true;
    case MTL__OF_RESPONSE:
    case MTL__OF_TOLERANCE: /* an exposure may ask whose cells are there without them */
        return !p->s->immune || p->antigen < 0;
    case MTL__OF_OUTCOME:
        return !p->hazard[v->ref].at_risk && isnan(p->hazard[v->ref].given);
    case MTL__OF_POSTPARTUM:
        return p->s->n_pregnancies == 0;
    case MTL__OF_WEEK:
    case MTL__OF_AGE:
    case MTL__OF_TALLY:
        break;
    }
    return false;
}

static bool on_cells(const mtl__host_plan *p, const mtl__host_var *v)
{
    switch (v->of) {
    case MTL__OF_DAMAGE:
    case MTL__OF_INFLAMMATION:
    case MTL__OF_CHEMOKINE:
        for (int i = 0; i < p->s->n_injuries; i++)
            if (p->wound[i].organ == v->organ && p->wound[i].var >= 0)
                return true;
        return false;
    case MTL__OF_OUTCOME:
        return isnan(p->hazard[v->ref].given);
    case MTL__OF_POSTPARTUM:
    case MTL__OF_WEEK:
    case MTL__OF_AGE:
        return false;
    case MTL__OF_RESPONSE:
    case MTL__OF_TOLERANCE:
    case MTL__OF_TALLY:
        break;
    }
    return true;
}

static int variable(mtl__host_plan *p, mtl__host_var want, mtl_error *err)
{
    const mtl_model *m = p->s->m;
    const bool in_organ = want.of >= MTL__OF_DAMAGE && want.of <= MTL__OF_CHEMOKINE;
    if (want.of == MTL__OF_WEEK || want.of == MTL__OF_AGE ||
        (want.of == MTL__OF_OUTCOME && (want.ref < 0 || want.ref >= m->n_outcomes)) ||
        (want.of == MTL__OF_TALLY && (want.ref < 0 || want.ref >= m->n_tallies)))
        return mtl__fail(err, MTL_ERR_BUG, p->s->name, "a factor of no variable of the host");
    if (!in_organ && !(want.of == MTL__OF_TALLY && m->tally[want.ref].own_organ))
        want.organ = -1;
    if (want.of != MTL__OF_OUTCOME && want.of != MTL__OF_TALLY)
        want.ref = -1;
    if (resting(p, &want))
        return -1;
    want.reader = -1;
    if (want.of == MTL__OF_TALLY) {
        MTL_TRY(mtl__host_reader(p, want.ref, want.organ, &want.reader, err));
        if (want.reader < 0)
            return -1;
    }
    want.coupled = on_cells(p, &want);
    for (int i = 0; i < p->n_vars; i++)
        if (p->var[i].of == want.of && p->var[i].ref == want.ref && p->var[i].organ == want.organ)
            return i;
    if (mtl__grow(&p->var, &p->cap_vars, (size_t)p->n_vars + 1, sizeof *p->var) < 0)
        return mtl__nomem(err);
    if (want.of == MTL__OF_OUTCOME)
        p->hazard[want.ref].read = true;
    p->var[p->n_vars] = want;
    return p->n_vars++;
}

int mtl__host_variable(mtl__host_plan *p, enum mtl__factor_of of, int ref, int organ,
                       mtl_error *err)
{
    const int v = variable(p, (mtl__host_var){.of = of, .ref = ref, .organ = organ}, err);
    /* -1 means rest here, and is the code of missing memory as well: that one is kept for
       mtl__host_state_new. */
    if (v == MTL_ERR_MEMORY && err != NULL && err->code == MTL_ERR_MEMORY)
        p->oom = true;
    return v;
}

bool mtl__host_coupled(const mtl__host_plan *p, int variable_)
{
    return p->var[variable_].coupled;
}

bool mtl__host_reads(const mtl__host_plan *p)
{
    for (int i = 0; i < p->n_vars; i++)
        if (p->var[i].coupled)
            return true;
    return p->n_tallies > 0;
}

/* ---------------------------------------------------------------- the plan itself */
static int check_spec(const mtl__host_spec *s, mtl_error *err)
{
    if (!isfinite(s->t0) || !isfinite(s->t1) || s->t1 < s->t0)
        return mtl__fail(err, MTL_ERR_DATE, s->name,
                         "the life that is followed has no beginning "
                         "and end, in this order");
    for (int i = 0; i < s->n_pregnancies; i++)
        if (!(s->pregnancy[i].ended >= s->pregnancy[i].conceived) ||
            !isfinite(s->pregnancy[i].conceived) || !isfinite(s->pregnancy[i].ended))
            return mtl__fail(err, MTL_ERR_DATE, s->name,
                             "a pregnancy has no beginning and end, in this order");
    return MTL_OK;
}

static int fill_plan(mtl__host_plan *p, mtl_error *err)
{
    const mtl__host_spec *s = p->s;
    MTL_TRY(check_spec(s, err));
    p->wound = mtl__arena_alloc(&p->arena, ((size_t)s->n_injuries + 1) * sizeof *p->wound);
    if (p->wound == NULL)
        return mtl__nomem(err);
    for (int i = 0; i < s->n_injuries; i++)
        MTL_TRY(make_wound(p, &s->injury[i], &p->wound[i], err));
    MTL_TRY(couple_wounds(p, err));
    MTL_TRY(learn_immune(p, err));
    MTL_TRY(mtl__host_hazards(p, err));
    MTL_TRY(mtl__host_bends(p, err));
    return list_stops(p, err);
}

int mtl__host_plan_new(mtl__host_plan **out, const mtl__host_spec *s, mtl_error *err)
{
    *out = NULL;
    mtl__host_plan *p = calloc(1, sizeof *p);
    if (p == NULL)
        return mtl__nomem(err);
    mtl__arena_init(&p->arena, 0);
    p->s = s;
    const int ret = fill_plan(p, err);
    if (ret < 0) {
        mtl__host_plan_free(p);
        return ret;
    }
    *out = p;
    return MTL_OK;
}

void mtl__host_plan_free(mtl__host_plan *p)
{
    if (p == NULL)
        return;
    free(p->bend);
    free(p->tally);
    free(p->counted);
    free(p->reader);
    free(p->var);
    mtl__arena_free(&p->arena);
    free(p);
}

const mtl__host_spec *mtl__host_spec_of(const mtl__host_plan *p)
{
    return p->s;
}
