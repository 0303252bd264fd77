/* SPDX-License-Identifier: MIT */
/* Whose HLA haplotypes are foreign to whom, in one replicate: haplotypes dropped through the
   pedigree (gene dropping; MacCluer et al. 1986), each founder's two its own, so that the share of
   a donor's haplotypes that a host lacks has mean 1 - 2 x kinship where nobody is inbred. Where
   people are typed or frequencies are known, kin/hla_family.c draws from the exact law given the
   typings and says which founding haplotype each side came from; haplotypes that look the same are
   then one symbol. People are gone through in the order of the hashes of their names, so that their
   order in a file is no matter. */
#include "kin/antigens.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MOTHER, FATHER, SIDES };

/* ---------------------------------------------------------------- people in the order of their
 * keys */
typedef struct named {
    uint64_t key;
    int person;
} named;

static int by_key(const void *a, const void *b)
{
    const named *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->person < y->person ? -1 : x->person > y->person;
}

struct mtl__antigens_law {
    mtl__arena arena;
    mtl__lineage l;
    int *person;        /* [n] who stands at a place */
    int (*founding)[2]; /* [n] symbol that a side brings in, -1 = inherited or not the first twin */
    int n_symbols;
    int *order;                  /* [n] parents first */
    const mtl__hla_table *table; /* NULL: nothing is known but the pedigree */
    mtl__hla_law *typed;
};
typedef mtl__antigens_law law;

/* The first of each genome, with the parents of whichever twin has any on record. */
static void share_genomes(int *mother, int *father, int *genome, const int *of_person, int n,
                          const named *order, int *first)
{
    for (int i = 0; i < n; i++)
        first[i] = -1;
    for (int q = 0; q < n; q++) {
        const int g = of_person ? of_person[order[q].person] : order[q].person;
        if (first[g] < 0)
            first[g] = q;
        genome[q] = first[g];
        if (mother[genome[q]] < 0)
            mother[genome[q]] = mother[q];
        if (father[genome[q]] < 0)
            father[genome[q]] = father[q];
    }
}

