/* SPDX-License-Identifier: MIT */
#ifndef MTL_BENCH_REFERENCE_SSA_H
#define MTL_BENCH_REFERENCE_SSA_H
/* A minimal exact simulator of a first-order network, the yardstick of the exact engine. */
#include "io/network.h"

typedef struct reference_ssa reference_ssa;
/* NULL if out of memory or if the network has inflows. */
reference_ssa *reference_ssa_new(const mtl__network *net);
void reference_ssa_free(reference_ssa *r);
/* From the network's initial counts to t_end; returns the number of events. No allocation. */
int64_t reference_ssa_run(reference_ssa *r, double t_end, mtl__rng *rng);
const int64_t *reference_ssa_counts(const reference_ssa *r); /* [n_species] at t_end */

#endif
