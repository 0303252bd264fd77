/* SPDX-License-Identifier: MIT */
/* The likelihood of a sample and its derivatives. At a site with joint genotype g the share of ALT
   is x = sum_p w_p g_p / 2 over host (w_0 = 1 - the rest) and donors; reads follow assay/reads.h
   about the share expected from x. Where genotypes are not known, the likelihood is the sum over
   all that are possible, weighted by the pedigree's law, and with q_c the posterior of joint
   genotype c
     l' = sum q_c l_c',   l'' = sum q_c (l_c'' + l_c' l_c'^T) - l' l'^T.
   A site that contradicts everything (a genotype that was typed wrong, a copy-number variant)
   would outweigh all others, so with a tiny chance its reads are taken as of any share at all: any
   number of ALT reads is then equally probable. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/mix_internal.h"

struct mtl__mix_work {
    double *share;    /* [n_patterns] ALT share */
    double *expect;   /* [n_patterns] ALT reads expected where a site has nothing of its own */
    double (*sum)[4]; /* [n_patterns] l_z, l_zz, l_zt of sites that have one genotype */
    mtl__rise *depth; /* [n_depths] */
    mtl__reads_slopes *slope; /* [MTL__MIX_MAX_LIST] */
    double *weight;           /* [MTL__MIX_MAX_LIST] */
    double *chain;            /* [n][2 * n_states] for mix_chain.c */
};

typedef mtl__mix_point point;

static point point_of(const mtl__mix_law *m, const double *theta)
{
    point p = {theta, m->hop, m->error, m->spread};
    if (m->at_hop >= 0)
        p.hop = theta[m->at_hop];
    if (m->at_error >= 0)
        p.error = mtl__exp(theta[m->at_error]);
    if (m->at_spread >= 0)
        p.spread = mtl__exp(theta[m->at_spread]);
    return p;
}

int mtl__mix_work_new(mtl__mix_work **out, const mtl__mix_law *m, mtl_error *err)
{
    const size_t np = (size_t)m->n_patterns + 1, nd = (size_t)m->n_depths + 1;
    mtl__mix_work *w = *out = calloc(1, sizeof *w);
    if (!w)
        return mtl__nomem(err);
    w->share = malloc(np * sizeof *w->share);
    w->expect = malloc(np * sizeof *w->expect);
    w->sum = malloc(np * sizeof *w->sum);
    w->depth = malloc(nd * sizeof *w->depth);
    w->slope = malloc(MTL__MIX_MAX_LIST * sizeof *w->slope);
    w->weight = malloc(MTL__MIX_MAX_LIST * sizeof *w->weight);
    w->chain = m->chain
                   ? malloc(((size_t)m->n + 1) * 2 * (size_t)m->chain->n_states * sizeof *w->chain)
                   : NULL;
    if (!w->share || !w->expect || !w->sum || !w->depth || !w->slope || !w->weight ||
        (m->chain && !w->chain)) {
        mtl__mix_work_free(w);
        *out = NULL;
        return mtl__nomem(err);
    }
    return MTL_OK;
}

void mtl__mix_work_free(mtl__mix_work *w)
{
    if (!w)
        return;
    free(w->share);
    free(w->expect);
    free(w->sum);
    free(w->depth);
    free(w->slope);
    free(w->weight);
    free(w->chain);
    free(w);
}

static void begin(const mtl__mix_law *m, mtl__mix_work *w, const point *p)
{
    const int8_t *g = m->genotype;
    for (int c = 0; c < m->n_patterns; c++, g += m->n_people + 1) {
        double x = 0.5 * g[0];
        for (int a = 0; a < m->n_people; a++)
            x += 0.5 * p->w[a] * (g[a + 1] - g[0]);
        w->share[c] = mtl__min(mtl__max(x, 0), 1);
        w->expect[c] = p->error + (1 - 2 * p->error) * w->share[c];
    }
    for (int k = 0; k < m->n_depths; k++)
        mtl__rise_sum(1, p->spread, m->of_depth[k], &w->depth[k]);
}

/* ---------------------------------------------------------------- from fractions to ALT reads */
/* z expected at a site, and what its derivatives are made of. */
typedef struct chain {
    double z, error, caught, caught1, caught2; /* by the share after hopping */
    double hop, to_foreign;                    /* hop acting here; foreign - share */
    bool own_error;
} chain;

