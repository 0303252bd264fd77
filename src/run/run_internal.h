/* SPDX-License-Identifier: MIT */
#ifndef MTL_RUN_INTERNAL_H
#define MTL_RUN_INTERNAL_H
/* Inside run/: the plan of a run and what replicates leave before they are summarised. */
#include "family/family.h"
#include "par/par.h"
#include "run/exact_sample.h"
#include "run/result.h"

enum { MTL__RUN_MAX_TIMES = 4000, MTL__RUN_ALL_BODIES = 100 };

typedef struct mtl__raw { /* by band; last index: replicate */
    float *level;         /* [pair][watched][time][R] share of genomes, times 1e6 */
    float *final;         /* [pair][organ][R] */
    float *fraction;      /* [sample][R] */
    float *per_mL;        /* [sample][R] */
    bool *positive;       /* [sample][R] */
} mtl__raw;

/* Of one host (world->host[k]), by band: what mtl__host_note writes of every replicate. */
typedef struct mtl__host_raw {
    float *immune;   /* [R][n_donors][2][n_times] */
    double *onset;   /* [R][n_outcomes] */
    int *times;      /* [R][n_outcomes] */
    int *clones;     /* [R][n_outcomes] begun by chance */
    float *clone;    /* [R][clones of the host][n_times] cells */
    float *mismatch; /* [R][n_donors] */
} mtl__host_raw;

typedef struct mtl__wound_raw {
    float *level;    /* [R][n_injuries][3][n_times] */
    mtl__heal *heal; /* [R][n_injuries] */
} mtl__wound_raw;

typedef struct mtl__place {
    int organ, kind;
} mtl__place; /* a cell of cells.tsv that can be filled */

typedef struct mtl__plan {
    mtl_result *r;
    mtl__world *world;           /* of the base parameters */
    mtl__antigens_law *antigens; /* while replicates are run together with hosts */
    int R;
    bool focus_only; /* follows only what reaches the focus person */
    int *host_pair0; /* [n_people + 1] pairs of a host: [host_pair0[h], host_pair0[h + 1]), by donor
                      */
    int *person_sample0; /* [n_people + 1] samples of a person, into person_sample */
    int *person_sample;
    int *coarse_at; /* [n_coarse] index into time */
    int final_at;
    int *sample_at; /* [n_samples] index into time */
    mtl__place *place;
    int n_places;
    mtl__raw raw[MTL__N_BANDS];
    mtl__host_raw *host[MTL__N_BANDS]; /* [world->n_hosts]; NULL where lives are not run together */
    mtl__wound_raw *wound[MTL__N_BANDS]; /* [world->n_hosts]; NULL where all replicates are alike */
    /* Cells by kind and organ, of all bodies in a family of up to MTL__RUN_ALL_BODIES people; of a
       larger one those of the focus person and of who is sampled. */
    int *cells_slot, n_slots; /* [n_pairs] place in `cells`, -1 = not kept */
    float *cells;             /* [slot][place][coarse][R], chance */
    float *drawn;             /* [n_params][R] values of the unknowns (canonical units) */
    int *drawn_param, n_drawn;
} mtl__plan;

/* shares.c: of one replicate, so that no organ holds more than itself. */
void mtl__shares_fit(mtl__plan *p, int band, int index);
int mtl__run_check_opts(const mtl_run_opts *o, mtl_error *err); /* run.c */
/* plan.c: times, watched organs, pairs, places; memory. */
int mtl__plan_make(mtl__plan *p, mtl_error *err);
/* sample_assay.c: sets an assay up for a sample under a model: genomes tested, wells, false
   positives. Refuses what is not qPCR. */
int mtl__sample_qpcr(const mtl__world *w, const mtl__sample *s, mtl__qpcr *out, mtl_error *err);
/* The same by any method; reads: `seen` says what of the panel is informative. */
typedef struct mtl__reads_seen {
    int sites;
    double signal;
} mtl__reads_seen;
int mtl__sample_virtual(const mtl__world *w, const mtl__sample *s, const mtl__reads_seen *seen,
                        mtl__virtual *out, mtl_error *err);
/* All assays of a run as they are set up, with room for the reading that is shown. */
int mtl__plan_assays(mtl__plan *p, mtl_error *err);
/* Draws one reading of sample k; `shown` fills r->assay[k].shown and its parts. The same draws of
   what decides the reading are made either way. */
typedef struct mtl__tube {
    const mtl__virtual *v;
    const mtl__composition *seen; /* donors that the assay sees */
    const int *donor;             /* who they are, [seen->n_donors] */
    double *in_tube;              /* room for as many numbers */
    bool shown;
} mtl__tube;
int mtl__sample_draw(mtl__plan *p, int k, const mtl__tube *tube, mtl__rng *rng, bool *positive);
/* reads_panel.c */
int mtl__family_panel(mtl_result *r, int assay, int *index, mtl_error *err);
int mtl__family_informative(mtl__plan *p, int k, mtl__reads_seen *seen, mtl_error *err);
int mtl__family_reads(mtl__plan *p, int k, const mtl__tube *tube, mtl__rng *rng, int64_t *reads);
/* touched.c: marks the parameters that can move this scenario: of the lines it calls on, the rules
   of its kinds, the organs and the engine, and its assays. */
