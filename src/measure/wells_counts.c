/* SPDX-License-Identifier: MIT */
/* P(what the wells show | F fragments thrown into them), for every F one by one. Where only hits
   count this is the ladder of occupancy. With Ct values it is the multinomial sum F!/W^F [x^F]
   prod_w sum_m d_w(m) x^m / m!, where d_w(m) is the density of the Ct of m fragments (m = 0 for a
   silent well); the product is taken with Poisson weights of a nearby mean, which keeps numbers
   within range, and these are divided out again. The curve is integrated out: nodes for a shift
   common to the wells and for the scatter, whose posterior comes from the standards. False
   fragments are added by their predictive law: b(F) = sum_k P(k false) a(F + k). */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

enum { COUNT_MOST = 200, CURVE_COUNTS = 1200, DIGITAL_MOST = 400, N_MOST = 40000 };

/* ---------------------------------------------------------------- hits only */
static int by_hits(double **out, int *n, const mtl__evidence *e, mtl__arena *arena)
{
    const double places = (double)e->places, hits = (double)e->positive;
    const int h = (int)e->positive;
    const bool all = e->positive >= e->places;
    const double rough = all ? 0.0 : -places * mtl__log1p(-hits / places);
    const double most =
        all ? places * (mtl__log(places) + 30.0) + 40.0
            : rough + 45.0 * places / (places - hits) + 40.0 * sqrt(rough + 4.0) + 50.0;
    const int room = (int)mtl__min(most, N_MOST);
    double *p = mtl__arena_alloc(arena, ((size_t)h + 2) * sizeof *p);
    double *a = mtl__arena_alloc(arena, (size_t)room * sizeof *a);
    if (!p || !a)
        return MTL_ERR_MEMORY;
    double top = 0.0;
    p[0] = 1.0;
    *n = 0;
    while (*n < room) {
        a[*n] = p[h];
        top = mtl__max(top, p[h]);
        ++*n;
        if (!all && *n > rough && top > 0.0 && p[h] < 1e-17 * top)
            break;
        mtl__occupancy_step(places, h, p);
    }
    *out = a;
    return 0;
}

/* ---------------------------------------------------------------- with Ct */
typedef struct node {
    mtl__ct_law law;
    double log_weight;
} node;

/* Density of one Ct against m, from lo on, relative to the largest; returns the log of that. */
static double density_of_counts(const node *k, double ct, int n, const double *log_of, int *lo,
                                int *hi, double *d)
{
    const double per = k->law.slope / MTL__LN10;
    double best = -HUGE_VAL;
    *lo = n;
    *hi = 0;
    for (int m = 1; m < n; m++) {
        const double z = (ct - k->law.one - per * log_of[m]) / k->law.sd;
        d[m] = -0.5 * z * z;
        best = mtl__max(best, d[m]);
        if (m > 1 && d[m] < best - 60.0 && d[m] < d[m - 1])
            break;
        *hi = m;
    }
    for (int m = 1; m <= *hi; m++) {
        d[m] = d[m] < best - 45.0 ? 0.0 : mtl__exp(d[m] - best);
        if (m < *lo && d[m] > 0.0)
            *lo = m;
    }
    while (*hi > 1 && !(d[*hi] > 0.0))
        --*hi;
    return best - mtl__log(k->law.sd);
}

typedef struct workspace {
    double *d, *q, *next, *log_of, *log_factorial, *a;
} workspace;

/* a[F] of one node by one tilt: Poisson weights of mean `tilt` fragments in all wells; fills those
   F that this tilt is in charge of. */
static void product(const mtl__evidence *e, const node *k, int n, double tilt, double from,
                    double to, double *log_off, workspace *w)
{
    const double each = mtl__log(tilt / (double)e->places);
    int low = 0, high = 0;
    *log_off = 0.0;
    memset(w->q, 0, (size_t)n * sizeof *w->q);
    w->q[0] = 1.0;
    for (int i = 0; i < e->hits; i++) {
        int lo, hi;
        *log_off += density_of_counts(k, e->ct[i], n, w->log_of, &lo, &hi, w->d);
        for (int m = lo; m <= hi; m++)
            w->d[m] *= mtl__exp(m * each - w->log_factorial[m] - tilt / (double)e->places);
        memset(w->next, 0, (size_t)n * sizeof *w->next);
        for (int f = low; f <= high; f++) {
            if (!(w->q[f] > 0.0))
                continue;
            const int most = hi < n - 1 - f ? hi : n - 1 - f;
            for (int m = lo; m <= most; m++)
                w->next[f + m] += w->q[f] * w->d[m];
        }
        low = low + lo < n ? low + lo : n - 1;
        high = high + hi < n ? high + hi : n - 1;
        double *swap = w->q, top = 0.0;
        w->q = w->next;
        w->next = swap;
        for (int f = low; f <= high; f++)
            top = mtl__max(top, w->q[f]);
        while (low < high && w->q[low] < 1e-70 * top)
            w->q[low++] = 0.0;
        while (high > low && w->q[high] < 1e-70 * top)
            w->q[high--] = 0.0;
    }
    const double silent = tilt * (double)(e->places - e->hits) / (double)e->places;
    for (int f = low; f <= high; f++)
        if (w->q[f] > 0.0 && f >= from && f < to)
            w->a[f] =
                mtl__log(w->q[f]) - silent - (f * mtl__log(tilt) - tilt - w->log_factorial[f]);
}