static void chain_of(const mtl__mix_law *m, const point *p, double share, int i, chain *c)
{
    const double foreign = m->foreign ? m->foreign[i] : NAN, b = m->bias ? m->bias[i] : 1;
    c->own_error = m->site_error && !isnan(m->site_error[i]);
    c->error = c->own_error ? m->site_error[i] : p->error;
    c->hop = isnan(foreign) ? 0 : p->hop;
    c->to_foreign = isnan(foreign) ? 0 : foreign - share;
    const double x = share + c->hop * c->to_foreign, d = 1 / (1 + (b - 1) * x);
    c->caught = b * x * d;
    c->caught1 = b * d * d;
    c->caught2 = -2 * (b - 1) * d * c->caught1;
    c->z = c->error + (1 - 2 * c->error) * c->caught;
}

/* Derivatives of z [n_param], and of the share after hopping for people and hopping. */
static void directions(const mtl__mix_law *m, const chain *c, const int8_t *g, double *dx,
                       double *dz)
{
    const double scale = (1 - 2 * c->error) * c->caught1;
    for (int a = 0; a < m->n_people; a++)
        dx[a] = (1 - c->hop) * 0.5 * (g[a + 1] - g[0]);
    if (m->at_hop >= 0)
        dx[m->at_hop] = c->to_foreign;
    const int n_shares = m->n_people + (m->at_hop >= 0);
    for (int a = 0; a < n_shares; a++)
        dz[a] = scale * dx[a];
    if (m->at_error >= 0)
        dz[m->at_error] = c->own_error ? 0 : c->error * (1 - 2 * c->caught);
    if (m->at_spread >= 0)
        dz[m->at_spread] = 0;
}

static void add_pair(double *h, int n, int a, int b, double x)
{
    h[a * n + b] += x;
    if (a != b)
        h[b * n + a] += x;
}

/* h += weight (l_zz dz dz' + l_zt (dz e_t' + e_t dz') + l_tt e_t e_t' + l_z z''). */
static void add_second(const mtl__mix_law *m, const chain *c, const int8_t *g, const double *dx,
                       const double *dz, const mtl__reads_slopes *s, double weight, double *h)
{
    const int n = m->n_param, n_shares = m->n_people + (m->at_hop >= 0);
    const double zz = weight * s->zz, z1 = weight * s->z;
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            h[a * n + b] += zz * dz[a] * dz[b];
    if (m->at_spread >= 0) {
        for (int a = 0; a < n; a++)
            if (a != m->at_spread)
                add_pair(h, n, a, m->at_spread, weight * s->zt * dz[a]);
        h[m->at_spread * n + m->at_spread] += weight * s->tt;
    }
    if (m->bias) {
        const double bend = z1 * (1 - 2 * c->error) * c->caught2;
        for (int a = 0; a < n_shares; a++)
            for (int b = 0; b < n_shares; b++)
                h[a * n + b] += bend * dx[a] * dx[b];
    }
    if (m->at_hop >= 0 && c->to_foreign != 0)
        for (int a = 0; a < m->n_people; a++)
            add_pair(h, n, a, m->at_hop,
                     -z1 * (1 - 2 * c->error) * c->caught1 * 0.5 * (g[a + 1] - g[0]));
    if (m->at_error >= 0 && !c->own_error) {
        for (int a = 0; a < n_shares; a++)
            add_pair(h, n, a, m->at_error, -2 * c->error * z1 * c->caught1 * dx[a]);
        h[m->at_error * n + m->at_error] += z1 * c->error * (1 - 2 * c->caught);
    }
}

/* ---------------------------------------------------------------- a site */
/* The chance that a site is beyond the law, per number of ALT reads, on the scale of l. */
static double odd_level(const mtl__mix_law *m, const mtl__mix_data *d, int i)
{
    return m->odd > 0 ? mtl__log(m->odd / (m->depth[i] + 1.0)) - d->log_choose[i] : -HUGE_VAL;
}

/* Mixes a law with the odd one: l, and the derivatives scaled. Returns the posterior of odd. */
static double mix_odd(double odd, double share, mtl__reads_slopes *s)
{
    if (!(odd > -HUGE_VAL))
        return 0;
    const double top = mtl__max(s->l, odd), a = mtl__exp(s->l - top) * (1 - share),
                 b = mtl__exp(odd - top), q = a / (a + b), r = q * (1 - q);
    s->l = top + mtl__log(a + b);
    s->zz = q * s->zz + r * s->z * s->z;
    s->zt = q * s->zt + r * s->z * s->t;
    s->tt = q * s->tt + r * s->t * s->t;
    s->z *= q;
    s->t *= q;
    return 1 - q;
}

