/* SPDX-License-Identifier: MIT */
/* The objective: minus the log likelihood of all rows, minus the log of the weak priors, as a
   function of the logarithms of the values. Only what a changed value moves is computed again:
   which values move which families and rows is found once, by trying. */
#include <math.h>
#include <string.h>

#include "fit/fit.h"

#define NUDGE 0.05
#define DF MTL__FIT_STUDY_DF

int mtl__fit_step(mtl_fit *f, mtl_error *err)
{
    f->done++;
    if (f->opts.progress &&
        f->opts.progress(f->opts.progress_ctx, f->done < f->total ? f->done : f->total, f->total))
        return mtl__fail(err, MTL_ERR_INTERRUPTED, "", "interrupted");
    return MTL_OK;
}

void mtl__fit_set(mtl_fit *f, int param, double x)
{
    mtl__fit_param *p = &f->param[param];
    p->x = x;
    if (p->index >= 0)
        f->m->param[p->index].value = mtl__exp(x) * f->m->param[p->index].unit.scale;
}

double mtl__fit_log_prior(const mtl_fit *f)
{
    double sum = 0.0;
    for (int i = 0; i < f->n_params; i++) {
        const mtl__fit_param *p = &f->param[i];
        if (p->role == MTL__FIT_SCANNED || isnan(p->prior_sd))
            continue;
        const double z = (p->x - p->prior_at) / p->prior_sd;
        sum -= p->role == MTL__FIT_STUDY ? 0.5 * (DF + 1.0) * mtl__log1p(z * z / DF) : 0.5 * z * z;
    }
    return sum;
}

double mtl__fit_prior_curvature(const mtl__fit_param *p)
{
    if (p->role == MTL__FIT_SCANNED || isnan(p->prior_sd))
        return 0.0;
    const double z = (p->x - p->prior_at) / p->prior_sd;
    const double normal = 1.0 / (p->prior_sd * p->prior_sd);
    return p->role == MTL__FIT_STUDY
               ? normal * (DF + 1.0) * (DF - z * z) / ((DF + z * z) * (DF + z * z))
               : normal;
}

static bool row_is_fresh(const mtl_fit *f, const mtl__fit_row *row)
{
    bool same = row->fresh;
    for (int k = 0; k < f->n_params && same; k++)
        same = !row->moved_by[k] || !(fabs(row->seen[k] - f->param[k].x) > 0.0);
    return same;
}

static int evaluate(mtl_fit *f, mtl__fit_row *row, mtl_error *err)
{
    if (row_is_fresh(f, row))
        return MTL_OK;
    for (int i = 0; i < row->n_members; i++)
        MTL_TRY(mtl__fit_refresh(f, f->probe[row->member[i].probe].family, err));
    mtl__fit_row_eval(f, row, &row->logl, &row->predicted);
    for (int k = 0; k < f->n_params; k++)
        row->seen[k] = f->param[k].x;
    row->fresh = true;
    return MTL_OK;
}

double mtl__fit_objective(void *ctx, const double *x)
{
    mtl_fit *f = ctx;
    if (f->err.code)
        return HUGE_VAL;
    f->trials++;
    for (int i = 0; i < f->n_params; i++)
        if (fabs(x[i] - f->param[i].x) > 0.0)
            mtl__fit_set(f, i, x[i]);
    mtl__model_refresh(f->m);
    double sum = 0.0;
    for (int i = 0; i < f->n_rows; i++) {
        if (f->row[i].left_out)
            continue;
        const int ret = evaluate(f, &f->row[i], &f->err);
        if (ret < 0) {
            f->err.code = ret;
            return HUGE_VAL;
        }
        if (!f->row[i].apart)
            sum += f->row[i].logl;
    }
    sum += mtl__fit_log_prior(f);
    return isfinite(sum) ? -sum : HUGE_VAL;
}

/* ---------------------------------------------------------------- what moves what */
/* Everything a family hands to the rows, as one number that changes when any part does. */
static double trace(const mtl_fit *f, int family)
{
    const mtl__fit_family *fam = &f->family[family];
    double sum = 0.0;
    for (int i = 0; i < f->n_probes; i++) {
        const mtl__fit_probe *p = &f->probe[i];
        if (p->family != family)
            continue;
        sum += p->qpcr.false_per_well * 1.7;
        for (int k = 0; k < p->n_entries; k++)
            sum += mtl__log(p->entry[k].amount) * (1.0 + 0.01 * k);
    }
    for (int k = 0; k < fam->n_inocula * fam->max_groups; k++)
        sum += fam->spread[k].group.shape * (1.0 + 0.01 * k);
    return sum;
}

/* Rates within bodies as one number. What conduits carry onward is left out: it follows the leak,
   but in so small a part (some 1e-6 of the seeds, and to rows about grandchildren only) that
   mtl__fit_solve makes the tables again at the optimum instead. */
static double process_trace(const mtl__world *w)
{
    const mtl__process *p = w->process;
    double sum = 0.0;
    for (int i = 0; i < p->n_rows; i++)
        sum += 1.3 * p->row[i].loss;
    for (int i = 0; i < p->n_cox; i++)
        sum += 1.4 * p->cox_decay[i];
    for (int b = 0; b < w->n_bodies; b++)
        for (int i = w->body[b].type0; i < w->body[b].type1; i++) {
            const mtl__type *t = &p->type[i];
            sum += t->divide + 1.1 * t->die + 1.2 * t->leave;
            for (int k = t->change0; k < t->change1; k++)
                sum += 1.6 * p->change[k].rate;
            for (int k = t->output0; k < t->output1; k++)
                if (p->output[k].target >= w->body[b].cox0 && p->output[k].target < w->body[b].cox1)
                    sum += 1.7 * p->output[k].rate;
        }
    return sum;
}

