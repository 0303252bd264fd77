/* SPDX-License-Identifier: MIT */
/*
 * The normal law. In the middle the series Phi(z) = 1/2 + phi(z) (z + z^3/3 + z^5/15 + ...)
 * (Abramowitz and Stegun 26.2.11), in the tails the continued fraction of Mills' ratio
 * 1/(z + 1/(z + 2/(z + 3/(z + ...)))) (26.2.14), so that small probabilities keep their relative
 * accuracy. Quantiles: 26.2.23 as a start, then Newton steps of third order on log Phi.
 */
#include <math.h>

#include "num/num.h"
#include "num/num_internal.h"

#define INV_SQRT_2PI 0x1.9884533d43651p-2

double mtl__norm_pdf(double z)
{
    /* z^2 is split, as its rounding would be multiplied by z^2. */
    const double a = fabs(z), coarse = a < 64.0 ? (int)(a * 16.0) * 0.0625 : a;
    if (a > 39.0)
        return isnan(z) ? z : 0.0;
    return INV_SQRT_2PI * mtl__exp(-0.5 * coarse * coarse) *
           mtl__exp(-0.5 * (a - coarse) * (a + coarse));
}

/* Upper tail over density, z >= 2. */
static double mills(double z)
{
    const int n = (int)(12.0 + 200.0 / (z * z));
    double t = 0.5 * (z + sqrt(z * z + 4.0 * n)); /* near what the terms left out make */
    for (int i = n; i >= 1; i--)
        t = z + i / t;
    return 1.0 / t;
}

double mtl__norm_cdf(double z)
{
    double term = z, sum = z;
    if (isnan(z))
        return z;
    if (z < -2.0)
        return z < -39.0 ? 0.0 : mtl__norm_pdf(z) * mills(-z);
    if (z > 2.0)
        return z > 39.0 ? 1.0 : 1.0 - mtl__norm_pdf(z) * mills(z);
    for (int i = 3; fabs(term) > 1e-18 * fabs(sum); i += 2) {
        term *= z * z / i;
        sum += term;
    }
    return 0.5 + mtl__norm_pdf(z) * sum;
}

double mtl__norm_quantile(double p)
{
    double t, z;
    if (!(p > 0.0 && p < 1.0))
        return p == 0.0 ? -INFINITY : p == 1.0 ? INFINITY : NAN;
    if (p > 0.5)
        return -mtl__norm_quantile(1.0 - p); /* 1 - p is exact here */
    if (p == 0.5)
        return 0.0;
    t = sqrt(-2.0 * mtl__log(p));
    z = (2.515517 + t * (0.802853 + t * 0.010328)) /
            (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
        t;
    for (int i = 0; i < 3; i++) {
        const double cdf = mtl__norm_cdf(z);
        const double slope = mtl__norm_pdf(z) / cdf; /* of log Phi */
        /* Where the tail leaves the range of doubles the start is as good as it gets. */
        const double f = mtl__log(cdf / p);
        double step;
        if (!(cdf > 1e-306))
            break;
        /* Halley: second derivative of log Phi is -slope (z + slope) */
        step = f / (slope + 0.5 * f * (z + slope));
        z -= step;
        if (fabs(step) < 1e-9 * (1.0 + fabs(z)))
            break; /* cubic: the next step would be below the last bit */
    }
    return z;
}
