/* SPDX-License-Identifier: MIT */
/* What hosts leave: room for their records of every replicate, and bands of them: injuries with and
   without foreign cells, tolerance and response by donor, outcomes, tumours. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/run_internal.h"

enum { PARTS = 3, SIDES = 2, MOST_CLONES = 64 };

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
    for (int h = 0; w->together && h < w->n_hosts; h++) {
        const mtl__host_spec *s = &w->host[h].spec;
        sum +=
            4.0 * p->r->n_times * (PARTS * s->n_injuries + SIDES * s->n_donors + n_clones(w, h)) +
            4.0 * s->n_donors + 12.0 * w->m->n_outcomes;
    }
    return sum * p->r->n_bands;
}

static void *room(mtl__plan *p, size_t n, size_t size, bool *ok)
{
    void *x = mtl__arena_alloc(&p->r->arena, (n * (size_t)p->R + 1) * size);
    *ok = *ok && x;
    return x;
}

int mtl__plan_hosts(mtl__plan *p, mtl_error *err)
{
    const mtl__world *w = p->world;
    const size_t nt = (size_t)p->r->n_times, no = (size_t)w->m->n_outcomes;
    bool ok = true;
    for (int b = 0; b < p->r->n_bands && w->together; b++) {
        p->host[b] = mtl__arena_alloc(&p->r->arena, ((size_t)w->n_hosts + 1) * sizeof *p->host[b]);
        if (!p->host[b])
            return mtl__nomem(err);
        for (int h = 0; h < w->n_hosts; h++) {
            const mtl__host_spec *s = &w->host[h].spec;
            mtl__host_raw *x = &p->host[b][h];
            x->injury = room(p, (size_t)s->n_injuries * PARTS * nt, sizeof *x->injury, &ok);
            x->immune = room(p, (size_t)s->n_donors * SIDES * nt, sizeof *x->immune, &ok);
            x->mismatch = room(p, (size_t)s->n_donors, sizeof *x->mismatch, &ok);
            x->onset = room(p, no, sizeof *x->onset, &ok);
            x->times = room(p, no, sizeof *x->times, &ok);
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
            .injury = x->injury + i * (size_t)s->n_injuries * PARTS * nt,
            .immune = s->immune ? x->immune + i * (size_t)s->n_donors * SIDES * nt : NULL,
            .onset = x->onset + i * no,
            .times = x->times + i * no};
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
typedef struct gathering {
    mtl__plan *p;
    float *x; /* [R] */
    int host, band;
} gathering;

/* The band over replicates of x[r * stride + at]. */
static mtl__band band_over(const gathering *g, const float *x, size_t stride, size_t at)
{
    for (int r = 0; r < g->p->R; r++)
        g->x[r] = x[(size_t)r * stride + at];
    return mtl__band_of(g->x, g->p->R, 0);
}

static int bands_over(const gathering *g, const float *x, size_t stride, size_t at, mtl__band **out)
{
    const size_t nt = (size_t)g->p->r->n_times;
    *out = mtl__arena_alloc(&g->p->r->arena, (nt + 1) * sizeof **out);
    for (size_t t = 0; *out && t < nt; t++)
        (*out)[t] = band_over(g, x, stride, at + t);
    return *out ? 0 : MTL_ERR_MEMORY;
}

static void *out_of(mtl__plan *p, int n, size_t size)
{
    return mtl__arena_alloc(&p->r->arena, ((size_t)n + 1) * size);
}

/* ---------------------------------------------------------------- injuries */
static int scenario_injury(const mtl_scenario *s, int person, int nth)
{
    for (int k = 0; k < s->n_injuries; k++)
        if (s->injury[k].person == person && nth-- == 0)
            return k;
    return -1;
}

/* Days from the injury until damage stays below a tenth of its size, on straight lines between the
   dates; NaN if not by the end. */
static double healed(const mtl_result *r, const mtl__host_injury *in, const float *damage)
{
    const double tenth = 0.1 * in->size;
    int k = r->n_times;
    while (k > 0 && r->time[k - 1] >= in->t + in->lasts_days && (double)damage[k - 1] < tenth)
        k--;
    if (k == r->n_times)
        return NAN;
    if (k == 0 || !((double)damage[k - 1] > tenth))
        return r->time[k] - in->t;
    const double over = (double)damage[k - 1], under = (double)damage[k];
    return r->time[k - 1] + (r->time[k] - r->time[k - 1]) * (over - tenth) / (over - under) - in->t;
}

static double healed_mean(const gathering *g, const mtl__host_injury *in, const float *x,
                          size_t stride, size_t at)
{
    double sum = 0;
    for (int r = 0; r < g->p->R; r++)
        sum += healed(g->p->r, in, x + (size_t)r * stride + at); /* NaN if any is not healed */
    return sum / g->p->R;
}

