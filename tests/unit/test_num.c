/* SPDX-License-Identifier: MIT */
/*
 * num/: elementary and special functions against long double libm, values computed to 60 digits and
 * identities; quadrature against moments; Philox and xoshiro against published vectors.
 * Draws are tested in tests/theory/test_distributions.c.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#if defined(__has_include)
#if __has_include(<Random123/philox.h>)
#define HAVE_RANDOM123 1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <Random123/philox.h>
#pragma GCC diagnostic pop
#endif
#endif

#include "num/num.h"
#include "num/num_internal.h"

/* Reference values: arguments, then the value; computed to 60 digits, rounded to double. */
static const double log_gamma_ref[][4] = {
    {1e-300, 0.0, 0.0, 690.7755278982137},
    {1e-10, 0.0, 0.0, 23.025850929882736},
    {0.1, 0.0, 0.0, 2.252712651734206},
    {0.5, 0.0, 0.0, 0.5723649429247001},
    {0.9, 0.0, 0.0, 0.06637623973474295},
    {1.0000001, 0.0, 0.0, -5.772155829918507e-08},
    {1.4616321449683622, 0.0, 0.0, -0.12148629053584961},
    {1.9, 0.0, 0.0, -0.03898427592308336},
    {2.1, 0.0, 0.0, 0.04543773854448518},
    {3.5, 0.0, 0.0, 1.2009736023470743},
    {7.0, 0.0, 0.0, 6.579251212010101},
    {11.9, 0.0, 0.0, 17.25847745059552},
    {12.5, 0.0, 0.0, 18.734347511936445},
    {100.0, 0.0, 0.0, 359.1342053695754},
    {1000000.0, 0.0, 0.0, 12815504.569147611},
    {1000000000000000.0, 0.0, 0.0, 3.3538776394910668e+16},
};
static const double norm_ref[][4] = {
    {-38.0, 0.0, 0.0, 2.88542835e-316},
    {-20.0, 0.0, 0.0, 2.7536241186062337e-89},
    {-8.5, 0.0, 0.0, 9.479534822203318e-18},
    {-3.0, 0.0, 0.0, 0.0013498980316300946},
    {-2.01, 0.0, 0.0, 0.022215594429431485},
    {-1.99, 0.0, 0.0, 0.023295467750211823},
    {-1.0, 0.0, 0.0, 0.15865525393145705},
    {-0.1, 0.0, 0.0, 0.460172162722971},
    {0.0, 0.0, 0.0, 0.5},
    {0.5, 0.0, 0.0, 0.6914624612740131},
    {1.5, 0.0, 0.0, 0.9331927987311419},
    {3.0, 0.0, 0.0, 0.9986501019683699},
    {6.0, 0.0, 0.0, 0.9999999990134123},
};
static const double gamma_p_ref[][4] = {
    {0.001, 1e-05, 0.0, 0.9891230446957827},
    {0.001, 0.5, 0.0, 0.9994399333435292},
    {0.5, 0.1, 0.0, 0.345279153981423},
    {0.5, 3.0, 0.0, 0.9856941215645704},
    {1.0, 1e-08, 0.0, 9.999999950000001e-09},
    {1.0, 40.0, 0.0, 1.0},
    {3.0, 2.5, 0.0, 0.45618688411667047},
    {10.0, 30.0, 0.0, 0.9999928782491372},
    {19.9, 19.0, 0.0, 0.44837001342853433},
    {20.1, 19.0, 0.0, 0.43046151365737456},
    {50.0, 20.0, 0.0, 1.245892607971938e-08},
    {50.0, 120.0, 0.0, 0.9999999999998399},
    {1000.0, 800.0, 0.0, 5.5014197761792284e-12},
    {1000.0, 1000.0, 0.0, 0.5042052441802155},
    {1000.0, 1400.0, 0.0, 1.0},
    {12345.0, 12000.0, 0.0, 0.0008696244671373335},
};
static const double gamma_q_ref[][4] = {
    {0.001, 1e-05, 0.0, 0.01087695530421733},    {0.001, 0.5, 0.0, 0.0005600666564707498},
    {0.5, 0.1, 0.0, 0.654720846018577},          {0.5, 3.0, 0.0, 0.01430587843542964},
    {1.0, 1e-08, 0.0, 0.9999999900000001},       {1.0, 40.0, 0.0, 4.248354255291589e-18},
    {3.0, 2.5, 0.0, 0.5438131158833295},         {10.0, 30.0, 0.0, 7.121750862815577e-06},
    {19.9, 19.0, 0.0, 0.5516299865714657},       {20.1, 19.0, 0.0, 0.5695384863426255},
    {50.0, 20.0, 0.0, 0.9999999875410739},       {50.0, 120.0, 0.0, 1.600822679334483e-13},
    {1000.0, 800.0, 0.0, 0.9999999999944986},    {1000.0, 1000.0, 0.0, 0.4957947558197845},
    {1000.0, 1400.0, 0.0, 8.04132540818483e-30}, {12345.0, 12000.0, 0.0, 0.9991303755328627},
};
static const double beta_ref[][4] = {
    {0.5, 0.5, 0.5, 0.5},
    {0.01, 3.0, 1e-08, 0.8442818156905817},
    {2.0, 3.0, 0.1, 0.052300000000000006},
    {2.0, 3.0, 0.9, 0.9963},
    {10.0, 0.1, 0.99, 0.17551032909330117},
    {0.1, 10.0, 1e-06, 0.330886396943987},
    {100.0, 300.0, 0.2, 0.007994530866879339},
    {100.0, 300.0, 0.25, 0.5076806528982708},
    {1.0, 1000.0, 1e-05, 0.009950215753652417},
    {30.0, 30.0, 0.5, 0.5},
    {400.0, 20.0, 0.9, 3.0476786864103356e-05},
};
static const double pow_ref[][4] = {
    {2.0, 0.5, 0.0, 1.4142135623730951},      {10.0, -3.3, 0.0, 0.0005011872336272725},
    {0.3, 17.25, 0.0, 9.55744140056308e-10},  {1e-05, 4.2, 0.0, 9.999999999999982e-22},
    {7.5, 100.1, 0.0, 3.923127886279656e+87}, {1e+300, -1.01, 0.0, 9.999999999999938e-304},
};
static const double deviance_ref[][4] = {
    {-0.9999, 0.0, 0.0, 0.9989789659628024},   {-0.5, 0.0, 0.0, 0.15342640972002736},
    {-0.1, 0.0, 0.0, 0.005175535907956329},    {-0.001, 0.0, 0.0, 5.001667500500334e-07},
    {-1e-09, 0.0, 0.0, 5.000000001666667e-19}, {1e-12, 0.0, 0.0, 4.999999999998333e-25},
    {1e-06, 0.0, 0.0, 4.999998333334166e-13},  {0.01, 0.0, 0.0, 4.983416169976368e-05},
    {0.0999, 0.0, 0.0, 0.004831671312369207},  {0.1001, 0.0, 0.0, 0.004850733348054589},
    {0.5, 0.0, 0.0, 0.10819766216224658},      {3.0, 0.0, 0.0, 2.5451774444795623},
};
static const double x_minus_log1p_ref[][4] = {
    {-0.9999, 0.0, 0.0, 8.210440371976294},    {-0.5, 0.0, 0.0, 0.19314718055994531},
    {-0.1, 0.0, 0.0, 0.005360515657826302},    {-0.001, 0.0, 0.0, 5.003335835335002e-07},
    {-1e-09, 0.0, 0.0, 5.000000003333334e-19}, {1e-12, 0.0, 0.0, 4.999999999996667e-25},
    {1e-06, 0.0, 0.0, 4.999996666669166e-13},  {0.01, 0.0, 0.0, 4.966914683191715e-05},
    {0.0999, 0.0, 0.0, 0.004680733419066091},  {0.1001, 0.0, 0.0, 0.004698915236747032},
    {0.5, 0.0, 0.0, 0.09453489189183562},      {3.0, 0.0, 0.0, 1.6137056388801094},
};

