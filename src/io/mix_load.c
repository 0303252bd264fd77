/* SPDX-License-Identifier: MIT */
/* What `matriline mix` works on: the panel of sites, the counts of every sample of the run, those
   of people who are pure, and the table that says which sample is whose. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/io_hash.h"
#include "io/mix_parts.h"
#include "io/pileup.h"
#include "io/tsv.h"

int mtl__mix_each_name(mtl_mix *m, const char *list,
                       int (*fn)(mtl_mix *m, const char *name, void *ctx, mtl_error *err),
                       void *ctx, mtl_error *err)
{
    for (const char *s = list; *s;) {
        size_t n = strcspn(s, ",");
        const char *next = s + n + (s[n] == ',');
        while (n && *s == ' ') {
            s++;
            n--;
        }
        while (n && s[n - 1] == ' ')
            n--;
        if (n) {
            const char *name = mtl__arena_strndup(&m->arena, s, n);
            if (!name)
                return mtl__nomem(err);
            MTL_TRY(fn(m, name, ctx, err));
        }
        s = next;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- panel */
static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

/* Sites of a .ped and its .map are known after all of it was read: mix_typing.c does not make a
   panel of them. */
static bool can_be_panel(const char *genotypes)
{
    return genotypes && !ends_with(genotypes, ".tsv") && !ends_with(genotypes, ".ped");
}

static int panel_of_counts(mtl_mix *m, const char *path, mtl_error *err)
{
    enum mtl__counts_kind kind;
    char *text;
    size_t length;
    MTL_TRY(mtl__counts_kind_of(path, &kind, err));
    if (kind == MTL__COUNTS_READS)
        return mtl__fail(err, MTL_ERR_USAGE, "panel",
                         "reads are looked at where a panel has its sites: --panel, or --genotypes "
                         "with a VCF");
    if (kind == MTL__COUNTS_VCF) {
        MTL_TRY(mtl__sites_read_vcf(&m->panel, path, err));
        return mtl__sites_finish(&m->panel, err);
    }
    MTL_TRY(mtl__counts_slurp(path, &text, &length, err));
    const int ret = mtl__count_table_sites(&m->panel, path, text, length, err);
    free(text);
    return ret;
}

static int site_arrays(mtl_mix *m, mtl_error *err)
{
    const size_t n = (size_t)m->panel.n + 1;
    int *chromosome = mtl__arena_alloc(&m->arena, n * sizeof *chromosome);
    int64_t *position = mtl__arena_alloc(&m->arena, n * sizeof *position);
    double *frequency = mtl__arena_alloc(&m->arena, n * sizeof *frequency);
    if (!chromosome || !position || !frequency)
        return mtl__nomem(err);
    for (int i = 0; i < m->panel.n; i++) {
        chromosome[i] = m->panel.site[i].chromosome;
        position[i] = m->panel.site[i].position;
        frequency[i] = m->panel.site[i].frequency;
        m->no_frequency += isnan(frequency[i]);
    }
    m->sites = (mtl__sites){m->panel.n, chromosome, position, frequency, NULL};
    return MTL_OK;
}

/* Chromosomes of which somebody here has one too many or a piece too few: two alleles fail there.
 */
static void leave_out_odd(mtl_mix *m)
{
    int kept = 0, left = 0;
    for (int i = 0; i < m->panel.n; i++) {
        bool odd = false;
        for (int k = 0; k < m->s->n_people; k++) {
            const enum mtl__karyotype t = m->s->person[k].karyotype;
            const int c = m->panel.site[i].chromosome;
            odd = odd || (t == MTL__TRISOMY21 && c == 21) || (t == MTL__TRISOMY18 && c == 18) ||
                  (t == MTL__TRISOMY13 && c == 13) || (t == MTL__DELETION_22Q11 && c == 22);
        }
        left += odd;
        if (!odd)
            m->panel.site[kept++] = m->panel.site[i];
    }
    m->panel.n = kept;
    if (left)
        mtl__str_printf(&m->notes,
                        "%d sites left out: on a chromosome of which somebody has one too "
                        "many or too few\n",
                        left);
}