/* All foreign cells in the injured organ, by replicate. */
static int arrived(const gathering *g, int person, int organ, mtl__band **out)
{
    const mtl_result *r = g->p->r;
    const size_t nt = (size_t)r->n_times, R = (size_t)g->p->R;
    int w = 0;
    while (w < r->n_watched && r->watched[w] != organ)
        w++;
    *out = mtl__arena_alloc(&g->p->r->arena, (nt + 1) * sizeof **out);
    if (!*out || w == r->n_watched)
        return *out ? 0 : MTL_ERR_MEMORY;
    if (r->opts.solver == MTL_SOLVER_ANALYTIC) { /* of which only the mean is known */
        for (size_t t = 0; t < nt; t++) {
            float mean = 0;
            for (int k = g->p->host_pair0[person]; k < g->p->host_pair0[person + 1]; k++)
                mean += r->pair[k].level[0][(size_t)w * nt + t].mean;
            (*out)[t] = (mtl__band){mean, NAN, NAN, NAN, NAN, NAN, NAN};
        }
        return 0;
    }
    for (size_t t = 0; t < nt; t++) {
        memset(g->x, 0, R * sizeof *g->x);
        for (int k = g->p->host_pair0[person]; k < g->p->host_pair0[person + 1]; k++)
            for (size_t i = 0; i < R; i++)
                g->x[i] +=
                    g->p->raw[g->band]
                        .level[(((size_t)k * (size_t)r->n_watched + (size_t)w) * nt + t) * R + i];
        (*out)[t] = mtl__band_of(g->x, g->p->R, 0);
    }
    return 0;
}

static int one_injury(gathering *g, int nth, const float *alone, mtl__injury_result *out)
{
    const mtl_result *r = g->p->r;
    const mtl__host_spec *s = &g->p->world->host[g->host].spec;
    const mtl__host_injury *in = &s->injury[nth];
    const size_t nt = (size_t)r->n_times, stride = (size_t)s->n_injuries * PARTS * nt,
                 at = (size_t)nth * PARTS * nt;
    out->injury = scenario_injury(r->s, s->person, nth);
    out->person = s->person;
    out->coupled = g->p->world->together && !mtl__model_switch_is(r->m, "repair", "bystander");
    for (int k = 0; k < PARTS; k++) {
        out->alone[k] = out_of(g->p, r->n_times, sizeof *out->alone[k]);
        if (!out->alone[k])
            return MTL_ERR_MEMORY;
        memcpy(out->alone[k], alone + at + (size_t)k * nt, nt * sizeof *out->alone[k]);
    }
    out->healed_alone = healed(r, in, out->alone[0]);
    for (g->band = 0; g->band < r->n_bands; g->band++) {
        const int b = g->band;
        const bool lived = g->p->host[b] != NULL;
        const float *x = lived ? g->p->host[b][g->host].injury : alone;
        const size_t step = lived ? stride : 0;
        MTL_TRY(bands_over(g, x, step, at, &out->damage[b]));
        MTL_TRY(bands_over(g, x, step, at + nt, &out->inflammation[b]));
        MTL_TRY(bands_over(g, x, step, at + 2 * nt, &out->chemokine[b]));
        out->healed_mean[b] = healed_mean(g, in, x, step, at);
        MTL_TRY(arrived(g, s->person, in->organ, &out->arrived[b]));
    }
    return 0;
}

static int injuries_of(gathering *g, mtl_error *err)
{
    mtl__host_result *out = &g->p->r->host;
    const mtl__followed *h = &g->p->world->host[g->host];
    const size_t n = (size_t)h->spec.n_injuries * PARTS * (size_t)g->p->r->n_times;
    float *alone = malloc((n + 1) * sizeof *alone);
    int ret = alone ? mtl__host_alone(h->plan, g->p->r->n_times, g->p->r->time, alone, err)
                    : mtl__nomem(err);
    for (int k = 0; ret == 0 && k < h->spec.n_injuries; k++)
        if (one_injury(g, k, alone, &out->injury[out->n_injuries++]) < 0)
            ret = mtl__nomem(err);
    free(alone);
    return ret;
}

/* ---------------------------------------------------------------- tolerance and response */
static int immune_of(gathering *g)
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
            MTL_TRY(bands_over(g, x, stride, at, &out->tolerance[g->band]));
            MTL_TRY(bands_over(g, x, stride, at + nt, &out->response[g->band]));
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
    *lo = mtl__max(0, mid - half);
    *hi = mtl__min(1, mid + half);
}

