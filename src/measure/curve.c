/* SPDX-License-Identifier: MIT */
/* The standard curve. A standard of q gEq holds a Poisson number m of target fragments, mean q x
   alleles per gEq x fragments per allele; it is silent when m = 0, and when it is hit its Ct is
   normal around intercept + slope log10(copies of m fragments). m is not seen and summed out, so
   that low standards pull neither slope nor scatter: of one copy per well a third of the wells is
   empty, and the hit ones hold more than one on average, which a straight line through Ct against
   log quantity (what laboratories draw; r2 is that of its means) takes for a bent curve. Maximum
   likelihood by Newton's method. Few low wells could be told apart into whole copies by a scatter
   near 0, so one well's worth of the assumed scatter is added (a scaled inverse chi-square of one
   degree); scatter and covariance are enlarged by n / (n - 2) as in linear regression, where n
   counts wells by the share of their variance that is scatter and not Poisson. Above 60 fragments
   log m is taken as normal with its exact mean and variance. */
#include "measure/curve.h"

#include <math.h>
#include <string.h>

#define MANY 200.0  /* log m: moments by series */
#define SMOOTH 60.0 /* log m: as good as normal beside any scatter of Ct */
#define SD_LEAST 0.01
#define SD_MOST 5.0

void mtl__log_count_moments(double mean, double *expected, double *variance)
{
    if (mean > MANY) { /* delta method to third order; relative error below 1e-6 here */
        const double r = 1.0 / mean;
        *expected = mtl__log(mean) - r * (0.5 + r * (5.0 / 12.0 + 0.75 * r));
        *variance = r * (1.0 + r * (1.5 + r * 10.0 / 3.0));
        return;
    }
    double sum = 0.0, one = 0.0, two = 0.0, weight = 1.0;
    const double top = mean + 12.0 * sqrt(mean) + 20.0;
    const double shift = mtl__log(mtl__max(mean, 1.0));
    for (double m = 1.0; m <= top; m += 1.0) {
        weight *= mean / m;
        const double x = mtl__log(m) - shift;
        sum += weight;
        one += weight * x;
        two += weight * x * x;
    }
    one /= sum;
    *expected = shift + one;
    *variance = mtl__max(two / sum - one * one, 0.0);
}

/* The m whose Ct is the one seen, on the curve. */
static double count_on_curve(const mtl__ct_law *law, double ct)
{
    const double log_m = (ct - law->one) / law->slope * MTL__LN10;
    return log_m > 40.0 ? mtl__exp(40.0) : mtl__exp(log_m);
}

double mtl__ct_log_density(const mtl__ct_law *law, double ct, double mean)
{
    const double per = law->slope / MTL__LN10;
    if (!(mean > 0.0))
        return -HUGE_VAL;
    if (mean > SMOOTH) {
        double expected, variance;
        mtl__log_count_moments(mean, &expected, &variance);
        const double var = law->sd * law->sd + per * per * variance;
        const double z = ct - law->one - per * expected;
        return -0.5 * z * z / var - 0.5 * mtl__log(var) - MTL__LOG_ROOT_2PI;
    }
    /* Terms from m = 1 on; Poisson weights by recurrence, scaled by the largest so far. */
    const double seen = count_on_curve(law, ct), log_mean = mtl__log(mean);
    const double first = mtl__max(1.0, floor(0.3 * mtl__min(seen, mean) - 20.0));
    double lw = first * log_mean - mean - mtl__log_gamma(first + 1.0), top = -HUGE_VAL, sum = 0.0;
    for (double m = first; m < 1e5; m += 1.0) {
        const double log_m = mtl__log(m);
        if (m > first)
            lw += log_mean - log_m;
        const double z = (ct - law->one - per * log_m) / law->sd;
        const double term = lw - 0.5 * z * z;
        if (term > top) {
            sum = sum * mtl__exp(top - term) + 1.0;
            top = term;
        } else {
            sum += mtl__exp(term - top);
            /* no term ahead is above the Poisson weight here */
            if (m > mean && (lw < top - 38.0 || (m > seen && term < top - 38.0)))
                break;
        }
    }
    return top + mtl__log(sum) - mtl__log(law->sd) - MTL__LOG_ROOT_2PI;
}

