/* SPDX-License-Identifier: MIT */
/* What one sample says about what came in, without random numbers. The number of a donor's genomes
   seen in a sample is, given the multiplier of its pregnancy, the sum of independent contributions
   of the lines of supply, each proportional to its amount: -log P(nothing seen | multiplier x) = x
   sum amount J(g). J is solved backward from the sample (process/analytic) at Chebyshev points of
   log g and interpolated; the multiplier's law then acts in closed form or by quadrature. From
   E exp(-g share) near one g follow the probabilities of counting 0, 1, ... genomes, as the first
   coefficients of the generating function of a Poisson count. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"
#include "run/run_internal.h"

#define RTOL 1e-8
enum { NODES_OF_LAW = 48, MAX_NODES = 96 };

static const mtl__sample *sample_of(const mtl_fit *f, const mtl__fit_probe *p)
{
    const mtl__family *fam = &f->r->family[p->family];
    return &fam->scenario->sample[p->sample];
}

/* ---------------------------------------------------------------- entries */
static int count_entries(const mtl__world *w, const mtl__sample *x)
{
    int n = 0;
    for (int i = 0; i < w->n_inocula; i++)
        if (mtl__sample_sees(w, x, w->inoculum[i].donor))
            n += w->inoculum[i].source.n_inflows + w->inoculum[i].source.n_bursts;
    return n;
}

static int by_place(const void *a, const void *b)
{
    const mtl__fit_entry *x = a, *y = b;
    if (x->inoculum != y->inoculum)
        return x->inoculum - y->inoculum;
    if (x->group != y->group)
        return x->group - y->group;
    return x->burst != y->burst ? (int)x->burst - (int)y->burst : x->index - y->index;
}

static int list_entries(mtl_fit *f, mtl__fit_probe *p, const mtl__world *w, mtl_error *err)
{
    const mtl__sample *x = sample_of(f, p);
    const int n = count_entries(w, x);
    if (p->entry && n != p->n_entries)
        return mtl__fail(err, MTL_ERR_VALUE, f->r->family[p->family].name,
                         "a line of supply comes or goes with the values tried");
    if (!p->entry)
        p->entry = mtl__arena_alloc(&f->arena, ((size_t)n + 1) * sizeof *p->entry);
    if (!p->entry)
        return mtl__nomem(err);
    p->n_entries = 0;
    for (int i = 0; i < w->n_inocula; i++) {
        const mtl__source *s = &w->inoculum[i].source;
        if (!mtl__sample_sees(w, x, w->inoculum[i].donor))
            continue;
        for (int k = 0; k < s->n_inflows + s->n_bursts; k++) {
            const bool burst = k >= s->n_inflows;
            mtl__fit_entry *e = &p->entry[p->n_entries++];
            double *kept = e->ln_j;
            *e = (mtl__fit_entry){.inoculum = i, .burst = burst, .ln_j = kept};
            e->index = burst ? k - s->n_inflows : k;
            e->group = burst ? s->burst[e->index].group : s->inflow[k].group;
        }
    }
    if (n > 1)
        qsort(p->entry, (size_t)n, sizeof *p->entry, by_place);
    return MTL_OK;
}

/* The entry alone, of `amount` and without heterogeneity. */
typedef struct single {
    mtl__source source;
    mtl__group group;
    mtl__inflow inflow;
    mtl__burst burst;
} single;

static void alone(single *s, const mtl__world *w, const mtl__fit_entry *e, double amount)
{
    const mtl__source *all = &w->inoculum[e->inoculum].source;
    *s = (single){.group = {.law = MTL__FIXED}};
    s->source = (mtl__source){
        .group = &s->group, .n_groups = 1, .cull = all->cull, .n_culls = all->n_culls};
    if (e->burst) {
        s->burst = all->burst[e->index];
        s->burst.mean = amount;
        s->burst.group = 0;
        s->source.burst = &s->burst;
        s->source.n_bursts = 1;
    } else {
        s->inflow = all->inflow[e->index];
        s->inflow.rate = amount;
        s->inflow.group = 0;
        s->source.inflow = &s->inflow;
        s->source.n_inflows = 1;
    }
}

