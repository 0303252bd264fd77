/* SPDX-License-Identifier: MIT */
#ifndef MTL_PROCESS_SOLVER_H
#define MTL_PROCESS_SOLVER_H
/* Inside process/: what the stochastic solvers share. */
#include "process/process.h"

enum { MTL__DIVIDE, MTL__DIE, MTL__LEAVE, MTL__CHANGE0 }; /* channels of a type, in this order */
enum { MTL__N_BINS = 192, MTL__BIN_ZERO = 96 };           /* bins of propensity: powers of two */

/* Alias tables over the channels of every type and the landings of every row. */
typedef struct mtl__alias {
    double cut;    /* stay below it */
    int32_t other; /* else this slot */
} mtl__alias;

/* What a channel of a type does, so that an event needs no branch on its kind. */
typedef struct mtl__action {
    int32_t kind; /* MTL__DIVIDE .. MTL__CHANGE0: place in `happened` */
    int32_t by;   /* added to the type itself */
    int32_t to;   /* the type that gets one more; -1 = none */
    int32_t factor;
} mtl__action;

enum { MTL__CROSSES = 1, MTL__OUTPUTS_VARY = 2 };

/* One piece of work: what a component lists, and the schedule's parts that reach it. */
typedef struct mtl__work {
    /* Factors that the piece carries, but 0: first those of rates and landings. */
    int n_factors, *used, n_used, n_rates;
    bool crosses, outputs_vary; /* some crossing weight, some output carries one */
    bool *reads;                /* [n_used] does each read the companion? */

    /* What mtl__work_stir says of the segment to come. Of those used some may move in it (live);
       some stand while the tallies of the companion are held (held, only where led); the rest keep
       their values: f and f_hi of the latter two are set and stand. */
    int *live, n_live, n_live_rates; /* those of rates first */
    int *held, n_held;
    bool varies;       /* some rate is live; before the first segment: carries a factor at all */
    double still;      /* rates that are not live keep their values until then */
    double reads_from; /* what reads the companion may move from then on */
    bool reads_now;    /* ... as it does */
    bool led;          /* set by joint*.c: along a path with its tallies held */
    double *until;     /* [n_used] each keeps its value until then, or is not asked again before */
    bool *moves;       /* [n_used] ... the latter */
    double again;      /* the first of these dates: before it all is as it was said */
    double *jump;      /* [n_used] when each jumps or bends next, as far as it was asked */
    double *held_f, *held_t; /* [n_factors] values of held ones, and of when, for all pieces of a
                                lane, in the work of its first */

    /* their values: at the segment's start or where they were looked at last; bounds over it */
    double *f, *f_hi;
    bool moved;              /* bounds of rates differ from those that the tables of exact hold;
                                mtl__exact_prepare clears it */
    double *f_in;            /* leap: means over the step, for immigration */
    double *f_out, *f_slope; /* at the segment's start and their slope per day: outputs follow this
                                line, so that a cell's drive is taken back as it was given */
    double t_out;            /* the segment's start */

    /* the types at work (those that the component lists), and its rows */
    const int *list;
    int n_list;
    bool *mine; /* [n_types] is it in the list? */
    int component;
    int *row_list, n_row_list;

    /* Cox intensities: y is in the state, as of cox_t[c]; the drive sum output N is drive[c] at
       t_out and grows by slope[c] a day */
    double *drive, *slope, *drive0, *cox_t;
    double *now;     /* joint.c: intensities at the moment of counting */
    int *active_cox; /* intensities that the types at work drive */
    int n_active_cox;
    bool *cox_marked;

    /* exact: composition-rejection over types, alias over channels */
    struct mtl__hot {         /* what an event touches, together */
        double rate;          /* per cell, of all channels at their bounds */
        double weight;        /* rate x n: what its bin's sum holds */
        int16_t bin;          /* where it stands; -1 = nowhere */
        bool drives;          /* some intensity */
        bool constant, ready; /* no channel carries a factor; its tables stand */
        int32_t slot;
        int32_t alias0, n_channels;
    } * hot;
    mtl__alias *alias, *row_alias;
    mtl__action *action;                /* beside `alias`: what each of its outcomes is */
    int64_t happened[MTL__CHANGE0 + 1]; /* by kind; goes into the ledger at the end of a segment */
    int *row_alias0;
    double *bin_sum;
    int32_t *bin_count, *bin_member; /* bin_member[bin * n_types + slot] */
    uint64_t bins_used[MTL__N_BINS / 64];
    double total;
    uint32_t fired; /* events of this piece */

    /* leap */
    int64_t *moving, *arriving, *pool;
    double *move_rate; /* per cell, with the factors of now */
    double *prob;
    double *inflow_to;     /* immigration per day straight into a type */
    double *inflow_landed; /* ... and through rows */
    double *row_mass, *row_mass2;
    int64_t *row_n, *row_next; /* cells on their way through rows */
    uint64_t *touched;         /* streams of the components of this call */
    int n_touched;
    int64_t *out;

    /* inflows that act in the segment, for this component */
    int *inflow;
    int n_inflow;
    size_t cap_inflow, cap_group;
    mtl__rng rng, side; /* side: crossings and culls, so that they leave the main stream alone */
    const mtl__source *src;
} mtl__work;

