/* SPDX-License-Identifier: MIT */
/* Cuts the text that instruments export into cells. Their files differ in everything that does not
   matter: encoding (UTF-16 from some versions of Windows software, Windows-1252 for the micro
   sign), separator, ends of line, quotes, decimal commas. Here all that is settled once, so that
   the readers of plates see cells with a place. Quotes as in RFC 4180. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/plate_sheet.h"

/* ---------------------------------------------------------------- encodings */
static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* Bytes of the UTF-8 character at s, 0 if it is none. */
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
        return 0;
    return k;
}

static size_t from_utf16(char *to, const unsigned char *s, size_t n, bool big)
{
    size_t k = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        uint32_t c = big ? (uint32_t)s[i] << 8 | s[i + 1] : (uint32_t)s[i + 1] << 8 | s[i];
        if (c >= 0xd800 && c < 0xdc00 && i + 3 < n) {
            const uint32_t d =
                big ? (uint32_t)s[i + 2] << 8 | s[i + 3] : (uint32_t)s[i + 3] << 8 | s[i + 2];
            if (d >= 0xdc00 && d < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (d - 0xdc00);
                i += 2;
            }
        }
        k += put_utf8(to + k, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    }
    return k;
}

/* 0x80 to 0x9f of Windows-1252; the rest is Latin-1. */
static uint32_t from_1252(unsigned char c)
{
    static const uint16_t high[32] = {
        0x20ac, 0xfffd, 0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
        0x2039, 0x152,  0xfffd, 0x17d,  0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0xfffd, 0x17e,  0x178};
    return c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c;
}

static bool is_utf8(const unsigned char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        const size_t k = utf8_length(s + i, n - i);
        if (k == 0)
            return false;
        i += k;
    }
    return true;
}

/* Bytes that no text has; says where. */
static int refuse_binary(const char *file, const char *s, size_t n, mtl_error *err)
{
    int line = 1;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)s[i];
        line += c == '\n';
        if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f'))
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, line, 0, NULL,
                                "a control character (0x%02x): the file is not text; export the "
                                "results as CSV or tab-separated text",
                                c);
    }
    return MTL_OK;
}

static const char *known_binary(const unsigned char *s, size_t n)
{
    if (n >= 4 && memcmp(s, "\xd0\xcf\x11\xe0", 4) == 0)
        return "an Excel workbook (.xls); save it as CSV";
    if (n >= 4 && memcmp(s, "%PDF", 4) == 0)
        return "a PDF; export the results as CSV";
    if (n >= 2 && s[0] == 0x1f && s[1] == 0x8b)
        return "compressed (gzip); unpack it";
    return NULL;
}

int mtl__sheet_decode(char **out, size_t *out_length, mtl__arena *a, const char *file,
                      const char *data, size_t length, mtl_error *err)
{
    const unsigned char *s = (const unsigned char *)data;
    size_t n = length;
    if (n > MTL__SHEET_MAX_BYTES)
        return mtl__fail_at(err, MTL_ERR_LIMIT, file, 0, 0, NULL,
                            "larger than %d bytes, the most that is read", MTL__SHEET_MAX_BYTES);
    const char *what = known_binary(s, n);
    if (what)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 0, 0, NULL, "the file is %s", what);
    char *to = mtl__arena_alloc(a, 3 * n + 8);
    if (!to)
        return mtl__nomem(err);
    const bool little = n >= 2 && ((s[0] == 0xff && s[1] == 0xfe) || (s[0] && !s[1]));
    const bool big = n >= 2 && ((s[0] == 0xfe && s[1] == 0xff) || (!s[0] && s[1]));
    const bool mark16 = n >= 2 && s[0] >= 0xfe && s[1] >= 0xfe;
    size_t k = 0;
    if (little || big) {
        k = from_utf16(to, s + (mark16 ? 2 : 0), n - (mark16 ? 2 : 0), big);
    } else {
        if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
            s += 3;
            n -= 3;
        }
        if (is_utf8(s, n)) {
            if (n)
                memcpy(to, s, n);
            k = n;
        } else {
            for (size_t i = 0; i < n; i++)
                k += put_utf8(to + k, from_1252(s[i]));
        }
    }
    to[k] = '\0';
    *out = to;
    *out_length = k;
    return refuse_binary(file, to, k, err);
}

