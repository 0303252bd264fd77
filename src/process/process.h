/* SPDX-License-Identifier: MIT */
#ifndef MTL_PROCESS_H
#define MTL_PROCESS_H
/* Face of process/: multitype branching processes with hubs, immigration, Cox intensities and an
   environment, and three solvers of them. No biology: a body is compiled into one of these, a
   family too, a benchmark network too.

   A *type* is a state of a cell. Each cell of type i, independently of the others,
     divides at b_i into two of type i, dies at d_i, changes into type j at m_ij,
     leaves at e_i into its *row* of a hub, where it meets competing weights at once:
       loss, landing in a type, crossing into another row (where it meets that row's weights).
   A *Cox intensity* c obeys dy/dt = sum_i o_ci N_i + immigration - mu_c y; what is counted of it
   in a sample is Poisson with mean fraction x y, given the path of y.
   *Immigration* is a schedule: rates in windows and bursts at dates, in heterogeneity groups.
   Time is in days, rates per day. Every rate may carry one factor of the environment. */
#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"
#include "num/num.h"

/* ---------------------------------------------------------------- environment */
/* Factors f[0 .. n-1], f[0] = 1 always. They multiply rates. Between two breaks they are smooth. An
   environment may show some factors only of what its context holds: factor k is number
   mtl__env_number(e, k) of the context. Factors may read a *companion*, equations that run beside
   the cells and count them (joint.c): then `feedback` is set, and only lanes that are run jointly
   with it know its state, which each finds at `beside`. */
typedef struct mtl__env mtl__env;
struct mtl__env {
    int n;
    const int *which; /* [n] increasing, which[0] = 0; NULL: all, k is k */
    bool feedback;    /* some factor reads a companion: analytic must refuse */
    const void *ctx;
    const void *beside; /* the companion as these factors see it; NULL = at rest */
    void (*advance)(const mtl__env *e, double t, double *f);
    /* f_hi[k] >= factor k on [t0, t1]. */
    void (*bound)(const mtl__env *e, double t0, double t1, double *f_hi);
    /* Next time > t at which a factor jumps or its bounds should be looked at afresh; HUGE_VAL if
     * none. */
    double (*next_break)(const mtl__env *e, double t);
    /* Next time > t at which a factor jumps or bends, for solvers that need no bounds; NULL =
     * next_break. */
    double (*next_jump)(const mtl__env *e, double t);
    /* Earliest time >= t at which factor k may differ from 0, HUGE_VAL if never; NULL = t. */
    double (*opens)(const mtl__env *e, int k, double t);
    /* Factor k alone at t; NULL: `advance` is asked. */
    double (*value)(const mtl__env *e, int k, double t);
    /* A bound of factor k alone on [t0, t1]; NULL: `bound` is asked. */
    double (*most)(const mtl__env *e, int k, double t0, double t1);
    /* Until when factor k keeps the value that it has at t, whatever the cells do; t itself if it
       may move. Of one that reads a companion, t is where that stands. NULL = t. */
    double (*still)(const mtl__env *e, int k, double t);
    /* Does factor k move with tallies of the companion alone, so that it stands while they are
       held? NULL = none does. */
    bool (*held)(const mtl__env *e, int k);
    /* Next time > t at which factor k alone jumps or bends; NULL: next_jump is asked. */
    double (*jump)(const mtl__env *e, int k, double t);
    /* Does factor k read a companion? NULL = none does. */
    bool (*reads)(const mtl__env *e, int k);
    /* Days from where the companion stands in which factor k, that reads it, moves little. NULL: as
       the companion's `longest`. */
    double (*pace)(const mtl__env *e, int k);
};
static inline int mtl__env_number(const mtl__env *e, int k)
{
    return e->which ? e->which[k] : k;
}
static inline double mtl__env_next_jump(const mtl__env *e, double t)
{
    return (e->next_jump ? e->next_jump : e->next_break)(e, t);
}

