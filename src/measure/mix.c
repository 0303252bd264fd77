/* SPDX-License-Identifier: MIT */
/* Fractions of donors from reads: greatest likelihood (mix_eval.c, mix_solve.c) and what it is
   worth. Intervals are profile likelihood with error, overdispersion and the other donors fitted
   again at each end. Presence is the likelihood ratio against a fraction of 0, which lies on the
   edge, so that half of all nulls have ratio 0 (Self and Liang 1987) and p is half the tail of
   chi-square; with other donors on their edges as well this is on the safe side. Where genotypes
   are summed over, the fall of the composite likelihood is divided by the ratio of the sandwich
   variance (Godambe 1960; scores of whole blocks as in Liang and Zeger 1986) to the naive one,
   never less than 1 (Pace, Salvan and Sartori 2011), and judged by Student's t with as many degrees
   as blocks less one. The limit of detection is in mix_limit.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/mix_internal.h"

#define FEW_INFORMATION_SITES 10 /* rules of thumb, for flags only */
#define MUCH_INFLATION 2.0
#define TWIN 1e-6

void mtl__mix_opts_init(mtl__mix_opts *o)
{
    *o = (mtl__mix_opts){.level = 0.95,
                         .error = NAN,
                         .overdispersion = NAN,
                         .seed = 1,
                         .threads = 1,
                         .odd_site = 1e-6};
}

/* ---------------------------------------------------------------- checks */
static int check_opts(const mtl__mix_opts *o, mtl_error *err)
{
    if (!(o->level > 0.5 && o->level < 1))
        return mtl__fail(err, MTL_ERR_VALUE, "level", "must be above 0.5 and below 1");
    if (!isnan(o->error) && !(o->error >= 0 && o->error < 0.5))
        return mtl__fail(err, MTL_ERR_VALUE, "error", "must be at least 0 and below 0.5");
    if (!isnan(o->overdispersion) && !(o->overdispersion >= 0 && o->overdispersion < 1))
        return mtl__fail(err, MTL_ERR_VALUE, "overdispersion", "must be at least 0 and below 1");
    if (!isnan(o->hopping) && !(o->hopping >= 0 && o->hopping <= 0.5))
        return mtl__fail(err, MTL_ERR_VALUE, "hopping", "must be between 0 and 0.5");
    if (!(o->odd_site >= 0 && o->odd_site < 0.5))
        return mtl__fail(err, MTL_ERR_VALUE, "odd_site", "must be at least 0 and below 0.5");
    if (o->bootstrap < 0 || o->thin_bp < 0)
        return mtl__fail(err, MTL_ERR_VALUE, o->bootstrap < 0 ? "bootstrap" : "thin",
                         "must be at least 0");
    return MTL_OK;
}

static int check_people(const mtl__mix_people *p, mtl_error *err)
{
    const int n = p->lineage.n;
    if (p->n_candidates < 0 || p->n_candidates >= MTL__MIX_MAX_PEOPLE)
        return mtl__fail(err, MTL_ERR_LIMIT, "candidates", "%d donors; the most is %d",
                         p->n_candidates, MTL__MIX_MAX_PEOPLE - 1);
    if (p->host < 0 || p->host >= n)
        return mtl__fail(err, MTL_ERR_VALUE, "host", "the host is not in the family");
    for (int j = 0; j < p->n_candidates; j++) {
        if (p->candidate[j] < 0 || p->candidate[j] >= n)
            return mtl__fail(err, MTL_ERR_VALUE, "candidates", "a donor is not in the family");
        if (p->candidate[j] == p->host)
            return mtl__fail(err, MTL_ERR_VALUE, "candidates", "the host is named as a donor");
        for (int k = 0; k < j; k++)
            if (p->candidate[j] == p->candidate[k])
                return mtl__fail(err, MTL_ERR_DUPLICATE, "candidates", "a donor is named twice");
    }
    return MTL_OK;
}

int mtl__mix_check(const mtl__sites *s, const mtl__mix_people *people, const mtl__mix_opts *o,
                   mtl_error *err)
{
    MTL_TRY(check_opts(o, err));
    MTL_TRY(check_people(people, err));
    for (int i = 1; i < s->n; i++)
        if (s->chromosome[i] >= 0 && s->chromosome[i] == s->chromosome[i - 1] &&
            (s->position[i] < s->position[i - 1] || (s->morgan && s->morgan[i] < s->morgan[i - 1])))
            return mtl__fail(err, MTL_ERR_VALUE, "sites", "site %d is out of order", i + 1);
    for (int i = 0; o->site_error && i < s->n; i++)
        if (!isnan(o->site_error[i]) && !(o->site_error[i] >= 0 && o->site_error[i] < 0.5))
            return mtl__fail(err, MTL_ERR_VALUE, "site_error",
                             "site %d: must be at least 0 and below 0.5", i + 1);
    return MTL_OK;
}

