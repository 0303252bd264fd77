/* SPDX-License-Identifier: MIT */
/* The verdict on one target. Counts are judged by the binomial law (the miss is the score
   statistic, so that "met" is the same as lying inside the Wilson 95% interval), levels on the
   log10 scale with three sources of error added: chance among n women, the reading itself, and a
   study factor where the target names one. A bound is met or exceeded. The log score is the log of
   the probability (counts, intervals, bounds) or density on the log10 scale (levels) of what was
   published; it serves to compare hypotheses on the same rows and means nothing by itself. */
#include <math.h>
#include <string.h>

#include "study/targets.h"

/* Within a laboratory a reading repeats to about 0.15 log10: an assumption (tier D) that
   docs/targets.md names; no row of the evidence gives it. */
#define READING_LOG10_SD 0.15
#define Z95 1.959963984540054
/* No model is surer than this that something cannot be seen: keeps the total score finite. */
#define P_FLOOR 1e-9
#define TINY 1e-12 /* far below anything that can be measured */

const char *const mtl__compare_name[MTL__N_COMPARES + 1] = {
    "", "proportion", "value", "interval", "upper bound", "none seen", "no rise", NULL};

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

static double log_binomial(double k, double n, double p)
{
    return mtl__log_gamma(n + 1.0) - mtl__log_gamma(k + 1.0) - mtl__log_gamma(n - k + 1.0) +
           k * mtl__log(p) + (n - k) * mtl__log1p(-p);
}

static void judge_proportion(const mtl__evidence *e, double n, mtl_target_row *row)
{
    const double k = isnan(e->k) ? e->value * n : e->k;
    const double p = clamp(row->model, P_FLOOR, 1.0 - P_FLOOR);
    row->miss = (p - k / n) / sqrt(p * (1.0 - p) / n);
    row->score = log_binomial(k, n, p);
    row->verdict = fabs(row->miss) <= Z95 ? MTL_VERDICT_MET : MTL_VERDICT_FAILS;
}

/* The model's value on the log10 scale: a reading of nothing counts as the floor of what the study
   could tell from nothing, an exact mean as itself, however small. */
static double log10_model(const mtl__estimate *est)
{
    const double lowest = est->floor > TINY ? est->floor : TINY;
    return mtl__log10(est->value > lowest ? est->value : lowest);
}

static double log10_published(double x)
{
    return mtl__log10(x > TINY ? x : TINY);
}

/* Standard error on the log10 scale, to the side on which the published number lies. */
static double total_sd(const mtl__target *t, const mtl__estimate *est, double published)
{
    const double chance = published < est->value ? est->log10_below : est->log10_above;
    return sqrt(chance * chance + READING_LOG10_SD * READING_LOG10_SD + t->scale_sd * t->scale_sd);
}

static bool is_ratio(const mtl__target *t)
{
    return t->statistic == MTL__S_RATIO_MEANS || t->statistic == MTL__S_RATIO_POSITIVE ||
           t->statistic == MTL__S_ODDS_RATIO || t->statistic == MTL__S_RATIO_OUTCOME;
}

static void judge_value(const mtl__evidence *e, const mtl__target *t, const mtl__estimate *est,
                        mtl_target_row *row)
{
    double sd = total_sd(t, est, row->value);
    if (is_ratio(t) && e->low > 0.0 && e->high > e->low) /* the paper's own 95% interval */
        sd = (mtl__log10(e->high) - mtl__log10(e->low)) / (2.0 * Z95);
    row->miss = (log10_model(est) - log10_published(row->value)) / sd;
    /* far out the normal law says more than anybody knows: not below the floor of a bound */
    const double score = -0.5 * row->miss * row->miss - mtl__log(sd * 2.5066282746310002);
    row->score = score > mtl__log(P_FLOOR) ? score : mtl__log(P_FLOOR);
    row->verdict = fabs(row->miss) <= Z95 ? MTL_VERDICT_MET : MTL_VERDICT_FAILS;
}

