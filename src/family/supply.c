/* SPDX-License-Identifier: MIT */
/* A donor's own cells: every active line of supply.tsv becomes an inflow or a burst of the inoculum
   of one conceptus and one direction. Lines of one group share one random multiplier per inoculum
   (mean 1), so that amounts in the table are means over pregnancies. A line that gives the total of
   a pregnancy to term is spread by its curve over weeks 2 to 40 (to the term of the model's
   species); a pregnancy that ends early gets the part before its end. */
#include "family/hosts.h"
#include "family/supply.h"

#include <math.h>
#include <string.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
    return mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, &a, sizeof a), &b, sizeof b);
}

/* ---------------------------------------------------------------- heterogeneity */
/* The measured haemorrhage: lognormal quantiles and a rare massive part, scaled to mean 1. */
static int bleed_group(const mtl__filling *f, const mtl__supply *u, mtl__group *g)
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

static bool contact_property(const mtl__filling *f, const char *name)
{
    const mtl__contact *c = f->contact;
    if (strcmp(name, "surgery") == 0)
        return c->surgery;
    if (strcmp(name, "leukoreduced") == 0)
        return c->leukoreduced;
    if (strcmp(name, "irradiated") == 0)
        return c->irradiated;
    if (strcmp(name, "monochorionic") == 0) {
        const int pg = f->w->s->person[c->taker].pregnancy;
        return pg >= 0 && f->w->s->pregnancy[pg].chorionicity == MTL__MONOCHORIONIC;
    }
    return false;
}

/* Probability that anything passes; of joined circulations by the placentas, as for what they
 * carry. */
static double spike_probability(const mtl__filling *f, const mtl__supply *u)
{
    mtl__group law;
    if (f->contact && f->contact->kind == MTL__ANASTOMOSIS &&
        mtl__joined_law(f->w, f->contact, &law, NULL) == 0)
        return law.p_big;
    return mtl__expr_value(&u->law_p, f->w->m);
}

/* Whether circulations are joined is a gate, one for both directions; what is left to each
   direction is how much. */
static void spike_group(const mtl__filling *f, const mtl__supply *u, mtl__group *g)
{
    g->shape = mtl__expr_value(&u->law_arg, f->w->m);
    g->p_big = mtl__max(1e-12, spike_probability(f, u));
    g->law = MTL__SPIKE;
    if (f->contact && f->contact->kind == MTL__ANASTOMOSIS)
        g->law = g->shape > 0 ? MTL__LOGNORMAL : MTL__FIXED;
}

static int group_of(mtl__filling *f, const mtl__supply *u)
{
    mtl__source *src = &f->x->source;
    const char *name = u->group[0] ? u->group : u->name; /* a line without a group stands alone */
    for (int g = 0; g < src->n_groups; g++)
        if (f->group_name[g] && strcmp(f->group_name[g], name) == 0)
            return g;
    if (src->n_groups == MTL__MAX_GROUPS)
        return mtl__fail(f->err, MTL_ERR_LIMIT, u->name, "more than %d heterogeneity groups",
                         MTL__MAX_GROUPS);
    mtl__group *g = &src->group[src->n_groups];
    *g = (mtl__group){.law = MTL__FIXED, .key = mtl__hash(name)};
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
    case MTL__H_SPIKE:
        spike_group(f, u, g);
        break;
    case MTL__H_FIXED:
    default:
        break;
    }
    f->group_name[src->n_groups] = name;
    return src->n_groups++;
}

/* ---------------------------------------------------------------- one line */
static bool has_property(const mtl__filling *f, const char *name)
{
    if (f->contact)
        return contact_property(f, name);
    const mtl__person *child = &f->w->s->person[f->conceptus->person];
    if (strcmp(name, "trisomy21") == 0)
        return child->karyotype == MTL__TRISOMY21;
    if (strcmp(name, "aneuploid") == 0)
        return child->karyotype != MTL__EUPLOID && child->karyotype != MTL__TRISOMY21 &&
               child->karyotype != MTL__DELETION_22Q11;
    if (strcmp(name, "preeclampsia") == 0)
        return f->pg->preeclampsia;
    if (strcmp(name, "growth_restriction") == 0)
        return f->pg->growth_restriction;
    return strcmp(name, "caesarean") == 0 && f->pg->mode == MTL__CAESAREAN;
}

