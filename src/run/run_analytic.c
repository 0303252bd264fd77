/* SPDX-License-Identifier: MIT */
/* The scenario without random numbers: expected levels forward in time; P(a sample is positive) and
   P(any cell is left in an organ) backward from it. Inocula are independent given the parameters,
   so that probabilities of silence multiply. */
#include <math.h>
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
    for (int x = 0; x < p->n_places && b >= 0; x++) {
        const int organ = p->place[x].organ, kind = p->place[x].kind;
        const int type = p->world->body[b].type[kind * r->m->n_organs + organ];
        const int cox = organ == r->m->blood ? p->world->body[b].cox[kind] : -1;
        float *to = p->cells + ((size_t)pair * (size_t)p->n_places + (size_t)x) *
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
    mtl__view_free(&v);
    free(n);
    free(y);
    return ret;
}

/* ---------------------------------------------------------------- samples */
/* log P(k named wells of the sample are silent), and the mean share, over the donors that the assay
 * sees. */
static int silent(const mtl__plan *p, mtl__analytic *a, int sample, double see_genome, mtl__view *v,
                  double *log_none, double *mean, mtl_error *err)
{
    const mtl_result *r = p->r;
    const mtl__process *q = p->world->process;
    const mtl__sample *x = &r->s->sample[sample];
    MTL_TRY(mtl__look(p->world, x->person, x->organ,
                      x->assay >= 0 ? r->m->assay[x->assay].subset : "", x->t, v, err));
    for (int i = 0; i < q->n_types; i++)
        v->see_type[i] = mtl__min(1, v->see_type[i] * see_genome);
    for (int i = 0; i < q->n_cox; i++)
        v->see_cox[i] *= see_genome;
    *log_none = *mean = 0;
    for (int i = 0; i < p->world->n_inocula; i++) {
        mtl__seen seen;
        if (!mtl__sample_sees(p->world, x, p->world->inoculum[i].donor))
            continue;
        MTL_TRY(mtl__analytic_seen(a, &p->world->inoculum[i].source, x->t, v->see_type, v->see_cox,
                                   RTOL, &seen, err));
        *log_none += mtl__log(seen.p_none);
        *mean += seen.mean / see_genome;
    }
    return 0;
}

/* P(positive) by inclusion and exclusion over silent wells: P(j wells hit) = C(W, j) sum_i (-1)^i
   C(j, i) P(W - j + i wells silent), for j below the threshold. */
static int positive(const mtl__plan *p, mtl__analytic *a, int k, mtl__view *v, mtl_error *err)
{
    mtl__assay_result *x = &p->r->assay[k];
    const mtl__qpcr *q = &x->qpcr;
    if (q->threshold > 4)
        return mtl__fail_at(
            err, MTL_ERR_UNSUPPORTED, p->r->s->file, p->r->s->sample[k].line, 0, "threshold",
            "the analytic solver reads assays with a threshold of at most 4 wells; use auto");
    double negative = 0;
    for (int j = 0; j < q->threshold; j++) {
        double ways = 1, sum = 0, choose = 1;
        for (int i = 0; i < j; i++)
            ways *= (double)(q->wells - i) / (i + 1);
        for (int i = 0; i <= j; i++) {
            const int quiet = q->wells - j + i;
            const double hit = 1 - mtl__pow(1 - (double)quiet / q->wells, q->fragments);
            double log_none, mean;
            MTL_TRY(silent(p, a, k, q->genomes * q->recovery * hit, v, &log_none, &mean, err));
            sum += (i % 2 ? -1 : 1) * choose * mtl__exp(log_none - quiet * q->false_per_well);
            choose *= (double)(j - i) / (i + 1);
            x->mean_fraction = mean;
        }
        negative += ways * sum;
    }
    x->p_positive[0] = 1 - negative;
    return 0;
}

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
        if (s->assay >= 0) {
            ret = positive(p, a, k, &v, err);
        } else {
            double log_none;
            ret = silent(p, a, k, 1, &v, &log_none, &x->mean_fraction, err);
        }
        double cells, per_mL;
        if (ret == 0)
            ret = mtl__host_cells(p->world, s->person, s->organ, s->t, &cells, &per_mL, err);
        x->mean_per_mL = ret == 0 ? x->mean_fraction * v.cells_per_mL : NAN;
    }
    mtl__view_free(&v);
    return ret;
}

