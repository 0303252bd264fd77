/* SPDX-License-Identifier: MIT */
#ifndef MTL_COUNTS_H
#define MTL_COUNTS_H
/* Panels of sites, and how often each allele was read at them: between the readers of files
   (counts_*.c, pileup.c) and `matriline mix`. Errors name file, line and field. */
#include "base/base.h"
#include "measure/mix.h"

/* ---------------------------------------------------------------- text (counts_text.c) */
enum { MTL__COUNTS_MAX_BYTES = 512 * 1024 * 1024, MTL__COUNTS_MAX_CELLS = 8192 };
typedef struct mtl__cell {
    const char *s; /* not terminated */
    int n;
} mtl__cell;
struct mtl__site;
/* Rows of a large table, tab separated, without a copy of each cell. */
typedef struct mtl__rows {
    const char *file, *at, *end;
    mtl_error *err;
    int line; /* of the row last read */
    int n;    /* its cells */
    mtl__cell *cell;
    size_t cap;
    bool header_read;
} mtl__rows;
/* Reads a file, also a gzipped one, into malloc()ed memory. */
int mtl__counts_slurp(const char *path, char **text, size_t *length, mtl_error *err);
/* Refuses what is not UTF-8 text. Free with mtl__rows_free. */
int mtl__rows_start(mtl__rows *r, const char *file, const char *text, size_t length,
                    mtl_error *err);
/* 1: a row; 0: no more; or an error. Lines that begin with '#' and empty ones are skipped, save a
   header line "#chrom ...", which loses its '#'. */