/* ---------------------------------------------------------------- laws of multipliers */
enum mtl__law { MTL__FIXED, MTL__GAMMA, MTL__LOGNORMAL, MTL__MIXTURE, MTL__SPIKE, MTL__NUMBER };
/* A group of immigration that shares one random multiplier of mean 1 (heterogeneity between
   pregnancies). shape: gamma shape, or log sd of a lognormal. MIXTURE: with probability p_big the
   multiplier is `big`, else lognormal with log sd `shape` and mean (1 - p_big big)/(1 - p_big).
   SPIKE: with probability p_big lognormal with log sd `shape` (0 allowed) and mean 1/p_big, else 0.
   NUMBER: a Poisson number of mean `shape`, over that mean. */
typedef struct mtl__group {
    enum mtl__law law;
    double shape, p_big, big;
    uint64_t key; /* names the random stream of this group */
} mtl__group;
/* A gate is a multiplier of one factor of the environment that is drawn once for a replicate,
   whatever the source: all cells that meet it in one life meet the same. */
typedef struct mtl__gate {
    int factor;
    mtl__group law; /* its key names the stream */
} mtl__gate;

/* ---------------------------------------------------------------- the process */
typedef struct mtl__channel { /* i -> target at rate x f[factor]; also landing and crossing weights
                               */
    int32_t target;
    int32_t factor;
    double rate;
} mtl__channel;

typedef struct mtl__type {
    double divide, die, leave; /* per day */
    int32_t f_divide, f_die, f_leave;
    int32_t row;              /* hub row that a leaving cell enters; -1 if it never leaves */
    int32_t change0, change1; /* channels [change0, change1) of process->change */
    int32_t output0, output1; /* [output0, output1) of process->output; target = Cox index */
    int32_t component;        /* types that cells go round among share one (component.c) */
    uint64_t stream; /* names the random stream of its component (the least of its types) */
} mtl__type;

typedef struct mtl__row {
    double loss;            /* weight of loss */
    int32_t land0, land1;   /* process->land; target = type */
    int32_t land_moving;    /* from there on they carry factors */
    int32_t cross0, cross1; /* process->cross; target = row */
    double land_sum;        /* of the landing weights with factor 0 */
    int32_t component;
} mtl__row;

static inline bool mtl__row_varies(const mtl__row *r)
{
    return r->land_moving < r->land1;
}

typedef struct mtl__process {
    int n_types, n_rows, n_cox, n_components;
    mtl__type *type;
    mtl__row *row;
    double *cox_decay; /* per day, >= 0 */
    mtl__channel *change, *output, *land, *cross;
    int n_change, n_output, n_land, n_cross;
    /* Component c is followed in types component_type[start[c] .. start[c+1]): its own, then what
       their cells may become for good, which other components may list as well. */
    int *component_type, *component_start;
    const mtl__env *env; /* NULL: every factor is 1. Borrowed. */
    mtl__gate *gate;     /* no two of one factor */
    int n_gates;
    mtl__arena arena;
} mtl__process;

/* A builder collects parts in any order; `finish` checks (finite, non-negative, in range), sorts
   and freezes. Errors name the part by the label that was given (borrowed until finish). */
typedef struct mtl__builder mtl__builder;
int mtl__builder_new(mtl__builder **out, mtl_error *err);
void mtl__builder_free(mtl__builder *b);
/* Each returns the index of the new part, or a negative error. */
int mtl__add_type(mtl__builder *b, const char *label);
/* Names the random stream of the type's component, so that it does not depend on which other types
   the component holds; default: the hash of the label. */
void mtl__name_stream(mtl__builder *b, int type, uint64_t stream);
int mtl__add_row(mtl__builder *b, double loss_weight, const char *label);
int mtl__add_cox(mtl__builder *b, double decay_per_day, const char *label);
/* Rates per day; factor 0 = constant. Rates of several calls with one factor add up; a second
   factor for the same channel is an error (split it into the environment). */
int mtl__add_divide(mtl__builder *b, int type, double rate, int factor);
int mtl__add_die(mtl__builder *b, int type, double rate, int factor);
int mtl__add_leave(mtl__builder *b, int type, double rate, int factor, int row);
int mtl__add_change(mtl__builder *b, int type, int target_type, double rate, int factor);
int mtl__add_output(mtl__builder *b, int type, int cox, double rate, int factor);
int mtl__add_land(mtl__builder *b, int row, int target_type, double weight, int factor);
int mtl__add_cross(mtl__builder *b, int row, int target_row, double weight, int factor);
/* Index of the gate; at most one for a factor, which is not 0. */
int mtl__add_gate(mtl__builder *b, int factor, const mtl__group *law);
int mtl__builder_finish(mtl__builder *b, const mtl__env *env, mtl__process **out, mtl_error *err);
void mtl__process_free(mtl__process *p);

