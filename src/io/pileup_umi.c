/* SPDX-License-Identifier: MIT */
/* Molecular barcodes that were misread. Among the molecules of one place (both ends and the
   orientation) that cover a site, a barcode that differs in one base from another which has at
   least 2 n - 1 of its n reads is taken for a misreading of it, and so on from there: the
   directional network of Smith, Heger and Sudbery (Genome Research 2017; 27: 491), by the reads
   over this site. Reads of all barcodes of a network are those of one molecule. */
#include <stdlib.h>
#include <string.h>

#include "io/pileup.h"

uint64_t mtl__barcode(const char *umi)
{
    uint64_t code = 1; /* so that lengths differ */
    for (; *umi; umi++) {
        static const char letters[] = "ACGT";
        const char *at = strchr(letters, *umi & ~0x20);
        if (*umi == '-' || *umi == '+' || *umi == '_')
            continue; /* between the barcodes of two ends */
        if (!at || !*at || code >> 61)
            return 0;
        code = code << 2 | (uint64_t)(at - letters);
    }
    return code;
}

static bool one_apart(uint64_t a, uint64_t b)
{
    const uint64_t x = a ^ b, place = (x | x >> 1) & 0x5555555555555555ULL;
    /* Of the same length: then the leading 1 is in both. */
    return x < (a & b) && place && (place & (place - 1)) == 0;
}

static int reads_of(const mtl__pileup_seen *e)
{
    return e->n[0] + e->n[1] + e->n[2] + e->n[3];
}

/* By site and place; most reads first, then by barcode, so that the order of reads is no matter. */
static int by_place(const void *a, const void *b)
{
    const mtl__pileup_seen *x = *(mtl__pileup_seen *const *)a, *y = *(mtl__pileup_seen *const *)b;
    const int nx = reads_of(x), ny = reads_of(y);
    if (x->site != y->site)
        return x->site > y->site ? 1 : -1;
    if (x->place != y->place)
        return x->place > y->place ? 1 : -1;
    if (nx != ny)
        return nx < ny ? 1 : -1;
    return (x->barcode > y->barcode) - (x->barcode < y->barcode);
}

typedef struct network {
    int *reads; /* as they were before any were taken in */
    int *queue; /* members whose own misreadings are still to be looked for */
    bool *taken;
} network;

/* The network of e[root]: all that was misread from it, and from those. */
static int take_in(mtl__pileup_seen **e, int n, int root, const network *w)
{
    int length = 0, merged = 0;
    w->queue[length++] = root;
    w->taken[root] = true;
    for (int at = 0; at < length; at++) {
        const int from = w->queue[at];
        for (int k = root + 1; k < n; k++) {
            if (w->taken[k] || w->reads[from] < 2 * w->reads[k] - 1 ||
                !one_apart(e[from]->barcode, e[k]->barcode))
                continue;
            w->taken[k] = true;
            w->queue[length++] = k;
            merged++;
            for (int b = 0; b < 4; b++) {
                const unsigned sum = (unsigned)e[root]->n[b] + e[k]->n[b];
                e[root]->n[b] = (uint16_t)(sum < UINT16_MAX ? sum : UINT16_MAX);
                e[k]->n[b] = 0;
            }
        }
    }
    return merged;
}

/* One place: networks from the barcode of most reads down. */
static int merge_place(mtl__pileup_seen **e, int n, const network *w)
{
    int merged = 0;
    for (int k = 0; k < n; k++) {
        w->reads[k] = reads_of(e[k]);
        w->taken[k] = false;
    }
    for (int root = 0; root < n; root++)
        if (!w->taken[root])
            merged += take_in(e, n, root, w);
    return merged;
}

int mtl__merge_barcodes(mtl__pileup_seen **e, int n, int64_t *merged, mtl_error *err)
{
    const size_t size = (size_t)n + 1;
    const network w = {malloc(size * sizeof(int)), malloc(size * sizeof(int)),
                       malloc(size * sizeof(bool))};
    const bool room = w.reads && w.queue && w.taken;
    if (n > 1)
        qsort(e, (size_t)n, sizeof *e, by_place);
    for (int from = 0, to; room && from < n; from = to) {
        for (to = from + 1;
             to < n && e[to]->site == e[from]->site && e[to]->place == e[from]->place;)
            to++;
        if (to - from > 1 && to - from <= MTL__BARCODES_MAX)
            *merged += merge_place(e + from, to - from, &w);
    }
    free(w.reads);
    free(w.queue);
    free(w.taken);
    return room ? MTL_OK : mtl__nomem(err);
}