/* gate.c: an environment whose factors carry the gates' values, and the process that sees it. A
   value that is NaN is drawn on the first look, from the stream of its gate; key NULL: all are
   given. */
typedef struct mtl__gated {
    const mtl__process *p; /* without */
    const mtl__rng_key *key;
    double *value; /* [n_gates] */
    uint64_t some; /* bit k: some factor of number k, modulo 64, has a gate */
    mtl__env env;
    mtl__process with;
} mtl__gated;
/* The process to work with: p itself if it has no gates. *g must outlive its use. */
const mtl__process *mtl__gates_on(mtl__gated *g, const mtl__process *p, const mtl__rng_key *key,
                                  double *value);

static inline double mtl__factor_now(const mtl__work *w, int factor)
{
    return w->f[factor];
}

/* cox.c: brings intensity c to time t under its drive; what it will be then. */
double mtl__cox_peek(const mtl__process *p, const mtl__state *s, const mtl__work *w, int c,
                     double t);
void mtl__cox_advance(const mtl__process *p, mtl__state *s, mtl__work *w, int c, double t);
/* Sums the drives of all intensities from counts, with these factors. */
void mtl__cox_drives(const mtl__process *p, const mtl__state *s, mtl__work *w, const double *f,
                     double *drive);
/* What h days at decay mu leave of an intensity, keep = exp(-mu h), and the weights of a drive that
   is a line: phi1 = (1 - keep) / mu of its value at the start, phi2 = (1 - phi1 / h) / mu of its
   rise. */
typedef struct mtl__decay {
    double keep, phi1, phi2;
} mtl__decay;
mtl__decay mtl__decay_over(double mu, double h);
/* y after h: y keep + the integral over [0, h] of D(u) exp(-mu (h - u)), D the parabola through
   D(0), D(h/2), D(h). */
double mtl__cox_parabola(double y, double mu, double h, double d0, double dm, double d1);
/* Lists the intensities that the types at work drive. */
void mtl__cox_driven(const mtl__process *p, mtl__work *w);
/* Intensities that the schedule itself feeds, over all record times. */
int mtl__cox_fed(const mtl__source *src, mtl__work *w); /* lists them; returns their number */
/* The same step by step: what falls on s->t happens; then on, at most to t, to where their schedule
   changes. */
void mtl__cox_direct_now(mtl__state *s, const mtl__work *w);
void mtl__cox_direct_step(const mtl__process *p, mtl__state *s, mtl__work *w, double t);
double mtl__cox_direct_cut(const mtl__process *p, const mtl__state *s, const mtl__work *w,
                           double t);
double mtl__cox_direct_start(const mtl__source *src);
void mtl__cox_direct(const mtl__process *p, mtl__state *s, mtl__work *w, int n_times,
                     const double *time, double *cox);

/* route.c: cells that enter a row; counts into s->n or `arriving`. */
void mtl__rows_prepare(const mtl__process *p, mtl__work *w);
int mtl__route_one(const mtl__process *p, mtl__state *s, mtl__work *w,
                   int row); /* type, or -1 lost */
void mtl__route_many(const mtl__process *p, mtl__state *s, mtl__work *w, int row, int64_t n,
                     int64_t *to);
/* Expected number that lands in each type, per cell that enters `row`, added to to[] times `mass`.
 */
void mtl__route_mean(const mtl__process *p, mtl__work *w, int row, double mass, double *to);

/* exact.c */
void mtl__exact_prepare(const mtl__process *p, mtl__state *s,
                        mtl__work *w); /* after factors changed */
void mtl__exact_refresh(const mtl__process *p, mtl__state *s,
                        mtl__work *w); /* after counts changed */
int mtl__exact_run(const mtl__process *p, mtl__state *s, mtl__work *w, double t1,
                   double *next_event, const mtl__sim_opts *o, mtl_error *err);
