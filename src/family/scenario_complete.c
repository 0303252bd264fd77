/* SPDX-License-Identifier: MIT */
/* What a scenario leaves unsaid. A person with a mother and a birth date was carried by her: where
   no event says so, the pregnancy is implied, and brothers and sisters of one birthday were twins.
   Everything is put in order of dates, pregnancies still going on end with the scenario, and the
   person whom a report is about is chosen. Doing this twice changes nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/scenario_parts.h"

static bool twins(const mtl__person *a, const mtl__person *b)
{
    return a->mother == b->mother && a->born_slack == 0.0 && b->born_slack == 0.0 &&
           fabs(a->born - b->born) <= 1.0;
}

static bool implied(const mtl__person *p)
{
    return p->pregnancy < 0 && p->mother >= 0 && !isnan(p->born);
}

static void imply_one(mtl_scenario *s, int first)
{
    const int preg = s->n_pregnancies++;
    mtl__person *p = &s->person[first];
    if (isnan(p->conceived))
        p->conceived = p->born - (mtl__model_life(s->model).term - 2.0) * 7.0;
    s->pregnancy[preg] = (mtl__pregnancy){.mother = p->mother,
                                          .conceived = p->conceived,
                                          .ended = p->born,
                                          .weeks = (p->born - p->conceived) / 7.0 + 2.0,
                                          .outcome = MTL__LIVE_BIRTH,
                                          .child0 = s->n_children,
                                          .line = p->line,
                                          .column = p->column,
                                          .slack_days = p->born_slack,
                                          .path = p->path};
    for (int i = first; i < s->n_people; i++) {
        mtl__person *q = &s->person[i];
        if (!implied(q) || (i != first && !twins(&s->person[first], q)))
            continue;
        q->pregnancy = preg;
        q->conceived = s->pregnancy[preg].conceived;
        s->child[s->n_children++] =
            (mtl__conceptus){.person = i, .ended = s->pregnancy[preg].ended};
        s->pregnancy[preg].n_children++;
    }
}

int mtl__scenario_imply(mtl_scenario *s, mtl_error *err)
{
    int n = 0;
    for (int i = 0; i < s->n_people; i++) {
        const mtl__person *p = &s->person[i];
        n += implied(p);
        if (p->mother >= 0 && s->person[p->mother].sex == MTL__SEX_UNKNOWN)
            s->person[p->mother].sex = MTL__FEMALE;
        if (p->father >= 0 && s->person[p->father].sex == MTL__SEX_UNKNOWN)
            s->person[p->father].sex = MTL__MALE;
    }
    if (n == 0)
        return MTL_OK;
    mtl__pregnancy *preg =
        mtl__arena_alloc(&s->arena, (size_t)(s->n_pregnancies + n) * sizeof *preg);
    mtl__conceptus *child =
        mtl__arena_alloc(&s->arena, (size_t)(s->n_children + n) * sizeof *child);
    if (!preg || !child)
        return mtl__nomem(err);
    if (s->n_pregnancies > 0)
        memcpy(preg, s->pregnancy, (size_t)s->n_pregnancies * sizeof *preg);
    if (s->n_children > 0)
        memcpy(child, s->child, (size_t)s->n_children * sizeof *child);
    s->pregnancy = preg;
    s->child = child;
    for (int i = 0; i < s->n_people; i++)
        if (implied(&s->person[i]))
            imply_one(s, i);
    return MTL_OK;
}

/* ---------------------------------------------------------------- order */

typedef struct order {
    double key;
    int index;
} order;

