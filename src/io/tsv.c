/* SPDX-License-Identifier: MIT */
/* Tab-separated tables, read strictly: a table that a user edits in a spreadsheet must either be
   understood in every cell or be refused with the place and the reason. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/tsv.h"

int mtl__file_read(mtl__arena *a, const char *path, size_t max, char **text, size_t *length,
                   mtl_error *err)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return mtl__fail_at(err, mtl__errno_code(errno), path, 0, 0, NULL, "cannot open: %s",
                            strerror(errno));
    size_t cap = 32768, n = 0;
    char *buf = mtl__arena_alloc(a, cap);
    int ret = buf == NULL ? mtl__nomem(err) : MTL_OK;
    while (ret == MTL_OK) {
        const size_t got = fread(buf + n, 1, cap - 1 - n, f);
        n += got;
        if (n > max) {
            ret = mtl__fail_at(err, MTL_ERR_LIMIT, path, 0, 0, NULL,
                               "larger than %zu bytes, the most that is read", max);
        } else if (got == 0) {
            if (ferror(f))
                ret = mtl__fail_at(err, mtl__errno_code(errno), path, 0, 0, NULL, "cannot read: %s",
                                   strerror(errno));
            break;
        } else if (n == cap - 1) {
            char *bigger = mtl__arena_alloc(a, 2 * cap);
            if (bigger == NULL) {
                ret = mtl__nomem(err);
                break;
            }
            memcpy(bigger, buf, n);
            buf = bigger;
            cap *= 2;
        }
    }
    fclose(f);
    if (ret == MTL_OK) {
        buf[n] = '\0';
        *text = buf;
        *length = n;
    }
    return ret;
}

/* ---------------------------------------------------------------- bytes */
/* Length of the UTF-8 character at s (n bytes left), 0 if it is not one. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80)
        return 1;
    const size_t k = s[0] >= 0xc2 && s[0] <= 0xdf   ? 2
                     : s[0] >= 0xe0 && s[0] <= 0xef ? 3
                     : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                                    : 0;
    if (k == 0 || k > n)
        return 0;
    for (size_t i = 1; i < k; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0; /* overlong, surrogate, above U+10FFFF */
    return k;
}

static int check_bytes(const char *file, const char *text, size_t length, mtl_error *err)
{
    const unsigned char *s = (const unsigned char *)text;
    if (length > MTL__TSV_MAX_BYTES)
        return mtl__fail_at(err, MTL_ERR_LIMIT, file, 0, 0, NULL,
                            "larger than %d bytes, the most that is read", MTL__TSV_MAX_BYTES);
    if (length >= 2 && ((s[0] == 0xff && s[1] == 0xfe) || (s[0] == 0xfe && s[1] == 0xff)))
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 1, 1, NULL,
                            "the file is UTF-16; save it as UTF-8 text, tab separated");
    int line = 1, column = 1;
    for (size_t i = 0; i < length;) {
        const size_t k = utf8_length(s + i, length - i);
        if (s[i] == 0)
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, line, column, NULL,
                                "a NUL byte; the file is not text");
        if (k == 0)
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, line, column, NULL,
                                "not UTF-8 (byte 0x%02x); save the file as UTF-8", s[i]);
        if ((s[i] < 0x20 && s[i] != '\t' && s[i] != '\n' && s[i] != '\r') || s[i] == 0x7f)
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, line, column, NULL,
                                "a control character (0x%02x)", s[i]);
        column++;
        if (s[i] == '\n') {
            line++;
            column = 1;
        }
        i += k;
    }
    return MTL_OK;
}

/* Characters (not bytes) of the n bytes at s. */
static int characters(const char *s, size_t n)
{
    int count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)s[i] & 0xc0) != 0x80;
    return count;
}

/* ---------------------------------------------------------------- one line */
typedef struct reader {
    mtl__arena *arena;
    const char *file;
    mtl_error *err;
    int line;
    mtl__tsv_cell cell[MTL__TSV_MAX_COLUMNS];
    int n;
} reader;

/* Takes off the quotes that spreadsheets put around a cell, and blanks at its ends. */
static int clean_cell(reader *r, const char *s, size_t n, mtl__tsv_cell *out)
{
    while (n > 0 && s[0] == ' ') {
        s++;
        n--;
        out->column++;
    }
    while (n > 0 && s[n - 1] == ' ')
        n--;
    const bool quoted = n > 0 && s[0] == '"';
    if (quoted && (n == 1 || s[n - 1] != '"'))
        return mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->file, r->line, out->column, NULL,
                            "a cell that begins with a quote must end with one");
    char *t =
        quoted ? mtl__arena_strndup(r->arena, s + 1, n - 2) : mtl__arena_strndup(r->arena, s, n);
    if (t == NULL)
        return mtl__nomem(r->err);
    if (quoted) {
        char *w = t;
        for (const char *p = t; *p != '\0'; p++) {
            *w++ = *p;
            if (p[0] == '"' && p[1] == '"')
                p++;
        }
        *w = '\0';
    }
    out->text = t;
    return MTL_OK;
}

