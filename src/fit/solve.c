/* SPDX-License-Identifier: MIT */
/* The fit itself: the best values; how far each may move while the rest is fitted again before the
   log likelihood (with the weak priors) has fallen by 1.92; and the directions in which the data
   alone say little, from the eigenvalues of the second derivatives. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"

#define FLAT 0.5
#define HESSIAN_STEP 0.02
#define SETTLED 1e-4 /* of the log likelihood, when the tables are made again */
enum { N = MTL__FIT_MAX_PARAMS, MAX_PROFILE_STEPS = 9, MAX_ROUNDS = 4 };

/* ---------------------------------------------------------------- the optimum */
static void bounds(const mtl_fit *f, bool *fixed, double *lo, double *hi, double *x)
{
    for (int i = 0; i < f->n_params; i++) {
        fixed[i] = f->param[i].role == MTL__FIT_SCANNED;
        lo[i] = f->param[i].lo;
        hi[i] = f->param[i].hi;
        x[i] = f->param[i].x;
    }
}

static int failure(mtl_fit *f, mtl_error *err)
{
    if (!f->err.code)
        return MTL_OK;
    if (err)
        *err = f->err;
    return f->err.code;
}

/* Does any cell reach the row's assay? */
static bool sees_anything(const mtl_fit *f, const mtl__fit_row *row)
{
    for (int i = 0; i < row->n_members; i++) {
        const mtl__fit_probe *p = &f->probe[row->member[i].probe];
        for (int k = 0; k < p->n_entries; k++)
            if (p->entry[k].mean > 0.0)
                return true;
    }
    return false;
}

/* A row that no value moves is a constant: it cannot enter. */
static void leave_out_the_unmoved(mtl_fit *f)
{
    for (int i = 0; i < f->n_rows; i++) {
        const mtl__fit_row *row = &f->row[i];
        const bool counts = row->target->statistic == MTL__S_MEAN; /* without false hits */
        bool moved = row->left_out != NULL;
        for (int k = 0; k < f->n_params && !moved; k++)
            moved = row->moved_by[k];
        if (!row->left_out && (!moved || (counts && !sees_anything(f, row))))
            f->row[i].left_out = "no fitted value moves it";
    }
}

/* Lowest objective from x; afterwards every value, row and table stands there. */
static int lowest(mtl_fit *f, double *x, double *objective, mtl_error *err)
{
    bool fixed[N];
    double lo[N], hi[N], unused[N];
    bounds(f, fixed, lo, hi, unused);
    for (int round = 0; round < MAX_ROUNDS; round++) {
        mtl__minimum best;
        mtl__minimise(mtl__fit_objective, f, f->n_params, fixed, lo, hi, NULL, x, &best);
        f->iterations += best.iterations;
        (void)mtl__fit_objective(f, x);
        MTL_TRY(failure(f, err));
        /* what conduits carry onward has moved with the values */
        MTL_TRY(mtl__fit_tabulate(f, NULL, err));
        *objective = mtl__fit_objective(f, x);
        MTL_TRY(failure(f, err));
        if (fabs(*objective - best.f) < SETTLED)
            break;
    }
    return MTL_OK;
}

/* A value that ran into its bound may have done so while others were far off: once more from where
   it started. False if none did. */
static bool back_from_bounds(const mtl_fit *f, const double *x, double *again)
{
    bool any = false;
    for (int i = 0; i < f->n_params; i++) {
        const mtl__fit_param *p = &f->param[i];
        const bool ran = p->role != MTL__FIT_SCANNED && (x[i] <= p->lo || x[i] >= p->hi);
        again[i] = ran ? p->start : x[i];
        any = any || (ran && fabs(p->start - x[i]) > 0.0);
    }
    return any;
}

int mtl__fit_solve(mtl_fit *f, mtl_error *err)
{
    bool fixed[N];
    double lo[N], hi[N], x[N], again[N], objective, other;
    leave_out_the_unmoved(f);
    bounds(f, fixed, lo, hi, x);
    MTL_TRY(lowest(f, x, &objective, err));
    if (back_from_bounds(f, x, again)) {
        MTL_TRY(lowest(f, again, &other, err));
        if (other < objective)
            memcpy(x, again, sizeof x);
        MTL_TRY(lowest(f, x, &objective, err));
    }
    f->log_prior = mtl__fit_log_prior(f);
    f->logl = -objective - f->log_prior;
    return mtl__fit_step(f, err);
}

