/* SPDX-License-Identifier: MIT */
/* Losses that nobody noticed: for each woman whom the scenario names, the years in which she could
   have conceived and was not known to be pregnant are cut into pieces, and each piece gets one
   possible donor of either sex. How many such losses there were is a Poisson number whose mean the
   model gives (loss.unnoticed.rate, half of them boys: a thinned Poisson process is two independent
   ones); where a piece had several, they are one donor and share one multiplier. They stand in the
   middle of weeks 3 to 6, in the middle of their piece. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "family/scenario_parts.h"

#define FERTILE_FROM_YEARS 15.0 /* the convention of demographers: 15 to 49 */
#define FERTILE_TO_YEARS 50.0
#define PIECE_YEARS 5.0
#define LEAST_DAYS 60.0 /* a shorter gap has no room for a loss and a new conception */
#define WEEK 4.5

typedef struct pieces {
    mtl_scenario *s;
    mtl_error *err;
    int n_people, n_pregnancies, n_children; /* as they will be */
    int mother, number;
} pieces;

static int check_woman(const mtl_scenario *s, int who, mtl_error *err)
{
    const mtl__person *p = &s->person[who];
    if (p->sex == MTL__MALE)
        return mtl__scenario_bad(s, err, MTL_ERR_VALUE, p->line, p->column, "unnoticed_losses",
                                 "%s is male and cannot lose a pregnancy", p->name);
    if (isnan(p->born))
        return mtl__scenario_bad(s, err, MTL_ERR_DATE, p->line, p->column, "unnoticed_losses",
                                 "losses that nobody noticed need the birth date of %s", p->name);
    return MTL_OK;
}

static int one_donor(pieces *x, double t0, double t1, enum mtl__sex sex)
{
    mtl_scenario *s = x->s;
    const mtl__person *mother = &s->person[x->mother];
    char name[160];
    snprintf(name, sizeof name, "unknown_loss_%.100s_%d", mother->name, ++x->number);
    for (int i = 0; i < s->n_people; i++)
        if (strcmp(s->person[i].name, name) == 0)
            return mtl__scenario_bad(
                s, x->err, MTL_ERR_DUPLICATE, s->person[i].line, s->person[i].column,
                "unnoticed_losses", "the name '%s' is needed for a loss that nobody noticed", name);
    const char *kept = mtl__arena_strdup(&s->arena, name);
    if (!kept)
        return mtl__nomem(x->err);
    const double conceived = 0.5 * (t0 + t1) - 0.5 * (WEEK - 2) * 7;
    const double ended = conceived + (WEEK - 2) * 7;
    s->person[x->n_people] = (mtl__person){.name = kept,
                                           .key = mtl__hash(name),
                                           .sex = sex,
                                           .mother = x->mother,
                                           .father = -1,
                                           .pregnancy = x->n_pregnancies,
                                           .conceived = conceived,
                                           .born = NAN,
                                           .died = ended,
                                           .line = mother->line,
                                           .column = mother->column,
                                           .path = mother->path};
    s->pregnancy[x->n_pregnancies++] =
        (mtl__pregnancy){.mother = x->mother,
                         .conceived = conceived,
                         .ended = ended,
                         .weeks = WEEK,
                         .outcome = MTL__MISCARRIAGE,
                         .care = MTL__CARE_EXPECTANT,
                         .child0 = x->n_children,
                         .n_children = 1,
                         .unnoticed_years = (t1 - t0) / MTL_DAYS_PER_YEAR / 2,
                         .line = mother->line,
                         .column = mother->column,
                         .path = mother->path};
    s->child[x->n_children++] = (mtl__conceptus){.person = x->n_people++, .ended = ended};
    return MTL_OK;
}

