/* SPDX-License-Identifier: MIT */
/* The list of everything dated, one line of words each, for life lines, events.tsv and `check`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/scenario_parts.h"

typedef struct list {
    mtl_scenario *s;
    mtl_error *err;
    mtl__event *event;
    size_t cap;
    int n;
} list;

static int add(list *l, mtl__event e, mtl__str *text)
{
    char *kept = text->oom ? NULL : mtl__arena_strdup(&l->s->arena, text->s ? text->s : "");
    mtl__str_free(text);
    if (!kept || mtl__grow(&l->event, &l->cap, (size_t)l->n + 1, sizeof *l->event) < 0)
        return mtl__nomem(l->err);
    e.text = kept;
    l->event[l->n++] = e;
    return MTL_OK;
}

/* "tom", "ben and leo", "a, b and c": children of a pregnancy that reached its end. */
static void names(const mtl_scenario *s, const mtl__pregnancy *p, mtl__str *out)
{
    int n = 0, k = 0;
    for (int i = 0; i < p->n_children; i++)
        n += !s->child[p->child0 + i].vanished;
    for (int i = 0; i < p->n_children; i++) {
        if (s->child[p->child0 + i].vanished)
            continue;
        if (k > 0)
            mtl__str_add(out, k == n - 1 ? " and " : ", ");
        mtl__str_add(out, s->person[s->child[p->child0 + i].person].name);
        k++;
    }
}

/* Twins share vessels in some pregnancies only; which, is for the model. */
static bool may_be_joined(const mtl_scenario *s, const mtl__pregnancy *p)
{
    for (int i = 0; i < s->n_contacts; i++)
        for (int k = 0; k < p->n_children; k++)
            if (s->contact[i].kind == MTL__ANASTOMOSIS &&
                s->contact[i].giver == s->child[p->child0 + k].person)
                return true;
    return false;
}

static void add_extras(const mtl_scenario *s, const mtl__pregnancy *p, mtl__str *t)
{
    static const char *const mode[] = {"", ", vaginal", ", caesarean"};
    static const char *const care[] = {"", ", expectant", ", medical", ", surgical"};
    static const char *const chorion[] = {"", ", monochorionic", ", dichorionic"};
    static const char *const egg[] = {"", ", monozygotic", ", dizygotic"};
    mtl__str_add(t, mode[p->mode]);
    mtl__str_add(t, care[p->care]);
    mtl__str_add(t, egg[p->zygosity]);
    mtl__str_add(t, chorion[p->chorionicity]);
    if (p->n_children > 1 && may_be_joined(s, p))
        mtl__str_add(t, ", placental vessels may be joined");
    if (p->preeclampsia)
        mtl__str_add(t, ", pre-eclampsia");
    if (p->growth_restriction)
        mtl__str_add(t, ", growth restriction");
    if (p->milk_days > 0.0)
        mtl__str_printf(t, ", milk for %.3g months", p->milk_days * 12.0 / MTL_DAYS_PER_YEAR);
    if (p->milk_days > 0.0 && p->milk_mL > 0.0)
        mtl__str_printf(t, ", %.4g mL a day", p->milk_mL);
}

static int add_end(list *l, int preg)
{
    static const char *const word[] = {"delivery of ", "stillbirth of ", "loss of ",
                                       "termination of ", "still pregnant with "};
    const mtl__pregnancy *p = &l->s->pregnancy[preg];
    mtl__str t = {0};
    mtl__str_add(&t, word[p->outcome]);
    names(l->s, p, &t);
    mtl__str_printf(&t, ", week %.3g", p->weeks);
    add_extras(l->s, p, &t);
    const bool birth = p->outcome == MTL__LIVE_BIRTH || p->outcome == MTL__STILLBIRTH;
    return add(l,
               (mtl__event){.kind = birth                        ? MTL__EV_DELIVERY
                                    : p->outcome == MTL__ONGOING ? MTL__EV_OTHER
                                                                 : MTL__EV_LOSS,
                            .t = p->ended,
                            .person = p->mother,
                            .pregnancy = preg,
                            .sample = -1,
                            .line = p->line},
               &t);
}

static int add_pregnancy(list *l, int preg)
{
    const mtl__pregnancy *p = &l->s->pregnancy[preg];
    mtl__str t = {0};
    mtl__str_add(&t, "conception of ");
    names(l->s, p, &t);
    MTL_TRY(add(l,
                (mtl__event){.kind = MTL__EV_CONCEPTION,
                             .t = p->conceived,
                             .person = p->mother,
                             .pregnancy = preg,
                             .sample = -1,
                             .line = p->line},
                &t));
    for (int i = 0; i < p->n_children; i++) {
        const mtl__conceptus *c = &l->s->child[p->child0 + i];
        if (!c->vanished)
            continue;
        mtl__str v = {0};
        mtl__str_printf(&v, "%s, a twin, vanished in week %.3g", l->s->person[c->person].name,
                        (c->ended - p->conceived) / 7.0 + 2.0);
        MTL_TRY(add(l,
                    (mtl__event){.kind = MTL__EV_LOSS,
                                 .t = c->ended,
                                 .person = p->mother,
                                 .pregnancy = preg,
                                 .sample = -1,
                                 .line = p->line},
                    &v));
    }
    return add_end(l, preg);
}

