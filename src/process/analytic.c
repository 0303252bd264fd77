/* SPDX-License-Identifier: MIT */
/* No random numbers: the generating functions of the process, backward in time from a sample.

   With q_i(t) = P(something is seen in the sample at T | one cell of type i at t), by conditioning
   on the first event (Kolmogorov's backward equation of a branching process), -dq_i/dt = w_i (1 -
   q_i) + (b - d - e - sum m) q_i - b q_i^2 + sum m_ij q_j + e Q_row, where Q_row is the mean of q
   over what becomes of a cell in its hub, and w_i(t) the rate at which the cell makes progeny that
   would be seen. Written in q, not 1 - q, small probabilities keep their digits. Mean M and second
   factorial moment V of the number seen are the first two derivatives of the same equation at z =
   1: -dM/dt = w + (b - d - e - sum m) M + ...,   -dV/dt = (...) V + ... + 2 b M^2 + 2 w M. A source
   adds exp(-multiplier x integral of its rate times q): the multiplier's law integrates in closed
   form (gamma) or by quadrature. */
#include "process/analytic.h"

#include <math.h>
#include <stdlib.h>

static void *get(mtl__arena *a, bool *ok, size_t n, size_t size)
{
    void *x = mtl__arena_alloc(a, (n + 1) * size);
    *ok = *ok && x;
    return x;
}

int mtl__analytic_new(mtl__analytic **out, const mtl__process *p, mtl_error *err)
{
    *out = NULL;
    if (p->env && p->env->feedback)
        return mtl__fail(err, MTL_ERR_UNSUPPORTED, "solver",
                         "the analytic solver is exact only without feedback from counts to rates; "
                         "use exact or leap");
    mtl__analytic *a = calloc(1, sizeof *a);
    if (!a)
        return mtl__nomem(err);
    a->p = p;
    mtl__arena_init(&a->arena, 0);
    bool ok = true;
    const size_t nt = (size_t)p->n_types, nr = (size_t)p->n_rows, nc = (size_t)p->n_cox;
    a->f = get(&a->arena, &ok, p->env ? (size_t)p->env->n : 1, sizeof *a->f);
    a->active = get(&a->arena, &ok, nt, sizeof *a->active);
    a->place = get(&a->arena, &ok, nt, sizeof *a->place);
    a->rows = get(&a->arena, &ok, nr, sizeof *a->rows);
    a->row_value = get(&a->arena, &ok, 3 * nr, sizeof *a->row_value);
    a->mark = get(&a->arena, &ok, 2 * (nt + nr), sizeof *a->mark);
    a->cox_see = get(&a->arena, &ok, nc, sizeof *a->cox_see);
    a->cox_now = get(&a->arena, &ok, nc, sizeof *a->cox_now);
    a->drive0 = get(&a->arena, &ok, nc, sizeof *a->drive0);
    a->drivem = get(&a->arena, &ok, nc, sizeof *a->drivem);
    a->drive1 = get(&a->arena, &ok, nc, sizeof *a->drive1);
    a->cox_y = get(&a->arena, &ok, nc, sizeof *a->cox_y);
    a->gate = get(&a->arena, &ok, (size_t)p->n_gates, sizeof *a->gate);
    if (!ok) {
        mtl__analytic_free(a);
        return mtl__nomem(err);
    }
    a->f[0] = 1;
    mtl__analytic_gates(a, NULL);
    a->p = mtl__gates_on(&a->gated, p, NULL, a->gate);
    *out = a;
    return 0;
}

void mtl__analytic_gates(mtl__analytic *a, const double *value)
{
    for (int k = 0; k < a->p->n_gates; k++)
        a->gate[k] = value ? value[k] : 1;
}

void mtl__analytic_brightest(mtl__analytic *a, double per_day)
{
    a->brightest = per_day;
}

int mtl__analytic_like(mtl__analytic **out, const mtl__analytic *like, const mtl__process *p,
                       mtl_error *err)
{
    MTL_TRY(mtl__analytic_new(out, p, err));
    (*out)->brightest = like->brightest;
    return 0;
}

