/* SPDX-License-Identifier: MIT */
/*
 * The beta law. The continued fraction of the incomplete beta function (Abramowitz and
 * Stegun 26.5.8, Lentz's method) on the side where it converges fast; in front of it x^a (1-x)^b /
 * B(a, b) written with deviances and Stirling's tails (Loader 2000), so that large parameters do
 * not cancel. Quantiles by Newton's method in logit x on the logarithm of the smaller tail, which
 * is concave, inside a bracket.
 */
#include <math.h>

#include "num/num.h"
#include "num/num_internal.h"

#define SQRT_2PI 0x1.40d931ff62705p+1

/* u - log(1 + u) where 1 + u = ratio is given, as u may round to -1 */
static double excess(double u, double ratio)
{
    return ratio > 0.6 && ratio < 1.5 ? mtl__x_minus_log1p(u) : u - mtl__log(ratio);
}

double mtl__beta_prefactor(double a, double b, double x, double y)
{
    const double sum = a + b, d = x * b - y * a;
    const double e = a * excess(d / a, x * (sum / a)) + b * excess(-d / b, y * (sum / b));
    const double tails = mtl__stirling_tail(sum) - mtl__stirling_tail(a) - mtl__stirling_tail(b);
    return sqrt(a) * sqrt(b / sum) / SQRT_2PI * mtl__exp(tails - e);
}

/* Lower tail over prefactor, x below the mean or so. This is the even part of 26.5.8; a y - b x
   appears in it as such, so that nothing cancels when x is near 0 or 1 (DiDonato and Morris 1992).
 */
static double fraction(double a, double b, double x, double y)
{
    const double larger = a > b ? a : b, lambda = a * y - b * x;
    const double most = 1000.0 + 20.0 * sqrt(larger);
    const int limit = most < 1e8 ? (int)most : 100000000;
    double value = a * (lambda + 1.0) / (a + 1.0), c, d = 0.0;
    value = fabs(value) > 1e-300 ? value : 1e-300;
    c = value;
    for (int m = 1; m < limit; m++) {
        const double k = a + 2.0 * m - 1.0, w = m * (b - m) * x / k;
        const double up = (a + m - 1.0) * ((a + b + m - 1.0) * x / k) * w;
        const double down = m + w + (a + m) * (lambda + 1.0 + m * (1.0 + y)) / (a + 2.0 * m + 1.0);
        double delta;
        d = down + up * d;
        c = down + up / c;
        d = 1.0 / (fabs(d) > 1e-300 ? d : 1e-300);
        c = fabs(c) > 1e-300 ? c : 1e-300;
        delta = c * d;
        value *= delta;
        if (fabs(delta - 1.0) < 2e-16)
            break;
    }
    return 1.0 / value;
}

void mtl__beta_pq(double a, double b, double x, double y, double *p, double *q)
{
    if (!(a > 0.0 && b > 0.0) || isnan(x) || isnan(y)) {
        *p = *q = NAN;
    } else if (x <= 0.0 || y <= 0.0) {
        *p = x <= 0.0 ? 0.0 : 1.0;
        *q = 1.0 - *p;
    } else if (x * (b + 1.0) <= y * (a + 1.0)) {
        *p = mtl__beta_prefactor(a, b, x, y) * fraction(a, b, x, y);
        *q = 1.0 - *p;
    } else {
        *q = mtl__beta_prefactor(b, a, y, x) * fraction(b, a, y, x);
        *p = 1.0 - *q;
    }
}

double mtl__beta_inc(double a, double b, double x)
{
    double p, q;
    mtl__beta_pq(a, b, x, 1.0 - x, &p, &q);
    return p;
}

double mtl__beta_quantile(double p, double a, double b)
{
    const bool upper = p > 0.5;
    const double target = upper ? 1.0 - p : p;
    double u, lo = -745.0, hi = 745.0;
    if (!(a > 0.0 && b > 0.0) || !(p >= 0.0 && p <= 1.0))
        return NAN;
    if (p == 0.0 || p == 1.0)
        return p;
    u = mtl__log(a) - mtl__log(b);
    for (int i = 0; i < 300; i++) {
        const double e = mtl__exp(-fabs(u)), large = 1.0 / (1.0 + e), small = e * large;
        const double x = u > 0.0 ? large : small, y = u > 0.0 ? small : large;
        double tail[2], step, next;
        mtl__beta_pq(a, b, x, y, &tail[0], &tail[1]);
        if ((tail[upper] > target) != upper)
            hi = u;
        else
            lo = u;
        step = tail[upper] * mtl__log(tail[upper] / target) / mtl__beta_prefactor(a, b, x, y);
        step = upper ? step : -step;
        next = u + step;
        if (fabs(step) <
            1e-10) /* quadratic: this one is exact; dx = x y du keeps the digits of x */
            return x + x * y * step;
        if (!(next > lo && next < hi))
            next = 0.5 * (lo + hi);
        if (hi - lo < 1e-15 * (1.0 + fabs(u)))
            break;
        u = next;
    }
    return u > 0.0 ? 1.0 / (1.0 + mtl__exp(-u)) : mtl__exp(u) / (1.0 + mtl__exp(u));
}
