/* SPDX-License-Identifier: MIT */
/* Reads of BAM, CRAM and SAM at the sites of a panel, through htslib, without a pile-up engine:
   reads come sorted, so the sites that one covers are found by moving on, and only their bases are
   looked at. Where the panel is sparse the index is used and only the blocks that hold sites are
   unpacked; where these would be more than half of the file it is read from end to end, on
   several threads, which is faster than many jumps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/faidx.h>
#include <htslib/hts.h>
#include <htslib/sam.h>

#include "io/pileup.h"
#include "par/par.h"

enum { MERGE_BP = 200 };

typedef struct pileup {
    const char *path;
    const mtl__site_panel *panel;
    const mtl__pileup_opts *o;
    mtl_error *err;
    enum htsLogLevel level;
    htsFile *file;
    sam_hdr_t *header;
    hts_idx_t *index;
    hts_itr_t *iterator;
    bam1_t *read;
    int n_targets;
    int *first, *last;   /* [n_targets] sites of a contig */
    int contigs;         /* with sites */
    bool renamed;        /* "chr" stands in one of the two files only */
    int tid, site, stop; /* where the reads are */
    hts_pos_t position;
    int64_t reads, filtered;
    mtl__pileup_tally tally;
} pileup;

void mtl__pileup_opts_init(mtl__pileup_opts *o)
{
    *o =
        (mtl__pileup_opts){.base_quality = 20, .mapping_quality = 20, .umi_least = 1, .threads = 1};
}

static int fail(const pileup *p, int code, const char *text)
{
    return mtl__fail_at(p->err, code, p->path, 0, 0, NULL, "%s", text);
}

/* ---------------------------------------------------------------- opening */
/* Every contig of the reads must be in the FASTA: what is missing htslib would look for elsewhere.
 */
static int check_cram_reference(const pileup *p)
{
    faidx_t *fai = fai_load3(p->o->reference, NULL, NULL, 0);
    if (!fai)
        return mtl__fail_at(p->err, MTL_ERR_IO, p->o->reference, 0, 0, "reference",
                            "cannot be read: a FASTA with its index beside it (samtools faidx)");
    int ret = MTL_OK;
    for (int t = 0; t < sam_hdr_nref(p->header) && ret == MTL_OK; t++) {
        const char *name = sam_hdr_tid2name(p->header, t);
        if (!faidx_has_seq(fai, name) || faidx_seq_len(fai, name) != sam_hdr_tid2len(p->header, t))
            ret = mtl__fail_at(p->err, MTL_ERR_VALUE, p->o->reference, 0, 0, "reference",
                               "contig '%.60s' of %.120s is missing or has another length: not the "
                               "FASTA that the CRAM was written with",
                               name, p->path);
    }
    fai_destroy(fai);
    return ret;
}

static int prepare_cram(pileup *p)
{
    if (!p->o->reference)
        return mtl__fail_at(p->err, MTL_ERR_VALUE, p->path, 0, 0, "reference",
                            "a CRAM is read with --reference, the FASTA that it was written with");
    MTL_TRY(check_cram_reference(p));
    if (hts_set_fai_filename(p->file, p->o->reference) != 0)
        return mtl__fail_at(p->err, MTL_ERR_IO, p->o->reference, 0, 0, "reference",
                            "cannot be read as the reference of a CRAM");
    return MTL_OK;
}

static int open_reads(pileup *p)
{
    errno = 0;
    p->file = hts_open(p->path, "r");
    if (!p->file)
        return mtl__fail_at(p->err, errno ? mtl__errno_code(errno) : MTL_ERR_SYNTAX, p->path, 0, 0,
                            NULL, "cannot open: %s", errno ? strerror(errno) : "not aligned reads");
    if (hts_get_format(p->file)->category != sequence_data)
        return fail(p, MTL_ERR_SYNTAX, "neither BAM nor CRAM nor SAM");
    p->header = sam_hdr_read(p->file);
    if (!p->header)
        return fail(p, MTL_ERR_SYNTAX, "its header is not that of a BAM, CRAM or SAM");
    if (hts_check_EOF(p->file) == 0)
        return fail(p, MTL_ERR_SYNTAX,
                    "the file is cut off (the mark at its end is missing); copy it again");
    if (hts_get_format(p->file)->format == cram)
        MTL_TRY(prepare_cram(p));
    p->read = bam_init1();
    return p->read ? MTL_OK : mtl__nomem(p->err);
}

