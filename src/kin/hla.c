/* SPDX-License-Identifier: MIT */
/* A table of HLA haplotypes: alleles by number, the probability of a partly known haplotype, draws
   from it, and what a parent hands on. */
#include "kin/hla.h"

#include <stdio.h>
#include <string.h>

const char *const mtl__hla_locus[MTL__HLA_LOCI] = {"A", "C", "B", "DRB1", "DQB1"};

void mtl__hla_table_init(mtl__hla_table *t)
{
    memset(t, 0, sizeof *t);
    mtl__arena_init(&t->arena, 0);
    t->rest = 1;
}

void mtl__hla_table_free(mtl__hla_table *t)
{
    mtl__arena_free(&t->arena);
    memset(t, 0, sizeof *t);
}

/* ---------------------------------------------------------------- alleles */
static int add_name(mtl__hla_table *t, int locus, const char *name)
{
    const size_t need = (size_t)t->n_alleles[locus] + 2;
    if (need > t->cap_name[locus]) {
        const size_t cap = 2 * need + 32;
        const char **bigger = mtl__arena_alloc(&t->arena, cap * sizeof *bigger);
        double *marginal = mtl__arena_alloc(&t->arena, cap * sizeof *marginal);
        if (!bigger || !marginal)
            return MTL_ERR_MEMORY;
        bigger[0] = "unlisted";
        if (t->n_alleles[locus]) {
            memcpy(bigger, t->name[locus], (need - 1) * sizeof *bigger);
            memcpy(marginal, t->marginal[locus], (need - 1) * sizeof *marginal);
        }
        t->name[locus] = bigger;
        t->marginal[locus] = marginal;
        t->cap_name[locus] = cap;
    }
    const char *kept = mtl__arena_strdup(&t->arena, name);
    if (!kept)
        return MTL_ERR_MEMORY;
    t->name[locus][++t->n_alleles[locus]] = kept;
    t->marginal[locus][t->n_alleles[locus]] = 0;
    return t->n_alleles[locus];
}

/* Fields of digits parted by colons, with the letter of an expression variant or a group at the
 * end. */
static bool is_allele(const char *s)
{
    int digits = 0, fields = 1;
    for (; *s; s++) {
        if (*s >= '0' && *s <= '9') {
            digits++;
        } else if (*s == ':' && digits > 0) {
            digits = 0;
            fields++;
        } else {
            return digits > 0 && fields >= 2 && s[1] == '\0' && strchr("NLSCAQGPg", *s);
        }
    }
    return digits > 0 && fields >= 2 && fields <= 4;
}

int mtl__hla_allele(mtl__hla_table *t, int locus, const char *name, int *out, mtl_error *err)
{
    const char *bare = name;
    if (strncmp(bare, "HLA-", 4) == 0)
        bare += 4;
    const char *star = strchr(bare, '*');
    const size_t length = strlen(mtl__hla_locus[locus]);
    if (star &&
        ((size_t)(star - bare) != length || strncmp(bare, mtl__hla_locus[locus], length) != 0))
        return mtl__fail(err, MTL_ERR_VALUE, NULL, "'%.30s' is not an allele of HLA-%s", name,
                         mtl__hla_locus[locus]);
    if (star)
        bare = star + 1;
    if (!is_allele(bare) || strlen(bare) > 24)
        return mtl__fail(
            err, MTL_ERR_VALUE, NULL,
            "'%.30s' is not an HLA allele; expected two fields or more, as in %s*01:01", name,
            mtl__hla_locus[locus]);
    for (int a = 1; a <= t->n_alleles[locus]; a++)
        if (strcmp(t->name[locus][a], bare) == 0) {
            *out = a;
            return MTL_OK;
        }
    if (t->n_alleles[locus] >= INT16_MAX)
        return mtl__fail(err, MTL_ERR_LIMIT, NULL, "more than %d alleles of HLA-%s", INT16_MAX,
                         mtl__hla_locus[locus]);
    *out = add_name(t, locus, bare);
    return *out < 0 ? mtl__nomem(err) : MTL_OK;
}

