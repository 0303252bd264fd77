/* SPDX-License-Identifier: MIT */
/* Reads targets/evidence.tsv, the table of published numbers, and targets/unspoken.tsv, which says
   of each row that is no target why not. Numbers may be missing; a value in words ("yes", "no") is
   allowed where the unit says "qualitative". */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/target_read.h"
#include "io/tsv.h"

enum {
    E_ID,
    E_SPECIES,
    E_QUANTITY,
    E_VALUE,
    E_LOW,
    E_HIGH,
    E_UNIT,
    E_N,
    E_K,
    E_CITATION,
    E_DOI,
    E_PROVENANCE,
    E_CONFIDENCE,
    E_USE,
    N_E
};
static const char *const evidence_column[N_E] = {
    "id", "species", "quantity", "value", "low",        "high",       "unit",
    "n",  "k",       "citation", "doi",   "provenance", "confidence", "use"};
static const char *const unspoken_column[] = {"id", "reason"};

static const char *evidence_name(const void *ctx, int i)
{
    return ((const mtl_targets_result *)ctx)->evidence[i].id;
}

int mtl__evidence_find(const mtl_targets_result *r, const char *id, mtl_error *err)
{
    for (int i = 0; i < r->n_evidence; i++)
        if (strcmp(r->evidence[i].id, id) == 0)
            return i;
    char hint[128] = "";
    mtl__hint(hint, sizeof hint, id, r->n_evidence, evidence_name, r);
    return mtl__fail(err, MTL_ERR_NAME, "evidence", "no row '%s' in evidence.tsv%s", id, hint);
}

/* "dir/name" in the arena. */
static char *join(mtl__arena *a, const char *dir, const char *name)
{
    const size_t size = strlen(dir) + strlen(name) + 2;
    char *p = mtl__arena_alloc(a, size);
    if (p)
        snprintf(p, size, "%s/%s", dir, name);
    return p;
}

static int read_table(mtl__tsv *t, mtl_targets_result *r, const char *dir, const char *name,
                      const char *const *columns, int n_columns, mtl_error *err)
{
    char *path = join(&r->arena, dir, name), *text;
    size_t length;
    if (!path)
        return mtl__nomem(err);
    MTL_TRY(mtl__file_read(&r->arena, path, MTL__TSV_MAX_BYTES, &text, &length, err));
    return mtl__tsv_parse(t, &r->arena, path, text, length, columns, n_columns, 0, err);
}

static int number(const mtl__tsv *t, int row, int column, bool words, double *out, mtl_error *err)
{
    const char *text = mtl__tsv_get(t, row, column);
    *out = NAN;
    if (!text[0] || words)
        return MTL_OK;
    if (mtl__parse_double(text, out) < 0)
        return mtl__tsv_fail(t, row, column, err, MTL_ERR_VALUE, "'%s' is not a number", text);
    return MTL_OK;
}

static int one_row(mtl_targets_result *r, const mtl__tsv *t, int row, mtl_error *err)
{
    mtl__evidence *e = &r->evidence[row];
    *e = (mtl__evidence){.id = mtl__tsv_get(t, row, E_ID),
                         .species = mtl__tsv_get(t, row, E_SPECIES),
                         .quantity = mtl__tsv_get(t, row, E_QUANTITY),
                         .unit = mtl__tsv_get(t, row, E_UNIT),
                         .citation = mtl__tsv_get(t, row, E_CITATION),
                         .doi = mtl__tsv_get(t, row, E_DOI),
                         .provenance = mtl__tsv_get(t, row, E_PROVENANCE),
                         .use = mtl__tsv_get(t, row, E_USE),
                         .line = t->line[row]};
    if (!e->id[0])
        return mtl__tsv_fail(t, row, E_ID, err, MTL_ERR_VALUE, "a row needs an id");
    for (int i = 0; i < row; i++)
        if (strcmp(r->evidence[i].id, e->id) == 0)
            return mtl__tsv_fail(t, row, E_ID, err, MTL_ERR_DUPLICATE, "'%s' is in line %d already",
                                 e->id, r->evidence[i].line);
    const bool words = strcmp(e->unit, "qualitative") == 0;
    MTL_TRY(number(t, row, E_VALUE, words, &e->value, err));
    MTL_TRY(number(t, row, E_LOW, false, &e->low, err));
    MTL_TRY(number(t, row, E_HIGH, false, &e->high, err));
    MTL_TRY(number(t, row, E_N, false, &e->n, err));
    MTL_TRY(number(t, row, E_K, false, &e->k, err));
    if (e->n < 1.0 || e->k < 0.0 || e->k > e->n)
        return mtl__tsv_fail(t, row, E_N, err, MTL_ERR_VALUE, "impossible counts: %g of %g", e->k,
                             e->n);
    return MTL_OK;
}

int mtl__evidence_read(mtl_targets_result *r, const char *dir, mtl_error *err)
{
    mtl__tsv t;
    MTL_TRY(read_table(&t, r, dir, "evidence.tsv", evidence_column, N_E, err));
    r->evidence = mtl__arena_alloc(&r->arena, ((size_t)t.n_rows + 1) * sizeof *r->evidence);
    if (!r->evidence)
        return mtl__nomem(err);
    for (int i = 0; i < t.n_rows; i++) {
        MTL_TRY(one_row(r, &t, i, err));
        r->n_evidence++;
    }
    MTL_TRY(read_table(&t, r, dir, "unspoken.tsv", unspoken_column, 2, err));
    for (int i = 0; i < t.n_rows; i++) {
        const char *reason = mtl__tsv_get(&t, i, 1);
        const int k = mtl__evidence_find(r, mtl__tsv_get(&t, i, 0), err);
        if (k < 0)
            return mtl__tsv_place(&t, i, 0, err, k);
        if (!reason[0])
            return mtl__tsv_fail(&t, i, 1, err, MTL_ERR_VALUE,
                                 "a row that is left out needs a reason");
        if (r->evidence[k].unspoken)
            return mtl__tsv_fail(&t, i, 0, err, MTL_ERR_DUPLICATE, "'%s' is listed twice",
                                 r->evidence[k].id);
        r->evidence[k].unspoken = reason;
    }
    return MTL_OK;
}
