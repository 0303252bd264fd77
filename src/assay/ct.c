/* SPDX-License-Identifier: MIT */
/* The density of Ct values. A hit well holds m >= 1 fragments of copies/fragments copies each and
   crosses the threshold at Ct = ct_one - log(copies)/log(1 + efficiency) + normal error; m is
   Poisson and not seen, so that the density of a well is sum_m Poisson(m) normal(Ct | m). The sum
   runs outwards from its largest term, in strides where the terms are so smooth that a stride
   changes nothing. Wells are taken as independent (assay.h says what that leaves out). */
#include "assay/hits.h"

#include <math.h>

#define LOG_ROOT_2PI 0.91893853320467274178

typedef struct well {
    double mean, log_mean;     /* expected fragments */
    double slope, sd, ct, one; /* Ct of m fragments: one - slope log(m) */
} well;

/* log of the term of m fragments. */
static double term(const well *w, double m)
{
    const double log_m = mtl__log(m), z = (w->ct - w->one + w->slope * log_m) / w->sd;
    return m * w->log_mean - w->mean - mtl__log_gamma(m + 1.0) - 0.5 * z * z;
}

/* The m >= 1 of the largest term: it lies between what the Poisson law and what the Ct expects. */
static double peak(const well *w)
{
    const double seen = mtl__exp((w->one - w->ct) / w->slope), expected = w->mean;
    double lo = mtl__min(seen, expected), hi = mtl__max(seen, expected) + 2.0;
    lo = lo < 1.0 ? 0.0 : mtl__log(lo);
    hi = mtl__log(mtl__min(hi, 1e15));
    double best = lo, top = -HUGE_VAL;
    const int n = 24; /* a scan first: far from both there may be two hills */
    for (int i = 0; i <= n; i++) {
        const double at = lo + (hi - lo) * i / n, value = term(w, mtl__exp(at));
        if (value > top) {
            top = value;
            best = at;
        }
    }
    double a = mtl__max(best - (hi - lo) / n, lo), b = mtl__min(best + (hi - lo) / n, hi);
    for (int i = 0; i < 60 && b - a > 1e-9; i++) { /* ternary search on the hill */
        const double p = a + (b - a) / 3.0, q = b - (b - a) / 3.0;
        if (term(w, mtl__exp(p)) < term(w, mtl__exp(q)))
            a = p;
        else
            b = q;
    }
    return mtl__max(1.0, floor(mtl__exp(0.5 * (a + b)) + 0.5));
}

/* log of the sum over m >= 1 of the terms. */
static double log_sum(const well *w)
{
    const double at = peak(w), top = term(w, at), bend = w->slope / (w->sd * at);
    const double width = 1.0 / sqrt(1.0 / at + bend * bend);
    const double stride = at > 400.0 ? mtl__max(1.0, floor(width / 5.0)) : 1.0;
    double sum = 1.0;
    for (double m = at + stride;; m += stride) {
        const double add = mtl__exp(term(w, m) - top);
        sum += add;
        if (add < 1e-18 * sum)
            break;
    }
    for (double m = at - stride; m >= 1.0; m -= stride) {
        const double add = mtl__exp(term(w, m) - top);
        sum += add;
        if (add < 1e-18 * sum)
            break;
    }
    return top + mtl__log(sum * stride);
}

double mtl__qpcr_loglik_ct(const mtl__qpcr *a, const double *ct_of_well, double c)
{
    if (!(c >= 0.0 && isfinite(c)))
        return -HUGE_VAL;
    const double fragments = a->genomes * a->recovery * c * a->fragments;
    const double slope = 1.0 / mtl__log1p(a->efficiency);
    well w = {.mean = fragments / a->wells + a->false_per_well,
              .slope = slope,
              .sd = a->ct_sd,
              .one = a->ct_one - slope * mtl__log(a->copies / a->fragments)};
    w.log_mean = mtl__log(w.mean);
    const double log_scale = mtl__log(w.sd) + LOG_ROOT_2PI;
    double sum = 0.0;
    for (int i = 0; i < a->wells; i++) {
        w.ct = ct_of_well[i];
        if (isnan(w.ct))
            sum -= w.mean;
        else if (!(w.mean > 0.0) || !isfinite(w.ct))
            return -HUGE_VAL;
        else
            sum += log_sum(&w) - log_scale;
    }
    return sum;
}
