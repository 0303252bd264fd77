/* SPDX-License-Identifier: MIT */
/* Reads one claim. What a file names must exist: rows of evidence, rows that the model is held
   against, other claims, switches. A claim that no simulation can speak to must not look as if one
   did: it has no rows, no switches and no number in its answer. The keys are described in
   docs/claims.md. */
#include <string.h>

#include "io/claims_read.h"
#include "io/target_read.h"
#include "io/yaml_tree.h"

static const char *const claim_keys[] = {
    "id",         "source",   "claim",   "grade", "kind",    "published", "answer",
    "experiment", "switches", "targets", "see",   "example", "try",       NULL};
static const char *const published_keys[] = {"words", "rows", NULL};

typedef struct reading {
    mtl__claims_reader *rd;
    mtl__ydoc doc;
    mtl__claim *x;
    mtl_error *err;
} reading;

/* ---------------------------------------------------------------- texts and lists */
static int need(const reading *r, const mtl__ynode *map, const char *key, const mtl__ynode **out)
{
    *out = mtl__yaml_get(map, key);
    if (!*out)
        return mtl__yaml_fail(&r->doc, map, r->err, MTL_ERR_VALUE, "'%s' is missing", key);
    return MTL_OK;
}

/* A text without the line end that a block scalar leaves; "" if the key is absent. */
static int text_of(const reading *r, const mtl__ynode *map, const char *key, bool needed,
                   const char **out)
{
    const mtl__ynode *n = mtl__yaml_get(map, key);
    const char *text;
    *out = "";
    if (needed)
        MTL_TRY(need(r, map, key, &n));
    if (!n)
        return MTL_OK;
    MTL_TRY(mtl__yaml_text(&r->doc, n, &text, r->err));
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' '))
        len--;
    if (len == 0)
        return mtl__yaml_fail(&r->doc, n, r->err, MTL_ERR_VALUE, "the value is missing");
    *out = mtl__arena_strndup(&r->rd->c->arena, text, len);
    return *out ? MTL_OK : mtl__nomem(r->err);
}

/* Item i of a list, or the one value itself. */
static const mtl__ynode *item_of(const mtl__ynode *n, int i)
{
    return n->kind == MTL__YLIST ? n->item[i] : n;
}

/* One value, or a list of them, none twice; *n_out = 0 if the key is absent. */
static int texts_of(const reading *r, const mtl__ynode *n, const char *const **out, int *n_out)
{
    *n_out = 0;
    *out = NULL;
    if (!n)
        return MTL_OK;
    const int count = n->kind == MTL__YLIST ? n->n : 1;
    const char **list = mtl__arena_alloc(&r->rd->c->arena, ((size_t)count + 1) * sizeof *list);
    if (!list)
        return mtl__nomem(r->err);
    for (int i = 0; i < count; i++) {
        const mtl__ynode *x = item_of(n, i);
        MTL_TRY(mtl__yaml_text(&r->doc, x, &list[i], r->err));
        for (int k = 0; k < i; k++)
            if (strcmp(list[k], list[i]) == 0)
                return mtl__yaml_fail(&r->doc, x, r->err, MTL_ERR_DUPLICATE,
                                      "'%.80s' is listed twice", list[i]);
    }
    *out = list;
    *n_out = count;
    return MTL_OK;
}

/* ---------------------------------------------------------------- what must exist */
/* Index of a row of evidence.tsv, or the error at n. */
static int row_at(const reading *r, const mtl__ynode *n, const char *id)
{
    const int k = mtl__evidence_find(r->rd->c->table, id, r->err);
    return k >= 0 ? k : mtl__fail_place(r->err, k, r->doc.file, n->line, n->column);
}

static int read_rows(const reading *r, const mtl__ynode *published)
{
    const mtl__ynode *n = mtl__yaml_get(published, "rows");
    const char *const *id;
    int count;
    MTL_TRY(texts_of(r, n, &id, &count));
    int *row = mtl__arena_alloc(&r->rd->c->arena, ((size_t)count + 1) * sizeof *row);
    if (!row)
        return mtl__nomem(r->err);
    for (int i = 0; i < count; i++) {
        row[i] = row_at(r, item_of(n, i), id[i]);
        MTL_TRY(row[i]);
    }
    r->x->row = row;
    r->x->face.n_rows = count;
    return MTL_OK;
}

