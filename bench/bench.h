/* SPDX-License-Identifier: MIT */
#ifndef MTL_BENCH_H
#define MTL_BENCH_H
/* What the benchmarks share: options, time, medians and the rows of the table. */
#include <stdbool.h>
#include <stdint.h>

#include "io/network.h"

typedef struct bench_opts {
    const char *data;   /* folder that holds networks/ */
    const char *models; /* folder of a model */
    const char *life;   /* scenario of one rich life */
    const char *host;   /* scenario of one that is followed as a host */
    const char *family; /* scenario of a family with all conduits */
    const char *only;   /* name of one section, or NULL */
    int repeats;        /* of everything; medians are printed */
    int failures;       /* goals missed, and what went wrong */
} bench_opts;

double bench_now(void); /* seconds, monotonic */
double bench_median(int n, const double *x);

/* One line of the table: what was measured in `unit`; with reference != NULL the same work by it,
   repeat by repeat, and the median of the ratios. goal NaN: none; else the value (or the ratio, if
   there is a reference) must not exceed it. */
void bench_row(bench_opts *o, const char *what, const char *unit, int n, const double *x,
               const double *reference, double goal);
void bench_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void bench_failed(bench_opts *o, const char *what, const mtl_error *err);
/* NULL (and a line that says so) where the data are missing. */
mtl__network *bench_network(bench_opts *o, const char *name);

void bench_exact(bench_opts *o);
void bench_leap(bench_opts *o);
void bench_life(bench_opts *o);
void bench_host(bench_opts *o);
void bench_family(bench_opts *o);
void bench_analytic(bench_opts *o);
void bench_reads(bench_opts *o);
/* make_reads.c: a BAM (NULL = none) with its genotypes; a table of counts. */
int bench_make_reads(const char *panel, long reads, const char *bam, const char *vcf, mtl_error *err);
int bench_make_counts(const char *panel, int samples, const char *path, mtl_error *err);

#endif
