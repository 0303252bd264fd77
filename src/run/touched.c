/* SPDX-License-Identifier: MIT */
/* Which parameters a scenario leans on: not all that the model uses, but those that can move this
   one. A woman without a caesarean does not lean on what a caesarean does. */
#include <string.h>

#include "run/run_internal.h"

static void mark_expr(const mtl__expr *e, bool *used)
{
    for (int k = 0; k < e->n; k++)
        if (e->term[k].param >= 0)
            used[e->term[k].param] = true;
}

static void mark_factor(const mtl_model *m, int factor, bool *used)
{
    for (int k = 0; factor >= 0 && k < m->factor[factor].n_args; k++)
        mark_expr(&m->factor[factor].arg[k], used);
}

/* Is the parameter asked for by the engine itself, an organ or a kind, under the switches as they
 * are? */
static bool always(const mtl_model *m, int param)
{
    mtl_param_use use[64];
    int n = mtl_model_param_uses(m, param, use, 64);
    n = n < 64 ? n : 64;
    for (int k = 0; k < n; k++)
        if (use[k].active &&
            (strcmp(use[k].table, "engine") == 0 || strcmp(use[k].table, "organs") == 0 ||
             strcmp(use[k].table, "kinds") == 0))
            return true;
    return false;
}

/* What the engine itself asks for when a contact is there. */
static void mark_contacts(const mtl__world *w, bool *used)
{
    static const struct {
        enum mtl__contact_kind kind;
        const char *param;
    } asks[] = {
        {MTL__MILK, "milk.volume"},
        {MTL__ANASTOMOSIS, "twins.anastomosis"},
        {MTL__ANASTOMOSIS, "twins.anastomosis.monochorionic"},
        {MTL__ANASTOMOSIS, "twins.anastomosis.cells"},
        {MTL__ORGAN_GRAFT, "graft.organ.share"},
        {MTL__STEM_CELL_GRAFT, "graft.blood.share"},
    };
    const int unnoticed =
        w->s->n_unnoticed ? mtl_model_find_param(w->m, "loss.unnoticed.rate", NULL) : -1;
    if (unnoticed >= 0)
        used[unnoticed] = true;
    for (int k = 0; k < w->s->n_contacts; k++)
        for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
            const int param = asks[i].kind == w->s->contact[k].kind
                                  ? mtl_model_find_param(w->m, asks[i].param, NULL)
                                  : -1;
            if (param >= 0)
                used[param] = true;
        }
}

/* What following a host calls on: its injuries, outcomes, tolerance, and the tallies it reads. */
static void mark_host(const mtl__world *w, const mtl__followed *h, bool *used)
{
    const mtl_model *m = w->m;
    for (int i = 0; i < w->s->n_injuries; i++) {
        const mtl__injury *x = &w->s->injury[i];
        if (x->person == h->person)
            mtl__injury_event_params(m, x->def, x->size_given, x->lasts_given, used);
    }
    for (int i = 0; i < m->n_outcomes; i++)
        if (h->spec.outcome && h->spec.outcome[i])
            mtl__outcome_used_params(m, i, used);
    if (h->spec.immune)
        mtl__immune_used_params(m, used);
    for (int i = 0; i < mtl__host_n_tallies(h->plan); i++)
        mtl__tally_used_params(m, mtl__host_tally_at(h->plan, i)->tally, used);
}

void mtl__touched_params(const mtl__world *w, bool *used)
{
    const mtl_model *m = w->m;
    for (int i = 0; i < m->n_params; i++)
        used[i] = always(m, i) || w->fold_used[i];
    for (int k = 0; k < m->n_supplies; k++) {
        const mtl__supply *u = &m->supply[k];
        if (!w->line_used[k])
            continue;
        mark_expr(&u->amount, used);
        if (u->law != MTL__H_FIXED)
            mark_expr(&u->law_arg, used);
        if (u->law == MTL__H_SPIKE)
            mark_expr(&u->law_p, used);
        mark_factor(m, u->curve, used);
    }
    for (int k = 0; k < m->n_rules; k++) {
        const mtl__rule *r = &m->rule[k];
        if (!w->kind[r->kind] || !mtl__when_holds(&r->when, m) || !mtl__rule_lives(w, r))
            continue;
        mark_expr(&r->rate, used);
        for (int f = 0; f < r->n_factors; f++)
            if (mtl__factor_lives(w, &m->factor[r->factor[f]]))
                mark_factor(m, r->factor[f], used);
    }
    for (int k = 0; k < w->n_hosts; k++)
        mark_host(w, &w->host[k], used);
    mark_contacts(w, used);
    for (int k = 0; k < w->s->n_samples; k++)
        if (w->s->sample[k].assay >= 0)
            mtl__assay_used_params(m, w->s->sample[k].assay, used);
}

static bool named(const mtl__when *w, int sw)
{
    for (int k = 0; k < w->n; k++)
        if (w->cond[k].sw == sw)
            return true;
    return false;
}

/* What only a host reads: exposures of its outcomes, tallies, repair of its injuries. */
static bool host_asks(const mtl__world *w, const mtl__followed *h, int sw)
{
    const mtl_model *m = w->m;
    for (int k = 0; k < m->n_exposures; k++)
        if (h->spec.outcome[m->exposure[k].outcome] && named(&m->exposure[k].when, sw))
            return true;
    for (int i = 0; i < mtl__host_n_tallies(h->plan); i++) {
        const int tally = mtl__host_tally_at(h->plan, i)->tally;
        for (int k = 0; tally >= 0 && k < m->tally[tally].n_parts; k++)
            if (named(&m->tally[tally].part[k].when, sw))
                return true;
    }
    return h->spec.n_injuries > 0 && strcmp(m->sw[sw].name, "repair") == 0;
}

bool mtl__switch_matters(const mtl__world *w, int sw)
{
    static const char *const engine[] = {"niche", "conduit", "conditioning"};
    const mtl_model *m = w->m;
    for (size_t k = 0; k < sizeof engine / sizeof *engine; k++)
        if (strcmp(m->sw[sw].name, engine[k]) == 0)
            return true;
    for (int k = 0; k < m->n_supplies; k++)
        if (named(&m->supply[k].when, sw))
            return true;
    for (int k = 0; k < m->n_rules; k++)
        if (named(&m->rule[k].when, sw) && mtl__rule_lives(w, &m->rule[k]))
            return true;
    for (int h = 0; h < w->n_hosts; h++)
        if (host_asks(w, &w->host[h], sw))
            return true;
    return m->sw[sw].now != m->sw[sw].default_;
}