#define ROWS(table) (sizeof(table) / sizeof *(table))

static void assert_near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("got %.17g, want %.17g, relative error %.3g", got, want,
                 fabs(got - want) / fabs(want));
}

/* ---- elementary functions ---- */

#if LDBL_MANT_DIG >= 64
static double ulps(double got, long double want)
{
    const double rounded = (double)want;
    double unit = fabs(nextafter(rounded, INFINITY) - rounded);
    if (rounded == got)
        return 0.0;
    unit = unit > 0x1p-1074 ? unit : 0x1p-1074;
    return (double)fabsl(((long double)got - want) / unit);
}

/* Largest error in ulp over uniform arguments, or over arguments uniform in their logarithm. */
static double worst(double (*f)(double), long double (*reference)(long double), double from,
                    double to, bool logarithmic)
{
    mtl__rng r;
    double most = 0.0;
    mtl__rng_stream(&r, 1, 2, 3, 4);
    for (int i = 0; i < 20000; i++) {
        const double u = mtl__rng_unit(&r);
        const double x =
            logarithmic ? exp(log(from) + u * (log(to) - log(from))) : from + u * (to - from);
        const double e = ulps(f(x), reference(x));
        most = e > most ? e : most;
    }
    return most;
}

static void elementary_functions_are_within_two_ulp(void **state)
{
    static const struct {
        double (*f)(double);
        long double (*reference)(long double);
        double from, to, bound;
        bool logarithmic;
    } checks[] = {
        {mtl__log, logl, 0.5, 2, 1.0, false},
        {mtl__log, logl, 0.999, 1.001, 1.0, false},
        {mtl__log, logl, 1e-323, 1e308, 1.0, true},
        {mtl__exp, expl, -1, 1, 1.0, false},
        {mtl__exp, expl, -708, 709.7, 1.0, false},
        {mtl__exp, expl, -745, -708, 1.0, false},
        {mtl__log1p, log1pl, -0.9999, 3, 1.0, false},
        {mtl__log1p, log1pl, 1e-300, 1e300, 1.0, true},
        {mtl__log1p, log1pl, -1e-3, 1e-3, 1.0, false},
        {mtl__expm1, expm1l, -3, 3, 1.0, false},
        {mtl__expm1, expm1l, -60, 709, 1.0, false},
        {mtl__expm1, expm1l, 1e-300, 1, 1.0, true},
        {mtl__expm1, expm1l, -1e-3, 1e-3, 1.0, false},
        {mtl__log10, log10l, 1e-300, 1e300, 2.0, true},
        {mtl__log10, log10l, 0.3, 3, 2.0, false},
    };
    (void)state;
    for (size_t i = 0; i < ROWS(checks); i++) {
        const double e = worst(checks[i].f, checks[i].reference, checks[i].from, checks[i].to,
                               checks[i].logarithmic);
        if (!(e <= checks[i].bound))
            fail_msg("line %d of the table: %.3f ulp", (int)i, e);
    }
}
#endif