double mtl__supply_folds(const mtl__filling *f, const mtl__supply *u)
{
    double x = 1;
    for (int k = 0; k < u->n_folds; k++)
        if (has_property(f, u->fold_if[k])) {
            x *= f->w->m->param[u->fold[k]].value;
            f->w->fold_used[u->fold[k]] = true;
        }
    return x;
}

static double amount_of(const mtl__filling *f, const mtl__supply *u)
{
    double x = mtl__expr_value(&u->amount, f->w->m) * mtl__supply_folds(f, u);
    f->w->line_used[u - f->w->m->supply] = true;
    if (f->number > 0)
        x *= f->number;
    if (u->law == MTL__H_SPIKE) /* the table says how much when it happens; groups have mean 1 */
        x *= spike_probability(f, u);
    return mtl__blood_forming(f->w->m, u->kind) ? x * f->blood_share : x;
}

static bool burst_happens(const mtl__filling *f, const mtl__supply *u)
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
static bool find_target(const mtl__filling *f, const mtl__supply *u, enum mtl__target *to,
                        int *target)
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

static bool dose_is_fixed(const mtl__filling *f, int kind)
{
    if (f->x->way != MTL__CHILD_TO_MOTHER)
        return false; /* only a pregnancy's own doses are given so */
    for (int i = 0; i < f->pg->n_fixed; i++)
        if (f->pg->fixed[i].kind == kind)
            return true;
    return false;
}

/* How often a loss happened that nobody noticed: one number for all that it leaves. */
static mtl__group number_law(const mtl__filling *f)
{
    const uint64_t parts[2] = {mtl__hash("unnoticed"), f->w->s->person[f->conceptus->person].key};
    return (mtl__group){.law = MTL__NUMBER,
                        .shape = f->number,
                        .key = mtl__hash_bytes(MTL_HASH_START, parts, sizeof parts)};
}

static int add_inflow(mtl__filling *f, mtl__inflow in)
{
    if (in.factor < 0)
        return mtl__nomem(f->err);
    if (in.rate > 0 && in.t1 > in.t0)
        f->x->source.inflow[f->x->source.n_inflows++] = in;
    return 0;
}

/* Over a pregnancy: per day by the curve, or a total that the curve spreads over weeks 2 to term.
 */
static int over_pregnancy(mtl__filling *f, const mtl__supply *u, mtl__inflow in)
{
    const mtl_model *m = f->w->m;
    in.rate = amount_of(f, u);
    if (u->measure == MTL__TOTAL) {
        const double term = mtl__model_life(m).term;
        const double mean = u->curve >= 0 ? mtl__factor_mean(&m->factor[u->curve], m, 2, term) : 1;
        if (!(mean > 0))
            return mtl__fail(f->err, MTL_ERR_VALUE, u->name,
                             "the curve is zero over weeks 2 to %.4g: it cannot carry a total",
                             term);
        in.rate /= mean * (term - 2) * 7;
    }
    in.t0 = f->pg->conceived;
    in.t1 = f->conceptus->ended;
    const mtl__group law = number_law(f);
    if (u->curve >= 0 || f->number > 0)
        in.factor = mtl__gated_slot(f->w, u->curve >= 0 ? &u->curve : NULL, u->curve >= 0,
                                    in.t0 - 14, in.t0, in.t1, 14, f->number > 0 ? &law : NULL);
    return add_inflow(f, in);
}

/* Over a contact that lasts: milk by the mL of each day (and the age of who drinks it), joined
   circulations a total spread evenly. */
