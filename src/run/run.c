/* SPDX-License-Identifier: MIT */
/* mtl_run: plan, replicates on all threads, summaries. Every replicate writes to places of its own,
   so that the result is the same for any number of threads. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/run_internal.h"

void mtl_run_opts_init(mtl_run_opts *o)
{
    *o = (mtl_run_opts){.replicates = 200, .seed = 1, .threads = 1, .unknowns = 1};
}

int mtl__run_check_opts(const mtl_run_opts *o, mtl_error *err)
{
    if (o->replicates < 1 || o->replicates > 10000000)
        return mtl__fail(err, MTL_ERR_USAGE, "replicates", "%d is not between 1 and 10000000",
                         o->replicates);
    if (o->first_replicate < 0)
        return mtl__fail(err, MTL_ERR_USAGE, "first_replicate", "%d is negative",
                         o->first_replicate);
    if (o->solver < MTL_SOLVER_AUTO || o->solver > MTL_SOLVER_ANALYTIC)
        return mtl__fail(err, MTL_ERR_USAGE, "solver", "no such solver");
    if (!(o->step_days >= 0) || isinf(o->step_days))
        return mtl__fail(err, MTL_ERR_USAGE, "step",
                         "the step must be a finite number of days, not negative");
    if (o->threads < 0 || o->threads > 4096)
        return mtl__fail(err, MTL_ERR_USAGE, "threads", "%d is not between 0 and 4096", o->threads);
    return 0;
}

/* ---------------------------------------------------------------- replicates */
typedef struct crew {
    mtl__plan *p;
    mtl__worker **worker;
    int bands;
    int refine;
    double *level; /* [R] of the run that measures the splitting error; NULL else */
    int64_t done, total;
    pthread_mutex_t lock;
    mtl_error err; /* the first one */
    int ret;
} crew;

