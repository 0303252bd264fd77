/* SPDX-License-Identifier: MIT */
#ifndef MTL_USES_H
#define MTL_USES_H
/* Between model_uses.c and host_uses.c: every expression of the tables is visited once. */
#include "model/model.h"

enum mtl__place_must {
    MTL__PLACE_ANY, /* not negative, outside factors */
    MTL__PLACE_PROBABILITY,
    MTL__PLACE_POSITIVE,
    MTL__PLACE_SIGNED
};
typedef struct mtl__place {
    const mtl__expr *expr;
    const char *table, *id, *text, *when;
    int active, line;
    enum mtl__place_must must;
} mtl__place;
typedef int (*mtl__visitor)(void *ctx, const mtl__place *p);

/* Tallies, injuries, outcomes, exposures. An empty expression is not visited. */
int mtl__visit_host(const mtl_model *m, mtl__visitor visit, void *ctx);
int mtl__visit_factor(const mtl_model *m, int factor, int active, mtl__visitor visit, void *ctx);
int mtl__say_host(mtl_model *m, mtl_error *err); /* sentences of outcomes and exposures */
int mtl__mark_place(void *ctx, const mtl__place *p); /* ctx: bool used[n_params]; active ones */

#endif
