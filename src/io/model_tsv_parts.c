/* SPDX-License-Identifier: MIT */
/* Tables of what there is: parameters, switches, organs, and kinds of cells with their extraction
   factors. Assays are in model_tsv_assays.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/model_tsv.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* ---------------------------------------------------------------- parameters */
enum { P_NAME, P_MEANING, P_VALUE, P_LOW, P_HIGH, P_UNIT, P_PRIOR, P_TIER, P_SOURCE, P_NOTE };

static int check_range(mtl__load *l, int row, const mtl__param *p)
{
    const double lo = p->low, hi = p->high, x = p->value;
    if (isfinite(lo) && isfinite(hi) && hi < lo)
        return mtl__tsv_fail(&l->t, row, P_HIGH, l->err, MTL_ERR_VALUE, "high is below low");
    if (isfinite(lo) && x < lo)
        return mtl__tsv_fail(&l->t, row, P_VALUE, l->err, MTL_ERR_VALUE, "the value is below low");
    if (isfinite(hi) && x > hi)
        return mtl__tsv_fail(&l->t, row, P_VALUE, l->err, MTL_ERR_VALUE, "the value is above high");
    if (p->prior != MTL__PRIOR_NONE && (!isfinite(lo) || !isfinite(hi)))
        return mtl__tsv_fail(&l->t, row, P_PRIOR, l->err, MTL_ERR_VALUE,
                             "the prior '%s' needs low and high; write 'none' to hold the value",
                             p->prior_text);
    if ((p->prior == MTL__PRIOR_LOGNORMAL || p->prior == MTL__PRIOR_LOGUNIFORM) && !(lo > 0.0))
        return mtl__tsv_fail(&l->t, row, P_LOW, l->err, MTL_ERR_VALUE,
                             "the prior '%s' needs low above 0", p->prior_text);
    if (p->prior == MTL__PRIOR_BETA && (lo < 0.0 || hi > 1.0))
        return mtl__tsv_fail(&l->t, row, P_PRIOR, l->err, MTL_ERR_VALUE,
                             "the prior 'beta' needs low and high between 0 and 1");
    return MTL_OK;
}

static int load_parameter(mtl__load *l, int row, mtl__param *p)
{
    static const char *const priors[] = {"none", "lognormal", "loguniform", "uniform", "beta"};
    int prior = 0;
    p->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, P_NAME, &p->name));
    MTL_TRY(mtl__load_text(l, row, P_MEANING, &p->meaning));
    MTL_TRY(mtl__load_text(l, row, P_UNIT, &p->unit_text));
    MTL_TRY(mtl__load_text(l, row, P_SOURCE, &p->source));
    p->note = mtl__tsv_get(&l->t, row, P_NOTE);
    MTL_TRY(mtl__load_tier(l, row, P_TIER, &p->tier));
    MTL_TRY(mtl__load_choice(l, row, P_PRIOR, priors, COUNT(priors), &prior));
    p->prior = (enum mtl__prior)prior;
    p->prior_text = priors[prior];
    int ret = mtl__unit_parse(p->unit_text, &p->unit, l->err);
    if (ret < 0)
        return mtl__tsv_place(&l->t, row, P_UNIT, l->err, ret);
    double *const number[] = {&p->value, &p->low, &p->high};
    static const int column[] = {P_VALUE, P_LOW, P_HIGH};
    for (int i = 0; i < 3; i++) {
        MTL_TRY(mtl__load_number(l, row, column[i], number[i]));
        if (i == 0 && isnan(p->value))
            return mtl__tsv_fail(&l->t, row, P_VALUE, l->err, MTL_ERR_VALUE,
                                 "'%s' has no value; an unknown one needs a placeholder of tier D "
                                 "and a wide range",
                                 p->name);
        *number[i] *= p->unit.scale;
        if (isinf(*number[i]))
            return mtl__tsv_fail(&l->t, row, column[i], l->err, MTL_ERR_VALUE, "too large");
    }
    p->default_value = p->value;
    MTL_TRY(check_range(l, row, p));
    ret = mtl__param_check(p, p->value, l->err);
    if (ret == MTL_OK && isfinite(p->high))
        ret = mtl__param_check(p, p->high, l->err);
    return mtl__tsv_place(&l->t, row, P_VALUE, l->err, ret);
}

