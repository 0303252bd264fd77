/* SPDX-License-Identifier: MIT */
#ifndef MTL_MEASURE_H
#define MTL_MEASURE_H
/* Face of measure/: from readings and kin to sources. Here: which markers can tell donors apart in
   a host, and how little of a donor an assay can find. Sees genomes and assays, not how cells came
   to be where they are. */
#include "assay/assay.h"
#include "kin/hla.h"

/* ---------------------------------------------------------------- limits (limits.c) */
/* An assay per well: genomes = wells x genomes_per_well. */
typedef struct mtl__assay_law {
    const char *name;
    mtl__qpcr qpcr; /* as set up; wells and genomes for the limit */
} mtl__assay_law;
/* The smallest fraction of genomes, carrying `copies` target alleles each, that is found with
   `power`; NaN if none is. Two alleles of one donor are taken as two donors of one. */
double mtl__least_fraction(const mtl__qpcr *a, int copies, double power);
/* The fewest wells (same genomes per well) that find `fraction` with `power` while a sample without
   target is positive with at most `alarm`; the number of hit wells asked for rises with the wells
   where blanks make that needed. 0 if MTL__WELLS_MAX are not enough. */
int mtl__wells_needed(const mtl__qpcr *a, int copies, double fraction, double power, double alarm,
                      int *threshold);

/* ---------------------------------------------------------------- panels (panel.c) */
/* What a set of probes tells apart. A probe looks for an allele that the host lacks; its pattern is
   the set of donors who carry it. Donors 0 .. n-1 are bits; "no donor" is a member too, so a donor
   without any allele of the panel is not told from nobody. */
typedef struct mtl__panel {
    int n;         /* probes of the smallest panel found */
    int *probe;    /* [n] indices of the patterns handed in */
    int at_least;  /* no panel with fewer probes can do it */
    bool smallest; /* n is proved smallest (n = at_least) */
    int n_groups;  /* groups that all probes together tell apart, nobody among them */
    int *group;    /* [n_donors + 1] group of each donor; [n_donors] of nobody */
} mtl__panel;
/* The smallest set of probes that tells apart all that the whole set does. Exact by branch and
   bound with deepening; when `max_work` steps are used up the greedy set stands, and `smallest` is
   false unless it meets the bound. Arrays live in the arena. */
int mtl__panel_choose(mtl__panel *out, mtl__arena *arena, const uint64_t *pattern, int n_patterns,
                      int n_donors, long max_work, mtl_error *err);
static inline int mtl__pattern_words(int n_donors)
{
    return n_donors > 64 ? (n_donors + 63) / 64 : 1;
}

/* ---------------------------------------------------------------- who is told from whom
 * (separate.c) */
enum mtl__probe_kind {
    MTL__PROBE_Y,
    MTL__PROBE_KARYOTYPE,
    MTL__PROBE_HLA,
    MTL__PROBE_MARKER,
    MTL__N_PROBE_KINDS
};
/* What carries what in one draw of all genomes. Arrays are borrowed. */
typedef struct mtl__carriers {
    int n_people;
    const int8_t *y;         /* [n] 1 carries a Y */
    const int8_t *karyotype; /* [n] 0 usual; else a number that names it */
    /* [n]; NULL = none. MTL__HLA_UNTYPED on both sides of a locus: what this person has there is
       not known, so a probe can be seen in others but tells nobody from this person. */
    const mtl__hla_genotype *hla;
    int n_markers;
    const int8_t *genotype;  /* [n_markers][n] */
    const bool *marker_used; /* [n_markers]; NULL = all */
} mtl__carriers;
/* One probe that is informative in a host. */
typedef struct mtl__probe {
    enum mtl__probe_kind kind;
    int what; /* karyotype; locus * 65536 + allele; 2 * marker + allele */
} mtl__probe;
typedef struct mtl__donor_view {
    int n[MTL__N_PROBE_KINDS];   /* informative probes that the donor carries */
    int own[MTL__N_PROBE_KINDS]; /* those that no other donor of this host carries */
    int copies[MTL__N_PROBE_KINDS], own_copies[MTL__N_PROBE_KINDS]; /* most copies of one of them */
} mtl__donor_view;
typedef struct mtl__host_view {
    mtl__donor_view *donor; /* [n_donors] */
    int n_probes;
    mtl__probe *probe; /* [n_probes] of distinct patterns: the first one of each */
    uint64_t *pattern; /* [n_probes * words] */
    bool *apart;       /* [n_donors * n_donors] some probe tells these two apart */
} mtl__host_view;
/* Looks at one host and its donors. Arrays live in the arena. */
int mtl__look_at_host(mtl__host_view *out, mtl__arena *arena, const mtl__carriers *c, int host,
                      const int *donor, int n_donors, mtl_error *err);

#endif
