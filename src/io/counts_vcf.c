/* SPDX-License-Identifier: MIT */
/* Allele depths (AD) of VCF or BCF through htslib, and panels of sites from the same files. Alleles
   are matched by their base, so a record with REF and ALT the other way round, or with further
   alleles, is read as well; a REF that is neither allele of the panel is refused, for then the two
   files are not about the same genome. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/vcf.h>

#include "io/counts.h"

int mtl__counts_kind_of(const char *path, enum mtl__counts_kind *out, mtl_error *err)
{
    htsFormat format;
    const enum htsLogLevel level = hts_get_log_level();
    hts_set_log_level(HTS_LOG_OFF);
    errno = 0;
    hFILE *f = hopen(path, "r");
    const int error = errno;
    const int known = f ? hts_detect_format(f, &format) : -1;
    if (f)
        hclose_abruptly(f);
    hts_set_log_level(level);
    if (!f)
        return mtl__fail_at(err, error ? mtl__errno_code(error) : MTL_ERR_IO, path, 0, 0, NULL,
                            "cannot open: %s", error ? strerror(error) : "unknown reason");
    const size_t n = strlen(path);
    const bool table =
        n > 4 && (strcmp(path + n - 4, ".tsv") == 0 || strcmp(path + n - 4, ".txt") == 0);
    *out = MTL__COUNTS_TABLE;
    if (known == 0 && !table && format.category == sequence_data)
        *out = MTL__COUNTS_READS;
    if (known == 0 && !table && format.category == variant_data)
        *out = MTL__COUNTS_VCF;
    return MTL_OK;
}

typedef struct vcf_in {
    const char *path;
    mtl_error *err;
    htsFile *file;
    bcf_hdr_t *header;
    bcf1_t *record;
    int64_t records;
    int32_t *ad;
    float *af;
    int ad_size, af_size;
    enum htsLogLevel level;
} vcf_in;

/* htslib tells what it thinks on standard error; a library may not. */
static int open_vcf(vcf_in *v, const char *path, mtl_error *err)
{
    *v = (vcf_in){.path = path, .err = err, .level = hts_get_log_level()};
    hts_set_log_level(HTS_LOG_OFF);
    errno = 0;
    v->file = hts_open(path, "r");
    if (!v->file)
        return mtl__fail_at(err, errno ? mtl__errno_code(errno) : MTL_ERR_SYNTAX, path, 0, 0, NULL,
                            "cannot open: %s", errno ? strerror(errno) : "neither VCF nor BCF");
    v->header = bcf_hdr_read(v->file);
    if (!v->header)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, path, 0, 0, NULL,
                            "its header is not that of a VCF or BCF");
    v->record = bcf_init();
    return v->record ? MTL_OK : mtl__nomem(err);
}

static void close_vcf(vcf_in *v)
{
    if (v->record)
        bcf_destroy(v->record);
    if (v->header)
        bcf_hdr_destroy(v->header);
    if (v->file)
        hts_close(v->file);
    free(v->ad);
    free(v->af);
    hts_set_log_level(v->level);
}

/* 1: a record, 0: the end. */
static int vcf_next(vcf_in *v)
{
    const int got = bcf_read(v->file, v->header, v->record);
    v->records++;
    if (got == -1)
        return 0;
    if (got < -1 || (v->record->errcode & ~(BCF_ERR_CTG_UNDEF | BCF_ERR_TAG_UNDEF)) ||
        bcf_unpack(v->record, BCF_UN_FLT) < 0)
        return mtl__fail_at(v->err, MTL_ERR_SYNTAX, v->path, 0, 0, NULL,
                            "record %lld cannot be read: the file is cut off or not well formed",
                            (long long)v->records);
    return 1;
}

static int chromosome_of(const vcf_in *v)
{
    const char *name = bcf_hdr_id2name(v->header, v->record->rid);
    return name ? mtl__autosome(name, strlen(name)) : 0;
}

static mtl__cell allele(const vcf_in *v, int k)
{
    const char *s = k < v->record->n_allele ? v->record->d.allele[k] : "";
    return (mtl__cell){s, (int)strlen(s)};
}

/* ---------------------------------------------------------------- sites */
static bool passes(const vcf_in *v)
{
    for (int k = 0; k < v->record->d.n_flt; k++)
        if (strcmp(v->header->id[BCF_DT_ID][v->record->d.flt[k]].key, "PASS") != 0)
            return false;
    return true;
}

static int vcf_site(mtl__site_panel *p, vcf_in *v)
{
    const bcf1_t *r = v->record;
    const char *contig = bcf_hdr_id2name(v->header, r->rid);
    mtl__site s = {.name = "",
                   .chromosome = chromosome_of(v),
                   .chr = contig && strlen(contig) > 3,
                   .position = (int64_t)r->pos + 1,
                   .frequency = NAN};
    if (!passes(v)) {
        p->filtered++;
        return MTL_OK;
    }
    if (r->n_allele != 2) {
        p->not_two_alleles++;
        return MTL_OK;
    }
    if (r->d.id && strcmp(r->d.id, ".") != 0 && strlen(r->d.id) <= 200 &&
        mtl__utf8_ok(r->d.id, strlen(r->d.id)))
        s.name = r->d.id;
    if (bcf_get_info_float(v->header, v->record, "AF", &v->af, &v->af_size) == 1 && v->af[0] > 0 &&
        v->af[0] < 1)
        s.frequency = (double)v->af[0];
    return mtl__sites_add(p, &s, allele(v, 0), allele(v, 1), v->err);
}

