/* SPDX-License-Identifier: MIT */
/* What is kept fixed while fractions are fitted. Which sites are used (reads there, genotypes that
   the family can have, no nearer than asked for), how deep, what the other samples of the run would
   bring in, and blocks of neighbouring sites.

   Linkage. Where everybody in the tube is typed, reads at different sites are independent given the
   genotypes and blocks are not needed. Where a genotype is summed over, sites are taken one by one,
   a composite likelihood (Lindsay 1988; Varin, Reid and Firth 2011): its estimates are consistent,
   but its curvature overstates what is known, for one haplotype decides many sites at once. The
   scores of whole blocks say by how much (mix.c). Blocks are 25 cM where the panel has room for 20
   of them, else as long as 20 blocks allow, and then the panel is flagged as too linked. Where the
   parents of an untyped child are phased the likelihood follows its haplotypes instead
   (mix_chain.c). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/mix_internal.h"

#define BLOCK_MORGAN 0.25
#define LEAST_BLOCK 1e-6

static double morgan_of(const mtl__sites *s, int i)
{
    return s->morgan ? s->morgan[i] : (double)s->position[i] * 1e-8;
}

/* ---------------------------------------------------------------- which sites */
static void choose(const mtl__sites *s, const mtl__counts *c, const mtl__mix_opts *o, bool *used)
{
    for (int i = 0; i < s->n; i++)
        used[i] = c->ref[i] + c->alt[i] > 0 &&
                  (!o->site_bias || (o->site_bias[i] > 0 && isfinite(o->site_bias[i])));
}

static void thin(const mtl__sites *s, int bp, bool *used)
{
    int last = -1;
    for (int i = 0; i < s->n && bp > 0; i++) {
        if (!used[i])
            continue;
        if (last >= 0 && s->chromosome[i] >= 0 && s->chromosome[i] == s->chromosome[last] &&
            s->position[i] - s->position[last] < bp)
            used[i] = false;
        else
            last = i;
    }
}

static int check_counts(const mtl__sites *s, const mtl__counts *c, mtl_error *err)
{
    for (int i = 0; i < s->n; i++)
        if (c->ref[i] < 0 || c->alt[i] < 0 || (c->other && c->other[i] < 0) ||
            (int64_t)c->ref[i] + c->alt[i] > INT32_MAX)
            return mtl__fail(err, MTL_ERR_VALUE, "counts",
                             "sample '%s', site %d: numbers of reads must be at least 0 and not "
                             "above 2147483647",
                             c->name ? c->name : "", i + 1);
    return MTL_OK;
}

