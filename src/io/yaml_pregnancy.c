/* SPDX-License-Identifier: MIT */
/* Deliveries, losses and pregnancies of a scenario: who was carried, from when to when, how it
   ended. What the file says twice (a child declared under `people:` and born in an event; a date, a
   conception and a week) must agree; the nearer of two dates is kept. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/yaml_scenario.h"

#define MAX_CHILDREN 12

typedef struct spec {
    const mtl__ynode *where;
    const char *name; /* NULL: not named */
    enum mtl__sex sex;
    enum mtl__karyotype karyotype;
    bool has_karyotype;
    double vanished_week; /* NaN: carried to the end */
} spec;
typedef struct litter {
    spec child[MAX_CHILDREN];
    int n;
} litter;

/* NULL: there is no room for one more, and l->err says so. */
static spec *one_more(mtl__sload *l, litter *b, const mtl__ynode *where)
{
    if (b->n >= MAX_CHILDREN) {
        mtl__yaml_fail(&l->doc, where, l->err, MTL_ERR_VALUE,
                       "more than %d children of one pregnancy", MAX_CHILDREN);
        return NULL;
    }
    spec *c = &b->child[b->n++];
    *c = (spec){.where = where, .vanished_week = NAN};
    return c;
}

/* The entry of child i where one value stands for all or a list has one for each. */
static int entry_of(mtl__sload *l, const mtl__ynode *n, int i, int n_children,
                    const mtl__ynode **out)
{
    *out = n;
    if (n->kind != MTL__YLIST)
        return MTL_OK;
    if (n->n != n_children)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_VALUE,
                              "%d entries for %d children; give one, or one for each", n->n,
                              n_children);
    *out = n->item[i];
    return MTL_OK;
}

static int sex_and_karyotype(mtl__sload *l, const mtl__ynode *of, spec *c, int i, int n)
{
    const mtl__ynode *sex = mtl__yaml_get(of, "sex"), *kary = mtl__yaml_get(of, "karyotype");
    if (sex) {
        MTL_TRY(entry_of(l, sex, i, n, &sex));
        MTL_TRY(mtl__sl_sex(l, sex, &c->sex));
    }
    if (kary) {
        MTL_TRY(entry_of(l, kary, i, n, &kary));
        MTL_TRY(mtl__sl_karyotype(l, kary, &c->karyotype));
        c->has_karyotype = true;
    }
    return MTL_OK;
}

static int vanished(mtl__sload *l, const mtl__ynode *list, litter *b)
{
    static const char *const keys[] = {"child", "week", "sex", "karyotype", NULL};
    MTL_TRY(mtl__yaml_is_list(&l->doc, list, "`vanished`", l->err));
    for (int i = 0; i < list->n; i++) {
        const mtl__ynode *v = list->item[i], *name, *week;
        MTL_TRY(mtl__yaml_is_map(&l->doc, v, "a vanished twin", l->err));
        MTL_TRY(mtl__yaml_keys(&l->doc, v, keys, "a vanished twin", l->err));
        spec *c = one_more(l, b, v);
        if (!c)
            return MTL_ERR_VALUE;
        if ((name = mtl__yaml_get(v, "child"))) {
            MTL_TRY(mtl__sl_name(l, name, &c->name));
            c->where = name;
        }
        if (!(week = mtl__yaml_get(v, "week")))
            return mtl__yaml_fail(&l->doc, v, l->err, MTL_ERR_VALUE,
                                  "a vanished twin needs the week at which it was lost");
        MTL_TRY(mtl__sl_weeks(l, week, &c->vanished_week));
        MTL_TRY(sex_and_karyotype(l, v, c, 0, 1));
    }
    return MTL_OK;
}

