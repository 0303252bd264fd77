/* SPDX-License-Identifier: MIT */
/* From the number of hit wells to a reading: the maximum likelihood net of background, an interval
   by inverting the exact tails of the law of the hits [Clopper1934], the limit of blank and the
   limit of detection in the sense of [CLSI EP17]. Where blanks add hits the upper bound divides by
   the chance that blanks alone show so few (the CLs rule [Read2002]): plain inversion could exclude
   every fraction, zero included, when a sample shows fewer hits than its blanks. */
#include "assay/hits.h"

#include <math.h>

#define TAIL 0.025

/* What a root is sought of, increasing in the fraction. */
typedef struct tail_at {
    const mtl__qpcr *a;
    int k; /* P(at least k hits) */
} tail_at;

/* logit P(at least k) - logit target: nearly linear in log c, so that few steps find the root. */
static double excess(const tail_at *f, double log_c, double logit)
{
    mtl__hits m;
    double below, atleast;
    mtl__hits_of(&m, f->a, mtl__exp(log_c));
    mtl__hits_tail(&m, f->k, &below, &atleast);
    const double tiny = 1e-300;
    return mtl__log(mtl__max(atleast, tiny)) - mtl__log(mtl__max(below, tiny)) - logit;
}

/* Fraction at which P(at least k hits) = p; q = 1 - p. 0 if blanks reach it, HUGE_VAL if c = 1 does
   not. */
static double fraction_at(const mtl__qpcr *a, int k, double p, double q)
{
    const tail_at f = {a, k};
    mtl__hits m;
    double below, atleast;
    if (k <= 0)
        return 0.0;
    if (k > a->wells || !(q > 0.0))
        return HUGE_VAL;
    mtl__hits_of(&m, a, 0.0);
    mtl__hits_tail(&m, k, &below, &atleast);
    if (atleast >= p)
        return 0.0;
    const double logit = mtl__log(p) - mtl__log(q);
    double hi = 0.0, f_hi = excess(&f, hi, logit), lo, f_lo;
    if (f_hi < 0.0)
        return HUGE_VAL;
    /* Down from a fraction of one fragment per well, in steps of 8, until the root is enclosed. */
    lo = mtl__min(0.0, -mtl__log(a->genomes * a->recovery * a->fragments / a->wells));
    f_lo = excess(&f, lo, logit);
    while (f_lo > 0.0 && lo > -100.0) {
        hi = lo;
        f_hi = f_lo;
        lo -= 2.0794415416798357;
        f_lo = excess(&f, lo, logit);
    }
    /* Illinois, with a bisection whenever it crawls. */
    for (int i = 0; i < 200 && hi - lo > 1e-12; i++) {
        double at = lo + (hi - lo) * (f_lo / (f_lo - f_hi));
        if (i % 4 == 3 || !(at > lo && at < hi))
            at = 0.5 * (lo + hi);
        const double value = excess(&f, at, logit);
        if (fabs(value) < 1e-13)
            return mtl__exp(at);
        if (value < 0.0) {
            lo = at;
            f_lo = value;
            f_hi *= 0.5;
        } else {
            hi = at;
            f_hi = value;
            f_lo *= 0.5;
        }
    }
    return mtl__exp(0.5 * (lo + hi));
}

double mtl__qpcr_lod(const mtl__qpcr *a, double power)
{
    if (!(power > 0.0 && power < 1.0))
        return (double)NAN;
    return fraction_at(a, a->threshold, power, 1.0 - power);
}

