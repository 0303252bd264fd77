/* SPDX-License-Identifier: MIT */
/* What a run looks at: when (dense around the pregnancies that the focus person was part of, a
   month after all others, then every year, later every second), and in which organs over time
   (blood and whatever is sampled). */
#include "run/run_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- times */
typedef struct when {
    double t;
    bool coarse;
} when;
typedef struct times {
    when *x;
    size_t n, cap;
    double lo, hi;
    bool oom;
} times;

static void add_time(times *v, double t, bool coarse)
{
    if (v->oom || t < v->lo || t > v->hi)
        return;
    if (mtl__grow(&v->x, &v->cap, v->n + 1, sizeof *v->x) < 0)
        v->oom = true;
    else
        v->x[v->n++] = (when){t, coarse};
}

static int by_time(const void *a, const void *b)
{
    const when *x = a, *y = b;
    return x->t < y->t ? -1 : x->t > y->t ? 1 : (int)y->coarse - (int)x->coarse;
}

static bool of_focus(const mtl_scenario *s, const mtl__pregnancy *pg)
{
    bool is = pg->mother == s->focus;
    for (int c = 0; c < pg->n_children; c++)
        is = is || s->child[pg->child0 + c].person == s->focus;
    return is;
}

static void pregnancy_times(times *v, const mtl_scenario *s, const mtl__pregnancy *pg)
{
    static const double after[] = {0, 1, 4, 10, 30, 60, 90, 183, 365};
    if (!of_focus(s, pg)) {
        if (s->n_people <= MTL__RUN_ALL_BODIES)
            add_time(v, pg->ended + 30, true);
        return;
    }
    for (double t = pg->conceived; t < pg->ended; t += 28)
        add_time(v, t, false);
    for (size_t k = 0; k < sizeof after / sizeof *after; k++)
        add_time(v, pg->ended + after[k], after[k] == 30);
}

/* Days and a month after something passed, and the end of what lasts; of other people's, the month.
 */
static void contact_times(times *v, const mtl_scenario *s, const mtl__contact *c)
{
    static const double after[] = {0, 1, 4, 10, 30, 90};
    const bool focus = c->giver == s->focus || c->taker == s->focus;
    if (c->kind == MTL__ANASTOMOSIS)
        return; /* a pregnancy has its own */
    for (size_t k = 0; k < sizeof after / sizeof *after && !c->implied; k++)
        if (focus || (after[k] == 30 && s->n_people <= MTL__RUN_ALL_BODIES))
            add_time(v, c->t0 + after[k], after[k] == 30);
    if (c->t1 > c->t0 && focus)
        add_time(v, c->t1, true);
}

/* Days, weeks and months after an injury, and after it has ended. */
static void injury_times(times *v, const mtl_scenario *s, const mtl__injury *x)
{
    static const double after[] = {0,  1,  2,  4,   7,   10,  14,  21, 30,
                                   45, 60, 90, 135, 183, 274, 365, 548};
    if (x->person != s->focus && s->n_people > MTL__RUN_ALL_BODIES)
        return;
    for (int end = 0; end <= (x->lasts_days > 0 ? 1 : 0); end++)
        for (size_t k = 0; k < sizeof after / sizeof *after; k++)
            add_time(v, x->t + (end ? x->lasts_days : 0) + after[k], after[k] == 30);
}

/* A tumour grows over years. */
static void onset_times(times *v, const mtl_scenario *s, const mtl__onset *x)
{
    static const double after[] = {0, 30, 90, 183, 274, 365, 548, 730, 1096, 1461, 1826};
    if (x->person != s->focus && s->n_people > MTL__RUN_ALL_BODIES)
        return;
    for (size_t k = 0; k < sizeof after / sizeof *after; k++)
        add_time(v, x->t + after[k], after[k] == 30);
}

static void yearly(times *v, const mtl_scenario *s)
{
    double last = v->lo;
    for (int k = 0; k < s->n_pregnancies; k++)
        last = mtl__max(last, s->pregnancy[k].ended);
    int year = 0;
    for (double t = v->lo; t < v->hi;
         t += MTL_DAYS_PER_YEAR * (t > last + 10 * MTL_DAYS_PER_YEAR ? 2 : 1), year++)
        add_time(v, t, year % 5 == 0);
}

