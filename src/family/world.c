/* SPDX-License-Identifier: MIT */
/* The process of a family: which bodies and kinds are followed, their types, and the conduits that
   carry what passes through one hub into another (design 1). A pregnancy opens the placenta in both
   directions: a seed in the giver's blood crosses at the rate at which one of the giver's own
   nucleated blood cells does, that is, supply per day over the giver's blood cells (conduit =
   proportional), times a factor that is scanned, never fitted (selective). How much one
   placenta lets through differs between pregnancies: a gate of the process, drawn once for all
   that is carried that way. */
#include "family/family.h"

#include <math.h>
#include <stdlib.h>

#include "family/hosts.h"
#include "family/supply.h"

/* ---------------------------------------------------------------- what is followed */
/* A kind is in use if active supply brings it, or a kind in use makes it. What is made by a change
   of fate and does not travel is where it was made (body/). */
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
    mtl__tumour_kinds(w);
    for (bool more = true; more;) {
        more = false;
        for (int r = 0; r < m->n_rules; r++) {
            const mtl__rule *rule = &m->rule[r];
            if (!w->kind[rule->kind] || !mtl__when_holds(&rule->when, m) ||
                !mtl__rule_lives(w, rule))
                continue;
            if (rule->process == MTL__R_LEAVE)
                w->landing[rule->kind] = true;
            if ((rule->process == MTL__R_OUTPUT || rule->process == MTL__R_CHANGE) &&
                !w->kind[rule->target])
                w->kind[rule->target] = more = true;
        }
    }
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
    const bool ok = w->body_person && w->body_of && w->body && has && list &&
                    mtl__scenario_bodies(w->s, has) == 0;
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
/* The slot of a rule's own factors on the giver's clock of age (growth: a young body makes less).
 */
static int giver_slot(mtl__world *w, const mtl__body *giver, const mtl__rule *rule)
{
    int n = 0;
    int *factor = mtl__arena_alloc(&w->arena, ((size_t)rule->n_factors + 1) * sizeof *factor);
    if (!factor)
        return MTL_ERR_MEMORY;
    for (int k = 0; k < rule->n_factors; k++)
        if (w->m->factor[rule->factor[k]].of == MTL__OF_AGE)
            factor[n++] = rule->factor[k];
    if (n == 0)
        return 0;
    return mtl__clockwork_slot(&w->clock, factor, n, giver->born, -HUGE_VAL, HUGE_VAL,
                               MTL_DAYS_PER_YEAR);
}

/* Progeny that a giver's foreign seeds make crosses like any blood cell: at the rate per cell, over
   the time it lives. It is credited when it is made (lifetimes are short against the months of a
   conduit, or the clone is at rest), so that the taker's intensity is driven by the giver's seeds
   directly; what a young giver's seeds make is less by the same factors as in its own body. */
static int carry_progeny(mtl__world *w, const mtl__opening *op, double per_cell)
{
    const mtl_model *m = w->m;
    for (int r = 0; r < m->n_rules; r++) {
        const mtl__rule *rule = &m->rule[r];
        if (rule->process != MTL__R_OUTPUT || !w->kind[rule->kind] ||
            !mtl__when_holds(&rule->when, m) || op->taker->cox[rule->target] < 0 ||
            !(op->giver->decay[rule->target] > 0))
            continue;
        const double rate =
            mtl__expr_value(&rule->rate, m) * per_cell / op->giver->decay[rule->target];
        const int own = giver_slot(w, op->giver, rule);
        MTL_TRY(own);
        const int slot = mtl__gated_product(w, op->slot, own, op->law);
        MTL_TRY(slot);
        for (int o = 0; o < m->n_organs && rate > 0; o++) {
            const int type = op->giver->type[rule->kind * m->n_organs + o];
            if (type >= 0 && mtl__rule_applies(rule, m, o))
                MTL_TRY(mtl__add_output(w->build, type, op->taker->cox[rule->target], rate, slot));
        }
    }
    return 0;
}

