/* SPDX-License-Identifier: MIT */
/* Panels of sites: two alleles of one base each on an autosome, sorted and without a place twice.
   What cannot be used is counted by reason, never silently dropped. Read from a table, from BED
   with alleles (the form of VerifyBamID2's resource files, with the mean genotype of the population
   in a .mu beside it: frequency = mean / 2), or from VCF (counts_vcf.c). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/counts.h"

void mtl__sites_init(mtl__site_panel *p)
{
    memset(p, 0, sizeof *p);
    mtl__arena_init(&p->arena, 0);
    p->file = "";
}

void mtl__sites_free(mtl__site_panel *p)
{
    mtl__arena_free(&p->arena);
    free(p->site);
    p->site = NULL;
    p->n = 0;
    p->cap = 0;
}

int mtl__autosome(const char *s, size_t n)
{
    if (n > 3 && (s[0] == 'c' || s[0] == 'C') && (s[1] == 'h' || s[1] == 'H') &&
        (s[2] == 'r' || s[2] == 'R')) {
        s += 3;
        n -= 3;
    }
    if (n == 1 && s[0] >= '1' && s[0] <= '9')
        return s[0] - '0';
    if (n == 2 && s[0] >= '1' && s[0] <= '2' && s[1] >= '0' && s[1] <= '9') {
        const int c = 10 * (s[0] - '0') + (s[1] - '0');
        return c <= 22 ? c : 0;
    }
    return 0;
}

/* Upper case of one base; 0 = no base. */
static char base_of(mtl__cell c)
{
    if (c.n != 1)
        return 0;
    switch (c.s[0]) {
    case 'A':
    case 'a':
        return 'A';
    case 'C':
    case 'c':
        return 'C';
    case 'G':
    case 'g':
        return 'G';
    case 'T':
    case 't':
        return 'T';
    default:
        return 0;
    }
}

static bool is_sequence(mtl__cell c)
{
    for (int i = 0; i < c.n; i++)
        if (!strchr("ACGTNacgtn", c.s[i]))
            return false;
    return c.n > 0;
}

int mtl__sites_add(mtl__site_panel *p, const mtl__site *s, mtl__cell ref, mtl__cell alt,
                   mtl_error *err)
{
    const char r = base_of(ref), a = base_of(alt);
    if (!r || !a || r == a) {
        const bool indel = is_sequence(ref) && is_sequence(alt) && (ref.n > 1 || alt.n > 1);
        ++*(indel ? &p->indels : &p->not_two_alleles);
        return MTL_OK;
    }
    if (s->chromosome < 1 || s->chromosome > 22) {
        p->not_autosomal++;
        return MTL_OK;
    }
    if (p->n >= MTL__MAX_SITES)
        return mtl__fail_at(err, MTL_ERR_LIMIT, p->file, s->line, 0, NULL,
                            "more than %d sites, the most that is read", MTL__MAX_SITES);
    if (mtl__grow(&p->site, &p->cap, (size_t)p->n + 1, sizeof *p->site) < 0)
        return mtl__nomem(err);
    mtl__site *to = &p->site[p->n];
    *to = *s;
    to->ref = r;
    to->alt = a;
    to->name = s->name && *s->name ? mtl__arena_strdup(&p->arena, s->name) : "";
    if (!to->name)
        return mtl__nomem(err);
    p->n++;
    return MTL_OK;
}

