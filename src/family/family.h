/* SPDX-License-Identifier: MIT */
#ifndef MTL_FAMILY_H
#define MTL_FAMILY_H
/* Face of family/: many bodies and the conduits between them, in date order, as one process.

   A *world* holds the process of all bodies and one source per *inoculum*: the cells of one donor
   that enter one body by one pregnancy. Inocula are independent and are simulated one by one; since
   all bodies are in the process, an inoculum's cells may be carried on through later conduits (from
   mother to a younger child, from a woman to her child) without a special case. */
#include "body/body.h"
#include "family/scenario.h"

typedef struct mtl__inoculum {
    int donor, host;        /* people; host: the body that the cells first enter */
    int pregnancy, contact; /* which of the two brought it; the other is -1 */
    enum mtl__supply_way way;
    uint64_t key; /* names its random streams, from names only */
    double t_start;
    mtl__source source;
} mtl__inoculum;

/* A way from one body into another: what passes the giver's blood crosses in [t0, t1). Its factor
   may carry a gate (process/). */
typedef struct mtl__conduit {
    int giver, taker; /* bodies */
    double t0, t1;
    int slot;
} mtl__conduit;

/* A person whose own body is followed: injuries, tolerance, outcomes (host/). */
typedef struct mtl__followed {
    mtl__host_spec spec;
    mtl__host_plan *plan;
    int person, body;
    int tally0; /* its first tally among those of the world */
    int clones; /* inoculum that holds its tumours; -1 */
} mtl__followed;

typedef struct mtl__world {
    mtl__arena arena;
    const mtl_scenario *s;
    const mtl_model *m;
    bool *kind; /* [n_kinds] in use */
    bool *landing;
    int *home;
    mtl__clockwork clock;
    mtl__process *process;
    mtl__body *body; /* in the order of the people's names */
    int *body_person;
    int n_bodies;
    int *body_of; /* [n_people], -1 = no body is followed */
    mtl__inoculum *inoculum;
    int n_inocula;
    /* pregnancies of a mother: mother_pregnancy[mother0[person] .. mother0[person + 1]) */
    int *mother0, *mother_pregnancy;
    mtl__conduit *conduit;
    size_t cap_conduit;
    int n_conduits;
    int *gate_of;        /* [slots] gate of a factor, -1 = none */
    int *gate_name;      /* [gates] first gate of the same name: they have one value */
    mtl__builder *build; /* while the world is made */
    /* Hosts, in the order of the bodies; their number is their number in the clockwork. */
    mtl__followed *host;
    int n_hosts, n_tallies;
    int *host_of;    /* [n_people] -1 = not followed */
    bool together;   /* some host reads cells: lives are run jointly with it */
    bool immune;     /* cells are rejected: tolerance and response are followed in everybody */
    bool *line_used; /* [n_supplies] lines of supply that this scenario calls on */
    bool *fold_used; /* [n_params] folds that apply to one of its pregnancies */
} mtl__world;
/* Borrows scenario and model. */
int mtl__world_new(mtl__world **out, const mtl_scenario *s, const mtl_model *m, mtl_error *err);
void mtl__world_free(mtl__world *w);

/* ---------------------------------------------------------------- what is followed (hosts.c) */
/* Can a factor of the host's state leave its rest anywhere in this world? */
bool mtl__factor_lives(const mtl__world *w, const mtl__factor *f);
/* Can the rule do anything here, when it holds: no factor of it rests at zero for ever. */
bool mtl__rule_lives(const mtl__world *w, const mtl__rule *rule);

/* ---------------------------------------------------------------- bodies of a part (reached.c) */
bool mtl__part_reaches(const mtl__world *w, const mtl__part *part, int person);
/* Walks over the bodies of a part, in their order: the part's types [*type0, *type1) and
   intensities
   [*cox0, *cox1) are of *body. Begin with *body = -1 and zeros. */
bool mtl__next_body(const mtl__world *w, const mtl__part *part, int *body, int *type0, int *type1,
                    int *cox0, int *cox1);

/* ---------------------------------------------------------------- hosts beside the cells
 * (host_lives.c)
 */
/* The lives of all hosts of a world in one replicate, as the companion of its lanes. One per
 * thread.
 */