void mtl__touched_params(const mtl__world *w, bool *used);
/* Can the values of the switch differ in this scenario, or has it been set? */
bool mtl__switch_matters(const mtl__world *w, int sw);
/* harvest.c: what the inocula of one life leave, added up by pair of body and donor. */
typedef struct mtl__stage { /* what a world shows: how many cells its bodies have, what samples see
                             */
    const mtl__world *world;
    double *host_cells;           /* [host][watched][time] nucleated cells of the host itself */
    double **see_type, **see_cox; /* [n_samples][of the host's body] */
    double *per_mL;               /* [n_samples] of the sampled cells, NaN if not blood */
    mtl__arena arena;
} mtl__stage;
int mtl__stage_new(mtl__stage *out, const mtl__plan *p, const mtl__world *w, mtl_error *err);
void mtl__stage_free(mtl__stage *s);
typedef struct mtl__harvest {
    size_t *sample0;  /* [n_samples + 1] where its donors stand in `fraction` */
    double *fraction; /* by sample, then the pairs of its host: share of the sampled cells */
    size_t n_fractions;
    int64_t *n; /* counts and intensities of one body at one time, 0 between uses */
    double *y;
} mtl__harvest;
int mtl__harvest_new(mtl__harvest *out, const mtl__plan *p, mtl_error *err);
void mtl__harvest_free(mtl__harvest *t);
void mtl__harvest_begin(mtl__harvest *t);
/* counts, cox: [n_times][of the part], of one inoculum of this donor. */
void mtl__harvest_add(mtl__harvest *t, mtl__plan *p, const mtl__stage *s, int band, int index,
                      int donor, const mtl__part *part, const int64_t *counts, const double *cox);
const double *mtl__harvest_fractions(const mtl__harvest *t, int sample);
/* host_results.c: room for what hosts leave (bytes per replicate in *each), their records of one
   replicate, and bands of them. */
double mtl__hosts_bytes(const mtl__plan *p);
int mtl__plan_hosts(mtl__plan *p, mtl_error *err);
/* Do foreign cells act on an injury, so that its course is not known without them? */
bool mtl__repair_needs_lives(const mtl__world *w);
void mtl__host_records(const mtl__plan *p, int band, int index, mtl__host_record *record);
/* The clones of a host: kinds and organs in order; returns their number. */
typedef struct mtl__clone_place {
    int kind, organ, outcome;
} mtl__clone_place;
int mtl__host_clone_places(const mtl__world *w, int host, mtl__clone_place *out, int most);
void mtl__keep_clones(const mtl__plan *p, int band, int index, int host, const mtl__part *part,
                      const int64_t *counts);
void mtl__keep_mismatch(const mtl__plan *p, int band, int index, const mtl__lives *lives);
int mtl__reduce_hosts(mtl__plan *p, mtl_error *err);
/* Injuries of a replicate whose hosts are not run together with its cells: without them. */
int mtl__keep_injuries(mtl__plan *p, int band, int index, const mtl__world *w, mtl_error *err);
/* What the coupling error is measured on: of one replicate, the damage of all injuries summed over
   time, then whether each outcome came; returns how many numbers, at most `most`. */
int mtl__host_answers(const mtl__plan *p, int index, double *out, int most);
mtl__band mtl__band_of(float *x, int n, double whole); /* reduce.c; sorts x */
/* pairs.c: which donors' cells can be in which body, and since when; sorted by host, then donor.
   Fills r->pair, host_pair0. */
int mtl__plan_pairs(mtl__plan *p, mtl_error *err);
int mtl__pair_of(const mtl__plan *p, int host, int donor); /* -1 = none */
/* replicate.c */
typedef struct mtl__worker mtl__worker;
int mtl__worker_new(mtl__worker **out, const mtl__plan *p, mtl_error *err);
void mtl__worker_free(mtl__worker *w);
/* Adds what the worker has done: whether leap split anything, events of the exact solver. */
typedef struct mtl__done {
    bool split, exact, leap;
    int64_t events;
    double moved; /* births, deaths and moves of cells, by either solver */
} mtl__done;
void mtl__worker_report(const mtl__worker *w, mtl__done *done);
/* Level of all donors in the answer's organ of the focus person at the end: what the splitting
   error is measured on. */
double mtl__answer_level(const mtl__plan *p, int band, int index);
int mtl__replicate(mtl__plan *p, mtl__worker *w, int band, int index, int refine,
                   double *answer_level, mtl_error *err);
/* coupling.c: does anything of hosts and cells act on the other? "repair = benefit, niche =
   rejection", of those that make it so. */
bool mtl__world_coupled(const mtl__world *w);
int mtl__coupling_text(const mtl_result *r, mtl__str *out, mtl_error *err);
/* run_analytic.c: fills bands' means and probabilities without random numbers. */
int mtl__run_analytic(mtl__plan *p, mtl_error *err);
/* reduce.c: bands, carriage, assays, leanings. */
int mtl__reduce(mtl__plan *p, mtl_error *err);
/* headline.c */
int mtl__headline(mtl__plan *p, mtl_error *err);
/* Seen cells per day at which a seed counts as found when an organ is looked through for any cell:
   missed after two days with probability exp(-20). */
#define MTL__BRIGHT_ENOUGH 10.0
/* The answer of a run: P(a cell of any child, else of anybody, is in this organ of the focus person
   at the end); does it count this pair; and what it is called, into r->answer_text. */
int mtl__answer_organ(const mtl_result *r);
/* "hippocampus" for "brain.hippocampus", "bone marrow" for marrow: as said in a sentence. */
const char *mtl__organ_text(const mtl_model *m, int organ, char buf[64]);
bool mtl__answer_counts(const mtl_result *r, int pair);
int mtl__answer_name(mtl_result *r, mtl_error *err);

#endif