int mtl__open_conduit(mtl__world *w, const mtl__opening *op)
{
    const mtl_model *m = w->m;
    double factor = 1;
    if (mtl__model_switch_is(m, "conduit", "selective"))
        MTL_TRY(mtl__model_value(m, "conduit.selectivity", &factor, NULL));
    for (int k = 0; k < m->n_kinds; k++) {
        if (op->giver->row[k] < 0 || op->taker->row[k] < 0)
            continue;
        const double weight = op->per_cell * op->seeds * op->giver->residence[k] * factor;
        if (weight > 0)
            MTL_TRY(
                mtl__add_cross(w->build, op->giver->row[k], op->taker->row[k], weight, op->slot));
    }
    MTL_TRY(mtl__grow(&w->conduit, &w->cap_conduit, (size_t)w->n_conduits + 1, sizeof *w->conduit));
    w->conduit[w->n_conduits++] = (mtl__conduit){.giver = (int)(op->giver - w->body),
                                                 .taker = (int)(op->taker - w->body),
                                                 .t0 = op->t0,
                                                 .t1 = op->t1,
                                                 .slot = op->slot};
    return carry_progeny(w, op, op->per_cell * factor);
}

/* One supply line of nucleated cells as a conduit: what of the giver's blood it moves per day. */
static int open_placenta(mtl__world *w, const mtl__pregnancy *pg, const mtl__conceptus *x,
                         const mtl__supply *u, double mother_cells, mtl_error *err)
{
    const mtl__filling f = {.w = w, .pg = pg, .conceptus = x, .err = err};
    const bool up = u->way == MTL__CHILD_TO_MOTHER;
    mtl__body *mother = &w->body[w->body_of[pg->mother]], *child = &w->body[w->body_of[x->person]];
    double cells = mother_cells;
    if (up)
        MTL_TRY(mtl__host_cells(w, x->person, w->m->blood, x->ended, &cells, NULL, err));
    /* how much one placenta lets through is drawn once, for all that is carried that way */
    const uint64_t parts[2] = {mtl__hash(u->name), w->s->person[x->person].key};
    mtl__group law;
    const bool varies =
        mtl__supply_law(w, u, mtl__hash_bytes(MTL_HASH_START, parts, sizeof parts), &law);
    const int slot =
        mtl__gated_slot(w, u->curve >= 0 ? &u->curve : NULL, u->curve >= 0, pg->conceived - 14,
                        pg->conceived, x->ended, 56, varies ? &law : NULL);
    if (slot < 0 || !(cells > 0))
        return slot < 0 ? mtl__nomem(err) : 0;
    const mtl__opening op = {.giver = up ? child : mother,
                             .taker = up ? mother : child,
                             .per_cell = mtl__expr_value(&u->amount, w->m) *
                                         mtl__supply_folds(&f, u) / cells,
                             .seeds = 1,
                             .t0 = pg->conceived,
                             .t1 = x->ended,
                             .slot = slot,
                             .law = varies ? &law : NULL};
    return mtl__open_conduit(w, &op) < 0 ? mtl__nomem(err) : 0;
}

static int add_conduits(mtl__world *w, mtl_error *err)
{
    const mtl_model *m = w->m;
    double mother_cells;
    MTL_TRY(mtl__model_value(m, "blood.cells.pregnant", &mother_cells, err));
    for (int i = 0; i < w->s->n_pregnancies; i++) {
        const mtl__pregnancy *pg = &w->s->pregnancy[i];
        for (int c = 0; c < pg->n_children; c++) {
            const mtl__conceptus *x = &w->s->child[pg->child0 + c];
            if (w->body_of[pg->mother] < 0 || w->body_of[x->person] < 0)
                continue;
            for (int k = 0; k < m->n_supplies; k++) {
                const mtl__supply *u = &m->supply[k];
                if (u->on == MTL__ON_PREGNANCY && u->measure == MTL__PER_DAY &&
                    m->kind[u->kind].class_ == MTL__TRANSIENT && mtl__when_holds(&u->when, m))
                    MTL_TRY(open_placenta(w, pg, x, u, mother_cells, err));
            }
        }
    }
    return mtl__contact_conduits(w, err);
}