void mtl__analytic_free(mtl__analytic *a)
{
    if (!a)
        return;
    mtl__arena_free(&a->arena);
    free(a->inflow);
    free(a->inflow_cox);
    free(a->y);
    free(a);
}

int mtl__analytic_room(mtl__analytic *a, int n, mtl_error *err)
{
    if (n > a->cap_y) {
        double *y = realloc(a->y, (size_t)n * 10 * sizeof *y);
        if (!y)
            return mtl__nomem(err);
        a->y = y;
        a->cap_y = n;
    }
    mtl__ode *o = &a->ode;
    o->n = n;
    for (int k = 0; k < 7; k++)
        o->k[k] = a->y + (size_t)(k + 1) * (size_t)a->cap_y;
    o->ynew = a->y + (size_t)8 * (size_t)a->cap_y;
    o->scale = a->y + (size_t)9 * (size_t)a->cap_y;
    for (int i = 0; i < n; i++)
        a->y[i] = 0;
    return 0;
}

void mtl__analytic_factors(mtl__analytic *a, double t)
{
    const mtl__env *env = a->p->env;
    if (env)
        env->advance(env, t < a->t_edge ? t : a->t_edge, a->f);
}

/* ---------------------------------------------------------------- backward equation */
static int n_moments(const mtl__analytic *a)
{
    return a->moments > 1 ? 3 : 1;
}

/* Sum of weight x value over what becomes of a cell in row r, by moment, and the total weight. */
static double one_row(const mtl__analytic *a, const double *y, int r, bool crossings, double v[3])
{
    const mtl__process *p = a->p;
    const mtl__row *row = &p->row[r];
    double total = row->loss;
    v[0] = v[1] = v[2] = 0;
    for (int l = row->land0; l < row->land1; l++) {
        const double x = p->land[l].rate * a->f[p->land[l].factor];
        const int at = a->place[p->land[l].target];
        total += x;
        for (int m = 0; at >= 0 && m < n_moments(a); m++)
            v[m] += x * y[m * a->n_active + at];
    }
    for (int l = row->cross0; l < row->cross1; l++) {
        const double x = p->cross[l].rate * a->f[p->cross[l].factor];
        total += x;
        for (int m = 0; crossings && m < n_moments(a); m++)
            v[m] += x * a->row_value[m * p->n_rows + p->cross[l].target];
    }
    for (int m = 0; total > 0 && m < n_moments(a); m++)
        v[m] /= total;
    return total;
}

/* Means over what becomes of a cell in each useful row. Crossings may lead round: Gauss-Seidel
   sweeps, which gain the (small) probability of crossing as a factor each. */
static void row_values(mtl__analytic *a, const double *y)
{
    const mtl__process *p = a->p;
    bool crossing = false;
    for (int k = 0; k < a->n_rows; k++)
        for (int l = p->row[a->rows[k]].cross0; l < p->row[a->rows[k]].cross1; l++)
            crossing = crossing || a->f[p->cross[l].factor] > 0;
    for (int sweep = 0; sweep < 200; sweep++) {
        double change = 0;
        for (int k = 0; k < a->n_rows; k++) {
            double v[3] = {0};
            (void)one_row(a, y, a->rows[k], sweep > 0, v);
            for (int m = 0; m < n_moments(a); m++) {
                double *old = &a->row_value[m * p->n_rows + a->rows[k]];
                change = mtl__max(change, fabs(v[m] - *old) - 1e-15 * fabs(v[m]));
                *old = v[m];
            }
        }
        if (!crossing || (sweep > 1 && change <= 0))
            return;
    }
}

static double cox_seen(const mtl__analytic *a, int c)
{
    return a->cox_now[c];
}

static void cox_at(mtl__analytic *a, double t)
{
    for (int c = 0; c < a->p->n_cox; c++)
        a->cox_now[c] = a->cox_see[c] > 0
                            ? a->cox_see[c] * mtl__exp(-a->p->cox_decay[c] * (a->t_sample - t))
                            : 0;
}

