/* SPDX-License-Identifier: MIT */
#ifndef MTL_FIT_H
#define MTL_FIT_H
/* Face of fit/: the values of a few composite parameters that the rows marked "fit" ask for. No
   random numbers. fit/ reads no files: io/fit_folder.c fills the list of parameters and the
   targets.

   A *probe* is one sample of one family. Its cells come through the lines of supply (*entries*),
   and for each of them J(g) = -log P(nothing is seen when g genomes are looked at), per unit of its
   amount, is tabulated once, backward from the sample. What the fit moves are amounts, spreads
   between pregnancies and false positives, so that a trial of other values costs no further
   solving. */
#include "family/family.h"
#include "matriline/fit.h"
#include "run/result.h"
#include "study/targets.h"

/* ---------------------------------------------------------------- parameters */
enum mtl__fit_role {
    MTL__FIT_MOVED,   /* found by the fit */
    MTL__FIT_SCANNED, /* held; its range is found with all others fitted again */
    MTL__FIT_STUDY    /* factor of one study on the levels that it counted */
};
/* Study factors follow Student's t: its tails let one study stand apart rather than drag the rest.
 */
#define MTL__FIT_STUDY_DF 3.0
typedef struct mtl__fit_param {
    const char *name, *note;
    enum mtl__fit_role role;
    int index;                 /* of the model's table; -1: study factor */
    const char *rows;          /* study factor: evidence ids, comma separated */
    double lo, hi;             /* bounds, natural logarithm of the value in the table's unit */
    double prior_at, prior_sd; /* of the logarithm; NaN: flat between the bounds */
    double start, x;           /* logarithm, as found and now */
    double range[2];           /* logarithms at which the best logL has fallen by MTL__FIT_DROP */
    bool open[2];              /* the bound was reached before */
    bool ranged;
    bool shapes_process; /* changes rates of the process: probes are tabulated afresh */
    bool *shapes;        /* [n_families] of which families */
} mtl__fit_param;
#define MTL__FIT_DROP 1.92 /* half of the 95% quantile of chi-square on one degree */
enum { MTL__FIT_MAX_PARAMS = 64 };

/* ---------------------------------------------------------------- probes (probe.c) */
typedef struct mtl__fit_entry {
    int inoculum, index, group; /* index into the source's inflows or bursts */
    bool burst;
    double mean, factorial2; /* per unit amount and genome looked at: of the number seen */
    double *ln_j;            /* [n_nodes] per unit amount; NULL: nothing of it is seen */
    double amount;           /* now */
} mtl__fit_entry;
typedef struct mtl__fit_spread { /* heterogeneity of one group of one inoculum */
    mtl__group group;
    double *node, *weight; /* [n] of a law without closed form */
    int n;
    double variance;
} mtl__fit_spread;
typedef struct mtl__fit_probe {
    int family, sample;  /* into targets->family and its scenario's samples */
    double ln_g0, ln_g1; /* span of the table */
    int n_nodes;
    double *node;          /* [n_nodes] Chebyshev points of the span */
    double *sign;          /* [n_nodes] their weights in interpolation */
    mtl__fit_entry *entry; /* by inoculum, then group */
    int n_entries;
    double cells_per_mL;
    mtl__qpcr qpcr;
} mtl__fit_probe;
typedef struct mtl__fit_family {
    int n_inocula, max_groups;
    mtl__fit_spread *spread; /* [inoculum * max_groups + group] */
    bool *moved_by;          /* [n_params] */
    double *seen;            /* [n_params] values at which amounts were last taken */
    bool fresh;
} mtl__fit_family;

/* ---------------------------------------------------------------- rows (row.c) */
typedef struct mtl__fit_member {
    double weight;
    int probe;
} mtl__fit_member;
typedef struct mtl__fit_row {
    const mtl__target *target;
    const mtl__evidence *evidence;
    mtl__fit_member *member;
    int n_members;
    int study; /* its factor's parameter; -1 */
    double n;
    double k;                /* people positive */
    double value, low, high; /* published, as fractions of genomes or cells per mL */
    bool per_mL;
    const char *left_out; /* NULL, or why it is not evaluated */
    const char *apart;    /* NULL, or why it is only compared */
    bool *moved_by;       /* [n_params] */
    double *seen;
    bool fresh;
    double predicted, logl; /* predicted: in the unit of the row */
} mtl__fit_row;

/* Rows that are compared and never enter, with the reason. */
typedef struct mtl__fit_apart {
    const char *rows, *why;
} mtl__fit_apart;