static int plan_times(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    const mtl_scenario *s = r->s;
    times v = {.lo = HUGE_VAL, .hi = s->t_end};
    for (int k = 0; k < p->world->n_inocula; k++)
        v.lo = mtl__min(v.lo, p->world->inoculum[k].t_start);
    for (int k = 0; k < s->n_samples; k++)
        v.lo = mtl__min(v.lo, s->sample[k].t);
    for (int k = 0; k < s->n_injuries; k++)
        v.lo = mtl__min(v.lo, s->injury[k].t);
    for (int k = 0; k < s->n_onsets; k++)
        v.lo = mtl__min(v.lo, s->onset[k].t);
    if (!(v.lo < HUGE_VAL))
        return mtl__fail_at(
            err, MTL_ERR_VALUE, s->file, 0, 0, NULL,
            "nothing happens in this scenario: no pregnancy, no known mother, no sample");
    v.hi = mtl__max(v.hi, v.lo + 1);
    for (int k = 0; k < s->n_pregnancies; k++)
        if (!(s->pregnancy[k].unnoticed_years > 0))
            pregnancy_times(&v, s, &s->pregnancy[k]);
    for (int k = 0; k < s->n_contacts; k++)
        contact_times(&v, s, &s->contact[k]);
    for (int k = 0; k < s->n_injuries; k++)
        injury_times(&v, s, &s->injury[k]);
    for (int k = 0; k < s->n_onsets; k++)
        onset_times(&v, s, &s->onset[k]);
    yearly(&v, s);
    for (int k = 0; k < s->n_samples; k++)
        add_time(&v, s->sample[k].t, true);
    for (int k = 0; k < r->opts.n_dates; k++)
        add_time(&v, r->opts.dates[k], false);
    add_time(&v, v.hi, true);
    if (!v.oom && v.n)
        qsort(v.x, v.n, sizeof *v.x, by_time);
    r->time = v.oom ? NULL : mtl__arena_alloc(&r->arena, (v.n + 1) * sizeof *r->time);
    r->coarse = v.oom ? NULL : mtl__arena_alloc(&r->arena, (v.n + 1) * sizeof *r->coarse);
    p->coarse_at = v.oom ? NULL : mtl__arena_alloc(&r->arena, (v.n + 1) * sizeof *p->coarse_at);
    if (!r->time || !r->coarse || !p->coarse_at) {
        free(v.x);
        return mtl__nomem(err);
    }
    for (size_t k = 0; k < v.n; k++) {
        if (r->n_times && v.x[k].t == r->time[r->n_times - 1])
            continue; /* equal times: the coarse one stands first */
        if (v.x[k].coarse) {
            p->coarse_at[r->n_coarse] = r->n_times;
            r->coarse[r->n_coarse++] = v.x[k].t;
        }
        r->time[r->n_times++] = v.x[k].t;
    }
    free(v.x);
    if (r->n_times > MTL__RUN_MAX_TIMES)
        return mtl__fail(err, MTL_ERR_LIMIT, NULL, "%d dates are more than a run follows (%d)",
                         r->n_times, MTL__RUN_MAX_TIMES);
    return 0;
}

static int time_index(const mtl_result *r, double t)
{
    for (int k = 0; k < r->n_times; k++)
        if (r->time[k] >= t)
            return k;
    return r->n_times - 1;
}

/* ---------------------------------------------------------------- organs, samples, places */
/* Does this line of the file sample the whole group of the organ ("brain" for all its regions)? */
static bool whole_group(const mtl_result *r, const mtl__sample *x)
{
    const char *group = r->m->organ[x->organ].group;
    int sampled = 0, all = 0;
    if (!group || !*group)
        return false;
    for (int o = 0; o < r->m->n_organs; o++)
        all += strcmp(r->m->organ[o].group, group) == 0;
    for (int k = 0; k < r->s->n_samples; k++) {
        const mtl__sample *y = &r->s->sample[k];
        sampled += y->line == x->line && y->person == x->person &&
                   strcmp(r->m->organ[y->organ].group, group) == 0;
    }
    return all > 1 && sampled >= all;
}

/* The organ to follow for a sample: of a group that is sampled as a whole one for all, the answer's
   own if it is of the group; what is not followed stands in the table of organs. */
static int followed(const mtl_result *r, const mtl__sample *x)
{
    const int answer = mtl__answer_organ(r);
    const char *group = r->m->organ[x->organ].group;
    if (!whole_group(r, x))
        return x->organ;
    if (strcmp(r->m->organ[answer].group, group) == 0)
        return answer;
    for (int o = 0; o < r->m->n_organs; o++)
        if (strcmp(r->m->organ[o].group, group) == 0)
            return o;
    return x->organ;
}

