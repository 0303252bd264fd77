/* SPDX-License-Identifier: MIT */
/*
 * The gamma law. Both tails are found without cancellation: Taylor's series for small x, Legendre's
 * continued fraction (Lentz's method) for large x, and for shape >= 20 around the mean the uniform
 * expansion of Temme in the form of Gil, Segura and Temme (2012, SIAM J. Sci. Comput. 34, A2965,
 * section 2.5): Q = Phi(-eta sqrt a) + exp(-a eta^2/2)/sqrt(2 pi a) S. Quantiles by Newton's method
 * in log x on the logarithm of the smaller tail, which is concave, inside a bracket.
 */
#include <math.h>

#include "num/num.h"
#include "num/num_internal.h"

#define SQRT_2PI 0x1.40d931ff62705p+1

double mtl__gamma_prefactor(double a, double x)
{
    if (a >= 10.0) {
        const double ratio = x / a;
        const double h = ratio > 0.6 && ratio < 1.5 ? mtl__x_minus_log1p((x - a) / a)
                                                    : ratio - 1.0 - mtl__log(ratio);
        return sqrt(a) / SQRT_2PI * mtl__exp(-a * h - mtl__stirling_tail(a));
    }
    return mtl__exp(a * mtl__log(x) - x - mtl__log_gamma(a));
}

/* S of the uniform expansion; f[n]: coefficients of eta / (lambda - 1) in powers of eta. */
static double temme_sum(double a, double eta)
{
    static const double f[27] = {
        0x1.0000000000000p+0,   -0x1.5555555555555p-2,  0x1.5555555555555p-4,
        -0x1.e573ac901e574p-7,  0x1.2f684bda12f68p-10,  0x1.71de3a556c734p-12,
        -0x1.76e06fec7273bp-13, 0x1.48c5892f7cd83p-15,  -0x1.255370652afc1p-19,
        -0x1.f1b22f594c6b5p-20, 0x1.bd6d21e4b4109p-21,  -0x1.7b5f9a2d0465cp-23,
        0x1.ccf5ceb7f0d9fp-28,  0x1.6097d55c37c1cp-27,  -0x1.2d2197c7a2faap-28,
        0x1.f6e66d24d5c8ap-31,  -0x1.c0d9b6edf2b0bp-36, -0x1.0070a87340428p-34,
        0x1.ac9475c463659p-36,  -0x1.61ca701fd754ap-38, 0x1.ef98008f5eec2p-44,
        0x1.7ba0759769d7cp-42,  -0x1.3989bebb193c0p-43, 0x1.0104fc4369a3cp-45,
        -0x1.283fe7950ad7bp-51, -0x1.1ca914d71a27cp-49, 0x1.d2e7d5ca48b90p-51};
    enum { N = 25 };
    double beta[N + 1], sum;
    beta[N] = f[N + 1];
    beta[N - 1] = f[N];
    for (int n = N - 1; n >= 1; n--)
        beta[n - 1] = (n + 1) / a * beta[n + 1] + f[n];
    sum = beta[N];
    for (int n = N - 1; n >= 0; n--)
        sum = beta[n] + eta * sum;
    return a / (a + beta[1]) * sum;
}

