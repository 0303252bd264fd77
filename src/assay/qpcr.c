/* SPDX-License-Identifier: MIT */
/* A quantitative PCR assay in wells, drawn and judged by one law (hits.c): donor genomes are
   Poisson, their target fragments scatter over the wells, blanks add false hits. A multi-copy
   target such as DYS14 lies in an array, so that fragments per genome decide whether a well is hit
   and copies per fragment decide its Ct. What the assay does not do: inhibition, plate effects,
   wells that share a contaminated reagent. */
#include "assay/hits.h"

#include <math.h>

static int bad(mtl_error *err, const char *field, double value, const char *want)
{
    return mtl__fail(err, MTL_ERR_VALUE, field, "%s is %g; it must be %s", field, value, want);
}

int mtl__qpcr_check(const mtl__qpcr *a, mtl_error *err)
{
    if (!(a->genomes > 0.0 && a->genomes <= 1e12))
        return bad(err, "genomes", a->genomes, "above 0 and at most 1e12");
    if (a->wells < 1 || a->wells > MTL__WELLS_MAX)
        return bad(err, "wells", a->wells, "from 1 to 1000 (more is digital PCR, not built)");
    if (!(a->fragments > 0.0 && a->fragments <= 1000.0))
        return bad(err, "fragments", a->fragments, "above 0 and at most 1000");
    if (!(isfinite(a->copies) && a->copies >= a->fragments * (1.0 - 1e-9)))
        return bad(err, "copies", a->copies, "at least the fragments: each holds a copy or more");
    if (!(a->recovery > 0.0 && a->recovery <= 1.0))
        return bad(err, "recovery", a->recovery, "above 0 and at most 1");
    if (!(a->false_per_well >= 0.0 && a->false_per_well <= 100.0))
        return bad(err, "false_per_well", a->false_per_well, "from 0 to 100");
    if (a->threshold < 1 || a->threshold > a->wells)
        return bad(err, "threshold", a->threshold, "from 1 to the number of wells");
    if (!(a->efficiency > 0.0 && a->efficiency <= 1.0))
        return bad(err, "efficiency", a->efficiency, "above 0 and at most 1 (1 = doubling)");
    if (!isfinite(a->ct_one))
        return bad(err, "ct_one", a->ct_one, "a finite number of cycles");
    if (!(a->ct_sd > 0.0 && a->ct_sd <= 100.0))
        return bad(err, "ct_sd", a->ct_sd, "above 0 and at most 100 cycles");
    return 0;
}

static bool is_fraction(double c)
{
    return c >= 0.0 && isfinite(c);
}

double mtl__qpcr_p_well(const mtl__qpcr *a, double c)
{
    if (!is_fraction(c))
        return (double)NAN;
    mtl__hits m;
    mtl__hits_of(&m, a, c);
    return -mtl__expm1(-m.genomes * (1.0 - mtl__hits_inside(&m, 1.0 - 1.0 / m.wells)) - m.blank);
}

double mtl__qpcr_p_positive(const mtl__qpcr *a, double c)
{
    if (!is_fraction(c))
        return (double)NAN;
    mtl__hits m;
    double below, atleast;
    mtl__hits_of(&m, a, c);
    mtl__hits_tail(&m, a->threshold, &below, &atleast);
    return below < 0.5 ? 1.0 - below : atleast;
}

double mtl__qpcr_loglik(const mtl__qpcr *a, int hits, double c)
{
    if (!is_fraction(c))
        return -HUGE_VAL;
    mtl__hits m;
    mtl__hits_of(&m, a, c);
    return mtl__hits_log(&m, hits);
}

/* Target fragments in the tube: all alleles of all donors, thinned to whole fragments. */
static int draw_fragments(const mtl__qpcr *a, const mtl__composition *c, mtl__rng *rng,
                          int64_t *out)
{
    const double whole = floor(a->fragments), part = a->fragments - whole;
    double sum = 0.0;
    *out = 0;
    for (int i = 0; i < c->n_donors; i++) {
        const double share = c->fraction[i];
        if (!(share >= 0.0 && share <= 1.0) || c->copies[i] < 0 || c->copies[i] > 1000)
            return MTL_ERR_VALUE;
        sum += share;
        const int64_t genomes = mtl__rng_poisson(rng, a->genomes * a->recovery * share);
        const int64_t alleles = genomes * c->copies[i];
        *out += alleles * (int64_t)whole;
        if (part > 0.0)
            *out += mtl__rng_binomial(rng, alleles, part);
    }
    return sum <= 1.0 + 1e-9 ? 0 : MTL_ERR_VALUE;
}

int mtl__qpcr_draw(const mtl__qpcr *a, const mtl__composition *c, mtl__rng *rng, double *ct_of_well,
                   int *hits, double *ct_mean)
{
    int64_t left, in_well[MTL__WELLS_MAX];
    MTL_TRY(mtl__qpcr_check(a, NULL));
    MTL_TRY(draw_fragments(a, c, rng, &left));
    *hits = 0;
    for (int w = 0; w < a->wells; w++) {
        const int64_t here = mtl__rng_binomial(rng, left, 1.0 / (a->wells - w));
        left -= here;
        in_well[w] = here + mtl__rng_poisson(rng, a->false_per_well);
        *hits += in_well[w] > 0;
    }
    const double slope = 1.0 / mtl__log1p(a->efficiency), copies = a->copies / a->fragments;
    double sum = 0.0;
    for (int w = 0; w < a->wells; w++) {
        double ct = (double)NAN;
        if (in_well[w] > 0) { /* a false hit is a stray fragment like any other */
            ct = a->ct_one - slope * mtl__log((double)in_well[w] * copies) +
                 a->ct_sd * mtl__rng_normal(rng);
            sum += ct;
        }
        if (ct_of_well)
            ct_of_well[w] = ct;
    }
    if (ct_mean)
        *ct_mean = *hits > 0 ? sum / *hits : (double)NAN;
    return 0;
}

int mtl__qpcr_simulate(const mtl__qpcr *a, const mtl__composition *c, mtl__rng *rng,
                       double *ct_of_well, mtl__reading *out)
{
    int hits;
    double ct_mean;
    MTL_TRY(mtl__qpcr_draw(a, c, rng, ct_of_well, &hits, &ct_mean));
    MTL_TRY(mtl__qpcr_read(a, hits, out));
    out->ct_mean = ct_mean;
    return 0;
}
