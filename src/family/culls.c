/* SPDX-License-Identifier: MIT */
/* What takes settled foreign cells away at a date: a new pregnancy of their host, from every other
   donor (niche = displacement), a stem cell graft, from the cells that make blood, and an experiment
   that depletes them. Each
   inoculum gets those of the bodies that it can reach, so that a large family costs what its people
   cost. */
#include <stdlib.h>

#include "family/supply.h"

static const double FOR_EVER = 1e9; /* days: whatever date a run ends at */

typedef struct culling {
    mtl__world *w;
    mtl__cutter *cutter;
    mtl__part part;
    int *taker0, *graft; /* stem cell grafts by taker, as contacts */
    mtl__cull *cull;
    size_t cap;
    int n;
    double displaced; /* share that a pregnancy takes; 0 = none */
    mtl_error *err;
} culling;

static int add(culling *c, mtl__cull x)
{
    if (mtl__grow(&c->cull, &c->cap, (size_t)c->n + 1, sizeof *c->cull) < 0)
        return mtl__nomem(c->err);
    c->cull[c->n++] = x;
    return 0;
}

static int add_pregnancies(culling *c, const mtl__inoculum *x, int body)
{
    const mtl__world *w = c->w;
    const int person = w->body_person[body];
    for (int k = w->mother0[person]; c->displaced > 0 && k < w->mother0[person + 1]; k++) {
        const mtl__pregnancy *pg = &w->s->pregnancy[w->mother_pregnancy[k]];
        if (pg->unnoticed_years > 0 || !(pg->conceived > x->t_start))
            continue;
        bool own = false;
        for (int i = 0; i < pg->n_children; i++)
            own = own || w->s->child[pg->child0 + i].person == x->donor;
        if (!own)
            MTL_TRY(add(c, (mtl__cull){.t = pg->conceived,
                                       .keep = 1 - c->displaced,
                                       .type0 = w->body[body].type0,
                                       .type1 = w->body[body].type1}));
    }
    return 0;
}

/* A stem cell graft leaves older cells that make blood, whoever they came from, the share that it
   does not take; after conditioning they are gone, or (by a switch) stay. */
static int kept_after(const culling *c, const mtl__contact *graft, double *keep)
{
    double share;
    *keep = mtl__model_switch_is(c->w->m, "conditioning", "spares") ? 1 : 0;
    if (graft->conditioning)
        return 0;
    MTL_TRY(mtl__model_value(c->w->m, "graft.blood.share", &share, c->err));
    *keep = 1 - share;
    return 0;
}

static int add_grafts(culling *c, const mtl__inoculum *x, int body)
{
    const mtl__world *w = c->w;
    const mtl_model *m = w->m;
    const int person = w->body_person[body];
    for (int k = c->taker0[person]; k < c->taker0[person + 1]; k++) {
        const mtl__contact *graft = &w->s->contact[c->graft[k]];
        double keep;
        if (!(graft->t0 > x->t_start))
            continue;
        MTL_TRY(kept_after(c, graft, &keep));
        for (int kind = 0; keep < 1 && kind < m->n_kinds; kind++) {
            int type0 = -1, type1 = -1;
            for (int o = 0; o < m->n_organs && mtl__blood_forming(m, kind); o++) {
                const int type = w->body[body].type[kind * m->n_organs + o];
                type0 = type >= 0 && type0 < 0 ? type : type0;
                type1 = type >= 0 ? type + 1 : type1;
            }
            if (type0 >= 0) /* the types of one kind stand together */
                MTL_TRY(add(
                    c, (mtl__cull){.t = graft->t0, .keep = keep, .type0 = type0, .type1 = type1}));
        }
    }
    return 0;
}

static int add_depletions(culling *c, const mtl__inoculum *x, int body)
{
    const mtl__world *w = c->w;
    for (int k = 0; k < w->s->n_depletions; k++) {
        const mtl__depletion *d = &w->s->depletion[k];
        if (d->person != w->body_person[body] || x->donor == d->person ||
            (d->donor >= 0 && d->donor != x->donor) || !(d->t >= x->t_start))
            continue;
        MTL_TRY(add(c, (mtl__cull){.t = d->t,
                                   .keep = d->keep,
                                   .type0 = w->body[body].type0,
                                   .type1 = w->body[body].type1,
                                   .cox0 = w->body[body].cox0,
                                   .cox1 = w->body[body].cox1}));
    }
    return 0;
}

static int cull_one(culling *c, mtl__inoculum *x)
{
    int body = -1, type0 = 0, type1 = 0, cox0 = 0, cox1 = 0;
    MTL_TRY(mtl__part_cut(&c->part, c->cutter, &x->source, FOR_EVER, c->err));
    c->n = 0;
    while (mtl__next_body(c->w, &c->part, &body, &type0, &type1, &cox0, &cox1)) {
        MTL_TRY(add_pregnancies(c, x, body));
        MTL_TRY(add_grafts(c, x, body));
        MTL_TRY(add_depletions(c, x, body));
    }
    if (c->n == 0)
        return 0;
    x->source.cull = mtl__arena_alloc(&c->w->arena, (size_t)c->n * sizeof *c->cull);
    if (!x->source.cull)
        return mtl__nomem(c->err);
    for (int k = 0; k < c->n; k++)
        x->source.cull[k] = c->cull[k];
    x->source.n_culls = c->n;
    mtl__source_sort(&x->source);
    return 0;
}

/* The stem cell grafts of each person with a body; true if there is any. */
static int list_grafts(culling *c, int *n)
{
    const mtl_scenario *s = c->w->s;
    int *taker = calloc((size_t)s->n_contacts + 1, sizeof *taker);
    c->taker0 = calloc((size_t)s->n_people + 2, sizeof *c->taker0);
    c->graft = malloc(((size_t)s->n_contacts + 1) * sizeof *c->graft);
    int *contact = malloc(((size_t)s->n_contacts + 1) * sizeof *contact);
    const bool ok = taker && contact && c->taker0 && c->graft;
    *n = 0;
    for (int k = 0; ok && k < s->n_contacts; k++)
        if (s->contact[k].kind == MTL__STEM_CELL_GRAFT && c->w->body_of[s->contact[k].taker] >= 0) {
            contact[*n] = k;
            taker[(*n)++] = s->contact[k].taker;
        }
    if (ok) {
        mtl__list_by(c->taker0, c->graft, s->n_people, *n, taker, sizeof *taker);
        for (int k = 0; k < *n; k++)
            c->graft[k] = contact[c->graft[k]];
    }
    free(taker);
    free(contact);
    return ok ? 0 : mtl__nomem(c->err);
}

int mtl__world_culls(mtl__world *w, mtl_error *err)
{
    culling c = {.w = w, .err = err};
    int grafts = 0, ret = list_grafts(&c, &grafts);
    if (ret == 0 && mtl__model_switch_is(w->m, "niche", "displacement"))
        ret = mtl__model_value(w->m, "niche.displacement", &c.displaced, err);
    if (ret == 0 && (grafts || c.displaced > 0 || w->s->n_depletions)) {
        ret = mtl__cutter_new(&c.cutter, w->process, err);
        for (int i = 0; ret == 0 && i < w->n_inocula; i++)
            ret = cull_one(&c, &w->inoculum[i]);
    }
    mtl__part_free(&c.part);
    mtl__cutter_free(c.cutter);
    free(c.taker0);
    free(c.graft);
    free(c.cull);
    return ret;
}
