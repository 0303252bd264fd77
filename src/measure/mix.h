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
    const int *chromosome;   /* [n] index; -1 = unknown, taken as unlinked, and last or first */
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
    /* [n_sites][lineage.n] the set within which the phase of a heterozygous site holds: from one to
     * another a person's haplotypes may change places; NULL = it holds along whole chromosomes */
    const int32_t *phase_set;
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
    double hopping; /* share of reads from the other samples of the run; NaN = fit, 0 = none;
                       without other samples there is none */
    bool stranger;  /* an unrelated person competes */
    int thin_bp;    /* no two sites closer than this; 0 = all, with intervals widened for linkage */
    int bootstrap;  /* replicates of presence tests; 0 = asymptotic mixture of chi-squares. Draws
                       take sites as unlinked */
    uint64_t seed;
    int threads;
    /* What runs the replicates on threads: mtl__par_for (measure/ starts none of its own); NULL =
       one after another. Results are the same. */
    int (*loop)(int threads, int64_t n, int (*fn)(void *ctx, int64_t i, int worker), void *ctx);
    /* A technical choice, no measured number: the chance with which a site is taken to be beyond
       the law (typed wrong, a copy-number variant), so that its reads tell nothing. 0 = every site
       is believed, and one wrong genotype outweighs all else. 1e-6 */
    double odd_site;
    bool responsible; /* fill mtl__mix.responsible */
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
    int twin_of;              /* index of a share it cannot be told from, -1 = none; of the two only
                                 the sum means something, and each interval holds all of it */
    double widened;           /* variance for linkage over variance without, >= 1 */
    double ratio;             /* twice the fall of the log-likelihood without this share */
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
    int sites_impossible;   /* left out: the family cannot have these genotypes */
    int sites_no_frequency; /* left out: genotypes are guessed and the frequency is not known */
    int sites_odd;          /* of those used: reads that no mixture of the family explains */
    int meioses; /* of phased parents, followed along chromosomes; 0 = sites one by one */
    int blocks;  /* pieces of chromosomes that count as independent */
    double mean_depth;
    unsigned flags;
    mtl__arena arena;
} mtl__mix;
/* Fits one sample; `others` are the other samples of the run (hopping), may be NULL. */
int mtl__mix_fit(mtl__mix *out, const mtl__sites *sites, const mtl__mix_people *people,
                 const mtl__counts *sample, const mtl__counts *others, int n_others,
                 const mtl__mix_opts *o, mtl_error *err);
/* Log-likelihood at given fractions [n_candidates]: for tests, profiles and joint fits with wells.
   An error or overdispersion of NaN is fitted; nothing hops, no stranger. */
int mtl__mix_loglik(double *out, const mtl__sites *sites, const mtl__mix_people *people,
                    const mtl__counts *sample, const double *fraction, const mtl__mix_opts *o,
                    mtl_error *err);
void mtl__mix_clear(mtl__mix *m);

/* ---------------------------------------------------------------- several samples of one person */
/* A qPCR assay that looks for an allele of donors in one of the samples (or in one without reads),
   and how many of its wells were hit. The host has no such allele. */
typedef struct mtl__mix_wells {
    int sample; /* index */
    const struct mtl__qpcr *assay;
    int hits;
    const int
        *copies; /* [n_candidates] target alleles per genome: 1, 2; 0 = this donor is not seen */
} mtl__mix_wells;
/* Fits samples of one host together: each has fractions of its own; error and overdispersion, where
   they are fitted, are one number for all; wells count with the fractions of their sample. A sample
   without reads (ref = NULL) rests on its wells alone. out[n_samples]. Intervals of a sample carry
   what the others leave open about error and overdispersion, to second order. */
int mtl__mix_joint(mtl__mix *out, const mtl__sites *sites, const mtl__mix_people *people,
                   const mtl__counts *samples, int n_samples, const mtl__mix_wells *wells,
                   int n_wells, const mtl__mix_opts *o, mtl_error *err);

#endif
