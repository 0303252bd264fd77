/* SPDX-License-Identifier: MIT */
/* mtl__analytic against CVODE (SUNDIALS): the backward equations of P(none), mean and second
   factorial moment per cell, written here from the text of process/process.h, over random networks
   of 3 to 30 types with two or three hubs that cross into each other, changes, outputs, seasons,
   culls and heterogeneous sources. No random draws: agreement to 1e-6 relative. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#pragma GCC diagnostic pop

#include "oracle_stats.h"
#include "reference.h"

enum { GROUPS = 4 };

/* What one backward solve carries. Unknowns: q, m, g (per type), then per group the integrals of
   what its inflows bring: exponent of P(none), mean, second factorial moment. */
typedef struct backward {
    const ref_net *net;
    const mtl__source *s; /* NULL: cells alone */
    double t_sample, ta, tb;
    double weight[REF_COX]; /* seen of a unit of y at tb and later left alone: see x culls after */
} backward;

/* Of a cell or unit that arrives at t at this target: chance to be seen (or mean seen of a
   Poisson), mean, second factorial moment. */
static void arrival(const backward *w, const double *f, double t, const double *y,
                    enum mtl__target to, int target, double out[3])
{
    const int n = w->net->n_types;
    double rows[REF_ROWS];
    for (int part = 0; part < 3; part++) {
        if (to == MTL__TO_TYPE) {
            out[part] = y[part * n + target];
        } else if (to == MTL__TO_ROW) {
            ref_rows(w->net, f, y + part * n, 0.0, rows);
            out[part] = rows[target];
        } else {
            const double seen = w->weight[target] * exp(-w->net->decay[target] * (w->t_sample - t));
            out[part] = part < 2 ? seen : 0.0; /* Poisson: no second cumulant beyond the mean */
        }
    }
}

static int slope(realtype tau, N_Vector state, N_Vector change, void *user)
{
    const backward *w = user;
    const ref_net *net = w->net;
    const int n = net->n_types;
    const double *y = N_VGetArrayPointer(state), *q = y, *m = y + n, *g = y + 2 * n;
    double *dy = N_VGetArrayPointer(change), *dq = dy, *dm = dy + n, *dg = dy + 2 * n;
    /* Factors jump at the ends of a stretch: look just inside. */
    const double rim = 1e-9 * (w->tb - w->ta);
    const double t = fmin(fmax(w->t_sample - tau, w->ta + rim), w->tb - rim);
    double f[64] = {1.0}, rq[REF_ROWS], rm[REF_ROWS], rg[REF_ROWS];
    ref_factors(net, t, f);
    ref_rows(net, f, q, 0.0, rq);
    ref_rows(net, f, m, 0.0, rm);
    ref_rows(net, f, g, 0.0, rg);
    for (int i = 0; i < n; i++) {
        const double b = net->divide[i].rate * f[net->divide[i].factor];
        const double d = net->die[i].rate * f[net->die[i].factor];
        const int r = net->row_of[i];
        const double e = r >= 0 ? net->leave[i].rate * f[net->leave[i].factor] : 0.0;
        dq[i] = (b - d - e) * q[i] - b * q[i] * q[i] + (r >= 0 ? e * rq[r] : 0.0);
        dm[i] = (b - d - e) * m[i] + (r >= 0 ? e * rm[r] : 0.0);
        dg[i] = (b - d - e) * g[i] + 2.0 * b * m[i] * m[i] + (r >= 0 ? e * rg[r] : 0.0);
    }
    for (int k = 0; k < net->n_change; k++) {
        const int i = net->change[k].from, j = net->change[k].to;
        const double rate = net->change[k].rate * f[net->change[k].factor];
        dq[i] += rate * (q[j] - q[i]);
        dm[i] += rate * (m[j] - m[i]);
        dg[i] += rate * (g[j] - g[i]);
    }
    for (int k = 0; k < net->n_output; k++) {
        const int i = net->output[k].from, c = net->output[k].to;
        const double omega = net->output[k].rate * f[net->output[k].factor] * w->weight[c] *
                             exp(-net->decay[c] * (w->t_sample - t));
        dq[i] += omega * (1.0 - q[i]);
        dm[i] += omega;
        dg[i] += 2.0 * omega * m[i];
    }
    for (int k = 3 * n; k < 3 * n + 3 * GROUPS; k++)
        dy[k] = 0.0;
    for (int k = 0; w->s && k < w->s->n_inflows; k++) {
        const mtl__inflow *in = &w->s->inflow[k];
        if (in->t0 > w->ta + rim || in->t1 < w->tb - rim)
            continue;
        double seen[3];
        arrival(w, f, t, y, in->to, in->target, seen);
        for (int part = 0; part < 3; part++)
            dy[3 * n + 3 * in->group + part] += in->rate * f[in->factor] * seen[part];
    }
    return 0;
}