/* ---------------------------------------------------------------- fit */
typedef struct job {
    const mtl__standard *w;
    int n;
    double per_geq;  /* fragments */
    double log_unit; /* log10 copies per fragment */
    double assumed;  /* scatter */
} job;

#define PRIOR_WELLS 1.0

static double loglik(void *ctx, const double *x)
{
    const job *j = ctx;
    const mtl__ct_law law = {x[0] + x[1] * j->log_unit, x[1], mtl__exp(x[2])};
    const double yield = mtl__exp(x[3]);
    const double z = j->assumed / law.sd;
    double sum = -PRIOR_WELLS * (x[2] + 0.5 * z * z);
    for (int i = 0; i < j->n; i++) {
        const double mean = j->w[i].quantity * j->per_geq * yield;
        sum += isnan(j->w[i].ct) ? -mean : mtl__ct_log_density(&law, j->w[i].ct, mean);
    }
    return sum;
}

/* Straight line through the hit wells, weighted by what Poisson leaves of their precision. */
static bool start(const job *j, double *x)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, rss = 0;
    int hits = 0;
    for (int i = 0; i < j->n; i++) {
        if (isnan(j->w[i].ct))
            continue;
        const double mean = j->w[i].quantity * j->per_geq, weight = mean / (mean + 10.0);
        const double q = mtl__log10(mtl__max(mean, 1.0)) + j->log_unit;
        hits++;
        n += weight;
        sx += weight * q;
        sy += weight * j->w[i].ct;
        sxx += weight * q * q;
        sxy += weight * q * j->w[i].ct;
    }
    const double spread = n * sxx - sx * sx;
    if (hits < 2 || !(spread > 1e-9 * n * n))
        return false;
    x[1] = mtl__max(-9.0, mtl__min(-1.5, (n * sxy - sx * sy) / spread));
    x[0] = (sy - x[1] * sx) / n;
    for (int i = 0; i < j->n; i++)
        if (!isnan(j->w[i].ct)) {
            const double mean = j->w[i].quantity * j->per_geq;
            const double z =
                j->w[i].ct - x[0] - x[1] * (mtl__log10(mtl__max(mean, 1.0)) + j->log_unit);
            rss += z * z * mean / (mean + 10.0);
        }
    x[2] = mtl__log(mtl__max(0.1, mtl__min(2.0, sqrt(rss / n))));
    x[3] = 0.0;
    return true;
}

static const double scale_of[4] = {0.3, 0.1, 0.3, 0.2};

/* Bounds; sd is held where `sd` is given, the yield where it is 1. */
static void bounds(double *lower, double *upper, const double *x, bool free_sd, bool free_yield)
{
    lower[0] = -50.0;
    upper[0] = 150.0;
    lower[1] = -10.0;
    upper[1] = -1.0;
    lower[2] = free_sd ? mtl__log(SD_LEAST) : x[2];
    upper[2] = free_sd ? mtl__log(SD_MOST) : x[2];
    lower[3] = free_yield ? -4.0 : x[3];
    upper[3] = free_yield ? 3.0 : x[3];
}

/* Climbs with held variables left out. */
typedef struct held {
    const job *j;
    double *x;
    int n, which[4];
} held;
static double of_free(void *ctx, const double *y)
{
    held *h = ctx;
    double x[4];
    memcpy(x, h->x, sizeof x);
    for (int i = 0; i < h->n; i++)
        x[h->which[i]] = y[i];
    return loglik((void *)(uintptr_t)h->j, x);
}

