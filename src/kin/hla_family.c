/* SPDX-License-Identifier: MIT */
/* HLA haplotypes of a whole family given the typings of some of its people. Those who matter to the
   typings (the typed and their ancestors) are gone through exactly: every founder brings two
   haplotypes ("slots") of which nothing is known at first, every child takes one of each parent,
   and every typing writes alleles into slots, in each order that is possible. A way that gets to
   the end has the probability of its meioses times that of its slots in the population. The ways
   and the sum up to each are kept, so that a draw is a search; where they are too many, only their
   sum is, and a second pass stops at the ways that the draws fall on. All others inherit forward.
 */
#include <stdlib.h>
#include <string.h>

#include "kin/hla.h"

enum {
    SIDES = 2,
    MEMO = 4096,
    CHOICES = 2 + 2 * (MTL__HLA_LOCI - 1),
    CHOSEN = SIDES + 1 /* bytes of a person: what each side was handed, how a typing fell */
};
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

struct mtl__hla_law {
    const mtl__hla_table *t;
    const mtl__lineage *l;
    mtl__arena arena;
    mtl__hla_typing *typing; /* [n] of genomes */
    int *person, n_persons;  /* those who matter, parents first */
    int *order;              /* [n] parents first */
    unsigned char *matters;  /* [n] */
    double total;
    /* every way, where they are not too many: */
    bool kept;
    size_t most; /* bytes */
    size_t n_ways, cap_until, cap_way;
    double *until;      /* [n_ways] sum up to and with this one */
    unsigned char *way; /* [n_ways][n_persons][CHOSEN] */
};

