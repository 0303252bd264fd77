/* SPDX-License-Identifier: MIT */
/* Reads for the benchmark of the pile-up: pairs of reads over the sites of a panel, a host and two
   donors mixed in, written through htslib with an index; and counts of the same family. The
   sequence between the sites is made up; qualities take few values, as instruments bin them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/hts.h>
#include <htslib/sam.h>

#include "bench.h"
#include "io/counts.h"
#include "num/num.h"

enum { LENGTH = 100, INSERT = 160, SPAN = 400, PEOPLE = 4 };
static const char *const person[PEOPLE] = {"anna", "tom", "greta", "paul"};
static const double share[PEOPLE] = {0.988, 0.01, 0.002, 0};

static void draw_genotypes(const mtl__site_panel *p, int8_t (*g)[PEOPLE])
{
    for (int i = 0; i < p->n; i++) {
        mtl__rng rng;
        const double f = isnan(p->site[i].frequency) ? 0.3 : p->site[i].frequency;
        int a[PEOPLE][2];
        mtl__rng_stream(&rng, 11, (uint64_t)i, 0, 1);
        for (int side = 0; side < 2; side++) {
            a[2][side] = mtl__rng_unit(&rng) < f;
            a[3][side] = mtl__rng_unit(&rng) < f;
        }
        a[0][0] = a[2][mtl__rng_unit(&rng) < 0.5]; /* anna of greta */
        a[0][1] = mtl__rng_unit(&rng) < f;
        a[1][0] = a[0][mtl__rng_unit(&rng) < 0.5]; /* tom of anna and paul */
        a[1][1] = a[3][mtl__rng_unit(&rng) < 0.5];
        for (int k = 0; k < PEOPLE; k++)
            g[i][k] = (int8_t)(a[k][0] + a[k][1]);
    }
}

static int write_vcf(const char *path, const mtl__site_panel *p, int8_t (*g)[PEOPLE])
{
    static const char *const gt[3] = {"0/0", "0/1", "1/1"};
    FILE *f = fopen(path, "w");
    if (!f)
        return -1;
    fputs("##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
          "##INFO=<ID=AF,Number=A,Type=Float,Description=\"f\">\n",
          f);
    for (int c = 1; c <= 22; c++)
        fprintf(f, "##contig=<ID=chr%d>\n", c);
    fputs("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", f);
    for (int k = 0; k < PEOPLE; k++)
        fprintf(f, "\t%s", person[k]);
    fputs("\n", f);
    for (int i = 0; i < p->n; i++) {
        const mtl__site *s = &p->site[i];
        fprintf(f, "chr%d\t%lld\t.\t%c\t%c\t.\tPASS\tAF=%.6g\tGT", s->chromosome,
                (long long)s->position, s->ref, s->alt, isnan(s->frequency) ? 0.3 : s->frequency);
        for (int k = 0; k < PEOPLE; k++)
            fprintf(f, "\t%s", gt[g[i][k]]);
        fputs("\n", f);
    }
    return fclose(f);
}

static sam_hdr_t *header_of(void)
{
    mtl__str t = {0};
    mtl__str_add(&t, "@HD\tVN:1.6\tSO:coordinate\n");
    for (int c = 1; c <= 22; c++)
        mtl__str_printf(&t, "@SQ\tSN:chr%d\tLN:250000000\n", c);
    mtl__str_add(&t, "@RG\tID:1\tSM:anna\n");
    sam_hdr_t *h = t.oom ? NULL : sam_hdr_parse(t.len, t.s);
    mtl__str_free(&t);
    return h;
}

typedef struct place {
    int start;     /* of the read, from the beginning of the site's stretch */
    int pair, end; /* which of its pair */
    bool alt;
} place;

static int by_start(const void *x, const void *y)
{
    const place *a = x, *b = y;
    return a->start != b->start ? (a->start < b->start ? -1 : 1)
                                : (a->pair > b->pair) - (a->pair < b->pair);
}

static int one_read(samFile *out, sam_hdr_t *h, bam1_t *b, const mtl__site *s, const char *stretch,
                    const place *r, mtl__rng *rng)
{
    char seq[LENGTH], qual[LENGTH], name[32];
    const int at = SPAN / 2 - r->start; /* of the site in the read */
    memcpy(seq, stretch + r->start, LENGTH);
    for (int i = 0; i < LENGTH; i++)
        qual[i] = 37;
    if (mtl__rng_unit(rng) < 0.6)
        for (int i = LENGTH - (int)(40 * mtl__rng_unit(rng)); i < LENGTH; i++)
            qual[i] = 11;
    if (mtl__rng_unit(rng) < 0.2) {
        const int k = (int)(LENGTH * mtl__rng_unit(rng));
        seq[k] = "ACGT"[(int)(4 * mtl__rng_unit(rng))];
        qual[k] = 25;
    }
    if (at >= 0 && at < LENGTH)
        seq[at] = r->alt ? s->alt : s->ref;
    const int other = r->end ? r->start - (INSERT - LENGTH) : r->start + (INSERT - LENGTH);
    const int64_t begin = s->position - 1 - SPAN / 2;
    const uint32_t cigar = (uint32_t)LENGTH << BAM_CIGAR_SHIFT;
    const int n =
        snprintf(name, sizeof name, "%d:%lld:%d", s->chromosome, (long long)s->position, r->pair);
    const int tid = s->chromosome - 1;
    const uint16_t flag =
        (uint16_t)(BAM_FPAIRED | BAM_FPROPER_PAIR |
                   (r->end ? BAM_FREVERSE | BAM_FREAD2 : BAM_FMREVERSE | BAM_FREAD1));
    if (bam_set1(b, (size_t)n, name, flag, tid, begin + r->start, 60, 1, &cigar, tid, begin + other,
                 r->end ? -INSERT : INSERT, LENGTH, seq, qual, 8) < 0)
        return -1;
    return sam_write1(out, h, b) < 0 ? -1 : 0;
}

