/* SPDX-License-Identifier: MIT */
/* Which alleles of which donors a host lacks, and which donors they tell apart. An allele that the
   host carries too says nothing at fractions of one in a million; so a two-allele marker is
   informative where the host is homozygous and the donor has the other allele. */
#include <string.h>

#include "measure/measure.h"

enum { SPREAD = 4 }; /* slots of the table per pattern */

typedef struct look {
    const mtl__carriers *c;
    int host, n_donors, words;
    const int *donor;
    mtl__host_view *v;
    mtl__arena *arena;
    size_t cap_probe; /* a power of two */
    uint64_t *now;    /* pattern of the probe at hand */
    uint64_t *unsure; /* donors of whom it is not known; cleared after each probe */
    int *table;       /* [SPREAD * cap_probe] hash of patterns: index + 1 */
    uint64_t *parted; /* [n_donors * words] who is told from each donor */
    int *copies;      /* [n_donors] of the probe at hand */
} look;

static size_t first_slot(const look *k, const uint64_t *pattern)
{
    const uint64_t h = mtl__hash_bytes(MTL_HASH_START, pattern, (size_t)k->words * sizeof *pattern);
    return h & (SPREAD * k->cap_probe - 1);
}

static size_t next_slot(const look *k, size_t at)
{
    return (at + 1) & (SPREAD * k->cap_probe - 1);
}

static int grow_in_arena(look *k, int need)
{
    if (k->table && (size_t)need <= k->cap_probe)
        return MTL_OK;
    const size_t words = (size_t)k->words;
    size_t cap = 64;
    while (cap < 2 * (size_t)need)
        cap *= 2;
    mtl__probe *probe = mtl__arena_alloc(k->arena, cap * sizeof *probe);
    uint64_t *pattern = mtl__arena_alloc(k->arena, cap * words * sizeof *pattern);
    int *table = mtl__arena_alloc(k->arena, SPREAD * cap * sizeof *table);
    if (!probe || !pattern || !table)
        return MTL_ERR_MEMORY;
    if (k->v->n_probes) {
        memcpy(probe, k->v->probe, (size_t)k->v->n_probes * sizeof *probe);
        memcpy(pattern, k->v->pattern, (size_t)k->v->n_probes * words * sizeof *pattern);
    }
    k->v->probe = probe;
    k->v->pattern = pattern;
    k->table = table;
    k->cap_probe = cap;
    for (int i = 0; i < k->v->n_probes; i++) {
        size_t at = first_slot(k, pattern + (size_t)i * words);
        while (table[at])
            at = next_slot(k, at);
        table[at] = i + 1;
    }
    return MTL_OK;
}

/* Keeps the pattern at hand if it is new: 1; 0 if it was there. */
static int keep(look *k, mtl__probe probe)
{
    const size_t words = (size_t)k->words;
    if (grow_in_arena(k, k->v->n_probes + 1) < 0)
        return MTL_ERR_MEMORY;
    size_t at = first_slot(k, k->now);
    for (; k->table[at]; at = next_slot(k, at))
        if (memcmp(k->v->pattern + (size_t)(k->table[at] - 1) * words, k->now, words * 8) == 0)
            return 0;
    k->table[at] = k->v->n_probes + 1;
    memcpy(k->v->pattern + (size_t)k->v->n_probes * words, k->now, words * 8);
    k->v->probe[k->v->n_probes++] = probe;
    return 1;
}

/* Who is told from whom by the pattern at hand; of the unsure nothing is. */
static void part(look *k, bool all_sure)
{
    for (int i = 0; i < k->n_donors; i++) {
        uint64_t *row = k->parted + (size_t)i * (size_t)k->words;
        const uint64_t bit = (uint64_t)1 << (i % 64);
        if (k->unsure[i / 64] & bit)
            continue;
        for (int w = 0; w < k->words; w++)
            row[w] |= k->now[i / 64] & bit ? ~k->now[w] & ~k->unsure[w] : k->now[w];
    }
    if (!all_sure)
        memset(k->unsure, 0, (size_t)k->words * sizeof *k->unsure);
}

/* A probe of which copies[] tells who carries it. */
static int take(look *k, enum mtl__probe_kind kind, int what)
{
    int carriers = 0, last = -1;
    memset(k->now, 0, (size_t)k->words * sizeof *k->now);
    for (int i = 0; i < k->n_donors; i++) {
        if (k->copies[i] < 1)
            continue;
        mtl__donor_view *d = &k->v->donor[i];
        k->now[i / 64] |= (uint64_t)1 << (i % 64);
        d->n[kind]++;
        if (k->copies[i] > d->copies[kind])
            d->copies[kind] = k->copies[i];
        carriers++;
        last = i;
    }
    if (carriers == 0)
        return MTL_OK;
    bool all_sure = true;
    for (int w = 0; w < k->words; w++)
        all_sure = all_sure && k->unsure[w] == 0;
    if (!all_sure) {
        part(k, false);
        return MTL_OK;
    }
    if (carriers == 1) {
        mtl__donor_view *d = &k->v->donor[last];
        d->own[kind]++;
        if (k->copies[last] > d->own_copies[kind])
            d->own_copies[kind] = k->copies[last];
    }
    const int fresh = keep(k, (mtl__probe){kind, what});
    if (fresh > 0)
        part(k, true);
    return fresh < 0 ? fresh : MTL_OK;
}

