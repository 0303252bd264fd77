/* SPDX-License-Identifier: MIT */
/* One sample whose reads are spread as evenly as can be over what the law lets them be. Site i
   takes its joint genotype and its number of ALT reads at two quantiles that fill the square evenly
   from site to site: the additive recurrence with the powers of 1 / 1.3247..., the real root of x^3
   = x + 1 (Roberts 2018, the sequence R2). Sums over sites, as a log-likelihood, are then close to
   what is expected of a random sample. */
#include <math.h>
#include <stdlib.h>

#include "measure/mix_internal.h"

/* The number of ALT reads at quantile u: counted out where few are expected, else by the normal law
   with the same mean and variance. */
static int32_t few_at(double u, int32_t n, double z, double s)
{
    double p = mtl__exp(mtl__reads_loglik(0, n, z, s / (1 + s))), sum = p;
    int32_t k = 0;
    while (sum < u && k < n && (p > 1e-300 || k == 0)) {
        p *= (double)(n - k) / (k + 1) * (z + k * s) / (1 - z + (n - k - 1) * s);
        sum += p;
        k++;
    }
    return k;
}

static int32_t reads_at(double u, int32_t n, double z, double s)
{
    enum { FEW = 60 };
    if (n * z < FEW)
        return few_at(u, n, z, s);
    if (n * (1 - z) < FEW)
        return n - few_at(1 - u, n, 1 - z, s);
    const double rho = s / (1 + s), sd = sqrt(n * z * (1 - z) * (1 + (n - 1) * rho));
    const double k = floor(n * z + sd * mtl__norm_quantile(u) + 0.5);
    return (int32_t)mtl__min(mtl__max(k, 0), n);
}

static int genotype_at(const mtl__mix_law *m, int i, double u)
{
    const int start = m->list_start[m->list[i]], n = m->list_n[m->list[i]];
    double sum = 0;
    int e = 0;
    for (int k = 0; k < n; k++)
        sum += m->prob[start + k];
    for (u *= sum; e < n - 1; e++) {
        u -= m->prob[start + e];
        if (u < 0)
            break;
    }
    return m->pattern[start + e];
}

typedef struct place {
    double key;
    int site;
} place;

static int by_key(const void *a, const void *b)
{
    const place *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key ? 1 : -1)
                            : (x->site > y->site) - (x->site < y->site);
}

/* ALT reads expected at site i of one joint genotype. */
static double expect(const mtl__mix_law *m, const double *theta, int i, int pattern)
{
    const int8_t *g = m->genotype + (size_t)pattern * ((size_t)m->n_people + 1);
    const double hop = m->at_hop >= 0 ? theta[m->at_hop] : m->hop;
    double x = 0.5 * g[0], error = m->at_error >= 0 ? mtl__exp(theta[m->at_error]) : m->error;
    for (int a = 0; a < m->n_people; a++)
        x += 0.5 * theta[a] * (g[a + 1] - g[0]);
    if (m->site_error && !isnan(m->site_error[i]))
        error = m->site_error[i];
    return mtl__reads_expect(mtl__min(mtl__max(x, 0), 1), m->foreign ? m->foreign[i] : NAN, hop,
                             m->bias ? m->bias[i] : 1, error);
}

/* Sites in an order in which neighbours are alike: by what reads are expected there. */
static void make_order(const mtl__mix_law *m, const double *theta, place *order)
{
    for (int i = 0; i < m->n; i++) {
        const int start = m->list_start[m->list[i]], n = m->list_n[m->list[i]];
        double sum = 0, mean = 0;
        for (int e = 0; e < n; e++) {
            sum += m->prob[start + e];
            mean += m->prob[start + e] * expect(m, theta, i, m->pattern[start + e]);
        }
        order[i] = (place){mean / sum, i};
    }
    qsort(order, (size_t)m->n, sizeof *order, by_key);
}

int mtl__mix_even_sample(const mtl__mix_law *m, const double *theta, int32_t *alt,
                         double *log_choose, mtl_error *err)
{
    const double s = m->at_spread >= 0 ? mtl__exp(theta[m->at_spread]) : m->spread,
                 step[2] = {0.75487766624669276005, 0.56984029099805326591};
    double u[2] = {0.5, 0.5};
    place *order = malloc(((size_t)m->n + 1) * sizeof *order);
    if (!order)
        return mtl__nomem(err);
    make_order(m, theta, order);
    for (int k = 0; k < m->n; k++) {
        const int i = order[k].site;
        const double z = expect(m, theta, i, genotype_at(m, i, u[0]));
        alt[i] = reads_at(mtl__min(mtl__max(u[1], 1e-9), 1 - 1e-9), m->depth[i], z, s);
        log_choose[i] = mtl__log_choose(m->depth[i], alt[i]);
        for (int j = 0; j < 2; j++) {
            u[j] += step[j];
            u[j] -= floor(u[j]);
        }
    }
    free(order);
    return MTL_OK;
}