int mtl__hla_table_finish(mtl__hla_table *t, mtl_error *err)
{
    double sum = 0;
    t->cumulative = mtl__arena_alloc(&t->arena, ((size_t)t->n + 1) * sizeof *t->cumulative);
    if (!t->cumulative)
        return mtl__nomem(err);
    for (int i = 0; i < t->n; i++) {
        sum += t->frequency[i];
        t->cumulative[i] = sum;
    }
    if (sum > 1 + 1e-6)
        return mtl__fail_at(err, MTL_ERR_VALUE, t->file ? t->file : "", 0, 0, "frequency",
                            "the frequencies sum to %.9g, more than 1", sum);
    /* A sum that is 1 but for its last digits leaves nothing. */
    t->rest = sum > 1 - 1e-9 ? 0 : 1 - sum;
    for (int i = 0; i < t->n; i++)
        for (int l = 0; l < MTL__HLA_LOCI; l++)
            t->marginal[l][t->haplotype[i].allele[l]] += t->frequency[i] / sum;
    return MTL_OK;
}

/* ---------------------------------------------------------------- haplotypes */
static bool matches(const mtl__hla_haplotype *h, const int16_t *allele)
{
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        if (allele[l] >= 0 && allele[l] != h->allele[l])
            return false;
    return true;
}

/* A haplotype of the rest, one locus at a time. */
static double rest_probability(const mtl__hla_table *t, const int16_t *allele)
{
    double p = t->rest;
    for (int l = 0; l < MTL__HLA_LOCI && p > 0; l++) {
        if (allele[l] < 0)
            continue;
        const double listed = allele[l] > 0 ? t->marginal[l][allele[l]] : 0;
        p *= listed > 0 ? (1 - t->rest) * listed : t->rest;
    }
    return p;
}

double mtl__hla_probability(const mtl__hla_table *t, const int16_t *allele)
{
    double p = rest_probability(t, allele);
    for (int i = 0; i < t->n; i++)
        if (matches(&t->haplotype[i], allele))
            p += t->frequency[i];
    return p;
}

static int16_t draw_allele(const mtl__hla_table *t, int locus, mtl__rng *rng)
{
    double u = mtl__rng_unit(rng);
    if (u < t->rest || t->n == 0)
        return MTL__HLA_UNLISTED;
    u = (u - t->rest) / (1 - t->rest);
    int last = 0;
    for (int a = 1; a <= t->n_alleles[locus]; a++) {
        if (!(t->marginal[locus][a] > 0))
            continue;
        last = a;
        u -= t->marginal[locus][a];
        if (u < 0)
            break;
    }
    return (int16_t)last;
}

static void fill_rest(const mtl__hla_table *t, const int16_t *allele, mtl__rng *rng,
                      mtl__hla_haplotype *out)
{
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        out->allele[l] = allele[l] >= 0 ? allele[l] : draw_allele(t, l, rng);
}

/* Nothing is asked for: the place in the cumulative table. */
static int by_bisection(const mtl__hla_table *t, double u)
{
    int low = 0, high = t->n; /* the first whose cumulative is above u lies in [low, high] */
    while (low < high) {
        const int mid = (low + high) / 2;
        if (t->cumulative[mid] > u)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

void mtl__hla_draw_haplotype(const mtl__hla_table *t, const int16_t *allele, mtl__rng *rng,
                             mtl__hla_haplotype *out)
{
    bool any = true;
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        any = any && allele[l] < 0;
    const double total = any ? 1 : mtl__hla_probability(t, allele);
    double u = mtl__rng_unit(rng) * total;
    int chosen = t->n;
    if (any)
        chosen = by_bisection(t, u);
    for (int i = 0; !any && i < t->n; i++)
        if (matches(&t->haplotype[i], allele) && (u -= t->frequency[i]) < 0) {
            chosen = i;
            break;
        }
    if (chosen < t->n)
        *out = t->haplotype[chosen];
    else
        fill_rest(t, allele, rng, out);
}

void mtl__hla_gamete(const mtl__hla_table *t, const mtl__hla_haplotype parent[2], mtl__rng *rng,
                     mtl__hla_haplotype *out)
{
    int side = mtl__rng_unit(rng) < 0.5;
    for (int l = 0; l < MTL__HLA_LOCI; l++) {
        if (l > 0 && mtl__rng_unit(rng) < t->recombination[l - 1])
            side = !side;
        out->allele[l] = parent[side].allele[l];
    }
}