/* ---------------------------------------------------------------- contigs */
static int find_contig(const pileup *p, int chromosome, bool *with_chr)
{
    char name[16];
    snprintf(name, sizeof name, "chr%d", chromosome);
    int tid = sam_hdr_name2tid(p->header, name);
    *with_chr = tid >= 0;
    return tid >= 0 ? tid : sam_hdr_name2tid(p->header, name + 3);
}

/* first[tid], last[tid]: the sites of each contig of the reads. */
static int match_contigs(pileup *p)
{
    p->n_targets = sam_hdr_nref(p->header);
    p->first = calloc((size_t)p->n_targets + 1, sizeof *p->first);
    p->last = calloc((size_t)p->n_targets + 1, sizeof *p->last);
    if (!p->first || !p->last)
        return mtl__nomem(p->err);
    bool with_chr;
    for (int i = 0, next; i < p->panel->n; i = next) {
        const int chromosome = p->panel->site[i].chromosome;
        for (next = i + 1; next < p->panel->n && p->panel->site[next].chromosome == chromosome;)
            next++;
        const int tid = find_contig(p, chromosome, &with_chr);
        if (tid < 0)
            continue;
        p->first[tid] = i;
        p->last[tid] = next;
        p->contigs++;
        p->renamed = p->renamed || with_chr != p->panel->site[i].chr;
        if (p->panel->site[next - 1].position > sam_hdr_tid2len(p->header, tid))
            return mtl__fail_at(p->err, MTL_ERR_VALUE, p->path, 0, 0, NULL,
                                "contig %s ends at %lld, but the panel %s has a site at %lld: "
                                "another build of the genome?",
                                sam_hdr_tid2name(p->header, tid),
                                (long long)sam_hdr_tid2len(p->header, tid), p->panel->file,
                                (long long)p->panel->site[next - 1].position);
    }
    if (p->contigs > 0)
        return MTL_OK;
    return mtl__fail_at(p->err, MTL_ERR_VALUE, p->path, 0, 0, NULL,
                        "none of its %d contigs (first: '%.60s') is a chromosome of the panel %s "
                        "(first: %d, with or without 'chr')",
                        p->n_targets, p->n_targets ? sam_hdr_tid2name(p->header, 0) : "",
                        p->panel->file, p->panel->site[0].chromosome);
}

/* ---------------------------------------------------------------- whole file or jumps */
static hts_reglist_t *regions_of(const pileup *p, unsigned *n)
{
    hts_reglist_t *list = calloc((size_t)p->contigs + 1, sizeof *list);
    *n = 0;
    for (int t = 0; list && t < p->n_targets; t++) {
        const int sites = p->last[t] - p->first[t];
        if (sites <= 0)
            continue;
        hts_reglist_t *r = &list[*n];
        r->reg = sam_hdr_tid2name(p->header, t);
        r->tid = t;
        r->intervals = calloc((size_t)sites, sizeof *r->intervals);
        if (!r->intervals) {
            for (unsigned k = 0; k < *n; k++)
                free(list[k].intervals);
            free(list);
            return NULL;
        }
        ++*n;
        for (int i = p->first[t]; i < p->last[t]; i++) {
            const hts_pos_t at = p->panel->site[i].position - 1;
            if (r->count && at - r->intervals[r->count - 1].end < MERGE_BP)
                r->intervals[r->count - 1].end = at + 1;
            else
                r->intervals[r->count++] = (hts_pair_pos_t){at, at + 1};
        }
        r->min_beg = r->intervals[0].beg;
        r->max_end = r->intervals[r->count - 1].end;
    }
    return list;
}

/* Bytes of the file that the jumps would read. */
static double bytes_of(const hts_itr_t *it, bool is_cram)
{
    double n = 0;
    for (int i = 0; i < it->n_off; i++)
        n += is_cram ? (double)(it->off[i].v - it->off[i].u)
                     : (double)((it->off[i].v >> 16) - (it->off[i].u >> 16)) +
                           0x4000; /* a jump costs about a block */
    return n;
}

