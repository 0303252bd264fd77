/* SPDX-License-Identifier: MIT */
/* Tables of allele counts, in two forms. Long: one line per sample and site (sample, chromosome,
   position, ref, alt, ref_count, alt_count, other_count). Wide: one line per site (chromosome,
   position, ref, alt), then NAME.ref, NAME.alt and, if counted, NAME.other of each sample. Alleles
   the other way round than on the panel are turned; others are refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/counts.h"

/* ---------------------------------------------------------------- sets of samples */
void mtl__count_set_init(mtl__count_set *c)
{
    memset(c, 0, sizeof *c);
    mtl__arena_init(&c->arena, 0);
}

void mtl__count_set_free(mtl__count_set *c)
{
    for (int i = 0; i < c->n; i++)
        free(c->sample[i].ref); /* alt and other lie behind it */
    free(c->sample);
    mtl__str_free(&c->notes);
    mtl__arena_free(&c->arena);
    memset(c, 0, sizeof *c);
}

int mtl__count_set_add(mtl__count_set *c, const mtl__site_panel *p, const char *name,
                       const char *file, int *index, mtl_error *err)
{
    const size_t n = (size_t)p->n + 1;
    if (!*name || strlen(name) > 200 || !mtl__utf8_ok(name, strlen(name)))
        return mtl__fail_at(err, MTL_ERR_NAME, file, 0, 0, "sample",
                            "a sample needs a name of at most 200 bytes, in UTF-8");
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->sample[i].name, name) == 0)
            return mtl__fail_at(err, MTL_ERR_DUPLICATE, file, 0, 0, "sample",
                                "sample '%s' has counts already, from %s", name, c->sample[i].file);
    if (mtl__grow(&c->sample, &c->cap, (size_t)c->n + 1, sizeof *c->sample) < 0)
        return mtl__nomem(err);
    int32_t *counts = calloc(3 * n, sizeof *counts);
    const char *kept = mtl__arena_strdup(&c->arena, name);
    const char *from = mtl__arena_strdup(&c->arena, file);
    if (!counts || !kept || !from) {
        free(counts);
        return mtl__nomem(err);
    }
    c->sample[c->n] = (mtl__count_sample){
        .name = kept, .file = from, .ref = counts, .alt = counts + n, .other = counts + 2 * n};
    *index = c->n++;
    return MTL_OK;
}

/* ---------------------------------------------------------------- one table */
typedef struct wide_column {
    int cell, sample, role; /* 0 ref, 1 alt, 2 other */
} wide_column;

typedef struct table {
    mtl__rows rows;
    mtl__count_set *set;
    const mtl__site_panel *panel;
    mtl_error *err;
    int where[MTL__N_COLS];
    bool wide;
    wide_column *column;
    size_t cap_column;
    int n_columns, first; /* first sample of this table */
    int last;             /* the sample of the row before */
    uint8_t **seen;       /* [samples][panel->n]; of a wide table one for all */
    size_t cap_seen;
    int n_seen, swapped;
    int64_t matched;
} table;

static int sample_named(table *t, mtl__cell name, int cell)
{
    char text[256];
    int index = -1;
    if (t->last >= t->first && t->last < t->set->n &&
        mtl__cell_is(name, t->set->sample[t->last].name))
        return t->last;
    for (int i = t->first; i < t->set->n; i++)
        if (mtl__cell_is(name, t->set->sample[i].name))
            return t->last = i;
    if (name.n < 1 || name.n > 200)
        return mtl__rows_fail(&t->rows, cell, MTL_ERR_NAME, "sample",
                              "a sample needs a name of at most 200 bytes");
    snprintf(text, sizeof text, "%.*s", name.n, name.s);
    const int ret = mtl__count_set_add(t->set, t->panel, text, t->rows.file, &index, t->err);
    if (ret < 0)
        return mtl__fail_place(t->err, ret, t->rows.file, t->rows.line, 0);
    return t->last = index;
}