/* ---------------------------------------------------------------- a fit at work */
typedef struct fit {
    mtl__mix *out;
    const mtl__mix_law *m;
    mtl__mix_work *w;
    const mtl__mix_data *d;
    const mtl__mix_opts *o;
    double theta[MTL__MIX_MAX_PARAM];
    mtl__mix_value v;
    double expected[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM];
    double covariance[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM]; /* from it */
    bool dead[MTL__MIX_MAX_PARAM];
    bool linked;
    double wobble[MTL__MIX_MAX_PARAM]; /* squared coefficients of variation of what widens */
    double degrees;                    /* of Student's t; HUGE_VAL = normal */
} fit;

/* The parameter of a share; -1 if it is given. */
static int parameter_of(const mtl__mix_law *m, int share)
{
    return share < m->n_people ? share : m->at_hop;
}

/* Square of the two-sided quantile of Student's t. */
static double fall_at(const fit *f, double level)
{
    const double z = mtl__norm_quantile(0.5 + 0.5 * level);
    if (!isfinite(f->degrees))
        return z * z;
    const double x = mtl__beta_quantile(level, 0.5, 0.5 * f->degrees);
    return f->degrees * x / (1 - x);
}

static double tail_of(const fit *f, double ratio)
{
    if (!(ratio > 0))
        return 1;
    if (!isfinite(ratio))
        return 0;
    if (!isfinite(f->degrees))
        return 0.5 * mtl__chi2_sf(ratio, 1);
    return 0.5 * mtl__beta_inc(0.5 * f->degrees, 0.5, f->degrees / (f->degrees + ratio));
}

static void expect(fit *f)
{
    bool use[MTL__MIX_MAX_PARAM];
    for (int i = 0; i < f->m->n_param; i++)
        use[i] = i != f->m->at_spread;
    mtl__mix_expected(f->m, f->w, f->d, f->theta, f->expected, NULL, NULL);
    mtl__mix_invert(f->expected, f->m->n_param, use, f->covariance, f->dead);
}

/* Information of the shares with the error taken out. */
static void share_information(fit *f)
{
    const mtl__mix_law *m = f->m;
    const int n = m->n_param, ns = m->n_shares, e = m->at_error;
    for (int a = 0; a < ns; a++)
        for (int b = 0; b < ns; b++) {
            const int i = parameter_of(m, a), j = parameter_of(m, b);
            double x = i >= 0 && j >= 0 ? f->expected[i * n + j] : 0;
            if (i >= 0 && j >= 0 && e >= 0 && f->expected[e * n + e] > 0)
                x -= f->expected[i * n + e] * f->expected[j * n + e] / f->expected[e * n + e];
            f->out->information[a * ns + b] = x;
        }
}

/* ---------------------------------------------------------------- variance */
static bool is_inside(const fit *f, int i)
{
    return f->theta[i] > mtl__mix_lowest(f->m, i) && f->theta[i] < mtl__mix_highest(f->m, i);
}

/* Observed inverse information over the parameters inside their bounds, and `also`. */
static void observed(const fit *f, int also, double *inverse, bool *dead)
{
    double info[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM];
    bool use[MTL__MIX_MAX_PARAM];
    const int n = f->m->n_param;
    for (int i = 0; i < n; i++)
        use[i] = i == also || is_inside(f, i);
    for (int i = 0; i < n * n; i++)
        info[i] = -f->v.h[i];
    mtl__mix_invert(info, n, use, inverse, dead);
}

/* The sandwich variance of parameter p over its naive variance; how uncertain that is by the fourth
   moments of the blocks. */
static double widening(const fit *f, int p, const double *score, double *wobble)
{
    double a[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM], total = 0, square = 0, fourth = 0;
    bool dead[MTL__MIX_MAX_PARAM];
    const int n = f->m->n_param, nb = f->m->n_blocks;
    *wobble = 0;
    observed(f, p, a, dead);
    if (dead[p] || nb < 2 || !(a[p * n + p] > 0))
        return 1;
    for (int b = 0; b < nb; b++) {
        double x = 0;
        for (int i = 0; i < n; i++)
            x += a[p * n + i] * score[b * n + i];
        total += x;
        square += x * x;
        fourth += x * x * x * x;
    }
    if (square > 0)
        *wobble = mtl__max(fourth / (square * square) - 1.0 / nb, 0);
    /* At an edge the scores do not add up to 0. */
    square -= total * total / nb;
    return mtl__max(square * nb / (nb - 1.0) / a[p * n + p], 1);
}