/* Lower tail over prefactor. */
static double lower_series(double a, double x)
{
    double term = 1.0 / a, sum = term;
    for (int n = 1; n < 10000 && term > 1e-17 * sum; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum;
}

/* Upper tail over prefactor. */
static double upper_fraction(double a, double x)
{
    double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, h = d;
    for (int n = 1; n < 10000; n++) {
        const double an = -n * (n - a);
        double delta;
        b += 2.0;
        d = an * d + b;
        c = b + an / c;
        if (fabs(d) < 1e-300)
            d = 1e-300;
        if (fabs(c) < 1e-300)
            c = 1e-300;
        d = 1.0 / d;
        delta = c * d;
        h *= delta;
        if (fabs(delta - 1.0) < 2e-16)
            break;
    }
    return h;
}

/* Upper tail for a < 1, x < 1.5: 1 - x^a/Gamma(1+a) (1 + a sum (-x)^n / (n! (a + n))). */
static double upper_small(double a, double x)
{
    const double l = a * mtl__log(x) - mtl__log_gamma(1.0 + a);
    double term = 1.0, sum = 0.0;
    for (int n = 1; n < 100; n++) {
        const double before = sum;
        term *= -x / n;
        sum += term / (a + n);
        if (sum == before)
            break;
    }
    return -mtl__expm1(l) - mtl__exp(l) * a * sum;
}

void mtl__gamma_pq(double a, double x, double *p, double *q)
{
    *p = *q = NAN;
    if (!(a > 0.0) || isnan(x))
        return;
    if (x <= 0.0) {
        *p = 0.0;
        *q = 1.0;
        return;
    }
    if (isinf(x)) {
        *p = 1.0;
        *q = 0.0;
        return;
    }
    if (a >= 20.0 && x > 0.35 * a && x < 2.2 * a) {
        const double h = mtl__x_minus_log1p((x - a) / a);
        const double eta = x < a ? -sqrt(2.0 * h) : sqrt(2.0 * h);
        const double r = mtl__exp(-a * h) / (SQRT_2PI * sqrt(a)) * temme_sum(a, eta);
        *q = mtl__norm_cdf(-eta * sqrt(a)) + r;
        *p = mtl__norm_cdf(eta * sqrt(a)) - r;
    } else if (a < 1.0 && x < 1.5) {
        *q = upper_small(a, x);
        *p = mtl__gamma_prefactor(a, x) * lower_series(a, x);
    } else if (x < a + 1.0) {
        *p = mtl__gamma_prefactor(a, x) * lower_series(a, x);
        *q = 1.0 - *p;
    } else {
        *q = mtl__gamma_prefactor(a, x) * upper_fraction(a, x);
        *p = 1.0 - *q;
    }
}

double mtl__gamma_p(double a, double x)
{
    double p, q;
    mtl__gamma_pq(a, x, &p, &q);
    return p;
}

double mtl__gamma_q(double a, double x)
{
    double p, q;
    mtl__gamma_pq(a, x, &p, &q);
    return q;
}

double mtl__chi2_sf(double x, double df)
{
    return mtl__gamma_q(0.5 * df, 0.5 * x);
}

/* Start for log x: Wilson and Hilferty, or the leading term of the series where that fails. */
static double quantile_start(double p, double a, double leading)
{
    const double c = 1.0 / (9.0 * a);
    const double t = 1.0 - c + mtl__norm_quantile(p) * sqrt(c);
    return a > 0.3 && t > 0.2 ? mtl__log(a) + 3.0 * mtl__log(t) : leading;
}

double mtl__gamma_quantile(double p, double shape)
{
    double leading, u, lo = -750.0, hi = 750.0, target;
    const bool upper = p > 0.5;
    if (!(shape > 0.0) || !(p >= 0.0 && p <= 1.0))
        return NAN;
    if (p == 0.0 || p == 1.0)
        return p == 0.0 ? 0.0 : INFINITY;
    leading = (mtl__log(p) + mtl__log_gamma(shape + 1.0)) / shape;
    if (leading < -37.0)
        return mtl__exp(leading); /* the rest of the series is below the last bit */
    u = quantile_start(p, shape, leading < 700.0 ? leading : 700.0);
    target = upper ? 1.0 - p : p;
    for (int i = 0; i < 200; i++) {
        const double x = mtl__exp(u);
        double tail[2], g, step, next;
        mtl__gamma_pq(shape, x, &tail[0], &tail[1]);
        g = tail[upper] / target;
        if ((g > 1.0) != upper)
            hi = u;
        else
            lo = u;
        step = tail[upper] * mtl__log(g) / mtl__gamma_prefactor(shape, x);
        step = upper ? step : -step;
        next = u + step;
        if (fabs(step) < 1e-10) /* quadratic: this one is exact; dx = x du keeps the digits of x */
            return x + x * step;
        if (!(next > lo && next < hi))
            next = 0.5 * (lo + hi);
        if (hi - lo < 1e-15 * (1.0 + fabs(u)))
            break;
        u = next;
    }
    return mtl__exp(u);
}
