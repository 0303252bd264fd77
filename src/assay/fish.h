/* SPDX-License-Identifier: MIT */
#ifndef MTL_FISH_H
#define MTL_FISH_H
/* FISH on sections: cells looked at one by one, with a probe that only the donor's carry. */
#include "assay/assay.h"

/* Cells are a well-mixed piece of the organ. A donor's cell shows its signal with probability
   `seen` (a section cuts nuclei, and probes miss); any other cell shows a false one with
   probability `false_per_cell`. Sections share the cells evenly. */
typedef struct mtl__fish {
    int64_t cells;         /* looked at, all sections */
    int sections;          /* at most MTL__SECTIONS_MAX */
    double seen;           /* (0, 1] */
    double false_per_cell; /* [0, seen) */
    int threshold;         /* cells with a signal that make a sample positive, >= 1 */
} mtl__fish;
enum { MTL__SECTIONS_MAX = 1000 };

int mtl__fish_check(const mtl__fish *a, mtl_error *err);
/* P(a cell shows a signal | fraction c of the cells is the donor's). */
double mtl__fish_p_cell(const mtl__fish *a, double c);
/* Units of part i (from 0) of n units in `parts` equal parts. */
int64_t mtl__units_in(int64_t n, int parts, int i);
/* Draws the cells with a signal; `by_section` is NULL or has `sections` places (the same number is
   drawn either way). A donor with 0 copies is not seen; more than one copy is one cell all the
   same. */
int mtl__fish_simulate(const mtl__fish *a, const mtl__composition *c, mtl__rng *rng,
                       int64_t *by_section, int64_t *positive);
/* Which of `parts` equal parts of n units the positives lie in, given their number: every set of
   units is as likely as any other. */
void mtl__spread_evenly(mtl__rng *rng, int64_t n, int parts, int64_t positive, int64_t *by_part);
/* log P(positive cells | c). */
double mtl__fish_loglik(const mtl__fish *a, int64_t positive, double c);

#endif
