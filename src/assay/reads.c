/* SPDX-License-Identifier: MIT */
/* Reads at a site with two alleles. The expected share of ALT passes through what hops in from
   other samples, an allelic bias (odds) and misreading; the count is beta-binomial around it
   (Skellam 1948, in the mean-and-overdispersion form of Griffiths 1973). The logarithms of its
   rising products are sums of log(z + j s): the first few terms are multiplied out, the rest is
   Euler and Maclaurin's sum, which holds its precision when s goes to 0 and the law becomes
   binomial (differences of log-gamma do not). The derivatives by log s need no sums of their own,
   for s sum j/u = k - z sum 1/u and the like. */
#include "assay/reads.h"

#include <math.h>

/* From here on (in units of s) the first left-out term of the sums is below 2e-14. */
#define FAR 16.0
enum { FEW = 8 };

void mtl__reads_init(mtl__reads *a)
{
    *a = (mtl__reads){.depth = 30, .depth_shape = HUGE_VAL};
}

static int bad(mtl_error *err, const char *field, const char *want)
{
    return mtl__fail(err, MTL_ERR_VALUE, field, "%s", want);
}

int mtl__reads_check(const mtl__reads *a, mtl_error *err)
{
    if (!(a->depth >= 0) || !(a->depth <= 1e8))
        return bad(err, "depth", "reads per site must be between 0 and 1e8");
    if (!(a->depth_shape > 0))
        return bad(err, "depth_shape", "the shape of the depths must be above 0");
    if (!(a->error >= 0) || !(a->error < 0.5))
        return bad(err, "error", "the error of a read must be at least 0 and below 0.5");
    if (!(a->umi_floor >= 0) || !(a->umi_floor < 0.5))
        return bad(err, "umi_floor", "the error behind UMIs must be at least 0 and below 0.5");
    if (!(a->third >= 0) || !(a->third * mtl__reads_error(a) <= 1))
        return bad(err, "third", "reads of a third allele cannot be more than all");
    if (!(a->overdispersion >= 0) || !(a->overdispersion < 1))
        return bad(err, "overdispersion", "must be at least 0 and below 1");
    if (!(a->hopping >= 0) || !(a->hopping <= 1))
        return bad(err, "hopping", "must be between 0 and 1");
    return MTL_OK;
}

double mtl__reads_error(const mtl__reads *a)
{
    return a->umi_floor > 0 ? a->umi_floor : a->error;
}

double mtl__log_choose(int32_t n, int32_t k)
{
    return mtl__log_gamma(n + 1.0) - mtl__log_gamma(k + 1.0) - mtl__log_gamma(n - k + 1.0);
}

/* ---------------------------------------------------------------- sums */
/* The sums over m terms from u0 on, u0 >= FAR s. */
static void far_sum(double u0, double s, double m, mtl__rise *out)
{
    const double d = m * s, t = d / u0, u1 = u0 + d;
    const double log_ratio = mtl__log1p(t), mean = t > 1e-9 ? log_ratio / t : 1 - 0.5 * t;
    const double a = 1 / u0, b = 1 / u1, sa = s * a, sb = s * b;
    const double a2 = sa * sa, b2 = sb * sb, a4 = a2 * a2, b4 = b2 * b2;
    out->log_u += m * (mtl__log(u0) + log_ratio + mean - 1) - 0.5 * log_ratio +
                  (sb * (1.0 / 12 - b2 * (1.0 / 360 - b2 / 1260 + b4 / 1680)) -
                   sa * (1.0 / 12 - a2 * (1.0 / 360 - a2 / 1260 + a4 / 1680)));
    out->one_u += m * a * mean - 0.5 * (b - a) -
                  (b * sb * (1.0 / 12 - b2 * (1.0 / 120 - b2 / 252 + b4 / 240)) -
                   a * sa * (1.0 / 12 - a2 * (1.0 / 120 - a2 / 252 + a4 / 240)));
    out->one_u2 += m * a * b - 0.5 * (b * b - a * a) -
                   (b * b * sb * (1.0 / 6 - b2 * (1.0 / 30 - b2 / 42 + b4 / 30)) -
                    a * a * sa * (1.0 / 6 - a2 * (1.0 / 30 - a2 / 42 + a4 / 30)));
}

