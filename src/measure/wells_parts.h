/* SPDX-License-Identifier: MIT */
#ifndef MTL_WELLS_PARTS_H
#define MTL_WELLS_PARTS_H
/* Parts of the wells model, private to measure/: a climber, the density of a Ct, the law of a
   background, the likelihood of one sample's wells of one target as a table, exact tails of hit
   wells, and the joint likelihood of a sample. */
#include "measure/wells.h"
#include "num/num.h"

#define MTL__LN10 2.30258509299404568402
#define MTL__LOG_ROOT_2PI 0.91893853320467274178

/* ---------------------------------------------------------------- wells_climb.c */
enum { MTL__CLIMB_MAX = 12 };
typedef double (*mtl__climb_fn)(void *ctx, const double *x);
/* Goes uphill from x within bounds; returns the height, x becomes the top. `scale` are typical
   lengths of the variables (steps of differences are 1e-3 of them). Where given, hessian [n*n]
   takes the second derivatives at the top. */
double mtl__climb(mtl__climb_fn f, void *ctx, int n, double *x, const double *lower,
                  const double *upper, const double *scale, double *hessian);
/* Inverse of a symmetric positive definite n x n matrix; false if it is not. */
bool mtl__invert(int n, const double *a, double *inverse);
/* x in [lo, hi] where f crosses 0; f(lo), f(hi) of opposite signs, handed in. */
double mtl__cross(double (*f)(void *ctx, double x), void *ctx, double lo, double f_lo, double hi,
                  double f_hi, double tolerance);
double mtl__t_quantile(double p, double df); /* upper: p > 0.5 */
double mtl__digamma(double x), mtl__trigamma(double x);

/* ---------------------------------------------------------------- curve.c */
/* A curve as the wells of a sample use it: Ct of m fragments = one + slope log10(m), sd. */
typedef struct mtl__ct_law {
    double one, slope, sd;
} mtl__ct_law;
/* log of the density of `ct` in a well with a Poisson number of fragments, mean > 0, at least one
   of them there (so that P(hit) is part of it). */
double mtl__ct_log_density(const mtl__ct_law *law, double ct, double mean);
/* Mean and variance of log m, m Poisson and at least 1. */
void mtl__log_count_moments(double mean, double *expected, double *variance);

/* ---------------------------------------------------------------- wells_laws.c */
/* False fragments per well (or partition), gamma: shape / rate each. rate = 0: none for certain. */
typedef struct mtl__background {
    double shape, rate;
} mtl__background;
mtl__background mtl__background_of(int64_t wells, int64_t hits);
mtl__background mtl__background_assumed(double per_well);
static inline double mtl__background_mean(const mtl__background *b)
{
    return b->rate > 0.0 ? b->shape / b->rate : 0.0;
}
/* p[k] = P(k false fragments in `places`), k = 0 .. n - 1. */
void mtl__background_counts(const mtl__background *b, double places, int n, double *p);

/* How many fragments of one genome come into the tube: p[j], j = 0 .. n. Independent fragments are
   n = 1, p = {0, 1}. */
typedef struct mtl__cluster {
    int n;
    double *p;
    double mean, square; /* E[j], E[j^2] */
} mtl__cluster;
/* Of a genome with z target alleles of `fragments` each, a share `whole` of whose DNA is tested; of
   genomes without any fragment there, nothing is heard, so `mean` is taken per genome that is in
   part there. */
int mtl__cluster_make(mtl__cluster *c, mtl__arena *arena, int z, double fragments, double whole);
/* P(F fragments), F = 0 .. n - 1, `mean` of them expected: p[F] exp(*log_scale). slope (NULL
   allowed): derivative in log mean, same scale. */
void mtl__cluster_counts(const mtl__cluster *c, double mean, int n, double *p, double *slope,
                         double *log_scale);
/* P(h of the places are hit | F fragments thrown at random) by F -> F + 1 from F = 0: `step` turns
   p[0 .. top], with the rest in p[top + 1], into that of one more fragment. */
