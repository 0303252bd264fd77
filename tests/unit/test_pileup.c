/* SPDX-License-Identifier: MIT */
/* Reads at the sites of a panel: what counts and what does not, mates and molecules, whole file,
   index and CRAM alike, against a count that looks at every read for every site, and every file
   that must be refused. Reads are written as SAM text and turned into BAM and CRAM through htslib.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <htslib/faidx.h>
#include <htslib/sam.h>

#include "fixture_folder.h"
#include "io/pileup.h"
#include "num/num.h"

static void write_bytes(const char *leaf, const char *text, size_t n)
{
    FILE *f = fopen(in_folder(leaf), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

#define HEADER                                                                                     \
    "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:4000\n@SQ\tSN:chr2\tLN:4000\n"                   \
    "@RG\tID:a\tSM:anna\n"

/* SAM text into a BAM ("wb") or a CRAM ("wc"), with an index if asked for. */
static void convert(const char *sam, const char *leaf, const char *mode, const char *fasta,
                    bool index)
{
    write_file("in.sam", sam);
    samFile *in = sam_open(in_folder("in.sam"), "r"), *out = sam_open(in_folder(leaf), mode);
    assert_non_null(in);
    assert_non_null(out);
    if (fasta)
        assert_int_equal(hts_set_fai_filename(out, fasta), 0);
    sam_hdr_t *h = sam_hdr_read(in);
    bam1_t *b = bam_init1();
    assert_non_null(h);
    assert_true(sam_hdr_write(out, h) >= 0);
    while (sam_read1(in, h, b) >= 0)
        assert_true(sam_write1(out, h, b) >= 0);
    bam_destroy1(b);
    sam_hdr_destroy(h);
    sam_close(in);
    assert_true(sam_close(out) >= 0);
    if (index)
        assert_int_equal(sam_index_build(in_folder(leaf), 0), 0);
}

static void panel_of(mtl__site_panel *p, const char *table)
{
    mtl_error err = {0};
    mtl__sites_init(p);
    assert_int_equal(mtl__sites_parse_table(p, "panel.tsv", table, strlen(table), &err), 0);
    assert_int_equal(mtl__sites_finish(p, &err), 0);
}

static int counted(mtl__count_set *c, const mtl__site_panel *p, const char *path,
                   const mtl__pileup_opts *o, mtl_error *err)
{
    mtl__count_set_init(c);
    mtl_error_clear(err);
    return mtl__pileup_read(c, p, path, o, err);
}

static void assert_counts(const mtl__count_sample *s, int site, int ref, int alt, int other)
{
    assert_int_equal(s->ref[site], ref);
    assert_int_equal(s->alt[site], alt);
    assert_int_equal(s->other[site], other);
}

/* ---------------------------------------------------------------- what counts */
static const char three_sites[] = "chromosome\tposition\tref\talt\tfrequency\n"
                                  "chr1\t105\tA\tG\t0.3\nchr1\t110\tC\tT\t0.2\nchr2\t50\tG\tA\t\n";