/* The rows that `targets` names, and those of `published` that are targets: both are held against
   the model. */
static int read_targets(const reading *r, const mtl__ynode *root)
{
    mtl_claim *f = &r->x->face;
    const mtl__evidence *e = r->rd->c->table->evidence;
    const mtl__ynode *n = mtl__yaml_get(root, "targets");
    const char *const *named;
    int count;
    MTL_TRY(texts_of(r, n, &named, &count));
    const char **all =
        mtl__arena_alloc(&r->rd->c->arena, (size_t)(count + f->n_rows + 1) * sizeof *all);
    if (!all)
        return mtl__nomem(r->err);
    for (int i = 0; i < count; i++) {
        const int k = row_at(r, item_of(n, i), named[i]);
        MTL_TRY(k);
        if (e[k].unspoken)
            return mtl__yaml_fail(&r->doc, item_of(n, i), r->err, MTL_ERR_VALUE,
                                  "'%s' is not held against the model: %s", named[i],
                                  e[k].unspoken);
        all[i] = e[k].id;
    }
    for (int i = 0; i < f->n_rows; i++) {
        bool there = e[r->x->row[i]].unspoken != NULL;
        for (int k = 0; k < count && !there; k++)
            there = strcmp(all[k], e[r->x->row[i]].id) == 0;
        if (!there)
            all[count++] = e[r->x->row[i]].id;
    }
    f->targets = all;
    f->n_targets = count;
    return MTL_OK;
}

/* Another model may lack a switch; a word that is near one of its names is a mistake. */
static int read_switches(const reading *r, const mtl__ynode *root)
{
    const mtl__ynode *n = mtl__yaml_get(root, "switches");
    const mtl_model *m = r->rd->model;
    mtl_claim *f = &r->x->face;
    MTL_TRY(texts_of(r, n, &f->switches, &f->n_switches));
    for (int i = 0; m && i < f->n_switches; i++) {
        mtl_error e;
        mtl_error_clear(&e);
        if (mtl_model_find_switch(m, f->switches[i], &e) < 0 && strstr(e.text, "did you mean"))
            return mtl__yaml_fail(&r->doc, item_of(n, i), r->err, MTL_ERR_NAME, "%s", e.text);
    }
    return MTL_OK;
}

static int read_see(const reading *r, const mtl__ynode *root)
{
    const mtl__ynode *n = mtl__yaml_get(root, "see");
    mtl_claim *f = &r->x->face;
    MTL_TRY(texts_of(r, n, &f->see, &f->n_see));
    for (int i = 0; i < f->n_see; i++) {
        int k = 0;
        while (k < r->rd->n_ids && strcmp(r->rd->id[k], f->see[i]) != 0)
            k++;
        if (k < r->rd->n_ids && strcmp(f->see[i], f->id) != 0)
            continue;
        char hint[128] = "";
        if (k == r->rd->n_ids)
            mtl__hint(hint, sizeof hint, f->see[i], r->rd->n_ids, mtl__nearest_strings, r->rd->id);
        return mtl__yaml_fail(&r->doc, item_of(n, i), r->err, MTL_ERR_NAME,
                              "'%.80s' is no other claim%s", f->see[i], hint);
    }
    return MTL_OK;
}

static int read_attempts(const reading *r, const mtl__ynode *root)
{
    const mtl__ynode *n = mtl__yaml_get(root, "try");
    mtl_claim *f = &r->x->face;
    MTL_TRY(texts_of(r, n, &f->attempts, &f->n_attempts));
    for (int i = 0; i < f->n_attempts; i++)
        if (strncmp(f->attempts[i], "matriline ", 10) != 0)
            return mtl__yaml_fail(&r->doc, item_of(n, i), r->err, MTL_ERR_VALUE,
                                  "a command to try begins with 'matriline '");
    return MTL_OK;
}

