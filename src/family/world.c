/* SPDX-License-Identifier: MIT */
/* The process of a family: which bodies and kinds are followed, their types, and the conduits that
   carry what passes through one hub into another (design 1). A pregnancy opens the placenta in both
   directions: a seed in the giver's blood crosses at the rate at which one of the giver's own
   nucleated blood cells does, that is, supply per day over the giver's blood cells (conduit =
   proportional), times a factor that is scanned, never fitted (selective). Carried cells meet the
   mean conduit: the heterogeneity between pregnancies acts on a donor's own supply only. */
#include "family/family.h"

#include <math.h>
#include <stdlib.h>

#include "family/supply.h"

/* ---------------------------------------------------------------- what is followed */
/* A kind is in use if active supply brings it, or a kind in use makes it. */
static void kinds_in_use(mtl__world *w)
{
    const mtl_model *m = w->m;
    for (int k = 0; k < m->n_kinds; k++)
        w->home[k] = -1;
    for (int i = 0; i < m->n_supplies; i++) {
        const mtl__supply *u = &m->supply[i];
        if (!mtl__when_holds(&u->when, m) || !mtl__line_possible(w->s, u))
            continue;
        w->kind[u->kind] = true;
        if (u->organ >= 0)
            w->home[u->kind] = u->organ;
        else if (u->organ == -2)
            w->landing[u->kind] = true;
    }
    for (int p = 0; p < w->s->n_pregnancies; p++)
        for (int i = 0; i < w->s->pregnancy[p].n_fixed; i++) {
            const int k = w->s->pregnancy[p].fixed[i].kind;
            w->kind[k] = true;
            if (w->home[k] < 0)
                w->landing[k] = true;
        }
    for (bool more = true; more;) {
        more = false;
        for (int r = 0; r < m->n_rules; r++) {
            const mtl__rule *rule = &m->rule[r];
            if (!w->kind[rule->kind] || !mtl__when_holds(&rule->when, m))
                continue;
            if (rule->process == MTL__R_LEAVE)
                w->landing[rule->kind] = true;
            if ((rule->process == MTL__R_OUTPUT || rule->process == MTL__R_CHANGE) &&
                !w->kind[rule->target]) {
                w->kind[rule->target] = more = true;
                w->landing[rule->target] =
                    w->landing[rule->target] || rule->process == MTL__R_CHANGE;
            }
        }
    }
}

/* Bodies: declared or born people whose birth is known; losses have none, nor people only named.
   Fills has[n_people]. */
static int who_has_body(const mtl_scenario *s, bool *has)
{
    const size_t n = (size_t)s->n_people + 1;
    bool *seen = calloc(2 * n, sizeof *seen); /* mothers, then those who are sampled or given to */
    if (!seen)
        return MTL_ERR_MEMORY;
    for (int k = 0; k < s->n_pregnancies; k++)
        seen[s->pregnancy[k].mother] = true;
    for (int k = 0; k < s->n_samples; k++)
        seen[n + (size_t)s->sample[k].person] = true;
    for (int k = 0; k < s->n_contacts; k++)
        seen[n + (size_t)s->contact[k].taker] = true;
    for (int i = 0; i < s->n_people; i++) {
        const mtl__person *p = &s->person[i];
        has[i] = (isfinite(p->born) || seen[i]) &&
                 (p->declared || p->pregnancy >= 0 || seen[n + (size_t)i]);
    }
    free(seen);
    return 0;
}

typedef struct named {
    uint64_t key;
    int person;
} named;

static int by_name(const void *a, const void *b)
{
    const named *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->person - y->person;
}

