/* SPDX-License-Identifier: MIT */
#ifndef MTL_PROCESS_ANALYTIC_H
#define MTL_PROCESS_ANALYTIC_H
/* Inside process/: the workspace of the analytic solver, shared by its backward and forward halves.
 */
#include "process/ode.h"
#include "process/solver.h"

struct mtl__analytic {
    const mtl__process *p; /* with its gates */
    mtl__gated gated;
    double *gate; /* [n_gates] */
    mtl__arena arena;
    mtl__ode ode;
    double *f;     /* factors now */
    double t_edge; /* right end of the segment: factors are read on this side of a break */
    /* types that matter to this call */
    bool *mark;          /* [2 (types + rows)] scratch of choosing them */
    int *active, *place; /* place[type] = index in active, -1 = none */
    int n_active;
    int *rows, n_rows; /* rows of theirs */
    double *y;         /* state vector, cap_y long */
    int cap_y, block[8];
    double *row_value; /* [3][n_rows of the process] */
    double *cox_see;   /* see_cox with culls taken in */
    double *cox_now;   /* of which alive and seen, from this time on */
    double t_sample;
    double brightest; /* no type's rate of making what is seen counts for more in q; 0 = no limit */
    int moments;      /* 1: q only, 3: q, mean, second factorial moment */
    int n_groups;
    const mtl__source *src;
    int *inflow, n_inflow;
    size_t cap_inflow;
    /* forward */
    double *drive0, *drivem, *drive1, *cox_y;
    int *inflow_cox, n_inflow_cox;
    size_t cap_inflow_cox;
};
void mtl__analytic_factors(mtl__analytic *a, double t);
/* Makes y and the stepper hold n values. */
int mtl__analytic_room(mtl__analytic *a, int n, mtl_error *err);
#endif
