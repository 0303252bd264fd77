/* SPDX-License-Identifier: MIT */
/* One replicate: every inoculum simulated on its own stream, its cells added up by pair of body and
   donor, samples taken and read. Replicate r of the band of unknowns first draws every unknown from
   its prior on the stream of the parameter's name, and builds its own world. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/run_internal.h"

typedef struct scene { /* a world with what is looked up in it again and again */
    mtl__world *world;
    bool own;
    mtl__state *state;
    double *growth_cells; /* [host person][organ index in `looked`][time] nucleated host cells */
    mtl__view *view;      /* [n_samples] */
    mtl__qpcr *qpcr;      /* [n_samples] */
} scene;

struct mtl__worker {
    const mtl__plan *p;
    scene base;
    mtl_model *model; /* copy for the unknowns */
    double *saved;    /* its values as set */
    int64_t *counts;
    double *cox;
    double *fraction; /* [n_samples][n_people] */
    double *donor_fraction;
    int *copies;
    size_t cap_counts, cap_cox;
    mtl__done done;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    return mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, &a, sizeof a), &b, sizeof b);
}

/* ---------------------------------------------------------------- scene */
static void scene_free(scene *c, int n_samples)
{
    mtl__state_free(c->state);
    for (int k = 0; c->view && k < n_samples; k++)
        mtl__view_free(&c->view[k]);
    free(c->view);
    free(c->qpcr);
    free(c->growth_cells);
    if (c->own)
        mtl__world_free(c->world);
    *c = (scene){0};
}

static int scene_fill(scene *c, const mtl__plan *p, mtl_error *err)
{
    const mtl_result *r = p->r;
    const mtl_scenario *s = r->s;
    MTL_TRY(mtl__state_new(&c->state, c->world->process, 32, err));
    c->view = calloc((size_t)s->n_samples + 1, sizeof *c->view);
    c->qpcr = calloc((size_t)s->n_samples + 1, sizeof *c->qpcr);
    c->growth_cells = malloc(((size_t)s->n_people * (size_t)r->n_watched * (size_t)r->n_times + 1) *
                             sizeof *c->growth_cells);
    if (!c->view || !c->qpcr || !c->growth_cells)
        return mtl__nomem(err);
    for (int k = 0; k < s->n_samples; k++) {
        const mtl__sample *x = &s->sample[k];
        MTL_TRY(mtl__view_new(&c->view[k], c->world, err));
        MTL_TRY(mtl__look(c->world, x->person, x->organ,
                          x->assay >= 0 ? r->m->assay[x->assay].subset : "", x->t, &c->view[k],
                          err));
        if (x->assay >= 0)
            MTL_TRY(mtl__sample_qpcr(c->world, x, &c->qpcr[k], err));
    }
    for (int h = 0; h < s->n_people; h++)
        for (int w = 0; w < r->n_watched; w++)
            for (int k = 0; k < r->n_times; k++) {
                double cells = 0;
                if (c->world->body_of[h] >= 0)
                    MTL_TRY(
                        mtl__host_cells(c->world, h, r->watched[w], r->time[k], &cells, NULL, err));
                c->growth_cells[((size_t)h * (size_t)r->n_watched + (size_t)w) *
                                    (size_t)r->n_times +
                                (size_t)k] = cells;
            }
    return 0;
}

static int room(mtl__worker *w, const mtl__process *p, mtl_error *err)
{
    const size_t nt = (size_t)w->p->r->n_times;
    if (mtl__grow(&w->counts, &w->cap_counts, nt * (size_t)p->n_types + 1, sizeof *w->counts) < 0 ||
        mtl__grow(&w->cox, &w->cap_cox, nt * (size_t)p->n_cox + 1, sizeof *w->cox) < 0)
        return mtl__nomem(err);
    return 0;
}