static int plan_organs(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    enum { MOST = 12 }; /* an autopsy of everything: the rest stands in the table of organs */
    r->watched = mtl__arena_alloc(&r->arena, ((size_t)r->m->n_organs + 1) * sizeof *r->watched);
    if (!r->watched)
        return mtl__nomem(err);
    r->watched[r->n_watched++] = r->m->blood;
    for (int k = 0; k < r->s->n_samples && r->n_watched < MOST; k++) {
        const int organ = followed(r, &r->s->sample[k]);
        bool have = mtl__organ_is_blood(r->m, organ) || r->m->organ[organ].sampling_only;
        for (int w = 0; w < r->n_watched; w++)
            have = have || r->watched[w] == organ;
        if (!have)
            r->watched[r->n_watched++] = organ;
    }
    for (int k = 0; k < r->s->n_injuries && r->n_watched < MOST; k++) {
        bool have = false; /* who comes to an injury is seen where it is */
        for (int w = 0; w < r->n_watched; w++)
            have = have || r->watched[w] == r->s->injury[k].organ;
        if (!have)
            r->watched[r->n_watched++] = r->s->injury[k].organ;
    }
    return 0;
}

/* The samples of each person. */
static int plan_samples(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    const mtl_scenario *s = r->s;
    const size_t np = (size_t)s->n_people, ns = (size_t)s->n_samples;
    p->person_sample0 = mtl__arena_alloc(&r->arena, (np + 2) * sizeof *p->person_sample0);
    p->person_sample = mtl__arena_alloc(&r->arena, (ns + 1) * sizeof *p->person_sample);
    if (!p->person_sample0 || !p->person_sample)
        return mtl__nomem(err);
    mtl__list_by(p->person_sample0, p->person_sample, (int)np, (int)ns,
                 ns ? &s->sample[0].person : NULL, sizeof s->sample[0]);
    return 0;
}

static int plan_places(mtl__plan *p, mtl_error *err)
{
    const mtl_model *m = p->r->m;
    p->place = mtl__arena_alloc(&p->r->arena,
                                ((size_t)m->n_kinds * (size_t)m->n_organs + 1) * sizeof *p->place);
    if (!p->place)
        return mtl__nomem(err);
    for (int o = 0; o < m->n_organs; o++)
        for (int k = 0; k < m->n_kinds; k++) {
            bool any = false;
            for (int b = 0; b < p->world->n_bodies; b++)
                any = any || (o == m->blood ? p->world->body[b].cox[k] >= 0
                                            : p->world->body[b].type[k * m->n_organs + o] >= 0);
            if (any)
                p->place[p->n_places++] = (mtl__place){o, k};
        }
    return 0;
}

static int plan_children(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    r->children = mtl__arena_alloc(&r->arena, ((size_t)r->s->n_people + 1) * sizeof *r->children);
    if (!r->children)
        return mtl__nomem(err);
    for (int k = 0; k < r->s->n_pregnancies; k++)
        for (int c = 0; c < r->s->pregnancy[k].n_children; c++)
            if (r->s->pregnancy[k].mother == r->s->focus &&
                !(r->s->pregnancy[k].unnoticed_years > 0))
                r->children[r->n_children++] = r->s->child[r->s->pregnancy[k].child0 + c].person;
    return 0;
}

/* The last date of the focus person that was looked at, else the end. */
static double final_time(const mtl_scenario *s)
{
    double t = -HUGE_VAL;
    for (int k = 0; k < s->n_samples; k++)
        if (s->sample[k].person == s->focus)
            t = mtl__max(t, s->sample[k].t);
    if (isfinite(s->person[s->focus].died))
        t = mtl__max(t, mtl__min(s->person[s->focus].died, s->t_end));
    return t > -HUGE_VAL ? t : s->t_end;
}

/* ---------------------------------------------------------------- memory */
static void *raw_of(mtl_result *r, size_t n, size_t R, size_t size, bool *ok)
{
    void *x = mtl__arena_alloc(&r->arena, (n * R + 1) * size);
    *ok = *ok && x;
    return x;
}

