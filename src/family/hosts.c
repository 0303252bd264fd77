/* SPDX-License-Identifier: MIT */
/* Whose body is followed: everybody to whom an injury, a tumour or a diagnosis befalls; those of
   whom outcomes or tolerance are asked for; all bodies where cells are rejected. Nobody else costs
   anything. */
#include "family/hosts.h"

#include <math.h>
#include <stdlib.h>

enum { EVERYBODY = 64, NEAR = 3 }; /* people; steps of kin and contact in larger families */

/* ---------------------------------------------------------------- whom */
static bool asked_for(const mtl_scenario *s, int person)
{
    const mtl__follow *f = mtl__follow_of(s, person);
    for (int k = 0; f && k < s->model->n_outcomes; k++)
        if (f->outcome[k])
            return true;
    return f && f->tolerance;
}

static bool is_followed(const mtl__world *w, int person)
{
    return w->immune || mtl__befallen(w->s, person) || asked_for(w->s, person);
}

/* ---------------------------------------------------------------- donors */
static void mark(int *steps, int who, int n, bool *more)
{
    if (who >= 0 && (steps[who] < 0 || steps[who] > n)) {
        steps[who] = n;
        *more = true;
    }
}

/* Steps of kin and contact from a person, -1 = more than NEAR. */
static void count_steps(const mtl_scenario *s, int person, int *steps)
{
    for (int i = 0; i < s->n_people; i++)
        steps[i] = -1;
    steps[person] = 0;
    bool more = true;
    for (int n = 1; n <= NEAR && more; n++) {
        more = false;
        for (int i = 0; i < s->n_people; i++) {
            const int mother = s->person[i].mother;
            if (mother >= 0 && steps[i] == n - 1)
                mark(steps, mother, n, &more);
            if (mother >= 0 && steps[mother] == n - 1)
                mark(steps, i, n, &more);
        }
        for (int k = 0; k < s->n_contacts; k++) {
            const mtl__contact *c = &s->contact[k];
            if (steps[c->taker] == n - 1)
                mark(steps, c->giver, n, &more);
        }
    }
}

static int relation_of(const mtl_scenario *s, int host, int donor)
{
    const mtl__person *p = &s->person[donor];
    return (p->mother == host ? MTL__REL_CHILD : 0) |
           (s->person[host].mother == donor ? MTL__REL_MOTHER : 0) |
           (mtl__has_y(p) && donor != host ? MTL__REL_MALE : 0) |
           (donor == host ? MTL__REL_SELF : 0);
}

static bool has_tumours(const mtl__world *w, const mtl__host_spec *spec)
{
    for (int k = 0; k < w->m->n_outcomes; k++)
        if (spec->outcome[k] && w->m->outcome[k].kind >= 0)
            return true;
    return false;
}

static int list_donors(mtl__world *w, mtl__host_spec *spec, mtl_error *err)
{
    const mtl_scenario *s = w->s;
    const size_t n = (size_t)s->n_people + 1;
    int *steps = malloc(n * sizeof *steps);
    if (!steps)
        return mtl__nomem(err);
    if (s->n_people > EVERYBODY)
        count_steps(s, spec->person, steps);
    else
        for (int i = 0; i < s->n_people; i++)
            steps[i] = 0;
    int count = 0;
    for (int i = 0; i < s->n_people; i++)
        count += steps[i] >= 0;
    int *donor = mtl__arena_alloc(&w->arena, ((size_t)count + 1) * sizeof *donor),
        *relation = mtl__arena_alloc(&w->arena, ((size_t)count + 1) * sizeof *relation);
    for (int i = 0; donor && relation && i < s->n_people; i++)
        if (steps[i] >= 0 && (i != spec->person || has_tumours(w, spec))) {
            donor[spec->n_donors] = i;
            relation[spec->n_donors++] = relation_of(s, spec->person, i);
        }
    free(steps);
    spec->donor = donor;
    spec->donor_relation = relation;
    return donor && relation ? 0 : mtl__nomem(err);
}

/* ---------------------------------------------------------------- what */
/* What the model says now, for its parameters may have been drawn; 0 where it says nothing. */
static double of_model(const mtl__world *w, const mtl__expr *e)
{
    return e->n > 0 ? mtl__expr_value(e, w->m) : 0;
}