int mtl__worker_new(mtl__worker **out, const mtl__plan *p, mtl_error *err)
{
    *out = NULL;
    mtl__worker *w = calloc(1, sizeof *w);
    if (!w)
        return mtl__nomem(err);
    const size_t ns = (size_t)p->r->s->n_samples + 1, np = (size_t)p->r->s->n_people + 1;
    w->p = p;
    w->base.world = p->world;
    w->fraction = calloc(ns * np, sizeof *w->fraction);
    w->donor_fraction = calloc(np, sizeof *w->donor_fraction);
    w->copies = calloc(np, sizeof *w->copies);
    int ret = w->fraction && w->donor_fraction && w->copies ? 0 : mtl__nomem(err);
    if (ret == 0)
        ret = scene_fill(&w->base, p, err);
    if (ret == 0)
        ret = room(w, p->world->process, err);
    if (ret == 0 && p->r->n_bands > 1) {
        w->model = mtl_model_copy(p->r->m);
        w->saved = calloc((size_t)p->r->m->n_params + 1, sizeof *w->saved);
        if (!w->model || !w->saved)
            ret = mtl__nomem(err);
        for (int i = 0; ret == 0 && i < p->r->m->n_params; i++)
            w->saved[i] = p->r->m->param[i].value;
    }
    if (ret < 0) {
        mtl__worker_free(w);
        return ret;
    }
    *out = w;
    return 0;
}

void mtl__worker_free(mtl__worker *w)
{
    if (!w)
        return;
    scene_free(&w->base, w->p->r->s->n_samples);
    mtl_model_free(w->model);
    free(w->saved);
    free(w->counts);
    free(w->cox);
    free(w->fraction);
    free(w->donor_fraction);
    free(w->copies);
    free(w);
}

void mtl__worker_report(const mtl__worker *w, mtl__done *done)
{
    done->split = done->split || w->done.split;
    done->exact = done->exact || w->done.exact;
    done->leap = done->leap || w->done.leap;
    done->events += w->done.events;
}

/* The unknowns of replicate `number`, each on the stream of its own name. */
static void draw_unknowns(mtl__plan *p, mtl__worker *w, int index, uint64_t number)
{
    for (int k = 0; k < p->n_drawn; k++) {
        const int i = p->drawn_param[k];
        mtl__rng rng;
        mtl__rng_stream(&rng, p->r->opts.seed, mtl__hash(w->model->param[i].name), number,
                        mtl__hash("prior"));
        w->model->param[i].value = w->saved[i];
        const double v = mtl__param_draw(&w->model->param[i], mtl__rng_unit(&rng));
        w->model->param[i].value = v;
        p->drawn[(size_t)i * (size_t)p->R + (size_t)index] = (float)v;
    }
    mtl__model_refresh(w->model);
}

/* ---------------------------------------------------------------- what an inoculum adds */
static void add_levels(const mtl__plan *p, const mtl__worker *w, const scene *c, int band,
                       int index, int pair)
{
    const mtl_result *r = p->r;
    const mtl__process *q = c->world->process;
    const int host = r->pair[pair].host, body = c->world->body_of[host];
    const size_t R = (size_t)p->R;
    for (int o = 0; o < r->n_watched; o++) {
        float *to = p->raw[band].level +
                    ((size_t)pair * (size_t)r->n_watched + (size_t)o) * (size_t)r->n_times * R;
        const double *cells = c->growth_cells + ((size_t)host * (size_t)r->n_watched + (size_t)o) *
                                                    (size_t)r->n_times;
        for (int k = 0; k < r->n_times; k++) {
            if (r->time[k] < r->pair[pair].t_start || !(cells[k] > 0))
                continue;
            const double n = mtl__cells_in(c->world, body, r->watched[o],
                                           w->counts + (size_t)k * (size_t)q->n_types,
                                           w->cox + (size_t)k * (size_t)q->n_cox);
            to[(size_t)k * R + (size_t)index] += (float)(1e6 * n / cells[k]);
        }
    }
}

static void add_final(const mtl__plan *p, const mtl__worker *w, const scene *c, int band, int index,
                      int pair)
{
    const mtl_result *r = p->r;
    const mtl__process *q = c->world->process;
    const int host = r->pair[pair].host, body = c->world->body_of[host];
    for (int o = 0; o < r->m->n_organs; o++) {
        if (o != r->m->blood && (r->m->organ[o].sampling_only || mtl__organ_is_blood(r->m, o)))
            continue;
        double cells;
        if (mtl__host_cells(c->world, host, o, r->t_final, &cells, NULL, NULL) < 0 || !(cells > 0))
            continue;
        const double n =
            mtl__cells_in(c->world, body, o, w->counts + (size_t)p->final_at * (size_t)q->n_types,
                          w->cox + (size_t)p->final_at * (size_t)q->n_cox);
        p->raw[band].final[((size_t)pair * (size_t)r->m->n_organs + (size_t)o) * (size_t)p->R +
                           (size_t)index] += (float)(1e6 * n / cells);
    }
}

