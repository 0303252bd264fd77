/* SPDX-License-Identifier: MIT */
/* What hosts leave: room for their records of every replicate, and bands of them: injuries with and
   without foreign cells, tolerance and response by donor, outcomes, tumours. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/host_gather.h"

enum { PARTS = MTL__INJURY_PARTS, SIDES = 2, MOST_CLONES = 64 };

/* ---------------------------------------------------------------- records */
int mtl__host_clone_places(const mtl__world *w, int host, mtl__clone_place *out, int most)
{
    int n = 0;
    for (int k = 0; k < w->m->n_outcomes && n < most; k++) {
        const mtl__outcome_def *d = &w->m->outcome[k];
        if (d->kind >= 0 && w->host[host].spec.outcome[k])
            out[n++] = (mtl__clone_place){d->kind, d->organ, k};
    }
    return n;
}

static int n_clones(const mtl__world *w, int host)
{
    mtl__clone_place place[MOST_CLONES];
    return mtl__host_clone_places(w, host, place, MOST_CLONES);
}

double mtl__hosts_bytes(const mtl__plan *p)
{
    const mtl__world *w = p->world;
    double sum = 0;
    for (int h = 0; h < w->n_hosts; h++) {
        const mtl__host_spec *s = &w->host[h].spec;
        sum += 4.0 * p->r->n_times * PARTS * s->n_injuries + 24.0 * s->n_injuries;
        if (w->together)
            sum += 4.0 * p->r->n_times * (SIDES * s->n_donors + n_clones(w, h)) +
                   4.0 * s->n_donors + 16.0 * w->m->n_outcomes;
    }
    return sum * p->r->n_bands;
}

static void *room(mtl__plan *p, size_t n, size_t size, bool *ok)
{
    void *x = mtl__arena_alloc(&p->r->arena, (n * (size_t)p->R + 1) * size);
    *ok = *ok && x;
    return x;
}

/* Of injuries something is kept of each replicate where cells or parameters differ. */
static int plan_wounds(mtl__plan *p, int band, mtl_error *err)
{
    const mtl__world *w = p->world;
    const size_t nt = (size_t)p->r->n_times;
    bool ok = true;
    p->wound[band] =
        mtl__arena_alloc(&p->r->arena, ((size_t)w->n_hosts + 1) * sizeof *p->wound[band]);
    for (int h = 0; p->wound[band] && h < w->n_hosts; h++) {
        mtl__wound_raw *x = &p->wound[band][h];
        const size_t n = (size_t)w->host[h].spec.n_injuries;
        x->level = room(p, n * PARTS * nt, sizeof *x->level, &ok);
        x->heal = room(p, n, sizeof *x->heal, &ok);
    }
    return ok && p->wound[band] ? 0 : mtl__nomem(err);
}

int mtl__plan_hosts(mtl__plan *p, mtl_error *err)
{
    const mtl__world *w = p->world;
    const size_t nt = (size_t)p->r->n_times, no = (size_t)w->m->n_outcomes;
    bool ok = true;
    const bool lives = w->together && p->r->opts.solver != MTL_SOLVER_ANALYTIC;
    for (int b = 0; b < p->r->n_bands; b++) {
        if (lives || b == MTL__UNKNOWNS)
            MTL_TRY(plan_wounds(p, b, err));
        if (!lives)
            continue;
        p->host[b] = mtl__arena_alloc(&p->r->arena, ((size_t)w->n_hosts + 1) * sizeof *p->host[b]);
        if (!p->host[b])
            return mtl__nomem(err);
        for (int h = 0; h < w->n_hosts; h++) {
            const mtl__host_spec *s = &w->host[h].spec;
            mtl__host_raw *x = &p->host[b][h];
            x->immune = room(p, (size_t)s->n_donors * SIDES * nt, sizeof *x->immune, &ok);
            x->mismatch = room(p, (size_t)s->n_donors, sizeof *x->mismatch, &ok);
            x->onset = room(p, no, sizeof *x->onset, &ok);
            x->times = room(p, no, sizeof *x->times, &ok);
            x->clones = room(p, no, sizeof *x->clones, &ok);
            x->clone = room(p, (size_t)n_clones(w, h) * nt, sizeof *x->clone, &ok);
        }
    }
    return ok ? 0 : mtl__nomem(err);
}

