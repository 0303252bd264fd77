/* SPDX-License-Identifier: MIT */
/* The table of exposures: what an outcome's hazard hangs on, one line per log-linear term. */
#include <string.h>

#include "io/model_tsv.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

enum {
    X_NAME,
    X_OUTCOME,
    X_OF,
    X_ORGAN,
    X_FORM,
    X_ARG,
    X_BETA,
    X_POINTS,
    X_WHEN,
    X_TIER,
    X_SOURCE,
    X_NOTE
};

/* "A*02", "DRB1*04": a locus, a star and digits with colons. */
static bool is_allele(const char *s)
{
    const size_t locus = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    if (locus == 0 || s[locus] != '*')
        return false;
    const char *digits = s + locus + 1;
    const size_t n = strspn(digits, "0123456789:");
    return n > 0 && digits[n] == '\0' && digits[0] != ':';
}

/* "tally:NAME", "outcome:NAME", "allele:DRB1*04". True if it was one of these; *ret is the result.
 */
static bool load_named(mtl__load *l, int row, const char *s, mtl__exposure *e, int *ret)
{
    const mtl_model *m = l->m;
    *ret = MTL_OK;
    if (strncmp(s, "tally:", 6) == 0) {
        e->of = MTL__X_TALLY;
        *ret = e->tally = mtl__model_tally(m, s + 6, l->err);
    } else if (strncmp(s, "outcome:", 8) == 0) {
        e->of = MTL__X_OUTCOME;
        *ret = e->other = mtl__model_outcome(m, s + 8, l->err);
    } else if (strncmp(s, "allele:", 7) == 0) {
        e->of = MTL__X_ALLELE;
        e->allele = s + 7;
        if (!is_allele(e->allele))
            *ret =
                mtl__fail(l->err, MTL_ERR_VALUE, NULL,
                          "'%.40s' is not an HLA allele such as 'DRB1*04' or 'A*02:01'", e->allele);
    } else {
        return false;
    }
    if (*ret < 0)
        mtl__tsv_place(&l->t, row, X_OF, l->err, *ret);
    return true;
}

static int load_of(mtl__load *l, int row, mtl__exposure *e)
{
    static const char *const words[] = {"response",   "tolerance",    "damage",
                                        "pregnant",   "postpartum",   "births",
                                        "tally:NAME", "outcome:NAME", "allele:NAME"};
    static const enum mtl__exposure_of of[] = {MTL__X_RESPONSE, MTL__X_TOLERANCE,  MTL__X_DAMAGE,
                                               MTL__X_PREGNANT, MTL__X_POSTPARTUM, MTL__X_BIRTHS};
    const char *s = NULL;
    int ret = MTL_OK, k = 0;
    e->tally = e->other = e->organ = -1;
    MTL_TRY(mtl__load_text(l, row, X_OF, &s));
    if (load_named(l, row, s, e, &ret))
        return ret < 0 ? ret : MTL_OK;
    MTL_TRY(mtl__load_choice(l, row, X_OF, words, COUNT(words), &k));
    e->of = of[k]; /* the last three were taken above: a colon stands in them */
    return MTL_OK;
}

/* An organ where the exposure is one organ's, and only there. */
static int load_organ(mtl__load *l, int row, mtl__exposure *e)
{
    const char *s = mtl__tsv_get(&l->t, row, X_ORGAN);
    const bool needs =
        e->of == MTL__X_DAMAGE || (e->of == MTL__X_TALLY && l->m->tally[e->tally].own_organ);
    if (needs != (s[0] != '\0'))
        return mtl__tsv_fail(&l->t, row, X_ORGAN, l->err, MTL_ERR_VALUE,
                             needs ? "damage and tallies of the own organ need an organ"
                                   : "an organ belongs to damage and to tallies of the own organ");
    if (!needs)
        return MTL_OK;
    e->organ = mtl__model_organ(l->m, s, l->err);
    return mtl__tsv_place(&l->t, row, X_ORGAN, l->err, e->organ < 0 ? e->organ : MTL_OK);
}

