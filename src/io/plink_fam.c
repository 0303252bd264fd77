/* SPDX-License-Identifier: MIT */
/* PLINK pedigrees (.fam, and the first six columns of .ped; Purcell et al. 2007): read with every
   mistake that can be seen in a pedigree without dates, and written. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/markers_read.h"

enum { COLUMNS = 6, LONGEST_NAME = 60 };
static const char *const column_name[COLUMNS] = {"family", "person", "father",
                                                 "mother", "sex",    "phenotype"};

typedef struct reader {
    mtl__fam *fam;
    mtl__arena *arena;
    mtl_error *err;
    int line;
    size_t cap;
    mtl__fam_row *row;
    int column[COLUMNS]; /* of the cells of this line */
    char *cell[COLUMNS];
} reader;

static int fail(const reader *r, int cell, int code, const char *text)
{
    return mtl__fail_at(r->err, code, r->fam->file, r->line, cell < 0 ? 0 : r->column[cell],
                        cell < 0 ? NULL : column_name[cell], "%s", text);
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts a line at blanks; the number of cells, at most COLUMNS, and what is left. */
static int cut(reader *r, const char *s, size_t n, size_t *rest)
{
    size_t at = 0;
    int cells = 0;
    while (cells < COLUMNS) {
        while (at < n && blank(s[at]))
            at++;
        if (at == n)
            break;
        size_t end = at;
        while (end < n && !blank(s[end]))
            end++;
        r->column[cells] = (int)at + 1;
        r->cell[cells] = mtl__arena_strndup(r->arena, s + at, end - at);
        if (!r->cell[cells])
            return mtl__nomem(r->err);
        cells++;
        at = end;
    }
    while (at < n && blank(s[at]))
        at++;
    *rest = at;
    return cells;
}

static int check_name(const reader *r, int cell)
{
    const char *name = r->cell[cell];
    if (strlen(name) > LONGEST_NAME)
        return fail(r, cell, MTL_ERR_VALUE, "a name has at most 60 bytes");
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c < 0x20 || *c == 0x7f || *c == ',' || *c == ';')
            return fail(r, cell, MTL_ERR_VALUE,
                        "a name has no comma, no semicolon and no control character");
    return MTL_OK;
}

static int check_person_name(const reader *r)
{
    const char *name = r->cell[1];
    if (strcmp(name, "0") == 0)
        return fail(r, 1, MTL_ERR_VALUE, "0 stands for an unknown parent and is nobody's name");
    if (strcmp(name, "self") == 0 || strcmp(name, "all") == 0 || strcmp(name, "unknown") == 0)
        return fail(r, 1, MTL_ERR_VALUE, "this name has a meaning of its own; take another");
    return MTL_OK;
}

static int read_sex(const reader *r, enum mtl__sex *out)
{
    const char *s = r->cell[4];
    if (strcmp(s, "1") == 0)
        *out = MTL__MALE;
    else if (strcmp(s, "2") == 0)
        *out = MTL__FEMALE;
    else if (strcmp(s, "0") == 0 || strcmp(s, "-9") == 0 || strcmp(s, "other") == 0)
        *out = MTL__SEX_UNKNOWN;
    else
        return fail(r, 4, MTL_ERR_VALUE, "sex is 1 (male), 2 (female) or 0 (not known)");
    return MTL_OK;
}

