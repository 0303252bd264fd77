/* SPDX-License-Identifier: MIT */
/* Named, bounded, dimensionless functions of gestational week or age: logistic, ramp, window,
   exponential and table; of the host's state: hill, share and rest. Each gives its value, an upper
   bound on an interval (for thinning) and its mean over an interval in closed form (for turning the
   cells of a pregnancy into a rate). */
#include <math.h>

#include "model/model.h"

/* Arguments are in the factor's own x (weeks or years); a parameter with a unit of time, or per
   time, is kept in days and converted here. */
static double arg(const mtl__factor *f, const mtl_model *m, int i)
{
    const double days_per_x = f->of == MTL__OF_AGE ? MTL_DAYS_PER_YEAR : 7.0;
    double v = mtl__expr_value(&f->arg[i], m);
    for (int k = f->arg[i].unit.power[MTL__DIM_TIME]; k > 0; k--)
        v /= days_per_x;
    for (int k = f->arg[i].unit.power[MTL__DIM_TIME]; k < 0; k++)
        v *= days_per_x;
    return v;
}

static double max2(double a, double b)
{
    return a > b ? a : b;
}
static double min2(double a, double b)
{
    return a < b ? a : b;
}

static double table_value(const mtl__factor *f, double x)
{
    if (f->n_points == 0)
        return 1.0;
    if (x <= f->x[0])
        return f->y[0];
    for (int k = 1; k < f->n_points; k++)
        if (x <= f->x[k])
            return f->y[k - 1] +
                   (f->y[k] - f->y[k - 1]) * (x - f->x[k - 1]) / (f->x[k] - f->x[k - 1]);
    return f->y[f->n_points - 1];
}

/* x^h / (x^h + half^h) without overflow. */
static double hill(double x, double half, double h)
{
    if (!(x > 0.0))
        return 0.0;
    if (!(half > 0.0) || x == HUGE_VAL)
        return 1.0;
    if (h == 1.0)
        return x / (x + half);
    return 1.0 / (1.0 + mtl__exp(-h * mtl__log(x / half)));
}

void mtl__factor_args(const mtl__factor *f, const mtl_model *m, double *a)
{
    for (int i = 0; i < MTL__FACTOR_ARGS; i++)
        a[i] = i < f->n_args ? arg(f, m, i) : 0.0;
}

double mtl__factor_at(const mtl__factor *f, const double *a, double x)
{
    switch (f->form) {
    case MTL__F_LOGISTIC:
        return 1.0 / (1.0 + mtl__exp(-a[0] * (x - a[1])));
    case MTL__F_RAMP:
        return x <= a[0] ? 0.0 : x >= a[1] ? 1.0 : (x - a[0]) / (a[1] - a[0]);
    case MTL__F_WINDOW:
        return x >= a[0] && x < a[1] ? 1.0 : 0.0;
    case MTL__F_EXPONENTIAL:
        return x < a[1] ? 0.0 : mtl__exp(a[0] * (min2(x, a[2]) - a[2]));
    case MTL__F_TABLE:
        return table_value(f, x);
    case MTL__F_HILL:
        return hill(x, a[0], a[1]);
    case MTL__F_SHARE:
        return max2(0.0, min2(x, 1.0));
    case MTL__F_REST:
        return 1.0 - a[0] * max2(0.0, min2(x, 1.0));
    }
    return 1.0;
}

double mtl__factor_at_rest(const mtl__factor *f, const mtl_model *m)
{
    if (f->of == MTL__OF_WEEK || f->of == MTL__OF_AGE)
        return NAN;
    return mtl__factor_value(f, m, f->of == MTL__OF_POSTPARTUM ? HUGE_VAL : 0.0);
}

bool mtl__rule_sleeps(const mtl__rule *r, const mtl_model *m)
{
    for (int k = 0; k < r->n_factors; k++) {
        const mtl__factor *f = &m->factor[r->factor[k]];
        if (f->of > MTL__OF_POSTPARTUM && mtl__factor_at_rest(f, m) == 0.0)
            return true;
    }
    return false;
}

const char *mtl__factor_of_name(enum mtl__factor_of of)
{
    static const char *const name[] = {"week",         "age",       "postpartum", "damage",
                                       "inflammation", "chemokine", "response",   "tolerance",
                                       "outcome",      "tally"};
    return name[of];
}

double mtl__factor_value(const mtl__factor *f, const mtl_model *m, double x)
{
    double a[MTL__FACTOR_ARGS];
    mtl__factor_args(f, m, a);
    return mtl__factor_at(f, a, x);
}

double mtl__factor_bound(const mtl__factor *f, const mtl_model *m, double x0, double x1)
{
    double a[MTL__FACTOR_ARGS];
    mtl__factor_args(f, m, a);
    return mtl__factor_most(f, a, x0, x1);
}

