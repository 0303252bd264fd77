/* SPDX-License-Identifier: MIT */
/* Where a parameter acts: every rule, supply line, factor, organ, kind and assay that names it, and
   what the engine itself asks for by name. `matriline why` and the list of unknowns that a result
   leans on are read from here. Also the check that no value makes an expression impossible. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/uses.h"

/* ---------------------------------------------------------------- the engine's own parameters */
typedef struct engine_use {
    const char *param, *text, *sw, *value; /* sw NULL: always; "": not in a run */
    const char *when;                      /* sw and value as a condition */
} engine_use;

static const engine_use engine_uses[] = {
    {"blood.volume", "turns a blood sample's volume into cells, outside pregnancy", NULL, NULL, ""},
    {"blood.volume.pregnant", "turns a blood sample's volume into cells, in pregnancy", NULL, NULL,
     ""},
    {"blood.density", "nucleated cells in a mL of a blood sample, outside pregnancy", NULL, NULL,
     ""},
    {"blood.density.pregnant", "nucleated cells in a mL of a blood sample, in pregnancy", NULL,
     NULL, ""},
    {"blood.cells", "what a share of blood genomes is a share of", NULL, NULL, ""},
    {"blood.cells.pregnant", "what a share of blood genomes is a share of, in pregnancy", NULL,
     NULL, ""},
    {"species.term",
     "week of a birth where a scenario gives none, from two weeks before conception", NULL, NULL,
     ""},
    {"species.maturity", "least age at a conception, for the check of dates", NULL, NULL, ""},
    {"pregnancy.blood.after", "how long after its end a pregnancy's blood volume holds", NULL, NULL,
     ""},
    {"share.pbmc", "mononuclear cells among nucleated blood cells, for sorted samples", NULL, NULL,
     ""},
    {"share.cd34", "CD34+ cells among nucleated blood cells, for sorted samples", NULL, NULL, ""},
    {"niche.displacement", "chance that a new pregnancy's seeds remove an older seed", "niche",
     "displacement", "niche=displacement"},
    {"conduit.selectivity", "how much more readily a seed crosses the placenta than blood as it is",
     "conduit", "selective", "conduit=selective"},
    {"delivery.bleed.massive", "share of births with a massive bleed", "bleed", "measured",
     "bleed=measured"},
    {"delivery.bleed.massive.volume", "fetal blood in a massive bleed", "bleed", "measured",
     "bleed=measured"},
    {"milk.volume", "milk of a day, where a scenario gives none", "", "", "with milk"},
    {"milk.cells", "carries foreign cells of the nurse on", "", "", "with milk"},
    {"twins.anastomosis", "carries foreign cells of a twin on", "", "", "with twins"},
    {"twins.anastomosis.monochorionic", "in place of twins.anastomosis, for one chorion", "", "",
     "with twins"},
    {"twins.anastomosis.cells", "carries foreign cells of a twin on", "", "", "with twins"},
    {"graft.organ.share", "cells of a grafted organ that are the giver's", "", "",
     "with an organ graft"},
    {"graft.blood.share", "what crosses from the taker later is the giver's in that share", "", "",
     "with a stem cell graft"},
    {"loss.unnoticed.rate", "losses that nobody noticed, where a scenario asks for them", "", "",
     "with unnoticed_losses"},
    {"hla.recombination.a_c", "crossing-over between HLA-A and HLA-C, in `markers`", "", "", ""},
    {"hla.recombination.c_b", "crossing-over between HLA-C and HLA-B, in `markers`", "", "", ""},
    {"hla.recombination.b_drb1", "crossing-over between HLA-B and HLA-DRB1, in `markers`", "", "",
     ""},
    {"hla.recombination.drb1_dqb1", "crossing-over between HLA-DRB1 and HLA-DQB1, in `markers`", "",
     "", ""},
    {"repair.gain", "how much repair-active cells speed an injury's repair at most", "", "",
     "with an injury and repair=benefit"},
    {"repair.harm", "share of an injury's repair that such cells take away at most", "", "",
     "with an injury and repair=harm"},
    {"repair.half", "repairing cells at half of that effect", "", "",
     "with an injury and repair=benefit|harm"},
    {"tolerance.gain", "tolerance of what is met in fetal life", "", "",
     "with follow: [tolerance] or niche=rejection"},
    {"tolerance.decay", "tolerance fades where no cells keep it", "", "",
     "with follow: [tolerance] or niche=rejection"},
    {"tolerance.until", "age until which what is met is learned to be tolerated", "", "",
     "with follow: [tolerance] or niche=rejection"},
    {"tolerance.nima", "tolerance at birth of the mother's haplotypes, whatever was counted", "",
     "", "with follow: [tolerance] or niche=rejection"},
    {"antigen.half", "a donor's cells at half of their effect on tolerance and response", "", "",
     "with follow: [tolerance] or niche=rejection"},
    {"allo.gain", "rise of the response against a donor", "", "",
     "with follow: [tolerance] or niche=rejection"},
    {"allo.decay", "decay of the response against a donor", "", "",
     "with follow: [tolerance] or niche=rejection"},
    {"assay.study.scale", "factor between studies, where model and published levels are compared",
     "", "", ""},
};
#define N_ENGINE ((int)(sizeof engine_uses / sizeof engine_uses[0]))

