/* SPDX-License-Identifier: MIT */
/* The scenario without random numbers: expected levels forward in time; P(a sample is positive) and
   P(any cell is left in an organ) backward from it. Inocula are independent given the parameters,
   so that probabilities of silence multiply. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "run/run_internal.h"

static const double RTOL = 1e-8;

/* ---------------------------------------------------------------- expected levels */
static void add_mean_levels(mtl__plan *p, int pair, const double *n, const double *y, mtl__view *v)
{
    mtl_result *r = p->r;
    const mtl__process *q = p->world->process;
    const int host = r->pair[pair].host, body = p->world->body_of[host];
    if (body < 0)
        return;
    for (int o = 0; o < r->n_watched; o++)
        for (int k = 0; k < r->n_times; k++) {
            if (mtl__look(p->world, host, r->watched[o], "", r->time[k], v, NULL) < 0)
                continue;
            double sum = 0;
            for (int i = 0; i < q->n_types; i++)
                sum += v->see_type[i] * n[(size_t)k * (size_t)q->n_types + (size_t)i];
            for (int i = 0; i < q->n_cox; i++)
                sum += v->see_cox[i] * y[(size_t)k * (size_t)q->n_cox + (size_t)i];
            p->raw[0]
                .level[(((size_t)pair * (size_t)r->n_watched + (size_t)o) * (size_t)r->n_times +
                        (size_t)k) *
                       (size_t)p->R] += (float)(1e6 * sum);
        }
}

static void add_mean_final(mtl__plan *p, int pair, const double *n, const double *y, mtl__view *v)
{
    mtl_result *r = p->r;
    const mtl__process *q = p->world->process;
    const int host = r->pair[pair].host;
    n += (size_t)p->final_at * (size_t)q->n_types;
    y += (size_t)p->final_at * (size_t)q->n_cox;
    for (int o = 0; o < r->m->n_organs && p->world->body_of[host] >= 0; o++) {
        if (o != r->m->blood && (r->m->organ[o].sampling_only || mtl__organ_is_blood(r->m, o)))
            continue;
        if (mtl__look(p->world, host, o, "", r->t_final, v, NULL) < 0)
            continue;
        double sum = 0;
        for (int i = 0; i < q->n_types; i++)
            sum += v->see_type[i] * n[i];
        for (int i = 0; i < q->n_cox; i++)
            sum += v->see_cox[i] * y[i];
        p->raw[0].final[((size_t)pair * (size_t)r->m->n_organs + (size_t)o) * (size_t)p->R] +=
            (float)(1e6 * sum);
    }
}

static void add_mean_cells(mtl__plan *p, int pair, const double *n, const double *y)
{
    mtl_result *r = p->r;
    const mtl__process *q = p->world->process;
    const int b = p->world->body_of[r->pair[pair].host];
    const int slot = p->cells_slot[pair];
    for (int x = 0; x < p->n_places && b >= 0 && slot >= 0; x++) {
        const int organ = p->place[x].organ, kind = p->place[x].kind;
        const int type = p->world->body[b].type[kind * r->m->n_organs + organ];
        const int cox = organ == r->m->blood ? p->world->body[b].cox[kind] : -1;
        float *to = p->cells + ((size_t)slot * (size_t)p->n_places + (size_t)x) *
                                   (size_t)r->n_coarse * (size_t)p->R;
        for (int k = 0; k < r->n_coarse && (type >= 0 || cox >= 0); k++) {
            const size_t at = (size_t)p->coarse_at[k];
            to[k] += (float)(cox >= 0 ? y[at * (size_t)q->n_cox + (size_t)cox]
                                      : n[at * (size_t)q->n_types + (size_t)type]);
        }
    }
}