static int widen(fit *f, mtl_error *err)
{
    const mtl__mix_law *m = f->m;
    for (int s = 0; s < m->n_shares; s++)
        f->out->share[s].widened = 1;
    f->degrees = HUGE_VAL;
    if (!m->guessing || m->n == 0 || (m->chain && m->chain->whole))
        return MTL_OK;
    double *score = malloc(((size_t)m->n_blocks * (size_t)m->n_param + 1) * sizeof *score);
    if (!score)
        return mtl__nomem(err);
    mtl__mix_scores(m, f->w, f->d, f->theta, score);
    for (int s = 0; s < m->n_shares; s++)
        if (parameter_of(m, s) >= 0)
            f->out->share[s].widened =
                widening(f, parameter_of(m, s), score, &f->wobble[parameter_of(m, s)]);
    free(score);
    f->linked = m->block_morgan < 0.25;
    f->degrees = m->n_blocks > 1 ? m->n_blocks - 1 : 1;
    return MTL_OK;
}

/* ---------------------------------------------------------------- limits */
static double limit_of_detection(const fit *f, int p, double widened)
{
    const mtl__mix_limit c = {.law = f->m,
                              .work = f->w,
                              .data = f->d,
                              .theta = f->theta,
                              .parameter = p,
                              .variance = widened,
                              .wobble = f->wobble[p],
                              .alarm = sqrt(fall_at(f, 0.9))};
    return mtl__mix_limit_of(&c);
}

/* ---------------------------------------------------------------- a share */
static double null_fit(const fit *f, int p, double *theta)
{
    bool held[MTL__MIX_MAX_PARAM] = {false};
    mtl__mix_value v;
    memcpy(theta, f->theta, sizeof f->theta);
    theta[p] = 0;
    held[p] = true;
    mtl__mix_climb(f->m, f->w, f->d, held, theta, &v);
    return v.l;
}

static double standard_error(const fit *f, int p, double widened)
{
    double a[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM];
    bool dead[MTL__MIX_MAX_PARAM];
    const int n = f->m->n_param;
    observed(f, p, a, dead);
    if (!dead[p] && a[p * n + p] > 0 && is_inside(f, p))
        return sqrt(a[p * n + p] * widened);
    return f->dead[p] ? NAN : sqrt(f->covariance[p * n + p] * widened);
}

static void interval(const fit *f, int p, mtl__share *s)
{
    const double fall = fall_at(f, f->o->level) * s->widened;
    double step = sqrt(fall) * s->standard_error / sqrt(s->widened);
    if (!(step > 0) || !isfinite(step))
        step = 0.01;
    step = mtl__min(step, 0.3);
    s->high = mtl__mix_profile_end(f->m, f->w, f->d, f->theta, &f->v, p, 1, fall, step);
    if (s->high > 1 - 1e-6 && p < f->m->n_people)
        s->high = 1;
    s->low = s->ratio <= fall ? 0
                              : mtl__mix_profile_end(f->m, f->w, f->d, f->theta, &f->v, p, -1, fall,
                                                     mtl__min(step, 0.9 * s->fraction));
}

/* Means of reads may leave two donors alike (an untyped child, and both its parents) whose laws are
   not: then the observed information has the last word. */
static bool is_dead(const fit *f, int p)
{
    double a[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM];
    bool dead[MTL__MIX_MAX_PARAM];
    if (!f->dead[p] || !f->m->guessing)
        return f->dead[p];
    observed(f, p, a, dead);
    return dead[p];
}

/* (sum of information)^2 / sum of squares, over sites, in the direction that only this share
 * explains. */
