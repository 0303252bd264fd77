/* SPDX-License-Identifier: MIT */
/*
 * Logarithm of the gamma function for x > 0. Around its zeros 1 and 2 the series
 *     log Gamma(2 + e) = (1 - gamma) e + sum_{k>=2} (-1)^k (zeta(k) - 1) e^k / k,   |e| <= 1/2,
 * so that the relative accuracy holds there too; up to 12 by the recurrence to [1.5, 2.5]; above by
 * Stirling's series (Abramowitz and Stegun 6.1.33, 6.1.40). Also log k! in the form that the laws
 * of counts need, without the cancellation of large terms.
 */
#include <math.h>

#include "num/num.h"
#include "num/num_internal.h"
#include "num/factorial_table.h"

#define HALF_LOG_2PI 0x1.d67f1c864beb5p-1

/* Stirling's tail for x >= 10. */
static double tail_series(double x)
{
    const double r = 1.0 / x, z = r * r;
    double sum;
    if (x > 1e4)
        return r * (1.0 / 12 - z * (1.0 / 360));
    sum = 691.0 / 360360 - z * (1.0 / 156);
    sum = 1.0 / 1188 - z * sum;
    sum = 1.0 / 1680 - z * sum;
    sum = 1.0 / 1260 - z * sum;
    sum = 1.0 / 360 - z * sum;
    return r * (1.0 / 12 - z * sum);
}

/* log Gamma(2 + e), |e| <= 1/2 */
static double around_two(double e)
{
    static const double c[30] = {
        0x1.4a34cc4a60fa6p-2,   -0x1.13e001a557607p-4,  0x1.51322ac7d8483p-6,
        -0x1.e404fc218f5f2p-8,  0x1.7add6eadb6c30p-9,   -0x1.38ac5c2bf8e08p-10,
        0x1.0b36af86396e9p-11,  -0x1.d3fd4c76d2fc8p-13, 0x1.a127b0f17d65ap-14,
        -0x1.78de5bd7c81efp-15, 0x1.580dcee66eb02p-16,  -0x1.3cbc963ce2243p-17,
        0x1.2597a39f34aacp-18,  -0x1.11b2eb7679541p-19, 0x1.0064cdeb22f0fp-20,
        -0x1.e2600d93cfd2fp-22, 0x1.c76bbb3f07a4dp-23,  -0x1.af5a6cbbf8a97p-24,
        0x1.99b93c2070b0fp-25,  -0x1.862c734df3eacp-26, 0x1.7469daccfadcdp-27,
        -0x1.6434a8447aeadp-28, 0x1.555a877ffd2c3p-29,  -0x1.47b1679258d0ep-30,
        0x1.3b15d2b2fc10cp-31,  -0x1.2f69a9fabe3e0p-32, 0x1.24932a337434cp-33,
        -0x1.1a7c26ec2523cp-34, 0x1.11116e693ed98p-35,  -0x1.08424cbc543d8p-36};
    double sum = c[29];
    for (int i = 28; i >= 0; i--)
        sum = c[i] + e * sum;
    return e * (0x1.b0ee6072093cep-2 + e * sum);
}

double mtl__log_gamma(double x)
{
    double product = 1.0;
    if (!(x > 0.0))
        return x == 0.0 ? INFINITY : NAN;
    if (x < 0.5)
        return (around_two(x) - mtl__log1p(x)) - mtl__log(x);
    if (x < 1.5)
        return around_two(x - 1.0) - mtl__log1p(x - 1.0);
    if (x >= 12.0) {
        if (x > 1e306)
            return x * (mtl__log(x) - 1.0);
        return (x - 0.5) * (mtl__log(x) - 1.0) + (HALF_LOG_2PI - 0.5 + tail_series(x));
    }
    for (; x > 2.5; x -= 1.0)
        product *= x - 1.0;
    return around_two(x - 2.0) + (product > 1.0 ? mtl__log(product) : 0.0);
}

double mtl__stirling_tail(double x)
{
    if (x >= 10.0)
        return tail_series(x);
    return mtl__log_gamma(x) - ((x - 0.5) * mtl__log(x) - x + HALF_LOG_2PI);
}

double mtl__log_factorial_rest(double k)
{
    if (k < 128.0)
        return log_factorial_rest[k > 0.0 ? (int)k : 0];
    return 0.5 * mtl__log(k) + (HALF_LOG_2PI + tail_series(k));
}
