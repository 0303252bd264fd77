/* SPDX-License-Identifier: MIT */
/* Leaping: wall time of one run to the end of the network. Whether the answer is right is the
   matter of check_leap.c. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int measure(const mtl__network *net, double t_end, int repeats, mtl__state *s,
                   int64_t *counts, double *ms, mtl_error *err)
{
    const mtl__sim_opts so = {.solver = MTL__LEAP};
    for (int i = -1; i < repeats; i++) {
        const mtl__rng_key key = {.seed = (uint64_t)(i + 1), .person = 4};
        memset(counts, 0, (size_t)net->n_species * sizeof *counts);
        const double t0 = bench_now();
        MTL_TRY(
            mtl__simulate(net->process, &net->source, &so, &key, s, 1, &t_end, counts, NULL, err));
        ms[i < 0 ? 0 : i] = (bench_now() - t0) * 1e3;
    }
    return 0;
}

static void one_network(bench_opts *o, const char *name, double part, double goal_ms)
{
    double ms[256];
    mtl__network *net = bench_network(o, name);
    if (!net)
        return;
    mtl_error err = {0};
    mtl__state *s = NULL;
    mtl__arena arena;
    mtl__arena_init(&arena, 0);
    int64_t *counts = mtl__arena_alloc(&arena, (size_t)net->n_species * sizeof *counts);
    int ret = counts ? mtl__state_new(&s, net->process, 1, &err) : mtl__nomem(&err);
    if (ret >= 0)
        ret = measure(net, net->t_end * part, o->repeats, s, counts, ms, &err);
    if (ret < 0) {
        bench_failed(o, name, &err);
    } else {
        char what[64];
        (void)snprintf(what, sizeof what, "%s to T = %g", name, net->t_end * part);
        bench_row(o, what, "ms", o->repeats, ms, NULL, goal_ms);
    }
    mtl__state_free(s);
    mtl__arena_free(&arena);
    mtl__network_free(net);
}

void bench_leap(bench_opts *o)
{
    /* Goals: 0.05 s for body100 and body100x100; for hub100 the best third-party leaper
       (README.md), which is slower than exact there. */
    one_network(o, "body100", 1, 50);
    one_network(o, "body100x100", 1, 50);
    one_network(o, "hub100", 0.1, 1600);
}
