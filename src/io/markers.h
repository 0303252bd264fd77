/* SPDX-License-Identifier: MIT */
#ifndef MTL_MARKERS_H
#define MTL_MARKERS_H
/* Between the files that carry out `matriline markers` and those that write its tables. */
#include "io/markers_read.h"
#include "matriline/markers.h"
#include "measure/measure.h"

/* One donor in one host, summed over draws. */
typedef struct mtl__pair {
    int donor;
    const char *way;
    double n[MTL__N_PROBE_KINDS];   /* informative probes, summed */
    double has[MTL__N_PROBE_KINDS]; /* draws with at least one */
    double seen, own, apart;        /* draws */
    float *least_own, *least_any;   /* [draws] smallest fraction; HUGE_VALF = none */
    int *wells;                     /* [draws] INT_MAX = none */
    mtl_marker_row row;
} mtl__pair;
typedef struct mtl__host {
    int person, n_pairs, first_row;
    mtl__pair *pair;
    int *never;       /* [n_pairs * n_pairs] draws in which two are not told apart */
    double all_apart; /* draws in which all donors are seen and told apart */
    int size_low, size_mid, size_high; /* probes of the smallest panel over draws */
    bool size_proved;                  /* in every draw */
    mtl__panel panel;                  /* from what is known for certain */
    const char **panel_name;           /* [panel.n] */
    bool panel_apart;                  /* it tells all donors apart */
} mtl__host;

struct mtl_markers {
    mtl__arena arena;
    const mtl_scenario *s;
    const char *model_dir, *panel_file, *hla_file, *typing_file;
    mtl_markers_opts o;
    mtl__genotypes g;
    mtl__genotypes frequencies; /* the panel, when genotypes come from a file of their own */
    bool *used;                 /* [g.n_markers] */
    int n_used, no_frequency, not_inherited, odd_chromosome;
    const char *first_not_inherited;
    mtl__hla_table hla;
    bool have_table;
    mtl__hla_typing *typing; /* [n_people] */
    int n_typed_hla, n_typed_markers;
    mtl__lineage lineage;
    const char *remarks; /* one per line */
    int draws;
    bool certain;                           /* nothing is drawn */
    int8_t *genotype;                       /* [draws][n_markers][n_people] */
    mtl__hla_genotype *haplotypes;          /* [draws][n_people], NULL = no HLA */
    int8_t *y;                              /* [draws][n_people] */
    int8_t *karyotype;                      /* [n_people] */
    mtl__assay_law law[MTL__N_PROBE_KINDS]; /* name NULL: none (karyotype) */
    mtl__host *host;
    int n_hosts, n_rows;
};
/* markers_load.c: reads the files, and decides what is used. */
int mtl__markers_load(mtl_markers *r, mtl_model *m, mtl_error *err);
/* markers_draw.c: all genomes, `draws` times. */
int mtl__markers_draw(mtl_markers *r, mtl_error *err);
/* markers_ties.c: who can have whose cells. */
int mtl__markers_hosts(mtl_markers *r, mtl_error *err);
/* The name of a probe, "Y", "HLA-B*08:01", "rs123:G"; in the arena. */
const char *mtl__probe_name(mtl_markers *r, mtl__probe p);

#endif
