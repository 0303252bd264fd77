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

   Overdispersion. Alleles of donors who are not typed make sites vary as overdispersion does, so
   that fitting it costs information, which the expected one of means and variances leaves out.
   Where genotypes are summed over, the second derivatives of a few drawn samples at 0 and at L say
   by how much variances are larger. Draws have a stream of their own, so the limit is the same
   every time. */
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

/* The variance of the parameter by second derivatives of drawn samples, spread fitted, over that of
   the expected information; 1 where nothing is summed over, or a chain is. As many draws as make
   some thousand sites. */
enum { DRAWN_SITES = 8000, MOST_DRAWS = 16 };

static double ratio_of_variances(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                                 const double *theta, int p, double *info)
{
    double expected[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM],
        v[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM], of_draws;
    bool use[MTL__MIX_MAX_PARAM], dead[MTL__MIX_MAX_PARAM];
    const int n = m->n_param;
    for (int i = 0; i < n; i++)
        use[i] = i < m->n_people || i == m->at_hop ||
                 (theta[i] > mtl__mix_lowest(m, i) && theta[i] < mtl__mix_highest(m, i));
    mtl__mix_invert(info, n, use, v, dead);
    of_draws = dead[p] ? NAN : v[p * n + p];
    if (m->at_spread >= 0)
        use[m->at_spread] = false;
    mtl__mix_expected(m, w, d, theta, expected, NULL, NULL);
    mtl__mix_invert(expected, n, use, v, dead);
    const double ratio = dead[p] ? NAN : of_draws / v[p * n + p];
    return ratio > 0 ? mtl__min(mtl__max(ratio, 0.5), 4) : 1;
}

static int drawn_variance(const mtl__mix_limit *c, double x, double *out, mtl_error *err)
{
    double theta[MTL__MIX_MAX_PARAM], info[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM] = {0};
    mtl__mix_law alone = *c->law; /* wells have no overdispersion */
    const int n = alone.n_param;
    alone.extra = NULL;
    *out = 1;
    if (!alone.guessing || alone.chain || alone.n == 0)
        return MTL_OK;
    const int draws = (int)mtl__min(mtl__max(DRAWN_SITES / alone.n, 1), MOST_DRAWS);
    int32_t *alt = malloc((size_t)alone.n * sizeof *alt);
    double *log_choose = malloc((size_t)alone.n * sizeof *log_choose);
    theta_at(c, x, theta);
    for (int k = 0; alt && log_choose && k < draws; k++) {
        const mtl__mix_data d = {alt, log_choose};
        mtl__mix_value v;
        mtl__rng rng;
        mtl__rng_stream(&rng, 1, mtl__hash("mix.limit"), (uint64_t)k, 1);
        mtl__mix_draw(&alone, theta, &rng, alt, log_choose);
        mtl__mix_eval(&alone, c->work, &d, theta, &v);
        for (int i = 0; i < n * n; i++)
            info[i] -= v.h[i] / draws;
    }
    const bool done = alt && log_choose;
    if (done)
        *out = ratio_of_variances(&alone, c->work, c->data, theta, c->parameter, info);
    free(alt);
    free(log_choose);
    return done ? MTL_OK : mtl__nomem(err);
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

/* Currie's limit; standard errors at it are `more` times those of the expected information. */
static double currie(const mtl__mix_limit *c, double sd0, double more, at *here)
{
    const double z = mtl__norm_quantile(POWER);
    double x = (c->alarm + z) * sd0;
    for (int i = 0; i < 40 && x < 1; i++) {
        *here = look_at(c, x);
        here->sd *= more;
        const double next = c->alarm * sd0 + z * here->sd;
        const bool still = fabs(next - x) < 1e-3 * x;
        x = next;
        if (still)
            break;
    }
    return x;
}

int mtl__mix_limit_of(const mtl__mix_limit *c, double *out, mtl_error *err)
{
    const double plain = look_at(c, 0).sd;
    at here = {.sd = HUGE_VAL};
    double more0, more;
    *out = NAN;
    double x = currie(c, plain, 1, &here);
    if (!(x < 1))
        return MTL_OK;
    MTL_TRY(drawn_variance(c, 0, &more0, err));
    MTL_TRY(drawn_variance(c, x, &more, err));
    const double sd0 = plain * sqrt(more0);
    if (more0 != 1 || more != 1)
        x = currie(c, sd0, sqrt(more), &here);
    if (x < 1)
        x = raised(c, x, sd0, &here);
    if (x < 1)
        *out = x;
    return MTL_OK;
}