int mtl__load_parameters(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"name", "meaning", "value", "low",    "high",
                                          "unit", "prior",   "tier",  "source", "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_PARAMETERS, t, columns, COUNT(columns), 0,
                            sizeof *m->param, &items, err));
    m->param = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_parameter(&l, i, &m->param[i]));
        m->n_params = i + 1;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- switches: one line per value */
enum { S_SWITCH, S_QUESTION, S_VALUE, S_MEANING, S_DEFAULT, S_BUILT, S_SOURCE, S_NOTE };
enum { MAX_VALUES = 64 };

/* The switch of this line, a new one if its name was not there yet. */
static int switch_of_line(mtl__load *l, int row, mtl__switch **out)
{
    mtl_model *m = l->m;
    const char *name = NULL;
    MTL_TRY(mtl__load_text(l, row, S_SWITCH, &name));
    for (int i = 0; i < m->n_switches; i++)
        if (strcmp(m->sw[i].name, name) == 0) {
            *out = &m->sw[i];
            return MTL_OK;
        }
    MTL_TRY(mtl__load_name(l, row, S_SWITCH, &name));
    mtl__switch *s = &m->sw[m->n_switches];
    s->name = name;
    s->line = l->t.line[row];
    s->now = -1;
    MTL_TRY(mtl__load_text(l, row, S_QUESTION, &s->meaning));
    const char **value = mtl__arena_alloc(&m->arena, MAX_VALUES * sizeof *value);
    const char **meaning = mtl__arena_alloc(&m->arena, MAX_VALUES * sizeof *meaning);
    const char **source = mtl__arena_alloc(&m->arena, MAX_VALUES * sizeof *source);
    const char **note = mtl__arena_alloc(&m->arena, MAX_VALUES * sizeof *note);
    s->built = mtl__arena_alloc(&m->arena, MAX_VALUES * sizeof *s->built);
    s->value = value;
    s->value_meaning = meaning;
    s->source = source;
    s->note = note;
    if (!value || !meaning || !source || !note || !s->built)
        return mtl__nomem(l->err);
    m->n_switches++;
    *out = s;
    return MTL_OK;
}

/* The arrays of a switch are const for everybody else; they are filled here, once. */
static int add_value(mtl__load *l, int row, mtl__switch *s)
{
    const char **value, **meaning, **source, **note;
    bool is_default = false, *built;
    const int k = s->n_values;
    memcpy(&value, &s->value, sizeof value);
    memcpy(&meaning, &s->value_meaning, sizeof meaning);
    memcpy(&source, &s->source, sizeof source);
    memcpy(&note, &s->note, sizeof note);
    memcpy(&built, &s->built, sizeof built);
    if (k == MAX_VALUES)
        return mtl__tsv_fail(&l->t, row, S_VALUE, l->err, MTL_ERR_LIMIT, "more than %d values",
                             MAX_VALUES);
    MTL_TRY(mtl__load_text(l, row, S_VALUE, &value[k]));
    MTL_TRY(mtl__load_text(l, row, S_MEANING, &meaning[k]));
    source[k] = mtl__tsv_get(&l->t, row, S_SOURCE);
    note[k] = mtl__tsv_get(&l->t, row, S_NOTE);
    MTL_TRY(mtl__load_yes(l, row, S_BUILT, &built[k]));
    MTL_TRY(mtl__load_yes(l, row, S_DEFAULT, &is_default));
    if (strpbrk(value[k], "=&| ") != NULL)
        return mtl__tsv_fail(&l->t, row, S_VALUE, l->err, MTL_ERR_SYNTAX,
                             "a value must be without blanks, '=', '&' and '|'");
    for (int i = 0; i < k; i++)
        if (strcmp(value[i], value[k]) == 0)
            return mtl__tsv_fail(&l->t, row, S_VALUE, l->err, MTL_ERR_DUPLICATE,
                                 "the switch '%s' has the value '%s' already", s->name, value[k]);
    if (is_default && s->now >= 0)
        return mtl__tsv_fail(&l->t, row, S_DEFAULT, l->err, MTL_ERR_DUPLICATE,
                             "the switch '%s' has a second default", s->name);
    if (is_default && !built[k])
        return mtl__tsv_fail(&l->t, row, S_DEFAULT, l->err, MTL_ERR_UNSUPPORTED,
                             "the default '%s' of the switch '%s' is not built", value[k], s->name);
    if (is_default)
        s->now = s->default_ = k;
    s->n_values++;
    return MTL_OK;
}

