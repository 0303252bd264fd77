/* SPDX-License-Identifier: MIT */
#ifndef MTL_RUN_INTERNAL_H
#define MTL_RUN_INTERNAL_H
/* Inside run/: the plan of a run and what replicates leave before they are summarised. */
#include "family/family.h"
#include "par/par.h"
#include "run/result.h"

enum { MTL__RUN_MAX_TIMES = 4000 };

typedef struct mtl__raw { /* by band; last index: replicate */
    float *level;         /* [pair][watched][time][R] share of genomes, times 1e6 */
    float *final;         /* [pair][organ][R] */
    float *fraction;      /* [sample][R] */
    float *per_mL;        /* [sample][R] */
    bool *positive;       /* [sample][R] */
} mtl__raw;

typedef struct mtl__place {
    int organ, kind;
} mtl__place; /* a cell of cells.tsv that can be filled */

typedef struct mtl__plan {
    mtl_result *r;
    mtl__world *world; /* of the base parameters */
    int R;
    int *coarse_at; /* [n_coarse] index into time */
    int final_at;
    int *sample_at; /* [n_samples] index into time */
    mtl__place *place;
    int n_places;
    mtl__raw raw[MTL__N_BANDS];
    float *cells; /* [pair][place][coarse][R], chance */
    float *drawn; /* [n_params][R] values of the unknowns (canonical units) */
    int *drawn_param, n_drawn;
} mtl__plan;

/* plan.c: times, watched organs, pairs, places; memory. */
int mtl__plan_make(mtl__plan *p, mtl_error *err);
/* Sets an assay up for a sample under a model: genomes tested, wells, false positives. */
int mtl__sample_qpcr(const mtl__world *w, const mtl__sample *s, mtl__qpcr *out, mtl_error *err);
/* Can this donor's cells be seen by the assay of the sample in this host? */
bool mtl__sample_sees(const mtl__world *w, const mtl__sample *s, int donor);
/* touched.c: marks the parameters that can move this scenario: of the lines it calls on, the rules
   of its kinds, the organs and the engine, and its assays. */
void mtl__touched_params(const mtl__world *w, bool *used);
/* replicate.c */
typedef struct mtl__worker mtl__worker;
int mtl__worker_new(mtl__worker **out, const mtl__plan *p, mtl_error *err);
void mtl__worker_free(mtl__worker *w);
/* Adds what the worker has done: whether leap split anything, events of the exact solver. */
typedef struct mtl__done {
    bool split, exact, leap;
    int64_t events;
} mtl__done;
void mtl__worker_report(const mtl__worker *w, mtl__done *done);
int mtl__replicate(mtl__plan *p, mtl__worker *w, int band, int index, int refine,
                   double *answer_level, mtl_error *err);
/* analytic.c: fills bands' means and probabilities without random numbers. */
int mtl__run_analytic(mtl__plan *p, mtl_error *err);
/* reduce.c: bands, carriage, assays, leanings. */
int mtl__reduce(mtl__plan *p, mtl_error *err);
/* headline.c */
int mtl__headline(mtl__plan *p, mtl_error *err);
/* The organ that the run's answer is about. */
int mtl__answer_organ(const mtl_result *r);

#endif
