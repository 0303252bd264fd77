/* SPDX-License-Identifier: MIT */
/* Laws of counts for wells and partitions. Background: the chance that a blank is hit has Jeffreys'
   posterior beta(hits + 1/2, misses + 1/2); the rate of false fragments, -log(1 - chance), takes
   its mean and variance (differences of digamma and trigamma) as a gamma law, so that false
   fragments in w further places are negative binomial: the predictive blank of few blanks. Donor
   fragments: the genomes of a donor are Poisson and each brings 0, 1, 2 ... fragments, a compound
   Poisson law, found by Panjer's recursion (ASTIN Bulletin 12, 1981), F P(F) = sum_j j r_j P(F -
   j). Occupancy: F fragments thrown into places one by one climb a ladder of hit places, h -> h + 1
   with probability 1 - h/places; all its numbers are positive (see assay/hits.c). */
#include <math.h>
#include <string.h>

#include "measure/wells_parts.h"

mtl__background mtl__background_of(int64_t wells, int64_t hits)
{
    const double n = (double)wells, h = (double)hits;
    const double mean = mtl__digamma(n + 1.0) - mtl__digamma(n - h + 0.5);
    const double variance = mtl__trigamma(n - h + 0.5) - mtl__trigamma(n + 1.0);
    if (!(mean > 0.0 && variance > 0.0)) /* more wells than digits: the plain posterior */
        return (mtl__background){h + 0.5, n};
    return (mtl__background){mean * mean / variance, mean / variance};
}

mtl__background mtl__background_assumed(double per_well)
{
    if (!(per_well > 0.0))
        return (mtl__background){0.0, 0.0};
    return (mtl__background){0.5, 0.5 / per_well};
}

void mtl__background_counts(const mtl__background *b, double places, int n, double *p)
{
    memset(p, 0, (size_t)n * sizeof *p);
    if (!(b->rate > 0.0)) {
        p[0] = 1.0;
        return;
    }
    const double log_none = -b->shape * mtl__log1p(places / b->rate);
    const double log_more = mtl__log(places) - mtl__log(places + b->rate);
    double lw = log_none;
    for (int k = 0; k < n; k++) {
        if (k > 0)
            lw += log_more + mtl__log((b->shape + k - 1.0) / k);
        p[k] = mtl__exp(lw);
        if (lw < -745.0 && k > b->shape * places / b->rate)
            break;
    }
}

static double binomial(int n, int k, double p)
{
    if (p >= 1.0)
        return k == n ? 1.0 : 0.0;
    if (!(p > 0.0))
        return k == 0 ? 1.0 : 0.0;
    return mtl__exp(mtl__log_gamma(n + 1.0) - mtl__log_gamma(k + 1.0) -
                    mtl__log_gamma(n - k + 1.0) + k * mtl__log(p) + (n - k) * mtl__log1p(-p));
}

int mtl__cluster_make(mtl__cluster *c, mtl__arena *arena, int z, double fragments, double whole)
{
    const int each = (int)floor(fragments), sure = z * each;
    const double part = fragments - each;
    const bool single = !(whole > 0.0) || z * fragments <= 1.0;
    c->n = single ? 1 : sure + z;
    c->p = mtl__arena_alloc(arena, ((size_t)c->n + 1) * sizeof *c->p);
    if (!c->p)
        return MTL_ERR_MEMORY;
    if (single) {
        c->p[1] = c->mean = c->square = 1.0;
        return 0;
    }
    for (int i = 0; i <= sure; i++) /* whole fragments, and broken ones of each allele */
        for (int k = 0; k <= z; k++)
            c->p[i + k] += binomial(sure, i, whole) * binomial(z, k, whole * part);
    while (c->n > 1 && !(c->p[c->n] > 0.0))
        c->n--;
    c->mean = c->square = 0.0;
    for (int j = 1; j <= c->n; j++) {
        c->mean += j * c->p[j];
        c->square += (double)j * j * c->p[j];
    }
    return 0;
}

/* Brings p[0 .. f] down by 10^-200. */
static void scale_down(double *p, double *slope, int f, double *log_scale)
{
    for (int i = 0; i <= f; i++) {
        p[i] *= 1e-200;
        if (slope)
            slope[i] *= 1e-200;
    }
    *log_scale += 200.0 * MTL__LN10;
}

void mtl__cluster_counts(const mtl__cluster *c, double mean, int n, double *p, double *slope,
                         double *log_scale)
{
    const double genomes = mean / c->mean, heard = genomes * (1.0 - c->p[0]);
    *log_scale = -heard;
    p[0] = 1.0;
    if (slope)
        slope[0] = -heard;
    for (int f = 1; f < n; f++) {
        const int most = c->n < f ? c->n : f;
        double weighted = 0.0, plain = 0.0;
        for (int j = 1; j <= most; j++) {
            const double term = c->p[j] * p[f - j];
            weighted += j * term;
            plain += term;
        }
        p[f] = genomes * weighted / f;
        if (slope)
            slope[f] = genomes * plain - heard * p[f];
        if (p[f] > 1e250)
            scale_down(p, slope, f, log_scale);
    }
}

void mtl__occupancy_step(double places, int top, double *p)
{
    p[top + 1] += top < places ? p[top] * (1.0 - top / places) : 0.0;
    for (int h = top; h > 0; h--)
        p[h] = (p[h] * h + p[h - 1] * (places - (h - 1))) / places;
    p[0] = 0.0;
}