/* What the replicates will hold, before anything is asked for: too much is refused in words. */
static int enough_memory(const mtl__plan *p, mtl_error *err)
{
    const mtl_result *r = p->r;
    const double np = r->n_pairs, ns = r->s->n_samples;
    const double each =
        4 * (r->n_bands * (np * (r->n_watched * (double)r->n_times + r->m->n_organs) + 3 * ns) +
             p->n_slots * (double)p->n_places * r->n_coarse + r->m->n_params) +
        (r->opts.fingerprints ? 8 * np * r->n_times : 0) + mtl__hosts_bytes(p);
    const double most = 8e9;
    if (each * p->R > most)
        return mtl__fail(
            err, MTL_ERR_LIMIT, "replicates",
            "%d replicates would hold %.3g GB: at most %.0f fit into %.0f GB (run parts with "
            "--first-replicate)",
            p->R, each * p->R / 1e9, floor(most / each), most / 1e9);
    return 0;
}

static int plan_slots(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    p->cells_slot = mtl__arena_alloc(&r->arena, ((size_t)r->n_pairs + 1) * sizeof *p->cells_slot);
    if (!p->cells_slot)
        return mtl__nomem(err);
    for (int k = 0; k < r->n_pairs; k++) {
        const int host = r->pair[k].host;
        const bool kept = r->s->n_people <= MTL__RUN_ALL_BODIES || host == r->s->focus ||
                          p->person_sample0[host] < p->person_sample0[host + 1];
        p->cells_slot[k] = kept ? p->n_slots++ : -1;
    }
    return 0;
}

static int plan_memory(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    MTL_TRY(plan_slots(p, err));
    MTL_TRY(enough_memory(p, err));
    bool ok = true;
    const size_t R = (size_t)p->R, np = (size_t)r->n_pairs, ns = (size_t)r->s->n_samples;
    for (int b = 0; b < r->n_bands; b++) {
        mtl__raw *x = &p->raw[b];
        x->level =
            raw_of(r, np * (size_t)r->n_watched * (size_t)r->n_times, R, sizeof *x->level, &ok);
        x->final = raw_of(r, np * (size_t)r->m->n_organs, R, sizeof *x->final, &ok);
        x->fraction = raw_of(r, ns, R, sizeof *x->fraction, &ok);
        x->per_mL = raw_of(r, ns, R, sizeof *x->per_mL, &ok);
        x->positive = raw_of(r, ns, R, sizeof *x->positive, &ok);
    }
    r->fingerprint = NULL;
    if (r->opts.fingerprints)
        r->fingerprint = raw_of(r, np * (size_t)r->n_times, R, sizeof *r->fingerprint, &ok);
    p->cells = raw_of(r, (size_t)p->n_slots * (size_t)p->n_places * (size_t)r->n_coarse, R,
                      sizeof *p->cells, &ok);
    p->drawn = raw_of(r, (size_t)r->m->n_params, R, sizeof *p->drawn, &ok);
    p->drawn_param =
        mtl__arena_alloc(&r->arena, ((size_t)r->m->n_params + 1) * sizeof *p->drawn_param);
    p->sample_at = mtl__arena_alloc(&r->arena, (ns + 1) * sizeof *p->sample_at);
    if (!ok || !p->drawn_param || !p->sample_at)
        return mtl__nomem(err);
    for (size_t k = 0; k < ns; k++)
        p->sample_at[k] = time_index(r, r->s->sample[k].t);
    r->used_param =
        mtl__arena_alloc(&r->arena, ((size_t)r->m->n_params + 1) * sizeof *r->used_param);
    if (!r->used_param)
        return mtl__nomem(err);
    MTL_TRY(mtl__plan_hosts(p, err));
    mtl__touched_params(p->world, r->used_param);
    for (int i = 0; i < r->m->n_params; i++) {
        const mtl__param *q = &r->m->param[i];
        if (r->used_param[i] && q->tier != 'A' && q->prior != MTL__PRIOR_NONE && isfinite(q->low) &&
            isfinite(q->high))
            p->drawn_param[p->n_drawn++] = i;
    }
    return 0;
}

int mtl__plan_make(mtl__plan *p, mtl_error *err)
{
    MTL_TRY(plan_times(p, err));
    MTL_TRY(plan_organs(p, err));
    MTL_TRY(mtl__plan_pairs(p, err));
    MTL_TRY(plan_samples(p, err));
    MTL_TRY(plan_places(p, err));
    MTL_TRY(plan_children(p, err));
    p->r->t_final = final_time(p->r->s);
    p->final_at = time_index(p->r, p->r->t_final);
    return plan_memory(p, err);
}