static void by_hand(void **state)
{
    static const char reads[] = HEADER
        /* a gap over both, as of a spliced read */
        "s2\t0\tchr1\t95\t60\t5M20N5M\t*\t0\t0\tGGGGGGGGGG\tIIIIIIIIII\n"
        /* covers 105 with A and 110 with C */
        "r1\t0\tchr1\t101\t60\t12M\t*\t0\t0\tTTTTATTTTCTT\tIIIIIIIIIIII\n"
        /* G at 105; a deletion over 110 */
        "r2\t0\tchr1\t101\t60\t8M3D4M\t*\t0\t0\tTTTTGTTTTTTT\tIIIIIIIIIIII\n"
        /* clipped by three; an insertion before 110 moves what follows: T at 110 */
        "r3\t0\tchr1\t104\t60\t3S5M2I4M\t*\t0\t0\tAAATGTTTGGTTTT\tIIIIIIIIIIIIII\n"
        /* third allele at 105, low quality at 110 */
        "r4\t0\tchr1\t105\t60\t6M\t*\t0\t0\tTTTTTT\tIIIII#\n"
        /* dropped: mapping quality, duplicate, secondary, failed, supplementary */
        "r5\t0\tchr1\t105\t19\t6M\t*\t0\t0\tGTTTTC\tIIIIII\n"
        "r6\t1024\tchr1\t105\t60\t6M\t*\t0\t0\tGTTTTC\tIIIIII\n"
        "r7\t256\tchr1\t105\t60\t6M\t*\t0\t0\tGTTTTC\tIIIIII\n"
        "r8\t512\tchr1\t105\t60\t6M\t*\t0\t0\tGTTTTC\tIIIIII\n"
        "r9\t2048\tchr1\t105\t60\t6M\t*\t0\t0\tGTTTTC\tIIIIII\n"
        /* not a base; no qualities */
        "s1\t0\tchr1\t105\t60\t6M\t*\t0\t0\tNTTTTN\tIIIIII\n"
        "s3\t0\tchr2\t50\t60\t3M\t*\t0\t0\tATT\t*\n"
        "s4\t4\t*\t0\t0\t*\t*\t0\t0\tATT\tIII\n";
    mtl__site_panel p;
    mtl__count_set c;
    mtl__pileup_opts o;
    mtl_error err;
    (void)state;
    mtl__pileup_opts_init(&o);
    panel_of(&p, three_sites);
    convert(reads, "hand.bam", "wb", NULL, false);
    assert_int_equal(counted(&c, &p, in_folder("hand.bam"), &o, &err), 0);
    assert_string_equal(c.sample[0].name, "anna");
    assert_counts(&c.sample[0], 0, 1, 2, 1);
    assert_counts(&c.sample[0], 1, 1, 1, 0);
    assert_counts(&c.sample[0], 2, 0, 1, 0);
    mtl__count_set_free(&c);
    o.base_quality = 0; /* '#' is 2 */
    assert_int_equal(counted(&c, &p, in_folder("in.sam"), &o, &err), 0);
    assert_counts(&c.sample[0], 1, 1, 2, 0);
    mtl__count_set_free(&c);
    mtl__sites_free(&p);
}

static void mates(void **state)
{
    static const char reads[] = HEADER
        /* agree at 105 and 110: one each */
        "a\t99\tchr1\t101\t60\t12M\t=\t103\t12\tTTTTATTTTCTT\tIIIIIIIIIIII\n"
        /* disagree at 105: none; agree at 110 */
        "b\t99\tchr1\t101\t60\t12M\t=\t103\t12\tTTTTATTTTCTT\tIIIIIIIIIIII\n"
        /* the mate lies behind the sites: both bases count */
        "c\t99\tchr1\t101\t60\t12M\t=\t300\t211\tTTTTGTTTTTTT\tIIIIIIIIIIII\n"
        /* the mate's base is poor: the first counts */
        "d\t99\tchr1\t101\t60\t12M\t=\t103\t12\tTTTTGTTTTTTT\tIIIIIIIIIIII\n"
        "a\t147\tchr1\t103\t60\t10M\t=\t101\t-12\tTTATTTTCTT\tIIIIIIIIII\n"
        "b\t147\tchr1\t103\t60\t10M\t=\t101\t-12\tTTGTTTTCTT\tIIIIIIIIII\n"
        "d\t147\tchr1\t103\t60\t10M\t=\t101\t-12\tTTATTTTTTT\tII#IIIIIII\n"
        /* both begin at one place */
        "e\t99\tchr1\t104\t60\t4M\t=\t104\t4\tTGTT\tIIII\n"
        "e\t147\tchr1\t104\t60\t4M\t=\t104\t-4\tTGTT\tIIII\n"
        "c\t147\tchr1\t300\t60\t4M\t=\t101\t-211\tTTTT\tIIII\n";
    mtl__site_panel p;
    mtl__count_set c;
    mtl__pileup_opts o;
    mtl_error err;
    (void)state;
    mtl__pileup_opts_init(&o);
    panel_of(&p, three_sites);
    convert(reads, "mates.bam", "wb", NULL, false);
    assert_int_equal(counted(&c, &p, in_folder("mates.bam"), &o, &err), 0);
    assert_counts(&c.sample[0], 0, 1, 3, 0); /* a; c, d, e */
    assert_counts(&c.sample[0], 1, 2, 2, 0); /* a, b; c, d */
    assert_int_equal(c.sample[0].discordant, 1);
    assert_int_equal(c.sample[0].overlapping, 6);
    mtl__count_set_free(&c);
    mtl__sites_free(&p);
}