static int information_sites(const fit *f, int p, double *out, mtl_error *err)
{
    const mtl__mix_law *m = f->m;
    const int n = m->n_param;
    double towards[MTL__MIX_MAX_PARAM], info[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM];
    double sum = 0, square = 0;
    *out = is_dead(f, p) ? 0 : NAN; /* NaN: told by more than means, or by wells alone */
    if (m->n == 0 || f->dead[p] || !(f->covariance[p * n + p] > 0))
        return MTL_OK;
    double *each = malloc(((size_t)m->n + 1) * sizeof *each);
    if (!each)
        return mtl__nomem(err);
    for (int i = 0; i < n; i++)
        towards[i] = f->covariance[p * n + i] / f->covariance[p * n + p];
    mtl__mix_expected(m, f->w, f->d, f->theta, info, towards, each);
    for (int i = 0; i < m->n; i++) {
        sum += each[i];
        square += each[i] * each[i];
    }
    free(each);
    *out = square > 0 ? sum * sum / square : 0;
    return MTL_OK;
}

static int fill_share(fit *f, int index, mtl_error *err)
{
    mtl__share *s = &f->out->share[index];
    const int p = parameter_of(f->m, index);
    double null[MTL__MIX_MAX_PARAM];
    s->fraction = f->theta[p];
    s->ratio = mtl__max(2 * (f->v.l - null_fit(f, p, null)), 0);
    if (s->ratio < 1e-6)
        s->ratio = 0;
    s->standard_error = standard_error(f, p, s->widened);
    interval(f, p, s);
    s->p = tail_of(f, s->ratio / s->widened);
    if (f->o->bootstrap > 0)
        MTL_TRY(mtl__mix_bootstrap(f->m, null, f->o, p, s->ratio / s->widened, &s->p, err));
    s->lod = f->dead[p] ? NAN : limit_of_detection(f, p, s->widened);
    MTL_TRY(information_sites(f, p, &s->information_sites, err));
    if (!is_inside(f, p))
        s->flags |= MTL__MIX_BOUNDARY;
    if (is_dead(f, p))
        s->flags |= MTL__MIX_NOT_IDENTIFIED;
    if (s->information_sites < FEW_INFORMATION_SITES)
        s->flags |= MTL__MIX_FEW_SITES;
    if (f->linked)
        s->flags |= MTL__MIX_LINKED;
    return MTL_OK;
}

/* A share that is given, not fitted. */
static void given_share(fit *f, mtl__share *s)
{
    s->fraction = s->low = s->high = f->m->hop;
    s->p = s->standard_error = s->lod = s->information_sites = s->ratio = NAN;
}

/* Do the reads mind if two people change places? */
static bool exchangeable(const fit *f, int a, int b)
{
    double theta[MTL__MIX_MAX_PARAM];
    mtl__mix_value v;
    memcpy(theta, f->theta, sizeof theta);
    theta[a] = f->theta[b];
    theta[b] = f->theta[a];
    mtl__mix_eval(f->m, f->w, f->d, theta, &v);
    return 2 * (f->v.l - v.l) < fall_at(f, f->o->level);
}

/* Two that explain the same mean reads, and may change places. Untyped relatives of one degree can
   have a hill of the likelihood each way round; the interval of each then holds both. */
static void find_twins(fit *f)
{
    const int n = f->m->n_shares;
    const double *s = f->out->information;
    for (int a = 0; a < f->m->n_people; a++)
        for (int b = 0; b < f->m->n_people; b++) {
            mtl__share *x = &f->out->share[a];
            const mtl__share *y = &f->out->share[b];
            const double apart = s[a * n + a] + s[b * n + b] - 2 * s[a * n + b],
                         least = mtl__min(s[a * n + a], s[b * n + b]);
            if (a == b || !(least > 0) || !(apart < TWIN * least) || !exchangeable(f, a, b))
                continue;
            if (x->twin_of < 0)
                x->twin_of = b;
            x->flags |= MTL__MIX_NOT_IDENTIFIED;
            x->low = mtl__min(x->low, y->low);
            x->high = mtl__max(x->high, y->high);
            /* One of them is enough to explain what both do. */
            x->p = mtl__max(x->p, y->p);
        }
}