/* Mean and second factorial moment per unit amount, of the number seen when one genome is. */
static int moments(mtl__analytic *a, const mtl__world *w, const mtl__sample *x, mtl__fit_entry *e,
                   mtl__view *v, mtl_error *err)
{
    single s;
    mtl__seen seen;
    MTL_TRY(mtl__sample_look(w, x, 1.0, v, err));
    alone(&s, w, e, 1.0);
    MTL_TRY(mtl__analytic_seen(a, &s.source, x->t, v->see_type, v->see_cox, RTOL, &seen, err));
    e->mean = seen.mean;
    e->factorial2 = mtl__max(0.0, seen.variance - seen.mean);
    return MTL_OK;
}

/* J at the nodes. The amount is chosen so that one genome is expected: P(nothing) keeps its digits.
 */
static int tabulate(mtl_fit *f, mtl__fit_probe *p, mtl__analytic *a, const mtl__world *w,
                    mtl__fit_entry *e, mtl__view *v, mtl_error *err)
{
    const mtl__sample *x = sample_of(f, p);
    MTL_TRY(moments(a, w, x, e, v, err));
    if (!(e->mean > 0.0)) {
        e->ln_j = NULL;
        return MTL_OK;
    }
    if (!e->ln_j)
        e->ln_j = mtl__arena_alloc(&f->arena, (size_t)p->n_nodes * sizeof *e->ln_j);
    if (!e->ln_j)
        return mtl__nomem(err);
    for (int k = 0; k < p->n_nodes; k++) {
        const double g = mtl__exp(p->node[k]), amount = 1.0 / (e->mean * g);
        single s;
        double none;
        MTL_TRY(mtl__sample_look(w, x, g, v, err));
        alone(&s, w, e, amount);
        MTL_TRY(mtl__analytic_none(a, &s.source, x->t, v->see_type, v->see_cox, RTOL, &none, err));
        const double j = -mtl__log(none) / amount;
        if (!(j > 0.0) || !isfinite(j))
            return mtl__fail(err, MTL_ERR_VALUE, f->r->family[p->family].name,
                             "a line of supply is seen too rarely to be tabulated");
        e->ln_j[k] = mtl__log(j);
    }
    return MTL_OK;
}

/* Points of the span, 8 and two more for every factor e of it: J bends slowly. */
static int place_nodes(mtl_fit *f, mtl__fit_probe *p, mtl_error *err)
{
    const double half = 0.5 * (p->ln_g1 - p->ln_g0), mid = 0.5 * (p->ln_g1 + p->ln_g0);
    if (p->node || !(p->ln_g1 > p->ln_g0)) /* means only: no table */
        return MTL_OK;
    p->n_nodes = 8 + (int)(4.0 * half);
    if (p->n_nodes > MAX_NODES)
        return mtl__fail(err, MTL_ERR_LIMIT, f->r->family[p->family].name,
                         "the bounds of a study factor are too wide");
    p->node = mtl__arena_alloc(&f->arena, (size_t)p->n_nodes * sizeof *p->node);
    p->sign = mtl__arena_alloc(&f->arena, (size_t)p->n_nodes * sizeof *p->sign);
    if (!p->node || !p->sign)
        return mtl__nomem(err);
    for (int k = 0; k < p->n_nodes; k++) {
        const double turn = (k + 0.5) / (2.0 * p->n_nodes);
        p->node[k] = mid + half * mtl__cos_2pi(turn);
        p->sign[k] = (k % 2 ? -1.0 : 1.0) * mtl__sin_2pi(turn);
    }
    return MTL_OK;
}

