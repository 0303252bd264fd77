/* SPDX-License-Identifier: MIT */
/* HLA haplotypes of a whole family given the typings of some of its people. Those who matter to the
   typings (the typed and their ancestors) are gone through exactly: every founder brings two
   haplotypes
   ("slots") of which nothing is known at first, every child takes one of each parent, and every
   typing writes alleles into slots, in each order that is possible. A way that gets to the end has
   the probability of its meioses times that of its slots in the population. Two passes: the first
   sums, the second stops at the ways that the draws fall on, so that nothing has to be kept. All
   others inherit forward. */
#include <stdlib.h>
#include <string.h>

#include "kin/hla.h"

enum { SIDES = 2, MEMO = 4096, CHOICES = 2 + 2 * (MTL__HLA_LOCI - 1) };
static const uint64_t stream_family = 0x484c412d66616d69, stream_founder = 0x484c412d666f756e,
                      stream_meiosis = 0x484c412d6d656900;

typedef struct slot {
    int owner, side; /* who brought it in, as whose */
    int16_t allele[MTL__HLA_LOCI];
} slot;

typedef struct memo {
    bool used;
    int16_t allele[MTL__HLA_LOCI];
    double p;
} memo;

typedef struct walk {
    const mtl__hla_table *t;
    const mtl__lineage *l;
    const mtl__hla_typing *typing;       /* of genomes */
    int *person, n_persons;              /* those who matter, parents first */
    int (*origin)[SIDES][MTL__HLA_LOCI]; /* [n] slot of each allele */
    slot *slot;
    int n_slots;
    double meioses; /* probability of the choices so far */
    bool crossed;
    long steps;
    double total;
    memo *memo;
    /* second pass */
    const double *target; /* ascending, in units of the total; NULL in the first pass */
    int next, draws;
    const int *draw_of;
    uint64_t seed;
    int first_draw;
    mtl__hla_genotype *out;
    int (*traced)[SIDES]; /* [n] where each DRB1 of the one draw came from; NULL = not asked for */
    mtl_error *err;
} walk;

static double slot_probability(walk *w, const int16_t *allele)
{
    const uint64_t h = mtl__hash_bytes(MTL_HASH_START, allele, sizeof(int16_t) * MTL__HLA_LOCI);
    memo *m = &w->memo[(h ^ (h >> 29)) % MEMO];
    if (!m->used || memcmp(m->allele, allele, sizeof m->allele) != 0) {
        m->used = true;
        memcpy(m->allele, allele, sizeof m->allele);
        m->p = mtl__hla_probability(w->t, allele);
    }
    return m->p;
}

static void trace_slots(walk *w)
{
    for (int k = 0; k < w->n_persons; k++)
        for (int side = 0; side < SIDES; side++) {
            const slot *s = &w->slot[w->origin[w->person[k]][side][MTL__HLA_DRB1]];
            w->traced[w->person[k]][side] = SIDES * s->owner + s->side;
        }
}

/* Fills the slots of one way and writes down who has what. */
static void realise(walk *w, int draw)
{
    mtl__hla_genotype *out = w->out + (size_t)draw * (size_t)w->l->n;
    mtl__hla_haplotype filled;
    mtl__rng rng;
    for (int s = 0; s < w->n_slots; s++) {
        const int owner = w->slot[s].owner;
        if (s == 0 || w->slot[s - 1].owner != owner)
            mtl__rng_stream(&rng, w->seed, w->l->key[owner],
                            (uint64_t)w->first_draw + (uint64_t)draw, stream_founder);
        mtl__hla_draw_haplotype(w->t, w->slot[s].allele, &rng, &filled);
        for (int k = 0; k < w->n_persons; k++) {
            const int i = w->person[k];
            for (int side = 0; side < SIDES; side++)
                for (int l = 0; l < MTL__HLA_LOCI; l++)
                    if (w->origin[i][side][l] == s)
                        out[i].of[side].allele[l] = filled.allele[l];
        }
    }
    if (w->traced)
        trace_slots(w);
}

