/* SPDX-License-Identifier: MIT */
#ifndef MTL_CLAIMS_READ_H
#define MTL_CLAIMS_READ_H
/* Between claims_folder.c, which walks the folder, and claims_read.c, which reads one file. */
#include "study/claims.h"

typedef struct mtl__claims_reader {
    mtl_claims *c;
    const mtl_model *model; /* NULL: switches are not looked up */
    const char **id;        /* [n_ids] of all files, by their names */
    int n_ids;
} mtl__claims_reader;

/* Adds one claim; its id must be `id`, the name of its file. */
int mtl__claim_read(mtl__claims_reader *rd, const char *path, const char *id, mtl_error *err);

#endif