static int one_line(reader *r, const char *s, size_t n, bool ped)
{
    size_t rest = n;
    const int cells = cut(r, s, n, &rest);
    if (cells <= 0)
        return cells;
    if (cells < COLUMNS) {
        char text[160];
        snprintf(text, sizeof text,
                 "%d columns; a line has six: family, person, father, mother, sex, phenotype",
                 cells);
        return fail(r, -1, MTL_ERR_SYNTAX, text);
    }
    if (rest < n && !ped) {
        r->column[0] = (int)rest + 1;
        return fail(r, 0, MTL_ERR_SYNTAX, "more than six columns in a .fam");
    }
    for (int k = 0; k < 4; k++)
        MTL_TRY(check_name(r, k));
    MTL_TRY(check_person_name(r));
    if (r->fam->n == MTL__FAM_MAX_PEOPLE)
        return fail(r, -1, MTL_ERR_LIMIT, "more people than are read (2000)");
    if (mtl__grow(&r->row, &r->cap, (size_t)r->fam->n + 1, sizeof *r->row) < 0)
        return mtl__nomem(r->err);
    mtl__fam_row *row = &r->row[r->fam->n];
    *row = (mtl__fam_row){.family = r->cell[0],
                          .name = r->cell[1],
                          .father = strcmp(r->cell[2], "0") == 0 ? "" : r->cell[2],
                          .mother = strcmp(r->cell[3], "0") == 0 ? "" : r->cell[3],
                          .phenotype = r->cell[5],
                          .line = r->line,
                          .column = r->column[1],
                          .father_row = -1,
                          .mother_row = -1,
                          .rest = s + rest,
                          .rest_length = n - rest};
    MTL_TRY(read_sex(r, &row->sex));
    r->fam->n++;
    return MTL_OK;
}

/* Names come back in reports and in JSON, so they must be text. */
static bool utf8(const char *text, size_t length)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < length;) {
        const size_t more = s[i] < 0x80                   ? 0
                            : s[i] >= 0xc2 && s[i] < 0xe0 ? 1
                            : s[i] >= 0xe0 && s[i] < 0xf0 ? 2
                            : s[i] >= 0xf0 && s[i] < 0xf5 ? 3
                                                          : length;
        if (more > length - i - 1)
            return false;
        const unsigned char next = more ? s[i + 1] : 0x80;
        if ((s[i] == 0xe0 && next < 0xa0) || (s[i] == 0xed && next > 0x9f) ||
            (s[i] == 0xf0 && next < 0x90) || (s[i] == 0xf4 && next > 0x8f))
            return false; /* overlong, surrogate, above U+10FFFF */
        for (size_t k = 1; k <= more; k++)
            if ((s[i + k] & 0xc0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

static int all_lines(reader *r, const char *text, size_t length, bool ped)
{
    const char *end = text + length;
    if (!utf8(text, length))
        return mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->fam->file, 0, 0, NULL,
                            "not UTF-8; save the file as UTF-8");
    if (memchr(text, '\0', length))
        return mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->fam->file, 0, 0, NULL,
                            "a NUL byte; the file is not text");
    for (const char *s = text; s < end;) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        size_t n = (size_t)((stop ? stop : end) - s);
        r->line++;
        if (n > 0 && s[n - 1] == '\r')
            n--;
        if (n > 0 && s[0] != '#')
            MTL_TRY(one_line(r, s, n, ped));
        s = stop ? stop + 1 : end;
    }
    if (r->fam->n == 0)
        return mtl__fail_at(r->err, MTL_ERR_VALUE, r->fam->file, 0, 0, NULL,
                            "nobody is in this pedigree");
    return MTL_OK;
}

/* ---------------------------------------------------------------- the pedigree */
/* By name, then by line: same names stand together, the earlier line first. */
static int by_name(const void *a, const void *b)
{
    const mtl__fam_row *const *x = a, *const *y = b;
    const int c = strcmp((*x)->name, (*y)->name);
    return c ? c : (*x)->line - (*y)->line;
}