static void molecules(void **state)
{
    static const char reads[] = HEADER
        /* one molecule read three times, once wrong; marked as duplicates, and still its reads */
        "a\t0\tchr1\t101\t60\t12M\t*\t0\t0\tTTTTGTTTTCTT\tIIIIIIIIIIII\tRX:Z:AAC\n"
        "b\t1024\tchr1\t101\t60\t12M\t*\t0\t0\tTTTTGTTTTCTT\tIIIIIIIIIIII\tRX:Z:AAC\n"
        "c\t1024\tchr1\t101\t60\t12M\t*\t0\t0\tTTTTATTTTCTT\tIIIIIIIIIIII\tRX:Z:AAC\n"
        /* the same barcode on the other strand, and another barcode */
        "d\t16\tchr1\t101\t60\t12M\t*\t0\t0\tTTTTATTTTCTT\tIIIIIIIIIIII\tRX:Z:AAC\n"
        "e\t0\tchr1\t101\t60\t12M\t*\t0\t0\tTTTTATTTTCTT\tIIIIIIIIIIII\tRX:Z:GGC\n"
        /* no majority */
        "f\t0\tchr1\t102\t60\t11M\t*\t0\t0\tTTTGTTTTCTT\tIIIIIIIIIII\tRX:Z:TTT\n"
        "g\t0\tchr1\t102\t60\t11M\t*\t0\t0\tTTTATTTTCTT\tIIIIIIIIIII\tRX:Z:TTT\n"
        /* the same place once what was clipped is put back: with f and g */
        "h\t0\tchr1\t103\t60\t1S10M\t*\t0\t0\tTTTATTTTCTT\tIIIIIIIIIII\tRX:Z:TTT\n";
    mtl__site_panel p;
    mtl__count_set c;
    mtl__pileup_opts o;
    mtl_error err;
    (void)state;
    mtl__pileup_opts_init(&o);
    o.umi = "RX";
    panel_of(&p, three_sites);
    convert(reads, "umi.bam", "wb", NULL, false);
    assert_int_equal(counted(&c, &p, in_folder("umi.bam"), &o, &err), 0);
    assert_counts(&c.sample[0], 0, 3, 1, 0); /* d, e, fgh; abc */
    assert_counts(&c.sample[0], 1, 4, 0, 0);
    assert_int_equal(c.sample[0].molecules, 8);
    mtl__count_set_free(&c);
    o.umi_least = 2;
    assert_int_equal(counted(&c, &p, in_folder("umi.bam"), &o, &err), 0);
    assert_counts(&c.sample[0], 0, 1, 1, 0);
    mtl__count_set_free(&c);
    mtl__sites_free(&p);
}

/* Five reads of one barcode, two of it misread in one base, one read of that misread once more, and
   one that is two bases off; another molecule of three reads is too many to be a misreading of
   five. At another place nothing is merged, and nothing with an N. */
