/* SPDX-License-Identifier: MIT */
#ifndef MTL_HLA_H
#define MTL_HLA_H
/* HLA-A, C, B, DRB1 and DQB1 (their order along the chromosome) as phased haplotypes. */
#include "kin/genome.h"

enum { MTL__HLA_A, MTL__HLA_C, MTL__HLA_B, MTL__HLA_DRB1, MTL__HLA_DQB1, MTL__HLA_LOCI };
extern const char *const mtl__hla_locus[MTL__HLA_LOCI]; /* "A", "C", "B", "DRB1", "DQB1" */

/* Alleles are numbered per locus from 1. Number 0 is "an allele that the table does not list": two
   of them may be the same or not, so it never tells anybody from anybody. */
enum { MTL__HLA_UNLISTED = 0, MTL__HLA_UNTYPED = -1 };
typedef struct mtl__hla_haplotype {
    int16_t allele[MTL__HLA_LOCI];
} mtl__hla_haplotype;

/* Frequencies of haplotypes. What they leave to 1 is the rest: each of its loci is drawn by itself,
   with probability 1 - rest as in the table, else unlisted. */
typedef struct mtl__hla_table {
    mtl__arena arena;
    const char *file;
    int n;
    mtl__hla_haplotype *haplotype;  /* [n] */
    double *frequency, *cumulative; /* [n]; cumulative ends at 1 - rest */
    double rest;
    int n_alleles[MTL__HLA_LOCI];     /* numbers 1 .. n_alleles */
    const char **name[MTL__HLA_LOCI]; /* [n_alleles + 1], [0] = "unlisted" */
    size_t cap_name[MTL__HLA_LOCI];
    double *marginal[MTL__HLA_LOCI]; /* [n_alleles + 1], sum 1 over the table; 0 for what is only
                                        typed */
    double recombination[MTL__HLA_LOCI - 1]; /* between neighbours, per meiosis */
} mtl__hla_table;
void mtl__hla_table_init(mtl__hla_table *t);
void mtl__hla_table_free(mtl__hla_table *t);
/* The number of an allele, made if new; "A*01:01" and "01:01" are the same. MTL_ERR_VALUE for what
   is no allele of the locus. */
int mtl__hla_allele(mtl__hla_table *t, int locus, const char *name, int *out, mtl_error *err);
/* After all haplotypes are in: rest, cumulative and marginal frequencies. Frequencies sum to at
 * most 1. */
int mtl__hla_table_finish(mtl__hla_table *t, mtl_error *err);
/* P(a haplotype of the population has these alleles); MTL__HLA_UNTYPED = any. */
double mtl__hla_probability(const mtl__hla_table *t, const int16_t *allele);
/* A haplotype of the population that has these alleles. */
void mtl__hla_draw_haplotype(const mtl__hla_table *t, const int16_t *allele, mtl__rng *rng,
                             mtl__hla_haplotype *out);
/* What a parent hands on: one haplotype, crossing over between neighbours at the table's rates. */
void mtl__hla_gamete(const mtl__hla_table *t, const mtl__hla_haplotype parent[2], mtl__rng *rng,
                     mtl__hla_haplotype *out);

/* What is known of one person: two alleles per locus (MTL__HLA_UNTYPED = not known), in no order,
   or as two haplotypes when phased. */
typedef struct mtl__hla_typing {
    int16_t allele[MTL__HLA_LOCI][2];
    bool typed, phased;
} mtl__hla_typing;
/* Both haplotypes of everybody ([n][2]: from mother, from father), `draws` times, from their exact
   law given the typings, by going through every way in which the typed people and their ancestors
   can have inherited. Limits: at most one crossing-over among those people (the chance of two is of
   the order of the square of the rates; people nobody typed depends on cross over freely), and at
   most MTL__HLA_MAX_STEPS steps, else MTL_ERR_LIMIT. MTL_ERR_VALUE if the typings cannot be
   inherited so. Founders' and children's streams are those of their names: (seed; person; draw;
   HLA). */
enum { MTL__HLA_MAX_STEPS = 20000000 };
typedef struct mtl__hla_genotype {
    mtl__hla_haplotype of[2];
} mtl__hla_genotype;
int mtl__hla_draw_family(const mtl__hla_table *t, const mtl__lineage *l,
                         const mtl__hla_typing *typing, uint64_t seed, int first_draw, int draws,
                         mtl__hla_genotype *out /* [draws][n] */, mtl_error *err);
/* The same for many who draw: the ways are gone through once, after which a law is only read, by
   any number of threads. Ways are kept in up to `keep` bytes; where they need more, each draw goes
   through them again. Table and lineage are borrowed while it lives. */
enum { MTL__HLA_KEEP = 32 << 20 };
typedef struct mtl__hla_law mtl__hla_law;
int mtl__hla_law_new(mtl__hla_law **out, const mtl__hla_table *t, const mtl__lineage *l,
                     const mtl__hla_typing *typing, size_t keep, mtl_error *err);
void mtl__hla_law_free(mtl__hla_law *x);
/* One draw, number `draw` of the above, and whose haplotype each side's DRB1 came from:
   origin[n][2] is 2 x founder + side, a founder being somebody (the first of a genome) without that
   parent. */
int mtl__hla_draw_origins(const mtl__hla_law *x, uint64_t seed, int draw,
                          mtl__hla_genotype *out /* [n] */, int (*origin)[2], mtl_error *err);

#endif