static double file_size(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    const double n = fseek(f, 0, SEEK_END) == 0 ? (double)ftell(f) : 0;
    fclose(f);
    return n;
}

static int choose_way(pileup *p)
{
    const bool is_cram = hts_get_format(p->file)->format == cram;
    const double size = file_size(p->path);
    unsigned n;
    if (p->o->way == 1 || hts_get_format(p->file)->format == sam)
        return MTL_OK;
    p->index = sam_index_load3(p->file, p->path, NULL, HTS_IDX_SILENT_FAIL);
    if (!p->index)
        return p->o->way == 2 ? fail(p, MTL_ERR_IO, "no index beside it (samtools index)") : MTL_OK;
    hts_reglist_t *list = regions_of(p, &n);
    if (!list)
        return mtl__nomem(p->err);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): htslib frees the list; a checker cannot know */
    p->iterator = sam_itr_regions(p->index, p->header, list, n); /* takes the list over */
    if (!p->iterator)
        return MTL_OK; /* an index of another file, perhaps: the whole file is read */
    if (p->o->way == 0 && bytes_of(p->iterator, is_cram) > size / 2) {
        hts_itr_destroy(p->iterator);
        p->iterator = NULL;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- one read */
static const int8_t base_code[16] = {-1, 0, 1, -1, 2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1};

static bool dropped(const pileup *p, const bam1_t *b)
{
    unsigned mask = BAM_FUNMAP | BAM_FSECONDARY | BAM_FSUPPLEMENTARY | BAM_FQCFAIL;
    if (!p->o->umi)
        mask |= BAM_FDUP;
    return (b->core.flag & mask) != 0 || b->core.qual < p->o->mapping_quality;
}

/* The barcode with the place and orientation of the template; 0 = no barcode. Reads of one molecule
   share both ends; a single read shares its 5' end, with what was clipped there added. */
static mtl__molecule molecule_of(const pileup *p, const bam1_t *b)
{
    const uint8_t *tag = bam_aux_get(b, p->o->umi);
    const char *umi = tag ? bam_aux2Z(tag) : NULL;
    struct {
        int64_t start, length;
        int64_t orientation;
    } at = {0};
    if (!umi || !*umi)
        return (mtl__molecule){0, 0, 0};
    const bool paired = (b->core.flag & BAM_FPAIRED) && !(b->core.flag & BAM_FMUNMAP) &&
                        b->core.mtid == b->core.tid;
    if (paired) {
        const bool reverse =
            (b->core.flag & (b->core.flag & BAM_FREAD1 ? BAM_FREVERSE : BAM_FMREVERSE)) != 0;
        at.start = b->core.pos < b->core.mpos ? b->core.pos : b->core.mpos;
        at.length = b->core.isize < 0 ? -b->core.isize : b->core.isize;
        at.orientation = reverse;
    } else {
        const uint32_t *cigar = bam_get_cigar(b);
        const int n = (int)b->core.n_cigar;
        at.orientation = 2 + bam_is_rev(b);
        at.start = bam_is_rev(b) ? bam_endpos(b) : b->core.pos;
        if (n && bam_cigar_op(cigar[bam_is_rev(b) ? n - 1 : 0]) == BAM_CSOFT_CLIP)
            at.start += (bam_is_rev(b) ? 1 : -1) *
                        (int64_t)bam_cigar_oplen(cigar[bam_is_rev(b) ? n - 1 : 0]);
    }
    const uint64_t h = mtl__hash_bytes(mtl__hash(umi), &at, sizeof at);
    return (mtl__molecule){h ? h : 1, mtl__hash_bytes(MTL_HASH_START, &at, sizeof at),
                           mtl__barcode(umi)};
}

typedef struct keys {
    uint64_t name;
    mtl__molecule molecule;
    bool ready;
} keys;

static int one_base(pileup *p, const bam1_t *b, int site, int at, keys *k)
{
    const int base = base_code[bam_seqi(bam_get_seq(b), at)];
    const uint8_t quality = bam_get_qual(b)[at];
    const hts_pos_t pos = p->panel->site[site].position - 1;
    if (base < 0 || (quality != 0xff && quality < p->o->base_quality))
        return MTL_OK;
    /* A mate that begins at or before the site may cover it too. */
    const bool may = (b->core.flag & BAM_FPAIRED) && !(b->core.flag & BAM_FMUNMAP) &&
                     b->core.mtid == b->core.tid && b->core.mpos <= pos;
    if (!k->ready) {
        k->ready = true;
        k->molecule = p->o->umi ? molecule_of(p, b) : (mtl__molecule){0, 0, 0};
        k->name = may && !k->molecule.key
                      ? mtl__hash_bytes(MTL_HASH_START, bam_get_qname(b),
                                        (size_t)(b->core.l_qname - b->core.l_extranul))
                      : 0;
    } else if (may && !k->molecule.key && !k->name) {
        k->name = mtl__hash_bytes(MTL_HASH_START, bam_get_qname(b),
                                  (size_t)(b->core.l_qname - b->core.l_extranul));
    }
    return mtl__pileup_tally_base(&p->tally, site, base, may ? k->name : 0,
                                  b->core.mpos >= b->core.pos, &k->molecule, p->err);
}

/* The sites under one stretch of matching bases. */
static int stretch(pileup *p, const bam1_t *b, int *site, hts_pos_t from, int at, int n, keys *k)
{
    const mtl__site *s = p->panel->site;
    while (*site < p->stop && s[*site].position - 1 < from)
        ++*site;
    for (; *site < p->stop && s[*site].position - 1 < from + n; ++*site)
        MTL_TRY(one_base(p, b, *site, at + (int)(s[*site].position - 1 - from), k));
    return MTL_OK;
}

static int bases_of(pileup *p, const bam1_t *b)
{
    const uint32_t *cigar = bam_get_cigar(b);
    hts_pos_t pos = b->core.pos;
    int at = 0, site = p->site;
    keys k = {0};
    if (b->core.l_qseq <= 0)
        return MTL_OK;
    for (unsigned i = 0; i < b->core.n_cigar && site < p->stop; i++) {
        const int n = (int)bam_cigar_oplen(cigar[i]), type = bam_cigar_type(bam_cigar_op(cigar[i]));
        if ((type & 1) && n > b->core.l_qseq - at)
            return fail(p, MTL_ERR_SYNTAX, "a read whose CIGAR is longer than its sequence");
        if (type == 3)
            MTL_TRY(stretch(p, b, &site, pos, at, n, &k));
        if (type & 1)
            at += n;
        if (type & 2)
            pos += n;
    }
    return MTL_OK;
}

static int unsorted(const pileup *p, const bam1_t *b)
{
    return mtl__fail_at(p->err, MTL_ERR_VALUE, p->path, 0, 0, NULL,
                        "read %lld ('%.60s') comes after a read that lies behind it: not sorted by "
                        "coordinate (samtools sort)",
                        (long long)p->reads, bam_get_qname(b));
}

/* Moves on to where a read begins: everything before it is done with. */
static int move_on(pileup *p, const bam1_t *b)
{
    if (b->core.tid != p->tid) {
        if (b->core.tid < p->tid)
            return unsorted(p, b);
        MTL_TRY(mtl__pileup_tally_pass(&p->tally, p->stop, p->err));
        p->tally.passed = 0; /* contigs may come in another order than the panel's */
        p->tid = b->core.tid;
        p->site = p->first[p->tid];
        p->stop = p->last[p->tid];
        memset(p->tally.seen, 0, p->tally.size * sizeof *p->tally.seen);
        p->tally.used = 0;
        MTL_TRY(mtl__pileup_tally_pass(&p->tally, p->site, p->err));
    } else if (b->core.pos < p->position) {
        return unsorted(p, b);
    }
    p->position = b->core.pos;
    const int before = p->site;
    while (p->site < p->stop && p->panel->site[p->site].position - 1 < b->core.pos)
        p->site++;
    return p->site != before ? mtl__pileup_tally_pass(&p->tally, p->site, p->err) : MTL_OK;
}

static int next_read(pileup *p)
{
    return p->iterator ? hts_itr_multi_next(p->file, p->iterator, p->read)
                       : sam_read1(p->file, p->header, p->read);
}

static int all_reads(pileup *p)
{
    int got;
    p->tid = -1;
    while ((got = next_read(p)) >= 0) {
        const bam1_t *b = p->read;
        p->reads++;
        if (b->core.tid < 0)
            break; /* unmapped reads stand at the end */
        MTL_TRY(move_on(p, b));
        if (p->site >= p->stop)
            continue;
        if (dropped(p, b)) {
            p->filtered++;
            continue;
        }
        MTL_TRY(bases_of(p, b));
    }
    if (got < -1)
        return mtl__fail_at(p->err, MTL_ERR_SYNTAX, p->path, 0, 0, NULL,
                            "read %lld cannot be read: the file is cut off or damaged%s",
                            (long long)p->reads + 1,
                            hts_get_format(p->file)->format == cram
                                ? ", or the reference is not the one it was written with"
                                : "");
    return mtl__pileup_tally_pass(&p->tally, p->stop, p->err);
}

/* ---------------------------------------------------------------- the sample */
static const char *stem_of(const char *path, char *buf, size_t size)
{
    const char *slash = strrchr(path, '/');
    snprintf(buf, size, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(buf, '.');
    if (dot && dot != buf)
        *dot = '\0';
    return buf;
}

static bool is_free(const mtl__count_set *c, const char *name)
{
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->sample[i].name, name) == 0)
            return false;
    return true;
}

