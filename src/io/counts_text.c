/* SPDX-License-Identifier: MIT */
/* Large tab-separated tables, plain or gzipped, row by row and without a copy of each cell: counts
   of many samples at many sites are millions of rows, which the strict reader of small tables
   (tsv.c) is not made for. The same rules hold: UTF-8, LF or CRLF, quotes around a cell taken off.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/bgzf.h>
#include <htslib/hts_log.h>

#include "io/counts.h"

static int read_all(BGZF *f, const char *path, char **text, size_t *length, mtl_error *err)
{
    size_t cap = 0, n = 0;
    char *buf = NULL;
    for (;;) {
        if (mtl__grow(&buf, &cap, n + 65536 + 1, 1) < 0) {
            free(buf);
            return mtl__nomem(err);
        }
        const ssize_t got = bgzf_read(f, buf + n, cap - 1 - n);
        if (got < 0 || n + (size_t)got > MTL__COUNTS_MAX_BYTES) {
            free(buf);
            return got < 0
                       ? mtl__fail_at(err, MTL_ERR_SYNTAX, path, 0, 0, NULL,
                                      "cannot be read to its end: cut off, or not well compressed")
                       : mtl__fail_at(err, MTL_ERR_LIMIT, path, 0, 0, NULL,
                                      "larger than %d bytes, the most that is read",
                                      MTL__COUNTS_MAX_BYTES);
        }
        if (got == 0)
            break;
        n += (size_t)got;
    }
    buf[n] = '\0';
    *text = buf;
    *length = n;
    return MTL_OK;
}

int mtl__counts_slurp(const char *path, char **text, size_t *length, mtl_error *err)
{
    const enum htsLogLevel level = hts_get_log_level();
    *text = NULL;
    *length = 0;
    hts_set_log_level(HTS_LOG_OFF); /* it would speak on standard error */
    errno = 0;
    BGZF *f = bgzf_open(path, "r");
    const int error = errno;
    const int ret =
        f ? read_all(f, path, text, length, err)
          : mtl__fail_at(err, error ? mtl__errno_code(error) : MTL_ERR_IO, path, 0, 0, NULL,
                         "cannot open: %s", error ? strerror(error) : "unknown reason");
    if (f)
        bgzf_close(f);
    hts_set_log_level(level);
    return ret;
}

/* Length of the UTF-8 character at s (n bytes left), 0 if it is not one. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    const size_t k = s[0] < 0x80                    ? 1
                     : s[0] >= 0xc2 && s[0] <= 0xdf ? 2
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

/* Offset of the first byte that no text has, n if there is none. */
static size_t first_bad(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < n;) {
        const size_t k = utf8_length(s + i, n - i);
        if (k == 0 || s[i] == 0x7f || (s[i] < 0x20 && s[i] != '\t' && s[i] != '\n' && s[i] != '\r'))
            return i;
        i += k;
    }
    return n;
}

bool mtl__utf8_ok(const char *s, size_t n)
{
    return first_bad(s, n) == n;
}

int mtl__rows_start(mtl__rows *r, const char *file, const char *text, size_t length, mtl_error *err)
{
    *r = (mtl__rows){.file = file, .at = text, .end = text + length, .err = err};
    if (length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 1, 1, NULL,
                            "the file is UTF-16; save it as UTF-8 text, tab separated");
    const size_t bad = first_bad(text, length);
    if (bad < length) {
        int line = 1;
        for (size_t i = 0; i < bad; i++)
            line += text[i] == '\n';
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, line, 0, NULL,
                            "the byte 0x%02x stands in no UTF-8 text",
                            (unsigned)(unsigned char)text[bad]);
    }
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        r->at += 3; /* the mark that some spreadsheets put before UTF-8 */
    return MTL_OK;
}

void mtl__rows_free(mtl__rows *r)
{
    free(r->cell);
    r->cell = NULL;
    r->cap = 0;
}

