/* SPDX-License-Identifier: MIT */
#ifndef MTL_GENOME_H
#define MTL_GENOME_H
/* Genomes in a pedigree: who inherits from whom, genotypes of two-allele markers, and who can have
   whose cells by way of what ties bodies together. HLA has a header of its own (kin/hla.h). */
#include "base/base.h"
#include "num/num.h"

/* Who inherits from whom. `genome` of a person is the index of the first person with the same
   genome (monozygotic twins), usually the person itself. */
typedef struct mtl__lineage {
    int n;
    const int *mother, *father; /* [n] index, -1 = unknown */
    const int *genome;          /* [n] */
    const uint64_t *key;        /* [n] hash of the name: names random streams, settles ties */
} mtl__lineage;
/* People in an order in which both parents come before a child; `order` has n places. MTL_ERR_VALUE
   if somebody would be an own ancestor. */
int mtl__lineage_order(const mtl__lineage *l, int *order, mtl_error *err);

/* ---------------------------------------------------------------- genotypes (genotype.c) */
/* A genotype is the number of copies (0, 1, 2) of a marker's second allele. What is known of it is
   a set: bit g is set when g is possible. */
enum { MTL__GT_ANY = 7 };
/* What is possible when one allele has been read and the other has not: 0 or 1 = the one that was
 * read. */
static inline uint8_t mtl__gt_half(int allele)
{
    return allele ? 6 : 3;
}

/* The exact law of all genotypes of a pedigree at one marker, given some of them: the joint law
   factorises over families, and people are summed out one by one in an order of small cost
   (peeling; Elston and Stewart 1971, Cannings, Thompson and Skolnick 1978). Loops in the pedigree
   are allowed as long as no sum has more than MTL__GT_MAX_SCOPE other people in it. Unknown parents
   are drawn from the population: alleles independent at the given frequency. Markers are taken one
   at a time, as if unlinked. */
enum { MTL__GT_MAX_SCOPE = 10 };
typedef struct mtl__gt_plan mtl__gt_plan;
int mtl__gt_plan_new(mtl__gt_plan **out, const mtl__lineage *l, mtl_error *err);
void mtl__gt_plan_free(mtl__gt_plan *p);
/* allowed[n] as above; `frequency` of the second allele. log_likelihood may be NULL. MTL_ERR_VALUE
   if the genotypes cannot be inherited so; then `err` is filled only if it is not NULL. */
int mtl__gt_condition(mtl__gt_plan *p, const uint8_t *allowed, double frequency,
                      double *log_likelihood, mtl_error *err);
/* One draw of all genotypes from the law of the last mtl__gt_condition. */
void mtl__gt_draw(mtl__gt_plan *p, mtl__rng *rng, int8_t *genotype);

/* ---------------------------------------------------------------- ties between bodies (ties.c) */
enum mtl__tie_kind {
    MTL__TIE_PREGNANCY,
    MTL__TIE_TWIN,
    MTL__TIE_MILK,
    MTL__TIE_TRANSFUSION,
    MTL__TIE_GRAFT,
    MTL__TIE_INFUSION
};
/* Cells can pass from one body to another between two dates (-HUGE_VAL, HUGE_VAL where unknown). */
typedef struct mtl__tie {
    int from, to;
    double begins, ends;
    enum mtl__tie_kind kind;
} mtl__tie;
/* The earliest date at which cells of `donor` can be in each body, HUGE_VAL if never, and the tie
   that brought them (-1: none), through any number of bodies in between but never backwards in
   time. */
int mtl__reach(const mtl__tie *tie, int n_ties, int n, int donor, double *arrival, int *via,
               mtl_error *err);

#endif
