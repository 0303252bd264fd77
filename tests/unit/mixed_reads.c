/* SPDX-License-Identifier: MIT */
/* Reads of two people in one file, of a known share. */
#include "mixed_reads.h"

#include <stdio.h>

#include <htslib/sam.h>

#include "num/num.h"

typedef struct reads {
    samFile *file;
    sam_hdr_t *header;
    bam1_t *read;
    bool more;
    double keep;
    uint64_t salt;
} reads;

static void next(reads *r)
{
    char name[300];
    double u;
    do {
        r->more = sam_read1(r->file, r->header, r->read) >= 0;
        snprintf(name, sizeof name, "%llu:%.260s", (unsigned long long)r->salt,
                 r->more ? bam_get_qname(r->read) : "");
        u = (double)(mtl__hash(name) >> 11) / 9007199254740992.0;
    } while (r->more && u >= r->keep);
}

static bool start(reads *r, const char *path, double keep, uint64_t salt)
{
    *r = (reads){.file = sam_open(path, "r"), .read = bam_init1(), .keep = keep, .salt = salt};
    r->header = r->file ? sam_hdr_read(r->file) : NULL;
    if (r->header && r->read)
        next(r);
    return r->header && r->read;
}

static void stop(reads *r)
{
    if (r->file)
        sam_close(r->file);
    sam_hdr_destroy(r->header);
    bam_destroy1(r->read);
}

bool trio_mix(double share, uint64_t salt, const char *out)
{
    reads a, b;
    bool good = start(&a, TRIO "HG004_mother.bam", 1 - share, 2 * salt);
    good = start(&b, TRIO "HG002_child.bam", share, 2 * salt + 1) && good;
    samFile *to = good ? sam_open(out, "wb") : NULL;
    good = to && sam_hdr_write(to, a.header) >= 0;
    while (good && (a.more || b.more)) {
        const bam1_core_t *x = &a.read->core, *y = &b.read->core;
        const bool mother =
            !b.more || (a.more && (x->tid < y->tid || (x->tid == y->tid && x->pos <= y->pos)));
        reads *first = mother ? &a : &b;
        good = sam_write1(to, a.header, first->read) >= 0;
        next(first);
    }
    if (to)
        good = sam_close(to) >= 0 && good;
    stop(&a);
    stop(&b);
    return good;
}

double trio_depth(const mtl__site_panel *p, const char *path)
{
    mtl__pileup_opts o;
    mtl__count_set c;
    double n = 0;
    mtl__pileup_opts_init(&o);
    mtl__count_set_init(&c);
    if (mtl__pileup_read(&c, p, path, &o, NULL) >= 0)
        for (int i = 0; i < p->n; i++)
            n += c.sample[0].ref[i] + c.sample[0].alt[i];
    mtl__count_set_free(&c);
    return n;
}
