/* SPDX-License-Identifier: MIT */
/* The sum of reads over informative sites. Given the share x of donor genomes in the tube, the mean
   ALT share of site i is z_i = e + (1 - 2 e) x s_i (s_i: 1/2 or 1, the donor's share of the
   allele); the reads of a site are Poisson around depth times a beta variable of mean z_i and size
   S = (1 - rho)/rho. Where z_i is small, as it is here, that beta is a gamma of shape S z_i and
   scale 1/S to first order in z, a site's count negative binomial with one and the same odds
   depth/S, and the sum negative binomial with shape S sum z_i: mean and variance agree with the
   beta's to order z. With rho = 0 the sum is Poisson, exactly. The donor's genomes in the tube are
   Poisson with mean genomes x recovery x c, which is summed over. */
#include "assay/informative.h"

#include <math.h>

static int bad(mtl_error *err, const char *field, double value, const char *want)
{
    return mtl__fail(err, MTL_ERR_VALUE, field, "%s is %g; it must be %s", field, value, want);
}

int mtl__informative_check(const mtl__informative *a, mtl_error *err)
{
    if (!(a->genomes > 0.0 && a->genomes <= 1e12))
        return bad(err, "genomes", a->genomes, "above 0 and at most 1e12");
    if (!(a->recovery > 0.0 && a->recovery <= 1.0))
        return bad(err, "recovery", a->recovery, "above 0 and at most 1");
    if (a->sites < 0 || a->sites > 10000000)
        return bad(err, "sites", a->sites, "from 0 to 10 million");
    if (!(a->signal >= 0.0 && a->signal <= a->sites))
        return bad(err, "signal", a->signal, "from 0 to the number of sites");
    if (!(a->depth > 0.0 && a->depth <= 1e7))
        return bad(err, "depth", a->depth, "above 0 and at most 1e7");
    if (!(a->error >= 0.0 && a->error < 0.5))
        return bad(err, "error", a->error, "at least 0 and below 0.5");
    if (!(a->overdispersion >= 0.0 && a->overdispersion < 1.0))
        return bad(err, "overdispersion", a->overdispersion, "at least 0 and below 1");
    if (a->threshold < 1)
        return bad(err, "threshold", (double)a->threshold, "at least 1");
    return 0;
}

/* Sum of the ALT shares z over the sites. */
static double sum_of_shares(const mtl__informative *a, double x)
{
    return a->sites * a->error + (1.0 - 2.0 * a->error) * a->signal * x;
}

double mtl__informative_mean(const mtl__informative *a, double c)
{
    return a->depth * sum_of_shares(a, c);
}

/* P(at least k reads | share x in the tube). */
static double at_least_in_tube(const mtl__informative *a, int64_t k, double x)
{
    const double z = sum_of_shares(a, x);
    if (k <= 0)
        return 1.0;
    if (!(z > 0.0))
        return 0.0;
    if (!(a->overdispersion > 0.0))
        return mtl__gamma_p((double)k, a->depth * z);
    const double size = (1.0 - a->overdispersion) / a->overdispersion;
    return mtl__beta_inc((double)k, size * z, a->depth / (a->depth + size));
}

static double log_in_tube(const mtl__informative *a, double k, double x)
{
    const double z = sum_of_shares(a, x), mean = a->depth * z;
    if (!(z > 0.0))
        return k > 0.0 ? -HUGE_VAL : 0.0;
    if (!(a->overdispersion > 0.0))
        return k * mtl__log(mean) - mean - mtl__log_gamma(k + 1.0);
    const double size = (1.0 - a->overdispersion) / a->overdispersion, shape = size * z;
    return mtl__log_gamma(k + shape) - mtl__log_gamma(shape) - mtl__log_gamma(k + 1.0) -
           shape * mtl__log1p(a->depth / size) + k * mtl__log(a->depth / (a->depth + size));
}

/* Mean of f over the Poisson number of donor genomes in the tube. Beyond 100 of them not every
   number is looked at but every step-th, with the weights of the law brought to sum 1: f is smooth
   over a twelfth of a standard deviation. */
typedef double (*of_tube)(const mtl__informative *a, double k, double x);
static double over_tubes(const mtl__informative *a, double k, double c, of_tube f)
{
    const double all = a->genomes * a->recovery, mean = all * c, sd = sqrt(mean);
    if (!(mean > 0.0))
        return f(a, k, 0.0);
    const double step = mtl__max(1.0, floor(sd / 12.0));
    double sum = 0.0, weights = 0.0, n = mtl__max(0.0, floor(mean - 9.0 * sd));
    for (; n <= mean + 9.0 * sd + 12.0; n += step) {
        const double w = mtl__exp(n * mtl__log(mean) - mean - mtl__log_gamma(n + 1.0));
        if (w < 1e-18)
            continue;
        sum += w * f(a, k, mtl__min(n / all, 1.0));
        weights += w;
    }
    return sum / weights;
}

static double tail_in_tube(const mtl__informative *a, double k, double x)
{
    return at_least_in_tube(a, (int64_t)k, x);
}

double mtl__informative_at_least(const mtl__informative *a, int64_t k, double c)
{
    if (!(c >= 0.0 && isfinite(c)))
        return (double)NAN;
    if (k <= 0)
        return 1.0;
    return over_tubes(a, (double)k, mtl__min(c, 1.0), tail_in_tube);
}

static double chance_in_tube(const mtl__informative *a, double k, double x)
{
    return mtl__exp(log_in_tube(a, k, x));
}

double mtl__informative_loglik(const mtl__informative *a, int64_t reads, double c)
{
    if (!(c >= 0.0 && isfinite(c)) || reads < 0)
        return -HUGE_VAL;
    return mtl__log(over_tubes(a, (double)reads, mtl__min(c, 1.0), chance_in_tube));
}

int64_t mtl__informative_rule(const mtl__informative *a, double alarm)
{
    int64_t low = 0, high = 1; /* P(at least low) > alarm >= P(at least high) */
    while (at_least_in_tube(a, high, 0.0) > alarm && high < (int64_t)1 << 40) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        const int64_t mid = low + (high - low) / 2;
        if (at_least_in_tube(a, mid, 0.0) > alarm)
            low = mid;
        else
            high = mid;
    }
    return high;
}

double mtl__informative_tube(const mtl__informative *a, double share, mtl__rng *rng)
{
    const double all = a->genomes * a->recovery;
    return mtl__min((double)mtl__rng_poisson(rng, all * share) / all, 1.0);
}

int mtl__informative_simulate(const mtl__informative *a, const mtl__composition *c,
                              const double *weight, mtl__rng *rng, int64_t *reads)
{
    double sum = 0.0, x = 0.0;
    MTL_TRY(mtl__informative_check(a, NULL));
    for (int i = 0; i < c->n_donors; i++) {
        if (!(c->fraction[i] >= 0.0) || c->copies[i] < 0)
            return MTL_ERR_VALUE;
        sum += c->fraction[i];
        if (c->copies[i] > 0)
            x += mtl__informative_tube(a, mtl__min(c->fraction[i], 1.0), rng) *
                 (weight ? weight[i] : 1.0);
    }
    if (!(sum <= 1.0 + 1e-9))
        return MTL_ERR_VALUE;
    const double z = sum_of_shares(a, x);
    double mean = a->depth * z;
    if (a->overdispersion > 0.0 && z > 0.0) {
        const double size = (1.0 - a->overdispersion) / a->overdispersion;
        mean = a->depth * mtl__rng_gamma(rng, size * z) / size;
    }
    *reads = mtl__rng_poisson(rng, mean);
    return 0;
}
