/* SPDX-License-Identifier: MIT */
/* Samples, autopsies and deaths of a scenario. Names of organs and assays are those of the model; a
   group of organs ("brain") stands for all of its regions at an autopsy. Whether the date is
   possible is for mtl__scenario_check. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/yaml_scenario.h"

static int assay(mtl__sload *l, const mtl__ynode *ev, mtl__sample *s)
{
    const mtl__ynode *n = mtl__yaml_get(ev, "assay"), *target = mtl__yaml_get(ev, "target");
    if (n)
        MTL_TRY(mtl__sl_assay(l, n, &s->assay));
    if (!target)
        return MTL_OK;
    if (!n)
        return mtl__yaml_fail(&l->doc, target, l->err, MTL_ERR_VALUE,
                              "a target needs an `assay` that can look for it");
    if (l->m->assay[s->assay].target == MTL__TARGET_Y)
        return mtl__yaml_fail(
            &l->doc, target, l->err, MTL_ERR_VALUE,
            "%s sees every Y chromosome and no person in particular; leave `target` "
            "out, or take an assay like hla-qpcr",
            l->m->assay[s->assay].name);
    if (l->m->assay[s->assay].target == MTL__TARGET_GENOME)
        return mtl__yaml_fail(
            &l->doc, target, l->err, MTL_ERR_VALUE,
            "%s reads every genome at once; leave `target` out: `matriline mix` tells from the "
            "reads who they are from",
            l->m->assay[s->assay].name);
    MTL_TRY(mtl__sl_person(l, target, &s->target_person));
    if (s->target_person == s->person)
        return mtl__yaml_fail(&l->doc, target, l->err, MTL_ERR_VALUE,
                              "the target is the person sampled; name the donor looked for");
    return MTL_OK;
}

/* What a reading of a method counts, and of how many. */
static const char *const reading_keys[][4] = {
    [MTL__QPCR] = {"hits", "wells", "geq", NULL},
    [MTL__DPCR] = {"positive", "partitions", "geq", NULL},
    [MTL__FISH] = {"positive", "cells", NULL, NULL},
};

static int reading(mtl__sload *l, const mtl__ynode *ev, mtl__sample *s)
{
    const mtl__ynode *r = mtl__yaml_get(ev, "reading");
    s->given = (mtl__reading_given){.geq = NAN};
    if (!r)
        return MTL_OK;
    if (s->assay < 0)
        return mtl__yaml_fail(&l->doc, r, l->err, MTL_ERR_VALUE,
                              "a laboratory's reading needs the `assay` it was made with");
    const enum mtl__assay_method by = l->m->assay[s->assay].method;
    if (by == MTL__READS)
        return mtl__yaml_fail(&l->doc, r, l->err, MTL_ERR_VALUE,
                              "reads are read by `matriline mix`, from their own files");
    const char *const *keys = reading_keys[by];
    const int most = by == MTL__QPCR ? 100000 : 1000000000;
    MTL_TRY(mtl__yaml_is_map(&l->doc, r, "`reading`", l->err));
    MTL_TRY(mtl__yaml_keys(&l->doc, r, keys, "a reading", l->err));
    const mtl__ynode *hits = mtl__yaml_get(r, keys[0]), *units = mtl__yaml_get(r, keys[1]);
    const mtl__ynode *geq = mtl__yaml_get(r, "geq");
    int64_t h, w;
    if (!hits || !units)
        return mtl__yaml_fail(&l->doc, r, l->err, MTL_ERR_VALUE, "a reading needs `%s` and `%s`",
                              keys[0], keys[1]);
    MTL_TRY(mtl__yaml_whole(&l->doc, units, 1, most, &w, l->err));
    MTL_TRY(mtl__yaml_whole(&l->doc, hits, 0, most, &h, l->err));
    if (h > w)
        return mtl__yaml_fail(&l->doc, hits, l->err, MTL_ERR_VALUE, "%s of %s %s %s", hits->text,
                              units->text, keys[1], by == MTL__QPCR ? "hit" : "positive");
    s->given.hits = (int)h;
    s->given.wells = (int)w;
    s->given.present = true;
    return geq ? mtl__yaml_number(&l->doc, geq, 0.0, by == MTL__QPCR ? 1e6 : 1e9, &s->given.geq,
                                  l->err)
               : MTL_OK;
}

static int amounts(mtl__sload *l, const mtl__ynode *ev, mtl__sample *s)
{
    const mtl__ynode *v = mtl__yaml_get(ev, "volume"), *g = mtl__yaml_get(ev, "genomes");
    if (v) {
        MTL_TRY(mtl__yaml_quantity(&l->doc, v, "mL", NULL, &s->volume_mL, l->err));
        if (!(s->volume_mL > 0.0 && s->volume_mL <= 5000.0))
            return mtl__yaml_fail(&l->doc, v, l->err, MTL_ERR_VALUE,
                                  "a volume is above 0 and at most 5000 mL");
    }
    if (g) {
        MTL_TRY(mtl__yaml_bare(&l->doc, g, "a bare number of genomes, like 1e6", 0.0, 1e13,
                               &s->genomes, l->err));
        if (!(s->genomes >= 1.0))
            return mtl__yaml_fail(&l->doc, g, l->err, MTL_ERR_VALUE,
                                  "the number of genomes tested is at least 1");
    }
    return MTL_OK;
}

