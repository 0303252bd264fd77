/* SPDX-License-Identifier: MIT */
/* Expressions of the tables: sums and differences of products of parameters and numbers, with their
   dimension. No brackets and no function but a logarithm around the whole, so that bounds, units
   and the list of parameters a rule leans on can be read off the terms. Conditions on switches
   ("persistence=slow|hsc & flux=early") are parsed here too. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/model.h"

enum { MAX_TERMS = 32, MAX_CONDS = 8 };

static double terms_value(const mtl__expr *e, const mtl_model *m)
{
    double sum = 0.0, product = 0.0;
    int sign = 1, products = 0;
    for (int i = 0; i < e->n; i++) {
        const mtl__term *t = &e->term[i];
        const double x = t->param >= 0 ? m->param[t->param].value : t->number;
        if (t->sign != 0) {
            sum += sign * product;
            product = 1.0;
            sign = t->sign;
            products++;
        }
        product = t->power > 0 ? product * x : product / x;
    }
    sum += sign * product;
    /* A single product keeps its sign: below 0 it is a defect of its values, which checks find. */
    return sum < 0.0 && products > 1 ? 0.0 : sum;
}

double mtl__expr_value(const mtl__expr *e, const mtl_model *m)
{
    if (e->n == 0)
        return NAN;
    const double x = terms_value(e, m);
    if (!e->log)
        return x;
    return x > 0.0 ? mtl__log(x) : NAN; /* found by the checks of values */
}

bool mtl__expr_uses(const mtl__expr *e, int param)
{
    for (int i = 0; i < e->n; i++)
        if (e->term[i].param == param)
            return true;
    return false;
}

static const char *param_name(const void *ctx, int i)
{
    return ((const mtl_model *)ctx)->param[i].name;
}

static int find_param(const mtl_model *m, const char *word, size_t n)
{
    for (int i = 0; i < m->n_params; i++)
        if (strlen(m->param[i].name) == n && memcmp(m->param[i].name, word, n) == 0)
            return i;
    return -1;
}

static int at(mtl_error *err, int code, size_t column)
{
    if (err != NULL)
        err->column = (int)column + 1;
    return code;
}

/* A number or a parameter at s[*pos]. */
static int parse_operand(const mtl_model *m, const char *s, size_t *pos, mtl__term *t,
                         mtl_error *err)
{
    size_t n = *pos;
    const bool number = (s[n] >= '0' && s[n] <= '9') || s[n] == '.';
    while (s[n] != '\0' && strchr(" */+-", s[n]) == NULL) {
        const bool exponent = number && (s[n] == 'e' || s[n] == 'E');
        n++;
        if (exponent && (s[n] == '-' || s[n] == '+'))
            n++;
    }
    n -= *pos;
    if (n == 0)
        return at(err, mtl__fail(err, MTL_ERR_SYNTAX, NULL, "expected a parameter or a number"),
                  *pos);
    char word[96], hint[160] = "";
    if (n >= sizeof word)
        return at(err, mtl__fail(err, MTL_ERR_SYNTAX, NULL, "a name of %zu characters", n), *pos);
    memcpy(word, s + *pos, n);
    word[n] = '\0';
    t->param = -1;
    if (number) {
        if (mtl__parse_double(word, &t->number) < 0)
            return at(err, mtl__fail(err, MTL_ERR_VALUE, NULL, "'%s' is not a number", word), *pos);
    } else {
        t->param = find_param(m, word, n);
        if (t->param < 0) {
            mtl__hint(hint, sizeof hint, word, m->n_params, param_name, m);
            return at(err,
                      mtl__fail(err, MTL_ERR_NAME, NULL, "unknown parameter '%s'%s", word, hint),
                      *pos);
        }
    }
    *pos += n;
    return MTL_OK;
}

static size_t skip(const char *s, size_t i)
{
    while (s[i] == ' ')
        i++;
    return i;
}

