/* SPDX-License-Identifier: MIT */
/* What a study of n women would have read, taken from the model. Shares and means come from the
   solver without random numbers where it ran; medians, largest readings and quantiles have no such
   form, so that studies of n women are drawn again and again from the simulated families (a
   parametric bootstrap): the middle of those studies is the model's value, their spread is the
   chance of sampling. A reading is a Poisson number of donor genomes in what was tested, with the
   assay's false hits among them. Units of the evidence table are turned into fractions of genomes
   or cells per mL here. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/targets.h"

/* Quantile 0.95 of the normal. */
#define Z90 1.6448536269514722

/* Studies drawn per target, and draws spent on readings above a threshold before giving up. */
enum { N_STUDIES = 400, MAX_TRIES = 400000 };

const char *const mtl__statistic_name[MTL__N_STATISTICS + 1] = {
    "positive",          "positive in any", "share above",      "mean",      "median",
    "median above",      "largest",         "quantile",         "none seen", "ratio of means",
    "ratio of positive", "odds ratio",      "ratio of outcome", "parameter", NULL};

bool mtl__target_unit_parse(const char *unit, mtl__target_unit *out)
{
    static const struct {
        const char *name;
        bool per_mL;
        double scale;
    } known[] = {
        {"fraction", false, 1.0},
        {"fraction of cells", false, 1.0},
        {"fraction of nucleated cells", false, 1.0},
        {"gEq per 1e5", false, 1e5},
        {"gEq per 1e6", false, 1e6},
        {"cells per 1e6", false, 1e6},
        {"cells per mL", true, 1.0},
        {"cells per uL", true, 1e-3},
        {"colonies per mL", true, 1.0},
        {"cells per 16 mL", true, 16.0},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(unit, known[i].name) == 0) {
            out->per_mL = known[i].per_mL;
            out->scale = known[i].scale;
            return true;
        }
    }
    out->per_mL = false; /* ratios and parameters have no reading */
    out->scale = 1.0;
    return false;
}

/* ---------------------------------------------------------------- one sample */
static bool overrides_assay(const mtl__target *t)
{
    return !isnan(t->genomes) || !isnan(t->false_positive) || !isnan(t->wells) ||
           !isnan(t->threshold);
}

/* The assay of a sample with what the study has of its own. */
static mtl__qpcr assay_of(const mtl__target *t, const mtl__family_sample *s)
{
    mtl__qpcr a = s->qpcr;
    if (!isnan(t->genomes))
        a.genomes = t->genomes;
    if (!isnan(t->wells))
        a.wells = (int)t->wells;
    if (!isnan(t->threshold))
        a.threshold = (int)t->threshold;
    if (!isnan(t->false_positive))
        a.false_per_well = -mtl__log1p(-t->false_positive) / a.wells;
    else if (a.wells != s->qpcr.wells)
        a.false_per_well *= (double)s->qpcr.wells / a.wells;
    return a;
}

/* P(positive) of replicate r: at least one of the member's samples. Given the cells the samples are
   read independently. */
static double p_positive_of(const mtl__target *t, const mtl__family *f, const mtl__member *m, int r)
{
    double p_none = 1.0;
    for (int i = 0; i < m->n_samples; i++) {
        const mtl__family_sample *s = &f->sample[m->sample[i]];
        const mtl__qpcr a = assay_of(t, s);
        p_none *= 1.0 - mtl__qpcr_p_positive(&a, (double)s->fraction[r]);
    }
    return 1.0 - p_none;
}

static double share_positive(const mtl_targets_result *r, const mtl__target *t,
                             const mtl__population *pop)
{
    double p = 0.0;
    for (int i = 0; i < pop->n; i++) {
        const mtl__member *m = &pop->member[i];
        const mtl__family *f = &r->family[m->family];
        if (m->n_samples == 1 && !m->chosen && f->exact && !overrides_assay(t)) {
            p += m->weight * f->sample[m->sample[0]].p_positive;
            continue;
        }
        double sum = 0.0;
        const int lives = mtl__member_lives(f, m);
        for (int k = 0; k < f->replicates; k++)
            if (mtl__member_has(f, m, k))
                sum += p_positive_of(t, f, m, k);
        p += m->weight * (lives ? sum / lives : 0.0);
    }
    return p;
}

