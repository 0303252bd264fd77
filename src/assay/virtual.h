/* SPDX-License-Identifier: MIT */
#ifndef MTL_VIRTUAL_H
#define MTL_VIRTUAL_H
/* One face for the four methods by which a sample is read: what is counted is a number of units
   (wells, partitions, cells, reads), and a sample is positive from a number of them on. */
#include "assay/dpcr.h"
#include "assay/fish.h"
#include "assay/informative.h"

enum mtl__method { MTL__BY_QPCR, MTL__BY_DPCR, MTL__BY_FISH, MTL__BY_READS, MTL__N_METHODS };
/* Only the member of its method is set. */
typedef struct mtl__virtual {
    enum mtl__method by;
    mtl__qpcr qpcr;
    mtl__dpcr dpcr;
    int dpcr_threshold; /* positive partitions that make a sample positive, >= 1 */
    int dpcr_wells;     /* that the partitions are from, evenly, 1 to MTL__WELLS_MAX */
    double partition_nl;
    mtl__fish fish;
    mtl__informative reads;
} mtl__virtual;
int mtl__virtual_check(const mtl__virtual *v, mtl_error *err);
/* "wells", "partitions", "cells", "reads". */
const char *mtl__method_unit(enum mtl__method by);
/* Genomes (FISH: cells) tested; units looked at (reads: expected at the informative sites); units
   that make a sample positive. */
double mtl__virtual_genomes(const mtl__virtual *v);
double mtl__virtual_units(const mtl__virtual *v);
int64_t mtl__virtual_threshold(const mtl__virtual *v);
/* P(at least k units show it | fraction c of the genomes is the donor's, with one target allele).
 */
double mtl__virtual_at_least(const mtl__virtual *v, int64_t k, double c);
double mtl__virtual_p_positive(const mtl__virtual *v, double c);
/* As mtl__qpcr_lod. */
double mtl__virtual_lod(const mtl__virtual *v, double power);
/* Draws how many units show it; weight: as mtl__informative_simulate, for reads only. */
int mtl__virtual_draw(const mtl__virtual *v, const mtl__composition *c, const double *weight,
                      mtl__rng *rng, int64_t *units);
/* Estimate, interval and limits of a number of units, by the rules of mtl__reading. */
int mtl__virtual_read(const mtl__virtual *v, int64_t units, mtl__reading *out);

/* ---------------------------------------------------------------- without random numbers */
/* P(negative | c) as sum_k weight[k] exp(-genomes[k] c), so that the chance over a random c needs
   only P(no donor genome among `genomes`) of whatever made c random. |error| of the chance is at
   most `error` plus `gain` times that of the silences put in. */
enum { MTL__SILENCES_MAX = 24 };
typedef struct mtl__silences {
    int n;
    double genomes[MTL__SILENCES_MAX]; /* >= 0; 0: the silence is 1 */
    double weight[MTL__SILENCES_MAX];
    double error, gain;
} mtl__silences;
int mtl__virtual_silences(const mtl__virtual *v, mtl__silences *out);

#endif
