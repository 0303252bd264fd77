/* SPDX-License-Identifier: MIT */
/* Genotypes from VCF, VCF.gz or BCF through htslib, and as VCF text. Kept are records with two
   alleles on an autosome that pass their filters; what is left out is counted by reason. The phase
   of heterozygous genotypes ("0|1") is kept, with its set (FORMAT/PS) where there is one. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/vcf.h>

#include "io/markers_read.h"

typedef struct vcf_reader {
    mtl__genotypes *g;
    const mtl_scenario *s;
    const char *name;
    mtl_error *err;
    bcf_hdr_t *header;
    bcf1_t *record;
    int32_t *gt;
    int gt_size;
    float *af;
    int af_size;
    int32_t *ps;
    int ps_size;
    int *person; /* [samples] index, -1 = nobody of the family */
    int samples;
    int64_t records;
} vcf_reader;

static int fail(const vcf_reader *v, int code, const char *text)
{
    return mtl__fail_at(v->err, code, v->name, 0, 0, NULL, "%s", text);
}

static int match_samples(vcf_reader *v)
{
    v->samples = bcf_hdr_nsamples(v->header);
    v->person = calloc((size_t)v->samples + 1, sizeof *v->person);
    if (!v->person)
        return mtl__nomem(v->err);
    int matched = 0;
    for (int i = 0; i < v->samples; i++) {
        v->person[i] = mtl__person_named(v->s, v->header->samples[i]);
        if (v->person[i] >= 0) {
            v->g->typed[v->person[i]] = true;
            matched++;
        } else if (v->g->left_out.strangers++ == 0) {
            v->g->left_out.stranger = mtl__arena_strdup(&v->g->arena, v->header->samples[i]);
            if (!v->g->left_out.stranger)
                return mtl__nomem(v->err);
        }
    }
    if (matched == 0) {
        char hint[96] = "";
        if (v->samples)
            mtl__person_hint(v->s, v->header->samples[0], hint, sizeof hint);
        return mtl__fail_at(v->err, MTL_ERR_NAME, v->name, 0, 0, NULL,
                            "none of its %d samples (%s%.60s) is a person of the family%s",
                            v->samples, v->samples ? "first: " : "",
                            v->samples ? v->header->samples[0] : "", hint);
    }
    return MTL_OK;
}

/* Why a record cannot be used, counted; NULL counter = it can. */
static int *unusable(vcf_reader *v)
{
    mtl__left_out *out = &v->g->left_out;
    const bcf1_t *r = v->record;
    if (r->n_allele != 2)
        return &out->not_two_alleles;
    if (!mtl__is_autosome(bcf_hdr_id2name(v->header, r->rid)))
        return &out->not_autosomal;
    for (int k = 0; k < r->d.n_flt; k++)
        if (strcmp(v->header->id[BCF_DT_ID][r->d.flt[k]].key, "PASS") != 0)
            return &out->filtered;
    return NULL;
}

/* One sample's genotype as a set; what is not diploid says nothing. */
static uint8_t sample_set(vcf_reader *v, const int32_t *gt, int ploidy)
{
    int allele[2] = {-1, -1}, n = 0;
    for (int k = 0; k < ploidy && gt[k] != bcf_int32_vector_end; k++, n++)
        if (n < 2 && !bcf_gt_is_missing(gt[k]))
            allele[n] = bcf_gt_allele(gt[k]);
    if (n != 2) {
        /* A single "." is a missing genotype, not a haploid one. */
        v->g->left_out.not_diploid += n > 2 || (n == 1 && allele[0] >= 0);
        return MTL__GT_ANY;
    }
    if (allele[0] > 1 || allele[1] > 1)
        return MTL__GT_ANY;
    if (allele[0] < 0 && allele[1] < 0)
        return MTL__GT_ANY;
    if (allele[0] < 0 || allele[1] < 0)
        return mtl__gt_half(allele[0] < 0 ? allele[1] : allele[0]);
    return (uint8_t)(1 << (allele[0] + allele[1]));
}

static int keep_marker(vcf_reader *v, int *index)
{
    const bcf1_t *r = v->record;
    mtl__str made = {0};
    mtl__marker m = {.name = r->d.id,
                     .chromosome = bcf_hdr_id2name(v->header, r->rid),
                     .position = (int64_t)r->pos + 1,
                     .ref = r->d.allele[0],
                     .alt = r->d.allele[1],
                     .frequency = NAN};
    if (!m.name || !m.name[0] || strcmp(m.name, ".") == 0) {
        mtl__str_printf(&made, "%s:%lld:%.20s:%.20s", m.chromosome, (long long)m.position, m.ref,
                        m.alt);
        if (made.oom)
            return mtl__nomem(v->err);
        m.name = made.s;
    }
    if (bcf_get_info_float(v->header, v->record, "AF", &v->af, &v->af_size) == 1 && v->af[0] > 0 &&
        v->af[0] < 1)
        m.frequency = (double)v->af[0];
    const int ret = mtl__genotypes_add(v->g, &m, index, v->err);
    mtl__str_free(&made);
    return ret;
}

