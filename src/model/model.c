/* SPDX-License-Identifier: MIT */
/* The model in memory: looking things up by name, setting parameters and switches so that a refused
   value leaves the model as it was, drawing parameters from their priors, and the public getters.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

int mtl__model_new(mtl_model **out, const char *dir, mtl_error *err)
{
    *out = NULL;
    mtl_model *m = calloc(1, sizeof *m);
    if (m == NULL)
        return mtl__nomem(err);
    mtl__arena_init(&m->arena, 0);
    m->blood = -1;
    m->dir = mtl__arena_strdup(&m->arena, dir);
    if (m->dir == NULL) {
        mtl_model_free(m);
        return mtl__nomem(err);
    }
    *out = m;
    return MTL_OK;
}

void mtl_model_free(mtl_model *m)
{
    if (m == NULL)
        return;
    mtl__arena_free(&m->arena);
    free(m);
}

/* ---------------------------------------------------------------- names */
#define GET_NAME(what, member)                                                                     \
    static const char *what##_name(const void *ctx, int i)                                         \
    {                                                                                              \
        return ((const mtl_model *)ctx)->member[i].name;                                           \
    }
GET_NAME(param, param)
GET_NAME(organ, organ)
GET_NAME(kind, kind)
GET_NAME(assay, assay)
GET_NAME(factor, factor)
GET_NAME(switch, sw)
GET_NAME(tally, tally)
GET_NAME(injury, injury)
GET_NAME(outcome, outcome)

typedef const char *(*name_getter)(const void *ctx, int i);

static int find(const mtl_model *m, const char *what, const char *name, int n, name_getter get,
                mtl_error *err)
{
    for (int i = 0; i < n; i++)
        if (strcmp(get(m, i), name) == 0)
            return i;
    if (err == NULL) /* nobody reads the hint, which costs more than the search */
        return MTL_ERR_NAME;
    char hint[160] = "";
    mtl__hint(hint, sizeof hint, name, n, get, m);
    return mtl__fail(err, MTL_ERR_NAME, NULL, "unknown %s '%.80s'%s", what, name, hint);
}

int mtl__model_organ(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "organ", name, m->n_organs, organ_name, err);
}
int mtl__model_kind(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "kind", name, m->n_kinds, kind_name, err);
}
int mtl__model_assay(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "assay", name, m->n_assays, assay_name, err);
}
int mtl__model_factor(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "factor", name, m->n_factors, factor_name, err);
}
int mtl__model_tally(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "tally", name, m->n_tallies, tally_name, err);
}
int mtl__model_injury(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "injury", name, m->n_injuries, injury_name, err);
}
int mtl__model_outcome(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "outcome", name, m->n_outcomes, outcome_name, err);
}
int mtl_model_find_param(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "parameter", name, m->n_params, param_name, err);
}
int mtl_model_find_switch(const mtl_model *m, const char *name, mtl_error *err)
{
    return find(m, "switch", name, m->n_switches, switch_name, err);
}

int mtl__model_value(const mtl_model *m, const char *name, double *out, mtl_error *err)
{
    const int i = mtl_model_find_param(m, name, err);
    MTL_TRY(i);
    *out = m->param[i].value;
    return MTL_OK;
}

int mtl__model_switch_now(const mtl_model *m, const char *name)
{
    const int i = mtl_model_find_switch(m, name, NULL);
    return i < 0 ? -1 : m->sw[i].now;
}

bool mtl__model_switch_is(const mtl_model *m, const char *name, const char *value)
{
    const int i = mtl_model_find_switch(m, name, NULL);
    return i >= 0 && strcmp(m->sw[i].value[m->sw[i].now], value) == 0;
}

bool mtl__rule_applies(const mtl__rule *r, const mtl_model *m, int organ)
{
    if (r->organ_group != NULL)
        return strcmp(m->organ[organ].group, r->organ_group) == 0;
    return r->organ < 0 || r->organ == organ;
}

/* ---------------------------------------------------------------- values */
static bool is_pure(const mtl__unit *u)
{
    static const mtl__unit pure = {.scale = 1.0};
    return mtl__unit_same_dim(u, &pure);
}

static bool starts(const char *s, const char *word)
{
    return strncmp(s, word, strlen(word)) == 0;
}

static bool is_share(const mtl__param *p)
{
    return is_pure(&p->unit) && (starts(p->unit_text, "probability") ||
                                 starts(p->unit_text, "fraction") || starts(p->unit_text, "%"));
}

int mtl__param_check(const mtl__param *p, double value, mtl_error *err)
{
    if (!isfinite(value))
        return mtl__fail(err, MTL_ERR_VALUE, p->name, "%s must be a finite number", p->name);
    if (value < 0.0 && !(p->low < 0.0))
        return mtl__fail(err, MTL_ERR_VALUE, p->name, "%s is %s and cannot be negative", p->name,
                         p->meaning);
    if (value > 1.0 && is_share(p))
        return mtl__fail(err, MTL_ERR_VALUE, p->name, "%s is a %s and cannot be above 1", p->name,
                         starts(p->unit_text, "probability") ? "probability" : "share");
    return MTL_OK;
}

void mtl__model_refresh(mtl_model *m)
{
    for (int i = 0; i < m->n_kinds; i++)
        if (m->kind[i].share_param >= 0)
            m->kind[i].blood_share = m->param[m->kind[i].share_param].value;
    m->hash[0] = '\0';
}

