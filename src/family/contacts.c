/* SPDX-License-Identifier: MIT */
/* What passes from person to person other than by the placenta: milk, transfusion, grafts,
   infusion, joined circulations of twins. Each contact is an inoculum of the giver's own cells;
   milk, transfusion and joined circulations are conduits as well, through which foreign cells of
   the giver's blood are carried on at the rate at which one of the giver's own blood cells passes.
   A stem cell graft replaces the taker's blood: what crosses from the taker afterwards is the
   giver's in that share, and conditioning removes (or spares, by a switch) older foreign cells that
   make blood. */
#include <math.h>
#include <string.h>

#include "family/supply.h"

bool mtl__blood_forming(const mtl_model *m, int kind)
{
    if (m->kind[kind].class_ != MTL__SEED)
        return m->kind[kind].blood_resident;
    for (int r = 0; r < m->n_rules; r++)
        if (m->rule[r].kind == kind && m->rule[r].process == MTL__R_OUTPUT)
            return true;
    return false;
}

double mtl__grafted_share(const mtl__world *w, int person, double t, int *giver)
{
    double share = 0, last = -HUGE_VAL;
    *giver = -1;
    for (int k = 0; k < w->s->n_contacts; k++) {
        const mtl__contact *c = &w->s->contact[k];
        if (c->kind == MTL__STEM_CELL_GRAFT && c->taker == person && c->t0 <= t && c->t0 > last &&
            mtl__model_value(w->m, "graft.blood.share", &share, NULL) == 0) {
            last = c->t0;
            *giver = c->giver;
        }
    }
    return *giver >= 0 ? share : 0;
}

/* ---------------------------------------------------------------- inocula */
static uint64_t contact_key(const mtl__world *w, const mtl__contact *c, int n)
{
    /* by names and the rank among contacts of the same two people and kind, not by date or place */
    const uint64_t parts[3] = {mtl__hash("contact"), (uint64_t)c->kind, (uint64_t)n};
    return mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, parts, sizeof parts),
                           &w->s->person[c->giver].key, sizeof w->s->person[c->giver].key);
}

static int rank_of(const mtl_scenario *s, int contact)
{
    const mtl__contact *c = &s->contact[contact];
    int rank = 0;
    for (int k = 0; k < s->n_contacts; k++) {
        const mtl__contact *o = &s->contact[k];
        rank += k != contact && o->kind == c->kind && o->giver == c->giver &&
                o->taker == c->taker && (o->t0 < c->t0 || (o->t0 == c->t0 && k < contact));
    }
    return rank;
}

/* A grafted organ is the giver's: its nucleated cells count as resident there. */
static int add_organ(mtl__filling *f)
{
    const mtl_model *m = f->w->m;
    const mtl__contact *c = f->contact;
    const int kind = mtl__model_kind(m, "resident", NULL);
    double share;
    if (c->kind != MTL__ORGAN_GRAFT || c->organ < 0 || kind < 0)
        return 0;
    const int type = f->host->type[kind * m->n_organs + c->organ];
    MTL_TRY(mtl__model_value(m, "graft.organ.share", &share, f->err));
    mtl__source *src = &f->x->source;
    if (type < 0 || src->n_groups == MTL__MAX_GROUPS)
        return 0;
    f->group_name[src->n_groups] = "graft organ";
    src->group[src->n_groups] = (mtl__group){.law = MTL__FIXED, .key = mtl__hash("graft organ")};
    src->burst[src->n_bursts++] = (mtl__burst){.t = c->t0,
                                               .mean = share * m->organ[c->organ].cells,
                                               .count = -1,
                                               .group = src->n_groups++,
                                               .to = MTL__TO_TYPE,
                                               .target = type};
    return 0;
}