static bool engine_active(const mtl_model *m, const engine_use *e)
{
    return e->sw == NULL || e->sw[0] == '\0' || mtl__model_switch_is(m, e->sw, e->value);
}

/* ---------------------------------------------------------------- every expression once */
typedef mtl__place place;
typedef mtl__visitor visitor;
#define ANY MTL__PLACE_ANY
#define PROBABILITY MTL__PLACE_PROBABILITY
#define POSITIVE MTL__PLACE_POSITIVE

static bool names_factor(const mtl__rule *r, int factor)
{
    for (int k = 0; k < r->n_factors; k++)
        if (r->factor[k] == factor)
            return true;
    return false;
}

static bool factor_in_use(const mtl_model *m, int factor)
{
    if (strcmp(m->factor[factor].name, "growth") == 0)
        return true; /* the engine's own: size of a young body */
    for (int i = 0; i < m->n_rules; i++)
        if (names_factor(&m->rule[i], factor) && mtl__when_holds(&m->rule[i].when, m))
            return true;
    for (int i = 0; i < m->n_supplies; i++)
        if (m->supply[i].curve == factor && mtl__when_holds(&m->supply[i].when, m))
            return true;
    return false;
}

static int visit_rules(const mtl_model *m, visitor visit, void *ctx)
{
    for (int i = 0; i < m->n_rules; i++) {
        const mtl__rule *r = &m->rule[i];
        const place p = {.expr = &r->rate,
                         .table = "rules",
                         .id = r->name,
                         .text = r->about,
                         .when = r->when.text,
                         .active = mtl__when_holds(&r->when, m),
                         .line = r->line,
                         .must = r->process == MTL__R_LOSE ? PROBABILITY : ANY};
        MTL_TRY(visit(ctx, &p));
    }
    return MTL_OK;
}

static int visit_supplies(const mtl_model *m, visitor visit, void *ctx)
{
    for (int i = 0; i < m->n_supplies; i++) {
        const mtl__supply *s = &m->supply[i];
        place p = {.expr = &s->amount,
                   .table = "supply",
                   .id = s->name,
                   .text = s->about,
                   .when = s->when.text,
                   .active = mtl__when_holds(&s->when, m),
                   .line = s->line};
        MTL_TRY(visit(ctx, &p));
        p.expr = &s->law_arg;
        p.must = POSITIVE;
        if (s->law_arg.n > 0)
            MTL_TRY(visit(ctx, &p));
        p.expr = &s->law_p;
        if (s->law_p.n > 0)
            MTL_TRY(visit(ctx, &p));
    }
    return MTL_OK;
}

int mtl__visit_factor(const mtl_model *m, int factor, int active, visitor visit, void *ctx)
{
    const mtl__factor *f = &m->factor[factor];
    for (int k = 0; k < f->n_args; k++) {
        const place p = {.expr = &f->arg[k],
                         .table = "factors",
                         .id = f->name,
                         .text = f->meaning,
                         .when = "",
                         .active = active,
                         .line = f->line,
                         .must = f->form == MTL__F_HILL   ? POSITIVE
                                 : f->form == MTL__F_REST ? PROBABILITY
                                                          : ANY};
        MTL_TRY(visit(ctx, &p));
    }
    return MTL_OK;
}

