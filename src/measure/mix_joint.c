/* SPDX-License-Identifier: MIT */
/* Several samples of one person, and wells beside reads. Error and overdispersion are common: a
   Newton search over these two, with the fractions of every sample climbing in between, finds the
   joint maximum. Then each sample is fitted once more by itself, with what all the others say about
   error and overdispersion added as a quadratic (their profile likelihood to second order), so that
   its intervals and tests are those of the joint fit. Hit wells enter through the law of
   assay/qpcr.c as a function of the alleles they look for, summed over the donors who have them;
   its derivatives are differences. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/assay.h"
#include "measure/mix_internal.h"

typedef struct one_sample {
    mtl__mix_law law;
    mtl__mix_data data;
    mtl__mix_work *work;
    mtl__mix_extra extra;
    double theta[MTL__MIX_MAX_PARAM];
    mtl__mix_value v;
    double slope[2], curve[3]; /* of its profile likelihood in error and spread */
} one_sample;

typedef struct joint {
    int n;
    one_sample *s;
    int32_t *none; /* counts of a sample without reads */
} joint;

/* ---------------------------------------------------------------- wells */
/* Genomes with one target allele each, as a share of all. */
static double seen_by(const mtl__mix_extra *e, const mtl__mix_wells *x, const double *theta)
{
    double c = 0;
    for (int p = 0; p < e->n_candidates; p++)
        c += x->copies[p] * theta[p];
    return mtl__min(mtl__max(c, 0), 1);
}

static void add_wells(const mtl__mix_law *m, const mtl__mix_wells *x, const double *theta,
                      mtl__mix_value *v)
{
    const mtl__qpcr *a = x->assay;
    const int n = m->n_param, nc = m->extra->n_candidates;
    const double c = seen_by(m->extra, x, theta),
                 one = 1 / (a->genomes * a->recovery * a->fragments);
    const double step = mtl__max(1e-3 * c, mtl__min(1e-3 * one, 1e-3));
    const double mid = mtl__min(mtl__max(c, step), 1 - step);
    const double low = mtl__qpcr_loglik(a, x->hits, mid - step),
                 at = mtl__qpcr_loglik(a, x->hits, mid),
                 high = mtl__qpcr_loglik(a, x->hits, mid + step);
    double slope = (high - at) / step, bend = 0;
    v->l += mid == c ? at : mtl__qpcr_loglik(a, x->hits, c);
    if (isfinite(low)) { /* else no hits are possible at 0 */
        bend = (high - 2 * at + low) / (step * step);
        slope = 0.5 * (high - low) / step + bend * (c - mid);
    }
    for (int p = 0; p < nc; p++) {
        v->g[p] += x->copies[p] * slope;
        for (int q = 0; q < nc; q++)
            v->h[p * n + q] += x->copies[p] * x->copies[q] * bend;
    }
}

bool mtl__mix_wells_here(const mtl__mix_extra *e, int k)
{
    bool any = false;
    for (int p = 0; p < e->n_candidates; p++)
        any = any || e->wells[k].copies[p] > 0;
    return any && e->wells[k].sample == e->sample;
}

