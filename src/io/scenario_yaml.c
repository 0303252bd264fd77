/* SPDX-License-Identifier: MIT */
/* A scenario from a YAML file: the top of it. The parts are read by yaml_people.c, yaml_events.c
   and their helpers into growing arrays, handed to the scenario's arena, and checked by family/.
   Switches and parameter values are not part of a scenario: they belong to the run, so that one
   family can be held against rival hypotheses. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "io/io_hash.h"
#include "io/yaml_scenario.h"

static int title_and_keys(mtl__sload *l)
{
    static const char *const keys[] = {"title",   "focus",  "include",          "people", "events",
                                       "history", "follow", "unnoticed_losses", NULL};
    const mtl__ynode *root = l->doc.root, *title;
    MTL_TRY(mtl__yaml_is_map(&l->doc, root, "a scenario", l->err));
    for (int i = 0; i < root->n; i++)
        if (strcmp(root->key[i]->text, "switches") == 0 || strcmp(root->key[i]->text, "set") == 0)
            return mtl__yaml_fail(&l->doc, root->item[i], l->err, MTL_ERR_NAME,
                                  "`%s` belongs to the command line (--switch NAME=VALUE, --set "
                                  "NAME=VALUE), not to the scenario",
                                  root->key[i]->text);
    MTL_TRY(mtl__yaml_keys(&l->doc, root, keys, "a scenario", l->err));
    l->s->title = "";
    if ((title = mtl__yaml_get(root, "title"))) {
        const char *text;
        MTL_TRY(mtl__yaml_text(&l->doc, title, &text, l->err));
        l->s->title = text; /* in the arena of the scenario already */
    }
    return MTL_OK;
}

/* Copies n elements of a growing array into the arena of the scenario. */
static int keep(mtl__sload *l, void *from, int n, size_t size, void *to_pointer)
{
    void *kept = mtl__arena_alloc(&l->s->arena, (size_t)(n ? n : 1) * size);
    if (!kept)
        return mtl__nomem(l->err);
    if (n > 0)
        memcpy(kept, from, (size_t)n * size);
    memcpy(to_pointer, &kept, sizeof kept);
    return MTL_OK;
}

static int hand_over(mtl__sload *l)
{
    mtl_scenario *s = l->s;
    MTL_TRY(keep(l, l->person, l->n_people, sizeof *l->person, &s->person));
    MTL_TRY(keep(l, l->pregnancy, l->n_pregnancies, sizeof *l->pregnancy, &s->pregnancy));
    MTL_TRY(keep(l, l->child, l->n_children, sizeof *l->child, &s->child));
    MTL_TRY(keep(l, l->sample, l->n_samples, sizeof *l->sample, &s->sample));
    MTL_TRY(keep(l, l->contact, l->n_contacts, sizeof *l->contact, &s->contact));
    MTL_TRY(keep(l, l->adoption, l->n_adoptions, sizeof *l->adoption, &s->adoption));
    MTL_TRY(keep(l, l->injury, l->n_injuries, sizeof *l->injury, &s->injury));
    MTL_TRY(keep(l, l->depletion, l->n_depletions, sizeof *l->depletion, &s->depletion));
    MTL_TRY(keep(l, l->onset, l->n_onsets, sizeof *l->onset, &s->onset));
    s->n_injuries = l->n_injuries;
    s->n_depletions = l->n_depletions;
    s->n_onsets = l->n_onsets;
    s->n_contacts = l->n_contacts;
    s->n_adoptions = l->n_adoptions;
    s->n_people = l->n_people;
    s->n_pregnancies = l->n_pregnancies;
    s->n_children = l->n_children;
    s->n_samples = l->n_samples;
    s->history_unknown =
        mtl__arena_alloc(&s->arena, (size_t)(l->n_people ? l->n_people : 1) * sizeof(int));
    if (!s->history_unknown)
        return mtl__nomem(l->err);
    for (int i = 0; i < l->n_people; i++)
        s->history_unknown[i] = l->more[i].history_unknown;
    return MTL_OK;
}