static void add_cells(const mtl__plan *p, const mtl__worker *w, const scene *c, int index, int pair)
{
    const mtl_result *r = p->r;
    const mtl__process *q = c->world->process;
    const mtl__body *b = &c->world->body[c->world->body_of[r->pair[pair].host]];
    for (int x = 0; x < p->n_places; x++) {
        const int organ = p->place[x].organ, kind = p->place[x].kind;
        const int type = b->type[kind * r->m->n_organs + organ];
        const int cox = organ == r->m->blood ? b->cox[kind] : -1;
        if (type < 0 && cox < 0)
            continue;
        float *to = p->cells + ((size_t)pair * (size_t)p->n_places + (size_t)x) *
                                   (size_t)r->n_coarse * (size_t)p->R;
        for (int k = 0; k < r->n_coarse; k++) {
            const size_t at = (size_t)p->coarse_at[k];
            const double n = cox >= 0 ? w->cox[at * (size_t)q->n_cox + (size_t)cox]
                                      : (double)w->counts[at * (size_t)q->n_types + (size_t)type];
            to[(size_t)k * (size_t)p->R + (size_t)index] += (float)n;
        }
    }
}

static void add_samples(const mtl__plan *p, mtl__worker *w, const scene *c, int donor)
{
    const mtl_result *r = p->r;
    const mtl__process *q = c->world->process;
    for (int k = 0; k < r->s->n_samples; k++) {
        if (r->s->sample[k].person == donor)
            continue;
        const int64_t *n = w->counts + (size_t)p->sample_at[k] * (size_t)q->n_types;
        const double *y = w->cox + (size_t)p->sample_at[k] * (size_t)q->n_cox;
        double sum = 0;
        for (int i = 0; i < q->n_types; i++)
            if (n[i])
                sum += c->view[k].see_type[i] * (double)n[i];
        for (int i = 0; i < q->n_cox; i++)
            sum += c->view[k].see_cox[i] * y[i];
        w->fraction[(size_t)k * (size_t)r->s->n_people + (size_t)donor] += sum;
    }
}

static int run_inoculum(mtl__plan *p, mtl__worker *w, const scene *c, int band, int index,
                        uint64_t number, int refine, const mtl__inoculum *x, bool keep,
                        mtl_error *err)
{
    const mtl_result *r = p->r;
    const mtl__process *q = c->world->process;
    memset(w->counts, 0, (size_t)r->n_times * (size_t)q->n_types * sizeof *w->counts);
    memset(w->cox, 0, (size_t)r->n_times * (size_t)q->n_cox * sizeof *w->cox);
    const mtl__sim_opts o = {
        .solver = r->opts.solver == MTL_SOLVER_EXACT  ? MTL__EXACT
                  : r->opts.solver == MTL_SOLVER_LEAP ? MTL__LEAP
                                                      : MTL__AUTO,
        .step_days = r->opts.step_days,
        .refine = refine,
        .max_events =
            200000000, /* half a minute of one inoculum: beyond it, exact is the wrong tool */
    };
    const mtl__rng_key key = {r->opts.seed, r->s->person[x->donor].key, number, x->key};
    MTL_TRY(mtl__simulate(q, &x->source, &o, &key, c->state, r->n_times, r->time, w->counts, w->cox,
                          err));
    w->done.split = w->done.split || c->state->split;
    w->done.exact = w->done.exact || c->state->used[MTL__EXACT];
    w->done.leap = w->done.leap || c->state->used[MTL__LEAP];
    w->done.events += c->state->ledger.events;
    add_samples(p, w, c, x->donor);
    for (int k = 0; keep && k < r->n_pairs; k++) {
        if (r->pair[k].donor != x->donor || c->world->body_of[r->pair[k].host] < 0)
            continue;
        add_levels(p, w, c, band, index, k);
        add_final(p, w, c, band, index, k);
        if (band == MTL__CHANCE)
            add_cells(p, w, c, index, k);
    }
    return 0;
}

