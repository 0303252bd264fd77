/* SPDX-License-Identifier: MIT */
/* FISH on sections as a law of counting: of n cells, drawn from a piece in which a fraction c is
   the donor's, each shows a signal with probability c seen + (1 - c) false, so that the number of
   positives is binomial. What it leaves out: clusters of a clone in one section, cells that are cut
   twice by neighbouring sections, overlapping nuclei. */
#include "assay/fish.h"

#include <math.h>

static int bad(mtl_error *err, const char *field, double value, const char *want)
{
    return mtl__fail(err, MTL_ERR_VALUE, field, "%s is %g; it must be %s", field, value, want);
}

int mtl__fish_check(const mtl__fish *a, mtl_error *err)
{
    if (a->cells < 1 || a->cells > (int64_t)1 << 40)
        return bad(err, "cells", (double)a->cells, "from 1 to 2^40");
    if (a->sections < 1 || a->sections > MTL__SECTIONS_MAX)
        return bad(err, "sections", a->sections, "from 1 to 1000");
    if (!(a->seen > 0.0 && a->seen <= 1.0))
        return bad(err, "seen", a->seen, "above 0 and at most 1");
    if (!(a->false_per_cell >= 0.0 && a->false_per_cell < a->seen))
        return bad(err, "false_per_cell", a->false_per_cell, "at least 0 and below `seen`");
    if (a->threshold < 1 || a->threshold > a->cells)
        return bad(err, "threshold", a->threshold, "from 1 to the number of cells");
    return 0;
}

double mtl__fish_p_cell(const mtl__fish *a, double c)
{
    return a->false_per_cell + mtl__min(c, 1.0) * (a->seen - a->false_per_cell);
}

int64_t mtl__units_in(int64_t n, int parts, int i)
{
    return n / parts + (i < n % parts);
}

/* Draws without replacement, one positive after the other; where they are many, part after part
   binomially, against which the finite number of units hardly matters. */
void mtl__spread_evenly(mtl__rng *rng, int64_t n, int parts, int64_t positive, int64_t *by_part)
{
    const bool many = positive > 20000;
    for (int i = 0; i < parts; i++)
        by_part[i] = 0;
    for (int64_t k = 0; k < positive && !many; k++) {
        double at = mtl__rng_unit(rng) * (double)(n - k); /* among those not yet named */
        int i = 0;
        for (; i + 1 < parts; i++) {
            const double left = (double)(mtl__units_in(n, parts, i) - by_part[i]);
            if (at < left)
                break;
            at -= left;
        }
        by_part[i]++;
    }
    int64_t behind = n;
    for (int i = 0; i < parts && many; i++) {
        const int64_t here = mtl__units_in(n, parts, i);
        int64_t k = mtl__rng_binomial(rng, positive, (double)here / (double)behind);
        behind -= here;
        k = k > here ? here : k;
        by_part[i] = positive - k > behind ? positive - behind : k;
        positive -= by_part[i];
    }
}

int mtl__fish_simulate(const mtl__fish *a, const mtl__composition *c, mtl__rng *rng,
                       int64_t *by_section, int64_t *positive)
{
    double sum = 0.0, carried = 0.0;
    MTL_TRY(mtl__fish_check(a, NULL));
    for (int i = 0; i < c->n_donors; i++) {
        if (!(c->fraction[i] >= 0.0) || c->copies[i] < 0)
            return MTL_ERR_VALUE;
        sum += c->fraction[i];
        carried += c->copies[i] > 0 ? c->fraction[i] : 0.0;
    }
    if (!(sum <= 1.0 + 1e-9))
        return MTL_ERR_VALUE;
    *positive = mtl__rng_binomial(rng, a->cells, mtl__fish_p_cell(a, carried));
    if (by_section)
        mtl__spread_evenly(rng, a->cells, a->sections, *positive, by_section);
    return 0;
}

double mtl__fish_loglik(const mtl__fish *a, int64_t positive, double c)
{
    const double n = (double)a->cells, k = (double)positive;
    if (!(c >= 0.0 && isfinite(c)) || positive < 0 || positive > a->cells)
        return -HUGE_VAL;
    const double p = mtl__fish_p_cell(a, c);
    if ((k > 0.0 && !(p > 0.0)) || (k < n && !(p < 1.0)))
        return -HUGE_VAL;
    return mtl__log_gamma(n + 1.0) - mtl__log_gamma(k + 1.0) - mtl__log_gamma(n - k + 1.0) +
           (k > 0.0 ? k * mtl__log(p) : 0.0) + (k < n ? (n - k) * mtl__log1p(-p) : 0.0);
}
