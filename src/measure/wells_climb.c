/* SPDX-License-Identifier: MIT */
/* Numerical tools of the wells model: Newton's method uphill within bounds for a handful of
   variables, with central differences, a ridge where the hill is not concave (Levenberg), and
   variables held at a bound while the slope presses them against it; inverse by Cholesky; a
   bracketed root (Illinois); Student's t through the beta law; digamma and trigamma by recurrence
   and asymptotic series (Abramowitz and Stegun 6.3.18, 6.4.12). */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

enum { N = MTL__CLIMB_MAX, MAX_ROUNDS = 60 };

/* Lower triangle of the Cholesky factor; false if not positive definite. */
static bool factorise(int n, const double *a, double *l)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (int k = 0; k < j; k++)
                sum -= l[i * n + k] * l[j * n + k];
            if (i == j && !(sum > 0.0 && isfinite(sum)))
                return false;
            l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        }
    return true;
}

static void solve(int n, const double *l, const double *b, double *x)
{
    for (int i = 0; i < n; i++) {
        double sum = b[i];
        for (int k = 0; k < i; k++)
            sum -= l[i * n + k] * x[k];
        x[i] = sum / l[i * n + i];
    }
    for (int back = 1; back <= n; back++) {
        const int i = n - back;
        double sum = x[i];
        for (int k = i + 1; k < n; k++)
            sum -= l[k * n + i] * x[k];
        x[i] = sum / l[i * n + i];
    }
}

bool mtl__invert(int n, const double *a, double *inverse)
{
    double l[N * N], unit[N], column[N];
    if (n > N || !factorise(n, a, l))
        return false;
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < n; i++)
            unit[i] = i == j;
        solve(n, l, unit, column);
        for (int i = 0; i < n; i++)
            inverse[i * n + j] = column[i];
    }
    return true;
}

typedef struct climb {
    mtl__climb_fn f;
    void *ctx;
    int n;
    const double *lower, *upper, *scale;
    double slope[N], bend[N * N];
} climb;

/* Where the differences are taken: at x, or a step inside where x lies at a bound. */
static void centre(const climb *c, const double *x, double *at)
{
    for (int i = 0; i < c->n; i++) {
        const double h = 1e-3 * c->scale[i];
        at[i] = mtl__max(mtl__min(x[i], c->upper[i] - h), c->lower[i] + h);
    }
}

/* Slope and second derivatives by central differences. */
static void differences(climb *c, const double *x)
{
    const int n = c->n;
    double at[N] = {0.0}, y[N];
    centre(c, x, at);
    const double middle = c->f(c->ctx, at);
    for (int i = 0; i < n; i++) {
        const double hi = 1e-3 * c->scale[i];
        memcpy(y, at, (size_t)n * sizeof *y);
        y[i] = at[i] + hi;
        const double up = c->f(c->ctx, y);
        y[i] = at[i] - hi;
        const double down = c->f(c->ctx, y);
        c->slope[i] = (up - down) / (2.0 * hi);
        c->bend[i * n + i] = (up - 2.0 * middle + down) / (hi * hi);
        for (int j = 0; j < i; j++) {
            const double hj = 1e-3 * c->scale[j];
            double sum = 0.0;
            for (int s = 0; s < 4; s++) {
                memcpy(y, at, (size_t)n * sizeof *y);
                y[i] += s & 1 ? hi : -hi;
                y[j] += s & 2 ? hj : -hj;
                sum += ((s == 0) || (s == 3) ? 1.0 : -1.0) * c->f(c->ctx, y);
            }
            c->bend[i * n + j] = c->bend[j * n + i] = sum / (4.0 * hi * hj);
        }
    }
}