static mtl__cell clean(const char *s, const char *stop)
{
    while (s < stop && *s == ' ')
        s++;
    while (stop > s && stop[-1] == ' ')
        stop--;
    if (stop - s >= 2 && *s == '"' && stop[-1] == '"') {
        s++;
        stop--;
    }
    return (mtl__cell){s, (int)(stop - s)};
}

static bool is_header_comment(const mtl__rows *r, const char *s, const char *stop)
{
    return !r->header_read && stop - s > 6 && memcmp(s, "#", 1) == 0 &&
           (memcmp(s + 1, "chrom", 5) == 0 || memcmp(s + 1, "CHROM", 5) == 0);
}

static int split(mtl__rows *r, const char *s, const char *stop)
{
    r->n = 0;
    for (;;) {
        const char *tab = memchr(s, '\t', (size_t)(stop - s));
        if (r->n == MTL__COUNTS_MAX_CELLS)
            return mtl__fail_at(r->err, MTL_ERR_LIMIT, r->file, r->line, 0, NULL,
                                "more than %d cells in a line", MTL__COUNTS_MAX_CELLS);
        if (mtl__grow(&r->cell, &r->cap, (size_t)r->n + 1, sizeof *r->cell) < 0)
            return mtl__nomem(r->err);
        r->cell[r->n++] = clean(s, tab ? tab : stop);
        if (!tab)
            return 1;
        s = tab + 1;
    }
}

int mtl__rows_next(mtl__rows *r)
{
    while (r->at < r->end) {
        const char *s = r->at;
        const char *nl = memchr(s, '\n', (size_t)(r->end - s));
        const char *stop = nl ? nl : r->end;
        r->at = nl ? nl + 1 : r->end;
        r->line++;
        if (stop > s && stop[-1] == '\r')
            stop--;
        const char *first = s;
        while (first < stop && (*first == ' ' || *first == '\t'))
            first++;
        if (first == stop)
            continue;
        if (is_header_comment(r, s, stop))
            s++;
        else if (*s == '#')
            continue;
        r->header_read = true;
        return split(r, s, stop);
    }
    return 0;
}

int mtl__rows_fail(const mtl__rows *r, int cell, int code, const char *field, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    int column = 0;
    if (cell >= 0 && cell < r->n) {
        /* Back to the beginning of the line; characters, not bytes. */
        const char *s = r->cell[cell].s;
        for (column = 1; s > r->cell[0].s; s--)
            column += ((unsigned char)s[-1] & 0xc0) != 0x80;
    }
    return mtl__fail_at(r->err, code, r->file, r->line, column, field, "%s", text);
}

bool mtl__cell_is(mtl__cell c, const char *word)
{
    const size_t n = strlen(word);
    return (size_t)c.n == n && memcmp(c.s, word, n) == 0;
}

bool mtl__cell_position(mtl__cell c, int64_t *out)
{
    int64_t x = 0;
    if (c.n < 1 || c.n > 12)
        return false;
    for (int i = 0; i < c.n; i++) {
        if (c.s[i] < '0' || c.s[i] > '9')
            return false;
        x = 10 * x + (c.s[i] - '0');
    }
    *out = x;
    return true;
}

bool mtl__cell_count(mtl__cell c, int32_t *out)
{
    int64_t x = 0;
    *out = 0;
    if (c.n == 0 || mtl__cell_is(c, ".") || mtl__cell_is(c, "NA"))
        return true;
    if (c.n > 9 || !mtl__cell_position(c, &x))
        return false;
    *out = (int32_t)x;
    return true;
}

bool mtl__cell_number(mtl__cell c, double *out)
{
    char text[64];
    if (c.n < 1 || (size_t)c.n >= sizeof text)
        return false;
    memcpy(text, c.s, (size_t)c.n);
    text[c.n] = '\0';
    return mtl__parse_double(text, out) == MTL_OK;
}