/* One at a time, for drivers that run several pieces together. `inflow`: what comes in at its
   bound, per day. Peek: the time of the next candidate, HUGE_VAL if none; stands until counts or
   bounds change. Fire: carries it out. Rest: no candidate is left before t1; what was not spent is
   kept. */
double mtl__exact_inflow(const mtl__state *s, const mtl__work *w);
int mtl__exact_peek(const mtl__state *s, mtl__work *w, double inflow, double *pending, double *t,
                    mtl_error *err);
int mtl__exact_fire(const mtl__process *p, mtl__state *s, mtl__work *w, double t, double inflow,
                    double *pending, const mtl__sim_opts *o, mtl_error *err);
void mtl__exact_rest(mtl__state *s, mtl__work *w, double t1, double inflow, double *pending);
/* component.c: numbers and lists the components of a process that has its channels; lists those of
   one whose types are numbered. Memory comes from the process's arena, or from `a`. */
int mtl__components_find(mtl__process *p);
int mtl__components_list(mtl__process *p, mtl__arena *a);
/* work.c: one piece of work, a component under a source; see there. */
int mtl__work_begin(const mtl__process **p, const mtl__source *src, const mtl__rng_key *key,
                    mtl__state *s, mtl__gated *gated, mtl_error *err);
bool mtl__work_on(const mtl__process *p, mtl__work *w, int component); /* false: nothing to do */
void mtl__work_streams(const mtl__process *p, mtl__work *w, const mtl__rng_key *key,
                       mtl__work *names);
double mtl__work_start(const mtl__process *p, const mtl__work *w);
/* Which factors may move from s->t on (beside a companion, all are asked; else those of rates), and
   the values of the others; before the cut is asked for. */
void mtl__work_stir(const mtl__process *p, const mtl__state *s, mtl__work *w);
/* The values of those that are held, where the companion stands; `first`: of the lane, which keeps
   them. */
void mtl__work_hold(const mtl__process *p, const mtl__state *s, mtl__work *w, mtl__work *first);
/* The first date after s->t, at most t, on which the schedule changes or something comes at once.
 */
double mtl__work_schedule(const mtl__process *p, const mtl__state *s, const mtl__work *w, double t);
/* The first cut after s->t, at most t; bounds: also where bounds should be looked at again. */
double mtl__work_cut(const mtl__process *p, const mtl__state *s, mtl__work *w, double t,
                     bool bounds);
void mtl__work_inflows(const mtl__process *p, const mtl__state *s, mtl__work *w);
int mtl__work_happens(const mtl__process *p, mtl__state *s, mtl__work *w, const mtl__sim_opts *o,
                      mtl_error *err);
bool mtl__work_exact_is_cheaper(const mtl__process *p, const mtl__state *s, const mtl__work *w,
                                double t0, double t1, int n_times, const mtl__sim_opts *o);
/* The factors of this piece that may move in the segment, at t. */
void mtl__work_look(const mtl__process *p, const mtl__work *w, double t, double *f);
/* Factors at s->t; lines: for outputs of the exact solver, straight lines from here to t1. */
void mtl__work_factors(const mtl__process *p, const mtl__state *s, mtl__work *w, double t1,
                       bool lines);
void mtl__work_bounds(const mtl__process *p, const mtl__state *s, mtl__work *w, double t1);
void mtl__work_drives(const mtl__process *p, const mtl__state *s, mtl__work *w);
bool mtl__work_any_cell(const mtl__state *s, const mtl__work *w);
void mtl__work_sleep(const mtl__process *p, mtl__state *s, const mtl__work *w, double t1);
void mtl__work_record(const mtl__state *s, const mtl__work *w, int64_t *counts, double *cox);
mtl__sim_opts mtl__sim_limits(const mtl__sim_opts *o); /* with the defaults filled in */
/* leap.c */
int mtl__leap_run(const mtl__process *p, mtl__state *s, mtl__work *w, double t1, double step,
                  const mtl__sim_opts *o, mtl_error *err);
double mtl__leap_step(const mtl__process *p, const mtl__work *w, const mtl__sim_opts *o);
void mtl__alias_build(int n, const double *weight, mtl__alias *out, int32_t *stack, double *scaled);
static inline int mtl__alias_draw(const mtl__alias *a, int n, mtl__rng *rng)
{
    const double x = mtl__rng_unit(rng) * n;
    const int i = (int)x < n ? (int)x : n - 1;
    return x - i < a[i].cut ? i : a[i].other;
}
#endif