/* ---------------------------------------------------------------- carriage */
/* P(any cell of the pair's donor is left in the organ at the end). */
static int present(const mtl__plan *p, mtl__analytic *a, int pair, int organ, mtl__view *v,
                   double *out, mtl_error *err)
{
    const mtl_result *r = p->r;
    const mtl__process *q = p->world->process;
    MTL_TRY(mtl__look(p->world, r->pair[pair].host, organ, "", r->t_final, v, err));
    for (int i = 0; i < q->n_types; i++)
        v->see_type[i] = mtl__min(1, v->see_type[i] * v->cells);
    for (int i = 0; i < q->n_cox; i++)
        v->see_cox[i] *= v->cells;
    double log_none = 0;
    for (int i = 0; i < p->world->n_inocula; i++) {
        double none;
        if (p->world->inoculum[i].donor != r->pair[pair].donor)
            continue;
        MTL_TRY(mtl__analytic_none(a, &p->world->inoculum[i].source, r->t_final, v->see_type,
                                   v->see_cox, 1e-6, &none, err));
        log_none += mtl__log(none);
    }
    *out = -mtl__expm1(log_none);
    return 0;
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
        pair->cells = mtl__arena_alloc(&r->arena, (no * nk * nc + 1) * sizeof *pair->cells);
        if (!pair->level[0] || !pair->final[0] || !pair->cells)
            return mtl__nomem(err);
        for (size_t i = 0; i < nw * nt; i++) {
            pair->level[0][i] = unknown;
            pair->level[0][i].mean = p->raw[0].level[((size_t)k * nw * nt + i) * (size_t)p->R];
        }
        for (size_t i = 0; i < no; i++) {
            pair->final[0][i] = unknown;
            pair->final[0][i].mean = p->raw[0].final[((size_t)k * no + i) * (size_t)p->R];
        }
        for (int x = 0; x < p->n_places; x++)
            for (size_t c = 0; c < nc; c++) {
                mtl__band *b =
                    &pair->cells[((size_t)p->place[x].organ * nk + (size_t)p->place[x].kind) * nc +
                                 c];
                *b = unknown;
                b->mean = p->cells[(((size_t)k * (size_t)p->n_places + (size_t)x) * nc + c) *
                                   (size_t)p->R];
            }
    }
    return 0;
}

static int child_pair(const mtl_result *r, int child)
{
    for (int k = 0; k < r->n_pairs; k++)
        if (r->pair[k].host == r->s->focus && r->pair[k].donor == child)
            return k;
    return -1;
}

static int carriage(mtl__plan *p, mtl__analytic *a, mtl_error *err)
{
    mtl_result *r = p->r;
    mtl__view v = {0};
    r->carriage = mtl__arena_alloc(&r->arena, ((size_t)r->m->n_organs + 1) * sizeof *r->carriage);
    if (!r->carriage)
        return mtl__nomem(err);
    MTL_TRY(mtl__view_new(&v, p->world, err));
    int ret = 0;
    for (int o = 0; o < r->m->n_organs && ret == 0; o++) {
        bool used = o == r->m->blood;
        for (int x = 0; x < p->n_places; x++)
            used = used || p->place[x].organ == o;
        if (!used)
            continue;
        mtl__carriage c = {.host = r->s->focus,
                           .organ = o,
                           .n_children = r->n_children,
                           .p_every = 1,
                           .p_any_unknowns = NAN,
                           .p_every_unknowns = NAN};
        c.p_each = mtl__arena_alloc(&r->arena, ((size_t)r->n_children + 1) * sizeof *c.p_each);
        if (!c.p_each)
            ret = mtl__nomem(err);
        double none = 1;
        for (int k = 0; k < r->n_pairs && ret == 0; k++) {
            if (r->pair[k].host != r->s->focus)
                continue;
            double x = 0;
            ret = present(p, a, k, o, &v, &x, err);
            r->pair[k].final[0][o].p_present = (float)x;
            for (int i = 0; i < r->n_children && ret == 0; i++)
                if (child_pair(r, r->children[i]) == k) {
                    c.p_each[i] = x;
                    none *= 1 - x;
                    c.p_every *= x;
                }
        }
        c.p_any = 1 - none;
        if (ret == 0 && r->n_children)
            r->carriage[r->n_carriages++] = c;
        if (o == mtl__answer_organ(r))
            r->answer[0] = c.p_any;
    }
    mtl__view_free(&v);
    return ret;
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
        ret = carriage(p, a, err);
    mtl__analytic_free(a);
    p->r->split_error = 0;
    return ret;
}