/* ---------------------------------------------------------------- depths */
static int by_number(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int group_depths(mtl__mix_law *m, mtl_error *err)
{
    m->of_depth = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *m->of_depth);
    m->depth_group = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *m->depth_group);
    if (!m->of_depth || !m->depth_group)
        return mtl__nomem(err);
    if (m->n == 0)
        return MTL_OK;
    memcpy(m->of_depth, m->depth, (size_t)m->n * sizeof *m->of_depth);
    qsort(m->of_depth, (size_t)m->n, sizeof *m->of_depth, by_number);
    for (int i = 0; i < m->n; i++)
        if (i == 0 || m->of_depth[i] != m->of_depth[m->n_depths - 1])
            m->of_depth[m->n_depths++] = m->of_depth[i];
    for (int i = 0; i < m->n; i++) {
        const int32_t *at =
            bsearch(&m->depth[i], m->of_depth, (size_t)m->n_depths, sizeof *m->of_depth, by_number);
        m->depth_group[i] = (int)(at - m->of_depth);
        m->mean_depth += (double)m->depth[i] / m->n;
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- blocks */
/* Numbers blocks of `length` along each chromosome; sites of unknown place stand alone. */
static int number_blocks(const mtl__mix_law *m, const mtl__sites *s, double length, int *block)
{
    int n = 0, chromosome = -2;
    double begin = 0;
    for (int k = 0; k < m->n; k++) {
        const int i = m->site[k];
        const double at = morgan_of(s, i);
        if (s->chromosome[i] < 0 || s->chromosome[i] != chromosome || !(at - begin < length)) {
            chromosome = s->chromosome[i];
            begin = at;
            n++;
        }
        block[k] = n - 1;
    }
    return n;
}

static int make_blocks(mtl__mix_law *m, const mtl__sites *s, mtl_error *err)
{
    m->block = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *m->block);
    if (!m->block)
        return mtl__nomem(err);
    m->block_morgan = BLOCK_MORGAN;
    m->n_blocks = number_blocks(m, s, m->block_morgan, m->block);
    while (m->n_blocks < MTL__MIX_ENOUGH_BLOCKS && m->block_morgan > LEAST_BLOCK) {
        m->block_morgan *= 0.5;
        m->n_blocks = number_blocks(m, s, m->block_morgan, m->block);
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- per site */
static int copy_numbers(mtl__mix_law *m, double **to, const double *from, mtl_error *err)
{
    if (!from)
        return MTL_OK;
    double *x = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *x);
    if (!x)
        return mtl__nomem(err);
    for (int k = 0; k < m->n; k++)
        x[k] = from[m->site[k]];
    *to = x;
    return MTL_OK;
}

/* ALT share of all reads of the other samples; NaN where they have none. */
static int pool_others(mtl__mix_law *m, const mtl__counts *others, int n_others, mtl_error *err)
{
    m->foreign = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *m->foreign);
    if (!m->foreign)
        return mtl__nomem(err);
    for (int k = 0; k < m->n; k++) {
        double alt = 0, all = 0;
        for (int j = 0; j < n_others; j++) {
            alt += others[j].alt[m->site[k]];
            all += others[j].alt[m->site[k]] + (double)others[j].ref[m->site[k]];
        }
        m->foreign[k] = all > 0 ? alt / all : NAN;
    }
    return MTL_OK;
}

/* The fit of the error starts from reads of a third allele, each of which stands for half a read of
   the wrong allele if all wrong bases are alike, and else from the reads of the rarer allele where
   that is rare. Only the start: whether wrong bases are alike is not known. */
static double start_of_error(const mtl__mix_law *m, const mtl__counts *c)
{
    double rare = 0, all = 0, third = 0, total = 0;
    for (int k = 0; k < m->n; k++) {
        const int i = m->site[k];
        const double least = c->ref[i] < c->alt[i] ? c->ref[i] : c->alt[i];
        if (least < 0.1 * m->depth[k]) {
            rare += least;
            all += m->depth[k];
        }
        third += c->other ? c->other[i] : 0;
        total += m->depth[k];
    }
    double e = all > 0 ? 0.5 * rare / all : 0;
    if (third > 0)
        e = mtl__min(e, 0.5 * third / (total + third));
    return mtl__min(mtl__max(e, 1e-5), 0.05);
}

static void number_parameters(mtl__mix_law *m, const mtl__mix_opts *o)
{
    int n = m->n_people;
    m->at_hop = m->hops && isnan(o->hopping) ? n++ : -1;
    m->at_error = isnan(o->error) ? n++ : -1;
    m->at_spread = isnan(o->overdispersion) ? n++ : -1;
    m->n_param = n;
    m->n_shares = m->n_people + (m->hops ? 1 : 0);
    m->hop = m->hops && !isnan(o->hopping) ? o->hopping : 0;
    m->error = isnan(o->error) ? 0 : mtl__max(o->error, 0);
    m->spread = isnan(o->overdispersion) ? 0 : o->overdispersion / (1 - o->overdispersion);
    m->odd = o->odd_site;
}