int mtl__contact_inocula(mtl__world *w, mtl_error *err)
{
    const mtl_scenario *s = w->s;
    for (int k = 0; k < s->n_contacts; k++) {
        const mtl__contact *c = &s->contact[k];
        if (w->body_of[c->taker] < 0)
            continue;
        mtl__filling f = {.w = w, .contact = c, .blood_share = 1, .err = err};
        MTL_TRY(mtl__supply_begin(&f, c->giver, c->taker, c->t0, contact_key(w, c, rank_of(s, k))));
        f.x->pregnancy = -1;
        f.x->contact = k;
        f.x->way = MTL__GIVER_TO_TAKER;
        for (int u = 0; u < w->m->n_supplies; u++)
            MTL_TRY(mtl__supply_line(&f, &w->m->supply[u]));
        MTL_TRY(add_organ(&f));
        MTL_TRY(mtl__supply_end(&f));
    }
    return 0;
}

/* Conditioning before a stem cell graft removes older cells that make blood, whoever they came
 * from. */
int mtl__contact_culls(mtl__filling *f)
{
    const mtl__world *w = f->w;
    const mtl_model *m = w->m;
    if (mtl__model_switch_is(m, "conditioning", "spares"))
        return 0;
    for (int k = 0; k < w->s->n_contacts; k++) {
        const mtl__contact *c = &w->s->contact[k];
        const int b = w->body_of[c->taker];
        if (c->kind != MTL__STEM_CELL_GRAFT || !c->conditioning || b < 0 ||
            !(c->t0 > f->x->t_start))
            continue;
        for (int kind = 0; kind < m->n_kinds; kind++) {
            int type0 = -1, type1 = -1;
            for (int o = 0; o < m->n_organs && mtl__blood_forming(m, kind); o++) {
                const int type = w->body[b].type[kind * m->n_organs + o];
                type0 = type >= 0 && type0 < 0 ? type : type0;
                type1 = type >= 0 ? type + 1 : type1;
            }
            if (type0 >= 0) /* the types of one kind stand together */
                f->x->source.cull[f->x->source.n_culls++] =
                    (mtl__cull){.t = c->t0, .keep = 0, .type0 = type0, .type1 = type1};
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- conduits */
/* Blood cells that a contact moves per day, over the giver's; 0 where it is no conduit. */
static int passing(const mtl__world *w, const mtl__contact *c, double *per_cell, double *days,
                   mtl_error *err)
{
    const mtl_model *m = w->m;
    double cells, own, moved = 0;
    *per_cell = 0;
    *days = mtl__max(1, c->t1 - c->t0);
    if (c->kind == MTL__MILK) {
        double volume = c->amount, density, share, uptake;
        if (!isfinite(volume))
            MTL_TRY(mtl__model_value(m, "milk.volume", &volume, err));
        MTL_TRY(mtl__model_value(m, "milk.cells", &density, err));
        MTL_TRY(mtl__model_value(m, "milk.leukocytes", &share, err));
        MTL_TRY(mtl__model_value(m, "milk.uptake", &uptake, err));
        moved = volume * density * share * uptake;
    } else if (c->kind == MTL__TRANSFUSION) {
        MTL_TRY(mtl__model_value(m, "transfusion.unit.cells", &own, err));
        moved = own * c->amount;
        *days = 1;
    } else if (c->kind == MTL__ANASTOMOSIS) {
        double p;
        MTL_TRY(mtl__model_value(m, "twins.anastomosis.cells", &own, err));
        MTL_TRY(mtl__model_value(m, "twins.anastomosis", &p, err));
        moved = own * p / *days;
    }
    MTL_TRY(mtl__host_cells(w, c->giver, m->blood, c->t0, &cells, NULL, err));
    *per_cell = cells > 0 ? moved / cells : 0;
    return 0;
}

int mtl__contact_conduits(mtl__world *w, mtl__builder *b, mtl_error *err)
{
    for (int k = 0; k < w->s->n_contacts; k++) {
        const mtl__contact *c = &w->s->contact[k];
        const int giver = w->body_of[c->giver], taker = w->body_of[c->taker];
        double per_cell, days;
        if (giver < 0 || taker < 0)
            continue;
        MTL_TRY(passing(w, c, &per_cell, &days, err));
        if (!(per_cell > 0))
            continue;
        const int slot = mtl__clockwork_slot(&w->clock, NULL, 0, c->t0, c->t0, c->t0 + days, 0);
        if (slot < 0 ||
            mtl__open_conduit(w, b, &w->body[giver], &w->body[taker], per_cell, slot) < 0)
            return mtl__nomem(err);
    }
    return 0;
}