/* Phase of the sample's genotype, if it is heterozygous and has one. */
static int keep_phase(vcf_reader *v, int index, int sample, const int32_t *gt, int ploidy,
                      const int32_t *set)
{
    const bool two = ploidy >= 2 && gt[1] != bcf_int32_vector_end &&
                     (ploidy == 2 || gt[2] == bcf_int32_vector_end);
    if (!two || !bcf_gt_is_phased(gt[1]) || bcf_gt_is_missing(gt[0]) || bcf_gt_is_missing(gt[1]) ||
        bcf_gt_allele(gt[0]) + bcf_gt_allele(gt[1]) != 1)
        return MTL_OK;
    const mtl__phase phase = {set && set[sample] > 0 ? set[sample] : 0,
                              (uint8_t)bcf_gt_allele(gt[0])};
    return mtl__genotypes_set_phase(v->g, index, v->person[sample], phase, v->err);
}

/* The phase sets of a record, one a sample; NULL = none are named. False: they cannot be read (PS
   is no whole number), and then no phase is to be believed. */
static bool read_sets(vcf_reader *v, const int32_t **set)
{
    const int n = bcf_get_format_int32(v->header, v->record, "PS", &v->ps, &v->ps_size);
    *set = n == v->samples ? v->ps : NULL;
    return n == v->samples || n == -1 || n == -3;
}

static int one_record(vcf_reader *v)
{
    const int32_t *set;
    int index;
    v->records++;
    if (bcf_unpack(v->record, BCF_UN_ALL) < 0 || v->record->errcode)
        return mtl__fail_at(v->err, MTL_ERR_SYNTAX, v->name, 0, 0, NULL,
                            "record %lld is not well formed", (long long)v->records);
    int *reason = unusable(v);
    if (reason) {
        ++*reason;
        return MTL_OK;
    }
    const int n = bcf_get_genotypes(v->header, v->record, &v->gt, &v->gt_size);
    if (n <= 0 || v->samples == 0 || n % v->samples)
        return mtl__fail_at(v->err, MTL_ERR_SYNTAX, v->name, 0, 0, "GT",
                            "record %lld (%s:%lld) has no genotypes", (long long)v->records,
                            bcf_hdr_id2name(v->header, v->record->rid),
                            (long long)v->record->pos + 1);
    MTL_TRY(keep_marker(v, &index));
    uint8_t *allowed = v->g->allowed + (size_t)index * (size_t)v->g->n_people;
    const bool sets = read_sets(v, &set);
    for (int i = 0; i < v->samples; i++) {
        const int32_t *gt = v->gt + (size_t)i * (size_t)(n / v->samples);
        if (v->person[i] < 0)
            continue;
        allowed[v->person[i]] = sample_set(v, gt, n / v->samples);
        if (sets)
            MTL_TRY(keep_phase(v, index, i, gt, n / v->samples, set));
    }
    return MTL_OK;
}

static int all_records(vcf_reader *v, htsFile *f)
{
    const enum htsExactFormat format = hts_get_format(f)->format;
    if (format != vcf && format != bcf)
        return fail(v, MTL_ERR_SYNTAX, "neither VCF nor BCF");
    v->header = bcf_hdr_read(f);
    if (!v->header)
        return fail(v, MTL_ERR_SYNTAX, "its header is not that of a VCF or BCF");
    v->record = bcf_init();
    if (!v->record)
        return mtl__nomem(v->err);
    MTL_TRY(match_samples(v));
    for (;;) {
        const int got = bcf_read(f, v->header, v->record);
        if (got == -1)
            return MTL_OK;
        if (got < -1)
            return mtl__fail_at(
                v->err, MTL_ERR_SYNTAX, v->name, 0, 0, NULL,
                "record %lld cannot be read: the file is cut off or not well formed",
                (long long)v->records + 1);
        MTL_TRY(one_record(v));
    }
}

