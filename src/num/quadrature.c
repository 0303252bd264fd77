/* SPDX-License-Identifier: MIT */
/*
 * Gauss rules as eigenvalues of the Jacobi matrix of the orthonormal polynomials (Golub and Welsch
 * 1969). The eigenvalues are isolated by bisection with Sturm counts, which cannot miss one, and
 * the weights are 1 / sum_j p_j(x)^2. Both rules are symmetric, so the diagonal is zero.
 */
#include <math.h>

#include "num/num.h"

enum { MAX_N = 64 };

/* Number of eigenvalues below x of the matrix with off-diagonal b[1] .. b[n-1]. */
static int count_below(int n, const double *b, double x)
{
    double q = -x;
    int count = q < 0.0;
    for (int i = 1; i < n; i++) {
        q = -x - b[i] * b[i] / (fabs(q) > 1e-300 ? q : 1e-300);
        count += q < 0.0;
    }
    return count;
}

/* Eigenvalue number i, from 0; all lie in (-bound, bound). */
static double eigenvalue(int n, const double *b, int i, double bound)
{
    double lo = -bound, hi = bound;
    for (;;) {
        const double x = 0.5 * (lo + hi);
        if (!(x > lo && x < hi) || hi - lo < 1e-18)
            return x;
        if (count_below(n, b, x) > i)
            hi = x;
        else
            lo = x;
    }
}

static double weight(int n, const double *b, double x)
{
    double before = 0.0, now = 1.0, sum = 1.0;
    for (int j = 1; j < n; j++) {
        const double next = (x * now - (j > 1 ? b[j - 1] * before : 0.0)) / b[j];
        before = now;
        now = next;
        sum += now * now;
    }
    return 1.0 / sum;
}

/* Nodes and weights of a symmetric rule; weights sum to 1. */
static void symmetric_rule(int n, const double *b, double bound, double *x, double *w)
{
    double total = 0.0;
    for (int i = 0; i < (n + 1) / 2; i++) {
        const double node = 2 * i + 1 == n ? 0.0 : -fabs(eigenvalue(n, b, i, bound));
        x[i] = node;
        x[n - 1 - i] = -node;
        w[i] = w[n - 1 - i] = weight(n, b, node);
    }
    for (int i = 0; i < n; i++)
        total += w[i];
    for (int i = 0; i < n; i++)
        w[i] /= total;
}

void mtl__gauss_legendre(int n, double *x, double *w)
{
    double b[MAX_N + 1] = {0};
    n = n < MAX_N ? n : MAX_N;
    for (int i = 1; i < n; i++)
        b[i] = i / sqrt(4.0 * i * i - 1.0);
    symmetric_rule(n, b, 1.0, x, w);
    for (int i = 0; i < n; i++)
        x[i] = 0.5 + 0.5 * x[i];
}

void mtl__gauss_hermite(int n, double *x, double *w)
{
    double b[MAX_N + 1] = {0};
    n = n < MAX_N ? n : MAX_N;
    for (int i = 1; i < n; i++)
        b[i] = sqrt((double)i);
    symmetric_rule(n, b, 2.0 * sqrt((double)n) + 1.0, x, w);
}
