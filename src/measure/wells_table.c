/* SPDX-License-Identifier: MIT */
/* The log likelihood of one target's wells against u, the mean number of donor fragments in all of
   them, as a table with cubic Hermite steps between its knots. Where fragments can be counted one
   by one, L(u) = sum_F P(F | u) b(F), exact in F, with its slope. Where there are too many, wells
   are independent, log m of a well has the moments of a Poisson count, partitions are binomial, and
   all that shifts or scatters every well alike (curve, grouping of fragments by genomes, background
   of partitions, scale) is a convolution in log u. */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

static void note_best(mtl__table *t)
{
    t->best = t->at_zero;
    t->best_u = 0.0;
    for (int i = 0; i < t->n; i++)
        if (t->l[i] > t->best) {
            t->best = t->l[i];
            t->best_u = mtl__exp(t->v[i]);
        }
}

static int table_room(mtl__table *t, int n, mtl__arena *arena)
{
    t->v = mtl__arena_alloc(arena, 3 * (size_t)n * sizeof *t->v);
    if (!t->v)
        return MTL_ERR_MEMORY;
    t->l = t->v + n;
    t->d = t->l + n;
    t->n = n;
    return 0;
}

/* Below the first knot the likelihood itself is straight in u. */
static double near_zero(const mtl__table *t, double u)
{
    const double share = u / mtl__exp(t->v[0]);
    if (t->at_zero <= -HUGE_VAL) {
        const double power = t->d[0] > 0.0 ? t->d[0] : 0.0;
        return share > 0.0 ? t->l[0] + power * mtl__log(share) : -HUGE_VAL;
    }
    const double top = mtl__max(t->at_zero, t->l[0]);
    return top +
           mtl__log((1.0 - share) * mtl__exp(t->at_zero - top) + share * mtl__exp(t->l[0] - top));
}

double mtl__table_at(const mtl__table *t, double u)
{
    if (!(u > 0.0))
        return t->at_zero;
    const double v = mtl__log(u);
    const int last = t->n - 1;
    if (v < t->v[0])
        return near_zero(t, u);
    if (v >= t->v[last])
        return t->l[last] + mtl__min(t->d[last], 0.0) * (v - t->v[last]);
    int lo = 0, hi = last;
    while (hi - lo > 1) {
        const int mid = (lo + hi) / 2;
        if (t->v[mid] <= v)
            lo = mid;
        else
            hi = mid;
    }
    const double h = t->v[hi] - t->v[lo], s = (v - t->v[lo]) / h, r = 1.0 - s;
    return r * r * ((1.0 + 2.0 * s) * t->l[lo] + s * h * t->d[lo]) +
           s * s * ((1.0 + 2.0 * r) * t->l[hi] - r * h * t->d[hi]);
}

/* ---------------------------------------------------------------- counted one by one */
static double step_at(double v)
{
    return v > 3.2 ? mtl__exp(-0.5 * v) : 0.2;
}

static int from_counts(mtl__table *t, const mtl__cluster *c, const double *b, int n, double beyond,
                       mtl__arena *arena)
{
    const double low = -9.0, high = mtl__log(n);
    int knots = 2;
    for (double v = low; v < high; v += step_at(v))
        knots++;
    double *p = mtl__arena_alloc(arena, 2 * (size_t)n * sizeof *p), *slope = p ? p + n : NULL;
    if (!p || table_room(t, knots, arena) < 0)
        return MTL_ERR_MEMORY;
    double v = low;
    for (int i = 0; i < knots; i++, v += step_at(v)) {
        double log_scale, sum = 0.0, by = 0.0, inside = 0.0, leaving = 0.0;
        mtl__cluster_counts(c, mtl__exp(v), n, p, slope, &log_scale);
        for (int f = 0; f < n; f++) {
            sum += p[f] * b[f];
            by += slope[f] * b[f];
            inside += p[f];
            leaving -= slope[f];
        }
        if (beyond > 0.0) {
            const double factor = mtl__exp(-log_scale);
            if (isfinite(factor)) {
                sum += mtl__max(0.0, factor - inside) * beyond;
                by += leaving * beyond;
            }
        }
        t->v[i] = v;
        t->l[i] = sum > 0.0 ? mtl__log(sum) + log_scale : -1e6;
        t->d[i] = sum > 0.0 ? by / sum : 0.0;
    }
    if (beyond > 0.0) /* every place hit: more fragments change nothing */
        t->d[knots - 1] = 0.0;
    t->at_zero = b[0] > 0.0 ? mtl__log(b[0]) : -HUGE_VAL;
    note_best(t);
    return 0;
}