static int visit_factors(const mtl_model *m, visitor visit, void *ctx)
{
    for (int i = 0; i < m->n_factors; i++)
        MTL_TRY(mtl__visit_factor(m, i, factor_in_use(m, i), visit, ctx));
    return MTL_OK;
}

static int visit_organs(const mtl_model *m, visitor visit, void *ctx)
{
    for (int i = 0; i < m->n_organs; i++) {
        const mtl__organ *o = &m->organ[i];
        const place p = {.expr = &o->barrier,
                         .table = "organs",
                         .id = o->name,
                         .text = "barrier: factor on entry from the blood",
                         .when = "",
                         .active = 1,
                         .line = o->line};
        if (o->barrier.n > 0)
            MTL_TRY(visit(ctx, &p));
    }
    return MTL_OK;
}

static int visit_assay(const mtl_model *m, int i, visitor visit, void *ctx)
{
    static const int must[] = {[MTL__MUST_ANY] = ANY,
                               [MTL__MUST_POSITIVE] = POSITIVE,
                               [MTL__MUST_PROBABILITY] = PROBABILITY};
    mtl__assay_def *a = &m->assay[i];
    for (int k = 0; k < MTL__ASSAY_EXPRS; k++) {
        const mtl__assay_column *column = mtl__assay_column_at(k);
        const place p = {.expr = mtl__assay_expr(a, k),
                         .table = "assays",
                         .id = a->name,
                         .text = column->text,
                         .when = "",
                         .active = 1,
                         .line = a->line,
                         .must = must[column->must]};
        if (p.expr->n == 0) /* not a number of this method */
            continue;
        MTL_TRY(visit(ctx, &p));
    }
    return MTL_OK;
}

static int visit_tables(const mtl_model *m, visitor visit, void *ctx)
{
    MTL_TRY(visit_rules(m, visit, ctx));
    MTL_TRY(visit_supplies(m, visit, ctx));
    MTL_TRY(visit_factors(m, visit, ctx));
    return visit_organs(m, visit, ctx);
}

/* ---------------------------------------------------------------- uses of one parameter */
typedef struct collector {
    mtl_param_use *out;
    int param, max, n;
} collector;

static void add_use(collector *c, mtl_param_use use)
{
    if (c->out != NULL && c->n < c->max)
        c->out[c->n] = use;
    c->n++;
}

static int collect(void *ctx, const place *p)
{
    collector *c = ctx;
    if (mtl__expr_uses(p->expr, c->param))
        add_use(c, (mtl_param_use){.table = p->table,
                                   .id = p->id,
                                   .text = p->text,
                                   .when = p->when,
                                   .active = p->active,
                                   .line = p->line});
    return MTL_OK;
}

static void collect_engine(const mtl_model *m, collector *c)
{
    for (int i = 0; i < N_ENGINE; i++) {
        const engine_use *e = &engine_uses[i];
        if (strcmp(e->param, m->param[c->param].name) == 0)
            add_use(c, (mtl_param_use){.table = e->sw && !e->sw[0] ? "elsewhere" : "engine",
                                       .id = e->param,
                                       .text = e->text,
                                       .when = e->when,
                                       .active = engine_active(m, e)});
    }
    for (int i = 0; i < m->n_kinds; i++)
        if (m->kind[i].share_param == c->param)
            add_use(c, (mtl_param_use){.table = "kinds",
                                       .id = m->kind[i].name,
                                       .text = "share of a host's own nucleated blood cells",
                                       .when = "",
                                       .active = 1,
                                       .line = m->kind[i].line});
    for (int i = 0; i < m->n_supplies; i++)
        for (int k = 0; k < m->supply[i].n_folds; k++)
            if (m->supply[i].fold[k] == c->param)
                add_use(c, (mtl_param_use){.table = "supply",
                                           .id = m->supply[i].name,
                                           .text = m->supply[i].about,
                                           .when = m->supply[i].when.text,
                                           .active = mtl__when_holds(&m->supply[i].when, m),
                                           .line = m->supply[i].line});
}

int mtl_model_param_uses(const mtl_model *m, int param, mtl_param_use *out, int max)
{
    if (param < 0 || param >= m->n_params)
        return MTL_ERR_USAGE;
    collector c = {.out = out, .param = param, .max = max};
    visit_tables(m, collect, &c);
    mtl__visit_host(m, collect, &c);
    for (int i = 0; i < m->n_assays; i++)
        visit_assay(m, i, collect, &c);
    collect_engine(m, &c);
    return c.n;
}

