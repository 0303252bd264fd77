/* SPDX-License-Identifier: MIT */
/* A donor's own cells: every active line of supply.tsv becomes an inflow or a burst of the inoculum
   of one conceptus and one direction. Lines of one group share one random multiplier per inoculum
   (mean 1), so that amounts in the table are means over pregnancies. A line that gives the total of
   a pregnancy to term is spread by its curve over weeks 2 to 40; a pregnancy that ends early gets
   the part before its end. */
#include "family/supply.h"

#include <math.h>
#include <string.h>

enum { MAX_GROUPS = 32 };
typedef struct filling { /* one inoculum in the making */
    mtl__world *w;
    mtl__inoculum *x;
    const mtl__pregnancy *pg;
    const mtl__conceptus *conceptus;
    const mtl__body *host;
    const char *group_name[MAX_GROUPS];
    mtl_error *err;
} filling;

static uint64_t mix(uint64_t a, uint64_t b)
{
    return mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, &a, sizeof a), &b, sizeof b);
}

/* ---------------------------------------------------------------- heterogeneity */
/* The measured haemorrhage: lognormal quantiles and a rare massive part, scaled to mean 1. */
static int bleed_group(const filling *f, const mtl__supply *u, mtl__group *g)
{
    const mtl_model *m = f->w->m;
    double median, p_big, big;
    MTL_TRY(mtl__model_value(m, "delivery.bleed.median", &median, f->err));
    MTL_TRY(mtl__model_value(m, "delivery.bleed.massive", &p_big, f->err));
    MTL_TRY(mtl__model_value(m, "delivery.bleed.massive.volume", &big, f->err));
    g->shape = mtl__expr_value(&u->law_arg, m);
    const double mean = (1 - p_big) * median * mtl__exp(0.5 * g->shape * g->shape) + p_big * big;
    g->law = MTL__MIXTURE;
    g->p_big = p_big;
    g->big = big / mean;
    return 0;
}

static int group_of(filling *f, const mtl__supply *u)
{
    mtl__source *src = &f->x->source;
    for (int g = 0; g < src->n_groups; g++)
        if (strcmp(f->group_name[g], u->group) == 0)
            return g;
    if (src->n_groups == MAX_GROUPS)
        return mtl__fail(f->err, MTL_ERR_LIMIT, u->name, "more than %d heterogeneity groups",
                         MAX_GROUPS);
    mtl__group *g = &src->group[src->n_groups];
    *g = (mtl__group){.law = MTL__FIXED, .key = mtl__hash(u->group)};
    switch (u->law) {
    case MTL__H_GAMMA:
        g->law = MTL__GAMMA;
        g->shape = mtl__expr_value(&u->law_arg, f->w->m);
        break;
    case MTL__H_LOGNORMAL:
        g->law = MTL__LOGNORMAL;
        g->shape = mtl__expr_value(&u->law_arg, f->w->m);
        break;
    case MTL__H_BLEED:
        MTL_TRY(bleed_group(f, u, g));
        break;
    case MTL__H_FIXED:
    default:
        break;
    }
    f->group_name[src->n_groups] = u->group;
    return src->n_groups++;
}

/* ---------------------------------------------------------------- one line */
static bool has_property(const filling *f, const char *name)
{
    const mtl__person *child = &f->w->s->person[f->conceptus->person];
    if (strcmp(name, "trisomy21") == 0)
        return child->karyotype == MTL__TRISOMY21;
    if (strcmp(name, "aneuploid") == 0)
        return child->karyotype != MTL__EUPLOID && child->karyotype != MTL__TRISOMY21;
    if (strcmp(name, "preeclampsia") == 0)
        return f->pg->preeclampsia;
    if (strcmp(name, "growth_restriction") == 0)
        return f->pg->growth_restriction;
    if (strcmp(name, "caesarean") == 0)
        return f->pg->mode == MTL__CAESAREAN;
    return false;
}

static double amount_of(const filling *f, const mtl__supply *u)
{
    double x = mtl__expr_value(&u->amount, f->w->m);
    for (int k = 0; k < u->n_folds; k++)
        if (has_property(f, u->fold_if[k])) {
            x *= f->w->m->param[u->fold[k]].value;
            f->w->fold_used[u->fold[k]] = true;
        }
    f->w->line_used[u - f->w->m->supply] = true;
    return x;
}

