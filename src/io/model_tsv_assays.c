/* SPDX-License-Identifier: MIT */
/* The table of assays. Each has a method, and the numbers that this method needs; a number that
   another method would need must be left empty, so that nobody believes it is used. Columns of the
   methods that a table does not use may be left out. */
#include <string.h>

#include "io/model_tsv.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

enum {
    A_NAME,
    A_LABEL,
    A_TARGET,
    A_TARGET_NAME,
    A_METHOD,
    A_SUBSET,
    A_SOURCE,
    A_NOTE,
    A_NUMBERS /* from here on, in the order of mtl__assay_column_at */
};
enum { A_COLUMNS = A_NUMBERS + MTL__ASSAY_EXPRS, FIRST_OPTIONAL = A_NUMBERS + 10 };

static int check_subset(mtl__load *l, int row, const char *subset)
{
    if (subset[0] == '\0' || strcmp(subset, "pbmc") == 0 || strcmp(subset, "cd34") == 0)
        return MTL_OK;
    const int k = mtl__model_kind(l->m, subset, l->err);
    if (k < 0)
        return mtl__tsv_place(&l->t, row, A_SUBSET, l->err, k);
    if (l->m->kind[k].class_ != MTL__PROGENY || l->m->kind[k].share_param < 0)
        return mtl__tsv_fail(&l->t, row, A_SUBSET, l->err, MTL_ERR_VALUE,
                             "'%s' is not a kind with a share of the host's blood", subset);
    return MTL_OK;
}

/* Reads look at whole genomes, and nothing else can. */
static int check_target(mtl__load *l, int row, const mtl__assay_def *a)
{
    if ((a->target == MTL__TARGET_GENOME) == (a->method == MTL__READS))
        return MTL_OK;
    return mtl__tsv_fail(&l->t, row, A_TARGET, l->err, MTL_ERR_VALUE,
                         a->method == MTL__READS ? "reads look at the whole panel: the target is "
                                                   "'genome'"
                                                 : "the target 'genome' is for reads; %s looks for "
                                                   "y or hla",
                         mtl__assay_method_name(a->method));
}

static int load_number(mtl__load *l, int row, mtl__assay_def *a, int i)
{
    const mtl__assay_column *c = mtl__assay_column_at(i);
    const char *text = mtl__tsv_get(&l->t, row, A_NUMBERS + i);
    if ((c->methods >> a->method) & 1u) {
        if (text[0] == '\0')
            return mtl__fail_at(l->err, MTL_ERR_SYNTAX, l->t.file, l->t.line[row], 0, c->name,
                                "'%s' is empty: the method %s needs it, %s", c->name,
                                mtl__assay_method_name(a->method), c->text);
        return mtl__load_expr(l, row, A_NUMBERS + i, c->unit, mtl__assay_expr(a, i));
    }
    if (text[0] != '\0')
        return mtl__tsv_fail(&l->t, row, A_NUMBERS + i, l->err, MTL_ERR_VALUE,
                             "the method %s has no use for it; leave the cell empty",
                             mtl__assay_method_name(a->method));
    return MTL_OK;
}

static int load_assay(mtl__load *l, int row, mtl__assay_def *a)
{
    static const char *const targets[] = {"y", "hla", "genome"};
    const char *methods[MTL__N_ASSAY_METHODS];
    int target = 0, method = 0;
    for (int i = 0; i < MTL__N_ASSAY_METHODS; i++)
        methods[i] = mtl__assay_method_name((enum mtl__assay_method)i);
    a->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, A_NAME, &a->name));
    MTL_TRY(mtl__load_text(l, row, A_LABEL, &a->label));
    MTL_TRY(mtl__load_text(l, row, A_TARGET_NAME, &a->target_name));
    MTL_TRY(mtl__load_choice(l, row, A_TARGET, targets, COUNT(targets), &target));
    MTL_TRY(mtl__load_choice(l, row, A_METHOD, methods, MTL__N_ASSAY_METHODS, &method));
    a->target = (enum mtl__assay_target)target;
    a->method = (enum mtl__assay_method)method;
    MTL_TRY(check_target(l, row, a));
    for (int i = 0; i < MTL__ASSAY_EXPRS; i++)
        MTL_TRY(load_number(l, row, a, i));
    a->subset = mtl__tsv_get(&l->t, row, A_SUBSET);
    MTL_TRY(check_subset(l, row, a->subset));
    a->source = mtl__tsv_get(&l->t, row, A_SOURCE);
    a->note = mtl__tsv_get(&l->t, row, A_NOTE);
    return MTL_OK;
}

int mtl__load_assays(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    const char *columns[A_COLUMNS] = {"name",   "label",  "target", "target_name",
                                      "method", "subset", "source", "note"};
    uint64_t optional = 0;
    mtl__load l;
    void *items = NULL;
    for (int i = 0; i < MTL__ASSAY_EXPRS; i++)
        columns[A_NUMBERS + i] = mtl__assay_column_at(i)->name;
    for (int i = FIRST_OPTIONAL; i < A_COLUMNS; i++)
        optional |= (uint64_t)1 << i;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_ASSAYS, t, columns, A_COLUMNS, optional,
                            sizeof *m->assay, &items, err));
    m->assay = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_assay(&l, i, &m->assay[i]));
        m->n_assays = i + 1;
    }
    return MTL_OK;
}
