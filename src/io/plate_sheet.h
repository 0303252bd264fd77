/* SPDX-License-Identifier: MIT */
#ifndef MTL_PLATE_SHEET_H
#define MTL_PLATE_SHEET_H
/* Text as instruments and spreadsheets export it, cut into cells. More lenient than io/tsv.h, which
   reads what is written for Matriline: any of three separators, UTF-16, lines before the header. */
#include "base/base.h"

enum {
    MTL__SHEET_MAX_BYTES = 32 * 1024 * 1024,
    MTL__SHEET_MAX_ROWS = 100000,
    MTL__SHEET_MAX_COLUMNS = 1000
};

typedef struct mtl__sheet_cell {
    const char *text; /* UTF-8, quotes and blanks at its ends taken off; "" if empty */
    int column;       /* of its first character in the line, from 1 */
} mtl__sheet_cell;
typedef struct mtl__sheet_row {
    int line, n;
    const mtl__sheet_cell *cell;
} mtl__sheet_row;
typedef struct mtl__sheet {
    const char *file;
    char delimiter, decimal; /* decimal: '.', or ',' once mtl__sheet_decimals has found so */
    int n_rows;
    const mtl__sheet_row *row; /* empty lines left out */
} mtl__sheet;

/* Text of any of UTF-8, UTF-16 (by its mark, or by its zero bytes) and Windows-1252 as terminated
   UTF-8 in the arena. */
int mtl__sheet_decode(char **out, size_t *out_length, mtl__arena *a, const char *file,
                      const char *data, size_t length, mtl_error *err);
/* Cuts decoded text, in place. The separator (tab, semicolon, comma) is the one that cuts the line
   in which a cell has one of the names `key` ("" ends; as mtl__sheet_key makes them) into most
   cells; NULL: the first line. A quoted cell may hold separators and ends of line. */
int mtl__sheet_cut(mtl__sheet *out, mtl__arena *a, const char *file, char *text,
                   const char *const *key, mtl_error *err);
/* A header as a word to compare: lower case letters and digits; the Cyrillic te that one maker
   writes in CT is a t; in names of channels + and - are p and m. Returns buf. */
const char *mtl__sheet_key(const char *name, char buf[64]);
/* Decides between decimal points and decimal commas by a column of numbers; refuses a mixture. */
int mtl__sheet_decimals(mtl__sheet *s, int first_row, int column, const char *field,
                        mtl_error *err);
/* "" where the row is too short. */
static inline const char *mtl__sheet_get(const mtl__sheet *s, int row, int column)
{
    return column >= 0 && column < s->row[row].n ? s->row[row].cell[column].text : "";
}
/* A finite number in the sheet's decimals, "1,234.5" allowed; MTL_ERR_VALUE without a message. */
int mtl__sheet_number(const mtl__sheet *s, const char *text, double *out);
/* An error at a cell. */
int mtl__sheet_fail(const mtl__sheet *s, int row, int column, mtl_error *err, int code,
                    const char *field, const char *fmt, ...) __attribute__((format(printf, 7, 8)));

#endif
