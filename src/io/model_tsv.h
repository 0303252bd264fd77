/* SPDX-License-Identifier: MIT */
#ifndef MTL_MODEL_TSV_H
#define MTL_MODEL_TSV_H
/* Between the files that read a model's tables: model_tsv.c drives, model_tsv_parts.c reads what
   there is (parameters, switches, organs, kinds), model_tsv_assays.c assays, model_tsv_factors.c
   factors, model_tsv_rules.c what happens (rules, supply), model_tsv_host.c tallies, injuries and
   outcomes, model_tsv_exposures.c what outcomes hang on. */
#include "io/tsv.h"
#include "model/model.h"

enum mtl__model_table {
    MTL__T_PARAMETERS,
    MTL__T_SWITCHES,
    MTL__T_ORGANS,
    MTL__T_KINDS,
    MTL__T_EXTRACTION,
    MTL__T_FACTORS,
    MTL__T_RULES,
    MTL__T_SUPPLY,
    MTL__T_ASSAYS,
    MTL__T_TALLIES, /* from here on tables may be missing: text NULL */
    MTL__T_INJURIES,
    MTL__T_OUTCOMES,
    MTL__T_EXPOSURES,
    MTL__N_TABLES
};
typedef struct mtl__table_text {
    const char *text;
    size_t length;
} mtl__table_text;
/* "parameters.tsv" ... */
const char *mtl__model_table_file(enum mtl__model_table t);
/* A model from tables in memory; `dir` stands before the file names in messages ("" = none). */
int mtl__model_load_memory(mtl_model **out, const char *dir, const mtl__table_text *table,
                           mtl_error *err);

/* One table while it is read. */
typedef struct mtl__load {
    mtl_model *m;
    mtl__tsv t;
    mtl_error *err;
} mtl__load;
/* Parses the table; an array of n_rows zeroed items of `size` bytes is put into *items. */
int mtl__load_table(mtl__load *l, mtl_model *m, const char *dir, enum mtl__model_table which,
                    const mtl__table_text *text, const char *const *columns, int n_columns,
                    uint64_t optional, size_t size, void **items, mtl_error *err);
/* Cells. Text is copied nowhere: it lives in the model's arena already. */
int mtl__load_name(mtl__load *l, int row, int col,
                   const char **out); /* a-z 0-9 . _ -, once per table */
int mtl__load_name_again(mtl__load *l, int row, int col,
                         const char **out); /* likewise, but lines may share it */
int mtl__load_text(mtl__load *l, int row, int col, const char **out); /* must not be empty */
int mtl__load_number(mtl__load *l, int row, int col, double *out);    /* NaN when empty */
int mtl__load_share(mtl__load *l, int row, int col, double *out);     /* 0 .. 1, 0 when empty */
int mtl__load_tier(mtl__load *l, int row, int col, char *out);
int mtl__load_choice(mtl__load *l, int row, int col, const char *const *words, int n, int *out);
int mtl__load_yes(mtl__load *l, int row, int col, bool *out); /* yes or no; empty: no */
int mtl__load_when(mtl__load *l, int row, int col, mtl__when *out);
/* An expression whose dimension must be `unit` (text of a unit). */
int mtl__load_expr(mtl__load *l, int row, int col, const char *unit, mtl__expr *out);
/* "*" (organ -1, group NULL), an organ, or "brain.*" (organ -1 and the group). */
int mtl__load_where(mtl__load *l, int row, int col, int *organ, const char **group);
/* Points "x:y; x:y", x rising, in the arena; none in an empty cell. */
int mtl__load_points(mtl__load *l, int row, int col, bool below_zero, double **x, double **y,
                     int *n);
/* Words of a cell between separators, trimmed, in the arena; *n of them. */
int mtl__load_list(mtl__load *l, int row, int col, char separator, const char ***out, int *n);

int mtl__load_parameters(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_switches(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_organs(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_kinds(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_extraction(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_factors(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_rules(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_supply(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_assays(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_tallies(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_injuries(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_outcomes(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);
int mtl__load_exposures(mtl_model *m, const char *dir, const mtl__table_text *t, mtl_error *err);

#endif
