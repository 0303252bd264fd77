/* SPDX-License-Identifier: MIT */
/* Hazards of outcomes: scale x baseline x exp(sum of beta x exposure). The baseline is linear
   between the points of its table, by age or by week of each pregnancy, and flat outside them.
   Exposures read the state as it is interpolated through a step; where a hazard bends or jumps
   (points of tables, an exposure that counts as present) the step is taken in parts. */
#include <math.h>
#include <string.h>

#include "host/host_internal.h"

/* ---------------------------------------------------------------- made ready */
bool mtl__host_follow(const mtl_model *m, bool *outcome)
{
    bool more = true, any = false;
    while (more) {
        more = false;
        for (int k = 0; k < m->n_outcomes; k++) {
            const int needs = m->outcome[k].needs;
            if (outcome[k] && needs >= 0 && !outcome[needs])
                outcome[needs] = more = any = true;
        }
        for (int i = 0; i < m->n_exposures; i++) {
            const mtl__exposure *x = &m->exposure[i];
            if (outcome[x->outcome] && x->of == MTL__X_OUTCOME && !outcome[x->other] &&
                mtl__when_holds(&x->when, m))
                outcome[x->other] = more = any = true;
        }
    }
    return any;
}

static int tell_exposure(mtl__host_plan *p, const mtl__exposure *x, mtl__told *t, mtl_error *err)
{
    const mtl_model *m = p->s->m;
    *t = (mtl__told){.def = x,
                     .reader = -1,
                     .beta = mtl__expr_value(&x->beta, m),
                     .arg = x->form == MTL__X_LINEAR ? 0.0 : mtl__expr_value(&x->arg, m)};
    if (!isfinite(t->beta) || !isfinite(t->arg) || (x->form != MTL__X_LINEAR && !(t->arg > 0.0)))
        return mtl__fail_at(err, MTL_ERR_VALUE, "exposures.tsv", x->line, 0, x->name,
                            "beta is not a number, or the argument is not above 0, under the "
                            "parameters as they are");
    if (x->of == MTL__X_POSTPARTUM && x->n_points == 0)
        return mtl__fail_at(err, MTL_ERR_VALUE, "exposures.tsv", x->line, 0, x->name,
                            "an exposure to weeks after pregnancy needs points over weeks");
    if (x->of == MTL__X_ALLELE)
        MTL_TRY(mtl__antigen_parse(&t->antigen, x->allele, err));
    if (x->of == MTL__X_TALLY)
        MTL_TRY(mtl__host_reader(p, x->tally, m->tally[x->tally].own_organ ? x->organ : -1,
                                 &t->reader, err));
    if ((x->of == MTL__X_TOLERANCE || x->of == MTL__X_ALLELE) && p->antigen < 0)
        MTL_TRY(mtl__host_reader(p, -1, -1, &p->antigen, err)); /* whose cells are there */
    return MTL_OK;
}

static int make_clone(mtl__host_plan *p, mtl__hazard *h, int outcome, mtl_error *err)
{
    h->detected = mtl__expr_value(&h->def->detected, p->s->m);
    if (!(h->detected >= 1.0))
        return mtl__fail_at(err, MTL_ERR_VALUE, "outcomes.tsv", h->def->line, 0, h->def->name,
                            "a tumour is known at a number of cells of at least 1");
    MTL_TRY(mtl__host_reader(p, -2 - outcome, -1, &h->reader, err));
    if (h->reader < 0)
        return mtl__fail(err, MTL_ERR_BUG, p->s->name,
                         "a tumour is followed, and the cells of the body itself are not");
    h->read = true;
    return MTL_OK;
}

static int make_hazard(mtl__host_plan *p, int outcome, bool followed, mtl_error *err)
{
    const mtl__host_spec *s = p->s;
    const mtl__outcome_def *d = &s->m->outcome[outcome];
    mtl__hazard *h = &p->hazard[outcome];
    *h = (mtl__hazard){.def = d,
                       .reader = -1,
                       .scale = 1.0,
                       .first_told = p->n_told,
                       .given = s->onset != NULL ? s->onset[outcome] : NAN,
                       .followed = followed};
    h->stream = mtl__hash(d->name);
    h->at_risk = h->followed && isnan(h->given) && (d->sex == 0 || d->sex == s->sex);
    if (!h->at_risk)
        return MTL_OK;
    if (!d->of_week && isnan(s->born))
        return mtl__fail(err, MTL_ERR_VALUE, s->name,
                         "'%s' comes with age, and the date of birth is not known", d->name);
    if (d->scale.n > 0)
        h->scale = mtl__expr_value(&d->scale, s->m);
    if (!isfinite(h->scale) || h->scale < 0.0)
        return mtl__fail_at(err, MTL_ERR_VALUE, "outcomes.tsv", d->line, 0, d->name,
                            "scale is not a number of at least 0 under the parameters as they are");
    for (int i = 0; i < s->m->n_exposures; i++) {
        const mtl__exposure *x = &s->m->exposure[i];
        /* A null study (beta 0) must not make the host read cells. */
        if (x->outcome != outcome || !mtl__when_holds(&x->when, s->m) ||
            mtl__expr_value(&x->beta, s->m) == 0.0)
            continue;
        MTL_TRY(tell_exposure(p, x, &p->told[p->n_told], err));
        p->n_told++;
        h->n_told++;
    }
    return d->kind >= 0 ? make_clone(p, h, outcome, err) : MTL_OK;
}