static void elementary_functions_at_their_limits(void **state)
{
    double power = 1.0;
    (void)state;
    assert_true(mtl__log(0.0) == -INFINITY && mtl__log(-0.0) == -INFINITY);
    assert_true(isnan(mtl__log(-1.0)) && isnan(mtl__log(NAN)) && isnan(mtl__log(-INFINITY)));
    assert_true(mtl__log(1.0) == 0.0 && mtl__log(INFINITY) == INFINITY);
    assert_near(mtl__log(0x1p-1074), -744.44007192138126, 1e-15);
    assert_true(mtl__exp(0.0) == 1.0 && mtl__exp(-INFINITY) == 0.0 && mtl__exp(-746.0) == 0.0);
    assert_true(mtl__exp(710.0) == INFINITY && mtl__exp(INFINITY) == INFINITY);
    assert_true(isnan(mtl__exp(NAN)));
    assert_true(mtl__exp(-745.13) == 0x1p-1074);
    assert_true(isfinite(mtl__exp(709.782712893384)));
    assert_true(mtl__log1p(0.0) == 0.0 && signbit(mtl__log1p(-0.0)));
    assert_true(mtl__log1p(-1.0) == -INFINITY && isnan(mtl__log1p(-1.1)));
    assert_true(mtl__log1p(INFINITY) == INFINITY && isnan(mtl__log1p(NAN)));
    assert_true(mtl__expm1(0.0) == 0.0 && signbit(mtl__expm1(-0.0)));
    assert_true(mtl__expm1(-INFINITY) == -1.0 && mtl__expm1(710.0) == INFINITY);
    assert_true(isnan(mtl__expm1(NAN)) && mtl__expm1(-60.0) == -1.0);
    assert_true(mtl__pow(0.0, 0.0) == 1.0 && mtl__pow(0.0, 2.5) == 0.0);
    assert_true(mtl__pow(0.0, -1.0) == INFINITY && mtl__pow(3.0, 2.0) == 9.0);
    assert_true(mtl__pow(1.0, 1e300) == 1.0 && mtl__pow(7.0, 1.0) == 7.0);
    assert_true(isnan(mtl__pow(NAN, 2.5)) && mtl__pow(2.0, 1e9) == INFINITY);
    for (int i = 0; i <= 22; i++) {
        assert_true(mtl__log10(power) == i);
        power *= 10.0;
    }
    assert_true(mtl__log_gamma(1.0) == 0.0 && mtl__log_gamma(2.0) == 0.0);
    assert_true(mtl__log_gamma(0.0) == INFINITY && isnan(mtl__log_gamma(-1.0)));
}

