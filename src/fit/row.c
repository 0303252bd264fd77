/* SPDX-License-Identifier: MIT */
/* The likelihood of one published number, given the values tried.
   Shares positive, and shares above a level: binomial. Means: normal on the log10 scale, with the
   chance among n women from the model's own variance, and the reading itself (0.15). Bounds and
   intervals of means: the normal law censored. Medians: half of n readings lie below, binomial; an
   interval of a median: by the beta law of the middle order statistic. The largest of n readings:
   the probability that the largest count is the one published, where a count above 4 is read as 4
   of proportionally fewer genomes (which blurs it by 0.2 log10, about what counting and reading
   do). A study factor multiplies what the study counted; one that is unknown and not fitted widens
   the error of a mean. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"

#define READING_LOG10_SD 0.15 /* as in study/target_judge.c: an assumption (tier D) */
#define TINY 1e-300
#define LN10 2.302585092994046

enum { K_MAX = MTL__FIT_MAX_COUNT };

/* ---------------------------------------------------------------- small laws */
static double log_of(double p)
{
    return mtl__log(p > TINY ? p : TINY);
}

static double log_binomial(double k, double n, double p)
{
    return mtl__log_gamma(n + 1.0) - mtl__log_gamma(k + 1.0) - mtl__log_gamma(n - k + 1.0) +
           (k > 0.0 ? k * log_of(p) : 0.0) + (n > k ? (n - k) * log_of(1.0 - p) : 0.0);
}

static double clamp01(double p)
{
    return p < 0.0 ? 0.0 : p > 1.0 ? 1.0 : p;
}

/* log(Phi(b) - Phi(a)), from whichever tail is small. */
static double log_normal_between(double a, double b)
{
    const double p =
        a > 0.0 ? mtl__norm_cdf(-a) - mtl__norm_cdf(-b) : mtl__norm_cdf(b) - mtl__norm_cdf(a);
    return log_of(p);
}

/* ---------------------------------------------------------------- readings of the population */
static double study_factor(const mtl_fit *f, const mtl__fit_row *row)
{
    return row->study >= 0 ? mtl__exp(f->param[row->study].x) : row->target->scale_factor;
}

/* The assay of a member with what the study has of its own. */
static mtl__qpcr assay_of(const mtl__fit_row *row, const mtl__fit_probe *p)
{
    const mtl__target *t = row->target;
    mtl__qpcr a = p->qpcr;
    if (!isnan(t->genomes))
        a.genomes = t->genomes;
    if (!isnan(t->wells))
        a.wells = (int)t->wells;
    if (!isnan(t->false_positive))
        a.false_per_well = -mtl__log1p(-t->false_positive) / a.wells;
    else if (a.wells != p->qpcr.wells)
        a.false_per_well *= (double)p->qpcr.wells / a.wells;
    return a;
}

static double p_positive(const mtl_fit *f, const mtl__fit_row *row)
{
    double sum = 0.0;
    for (int i = 0; i < row->n_members; i++) {
        const mtl__fit_probe *p = &f->probe[row->member[i].probe];
        const mtl__qpcr a = assay_of(row, p);
        const double g = a.genomes * a.recovery * study_factor(f, row);
        sum += row->member[i].weight *
               -mtl__expm1(mtl__fit_log_none(f, p, g) - a.false_per_well * a.wells);
    }
    return sum;
}

/* Genomes to look at so that a level is read as `count` of them. */
static double genomes_for(const mtl_fit *f, const mtl__fit_row *row, double level, double count)
{
    return count / level * study_factor(f, row);
}

/* P(count <= k) for k = 0 .. K_MAX over the population, when g genomes are looked at of the
   `tested` that carry the false hits. */
static void cumulative(const mtl_fit *f, const mtl__fit_row *row, double g, double tested,
                       bool blanks, double *below)
{
    for (int k = 0; k <= K_MAX; k++)
        below[k] = 0.0;
    for (int i = 0; i < row->n_members; i++) {
        const mtl__fit_probe *p = &f->probe[row->member[i].probe];
        const mtl__qpcr a = assay_of(row, p);
        const double at = row->per_mL ? g * p->cells_per_mL : g;
        const double mu = blanks ? a.false_per_well * a.wells * g / tested : 0.0;
        double prob[K_MAX + 1], sum = 0.0;
        mtl__fit_counts(f, p, at, prob);
        for (int k = 0; k <= K_MAX; k++) {
            double add = mtl__exp(-mu); /* Poisson of false hits, from 0 up */
            for (int j = 0; j <= k; j++) {
                sum += prob[k - j] * add;
                add *= mu / (j + 1);
            }
            below[k] += row->member[i].weight * sum;
        }
    }
}

