/* SPDX-License-Identifier: MIT */
/* Tables of what happens: rules (what a kind of cell does) and supply (which of a donor's own cells
   cross, when, and how unequally). Each line is checked for its dimension and for making sense for
   its kind, so that a table that loads can be compiled. */
#include <stdio.h>
#include <string.h>

#include "io/model_tsv.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* ---------------------------------------------------------------- rules */
enum { R_NAME, R_KIND, R_ORGAN, R_PROCESS, R_TARGET, R_RATE, R_FACTORS, R_WHEN, R_SOURCE, R_NOTE };

static int load_rule_organ(mtl__load *l, int row, mtl__rule *r)
{
    return mtl__load_where(l, row, R_ORGAN, &r->organ, &r->organ_group);
}

/* Seeds do everything but decay; tumours stay where they began, and divide and die there; other
   kinds are not counted one by one, and only decay. */
static int check_rule_kind(mtl__load *l, int row, const mtl__rule *r)
{
    const mtl__kind *k = &l->m->kind[r->kind];
    const char *why = NULL;
    if (k->class_ == MTL__TUMOUR)
        why = r->process == MTL__R_DIVIDE || r->process == MTL__R_DIE
                  ? NULL
                  : "'%s' is a tumour: it divides and dies";
    else if (k->class_ == MTL__SEED)
        why = r->process == MTL__R_DECAY
                  ? "'%s' is a seed: it dies and divides, 'decay' is for other kinds"
                  : NULL;
    else if (r->process != MTL__R_DECAY)
        why = "'%s' is not a seed: its only process is 'decay'";
    return why == NULL ? MTL_OK
                       : mtl__tsv_fail(&l->t, row, R_PROCESS, l->err, MTL_ERR_VALUE, why, k->name);
}

/* Which kinds may do what, and into what. */
static int load_rule_target(mtl__load *l, int row, mtl__rule *r)
{
    const mtl_model *m = l->m;
    const char *s = mtl__tsv_get(&l->t, row, R_TARGET);
    const bool needs = r->process == MTL__R_CHANGE || r->process == MTL__R_OUTPUT;
    r->target = -1;
    MTL_TRY(check_rule_kind(l, row, r));
    if (!needs && s[0] == '\0')
        return MTL_OK;
    if (!needs)
        return mtl__tsv_fail(&l->t, row, R_TARGET, l->err, MTL_ERR_VALUE,
                             "only 'change' and 'output' have a target");
    r->target = mtl__model_kind(m, s, l->err);
    if (r->target < 0)
        return mtl__tsv_place(&l->t, row, R_TARGET, l->err, r->target);
    const enum mtl__kind_class to = m->kind[r->target].class_;
    if ((to == MTL__SEED) != (r->process == MTL__R_CHANGE) || r->target == r->kind ||
        to == MTL__TUMOUR)
        return mtl__tsv_fail(&l->t, row, R_TARGET, l->err, MTL_ERR_VALUE,
                             r->process == MTL__R_CHANGE
                                 ? "'%s': a seed changes into another kind of seed"
                                 : "'%s': the output of a seed is a kind that is not a seed",
                             s);
    return MTL_OK;
}

static int load_rule_factors(mtl__load *l, int row, mtl__rule *r)
{
    const char **word = NULL;
    MTL_TRY(mtl__load_list(l, row, R_FACTORS, '*', &word, &r->n_factors));
    if (r->n_factors > 0 &&
        (r->process == MTL__R_LOSE || r->process == MTL__R_RESIDENCE || r->process == MTL__R_DECAY))
        return mtl__tsv_fail(&l->t, row, R_FACTORS, l->err, MTL_ERR_UNSUPPORTED,
                             "loss, residence and decay take no factors yet");
    if (r->n_factors == 0)
        return MTL_OK;
    int *index = mtl__arena_alloc(&l->m->arena, (size_t)r->n_factors * sizeof *index);
    if (index == NULL)
        return mtl__nomem(l->err);
    for (int i = 0; i < r->n_factors; i++) {
        index[i] = mtl__model_factor(l->m, word[i], l->err);
        if (index[i] < 0)
            return mtl__tsv_place(&l->t, row, R_FACTORS, l->err, index[i]);
    }
    r->factor = index;
    return MTL_OK;
}

