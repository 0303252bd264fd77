/* SPDX-License-Identifier: MIT */
/* The solver without random numbers: P(nothing is seen) with mean and variance, backward in time.
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>

static int measure(const mtl__network *net, int repeats, mtl__arena *a, double *ms, mtl__seen *seen,
                   mtl_error *err)
{
    mtl__analytic *an = NULL;
    double *see = mtl__arena_alloc(a, (size_t)net->n_species * sizeof *see);
    double *see_cox = mtl__arena_alloc(a, sizeof *see_cox);
    if (!see || !see_cox)
        return mtl__nomem(err);
    for (int i = 0; i < net->n_species; i++)
        see[i] = 1e-6; /* a small part of every organ */
    int ret = mtl__analytic_new(&an, net->process, err);
    for (int i = -1; i < repeats && ret >= 0; i++) {
        const double t0 = bench_now();
        ret = mtl__analytic_seen(an, &net->source, net->t_end, see, see_cox, 1e-9, seen, err);
        ms[i < 0 ? 0 : i] = 1e3 * (bench_now() - t0);
    }
    mtl__analytic_free(an);
    return ret;
}

static void one_network(bench_opts *o, const char *name)
{
    double ms[256];
    mtl__seen seen = {0};
    mtl_error err = {0};
    mtl__arena arena;
    mtl__network *net = bench_network(o, name);
    if (!net)
        return;
    mtl__arena_init(&arena, 0);
    if (measure(net, o->repeats, &arena, ms, &seen, &err) < 0) {
        bench_failed(o, name, &err);
    } else {
        bench_row(o, name, "ms", o->repeats, ms, NULL, NAN);
        bench_note("P(nothing seen) %.6g, mean %.6g, SD %.6g", seen.p_none, seen.mean,
                   sqrt(seen.variance));
    }
    mtl__arena_free(&arena);
    mtl__network_free(net);
}

void bench_analytic(bench_opts *o)
{
    one_network(o, "body100");
    one_network(o, "hub100");
}