static int named_children(mtl__sload *l, const mtl__ynode *ev, const mtl__ynode *child, litter *b)
{
    const int n = child->kind == MTL__YLIST ? child->n : 1;
    if (n == 0)
        return mtl__yaml_fail(&l->doc, child, l->err, MTL_ERR_VALUE, "an empty list of children");
    for (int i = 0; i < n; i++) {
        const mtl__ynode *name = child->kind == MTL__YLIST ? child->item[i] : child;
        spec *c = one_more(l, b, name);
        if (!c)
            return MTL_ERR_VALUE;
        MTL_TRY(mtl__sl_name(l, name, &c->name));
        MTL_TRY(sex_and_karyotype(l, ev, c, i, n));
    }
    return MTL_OK;
}

static int children_in_full(mtl__sload *l, const mtl__ynode *list, litter *b)
{
    static const char *const keys[] = {"name", "sex", "karyotype", NULL};
    MTL_TRY(mtl__yaml_is_list(&l->doc, list, "`children`", l->err));
    if (list->n == 0)
        return mtl__yaml_fail(&l->doc, list, l->err, MTL_ERR_VALUE, "an empty list of children");
    for (int i = 0; i < list->n; i++) {
        const mtl__ynode *v = list->item[i], *name;
        MTL_TRY(mtl__yaml_is_map(&l->doc, v, "a child", l->err));
        MTL_TRY(mtl__yaml_keys(&l->doc, v, keys, "a child", l->err));
        if (!(name = mtl__yaml_get(v, "name")))
            return mtl__yaml_fail(&l->doc, v, l->err, MTL_ERR_VALUE, "the child has no name");
        spec *c = one_more(l, b, name);
        if (!c)
            return MTL_ERR_VALUE;
        MTL_TRY(mtl__sl_name(l, name, &c->name));
        MTL_TRY(sex_and_karyotype(l, v, c, 0, 1));
    }
    return MTL_OK;
}

static int gather(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type, litter *b)
{
    const mtl__ynode *child = mtl__yaml_get(ev, "child"), *full = mtl__yaml_get(ev, "children");
    const mtl__ynode *gone = mtl__yaml_get(ev, "vanished");
    b->n = 0;
    if (child && full)
        return mtl__yaml_fail(&l->doc, full, l->err, MTL_ERR_DUPLICATE,
                              "give either `child` or `children`, not both");
    if (full) {
        MTL_TRY(children_in_full(l, full, b));
    } else if (child) {
        MTL_TRY(named_children(l, ev, child, b));
    } else if (type == MTL__SL_DELIVERY) {
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "a delivery needs the name of the child, `child: NAME`");
    } else {
        spec *c = one_more(l, b, ev);
        if (!c)
            return MTL_ERR_VALUE;
        MTL_TRY(sex_and_karyotype(l, ev, c, 0, 1));
    }
    return gone ? vanished(l, gone, b) : MTL_OK;
}

