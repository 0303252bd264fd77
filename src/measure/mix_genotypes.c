/* SPDX-License-Identifier: MIT */
/* Joint genotypes of host and donors at every site: which combinations are possible and how
   probable each is, given all that is typed anywhere in the family (kin/genotype.c sums out
   everybody else exactly: Mendel's law and alleles of unknown parents drawn from the population). A
   site's law depends on what is typed and on the allele frequency, so equal sites share one list.
   Twins of one genome are one person here. A frequency that is not known is no obstacle where the
   law does not depend on it, as when both parents are typed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/mix_internal.h"

typedef struct builder {
    mtl__mix_law *m;
    const mtl__sites *sites;
    const mtl__mix_people *people;
    bool stranger;
    mtl__gt_plan *plan;
    int n_genomes;                       /* distinct genomes of host and candidates */
    int genome[MTL__MIX_MAX_PEOPLE + 1]; /* whose */
    int which[MTL__MIX_MAX_PEOPLE + 1];  /* host, candidates: place among the genomes */
    uint8_t *known, *single;             /* [lineage.n] */
    uint8_t *now, *kept;                 /* [lineage.n] */
    /* lists by what is known and frequency */
    int *slot, n_slots, *first_site;
    /* growing */
    size_t cap_start, cap_n, cap_first, cap_prob, cap_pattern, cap_genotype;
    int n_entries;
    /* patterns by their genotypes */
    int *pattern_slot, n_pattern_slots;
} builder;

static int grow(void *p, size_t *cap, int need, size_t size, mtl_error *err)
{
    return mtl__grow(p, cap, (size_t)need, size) < 0 ? mtl__nomem(err) : MTL_OK;
}

/* ---------------------------------------------------------------- patterns */
static int rehash_patterns(builder *b, int n_slots, mtl_error *err)
{
    const size_t width = (size_t)b->m->n_people + 1;
    int *slot = malloc((size_t)n_slots * sizeof *slot);
    if (!slot)
        return mtl__nomem(err);
    for (int i = 0; i < n_slots; i++)
        slot[i] = -1;
    for (int i = 0; i < b->m->n_patterns; i++) {
        uint64_t h = mtl__hash_bytes(MTL_HASH_START, b->m->genotype + (size_t)i * width, width);
        while (slot[h % (uint64_t)n_slots] >= 0)
            h++;
        slot[h % (uint64_t)n_slots] = i;
    }
    free(b->pattern_slot);
    b->pattern_slot = slot;
    b->n_pattern_slots = n_slots;
    return MTL_OK;
}

/* The number of a pattern, new or known. */
static int pattern_of(builder *b, const int8_t *g, mtl_error *err)
{
    mtl__mix_law *m = b->m;
    const size_t width = (size_t)m->n_people + 1;
    if (2 * (m->n_patterns + 1) > b->n_pattern_slots)
        MTL_TRY(rehash_patterns(b, b->n_pattern_slots ? 2 * b->n_pattern_slots : 64, err));
    uint64_t h = mtl__hash_bytes(MTL_HASH_START, g, width);
    for (;; h++) {
        int *slot = &b->pattern_slot[h % (uint64_t)b->n_pattern_slots];
        if (*slot < 0) {
            MTL_TRY(grow(&m->genotype, &b->cap_genotype, (m->n_patterns + 1) * (int)width, 1, err));
            memcpy(m->genotype + (size_t)m->n_patterns * width, g, width);
            return *slot = m->n_patterns++;
        }
        if (memcmp(m->genotype + (size_t)*slot * width, g, width) == 0)
            return *slot;
    }
}

static int add_entry(builder *b, const int8_t *g, double prob, mtl_error *err)
{
    mtl__mix_law *m = b->m;
    const int pattern = pattern_of(b, g, err);
    MTL_TRY(pattern);
    MTL_TRY(grow(&m->prob, &b->cap_prob, b->n_entries + 1, sizeof *m->prob, err));
    MTL_TRY(grow(&m->pattern, &b->cap_pattern, b->n_entries + 1, sizeof *m->pattern, err));
    m->prob[b->n_entries] = prob;
    m->pattern[b->n_entries++] = pattern;
    return MTL_OK;
}

/* ---------------------------------------------------------------- one site */
static int n_joint(const builder *b, const uint8_t *known)
{
    int n = 1;
    for (int j = 0; j < b->n_genomes && n <= MTL__MIX_MAX_LIST; j++) {
        const uint8_t set = known[b->genome[j]];
        n *= (set & 1) + (set >> 1 & 1) + (set >> 2 & 1);
    }
    return n;
}