static int by_place(const void *x, const void *y)
{
    const mtl__site *a = x, *b = y;
    if (a->chromosome != b->chromosome)
        return a->chromosome < b->chromosome ? -1 : 1;
    if (a->position != b->position)
        return a->position < b->position ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

static bool same_place(const mtl__site *a, const mtl__site *b)
{
    return a->chromosome == b->chromosome && a->position == b->position;
}

int mtl__sites_finish(mtl__site_panel *p, mtl_error *err)
{
    int kept = 0;
    if (p->n > 1)
        qsort(p->site, (size_t)p->n, sizeof *p->site, by_place);
    for (int i = 0, next; i < p->n; i = next) {
        bool agree = true;
        for (next = i + 1; next < p->n && same_place(&p->site[i], &p->site[next]); next++)
            agree =
                agree && p->site[i].ref == p->site[next].ref && p->site[i].alt == p->site[next].alt;
        if (agree) {
            p->repeated += next - i - 1;
            p->site[kept++] = p->site[i];
        } else {
            p->not_two_alleles += next - i;
        }
    }
    p->n = kept;
    if (kept > 0)
        return MTL_OK;
    return mtl__fail_at(
        err, MTL_ERR_VALUE, p->file, 0, 0, NULL,
        "no site can be used: a site has one base as REF and one as ALT, on "
        "chromosome 1 to 22 (left out: %d InDels, %d without two alleles, %d not on "
        "an autosome, %d filtered)",
        p->indels, p->not_two_alleles, p->not_autosomal, p->filtered);
}

int mtl__sites_find(const mtl__site_panel *p, int chromosome, int64_t position)
{
    int low = 0, high = p->n;
    while (low < high) {
        const int mid = low + (high - low) / 2;
        const mtl__site *s = &p->site[mid];
        if (s->chromosome < chromosome || (s->chromosome == chromosome && s->position < position))
            low = mid + 1;
        else
            high = mid;
    }
    return low < p->n && p->site[low].chromosome == chromosome && p->site[low].position == position
               ? low
               : -1;
}

/* ---------------------------------------------------------------- tables */
static int named_site(mtl__site_panel *p, const mtl__rows *r, const int *where, mtl__site *s,
                      mtl__cell ref, mtl__cell alt, mtl_error *err)
{
    char name[256];
    const int k = where[MTL__COL_MARKER];
    const mtl__cell c = k >= 0 && k < r->n ? r->cell[k] : (mtl__cell){"", 0};
    snprintf(name, sizeof name, "%.*s", c.n < 200 ? c.n : 200, c.s);
    if (c.n > 200 || !mtl__utf8_ok(name, strlen(name)))
        name[0] = '\0';
    s->name = name;
    return mtl__sites_add(p, s, ref, alt, err);
}

int mtl__sites_parse_table(mtl__site_panel *p, const char *file, const char *text, size_t length,
                           mtl_error *err)
{
    static const int asked[] = {MTL__COL_CHROMOSOME, MTL__COL_POSITION, MTL__COL_REF, MTL__COL_ALT};
    int where[MTL__N_COLS], got;
    mtl__rows r;
    p->file = mtl__arena_strdup(&p->arena, file);
    if (!p->file)
        return mtl__nomem(err);
    int ret = mtl__rows_start(&r, p->file, text, length, err);
    if (ret == MTL_OK)
        ret = mtl__rows_header(&r, where, false);
    for (int k = 0; ret == MTL_OK && k < 4; k++)
        if (where[asked[k]] < 0)
            ret = mtl__rows_fail(&r, -1, MTL_ERR_SYNTAX, mtl__count_column_name[asked[k]],
                                 "the column '%s' is missing from the header line",
                                 mtl__count_column_name[asked[k]]);
    while (ret == MTL_OK && (got = mtl__rows_next(&r)) != 0) {
        mtl__site s;
        mtl__cell ref, alt;
        ret = got < 0 ? got : mtl__rows_site(&r, where, &s, &ref, &alt);
        if (ret == MTL_OK)
            ret = named_site(p, &r, where, &s, ref, alt, err);
    }
    mtl__rows_free(&r);
    return ret;
}

/* ---------------------------------------------------------------- BED */
/* Means of genotypes, in the order of their lines: "chr1:1070426_C/T_rs3934834 <tab> 0.446885". */
typedef struct mu_reader {
    mtl__rows rows;
    bool given;
} mu_reader;

static int next_mu(mu_reader *m, int chromosome, int64_t position, double *frequency, char *name,
                   size_t size)
{
    double mean;
    int64_t at = 0;
    const int got = mtl__rows_next(&m->rows);
    if (got < 0)
        return got;
    if (got == 0)
        return mtl__fail_at(m->rows.err, MTL_ERR_SYNTAX, m->rows.file, m->rows.line, 0, NULL,
                            "fewer lines than the BED beside it has");
    const mtl__cell c = m->rows.cell[0];
    const char *colon = memchr(c.s, ':', (size_t)c.n);
    const char *bar = colon ? memchr(colon, '_', (size_t)(c.s + c.n - colon)) : NULL;
    if (m->rows.n < 2 || !bar || !mtl__cell_number(m->rows.cell[1], &mean) ||
        !mtl__cell_position((mtl__cell){colon + 1, (int)(bar - colon - 1)}, &at) ||
        !(mean >= 0 && mean <= 2))
        return mtl__rows_fail(&m->rows, 0, MTL_ERR_SYNTAX, NULL,
                              "expected 'chr1:1070426_C/T_rs1' and the mean genotype (0 to 2)");
    if (at != position || mtl__autosome(c.s, (size_t)(colon - c.s)) != chromosome)
        return mtl__rows_fail(&m->rows, 0, MTL_ERR_VALUE, NULL,
                              "not the site of the same line of the BED (position %lld)",
                              (long long)position);
    *frequency = mean > 0 && mean < 2 ? mean / 2 : NAN;
    const char *rs = memchr(bar + 1, '_', (size_t)(c.s + c.n - bar - 1));
    if (rs)
        snprintf(name, size, "%.*s", (int)(c.s + c.n - rs - 1), rs + 1);
    return MTL_OK;
}

static int bed_row(mtl__site_panel *p, mtl__rows *r, mu_reader *mu, mtl_error *err)
{
    int64_t start, end;
    char name[128] = "";
    if (r->n < 5)
        return mtl__rows_fail(
            r, -1, MTL_ERR_SYNTAX, NULL,
            "%d columns; a BED of sites has five: chromosome, start, end, REF, ALT", r->n);
    if (!mtl__cell_position(r->cell[1], &start) || !mtl__cell_position(r->cell[2], &end) ||
        end <= start)
        return mtl__rows_fail(
            r, 1, MTL_ERR_VALUE, "start",
            "start and end are whole numbers, the start from 0 and below the end");
    mtl__site s = {.name = name,
                   .chromosome = mtl__autosome(r->cell[0].s, (size_t)r->cell[0].n),
                   .chr = r->cell[0].n > 3,
                   .position = start + 1,
                   .frequency = NAN,
                   .line = r->line};
    if (mu->given)
        MTL_TRY(next_mu(mu, s.chromosome, s.position, &s.frequency, name, sizeof name));
    return mtl__sites_add(p, &s, r->cell[3], r->cell[4], err);
}

int mtl__sites_parse_bed(mtl__site_panel *p, const char *file, const char *text, size_t length,
                         const char *mu_file, const char *mu, size_t mu_length, mtl_error *err)
{
    mtl__rows r = {0};
    mu_reader m = {.given = mu != NULL};
    int got;
    p->file = mtl__arena_strdup(&p->arena, file);
    if (!p->file)
        return mtl__nomem(err);
    int ret = mtl__rows_start(&r, p->file, text, length, err);
    if (ret == MTL_OK && mu)
        ret = mtl__rows_start(&m.rows, mu_file, mu, mu_length, err);
    while (ret == MTL_OK && (got = mtl__rows_next(&r)) != 0)
        ret = got < 0 ? got : bed_row(p, &r, &m, err);
    mtl__rows_free(&r);
    mtl__rows_free(&m.rows);
    return ret;
}

/* ---------------------------------------------------------------- any file */
static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

static int read_bed(mtl__site_panel *p, const char *path, const char *text, size_t length,
                    mtl_error *err)
{
    char *mu = NULL, *mu_file = malloc(strlen(path) + 1);
    size_t mu_length = 0;
    if (!mu_file)
        return mtl__nomem(err);
    memcpy(mu_file, path, strlen(path) + 1);
    memcpy(mu_file + strlen(path) - 4, ".mu", 4);
    int ret = MTL_OK;
    FILE *f = fopen(mu_file, "rb");
    if (f) {
        fclose(f);
        ret = mtl__counts_slurp(mu_file, &mu, &mu_length, err);
    }
    if (ret == MTL_OK)
        ret = mtl__sites_parse_bed(p, path, text, length, mu_file, mu, mu_length, err);
    free(mu);
    free(mu_file);
    return ret;
}

int mtl__sites_read(mtl__site_panel *p, const char *path, mtl_error *err)
{
    enum mtl__counts_kind kind;
    char *text = NULL;
    size_t length;
    MTL_TRY(mtl__counts_kind_of(path, &kind, err));
    if (kind == MTL__COUNTS_READS)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, path, 0, 0, NULL,
                            "these are reads; a panel is a VCF, a BED or a table of sites");
    int ret;
    if (kind == MTL__COUNTS_VCF) {
        ret = mtl__sites_read_vcf(p, path, err);
    } else {
        ret = mtl__counts_slurp(path, &text, &length, err);
        if (ret == MTL_OK)
            ret = ends_with(path, ".bed") ? read_bed(p, path, text, length, err)
                                          : mtl__sites_parse_table(p, path, text, length, err);
        free(text);
    }
    return ret < 0 ? ret : mtl__sites_finish(p, err);
}
