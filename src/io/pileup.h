/* SPDX-License-Identifier: MIT */
#ifndef MTL_PILEUP_H
#define MTL_PILEUP_H
/* Allele counts at the sites of a panel from aligned reads. */
#include "io/counts.h"

typedef struct mtl__pileup_opts {
    int base_quality, mapping_quality; /* least; 20, 20 */
    const char *umi;                   /* tag of the molecular barcode ("RX"); NULL = none */
    int umi_least;                     /* reads of a molecule that are asked for; 1 */
    bool umi_exact;                    /* barcodes are as read; false: one base may be misread */
    const char *reference; /* FASTA with its .fai; NULL = none. CRAM needs it; REF is checked */
    int threads;           /* that unpack; 0 = all processors */
    int way;               /* 0: by the density of the panel; 1: always the whole file; 2: always
                              by index */
} mtl__pileup_opts;
void mtl__pileup_opts_init(mtl__pileup_opts *o);

/* Adds the reads of one BAM, CRAM or SAM, sorted by coordinate, as one sample: named after SM of
   its read groups if they agree and the name is free, else after the file. Dropped are reads that
   are unmapped, secondary, supplementary, failed, duplicates (unless there are barcodes: then
   molecules are told apart by barcode and place) or below the mapping quality. Two mates over one
   site count once, and not at all where they disagree. */
int mtl__pileup_read(mtl__count_set *c, const mtl__site_panel *p, const char *path,
                     const mtl__pileup_opts *o, mtl_error *err);

/* REF of every site against a FASTA; MTL_ERR_VALUE at the first that differs. */
int mtl__sites_check_reference(const mtl__site_panel *p, const char *fasta, mtl_error *err);

/* ---------------------------------------------------------------- counting (pileup_count.c) */
/* What is kept of a read at a site until the sites it may share with others are passed. */
typedef struct mtl__pileup_seen {
    uint64_t key; /* of template or molecule; 0 = empty place */
    int site;
    uint8_t base; /* 0 .. 3, of a template */
    uint8_t counted;
    uint16_t n[4];           /* of a molecule: reads by base */
    uint64_t place, barcode; /* of a molecule */
} mtl__pileup_seen;
typedef struct mtl__pileup_tally {
    const mtl__site_panel *panel;
    const mtl__pileup_opts *o;
    int (*count)[4]; /* [panel->n] A C G T */
    mtl__pileup_seen *seen;
    size_t size, used; /* of `seen`: a power of two */
    int passed;        /* sites below this are done with */
    int64_t overlapping, discordant, molecules, ambiguous, merged;
    mtl__pileup_seen **passing; /* room for those that are passed */
    size_t cap_passing;
} mtl__pileup_tally;
/* Which molecule a read is of; key 0 = molecules are not told apart. */
typedef struct mtl__molecule {
    uint64_t key;     /* of all there is to tell it by */
    uint64_t place;   /* of its ends and orientation */
    uint64_t barcode; /* letters packed; 0 = not of A, C, G, T alone, or too long */
} mtl__molecule;
int mtl__pileup_tally_init(mtl__pileup_tally *t, const mtl__site_panel *p,
                           const mtl__pileup_opts *o, mtl_error *err);
void mtl__pileup_tally_free(mtl__pileup_tally *t);
/* One base (0 .. 3) of a read at a site. template_key names the pair if a mate may cover the site
   as well (else 0) and comes_later says that the mate has not been seen yet; with a key in
   `molecule` it is counted by molecule. */
int mtl__pileup_tally_base(mtl__pileup_tally *t, int site, int base, uint64_t template_key,
                           bool comes_later, const mtl__molecule *molecule, mtl_error *err);
/* Counts what waits at sites below `site`. */
int mtl__pileup_tally_pass(mtl__pileup_tally *t, int site, mtl_error *err);

/* ---------------------------------------------------------------- barcodes (pileup_umi.c) */
enum { MTL__BARCODES_MAX = 5000 }; /* at one place; more are left as read */
uint64_t mtl__barcode(const char *umi);
/* Molecules of misread barcodes go into those they were misread from; their n become 0. Sorts e. */
int mtl__merge_barcodes(mtl__pileup_seen **e, int n, int64_t *merged, mtl_error *err);

#endif
