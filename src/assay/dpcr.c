/* SPDX-License-Identifier: MIT */
/* Digital PCR as a law of counting: a partition is positive with probability 1 - exp(-rate), the
   number of positives is binomial, and rate = -ln(1 - k/n) [Dube2008]. Two targets in one partition
   are independent unless some fragments carry both; then P(neither) = exp(-(first + second +
   linked)), P(no first) = exp(-(first + linked)), P(no second) = exp(-(second + linked)), and the
   saturated fit is linked = ln(P(neither) / (P(no first) P(no second))), the linkage that droplet
   readers print. The likelihood of the marginal counts does not depend on linkage. */
#include "assay/dpcr.h"

#include <math.h>

static int bad(mtl_error *err, const char *field, double value, const char *want)
{
    return mtl__fail(err, MTL_ERR_VALUE, field, "%s is %g; it must be %s", field, value, want);
}

int mtl__dpcr_check(const mtl__dpcr *a, mtl_error *err)
{
    if (!(a->genomes > 0.0 && a->genomes <= 1e12))
        return bad(err, "genomes", a->genomes, "above 0 and at most 1e12");
    if (a->partitions < 1 || a->partitions > (int64_t)1 << 40)
        return bad(err, "partitions", (double)a->partitions, "from 1 to 2^40");
    if (!(a->fragments > 0.0 && a->fragments <= 1000.0))
        return bad(err, "fragments", a->fragments, "above 0 and at most 1000");
    if (!(a->recovery > 0.0 && a->recovery <= 1.0))
        return bad(err, "recovery", a->recovery, "above 0 and at most 1");
    if (!(a->false_per_partition >= 0.0 && a->false_per_partition <= 1.0))
        return bad(err, "false_per_partition", a->false_per_partition, "from 0 to 1");
    return 0;
}

static double rate_of(const mtl__dpcr *a, double alleles)
{
    return a->genomes * a->recovery * a->fragments * alleles / (double)a->partitions +
           a->false_per_partition;
}

double mtl__dpcr_rate(const mtl__dpcr *a, const mtl__composition *c)
{
    double alleles = 0.0;
    for (int i = 0; i < c->n_donors; i++)
        alleles += c->fraction[i] * c->copies[i];
    return rate_of(a, alleles);
}

int mtl__dpcr_simulate(const mtl__dpcr *a, const mtl__composition *c, mtl__rng *rng,
                       int64_t *positive)
{
    double sum = 0.0;
    MTL_TRY(mtl__dpcr_check(a, NULL));
    for (int i = 0; i < c->n_donors; i++) {
        sum += c->fraction[i];
        if (!(c->fraction[i] >= 0.0) || c->copies[i] < 0 || c->copies[i] > 1000)
            return MTL_ERR_VALUE;
    }
    if (!(sum <= 1.0 + 1e-9))
        return MTL_ERR_VALUE;
    *positive = mtl__rng_binomial(rng, a->partitions, -mtl__expm1(-mtl__dpcr_rate(a, c)));
    return 0;
}

/* k of n positive at this rate, without the binomial coefficient. */
static double part_log(double k, double n, double rate)
{
    if (k > 0.0 && !(rate > 0.0))
        return -HUGE_VAL;
    return (k > 0.0 ? k * mtl__log(-mtl__expm1(-rate)) : 0.0) - (n - k) * rate;
}

double mtl__dpcr_loglik(const mtl__dpcr *a, int64_t positive, double c)
{
    const double n = (double)a->partitions, k = (double)positive;
    if (!(c >= 0.0 && isfinite(c)) || positive < 0 || positive > a->partitions)
        return -HUGE_VAL;
    return mtl__log_gamma(n + 1.0) - mtl__log_gamma(k + 1.0) - mtl__log_gamma(n - k + 1.0) +
           part_log(k, n, rate_of(a, c));
}

int mtl__dpcr_count(int64_t partitions, int64_t positive, double level, double *rate, double *low,
                    double *high)
{
    if (partitions < 1 || positive < 0 || positive > partitions || !(level > 0.0 && level < 1.0))
        return MTL_ERR_VALUE;
    const double n = (double)partitions, k = (double)positive, tail = 0.5 * (1.0 - level);
    *rate = k < n ? -mtl__log1p(-k / n) : HUGE_VAL;
    *low = k > 0.0 ? -mtl__log1p(-mtl__beta_quantile(tail, k, n - k + 1.0)) : 0.0;
    *high = k < n ? -mtl__log1p(-mtl__beta_quantile(1.0 - tail, k + 1.0, n - k)) : HUGE_VAL;
    return 0;
}

/* ---------------------------------------------------------------- two targets */
static void chances(const mtl__dpcr_rates *r, double p[4])
{
    const double none = mtl__exp(-(r->first + r->second + r->linked));
    p[3] = none;
    p[1] = mtl__exp(-(r->second + r->linked)) - none; /* the first alone */
    p[2] = mtl__exp(-(r->first + r->linked)) - none;
    p[0] = mtl__max(0.0, 1.0 - p[1] - p[2] - p[3]);
}

static bool sound(const mtl__dpcr_rates *r)
{
    return r->first >= 0.0 && r->second >= 0.0 && r->linked >= 0.0 && isfinite(r->first) &&
           isfinite(r->second) && isfinite(r->linked);
}

int mtl__dpcr_simulate_pair(const mtl__dpcr_rates *r, int64_t partitions, mtl__rng *rng,
                            mtl__dpcr_pair *out)
{
    double p[4];
    int64_t n[3];
    if (!sound(r) || partitions < 1)
        return MTL_ERR_VALUE;
    chances(r, p);
    out->neither = mtl__rng_multinomial(rng, partitions, 3, p, n);
    out->both = n[0];
    out->only_first = n[1];
    out->only_second = n[2];
    return 0;
}

double mtl__dpcr_loglik_pair(const mtl__dpcr_pair *c, const mtl__dpcr_rates *r)
{
    const double n[4] = {(double)c->both, (double)c->only_first, (double)c->only_second,
                         (double)c->neither};
    double p[4], sum = 0.0, all = 0.0;
    if (!sound(r))
        return -HUGE_VAL;
    chances(r, p);
    for (int i = 0; i < 4; i++) {
        if (n[i] < 0.0 || (n[i] > 0.0 && !(p[i] > 0.0)))
            return -HUGE_VAL;
        all += n[i];
        sum += (n[i] > 0.0 ? n[i] * mtl__log(p[i]) : 0.0) - mtl__log_gamma(n[i] + 1.0);
    }
    return sum + mtl__log_gamma(all + 1.0);
}

int mtl__dpcr_fit_pair(const mtl__dpcr_pair *p, mtl__dpcr_rates *out)
{
    const double none = (double)p->neither, first = (double)p->only_first,
                 second = (double)p->only_second, both = (double)p->both;
    const double n = none + first + second + both;
    if (!(none > 0.0) || first < 0.0 || second < 0.0 || both < 0.0)
        return MTL_ERR_VALUE; /* without an empty partition the rates are not bounded */
    const double no_first = (none + second) / n, no_second = (none + first) / n;
    out->linked = mtl__max(0.0, mtl__log(none / n) - mtl__log(no_first) - mtl__log(no_second));
    out->first = mtl__max(0.0, -mtl__log(no_first) - out->linked);
    out->second = mtl__max(0.0, -mtl__log(no_second) - out->linked);
    return 0;
}
