/* SPDX-License-Identifier: MIT */
/* A family's samples without random numbers: P(positive) and the mean share of genomes, backward
   from each sample that a target asks for, and from no other. (A whole run also follows every organ
   of the body over time, which costs a hundred times as much.) */
#include "run/exact_sample.h"
#include "study/targets.h"

#define RTOL 1e-7

static int one_sample(const mtl__world *w, mtl__analytic *a, const mtl__sample *x, mtl__view *v,
                      mtl__family_sample *out, mtl_error *err)
{
    MTL_TRY(mtl__sample_positive(w, a, x, &out->qpcr, RTOL, v, &out->p_positive,
                                 &out->mean_fraction, err));
    out->mean_per_mL = out->mean_fraction * v->cells_per_mL; /* NaN where there is no blood */
    return MTL_OK;
}

int mtl__target_exact(mtl__family *f, const mtl_model *m, mtl_error *err)
{
    mtl__world *w = NULL;
    mtl__analytic *a = NULL;
    mtl__view v = {0};
    int ret = mtl__world_new(&w, f->scenario, m, err);
    if (ret == MTL_OK)
        ret = mtl__analytic_new(&a, w->process, err);
    if (ret == MTL_OK)
        ret = mtl__view_new(&v, w, err);
    for (int i = 0; i < f->n_samples && ret == MTL_OK; i++)
        if (f->sample[i].wanted)
            ret = one_sample(w, a, &f->scenario->sample[f->order[i]], &v, &f->sample[i], err);
    mtl__view_free(&v);
    mtl__analytic_free(a);
    mtl__world_free(w);
    f->exact = ret == MTL_OK;
    return ret;
}
