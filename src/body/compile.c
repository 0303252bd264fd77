/* SPDX-License-Identifier: MIT */
/* From tables to a process: every active rule that names a kind becomes a channel of each of its
   types. Landing weights of a row: flow x extraction x barrier x the kind's own factor, scaled so
   that they sum to one minus the loss per passage (design 2.2: a leaving cell meets competing rates
   at once). */
#include "body/body.h"

#include <math.h>

typedef struct compiling {
    mtl__builder *b;
    mtl__clockwork *clock;
    const mtl_model *m;
    const mtl__body_spec *spec;
    mtl__body *out;
    mtl_error *err;
} compiling;

static bool settles(const compiling *c, int kind, int organ)
{
    const mtl__organ *o = &c->m->organ[organ];
    if (organ == c->m->blood || o->sampling_only || !(o->cells > 0))
        return false;
    if (o->sex && o->sex != c->spec->sex)
        return false;
    return c->spec->landing[kind] || c->spec->home[kind] == organ;
}

/* Slot of a rule's factors on the body's clock of age. */
static int slot_of(compiling *c, const mtl__rule *r)
{
    if (r->n_factors == 0)
        return 0;
    for (int k = 0; k < r->n_factors; k++)
        if (c->m->factor[r->factor[k]].of == MTL__OF_WEEK)
            return mtl__fail(
                c->err, MTL_ERR_UNSUPPORTED, r->name,
                "factor '%s' runs on gestational week: rules of a body run on age; curves of a "
                "pregnancy belong in supply.tsv",
                c->m->factor[r->factor[k]].name);
    if (!isfinite(c->spec->born))
        return mtl__fail(c->err, MTL_ERR_DATE, c->spec->name,
                         "the rule '%s' needs an age, and this person's birth is unknown", r->name);
    const int slot = mtl__clockwork_slot(c->clock, r->factor, r->n_factors, c->spec->born,
                                         -HUGE_VAL, HUGE_VAL, MTL_DAYS_PER_YEAR);
    return slot < 0 ? mtl__nomem(c->err) : slot;
}

static int add_rule(compiling *c, const mtl__rule *r, int type, int organ)
{
    const double rate = mtl__expr_value(&r->rate, c->m);
    const int slot = slot_of(c, r);
    MTL_TRY(slot);
    int ret = 0;
    switch (r->process) {
    case MTL__R_DIVIDE:
        ret = mtl__add_divide(c->b, type, rate, slot);
        break;
    case MTL__R_DIE:
        ret = mtl__add_die(c->b, type, rate, slot);
        break;
    case MTL__R_LEAVE:
        ret = mtl__add_leave(c->b, type, rate, slot, c->out->row[r->kind]);
        c->out->leave[r->kind] = rate;
        break;
    case MTL__R_CHANGE: {
        const int to = c->out->type[r->target * c->m->n_organs + organ];
        if (to >= 0)
            ret = mtl__add_change(c->b, type, to, rate, slot);
        break;
    }
    case MTL__R_OUTPUT:
        if (c->out->cox[r->target] >= 0)
            ret = mtl__add_output(c->b, type, c->out->cox[r->target], rate, slot);
        break;
    default: /* lose, decay, residence: not of a type */
        break;
    }
    if (ret == MTL_ERR_VALUE)
        return mtl__fail(
            c->err, MTL_ERR_VALUE, r->name,
            "two rules give this process of the kind '%s' in the organ '%s' with different "
            "factors: name the factors alike, or give each its own organ",
            c->m->kind[r->kind].name, c->m->organ[organ].name);
    return ret < 0 ? mtl__nomem(c->err) : 0;
}

/* Sum of the active rules of one process of a kind that do not depend on the organ. */
static double rule_sum(const mtl_model *m, int kind, enum mtl__rule_process process, bool *found)
{
    double sum = 0;
    for (int k = 0; k < m->n_rules; k++) {
        const mtl__rule *r = &m->rule[k];
        if (r->kind == kind && r->process == process && mtl__when_holds(&r->when, m)) {
            sum += mtl__expr_value(&r->rate, m);
            if (found)
                *found = true;
        }
    }
    return sum;
}

static int add_types(compiling *c)
{
    const mtl_model *m = c->m;
    for (int k = 0; k < m->n_kinds; k++) {
        for (int o = 0; o < m->n_organs; o++) {
            int *type = &c->out->type[k * m->n_organs + o];
            *type = -1;
            if (!c->spec->kind[k] || m->kind[k].class_ != MTL__SEED || !settles(c, k, o))
                continue;
            *type = mtl__add_type(c->b, m->kind[k].name);
            MTL_TRY(*type);
            mtl__name_stream(c->b, *type, mtl__hash(m->kind[k].name));
            c->out->type1 = *type + 1;
        }
    }
    return 0;
}

static int add_cox(compiling *c)
{
    const mtl_model *m = c->m;
    for (int k = 0; k < m->n_kinds; k++) {
        c->out->cox[k] = -1;
        if (!c->spec->kind[k] || m->kind[k].class_ == MTL__SEED)
            continue;
        bool found = false;
        const double decay = rule_sum(m, k, MTL__R_DECAY, &found);
        if (!found)
            return mtl__fail(c->err, MTL_ERR_VALUE, m->kind[k].name,
                             "a kind that does not renew itself needs a rule 'decay'");
        c->out->decay[k] = decay;
        c->out->cox[k] = mtl__add_cox(c->b, decay, m->kind[k].name);
        MTL_TRY(c->out->cox[k]);
        c->out->cox1 = c->out->cox[k] + 1;
    }
    return 0;
}