static int tabulate_family(mtl_fit *f, int family, mtl_error *err)
{
    mtl__world *w = NULL;
    mtl__analytic *a = NULL;
    mtl__view v = {0};
    int ret = mtl__world_new(&w, f->r->family[family].scenario, f->m, err);
    if (ret == MTL_OK)
        ret = mtl__analytic_new(&a, w->process, err);
    if (ret == MTL_OK)
        ret = mtl__view_new(&v, w, err);
    for (int i = 0; i < f->n_probes && ret == MTL_OK; i++) {
        mtl__fit_probe *p = &f->probe[i];
        if (p->family != family)
            continue;
        ret = place_nodes(f, p, err);
        if (ret == MTL_OK)
            ret = list_entries(f, p, w, err);
        for (int k = 0; k < p->n_entries && ret == MTL_OK; k++)
            ret = tabulate(f, p, a, w, &p->entry[k], &v, err);
        if (ret == MTL_OK)
            ret = mtl__fit_step(f, err);
    }
    mtl__view_free(&v);
    mtl__analytic_free(a);
    mtl__world_free(w);
    f->family[family].fresh = false;
    return ret;
}

static bool probed(const mtl_fit *f, int family)
{
    for (int i = 0; i < f->n_probes; i++)
        if (f->probe[i].family == family)
            return true;
    return false;
}

/* Assays and volumes, before anything is tabulated. */
int mtl__fit_measure(mtl_fit *f, mtl_error *err)
{
    for (int i = 0; i < f->r->n_families; i++) {
        mtl__world *w = NULL;
        mtl__view v = {0};
        if (!probed(f, i))
            continue;
        int ret = mtl__world_new(&w, f->r->family[i].scenario, f->m, err);
        if (ret == MTL_OK)
            ret = mtl__view_new(&v, w, err);
        for (int k = 0; k < f->n_probes && ret == MTL_OK; k++) {
            mtl__fit_probe *p = &f->probe[k];
            if (p->family != i)
                continue;
            ret = mtl__sample_look(w, sample_of(f, p), 1.0, &v, err);
            p->cells_per_mL = v.cells_per_mL;
            if (ret == MTL_OK)
                ret = mtl__sample_qpcr(w, sample_of(f, p), &p->qpcr, err);
        }
        mtl__view_free(&v);
        mtl__world_free(w);
        MTL_TRY(ret);
    }
    return MTL_OK;
}

int mtl__fit_tabulate(mtl_fit *f, const bool *only, mtl_error *err)
{
    for (int i = 0; i < f->r->n_families; i++)
        if (probed(f, i) && (!only || only[i]))
            MTL_TRY(tabulate_family(f, i, err));
    for (int i = 0; i < f->n_rows; i++)
        f->row[i].fresh = false;
    return MTL_OK;
}

/* ---------------------------------------------------------------- amounts as they are now */
static int set_spread(mtl_fit *f, mtl__fit_spread *s, const mtl__group *g, mtl_error *err)
{
    if (s->n > 0 && s->group.law == g->law && !(fabs(s->group.shape - g->shape) > 0.0) &&
        !(fabs(s->group.p_big - g->p_big) > 0.0) && !(fabs(s->group.big - g->big) > 0.0))
        return MTL_OK; /* making nodes anew costs more than all the rest */
    s->group = *g;
    s->n = 0;
    s->variance = g->law == MTL__GAMMA ? 1.0 / g->shape : 0.0;
    if (g->law == MTL__GAMMA || g->law == MTL__FIXED)
        return MTL_OK;
    if (!s->node) {
        s->node = mtl__arena_alloc(&f->arena, NODES_OF_LAW * sizeof *s->node);
        s->weight = mtl__arena_alloc(&f->arena, NODES_OF_LAW * sizeof *s->weight);
    }
    if (!s->node || !s->weight)
        return mtl__nomem(err);
    s->n = mtl__group_nodes(g, s->node, s->weight, NODES_OF_LAW);
    for (int i = 0; i < s->n; i++)
        s->variance += s->weight[i] * s->node[i] * s->node[i];
    s->variance -= 1.0;
    return MTL_OK;
}

