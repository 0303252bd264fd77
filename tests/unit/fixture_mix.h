/* SPDX-License-Identifier: MIT */
#ifndef FIXTURE_MIX_H
#define FIXTURE_MIX_H
/* A tube with the cells of a family of four, for tests of the mixture model. */
#include <stdint.h>

#include "matriline/error.h"
#include "matriline/mix.h"
#include "measure/mix_internal.h"

enum { HOST, CHILD, GRANDMOTHER, FATHER, N_PEOPLE };
#define MAX_SITES 900

typedef struct tube {
    mtl__sites sites;
    mtl__mix_people people;
    mtl__counts counts;
    mtl__mix_opts opts;
    int chromosome[MAX_SITES], candidate[4];
    int64_t position[MAX_SITES];
    double frequency[MAX_SITES], share[MAX_SITES];
    uint8_t allowed[MAX_SITES * N_PEOPLE];
    int8_t genotype[MAX_SITES * N_PEOPLE];
    int32_t ref[MAX_SITES], alt[MAX_SITES];
} tube;

/* A family of four, all typed, at n sites of 22 chromosomes; w is of child and grandmother. */
tube *tube_new(int n, double depth, double child, double grandmother, uint64_t seed);
void untype(tube *t, int person);
int fit(tube *t, mtl__mix *m, mtl_error *err);
/* What a finished run says of a donor in a sample; or the test fails. */
mtl_mix_row row_of(const mtl_mix *m, const char *sample, const char *donor);

#endif