void mtl__rise_sum(double z, double s, int32_t k, mtl__rise *out)
{
    double product = 1, one = 0, two = 0, u = z;
    int32_t near = k;
    if (k > FEW && z >= FAR * s)
        near = 0;
    else if (k > FEW) {
        const double need = FAR - z / s;
        near = need < k ? (int32_t)need + 1 : k;
    }
    *out = (mtl__rise){0, 0, 0};
    for (int32_t j = 0; j < near; j++, u = z + j * s) {
        const double r = 1 / u;
        product *= u;
        one += r;
        two += r * r;
    }
    if (near < k)
        far_sum(z + near * s, s, (double)(k - near), out);
    out->log_u += near > 0 ? mtl__log(product) : 0;
    out->one_u += one;
    out->one_u2 += two;
}

void mtl__reads_slope(int32_t k, int32_t n, double z, double s, const mtl__rise *depth,
                      mtl__reads_slopes *out)
{
    mtl__rise a, b;
    const double y = 1 - z;
    mtl__rise_sum(z, s, k, &a);
    mtl__rise_sum(y, s, n - k, &b);
    out->l = a.log_u + b.log_u - depth->log_u;
    out->z = a.one_u - b.one_u;
    out->zz = -a.one_u2 - b.one_u2;
    if (!(s > 0)) {
        out->t = out->zt = out->tt = 0;
        return;
    }
    /* s sum j/u = k - z A, s sum j/u^2 = A - z B, s^2 sum j^2/u^2 = k - 2 z A + z^2 B. */
    const double za = z * a.one_u, yb = y * b.one_u;
    out->t = depth->one_u - za - yb;
    out->zt = -(a.one_u - z * a.one_u2) + (b.one_u - y * b.one_u2);
    out->tt = za - z * z * a.one_u2 + yb - y * y * b.one_u2 - depth->one_u + depth->one_u2;
}

double mtl__reads_loglik(int32_t alt, int32_t ref, double z, double rho)
{
    const int32_t n = alt + ref;
    mtl__rise depth;
    mtl__reads_slopes x;
    if (alt < 0 || ref < 0 || !(z >= 0 && z <= 1) || !(rho >= 0 && rho < 1))
        return NAN;
    if ((alt > 0 && z <= 0) || (ref > 0 && z >= 1))
        return -HUGE_VAL;
    if (z <= 0 || z >= 1)
        return 0;
    const double s = rho / (1 - rho);
    mtl__rise_sum(1, s, n, &depth);
    mtl__reads_slope(alt, n, z, s, &depth, &x);
    return x.l + mtl__log_choose(n, alt);
}

/* ---------------------------------------------------------------- draws */
int32_t mtl__reads_draw_alt(mtl__rng *rng, int32_t depth, double z, double rho)
{
    if (rho > 0 && z > 0 && z < 1) {
        const double size = (1 - rho) / rho;
        const double a = mtl__rng_gamma(rng, z * size), b = mtl__rng_gamma(rng, (1 - z) * size);
        /* Both vanish when rho is near 1: then all reads are of one kind. */
        z = a + b > 0 ? a / (a + b) : mtl__rng_unit(rng) < z ? 1 : 0;
    }
    return (int32_t)mtl__rng_binomial(rng, depth, z);
}

int mtl__reads_simulate(const mtl__reads *a, int n, const mtl__reads_at *at, mtl__rng *rng,
                        int32_t *ref, int32_t *alt, int32_t *other, mtl_error *err)
{
    MTL_TRY(mtl__reads_check(a, err));
    for (int i = 0; i < n; i++) {
        double mean = a->depth, e = mtl__reads_error(a);
        if (at->error && isfinite(at->error[i]))
            e = at->error[i];
        if (isfinite(a->depth_shape))
            mean *= mtl__rng_gamma(rng, a->depth_shape) / a->depth_shape;
        const double z = mtl__reads_expect(at->share[i], at->foreign ? at->foreign[i] : NAN,
                                           a->hopping, at->bias ? at->bias[i] : 1, e);
        if (!(z >= 0 && z <= 1))
            return bad(err, "share", "shares and errors must lie between 0 and 1");
        const int64_t drawn = mtl__rng_poisson(rng, mean);
        const int32_t all = drawn > INT32_MAX ? INT32_MAX : (int32_t)drawn;
        const double lost = mtl__min(a->third * e, 1);
        const int32_t third = lost > 0 ? (int32_t)mtl__rng_binomial(rng, all, lost) : 0;
        alt[i] = mtl__reads_draw_alt(rng, all - third, z, a->overdispersion);
        ref[i] = all - third - alt[i];
        if (other)
            other[i] = third;
    }
    return MTL_OK;
}
