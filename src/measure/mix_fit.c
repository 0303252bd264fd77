/* SPDX-License-Identifier: MIT */
/* The doors of the mixture model: a fit of one sample, and its likelihood at given fractions. */
#include <math.h>
#include <string.h>

#include "measure/mix_internal.h"

int mtl__mix_fit(mtl__mix *out, const mtl__sites *sites, const mtl__mix_people *people,
                 const mtl__counts *sample, const mtl__counts *others, int n_others,
                 const mtl__mix_opts *o, mtl_error *err)
{
    mtl__mix_law m;
    mtl__mix_data d;
    *out = (mtl__mix){.n = 0};
    MTL_TRY(mtl__mix_check(sites, people, o, err));
    MTL_TRY(mtl__mix_law_new(&m, sites, people, sample, others, n_others, o, err));
    int ret = mtl__mix_data_new(&d, &m.arena, &m, sample, err);
    if (ret >= 0)
        ret = mtl__mix_fit_law(out, &m, people, &d, sites->n, o, err);
    mtl__mix_law_free(&m);
    return ret;
}

static int loglik_of(double *out, mtl__mix_law *m, const mtl__counts *sample,
                     const double *fraction, mtl_error *err)
{
    double theta[MTL__MIX_MAX_PARAM] = {0};
    bool held[MTL__MIX_MAX_PARAM] = {false}, climbs = false;
    mtl__mix_data d;
    mtl__mix_work *w;
    mtl__mix_value v;
    MTL_TRY(mtl__mix_data_new(&d, &m->arena, m, sample, err));
    MTL_TRY(mtl__mix_work_new(&w, m, err));
    for (int i = 0; i < m->n_param; i++) {
        held[i] = i < m->n_people;
        theta[i] = held[i] ? fraction[i] : 0;
        climbs |= !held[i];
    }
    if (climbs)
        mtl__mix_maximise(m, w, &d, held, theta, &v);
    else
        mtl__mix_eval(m, w, &d, theta, &v);
    /* An error of 0 forbids what reads may show: then the sums are no numbers. */
    *out = isnan(v.l) ? -HUGE_VAL : v.l;
    mtl__mix_work_free(w);
    return MTL_OK;
}

int mtl__mix_loglik(double *out, const mtl__sites *sites, const mtl__mix_people *people,
                    const mtl__counts *sample, const double *fraction, const mtl__mix_opts *o,
                    mtl_error *err)
{
    mtl__mix_law m;
    mtl__mix_opts plain = *o;
    double sum = 0;
    plain.stranger = false;
    plain.hopping = 0;
    MTL_TRY(mtl__mix_check(sites, people, &plain, err));
    for (int j = 0; j < people->n_candidates; j++) {
        sum += fraction[j];
        if (!(fraction[j] >= 0))
            return mtl__fail(err, MTL_ERR_VALUE, "fraction", "must be at least 0");
    }
    if (!(sum <= 1))
        return mtl__fail(err, MTL_ERR_VALUE, "fraction",
                         "fractions must not add up to more than 1");
    MTL_TRY(mtl__mix_law_new(&m, sites, people, sample, NULL, 0, &plain, err));
    const int ret = loglik_of(out, &m, sample, fraction, err);
    mtl__mix_law_free(&m);
    return ret;
}
