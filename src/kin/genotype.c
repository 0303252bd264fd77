/* SPDX-License-Identifier: MIT */
/* Genotypes of a pedigree at one marker, exactly: the joint law is a product of one factor per
   person (founder: Hardy-Weinberg; child: Mendel's law given the parents), and people are summed
   out one by one. What remains of each sum is the law of that person given those who are summed out
   later, so that drawing backwards gives exact joint draws. The order is chosen once per pedigree
   (smallest number of partners first) and used for every marker. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kin/genome.h"

typedef struct factor {
    const double *table;
    int stride_self;
    const int *stride; /* [k] */
} factor;

/* One person, when it is that person's turn to be summed out. */
typedef struct bucket {
    int person;
    int k, size; /* others in the sum; 3^k */
    const int *scope;
    double *given;   /* [size * 3] law of the person for each state of the others, cumulative */
    double *message; /* [size] what the sum hands on */
    int n_factors;
    factor *factor;
} bucket;

struct mtl__gt_plan {
    mtl__arena arena;
    int n, n_buckets;
    const int *genome;
    bucket *bucket;
    uint8_t *allowed; /* [n] of genomes */
    int8_t *state;    /* [n] */
    double prior[3], one_parent[9], two_parents[27];
};

/* ---------------------------------------------------------------- order */
typedef struct neighbours {
    int n, cap;
    int *who;
} neighbours;

static bool has_neighbour(const neighbours *a, int who)
{
    for (int i = 0; i < a->n; i++)
        if (a->who[i] == who)
            return true;
    return false;
}

static int add_neighbour(mtl__arena *arena, neighbours *a, int who)
{
    if (has_neighbour(a, who))
        return MTL_OK;
    if (a->n == a->cap) {
        const int cap = a->cap ? 2 * a->cap : 8;
        int *bigger = mtl__arena_alloc(arena, (size_t)cap * sizeof *bigger);
        if (!bigger)
            return MTL_ERR_MEMORY;
        if (a->n)
            memcpy(bigger, a->who, (size_t)a->n * sizeof *bigger);
        a->who = bigger;
        a->cap = cap;
    }
    a->who[a->n++] = who;
    return MTL_OK;
}

static int tie_together(mtl__arena *arena, neighbours *all, int a, int b)
{
    if (a < 0 || b < 0 || a == b)
        return MTL_OK;
    MTL_TRY(add_neighbour(arena, &all[a], b));
    return add_neighbour(arena, &all[b], a);
}

static void drop_neighbour(neighbours *a, int who)
{
    for (int i = 0; i < a->n; i++)
        if (a->who[i] == who) {
            a->who[i] = a->who[--a->n];
            return;
        }
}

static int genome_of(const mtl__lineage *l, int person)
{
    return person < 0 ? -1 : l->genome[person];
}

static int moral_graph(mtl__arena *arena, const mtl__lineage *l, neighbours *all)
{
    for (int i = 0; i < l->n; i++) {
        if (l->genome[i] != i)
            continue;
        const int m = genome_of(l, l->mother[i]), f = genome_of(l, l->father[i]);
        MTL_TRY(tie_together(arena, all, i, m));
        MTL_TRY(tie_together(arena, all, i, f));
        MTL_TRY(tie_together(arena, all, m, f));
    }
    return MTL_OK;
}

/* The one with the fewest partners left; names settle ties, so that the order of a file does not.
 */
static int next_out(const mtl__lineage *l, const neighbours *all, const bool *done)
{
    int best = -1;
    for (int i = 0; i < l->n; i++) {
        if (done[i] || l->genome[i] != i)
            continue;
        if (best < 0 || all[i].n < all[best].n ||
            (all[i].n == all[best].n && l->key[i] < l->key[best]))
            best = i;
    }
    return best;
}

/* ---------------------------------------------------------------- plan */
static int place_of(const bucket *b, int person)
{
    for (int j = 0; j < b->k; j++)
        if (b->scope[j] == person)
            return j;
    return -1;
}

/* A table over `n` people (the last one's index runs fastest) enters a bucket. */
static int add_factor(mtl__gt_plan *p, bucket *b, const double *table, const int *people, int n)
{
    int *stride = mtl__arena_alloc(&p->arena, (size_t)(b->k + 1) * sizeof *stride);
    if (!stride)
        return MTL_ERR_MEMORY;
    factor f = {table, 0, stride};
    int step = 1;
    for (int i = n - 1; i >= 0; i--, step *= 3) {
        const int j = place_of(b, people[i]);
        if (people[i] == b->person)
            f.stride_self = step;
        else if (j >= 0)
            stride[j] = step;
    }
    b->factor[b->n_factors++] = f;
    return MTL_OK;
}

static int first_of(const int *rank, const int *people, int n)
{
    int best = people[0];
    for (int i = 1; i < n; i++)
        if (rank[people[i]] < rank[best])
            best = people[i];
    return rank[best];
}

