/* SPDX-License-Identifier: MIT */
/* Which unknown moves this scenario's answer most: the answer with one unknown at the 5 % and at
   the 95 % point of its prior and all others as set, for one unknown after the other (a tornado).
   Without random numbers only the answer's organ is asked for, backward from its date. With a
   simulating solver every point is a run of its own on the same random streams. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "run/run_internal.h"

/* Brightness per day at which a seed is seen well enough: one that lives for years is missed only
   if it came in the last days. */
static const double RTOL = 1e-5, FAINT = 1e-4, BRIGHT = 0.3;

struct mtl_matter {
    mtl_result r; /* the plan's side of a result: pairs, children, dates; no replicates */
    mtl_matter_row base, *row;
    int n_rows;
};

/* ---------------------------------------------------------------- one point, without chance */
typedef struct look {
    const mtl_result *r;
    mtl__world *world;
    mtl__analytic *a;
    bool *takes;       /* [n_people] donors that the answer counts */
    mtl__view full, v; /* the whole organ looked through; the same with a share of its cells */
} look;

/* -log P(nothing is seen) of a share of the organ's cells, over the donors that the answer counts.
 */
static int hazard(look *l, double share, double *out, mtl_error *err)
{
    const mtl__process *q = l->world->process;
    for (int i = 0; i < q->n_types; i++)
        l->v.see_type[i] = mtl__min(1, l->full.see_type[i] * l->full.cells) * share;
    for (int i = 0; i < q->n_cox; i++)
        l->v.see_cox[i] = l->full.see_cox[i] * l->full.cells * share;
    mtl__sight seen;
    MTL_TRY(mtl__world_sees(l->world, l->a, l->r->s->focus, l->takes, -1, l->r->t_final,
                            l->v.see_type, l->v.see_cox, RTOL, false, &seen, NULL, err));
    *out = -seen.log_none;
    return 0;
}

/* P(at least one) and expected number per million cells. Of a share so small that hardly anything
   is seen of it, -log P(nothing) is the expected number: a second look, which costs less than the
   moments do. */
static int look_twice(look *l, double *chance, double *level, mtl_error *err)
{
    double all, few = 1, share = 1;
    MTL_TRY(hazard(l, 1, &all, err));
    for (int k = 0; k < 4 && few > FAINT; k++) {
        share *= 1e-6;
        MTL_TRY(hazard(l, share, &few, err));
    }
    *chance = -mtl__expm1(-all);
    *level = 1e6 * few / share / l->full.cells;
    return 0;
}

static int ask(const mtl_matter *x, const mtl_model *m, double *chance, double *level,
               mtl_error *err)
{
    look l = {.r = &x->r, .takes = calloc((size_t)x->r.s->n_people + 1, sizeof *l.takes)};
    int ret = l.takes ? mtl__world_new(&l.world, x->r.s, m, err) : mtl__nomem(err);
    for (int k = 0; ret == 0 && k < x->r.n_pairs; k++)
        if (mtl__answer_counts(&x->r, k))
            l.takes[x->r.pair[k].donor] = true;
    if (ret == 0)
        ret = mtl__analytic_new(&l.a, l.world->process, err);
    if (ret == 0)
        mtl__analytic_brightest(l.a, BRIGHT);
    if (ret == 0)
        ret = mtl__view_new(&l.full, l.world, err);
    if (ret == 0)
        ret = mtl__view_new(&l.v, l.world, err);
    if (ret == 0)
        ret = mtl__look(l.world, x->r.s->focus, mtl__answer_organ(&x->r), "", x->r.t_final, &l.full,
                        err);
    if (ret == 0)
        ret = look_twice(&l, chance, level, err);
    free(l.takes);
    mtl__view_free(&l.v);
    mtl__view_free(&l.full);
    mtl__analytic_free(l.a);
    mtl__world_free(l.world);
    return ret;
}

/* ---------------------------------------------------------------- one point, simulated */
static int simulate(const mtl_matter *x, mtl_model *m, const mtl_run_opts *o, double *chance,
                    double *level, mtl_error *err)
{
    mtl_result *r = NULL;
    mtl_run_opts once = *o;
    once.unknowns = 0;
    MTL_TRY(mtl_run(&r, x->r.s, m, &once, err));
    *chance = r->answer[MTL__CHANCE];
    *level = 0;
    for (int k = 0; k < r->n_pairs; k++)
        if (mtl__answer_counts(r, k))
            *level += (double)r->pair[k].final[MTL__CHANCE][mtl__answer_organ(r)].mean;
    mtl_result_free(r);
    return 0;
}

/* ---------------------------------------------------------------- all points */
/* Point 0 is the model as set; then two for each unknown. */
typedef struct points {
    mtl_matter *x;
    const mtl_run_opts *o;
    mtl_model **model; /* by worker */
    int64_t done, total, part_done;
    pthread_mutex_t lock;
    mtl_error err;
    int ret;
} points;

/* Progress within one simulated point, as a part of all. */
static int within(void *ctx, int64_t done, int64_t total)
{
    points *c = ctx;
    return c->o->progress
               ? c->o->progress(c->o->progress_ctx, c->done * total + done, c->total * total)
               : 0;
}