static int set_spreads(mtl_fit *f, mtl__fit_family *fam, const mtl__world *w, mtl_error *err)
{
    if (!fam->spread) {
        fam->n_inocula = w->n_inocula;
        for (int i = 0; i < w->n_inocula; i++)
            if (w->inoculum[i].source.n_groups > fam->max_groups)
                fam->max_groups = w->inoculum[i].source.n_groups;
        fam->spread =
            mtl__arena_alloc(&f->arena, ((size_t)fam->n_inocula * (size_t)fam->max_groups + 1) *
                                            sizeof *fam->spread);
        if (!fam->spread)
            return mtl__nomem(err);
    }
    for (int i = 0; i < w->n_inocula; i++)
        for (int g = 0; g < w->inoculum[i].source.n_groups; g++)
            MTL_TRY(set_spread(f, &fam->spread[i * fam->max_groups + g],
                               &w->inoculum[i].source.group[g], err));
    return MTL_OK;
}

static int take_amounts(mtl_fit *f, int family, const mtl__world *w, mtl_error *err)
{
    for (int i = 0; i < f->n_probes; i++) {
        mtl__fit_probe *p = &f->probe[i];
        if (p->family != family)
            continue;
        const mtl__sample *x = sample_of(f, p);
        if (count_entries(w, x) != p->n_entries)
            return mtl__fail(err, MTL_ERR_VALUE, f->r->family[family].name,
                             "a line of supply comes or goes with the values tried");
        MTL_TRY(mtl__sample_qpcr(w, x, &p->qpcr, err));
        for (int k = 0; k < p->n_entries; k++) {
            mtl__fit_entry *e = &p->entry[k];
            const mtl__source *s = &w->inoculum[e->inoculum].source;
            e->amount = e->burst ? s->burst[e->index].mean : s->inflow[e->index].rate;
        }
    }
    return MTL_OK;
}

int mtl__fit_refresh(mtl_fit *f, int family, mtl_error *err)
{
    mtl__fit_family *fam = &f->family[family];
    bool same = fam->fresh;
    for (int k = 0; k < f->n_params && same; k++)
        same = !fam->moved_by[k] || !(fabs(fam->seen[k] - f->param[k].x) > 0.0);
    if (same)
        return MTL_OK;
    mtl__world *w;
    MTL_TRY(mtl__world_new(&w, f->r->family[family].scenario, f->m, err));
    int ret = set_spreads(f, fam, w, err);
    if (ret == MTL_OK)
        ret = take_amounts(f, family, w, err);
    mtl__world_free(w);
    fam->fresh = ret == MTL_OK;
    for (int k = 0; k < f->n_params; k++)
        fam->seen[k] = f->param[k].x;
    return ret;
}

/* ---------------------------------------------------------------- reading a probe */
/* Barycentric interpolation at Chebyshev points of the first kind. */
static void weights_at(const mtl__fit_probe *p, double ln_g, double *weight)
{
    double sum = 0.0;
    for (int k = 0; k < p->n_nodes; k++) {
        const double d = ln_g - p->node[k];
        if (fabs(d) < 1e-13) {
            for (int j = 0; j < p->n_nodes; j++)
                weight[j] = j == k;
            return;
        }
        weight[k] = p->sign[k] / d;
        sum += weight[k];
    }
    for (int k = 0; k < p->n_nodes; k++)
        weight[k] /= sum;
}

static double log_laplace(const mtl__fit_spread *s, double j)
{
    if (s->group.law == MTL__GAMMA)
        return -s->group.shape * mtl__log1p(j / s->group.shape);
    if (s->n == 0)
        return -j;
    double sum = 0.0;
    for (int i = 0; i < s->n; i++)
        sum += s->weight[i] * mtl__exp(-s->node[i] * j);
    return mtl__log(sum);
}

