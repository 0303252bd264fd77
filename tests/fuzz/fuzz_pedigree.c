/* SPDX-License-Identifier: MIT */
/* Fuzzing the reader of PLINK pedigrees (.fam, and .ped up to its genotypes). What is read must
   also be a pedigree that peeling can be planned for. The first byte chooses the format. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/markers_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void exercise(const mtl__fam *f)
{
    enum { MOST = 60 };
    int mother[MOST], father[MOST], own[MOST];
    uint64_t key[MOST], seed = 1;
    int8_t genotype[MOST];
    uint8_t any[MOST];
    if (f->n > MOST)
        return;
    for (int i = 0; i < f->n; i++) {
        mother[i] = f->row[i].mother_row;
        father[i] = f->row[i].father_row;
        own[i] = i;
        key[i] = mtl__hash(f->row[i].name);
        any[i] = MTL__GT_ANY;
    }
    const mtl__lineage l = {f->n, mother, father, own, key};
    mtl__gt_plan *plan;
    if (mtl__gt_plan_new(&plan, &l, NULL) < 0)
        return;
    mtl__rng rng;
    mtl__rng_stream(&rng, seed, 0, 0, 0);
    if (mtl__gt_condition(plan, any, 0.3, NULL, NULL) == MTL_OK)
        mtl__gt_draw(plan, &rng, genotype);
    mtl__gt_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl__arena a;
    mtl__fam f;
    mtl_error err = {0};
    if (size == 0)
        return 0;
    mtl__arena_init(&a, 0);
    if (mtl__fam_parse(&f, &a, "fuzz", (const char *)data + 1, size - 1, data[0] == 'p', &err) ==
        MTL_OK)
        exercise(&f);
    mtl__arena_free(&a);
    return 0;
}
