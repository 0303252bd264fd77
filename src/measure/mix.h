/* SPDX-License-Identifier: MIT */
#ifndef MTL_MIX_H
#define MTL_MIX_H
/* From allele counts at the sites of a panel to the fractions of every donor in a family. The model
   is in docs/measuring.md. */
#include "base/base.h"
#include "kin/genome.h"

/* Sites, sorted by chromosome and position. */
typedef struct mtl__sites {
    int n;
    const int *chromosome;   /* [n] index; -1 = unknown, taken as unlinked */
    const int64_t *position; /* [n] 1-based, bp */
    const double *frequency; /* [n] of ALT in the population, (0, 1); NaN = unknown */
    const double *morgan;    /* [n] genetic position; NULL = 1 cM per Mb */
} mtl__sites;

/* Who may be in the tube, and what is known of their genomes. People 0 .. lineage.n - 1 are the
   family; `unknown stranger` competitors need no person: see opts.stranger. */
typedef struct mtl__mix_people {
    mtl__lineage lineage;
    int n_candidates;
    const int *candidate; /* [n_candidates] donors that may be there, host not among them */
    int host;
    /* [n_sites][lineage.n] sets of genotypes as in mtl__gt_condition: bit g set = g copies of ALT
     * possible */
    const uint8_t *allowed;
    /* [n_sites][lineage.n] phased haplotypes, bit 0 maternal or first, bit 1 second, 4 = not
     * phased; NULL = none */
    const uint8_t *phase;
} mtl__mix_people;

/* Counts of one sample. Depths of 0 are fine. */
typedef struct mtl__counts {
    const char *name;
    const int32_t *ref, *alt; /* [n_sites] */
    const int32_t *other;     /* [n_sites] reads of a third allele: error; NULL = not counted */
} mtl__counts;

typedef struct mtl__mix_opts {
    double level;             /* of intervals; 0.95 */
    double error;             /* chance that a base is read as the other allele; NaN = fit it */
    double overdispersion;    /* beta-binomial rho; NaN = fit it */
    const double *site_error; /* [n_sites] learnt from references or blanks; NULL = none */
    const double
        *site_bias; /* [n_sites] odds of ALT against REF reads from a heterozygote; NULL = 1 */
    double hopping; /* share of reads from the other samples of the run; NaN = fit, 0 = none */
    bool stranger;  /* an unrelated person competes */
    int thin_bp;    /* no two sites closer than this; 0 = all, with intervals widened for linkage */
    int bootstrap;  /* replicates of presence tests; 0 = asymptotic mixture of chi-squares */
    uint64_t seed;
    int threads;
} mtl__mix_opts;
void mtl__mix_opts_init(mtl__mix_opts *o);

enum mtl__mix_flag {
    MTL__MIX_LINKED = 1,         /* panel too linked for its intervals to hold as they stand */
    MTL__MIX_NOT_IDENTIFIED = 2, /* this donor is not told from another or from error */
    MTL__MIX_FEW_SITES = 4,
    MTL__MIX_BOUNDARY = 8,      /* estimate at 0: only an upper bound */
    MTL__MIX_STRANGER = 16,     /* somebody outside the family explains the reads better */
    MTL__MIX_HOST_GUESSED = 32, /* host not typed */
    MTL__MIX_OVERDISPERSED = 64
};
typedef struct mtl__share {
    int person;                 /* -1 = the stranger; -2 = other samples of the run */
    double fraction, low, high; /* of genomes */
    double p;                   /* presence: P(such a likelihood ratio or more | fraction 0) */
    double standard_error;
    double information_sites; /* effective number of sites that tell this donor from the rest */
    double lod;               /* fraction found with 95% power at alarm 5% (from the information) */
    int twin_of;              /* index of a share it cannot be told from, -1 = none */
    unsigned flags;
} mtl__share;
typedef struct mtl__mix {
    int n; /* candidates, stranger and hopping included where asked for */
    mtl__share *share;
    double loglik, loglik_null; /* null: host alone */
    double error, overdispersion, hopping;
    double *information; /* [n * n] Fisher information of the fractions */
    double *responsible; /* [n_sites * (n + 1)] share of the ALT (non-host) signal explained by
                            each, for pictures; NULL unless asked for */
    int sites_used;
    double mean_depth;
    unsigned flags;
    mtl__arena arena;
} mtl__mix;
/* Fits one sample; `others` are the other samples of the run (hopping), may be NULL. */
int mtl__mix_fit(mtl__mix *out, const mtl__sites *sites, const mtl__mix_people *people,
                 const mtl__counts *sample, const mtl__counts *others, int n_others,
                 const mtl__mix_opts *o, mtl_error *err);
/* Log-likelihood at given fractions [n_candidates]: for tests, profiles and joint fits with wells.
 */
int mtl__mix_loglik(double *out, const mtl__sites *sites, const mtl__mix_people *people,
                    const mtl__counts *sample, const double *fraction, const mtl__mix_opts *o,
                    mtl_error *err);
void mtl__mix_clear(mtl__mix *m);

#endif
