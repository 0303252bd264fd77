/* SPDX-License-Identifier: MIT */
/* A folder of claims: finds its files, reads the table of evidence, then each claim, and puts them
   in the order of grade and id. */
#include <stdlib.h>
#include <string.h>

#include "io/claims_read.h"
#include "io/target_read.h"

static int by_grade(const void *a, const void *b)
{
    const mtl_claim *x = &((const mtl__claim *)a)->face, *y = &((const mtl__claim *)b)->face;
    return x->grade != y->grade ? (int)x->grade - (int)y->grade : strcmp(x->id, y->id);
}

/* "a1-brain-any" of ".../a1-brain-any.yaml". */
static char *stem(mtl__arena *a, const char *path)
{
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    return mtl__arena_strndup(a, name, strlen(name) - strlen(".yaml"));
}

static int read_all(mtl__claims_reader *rd, char **path, int n, mtl_error *err)
{
    mtl__arena *a = &rd->c->arena;
    rd->id = mtl__arena_alloc(a, ((size_t)n + 1) * sizeof *rd->id);
    if (!rd->id)
        return mtl__nomem(err);
    for (int i = 0; i < n; i++) {
        rd->id[i] = stem(a, path[i]);
        if (!rd->id[i])
            return mtl__nomem(err);
    }
    rd->n_ids = n;
    for (int i = 0; i < n; i++)
        MTL_TRY(mtl__claim_read(rd, path[i], rd->id[i], err));
    return MTL_OK;
}

static int load(mtl__claims_reader *rd, const char *dir, const char *targets, mtl_error *err)
{
    mtl_claims *c = rd->c;
    char **path = NULL;
    int n = 0;
    c->table = calloc(1, sizeof *c->table);
    if (!c->table)
        return mtl__nomem(err);
    mtl__arena_init(&c->table->arena, 0);
    /* The folder first: who has no claims is told so, not that some table is missing. */
    char *folder = mtl__arena_strdup(&c->arena, dir);
    if (!folder)
        return mtl__nomem(err);
    MTL_TRY(mtl__yaml_files(&c->arena, folder, &path, &n, err));
    int ret = n > 0 ? mtl__evidence_read(c->table, targets, err)
                    : mtl__fail_at(err, MTL_ERR_VALUE, folder, 0, 0, "", "no claims (*.yaml)");
    if (ret == MTL_OK)
        ret = read_all(rd, path, n, err);
    free(path);
    if (ret == MTL_OK)
        qsort(c->claim, (size_t)c->n, sizeof *c->claim, by_grade);
    return ret;
}

int mtl_claims_load(mtl_claims **out, const char *dir, const char *targets, const mtl_model *m,
                    mtl_error *err)
{
    mtl__claims_reader rd = {.model = m};
    *out = NULL;
    rd.c = calloc(1, sizeof *rd.c);
    if (!rd.c)
        return mtl__nomem(err);
    mtl__arena_init(&rd.c->arena, 0);
    const int ret = load(&rd, dir, targets, err);
    if (ret == MTL_OK)
        *out = rd.c;
    else
        mtl_claims_free(rd.c);
    return ret;
}
