/* SPDX-License-Identifier: MIT */
#ifndef MTL_EXACT_SAMPLE_H
#define MTL_EXACT_SAMPLE_H
/* One sample without random numbers, for all who ask: a run, the targets, the fit. */
#include "assay/virtual.h"
#include "family/family.h"

/* Can this donor's cells be seen by the assay of the sample in this host? */
bool mtl__sample_sees(const mtl__world *w, const mtl__sample *s, int donor);

/* What the sample shows of each type when `genomes` genomes of the population are looked at. */
int mtl__sample_look(const mtl__world *w, const mtl__sample *s, double genomes, mtl__view *v,
                     mtl_error *err);
/* log P(none of them is foreign), and the mean share, over the donors that the assay sees. */
int mtl__sample_silent(const mtl__world *w, mtl__analytic *a, const mtl__sample *s, double genomes,
                       double rtol, mtl__view *v, double *log_none, double *mean, mtl_error *err);
/* P(the assay calls the sample positive) and the mean share. v is left as the last look at it. */
int mtl__sample_positive(const mtl__world *w, mtl__analytic *a, const mtl__sample *s,
                         const mtl__qpcr *q, double rtol, mtl__view *v, double *p_positive,
                         double *mean, mtl_error *err);
/* The same for any method; qPCR as above. Of reads from several donors who differ in their signal, the
   mean signal stands for each. */
int mtl__sample_positive_by(const mtl__world *w, mtl__analytic *a, const mtl__sample *s,
                            const mtl__virtual *q, double rtol, mtl__view *v, double *p_positive,
                            double *mean, mtl_error *err);

#endif