static int split_line(reader *r, const char *s, size_t n)
{
    size_t start = 0;
    r->n = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && s[i] != '\t')
            continue;
        if (r->n == MTL__TSV_MAX_COLUMNS)
            return mtl__fail_at(r->err, MTL_ERR_LIMIT, r->file, r->line, 0, NULL,
                                "more than %d cells in a line", MTL__TSV_MAX_COLUMNS);
        mtl__tsv_cell *c = &r->cell[r->n++];
        c->column = characters(s, start) + 1;
        MTL_TRY(clean_cell(r, s + start, i - start, c));
        start = i + 1;
    }
    return MTL_OK;
}

/* The next line that holds anything: sets *s, *n, moves *rest on; false at the end. */
static bool next_line(reader *r, const char **rest, const char *end, const char **s, size_t *n)
{
    while (*rest < end) {
        const char *nl = memchr(*rest, '\n', (size_t)(end - *rest));
        const char *stop = nl != NULL ? nl : end;
        *s = *rest;
        *n = (size_t)(stop - *rest);
        *rest = nl != NULL ? nl + 1 : end;
        r->line++;
        if (*n > 0 && (*s)[*n - 1] == '\r')
            --*n;
        bool blank = true;
        for (size_t i = 0; i < *n && blank; i++)
            blank = (*s)[i] == ' ' || (*s)[i] == '\t';
        if (!blank && (*s)[0] != '#')
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- header */
/* where[k]: which column asked for the k-th of the file is; -1: an empty one at the end. */
static int match_header(reader *r, const char *const *columns, int n_columns, uint64_t optional,
                        int *where)
{
    bool seen[MTL__TSV_MAX_COLUMNS] = {false};
    for (int k = 0; k < r->n; k++) {
        const char *name = r->cell[k].text;
        where[k] = -1;
        for (int c = 0; c < n_columns; c++)
            if (strcmp(columns[c], name) == 0)
                where[k] = c;
        if (where[k] < 0 && name[0] == '\0')
            continue;
        if (where[k] < 0) {
            char hint[160] = "";
            mtl__hint(hint, sizeof hint, name, n_columns, mtl__nearest_strings, columns);
            return mtl__fail_at(r->err, MTL_ERR_NAME, r->file, r->line, r->cell[k].column, name,
                                "unknown column '%.60s'%s", name, hint);
        }
        if (seen[where[k]])
            return mtl__fail_at(r->err, MTL_ERR_DUPLICATE, r->file, r->line, r->cell[k].column,
                                name, "the column '%s' is there twice", name);
        seen[where[k]] = true;
    }
    for (int c = 0; c < n_columns; c++)
        if (!seen[c] && ((optional >> c) & 1u) == 0)
            return mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->file, r->line, 0, columns[c],
                                "the column '%s' is missing from the header line", columns[c]);
    return MTL_OK;
}

static int check_row(reader *r, int n_header, const int *where)
{
    if (r->n < n_header)
        for (int k = r->n; k < n_header; k++)
            if (where[k] >= 0)
                return mtl__fail_at(
                    r->err, MTL_ERR_SYNTAX, r->file, r->line, 0, NULL,
                    "%d cells where the header line has %d; cells must be separated "
                    "by tabs, empty ones too",
                    r->n, n_header);
    for (int k = 0; k < r->n; k++)
        if ((k >= n_header || where[k] < 0) && r->cell[k].text[0] != '\0')
            return mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->file, r->line, r->cell[k].column, NULL,
                                "'%.40s' stands outside the %d columns of the header line",
                                r->cell[k].text, n_header);
    return MTL_OK;
}

/* Rows as they come, in growing arrays that are handed to the arena at the end. */
typedef struct rows {
    mtl__tsv_cell *cell;
    int *line;
    int n, cap;
} rows;

