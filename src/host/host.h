/* SPDX-License-Identifier: MIT */
#ifndef MTL_HOST_H
#define MTL_HOST_H
/* Face of host/: what a body's own tissue and defences do beside the foreign cells in it (design
   2.3). Per injury damage, inflammation and chemokine; per foreign HLA haplotype tolerance and
   response; outcomes as hazards; tumours begun. All of it as equations that read *tallies*
   (weighted numbers of cells) and that factors of the cells' rates read in turn. No process, no
   family: who counts the cells is family/'s business.

   A *plan* is what does not change from life to life: which equations, which variables, which
   tallies. A *state* is one life's, one per thread. Times are days, rates per day. */
#include "kin/antigens.h"
#include "model/model.h"

/* ---------------------------------------------------------------- what a body is told */
typedef struct mtl__host_injury {
    int def; /* index into model->injury */
    int organ;
    double t, size, lasts_days; /* size: damage, 0..1 */
} mtl__host_injury;
typedef struct mtl__host_pregnancy {
    double conceived, ended;
    const int *child; /* people */
    int n_children;
    bool live; /* a live birth */
} mtl__host_pregnancy;
typedef struct mtl__host_spec { /* borrowed while the plan lives */
    const mtl_model *m;
    const char *name;
    uint64_t key; /* of the person: names its streams */
    int person;
    int sex;          /* 'f', 'm', 0 */
    double born;      /* NaN = not known: outcomes by age are refused */
    double t0, t1;    /* the span of life that is followed; t1 at most the death */
    const int *donor; /* people whose cells may be here, increasing; the person itself stands among
                         them only where tumours are followed */
    const int *donor_relation; /* [n_donors] bits below */
    int n_donors;
    const mtl__host_injury *injury; /* by date */
    int n_injuries;
    const mtl__host_pregnancy *pregnancy; /* by date */
    int n_pregnancies;
    const bool *outcome;       /* [model->n_outcomes] followed */
    bool immune;               /* tolerance and response are followed */
    const double *organ_cells; /* [n_organs] nucleated cells of the adult organ, for per_1e6 */
    /* Dates that the scenario gives to outcomes ("diagnosis"): outcome k began at onset[k], NaN =
       not given. Such an outcome is not drawn. NULL = none. */
    const double *onset;
    /* Names of alleles, for exposures to one; NULL: nobody is known to carry any, and they are 0.
     */
    const mtl__hla_table *hla;
} mtl__host_spec;
enum { MTL__REL_CHILD = 1, MTL__REL_MOTHER = 2, MTL__REL_MALE = 4, MTL__REL_SELF = 8 };

/* ---------------------------------------------------------------- plan */
typedef struct mtl__host_plan mtl__host_plan;
int mtl__host_plan_new(mtl__host_plan **out, const mtl__host_spec *s, mtl_error *err);
void mtl__host_plan_free(mtl__host_plan *p);
const mtl__host_spec *mtl__host_spec_of(const mtl__host_plan *p);

/* The variable that a factor `of` (with its ref) reads in an organ: >= 0, or -1 where it rests for
   ever in this body (no injury of that organ, immune not followed, outcome not followed, tally
   empty under the switches ...): then the factor is its value at rest. MTL__OF_POSTPARTUM is a
   variable too (weeks). Calls with the same arguments give the same number. Coupled variables
   depend on cells; the others are known beforehand, whatever the cells do. All of them are asked
   for before the first state is made. Missing memory is kept, and told by mtl__host_state_new,
   since its code is -1 as well; other failures are below -1. */
int mtl__host_variable(mtl__host_plan *p, enum mtl__factor_of of, int ref, int organ,
                       mtl_error *err);
bool mtl__host_coupled(const mtl__host_plan *p, int variable);
/* Of variables that are not coupled: value at t, greatest and least value on [t0, t1], next date >
   t at which it jumps or bends. */
double mtl__host_given(const mtl__host_plan *p, int variable, double t);
void mtl__host_given_range(const mtl__host_plan *p, int variable, double t0, double t1, double *lo,
                           double *hi);
double mtl__host_given_break(const mtl__host_plan *p, int variable, double t);
/* Until when it keeps its value of t: t if it moves. */
double mtl__host_given_still(const mtl__host_plan *p, int variable, double t);
/* Does anything of this host read cells (so that lives must be run together with it)? */
bool mtl__host_reads(const mtl__host_plan *p);
/* Adds to the outcomes that are followed those that they need or are exposed to, without which they
   could not come; true if that is more. A plan does so by itself. */
bool mtl__host_follow(const mtl_model *m, bool *outcome /* [n_outcomes] */);
/* Is the outcome drawn in this body: followed, not given, and of its sex (where that is not known,
   only what comes to both)? */
bool mtl__host_at_risk(const mtl__host_plan *p, int outcome);
/* The chance that it has come by each of increasing dates (at most to the end of the span) with
   every exposure at 0, after what it needs and before the deaths that are followed (a tumour: that
   it has begun). NaN where more than 8 outcomes hang together. */
void mtl__host_baseline(const mtl__host_plan *p, int outcome, int n, const double *time,
                        double *out);
/* Of a tumour: that it has been found by then, of whose clones a cell divides and dies at so much
   per day where no foreign cell is. NaN where it, or a death, waits for another outcome. */
int mtl__host_found_baseline(const mtl__host_plan *p, int outcome, double divide, double die, int n,
                             const double *time, double *out, mtl_error *err);

