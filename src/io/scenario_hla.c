/* SPDX-License-Identifier: MIT */
/* HLA for a scenario: frequencies of haplotypes, and who is typed. Without them every founder
   brings haplotypes of its own, and nobody is known to carry any allele. */
#include "io/markers_read.h"
#include "io/tsv.h"

int mtl__hla_read(mtl__hla_table *t, mtl__hla_typing *typing, const mtl_scenario *s,
                  const mtl_model *m, const char *table_file, const char *typing_file,
                  mtl__arena *text_arena, mtl_error *err)
{
    static const char *const rate[MTL__HLA_LOCI - 1] = {
        "hla.recombination.a_c", "hla.recombination.c_b", "hla.recombination.b_drb1",
        "hla.recombination.drb1_dqb1"};
    char *text;
    size_t length;
    for (int k = 0; k < MTL__HLA_LOCI - 1; k++)
        MTL_TRY(mtl__model_value(m, rate[k], &t->recombination[k], err));
    if (table_file) {
        MTL_TRY(mtl__file_read(text_arena, table_file, MTL__FAM_MAX_BYTES, &text, &length, err));
        MTL_TRY(mtl__hla_table_parse(t, table_file, text, length, err));
    }
    if (!typing_file)
        return MTL_OK;
    MTL_TRY(mtl__file_read(text_arena, typing_file, MTL__FAM_MAX_BYTES, &text, &length, err));
    return mtl__hla_typing_parse(typing, t, s, typing_file, text, length, err);
}

int mtl_scenario_hla(mtl_scenario *s, const mtl_model *m, const char *table_file,
                     const char *typing_file, mtl_error *err)
{
    mtl_error_clear(err);
    if (!table_file && !typing_file)
        return MTL_OK;
    s->hla = mtl__arena_alloc(&s->arena, sizeof *s->hla);
    mtl__hla_typing *typing =
        mtl__arena_alloc(&s->arena, ((size_t)s->n_people + 1) * sizeof *typing);
    if (!s->hla || !typing) {
        s->hla = NULL;
        return mtl__nomem(err);
    }
    mtl__hla_table_init(s->hla);
    MTL_TRY(mtl__hla_read(s->hla, typing, s, m, table_file, typing_file, &s->arena, err));
    s->typing = typing_file ? typing : NULL;
    return MTL_OK;
}