/* q, M, V per cell that enters the source's target now. */
static void target_values(const mtl__analytic *a, const double *y, enum mtl__target to, int target,
                          double v[3])
{
    v[0] = v[1] = v[2] = 0;
    if (to == MTL__TO_COX) {
        v[0] = v[1] = cox_seen(a, target);
        return;
    }
    if (to == MTL__TO_ROW) {
        (void)one_row(a, y, target, true, v);
        return;
    }
    for (int m = 0; a->place[target] >= 0 && m < n_moments(a); m++)
        v[m] = y[m * a->n_active + a->place[target]];
}

/* x = T - t runs forward. */
static void backward(void *ctx, double x, const double *y, double *dy)
{
    mtl__analytic *a = ctx;
    const mtl__process *p = a->p;
    const int n = a->n_active;
    const double t = a->t_sample - x;
    mtl__analytic_factors(a, t);
    cox_at(a, t);
    row_values(a, y);
    const double *f = a->f;
    for (int k = 0; k < n; k++) {
        const mtl__type *ty = &p->type[a->active[k]];
        const double b = ty->divide * f[ty->f_divide], e = ty->leave * f[ty->f_leave];
        double net = b - ty->die * f[ty->f_die] - e, w = 0, in[3] = {0, 0, 0};
        for (int c = ty->change0; c < ty->change1; c++) {
            const double r = p->change[c].rate * f[p->change[c].factor];
            const int at = a->place[p->change[c].target];
            net -= r;
            for (int m = 0; at >= 0 && m < n_moments(a); m++)
                in[m] += r * y[m * n + at];
        }
        for (int o = ty->output0; o < ty->output1; o++)
            w += p->output[o].rate * f[p->output[o].factor] * cox_seen(a, p->output[o].target);
        if (e > 0)
            for (int m = 0; m < n_moments(a); m++)
                in[m] += e * a->row_value[m * p->n_rows + ty->row];
        const double q = y[k];
        const double bright = a->brightest > 0 ? mtl__min(w, a->brightest) : w;
        dy[k] = bright * (1 - q) + net * q - b * q * q + in[0];
        if (a->moments == 3) {
            const double mean = y[n + k], v = y[2 * n + k];
            dy[n + k] = w + net * mean + in[1];
            dy[2 * n + k] = net * v + 2 * b * mean * mean + 2 * w * mean + in[2];
        }
    }
    double *sum = dy + a->moments * n;
    for (int g = 0; g < a->moments * a->n_groups; g++)
        sum[g] = 0;
    for (int k = 0; k < a->n_inflow; k++) {
        const mtl__inflow *in = &a->src->inflow[a->inflow[k]];
        double v[3] = {0};
        target_values(a, y, in->to, in->target, v);
        for (int m = 0; m < n_moments(a); m++)
            sum[m * a->n_groups + in->group] += in->rate * f[in->factor] * v[m];
    }
}

/* Spreads a mark over types and rows along the flow of cells: backward (what can become something
   marked) or forward (what marked things can become). mark: types, then rows. */
static void spread_marks(const mtl__process *p, bool *mark, bool forward)
{
    for (bool more = true; more;) {
        more = false;
#define MTL_FLOW(from, to)                                                                         \
    do {                                                                                           \
        const int src_ = forward ? (from) : (to), dst_ = forward ? (to) : (from);                  \
        if (mark[src_] && !mark[dst_])                                                             \
            mark[dst_] = more = true;                                                              \
    } while (0)
        for (int i = 0; i < p->n_types; i++) {
            for (int c = p->type[i].change0; c < p->type[i].change1; c++)
                MTL_FLOW(i, p->change[c].target);
            if (p->type[i].leave > 0)
                MTL_FLOW(i, p->n_types + p->type[i].row);
        }
        for (int r = 0; r < p->n_rows; r++) {
            for (int l = p->row[r].land0; l < p->row[r].land1; l++)
                MTL_FLOW(p->n_types + r, p->land[l].target);
            for (int l = p->row[r].cross0; l < p->row[r].cross1; l++)
                MTL_FLOW(p->n_types + r, p->n_types + p->cross[l].target);
        }
#undef MTL_FLOW
    }
}

/* What the equation must follow: types that can become something seen, and (with a source) that the
   source's cells can become. Everything else has q = 0 or does not matter. */