/* ---------------------------------------------------------------- ranges */
typedef struct profile {
    mtl_fit *f;
    int param;
    double best, at[N]; /* of the objective, and where */
    double *curvature;  /* n x n, of the objective */
    double x[N];        /* of the last point: where the next one starts */
} profile;

/* Values that the other parameters would take if the objective were a parabola. */
static void shift_others(profile *p, double delta)
{
    const mtl_fit *f = p->f;
    const int n = f->n_params, k = p->param;
    bool held[N] = {false};
    double b[N] = {0}, d[N];
    for (int i = 0; i < n; i++) {
        held[i] = i == k || f->param[i].role == MTL__FIT_SCANNED;
        b[i] = -p->curvature[i * n + k] * delta;
    }
    (void)mtl__solve_free(n, held, p->curvature, b, d); /* else the others stay */
    for (int i = 0; i < n; i++)
        p->x[i] = held[i] ? p->at[i] : p->at[i] + d[i];
    p->x[k] = p->at[k] + delta;
}

/* Rise of the objective when the parameter stands `delta` from its best value. */
static double rise(profile *p, double delta, mtl_error *err)
{
    mtl_fit *f = p->f;
    bool fixed[N];
    double lo[N], hi[N], unused[N];
    mtl__minimum m;
    bounds(f, fixed, lo, hi, unused);
    fixed[p->param] = true;
    shift_others(p, delta);
    lo[p->param] = hi[p->param] = p->x[p->param];
    if (f->param[p->param].shapes_process) {
        mtl__fit_set(f, p->param, p->x[p->param]);
        mtl__model_refresh(f->m);
        if (mtl__fit_tabulate(f, f->param[p->param].shapes, err) < 0)
            return NAN;
    }
    mtl__minimise(mtl__fit_objective, f, f->n_params, fixed, lo, hi, p->curvature, p->x, &m);
    if (failure(f, err) < 0)
        return NAN;
    return m.f - p->best;
}

/* Where the rise is MTL__FIT_DROP, on one side: the square root of a rise is nearly straight. */
static int one_side(profile *p, int side, double first, mtl_error *err)
{
    mtl__fit_param *q = &p->f->param[p->param];
    const double room = side ? q->hi - p->at[p->param] : p->at[p->param] - q->lo;
    double below = 0.0, above = room, delta = mtl__min(first, room), got = 0.0;
    bool met_above = false;
    for (int i = 0; i < MAX_PROFILE_STEPS && room > 1e-9; i++) {
        got = rise(p, side ? delta : -delta, err);
        if (isnan(got))
            return err && err->code ? err->code : MTL_ERR_BUG;
        MTL_TRY(mtl__fit_step(p->f, err));
        if (fabs(got - MTL__FIT_DROP) < 0.03 || (got < MTL__FIT_DROP && delta >= room))
            break;
        if (got < MTL__FIT_DROP) {
            below = delta;
        } else {
            above = delta;
            met_above = true;
        }
        const double guess = delta * (got > 0.05 ? sqrt(MTL__FIT_DROP / got) : 4.0);
        const double middle = 0.5 * (below + above);
        delta = mtl__min(guess, room);
        if (met_above && (delta <= below || delta >= above))
            delta = middle;
    }
    q->open[side] = room <= 1e-9 || (got < MTL__FIT_DROP - 0.03 && delta >= room);
    q->range[side] = p->at[p->param] + (side ? delta : -delta);
    return MTL_OK;
}

/* The step at which a parabola would have risen by MTL__FIT_DROP, all else following. */
static double first_step(const mtl_fit *f, const double *curvature, int k)
{
    bool held[N] = {false};
    double b[N] = {0}, d[N];
    if (f->param[k].role == MTL__FIT_SCANNED)
        return 1.0;
    for (int i = 0; i < f->n_params; i++) {
        held[i] = f->param[i].role == MTL__FIT_SCANNED;
        b[i] = i == k;
    }
    (void)mtl__solve_free(f->n_params, held, curvature, b, d);
    const double step = d[k] > 0.0 ? sqrt(2.0 * MTL__FIT_DROP * d[k]) : 1.0;
    return mtl__min(step, 3.0);
}