static void misread_barcodes(void **state)
{
#define READ(name, base, rest, umi)                                                                \
    name "\t0\tchr1\t101\t60\t12M\t*\t0\t0\tTTTT" base "TTTT" rest "TT\tIIIIIIIIIIII\tRX:Z:" umi   \
         "\n"
    static const char reads[] = HEADER READ("a1", "G", "C", "AACC-GT")
        READ("a2", "G", "C", "AACC-GT") READ("a3", "G", "C", "AACC-GT")
            READ("a4", "G", "C", "AACC-GT") READ("a5", "G", "C", "AACC-GT")
                READ("b1", "A", "C", "AACC-GA") READ("b2", "A", "C", "AACC-GA")
                    READ("c1", "A", "C", "AACT-GA") READ("d1", "A", "C", "TTCC-GT")
                        READ("e1", "A", "C", "AAGC-GT") READ("e2", "A", "C", "AAGC-GT")
                            READ("e3", "A", "C", "AAGC-GT") READ("e4", "A", "C", "AAGC-GT")
                                READ("f1", "A", "C",
                                     "AACC-GN") "g1\t0\tchr1\t102\t60\t11M\t*"
                                                "\t0\t0\tTTTATTTTCTT\tIIIIIIIIIII\tRX:Z:AACC-GA\n";
    mtl__site_panel p;
    mtl__count_set c;
    mtl__pileup_opts o;
    mtl_error err;
    (void)state;
    mtl__pileup_opts_init(&o);
    o.umi = "RX";
    panel_of(&p, three_sites);
    convert(reads, "misread.bam", "wb", NULL, false);
    assert_int_equal(counted(&c, &p, in_folder("misread.bam"), &o, &err), 0);
    assert_counts(&c.sample[0], 0, 4, 1, 0); /* d, e, f, g; a with b and c */
    assert_int_equal(c.sample[0].merged, 4); /* two at each of two sites */
    mtl__count_set_free(&c);
    o.umi_exact = true;
    assert_int_equal(counted(&c, &p, in_folder("misread.bam"), &o, &err), 0);
    assert_counts(&c.sample[0], 0, 6, 1, 0);
    assert_int_equal(c.sample[0].merged, 0);
    mtl__count_set_free(&c);
    mtl__sites_free(&p);
    /* Lengths and first letters. */
    assert_true(mtl__barcode("ACGT") != mtl__barcode("AACGT"));
    assert_true(mtl__barcode("AC-GT") == mtl__barcode("ACGT"));
    assert_int_equal(mtl__barcode("ACNT"), 0);
    assert_int_equal(mtl__barcode("ACGTACGTACGTACGTACGTACGTACGTACGTACGT"), 0);
}

/* ---------------------------------------------------------------- many reads, looked at twice */
enum { READS = 3000, SITES = 40, SPAN = 3600, LONG = 80 };
typedef struct drawn {
    int tid, pos, mate, pair, second;
    char seq[LONG + 1], qual[LONG + 1];
} drawn;

static int by_place(const void *x, const void *y)
{
    const drawn *a = x, *b = y;
    if (a->tid != b->tid)
        return a->tid - b->tid;
    return a->pos != b->pos ? a->pos - b->pos : 2 * a->pair + a->second - 2 * b->pair - b->second;
}

static void draw_reads(drawn *r)
{
    mtl__rng rng;
    mtl__rng_stream(&rng, 77, 1, 0, 0);
    for (int i = 0; i < READS; i++) {
        const int pair = i / 2, second = i % 2;
        r[i].pair = pair;
        r[i].second = second;
        r[i].tid = second ? r[i - 1].tid : mtl__rng_unit(&rng) < 0.5;
        r[i].pos = second ? r[i - 1].pos + (int)(100 * mtl__rng_unit(&rng))
                          : 1 + (int)(SPAN * mtl__rng_unit(&rng));
        for (int k = 0; k < LONG; k++) {
            r[i].seq[k] = "ACGT"[(int)(4 * mtl__rng_unit(&rng))];
            r[i].qual[k] = mtl__rng_unit(&rng) < 0.2 ? '+' : 'I'; /* 10 or 40 */
        }
        r[i].seq[LONG] = r[i].qual[LONG] = '\0';
        if (second) {
            r[i - 1].mate = r[i].pos;
            r[i].mate = r[i - 1].pos;
            /* most mates agree where they overlap */
            for (int k = 0; k < LONG && mtl__rng_unit(&rng) < 0.99; k++)
                if (r[i].pos + k < r[i - 1].pos + LONG)
                    r[i].seq[k] = r[i - 1].seq[r[i].pos + k - r[i - 1].pos];
        }
    }
    qsort(r, READS, sizeof *r, by_place);
}

