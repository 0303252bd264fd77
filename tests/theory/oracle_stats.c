/* SPDX-License-Identifier: MIT */
/* Tests of fit for the programs of this folder; see oracle_stats.h for their levels. */
#include "oracle_stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "num/num.h"

static int verdict(const char *what, const char *kind, double got, double want, double z)
{
    const int bad = !(fabs(z) <= Z_LIMIT);
    if (bad)
        printf("# REFUTED %s: %s %.9g, expected %.9g, z = %.2f\n", what, kind, got, want, z);
    return bad;
}

static void moments(const double *x, int n, double *mean, double *m2, double *m4)
{
    *mean = *m2 = *m4 = 0.0;
    for (int i = 0; i < n; i++)
        *mean += x[i] / n;
    for (int i = 0; i < n; i++) {
        const double d = (x[i] - *mean) * (x[i] - *mean);
        *m2 += d / n;
        *m4 += d * d / n;
    }
}

int refutes_mean(const char *what, const double *x, int n, double mean)
{
    double m, m2, m4;
    moments(x, n, &m, &m2, &m4);
    const double sd = sqrt(m2 / n);
    const double slack = 1e-9 * fabs(mean);
    if (fabs(m - mean) <= slack)
        return 0;
    return verdict(what, "mean", m, mean, (m - mean) / (sd + slack));
}

int refutes_variance(const char *what, const double *x, int n, double variance)
{
    double m, m2, m4;
    moments(x, n, &m, &m2, &m4);
    const double sd = sqrt((m4 - m2 * m2) / n), slack = 1e-9 * fabs(variance);
    if (fabs(m2 - variance) <= slack)
        return 0;
    return verdict(what, "variance", m2, variance, (m2 - variance) / (sd + slack));
}

int refutes_share(const char *what, int64_t k, int64_t n, double p)
{
    const double want = p * (double)n, got = (double)k;
    /* One success more or less than expected never refutes: p may be 0 or 1 up to rounding. */
    const double sd = sqrt(want * (1.0 - p) + 0.25);
    return verdict(what, "share", got / (double)n, p, (got - want) / sd);
}

int refutes_equal(const char *what, const double *x, const double *y, int n)
{
    double mx, vx, my, vy, m4;
    moments(x, n, &mx, &vx, &m4);
    moments(y, n, &my, &vy, &m4);
    const double sd = sqrt((vx + vy) / n), slack = 1e-9 * (fabs(mx) + fabs(my));
    if (fabs(mx - my) <= slack)
        return 0;
    return verdict(what, "mean", mx, my, (mx - my) / (sd + slack));
}

int refutes_law(const char *what, const double *x, int n, const double *pmf, int m)
{
    double chi2 = 0.0, expected = 0.0, observed = 0.0, total = 0.0, last_e = 0.0, last_o = 0.0;
    int cells = 0;
    int64_t *count = calloc((size_t)m + 1, sizeof *count);
    if (!count)
        return 1;
    for (int i = 0; i < n; i++) /* cell m is all the rest */
        count[x[i] >= 0.0 && x[i] < m && x[i] == floor(x[i]) ? (int)x[i] : m]++;
    for (int k = 0; k <= m; k++) {
        const double p = k < m ? pmf[k] : fmax(0.0, 1.0 - total);
        total += p;
        expected += n * p;
        observed += (double)count[k];
        if (expected < 8.0 && k < m)
            continue;
        if (expected >= 8.0) {
            chi2 += (observed - expected) * (observed - expected) / expected;
            last_e = expected;
            last_o = observed;
            cells++;
        } else if (cells > 0) { /* what is left joins the last cell */
            chi2 -= (last_o - last_e) * (last_o - last_e) / last_e;
            last_o += observed;
            last_e += expected;
            chi2 += (last_o - last_e) * (last_o - last_e) / last_e;
        }
        expected = observed = 0.0;
    }
    free(count);
    if (cells < 2) {
        printf("# UNUSABLE %s: fewer than two cells\n", what);
        return 1;
    }
    const double p = mtl__chi2_sf(chi2, cells - 1.0);
    const int bad = !(p >= P_LIMIT);
    if (bad)
        printf("# REFUTED %s: chi-square %.2f with %d degrees, p = %.2g\n", what, chi2, cells - 1,
               p);
    return bad;
}

int refutes_value(const char *what, double got, double want, double rtol, double atol)
{
    const int bad = !(fabs(got - want) <= rtol * fabs(want) + atol);
    if (bad)
        printf("# REFUTED %s: %.15g, expected %.15g (off by %.3g)\n", what, got, want, got - want);
    return bad;
}
