/* SPDX-License-Identifier: MIT */
/* The `events:` part of a scenario: which event, who, and in which order they are placed.
   Pregnancies come first because they make people; those dated by an age wait until the birth that
   it counts from is known. Then deaths, then what passes between people, which makes people too
   (givers who are only named), then what befalls bodies and what is taken from them. The words of
   injuries are the model's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/yaml_scenario.h"

typedef struct event_word {
    const char *word;
    enum mtl__sl_event type;
} event_word;
static const event_word words_known[] = {
    {"delivery", MTL__SL_DELIVERY},   {"stillbirth", MTL__SL_STILLBIRTH},
    {"pregnancy", MTL__SL_PREGNANCY}, {"loss", MTL__SL_LOSS},
    {"miscarriage", MTL__SL_LOSS},    {"termination", MTL__SL_TERMINATION},
    {"sample", MTL__SL_SAMPLE},       {"autopsy", MTL__SL_AUTOPSY},
    {"death", MTL__SL_DEATH},         {"nursing", MTL__SL_NURSING},
    {"adoption", MTL__SL_ADOPTION},   {"transfusion", MTL__SL_TRANSFUSION},
    {"graft", MTL__SL_GRAFT},         {"stem_cell_graft", MTL__SL_STEM_CELL_GRAFT},
    {"infusion", MTL__SL_INFUSION},   {"depletion", MTL__SL_DEPLETION},
    {"tumour", MTL__SL_TUMOUR},       {"diagnosis", MTL__SL_DIAGNOSIS},
};
#define N_KNOWN ((int)(sizeof words_known / sizeof words_known[0]))

/* In the design, not built: refused, not imitated. */
static const char *const words_later[] = {"treatment", "amniocentesis", NULL};

static const char *const keys_of[][22] = {
    [MTL__SL_DELIVERY] = {"date",         "age",           "person",
                          "event",        "child",         "children",
                          "sex",          "karyotype",     "week",
                          "conceived",    "mode",          "outcome",
                          "milk",         "pre_eclampsia", "growth_restriction",
                          "chorionicity", "zygosity",      "vanished",
                          "seeds",        "father",        NULL},
    [MTL__SL_STILLBIRTH] = {"date", "age", "person", "event", "child", "children", "sex",
                            "karyotype", "week", "conceived", "mode", "pre_eclampsia",
                            "growth_restriction", "chorionicity", "zygosity", "vanished", "seeds",
                            "father", NULL},
    [MTL__SL_PREGNANCY] = {"date", "age", "person", "event", "child", "children", "sex",
                           "karyotype", "week", "conceived", "pre_eclampsia", "growth_restriction",
                           "chorionicity", "zygosity", "vanished", "seeds", "father", NULL},
    [MTL__SL_LOSS] = {"date", "age", "person", "event", "child", "children", "sex", "karyotype",
                      "week", "conceived", "care", "chorionicity", "zygosity", "seeds", "father",
                      NULL},
    [MTL__SL_TERMINATION] = {"date", "age", "person", "event", "child", "children", "sex",
                             "karyotype", "week", "conceived", "care", "chorionicity", "zygosity",
                             "seeds", "father", NULL},
    [MTL__SL_SAMPLE] = {"date", "age", "person", "event", "organ", "volume", "genomes", "assay",
                        "target", "reading", NULL},
    [MTL__SL_AUTOPSY] = {"date", "age", "person", "event", "organs", "genomes", "assay", "target",
                         NULL},
    [MTL__SL_DEATH] = {"date", "age", "person", "event", NULL},
    [MTL__SL_NURSING] = {"date", "age", "person", "event", "by", "from", "for", "until", "volume",
                         "source", NULL},
    [MTL__SL_ADOPTION] = {"date", "age", "person", "event", NULL},
    [MTL__SL_TRANSFUSION] = {"date", "age", "person", "event", "from", "donor_sex", "units",
                             "leukoreduced", "irradiated", "storage", "reason", NULL},
    [MTL__SL_GRAFT] = {"date", "age", "person", "event", "from", "donor_sex", "organ", NULL},
    [MTL__SL_STEM_CELL_GRAFT] = {"date", "age", "person", "event", "from", "donor_sex",
                                 "conditioning", NULL},
    [MTL__SL_INFUSION] = {"date", "age", "person", "event", "from", "donor_sex", "kind", "dose",
                          NULL},
    [MTL__SL_INJURY] = {"date", "age", "person", "event", "organ", "size", "lasts", NULL},
    [MTL__SL_DEPLETION] = {"date", "age", "person", "event", "donor", "keep", NULL},
    [MTL__SL_TUMOUR] = {"date", "age", "person", "event", "of", "cells", NULL},
    [MTL__SL_DIAGNOSIS] = {"date", "age", "person", "event", "of", NULL},
};
static const char *const name_of[] = {
    [MTL__SL_DELIVERY] = "a delivery",
    [MTL__SL_STILLBIRTH] = "a stillbirth",
    [MTL__SL_PREGNANCY] = "a pregnancy",
    [MTL__SL_LOSS] = "a loss",
    [MTL__SL_TERMINATION] = "a termination",
    [MTL__SL_SAMPLE] = "a sample",
    [MTL__SL_AUTOPSY] = "an autopsy",
    [MTL__SL_DEATH] = "a death",
    [MTL__SL_NURSING] = "nursing",
    [MTL__SL_TRANSFUSION] = "a transfusion",
    [MTL__SL_GRAFT] = "a graft",
    [MTL__SL_STEM_CELL_GRAFT] = "a stem cell graft",
    [MTL__SL_INFUSION] = "an infusion",
    [MTL__SL_ADOPTION] = "an adoption",
    [MTL__SL_INJURY] = "an injury",
    [MTL__SL_DEPLETION] = "a depletion",
    [MTL__SL_TUMOUR] = "a tumour",
    [MTL__SL_DIAGNOSIS] = "a diagnosis",
};

