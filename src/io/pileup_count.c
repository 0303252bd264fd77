/* SPDX-License-Identifier: MIT */
/* Counts bases at sites. A table keyed by site and template finds the mate that covers the same
   site: two mates are one molecule read twice, so agreeing bases count once and disagreeing ones
   not at all (one of them is an error, and which is not known). With barcodes, reads of one
   molecule (same barcode, place and orientation) are counted as one base, the one that more than
   half of them show; others count as ambiguous; misread barcodes are seen to in pileup_umi.c.
   Entries of sites that the sorted reads have passed are dropped when the table grows, so it stays
   as small as the reads over a few sites. */
#include <stdlib.h>
#include <string.h>

#include "io/pileup.h"

int mtl__pileup_tally_init(mtl__pileup_tally *t, const mtl__site_panel *p,
                           const mtl__pileup_opts *o, mtl_error *err)
{
    *t = (mtl__pileup_tally){.panel = p, .o = o, .size = 4096};
    t->count = calloc((size_t)p->n + 1, sizeof *t->count);
    t->seen = calloc(t->size, sizeof *t->seen);
    return t->count && t->seen ? MTL_OK : mtl__nomem(err);
}

void mtl__pileup_tally_free(mtl__pileup_tally *t)
{
    free(t->count);
    free(t->seen);
    free(t->passing);
    t->passing = NULL;
    t->count = NULL;
    t->seen = NULL;
}

static uint64_t mixed(uint64_t key, int site)
{
    uint64_t h = (key ^ ((uint64_t)(unsigned)site * 0x9e3779b97f4a7c15ULL)) * 0xff51afd7ed558ccdULL;
    return h ^ (h >> 32);
}

/* The place of an entry, or the empty one where it would stand. */
static mtl__pileup_seen *place(const mtl__pileup_tally *t, uint64_t key, int site)
{
    size_t at = (size_t)mixed(key, site) & (t->size - 1);
    while (t->seen[at].key && !(t->seen[at].key == key && t->seen[at].site == site))
        at = (at + 1) & (t->size - 1);
    return &t->seen[at];
}

/* A molecule is one base if more than half of its reads show it. */
static void count_molecule(mtl__pileup_tally *t, const mtl__pileup_seen *e)
{
    int total = 0, best = 0;
    for (int b = 0; b < 4; b++) {
        total += e->n[b];
        if (e->n[b] > e->n[best])
            best = b;
    }
    if (total < t->o->umi_least || total == 0) /* 0: went into another one */
        return;
    t->molecules++;
    if (2 * e->n[best] > total)
        t->count[e->site][best]++;
    else
        t->ambiguous++;
}

/* Into a table of `size` places, without what has been passed. */
static int rebuild(mtl__pileup_tally *t, size_t size, mtl_error *err)
{
    mtl__pileup_seen *old = t->seen;
    const size_t n = t->size;
    mtl__pileup_seen *bigger = size ? calloc(size, sizeof *bigger) : NULL;
    if (!bigger)
        return mtl__nomem(err);
    t->seen = bigger;
    t->size = size;
    t->used = 0;
    for (size_t i = 0; i < n; i++) {
        if (!old[i].key || old[i].site < t->passed)
            continue;
        *place(t, old[i].key, old[i].site) = old[i];
        t->used++;
    }
    free(old);
    return MTL_OK;
}

static int make_room(mtl__pileup_tally *t, mtl_error *err)
{
    size_t alive = 0;
    if (2 * t->used < t->size)
        return MTL_OK;
    for (size_t i = 0; i < t->size; i++)
        alive += t->seen[i].key && t->seen[i].site >= t->passed;
    return rebuild(t, 4 * alive < t->size ? t->size : 2 * t->size, err);
}

int mtl__pileup_tally_pass(mtl__pileup_tally *t, int site, mtl_error *err)
{
    size_t n = 0;
    if (site <= t->passed)
        return MTL_OK;
    for (size_t i = 0; t->o->umi && i < t->size && t->used; i++) {
        mtl__pileup_seen *e = &t->seen[i];
        if (!e->key || e->site < t->passed || e->site >= site)
            continue;
        if (mtl__grow(&t->passing, &t->cap_passing, n + 1, sizeof *t->passing) < 0)
            return mtl__nomem(err);
        t->passing[n++] = e;
    }
    if (n > 1 && !t->o->umi_exact)
        MTL_TRY(mtl__merge_barcodes(t->passing, (int)n, &t->merged, err));
    for (size_t i = 0; i < n; i++)
        count_molecule(t, t->passing[i]);
    t->passed = site;
    return MTL_OK;
}

static int by_molecule(mtl__pileup_tally *t, int site, int base, const mtl__molecule *m,
                       mtl_error *err)
{
    MTL_TRY(make_room(t, err));
    mtl__pileup_seen *e = place(t, m->key, site);
    if (!e->key) {
        *e = (mtl__pileup_seen){
            .key = m->key, .site = site, .place = m->place, .barcode = m->barcode};
        t->used++;
    }
    if (e->n[base] < UINT16_MAX)
        e->n[base]++;
    return MTL_OK;
}

int mtl__pileup_tally_base(mtl__pileup_tally *t, int site, int base, uint64_t template_key,
                           bool comes_later, const mtl__molecule *molecule, mtl_error *err)
{
    if (molecule->key)
        return by_molecule(t, site, base, molecule, err);
    if (!template_key) {
        t->count[site][base]++;
        return MTL_OK;
    }
    mtl__pileup_seen *e = place(t, template_key, site);
    if (e->key) {
        t->overlapping++;
        if (e->base == base || !e->counted)
            return MTL_OK;
        t->count[site][e->base]--;
        e->counted = 0;
        t->discordant++;
        return MTL_OK;
    }
    t->count[site][base]++;
    if (!comes_later)
        return MTL_OK;
    *e = (mtl__pileup_seen){.key = template_key, .site = site, .base = (uint8_t)base, .counted = 1};
    t->used++;
    return make_room(t, err);
}