static double share_above(const mtl_targets_result *r, const mtl__target *t,
                          const mtl__population *pop)
{
    double p = 0.0;
    for (int i = 0; i < pop->n; i++) {
        const mtl__member *m = &pop->member[i];
        const mtl__family *f = &r->family[m->family];
        const int lives = mtl__member_lives(f, m);
        int above = 0;
        for (int k = 0; k < f->replicates; k++)
            above +=
                mtl__member_has(f, m, k) && (double)f->sample[m->sample[0]].fraction[k] > t->above;
        p += m->weight * (lives ? (double)above / lives : 0.0);
    }
    return p;
}

/* The mean over the lives of a member that was chosen by an outcome. */
static double mean_among(const mtl__family *f, const mtl__member *m, bool per_mL)
{
    const mtl__family_sample *s = &f->sample[m->sample[0]];
    const int lives = mtl__member_lives(f, m);
    double sum = 0.0;
    for (int k = 0; k < f->replicates; k++)
        if (mtl__member_has(f, m, k))
            sum += per_mL ? (s->per_mL ? (double)s->per_mL[k] : 0.0) : (double)s->fraction[k];
    return lives ? sum / lives : 0.0;
}

static double mean_of(const mtl_targets_result *r, const mtl__population *pop, bool per_mL)
{
    double sum = 0.0;
    for (int i = 0; i < pop->n; i++) {
        const mtl__member *m = &pop->member[i];
        const mtl__family_sample *s = &r->family[m->family].sample[m->sample[0]];
        sum += m->weight * (m->chosen ? mean_among(&r->family[m->family], m, per_mL)
                            : per_mL  ? s->mean_per_mL
                                      : s->mean_fraction);
    }
    return sum;
}

/* ---------------------------------------------------------------- drawing studies */
typedef struct study {
    const mtl_targets_result *r;
    const mtl__target *t;
    mtl__target_unit unit;
    mtl__rng rng;
} study;

/* The reading of one woman, in the unit of the row, before scale and background. Means leave false
   hits out: a study that quotes a mean quotes it net of its blanks, or its blanks are in
   `background`. */
static double draw_reading(study *st)
{
    const mtl__target *t = st->t;
    double u = mtl__rng_unit(&st->rng);
    int i = 0;
    while (i < t->population.n - 1 && u >= t->population.member[i].weight)
        u -= t->population.member[i++].weight;
    const mtl__member *m = &t->population.member[i];
    const mtl__family *f = &st->r->family[m->family];
    const mtl__family_sample *s = &f->sample[m->sample[0]];
    int k = (int)mtl__rng_below(&st->rng, (uint32_t)f->replicates);
    while (!mtl__member_has(f, m, k)) /* some life is: checked before */
        k = (int)mtl__rng_below(&st->rng, (uint32_t)f->replicates);
    const double fraction = (double)s->fraction[k];
    const double per_mL = s->per_mL ? (double)s->per_mL[k] : 0.0;
    if (!isnan(t->volume_mL)) {
        const double counted = (double)mtl__rng_poisson(&st->rng, per_mL * t->volume_mL);
        return counted / t->volume_mL * st->unit.scale;
    }
    const mtl__qpcr a = assay_of(t, s);
    const double tested = a.genomes * a.recovery;
    double counted = (double)mtl__rng_poisson(&st->rng, tested * fraction);
    if (t->statistic != MTL__S_MEAN)
        counted += (double)mtl__rng_poisson(&st->rng, a.false_per_well * a.wells);
    double reading = counted / tested;
    if (st->unit.per_mL)
        reading *= fraction > 0.0 ? per_mL / fraction : 0.0;
    return reading * st->unit.scale;
}