static int parse_terms(const mtl_model *m, const char *text, mtl__term *t, int *n, mtl_error *err)
{
    size_t pos = skip(text, 0);
    const bool minus =
        text[pos] == '-'; /* only an effect may be below 0: checks of values see to it */
    pos = skip(text, pos + minus);
    t[0] = (mtl__term){.power = 1, .sign = minus ? -1 : 1};
    for (*n = 0;;) {
        MTL_TRY(parse_operand(m, text, &pos, &t[*n], err));
        ++*n;
        pos = skip(text, pos);
        if (text[pos] == '\0')
            return MTL_OK;
        const char op = text[pos];
        if (strchr("*/+-", op) == NULL)
            return at(err, mtl__fail(err, MTL_ERR_SYNTAX, NULL, "expected * / + or -"), pos);
        if (*n == MAX_TERMS)
            return mtl__fail(err, MTL_ERR_LIMIT, NULL, "more than %d terms", MAX_TERMS);
        t[*n] = (mtl__term){.power = op == '/' ? -1 : 1,
                            .sign = op == '+'   ? 1
                                    : op == '-' ? -1
                                                : 0};
        pos = skip(text, pos + 1);
    }
}

/* Dimension of the whole: every product of a sum must have the same one. */
static int dimension(const mtl_model *m, const mtl__term *t, int n, mtl__unit *out, mtl_error *err)
{
    mtl__unit first = {.scale = 1.0}, now = {.scale = 1.0};
    int products = 0;
    for (int i = 0; i <= n; i++) {
        if (i == n || (t[i].sign != 0 && i > 0)) {
            if (products++ == 0)
                first = now;
            else if (!mtl__unit_same_dim(&first, &now)) {
                char a[160], b[160];
                return mtl__fail(err, MTL_ERR_UNIT, NULL, "%s and %s cannot be added",
                                 mtl__unit_dim_text(&first, a, sizeof a),
                                 mtl__unit_dim_text(&now, b, sizeof b));
            }
            now = (mtl__unit){.scale = 1.0};
        }
        if (i < n && t[i].param >= 0)
            for (int d = 0; d < MTL__N_DIMS; d++)
                now.power[d] =
                    (int8_t)(now.power[d] + t[i].power * m->param[t[i].param].unit.power[d]);
    }
    *out = first;
    return MTL_OK;
}

/* "log( ... )" around the whole: what is inside, into the arena; *inside = text where there is
 * none. */
static int take_log(mtl_model *m, const char *text, const char **inside, size_t *shift,
                    mtl_error *err)
{
    const size_t start = skip(text, 0);
    size_t end = strlen(text);
    *inside = text;
    *shift = 0;
    if (strncmp(text + start, "log(", 4) != 0)
        return MTL_OK;
    while (end > 0 && text[end - 1] == ' ')
        end--;
    if (text[end - 1] != ')')
        return at(err,
                  mtl__fail(err, MTL_ERR_SYNTAX, NULL,
                            "'log(' opens and no ')' ends the expression: a logarithm is of the "
                            "whole of it"),
                  start);
    *shift = start + 4;
    *inside = mtl__arena_strndup(&m->arena, text + *shift, end - 1 - *shift);
    return *inside == NULL ? mtl__nomem(err) : MTL_OK;
}

static int check_log(const mtl__expr *e, mtl_error *err)
{
    static const mtl__unit pure = {.scale = 1.0};
    char a[160];
    if (mtl__unit_same_dim(&e->unit, &pure))
        return MTL_OK;
    return mtl__fail(err, MTL_ERR_UNIT, NULL, "a logarithm is of a pure number, not of %s",
                     mtl__unit_dim_text(&e->unit, a, sizeof a));
}

int mtl__expr_parse(mtl_model *m, const char *text, mtl__expr *out, mtl_error *err)
{
    mtl__term t[MAX_TERMS];
    const char *inside = text;
    size_t shift = 0;
    int n = 0;
    *out = (mtl__expr){0};
    MTL_TRY(take_log(m, text, &inside, &shift, err));
    const int ret = parse_terms(m, inside, t, &n, err);
    if (ret < 0) {
        if (err != NULL && err->column > 0)
            err->column += (int)shift;
        return ret;
    }
    MTL_TRY(dimension(m, t, n, &out->unit, err));
    out->log = inside != text;
    if (out->log)
        MTL_TRY(check_log(out, err));
    mtl__term *copy = mtl__arena_alloc(&m->arena, (size_t)n * sizeof *copy);
    out->text = mtl__arena_strdup(&m->arena, text);
    if (copy == NULL || out->text == NULL)
        return mtl__nomem(err);
    memcpy(copy, t, (size_t)n * sizeof *copy);
    out->term = copy;
    out->n = n;
    return MTL_OK;
}

