/* SPDX-License-Identifier: MIT */
/*
 * Elementary functions that give the same bits on every processor: IEEE 754 double arithmetic only,
 * compiled without contraction. Logarithm: x = 2^k m with m in [sqrt(1/2), sqrt 2) and
 * s = (m-1)/(m+1); as 2s = f - s f with f = m - 1, log m = 2 atanh s = f - s (f - R(s^2)), which
 * keeps the exact f as leading term. Exponential: x = k log 2 + r with log 2 in two parts, and a
 * polynomial for e^r. Polynomials are Chebyshev interpolants of atanh and exp computed to 60
 * digits; their errors are below 0.1 ulp. Measured: log, exp, log1p and expm1 within 1 ulp, log10
 * within 2.
 */
#include <math.h>
#include <string.h>

#include "num/num.h"
#include "num/num_internal.h"

#define LN2_HI 0x1.62e42fefa3800p-1 /* 42 bits: k times it is exact for |k| < 2^11 */
#define LN2_LO 0x1.ef35793c76730p-45
#define INV_LN2 0x1.71547652b82fep+0

static uint64_t bits_of(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static double from_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* R with 2 atanh(s) = 2 s + s R(s^2), |s| < 0.1716. */
static inline double atanh_rest(double z)
{
    const double z2 = z * z, z4 = z2 * z2;
    const double low = 0x1.5555555555558p-1 + z * 0x1.9999999995273p-2;
    const double mid = 0x1.2492492dfd86cp-2 + z * 0x1.c71c62d5e53e0p-3;
    const double high =
        (0x1.7462b91b8df65p-3 + z * 0x1.39fdcceb4bb45p-3) + z2 * 0x1.2b5f68a50d903p-3;
    return z * ((low + z2 * mid) + z4 * high);
}

/* k log 2 + log(1 + f) + low, 1 + f in [sqrt(1/2), sqrt 2]; low: a small correction. */
static inline double log_sum(int k, double f, double low)
{
    const double s = f / (2.0 + f);
    const double rest = s * (f - atanh_rest(s * s));
    return k * LN2_HI + (f - (rest - (k * LN2_LO + low)));
}

/* Splits a positive normal x into 2^k (1 + f). */
static inline int split(double x, double *f)
{
    /* 0x3fe6a09e667f3bcd is sqrt(1/2): the subtraction puts the cut between k and k + 1 there. */
    const uint64_t u = bits_of(x) - 0x3fe6a09e667f3bcdULL;
    const int k = (int)((int64_t)u >> 52);
    *f = from_bits(bits_of(x) - ((uint64_t)(int64_t)k << 52)) - 1.0;
    return k;
}

double mtl__log(double x)
{
    double f;
    int k, extra = 0;
    if (!(x >= 0x1p-1022 && x <= 0x1.fffffffffffffp+1023)) {
        if (x == 0.0)
            return -INFINITY;
        if (!(x > 0.0))
            return NAN;
        if (x > 1.0)
            return x;
        x *= 0x1p54;
        extra = -54;
    }
    k = split(x, &f);
    return log_sum(k + extra, f, 0.0);
}

double mtl__log1p(double x)
{
    double f, low, u;
    int k;
    if (!(x > -1.0))
        return x == -1.0 ? -INFINITY : NAN;
    if (x > -0.29 && x < 0.41) {
        const double s = x / (2.0 + x);
        return x - s * (x - atanh_rest(s * s));
    }
    if (x > 0x1p53)
        return mtl__log(x);
    u = 1.0 + x;
    low = x >= 1.0 ? 1.0 - (u - x) : x - (u - 1.0); /* what rounding 1 + x lost, exact */
    k = split(u, &f);
    return log_sum(k, f, low / u);
}

/* (e^r - 1 - r) / r^2 for |r| <= log(2)/2 */
static inline double exp_rest(double r)
{
    const double r2 = r * r, r4 = r2 * r2;
    const double a = 0x1.0000000000000p-1 + r * 0x1.5555555555557p-3;
    const double b = 0x1.5555555555556p-5 + r * 0x1.11111111100bep-7;
    const double c = 0x1.6c16c16c162c3p-10 + r * 0x1.a01a01abf85abp-13;
    const double d = 0x1.a01a01a6e1e2ap-16 + r * 0x1.71de01fdbf9cap-19;
    const double e =
        (0x1.27e4db46cddd1p-22 + r * 0x1.af4e554377204p-26) + r2 * 0x1.1f7340dbc337ep-29;
    return (a + r2 * b) + r4 * ((c + r2 * d) + r4 * e);
}

/* x = k log 2 + (hi - lo), |hi - lo| <= log(2)/2 and a little */
static inline int reduce(double x, double *hi, double *lo)
{
    const int k = (int)(x * INV_LN2 + (x < 0.0 ? -0.5 : 0.5));
    *hi = x - k * LN2_HI;
    *lo = k * LN2_LO;
    return k;
}

/* y 2^k, one rounding at the end also where the result is subnormal */
static inline double scale(double y, int k)
{
    if (k >= -1021 && k <= 1023)
        return y * from_bits((uint64_t)(k + 1023) << 52);
    if (k > 1023)
        return y * 0x1p1023 * from_bits((uint64_t)(k - 1023 + 1023) << 52);
    return y * from_bits((uint64_t)(k + 1000 + 1023) << 52) * 0x1p-1000;
}

double mtl__exp(double x)
{
    double hi, lo, r;
    int k;
    if (!(x <= 709.782712893384 && x >= -745.1332191019412))
        return x > 0.0 ? INFINITY : x < 0.0 ? 0.0 : x;
    k = reduce(x, &hi, &lo);
    r = hi - lo;
    return scale(1.0 + (hi + (r * r * exp_rest(r) - lo)), k);
}

/* (e^r - 1 - r) / r^2 for |r| <= 1/2: Taylor's series */
static double expm1_rest(double r)
{
    static const double inv_factorial[14] = {
        0x1.0000000000000p-1,  0x1.5555555555555p-3,  0x1.5555555555555p-5,  0x1.1111111111111p-7,
        0x1.6c16c16c16c17p-10, 0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-16, 0x1.71de3a556c734p-19,
        0x1.27e4fb7789f5cp-22, 0x1.ae64567f544e4p-26, 0x1.1eed8eff8d898p-29, 0x1.6124613a86d09p-33,
        0x1.93974a8c07c9dp-37, 0x1.ae7f3e733b81fp-41};
    double sum = inv_factorial[13];
    for (int i = 12; i >= 0; i--)
        sum = inv_factorial[i] + r * sum;
    return sum;
}

double mtl__expm1(double x)
{
    double hi, lo, r, q;
    int k;
    if (x > -0.5 && x < 0.5)
        return x == 0.0 ? x : x + x * x * expm1_rest(x); /* keeps the sign of 0 */
    if (!(x <= 709.782712893384 && x >= -50.0))
        return x > 0.0 ? INFINITY : x < 0.0 ? -1.0 : x;
    if (x > 50.0)
        return mtl__exp(x); /* the 1 is below half an ulp */
    k = reduce(x, &hi, &lo);
    r = hi - lo;
    q = hi + (r * r * exp_rest(r) - lo); /* e^r - 1 */
    if (k < 53)
        return scale(q, k) + (scale(1.0, k) - 1.0);
    return scale(1.0 + (q - scale(1.0, -k)), k);
}

double mtl__pow(double x, double y)
{
    if (y == 0.0 || x == 1.0)
        return 1.0;
    if (y == 1.0 || isnan(x))
        return x;
    if (y == 2.0)
        return x * x;
    if (y == 0.5)
        return sqrt(x);
    if (x == 0.0)
        return y > 0.0 ? 0.0 : y < 0.0 ? INFINITY : y;
    return mtl__exp(y * mtl__log(x));
}

double mtl__log10(double x)
{
    static const double power[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const double l = mtl__log(x);
    const double y = l * 0x1.bcb7b1526e50ep-2 + l * 0x1.95355baaafad3p-57;
    if (y > 0.5 && y < 22.5) {
        const int n = (int)(y + 0.5); /* powers of ten are exact, as a reader of tables expects */
        if (x == power[n])
            return n;
    }
    return y;
}

double mtl__x_minus_log1p(double x)
{
    if (x > -0.29 && x < 0.41) {
        const double s = x / (2.0 + x);
        return s * (x - atanh_rest(s * s));
    }
    return x - mtl__log1p(x);
}

double mtl__deviance(double t)
{
    if (t > -0.1 && t < 0.1) {
        const double s = t / (2.0 + t);
        /* (1 + t)(t - s (t - R)) - t with t^2 - s t (1 + t) = s t = t^2 / (2 + t) */
        return s * (t + (1.0 + t) * atanh_rest(s * s));
    }
    if (t <= -1.0)
        return 1.0;
    return (1.0 + t) * mtl__log1p(t) - t;
}

/* What is left of |turn| without whole turns. */
static double part_of_turn(double turn)
{
    const double t = fabs(turn);
    return t < 0x1p53 ? t - (double)(int64_t)t : 0.0;
}

/* sin(2 pi r) for |r| <= 1/8 */
static double sin_turn(double r)
{
    const double z = r * r;
    static const double c[8] = {-0x1.4abbce625be53p+5, 0x1.466bc6775aae2p+6,  -0x1.32d2cce62bd86p+6,
                                0x1.50783487ee782p+5,  -0x1.e3074fde8871fp+3, 0x1.e8f434d018d63p+1,
                                -0x1.6fadb9f155744p-1, 0x1.aaec32af93359p-4};
    double sum = c[7];
    for (int i = 6; i >= 0; i--)
        sum = c[i] + z * sum;
    return r * (0x1.921fb54442d18p+2 + z * sum);
}

/* cos(2 pi r) for |r| <= 1/8 */
static double cos_turn(double r)
{
    const double z = r * r;
    static const double c[9] = {
        -0x1.3bd3cc9be45dep+4, 0x1.03c1f081b5ac4p+6,  -0x1.55d3c7e3cbffap+6,
        0x1.e1f506891babbp+5,  -0x1.a6d1f2a204a8cp+4, 0x1.f9d38a3763cc3p+2,
        -0x1.b6e24f44b128fp+0, 0x1.20c62c2f2d7f5p-2,  -0x1.2a0c591af8314p-5};
    double sum = c[8];
    for (int i = 7; i >= 0; i--)
        sum = c[i] + z * sum;
    return 1.0 + z * sum;
}

double mtl__cos_2pi(double turn)
{
    double t, r;
    int quarter;
    if (!isfinite(turn))
        return NAN;
    t = part_of_turn(turn);
    quarter = (int)(4.0 * t + 0.5); /* 0 .. 4 */
    r = t - 0.25 * quarter;         /* exact */
    switch (quarter & 3) {
    case 0:
        return cos_turn(r);
    case 1:
        return -sin_turn(r);
    case 2:
        return -cos_turn(r);
    default:
        return sin_turn(r);
    }
}

double mtl__sin_2pi(double turn)
{
    double t, r, s;
    int quarter;
    if (!isfinite(turn))
        return NAN;
    t = part_of_turn(turn);
    quarter = (int)(4.0 * t + 0.5);
    r = t - 0.25 * quarter;
    switch (quarter & 3) {
    case 0:
        s = sin_turn(r);
        break;
    case 1:
        s = cos_turn(r);
        break;
    case 2:
        s = -sin_turn(r);
        break;
    default:
        s = -cos_turn(r);
        break;
    }
    return turn < 0.0 ? -s : s;
}
