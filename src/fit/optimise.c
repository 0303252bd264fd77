/* SPDX-License-Identifier: MIT */
/* A minimiser for smooth functions of a few dozen variables within bounds, without random numbers
   and without libm: damped BFGS (Nocedal and Wright, Numerical Optimization, procedure 18.2) with
   central differences, a limit on the step, and variables held while the slope presses them against
   a bound. Own code, not nlopt: a fit must give the same bits on every processor, which a library
   built on libm does not promise, and what is minimised is smooth, so that derivatives serve better
   than a simplex. Also second derivatives, eigenvalues (Jacobi), and the solution of small
   symmetric systems.
 */
#include <math.h>
#include <string.h>

#include "fit/fit.h"

#define STEP 2e-4      /* of central differences, natural logarithms */
#define MAX_MOVE 1.0   /* in one iteration */
#define GAIN 1e-7      /* expected gain below which it is done */
#define MAX_SHIFT 1e30 /* more does not help: something is no number */
enum { MAX_ITERATIONS = 200, N = MTL__MIN_MAX };

/* ---------------------------------------------------------------- linear algebra */
/* Cholesky of the free part with `shift` on the diagonal; false if not positive definite. */
static bool factorise(int n, const bool *held, const double *a, double shift, double *l)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = held[i] || held[j] ? (double)(i == j) : a[i * n + j];
            if (i == j && !held[i])
                sum += shift;
            for (int k = 0; k < j; k++)
                sum -= l[i * n + k] * l[j * n + k];
            if (i == j && !(sum > 1e-12))
                return false;
            l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        }
    return true;
}

bool mtl__solve_free(int n, const bool *held, const double *a, const double *b, double *x)
{
    double l[N * N] = {0}, shift = 0.0;
    while (!factorise(n, held, a, shift, l)) {
        shift = shift > 0.0 ? 4.0 * shift : 1e-3;
        if (shift > MAX_SHIFT) {
            memset(x, 0, (size_t)n * sizeof *x);
            return false;
        }
    }
    for (int i = 0; i < n; i++) {
        double sum = held[i] ? 0.0 : b[i];
        for (int k = 0; k < i; k++)
            sum -= l[i * n + k] * x[k];
        x[i] = sum / l[i * n + i];
    }
    for (int left = n; left > 0; left--) {
        const int i = left - 1;
        double sum = x[i];
        for (int k = i + 1; k < n; k++)
            sum -= l[k * n + i] * x[k];
        x[i] = sum / l[i * n + i];
    }
    for (int i = 0; i < n; i++)
        if (held[i])
            x[i] = 0.0;
    return true;
}

/* One Jacobi rotation that clears a[p][q]. */
static void rotate(int n, double *a, double *v, int p, int q)
{
    const double apq = a[p * n + q];
    const double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    const double t = (theta >= 0.0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
    const double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
    for (int k = 0; k < n; k++) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (int k = 0; k < n; k++) {
        const double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
        const double vx = v[p * n + k], vy = v[q * n + k];
        v[p * n + k] = c * vx - s * vy;
        v[q * n + k] = s * vx + c * vy;
    }
}

static void sort_eigen(int n, double *value, double *v)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && value[j] < value[j - 1]; j--) {
            const double x = value[j];
            value[j] = value[j - 1];
            value[j - 1] = x;
            for (int k = 0; k < n; k++) {
                const double y = v[j * n + k];
                v[j * n + k] = v[(j - 1) * n + k];
                v[(j - 1) * n + k] = y;
            }
        }
}

void mtl__eigen(int n, const double *matrix, double *value, double *v)
{
    double a[N * N] = {0};
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            a[i * n + j] = matrix[i * n + j];
            v[i * n + j] = i == j;
        }
    for (int sweep = 0; sweep < 60; sweep++) {
        double off = 0.0, on = 0.0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                *(i == j ? &on : &off) += a[i * n + j] * a[i * n + j];
        if (!(off > 1e-24 * on))
            break;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (fabs(a[p * n + q]) > 0.0)
                    rotate(n, a, v, p, q);
    }
    for (int i = 0; i < n; i++)
        value[i] = a[i * n + i];
    sort_eigen(n, value, v);
}

/* ---------------------------------------------------------------- derivatives */
static void slopes(mtl__objective fn, void *ctx, int n, const bool *fixed, const double *x,
                   double h, double at, double *g, double *curvature)
{
    double y[N];
    memcpy(y, x, (size_t)n * sizeof *y);
    for (int i = 0; i < n; i++) {
        g[i] = 0.0;
        if (curvature)
            curvature[i] = 1.0;
        if (fixed && fixed[i])
            continue;
        y[i] = x[i] + h;
        const double up = fn(ctx, y);
        y[i] = x[i] - h;
        const double down = fn(ctx, y);
        y[i] = x[i];
        g[i] = (up - down) / (2.0 * h);
        if (curvature)
            curvature[i] = (up - 2.0 * at + down) / (h * h);
    }
}

