/* SPDX-License-Identifier: MIT */
#ifndef MTL_PLATE_H
#define MTL_PLATE_H
/* A plate as read and as set up: reactions, what each target sees, what each sample is. The readers
   in io/ fill it, wells.h quantifies it. Strings are borrowed from the reader's arena. */
#include "base/base.h"

enum mtl__role { MTL__ROLE_UNKNOWN, MTL__ROLE_STANDARD, MTL__ROLE_BLANK, MTL__ROLE_CONTROL };

/* One reaction: one target in one well. Two dyes in one well are two reactions with one `well`. */
typedef struct mtl__reaction {
    const char *well;               /* "A1"; of merged droplet wells the name the file gives */
    int row, column;                /* from 0; -1 = the well has no place on a plate */
    const char *sample, *target;    /* as the file says; "" = none */
    int sample_index, target_index; /* into the plate's tables, -1 = none */
    enum mtl__role role;
    bool omit;       /* left out by the file or by the layout */
    double ct;       /* threshold cycle; NaN = no amplification ("Undetermined") */
    double quantity; /* of a standard: gEq in this well, > 0; NaN = not a standard */
    /* Digital PCR; partitions = 0 for qPCR. Accepted partitions, those positive for this target,
       and where the well is duplex, how they fall with the other target of the well. */
    int64_t partitions, positive;
    int64_t both, only_this, only_other, neither; /* -1 = not given */
    double partition_nl;                          /* volume of a partition, nL; NaN = not given */
    int line; /* in its file; 0 = none (XML: number of the reaction) */
} mtl__reaction;

/* How many target copies a person's genome carries: known, or a law over 0, 1, 2 (unknown
 * zygosity). */
typedef struct mtl__carrier {
    int person;       /* index into plate->person */
    double chance[3]; /* P(0, 1, 2 target alleles); sums to 1 */
} mtl__carrier;

typedef struct mtl__target {
    const char *name;
    bool reference;    /* a gene that every genome has twice: counts genomes */
    double copies;     /* amplifiable copies per target allele (arrays: DYS14 > 1), > 0 */
    double fragments;  /* independent DNA fragments per target allele, (0, copies] */
    double calibrator; /* target alleles per gEq of the standard: 1 or 2 (2 for a reference) */
    int n_carriers;    /* who is seen by this target; people not listed carry 0 */
    mtl__carrier *carrier;
    /* Digital: target of the other allele in the same partitions, which counts the genomes there;
       -1 = none. Its carriers may list the host (else the host has two alleles of it) and donors
       (else a donor has there what two alleles leave). */
    int partner;
    int line;
} mtl__target;

typedef struct mtl__sampled {
    const char *name;
    int host;                /* index into plate->person, -1 = unknown */
    const char *organ;       /* "" = not said */
    double day;              /* days since 1970-01-01 as elsewhere; NaN = not said */
    double genomes_per_well; /* gEq tested in one well, digital: in its accepted partitions; NaN =
                                from the reference gene */
    double genomes_sd;       /* of its log (natural); 0 = exact */
    double dilution; /* of the reference gene's wells against the target's: gEq in a target well
                        = dilution x gEq in a reference well; 1 where the same */
    int line;
} mtl__sampled;

/* Blanks of earlier plates, per target; of digital targets, partitions and positive ones. */
typedef struct mtl__blank_history {
    const char *target;
    int64_t wells, hits;
} mtl__blank_history;

typedef struct mtl__plate {
    const char *file, *instrument; /* what the file says of itself, "" = nothing */
    int rows, columns;             /* 8 x 12, 16 x 24; 0 = no places */
    int n, n_targets, n_samples, n_people, n_history;
    mtl__reaction *reaction;
    mtl__target *target;
    mtl__sampled *sample;
    const char **person; /* names; donors and hosts */
    mtl__blank_history *history;
    mtl__arena arena;
} mtl__plate;
void mtl__plate_clear(mtl__plate *p);

#endif
