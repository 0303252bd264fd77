/* SPDX-License-Identifier: MIT */
/* The law of the number of hit wells. A Poisson number of genomes scatters its fragments over W
   wells; fragments of one genome always come together, so wells are not independent unless a genome
   has one fragment. k named wells stay silent with probability exp(-genomes (1 - (1 -
   k/W)^fragments) - k blank), and inclusion and exclusion over k gives the law. That sum is the
   right tool where its terms are small; elsewhere it cancels to nothing (binomial coefficients of
   10^100 and alternating signs), and the same law is found by adding genome after genome: fragments
   walk up the ladder of hit wells, h -> h + 1 with probability 1 - h/W, and every number in it is
   positive. The ladder is climbed forwards for tails and backwards from h for a single probability,
   where the Poisson weights and the blanks enter in logarithms, so that no value of a likelihood
   underflows. */
#include "assay/hits.h"

#include <math.h>

void mtl__hits_of(mtl__hits *m, const mtl__qpcr *a, double c)
{
    m->wells = a->wells;
    m->genomes = a->genomes * a->recovery * c;
    m->blank = a->false_per_well;
    m->whole = (int)floor(a->fragments);
    m->part = a->fragments - m->whole;
    if (m->whole == 0) { /* a genome with a fragment or none: thinning of the Poisson genomes */
        m->genomes *= m->part;
        m->whole = 1;
        m->part = 0.0;
    }
}

double mtl__hits_inside(const mtl__hits *m, double z)
{
    double power = 1.0, square = z;
    for (int e = m->whole; e > 0; e >>= 1) {
        if (e & 1)
            power *= square;
        square *= square;
    }
    return power * (1.0 - m->part + m->part * z);
}

static double log_choose(int n, int k)
{
    return mtl__log_gamma(n + 1.0) - mtl__log_gamma(k + 1.0) - mtl__log_gamma(n - k + 1.0);
}

/* log P(h of n wells | each is hit with probability 1 - exp(-mean)). */
static double log_binomial(int n, int h, double mean)
{
    if (h == 0)
        return -mean * n;
    if (!(mean > 0.0))
        return -HUGE_VAL;
    return log_choose(n, h) + h * mtl__log(-mtl__expm1(-mean)) - mean * (n - h);
}

static bool independent(const mtl__hits *m)
{
    return (m->whole == 1 && m->part <= 0.0) || !(m->genomes > 0.0);
}

static double mean_per_well(const mtl__hits *m)
{
    return m->genomes / m->wells + m->blank;
}

/* Inclusion and exclusion over the wells among h that are silent all the same. False when the sum
   would cancel. */
static bool alternating(const mtl__hits *m, int h, double *out)
{
    const double wells = m->wells, all = mtl__hits_inside(m, h / wells);
    double sum = 1.0, size = 1.0, choose = 0.0;
    for (int j = 1; j <= h; j++) {
        choose += mtl__log((h - j + 1.0) / j);
        const double fewer = m->genomes * (all - mtl__hits_inside(m, (h - j) / wells));
        const double exponent = choose - fewer - m->blank * j;
        if (exponent > 0.5)
            return false;
        const double term = mtl__exp(exponent);
        sum += j & 1 ? -term : term;
        size += term;
    }
    if (!(sum > 0.05 * size))
        return false;
    *out = log_choose(m->wells, h) + mtl__log(sum) - m->genomes * (1.0 - all) -
           m->blank * (m->wells - h);
    return true;
}

/* One fragment before: y[k] = P(h wells in the end | k now), for k <= h, in units of h/W. */
static void fragment_back(double *y, int h, double wells)
{
    const double unit = 1.0 / h;
    for (int k = 0; k < h; k++)
        y[k] = (k * y[k] + (wells - k) * y[k + 1]) * unit;
}

/* One genome before, in units of P(a genome stays inside h named wells). */
static void genome_back(const mtl__hits *m, double *y, int h)
{
    const double wells = m->wells;
    for (int f = 0; f < m->whole; f++)
        fragment_back(y, h, wells);
    if (m->part > 0.0) {
        double more[MTL__WELLS_MAX + 1];
        for (int k = 0; k <= h; k++)
            more[k] = y[k];
        fragment_back(more, h, wells);
        const double wide = m->part * h / wells, scale = 1.0 / (1.0 - m->part + wide);
        for (int k = 0; k <= h; k++)
            y[k] = ((1.0 - m->part) * y[k] + wide * more[k]) * scale;
    }
}

/* Sums over the number of genomes, one for each number k of wells hit by blanks. Each sum keeps its
   own exponent `shift`, since Poisson weights of far-off numbers of genomes underflow. */
typedef struct ladder {
    double y[MTL__WELLS_MAX + 1], sum[MTL__WELLS_MAX + 1], shift[MTL__WELLS_MAX + 1];
} ladder;

/* Adds the terms of n genomes with log weight lw; returns the share of the last term in sum 0. */
static double ladder_add(ladder *l, int k_max, double lw, double lw_top)
{
    double at = HUGE_VAL, weight = 0.0, share = 1.0;
    for (int k = 0; k <= k_max; k++) {
        if (!(l->y[k] > 0.0))
            continue;
        if (!(l->sum[k] > 0.0))
            l->shift[k] = lw_top;
        if (l->shift[k] != at) {
            at = l->shift[k];
            weight = mtl__exp(lw - at);
        }
        const double term = l->y[k] * weight;
        l->sum[k] += term;
        if (k == 0)
            share = l->sum[0] > 0.0 ? term / l->sum[0] : 1.0;
    }
    return share;
}