/* P(reading < level), blurred as counting four genomes blurs. */
static double p_below(const mtl_fit *f, const mtl__fit_row *row, double level)
{
    double below[K_MAX + 1];
    /* the median of a Poisson law of mean K + 2/3 is K */
    const double g = genomes_for(f, row, level, K_MAX + 2.0 / 3.0);
    cumulative(f, row, g, 1.0, false, below);
    return clamp01(below[K_MAX]);
}

/* ---------------------------------------------------------------- by statistic */
static double mean_and_error(const mtl_fit *f, const mtl__fit_row *row, double *log10_sd)
{
    const mtl__target *t = row->target;
    double mean = 0.0, square = 0.0;
    for (int i = 0; i < row->n_members; i++) {
        const mtl__fit_probe *p = &f->probe[row->member[i].probe];
        const mtl__qpcr a = assay_of(row, p);
        double m, v;
        mtl__fit_moments(f, p, &m, &v);
        const double counted =
            !isnan(t->volume_mL) ? t->volume_mL * p->cells_per_mL : a.genomes * a.recovery;
        v += m / counted; /* a Poisson number is counted */
        const double unit = row->per_mL ? p->cells_per_mL : 1.0;
        mean += row->member[i].weight * m * unit;
        square += row->member[i].weight * (v + m * m) * unit * unit;
    }
    double chance = 0.0;
    if (!isnan(row->n) && mean > 0.0)
        chance = mtl__log1p((square - mean * mean) / (mean * mean * row->n)) / (LN10 * LN10);
    const double study = row->study >= 0 ? 0.0 : t->scale_sd; /* a factor that is not fitted */
    *log10_sd = sqrt(chance + READING_LOG10_SD * READING_LOG10_SD + study * study);
    return mean * study_factor(f, row);
}

static double of_mean(const mtl_fit *f, const mtl__fit_row *row, double *predicted)
{
    mtl__target_unit unit;
    double sd;
    mtl__target_unit_parse(row->evidence->unit, &unit);
    const double background = row->target->background / unit.scale;
    const double mean = mean_and_error(f, row, &sd) + background;
    const double at = mtl__log10(mean > TINY ? mean : TINY);
    *predicted = mean * unit.scale;
    if (row->target->compare == MTL__C_UPPER)
        return log_normal_between(-HUGE_VAL, (mtl__log10(row->value) - at) / sd);
    if (row->target->compare == MTL__C_INTERVAL || isnan(row->value))
        return log_normal_between((mtl__log10(row->low) - at) / sd,
                                  (mtl__log10(row->high) - at) / sd);
    const double z = (mtl__log10(row->value) - at) / sd;
    return -0.5 * z * z - mtl__log(sd * 2.5066282746310002);
}

static double of_median(const mtl_fit *f, const mtl__fit_row *row, double *predicted)
{
    const double n = row->n;
    if (row->target->compare == MTL__C_INTERVAL || isnan(row->value)) {
        const double half = 0.5 * (n + 1.0), lo = p_below(f, row, row->low),
                     hi = p_below(f, row, row->high);
        *predicted = hi - lo;
        return log_of(lo > 0.5 ? mtl__beta_inc(half, half, 1.0 - lo) -
                                     mtl__beta_inc(half, half, 1.0 - hi)
                               : mtl__beta_inc(half, half, hi) - mtl__beta_inc(half, half, lo));
    }
    double p = p_below(f, row, row->value);
    if (row->target->statistic == MTL__S_MEDIAN_ABOVE) {
        const double under = p_below(f, row, row->target->above);
        p = under < 1.0 ? clamp01((p - under) / (1.0 - under)) : 1.0;
    }
    *predicted = p;
    return log_binomial(0.5 * n, n, p);
}

/* The largest reading as a count, and the genomes to look at for it. */
static double largest_count(const mtl_fit *f, const mtl__fit_row *row, double *tested, double *g)
{
    const mtl__qpcr a = assay_of(row, &f->probe[row->member[0].probe]);
    *tested = *g = a.genomes * a.recovery;
    double count = floor(row->high * *tested + 0.5);
    if (count < 1.0)
        count = 1.0;
    if (count > K_MAX) {
        count = K_MAX;
        *g = count / row->high;
    }
    return count;
}

static double of_largest(const mtl_fit *f, const mtl__fit_row *row, double *predicted)
{
    double below[K_MAX + 1], tested, g;
    const double count = largest_count(f, row, &tested, &g);
    cumulative(f, row, g * study_factor(f, row), tested, true, below);
    const int k = (int)count;
    const double most = mtl__pow(clamp01(below[k]), row->n);
    *predicted = most;
    return log_of(most - mtl__pow(clamp01(below[k - 1]), row->n));
}

