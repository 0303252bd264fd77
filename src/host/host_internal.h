/* SPDX-License-Identifier: MIT */
#ifndef MTL_HOST_INTERNAL_H
#define MTL_HOST_INTERNAL_H
/* Between the files of host/: wound.c (injuries without cells, in closed form), wound_heal.c,
   host_plan.c (what a body follows), host_read.c (tallies), host_known.c (variables known
   beforehand), host_state.c (one life), host_collocate.c (its equations through a step),
   host_hazard.c and host_outcome.c (what happens by chance). */
#include "host/host.h"

/* ---------------------------------------------------------------- accuracy, all of it */
/* Estimated error of a substep, relative to the range of a variable. The estimate is of third
   order, the solution of fifth. */
#define MTL__HOST_TOLERANCE 2e-7
/* A step moves nothing by more than this part of its range, and hastens no outcome that something
   reads beyond this chance. */
#define MTL__HOST_MOVE 0.1
#define MTL__HOST_REST_DAYS 365.0 /* the longest step */
#define MTL__HOST_LEAST_DAYS 1e-3
#define MTL__HOST_NOTHING 1e-15 /* of its range */
#define MTL__HOST_THERE 0.5     /* cells of a donor at which "cells are there" */
/* Of a clone, per day, until it was seen to grow for a day; that growth then tells how long a step
   may be so that it is known within it at not much more than e times its number. */
#define MTL__HOST_GROWTH 1.0
enum {
    MTL__HOST_SUBSTEPS = 16, /* room to begin with */
    MTL__HOST_MOST_SUBSTEPS = 100000,
    MTL__HOST_CHAIN = 8 /* outcomes that a baseline may hang on */
};

/* ---------------------------------------------------------------- injuries (wound.c) */
enum { MTL__DAMAGE, MTL__INFLAMMATION, MTL__CHEMOKINE, MTL__WOUND_PARTS };
typedef struct mtl__wound {
    int organ;
    double t, end;      /* comes from t to end; end == t: at once */
    double size, onset; /* damage; per day while it comes */
    double repair, inflame, calm, signal, clear;
    double range[MTL__WOUND_PARTS]; /* what each part may come to */
    int reader;                     /* repairing cells of its organ; -1 = nothing acts on it */
    int var;                        /* place of its damage in a state; -1 = known beforehand */
} mtl__wound;
/* Nothing is left of it at t (before it began, nothing was there). */
bool mtl__wound_rests(const mtl__wound *w, double t);
/* At t, without any cell. */
void mtl__wound_alone(const mtl__wound *w, double t, double *level);
/* Bounds for `days` from `level` on, while nothing begins or ends, whatever the repair between
   slow and fast. */
void mtl__wound_bounds(const mtl__wound *w, const double *level, double onset, double slow,
                       double fast, double days, double *lo, double *hi);
/* The days in which it moves by a part of its range. */
double mtl__wound_longest(const mtl__wound *w, const double *level, double onset, double repair);

/* ---------------------------------------------------------------- the plan */
/* A sum over tallies: [first, first + n) of the plan's. */
typedef struct mtl__host_reader_sum {
    int tally, organ, first, n;
} mtl__host_reader_sum;
typedef struct mtl__host_counted { /* what the face does not show of a tally */
    const double *weight;          /* [n_kinds] */
    int share;                     /* enum mtl__tally_donors: MISMATCHED, SHARED, else whole */
    double scale;                  /* per million */
    int organ;                     /* -1: cells of any organ */
} mtl__host_counted;
typedef struct mtl__host_var {
    enum mtl__factor_of of;
    int ref, organ, reader;
    bool coupled;
} mtl__host_var;
typedef struct mtl__told { /* an exposure as numbers */
    const mtl__exposure *def;
    int reader;
    double beta, arg;
    mtl__antigen antigen;
} mtl__told;
typedef struct mtl__hazard { /* an outcome of this body */
    const mtl__outcome_def *def;
    bool followed, at_risk; /* at risk: followed, not given, of its sex */
    double given;           /* its date, NaN */
    double scale;
    int first_told, n_told;
    int reader; /* cells of its clone; -1 */
    double detected;
    bool read; /* a variable, or a clone */
    uint64_t stream;
} mtl__hazard;

struct mtl__host_plan {
    const mtl__host_spec *s;
    mtl__arena arena;
    bool oom; /* of mtl__host_variable */
    mtl__wound *wound;
    int n_coupled;   /* wounds */
    int repair_sign; /* benefit +1, harm -1 */
    double repair_strength, repair_half;
    double *bend; /* dates at which damage of organs reaches or leaves 1 */
    size_t cap_bends;
    int n_bends;
    double fetal_until; /* end of fetal life, -HUGE_VAL if there is none to follow */
    double tolerance_gain, tolerance_decay, tolerance_nima, antigen_half, allo_gain, allo_decay;
    mtl__host_tally *tally;
    mtl__host_counted *counted;
    size_t cap_tallies, cap_counted;
    int n_tallies;
    mtl__host_reader_sum *reader;
    size_t cap_readers;
    int n_readers;
    int antigen; /* the reader of antigen; -1 */
    mtl__host_var *var;
    size_t cap_vars;
    int n_vars;
    mtl__hazard *hazard; /* [n_outcomes] of the model */
    mtl__told *told;
    int n_told;
    double *stop; /* dates at which something begins or ends, increasing */
    int n_stops;
};
int mtl__host_reader(mtl__host_plan *p, int tally, int organ, int *out, mtl_error *err);
int mtl__host_hazards(mtl__host_plan *p, mtl_error *err);
int mtl__host_bends(mtl__host_plan *p, mtl_error *err);

