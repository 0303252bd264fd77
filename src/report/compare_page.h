/* SPDX-License-Identifier: MIT */
#ifndef MTL_REPORT_COMPARE_H
#define MTL_REPORT_COMPARE_H
/* The page of `matriline compare`: two runs of the same lives. */
#include "report/plate.h"
#include "run/compare.h"

typedef struct mtl__compare_page {
    const mtl_compare *c;
    mtl__page page; /* of A: colours, output and script */
    mtl__str *out;
} mtl__compare_page;
/* Class of a donor; who is in B only has none of A's colours. */
const char *mtl__compare_class(const mtl__compare_page *v, int donor);
/* "0.21 (-0.02 to 0.4)", the sign always written; "0" where nothing differs in any life. */
void mtl__compare_difference(mtl__str *b, const mtl_paired *p);
void mtl__compare_strips(mtl__compare_page *v);  /* compare_strips.c: a section */
void mtl__compare_pairing(mtl__compare_page *v); /* compare_pairing.c: a section */

#endif