static void choose_active(mtl__analytic *a, const double *see_type, const double *see_cox)
{
    const mtl__process *p = a->p;
    const int n = p->n_types + p->n_rows;
    bool *seen = a->mark, *met = a->mark + n;
    for (int i = 0; i < n; i++)
        seen[i] = met[i] = false;
    for (int i = 0; i < p->n_types; i++) {
        seen[i] = see_type[i] > 0;
        for (int o = p->type[i].output0; o < p->type[i].output1; o++)
            seen[i] = seen[i] || see_cox[p->output[o].target] > 0;
    }
    spread_marks(p, seen, false);
    for (int k = 0; a->src && k < a->src->n_inflows; k++)
        if (a->src->inflow[k].to != MTL__TO_COX)
            met[(a->src->inflow[k].to == MTL__TO_ROW ? p->n_types : 0) + a->src->inflow[k].target] =
                true;
    for (int k = 0; a->src && k < a->src->n_bursts; k++)
        if (a->src->burst[k].to != MTL__TO_COX)
            met[(a->src->burst[k].to == MTL__TO_ROW ? p->n_types : 0) + a->src->burst[k].target] =
                true;
    if (a->src)
        spread_marks(p, met, true);
    a->n_active = a->n_rows = 0;
    for (int i = 0; i < p->n_types; i++) {
        a->place[i] = -1;
        if (seen[i] && (met[i] || !a->src)) {
            a->place[i] = a->n_active;
            a->active[a->n_active++] = i;
        }
    }
    for (int r = 0; r < p->n_rows; r++) {
        for (int m = 0; m < 3; m++)
            a->row_value[m * p->n_rows + r] = 0;
        bool left_into =
            false; /* rows that only a source's doses use are looked at when they come */
        for (int k = 0; k < a->n_active; k++)
            left_into =
                left_into || (p->type[a->active[k]].leave > 0 && p->type[a->active[k]].row == r);
        for (int q = 0; q < p->n_rows; q++)
            for (int l = p->row[q].cross0; l < p->row[q].cross1; l++)
                left_into = left_into || p->cross[l].target == r;
        if (left_into && seen[p->n_types + r] && (met[p->n_types + r] || !a->src))
            a->rows[a->n_rows++] = r;
    }
}

static int begin(mtl__analytic *a, const mtl__source *src, double t_sample, const double *see_type,
                 const double *see_cox, double rtol, int moments, mtl_error *err)
{
    a->src = src;
    choose_active(a, see_type, see_cox);
    a->t_sample = t_sample;
    a->moments = moments;
    a->n_groups = src ? src->n_groups : 0;
    a->n_inflow = 0;
    if (src &&
        mtl__grow(&a->inflow, &a->cap_inflow, (size_t)src->n_inflows + 1, sizeof *a->inflow) < 0)
        return mtl__nomem(err);
    const int n = a->n_active;
    MTL_TRY(mtl__analytic_room(a, moments * (n + a->n_groups) + 1, err));
    a->ode.n = moments * (n + a->n_groups);
    for (int m = 0; m < moments; m++) {
        a->block[m] = m * n;
        a->block[moments + m] = moments * n + m * a->n_groups;
        for (int k = 0; k < n; k++)
            a->y[m * n + k] = m < 2 ? see_type[a->active[k]] : 0;
    }
    a->block[2 * moments] = a->ode.n;
    a->ode.block = a->block;
    a->ode.n_blocks = 2 * moments;
    a->ode.rhs = backward;
    a->ode.stepped = NULL;
    a->ode.ctx = a;
    a->ode.rtol = rtol;
    a->ode.h = 1e-3;
    a->ode.h_max = HUGE_VAL;
    a->ode.steps = 0;
    a->ode.max_steps = 5000000;
    for (int c = 0; c < a->p->n_cox; c++)
        a->cox_see[c] = see_cox[c];
    return 0;
}

/* ---------------------------------------------------------------- a source seen */
typedef struct tally {
    double log_none, mean, variance; /* of bursts with an exact count */
} tally;