/* Cuts one gap into equal pieces; `make` false: only counts them. */
static int one_gap(pieces *x, double t0, double t1, bool make, int *n)
{
    if (!(t1 - t0 >= LEAST_DAYS))
        return MTL_OK;
    const int k = (int)floor((t1 - t0) / (PIECE_YEARS * MTL_DAYS_PER_YEAR)) + 1;
    *n += k;
    for (int i = 0; make && i < k; i++) {
        const double a = t0 + (t1 - t0) * i / k, b = t0 + (t1 - t0) * (i + 1) / k;
        MTL_TRY(one_donor(x, a, b, MTL__FEMALE));
        MTL_TRY(one_donor(x, a, b, MTL__MALE));
    }
    return MTL_OK;
}

/* The gaps between the pregnancies of a woman, which stand in order of conception. */
static int gaps(pieces *x, int n_pregnancies, bool make, int *n)
{
    const mtl_scenario *s = x->s;
    const mtl__person *p = &s->person[x->mother];
    double t = p->born + FERTILE_FROM_YEARS * MTL_DAYS_PER_YEAR, last = s->t_end;
    last = mtl__min(last, p->born + FERTILE_TO_YEARS * MTL_DAYS_PER_YEAR);
    if (!isnan(p->died))
        last = mtl__min(last, p->died);
    for (int k = 0; k < n_pregnancies; k++) {
        const mtl__pregnancy *g = &s->pregnancy[k];
        if (g->mother != x->mother)
            continue;
        MTL_TRY(one_gap(x, t, mtl__min(last, g->conceived), make, n));
        t = mtl__max(t, g->ended);
    }
    return one_gap(x, t, last, make, n);
}

static int make_room(mtl_scenario *s, int more, mtl_error *err)
{
    const size_t np = (size_t)(s->n_people + more) + 1, ng = (size_t)(s->n_pregnancies + more) + 1,
                 nc = (size_t)(s->n_children + more) + 1;
    mtl__person *person = mtl__arena_alloc(&s->arena, np * sizeof *person);
    mtl__pregnancy *pregnancy = mtl__arena_alloc(&s->arena, ng * sizeof *pregnancy);
    mtl__conceptus *child = mtl__arena_alloc(&s->arena, nc * sizeof *child);
    int *unknown = mtl__arena_alloc(&s->arena, np * sizeof *unknown);
    if (!person || !pregnancy || !child || !unknown)
        return mtl__nomem(err);
    if (s->n_people)
        memcpy(person, s->person, (size_t)s->n_people * sizeof *person);
    if (s->n_pregnancies)
        memcpy(pregnancy, s->pregnancy, (size_t)s->n_pregnancies * sizeof *pregnancy);
    if (s->n_children)
        memcpy(child, s->child, (size_t)s->n_children * sizeof *child);
    if (s->history_unknown)
        memcpy(unknown, s->history_unknown, (size_t)s->n_people * sizeof *unknown);
    s->person = person;
    s->pregnancy = pregnancy;
    s->child = child;
    s->history_unknown = unknown;
    return MTL_OK;
}

int mtl__scenario_add_unnoticed(mtl_scenario *s, mtl_error *err)
{
    const int n_pregnancies = s->n_pregnancies;
    int n = 0;
    for (int k = 0; k < n_pregnancies; k++)
        if (s->pregnancy[k].unnoticed_years > 0)
            return MTL_OK; /* checked before */
    for (int k = 0; k < s->n_unnoticed; k++) {
        pieces x = {.s = s, .err = err, .mother = s->unnoticed[k]};
        MTL_TRY(check_woman(s, x.mother, err));
        MTL_TRY(gaps(&x, n_pregnancies, false, &n));
    }
    if (n == 0)
        return MTL_OK;
    MTL_TRY(make_room(s, 2 * n, err));
    pieces x = {.s = s,
                .err = err,
                .n_people = s->n_people,
                .n_pregnancies = n_pregnancies,
                .n_children = s->n_children};
    for (int k = 0; k < s->n_unnoticed; k++) {
        x.mother = s->unnoticed[k];
        x.number = 0;
        MTL_TRY(gaps(&x, n_pregnancies, true, &n));
    }
    s->n_people = x.n_people;
    s->n_pregnancies = x.n_pregnancies;
    s->n_children = x.n_children;
    return mtl__scenario_sort(s, err);
}
