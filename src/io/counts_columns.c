/* SPDX-License-Identifier: MIT */
/* What the columns of tables of panels and of allele counts are called, and the site that a row is
   about. Names that other programs use for the same column are taken as well. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/counts.h"

const char *const mtl__count_column_name[MTL__N_COLS] = {
    "chromosome", "position",  "ref",       "alt",         "frequency", "marker",
    "sample",     "ref_count", "alt_count", "other_count", "source"};

static const struct {
    const char *name;
    enum mtl__count_column column;
} other_names[] = {
    {"chrom", MTL__COL_CHROMOSOME}, {"chr", MTL__COL_CHROMOSOME}, {"CHROM", MTL__COL_CHROMOSOME},
    {"pos", MTL__COL_POSITION},     {"POS", MTL__COL_POSITION},   {"REF", MTL__COL_REF},
    {"ALT", MTL__COL_ALT},          {"freq", MTL__COL_FREQUENCY}, {"af", MTL__COL_FREQUENCY},
    {"AF", MTL__COL_FREQUENCY},     {"name", MTL__COL_MARKER},    {"id", MTL__COL_MARKER},
    {"ID", MTL__COL_MARKER},        {"note", MTL__COL_SOURCE}};

int mtl__count_column_of(mtl__cell c)
{
    for (int k = 0; k < MTL__N_COLS; k++)
        if (mtl__cell_is(c, mtl__count_column_name[k]))
            return k;
    for (size_t k = 0; k < sizeof other_names / sizeof other_names[0]; k++)
        if (mtl__cell_is(c, other_names[k].name))
            return (int)other_names[k].column;
    return -1;
}

int mtl__sample_column(mtl__cell c, int *name_length)
{
    static const char *const end[3] = {".ref", ".alt", ".other"};
    for (int k = 0; k < 3; k++) {
        const int n = (int)strlen(end[k]);
        if (c.n > n && memcmp(c.s + c.n - n, end[k], (size_t)n) == 0) {
            *name_length = c.n - n;
            return k;
        }
    }
    return -1;
}

static int unknown_column(const mtl__rows *r, int k, bool samples)
{
    char name[64], hint[160] = "";
    const int n = r->cell[k].n < 60 ? r->cell[k].n : 60;
    snprintf(name, sizeof name, "%.*s", n, r->cell[k].s);
    mtl__hint(hint, sizeof hint, name, MTL__N_COLS, mtl__nearest_strings, mtl__count_column_name);
    return mtl__rows_fail(
        r, k, MTL_ERR_NAME, name, "unknown column '%s'%s%s", name, hint,
        samples && !hint[0] ? "; counts of a sample stand in NAME.ref and NAME.alt" : "");
}

int mtl__rows_header(mtl__rows *r, int where[MTL__N_COLS], bool samples)
{
    int length;
    for (int c = 0; c < MTL__N_COLS; c++)
        where[c] = -1;
    const int got = mtl__rows_next(r);
    if (got < 0)
        return got;
    if (got == 0)
        return mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->file, 1, 0, NULL,
                            "the table is empty; expected a header line with the column '%s'",
                            mtl__count_column_name[0]);
    for (int k = 0; k < r->n; k++) {
        const int c = mtl__count_column_of(r->cell[k]);
        if (c < 0 &&
            (r->cell[k].n == 0 || (samples && mtl__sample_column(r->cell[k], &length) >= 0)))
            continue;
        if (c < 0)
            return unknown_column(r, k, samples);
        if (where[c] >= 0)
            return mtl__rows_fail(r, k, MTL_ERR_DUPLICATE, mtl__count_column_name[c],
                                  "the column '%s' is there twice", mtl__count_column_name[c]);
        where[c] = k;
    }
    return MTL_OK;
}

static mtl__cell cell_at(const mtl__rows *r, int k)
{
    return k >= 0 && k < r->n ? r->cell[k] : (mtl__cell){"", 0};
}

int mtl__rows_site(const mtl__rows *r, const int where[MTL__N_COLS], struct mtl__site *site,
                   mtl__cell *ref, mtl__cell *alt)
{
    const mtl__cell chromosome = cell_at(r, where[MTL__COL_CHROMOSOME]);
    const mtl__cell position = cell_at(r, where[MTL__COL_POSITION]);
    const mtl__cell frequency = cell_at(r, where[MTL__COL_FREQUENCY]);
    *site = (mtl__site){.name = "", .frequency = NAN, .line = r->line};
    *ref = cell_at(r, where[MTL__COL_REF]);
    *alt = cell_at(r, where[MTL__COL_ALT]);
    site->chromosome = mtl__autosome(chromosome.s, (size_t)chromosome.n);
    site->chr = chromosome.n > 3;
    if (chromosome.n == 0)
        return mtl__rows_fail(r, where[MTL__COL_CHROMOSOME], MTL_ERR_VALUE, "chromosome",
                              "no chromosome");
    if (!mtl__cell_position(position, &site->position) || site->position < 1)
        return mtl__rows_fail(r, where[MTL__COL_POSITION], MTL_ERR_VALUE, "position",
                              "'%.*s' is not a position (a whole number from 1)",
                              position.n < 40 ? position.n : 40, position.s);
    if (frequency.n == 0 || mtl__cell_is(frequency, "NA") || mtl__cell_is(frequency, "."))
        return MTL_OK;
    if (!mtl__cell_number(frequency, &site->frequency) ||
        !(site->frequency >= 0 && site->frequency <= 1))
        return mtl__rows_fail(r, where[MTL__COL_FREQUENCY], MTL_ERR_VALUE, "frequency",
                              "'%.*s' is not a frequency between 0 and 1",
                              frequency.n < 40 ? frequency.n : 40, frequency.s);
    if (!(site->frequency > 0 && site->frequency < 1))
        site->frequency = NAN; /* of an allele nobody or everybody has: it says nothing */
    return MTL_OK;
}