/* Without cells: damage (at most 1), inflammation or chemokine of an organ. */
double mtl__host_organ_alone(const mtl__host_plan *p, int organ, int part, double t);
/* Weeks since the end of the last pregnancy: 0 while pregnant, HUGE_VAL before the first. */
double mtl__host_postpartum(const mtl__host_plan *p, double t);
int mtl__host_pregnancy_at(const mtl__host_plan *p, double t); /* -1 = none */
/* Baseline x scale at t, 0 outside of pregnancies for what is by week; and the next date in (t,
   end) at which it bends, else end. */
double mtl__hazard_base(const mtl__host_plan *p, const mtl__hazard *h, double t);
double mtl__hazard_bend(const mtl__host_plan *p, const mtl__hazard *h, double t, double end);

/* ---------------------------------------------------------------- one life */
/* Third-degree polynomials through the nodes of each substep. */
typedef struct mtl__substep {
    double t0, t1;
} mtl__substep;
typedef struct mtl__foreign { /* a haplotype that the host lacks */
    int symbol;
    bool nima;
    double before, after; /* antigen at both ends of the step */
} mtl__foreign;
typedef struct mtl__course { /* an outcome in one life */
    mtl__rng rng;
    double left;  /* of the integrated hazard until the next */
    double gone;  /* of it, through what is looked at */
    double onset; /* of the first; NaN */
    int times;
    int clones;    /* of a tumour: begun by chance */
    int pregnancy; /* the last in which it came; -1 */
    /* of a tumour: */
    bool begun;        /* a clone that the tallies may not show yet */
    bool known;        /* a clone that the tallies may still show */
    int8_t due;        /* > 0: its first cell is to be put in, < 0: all are to be taken out */
    double seen, when; /* its cells on a day, 0 = none yet */
    double growth;     /* per day, up to then */
} mtl__course;

struct mtl__host_state {
    const mtl__host_plan *p;
    const mtl__antigens *antigens;
    double from, t;
    bool open; /* a step that is not settled */
    int n_y;   /* wounds first, then tolerance and response of each haplotype */
    double *y, *y_from;
    mtl__foreign *foreign;
    int n_foreign;
    int (*carries)[2];       /* [n_donors] places in foreign; -1 */
    double *share;           /* [n_tallies] of cells that count, times scale */
    double *count0, *count1; /* [n_tallies] */
    double *sum0, *sum1;     /* [n_readers] */
    int8_t *allele;          /* [n_told][n_donors] */
    mtl__course *course;     /* [n_outcomes] */
    double ended;            /* HUGE_VAL while alive */
    /* Outcomes at risk; those of them that something reads, or that end life; tumours. */
    int *drawn, *read, *tumour, n_drawn, n_read, n_tumours;
    mtl__heal *heal; /* [n_injuries] */
    mtl__substep *sub;
    double (*node)[3]; /* [n_sub][n_y] at the nodes after the first */
    double *start;     /* [n_sub][n_y] */
    size_t cap_sub, cap_node, cap_start;
    int n_sub;
};
int mtl__host_collocate(mtl__host_state *s, mtl_error *err);
/* At t of the last step: what to look up many unknowns with. */
typedef struct mtl__look {
    const double *start;
    double (*node)[3]; /* NULL: at the beginning */
    double weight[4];
} mtl__look;
mtl__look mtl__host_look(const mtl__host_state *s, double t);
static inline double mtl__look_at(const mtl__look *l, int k)
{
    return l->node == NULL ? l->start[k]
                           : l->weight[0] * l->start[k] + l->weight[1] * l->node[k][0] +
                                 l->weight[2] * l->node[k][1] + l->weight[3] * l->node[k][2];
}
/* y[k] at t of the last step. */
double mtl__host_y(const mtl__host_state *s, int k, double t);
double mtl__host_sum(const mtl__host_state *s, int reader, double t);
double mtl__host_count(const mtl__host_state *s, int i, double t);
void mtl__host_wound_at(const mtl__host_state *s, int k, double t, double *level);
double mtl__host_organ_at(const mtl__host_state *s, int organ, int part, double t);
/* Tolerance (0) or response (1) of a donor, or of any person. */
double mtl__host_immune(const mtl__host_state *s, int donor, int part, double t);
double mtl__host_strongest(const mtl__host_state *s, double t); /* response against any donor */
double mtl__host_immune_person(const mtl__host_state *s, int person, int part, double t);
/* Are there cells of the donor? */
bool mtl__host_there(const mtl__host_state *s, int donor, double t);
bool mtl__host_had(const mtl__host_state *s, int outcome, double t);
double mtl__hazard_at(const mtl__host_state *s, int outcome, double t);
double mtl__hazard_next(const mtl__host_state *s, int outcome, double t, double end);
bool mtl__hazard_open(const mtl__host_state *s, int outcome, double t);
void mtl__heal_begin(mtl__host_state *s);
void mtl__heal_watch(mtl__host_state *s);  /* of the open step */
void mtl__host_happen(mtl__host_state *s); /* the outcomes of the open step */
double mtl__clone_longest(const mtl__host_state *s, int outcome);

#endif