static int load_rule(mtl__load *l, int row, mtl__rule *r)
{
    const char *process[MTL__N_RULE_PROCESSES];
    int p = 0;
    for (int i = 0; i < MTL__N_RULE_PROCESSES; i++)
        process[i] = mtl__rule_process_name((enum mtl__rule_process)i);
    r->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, R_NAME, &r->name));
    r->kind = mtl__model_kind(l->m, mtl__tsv_get(&l->t, row, R_KIND), l->err);
    if (r->kind < 0)
        return mtl__tsv_place(&l->t, row, R_KIND, l->err, r->kind);
    MTL_TRY(mtl__load_choice(l, row, R_PROCESS, process, MTL__N_RULE_PROCESSES, &p));
    r->process = (enum mtl__rule_process)p;
    MTL_TRY(load_rule_organ(l, row, r));
    MTL_TRY(load_rule_target(l, row, r));
    const char *unit = r->process == MTL__R_LOSE        ? "probability"
                       : r->process == MTL__R_RESIDENCE ? "days"
                       : r->process == MTL__R_LAND      ? "none"
                                                        : "per day";
    MTL_TRY(mtl__load_expr(l, row, R_RATE, unit, &r->rate));
    MTL_TRY(load_rule_factors(l, row, r));
    MTL_TRY(mtl__load_when(l, row, R_WHEN, &r->when));
    MTL_TRY(mtl__load_text(l, row, R_SOURCE, &r->source));
    r->note = mtl__tsv_get(&l->t, row, R_NOTE);
    return MTL_OK;
}

/* A kind that is made and never goes away would fill the body. */
static int check_decay(const mtl_model *m, const char *file, mtl_error *err)
{
    for (int k = 0; k < m->n_kinds; k++) {
        bool decays = m->kind[k].class_ == MTL__SEED || m->kind[k].class_ == MTL__TUMOUR;
        for (int i = 0; i < m->n_rules && !decays; i++)
            decays = m->rule[i].kind == k && m->rule[i].process == MTL__R_DECAY;
        if (!decays)
            return mtl__fail_at(err, MTL_ERR_VALUE, file, 0, 0, "process",
                                "the kind '%s' (kinds.tsv line %d) has no rule 'decay'",
                                m->kind[k].name, m->kind[k].line);
    }
    return MTL_OK;
}

int mtl__load_rules(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"name", "kind",    "organ", "process", "target",
                                          "rate", "factors", "when",  "source",  "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_RULES, t, columns, COUNT(columns), 0,
                            sizeof *m->rule, &items, err));
    m->rule = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_rule(&l, i, &m->rule[i]));
        m->n_rules = i + 1;
    }
    return check_decay(m, l.t.file, err);
}

/* ---------------------------------------------------------------- supply */
enum {
    U_NAME,
    U_WAY,
    U_ON,
    U_MEASURE,
    U_CARE,
    U_KIND,
    U_ORGAN,
    U_ENGRAFTED,
    U_AMOUNT,
    U_CURVE,
    U_LAW,
    U_LAW_ARG,
    U_GROUP,
    U_FOLDS,
    U_WHEN,
    U_SOURCE,
    U_NOTE
};

static int load_supply_organ(mtl__load *l, int row, mtl__supply *s)
{
    const char *word = NULL;
    const mtl_model *m = l->m;
    MTL_TRY(mtl__load_text(l, row, U_ORGAN, &word));
    if (strcmp(word, "landing") == 0) {
        s->organ = -2;
    } else if (strcmp(word, "blood") == 0) {
        s->organ = -1;
    } else {
        s->organ = mtl__model_organ(m, word, l->err);
        if (s->organ < 0)
            return mtl__tsv_place(&l->t, row, U_ORGAN, l->err, s->organ);
    }
    if (m->kind[s->kind].class_ == MTL__TUMOUR)
        return mtl__tsv_fail(&l->t, row, U_KIND, l->err, MTL_ERR_VALUE,
                             "'%s' is a tumour of the host's own: nobody supplies it",
                             m->kind[s->kind].name);
    if ((m->kind[s->kind].class_ == MTL__SEED) == (s->organ == -1))
        return mtl__tsv_fail(&l->t, row, U_ORGAN, l->err, MTL_ERR_VALUE,
                             s->organ == -1 ? "'%s' is a seed: it goes to 'landing' or to an organ"
                                            : "'%s' is not a seed: it stays in 'blood'",
                             m->kind[s->kind].name);
    return MTL_OK;
}