static char *sam_of(const drawn *r)
{
    mtl__str t = {0};
    mtl__str_add(&t, HEADER);
    for (int i = 0; i < READS; i++)
        mtl__str_printf(&t, "p%d\t%d\tchr%d\t%d\t60\t%dM\t=\t%d\t%d\t%s\t%s\n", r[i].pair,
                        r[i].second ? 147 : 99, r[i].tid + 1, r[i].pos, LONG, r[i].mate,
                        r[i].second ? r[i].mate - r[i].pos - LONG : r[i].mate - r[i].pos + LONG,
                        r[i].seq, r[i].qual);
    assert_false(t.oom);
    return t.s;
}

/* Every pair for every site. */
static void count_plainly(const drawn *r, int tid, int pos, int count[4])
{
    static int first[READS / 2], both[READS / 2];
    memset(count, 0, 4 * sizeof *count);
    for (int i = 0; i < READS / 2; i++)
        first[i] = both[i] = -1;
    for (int i = 0; i < READS; i++) {
        const int k = pos - r[i].pos;
        if (r[i].tid != tid || k < 0 || k >= LONG || r[i].qual[k] == '+')
            continue;
        const int base = (int)(strchr("ACGT", r[i].seq[k]) - "ACGT");
        *(first[r[i].pair] < 0 ? &first[r[i].pair] : &both[r[i].pair]) = base;
    }
    for (int i = 0; i < READS / 2; i++)
        if (first[i] >= 0 && (both[i] < 0 || both[i] == first[i]))
            count[first[i]]++;
}

static char *panel_text(void)
{
    mtl__str t = {0};
    mtl__rng rng;
    mtl__rng_stream(&rng, 78, 1, 0, 0);
    mtl__str_add(&t, "chromosome\tposition\tref\talt\n");
    for (int i = 0; i < SITES; i++)
        mtl__str_printf(&t, "%d\t%d\tA\tC\n", 1 + i % 2,
                        10 + 85 * i + (int)(60 * mtl__rng_unit(&rng)));
    return t.s;
}

/* A reference of A only: CRAM keeps the differences. */
static void write_fasta(const char *leaf, int length)
{
    char *text = malloc(9000);
    size_t n = 0;
    assert_non_null(text);
    for (int c = 1; c <= 2; c++) {
        n += (size_t)sprintf(text + n, ">chr%d\n", c);
        memset(text + n, 'A', (size_t)length);
        n += (size_t)length;
        text[n++] = '\n';
    }
    write_bytes(leaf, text, n);
    free(text);
    assert_int_equal(fai_build(in_folder(leaf)), 0);
}

static void assert_like_plain(const mtl__count_sample *s, const mtl__site_panel *p, const drawn *r)
{
    for (int i = 0; i < p->n; i++) {
        int n[4];
        count_plainly(r, p->site[i].chromosome - 1, (int)p->site[i].position, n);
        assert_counts(s, i, n[0], n[1], n[2] + n[3]);
    }
}

