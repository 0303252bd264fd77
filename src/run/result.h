/* SPDX-License-Identifier: MIT */
#ifndef MTL_RESULT_H
#define MTL_RESULT_H
/* What a run leaves: filled by run/, read by io/ (tables) and report/ (pages). */
#include "assay/virtual.h"
#include "family/scenario.h"
#include "matriline/run.h"
#include "model/model.h"
#include "run/result_host.h"

/* Quantiles over replicates at one time. */
struct mtl__band {
    float mean, q025, q250, q500, q750, q975, p_present;
};
/* Two bands: [0] chance alone, [1] chance plus the unknowns drawn from their priors. With one
   set only, n_bands = 1. */
enum { MTL__CHANCE, MTL__UNKNOWNS, MTL__N_BANDS };

/* One donor in one body. */
typedef struct mtl__pair {
    int host, donor;      /* people */
    const char *relation; /* of donor as seen from host */
    double t_start;       /* first date at which cells can be there */
    /* level in watched organs: gEq (cells) per 1e6 nucleated cells of the organ */
    /* band[b][w * n_times + k] */
    mtl__band *level[MTL__N_BANDS];
    /* P(assay named for organ w would be positive from this donor's cells alone | level): LoD line
     */
    /* counts by kind and organ at the coarse times: cells[(o * n_kinds + kd) * n_coarse + k]; NULL in
       a family of more than a hundred people, but for the focus person and who is sampled */
    mtl__band *cells; /* chance */
    /* by organ at the final time: level and P(any cell) */
    mtl__band *final[MTL__N_BANDS]; /* [n_organs], in gEq per 1e6 */
    /* P(any cell of the donor, anywhere in the body, at the final time); NaN where it is not asked
       for (analytic: bodies other than the focus person's) */
    double p_anywhere[MTL__N_BANDS];
} mtl__pair;

/* Genotypes of the whole family at the sites of an assay by reads: drawn once in a run, from its seed,
   so that all replicates and solvers mean the same people. Sites stand on virtual chromosomes. */
typedef struct mtl__reads_panel {
    int assay, n_sites;
    double frequency;    /* of the second allele */
    int *chromosome;     /* [n_sites] 1 .. 22 */
    int64_t *position;   /* [n_sites] from 1 */
    int8_t *genotype;    /* [n_sites][n_people] copies of the second allele */
} mtl__reads_panel;

typedef struct mtl__assay_result {
    int sample;     /* index into scenario->sample */
    mtl__qpcr qpcr; /* as it was set up for this sample; 0 where another method reads it */
    mtl__virtual v; /* the same for any method */
    int panel;      /* reads: index into result->panel; -1 */
    bool *informative; /* reads: [n_sites] counted by the rule */
    /* The shown reading by its parts; NULL where another method reads it, or nothing is shown. */
    double *shown_ct;               /* qPCR [wells], NaN = not hit */
    int64_t *shown_part;            /* digital PCR: positives by well; FISH: by section */
    int32_t *shown_ref, *shown_alt; /* reads by site */
    int n_shown, *shown_donor;      /* donors that the assay sees, and their true shares then */
    double *shown_share;
    double p_positive[MTL__N_BANDS];
    double mean_fraction; /* mean over replicates (analytic: exact) of the fraction of genomes in
                             the sampled population that carry the target */
    double mean_per_mL;   /* the same as cells (donor genomes) per mL of blood; NaN if not blood */
    float
        *fraction[MTL__N_BANDS];  /* [replicates] that fraction, by replicate; NULL with analytic */
    bool *positive[MTL__N_BANDS]; /* [replicates] */
    float *per_mL[MTL__N_BANDS];  /* [replicates]; NULL if not blood or with analytic */
    mtl__reading shown;           /* of replicate `first_replicate` */
    mtl__reading given;           /* the laboratory's own, if any */
    bool has_given;
    double lod;         /* fraction with P(positive) >= 0.95 */
    const char *donors; /* names of those who could explain it */
} mtl__assay_result;

/* Per host and organ, at the final time: over the host's children (born and lost). */
typedef struct mtl__carriage {
    int host, organ;
    int n_children;
    double p_any, p_every; /* chance */
    double p_any_unknowns, p_every_unknowns;
    double *p_each; /* [n_children], order of `children` */
} mtl__carriage;

/* Which unknown moves the answer: rank correlation over the replicates of band UNKNOWNS. */
typedef struct mtl__leaning {
    int param;
    double effect; /* answer at its high third minus its low third */
    double low_answer, high_answer;
} mtl__leaning;

struct mtl_result {
    mtl__arena arena;
    const mtl_scenario *s;
    const mtl_model *m; /* own copy, with the values and switches of this run */
    mtl_model *own_model;
    mtl_run_opts opts;
    const char *solver_text, *command_line;
    char model_hash[65];
    int n_bands;
    /* times: fine for the watched organs, coarse for all */
    double *time;
    int n_times;
    double *coarse;
    int n_coarse;
    int *watched;
    int n_watched; /* organ indices; watched[0] = blood */
    mtl__pair *pair;
    int n_pairs;
    /* By replicate, for comparisons (NULL with analytic): levels at the final time, gEq per 1e6,
       [pair][organ][replicate]; and, where asked for (opts.fingerprints), a hash of the counts
       [pair][time][replicate], 0 = no cell. */
    const float *final_each[MTL__N_BANDS];
    uint64_t *fingerprint;
    mtl__assay_result *assay;
    int n_assays; /* in order of scenario->sample */
    mtl__reads_panel *panel;
    int n_panels;
    mtl__host_result host;
    mtl__carriage *carriage;
    int n_carriages; /* of the focus person */
    int *children;
    int n_children;   /* of the focus person */
    double t_final;   /* time of `final` and `carriage` */
    bool *used_param; /* [n_params] */
    mtl__leaning *leaning;
    int n_leanings;          /* strongest first */
    const char *answer_text; /* what `leaning` is about */
    double answer[MTL__N_BANDS];
    double split_error; /* leap: relative difference of the answer's mean level on halving the step;
                           0 where nothing was split, NaN where not measured */
    double split_error_se; /* its Monte Carlo standard error */
    double seconds;
    const char *headline, *hypothesis; /* "niche = additive, persistence = slow, ..." */
    int64_t events;                    /* simulated by exact */
    double moved;                      /* births, deaths and moves of cells, by either solver */
};
#endif
