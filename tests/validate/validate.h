/* SPDX-License-Identifier: MIT */
#ifndef VALIDATE_H
#define VALIDATE_H
/* Measurements held against drawn truth, many times per setting, and against published plates and
   reads. `validate` writes docs/validation.md. */
#include <stdio.h>

#include "base/base.h"
#include "num/num.h"

enum { V_DONORS = 3 };
/* What one fit of one drawn sample says of one donor. Levels are fractions of genomes. */
typedef struct v_out {
    double estimate; /* 0 where nothing above the background was seen */
    double low, high, lod;
    double count;  /* fragments, or reads with an allele that the host lacks, that were expected */
    bool found;    /* above the blanks; p < 0.05 */
    bool detected; /* found in a sample drawn at this very limit of detection */
} v_out;

enum {
    V_WRONG = 1,  /* the fit is told less than the truth: shown, not judged */
    V_LIMIT = 2,  /* draw a second sample at the limit of detection */
    V_SHORT = 4,  /* is part of the short run */
    V_HEAVY = 8,  /* a fifth of the replicates */
    V_LEVEL = 16, /* the level of its test is what it is for: nothing else is judged */
};
typedef struct v_case {
    const char *name;
    unsigned flags;
    int n_donors;
    const char *donor[V_DONORS];
    double truth[V_DONORS];
    const void *setting;
    /* Draws and fits replicate r; out[n_donors]. Called from several threads. */
    int (*fit)(const struct v_case *c, uint64_t r, v_out *out, mtl_error *err);
} v_case;

typedef struct v_run {
    FILE *doc;    /* what is written, NULL = nothing */
    int families; /* per setting */
    int threads;
    const char *match; /* only settings whose name holds this; NULL = all */
    bool brief;        /* the short run: a check fails only where chance cannot be blamed */
    int checks, missed, failed;
} v_run;

void v_say(v_run *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A table of settings: head, rows, end. Those that are not part of a short run are left out of it.
 */
void v_table(v_run *v, const v_case *cases, size_t n);
void v_table_wrong(v_run *v, const v_case *cases, size_t n);
/* One TAP line. */
void v_check(v_run *v, bool good, const char *format, ...) __attribute__((format(printf, 3, 4)));

void v_wells(v_run *v);
void v_droplets(v_run *v);
void v_reads(v_run *v);
void v_reads_wrong(v_run *v);
void v_wells_wrong(v_run *v);
void v_published_wells(v_run *v);
void v_published_droplets(v_run *v);
void v_published_reads(v_run *v);

/* A line of a table, split in place; returns the number of fields. Quotes are dropped. */
int v_split(char *line, char separator, char **field, int most);

#endif