static double climb(const job *j, double *x, bool free_sd, bool free_yield)
{
    double lower[4], upper[4], lo[4], hi[4], scale[4], y[4];
    held h = {.j = j, .x = x};
    bounds(lower, upper, x, free_sd, free_yield);
    for (int i = 0; i < 4; i++)
        if (upper[i] > lower[i]) {
            lo[h.n] = lower[i];
            hi[h.n] = upper[i];
            scale[h.n] = scale_of[i];
            y[h.n] = x[i];
            h.which[h.n++] = i;
        }
    const double top = mtl__climb(of_free, &h, h.n, y, lo, hi, scale, NULL);
    for (int i = 0; i < h.n; i++)
        x[h.which[i]] = y[i];
    return top;
}

/* r2 as laboratories compute it: mean Ct of each level against log10 quantity. Returns levels. */
static int straightness(const mtl__standard *w, int n, double *r2, double *low, double *high)
{
    double m = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    int levels = 0;
    *low = HUGE_VAL;
    *high = 0.0;
    for (int i = 0; i < n; i++) {
        double sum = 0.0, hits = 0.0;
        bool first = true;
        for (int k = 0; k < n; k++)
            if (w[k].quantity == w[i].quantity && !isnan(w[k].ct)) {
                first = first && k >= i;
                sum += w[k].ct;
                hits += 1.0;
            }
        if (!first || hits == 0.0 || isnan(w[i].ct))
            continue;
        const double x = mtl__log10(w[i].quantity), y = sum / hits;
        levels++;
        m += 1.0;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
        syy += y * y;
        *low = mtl__min(*low, w[i].quantity);
        *high = mtl__max(*high, w[i].quantity);
    }
    const double vx = m * sxx - sx * sx, vy = m * syy - sy * sy, c = m * sxy - sx * sy;
    *r2 = levels > 2 && vx > 0.0 && vy > 0.0 ? c * c / (vx * vy) : (double)NAN;
    return levels;
}

static double efficiency_at(double slope)
{
    return slope < -1e-3 ? mtl__expm1(-MTL__LN10 / slope) : (double)INFINITY;
}

static void judge(mtl__curve *c, double df)
{
    const double t = df >= 1.0 ? mtl__t_quantile(0.975, df) : 12.706204736;
    const double half = t * sqrt(c->covariance[0]);
    c->efficiency = efficiency_at(c->slope);
    c->efficiency_low = efficiency_at(c->slope - half);
    c->efficiency_high = efficiency_at(c->slope + half);
    if (c->n_levels == 2)
        c->flags |= MTL__FLAG_CURVE_TWO_POINTS;
    if (!(c->efficiency >= 0.8 && c->efficiency <= 1.2))
        c->flags |= MTL__FLAG_CURVE_STEEP;
    if (c->r2 < 0.98)
        c->flags |= MTL__FLAG_CURVE_POOR;
}

/* What the hit wells know: their Ct around the curve has the variance of scatter and of the log of
   a Poisson count. Fills the expected information; returns the number of wells, each counted by the
   share of its variance that is scatter. */
static double information(const job *j, const double *x, double *xx, double *x1, double *one)
{
    const double per = x[1] / MTL__LN10, scatter = mtl__exp(2.0 * x[2]);
    double wells = 0.0, expected, variance;
    *xx = *x1 = *one = 0.0;
    for (int i = 0; i < j->n; i++) {
        if (isnan(j->w[i].ct))
            continue;
        mtl__log_count_moments(j->w[i].quantity * j->per_geq, &expected, &variance);
        const double all = scatter + per * per * variance;
        const double at = expected / MTL__LN10 + j->log_unit;
        wells += scatter / all;
        *one += 1.0 / all;
        *x1 += at / all;
        *xx += at * at / all;
    }
    return wells;
}