static int seen_of(table *t, int k, uint8_t **out)
{
    if (mtl__grow(&t->seen, &t->cap_seen, (size_t)k + 1, sizeof *t->seen) < 0)
        return mtl__nomem(t->err);
    if (!t->seen[k])
        t->seen[k] = calloc((size_t)t->panel->n + 1, 1);
    if (k >= t->n_seen)
        t->n_seen = k + 1;
    *out = t->seen[k];
    return *out ? MTL_OK : mtl__nomem(t->err);
}

static int missing_column(const table *t, int column)
{
    return mtl__rows_fail(&t->rows, -1, MTL_ERR_SYNTAX, mtl__count_column_name[column],
                          "the column '%s' is missing from the header line",
                          mtl__count_column_name[column]);
}

static int wide_columns(table *t)
{
    for (int k = 0; k < t->rows.n; k++) {
        int length;
        const int role = mtl__sample_column(t->rows.cell[k], &length);
        if (role < 0 || mtl__count_column_of(t->rows.cell[k]) >= 0)
            continue;
        const int s = sample_named(t, (mtl__cell){t->rows.cell[k].s, length}, k);
        if (s < 0)
            return s;
        for (int i = 0; i < t->n_columns; i++)
            if (t->column[i].sample == s && t->column[i].role == role)
                return mtl__rows_fail(&t->rows, k, MTL_ERR_DUPLICATE, "sample",
                                      "the column '%.*s' is there twice", t->rows.cell[k].n,
                                      t->rows.cell[k].s);
        if (mtl__grow(&t->column, &t->cap_column, (size_t)t->n_columns + 1, sizeof *t->column) < 0)
            return mtl__nomem(t->err);
        t->column[t->n_columns++] = (wide_column){k, s, role};
    }
    for (int s = t->first; s < t->set->n; s++) {
        unsigned roles = 0;
        for (int i = 0; i < t->n_columns; i++)
            roles |= t->column[i].sample == s ? 1u << t->column[i].role : 0;
        if ((roles & 3u) != 3u)
            return mtl__rows_fail(&t->rows, -1, MTL_ERR_SYNTAX, "sample",
                                  "sample '%s' lacks its column .%s", t->set->sample[s].name,
                                  roles & 1u ? "alt" : "ref");
        t->set->sample[s].has_other = (roles & 4u) != 0;
    }
    return t->n_columns ? MTL_OK
                        : mtl__rows_fail(&t->rows, -1, MTL_ERR_SYNTAX, NULL,
                                         "no counts: neither ref_count and alt_count nor NAME.ref "
                                         "and NAME.alt in the header line");
}

static int header(table *t)
{
    MTL_TRY(mtl__rows_header(&t->rows, t->where, true));
    for (int c = MTL__COL_CHROMOSOME; c <= MTL__COL_ALT; c++)
        if (t->where[c] < 0)
            return missing_column(t, c);
    t->wide = t->where[MTL__COL_SAMPLE] < 0 && t->where[MTL__COL_REF_COUNT] < 0;
    if (t->wide)
        return wide_columns(t);
    for (int c = MTL__COL_SAMPLE; c <= MTL__COL_ALT_COUNT; c++)
        if (t->where[c] < 0)
            return missing_column(t, c);
    return MTL_OK;
}

/* ---------------------------------------------------------------- rows */
static mtl__cell cell(const table *t, int k)
{
    return k >= 0 && k < t->rows.n ? t->rows.cell[k] : (mtl__cell){"", 0};
}

static char upper(mtl__cell c)
{
    return c.n == 1 ? (char)(c.s[0] & ~0x20) : 0;
}

/* The site of a row, -1 = not on the panel; whether its alleles stand the other way round. */
static int find_site(table *t, int *site, bool *turned)
{
    mtl__site s;
    mtl__cell ref, alt;
    MTL_TRY(mtl__rows_site(&t->rows, t->where, &s, &ref, &alt));
    *site = s.chromosome ? mtl__sites_find(t->panel, s.chromosome, s.position) : -1;
    *turned = false;
    if (*site < 0 || ref.n > 1 || alt.n > 1) {
        *site = -1; /* an InDel may share its place with a site */
        t->set->off_panel++;
        return MTL_OK;
    }
    const mtl__site *p = &t->panel->site[*site];
    const char r = upper(ref), a = upper(alt);
    if (r == p->ref && a == p->alt)
        return MTL_OK;
    *turned = r == p->alt && a == p->ref;
    t->swapped += *turned;
    return *turned
               ? MTL_OK
               : mtl__rows_fail(&t->rows, t->where[MTL__COL_REF], MTL_ERR_VALUE, "ref",
                                "alleles %.*s and %.*s, but the panel has %c and %c at %d:%lld: "
                                "another build of the genome?",
                                ref.n, ref.s, alt.n, alt.s, p->ref, p->alt, p->chromosome,
                                (long long)p->position);
}

