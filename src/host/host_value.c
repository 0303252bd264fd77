/* SPDX-License-Identifier: MIT */
/* What others read of a host: values through its last step, bounds of what may come whatever the
   cells do, and the record of a life. */
#include <math.h>

#include "host/host_internal.h"

/* ---------------------------------------------------------------- parts */
static double along(const mtl__host_state *s, double y0, double y1, double t)
{
    return t >= s->t || s->t <= s->from ? y1 : y0 + (y1 - y0) * (t - s->from) / (s->t - s->from);
}

double mtl__host_sum(const mtl__host_state *s, int reader, double t)
{
    return along(s, s->sum0[reader], s->sum1[reader], t);
}

bool mtl__host_there(const mtl__host_state *s, int donor, double t)
{
    const mtl__host_reader_sum *r = &s->p->reader[s->p->antigen];
    for (int i = r->first; s->p->antigen >= 0 && i < r->first + r->n; i++)
        if (s->p->tally[i].donor == donor)
            return along(s, s->count0[i], s->count1[i], t) >= MTL__HOST_THERE;
    return false;
}

void mtl__host_wound_at(const mtl__host_state *s, int k, double t, double *level)
{
    const mtl__wound *w = &s->p->wound[k];
    if (w->var < 0) {
        mtl__wound_alone(w, t, level);
        return;
    }
    const mtl__look look = mtl__host_look(s, t);
    for (int part = 0; part < MTL__WOUND_PARTS; part++)
        level[part] = mtl__look_at(&look, w->var + part);
}

double mtl__host_organ_at(const mtl__host_state *s, int organ, int part, double t)
{
    double sum = 0.0, level[MTL__WOUND_PARTS];
    for (int i = 0; i < s->p->s->n_injuries; i++)
        if ((organ < 0 || s->p->wound[i].organ == organ) && s->p->wound[i].t <= t) {
            mtl__host_wound_at(s, i, t, level);
            sum += level[part];
        }
    return part == MTL__DAMAGE ? mtl__min(sum, 1.0) : sum;
}

/* Of a set of haplotypes: the least tolerance, the greatest response. */
static double worst_of(const mtl__host_state *s, const int place[2], int part, double t)
{
    const mtl__look look = mtl__host_look(s, t);
    double worst = part == 0 ? 1.0 : 0.0;
    for (int k = 0; k < 2; k++)
        if (place[k] >= 0) {
            const double y =
                mtl__look_at(&look, MTL__WOUND_PARTS * s->p->n_coupled + 2 * place[k] + part);
            worst = part == 0 ? mtl__min(worst, y) : mtl__max(worst, y);
        }
    return worst;
}

double mtl__host_immune(const mtl__host_state *s, int donor, int part, double t)
{
    return worst_of(s, s->carries[donor], part, t);
}

double mtl__host_strongest(const mtl__host_state *s, double t)
{
    const mtl__look look = mtl__host_look(s, t);
    double most = 0.0;
    for (int k = 0; k < s->n_foreign; k++)
        most = mtl__max(most, mtl__look_at(&look, MTL__WOUND_PARTS * s->p->n_coupled + 2 * k + 1));
    return most;
}

double mtl__host_immune_person(const mtl__host_state *s, int person, int part, double t)
{
    int symbol[2], place[2] = {-1, -1};
    if (!s->p->s->immune)
        return 0.0;
    const int n = mtl__antigens_foreign(s->antigens, s->p->s->person, person, symbol);
    for (int k = 0; k < n && k < 2; k++) {
        for (int i = 0; i < s->n_foreign; i++)
            if (s->foreign[i].symbol == symbol[k])
                place[k] = i;
        if (place[k] < 0 && part == 0)
            return 0.0; /* a haplotype that was never met is not tolerated */
    }
    return worst_of(s, place, part, t);
}

