/* SPDX-License-Identifier: MIT */
/* One life of a host: where it stands, a step on trial, the step back, and what others may read of
   it. All memory is taken when the state is made (but for a step of very many substeps), so that a
   thread goes from life to life without asking for any. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/host_internal.h"

/* ---------------------------------------------------------------- memory */
static int allocate(mtl__host_state *s, mtl_error *err)
{
    const mtl__host_plan *p = s->p;
    const size_t donors = (size_t)p->s->n_donors + 1, tallies = (size_t)p->n_tallies + 1,
                 readers = (size_t)p->n_readers + 1, outcomes = (size_t)p->s->m->n_outcomes + 1,
                 foreign = p->s->immune ? 2 * donors : 0,
                 y = (size_t)MTL__WOUND_PARTS * (size_t)p->n_coupled + 2 * foreign + 1;
    s->y = calloc(y, sizeof *s->y);
    s->y_from = calloc(y, sizeof *s->y_from);
    s->foreign = calloc(foreign + 1, sizeof *s->foreign);
    s->carries = calloc(donors, sizeof *s->carries);
    s->share = calloc(tallies, sizeof *s->share);
    s->count0 = calloc(tallies, sizeof *s->count0);
    s->count1 = calloc(tallies, sizeof *s->count1);
    s->sum0 = calloc(readers, sizeof *s->sum0);
    s->sum1 = calloc(readers, sizeof *s->sum1);
    s->allele = calloc(((size_t)p->n_told + 1) * donors, sizeof *s->allele);
    s->course = calloc(outcomes, sizeof *s->course);
    s->drawn = calloc(outcomes, sizeof *s->drawn);
    s->read = calloc(outcomes, sizeof *s->read);
    s->tumour = calloc(outcomes, sizeof *s->tumour);
    s->heal = calloc((size_t)p->s->n_injuries + 1, sizeof *s->heal);
    if (s->y == NULL || s->y_from == NULL || s->foreign == NULL || s->carries == NULL ||
        s->share == NULL || s->count0 == NULL || s->count1 == NULL || s->sum0 == NULL ||
        s->sum1 == NULL || s->allele == NULL || s->course == NULL || s->drawn == NULL ||
        s->read == NULL || s->tumour == NULL || s->heal == NULL ||
        mtl__grow(&s->sub, &s->cap_sub, MTL__HOST_SUBSTEPS, sizeof *s->sub) < 0 ||
        mtl__grow(&s->node, &s->cap_node, MTL__HOST_SUBSTEPS * y, sizeof *s->node) < 0 ||
        mtl__grow(&s->start, &s->cap_start, MTL__HOST_SUBSTEPS * y, sizeof *s->start) < 0)
        return mtl__nomem(err);
    return MTL_OK;
}

/* What a plan reads is known when all of its variables were asked for. */
static void list_outcomes(mtl__host_state *s)
{
    for (int k = 0; k < s->p->s->m->n_outcomes; k++) {
        const mtl__hazard *h = &s->p->hazard[k];
        if (!h->at_risk)
            continue;
        s->drawn[s->n_drawn++] = k;
        if (h->read || h->def->ends_life)
            s->read[s->n_read++] = k;
        if (h->reader >= 0)
            s->tumour[s->n_tumours++] = k;
    }
}

int mtl__host_state_new(mtl__host_state **out, const mtl__host_plan *p, mtl_error *err)
{
    *out = NULL;
    if (p->oom)
        return mtl__nomem(err);
    mtl__host_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return mtl__nomem(err);
    s->p = p;
    const int ret = allocate(s, err);
    if (ret < 0) {
        mtl__host_state_free(s);
        return ret;
    }
    list_outcomes(s);
    *out = s;
    return MTL_OK;
}

void mtl__host_state_free(mtl__host_state *s)
{
    if (s == NULL)
        return;
    free(s->y);
    free(s->y_from);
    free(s->foreign);
    free(s->carries);
    free(s->share);
    free(s->count0);
    free(s->count1);
    free(s->sum0);
    free(s->sum1);
    free(s->allele);
    free(s->course);
    free(s->drawn);
    free(s->read);
    free(s->tumour);
    free(s->heal);
    free(s->sub);
    free(s->node);
    free(s->start);
    free(s);
}

/* ---------------------------------------------------------------- a life begins */
static int place_of(mtl__host_state *s, int symbol)
{
    for (int k = 0; k < s->n_foreign; k++)
        if (s->foreign[k].symbol == symbol)
            return k;
    s->foreign[s->n_foreign] = (mtl__foreign){.symbol = symbol};
    return s->n_foreign++;
}

