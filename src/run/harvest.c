/* SPDX-License-Identifier: MIT */
/* What an inoculum leaves, added up by pair of body and donor: levels in the watched organs over
   time, all organs at the end, cells by kind at the coarse dates, shares in samples. An inoculum
   knows only the bodies it can reach, and only those are looked at. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/run_internal.h"

/* ---------------------------------------------------------------- what a world shows */
static double *slice(mtl__arena *a, const double *from, int i0, int i1)
{
    double *x = mtl__arena_alloc(a, ((size_t)(i1 - i0) + 1) * sizeof *x);
    if (x && i1 > i0)
        memcpy(x, from + i0, (size_t)(i1 - i0) * sizeof *x);
    return x;
}

static int see_samples(mtl__stage *out, const mtl__plan *p, mtl_error *err)
{
    const mtl_result *r = p->r;
    mtl__view v = {0};
    int ret = mtl__view_new(&v, out->world, err);
    for (int k = 0; ret == 0 && k < r->s->n_samples; k++) {
        const mtl__sample *x = &r->s->sample[k];
        const int b = out->world->body_of[x->person];
        ret = mtl__look(out->world, x->person, x->organ,
                        x->assay >= 0 ? r->m->assay[x->assay].subset : "", x->t, &v, err);
        out->per_mL[k] = v.cells_per_mL;
        if (ret < 0 || b < 0)
            continue;
        const mtl__body *body = &out->world->body[b];
        out->see_type[k] = slice(&out->arena, v.see_type, body->type0, body->type1);
        out->see_cox[k] = slice(&out->arena, v.see_cox, body->cox0, body->cox1);
        if (!out->see_type[k] || !out->see_cox[k])
            ret = mtl__nomem(err);
    }
    mtl__view_free(&v);
    return ret;
}

static double *host_cells(const mtl__plan *p, const mtl__stage *s, int host)
{
    const mtl_result *r = p->r;
    return s->host_cells + (size_t)host * (size_t)r->n_watched * (size_t)r->n_times;
}

int mtl__stage_new(mtl__stage *out, const mtl__plan *p, const mtl__world *w, mtl_error *err)
{
    const mtl_result *r = p->r;
    const size_t ns = (size_t)r->s->n_samples + 1;
    *out = (mtl__stage){.world = w};
    mtl__arena_init(&out->arena, 0);
    out->see_type = mtl__arena_alloc(&out->arena, ns * sizeof *out->see_type);
    out->see_cox = mtl__arena_alloc(&out->arena, ns * sizeof *out->see_cox);
    out->per_mL = mtl__arena_alloc(&out->arena, ns * sizeof *out->per_mL);
    out->host_cells = mtl__arena_alloc(
        &out->arena, ((size_t)r->s->n_people * (size_t)r->n_watched * (size_t)r->n_times + 1) *
                         sizeof *out->host_cells);
    int ret = out->see_type && out->see_cox && out->per_mL && out->host_cells ? 0 : mtl__nomem(err);
    for (int h = 0; ret == 0 && h < r->s->n_people; h++) {
        if (w->body_of[h] < 0 || p->host_pair0[h] == p->host_pair0[h + 1])
            continue;
        double *cells = host_cells(p, out, h);
        for (int o = 0; o < r->n_watched && ret == 0; o++)
            for (int k = 0; k < r->n_times && ret == 0; k++)
                ret =
                    mtl__host_cells(w, h, r->watched[o], r->time[k],
                                    &cells[(size_t)o * (size_t)r->n_times + (size_t)k], NULL, err);
    }
    if (ret == 0)
        ret = see_samples(out, p, err);
    if (ret < 0)
        mtl__stage_free(out);
    return ret;
}

void mtl__stage_free(mtl__stage *s)
{
    mtl__arena_free(&s->arena);
    *s = (mtl__stage){0};
}

/* ---------------------------------------------------------------- one life */
int mtl__harvest_new(mtl__harvest *out, const mtl__plan *p, mtl_error *err)
{
    const mtl_scenario *s = p->r->s;
    const mtl__world *w = p->world;
    size_t types = 0, coxes = 0, n = 0;
    *out = (mtl__harvest){0};
    for (int b = 0; b < w->n_bodies; b++) {
        types = (size_t)mtl__max((double)types, w->body[b].type1 - w->body[b].type0);
        coxes = (size_t)mtl__max((double)coxes, w->body[b].cox1 - w->body[b].cox0);
    }
    out->sample0 = calloc((size_t)s->n_samples + 2, sizeof *out->sample0);
    out->n = calloc(types + 1, sizeof *out->n);
    out->y = calloc(coxes + 1, sizeof *out->y);
    for (int k = 0; out->sample0 && k < s->n_samples; k++) {
        const int host = s->sample[k].person;
        n += (size_t)(p->host_pair0[host + 1] - p->host_pair0[host]);
        out->sample0[k + 1] = n;
    }
    out->fraction = calloc(n + 1, sizeof *out->fraction);
    out->n_fractions = n;
    if (out->sample0 && out->n && out->y && out->fraction)
        return 0;
    mtl__harvest_free(out);
    return mtl__nomem(err);
}