/* ---------------------------------------------------------------- all */
static void fill_run(fit *f)
{
    mtl__mix *out = f->out;
    const mtl__mix_law *m = f->m;
    double theta[MTL__MIX_MAX_PARAM];
    bool held[MTL__MIX_MAX_PARAM] = {false};
    mtl__mix_value null;
    out->loglik = f->v.l;
    out->error = m->at_error >= 0 ? mtl__exp(f->theta[m->at_error]) : m->error;
    const double s = m->at_spread >= 0 ? mtl__exp(f->theta[m->at_spread]) : m->spread;
    out->overdispersion = s / (1 + s);
    out->hopping = m->at_hop >= 0 ? f->theta[m->at_hop] : m->hop;
    out->sites_used = m->n;
    out->sites_impossible = m->impossible;
    out->sites_no_frequency = m->no_frequency;
    out->sites_odd = f->v.odd;
    out->meioses = m->chain ? m->chain->n_bits : 0;
    out->blocks = m->n_blocks;
    out->mean_depth = m->mean_depth;
    memcpy(theta, f->theta, sizeof theta);
    for (int i = 0; i < m->n_shares; i++)
        if (parameter_of(m, i) >= 0) {
            held[parameter_of(m, i)] = true;
            theta[parameter_of(m, i)] = 0;
        }
    mtl__mix_climb(m, f->w, f->d, held, theta, &null);
    out->loglik_null = null.l;
    if (m->host_guessed)
        out->flags |= MTL__MIX_HOST_GUESSED;
    if (1 + (m->mean_depth - 1) * out->overdispersion > MUCH_INFLATION)
        out->flags |= MTL__MIX_OVERDISPERSED;
    for (int i = 0; i < out->n; i++) {
        out->flags |= out->share[i].flags & (MTL__MIX_LINKED | MTL__MIX_FEW_SITES);
        if (out->share[i].person == -1 && out->share[i].p < 1 - f->o->level)
            out->flags |= MTL__MIX_STRANGER;
    }
}

/* Whom neither reads nor wells see stays where the search began, which says nothing. */
static void forget_unseen(fit *f)
{
    const int n = f->m->n_param;
    for (int i = 0; i < f->m->n_people; i++)
        if (f->v.g[i] == 0 && f->v.h[i * n + i] == 0)
            f->theta[i] = 0;
}

static int fit_all(fit *f, const mtl__mix_people *people, mtl_error *err)
{
    const mtl__mix_law *m = f->m;
    mtl__mix *out = f->out;
    out->n = m->n_shares;
    out->share = mtl__arena_alloc(&out->arena, ((size_t)out->n + 1) * sizeof *out->share);
    out->information = mtl__arena_alloc(&out->arena, ((size_t)out->n * (size_t)out->n + 1) *
                                                         sizeof *out->information);
    if (!out->share || !out->information)
        return mtl__nomem(err);
    for (int i = 0; i < out->n; i++) {
        out->share[i].person = i < people->n_candidates ? people->candidate[i]
                               : i < m->n_people        ? -1
                                                        : -2;
        out->share[i].twin_of = -1;
    }
    mtl__mix_maximise(m, f->w, f->d, NULL, f->theta, &f->v);
    forget_unseen(f);
    if (m->chain)
        mtl__mix_chain_bend(m, f->w, f->d, f->theta, f->v.h);
    expect(f);
    share_information(f);
    MTL_TRY(widen(f, err));
    for (int i = 0; i < out->n; i++) {
        if (parameter_of(m, i) >= 0)
            MTL_TRY(fill_share(f, i, err));
        else
            given_share(f, &out->share[i]);
    }
    find_twins(f);
    fill_run(f);
    return MTL_OK;
}

static int fill_responsible(const fit *f, int n_sites, mtl_error *err)
{
    mtl__mix *out = f->out;
    if (!f->o->responsible)
        return MTL_OK;
    out->responsible = mtl__arena_alloc(&out->arena, ((size_t)n_sites + 1) * ((size_t)out->n + 1) *
                                                         sizeof *out->responsible);
    if (!out->responsible)
        return mtl__nomem(err);
    mtl__mix_responsible(f->m, f->w, f->d, f->theta, n_sites, out->responsible);
    return MTL_OK;
}

int mtl__mix_fit_law(mtl__mix *out, const mtl__mix_law *m, const mtl__mix_people *people,
                     const mtl__mix_data *d, int n_sites, const mtl__mix_opts *o, mtl_error *err)
{
    fit *f = calloc(1, sizeof *f);
    if (!f)
        return mtl__nomem(err);
    *out = (mtl__mix){.n = 0};
    mtl__arena_init(&out->arena, 0);
    f->out = out;
    f->m = m;
    f->d = d;
    f->o = o;
    int ret = mtl__mix_work_new(&f->w, m, err);
    if (ret >= 0)
        ret = fit_all(f, people, err);
    if (ret >= 0)
        ret = fill_responsible(f, n_sites, err);
    mtl__mix_work_free(f->w);
    free(f);
    if (ret < 0)
        mtl__mix_clear(out);
    return ret;
}

void mtl__mix_clear(mtl__mix *m)
{
    mtl__arena_free(&m->arena);
    *m = (mtl__mix){.n = 0};
}