/* The smallest reading that means something, for logarithms: half of one counted genome. */
static double floor_reading(const study *st, int n)
{
    const mtl__target *t = st->t;
    const mtl__family_sample *s =
        &st->r->family[t->population.member[0].family].sample[t->population.member[0].sample[0]];
    double one;
    if (!isnan(t->volume_mL)) {
        one = 1.0 / t->volume_mL;
    } else {
        const mtl__qpcr a = assay_of(t, s);
        one = 1.0 / (a.genomes * a.recovery);
        if (st->unit.per_mL && s->mean_fraction > 0.0)
            one *= s->mean_per_mL / s->mean_fraction;
    }
    return 0.5 * one * st->unit.scale / (t->statistic == MTL__S_MEAN ? n : 1);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Quantile of sorted values, linear between neighbours. */
static double quantile_of(const double *x, int n, double p)
{
    const double at = p * (n - 1);
    const int i = (int)floor(at);
    return i >= n - 1 ? x[n - 1] : x[i] + (at - i) * (x[i + 1] - x[i]);
}

static double statistic_of(const mtl__target *t, double *x, int n)
{
    double sum = 0.0;
    switch (t->statistic) {
    case MTL__S_MEAN:
        for (int i = 0; i < n; i++)
            sum += x[i];
        return sum / n;
    case MTL__S_LARGEST:
        for (int i = 0; i < n; i++)
            sum = x[i] > sum ? x[i] : sum;
        return sum;
    default:
        qsort(x, (size_t)n, sizeof *x, compare_doubles);
        return quantile_of(x, n, t->statistic == MTL__S_QUANTILE ? t->quantile : 0.5);
    }
}

/* One study of n readings; false when too few of them pass the threshold. */
static bool draw_study(study *st, double *x, int n, int64_t *tries)
{
    const double above =
        st->t->statistic == MTL__S_MEDIAN_ABOVE ? st->t->above * st->unit.scale : -1.0;
    for (int i = 0; i < n;) {
        if (--*tries < 0)
            return false;
        const double reading = draw_reading(st);
        if (reading > above)
            x[i++] = reading;
    }
    return true;
}

/* Levels are skew: one carrier of a grown line moves the largest reading a hundredfold upwards and
   never down. So the spread is taken to either side of the middle. */
static void spread_of_studies(const double *sorted, int n, double floor_, mtl__estimate *out)
{
    double l[3];
    out->floor = floor_;
    out->value = quantile_of(sorted, n, 0.5);
    out->low = quantile_of(sorted, n, 0.05);
    out->high = quantile_of(sorted, n, 0.95);
    l[0] = out->low;
    l[1] = out->value;
    l[2] = out->high;
    for (int i = 0; i < 3; i++)
        l[i] = mtl__log10(l[i] > floor_ ? l[i] : floor_);
    out->log10_below = (l[1] - l[0]) / Z90;
    out->log10_above = (l[2] - l[1]) / Z90;
}

static int estimate_by_studies(const mtl_targets_result *r, const mtl__target *t, int n,
                               mtl__estimate *out, mtl_error *err)
{
    const mtl__evidence *e = &r->evidence[t->evidence];
    study st = {.r = r, .t = t};
    mtl__target_unit_parse(e->unit, &st.unit);
    mtl__rng_stream(&st.rng, r->seed, mtl__hash(e->id), 0, mtl__hash("target"));
    double *x = malloc((size_t)n * sizeof *x), *stat = malloc(N_STUDIES * sizeof *stat);
    if (!x || !stat) {
        free(x);
        free(stat);
        return mtl__nomem(err);
    }
    const double floor_ = floor_reading(&st, n);
    /* A threshold far above every reading would draw for ever. */
    int64_t tries = t->statistic == MTL__S_MEDIAN_ABOVE ? MAX_TRIES : INT64_MAX;
    int got = 0;
    while (got < N_STUDIES && draw_study(&st, x, n, &tries)) {
        stat[got] = statistic_of(t, x, n);
        got++;
    }
    if (got < 20) { /* not enough studies reached their n: the model gives no such reading */
        *out =
            (mtl__estimate){.value = 0.0, .low = NAN, .high = NAN, .floor = floor_, .p_none = NAN};
    } else {
        qsort(stat, (size_t)got, sizeof *stat, compare_doubles);
        spread_of_studies(stat, got, floor_, out);
    }
    free(x);
    free(stat);
    return MTL_OK;
}

/* ---------------------------------------------------------------- all statistics */
static double share_of_lives(const mtl_targets_result *r, const mtl__population *pop)
{
    double p = 0.0;
    for (int i = 0; i < pop->n; i++) {
        const mtl__family *f = &r->family[pop->member[i].family];
        if (f->replicates)
            p += pop->member[i].weight * mtl__member_lives(f, &pop->member[i]) / f->replicates;
    }
    return p;
}

/* P(a study of n women counts nothing at all): each woman's count is Poisson given her cells. */
static double p_none_seen(const mtl_targets_result *r, const mtl__target *t, double n)
{
    double p = 0.0;
    for (int i = 0; i < t->population.n; i++) {
        const mtl__member *m = &t->population.member[i];
        const mtl__family *f = &r->family[m->family];
        const mtl__family_sample *s = &f->sample[m->sample[0]];
        double sum = 0.0;
        const int lives = mtl__member_lives(f, m);
        for (int k = 0; k < f->replicates; k++)
            if (mtl__member_has(f, m, k))
                sum += mtl__exp(isnan(t->volume_mL)
                                    ? -s->qpcr.genomes * s->qpcr.recovery * (double)s->fraction[k]
                                    : -t->volume_mL * (s->per_mL ? (double)s->per_mL[k] : 0.0));
        p += m->weight * (lives ? sum / lives : 0.0);
    }
    return mtl__pow(p, n);
}

static double ratio(double a, double b)
{
    return b > 0.0 ? a / b : (a > 0.0 ? HUGE_VAL : 1.0);
}

/* Binomial spread of a share among n women, by the normal quantiles of its beta law. */
static void spread_of_share(double p, double n, mtl__estimate *out)
{
    if (isnan(n) || n < 1.0 || p <= 0.0 || p >= 1.0)
        return;
    out->low = mtl__beta_quantile(0.05, p * n + 0.5, (1.0 - p) * n + 0.5);
    out->high = mtl__beta_quantile(0.95, p * n + 0.5, (1.0 - p) * n + 0.5);
}

static int estimate_mean(const mtl_targets_result *r, const mtl__target *t, double n,
                         mtl__estimate *out, mtl_error *err)
{
    mtl__target_unit unit;
    mtl__target_unit_parse(r->evidence[t->evidence].unit, &unit);
    if (!isnan(n) && r->family[t->population.member[0].family].replicates > 0)
        MTL_TRY(estimate_by_studies(r, t, (int)n, out, err));
    out->value = mean_of(r, &t->population, unit.per_mL) * unit.scale;
    out->floor = 0.0;
    return MTL_OK;
}

int mtl__target_estimate(const mtl_targets_result *r, const mtl__target *t, mtl__estimate *out,
                         mtl_error *err)
{
    const mtl__evidence *e = &r->evidence[t->evidence];
    const double n = isnan(t->n) ? e->n : t->n;
    double p, q;
    *out = (mtl__estimate){.value = NAN, .low = NAN, .high = NAN, .p_none = NAN};
    switch (t->statistic) {
    case MTL__S_POSITIVE:
    case MTL__S_ANY:
    case MTL__S_ABOVE:
        out->value = t->statistic == MTL__S_ABOVE ? share_above(r, t, &t->population)
                                                  : share_positive(r, t, &t->population);
        spread_of_share(out->value, n, out);
        return MTL_OK;
    case MTL__S_RATIO_MEANS:
        out->value = ratio(mean_of(r, &t->population, false), mean_of(r, &t->reference, false));
        return MTL_OK;
    case MTL__S_RATIO_POSITIVE:
        out->value =
            ratio(share_positive(r, t, &t->population), share_positive(r, t, &t->reference));
        return MTL_OK;
    case MTL__S_ODDS_RATIO:
        p = share_positive(r, t, &t->population);
        q = share_positive(r, t, &t->reference);
        out->value = ratio(p * (1.0 - q), q * (1.0 - p));
        return MTL_OK;
    case MTL__S_RATIO_OUTCOME:
        out->value = ratio(share_of_lives(r, &t->population), share_of_lives(r, &t->reference));
        return MTL_OK;
    case MTL__S_NONE_SEEN:
        out->p_none = p_none_seen(r, t, isnan(n) ? 1.0 : n);
        MTL_TRY(estimate_mean(r, t, NAN, out, err));
        return MTL_OK;
    case MTL__S_MEAN:
        MTL_TRY(estimate_mean(r, t, n, out, err));
        break;
    default:
        MTL_TRY(estimate_by_studies(r, t, isnan(n) ? 1 : (int)n, out, err));
        break;
    }
    out->value = out->value * t->scale_factor + t->background;
    out->floor = out->floor * t->scale_factor + t->background;
    out->low = out->low * t->scale_factor + t->background;
    out->high = out->high * t->scale_factor + t->background;
    return MTL_OK;
}
