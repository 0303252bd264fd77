/* SPDX-License-Identifier: MIT */
#ifndef MTL_CURVE_H
#define MTL_CURVE_H
/* The standard curve by itself (curve.c), private to measure/ and its tests. */
#include "measure/wells_parts.h"

typedef struct mtl__standard {
    double quantity; /* gEq in the well, > 0 */
    double ct;       /* NaN = silent */
} mtl__standard;
/* Fits; `per_geq` fragments per gEq, `copies` amplifiable copies per fragment; assumed_sd counts as
   one well, and stands alone where only two wells were hit. False, with a flag, where there is no
   curve to be had. */
bool mtl__curve_fit(mtl__curve *c, const mtl__standard *w, int n, double per_geq, double copies,
                    double assumed_sd);

/* How many fragments a gEq of the standard really brings: hits, misses and Ct together, by profile
   likelihood. Counts blunders of dilution and losses; 2 is what a homozygous standard should show.
 */
typedef struct mtl__yield {
    double per_geq, low, high, loglik;
} mtl__yield;
bool mtl__curve_yield(mtl__yield *out, const mtl__standard *w, int n, double copies, double level,
                      double assumed_sd);

#endif