/* Backward over (ta, tb), where nothing jumps. */
static void stretch(backward *w, double ta, double tb, double *y, int size)
{
    SUNContext ctx;
    assert_int_equal(SUNContext_Create(NULL, &ctx), 0);
    w->ta = ta;
    w->tb = tb;
    N_Vector v = N_VMake_Serial(size, y, ctx);
    SUNMatrix a = SUNDenseMatrix(size, size, ctx);
    SUNLinearSolver solver = SUNLinSol_Dense(v, a, ctx);
    void *mem = CVodeCreate(CV_ADAMS, ctx);
    assert_non_null(mem);
    assert_int_equal(CVodeInit(mem, slope, w->t_sample - tb, v), 0);
    assert_int_equal(CVodeSStolerances(mem, 1e-11, 1e-15), 0);
    assert_int_equal(CVodeSetUserData(mem, w), 0);
    assert_int_equal(CVodeSetLinearSolver(mem, solver, a), 0);
    assert_int_equal(CVodeSetMaxNumSteps(mem, 1000000), 0);
    assert_int_equal(CVodeSetStopTime(mem, w->t_sample - ta), 0);
    realtype reached;
    assert_true(CVode(mem, w->t_sample - ta, v, &reached, CV_NORMAL) >= 0);
    CVodeFree(&mem);
    SUNLinSolFree(solver);
    SUNMatDestroy(a);
    N_VDestroy(v);
    SUNContext_Free(&ctx);
}

static double earlier_break(const backward *w, double now, double end)
{
    double at = end;
    for (int k = 0; w->s && k < w->s->n_inflows; k++) {
        const double edge[2] = {w->s->inflow[k].t0, w->s->inflow[k].t1};
        for (int i = 0; i < 2; i++)
            if (edge[i] < now && edge[i] > at)
                at = edge[i];
    }
    for (int k = 0; w->s && k < w->s->n_bursts; k++)
        if (w->s->burst[k].t < now && w->s->burst[k].t > at)
            at = w->s->burst[k].t;
    for (int k = 0; w->s && k < w->s->n_culls; k++)
        if (w->s->cull[k].t < now && w->s->cull[k].t > at)
            at = w->s->cull[k].t;
    if (w->net->env)
        for (double next = w->net->env->next_break(w->net->env, end); next < now;
             next = w->net->env->next_break(w->net->env, next))
            if (next > at)
                at = next;
    return at;
}

typedef struct fixed_part { /* bursts of a fixed number: no Poisson, no multiplier */
    double log_none, mean, variance;
} fixed_part;

