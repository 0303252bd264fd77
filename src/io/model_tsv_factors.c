/* SPDX-License-Identifier: MIT */
/* The table of factors: curves of gestation, age and the weeks after a birth, and functions of the
   host's state (damage, chemokine, response, a tally of cells ...). Points of curves are read here
   for the tables of the host as well. */
#include <math.h>
#include <string.h>

#include "io/model_tsv.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

enum { F_NAME, F_MEANING, F_FORM, F_OF, F_ARGUMENTS, F_POINTS, F_TIER, F_SOURCE, F_NOTE };

/* ---------------------------------------------------------------- points */
static int load_point(mtl__load *l, int row, int col, const char *word, bool below_zero, double *x,
                      double *y)
{
    char part[64];
    const char *colon = strchr(word, ':');
    const size_t n = colon != NULL ? (size_t)(colon - word) : sizeof part;
    if (n < sizeof part) {
        memcpy(part, word, n);
        part[n] = '\0';
    }
    if (n >= sizeof part || mtl__parse_double(part, x) < 0 || mtl__parse_double(colon + 1, y) < 0 ||
        (*y < 0.0 && !below_zero))
        return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_VALUE,
                             "'%.40s' is not a point such as '18:1'%s", word,
                             below_zero ? "" : " (y not negative)");
    return MTL_OK;
}

int mtl__load_points(mtl__load *l, int row, int col, bool below_zero, double **xs, double **ys,
                     int *n)
{
    const char **word = NULL;
    *xs = *ys = NULL;
    MTL_TRY(mtl__load_list(l, row, col, ';', &word, n));
    if (*n == 0)
        return MTL_OK;
    double *x = mtl__arena_alloc(&l->m->arena, (size_t)*n * sizeof *x);
    double *y = mtl__arena_alloc(&l->m->arena, (size_t)*n * sizeof *y);
    if (x == NULL || y == NULL)
        return mtl__nomem(l->err);
    for (int i = 0; i < *n; i++) {
        MTL_TRY(load_point(l, row, col, word[i], below_zero, &x[i], &y[i]));
        if (i > 0 && !(x[i] > x[i - 1]))
            return mtl__tsv_fail(&l->t, row, col, l->err, MTL_ERR_VALUE,
                                 "x must rise from point to point; %g follows %g", x[i], x[i - 1]);
    }
    *xs = x;
    *ys = y;
    return MTL_OK;
}

static int load_factor_points(mtl__load *l, int row, mtl__factor *f)
{
    double *x = NULL, *y = NULL;
    MTL_TRY(mtl__load_points(l, row, F_POINTS, false, &x, &y, &f->n_points));
    f->x = x;
    f->y = y;
    if ((f->form == MTL__F_TABLE) != (f->n_points > 0))
        return mtl__tsv_fail(&l->t, row, F_POINTS, l->err, MTL_ERR_SYNTAX,
                             f->form == MTL__F_TABLE ? "a table needs points such as '0:0.2; 18:1'"
                                                     : "only the form 'table' has points");
    return MTL_OK;
}

/* ---------------------------------------------------------------- arguments */
static bool of_state(const mtl__factor *f)
{
    return f->of > MTL__OF_POSTPARTUM;
}

/* Clocks count weeks or years and may be told in any unit of time; states are pure numbers, tallies
   pure or cells. */
static int check_argument(mtl__load *l, int row, const mtl__factor *f, int i, const char *word)
{
    const mtl__unit *u = &f->arg[i].unit;
    const bool slope = i == 0 && (f->form == MTL__F_LOGISTIC || f->form == MTL__F_EXPONENTIAL);
    mtl__unit pure = {.scale = 1.0}, time = pure, cells = pure;
    time.power[MTL__DIM_TIME] = slope ? -1 : 1;
    cells.power[MTL__DIM_CELL] = 1;
    if (mtl__unit_same_dim(u, &pure) || (!of_state(f) && mtl__unit_same_dim(u, &time)) ||
        (f->of == MTL__OF_TALLY && f->form == MTL__F_HILL && i == 0 &&
         mtl__unit_same_dim(u, &cells)))
        return MTL_OK;
    if (of_state(f))
        return mtl__tsv_fail(&l->t, row, F_ARGUMENTS, l->err, MTL_ERR_UNIT,
                             "'%s' is not a pure number: what the host's state is measured in has "
                             "no unit",
                             word);
    return mtl__tsv_fail(&l->t, row, F_ARGUMENTS, l->err, MTL_ERR_UNIT,
                         "'%s' is neither a number nor %s", word,
                         slope ? "a rate per time" : "a time");
}

