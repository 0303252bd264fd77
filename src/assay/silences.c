/* SPDX-License-Identifier: MIT */
/* The chance of a negative sample as a sum of exponentials of the fraction. Where one positive unit
   is enough, a sample is negative when all units are silent, which is one exponential (of FISH and
   of reads nearly so); with more units asked for, exact inclusion and exclusion over the units that
   are not silent cancels all digits (there are thousands of units, one as rare as the next). So the
   chance, a smooth falling function of c, is fitted by exponentials with rates set apart
   geometrically, by least squares with a small penalty on the weights (Tikhonov; by Householder's
   triangular factors), because the error of the silences comes in multiplied by their sum. The
   largest misfit on a finer grid and that sum are handed back, and bound the error whatever the
   law of c. */
#include <math.h>

#include "assay/virtual.h"

enum { N_RATES = 19, N_GRID = 240, N_ROWS = N_GRID + N_RATES };
static const double penalty = 3e-9;

typedef struct problem {
    double a[N_ROWS][N_RATES], b[N_ROWS];
} problem;

/* Least squares by Householder reflections; x has N_RATES places. */
static void solve(problem *p, double *x)
{
    for (int k = 0; k < N_RATES; k++) {
        double norm = 0.0, dot_b = 0.0;
        for (int i = k; i < N_ROWS; i++)
            norm += p->a[i][k] * p->a[i][k];
        norm = p->a[k][k] > 0.0 ? -sqrt(norm) : sqrt(norm);
        const double first = p->a[k][k] - norm, half = -norm * first; /* |v|^2 / 2 */
        p->a[k][k] = first;
        for (int j = k + 1; j < N_RATES && half > 0.0; j++) {
            double dot = 0.0;
            for (int i = k; i < N_ROWS; i++)
                dot += p->a[i][k] * p->a[i][j];
            for (int i = k; i < N_ROWS; i++)
                p->a[i][j] -= dot / half * p->a[i][k];
        }
        for (int i = k; i < N_ROWS && half > 0.0; i++)
            dot_b += p->a[i][k] * p->b[i];
        for (int i = k; i < N_ROWS && half > 0.0; i++)
            p->b[i] -= dot_b / half * p->a[i][k];
        p->a[k][k] = norm;
    }
    for (int k = N_RATES - 1; k >= 0; k--) {
        double sum = p->b[k];
        for (int j = k + 1; j < N_RATES; j++)
            sum -= p->a[k][j] * x[j];
        x[k] = sum / p->a[k][k];
    }
}

static double negative(const mtl__virtual *v, double c)
{
    return 1.0 - mtl__virtual_p_positive(v, c);
}

/* Where the chance has fallen to a share of what it is at 0; at most 1. */
static double falls_to(const mtl__virtual *v, double share)
{
    const double at_zero = negative(v, 0.0);
    double low = -80.0, high = 0.0;
    if (negative(v, 1.0) > share * at_zero)
        return 1.0;
    while (high - low > 1e-3) {
        const double mid = 0.5 * (low + high);
        if (negative(v, mtl__exp(mid)) > share * at_zero)
            low = mid;
        else
            high = mid;
    }
    return mtl__exp(high);
}

/* Point i of `n`: half of them evenly up to where nothing is left, half by powers around there. */
static double grid(int i, int n, double half, double end)
{
    const int m = n / 2;
    if (i < m)
        return end * i / m;
    const double from = mtl__log(1e-3 * half), to = mtl__log(mtl__min(1.0, 40.0 * end));
    return mtl__exp(from + (to - from) * (i - m) / (n - m - 1));
}

static double misfit(const mtl__virtual *v, const mtl__silences *s, double half, double end)
{
    double worst = 0.0;
    for (int i = 0; i < 331; i++) { /* not the points of the fit */
        const double c = grid(i, 331, half, end);
        double sum = 0.0;
        for (int k = 0; k < s->n; k++)
            sum += s->weight[k] * mtl__exp(-s->genomes[k] * c);
        worst = mtl__max(worst, fabs(sum - negative(v, c)));
    }
    return worst;
}

static void one_exponential(const mtl__virtual *v, mtl__silences *out)
{
    const double zero = negative(v, 0.0),
                 rate = v->by == MTL__BY_DPCR
                            ? v->dpcr.genomes * v->dpcr.recovery * v->dpcr.fragments
                        : v->by == MTL__BY_QPCR
                            ? mtl__log(zero) -
                                  mtl__log(negative(v, 1e-9 / (v->qpcr.genomes * v->qpcr.recovery)))
                            : 0.0;
    *out = (mtl__silences){.n = 1, .genomes = {rate}, .weight = {zero}, .gain = zero};
}

int mtl__virtual_silences(const mtl__virtual *v, mtl__silences *out)
{
    double x[N_RATES];
    MTL_TRY(mtl__virtual_check(v, NULL));
    if (v->by == MTL__BY_DPCR && v->dpcr_threshold == 1) {
        one_exponential(v, out);
        return 0;
    }
    *out = (mtl__silences){.n = N_RATES};
    const double half = falls_to(v, 0.5), end = falls_to(v, 1e-9);
    problem p = {{{0.0}}, {0.0}};
    for (int k = 1; k < N_RATES; k++) /* rate 0 stands for what is never seen */
        out->genomes[k] = 0.3 / half * mtl__pow(1.3, k - 1);
    for (int i = 0; i < N_GRID; i++) {
        const double c = grid(i, N_GRID, half, end);
        p.b[i] = negative(v, c);
        for (int k = 0; k < N_RATES; k++)
            p.a[i][k] = mtl__exp(-out->genomes[k] * c);
    }
    for (int k = 0; k < N_RATES; k++)
        p.a[N_GRID + k][k] = penalty;
    solve(&p, x);
    for (int k = 0; k < N_RATES; k++) {
        out->weight[k] = x[k];
        out->gain += fabs(x[k]);
    }
    out->error = misfit(v, out, half, end);
    return 0;
}