/* ---------------------------------------------------------------- immigration */
enum mtl__target { MTL__TO_TYPE, MTL__TO_ROW, MTL__TO_COX };
/* Poisson immigration: rate per day x f[factor] x multiplier in [t0, t1). A row lands cells at once
   by its weights (loss included). To a Cox intensity it is its deterministic drive. */
typedef struct mtl__inflow {
    double t0, t1, rate;
    int factor, group;
    enum mtl__target to;
    int target;
} mtl__inflow;
/* At t: Poisson(mean x multiplier) cells, or exactly `count` of them when count >= 0. */
typedef struct mtl__burst {
    double t, mean;
    int64_t count;
    int group;
    enum mtl__target to;
    int target;
} mtl__burst;
/* At t each cell of types [type0, type1) survives with probability keep; the Cox intensities
   [cox0, cox1) are multiplied by keep. */
typedef struct mtl__cull {
    double t, keep;
    int type0, type1, cox0, cox1;
} mtl__cull;
/* One source of cells: sorted by time by mtl__source_sort. All arrays owned by the caller. */
typedef struct mtl__source {
    mtl__group *group;
    int n_groups;
    mtl__inflow *inflow;
    int n_inflows;
    mtl__burst *burst;
    int n_bursts;
    mtl__cull *cull;
    int n_culls;
} mtl__source;
void mtl__source_sort(mtl__source *s);
/* Sources with the same culls can be looked at as one (merge.c): P(none) multiplies, moments add.
   Arrays of the merged one are the arena's, its culls are of the earliest source. */
bool mtl__source_alike(const mtl__source *a, const mtl__source *b);
int mtl__source_merge(mtl__source *out, mtl__arena *a, const mtl__source *const *s, int n);
int mtl__source_check(const mtl__source *s, const mtl__process *p, mtl_error *err);
double mtl__source_start(const mtl__source *s); /* earliest time; HUGE_VAL if empty */
double mtl__group_draw(const mtl__group *g, mtl__rng *rng);
/* Integrates h(multiplier) over the group's law by quadrature: nodes x, weights w (n <= 64), which
   are exact for FIXED (n = 1). Returns the number of nodes, at most n. GAMMA has a closed form
   where the function is an exponential; its nodes are exact for polynomials up to degree 2 n - 1.
 */
int mtl__group_nodes(const mtl__group *g, double *x, double *w, int n);

/* ---------------------------------------------------------------- the part that a source can reach
 */
/* A small process of its own with what the source can come to until t_end, and the source for it.
   Streams are named as in the whole, so its draws are those of the whole up to the breaks of
   factors that only the rest has. */
typedef struct mtl__part {
    mtl__process process; /* solvers take it like any other; borrows from the part */
    mtl__source source;   /* shares the groups of the whole source */
    int *type, *cox;      /* indices in the whole, increasing [process.n_types], [process.n_cox] */
    int *gate;            /* indices in the whole [process.n_gates] */
    double *type_since, *cox_since; /* the earliest date at which something can be there */
    int *which;
    mtl__env env;
    mtl__arena arena;
} mtl__part;
typedef struct mtl__cutter mtl__cutter; /* workspace for one process, one per thread */
int mtl__cutter_new(mtl__cutter **out, const mtl__process *p, mtl_error *err);
void mtl__cutter_free(mtl__cutter *c);
/* `out` is zeroed or of an earlier cut, whose memory is used again; it must not move while it is in
   use. */
int mtl__part_cut(mtl__part *out, mtl__cutter *c, const mtl__source *src, double t_end,
                  mtl_error *err);
void mtl__part_free(mtl__part *x);

/* ---------------------------------------------------------------- state and stochastic solvers */
/* Every cell is accounted for: sum n = immigrated + births - deaths - lost - culled, and
   leaves + row immigration = landed + lost. */