static int forward(mtl__plan *p, mtl__analytic *a, mtl_error *err)
{
    mtl_result *r = p->r;
    const mtl__world *w = p->world;
    const size_t nn = (size_t)r->n_times * (size_t)w->process->n_types,
                 ny = (size_t)r->n_times * (size_t)w->process->n_cox;
    double *n = malloc((nn + 1) * sizeof *n), *y = malloc((ny + 1) * sizeof *y);
    mtl__view v = {0};
    int ret = n && y ? mtl__view_new(&v, w, err) : mtl__nomem(err);
    for (int i = 0; ret == 0 && i < w->n_inocula; i++) {
        memset(n, 0, nn * sizeof *n);
        memset(y, 0, ny * sizeof *y);
        ret =
            mtl__analytic_forward(a, &w->inoculum[i].source, RTOL, r->n_times, r->time, n, y, err);
        for (int k = 0; ret == 0 && k < r->n_pairs; k++) {
            if (r->pair[k].donor != w->inoculum[i].donor)
                continue;
            add_mean_levels(p, k, n, y, &v);
            add_mean_final(p, k, n, y, &v);
            add_mean_cells(p, k, n, y);
        }
    }
    if (ret == 0)
        mtl__shares_fit(p, 0, 0);
    mtl__view_free(&v);
    free(n);
    free(y);
    return ret;
}

/* ---------------------------------------------------------------- samples */
static int samples(mtl__plan *p, mtl__analytic *a, mtl_error *err)
{
    mtl__view v = {0};
    MTL_TRY(mtl__view_new(&v, p->world, err));
    int ret = 0;
    for (int k = 0; k < p->r->n_assays && ret == 0; k++) {
        mtl__assay_result *x = &p->r->assay[k];
        const mtl__sample *s = &p->r->s->sample[k];
        x->shown.hits = -1;
        x->p_positive[0] = NAN;
        double log_none;
        if (s->assay >= 0)
            ret = mtl__sample_positive_by(p->world, a, s, &x->v, RTOL, &v, &x->p_positive[0],
                                          &x->mean_fraction, err);
        else
            ret =
                mtl__sample_silent(p->world, a, s, 1, RTOL, &v, &log_none, &x->mean_fraction, err);
        x->mean_per_mL = ret == 0 ? x->mean_fraction * v.cells_per_mL : NAN;
    }
    mtl__view_free(&v);
    return ret;
}

/* ---------------------------------------------------------------- carriage */
/* P(any cell of the pair's donor is left in the organ, -1 = anywhere, at the end). */
static int present(const mtl__plan *p, mtl__analytic *a, int pair, int organ, mtl__view *v,
                   double *out, mtl_error *err)
{
    const mtl_result *r = p->r;
    const mtl__process *q = p->world->process;
    MTL_TRY(mtl__look(p->world, r->pair[pair].host, organ >= 0 ? organ : r->m->blood, "",
                      r->t_final, v, err));
    for (int i = 0; i < q->n_types; i++)
        v->see_type[i] = mtl__min(1, v->see_type[i] * v->cells);
    for (int i = 0; i < q->n_cox; i++)
        v->see_cox[i] *= v->cells;
    const int b = p->world->body_of[r->pair[pair].host];
    for (int i = 0; organ < 0 && b >= 0 && i < q->n_types; i++) /* the whole body: every cell */
        v->see_type[i] = i >= p->world->body[b].type0 && i < p->world->body[b].type1;
    mtl__sight seen = {0, 0, 0};
    bool *takes = calloc((size_t)r->s->n_people + 1, sizeof *takes);
    if (!takes)
        return mtl__nomem(err);
    takes[r->pair[pair].donor] = true;
    const int ret = mtl__world_sees(p->world, a, r->pair[pair].host, takes, -1, r->t_final,
                                    v->see_type, v->see_cox, 1e-6, false, &seen, NULL, err);
    free(takes);
    *out = -mtl__expm1(seen.log_none);
    return ret;
}