static double ladder_log(const mtl__hits *m, int h)
{
    const double mean = m->genomes * mtl__hits_inside(m, (double)h / m->wells);
    if (!(mean > 0.0))
        return -HUGE_VAL;
    const double log_mean = mtl__log(mean), mode = floor(mean);
    const double lw_mode = mode * log_mean - mtl__log_gamma(mode + 1.0);
    const int k_max = m->blank > 0.0 ? h : 0; /* without blanks the climb starts at no well */
    ladder l = {.y = {0.0}};
    l.y[h] = 1.0;
    double lw = 0.0;
    for (int n = 0;; n++) {
        if (n > 0) {
            genome_back(m, l.y, h);
            lw += mtl__log(mean / n);
        }
        const double share = ladder_add(&l, k_max, lw, n < mode ? lw_mode : lw);
        if (n > mean && l.y[0] > 0.0 && share < 1e-18)
            break;
    }
    double best = -HUGE_VAL, total = 0.0;
    for (int k = 0; k <= k_max; k++) {
        if (!(l.sum[k] > 0.0))
            continue;
        l.sum[k] = mtl__log(l.sum[k]) + l.shift[k] + log_binomial(m->wells, k, m->blank);
        if (l.sum[k] > best)
            best = l.sum[k];
        l.y[k] = -1.0; /* marks a term */
    }
    for (int k = 0; k <= k_max; k++)
        if (l.y[k] < 0.0)
            total += mtl__exp(l.sum[k] - best);
    return best + mtl__log(total) - m->genomes;
}

double mtl__hits_log(const mtl__hits *m, int h)
{
    double out;
    if (h < 0 || h > m->wells || !(m->genomes >= 0.0))
        return -HUGE_VAL;
    if (h == 0)
        return -m->genomes - m->blank * m->wells;
    if (independent(m))
        return log_binomial(m->wells, h, mean_per_well(m));
    if (alternating(m, h, &out))
        return out;
    return ladder_log(m, h);
}

/* Tails of wells that are independent of each other. */
static void binomial_tail(int wells, double mean, int k, double *below, double *atleast)
{
    *below = *atleast = 0.0;
    for (int h = 0; h < k; h++)
        *below += mtl__exp(log_binomial(wells, h, mean));
    for (int h = k; h <= wells; h++)
        *atleast += mtl__exp(log_binomial(wells, h, mean));
}

/* The ladder below rung k; who passes it stays in `above`. */
static void fragment_on(double *v, int k, double wells, double *above)
{
    /* cppcheck-suppress uninitvar; k is at least 2, so that v[k - 1] is set */
    *above += v[k - 1] * (wells - (k - 1)) / wells;
    for (int h = k - 1; h > 0; h--)
        v[h] = (v[h] * h + v[h - 1] * (wells - (h - 1))) / wells;
    v[0] = 0.0;
}

static void genome_on(const mtl__hits *m, double *v, int k, double *above)
{
    for (int f = 0; f < m->whole; f++)
        fragment_on(v, k, m->wells, above);
    if (m->part > 0.0) {
        double more[MTL__WELLS_MAX + 1], above_more = *above;
        for (int h = 0; h < k; h++)
            more[h] = v[h];
        fragment_on(more, k, m->wells, &above_more);
        for (int h = 0; h < k; h++)
            v[h] += m->part * (more[h] - v[h]);
        *above += m->part * (above_more - *above);
    }
}

void mtl__hits_tail(const mtl__hits *m, int k, double *below, double *atleast)
{
    *below = k > 0 ? 1.0 : 0.0;
    *atleast = 1.0 - *below;
    if (k <= 0 || k > m->wells)
        return;
    if (independent(m)) {
        binomial_tail(m->wells, mean_per_well(m), k, below, atleast);
        return;
    }
    if (k == 1) {
        *below = mtl__exp(mtl__hits_log(m, 0));
        *atleast = -mtl__expm1(mtl__hits_log(m, 0));
        return;
    }
    const double mean = m->genomes, log_mean = mtl__log(mean);
    double v[MTL__WELLS_MAX + 1], above, stays, low = 0.0, high = 0.0;
    binomial_tail(m->wells, m->blank, k, &stays, &above);
    for (int h = 0; h < k; h++)
        v[h] = mtl__exp(log_binomial(m->wells, h, m->blank));
    for (int n = 0;; n++) {
        if (n > 0)
            genome_on(m, v, k, &above);
        const double weight = mtl__exp(n * log_mean - mean - mtl__log_gamma(n + 1.0));
        stays = 0.0;
        for (int h = 0; h < k; h++)
            stays += v[h];
        low += weight * stays;
        high += weight * above;
        if (stays < 1e-40) { /* every further genome finds rung k passed */
            high += mtl__gamma_p(n + 1.0, mean);
            break;
        }
        if (n > mean && n * (m->whole + 1.0) >= k && weight * stays <= 1e-18 * low &&
            weight * above <= 1e-18 * high)
            break;
    }
    *below = low;
    *atleast = high;
}
