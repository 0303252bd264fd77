/* SPDX-License-Identifier: MIT */
#ifndef MTL_HOST_GATHER_H
#define MTL_HOST_GATHER_H
/* Between the files that make bands of what hosts left: host_results.c, injury_results.c,
   brought.c, found_alone.c. */
#include "run/run_internal.h"

enum { MTL__INJURY_PARTS = 3 }; /* damage, inflammation, chemokine */

typedef struct mtl__gathering {
    mtl__plan *p;
    float *x; /* [R] */
    int host, band;
} mtl__gathering;

/* The bands over replicates of x[r * stride + at + t]. */
int mtl__bands_over(const mtl__gathering *g, const float *x, size_t stride, size_t at,
                    mtl__band **out);
/* Of the result's own memory. */
void *mtl__result_room(mtl__plan *p, int n, size_t size);

bool mtl__acts_on_repair(const mtl_model *m);
/* All injuries of g->host, in the order of the scenario. */
int mtl__injuries_of(mtl__gathering *g, mtl_error *err);
/* What each injury brought: fills `came` and `fated` of those of the result. */
int mtl__brought(mtl__plan *p, mtl_error *err);
/* Chances that a clone was found by the dates of the run if no foreign cell were there; NaN where
   that is not known. */
int mtl__found_alone(const mtl__plan *p, int host, int outcome, double *by, mtl_error *err);

#endif
