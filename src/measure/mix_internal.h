/* SPDX-License-Identifier: MIT */
#ifndef MTL_MIX_INTERNAL_H
#define MTL_MIX_INTERNAL_H
/* Shared by the mix*.c. Parameters of a fit, in this order: fractions of the people in the tube
   (candidates, then the stranger), hopping, log of the error, log of the spread s = rho / (1 -
   rho); the last three only where they are not given. */
#include "assay/reads.h"
#include "measure/mix.h"

enum {
    MTL__MIX_MAX_PEOPLE = 17, /* candidates and a stranger */
    MTL__MIX_MAX_PARAM = MTL__MIX_MAX_PEOPLE + 3,
    MTL__MIX_MAX_LIST = 729, /* joint genotypes at a site: six untyped people */
    MTL__MIX_ENOUGH_BLOCKS = 20
};
/* Errors and spreads below these are not told from 0 by any number of reads in practice. */
#define MTL__MIX_LEAST_ERROR 1e-8
#define MTL__MIX_LEAST_SPREAD 1e-9

/* What is kept fixed while fractions are fitted: sites, genotypes, laws. */
typedef struct mtl__mix_law {
    mtl__arena arena;
    int n_people, n_shares, n_param;
    int at_hop, at_error, at_spread; /* places among the parameters; -1 = given */
    bool hops;
    double hop, error, spread, odd;

    int n;              /* sites used */
    int *site;          /* [n] their numbers */
    int32_t *depth;     /* [n] */
    int *depth_group;   /* [n] */
    int n_depths;       /* distinct depths */
    int32_t *of_depth;  /* [n_depths] */
    double *foreign;    /* [n] NULL = nothing hops */
    double *bias;       /* [n] NULL = 1 */
    double *site_error; /* [n] NULL = that of the run; NaN likewise */
    int *list;          /* [n] which list of joint genotypes */
    int *block;         /* [n] */
    int n_blocks;
    double block_morgan;

    int n_lists, *list_start, *list_n;
    double *prob; /* of the entries of the lists */
    int *pattern; /* of the entries */
    int n_patterns;
    int8_t *genotype; /* [n_patterns][n_people + 1], host first */

    bool guessing; /* some genotypes of donors are summed over */
    bool host_guessed;
    int impossible, no_frequency; /* sites left out */
    double mean_depth;
    double first_error; /* where the fit of the error starts */

    /* Further knowledge: of error and spread a quadratic about `nuisance`; of fractions a function
     */
    const struct mtl__mix_extra *extra;
    /* Which haplotypes of phased parents were handed on, along chromosomes; NULL = sites one by one
     */
    const struct mtl__mix_chain *chain;
} mtl__mix_law;

/* What other samples and assays of the same person say (mix_joint.c). */
typedef struct mtl__mix_extra {
    double nuisance[2], slope[2], curve[3]; /* error, spread: log scale; curve: ee, es, ss */
    int n_wells, n_candidates;
    const struct mtl__mix_wells *wells;
    int sample; /* which wells count here */
} mtl__mix_extra;

int mtl__mix_law_new(mtl__mix_law *m, const mtl__sites *sites, const mtl__mix_people *people,
                     const mtl__counts *sample, const mtl__counts *others, int n_others,
                     const mtl__mix_opts *o, mtl_error *err);
void mtl__mix_law_free(mtl__mix_law *m);
/* Joint genotypes of all sites (mix_genotypes.c); `used` [n sites] is cleared where none is
 * possible. */
int mtl__mix_genotypes(mtl__mix_law *m, const mtl__sites *sites, const mtl__mix_people *people,
                       bool stranger, bool *used, int *list_of_site, mtl_error *err);

/* ---------------------------------------------------------------- values (mix_eval.c) */
typedef struct mtl__mix_data { /* what is drawn anew in a bootstrap */
    const int32_t *alt;        /* [law.n] */
    const double *log_choose;  /* [law.n] */
} mtl__mix_data;
typedef struct mtl__mix_value {
    double l;
    double g[MTL__MIX_MAX_PARAM];
    double h[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM]; /* rows of n_param */
    int odd;                                           /* sites that the law does not explain */
} mtl__mix_value;
typedef struct mtl__mix_work mtl__mix_work; /* scratch of one thread */
int mtl__mix_work_new(mtl__mix_work **out, const mtl__mix_law *m, mtl_error *err);
void mtl__mix_work_free(mtl__mix_work *w);
/* Value, gradient and matrix of second derivatives. */
void mtl__mix_eval(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                   const double *theta, mtl__mix_value *v);
/* Gradients added up by block: [n_blocks][n_param]. */
void mtl__mix_scores(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                     const double *theta, double *sum);
/* Expected information of all parameters but the spread, whose row and column are 0, from means and
   variances of the reads; for unknown genotypes a lower bound. With `towards` [n_param], each[i] is
   the information of site i in that direction. */
void mtl__mix_expected(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                       const double *theta, double *info, const double *towards, double *each);
/* What makes reads at a site other than the host's: shares of people, hopping, error; sum 1. */
void mtl__mix_responsible(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                          const double *theta, int n_sites, double *out);

