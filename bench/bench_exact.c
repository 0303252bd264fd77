/* SPDX-License-Identifier: MIT */
/* Exact simulation: mtl__simulate with its schedule, streams and ledger, and the reference, in turn
   on one network. */
#include "bench.h"
#include "reference_ssa.h"

#include <math.h>
#include <string.h>

typedef struct timing {
    double engine[256], reference[256]; /* ns per event */
    double events, reference_events;    /* per run */
} timing;

static int run_engine(const mtl__network *net, mtl__state *s, int64_t *counts, uint64_t seed,
                      double *ns, double *events, mtl_error *err)
{
    const mtl__sim_opts so = {.solver = MTL__EXACT};
    const mtl__rng_key key = {.seed = seed, .person = 2};
    memset(counts, 0, (size_t)net->n_species * sizeof *counts);
    const double t0 = bench_now();
    MTL_TRY(
        mtl__simulate(net->process, &net->source, &so, &key, s, 1, &net->t_end, counts, NULL, err));
    *events = (double)s->ledger.events;
    *ns = (bench_now() - t0) * 1e9 / *events;
    return 0;
}

static int measure(const mtl__network *net, int repeats, mtl__state *s, int64_t *counts,
                   reference_ssa *ref, timing *out, mtl_error *err)
{
    out->events = out->reference_events = 0;
    for (int i = -1; i < repeats; i++) { /* the first warms up and is not counted */
        const int k = i < 0 ? 0 : i;
        double events;
        mtl__rng rng;
        mtl__rng_stream(&rng, (uint64_t)(i + 1), 3, 0, 0);
        const double t0 = bench_now();
        const double n = (double)reference_ssa_run(ref, net->t_end, &rng);
        out->reference[k] = (bench_now() - t0) * 1e9 / n;
        MTL_TRY(run_engine(net, s, counts, (uint64_t)(i + 1), &out->engine[k], &events, err));
        out->events += i < 0 ? 0 : events / repeats;
        out->reference_events += i < 0 ? 0 : n / repeats;
    }
    return 0;
}

static void one_network(bench_opts *o, const char *name)
{
    static timing t;
    mtl__network *net = bench_network(o, name);
    if (!net)
        return;
    mtl_error err = {0};
    mtl__state *s = NULL;
    reference_ssa *ref = reference_ssa_new(net);
    mtl__arena arena;
    mtl__arena_init(&arena, 0);
    int64_t *counts = mtl__arena_alloc(&arena, (size_t)net->n_species * sizeof *counts);
    int ret = ref && counts ? mtl__state_new(&s, net->process, 1, &err) : mtl__nomem(&err);
    if (ret >= 0)
        ret = measure(net, o->repeats, s, counts, ref, &t, &err);
    if (ret < 0) {
        bench_failed(o, name, &err);
    } else {
        bench_row(o, name, "ns/event", o->repeats, t.engine, t.reference, 1.3);
        bench_note("%.4g events a run, %.4g by the reference", t.events, t.reference_events);
        /* Both must have done the same work: means of several runs of a network of 1e5 cells. */
        if (fabs(t.events / t.reference_events - 1) > 0.05) {
            bench_note("FAILED: the numbers of events differ");
            o->failures++;
        }
    }
    mtl__state_free(s);
    reference_ssa_free(ref);
    mtl__arena_free(&arena);
    mtl__network_free(net);
}

void bench_exact(bench_opts *o)
{
    one_network(o, "bd");
    one_network(o, "body100");
    one_network(o, "hub100");
}
