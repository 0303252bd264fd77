/* SPDX-License-Identifier: MIT */
/* A source of immigration: its order, its checks, and the law of its heterogeneity groups. A
   group's multiplier has mean 1, so that amounts in a source are always means over pregnancies. */
#include "process/process.h"

#include <math.h>
#include <stdlib.h>

static int cmp(double a, double b)
{
    return a < b ? -1 : a > b;
}

static int by_inflow(const void *a, const void *b)
{
    const mtl__inflow *x = a, *y = b;
    int c = cmp(x->t0, y->t0);
    if (!c)
        c = cmp(x->t1, y->t1);
    if (!c)
        c = cmp(x->to, y->to);
    if (!c)
        c = cmp(x->target, y->target);
    if (!c)
        c = cmp(x->group, y->group);
    return c ? c : cmp(x->rate, y->rate);
}

static int by_burst(const void *a, const void *b)
{
    const mtl__burst *x = a, *y = b;
    int c = cmp(x->t, y->t);
    if (!c)
        c = cmp(x->to, y->to);
    if (!c)
        c = cmp(x->target, y->target);
    if (!c)
        c = cmp(x->group, y->group);
    return c ? c : cmp(x->mean, y->mean);
}

static int by_cull(const void *a, const void *b)
{
    const mtl__cull *x = a, *y = b;
    const int c = cmp(x->t, y->t);
    return c ? c : cmp(x->type0, y->type0);
}

void mtl__source_sort(mtl__source *s)
{
    if (s->n_inflows > 1)
        qsort(s->inflow, (size_t)s->n_inflows, sizeof *s->inflow, by_inflow);
    if (s->n_bursts > 1)
        qsort(s->burst, (size_t)s->n_bursts, sizeof *s->burst, by_burst);
    if (s->n_culls > 1)
        qsort(s->cull, (size_t)s->n_culls, sizeof *s->cull, by_cull);
}

double mtl__source_start(const mtl__source *s)
{
    double t = HUGE_VAL;
    for (int i = 0; i < s->n_inflows; i++)
        t = mtl__min(t, s->inflow[i].t0);
    for (int i = 0; i < s->n_bursts; i++)
        t = mtl__min(t, s->burst[i].t);
    return t;
}

static bool target_ok(const mtl__process *p, enum mtl__target to, int target)
{
    const int n = to == MTL__TO_TYPE ? p->n_types : to == MTL__TO_ROW ? p->n_rows : p->n_cox;
    return target >= 0 && target < n;
}

static int bad(mtl_error *err, const char *what)
{
    return mtl__fail(err, MTL_ERR_VALUE, "source", "%s", what);
}

static int check_group(const mtl__group *g, mtl_error *err)
{
    if (g->law == MTL__FIXED)
        return 0;
    if (g->law == MTL__SPIKE) {
        if (!(g->shape >= 0 && g->shape <= 10) || !(g->p_big > 0 && g->p_big <= 1))
            return bad(err, "a spike needs a probability above 0 and a log sd in 0..10");
        return 0;
    }
    if (!isfinite(g->shape) || g->shape <= 0)
        return bad(err, "the shape of a heterogeneity group must be finite and above 0");
    if (g->law == MTL__NUMBER)
        return g->shape <= 1000 ? 0 : bad(err, "a number of events must have a mean below 1000");
    if (g->law != MTL__GAMMA && g->shape > 10)
        return bad(err, "the log sd of a heterogeneity group must not be above 10");
    if (g->law == MTL__MIXTURE &&
        !(g->p_big >= 0 && g->p_big < 1 && g->big >= 0 && g->p_big * g->big < 1))
        return bad(err,
                   "the rare part of a heterogeneity group must leave a positive mean to the rest");
    return 0;
}

int mtl__source_check(const mtl__source *s, const mtl__process *p, mtl_error *err)
{
    const int nf = p->env ? p->env->n : 1;
    for (int i = 0; i < s->n_groups; i++)
        MTL_TRY(check_group(&s->group[i], err));
    for (int i = 0; i < s->n_inflows; i++) {
        const mtl__inflow *f = &s->inflow[i];
        if (!isfinite(f->t0) || !isfinite(f->t1) || f->t1 < f->t0 || !isfinite(f->rate) ||
            f->rate < 0)
            return bad(err,
                       "an inflow needs a finite window and a finite rate that is not negative");
        if (f->factor < 0 || f->factor >= nf || f->group < 0 || f->group >= s->n_groups ||
            !target_ok(p, f->to, f->target))
            return bad(err, "an inflow points nowhere");
        if (i > 0 && s->inflow[i - 1].t0 > f->t0)
            return bad(err, "inflows are not sorted");
    }
    for (int i = 0; i < s->n_bursts; i++) {
        const mtl__burst *b = &s->burst[i];
        if (!isfinite(b->t) || (b->count < 0 && (!isfinite(b->mean) || b->mean < 0)))
            return bad(err, "a burst needs a date and a finite size that is not negative");
        if (b->group < 0 || b->group >= s->n_groups || !target_ok(p, b->to, b->target))
            return bad(err, "a burst points nowhere");
        if (i > 0 && s->burst[i - 1].t > b->t)
            return bad(err, "bursts are not sorted");
    }
    for (int i = 0; i < s->n_culls; i++) {
        const mtl__cull *c = &s->cull[i];
        if (!isfinite(c->t) || !(c->keep >= 0 && c->keep <= 1) || c->type0 < 0 ||
            c->type1 > p->n_types || c->cox0 < 0 || c->cox1 > p->n_cox)
            return bad(err, "a cull needs a date, a share kept in 0..1 and existing types");
        if (i > 0 && s->cull[i - 1].t > c->t)
            return bad(err, "culls are not sorted");
    }
    return 0;
}

