/* SPDX-License-Identifier: MIT */
#ifndef MTL_CLAIMS_H
#define MTL_CLAIMS_H
/* Claims as io/claims_read.c fills them. All strings and arrays live in the arena. */
#include "matriline/claims.h"
#include "study/targets.h"

typedef struct mtl__claim {
    mtl_claim face;
    const int *row; /* [face.n_rows] indices into table->evidence */
} mtl__claim;

struct mtl_claims {
    mtl__arena arena;
    mtl_targets_result *table; /* the evidence only */
    mtl__claim *claim;
    size_t cap_claim; /* while it grows: the array is its own */
    int n;
};

extern const char *const mtl__grade_names[MTL_N_GRADES + 1]; /* NULL at the end */
extern const char *const mtl__claim_kinds[];                 /* "N" ...; NULL at the end */

#endif