void mtl__mix_add_extra(const mtl__mix_law *m, const double *theta, mtl__mix_value *v)
{
    const mtl__mix_extra *e = m->extra;
    const int at[2] = {m->at_error, m->at_spread}, n = m->n_param;
    const double curve[2][2] = {{e->curve[0], e->curve[1]}, {e->curve[1], e->curve[2]}};
    double off[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        off[k] = at[k] >= 0 ? theta[at[k]] - e->nuisance[k] : 0;
    for (int k = 0; k < 2; k++) {
        if (at[k] < 0)
            continue;
        const double bent = curve[k][0] * off[0] + curve[k][1] * off[1];
        v->l += off[k] * (e->slope[k] - 0.5 * bent);
        v->g[at[k]] += e->slope[k] - bent;
        for (int j = 0; j < 2; j++)
            if (at[j] >= 0)
                v->h[at[k] * n + at[j]] -= curve[k][j];
    }
    for (int k = 0; k < e->n_wells; k++)
        if (mtl__mix_wells_here(e, k))
            add_wells(m, &e->wells[k], theta, v);
}

/* As if wells were independent: that is what one fragment per genome gives. */
void mtl__mix_expect_extra(const mtl__mix_law *m, const double *theta, double *info)
{
    const mtl__mix_extra *e = m->extra;
    const int n = m->n_param;
    if (m->at_error >= 0)
        info[m->at_error * n + m->at_error] += mtl__max(e->curve[0], 0);
    for (int k = 0; k < e->n_wells; k++) {
        if (!mtl__mix_wells_here(e, k))
            continue;
        const mtl__mix_wells *x = &e->wells[k];
        const double c = mtl__min(mtl__max(seen_by(e, x, theta), 1e-12), 0.99);
        const double hit = mtl__qpcr_p_well(x->assay, c),
                     rise = (mtl__qpcr_p_well(x->assay, 1.001 * c) - hit) / (0.001 * c);
        if (!(hit > 0 && hit < 1))
            continue;
        for (int p = 0; p < e->n_candidates; p++)
            for (int q = 0; q < e->n_candidates; q++)
                info[p * n + q] +=
                    x->copies[p] * x->copies[q] * x->assay->wells * rise * rise / (hit * (1 - hit));
    }
}

/* ---------------------------------------------------------------- the common numbers */
/* Slope and curvature of a sample's profile likelihood in the common parameters. */
static void profile_of(one_sample *s)
{
    const mtl__mix_law *m = &s->law;
    const int at[2] = {m->at_error, m->at_spread}, n = m->n_param;
    int in[MTL__MIX_MAX_PARAM], k = 0;
    double a[MTL__MIX_MAX_PARAM * MTL__MIX_MAX_PARAM], x[2][MTL__MIX_MAX_PARAM], c[2][2];
    for (int i = 0; i < n; i++)
        if (i != at[0] && i != at[1] && s->theta[i] > mtl__mix_lowest(m, i))
            in[k++] = i;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++)
            a[i * k + j] = -s->v.h[in[i] * n + in[j]];
    const bool fine = mtl__mix_cholesky(a, k) == 0;
    for (int q = 0; q < 2; q++)
        for (int i = 0; i < k; i++)
            x[q][i] = at[q] >= 0 ? -s->v.h[in[i] * n + at[q]] : 0;
    for (int q = 0; q < 2; q++)
        for (int r = 0; r < 2; r++) {
            double b[MTL__MIX_MAX_PARAM];
            c[q][r] = at[q] >= 0 && at[r] >= 0 ? -s->v.h[at[q] * n + at[r]] : 0;
            memcpy(b, x[r], sizeof b);
            if (fine)
                mtl__mix_cholesky_solve(a, k, b);
            for (int i = 0; fine && i < k; i++)
                c[q][r] -= x[q][i] * b[i];
        }
    for (int q = 0; q < 2; q++)
        s->slope[q] = at[q] >= 0 ? s->v.g[at[q]] : 0;
    s->curve[0] = c[0][0];
    s->curve[1] = c[0][1];
    s->curve[2] = c[1][1];
}

/* Fractions of all samples at common numbers; returns the joint log-likelihood. */
static double climb_all(joint *j, const double *common, bool first)
{
    double sum = 0;
    for (int i = 0; i < j->n; i++) {
        one_sample *s = &j->s[i];
        const int at[2] = {s->law.at_error, s->law.at_spread};
        bool held[MTL__MIX_MAX_PARAM] = {false};
        for (int k = 0; k < 2; k++)
            if (at[k] >= 0) {
                held[at[k]] = true;
                s->theta[at[k]] = common[k];
            }
        (first ? mtl__mix_maximise : mtl__mix_climb)(&s->law, s->work, &s->data, held, s->theta,
                                                     &s->v);
        sum += s->v.l;
    }
    return sum;
}

