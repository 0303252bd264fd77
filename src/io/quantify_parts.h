/* SPDX-License-Identifier: MIT */
#ifndef MTL_QUANTIFY_PARTS_H
#define MTL_QUANTIFY_PARTS_H
/* Between the files that carry out `matriline quantify`, those that write its tables, and its
   report. */
#include "io/markers_read.h"
#include "io/plate_read.h"
#include "io/tsv.h"
#include "matriline/markers.h"
#include "matriline/quantify.h"
#include "measure/wells.h"

/* Two groups of subjects compared. */
typedef struct mtl__groups {
    const char *target;  /* "DYS14", or several */
    const char *name[2]; /* of the groups; the ratio is of [1] to [0] */
    int subjects[2];
    double counted[2], genomes[2]; /* gEq of donors, gEq tested */
    double ratio, low, high, p, dispersion;
    bool no_end; /* nothing counted in one group: the ratio has no end */
} mtl__groups;

struct mtl_quantify {
    mtl__arena arena;
    const mtl_scenario *s; /* NULL = no family */
    mtl_model *m;
    mtl_quantify_opts o;
    int n_plates;
    mtl__plate *plate; /* [n_plates] */
    mtl__wells *wells; /* [n_plates] */
    char (*sha256)[65];
    const char *table[8], *table_name[8]; /* further files that were read, for provenance */
    int n_tables;
    mtl__names people;  /* of the family, else as they are met */
    mtl_markers *known; /* typings, genotypes and ways of cells of the family; NULL = no family */
    mtl__blank_history *history;
    int n_history;
    mtl__str remarks;
    int n_rows, n_curves;
    mtl_quantify_row *row;
    mtl_quantify_curve *curve;
    int *row_plate, *row_level; /* [n_rows] */
    int n_groups;
    mtl__groups *groups;
};

/* ---- tables (quantify_tables.c) ---- */
int mtl__quantify_layout(mtl_quantify *q, mtl_error *err);
int mtl__quantify_samples(mtl_quantify *q, mtl_error *err);
int mtl__quantify_targets(mtl_quantify *q, mtl_error *err);
int mtl__quantify_blanks(mtl_quantify *q, mtl_error *err);
/* Reads a table file and notes it for provenance. */
int mtl__quantify_table(mtl_quantify *q, mtl__tsv *t, const char *what, const char *file,
                        const char *const *columns, int n_columns, uint64_t optional,
                        mtl_error *err);
/* Index of a person, made if there is no family; an error at the cell with the nearest name. */
int mtl__quantify_person(mtl_quantify *q, const mtl__tsv *t, int row, int column, const char *name,
                         int *out, mtl_error *err);
/* Reads "tom:1 lost1:?" into a target; the law of what is not said comes later. */
int mtl__quantify_carriers_cell(mtl_quantify *q, mtl__target *to, const mtl__tsv *t, int row,
                                int column, mtl_error *err);

/* ---- what is known of targets without a table (quantify_carriers.c) ---- */
/* Typings, genotypes and ways of cells, if there is a family. */
int mtl__quantify_known(mtl_quantify *q, mtl_error *err);
/* Sets a target up from its name: a reference gene, an assay of the model, an HLA allele, a
   marker's allele. */
int mtl__quantify_setup(mtl_quantify *q, mtl__plate *p, mtl__target *to, bool listed,
                        mtl_error *err);

/* ---- comparison of subjects (quantify_subjects.c) ---- */
int mtl__quantify_subjects(mtl_quantify *q, mtl_error *err);

/* ---- words (quantify_text.c) ---- */
/* Flags as words; `curve`: only those of a curve. Appends "a, b". */
void mtl__quantify_flags(mtl__str *b, unsigned flags);
char *mtl__quantify_curves_tsv(const mtl_quantify *q);
char *mtl__quantify_wells_tsv(const mtl_quantify *q);

#endif
