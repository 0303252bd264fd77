/* SPDX-License-Identifier: MIT */
#ifndef LIVES_H
#define LIVES_H
/* Lives of hosts for tests: a scenario in YAML, settings in one string, what came of it. */
#include <stdbool.h>
#include <stdint.h>

#include "matriline/matriline.h"
#include "run/result.h"

typedef struct asked { /* one question; zeros are defaults */
    const char *text;  /* the scenario */
    const char *with;  /* "switch=value; parameter := 0.5 per day; ..." */
    const char *model; /* folder; NULL = models/human */
    enum mtl_solver solver;
    int replicates, first, threads;
    bool unknowns;
    uint64_t seed;       /* 0 = 11 */
    const double *dates; /* looked at beside the usual ones */
    int n_dates;
    bool brought;        /* what injuries bring */
} asked;
typedef struct life {
    mtl_model *m;
    mtl_scenario *s;
    mtl_result *r;
} life;

/* Fails the test, with the message, where it cannot be run. */
life live(const asked *q);
/* The error instead; 0 if there was none. */
int refused(const asked *q, mtl_error *err);
void drop(life *x);

/* Everything the result says of cells and samples, in one number; of hosts too (whole text). */
uint64_t cells_print(const mtl_result *r);
uint64_t whole_print(mtl_result *r);

/* Places in the result, or the test fails. */
int who(const life *x, const char *person);
int organ(const life *x, const char *name);
int kind(const life *x, const char *name);
const mtl__pair *pair(const life *x, const char *host, const char *donor);
const mtl__outcome_result *outcome(const life *x, const char *person, const char *name);
/* Mean number of cells of a kind (-1: of all seeds) of all donors, at a coarse time. */
double cells(const life *x, const char *host, const char *organ_name, int of_kind, int coarse);
/* First coarse time at or after t. */
int coarse_at(const life *x, double t);
/* Mean over replicates of the days of damage of injury k (trapezia), and of the response against
   donors of a host from d0 on. */
double damage_days(const life *x, int k);
double response_days(const life *x, const char *host);

/* A line for the log of what is compared. */
typedef struct moments {
    double n, sum, sq;
} moments;
void add(moments *m, double x);
double mean(const moments *m);
/* (mean x - mean y) over its standard error; of pairs: add() the differences and take z_of. */
double z_between(const moments *x, const moments *y);
double z_of(const moments *x);

#endif