/* Joint genotype number `c` counted over what is possible; g [n_genomes]. */
static void decode(const builder *b, const uint8_t *known, int c, int8_t *g)
{
    for (int j = 0; j < b->n_genomes; j++) {
        const uint8_t set = known[b->genome[j]];
        const int size = (set & 1) + (set >> 1 & 1) + (set >> 2 & 1);
        g[j] = 0;
        if (size == 0) /* no set is empty */
            continue;
        int k = c % size;
        c /= size;
        while (!(set >> g[j] & 1) || k-- > 0)
            g[j]++;
    }
}

/* The logarithm of its probability, with all that is known. */
static double weight_of(builder *b, const uint8_t *known, double f, int c)
{
    int8_t g[MTL__MIX_MAX_PEOPLE + 1];
    double l;
    decode(b, known, c, g);
    memcpy(b->single, known, (size_t)b->people->lineage.n);
    for (int j = 0; j < b->n_genomes; j++)
        b->single[b->genome[j]] = (uint8_t)(1 << g[j]);
    return mtl__gt_condition(b->plan, b->single, f, &l, NULL) < 0 ? -HUGE_VAL : l;
}

/* Probabilities of the n joint genotypes, given what is known. False if none is possible. */
static bool weigh(builder *b, const uint8_t *known, double f, int n, double *prob)
{
    double top = -HUGE_VAL, sum = 0;
    for (int c = 0; c < n; c++) {
        prob[c] = weight_of(b, known, f, c);
        top = mtl__max(top, prob[c]);
    }
    if (!(top > -HUGE_VAL))
        return false;
    for (int c = 0; c < n; c++)
        sum += prob[c] = mtl__exp(prob[c] - top);
    for (int c = 0; c < n; c++)
        prob[c] /= sum;
    return true;
}

/* 1 = done, 0 = such a site cannot be, -1 = depends on a frequency that is not known; or an error.
 */
enum { LAW_IMPOSSIBLE = -1, LAW_NO_FREQUENCY = -2 };
static int law_of(builder *b, const uint8_t *known, double f, int n, double *prob)
{
    double again[MTL__MIX_MAX_LIST];
    if (f > 0 && f < 1)
        return weigh(b, known, f, n, prob) ? n : LAW_IMPOSSIBLE;
    if (b->stranger)
        return LAW_NO_FREQUENCY;
    if (!weigh(b, known, 0.3, n, prob) || !weigh(b, known, 0.7, n, again))
        return LAW_IMPOSSIBLE;
    for (int c = 0; c < n; c++)
        if (fabs(prob[c] - again[c]) > 1e-9)
            return LAW_NO_FREQUENCY;
    return n;
}

/* Enters the possible joint genotypes, with those of a stranger where asked for. */
static int fill_list(builder *b, const uint8_t *known, double f, int n, const double *prob,
                     mtl_error *err)
{
    const int k = b->people->n_candidates + 1;
    const double hw[3] = {(1 - f) * (1 - f), 2 * f * (1 - f), f * f};
    int8_t g[MTL__MIX_MAX_PEOPLE + 1], all[MTL__MIX_MAX_PEOPLE + 2];
    for (int c = 0; c < n; c++) {
        if (!(prob[c] > 0))
            continue;
        decode(b, known, c, g);
        for (int j = 0; j < k; j++)
            all[j] = g[b->which[j]];
        if (!b->stranger) {
            MTL_TRY(add_entry(b, all, prob[c], err));
            continue;
        }
        for (all[k] = 0; all[k] < 3; all[k]++)
            MTL_TRY(add_entry(b, all, prob[c] * hw[all[k]], err));
    }
    return MTL_OK;
}

/* The number of a new list; negative codes of law_of are entered as a list of no entries. */
static int new_list(builder *b, const uint8_t *known, double f, int site, mtl_error *err)
{
    mtl__mix_law *m = b->m;
    double prob[MTL__MIX_MAX_LIST];
    const int start = b->n_entries, n = n_joint(b, known);
    if (n * (b->stranger ? 3 : 1) > MTL__MIX_MAX_LIST)
        return mtl__fail(err, MTL_ERR_LIMIT, "candidates",
                         "too many people in the tube are not typed: more than %d joint genotypes "
                         "at one site; leave out candidates or type some of them",
                         (int)MTL__MIX_MAX_LIST);
    const int ret = n == 0 ? LAW_IMPOSSIBLE : law_of(b, known, f, n, prob);
    if (ret > 0)
        MTL_TRY(fill_list(b, known, f, n, prob, err));
    MTL_TRY(grow(&m->list_start, &b->cap_start, m->n_lists + 1, sizeof *m->list_start, err));
    MTL_TRY(grow(&m->list_n, &b->cap_n, m->n_lists + 1, sizeof *m->list_n, err));
    MTL_TRY(grow(&b->first_site, &b->cap_first, m->n_lists + 1, sizeof *b->first_site, err));
    m->list_start[m->n_lists] = start;
    m->list_n[m->n_lists] = ret > 0 ? b->n_entries - start : ret;
    b->first_site[m->n_lists] = site;
    return m->n_lists++;
}

