/* SPDX-License-Identifier: MIT */
/* What passes between people other than by the placenta. A delivery with milk implies a contact
   from the mother to each child that she bore alive; children of one pregnancy may have joined
   circulations, which is a contact each way from week 10 until the first of the two is out (whether
   vessels were in fact joined is for the model to say, by chorionicity). All other contacts come
   from events. Then: could it have been so? Giver and taker differ, live at that date, are not
   taken for what they are not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/scenario_parts.h"

#define JOINED_FROM_WEEK 10.0
#define OLDEST_NURSED_YEARS 10.0
/* An organ is grafted within days of its giver's death; a longer gap is a mistyped date. */
#define ORGAN_KEEPS_DAYS 7.0

/* ---------------------------------------------------------------- implied */

double mtl__scenario_milk_end(const mtl_scenario *s, const mtl__pregnancy *p, int child)
{
    const mtl__person *c = &s->person[child];
    if (isnan(c->born) || !(p->milk_days > 0.0))
        return p->ended;
    double end = c->born + p->milk_days;
    if (!isnan(c->died))
        end = mtl__min(end, c->died);
    for (int i = 0; i < s->n_adoptions; i++)
        if (s->adoption[i].person == child)
            end = mtl__min(end, s->adoption[i].t);
    return mtl__max(end, c->born);
}

static mtl__contact plain(const mtl__pregnancy *p, enum mtl__contact_kind kind, int giver,
                          int taker)
{
    return (mtl__contact){.kind = kind,
                          .giver = giver,
                          .taker = taker,
                          .amount = NAN,
                          .organ = -1,
                          .cell_kind = -1,
                          .storage_days = NAN,
                          .line = p->line,
                          .column = p->column,
                          .implied = true,
                          .slack_days = p->slack_days,
                          .path = p->path};
}

static int own_milk(const mtl_scenario *s, const mtl__pregnancy *p, mtl__contact *out)
{
    int n = 0;
    for (int k = 0; k < p->n_children; k++) {
        const int who = s->child[p->child0 + k].person;
        const double end = mtl__scenario_milk_end(s, p, who);
        if (isnan(s->person[who].born) || !(end > s->person[who].born))
            continue;
        out[n] = plain(p, MTL__MILK, p->mother, who);
        out[n].t0 = s->person[who].born;
        out[n].t1 = end;
        out[n].amount = p->milk_mL > 0.0 ? p->milk_mL : NAN;
        n++;
    }
    return n;
}

static int joined(const mtl_scenario *s, const mtl__pregnancy *p, mtl__contact *out)
{
    const mtl__conceptus *child = &s->child[p->child0];
    const double begin = p->conceived + (JOINED_FROM_WEEK - 2.0) * 7.0;
    int n = 0;
    for (int i = 0; i < p->n_children; i++)
        for (int k = 0; k < p->n_children; k++) {
            const double end = mtl__min(child[i].ended, child[k].ended);
            if (i == k || !(end > begin))
                continue;
            out[n] = plain(p, MTL__ANASTOMOSIS, child[i].person, child[k].person);
            out[n].t0 = begin;
            out[n].t1 = end;
            n++;
        }
    return n;
}

static int by_date(const void *a, const void *b)
{
    const mtl__contact *x = a, *y = b;
    if (x->t0 < y->t0 || x->t0 > y->t0)
        return x->t0 < y->t0 ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->line != y->line)
        return x->line - y->line;
    return x->giver != y->giver ? x->giver - y->giver : x->taker - y->taker;
}

int mtl__scenario_imply_contacts(mtl_scenario *s, mtl_error *err)
{
    size_t most = (size_t)s->n_contacts + 1;
    for (int i = 0; i < s->n_pregnancies; i++)
        most += (size_t)s->pregnancy[i].n_children * (size_t)s->pregnancy[i].n_children;
    mtl__contact *all = mtl__arena_alloc(&s->arena, most * sizeof *all);
    if (!all)
        return mtl__nomem(err);
    int n = 0;
    for (int i = 0; i < s->n_contacts; i++)
        if (!s->contact[i].implied)
            all[n++] = s->contact[i];
    for (int i = 0; i < s->n_pregnancies; i++) {
        n += own_milk(s, &s->pregnancy[i], all + n);
        n += joined(s, &s->pregnancy[i], all + n);
    }
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, by_date);
    s->contact = all;
    s->n_contacts = n;
    return MTL_OK;
}

