/* SPDX-License-Identifier: MIT */
/* Claims as they are asked for: by number, by id with the nearest names, by words; what grades and
   kinds mean. The files are read in io/claims_*.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/claims.h"

const char *const mtl__grade_names[MTL_N_GRADES + 1] = {
    "established",        "replicated-association",
    "single-study",       "animal-only",
    "contested",          "speculative",
    "outside-simulation", NULL};
const char *const mtl__claim_kinds[] = {"N", "Q", "S", "X", NULL};

const char *mtl_grade_name(enum mtl_grade g)
{
    return (int)g >= 0 && g < MTL_N_GRADES ? mtl__grade_names[g] : "unknown";
}

const char *mtl_grade_meaning(enum mtl_grade g)
{
    static const char *const meaning[MTL_N_GRADES] = {
        "found again and again, by independent groups",
        "seen by more than one group; what causes what is open",
        "one study or one group; not yet seen again",
        "shown in animals; unknown in humans",
        "published results disagree, or another explanation fits as well",
        "a hypothesis that no study has tested directly",
        "not a question about cells, so nothing that a simulation could answer"};
    return (int)g >= 0 && g < MTL_N_GRADES ? meaning[g] : "unknown";
}

const char *mtl_claim_kind_meaning(char kind)
{
    switch (kind) {
    case 'N':
        return "a published number to be met";
    case 'Q':
        return "a published direction, no number to be met";
    case 'S':
        return "a hypothesis only: a switch, nothing published to be met";
    case 'X':
        return "outside any simulation: said so, without a number";
    default:
        return "unknown";
    }
}

int mtl_claims_n(const mtl_claims *c)
{
    return c->n;
}

int mtl_claims_get(const mtl_claims *c, int i, mtl_claim *out)
{
    if (i < 0 || i >= c->n)
        return MTL_ERR_USAGE;
    *out = c->claim[i].face;
    return MTL_OK;
}

int mtl_claims_row(const mtl_claims *c, int claim, int k, mtl_claim_row *out)
{
    if (claim < 0 || claim >= c->n || k < 0 || k >= c->claim[claim].face.n_rows)
        return MTL_ERR_USAGE;
    const mtl__evidence *e = &c->table->evidence[c->claim[claim].row[k]];
    *out = (mtl_claim_row){.id = e->id,
                           .species = e->species,
                           .what = e->quantity,
                           .unit = e->unit,
                           .citation = e->citation,
                           .doi = e->doi,
                           .provenance = e->provenance,
                           .unspoken = e->unspoken ? e->unspoken : "",
                           .value = e->value,
                           .low = e->low,
                           .high = e->high,
                           .n = e->n,
                           .k = e->k};
    return MTL_OK;
}

/* ---------------------------------------------------------------- by name */
static const char *claim_name(const void *ctx, int i)
{
    return ((const mtl_claims *)ctx)->claim[i].face.id;
}

/* Ids that hold the word: who asks for "heart" means one of them. */
static void add_holders(char *buf, size_t size, const mtl_claims *c, const char *word)
{
    const char *before = "; there are ";
    int n = 0;
    if (strlen(word) < 3)
        return;
    for (int i = 0; i < c->n && n < 5; i++) {
        const size_t len = strlen(buf);
        if (!strstr(c->claim[i].face.id, word))
            continue;
        snprintf(buf + len, size - len, "%s'%s'", before, c->claim[i].face.id);
        before = ", ";
        n++;
    }
}

int mtl_claims_find(const mtl_claims *c, const char *id, mtl_error *err)
{
    char hint[320] = "";
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->claim[i].face.id, id) == 0)
            return i;
    add_holders(hint, sizeof hint, c, id);
    if (!hint[0])
        mtl__hint(hint, sizeof hint, id, c->n, claim_name, c);
    return mtl__fail(err, MTL_ERR_NAME, "", "no claim is called '%.80s'%s", id, hint);
}

/* ---------------------------------------------------------------- by words */
static char lower(char x)
{
    return x >= 'A' && x <= 'Z' ? (char)(x - 'A' + 'a') : x;
}

static bool holds(const char *text, const char *word, size_t len)
{
    for (; *text; text++) {
        size_t i = 0;
        while (i < len && lower(text[i]) == lower(word[i]))
            i++;
        if (i == len)
            return true;
    }
    return false;
}

static bool any_holds(const char *const *list, int n, const char *word, size_t len)
{
    for (int i = 0; i < n; i++)
        if (holds(list[i], word, len))
            return true;
    return false;
}

static bool claim_holds(const mtl_claims *c, const mtl__claim *x, const char *word, size_t len)
{
    const mtl_claim *f = &x->face;
    const char *const text[] = {f->id,        f->source, f->claim,   mtl_grade_name(f->grade),
                                f->published, f->answer, f->example, f->experiment};
    for (int i = 0; i < f->n_rows; i++)
        if (holds(c->table->evidence[x->row[i]].id, word, len))
            return true;
    return any_holds(text, (int)(sizeof text / sizeof *text), word, len) ||
           any_holds(f->switches, f->n_switches, word, len) ||
           any_holds(f->targets, f->n_targets, word, len);
}

int mtl_claims_match(const mtl_claims *c, int i, const char *words)
{
    if (i < 0 || i >= c->n)
        return 0;
    for (const char *p = words; *p;) {
        const size_t len = strcspn(p, " \t");
        if (len > 0 && !claim_holds(c, &c->claim[i], p, len))
            return 0;
        p += len + strspn(p + len, " \t");
    }
    return 1;
}

void mtl_claims_free(mtl_claims *c)
{
    if (!c)
        return;
    mtl_targets_free(c->table);
    mtl__arena_free(&c->arena);
    free(c->claim);
    free(c);
}