static int new_bucket(mtl__gt_plan *p, bucket *b, int person, const neighbours *others,
                      int n_factors, mtl_error *err)
{
    if (others->n > MTL__GT_MAX_SCOPE)
        return mtl__fail(
            err, MTL_ERR_LIMIT, NULL,
            "the pedigree has too many loops: one sum would be over %d people at once, "
            "the most that is done exactly is %d",
            others->n + 1, MTL__GT_MAX_SCOPE + 1);
    *b = (bucket){.person = person, .k = others->n, .size = 1};
    for (int j = 0; j < b->k; j++)
        b->size *= 3;
    int *scope = mtl__arena_alloc(&p->arena, (size_t)(b->k + 1) * sizeof *scope);
    b->given = mtl__arena_alloc(&p->arena, (size_t)b->size * 3 * sizeof *b->given);
    b->message = mtl__arena_alloc(&p->arena, (size_t)b->size * sizeof *b->message);
    b->factor = mtl__arena_alloc(&p->arena, (size_t)n_factors * sizeof *b->factor);
    if (!scope || !b->given || !b->message || !b->factor)
        return mtl__nomem(err);
    if (b->k)
        memcpy(scope, others->who, (size_t)b->k * sizeof *scope);
    b->scope = scope;
    return MTL_OK;
}

/* Sums people out of the graph; each one's partners at that moment are its scope. */
static int make_buckets(mtl__gt_plan *p, const mtl__lineage *l, neighbours *all, bool *done,
                        int *rank, const int *child_count, mtl_error *err)
{
    for (int i; (i = next_out(l, all, done)) >= 0;) {
        neighbours *mine = &all[i];
        /* At most: the own factor, one per child, and one message per person already out. */
        bucket *b = &p->bucket[p->n_buckets];
        int n_factors = 2 + child_count[i];
        for (int j = 0; j < p->n_buckets; j++)
            n_factors += place_of(&p->bucket[j], i) >= 0;
        MTL_TRY(new_bucket(p, b, i, mine, n_factors, err));
        rank[i] = p->n_buckets++;
        done[i] = true;
        for (int a = 0; a < mine->n; a++) {
            drop_neighbour(&all[mine->who[a]], i);
            for (int c = a + 1; c < mine->n; c++)
                if (tie_together(&p->arena, all, mine->who[a], mine->who[c]) < 0)
                    return mtl__nomem(err);
        }
    }
    return MTL_OK;
}

static int place_factors(mtl__gt_plan *p, const mtl__lineage *l, const int *rank, mtl_error *err)
{
    for (int i = 0; i < l->n; i++) {
        if (l->genome[i] != i)
            continue;
        const int m = genome_of(l, l->mother[i]), f = genome_of(l, l->father[i]);
        const int three[3] = {i, m >= 0 ? m : f, f};
        const int n = 1 + (m >= 0) + (f >= 0);
        const double *table = n == 1 ? p->prior : n == 2 ? p->one_parent : p->two_parents;
        if (n == 3 && m == f)
            return mtl__fail(err, MTL_ERR_VALUE, NULL, "mother and father are one and the same");
        if (add_factor(p, &p->bucket[first_of(rank, three, n)], table, three, n) < 0)
            return mtl__nomem(err);
    }
    for (int j = 0; j < p->n_buckets; j++) {
        const bucket *b = &p->bucket[j];
        if (b->k > 0 && add_factor(p, &p->bucket[first_of(rank, b->scope, b->k)], b->message,
                                   b->scope, b->k) < 0)
            return mtl__nomem(err);
    }
    return MTL_OK;
}

static void mendel(double *two_parents)
{
    static const double pass[3] = {0.0, 0.5, 1.0}; /* chance to hand on the second allele */
    for (int m = 0; m < 3; m++)
        for (int f = 0; f < 3; f++) {
            const double a = pass[m], b = pass[f];
            two_parents[0 + 3 * m + f] = (1 - a) * (1 - b);
            two_parents[9 + 3 * m + f] = a * (1 - b) + b * (1 - a);
            two_parents[18 + 3 * m + f] = a * b;
        }
}