static int list_injuries(mtl__world *w, mtl__host_spec *spec, mtl_error *err)
{
    const mtl_scenario *s = w->s;
    mtl__host_injury *x = mtl__arena_alloc(&w->arena, ((size_t)s->n_injuries + 1) * sizeof *x);
    if (!x)
        return mtl__nomem(err);
    for (int k = 0; k < s->n_injuries; k++) {
        const mtl__injury *i = &s->injury[k];
        if (i->person != spec->person)
            continue;
        const mtl__injury_def *d = &w->m->injury[i->def];
        /* sizes that the model gives follow its parameters */
        x[spec->n_injuries++] = (mtl__host_injury){
            .def = i->def,
            .organ = i->organ,
            .t = i->t,
            .size = i->size_given ? i->size : mtl__min(1, of_model(w, &d->size)),
            .lasts_days = i->lasts_given ? i->lasts_days : of_model(w, &d->lasts)};
    }
    spec->injury = x;
    return 0;
}

static int list_pregnancies(mtl__world *w, mtl__host_spec *spec, mtl_error *err)
{
    const mtl_scenario *s = w->s;
    const int k0 = w->mother0[spec->person], k1 = w->mother0[spec->person + 1];
    mtl__host_pregnancy *x = mtl__arena_alloc(&w->arena, ((size_t)(k1 - k0) + 1) * sizeof *x);
    if (!x)
        return mtl__nomem(err);
    for (int k = k0; k < k1; k++) {
        const mtl__pregnancy *pg = &s->pregnancy[w->mother_pregnancy[k]];
        int *child = mtl__arena_alloc(&w->arena, ((size_t)pg->n_children + 1) * sizeof *child);
        if (!child)
            return mtl__nomem(err);
        if (pg->unnoticed_years > 0) /* nobody knows when, or whether */
            continue;
        for (int c = 0; c < pg->n_children; c++)
            child[c] = s->child[pg->child0 + c].person;
        mtl__host_pregnancy now = {.conceived = pg->conceived,
                                   .ended = pg->ended,
                                   .child = child,
                                   .n_children = pg->n_children,
                                   .live = pg->outcome == MTL__LIVE_BIRTH};
        int at = spec->n_pregnancies++;
        for (; at > 0 && x[at - 1].conceived > now.conceived; at--)
            x[at] = x[at - 1];
        x[at] = now;
    }
    spec->pregnancy = x;
    return 0;
}

static int list_outcomes(mtl__world *w, mtl__host_spec *spec, mtl_error *err)
{
    const mtl_scenario *s = w->s;
    const size_t n = (size_t)w->m->n_outcomes + 1;
    bool *outcome = mtl__arena_alloc(&w->arena, n * sizeof *outcome);
    double *onset = mtl__arena_alloc(&w->arena, n * sizeof *onset);
    if (!outcome || !onset)
        return mtl__nomem(err);
    const mtl__follow *f = mtl__follow_of(s, spec->person);
    for (int k = 0; k < w->m->n_outcomes; k++) {
        outcome[k] = f && f->outcome[k];
        onset[k] = NAN;
    }
    for (int k = 0; k < s->n_onsets; k++)
        if (s->onset[k].person == spec->person) {
            outcome[s->onset[k].outcome] = true;
            if (s->onset[k].cells == 0)
                onset[s->onset[k].outcome] = s->onset[k].t;
        }
    spec->outcome = outcome;
    spec->onset = onset;
    return 0;
}

/* Does an outcome that is followed hang on response or tolerance, under the switches as set? */
static bool answers(const mtl__world *w, const bool *outcome)
{
    for (int k = 0; k < w->m->n_exposures; k++) {
        const mtl__exposure *x = &w->m->exposure[k];
        if (outcome[x->outcome] && (x->of == MTL__X_RESPONSE || x->of == MTL__X_TOLERANCE) &&
            mtl__when_holds(&x->when, w->m))
            return true;
    }
    return false;
}

/* From conception where it is in the scenario, else from birth, else from the first thing known of
   the body; to death, or the end. */
