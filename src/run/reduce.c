/* SPDX-License-Identifier: MIT */
/* From replicates to bands: quantiles by sorting each cell's replicates, the share of replicates in
   which cells are present, assays, carriage by organ, and which unknown moves the answer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/run_internal.h"

static int by_float(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* Quantile by linear interpolation between order statistics (Hyndman & Fan's definition 7). */
static float quantile(const float *sorted, int n, double q)
{
    const double at = q * (n - 1);
    const int i = (int)at;
    if (i + 1 >= n)
        return sorted[n - 1];
    return (float)(sorted[i] + (at - i) * ((double)sorted[i + 1] - (double)sorted[i]));
}

/* `whole`: nucleated cells behind the level, to turn a level in blood into P(at least one cell
   there); 0 = counts, present when above zero. Sorts x. */
mtl__band mtl__band_of(float *x, int n, double whole)
{
    double sum = 0, present = 0;
    bool sorted = true; /* most often all are 0 */
    for (int i = 0; i < n; i++) {
        sorted = sorted && (i == 0 || x[i - 1] <= x[i]);
        sum += (double)x[i];
        present += whole > 0 ? -mtl__expm1(-(double)x[i] * 1e-6 * whole) : x[i] > 0;
    }
    if (!sorted)
        qsort(x, (size_t)n, sizeof *x, by_float);
    return (mtl__band){
        .mean = (float)(sum / n),
        .q025 = quantile(x, n, 0.025),
        .q250 = quantile(x, n, 0.25),
        .q500 = quantile(x, n, 0.5),
        .q750 = quantile(x, n, 0.75),
        .q975 = quantile(x, n, 0.975),
        .p_present = (float)(present / n),
    };
}

/* ---------------------------------------------------------------- pairs */
static double blood_cells(const mtl__plan *p, int host, int organ, double t)
{
    double cells = 0;
    if (mtl__organ_is_blood(p->r->m, organ))
        (void)mtl__host_cells(p->world, host, organ, t, &cells, NULL, NULL);
    return cells;
}

static int reduce_pair(mtl__plan *p, int k)
{
    mtl_result *r = p->r;
    mtl__pair *pair = &r->pair[k];
    const size_t R = (size_t)p->R, nt = (size_t)r->n_times, nw = (size_t)r->n_watched,
                 no = (size_t)r->m->n_organs;
    for (int b = 0; b < r->n_bands; b++) {
        pair->level[b] = mtl__arena_alloc(&r->arena, (nw * nt + 1) * sizeof *pair->level[b]);
        pair->final[b] = mtl__arena_alloc(&r->arena, (no + 1) * sizeof *pair->final[b]);
        if (!pair->level[b] || !pair->final[b])
            return MTL_ERR_MEMORY;
        for (size_t w = 0; w < nw; w++)
            for (size_t t = 0; t < nt; t++)
                pair->level[b][w * nt + t] =
                    mtl__band_of(p->raw[b].level + (((size_t)k * nw + w) * nt + t) * R, p->R,
                                 blood_cells(p, pair->host, r->watched[w], r->time[t]));
        for (size_t o = 0; o < no; o++) {
            /* `final` is read again by replicate: sort a copy */
            float *x = p->raw[b].final + ((size_t)k * no + o) * R;
            float *copy = malloc(R * sizeof *copy);
            if (!copy)
                return MTL_ERR_MEMORY;
            memcpy(copy, x, R * sizeof *copy);
            pair->final[b][o] =
                mtl__band_of(copy, p->R, blood_cells(p, pair->host, (int)o, r->t_final));
            free(copy);
        }
    }
    const size_t nk = (size_t)r->m->n_kinds, nc = (size_t)r->n_coarse;
    const int slot = p->cells_slot[k];
    if (slot < 0)
        return 0;
    pair->cells = mtl__arena_alloc(&r->arena, (no * nk * nc + 1) * sizeof *pair->cells);
    if (!pair->cells)
        return MTL_ERR_MEMORY;
    for (int x = 0; x < p->n_places; x++)
        for (size_t c = 0; c < nc; c++) {
            const size_t to = ((size_t)p->place[x].organ * nk + (size_t)p->place[x].kind) * nc + c;
            const bool expected = r->m->kind[p->place[x].kind].class_ != MTL__SEED;
            pair->cells[to] = mtl__band_of(
                p->cells + (((size_t)slot * (size_t)p->n_places + (size_t)x) * nc + c) * R, p->R,
                expected ? 1e6 : 0);
        }
    return 0;
}

