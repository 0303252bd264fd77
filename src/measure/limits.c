/* SPDX-License-Identifier: MIT */
/* How little of a donor a qPCR assay in wells can find, and how many wells it takes to find a given
   fraction. The law is that of assay/: genomes Poisson, fragments into wells. */
#include <math.h>

#include "measure/measure.h"

double mtl__least_fraction(const mtl__qpcr *a, int copies, double power)
{
    if (copies < 1)
        return NAN;
    const double c = mtl__qpcr_lod(a, power);
    if (!(c <= copies) || !(c > 0))
        return NAN;
    return c / copies;
}

static mtl__qpcr with_wells(const mtl__qpcr *a, int wells, int threshold)
{
    mtl__qpcr b = *a;
    b.genomes = a->genomes / a->wells * wells;
    b.wells = wells;
    b.threshold = threshold;
    return b;
}

/* The most wells of which blanks hit `threshold` with at most `alarm`. */
static int most_wells(const mtl__qpcr *a, int threshold, double alarm)
{
    int low = 0, high = MTL__WELLS_MAX; /* low is fine, above high is not looked at */
    while (low < high) {
        const int mid = (low + high + 1) / 2;
        const mtl__qpcr b = with_wells(a, mid, threshold);
        if (threshold > mid || mtl__qpcr_p_positive(&b, 0) <= alarm)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

int mtl__wells_needed(const mtl__qpcr *a, int copies, double fraction, double power, double alarm,
                      int *threshold)
{
    const double c = mtl__min(fraction * copies, 1);
    if (!(c > 0))
        return 0;
    for (int t = 1, covered = 0; covered < MTL__WELLS_MAX && t <= MTL__WELLS_MAX; t++) {
        const int most = most_wells(a, t, alarm);
        int low = covered + 1, high = most;
        if (low < t)
            low = t;
        if (most > covered)
            covered = most;
        if (low > high)
            continue;
        mtl__qpcr b = with_wells(a, high, t);
        if (mtl__qpcr_p_positive(&b, c) < power)
            continue;
        while (low < high) {
            const int mid = (low + high) / 2;
            b = with_wells(a, mid, t);
            if (mtl__qpcr_p_positive(&b, c) >= power)
                high = mid;
            else
                low = mid + 1;
        }
        *threshold = t;
        return low;
    }
    return 0;
}
