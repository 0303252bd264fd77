/* SPDX-License-Identifier: MIT */
#ifndef MTL_ASSAY_HITS_H
#define MTL_ASSAY_HITS_H
/* The law of the number of hit wells, private to assay/. */
#include "assay/assay.h"

typedef struct mtl__hits {
    int wells;
    int whole; /* fragments of a genome: `whole` for sure, one more with probability `part` */
    double part;
    double genomes; /* expected target genomes in the tube */
    double blank;   /* expected false hits per well */
} mtl__hits;

/* The law at fraction c. */
void mtl__hits_of(mtl__hits *m, const mtl__qpcr *a, double c);
/* P(a given share z of the wells receives no fragment outside it): z^fragments, of one genome. */
double mtl__hits_inside(const mtl__hits *m, double z);
/* log P(exactly h wells are hit). */
double mtl__hits_log(const mtl__hits *m, int h);
/* P(fewer than k are hit) and P(at least k), each with small relative error (down to 1e-40). */
void mtl__hits_tail(const mtl__hits *m, int k, double *below, double *atleast);

#endif