int mtl_model_set(mtl_model *m, const char *name, const char *value, mtl_error *err)
{
    const int i = mtl_model_find_param(m, name, err);
    MTL_TRY(i);
    mtl__param *p = &m->param[i];
    double x = 0.0;
    int ret = mtl__quantity_parse(value, &p->unit, &p->unit, &x, err);
    if (ret < 0) {
        if (err != NULL)
            snprintf(err->field, sizeof err->field, "%s", p->name);
        return ret;
    }
    MTL_TRY(mtl__param_check(p, x, err));
    const double before = p->value;
    p->value = x;
    mtl_error detail = {0};
    ret = mtl__model_check_values(m, &detail);
    if (ret < 0) {
        p->value = before;
        return mtl__fail(err, ret, p->name, "%s = %.40s is not possible: in %s line %d (%s) %s",
                         p->name, value, detail.file, detail.line, detail.field, detail.text);
    }
    mtl__model_refresh(m);
    return MTL_OK;
}

static const char *value_name(const void *ctx, int i)
{
    return ((const mtl__switch *)ctx)->value[i];
}

/* "; known: a, b, c", where no value is near enough to be meant. */
static void name_values(const mtl__switch *sw, char *buf, size_t size)
{
    size_t n = 0;
    for (int k = 0; k < sw->n_values && n < size; k++) {
        const int more = snprintf(buf + n, size - n, "%s%s", k ? ", " : "; known: ", sw->value[k]);
        n += more > 0 ? (size_t)more : 0;
    }
}

int mtl_model_switch(mtl_model *m, const char *name, const char *value, mtl_error *err)
{
    const int i = mtl_model_find_switch(m, name, err);
    MTL_TRY(i);
    mtl__switch *sw = &m->sw[i];
    for (int k = 0; k < sw->n_values; k++) {
        if (strcmp(sw->value[k], value) != 0)
            continue;
        if (!sw->built[k])
            return mtl__fail(err, MTL_ERR_UNSUPPORTED, sw->name,
                             "%s = %s is named in the design but its mechanism is not built yet",
                             sw->name, value);
        sw->now = k;
        m->hash[0] = '\0';
        return MTL_OK;
    }
    char hint[160] = "";
    mtl__hint(hint, sizeof hint, value, sw->n_values, value_name, sw);
    if (!hint[0])
        name_values(sw, hint, sizeof hint);
    return mtl__fail(err, MTL_ERR_NAME, sw->name, "switch '%s' has no value '%.80s'%s", sw->name,
                     value, hint);
}

double mtl__param_draw(const mtl__param *p, double u)
{
    if (!isfinite(p->low) || !isfinite(p->high) || !(p->high > p->low))
        return p->value;
    const double width = p->high - p->low;
    switch (p->prior) {
    case MTL__PRIOR_LOGNORMAL:
        if (!(p->low > 0.0) || !(p->value > 0.0))
            return p->value;
        return p->value * mtl__exp(mtl__norm_quantile(u) * mtl__log(p->high / p->low) /
                                   (2.0 * 1.959963984540054));
    case MTL__PRIOR_LOGUNIFORM:
        return p->low > 0.0 ? p->low * mtl__exp(u * mtl__log(p->high / p->low)) : p->value;
    case MTL__PRIOR_UNIFORM:
        return p->low + u * width;
    case MTL__PRIOR_BETA: {
        const double mean = p->value, sd = width / (2.0 * 1.959963984540054);
        const double size = mean * (1.0 - mean) / (sd * sd) - 1.0;
        if (!(mean > 0.0 && mean < 1.0 && size > 0.0))
            return p->low + u * width; /* as wide as the interval: nothing known within it */
        return mtl__beta_quantile(u, mean * size, (1.0 - mean) * size);
    }
    case MTL__PRIOR_NONE:
        break;
    }
    return p->value;
}

/* ---------------------------------------------------------------- public getters */
int mtl_model_n_params(const mtl_model *m)
{
    return m->n_params;
}

int mtl_model_param(const mtl_model *m, int i, mtl_param_info *out)
{
    if (i < 0 || i >= m->n_params)
        return MTL_ERR_USAGE;
    const mtl__param *p = &m->param[i];
    const double s = p->unit.scale;
    *out = (mtl_param_info){.name = p->name,
                            .meaning = p->meaning,
                            .value = p->value / s,
                            .default_value = p->default_value / s,
                            .low = p->low / s,
                            .high = p->high / s,
                            .unit = p->unit_text,
                            .prior = p->prior_text,
                            .tier = p->tier,
                            .source = p->source,
                            .note = p->note,
                            .line = p->line};
    return MTL_OK;
}

int mtl_model_n_switches(const mtl_model *m)
{
    return m->n_switches;
}

int mtl_model_switch_info(const mtl_model *m, int i, mtl_switch_info *out)
{
    if (i < 0 || i >= m->n_switches)
        return MTL_ERR_USAGE;
    const mtl__switch *sw = &m->sw[i];
    *out = (mtl_switch_info){.name = sw->name,
                             .value = sw->value[sw->now],
                             .meaning = sw->meaning,
                             .n_values = sw->n_values};
    return MTL_OK;
}

int mtl_model_switch_value(const mtl_model *m, int i, int k, mtl_switch_value *out)
{
    if (i < 0 || i >= m->n_switches || k < 0 || k >= m->sw[i].n_values)
        return MTL_ERR_USAGE;
    *out = (mtl_switch_value){.value = m->sw[i].value[k],
                              .meaning = m->sw[i].value_meaning[k],
                              .source = m->sw[i].source[k],
                              .note = m->sw[i].note[k],
                              .built = m->sw[i].built[k]};
    return MTL_OK;
}

const char *mtl_model_dir(const mtl_model *m)
{
    return m->dir;
}
