/* SPDX-License-Identifier: MIT */
/* What injuries brought. Most foreign cells in a hurt organ were there before it was hurt, and a
   count of them says nothing about the injury. Here expected numbers of cells are computed without
   random numbers (mean equations forward in time) of three families: the one of the file; the same
   where no cell takes up a fate; and that one without any injury. What came is by how much the
   first or the second, whichever is more, exceeds the last: a fate may keep a cell that would have
   gone, or cost one that would have stayed. They are counted when they are most: cells that came
   may be gone, or be taken away, long before the ninety days are over. The first has the cells that
   took up a fate of the tissue. What can come is limited by seeds that move: the chance that any is
   left on the day of the injury (backward equation) and how many are left on average, all lives
   counted. The first falls with the years; the second need not, as seeds that are left in fewer
   lives are more in these. The parameters are those that are set, and injuries heal as without
   foreign cells, so that all this is known under every switch but those under which cells answer to
   what cells do. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/host_gather.h"

static const double DAYS = 90, RTOL = 1e-7;
/* Days after an injury; the last is DAYS. Between whole days, on which scenarios have events that
   take cells away. */
static const double LOOK[] = {0, 0.5, 1.5, 3.5, 7.5, 14.5, 30.5, 90};
enum { LOOKS = sizeof LOOK / sizeof *LOOK };
enum { MOST_INJURIES = 200, MOST_INOCULA = 400 }; /* beyond these it would take seconds */

typedef struct looks { /* dates at which all injuries are looked at, and the sums there */
    const mtl_scenario *s;
    double *t;
    int n;
    bool *fate;          /* [n_kinds] */
    double *all, *fated; /* [n_injuries][n] foreign cells in the organ, of the family at hand */
    double *whole, *with, *without, *fates; /* the same, kept */
    double *p_seed, *seeds;                 /* [n_injuries] on its day: P(any), mean number */
    bool count_seeds;
} looks;

