/* SPDX-License-Identifier: MIT */
/* Units and quantities of the model's tables and of the command line. A unit is a product of powers
   of four dimensions (time, volume, mass, cell) and a scale to the canonical units day, mL, pg,
   cell. Cells, genomes, seeds, colonies and genome equivalents are one dimension: the model never
   adds them to one another without saying so in a rule. Months and years are 30.4375 and 365.25
   days. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/model.h"

typedef struct unit_name {
    const char *name;
    double scale;
    int dim; /* -1: a pure number */
} unit_name;

#define NONE (-1)
static const unit_name names[] = {
    {"second", 1.0 / 86400.0, MTL__DIM_TIME},
    {"sec", 1.0 / 86400.0, MTL__DIM_TIME},
    {"s", 1.0 / 86400.0, MTL__DIM_TIME},
    {"minute", 1.0 / 1440.0, MTL__DIM_TIME},
    {"min", 1.0 / 1440.0, MTL__DIM_TIME},
    {"hour", 1.0 / 24.0, MTL__DIM_TIME},
    {"h", 1.0 / 24.0, MTL__DIM_TIME},
    {"day", 1.0, MTL__DIM_TIME},
    {"d", 1.0, MTL__DIM_TIME},
    {"week", 7.0, MTL__DIM_TIME},
    {"wk", 7.0, MTL__DIM_TIME},
    {"month", MTL_DAYS_PER_YEAR / 12.0, MTL__DIM_TIME},
    {"mo", MTL_DAYS_PER_YEAR / 12.0, MTL__DIM_TIME},
    {"year", MTL_DAYS_PER_YEAR, MTL__DIM_TIME},
    {"yr", MTL_DAYS_PER_YEAR, MTL__DIM_TIME},
    {"y", MTL_DAYS_PER_YEAR, MTL__DIM_TIME},
    {"mL", 1.0, MTL__DIM_VOLUME},
    {"ml", 1.0, MTL__DIM_VOLUME},
    {"uL", 1e-3, MTL__DIM_VOLUME},
    {"ul", 1e-3, MTL__DIM_VOLUME},
    {"\xc2\xb5L", 1e-3, MTL__DIM_VOLUME}, /* micro sign */
    {"\xce\xbcL", 1e-3, MTL__DIM_VOLUME}, /* Greek mu */
    {"dL", 1e2, MTL__DIM_VOLUME},
    {"L", 1e3, MTL__DIM_VOLUME},
    {"l", 1e3, MTL__DIM_VOLUME},
    {"litre", 1e3, MTL__DIM_VOLUME},
    {"liter", 1e3, MTL__DIM_VOLUME},
    {"pg", 1.0, MTL__DIM_MASS},
    {"ng", 1e3, MTL__DIM_MASS},
    {"ug", 1e6, MTL__DIM_MASS},
    {"\xc2\xb5g", 1e6, MTL__DIM_MASS},
    {"mg", 1e9, MTL__DIM_MASS},
    {"g", 1e12, MTL__DIM_MASS},
    {"gram", 1e12, MTL__DIM_MASS},
    {"kg", 1e15, MTL__DIM_MASS},
    {"cell", 1.0, MTL__DIM_CELL},
    {"seed", 1.0, MTL__DIM_CELL},
    {"genome", 1.0, MTL__DIM_CELL},
    {"gEq", 1.0, MTL__DIM_CELL},
    {"colony", 1.0, MTL__DIM_CELL},
    {"colonies", 1.0, MTL__DIM_CELL},
    {"none", 1.0, NONE},
    {"1", 1.0, NONE},
    {"%", 1e-2, NONE},
    {"percent", 1e-2, NONE},
    {"fraction", 1.0, NONE},
    {"share", 1.0, NONE},
    {"probability", 1.0, NONE},
    {"fold", 1.0, NONE},
    {"factor", 1.0, NONE},
    {"ratio", 1.0, NONE},
    {"times", 1.0, NONE},
    {"cycle", 1.0, NONE},
    {"well", 1.0, NONE},
    {"copy", 1.0, NONE},
    {"copies", 1.0, NONE},
    {"log10", 1.0, NONE},
};
#define N_NAMES ((int)(sizeof names / sizeof names[0]))

/* May a unit of dimension `dim` stand where `want` is expected (NULL: anything)? */
static bool fits(const mtl__unit *want, int dim)
{
    if (want == NULL)
        return true;
    bool pure = true;
    for (int k = 0; k < MTL__N_DIMS; k++)
        pure = pure && want->power[k] == 0;
    return dim == NONE ? pure : want->power[dim] != 0;
}