/* ---------------------------------------------------------------- possible? */

static const char *what(const mtl__contact *c)
{
    static const char *const word[] = {[MTL__MILK] = "milk",
                                       [MTL__TRANSFUSION] = "a transfusion",
                                       [MTL__ORGAN_GRAFT] = "a graft",
                                       [MTL__STEM_CELL_GRAFT] = "a stem cell graft",
                                       [MTL__INFUSION] = "an infusion",
                                       [MTL__ANASTOMOSIS] = "joined vessels"};
    return word[c->kind];
}

#define BAD(s, err, code, c, ...)                                                                  \
    mtl__scenario_bad((s), (err), (code), (c)->line, (c)->column, (c)->path, __VA_ARGS__)

/* Whoever gives or takes must have been born, and be alive then. */
static int born_by_then(const mtl_scenario *s, const mtl__contact *c, int who, const char *role,
                        mtl_error *err)
{
    const mtl__person *p = &s->person[who];
    char a[16], b[16];
    if (isnan(p->born) && p->pregnancy >= 0)
        return BAD(s, err, MTL_ERR_DATE, c, "%s, who %s, was never born", p->name, role);
    if (!isnan(p->born) && c->t0 < p->born)
        return BAD(s, err, MTL_ERR_DATE, c, "%s on %s, before the birth of %s, who %s, on %s%s",
                   what(c), mtl__date_text(c->t0, a), p->name, role, mtl__date_text(p->born, b),
                   mtl__slack_hint(c->slack_days + p->born_slack));
    if (!isnan(p->born) && c->t0 - p->born > 130.0 * MTL_DAYS_PER_YEAR)
        return BAD(s, err, MTL_ERR_DATE, c, "%s, who %s, would be %.0f years old on %s", p->name,
                   role, floor((c->t0 - p->born) / MTL_DAYS_PER_YEAR), mtl__date_text(c->t0, a));
    return MTL_OK;
}

static int alive_then(const mtl_scenario *s, const mtl__contact *c, int who, const char *role,
                      double end, double grace, mtl_error *err)
{
    const mtl__person *p = &s->person[who];
    char a[16], b[16];
    if (isnan(p->died) || end <= p->died + grace)
        return MTL_OK;
    return BAD(s, err, MTL_ERR_DATE, c, "%s%s %s, after the death of %s, who %s, on %s (line %d)%s",
               what(c), end > c->t0 ? " until" : " on", mtl__date_text(end, a), p->name, role,
               mtl__date_text(p->died, b), p->died_line ? p->died_line : p->line,
               mtl__slack_hint(c->slack_days + p->died_slack));
}

static int nursing(const mtl_scenario *s, const mtl__contact *c, mtl_error *err)
{
    const mtl__person *giver = &s->person[c->giver], *taker = &s->person[c->taker];
    if (giver->sex == MTL__MALE)
        return BAD(s, err, MTL_ERR_VALUE, c, "%s is male (line %d) and gives no milk", giver->name,
                   giver->line);
    const double oldest = (c->t1 - taker->born) / MTL_DAYS_PER_YEAR;
    if (!isnan(taker->born) && oldest > OLDEST_NURSED_YEARS + 1e-9)
        return BAD(s, err, MTL_ERR_DATE, c,
                   "%s would be %.1f years old at the end of the milk; "
                   "expected at most %g",
                   taker->name, oldest, OLDEST_NURSED_YEARS);
    const double slack = (c->slack_days + giver->born_slack) / MTL_DAYS_PER_YEAR;
    const double age = (c->t0 - giver->born) / MTL_DAYS_PER_YEAR;
    if (!isnan(giver->born) && age < mtl__model_life(s->model).youngest - slack)
        return BAD(s, err, MTL_ERR_DATE, c, "%s, who nurses, would be %.1f years old", giver->name,
                   age);
    return MTL_OK;
}

static int organ_fits(const mtl_scenario *s, const mtl__contact *c, mtl_error *err)
{
    const mtl__organ *o = &s->model->organ[c->organ];
    const int side[2] = {c->giver, c->taker};
    for (int k = 0; k < 2; k++) {
        const mtl__person *p = &s->person[side[k]];
        if ((o->sex == 'f' && p->sex == MTL__MALE) || (o->sex == 'm' && p->sex == MTL__FEMALE))
            return BAD(s, err, MTL_ERR_VALUE, c, "%s is %s and has no %s", p->name,
                       p->sex == MTL__MALE ? "male" : "female", o->name);
    }
    return MTL_OK;
}

