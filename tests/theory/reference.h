/* SPDX-License-Identifier: MIT */
#ifndef MTL_TESTS_REFERENCE_H
#define MTL_TESTS_REFERENCE_H
/* The obvious simulator: one cell, one event, one linear scan at a time, written from the text of
   process/process.h and sharing none of its code but the random streams. Slow on purpose. A network
   is kept here as plain lists, so that the builder is under test as well. */
#include "process/process.h"

enum { REF_TYPES = 32, REF_ROWS = 8, REF_COX = 6, REF_LINKS = 256 };

typedef struct ref_rate {
    double rate;
    int factor;
} ref_rate;
typedef struct ref_link {
    int from, to;
    double rate;
    int factor;
} ref_link;
typedef struct ref_net {
    int n_types, n_rows, n_cox, n_change, n_output, n_land, n_cross;
    ref_rate divide[REF_TYPES], die[REF_TYPES], leave[REF_TYPES];
    int row_of[REF_TYPES]; /* -1: never leaves */
    double loss[REF_ROWS], decay[REF_COX];
    ref_link change[REF_LINKS], output[REF_LINKS], land[REF_LINKS], cross[REF_LINKS];
    const mtl__env *env; /* NULL: all factors 1 */
} ref_net;

/* Adds a link to one of the lists. */
void ref_add(ref_link *list, int *n, int from, int to, double rate, int factor);
/* The factors of the network at t. */
void ref_factors(const ref_net *net, double t, double *f);
/* The same network by way of the builder. Fails the running test if it is refused. */
mtl__process *ref_build(const ref_net *net);
/* What a cell that enters each row becomes, on average: out[r] = value of a lost cell (`lost`), of
   a landed one value[type], by the weights of the row. Iterates until nothing changes. */
void ref_rows(const ref_net *net, const double *f, const double *value, double lost, double *out);

/* A random network: n_types types of slow, near-critical turnover, two or three hubs that cross
   into each other, changes, outputs to two Cox intensities; with `varies` about half of the rates
   carry one of the factors of ref_seasons. */
void ref_random(ref_net *net, mtl__rng *rng, int n_types, bool varies);
/* An environment of four factors: 1, a sine, a step at day 35, a decline. */
extern const mtl__env ref_seasons;
/* A random source over [0, 80] for such a network: inflows to a type, a row and a Cox intensity,
   bursts (one of a fixed number), a cull; groups of every law. */
typedef struct ref_source {
    mtl__source source;
    mtl__group group[4];
    mtl__inflow inflow[4];
    mtl__burst burst[4];
    mtl__cull cull[2];
} ref_source;
void ref_random_source(ref_source *s, const ref_net *net, mtl__rng *rng);

/* A random network of n_types with a source and its analytic solver: number k of a seed. `rng` goes
   on behind them. */
typedef struct ref_drawn {
    ref_net net;
    ref_source s;
    mtl__rng rng;
    mtl__process *p;
    mtl__analytic *a;
} ref_drawn;
void ref_draw(ref_drawn *d, uint64_t seed, int k, int n_types, bool varies);
void ref_drawn_free(ref_drawn *d);

/* One realisation, event by event. counts[k * n_types + i], cox[k * n_cox + c] at time[k],
 * overwritten. */
void ref_simulate(const ref_net *net, const mtl__source *s, mtl__rng *rng, int n_times,
                  const double *time, int64_t *counts, double *cox);

/* n realisations by a solver (or, with solver REF_SLOW, by ref_simulate): x[(k * n_types + i) * n +
   r] is type i at time k in replicate r, y the same of the Cox intensities. */
enum { REF_SLOW = 99 };
typedef struct ref_draws {
    int n, n_types, n_cox, n_times;
    double *x, *y;
} ref_draws;
ref_draws ref_run(const ref_net *net, const mtl__source *s, int solver, double step, uint64_t seed,
                  int n, int n_times, const double *time);
void ref_draws_free(ref_draws *d);
const double *ref_count(const ref_draws *d, int k, int type);
const double *ref_level(const ref_draws *d, int k, int cox);
/* Number seen of replicate r at time k: Binomial(count, see_type) + Poisson(see_cox y). */
void ref_seen(const ref_draws *d, int k, const double *see_type, const double *see_cox,
              uint64_t seed, double *out);

#endif