static void span(const mtl__world *w, mtl__host_spec *spec)
{
    const mtl_scenario *s = w->s;
    const mtl__person *p = &s->person[spec->person];
    spec->t0 = isfinite(p->conceived) ? p->conceived : spec->born;
    for (int k = 0; k < spec->n_injuries; k++)
        spec->t0 = isfinite(spec->t0) ? mtl__min(spec->t0, spec->injury[k].t) : spec->injury[k].t;
    for (int k = 0; k < spec->n_pregnancies; k++)
        spec->t0 = isfinite(spec->t0) ? mtl__min(spec->t0, spec->pregnancy[k].conceived)
                                      : spec->pregnancy[k].conceived;
    for (int k = 0; k < s->n_contacts; k++)
        if (s->contact[k].taker == spec->person)
            spec->t0 = isfinite(spec->t0) ? mtl__min(spec->t0, s->contact[k].t0) : s->contact[k].t0;
    spec->t1 = isfinite(p->died) ? mtl__min(p->died, s->t_end) : s->t_end;
    if (!isfinite(spec->t0))
        spec->t0 = spec->t1;
    spec->t1 = mtl__max(spec->t1, spec->t0);
}

/* Outcomes by age need an age; without one they are not followed, unless they were asked for. */
static int make_plan(mtl__world *w, mtl__followed *h, const double *organ_cells, mtl_error *err)
{
    const mtl__person *p = &w->s->person[h->person];
    mtl__host_spec *spec = &h->spec;
    *spec =
        (mtl__host_spec){.m = w->m,
                         .name = p->name,
                         .key = p->key,
                         .person = h->person,
                         .sex = p->sex == MTL__FEMALE ? 'f'
                                : p->sex == MTL__MALE ? 'm'
                                                      : 0,
                         .born = isfinite(p->born) ? p->born : mtl__adult_birth(w->s, h->person),
                         .organ_cells = organ_cells};
    MTL_TRY(list_outcomes(w, spec, err));
    const mtl__follow *f = mtl__follow_of(w->s, h->person);
    spec->immune = w->immune || (f && f->tolerance) || answers(w, spec->outcome);
    MTL_TRY(list_donors(w, spec, err));
    MTL_TRY(list_injuries(w, spec, err));
    MTL_TRY(list_pregnancies(w, spec, err));
    span(w, spec);
    return mtl__host_plan_new(&h->plan, spec, err);
}

int mtl__world_hosts(mtl__world *w, mtl_error *err)
{
    const mtl_model *m = w->m;
    const size_t np = (size_t)w->s->n_people + 1;
    double *cells = mtl__arena_alloc(&w->arena, ((size_t)m->n_organs + 1) * sizeof *cells);
    w->host_of = mtl__arena_alloc(&w->arena, np * sizeof *w->host_of);
    w->host = mtl__arena_alloc(&w->arena, ((size_t)w->n_bodies + 1) * sizeof *w->host);
    if (!cells || !w->host_of || !w->host)
        return mtl__nomem(err);
    for (int o = 0; o < m->n_organs; o++)
        cells[o] = m->organ[o].cells;
    for (int i = 0; i < w->s->n_people; i++)
        w->host_of[i] = -1;
    w->immune = mtl__model_switch_is(m, "niche", "rejection");
    for (int k = 0; k < w->n_bodies; k++) {
        const int person = w->body_person[k];
        if (!is_followed(w, person))
            continue;
        mtl__followed *h = &w->host[w->n_hosts];
        *h = (mtl__followed){.person = person, .body = k, .clones = -1};
        w->host_of[person] = w->n_hosts++;
        MTL_TRY(make_plan(w, h, cells, err));
    }
    return 0;
}

void mtl__hosts_close(mtl__world *w)
{
    w->n_tallies = 0;
    w->together = false;
    for (int k = 0; k < w->n_hosts; k++) {
        mtl__followed *h = &w->host[k];
        h->tally0 = w->n_tallies;
        w->n_tallies += mtl__host_n_tallies(h->plan);
        w->together = w->together || mtl__host_reads(h->plan);
        for (int o = 0; o < w->m->n_outcomes; o++)
            w->together = w->together || mtl__host_at_risk(h->plan, o);
    }
}

void mtl__hosts_free(mtl__world *w)
{
    for (int k = 0; k < w->n_hosts; k++)
        mtl__host_plan_free(w->host[k].plan);
    w->n_hosts = 0;
}