static int one_contact(const mtl_scenario *s, const mtl__contact *c, mtl_error *err)
{
    if (c->giver == c->taker)
        return BAD(s, err, MTL_ERR_VALUE, c, "%s from %s to the same person", what(c),
                   s->person[c->giver].name);
    if (c->kind == MTL__ANASTOMOSIS)
        return MTL_OK; /* follows from a pregnancy that has been checked */
    if (isnan(s->person[c->taker].born) && s->person[c->taker].pregnancy < 0)
        return BAD(s, err, MTL_ERR_DATE, c, "%s needs the birth date of %s, to whom it is given",
                   what(c), s->person[c->taker].name);
    MTL_TRY(born_by_then(s, c, c->taker, "takes it", err));
    MTL_TRY(born_by_then(s, c, c->giver, "gives it", err));
    if (c->kind == MTL__MILK)
        MTL_TRY(nursing(s, c, err));
    if (c->kind == MTL__ORGAN_GRAFT)
        MTL_TRY(organ_fits(s, c, err));
    MTL_TRY(alive_then(s, c, c->taker, "takes it", c->t1, 0.0, err));
    /* Milk that a delivery promises ends with the child, but a dead mother cannot go on with it. */
    const double grace = (c->kind == MTL__ORGAN_GRAFT ? ORGAN_KEEPS_DAYS : 0.0) +
                         (c->implied ? s->person[c->giver].died_slack : 0.0);
    return alive_then(s, c, c->giver, "gives it", c->t1, grace, err);
}

/* The same milk twice: two periods of one giver and one taker that overlap. */
static int milk_twice(const mtl_scenario *s, mtl_error *err)
{
    for (int i = 0; i < s->n_contacts; i++)
        for (int k = 0; k < i; k++) {
            const mtl__contact *a = &s->contact[k], *b = &s->contact[i];
            if (a->kind != MTL__MILK || b->kind != MTL__MILK || a->giver != b->giver ||
                a->taker != b->taker || a->t1 <= b->t0)
                continue;
            const mtl__contact *at = b->line >= a->line ? b : a, *other = at == b ? a : b;
            char d0[16], d1[16];
            return BAD(s, err, MTL_ERR_DUPLICATE, at,
                       "%s drinks the milk of %s twice at once: in line %d from %s to %s%s",
                       s->person[at->taker].name, s->person[at->giver].name, other->line,
                       mtl__date_text(other->t0, d0), mtl__date_text(other->t1, d1),
                       mtl__slack_hint(at->slack_days + other->slack_days));
        }
    return MTL_OK;
}

static int adoptions(const mtl_scenario *s, mtl_error *err)
{
    char a[16], b[16];
    for (int i = 0; i < s->n_adoptions; i++) {
        const mtl__adoption *x = &s->adoption[i];
        const mtl__person *p = &s->person[x->person];
        if (isnan(p->born) && p->pregnancy >= 0)
            return BAD(s, err, MTL_ERR_DATE, x, "%s was never born", p->name);
        if (!isnan(p->born) && x->t < p->born)
            return BAD(s, err, MTL_ERR_DATE, x, "%s is adopted on %s, before the birth on %s%s",
                       p->name, mtl__date_text(x->t, a), mtl__date_text(p->born, b),
                       mtl__slack_hint(x->slack_days + p->born_slack));
        if (!isnan(p->died) && x->t > p->died)
            return BAD(s, err, MTL_ERR_DATE, x, "%s is adopted on %s, after the death on %s%s",
                       p->name, mtl__date_text(x->t, a), mtl__date_text(p->died, b),
                       mtl__slack_hint(x->slack_days + p->died_slack));
    }
    return MTL_OK;
}

int mtl__scenario_check_contacts(const mtl_scenario *s, mtl_error *err)
{
    for (int i = 0; i < s->n_contacts; i++)
        MTL_TRY(one_contact(s, &s->contact[i], err));
    MTL_TRY(milk_twice(s, err));
    return adoptions(s, err);
}
