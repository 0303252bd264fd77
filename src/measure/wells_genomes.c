/* SPDX-License-Identifier: MIT */
/* How much DNA was tested: the reference gene, which every genome has twice, read in wells of its
   own or in the same wells. Each hit well gives log10 copies = (Ct - intercept) / slope; the mean
   over wells is taken on the log scale; its error is that of the wells (scatter of the curve and
   Poisson, or their own spread where that is larger than both allow) and that of the curve at this
   Ct, widened by Student's t for the few standards behind it. Of partitions, lambda = -ln(1 - k/n)
   [Dube2008]. Also what the wells of a sample need of a curve. */
#include <math.h>

#include "measure/wells_parts.h"

bool mtl__reaction_counts(const mtl__reaction *r, int sample, int target)
{
    return !r->omit && r->sample_index == sample && r->target_index == target &&
           r->role != MTL__ROLE_STANDARD && r->role != MTL__ROLE_BLANK;
}

const mtl__curve *mtl__curve_for(const mtl__wells *w, int target)
{
    for (int i = 0; i < w->n_curves; i++)
        if (w->curve[i].target == target && !(w->curve[i].flags & MTL__FLAG_NO_CURVE))
            return &w->curve[i];
    return NULL;
}

mtl__ct_law mtl__curve_law(const mtl__curve *c, const mtl__target *t, double ct, double *shift_sd)
{
    const double unit = mtl__log10(t->copies / t->fragments);
    const double x = (ct - c->intercept) / c->slope; /* log10 copies */
    const double variance =
        c->covariance[2] + 2.0 * x * c->covariance[1] + x * x * c->covariance[0];
    *shift_sd = sqrt(mtl__max(variance, 0.0));
    return (mtl__ct_law){c->intercept + c->slope * unit, c->slope, c->sd};
}

double mtl__spread_p(const mtl__ct_law *law, const double *ct, int n)
{
    double mean = 0.0, sum = 0.0, expected, variance;
    if (n < 2)
        return (double)NAN;
    for (int i = 0; i < n; i++)
        mean += ct[i] / n;
    const double log_m = mtl__min((mean - law->one) / law->slope * MTL__LN10, 30.0);
    const double per = law->slope / MTL__LN10;
    mtl__log_count_moments(mtl__max(mtl__exp(log_m), 0.5), &expected, &variance);
    variance = variance * per * per + law->sd * law->sd;
    for (int i = 0; i < n; i++)
        sum += (ct[i] - mean) * (ct[i] - mean) / variance;
    return mtl__chi2_sf(sum, n - 1.0);
}

typedef struct reading {
    double log_per, variance; /* of genomes per well or partition */
    bool digital;
    int wells;
} reading;

static bool read_partitions(reading *r, const mtl__plate *p, int sample, int target)
{
    double n = 0.0, k = 0.0;
    for (int i = 0; i < p->n; i++)
        if (mtl__reaction_counts(&p->reaction[i], sample, target)) {
            n += (double)p->reaction[i].partitions;
            k += (double)p->reaction[i].positive;
            r->wells++;
        }
    if (!(k > 0.0 && k < n))
        return false;
    const double hit = k / n, mean = -mtl__log1p(-hit);
    r->log_per = mtl__log(mean / (2.0 * p->target[target].fragments));
    r->variance = hit / (n * (1.0 - hit) * mean * mean);
    r->digital = true;
    return true;
}

static bool read_wells(reading *r, const mtl__plate *p, const mtl__curve *c, int sample, int target,
                       unsigned *flags)
{
    enum { MOST = 400 };
    const mtl__target *t = &p->target[target];
    double ct[MOST], mean = 0.0, own = 0.0, shift;
    int n = 0;
    for (int i = 0; i < p->n && n < MOST; i++)
        if (mtl__reaction_counts(&p->reaction[i], sample, target)) {
            r->wells++;
            if (!isnan(p->reaction[i].ct))
                ct[n++] = p->reaction[i].ct;
        }
    if (!c || n == 0)
        return false;
    for (int i = 0; i < n; i++)
        mean += ct[i] / n;
    for (int i = 0; i < n; i++)
        own += n > 1 ? (ct[i] - mean) * (ct[i] - mean) / (n - 1.0) : 0.0;
    const mtl__ct_law law = mtl__curve_law(c, t, mean, &shift);
    const double per = -MTL__LN10 / c->slope; /* log m per cycle */
    const double log_m = mtl__min((law.one - mean) * per, 40.0), m = mtl__exp(log_m);
    double within = (law.sd * law.sd * per * per + 1.0 / m) / n;
    if (mtl__spread_p(&law, ct, n) < 0.01 || n < r->wells) {
        *flags |= MTL__FLAG_REPLICATES_SPREAD;
        within = mtl__max(within, own * per * per / n);
    }
    const double widen = c->df >= 1.0 ? mtl__t_quantile(0.975, c->df) / 1.959963984540054 : 1.0;
    const double geq = m / (2.0 * t->fragments); /* a reference gene is there twice */
    r->log_per = mtl__log(geq);
    r->variance = (within + shift * shift * per * per) * widen * widen;
    const double standard = m / (t->calibrator * t->fragments);
    if (standard > 1.5 * c->quantity_high || standard < c->quantity_low / 1.5)
        *flags |= MTL__FLAG_BEYOND_CURVE;
    return true;
}

mtl__genomes mtl__genomes_of(const mtl__plate *p, const mtl__wells *w, int sample)
{
    const mtl__sampled *s = &p->sample[sample];
    mtl__genomes g = {(double)NAN, (double)NAN, 0.0, 0};
    if (s->genomes_per_well > 0.0) {
        g.per_well = s->genomes_per_well;
        g.sd = s->genomes_sd > 0.0 ? s->genomes_sd : 0.0;
        return g;
    }
    double weight = 0.0, sum = 0.0;
    bool digital = false;
    int wells = 0;
    double per_well = 0.0;
    for (int t = 0; t < p->n_targets; t++) {
        reading r = {0};
        bool partitions = false, there = false;
        double n = 0.0;
        if (!p->target[t].reference)
            continue;
        for (int i = 0; i < p->n; i++)
            if (mtl__reaction_counts(&p->reaction[i], sample, t)) {
                there = true;
                partitions = p->reaction[i].partitions > 0;
                n += (double)p->reaction[i].partitions;
            }
        if (!there || !(partitions ? read_partitions(&r, p, sample, t)
                                   : read_wells(&r, p, mtl__curve_for(w, t), sample, t, &g.flags)))
            continue;
        digital = r.digital;
        wells = r.wells;
        per_well = n > 0.0 ? n / wells : 0.0;
        sum += r.log_per / r.variance;
        weight += 1.0 / r.variance;
    }
    const double dilution = s->dilution > 0.0 ? s->dilution : 1.0;
    if (!(weight > 0.0)) {
        g.flags |= MTL__FLAG_NO_GENOMES;
        return g;
    }
    const double mean = mtl__exp(sum / weight) * dilution;
    g.sd = sqrt(1.0 / weight);
    g.per_well = digital ? mean * per_well : mean;
    g.per_partition = digital ? mean : (double)NAN;
    return g;
}