static int compute(points *c, mtl_model *m, int64_t i, mtl_error *err)
{
    mtl_matter_row *row = i == 0 ? &c->x->base : &c->x->row[(i - 1) / 2];
    double *chance = i % 2 || i == 0 ? &row->chance_low : &row->chance_high;
    double *level = i % 2 || i == 0 ? &row->level_low : &row->level_high;
    mtl__param *p = i == 0 ? NULL : &m->param[row->param];
    const double saved = p ? p->value : 0;
    if (p)
        p->value = mtl__param_draw(p, i % 2 ? MTL_MATTER_LOW : MTL_MATTER_HIGH);
    mtl__model_refresh(m);
    if (p)
        *(i % 2 ? &row->low : &row->high) = p->value / p->unit.scale;
    mtl_run_opts o = *c->o;
    o.progress = within;
    o.progress_ctx = c;
    const int ret = o.solver == MTL_SOLVER_ANALYTIC ? ask(c->x, m, chance, level, err)
                                                    : simulate(c->x, m, &o, chance, level, err);
    if (p)
        p->value = saved;
    return ret;
}

static int one_point(void *ctx, int64_t i, int worker)
{
    points *c = ctx;
    mtl_error err = {0};
    int ret = compute(c, c->model[worker], i, &err);
    pthread_mutex_lock(&c->lock);
    c->done++;
    if (ret == 0 && within(c, 0, 1)) {
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

static int all_points(mtl_matter *x, const mtl_run_opts *o, mtl_error *err)
{
    points c = {.x = x, .o = o, .total = 1 + 2 * (int64_t)x->n_rows};
    int threads = o->solver == MTL_SOLVER_ANALYTIC ? mtl__par_threads(o->threads) : 1;
    if (threads > c.total)
        threads = (int)c.total;
    c.model = calloc((size_t)threads, sizeof *c.model);
    if (!c.model)
        return mtl__nomem(err);
    pthread_mutex_init(&c.lock, NULL);
    int ret = 0;
    for (int t = 0; ret == 0 && t < threads; t++) {
        c.model[t] = mtl_model_copy(x->r.m);
        ret = c.model[t] ? 0 : mtl__nomem(err);
    }
    if (ret == 0) {
        ret = mtl__par_for(threads, c.total, one_point, &c);
        if (ret < 0 && err)
            *err = c.ret < 0 ? c.err : (mtl_error){.code = ret};
    }
    for (int t = 0; t < threads; t++)
        mtl_model_free(c.model[t]);
    free(c.model);
    pthread_mutex_destroy(&c.lock);
    return ret;
}

/* ---------------------------------------------------------------- rows */
/* An assay reads cells, it does not move them. */
static bool only_read(const mtl_model *m, int param)
{
    mtl_param_use use[64];
    const int n = mtl_model_param_uses(m, param, use, 64);
    for (int k = 0; k < n && k < 64; k++)
        if (strcmp(use[k].table, "assays") != 0)
            return false;
    return n > 0 && n <= 64;
}

static int by_spread(const void *a, const void *b)
{
    const mtl_matter_row *x = a, *y = b;
    const double dx = fabs(x->chance_high - x->chance_low),
                 dy = fabs(y->chance_high - y->chance_low);
    if (dx > dy || dx < dy)
        return dx > dy ? -1 : 1;
    return x->param - y->param;
}

static int plan(mtl_matter *x, mtl_error *err)
{
    mtl__plan p = {.r = &x->r, .R = 1};
    int ret = mtl__world_new(&p.world, x->r.s, x->r.m, err);
    if (ret == 0)
        ret = mtl__plan_make(&p, err);
    if (ret == 0)
        ret = mtl__answer_name(&x->r, err);
    if (ret == 0) {
        x->row = mtl__arena_alloc(&x->r.arena, ((size_t)p.n_drawn + 1) * sizeof *x->row);
        ret = x->row ? 0 : mtl__nomem(err);
    }
    for (int k = 0; ret == 0 && k < p.n_drawn; k++)
        if (!only_read(x->r.m, p.drawn_param[k]))
            x->row[x->n_rows++].param = p.drawn_param[k];
    mtl__world_free(p.world);
    return ret;
}

int mtl_matter_run(mtl_matter **out, const mtl_scenario *s, const mtl_model *m,
                   const mtl_run_opts *o, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    MTL_TRY(mtl__run_check_opts(o, err));
    mtl_matter *x = calloc(1, sizeof *x);
    if (!x)
        return mtl__nomem(err);
    mtl__arena_init(&x->r.arena, 0);
    x->r.s = s;
    x->r.m = m;
    x->r.opts = *o;
    x->r.n_bands = 1;
    int ret = plan(x, err);
    if (ret == 0)
        ret = all_points(x, o, err);
    if (ret < 0) {
        mtl_matter_free(x);
        return ret;
    }
    if (x->n_rows > 1)
        qsort(x->row, (size_t)x->n_rows, sizeof *x->row, by_spread);
    *out = x;
    return 0;
}

void mtl_matter_free(mtl_matter *x)
{
    if (!x)
        return;
    mtl__arena_free(&x->r.arena);
    free(x);
}

const char *mtl_matter_question(const mtl_matter *x)
{
    return x->r.answer_text;
}

void mtl_matter_base(const mtl_matter *x, double *chance, double *level)
{
    *chance = x->base.chance_low;
    *level = x->base.level_low;
}

int mtl_matter_n(const mtl_matter *x)
{
    return x->n_rows;
}

int mtl_matter_get(const mtl_matter *x, int i, mtl_matter_row *out)
{
    if (i < 0 || i >= x->n_rows)
        return MTL_ERR_USAGE;
    *out = x->row[i];
    return 0;
}
