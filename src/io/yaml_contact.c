/* SPDX-License-Identifier: MIT */
/* What passes between people by other ways than the placenta, as a scenario tells it: milk (of a
   delivery, a wet nurse, a bank), transfusion, graft of an organ or of stem cells, infusion of
   cells, and adoption, which only ends milk. A giver who is not in the file becomes a person of
   whom nothing else is known; one without a name becomes donor1, donor2 ... by date. Whether the
   dates are possible is for mtl__scenario_check. */
#include <math.h>
#include <string.h>

#include "io/yaml_scenario.h"

#define MOST_MILK_YEARS 10.0
#define MOST_ML_A_DAY 5000.0
#define MOST_UNITS 200.0
#define MOST_STORAGE_DAYS 100.0

/* ---------------------------------------------------------------- milk */

static int milk_days(mtl__sload *l, const mtl__ynode *n, double least, double *out)
{
    MTL_TRY(mtl__yaml_quantity(&l->doc, n, "day", NULL, out, l->err));
    if (!(*out >= least && *out <= MOST_MILK_YEARS * MTL_DAYS_PER_YEAR))
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "milk for 0 to 10 years, as a duration like '9 months'");
    return MTL_OK;
}

static int milk_volume(mtl__sload *l, const mtl__ynode *of, double *out)
{
    const mtl__ynode *v = mtl__yaml_get(of, "volume");
    if (!v)
        return MTL_OK;
    MTL_TRY(mtl__yaml_quantity(&l->doc, v, "mL", NULL, out, l->err));
    if (!(*out > 0.0 && *out <= MOST_ML_A_DAY))
        return mtl__yaml_fail(&l->doc, v, l->err, MTL_ERR_VALUE,
                              "milk of one day is above 0 and at most %g mL", MOST_ML_A_DAY);
    return MTL_OK;
}

int mtl__sl_milk(mtl__sload *l, const mtl__ynode *n, mtl__pregnancy *p)
{
    static const char *const keys[] = {"for", "volume", NULL};
    const mtl__ynode *days = n;
    if (n->kind == MTL__YMAP) {
        MTL_TRY(mtl__yaml_keys(&l->doc, n, keys, "milk", l->err));
        if (!(days = mtl__yaml_get(n, "for")))
            return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                                  "milk needs `for`, a duration like '9 months'");
        MTL_TRY(milk_volume(l, n, &p->milk_mL));
    }
    MTL_TRY(milk_days(l, days, 0.0, &p->milk_days));
    if (p->outcome != MTL__LIVE_BIRTH)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE, "no milk after a stillbirth");
    return MTL_OK;
}

/* ---------------------------------------------------------------- givers */

static int sex_of_giver(mtl__sload *l, const mtl__ynode *n, int giver, enum mtl__sex sex)
{
    mtl__person *p = &l->person[giver];
    if (sex == MTL__SEX_UNKNOWN)
        return MTL_OK;
    if (p->sex != MTL__SEX_UNKNOWN && p->sex != sex)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE, "%s is %s here, but %s in line %d",
                              p->name, sex == MTL__MALE ? "male" : "female",
                              p->sex == MTL__MALE ? "male" : "female", p->line);
    p->sex = sex;
    return MTL_OK;
}

/* A person by that name, made if there is none; without a name one who is named later, by date. */
static int giver_of(mtl__sload *l, const mtl__ynode *ev, const mtl__ynode *name, mtl__contact *c)
{
    const mtl__ynode *donor_sex = mtl__yaml_get(ev, "donor_sex");
    enum mtl__sex sex = MTL__SEX_UNKNOWN;
    const char *text = NULL;
    c->giver = -1;
    if (name) {
        MTL_TRY(mtl__sl_name(l, name, &text));
        c->giver = mtl__sl_find(l, text);
    }
    if (c->giver < 0) {
        MTL_TRY(mtl__sl_add_person(l, text ? text : "", name ? name : ev, &c->giver));
        if (!text) {
            l->more[c->giver].stem = "donor";
            l->more[c->giver].named_by = c->t0;
        }
    }
    if (donor_sex)
        MTL_TRY(mtl__sl_sex(l, donor_sex, &sex));
    return donor_sex ? sex_of_giver(l, donor_sex, c->giver, sex) : MTL_OK;
}

/* ---------------------------------------------------------------- what is given */

