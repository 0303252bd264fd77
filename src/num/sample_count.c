/* SPDX-License-Identifier: MIT */
/*
 * Samplers of counts, exact at any size. Poisson and binomial with mean below 10: inversion by
 * sequential search. Above: transformed rejection with squeeze, PTRS and BTRS of Hoermann (1993,
 * Insurance: Mathematics and Economics 12, 39; J. Stat. Comput. Simul. 46, 101). The acceptance
 * test there compares probabilities; they are written with deviances (Loader 2000), and counts are
 * kept as an integer mode plus an offset, so that nothing cancels at means of 1e18.
 */
#include <math.h>

#include "num/num.h"
#include "num/num_internal.h"

#define COUNT_MAX ((int64_t)1 << 62)
enum { SEARCH_BELOW = 10, TABLE = 64 };

/* 1/k, as a division would be most of a step of the search */
#define INV4(k) 1.0 / (k), 1.0 / ((k) + 1), 1.0 / ((k) + 2), 1.0 / ((k) + 3)
#define INV16(k) INV4(k), INV4((k) + 4), INV4((k) + 8), INV4((k) + 12)
static const double inverse[TABLE + 1] = {0.0, INV16(1), INV16(17), INV16(33), INV16(49)};

/* floor of |x| < 2^62 without a call */
static inline int64_t floor_of(double x)
{
    const int64_t i = (int64_t)x;
    return i - ((double)i > x);
}

static int64_t poisson_search(mtl__rng *r, double mean)
{
    double u = mtl__rng_unit(r), p;
    if (u <= 1.0 - mean)
        return 0; /* 1 - mean <= exp(-mean) */
    p = mtl__exp(-mean);
    for (;;) {
        double q = p;
        for (int64_t k = 0; q > 0.0; k++) {
            if (u <= q)
                return k;
            u -= q;
            q *= mean * (k < TABLE ? inverse[k + 1] : 1.0 / (double)(k + 1));
        }
        u = mtl__rng_unit(r); /* u was above the rounded sum of all terms */
    }
}

static int64_t poisson_ptrs(mtl__rng *r, double mean)
{
    const double root = sqrt(mean);
    const double b = 0.931 + 2.53 * root, a = -0.059 + 0.02483 * b;
    const double v_r = 0.9277 - 3.6224 / (b - 2.0);
    const int64_t mode = floor_of(mean);
    const double fraction = mean - (double)mode;
    for (;;) {
        const double u = mtl__rng_unit(r) - 0.5, v = mtl__rng_unit(r);
        const double us = 0.5 - fabs(u);
        const double x = (2.0 * a / us + b) * u + (fraction + 0.43);
        int64_t k;
        double t, hat, count;
        if (!(fabs(x) < 0x1p61))
            continue;
        k = mode + floor_of(x);
        if (us >= 0.07 && v <= v_r)
            return k;
        if (k < 0 || (us < 0.013 && v > us))
            continue;
        count = (double)k;
        t = ((double)(k - mode) - fraction) / mean;
        hat = v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (us * us) + b);
        if (mtl__log(hat) <= -mean * mtl__deviance(t) - mtl__log_factorial_rest(count))
            return k;
    }
}

int64_t mtl__rng_poisson(mtl__rng *r, double mean)
{
    int64_t k;
    if (!(mean > 0.0))
        return 0;
    if (mean < SEARCH_BELOW)
        return poisson_search(r, mean);
    /* 2^62 is 2^31 standard deviations of room for the counts drawn below it. */
    if (mean >= 0x1p62)
        return COUNT_MAX;
    k = poisson_ptrs(r, mean);
    return k < COUNT_MAX ? k : COUNT_MAX;
}

/* q^n, n small */
static double power(double q, int n)
{
    double y = 1.0;
    for (; n > 0; n >>= 1) {
        if (n & 1)
            y *= q;
        q *= q;
    }
    return y;
}

static int64_t binomial_search(mtl__rng *r, int64_t n, double p, double mean)
{
    double u = mtl__rng_unit(r), q0, odds;
    if (u <= 1.0 - mean)
        return 0; /* Bernoulli: 1 - n p <= (1 - p)^n */
    q0 = n <= 32 ? power(1.0 - p, (int)n) : mtl__exp((double)n * mtl__log1p(-p));
    odds = p / (1.0 - p);
    for (;;) {
        double q = q0;
        for (int64_t k = 0; k <= n && q > 0.0; k++) {
            if (u <= q)
                return k;
            u -= q;
            q *= (double)(n - k) * odds * (k < TABLE ? inverse[k + 1] : 1.0 / (double)(k + 1));
        }
        u = mtl__rng_unit(r);
    }
}

/* The law around its mode, as far as it depends on k. */
typedef struct binomial_law {
    int64_t n, mode;
    double mean, rest_mean; /* n p, n (1 - p) */
    double shift;           /* mode - mean */
} binomial_law;