int mtl__mix_load_panel(mtl_mix *m, const char *const *file, int n_files, mtl_error *err)
{
    mtl__sites_init(&m->panel);
    m->panel_file = m->o.panel ? m->o.panel : can_be_panel(m->o.genotypes) ? m->o.genotypes : NULL;
    if (m->panel_file) {
        MTL_TRY(mtl__sites_read(&m->panel, m->panel_file, err));
    } else if (n_files > 0) {
        m->panel_file = file[0];
        MTL_TRY(panel_of_counts(m, file[0], err));
    }
    MTL_TRY(mtl__sha256_file(m->panel_file, m->panel_hash, err));
    if (m->o.reference)
        MTL_TRY(mtl__sites_check_reference(&m->panel, m->o.reference, err));
    leave_out_odd(m);
    return site_arrays(m, err);
}

/* ---------------------------------------------------------------- counts */
typedef struct target {
    mtl__count_set *set;
} target;

static int read_counts(mtl_mix *m, const char *path, void *ctx, mtl_error *err)
{
    mtl__count_set *to = ((target *)ctx)->set;
    enum mtl__counts_kind kind;
    MTL_TRY(mtl__counts_kind_of(path, &kind, err));
    if (kind == MTL__COUNTS_VCF)
        return mtl__count_vcf_read(to, &m->panel, path, err);
    if (kind == MTL__COUNTS_READS) {
        mtl__pileup_opts o;
        mtl__pileup_opts_init(&o);
        o.base_quality = m->o.base_quality;
        o.mapping_quality = m->o.mapping_quality;
        o.umi = m->o.umi;
        o.umi_least = m->o.umi_least;
        o.umi_exact = m->o.umi_exact != 0;
        o.reference = m->o.reference;
        o.threads = m->o.threads;
        return mtl__pileup_read(to, &m->panel, path, &o, err);
    }
    char *text;
    size_t length;
    MTL_TRY(mtl__counts_slurp(path, &text, &length, err));
    const int ret = mtl__count_table_parse(to, &m->panel, path, text, length, err);
    free(text);
    return ret;
}

/* ---------------------------------------------------------------- the table of samples */
enum { SAMPLE, PERSON, USE, DATE, NOTE, COLUMNS };

static int use_row(mtl_mix *m, const mtl__tsv *t, int row, mtl_error *err)
{
    static const char *const word[] = {"mixture", "pure", "other"};
    char hint[160] = "";
    mtl__mix_use *u = &m->use[row];
    const char *use = mtl__tsv_get(t, row, USE), *person = mtl__tsv_get(t, row, PERSON);
    *u = (mtl__mix_use){
        mtl__tsv_get(t, row, SAMPLE), -1, MTL__USE_MIXTURE, (double)NAN, t->line[row], false};
    for (int k = 0; k < row; k++)
        if (strcmp(m->use[k].sample, u->sample) == 0)
            return mtl__tsv_fail(t, row, SAMPLE, err, MTL_ERR_DUPLICATE,
                                 "sample '%.60s' stands in line %d too", u->sample, m->use[k].line);
    int k = 0;
    while (use[0] && k < 3 && strcmp(use, word[k]) != 0)
        k++;
    if (k == 3) {
        mtl__hint(hint, sizeof hint, use, 3, mtl__nearest_strings, word);
        return mtl__tsv_fail(t, row, USE, err, MTL_ERR_NAME,
                             "'%.40s' is none of mixture, pure, other%s", use, hint);
    }
    u->use = (enum mtl__sample_use)k;
    MTL_TRY(mtl__tsv_date(t, row, DATE, &u->day, err));
    if (person[0]) {
        u->person = mtl__person_named(m->s, person);
        if (u->person < 0) {
            mtl__person_hint(m->s, person, hint, sizeof hint);
            return mtl__tsv_fail(t, row, PERSON, err, MTL_ERR_NAME, "nobody is called '%.60s'%s",
                                 person, hint);
        }
    } else if (u->use != MTL__USE_OTHER) {
        return mtl__tsv_fail(t, row, PERSON, err, MTL_ERR_VALUE,
                             "whose sample '%.60s' is must be said, unless its use is other",
                             u->sample);
    }
    return MTL_OK;
}