int mtl__load_switches(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"switch",  "question", "value",  "meaning",
                                          "default", "built",    "source", "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_SWITCHES, t, columns, COUNT(columns), 0,
                            sizeof *m->sw, &items, err));
    m->sw = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        mtl__switch *s = NULL;
        MTL_TRY(switch_of_line(&l, i, &s));
        MTL_TRY(add_value(&l, i, s));
    }
    for (int i = 0; i < m->n_switches; i++)
        if (m->sw[i].now < 0)
            return mtl__fail_at(err, MTL_ERR_VALUE, l.t.file, m->sw[i].line, 0, "default",
                                "the switch '%s' has no default", m->sw[i].name);
    return MTL_OK;
}

/* ---------------------------------------------------------------- organs */
enum {
    O_NAME,
    O_LABEL,
    O_GROUP,
    O_CELLS,
    O_FLOW,
    O_EXTRACTION,
    O_NICHE,
    O_TURNOVER,
    O_BARRIER,
    O_SEX,
    O_SAMPLING,
    O_TIER_CELLS,
    O_TIER_FLOW,
    O_TIER_EXTRACTION,
    O_SOURCE,
    O_NOTE
};

static int load_organ(mtl__load *l, int row, mtl__organ *o)
{
    static const char *const sexes[] = {"any", "female", "male"};
    int sex = 0;
    o->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, O_NAME, &o->name));
    MTL_TRY(mtl__load_text(l, row, O_LABEL, &o->label));
    o->group = mtl__tsv_get(&l->t, row, O_GROUP);
    MTL_TRY(mtl__load_number(l, row, O_CELLS, &o->cells));
    if (!(o->cells > 0.0))
        return mtl__tsv_fail(&l->t, row, O_CELLS, l->err, MTL_ERR_VALUE,
                             "an organ needs a number of nucleated cells above 0");
    MTL_TRY(mtl__load_share(l, row, O_FLOW, &o->flow));
    MTL_TRY(mtl__load_share(l, row, O_EXTRACTION, &o->extraction));
    MTL_TRY(mtl__load_number(l, row, O_NICHE, &o->niche_capacity));
    MTL_TRY(mtl__load_number(l, row, O_TURNOVER, &o->turnover_per_day));
    if (o->niche_capacity < 0.0 || o->turnover_per_day < 0.0)
        return mtl__tsv_fail(&l->t, row, o->niche_capacity < 0.0 ? O_NICHE : O_TURNOVER, l->err,
                             MTL_ERR_VALUE, "negative");
    o->turnover_per_day /= MTL_DAYS_PER_YEAR;
    MTL_TRY(mtl__load_expr(l, row, O_BARRIER, "none", &o->barrier));
    MTL_TRY(mtl__load_choice(l, row, O_SEX, sexes, COUNT(sexes), &sex));
    o->sex = sex == 0 ? 0 : sex == 1 ? 'f' : 'm';
    MTL_TRY(mtl__load_yes(l, row, O_SAMPLING, &o->sampling_only));
    MTL_TRY(mtl__load_tier(l, row, O_TIER_CELLS, &o->tier_cells));
    MTL_TRY(mtl__load_tier(l, row, O_TIER_FLOW, &o->tier_flow));
    MTL_TRY(mtl__load_tier(l, row, O_TIER_EXTRACTION, &o->tier_extraction));
    o->source = mtl__tsv_get(&l->t, row, O_SOURCE);
    o->note = mtl__tsv_get(&l->t, row, O_NOTE);
    return MTL_OK;
}

int mtl__load_organs(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"name",           "label",
                                          "group",          "nucleated_cells",
                                          "flow_fraction",  "extraction",
                                          "niche_capacity", "turnover_per_year",
                                          "barrier",        "sex",
                                          "sampling_only",  "tier_cells",
                                          "tier_flow",      "tier_extraction",
                                          "source",         "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_ORGANS, t, columns, COUNT(columns), 0,
                            sizeof *m->organ, &items, err));
    m->organ = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_organ(&l, i, &m->organ[i]));
        m->n_organs = i + 1;
        if (strcmp(m->organ[i].name, "blood") == 0)
            m->blood = i;
    }
    if (m->blood < 0)
        return mtl__fail_at(err, MTL_ERR_NAME, l.t.file, 0, 0, "name",
                            "there is no organ 'blood', through which cells travel");
    return MTL_OK;
}