/* What happens at time t, going backward: bursts see what is after them, culls thin what is before.
 */
static void happen(mtl__analytic *a, double t, tally *out)
{
    const mtl__source *src = a->src;
    const int n = a->n_active;
    bool ready = false;
    for (int k = src->n_bursts - 1; k >= 0; k--) {
        const mtl__burst *b = &src->burst[k];
        if (b->t != t)
            continue;
        if (!ready) {
            mtl__analytic_factors(a, t);
            cox_at(a, t);
            row_values(a, a->y);
            ready = true;
        }
        double v[3] = {0};
        target_values(a, a->y, b->to, b->target, v);
        if (b->count < 0) {
            for (int m = 0; m < n_moments(a); m++)
                a->y[a->moments * n + m * a->n_groups + b->group] += b->mean * v[m];
            continue;
        }
        const double c = (double)b->count;
        out->mean += c * v[1];
        if (b->to == MTL__TO_COX) {
            out->log_none -= c * v[0];
            out->variance += c * v[1];
        } else if (b->count > 0) {
            out->log_none += c * mtl__log1p(-mtl__min(v[0], 1));
            out->variance += c * (v[2] + v[1] - v[1] * v[1]);
        }
    }
    for (int k = src->n_culls - 1; k >= 0; k--) {
        const mtl__cull *c = &src->cull[k];
        if (c->t != t)
            continue;
        for (int i = c->type0; i < c->type1; i++)
            for (int m = 0; a->place[i] >= 0 && m < n_moments(a); m++)
                a->y[m * n + a->place[i]] *= c->keep;
        for (int i = c->cox0; i < c->cox1; i++)
            a->cox_see[i] *= c->keep;
    }
}

/* The latest thing of the schedule or break of a factor before t, not before `floor`. */
static double cut_before(const mtl__analytic *a, double t, double floor)
{
    const mtl__source *src = a->src;
    double cut = floor;
    for (int k = 0; k < src->n_inflows; k++) {
        if (src->inflow[k].t0 < t)
            cut = mtl__max(cut, src->inflow[k].t0);
        if (src->inflow[k].t1 < t)
            cut = mtl__max(cut, src->inflow[k].t1);
    }
    for (int k = 0; k < src->n_bursts; k++)
        if (src->burst[k].t < t)
            cut = mtl__max(cut, src->burst[k].t);
    for (int k = 0; k < src->n_culls; k++)
        if (src->cull[k].t < t)
            cut = mtl__max(cut, src->cull[k].t);
    return cut;
}

static int back_over(mtl__analytic *a, double t1, double t0, mtl_error *err)
{
    const mtl__env *env = a->p->env;
    double right = t1;
    while (right > t0) {
        double left = t0; /* the last break of a factor inside (t0, right) */
        for (double b = env ? mtl__env_next_jump(env, t0) : HUGE_VAL; b < right;
             b = mtl__env_next_jump(env, b))
            left = b;
        a->t_edge = right - 1e-9 * (right - left);
        MTL_TRY(mtl__ode_run(&a->ode, a->t_sample - right, a->t_sample - left, a->y, err));
        right = left;
    }
    return 0;
}

static double group_variance(const mtl__group *g)
{
    if (g->law == MTL__GAMMA || g->law == MTL__NUMBER)
        return 1 / g->shape;
    if (g->law == MTL__FIXED)
        return 0;
    const double spread = mtl__exp(g->shape * g->shape);
    if (g->law == MTL__LOGNORMAL)
        return spread - 1;
    if (g->law == MTL__SPIKE)
        return spread / g->p_big - 1;
    const double small = (1 - g->p_big * g->big) / (1 - g->p_big);
    return (1 - g->p_big) * small * small * spread + g->p_big * g->big * g->big - 1;
}

