/* SPDX-License-Identifier: MIT */
/* A pedigree alone as a scenario: people and parents from a PLINK .fam or .ped, no dates and no
 * events. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/io_hash.h"
#include "io/markers_read.h"
#include "io/tsv.h"
#include "matriline/markers.h"

static int people(mtl_scenario *s, const mtl__fam *f, mtl_error *err)
{
    s->person = mtl__arena_alloc(&s->arena, ((size_t)f->n + 1) * sizeof *s->person);
    s->history_unknown = mtl__arena_alloc(&s->arena, ((size_t)f->n + 1) * sizeof(int));
    if (!s->person || !s->history_unknown)
        return mtl__nomem(err);
    for (int i = 0; i < f->n; i++) {
        const mtl__fam_row *r = &f->row[i];
        s->person[i] = (mtl__person){.name = r->name,
                                     .key = mtl__hash(r->name),
                                     .sex = r->sex,
                                     .mother = r->mother_row,
                                     .father = r->father_row,
                                     .pregnancy = -1,
                                     .conceived = NAN,
                                     .born = NAN,
                                     .died = NAN,
                                     .declared = true,
                                     .line = r->line,
                                     .column = r->column};
    }
    s->n_people = f->n;
    s->focus = 0;
    return MTL_OK;
}

static int load(mtl_scenario *s, const char *path, mtl_error *err)
{
    char *text;
    size_t length;
    mtl__fam f;
    const size_t n = strlen(path);
    s->file = mtl__arena_strdup(&s->arena, path);
    if (!s->file)
        return mtl__nomem(err);
    s->title = "";
    MTL_TRY(mtl__file_read(&s->arena, path, MTL__FAM_MAX_BYTES, &text, &length, err));
    mtl__sha256_hex(text, length, s->hash);
    MTL_TRY(mtl__fam_parse(&f, &s->arena, path, text, length,
                           n > 4 && strcmp(path + n - 4, ".ped") == 0, err));
    return people(s, &f, err);
}

int mtl_pedigree_load(mtl_scenario **out, const char *path, const mtl_model *model, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    if (!path || !model)
        return mtl__fail(err, MTL_ERR_USAGE, "", "a pedigree needs a path and a model");
    mtl_scenario *s = calloc(1, sizeof *s);
    if (!s)
        return mtl__nomem(err);
    mtl__arena_init(&s->arena, 0);
    s->model = model;
    const int ret = load(s, path, err);
    if (ret < 0)
        mtl_scenario_free(s);
    else
        *out = s;
    return ret;
}