static void end_of_way(walk *w)
{
    double p = w->meioses;
    for (int s = 0; s < w->n_slots && p > 0; s++)
        p *= slot_probability(w, w->slot[s].allele);
    if (!(p > 0))
        return;
    w->total += p;
    while (w->target && w->next < w->draws && w->target[w->next] < w->total)
        realise(w, w->draw_of[w->next++]);
}

static void next_person(walk *w, int k);

/* Writes an allele into the slot that one side of a person has at a locus; false if another is
 * there. */
static bool write_allele(walk *w, int person, int side, int locus, int allele, bool *fresh)
{
    *fresh = false;
    if (allele < 0)
        return true;
    int16_t *at = &w->slot[w->origin[person][side][locus]].allele[locus];
    if (*at >= 0)
        return *at == allele;
    *at = (int16_t)allele;
    *fresh = true;
    return true;
}

static void erase(walk *w, int person, int side, int locus)
{
    w->slot[w->origin[person][side][locus]].allele[locus] = MTL__HLA_UNTYPED;
}

/* One locus of a typing in one or both orders; `swap` is the order of the first locus when phased.
 */
static void typed_locus(walk *w, int k, int locus, int swap)
{
    const int i = w->person[k];
    const mtl__hla_typing *y = &w->typing[i];
    if (++w->steps > MTL__HLA_MAX_STEPS)
        return;
    if (locus == MTL__HLA_LOCI) {
        next_person(w, k + 1);
        return;
    }
    const int a = y->allele[locus][0], b = y->allele[locus][1];
    for (int order = 0; order < 2; order++) {
        bool fresh[2] = {false, false};
        if (y->phased ? (swap >= 0 && order != swap) : (order == 1 && a == b))
            continue;
        const bool ok = write_allele(w, i, 0, locus, order ? b : a, &fresh[0]) &&
                        write_allele(w, i, 1, locus, order ? a : b, &fresh[1]);
        if (ok)
            typed_locus(w, k, locus + 1, order);
        for (int side = 0; side < SIDES; side++)
            if (fresh[side])
                erase(w, i, side, locus);
    }
}

static bool all_the_same(const mtl__hla_typing *y)
{
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        if (y->allele[l][0] != y->allele[l][1])
            return false;
    return true;
}

/* One side of a person: a new slot, or what a parent hands on in each possible way. */
static void one_side(walk *w, int k, int side)
{
    const int i = w->person[k];
    if (++w->steps > MTL__HLA_MAX_STEPS || (w->target && w->next == w->draws))
        return;
    if (side == SIDES) {
        const mtl__hla_typing *y = &w->typing[i];
        /* Phased and the same on both chromosomes: one order, or it would count twice. */
        if (!y->typed)
            next_person(w, k + 1);
        else
            typed_locus(w, k, 0, y->phased && all_the_same(y) ? 0 : -1);
        return;
    }
    int parent = side == 0 ? w->l->mother[i] : w->l->father[i];
    if (parent < 0) {
        const int s = w->n_slots++;
        w->slot[s].owner = i;
        w->slot[s].side = side;
        for (int l = 0; l < MTL__HLA_LOCI; l++) {
            w->slot[s].allele[l] = MTL__HLA_UNTYPED;
            w->origin[i][side][l] = s;
        }
        one_side(w, k, side + 1);
        w->n_slots--;
        return;
    }
    parent = w->l->genome[parent];
    const double before = w->meioses;
    const bool crossed = w->crossed;
    double straight = 0.5;
    for (int l = 0; l + 1 < MTL__HLA_LOCI; l++)
        straight *= 1 - w->t->recombination[l];
    for (int c = 0; c < CHOICES; c++) {
        const int from = c % 2, at = c / 2; /* at 0: straight; else crossing before locus `at` */
        const double r = at > 0 ? w->t->recombination[at - 1] : 0;
        if (at > 0 && (crossed || !(r > 0)))
            continue;
        for (int l = 0; l < MTL__HLA_LOCI; l++)
            w->origin[i][side][l] = w->origin[parent][at > 0 && l >= at ? !from : from][l];
        w->meioses = before * straight * (at > 0 ? r / (1 - r) : 1);
        w->crossed = crossed || at > 0;
        one_side(w, k, side + 1);
    }
    w->meioses = before;
    w->crossed = crossed;
}