/* ---------------------------------------------------------------- conditions on switches */
bool mtl__when_holds(const mtl__when *w, const mtl_model *m)
{
    for (int i = 0; i < w->n; i++)
        if (((w->cond[i].values >> m->sw[w->cond[i].sw].now) & 1u) == 0)
            return false;
    return true;
}

static const char *switch_name(const void *ctx, int i)
{
    return ((const mtl_model *)ctx)->sw[i].name;
}

static int find_switch(const mtl_model *m, const char *word, mtl_error *err)
{
    for (int i = 0; i < m->n_switches; i++)
        if (strcmp(m->sw[i].name, word) == 0)
            return i;
    char hint[160] = "";
    mtl__hint(hint, sizeof hint, word, m->n_switches, switch_name, m);
    return mtl__fail(err, MTL_ERR_NAME, NULL, "unknown switch '%s'%s", word, hint);
}

static int find_value(const mtl__switch *sw, const char *word, mtl_error *err)
{
    for (int i = 0; i < sw->n_values; i++)
        if (strcmp(sw->value[i], word) == 0)
            return i;
    char hint[160] = "";
    mtl__hint(hint, sizeof hint, word, sw->n_values, mtl__nearest_strings, sw->value);
    return mtl__fail(err, MTL_ERR_NAME, NULL, "switch '%s' has no value '%s'%s", sw->name, word,
                     hint);
}

/* Copies the word at *ps up to one of `stop`, without blanks; moves *ps to the stop. */
static int take_word(const char **ps, const char *stop, char word[64], mtl_error *err)
{
    const char *s = *ps;
    while (*s == ' ')
        s++;
    size_t n = strcspn(s, stop);
    *ps = s + n;
    while (n > 0 && s[n - 1] == ' ')
        n--;
    if (n == 0 || n >= 64)
        return mtl__fail(err, MTL_ERR_SYNTAX, NULL,
                         "expected a condition such as 'persistence=slow|hsc & flux=early'");
    memcpy(word, s, n);
    word[n] = '\0';
    return MTL_OK;
}

static int parse_condition(const mtl_model *m, const char **ps, mtl__cond *c, mtl_error *err)
{
    char word[64];
    MTL_TRY(take_word(ps, "=&|", word, err));
    if (**ps != '=')
        return mtl__fail(err, MTL_ERR_SYNTAX, NULL, "expected '=' after the switch '%s'", word);
    c->sw = find_switch(m, word, err);
    c->values = 0;
    MTL_TRY(c->sw);
    do {
        ++*ps;
        MTL_TRY(take_word(ps, "=&|", word, err));
        const int v = find_value(&m->sw[c->sw], word, err);
        MTL_TRY(v);
        c->values |= (uint64_t)1 << v;
    } while (**ps == '|');
    if (**ps == '=')
        return mtl__fail(err, MTL_ERR_SYNTAX, NULL, "two '=' in one condition; join with '&'");
    return MTL_OK;
}

int mtl__when_parse(mtl_model *m, const char *text, mtl__when *out, mtl_error *err)
{
    mtl__cond c[MAX_CONDS];
    int n = 0;
    const char *s = text + skip(text, 0);
    *out = (mtl__when){.text = ""};
    while (*s != '\0') {
        if (n == MAX_CONDS)
            return mtl__fail(err, MTL_ERR_LIMIT, NULL, "more than %d conditions", MAX_CONDS);
        MTL_TRY(parse_condition(m, &s, &c[n], err));
        n++;
        if (*s == '&' && *++s == '\0')
            return mtl__fail(err, MTL_ERR_SYNTAX, NULL, "nothing after '&'");
    }
    if (n == 0)
        return MTL_OK;
    mtl__cond *copy = mtl__arena_alloc(&m->arena, (size_t)n * sizeof *copy);
    out->text = mtl__arena_strdup(&m->arena, text);
    if (copy == NULL || out->text == NULL)
        return mtl__nomem(err);
    memcpy(copy, c, (size_t)n * sizeof *copy);
    out->cond = copy;
    out->n = n;
    return MTL_OK;
}