void mtl__host_records(const mtl__plan *p, int band, int index, mtl__host_record *record)
{
    const mtl__world *w = p->world;
    const size_t nt = (size_t)p->r->n_times, no = (size_t)w->m->n_outcomes, i = (size_t)index;
    for (int h = 0; h < w->n_hosts; h++) {
        const mtl__host_spec *s = &w->host[h].spec;
        const mtl__host_raw *x = &p->host[band][h];
        record[h] = (mtl__host_record){
            .n_times = p->r->n_times,
            .injury = p->wound[band][h].level + i * (size_t)s->n_injuries * PARTS * nt,
            .heal = p->wound[band][h].heal + i * (size_t)s->n_injuries,
            .immune = s->immune ? x->immune + i * (size_t)s->n_donors * SIDES * nt : NULL,
            .onset = x->onset + i * no,
            .times = x->times + i * no,
            .clones = x->clones + i * no};
    }
}

void mtl__keep_clones(const mtl__plan *p, int band, int index, int host, const mtl__part *part,
                      const int64_t *counts)
{
    const mtl__world *w = p->world;
    const size_t nt = (size_t)p->r->n_times;
    mtl__clone_place place[MOST_CLONES];
    const int n = mtl__host_clone_places(w, host, place, MOST_CLONES);
    float *out = p->host[band][host].clone + (size_t)index * (size_t)n * nt;
    for (int k = 0; k < n; k++) {
        const int type =
            w->body[w->host[host].body].type[place[k].kind * w->m->n_organs + place[k].organ];
        for (int i = 0; i < part->process.n_types; i++)
            for (size_t t = 0; part->type[i] == type && t < nt; t++)
                out[(size_t)k * nt + t] =
                    (float)counts[t * (size_t)part->process.n_types + (size_t)i];
    }
}

void mtl__keep_mismatch(const mtl__plan *p, int band, int index, const mtl__lives *lives)
{
    const mtl__world *w = p->world;
    for (int h = 0; h < w->n_hosts; h++) {
        const mtl__host_spec *s = &w->host[h].spec;
        for (int d = 0; d < s->n_donors; d++)
            p->host[band][h].mismatch[(size_t)index * (size_t)s->n_donors + (size_t)d] =
                (float)mtl__lives_mismatch(lives, s->person, s->donor[d]);
    }
}

/* ---------------------------------------------------------------- bands */
int mtl__bands_over(const mtl__gathering *g, const float *x, size_t stride, size_t at,
                    mtl__band **out)
{
    const size_t nt = (size_t)g->p->r->n_times;
    *out = mtl__arena_alloc(&g->p->r->arena, (nt + 1) * sizeof **out);
    for (size_t t = 0; *out && t < nt; t++) {
        for (int r = 0; r < g->p->R; r++)
            g->x[r] = x[(size_t)r * stride + at + t];
        (*out)[t] = mtl__band_of(g->x, g->p->R, 0);
    }
    return *out ? 0 : MTL_ERR_MEMORY;
}

void *mtl__result_room(mtl__plan *p, int n, size_t size)
{
    return mtl__arena_alloc(&p->r->arena, ((size_t)n + 1) * size);
}

