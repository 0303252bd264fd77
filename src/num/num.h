/* SPDX-License-Identifier: MIT */
#ifndef MTL_NUM_H
#define MTL_NUM_H
/* Face of num/: portable elementary functions, random streams, distributions, special functions,
   quadrature. Bits do not depend on the processor: no libm symbol but what the compiler inlines
   (sqrt, floor, fabs). Base/ is its only neighbour. */
#include <stdbool.h>
#include <stdint.h>

/* ---- elementary functions, within 2 ulp, same bits everywhere ---- */
double mtl__log(double x);   /* -inf at 0, NaN below */
double mtl__exp(double x);   /* 0 below -745.2, inf above 709.8 */
double mtl__log1p(double x);
double mtl__expm1(double x);
double mtl__pow(double x, double y); /* x >= 0; exp(y log x), relative error below 1e-14 x |y log x| */
double mtl__log10(double x);
double mtl__log_gamma(double x); /* x > 0 */
double mtl__cos_2pi(double turn), mtl__sin_2pi(double turn); /* argument in whole turns */

/* ---- special functions ---- */
double mtl__norm_cdf(double z), mtl__norm_quantile(double p);
double mtl__gamma_p(double a, double x), mtl__gamma_q(double a, double x); /* regularised */
double mtl__gamma_quantile(double p, double shape);                        /* unit scale */
double mtl__beta_inc(double a, double b, double x);                        /* regularised */
double mtl__beta_quantile(double p, double a, double b);
double mtl__chi2_sf(double x, double df); /* upper tail, for tests of fit */

/* ---- quadrature ---- */
/* n-point rules, n <= 64; x and w have n places. Legendre on [0,1]; Hermite for the standard normal
   (weights sum to 1). */
void mtl__gauss_legendre(int n, double *x, double *w);
void mtl__gauss_hermite(int n, double *x, double *w);

/* ---- random streams: Philox4x32-10 keys a xoshiro256++ per stream ---- */
void mtl__philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
typedef struct mtl__rng {
    uint64_t s[4];
} mtl__rng;
/* The stream of (seed; person; replicate; source): streams are independent of order and threads. */
void mtl__rng_stream(mtl__rng *r, uint64_t seed, uint64_t person, uint64_t replicate,
                     uint64_t source);

static inline uint64_t mtl__rng_u64(mtl__rng *r)
{
    uint64_t *s = r->s;
    const uint64_t sum = s[0] + s[3];
    const uint64_t result = ((sum << 23) | (sum >> 41)) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}
/* Uniform on the open interval (0, 1). */
static inline double mtl__rng_unit(mtl__rng *r)
{
    return ((double)(mtl__rng_u64(r) >> 12) + 0.5) * 0x1.0p-52;
}
/* Uniform on 0 .. n-1, n < 2^32, by multiplication; bias below n / 2^64. */
static inline uint32_t mtl__rng_below(mtl__rng *r, uint32_t n)
{
    return (uint32_t)(((mtl__rng_u64(r) >> 32) * (uint64_t)n) >> 32);
}

double mtl__rng_exp(mtl__rng *r);                  /* mean 1 */
double mtl__rng_normal(mtl__rng *r);               /* mean 0, variance 1 */
double mtl__rng_gamma(mtl__rng *r, double shape);  /* scale 1; shape > 0, any size */
/* Exact at any size; counts above 2^62 saturate there. mean >= 0; 0 <= p <= 1. */
int64_t mtl__rng_poisson(mtl__rng *r, double mean);
int64_t mtl__rng_binomial(mtl__rng *r, int64_t n, double p);
/* Failures before `shape` successes of probability p: gamma-Poisson; mean shape (1-p)/p. */
int64_t mtl__rng_negbin(mtl__rng *r, double shape, double p);
/* out[k] cells of n to each of K classes with probabilities p (sum <= 1); returns the rest. */
int64_t mtl__rng_multinomial(mtl__rng *r, int64_t n, int k, const double *p, int64_t *out);

#endif