static int load_uses(mtl_mix *m, mtl_error *err)
{
    static const char *const columns[COLUMNS] = {"sample", "person", "use", "date", "note"};
    char *text;
    size_t length;
    mtl__tsv t;
    MTL_TRY(mtl__file_read(&m->arena, m->o.samples, MTL__TSV_MAX_BYTES, &text, &length, err));
    MTL_TRY(mtl__tsv_parse(&t, &m->arena, m->o.samples, text, length, columns, COLUMNS,
                           (1 << USE) | (1 << DATE) | (1 << NOTE), err));
    m->use = mtl__arena_alloc(&m->arena, ((size_t)t.n_rows + 1) * sizeof *m->use);
    if (!m->use)
        return mtl__nomem(err);
    m->uses_file = t.file;
    for (int row = 0; row < t.n_rows; row++) {
        MTL_TRY(use_row(m, &t, row, err));
        m->n_uses++;
    }
    return MTL_OK;
}

const mtl__mix_use *mtl__mix_use_of(const mtl_mix *m, const char *sample)
{
    for (int k = 0; k < m->n_uses; k++)
        if (strcmp(m->use[k].sample, sample) == 0)
            return &m->use[k];
    return NULL;
}

static const char *count_name(const void *ctx, int i)
{
    return ((const mtl__count_set *)ctx)->sample[i].name;
}

/* A line of the table about a sample that is not there is a slip of the pen. */
static int check_uses(const mtl_mix *m, mtl_error *err)
{
    for (int k = 0; k < m->n_uses; k++) {
        bool met = false;
        for (int i = 0; i < m->counts.n && !met; i++)
            met = strcmp(m->counts.sample[i].name, m->use[k].sample) == 0;
        for (int i = 0; i < m->references.n && !met; i++)
            met = strcmp(m->references.sample[i].name, m->use[k].sample) == 0;
        if (met)
            continue;
        char hint[160] = "";
        mtl__hint(hint, sizeof hint, m->use[k].sample, m->counts.n, count_name, &m->counts);
        return mtl__fail_at(err, MTL_ERR_NAME, m->uses_file, m->use[k].line, 0, "sample",
                            "no counts of a sample '%.60s'%s", m->use[k].sample, hint);
    }
    return MTL_OK;
}

/* "NAME=FILE" says who it is, where NAME is a person. */
static int read_reference(mtl_mix *m, const char *word, void *ctx, mtl_error *err)
{
    const char *eq = strchr(word, '=');
    const int before = m->references.n;
    char *name = eq ? mtl__arena_strndup(&m->arena, word, (size_t)(eq - word)) : NULL;
    if (eq && !name)
        return mtl__nomem(err);
    if (!name || mtl__person_named(m->s, name) < 0)
        return read_counts(m, word, ctx, err);
    MTL_TRY(read_counts(m, eq + 1, ctx, err));
    if (m->references.n != before + 1)
        return mtl__fail_at(err, MTL_ERR_VALUE, eq + 1, 0, 0, "references",
                            "%d samples, but %s is one person", m->references.n - before, name);
    for (int i = 0; i < before; i++)
        if (strcmp(m->references.sample[i].name, name) == 0)
            return mtl__fail(err, MTL_ERR_DUPLICATE, "references", "%s stands there twice", name);
    m->references.sample[before].name = name;
    return MTL_OK;
}

int mtl__mix_load_counts(mtl_mix *m, const char *const *file, int n_files, mtl_error *err)
{
    target run = {&m->counts}, pure = {&m->references};
    for (int i = 0; i < n_files; i++)
        MTL_TRY(read_counts(m, file[i], &run, err));
    if (m->o.references)
        MTL_TRY(mtl__mix_each_name(m, m->o.references, read_reference, &pure, err));
    if (m->o.samples)
        MTL_TRY(load_uses(m, err));
    if (m->o.wells)
        MTL_TRY(mtl__mix_load_wells(m, err));
    return check_uses(m, err);
}
