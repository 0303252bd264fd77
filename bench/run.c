/* SPDX-License-Identifier: MIT */
/* The benchmarks of Matriline: one program, one table. Every figure is the median of at least five
   repeats; where something is compared, both sides run in turn in the same process, so that a
   machine that is busy or slow is so for both, and the ratio is what counts. README.md says what
   each means. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

static void usage(FILE *f)
{
    (void)fprintf(f, "usage: run [--data DIR] [--models DIR] [--life FILE] [--repeats N]\n"
                     "           [--only exact|leap|life|host|family|analytic|reads] [--strict]\n"
                     "--data     folder with networks/ (default: MATRILINE_DATA, else\n"
                     "           ../shared/data beside the source)\n"
                     "--strict   exit with 1 when a goal is missed\n");
}

static int parse_options(int argc, char **argv, bench_opts *o, bool *strict)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--strict") == 0) {
            *strict = true;
            continue;
        }
        if (strcmp(argv[i], "--help") == 0) {
            usage(stdout);
            return 1;
        }
        if (!value)
            return -1;
        if (strcmp(argv[i], "--data") == 0)
            o->data = value;
        else if (strcmp(argv[i], "--models") == 0)
            o->models = value;
        else if (strcmp(argv[i], "--life") == 0)
            o->life = value;
        else if (strcmp(argv[i], "--only") == 0)
            o->only = value;
        else if (strcmp(argv[i], "--repeats") == 0)
            o->repeats = atoi(value);
        else
            return -1;
        i++;
    }
    return o->repeats >= 5 && o->repeats <= 256 ? 0 : -1;
}

static void section(bench_opts *o, const char *name, const char *title, void (*fn)(bench_opts *))
{
    if (o->only && strcmp(o->only, name) != 0)
        return;
    printf("\n%s\n", title);
    (void)fflush(stdout);
    fn(o);
}

int main(int argc, char **argv)
{
    const char *data = getenv("MATRILINE_DATA");
    bench_opts o = {.data = data ? data : MTL_SOURCE_ROOT "/../shared/data",
                    .models = MTL_SOURCE_ROOT "/models/human",
                    .life = MTL_SOURCE_ROOT "/bench/life.yaml",
                    .host = MTL_SOURCE_ROOT "/bench/host.yaml",
                    .family = MTL_SOURCE_ROOT "/bench/family.yaml",
                    .repeats = 5};
    bool strict = false;
    const int ret = parse_options(argc, argv, &o, &strict);
    if (ret) {
        usage(ret < 0 ? stderr : stdout);
        return ret < 0 ? 2 : 0;
    }
    printf("%-34s %9s %-9s %9s %9s %10s %6s %s\n", "medians of repeats, one thread", "median",
           "unit", "least", "most", "reference", "ratio", "goal");
    section(&o, "exact", "exact: time per event, beside bench/reference_ssa.c on the same network",
            bench_exact);
    section(&o, "leap", "leap: time of one run", bench_leap);
    section(&o, "life", "one rich life (bench/life.yaml)", bench_life);
    section(&o, "host", "one rich life with its host (bench/host.yaml)", bench_host);
    section(&o, "family", "families: what a person costs", bench_family);
    section(&o, "analytic", "analytic: no random numbers", bench_analytic);
    section(&o, "reads", "reads: from a file to fractions, two threads", bench_reads);
    if (o.failures)
        printf("\n%d missed or failed\n", o.failures);
    return strict && o.failures ? 1 : 0;
}