int mtl__host_hazards(mtl__host_plan *p, mtl_error *err)
{
    const mtl_model *m = p->s->m;
    p->hazard = mtl__arena_alloc(&p->arena, ((size_t)m->n_outcomes + 1) * sizeof *p->hazard);
    p->told = mtl__arena_alloc(&p->arena, ((size_t)m->n_exposures + 1) * sizeof *p->told);
    bool *followed = mtl__arena_alloc(&p->arena, ((size_t)m->n_outcomes + 1) * sizeof *followed);
    if (p->hazard == NULL || p->told == NULL || followed == NULL)
        return mtl__nomem(err);
    for (int k = 0; k < m->n_outcomes; k++)
        followed[k] = p->s->outcome != NULL && p->s->outcome[k];
    (void)mtl__host_follow(m, followed);
    for (int k = 0; k < m->n_outcomes; k++)
        MTL_TRY(make_hazard(p, k, followed[k], err));
    return MTL_OK;
}

bool mtl__host_at_risk(const mtl__host_plan *p, int outcome)
{
    return p->hazard[outcome].at_risk;
}

/* ---------------------------------------------------------------- tables over weeks or years */
static double between(const double *x, const double *y, int n, double at)
{
    if (n == 0 || !(at > x[0]))
        return n == 0 ? 0.0 : y[0];
    for (int k = 1; k < n; k++)
        if (at < x[k])
            return y[k - 1] + (y[k] - y[k - 1]) * (at - x[k - 1]) / (x[k] - x[k - 1]);
    return y[n - 1];
}

/* The first date in (t, end) at which a point of the table is passed, its x being 0 at `origin`. */
static double next_point(const double *x, int n, double origin, double unit, double t, double end)
{
    for (int k = 0; k < n; k++) {
        const double at = origin + unit * x[k];
        if (at > t)
            return at < end ? at : end;
    }
    return end;
}

/* Weeks are counted from the last menstrual period, two weeks before conception. */
static double week_origin(const mtl__host_plan *p, int pregnancy)
{
    return p->s->pregnancy[pregnancy].conceived - 14.0;
}

double mtl__hazard_base(const mtl__host_plan *p, const mtl__hazard *h, double t)
{
    const mtl__outcome_def *d = h->def;
    if (!d->of_week)
        return h->scale * between(d->x, d->y, d->n_points, (t - p->s->born) / MTL_DAYS_PER_YEAR);
    const int now = mtl__host_pregnancy_at(p, t);
    return now < 0 ? 0.0
                   : h->scale * between(d->x, d->y, d->n_points, (t - week_origin(p, now)) / 7.0);
}

double mtl__hazard_bend(const mtl__host_plan *p, const mtl__hazard *h, double t, double end)
{
    const mtl__outcome_def *d = h->def;
    if (!d->of_week)
        return next_point(d->x, d->n_points, p->s->born, MTL_DAYS_PER_YEAR, t, end);
    const int now = mtl__host_pregnancy_at(p, t);
    return now < 0 ? end : next_point(d->x, d->n_points, week_origin(p, now), 7.0, t, end);
}

/* ---------------------------------------------------------------- exposures */
static double births(const mtl__host_plan *p, double t)
{
    double n = 0.0;
    for (int i = 0; i < p->s->n_pregnancies; i++)
        n += p->s->pregnancy[i].live && p->s->pregnancy[i].ended <= t;
    return n;
}

/* Of the child of this pregnancy (the worst of twins); otherwise of any donor. */
static double immune_exposure(const mtl__host_state *s, const mtl__hazard *h, int part, double t)
{
    const mtl__host_plan *p = s->p;
    const int now = h->def->of_week ? mtl__host_pregnancy_at(p, t) : -1;
    if (now < 0 && part == 1)
        return mtl__host_strongest(s, t);
    double worst = part == 0 ? HUGE_VAL : 0.0;
    const int n = now >= 0 ? p->s->pregnancy[now].n_children : p->s->n_donors;
    for (int i = 0; i < n; i++) {
        double of;
        if (now >= 0) {
            of = mtl__host_immune_person(s, p->s->pregnancy[now].child[i], part, t);
        } else {
            if ((p->s->donor_relation[i] & MTL__REL_SELF) != 0 || !mtl__host_there(s, i, t))
                continue;
            of = mtl__host_immune(s, i, part, t);
        }
        worst = part == 0 ? mtl__min(worst, of) : mtl__max(worst, of);
    }
    return worst == HUGE_VAL ? 0.0 : worst; /* nobody is there */
}