static int over_contact(mtl__filling *f, const mtl__supply *u, mtl__inflow in)
{
    const mtl__contact *c = f->contact;
    in.t0 = c->t0;
    in.t1 = c->t1;
    in.rate = amount_of(f, u);
    if (c->kind == MTL__MILK) {
        double amount = c->amount;
        if (!isfinite(amount))
            MTL_TRY(mtl__model_value(f->w->m, "milk.volume", &amount, f->err));
        in.rate *= amount;
    } else {
        mtl__group law;
        in.rate /= mtl__max(1, in.t1 - in.t0);
        MTL_TRY(mtl__joined_law(f->w, c, &law, f->err));
        in.factor = mtl__joined_slot(f->w, c, &law);
    }
    const double born = f->w->s->person[c->taker].born;
    if (u->curve >= 0) {
        const int curve = mtl__clockwork_slot(&f->w->clock, &u->curve, 1,
                                              isfinite(born) ? born : c->t0, in.t0, in.t1, 14);
        mtl__group law;
        const bool gated = in.factor > 0 && mtl__joined_law(f->w, c, &law, f->err) == 0;
        in.factor = in.factor < 0 || curve < 0
                        ? -1
                        : mtl__gated_product(f->w, in.factor, curve, gated ? &law : NULL);
    }
    return add_inflow(f, in);
}

/* Blood of a stem cell graft: made anew at the rate at which it is lost, so that after a month it
   stands at its share of a body that may still grow. Each later graft leaves it the rest, or after
   conditioning nothing. */
static int graft_of_blood(mtl__filling *f, const mtl__supply *u, mtl__inflow in)
{
    const mtl__contact *c = f->contact;
    const mtl_scenario *s = f->w->s;
    const double born = s->person[c->taker].born, end = mtl__max(s->t_end, c->t0) + 1;
    double share;
    MTL_TRY(mtl__model_value(f->w->m, "graft.blood.share", &share, f->err));
    in.t0 = c->t0;
    in.rate = amount_of(f, u) * f->host->decay[u->kind];
    const int growth = mtl__model_factor(f->w->m, "growth", NULL);
    int *factor = NULL;
    if (growth >= 0 && isfinite(born)) {
        factor = mtl__arena_alloc(&f->w->arena, sizeof *factor);
        if (!factor)
            return mtl__nomem(f->err);
        *factor = growth;
        in.factor =
            mtl__clockwork_slot(&f->w->clock, factor, 1, born, in.t0, end, MTL_DAYS_PER_YEAR);
    }
    for (int k = 0; k < s->n_contacts; k++) { /* in order of dates */
        const mtl__contact *later = &s->contact[k];
        if (later->kind != MTL__STEM_CELL_GRAFT || later->taker != c->taker || !(later->t0 > in.t0))
            continue;
        in.t1 = later->t0;
        MTL_TRY(add_inflow(f, in));
        in.t0 = later->t0;
        in.rate *= 1 - share;
    }
    in.t1 = end;
    return add_inflow(f, in);
}

static double times_of_contact(const mtl__contact *c)
{
    return (c->kind == MTL__TRANSFUSION || c->kind == MTL__INFUSION) && isfinite(c->amount)
               ? c->amount
               : 1;
}

/* A burst of what may have happened, as a stream over the day before it. */
static int possible_burst(mtl__filling *f, double mean, mtl__inflow in)
{
    const mtl__group law = number_law(f);
    in.t1 = f->conceptus->ended;
    in.t0 = in.t1 - 1;
    in.rate = mean;
    in.factor = mtl__gated_slot(f->w, NULL, 0, in.t0, in.t0, in.t1, 0, &law);
    return add_inflow(f, in);
}

static int add_burst(mtl__filling *f, const mtl__supply *u, enum mtl__target to, int target,
                     int group)
{
    const double mean = amount_of(f, u) * (f->contact ? times_of_contact(f->contact) : 1);
    if (f->number > 0)
        return possible_burst(f, mean, (mtl__inflow){.group = group, .to = to, .target = target});
    if (mean > 0)
        f->x->source.burst[f->x->source.n_bursts++] =
            (mtl__burst){.t = f->contact ? f->contact->t0 : f->conceptus->ended,
                         .mean = mean,
                         .count = -1,
                         .group = group,
                         .to = to,
                         .target = target};
    return 0;
}