/* ---------------------------------------------------------------- the file */
static int read_head(const reading *r, const mtl__ynode *root, const char *id)
{
    mtl_claim *f = &r->x->face;
    const mtl__ynode *n;
    int word;
    MTL_TRY(text_of(r, root, "id", true, &f->id));
    if (strcmp(f->id, id) != 0)
        return mtl__yaml_fail(&r->doc, mtl__yaml_get(root, "id"), r->err, MTL_ERR_NAME,
                              "'%.80s' in a file that is called %.80s.yaml", f->id, id);
    MTL_TRY(text_of(r, root, "source", true, &f->source));
    MTL_TRY(text_of(r, root, "claim", true, &f->claim));
    MTL_TRY(need(r, root, "grade", &n));
    MTL_TRY(mtl__yaml_word(&r->doc, n, mtl__grade_names, &word, r->err));
    f->grade = (enum mtl_grade)word;
    MTL_TRY(need(r, root, "kind", &n));
    MTL_TRY(mtl__yaml_word(&r->doc, n, mtl__claim_kinds, &word, r->err));
    f->kind = mtl__claim_kinds[word][0];
    if ((f->kind == 'X') != (f->grade == MTL_GRADE_OUTSIDE))
        return mtl__yaml_fail(&r->doc, n, r->err, MTL_ERR_VALUE,
                              "kind X and grade outside-simulation go together");
    return text_of(r, root, "answer", true, &f->answer);
}

/* A claim outside any simulation. */
static int check_outside(const reading *r, const mtl__ynode *root)
{
    static const char *const forbidden[] = {"published", "switches", "targets",
                                            "example",   "try",      NULL};
    const mtl__ynode *answer = mtl__yaml_get(root, "answer");
    for (int i = 0; forbidden[i]; i++) {
        const mtl__ynode *n = mtl__yaml_get(root, forbidden[i]);
        if (n)
            return mtl__yaml_fail(&r->doc, n, r->err, MTL_ERR_VALUE,
                                  "a claim outside any simulation has no '%s'", forbidden[i]);
    }
    if (strpbrk(r->x->face.answer, "0123456789"))
        return mtl__yaml_fail(&r->doc, answer, r->err, MTL_ERR_VALUE,
                              "an answer outside any simulation gives no number");
    return MTL_OK;
}

static int read_rest(const reading *r, const mtl__ynode *root)
{
    mtl_claim *f = &r->x->face;
    const bool outside = f->kind == 'X';
    if (outside)
        MTL_TRY(check_outside(r, root));
    MTL_TRY(text_of(r, root, "experiment", !outside, &f->experiment));
    const mtl__ynode *published;
    f->published = "";
    if (!outside) {
        MTL_TRY(need(r, root, "published", &published));
        MTL_TRY(mtl__yaml_is_map(&r->doc, published, "words and rows", r->err));
        MTL_TRY(mtl__yaml_keys(&r->doc, published, published_keys, "what is published", r->err));
        MTL_TRY(text_of(r, published, "words", true, &f->published));
        MTL_TRY(read_rows(r, published));
    }
    MTL_TRY(read_targets(r, root));
    MTL_TRY(read_switches(r, root));
    MTL_TRY(read_see(r, root));
    MTL_TRY(text_of(r, root, "example", false, &f->example));
    return read_attempts(r, root);
}

int mtl__claim_read(mtl__claims_reader *rd, const char *path, const char *id, mtl_error *err)
{
    mtl_claims *c = rd->c;
    mtl__claim x = {.row = NULL};
    reading r = {.rd = rd, .x = &x, .err = err};
    char *text;
    size_t length;
    MTL_TRY(mtl__yaml_slurp(&c->arena, path, &text, &length, err));
    MTL_TRY(mtl__yaml_parse(&r.doc, &c->arena, text, length, path, err));
    const mtl__ynode *root = r.doc.root;
    MTL_TRY(mtl__yaml_is_map(&r.doc, root, "a claim", err));
    MTL_TRY(mtl__yaml_keys(&r.doc, root, claim_keys, "a claim", err));
    MTL_TRY(read_head(&r, root, id));
    MTL_TRY(read_rest(&r, root));
    if (mtl__grow(&c->claim, &c->cap_claim, (size_t)c->n + 1, sizeof *c->claim) < 0)
        return mtl__nomem(err);
    c->claim[c->n++] = x;
    return MTL_OK;
}