/* A site that has one joint genotype and nothing of its own: sums by genotype. */
static void plain_site(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d, int i,
                       const point *p, mtl__mix_value *v, double *spread)
{
    const int pattern = m->pattern[m->list_start[m->list[i]]];
    mtl__reads_slopes s;
    mtl__reads_slope(d->alt[i], m->depth[i], w->expect[pattern], p->spread,
                     &w->depth[m->depth_group[i]], &s);
    v->odd += mix_odd(odd_level(m, d, i), m->odd, &s) > 0.5;
    v->l += s.l + d->log_choose[i];
    double *sum = w->sum[pattern];
    sum[0] += s.z;
    sum[1] += s.zz;
    sum[2] += s.zt;
    spread[0] += s.t;
    spread[1] += s.tt;
}

/* Weights of the joint genotypes of a site given its reads; returns the site's l (without
   log_choose). w->slope and w->weight are filled; *odd is the weight of the odd law. */
double mtl__mix_weigh_site(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d, int i,
                           const point *p, double *odd)
{
    const int list = m->list[i], start = m->list_start[list], n = m->list_n[list];
    const double level = odd_level(m, d, i);
    double top = level, sum = 0;
    for (int c = 0; c < n; c++) {
        chain x;
        chain_of(m, p, w->share[m->pattern[start + c]], i, &x);
        mtl__reads_slope(d->alt[i], m->depth[i], x.z, p->spread, &w->depth[m->depth_group[i]],
                         &w->slope[c]);
        top = mtl__max(top, w->slope[c].l);
    }
    for (int c = 0; c < n; c++)
        sum += w->weight[c] = m->prob[start + c] * mtl__exp(w->slope[c].l - top) * (1 - m->odd);
    *odd = level > -HUGE_VAL ? mtl__exp(level - top) : 0;
    sum += *odd;
    for (int c = 0; c < n; c++)
        w->weight[c] /= sum;
    *odd /= sum;
    return top + mtl__log(sum);
}

double *mtl__mix_weights(mtl__mix_work *w)
{
    return w->weight;
}

double *mtl__mix_chain_space(mtl__mix_work *w)
{
    return w->chain;
}

mtl__mix_point mtl__mix_begin(const mtl__mix_law *m, mtl__mix_work *w, const double *theta)
{
    const point p = point_of(m, theta);
    begin(m, w, &p);
    return p;
}

void mtl__mix_site_sums(const mtl__mix_law *m, mtl__mix_work *w, int i, const mtl__mix_point *p,
                        double *g, double *h)
{
    const int list = m->list[i], start = m->list_start[list], n = m->n_param;
    double dx[MTL__MIX_MAX_PARAM], dz[MTL__MIX_MAX_PARAM];
    memset(g, 0, (size_t)n * sizeof *g);
    for (int c = 0; c < m->list_n[list]; c++) {
        const double q = w->weight[c];
        if (!(q > 1e-30))
            continue;
        const int pattern = m->pattern[start + c];
        const int8_t *genotype = m->genotype + (size_t)pattern * ((size_t)m->n_people + 1);
        const mtl__reads_slopes *s = &w->slope[c];
        chain x;
        chain_of(m, p, w->share[pattern], i, &x);
        directions(m, &x, genotype, dx, dz);
        if (h)
            add_second(m, &x, genotype, dx, dz, s, q, h);
        for (int a = 0; a < n; a++) {
            dx[a] = s->z * dz[a] + (a == m->at_spread ? s->t : 0);
            g[a] += q * dx[a];
        }
        for (int a = 0; h && a < n; a++)
            for (int b = 0; b < n; b++)
                h[a * n + b] += q * dx[a] * dx[b];
    }
    for (int a = 0; h && a < n; a++)
        for (int b = 0; b < n; b++)
            h[a * n + b] -= g[a] * g[b];
}

/* l and g of one site, and h if it is not NULL. */
static double any_site(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d, int i,
                       const point *p, double *g, double *h, int *n_odd)
{
    double odd;
    const double l = mtl__mix_weigh_site(m, w, d, i, p, &odd);
    mtl__mix_site_sums(m, w, i, p, g, h);
    *n_odd += odd > 0.5;
    return l;
}

static bool plain(const mtl__mix_law *m, int i)
{
    return m->list_n[m->list[i]] == 1 && !m->bias && !m->site_error && !m->hops;
}