static int row_fail(const mtl__fam *f, const mtl__fam_row *r, mtl_error *err, int code,
                    const char *field, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
static int row_fail(const mtl__fam *f, const mtl__fam_row *r, mtl_error *err, int code,
                    const char *field, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return mtl__fail_at(err, code, f->file, r->line, r->column, field, "%s", text);
}

static int named_twice(const mtl__fam *f, const mtl__fam_row *a, const mtl__fam_row *b,
                       mtl_error *err)
{
    if (strcmp(a->father, b->father) != 0 && a->father[0] && b->father[0])
        return row_fail(f, b, err, MTL_ERR_DUPLICATE, "father",
                        "%s has two fathers: %s (line %d) and %s", b->name, a->father, a->line,
                        b->father);
    if (strcmp(a->mother, b->mother) != 0 && a->mother[0] && b->mother[0])
        return row_fail(f, b, err, MTL_ERR_DUPLICATE, "mother",
                        "%s has two mothers: %s (line %d) and %s", b->name, a->mother, a->line,
                        b->mother);
    return row_fail(
        f, b, err, MTL_ERR_DUPLICATE, "person", "%s is named twice, here and in line %d%s", b->name,
        a->line, strcmp(a->family, b->family) ? "; names must differ also between families" : "");
}

static const char *sorted_name(const void *ctx, int i)
{
    mtl__fam_row *const *sorted = ctx;
    return sorted[i]->name;
}

static int find_parent(const mtl__fam *f, mtl__fam_row *const *sorted, const mtl__fam_row *child,
                       const char *name, const char *field, int *out, mtl_error *err)
{
    int low = 0, high = f->n - 1;
    char hint[96] = "";
    *out = -1;
    if (!name[0])
        return MTL_OK;
    while (low <= high) {
        const int mid = (low + high) / 2, c = strcmp(sorted[mid]->name, name);
        if (c == 0) {
            *out = (int)(sorted[mid] - f->row);
            return MTL_OK;
        }
        if (c < 0)
            low = mid + 1;
        else
            high = mid - 1;
    }
    mtl__hint(hint, sizeof hint, name, f->n, sorted_name, sorted);
    return row_fail(f, child, err, MTL_ERR_NAME, field, "%s, the %s of %s, has no line%s", name,
                    field, child->name, hint);
}

static int parents(mtl__fam *f, mtl__fam_row *const *sorted, mtl_error *err)
{
    for (int i = 0; i < f->n; i++) {
        mtl__fam_row *r = &f->row[i];
        MTL_TRY(find_parent(f, sorted, r, r->father, "father", &r->father_row, err));
        MTL_TRY(find_parent(f, sorted, r, r->mother, "mother", &r->mother_row, err));
        if (r->father_row >= 0 && r->father_row == r->mother_row)
            return row_fail(f, r, err, MTL_ERR_VALUE, "mother",
                            "%s is both father and mother of %s", r->father, r->name);
        if (r->father_row >= 0 && f->row[r->father_row].sex == MTL__FEMALE)
            return row_fail(f, r, err, MTL_ERR_VALUE, "father",
                            "%s, the father of %s, is female (line %d)", r->father, r->name,
                            f->row[r->father_row].line);
        if (r->mother_row >= 0 && f->row[r->mother_row].sex == MTL__MALE)
            return row_fail(f, r, err, MTL_ERR_VALUE, "mother",
                            "%s, the mother of %s, is male (line %d)", r->mother, r->name,
                            f->row[r->mother_row].line);
    }
    return MTL_OK;
}

/* A parent of unknown sex gets the one that the place says; father here and mother there is a
   contradiction. */
static int settle_sexes(mtl__fam *f, mtl_error *err)
{
    for (int i = 0; i < f->n; i++) {
        mtl__fam_row *r = &f->row[i];
        if (r->father_row >= 0 && f->row[r->father_row].sex == MTL__SEX_UNKNOWN)
            f->row[r->father_row].sex = MTL__MALE;
        if (r->mother_row >= 0 && f->row[r->mother_row].sex == MTL__SEX_UNKNOWN)
            f->row[r->mother_row].sex = MTL__FEMALE;
    }
    for (int i = 0; i < f->n; i++) {
        mtl__fam_row *r = &f->row[i];
        if ((r->father_row >= 0 && f->row[r->father_row].sex == MTL__FEMALE) ||
            (r->mother_row >= 0 && f->row[r->mother_row].sex == MTL__MALE)) {
            const bool father = r->father_row >= 0 && f->row[r->father_row].sex == MTL__FEMALE;
            return row_fail(f, r, err, MTL_ERR_VALUE, father ? "father" : "mother",
                            "%s is a father in one line and a mother in another",
                            father ? r->father : r->mother);
        }
    }
    return MTL_OK;
}

static int own_ancestors(const mtl__fam *f, mtl__arena *a, mtl_error *err)
{
    const size_t n = (size_t)f->n + 1;
    unsigned char *state = mtl__arena_alloc(a, n);
    int *stack = mtl__arena_alloc(a, n * sizeof *stack);
    if (!state || !stack)
        return mtl__nomem(err);
    for (int root = 0; root < f->n; root++) {
        int depth = 0;
        if (state[root] == 0)
            stack[depth++] = root;
        while (depth > 0) {
            const int i = stack[depth - 1];
            const int up[2] = {f->row[i].mother_row, f->row[i].father_row};
            int next = -1;
            state[i] = 1;
            for (int k = 0; k < 2 && next < 0; k++)
                if (up[k] >= 0 && state[up[k]] != 2)
                    next = up[k];
            if (next >= 0 && state[next] == 1)
                return row_fail(f, &f->row[i], err, MTL_ERR_VALUE,
                                next == up[0] ? "mother" : "father",
                                "%s would be an ancestor of %s and a descendant too",
                                f->row[next].name, f->row[i].name);
            if (next >= 0) {
                stack[depth++] = next;
            } else {
                state[i] = 2;
                depth--;
            }
        }
    }
    return MTL_OK;
}

static int check_pedigree(mtl__fam *f, mtl__arena *a, mtl_error *err)
{
    mtl__fam_row **sorted = mtl__arena_alloc(a, (size_t)f->n * sizeof *sorted);
    if (!sorted)
        return mtl__nomem(err);
    for (int i = 0; i < f->n; i++)
        sorted[i] = &f->row[i];
    qsort(sorted, (size_t)f->n, sizeof *sorted, by_name);
    for (int i = 1; i < f->n; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
            return named_twice(f, sorted[i - 1], sorted[i], err);
    MTL_TRY(parents(f, sorted, err));
    MTL_TRY(settle_sexes(f, err));
    return own_ancestors(f, a, err);
}

int mtl__fam_parse(mtl__fam *out, mtl__arena *a, const char *file, const char *text, size_t length,
                   bool ped, mtl_error *err)
{
    *out = (mtl__fam){.file = mtl__arena_strdup(a, file)};
    if (!out->file)
        return mtl__nomem(err);
    reader r = {.fam = out, .arena = a, .err = err};
    int ret = all_lines(&r, text, length, ped);
    if (ret == MTL_OK) {
        out->row = mtl__arena_alloc(a, ((size_t)out->n + 1) * sizeof *out->row);
        if (!out->row)
            ret = mtl__nomem(err);
        else if (r.row)
            memcpy(out->row, r.row, (size_t)out->n * sizeof *out->row);
    }
    free(r.row);
    return ret < 0 ? ret : check_pedigree(out, a, err);
}

/* Names with blanks cannot stand in a .fam: blanks become underscores. */
static void print_name(mtl__str *out, const char *name)
{
    for (; *name; name++)
        mtl__str_addn(out, *name == ' ' ? "_" : name, 1);
}

static void print_parent(mtl__str *out, const mtl_scenario *s, int who)
{
    mtl__str_add(out, "\t");
    if (who < 0)
        mtl__str_add(out, "0");
    else
        print_name(out, s->person[who].name);
}

void mtl__fam_print(mtl__str *out, const mtl_scenario *s)
{
    for (int i = 0; i < s->n_people; i++) {
        const mtl__person *p = &s->person[i];
        mtl__str_add(out, "1\t");
        print_name(out, p->name);
        print_parent(out, s, p->father);
        print_parent(out, s, p->mother);
        mtl__str_add(out, p->sex == MTL__MALE     ? "\t1\t-9\n"
                          : p->sex == MTL__FEMALE ? "\t2\t-9\n"
                                                  : "\t0\t-9\n");
    }
}