typedef struct walk {
    const mtl__hla_table *t;
    const mtl__lineage *l;
    const mtl__hla_typing *typing; /* of genomes */
    const int *person;             /* those who matter, parents first */
    int n_persons;
    int (*origin)[SIDES][MTL__HLA_LOCI]; /* [n] slot of each allele */
    slot *slot;
    int n_slots;
    unsigned char *chosen; /* [n_persons][CHOSEN] on the way so far */
    double meioses;        /* probability of the choices so far */
    bool crossed;
    long steps;
    double total;
    memo *memo;
    mtl__hla_law *keep; /* where the ways are to be kept; NULL = nowhere */
    bool no_memory;
    /* draws */
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

/* ---------------------------------------------------------------- ways that are kept */
/* The way that the walk stands at; with one too many, none is kept. */
static void keep_way(walk *w)
{
    mtl__hla_law *x = w->keep;
    const size_t size = (size_t)w->n_persons * CHOSEN, n = x->n_ways + 1;
    if (n * (size + sizeof *x->until) > x->most) {
        x->kept = false;
        w->keep = NULL;
        return;
    }
    if (mtl__grow(&x->until, &x->cap_until, n, sizeof *x->until) < 0 ||
        mtl__grow(&x->way, &x->cap_way, n * size, 1) < 0) {
        w->no_memory = true;
        w->keep = NULL;
        return;
    }
    memcpy(x->way + x->n_ways * size, w->chosen, size);
    x->until[x->n_ways++] = w->total;
}

static void end_of_way(walk *w)
{
    double p = w->meioses;
    for (int s = 0; s < w->n_slots && p > 0; s++)
        p *= slot_probability(w, w->slot[s].allele);
    if (!(p > 0))
        return;
    w->total += p;
    if (w->keep)
        keep_way(w);
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
        unsigned char *fell = &w->chosen[k * CHOSEN + SIDES];
        if (y->phased ? (swap >= 0 && order != swap) : (order == 1 && a == b))
            continue;
        const bool ok = write_allele(w, i, 0, locus, order ? b : a, &fresh[0]) &&
                        write_allele(w, i, 1, locus, order ? a : b, &fresh[1]);
        *fell = (unsigned char)((*fell & ~(1 << locus)) | order << locus);
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

static void open_slot(walk *w, int person, int side)
{
    const int s = w->n_slots++;
    w->slot[s].owner = person;
    w->slot[s].side = side;
    for (int l = 0; l < MTL__HLA_LOCI; l++) {
        w->slot[s].allele[l] = MTL__HLA_UNTYPED;
        w->origin[person][side][l] = s;
    }
}

/* Choices 0 and 1: straight; else crossing before locus choice / 2. */
static void hand_on(walk *w, int parent, int choice, int person, int side)
{
    const int from = choice % 2, at = choice / 2;
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        w->origin[person][side][l] = w->origin[parent][at > 0 && l >= at ? !from : from][l];
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
        open_slot(w, i, side);
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
        const int at = c / 2;
        const double r = at > 0 ? w->t->recombination[at - 1] : 0;
        if (at > 0 && (crossed || !(r > 0)))
            continue;
        hand_on(w, parent, c, i, side);
        w->chosen[k * CHOSEN + side] = (unsigned char)c;
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

/* ---------------------------------------------------------------- a way that was kept */
static void go_way(walk *w, const unsigned char *chosen)
{
    bool fresh;
    w->n_slots = 0;
    for (int k = 0; k < w->n_persons; k++, chosen += CHOSEN) {
        const int i = w->person[k], parent[SIDES] = {w->l->mother[i], w->l->father[i]};
        const mtl__hla_typing *y = &w->typing[i];
        for (int side = 0; side < SIDES; side++)
            if (parent[side] < 0)
                open_slot(w, i, side);
            else
                hand_on(w, w->l->genome[parent[side]], chosen[side], i, side);
        for (int l = 0; y->typed && l < MTL__HLA_LOCI; l++)
            for (int side = 0; side < SIDES; side++)
                (void)write_allele(w, i, side, l,
                                   y->allele[l][(chosen[SIDES] >> l & 1) ? !side : side], &fresh);
    }
}

/* The first way whose sum is above the target. */
static void find_way(walk *w, const mtl__hla_law *x, double target)
{
    size_t lo = 0, hi = x->n_ways - 1;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (target < x->until[mid])
            hi = mid;
        else
            lo = mid + 1;
    }
    go_way(w, x->way + lo * (size_t)w->n_persons * CHOSEN);
}

/* ---------------------------------------------------------------- the law */
/* Marks the typed and their ancestors, and lists them with each child as soon as its parents are
   there: wrong ways then end early. */
static void add_person(mtl__hla_law *x, int i)
{
    if (i < 0)
        return;
    i = x->l->genome[i];
    if (x->matters[i])
        return;
    x->matters[i] = 1;
    add_person(x, x->l->mother[i]);
    add_person(x, x->l->father[i]);
    x->person[x->n_persons++] = i;
}

/* A walk over the law's people; memory in the arena, none = NULL in origin. */
static walk begin_walk(const mtl__hla_law *x, mtl__arena *a, bool afresh, mtl_error *err)
{
    const size_t n = (size_t)x->l->n + 1;
    walk w = {.t = x->t,
              .l = x->l,
              .typing = x->typing,
              .person = x->person,
              .n_persons = x->n_persons,
              .meioses = 1,
              .err = err};
    w.slot = mtl__arena_alloc(a, 2 * n * sizeof *w.slot);
    w.chosen = mtl__arena_alloc(a, n * CHOSEN);
    w.memo = afresh ? mtl__arena_alloc(a, MEMO * sizeof *w.memo) : NULL;
    if (w.slot && w.chosen && (w.memo || !afresh))
        w.origin = mtl__arena_alloc(a, n * sizeof *w.origin);
    return w;
}

/* The first pass. */
static int sum_ways(mtl__hla_law *x, mtl_error *err)
{
    mtl__arena a;
    mtl__arena_init(&a, 0);
    walk w = begin_walk(x, &a, true, err);
    w.keep = x;
    x->kept = true;
    if (w.origin)
        next_person(&w, 0);
    x->total = w.total;
    int ret = MTL_OK;
    if (!w.origin || w.no_memory)
        ret = mtl__nomem(err);
    else if (w.steps > MTL__HLA_MAX_STEPS)
        ret = mtl__fail(err, MTL_ERR_LIMIT, NULL,
                        "the HLA typings leave too many ways to go through exactly (%d steps); "
                        "give haplotypes (phased typings) or fewer people",
                        (int)MTL__HLA_MAX_STEPS);
    else if (!(w.total > 0))
        ret = mtl__fail(err, MTL_ERR_VALUE, NULL,
                        "the HLA typings cannot be inherited so in this pedigree, with at most one "
                        "crossing-over in all");
    mtl__arena_free(&a);
    if (!x->kept) { /* too many: what there was of them is of no use */
        free(x->until);
        free(x->way);
        x->until = NULL;
        x->way = NULL;
    }
    return ret;
}

static int fill_law(mtl__hla_law *x, const mtl__hla_typing *typing, mtl_error *err)
{
    const size_t n = (size_t)x->l->n + 1;
    x->person = mtl__arena_alloc(&x->arena, n * sizeof *x->person);
    x->order = mtl__arena_alloc(&x->arena, n * sizeof *x->order);
    x->typing = mtl__arena_alloc(&x->arena, n * sizeof *x->typing);
    x->matters = mtl__arena_alloc(&x->arena, n);
    if (!x->person || !x->order || !x->typing || !x->matters)
        return mtl__nomem(err);
    MTL_TRY(mtl__lineage_order(x->l, x->order, err));
    for (int i = 0; i < x->l->n; i++)
        if (typing[i].typed && !x->typing[x->l->genome[i]].typed) {
            x->typing[x->l->genome[i]] = typing[i];
            add_person(x, i);
        }
    return x->n_persons > 0 ? sum_ways(x, err) : MTL_OK;
}

int mtl__hla_law_new(mtl__hla_law **out, const mtl__hla_table *t, const mtl__lineage *l,
                     const mtl__hla_typing *typing, size_t keep, mtl_error *err)
{
    mtl__hla_law *x = *out = calloc(1, sizeof *x);
    if (!x)
        return mtl__nomem(err);
    x->t = t;
    x->l = l;
    x->most = keep;
    mtl__arena_init(&x->arena, 0);
    const int ret = fill_law(x, typing, err);
    if (ret < 0) {
        mtl__hla_law_free(x);
        *out = NULL;
    }
    return ret;
}

void mtl__hla_law_free(mtl__hla_law *x)
{
    if (!x)
        return;
    mtl__arena_free(&x->arena);
    free(x->until);
    free(x->way);
    free(x);
}

/* ---------------------------------------------------------------- draws */
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

static int compare(const void *a, const void *b)
{
    const target *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : (x->draw > y->draw) - (x->draw < y->draw);
}

static double draw_target(const walk *w, double total, int draw)
{
    mtl__rng rng;
    mtl__rng_stream(&rng, w->seed, 0, (uint64_t)w->first_draw + (uint64_t)draw, stream_family);
    /* Below the total also after rounding. */
    return mtl__rng_unit(&rng) * total * (1 - 1e-12);
}

/* The second pass: one walk for all draws. */
static int walk_again(walk *w, double total, mtl__arena *a)
{
    const size_t n = (size_t)w->draws + 1;
    target *sorted = mtl__arena_alloc(a, n * sizeof *sorted);
    double *at = mtl__arena_alloc(a, n * sizeof *at);
    int *draw_of = mtl__arena_alloc(a, n * sizeof *draw_of);
    if (!sorted || !at || !draw_of)
        return mtl__nomem(w->err);
    for (int d = 0; d < w->draws; d++)
        sorted[d] = (target){draw_target(w, total, d), d};
    qsort(sorted, (size_t)w->draws, sizeof *sorted, compare);
    for (int d = 0; d < w->draws; d++) {
        at[d] = sorted[d].at;
        draw_of[d] = sorted[d].draw;
    }
    w->target = at;
    w->draw_of = draw_of;
    next_person(w, 0);
    return MTL_OK;
}

static int draw_all(const mtl__hla_law *x, uint64_t seed, int first_draw, int draws,
                    mtl__hla_genotype *out, int (*origin)[2], mtl_error *err)
{
    mtl__arena a;
    mtl__arena_init(&a, 0);
    walk w = begin_walk(x, &a, !x->kept && x->n_persons > 0, err);
    w.seed = seed;
    w.first_draw = first_draw;
    w.draws = draws;
    w.out = out;
    w.traced = origin;
    int ret = w.origin ? MTL_OK : mtl__nomem(err);
    if (ret == MTL_OK && x->n_persons > 0 && !x->kept)
        ret = walk_again(&w, x->total, &a);
    for (int d = 0; ret == MTL_OK && x->kept && d < draws; d++) {
        find_way(&w, x, draw_target(&w, x->total, d));
        realise(&w, d);
    }
    if (ret == MTL_OK)
        forward(&w, x->order, x->matters);
    mtl__arena_free(&a);
    return ret;
}

int mtl__hla_draw_family(const mtl__hla_table *t, const mtl__lineage *l,
                         const mtl__hla_typing *typing, uint64_t seed, int first_draw, int draws,
                         mtl__hla_genotype *out, mtl_error *err)
{
    mtl__hla_law *x;
    MTL_TRY(mtl__hla_law_new(&x, t, l, typing, MTL__HLA_KEEP, err));
    const int ret = draw_all(x, seed, first_draw, draws, out, NULL, err);
    mtl__hla_law_free(x);
    return ret;
}

int mtl__hla_draw_origins(const mtl__hla_law *x, uint64_t seed, int draw, mtl__hla_genotype *out,
                          int (*origin)[2], mtl_error *err)
{
    return draw_all(x, seed, draw, 1, out, origin, err);
}
