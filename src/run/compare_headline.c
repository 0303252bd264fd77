/* SPDX-License-Identifier: MIT */
/* What a comparison says first of the hosts themselves: the largest difference that is more than
   chance. Outcomes are held against each other life by life (McNemar 1947) at 5% over all of them.
   Of healing, tolerance and response a run keeps quantiles over lives: from these follows about how
   far the middle of one run would be off by chance, and the two are told apart at 3.3 times that of
   both. They are taken as if they were not paired, which is on the safe side. */
#include <math.h>
#include <string.h>

#include "run/compare.h"
#include "run/run_internal.h"

/* A number of both runs: how large its difference is, of 1, and whether chance would do that. */
typedef struct found {
    const mtl_compare_host *row;
    double size;
} found;

static const double APART = 3.3; /* standard errors: twice in a thousand pairs that are alike */

static bool is(const mtl_compare_host *r, const char *what, const char *measure)
{
    return strcmp(r->what, what) == 0 && strncmp(r->measure, measure, strlen(measure)) == 0;
}

static const mtl__injury_result *injury_of(const mtl_result *r, const mtl_compare_host *row)
{
    for (int k = 0; k < r->host.n_injuries; k++) {
        const mtl__injury *i = &r->s->injury[r->host.injury[k].injury];
        if (strcmp(r->s->person[i->person].name, row->person) == 0 &&
            strcmp(r->m->injury[i->def].name, row->name) == 0 &&
            strcmp(r->m->organ[i->organ].name, row->organ) == 0 && i->t >= row->t_days &&
            i->t <= row->t_days)
            return &r->host.injury[k];
    }
    return NULL;
}

static const mtl__band *immune_of(const mtl_result *r, const mtl_compare_host *row)
{
    const bool response = strncmp(row->measure, "response", 8) == 0;
    for (int k = 0; k < r->host.n_immune; k++) {
        const mtl__immune_result *x = &r->host.immune[k];
        if (strcmp(r->s->person[x->host].name, row->person) == 0 &&
            strcmp(r->s->person[x->donor].name, row->donor) == 0)
            return &(response ? x->response : x->tolerance)[MTL__CHANCE][r->n_times - 1];
    }
    return NULL;
}

/* Variance of a median or mean of n lives, 95% of which lie from low to high: that of the median of
   a normal law, which is the larger of the two. */
static double variance(double low, double high, int n)
{
    const double sd = (high - low) / (2 * 1.959963984540054), pi = 3.141592653589793;
    return pi / 2 * sd * sd / n;
}

/* Days until a tenth is left: a run in which half of the lives never come to that differs from one
   in which nearly all do. */
static double healing(const mtl_compare *c, const mtl_compare_host *r)
{
    const mtl__injury_result *x = injury_of(c->a, r), *y = injury_of(c->b, r);
    if (!x || !y)
        return 0;
    const mtl__healing *p = &x->heal[MTL__CHANCE], *q = &y->heal[MTL__CHANCE];
    if (isfinite(p->middle) != isfinite(q->middle))
        return isfinite(p->high) || isfinite(q->high) ? 1 : 0;
    if (!isfinite(p->middle))
        return 0;
    const double least =
        isfinite(p->high) && isfinite(q->high)
            ? sqrt(variance(p->low, p->high, c->n) + variance(q->low, q->high, c->n))
            : HUGE_VAL;
    const double apart = fabs(p->middle - q->middle);
    return apart > APART * least && apart >= 0.5 ? apart / mtl__max(p->middle, q->middle) : 0;
}

static double immune(const mtl_compare *c, const mtl_compare_host *r)
{
    const mtl__band *x = immune_of(c->a, r), *y = immune_of(c->b, r);
    if (!x || !y)
        return 0;
    const double least = sqrt(variance((double)x->q025, (double)x->q975, c->n) +
                              variance((double)y->q025, (double)y->q975, c->n)),
                 apart = fabs(r->a - r->b);
    return apart > APART * least && apart > 0.01 ? apart : 0;
}

static double size_of(const mtl_compare *c, const mtl_compare_host *r, int tests)
{
    if (!r->in_a || !r->in_b)
        return 0;
    if (isfinite(r->p_mcnemar))
        return r->p_mcnemar * tests < 0.05 ? fabs(r->a - r->b) : 0;
    if (is(r, "injury", "days until"))
        return healing(c, r);
    if (is(r, "immune", "tolerance") || is(r, "immune", "response"))
        return immune(c, r);
    return 0;
}

/* ---------------------------------------------------------------- in words */
static void day(mtl__str *b, double x)
{
    if (isfinite(x))
        mtl__str_printf(b, "after %.0f days", x);
    else
        mtl__str_add(b, "not by the end");
}

static const char *sentence(mtl_compare *c, const mtl_compare_host *r)
{
    mtl__str b = {0};
    mtl__str_add(&b, r->person);
    if (isfinite(r->p_mcnemar)) {
        mtl__str_printf(&b, ", %s: %sin %.3g of 100 lives by the end in A, in %.3g in B", r->label,
                        strstr(r->measure, "found") ? "found " : "", 100 * r->a, 100 * r->b);
    } else if (strcmp(r->what, "injury") == 0) {
        mtl__str_printf(&b, ", %s: a tenth of the damage is left ", r->label);
        day(&b, r->a);
        mtl__str_add(&b, " in A, ");
        day(&b, r->b);
        mtl__str_add(&b, " in B");
    } else {
        mtl__str_printf(&b, " against %s: %s %.2g in A, %.2g in B", r->donor, r->measure,
                        r->a < 1e-6 ? 0 : r->a, r->b < 1e-6 ? 0 : r->b);
    }
    const char *text = b.oom ? NULL : mtl__arena_strdup(&c->arena, b.s);
    mtl__str_free(&b);
    return text;
}

int mtl__compare_find_headline(mtl_compare *c, mtl_error *err)
{
    found most = {NULL, 0};
    int tests = 0;
    c->headline = "";
    for (int i = 0; i < c->n_hosts; i++)
        tests += isfinite(c->host[i].p_mcnemar);
    for (int i = 0; i < c->n_hosts; i++) {
        const found x = {&c->host[i], size_of(c, &c->host[i], tests)};
        if (x.size > most.size)
            most = x;
    }
    if (most.row)
        c->headline = sentence(c, most.row);
    return c->headline ? 0 : mtl__nomem(err);
}

const char *mtl_compare_headline(const mtl_compare *c)
{
    return c->headline;
}

/* ---------------------------------------------------------------- which rows differ */
static bool apart(double x, double y)
{
    return isfinite(x) != isfinite(y) || fabs(x - y) > 1e-6 * fmax(fabs(x), fabs(y));
}

/* Tolerance and response go from 0 to 1: below a thousandth both are none. */
static bool none(const mtl_compare_host *r)
{
    return r->donor[0] && fmax(r->a, r->b) < 1e-3 &&
           (isnan(r->a_unknowns) || isnan(r->b_unknowns) ||
            fmax(r->a_unknowns, r->b_unknowns) < 1e-3);
}

int mtl_compare_host_differs(const mtl_compare_host *r)
{
    return r->in_a != r->in_b ||
           (!none(r) && (apart(r->a, r->b) || apart(r->a_unknowns, r->b_unknowns))) ||
           r->only_a + r->only_b > 0 || (r->delay.n && r->delay.differ > 0);
}