static void next_person(walk *w, int k)
{
    if (k == w->n_persons)
        end_of_way(w);
    else
        one_side(w, k, 0);
}

/* ---------------------------------------------------------------- around it */
static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void draw_targets(walk *w, double *target)
{
    for (int d = 0; d < w->draws; d++) {
        mtl__rng rng;
        mtl__rng_stream(&rng, w->seed, 0, (uint64_t)w->first_draw + (uint64_t)d, stream_family);
        /* Below the total also after rounding. */
        target[d] = mtl__rng_unit(&rng) * w->total * (1 - 1e-12);
    }
}

/* Marks the typed and their ancestors, and lists them with each child as soon as its parents are
   there: wrong ways then end early. */
static void add_person(walk *w, unsigned char *state, int i)
{
    if (i < 0)
        return;
    i = w->l->genome[i];
    if (state[i])
        return;
    state[i] = 1;
    add_person(w, state, w->l->mother[i]);
    add_person(w, state, w->l->father[i]);
    w->person[w->n_persons++] = i;
}

/* Which of a parent's two haplotypes DRB1 is handed on from by a meiosis that is about to be drawn.
 */
static int handed_on(const mtl__hla_table *t, mtl__rng meiosis)
{
    const mtl__hla_haplotype sides[SIDES] = {{{0, 0, 0, 0, 0}}, {{1, 1, 1, 1, 1}}};
    mtl__hla_haplotype gamete;
    mtl__hla_gamete(t, sides, &meiosis, &gamete);
    return gamete.allele[MTL__HLA_DRB1];
}

static void forward(const walk *w, const int *order, const unsigned char *mattered)
{
    static const int16_t any[MTL__HLA_LOCI] = {-1, -1, -1, -1, -1};
    for (int d = 0; d < w->draws; d++) {
        mtl__hla_genotype *out = w->out + (size_t)d * (size_t)w->l->n;
        for (int k = 0; k < w->l->n; k++) {
            const int i = order[k];
            if (w->l->genome[i] != i || mattered[i])
                continue;
            const int parent[2] = {w->l->mother[i], w->l->father[i]};
            mtl__rng founder, meiosis;
            mtl__rng_stream(&founder, w->seed, w->l->key[i], (uint64_t)w->first_draw + (uint64_t)d,
                            stream_founder);
            for (int side = 0; side < SIDES; side++) {
                mtl__rng_stream(&meiosis, w->seed, w->l->key[i],
                                (uint64_t)w->first_draw + (uint64_t)d,
                                stream_meiosis + (uint64_t)side);
                if (w->traced)
                    w->traced[i][side] =
                        parent[side] < 0
                            ? SIDES * i + side
                            : w->traced[w->l->genome[parent[side]]][handed_on(w->t, meiosis)];
                if (parent[side] < 0)
                    mtl__hla_draw_haplotype(w->t, any, &founder, &out[i].of[side]);
                else
                    mtl__hla_gamete(w->t, out[w->l->genome[parent[side]]].of, &meiosis,
                                    &out[i].of[side]);
            }
        }
        for (int i = 0; i < w->l->n; i++) {
            out[i] = out[w->l->genome[i]];
            for (int side = 0; w->traced && side < SIDES; side++)
                w->traced[i][side] = w->traced[w->l->genome[i]][side];
        }
    }
}

typedef struct target {
    double at;
    int draw;
} target;