/* log a[F] of one node. */
static void of_node(const mtl__evidence *e, const node *k, int n, workspace *w)
{
    double off = 0.0, rough = 0.0;
    for (int f = 0; f < n; f++)
        w->a[f] = -HUGE_VAL;
    for (int i = 0; i < e->hits; i++)
        rough += mtl__max(
            1.0, mtl__exp(mtl__min(30.0, (e->ct[i] - k->law.one) / k->law.slope * MTL__LN10)));
    if (e->hits > 3)
        product(e, k, n, mtl__min(rough, n), 0.0, n, &off, w);
    else /* few wells span many counts */
        for (double from = 0.0, to = 3.0; from < n; from = to, to *= 3.0)
            product(e, k, n, to / 1.7, from, to, &off, w);
    for (int f = 0; f < n; f++)
        w->a[f] += off + k->log_weight;
}

/* Nodes: a trapezoid over the shift, Gauss-Hermite over the log of the scatter. */
static int nodes_of(const mtl__evidence *e, node *out)
{
    double x[3], weight[3];
    const int n_sd = e->law_df > 0.0 && e->law_df < 200.0 ? 3 : 1;
    const double scatter = e->law.sd * MTL__LN10 / e->law.slope;
    const double narrow = sqrt(1.0 / (e->seen + 1.0) + scatter * scatter / e->hits);
    const double wide = -e->shift_sd * MTL__LN10 / e->law.slope;
    int n_shift = wide > 1e-6 ? 2 * (int)mtl__min(9.0, ceil(3.0 * wide / (0.9 * narrow))) + 1 : 1;
    if (n_shift == 3)
        n_shift = 5;
    int n = 0;
    mtl__gauss_hermite(n_sd, x, weight);
    for (int i = 0; i < n_sd; i++)
        for (int k = 0; k < n_shift; k++) {
            const double more = n_sd > 1 ? mtl__exp(x[i] / sqrt(2.0 * e->law_df)) : 1.0;
            const double z = n_shift > 1 ? 6.0 * k / (n_shift - 1.0) - 3.0 : 0.0;
            out[n] = (node){.law = e->law, .log_weight = mtl__log(weight[i]) - 0.5 * z * z};
            out[n].law.sd *= more;
            out[n++].law.one += z * e->shift_sd * more;
        }
    return n;
}

static int by_ct(double **out, int *n, const mtl__evidence *e, mtl__arena *arena)
{
    node nodes[3 * 19];
    const double scatter = e->law.sd * MTL__LN10 / e->law.slope;
    const double shift = e->shift_sd * MTL__LN10 / e->law.slope;
    const double spread = sqrt(scatter * scatter / e->hits + shift * shift + 1.0 / (e->seen + 1.0));
    *n = (int)mtl__min(CURVE_COUNTS, e->seen * mtl__exp(mtl__min(6.0 * spread, 20.0)) +
                                         8.0 * sqrt(e->seen) + 30.0);
    const size_t room = (size_t)*n * sizeof(double);
    workspace w = {mtl__arena_alloc(arena, room), mtl__arena_alloc(arena, room),
                   mtl__arena_alloc(arena, room), mtl__arena_alloc(arena, room),
                   mtl__arena_alloc(arena, room), mtl__arena_alloc(arena, room)};
    double *sum = mtl__arena_alloc(arena, room), top = -HUGE_VAL;
    if (!w.d || !w.q || !w.next || !w.log_of || !w.log_factorial || !w.a || !sum)
        return MTL_ERR_MEMORY;
    for (int f = 1; f < *n; f++) {
        w.log_of[f] = mtl__log(f);
        w.log_factorial[f] = w.log_factorial[f - 1] + w.log_of[f];
    }
    const int n_nodes = nodes_of(e, nodes);
    for (int i = 0; i < n_nodes; i++) {
        of_node(e, &nodes[i], *n, &w);
        double here = -HUGE_VAL;
        for (int f = 0; f < *n; f++)
            here = mtl__max(here, w.a[f]);
        if (here > top) {
            const double less = top > -HUGE_VAL ? mtl__exp(top - here) : 0.0;
            for (int f = 0; f < *n; f++)
                sum[f] *= less;
            top = here;
        }
        for (int f = 0; f < *n; f++)
            if (w.a[f] > top - 700.0)
                sum[f] += mtl__exp(w.a[f] - top);
    }
    *out = sum;
    return 0;
}

int mtl__counts_make(double **b, int *n, double *beyond, const mtl__evidence *e, mtl__arena *arena,
                     mtl_error *err)
{
    double *a = NULL;
    *b = NULL;
    *beyond = 0.0;
    const bool with_ct = e->has_ct && e->hits > 0;
    if (with_ct ? e->seen > COUNT_MOST : e->positive > DIGITAL_MOST)
        return 0;
    if ((with_ct ? by_ct(&a, n, e, arena) : by_hits(&a, n, e, arena)) < 0)
        return mtl__nomem(err);
    double *p = mtl__arena_alloc(arena, (size_t)*n * sizeof *p);
    double *sum = mtl__arena_alloc(arena, (size_t)*n * sizeof *sum);
    if (!p || !sum)
        return mtl__nomem(err);
    if (!with_ct && e->positive >= e->places)
        *beyond = a[*n - 1];
    mtl__background_counts(&e->background, (double)e->places, *n, p);
    int last = 0;
    for (int k = 0; k < *n; k++)
        if (p[k] > 1e-30)
            last = k;
    for (int f = 0; f < *n; f++) {
        const int most = last < *n - 1 - f ? last : *n - 1 - f;
        double inside = 0.0;
        for (int k = 0; k <= most; k++) {
            sum[f] += p[k] * a[f + k];
            inside += p[k];
        }
        sum[f] += mtl__max(0.0, 1.0 - inside) * *beyond;
    }
    *b = sum;
    return 0;
}
