/* SPDX-License-Identifier: MIT */
/* How much is needed to find a fraction. For every amount the threshold is the smallest that blanks
   reach with at most the alarm; as it jumps up now and then, the chance of finding is no smooth
   function of the amount, and amounts are gone through from the smallest one on (reads in steps of
   2%: beyond that exactness has no meaning; wells of qPCR as limits.c has it). */
#include "measure/design.h"

#include <math.h>

#include "measure/measure.h"

static const double most_depth = 1e7, most_sites = 1e6, donor_genomes = 10.0;

/* The same assay with `amount` wells, sections or reads per site. */
static mtl__virtual with_amount(const mtl__virtual *v, double amount)
{
    mtl__virtual b = *v;
    switch (v->by) {
    case MTL__BY_QPCR:
        b.qpcr.wells = (int)amount;
        b.qpcr.genomes = v->qpcr.genomes / v->qpcr.wells * amount;
        break;
    case MTL__BY_DPCR:
        b.dpcr_wells = (int)amount;
        b.dpcr.partitions = (int64_t)((double)v->dpcr.partitions / v->dpcr_wells * amount);
        b.dpcr.genomes = v->dpcr.genomes / v->dpcr_wells * amount;
        break;
    case MTL__BY_FISH:
        b.fish.sections = (int)amount < MTL__SECTIONS_MAX ? (int)amount : MTL__SECTIONS_MAX;
        b.fish.cells = (int64_t)((double)v->fish.cells / v->fish.sections * amount);
        break;
    default:
        b.reads.depth = amount;
    }
    return b;
}

static void set_threshold(mtl__virtual *v, int64_t k)
{
    v->qpcr.threshold = (int)k;
    v->dpcr_threshold = (int)k;
    v->fish.threshold = (int)k;
    v->reads.threshold = k;
}

/* Does this amount do? Thresholds only rise with it: the search goes on from the last one. */
static bool does(const mtl__virtual *v, const mtl__wish *w, double amount, int64_t *threshold,
                 mtl__need *out)
{
    mtl__virtual b = with_amount(v, amount);
    if (v->by == MTL__BY_READS) {
        *threshold = mtl__informative_rule(&b.reads, w->alarm);
    } else {
        while (mtl__virtual_at_least(&b, *threshold, 0.0) > w->alarm)
            ++*threshold;
    }
    if ((double)*threshold > mtl__virtual_units(&b) && v->by != MTL__BY_READS)
        return false;
    set_threshold(&b, *threshold);
    const double power = mtl__virtual_at_least(&b, *threshold, w->fraction);
    if (!(power >= w->power))
        return false;
    *out = (mtl__need){.enough = true,
                       .amount = amount,
                       .units = mtl__virtual_units(&b),
                       .genomes = mtl__virtual_genomes(&b),
                       .threshold = *threshold,
                       .power = power,
                       .alarm = mtl__virtual_at_least(&b, *threshold, 0.0)};
    return true;
}

/* Two significant digits are enough to order reads by. */
static double next_depth(double depth)
{
    return depth < 50.0 ? depth + 1.0 : floor(depth * 1.02) + 1.0;
}

static bool possible(const mtl__wish *w)
{
    return w->fraction > 0.0 && w->fraction <= 1.0 && w->power > 0.0 && w->power < 1.0 &&
           w->alarm > 0.0 && w->alarm < 1.0;
}

/* Reads with DNA enough. */
static mtl__virtual with_genomes(const mtl__virtual *v, const mtl__wish *wish)
{
    mtl__virtual a = *v;
    a.reads.genomes =
        mtl__max(a.reads.genomes, donor_genomes / (wish->fraction * a.reads.recovery));
    return a;
}

int mtl__design_sites(const mtl__virtual *v, const mtl__wish *wish, mtl__need *out)
{
    int64_t threshold = 1;
    *out = (mtl__need){0};
    if (!possible(wish) || v->by != MTL__BY_READS || v->reads.sites < 1)
        return MTL_ERR_VALUE;
    MTL_TRY(mtl__virtual_check(v, NULL));
    mtl__virtual a = with_genomes(v, wish);
    for (double n = 1.0; n <= most_sites && !out->enough; n = next_depth(n)) {
        a.reads.sites = (int)n;
        a.reads.signal = v->reads.signal / v->reads.sites * n;
        if (does(&a, wish, a.reads.depth, &threshold, out))
            out->amount = n;
    }
    return 0;
}

int mtl__design(const mtl__virtual *v, const mtl__wish *wish, mtl__need *out)
{
    mtl__virtual a = *v;
    int64_t threshold = 1;
    *out = (mtl__need){0};
    if (!possible(wish))
        return MTL_ERR_VALUE;
    MTL_TRY(mtl__virtual_check(v, NULL));
    if (v->by == MTL__BY_READS) {
        a = with_genomes(v, wish);
        for (double d = 1.0; d <= most_depth; d = next_depth(d))
            if (does(&a, wish, d, &threshold, out))
                break;
        return 0;
    }
    if (v->by == MTL__BY_QPCR) {
        int k = 0;
        const int wells =
            mtl__wells_needed(&v->qpcr, 1, wish->fraction, wish->power, wish->alarm, &k);
        threshold = k;
        if (wells > 0)
            (void)does(&a, wish, wells, &threshold, out);
        return 0;
    }
    const int most = v->by == MTL__BY_DPCR ? MTL__DESIGN_WELLS : MTL__DESIGN_SECTIONS;
    for (int n = 1; n <= most; n++)
        if (does(&a, wish, n, &threshold, out))
            break;
    return 0;
}
