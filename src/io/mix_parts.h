/* SPDX-License-Identifier: MIT */
#ifndef MTL_MIX_PARTS_H
#define MTL_MIX_PARTS_H
/* Between the files that carry out `matriline mix` and those that write its tables. */
#include "assay/assay.h"
#include "family/scenario.h"
#include "io/counts.h"
#include "io/markers_read.h"
#include "io/tsv.h"
#include "matriline/mix.h"

enum mtl__typed_by { MTL__NOT_TYPED, MTL__TYPED_IN_FILE, MTL__TYPED_FROM_READS };
enum mtl__sample_use { MTL__USE_MIXTURE, MTL__USE_PURE, MTL__USE_OTHER };
enum { MTL__MIX_MOST_DONORS = 16, MTL__MIX_MOST_UNTYPED = 5 };

/* What the table of samples says. */
typedef struct mtl__mix_use {
    const char *sample;
    int person;
    enum mtl__sample_use use;
    double day; /* since 1970-01-01; NaN = not said */
    int line;
    bool met;
} mtl__mix_use;

/* What the table of wells says of one target in one sample. */
typedef struct mtl__mix_assay {
    const char *sample, *target, *carriers;
    int row;
    mtl__qpcr law;
    int hits;
    bool background_assumed;
    int tube;    /* -1 = that sample is not fitted */
    int *copies; /* [donors of the tube] */
} mtl__mix_assay;

/* One sample that is fitted. */
typedef struct mtl__mix_tube {
    int count; /* index into counts */
    int host;
    int n_donors;
    int *donor; /* people */
    mtl__mix fit;
    bool fitted;
    const char *flags; /* of the sample */
    mtl_mix_row *row;  /* [fit.n] */
} mtl__mix_tube;

struct mtl_mix {
    mtl__arena arena;
    const mtl_scenario *s;
    mtl_mix_opts o;
    mtl__str notes; /* lines for people */
    const char *panel_file;
    char panel_hash[65];
    mtl__site_panel panel;
    mtl__count_set counts;     /* the run */
    mtl__count_set references; /* files of --references */
    mtl__mix_use *use;
    int n_uses;
    const char *uses_file;
    mtl__tsv wells; /* its rows, for messages */
    mtl__mix_assay *assay;
    int n_assays;

    int n_family, n_people; /* the family, then staff */
    const char **name;      /* [n_people] */
    mtl__lineage lineage;
    enum mtl__typed_by *typed; /* [n_people] */
    uint8_t *allowed;          /* [panel.n][n_people] */
    int genotypes_off_panel, genotypes_other_alleles;
    /* [panel.n][n_people] as in mtl__mix_people; NULL = no phase was met */
    uint8_t *phase;
    int32_t *phase_set;

    mtl__sites sites;
    double *site_error, *site_bias; /* [panel.n], NULL = not learnt */
    double mean_error, mean_bias;
    int64_t error_reads, bias_reads;
    int no_frequency; /* sites */

    int n_tubes, n_rows;
    mtl__mix_tube *tube;
};

/* mix_load.c: panel, counts, references and the table of samples. */
int mtl__mix_load_panel(mtl_mix *m, const char *const *file, int n_files, mtl_error *err);
int mtl__mix_load_counts(mtl_mix *m, const char *const *file, int n_files, mtl_error *err);
/* What the table says of a sample, or NULL. */
const mtl__mix_use *mtl__mix_use_of(const mtl_mix *m, const char *sample);
/* Calls fn for each part of a comma separated list, in place of blanks at its ends. */
int mtl__mix_each_name(mtl_mix *m, const char *list,
                       int (*fn)(mtl_mix *m, const char *name, void *ctx, mtl_error *err),
                       void *ctx, mtl_error *err);
/* mix_family.c: who is who, and who can be in whom. */
int mtl__mix_load_people(mtl_mix *m, mtl_error *err);
int mtl__mix_donors(mtl_mix *m, mtl__mix_tube *t, mtl_error *err);
/* mix_typing.c: what is known of everybody's genotypes, and of the errors of each site. */
int mtl__mix_load_genotypes(mtl_mix *m, mtl_error *err);
int mtl__mix_learn_sites(mtl_mix *m, mtl_error *err);
/* mix_wells.c: the table of wells, before it is known who is fitted; samples of which only wells
   are known get counts of 0. */
int mtl__mix_load_wells(mtl_mix *m, mtl_error *err);
/* Finds tubes and donors that the table speaks of. */
int mtl__mix_place_wells(mtl_mix *m, mtl_error *err);
bool mtl__mix_has_wells(const mtl_mix *m, int tube);
/* The wells of the tubes of a joint fit, as mtl__mix_joint takes them: tube[n] in its order, which
   have the same donors. Returns their number; `to` has room for n_assays. */
int mtl__mix_wells_of(const mtl_mix *m, const int *tube, int n, mtl__mix_wells *to);
/* mix_tables.c: flags in words, in the arena; NULL if out of memory. */
const char *mtl__mix_flag_words(mtl_mix *m, unsigned flags);
/* Lines of the text table are in mix_print.c. */

#endif