/* What happens at t (after t in backward order): culls and bursts. */
static void instant(backward *w, double t, double *y, fixed_part *fixed)
{
    const int n = w->net->n_types;
    double f[64] = {1.0}, seen[3];
    for (int k = 0; w->s && k < w->s->n_culls; k++) {
        const mtl__cull *c = &w->s->cull[k];
        if (c->t != t)
            continue;
        for (int i = c->type0; i < c->type1; i++)
            for (int part = 0; part < 3; part++)
                y[part * n + i] *= c->keep;
        for (int i = c->cox0; i < c->cox1; i++)
            w->weight[i] *= c->keep;
    }
    ref_factors(w->net, t, f);
    for (int k = 0; w->s && k < w->s->n_bursts; k++) {
        const mtl__burst *b = &w->s->burst[k];
        if (b->t != t)
            continue;
        arrival(w, f, t, y, b->to, b->target, seen);
        if (b->count < 0) {
            for (int part = 0; part < 3; part++)
                y[3 * n + 3 * b->group + part] += b->mean * seen[part];
        } else {
            const double cells = (double)b->count;
            fixed->log_none += cells * log1p(-seen[0]);
            fixed->mean += cells * seen[1];
            fixed->variance += cells * (seen[2] + seen[1] - seen[1] * seen[1]);
        }
    }
}

/* E exp(-a X) and variance of X, the multiplier of a group. */
static double spared(const mtl__group *g, double a, double *variance)
{
    const double sd = g->shape,
                 rest = g->law == MTL__MIXTURE ? (1.0 - g->p_big * g->big) / (1.0 - g->p_big) : 1.0;
    double sum = 0.0;
    *variance = 0.0;
    if (g->law == MTL__FIXED)
        return exp(-a);
    if (g->law == MTL__GAMMA) {
        *variance = 1.0 / sd;
        return pow(1.0 + a / sd, -sd);
    }
    for (double z = -10.0; z < 10.0; z += 0.01)
        sum += 0.01 * exp(-0.5 * z * z) / 2.5066282746310002 *
               exp(-a * rest * exp(sd * z - 0.5 * sd * sd));
    *variance = exp(sd * sd) - 1.0;
    if (g->law == MTL__LOGNORMAL)
        return sum;
    *variance = g->p_big * g->big * g->big + (1.0 - g->p_big) * rest * rest * exp(sd * sd) - 1.0;
    return (1.0 - g->p_big) * sum + g->p_big * exp(-a * g->big);
}

static mtl__seen by_cvode(const ref_net *net, const mtl__source *s, double t_sample,
                          const double *see_type, const double *see_cox, double *y)
{
    const int n = net->n_types, size = 3 * n + 3 * GROUPS;
    backward w = {.net = net, .s = s, .t_sample = t_sample};
    fixed_part fixed = {0};
    for (int i = 0; i < size; i++)
        y[i] = i < 2 * n ? see_type[i % n] : 0.0;
    for (int c = 0; c < net->n_cox; c++)
        w.weight[c] = see_cox[c];
    const double start = s ? mtl__source_start(s) : 0.0;
    instant(&w, t_sample, y, &fixed);
    for (double now = t_sample; now > start;) {
        const double to = earlier_break(&w, now, start);
        stretch(&w, to, now, y, size);
        instant(&w, to, y, &fixed);
        now = to;
    }
    mtl__seen out = {exp(fixed.log_none), fixed.mean, fixed.variance};
    for (int g = 0; s && g < s->n_groups; g++) {
        const double *of = y + 3 * n + 3 * g;
        double spread;
        out.p_none *= spared(&s->group[g], of[0], &spread);
        out.mean += of[1];
        out.variance += of[1] + of[2] + spread * of[1] * of[1];
    }
    return out;
}

static void see_some(mtl__rng *rng, const ref_net *net, double *see_type, double *see_cox)
{
    for (int i = 0; i < net->n_types; i++)
        see_type[i] = mtl__rng_unit(rng) < 0.3 ? 0.0 : mtl__rng_unit(rng);
    for (int c = 0; c < net->n_cox; c++)
        see_cox[c] = 0.02 * mtl__rng_unit(rng);
}