static int load_folds(mtl__load *l, int row, mtl__supply *s)
{
    static const char *const known[] = {"trisomy21",          "aneuploid",  "preeclampsia",
                                        "growth_restriction", "caesarean",  "surgery",
                                        "leukoreduced",       "irradiated", "monochorionic"};
    const char **word = NULL;
    MTL_TRY(mtl__load_list(l, row, U_FOLDS, ';', &word, &s->n_folds));
    if (s->n_folds == 0)
        return MTL_OK;
    int *fold = mtl__arena_alloc(&l->m->arena, (size_t)s->n_folds * sizeof *fold);
    const char **fold_if = mtl__arena_alloc(&l->m->arena, (size_t)s->n_folds * sizeof *fold_if);
    if (fold == NULL || fold_if == NULL)
        return mtl__nomem(l->err);
    for (int i = 0; i < s->n_folds; i++) {
        const char *colon = strchr(word[i], ':');
        const size_t n = colon != NULL ? (size_t)(colon - word[i]) : strlen(word[i]);
        for (int k = 0; k < COUNT(known); k++)
            if (strlen(known[k]) == n && memcmp(known[k], word[i], n) == 0)
                fold_if[i] = known[k];
        if (colon == NULL || fold_if[i] == NULL)
            return mtl__tsv_fail(
                &l->t, row, U_FOLDS, l->err, MTL_ERR_NAME,
                "'%.60s' is not a fold such as 'trisomy21:gestation.fold.t21' "
                "(trisomy21, aneuploid, preeclampsia, growth_restriction, caesarean, surgery, "
                "leukoreduced, irradiated, monochorionic)",
                word[i]);
        fold[i] = mtl_model_find_param(l->m, colon + 1, l->err);
        if (fold[i] < 0)
            return mtl__tsv_place(&l->t, row, U_FOLDS, l->err, fold[i]);
    }
    s->fold = fold;
    s->fold_if = fold_if;
    return MTL_OK;
}

/* "probability; log sd" of a spike. */
static int load_spike(mtl__load *l, int row, mtl__supply *s)
{
    const char **word = NULL;
    int n = 0;
    MTL_TRY(mtl__load_list(l, row, U_LAW_ARG, ';', &word, &n));
    if (n != 2)
        return mtl__tsv_fail(&l->t, row, U_LAW_ARG, l->err, MTL_ERR_SYNTAX,
                             "the law 'spike' wants 'probability; log sd'");
    mtl__expr *const part[2] = {&s->law_p, &s->law_arg};
    for (int i = 0; i < 2; i++) {
        const int ret = mtl__expr_parse(l->m, word[i], part[i], l->err);
        if (ret < 0)
            return mtl__tsv_place(&l->t, row, U_LAW_ARG, l->err, ret);
    }
    return MTL_OK;
}

static int load_law(mtl__load *l, int row, mtl__supply *s)
{
    static const char *const laws[] = {"fixed", "gamma", "lognormal", "bleed", "spike"};
    int law = 0;
    MTL_TRY(mtl__load_choice(l, row, U_LAW, laws, COUNT(laws), &law));
    s->law = (enum mtl__hetero)law;
    s->group = mtl__tsv_get(&l->t, row, U_GROUP);
    const char *arg = mtl__tsv_get(&l->t, row, U_LAW_ARG);
    if (s->law == MTL__H_FIXED && arg[0] != '\0')
        return mtl__tsv_fail(&l->t, row, U_LAW_ARG, l->err, MTL_ERR_VALUE,
                             "the law 'fixed' has no argument");
    if (s->law == MTL__H_FIXED)
        return MTL_OK;
    if (s->law == MTL__H_SPIKE)
        return load_spike(l, row, s);
    return mtl__load_expr(l, row, U_LAW_ARG, "none", &s->law_arg);
}