static int load_arguments(mtl__load *l, int row, mtl__factor *f)
{
    static const int wanted[] = {2, 2, 2, 3, 0, 2, 0, 1};
    static const char *const names[] = {"slope; midpoint",
                                        "start; end",
                                        "start; end",
                                        "slope; start; end",
                                        "none (its points are in 'points')",
                                        "value at one half; steepness",
                                        "none",
                                        "a share that is taken away at most"};
    const char **word = NULL;
    int n = 0;
    MTL_TRY(mtl__load_list(l, row, F_ARGUMENTS, ';', &word, &n));
    if (n != wanted[f->form])
        return mtl__tsv_fail(&l->t, row, F_ARGUMENTS, l->err, MTL_ERR_SYNTAX,
                             "%d arguments; expected %s", n, names[f->form]);
    for (int i = 0; i < n; i++) {
        const int ret = mtl__expr_parse(l->m, word[i], &f->arg[i], l->err);
        if (ret < 0)
            return mtl__tsv_place(&l->t, row, F_ARGUMENTS, l->err, ret);
        MTL_TRY(check_argument(l, row, f, i, word[i]));
    }
    f->n_args = n;
    return MTL_OK;
}

/* ---------------------------------------------------------------- what it is of */
/* "week", ... "tolerance", "outcome:NAME", "tally:NAME". */
static int load_of(mtl__load *l, int row, mtl__factor *f)
{
    static const char *const words[] = {"week",         "age",       "postpartum", "damage",
                                        "inflammation", "chemokine", "response",   "tolerance",
                                        "outcome:NAME", "tally:NAME"};
    const char *s = mtl__tsv_get(&l->t, row, F_OF);
    const bool outcome = strncmp(s, "outcome:", 8) == 0, tally = strncmp(s, "tally:", 6) == 0;
    f->ref = -1;
    if (outcome || tally) {
        f->of = outcome ? MTL__OF_OUTCOME : MTL__OF_TALLY;
        f->ref = outcome ? mtl__model_outcome(l->m, s + 8, l->err)
                         : mtl__model_tally(l->m, s + 6, l->err);
        return mtl__tsv_place(&l->t, row, F_OF, l->err, f->ref < 0 ? f->ref : MTL_OK);
    }
    int of = 0;
    MTL_TRY(mtl__load_choice(l, row, F_OF, words, COUNT(words), &of));
    f->of = (enum mtl__factor_of)of; /* the last two were taken above: a colon stands in them */
    return MTL_OK;
}

static int load_form(mtl__load *l, int row, mtl__factor *f)
{
    static const char *const forms[] = {"logistic", "ramp", "window", "exponential",
                                        "table",    "hill", "share",  "rest"};
    int form = 0;
    MTL_TRY(mtl__load_choice(l, row, F_FORM, forms, COUNT(forms), &form));
    MTL_TRY(load_of(l, row, f));
    f->form = (enum mtl__factor_form)form;
    if (f->form != MTL__F_TABLE && (f->form >= MTL__F_HILL) != of_state(f))
        return mtl__tsv_fail(
            &l->t, row, F_FORM, l->err, MTL_ERR_VALUE,
            of_state(f)
                ? "'%s' is a curve of time; of the host's state are hill, share, rest and table"
                : "'%s' is of the host's state (damage, response, a tally ...), not of time",
            forms[form]);
    return MTL_OK;
}

static int load_factor(mtl__load *l, int row, mtl__factor *f)
{
    f->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, F_NAME, &f->name));
    MTL_TRY(mtl__load_text(l, row, F_MEANING, &f->meaning));
    MTL_TRY(load_form(l, row, f));
    MTL_TRY(load_arguments(l, row, f));
    MTL_TRY(load_factor_points(l, row, f));
    MTL_TRY(mtl__load_tier(l, row, F_TIER, &f->tier));
    MTL_TRY(mtl__load_text(l, row, F_SOURCE, &f->source));
    f->note = mtl__tsv_get(&l->t, row, F_NOTE);
    return MTL_OK;
}

int mtl__load_factors(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"name",   "meaning", "form",   "of",  "arguments",
                                          "points", "tier",    "source", "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_FACTORS, t, columns, COUNT(columns), 0,
                            sizeof *m->factor, &items, err));
    m->factor = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_factor(&l, i, &m->factor[i]));
        m->n_factors = i + 1;
    }
    return MTL_OK;
}