static double landing_weight(const mtl_model *m, int kind, int organ)
{
    const mtl__organ *o = &m->organ[organ];
    const double own = m->kind[kind].organ_factor ? m->kind[kind].organ_factor[organ] : 1;
    return o->flow * o->extraction * mtl__expr_value(&o->barrier, m) * own;
}

/* The kind's row of the hub, and its twin without loss for doses that count settled cells. */
static int add_rows(compiling *c, int kind)
{
    const mtl_model *m = c->m;
    const double lose = rule_sum(m, kind, MTL__R_LOSE, NULL);
    if (!(lose >= 0 && lose <= 1))
        return mtl__fail(c->err, MTL_ERR_VALUE, m->kind[kind].name,
                         "the probability of loss per passage is %g: it must lie in 0..1", lose);
    double sum = 0;
    for (int o = 0; o < m->n_organs; o++)
        if (c->out->type[kind * m->n_organs + o] >= 0)
            sum += landing_weight(m, kind, o);
    if (!(sum > 0))
        return mtl__fail(
            c->err, MTL_ERR_VALUE, m->kind[kind].name,
            "no organ takes up this kind: flow x extraction x barrier is zero everywhere");
    c->out->row[kind] = mtl__add_row(c->b, lose, m->kind[kind].name);
    MTL_TRY(c->out->row[kind]);
    c->out->settle[kind] = mtl__add_row(c->b, 0, m->kind[kind].name);
    MTL_TRY(c->out->settle[kind]);
    for (int o = 0; o < m->n_organs; o++) {
        const int type = c->out->type[kind * m->n_organs + o];
        if (type < 0)
            continue;
        const double share = landing_weight(m, kind, o) / sum;
        MTL_TRY(mtl__add_land(c->b, c->out->row[kind], type, (1 - lose) * share, 0));
        MTL_TRY(mtl__add_land(c->b, c->out->settle[kind], type, share, 0));
    }
    return 0;
}

static int allocate(compiling *c, mtl__arena *a)
{
    const size_t nk = (size_t)c->m->n_kinds + 1, no = (size_t)c->m->n_organs + 1;
    mtl__body *o = c->out;
    o->type = mtl__arena_alloc(a, nk * no * sizeof *o->type);
    o->row = mtl__arena_alloc(a, nk * sizeof *o->row);
    o->settle = mtl__arena_alloc(a, nk * sizeof *o->settle);
    o->cox = mtl__arena_alloc(a, nk * sizeof *o->cox);
    o->leave = mtl__arena_alloc(a, nk * sizeof *o->leave);
    o->decay = mtl__arena_alloc(a, nk * sizeof *o->decay);
    o->residence = mtl__arena_alloc(a, nk * sizeof *o->residence);
    if (!o->type || !o->row || !o->settle || !o->cox || !o->leave || !o->decay || !o->residence)
        return MTL_ERR_MEMORY;
    for (int k = 0; k < c->m->n_kinds; k++)
        o->row[k] = o->settle[k] = -1;
    return 0;
}

int mtl__body_compile(mtl__builder *b, mtl__clockwork *clock, const mtl_model *m,
                      const mtl__body_spec *spec, mtl__arena *arena, mtl__body *out, mtl_error *err)
{
    compiling c = {b, clock, m, spec, out, err};
    *out = (mtl__body){.born = spec->born, .type0 = -1, .cox0 = -1};
    if (allocate(&c, arena) < 0)
        return mtl__nomem(err);
    MTL_TRY(add_types(&c));
    MTL_TRY(add_cox(&c));
    for (int k = 0; k < m->n_kinds; k++) {
        if (!spec->kind[k] || m->kind[k].class_ != MTL__SEED)
            continue;
        if (spec->landing[k])
            MTL_TRY(add_rows(&c, k));
        out->residence[k] = rule_sum(m, k, MTL__R_RESIDENCE, NULL);
    }
    for (int r = 0; r < m->n_rules; r++) {
        const mtl__rule *rule = &m->rule[r];
        if (!spec->kind[rule->kind] || m->kind[rule->kind].class_ != MTL__SEED ||
            !mtl__when_holds(&rule->when, m))
            continue;
        for (int o = 0; o < m->n_organs; o++) {
            const int type = out->type[rule->kind * m->n_organs + o];
            if (type >= 0 && mtl__rule_applies(rule, m, o))
                MTL_TRY(add_rule(&c, rule, type, o));
        }
    }
    for (int k = 0; k < m->n_kinds * m->n_organs; k++)
        if (out->type[k] >= 0 && (out->type0 < 0 || out->type[k] < out->type0))
            out->type0 = out->type[k];
    for (int k = 0; k < m->n_kinds; k++)
        if (out->cox[k] >= 0 && (out->cox0 < 0 || out->cox[k] < out->cox0))
            out->cox0 = out->cox[k];
    if (out->type0 < 0)
        out->type0 = out->type1 = 0;
    if (out->cox0 < 0)
        out->cox0 = out->cox1 = 0;
    return 0;
}
