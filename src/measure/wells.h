/* SPDX-License-Identifier: MIT */
#ifndef MTL_WELLS_H
#define MTL_WELLS_H
/* From the wells of a plate to who is in whom, how much, how sure. The model is in
 * docs/measuring.md. */
#include "assay/assay.h"
#include "measure/plate.h"

/* Things a referee would want to be told; bits. */
enum mtl__well_flag {
    MTL__FLAG_NO_BLANKS = 1,        /* the LoB rests on an assumed background */
    MTL__FLAG_CURVE_TWO_POINTS = 2, /* no measure of its fit */
    MTL__FLAG_CURVE_STEEP = 4,      /* efficiency outside 80-120% */
    MTL__FLAG_CURVE_POOR = 8,       /* r2 < 0.98 */
    MTL__FLAG_NO_CURVE = 16,        /* hits only; Ct tells nothing */
    MTL__FLAG_ALL_HIT = 32,         /* every well hit: only Ct bounds it above */
    MTL__FLAG_BELOW_LOD = 64,
    MTL__FLAG_BELOW_LOB = 128,
    MTL__FLAG_BEYOND_CURVE = 256,    /* quantities outside the standards */
    MTL__FLAG_ZYGOSITY = 512,        /* copies of the donor unknown: both carried */
    MTL__FLAG_NOT_TOLD_APART = 1024, /* other donors of this target could explain it */
    MTL__FLAG_BLANKS_HIT = 2048,
    MTL__FLAG_NO_GENOMES = 4096, /* genomes tested not known: per well only */
    MTL__FLAG_TARGETS_DISAGREE = 8192,
    MTL__FLAG_REPLICATES_SPREAD = 16384 /* wells vary more than Poisson allows */
};

/* A standard curve: Ct of a well with q copies = intercept + slope log10 q, with normal scatter;
   fitted by maximum likelihood with the Poisson number of fragments in each well summed out. */
typedef struct mtl__curve {
    int target, n_wells, n_levels;
    double slope, intercept, sd; /* per log10 copies; Ct of one copy; of one well */
    double covariance[3];        /* var slope, cov, var intercept */
    double efficiency, r2;       /* 10^(-1/slope) - 1; of mean Ct against log10 quantity */
    double efficiency_low, efficiency_high; /* 95% */
    double quantity_low, quantity_high;     /* gEq per well spanned */
    double df;                              /* degrees of freedom of sd; 0: sd is assumed */
    unsigned flags;
} mtl__curve;

/* One donor (or one set of donors that nothing on the plate tells apart) in one sample. n_donors =
   0: somebody unknown, one allele per genome taken, where no person is known to carry the target. A
   donor whose only target may be absent (chance[0] > 0) is measured as a carrier of it. */
typedef struct mtl__level {
    int sample, n_donors;
    int *donor;             /* [n_donors] people; more than one: not told apart */
    int n_targets, *target; /* what it rests on */
    int wells, hits;
    double expected_blank_hits;
    double genomes, genomes_low, genomes_high; /* tested, all wells; NaN = unknown */
    double per_1e6, low, high; /* gEq per million, 95%; per_1e6 = NaN when nothing above the
                                  background was seen: then low = 0 and high bounds it, one-sided at
                                  95%; 1e6 when every well is hit and no Ct says how much. NaN all
                                  three where genomes are not known: see per_well */
    double lob_hits;           /* most hit wells that blanks explain (95%) */
    double lob_per_1e6, lod_per_1e6;
    double p_blank;                               /* P(so many hits or more from blanks) */
    double per_well, per_well_low, per_well_high; /* donor gEq in a well; also without genomes */
    /* "profile", "exact" (tails of hit wells), "counting" (partitions), "posterior" */
    const char *method;
    bool found; /* above the LoB */
    unsigned flags;
    int n_grid;                /* relative likelihood for pictures */
    double *grid, *likelihood; /* gEq per 1e6; max 1 */
} mtl__level;

typedef struct mtl__wells_opts {
    double level;              /* of intervals; 0.95 */
    double alarm, power;       /* of LoB and LoD; 0.05, 0.95 */
    bool bayes;                /* posterior instead of likelihood */
    double assumed_background; /* false hits per well where there are no blanks at all; tier D */
    double assumed_ct_sd;      /* where a curve has two wells and none of its own; tier D */
    /* Share of the extracted DNA that lies in the tested wells: the target fragments of one genome
       come into the tube together (1) or one by one (0: a dilution, a small aliquot). NaN: not
       known, both are carried. Matters for donors with more than one fragment per genome. */
    double whole;
    int threads; /* not used: a plate takes milliseconds */
} mtl__wells_opts;
void mtl__wells_opts_init(mtl__wells_opts *o);

typedef struct mtl__wells {
    int n_curves, n_levels;
    mtl__curve *curve;             /* one per target with standards */
    mtl__level *level;             /* by sample, then donors */
    int *blank_wells, *blank_hits; /* [n_targets] of this plate and the history */
    double *background;            /* [n_targets] mean false fragments per well or partition */
    double *background_shape, *background_rate; /* [n_targets] its gamma law */
    mtl__arena arena;
} mtl__wells;
/* Never refuses a plate for what can be said with a flag. Borrows nothing from the plate. */
int mtl__wells_quantify(mtl__wells *out, const mtl__plate *p, const mtl__wells_opts *o,
                        mtl_error *err);
void mtl__wells_clear(mtl__wells *w);

#endif