/* ---------------------------------------------------------------- samples */
static int read_sample(mtl__plan *p, mtl__worker *w, const scene *c, int band, int index,
                       uint64_t number, int k, mtl_error *err)
{
    const mtl_result *r = p->r;
    const mtl__sample *x = &r->s->sample[k];
    const double *fraction = w->fraction + (size_t)k * (size_t)r->s->n_people;
    const size_t at = (size_t)k * (size_t)p->R + (size_t)index;
    double seen = 0;
    int n = 0;
    for (int d = 0; d < r->s->n_people; d++) {
        if (!mtl__sample_sees(c->world, x, d))
            continue;
        w->donor_fraction[n] = fraction[d];
        w->copies[n++] = 1;
        seen += fraction[d];
    }
    for (int i = 0; i < n;
         i++) /* foreign cells per host cell become shares of all cells in the tube */
        w->donor_fraction[i] /= seen > 1 ? seen : 1;
    p->raw[band].fraction[at] = (float)seen;
    p->raw[band].per_mL[at] = (float)(seen * c->view[k].cells_per_mL);
    if (x->assay < 0)
        return 0;
    const mtl__composition tube = {n, w->donor_fraction, w->copies};
    uint64_t source = mix(mtl__hash("sample"), mtl__hash(r->m->organ[x->organ].name));
    source =
        mix(mtl__hash_bytes(source, &x->t, sizeof x->t), mtl__hash(r->m->assay[x->assay].name));
    mtl__rng rng;
    mtl__rng_stream(&rng, r->opts.seed, r->s->person[x->person].key, number, source);
    int hits, ret;
    if (band == MTL__CHANCE &&
        index == 0) { /* the reading that is shown, with interval and limits */
        ret = mtl__qpcr_simulate(&c->qpcr[k], &tube, &rng, NULL, &r->assay[k].shown);
        hits = r->assay[k].shown.hits;
    } else {
        ret = mtl__qpcr_draw(&c->qpcr[k], &tube, &rng, NULL, &hits, NULL);
    }
    if (ret < 0)
        return mtl__fail_at(err, ret, r->s->file, x->line, x->column, "sample",
                            "the assay cannot be simulated: %g of the genomes are a donor's", seen);
    p->raw[band].positive[at] = hits >= c->qpcr[k].threshold;
    return 0;
}

/* Level of the children's cells (else of all donors) in the answer's organ at the end: what the
   splitting error is measured on. */
static double answer_level(const mtl__plan *p, int band, int index)
{
    const mtl_result *r = p->r;
    const int organ = mtl__answer_organ(r);
    double sum = 0;
    for (int k = 0; k < r->n_pairs; k++)
        if (r->pair[k].host == r->s->focus)
            sum += (double)p->raw[band]
                       .final[((size_t)k * (size_t)r->m->n_organs + (size_t)organ) * (size_t)p->R +
                              (size_t)index];
    return sum;
}

static int run_scene(mtl__plan *p, mtl__worker *w, const scene *c, int band, int index,
                     uint64_t number, int refine, mtl_error *err)
{
    const mtl_result *r = p->r;
    memset(w->fraction, 0, (size_t)r->s->n_samples * (size_t)r->s->n_people * sizeof *w->fraction);
    for (int k = 0; k < c->world->n_inocula; k++)
        MTL_TRY(
            run_inoculum(p, w, c, band, index, number, refine, &c->world->inoculum[k], true, err));
    for (int k = 0; k < r->s->n_samples; k++)
        MTL_TRY(read_sample(p, w, c, band, index, number, k, err));
    return 0;
}

int mtl__replicate(mtl__plan *p, mtl__worker *w, int band, int index, int refine, double *level,
                   mtl_error *err)
{
    const uint64_t number = (uint64_t)p->r->opts.first_replicate + (uint64_t)index;
    int ret;
    if (band == MTL__CHANCE) {
        ret = run_scene(p, w, &w->base, band, index, number, refine, err);
    } else {
        scene own = {.own = true};
        draw_unknowns(p, w, index, number);
        ret = mtl__world_new(&own.world, p->r->s, w->model, err);
        if (ret == 0)
            ret = scene_fill(&own, p, err);
        if (ret == 0)
            ret = room(w, own.world->process, err);
        if (ret == 0)
            ret = run_scene(p, w, &own, band, index, number, refine, err);
        scene_free(&own, p->r->s->n_samples);
    }
    if (ret == 0 && level)
        *level = answer_level(p, band, index);
    return ret;
}