void mtl__harvest_free(mtl__harvest *t)
{
    free(t->sample0);
    free(t->fraction);
    free(t->n);
    free(t->y);
    *t = (mtl__harvest){0};
}

void mtl__harvest_begin(mtl__harvest *t)
{
    memset(t->fraction, 0, t->n_fractions * sizeof *t->fraction);
}

const double *mtl__harvest_fractions(const mtl__harvest *t, int sample)
{
    return t->fraction + t->sample0[sample];
}

/* ---------------------------------------------------------------- one inoculum in one body */
typedef struct here {
    const mtl__part *part;
    const int64_t *counts;
    const double *cox;
    int type0, type1, cox0, cox1; /* of the part, those of the body */
    int body, host, pair;
} here;

/* The body's own counts and intensities at a time, for as long as they are looked at. */
static void unfold(mtl__harvest *t, const mtl__world *w, const here *h, size_t k)
{
    const mtl__body *b = &w->body[h->body];
    const int64_t *n = h->counts + k * (size_t)h->part->process.n_types;
    const double *y = h->cox + k * (size_t)h->part->process.n_cox;
    for (int i = h->type0; i < h->type1; i++)
        t->n[h->part->type[i] - b->type0] = n[i];
    for (int i = h->cox0; i < h->cox1; i++)
        t->y[h->part->cox[i] - b->cox0] = y[i];
}

static void fold(mtl__harvest *t, const mtl__world *w, const here *h)
{
    const mtl__body *b = &w->body[h->body];
    for (int i = h->type0; i < h->type1; i++)
        t->n[h->part->type[i] - b->type0] = 0;
    for (int i = h->cox0; i < h->cox1; i++)
        t->y[h->part->cox[i] - b->cox0] = 0;
}

static void add_levels(mtl__harvest *t, const mtl__plan *p, const mtl__stage *s, const here *h,
                       int band, int index, int k)
{
    const mtl_result *r = p->r;
    const size_t R = (size_t)p->R, nt = (size_t)r->n_times;
    const double *cells = host_cells(p, s, h->host);
    for (int o = 0; o < r->n_watched; o++) {
        const double own = cells[(size_t)o * nt + (size_t)k];
        if (!(own > 0))
            continue;
        const size_t row = ((size_t)h->pair * (size_t)r->n_watched + (size_t)o) * nt + (size_t)k;
        p->raw[band].level[row * R + (size_t)index] +=
            (float)(1e6 * mtl__cells_in(s->world, h->body, r->watched[o], t->n, t->y) / own);
    }
}

static void add_final(mtl__harvest *t, const mtl__plan *p, const mtl__stage *s, const here *h,
                      int band, int index)
{
    const mtl_result *r = p->r;
    for (int o = 0; o < r->m->n_organs; o++) {
        if (o != r->m->blood && (r->m->organ[o].sampling_only || mtl__organ_is_blood(r->m, o)))
            continue;
        double cells;
        if (mtl__host_cells(s->world, h->host, o, r->t_final, &cells, NULL, NULL) < 0 ||
            !(cells > 0))
            continue;
        const double n = mtl__cells_in(s->world, h->body, o, t->n, t->y);
        const size_t row = (size_t)h->pair * (size_t)r->m->n_organs + (size_t)o;
        p->raw[band].final[row * (size_t)p->R + (size_t)index] += (float)(1e6 * n / cells);
    }
}