static int by_date(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double until(const mtl_result *r, const mtl__injury *i)
{
    return mtl__min(i->t + DAYS, r->time[r->n_times - 1]);
}

static int list_dates(looks *x, const mtl_result *r)
{
    x->s = r->s;
    const size_t wounds = (size_t)r->s->n_injuries, most = LOOKS * wounds + 1,
                 cells = most * wounds;
    x->t = malloc(most * sizeof *x->t);
    x->fate = calloc((size_t)r->m->n_kinds + 1, sizeof *x->fate);
    x->all = calloc(6 * cells + 2 * wounds + 1, sizeof *x->all);
    if (!x->t || !x->fate || !x->all)
        return MTL_ERR_MEMORY;
    x->fated = x->all + cells;
    x->with = x->fated + cells;
    x->without = x->with + cells;
    x->fates = x->without + cells;
    x->whole = x->fates + cells;
    x->p_seed = x->whole + cells;
    x->seeds = x->p_seed + wounds;
    int n = 0;
    for (int k = 0; k < r->s->n_injuries; k++)
        for (int i = 0; i < LOOKS; i++)
            x->t[n++] = mtl__min(r->s->injury[k].t + LOOK[i], until(r, &r->s->injury[k]));
    qsort(x->t, (size_t)n, sizeof *x->t, by_date);
    for (int k = 0; k < n; k++)
        if (x->n == 0 || x->t[k] > x->t[x->n - 1])
            x->t[x->n++] = x->t[k];
    for (int k = 0; k < r->m->n_rules; k++)
        if (r->m->rule[k].process == MTL__R_CHANGE && r->m->rule[k].target >= 0)
            x->fate[r->m->rule[k].target] = true;
    return 0;
}

static int place_of(const looks *x, double t)
{
    int k = 0;
    while (k + 1 < x->n && x->t[k] < t)
        k++;
    return k;
}

/* Adds the seeds that move in the whole body, on the day of each injury. */
static void add_seeds(looks *x, const mtl__world *w, const mtl__inoculum *from,
                      const mtl__part *part, const double *n)
{
    const size_t types = (size_t)part->process.n_types;
    for (int k = 0; k < x->s->n_injuries; k++) {
        const mtl__injury *i = &x->s->injury[k];
        const int body = w->body_of[i->person];
        const double *now = n + (size_t)place_of(x, i->t) * types;
        for (size_t t = 0; body >= 0 && from->donor != i->person && t < types; t++)
            if (part->type[t] >= w->body[body].type0 && part->type[t] < w->body[body].type1 &&
                part->process.type[t].leave > 0)
                x->seeds[k] += now[t];
    }
}

/* Adds what one inoculum leaves in each hurt organ: n is [x->n][of the part]. */
static void add_cells(looks *x, const mtl__world *w, const mtl__inoculum *from,
                      const mtl__part *part, const double *n)
{
    const int types = part->process.n_types, organs = w->m->n_organs;
    for (int k = 0; k < x->s->n_injuries; k++) {
        const mtl__injury *i = &x->s->injury[k];
        const int body = w->body_of[i->person];
        for (int kind = 0; body >= 0 && from->donor != i->person && kind < w->m->n_kinds; kind++) {
            const int type = w->body[body].type[kind * organs + i->organ];
            int at = 0;
            while (type >= 0 && at < types && part->type[at] != type)
                at++;
            for (int d = 0; type >= 0 && at < types && d < x->n; d++) {
                const double cells = n[(size_t)d * (size_t)types + (size_t)at];
                x->all[k * x->n + d] += cells;
                x->fated[k * x->n + d] += x->fate[kind] ? cells : 0;
            }
        }
    }
}

static bool touches(const looks *x, const mtl__world *w, const mtl__part *part)
{
    for (int k = 0; k < x->s->n_injuries; k++)
        if (mtl__part_reaches(w, part, x->s->injury[k].person))
            return true;
    return false;
}

static int one_inoculum(looks *x, const mtl__world *w, const mtl__inoculum *from,
                        const mtl__part *part, mtl_error *err)
{
    const mtl__process *q = &part->process;
    const size_t nn = (size_t)x->n * (size_t)q->n_types, ny = (size_t)x->n * (size_t)q->n_cox;
    double *n = calloc(nn + 1, sizeof *n), *y = calloc(ny + 1, sizeof *y);
    mtl__analytic *a = NULL;
    int ret = n && y ? mtl__analytic_new(&a, q, err) : mtl__nomem(err);
    if (ret == 0)
        ret = mtl__analytic_forward(a, &part->source, RTOL, x->n, x->t, n, y, err);
    if (ret == 0)
        add_cells(x, w, from, part, n);
    if (ret == 0 && x->count_seeds)
        add_seeds(x, w, from, part, n);
    mtl__analytic_free(a);
    free(n);
    free(y);
    return ret;
}

/* P(a foreign cell that can leave its organ is in the body) on the day of each injury. */
static int seek_seeds(looks *x, const mtl__world *w, mtl_error *err)
{
    const mtl__process *q = w->process;
    const size_t n = (size_t)(q->n_types + q->n_cox) + 1, np = (size_t)w->s->n_people + 1;
    double *see = calloc(n, sizeof *see);
    bool *takes = calloc(np, sizeof *takes);
    mtl__analytic *a = NULL;
    int ret = see && takes ? mtl__analytic_new(&a, q, err) : mtl__nomem(err);
    if (ret == 0)
        mtl__analytic_brightest(a, MTL__BRIGHT_ENOUGH);
    for (int k = 0; ret == 0 && k < x->s->n_injuries; k++) {
        const mtl__injury *i = &x->s->injury[k];
        const int body = w->body_of[i->person];
        mtl__sight seen = {0, 0, 0};
        if (k > 0 && i[-1].person == i->person && !(i[-1].t < i->t)) { /* of a group */
            x->p_seed[k] = x->p_seed[k - 1];
            continue;
        }
        for (int t = 0; t < q->n_types; t++)
            see[t] = body >= 0 && t >= w->body[body].type0 && t < w->body[body].type1 &&
                     q->type[t].leave > 0;
        for (int d = 0; d < w->s->n_people; d++)
            takes[d] = d != i->person;
        ret = mtl__world_sees(w, a, i->person, takes, -1, i->t, see, see + q->n_types, 1e-6, false,
                              &seen, NULL, err);
        x->p_seed[k] = seen.log_none < 0 ? -mtl__expm1(seen.log_none) : 0;
    }
    mtl__analytic_free(a);
    free(see);
    free(takes);
    return ret;
}

/* Sums of one family, and its seeds if asked for. 1: cells answer to cells here, and expected
   numbers have no equations of their own. */
static int add_world(looks *x, const mtl_scenario *s, const mtl_model *m, bool seeds,
                     mtl_error *err)
{
    mtl__world *w = NULL;
    mtl__cutter *cutter = NULL;
    mtl__part part = {0};
    const size_t n = (size_t)x->s->n_injuries * (size_t)x->n;
    memset(x->all, 0, n * sizeof *x->all);
    memset(x->fated, 0, n * sizeof *x->fated);
    x->count_seeds = seeds;
    int ret = mtl__world_new(&w, s, m, err);
    if (ret == 0 && ((w->process->env && w->process->env->feedback) || w->n_inocula > MOST_INOCULA))
        ret = 1;
    if (ret == 0)
        ret = mtl__cutter_new(&cutter, w->process, err);
    for (int k = 0; ret == 0 && k < w->n_inocula; k++) {
        ret = mtl__part_cut(&part, cutter, &w->inoculum[k].source, x->t[x->n - 1], err);
        if (ret == 0 && part.process.n_types > 0 && touches(x, w, &part))
            ret = one_inoculum(x, w, &w->inoculum[k], &part, err);
    }
    if (ret == 0 && seeds)
        ret = seek_seeds(x, w, err);
    mtl__part_free(&part);
    mtl__cutter_free(cutter);
    mtl__world_free(w);
    return ret;
}

static void drop_fates(mtl_model *m)
{
    int n = 0;
    for (int k = 0; k < m->n_rules; k++)
        if (m->rule[k].process != MTL__R_CHANGE)
            m->rule[n++] = m->rule[k];
    m->n_rules = n;
}

/* What came by look `to`. A fate may keep a cell that would have gone, or cost one that would have
   stayed. */
static double came_by(const looks *x, int from, int to)
{
    const double plain = (x->with[to] - x->without[to]) - (x->with[from] - x->without[from]),
                 fated = (x->whole[to] - x->without[to]) - (x->whole[from] - x->without[from]);
    return mtl__max(0, mtl__max(plain, fated));
}

static void tell(const looks *x, const mtl_result *r, mtl__injury_result *out)
{
    const mtl__injury *i = &r->s->injury[out->injury];
    const int row = out->injury * x->n, first = place_of(x, i->t), last = place_of(x, until(r, i));
    int at = last;
    /* The last look is the one to tell of, unless there was clearly more at another. */
    for (int k = first; k < last; k++)
        if (came_by(x, row + first, row + k) >
            1.05 * came_by(x, row + first, row + at) + 1e-5 * (1e-3 + x->without[row + k]))
            at = k;
    out->brought_days = until(r, i) - i->t;
    out->most_day = x->t[at] - i->t;
    out->there = x->without[row + at];
    out->came = came_by(x, row + first, row + at);
    out->fated = 0;
    for (int k = first; k <= last; k++)
        out->fated = mtl__max(out->fated, x->fates[row + k] - x->fates[row + first]);
    out->p_seed = x->p_seed[out->injury];
    out->seeds = x->seeds[out->injury];
}

static int compute(looks *x, const mtl_result *r, mtl_model *m, mtl_error *err)
{
    const size_t bytes = (size_t)r->s->n_injuries * (size_t)x->n * sizeof *x->all;
    mtl_scenario unhurt = *r->s;
    unhurt.n_injuries = 0;
    int ret = add_world(x, r->s, m, true, err);
    if (ret == 0) {
        memcpy(x->fates, x->fated, bytes);
        memcpy(x->whole, x->all, bytes);
        drop_fates(m);
        ret = add_world(x, r->s, m, false, err);
    }
    if (ret == 0) {
        memcpy(x->with, x->all, bytes);
        ret = add_world(x, &unhurt, m, false, err);
    }
    if (ret == 0)
        memcpy(x->without, x->all, bytes);
    for (int k = 0; ret == 0 && k < r->host.n_injuries; k++)
        tell(x, r, &r->host.injury[k]);
    return ret;
}

int mtl__brought(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    if (!r->opts.brought || r->host.n_injuries == 0 || r->s->n_injuries > MOST_INJURIES)
        return 0;
    looks x = {0};
    mtl_model *m = mtl_model_copy(r->m);
    int ret = m && list_dates(&x, r) == 0 ? 0 : mtl__nomem(err);
    if (ret == 0 && mtl__acts_on_repair(m))
        ret = mtl_model_switch(m, "repair", "bystander", err);
    if (ret == 0)
        ret = compute(&x, r, m, err);
    mtl_model_free(m);
    free(x.t);
    free(x.fate);
    free(x.all);
    return ret > 0 ? 0 : ret;
}
