/* SPDX-License-Identifier: MIT */
#ifndef MTL_FIT_FOLDER_H
#define MTL_FIT_FOLDER_H
/* A folder of targets opened for a fit: the scenarios live as long as it does. */
#include "fit/fit.h"
#include "io/target_read.h"

typedef struct mtl__fit_folder {
    mtl__target_reader reader;
    mtl_fit *fit;
} mtl__fit_folder;
/* Reads everything and tabulates; nothing is fitted yet. On failure nothing is left open. */
int mtl__fit_open(mtl__fit_folder *d, const char *dir, const mtl_model *m, const mtl_fit_opts *o,
                  mtl_error *err);
void mtl__fit_close(mtl__fit_folder *d);

/* Values that a fit moves by less than this (natural logarithm) stay as they are in the table. */
#define MTL__FIT_KEPT 0.02

#endif