/* What the plain sites have summed up by genotype, brought to the parameters. */
static void add_patterns(const mtl__mix_law *m, const mtl__mix_work *w, const point *p,
                         const double *spread, mtl__mix_value *v)
{
    double dx[MTL__MIX_MAX_PARAM], dz[MTL__MIX_MAX_PARAM];
    for (int c = 0; c < m->n_patterns; c++) {
        const double *sum = w->sum[c];
        const int8_t *g = m->genotype + (size_t)c * ((size_t)m->n_people + 1);
        if (sum[1] == 0 && sum[0] == 0)
            continue;
        chain x = {.error = p->error, .caught = w->share[c], .caught1 = 1};
        directions(m, &x, g, dx, dz);
        const mtl__reads_slopes s = {.z = sum[0], .zz = sum[1], .zt = sum[2]};
        add_second(m, &x, g, dx, dz, &s, 1, v->h);
        for (int a = 0; a < m->n_param; a++)
            v->g[a] += s.z * dz[a];
    }
    if (m->at_spread >= 0) {
        v->g[m->at_spread] += spread[0];
        v->h[m->at_spread * m->n_param + m->at_spread] += spread[1];
    }
}

void mtl__mix_eval(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                   const double *theta, mtl__mix_value *v)
{
    const point p = point_of(m, theta);
    double spread[2] = {0, 0}, g[MTL__MIX_MAX_PARAM];
    if (m->chain) {
        mtl__mix_chain_eval(m, w, d, theta, v, NULL);
        if (m->extra)
            mtl__mix_add_extra(m, theta, v);
        return;
    }
    memset(v, 0, sizeof *v);
    memset(w->sum, 0, (size_t)m->n_patterns * sizeof *w->sum);
    begin(m, w, &p);
    for (int i = 0; i < m->n; i++) {
        if (plain(m, i)) {
            plain_site(m, w, d, i, &p, v, spread);
            continue;
        }
        v->l += any_site(m, w, d, i, &p, g, v->h, &v->odd) + d->log_choose[i];
        for (int a = 0; a < m->n_param; a++)
            v->g[a] += g[a];
    }
    add_patterns(m, w, &p, spread, v);
    if (m->extra)
        mtl__mix_add_extra(m, theta, v);
}

void mtl__mix_scores(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                     const double *theta, double *sum)
{
    const point p = point_of(m, theta);
    double g[MTL__MIX_MAX_PARAM];
    mtl__mix_value v;
    int odd = 0;
    if (m->chain) {
        mtl__mix_chain_eval(m, w, d, theta, &v, sum);
        return;
    }
    begin(m, w, &p);
    memset(sum, 0, (size_t)m->n_blocks * (size_t)m->n_param * sizeof *sum);
    for (int i = 0; i < m->n; i++) {
        any_site(m, w, d, i, &p, g, NULL, &odd);
        for (int a = 0; a < m->n_param; a++)
            sum[(size_t)m->block[i] * (size_t)m->n_param + (size_t)a] += g[a];
    }
}

/* ---------------------------------------------------------------- expected information */
/* The information of a site of n reads whose genotypes, given that of the host, are not known: mean
   and variance of ALT reads, and the mean's derivatives. A host's genotype is known by the reads,
   which is in w->weight. */
static double expect_site(const mtl__mix_law *m, const mtl__mix_work *w, int i, const point *p,
                          int host, double *dz)
{
    const int start = m->list_start[m->list[i]], n_joint = m->list_n[m->list[i]], n = m->n_param;
    const double depth = m->depth[i], rho = p->spread / (1 + p->spread);
    double sum = 0, mean = 0, square = 0, posterior = 0, dx[MTL__MIX_MAX_PARAM],
           one[MTL__MIX_MAX_PARAM] = {0};
    memset(dz, 0, (size_t)n * sizeof *dz);
    for (int c = 0; c < n_joint; c++) {
        const int pattern = m->pattern[start + c];
        const int8_t *g = m->genotype + (size_t)pattern * ((size_t)m->n_people + 1);
        if (g[0] != host)
            continue;
        const double q = m->prob[start + c];
        chain x;
        chain_of(m, p, w->share[pattern], i, &x);
        directions(m, &x, g, dx, one);
        for (int a = 0; a < n; a++)
            dz[a] += q * one[a];
        sum += q;
        mean += q * x.z;
        square += q * x.z * x.z;
        posterior += w->weight[c];
    }
    if (!(sum > 0))
        return 0;
    mean /= sum;
    for (int a = 0; a < n; a++)
        dz[a] /= sum;
    const double between = mtl__max(square / sum - mean * mean, 0);
    const double of_reads = (mean * (1 - mean) - between) * (1 + (depth - 1) * rho) / depth;
    return posterior / (of_reads + between);
}