/* What the host wants counted: a sum over the types and intensities of one donor in this body.
   weight: of a cell of kind k in organ o (progeny: organ = blood); 0 = not counted. */
typedef struct mtl__host_tally {
    int donor; /* place in spec->donor */
    int tally; /* model->tally; -1 = antigen (all cells of the donor, weight 1); -2 - k = the clone
                  that outcome k began */
    int organ; /* own_organ: of this organ; -1 whole body */
} mtl__host_tally;
int mtl__host_n_tallies(const mtl__host_plan *p);
const mtl__host_tally *mtl__host_tally_at(const mtl__host_plan *p, int i);
double mtl__host_weight(const mtl__host_plan *p, int i, int kind, int organ);

/* ---------------------------------------------------------------- state of one life */
typedef struct mtl__host_state mtl__host_state;
int mtl__host_state_new(mtl__host_state **out, const mtl__host_plan *p, mtl_error *err);
void mtl__host_state_free(mtl__host_state *s);
/* Does it matter to this host who carries which haplotype? */
bool mtl__host_needs_antigens(const mtl__host_plan *p);
/* Life `replicate` begins: stands at spec->t0 with nothing there. `antigens` may be NULL where no
   haplotype matters; borrowed. Streams: (seed, spec->key, replicate, name of outcome). */
int mtl__host_begin(mtl__host_state *s, const mtl__antigens *antigens, uint64_t seed,
                    uint64_t replicate, mtl_error *err);
/* From where it stands to t1 (no break of `next_break` lies between), the tallies going in a line
   from y0 to y1 [n_tallies]. It keeps where it stood: `back` returns there, once. Between the two,
   mtl__host_value interpolates. Error of the step below 1e-6 of a variable's range. */
int mtl__host_advance(mtl__host_state *s, double t1, const double *y0, const double *y1,
                      mtl_error *err);
void mtl__host_back(mtl__host_state *s);
/* The first date within the step on trial at which an outcome that something reads takes place, or
   a clone begins or is known; HUGE_VAL if none. Who goes back and on to that date meets it there.
 */
double mtl__host_event(mtl__host_state *s);
/* The step is kept: outcomes of it take place, what begins at t1 (an injury at once) begins. */
void mtl__host_settle(mtl__host_state *s);
/* The longest step from here on which the variables move little (at most a tenth of their range, or
   of their own value): days. */
double mtl__host_longest(const mtl__host_state *s);
double mtl__host_next_break(const mtl__host_state *s, double t); /* HUGE_VAL if none */
/* Value of a coupled variable for a donor (place in spec->donor; -1 where it does not matter) at t
   in the last step; and bounds from now (of a step on trial: from its beginning) to t1, whatever
   the cells do, while no break comes before t1. Of a tally these are 0 and HUGE_VAL, or its line in
   the step on trial; mtl__host_tally_value is what it is at tallies y [n_tallies]. */
double mtl__host_tally_value(const mtl__host_state *s, int variable, const double *y);
double mtl__host_value(const mtl__host_state *s, int variable, int donor, double t);
void mtl__host_range(const mtl__host_state *s, int variable, int donor, double t1, double *lo,
                     double *hi);
/* Until when a coupled variable keeps the value that it has now (of a step on trial: at its
   beginning), whatever the cells do: that date itself if it may move. */
double mtl__host_still(const mtl__host_state *s, int variable, int donor);
/* Days from now on in which a coupled variable moves little, as in mtl__host_longest. */
double mtl__host_pace(const mtl__host_state *s, int variable, int donor);
/* The day on which an outcome that ends life came; HUGE_VAL if none has. */
double mtl__host_ended(const mtl__host_state *s);
/* Clones that began or ended in settled steps and were not told yet: fills up to `most`, returns
   the number. Until they are asked for, the tallies are not taken to show them. */
typedef struct mtl__host_clone {
    int kind, organ;
    int64_t cells; /* > 0: so many more; < 0: all of them go (detected and treated, or the life
                      ended) */
} mtl__host_clone;
int mtl__host_clones(mtl__host_state *s, mtl__host_clone *out, int most);

/* ---------------------------------------------------------------- what is kept of a life */
/* Places are filled at record k; times increasing. All arrays caller-owned, NULL = not wanted. */
/* How an injury heals, in days since it came: a tenth of the most damage that it came to is left.
 */
typedef struct mtl__heal {
    double peak;      /* the most damage, 0..1 */
    double peak_day;  /* NaN = it damages nothing */
    double tenth_day; /* NaN = not yet, or nothing to heal */
} mtl__heal;
typedef struct mtl__host_record {
    int n_times;
    float *injury;   /* [n_injuries][3][n_times]: damage, inflammation, chemokine of each */
    float *immune;   /* [n_donors][2][n_times]: tolerance of, response against the donor */
    float *tally;    /* [n_tallies][n_times] as counted */
    double *onset;   /* [model->n_outcomes] day of the first, NaN = none by the end */
    int *times;      /* [model->n_outcomes] how often */
    int *clones;     /* [model->n_outcomes] of a tumour: clones that the hazard began */
    mtl__heal *heal; /* [n_injuries] as far as it is known at the last record */
} mtl__host_record;
void mtl__host_note(const mtl__host_state *s, const mtl__host_record *r, int k);
/* The same without any foreign cell: injuries only, deterministic. injury: as above. */
int mtl__host_alone(const mtl__host_plan *p, int n_times, const double *time, float *injury,
                    mtl_error *err);
void mtl__host_heal_alone(const mtl__host_plan *p, mtl__heal *out /* [n_injuries] */);

#endif