double mtl__factor_most(const mtl__factor *f, const double *a, double x0, double x1)
{
    double hi = max2(mtl__factor_at(f, a, x0), mtl__factor_at(f, a, x1));
    switch (f->form) {
    case MTL__F_LOGISTIC:
    case MTL__F_RAMP:
    case MTL__F_HILL:
    case MTL__F_SHARE:
    case MTL__F_REST:
        break; /* monotone */
    case MTL__F_WINDOW:
        if (x0 < a[1] && x1 >= a[0] && a[0] < a[1])
            hi = 1.0;
        break;
    case MTL__F_EXPONENTIAL: /* a falling one jumps up at its start */
        if (x0 < a[1] && x1 >= a[1])
            hi = max2(hi, mtl__factor_at(f, a, a[1]));
        break;
    case MTL__F_TABLE:
        for (int k = 0; k < f->n_points; k++)
            if (f->x[k] > x0 && f->x[k] < x1)
                hi = max2(hi, f->y[k]);
        break;
    }
    return hi;
}

/* log(1 + exp(z)) without overflow. */
static double softplus(double z)
{
    return z > 0.0 ? z + mtl__log1p(mtl__exp(-z)) : mtl__log1p(mtl__exp(z));
}

/* Integral of the line through (a, ya), (b, yb) where it lies in [x0, x1]. */
static double line_part(double a, double ya, double b, double yb, double x0, double x1)
{
    const double lo = max2(a, x0), hi = min2(b, x1);
    if (!(hi > lo))
        return 0.0;
    const double slope = b > a ? (yb - ya) / (b - a) : 0.0;
    return (hi - lo) * (ya + slope * (0.5 * (lo + hi) - a));
}

static double table_integral(const mtl__factor *f, double x0, double x1)
{
    const int n = f->n_points;
    if (n == 0)
        return x1 - x0;
    double sum = 0.0;
    if (x0 < f->x[0])
        sum += (min2(x1, f->x[0]) - x0) * f->y[0];
    for (int k = 1; k < n; k++)
        sum += line_part(f->x[k - 1], f->y[k - 1], f->x[k], f->y[k], x0, x1);
    if (x1 > f->x[n - 1])
        sum += (x1 - max2(x0, f->x[n - 1])) * f->y[n - 1];
    return sum;
}

static double exponential_integral(double slope, double start, double end, double x0, double x1)
{
    const double a = max2(x0, start), b = min2(x1, end);
    double sum = 0.0;
    if (b > a)
        sum = slope == 0.0 ? b - a
                           : mtl__exp(slope * (a - end)) * mtl__expm1(slope * (b - a)) / slope;
    if (x1 > max2(a, end)) /* flat at 1 after the end */
        sum += x1 - max2(a, end);
    return sum;
}

double mtl__factor_mean(const mtl__factor *f, const mtl_model *m, double x0, double x1)
{
    if (!(x1 > x0))
        return mtl__factor_value(f, m, x0);
    const double width = x1 - x0;
    const double a = f->n_args > 0 ? arg(f, m, 0) : 0.0, b = f->n_args > 1 ? arg(f, m, 1) : 0.0;
    switch (f->form) {
    case MTL__F_LOGISTIC:
        if (a == 0.0)
            return 0.5;
        return (softplus(a * (x1 - b)) - softplus(a * (x0 - b))) / (a * width);
    case MTL__F_RAMP:
        return (line_part(a, 0.0, b, 1.0, x0, x1) + (x1 > b ? x1 - max2(x0, b) : 0.0)) / width;
    case MTL__F_WINDOW:
        return max2(0.0, min2(x1, b) - max2(x0, a)) / width;
    case MTL__F_EXPONENTIAL:
        return exponential_integral(a, b, arg(f, m, 2), x0, x1) / width;
    case MTL__F_TABLE:
        return table_integral(f, x0, x1) / width;
    case MTL__F_HILL: /* of a state, not of time */
    case MTL__F_SHARE:
    case MTL__F_REST:
        break;
    }
    return mtl__factor_value(f, m, x0);
}

int mtl__factor_edges(const mtl__factor *f, const mtl_model *m, double *x, int max)
{
    int n = 0;
    switch (f->form) {
    case MTL__F_RAMP:
    case MTL__F_WINDOW:
        for (int k = 0; k < 2 && n < max; k++)
            x[n++] = arg(f, m, k);
        break;
    case MTL__F_EXPONENTIAL:
        for (int k = 1; k < 3 && n < max; k++)
            x[n++] = arg(f, m, k);
        break;
    case MTL__F_TABLE:
        for (int k = 0; k < f->n_points && n < max; k++)
            x[n++] = f->x[k];
        break;
    case MTL__F_LOGISTIC:
    default:
        break;
    }
    return n;
}