/* log E[exp(-multiplier x)]. */
static double group_log_none(const mtl__group *g, double x)
{
    if (g->law == MTL__GAMMA)
        return -g->shape * mtl__log1p(x / g->shape);
    if (g->law == MTL__FIXED)
        return -x;
    if (g->law == MTL__NUMBER)
        return g->shape * mtl__expm1(-x / g->shape);
    double node[64], weight[64], some = 0, none = 0;
    const int n = mtl__group_nodes(g, node, weight, 64);
    for (int k = 0; k < n; k++) {
        some += weight[k] * mtl__expm1(-node[k] * x);
        none += weight[k] * mtl__exp(-node[k] * x);
    }
    return some > -0.5 ? mtl__log1p(some) : mtl__log(none); /* each where it keeps its digits */
}

/* Backward over the whole source; afterwards the integrals of its groups stand behind the types in
 * a->y. */
static int backward_over(mtl__analytic *a, const mtl__source *src, double t_sample,
                         const double *see_type, const double *see_cox, double rtol, int moments,
                         tally *fixed, mtl_error *err)
{
    const double start = mtl__source_start(src);
    MTL_TRY(begin(a, src, t_sample, see_type, see_cox, rtol, moments, err));
    double t = t_sample;
    a->t_edge = t_sample;
    happen(a, t, fixed);
    while (t > start) {
        const double cut = cut_before(a, t, start);
        a->n_inflow = 0;
        for (int k = 0; k < src->n_inflows; k++)
            if (src->inflow[k].t0 <= cut && src->inflow[k].t1 >= t)
                a->inflow[a->n_inflow++] = k;
        if (a->n_inflow)
            a->ode.h = mtl__min(a->ode.h, 1);
        MTL_TRY(back_over(a, t, cut, err));
        t = cut;
        a->t_edge = t;
        happen(a, t, fixed);
    }
    return 0;
}

static double log_none_of(const mtl__analytic *a, const tally *fixed)
{
    const double *sum = a->y + a->moments * a->n_active;
    double log_none = fixed->log_none;
    for (int g = 0; g < a->n_groups; g++)
        log_none += group_log_none(&a->src->group[g], sum[g]);
    return log_none;
}

int mtl__analytic_seen(mtl__analytic *a, const mtl__source *src, double t_sample,
                       const double *see_type, const double *see_cox, double rtol, mtl__seen *out,
                       mtl_error *err)
{
    *out = (mtl__seen){1, 0, 0};
    MTL_TRY(mtl__source_check(src, a->p, err));
    if (!(mtl__source_start(src) <= t_sample))
        return 0;
    tally fixed = {0, 0, 0};
    MTL_TRY(backward_over(a, src, t_sample, see_type, see_cox, rtol, 3, &fixed, err));
    const double *sum = a->y + 3 * a->n_active;
    out->mean = fixed.mean;
    out->variance = fixed.variance;
    for (int g = 0; g < src->n_groups; g++) {
        const double j = sum[src->n_groups + g];
        out->mean += j;
        out->variance += sum[2 * src->n_groups + g] + j + group_variance(&src->group[g]) * j * j;
    }
    out->p_none = mtl__exp(log_none_of(a, &fixed));
    return 0;
}

int mtl__analytic_none(mtl__analytic *a, const mtl__source *src, double t_sample,
                       const double *see_type, const double *see_cox, double rtol, double *p_none,
                       mtl_error *err)
{
    *p_none = 1;
    MTL_TRY(mtl__source_check(src, a->p, err));
    if (!(mtl__source_start(src) <= t_sample))
        return 0;
    tally fixed = {0, 0, 0};
    MTL_TRY(backward_over(a, src, t_sample, see_type, see_cox, rtol, 1, &fixed, err));
    *p_none = mtl__exp(log_none_of(a, &fixed));
    return 0;
}

int mtl__analytic_types(mtl__analytic *a, double t, double t_sample, const double *see_type,
                        const double *see_cox, double rtol, double *q, double *mean,
                        double *factorial2, mtl_error *err)
{
    MTL_TRY(begin(a, NULL, t_sample, see_type, see_cox, rtol, 3, err));
    MTL_TRY(back_over(a, t_sample, t, err));
    double *const out[3] = {q, mean, factorial2};
    for (int m = 0; m < 3; m++)
        for (int i = 0; out[m] && i < a->p->n_types; i++)
            out[m][i] = a->place[i] < 0 ? 0 : a->y[m * a->n_active + a->place[i]];
    return 0;
}