static enum mtl__supply_on on_of(enum mtl__contact_kind kind)
{
    static const enum mtl__supply_on on[] = {
        [MTL__MILK] = MTL__ON_MILK,
        [MTL__TRANSFUSION] = MTL__ON_TRANSFUSION,
        [MTL__ORGAN_GRAFT] = MTL__ON_ORGAN_GRAFT,
        [MTL__STEM_CELL_GRAFT] = MTL__ON_STEM_CELL_GRAFT,
        [MTL__INFUSION] = MTL__ON_INFUSION,
        [MTL__ANASTOMOSIS] = MTL__ON_ANASTOMOSIS,
    };
    return on[kind];
}

bool mtl__contact_calls(const mtl__contact *c, const mtl__supply *u)
{
    return u->way == MTL__GIVER_TO_TAKER && u->on == on_of(c->kind) &&
           (c->kind != MTL__INFUSION || u->kind == c->cell_kind);
}

bool mtl__line_possible(const mtl_scenario *s, const mtl__supply *u)
{
    for (int k = 0; k < s->n_contacts; k++)
        if (mtl__contact_calls(&s->contact[k], u))
            return true;
    return u->way != MTL__GIVER_TO_TAKER;
}

static bool line_concerns(const mtl__filling *f, const mtl__supply *u)
{
    if (u->way != f->x->way || !mtl__when_holds(&u->when, f->w->m))
        return false;
    if (f->contact)
        return mtl__contact_calls(f->contact, u);
    return !dose_is_fixed(f, u->kind) && (u->on == MTL__ON_PREGNANCY || burst_happens(f, u));
}

int mtl__supply_line(mtl__filling *f, const mtl__supply *u)
{
    enum mtl__target to;
    int target;
    if (!line_concerns(f, u) || !find_target(f, u, &to, &target))
        return 0;
    const int group = group_of(f, u);
    MTL_TRY(group);
    const mtl__inflow in = {.group = group, .to = to, .target = target};
    if (u->on == MTL__ON_PREGNANCY)
        return over_pregnancy(f, u, in);
    if (u->on == MTL__ON_MILK || u->on == MTL__ON_ANASTOMOSIS)
        return over_contact(f, u, in);
    if (u->on == MTL__ON_STEM_CELL_GRAFT && to == MTL__TO_COX)
        return graft_of_blood(f, u, in);
    return add_burst(f, u, to, target, group);
}