static int one_site(samFile *out, sam_hdr_t *h, bam1_t *b, const mtl__site *s, const int8_t *g,
                    int pairs, place *r, uint64_t key)
{
    char stretch[SPAN + 2 * INSERT];
    double q = 0;
    mtl__rng rng;
    mtl__rng_stream(&rng, 12, key, 0, 1);
    for (size_t i = 0; i < sizeof stretch; i++)
        stretch[i] = "ACGT"[(int)(4 * mtl__rng_unit(&rng))];
    for (int k = 0; k < PEOPLE; k++)
        q += share[k] * g[k] / 2;
    q = q * (1 - 0.001) + (1 - q) * 0.001;
    for (int i = 0; i < pairs; i++) {
        const int start = SPAN / 2 - (int)((INSERT - 1) * mtl__rng_unit(&rng));
        const bool alt = mtl__rng_unit(&rng) < q;
        r[2 * i] = (place){start, i, 0, alt};
        r[2 * i + 1] = (place){start + INSERT - LENGTH, i, 1, alt};
    }
    qsort(r, (size_t)(2 * pairs), sizeof *r, by_start);
    for (int i = 0; i < 2 * pairs; i++)
        if (one_read(out, h, b, s, stretch, &r[i], &rng) < 0)
            return -1;
    return 0;
}

static int write_reads(const char *path, const mtl__site_panel *p, int8_t (*g)[PEOPLE], long reads)
{
    const int pairs = (int)(reads / 2 / p->n) + 1;
    samFile *out = sam_open(path, "wb");
    sam_hdr_t *h = header_of();
    bam1_t *b = bam_init1();
    place *r = malloc((size_t)(2 * pairs) * sizeof *r);
    int ret = out && h && b && r ? 0 : -1;
    if (ret == 0)
        ret = hts_set_threads(out, 2) < 0 || sam_hdr_write(out, h) < 0 ? -1 : 0;
    int64_t free_from = 0;
    for (int i = 0; i < p->n && ret == 0; i++) {
        const mtl__site *s = &p->site[i];
        if (i && p->site[i - 1].chromosome == s->chromosome && s->position < free_from)
            continue; /* stretches must not overlap, or the reads would not be sorted */
        free_from = s->position + 2 * SPAN;
        ret = one_site(out, h, b, s, g[i], pairs, r, (uint64_t)i);
    }
    bam_destroy1(b);
    sam_hdr_destroy(h);
    free(r);
    if (out && sam_close(out) < 0)
        ret = -1;
    return ret == 0 ? sam_index_build(path, 0) : ret;
}

int bench_make_reads(const char *panel, long reads, const char *bam, const char *vcf,
                     mtl_error *err)
{
    mtl__site_panel p;
    mtl__sites_init(&p);
    int ret = mtl__sites_read(&p, panel, err);
    int8_t(*g)[PEOPLE] = ret < 0 ? NULL : malloc((size_t)p.n * sizeof *g);
    if (ret == 0 && !g)
        ret = mtl__nomem(err);
    if (ret == 0) {
        draw_genotypes(&p, g);
        if (write_vcf(vcf, &p, g) != 0 || (bam && write_reads(bam, &p, g, reads) != 0))
            ret = mtl__fail(err, MTL_ERR_IO, NULL, "cannot write %s and %s", bam ? bam : "", vcf);
    }
    free(g);
    mtl__sites_free(&p);
    return ret;
}

/* Counts of the same family, wide: `samples` samples of anna. */
int bench_make_counts(const char *panel, int samples, const char *path, mtl_error *err)
{
    mtl__site_panel p;
    mtl__sites_init(&p);
    int ret = mtl__sites_read(&p, panel, err);
    int8_t(*g)[PEOPLE] = ret < 0 ? NULL : malloc((size_t)p.n * sizeof *g);
    FILE *f = fopen(path, "w");
    if (ret == 0 && (!g || !f))
        ret = mtl__fail(err, MTL_ERR_IO, NULL, "cannot write %s", path);
    if (ret == 0) {
        draw_genotypes(&p, g);
        fputs("chromosome\tposition\tref\talt", f);
        for (int k = 0; k < samples; k++)
            fprintf(f, "\ts%d.ref\ts%d.alt", k, k);
        for (int i = 0; i < p.n; i++) {
            double q = 0;
            mtl__rng rng;
            mtl__rng_stream(&rng, 13, (uint64_t)i, 0, 1);
            for (int k = 0; k < PEOPLE; k++)
                q += share[k] * g[i][k] / 2;
            fprintf(f, "\nchr%d\t%lld\t%c\t%c", p.site[i].chromosome, (long long)p.site[i].position,
                    p.site[i].ref, p.site[i].alt);
            for (int k = 0; k < samples; k++) {
                const int depth = 400 + (int)(200 * mtl__rng_unit(&rng));
                const int alt = (int)mtl__rng_binomial(&rng, depth, q * 0.999 + (1 - q) * 0.001);
                fprintf(f, "\t%d\t%d", depth - alt, alt);
            }
        }
        fputs("\n", f);
    }
    if (f && fclose(f) != 0 && ret == 0)
        ret = mtl__fail(err, MTL_ERR_IO, NULL, "cannot write %s", path);
    free(g);
    mtl__sites_free(&p);
    return ret;
}