/* Women in whom losses that nobody noticed are followed. */
static int unnoticed_losses(mtl__sload *l, const mtl__ynode *list)
{
    MTL_TRY(mtl__yaml_is_list(&l->doc, list, "`unnoticed_losses`", l->err));
    int *who = mtl__arena_alloc(&l->s->arena, ((size_t)list->n + 1) * sizeof *who);
    if (!who)
        return mtl__nomem(l->err);
    for (int i = 0; i < list->n; i++) {
        MTL_TRY(mtl__sl_person(l, list->item[i], &who[i]));
        for (int k = 0; k < i; k++)
            if (who[k] == who[i])
                return mtl__yaml_fail(&l->doc, list->item[i], l->err, MTL_ERR_DUPLICATE,
                                      "%s is named twice", l->person[who[i]].name);
    }
    l->s->unnoticed = who;
    l->s->n_unnoticed = list->n;
    return MTL_OK;
}

static int read_parts(mtl__sload *l)
{
    const mtl__ynode *root = l->doc.root, *n;
    MTL_TRY(title_and_keys(l));
    if ((n = mtl__yaml_get(root, "include")))
        MTL_TRY(mtl__sl_include(l, n));
    if ((n = mtl__yaml_get(root, "people")))
        MTL_TRY(mtl__sl_people(l, n));
    if ((n = mtl__yaml_get(root, "events")))
        MTL_TRY(mtl__sl_events(l, n));
    if ((n = mtl__yaml_get(root, "history")))
        MTL_TRY(mtl__sl_history(l, n));
    if (l->n_people == 0)
        return mtl__yaml_fail(&l->doc, root, l->err, MTL_ERR_VALUE,
                              "nobody is in the scenario; declare people under `people:`");
    if ((n = mtl__yaml_get(root, "unnoticed_losses")))
        MTL_TRY(unnoticed_losses(l, n));
    if ((n = mtl__yaml_get(root, "follow")))
        MTL_TRY(mtl__sl_follow(l, n));
    l->s->focus = -1;
    if ((n = mtl__yaml_get(root, "focus")))
        MTL_TRY(mtl__sl_person(l, n, &l->s->focus));
    MTL_TRY(hand_over(l));
    return mtl__scenario_check(l->s, l->err);
}

static int parse_into(mtl_scenario *s, const char *text, size_t length, const char *name,
                      const mtl_model *model, mtl_error *err)
{
    mtl__sload l = {.s = s, .m = model, .err = err};
    s->model = model;
    s->file = mtl__arena_strdup(&s->arena, name);
    if (!s->file)
        return mtl__nomem(err);
    mtl__sha256_hex(text, length, s->hash);
    int ret = mtl__yaml_parse(&l.doc, &s->arena, text, length, s->file, err);
    if (ret == MTL_OK)
        ret = read_parts(&l);
    free(l.person);
    free(l.more);
    free(l.pregnancy);
    free(l.child);
    free(l.sample);
    free(l.contact);
    free(l.adoption);
    free(l.injury);
    free(l.depletion);
    free(l.onset);
    return ret;
}

static mtl_scenario *new_scenario(void)
{
    mtl_scenario *s = calloc(1, sizeof *s);
    if (s)
        mtl__arena_init(&s->arena, 0);
    return s;
}

int mtl_scenario_parse(mtl_scenario **out, const char *text, int length, const char *name,
                       const mtl_model *model, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    if (!text || length < 0 || !model)
        return mtl__fail(err, MTL_ERR_USAGE, "", "a scenario needs a text and a model");
    mtl_scenario *s = new_scenario();
    if (!s)
        return mtl__nomem(err);
    const int ret = parse_into(s, text, (size_t)length, name ? name : "", model, err);
    if (ret < 0)
        mtl_scenario_free(s);
    else
        *out = s;
    return ret;
}

int mtl_scenario_load(mtl_scenario **out, const char *path, const mtl_model *model, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    if (!path || !model)
        return mtl__fail(err, MTL_ERR_USAGE, "", "a scenario needs a path and a model");
    mtl_scenario *s = new_scenario();
    if (!s)
        return mtl__nomem(err);
    char *text;
    size_t length;
    int ret = mtl__yaml_slurp(&s->arena, path, &text, &length, err);
    if (ret == MTL_OK)
        ret = parse_into(s, text, length, strcmp(path, "-") == 0 ? "standard input" : path, model,
                         err);
    if (ret < 0)
        mtl_scenario_free(s);
    else
        *out = s;
    return ret;
}
