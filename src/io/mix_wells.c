/* SPDX-License-Identifier: MIT */
/* The table of wells of `matriline mix --joint`: what qPCR saw of an allele in the samples whose
   reads are fitted, one line per sample and target. Hits count, Ct values do not: they go to
   `matriline quantify`. What is meant by a line is mtl__mix_wells (measure/mix.h). */
#include <math.h>
#include <string.h>

#include "io/mix_parts.h"

enum { SAMPLE, TARGET, CARRIERS, WELLS, HITS, GENOMES, FRAGMENTS, ASSAY, FALSE, NOTE, COLUMNS };
/* As `matriline quantify` assumes where there are no blanks: tier D, no source. */
static const double assumed_false = 0.01;

/* ---------------------------------------------------------------- a line by itself */
static int read_count(const mtl__tsv *t, int row, int column, long long least, long long most,
                      int *out, mtl_error *err)
{
    const char *text = mtl__tsv_get(t, row, column);
    long long n;
    if (mtl__parse_int(text, &n) < 0 || n < least || n > most)
        return mtl__tsv_fail(t, row, column, err, MTL_ERR_VALUE,
                             "'%.30s' is not a whole number from %lld to %lld%s", text, least, most,
                             column == WELLS ? " (partitions of digital PCR: matriline quantify)"
                                             : "");
    *out = (int)n;
    return MTL_OK;
}

/* Where the cell is empty `out` stays. */
static int read_number(const mtl__tsv *t, int row, int column, double least, double most,
                       double *out, mtl_error *err)
{
    const char *text = mtl__tsv_get(t, row, column);
    double x;
    if (!text[0])
        return MTL_OK;
    if (mtl__parse_double(text, &x) < 0 || !(x >= least && x <= most))
        return mtl__tsv_fail(t, row, column, err, MTL_ERR_VALUE,
                             "'%.30s' is not a number from %.3g to %.3g (with a decimal point)",
                             text, least, most);
    *out = x;
    return MTL_OK;
}

static const char *assay_name(const void *ctx, int i)
{
    return ((const mtl_model *)ctx)->assay[i].name;
}

/* Fragments of an allele: as the line says, else of the assay of the model, else 1. */
static int read_fragments(const mtl_mix *m, const mtl__tsv *t, int row, double *out, mtl_error *err)
{
    const char *name = mtl__tsv_get(t, row, ASSAY);
    const mtl_model *model = m->s->model;
    char hint[96] = "";
    int i = 0;
    while (name[0] && i < model->n_assays && strcmp(model->assay[i].name, name) != 0)
        i++;
    if (name[0] && i < model->n_assays && model->assay[i].method == MTL__QPCR)
        *out = mtl__expr_value(&model->assay[i].fragments, model);
    else if (name[0] && i < model->n_assays)
        return mtl__tsv_fail(t, row, ASSAY, err, MTL_ERR_VALUE, "%s is no qPCR in wells", name);
    else if (name[0]) {
        mtl__hint(hint, sizeof hint, name, model->n_assays, assay_name, model);
        return mtl__tsv_fail(t, row, ASSAY, err, MTL_ERR_NAME, "the model has no assay '%.60s'%s",
                             name, hint);
    }
    return read_number(t, row, FRAGMENTS, 1e-3, 1000, out, err);
}

