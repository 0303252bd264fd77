/* SPDX-License-Identifier: MIT */
/* A family's samples without random numbers: P(positive) and the mean share of genomes, backward
   from each sample that a target asks for, and from no other. (A whole run also follows every organ
   of the body over time, which costs a hundred times as much.) Inocula are independent given the
   parameters, so that their probabilities of silence multiply; the number of hit wells follows by
   inclusion and exclusion over silent wells, as in run/. */
#include <math.h>

#include "family/family.h"
#include "study/targets.h"

#define RTOL 1e-7
enum { MAX_THRESHOLD = 4 }; /* more wells cancel too many digits */

static bool sees(const mtl_scenario *s, const mtl_model *m, const mtl__sample *x, int donor)
{
    if (donor == x->person)
        return false;
    if (m->assay[x->assay].target == MTL__TARGET_Y)
        return mtl__has_y(&s->person[donor]) && !mtl__has_y(&s->person[x->person]);
    return x->target_person < 0 || x->target_person == donor;
}

/* log P(nothing is seen) when each of `genomes` genomes of the sampled population is looked at, and
   the mean share of the donors that the assay sees. */
static int silent(const mtl__world *w, mtl__analytic *a, const mtl__sample *x, double genomes,
                  mtl__view *v, double *log_none, double *mean, mtl_error *err)
{
    MTL_TRY(mtl__look(w, x->person, x->organ, w->m->assay[x->assay].subset, x->t, v, err));
    for (int i = 0; i < w->process->n_types; i++) {
        const double see = v->see_type[i] * genomes;
        v->see_type[i] = see < 1.0 ? see : 1.0;
    }
    for (int i = 0; i < w->process->n_cox; i++)
        v->see_cox[i] *= genomes;
    *log_none = *mean = 0.0;
    for (int i = 0; i < w->n_inocula; i++) {
        mtl__seen seen;
        if (!sees(w->s, w->m, x, w->inoculum[i].donor))
            continue;
        MTL_TRY(mtl__analytic_seen(a, &w->inoculum[i].source, x->t, v->see_type, v->see_cox, RTOL,
                                   &seen, err));
        *log_none += mtl__log(seen.p_none);
        *mean += seen.mean / genomes;
    }
    return MTL_OK;
}

/* P(j wells hit) = C(W, j) sum_i (-1)^i C(j, i) P(W - j + i wells silent), for j below the
 * threshold. */
static int one_sample(const mtl__world *w, mtl__analytic *a, const mtl__sample *x, mtl__view *v,
                      mtl__family_sample *out, mtl_error *err)
{
    const mtl__qpcr *q = &out->qpcr;
    if (q->threshold > MAX_THRESHOLD)
        return mtl__fail(err, MTL_ERR_UNSUPPORTED, "threshold",
                         "the solver without random numbers reads thresholds of at most %d wells",
                         MAX_THRESHOLD);
    double negative = 0.0, mean = 0.0;
    for (int j = 0; j < q->threshold; j++) {
        double ways = 1.0, sum = 0.0, choose = 1.0;
        for (int i = 0; i < j; i++)
            ways *= (double)(q->wells - i) / (i + 1);
        for (int i = 0; i <= j; i++) {
            const int quiet = q->wells - j + i;
            const double hit = 1.0 - mtl__pow(1.0 - (double)quiet / q->wells, q->fragments);
            double log_none;
            MTL_TRY(silent(w, a, x, q->genomes * q->recovery * hit, v, &log_none, &mean, err));
            sum += (i % 2 ? -1.0 : 1.0) * choose * mtl__exp(log_none - quiet * q->false_per_well);
            choose *= (double)(j - i) / (i + 1);
        }
        negative += ways * sum;
    }
    out->p_positive = 1.0 - negative;
    out->mean_fraction = mean;
    out->mean_per_mL = mean * v->cells_per_mL; /* NaN where there is no blood */
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