static void reference_values_are_met(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(log_gamma_ref); i++)
        assert_near(mtl__log_gamma(log_gamma_ref[i][0]), log_gamma_ref[i][3], 2e-15);
    for (size_t i = 0; i < ROWS(norm_ref); i++)
        assert_near(mtl__norm_cdf(norm_ref[i][0]), norm_ref[i][3], 3e-14);
    for (size_t i = 0; i < ROWS(gamma_p_ref); i++)
        assert_near(mtl__gamma_p(gamma_p_ref[i][0], gamma_p_ref[i][1]), gamma_p_ref[i][3], 1e-12);
    for (size_t i = 0; i < ROWS(gamma_q_ref); i++)
        assert_near(mtl__gamma_q(gamma_q_ref[i][0], gamma_q_ref[i][1]), gamma_q_ref[i][3], 1e-12);
    for (size_t i = 0; i < ROWS(beta_ref); i++)
        assert_near(mtl__beta_inc(beta_ref[i][0], beta_ref[i][1], beta_ref[i][2]), beta_ref[i][3],
                    1e-12);
    for (size_t i = 0; i < ROWS(pow_ref); i++)
        assert_near(mtl__pow(pow_ref[i][0], pow_ref[i][1]), pow_ref[i][3], 1e-13);
    for (size_t i = 0; i < ROWS(deviance_ref); i++)
        assert_near(mtl__deviance(deviance_ref[i][0]), deviance_ref[i][3], 3e-15);
    for (size_t i = 0; i < ROWS(x_minus_log1p_ref); i++)
        assert_near(mtl__x_minus_log1p(x_minus_log1p_ref[i][0]), x_minus_log1p_ref[i][3], 3e-15);
}

static void logarithms_of_factorials(void **state)
{
    (void)state;
    for (double k = 0.0; k < 1e6; k = k < 300.0 ? k + 1.0 : floor(k * 1.01)) {
        const long double l = k > 0.0 ? k * logl(k) - k : 0.0L;
        const double want = (double)(lgammal(k + 1.0L) - l);
        assert_true(fabs(mtl__log_factorial_rest(k) - want) < 1e-15 + 1e-16 * k);
        /* Gamma(k) = k! / k */
        if (k > 0.0)
            assert_true(fabs(mtl__log_factorial_rest(k) - 0.5 * log(k) -
                             0.5 * log(2.0 * acos(-1.0)) - mtl__stirling_tail(k)) < 2e-14);
    }
    assert_near(mtl__log_factorial_rest(1e15), 0.5 * log(2.0 * acos(-1.0) * 1e15), 1e-15);
}

static void angles_are_in_turns(void **state)
{
    static const double third = 0x1.5555555555555p-2;
    (void)state;
    assert_true(mtl__cos_2pi(0.0) == 1.0 && mtl__sin_2pi(0.0) == 0.0);
    assert_true(mtl__cos_2pi(0.25) == 0.0 && mtl__sin_2pi(0.25) == 1.0);
    assert_true(mtl__cos_2pi(0.5) == -1.0 && mtl__sin_2pi(0.5) == 0.0);
    assert_true(mtl__cos_2pi(1e15 + 0.25) == 0.0 && mtl__sin_2pi(-0.75) == 1.0);
    assert_near(mtl__cos_2pi(0.125), 0.70710678118654752, 3e-16);
    assert_near(mtl__sin_2pi(0.125), 0.70710678118654752, 3e-16);
    assert_near(mtl__cos_2pi(third), -0.5, 1e-15);
    assert_near(mtl__sin_2pi(-third), -0.86602540378443865, 1e-15);
    assert_true(isnan(mtl__cos_2pi(INFINITY)) && isnan(mtl__sin_2pi(NAN)));
    for (double t = -2.0; t < 2.0; t += 0.01) {
        const double c = mtl__cos_2pi(t), s = mtl__sin_2pi(t);
        assert_true(fabs(c * c + s * s - 1.0) < 5e-16);
        assert_true(fabs(c - mtl__sin_2pi(t + 0.25)) < 5e-15);
    }
}

/* ---- special functions ---- */