static int gather(mtl__mix_law *m, const mtl__sites *s, const mtl__counts *c, const bool *used,
                  const int *list, mtl_error *err)
{
    for (int i = 0; i < s->n; i++)
        m->n += used[i];
    m->site = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *m->site);
    m->depth = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *m->depth);
    m->list = mtl__arena_alloc(&m->arena, ((size_t)m->n + 1) * sizeof *m->list);
    if (!m->site || !m->depth || !m->list)
        return mtl__nomem(err);
    for (int i = 0, k = 0; i < s->n; i++)
        if (used[i]) {
            m->site[k] = i;
            m->depth[k] = c->ref[i] + c->alt[i];
            m->list[k++] = list[i];
        }
    return MTL_OK;
}

static int build(mtl__mix_law *m, const mtl__sites *s, const mtl__mix_people *people,
                 const mtl__counts *sample, const mtl__counts *others, int n_others,
                 const mtl__mix_opts *o, bool *used, int *list, mtl_error *err)
{
    MTL_TRY(check_counts(s, sample, err));
    for (int j = 0; j < n_others; j++)
        MTL_TRY(check_counts(s, &others[j], err));
    m->n_people = people->n_candidates + (o->stranger ? 1 : 0);
    m->hops = n_others > 0 && !(o->hopping <= 0);
    number_parameters(m, o);
    choose(s, sample, o, used);
    MTL_TRY(mtl__mix_genotypes(m, s, people, o->stranger, used, list, err));
    thin(s, o->thin_bp, used);
    MTL_TRY(gather(m, s, sample, used, list, err));
    MTL_TRY(group_depths(m, err));
    MTL_TRY(make_blocks(m, s, err));
    MTL_TRY(copy_numbers(m, &m->bias, o->site_bias, err));
    MTL_TRY(copy_numbers(m, &m->site_error, o->site_error, err));
    for (int k = 0; m->site_error && k < m->n; k++)
        if (m->site_error[k] < MTL__MIX_LEAST_ERROR) /* not so for NaN */
            m->site_error[k] = MTL__MIX_LEAST_ERROR;
    if (m->hops)
        MTL_TRY(pool_others(m, others, n_others, err));
    m->first_error = start_of_error(m, sample);
    return mtl__mix_chain_new(m, s, people, err);
}

int mtl__mix_law_new(mtl__mix_law *m, const mtl__sites *sites, const mtl__mix_people *people,
                     const mtl__counts *sample, const mtl__counts *others, int n_others,
                     const mtl__mix_opts *o, mtl_error *err)
{
    *m = (mtl__mix_law){.n = 0};
    mtl__arena_init(&m->arena, 0);
    bool *used = malloc(((size_t)sites->n + 1) * sizeof *used);
    int *list = malloc(((size_t)sites->n + 1) * sizeof *list);
    const int ret = used && list ? build(m, sites, people, sample, others, others ? n_others : 0, o,
                                         used, list, err)
                                 : mtl__nomem(err);
    free(used);
    free(list);
    if (ret < 0)
        mtl__mix_law_free(m);
    return ret;
}

void mtl__mix_law_free(mtl__mix_law *m)
{
    free(m->list_start);
    free(m->list_n);
    free(m->prob);
    free(m->pattern);
    free(m->genotype);
    mtl__arena_free(&m->arena);
    *m = (mtl__mix_law){.n = 0};
}

int mtl__mix_data_new(mtl__mix_data *d, mtl__arena *arena, const mtl__mix_law *m,
                      const mtl__counts *sample, mtl_error *err)
{
    int32_t *alt = mtl__arena_alloc(arena, ((size_t)m->n + 1) * sizeof *alt);
    double *choose_alt = mtl__arena_alloc(arena, ((size_t)m->n + 1) * sizeof *choose_alt);
    if (!alt || !choose_alt)
        return mtl__nomem(err);
    for (int k = 0; k < m->n; k++) {
        alt[k] = sample->alt[m->site[k]];
        choose_alt[k] = mtl__log_choose(m->depth[k], alt[k]);
    }
    *d = (mtl__mix_data){alt, choose_alt};
    return MTL_OK;
}
