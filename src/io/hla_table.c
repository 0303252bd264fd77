/* SPDX-License-Identifier: MIT */
/* Tables of HLA haplotype frequencies, and of people's HLA typings. */
#include <stdio.h>
#include <string.h>

#include "io/markers_read.h"
#include "io/tsv.h"

/* Most of a table's lines repeat the alleles of a few names, so a row is refused by its cell. */
static int haplotype_row(mtl__hla_table *t, const mtl__tsv *tsv, int row, mtl_error *err)
{
    mtl__hla_haplotype *h = &t->haplotype[row];
    mtl_error inner = {0};
    for (int l = 0; l < MTL__HLA_LOCI; l++) {
        int a;
        if (mtl__hla_allele(t, l, mtl__tsv_get(tsv, row, l), &a, &inner) < 0)
            return mtl__tsv_fail(tsv, row, l, err, inner.code, "%s", inner.text);
        h->allele[l] = (int16_t)a;
    }
    double f;
    if (mtl__parse_double(mtl__tsv_get(tsv, row, MTL__HLA_LOCI), &f) < 0 || !(f > 0 && f <= 1))
        return mtl__tsv_fail(tsv, row, MTL__HLA_LOCI, err, MTL_ERR_VALUE,
                             "'%.40s' is not a frequency above 0 and up to 1",
                             mtl__tsv_get(tsv, row, MTL__HLA_LOCI));
    t->frequency[row] = f;
    return MTL_OK;
}

/* The same haplotype in two lines would be drawn with the sum, but is more likely a slip. */
static int twice(const mtl__hla_table *t, const mtl__tsv *tsv, mtl__arena *a, mtl_error *err)
{
    const size_t size = 4 * (size_t)t->n + 7;
    int *at = mtl__arena_alloc(a, size * sizeof *at);
    if (!at)
        return mtl__nomem(err);
    for (int i = 0; i < t->n; i++) {
        size_t k = mtl__hash_bytes(MTL_HASH_START, &t->haplotype[i], sizeof t->haplotype[i]) % size;
        for (; at[k]; k = (k + 1) % size)
            if (memcmp(&t->haplotype[at[k] - 1], &t->haplotype[i], sizeof t->haplotype[i]) == 0)
                return mtl__tsv_fail(tsv, i, 0, err, MTL_ERR_DUPLICATE,
                                     "this haplotype stands in line %d too", tsv->line[at[k] - 1]);
        at[k] = i + 1;
    }
    return MTL_OK;
}

int mtl__hla_table_parse(mtl__hla_table *t, const char *file, const char *text, size_t length,
                         mtl_error *err)
{
    static const char *const columns[] = {"A",    "C",         "B",      "DRB1",
                                          "DQB1", "frequency", "source", "note"};
    mtl__tsv tsv;
    MTL_TRY(mtl__tsv_parse(&tsv, &t->arena, file, text, length, columns, 8, 3 << 6, err));
    t->file = tsv.file;
    t->haplotype = mtl__arena_alloc(&t->arena, ((size_t)tsv.n_rows + 1) * sizeof *t->haplotype);
    t->frequency = mtl__arena_alloc(&t->arena, ((size_t)tsv.n_rows + 1) * sizeof *t->frequency);
    if (!t->haplotype || !t->frequency)
        return mtl__nomem(err);
    if (tsv.n_rows == 0)
        return mtl__fail_at(err, MTL_ERR_VALUE, file, 0, 0, NULL, "no haplotype in this table");
    for (int row = 0; row < tsv.n_rows; row++)
        MTL_TRY(haplotype_row(t, &tsv, row, err));
    t->n = tsv.n_rows;
    MTL_TRY(twice(t, &tsv, &t->arena, err));
    return mtl__hla_table_finish(t, err);
}

/* ---------------------------------------------------------------- typings */
enum { PERSON, FIRST, PHASED = FIRST + 2 * MTL__HLA_LOCI, NOTE, N_COLUMNS };

static int typing_row(mtl__hla_typing *y, mtl__hla_table *t, const mtl__tsv *tsv, int row,
                      mtl_error *err)
{
    mtl_error inner = {0};
    *y = (mtl__hla_typing){.typed = true};
    for (int l = 0; l < MTL__HLA_LOCI; l++) {
        const char *text[2] = {mtl__tsv_get(tsv, row, FIRST + 2 * l),
                               mtl__tsv_get(tsv, row, FIRST + 2 * l + 1)};
        y->allele[l][0] = y->allele[l][1] = MTL__HLA_UNTYPED;
        if (!text[0][0] && !text[1][0])
            continue;
        for (int k = 0; k < 2; k++) {
            int a;
            if (!text[k][0])
                return mtl__tsv_fail(tsv, row, FIRST + 2 * l + k, err, MTL_ERR_VALUE,
                                     "one allele only; write it twice if the person is homozygous, "
                                     "or leave both out");
            if (mtl__hla_allele(t, l, text[k], &a, &inner) < 0)
                return mtl__tsv_fail(tsv, row, FIRST + 2 * l + k, err, inner.code, "%s",
                                     inner.text);
            y->allele[l][k] = (int16_t)a;
        }
    }
    const char *phased = mtl__tsv_get(tsv, row, PHASED);
    if (strcmp(phased, "yes") != 0 && strcmp(phased, "no") != 0 && phased[0])
        return mtl__tsv_fail(tsv, row, PHASED, err, MTL_ERR_VALUE, "'%.20s' is neither yes nor no",
                             phased);
    y->phased = strcmp(phased, "yes") == 0;
    return MTL_OK;
}

int mtl__hla_typing_parse(mtl__hla_typing *typing, mtl__hla_table *t, const mtl_scenario *s,
                          const char *file, const char *text, size_t length, mtl_error *err)
{
    static const char *const columns[N_COLUMNS] = {
        "person", "A_1",    "A_2",    "C_1",    "C_2",    "B_1",  "B_2",
        "DRB1_1", "DRB1_2", "DQB1_1", "DQB1_2", "phased", "note",
    };
    mtl__tsv tsv;
    char hint[96] = "";
    MTL_TRY(mtl__tsv_parse(&tsv, &t->arena, file, text, length, columns, N_COLUMNS,
                           ((uint64_t)1 << N_COLUMNS) - 2, err));
    for (int row = 0; row < tsv.n_rows; row++) {
        const char *name = mtl__tsv_get(&tsv, row, PERSON);
        const int who = mtl__person_named(s, name);
        if (who < 0) {
            mtl__person_hint(s, name, hint, sizeof hint);
            return mtl__tsv_fail(&tsv, row, PERSON, err, MTL_ERR_NAME, "nobody is called '%.60s'%s",
                                 name, hint);
        }
        if (typing[who].typed)
            return mtl__tsv_fail(&tsv, row, PERSON, err, MTL_ERR_DUPLICATE, "%s is typed twice",
                                 name);
        MTL_TRY(typing_row(&typing[who], t, &tsv, row, err));
    }
    return MTL_OK;
}