static const char *name_of(const void *ctx, int i)
{
    return fits(ctx, names[i].dim) ? names[i].name : "";
}

/* Units that people write, where one dimension is expected. */
static const char *known_of(const mtl__unit *want)
{
    static const char *const list[] = {"; known: minute, hour, day, week, month, year",
                                       "; known: uL, mL, dL, L", "; known: pg, ng, ug, mg, g, kg",
                                       "; known: cell, genome, gEq"};
    const char *out = "";
    if (want == NULL)
        return out;
    for (int k = 0, n = 0; k < MTL__N_DIMS; k++)
        if (fits(want, k))
            out = n++ == 0 ? list[k] : "";
    return fits(want, NONE) ? "; a bare number is expected, or one with %" : out;
}

static const unit_name *find(const char *word, size_t n)
{
    for (int i = 0; i < N_NAMES; i++)
        if (strlen(names[i].name) == n && memcmp(names[i].name, word, n) == 0)
            return &names[i];
    if (n > 3 && word[n - 1] == 's') /* plurals: years, cells, minutes */
        return find(word, n - 1);
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length of the number that s begins with; 0 if none. An e belongs to it only before digits. */
static size_t number_length(const char *s)
{
    size_t i = 0, digits = 0;
    if (s[i] == '+' || s[i] == '-')
        i++;
    for (; is_digit(s[i]); i++)
        digits++;
    if (s[i] == '.')
        i++;
    for (; is_digit(s[i]); i++)
        digits++;
    if (digits == 0)
        return 0;
    if (s[i] == 'e' || s[i] == 'E') {
        size_t j = i + 1;
        if (s[j] == '+' || s[j] == '-')
            j++;
        if (is_digit(s[j])) {
            while (is_digit(s[j]))
                j++;
            i = j;
        }
    }
    return i;
}

static int parse_number(const char *s, size_t n, double *out, mtl_error *err)
{
    char buf[64];
    if (n >= sizeof buf)
        return mtl__fail(err, MTL_ERR_VALUE, NULL, "number of %zu characters", n);
    memcpy(buf, s, n);
    buf[n] = '\0';
    if (mtl__parse_double(buf, out) < 0)
        return mtl__fail(err, MTL_ERR_VALUE, NULL, "'%s' is not a number that can be used", buf);
    return MTL_OK;
}

static const char *skip(const char *s)
{
    while (*s == ' ')
        s++;
    return s;
}

static size_t word_length(const char *s)
{
    size_t n = strcspn(s, " */");
    return n;
}

/* One factor of a unit, a number or a name, taken `sign` times. */
static int one_factor(const char **ps, int sign, const mtl__unit *want, mtl__unit *out,
                      mtl_error *err)
{
    const char *s = *ps;
    size_t n = number_length(s);
    if (n > 0 && (s[n] == '\0' || s[n] == ' ' || s[n] == '*' || s[n] == '/')) {
        double x = 0.0;
        MTL_TRY(parse_number(s, n, &x, err));
        if (!(x > 0.0))
            return mtl__fail(err, MTL_ERR_UNIT, NULL, "a number in a unit must be above 0");
        out->scale = sign > 0 ? out->scale * x : out->scale / x;
        *ps = s + n;
        return MTL_OK;
    }
    n = word_length(s);
    const unit_name *u = n > 0 ? find(s, n) : NULL;
    if (u == NULL) {
        char word[40], hint[80] = "";
        snprintf(word, sizeof word, "%.*s", (int)(n < 39 ? n : 39), s);
        mtl__hint(hint, sizeof hint, word, N_NAMES, name_of, want);
        return mtl__fail(err, MTL_ERR_UNIT, NULL, "unknown unit '%s'%s", word,
                         hint[0] ? hint : known_of(want));
    }
    out->scale = sign > 0 ? out->scale * u->scale : out->scale / u->scale;
    if (u->dim != NONE)
        out->power[u->dim] = (int8_t)(out->power[u->dim] + sign);
    *ps = s + n;
    return MTL_OK;
}

/* "gEq per 1e6": a count of cells per a bare number means per that many cells. */
static void settle_bare_denominator(bool number_only, mtl__unit *out)
{
    if (number_only && out->power[MTL__DIM_CELL] == 1)
        out->power[MTL__DIM_CELL] = 0;
}

static bool starts_word(const char *s, const char *word)
{
    const size_t n = strlen(word);
    return strncmp(s, word, n) == 0 && (s[n] == ' ' || s[n] == '\0');
}

/* `want`: which units a message may name; NULL = all. */
static int parse_unit(const char *text, const mtl__unit *want, mtl__unit *out, mtl_error *err)
{
    *out = (mtl__unit){.scale = 1.0};
    const char *s = skip(text);
    if (strlen(s) > 80)
        return mtl__fail(err, MTL_ERR_UNIT, NULL, "a unit of more than 80 characters");
    int sign = 1, factors = 0;
    bool per = false, numbers_below = false, names_below = false;
    while (*s != '\0') {
        if (starts_word(s, "per")) {
            per = true;
            sign = -1;
            s = skip(s + 3);
        } else if (factors > 0 && *s == '/') {
            sign = -1;
            s = skip(s + 1);
        } else if (factors > 0 && (*s == '*' || starts_word(s, "and"))) {
            sign = per ? -1 : 1;
            s = skip(s + (*s == '*' ? 1 : 3));
        } else if (factors > 0 && starts_word(s, "of")) {
            s += strlen(s); /* "fraction of nucleated cells": of what is prose */
            break;
        }
        const bool number = number_length(s) > 0;
        if (factors++ > 12)
            return mtl__fail(err, MTL_ERR_UNIT, NULL, "too many factors in a unit");
        MTL_TRY(one_factor(&s, sign, want, out, err));
        if (sign < 0 && number)
            numbers_below = true;
        if (sign < 0 && !number)
            names_below = true;
        if (!per)
            sign = 1;
        s = skip(s);
    }
    if (factors == 0)
        return mtl__fail(err, MTL_ERR_UNIT, NULL, "no unit given; 'none' for a pure number");
    settle_bare_denominator(numbers_below && !names_below, out);
    return MTL_OK;
}

int mtl__unit_parse(const char *text, mtl__unit *out, mtl_error *err)
{
    return parse_unit(text, NULL, out, err);
}

bool mtl__unit_same_dim(const mtl__unit *a, const mtl__unit *b)
{
    return memcmp(a->power, b->power, sizeof a->power) == 0;
}

const char *mtl__unit_dim_text(const mtl__unit *u, char *buf, size_t size)
{
    static const char *const word[MTL__N_DIMS] = {"time", "volume", "mass", "cells"};
    char above[64] = "", below[64] = "";
    for (int i = 0; i < MTL__N_DIMS; i++) {
        char *side = u->power[i] > 0 ? above : below;
        for (int k = 0; k < (u->power[i] > 0 ? u->power[i] : -u->power[i]) && k < 3; k++) {
            const size_t n = strlen(side);
            snprintf(side + n, 64 - n, "%s%s", n > 0 ? " and " : "", word[i]);
        }
    }
    if (above[0] == '\0' && below[0] == '\0')
        snprintf(buf, size, "a pure number");
    else if (below[0] == '\0')
        snprintf(buf, size, "%s%s", strcmp(above, "cells") == 0 ? "a number of " : "a ", above);
    else if (above[0] == '\0')
        snprintf(buf, size, "a rate per %s", below);
    else
        snprintf(buf, size, "%s per %s", above, below);
    return buf;
}

static int wrong_dimension(const char *text, const mtl__unit *got, const mtl__unit *want,
                           mtl_error *err)
{
    char a[160], b[160];
    return mtl__fail(err, MTL_ERR_UNIT, NULL, "'%.80s' is %s; expected %s", text,
                     mtl__unit_dim_text(got, a, sizeof a), mtl__unit_dim_text(want, b, sizeof b));
}

int mtl__quantity_parse(const char *text, const mtl__unit *want, const mtl__unit *bare, double *out,
                        mtl_error *err)
{
    const char *s = skip(text);
    const size_t n = number_length(s);
    double x = 0.0;
    if (n == 0)
        return mtl__fail(err, MTL_ERR_VALUE, NULL, "'%.80s' is not a number with a unit", text);
    MTL_TRY(parse_number(s, n, &x, err));
    s = skip(s + n);
    mtl__unit unit;
    if (*s != '\0') {
        MTL_TRY(parse_unit(s, want, &unit, err));
        if (want != NULL && !mtl__unit_same_dim(&unit, want))
            return wrong_dimension(text, &unit, want, err);
    } else if (bare != NULL) {
        unit = *bare;
        if (want != NULL && !mtl__unit_same_dim(&unit, want))
            return wrong_dimension(text, &unit, want, err);
    } else {
        char b[160];
        return mtl__fail(err, MTL_ERR_UNIT, NULL, "'%.80s' has no unit; expected %s", text,
                         want != NULL ? mtl__unit_dim_text(want, b, sizeof b) : "one");
    }
    x *= unit.scale;
    if (!isfinite(x))
        return mtl__fail(err, MTL_ERR_VALUE, NULL, "'%.80s' is too large", text);
    *out = x;
    return MTL_OK;
}
