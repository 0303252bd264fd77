/* SPDX-License-Identifier: MIT */
/* From tables to a process: every active rule that names a kind becomes a channel of each of its
   types. Factors of the host's state that rest for ever in this body are numbers, and a rule that
   they make zero is not there; so a body to which nothing happens is compiled to what it is without
   a host. Landing weights of a row: flow x extraction x barrier x the kind's own factor, scaled so
   that they sum to one minus the loss per passage (design 2.2: a leaving cell meets competing rates
   at once). */
#include "body/body.h"

#include <math.h>

typedef struct compiling {
    mtl__builder *b;
    mtl__clockwork *clock;
    const mtl_model *m;
    const mtl__body_spec *spec;
    mtl__arena *arena;
    mtl__body *out;
    int host;          /* its number in the clockwork; -1 */
    bool *here;        /* [n_kinds * n_organs] cells of the kind can be in the organ */
    int *rule0, *rule; /* rules of kind k that hold: rule[rule0[k] .. rule0[k + 1]) in order */
    mtl_error *err;
} compiling;

static bool possible(const compiling *c, int organ)
{
    const mtl__organ *o = &c->m->organ[organ];
    return organ != c->m->blood && !o->sampling_only && o->cells > 0 &&
           !(o->sex && o->sex != c->spec->sex);
}

static bool renews(const mtl_model *m, int kind)
{
    return m->kind[kind].class_ == MTL__SEED || m->kind[kind].class_ == MTL__TUMOUR;
}

/* ---------------------------------------------------------------- factors */
/* A rule in one organ of this body: its rate is `rate` times the slot. */
typedef struct acting {
    double rate;
    int slot;
} acting;

/* Rates of one process of one type, which may carry different factors. */
typedef struct rates {
    double rate[MTL__SLOT_TERMS];
    int slot[MTL__SLOT_TERMS], n;
} rates;

static int age_is_known(const compiling *c, const mtl__rule *r)
{
    if (isfinite(c->spec->born))
        return 0;
    return mtl__fail(c->err, MTL_ERR_DATE, c->spec->name,
                     "the rule '%s' needs an age, and this person's birth is unknown", r->name);
}

/* The variable that a factor reads here, -1 on the clock of age; a factor that rests for ever goes
   into *times and gives 1. */
static int variable_of(compiling *c, const mtl__rule *r, const mtl__factor *f, int organ,
                       int *variable, double *times)
{
    *variable = -1;
    if (f->of == MTL__OF_WEEK)
        return mtl__fail(
            c->err, MTL_ERR_UNSUPPORTED, r->name,
            "factor '%s' runs on gestational week: rules of a body run on age; curves of a "
            "pregnancy belong in supply.tsv",
            f->name);
    if (f->of == MTL__OF_AGE)
        return age_is_known(c, r);
    if (c->host >= 0)
        *variable = mtl__host_variable(c->spec->host, f->of, f->ref, organ, c->err);
    if (*variable >= 0)
        return 0;
    if (*variable < -1)
        return *variable;
    *times *= mtl__factor_at_rest(f, c->m);
    return 1;
}

/* The rule as it acts in the organ (-1: everywhere alike). */
static int rule_here(compiling *c, const mtl__rule *r, int organ, acting *out)
{
    *out = (acting){mtl__expr_value(&r->rate, c->m), 0};
    int variable[MTL__SLOT_ARGS], n = 0, of_host = 0;
    if (r->n_factors == 0 || !(out->rate > 0))
        return 0;
    int *factor = mtl__arena_alloc(c->arena, (size_t)r->n_factors * sizeof *factor);
    if (!factor)
        return mtl__nomem(c->err);
    for (int k = 0; k < r->n_factors; k++) {
        int v;
        const int rests = variable_of(c, r, &c->m->factor[r->factor[k]], organ, &v, &out->rate);
        MTL_TRY(rests);
        if (rests)
            continue;
        if (n < MTL__SLOT_ARGS)
            variable[n] = v;
        of_host += v >= 0;
        factor[n++] = r->factor[k];
    }
    if (!(out->rate > 0))
        return 0;
    if (of_host && n > MTL__SLOT_ARGS)
        return mtl__fail(c->err, MTL_ERR_LIMIT, r->name,
                         "%d factors, of which some read the host: at most %d", n, MTL__SLOT_ARGS);
    out->slot =
        n == 0    ? 0
        : of_host ? mtl__clockwork_host_slot(c->clock, factor, variable, n, c->spec->born, c->host)
                  : mtl__clockwork_slot(c->clock, factor, n, c->spec->born, -HUGE_VAL, HUGE_VAL,
                                        MTL_DAYS_PER_YEAR);
    return out->slot < 0 ? mtl__nomem(c->err) : 0;
}