static int fill_bands(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    const size_t nt = (size_t)r->n_times, nw = (size_t)r->n_watched, no = (size_t)r->m->n_organs;
    const size_t nk = (size_t)r->m->n_kinds, nc = (size_t)r->n_coarse;
    const mtl__band unknown = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    for (int k = 0; k < r->n_pairs; k++) {
        mtl__pair *pair = &r->pair[k];
        pair->level[0] = mtl__arena_alloc(&r->arena, (nw * nt + 1) * sizeof *pair->level[0]);
        pair->final[0] = mtl__arena_alloc(&r->arena, (no + 1) * sizeof *pair->final[0]);
        const int slot = p->cells_slot[k];
        if (slot >= 0)
            pair->cells = mtl__arena_alloc(&r->arena, (no * nk * nc + 1) * sizeof *pair->cells);
        if (!pair->level[0] || !pair->final[0] || (slot >= 0 && !pair->cells))
            return mtl__nomem(err);
        for (size_t i = 0; i < nw * nt; i++) {
            pair->level[0][i] = unknown;
            pair->level[0][i].mean = p->raw[0].level[((size_t)k * nw * nt + i) * (size_t)p->R];
        }
        for (size_t i = 0; i < no; i++) {
            pair->final[0][i] = unknown;
            pair->final[0][i].mean = p->raw[0].final[((size_t)k * no + i) * (size_t)p->R];
        }
        for (int x = 0; x < p->n_places && slot >= 0; x++)
            for (size_t c = 0; c < nc; c++) {
                mtl__band *b =
                    &pair->cells[((size_t)p->place[x].organ * nk + (size_t)p->place[x].kind) * nc +
                                 c];
                *b = unknown;
                b->mean = p->cells[(((size_t)slot * (size_t)p->n_places + (size_t)x) * nc + c) *
                                   (size_t)p->R];
            }
    }
    return 0;
}

/* One piece of work: a pair of the focus person in one organ. */
typedef struct search {
    mtl__plan *p;
    int *pair, *organ, n_pairs, n_organs;
    double *found; /* [n_organs][n_pairs] */
    mtl__analytic **a;
    mtl__view *view; /* both by worker */
    int64_t done;
    mtl_error err;
    int ret;
    pthread_mutex_t lock;
} search;

static int one_search(void *ctx, int64_t i, int worker)
{
    search *c = ctx;
    const mtl_run_opts *o = &c->p->r->opts;
    mtl_error err = {0};
    int ret = present(c->p, c->a[worker], c->pair[i % c->n_pairs], c->organ[i / c->n_pairs],
                      &c->view[worker], &c->found[i], &err);
    pthread_mutex_lock(&c->lock);
    c->done++;
    if (ret == 0 && o->progress &&
        o->progress(o->progress_ctx, c->done, (int64_t)c->n_pairs * c->n_organs)) {
        ret = MTL_ERR_INTERRUPTED;
        err = (mtl_error){.code = ret, .text = "interrupted"};
    }
    if (ret < 0 && c->ret == 0) {
        c->ret = ret;
        c->err = err;
    }
    pthread_mutex_unlock(&c->lock);
    return ret;
}

/* All pieces, on all threads. */
static int search_all(search *c, mtl_error *err)
{
    const int64_t n = (int64_t)c->n_pairs * c->n_organs;
    const int threads = (int)mtl__min(mtl__par_threads(c->p->r->opts.threads), (double)n + 1);
    int ret = 0;
    c->a = calloc((size_t)threads, sizeof *c->a);
    c->view = calloc((size_t)threads, sizeof *c->view);
    pthread_mutex_init(&c->lock, NULL);
    if (!c->a || !c->view)
        ret = mtl__nomem(err);
    for (int t = 0; ret == 0 && t < threads; t++) {
        ret = mtl__analytic_new(&c->a[t], c->p->world->process, err);
        if (ret == 0)
            mtl__analytic_brightest(c->a[t], MTL__BRIGHT_ENOUGH);
        if (ret == 0)
            ret = mtl__view_new(&c->view[t], c->p->world, err);
    }
    if (ret == 0) {
        ret = mtl__par_for(threads, n, one_search, c);
        if (ret < 0 && err)
            *err = c->ret < 0 ? c->err : (mtl_error){.code = ret};
    }
    for (int t = 0; t < threads; t++) {
        if (c->a)
            mtl__analytic_free(c->a[t]);
        if (c->view)
            mtl__view_free(&c->view[t]);
    }
    free(c->a);
    free(c->view);
    pthread_mutex_destroy(&c->lock);
    return ret;
}