void mtl__occupancy_step(double places, int top, double *p);

/* ---------------------------------------------------------------- wells_counts.c, wells_table.c */
/* log likelihood against u, the mean number of donor fragments in all wells. */
typedef struct mtl__table {
    int n;
    double *v, *l, *d;   /* knots in v = log u, rising; value; derivative in v */
    double at_zero;      /* at u = 0; may be -inf */
    double best, best_u; /* largest, where */
} mtl__table;
double mtl__table_at(const mtl__table *t, double u);

/* What the wells of one target say of one sample. */
typedef struct mtl__evidence {
    int target, wells, hits;  /* reactions and those that are hit */
    int64_t places, positive; /* wells and hits, or partitions and positives */
    bool digital, has_ct;
    double *ct; /* [hits] of hit wells */
    mtl__ct_law law;
    double copies;           /* amplifiable copies of a fragment: part of law.one already */
    double law_df, shift_sd; /* degrees of freedom of law.sd; sd of a common shift of Ct */
    mtl__background background;
    double excess;   /* fragments that its mean has more than the plain rate of the blanks */
    double scale;    /* genomes (or fragments of the partner) in all places; NaN unknown */
    double scale_sd; /* of its log, of this target alone */
    double fragments;
    double seen;                /* rough number of fragments: sets the regime */
    double p_spread;            /* P(wells vary so much or more); NaN = cannot be told */
    mtl__cluster cluster[2][3]; /* [whole][z] */
    mtl__table table[2][3];
    const mtl__table *use[2][3]; /* the same table where laws are the same */
} mtl__evidence;
/* b[F] = P(what the wells show | F donor fragments), F = 0 .. n - 1, up to a factor, with
   background and curve integrated out; NULL in *b: too many fragments to count one by one. b of any
   F >= n is *beyond. Lives in the arena. */
int mtl__counts_make(double **b, int *n, double *beyond, const mtl__evidence *e, mtl__arena *arena,
                     mtl_error *err);
/* Fills the tables of e for z = 1, 2 and the shares `whole` [n_whole] of a genome's DNA. */
int mtl__evidence_tables(mtl__evidence *e, mtl__arena *arena, const double *whole, int n_whole,
                         mtl_error *err);

/* ---------------------------------------------------------------- wells_joint.c */
enum { MTL__SETS_MAX = MTL__CLIMB_MAX, MTL__CONFIGS_MAX = 64, MTL__NODES_MAX = 15 };
/* One way in which the unknown copies can lie. */
typedef struct mtl__config {
    double log_p;
    int whole;       /* which of the shares of a genome's DNA */
    const int8_t *z; /* [n_evidence * n_sets] */
} mtl__config;
typedef struct mtl__partner { /* of a digital target: who carries the other allele */
    bool use;
    double fragments;     /* per allele */
    double host;          /* alleles in a host genome */
    const double *copies; /* [n_sets] alleles in a donor's */
} mtl__partner;
/* Everything one sample shows. Fractions c are of genomes, or, where genomes are not known, donor
   genomes per well. */
typedef struct mtl__joint {
    int n_evidence, n_sets, n_configs;
    mtl__evidence *evidence;
    mtl__partner *partner; /* [n_evidence] */
    mtl__config *config;
    bool fractions; /* false: per well */
    bool plain;     /* blanks at their plain rate: for estimates, see wells_edge.c */
    double most;    /* largest c */
    int n_nodes;    /* of the sample's genomes, where several targets share them */
    double node[MTL__NODES_MAX], log_weight[MTL__NODES_MAX];
    double genomes_sd; /* of the log, already in the tables where n_nodes = 1 */
} mtl__joint;
/* Fragments of set s expected in evidence t at fractions c, genomes as estimated. */
double mtl__joint_mean(const mtl__joint *j, const mtl__config *k, int t, int s, const double *c);
/* log likelihood of fractions c [n_sets] under one configuration. */
double mtl__joint_log(const mtl__joint *j, const mtl__config *k, const double *c);
/* Largest with set `held` at its c (-1: none); c [n_sets] is start and end. */
double mtl__joint_best(const mtl__joint *j, const mtl__config *k, int held, double *c);
/* A place to start from. */
void mtl__joint_start(const mtl__joint *j, const mtl__config *k, double *c);
/* Fragments per unit of c of set s, all evidence. */
double mtl__joint_yield(const mtl__joint *j, const mtl__config *k, int s);

