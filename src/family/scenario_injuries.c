/* SPDX-License-Identifier: MIT */
/* What befalls bodies themselves: injuries, foreign cells taken away, tumours and diseases that
   begin. A Caesarean delivery leaves a scar where `follow: [scars]` asks for it, and only there: an
   explicit injury of the same file does not bring scars with it, so that a life with an infarct and
   the same life without differ by the infarct alone. Then: could it have been so? The person was
   born, lives, has that organ. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/scenario_parts.h"

/* After what befell, its course is shown for so long, where the file itself does not go as far. */
#define AFTERMATH_DAYS MTL_DAYS_PER_YEAR
#define OLDEST_YEARS 130.0

/* ---------------------------------------------------------------- implied, in order */

static int scar_def(const mtl_model *m)
{
    for (int i = 0; i < m->n_injuries; i++)
        if (strcmp(m->injury[i].name, MTL__SCAR) == 0)
            return i;
    return -1;
}

/* Organs of an injury whose event names none: its own, or those of its group. */
static bool is_of(const mtl_model *m, const mtl__injury_def *d, int organ)
{
    if (d->organ >= 0)
        return organ == d->organ;
    return d->group[0] && strcmp(m->organ[organ].group, d->group) == 0;
}

/* Of a woman whose birth is not known nothing is injured, as with injuries of the file. */
static bool leaves_scar(const mtl_scenario *s, const mtl__pregnancy *p)
{
    return p->mode == MTL__CAESAREAN && mtl__follows_scars(s, p->mother) &&
           !isnan(s->person[p->mother].born);
}

static int scars(const mtl_scenario *s, int def, int preg, mtl__injury *out)
{
    const mtl__pregnancy *p = &s->pregnancy[preg];
    const mtl__injury_def *d = &s->model->injury[def];
    int n = 0;
    if (!leaves_scar(s, p))
        return 0;
    for (int o = 0; o < s->model->n_organs; o++) {
        if (!is_of(s->model, d, o))
            continue;
        out[n++] =
            (mtl__injury){.person = p->mother,
                          .def = def,
                          .organ = o,
                          .t = p->ended,
                          .size = mtl__expr_value(&d->size, s->model),
                          .lasts_days = d->lasts.n > 0 ? mtl__expr_value(&d->lasts, s->model) : 0.0,
                          .implied = true,
                          .pregnancy = preg + 1,
                          .line = p->line,
                          .column = p->column,
                          .slack_days = p->slack_days,
                          .path = p->path};
    }
    return n;
}

static int by_date(const void *a, const void *b)
{
    const mtl__injury *x = a, *y = b;
    if (x->t < y->t || x->t > y->t)
        return x->t < y->t ? -1 : 1;
    if (x->line != y->line)
        return x->line - y->line;
    if (x->column != y->column)
        return x->column - y->column;
    return x->organ - y->organ;
}

static int depletion_by_date(const void *a, const void *b)
{
    const mtl__depletion *x = a, *y = b;
    if (x->t < y->t || x->t > y->t)
        return x->t < y->t ? -1 : 1;
    return x->line != y->line ? x->line - y->line : x->column - y->column;
}

static int onset_by_date(const void *a, const void *b)
{
    const mtl__onset *x = a, *y = b;
    if (x->t < y->t || x->t > y->t)
        return x->t < y->t ? -1 : 1;
    return x->line != y->line ? x->line - y->line : x->column - y->column;
}

int mtl__scenario_imply_injuries(mtl_scenario *s, mtl_error *err)
{
    const int def = s->n_follow > 0 ? scar_def(s->model) : -1;
    size_t most = (size_t)s->n_injuries + 1;
    if (def >= 0)
        most += (size_t)s->n_pregnancies * (size_t)s->model->n_organs;
    mtl__injury *all = mtl__arena_alloc(&s->arena, most * sizeof *all);
    if (!all)
        return mtl__nomem(err);
    int n = 0;
    for (int i = 0; i < s->n_injuries; i++)
        if (s->injury[i].pregnancy == 0)
            all[n++] = s->injury[i];
    for (int i = 0; def >= 0 && i < s->n_pregnancies; i++)
        n += scars(s, def, i, all + n);
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, by_date);
    s->injury = all;
    s->n_injuries = n;
    if (s->n_depletions > 1)
        qsort(s->depletion, (size_t)s->n_depletions, sizeof *s->depletion, depletion_by_date);
    if (s->n_onsets > 1)
        qsort(s->onset, (size_t)s->n_onsets, sizeof *s->onset, onset_by_date);
    return MTL_OK;
}

/* ---------------------------------------------------------------- how far to look */

/* Whoever is pregnant at the end of the file cannot be followed past it. */
static double aftermath_days(const mtl_scenario *s)
{
    for (int i = 0; i < s->n_pregnancies; i++)
        if (s->pregnancy[i].outcome == MTL__ONGOING)
            return 0.0;
    return AFTERMATH_DAYS;
}