/* The beginning of a nursing may be called `from`. */
static int nursing_begin(mtl__sload *l, const mtl__ynode *ev, mtl__ydate *out)
{
    const mtl__ynode *from = mtl__yaml_get(ev, "from");
    if (from && (mtl__yaml_get(ev, "date") || mtl__yaml_get(ev, "age")))
        return mtl__yaml_fail(&l->doc, from, l->err, MTL_ERR_DUPLICATE,
                              "give one of `date`, `age` and `from`");
    return from ? mtl__sl_date(l, from, out) : 1;
}

static int nursing(mtl__sload *l, const mtl__ynode *ev, mtl__contact *c)
{
    static const char *const sources[] = {"nurse", "bank", NULL};
    const mtl__ynode *by = mtl__yaml_get(ev, "by"), *days = mtl__yaml_get(ev, "for");
    const mtl__ynode *until = mtl__yaml_get(ev, "until"), *source = mtl__yaml_get(ev, "source");
    int k = 0;
    if (source)
        MTL_TRY(mtl__yaml_word(&l->doc, source, sources, &k, l->err));
    c->kind = MTL__MILK;
    c->bank = k == 1;
    if (!by && !c->bank)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "nursing needs `by`, whose milk it is, or `source: bank`");
    if (days && until)
        return mtl__yaml_fail(&l->doc, until, l->err, MTL_ERR_DUPLICATE,
                              "give either `for` or `until`, not both");
    if (!days && !until)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "nursing needs `for` (a duration) or `until` (a date)");
    if (until) {
        mtl__ydate end;
        MTL_TRY(mtl__sl_date(l, until, &end));
        c->t1 = end.days;
        if (!(c->t1 > c->t0))
            return mtl__yaml_fail(&l->doc, until, l->err, MTL_ERR_DATE,
                                  "nursing would end before it begins");
    } else {
        double length;
        MTL_TRY(milk_days(l, days, 1.0, &length));
        c->t1 = c->t0 + length;
    }
    MTL_TRY(milk_volume(l, ev, &c->amount));
    MTL_TRY(giver_of(l, ev, by, c));
    /* A man is refused later, with the line that says so. */
    if (l->person[c->giver].sex == MTL__SEX_UNKNOWN)
        l->person[c->giver].sex = MTL__FEMALE;
    return MTL_OK;
}

static int optional_bool(mtl__sload *l, const mtl__ynode *ev, const char *key, bool *out)
{
    const mtl__ynode *v = mtl__yaml_get(ev, key);
    return v ? mtl__yaml_bool(&l->doc, v, out, l->err) : MTL_OK;
}

static int transfusion(mtl__sload *l, const mtl__ynode *ev, mtl__contact *c)
{
    static const char *const reasons[] = {"trauma", "surgery", NULL};
    const mtl__ynode *units = mtl__yaml_get(ev, "units"), *storage = mtl__yaml_get(ev, "storage");
    const mtl__ynode *reason = mtl__yaml_get(ev, "reason");
    int k = 1;
    c->kind = MTL__TRANSFUSION;
    c->amount = 1.0;
    if (units) {
        MTL_TRY(mtl__yaml_bare(&l->doc, units, "a bare number of units of blood, like 2", 0.0,
                               MOST_UNITS, &c->amount, l->err));
        if (!(c->amount > 0.0))
            return mtl__yaml_fail(&l->doc, units, l->err, MTL_ERR_VALUE,
                                  "units are above 0 and at most %g", MOST_UNITS);
    }
    if (storage) {
        MTL_TRY(mtl__yaml_quantity(&l->doc, storage, "day", NULL, &c->storage_days, l->err));
        if (!(c->storage_days >= 0.0 && c->storage_days <= MOST_STORAGE_DAYS))
            return mtl__yaml_fail(&l->doc, storage, l->err, MTL_ERR_VALUE,
                                  "blood is stored for 0 to %g days", MOST_STORAGE_DAYS);
    }
    if (reason)
        MTL_TRY(mtl__yaml_word(&l->doc, reason, reasons, &k, l->err));
    c->surgery = k == 1;
    MTL_TRY(optional_bool(l, ev, "leukoreduced", &c->leukoreduced));
    return optional_bool(l, ev, "irradiated", &c->irradiated);
}

