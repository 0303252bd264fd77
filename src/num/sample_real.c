/* SPDX-License-Identifier: MIT */
/*
 * Samplers of real numbers. Exponential and normal: the ziggurat of Marsaglia and Tsang (2000) with
 * 256 layers; layer, sign and position come from different bits of one 64-bit word, which avoids
 * the correlation that Doornik (2005) found in the original. Gamma: Marsaglia and Tsang (2000, ACM
 * TOMS 26, 363), for shape < 1 times U^(1/shape).
 */
#include <math.h>

#include "num/num.h"
#include "num/ziggurat_table.h"

/* Uniform on (0, 1) from the upper 52 bits; the lower 12 are free for other use. */
static inline double upper_unit(uint64_t bits)
{
    return ((double)(bits >> 12) + 0.5) * 0x1.0p-52;
}

double mtl__rng_exp(mtl__rng *r)
{
    double tail = 0.0;
    for (;;) {
        const uint64_t bits = mtl__rng_u64(r);
        const unsigned i = (unsigned)bits & 255u;
        const double x = upper_unit(bits) * zig_exp_x[i];
        double y;
        if (x < zig_exp_x[i + 1])
            return tail + x;
        if (i == 0) { /* the law has no memory: the tail is the law again */
            tail += zig_exp_x[1];
            continue;
        }
        y = zig_exp_f[i] + (zig_exp_f[i + 1] - zig_exp_f[i]) * mtl__rng_unit(r);
        if (y < mtl__exp(-x))
            return tail + x;
    }
}

/* Beyond the last layer (Marsaglia 1964). */
static double normal_tail(mtl__rng *r)
{
    const double start = zig_norm_x[1];
    for (;;) {
        const double x = mtl__rng_exp(r) / start, y = mtl__rng_exp(r);
        if (2.0 * y > x * x)
            return start + x;
    }
}

double mtl__rng_normal(mtl__rng *r)
{
    for (;;) {
        const uint64_t bits = mtl__rng_u64(r);
        const unsigned i = (unsigned)bits & 255u;
        const double x = upper_unit(bits) * zig_norm_x[i];
        const bool negative = (bits >> 8 & 1u) != 0;
        double y;
        if (x < zig_norm_x[i + 1])
            return negative ? -x : x;
        if (i == 0) {
            y = normal_tail(r);
            return negative ? -y : y;
        }
        y = zig_norm_f[i] + (zig_norm_f[i + 1] - zig_norm_f[i]) * mtl__rng_unit(r);
        if (y < mtl__exp(-0.5 * x * x))
            return negative ? -x : x;
    }
}

/* shape >= 1 */
static double gamma_large(mtl__rng *r, double shape)
{
    const double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double z, v, u, z2;
        do {
            z = mtl__rng_normal(r);
            v = 1.0 + c * z;
        } while (v <= 0.0);
        v = v * v * v;
        u = mtl__rng_unit(r);
        z2 = z * z;
        if (u < 1.0 - 0.0331 * z2 * z2)
            return d * v;
        /* 1 - v + log v in full accuracy: v - 1 = 3 w + 3 w^2 + w^3 with w = c z */
        if (mtl__log(u) <
            0.5 * z2 + d * (3.0 * mtl__log1p(c * z) - c * z * (3.0 + c * z * (3.0 + c * z))))
            return d * v;
    }
}

double mtl__rng_gamma(mtl__rng *r, double shape)
{
    if (!(shape > 0.0))
        return shape == 0.0 ? 0.0 : NAN;
    if (shape == 1.0)
        return mtl__rng_exp(r);
    if (shape > 1.0)
        return isinf(shape) ? shape : gamma_large(r, shape);
    /* gamma(shape + 1) U^(1/shape); -log U is exponential. */
    return gamma_large(r, shape + 1.0) * mtl__exp(-mtl__rng_exp(r) / shape);
}