static int sort_people(law *s, const mtl__person *person, int n, const int *genome, mtl_error *err)
{
    const size_t room = (size_t)n + 1;
    mtl__arena *a = &s->arena;
    named *order = mtl__arena_alloc(a, room * sizeof *order);
    int *at = mtl__arena_alloc(a, room * sizeof *at),
        *first = mtl__arena_alloc(a, room * sizeof *at),
        *mother = mtl__arena_alloc(a, room * sizeof *mother),
        *father = mtl__arena_alloc(a, room * sizeof *father),
        *same = mtl__arena_alloc(a, room * sizeof *same);
    uint64_t *key = mtl__arena_alloc(a, room * sizeof *key);
    s->person = mtl__arena_alloc(a, room * sizeof *s->person);
    s->founding = mtl__arena_alloc(a, room * sizeof *s->founding);
    if (!order || !at || !first || !mother || !father || !same || !key || !s->person ||
        !s->founding)
        return mtl__nomem(err);
    for (int i = 0; i < n; i++)
        order[i] = (named){person[i].key, i};
    qsort(order, (size_t)n, sizeof *order, by_key);
    for (int q = 0; q < n; q++)
        at[order[q].person] = q;
    for (int q = 0; q < n; q++) {
        const mtl__person *p = &person[order[q].person];
        s->person[q] = order[q].person;
        key[q] = p->key;
        mother[q] = p->mother >= 0 ? at[p->mother] : -1;
        father[q] = p->father >= 0 ? at[p->father] : -1;
    }
    share_genomes(mother, father, same, genome, n, order, first);
    s->l = (mtl__lineage){n, mother, father, same, key};
    for (int q = 0; q < n; q++) {
        s->founding[q][MOTHER] = same[q] == q && mother[q] < 0 ? s->n_symbols++ : -1;
        s->founding[q][FATHER] = same[q] == q && father[q] < 0 ? s->n_symbols++ : -1;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- nothing known but the pedigree
 */
static void drop(const law *x, int (*of)[2], uint64_t seed, uint64_t replicate)
{
    const uint64_t stream = mtl__hash("antigens");
    for (int k = 0; k < x->l.n; k++) {
        const int q = x->order[k], parent[SIDES] = {x->l.mother[q], x->l.father[q]};
        mtl__rng rng;
        if (x->l.genome[q] != q)
            continue;
        mtl__rng_stream(&rng, seed, x->l.key[q], replicate, stream);
        for (int side = 0; side < SIDES; side++) {
            /* Drawn also where it is not needed: what is known of one parent moves nothing of the
               other. */
            const int handed = mtl__rng_unit(&rng) < 0.5;
            of[q][side] =
                parent[side] < 0 ? x->founding[q][side] : of[x->l.genome[parent[side]]][handed];
        }
    }
    for (int q = 0; q < x->l.n; q++)
        memcpy(of[q], of[x->l.genome[q]], sizeof of[q]);
}

/* ---------------------------------------------------------------- typed, or frequencies known */
typedef struct founding {
    mtl__hla_haplotype h;
    int symbol;
} founding;

static int by_alleles(const void *a, const void *b)
{
    const founding *x = a, *y = b;
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        if (x->h.allele[l] != y->h.allele[l])
            return x->h.allele[l] < y->h.allele[l] ? -1 : 1;
    return x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

/* Can anything be the same as this? An allele that no table lists never is; without frequencies it
   is one that nobody typed, and the others speak. */
static bool comparable(const mtl__hla_haplotype *h, bool frequencies)
{
    int known = 0;
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        known += h->allele[l] > 0;
    return frequencies ? known == MTL__HLA_LOCI : known > 0;
}

/* One symbol for founding haplotypes with the same alleles, the least of theirs; then numbered
 * anew. */
static int unite(mtl__antigens *out, const law *x, int (*of)[2], const mtl__hla_genotype *drawn,
                 mtl_error *err)
{
    const size_t room = (size_t)x->n_symbols + 1;
    founding *f = mtl__arena_alloc(&out->arena, room * sizeof *f);
    int *to = mtl__arena_alloc(&out->arena, room * sizeof *to), n = 0;
    if (!f || !to)
        return mtl__nomem(err);
    for (int q = 0; q < x->l.n; q++)
        for (int side = 0; side < SIDES; side++)
            if (x->founding[q][side] >= 0)
                f[n++] = (founding){drawn[q].of[side], x->founding[q][side]};
    qsort(f, (size_t)n, sizeof *f, by_alleles);
    for (int k = 0; k < n; k++) {
        const bool same = k > 0 && comparable(&f[k].h, x->table->n > 0) &&
                          memcmp(&f[k].h, &f[k - 1].h, sizeof f[k].h) == 0;
        to[f[k].symbol] = same ? to[f[k - 1].symbol] : f[k].symbol;
    }
    int fresh = 0;
    for (int k = 0; k < n; k++)
        to[k] = to[k] == k ? fresh++ : to[to[k]];
    for (int q = 0; q < x->l.n; q++)
        for (int side = 0; side < SIDES; side++)
            of[q][side] = to[of[q][side]];
    out->n_symbols = fresh;
    return MTL_OK;
}

static int drop_typed(mtl__antigens *out, const law *x, int (*of)[2], uint64_t seed,
                      uint64_t replicate, mtl_error *err)
{
    const size_t room = (size_t)x->l.n + 1;
    mtl__hla_genotype *drawn = mtl__arena_alloc(&out->arena, room * sizeof *drawn);
    int(*origin)[2] = mtl__arena_alloc(&out->arena, room * sizeof *origin);
    out->haplotype = mtl__arena_alloc(&out->arena, room * sizeof *out->haplotype);
    if (!drawn || !origin || !out->haplotype)
        return mtl__nomem(err);
    if (replicate > INT_MAX)
        return mtl__fail(err, MTL_ERR_VALUE, NULL, "replicates are numbered up to %d", INT_MAX);
    MTL_TRY(mtl__hla_draw_origins(x->typed, seed, (int)replicate, drawn, origin, err));
    for (int q = 0; q < x->l.n; q++)
        for (int side = 0; side < SIDES; side++)
            of[q][side] = x->founding[origin[q][side] / SIDES][origin[q][side] % SIDES];
    for (int q = 0; q < x->l.n; q++)
        memcpy(out->haplotype[x->person[q]], drawn[q].of, sizeof drawn[q].of);
    return unite(out, x, of, drawn, err);
}

/* ---------------------------------------------------------------- the law */
static bool says_nothing(const mtl__antigens_known *known, int n)
{
    if (!known || !known->table)
        return true;
    for (int i = 0; known->typing && i < n; i++)
        if (known->typing[i].typed)
            return false;
    return known->table->n == 0;
}

static int fill_law(law *x, const mtl__person *person, int n, const int *genome,
                    const mtl__antigens_known *known, mtl_error *err)
{
    const size_t room = (size_t)n + 1;
    MTL_TRY(sort_people(x, person, n, genome, err));
    if (says_nothing(known, n)) {
        x->order = mtl__arena_alloc(&x->arena, room * sizeof *x->order);
        return x->order ? mtl__lineage_order(&x->l, x->order, err) : mtl__nomem(err);
    }
    x->table = known->table;
    mtl__hla_typing *typing = mtl__arena_alloc(&x->arena, room * sizeof *typing);
    if (!typing)
        return mtl__nomem(err);
    for (int q = 0; known->typing && q < n; q++)
        typing[q] = known->typing[x->person[q]];
    return mtl__hla_law_new(&x->typed, x->table, &x->l, typing, MTL__HLA_KEEP, err);
}

int mtl__antigens_law_new(mtl__antigens_law **out, const mtl__person *person, int n_people,
                          const int *genome, const mtl__antigens_known *known, mtl_error *err)
{
    law *x = *out = calloc(1, sizeof *x);
    if (!x)
        return mtl__nomem(err);
    mtl__arena_init(&x->arena, 0);
    const int ret = fill_law(x, person, n_people, genome, known, err);
    if (ret < 0) {
        mtl__antigens_law_free(x);
        *out = NULL;
    }
    return ret;
}

void mtl__antigens_law_free(mtl__antigens_law *x)
{
    if (!x)
        return;
    mtl__hla_law_free(x->typed);
    mtl__arena_free(&x->arena);
    free(x);
}

/* ---------------------------------------------------------------- a draw */
int mtl__antigens_draw_by(mtl__antigens *out, const mtl__antigens_law *x, uint64_t seed,
                          uint64_t replicate, mtl_error *err)
{
    const size_t room = (size_t)x->l.n + 1;
    mtl__arena_reset(&out->arena);
    *out = (mtl__antigens){.arena = out->arena};
    int(*of)[2] = mtl__arena_alloc(&out->arena, room * sizeof *of); /* in the order of keys */
    out->of = mtl__arena_alloc(&out->arena, room * sizeof *out->of);
    if (!of || !out->of)
        return mtl__nomem(err);
    out->n_symbols = x->n_symbols;
    if (x->typed)
        MTL_TRY(drop_typed(out, x, of, seed, replicate, err));
    else
        drop(x, of, seed, replicate);
    for (int q = 0; q < x->l.n; q++)
        memcpy(out->of[x->person[q]], of[q], sizeof of[q]);
    out->n_people = x->l.n;
    return MTL_OK;
}

int mtl__antigens_draw(mtl__antigens *out, const mtl__person *person, int n_people,
                       const int *genome, const mtl__antigens_known *known, uint64_t seed,
                       uint64_t replicate, mtl_error *err)
{
    law *x;
    MTL_TRY(mtl__antigens_law_new(&x, person, n_people, genome, known, err));
    const int ret = mtl__antigens_draw_by(out, x, seed, replicate, err);
    mtl__antigens_law_free(x);
    return ret;
}

void mtl__antigens_free(mtl__antigens *a)
{
    mtl__arena_free(&a->arena);
    *a = (mtl__antigens){0};
}

/* ---------------------------------------------------------------- questions */
static bool has(const mtl__antigens *a, int person, int symbol)
{
    return a->of[person][0] == symbol || a->of[person][1] == symbol;
}

int mtl__antigens_foreign(const mtl__antigens *a, int host, int donor, int symbol[2])
{
    int n = 0;
    for (int side = 0; side < SIDES; side++) {
        const int x = a->of[donor][side];
        if (!has(a, host, x) && (n == 0 || symbol[0] != x))
            symbol[n++] = x;
    }
    return n;
}

double mtl__antigens_mismatch(const mtl__antigens *a, int host, int donor)
{
    return 0.5 * (!has(a, host, a->of[donor][0]) + !has(a, host, a->of[donor][1]));
}

int mtl__antigen_parse(mtl__antigen *out, const char *name, mtl_error *err)
{
    const char *bare = strncmp(name, "HLA-", 4) == 0 ? name + 4 : name, *star = strchr(bare, '*');
    char locus[8] = "", hint[80] = "";
    const size_t length = star ? (size_t)(star - bare) : strlen(bare);
    if (length < sizeof locus)
        memcpy(locus, bare, length);
    for (int l = 0; l < MTL__HLA_LOCI; l++) {
        if (strcmp(locus, mtl__hla_locus[l]) != 0)
            continue;
        const char *c = star ? star + 1 : "";
        while ((*c >= '0' && *c <= '9') || (*c == ':' && c[-1] != '*' && c[-1] != ':'))
            c++;
        if (!star || *c || c == star + 1 || c[-1] == ':')
            return mtl__fail(err, MTL_ERR_VALUE, NULL,
                             "'%.30s' is no allele of HLA-%s; expected one or more fields, as in "
                             "%s*04 or %s*04:01",
                             name, locus, locus, locus);
        *out = (mtl__antigen){l, star + 1};
        return MTL_OK;
    }
    mtl__hint(hint, sizeof hint, locus, MTL__HLA_LOCI, mtl__nearest_strings, mtl__hla_locus);
    return mtl__fail(err, MTL_ERR_VALUE, NULL,
                     "'%.30s' names no HLA locus (A, C, B, DRB1, DQB1), as in DRB1*04%s", name,
                     hint);
}

/* Is "04:01" one of "04"? 1, 0; -1 where it says less than is asked ("04" of "04:01"). */
static int is_one_of(const char *allele, const char *asked)
{
    size_t k = 0;
    while (asked[k] && asked[k] == allele[k])
        k++;
    if (!asked[k])
        return allele[k] < '0' || allele[k] > '9';
    return k > 0 && !allele[k] && asked[k] == ':' ? -1 : 0;
}

int mtl__antigens_carries(const mtl__antigens *a, const mtl__hla_table *t, int person,
                          const mtl__antigen *x)
{
    bool open = false;
    for (int side = 0; side < SIDES; side++) {
        const int allele = a->haplotype ? a->haplotype[person][side].allele[x->locus] : 0;
        const int yes = allele > 0 ? is_one_of(t->name[x->locus][allele], x->fields) : -1;
        if (yes > 0)
            return 1;
        open = open || yes < 0;
    }
    return open ? -1 : 0;
}

int mtl__antigens_allele(const mtl__antigens *a, const mtl__hla_table *t, int host, int donor,
                         const mtl__antigen *x)
{
    const int there = mtl__antigens_carries(a, t, donor, x),
              own = mtl__antigens_carries(a, t, host, x);
    if (there == 0 || own == 1)
        return 0;
    return there == 1 && own == 0 ? 1 : -1;
}