static void normal_quantile_inverts(void **state)
{
    (void)state;
    assert_true(mtl__norm_quantile(0.5) == 0.0);
    assert_true(mtl__norm_quantile(0.0) == -INFINITY && mtl__norm_quantile(1.0) == INFINITY);
    assert_true(isnan(mtl__norm_quantile(-0.1)) && isnan(mtl__norm_quantile(NAN)));
    assert_near(mtl__norm_quantile(0.975), 1.9599639845400542, 1e-14);
    assert_near(mtl__norm_quantile(1e-10), -6.3613409024040562, 1e-14);
    for (double e = -300.0; e < -0.3; e += 0.7) {
        const double p = pow(10.0, e);
        assert_near(mtl__norm_cdf(mtl__norm_quantile(p)), p, 2e-12);
    }
    for (double p = 0.01; p < 1.0; p += 0.01)
        assert_near(mtl__norm_quantile(p), -mtl__norm_quantile(1.0 - p), 1e-12);
    for (double z = -5.0; z < 5.0; z += 0.0625)
        assert_near(mtl__norm_cdf(z) + mtl__norm_cdf(-z), 1.0, 1e-15);
}

static void gamma_tails_agree(void **state)
{
    static const double shapes[] = {1e-10, 1e-3,  0.1, 0.7, 1,   1.5, 5,   19.99,
                                    20.0,  20.01, 33,  100, 1e3, 1e5, 1e9, 1e15};
    (void)state;
    for (size_t i = 0; i < ROWS(shapes); i++) {
        const double a = shapes[i], sd = sqrt(a);
        double before = 0.0;
        for (int k = -60; k <= 60; k++) {
            const double x = a + 0.1 * k * sd;
            const double p = mtl__gamma_p(a, x), q = mtl__gamma_q(a, x);
            assert_true(fabs(p + q - 1.0) < 1e-13);
            assert_true(p >= before - 1e-13);
            before = p;
            /* Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1) */
            if (x > 0.0 && a < 1e5) {
                const double next = mtl__gamma_q(a + 1.0, x);
                assert_near(next, q + mtl__gamma_prefactor(a, x) / a, 1e-12);
            }
        }
    }
    /* half-integer shape: chi-square with one degree of freedom */
    for (double z = 0.1; z < 20.0; z += 0.3)
        assert_near(mtl__chi2_sf(z * z, 1.0), 2.0 * mtl__norm_cdf(-z), 1e-12);
    for (double x = 0.1; x < 1000.0; x *= 1.3)
        assert_near(mtl__chi2_sf(x, 2.0), exp(-0.5 * x), 1e-12);
    assert_true(mtl__gamma_p(2.0, 0.0) == 0.0 && mtl__gamma_q(2.0, -1.0) == 1.0);
    assert_true(mtl__gamma_p(2.0, INFINITY) == 1.0 && isnan(mtl__gamma_p(0.0, 1.0)));
}

static void gamma_quantile_inverts(void **state)
{
    static const double shapes[] = {1e-3, 0.01, 0.1, 0.5, 1, 3, 19, 25, 400, 1e4, 1e8};
    static const double ps[] = {1e-200, 1e-12, 1e-3, 0.025, 0.3, 0.5, 0.7, 0.975, 0.9999};
    (void)state;
    for (size_t i = 0; i < ROWS(shapes); i++) {
        for (size_t k = 0; k < ROWS(ps); k++) {
            const double x = mtl__gamma_quantile(ps[k], shapes[i]);
            if (x < 1e-300)
                assert_true(mtl__gamma_p(shapes[i], 1e-300) >= ps[k]);
            else if (ps[k] > 0.5)
                assert_near(mtl__gamma_q(shapes[i], x), 1.0 - ps[k], 1e-10);
            else
                assert_near(mtl__gamma_p(shapes[i], x), ps[k], 1e-10);
        }
    }
    for (double p = 0.1; p < 1.0; p += 0.1)
        assert_near(mtl__gamma_quantile(p, 1.0), -log1p(-p), 1e-13);
    assert_true(mtl__gamma_quantile(0.0, 2.0) == 0.0);
    assert_true(mtl__gamma_quantile(1.0, 2.0) == INFINITY);
    assert_true(isnan(mtl__gamma_quantile(0.5, -1.0)) && isnan(mtl__gamma_quantile(1.5, 1.0)));
}