/* ---------------------------------------------------------------- where cells can be */
static bool acts(const compiling *c, const mtl__rule *r, enum mtl__rule_process process)
{
    return r->process == process && c->spec->kind[r->kind] && mtl__when_holds(&r->when, c->m);
}

/* Rules that hold, by the kind that they are of. */
static int list_rules(compiling *c)
{
    const mtl_model *m = c->m;
    c->rule0 = mtl__arena_alloc(c->arena, ((size_t)m->n_kinds + 2) * sizeof *c->rule0);
    c->rule = mtl__arena_alloc(c->arena, ((size_t)m->n_rules + 1) * sizeof *c->rule);
    if (!c->rule0 || !c->rule)
        return mtl__nomem(c->err);
    int n = 0;
    for (int k = 0; k < m->n_kinds; k++) {
        for (int r = 0; c->spec->kind[k] && r < m->n_rules; r++)
            if (m->rule[r].kind == k && mtl__when_holds(&m->rule[r].when, m))
                c->rule[n++] = r;
        c->rule0[k + 1] = n;
    }
    return 0;
}

/* Seeds are where they land or are at home; what is made of them by a change of fate, where that
   happens. */
static int find_places(compiling *c)
{
    const mtl_model *m = c->m;
    const size_t n = (size_t)m->n_kinds * (size_t)m->n_organs;
    c->here = mtl__arena_alloc(c->arena, (n + 1) * sizeof *c->here);
    if (!c->here)
        return mtl__nomem(c->err);
    for (int k = 0; k < m->n_kinds; k++)
        for (int o = 0; o < m->n_organs; o++)
            c->here[k * m->n_organs + o] = c->spec->kind[k] && renews(m, k) && possible(c, o) &&
                                           (c->spec->landing[k] || c->spec->home[k] == o);
    for (bool more = true; more;) {
        more = false;
        for (int r = 0; r < m->n_rules; r++) {
            const mtl__rule *rule = &m->rule[r];
            if (!acts(c, rule, MTL__R_CHANGE) || !renews(m, rule->target))
                continue;
            for (int o = 0; o < m->n_organs; o++) {
                acting x;
                if (!c->here[rule->kind * m->n_organs + o] ||
                    c->here[rule->target * m->n_organs + o] || !mtl__rule_applies(rule, m, o))
                    continue;
                MTL_TRY(rule_here(c, rule, o, &x));
                if (x.rate > 0)
                    c->here[rule->target * m->n_organs + o] = more = true;
            }
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- channels */
static int add_to(compiling *c, const mtl__rule *r, rates *x, const acting *a)
{
    if (!(a->rate > 0))
        return 0;
    int k = 0;
    while (k < x->n && x->slot[k] != a->slot)
        k++;
    if (k == MTL__SLOT_TERMS)
        return mtl__fail(c->err, MTL_ERR_LIMIT, r->name,
                         "more than %d rules with different factors give this process of the kind "
                         "'%s': name factors alike",
                         MTL__SLOT_TERMS, c->m->kind[r->kind].name);
    x->rate[k] = (k < x->n ? x->rate[k] : 0) + a->rate;
    x->slot[k] = a->slot;
    x->n += k == x->n;
    return 0;
}

/* All rules of one process of one type as one rate with one factor. */
static int gather(compiling *c, enum mtl__rule_process process, int kind, int organ, acting *out)
{
    rates x = {.n = 0};
    *out = (acting){0, 0};
    for (int r = c->rule0[kind]; r < c->rule0[kind + 1]; r++) {
        const mtl__rule *rule = &c->m->rule[c->rule[r]];
        acting a;
        if (rule->process != process || !mtl__rule_applies(rule, c->m, organ))
            continue;
        MTL_TRY(rule_here(c, rule, organ, &a));
        MTL_TRY(add_to(c, rule, &x, &a));
    }
    for (int k = 0; k < x.n; k++)
        out->rate += x.rate[k];
    out->slot = x.n ? mtl__clockwork_sum(c->clock, x.slot, x.rate, x.n) : 0;
    return out->slot < 0 ? mtl__nomem(c->err) : 0;
}

static int add_turnover(compiling *c, int kind, int organ, int type)
{
    acting x;
    MTL_TRY(gather(c, MTL__R_DIVIDE, kind, organ, &x));
    if (mtl__add_divide(c->b, type, x.rate, x.slot) < 0)
        return mtl__nomem(c->err);
    MTL_TRY(gather(c, MTL__R_DIE, kind, organ, &x));
    if (mtl__add_die(c->b, type, x.rate, x.slot) < 0)
        return mtl__nomem(c->err);
    MTL_TRY(gather(c, MTL__R_LEAVE, kind, organ, &x));
    if (!(x.rate > 0) || c->out->row[kind] < 0)
        return 0;
    c->out->leave[kind] = x.rate;
    return mtl__add_leave(c->b, type, x.rate, x.slot, c->out->row[kind]) < 0 ? mtl__nomem(c->err)
                                                                             : 0;
}

static int add_rule(compiling *c, const mtl__rule *r, int type, int organ)
{
    acting x;
    MTL_TRY(rule_here(c, r, organ, &x));
    int ret = 0;
    if (r->process == MTL__R_CHANGE) {
        const int to = c->out->type[r->target * c->m->n_organs + organ];
        if (to >= 0)
            ret = mtl__add_change(c->b, type, to, x.rate, x.slot);
    } else if (r->process == MTL__R_OUTPUT && c->out->cox[r->target] >= 0) {
        ret = mtl__add_output(c->b, type, c->out->cox[r->target], x.rate, x.slot);
    }
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
            if (!c->here[k * m->n_organs + o])
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
        if (!c->spec->kind[k] || renews(m, k))
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

/* What rules of landing add to the weight at rest. */
static int add_homing(compiling *c, int kind, int row, int organ, int type, double at_rest)
{
    for (int r = c->rule0[kind]; r < c->rule0[kind + 1]; r++) {
        const mtl__rule *rule = &c->m->rule[c->rule[r]];
        acting x;
        if (rule->process != MTL__R_LAND || !mtl__rule_applies(rule, c->m, organ))
            continue;
        MTL_TRY(rule_here(c, rule, organ, &x));
        if (x.rate > 0 && mtl__add_land(c->b, row, type, at_rest * x.rate, x.slot) < 0)
            return mtl__nomem(c->err);
    }
    return 0;
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
        MTL_TRY(add_homing(c, kind, c->out->row[kind], o, type, (1 - lose) * share));
        MTL_TRY(mtl__add_land(c->b, c->out->settle[kind], type, share, 0));
        MTL_TRY(add_homing(c, kind, c->out->settle[kind], o, type, share));
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

static int first_of(const int *index, int n)
{
    int first = -1;
    for (int k = 0; k < n; k++)
        if (index[k] >= 0 && (first < 0 || index[k] < first))
            first = index[k];
    return first;
}

static int add_channels(compiling *c)
{
    const mtl_model *m = c->m;
    for (int k = 0; k < m->n_kinds; k++)
        for (int o = 0; o < m->n_organs; o++)
            if (c->out->type[k * m->n_organs + o] >= 0)
                MTL_TRY(add_turnover(c, k, o, c->out->type[k * m->n_organs + o]));
    for (int r = 0; r < m->n_rules; r++) {
        const mtl__rule *rule = &m->rule[r];
        if (!acts(c, rule, rule->process) || !renews(m, rule->kind))
            continue;
        for (int o = 0; o < m->n_organs; o++) {
            const int type = c->out->type[rule->kind * m->n_organs + o];
            if (type >= 0 && mtl__rule_applies(rule, m, o))
                MTL_TRY(add_rule(c, rule, type, o));
        }
    }
    return 0;
}

int mtl__body_compile(mtl__builder *b, mtl__clockwork *clock, const mtl_model *m,
                      const mtl__body_spec *spec, mtl__arena *arena, mtl__body *out, mtl_error *err)
{
    compiling c = {.b = b,
                   .clock = clock,
                   .m = m,
                   .spec = spec,
                   .arena = arena,
                   .out = out,
                   .host = -1,
                   .err = err};
    *out = (mtl__body){.born = spec->born, .host = -1};
    if (allocate(&c, arena) < 0)
        return mtl__nomem(err);
    if (spec->host) {
        out->host = c.host = mtl__clockwork_host(clock, spec->host);
        if (c.host < 0)
            return mtl__nomem(err);
    }
    MTL_TRY(list_rules(&c));
    MTL_TRY(find_places(&c));
    MTL_TRY(add_types(&c));
    MTL_TRY(add_cox(&c));
    for (int k = 0; k < m->n_kinds; k++) {
        if (!spec->kind[k] || m->kind[k].class_ != MTL__SEED)
            continue;
        if (spec->landing[k])
            MTL_TRY(add_rows(&c, k));
        out->residence[k] = rule_sum(m, k, MTL__R_RESIDENCE, NULL);
    }
    MTL_TRY(add_channels(&c));
    const int type0 = first_of(out->type, m->n_kinds * m->n_organs),
              cox0 = first_of(out->cox, m->n_kinds);
    if (type0 < 0)
        out->type1 = 0;
    if (cox0 < 0)
        out->cox1 = 0;
    out->type0 = type0 < 0 ? 0 : type0;
    out->cox0 = cox0 < 0 ? 0 : cox0;
    return 0;
}