static int one(void *ctx, int64_t i, int worker)
{
    crew *c = ctx;
    const int R = c->p->R, band = (int)(i / R), index = (int)(i % R);
    mtl_error err = {0};
    int ret = mtl__replicate(c->p, c->worker[worker], band, index, c->refine,
                             c->level ? &c->level[index] : NULL, &err);
    pthread_mutex_lock(&c->lock);
    c->done++;
    const mtl_run_opts *o = &c->p->r->opts;
    if (ret == 0 && o->progress && o->progress(o->progress_ctx, c->done, c->total)) {
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

static int run_crew(mtl__plan *p, int bands, int n, int refine, double *level, mtl__done *done,
                    mtl_error *err)
{
    mtl_result *r = p->r;
    int threads = mtl__par_threads(r->opts.threads);
    if (threads > bands * n)
        threads = bands * n;
    crew c = {
        .p = p, .bands = bands, .refine = refine, .level = level, .total = (int64_t)bands * n};
    c.worker = calloc((size_t)threads, sizeof *c.worker);
    if (!c.worker)
        return mtl__nomem(err);
    pthread_mutex_init(&c.lock, NULL);
    int ret = p->world->together ? mtl__lives_antigens(&p->antigens, r->s, err) : 0;
    for (int t = 0; ret == 0 && t < threads; t++)
        ret = mtl__worker_new(&c.worker[t], p, err);
    if (ret == 0) {
        ret = mtl__par_for(threads, (int64_t)bands * n, one, &c);
        if (ret < 0 && err)
            *err = c.ret < 0 ? c.err : (mtl_error){.code = ret};
    }
    for (int t = 0; t < threads; t++) {
        if (c.worker[t])
            mtl__worker_report(c.worker[t], done);
        mtl__worker_free(c.worker[t]);
    }
    mtl__antigens_law_free(p->antigens);
    p->antigens = NULL;
    pthread_mutex_destroy(&c.lock);
    free(c.worker);
    return ret;
}

/* ---------------------------------------------------------------- splitting error, measured */
/* The difference of what hosts came to, by half the step, with its standard error: the largest of
   the damage of injuries and the days of response (relative), and the chances of outcomes. */
static void coupling_error(const mtl__plan *p, const mtl__plan *half)
{
    enum { MOST = 1024 };
    double sum[MOST] = {0}, sq[MOST] = {0}, size[MOST] = {0}, x[2][MOST], worst = -1;
    const int R = half->R;
    mtl__host_result *out = &p->r->host;
    int n = 0;
    for (int i = 0; i < R; i++) {
        n = mtl__host_answers(p, i, x[0], MOST);
        (void)mtl__host_answers(half, i, x[1], MOST);
        for (int k = 0; k < n; k++) {
            sum[k] += (x[1][k] - x[0][k]) / R;
            sq[k] += (x[1][k] - x[0][k]) * (x[1][k] - x[0][k]) / R;
            size[k] += 0.5 * (x[1][k] + x[0][k]) / R;
        }
    }
    for (int k = 0; k < n; k++) {
        const double se = sqrt(mtl__max(0, sq[k] - sum[k] * sum[k]) / R),
                     by = mtl__max(size[k], 1); /* a chance is its own scale, damage has days */
        if (fabs(sum[k]) > worst * by || worst < 0) {
            worst = fabs(sum[k]) / by;
            out->coupling_error = sum[k] / by;
            out->coupling_error_se = se / by;
        }
    }
}

/* Runs up to 50 replicates of the chance band again with every step halved, as far as they touch
   the focus person, and compares the mean level of the answer; the standard error says how much of
   the difference may be chance. */
static int halve(const mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    mtl_result shadow = *r; /* what the halved run writes to */
    mtl__plan half = {.r = &shadow, .world = p->world, .focus_only = true};
    const int n = half.R = r->opts.replicates < 50 ? r->opts.replicates : 50;
    double sum[2] = {0, 0}, sq[2] = {0, 0};
    double *level = calloc((size_t)n, sizeof *level);
    mtl__done done = {0};
    mtl__arena_init(&shadow.arena, 0);
    shadow.opts.replicates = n;
    shadow.opts.progress = NULL;
    shadow.n_bands = 1;
    shadow.n_times = shadow.n_coarse = shadow.n_watched = shadow.n_pairs = shadow.n_children = 0;
    int ret = level ? mtl__plan_make(&half, err) : mtl__nomem(err);
    if (ret == 0)
        ret = run_crew(&half, 1, n, 2, level, &done, err);
    if (ret == 0 && p->world->together)
        coupling_error(p, &half);
    for (int i = 0; ret == 0 && i < n; i++) {
        const double x[2] = {mtl__answer_level(p, MTL__CHANCE, i), level[i]};
        for (int k = 0; k < 2; k++) {
            sum[k] += x[k] / n;
            sq[k] += x[k] * x[k] / n;
        }
    }
    mtl__arena_free(&shadow.arena);
    free(level);
    const double mean = 0.5 * (sum[0] + sum[1]);
    if (ret == 0 && mean > 0) {
        const double var =
            mtl__max(0, sq[0] - sum[0] * sum[0]) + mtl__max(0, sq[1] - sum[1] * sum[1]);
        r->split_error = (sum[1] - sum[0]) / mean;
        r->split_error_se = sqrt(var / n) / mean;
    }
    return ret;
}

/* ---------------------------------------------------------------- results */
static int own_model(mtl_result *r, mtl_model *m, mtl_error *err)
{
    r->own_model = mtl_model_copy(m);
    if (!r->own_model)
        return mtl__nomem(err);
    r->m = r->own_model;
    memcpy(r->model_hash, mtl_model_hash(r->own_model), sizeof r->model_hash);
    return 0;
}

static const char *donor_names(mtl_result *r, const mtl__world *w, const mtl__sample *x)
{
    mtl__str b = {0};
    for (int k = 0; k < r->n_pairs; k++)
        if (r->pair[k].host == x->person && r->pair[k].t_start <= x->t &&
            mtl__sample_sees(w, x, r->pair[k].donor)) {
            if (b.len)
                mtl__str_add(&b, ",");
            mtl__str_add(&b, r->s->person[r->pair[k].donor].name);
        }
    const char *out = b.oom ? NULL : mtl__arena_strdup(&r->arena, b.s ? b.s : "");
    mtl__str_free(&b);
    return out;
}

static int prepare_assays(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    r->n_assays = r->s->n_samples;
    r->assay = mtl__arena_alloc(&r->arena, ((size_t)r->n_assays + 1) * sizeof *r->assay);
    if (!r->assay)
        return mtl__nomem(err);
    for (int k = 0; k < r->n_assays; k++) {
        const mtl__sample *x = &r->s->sample[k];
        mtl__assay_result *a = &r->assay[k];
        *a = (mtl__assay_result){.sample = k, .lod = NAN, .mean_per_mL = NAN};
        a->donors = donor_names(r, p->world, x);
        if (!a->donors)
            return mtl__nomem(err);
    }
    return mtl__plan_assays(p, err);
}

static const char *text_of(mtl_result *r, mtl__str *b)
{
    const char *out = b->oom ? NULL : mtl__arena_strdup(&r->arena, b->s ? b->s : "");
    mtl__str_free(b);
    return out;
}

static int describe(mtl_result *r, const mtl__world *world, mtl_error *err)
{
    static const char *const solver[] = {"auto", "exact", "leap", "analytic"};
    r->solver_text = solver[r->opts.solver];
    r->command_line =
        mtl__arena_strdup(&r->arena, r->opts.command_line ? r->opts.command_line : "");
    mtl__str b = {0};
    for (int k = 0; k < r->m->n_switches; k++) {
        const mtl__switch *w = &r->m->sw[k];
        int built = 0;
        for (int v = 0; v < w->n_values; v++)
            built += w->built[v];
        if (built < 2 || !mtl__switch_matters(world, k))
            continue; /* one value only: not a choice yet; or no choice here */
        mtl__str_printf(&b, "%s%s = %s", b.len ? ", " : "", w->name, w->value[w->now]);
    }
    r->hypothesis = text_of(r, &b);
    return r->hypothesis && r->command_line ? 0 : mtl__nomem(err);
}

static int not_analytic(const mtl_result *r, mtl_error *err)
{
    mtl__str why = {0};
    int ret = mtl__coupling_text(r, &why, err);
    if (ret == 0)
        ret = mtl__fail(err, MTL_ERR_UNSUPPORTED, "solver",
                        "under %.300s cells and hosts act on one another, and the analytic solver "
                        "is exact only where they do not: use auto, exact or leap",
                        why.s);
    mtl__str_free(&why);
    return ret;
}

static int run_all(mtl_result *r, mtl__plan *p, mtl_error *err)
{
    MTL_TRY(mtl__world_new(&p->world, r->s, r->m, err));
    MTL_TRY(mtl__plan_make(p, err));
    MTL_TRY(prepare_assays(p, err));
    MTL_TRY(describe(r, p->world, err));
    if (r->opts.solver == MTL_SOLVER_ANALYTIC) {
        if (mtl__world_coupled(p->world))
            return not_analytic(r, err);
        MTL_TRY(mtl__run_analytic(p, err));
        MTL_TRY(mtl__reduce_hosts(p, err));
        return mtl__headline(p, err);
    }
    mtl__done done = {0};
    MTL_TRY(run_crew(p, r->n_bands, p->R, 1, NULL, &done, err));
    r->events = done.events;
    r->moved = done.moved;
    if (r->opts.solver == MTL_SOLVER_AUTO)
        r->solver_text = done.exact && done.leap
                             ? "auto (exact where cells are few, leap where many)"
                         : done.leap ? "auto (leap)"
                                     : "auto (exact)";
    r->split_error = done.split ? NAN : 0;
    MTL_TRY(mtl__reduce(p, err));
    if (done.split && r->opts.replicates >= 20)
        MTL_TRY(halve(p, err));
    return mtl__headline(p, err);
}

int mtl_run(mtl_result **out, const mtl_scenario *s, mtl_model *m, const mtl_run_opts *o,
            mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    MTL_TRY(mtl__run_check_opts(o, err));
    mtl_result *r = calloc(1, sizeof *r);
    if (!r)
        return mtl__nomem(err);
    struct timespec t0, t1;
    clock_gettime(CLOCK_MONOTONIC, &t0);
    mtl__arena_init(&r->arena, 0);
    r->s = s;
    r->opts = *o;
    r->split_error = r->split_error_se = NAN;
    const bool analytic = o->solver == MTL_SOLVER_ANALYTIC;
    r->n_bands = o->unknowns && !analytic ? 2 : 1;
    mtl__plan p = {.r = r, .R = analytic ? 1 : o->replicates};
    int ret = own_model(r, m, err);
    if (ret == 0)
        ret = run_all(r, &p, err);
    mtl__world_free(p.world);
    if (ret < 0) {
        mtl_result_free(r);
        return ret;
    }
    clock_gettime(CLOCK_MONOTONIC, &t1);
    r->seconds = (double)(t1.tv_sec - t0.tv_sec) + 1e-9 * (double)(t1.tv_nsec - t0.tv_nsec);
    *out = r;
    return 0;
}

void mtl_result_free(mtl_result *r)
{
    if (!r)
        return;
    mtl_model_free(r->own_model);
    mtl__arena_free(&r->arena);
    free(r);
}
