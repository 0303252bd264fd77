/* SPDX-License-Identifier: MIT */
/* One rich life together with its host (host.yaml): an infarct, tolerance of six donors, every
   outcome and tumour, under the switches that couple most; and the same file under default
   switches, where hosts read cells and no cell reads the host, beside life.yaml, where nothing is
   followed. Measured as in bench_life.c: 19 replicates less one. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "matriline/run.h"

static int run_once(const mtl_scenario *s, mtl_model *m, int replicates, uint64_t seed,
                    double *seconds, mtl_error *err)
{
    mtl_run_opts ro;
    mtl_result *r = NULL;
    mtl_run_opts_init(&ro);
    ro.replicates = replicates;
    ro.threads = 1;
    ro.unknowns = 0;
    ro.seed = seed;
    const double t0 = bench_now();
    MTL_TRY(mtl_run(&r, s, m, &ro, err));
    *seconds = bench_now() - t0;
    mtl_result_free(r);
    return 0;
}

static int one_life(const mtl_scenario *s, mtl_model *m, uint64_t seed, double *ms, mtl_error *err)
{
    double one, many;
    MTL_TRY(run_once(s, m, 1, seed, &one, err));
    MTL_TRY(run_once(s, m, 19, seed, &many, err));
    *ms = 1e3 * (many - one) / 18;
    return 0;
}

static int measure(bench_opts *o, mtl_model *m, const mtl_scenario *host, const mtl_scenario *life,
                   mtl_error *err)
{
    static const char *const on[][2] = {
        {"repair", "benefit"}, {"niche", "rejection"}, {"tumour", "both"}};
    double alone[256], followed[256], coupled[256];
    for (int i = -1; i < o->repeats; i++) {
        const int k = i < 0 ? 0 : i;
        MTL_TRY(one_life(life, m, (uint64_t)(i + 2), &alone[k], err));
        MTL_TRY(one_life(host, m, (uint64_t)(i + 2), &followed[k], err));
    }
    for (size_t k = 0; k < sizeof on / sizeof *on; k++)
        MTL_TRY(mtl_model_switch(m, on[k][0], on[k][1], err));
    for (int i = -1; i < o->repeats; i++)
        MTL_TRY(one_life(host, m, (uint64_t)(i + 2), &coupled[i < 0 ? 0 : i], err));
    bench_row(o, "cells and host coupled, auto", "ms", o->repeats, coupled, NULL, 50);
    bench_row(o, "the host reads cells, auto", "ms", o->repeats, followed, alone, NAN);
    return 0;
}

void bench_host(bench_opts *o)
{
    mtl_model *m = NULL;
    mtl_scenario *host = NULL, *life = NULL;
    mtl_error err = {0};
    struct stat st;
    if (stat(o->models, &st) != 0 || stat(o->host, &st) != 0 || stat(o->life, &st) != 0) {
        bench_note("skipped, no %s, %s or %s (see --models, --life)", o->models, o->host, o->life);
        return;
    }
    int ret = mtl_model_load(&m, o->models, &err);
    if (ret >= 0)
        ret = mtl_scenario_load(&host, o->host, m, &err);
    if (ret >= 0)
        ret = mtl_scenario_load(&life, o->life, m, &err);
    if (ret >= 0)
        ret = measure(o, m, host, life, &err);
    if (ret < 0)
        bench_failed(o, "host", &err);
    mtl_scenario_free(host);
    mtl_scenario_free(life);
    mtl_model_free(m);
}