/* ---------------------------------------------------------------- parameters a result leans on */
int mtl__mark_place(void *ctx, const place *p)
{
    bool *used = ctx;
    for (int i = 0; p->active && i < p->expr->n; i++)
        if (p->expr->term[i].param >= 0)
            used[p->expr->term[i].param] = true;
    return MTL_OK;
}

void mtl__rule_used_params(const mtl_model *m, int rule, bool *used)
{
    if (rule < 0 || rule >= m->n_rules)
        return;
    const mtl__rule *r = &m->rule[rule];
    const place p = {.expr = &r->rate, .active = 1};
    mtl__mark_place(used, &p);
    for (int k = 0; k < r->n_factors; k++)
        mtl__visit_factor(m, r->factor[k], 1, mtl__mark_place, used);
}

static bool supplied(const mtl_model *m, int kind)
{
    for (int i = 0; i < m->n_supplies; i++)
        if (m->supply[i].kind == kind && mtl__when_holds(&m->supply[i].when, m))
            return true;
    return false;
}

/* Tumours, and kinds that only rules that sleep make, are there only in a host that is followed. */
static bool kind_awake(const mtl_model *m, int kind)
{
    bool made = m->kind[kind].class_ == MTL__TUMOUR;
    for (int i = 0; i < m->n_rules; i++) {
        const mtl__rule *r = &m->rule[i];
        if (r->target != kind)
            continue;
        if (!mtl__rule_sleeps(r, m))
            return true;
        made = true;
    }
    return !made || supplied(m, kind);
}

/* Rules that sleep call on nothing, nor do factors of the host's state: whoever follows a host
   marks them, rule by rule. */
static void mark_awake(const mtl_model *m, bool *used)
{
    for (int i = 0; i < m->n_rules; i++) {
        const mtl__rule *r = &m->rule[i];
        if (!mtl__when_holds(&r->when, m) || mtl__rule_sleeps(r, m) || !kind_awake(m, r->kind))
            continue;
        const place p = {.expr = &r->rate, .active = 1};
        mtl__mark_place(used, &p);
        for (int k = 0; k < r->n_factors; k++)
            if (m->factor[r->factor[k]].of <= MTL__OF_POSTPARTUM)
                mtl__visit_factor(m, r->factor[k], 1, mtl__mark_place, used);
    }
    for (int i = 0; i < m->n_factors; i++)
        if (strcmp(m->factor[i].name, "growth") == 0)
            mtl__visit_factor(m, i, 1, mtl__mark_place, used);
    for (int i = 0; i < m->n_supplies; i++)
        if (m->supply[i].curve >= 0 && mtl__when_holds(&m->supply[i].when, m))
            mtl__visit_factor(m, m->supply[i].curve, 1, mtl__mark_place, used);
}

void mtl__model_used_params(const mtl_model *m, bool *used)
{
    mark_awake(m, used);
    visit_supplies(m, mtl__mark_place, used);
    visit_organs(m, mtl__mark_place, used);
    for (int i = 0; i < N_ENGINE; i++) {
        const int k = mtl_model_find_param(m, engine_uses[i].param, NULL);
        const bool in_run = engine_uses[i].sw == NULL || engine_uses[i].sw[0] != '\0';
        if (k >= 0 && in_run && engine_active(m, &engine_uses[i]))
            used[k] = true;
    }
    for (int i = 0; i < m->n_kinds; i++)
        if (m->kind[i].share_param >= 0)
            used[m->kind[i].share_param] = true;
    for (int i = 0; i < m->n_supplies; i++)
        for (int k = 0; mtl__when_holds(&m->supply[i].when, m) && k < m->supply[i].n_folds; k++)
            used[m->supply[i].fold[k]] = true;
}

void mtl__assay_used_params(const mtl_model *m, int assay, bool *used)
{
    if (assay >= 0 && assay < m->n_assays)
        visit_assay(m, assay, mtl__mark_place, used);
}

/* ---------------------------------------------------------------- are all values possible? */
typedef struct checker {
    const mtl_model *m;
    mtl_error *err;
} checker;