static int put(table *t, int sample, int site, int role, bool turned, int k, const char *field)
{
    mtl__count_sample *to = &t->set->sample[sample];
    int32_t n;
    if (!mtl__cell_count(cell(t, k), &n))
        return mtl__rows_fail(&t->rows, k, MTL_ERR_VALUE, field,
                              "'%.*s' is not a count (a whole number from 0 to 999999999)",
                              cell(t, k).n < 40 ? cell(t, k).n : 40, cell(t, k).s);
    if (turned && role < 2)
        role = 1 - role;
    (role == 0 ? to->ref : role == 1 ? to->alt : to->other)[site] = n;
    return MTL_OK;
}

static int note_seen(table *t, int k, int site, int sample)
{
    uint8_t *seen;
    const mtl__site *s = &t->panel->site[site];
    MTL_TRY(seen_of(t, k, &seen));
    if (seen[site])
        return mtl__rows_fail(&t->rows, t->where[MTL__COL_POSITION], MTL_ERR_DUPLICATE, "position",
                              "the site %d:%lld stands in an earlier line too%s%.60s",
                              s->chromosome, (long long)s->position,
                              sample >= 0 ? ", of sample " : "",
                              sample >= 0 ? t->set->sample[sample].name : "");
    seen[site] = 1;
    t->matched++;
    return MTL_OK;
}

static int long_row(table *t)
{
    int site;
    bool turned;
    const int s = sample_named(t, cell(t, t->where[MTL__COL_SAMPLE]), t->where[MTL__COL_SAMPLE]);
    if (s < 0)
        return s;
    MTL_TRY(find_site(t, &site, &turned));
    if (site < 0)
        return MTL_OK;
    MTL_TRY(note_seen(t, s - t->first, site, s));
    MTL_TRY(put(t, s, site, 0, turned, t->where[MTL__COL_REF_COUNT], "ref_count"));
    MTL_TRY(put(t, s, site, 1, turned, t->where[MTL__COL_ALT_COUNT], "alt_count"));
    if (t->where[MTL__COL_OTHER_COUNT] < 0)
        return MTL_OK;
    t->set->sample[s].has_other = true;
    return put(t, s, site, 2, turned, t->where[MTL__COL_OTHER_COUNT], "other_count");
}

static int wide_row(table *t)
{
    static const char *const field[3] = {"ref", "alt", "other"};
    int site;
    bool turned;
    MTL_TRY(find_site(t, &site, &turned));
    if (site < 0)
        return MTL_OK;
    MTL_TRY(note_seen(t, 0, site, -1));
    for (int i = 0; i < t->n_columns; i++) {
        const wide_column *c = &t->column[i];
        MTL_TRY(put(t, c->sample, site, c->role, turned, c->cell, field[c->role]));
    }
    return MTL_OK;
}

static int check_cells(const table *t, int n_header)
{
    for (int k = n_header; k < t->rows.n; k++)
        if (t->rows.cell[k].n)
            return mtl__rows_fail(&t->rows, k, MTL_ERR_SYNTAX, NULL,
                                  "'%.*s' stands outside the %d columns of the header line",
                                  t->rows.cell[k].n < 40 ? t->rows.cell[k].n : 40,
                                  t->rows.cell[k].s, n_header);
    if (t->rows.n < n_header)
        return mtl__rows_fail(&t->rows, -1, MTL_ERR_SYNTAX, NULL,
                              "%d cells where the header line has %d; cells must be separated by "
                              "tabs, empty ones too",
                              t->rows.n, n_header);
    return MTL_OK;
}

