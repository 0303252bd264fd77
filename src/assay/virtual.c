/* SPDX-License-Identifier: MIT */
/* Four methods under one face. qPCR has laws of its own (hits.c, reading.c); of the other three the
   number of positive units is binomial or near to it and rises with the fraction, so that one
   reading serves all: maximum likelihood net of background in closed form, an interval by inverting
   tails [Clopper1934], the upper bound divided by what blanks alone would show [Read2002], limits
   of blank and detection in the sense of [CLSI EP17]. */
#include "assay/virtual.h"

#include <limits.h>
#include <math.h>

#define TAIL 0.025

int mtl__virtual_check(const mtl__virtual *v, mtl_error *err)
{
    switch (v->by) {
    case MTL__BY_QPCR:
        return mtl__qpcr_check(&v->qpcr, err);
    case MTL__BY_DPCR:
        MTL_TRY(mtl__dpcr_check(&v->dpcr, err));
        if (v->dpcr_wells < 1 || v->dpcr_wells > MTL__WELLS_MAX)
            return mtl__fail(err, MTL_ERR_VALUE, "wells", "wells is %d; it must be from 1 to %d",
                             v->dpcr_wells, MTL__WELLS_MAX);
        if (v->dpcr_threshold < 1 || v->dpcr_threshold > v->dpcr.partitions)
            return mtl__fail(err, MTL_ERR_VALUE, "threshold",
                             "threshold is %d; it must be from 1 to the number of partitions",
                             v->dpcr_threshold);
        if (!(v->partition_nl > 0.0 && v->partition_nl <= 1e6))
            return mtl__fail(err, MTL_ERR_VALUE, "partition_volume",
                             "partition_volume is %g nL; it must be above 0 and at most 1e6 nL",
                             v->partition_nl);
        return 0;
    case MTL__BY_FISH:
        return mtl__fish_check(&v->fish, err);
    case MTL__BY_READS:
        return mtl__informative_check(&v->reads, err);
    default:
        return MTL_ERR_VALUE;
    }
}

const char *mtl__method_unit(enum mtl__method by)
{
    static const char *const unit[MTL__N_METHODS] = {"wells", "partitions", "cells", "reads"};
    return unit[by];
}

double mtl__virtual_genomes(const mtl__virtual *v)
{
    return v->by == MTL__BY_QPCR   ? v->qpcr.genomes
           : v->by == MTL__BY_DPCR ? v->dpcr.genomes
           : v->by == MTL__BY_FISH ? (double)v->fish.cells
                                   : v->reads.genomes;
}

double mtl__virtual_units(const mtl__virtual *v)
{
    return v->by == MTL__BY_QPCR   ? v->qpcr.wells
           : v->by == MTL__BY_DPCR ? (double)v->dpcr.partitions
           : v->by == MTL__BY_FISH ? (double)v->fish.cells
                                   : v->reads.depth * v->reads.sites;
}

int64_t mtl__virtual_threshold(const mtl__virtual *v)
{
    return v->by == MTL__BY_QPCR   ? v->qpcr.threshold
           : v->by == MTL__BY_DPCR ? v->dpcr_threshold
           : v->by == MTL__BY_FISH ? v->fish.threshold
                                   : v->reads.threshold;
}

/* P(at least k of n | each with probability p). */
static double binomial_tail(double k, double n, double p)
{
    if (k <= 0.0)
        return 1.0;
    if (k > n || !(p > 0.0))
        return 0.0;
    return p >= 1.0 ? 1.0 : mtl__beta_inc(k, n - k + 1.0, p);
}

double mtl__virtual_at_least(const mtl__virtual *v, int64_t k, double c)
{
    if (!(c >= 0.0 && isfinite(c)))
        return (double)NAN;
    if (v->by == MTL__BY_QPCR) {
        mtl__qpcr a = v->qpcr;
        if (k <= 0 || k > a.wells)
            return k <= 0 ? 1.0 : 0.0;
        a.threshold = (int)k;
        return mtl__qpcr_p_positive(&a, c);
    }
    if (v->by == MTL__BY_DPCR) {
        const int one = 1;
        const mtl__composition tube = {1, &c, &one};
        return binomial_tail((double)k, (double)v->dpcr.partitions,
                             -mtl__expm1(-mtl__dpcr_rate(&v->dpcr, &tube)));
    }
    if (v->by == MTL__BY_FISH)
        return binomial_tail((double)k, (double)v->fish.cells, mtl__fish_p_cell(&v->fish, c));
    return mtl__informative_at_least(&v->reads, k, c);
}

double mtl__virtual_p_positive(const mtl__virtual *v, double c)
{
    return mtl__virtual_at_least(v, mtl__virtual_threshold(v), c);
}