int mtl__sl_declare_children(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type)
{
    litter b;
    int who;
    MTL_TRY(gather(l, ev, type, &b));
    for (int i = 0; i < b.n; i++) {
        if (!b.child[i].name)
            continue;
        who = mtl__sl_find(l, b.child[i].name);
        if (who < 0)
            MTL_TRY(mtl__sl_add_person(l, b.child[i].name, b.child[i].where, &who));
        l->more[who].awaits_event = true;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- dates */

static bool is_loss(enum mtl__sl_event type)
{
    return type == MTL__SL_LOSS || type == MTL__SL_TERMINATION;
}

/* Where a child that is born in this event is declared with a birth date, the two must agree, and
   the nearer one is kept. */
static int agree_with_people(mtl__sload *l, const litter *b, bool given, mtl__ydate *end)
{
    for (int i = 0; i < b->n; i++) {
        const int who = b->child[i].name ? mtl__sl_find(l, b->child[i].name) : -1;
        if (who < 0 || isnan(l->person[who].born) || !isnan(b->child[i].vanished_week))
            continue;
        const mtl__ydate declared = {l->person[who].born, l->person[who].born_slack};
        if (!given || isnan(end->days)) {
            *end = declared;
            given = true;
            continue;
        }
        if (fabs(declared.days - end->days) > 21.0 + declared.slack + end->slack) {
            char here[16], there[16];
            return mtl__yaml_fail(&l->doc, b->child[i].where, l->err, MTL_ERR_DATE,
                                  "born %s by this event, but %s in line %d",
                                  mtl__date_text(end->days, here),
                                  mtl__date_text(declared.days, there), l->person[who].line);
        }
        if (declared.slack < end->slack)
            *end = declared;
    }
    return MTL_OK;
}

static int week_given(mtl__sload *l, const mtl__ynode *ev, const litter *b, double *out)
{
    const mtl__ynode *week = mtl__yaml_get(ev, "week");
    *out = NAN;
    if (week)
        return mtl__sl_weeks(l, week, out);
    for (int i = 0; i < b->n && isnan(*out); i++) {
        const int who = b->child[i].name ? mtl__sl_find(l, b->child[i].name) : -1;
        if (who >= 0)
            *out = l->more[who].weeks;
    }
    return MTL_OK;
}

/* Fills conceived, ended, weeks. 1 = the date hangs on a birth not known yet. */
static int place(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type, const litter *b,
                 mtl__pregnancy *p)
{
    const mtl__ynode *conceived = mtl__yaml_get(ev, "conceived");
    mtl__ydate end = {NAN, 0}, begin = {NAN, 0};
    double week;
    const int when = mtl__sl_when(l, ev, p->mother, &end);
    if (when < 0 || when == 2)
        return when < 0 ? when : 1;
    if (conceived)
        MTL_TRY(mtl__sl_date(l, conceived, &begin));
    MTL_TRY(week_given(l, ev, b, &week));
    if (type == MTL__SL_DELIVERY || type == MTL__SL_STILLBIRTH)
        MTL_TRY(agree_with_people(l, b, when == 0, &end));
    const bool has_end = !isnan(end.days);
    if (!has_end && !conceived)
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_DATE,
                              type == MTL__SL_PREGNANCY
                                  ? "a pregnancy needs `conceived`, or a `date` with its `week`"
                                  : "the event needs `date`, `age` or `conceived`");
    const bool must = is_loss(type) || type == MTL__SL_STILLBIRTH || type == MTL__SL_PREGNANCY;
    if (isnan(week) && must && !(has_end && conceived) && !(type == MTL__SL_PREGNANCY && conceived))
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "the event needs `week`, the week of pregnancy at that date");
    if (has_end && conceived) {
        const double w = (end.days - begin.days) / 7.0 + 2.0;
        const double slack = (end.slack + begin.slack) / 7.0;
        if (!isnan(week) && fabs(w - week) > 1.5 + slack)
            return mtl__yaml_fail(&l->doc, conceived, l->err, MTL_ERR_DATE,
                                  "week %.3g, but the conception was in week %.3g before that date",
                                  week, w);
        if (isnan(week) || slack == 0.0)
            week = w;
    }
    if (isnan(week) && type != MTL__SL_PREGNANCY)
        week = mtl__model_life(l->m).term;
    p->conceived = conceived && begin.slack <= end.slack ? begin.days
                   : has_end                             ? end.days - mtl__weeks_to_days(week)
                                                         : begin.days;
    p->ended =
        has_end && end.slack < begin.slack ? end.days : p->conceived + mtl__weeks_to_days(week);
    if (has_end && !conceived)
        p->ended = end.days;
    p->weeks = week;
    p->slack_days = has_end ? end.slack : begin.slack;
    return MTL_OK;
}

/* ---------------------------------------------------------------- how it ended */

