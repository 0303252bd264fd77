/* SPDX-License-Identifier: MIT */
#ifndef MTL_PERSISTENCE_H
#define MTL_PERSISTENCE_H
/* The mass balance of persistence: figures for one neutral kind of seed. */
#include "base/base.h"

enum { MTL__N_DOSE_LAWS = 3 }; /* women alike; gamma of shape 1; gamma of shape 0.3 */
extern const double mtl__dose_shape[MTL__N_DOSE_LAWS]; /* 0: women alike */

typedef struct mtl__persistence {
    double rate_per_year, years;
    double survive, survive_closed;   /* one lineage: by the solver, and 1 / (1 + rate years) */
    double cells, cells_closed;       /* mean of a line that survived: 1 + rate years */
    double dose[MTL__N_DOSE_LAWS];    /* mean engrafted seeds per pregnancy for the prevalence */
    double reached[MTL__N_DOSE_LAWS]; /* prevalence at that dose, by the solver */
} mtl__persistence;
/* A seed that divides and dies at one rate, looked at after `years`; `prevalence` of the women are
   to keep at least one line of one pregnancy, in (0, 1). */
int mtl__persistence_figures(double rate_per_year, double years, double prevalence,
                             mtl__persistence *out, mtl_error *err);

#endif