typedef struct mtl__lives mtl__lives;
/* Who may carry which HLA haplotype, for all replicates of a scenario and all threads. */
int mtl__lives_antigens(mtl__antigens_law **out, const mtl_scenario *s, mtl_error *err);
int mtl__lives_new(mtl__lives **out, const mtl__world *w, const mtl__antigens_law *law,
                   mtl_error *err);
void mtl__lives_free(mtl__lives *x);
/* A replicate begins. record: [n_hosts], NULL = nothing is kept. */
int mtl__lives_begin(mtl__lives *x, uint64_t seed, uint64_t replicate,
                     const mtl__host_record *record, mtl_error *err);
const mtl__companion *mtl__lives_companion(const mtl__lives *x);
/* Where arrivals of a host's tumours go: the lane of its clones and the part it runs in. */
void mtl__lives_clones(mtl__lives *x, int host, int lane, const mtl__part *part);
/* The lane's process: that of the part, seeing the hosts as the donor's cells do. `p` and `env` are
   the caller's and stay while the lane runs. */
void mtl__lives_see(const mtl__lives *x, int donor, const mtl__part *part, mtl__process *p,
                    mtl__env *env);
/* Share of the donor's haplotypes that the host lacks, in this replicate; NaN where no host asks.
 */
double mtl__lives_mismatch(const mtl__lives *x, int host, int donor);
/* What the hosts count in a part of this donor: lists in the arena. */
typedef struct mtl__counting {
    mtl__counted *by_type, *by_cox;
    int n_by_type, n_by_cox;
} mtl__counting;
int mtl__lives_counting(const mtl__world *w, const mtl__part *part, int donor, mtl__arena *a,
                        mtl__counting *out, mtl_error *err);

/* ---------------------------------------------------------------- without random numbers
 * (mixture.c) */
/* What is seen at t in the body `host` of the donors with takes[person] (NULL: all), or of one
   inoculum `only` (-1: all), with everything that their
   cells share on the way (joined circulations, how much a placenta lets through) summed over: by
   quadrature over up to three such gates, by `error` (may be NULL; a standard error of p_none) with
   more, from a fixed number of draws on fixed streams. Inocula are independent given the gates.
   With moments false only log_none is filled. Without gates on the way, this is the product over
   inocula. */
typedef struct mtl__sight {
    double log_none, mean, variance;
} mtl__sight;
int mtl__world_sees(const mtl__world *w, mtl__analytic *a, int host, const bool *takes, int only,
                    double t, const double *see_type, const double *see_cox, double rtol,
                    bool moments, mtl__sight *out, double *error, mtl_error *err);
/* The gates that the cells of an inoculum may meet on their way to a body by t, as indices of gates
   with different names (mtl__gate.law.key); at most `most` are written, the number is returned. */
int mtl__gates_met(const mtl__world *w, const mtl__inoculum *x, int host, double t, int *gate,
                   int most, mtl_error *err);

/* ---------------------------------------------------------------- looking into a body (sampling.c)
 */
/* Weights such that sum see_type N + sum see_cox y is the expected share of a donor's genomes among
   the nucleated cells of an organ of a body at a time (blood: of the subset, "" = all nucleated
   cells). */
typedef struct mtl__view {
    double *see_type, *see_cox; /* of the whole process; 0 outside the body that is looked into */
    int body;                   /* -1 = none */
    double cells;               /* nucleated host cells of the organ (subset) then */
    double cells_per_mL;        /* blood: of the subset; NaN elsewhere */
} mtl__view;
int mtl__view_new(mtl__view *v, const mtl__world *w, mtl_error *err);
void mtl__view_free(mtl__view *v);
int mtl__look(const mtl__world *w, int person, int organ, const char *subset, double t,
              mtl__view *v, mtl_error *err);
/* Nucleated cells of an organ of a person at a time: the adult number x growth; blood in pregnancy.
 */
int mtl__host_cells(const mtl__world *w, int person, int organ, double t, double *cells,
                    double *per_mL, mtl_error *err);
/* Expected cells of one donor in an organ of a body, from the donor's counts and intensities of
   that body alone, n[0] of its first type and y[0] of its first intensity (blood: passing seeds,
   progeny and transient cells). */
double mtl__cells_in(const mtl__world *w, int body, int organ, const int64_t *n, const double *y);
/* Is this organ sampled as blood (blood, cord blood)? */
bool mtl__organ_is_blood(const mtl_model *m, int organ);

#endif