static int read_line(mtl_mix *m, const mtl__tsv *t, int row, mtl_error *err)
{
    mtl__mix_assay *a = &m->assay[row];
    int wells = 0;
    *a = (mtl__mix_assay){.sample = mtl__tsv_get(t, row, SAMPLE),
                          .target = mtl__tsv_get(t, row, TARGET),
                          .carriers = mtl__tsv_get(t, row, CARRIERS),
                          .row = row,
                          .tube = -1};
    for (int k = 0; k < row; k++)
        if (strcmp(m->assay[k].sample, a->sample) == 0 &&
            strcmp(m->assay[k].target, a->target) == 0)
            return mtl__tsv_fail(t, row, TARGET, err, MTL_ERR_DUPLICATE,
                                 "%.40s in sample '%.60s' stands in line %d too: wells of one "
                                 "target are added up",
                                 a->target, a->sample, t->line[k]);
    if (!a->sample[0] || !a->target[0])
        return mtl__tsv_fail(t, row, a->sample[0] ? TARGET : SAMPLE, err, MTL_ERR_VALUE,
                             "the name is missing");
    a->law = (mtl__qpcr){.fragments = 1,
                         .recovery = 1,
                         .false_per_well = NAN,
                         .threshold = 1,
                         /* of Ct, which is not looked at here */
                         .efficiency = 1,
                         .ct_one = 37,
                         .ct_sd = 0.3};
    MTL_TRY(read_count(t, row, WELLS, 1, MTL__WELLS_MAX, &wells, err));
    a->law.wells = wells;
    MTL_TRY(read_count(t, row, HITS, 0, 1000000000, &a->hits, err));
    if (a->hits > wells)
        return mtl__tsv_fail(t, row, HITS, err, MTL_ERR_VALUE, "%d hits in %d wells", a->hits,
                             wells);
    MTL_TRY(read_number(t, row, GENOMES, 1e-3, 1e12, &a->law.genomes, err));
    if (!(a->law.genomes > 0))
        return mtl__tsv_fail(t, row, GENOMES, err, MTL_ERR_VALUE,
                             "genome equivalents tested, in all wells, are missing");
    MTL_TRY(read_fragments(m, t, row, &a->law.fragments, err));
    a->law.copies = mtl__max(a->law.fragments, 1);
    MTL_TRY(read_number(t, row, FALSE, 0, 100, &a->law.false_per_well, err));
    a->background_assumed = isnan(a->law.false_per_well);
    if (a->background_assumed)
        a->law.false_per_well = assumed_false;
    return MTL_OK;
}

/* ---------------------------------------------------------------- whose sample */
static const char *count_name(const void *ctx, int i)
{
    return ((const mtl__count_set *)ctx)->sample[i].name;
}

/* A sample without reads is known by the table of samples. */
static int know_sample(mtl_mix *m, const mtl__mix_assay *a, mtl_error *err)
{
    char hint[160] = "";
    int index;
    for (int i = 0; i < m->counts.n; i++)
        if (strcmp(m->counts.sample[i].name, a->sample) == 0)
            return MTL_OK;
    if (mtl__mix_use_of(m, a->sample))
        return mtl__count_set_add(&m->counts, &m->panel, a->sample, m->o.wells, &index, err);
    mtl__hint(hint, sizeof hint, a->sample, m->counts.n, count_name, &m->counts);
    return mtl__tsv_fail(&m->wells, a->row, SAMPLE, err, MTL_ERR_NAME,
                         "neither the files of counts nor the table of samples (--samples) have a "
                         "sample '%.60s'%s",
                         a->sample, hint);
}

int mtl__mix_load_wells(mtl_mix *m, mtl_error *err)
{
    static const char *const columns[COLUMNS] = {"sample",         "target",  "carriers",  "wells",
                                                 "hits",           "genomes", "fragments", "assay",
                                                 "false_per_well", "note"};
    char *text;
    size_t length;
    MTL_TRY(mtl__file_read(&m->arena, m->o.wells, MTL__TSV_MAX_BYTES, &text, &length, err));
    MTL_TRY(mtl__tsv_parse(&m->wells, &m->arena, m->o.wells, text, length, columns, COLUMNS,
                           1u << FRAGMENTS | 1u << ASSAY | 1u << FALSE | 1u << NOTE, err));
    m->assay = mtl__arena_alloc(&m->arena, ((size_t)m->wells.n_rows + 1) * sizeof *m->assay);
    if (!m->assay)
        return mtl__nomem(err);
    for (int row = 0; row < m->wells.n_rows; row++) {
        MTL_TRY(read_line(m, &m->wells, row, err));
        MTL_TRY(know_sample(m, &m->assay[row], err));
        m->n_assays++;
    }
    if (m->n_assays == 0)
        return mtl__fail_at(err, MTL_ERR_VALUE, m->o.wells, 0, 0, "sample", "no wells in it");
    return MTL_OK;
}

/* ---------------------------------------------------------------- whose allele */
typedef struct donors {
    const mtl_mix *m;
    const mtl__mix_tube *t;
} donors;

static const char *donor_name(const void *ctx, int i)
{
    const donors *d = ctx;
    return d->m->name[d->t->donor[i]];
}