static int add_fixed(mtl__filling *f)
{
    const mtl_model *m = f->w->m;
    mtl__source *src = &f->x->source;
    for (int i = 0; f->x->way == MTL__CHILD_TO_MOTHER && i < f->pg->n_fixed; i++) {
        const mtl__fixed_dose *d = &f->pg->fixed[i];
        if (src->n_groups == 0)
            src->group[src->n_groups++] =
                (mtl__group){.law = MTL__FIXED, .key = mtl__hash("fixed")};
        const int home = f->w->home[d->kind];
        const bool lands = home < 0 && f->host->settle[d->kind] >= 0;
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

/* ---------------------------------------------------------------- inocula */
/* Each later graft of the same body cuts what an earlier one makes. */
static size_t later_grafts(const mtl__world *w, const mtl__contact *c)
{
    size_t n = 0;
    for (int k = 0; k < w->s->n_contacts; k++)
        n += w->s->contact[k].kind == MTL__STEM_CELL_GRAFT && w->s->contact[k].taker == c->taker &&
             w->s->contact[k].t0 > c->t0;
    return n;
}

int mtl__supply_begin(mtl__filling *f, int donor, int host, double t_start, uint64_t key)
{
    mtl__world *w = f->w;
    const size_t cuts =
        f->contact && f->contact->kind == MTL__STEM_CELL_GRAFT ? later_grafts(w, f->contact) : 0;
    const size_t lines =
        (size_t)w->m->n_supplies * (cuts + 1) + (f->pg ? (size_t)f->pg->n_fixed : 0) + 1;
    f->x = &w->inoculum[w->n_inocula];
    mtl__source *src = &f->x->source;
    src->group = mtl__arena_alloc(&w->arena, MTL__MAX_GROUPS * sizeof *src->group);
    src->inflow = mtl__arena_alloc(&w->arena, lines * sizeof *src->inflow);
    src->burst = mtl__arena_alloc(&w->arena, lines * sizeof *src->burst);
    if (!src->group || !src->inflow || !src->burst)
        return mtl__nomem(f->err);
    src->cull = NULL; /* culls.c, once it is known what can be reached */
    src->n_groups = src->n_inflows = src->n_bursts = src->n_culls = 0;
    f->x->donor = donor;
    f->x->host = host;
    f->x->t_start = t_start;
    f->x->key = mix(w->s->person[host].key, key);
    f->host = &w->body[w->body_of[host]];
    return 0;
}

int mtl__supply_end(mtl__filling *f)
{
    mtl__source *src = &f->x->source;
    if (src->n_inflows + src->n_bursts == 0)
        return 0;
    mtl__source_sort(src);
    f->w->n_inocula++;
    return 0;
}

/* One conceptus, one direction; `share` of the giver's blood-borne cells are `donor`'s. */
static int fill_inoculum(mtl__world *w, int pregnancy, int child, enum mtl__supply_way way,
                         int donor, double share, mtl_error *err)
{
    mtl__filling f = {.w = w,
                      .pg = &w->s->pregnancy[pregnancy],
                      .conceptus = &w->s->child[child],
                      .blood_share = share,
                      .err = err};
    if (f.pg->unnoticed_years > 0) {
        MTL_TRY(mtl__model_value(w->m, "loss.unnoticed.rate", &f.number, err));
        f.number *= f.pg->unnoticed_years * MTL_DAYS_PER_YEAR;
        if (!(f.number > 0))
            return 0;
    }
    const int host = way == MTL__CHILD_TO_MOTHER ? f.pg->mother : f.conceptus->person;
    if (w->body_of[host] < 0)
        return 0;
    const bool stranger = way == MTL__MOTHER_TO_CHILD && donor != f.pg->mother;
    MTL_TRY(
        mtl__supply_begin(&f, donor, host, f.pg->conceived,
                          stranger ? mix((uint64_t)way, w->s->person[donor].key) : (uint64_t)way));
    f.x->pregnancy = pregnancy;
    f.x->contact = -1;
    f.x->way = way;
    for (int k = 0; k < w->m->n_supplies; k++)
        if (!stranger || mtl__blood_forming(w->m, w->m->supply[k].kind))
            MTL_TRY(mtl__supply_line(&f, &w->m->supply[k]));
    MTL_TRY(add_fixed(&f));
    return mtl__supply_end(&f);
}

int mtl__world_supply(mtl__world *w, mtl_error *err)
{
    const mtl_scenario *s = w->s;
    const size_t most = (1 + MTL__MAX_OWNERS) * (size_t)s->n_children +
                        MTL__MAX_OWNERS * (size_t)s->n_contacts + mtl__most_tumour_inocula(w) + 1;
    w->inoculum = mtl__arena_alloc(&w->arena, most * sizeof *w->inoculum);
    if (!w->inoculum)
        return mtl__nomem(err);
    for (int k = 0; k < s->n_pregnancies; k++) {
        const mtl__pregnancy *pg = &s->pregnancy[k];
        mtl__owner owner[MTL__MAX_OWNERS];
        const int n = mtl__blood_owners(w, pg->mother, pg->conceived, true, owner);
        for (int c = pg->child0; c < pg->child0 + pg->n_children; c++) {
            MTL_TRY(fill_inoculum(w, k, c, MTL__CHILD_TO_MOTHER, s->child[c].person, 1, err));
            for (int i = 0; i < n; i++)
                if (owner[i].person != s->child[c].person)
                    MTL_TRY(fill_inoculum(w, k, c, MTL__MOTHER_TO_CHILD, owner[i].person,
                                          owner[i].share, err));
        }
    }
    MTL_TRY(mtl__contact_inocula(w, err));
    return mtl__tumour_inocula(w, err);
}