static int process_of(const mtl_fit *f, int family, double *out, mtl_error *err)
{
    mtl__world *w;
    MTL_TRY(mtl__world_new(&w, f->r->family[family].scenario, f->m, err));
    *out = process_trace(w);
    mtl__world_free(w);
    return MTL_OK;
}

static bool bends_a_factor(const mtl_fit *f, int index)
{
    for (int i = 0; i < f->m->n_factors; i++)
        for (int k = 0; k < f->m->factor[i].n_args; k++)
            if (mtl__expr_uses(&f->m->factor[i].arg[k], index))
                return true;
    return false;
}

/* Tries the parameter a little higher: which families and whether the process itself move. */
static int nudge(mtl_fit *f, int k, const double *base, const double *base_process, mtl_error *err)
{
    mtl__fit_param *p = &f->param[k];
    const double x = p->x;
    p->shapes = mtl__arena_alloc(&f->arena, (size_t)f->r->n_families + 1);
    if (!p->shapes)
        return mtl__nomem(err);
    if (p->index >= 0 && bends_a_factor(f, p->index))
        return mtl__fail(err, MTL_ERR_UNSUPPORTED, p->name,
                         "this parameter bends a curve over time, which is not fitted or scanned");
    mtl__fit_set(f, k, x + (x + NUDGE <= p->hi ? NUDGE : -NUDGE));
    mtl__model_refresh(f->m);
    for (int i = 0; i < f->r->n_families; i++) {
        double now;
        if (!f->family[i].seen || p->index < 0)
            continue;
        MTL_TRY(process_of(f, i, &now, err));
        p->shapes[i] = fabs(now - base_process[i]) > 0.0;
        p->shapes_process = p->shapes_process || p->shapes[i];
        f->family[i].fresh = false;
        MTL_TRY(mtl__fit_refresh(f, i, err));
        f->family[i].moved_by[k] = fabs(trace(f, i) - base[i]) > 0.0;
        f->family[i].fresh = false;
    }
    mtl__fit_set(f, k, x);
    mtl__model_refresh(f->m);
    if (p->shapes_process && p->role != MTL__FIT_SCANNED)
        return mtl__fail(err, MTL_ERR_VALUE, p->name,
                         "this parameter shapes what becomes of cells, not how many come: it can "
                         "be scanned, not fitted");
    return MTL_OK;
}

static int find_moved(mtl_fit *f, mtl_error *err)
{
    const size_t n = (size_t)f->r->n_families + 1;
    double *base = mtl__arena_alloc(&f->arena, n * sizeof *base),
           *process = mtl__arena_alloc(&f->arena, n * sizeof *process);
    if (!base || !process)
        return mtl__nomem(err);
    for (int i = 0; i < f->r->n_families; i++) {
        if (!f->family[i].seen)
            continue;
        MTL_TRY(mtl__fit_refresh(f, i, err));
        base[i] = trace(f, i);
        MTL_TRY(process_of(f, i, &process[i], err));
    }
    for (int k = 0; k < f->n_params; k++)
        MTL_TRY(nudge(f, k, base, process, err));
    for (int i = 0; i < f->n_rows; i++)
        for (int k = 0; k < f->n_params; k++) {
            f->row[i].moved_by[k] = f->row[i].study == k;
            for (int j = 0; j < f->row[i].n_members; j++)
                f->row[i].moved_by[k] |=
                    f->family[f->probe[f->row[i].member[j].probe].family].moved_by[k];
        }
    return MTL_OK;
}

static int make_families(mtl_fit *f, mtl_error *err)
{
    f->family = mtl__arena_alloc(&f->arena, ((size_t)f->r->n_families + 1) * sizeof *f->family);
    if (!f->family)
        return mtl__nomem(err);
    for (int i = 0; i < f->n_probes; i++) {
        mtl__fit_family *fam = &f->family[f->probe[i].family];
        if (fam->seen)
            continue;
        fam->seen = mtl__arena_alloc(&f->arena, ((size_t)f->n_params + 1) * sizeof *fam->seen);
        fam->moved_by = mtl__arena_alloc(&f->arena, (size_t)f->n_params + 1);
        if (!fam->seen || !fam->moved_by)
            return mtl__nomem(err);
    }
    return MTL_OK;
}

int mtl__fit_prepare(mtl_fit *f, mtl_error *err)
{
    for (int i = 0; i < f->n_params; i++)
        mtl__fit_set(f, i, f->param[i].start);
    mtl__model_refresh(f->m);
    MTL_TRY(mtl__fit_rows(f, err));
    MTL_TRY(make_families(f, err));
    MTL_TRY(mtl__fit_measure(f, err));
    mtl__fit_spans(f);
    f->total = f->n_probes;
    MTL_TRY(mtl__fit_count_weights(f, err));
    MTL_TRY(mtl__fit_tabulate(f, NULL, err));
    return find_moved(f, err);
}