/* Known words, then the injuries of the model. */
static const char *known_word(const void *ctx, int i)
{
    const mtl_model *m = ctx;
    return i < N_KNOWN ? words_known[i].word : m->injury[i - N_KNOWN].name;
}

static int no_such_event(mtl__sload *l, const mtl__ynode *n, const char *word)
{
    const int all = N_KNOWN + l->m->n_injuries;
    const mtl__ynames names = {"injuries.tsv", all, all, known_word, l->m, NULL};
    char head[100];
    snprintf(head, sizeof head, "'%.60s' is no event", word);
    return mtl__sl_unknown(l, n, &names, word, head);
}

static int event_type(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event *out)
{
    const mtl__ynode *n = mtl__yaml_get(ev, "event");
    const char *word;
    if (!n)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "an entry needs `event`, e.g. `event: delivery`");
    MTL_TRY(mtl__yaml_text(&l->doc, n, &word, l->err));
    for (int i = 0; i < N_KNOWN; i++)
        if (strcmp(words_known[i].word, word) == 0) {
            *out = words_known[i].type;
            return MTL_OK;
        }
    for (int i = 0; words_later[i]; i++)
        if (strcmp(words_later[i], word) == 0)
            return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_UNSUPPORTED,
                                  "the event '%s' is not built yet", word);
    for (int i = 0; i < l->m->n_injuries; i++)
        if (strcmp(l->m->injury[i].name, word) == 0) {
            *out = MTL__SL_INJURY;
            return MTL_OK;
        }
    return no_such_event(l, n, word);
}

/* One pass over all events that need no other event, and their people. */
static int first_look(mtl__sload *l, const mtl__ynode *events, enum mtl__sl_event *type)
{
    for (int i = 0; i < events->n; i++) {
        const mtl__ynode *ev = events->item[i];
        MTL_TRY(mtl__yaml_is_map(&l->doc, ev, "an event", l->err));
        MTL_TRY(event_type(l, ev, &type[i]));
        MTL_TRY(mtl__yaml_keys(&l->doc, ev, keys_of[type[i]], name_of[type[i]], l->err));
        if (!mtl__yaml_get(ev, "person"))
            return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                                  "%s needs `person`, who it happened to", name_of[type[i]]);
        if (type[i] < MTL__SL_SAMPLE)
            MTL_TRY(mtl__sl_declare_children(l, ev, type[i]));
    }
    return MTL_OK;
}