static int care_and_mode(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type,
                         mtl__pregnancy *p)
{
    static const char *const cares[] = {"", "expectant", "medical", "surgical", NULL};
    static const char *const modes[] = {"", "vaginal", "caesarean", NULL};
    static const char *const outcomes[] = {"live", "stillbirth", NULL};
    const mtl__ynode *v;
    int k;
    p->outcome = type == MTL__SL_LOSS          ? MTL__MISCARRIAGE
                 : type == MTL__SL_TERMINATION ? MTL__TERMINATION
                 : type == MTL__SL_STILLBIRTH  ? MTL__STILLBIRTH
                 : type == MTL__SL_PREGNANCY   ? MTL__ONGOING
                                               : MTL__LIVE_BIRTH;
    if ((v = mtl__yaml_get(ev, "outcome"))) {
        MTL_TRY(mtl__yaml_word(&l->doc, v, outcomes, &k, l->err));
        p->outcome = k == 1 ? MTL__STILLBIRTH : MTL__LIVE_BIRTH;
    }
    if ((v = mtl__yaml_get(ev, "mode"))) {
        MTL_TRY(mtl__yaml_word(&l->doc, v, modes + 1, &k, l->err));
        p->mode = (enum mtl__mode)(k + 1);
    }
    if ((v = mtl__yaml_get(ev, "care"))) {
        MTL_TRY(mtl__yaml_word(&l->doc, v, cares + 1, &k, l->err));
        p->care = (enum mtl__care)(k + 1);
        if (type == MTL__SL_TERMINATION && p->care == MTL__CARE_EXPECTANT)
            return mtl__yaml_fail(&l->doc, v, l->err, MTL_ERR_VALUE,
                                  "a termination is medical or surgical; a loss left to itself is "
                                  "`event: loss`");
    } else if (type == MTL__SL_TERMINATION) {
        return mtl__yaml_fail(&l->doc, ev, l->err, MTL_ERR_VALUE,
                              "a termination needs `care: medical` or `care: surgical`");
    } else if (type == MTL__SL_LOSS) {
        p->care = MTL__CARE_EXPECTANT;
    }
    return MTL_OK;
}

static int properties(mtl__sload *l, const mtl__ynode *ev, mtl__pregnancy *p)
{
    static const char *const chorions[] = {"unknown", "monochorionic", "dichorionic", NULL};
    static const char *const eggs[] = {"unknown", "monozygotic", "dizygotic", NULL};
    const mtl__ynode *v;
    int k;
    if ((v = mtl__yaml_get(ev, "pre_eclampsia")))
        MTL_TRY(mtl__yaml_bool(&l->doc, v, &p->preeclampsia, l->err));
    if ((v = mtl__yaml_get(ev, "growth_restriction")))
        MTL_TRY(mtl__yaml_bool(&l->doc, v, &p->growth_restriction, l->err));
    if ((v = mtl__yaml_get(ev, "chorionicity"))) {
        MTL_TRY(mtl__yaml_word(&l->doc, v, chorions, &k, l->err));
        p->chorionicity = (enum mtl__chorionicity)k;
    }
    if ((v = mtl__yaml_get(ev, "zygosity"))) {
        MTL_TRY(mtl__yaml_word(&l->doc, v, eggs, &k, l->err));
        p->zygosity = (enum mtl__zygosity)k;
    }
    return (v = mtl__yaml_get(ev, "milk")) ? mtl__sl_milk(l, v, p) : MTL_OK;
}

static int seeds(mtl__sload *l, const mtl__ynode *map, mtl__pregnancy *p)
{
    MTL_TRY(mtl__yaml_is_map(&l->doc, map, "`seeds`", l->err));
    mtl__fixed_dose *dose =
        mtl__arena_alloc(&l->s->arena, (size_t)(map->n ? map->n : 1) * sizeof *dose);
    if (!dose)
        return mtl__nomem(l->err);
    for (int i = 0; i < map->n; i++) {
        const char *name = map->key[i]->text;
        MTL_TRY(mtl__sl_seed_kind(l, map->item[i], name, &dose[i].kind));
        MTL_TRY(
            mtl__yaml_whole(&l->doc, map->item[i], 0, (int64_t)1 << 53, &dose[i].count, l->err));
    }
    p->fixed = dose;
    p->n_fixed = map->n;
    return MTL_OK;
}

/* ---------------------------------------------------------------- children */

/* Index of the child as a person, after what is already known of it has been held against this
 * event. */