static double of_none_seen(const mtl_fit *f, const mtl__fit_row *row, double *predicted)
{
    double p = 0.0;
    for (int i = 0; i < row->n_members; i++) {
        const mtl__fit_probe *q = &f->probe[row->member[i].probe];
        const double g = isnan(row->target->volume_mL) ? q->qpcr.genomes * q->qpcr.recovery
                                                       : row->target->volume_mL * q->cells_per_mL;
        p += row->member[i].weight * mtl__exp(mtl__fit_log_none(f, q, g * study_factor(f, row)));
    }
    *predicted = mtl__pow(p, row->n);
    return row->n * log_of(p);
}

void mtl__fit_row_eval(const mtl_fit *f, const mtl__fit_row *row, double *logl, double *predicted)
{
    double p;
    switch (row->target->statistic) {
    case MTL__S_POSITIVE:
        *predicted = p = p_positive(f, row);
        *logl = log_binomial(row->k, row->n, p);
        return;
    case MTL__S_ABOVE:
        *predicted = p = 1.0 - p_below(f, row, row->target->above);
        *logl = log_binomial(row->k, row->n, p);
        return;
    case MTL__S_MEAN:
        *logl = of_mean(f, row, predicted);
        return;
    case MTL__S_MEDIAN:
    case MTL__S_MEDIAN_ABOVE:
        *logl = of_median(f, row, predicted);
        return;
    case MTL__S_LARGEST:
        *logl = of_largest(f, row, predicted);
        return;
    case MTL__S_NONE_SEEN:
        *logl = of_none_seen(f, row, predicted);
        return;
    default:
        *logl = 0.0;
        *predicted = NAN;
    }
}

/* ---------------------------------------------------------------- rows from targets */
static const char *why_left_out(const mtl_fit *f, const mtl__target *t, double n)
{
    const mtl__evidence *e = &f->r->evidence[t->evidence];
    switch (t->statistic) {
    case MTL__S_PARAMETER:
        return "taken over as published: nothing to fit";
    case MTL__S_POSITIVE:
    case MTL__S_ABOVE:
        break;
    case MTL__S_MEAN:
    case MTL__S_MEDIAN:
    case MTL__S_MEDIAN_ABOVE:
    case MTL__S_LARGEST:
    case MTL__S_NONE_SEEN:
        break;
    default:
        return "a statistic that needs random numbers: compared only";
    }
    if (isnan(n) && t->statistic != MTL__S_MEAN)
        return "the number of women is not known: compared only";
    if (isnan(e->value) && (isnan(e->low) || isnan(e->high)))
        return "no number is published: compared only";
    if (!isnan(t->threshold) && t->threshold > 1.0)
        return "several wells make a sample positive: compared only";
    for (int i = 0; i < t->population.n; i++) {
        if (t->population.member[i].n_samples != 1)
            return "several samples of one woman: compared only";
        if (f->r->family[t->population.member[i].family].problem)
            return f->r->family[t->population.member[i].family].problem;
    }
    return NULL;
}

/* Is `id` one of the comma separated rows? */
static bool named(const char *rows, const char *id)
{
    const size_t len = strlen(id);
    for (const char *p = rows; *p; p += strspn(p, ", ")) {
        const size_t n = strcspn(p, ", ");
        if (n == len && strncmp(p, id, n) == 0)
            return true;
        p += n;
    }
    return false;
}

static int study_of(const mtl_fit *f, const char *id)
{
    for (int i = 0; i < f->n_params; i++)
        if (f->param[i].role == MTL__FIT_STUDY && named(f->param[i].rows, id))
            return i;
    return -1;
}

static int probe_of(mtl_fit *f, int family, int sample)
{
    for (int i = 0; i < f->n_probes; i++)
        if (f->probe[i].family == family && f->probe[i].sample == sample)
            return i;
    f->probe[f->n_probes] =
        (mtl__fit_probe){.family = family, .sample = sample, .ln_g0 = HUGE_VAL, .ln_g1 = -HUGE_VAL};
    return f->n_probes++;
}