static int load_supply_choices(mtl__load *l, int row, mtl__supply *s)
{
    static const char *const ways[] = {"child_to_mother", "mother_to_child", "giver_to_taker"};
    static const char *const on[] = {"pregnancy", "delivery",    "miscarriage", "termination",
                                     "milk",      "transfusion", "organ_graft", "stem_cell_graft",
                                     "infusion",  "anastomosis"};
    static const char *const measures[] = {"per_day", "total"};
    static const char *const care[] = {"any", "none", "expectant", "medical", "surgical"};
    int way = 0, o = 0, measure = 0, c = 0;
    MTL_TRY(mtl__load_choice(l, row, U_WAY, ways, COUNT(ways), &way));
    MTL_TRY(mtl__load_choice(l, row, U_ON, on, COUNT(on), &o));
    MTL_TRY(mtl__load_choice(l, row, U_MEASURE, measures, COUNT(measures), &measure));
    MTL_TRY(mtl__load_choice(l, row, U_CARE, care, COUNT(care), &c));
    s->way = (enum mtl__supply_way)way;
    s->on = (enum mtl__supply_on)o;
    s->measure = (enum mtl__supply_measure)measure;
    s->care = c - 1;
    if (s->on != MTL__ON_PREGNANCY && s->measure == MTL__PER_DAY)
        return mtl__tsv_fail(&l->t, row, U_MEASURE, l->err, MTL_ERR_VALUE,
                             "'per_day' is for 'pregnancy'; everything else has a 'total'");
    if ((s->way == MTL__GIVER_TO_TAKER) != (s->on >= MTL__ON_MILK))
        return mtl__tsv_fail(
            &l->t, row, U_WAY, l->err, MTL_ERR_VALUE,
            "'giver_to_taker' goes with milk, transfusion, grafts, infusion and anastomosis, "
            "and only with them");
    if (s->care > 0 && s->on != MTL__ON_MISCARRIAGE && s->on != MTL__ON_TERMINATION)
        return mtl__tsv_fail(&l->t, row, U_CARE, l->err, MTL_ERR_VALUE,
                             "care belongs to a miscarriage or a termination");
    return MTL_OK;
}

static int load_supply_line(mtl__load *l, int row, mtl__supply *s)
{
    s->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, U_NAME, &s->name));
    MTL_TRY(load_supply_choices(l, row, s));
    s->kind = mtl__model_kind(l->m, mtl__tsv_get(&l->t, row, U_KIND), l->err);
    if (s->kind < 0)
        return mtl__tsv_place(&l->t, row, U_KIND, l->err, s->kind);
    MTL_TRY(load_supply_organ(l, row, s));
    MTL_TRY(mtl__load_yes(l, row, U_ENGRAFTED, &s->engrafted));
    const char *unit = s->measure == MTL__PER_DAY ? "cells per day"
                       : s->on == MTL__ON_MILK    ? "cells/mL"
                                                  : "cells";
    MTL_TRY(mtl__load_expr(l, row, U_AMOUNT, unit, &s->amount));
    const char *curve = mtl__tsv_get(&l->t, row, U_CURVE);
    s->curve = -1;
    if (curve[0] != '\0') {
        s->curve = mtl__model_factor(l->m, curve, l->err);
        if (s->curve < 0)
            return mtl__tsv_place(&l->t, row, U_CURVE, l->err, s->curve);
        if (s->on == MTL__ON_MILK
                ? l->m->factor[s->curve].of != MTL__OF_AGE
                : s->on != MTL__ON_PREGNANCY || l->m->factor[s->curve].of != MTL__OF_WEEK)
            return mtl__tsv_fail(
                &l->t, row, U_CURVE, l->err, MTL_ERR_VALUE,
                "a curve of gestational week belongs to 'pregnancy', one of age to 'milk'");
    }
    MTL_TRY(load_law(l, row, s));
    MTL_TRY(load_folds(l, row, s));
    MTL_TRY(mtl__load_when(l, row, U_WHEN, &s->when));
    MTL_TRY(mtl__load_text(l, row, U_SOURCE, &s->source));
    s->note = mtl__tsv_get(&l->t, row, U_NOTE);
    return MTL_OK;
}

/* Lines of one group share one multiplier, so they must have one law. */
static int check_group(mtl__load *l, int row)
{
    const mtl_model *m = l->m;
    const mtl__supply *s = &m->supply[row];
    for (int i = 0; i < row && s->group[0] != '\0'; i++) {
        const mtl__supply *o = &m->supply[i];
        if (strcmp(o->group, s->group) != 0 || o->way != s->way)
            continue;
        const bool same = o->law == s->law &&
                          (s->law == MTL__H_FIXED || strcmp(o->law_arg.text, s->law_arg.text) == 0);
        if (!same && o->when.n == 0 && s->when.n == 0)
            return mtl__tsv_fail(
                &l->t, row, U_LAW, l->err, MTL_ERR_VALUE,
                "the group '%s' shares one multiplier, but line %d has another law", s->group,
                l->t.line[i]);
    }
    return MTL_OK;
}

int mtl__load_supply(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {
        "name",  "way", "on",      "measure", "care",  "kind", "organ",  "engrafted", "amount",
        "curve", "law", "law_arg", "group",   "folds", "when", "source", "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_SUPPLY, t, columns, COUNT(columns), 0,
                            sizeof *m->supply, &items, err));
    m->supply = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_supply_line(&l, i, &m->supply[i]));
        m->n_supplies = i + 1;
        MTL_TRY(check_group(&l, i));
    }
    return MTL_OK;
}
