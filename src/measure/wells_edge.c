/* SPDX-License-Identifier: MIT */
/* What an estimate of greatest likelihood errs by on average, and what is taken off for it. Both
   concern the estimate alone: intervals and limits are those of the likelihood as it stands.

   Blanks. Their predictive law has the mean of Jeffreys' posterior, (h + 1/2) / (n + 1) for h hits
   in n blank wells, which is half a hit too many; `excess` is by how many fragments that is above
   the plain rate of the blanks, -ln(1 - h / n), in all wells. Of N fragments with u of them
   donors', the likelihood takes off E[B | N], which lies between the mode of B (0, where blanks are
   few) and its mean: the nearer to the mean the wider the law of the donors' fragments, of variance
   u, is beside that of B. So what is taken off too much is excess u / (u + var B), and the estimate
   is where the likelihood is greatest with its mean moved by so much.

   Edges. Were fractions free to fall below 0, estimates would be unbiased to first order, (a, b)
   normal with covariance V. Maximum likelihood keeps b at 0 where it would be less, and then gives
   a the value a - (V_ab / V_bb) b; two donors on one target have V_ab < 0, so a is pulled down by
   what chance took from b. The mean of that is (V_ab / V_bb) s_b psi(mean of b / s_b) with

     psi(d) = phi(d) - d Phi(-d),   s_b^2 = V_bb

   The estimate of b is too high by s_b psi itself, so d is where d + psi(d) is the estimate in
   units of s_b, or 0. That is the bias correction of first order [Cox and Snell 1968] carried over
   to a bound. Donors on their edges are taken one by one. */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

enum { N = MTL__SETS_MAX };

static double psi(double d)
{
    return mtl__exp(-0.5 * d * d) * 0.39894228040143267794 - d * mtl__norm_cdf(-d);
}

/* d with d + psi(d) = x, or 0 where that is more than x: the left side rises by Phi(d). */
static double before_edge(double x)
{
    double d = mtl__max(x, 0.0);
    for (int i = 0; i < 60 && d > 0.0; i++) {
        const double step = (d + psi(d) - x) / mtl__norm_cdf(d);
        d = mtl__max(d - step, 0.0);
        if (fabs(step) < 1e-9)
            break;
    }
    return d;
}

/* Second derivatives of the log likelihood by differences of about a tenth of what chance moves,
   around `at`; false if the hill is not one there. */
static bool bend(const mtl__joint *j, const mtl__config *k, const double *at, const double *step,
                 const int *in, int n, double *info)
{
    double c[N];
    for (int a = 0; a < n; a++)
        for (int b = 0; b <= a; b++) {
            double sum = 0.0;
            for (int s = 0; s < 4; s++) {
                memcpy(c, at, (size_t)j->n_sets * sizeof *c);
                c[in[a]] += (s & 1 ? 0.5 : -0.5) * step[in[a]];
                c[in[b]] += (s & 2 ? 0.5 : -0.5) * step[in[b]];
                sum += ((s == 0) || (s == 3) ? 1.0 : -1.0) * mtl__joint_log(j, k, c);
            }
            info[a * n + b] = info[b * n + a] = -sum / (step[in[a]] * step[in[b]]);
            if (!isfinite(sum))
                return false;
        }
    return true;
}

double mtl__plain_mean(const mtl__evidence *e, double u)
{
    const double mean = mtl__background_mean(&e->background) * (double)e->places;
    const double var = mean > 0.0 ? mean * (1.0 + (double)e->places / e->background.rate) : 0.0;
    return u > 0.0 ? mtl__max(u - e->excess * u / (u + var), 0.0) : 0.0;
}

void mtl__plain_estimate(const mtl__joint *j, const mtl__config *k, double *c)
{
    mtl__joint plain = *j;
    double held[N];
    plain.plain = true;
    const double top = mtl__joint_best(&plain, k, -1, c);
    for (int s = 0; s < j->n_sets; s++) { /* the climb may have stopped short of 0 */
        memcpy(held, c, sizeof held);
        held[s] = 0.0;
        if (c[s] > 0.0 && mtl__joint_log(&plain, k, held) >= top - 1e-7)
            c[s] = 0.0;
    }
}

double mtl__edge_bias(const mtl__joint *from, const mtl__config *k, int set, const double *estimate)
{
    mtl__joint plain = *from;
    const mtl__joint *j = &plain;
    double at[N], step[N], info[N * N], v[N * N], bias = 0.0;
    int in[N], n = 0, own = -1;
    plain.plain = true;
    for (int s = 0; s < j->n_sets; s++) {
        const double yield = mtl__joint_yield(j, k, s);
        at[s] = estimate[s];
        if (!(yield > 0.0))
            continue;
        /* Differences reach a step to both sides, which is not below 0. */
        step[s] = 0.1 * (1.0 + sqrt(estimate[s] * yield)) / yield;
        at[s] = mtl__max(estimate[s], step[s]);
        own = s == set ? n : own;
        in[n++] = s;
    }
    if (n < 2 || own < 0 || !bend(j, k, at, step, in, n, info) || !mtl__invert(n, info, v))
        return 0.0;
    for (int b = 0; b < n; b++) {
        const double sd = sqrt(v[b * n + b]);
        if (b != own && sd > 0.0)
            bias += v[own * n + b] / sd * psi(before_edge(estimate[in[b]] / sd));
    }
    return bias;
}