/* The best of three starts: low wells can be told apart into whole copies in more than one way. */
static double climb_best(const job *j, double *x, bool free_sd)
{
    double top = -HUGE_VAL, best[4] = {0.0};
    for (int i = -1; i <= 1; i++) {
        double y[4] = {x[0] - 2.5 * 0.15 * i, x[1] + 0.15 * i, x[2], x[3]};
        const double here = climb(j, y, free_sd, false);
        if (here > top) {
            top = here;
            memcpy(best, y, sizeof best);
        }
    }
    memcpy(x, best, sizeof best);
    return top;
}

bool mtl__curve_fit(mtl__curve *c, const mtl__standard *w, int n, double per_geq, double copies,
                    double assumed_sd)
{
    const job j = {w, n, per_geq, mtl__log10(copies), assumed_sd};
    double x[4];
    int hits = 0;
    c->n_wells = n;
    c->slope = c->intercept = c->sd = c->efficiency = (double)NAN;
    c->efficiency_low = c->efficiency_high = (double)NAN;
    for (int i = 0; i < n; i++)
        hits += !isnan(w[i].ct);
    c->n_levels = straightness(w, n, &c->r2, &c->quantity_low, &c->quantity_high);
    c->df = 0.0;
    if (c->n_levels < 2 || !start(&j, x)) {
        c->flags |= MTL__FLAG_NO_CURVE;
        return false;
    }
    const bool free_sd = hits > 2;
    if (!free_sd)
        x[2] = mtl__log(assumed_sd);
    climb_best(&j, x, free_sd);
    double xx, x1, one;
    const double wells = information(&j, x, &xx, &x1, &one) + PRIOR_WELLS;
    const double det = xx * one - x1 * x1;
    c->df = free_sd ? mtl__max(wells - 2.0, 0.5) : 0.0;
    const double more = free_sd ? mtl__max(wells, 1.0) / c->df : 1.0;
    c->intercept = x[0];
    c->slope = x[1];
    c->sd = mtl__exp(x[2]) * sqrt(more);
    if (x[1] > -1.05 || x[1] < -9.9 || !(det > 1e-9 * xx * one)) {
        c->flags |= MTL__FLAG_NO_CURVE | MTL__FLAG_CURVE_STEEP; /* Ct does not fall with quantity */
        return false;
    }
    c->covariance[0] = more * one / det;
    c->covariance[1] = -more * x1 / det;
    c->covariance[2] = more * xx / det;
    judge(c, free_sd ? c->df : 0.0);
    return true;
}

/* ---------------------------------------------------------------- copies per gEq */
typedef struct fall {
    const job *j;
    double x[4], top, drop;
} fall;
static double below_top(void *ctx, double log_yield)
{
    fall *f = ctx;
    double x[4];
    memcpy(x, f->x, sizeof x);
    x[3] = log_yield;
    return f->top - climb(f->j, x, true, false) - f->drop;
}

/* Follows the profile to one side until it has fallen by `drop`. */
static double edge(fall *f, double direction)
{
    double near = f->x[3], at_near = -f->drop;
    for (int i = 1; i <= 40; i++) {
        const double far = f->x[3] + direction * 0.1 * i;
        const double value = below_top(f, far);
        if (value >= 0.0)
            return direction > 0.0 ? mtl__cross(below_top, f, near, at_near, far, value, 1e-4)
                                   : mtl__cross(below_top, f, far, value, near, at_near, 1e-4);
        near = far;
        at_near = value;
    }
    return direction * HUGE_VAL;
}

bool mtl__curve_yield(mtl__yield *out, const mtl__standard *w, int n, double copies, double level,
                      double assumed_sd)
{
    const job j = {w, n, 1.0, mtl__log10(copies), assumed_sd};
    fall f = {.j = &j};
    if (!start(&j, f.x))
        return false;
    const double z = mtl__norm_quantile(0.5 + 0.5 * level);
    f.drop = 0.5 * z * z;
    f.top = climb(&j, f.x, true, true);
    out->per_geq = mtl__exp(f.x[3]);
    out->low = mtl__exp(edge(&f, -1.0));
    out->high = mtl__exp(edge(&f, 1.0));
    out->loglik = f.top;
    return true;
}