static int place_pregnancies(mtl__sload *l, const mtl__ynode *events,
                             const enum mtl__sl_event *type, bool *done)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < events->n; i++) {
            if (done[i] || type[i] >= MTL__SL_SAMPLE)
                continue;
            const int ret = mtl__sl_pregnancy(l, events->item[i], type[i]);
            if (ret < 0)
                return ret;
            done[i] = ret == MTL_OK;
            moved |= done[i];
        }
    }
    for (int i = 0; i < events->n; i++)
        if (!done[i] && type[i] < MTL__SL_SAMPLE)
            return mtl__yaml_fail(&l->doc, mtl__yaml_get(events->item[i], "age"), l->err,
                                  MTL_ERR_DATE, "the age of %s needs a birth date",
                                  mtl__yaml_get(events->item[i], "person")->text);
    return MTL_OK;
}

static int death(mtl__sload *l, const mtl__ynode *ev)
{
    int who;
    mtl__ydate when;
    MTL_TRY(mtl__sl_person(l, mtl__yaml_get(ev, "person"), &who));
    const int got = mtl__sl_when(l, ev, who, &when);
    if (got < 0)
        return got;
    if (got > 0)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_DATE, "a death needs %s",
                              got == 1 ? "`date` or `age`" : "a date: the birth is not known");
    if (l->more[who].no_birth)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_DATE, "%s was never born",
                              l->person[who].name);
    return mtl__sl_set_death(l, ev, who, when);
}

/* Deaths and autopsies tell who was alive; givers come before samples, which may look for them. */
static int step_of(enum mtl__sl_event type)
{
    return type < MTL__SL_SAMPLE     ? -1
           : type == MTL__SL_DEATH   ? 0
           : type >= MTL__SL_INJURY  ? 3
           : type >= MTL__SL_NURSING ? 1
           : type == MTL__SL_AUTOPSY ? 2
                                     : 3;
}

static int other_event(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type)
{
    switch (type) {
    case MTL__SL_DEATH:
        return death(l, ev);
    case MTL__SL_AUTOPSY:
        return mtl__sl_autopsy(l, ev);
    case MTL__SL_SAMPLE:
        return mtl__sl_sample(l, ev);
    case MTL__SL_ADOPTION:
        return mtl__sl_adoption(l, ev);
    case MTL__SL_INJURY:
        return mtl__sl_injury(l, ev);
    case MTL__SL_DEPLETION:
        return mtl__sl_depletion(l, ev);
    case MTL__SL_TUMOUR:
        return mtl__sl_tumour(l, ev);
    case MTL__SL_DIAGNOSIS:
        return mtl__sl_diagnosis(l, ev);
    default:
        return mtl__sl_contact(l, ev, type);
    }
}

int mtl__sl_events(mtl__sload *l, const mtl__ynode *events)
{
    MTL_TRY(mtl__yaml_is_list(&l->doc, events, "`events`", l->err));
    const size_t n = (size_t)events->n + 1;
    enum mtl__sl_event *type = calloc(n, sizeof *type);
    bool *done = calloc(n, sizeof *done);
    int ret = type && done ? first_look(l, events, type) : mtl__nomem(l->err);
    if (ret == MTL_OK)
        ret = place_pregnancies(l, events, type, done);
    if (ret == MTL_OK)
        ret = mtl__sl_name_the_unnamed(l);
    for (int step = 0; step < 4; step++) {
        for (int i = 0; ret == MTL_OK && i < events->n; i++)
            if (step_of(type[i]) == step)
                ret = other_event(l, events->item[i], type[i]);
        /* Whose name a later step may use. */
        if (ret == MTL_OK && step == 1)
            ret = mtl__sl_name_the_unnamed(l);
    }
    free(type);
    free(done);
    return ret;
}
