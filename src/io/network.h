/* SPDX-License-Identifier: MIT */
#ifndef MTL_NETWORK_H
#define MTL_NETWORK_H
/* A first-order reaction network read from a file: a process, the cells that it starts with and the
   names of its types. For benchmarks and for comparing the solvers with other engines. */
#include "process/process.h"

/* {"name": text, "T": days, "species": [[name, initial count], ...],
    "reactions": [[rate per day, {reactant: n}, {product: n}], ...]}
   X -> 2 X divides, X -> nothing dies, X -> Y changes, nothing -> X is an inflow until T. */
typedef struct mtl__network {
    mtl__arena arena;
    const char *name;
    double t_end;
    int n_species;          /* = process->n_types, in the order of the file */
    const char **species;   /* [n_species] */
    const int64_t *initial; /* [n_species] */
    int n_reactions;
    mtl__process *process;
    mtl__source source; /* exact bursts of the initial counts at t = 0, and the inflows */
} mtl__network;

/* Refuses with MTL_ERR_UNSUPPORTED what is not first-order or has other products, naming the
   reaction (from 1) and its line. */
int mtl__network_read(mtl__network **out, const char *path, mtl_error *err);
/* The same from memory; `name` stands for the file in messages. */
int mtl__network_parse(mtl__network **out, const char *text, size_t length, const char *name,
                       mtl_error *err);
void mtl__network_free(mtl__network *n); /* NULL allowed */

#define MTL_NETWORK_MAX_BYTES (64L * 1024 * 1024)
#define MTL_NETWORK_MAX_SPECIES 200000
#define MTL_NETWORK_MAX_REACTIONS 2000000
#define MTL_NETWORK_MAX_COUNT 1000000000000000LL /* cells of one species at the start */

#endif