/* What goes on until t in a person is shown as long as that person lives. */
static void show_until(const mtl_scenario *s, int person, double t, double *until)
{
    const double died = s->person[person].died;
    *until = mtl__max(*until, isnan(died) ? t : mtl__min(t, died));
}

double mtl__scenario_aftermath(const mtl_scenario *s)
{
    const double more = aftermath_days(s);
    double t = -INFINITY;
    /* Scars by their deliveries, for they are implied only once the end is known. */
    for (int i = 0; i < s->n_injuries; i++)
        if (s->injury[i].pregnancy == 0)
            show_until(s, s->injury[i].person, s->injury[i].t + s->injury[i].lasts_days + more, &t);
    for (int i = 0; i < s->n_pregnancies; i++)
        if (leaves_scar(s, &s->pregnancy[i]))
            show_until(s, s->pregnancy[i].mother, s->pregnancy[i].ended + more, &t);
    for (int i = 0; i < s->n_depletions; i++)
        show_until(s, s->depletion[i].person, s->depletion[i].t + more, &t);
    for (int i = 0; i < s->n_onsets; i++)
        show_until(s, s->onset[i].person, s->onset[i].t + more, &t);
    return t;
}

/* ---------------------------------------------------------------- possible? */

/* Where and when something befell somebody, and its name for messages: "an infarct". */
typedef struct blow {
    const char *what;
    int person;
    double t, slack;
    int line, column;
    const char *path;
} blow;

#define BAD(s, err, code, x, ...)                                                                  \
    mtl__scenario_bad((s), (err), (code), (x)->line, (x)->column, (x)->path, __VA_ARGS__)

static int within_life(const mtl_scenario *s, const blow *x, mtl_error *err)
{
    const mtl__person *p = &s->person[x->person];
    char a[16], b[16];
    if (isnan(p->born) && p->pregnancy >= 0)
        return BAD(s, err, MTL_ERR_DATE, x, "%s of %s, who was never born", x->what, p->name);
    if (isnan(p->born))
        return BAD(s, err, MTL_ERR_DATE, x, "%s of %s needs the birth date of %s", x->what, p->name,
                   p->name);
    if (x->t < p->born)
        return BAD(s, err, MTL_ERR_DATE, x, "%s of %s on %s, before the birth on %s%s", x->what,
                   p->name, mtl__date_text(x->t, a), mtl__date_text(p->born, b),
                   mtl__slack_hint(x->slack + p->born_slack));
    if (x->t - p->born > OLDEST_YEARS * MTL_DAYS_PER_YEAR)
        return BAD(s, err, MTL_ERR_DATE, x, "%s would be %.0f years old on %s", p->name,
                   floor((x->t - p->born) / MTL_DAYS_PER_YEAR), mtl__date_text(x->t, a));
    if (!isnan(p->died) && x->t > p->died)
        return BAD(s, err, MTL_ERR_DATE, x, "%s of %s on %s, after the death on %s (line %d)%s",
                   x->what, p->name, mtl__date_text(x->t, a), mtl__date_text(p->died, b),
                   p->died_line ? p->died_line : p->line,
                   mtl__slack_hint(x->slack + p->died_slack));
    return MTL_OK;
}

static bool other_sex(int needed, enum mtl__sex sex)
{
    return (needed == 'f' && sex == MTL__MALE) || (needed == 'm' && sex == MTL__FEMALE);
}

static const char *sex_text(enum mtl__sex sex)
{
    return sex == MTL__MALE ? "male" : "female";
}

static int one_injury(const mtl_scenario *s, const mtl__injury *x, mtl_error *err)
{
    const mtl__person *p = &s->person[x->person];
    const mtl__organ *o = &s->model->organ[x->organ];
    const blow b = {
        s->model->injury[x->def].name, x->person, x->t, x->slack_days, x->line, x->column, x->path};
    MTL_TRY(within_life(s, &b, err));
    if (other_sex(o->sex, p->sex))
        return BAD(s, err, MTL_ERR_VALUE, x, "%s is %s and has no %s", p->name, sex_text(p->sex),
                   o->name);
    if (strcmp(b.what, MTL__SCAR) == 0 && p->sex == MTL__MALE)
        return BAD(
            s, err, MTL_ERR_VALUE, x,
            "%s is male: a Caesarean delivery wounds the mother, not him; another cut of the "
            "skin is `event: wound`",
            p->name);
    return MTL_OK;
}

/* A relapse does not come before its disease. That the disease is not dated at all is no mistake:
   its beginning may have gone unnoticed. */
