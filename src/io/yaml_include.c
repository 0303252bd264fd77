/* SPDX-License-Identifier: MIT */
/* `include: family.fam`: the people of a PLINK pedigree, to whom `people:` may add dates and what
   else a .fam cannot say. The path is taken from the scenario's own folder. */
#include <math.h>
#include <string.h>

#include "io/markers_read.h"
#include "io/tsv.h"
#include "io/yaml_scenario.h"

static int beside(mtl__sload *l, const mtl__ynode *n, const char *name, const char **out)
{
    const char *slash = strrchr(l->s->file, '/');
    mtl__str path = {0};
    if (name[0] != '/' && slash)
        mtl__str_addn(&path, l->s->file, (size_t)(slash - l->s->file) + 1);
    mtl__str_add(&path, name);
    *out = path.oom ? NULL : mtl__arena_strdup(&l->s->arena, path.s);
    mtl__str_free(&path);
    (void)n;
    return *out ? MTL_OK : mtl__nomem(l->err);
}

static int add_people(mtl__sload *l, const mtl__ynode *n, const mtl__fam *f)
{
    const int first = l->n_people;
    for (int i = 0; i < f->n; i++) {
        int who;
        if (mtl__sl_find(l, f->row[i].name) >= 0)
            return mtl__fail_at(l->err, MTL_ERR_DUPLICATE, f->file, f->row[i].line,
                                f->row[i].column, "person", "%s stands in another file already",
                                f->row[i].name);
        MTL_TRY(mtl__sl_add_person(l, f->row[i].name, n, &who));
        l->person[who].sex = f->row[i].sex;
        l->person[who].declared = true;
        l->more[who].included = true;
    }
    for (int i = 0; i < f->n; i++) {
        if (f->row[i].mother_row >= 0)
            l->person[first + i].mother = first + f->row[i].mother_row;
        if (f->row[i].father_row >= 0)
            l->person[first + i].father = first + f->row[i].father_row;
    }
    return MTL_OK;
}

static int include_one(mtl__sload *l, const mtl__ynode *n)
{
    const char *name, *path;
    char *text;
    size_t length, k;
    mtl__fam f;
    MTL_TRY(mtl__yaml_text(&l->doc, n, &name, l->err));
    k = strlen(name);
    if (k < 5 || (strcmp(name + k - 4, ".fam") != 0 && strcmp(name + k - 4, ".ped") != 0))
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "'%.60s' is not a PLINK pedigree (.fam or .ped)", name);
    MTL_TRY(beside(l, n, name, &path));
    mtl_error inner = {0};
    if (mtl__file_read(&l->s->arena, path, MTL__FAM_MAX_BYTES, &text, &length, &inner) < 0)
        return mtl__yaml_fail(&l->doc, n, l->err, inner.code, "%.60s: %.200s", name, inner.text);
    MTL_TRY(mtl__fam_parse(&f, &l->s->arena, path, text, length, name[k - 3] == 'p', l->err));
    return add_people(l, n, &f);
}

int mtl__sl_include(mtl__sload *l, const mtl__ynode *n)
{
    if (n->kind != MTL__YLIST)
        return include_one(l, n);
    for (int i = 0; i < n->n; i++)
        MTL_TRY(include_one(l, n->item[i]));
    return MTL_OK;
}