static int check_place(void *ctx, const place *p)
{
    const checker *c = ctx;
    const double x = mtl__expr_value(p->expr, c->m);
    const char *why = NULL;
    if (!isfinite(x))
        why = "is not a finite number";
    else if (p->must == PROBABILITY && (x < 0.0 || x > 1.0))
        why = "is not between 0 and 1";
    else if (p->must == POSITIVE && !(x > 0.0))
        why = "must be above 0";
    else if (x < 0.0 && p->must != MTL__PLACE_SIGNED && strcmp(p->table, "factors") != 0)
        why = "is negative";
    if (why == NULL)
        return MTL_OK;
    char file[256];
    const size_t n = strlen(c->m->dir);
    snprintf(file, sizeof file, "%s%s%s.tsv", c->m->dir,
             n > 0 && c->m->dir[n - 1] != '/' ? "/" : "", p->table);
    return mtl__fail_at(c->err, MTL_ERR_VALUE, file, p->line, 0, p->id, "'%.200s' %s",
                        p->expr->text, why);
}

int mtl__model_check_values(const mtl_model *m, mtl_error *err)
{
    checker c = {.m = m, .err = err};
    MTL_TRY(visit_tables(m, check_place, &c));
    MTL_TRY(mtl__visit_host(m, check_place, &c));
    for (int i = 0; i < m->n_assays; i++)
        MTL_TRY(visit_assay(m, i, check_place, &c));
    return MTL_OK;
}

/* ---------------------------------------------------------------- sentences */
const char *mtl__rule_process_name(enum mtl__rule_process p)
{
    static const char *const name[MTL__N_RULE_PROCESSES] = {
        "divide", "die", "change", "leave", "lose", "output", "decay", "residence", "land"};
    return name[p];
}

static const char *organ_text(const mtl_model *m, const mtl__rule *r)
{
    if (r->organ_group != NULL)
        return r->organ_group;
    return r->organ < 0 ? "every organ" : m->organ[r->organ].name;
}

static const char *say_rule(mtl_model *m, const mtl__rule *r)
{
    static const char *const verb[MTL__N_RULE_PROCESSES] = {
        "divides",
        "dies",
        "changes into",
        "leaves into the blood",
        "is lost in one passage through blood",
        "makes",
        "disappears",
        "stays in the blood, per passage,",
        "lands the more readily, in units of rest,"};
    char buf[500], factors[200] = "";
    size_t n = 0;
    for (int i = 0; i < r->n_factors && n < sizeof factors; i++)
        n += (size_t)snprintf(factors + n, sizeof factors - n, "%s%s",
                              i == 0                 ? ", times "
                              : i + 1 < r->n_factors ? ", "
                                                     : " and ",
                              m->factor[r->factor[i]].name);
    snprintf(buf, sizeof buf, "%s %s%s%s in %s: %s%s", m->kind[r->kind].name, verb[r->process],
             r->target >= 0 ? " " : "", r->target >= 0 ? m->kind[r->target].name : "",
             organ_text(m, r), r->rate.text, factors);
    return mtl__arena_strdup(&m->arena, buf);
}

static const char *say_supply(mtl_model *m, const mtl__supply *s)
{
    static const char *const on[] = {"over a pregnancy",    "at delivery",
                                     "at a miscarriage",    "at a termination",
                                     "with milk",           "with a transfusion",
                                     "with an organ graft", "with a stem cell graft",
                                     "with an infusion",    "through joined circulations"};
    static const char *const ways[] = {"child to mother", "mother to child", "giver to taker"};
    char buf[400];
    snprintf(buf, sizeof buf, "%s, %s %s, %s: %s", m->kind[s->kind].name, ways[s->way], on[s->on],
             s->measure == MTL__PER_DAY ? "cells per day" : "cells", s->amount.text);
    return mtl__arena_strdup(&m->arena, buf);
}

int mtl__model_finish(mtl_model *m, mtl_error *err)
{
    for (int i = 0; i < m->n_rules; i++)
        if ((m->rule[i].about = say_rule(m, &m->rule[i])) == NULL)
            return mtl__nomem(err);
    for (int i = 0; i < m->n_supplies; i++)
        if ((m->supply[i].about = say_supply(m, &m->supply[i])) == NULL)
            return mtl__nomem(err);
    MTL_TRY(mtl__say_host(m, err));
    mtl__model_refresh(m);
    return mtl__model_check_values(m, err);
}