static void beta_agrees_with_closed_forms(void **state)
{
    static const double params[] = {1e-3, 0.2, 0.5, 1, 2.5, 10, 77, 1e3, 1e6};
    (void)state;
    for (double x = 0.05; x < 1.0; x += 0.05) {
        for (size_t i = 0; i < ROWS(params); i++) {
            const double a = params[i];
            assert_near(mtl__beta_inc(a, 1.0, x), pow(x, a), 1e-11);
            for (size_t k = 0; k < ROWS(params); k++)
                assert_true(fabs(mtl__beta_inc(a, params[k], x) +
                                 mtl__beta_inc(params[k], a, 1.0 - x) - 1.0) < 1e-9);
        }
        assert_near(mtl__beta_inc(0.5, 0.5, x), 2.0 / acos(-1.0) * asin(sqrt(x)), 1e-13);
    }
    /* binomial upper tail: P(X >= 3), n = 5, p = 0.3 */
    assert_near(mtl__beta_inc(3.0, 3.0, 0.3), 0.16308, 1e-13);
    assert_true(mtl__beta_inc(2.0, 3.0, 0.0) == 0.0 && mtl__beta_inc(2.0, 3.0, 1.0) == 1.0);
    assert_true(isnan(mtl__beta_inc(0.0, 1.0, 0.5)));
}

static void beta_quantile_inverts(void **state)
{
    static const double params[] = {0.05, 0.5, 1, 3, 40, 2e3, 1e6};
    static const double ps[] = {1e-12, 0.025, 0.3, 0.5, 0.6, 0.975, 0.999999};
    (void)state;
    for (size_t i = 0; i < ROWS(params); i++) {
        for (size_t k = 0; k < ROWS(params); k++) {
            for (size_t j = 0; j < ROWS(ps); j++) {
                const double a = params[i], b = params[k], p = ps[j];
                const double x = mtl__beta_quantile(p, a, b);
                if (x < 1e-300)
                    assert_true(mtl__beta_inc(a, b, 1e-300) >= p);
                else if (x > 0.999) /* what is left of 1 - x limits it */
                    assert_true(fabs(mtl__beta_inc(a, b, x) - p) < 1e-10 ||
                                mtl__beta_inc(a, b, x - 1e-15) <= p);
                else
                    assert_true(fabs(mtl__beta_inc(a, b, x) - p) < 1e-9 * p);
            }
        }
    }
    assert_near(mtl__beta_quantile(0.3, 1.0, 1.0), 0.3, 1e-14);
    /* upper limit of a proportion after 0 of n: 1 - 0.05^(1/n) */
    assert_near(mtl__beta_quantile(0.95, 1.0, 1e6), -expm1(log(0.05) / 1e6), 1e-12);
    assert_true(mtl__beta_quantile(0.0, 2.0, 3.0) == 0.0);
    assert_true(mtl__beta_quantile(1.0, 2.0, 3.0) == 1.0);
}

/* ---- quadrature ---- */

static void legendre_integrates_powers(void **state)
{
    double x[64], w[64];
    (void)state;
    for (int n = 1; n <= 64; n++) {
        mtl__gauss_legendre(n, x, w);
        for (int power = 0; power < 2 * n; power++) {
            double sum = 0.0;
            for (int i = 0; i < n; i++)
                sum += w[i] * pow(x[i], power);
            assert_near(sum, 1.0 / (power + 1), 2e-13);
        }
        for (int i = 1; i < n; i++)
            assert_true(x[i] > x[i - 1]);
        assert_true(x[0] > 0.0 && x[n - 1] < 1.0);
    }
}

static void hermite_integrates_moments(void **state)
{
    double x[64], w[64];
    (void)state;
    for (int n = 1; n <= 64; n++) {
        double moment = 1.0; /* of the standard normal: (power - 1)!! */
        mtl__gauss_hermite(n, x, w);
        for (int power = 0; power < 2 * n && power <= 60; power += 2) {
            double sum = 0.0;
            for (int i = 0; i < n; i++)
                sum += w[i] * pow(x[i], power);
            assert_near(sum, moment, 1e-12);
            moment *= power + 1;
        }
        for (int i = 0; i < n; i++) {
            assert_true(x[i] == -x[n - 1 - i] && w[i] == w[n - 1 - i]);
            assert_true(i == 0 || x[i] > x[i - 1]);
        }
    }
}

/* ---- random streams ---- */

static void philox_gives_the_published_answers(void **state)
{
    /* Random123 1.14, tests/kat_vectors: philox4x32 10 */
    static const uint32_t known[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1}};
    uint32_t out[4];
    (void)state;
    for (int i = 0; i < 3; i++) {
        mtl__philox4x32(known[i], known[i] + 4, out);
        assert_memory_equal(out, known[i] + 6, sizeof out);
    }