static double exposed_to(const mtl__host_state *s, const mtl__hazard *h, int told, double t)
{
    const mtl__host_plan *p = s->p;
    const mtl__told *x = &p->told[told];
    const mtl__exposure *d = x->def;
    switch (d->of) {
    case MTL__X_TALLY:
        return x->reader < 0 ? 0.0 : mtl__host_sum(s, x->reader, t);
    case MTL__X_RESPONSE:
        return immune_exposure(s, h, 1, t);
    case MTL__X_TOLERANCE:
        return immune_exposure(s, h, 0, t);
    case MTL__X_DAMAGE:
        return mtl__host_organ_at(s, d->organ, MTL__DAMAGE, t);
    case MTL__X_PREGNANT: {
        const int now = mtl__host_pregnancy_at(p, t);
        return now < 0 ? 0.0
               : d->n_points == 0
                   ? 1.0
                   : between(d->x, d->y, d->n_points, (t - week_origin(p, now)) / 7.0);
    }
    case MTL__X_POSTPARTUM: {
        const double weeks = mtl__host_postpartum(p, t);
        return weeks == HUGE_VAL || mtl__host_pregnancy_at(p, t) >= 0
                   ? 0.0
                   : between(d->x, d->y, d->n_points, weeks);
    }
    case MTL__X_BIRTHS:
        return births(p, t);
    case MTL__X_OUTCOME:
        return mtl__host_had(s, d->other, t) ? 1.0 : 0.0;
    case MTL__X_ALLELE:
        for (int i = 0; i < p->s->n_donors; i++)
            if (s->allele[(size_t)told * (size_t)p->s->n_donors + (size_t)i] > 0 &&
                mtl__host_there(s, i, t))
                return 1.0;
        return 0.0;
    }
    return 0.0;
}

static double formed(const mtl__told *x, double value)
{
    switch (x->def->form) {
    case MTL__X_LINEAR:
        return value;
    case MTL__X_LOG10:
        return mtl__log10(1.0 + value / x->arg);
    case MTL__X_PRESENT:
        return value >= x->arg ? 1.0 : 0.0;
    case MTL__X_HILL:
        return value / (value + x->arg);
    }
    return 0.0;
}

double mtl__hazard_at(const mtl__host_state *s, int outcome, double t)
{
    const mtl__hazard *h = &s->p->hazard[outcome];
    const double base = mtl__hazard_base(s->p, h, t);
    if (base == 0.0 || h->n_told == 0)
        return base;
    double sum = 0.0;
    for (int k = h->first_told; k < h->first_told + h->n_told; k++)
        sum += s->p->told[k].beta * formed(&s->p->told[k], exposed_to(s, h, k, t));
    return base * mtl__exp(sum);
}

/* When, in (t, end), an exposure that counts as present begins or ceases to: by halving. */
static double next_presence(const mtl__host_state *s, const mtl__hazard *h, int told, double t,
                            double end)
{
    enum { HALVINGS = 50 };
    const mtl__told *x = &s->p->told[told];
    const double rim = 1e-9 * (end - t);
    const bool now = formed(x, exposed_to(s, h, told, t + rim)) > 0.0;
    if ((formed(x, exposed_to(s, h, told, end - rim)) > 0.0) == now)
        return end;
    double lo = t + rim, hi = end - rim;
    for (int n = 0; n < HALVINGS && hi > lo; n++) {
        const double mid = 0.5 * (lo + hi);
        if ((formed(x, exposed_to(s, h, told, mid)) > 0.0) == now)
            lo = mid;
        else
            hi = mid;
    }
    return hi > t ? hi : end;
}

double mtl__hazard_next(const mtl__host_state *s, int outcome, double t, double end)
{
    const mtl__host_plan *p = s->p;
    const mtl__hazard *h = &p->hazard[outcome];
    end = mtl__hazard_bend(p, h, t, end);
    for (int k = h->first_told; k < h->first_told + h->n_told; k++) {
        const mtl__exposure *d = p->told[k].def;
        const int now = d->of == MTL__X_PREGNANT || d->of == MTL__X_POSTPARTUM
                            ? mtl__host_pregnancy_at(p, t)
                            : -1;
        if (d->of == MTL__X_PREGNANT && now >= 0)
            end = next_point(d->x, d->n_points, week_origin(p, now), 7.0, t, end);
        else if (d->of == MTL__X_POSTPARTUM && now < 0)
            end = next_point(d->x, d->n_points, t - 7.0 * mtl__host_postpartum(p, t), 7.0, t, end);
    }
    for (int k = h->first_told; k < h->first_told + h->n_told; k++)
        if (p->told[k].def->form == MTL__X_PRESENT)
            end = next_presence(s, h, k, t, end);
    return end;
}