static void every_way_alike(void **state)
{
    static drawn r[READS];
    mtl__site_panel p;
    mtl__count_set c;
    mtl__pileup_opts o;
    mtl_error err;
    (void)state;
    draw_reads(r);
    char *sam = sam_of(r), *table = panel_text();
    panel_of(&p, table);
    convert(sam, "many.bam", "wb", NULL, true);
    write_fasta("ref.fa", 4000);
    convert(sam, "many.cram", "wc", in_folder("ref.fa"), true);
    const char *const file[] = {"many.bam", "many.bam",  "many.bam",
                                "in.sam",   "many.cram", "many.cram"};
    const int way[] = {1, 2, 0, 0, 1, 2};
    for (int k = 0; k < 6; k++) {
        mtl__pileup_opts_init(&o);
        o.way = way[k];
        o.threads = 1 + k % 2;
        o.reference = in_folder("ref.fa");
        /* Random bases: every second one is neither A nor C, and that is refused as well. */
        const int ret = counted(&c, &p, in_folder(file[k]), &o, &err);
        assert_int_equal(ret, MTL_ERR_VALUE);
        assert_non_null(strstr(err.text, "another build"));
        assert_int_equal(c.n, 1);
        assert_like_plain(&c.sample[0], &p, r);
        assert_true(c.sample[0].discordant > 20);
        assert_int_equal(c.sample[0].jumped, way[k] == 2);
        mtl__count_set_free(&c);
    }
    free(sam);
    free(table);
    mtl__sites_free(&p);
}

/* ---------------------------------------------------------------- refused */
static void assert_refused(const mtl__site_panel *p, const char *leaf, const mtl__pileup_opts *o,
                           int code, const char *words)
{
    mtl__count_set c;
    mtl_error err;
    const int ret = counted(&c, p, in_folder(leaf), o, &err);
    if (ret != code || !strstr(err.text, words))
        fail_msg("%s: %d '%s', expected %d '%s'", leaf, ret, err.text, code, words);
    assert_true(err.file[0] != '\0');
    mtl__count_set_free(&c);
}

static const char plain_read[] = HEADER "r\t0\tchr1\t101\t60\t6M\t*\t0\t0\tTTTTAT\tIIIIII\n";

static void damaged(void **state)
{
    mtl__site_panel p;
    mtl__pileup_opts o;
    static drawn r[READS];
    (void)state;
    mtl__pileup_opts_init(&o);
    panel_of(&p, three_sites);
    draw_reads(r);
    char *sam = sam_of(r), *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    convert(sam, "whole.bam", "wb", NULL, false);
    FILE *f = fopen(in_folder("whole.bam"), "rb");
    assert_non_null(f);
    const size_t n = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    write_bytes("cut.bam", bytes, n / 2);
    assert_refused(&p, "cut.bam", &o, MTL_ERR_SYNTAX, "cut off");
    bytes[n / 2] = (char)(bytes[n / 2] ^ 0x55);
    write_bytes("broken.bam", bytes, n);
    assert_refused(&p, "broken.bam", &o, MTL_ERR_SYNTAX, "cut off or damaged");
    write_file("none.bam", "this is not a BAM\n");
    assert_refused(&p, "none.bam", &o, MTL_ERR_SYNTAX, "");
    assert_refused(&p, "absent.bam", &o, MTL_ERR_IO, "No such file");
    free(sam);
    free(bytes);
    mtl__sites_free(&p);
}