static void find_foreign(mtl__host_state *s)
{
    const mtl__host_spec *spec = s->p->s;
    s->n_foreign = 0;
    for (int d = 0; d < spec->n_donors; d++) {
        int symbol[2], n = 0;
        s->carries[d][0] = s->carries[d][1] = -1;
        if (spec->immune && (spec->donor_relation[d] & MTL__REL_SELF) == 0)
            n = mtl__antigens_foreign(s->antigens, spec->person, spec->donor[d], symbol);
        for (int k = 0; k < n; k++) {
            s->carries[d][k] = place_of(s, symbol[k]);
            if ((spec->donor_relation[d] & MTL__REL_MOTHER) != 0)
                s->foreign[s->carries[d][k]].nima = true;
        }
    }
    s->n_y = MTL__WOUND_PARTS * s->p->n_coupled + 2 * s->n_foreign;
}

static void weigh_tallies(mtl__host_state *s)
{
    const mtl__host_plan *p = s->p;
    for (int i = 0; i < p->n_tallies; i++) {
        const mtl__host_counted *c = &p->counted[i];
        s->share[i] = c->scale;
        if (c->share == MTL__TALLY_FOREIGN)
            continue;
        const double mismatch =
            mtl__antigens_mismatch(s->antigens, p->s->person, p->s->donor[p->tally[i].donor]);
        s->share[i] *= c->share == MTL__TALLY_MISMATCHED ? mismatch : 1.0 - mismatch;
    }
}

static bool needs_symbols(const mtl__host_plan *p)
{
    for (int i = 0; i < p->n_tallies; i++)
        if (p->counted[i].share != MTL__TALLY_FOREIGN)
            return true;
    return p->s->immune;
}

bool mtl__host_needs_antigens(const mtl__host_plan *p)
{
    for (int k = 0; k < p->n_told; k++)
        if (p->told[k].def->of == MTL__X_ALLELE && p->s->hla != NULL)
            return true;
    return needs_symbols(p);
}

/* The mother's haplotypes that were not inherited are known from birth on to the degree
   tolerance.nima. */
static void be_taught(mtl__host_state *s)
{
    for (int k = 0; k < s->n_foreign; k++) {
        double *t = &s->y[MTL__WOUND_PARTS * s->p->n_coupled + 2 * k];
        if (s->foreign[k].nima)
            *t = mtl__max(*t, s->p->tolerance_nima);
    }
}

static void begin_outcomes(mtl__host_state *s, uint64_t seed, uint64_t replicate)
{
    const mtl__host_plan *p = s->p;
    s->ended = HUGE_VAL;
    for (int k = 0; k < p->s->m->n_outcomes; k++) {
        mtl__course *c = &s->course[k];
        *c = (mtl__course){.onset = NAN, .pregnancy = -1, .growth = MTL__HOST_GROWTH};
        if (!p->hazard[k].at_risk)
            continue;
        mtl__rng_stream(&c->rng, seed, p->s->key, replicate, p->hazard[k].stream);
        c->left = mtl__rng_exp(&c->rng);
    }
    for (int k = 0; k < p->n_told; k++)
        for (int d = 0; d < p->s->n_donors; d++)
            s->allele[(size_t)k * (size_t)p->s->n_donors + (size_t)d] =
                p->told[k].def->of == MTL__X_ALLELE && p->s->hla != NULL && s->antigens != NULL &&
                (p->s->donor_relation[d] & MTL__REL_SELF) == 0 &&
                mtl__antigens_allele(s->antigens, p->s->hla, p->s->person, p->s->donor[d],
                                     &p->told[k].antigen) == 1;
}

int mtl__host_begin(mtl__host_state *s, const mtl__antigens *antigens, uint64_t seed,
                    uint64_t replicate, mtl_error *err)
{
    const mtl__host_plan *p = s->p;
    if (antigens == NULL && needs_symbols(p))
        return mtl__fail(err, MTL_ERR_BUG, p->s->name,
                         "tolerance and mismatch need haplotypes, and none were drawn");
    s->antigens = antigens;
    s->from = s->t = p->s->t0;
    s->open = false;
    s->n_sub = 0;
    find_foreign(s);
    weigh_tallies(s);
    begin_outcomes(s, seed, replicate);
    memset(s->y, 0, (size_t)s->n_y * sizeof *s->y);
    memset(s->count0, 0, (size_t)p->n_tallies * sizeof *s->count0);
    memset(s->count1, 0, (size_t)p->n_tallies * sizeof *s->count1);
    memset(s->sum0, 0, (size_t)p->n_readers * sizeof *s->sum0);
    memset(s->sum1, 0, (size_t)p->n_readers * sizeof *s->sum1);
    for (int k = 0; k < s->n_foreign; k++)
        s->foreign[k].before = s->foreign[k].after = 0.0;
    for (int i = 0; i < p->s->n_injuries; i++) /* what began before had no cell to help it */
        if (p->wound[i].var >= 0)
            mtl__wound_alone(&p->wound[i], s->t, &s->y[p->wound[i].var]);
    mtl__heal_begin(s);
    if (p->fetal_until <= s->t)
        be_taught(s);
    return MTL_OK;
}

