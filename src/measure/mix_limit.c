/* SPDX-License-Identifier: MIT */
/* The limit of detection of a donor in one sample: the fraction that is found (p < 5%) with 95%
   power. By Currie (1968) L = z_alarm se(0) + z_power se(L), with standard errors from the expected
   information at 0 and at L; z_alarm is Student's where p is. Two things that take power from the
   test are added to it.

   Others at 0. Where donor b's estimate would be below 0 and is kept at 0, twice the log-likelihood
   ratio of donor a falls short of that of free fractions by (b / s_b)^2: a is found where
   Z_a^2 - min(b / s_b, 0)^2 is at least z_alarm^2. With (Z_a, b / s_b) normal and correlated as the
   information says, the power at L is an integral over b, and L is raised until it is what is asked
   for. Donors who are not clearly there are taken to be away, which loses most.

   Linkage. By how much it widens variances is itself estimated from blocks, here for L and in the
   sample that is to be found for its test. With w the relative variance of such an estimate, the
   root of the likelihood ratio in a sample at L has the variance 1 + 2 mu^2 w / 4 about its mean mu
   (a root halves relative errors), and mu = z_alarm + z_power times the root of that. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/mix_internal.h"

#define POWER 0.95

typedef struct at {
    double sd;                        /* of the estimate; HUGE_VAL: nothing tells */
    double mean[MTL__MIX_MAX_PARAM];  /* of another's estimate in its standard errors, */
    double slope[MTL__MIX_MAX_PARAM]; /* and its correlation with this one's */
} at;

/* If the fraction were x and all else as fitted. */
static void theta_at(const mtl__mix_limit *c, double x, double *theta)
{
    const mtl__mix_law *m = c->law;
    const int p = c->parameter;
    double rest = 0;
    memcpy(theta, c->theta, (size_t)m->n_param * sizeof *theta);
    theta[p] = x;
    for (int i = 0; i < m->n_people; i++)
        rest += i == p ? 0 : theta[i];
    for (int i = 0; i < m->n_people && p < m->n_people && rest + x > 1; i++)
        if (i != p)
            theta[i] *= (1 - x) / rest;
}

static at look_at(const mtl__mix_limit *c, double x)
{
    double theta[MTL__MIX_MAX_PARAM], info[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM],
        v[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM];
    bool use[MTL__MIX_MAX_PARAM], dead[MTL__MIX_MAX_PARAM];
    const mtl__mix_law *m = c->law;
    const int n = m->n_param, p = c->parameter;
    at out = {.sd = HUGE_VAL};
    theta_at(c, x, theta);
    for (int i = 0; i < n; i++)
        use[i] = i != m->at_spread;
    mtl__mix_expected(m, c->work, c->data, theta, info, NULL, NULL);
    mtl__mix_invert(info, n, use, v, dead);
    if (dead[p])
        return out;
    out.sd = sqrt(v[p * n + p] * c->variance);
    for (int i = 0; i < n; i++) {
        const bool bounded = i < m->n_people || i == m->at_hop;
        if (i == p || !bounded || dead[i] || !(v[i * n + i] > 0))
            continue;
        out.mean[i] = theta[i] / sqrt(v[i * n + i]);
        out.slope[i] = v[i * n + p] / sqrt(v[i * n + i] * v[p * n + p]);
    }
    return out;
}

/* P(found) of a fraction x; sd0, sd: of its estimate at 0 and at x. */
static double power_at(const mtl__mix_limit *c, double x, double sd0, const at *here)
{
    enum { NODES = 41 };
    const double alone = mtl__norm_cdf((x - c->alarm * sd0) / here->sd);
    double power = alone;
    for (int i = 0; i < c->law->n_param; i++) {
        const double r = here->slope[i], free = sqrt(mtl__max(1 - r * r, 1e-6));
        double with = 0, sum = 0;
        if (r == 0 || here->mean[i] > 2)
            continue;
        for (int k = 0; k < NODES; k++) {
            const double b = -5 + 10.0 * k / (NODES - 1), w = mtl__exp(-0.5 * b * b),
                         low = mtl__min(b, 0), least = sd0 * sqrt(c->alarm * c->alarm + low * low);
            with += w * mtl__norm_cdf(((x - least) / here->sd + r * b) / free);
            sum += w;
        }
        power -= mtl__max(alone - with / sum, 0);
    }
    return power;
}

/* What others take, on top of Currie's limit x. */
static double raised(const mtl__mix_limit *c, double x, double sd0, const at *here)
{
    double lo = x, hi = 2 * x;
    if (power_at(c, x, sd0, here) >= POWER - 1e-6 || power_at(c, hi, sd0, here) < POWER)
        return x;
    for (int i = 0; i < 30; i++) {
        const double mid = 0.5 * (lo + hi);
        *(power_at(c, mid, sd0, here) < POWER ? &lo : &hi) = mid;
    }
    return hi;
}

static double currie(const mtl__mix_limit *c, double sd0, at *here)
{
    const double z = mtl__norm_quantile(POWER);
    double x = (c->alarm + z) * sd0;
    for (int i = 0; i < 40 && x < 1; i++) {
        *here = look_at(c, x);
        const double next = c->alarm * sd0 + z * here->sd;
        const bool still = fabs(next - x) < 1e-3 * x;
        x = next;
        if (still)
            break;
    }
    return x;
}

/* How much further the mean of the root must lie than z_alarm + z_power. */
static double for_wobble(const mtl__mix_limit *c)
{
    const double z = mtl__norm_quantile(POWER), w = mtl__min(c->wobble, 0.5);
    double mean = c->alarm + z;
    for (int i = 0; i < 50; i++)
        mean = c->alarm + z * sqrt(1 + 0.5 * mean * mean * w);
    return mean / (c->alarm + z);
}

double mtl__mix_limit_of(const mtl__mix_limit *c)
{
    const double sd0 = look_at(c, 0).sd;
    at here = {.sd = HUGE_VAL};
    double x = currie(c, sd0, &here);
    if (x < 1)
        x = raised(c, x, sd0, &here) * for_wobble(c);
    return x < 1 ? x : NAN;
}