static int choose_bodies(mtl__world *w)
{
    const size_t n = (size_t)w->s->n_people + 1;
    w->body_person = mtl__arena_alloc(&w->arena, n * sizeof *w->body_person);
    w->body_of = mtl__arena_alloc(&w->arena, n * sizeof *w->body_of);
    w->body = mtl__arena_alloc(&w->arena, n * sizeof *w->body);
    bool *has = calloc(n, sizeof *has);
    named *list = calloc(n, sizeof *list);
    const bool ok =
        w->body_person && w->body_of && w->body && has && list && who_has_body(w->s, has) == 0;
    for (int i = 0; ok && i < w->s->n_people; i++) {
        w->body_of[i] = -1;
        if (has[i])
            list[w->n_bodies++] = (named){w->s->person[i].key, i};
    }
    /* in the order of names: the order of the file must not matter */
    if (ok && w->n_bodies > 1)
        qsort(list, (size_t)w->n_bodies, sizeof *list, by_name);
    for (int k = 0; ok && k < w->n_bodies; k++) {
        w->body_person[k] = list[k].person;
        w->body_of[list[k].person] = k;
    }
    free(has);
    free(list);
    return ok ? 0 : MTL_ERR_MEMORY;
}

/* ---------------------------------------------------------------- conduits */
/* Progeny that a giver's foreign seeds make crosses like any blood cell: at the rate per cell, over
   the time it lives. It is credited when it is made (lifetimes are short against the months of a
   conduit, or the clone is at rest), so that the taker's intensity is driven by the giver's seeds
   directly. */
static int carry_progeny(const mtl__world *w, mtl__builder *b, const mtl__body *giver,
                         const mtl__body *taker, double per_cell, int slot)
{
    const mtl_model *m = w->m;
    for (int r = 0; r < m->n_rules; r++) {
        const mtl__rule *rule = &m->rule[r];
        if (rule->process != MTL__R_OUTPUT || !w->kind[rule->kind] ||
            !mtl__when_holds(&rule->when, m) || taker->cox[rule->target] < 0 ||
            !(giver->decay[rule->target] > 0))
            continue;
        const double rate = mtl__expr_value(&rule->rate, m) * per_cell / giver->decay[rule->target];
        for (int o = 0; o < m->n_organs && rate > 0; o++) {
            const int type = giver->type[rule->kind * m->n_organs + o];
            if (type >= 0 && mtl__rule_applies(rule, m, o))
                MTL_TRY(mtl__add_output(b, type, taker->cox[rule->target], rate, slot));
        }
    }
    return 0;
}

int mtl__open_conduit(mtl__world *w, mtl__builder *b, const mtl__body *giver,
                      const mtl__body *taker, double per_cell, int slot)
{
    const mtl_model *m = w->m;
    double factor = 1;
    if (mtl__model_switch_is(m, "conduit", "selective"))
        MTL_TRY(mtl__model_value(m, "conduit.selectivity", &factor, NULL));
    for (int k = 0; k < m->n_kinds; k++) {
        if (giver->row[k] < 0 || taker->row[k] < 0)
            continue;
        const double weight = per_cell * giver->residence[k] * factor;
        if (weight > 0)
            MTL_TRY(mtl__add_cross(b, giver->row[k], taker->row[k], weight, slot));
    }
    return carry_progeny(w, b, giver, taker, per_cell * factor, slot);
}

/* One supply line of nucleated cells as a conduit: what of the giver's blood it moves per day. */
static int open_placenta(mtl__world *w, mtl__builder *b, const mtl__pregnancy *pg,
                         const mtl__supply *u, const mtl__body *giver, const mtl__body *taker,
                         double giver_cells, double end)
{
    const double per_cell = mtl__expr_value(&u->amount, w->m) / giver_cells;
    const int slot =
        mtl__clockwork_slot(&w->clock, u->curve >= 0 ? &u->curve : NULL, u->curve >= 0 ? 1 : 0,
                            pg->conceived - 14, pg->conceived, end, 56);
    MTL_TRY(slot);
    return mtl__open_conduit(w, b, giver, taker, per_cell, slot);
}