static void whole_body(mtl_result *r, const search *c)
{
    for (int k = 0; k < r->n_pairs; k++)
        r->pair[k].p_anywhere[0] = r->pair[k].p_anywhere[1] = NAN;
    for (int k = 0; k < c->n_pairs; k++)
        r->pair[c->pair[k]].p_anywhere[0] = c->found[(c->n_organs - 1) * c->n_pairs + k];
}

/* P(any), P(each) and P(every) child's cells in one organ, of what was found of the pairs. */
static void one_carriage(mtl_result *r, const search *c, int at, mtl__carriage *out)
{
    double none = 1, answer_none = 1;
    out->p_every = 1;
    for (int k = 0; k < c->n_pairs; k++) {
        const double x = c->found[at * c->n_pairs + k];
        const mtl__pair *pair = &r->pair[c->pair[k]];
        pair->final[0][out->organ].p_present = (float)x;
        answer_none *= mtl__answer_counts(r, c->pair[k]) ? 1 - x : 1;
        for (int i = 0; i < r->n_children; i++)
            if (r->children[i] == pair->donor)
                out->p_each[i] = x;
    }
    for (int i = 0; i < r->n_children; i++) {
        none *= 1 - out->p_each[i];
        out->p_every *= out->p_each[i];
    }
    out->p_any = 1 - none;
    if (out->organ == mtl__answer_organ(r))
        r->answer[0] = 1 - answer_none;
}

static int carriage(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    const size_t no = (size_t)r->m->n_organs, np = (size_t)r->n_pairs;
    search c = {.p = p};
    r->carriage = mtl__arena_alloc(&r->arena, (no + 1) * sizeof *r->carriage);
    c.pair = mtl__arena_alloc(&r->arena, (np + 1) * sizeof *c.pair);
    c.organ = mtl__arena_alloc(&r->arena, (no + 2) * sizeof *c.organ);
    c.found = mtl__arena_alloc(&r->arena, (np * (no + 1) + 1) * sizeof *c.found);
    if (!r->carriage || !c.pair || !c.organ || !c.found)
        return mtl__nomem(err);
    for (int k = 0; k < r->n_pairs; k++)
        if (r->pair[k].host == r->s->focus)
            c.pair[c.n_pairs++] = k;
    for (int o = 0; o < r->m->n_organs; o++) {
        bool used = o == r->m->blood;
        for (int x = 0; x < p->n_places; x++)
            used = used || p->place[x].organ == o;
        if (used)
            c.organ[c.n_organs++] = o;
    }
    c.organ[c.n_organs++] = -1;
    if (c.n_pairs > 0)
        MTL_TRY(search_all(&c, err));
    whole_body(r, &c);
    for (int k = 0; k + 1 < c.n_organs; k++) {
        mtl__carriage *out = &r->carriage[r->n_carriages];
        *out = (mtl__carriage){.host = r->s->focus,
                               .organ = c.organ[k],
                               .n_children = r->n_children,
                               .p_any_unknowns = NAN,
                               .p_every_unknowns = NAN};
        out->p_each =
            mtl__arena_alloc(&r->arena, ((size_t)r->n_children + 1) * sizeof *out->p_each);
        if (!out->p_each)
            return mtl__nomem(err);
        one_carriage(r, &c, k, out);
        r->n_carriages += r->n_children > 0;
    }
    return 0;
}

int mtl__run_analytic(mtl__plan *p, mtl_error *err)
{
    mtl__analytic *a;
    MTL_TRY(mtl__analytic_new(&a, p->world->process, err));
    int ret = forward(p, a, err);
    if (ret == 0)
        ret = samples(p, a, err);
    if (ret == 0)
        ret = fill_bands(p, err);
    if (ret == 0)
        ret = carriage(p, err);
    mtl__analytic_free(a);
    p->r->split_error = 0;
    return ret;
}