static int fill_row(mtl_fit *f, mtl__fit_row *row, const mtl__target *t, mtl_error *err)
{
    const mtl__evidence *e = &f->r->evidence[t->evidence];
    mtl__target_unit unit;
    mtl__target_unit_parse(e->unit, &unit);
    row->target = t;
    row->evidence = e;
    row->per_mL = unit.per_mL;
    row->n = isnan(t->n) ? e->n : t->n;
    row->k = isnan(e->k) ? e->value * row->n : e->k;
    row->value = e->value / unit.scale;
    row->low = e->low / unit.scale;
    row->high = e->high / unit.scale;
    row->study = study_of(f, e->id);
    row->left_out = why_left_out(f, t, row->n);
    for (int i = 0; i < f->n_apart; i++)
        if (named(f->apart[i].rows, e->id))
            row->apart = f->apart[i].why;
    row->moved_by = mtl__arena_alloc(&f->arena, (size_t)f->n_params + 1);
    row->seen = mtl__arena_alloc(&f->arena, ((size_t)f->n_params + 1) * sizeof *row->seen);
    row->member = mtl__arena_alloc(&f->arena, ((size_t)t->population.n + 1) * sizeof *row->member);
    if (!row->moved_by || !row->seen || !row->member)
        return mtl__nomem(err);
    for (int i = 0; i < t->population.n && !row->left_out; i++) {
        const mtl__member *m = &t->population.member[i];
        row->member[row->n_members++] = (mtl__fit_member){
            m->weight, probe_of(f, m->family, f->r->family[m->family].order[m->sample[0]])};
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- what must be tabulated */
/* The table of every member reaches `g` genomes, with the window of the counts and over the bounds
   of the study's factor. */
static void reach(mtl_fit *f, const mtl__fit_row *row, double g, bool window)
{
    for (int i = 0; i < row->n_members; i++) {
        mtl__fit_probe *p = &f->probe[row->member[i].probe];
        const double at = mtl__log(g * (row->per_mL && window ? p->cells_per_mL : 1.0));
        double lo = at, hi = at;
        if (row->study >= 0) {
            lo += f->param[row->study].lo;
            hi += f->param[row->study].hi;
        }
        lo += mtl__log(window ? 1.0 - MTL__FIT_WINDOW : 0.99);
        hi += mtl__log(window ? 1.0 + MTL__FIT_WINDOW : 1.01);
        p->ln_g0 = mtl__min(p->ln_g0, lo);
        p->ln_g1 = mtl__max(p->ln_g1, hi);
    }
}

static void reach_level(mtl_fit *f, const mtl__fit_row *row, double level)
{
    const double factor = row->study >= 0 ? 1.0 : row->target->scale_factor;
    if (level > 0.0)
        reach(f, row, (K_MAX + 2.0 / 3.0) / level * factor, true);
}

static void reach_tested(mtl_fit *f, const mtl__fit_row *row)
{
    const double factor = row->study >= 0 ? 1.0 : row->target->scale_factor;
    for (int i = 0; i < row->n_members; i++) {
        const mtl__fit_probe *p = &f->probe[row->member[i].probe];
        const mtl__qpcr a = assay_of(row, p);
        const bool volume =
            row->target->statistic == MTL__S_NONE_SEEN && !isnan(row->target->volume_mL);
        reach(f, row,
              factor * (volume ? row->target->volume_mL * p->cells_per_mL : a.genomes * a.recovery),
              false);
    }
}

void mtl__fit_spans(mtl_fit *f)
{
    for (int i = 0; i < f->n_rows; i++) {
        const mtl__fit_row *row = &f->row[i];
        double tested, g;
        if (row->left_out)
            continue;
        switch (row->target->statistic) {
        case MTL__S_POSITIVE:
        case MTL__S_NONE_SEEN:
            reach_tested(f, row);
            break;
        case MTL__S_LARGEST:
            (void)largest_count(f, row, &tested, &g);
            reach(f, row, g, true);
            break;
        case MTL__S_MEAN:
            break;
        default:
            reach_level(f, row, row->target->above);
            reach_level(f, row, row->value);
            if (isnan(row->value)) {
                reach_level(f, row, row->low);
                reach_level(f, row, row->high);
            }
        }
    }
}

int mtl__fit_rows(mtl_fit *f, mtl_error *err)
{
    size_t members = 0;
    for (int i = 0; i < f->r->n_targets; i++)
        members += (size_t)f->r->target[i].population.n;
    f->row = mtl__arena_alloc(&f->arena, ((size_t)f->r->n_targets + 1) * sizeof *f->row);
    f->probe = mtl__arena_alloc(&f->arena, (members + 1) * sizeof *f->probe);
    if (!f->row || !f->probe)
        return mtl__nomem(err);
    for (int i = 0; i < f->r->n_targets; i++) {
        const mtl__target *t = &f->r->target[i];
        if (strcmp(f->r->evidence[t->evidence].use, "fit") == 0)
            MTL_TRY(fill_row(f, &f->row[f->n_rows++], t, err));
    }
    return MTL_OK;
}