/* Golden section for the fraction of largest likelihood, in log c between lo and hi. */
static double best_between(const mtl__qpcr *a, int hits, double lo, double hi)
{
    const double golden = 0.61803398874989484820;
    double x1 = hi - golden * (hi - lo), x2 = lo + golden * (hi - lo);
    double f1 = mtl__qpcr_loglik(a, hits, mtl__exp(x1)),
           f2 = mtl__qpcr_loglik(a, hits, mtl__exp(x2));
    while (hi - lo > 1e-7) {
        if (f1 < f2) {
            lo = x1;
            x1 = x2;
            f1 = f2;
            x2 = lo + golden * (hi - lo);
            f2 = mtl__qpcr_loglik(a, hits, mtl__exp(x2));
        } else {
            hi = x2;
            x2 = x1;
            f2 = f1;
            x1 = hi - golden * (hi - lo);
            f1 = mtl__qpcr_loglik(a, hits, mtl__exp(x1));
        }
    }
    return mtl__exp(0.5 * (lo + hi));
}

/* The fraction of largest likelihood in [0, 1]. */
static double most_likely(const mtl__qpcr *a, int hits)
{
    if (hits <= 0)
        return 0.0;
    if (hits >= a->wells)
        return 1.0;
    const double mean = -mtl__log1p(-(double)hits / a->wells) - a->false_per_well;
    const double per_well = a->genomes * a->recovery * a->fragments / a->wells;
    if (a->fragments <= 1.0) /* independent wells: closed form */
        return mtl__min(mtl__max(mean, 0.0) / per_well, 1.0);
    /* One genome with several fragments hits at most as many wells as independent fragments would,
       and at least one; the estimate lies between these readings of the same hits. */
    const double at_zero = mtl__qpcr_loglik(a, hits, 0.0);
    const double top = (mean + a->false_per_well) / per_well * a->fragments * 2.0;
    const double low = 1e-6 * (mean + a->false_per_well) / per_well;
    const double best =
        best_between(a, hits, mtl__log(low), mtl__log(mtl__min(mtl__max(top, 2.0 * low), 1.0)));
    if (mtl__qpcr_loglik(a, hits, best) <= at_zero || best < 2.0 * low)
        return 0.0;
    return best > 1.0 - 1e-6 ? 1.0 : best;
}

/* Smallest b with P(blank shows at most b hits) >= 95%. */
static int limit_of_blank(const mtl__qpcr *a)
{
    mtl__hits m;
    double below, atleast;
    mtl__hits_of(&m, a, 0.0);
    for (int b = 0; b < a->wells; b++) {
        mtl__hits_tail(&m, b + 1, &below, &atleast);
        if (atleast <= 0.05)
            return b;
    }
    return a->wells;
}

/* The upper bound: P(at most hits | c) = 2.5% of the same of a blank. */
static double upper_bound(const mtl__qpcr *a, int hits)
{
    mtl__hits m;
    double below, atleast;
    if (hits >= a->wells)
        return 1.0;
    mtl__hits_of(&m, a, 0.0);
    mtl__hits_tail(&m, hits + 1, &below, &atleast);
    return mtl__min(fraction_at(a, hits + 1, 1.0 - TAIL * below, TAIL * below), 1.0);
}

int mtl__qpcr_read(const mtl__qpcr *a, int hits, mtl__reading *out)
{
    MTL_TRY(mtl__qpcr_check(a, NULL));
    if (hits < 0 || hits > a->wells)
        return MTL_ERR_VALUE;
    const int blank = limit_of_blank(a);
    const int needed = blank + 1 > a->threshold ? blank + 1 : a->threshold;
    *out = (mtl__reading){.hits = hits,
                          .wells = a->wells,
                          .positive = hits >= a->threshold,
                          .genomes = a->genomes,
                          .geq_per_1e6 = hits > 0 ? 1e6 * most_likely(a, hits) : (double)NAN,
                          .low = 1e6 * mtl__min(fraction_at(a, hits, TAIL, 1.0 - TAIL), 1.0),
                          .high = 1e6 * upper_bound(a, hits),
                          .lob_hits = blank,
                          .lod_geq_per_1e6 = 1e6 * fraction_at(a, needed, 0.95, 0.05),
                          .ct_mean = (double)NAN};
    return 0;
}
