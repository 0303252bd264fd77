/* SPDX-License-Identifier: MIT */
/* What passes from person to person other than by the placenta: milk, transfusion, grafts,
   infusion, joined circulations of twins. Each contact is an inoculum of the giver's own cells, and
   of those of whoever gave the giver blood stem cells, in the shares that they own of the giver's
   blood. Milk, transfusion, the passenger cells of an organ and joined circulations are conduits as
   well, through which foreign cells of the giver's blood are carried on at the rate at which one of
   the giver's own blood cells passes: supply.tsv says how many pass, and the same number counts for
   both.
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

static void add_owner(mtl__owner *out, int *n, int person, double share)
{
    for (int i = 0; i < *n; i++)
        if (out[i].person == person) {
            out[i].share += share;
            return;
        }
    if (*n < MTL__MAX_OWNERS)
        out[(*n)++] = (mtl__owner){person, share};
    else
        out[0].share += share; /* more grafts than are told apart: the own share takes the rest */
}

/* Contacts stand in order of dates: each graft leaves what was there before it the rest. A giver
   who was grafted earlier gives the blood of the own giver on. */
int mtl__blood_owners(const mtl__world *w, int person, double t, bool at, mtl__owner *out)
{
    double share;
    int n = 1;
    out[0] = (mtl__owner){person, 1};
    for (int k = 0; k < w->s->n_contacts; k++) {
        const mtl__contact *c = &w->s->contact[k];
        mtl__owner from[MTL__MAX_OWNERS];
        if (c->kind != MTL__STEM_CELL_GRAFT || c->taker != person ||
            !(at ? c->t0 <= t : c->t0 < t) ||
            mtl__model_value(w->m, "graft.blood.share", &share, NULL) < 0)
            continue;
        const int n_from = mtl__blood_owners(w, c->giver, c->t0, false, from);
        for (int i = 0; i < n; i++)
            out[i].share *= 1 - share;
        for (int i = 0; i < n_from; i++)
            add_owner(out, &n, from[i].person, share * from[i].share);
    }
    return n;
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

/* One contact, the cells of one owner of the giver's blood; the giver's own cells first. */
static int fill_contact(mtl__world *w, int contact, const mtl__owner *owner, mtl_error *err)
{
    const mtl_scenario *s = w->s;
    const mtl__contact *c = &s->contact[contact];
    const bool own = owner->person == c->giver;
    mtl__filling f = {.w = w, .contact = c, .blood_share = owner->share, .err = err};
    uint64_t key = contact_key(w, c, rank_of(s, contact));
    if (!own)
        key = mtl__hash_bytes(key, &s->person[owner->person].key, sizeof key);
    MTL_TRY(mtl__supply_begin(&f, owner->person, c->taker, c->t0, key));
    f.x->pregnancy = -1;
    f.x->contact = contact;
    f.x->way = MTL__GIVER_TO_TAKER;
    for (int u = 0; u < w->m->n_supplies; u++)
        if (own || mtl__blood_forming(w->m, w->m->supply[u].kind))
            MTL_TRY(mtl__supply_line(&f, &w->m->supply[u]));
    if (own)
        MTL_TRY(add_organ(&f));
    return mtl__supply_end(&f);
}

int mtl__contact_inocula(mtl__world *w, mtl_error *err)
{
    for (int k = 0; k < w->s->n_contacts; k++) {
        const mtl__contact *c = &w->s->contact[k];
        mtl__owner owner[MTL__MAX_OWNERS];
        if (w->body_of[c->taker] < 0)
            continue;
        const int n = mtl__blood_owners(w, c->giver, c->t0, c->kind != MTL__STEM_CELL_GRAFT, owner);
        for (int i = 0; i < n; i++)
            if (owner[i].person != c->taker) /* cells that come home are no longer foreign */
                MTL_TRY(fill_contact(w, k, &owner[i], err));
    }
    return 0;
}

/* ---------------------------------------------------------------- conduits */
/* How much more or less readily than its cells the seeds of this contact last: folds of the line
   that brings the giver's own (blood that was irradiated carries nobody's lasting cells). */
static double seed_fold(const mtl__filling *f)
{
    const mtl_model *m = f->w->m;
    for (int k = 0; k < m->n_supplies; k++)
        if (m->kind[m->supply[k].kind].class_ == MTL__SEED &&
            mtl__contact_calls(f->contact, &m->supply[k]) && mtl__when_holds(&m->supply[k].when, m))
            return mtl__supply_folds(f, &m->supply[k]);
    return 1;
}

/* A line of nucleated cells of a contact: how many pass in a day, and over how many. */
static int passing(const mtl__filling *f, const mtl__supply *u, double *moved, double *days)
{
    const mtl__contact *c = f->contact;
    double volume = c->amount;
    *days = 1;
    *moved = mtl__expr_value(&u->amount, f->w->m) * mtl__supply_folds(f, u);
    if (c->kind == MTL__MILK) {
        if (!isfinite(volume))
            MTL_TRY(mtl__model_value(f->w->m, "milk.volume", &volume, f->err));
        *moved *= volume;
        *days = c->t1 - c->t0;
    } else if (c->kind == MTL__TRANSFUSION) {
        *moved *= volume;
    }
    return 0;
}

static int open_contact(mtl__filling *f, double moved, int slot, double days, const mtl__group *law)
{
    mtl__world *w = f->w;
    const mtl__contact *c = f->contact;
    double cells;
    if (slot < 0)
        return mtl__nomem(f->err);
    MTL_TRY(mtl__host_cells(w, c->giver, w->m->blood, c->t0, &cells, NULL, f->err));
    if (!(cells > 0) || !(moved > 0))
        return 0;
    const mtl__opening op = {.giver = &w->body[w->body_of[c->giver]],
                             .taker = &w->body[w->body_of[c->taker]],
                             .per_cell = moved / cells,
                             .seeds = seed_fold(f),
                             .t0 = c->t0,
                             .t1 = c->t0 + days,
                             .slot = slot,
                             .law = law};
    return mtl__open_conduit(w, &op) < 0 ? mtl__nomem(f->err) : 0;
}

/* Joined circulations: one event for both directions, and for the twins' own cells. */
static int open_joined(mtl__filling *f)
{
    const mtl__contact *c = f->contact;
    const double days = mtl__max(1, c->t1 - c->t0);
    mtl__group law;
    double cells;
    MTL_TRY(mtl__model_value(f->w->m, "twins.anastomosis.cells", &cells, f->err));
    MTL_TRY(mtl__joined_law(f->w, c, &law, f->err));
    return open_contact(f, cells * law.p_big / days, mtl__joined_slot(f->w, c, &law), days, &law);
}

static int open_line(mtl__filling *f, const mtl__supply *u)
{
    const mtl__contact *c = f->contact;
    const double born = f->w->s->person[c->taker].born;
    double moved, days;
    MTL_TRY(passing(f, u, &moved, &days));
    const int slot =
        mtl__clockwork_slot(&f->w->clock, u->curve >= 0 ? &u->curve : NULL, u->curve >= 0,
                            isfinite(born) ? born : c->t0, c->t0, c->t0 + days, 14);
    return open_contact(f, moved, slot, days, NULL);
}

int mtl__contact_conduits(mtl__world *w, mtl_error *err)
{
    const mtl_model *m = w->m;
    for (int k = 0; k < w->s->n_contacts; k++) {
        const mtl__contact *c = &w->s->contact[k];
        mtl__filling f = {.w = w, .contact = c, .err = err};
        if (w->body_of[c->giver] < 0 || w->body_of[c->taker] < 0)
            continue;
        if (c->kind == MTL__ANASTOMOSIS)
            MTL_TRY(open_joined(&f));
        /* a marrow or a dish of one kind of cells is not blood as it is */
        if (c->kind == MTL__STEM_CELL_GRAFT || c->kind == MTL__INFUSION)
            continue;
        for (int u = 0; u < m->n_supplies; u++)
            if (m->kind[m->supply[u].kind].class_ == MTL__TRANSIENT &&
                mtl__contact_calls(c, &m->supply[u]) && mtl__when_holds(&m->supply[u].when, m))
                MTL_TRY(open_line(&f, &m->supply[u]));
    }
    return 0;
}