/* ---------------------------------------------------------------- the world */
/* A mother whose birth is not known is taken as grown up: thirty at her first conception. Only
   curves of age that end in youth (growth) look at it, and hosts that are followed. */
double mtl__adult_birth(const mtl_scenario *s, int person)
{
    double first = HUGE_VAL;
    for (int k = 0; k < s->n_pregnancies; k++)
        if (s->pregnancy[k].mother == person)
            first = mtl__min(first, s->pregnancy[k].conceived);
    return first < HUGE_VAL ? first - 30 * MTL_DAYS_PER_YEAR : NAN;
}

static int compile_bodies(mtl__world *w, mtl_error *err)
{
    for (int k = 0; k < w->n_bodies; k++) {
        const mtl__person *p = &w->s->person[w->body_person[k]];
        const mtl__body_spec spec = {
            .name = p->name,
            .sex = p->sex == MTL__FEMALE ? 'f'
                   : p->sex == MTL__MALE ? 'm'
                                         : 0,
            .born = isfinite(p->born) ? p->born : mtl__adult_birth(w->s, w->body_person[k]),
            .kind = w->kind,
            .landing = w->landing,
            .home = w->home,
            .host = w->host_of[w->body_person[k]] >= 0 ? w->host[w->host_of[w->body_person[k]]].plan
                                                       : NULL,
        };
        MTL_TRY(mtl__body_compile(w->build, &w->clock, w->m, &spec, &w->arena, &w->body[k], err));
    }
    return add_conduits(w, err);
}

/* The pregnancies of each mother, so that no look at one body walks over all of them. */
static int list_pregnancies(mtl__world *w)
{
    const mtl_scenario *s = w->s;
    const size_t np = (size_t)s->n_people, n = (size_t)s->n_pregnancies;
    w->mother0 = mtl__arena_alloc(&w->arena, (np + 2) * sizeof *w->mother0);
    w->mother_pregnancy = mtl__arena_alloc(&w->arena, (n + 1) * sizeof *w->mother_pregnancy);
    if (!w->mother0 || !w->mother_pregnancy)
        return MTL_ERR_MEMORY;
    mtl__list_by(w->mother0, w->mother_pregnancy, (int)np, (int)n,
                 n ? &s->pregnancy[0].mother : NULL, sizeof s->pregnancy[0]);
    return 0;
}

static int build(mtl__world *w, mtl_error *err)
{
    const size_t nk = (size_t)w->m->n_kinds + 1;
    w->kind = mtl__arena_alloc(&w->arena, nk * sizeof *w->kind);
    w->landing = mtl__arena_alloc(&w->arena, nk * sizeof *w->landing);
    w->home = mtl__arena_alloc(&w->arena, nk * sizeof *w->home);
    w->line_used =
        mtl__arena_alloc(&w->arena, ((size_t)w->m->n_supplies + 1) * sizeof *w->line_used);
    w->fold_used = mtl__arena_alloc(&w->arena, ((size_t)w->m->n_params + 1) * sizeof *w->fold_used);
    if (!w->kind || !w->landing || !w->home || !w->line_used || !w->fold_used ||
        choose_bodies(w) < 0 || list_pregnancies(w) < 0)
        return mtl__nomem(err);
    MTL_TRY(mtl__world_hosts(w, err));
    kinds_in_use(w);
    MTL_TRY(mtl__builder_new(&w->build, err));
    int ret = compile_bodies(w, err);
    if (ret == 0)
        ret = mtl__world_supply(
            w, err); /* adds the slots of its curves before the environment is frozen */
    if (ret == 0)
        ret = mtl__builder_finish(w->build, &w->clock.env, &w->process, err);
    mtl__builder_free(w->build);
    w->build = NULL;
    mtl__hosts_close(w);
    if (ret == 0)
        ret = mtl__world_culls(w, err);
    if (ret == 0)
        ret = mtl__map_gates(w, err);
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
    free(w->conduit);
    mtl__process_free(w->process);
    mtl__hosts_free(w);
    mtl__clockwork_free(&w->clock);
    mtl__arena_free(&w->arena);
    free(w);
}