typedef struct mtl__ledger {
    int64_t immigrated, births, deaths, changes, leaves, landed, crossed, lost, culled;
    int64_t events;
} mtl__ledger;

typedef struct mtl__state {
    double t;
    int64_t *n;    /* [n_types] */
    double *y;     /* [n_cox] */
    double *group; /* multipliers of the source's groups [n_groups] */
    double *gate;  /* of the process's gates, NaN until they are met [n_gates] */
    mtl__ledger ledger;
    bool split;   /* leap has split moves from births and deaths: there is a splitting error */
    bool used[2]; /* exact, leap: which solver has run a component */
    void *work;   /* workspace of the solvers */
} mtl__state;
int mtl__state_new(mtl__state **out, const mtl__process *p, int max_groups, mtl_error *err);
/* Makes a state fit another process, using its memory again. */
int mtl__state_fit(mtl__state *s, const mtl__process *p, mtl_error *err);
void mtl__state_free(mtl__state *s);
/* All counts, intensities and the ledger to zero, time to t. */
void mtl__state_reset(mtl__state *s, const mtl__process *p, double t);

enum mtl__solver { MTL__EXACT, MTL__LEAP, MTL__AUTO };
typedef struct mtl__sim_opts {
    enum mtl__solver solver;
    double step_days; /* leap: the step, at most; 0 = chosen from the rates */
    int refine; /* leap: every step is cut into so many; 0 = 1. For measuring the splitting error */
    int64_t max_cells;  /* stop with MTL_ERR_EXPLODES above it; 0 = 1e15 */
    int64_t max_events; /* exact: stop with MTL_ERR_LIMIT; 0 = 2e9 (minutes) */
} mtl__sim_opts;
/* One realisation of one source, component by component. Refuses an environment with feedback,
   whose sources are run jointly. Streams: rng_key = (seed, person, replicate, source); every
   component and every group draws from a stream derived from it by name. Time runs from the
   source's start; times are increasing; what happens at a time is counted at it. No allocation
   inside. state->ledger holds the account. */
typedef struct mtl__rng_key {
    uint64_t seed, person, replicate, source;
} mtl__rng_key;
/* counts[k * n_types + i] and cox[k * n_cox + c] at time[k], ADDED to what is there (several
   sources of a donor sum). State is scratch. */
int mtl__simulate(const mtl__process *p, const mtl__source *src, const mtl__sim_opts *o,
                  const mtl__rng_key *key, mtl__state *scratch, int n_times, const double *time,
                  int64_t *counts, double *cox, mtl_error *err);

/* ---------------------------------------------------------------- lanes beside a companion
 * (joint.c)
 */
/* A companion is a system of equations of its own that reads *tallies* (weighted sums of counts and
   intensities over all lanes) and that factors of the lanes' environments read in turn. It stands
   at one date, moves by steps, and can go back over the last one. */