static int add_sample(mtl__sload *l, const mtl__ynode *ev, const mtl__sample *s)
{
    if (l->n_samples >= MTL__MAX_SAMPLES)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE, "more than %d samples",
                              MTL__MAX_SAMPLES);
    if (mtl__grow(&l->sample, &l->cap_sample, (size_t)l->n_samples + 1, sizeof *l->sample) < 0)
        return mtl__nomem(l->err);
    l->sample[l->n_samples++] = *s;
    return MTL_OK;
}

/* What a sample and an autopsy have in common. */
static int begin(mtl__sload *l, const mtl__ynode *ev, mtl__sample *s)
{
    char path[96];
    mtl__ydate when;
    *s = (mtl__sample){.organ = -1,
                       .assay = -1,
                       .target_person = -1,
                       .volume_mL = NAN,
                       .genomes = NAN,
                       .line = ev->line,
                       .column = ev->column};
    MTL_TRY(mtl__sl_person(l, mtl__yaml_get(ev, "person"), &s->person));
    const int got = mtl__sl_when(l, ev, s->person, &when);
    if (got < 0)
        return got;
    if (got > 0)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_DATE,
                              got == 1 ? "the event needs `date` or `age`"
                                       : "the age of %s needs a birth date",
                              l->person[s->person].name);
    s->t = when.days;
    s->slack_days = when.slack;
    s->path = mtl__arena_strdup(&l->s->arena, mtl__yaml_path(ev, path, sizeof path));
    if (!s->path)
        return mtl__nomem(l->err);
    MTL_TRY(assay(l, ev, s));
    MTL_TRY(amounts(l, ev, s));
    return reading(l, ev, s);
}

int mtl__sl_sample(mtl__sload *l, const mtl__ynode *ev)
{
    const mtl__ynode *organ = mtl__yaml_get(ev, "organ");
    mtl__sample s;
    MTL_TRY(begin(l, ev, &s));
    if (!organ)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "a sample needs `organ`, e.g. `organ: blood`");
    MTL_TRY(mtl__sl_organ(l, organ, &s.organ));
    if (!isnan(s.volume_mL) && s.organ != l->m->blood && !l->m->organ[s.organ].sampling_only)
        return mtl__yaml_fail(&l->doc, mtl__yaml_get(ev, "volume"), l->err, MTL_ERR_VALUE,
                              "a volume is of blood; of the %s give `genomes`, the genomes tested",
                              l->m->organ[s.organ].name);
    return add_sample(l, ev, &s);
}

static bool in_body(const mtl__organ *o, enum mtl__sex sex)
{
    if (o->sampling_only)
        return false;
    return o->sex == 0 || (o->sex == 'f' && sex != MTL__MALE) ||
           (o->sex == 'm' && sex != MTL__FEMALE);
}

/* One organ, a group or "all" at an autopsy. */
static int autopsy_entry(mtl__sload *l, const mtl__ynode *n, const mtl__ynode *ev, mtl__sample *s)
{
    const char *name;
    MTL_TRY(mtl__yaml_text(&l->doc, n, &name, l->err));
    const bool all = strcmp(name, "all") == 0;
    if (!all && mtl__sl_organs_of_group(l->m, name) == 0) {
        MTL_TRY(mtl__sl_organ(l, n, &s->organ));
        return add_sample(l, ev, s);
    }
    for (int i = 0; i < l->m->n_organs; i++) {
        const mtl__organ *o = &l->m->organ[i];
        if (!in_body(o, l->person[s->person].sex) || (!all && strcmp(o->group, name) != 0))
            continue;
        s->organ = i;
        MTL_TRY(add_sample(l, ev, s));
    }
    return MTL_OK;
}

int mtl__sl_autopsy(mtl__sload *l, const mtl__ynode *ev)
{
    const mtl__ynode *organs = mtl__yaml_get(ev, "organs");
    mtl__sample s;
    MTL_TRY(begin(l, ev, &s));
    s.autopsy = true;
    if (!organs || (organs->kind == MTL__YLIST && organs->n == 0))
        return mtl__yaml_fail(&l->doc, organs ? organs : ev, l->err, MTL_ERR_VALUE,
                              "an autopsy needs `organs`: a list, or `all`");
    const int before = l->n_samples;
    if (organs->kind == MTL__YLIST)
        for (int i = 0; i < organs->n; i++)
            MTL_TRY(autopsy_entry(l, organs->item[i], ev, &s));
    else
        MTL_TRY(autopsy_entry(l, organs, ev, &s));
    for (int i = before; i < l->n_samples; i++)
        for (int k = before; k < i; k++)
            if (l->sample[i].organ == l->sample[k].organ)
                return mtl__yaml_fail(&l->doc, organs, l->err, MTL_ERR_DUPLICATE,
                                      "%s is listed twice", l->m->organ[l->sample[i].organ].name);
    /* Whoever comes to autopsy has died; without another date, then. */
    mtl__person *p = &l->person[s.person];
    if (isnan(p->died)) {
        p->died = s.t;
        p->died_slack = s.slack_days;
        p->died_line = ev->line;
        p->died_column = ev->column;
    }
    return MTL_OK;
}

int mtl__sl_set_death(mtl__sload *l, const mtl__ynode *where, int person, mtl__ydate when)
{
    mtl__person *p = &l->person[person];
    if (!isnan(p->died))
        return mtl__yaml_fail(&l->doc, where, l->err, MTL_ERR_DUPLICATE,
                              "%s dies twice: already in line %d", p->name, p->died_line);
    p->died = when.days;
    p->died_slack = when.slack;
    p->died_line = where->line;
    p->died_column = where->column;
    return MTL_OK;
}