static int add_life(list *l, int i)
{
    const mtl__person *p = &l->s->person[i];
    mtl__str t = {0}, u = {0};
    if (!isnan(p->born)) {
        mtl__str_printf(&t, "birth of %s", p->name);
        MTL_TRY(add(l,
                    (mtl__event){.kind = MTL__EV_BIRTH,
                                 .t = p->born,
                                 .person = i,
                                 .pregnancy = p->pregnancy,
                                 .sample = -1,
                                 .line = p->line},
                    &t));
    }
    if (isnan(p->died) || (isnan(p->born) && p->pregnancy >= 0))
        return MTL_OK;
    mtl__str_printf(&u, "death of %s", p->name);
    return add(l,
               (mtl__event){.kind = MTL__EV_DEATH,
                            .t = p->died,
                            .person = i,
                            .pregnancy = -1,
                            .sample = -1,
                            .line = p->died_line ? p->died_line : p->line},
               &u);
}

static void add_assay(const mtl_scenario *s, const mtl__sample *x, mtl__str *t)
{
    if (x->assay >= 0)
        mtl__str_printf(t, ", %s", s->model->assay[x->assay].name);
    if (x->target_person >= 0)
        mtl__str_printf(t, " for %s", s->person[x->target_person].name);
}

/* An autopsy is one event however many organs it took. Returns the number of samples it covers. */
static int add_sample(list *l, int first)
{
    const mtl_scenario *s = l->s;
    const mtl__sample *x = &s->sample[first];
    mtl__str t = {0};
    int n = 1;
    if (x->autopsy) {
        while (first + n < s->n_samples && s->sample[first + n].autopsy &&
               s->sample[first + n].person == x->person)
            n++;
        mtl__str_add(&t, "autopsy: ");
        for (int k = 0; k < n && k < 3; k++)
            mtl__str_printf(&t, "%s%s", k ? ", " : "",
                            s->model->organ[s->sample[first + k].organ].name);
        if (n > 3)
            mtl__str_printf(&t, " and %d more organs", n - 3);
        add_assay(s, x, &t);
    } else {
        mtl__str_printf(&t, "sample of %s", s->model->organ[x->organ].name);
        if (!isnan(x->volume_mL))
            mtl__str_printf(&t, ", %.4g mL", x->volume_mL);
        add_assay(s, x, &t);
        if (x->given.present)
            mtl__str_printf(&t, ", read %d of %d wells", x->given.hits, x->given.wells);
    }
    const int ret = add(l,
                        (mtl__event){.kind = x->autopsy ? MTL__EV_AUTOPSY : MTL__EV_SAMPLE,
                                     .t = x->t,
                                     .person = x->person,
                                     .pregnancy = -1,
                                     .sample = first,
                                     .line = x->line},
                        &t);
    return ret < 0 ? ret : n;
}

/* What a delivery or a twin pregnancy implies is told there. */
static int add_contact(list *l, int i)
{
    const mtl__contact *c = &l->s->contact[i];
    mtl__str t = {0};
    if (c->implied)
        return MTL_OK;
    mtl__contact_text(l->s, c, &t);
    return add(l,
               (mtl__event){.kind = MTL__EV_OTHER,
                            .t = c->t0,
                            .person = c->taker,
                            .pregnancy = -1,
                            .sample = -1,
                            .contact = i + 1,
                            .line = c->line},
               &t);
}

static int add_adoption(list *l, int i)
{
    const mtl_scenario *s = l->s;
    const mtl__adoption *x = &s->adoption[i];
    const mtl__person *p = &s->person[x->person];
    mtl__str t = {0};
    mtl__str_add(&t, "adopted");
    if (p->pregnancy >= 0 && !isnan(p->born)) {
        const mtl__pregnancy *g = &s->pregnancy[p->pregnancy];
        if (p->born + g->milk_days > x->t && mtl__scenario_milk_end(s, g, x->person) == x->t)
            mtl__str_printf(&t, ": ends the milk of %s", s->person[g->mother].name);
    }
    mtl__str_add(&t, "; changes no cells");
    return add(l,
               (mtl__event){.kind = MTL__EV_OTHER,
                            .t = x->t,
                            .person = x->person,
                            .pregnancy = -1,
                            .sample = -1,
                            .adoption = i + 1,
                            .line = x->line},
               &t);
}