/* exp(sd z - sd^2/2) has mean 1; the mixture's small part is scaled so that the whole has mean 1.
 */
static double small_part_mean(const mtl__group *g)
{
    if (g->law == MTL__SPIKE)
        return 1 / g->p_big;
    return g->law == MTL__MIXTURE ? (1 - g->p_big * g->big) / (1 - g->p_big) : 1;
}

static double lognormal_at(const mtl__group *g, double z)
{
    return small_part_mean(g) * mtl__exp(g->shape * z - 0.5 * g->shape * g->shape);
}

double mtl__group_draw(const mtl__group *g, mtl__rng *rng)
{
    switch (g->law) {
    case MTL__GAMMA:
        return mtl__rng_gamma(rng, g->shape) / g->shape;
    case MTL__LOGNORMAL:
        return lognormal_at(g, mtl__rng_normal(rng));
    case MTL__MIXTURE:
        return mtl__rng_unit(rng) < g->p_big ? g->big : lognormal_at(g, mtl__rng_normal(rng));
    case MTL__SPIKE:
        return mtl__rng_unit(rng) < g->p_big ? lognormal_at(g, mtl__rng_normal(rng)) : 0;
    case MTL__NUMBER:
        return (double)mtl__rng_poisson(rng, g->shape) / g->shape;
    case MTL__FIXED:
    default:
        return 1;
    }
}

/* Gauss's rule of the gamma law: roots of its orthogonal polynomials (generalised Laguerre) as
   eigenvalues of their Jacobi matrix, each between the counts of Sturm's sequence; weights from the
   sum of squares of the orthonormal polynomials there (Golub and Welsch 1969). */
static int below(double shape, int n, double x)
{
    int count = 0;
    double q = 1;
    for (int k = 0; k < n; k++) {
        const double off = k * (k + shape - 1);
        q = 2 * k + shape - x - (k ? off / q : 0);
        if (q == 0)
            q = -1e-300;
        count += q < 0;
    }
    return count;
}

static void gamma_nodes(double shape, double *x, double *w, int n)
{
    for (int i = 0; i < n; i++) {
        double lo = 0, hi = 4 * n + 2 * shape + 10;
        while (below(shape, n, hi) < n)
            hi *= 2;
        for (int k = 0; k < 200 && hi - lo > 1e-15 * hi; k++) {
            const double mid = 0.5 * (lo + hi);
            if (below(shape, n, mid) > i)
                hi = mid;
            else
                lo = mid;
        }
        const double at = 0.5 * (lo + hi);
        double old = 0, now = 1, sum = 1;
        for (int k = 0; k + 1 < n; k++) {
            const double off = k * (k + shape - 1), next_off = (k + 1) * (k + shape);
            const double next =
                ((at - 2 * k - shape) * now - (k ? sqrt(off) * old : 0)) / sqrt(next_off);
            old = now;
            now = next;
            sum += now * now;
        }
        w[i] = 1 / sum;
        x[i] = at / shape;
    }
}

/* The numbers that a Poisson law of mean `shape` makes likely; what is left out goes to the last.
 */
static int number_nodes(double mean, double *x, double *w, int n)
{
    int k = 0;
    double p = mtl__exp(-mean), rest = 1;
    for (; k + 1 < n && rest > 1e-12; k++) {
        x[k] = k / mean;
        w[k] = p;
        rest -= p;
        p *= mean / (k + 1);
    }
    x[k] = k / mean;
    w[k] = mtl__max(0, rest);
    return k + 1;
}

int mtl__group_nodes(const mtl__group *g, double *x, double *w, int n)
{
    if (g->law == MTL__FIXED || n < 2) {
        x[0] = w[0] = 1;
        return 1;
    }
    if (g->law == MTL__GAMMA) {
        gamma_nodes(g->shape, x, w, n);
        return n;
    }
    if (g->law == MTL__NUMBER)
        return number_nodes(g->shape, x, w, n);
    if (g->law == MTL__SPIKE && g->shape == 0) {
        x[0] = 0;
        w[0] = 1 - g->p_big;
        x[1] = 1 / g->p_big;
        w[1] = g->p_big;
        return 2;
    }
    const bool spike = g->law == MTL__SPIKE,
               rare = spike || (g->law == MTL__MIXTURE && g->p_big > 0);
    const int m = n - (rare ? 1 : 0);
    mtl__gauss_hermite(m, x, w);
    for (int i = 0; i < m; i++) {
        x[i] = lognormal_at(g, x[i]);
        if (rare)
            w[i] *= spike ? g->p_big : 1 - g->p_big;
    }
    if (rare) {
        x[m] = spike ? 0 : g->big;
        w[m] = spike ? 1 - g->p_big : g->p_big;
    }
    return n;
}