static int organ_graft(mtl__sload *l, const mtl__ynode *ev, mtl__contact *c)
{
    const mtl__ynode *organ = mtl__yaml_get(ev, "organ");
    c->kind = MTL__ORGAN_GRAFT;
    if (!organ)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "a graft needs `organ`, e.g. `organ: kidney`");
    MTL_TRY(mtl__sl_organ(l, organ, &c->organ));
    const mtl__organ *o = &l->m->organ[c->organ];
    if (c->organ == l->m->blood || o->sampling_only)
        return mtl__yaml_fail(&l->doc, organ, l->err, MTL_ERR_VALUE, "%s cannot be grafted%s",
                              o->name,
                              c->organ == l->m->blood ? "; blood is `event: transfusion`" : "");
    if (strcmp(o->name, "marrow") == 0)
        return mtl__yaml_fail(&l->doc, organ, l->err, MTL_ERR_VALUE,
                              "marrow is given by `event: stem_cell_graft`");
    return MTL_OK;
}

static int infusion(mtl__sload *l, const mtl__ynode *ev, mtl__contact *c)
{
    const mtl__ynode *kind = mtl__yaml_get(ev, "kind"), *dose = mtl__yaml_get(ev, "dose");
    const char *name;
    c->kind = MTL__INFUSION;
    if (!kind || !dose)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "an infusion needs `kind`, which cells, and `dose`, how many");
    MTL_TRY(mtl__yaml_text(&l->doc, kind, &name, l->err));
    MTL_TRY(mtl__sl_seed_kind(l, kind, name, &c->cell_kind));
    return mtl__yaml_bare(&l->doc, dose, "a dose is a bare number of cells, like 1e6", 1.0, 1e12,
                          &c->amount, l->err);
}

static int what_is_given(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type,
                         mtl__contact *c)
{
    if (type == MTL__SL_NURSING)
        return nursing(l, ev, c);
    if (type == MTL__SL_TRANSFUSION)
        MTL_TRY(transfusion(l, ev, c));
    if (type == MTL__SL_GRAFT)
        MTL_TRY(organ_graft(l, ev, c));
    if (type == MTL__SL_INFUSION)
        MTL_TRY(infusion(l, ev, c));
    if (type == MTL__SL_STEM_CELL_GRAFT) {
        c->kind = MTL__STEM_CELL_GRAFT;
        c->conditioning = true;
        MTL_TRY(optional_bool(l, ev, "conditioning", &c->conditioning));
    }
    return giver_of(l, ev, mtl__yaml_get(ev, "from"), c);
}

/* ---------------------------------------------------------------- events */

/* Whom it happened to, when, and where that stands. */
int mtl__sl_begin(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type, int *who,
                  mtl__ydate *when, const char **path)
{
    char text[96];
    MTL_TRY(mtl__sl_person(l, mtl__yaml_get(ev, "person"), who));
    int got = type == MTL__SL_NURSING ? nursing_begin(l, ev, when) : 1;
    if (got == 1)
        got = mtl__sl_when(l, ev, *who, when);
    if (got < 0)
        return got;
    if (got > 0)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_DATE,
                              got == 1 ? "the event needs `date` or `age`"
                                       : "the age of %s needs a birth date",
                              l->person[*who].name);
    *path = mtl__arena_strdup(&l->s->arena, mtl__yaml_path(ev, text, sizeof text));
    return *path ? MTL_OK : mtl__nomem(l->err);
}

int mtl__sl_contact(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type)
{
    mtl__ydate when = {.days = NAN};
    mtl__contact c = {.giver = -1,
                      .amount = NAN,
                      .organ = -1,
                      .cell_kind = -1,
                      .storage_days = NAN,
                      .line = ev->line,
                      .column = ev->column};
    MTL_TRY(mtl__sl_begin(l, ev, type, &c.taker, &when, &c.path));
    c.t0 = c.t1 = when.days;
    c.slack_days = when.slack;
    MTL_TRY(what_is_given(l, ev, type, &c));
    if (l->n_contacts >= MTL__MAX_CONTACTS)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "more than %d events in which something passes between people",
                              MTL__MAX_CONTACTS);
    if (mtl__grow(&l->contact, &l->cap_contact, (size_t)l->n_contacts + 1, sizeof c) < 0)
        return mtl__nomem(l->err);
    l->contact[l->n_contacts++] = c;
    return MTL_OK;
}

int mtl__sl_adoption(mtl__sload *l, const mtl__ynode *ev)
{
    mtl__ydate when;
    mtl__adoption a = {.line = ev->line, .column = ev->column};
    MTL_TRY(mtl__sl_begin(l, ev, MTL__SL_ADOPTION, &a.person, &when, &a.path));
    a.t = when.days;
    a.slack_days = when.slack;
    if (mtl__grow(&l->adoption, &l->cap_adoption, (size_t)l->n_adoptions + 1, sizeof a) < 0)
        return mtl__nomem(l->err);
    l->adoption[l->n_adoptions++] = a;
    return MTL_OK;
}
