/* SPDX-License-Identifier: MIT */
/* Names in a scenario that are those of the model: organs, assays, kinds. Where one is unknown the
   message says what helps most: that another model has it, which name is near, or which there are.
 */
#include <stdio.h>
#include <string.h>

#include "io/model_beside.h"
#include "io/yaml_scenario.h"

enum { LONGEST_LIST = 400 }; /* letters: a message has room for so many */

static void list_all(const mtl__ynames *names, mtl__str *out)
{
    for (int i = 0; i < names->listed; i++) {
        if (out->len > LONGEST_LIST) {
            mtl__str_add(out, ", ...");
            return;
        }
        mtl__str_printf(out, "%s%s", i ? ", " : "; known: ", names->get(names->ctx, i));
    }
    if (names->listed == 0)
        mtl__str_add(out, "; the model has none");
    if (names->more)
        mtl__str_add(out, names->more);
}

int mtl__sl_unknown(mtl__sload *l, const mtl__ynode *n, const mtl__ynames *names, const char *name,
                    const char *head)
{
    char beside[300], hint[96] = "";
    mtl__str all = {0};
    mtl__str_add(&all, "");
    mtl__model_beside(l->m, names->file, name, beside, sizeof beside);
    if (!beside[0])
        mtl__hint(hint, sizeof hint, name, names->n, names->get, names->ctx);
    if (!beside[0] && !hint[0])
        list_all(names, &all);
    const int ret = all.oom ? mtl__nomem(l->err)
                            : mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_NAME, "%s%s%s%.450s", head,
                                             beside, hint, all.s);
    mtl__str_free(&all);
    return ret;
}

/* ---------------------------------------------------------------- organs */
int mtl__sl_organs_of_group(const mtl_model *m, const char *group)
{
    int n = 0;
    for (int i = 0; i < m->n_organs; i++)
        n += strcmp(m->organ[i].group, group) == 0;
    return group[0] ? n : 0;
}

static const char *first_of(const mtl_model *m, const char *group)
{
    for (int i = 0; i < m->n_organs; i++)
        if (strcmp(m->organ[i].group, group) == 0)
            return m->organ[i].name;
    return "";
}

/* What may be asked for, those without a group first. */
static const char *organ_name(const void *ctx, int i)
{
    const mtl_model *m = ctx;
    for (int grouped = 0; grouped < 2; grouped++)
        for (int o = 0; o < m->n_organs; o++)
            if ((m->organ[o].group[0] != '\0') == grouped && i-- == 0)
                return m->organ[o].name;
    return "";
}

/* Is what stands before the first dot a group ("brain.cortex")? */
static bool of_group(const mtl_model *m, const char *name, char *group, size_t size)
{
    const size_t n = strcspn(name, ".");
    if (name[n] == '\0' || n >= size)
        return false;
    memcpy(group, name, n);
    group[n] = '\0';
    return mtl__sl_organs_of_group(m, group) > 0;
}

static const char *member_name(const void *ctx, int i)
{
    const mtl_model *m = ((const void *const *)ctx)[0];
    const char *group = ((const void *const *)ctx)[1];
    for (int o = 0; o < m->n_organs; o++)
        if (strcmp(m->organ[o].group, group) == 0 && i-- == 0)
            return m->organ[o].name;
    return "";
}

static int no_organ(mtl__sload *l, const mtl__ynode *n, const char *name)
{
    char head[120], group[64], more[64] = "";
    const void *members[] = {l->m, group};
    mtl__ynames names = {.file = "organs.tsv", .n = l->m->n_organs, .get = organ_name, .ctx = l->m};
    for (int i = 0; i < l->m->n_organs; i++) {
        const char *g = l->m->organ[i].group;
        names.listed += g[0] == '\0';
        if (g[0] && !more[0])
            snprintf(more, sizeof more, ", %.20s and so on", l->m->organ[i].name);
    }
    names.more = more;
    if (of_group(l->m, name, group, sizeof group)) {
        names.n = names.listed = mtl__sl_organs_of_group(l->m, group);
        names.get = member_name;
        names.more = NULL;
        names.ctx = members;
    }
    snprintf(head, sizeof head, "unknown organ '%.80s'", name);
    return mtl__sl_unknown(l, n, &names, name, head);
}

int mtl__sl_organ(mtl__sload *l, const mtl__ynode *n, int *out)
{
    const char *name;
    MTL_TRY(mtl__yaml_text(&l->doc, n, &name, l->err));
    *out = mtl__model_organ(l->m, name, NULL);
    if (*out >= 0)
        return MTL_OK;
    const int many = mtl__sl_organs_of_group(l->m, name);
    if (many > 0)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_NAME,
                              "'%s' is a group of %d organs; name one of them, e.g. %s", name, many,
                              first_of(l->m, name));
    return no_organ(l, n, name);
}

/* ---------------------------------------------------------------- assays, kinds */
static const char *assay_name(const void *ctx, int i)
{
    return ((const mtl_model *)ctx)->assay[i].name;
}

int mtl__sl_assay(mtl__sload *l, const mtl__ynode *n, int *out)
{
    const mtl__ynames names = {"assays.tsv", l->m->n_assays, l->m->n_assays,
                               assay_name,   l->m,           NULL};
    const char *name;
    char head[120];
    MTL_TRY(mtl__yaml_text(&l->doc, n, &name, l->err));
    *out = mtl__model_assay(l->m, name, NULL);
    if (*out >= 0)
        return MTL_OK;
    snprintf(head, sizeof head, "unknown assay '%.80s'", name);
    return mtl__sl_unknown(l, n, &names, name, head);
}

/* Those that can be given, then all others. */
static const char *kind_name(const void *ctx, int i)
{
    const mtl_model *m = ctx;
    for (int other = 0; other < 2; other++)
        for (int k = 0; k < m->n_kinds; k++)
            if ((m->kind[k].class_ != MTL__SEED) == other && i-- == 0)
                return m->kind[k].name;
    return "";
}

int mtl__sl_seed_kind(mtl__sload *l, const mtl__ynode *n, const char *name, int *out)
{
    mtl__ynames names = {.file = "kinds.tsv", .n = l->m->n_kinds, .get = kind_name, .ctx = l->m};
    char head[120];
    *out = mtl__model_kind(l->m, name, NULL);
    if (*out < 0) {
        for (int k = 0; k < l->m->n_kinds; k++)
            names.listed += l->m->kind[k].class_ == MTL__SEED;
        snprintf(head, sizeof head, "unknown kind '%.80s'", name);
        return mtl__sl_unknown(l, n, &names, name, head);
    }
    if (l->m->kind[*out].class_ != MTL__SEED)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "%s is no seed: it does not renew itself, so it cannot engraft",
                              name);
    return MTL_OK;
}
