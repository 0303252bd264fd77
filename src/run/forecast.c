/* SPDX-License-Identifier: MIT */
/* How much work the exact solver would have: a few lives are run by leap, whose cost does not
   depend on how many cells there are, and the births, deaths and moves of their cells are counted.
   A forecast from so few lives is an order of magnitude, for numbers of cells differ between lives
   by as much. */
#include "run/run_internal.h"

enum { LIVES = 4 };

typedef struct ask {
    const mtl_run_opts *o;
    int64_t total;
} ask;

/* To the caller nothing of the run is done yet. */
static int still_nothing(void *ctx, int64_t done, int64_t total)
{
    const ask *a = ctx;
    (void)done;
    (void)total;
    return a->o->progress(a->o->progress_ctx, 0, a->total);
}

int mtl_run_forecast(double *events, const mtl_scenario *s, mtl_model *m, const mtl_run_opts *o,
                     mtl_error *err)
{
    const int bands = o->unknowns ? 2 : 1;
    ask a = {o, (int64_t)o->replicates * bands};
    mtl_run_opts few = *o;
    mtl_result *r = NULL;
    *events = 0;
    few.solver = MTL_SOLVER_LEAP;
    few.replicates = o->replicates < LIVES ? o->replicates : LIVES;
    few.unknowns = few.fingerprints = 0;
    few.step_days = 0;
    few.progress = o->progress ? still_nothing : NULL;
    few.progress_ctx = &a;
    MTL_TRY(mtl_run(&r, s, m, &few, err));
    *events = r->moved / few.replicates * o->replicates * bands;
    mtl_result_free(r);
    return 0;
}