static int after_what_it_needs(const mtl_scenario *s, const mtl__onset *x, mtl_error *err)
{
    const mtl__outcome_def *o = &s->model->outcome[x->outcome];
    char a[16], b[16];
    for (int i = 0; i < s->n_onsets; i++) {
        const mtl__onset *y = &s->onset[i];
        if (y->person == x->person && y->outcome == o->needs && y->t > x->t)
            return BAD(s, err, MTL_ERR_DATE, x, "%s on %s comes only after %s, on %s (line %d)%s",
                       o->name, mtl__date_text(x->t, a), s->model->outcome[o->needs].name,
                       mtl__date_text(y->t, b), y->line,
                       mtl__slack_hint(x->slack_days + y->slack_days));
    }
    return MTL_OK;
}

static int one_onset(const mtl_scenario *s, int i, mtl_error *err)
{
    const mtl__onset *x = &s->onset[i];
    const mtl__outcome_def *o = &s->model->outcome[x->outcome];
    const mtl__person *p = &s->person[x->person];
    const blow b = {x->cells > 0 ? "a tumour" : "a diagnosis",
                    x->person,
                    x->t,
                    x->slack_days,
                    x->line,
                    x->column,
                    x->path};
    MTL_TRY(within_life(s, &b, err));
    if (other_sex(o->sex, p->sex))
        return BAD(s, err, MTL_ERR_VALUE, x, "%s is %s, and the model has %s of %s only", p->name,
                   sex_text(p->sex), o->name, o->sex == 'f' ? "women" : "men");
    if (o->organ >= 0 && other_sex(s->model->organ[o->organ].sex, p->sex))
        return BAD(s, err, MTL_ERR_VALUE, x, "%s is %s and has no %s", p->name, sex_text(p->sex),
                   s->model->organ[o->organ].name);
    for (int k = 0; k < i; k++)
        if (s->onset[k].person == x->person && s->onset[k].outcome == x->outcome)
            return BAD(s, err, MTL_ERR_DUPLICATE, x,
                       "%s of %s begins twice: already in line %d; give the first date only",
                       o->name, p->name, s->onset[k].line);
    return x->cells > 0 ? MTL_OK : after_what_it_needs(s, x, err);
}

int mtl__scenario_check_injuries(const mtl_scenario *s, mtl_error *err)
{
    for (int i = 0; i < s->n_injuries; i++)
        MTL_TRY(one_injury(s, &s->injury[i], err));
    for (int i = 0; i < s->n_depletions; i++) {
        const mtl__depletion *x = &s->depletion[i];
        const blow b = {"a depletion", x->person, x->t, x->slack_days, x->line, x->column, x->path};
        MTL_TRY(within_life(s, &b, err));
    }
    for (int i = 0; i < s->n_onsets; i++)
        MTL_TRY(one_onset(s, i, err));
    return mtl__scenario_check_follow(s, err);
}

/* ---------------------------------------------------------------- in words */

void mtl__injury_text(const mtl_scenario *s, int injury, mtl__str *out)
{
    const mtl__injury *x = &s->injury[injury];
    const mtl__injury_def *d = &s->model->injury[x->def];
    int n = 1;
    while (injury + n < s->n_injuries && s->injury[injury + n].implied &&
           s->injury[injury + n].line == x->line && s->injury[injury + n].column == x->column &&
           s->injury[injury + n].pregnancy == x->pregnancy)
        n++;
    for (const char *p = d->name; *p; p++)
        mtl__str_addn(out, *p == '_' ? " " : p, 1);
    if (n > 1)
        mtl__str_printf(out, " of the %s (%d organs)", d->group, n);
    else
        mtl__str_printf(out, " of the %s", s->model->organ[x->organ].name);
    mtl__str_printf(out, ", %.3g%% of the tissue%s", 100.0 * x->size,
                    x->size_given ? "" : " (the model's)");
    if (x->lasts_days >= 60.0)
        mtl__str_printf(out, ", over %.3g months", x->lasts_days * 12.0 / MTL_DAYS_PER_YEAR);
    else if (x->lasts_days > 0.0)
        mtl__str_printf(out, ", over %.3g days", x->lasts_days);
}

void mtl__depletion_text(const mtl_scenario *s, const mtl__depletion *d, mtl__str *out)
{
    mtl__str_printf(out, "cells of %s are taken away",
                    d->donor >= 0 ? s->person[d->donor].name : "all others");
    if (d->keep > 0.0)
        mtl__str_printf(out, ", all but %.3g%%", 100.0 * d->keep);
}

void mtl__onset_text(const mtl_scenario *s, const mtl__onset *o, mtl__str *out)
{
    const mtl__outcome_def *d = &s->model->outcome[o->outcome];
    const char *name = d->label && d->label[0] ? d->label : d->name;
    if (o->cells > 0)
        mtl__str_printf(out, "tumour: %s, begins with %.4g cell%s", name, (double)o->cells,
                        o->cells == 1 ? "" : "s");
    else
        mtl__str_printf(out, "diagnosis: %s", name);
}