/* ---------------------------------------------------------------- tolerance and response */
static int immune_of(mtl__gathering *g)
{
    mtl_result *r = g->p->r;
    const mtl__host_spec *s = &g->p->world->host[g->host].spec;
    const size_t nt = (size_t)r->n_times, stride = (size_t)s->n_donors * SIDES * nt;
    for (int d = 0; s->immune && g->p->host[0] && d < s->n_donors; d++) {
        if (mtl__pair_of(g->p, s->person, s->donor[d]) < 0)
            continue;
        mtl__immune_result *out = &r->host.immune[r->host.n_immune++];
        *out = (mtl__immune_result){.host = s->person, .donor = s->donor[d]};
        for (int i = 0; i < g->p->R; i++)
            out->mismatch += (double)g->p->host[0][g->host]
                                 .mismatch[(size_t)i * (size_t)s->n_donors + (size_t)d] /
                             g->p->R;
        for (g->band = 0; g->band < r->n_bands; g->band++) {
            const float *x = g->p->host[g->band][g->host].immune;
            const size_t at = (size_t)d * SIDES * nt;
            MTL_TRY(mtl__bands_over(g, x, stride, at, &out->tolerance[g->band]));
            MTL_TRY(mtl__bands_over(g, x, stride, at + nt, &out->response[g->band]));
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- outcomes */
/* Wilson's interval of k of n. */
static void wilson(double k, double n, double *lo, double *hi)
{
    const double z = 1.959963984540054, p = k / n, c = 1 + z * z / n;
    const double mid = (p + z * z / (2 * n)) / c,
                 half = z / c * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *lo = k > 0 ? mtl__max(0, mid - half) : 0; /* exactly, whatever rounding leaves */
    *hi = k < n ? mtl__min(1, mid + half) : 1;
}

static int by_time(mtl__gathering *g, int outcome, const mtl__host_raw *raw,
                   mtl__outcome_result *out)
{
    const mtl_result *r = g->p->r;
    const int b = g->band, R = g->p->R, no = r->m->n_outcomes;
    double came = 0, times = 0;
    out->by[b] = mtl__result_room(g->p, r->n_times, sizeof *out->by[b]);
    if (!out->by[b])
        return MTL_ERR_MEMORY;
    for (int i = 0; i < R; i++) {
        const double t = raw->onset[(size_t)i * (size_t)no + (size_t)outcome];
        came += isfinite(t);
        times += raw->times[(size_t)i * (size_t)no + (size_t)outcome];
        for (int k = 0; k < r->n_times; k++)
            out->by[b][k] += (float)(t <= r->time[k]) / (float)R;
        if (b == MTL__CHANCE)
            out->onset[i] = (float)t;
    }
    out->p_end[b] = came / R;
    out->times[b] = times / R;
    wilson(came, R, &out->p_lo[b], &out->p_hi[b]);
    return 0;
}

/* The first date at which a clone of the scenario begins this tumour; HUGE_VAL = none does. */
static double dated_clone(const mtl_scenario *s, int person, int outcome)
{
    double t = HUGE_VAL;
    for (int k = 0; k < s->n_onsets; k++)
        if (s->onset[k].person == person && s->onset[k].outcome == outcome && s->onset[k].cells > 0)
            t = mtl__min(t, s->onset[k].t);
    return t;
}

/* What its baseline alone would have brought by each date (a tumour: let be found). */
static int baseline_of(mtl__plan *p, int host, int outcome, mtl__outcome_result *out,
                       mtl_error *err)
{
    const mtl__followed *h = &p->world->host[host];
    const int nt = p->r->n_times;
    int ret = 0;
    out->p_baseline = NAN;
    if (!mtl__host_at_risk(h->plan, outcome) || out->dated)
        return 0;
    double *by = malloc(((size_t)nt + 1) * sizeof *by);
    out->baseline = mtl__result_room(p, nt, sizeof *out->baseline);
    if (!by || !out->baseline) {
        free(by);
        return mtl__nomem(err);
    }
    if (p->r->m->outcome[outcome].kind >= 0)
        ret = mtl__found_alone(p, host, outcome, by, err);
    else
        mtl__host_baseline(h->plan, outcome, nt, p->r->time, by);
    for (int k = 0; k < nt; k++)
        out->baseline[k] = (float)by[k];
    out->p_baseline = by[nt - 1];
    free(by);
    return ret;
}

static int outcomes_of(mtl__gathering *g, mtl_error *err)
{
    mtl_result *r = g->p->r;
    const mtl__followed *h = &g->p->world->host[g->host];
    for (int k = 0; k < r->m->n_outcomes; k++) {
        if (!h->spec.outcome[k] || !g->p->host[0])
            continue;
        mtl__outcome_result *out = &r->host.outcome[r->host.n_outcomes++];
        *out = (mtl__outcome_result){.person = h->person,
                                     .outcome = k,
                                     .given = isfinite(h->spec.onset[k]),
                                     .dated = dated_clone(r->s, h->person, k) <=
                                              r->time[r->n_times - 1]};
        MTL_TRY(baseline_of(g->p, g->host, k, out, err));
        out->onset = mtl__result_room(g->p, g->p->R, sizeof *out->onset);
        if (!out->onset)
            return mtl__nomem(err);
        for (g->band = 0; g->band < r->n_bands; g->band++)
            if (by_time(g, k, &g->p->host[g->band][g->host], out) < 0)
                return mtl__nomem(err);
    }
    return 0;
}

/* ---------------------------------------------------------------- tumours */
/* Of each life in which one began, one of three: found; there at the end, and not known; or gone.
 */
static void fates_of_clones(mtl__gathering *g, const mtl__clone_place *place, const float *cells,
                            size_t stride, mtl__clone_result *out)
{
    const mtl_result *r = g->p->r;
    const mtl__host_raw *raw = &g->p->host[g->band][g->host];
    const mtl__host_spec *s = &g->p->world->host[g->host].spec;
    const double end = mtl__min(r->time[r->n_times - 1], s->t1), one = 1.0 / g->p->R;
    const bool dated = dated_clone(r->s, s->person, place->outcome) <= end;
    for (int i = 0; i < g->p->R; i++) {
        const size_t at = (size_t)i * (size_t)r->m->n_outcomes + (size_t)place->outcome;
        const float *x = cells + (size_t)i * stride;
        const bool found = isfinite(raw->onset[at]), there = x[r->n_times - 1] > 0;
        const bool begun = found || there || dated || raw->clones[at] > 0;
        out->p_begun[g->band] += begun ? one : 0;
        out->p_detected[g->band] += found ? one : 0;
        out->p_alive_end[g->band] += there && !found ? one : 0;
        out->p_gone[g->band] += begun && !found && !there ? one : 0;
    }
}

static int clones_of(mtl__gathering *g)
{
    mtl_result *r = g->p->r;
    const mtl__world *w = g->p->world;
    const size_t nt = (size_t)r->n_times;
    mtl__clone_place place[MOST_CLONES];
    const int n = g->p->host[0] ? mtl__host_clone_places(w, g->host, place, MOST_CLONES) : 0;
    for (int k = 0; k < n; k++) {
        mtl__clone_result *out = &r->host.clone[r->host.n_clones++];
        *out = (mtl__clone_result){.person = w->host[g->host].person,
                                   .kind = place[k].kind,
                                   .organ = place[k].organ,
                                   .outcome = place[k].outcome,
                                   .has_detected = true};
        for (g->band = 0; g->band < r->n_bands; g->band++) {
            const mtl__host_raw *raw = &g->p->host[g->band][g->host];
            const size_t stride = (size_t)n * nt, at = (size_t)k * nt;
            MTL_TRY(mtl__bands_over(g, raw->clone, stride, at, &out->cells[g->band]));
            fates_of_clones(g, &place[k], raw->clone + at, stride, out);
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- all */
static bool follows_any(const mtl__followed *h)
{
    for (int k = 0; k < h->spec.m->n_outcomes; k++)
        if (h->spec.outcome[k] && mtl__host_at_risk(h->plan, k))
            return true;
    return false;
}

static int count_results(mtl__plan *p)
{
    const mtl__world *w = p->world;
    mtl__host_result *out = &p->r->host;
    const bool lives = p->host[0] != NULL;
    int injuries = 0, immune = 0, clones = 0;
    bool more = false;
    for (int h = 0; h < w->n_hosts; h++) {
        more = more || w->host[h].spec.immune || follows_any(&w->host[h]);
        injuries += w->host[h].spec.n_injuries;
        immune += w->host[h].spec.n_donors;
        clones += n_clones(w, h);
    }
    *out = (mtl__host_result){.together = lives, .coupling_error = NAN, .coupling_error_se = NAN};
    out->needs_lives = more && !lives;
    out->injury = mtl__result_room(p, injuries, sizeof *out->injury);
    out->immune = mtl__result_room(p, immune, sizeof *out->immune);
    out->outcome = mtl__result_room(p, w->n_hosts * w->m->n_outcomes, sizeof *out->outcome);
    out->clone = mtl__result_room(p, clones, sizeof *out->clone);
    return out->injury && out->immune && out->outcome && out->clone ? 0 : MTL_ERR_MEMORY;
}

/* What reads what, in words. */
static int describe(mtl__plan *p)
{
    const mtl__world *w = p->world;
    mtl__str b = {0};
    bool repairs = false;
    for (int h = 0; h < w->n_hosts; h++)
        repairs = repairs || w->host[h].spec.n_injuries > 0;
    if (w->process->env && w->process->env->feedback)
        mtl__str_add(&b, "cells answer to the host");
    if (p->host[0])
        mtl__str_printf(&b, "%sthe host answers to cells", b.len ? ", and " : "");
    if (repairs && mtl__acts_on_repair(w->m))
        mtl__str_add(&b, " (repair)");
    p->r->host.coupling = b.oom ? NULL : mtl__arena_strdup(&p->r->arena, b.s ? b.s : "");
    mtl__str_free(&b);
    return p->r->host.coupling ? 0 : MTL_ERR_MEMORY;
}

static int by_injury(const void *a, const void *b)
{
    return ((const mtl__injury_result *)a)->injury - ((const mtl__injury_result *)b)->injury;
}

static int results_of(mtl__gathering *g, int host, mtl_error *err)
{
    if (host < 0)
        return 0;
    g->host = host;
    MTL_TRY(mtl__injuries_of(g, err));
    if (immune_of(g) < 0)
        return mtl__nomem(err);
    MTL_TRY(outcomes_of(g, err));
    return clones_of(g) < 0 ? mtl__nomem(err) : 0;
}

/* Whom the answer is about first, then the others as the file names them. */
int mtl__reduce_hosts(mtl__plan *p, mtl_error *err)
{
    const mtl__world *w = p->world;
    mtl__gathering g = {.p = p, .x = malloc(((size_t)p->R + 1) * sizeof *g.x)};
    int ret = g.x && count_results(p) == 0 && describe(p) == 0 ? 0 : mtl__nomem(err);
    if (ret == 0)
        ret = results_of(&g, w->host_of[w->s->focus], err);
    for (int i = 0; ret == 0 && i < w->s->n_people; i++)
        if (i != w->s->focus)
            ret = results_of(&g, w->host_of[i], err);
    if (ret == 0 && p->r->host.n_injuries > 1) /* as they stand in the scenario: by date */
        qsort(p->r->host.injury, (size_t)p->r->host.n_injuries, sizeof *p->r->host.injury,
              by_injury);
    if (ret == 0)
        ret = mtl__brought(p, err);
    free(g.x);
    return ret;
}

/* ---------------------------------------------------------------- what the step is judged by */
int mtl__host_answers(const mtl__plan *p, int index, double *out, int most)
{
    const mtl__world *w = p->world;
    const mtl_result *r = p->r;
    const size_t nt = (size_t)r->n_times, i = (size_t)index;
    int n = 0;
    for (int h = 0; h < w->n_hosts && p->host[0]; h++) {
        const mtl__host_spec *s = &w->host[h].spec;
        const mtl__host_raw *x = &p->host[0][h];
        for (int k = 0; k < s->n_injuries && n < most; k++, n++) {
            const float *damage =
                p->wound[0][h].level + (i * (size_t)s->n_injuries + (size_t)k) * PARTS * nt;
            out[n] = 0;
            for (size_t t = 1; t < nt; t++)
                out[n] += 0.5 * (double)(damage[t] + damage[t - 1]) * (r->time[t] - r->time[t - 1]);
        }
        for (int d = 0; s->immune && d < s->n_donors && n < most; d++, n++) { /* days of response */
            const float *y = x->immune + ((i * (size_t)s->n_donors + (size_t)d) * SIDES + 1) * nt;
            out[n] = 0;
            for (size_t t = 1; t < nt; t++)
                out[n] += 0.5 * (double)(y[t] + y[t - 1]) * (r->time[t] - r->time[t - 1]);
        }
        for (int k = 0; k < w->m->n_outcomes && n < most; k++)
            if (mtl__host_at_risk(w->host[h].plan, k))
                out[n++] = isfinite(x->onset[i * (size_t)w->m->n_outcomes + (size_t)k]);
    }
    return n;
}
