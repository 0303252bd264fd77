/* SPDX-License-Identifier: MIT */
#ifndef MTL_TSV_H
#define MTL_TSV_H
/* A strict reader of tables: one header line with exact column names in any order, tab-separated
   cells, lines that begin with '#' and empty lines skipped, LF or CRLF, quotes as spreadsheets put
   them around a cell taken off. UTF-8 only. Every message names file, line, column and the column's
   name. */
#include "base/base.h"

enum { MTL__TSV_MAX_BYTES = 4 * 1024 * 1024, MTL__TSV_MAX_ROWS = 20000, MTL__TSV_MAX_COLUMNS = 64 };

typedef struct mtl__tsv_cell {
    const char *text; /* without blanks at its ends; "" if empty */
    int column;       /* of its first character in the line, from 1 */
} mtl__tsv_cell;
typedef struct mtl__tsv {
    const char *file;
    const char *const *name; /* the columns asked for, as given */
    int n_columns, n_rows;
    const mtl__tsv_cell *cell; /* [row * n_columns + column] in the order asked for */
    const int *line;           /* [row] */
} mtl__tsv;

/* Reads a whole file into the arena, terminated; MTL_ERR_IO, or MTL_ERR_LIMIT above `max` bytes. */
int mtl__file_read(mtl__arena *a, const char *path, size_t max, char **text, size_t *length,
                   mtl_error *err);
/* Columns: names asked for; every one must be there, save those of `optional` (bit i: column i).
   Names in the file that were not asked for are refused. Strings live in the arena. */
int mtl__tsv_parse(mtl__tsv *out, mtl__arena *a, const char *file, const char *text, size_t length,
                   const char *const *columns, int n_columns, uint64_t optional, mtl_error *err);
static inline const char *mtl__tsv_get(const mtl__tsv *t, int row, int column)
{
    return t->cell[row * t->n_columns + column].text;
}
/* An error at a cell. */
int mtl__tsv_fail(const mtl__tsv *t, int row, int column, mtl_error *err, int code, const char *fmt,
                  ...) __attribute__((format(printf, 6, 7)));
/* "1985-03-02", "1985-03" or "1985": the middle of what is said, as days; an empty cell leaves *out
   as it is. MTL_ERR_DATE. */
int mtl__tsv_date(const mtl__tsv *t, int row, int column, double *out, mtl_error *err);
/* Gives an error from within a cell (err->column from 1 within its text, or 0) its place; returns
 * code. */
int mtl__tsv_place(const mtl__tsv *t, int row, int column, mtl_error *err, int code);

#endif