static int all_rows(table *t)
{
    int got, n = 0;
    MTL_TRY(header(t));
    const int n_header = t->rows.n;
    while ((got = mtl__rows_next(&t->rows)) != 0) {
        if (got < 0)
            return got;
        MTL_TRY(check_cells(t, n_header));
        MTL_TRY(t->wide ? wide_row(t) : long_row(t));
        n++;
    }
    if (n == 0)
        return mtl__rows_fail(&t->rows, -1, MTL_ERR_SYNTAX, NULL,
                              "a header line and no counts below it");
    if (t->matched == 0)
        return mtl__fail_at(t->err, MTL_ERR_VALUE, t->rows.file, 0, 0, NULL,
                            "none of its %d lines is about one of the %d sites of the panel %s", n,
                            t->panel->n, t->panel->file);
    if (t->swapped)
        mtl__str_printf(&t->set->notes,
                        "%s: REF and ALT stand the other way round in %d lines; turned\n",
                        t->rows.file, t->swapped);
    return MTL_OK;
}

int mtl__count_table_parse(mtl__count_set *c, const mtl__site_panel *p, const char *file,
                           const char *text, size_t length, mtl_error *err)
{
    table t = {.set = c, .panel = p, .err = err, .first = c->n, .last = -1};
    const char *kept = mtl__arena_strdup(&c->arena, file);
    if (!kept)
        return mtl__nomem(err);
    int ret = mtl__rows_start(&t.rows, kept, text, length, err);
    if (ret == MTL_OK)
        ret = all_rows(&t);
    mtl__rows_free(&t.rows);
    for (int k = 0; k < t.n_seen; k++)
        free(t.seen[k]);
    free(t.seen);
    free(t.column);
    return ret;
}

/* ---------------------------------------------------------------- a panel from a table of counts
 */
int mtl__count_table_sites(mtl__site_panel *p, const char *file, const char *text, size_t length,
                           mtl_error *err)
{
    mtl__rows r;
    int where[MTL__N_COLS] = {0}, got;
    p->file = mtl__arena_strdup(&p->arena, file);
    if (!p->file)
        return mtl__nomem(err);
    int ret = mtl__rows_start(&r, p->file, text, length, err);
    if (ret == MTL_OK)
        ret = mtl__rows_header(&r, where, true);
    for (int c = MTL__COL_CHROMOSOME; ret == MTL_OK && c <= MTL__COL_ALT; c++)
        if (where[c] < 0)
            ret = mtl__rows_fail(&r, -1, MTL_ERR_SYNTAX, mtl__count_column_name[c],
                                 "the column '%s' is missing from the header line",
                                 mtl__count_column_name[c]);
    while (ret == MTL_OK && (got = mtl__rows_next(&r)) != 0) {
        mtl__site s;
        mtl__cell ref, alt;
        ret = got < 0 ? got : mtl__rows_site(&r, where, &s, &ref, &alt);
        if (ret == MTL_OK)
            ret = mtl__sites_add(p, &s, ref, alt, err);
    }
    mtl__rows_free(&r);
    if (ret == MTL_OK)
        ret = mtl__sites_finish(p, err);
    if (ret == MTL_OK && where[MTL__COL_SAMPLE] >= 0)
        p->repeated = 0; /* one line per sample: not a fault */
    return ret;
}

/* ---------------------------------------------------------------- writing */
void mtl__count_table_print(mtl__str *out, const mtl__count_set *c, const mtl__site_panel *p)
{
    mtl__str_add(out,
                 "sample\tchromosome\tposition\tref\talt\tref_count\talt_count\tother_count\n");
    for (int i = 0; i < c->n; i++) {
        const mtl__count_sample *s = &c->sample[i];
        for (int k = 0; k < p->n; k++) {
            const mtl__site *at = &p->site[k];
            mtl__str_printf(out, "%s\tchr%d\t%lld\t%c\t%c\t%d\t%d\t", s->name, at->chromosome,
                            (long long)at->position, at->ref, at->alt, s->ref[k], s->alt[k]);
            if (s->has_other)
                mtl__str_printf(out, "%d\n", s->other[k]);
            else
                mtl__str_add(out, "NA\n");
        }
    }
}
