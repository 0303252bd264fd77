/* SPDX-License-Identifier: MIT */
#ifndef MTL_ANTIGENS_H
#define MTL_ANTIGENS_H
/* Whose HLA haplotypes are foreign to whom: one draw of inheritance for one replicate of a family.
 */
#include "kin/hla.h"
#include "kin/kin.h"

/* Who carries which haplotype, as symbols 0 .. n_symbols-1. Start from {0}; memory is kept from one
   draw to the next. */
typedef struct mtl__antigens {
    int n_people, n_symbols;
    int (*of)[2]; /* [n_people] from mother, from father */
    /* Alleles by side, 0 = not known; NULL where neither typings nor frequencies were given. */
    mtl__hla_haplotype (*haplotype)[2]; /* [n_people] */
    mtl__arena arena;
} mtl__antigens;

/* What is known of HLA beside the pedigree. NULL stands for nothing. */
typedef struct mtl__antigens_known {
    const mtl__hla_table *table; /* frequencies (may be empty), names of alleles, recombination */
    const mtl__hla_typing
        *typing; /* [n_people], in the numbers of the table; NULL = nobody typed */
} mtl__antigens_known;

/* Haplotypes handed down through the pedigree. A founder, and an unknown parent of a child, brings
   haplotypes of its own; each parent hands on one of two, fair, where nothing is known. Typings
   (kin/hla.h) weigh every way of inheriting exactly. Two founding haplotypes are one symbol when
   their alleles are the same: at all loci where the table has frequencies (strangers then share
   haplotypes as often as people do), else at those typed, when both are typed at the same ones.
   After a crossing-over the haplotype is the one that DRB1 came from. genome[i]: the first person
   with the genome of i (monozygotic twins), NULL = all differ. Streams are keyed by (seed;
   person.key; replicate; "antigens", or as mtl__hla_draw_family), and symbols are numbered by key,
   so that people in any order get the same answer. MTL_ERR_VALUE: the typings cannot be inherited
   so, or somebody is an own ancestor; MTL_ERR_LIMIT: too many ways. */
int mtl__antigens_draw(mtl__antigens *out, const mtl__person *person, int n_people,
                       const int *genome, const mtl__antigens_known *known, uint64_t seed,
                       uint64_t replicate, mtl_error *err);
/* The same for many replicates: what does not change from one to the next is done once, after which
   a law is only read, by any number of threads. The table is borrowed while it lives; errors are
   those of a draw, but MTL_ERR_VALUE for a replicate beyond an int. */
typedef struct mtl__antigens_law mtl__antigens_law;
int mtl__antigens_law_new(mtl__antigens_law **out, const mtl__person *person, int n_people,
                          const int *genome, const mtl__antigens_known *known, mtl_error *err);
void mtl__antigens_law_free(mtl__antigens_law *x);
int mtl__antigens_draw_by(mtl__antigens *out, const mtl__antigens_law *x, uint64_t seed,
                          uint64_t replicate, mtl_error *err);
void mtl__antigens_free(mtl__antigens *a);

/* The donor's haplotypes that the host lacks: fills symbol[2] with distinct ones, returns 0, 1
 * or 2. */
int mtl__antigens_foreign(const mtl__antigens *a, int host, int donor, int symbol[2]);
/* Share (0, 0.5, 1) of the donor's two haplotypes that the host lacks. */
double mtl__antigens_mismatch(const mtl__antigens *a, int host, int donor);

/* An allele or a group of alleles as in a table of exposures: "DRB1*04", "HLA-B*27:05". `fields`
   points into `name`. MTL_ERR_VALUE, with the nearest locus, for what is none. */
typedef struct mtl__antigen {
    int locus;
    const char *fields;
} mtl__antigen;
int mtl__antigen_parse(mtl__antigen *out, const char *name, mtl_error *err);
/* Does the person carry it: 1, 0, or -1 = not known. */
int mtl__antigens_carries(const mtl__antigens *a, const mtl__hla_table *t, int person,
                          const mtl__antigen *x);
/* Does the donor carry it while the host lacks it: 1, 0, or -1 = not known. */
int mtl__antigens_allele(const mtl__antigens *a, const mtl__hla_table *t, int host, int donor,
                         const mtl__antigen *x);

#endif