/* ---------------------------------------------------------------- carriage */
/* P(at least one cell of a pair in an organ) in one replicate: 0 or 1 for counts, by the Poisson
   law for intensities in the blood. */
static double present(const mtl__plan *p, int band, int pair, int organ, int index)
{
    const mtl_result *r = p->r;
    const double x =
        (double)p->raw[band]
            .final[((size_t)pair * (size_t)r->m->n_organs + (size_t)organ) * (size_t)p->R +
                   (size_t)index];
    const double whole = blood_cells(p, r->pair[pair].host, organ, r->t_final);
    return whole > 0 ? -mtl__expm1(-x * 1e-6 * whole) : x > 0;
}

/* P(at least one cell of a pair anywhere in the body). */
static double anywhere(const mtl__plan *p, int band, int pair)
{
    double sum = 0;
    for (int i = 0; i < p->R; i++) {
        double none = 1;
        for (int o = 0; o < p->r->m->n_organs && none > 0; o++)
            none *= 1 - present(p, band, pair, o, i);
        sum += 1 - none;
    }
    return sum / p->R;
}

static int pair_of(const mtl_result *r, int host, int donor)
{
    for (int k = 0; k < r->n_pairs; k++)
        if (r->pair[k].host == host && r->pair[k].donor == donor)
            return k;
    return -1;
}

static void carriage_band(const mtl__plan *p, int band, mtl__carriage *c)
{
    const mtl_result *r = p->r;
    double any = 0, every = 0;
    for (int i = 0; i < p->R; i++) {
        double none = 1, all = 1;
        for (int k = 0; k < r->n_children; k++) {
            const int pair = pair_of(r, c->host, r->children[k]);
            const double x = pair >= 0 ? present(p, band, pair, c->organ, i) : 0;
            none *= 1 - x;
            all *= x;
            if (band == MTL__CHANCE)
                c->p_each[k] += x / p->R;
        }
        any += 1 - none;
        every += all;
    }
    *(band == MTL__CHANCE ? &c->p_any : &c->p_any_unknowns) = any / p->R;
    *(band == MTL__CHANCE ? &c->p_every : &c->p_every_unknowns) = every / p->R;
}

static int reduce_carriage(mtl__plan *p)
{
    mtl_result *r = p->r;
    if (r->n_children == 0)
        return 0;
    r->carriage = mtl__arena_alloc(&r->arena, ((size_t)r->m->n_organs + 1) * sizeof *r->carriage);
    if (!r->carriage)
        return MTL_ERR_MEMORY;
    for (int o = 0; o < r->m->n_organs; o++) {
        bool used = o == r->m->blood;
        for (int x = 0; x < p->n_places; x++)
            used = used || p->place[x].organ == o;
        if (!used)
            continue;
        mtl__carriage *c = &r->carriage[r->n_carriages++];
        *c = (mtl__carriage){.host = r->s->focus,
                             .organ = o,
                             .n_children = r->n_children,
                             .p_any_unknowns = NAN,
                             .p_every_unknowns = NAN};
        c->p_each = mtl__arena_alloc(&r->arena, ((size_t)r->n_children + 1) * sizeof *c->p_each);
        if (!c->p_each)
            return MTL_ERR_MEMORY;
        for (int b = 0; b < r->n_bands; b++)
            carriage_band(p, b, c);
    }
    return 0;
}