/* ---------------------------------------------------------------- values */
double mtl__host_tally_value(const mtl__host_state *s, int variable, const double *y)
{
    const mtl__host_reader_sum *r = &s->p->reader[s->p->var[variable].reader];
    double sum = 0.0;
    for (int i = r->first; i < r->first + r->n; i++)
        sum += s->share[i] * y[i];
    return sum;
}

double mtl__host_value(const mtl__host_state *s, int variable, int donor, double t)
{
    const mtl__host_var *v = &s->p->var[variable];
    switch (v->of) {
    case MTL__OF_DAMAGE:
    case MTL__OF_INFLAMMATION:
    case MTL__OF_CHEMOKINE:
        return mtl__host_organ_at(s, v->organ, (int)v->of - MTL__OF_DAMAGE, t);
    case MTL__OF_RESPONSE:
        return donor < 0 ? 0.0 : mtl__host_immune(s, donor, 1, t);
    case MTL__OF_TOLERANCE:
        return donor < 0 ? 0.0 : mtl__host_immune(s, donor, 0, t);
    case MTL__OF_OUTCOME:
        return mtl__host_had(s, v->ref, t) ? 1.0 : 0.0;
    case MTL__OF_TALLY:
        return mtl__host_sum(s, v->reader, t);
    case MTL__OF_POSTPARTUM:
        return mtl__host_postpartum(s->p, t);
    case MTL__OF_WEEK:
    case MTL__OF_AGE:
        break;
    }
    return 0.0;
}

/* ---------------------------------------------------------------- bounds */
/* From the beginning of a step on trial, for the whole of it is still to be gone through; else from
   now. */
static double bound_from(const mtl__host_state *s)
{
    return s->open ? s->from : s->t;
}

static void organ_range(const mtl__host_state *s, int organ, int part, double t1, double *lo,
                        double *hi)
{
    const mtl__host_plan *p = s->p;
    const double now = bound_from(s);
    *lo = *hi = 0.0;
    for (int i = 0; i < p->s->n_injuries; i++) {
        const mtl__wound *w = &p->wound[i];
        if (w->organ != organ || w->t > now)
            continue;
        double level[MTL__WOUND_PARTS], low[MTL__WOUND_PARTS], high[MTL__WOUND_PARTS];
        mtl__host_wound_at(s, i, now, level);
        const double with =
            w->var < 0 ? w->repair : w->repair * (1.0 + p->repair_sign * p->repair_strength);
        mtl__wound_bounds(w, level, now < w->end ? w->onset : 0.0, mtl__min(w->repair, with),
                          mtl__max(w->repair, with), t1 - now, low, high);
        *lo += low[part];
        *hi += high[part];
    }
    if (part == MTL__DAMAGE) {
        *lo = mtl__min(*lo, 1.0);
        *hi = mtl__min(*hi, 1.0);
    }
}

/* Antigen may come or go altogether. */
static void haplotype_range(const mtl__host_state *s, int place, int part, double days, double *lo,
                            double *hi)
{
    const mtl__host_plan *p = s->p;
    const double *y = &(s->open ? s->y_from : s->y)[MTL__WOUND_PARTS * p->n_coupled + 2 * place];
    const double gain = bound_from(s) < p->fetal_until ? p->tolerance_gain : 0.0;
    const double least = y[0] * mtl__exp(-p->tolerance_decay * days);
    if (part == 0) {
        *lo = least;
        *hi = 1.0 - (1.0 - y[0]) * mtl__exp(-gain * days);
    } else {
        *lo = y[1] * mtl__exp(-p->allo_decay * days);
        *hi = 1.0 - (1.0 - y[1]) * mtl__exp(-p->allo_gain * (1.0 - least) * days);
    }
}