void mtl__second_derivatives(mtl__objective fn, void *ctx, int n, const bool *fixed, double h,
                             const double *x, double *out)
{
    double y[N], up[N], down[N];
    memcpy(y, x, (size_t)n * sizeof *y);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++)
            out[i * n + j] = 0.0;
        if (fixed && fixed[i])
            continue;
        y[i] = x[i] + h;
        slopes(fn, ctx, n, fixed, y, STEP, 0.0, up, NULL);
        y[i] = x[i] - h;
        slopes(fn, ctx, n, fixed, y, STEP, 0.0, down, NULL);
        y[i] = x[i];
        for (int j = 0; j < n; j++)
            out[i * n + j] = (up[j] - down[j]) / (2.0 * h);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            out[i * n + j] = out[j * n + i] = 0.5 * (out[i * n + j] + out[j * n + i]);
}

/* ---------------------------------------------------------------- quasi-Newton */
/* Powell's damping keeps the matrix positive definite. */
static void update(int n, const double *step, const double *change, double *b)
{
    double bs[N], sbs = 0.0, sy = 0.0, sr = 0.0, r[N];
    for (int i = 0; i < n; i++) {
        bs[i] = 0.0;
        for (int j = 0; j < n; j++)
            bs[i] += b[i * n + j] * step[j];
    }
    for (int i = 0; i < n; i++) {
        sbs += step[i] * bs[i];
        sy += step[i] * change[i];
    }
    if (!(sbs > 0.0))
        return;
    const double theta = sy >= 0.2 * sbs ? 1.0 : 0.8 * sbs / (sbs - sy);
    for (int i = 0; i < n; i++) {
        r[i] = theta * change[i] + (1.0 - theta) * bs[i];
        sr += step[i] * r[i];
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            b[i * n + j] += r[i] * r[j] / sr - bs[i] * bs[j] / sbs;
}

typedef struct search {
    mtl__objective fn;
    void *ctx;
    int n;
    const bool *fixed;
    const double *lo, *hi;
    double f, g[N], b[N * N], d[N];
    bool held[N];
} search;

static double inside(const search *s, int i, double x)
{
    return x < s->lo[i] ? s->lo[i] : x > s->hi[i] ? s->hi[i] : x;
}

/* Direction, no longer than MAX_MOVE in any variable; returns the gain that is expected, NaN if
   there is no direction. */
static double direction(search *s, const double *x)
{
    double minus[N], longest = 0.0, slope = 0.0;
    for (int i = 0; i < s->n; i++) {
        s->held[i] = (s->fixed && s->fixed[i]) || (x[i] <= s->lo[i] && s->g[i] > 0.0) ||
                     (x[i] >= s->hi[i] && s->g[i] < 0.0);
        minus[i] = -s->g[i];
    }
    if (!mtl__solve_free(s->n, s->held, s->b, minus, s->d))
        return NAN;
    for (int i = 0; i < s->n; i++)
        longest = mtl__max(longest, fabs(s->d[i]));
    for (int i = 0; i < s->n; i++) {
        if (longest > MAX_MOVE)
            s->d[i] *= MAX_MOVE / longest;
        slope += s->g[i] * s->d[i];
    }
    return -slope;
}

/* Moves x along d to a lower value; false if there is none. */
static bool descend(search *s, double *x, double expected)
{
    double y[N];
    for (double a = 1.0; a > 1e-6; a *= 0.4) {
        for (int i = 0; i < s->n; i++)
            y[i] = s->held[i] ? x[i] : inside(s, i, x[i] + a * s->d[i]);
        const double f = s->fn(s->ctx, y);
        if (f < s->f - 1e-4 * a * expected) {
            s->f = f;
            memcpy(x, y, (size_t)s->n * sizeof *x);
            return true;
        }
    }
    return false;
}

static void start(search *s, const double *x, const double *curvature)
{
    double c[N];
    s->f = s->fn(s->ctx, x);
    slopes(s->fn, s->ctx, s->n, s->fixed, x, STEP, s->f, s->g, c);
    for (int i = 0; i < s->n; i++)
        for (int j = 0; j < s->n; j++) {
            const int at = i * s->n + j;
            s->b[at] = curvature ? curvature[at] : i != j ? 0.0 : mtl__max(c[i], 0.05);
        }
}

void mtl__minimise(mtl__objective fn, void *ctx, int n, const bool *fixed, const double *lo,
                   const double *hi, const double *curvature, double *x, mtl__minimum *out)
{
    search s = {.fn = fn, .ctx = ctx, .n = n, .fixed = fixed, .lo = lo, .hi = hi};
    *out = (mtl__minimum){.f = HUGE_VAL};
    for (int i = 0; i < n; i++)
        x[i] = inside(&s, i, x[i]);
    start(&s, x, curvature);
    for (int again = 0; out->iterations < MAX_ITERATIONS && isfinite(s.f); out->iterations++) {
        double before[N], slope[N], step[N], change[N];
        const double expected = direction(&s, x);
        if (expected < GAIN) {
            out->converged = true;
            break;
        }
        memcpy(before, x, sizeof before[0] * (size_t)n);
        memcpy(slope, s.g, sizeof slope);
        if (!descend(&s, x, expected)) {
            if (again++) /* the slope is fresh and still nothing is lower: as low as digits tell */
                break;
            start(&s, x, NULL);
            continue;
        }
        again = 0;
        slopes(fn, ctx, n, fixed, x, STEP, s.f, s.g, NULL);
        for (int i = 0; i < n; i++) {
            step[i] = x[i] - before[i];
            change[i] = s.g[i] - slope[i];
        }
        update(n, step, change, s.b);
    }
    out->f = s.f;
}