/* Both passes over the ways of those who matter. */
static int conditioned(walk *w, double *at, int *draw_of)
{
    target *sorted = malloc(((size_t)w->draws + 1) * sizeof *sorted);
    if (!sorted)
        return mtl__nomem(w->err);
    w->meioses = 1;
    next_person(w, 0);
    if (w->steps > MTL__HLA_MAX_STEPS) {
        free(sorted);
        return mtl__fail(w->err, MTL_ERR_LIMIT, NULL,
                         "the HLA typings leave too many ways to go through exactly (%d steps); "
                         "give haplotypes (phased typings) or fewer people",
                         (int)MTL__HLA_MAX_STEPS);
    }
    if (!(w->total > 0)) {
        free(sorted);
        return mtl__fail(
            w->err, MTL_ERR_VALUE, NULL,
            "the HLA typings cannot be inherited so in this pedigree, with at most one "
            "crossing-over in all");
    }
    draw_targets(w, at);
    for (int d = 0; d < w->draws; d++)
        sorted[d] = (target){at[d], d};
    qsort(sorted, (size_t)w->draws, sizeof *sorted, compare);
    for (int d = 0; d < w->draws; d++) {
        at[d] = sorted[d].at;
        draw_of[d] = sorted[d].draw;
    }
    free(sorted);
    w->target = at;
    w->draw_of = draw_of;
    w->total = 0;
    w->steps = 0;
    next_person(w, 0);
    return MTL_OK;
}

static int draw_all(walk w, const mtl__hla_typing *typing)
{
    mtl__arena a;
    mtl__arena_init(&a, 0);
    const mtl__lineage *l = w.l;
    const int draws = w.draws;
    const size_t n = (size_t)l->n + 1;
    mtl_error *err = w.err;
    w.person = mtl__arena_alloc(&a, n * sizeof *w.person);
    w.origin = mtl__arena_alloc(&a, n * sizeof *w.origin);
    w.slot = mtl__arena_alloc(&a, 2 * n * sizeof *w.slot);
    w.memo = mtl__arena_alloc(&a, MEMO * sizeof *w.memo);
    mtl__hla_typing *of_genome = mtl__arena_alloc(&a, n * sizeof *of_genome);
    unsigned char *state = mtl__arena_alloc(&a, n);
    int *order = mtl__arena_alloc(&a, n * sizeof *order);
    int *draw_of = mtl__arena_alloc(&a, ((size_t)draws + 1) * sizeof *draw_of);
    double *at = mtl__arena_alloc(&a, ((size_t)draws + 1) * sizeof *at);
    int ret =
        w.person && w.origin && w.slot && w.memo && of_genome && state && order && draw_of && at
            ? mtl__lineage_order(l, order, err)
            : mtl__nomem(err);
    w.typing = of_genome;
    for (int i = 0; ret == MTL_OK && i < l->n; i++)
        if (typing[i].typed && !of_genome[l->genome[i]].typed) {
            of_genome[l->genome[i]] = typing[i];
            add_person(&w, state, i);
        }
    if (ret == MTL_OK && w.n_persons > 0)
        ret = conditioned(&w, at, draw_of);
    if (ret == MTL_OK)
        forward(&w, order, state);
    mtl__arena_free(&a);
    return ret;
}

int mtl__hla_draw_family(const mtl__hla_table *t, const mtl__lineage *l,
                         const mtl__hla_typing *typing, uint64_t seed, int first_draw, int draws,
                         mtl__hla_genotype *out, mtl_error *err)
{
    return draw_all((walk){.t = t,
                           .l = l,
                           .seed = seed,
                           .first_draw = first_draw,
                           .draws = draws,
                           .out = out,
                           .err = err},
                    typing);
}

int mtl__hla_draw_origins(const mtl__hla_table *t, const mtl__lineage *l,
                          const mtl__hla_typing *typing, uint64_t seed, int draw,
                          mtl__hla_genotype *out, int (*origin)[2], mtl_error *err)
{
    return draw_all((walk){.t = t,
                           .l = l,
                           .seed = seed,
                           .first_draw = draw,
                           .draws = 1,
                           .out = out,
                           .traced = origin,
                           .err = err},
                    typing);
}
