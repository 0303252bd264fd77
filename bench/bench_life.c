/* SPDX-License-Identifier: MIT */
/* One rich life through the public interface, as a user's program would run it: load a model and a
   scenario, run. What a run costs beside the lives (compiling the body, the marks of the result) is
   taken out by the difference between 19 replicates and one; from 20 on a run also measures its
   splitting error, which is work of another kind. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "matriline/run.h"

static int run_once(const mtl_scenario *s, mtl_model *m, enum mtl_solver solver, int replicates,
                    uint64_t seed, double *seconds, mtl_error *err)
{
    mtl_run_opts ro;
    mtl_result *r = NULL;
    mtl_run_opts_init(&ro);
    ro.replicates = replicates;
    ro.solver = solver;
    ro.threads = 1;
    ro.unknowns = 0;
    ro.seed = seed;
    const double t0 = bench_now();
    MTL_TRY(mtl_run(&r, s, m, &ro, err));
    *seconds = bench_now() - t0;
    mtl_result_free(r);
    return 0;
}

static int measure(bench_opts *o, const mtl_scenario *s, mtl_model *m, enum mtl_solver solver,
                   const char *name, double goal, mtl_error *err)
{
    double life[256], first[256];
    for (int i = -1; i < o->repeats; i++) {
        double one, many;
        const int k = i < 0 ? 0 : i;
        MTL_TRY(run_once(s, m, solver, 1, (uint64_t)(i + 2), &one, err));
        MTL_TRY(run_once(s, m, solver, 19, (uint64_t)(i + 2), &many, err));
        first[k] = 1e3 * one;
        life[k] = 1e3 * (many - one) / 18;
    }
    char what[64];
    (void)snprintf(what, sizeof what, "the life itself, %s", name);
    bench_row(o, what, "ms", o->repeats, life, NULL, goal);
    (void)snprintf(what, sizeof what, "mtl_run with 1 replicate, %s", name);
    bench_row(o, what, "ms", o->repeats, first, NULL, NAN);
    return 0;
}

void bench_life(bench_opts *o)
{
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_error err = {0};
    struct stat st;
    if (stat(o->models, &st) != 0 || stat(o->life, &st) != 0) {
        bench_note("skipped, no %s or %s (see --models, --life)", o->models, o->life);
        return;
    }
    int ret = mtl_model_load(&m, o->models, &err);
    if (ret >= 0)
        ret = mtl_scenario_load(&s, o->life, m, &err);
    if (ret >= 0)
        ret = measure(o, s, m, MTL_SOLVER_AUTO, "auto", 30, &err);
    if (ret >= 0)
        ret = measure(o, s, m, MTL_SOLVER_LEAP, "leap", NAN, &err);
    if (ret < 0)
        bench_failed(o, "life", &err);
    mtl_scenario_free(s);
    mtl_model_free(m);
}