typedef struct mtl__arrival { /* cells that the companion puts into a lane, or takes from it */
    int lane, type;
    int64_t cells; /* < 0: all of this type go */
} mtl__arrival;
typedef struct mtl__companion {
    void *ctx;
    int n_tallies;
    double t_start; /* where it stands at first */
    /* To t1, the tallies going in a line from y0 to y1; factors may then be asked for any time of
       the step. */
    int (*advance)(void *ctx, double t1, const double *y0, const double *y1, mtl_error *err);
    void (*back)(void *ctx);   /* over the last advance, once */
    void (*settle)(void *ctx); /* the step is kept, what falls at its end happens */
    /* First date within the step on trial at which something happens that rates may read, so that
       the step should end there; HUGE_VAL if none. NULL = never. */
    double (*event)(const void *ctx);
    double (*longest)(const void *ctx); /* a step from here on that resolves it, days */
    double (*next_break)(const void *ctx, double t);         /* no step may go over it */
    int (*arrivals)(void *ctx, mtl__arrival *out, int most); /* of the last settled steps */
    void (*record)(void *ctx, int k);                        /* at record time k */
} mtl__companion;
/* Adds weight x (cells of the type, or intensity) to a tally. */
typedef struct mtl__counted {
    int32_t tally, index;
    double weight;
} mtl__counted;
/* One source with what it can reach: the process's environment has this lane's `beside`. */
typedef struct mtl__lane {
    const mtl__process *process;
    const mtl__source *source;
    mtl__rng_key key;
    const mtl__counted *by_type, *by_cox;
    int n_by_type, n_by_cox;
    bool receives;   /* the companion may put cells into it, or take some */
    int64_t *counts; /* [n_times][types], added to, as in mtl__simulate */
    double *cox;
} mtl__lane;
typedef struct mtl__joint_account {
    mtl__ledger ledger;
    bool split, used[2]; /* as in mtl__state */
    int64_t steps;
} mtl__joint_account;
typedef struct mtl__joint mtl__joint; /* workspace, one per thread */
int mtl__joint_new(mtl__joint **out, mtl_error *err);
void mtl__joint_free(mtl__joint *j);
/* All lanes together. `exact`: event by event, the companion brought to every event, rates that
   read it thinned against its bounds. Else in steps: the companion is moved ahead with the tallies
   held (predictor), lanes run over the step against that path by the solver that costs less, and it
   is moved again with the tallies as they became (corrector): the error falls as the step squared
   (as the step where a rate reads a tally itself) and is measured by `refine`. A lane that reads no
   companion draws as in mtl__simulate, whatever stands beside it. */
int mtl__simulate_jointly(mtl__joint *j, const mtl__lane *lane, int n_lanes,
                          const mtl__companion *c, const mtl__sim_opts *o, int n_times,
                          const double *time, mtl__joint_account *account, mtl_error *err);

/* ---------------------------------------------------------------- analytic */
/* What a sample sees, at its time T: a cell of type i with probability see_type[i], a cell of Cox
   intensity c with probability see_cox[c] (Poisson). Solves backward from T. */
typedef struct mtl__analytic mtl__analytic; /* reusable workspace, one per thread */
int mtl__analytic_new(mtl__analytic **out, const mtl__process *p, mtl_error *err);
/* One for another process, with the settings of this one. */
int mtl__analytic_like(mtl__analytic **out, const mtl__analytic *like, const mtl__process *p,
                       mtl_error *err);
void mtl__analytic_free(mtl__analytic *a);
/* A cell that makes more than so many seen ones per day counts, in P(nothing seen), as making so
   many: after a time s it would be missed with probability exp(-s x per_day) instead of less, and
   the equation is no longer as stiff as its brightest type. 0 (default): no limit, exact. */
void mtl__analytic_brightest(mtl__analytic *a, double per_day);
/* The values of the gates in the calls that follow, [n_gates]; NULL: all at their mean 1. */
void mtl__analytic_gates(mtl__analytic *a, const double *value);
typedef struct mtl__seen {
    double p_none;   /* P(nothing of the source is in the sample) */
    double mean;     /* expected number seen */
    double variance; /* of the number seen */
} mtl__seen;
/* rtol: relative tolerance of the backward equation, e.g. 1e-9. */
int mtl__analytic_seen(mtl__analytic *a, const mtl__source *src, double t_sample,
                       const double *see_type, const double *see_cox, double rtol, mtl__seen *out,
                       mtl_error *err);
/* P(nothing of the source is in the sample) alone: a third of the work. */
int mtl__analytic_none(mtl__analytic *a, const mtl__source *src, double t_sample,
                       const double *see_type, const double *see_cox, double rtol, double *p_none,
                       mtl_error *err);
/* q[i] = P(something is seen | one cell of type i at t) for t <= t_sample; also mean and second
   factorial moment per cell. Any may be NULL. For tests and for the law of a single seed. */
int mtl__analytic_types(mtl__analytic *a, double t, double t_sample, const double *see_type,
                        const double *see_cox, double rtol, double *q, double *mean,
                        double *factorial2, mtl_error *err);
/* Expected counts and intensities of a source forward in time: mean[k * n_types + i],
   cox[k * n_cox + c], ADDED to what is there. */
int mtl__analytic_forward(mtl__analytic *a, const mtl__source *src, double rtol, int n_times,
                          const double *time, double *mean, double *cox, mtl_error *err);

#endif