/* SM of the read groups if all say the same. */
static const char *sample_name(const pileup *p, const mtl__count_set *c, char *buf, size_t size)
{
    kstring_t sm = {0, 0, NULL};
    bool agree = true;
    buf[0] = '\0';
    for (int i = 0; i < sam_hdr_count_lines(p->header, "RG"); i++) {
        if (sam_hdr_find_tag_pos(p->header, "RG", i, "SM", &sm) != 0 || !sm.s)
            continue;
        if (!buf[0])
            snprintf(buf, size, "%s", sm.s);
        agree = agree && strcmp(buf, sm.s) == 0;
    }
    free(sm.s);
    return buf[0] && agree && is_free(c, buf) ? buf : stem_of(p->path, buf, size);
}

/* Most reads at many sites show neither allele: the panel is of another build. */
static int check_alleles(const pileup *p, const mtl__count_sample *s)
{
    int covered = 0, strange = 0, example = -1;
    for (int i = 0; i < p->panel->n; i++) {
        const int depth = s->ref[i] + s->alt[i] + s->other[i];
        if (depth < 4)
            continue;
        covered++;
        if (2 * s->other[i] > depth) {
            strange++;
            example = i;
        }
    }
    if (strange < 3 || 10 * strange < covered)
        return MTL_OK;
    const mtl__site *at = &p->panel->site[example];
    return mtl__fail_at(
        p->err, MTL_ERR_VALUE, p->path, 0, 0, NULL,
        "at %d of %d sites most reads show neither REF nor ALT of the panel %s (for "
        "example %d:%lld %c/%c): another build of the genome?",
        strange, covered, p->panel->file, at->chromosome, (long long)at->position, at->ref,
        at->alt);
}

