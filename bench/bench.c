/* SPDX-License-Identifier: MIT */
/* What the benchmark programs share: the clock, medians, the rows of the table, reading a network.
 */
#include "bench.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

double bench_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_median(int n, const double *x)
{
    double sorted[256];
    const int m = n < 256 ? n : 256;
    memcpy(sorted, x, (size_t)m * sizeof *x);
    qsort(sorted, (size_t)m, sizeof *sorted, by_value);
    return m < 1 ? NAN : m % 2 ? sorted[m / 2] : (sorted[m / 2 - 1] + sorted[m / 2]) / 2;
}

void bench_row(bench_opts *o, const char *what, const char *unit, int n, const double *x,
               const double *reference, double goal)
{
    double low = x[0], high = x[0], ratio[256];
    for (int i = 1; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    printf("%-34s %9.4g %-9s %9.4g %9.4g", what, bench_median(n, x), unit, low, high);
    double judged = bench_median(n, x);
    if (reference) {
        for (int i = 0; i < n && i < 256; i++)
            ratio[i] = x[i] / reference[i];
        judged = bench_median(n < 256 ? n : 256, ratio);
        printf(" %10.4g %6.2f", bench_median(n, reference), judged);
    } else {
        printf(" %10s %6s", "-", "-");
    }
    if (isnan(goal)) {
        printf(" %7s\n", "-");
    } else {
        printf(" <= %4.4g %s\n", goal, judged <= goal ? "met" : "MISSED");
        o->failures += judged > goal;
    }
    (void)fflush(stdout);
}

void bench_note(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    printf("  ");
    vprintf(fmt, args);
    printf("\n");
    va_end(args);
    (void)fflush(stdout);
}

void bench_failed(bench_opts *o, const char *what, const mtl_error *err)
{
    char text[1024];
    mtl_error_format(err, text, sizeof text);
    bench_note("%s: FAILED: %s", what, text);
    o->failures++;
}

mtl__network *bench_network(bench_opts *o, const char *name)
{
    char path[4096];
    struct stat st;
    mtl__network *net = NULL;
    mtl_error err;
    (void)snprintf(path, sizeof path, "%s/networks/%s.json", o->data, name);
    if (stat(path, &st) != 0) {
        bench_note("%s: skipped, no file %s (see --data)", name, path);
        return NULL;
    }
    if (mtl__network_read(&net, path, &err) < 0)
        bench_failed(o, name, &err);
    return net;
}