/* ---------------------------------------------------------------- too many to count */
/* Of wells or partitions that are independent, u fragments expected from donors. */
static double raw_at(const mtl__evidence *e, const mtl__ct_law *law, double u)
{
    const double places = (double)e->places, hits = (double)e->positive;
    if (e->has_ct) {
        const double mean = u / places + mtl__background_mean(&e->background);
        double sum = -mean * (places - hits);
        for (int i = 0; i < e->hits; i++)
            sum += mtl__ct_log_density(law, e->ct[i], mean);
        return sum;
    }
    const double mean = u / places;
    return hits * mtl__log(-mtl__expm1(-mean)) - (places - hits) * mean;
}

/* Binomial counts with the background integrated over its gamma law. */
static double partitions_at(const mtl__evidence *e, double u)
{
    double x[9], weight[9], top = -HUGE_VAL, l[9], sum = 0.0;
    const mtl__background *b = &e->background;
    if (!(b->rate > 0.0))
        return raw_at(e, NULL, u);
    mtl__gauss_hermite(9, x, weight);
    for (int i = 0; i < 9; i++) {
        const double rate = mtl__gamma_quantile(mtl__norm_cdf(x[i]), b->shape) / b->rate;
        l[i] = raw_at(e, NULL, u + rate * (double)e->places);
        top = mtl__max(top, l[i]);
    }
    for (int i = 0; i < 9; i++)
        sum += weight[i] * mtl__exp(l[i] - top);
    return top + mtl__log(sum);
}

/* With Ct: the scatter integrated over its posterior. */
static double scattered_at(const mtl__evidence *e, double u)
{
    double x[3], weight[3], l[3], top = -HUGE_VAL, sum = 0.0;
    const int n = e->law_df > 0.0 && e->law_df < 200.0 ? 3 : 1;
    mtl__gauss_hermite(n, x, weight);
    for (int i = 0; i < n; i++) {
        mtl__ct_law law = e->law;
        if (n > 1)
            law.sd *= mtl__exp(x[i] / sqrt(2.0 * e->law_df));
        l[i] = raw_at(e, &law, u);
        top = mtl__max(top, l[i]);
    }
    for (int i = 0; i < n; i++)
        sum += weight[i] * mtl__exp(l[i] - top);
    return top + mtl__log(sum);
}

static double many_at(const mtl__evidence *e, double u)
{
    return e->has_ct ? scattered_at(e, u) : partitions_at(e, u);
}

/* Spread of log u that the wells themselves leave. */
static double narrow_of(const mtl__evidence *e)
{
    const double scatter = e->has_ct ? e->law.sd * MTL__LN10 / e->law.slope : 0.0;
    return sqrt(1.0 / (e->seen + 1.0) + scatter * scatter / mtl__max(1.0, e->hits));
}

/* A table of n knots around the top, `steps` to a standard error. */
static int raw_table(mtl__table *t, const mtl__evidence *e, mtl__arena *arena)
{
    enum { KNOTS = 65, MIDDLE = KNOTS / 2 };
    const double h = narrow_of(e) / 4.0;
    double middle = mtl__log(e->seen);
    if (table_room(t, KNOTS, arena) < 0)
        return MTL_ERR_MEMORY;
    for (int move = 0; move < 12; move++) {
        int best = 0;
        for (int i = 0; i < KNOTS; i++) {
            t->v[i] = middle + (i - MIDDLE) * h;
            t->l[i] = many_at(e, mtl__exp(t->v[i]));
            if (t->l[i] > t->l[best])
                best = i;
        }
        if (best > 8 && best < KNOTS - 9)
            break;
        middle = t->v[best];
    }
    for (int i = 0; i < KNOTS; i++) {
        const double *l = t->l;
        if (i == 0 || i == KNOTS - 1)
            t->d[i] = (i ? l[i] - l[i - 1] : l[1] - l[0]) / h;
        else if (i == 1 || i == KNOTS - 2)
            t->d[i] = (l[i + 1] - l[i - 1]) / (2.0 * h);
        else
            t->d[i] = (8.0 * (l[i + 1] - l[i - 1]) - (l[i + 2] - l[i - 2])) / (12.0 * h);
    }
    t->at_zero = -HUGE_VAL;
    note_best(t);
    return 0;
}

/* ---------------------------------------------------------------- shifts common to all wells */
typedef struct blur {
    double fixed, per_u; /* variance of log u: fixed + per_u / u */
} blur;

