/* SPDX-License-Identifier: MIT */
#ifndef MTL_INFORMATIVE_H
#define MTL_INFORMATIVE_H
/* Reads at the informative sites of a panel, added up: what decides whether a sequenced sample is
   positive. The reads of each site and who they are from are for measure/mix.h. */
#include "assay/assay.h"

/* Informative: the host has one allele twice, and a donor who is looked for has the other one. The
   rule: positive when at least `threshold` reads at these sites show alleles that the host lacks.
   Donor genomes in the tested DNA are Poisson (one number for all sites); depths are Poisson; the
   reads of a site spread by a beta law of overdispersion rho. */
typedef struct mtl__informative {
    double genomes;  /* gEq of DNA that were made into the library */
    double recovery; /* (0, 1] share of them that can be read */
    int sites;       /* informative; 0 = nothing can be seen */
    double signal;   /* sum over them of the share of the donor's alleles that the host lacks */
    double depth;    /* mean reads of a site */
    double error;    /* [0, 0.5) chance that a base is read as the other allele */
    double overdispersion; /* rho, [0, 1) */
    int64_t threshold;     /* reads, >= 1 */
} mtl__informative;
int mtl__informative_check(const mtl__informative *a, mtl_error *err);
/* Expected reads with an allele that the host lacks, of a tube with a share c of donor genomes. */
double mtl__informative_mean(const mtl__informative *a, double c);
/* P(at least k such reads | c of the genomes in the body are the donor's). */
double mtl__informative_at_least(const mtl__informative *a, int64_t k, double c);
/* The smallest threshold that a sample without donor reaches with at most `alarm`. */
int64_t mtl__informative_rule(const mtl__informative *a, double alarm);
/* The share of donor genomes that gets into the tube: Poisson around `share`. */
double mtl__informative_tube(const mtl__informative *a, double share, mtl__rng *rng);
/* Draws the reads; weight[i] is the signal of donor i over that above, NULL = 1 for all. */
int mtl__informative_simulate(const mtl__informative *a, const mtl__composition *c,
                              const double *weight, mtl__rng *rng, int64_t *reads);
/* log P(reads | c). */
double mtl__informative_loglik(const mtl__informative *a, int64_t reads, double c);

#endif