static int add_conduits(mtl__world *w, mtl__builder *b, mtl_error *err)
{
    const mtl_model *m = w->m;
    double mother_cells;
    MTL_TRY(mtl__model_value(m, "blood.cells.pregnant", &mother_cells, err));
    for (int i = 0; i < w->s->n_pregnancies; i++) {
        const mtl__pregnancy *pg = &w->s->pregnancy[i];
        const int mother = w->body_of[pg->mother];
        for (int c = 0; c < pg->n_children; c++) {
            const mtl__conceptus *x = &w->s->child[pg->child0 + c];
            const int child = w->body_of[x->person];
            if (mother < 0 || child < 0)
                continue;
            double child_cells;
            MTL_TRY(mtl__host_cells(w, x->person, m->blood, x->ended, &child_cells, NULL, err));
            for (int k = 0; k < m->n_supplies; k++) {
                const mtl__supply *u = &m->supply[k];
                if (u->on != MTL__ON_PREGNANCY || u->measure != MTL__PER_DAY ||
                    m->kind[u->kind].class_ != MTL__TRANSIENT || !mtl__when_holds(&u->when, m))
                    continue;
                const bool up = u->way == MTL__CHILD_TO_MOTHER;
                if (open_placenta(w, b, pg, u, &w->body[up ? child : mother],
                                  &w->body[up ? mother : child], up ? child_cells : mother_cells,
                                  x->ended) < 0)
                    return mtl__nomem(err);
            }
        }
    }
    return mtl__contact_conduits(w, b, err);
}

/* ---------------------------------------------------------------- the world */
/* A mother whose birth is not known is taken as grown up: thirty at her first conception. Only
   curves of age that end in youth (growth) look at it. */
static double adult_birth(const mtl_scenario *s, int person)
{
    double first = HUGE_VAL;
    for (int k = 0; k < s->n_pregnancies; k++)
        if (s->pregnancy[k].mother == person)
            first = mtl__min(first, s->pregnancy[k].conceived);
    return first < HUGE_VAL ? first - 30 * MTL_DAYS_PER_YEAR : NAN;
}

static int compile_bodies(mtl__world *w, mtl__builder *b, mtl_error *err)
{
    for (int k = 0; k < w->n_bodies; k++) {
        const mtl__person *p = &w->s->person[w->body_person[k]];
        const mtl__body_spec spec = {
            .name = p->name,
            .sex = p->sex == MTL__FEMALE ? 'f'
                   : p->sex == MTL__MALE ? 'm'
                                         : 0,
            .born = isfinite(p->born) ? p->born : adult_birth(w->s, w->body_person[k]),
            .kind = w->kind,
            .landing = w->landing,
            .home = w->home,
        };
        MTL_TRY(mtl__body_compile(b, &w->clock, w->m, &spec, &w->arena, &w->body[k], err));
    }
    return add_conduits(w, b, err);
}

static int build(mtl__world *w, mtl_error *err)
{
    const size_t nk = (size_t)w->m->n_kinds + 1;
    w->kind = mtl__arena_alloc(&w->arena, nk * sizeof *w->kind);
    w->landing = mtl__arena_alloc(&w->arena, nk * sizeof *w->landing);
    w->home = mtl__arena_alloc(&w->arena, nk * sizeof *w->home);
    if (!w->kind || !w->landing || !w->home || choose_bodies(w) < 0)
        return mtl__nomem(err);
    kinds_in_use(w);
    mtl__builder *b;
    MTL_TRY(mtl__builder_new(&b, err));
    int ret = compile_bodies(w, b, err);
    if (ret == 0)
        ret = mtl__world_supply(
            w, err); /* adds the slots of its curves before the environment is frozen */
    if (ret == 0)
        ret = mtl__builder_finish(b, &w->clock.env, &w->process, err);
    mtl__builder_free(b);
    for (int i = 0; ret == 0 && i < w->n_inocula; i++)
        ret = mtl__source_check(&w->inoculum[i].source, w->process, err);
    return ret;
}

int mtl__world_new(mtl__world **out, const mtl_scenario *s, const mtl_model *m, mtl_error *err)
{
    *out = NULL;
    mtl__world *w = calloc(1, sizeof *w);
    if (!w)
        return mtl__nomem(err);
    w->s = s;
    w->m = m;
    mtl__arena_init(&w->arena, 0);
    mtl__clockwork_init(&w->clock, m);
    const int ret = build(w, err);
    if (ret < 0) {
        mtl__world_free(w);
        return mtl__fail_plain(err, ret);
    }
    *out = w;
    return 0;
}

void mtl__world_free(mtl__world *w)
{
    if (!w)
        return;
    mtl__process_free(w->process);
    mtl__clockwork_free(&w->clock);
    mtl__arena_free(&w->arena);
    free(w);
}