#ifdef HAVE_RANDOM123
    {
        mtl__rng r;
        mtl__rng_stream(&r, 9, 9, 9, 9);
        for (int i = 0; i < 1000; i++) {
            const uint64_t a = mtl__rng_u64(&r), b = mtl__rng_u64(&r), k = mtl__rng_u64(&r);
            const uint32_t c[4] = {(uint32_t)a, (uint32_t)(a >> 32), (uint32_t)b,
                                   (uint32_t)(b >> 32)};
            const uint32_t key[2] = {(uint32_t)k, (uint32_t)(k >> 32)};
            philox4x32_ctr_t rc = {{c[0], c[1], c[2], c[3]}};
            philox4x32_key_t rk = {{key[0], key[1]}};
            rc = philox4x32(rc, rk);
            mtl__philox4x32(c, key, out);
            assert_memory_equal(out, rc.v, sizeof out);
        }
    }
#endif
}

static void xoshiro_gives_the_published_answers(void **state)
{
    /* from the reference implementation, state 1, 2, 3, 4 */
    static const uint64_t known[10] = {41943041,
                                       58720359,
                                       3588806011781223,
                                       3591011842654386,
                                       9228616714210784205U,
                                       9973669472204895162U,
                                       14011001112246962877U,
                                       12406186145184390807U,
                                       15849039046786891736U,
                                       10450023813501588000U};
    mtl__rng r = {{1, 2, 3, 4}};
    (void)state;
    for (int i = 0; i < 10; i++)
        assert_true(mtl__rng_u64(&r) == known[i]);
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void streams_differ_in_every_part_of_the_key(void **state)
{
    enum { N = 4 * 64 + 1 };
    static uint64_t words[4 * N];
    mtl__rng r, again;
    (void)state;
    for (int i = 0; i < N; i++) {
        /* the zero key, and every key with a single bit */
        uint64_t key[4] = {0, 0, 0, 0};
        if (i > 0)
            key[(i - 1) / 64] = 1ULL << (i - 1) % 64;
        mtl__rng_stream(&r, key[0], key[1], key[2], key[3]);
        mtl__rng_stream(&again, key[0], key[1], key[2], key[3]);
        assert_memory_equal(&r, &again, sizeof r);
        for (int k = 0; k < 4; k++)
            words[4 * i + k] = r.s[k];
    }
    qsort(words, 4 * N, sizeof *words, compare_u64);
    for (int i = 1; i < 4 * N; i++)
        assert_true(words[i] != words[i - 1]);
    /* (a, b) is not (b, a) */
    mtl__rng_stream(&r, 1, 2, 3, 4);
    mtl__rng_stream(&again, 1, 3, 2, 4);
    assert_true(r.s[0] != again.s[0]);
    mtl__rng_stream(&again, 4, 2, 3, 1);
    assert_true(r.s[0] != again.s[0]);
}

static void uniforms_stay_inside(void **state)
{
    mtl__rng zero = {{0, 0, 0, 0}}, ones = {{0, 0, 0, ~0ULL}}, r;
    int seen[7] = {0};
    (void)state;
    assert_true(mtl__rng_unit(&zero) > 0.0);
    ones.s[0] = 0; /* s0 + s3 = 2^64 - 1, rotated: all ones */
    assert_true(mtl__rng_unit(&ones) < 1.0);
    mtl__rng_stream(&r, 5, 0, 0, 0);
    for (int i = 0; i < 1000; i++) {
        const double u = mtl__rng_unit(&r);
        assert_true(u > 0.0 && u < 1.0);
        seen[mtl__rng_below(&r, 7)]++;
        assert_int_equal(mtl__rng_below(&r, 1), 0);
    }
    for (int i = 0; i < 7; i++)
        assert_true(seen[i] > 80 && seen[i] < 220); /* 143 expected, sd 11 */
}

static void samplers_at_their_limits(void **state)
{
    static const double exhaust[3] = {1.0 / 3, 1.0 / 3, 1.0 / 3}, part[2] = {0.25, 0.5};
    const int64_t most = (int64_t)1 << 62;
    int64_t out[3];
    mtl__rng r;
    (void)state;
    mtl__rng_stream(&r, 6, 0, 0, 0);
    assert_true(mtl__rng_poisson(&r, 0.0) == 0 && mtl__rng_poisson(&r, NAN) == 0);
    assert_true(mtl__rng_poisson(&r, 1e300) == most && mtl__rng_poisson(&r, INFINITY) == most);
    assert_true(mtl__rng_poisson(&r, 1e-320) == 0);
    assert_true(mtl__rng_binomial(&r, 0, 0.5) == 0 && mtl__rng_binomial(&r, -3, 0.5) == 0);
    assert_true(mtl__rng_binomial(&r, 10, 0.0) == 0 && mtl__rng_binomial(&r, 10, NAN) == 0);
    assert_true(mtl__rng_binomial(&r, 10, 1.0) == 10 && mtl__rng_binomial(&r, most, 1.0) == most);
    assert_true(mtl__rng_binomial(&r, most, 1e-300) == 0);
    assert_true(mtl__rng_gamma(&r, 0.0) == 0.0 && isnan(mtl__rng_gamma(&r, -1.0)));
    assert_true(mtl__rng_gamma(&r, 1e300) > 1e299 && mtl__rng_gamma(&r, 1e-300) >= 0.0);
    assert_true(mtl__rng_negbin(&r, 3.0, 1.0) == 0 && mtl__rng_negbin(&r, 0.0, 0.5) == 0);
    assert_true(mtl__rng_negbin(&r, 3.0, 0.0) == most);
    for (int i = 0; i < 200; i++) {
        const int64_t huge = mtl__rng_binomial(&r, most, 0.5);
        int64_t rest;
        assert_true(huge > most / 4 && huge < most / 4 * 3);
        assert_true(mtl__rng_binomial(&r, 12, 0.9) <= 12);
        assert_true(mtl__rng_poisson(&r, 1e15) > 0);
        rest = mtl__rng_multinomial(&r, most, 3, exhaust, out);
        assert_true(rest == 0 && out[0] + out[1] + out[2] == most);
        rest = mtl__rng_multinomial(&r, 1000, 2, part, out);
        assert_true(rest > 100 && rest + out[0] + out[1] == 1000);
    }
    assert_true(mtl__rng_multinomial(&r, 0, 2, part, out) == 0 && out[0] == 0 && out[1] == 0);
    assert_true(mtl__rng_multinomial(&r, 5, 0, part, out) == 5);
}

/* Seeds are part of the interface: results must not change between versions unnoticed. */
static void draws_are_the_same_everywhere(void **state)
{
    uint64_t h = 0;
    mtl__rng r;
    (void)state;
    mtl__rng_stream(&r, 1, 2, 3, 4);
    for (int i = 0; i < 10000; i++) {
        h = h * 31 + (uint64_t)mtl__rng_poisson(&r, 0.01 * i);
        h = h * 31 + (uint64_t)mtl__rng_binomial(&r, 1 + 17 * (int64_t)i, 0.3);
        h = h * 31 + (uint64_t)mtl__rng_negbin(&r, 0.4, 1e-3);
        h = h * 31 + (uint64_t)(int64_t)(1e12 * mtl__rng_normal(&r));
        h = h * 31 + (uint64_t)(int64_t)(1e12 * mtl__rng_gamma(&r, 0.01 + 1e-3 * i));
    }
    if (h != 0x48cf1b8b41045b87ULL)
        fail_msg("hash of the draws: 0x%016llxULL", (unsigned long long)h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#if LDBL_MANT_DIG >= 64
        cmocka_unit_test(elementary_functions_are_within_two_ulp),
#endif
        cmocka_unit_test(elementary_functions_at_their_limits),
        cmocka_unit_test(reference_values_are_met),
        cmocka_unit_test(logarithms_of_factorials),
        cmocka_unit_test(angles_are_in_turns),
        cmocka_unit_test(normal_quantile_inverts),
        cmocka_unit_test(gamma_tails_agree),
        cmocka_unit_test(gamma_quantile_inverts),
        cmocka_unit_test(beta_agrees_with_closed_forms),
        cmocka_unit_test(beta_quantile_inverts),
        cmocka_unit_test(legendre_integrates_powers),
        cmocka_unit_test(hermite_integrates_moments),
        cmocka_unit_test(philox_gives_the_published_answers),
        cmocka_unit_test(xoshiro_gives_the_published_answers),
        cmocka_unit_test(streams_differ_in_every_part_of_the_key),
        cmocka_unit_test(uniforms_stay_inside),
        cmocka_unit_test(samplers_at_their_limits),
        cmocka_unit_test(draws_are_the_same_everywhere),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
