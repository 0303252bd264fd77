/* SPDX-License-Identifier: MIT */
#ifndef MTL_READS_H
#define MTL_READS_H
/* Sequencing reads at a site with two alleles: simulate() beside loglik(). Knows shares of alleles,
   not whose they are. */
#include "base/base.h"
#include "num/num.h"

/* A run of a sequencer. */
typedef struct mtl__reads {
    double depth;       /* mean reads per site */
    double depth_shape; /* of the gamma law of depth over sites; HUGE_VAL = Poisson depths */
    double error;       /* chance that a base is read as the other allele, [0, 0.5) */
    double third;       /* third-allele reads per read of the wrong one of the two; 2 if all
                           wrong bases are alike, 0 = none are drawn */
    double umi_floor;   /* > 0: reads are consensus of molecules (UMI), and this is the error that
                           no consensus removes; takes the place of `error` */
    double overdispersion; /* rho of the beta-binomial, [0, 1) */
    double hopping;        /* share of reads that come from the other samples of the run */
} mtl__reads;
void mtl__reads_init(mtl__reads *a); /* 30 reads a site, no error, no spread */
int mtl__reads_check(const mtl__reads *a, mtl_error *err);
double mtl__reads_error(const mtl__reads *a);

/* What each site brings; NULL = none. */
typedef struct mtl__reads_at {
    const double *share;   /* [n] ALT share of the alleles in the tube */
    const double *foreign; /* [n] ALT share of the other samples; NaN = not known, nothing hops */
    const double *bias;    /* [n] odds of ALT against REF reads from a heterozygote; 1 */
    const double *error;   /* [n] in place of that of the run; NaN = that of the run */
} mtl__reads_at;
/* The share of ALT reads that is expected: what hops in, what is caught, what is misread, in this
   order. */
static inline double mtl__reads_expect(double share, double foreign, double hopping, double bias,
                                       double error)
{
    if (hopping > 0 && foreign == foreign)
        share += hopping * (foreign - share);
    const double caught = bias * share / (1 + (bias - 1) * share);
    return error + (1 - 2 * error) * caught;
}
/* log P(alt of alt + ref reads | ALT expected z, overdispersion rho); beta-binomial. */
double mtl__reads_loglik(int32_t alt, int32_t ref, double z, double rho);
/* Draws n sites. `other` may be NULL: the same reads are drawn either way. */
int mtl__reads_simulate(const mtl__reads *a, int n, const mtl__reads_at *at, mtl__rng *rng,
                        int32_t *ref, int32_t *alt, int32_t *other, mtl_error *err);
int32_t mtl__reads_draw_alt(mtl__rng *rng, int32_t depth, double z, double rho);
double mtl__log_choose(int32_t n, int32_t k);

/* ---------------------------------------------------------------- for fits
   With s = rho / (1 - rho) the law of k ALT reads of n is
     choose(n, k) prod_{j<k} (z + j s) prod_{j<n-k} (1 - z + j s) / prod_{j<n} (1 + j s),
   which is the binomial at s = 0. */
/* Sums over j = 0 .. k-1 with u = z + j s; z > 0, s >= 0. */
typedef struct mtl__rise {
    double log_u, one_u, one_u2; /* log u; 1/u; 1/u^2 */
} mtl__rise;
void mtl__rise_sum(double z, double s, int32_t k, mtl__rise *out);
/* The logarithm without choose(n, k), and its derivatives by z and by t = log s (0 at s = 0). */
typedef struct mtl__reads_slopes {
    double l, z, zz, t, zt, tt;
} mtl__reads_slopes;
/* `depth` = mtl__rise_sum(1, s, n): it depends on neither z nor k. */
void mtl__reads_slope(int32_t k, int32_t n, double z, double s, const mtl__rise *depth,
                      mtl__reads_slopes *out);

#endif