/* Everything back to the optimum. */
static int restore(profile *p, mtl_error *err)
{
    mtl_fit *f = p->f;
    const bool tables = f->param[p->param].shapes_process;
    for (int i = 0; i < f->n_params; i++)
        mtl__fit_set(f, i, p->at[i]);
    mtl__model_refresh(f->m);
    if (tables)
        MTL_TRY(mtl__fit_tabulate(f, f->param[p->param].shapes, err));
    (void)mtl__fit_objective(f, p->at);
    return failure(f, err);
}

/* Second derivatives of the objective; those of -log likelihood are less the priors'. */
static int curvature_at_best(profile *p, mtl_error *err)
{
    mtl_fit *f = p->f;
    const int n = f->n_params;
    bool fixed[N];
    double lo[N], hi[N];
    bounds(f, fixed, lo, hi, p->at);
    p->best = mtl__fit_objective(f, p->at);
    f->hessian = mtl__arena_alloc(&f->arena, (size_t)n * (size_t)n * sizeof *f->hessian);
    p->curvature = mtl__arena_alloc(&f->arena, (size_t)n * (size_t)n * sizeof *p->curvature);
    if (!f->hessian || !p->curvature)
        return mtl__nomem(err);
    mtl__second_derivatives(mtl__fit_objective, f, n, fixed, HESSIAN_STEP, p->at, p->curvature);
    (void)mtl__fit_objective(f, p->at);
    MTL_TRY(failure(f, err));
    memcpy(f->hessian, p->curvature, (size_t)n * (size_t)n * sizeof *f->hessian);
    for (int i = 0; i < n; i++)
        f->hessian[i * n + i] -= mtl__fit_prior_curvature(&f->param[i]);
    return MTL_OK;
}

int mtl__fit_ranges(mtl_fit *f, mtl_error *err)
{
    profile p = {.f = f};
    MTL_TRY(curvature_at_best(&p, err));
    f->total = f->done + 10 * f->n_params;
    for (int k = 0; k < f->n_params; k++) {
        p.param = k;
        const double first = first_step(f, p.curvature, k);
        MTL_TRY(one_side(&p, 0, first, err));
        MTL_TRY(one_side(&p, 1, first, err));
        MTL_TRY(restore(&p, err));
        f->param[k].ranged = true;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- flat directions */
static char *combination(mtl_fit *f, const int *of, int n, const double *v)
{
    mtl__str s = {0};
    double left = 1.0;
    bool used[N] = {false};
    for (int round = 0; round < n && left > 0.05; round++) { /* largest first, 95% of the square */
        int most = 0;
        for (int i = 0; i < n; i++)
            if (!used[i] && (used[most] || fabs(v[i]) > fabs(v[most])))
                most = i;
        used[most] = true;
        left -= v[most] * v[most];
        mtl__str_printf(&s, "%s%+.2f %s", s.len ? " " : "", v[most], f->param[of[most]].name);
    }
    char *out = s.oom ? NULL : mtl__arena_strdup(&f->arena, s.s ? s.s : "");
    mtl__str_free(&s);
    return out;
}

int mtl__fit_flat(mtl_fit *f, mtl_error *err)
{
    int of[N] = {0}, n = 0;
    double a[N * N] = {0}, value[N], v[N * N];
    for (int i = 0; i < f->n_params; i++)
        if (f->param[i].role != MTL__FIT_SCANNED)
            of[n++] = i;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i * n + j] = f->hessian[of[i] * f->n_params + of[j]];
    mtl__eigen(n, a, value, v);
    f->flat = mtl__arena_alloc(&f->arena, ((size_t)n + 1) * sizeof *f->flat);
    if (!f->flat)
        return mtl__nomem(err);
    for (int i = 0; i < n && value[i] < FLAT; i++) {
        mtl_fit_flat_row *row = &f->flat[f->n_flat++];
        row->eigenvalue = value[i];
        row->combination = combination(f, of, n, &v[i * n]);
        if (!row->combination)
            return mtl__nomem(err);
    }
    return MTL_OK;
}
