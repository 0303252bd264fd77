/* SPDX-License-Identifier: MIT */
/* How far a step may go: until when a variable keeps its value whatever the cells do, so that
   nobody need look at it before; and in how many days it moves little, so that it may be followed
   in one step. */
#include <math.h>

#include "host/host_internal.h"

/* The first injury of the organ that begins after t. */
static double next_injury(const mtl__host_plan *p, int organ, double t)
{
    double next = HUGE_VAL;
    for (int i = 0; i < p->s->n_injuries; i++)
        if (p->wound[i].organ == organ && p->wound[i].t > t)
            next = mtl__min(next, p->wound[i].t);
    return next;
}

static bool of_wounds(enum mtl__factor_of of)
{
    return of == MTL__OF_DAMAGE || of == MTL__OF_INFLAMMATION || of == MTL__OF_CHEMOKINE;
}

double mtl__host_given_still(const mtl__host_plan *p, int variable, double t)
{
    const mtl__host_var *v = &p->var[variable];
    if (v->of == MTL__OF_OUTCOME)
        return mtl__host_given_break(p, variable, t);
    if (!of_wounds(v->of))
        return t;
    for (int i = 0; i < p->s->n_injuries; i++)
        if (p->wound[i].organ == v->organ && p->wound[i].t <= t &&
            !mtl__wound_rests(&p->wound[i], t))
            return t;
    return next_injury(p, v->organ, t);
}

double mtl__host_still(const mtl__host_state *s, int variable, int donor)
{
    const mtl__host_plan *p = s->p;
    const mtl__host_var *v = &p->var[variable];
    const double now = s->open ? s->from : s->t;
    if (v->of == MTL__OF_OUTCOME)
        return mtl__host_had(s, v->ref, now) ? HUGE_VAL : now;
    if (v->of == MTL__OF_RESPONSE || v->of == MTL__OF_TOLERANCE)
        return donor < 0 || (s->carries[donor][0] < 0 && s->carries[donor][1] < 0) ? HUGE_VAL : now;
    if (!of_wounds(v->of))
        return now;
    for (int i = 0; i < p->s->n_injuries; i++) {
        double level[MTL__WOUND_PARTS];
        if (p->wound[i].organ != v->organ || p->wound[i].t > now)
            continue;
        if (now < p->wound[i].end)
            return now;
        mtl__host_wound_at(s, i, now, level);
        for (int k = 0; k < MTL__WOUND_PARTS; k++)
            if (level[k] > 0.0)
                return now;
    }
    return next_injury(p, v->organ, now);
}

/* ---------------------------------------------------------------- in how many days it moves little
 */
static double wound_pace(const mtl__host_state *s, int injury)
{
    const mtl__host_plan *p = s->p;
    const mtl__wound *w = &p->wound[injury];
    if (w->t > s->t)
        return MTL__HOST_REST_DAYS;
    double level[MTL__WOUND_PARTS], repair = w->repair;
    mtl__host_wound_at(s, injury, s->t, level);
    if (w->reader >= 0)
        repair *= 1.0 + p->repair_sign * p->repair_strength * s->sum1[w->reader] /
                            (s->sum1[w->reader] + p->repair_half);
    return mtl__wound_longest(w, level, s->t < w->end ? w->onset : 0.0, repair);
}

static double within(double slope)
{
    return slope * MTL__HOST_REST_DAYS > MTL__HOST_MOVE ? MTL__HOST_MOVE / slope
                                                        : MTL__HOST_REST_DAYS;
}

static double haplotype_pace(const mtl__host_state *s, int place)
{
    const mtl__host_plan *p = s->p;
    const mtl__foreign *f = &s->foreign[place];
    const double *y = &s->y[MTL__WOUND_PARTS * p->n_coupled + 2 * place];
    if (f->after == 0.0 && y[0] == 0.0 && y[1] == 0.0)
        return MTL__HOST_REST_DAYS; /* nothing moves */
    const double h = f->after / (f->after + p->antigen_half),
                 gain = s->t < p->fetal_until ? p->tolerance_gain : 0.0;
    return within(
        mtl__max(fabs(gain * h * (1.0 - y[0]) - p->tolerance_decay * (1.0 - h) * y[0]),
                 fabs(p->allo_gain * h * (1.0 - y[0]) * (1.0 - y[1]) - p->allo_decay * y[1])));
}

static double outcome_pace(const mtl__host_state *s, int outcome)
{
    return s->ended == HUGE_VAL && s->p->hazard[outcome].read && mtl__hazard_open(s, outcome, s->t)
               ? within(mtl__hazard_at(s, outcome, s->t))
               : MTL__HOST_REST_DAYS;
}

double mtl__host_pace(const mtl__host_state *s, int variable, int donor)
{
    const mtl__host_plan *p = s->p;
    const mtl__host_var *v = &p->var[variable];
    double days = MTL__HOST_REST_DAYS;
    if (v->of == MTL__OF_OUTCOME)
        days = outcome_pace(s, v->ref);
    for (int i = 0; of_wounds(v->of) && i < p->s->n_injuries; i++)
        if (p->wound[i].organ == v->organ)
            days = mtl__min(days, wound_pace(s, i));
    for (int k = 0; k < 2 && donor >= 0; k++)
        if ((v->of == MTL__OF_RESPONSE || v->of == MTL__OF_TOLERANCE) && s->carries[donor][k] >= 0)
            days = mtl__min(days, haplotype_pace(s, s->carries[donor][k]));
    return mtl__max(days, MTL__HOST_LEAST_DAYS);
}

double mtl__host_longest(const mtl__host_state *s)
{
    double days = MTL__HOST_REST_DAYS;
    for (int i = 0; i < s->p->s->n_injuries; i++)
        days = mtl__min(days, wound_pace(s, i));
    for (int k = 0; k < s->n_foreign; k++)
        days = mtl__min(days, haplotype_pace(s, k));
    for (int i = 0; i < s->n_read; i++)
        days = mtl__min(days, outcome_pace(s, s->read[i]));
    for (int i = 0; i < s->n_tumours && s->ended == HUGE_VAL; i++)
        days = mtl__min(days, mtl__clone_longest(s, s->tumour[i]));
    return mtl__max(days, MTL__HOST_LEAST_DAYS);
}