/* Adds x dz dz' and returns x (towards' dz)^2. */
static double add_information(const mtl__mix_law *m, double x, const double *dz, double *info,
                              const double *towards)
{
    const int n = m->n_param;
    double along = 0;
    for (int a = 0; x > 0 && a < n; a++) {
        along += towards ? towards[a] * dz[a] : 0;
        for (int b = 0; b < n; b++)
            info[a * n + b] += x * dz[a] * dz[b];
    }
    return x * along * along;
}

/* Sites with one joint genotype and nothing of their own, by genotype: w->sum[][0] is the number of
   independent reads there, and afterwards [1] the information per read in the direction. */
static void expect_patterns(const mtl__mix_law *m, mtl__mix_work *w, const point *p, double *info,
                            const double *towards)
{
    double dx[MTL__MIX_MAX_PARAM], dz[MTL__MIX_MAX_PARAM] = {0};
    for (int c = 0; c < m->n_patterns; c++) {
        const double reads = w->sum[c][0], z = w->expect[c];
        if (!(reads > 0))
            continue;
        const chain x = {.error = p->error, .caught = w->share[c], .caught1 = 1};
        directions(m, &x, m->genotype + (size_t)c * ((size_t)m->n_people + 1), dx, dz);
        w->sum[c][1] = add_information(m, reads / (z * (1 - z)), dz, info, towards) / reads;
    }
}

void mtl__mix_expected(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                       const double *theta, double *info, const double *towards, double *each)
{
    const point p = point_of(m, theta);
    const double rho = p.spread / (1 + p.spread);
    double dz[MTL__MIX_MAX_PARAM] = {0}, odd;
    memset(info, 0, (size_t)m->n_param * (size_t)m->n_param * sizeof *info);
    memset(w->sum, 0, (size_t)m->n_patterns * sizeof *w->sum);
    begin(m, w, &p);
    for (int i = 0; i < m->n; i++) {
        if (plain(m, i)) {
            const double reads = m->depth[i] / (1 + (m->depth[i] - 1) * rho);
            w->sum[m->pattern[m->list_start[m->list[i]]]][0] += reads;
            if (each)
                each[i] = reads;
            continue;
        }
        mtl__mix_weigh_site(m, w, d, i, &p, &odd);
        double sum = 0;
        for (int host = 0; host < 3; host++) {
            const double x = expect_site(m, w, i, &p, host, dz);
            sum += add_information(m, x, dz, info, towards);
        }
        if (each)
            each[i] = sum;
    }
    expect_patterns(m, w, &p, info, towards);
    if (m->extra)
        mtl__mix_expect_extra(m, theta, info);
    for (int i = 0; each && i < m->n; i++)
        if (plain(m, i))
            each[i] *= w->sum[m->pattern[m->list_start[m->list[i]]]][1];
}

void mtl__mix_responsible(const mtl__mix_law *m, mtl__mix_work *w, const mtl__mix_data *d,
                          const double *theta, int n_sites, double *out)
{
    const point p = point_of(m, theta);
    const int n = m->n_shares + 1;
    double odd;
    for (int i = 0; i < n_sites * n; i++)
        out[i] = NAN;
    begin(m, w, &p);
    for (int i = 0; i < m->n; i++) {
        const int start = m->list_start[m->list[i]];
        double *row = out + (size_t)m->site[i] * (size_t)n, sum = 0;
        mtl__mix_weigh_site(m, w, d, i, &p, &odd);
        for (int a = 0; a < n; a++)
            row[a] = 0;
        for (int c = 0; c < m->list_n[m->list[i]]; c++) {
            const int pattern = m->pattern[start + c];
            const int8_t *g = m->genotype + (size_t)pattern * ((size_t)m->n_people + 1);
            chain x;
            chain_of(m, &p, w->share[pattern], i, &x);
            for (int a = 0; a < m->n_people; a++)
                row[a] += w->weight[c] * (1 - x.hop) * fabs(0.5 * p.w[a] * (g[a + 1] - g[0]));
            if (m->hops)
                row[m->n_people] += w->weight[c] * x.hop * fabs(x.to_foreign);
            row[n - 1] += w->weight[c] * x.error * fabs(1 - 2 * x.caught);
        }
        for (int a = 0; a < n; a++)
            sum += row[a];
        for (int a = 0; a < n; a++)
            row[a] = sum > 0 ? row[a] / sum : NAN;
    }
}