static int add_row(reader *r, rows *w, int n_columns, const int *where)
{
    if (w->n == MTL__TSV_MAX_ROWS)
        return mtl__fail_at(r->err, MTL_ERR_LIMIT, r->file, r->line, 0, NULL, "more than %d rows",
                            MTL__TSV_MAX_ROWS);
    if (w->n == w->cap) {
        const int cap = w->cap == 0 ? 64 : 2 * w->cap;
        mtl__tsv_cell *cell = mtl__arena_alloc(r->arena, (size_t)cap * n_columns * sizeof *cell);
        int *line = mtl__arena_alloc(r->arena, (size_t)cap * sizeof *line);
        if (cell == NULL || line == NULL)
            return mtl__nomem(r->err);
        if (w->n > 0) {
            memcpy(cell, w->cell, (size_t)w->n * n_columns * sizeof *cell);
            memcpy(line, w->line, (size_t)w->n * sizeof *line);
        }
        *w = (rows){.cell = cell, .line = line, .n = w->n, .cap = cap};
    }
    mtl__tsv_cell *row = w->cell + (size_t)w->n * n_columns;
    for (int c = 0; c < n_columns; c++)
        row[c] = (mtl__tsv_cell){.text = "", .column = 0};
    for (int k = 0; k < r->n; k++)
        if (k < MTL__TSV_MAX_COLUMNS && where[k] >= 0)
            row[where[k]] = r->cell[k];
    w->line[w->n++] = r->line;
    return MTL_OK;
}

int mtl__tsv_parse(mtl__tsv *out, mtl__arena *a, const char *file, const char *text, size_t length,
                   const char *const *columns, int n_columns, uint64_t optional, mtl_error *err)
{
    *out = (mtl__tsv){.name = columns, .n_columns = n_columns};
    out->file = mtl__arena_strdup(a, file);
    if (out->file == NULL)
        return mtl__nomem(err);
    MTL_TRY(check_bytes(file, text, length, err));
    reader r = {.arena = a, .file = out->file, .err = err};
    const char *rest = text, *end = text + length, *s = NULL;
    size_t n = 0;
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        rest += 3; /* the mark that some spreadsheets put before UTF-8 */
    int where[MTL__TSV_MAX_COLUMNS];
    for (int k = 0; k < MTL__TSV_MAX_COLUMNS; k++)
        where[k] = -1;
    if (!next_line(&r, &rest, end, &s, &n))
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 1, 0, NULL,
                            "the table is empty; expected a header line with the column '%s'",
                            columns[0]);
    MTL_TRY(split_line(&r, s, n));
    MTL_TRY(match_header(&r, columns, n_columns, optional, where));
    const int n_header = r.n;
    rows w = {0};
    while (next_line(&r, &rest, end, &s, &n)) {
        MTL_TRY(split_line(&r, s, n));
        MTL_TRY(check_row(&r, n_header, where));
        MTL_TRY(add_row(&r, &w, n_columns, where));
    }
    out->cell = w.cell;
    out->line = w.line;
    out->n_rows = w.n;
    return MTL_OK;
}

/* ---------------------------------------------------------------- errors at a cell */
int mtl__tsv_fail(const mtl__tsv *t, int row, int column, mtl_error *err, int code, const char *fmt,
                  ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return mtl__fail_at(err, code, t->file, t->line[row],
                        t->cell[row * t->n_columns + column].column, t->name[column], "%s", text);
}

int mtl__tsv_place(const mtl__tsv *t, int row, int column, mtl_error *err, int code)
{
    if (err == NULL || code >= 0)
        return code;
    const int within = err->column > 0 && err->file[0] == '\0' ? err->column - 1 : 0;
    err->line = t->line[row];
    err->column = t->cell[row * t->n_columns + column].column + within;
    snprintf(err->file, sizeof err->file, "%s", t->file);
    snprintf(err->field, sizeof err->field, "%s", t->name[column]);
    return code;
}

/* The number that n digits write; -1: they are not n digits. */
static int digits(const char *s, int n)
{
    int x = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        x = 10 * x + (s[i] - '0');
    }
    return x;
}

int mtl__tsv_date(const mtl__tsv *t, int row, int column, double *out, mtl_error *err)
{
    const char *s = mtl__tsv_get(t, row, column);
    const size_t n = strlen(s);
    if (n == 0)
        return MTL_OK;
    const bool shape = n == 4 || (n == 7 && s[4] == '-') || (n == 10 && s[4] == '-' && s[7] == '-');
    const int y = shape ? digits(s, 4) : -1;
    const int m = n <= 4 ? 7 : shape ? digits(s + 5, 2) : -1;
    const int d = n <= 4 ? 2 : n <= 7 ? 15 : shape ? digits(s + 8, 2) : -1;
    if (y < 0 || m < 0 || d < 0 || !mtl__date_valid(y, m, d))
        return mtl__tsv_fail(t, row, column, err, MTL_ERR_DATE,
                             "'%.30s' is not a date; write 1985-03-02, 1985-03 or 1985", s);
    *out = mtl__date_to_days(y, m, d);
    return MTL_OK;
}