/* A Newton step in error and spread, kept to what is plausible for logarithms. */
static double step_of(const joint *j, double damping, double *step)
{
    double g[2] = {0, 0}, c[3] = {0, 0, 0};
    const bool has[2] = {j->s[0].law.at_error >= 0, j->s[0].law.at_spread >= 0};
    for (int i = 0; i < j->n; i++) {
        for (int k = 0; k < 2; k++)
            g[k] += j->s[i].slope[k];
        for (int k = 0; k < 3; k++)
            c[k] += j->s[i].curve[k];
    }
    for (int k = 0; k < 2; k++) {
        double *d = &c[2 * k];
        *d = has[k] ? mtl__max(*d, 0) + 1e-6 + damping * (fabs(*d) + fabs(g[k])) : 1;
        g[k] = has[k] ? g[k] : 0;
    }
    double det = c[0] * c[2] - c[1] * c[1];
    if (!(det > 1e-9 * c[0] * c[2])) {
        c[1] = 0;
        det = c[0] * c[2];
    }
    step[0] = (c[2] * g[0] - c[1] * g[1]) / det;
    step[1] = (c[0] * g[1] - c[1] * g[0]) / det;
    const double gain = step[0] * g[0] + step[1] * g[1];
    const double most = mtl__max(fabs(step[0]), fabs(step[1]));
    for (int k = 0; k < 2; k++)
        step[k] *= most > 2 ? 2 / most : 1;
    return gain;
}

static void find_common(joint *j, double *common)
{
    const mtl__mix_law *m = &j->s[0].law;
    const int at[2] = {m->at_error, m->at_spread};
    double damping = 0, l = climb_all(j, common, true);
    for (int steps = 0; steps < 60 && (at[0] >= 0 || at[1] >= 0); steps++) {
        double step[2], to[2];
        for (int i = 0; i < j->n; i++)
            profile_of(&j->s[i]);
        if (!(step_of(j, damping, step) > 1e-7))
            break;
        for (int k = 0; k < 2; k++) {
            to[k] = common[k] + step[k];
            if (at[k] >= 0)
                to[k] = mtl__min(mtl__max(to[k], mtl__mix_lowest(m, at[k])),
                                 mtl__mix_highest(m, at[k]));
        }
        const double next = climb_all(j, to, false);
        if (next >= l) {
            const bool still = next - l < 1e-7;
            memcpy(common, to, 2 * sizeof *common);
            l = next;
            damping *= 0.1;
            if (still)
                break;
        } else {
            damping = mtl__max(0.1, 10 * damping);
            climb_all(j, common, false);
            if (damping > 1e6)
                break;
        }
    }
    for (int i = 0; i < j->n; i++)
        profile_of(&j->s[i]);
}

/* What the others say, for sample i. A curvature that is none (a flat or bent tail) says nothing.
 */
static void others_say(joint *j, int i, const double *common)
{
    mtl__mix_extra *e = &j->s[i].extra;
    memset(e->slope, 0, sizeof e->slope);
    memset(e->curve, 0, sizeof e->curve);
    memcpy(e->nuisance, common, sizeof e->nuisance);
    for (int t = 0; t < j->n; t++) {
        const double *c = j->s[t].curve;
        if (t == i || !(c[0] >= 0 && c[2] >= 0 && c[0] * c[2] >= c[1] * c[1]))
            continue;
        for (int k = 0; k < 2; k++)
            e->slope[k] += j->s[t].slope[k];
        for (int k = 0; k < 3; k++)
            e->curve[k] += c[k];
    }
}