static void add_cells(mtl__harvest *t, const mtl__plan *p, const mtl__stage *s, const here *h,
                      int index, int coarse)
{
    const mtl_result *r = p->r;
    const mtl__body *b = &s->world->body[h->body];
    for (int x = 0; x < p->n_places; x++) {
        const int organ = p->place[x].organ, kind = p->place[x].kind;
        const int type = b->type[kind * r->m->n_organs + organ];
        const int cox = organ == r->m->blood ? b->cox[kind] : -1;
        if (type < 0 && cox < 0)
            continue;
        const size_t row = ((size_t)p->cells_slot[h->pair] * (size_t)p->n_places + (size_t)x) *
                               (size_t)r->n_coarse +
                           (size_t)coarse;
        p->cells[row * (size_t)p->R + (size_t)index] +=
            (float)(cox >= 0 ? t->y[cox - b->cox0] : (double)t->n[type - b->type0]);
    }
}

/* A hash of the counts by the names of kind and organ. Those of a donor's inocula are added up, so
   that their order is no matter and one that leaves no cell changes nothing. Intensities are left
   out: they follow from the counts and from rates, which another hypothesis may change while the
   cells stay the same. */
static void add_fingerprint(const mtl__harvest *t, const mtl__plan *p, const mtl__stage *s,
                            const here *h, int index, int k)
{
    const mtl_result *r = p->r;
    const mtl_model *m = r->m;
    const mtl__body *b = &s->world->body[h->body];
    uint64_t sum = 0;
    for (int kind = 0; kind < m->n_kinds; kind++)
        for (int o = 0; o < m->n_organs; o++) {
            const int type = b->type[kind * m->n_organs + o];
            if (type < 0 || !t->n[type - b->type0])
                continue;
            const uint64_t what[3] = {mtl__hash(m->kind[kind].name), mtl__hash(m->organ[o].name),
                                      (uint64_t)t->n[type - b->type0]};
            uint64_t x = mtl__hash_bytes(MTL_HASH_START, what, sizeof what);
            x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9; /* sums of what is not mixed may cancel */
            x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
            sum += x ^ (x >> 31);
        }
    r->fingerprint[((size_t)h->pair * (size_t)r->n_times + (size_t)k) * (size_t)p->R +
                   (size_t)index] += sum;
}

static void add_over_time(mtl__harvest *t, const mtl__plan *p, const mtl__stage *s, const here *h,
                          int band, int index)
{
    const mtl_result *r = p->r;
    int coarse = 0;
    for (int k = 0; k < r->n_times; k++) {
        const bool at_coarse = coarse < r->n_coarse && p->coarse_at[coarse] == k;
        coarse += at_coarse;
        if (r->time[k] < r->pair[h->pair].t_start && k != p->final_at)
            continue;
        unfold(t, s->world, h, (size_t)k);
        add_levels(t, p, s, h, band, index, k);
        if (r->fingerprint && band == MTL__CHANCE)
            add_fingerprint(t, p, s, h, index, k);
        if (k == p->final_at)
            add_final(t, p, s, h, band, index);
        if (band == MTL__CHANCE && at_coarse && p->cells_slot[h->pair] >= 0)
            add_cells(t, p, s, h, index, coarse - 1);
    }
    fold(t, s->world, h);
}

static void add_samples(mtl__harvest *t, const mtl__plan *p, const mtl__stage *s, const here *h)
{
    const mtl__body *b = &s->world->body[h->body];
    for (int j = p->person_sample0[h->host]; j < p->person_sample0[h->host + 1]; j++) {
        const int k = p->person_sample[j];
        const size_t at = (size_t)p->sample_at[k];
        const int64_t *n = h->counts + at * (size_t)h->part->process.n_types;
        const double *y = h->cox + at * (size_t)h->part->process.n_cox;
        double sum = 0;
        for (int i = h->type0; i < h->type1; i++)
            if (n[i])
                sum += s->see_type[k][h->part->type[i] - b->type0] * (double)n[i];
        for (int i = h->cox0; i < h->cox1; i++)
            sum += s->see_cox[k][h->part->cox[i] - b->cox0] * y[i];
        t->fraction[t->sample0[k] + (size_t)(h->pair - p->host_pair0[h->host])] += sum;
    }
}

void mtl__harvest_add(mtl__harvest *t, mtl__plan *p, const mtl__stage *s, int band, int index,
                      int donor, const mtl__part *part, const int64_t *counts, const double *cox)
{
    here h = {.part = part, .counts = counts, .cox = cox, .body = -1};
    while (mtl__next_body(s->world, part, &h.body, &h.type0, &h.type1, &h.cox0, &h.cox1)) {
        h.host = s->world->body_person[h.body];
        h.pair = mtl__pair_of(p, h.host, donor);
        if (h.pair < 0) /* own cells come home */
            continue;
        add_samples(t, p, s, &h);
        add_over_time(t, p, s, &h, band, index);
    }
}