/* The step of free variables, with a ridge until it goes uphill. */
static bool step_of(const climb *c, const double *x, double ridge, double *step)
{
    const int n = c->n;
    double a[N * N], l[N * N], b[N];
    for (int i = 0; i < n; i++) {
        const bool held = (x[i] <= c->lower[i] && c->slope[i] <= 0.0) ||
                          (x[i] >= c->upper[i] && c->slope[i] >= 0.0);
        b[i] = held ? 0.0 : c->slope[i];
        for (int j = 0; j < n; j++)
            a[i * n + j] = held ? 0.0 : -c->bend[i * n + j];
        if (held)
            for (int j = 0; j < n; j++)
                a[j * n + i] = 0.0;
        a[i * n + i] = held ? 1.0 : a[i * n + i] + ridge / (c->scale[i] * c->scale[i]);
    }
    for (int i = 0; i < n; i++) /* a held row above may have been filled by a later free one */
        for (int j = 0; j < i; j++)
            if (a[i * n + j] == 0.0 || a[j * n + i] == 0.0)
                a[i * n + j] = a[j * n + i] = 0.0;
    if (!factorise(n, a, l))
        return false;
    solve(n, l, b, step);
    return true;
}

/* Tries x + step, halved until it is higher; true if x has moved by more than nothing. */
static bool go(const climb *c, double *x, double *height, const double *step)
{
    double y[N], longest = 1.0;
    for (int i = 0; i < c->n; i++)
        longest = mtl__max(longest, fabs(step[i]) / (3.0 * c->scale[i]));
    for (double share = 1.0 / longest; share > 1e-5 / longest; share *= 0.4) {
        for (int i = 0; i < c->n; i++)
            y[i] = mtl__max(c->lower[i], mtl__min(c->upper[i], x[i] + share * step[i]));
        const double value = c->f(c->ctx, y);
        if (value > *height) {
            *height = value;
            memcpy(x, y, (size_t)c->n * sizeof *x);
            return true;
        }
    }
    return false;
}

double mtl__climb(mtl__climb_fn f, void *ctx, int n, double *x, const double *lower,
                  const double *upper, const double *scale, double *hessian)
{
    climb c = {.f = f, .ctx = ctx, .n = n, .lower = lower, .upper = upper, .scale = scale};
    double height = f(ctx, x);
    int idle = 0;
    for (int round = 0; round < MAX_ROUNDS && idle < 2; round++) {
        double step[N];
        const double before = height;
        bool moved = false;
        differences(&c, x);
        for (double ridge = 0.0; ridge < 1e9 && !moved; ridge = ridge > 0.0 ? 30.0 * ridge : 1e-3)
            if (step_of(&c, x, ridge, step))
                moved = go(&c, x, &height, step);
        idle = !moved || height - before < 1e-7 ? idle + 1 : 0;
        if (!moved)
            break;
    }
    if (hessian) {
        differences(&c, x);
        memcpy(hessian, c.bend, (size_t)(n * n) * sizeof *hessian);
    }
    return height;
}

double mtl__cross(double (*f)(void *ctx, double x), void *ctx, double lo, double f_lo, double hi,
                  double f_hi, double tolerance)
{
    for (int i = 0; i < 100 && hi - lo > tolerance; i++) {
        double at = lo + (hi - lo) * (f_lo / (f_lo - f_hi));
        if (i % 4 == 3 || !(at > lo && at < hi))
            at = 0.5 * (lo + hi);
        const double value = f(ctx, at);
        if (value == 0.0)
            return at;
        if ((value < 0.0) == (f_lo < 0.0)) {
            lo = at;
            f_lo = value;
            f_hi *= 0.5;
        } else {
            hi = at;
            f_hi = value;
            f_lo *= 0.5;
        }
    }
    return 0.5 * (lo + hi);
}

double mtl__t_quantile(double p, double df)
{
    if (!(df < 1e6))
        return mtl__norm_quantile(p);
    const double x = mtl__beta_quantile(2.0 * (1.0 - p), 0.5 * df, 0.5);
    return sqrt(df * (1.0 - x) / x);
}

double mtl__digamma(double x)
{
    double sum = 0.0;
    for (; x < 10.0; x += 1.0)
        sum -= 1.0 / x;
    const double y = 1.0 / (x * x);
    return sum + mtl__log(x) - 0.5 / x -
           y * (1.0 / 12.0 - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y / 240.0)));
}

double mtl__trigamma(double x)
{
    double sum = 0.0;
    for (; x < 10.0; x += 1.0)
        sum += 1.0 / (x * x);
    const double y = 1.0 / (x * x);
    return sum + 1.0 / x + 0.5 * y +
           y / x * (1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y / 30.0)));
}