static int load_form(mtl__load *l, int row, mtl__exposure *e)
{
    static const char *const forms[] = {"linear", "log10", "present", "hill"};
    int form = 0;
    MTL_TRY(mtl__load_choice(l, row, X_FORM, forms, COUNT(forms), &form));
    e->form = (enum mtl__exposure_form)form;
    const bool given = mtl__tsv_get(&l->t, row, X_ARG)[0] != '\0';
    if (given == (e->form == MTL__X_LINEAR))
        return mtl__tsv_fail(&l->t, row, X_ARG, l->err, MTL_ERR_SYNTAX,
                             given ? "the form 'linear' has no argument"
                                   : "the form '%s' needs an argument: log10(1 + x / arg), x >= "
                                     "arg, x / (x + arg)",
                             forms[form]);
    const bool cells = e->of == MTL__X_TALLY && !l->m->tally[e->tally].per_1e6;
    return given ? mtl__load_expr(l, row, X_ARG, cells ? "cells" : "none", &e->arg) : MTL_OK;
}

static int load_curve(mtl__load *l, int row, mtl__exposure *e)
{
    MTL_TRY(mtl__load_points(l, row, X_POINTS, true, &e->x, &e->y, &e->n_points));
    if (e->n_points > 0 && e->of != MTL__X_PREGNANT && e->of != MTL__X_POSTPARTUM)
        return mtl__tsv_fail(&l->t, row, X_POINTS, l->err, MTL_ERR_VALUE,
                             "points over weeks belong to 'pregnant' and 'postpartum'");
    if (e->n_points == 0 && e->of == MTL__X_POSTPARTUM)
        return mtl__tsv_fail(&l->t, row, X_POINTS, l->err, MTL_ERR_SYNTAX,
                             "'postpartum' needs points over weeks such as '0:1; 12:1; 13:0'");
    return MTL_OK;
}

static int load_exposure(mtl__load *l, int row, mtl__exposure *e)
{
    e->line = l->t.line[row];
    MTL_TRY(mtl__load_name(l, row, X_NAME, &e->name));
    e->outcome = mtl__model_outcome(l->m, mtl__tsv_get(&l->t, row, X_OUTCOME), l->err);
    if (e->outcome < 0)
        return mtl__tsv_place(&l->t, row, X_OUTCOME, l->err, e->outcome);
    MTL_TRY(load_of(l, row, e));
    if (e->of == MTL__X_OUTCOME && e->other == e->outcome)
        return mtl__tsv_fail(&l->t, row, X_OF, l->err, MTL_ERR_VALUE,
                             "an outcome is no exposure of itself");
    MTL_TRY(load_organ(l, row, e));
    MTL_TRY(load_form(l, row, e));
    MTL_TRY(mtl__load_expr(l, row, X_BETA, "none", &e->beta));
    MTL_TRY(load_curve(l, row, e));
    MTL_TRY(mtl__load_when(l, row, X_WHEN, &e->when));
    MTL_TRY(mtl__load_tier(l, row, X_TIER, &e->tier));
    MTL_TRY(mtl__load_text(l, row, X_SOURCE, &e->source));
    e->note = mtl__tsv_get(&l->t, row, X_NOTE);
    return MTL_OK;
}

int mtl__load_exposures(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err)
{
    static const char *const columns[] = {"name", "outcome", "of",   "organ", "form",   "arg",
                                          "beta", "points",  "when", "tier",  "source", "note"};
    mtl__load l;
    void *items = NULL;
    MTL_TRY(mtl__load_table(&l, m, dir, MTL__T_EXPOSURES, t, columns, COUNT(columns), 0,
                            sizeof *m->exposure, &items, err));
    m->exposure = items;
    for (int i = 0; i < l.t.n_rows; i++) {
        MTL_TRY(load_exposure(&l, i, &m->exposure[i]));
        m->n_exposures = i + 1;
    }
    return MTL_OK;
}
