/* SPDX-License-Identifier: MIT */
/* Fuzzing the reader of a model's tables. The input is the tables one after the other, separated by
   form feeds; a missing one is empty, or not there if it may be missing. A model that loads must
   also copy, hash and evaluate. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/model_tsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void exercise(mtl_model *m)
{
    mtl_error err = {0};
    for (int i = 0; i < m->n_params; i++) {
        mtl_param_use use[4];
        (void)mtl_model_param_uses(m, i, use, 4);
        (void)mtl__param_draw(&m->param[i], 0.3);
        (void)mtl_model_set(m, m->param[i].name, "0.5", &err);
    }
    for (int i = 0; i < m->n_factors; i++) {
        (void)mtl__factor_bound(&m->factor[i], m, 3.0, 30.0);
        (void)mtl__factor_mean(&m->factor[i], m, 3.0, 30.0);
        (void)mtl__factor_at_rest(&m->factor[i], m);
    }
    bool *used = calloc((size_t)m->n_params + 1, sizeof *used);
    if (used != NULL) {
        mtl__model_used_params(m, used);
        for (int i = 0; i < m->n_rules; i++)
            mtl__rule_used_params(m, i, used);
        for (int i = 0; i < m->n_injuries; i++)
            mtl__injury_used_params(m, i, used);
        for (int i = 0; i < m->n_outcomes; i++)
            mtl__outcome_used_params(m, i, used);
    }
    free(used);
    (void)mtl_model_hash(m);
    mtl_model_free(mtl_model_copy(m));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl__table_text table[MTL__N_TABLES];
    const char *s = (const char *)data, *end = s + size;
    for (int i = 0; i < MTL__N_TABLES; i++) {
        const char *stop = s < end ? memchr(s, '\f', (size_t)(end - s)) : NULL;
        if (stop == NULL || i == MTL__N_TABLES - 1)
            stop = end;
        table[i] = (mtl__table_text){s, (size_t)(stop - s)};
        if (i >= MTL__T_TALLIES && s == end)
            table[i] = (mtl__table_text){0};
        s = stop < end ? stop + 1 : end;
    }
    mtl_model *m = NULL;
    mtl_error err = {0};
    if (mtl__model_load_memory(&m, "fuzz", table, &err) == MTL_OK)
        exercise(m);
    mtl_model_free(m);
    return 0;
}