static int take_y(look *k)
{
    if (k->c->y[k->host])
        return MTL_OK;
    for (int i = 0; i < k->n_donors; i++)
        k->copies[i] = k->c->y[k->donor[i]];
    return take(k, MTL__PROBE_Y, 0);
}

static int take_karyotypes(look *k)
{
    for (int i = 0; i < k->n_donors; i++) {
        const int what = k->c->karyotype[k->donor[i]];
        bool seen = what == 0 || what == k->c->karyotype[k->host];
        for (int j = 0; j < i && !seen; j++)
            seen = k->c->karyotype[k->donor[j]] == what;
        if (seen)
            continue;
        for (int j = 0; j < k->n_donors; j++)
            k->copies[j] = k->c->karyotype[k->donor[j]] == what;
        MTL_TRY(take(k, MTL__PROBE_KARYOTYPE, what));
    }
    return MTL_OK;
}

static int alleles(const mtl__hla_genotype *g, int locus, int allele)
{
    return (g->of[0].allele[locus] == allele) + (g->of[1].allele[locus] == allele);
}

static bool untyped(const look *k, int who, int locus)
{
    return k->c->hla[who].of[0].allele[locus] < 0;
}

/* An allele that a donor has and that neither the host nor a donor before has. */
static bool new_allele(const look *k, int locus, int i, int side)
{
    const mtl__hla_genotype *hla = k->c->hla;
    const int a = hla[k->donor[i]].of[side].allele[locus];
    bool seen = a <= 0 || alleles(&hla[k->host], locus, a) > 0 ||
                (side == 1 && hla[k->donor[i]].of[0].allele[locus] == a);
    for (int j = 0; j < i && !seen; j++)
        seen = alleles(&hla[k->donor[j]], locus, a) > 0;
    return !seen;
}

static int take_locus(look *k, int locus)
{
    for (int i = 0; i < k->n_donors; i++)
        for (int side = 0; side < 2; side++) {
            const int a = k->c->hla[k->donor[i]].of[side].allele[locus];
            if (!new_allele(k, locus, i, side))
                continue;
            for (int j = 0; j < k->n_donors; j++) {
                k->copies[j] = alleles(&k->c->hla[k->donor[j]], locus, a);
                if (untyped(k, k->donor[j], locus))
                    k->unsure[j / 64] |= (uint64_t)1 << (j % 64);
            }
            MTL_TRY(take(k, MTL__PROBE_HLA, locus * 65536 + a));
        }
    return MTL_OK;
}

static int take_hla(look *k)
{
    for (int l = 0; k->c->hla && l < MTL__HLA_LOCI; l++)
        if (!untyped(k, k->host, l))
            MTL_TRY(take_locus(k, l));
    return MTL_OK;
}

static int take_markers(look *k)
{
    for (int m = 0; m < k->c->n_markers; m++) {
        const int8_t *g = k->c->genotype + (size_t)m * (size_t)k->c->n_people;
        const int mine = g[k->host];
        if (mine == 1 || mine < 0 || (k->c->marker_used && !k->c->marker_used[m]))
            continue;
        for (int i = 0; i < k->n_donors; i++) {
            const int theirs = g[k->donor[i]];
            k->copies[i] = theirs < 0 ? 0 : mine == 0 ? theirs : 2 - theirs;
        }
        MTL_TRY(take(k, MTL__PROBE_MARKER, 2 * m + (mine == 0)));
    }
    return MTL_OK;
}

int mtl__look_at_host(mtl__host_view *out, mtl__arena *arena, const mtl__carriers *c, int host,
                      const int *donor, int n_donors, mtl_error *err)
{
    memset(out, 0, sizeof *out);
    look k = {.c = c,
              .host = host,
              .donor = donor,
              .n_donors = n_donors,
              .v = out,
              .arena = arena,
              .words = mtl__pattern_words(n_donors)};
    const size_t n = (size_t)n_donors + 1;
    out->donor = mtl__arena_alloc(arena, n * sizeof *out->donor);
    out->apart = mtl__arena_alloc(arena, n * n * sizeof *out->apart);
    k.now = mtl__arena_alloc(arena, (size_t)k.words * sizeof *k.now);
    k.unsure = mtl__arena_alloc(arena, (size_t)k.words * sizeof *k.unsure);
    k.parted = mtl__arena_alloc(arena, n * (size_t)k.words * sizeof *k.parted);
    k.copies = mtl__arena_alloc(arena, n * sizeof *k.copies);
    if (!out->donor || !out->apart || !k.now || !k.unsure || !k.parted || !k.copies)
        return mtl__nomem(err);
    if (take_y(&k) < 0 || take_karyotypes(&k) < 0 || take_hla(&k) < 0 || take_markers(&k) < 0)
        return mtl__nomem(err);
    for (int i = 0; i < n_donors; i++)
        for (int j = 0; j < n_donors; j++)
            out->apart[i * n_donors + j] =
                (k.parted[(size_t)i * (size_t)k.words + (size_t)j / 64] >> (j % 64) & 1) != 0;
    return MTL_OK;
}
