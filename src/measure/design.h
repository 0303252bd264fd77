/* SPDX-License-Identifier: MIT */
#ifndef MTL_DESIGN_H
#define MTL_DESIGN_H
/* Design of experiments: how much an assay must look at to find a fraction. */
#include "assay/virtual.h"

/* What is asked for. */
typedef struct mtl__wish {
    double fraction; /* of genomes, carrying one target allele each */
    double power;    /* found with this probability */
    double alarm;    /* while a sample without it is positive with at most this */
} mtl__wish;
/* What it takes. `amount` counts, by method: wells; wells of partitions; sections of cells; mean
   depth at the given sites. */
typedef struct mtl__need {
    bool enough; /* false: not within the most that is looked at, and the rest is not set */
    double amount;
    double units;      /* wells; partitions; cells; reads expected at the informative sites */
    double genomes;    /* tested (FISH: cells) */
    int64_t threshold; /* units that make a sample positive */
    double power, alarm;
} mtl__need;
/* qPCR and digital PCR keep genomes, partitions and background per well as they are set up in v,
   FISH its cells per section. Reads take as much DNA as brings ten of the donor's genomes into the
   library on average, if v has less. */
int mtl__design(const mtl__virtual *v, const mtl__wish *wish, mtl__need *out);
/* Reads the other way: how many informative sites (`amount`) like those of v at its depth. */
int mtl__design_sites(const mtl__virtual *v, const mtl__wish *wish, mtl__need *out);
enum { MTL__DESIGN_WELLS = 2000, MTL__DESIGN_SECTIONS = 10000 };

#endif