/* ---------------------------------------------------------------- all */
static int begin_sample(joint *j, int i, const mtl__sites *sites, const mtl__mix_people *people,
                        const mtl__counts *sample, const mtl__mix_wells *wells, int n_wells,
                        const mtl__mix_opts *o, mtl_error *err)
{
    one_sample *s = &j->s[i];
    mtl__counts c = *sample;
    if (!c.ref || !c.alt)
        c = (mtl__counts){sample->name, j->none, j->none, NULL};
    MTL_TRY(mtl__mix_law_new(&s->law, sites, people, &c, NULL, 0, o, err));
    MTL_TRY(mtl__mix_data_new(&s->data, &s->law.arena, &s->law, &c, err));
    s->extra = (mtl__mix_extra){
        .n_wells = n_wells, .n_candidates = people->n_candidates, .wells = wells, .sample = i};
    s->law.extra = &s->extra;
    return mtl__mix_work_new(&s->work, &s->law, err);
}

static int fit_joint(joint *j, mtl__mix *out, const mtl__sites *sites,
                     const mtl__mix_people *people, const mtl__counts *samples,
                     const mtl__mix_wells *wells, int n_wells, const mtl__mix_opts *o,
                     mtl_error *err)
{
    double common[2] = {0, mtl__log(1e-3)};
    j->none = calloc((size_t)sites->n + 1, sizeof *j->none);
    if (!j->none)
        return mtl__nomem(err);
    for (int i = 0; i < j->n; i++) {
        MTL_TRY(begin_sample(j, i, sites, people, &samples[i], wells, n_wells, o, err));
        common[0] += mtl__log(j->s[i].law.first_error) / j->n;
    }
    find_common(j, common);
    for (int i = 0; i < j->n; i++) {
        others_say(j, i, common);
        MTL_TRY(mtl__mix_fit_law(&out[i], &j->s[i].law, people, &j->s[i].data, sites->n, o, err));
    }
    return MTL_OK;
}

static int check_wells(const mtl__mix_wells *x, int n, int n_samples, int n_candidates,
                       mtl_error *err)
{
    for (int k = 0; k < n; k++) {
        bool fine = x[k].sample >= 0 && x[k].sample < n_samples;
        for (int p = 0; p < n_candidates; p++)
            fine = fine && x[k].copies[p] >= 0 && x[k].copies[p] <= 2;
        if (!fine)
            return mtl__fail(err, MTL_ERR_VALUE, "wells",
                             "assay %d: no such sample, or copies not 0, 1 or 2", k + 1);
        MTL_TRY(mtl__qpcr_check(x[k].assay, err));
        if (x[k].hits < 0 || x[k].hits > x[k].assay->wells)
            return mtl__fail(err, MTL_ERR_VALUE, "wells", "assay %d: %d of %d wells hit", k + 1,
                             x[k].hits, x[k].assay->wells);
    }
    return MTL_OK;
}

int mtl__mix_joint(mtl__mix *out, const mtl__sites *sites, const mtl__mix_people *people,
                   const mtl__counts *samples, int n_samples, const mtl__mix_wells *wells,
                   int n_wells, const mtl__mix_opts *o, mtl_error *err)
{
    mtl__mix_opts alone = *o;
    joint j = {.n = n_samples};
    alone.hopping = 0; /* the other samples are of the same person */
    for (int i = 0; i < n_samples; i++)
        out[i] = (mtl__mix){.n = 0};
    MTL_TRY(mtl__mix_check(sites, people, &alone, err));
    MTL_TRY(check_wells(wells, n_wells, n_samples, people->n_candidates, err));
    if (n_samples < 1)
        return MTL_OK;
    j.s = calloc((size_t)n_samples, sizeof *j.s);
    if (!j.s)
        return mtl__nomem(err);
    const int ret = fit_joint(&j, out, sites, people, samples, wells, n_wells, &alone, err);
    for (int i = 0; i < n_samples; i++) {
        mtl__mix_work_free(j.s[i].work);
        mtl__mix_law_free(&j.s[i].law);
        if (ret < 0)
            mtl__mix_clear(&out[i]);
    }
    free(j.s);
    free(j.none);
    return ret;
}