static bool burst_happens(const filling *f, const mtl__supply *u)
{
    if (f->conceptus->vanished)
        return false;
    if (u->care >= 0 && u->care != (int)f->pg->care)
        return false;
    switch (f->pg->outcome) {
    case MTL__LIVE_BIRTH:
    case MTL__STILLBIRTH:
        return u->on == MTL__ON_DELIVERY;
    case MTL__MISCARRIAGE:
        return u->on == MTL__ON_MISCARRIAGE;
    case MTL__TERMINATION:
        return u->on == MTL__ON_TERMINATION;
    case MTL__ONGOING:
    default:
        return false;
    }
}

/* Where a line's cells go in the host: an intensity, a type, or a row of the hub. */
static bool find_target(const filling *f, const mtl__supply *u, enum mtl__target *to, int *target)
{
    const mtl_model *m = f->w->m;
    if (m->kind[u->kind].class_ != MTL__SEED) {
        *to = MTL__TO_COX;
        *target = f->host->cox[u->kind];
    } else if (u->organ >= 0) {
        *to = MTL__TO_TYPE;
        *target = f->host->type[u->kind * m->n_organs + u->organ];
    } else {
        *to = MTL__TO_ROW;
        *target = u->engrafted ? f->host->settle[u->kind] : f->host->row[u->kind];
    }
    return *target >= 0;
}

static bool dose_is_fixed(const filling *f, int kind)
{
    if (f->x->way != MTL__CHILD_TO_MOTHER)
        return false;
    for (int i = 0; i < f->pg->n_fixed; i++)
        if (f->pg->fixed[i].kind == kind)
            return true;
    return false;
}

static int spread_line(filling *f, const mtl__supply *u, enum mtl__target to, int target, int group)
{
    const mtl_model *m = f->w->m;
    double rate = amount_of(f, u);
    const double lmp = f->pg->conceived - 14;
    if (u->measure == MTL__TOTAL) {
        const double mean = u->curve >= 0 ? mtl__factor_mean(&m->factor[u->curve], m, 2, 40) : 1;
        if (!(mean > 0))
            return mtl__fail(f->err, MTL_ERR_VALUE, u->name,
                             "the curve is zero over weeks 2 to 40: it cannot carry a total");
        rate /= mean * 38 * 7;
    }
    const int slot = u->curve < 0 ? 0
                                  : mtl__clockwork_slot(&f->w->clock, &u->curve, 1, lmp,
                                                        f->pg->conceived, f->conceptus->ended, 14);
    if (slot < 0)
        return mtl__nomem(f->err);
    if (rate > 0)
        f->x->source.inflow[f->x->source.n_inflows++] = (mtl__inflow){.t0 = f->pg->conceived,
                                                                      .t1 = f->conceptus->ended,
                                                                      .rate = rate,
                                                                      .factor = slot,
                                                                      .group = group,
                                                                      .to = to,
                                                                      .target = target};
    return 0;
}

static int add_line(filling *f, const mtl__supply *u)
{
    enum mtl__target to;
    int target;
    if (u->way != f->x->way || !mtl__when_holds(&u->when, f->w->m) || dose_is_fixed(f, u->kind) ||
        !find_target(f, u, &to, &target))
        return 0;
    if (u->on != MTL__ON_PREGNANCY && !burst_happens(f, u))
        return 0;
    const int group = group_of(f, u);
    MTL_TRY(group);
    if (u->on == MTL__ON_PREGNANCY)
        return spread_line(f, u, to, target, group);
    const double mean = amount_of(f, u);
    if (mean > 0)
        f->x->source.burst[f->x->source.n_bursts++] = (mtl__burst){.t = f->conceptus->ended,
                                                                   .mean = mean,
                                                                   .count = -1,
                                                                   .group = group,
                                                                   .to = to,
                                                                   .target = target};
    return 0;
}

static int add_fixed(filling *f)
{
    const mtl_model *m = f->w->m;
    mtl__source *src = &f->x->source;
    for (int i = 0; f->x->way == MTL__CHILD_TO_MOTHER && i < f->pg->n_fixed; i++) {
        const mtl__fixed_dose *d = &f->pg->fixed[i];
        if (src->n_groups == 0)
            src->group[src->n_groups++] =
                (mtl__group){.law = MTL__FIXED, .key = mtl__hash("fixed")};
        const int home = f->w->home[d->kind];
        const bool lands = f->host->settle[d->kind] >= 0;
        const int target = lands       ? f->host->settle[d->kind]
                           : home >= 0 ? f->host->type[d->kind * m->n_organs + home]
                                       : -1;
        if (target < 0)
            return mtl__fail_at(f->err, MTL_ERR_VALUE, f->w->s->file, f->pg->line, f->pg->column,
                                "seeds", "'%s' is not a kind that settles", m->kind[d->kind].name);
        src->burst[src->n_bursts++] = (mtl__burst){.t = f->conceptus->ended,
                                                   .count = d->count,
                                                   .to = lands ? MTL__TO_ROW : MTL__TO_TYPE,
                                                   .target = target};
    }
    return 0;
}

