/* SPDX-License-Identifier: MIT */
#ifndef MTL_TARGETS_H
#define MTL_TARGETS_H
/* Published numbers held against the model: the structs that io/target_yaml.c fills and that the
   statistics read. study/ reads no files. All strings and arrays live in the arena of the result.
 */
#include "matriline/targets.h"
#include "run/result.h"

/* One row of the evidence table. Numbers are NaN where the table has none. */
typedef struct mtl__evidence {
    const char *id, *species, *quantity, *unit, *citation, *doi, *provenance, *use;
    double value, low, high, n, k; /* k people of n positive, where the paper prints counts */
    const char *unspoken;          /* reason; NULL: a target must exist */
    int line;
} mtl__evidence;

/* A sample of a family, as the run left it. Sample numbers of target files count from 1 in the
   order of the family's file. */
typedef struct mtl__family_sample {
    mtl__qpcr qpcr;
    bool wanted;                                   /* some target asks for its share or mean */
    double p_positive, mean_fraction, mean_per_mL; /* analytic, or means over replicates */
    const float *fraction, *per_mL;                /* [replicates]; per_mL NULL if not blood */
} mtl__family_sample;
/* When an outcome came to a person of a family, life by life. */
typedef struct mtl__family_onset {
    int person, outcome;
    const float *onset; /* [replicates] day, NaN = not by the end */
} mtl__family_onset;
typedef struct mtl__family {
    const char *name;
    double raise_by; /* > 0: this run multiplies a parameter, so that enough lives are ill */
    int raise;       /* that parameter */
    mtl__family_onset *onset;
    int n_onsets;
    const mtl_scenario *scenario; /* owned by the reader that loaded it */
    bool exact;                   /* p_positive and means without random numbers */
    int n_samples, replicates;
    const int *order; /* [n_samples] indices into scenario->sample */
    mtl__family_sample *sample;
    const char *problem; /* NULL, or why the model refused it */
} mtl__family;

enum mtl__statistic {
    MTL__S_POSITIVE, /* share of women with a positive sample */
    MTL__S_ANY,      /* share with at least one of several samples positive */
    MTL__S_ABOVE,    /* share with a reading above `above` */
    MTL__S_MEAN,
    MTL__S_MEDIAN,
    MTL__S_MEDIAN_ABOVE, /* median of the readings above `above` */
    MTL__S_LARGEST,      /* largest reading of n women */
    MTL__S_QUANTILE,
    MTL__S_NONE_SEEN,   /* probability that n women show nothing */
    MTL__S_RATIO_MEANS, /* population over reference */
    MTL__S_RATIO_POSITIVE,
    MTL__S_ODDS_RATIO,
    MTL__S_RATIO_OUTCOME, /* shares of lives to which an outcome came, population over reference */
    MTL__S_PARAMETER,
    MTL__N_STATISTICS
};
enum mtl__compare {
    MTL__C_DEFAULT,    /* by the row: counts, interval or value */
    MTL__C_PROPORTION, /* binomial, k of n */
    MTL__C_VALUE,      /* on the log10 scale */
    MTL__C_INTERVAL,   /* inside low .. high */
    MTL__C_UPPER,      /* at most the value */
    MTL__C_NONE_SEEN,
    MTL__C_NO_RISE, /* a ratio that should not exceed 1 by more than `tolerance` */
    MTL__N_COMPARES
};
extern const char *const mtl__statistic_name[MTL__N_STATISTICS + 1]; /* NULL at the end */
extern const char *const mtl__compare_name[MTL__N_COMPARES + 1];

/* One kind of woman in a population. */
typedef struct mtl__member {
    double weight;
    int family;        /* index into result->family */
    const int *sample; /* indices into the family's samples */
    int n_samples;
    /* Of the sampled person, only lives in which the outcome has come by the family's end
       (MTL__CHOSEN_WITH), or has not. */
    enum { MTL__CHOSEN_ALL, MTL__CHOSEN_WITH, MTL__CHOSEN_WITHOUT } chosen;
    int outcome;
} mtl__member;
typedef struct mtl__population {
    mtl__member *member;
    int n;
} mtl__population;

/* Headings of the table, in order. NULL at the end. */
extern const char *const mtl__target_group[];

typedef struct mtl__target_def {
    int evidence, group;
    const char *label;
    enum mtl__statistic statistic;
    enum mtl__compare compare;
    mtl__population population, reference;
    double n; /* women of the study; NaN: of the evidence row */
    /* what the study's assay has of its own; NaN: the assay of the family's sample */
    double genomes, false_positive, wells, threshold;
    double above;      /* a fraction; NaN: none */
    double background; /* mean reading of the blank, in the row's unit; 0 */
    double volume_mL;  /* counts are of this volume of blood; NaN: of the genomes tested */
    double quantile, tolerance;
    double scale_sd;     /* log10 sd of a study factor that is not known; 0 */
    double scale_factor; /* one that is; 1 */
    const char *scale_text, *parameter, *note, *assumed;
    double raise_by; /* as in mtl__family */
    int raise;
    const char *file;
    int line;
    mtl_target_row row; /* the outcome */
} mtl__target;

struct mtl_targets_result {
    mtl__arena arena;
    mtl__evidence *evidence;
    int n_evidence;
    mtl__family *family;
    int n_families;
    mtl__target *target;
    int n_targets;
    int *unspoken; /* indices into evidence */
    int n_unspoken;
    const char *hypothesis;
    uint64_t seed;
    int replicates;
};

/* How a unit of the evidence table reads the model: fraction of genomes or cells per mL, times a
   number. False: a unit that no reading has. */
typedef struct mtl__target_unit {
    bool per_mL;
    double scale;
} mtl__target_unit;
bool mtl__target_unit_parse(const char *unit, mtl__target_unit *out);

/* Room for the families' samples, and their order in the file. */
int mtl__targets_prepare(mtl_targets_result *r, mtl_error *err);
/* Runs every family that a target needs; fills family->sample. A family that the model refuses
   keeps its reason in `problem`; only memory and interruption end the whole. */
int mtl__targets_run_families(mtl_targets_result *r, mtl_model *m, const mtl_targets_opts *o,
                              mtl_error *err);
/* P(positive) and means of the wanted samples without random numbers; the samples' assays are set
 * up. */
int mtl__target_exact(mtl__family *f, const mtl_model *m, mtl_error *err);
/* Does life k of the family count for this member? How many do. */
bool mtl__member_has(const mtl__family *f, const mtl__member *m, int k);
int mtl__member_lives(const mtl__family *f, const mtl__member *m);
/* Fills target->row from the families' samples. */
int mtl__targets_score(mtl_targets_result *r, const mtl_model *m, mtl_error *err);
/* The model's value of a target's statistic, with the spread of a study of its size. */
typedef struct mtl__estimate {
    double value;
    double low, high;                /* central 90% of studies of n; NaN */
    double log10_below, log10_above; /* spread between studies to either side; 0 if unknown */
    double floor;  /* readings below it are not told from nothing; 0: the value is exact */
    double p_none; /* NONE_SEEN: that the whole study sees nothing; else NaN */
} mtl__estimate;
int mtl__target_estimate(const mtl_targets_result *r, const mtl__target *t, mtl__estimate *out,
                         mtl_error *err);
/* Compares and scores: fills model, miss, score and verdict of the row. */
void mtl__target_judge(const mtl__evidence *e, const mtl__target *t, const mtl__estimate *est,
                       mtl_target_row *row);
/* Every evidence row must be a target of the right use or unspoken, not both. */
int mtl__targets_check(mtl_targets_result *r, const char *dir, mtl_error *err);

#endif
