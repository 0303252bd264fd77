/* SPDX-License-Identifier: MIT */
/* `follow`: which of all that a host may do is asked for, as a word or a list (of the person in
   focus), or as a mapping from people to such words and lists. Whether what is asked for can be is
   for mtl__scenario_check. */
#include <stdlib.h>
#include <string.h>

#include "io/yaml_scenario.h"

static const char *const words[] = {"all", "tolerance", "scars"};
enum { N_WORDS = sizeof words / sizeof *words };

/* Words, outcomes, groups of outcomes: names for hints, some of them twice. */
static const char *nth(const void *ctx, int i)
{
    const mtl_model *m = ctx;
    if (i < N_WORDS)
        return words[i];
    i -= N_WORDS;
    return i < m->n_outcomes ? m->outcome[i].name : m->outcome[i - m->n_outcomes].group;
}

static bool has_scars(const mtl_model *m)
{
    for (int i = 0; i < m->n_injuries; i++)
        if (strcmp(m->injury[i].name, MTL__SCAR) == 0)
            return true;
    return false;
}

/* Can the word be followed? Then it is. */
static bool take(const mtl_model *m, const char *name, mtl__follow *f)
{
    const bool all = strcmp(name, "all") == 0, tolerance = strcmp(name, "tolerance") == 0,
               scars = strcmp(name, "scars") == 0;
    bool found = all || tolerance || scars;
    f->tolerance = f->tolerance || all || tolerance;
    f->scars = f->scars || scars || (all && has_scars(m));
    for (int i = 0; i < m->n_outcomes; i++)
        if (all || strcmp(m->outcome[i].name, name) == 0 || strcmp(m->outcome[i].group, name) == 0)
            found = f->outcome[i] = true;
    return found;
}

static int one_word(mtl__sload *l, const mtl__ynode *n, mtl__follow *f)
{
    const char *name;
    char hint[96] = "";
    MTL_TRY(mtl__yaml_text(&l->doc, n, &name, l->err));
    if (!take(l->m, name, f)) {
        mtl__hint(hint, sizeof hint, name, N_WORDS + 2 * l->m->n_outcomes, nth, l->m);
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_NAME, "'%.60s' cannot be followed%s",
                              name,
                              hint[0] ? hint
                                      : "; known: all, tolerance, scars, and the outcomes of the "
                                        "model and their groups");
    }
    if (f->scars && !has_scars(l->m))
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_NAME,
                              "scars of Caesarean deliveries are the injury `%s`, which the model "
                              "does not have",
                              MTL__SCAR);
    return MTL_OK;
}

/* An outcome that only comes after another, or depends on one, is followed with it: not followed,
   the other would never come. */
static void what_it_hangs_on(const mtl_model *m, bool *outcome)
{
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < m->n_outcomes; i++) {
            const int needs = m->outcome[i].needs;
            if (outcome[i] && needs >= 0 && !outcome[needs])
                more = outcome[needs] = true;
        }
        for (int i = 0; i < m->n_exposures; i++) {
            const mtl__exposure *x = &m->exposure[i];
            if (x->of == MTL__X_OUTCOME && x->other >= 0 && outcome[x->outcome] &&
                !outcome[x->other])
                more = outcome[x->other] = true;
        }
    }
}

/* One set: a word or a list of words at n, which stands at `where`. */
static int one_set(mtl__sload *l, const mtl__ynode *n, const mtl__ynode *where, int person,
                   mtl__follow *f)
{
    char path[96];
    *f = (mtl__follow){.person = person, .line = where->line, .column = where->column};
    f->path = mtl__arena_strdup(&l->s->arena, mtl__yaml_path(n, path, sizeof path));
    f->outcome =
        mtl__arena_alloc(&l->s->arena, ((size_t)l->m->n_outcomes + 1) * sizeof *f->outcome);
    if (!f->path || !f->outcome)
        return mtl__nomem(l->err);
    if (n->kind != MTL__YLIST)
        MTL_TRY(one_word(l, n, f));
    for (int i = 0; n->kind == MTL__YLIST && i < n->n; i++)
        MTL_TRY(one_word(l, n->item[i], f));
    what_it_hangs_on(l->m, f->outcome);
    return MTL_OK;
}

/* Whoever writes {tolerance: maria} is told which way round it is. */
static int whom(mtl__sload *l, const mtl__ynode *key, int *person)
{
    mtl__follow unused = {.outcome = calloc((size_t)l->m->n_outcomes + 1, sizeof(bool))};
    if (!unused.outcome)
        return mtl__nomem(l->err);
    const bool word = mtl__sl_find(l, key->text) < 0 && take(l->m, key->text, &unused);
    free(unused.outcome);
    return word ? mtl__yaml_fail(&l->doc, key, l->err, MTL_ERR_NAME,
                                 "'%.60s' is what to follow, not a person: write `NAME: [%.60s]`",
                                 key->text, key->text)
                : mtl__sl_person(l, key, person);
}

static int by_person(const void *a, const void *b)
{
    return ((const mtl__follow *)a)->person - ((const mtl__follow *)b)->person;
}

int mtl__sl_follow(mtl__sload *l, const mtl__ynode *n)
{
    mtl_scenario *s = l->s;
    const bool map = n->kind == MTL__YMAP;
    const int most = map ? n->n : 1;
    s->follow = mtl__arena_alloc(&s->arena, ((size_t)most + 1) * sizeof *s->follow);
    if (!s->follow)
        return mtl__nomem(l->err);
    if (!map)
        MTL_TRY(one_set(l, n, n, -1, &s->follow[0]));
    for (int i = 0; map && i < n->n; i++) {
        int person = -1;
        MTL_TRY(whom(l, n->key[i], &person));
        MTL_TRY(one_set(l, n->item[i], n->key[i], person, &s->follow[i]));
    }
    s->n_follow = most;
    if (most > 1)
        qsort(s->follow, (size_t)most, sizeof *s->follow, by_person);
    return MTL_OK;
}