/* ---------------------------------------------------------------- displacement */
/* A new pregnancy of the host removes older foreign seeds of every other donor (niche =
 * displacement). */
static int add_culls(filling *f)
{
    const mtl_scenario *s = f->w->s;
    double p;
    if (!mtl__model_switch_is(f->w->m, "niche", "displacement"))
        return 0;
    MTL_TRY(mtl__model_value(f->w->m, "niche.displacement", &p, f->err));
    for (int k = 0; k < s->n_pregnancies; k++) {
        const mtl__pregnancy *pg = &s->pregnancy[k];
        const int b = f->w->body_of[pg->mother];
        if (b < 0 || !(pg->conceived > f->x->t_start))
            continue;
        bool own = false;
        for (int c = 0; c < pg->n_children; c++)
            own = own || s->child[pg->child0 + c].person == f->x->donor;
        if (!own)
            f->x->source.cull[f->x->source.n_culls++] = (mtl__cull){.t = pg->conceived,
                                                                    .keep = 1 - p,
                                                                    .type0 = f->w->body[b].type0,
                                                                    .type1 = f->w->body[b].type1};
    }
    return 0;
}

/* ---------------------------------------------------------------- inocula */
static int fill_inoculum(mtl__world *w, int pregnancy, int child, enum mtl__supply_way way,
                         mtl_error *err)
{
    const mtl_scenario *s = w->s;
    filling f = {.w = w,
                 .x = &w->inoculum[w->n_inocula],
                 .pg = &s->pregnancy[pregnancy],
                 .conceptus = &s->child[child],
                 .err = err};
    const bool up = way == MTL__CHILD_TO_MOTHER;
    const int donor = up ? f.conceptus->person : f.pg->mother,
              host = up ? f.pg->mother : f.conceptus->person;
    if (w->body_of[host] < 0)
        return 0;
    const size_t lines = (size_t)w->m->n_supplies + (size_t)f.pg->n_fixed + 1;
    mtl__source *src = &f.x->source;
    src->group = mtl__arena_alloc(&w->arena, MAX_GROUPS * sizeof *src->group);
    src->inflow = mtl__arena_alloc(&w->arena, lines * sizeof *src->inflow);
    src->burst = mtl__arena_alloc(&w->arena, lines * sizeof *src->burst);
    src->cull = mtl__arena_alloc(&w->arena, ((size_t)s->n_pregnancies + 1) * sizeof *src->cull);
    if (!src->group || !src->inflow || !src->burst || !src->cull)
        return mtl__nomem(err);
    f.x->donor = donor;
    f.x->host = host;
    f.x->pregnancy = pregnancy;
    f.x->way = way;
    f.x->t_start = f.pg->conceived;
    f.x->key = mix(s->person[host].key, (uint64_t)way);
    f.host = &w->body[w->body_of[host]];
    for (int k = 0; k < w->m->n_supplies; k++)
        MTL_TRY(add_line(&f, &w->m->supply[k]));
    MTL_TRY(add_fixed(&f));
    if (src->n_inflows + src->n_bursts == 0)
        return 0;
    MTL_TRY(add_culls(&f));
    mtl__source_sort(src);
    w->n_inocula++;
    return 0;
}

int mtl__world_supply(mtl__world *w, mtl_error *err)
{
    const mtl_scenario *s = w->s;
    w->inoculum =
        mtl__arena_alloc(&w->arena, (2 * (size_t)s->n_children + 1) * sizeof *w->inoculum);
    w->line_used =
        mtl__arena_alloc(&w->arena, ((size_t)w->m->n_supplies + 1) * sizeof *w->line_used);
    w->fold_used = mtl__arena_alloc(&w->arena, ((size_t)w->m->n_params + 1) * sizeof *w->fold_used);
    if (!w->inoculum || !w->line_used || !w->fold_used)
        return mtl__nomem(err);
    for (int k = 0; k < s->n_pregnancies; k++) {
        const mtl__pregnancy *pg = &s->pregnancy[k];
        for (int c = 0; c < pg->n_children; c++) {
            MTL_TRY(fill_inoculum(w, k, pg->child0 + c, MTL__CHILD_TO_MOTHER, err));
            MTL_TRY(fill_inoculum(w, k, pg->child0 + c, MTL__MOTHER_TO_CHILD, err));
        }
    }
    return 0;
}