static void judge_interval(const mtl__evidence *e, const mtl__target *t, const mtl__estimate *est,
                           mtl_target_row *row)
{
    const double sd = total_sd(t, est, row->model > e->high ? e->high : e->low);
    const double m = log10_model(est);
    const double lo = log10_published(e->low), hi = log10_published(e->high);
    row->miss = m < lo ? (m - lo) / sd : m > hi ? (m - hi) / sd : 0.0;
    const double p = mtl__norm_cdf((hi - m) / sd) - mtl__norm_cdf((lo - m) / sd);
    row->score = mtl__log(clamp(p, P_FLOOR, 1.0));
    row->verdict = fabs(row->miss) <= Z95 ? MTL_VERDICT_MET : MTL_VERDICT_FAILS;
}

static void judge_upper(const mtl__target *t, const mtl__estimate *est, mtl_target_row *row)
{
    const double z =
        (log10_model(est) - log10_published(row->value)) / total_sd(t, est, row->value);
    row->miss = z > 0.0 ? z : 0.0;
    row->score = mtl__log(clamp(mtl__norm_cdf(-z), P_FLOOR, 1.0));
    row->verdict = row->model <= row->value ? MTL_VERDICT_MET : MTL_VERDICT_FAILS;
}

/* P(nothing in the whole study): met unless that is rarer than one in twenty. */
static void judge_none_seen(const mtl__estimate *est, mtl_target_row *row)
{
    const double p = clamp(est->p_none, P_FLOOR, 1.0);
    row->miss = p < 0.5 ? -mtl__norm_quantile(p) : 0.0;
    row->score = mtl__log(p);
    row->verdict = p >= 0.05 ? MTL_VERDICT_MET : MTL_VERDICT_FAILS;
}

/* A finding in words has no likelihood. */
static void judge_no_rise(const mtl__target *t, mtl_target_row *row)
{
    row->miss = NAN;
    row->score = 0.0;
    row->verdict = row->model <= 1.0 + t->tolerance ? MTL_VERDICT_MET : MTL_VERDICT_FAILS;
}

static enum mtl__compare chosen(const mtl__evidence *e, const mtl__target *t, double n)
{
    if (t->compare != MTL__C_DEFAULT)
        return t->compare;
    switch (t->statistic) {
    case MTL__S_POSITIVE:
    case MTL__S_ANY:
    case MTL__S_ABOVE:
        return isnan(n) ? MTL__C_VALUE : MTL__C_PROPORTION;
    case MTL__S_NONE_SEEN:
        return MTL__C_NONE_SEEN;
    case MTL__S_LARGEST:
        return MTL__C_VALUE;
    default:
        return isnan(e->value) ? MTL__C_INTERVAL : MTL__C_VALUE;
    }
}

void mtl__target_judge(const mtl__evidence *e, const mtl__target *t, const mtl__estimate *est,
                       mtl_target_row *row)
{
    const double n = isnan(t->n) ? e->n : t->n;
    const enum mtl__compare how = chosen(e, t, n);
    row->compare = mtl__compare_name[how];
    row->n = n;
    row->value = t->statistic == MTL__S_LARGEST ? e->high : e->value;
    row->low = e->low;
    row->high = e->high;
    row->model = est->value;
    row->model_low = est->low;
    row->model_high = est->high;
    switch (how) {
    case MTL__C_PROPORTION:
        judge_proportion(e, n, row);
        break;
    case MTL__C_INTERVAL:
        judge_interval(e, t, est, row);
        break;
    case MTL__C_UPPER:
        judge_upper(t, est, row);
        break;
    case MTL__C_NONE_SEEN:
        judge_none_seen(est, row);
        break;
    case MTL__C_NO_RISE:
        judge_no_rise(t, row);
        break;
    default:
        judge_value(e, t, est, row);
        break;
    }
}