static int blurred(mtl__table *t, const mtl__table *from, const blur *k, double narrow,
                   mtl__arena *arena)
{
    const double typical = from->best_u > 0.0 ? from->best_u : 1.0;
    const double wide = sqrt(k->fixed + k->per_u / typical);
    const int half = (int)mtl__min(200.0, mtl__max(12.0, ceil(5.0 * wide / (0.4 * narrow))));
    /* wide tails need room: knots beyond those of the raw table */
    const double h = from->n > 1 ? from->v[1] - from->v[0] : 0.2;
    const int extra = from->at_zero > -HUGE_VAL ? 0 : (int)mtl__min(400.0, 8.0 * wide / h);
    if (table_room(t, from->n + 2 * extra, arena) < 0)
        return MTL_ERR_MEMORY;
    for (int i = 0; i < t->n; i++) {
        const int at = i - extra;
        const double v = at < 0          ? from->v[0] + at * h
                         : at >= from->n ? from->v[from->n - 1] + (at - from->n + 1) * h
                                         : from->v[at];
        const double sd = sqrt(k->fixed + k->per_u * mtl__exp(-v)), e = 1e-3 * (sd + narrow);
        double l[2] = {0.0, 0.0}, sum[2] = {0.0, 0.0}, top = -HUGE_VAL;
        for (int side = 0; side < 2; side++)
            for (int j = -half; j <= half; j++) {
                const double z = 5.0 * j / half;
                const double x = v + (side ? e : -e) + z * sd;
                l[side] = mtl__table_at(from, mtl__exp(x)) - 0.5 * z * z;
                if (l[side] > top) {
                    const double less = top > -HUGE_VAL ? mtl__exp(top - l[side]) : 0.0;
                    sum[0] *= less;
                    sum[1] *= less;
                    top = l[side];
                }
                sum[side] += top > -HUGE_VAL ? mtl__exp(l[side] - top) : 0.0;
            }
        const double below = mtl__log(mtl__max(sum[0], 1e-300)),
                     above = mtl__log(mtl__max(sum[1], 1e-300));
        const double norm = mtl__log(5.0 / half) - MTL__LOG_ROOT_2PI;
        t->v[i] = v;
        t->l[i] = top > -HUGE_VAL ? top + norm + 0.5 * (below + above) : -1e6;
        t->d[i] = top > -HUGE_VAL ? (above - below) / (2.0 * e) : 0.0;
    }
    t->at_zero = from->at_zero;
    note_best(t);
    return 0;
}

static int of_law(mtl__table *t, const mtl__evidence *e, const mtl__cluster *c, const double *b,
                  int n, double beyond, const mtl__table *raw, mtl__arena *arena)
{
    blur k = {.fixed = e->scale_sd * e->scale_sd};
    mtl__table plain;
    const mtl__table *from = raw;
    if (b) {
        if (from_counts(&plain, c, b, n, beyond, arena) < 0)
            return MTL_ERR_MEMORY;
        from = &plain;
    } else {
        const double shift = e->has_ct ? e->shift_sd * MTL__LN10 / e->law.slope : 0.0;
        k.fixed += shift * shift;
        k.per_u = c->square / c->mean - 1.0;
    }
    if (k.fixed > 1e-12 || k.per_u > 0.0)
        return blurred(t, from, &k, narrow_of(e), arena);
    *t = *from;
    return 0;
}

int mtl__evidence_tables(mtl__evidence *e, mtl__arena *arena, const double *whole, int n_whole,
                         mtl_error *err)
{
    double *b = NULL, beyond = 0.0;
    int n = 0;
    mtl__table raw = {0};
    MTL_TRY(mtl__counts_make(&b, &n, &beyond, e, arena, err));
    if (!b && raw_table(&raw, e, arena) < 0)
        return mtl__nomem(err);
    for (int w = 0; w < n_whole; w++)
        for (int z = 1; z <= 2; z++) {
            mtl__cluster *c = &e->cluster[w][z];
            if (mtl__cluster_make(c, arena, z, e->fragments, whole[w]) < 0)
                return mtl__nomem(err);
            for (int k = 0; k < w * 2 + z - 1 && !e->use[w][z]; k++) {
                const mtl__cluster *other = &e->cluster[k / 2][k % 2 + 1];
                if (c->n == 1 && other->n == 1)
                    e->use[w][z] = e->use[k / 2][k % 2 + 1];
            }
            if (e->use[w][z])
                continue;
            if (of_law(&e->table[w][z], e, c, b, n, beyond, &raw, arena) < 0)
                return mtl__nomem(err);
            e->use[w][z] = &e->table[w][z];
        }
    return 0;
}