/* What befell a body itself. Organs of a group that follow the first are told there; a scar is told
   as the injury that it is, for the delivery would not show it. */
static bool told_before(const mtl_scenario *s, int i)
{
    const mtl__injury *x = &s->injury[i], *y = i > 0 ? x - 1 : NULL;
    return y && x->implied && x->line == y->line && x->column == y->column &&
           x->pregnancy == y->pregnancy;
}

static int add_blow(list *l, mtl__event e, mtl__str *text)
{
    e.pregnancy = -1;
    e.sample = -1;
    return add(l, e, text);
}

static int add_blows(list *l)
{
    const mtl_scenario *s = l->s;
    for (int i = 0; i < s->n_injuries; i++) {
        const mtl__injury *x = &s->injury[i];
        mtl__str t = {0};
        if (told_before(s, i))
            continue;
        mtl__injury_text(s, i, &t);
        MTL_TRY(add_blow(l,
                         (mtl__event){.kind = MTL__EV_INJURY,
                                      .t = x->t,
                                      .person = x->person,
                                      .injury = i + 1,
                                      .line = x->line},
                         &t));
    }
    for (int i = 0; i < s->n_depletions; i++) {
        const mtl__depletion *x = &s->depletion[i];
        mtl__str t = {0};
        mtl__depletion_text(s, x, &t);
        MTL_TRY(add_blow(l,
                         (mtl__event){.kind = MTL__EV_DEPLETION,
                                      .t = x->t,
                                      .person = x->person,
                                      .depletion = i + 1,
                                      .line = x->line},
                         &t));
    }
    for (int i = 0; i < s->n_onsets; i++) {
        const mtl__onset *x = &s->onset[i];
        mtl__str t = {0};
        mtl__onset_text(s, x, &t);
        MTL_TRY(add_blow(l,
                         (mtl__event){.kind = MTL__EV_ONSET,
                                      .t = x->t,
                                      .person = x->person,
                                      .onset = i + 1,
                                      .line = x->line},
                         &t));
    }
    return MTL_OK;
}

static int by_time(const void *a, const void *b)
{
    /* On one day: conceptions, then births and what belongs to them, samples, what befell, death,
       autopsy. */
    static const int rank[] = {
        [MTL__EV_CONCEPTION] = 0, [MTL__EV_DELIVERY] = 1,  [MTL__EV_BIRTH] = 2,
        [MTL__EV_LOSS] = 3,       [MTL__EV_SAMPLE] = 4,    [MTL__EV_OTHER] = 5,
        [MTL__EV_INJURY] = 6,     [MTL__EV_DEPLETION] = 7, [MTL__EV_ONSET] = 8,
        [MTL__EV_DEATH] = 9,      [MTL__EV_AUTOPSY] = 10};
    const mtl__event *x = a, *y = b;
    if (x->t < y->t || x->t > y->t)
        return x->t < y->t ? -1 : 1;
    if (rank[x->kind] != rank[y->kind])
        return rank[x->kind] - rank[y->kind];
    if (x->line != y->line)
        return x->line - y->line;
    return x->person != y->person ? x->person - y->person : x->sample - y->sample;
}

static int all(list *l)
{
    for (int i = 0; i < l->s->n_people; i++)
        MTL_TRY(add_life(l, i));
    for (int i = 0; i < l->s->n_pregnancies; i++)
        if (!(l->s->pregnancy[i].unnoticed_years > 0)) /* nobody knows whether it was */
            MTL_TRY(add_pregnancy(l, i));
    for (int i = 0; i < l->s->n_contacts; i++)
        MTL_TRY(add_contact(l, i));
    for (int i = 0; i < l->s->n_adoptions; i++)
        MTL_TRY(add_adoption(l, i));
    MTL_TRY(add_blows(l));
    for (int i = 0; i < l->s->n_samples;) {
        const int n = add_sample(l, i);
        if (n < 0)
            return n;
        i += n;
    }
    return MTL_OK;
}

int mtl__scenario_list_events(mtl_scenario *s, mtl_error *err)
{
    list l = {.s = s, .err = err};
    int ret = all(&l);
    if (ret == MTL_OK) {
        mtl__event *kept = mtl__arena_alloc(&s->arena, ((size_t)l.n + 1) * sizeof *kept);
        if (kept) {
            if (l.n > 0)
                memcpy(kept, l.event, (size_t)l.n * sizeof *kept);
            qsort(kept, (size_t)l.n, sizeof *kept, by_time);
            s->event = kept;
            s->n_events = l.n;
        } else {
            ret = mtl__nomem(err);
        }
    }
    free(l.event);
    return ret;
}