static int not_a_donor(const mtl_mix *m, const mtl__mix_assay *a, const char *name, mtl_error *err)
{
    const donors d = {m, &m->tube[a->tube]};
    char hint[160] = "";
    if (strcmp(name, m->name[d.t->host]) == 0)
        return mtl__tsv_fail(&m->wells, a->row, CARRIERS, err, MTL_ERR_VALUE,
                             "%s is the host: an allele of her or his own is in every well", name);
    for (int i = 0; i < m->n_people; i++)
        if (strcmp(m->name[i], name) == 0)
            return mtl__tsv_fail(&m->wells, a->row, CARRIERS, err, MTL_ERR_NAME,
                                 "%s is not one of the donors who are fitted in sample '%.60s'; "
                                 "--donors names them",
                                 name, a->sample);
    mtl__hint(hint, sizeof hint, name, d.t->n_donors, donor_name, &d);
    return mtl__tsv_fail(&m->wells, a->row, CARRIERS, err, MTL_ERR_NAME,
                         "nobody is called '%.60s'%s", name, hint);
}

/* "tom:1". */
static int read_carrier(const mtl_mix *m, const mtl__mix_assay *a, char *word, mtl_error *err)
{
    const mtl__mix_tube *t = &m->tube[a->tube];
    char *colon = strrchr(word, ':');
    if (!colon || (strcmp(colon, ":1") != 0 && strcmp(colon, ":2") != 0))
        return mtl__tsv_fail(&m->wells, a->row, CARRIERS, err, MTL_ERR_VALUE,
                             "'%.60s': a carrier has one or two of the target allele, as tom:1",
                             word);
    *colon = '\0';
    for (int k = 0; k < t->n_donors; k++) {
        if (strcmp(m->name[t->donor[k]], word) != 0)
            continue;
        if (a->copies[k])
            return mtl__tsv_fail(&m->wells, a->row, CARRIERS, err, MTL_ERR_DUPLICATE,
                                 "%s is named twice", word);
        a->copies[k] = colon[1] - '0';
        return MTL_OK;
    }
    return not_a_donor(m, a, word, err);
}

static int place_line(mtl_mix *m, mtl__mix_assay *a, mtl_error *err)
{
    const char *s = a->carriers;
    for (int i = 0; i < m->n_tubes && a->tube < 0; i++)
        if (strcmp(m->counts.sample[m->tube[i].count].name, a->sample) == 0)
            a->tube = i;
    if (a->tube < 0 && m->o.sample)
        return MTL_OK; /* another one was asked for */
    if (a->tube < 0)
        return mtl__tsv_fail(&m->wells, a->row, SAMPLE, err, MTL_ERR_VALUE,
                             "sample '%.60s' is not fitted: the table of samples says it is no "
                             "mixture",
                             a->sample);
    const size_t size = ((size_t)m->tube[a->tube].n_donors + 1) * sizeof *a->copies;
    a->copies = mtl__arena_alloc(&m->arena, size);
    if (!a->copies)
        return mtl__nomem(err);
    for (s += strspn(s, " ,;"); *s; s += strspn(s, " ,;")) {
        const size_t n = strcspn(s, " ,;");
        char *word = mtl__arena_strndup(&m->arena, s, n);
        if (!word)
            return mtl__nomem(err);
        MTL_TRY(read_carrier(m, a, word, err));
        s += n;
    }
    for (int k = 0; k < m->tube[a->tube].n_donors; k++)
        if (a->copies[k])
            return MTL_OK;
    return mtl__tsv_fail(&m->wells, a->row, CARRIERS, err, MTL_ERR_VALUE,
                         "whose allele it is must be said, as tom:1");
}

int mtl__mix_place_wells(mtl_mix *m, mtl_error *err)
{
    int assumed = 0;
    for (int k = 0; k < m->n_assays; k++) {
        MTL_TRY(place_line(m, &m->assay[k], err));
        assumed += m->assay[k].tube >= 0 && m->assay[k].background_assumed;
    }
    if (assumed)
        mtl__str_printf(&m->notes,
                        "%s: %d lines without false_per_well: %g false hits per well are assumed, "
                        "which no source says\n",
                        m->o.wells, assumed, assumed_false);
    return MTL_OK;
}

bool mtl__mix_has_wells(const mtl_mix *m, int tube)
{
    for (int k = 0; k < m->n_assays; k++)
        if (m->assay[k].tube == tube)
            return true;
    return false;
}

int mtl__mix_wells_of(const mtl_mix *m, const int *tube, int n, mtl__mix_wells *to)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m->n_assays; k++)
            if (m->assay[k].tube == tube[i])
                to[count++] =
                    (mtl__mix_wells){i, &m->assay[k].law, m->assay[k].hits, m->assay[k].copies};
    return count;
}