/* ---------------------------------------------------------------- assays */
static int reduce_assays(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    for (int k = 0; k < r->n_assays; k++) {
        mtl__assay_result *a = &r->assay[k];
        double cells, per_mL;
        MTL_TRY(mtl__host_cells(p->world, r->s->sample[k].person, r->s->sample[k].organ,
                                r->s->sample[k].t, &cells, &per_mL, err));
        a->mean_per_mL = isfinite(per_mL) ? 0 : NAN;
        a->mean_fraction = 0;
        for (int b = 0; b < r->n_bands; b++) {
            const size_t at = (size_t)k * (size_t)p->R;
            a->fraction[b] = p->raw[b].fraction + at;
            a->per_mL[b] = isfinite(per_mL) ? p->raw[b].per_mL + at : NULL;
            a->positive[b] = p->raw[b].positive + at;
            double positive = 0;
            for (int i = 0; i < p->R; i++) {
                positive += a->positive[b][i];
                if (b == MTL__CHANCE) {
                    a->mean_fraction += (double)a->fraction[b][i] / p->R;
                    if (a->per_mL[b])
                        a->mean_per_mL += (double)a->per_mL[b][i] / p->R;
                }
            }
            a->p_positive[b] = r->s->sample[k].assay >= 0 ? positive / p->R : NAN;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- which unknown matters */
static int by_effect(const void *a, const void *b)
{
    const double x = fabs(((const mtl__leaning *)a)->effect),
                 y = fabs(((const mtl__leaning *)b)->effect);
    if (x != y)
        return x < y ? 1 : -1;
    return ((const mtl__leaning *)a)->param - ((const mtl__leaning *)b)->param;
}

typedef struct keyed {
    float value;
    int index;
} keyed;

static int by_value(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value ? 1 : x->index - y->index;
}

/* The answer in one replicate: P(any child's, else any donor's, cell in the answer's organ). */
static double answer_in(const mtl__plan *p, int band, int index)
{
    const mtl_result *r = p->r;
    const int organ = mtl__answer_organ(r);
    double none = 1;
    for (int k = 0; k < r->n_pairs; k++)
        if (mtl__answer_counts(r, k))
            none *= 1 - present(p, band, k, organ, index);
    return 1 - none;
}

static int reduce_leanings(mtl__plan *p)
{
    mtl_result *r = p->r;
    const int n = p->R, third = n / 3;
    double *answer = malloc(((size_t)n + 1) * sizeof *answer);
    keyed *order = malloc(((size_t)n + 1) * sizeof *order);
    r->leaning = mtl__arena_alloc(&r->arena, ((size_t)p->n_drawn + 1) * sizeof *r->leaning);
    if (!answer || !order || !r->leaning) {
        free(answer);
        free(order);
        return MTL_ERR_MEMORY;
    }
    for (int b = 0; b < r->n_bands; b++) {
        r->answer[b] = 0;
        for (int i = 0; i < n; i++) {
            answer[i] = answer_in(p, b, i);
            r->answer[b] += answer[i] / n;
        }
    }
    for (int k = 0; r->n_bands > 1 && third > 0 && k < p->n_drawn; k++) {
        const int param = p->drawn_param[k];
        for (int i = 0; i < n; i++)
            order[i] = (keyed){p->drawn[(size_t)param * (size_t)n + (size_t)i], i};
        qsort(order, (size_t)n, sizeof *order, by_value);
        mtl__leaning *l = &r->leaning[r->n_leanings++];
        *l = (mtl__leaning){.param = param};
        for (int i = 0; i < third; i++) {
            l->low_answer += answer[order[i].index] / third;
            l->high_answer += answer[order[n - 1 - i].index] / third;
        }
        l->effect = l->high_answer - l->low_answer;
    }
    if (r->n_leanings > 1)
        qsort(r->leaning, (size_t)r->n_leanings, sizeof *r->leaning, by_effect);
    free(answer);
    free(order);
    return 0;
}

int mtl__reduce(mtl__plan *p, mtl_error *err)
{
    MTL_TRY(reduce_assays(p, err));
    int ret = reduce_carriage(p);
    if (ret == 0)
        ret = mtl__reduce_hosts(p, err);
    if (ret == 0)
        ret = reduce_leanings(p);
    for (int b = 0; b < p->r->n_bands; b++)
        p->r->final_each[b] = p->raw[b].final;
    for (int k = 0; ret == 0 && k < p->r->n_pairs; k++) {
        for (int b = 0; b < MTL__N_BANDS; b++)
            p->r->pair[k].p_anywhere[b] = b < p->r->n_bands ? anywhere(p, b, k) : NAN;
        ret = reduce_pair(p, k);
    }
    return ret < 0 ? mtl__nomem(err) : 0;
}