int mtl__virtual_draw(const mtl__virtual *v, const mtl__composition *c, const double *weight,
                      mtl__rng *rng, int64_t *units)
{
    int hits = 0;
    switch (v->by) {
    case MTL__BY_QPCR:
        MTL_TRY(mtl__qpcr_draw(&v->qpcr, c, rng, NULL, &hits, NULL));
        *units = hits;
        return 0;
    case MTL__BY_DPCR:
        return mtl__dpcr_simulate(&v->dpcr, c, rng, units);
    case MTL__BY_FISH:
        return mtl__fish_simulate(&v->fish, c, rng, NULL, units);
    case MTL__BY_READS:
        return mtl__informative_simulate(&v->reads, c, weight, rng, units);
    default:
        return MTL_ERR_VALUE;
    }
}

/* ---------------------------------------------------------------- readings */
/* Fraction at which P(at least k units) = p: 0 if blanks reach it, HUGE_VAL if c = 1 does not. By
   bisection in log c, to a relative 1e-10. */
static double fraction_at(const mtl__virtual *v, int64_t k, double p)
{
    if (k <= 0 || mtl__virtual_at_least(v, k, 0.0) >= p)
        return 0.0;
    if (!(mtl__virtual_at_least(v, k, 1.0) >= p))
        return HUGE_VAL;
    double low = -80.0, high = 0.0;
    while (high - low > 1e-10) {
        const double mid = 0.5 * (low + high);
        if (mtl__virtual_at_least(v, k, mtl__exp(mid)) >= p)
            high = mid;
        else
            low = mid;
    }
    return mtl__exp(high);
}

double mtl__virtual_lod(const mtl__virtual *v, double power)
{
    if (v->by == MTL__BY_QPCR)
        return mtl__qpcr_lod(&v->qpcr, power);
    return power > 0.0 && power < 1.0 ? fraction_at(v, mtl__virtual_threshold(v), power)
                                      : (double)NAN;
}

/* The fraction of largest likelihood, in [0, 1]. */
static double most_likely(const mtl__virtual *v, double k)
{
    double c;
    if (v->by == MTL__BY_DPCR) {
        const mtl__dpcr *a = &v->dpcr;
        const double n = (double)a->partitions;
        c = k < n ? (-mtl__log1p(-k / n) - a->false_per_partition) * n /
                        (a->genomes * a->recovery * a->fragments)
                  : 1.0;
    } else if (v->by == MTL__BY_FISH) {
        const mtl__fish *a = &v->fish;
        c = (k / (double)a->cells - a->false_per_cell) / (a->seen - a->false_per_cell);
    } else {
        const double blank = mtl__informative_mean(&v->reads, 0.0);
        const double one = mtl__informative_mean(&v->reads, 1.0) - blank;
        c = one > 0.0 ? (k - blank) / one : 0.0;
    }
    return mtl__min(mtl__max(c, 0.0), 1.0);
}

/* Smallest b with P(blank shows at most b) >= 95%. */
static int64_t limit_of_blank(const mtl__virtual *v)
{
    int64_t low = -1, high = 0;
    while (mtl__virtual_at_least(v, high + 1, 0.0) > 0.05) {
        low = high;
        high = 2 * high + 1;
    }
    while (high - low > 1) {
        const int64_t mid = low + (high - low) / 2;
        if (mtl__virtual_at_least(v, mid + 1, 0.0) > 0.05)
            low = mid;
        else
            high = mid;
    }
    return high;
}

static int small(double x)
{
    return x > INT_MAX ? INT_MAX : (int)(x + 0.5);
}

int mtl__virtual_read(const mtl__virtual *v, int64_t units, mtl__reading *out)
{
    MTL_TRY(mtl__virtual_check(v, NULL));
    if (v->by == MTL__BY_QPCR)
        return units > INT_MAX ? MTL_ERR_VALUE : mtl__qpcr_read(&v->qpcr, (int)units, out);
    if (units < 0 || (v->by != MTL__BY_READS && (double)units > mtl__virtual_units(v)))
        return MTL_ERR_VALUE;
    const int64_t blank = limit_of_blank(v), asked = mtl__virtual_threshold(v);
    const double few = 1.0 - mtl__virtual_at_least(v, units + 1, 0.0);
    *out = (mtl__reading){
        .hits = small((double)units),
        .wells = small(mtl__virtual_units(v)),
        .positive = units >= asked,
        .genomes = mtl__virtual_genomes(v),
        .geq_per_1e6 = units > 0 ? 1e6 * most_likely(v, (double)units) : (double)NAN,
        .low = 1e6 * mtl__min(fraction_at(v, units, TAIL), 1.0),
        .high = 1e6 * mtl__min(fraction_at(v, units + 1, 1.0 - TAIL * few), 1.0),
        .lob_hits = (double)blank,
        .lod_geq_per_1e6 = 1e6 * fraction_at(v, blank + 1 > asked ? blank + 1 : asked, 0.95),
        .ct_mean = (double)NAN};
    return 0;
}