static int build(mtl__gt_plan *p, const mtl__lineage *l, mtl_error *err)
{
    const size_t n = (size_t)l->n + 1;
    int *genome = mtl__arena_alloc(&p->arena, n * sizeof *genome);
    neighbours *all = mtl__arena_alloc(&p->arena, n * sizeof *all);
    bool *done = mtl__arena_alloc(&p->arena, n * sizeof *done);
    int *rank = mtl__arena_alloc(&p->arena, n * sizeof *rank);
    int *children = mtl__arena_alloc(&p->arena, n * sizeof *children);
    p->bucket = mtl__arena_alloc(&p->arena, n * sizeof *p->bucket);
    p->allowed = mtl__arena_alloc(&p->arena, n);
    p->state = mtl__arena_alloc(&p->arena, n);
    if (!genome || !all || !done || !rank || !children || !p->bucket || !p->allowed || !p->state)
        return mtl__nomem(err);
    memcpy(genome, l->genome, (size_t)l->n * sizeof *genome);
    p->genome = genome;
    p->n = l->n;
    for (int i = 0; i < l->n; i++) {
        if (l->mother[i] >= 0)
            children[l->genome[l->mother[i]]]++;
        if (l->father[i] >= 0)
            children[l->genome[l->father[i]]]++;
    }
    if (moral_graph(&p->arena, l, all) < 0)
        return mtl__nomem(err);
    MTL_TRY(make_buckets(p, l, all, done, rank, children, err));
    mendel(p->two_parents);
    return place_factors(p, l, rank, err);
}

int mtl__gt_plan_new(mtl__gt_plan **out, const mtl__lineage *l, mtl_error *err)
{
    *out = NULL;
    mtl__gt_plan *p = calloc(1, sizeof *p);
    if (!p)
        return mtl__nomem(err);
    mtl__arena_init(&p->arena, 0);
    const int ret = build(p, l, err);
    if (ret < 0)
        mtl__gt_plan_free(p);
    else
        *out = p;
    return ret;
}

void mtl__gt_plan_free(mtl__gt_plan *p)
{
    if (!p)
        return;
    mtl__arena_free(&p->arena);
    free(p);
}

/* ---------------------------------------------------------------- law */
static void population(mtl__gt_plan *p, double q)
{
    p->prior[0] = (1 - q) * (1 - q);
    p->prior[1] = 2 * q * (1 - q);
    p->prior[2] = q * q;
    for (int g = 0; g < 3; g++) {
        const double a = 0.5 * g;
        p->one_parent[0 + g] = (1 - a) * (1 - q);
        p->one_parent[3 + g] = a * (1 - q) + q * (1 - a);
        p->one_parent[6 + g] = a * q;
    }
}

/* Sums one person out; returns the largest entry of what is handed on. */
static double sum_out(bucket *b, uint8_t allowed)
{
    int digit[MTL__GT_MAX_SCOPE] = {0};
    double most = 0;
    for (int s = 0; s < b->size; s++) {
        double w[3], sum = 0;
        for (int g = 0; g < 3; g++)
            w[g] = allowed >> g & 1 ? 1.0 : 0.0;
        for (int k = 0; k < b->n_factors; k++) {
            const factor *f = &b->factor[k];
            const double *t = f->table;
            for (int j = 0; j < b->k; j++)
                t += digit[j] * f->stride[j];
            w[0] *= t[0];
            w[1] *= t[f->stride_self];
            w[2] *= t[2 * f->stride_self];
        }
        sum = w[0] + w[1] + w[2];
        double *c = b->given + (size_t)s * 3;
        c[0] = w[0];
        c[1] = w[0] + w[1];
        c[2] = sum;
        b->message[s] = sum;
        most = mtl__max(most, sum);
        for (int j = b->k - 1; j >= 0 && ++digit[j] == 3; j--)
            digit[j] = 0;
    }
    return most;
}

int mtl__gt_condition(mtl__gt_plan *p, const uint8_t *allowed, double frequency,
                      double *log_likelihood, mtl_error *err)
{
    double log_sum = 0;
    population(p, frequency);
    memset(p->allowed, MTL__GT_ANY, (size_t)p->n);
    for (int i = 0; i < p->n; i++)
        p->allowed[p->genome[i]] &= allowed[i];
    for (int j = 0; j < p->n_buckets; j++) {
        bucket *b = &p->bucket[j];
        const double most = sum_out(b, p->allowed[b->person]);
        if (!(most > 0))
            return err ? mtl__fail(err, MTL_ERR_VALUE, NULL,
                                   "these genotypes cannot be inherited so in this pedigree")
                       : MTL_ERR_VALUE;
        /* Only proportions matter to what follows; the scale is kept apart so that it cannot
         * vanish. */
        for (int s = 0; s < b->size; s++)
            b->message[s] /= most;
        if (log_likelihood)
            log_sum += mtl__log(most);
    }
    if (log_likelihood)
        *log_likelihood = log_sum;
    return MTL_OK;
}

void mtl__gt_draw(mtl__gt_plan *p, mtl__rng *rng, int8_t *genotype)
{
    for (int j = p->n_buckets - 1; j >= 0; j--) {
        const bucket *b = &p->bucket[j];
        int s = 0;
        for (int k = 0; k < b->k; k++)
            s = 3 * s + p->state[b->scope[k]];
        const double *c = b->given + (size_t)s * 3, u = mtl__rng_unit(rng) * c[2];
        p->state[b->person] = (int8_t)(u < c[0] ? 0 : u < c[1] ? 1 : 2);
    }
    for (int i = 0; i < p->n; i++)
        genotype[i] = p->state[p->genome[i]];
}