static void other_genomes(void **state)
{
    static const char unsorted[] = HEADER "r\t0\tchr1\t201\t60\t6M\t*\t0\t0\tTTTTAT\tIIIIII\n"
                                          "q\t0\tchr1\t101\t60\t6M\t*\t0\t0\tTTTTAT\tIIIIII\n";
    static const char far[] = HEADER "r\t0\tchr1\t3001\t60\t6M\t*\t0\t0\tTTTTAT\tIIIIII\n";
    mtl__site_panel p;
    mtl__pileup_opts o;
    (void)state;
    mtl__pileup_opts_init(&o);
    panel_of(&p, three_sites);
    convert(unsorted, "unsorted.bam", "wb", NULL, false);
    assert_refused(&p, "unsorted.bam", &o, MTL_ERR_VALUE, "not sorted");
    convert(far, "far.bam", "wb", NULL, false);
    assert_refused(&p, "far.bam", &o, MTL_ERR_VALUE, "no read lies over any");
    o.way = 2;
    assert_refused(&p, "far.bam", &o, MTL_ERR_IO, "no index");
    o.way = 0;
    convert("@SQ\tSN:z\tLN:4000\nr\t0\tz\t101\t60\t1M\t*\t0\t0\tT\tI\n", "z.bam", "wb", NULL,
            false);
    assert_refused(&p, "z.bam", &o, MTL_ERR_VALUE, "none of its 1 contigs (first: 'z')");
    convert("@SQ\tSN:chr1\tLN:107\nr\t0\tchr1\t101\t60\t1M\t*\t0\t0\tT\tI\n", "short.bam", "wb",
            NULL, false);
    assert_refused(&p, "short.bam", &o, MTL_ERR_VALUE, "ends at 107");
    mtl__sites_free(&p);
}

static void references(void **state)
{
    mtl__site_panel p;
    mtl__pileup_opts o;
    mtl__count_set c;
    mtl_error err;
    (void)state;
    mtl__pileup_opts_init(&o);
    panel_of(&p, three_sites);
    write_fasta("a.fa", 4000);
    write_fasta("b.fa", 3000);
    convert(plain_read, "one.cram", "wc", in_folder("a.fa"), false);
    assert_refused(&p, "one.cram", &o, MTL_ERR_VALUE, "--reference");
    o.reference = in_folder("b.fa");
    assert_refused(&p, "one.cram", &o, MTL_ERR_VALUE, "another length");
    o.reference = in_folder("no.fa");
    assert_refused(&p, "one.cram", &o, MTL_ERR_IO, "cannot be read");
    o.reference = in_folder("a.fa");
    assert_int_equal(counted(&c, &p, in_folder("one.cram"), &o, &err), 0);
    assert_counts(&c.sample[0], 0, 1, 0, 0);
    mtl__count_set_free(&c);
    /* REF of the panel against the FASTA: all A, so the second site differs. */
    assert_int_equal(mtl__sites_check_reference(&p, in_folder("a.fa"), &err), MTL_ERR_VALUE);
    assert_non_null(strstr(err.text, "chr1:110 is C"));
    assert_int_equal(err.line, 3);
    mtl__sites_free(&p);
}

/* With and without "chr" is the same place, and said. */
static void names_of_contigs(void **state)
{
    mtl__site_panel p;
    mtl__pileup_opts o;
    mtl__count_set c;
    mtl_error err;
    (void)state;
    mtl__pileup_opts_init(&o);
    panel_of(&p, three_sites);
    convert("@SQ\tSN:1\tLN:4000\nr\t0\t1\t101\t60\t6M\t*\t0\t0\tTTTTAT\tIIIIII\n", "bare.bam", "wb",
            NULL, false);
    assert_int_equal(counted(&c, &p, in_folder("bare.bam"), &o, &err), 0);
    assert_counts(&c.sample[0], 0, 1, 0, 0);
    assert_string_equal(c.sample[0].name, "bare"); /* no read group: after the file */
    assert_non_null(strstr(c.notes.s, "'chr'"));
    mtl__count_set_free(&c);
    convert(plain_read, "chr.bam", "wb", NULL, false);
    assert_int_equal(counted(&c, &p, in_folder("chr.bam"), &o, &err), 0);
    assert_null(c.notes.s);
    mtl__count_set_free(&c);
    mtl__sites_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),          cmocka_unit_test(mates),
        cmocka_unit_test(molecules),        cmocka_unit_test(misread_barcodes),
        cmocka_unit_test(every_way_alike),  cmocka_unit_test(damaged),
        cmocka_unit_test(other_genomes),    cmocka_unit_test(references),
        cmocka_unit_test(names_of_contigs),
    };
    return cmocka_run_group_tests_name("pile-up", tests, make_folder, remove_folder);
}
