/* SPDX-License-Identifier: MIT */
/* What injuries leave: their course with and without foreign cells, how they heal, and the foreign
   cells in the injured organ. Where no cell acts on an injury it is followed in no life: its course
   is that of its host's equations under the parameters of each replicate. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/host_gather.h"

enum { PARTS = MTL__INJURY_PARTS };

bool mtl__acts_on_repair(const mtl_model *m)
{
    return !mtl__model_switch_is(m, "repair", "bystander");
}

bool mtl__repair_needs_lives(const mtl__world *w)
{
    bool injured = false;
    for (int h = 0; h < w->n_hosts; h++)
        injured = injured || w->host[h].spec.n_injuries > 0;
    return injured && w->together && mtl__acts_on_repair(w->m);
}

static int scenario_injury(const mtl_scenario *s, int person, int nth)
{
    for (int k = 0; k < s->n_injuries; k++)
        if (s->injury[k].person == person && nth-- == 0)
            return k;
    return -1;
}

/* ---------------------------------------------------------------- without lives */
/* A date after the last look is not known to a life that is followed, so it is to none. */
static void see_to_the_end(const mtl__plan *p, const mtl__host_spec *s, mtl__heal *heal)
{
    const double end = p->r->time[p->r->n_times - 1];
    for (int k = 0; k < s->n_injuries; k++)
        if (heal[k].tenth_day > end - s->injury[k].t)
            heal[k].tenth_day = NAN;
}

int mtl__keep_injuries(mtl__plan *p, int band, int index, const mtl__world *w, mtl_error *err)
{
    for (int h = 0; h < w->n_hosts; h++) {
        const mtl__host_spec *s = &w->host[h].spec;
        const mtl__wound_raw *x = &p->wound[band][h];
        const size_t n = (size_t)s->n_injuries, i = (size_t)index;
        if (n == 0)
            continue;
        mtl__heal *heal = x->heal + i * n;
        MTL_TRY(mtl__host_alone(w->host[h].plan, p->r->n_times, p->r->time,
                                x->level + i * n * PARTS * (size_t)p->r->n_times, err));
        mtl__host_heal_alone(w->host[h].plan, heal);
        see_to_the_end(p, s, heal);
    }
    return 0;
}

/* ---------------------------------------------------------------- how it heals */
static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Of n sorted numbers, on straight lines between them; NaN beside what never comes. */
static double quantile(const float *x, int n, double q)
{
    const double at = q * (n - 1);
    const int k = (int)at < n - 1 ? (int)at : n - 1;
    if (at <= k)
        return isinf(x[k]) ? NAN : (double)x[k];
    return isinf(x[k + 1]) ? NAN : (double)x[k] + (at - k) * ((double)x[k + 1] - (double)x[k]);
}

static mtl__healing healing(const mtl__gathering *g, const mtl__heal *heal, size_t step)
{
    const int R = g->p->R;
    mtl__healing out = {.mean = 0};
    for (int r = 0; r < R; r++) {
        const mtl__heal *h = &heal[(size_t)r * step];
        out.peak += h->peak / R;
        out.peak_day += h->peak_day / R;
        out.mean += h->tenth_day / R; /* NaN if any is not healed */
        g->x[r] = isnan(h->tenth_day) ? INFINITY : (float)h->tenth_day;
    }
    qsort(g->x, (size_t)R, sizeof *g->x, by_value);
    out.low = quantile(g->x, R, 0.025);
    out.middle = quantile(g->x, R, 0.5);
    out.high = quantile(g->x, R, 0.975);
    return out;
}

/* ---------------------------------------------------------------- cells in the organ */
/* All foreign cells in the injured organ, by replicate. */
static int arrived(const mtl__gathering *g, int person, int organ, mtl__band **out)
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

/* ---------------------------------------------------------------- one injury */
typedef struct alone { /* under the parameters as set */
    float *level;
    mtl__heal *heal;
} alone;

static int one_injury(mtl__gathering *g, int nth, const alone *x, mtl__injury_result *out)
{
    const mtl_result *r = g->p->r;
    const mtl__host_spec *s = &g->p->world->host[g->host].spec;
    const mtl__host_injury *in = &s->injury[nth];
    const size_t nt = (size_t)r->n_times, n = (size_t)s->n_injuries, stride = n * PARTS * nt,
                 at = (size_t)nth * PARTS * nt;
    out->injury = scenario_injury(r->s, s->person, nth);
    out->person = s->person;
    out->coupled = g->p->world->together && mtl__acts_on_repair(r->m);
    out->there = out->came = out->most_day = out->fated = NAN;
    out->p_seed = out->seeds = out->brought_days = NAN;
    for (int k = 0; k < PARTS; k++) {
        out->alone[k] = mtl__result_room(g->p, r->n_times, sizeof *out->alone[k]);
        if (!out->alone[k])
            return MTL_ERR_MEMORY;
        memcpy(out->alone[k], x->level + at + (size_t)k * nt, nt * sizeof *out->alone[k]);
    }
    out->healed_alone = x->heal[nth].tenth_day;
    for (g->band = 0; g->band < r->n_bands; g->band++) {
        const int b = g->band;
        const mtl__wound_raw *raw = g->p->wound[b] ? &g->p->wound[b][g->host] : NULL;
        const float *level = raw ? raw->level : x->level;
        const size_t step = raw ? stride : 0;
        MTL_TRY(mtl__bands_over(g, level, step, at, &out->damage[b]));
        MTL_TRY(mtl__bands_over(g, level, step, at + nt, &out->inflammation[b]));
        MTL_TRY(mtl__bands_over(g, level, step, at + 2 * nt, &out->chemokine[b]));
        out->heal[b] = healing(g, (raw ? raw->heal : x->heal) + nth, raw ? n : 0);
        out->healed_mean[b] = out->heal[b].mean;
        MTL_TRY(arrived(g, s->person, in->organ, &out->arrived[b]));
    }
    return 0;
}

int mtl__injuries_of(mtl__gathering *g, mtl_error *err)
{
    mtl__host_result *out = &g->p->r->host;
    const mtl__followed *h = &g->p->world->host[g->host];
    const size_t n = (size_t)h->spec.n_injuries;
    alone x = {malloc((n * PARTS * (size_t)g->p->r->n_times + 1) * sizeof *x.level),
               malloc((n + 1) * sizeof *x.heal)};
    int ret = x.level && x.heal
                  ? mtl__host_alone(h->plan, g->p->r->n_times, g->p->r->time, x.level, err)
                  : mtl__nomem(err);
    if (ret == 0) {
        mtl__host_heal_alone(h->plan, x.heal);
        see_to_the_end(g->p, &h->spec, x.heal);
    }
    for (int k = 0; ret == 0 && k < h->spec.n_injuries; k++)
        if (one_injury(g, k, &x, &out->injury[out->n_injuries++]) < 0)
            ret = mtl__nomem(err);
    free(x.level);
    free(x.heal);
    return ret;
}