static int code_of(char base)
{
    return base == 'A' ? 0 : base == 'C' ? 1 : base == 'G' ? 2 : 3;
}

static int keep_counts(const pileup *p, mtl__count_set *c)
{
    char name[256];
    int index;
    int64_t depth = 0;
    MTL_TRY(mtl__count_set_add(c, p->panel, sample_name(p, c, name, sizeof name), p->path, &index,
                               p->err));
    mtl__count_sample *s = &c->sample[index];
    for (int i = 0; i < p->panel->n; i++) {
        const int *n = p->tally.count[i];
        s->ref[i] = n[code_of(p->panel->site[i].ref)];
        s->alt[i] = n[code_of(p->panel->site[i].alt)];
        s->other[i] = n[0] + n[1] + n[2] + n[3] - s->ref[i] - s->alt[i];
        depth += n[0] + n[1] + n[2] + n[3];
    }
    if (p->renamed)
        mtl__str_printf(&c->notes,
                        "%s and %s: contigs are named with 'chr' in one and without in the "
                        "other; taken as the same\n",
                        p->path, p->panel->file);
    s->has_other = true;
    s->reads = p->reads;
    s->filtered = p->filtered;
    s->overlapping = p->tally.overlapping;
    s->discordant = p->tally.discordant;
    s->molecules = p->tally.molecules;
    s->merged = p->tally.merged;
    s->ambiguous = p->tally.ambiguous;
    s->jumped = p->iterator != NULL;
    if (depth == 0)
        return mtl__fail_at(
            p->err, MTL_ERR_VALUE, p->path, 0, 0, NULL,
            "no read lies over any of the %d sites of the panel %s with base quality "
            "%d and mapping quality %d (%lld reads were looked at)",
            p->panel->n, p->panel->file, p->o->base_quality, p->o->mapping_quality,
            (long long)p->reads);
    return check_alleles(p, s);
}