struct mtl_fit {
    mtl__arena arena;
    mtl_targets_result *r; /* owned */
    mtl_model *m;          /* own copy, at the values being tried */
    mtl__fit_param *param;
    int n_params;
    mtl__fit_family *family; /* [r->n_families] */
    mtl__fit_probe *probe;
    int n_probes;
    mtl__fit_row *row;
    int n_rows;
    mtl__fit_apart *apart;
    int n_apart;
    double *count_z, *count_weight; /* mtl__fit_counts: points, and [k][point] */
    mtl_error err;                  /* the first thing that went wrong within the objective */
    double logl, log_prior;         /* at the optimum */
    double *hessian; /* [n_params^2] of -log likelihood, in logarithms, at the optimum */
    mtl_fit_flat_row *flat;
    int n_flat;
    int iterations;
    int64_t trials;
    mtl_fit_opts opts;
    int64_t done, total; /* progress */
};

/* After r, m and param are set: probes, rows, tables, what moves what. */
int mtl__fit_prepare(mtl_fit *f, mtl_error *err);
/* probe.c: assays and volumes; then, once spans are known, the tables; again after a change of what
   shapes the process. */
int mtl__fit_measure(mtl_fit *f, mtl_error *err);
int mtl__fit_tabulate(mtl_fit *f, const bool *only, mtl_error *err); /* [n_families], NULL: all */
int mtl__fit_count_weights(mtl_fit *f, mtl_error *err);
/* Brings amounts and assays of a family to the model's values. */
int mtl__fit_refresh(mtl_fit *f, int family, mtl_error *err);
/* log P(nothing seen | g genomes looked at); mean and variance of the share of genomes. */
double mtl__fit_log_none(const mtl_fit *f, const mtl__fit_probe *p, double g);
void mtl__fit_moments(const mtl_fit *f, const mtl__fit_probe *p, double *mean, double *variance);
/* P(count = k), k = 0 .. MTL__FIT_MAX_COUNT, of a Poisson number with mean g x share. */
enum { MTL__FIT_MAX_COUNT = 4, MTL__FIT_COUNT_NODES = 16 };
void mtl__fit_counts(const mtl_fit *f, const mtl__fit_probe *p, double g, double *prob);
/* Half width of the window of g, relative, that mtl__fit_counts reads. */
#define MTL__FIT_WINDOW 0.5

int mtl__fit_rows(mtl_fit *f, mtl_error *err); /* rows from targets, and the probes they need */
void mtl__fit_spans(mtl_fit *f);               /* what the tables of the probes must reach */
/* log likelihood and prediction of a row at the values now. */
void mtl__fit_row_eval(const mtl_fit *f, const mtl__fit_row *row, double *logl, double *predicted);

/* ---------------------------------------------------------------- objective (objective.c) */
void mtl__fit_set(mtl_fit *f, int param, double x);
/* Minus the second derivative of the log prior of one parameter. */
double mtl__fit_prior_curvature(const mtl__fit_param *p);
/* -(log likelihood + log prior) at x[n_params]; HUGE_VAL after an error, which stays in f->err. */
double mtl__fit_objective(void *ctx, const double *x);
double mtl__fit_log_prior(const mtl_fit *f);

/* ---------------------------------------------------------------- minimising (optimise.c) */
typedef double (*mtl__objective)(void *ctx, const double *x);
enum { MTL__MIN_MAX = MTL__FIT_MAX_PARAMS };
typedef struct mtl__minimum {
    double f;
    int iterations;
    bool converged;
} mtl__minimum;
/* Quasi-Newton within bounds; fixed[i]: x[i] stays. curvature: n x n to start from, or NULL. */
void mtl__minimise(mtl__objective fn, void *ctx, int n, const bool *fixed, const double *lo,
                   const double *hi, const double *curvature, double *x, mtl__minimum *out);
/* Second derivatives by central differences of step h. */
void mtl__second_derivatives(mtl__objective fn, void *ctx, int n, const bool *fixed, double h,
                             const double *x, double *out);
/* Solves A x = b over the free places (A symmetric, made positive definite if it is not). False,
   and x = 0, if something in A is not finite. */
bool mtl__solve_free(int n, const bool *held, const double *a, const double *b, double *x);
/* Eigenvalues (rising) and vectors (rows of v) of a symmetric n x n matrix. */
void mtl__eigen(int n, const double *a, double *value, double *v);

/* ---------------------------------------------------------------- the fit (solve.c, ranges.c) */
int mtl__fit_solve(mtl_fit *f, mtl_error *err);
int mtl__fit_ranges(mtl_fit *f, mtl_error *err);
int mtl__fit_flat(mtl_fit *f, mtl_error *err);
int mtl__fit_step(mtl_fit *f, mtl_error *err); /* progress; MTL_ERR_INTERRUPTED */
mtl_fit *mtl__fit_new(void);
#endif