static int child_person(mtl__sload *l, const spec *c, const mtl__pregnancy *p, int preg, int *out)
{
    if (!c->name) {
        MTL_TRY(mtl__sl_add_person(l, "", c->where, out));
        l->more[*out].stem = !isnan(c->vanished_week)        ? "vanished"
                             : p->outcome == MTL__ONGOING    ? "unborn"
                             : p->outcome == MTL__STILLBIRTH ? "stillborn"
                                                             : "lost";
    } else {
        *out = mtl__sl_find(l, c->name);
    }
    mtl__person *q = &l->person[*out];
    if (q->pregnancy >= 0)
        return mtl__yaml_fail(&l->doc, c->where, l->err, MTL_ERR_DUPLICATE,
                              "%s is already a child of the pregnancy in line %d", c->name,
                              l->pregnancy[q->pregnancy].line);
    if (q->mother >= 0 && q->mother != p->mother)
        return mtl__yaml_fail(&l->doc, c->where, l->err, MTL_ERR_VALUE,
                              "%s has two mothers: %s in line %d, and %s here", c->name,
                              l->person[q->mother].name, q->line, l->person[p->mother].name);
    if (c->sex != MTL__SEX_UNKNOWN && q->sex != MTL__SEX_UNKNOWN && c->sex != q->sex)
        return mtl__yaml_fail(&l->doc, c->where, l->err, MTL_ERR_VALUE,
                              "%s is %s here, but %s in line %d", c->name,
                              c->sex == MTL__MALE ? "male" : "female",
                              q->sex == MTL__MALE ? "male" : "female", q->line);
    q->pregnancy = preg;
    q->mother = p->mother;
    if (c->sex != MTL__SEX_UNKNOWN)
        q->sex = c->sex;
    if (c->has_karyotype)
        q->karyotype = c->karyotype;
    return MTL_OK;
}

static int child_dates(mtl__sload *l, const spec *c, const mtl__pregnancy *p, int who,
                       double *ended)
{
    mtl__person *q = &l->person[who];
    const bool gone = !isnan(c->vanished_week);
    *ended = gone ? p->conceived + mtl__weeks_to_days(c->vanished_week) : p->ended;
    if (gone && p->outcome != MTL__ONGOING && !(*ended < p->ended))
        return mtl__yaml_fail(&l->doc, c->where, l->err, MTL_ERR_DATE,
                              "vanished in week %.3g, after the pregnancy had ended in week %.3g",
                              c->vanished_week, p->weeks);
    const bool born = !gone && p->outcome == MTL__LIVE_BIRTH;
    if (!born && !isnan(q->born))
        return mtl__yaml_fail(&l->doc, c->where, l->err, MTL_ERR_DATE,
                              "%s was never born by this event, but has a birth date in line %d",
                              q->name, q->line);
    if (born && l->more[who].has_conceived &&
        fabs(q->conceived - p->conceived) > 21.0 + p->slack_days + l->person[who].born_slack) {
        char here[16], there[16];
        return mtl__yaml_fail(&l->doc, c->where, l->err, MTL_ERR_DATE,
                              "conceived about %s by this event, but %s in line %d",
                              mtl__date_text(p->conceived, here),
                              mtl__date_text(q->conceived, there), q->line);
    }
    q->conceived = p->conceived;
    q->born = born ? p->ended : NAN;
    if (gone || (!born && p->outcome != MTL__ONGOING))
        q->died = *ended;
    l->person[who].born_slack = p->slack_days;
    l->more[who].no_birth = !born;
    l->more[who].awaits_event = false;
    return MTL_OK;
}

static int add_child(mtl__sload *l, const spec *c, const mtl__pregnancy *p, int preg)
{
    int who;
    double ended;
    MTL_TRY(child_person(l, c, p, preg, &who));
    MTL_TRY(child_dates(l, c, p, who, &ended));
    if (mtl__grow(&l->child, &l->cap_child, (size_t)l->n_children + 1, sizeof *l->child) < 0)
        return mtl__nomem(l->err);
    l->child[l->n_children++] =
        (mtl__conceptus){.person = who, .ended = ended, .vanished = !isnan(c->vanished_week)};
    return MTL_OK;
}