/* Takes over f. htslib tells what it thinks on standard error; a library may not. */
static int read_and_close(vcf_reader *v, htsFile *f)
{
    v->g->file = mtl__arena_strdup(&v->g->arena, v->name);
    const int ret = v->g->file ? all_records(v, f) : mtl__nomem(v->err);
    bcf_destroy(v->record);
    if (v->header)
        bcf_hdr_destroy(v->header);
    free(v->gt);
    free(v->af);
    free(v->ps);
    free(v->person);
    hts_close(f);
    return ret;
}

int mtl__vcf_read(mtl__genotypes *g, const mtl_scenario *s, const char *path, mtl_error *err)
{
    const enum htsLogLevel level = hts_get_log_level();
    vcf_reader v = {.g = g, .s = s, .name = path, .err = err};
    hts_set_log_level(HTS_LOG_OFF);
    errno = 0;
    htsFile *f = hts_open(path, "r");
    const int ret =
        f ? read_and_close(&v, f)
          : mtl__fail_at(err, errno ? mtl__errno_code(errno) : MTL_ERR_SYNTAX, path, 0, 0, NULL,
                         "cannot open: %s", errno ? strerror(errno) : "neither VCF nor BCF");
    hts_set_log_level(level);
    return ret;
}

int mtl__vcf_parse(mtl__genotypes *g, const mtl_scenario *s, const char *name, const void *data,
                   size_t size, mtl_error *err)
{
    const enum htsLogLevel level = hts_get_log_level();
    vcf_reader v = {.g = g, .s = s, .name = name, .err = err};
    mtl__str copy = {0}; /* becomes htslib's */
    mtl__str_addn(&copy, data, size);
    if (copy.oom) {
        mtl__str_free(&copy);
        return mtl__nomem(err);
    }
    hts_set_log_level(HTS_LOG_OFF);
    hFILE *memory = hopen("mem:", "rb:", copy.s, size);
    htsFile *f = memory ? hts_hopen(memory, name, "r") : NULL;
    int ret;
    if (f) {
        ret = read_and_close(&v, f);
    } else {
        if (memory)
            hclose_abruptly(memory);
        else
            mtl__str_free(&copy);
        ret = mtl__fail_at(err, MTL_ERR_SYNTAX, name, 0, 0, NULL, "neither VCF nor BCF");
    }
    hts_set_log_level(level);
    return ret;
}

/* ---------------------------------------------------------------- writing */
static void print_header(mtl__str *out, const mtl_scenario *s, const mtl__genotypes *g,
                         const bool *used)
{
    const char *last = "";
    bool done[23] = {false};
    mtl__str_add(out, "##fileformat=VCFv4.2\n##source=matriline\n"
                      "##INFO=<ID=AF,Number=A,Type=Float,Description=\"Allele frequency\">\n"
                      "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
    for (int m = 0; m < g->n_markers; m++) {
        long long n = 0;
        const char *c = g->marker[m].chromosome;
        if ((used && !used[m]) || strcmp(c, last) == 0 || mtl__parse_int(c, &n) < 0 || n < 1 ||
            n > 22 || done[n])
            continue;
        mtl__str_printf(out, "##contig=<ID=chr%s>\n", c);
        done[n] = true;
        last = c;
    }
    mtl__str_add(out, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    for (int i = 0; i < s->n_people; i++)
        mtl__str_printf(out, "\t%s", s->person[i].name);
    mtl__str_add(out, "\n");
}

/* A set of genotypes; more than one of them is "./." or half known. */
static const char *set_text(uint8_t set)
{
    static const char *const text[8] = {"./.", "0/0", "0/1", "0/.", "1/1", "./.", "1/.", "./."};
    return text[set & 7];
}

void mtl__vcf_print(mtl__str *out, const mtl_scenario *s, const mtl__genotypes *g,
                    const int8_t *drawn, const bool *used)
{
    const size_t n = (size_t)g->n_people;
    print_header(out, s, g, used);
    for (int m = 0; m < g->n_markers; m++) {
        const mtl__marker *k = &g->marker[m];
        if (used && !used[m])
            continue;
        mtl__str_printf(out, "chr%s\t%lld\t%s\t%s\t%s\t.\tPASS\t", k->chromosome,
                        (long long)k->position, k->name, k->ref, k->alt);
        if (isnan(k->frequency))
            mtl__str_add(out, ".\tGT");
        else
            mtl__str_printf(out, "AF=%.6g\tGT", k->frequency);
        for (size_t i = 0; i < n; i++) {
            const size_t at = (size_t)m * n + i;
            const uint8_t set =
                (uint8_t)(drawn && drawn[at] >= 0 ? 1 << drawn[at] : g->allowed[at]);
            mtl__str_printf(out, "\t%s", set_text(set));
        }
        mtl__str_add(out, "\n");
    }
}