static int by_time(gathering *g, int outcome, const mtl__host_raw *raw, mtl__outcome_result *out)
{
    const mtl_result *r = g->p->r;
    const int b = g->band, R = g->p->R, no = r->m->n_outcomes;
    double came = 0, times = 0;
    out->by[b] = out_of(g->p, r->n_times, sizeof *out->by[b]);
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

/* What its baseline alone would have brought by each date. */
static int baseline_of(mtl__plan *p, const mtl__followed *h, int outcome, mtl__outcome_result *out)
{
    const int nt = p->r->n_times;
    out->p_baseline = NAN;
    if (!mtl__host_at_risk(h->plan, outcome))
        return 0;
    double *by = malloc(((size_t)nt + 1) * sizeof *by);
    out->baseline = out_of(p, nt, sizeof *out->baseline);
    if (!by || !out->baseline) {
        free(by);
        return MTL_ERR_MEMORY;
    }
    mtl__host_baseline(h->plan, outcome, nt, p->r->time, by);
    for (int k = 0; k < nt; k++)
        out->baseline[k] = (float)by[k];
    out->p_baseline = by[nt - 1];
    free(by);
    return 0;
}

static int outcomes_of(gathering *g)
{
    mtl_result *r = g->p->r;
    const mtl__followed *h = &g->p->world->host[g->host];
    for (int k = 0; k < r->m->n_outcomes; k++) {
        if (!h->spec.outcome[k] || !g->p->host[0])
            continue;
        mtl__outcome_result *out = &r->host.outcome[r->host.n_outcomes++];
        *out = (mtl__outcome_result){
            .person = h->person, .outcome = k, .given = isfinite(h->spec.onset[k])};
        MTL_TRY(baseline_of(g->p, h, k, out));
        out->onset = out_of(g->p, g->p->R, sizeof *out->onset);
        if (!out->onset)
            return MTL_ERR_MEMORY;
        for (g->band = 0; g->band < r->n_bands; g->band++)
            MTL_TRY(by_time(g, k, &g->p->host[g->band][g->host], out));
    }
    return 0;
}

/* ---------------------------------------------------------------- tumours */
static int clones_of(gathering *g)
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
                                   .has_detected = true};
        for (g->band = 0; g->band < r->n_bands; g->band++) {
            const mtl__host_raw *raw = &g->p->host[g->band][g->host];
            const size_t stride = (size_t)n * nt, at = (size_t)k * nt;
            MTL_TRY(bands_over(g, raw->clone, stride, at, &out->cells[g->band]));
            for (int i = 0; i < g->p->R; i++) {
                const float *x = raw->clone + (size_t)i * stride + at;
                const double known =
                    raw->onset[(size_t)i * (size_t)r->m->n_outcomes + (size_t)place[k].outcome];
                bool begun = isfinite(known);
                for (size_t t = 0; t < nt; t++)
                    begun = begun || x[t] > 0;
                out->p_begun[g->band] += (double)begun / g->p->R;
                out->p_detected[g->band] += (double)isfinite(known) / g->p->R;
                out->p_alive_end[g->band] += (double)(x[nt - 1] > 0) / g->p->R;
            }
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- all */
static int count_results(mtl__plan *p)
{
    const mtl__world *w = p->world;
    mtl__host_result *out = &p->r->host;
    int injuries = 0, immune = 0, clones = 0;
    for (int h = 0; h < w->n_hosts; h++) {
        injuries += w->host[h].spec.n_injuries;
        immune += w->host[h].spec.n_donors;
        clones += n_clones(w, h);
    }
    *out = (mtl__host_result){
        .together = w->together, .coupling_error = NAN, .coupling_error_se = NAN};
    out->injury = out_of(p, injuries, sizeof *out->injury);
    out->immune = out_of(p, immune, sizeof *out->immune);
    out->outcome = out_of(p, w->n_hosts * w->m->n_outcomes, sizeof *out->outcome);
    out->clone = out_of(p, clones, sizeof *out->clone);
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
    if (w->together)
        mtl__str_printf(&b, "%sthe host answers to cells", b.len ? ", and " : "");
    if (repairs && !mtl__model_switch_is(w->m, "repair", "bystander"))
        mtl__str_add(&b, " (repair)");
    p->r->host.coupling = b.oom ? NULL : mtl__arena_strdup(&p->r->arena, b.s ? b.s : "");
    mtl__str_free(&b);
    return p->r->host.coupling ? 0 : MTL_ERR_MEMORY;
}

static int by_injury(const void *a, const void *b)
{
    return ((const mtl__injury_result *)a)->injury - ((const mtl__injury_result *)b)->injury;
}

int mtl__reduce_hosts(mtl__plan *p, mtl_error *err)
{
    gathering g = {.p = p, .x = malloc(((size_t)p->R + 1) * sizeof *g.x)};
    int ret = g.x && count_results(p) == 0 && describe(p) == 0 ? 0 : mtl__nomem(err);
    for (g.host = 0; ret == 0 && g.host < p->world->n_hosts; g.host++) {
        ret = injuries_of(&g, err);
        if (ret == 0 && (immune_of(&g) < 0 || outcomes_of(&g) < 0 || clones_of(&g) < 0))
            ret = mtl__nomem(err);
    }
    if (ret == 0 && p->r->host.n_injuries > 1) /* as they stand in the scenario: by date */
        qsort(p->r->host.injury, (size_t)p->r->host.n_injuries, sizeof *p->r->host.injury,
              by_injury);
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
            const float *damage = x->injury + (i * (size_t)s->n_injuries + (size_t)k) * PARTS * nt;
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
