/* SPDX-License-Identifier: MIT */
/* The public face of a fit once it is made: rows, totals, and its values given to a model. */
#include "fit/fit.h"

#include <math.h>
#include <stdlib.h>
#include <stdio.h>

void mtl_fit_opts_init(mtl_fit_opts *o)
{
    *o = (mtl_fit_opts){.ranges = 1};
}

mtl_fit *mtl__fit_new(void)
{
    mtl_fit *f = calloc(1, sizeof *f);
    if (f)
        mtl__arena_init(&f->arena, 0);
    return f;
}

void mtl_fit_free(mtl_fit *f)
{
    if (!f)
        return;
    mtl_targets_free(f->r);
    mtl_model_free(f->m);
    mtl__arena_free(&f->arena);
    free(f);
}

int mtl_fit_n_params(const mtl_fit *f)
{
    return f->n_params;
}

int mtl_fit_param(const mtl_fit *f, int i, mtl_fit_param_row *out)
{
    static const char *const role[] = {"fit", "scan", "study"};
    if (i < 0 || i >= f->n_params)
        return MTL_ERR_USAGE;
    const mtl__fit_param *p = &f->param[i];
    *out = (mtl_fit_param_row){.name = p->name,
                               .unit = p->index >= 0 ? f->m->param[p->index].unit_text : "factor",
                               .note = p->note ? p->note : "",
                               .role = role[p->role],
                               .rows = p->rows ? p->rows : "",
                               .start = mtl__exp(p->start),
                               .value = mtl__exp(p->x),
                               .prior_median = NAN,
                               .prior_lnsd = p->prior_sd,
                               .low = NAN,
                               .high = NAN};
    if (!isnan(p->prior_sd))
        out->prior_median = mtl__exp(p->prior_at);
    if (p->ranged) {
        out->low = mtl__exp(p->range[0]);
        out->high = mtl__exp(p->range[1]);
        out->low_open = p->open[0];
        out->high_open = p->open[1];
    }
    return MTL_OK;
}

int mtl_fit_n_rows(const mtl_fit *f)
{
    return f->n_rows;
}

int mtl_fit_row(const mtl_fit *f, int i, mtl_fit_target_row *out)
{
    if (i < 0 || i >= f->n_rows)
        return MTL_ERR_USAGE;
    const mtl__fit_row *row = &f->row[i];
    *out = (mtl_fit_target_row){.id = row->evidence->id,
                                .label = row->target->label,
                                .statistic = mtl__statistic_name[row->target->statistic],
                                .unit = row->evidence->unit,
                                .left_out = row->left_out ? row->left_out
                                            : row->apart  ? row->apart
                                                          : "",
                                .n = row->n,
                                .published = row->evidence->value,
                                .predicted = row->left_out ? NAN : row->predicted,
                                .low = row->evidence->low,
                                .high = row->evidence->high,
                                .log_likelihood = row->left_out ? NAN : row->logl};
    return MTL_OK;
}

int mtl_fit_n_flat(const mtl_fit *f)
{
    return f->n_flat;
}

int mtl_fit_flat(const mtl_fit *f, int i, mtl_fit_flat_row *out)
{
    if (i < 0 || i >= f->n_flat)
        return MTL_ERR_USAGE;
    *out = f->flat[i];
    return MTL_OK;
}

void mtl_fit_totals(const mtl_fit *f, mtl_fit_total *out)
{
    *out = (mtl_fit_total){.log_likelihood = f->logl,
                           .log_prior = f->log_prior,
                           .iterations = f->iterations,
                           .trials = f->trials};
    for (int i = 0; i < f->n_rows; i++)
        *(f->row[i].left_out || f->row[i].apart ? &out->n_left_out : &out->n_entered) += 1;
    for (int i = 0; i < f->n_params && f->hessian; i++)
        out->n_determined += f->param[i].role != MTL__FIT_SCANNED;
    out->n_determined -= f->n_flat;
}

const char *mtl_fit_hypothesis(const mtl_fit *f)
{
    return f->r->hypothesis;
}

int mtl_fit_apply(const mtl_fit *f, mtl_model *m, mtl_error *err)
{
    for (int i = 0; i < f->n_params; i++) {
        const mtl__fit_param *p = &f->param[i];
        char text[40];
        if (p->index < 0)
            continue;
        snprintf(text, sizeof text, "%.17g", mtl__exp(p->x));
        MTL_TRY(mtl_model_set(m, p->name, text, err));
    }
    return MTL_OK;
}
