/* SPDX-License-Identifier: MIT */
/* One sample without random numbers, backward from it. Inocula are independent given
   what they meet together (family/mixture.c), so that their probabilities of silence multiply. A
   well is hit or silent; that some named wells are all silent is silence of the genomes in them,
   and the number of hit wells follows by inclusion and exclusion over silent wells. */
#include "run/exact_sample.h"

#include <stdlib.h>

enum { MAX_THRESHOLD = 4 }; /* more wells cancel too many digits */

bool mtl__sample_sees(const mtl__world *w, const mtl__sample *s, int donor)
{
    const mtl__person *host = &w->s->person[s->person], *d = &w->s->person[donor];
    if (s->assay < 0 || donor == s->person)
        return false;
    if (w->m->assay[s->assay].target == MTL__TARGET_Y)
        return mtl__has_y(d) && !mtl__has_y(host);
    if (mtl__same_genome(w->s, s->person, donor))
        return false;
    return s->target_person < 0 || mtl__same_genome(w->s, s->target_person, donor);
}

int mtl__sample_look(const mtl__world *w, const mtl__sample *s, double genomes, mtl__view *v,
                     mtl_error *err)
{
    const char *subset = s->assay >= 0 ? w->m->assay[s->assay].subset : "";
    MTL_TRY(mtl__look(w, s->person, s->organ, subset, s->t, v, err));
    for (int i = 0; i < w->process->n_types; i++)
        v->see_type[i] = mtl__min(1.0, v->see_type[i] * genomes);
    for (int i = 0; i < w->process->n_cox; i++)
        v->see_cox[i] *= genomes;
    return MTL_OK;
}

int mtl__sample_silent(const mtl__world *w, mtl__analytic *a, const mtl__sample *s, double genomes,
                       double rtol, mtl__view *v, double *log_none, double *mean, mtl_error *err)
{
    MTL_TRY(mtl__sample_look(w, s, genomes, v, err));
    mtl__sight seen = {0, 0, 0};
    bool *takes = calloc((size_t)w->s->n_people + 1, sizeof *takes);
    if (!takes)
        return mtl__nomem(err);
    for (int d = 0; d < w->s->n_people; d++)
        takes[d] = mtl__sample_sees(w, s, d);
    const int ret = mtl__world_sees(w, a, s->person, takes, -1, s->t, v->see_type, v->see_cox, rtol,
                                    true, &seen, NULL, err);
    free(takes);
    *log_none = seen.log_none;
    *mean = seen.mean / genomes;
    return ret;
}

/* P(j wells hit) = C(W, j) sum_i (-1)^i C(j, i) P(W - j + i wells silent), for j below the
   threshold. */
int mtl__sample_positive(const mtl__world *w, mtl__analytic *a, const mtl__sample *s,
                         const mtl__qpcr *q, double rtol, mtl__view *v, double *p_positive,
                         double *mean, mtl_error *err)
{
    double p_silent[MAX_THRESHOLD] = {0}; /* [k]: all wells but k */
    double negative = 0.0;
    if (q->threshold > MAX_THRESHOLD)
        return mtl__fail_at(err, MTL_ERR_UNSUPPORTED, w->s->file, s->line, s->column, "threshold",
                            "the analytic solver reads assays with a threshold of at most %d "
                            "wells; use auto",
                            MAX_THRESHOLD);
    for (int k = q->threshold - 1; k >= 0; k--) {
        const int quiet = q->wells - k;
        const double hit = 1.0 - mtl__pow(1.0 - (double)quiet / q->wells, q->fragments);
        double log_none = 0.0;
        MTL_TRY(mtl__sample_silent(w, a, s, q->genomes * q->recovery * hit, rtol, v, &log_none,
                                   mean, err));
        p_silent[k] = mtl__exp(log_none - quiet * q->false_per_well);
    }
    for (int j = 0; j < q->threshold; j++) {
        double ways = 1.0, sum = 0.0, choose = 1.0;
        for (int i = 0; i < j; i++)
            ways *= (double)(q->wells - i) / (i + 1);
        for (int i = 0; i <= j; i++) {
            sum += (i % 2 ? -1.0 : 1.0) * choose * p_silent[j - i];
            choose *= (double)(j - i) / (i + 1);
        }
        negative += ways * sum;
    }
    *p_positive = 1.0 - negative;
    return MTL_OK;
}

int mtl__sample_positive_by(const mtl__world *w, mtl__analytic *a, const mtl__sample *s,
                            const mtl__virtual *q, double rtol, mtl__view *v, double *p_positive,
                            double *mean, mtl_error *err)
{
    static const double most = 1e-3; /* error of a chance that is still told */
    mtl__silences sum;
    double negative = 0.0;
    if (q->by == MTL__BY_QPCR)
        return mtl__sample_positive(w, a, s, &q->qpcr, rtol, v, p_positive, mean, err);
    MTL_TRY(mtl__virtual_silences(q, &sum));
    if (sum.error + sum.gain * rtol > most)
        return mtl__fail_at(
            err, MTL_ERR_UNSUPPORTED, w->s->file, s->line, s->column, "threshold",
            "the analytic solver cannot tell the chance of so many positive %s (%g) "
            "to a thousandth; use auto",
            mtl__method_unit(q->by), (double)mtl__virtual_threshold(q));
    for (int k = 0; k < sum.n; k++) {
        double log_none = 0.0, level;
        if (sum.genomes[k] > 0.0) {
            MTL_TRY(
                mtl__sample_silent(w, a, s, sum.genomes[k], 0.1 * rtol, v, &log_none, &level, err));
            /* Of the fewest genomes: with more, whole organs may be looked through. */
            if (k == 0 || !(sum.genomes[k - 1] > 0.0))
                *mean = level;
        }
        negative += sum.weight[k] * mtl__exp(log_none);
    }
    *p_positive = mtl__min(mtl__max(1.0 - negative, 0.0), 1.0);
    return MTL_OK;
}