static int compare_seen(const ref_net *net, const mtl__source *s, mtl__analytic *a, double t,
                        mtl__rng *rng)
{
    double see_type[REF_TYPES], see_cox[REF_COX], y[3 * REF_TYPES + 3 * GROUPS];
    mtl__seen got;
    mtl_error err = {0};
    see_some(rng, net, see_type, see_cox);
    const mtl__seen want = by_cvode(net, s, t, see_type, see_cox, y);
    if (mtl__analytic_seen(a, s, t, see_type, see_cox, 1e-9, &got, &err) != 0)
        fail_msg("analytic: %s: %s", err.field, err.text);
    int bad = refutes_value("log P(none)", log(got.p_none), log(want.p_none), 1e-6, 1e-13);
    bad += refutes_value("mean", got.mean, want.mean, 1e-6, 0.0);
    return bad + refutes_value("variance", got.variance, want.variance, 1e-6, 0.0);
}

static int compare_types(const ref_net *net, mtl__analytic *a, double t, mtl__rng *rng)
{
    double see_type[REF_TYPES], see_cox[REF_COX], y[3 * REF_TYPES + 3 * GROUPS];
    double q[REF_TYPES], m[REF_TYPES], g[REF_TYPES];
    mtl_error err = {0};
    int bad = 0;
    see_some(rng, net, see_type, see_cox);
    by_cvode(net, NULL, t, see_type, see_cox, y);
    assert_int_equal(mtl__analytic_types(a, 0.0, t, see_type, see_cox, 1e-9, q, m, g, &err), 0);
    for (int i = 0; i < net->n_types; i++) {
        bad += refutes_value("P(seen) of a type", q[i], y[i], 1e-6, 0.0);
        bad += refutes_value("mean of a type", m[i], y[net->n_types + i], 1e-6, 0.0);
        bad += refutes_value("second moment of a type", g[i], y[2 * net->n_types + i], 1e-6, 0.0);
    }
    return bad;
}

/* What is seen on average is see x the mean counts forward in time. */
static int compare_forward(const ref_net *net, const mtl__source *s, mtl__analytic *a,
                           mtl__rng *rng)
{
    const double time[2] = {33.3, 75.0};
    double mean[2 * REF_TYPES] = {0.0}, cox[2 * REF_COX] = {0.0}, see_type[REF_TYPES],
                    see_cox[REF_COX];
    double y[3 * REF_TYPES + 3 * GROUPS];
    mtl_error err = {0};
    int bad = 0;
    assert_int_equal(mtl__analytic_forward(a, s, 1e-9, 2, time, mean, cox, &err), 0);
    for (int turn = 0; turn < 2; turn++)
        for (int k = 0; k < 2; k++) {
            double sum = 0.0;
            see_some(rng, net, see_type, see_cox);
            for (int i = 0; i < net->n_types; i++)
                sum += see_type[i] * mean[k * net->n_types + i];
            for (int c = 0; c < net->n_cox; c++)
                sum += see_cox[c] * cox[k * net->n_cox + c];
            bad += refutes_value("forward", sum,
                                 by_cvode(net, s, time[k], see_type, see_cox, y).mean, 1e-6, 0.0);
        }
    return bad;
}

static void run(bool varies, uint64_t seed)
{
    static const int sizes[] = {3, 4, 7, 12, 20, 30};
    int bad = 0;
    for (int k = 0; k < 6; k++) {
        ref_drawn d;
        ref_draw(&d, seed, k, sizes[k], varies);
        bad += compare_types(&d.net, d.a, 70.0, &d.rng);
        bad += compare_seen(&d.net, &d.s.source, d.a, 80.0, &d.rng);
        /* some of the source is still to come */
        bad += compare_seen(&d.net, &d.s.source, d.a, 40.0, &d.rng);
        bad += compare_forward(&d.net, &d.s.source, d.a, &d.rng);
        ref_drawn_free(&d);
    }
    assert_int_equal(bad, 0);
}

static void test_constant(void **state)
{
    (void)state;
    run(false, 3000);
}

static void test_seasons(void **state)
{
    (void)state;
    run(true, 3001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_seasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
