/* SPDX-License-Identifier: MIT */
#ifndef MTL_READINGS_H
#define MTL_READINGS_H
/* The shown reading of every sample of a run, as the files a laboratory would have: a plate for
   qPCR, a table of droplets for digital PCR, a table of cells for FISH, a table of allele counts
   with the family's genotypes for reads. What a plate has besides the sample (standards, blanks, a
   reference gene) is drawn here, on streams keyed by the seed and the sample. */
#include "io/plate_read.h"
#include "io/result_out.h"

typedef struct mtl__readings {
    mtl__arena arena;
    mtl__out_file *file; /* names as "readings/NAME" */
    size_t cap;
    int n;
} mtl__readings;
/* Nothing where nothing is shown. Free with mtl__readings_free, after a failure too. */
int mtl__readings_make(mtl__readings *out, const mtl_result *r, mtl_error *err);
void mtl__readings_free(mtl__readings *x);

/* ---------------------------------------------------------------- between its files */
/* One sample on its way out. */
typedef struct mtl__reading_out {
    mtl__readings *to;
    const mtl_result *r;
    const mtl__assay_result *a;
    const mtl__sample *s;
    const mtl__assay_def *def;
    const char *stem; /* of its files, and its name on a plate */
} mtl__reading_out;
/* A new file; its text to be written to. NULL: no memory. */
mtl__str *mtl__readings_file(mtl__readings *x, const char *stem, const char *end);
/* readings_plate.c, readings_counts.c */
int mtl__readings_qpcr(const mtl__reading_out *o, mtl_error *err);
int mtl__readings_dpcr(const mtl__reading_out *o, mtl_error *err);
int mtl__readings_fish(const mtl__reading_out *o, mtl_error *err);
int mtl__readings_reads(const mtl__reading_out *o, mtl_error *err);
int mtl__readings_genotypes(mtl__readings *x, const mtl_result *r, const mtl__reads_panel *p,
                            mtl_error *err);

#endif