int mtl__sites_read_vcf(mtl__site_panel *p, const char *path, mtl_error *err)
{
    vcf_in v;
    p->file = mtl__arena_strdup(&p->arena, path);
    if (!p->file)
        return mtl__nomem(err);
    int ret = open_vcf(&v, path, err), got;
    while (ret == MTL_OK && (got = vcf_next(&v)) != 0)
        ret = got < 0 ? got : vcf_site(p, &v);
    close_vcf(&v);
    return ret;
}

/* ---------------------------------------------------------------- counts */
typedef struct depths {
    mtl__count_set *set;
    const mtl__site_panel *panel;
    int first, samples;
    uint8_t *seen; /* [panel->n] */
    int64_t matched;
} depths;

static int add_samples(depths *d, vcf_in *v)
{
    d->samples = bcf_hdr_nsamples(v->header);
    d->first = d->set->n;
    if (d->samples == 0)
        return mtl__fail_at(v->err, MTL_ERR_SYNTAX, v->path, 0, 0, NULL,
                            "no samples, so no counts; it could serve as --panel");
    const int id = bcf_hdr_id2int(v->header, BCF_DT_ID, "AD");
    if (!bcf_hdr_idinfo_exists(v->header, BCF_HL_FMT, id))
        return mtl__fail_at(v->err, MTL_ERR_SYNTAX, v->path, 0, 0, "AD",
                            "no allele depths (FORMAT/AD) in its header; bcftools mpileup -a AD "
                            "writes them");
    for (int i = 0; i < d->samples; i++) {
        int index;
        MTL_TRY(
            mtl__count_set_add(d->set, d->panel, v->header->samples[i], v->path, &index, v->err));
    }
    return MTL_OK;
}

/* Where allele k goes: 0 ref, 1 alt, 2 other. */
static int allele_role(const mtl__site *s, mtl__cell c)
{
    if (c.n == 1 && (c.s[0] & ~0x20) == s->ref)
        return 0;
    return c.n == 1 && (c.s[0] & ~0x20) == s->alt ? 1 : 2;
}

static int count_record(depths *d, vcf_in *v, int site)
{
    const mtl__site *s = &d->panel->site[site];
    const int n = bcf_get_format_int32(v->header, v->record, "AD", &v->ad, &v->ad_size);
    const int each = d->samples ? n / d->samples : 0;
    if (n <= 0)
        return MTL_OK; /* a record without AD: depth 0 */
    for (int i = 0; i < d->samples; i++) {
        mtl__count_sample *to = &d->set->sample[d->first + i];
        const int32_t *ad = v->ad + (size_t)i * (size_t)each;
        for (int k = 0; k < each && k < v->record->n_allele && ad[k] != bcf_int32_vector_end; k++) {
            if (ad[k] == bcf_int32_missing)
                continue;
            if (ad[k] < 0 || ad[k] > 999999999)
                return mtl__fail_at(v->err, MTL_ERR_VALUE, v->path, 0, 0, "AD",
                                    "record %lld (%d:%lld): a depth of %d", (long long)v->records,
                                    s->chromosome, (long long)s->position, ad[k]);
            const int role = allele_role(s, allele(v, k));
            int32_t *count = role == 0 ? to->ref : role == 1 ? to->alt : to->other;
            if (count[site] <= 999999999 - ad[k])
                count[site] += ad[k];
        }
        to->has_other = true;
    }
    return MTL_OK;
}

static int one_record(depths *d, vcf_in *v)
{
    const int chromosome = chromosome_of(v);
    const int64_t position = (int64_t)v->record->pos + 1;
    const int site = chromosome ? mtl__sites_find(d->panel, chromosome, position) : -1;
    if (site < 0) {
        d->set->off_panel++;
        return MTL_OK;
    }
    const mtl__cell ref = allele(v, 0);
    if (ref.n != 1 || d->seen[site])
        return MTL_OK; /* an InDel at the same place, or the same site once more */
    /* N: written without a reference, as bcftools mpileup --no-reference does. */
    if (ref.s[0] != 'N' && allele_role(&d->panel->site[site], ref) == 2)
        return mtl__fail_at(v->err, MTL_ERR_VALUE, v->path, 0, 0, "REF",
                            "record %lld (%d:%lld) has REF %c, the panel has %c and %c: another "
                            "build of the genome?",
                            (long long)v->records, chromosome, (long long)position, ref.s[0],
                            d->panel->site[site].ref, d->panel->site[site].alt);
    d->seen[site] = 1;
    d->matched++;
    return count_record(d, v, site);
}

int mtl__count_vcf_read(mtl__count_set *c, const mtl__site_panel *p, const char *path,
                        mtl_error *err)
{
    vcf_in v;
    depths d = {.set = c, .panel = p, .seen = calloc((size_t)p->n + 1, 1)};
    if (!d.seen)
        return mtl__nomem(err);
    int ret = open_vcf(&v, path, err), got;
    if (ret == MTL_OK)
        ret = add_samples(&d, &v);
    while (ret == MTL_OK && (got = vcf_next(&v)) != 0)
        ret = got < 0 ? got : one_record(&d, &v);
    if (ret == MTL_OK && d.matched == 0)
        ret = mtl__fail_at(err, MTL_ERR_VALUE, path, 0, 0, NULL,
                           "none of its %lld records is at one of the %d sites of the panel %s",
                           (long long)v.records - 1, p->n, p->file);
    close_vcf(&v);
    free(d.seen);
    return ret;
}