/* Parts of the above, for mix_chain.c. */
typedef struct mtl__mix_point { /* parameters in words */
    const double *w;
    double hop, error, spread;
} mtl__mix_point;
mtl__mix_point mtl__mix_begin(const mtl__mix_law *m, mtl__mix_work *w, const double *theta);
/* Posterior of the joint genotypes of a site given its own reads, left in the work; l of the site
   (without log_choose). */
double mtl__mix_weigh_site(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d, int i,
                           const mtl__mix_point *p, double *odd);
double *mtl__mix_chain_space(mtl__mix_work *w); /* [law.n][2 * n_states] */
double *mtl__mix_weights(mtl__mix_work *w);     /* of the last site weighed; may be changed */
/* g, and h if it is not NULL, from these weights. */
void mtl__mix_site_sums(const mtl__mix_law *m, mtl__mix_work *w, int i, const mtl__mix_point *p,
                        double *g, double *h);

/* ---------------------------------------------------------------- chromosomes (mix_chain.c) */
enum { MTL__MIX_MAX_BITS = 6, MTL__MIX_MOST_TILTS = 1 << 24 };
typedef struct mtl__mix_chain {
    int n_bits, n_states; /* meioses from phased parents; 2^n_bits */
    double *crossing; /* [n][n_bits] chance that a bit changes from the site before; 0.5 = anew */
    size_t *start;    /* [n] of the entries of a site's list in `tilt` */
    double *tilt;     /* [..][n_states] P(state | joint genotype) / P(state) */
    bool whole;       /* nothing else links sites: no genotype is guessed otherwise */
} mtl__mix_chain;
int mtl__mix_chain_new(mtl__mix_law *m, const mtl__sites *sites, const mtl__mix_people *people,
                       mtl_error *err);
/* As mtl__mix_eval, but h leaves out what sites say about each other: good enough to climb by. If
   `score` is not NULL, also sums of gradients by block. */
void mtl__mix_chain_eval(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                         const double *theta, mtl__mix_value *v, double *score);
/* The matrix of second derivatives by differences. */
void mtl__mix_chain_bend(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                         const double *theta, double *h);
/* Next state of a chain that is drawn. */
int mtl__mix_chain_step(const mtl__mix_chain *c, int i, int state, mtl__rng *rng);

/* ---------------------------------------------------------------- search (mix_solve.c) */
/* Climbs from theta with the parameters `held` (NULL = none) kept; fractions stay on the simplex.
 */
void mtl__mix_climb(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                    const bool *held, double *theta, mtl__mix_value *v);
/* The best of several starts. */
void mtl__mix_maximise(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                       const bool *held, double *theta, mtl__mix_value *v);
double mtl__mix_lowest(const mtl__mix_law *m, int parameter);
double mtl__mix_highest(const mtl__mix_law *m, int parameter);
/* Where twice the fall of the profile likelihood of a parameter from `top` reaches `fall`, on one
   side (-1, +1) of theta; `step` is a guess of how far. */
double mtl__mix_profile_end(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                            const double *theta, const mtl__mix_value *at, int parameter, int side,
                            double fall, double step);
/* Symmetric positive definite matrices, rows of n: 0 or -1. The factor stands below the diagonal.
 */
int mtl__mix_cholesky(double *a, int n);
void mtl__mix_cholesky_solve(const double *a, int n, double *x);
/* The inverse of a positive semidefinite matrix whose dead directions (no information) are given
   infinite variance: `dead` [n] says which parameters touch one. Parameters not in `use` are left
   out. */
void mtl__mix_invert(const double *info, int n, const bool *use, double *inverse, bool *dead);

/* ---------------------------------------------------------------- a fit (mix.c, mix_boot.c) */
int mtl__mix_check(const mtl__sites *sites, const mtl__mix_people *people, const mtl__mix_opts *o,
                   mtl_error *err);
int mtl__mix_fit_law(mtl__mix *out, const mtl__mix_law *m, const mtl__mix_people *people,
                     const mtl__mix_data *d, int n_sites, const mtl__mix_opts *o, mtl_error *err);
/* The limit of detection of one parameter (mix_limit.c); NaN: there is none. */
typedef struct mtl__mix_limit {
    const mtl__mix_law *law;
    mtl__mix_work *work;
    const mtl__mix_data *data;
    const double *theta;
    int parameter;
    double variance; /* of the estimate over the inverse of the information: linkage, >= 1 */
    double wobble;   /* squared coefficient of variation of `variance`, which is estimated */
    double alarm;    /* standard errors that p < 5% asks for */
} mtl__mix_limit;
double mtl__mix_limit_of(const mtl__mix_limit *c);
int mtl__mix_bootstrap(const mtl__mix_law *m, const double *theta, const mtl__mix_opts *o,
                       int parameter, double ratio, double *p, mtl_error *err);
int mtl__mix_data_new(mtl__mix_data *d, mtl__arena *arena, const mtl__mix_law *m,
                      const mtl__counts *sample, mtl_error *err);
/* log P(wells | fractions) and its derivatives are added to v (mix_joint.c). */
void mtl__mix_add_extra(const mtl__mix_law *m, const double *theta, mtl__mix_value *v);
bool mtl__mix_wells_here(const mtl__mix_extra *e, int k);
void mtl__mix_expect_extra(const mtl__mix_law *m, const double *theta, double *info);

#endif