int mtl__rows_next(mtl__rows *r);
void mtl__rows_free(mtl__rows *r);
int mtl__rows_fail(const mtl__rows *r, int cell, int code, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
bool mtl__cell_is(mtl__cell c, const char *word);
/* A whole number of at most nine digits; "", "." and "NA" are 0. */
bool mtl__cell_count(mtl__cell c, int32_t *out);
bool mtl__cell_position(mtl__cell c, int64_t *out);
bool mtl__cell_number(mtl__cell c, double *out);
bool mtl__utf8_ok(const char *s, size_t n);
/* The columns that tables of panels and of counts share, under any of their usual names. */
enum mtl__count_column {
    MTL__COL_CHROMOSOME,
    MTL__COL_POSITION,
    MTL__COL_REF,
    MTL__COL_ALT,
    MTL__COL_FREQUENCY,
    MTL__COL_MARKER,
    MTL__COL_SAMPLE,
    MTL__COL_REF_COUNT,
    MTL__COL_ALT_COUNT,
    MTL__COL_OTHER_COUNT,
    MTL__COL_SOURCE,
    MTL__N_COLS
};
extern const char *const mtl__count_column_name[MTL__N_COLS];
int mtl__count_column_of(mtl__cell c); /* -1 = none of them */
/* Reads the header line: where[column] = cell or -1. A name that is no column is refused, unless
   `samples` allows NAME.ref, NAME.alt, NAME.other. MTL_ERR_SYNTAX if the table is empty. */
int mtl__rows_header(mtl__rows *r, int where[MTL__N_COLS], bool samples);
/* The end of "NAME.ref", "NAME.alt", "NAME.other": 0, 1, 2, and the length of NAME; -1 = none. */
int mtl__sample_column(mtl__cell c, int *name_length);
/* The site of a row as its cells say; alleles may be of any length. */
int mtl__rows_site(const mtl__rows *r, const int where[MTL__N_COLS], struct mtl__site *site,
                   mtl__cell *ref, mtl__cell *alt);

/* ---------------------------------------------------------------- panels (counts_panel.c) */
/* A site with two alleles of one base each on an autosome. */
typedef struct mtl__site {
    const char *name; /* "" = none */
    int chromosome;   /* 1 .. 22 */
    char ref, alt;    /* A C G T */
    int64_t position; /* from 1 */
    double frequency; /* of alt, (0, 1); NaN = not known */
    bool chr;         /* the file writes "chr7" */
    int line;         /* of its file; 0 = not known */
} mtl__site;
typedef struct mtl__site_panel {
    mtl__arena arena;
    const char *file;
    int n;
    size_t cap;
    mtl__site *site; /* by chromosome and position, no place twice */
    /* What was left out. */
    int indels, not_two_alleles, not_autosomal, filtered, repeated;
} mtl__site_panel;
enum { MTL__MAX_SITES = 5000000 };
void mtl__sites_init(mtl__site_panel *p);
void mtl__sites_free(mtl__site_panel *p);
/* 1 .. 22 of "7", "chr7", "CHR7"; 0 = no autosome. */
int mtl__autosome(const char *s, size_t n);
/* Adds a site as read, or counts why not; alleles of any length. */
int mtl__sites_add(mtl__site_panel *p, const mtl__site *s, mtl__cell ref, mtl__cell alt,
                   mtl_error *err);
/* Sorts; of a place with two pairs of alleles all sites go, of one named twice the second. */
int mtl__sites_finish(mtl__site_panel *p, mtl_error *err);
/* Index, or -1. */
int mtl__sites_find(const mtl__site_panel *p, int chromosome, int64_t position);
/* Any file: VCF or BCF with AF; BED with alleles in columns 4 and 5 (and means of the genotypes in
   a .mu beside it); a table with columns chromosome, position, ref, alt and, if known, frequency
   and marker. Finished. */
int mtl__sites_read(mtl__site_panel *p, const char *path, mtl_error *err);
int mtl__sites_parse_table(mtl__site_panel *p, const char *file, const char *text, size_t length,
                           mtl_error *err);
int mtl__sites_parse_bed(mtl__site_panel *p, const char *file, const char *text, size_t length,
                         const char *mu_file, const char *mu, size_t mu_length, mtl_error *err);

/* ---------------------------------------------------------------- counts */
typedef struct mtl__count_sample {
    const char *name, *file;
    int32_t *ref, *alt, *other; /* [panel->n] */
    bool has_other;
    /* Of reads: how they were counted, for the record; 0 elsewhere. */
    int64_t reads, filtered, overlapping, discordant, molecules, ambiguous, merged;
    bool jumped; /* by index */
} mtl__count_sample;
typedef struct mtl__count_set {
    mtl__arena arena;
    int n;
    size_t cap;
    mtl__count_sample *sample;
    mtl__str notes; /* lines for people */
    int off_panel;  /* rows or records at places that are not on the panel */
} mtl__count_set;
void mtl__count_set_init(mtl__count_set *c);
void mtl__count_set_free(mtl__count_set *c);
/* A new sample with counts of 0. `name` is copied; MTL_ERR_DUPLICATE if there is one already. */
int mtl__count_set_add(mtl__count_set *c, const mtl__site_panel *p, const char *name,
                       const char *file, int *index, mtl_error *err);
/* Counts as mtl__mix_fit takes them. */
static inline mtl__counts mtl__counts_view(const mtl__count_sample *s)
{
    return (mtl__counts){s->name, s->ref, s->alt, s->has_other ? s->other : NULL};
}

/* Tables of counts (counts_table.c), long (sample, chromosome, position, ref, alt, ref_count,
   alt_count, other_count) or wide (chromosome, position, ref, alt, then NAME.ref, NAME.alt,
   NAME.other). With `panel` not given by anybody, the table itself makes it: call
   mtl__count_table_sites first. */
int mtl__count_table_sites(mtl__site_panel *p, const char *file, const char *text, size_t length,
                           mtl_error *err);
int mtl__count_table_parse(mtl__count_set *c, const mtl__site_panel *p, const char *file,
                           const char *text, size_t length, mtl_error *err);
/* Long form. */
void mtl__count_table_print(mtl__str *out, const mtl__count_set *c, const mtl__site_panel *p);

/* AD of a VCF or BCF (counts_vcf.c). */
int mtl__count_vcf_read(mtl__count_set *c, const mtl__site_panel *p, const char *path,
                        mtl_error *err);
/* Sites of a VCF or BCF, with AF where given. */
int mtl__sites_read_vcf(mtl__site_panel *p, const char *path, mtl_error *err);

/* What a file holds, by its content. */
enum mtl__counts_kind { MTL__COUNTS_TABLE, MTL__COUNTS_VCF, MTL__COUNTS_READS };
int mtl__counts_kind_of(const char *path, enum mtl__counts_kind *out, mtl_error *err);

#endif