/* ---------------------------------------------------------------- a step */
static void sum_up(const mtl__host_state *s, const double *count, double *sum)
{
    const mtl__host_plan *p = s->p;
    for (int r = 0; r < p->n_readers; r++) {
        sum[r] = 0.0;
        for (int i = p->reader[r].first; i < p->reader[r].first + p->reader[r].n; i++)
            sum[r] += s->share[i] * count[i];
    }
}

static void sum_antigen(mtl__host_state *s)
{
    const mtl__host_plan *p = s->p;
    if (s->n_foreign == 0)
        return;
    for (int k = 0; k < s->n_foreign; k++)
        s->foreign[k].before = s->foreign[k].after = 0.0;
    const mtl__host_reader_sum *r = &p->reader[p->antigen];
    for (int i = r->first; i < r->first + r->n; i++)
        for (int k = 0; k < 2; k++) {
            const int at = s->carries[p->tally[i].donor][k];
            if (at >= 0) {
                s->foreign[at].before += s->count0[i];
                s->foreign[at].after += s->count1[i];
            }
        }
}

/* Are these counts others than those of the last time? Predictor and corrector share a beginning,
   and a step begins where the last one ended. */
static bool take(const mtl__host_state *s, const double *y, double *count, double *sum)
{
    const size_t size = (size_t)s->p->n_tallies * sizeof *count;
    if (size == 0 || memcmp(count, y, size) == 0)
        return false;
    memcpy(count, y, size);
    sum_up(s, count, sum);
    return true;
}

int mtl__host_advance(mtl__host_state *s, double t1, const double *y0, const double *y1,
                      mtl_error *err)
{
    const mtl__host_plan *p = s->p;
    if (s->open || !(t1 >= s->t))
        return mtl__fail(err, MTL_ERR_BUG, p->s->name,
                         "a host was led on from a step on trial, or "
                         "into its past");
    for (int i = 0; i < p->n_tallies; i++)
        if (!(y0[i] >= 0.0 && y1[i] >= 0.0 && y0[i] < HUGE_VAL && y1[i] < HUGE_VAL))
            return mtl__fail(err, MTL_ERR_BUG, p->s->name, "cells were counted as %g and %g", y0[i],
                             y1[i]);
    const bool before = take(s, y0, s->count0, s->sum0), after = take(s, y1, s->count1, s->sum1);
    if (before || after)
        sum_antigen(s);
    memcpy(s->y_from, s->y, (size_t)s->n_y * sizeof *s->y);
    s->from = s->t;
    s->t = t1;
    s->open = true;
    const int ret = mtl__host_collocate(s, err);
    if (ret < 0)
        mtl__host_back(s);
    return ret;
}

void mtl__host_back(mtl__host_state *s)
{
    if (!s->open)
        return;
    memcpy(s->y, s->y_from, (size_t)s->n_y * sizeof *s->y);
    memcpy(s->count1, s->count0, (size_t)s->p->n_tallies * sizeof *s->count1);
    memcpy(s->sum1, s->sum0, (size_t)s->p->n_readers * sizeof *s->sum1);
    for (int k = 0; k < s->n_foreign; k++)
        s->foreign[k].after = s->foreign[k].before;
    s->t = s->from;
    s->n_sub = 0;
    s->open = false;
}

/* What has decayed to nothing is nothing, so that it costs nothing and no number becomes
   subnormal. */
static void let_rest(mtl__host_state *s)
{
    const mtl__host_plan *p = s->p;
    for (int i = 0; i < p->s->n_injuries && p->n_coupled > 0; i++) {
        const mtl__wound *w = &p->wound[i];
        bool rests = w->var >= 0 && s->t >= w->end;
        for (int k = 0; rests && k < MTL__WOUND_PARTS; k++)
            rests = s->y[w->var + k] <= MTL__HOST_NOTHING * w->range[k];
        for (int k = 0; rests && k < MTL__WOUND_PARTS; k++)
            s->y[w->var + k] = 0.0;
    }
    for (int k = MTL__WOUND_PARTS * p->n_coupled; k < s->n_y; k++)
        if (s->y[k] < MTL__HOST_NOTHING)
            s->y[k] = 0.0;
}

void mtl__host_settle(mtl__host_state *s)
{
    const mtl__host_plan *p = s->p;
    if (!s->open)
        return;
    mtl__host_happen(s);
    mtl__heal_watch(s);
    for (int i = 0; i < p->s->n_injuries; i++) {
        const mtl__wound *w = &p->wound[i];
        if (w->var >= 0 && w->end == w->t && w->t > s->from && w->t <= s->t)
            s->y[w->var] = w->size;
    }
    if (p->fetal_until > s->from && p->fetal_until <= s->t)
        be_taught(s);
    let_rest(s);
    s->open = false;
}

/* ---------------------------------------------------------------- how far */
double mtl__host_next_break(const mtl__host_state *s, double t)
{
    int lo = 0, hi = s->p->n_stops; /* the first after t is in [lo, hi] */
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        if (s->p->stop[mid] > t)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo < s->p->n_stops ? s->p->stop[lo] : HUGE_VAL;
}