static int all_children(mtl__sload *l, const mtl__ynode *ev, const litter *b, mtl__pregnancy *p)
{
    const mtl__ynode *father = mtl__yaml_get(ev, "father");
    const int preg = l->n_pregnancies;
    int n_gone = 0;
    if (mtl__grow(&l->pregnancy, &l->cap_pregnancy, (size_t)preg + 1, sizeof *l->pregnancy) < 0)
        return mtl__nomem(l->err);
    p->child0 = l->n_children;
    p->n_children = b->n;
    l->pregnancy[l->n_pregnancies++] = *p;
    for (int i = 0; i < b->n; i++) {
        MTL_TRY(add_child(l, &b->child[i], p, preg));
        n_gone += !isnan(b->child[i].vanished_week);
    }
    l->pregnancy[preg].vanished_twin_only = n_gone > 0 && b->n - n_gone == 1;
    if (!father)
        return MTL_OK;
    const char *name;
    MTL_TRY(mtl__sl_name(l, father, &name));
    int f = mtl__sl_find(l, name);
    if (f < 0) {
        MTL_TRY(mtl__sl_add_person(l, name, father, &f));
        l->person[f].sex = MTL__MALE;
    }
    for (int i = 0; i < b->n; i++) {
        mtl__person *q = &l->person[l->child[p->child0 + i].person];
        if (q->father >= 0 && q->father != f)
            return mtl__yaml_fail(&l->doc, father, l->err, MTL_ERR_VALUE,
                                  "%s has two fathers: %s in line %d, and %s here", q->name,
                                  l->person[q->father].name, q->line, name);
        q->father = f;
    }
    return MTL_OK;
}

int mtl__sl_pregnancy(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type)
{
    const mtl__ynode *v;
    char path[96];
    litter b;
    mtl__pregnancy p = {.conceived = NAN, .ended = NAN, .line = ev->line, .column = ev->column};
    MTL_TRY(mtl__sl_person(l, mtl__yaml_get(ev, "person"), &p.mother));
    MTL_TRY(gather(l, ev, type, &b));
    const int placed = place(l, ev, type, &b, &p);
    if (placed != MTL_OK)
        return placed;
    MTL_TRY(care_and_mode(l, ev, type, &p));
    MTL_TRY(properties(l, ev, &p));
    if ((v = mtl__yaml_get(ev, "seeds")))
        MTL_TRY(seeds(l, v, &p));
    if (l->person[p.mother].sex == MTL__SEX_UNKNOWN)
        l->person[p.mother].sex = MTL__FEMALE;
    p.path = mtl__arena_strdup(&l->s->arena, mtl__yaml_path(ev, path, sizeof path));
    if (!p.path)
        return mtl__nomem(l->err);
    return all_children(l, ev, &b, &p);
}

static double naming_date(const mtl__sload *l, int i)
{
    return isnan(l->more[i].named_by) ? l->person[i].conceived : l->more[i].named_by;
}

/* Names follow the dates, not the order of the file: random streams are keyed by names. */
int mtl__sl_name_the_unnamed(mtl__sload *l)
{
    static const char *const stems[] = {"lost", "vanished", "unborn", "stillborn", "donor"};
    for (size_t k = 0; k < sizeof stems / sizeof stems[0]; k++)
        for (int number = 1;; number++) {
            int first = -1;
            char name[32];
            for (int i = 0; i < l->n_people; i++) {
                const char *stem = l->more[i].stem;
                if (stem && strcmp(stem, stems[k]) == 0 &&
                    (first < 0 || naming_date(l, i) < naming_date(l, first)))
                    first = i;
            }
            if (first < 0)
                break;
            snprintf(name, sizeof name, "%s%d", stems[k], number);
            if (mtl__sl_find(l, name) >= 0)
                continue;
            l->person[first].name = mtl__arena_strdup(&l->s->arena, name);
            if (!l->person[first].name)
                return mtl__nomem(l->err);
            l->person[first].key = mtl__hash(name);
            l->more[first].stem = NULL;
        }
    return MTL_OK;
}
