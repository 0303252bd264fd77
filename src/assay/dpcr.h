/* SPDX-License-Identifier: MIT */
#ifndef MTL_DPCR_H
#define MTL_DPCR_H
/* Digital PCR: a tube split into thousands of partitions, each read as positive or not. */
#include "assay/assay.h"

/* What is drawn and judged: fragments of the tested DNA, an aliquot of an extract, fall into the
   partitions independently, so that those of one partition are Poisson; false positives add to
   them. Where a second target is read in the same partitions, `linked` fragments carry both. */
typedef struct mtl__dpcr {
    double genomes;             /* genome equivalents in the accepted partitions */
    int64_t partitions;         /* accepted */
    double fragments;           /* independent target fragments per allele */
    double recovery;            /* (0, 1] */
    double false_per_partition; /* expected false positives per partition (Poisson) */
} mtl__dpcr;
/* Partitions of two targets: how they fall. */
typedef struct mtl__dpcr_pair {
    int64_t both, only_first, only_second, neither;
} mtl__dpcr_pair;
/* Fragments per partition of the first target alone, the second alone, and of both in one. */
typedef struct mtl__dpcr_rates {
    double first, second, linked;
} mtl__dpcr_rates;

int mtl__dpcr_check(const mtl__dpcr *a, mtl_error *err);
/* Expected fragments per partition, false ones included. */
double mtl__dpcr_rate(const mtl__dpcr *a, const mtl__composition *c);
int mtl__dpcr_simulate(const mtl__dpcr *a, const mtl__composition *c, mtl__rng *rng,
                       int64_t *positive);
/* log P(positive partitions | fraction c of genomes with one target allele). */
double mtl__dpcr_loglik(const mtl__dpcr *a, int64_t positive, double c);
/* Fragments per partition with the exact interval (Clopper-Pearson through -ln(1 - p)); high =
   HUGE_VAL where every partition is positive. */
int mtl__dpcr_count(int64_t partitions, int64_t positive, double level, double *rate, double *low,
                    double *high);

int mtl__dpcr_simulate_pair(const mtl__dpcr_rates *r, int64_t partitions, mtl__rng *rng,
                            mtl__dpcr_pair *out);
double mtl__dpcr_loglik_pair(const mtl__dpcr_pair *p, const mtl__dpcr_rates *r);
/* Maximum likelihood; `linked` at least 0. */
int mtl__dpcr_fit_pair(const mtl__dpcr_pair *p, mtl__dpcr_rates *out);

#endif