/* ---------------------------------------------------------------- what cells can read of them */
bool mtl__factor_lives(const mtl__world *w, const mtl__factor *f)
{
    switch (f->of) {
    case MTL__OF_WEEK:
    case MTL__OF_AGE:
        return true;
    case MTL__OF_DAMAGE:
    case MTL__OF_INFLAMMATION:
    case MTL__OF_CHEMOKINE:
        return w->s->n_injuries > 0;
    case MTL__OF_RESPONSE:
    case MTL__OF_TOLERANCE:
        for (int k = 0; k < w->n_hosts; k++)
            if (w->host[k].spec.immune)
                return true;
        return false;
    case MTL__OF_OUTCOME:
        for (int k = 0; k < w->n_hosts; k++)
            if (w->host[k].spec.outcome[f->ref])
                return true;
        return false;
    case MTL__OF_POSTPARTUM:
    case MTL__OF_TALLY:
        break;
    }
    return w->n_hosts > 0;
}

bool mtl__rule_lives(const mtl__world *w, const mtl__rule *rule)
{
    for (int k = 0; k < rule->n_factors; k++) {
        const mtl__factor *f = &w->m->factor[rule->factor[k]];
        if (!mtl__factor_lives(w, f) && !(mtl__factor_at_rest(f, w->m) > 0))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- tumours */
void mtl__tumour_kinds(mtl__world *w)
{
    for (int k = 0; k < w->m->n_outcomes; k++) {
        const mtl__outcome_def *d = &w->m->outcome[k];
        for (int h = 0; d->kind >= 0 && h < w->n_hosts; h++)
            if (w->host[h].spec.outcome[k]) {
                w->kind[d->kind] = true;
                w->home[d->kind] = d->organ;
            }
    }
}

size_t mtl__most_tumour_inocula(const mtl__world *w)
{
    return (size_t)w->n_hosts;
}

/* The clones that the scenario dates begin as bursts; the others when an outcome says so, into the
   same types, which a burst of no cell keeps within reach. */
static int clones_of(mtl__world *w, mtl__followed *h, mtl_error *err)
{
    const mtl_model *m = w->m;
    mtl__inoculum *x = &w->inoculum[w->n_inocula];
    mtl__source src = {0};
    const size_t most = (size_t)m->n_outcomes + (size_t)w->s->n_onsets + 1;
    src.group = mtl__arena_alloc(&w->arena, sizeof *src.group);
    src.burst = mtl__arena_alloc(&w->arena, most * sizeof *src.burst);
    if (!src.group || !src.burst)
        return mtl__nomem(err);
    src.group[src.n_groups++] = (mtl__group){.law = MTL__FIXED, .key = mtl__hash("tumours")};
    for (int k = 0; k < m->n_outcomes; k++) {
        const mtl__outcome_def *d = &m->outcome[k];
        const int type = d->kind < 0 ? -1 : w->body[h->body].type[d->kind * m->n_organs + d->organ];
        if (!h->spec.outcome[k] || type < 0)
            continue;
        src.burst[src.n_bursts++] =
            (mtl__burst){.t = h->spec.t0, .to = MTL__TO_TYPE, .target = type};
        for (int i = 0; i < w->s->n_onsets; i++) {
            const mtl__onset *o = &w->s->onset[i];
            if (o->person == h->person && o->outcome == k && o->cells > 0)
                src.burst[src.n_bursts++] =
                    (mtl__burst){.t = o->t, .count = o->cells, .to = MTL__TO_TYPE, .target = type};
        }
    }
    if (src.n_bursts == 0)
        return 0;
    mtl__source_sort(&src);
    *x = (mtl__inoculum){
        .donor = h->person,
        .host = h->person,
        .pregnancy = -1,
        .contact = -1,
        .way = MTL__GIVER_TO_TAKER,
        .key = mtl__hash_bytes(mtl__hash("tumours"), &h->spec.key, sizeof h->spec.key),
        .t_start = h->spec.t0,
        .source = src};
    h->clones = w->n_inocula++;
    return 0;
}

int mtl__tumour_inocula(mtl__world *w, mtl_error *err)
{
    for (int k = 0; k < w->n_hosts; k++)
        MTL_TRY(clones_of(w, &w->host[k], err));
    return 0;
}