/* ---------------------------------------------------------------- wells_tails.c */
/* Laws of the number of hit wells over some targets, as a function of one set's fraction, all other
   sets away. */
typedef struct mtl__tails {
    const mtl__joint *j;
    int set, top;
    bool *in; /* [n_evidence] targets looked at */
    struct mtl__tail_part *part;
    int n_parts, n_nodes;
    double node[7], weight[7];
    double *work;
} mtl__tails;
int mtl__tails_make(mtl__tails *t, const mtl__joint *j, int set, const bool *in, int top,
                    mtl__arena *arena, mtl_error *err);
/* P(at most h hits | c, configuration), h <= top. */
double mtl__tails_below(const mtl__tails *t, const mtl__config *k, double c, int h);
/* Smallest b with P(blanks hit at most b) >= 1 - alarm; p: P(at least `hits`). */
int mtl__limit_of_blank(const mtl__joint *j, const bool *in, double alarm, int64_t hits, double *p,
                        double *expected, mtl__arena *arena, mtl_error *err);

/* ---------------------------------------------------------------- wells_level.c */
/* Fills estimate, interval, limits, grid of `out`, whose sample, donors and room for the grid are
   set. */
int mtl__level_measure(mtl__level *out, const mtl__joint *j, int set, const mtl__wells_opts *o,
                       mtl_error *err);

/* ---------------------------------------------------------------- wells_edge.c */
/* The estimate [n_sets] of one configuration without the bias of the blanks' prior; c is where it
   starts and ends. */
void mtl__plain_estimate(const mtl__joint *j, const mtl__config *k, double *c);
/* Fragments as the likelihood has to see them for this. */
double mtl__plain_mean(const mtl__evidence *e, double u);
/* What this estimate of a set errs by on average because others cannot be below 0. */
double mtl__edge_bias(const mtl__joint *j, const mtl__config *k, int set, const double *estimate);

/* ---------------------------------------------------------------- wells_genomes.c */
typedef struct mtl__genomes {
    double per_well, per_partition; /* NaN = not known */
    double sd;                      /* of the log */
    unsigned flags;
} mtl__genomes;
mtl__genomes mtl__genomes_of(const mtl__plate *p, const mtl__wells *w, int sample);
/* The curve of a target, NULL if none can be used. */
const mtl__curve *mtl__curve_for(const mtl__wells *w, int target);
/* Curve as wells use it; shift_sd: what the curve's own error makes of Ct around `ct`. */
mtl__ct_law mtl__curve_law(const mtl__curve *c, const mtl__target *t, double ct, double *shift_sd);
/* P(Ct values of replicates spread so much or more). */
double mtl__spread_p(const mtl__ct_law *law, const double *ct, int n);
/* Is this reaction one of this sample and target that counts? */
bool mtl__reaction_counts(const mtl__reaction *r, int sample, int target);

/* ---------------------------------------------------------------- wells_sample.c */
/* Who may be in a sample: sets of donors that nothing tells apart. */
typedef struct mtl__sets {
    int n_targets, *target; /* informative */
    int n_sets;
    int *n_donors, **donor;
    bool *covers; /* [n_sets * n_targets] */
} mtl__sets;
int mtl__sets_find(mtl__sets *s, const mtl__plate *p, int sample, mtl__arena *arena,
                   mtl_error *err);
int mtl__joint_make(mtl__joint *j, const mtl__sets *s, const mtl__plate *p, const mtl__wells *w,
                    int sample, const mtl__genomes *g, const mtl__wells_opts *o, mtl__arena *arena,
                    unsigned *flags, bool *unsure, mtl_error *err);

#endif