/* ---------------------------------------------------------------- separators */
const char *mtl__sheet_key(const char *name, char buf[64])
{
    size_t k = 0;
    const bool channel = name[0] == 'C' && name[1] == 'h' && name[2] >= '1' && name[2] <= '9';
    for (const unsigned char *s = (const unsigned char *)name; *s && k < 63; s++) {
        if (*s >= 'A' && *s <= 'Z')
            buf[k++] = (char)(*s - 'A' + 'a');
        else if ((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9'))
            buf[k++] = (char)*s;
        else if ((s[0] == 0xd1 && s[1] == 0x82) || (s[0] == 0xd0 && s[1] == 0xa2))
            buf[k++] = 't';
        else if (channel && (*s == '+' || *s == '-'))
            buf[k++] = *s == '+' ? 'p' : 'm';
    }
    buf[k] = '\0';
    return buf;
}

/* One field from s on, up to `stop`; its key in buf; returns where the next begins, NULL at the
   end. */
static const char *next_field(const char *s, const char *stop, char delimiter, char buf[64])
{
    char raw[128];
    size_t k = 0;
    bool quoted = false;
    const char *p = s;
    for (; p < stop && (quoted || *p != delimiter); p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (k < sizeof raw - 1)
            raw[k++] = *p;
    }
    raw[k] = '\0';
    mtl__sheet_key(raw, buf);
    return p < stop ? p + 1 : NULL;
}

static int cells_if_header(const char *s, const char *stop, char delimiter, const char *const *key)
{
    char buf[64];
    int n = 0;
    bool has = key == NULL;
    for (const char *p = s; p; n++) {
        p = next_field(p, stop, delimiter, buf);
        for (int i = 0; key && key[i][0]; i++)
            has = has || strcmp(buf, key[i]) == 0;
    }
    return has ? n : 0;
}

static char find_delimiter(const char *text, const char *const *key)
{
    static const char candidate[] = "\t;,";
    enum { LINES = 400 };
    char best = '\t';
    int most = 0, line = 0;
    for (const char *s = text; *s && line < LINES && (key || most == 0); line++) {
        const size_t n = strcspn(s, "\r\n");
        for (int c = 0; s[0] != '#' && n > 0 && candidate[c]; c++) {
            const int cells = cells_if_header(s, s + n, candidate[c], key);
            if (cells > most) {
                most = cells;
                best = candidate[c];
            }
        }
        s += n;
        s += *s != '\0';
    }
    return best;
}

/* ---------------------------------------------------------------- cells */
typedef struct cutter {
    const char *file;
    char *p; /* what is next */
    int line;
    const char *line_start;
    char delimiter;
    mtl_error *err;
} cutter;

static int characters(const char *s, const char *stop)
{
    int n = 0;
    for (; s < stop; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

/* A cell that begins with a quote: taken apart in place. Ends on the separator, line end or NUL. */
static int quoted_cell(cutter *c, mtl__sheet_cell *out)
{
    const int line = c->line;
    char *to = ++c->p;
    out->text = to;
    for (;; c->p++) {
        if (*c->p == '\0')
            return mtl__fail_at(c->err, MTL_ERR_SYNTAX, c->file, line, out->column, NULL,
                                "a quote is opened here and never closed");
        if (*c->p == '"' && c->p[1] != '"')
            break;
        if (*c->p == '"')
            c->p++;
        if (*c->p == '\n') {
            c->line++;
            c->line_start = c->p + 1;
        }
        *to++ = *c->p == '\n' || *c->p == '\r' ? ' ' : *c->p;
    }
    c->p++;
    while (*c->p == ' ')
        c->p++;
    if (*c->p && *c->p != c->delimiter && *c->p != '\n' && *c->p != '\r')
        return mtl__fail_at(c->err, MTL_ERR_SYNTAX, c->file, c->line,
                            characters(c->line_start, c->p) + 1, NULL,
                            "text after the quote that ends a cell");
    *to = '\0';
    return MTL_OK;
}

static int one_cell(cutter *c, mtl__sheet_cell *out)
{
    while (*c->p == ' ')
        c->p++;
    out->column = characters(c->line_start, c->p) + 1;
    if (*c->p == '"')
        return quoted_cell(c, out);
    out->text = c->p;
    while (*c->p && *c->p != c->delimiter && *c->p != '\n' && *c->p != '\r')
        c->p++;
    return MTL_OK;
}

/* Takes blanks off the end of a cell; the byte at `end` has been read already. */
static void end_cell(const mtl__sheet_cell *cell, char *end)
{
    *end = '\0';
    char *last = end;
    while (last > cell->text && last[-1] == ' ')
        *--last = '\0';
}

static int one_row(cutter *c, mtl__sheet_cell *cell, mtl__sheet_row *row)
{
    row->line = c->line;
    row->cell = cell;
    row->n = 0;
    for (;;) {
        if (row->n == MTL__SHEET_MAX_COLUMNS)
            return mtl__fail_at(c->err, MTL_ERR_LIMIT, c->file, c->line, 0, NULL,
                                "more than %d cells in a line", MTL__SHEET_MAX_COLUMNS);
        mtl__sheet_cell *out = &cell[row->n++];
        const bool quoted = *(c->p + strspn(c->p, " ")) == '"';
        MTL_TRY(one_cell(c, out));
        char *end = c->p;
        const char ended_by = *end;
        if (ended_by)
            c->p++;
        if (ended_by == '\r' && *c->p == '\n')
            c->p++;
        if (!quoted)
            end_cell(out, end);
        if (ended_by != c->delimiter)
            break;
    }
    c->line++;
    c->line_start = c->p;
    return MTL_OK;
}

static bool is_empty(const mtl__sheet_row *row)
{
    for (int i = 0; i < row->n; i++)
        if (row->cell[i].text[0])
            return false;
    return true;
}

int mtl__sheet_cut(mtl__sheet *out, mtl__arena *a, const char *file, char *text,
                   const char *const *key, mtl_error *err)
{
    size_t cells = 2, rows = 2;
    *out = (mtl__sheet){.decimal = '.', .delimiter = find_delimiter(text, key)};
    for (const char *s = text; *s; s++) {
        const bool end = *s == '\n' || *s == '\r';
        cells += end || *s == out->delimiter;
        rows += end;
    }
    if (rows > MTL__SHEET_MAX_ROWS)
        return mtl__fail_at(err, MTL_ERR_LIMIT, file, 0, 0, NULL, "more than %d lines",
                            MTL__SHEET_MAX_ROWS);
    mtl__sheet_cell *cell = mtl__arena_alloc(a, cells * sizeof *cell);
    mtl__sheet_row *row = mtl__arena_alloc(a, rows * sizeof *row);
    out->file = mtl__arena_strdup(a, file);
    if (!cell || !row || !out->file)
        return mtl__nomem(err);
    cutter c = {.file = out->file,
                .p = text,
                .line = 1,
                .line_start = text,
                .delimiter = out->delimiter,
                .err = err};
    while (*c.p) {
        MTL_TRY(one_row(&c, cell, &row[out->n_rows]));
        cell += row[out->n_rows].n;
        out->n_rows += !is_empty(&row[out->n_rows]);
    }
    out->row = row;
    return MTL_OK;
}

/* ---------------------------------------------------------------- numbers */
int mtl__sheet_decimals(mtl__sheet *s, int first_row, int column, const char *field, mtl_error *err)
{
    int comma = -1, point = -1;
    for (int r = first_row; r < s->n_rows; r++) {
        const char *text = mtl__sheet_get(s, r, column);
        if (!text[0] || strspn(text, "0123456789.,") != strlen(text))
            continue;
        if (strchr(text, ',') && !strchr(text, '.'))
            comma = r;
        if (strchr(text, '.'))
            point = r;
    }
    if (comma >= 0 && point >= 0)
        return mtl__sheet_fail(s, comma, column, err, MTL_ERR_VALUE, field,
                               "'%.30s' has a decimal comma, line %d a decimal point ('%.30s')",
                               mtl__sheet_get(s, comma, column), s->row[point].line,
                               mtl__sheet_get(s, point, column));
    if (comma >= 0)
        s->decimal = ',';
    return MTL_OK;
}

int mtl__sheet_number(const mtl__sheet *s, const char *text, double *out)
{
    char buf[64];
    size_t k = 0;
    const char group = s->decimal == ',' ? '.' : ',';
    for (const char *p = text; *p; p++) {
        if (k == sizeof buf - 1)
            return MTL_ERR_VALUE;
        if (*p == group) {
            /* A separator of thousands: three digits follow, a number that is not 0 went before. */
            const size_t digits = strspn(p + 1, "0123456789");
            if (p == text || digits != 3 || text[strspn(text, "+-")] == '0')
                return MTL_ERR_VALUE;
            continue;
        }
        buf[k++] = *p == s->decimal ? '.' : *p;
    }
    buf[k] = '\0';
    return mtl__parse_double(buf, out);
}

int mtl__sheet_fail(const mtl__sheet *s, int row, int column, mtl_error *err, int code,
                    const char *field, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const mtl__sheet_row *r = row >= 0 && row < s->n_rows ? &s->row[row] : NULL;
    return mtl__fail_at(err, code, s->file, r ? r->line : 0,
                        r && column >= 0 && column < r->n ? r->cell[column].column : 0, field, "%s",
                        text);
}