double mtl__fit_log_none(const mtl_fit *f, const mtl__fit_probe *p, double g)
{
    const mtl__fit_family *fam = &f->family[p->family];
    double weight[MAX_NODES], total = 0.0;
    weights_at(p, mtl__log(g), weight);
    for (int k = 0; k < p->n_entries;) {
        const int first = k;
        double j = 0.0;
        for (; k < p->n_entries && p->entry[k].inoculum == p->entry[first].inoculum &&
               p->entry[k].group == p->entry[first].group;
             k++) {
            const mtl__fit_entry *e = &p->entry[k];
            double ln_j = 0.0;
            if (!e->ln_j || !(e->amount > 0.0))
                continue;
            for (int i = 0; i < p->n_nodes; i++)
                ln_j += weight[i] * e->ln_j[i];
            j += e->amount * mtl__exp(ln_j);
        }
        const mtl__fit_entry *e = &p->entry[first];
        total += log_laplace(&fam->spread[e->inoculum * fam->max_groups + e->group], j);
    }
    return total;
}

void mtl__fit_moments(const mtl_fit *f, const mtl__fit_probe *p, double *mean, double *variance)
{
    const mtl__fit_family *fam = &f->family[p->family];
    *mean = *variance = 0.0;
    for (int k = 0; k < p->n_entries;) {
        const int first = k;
        double m = 0.0;
        for (; k < p->n_entries && p->entry[k].inoculum == p->entry[first].inoculum &&
               p->entry[k].group == p->entry[first].group;
             k++) {
            m += p->entry[k].amount * p->entry[k].mean;
            *variance += p->entry[k].amount * p->entry[k].factorial2;
        }
        const mtl__fit_entry *e = &p->entry[first];
        *variance += fam->spread[e->inoculum * fam->max_groups + e->group].variance * m * m;
        *mean += m;
    }
}

/* Weights that turn values of a generating function at Chebyshev points of |z| <= MTL__FIT_WINDOW
   into its first coefficients: the Chebyshev series, written in monomials. */
int mtl__fit_count_weights(mtl_fit *f, mtl_error *err)
{
    enum { M = MTL__FIT_COUNT_NODES, K = MTL__FIT_MAX_COUNT };
    double t[M][M] = {{1.0}, {0.0, 1.0}}; /* t[n][i]: coefficient i of the polynomial T_n */
    f->count_z = mtl__arena_alloc(&f->arena, M * sizeof *f->count_z);
    f->count_weight = mtl__arena_alloc(&f->arena, (size_t)M * (K + 1) * sizeof *f->count_weight);
    if (!f->count_z || !f->count_weight)
        return mtl__nomem(err);
    for (int n = 2; n < M; n++)
        for (int i = 0; i <= n; i++)
            t[n][i] = (i > 0 ? 2.0 * t[n - 1][i - 1] : 0.0) - t[n - 2][i];
    for (int j = 0; j < M; j++) {
        f->count_z[j] = MTL__FIT_WINDOW * mtl__cos_2pi((j + 0.5) / (2.0 * M));
        double scale = 1.0;
        for (int k = 0; k <= K; k++) {
            double sum = 0.0;
            for (int n = k; n < M; n++)
                sum += (n == 0 ? 1.0 : 2.0) / M * mtl__cos_2pi(n * (j + 0.5) / (2.0 * M)) * t[n][k];
            f->count_weight[k * M + j] = sum * scale;
            scale /= MTL__FIT_WINDOW;
        }
    }
    return MTL_OK;
}

/* P(N = k) are the first coefficients of E z^N = E exp(-(1 - z) g share). */
void mtl__fit_counts(const mtl_fit *f, const mtl__fit_probe *p, double g, double *prob)
{
    enum { M = MTL__FIT_COUNT_NODES, K = MTL__FIT_MAX_COUNT };
    for (int k = 0; k <= K; k++)
        prob[k] = 0.0;
    for (int j = 0; j < M; j++) {
        const double none = mtl__exp(mtl__fit_log_none(f, p, g * (1.0 - f->count_z[j])));
        for (int k = 0; k <= K; k++)
            prob[k] += f->count_weight[k * M + j] * none;
    }
}