/* Logarithm of the probability of mode + j, up to a constant. */
static double binomial_log_p(const binomial_law *l, int64_t j)
{
    const double d = (double)j + l->shift;
    const int64_t k = l->mode + j;
    return -l->mean * mtl__deviance(d / l->mean) - l->rest_mean * mtl__deviance(-d / l->rest_mean) -
           mtl__log_factorial_rest((double)k) - mtl__log_factorial_rest((double)(l->n - k));
}

/* Whether v <= probability of mode + j over that of the mode. */
static bool binomial_accept(const binomial_law *l, int64_t j, double odds, double v)
{
    /* Near the mode the ratio is a short product, which needs no logarithm. Sixteen factors below
       2^63 stay in the range of doubles. */
    if (j >= -16 && j <= 16) {
        const int64_t from = j < 0 ? l->mode + j : l->mode, to = j < 0 ? l->mode : l->mode + j;
        double above = 1.0, below = 1.0;
        for (int64_t i = from + 1; i <= to; i++) {
            above *= (double)(l->n - i + 1) * odds;
            below *= (double)i;
        }
        return j < 0 ? v * above <= below : v * below <= above;
    }
    return mtl__log(v) <= binomial_log_p(l, j) - binomial_log_p(l, 0);
}

/* n p >= 10, p <= 1/2 */
static int64_t binomial_btrs(mtl__rng *r, int64_t n, double p, double mean)
{
    const double spq = sqrt(mean * (1.0 - p));
    const double b = 1.15 + 2.53 * spq, a = -0.0873 + 0.0248 * b + 0.01 * p;
    const double v_r = 0.92 - 4.2 / b;
    const int64_t base = floor_of(mean);
    const double c = mean - (double)base + 0.5;
    for (;;) {
        const double u = mtl__rng_unit(r) - 0.5, v = mtl__rng_unit(r);
        const double us = 0.5 - fabs(u);
        const double x = (2.0 * a / us + b) * u + c;
        binomial_law law;
        double hat;
        int64_t k;
        if (!(fabs(x) < 0x1p61))
            continue;
        k = base + floor_of(x);
        if (us >= 0.07 && v <= v_r)
            return k;
        if (k < 0 || k > n)
            continue;
        law.n = n;
        law.mode = floor_of(mean + p);
        law.mean = mean;
        law.rest_mean = (double)n - mean;
        law.shift = (double)law.mode - mean;
        hat = v * (2.83 + 5.1 / b) * spq / (a / (us * us) + b);
        if (binomial_accept(&law, k - law.mode, p / (1.0 - p), hat))
            return k;
    }
}

int64_t mtl__rng_binomial(mtl__rng *r, int64_t n, double p)
{
    double mean;
    if (n <= 0 || !(p > 0.0))
        return 0;
    if (p >= 1.0)
        return n;
    if (n == 1)
        return mtl__rng_unit(r) < p;
    if (p > 0.5)
        return n - mtl__rng_binomial(r, n, 1.0 - p); /* 1 - p is exact here */
    mean = (double)n * p;
    return mean < SEARCH_BELOW ? binomial_search(r, n, p, mean) : binomial_btrs(r, n, p, mean);
}

int64_t mtl__rng_negbin(mtl__rng *r, double shape, double p)
{
    if (!(shape > 0.0) || p >= 1.0)
        return 0;
    if (!(p > 0.0))
        return COUNT_MAX;
    return mtl__rng_poisson(r, mtl__rng_gamma(r, shape) * ((1.0 - p) / p));
}

/* *hi + *lo -= x, both parts kept */
static inline void subtract(double *hi, double *lo, double x)
{
    const double sum = *hi - x, part = sum - *hi;
    *lo += (*hi - (sum - part)) - (x + part);
    *hi = sum;
}

int64_t mtl__rng_multinomial(mtl__rng *r, int64_t n, int k, const double *p, int64_t *out)
{
    double hi = 1.0, lo = 0.0;
    int last = -1; /* the class that takes what is left, if the probabilities exhaust 1 */
    for (int i = 0; i < k; i++) {
        if (p[i] > 0.0) {
            subtract(&hi, &lo, p[i]);
            last = i;
        }
    }
    /* What rounding k terms of a sum to 1 leaves over is no class of its own. */
    if (hi + lo > 0x1p-52 * (k + 1))
        last = -1;
    hi = 1.0;
    lo = 0.0;
    for (int i = 0; i < k; i++) {
        out[i] = 0;
        if (n <= 0 || !(p[i] > 0.0))
            continue;
        if (i == last)
            out[i] = n;
        else
            out[i] = mtl__rng_binomial(r, n, p[i] < hi + lo ? p[i] / (hi + lo) : 1.0);
        n -= out[i];
        subtract(&hi, &lo, p[i]);
    }
    return n > 0 ? n : 0;
}