/* What is known at a site, of genomes: copies of one genome are known together. */
static void known_at(const builder *b, int site, uint8_t *known)
{
    const mtl__lineage *l = &b->people->lineage;
    const uint8_t *allowed = b->people->allowed + (size_t)site * (size_t)l->n;
    memset(known, MTL__GT_ANY, (size_t)l->n);
    for (int p = 0; p < l->n; p++)
        known[l->genome[p]] &= allowed[p];
    for (int p = 0; p < l->n; p++)
        known[p] = known[l->genome[p]];
}

static bool all_single(const builder *b, const uint8_t *known)
{
    return !b->stranger && n_joint(b, known) == 1;
}

/* A list for what is known at a site: the one of an equal site or a new one. */
static int list_of(builder *b, int site, mtl_error *err)
{
    const size_t n = (size_t)b->people->lineage.n;
    known_at(b, site, b->now);
    /* With one joint genotype its law is 1 at any frequency. */
    const double f = all_single(b, b->now) ? 0.5 : b->sites->frequency[site];
    uint64_t h = mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, b->now, n), &f, sizeof f);
    for (;; h++) {
        int *slot = &b->slot[h % (uint64_t)b->n_slots];
        if (*slot < 0)
            return *slot = new_list(b, b->now, f, site, err);
        const int other = b->first_site[*slot];
        known_at(b, other, b->kept);
        const double g = all_single(b, b->kept) ? 0.5 : b->sites->frequency[other];
        if (memcmp(b->kept, b->now, n) == 0 && (g == f || (isnan(g) && isnan(f))))
            return *slot;
    }
}

/* ---------------------------------------------------------------- all sites */
static void find_genomes(builder *b)
{
    const mtl__mix_people *p = b->people;
    for (int j = 0; j <= p->n_candidates; j++) {
        const int genome = p->lineage.genome[j ? p->candidate[j - 1] : p->host];
        int k = 0;
        while (k < b->n_genomes && b->genome[k] != genome)
            k++;
        b->genome[k] = genome;
        b->which[j] = k;
        b->n_genomes += k == b->n_genomes;
    }
}

static int over_sites(builder *b, bool *used, int *list_of_site, mtl_error *err)
{
    mtl__mix_law *m = b->m;
    for (int i = 0; i < b->sites->n; i++) {
        if (!used[i])
            continue;
        const int list = list_of(b, i, err);
        MTL_TRY(list);
        const int n = m->list_n[list];
        list_of_site[i] = list;
        m->impossible += n == LAW_IMPOSSIBLE;
        m->no_frequency += n == LAW_NO_FREQUENCY;
        used[i] = n > 0;
        m->guessing |= n > 1;
        for (int c = 1; c < n && !m->host_guessed; c++) {
            const size_t width = (size_t)m->n_people + 1;
            const int *pattern = m->pattern + m->list_start[list];
            m->host_guessed =
                m->genotype[(size_t)pattern[c] * width] != m->genotype[(size_t)pattern[0] * width];
        }
    }
    return MTL_OK;
}

static int prepare(builder *b, mtl_error *err)
{
    const size_t n = (size_t)b->people->lineage.n;
    b->n_slots = 2 * b->sites->n + 8;
    b->slot = malloc((size_t)b->n_slots * sizeof *b->slot);
    b->known = malloc(4 * n);
    if (!b->slot || !b->known)
        return mtl__nomem(err);
    b->single = b->known + n;
    b->now = b->single + n;
    b->kept = b->now + n;
    for (int i = 0; i < b->n_slots; i++)
        b->slot[i] = -1;
    find_genomes(b);
    return mtl__gt_plan_new(&b->plan, &b->people->lineage, err);
}

int mtl__mix_genotypes(mtl__mix_law *m, const mtl__sites *sites, const mtl__mix_people *people,
                       bool stranger, bool *used, int *list_of_site, mtl_error *err)
{
    builder b = {.m = m, .sites = sites, .people = people, .stranger = stranger};
    int ret = prepare(&b, err);
    if (ret >= 0)
        ret = over_sites(&b, used, list_of_site, err);
    mtl__gt_plan_free(b.plan);
    free(b.slot);
    free(b.known);
    free(b.first_site);
    free(b.pattern_slot);
    return ret;
}
