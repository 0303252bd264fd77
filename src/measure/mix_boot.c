/* SPDX-License-Identifier: MIT */
/* Presence by parametric bootstrap (Efron and Tibshirani 1993, chapter 16): samples are drawn by
   the law that was fitted without the donor (genotypes that are not known anew for every draw),
   both hypotheses are fitted to each, and p = (1 + draws with such a ratio or more) / (1 + draws).
   Each draw has a random stream of its own, so the number of threads does not matter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/assay.h"
#include "measure/mix_internal.h"

/* Wells as drawn in one replicate. */
typedef struct wells {
    mtl__mix_law law;
    mtl__mix_extra extra;
    mtl__mix_wells *drawn;
} wells;

typedef struct boot {
    const mtl__mix_law *m;
    const double *theta;
    uint64_t seed;
    int share;
    double ratio;
    bool *above; /* [replicates] */
} boot;

/* A joint genotype; in a state of the chain, if there is one. */
static int draw_genotype(const mtl__mix_law *m, int i, int state, mtl__rng *rng)
{
    const mtl__mix_chain *c = m->chain;
    const int list = m->list[i], start = m->list_start[list], n = m->list_n[list];
    double u = n > 1 ? mtl__rng_unit(rng) : 0, sum = 1;
    for (int e = 0; c && e < n; e++)
        sum = (e ? sum : 0) +
              m->prob[start + e] * c->tilt[c->start[i] + (size_t)(e * c->n_states + state)];
    u *= sum;
    int e = 0;
    for (; e < n - 1; e++) {
        u -=
            m->prob[start + e] * (c ? c->tilt[c->start[i] + (size_t)(e * c->n_states + state)] : 1);
        if (u < 0)
            break;
    }
    return m->pattern[start + e];
}

static void draw_sample(const mtl__mix_law *m, const double *theta, mtl__rng *rng, int32_t *alt,
                        double *log_choose)
{
    const double hop = m->at_hop >= 0 ? theta[m->at_hop] : m->hop,
                 error = m->at_error >= 0 ? mtl__exp(theta[m->at_error]) : m->error,
                 s = m->at_spread >= 0 ? mtl__exp(theta[m->at_spread]) : m->spread;
    int state = 0;
    for (int i = 0; i < m->n; i++) {
        if (m->chain)
            state = mtl__mix_chain_step(m->chain, i, state, rng);
        const int8_t *g =
            m->genotype + (size_t)draw_genotype(m, i, state, rng) * ((size_t)m->n_people + 1);
        double x = 0.5 * g[0], e = error;
        for (int a = 0; a < m->n_people; a++)
            x += 0.5 * theta[a] * (g[a + 1] - g[0]);
        if (m->site_error && !isnan(m->site_error[i]))
            e = m->site_error[i];
        const double z =
            mtl__reads_expect(mtl__min(mtl__max(x, 0), 1), m->foreign ? m->foreign[i] : NAN, hop,
                              m->bias ? m->bias[i] : 1, e);
        alt[i] = mtl__reads_draw_alt(rng, m->depth[i], z, s / (1 + s));
        log_choose[i] = mtl__log_choose(m->depth[i], alt[i]);
    }
}

/* The ratio of one drawn sample. Starts at the truth of the draw, then a little of the donor. */
static double ratio_of(const boot *b, const mtl__mix_law *m, mtl__mix_work *w,
                       const mtl__mix_data *d)
{
    bool held[MTL__MIX_MAX_PARAM] = {false};
    double theta[MTL__MIX_MAX_PARAM];
    mtl__mix_value null, full;
    memcpy(theta, b->theta, (size_t)m->n_param * sizeof *theta);
    held[b->share] = true;
    mtl__mix_climb(m, w, d, held, theta, &null);
    theta[b->share] = 1e-3;
    mtl__mix_climb(m, w, d, NULL, theta, &full);
    return 2 * (full.l - null.l);
}

/* The law with the wells of the sample drawn anew. What other samples said of error and spread is
   left out: it is of the sample that was seen. */
static int draw_wells(const boot *b, wells *w, mtl__rng *rng)
{
    const mtl__mix_extra *e = b->m->extra;
    w->law = *b->m;
    w->law.extra = NULL;
    if (!e || e->n_wells < 1)
        return MTL_OK;
    w->extra = *e;
    memset(w->extra.slope, 0, sizeof w->extra.slope);
    memset(w->extra.curve, 0, sizeof w->extra.curve);
    w->drawn = malloc((size_t)e->n_wells * sizeof *w->drawn);
    if (!w->drawn)
        return MTL_ERR_MEMORY;
    memcpy(w->drawn, e->wells, (size_t)e->n_wells * sizeof *w->drawn);
    w->extra.wells = w->drawn;
    w->law.extra = &w->extra;
    for (int k = 0; k < e->n_wells; k++) {
        const mtl__composition c = {e->n_candidates, b->theta, w->drawn[k].copies};
        if (mtl__mix_wells_here(e, k))
            MTL_TRY(mtl__qpcr_draw(w->drawn[k].assay, &c, rng, NULL, &w->drawn[k].hits, NULL));
    }
    return MTL_OK;
}

static int replicate(void *ctx, int64_t i, int worker)
{
    const boot *b = ctx;
    const size_t n = (size_t)b->m->n + 1;
    mtl__rng rng;
    mtl__mix_work *w = NULL;
    wells x = {.drawn = NULL};
    int ret = MTL_ERR_MEMORY;
    int32_t *alt = malloc(n * sizeof *alt);
    double *log_choose = malloc(n * sizeof *log_choose);
    (void)worker;
    if (alt && log_choose && mtl__mix_work_new(&w, b->m, NULL) >= 0) {
        const mtl__mix_data d = {alt, log_choose};
        mtl__rng_stream(&rng, b->seed, mtl__hash("mix.presence"), (uint64_t)i, (uint64_t)b->share);
        draw_sample(b->m, b->theta, &rng, alt, log_choose);
        ret = draw_wells(b, &x, &rng);
        if (ret == MTL_OK)
            b->above[i] = ratio_of(b, &x.law, w, &d) >= b->ratio - 1e-6;
    }
    free(x.drawn);
    mtl__mix_work_free(w);
    free(alt);
    free(log_choose);
    return ret;
}

static int one_by_one(int threads, int64_t n, int (*fn)(void *ctx, int64_t i, int worker),
                      void *ctx)
{
    (void)threads;
    for (int64_t i = 0; i < n; i++)
        MTL_TRY(fn(ctx, i, 0));
    return MTL_OK;
}

int mtl__mix_bootstrap(const mtl__mix_law *m, const double *theta, const mtl__mix_opts *o,
                       int parameter, double ratio, double *p, mtl_error *err)
{
    boot b = {m, theta, o->seed, parameter, ratio, NULL};
    int count = 0;
    if (!(ratio > 0)) {
        *p = 1;
        return MTL_OK;
    }
    b.above = calloc((size_t)o->bootstrap, sizeof *b.above);
    if (!b.above)
        return mtl__nomem(err);
    const int ret = (o->loop ? o->loop : one_by_one)(o->threads, o->bootstrap, replicate, &b);
    for (int i = 0; i < o->bootstrap; i++)
        count += b.above[i];
    free(b.above);
    *p = (1.0 + count) / (1.0 + o->bootstrap);
    return ret < 0 ? mtl__nomem(err) : MTL_OK;
}