/* ---------------------------------------------------------------- kinds and extraction */
enum { K_NAME, K_LABEL, K_CLASS, K_SHARE, K_RESIDENT, K_SOURCE, K_NOTE };

static int load_kind(mtl__load *l, int row, mtl__kind *k)
{
    static const char *const classes[] = {"seed", "progeny", "transient", "cfdna", "tumour"};
    int c = 0;
    mtl_model *m = l->m;
    k->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, K_NAME, &k->name));
    MTL_TRY(mtl__load_text(l, row, K_LABEL, &k->label));
    MTL_TRY(mtl__load_choice(l, row, K_CLASS, classes, COUNT(classes), &c));
    k->class_ = (enum mtl__kind_class)c;
    MTL_TRY(mtl__load_yes(l, row, K_RESIDENT, &k->blood_resident));
    k->source = mtl__tsv_get(&l->t, row, K_SOURCE);
    k->note = mtl__tsv_get(&l->t, row, K_NOTE);
    k->blood_share = NAN;
    k->share_param = -1;
    const char *share = mtl__tsv_get(&l->t, row, K_SHARE);
    if (share[0] != '\0') {
        k->share_param = mtl_model_find_param(m, share, l->err);
        if (k->share_param < 0)
            return mtl__tsv_place(&l->t, row, K_SHARE, l->err, k->share_param);
        k->blood_share = m->param[k->share_param].value;
    }
    k->organ_factor = mtl__arena_alloc(&m->arena, (size_t)m->n_organs * sizeof *k->organ_factor);
    if (k->organ_factor == NULL)
        return mtl__nomem(l->err);
    for (int o = 0; o < m->n_organs; o++)
        k->organ_factor[o] = 1.0;
    return MTL_OK;
}

int mtl__load_kinds(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"name",           "label",  "class", "blood_share",
                                          "blood_resident", "source", "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_KINDS, t, columns, COUNT(columns), 0,
                            sizeof *m->kind, &items, err));
    m->kind = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_kind(&l, i, &m->kind[i]));
        m->n_kinds = i + 1;
    }
    return MTL_OK;
}

int mtl__load_extraction(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"kind", "organ", "factor", "tier", "source", "note"};
    enum { X_KIND, X_ORGAN, X_FACTOR, X_TIER };
    mtl__load l;
    void *items = NULL; /* rows already seen: kind, organ */
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_EXTRACTION, t, columns, COUNT(columns), 0,
                            2 * sizeof(int), &items, err));
    int *pair = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        char tier = 'D';
        double factor = 0.0;
        const int kind = mtl__model_kind(m, mtl__tsv_get(&l.t, i, X_KIND), err);
        if (kind < 0)
            return mtl__tsv_place(&l.t, i, X_KIND, err, kind);
        const int organ = mtl__model_organ(m, mtl__tsv_get(&l.t, i, X_ORGAN), err);
        if (organ < 0)
            return mtl__tsv_place(&l.t, i, X_ORGAN, err, organ);
        MTL_TRY(mtl__load_number(&l, i, X_FACTOR, &factor));
        if (!(factor >= 0.0))
            return mtl__tsv_fail(&l.t, i, X_FACTOR, err, MTL_ERR_VALUE,
                                 "expected a factor, 0 or above");
        MTL_TRY(mtl__load_tier(&l, i, X_TIER, &tier));
        for (int k = 0; k < i; k++)
            if (pair[2 * k] == kind && pair[2 * k + 1] == organ)
                return mtl__tsv_fail(&l.t, i, X_ORGAN, err, MTL_ERR_DUPLICATE,
                                     "%s in %s is there already, in line %d", m->kind[kind].name,
                                     m->organ[organ].name, l.t.line[k]);
        pair[2 * i] = kind;
        pair[2 * i + 1] = organ;
        m->kind[kind].organ_factor[organ] = factor;
    }
    return MTL_OK;
}
