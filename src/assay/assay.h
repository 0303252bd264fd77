/* SPDX-License-Identifier: MIT */
#ifndef MTL_ASSAY_H
#define MTL_ASSAY_H
/* Face of assay/: from a composition to a reading, simulate() beside loglik(). Knows nothing of how
   cells came to be where they are. */
#include "base/base.h"
#include "num/num.h"

/* What lies in the tube. Fractions are of genomes (cells) of the sampled population. */
typedef struct mtl__composition {
    int n_donors;
    const double *fraction;   /* [n_donors] of donors, host excluded; >= 0, sum <= 1 */
    const int *copies;        /* [n_donors] target alleles per donor genome as carried: 0 = not seen */
} mtl__composition;

/* More wells than this are digital PCR, which is another law of detection. */
#define MTL__WELLS_MAX 1000

/* A qPCR assay in wells. The law: genomes of a donor in the tested DNA are Poisson with mean genomes x
   recovery x fraction; each carried allele brings `fragments` targets that fall into the wells
   independently and evenly (a broken number f means one of the two whole numbers around it, with mean
   f); a well is hit when it holds at least one, or a false positive (Poisson, false_per_well). In the
   functions of a fraction c, c counts target-carrying genomes with one allele: a homozygous donor of
   an autosomal marker is seen almost as 2c. */
typedef struct mtl__qpcr {
    double genomes;           /* genome equivalents tested, all wells */
    int wells;
    double fragments;         /* independent target fragments per donor genome */
    double copies;            /* amplifiable copies per donor genome */
    double recovery;          /* (0, 1] */
    double false_per_well;    /* expected false hits per well (Poisson) */
    int threshold;            /* wells that must be hit for a positive sample, >= 1 */
    double efficiency, ct_one, ct_sd;
} mtl__qpcr;
int mtl__qpcr_check(const mtl__qpcr *a, mtl_error *err);

typedef struct mtl__reading {
    int hits, wells;
    bool positive;
    double genomes;
    double geq_per_1e6;       /* maximum likelihood, background taken off, NaN if hits = 0 */
                              /* 0 if the background explains the hits, 1e6 if every well is hit */
    double low, high;         /* 95%: exact (Clopper-Pearson through the law of the hits); low = 0 when the
                                 background explains the hits; high is the upper bound when hits = 0. With a
                                 background, high is conservative (CLs rule: 2.5% of the chance that blanks
                                 alone show so few), so it never falls to nothing. */
    double lob_hits, lod_geq_per_1e6; /* limit of blank in hits, LoD at 95% */
    double ct_mean;           /* of the hit wells, NaN if none */
} mtl__reading;

/* P(well is hit | fraction c of genomes carries the target). */
double mtl__qpcr_p_well(const mtl__qpcr *a, double c);
/* P(sample positive | c): at least `threshold` of the wells. */
double mtl__qpcr_p_positive(const mtl__qpcr *a, double c);
/* Smallest c with P(positive) >= power; 0 if blanks reach it, HUGE_VAL if even c = 1 does not. */
double mtl__qpcr_lod(const mtl__qpcr *a, double power);
/* Draws the hits of one sample and nothing more: cheap, for many replicates. ct_of_well and ct_mean may
   be NULL; the same draws are made either way. */
int mtl__qpcr_draw(const mtl__qpcr *a, const mtl__composition *c, mtl__rng *rng, double *ct_of_well,
                   int *hits, double *ct_mean);
/* Draws one reading. ct_of_well may be NULL or has `wells` places (NaN: not hit). */
int mtl__qpcr_simulate(const mtl__qpcr *a, const mtl__composition *c, mtl__rng *rng,
                       double *ct_of_well, mtl__reading *out);
/* log P(hits of wells | c); and with the wells' Ct values (NaN: not hit) the density of them as well.
   The latter takes wells as independent Poisson counts of fragments, which is exact for one fragment per
   genome and leaves out that the fragments of one genome fall into different wells together. */
double mtl__qpcr_loglik(const mtl__qpcr *a, int hits, double c);
double mtl__qpcr_loglik_ct(const mtl__qpcr *a, const double *ct_of_well, double c);
/* Fills estimate, interval and limits from hits (and keeps hits, wells). */
int mtl__qpcr_read(const mtl__qpcr *a, int hits, mtl__reading *out);

#endif