static void donor_range(const mtl__host_state *s, int donor, int part, double t1, double *lo,
                        double *hi)
{
    *lo = *hi = part == 0 && donor >= 0 ? 1.0 : 0.0;
    for (int k = 0; donor >= 0 && k < 2; k++) {
        double low, high;
        if (s->carries[donor][k] < 0)
            continue;
        haplotype_range(s, s->carries[donor][k], part, t1 - bound_from(s), &low, &high);
        *lo = part == 0 ? mtl__min(*lo, low) : mtl__max(*lo, low);
        *hi = part == 0 ? mtl__min(*hi, high) : mtl__max(*hi, high);
    }
}

void mtl__host_range(const mtl__host_state *s, int variable, int donor, double t1, double *lo,
                     double *hi)
{
    const mtl__host_var *v = &s->p->var[variable];
    t1 = mtl__max(t1, bound_from(s));
    switch (v->of) {
    case MTL__OF_DAMAGE:
    case MTL__OF_INFLAMMATION:
    case MTL__OF_CHEMOKINE:
        organ_range(s, v->organ, (int)v->of - MTL__OF_DAMAGE, t1, lo, hi);
        return;
    case MTL__OF_RESPONSE:
        donor_range(s, donor, 1, t1, lo, hi);
        return;
    case MTL__OF_TOLERANCE:
        donor_range(s, donor, 0, t1, lo, hi);
        return;
    case MTL__OF_TALLY:
        *lo = s->open ? mtl__min(s->sum0[v->reader], s->sum1[v->reader]) : 0.0;
        *hi = s->open ? mtl__max(s->sum0[v->reader], s->sum1[v->reader]) : HUGE_VAL;
        return;
    case MTL__OF_POSTPARTUM:
        mtl__host_given_range(s->p, variable, bound_from(s), t1, lo, hi);
        return;
    case MTL__OF_OUTCOME: /* takes place when a step is settled */
    case MTL__OF_WEEK:
    case MTL__OF_AGE:
        break;
    }
    *lo = *hi = mtl__host_value(s, variable, donor, bound_from(s));
}

/* ---------------------------------------------------------------- the record */
double mtl__host_ended(const mtl__host_state *s)
{
    return s->ended;
}

static void put(float *of, int row, const mtl__host_record *r, int k, double value)
{
    of[(size_t)row * (size_t)r->n_times + (size_t)k] = (float)value;
}

void mtl__host_note(const mtl__host_state *s, const mtl__host_record *r, int k)
{
    const mtl__host_plan *p = s->p;
    for (int i = 0; r->injury != NULL && i < p->s->n_injuries; i++) {
        double level[MTL__WOUND_PARTS];
        mtl__host_wound_at(s, i, s->t, level);
        for (int part = 0; part < MTL__WOUND_PARTS; part++)
            put(r->injury, MTL__WOUND_PARTS * i + part, r, k, level[part]);
    }
    for (int i = 0; r->heal != NULL && i < p->s->n_injuries; i++) {
        r->heal[i] = s->heal[i];
        if (r->heal[i].tenth_day > s->t - p->wound[i].t) /* known beforehand */
            r->heal[i].tenth_day = NAN;
    }
    for (int d = 0; r->immune != NULL && d < p->s->n_donors; d++)
        for (int part = 0; part < 2; part++)
            put(r->immune, 2 * d + part, r, k,
                p->s->immune ? mtl__host_immune(s, d, part, s->t) : 0.0);
    for (int i = 0; r->tally != NULL && i < p->n_tallies; i++)
        put(r->tally, i, r, k, s->count1[i]);
    for (int o = 0; o < p->s->m->n_outcomes; o++) {
        const double given = p->hazard[o].given;
        const bool drawn = isnan(given);
        if (r->onset != NULL)
            r->onset[o] = drawn ? s->course[o].onset : given <= s->t ? given : NAN;
        if (r->times != NULL)
            r->times[o] = drawn ? s->course[o].times : given <= s->t ? 1 : 0;
        if (r->clones != NULL)
            r->clones[o] = s->course[o].clones;
    }
}