static int carry_out(pileup *p, mtl__count_set *c)
{
    MTL_TRY(open_reads(p));
    MTL_TRY(match_contigs(p));
    MTL_TRY(choose_way(p));
    MTL_TRY(mtl__pileup_tally_init(&p->tally, p->panel, p->o, p->err));
    const int threads = mtl__par_threads(p->o->threads);
    if (threads > 1 && (!p->iterator || hts_get_format(p->file)->format == cram) &&
        hts_set_threads(p->file, threads) != 0)
        return mtl__nomem(p->err);
    MTL_TRY(all_reads(p));
    return keep_counts(p, c);
}

int mtl__pileup_read(mtl__count_set *c, const mtl__site_panel *panel, const char *path,
                     const mtl__pileup_opts *o, mtl_error *err)
{
    pileup p = {.path = path, .panel = panel, .o = o, .err = err, .level = hts_get_log_level()};
    hts_set_log_level(HTS_LOG_OFF);
    const int ret = carry_out(&p, c);
    mtl__pileup_tally_free(&p.tally);
    bam_destroy1(p.read);
    hts_itr_destroy(p.iterator);
    if (p.index)
        hts_idx_destroy(p.index);
    sam_hdr_destroy(p.header);
    if (p.file)
        hts_close(p.file);
    free(p.first);
    free(p.last);
    hts_set_log_level(p.level);
    return ret;
}

/* ---------------------------------------------------------------- REF against a FASTA */
static int check_site(const mtl__site *s, const faidx_t *fai, const char *fasta, const char *panel,
                      mtl_error *err)
{
    char name[16];
    int n = 0;
    snprintf(name, sizeof name, "chr%d", s->chromosome);
    const char *contig = faidx_has_seq(fai, name) ? name : name + 3;
    if (!faidx_has_seq(fai, contig))
        return MTL_OK; /* nothing to hold it against */
    char *base = faidx_fetch_seq(fai, contig, (int)s->position - 1, (int)s->position - 1, &n);
    const char found = base && n == 1 ? (char)(base[0] & ~0x20) : 0;
    free(base);
    if (found == s->ref || found == 'N')
        return MTL_OK;
    return mtl__fail_at(
        err, MTL_ERR_VALUE, panel, s->line, 0, "REF",
        "REF at %s:%lld is %c, but %.120s has %c there: another build of the genome?", contig,
        (long long)s->position, s->ref, fasta, found ? found : '-');
}

int mtl__sites_check_reference(const mtl__site_panel *p, const char *fasta, mtl_error *err)
{
    const enum htsLogLevel level = hts_get_log_level();
    hts_set_log_level(HTS_LOG_OFF);
    faidx_t *fai = fai_load3(fasta, NULL, NULL, 0);
    int ret =
        fai ? MTL_OK
            : mtl__fail_at(err, MTL_ERR_IO, fasta, 0, 0, "reference",
                           "cannot be read: a FASTA with its index beside it (samtools faidx)");
    for (int i = 0; i < p->n && ret == MTL_OK; i++)
        ret = check_site(&p->site[i], fai, fasta, p->file, err);
    if (fai)
        fai_destroy(fai);
    hts_set_log_level(level);
    return ret;
}