static int by_key(const void *a, const void *b)
{
    const order *x = a, *y = b;
    if (x->key < y->key || x->key > y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Where the sex of one twin of one egg is known, it is the others'. */
static void sexes_of_twins(mtl_scenario *s)
{
    for (int g = 0; g < s->n_pregnancies; g++) {
        const mtl__pregnancy *p = &s->pregnancy[g];
        enum mtl__sex sex = MTL__SEX_UNKNOWN;
        for (int k = 0; k < p->n_children && p->zygosity == MTL__MONOZYGOTIC; k++)
            if (s->person[s->child[p->child0 + k].person].sex != MTL__SEX_UNKNOWN)
                sex = s->person[s->child[p->child0 + k].person].sex;
        for (int k = 0; k < p->n_children && sex != MTL__SEX_UNKNOWN; k++) {
            mtl__person *c = &s->person[s->child[p->child0 + k].person];
            c->sex = c->sex == MTL__SEX_UNKNOWN ? sex : c->sex;
        }
    }
}

static int sort_pregnancies(mtl_scenario *s, mtl_error *err)
{
    const size_t n = (size_t)s->n_pregnancies;
    order *o = mtl__arena_alloc(&s->arena, (n + 1) * sizeof *o);
    int *place = mtl__arena_alloc(&s->arena, (n + 1) * sizeof *place);
    mtl__pregnancy *sorted = mtl__arena_alloc(&s->arena, (n + 1) * sizeof *sorted);
    if (!o || !place || !sorted)
        return mtl__nomem(err);
    for (size_t i = 0; i < n; i++)
        o[i] = (order){s->pregnancy[i].conceived, (int)i};
    qsort(o, n, sizeof *o, by_key);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = s->pregnancy[o[i].index];
        place[o[i].index] = (int)i;
    }
    s->pregnancy = sorted;
    for (int i = 0; i < s->n_people; i++)
        if (s->person[i].pregnancy >= 0)
            s->person[i].pregnancy = place[s->person[i].pregnancy];
    return MTL_OK;
}

int mtl__scenario_sort(mtl_scenario *s, mtl_error *err)
{
    const size_t n = (size_t)s->n_samples;
    order *o = mtl__arena_alloc(&s->arena, (n + 1) * sizeof *o);
    mtl__sample *sorted = mtl__arena_alloc(&s->arena, (n + 1) * sizeof *sorted);
    if (!o || !sorted)
        return mtl__nomem(err);
    for (size_t i = 0; i < n; i++)
        o[i] = (order){s->sample[i].t, (int)i};
    qsort(o, n, sizeof *o, by_key);
    for (size_t i = 0; i < n; i++)
        sorted[i] = s->sample[o[i].index];
    s->sample = sorted;
    sexes_of_twins(s);
    return sort_pregnancies(s, err);
}

/* ---------------------------------------------------------------- end and focus */

static void later(double *t, double candidate)
{
    if (!isnan(candidate) && !(candidate <= *t))
        *t = candidate;
}

/* Whom most befell, by events of its own; -1 = nobody. */
static int most_befallen(const mtl_scenario *s, int *n)
{
    int best = -1;
    for (int i = 0; i < s->n_people; i++)
        n[i] = 0;
    for (int i = 0; i < s->n_injuries; i++)
        n[s->injury[i].person] += !s->injury[i].implied;
    for (int i = 0; i < s->n_depletions; i++)
        n[s->depletion[i].person]++;
    for (int i = 0; i < s->n_onsets; i++)
        n[s->onset[i].person]++;
    for (int i = 0; i < s->n_people; i++)
        if (n[i] > 0 && (best < 0 || n[i] > n[best]))
            best = i;
    return best;
}

/* The mother with most samples, else the person with most, else the one whom most befell, else a
   mother, else the first. */
static int choose_focus(const mtl_scenario *s, int *n_samples, bool *is_mother)
{
    int best = -1, best_mother = -1;
    for (int i = 0; i < s->n_samples; i++)
        n_samples[s->sample[i].person]++;
    for (int i = 0; i < s->n_pregnancies; i++)
        is_mother[s->pregnancy[i].mother] = true;
    for (int i = 0; i < s->n_people; i++) {
        if (n_samples[i] > 0 && (best < 0 || n_samples[i] > n_samples[best]))
            best = i;
        if (n_samples[i] > 0 && is_mother[i] &&
            (best_mother < 0 || n_samples[i] > n_samples[best_mother]))
            best_mother = i;
    }
    if (best_mother >= 0 || best >= 0)
        return best_mother >= 0 ? best_mother : best;
    best = most_befallen(s, n_samples);
    if (best >= 0)
        return best;
    /* Without samples: the declared mother with the latest pregnancy. */
    for (int i = 0; i < s->n_pregnancies; i++)
        if (best < 0 || s->person[s->pregnancy[i].mother].declared)
            best = s->pregnancy[i].mother;
    return best >= 0 ? best : 0;
}

static void end_ongoing(mtl_scenario *s)
{
    for (int i = 0; i < s->n_pregnancies; i++) {
        mtl__pregnancy *p = &s->pregnancy[i];
        if (p->outcome != MTL__ONGOING)
            continue;
        p->ended = s->t_end;
        p->weeks = (p->ended - p->conceived) / 7.0 + 2.0;
        for (int k = 0; k < p->n_children; k++)
            if (!s->child[p->child0 + k].vanished)
                s->child[p->child0 + k].ended = p->ended;
    }
}

int mtl__scenario_close(mtl_scenario *s, mtl_error *err)
{
    double t = -INFINITY;
    for (int i = 0; i < s->n_samples; i++)
        later(&t, s->sample[i].t);
    for (int i = 0; i < s->n_people; i++) {
        later(&t, s->person[i].born);
        later(&t, s->person[i].died);
    }
    for (int i = 0; i < s->n_pregnancies; i++) {
        later(&t, s->pregnancy[i].conceived);
        const mtl__pregnancy *p = &s->pregnancy[i];
        later(&t, p->ended);
        for (int k = 0; k < p->n_children; k++)
            later(&t, mtl__scenario_milk_end(s, p, s->child[p->child0 + k].person));
    }
    for (int i = 0; i < s->n_contacts; i++)
        if (!s->contact[i].implied)
            later(&t, s->contact[i].t1);
    for (int i = 0; i < s->n_adoptions; i++)
        later(&t, s->adoption[i].t);
    later(&t, mtl__scenario_aftermath(s));
    if (isinf(t))
        return mtl__scenario_bad(s, err, MTL_ERR_DATE, 1, 1, "",
                                 "nothing in the scenario has a date");
    s->t_end = t;
    end_ongoing(s);
    /* A loss has an end even where only its conceptus says so; relations are read off it. */
    for (int i = 0; i < s->n_children; i++) {
        mtl__person *p = &s->person[s->child[i].person];
        const mtl__pregnancy *g = &s->pregnancy[p->pregnancy];
        const bool gone =
            s->child[i].vanished || (g->outcome != MTL__LIVE_BIRTH && g->outcome != MTL__ONGOING);
        if (gone && isnan(p->died))
            p->died = s->child[i].ended;
    }
    if (s->focus >= 0 && s->focus < s->n_people)
        return MTL_OK;
    const size_t n = (size_t)s->n_people;
    int *n_samples = mtl__arena_alloc(&s->arena, n * sizeof *n_samples);
    bool *is_mother = mtl__arena_alloc(&s->arena, n * sizeof *is_mother);
    if (!n_samples || !is_mother)
        return mtl__nomem(err);
    s->focus = choose_focus(s, n_samples, is_mother);
    return MTL_OK;
}
