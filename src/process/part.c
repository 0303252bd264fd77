/* SPDX-License-Identifier: MIT */
/* The part of a process that one source can come to until it is last looked at, cut out as a small
   process of its own. In a family of many bodies a source is followed in the few that it can reach:
   a conduit that closes before its cells arrive, or opens after the last record, leads nowhere.
   Arrival is the earliest date at which a cell can be there, found along changes, landings and
   crossings, each as of the date it opens. What cannot be reached holds no cells and draws nothing,
   so that cutting changes no law; and a family costs what its people cost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "process/solver.h"

/* Nodes: types, then rows, then intensities, then factors of the environment. */
struct mtl__cutter {
    const mtl__process *p;
    double *arrival;  /* [types + rows + cox] HUGE_VAL between cuts */
    int *gate_of;     /* [factors] the gate of each, -1 = none */
    int32_t *place;   /* [types + rows + cox + factors + components] index in the part, -1 between
                         cuts */
    int *queue, *met; /* nodes to look at; nodes met, of all sorts together */
    bool *waiting;
    size_t cap_queue;
    int n_queue, n_met;
    int row0, cox0, factor0, component0, n_nodes;
};

int mtl__cutter_new(mtl__cutter **out, const mtl__process *p, mtl_error *err)
{
    *out = NULL;
    mtl__cutter *c = calloc(1, sizeof *c);
    if (!c)
        return mtl__nomem(err);
    c->p = p;
    c->row0 = p->n_types;
    c->cox0 = c->row0 + p->n_rows;
    c->factor0 = c->cox0 + p->n_cox;
    c->component0 = c->factor0 + (p->env ? p->env->n : 1);
    c->n_nodes = c->component0 + p->n_components;
    const size_t flow = (size_t)c->factor0 + 1, all = (size_t)c->n_nodes + 1;
    c->arrival = malloc(flow * sizeof *c->arrival);
    c->waiting = calloc(flow, sizeof *c->waiting);
    c->place = malloc(all * sizeof *c->place);
    c->met = malloc(all * sizeof *c->met);
    const size_t nf = (size_t)(c->component0 - c->factor0);
    c->gate_of = malloc((nf + 1) * sizeof *c->gate_of);
    if (!c->gate_of || !c->arrival || !c->waiting || !c->place || !c->met) {
        mtl__cutter_free(c);
        return mtl__nomem(err);
    }
    for (size_t i = 0; i < nf; i++)
        c->gate_of[i] = -1;
    for (int k = 0; k < p->n_gates; k++)
        c->gate_of[p->gate[k].factor] = k;
    for (size_t i = 0; i < flow; i++)
        c->arrival[i] = HUGE_VAL;
    for (size_t i = 0; i < all; i++)
        c->place[i] = -1;
    *out = c;
    return 0;
}

void mtl__cutter_free(mtl__cutter *c)
{
    if (!c)
        return;
    free(c->arrival);
    free(c->waiting);
    free(c->place);
    free(c->met);
    free(c->queue);
    free(c->gate_of);
    free(c);
}

/* ---------------------------------------------------------------- who is met, and when */
static void meet(mtl__cutter *c, int node)
{
    if (c->place[node] >= 0)
        return;
    c->place[node] = 0;
    c->met[c->n_met++] = node;
}

static void drive(mtl__cutter *c, int cox, double t, double t_end)
{
    if (!(t <= t_end))
        return;
    meet(c, c->cox0 + cox);
    c->arrival[c->cox0 + cox] = mtl__min(c->arrival[c->cox0 + cox], t);
}

static int arrive(mtl__cutter *c, int node, double t, double t_end)
{
    if (!(t <= t_end) || !(t < c->arrival[node]))
        return 0;
    c->arrival[node] = t;
    meet(c, node);
    if (c->waiting[node])
        return 0;
    MTL_TRY(mtl__grow(&c->queue, &c->cap_queue, (size_t)c->n_queue + 1, sizeof *c->queue));
    c->waiting[node] = true;
    c->queue[c->n_queue++] = node;
    return 0;
}

static double opens(const mtl__cutter *c, double rate, int factor, double t)
{
    const mtl__env *e = c->p->env;
    if (!(rate > 0))
        return HUGE_VAL;
    return factor && e->opens ? e->opens(e, factor, t) : t;
}

static int along(mtl__cutter *c, const mtl__channel *x, int x0, int x1, int node0, double t,
                 double t_end)
{
    for (int k = x0; k < x1; k++)
        MTL_TRY(arrive(c, node0 + x[k].target, opens(c, x[k].rate, x[k].factor, t), t_end));
    return 0;
}

/* Label-correcting: a node whose arrival has moved forward is looked at again. */
static int spread(mtl__cutter *c, double t_end)
{
    const mtl__process *p = c->p;
    for (int q = 0; q < c->n_queue; q++) {
        const int node = c->queue[q];
        const double t = c->arrival[node];
        c->waiting[node] = false;
        if (node < c->row0) {
            const mtl__type *y = &p->type[node];
            MTL_TRY(along(c, p->change, y->change0, y->change1, 0, t, t_end));
            if (y->row >= 0)
                MTL_TRY(arrive(c, c->row0 + y->row, opens(c, y->leave, y->f_leave, t), t_end));
        } else {
            const mtl__row *r = &p->row[node - c->row0];
            MTL_TRY(along(c, p->land, r->land0, r->land1, 0, t, t_end));
            MTL_TRY(along(c, p->cross, r->cross0, r->cross1, c->row0, t, t_end));
        }
    }
    return 0;
}

static int enter(mtl__cutter *c, enum mtl__target to, int target, double t, double t_end)
{
    if (to != MTL__TO_COX)
        return arrive(c, (to == MTL__TO_ROW ? c->row0 : 0) + target, t, t_end);
    drive(c, target, t, t_end);
    return 0;
}

static int reach(mtl__cutter *c, const mtl__source *src, double t_end)
{
    for (int k = 0; k < src->n_inflows; k++)
        MTL_TRY(enter(c, src->inflow[k].to, src->inflow[k].target, src->inflow[k].t0, t_end));
    for (int k = 0; k < src->n_bursts; k++)
        MTL_TRY(enter(c, src->burst[k].to, src->burst[k].target, src->burst[k].t, t_end));
    return spread(c, t_end);
}

static int by_number(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* Intensities, factors and components of what was met; then the places of all, in order. */
static void settle(mtl__cutter *c, const mtl__source *src, double t_end)
{
    const mtl__process *p = c->p;
    meet(c, c->factor0);
    for (int i = 0, n = c->n_met; i < n; i++) {
        const int node = c->met[i];
        if (node >= c->row0)
            continue;
        const mtl__type *y = &p->type[node];
        meet(c, c->factor0 + y->f_divide);
        meet(c, c->factor0 + y->f_die);
        meet(c, c->factor0 + y->f_leave);
        meet(c, c->component0 + y->component);
        for (int k = y->change0; k < y->change1; k++)
            meet(c, c->factor0 + p->change[k].factor);
        for (int k = y->output0; k < y->output1; k++) {
            const mtl__channel *x = &p->output[k];
            drive(c, x->target, opens(c, x->rate, x->factor, c->arrival[node]), t_end);
            if (c->place[c->cox0 + x->target] >= 0)
                meet(c, c->factor0 + x->factor);
        }
    }
    for (int i = 0, n = c->n_met; i < n; i++) {
        const int node = c->met[i];
        if (node < c->row0 || node >= c->cox0)
            continue;
        const mtl__row *r = &p->row[node - c->row0];
        if (r->component >= 0) /* a row without landings is of none */
            meet(c, c->component0 + r->component);
        for (int k = r->land0; k < r->land1; k++)
            if (c->place[p->land[k].target] >= 0)
                meet(c, c->factor0 + p->land[k].factor);
        for (int k = r->cross0; k < r->cross1; k++)
            if (c->place[c->row0 + p->cross[k].target] >= 0)
                meet(c, c->factor0 + p->cross[k].factor);
    }
    for (int k = 0; k < src->n_inflows; k++)
        if (src->inflow[k].t0 <= t_end)
            meet(c, c->factor0 + src->inflow[k].factor);
    qsort(c->met, (size_t)c->n_met, sizeof *c->met, by_number);
    const int start[6] = {0, c->row0, c->cox0, c->factor0, c->component0, c->n_nodes};
    for (int i = 0, sort = 0, n = 0; i < c->n_met; i++, n++) {
        while (c->met[i] >= start[sort + 1]) {
            sort++;
            n = 0;
        }
        c->place[c->met[i]] = n;
    }
}

static void forget(mtl__cutter *c)
{
    for (int i = 0; i < c->n_met; i++) {
        c->place[c->met[i]] = -1;
        if (c->met[i] < c->factor0)
            c->arrival[c->met[i]] = HUGE_VAL;
    }
    for (int i = 0; i < c->n_queue; i++)
        c->waiting[c->queue[i]] = false;
    c->n_met = c->n_queue = 0;
}

/* ---------------------------------------------------------------- the part itself */
static int32_t factor_of(const mtl__cutter *c, int factor)
{
    return c->place[c->factor0 + factor];
}

/* Copies the channels to what is in the part. */
static void copy_channels(const mtl__cutter *c, const mtl__channel *from, int x0, int x1, int node0,
                          mtl__channel *to, int *n)
{
    for (int k = x0; k < x1; k++) {
        const int32_t target = c->place[node0 + from[k].target];
        const int32_t factor = factor_of(c, from[k].factor);
        if (target >= 0 && factor >= 0)
            to[(*n)++] = (mtl__channel){target, factor, from[k].rate};
    }
}

static void copy_type(const mtl__cutter *c, mtl__process *q, int i, const mtl__type *y)
{
    const mtl__process *p = c->p;
    mtl__type *t = &q->type[i];
    *t = *y;
    t->f_divide = factor_of(c, y->f_divide);
    t->f_die = factor_of(c, y->f_die);
    t->f_leave = factor_of(c, y->f_leave);
    t->component = c->place[c->component0 + y->component];
    t->row = y->row >= 0 ? c->place[c->row0 + y->row] : -1;
    if (t->row < 0) /* a row that opens too late: nothing leaves */
        t->leave = 0;
    t->change0 = q->n_change;
    copy_channels(c, p->change, y->change0, y->change1, 0, q->change, &q->n_change);
    t->change1 = q->n_change;
    t->output0 = q->n_output;
    copy_channels(c, p->output, y->output0, y->output1, c->cox0, q->output, &q->n_output);
    t->output1 = q->n_output;
}

static void copy_row(const mtl__cutter *c, mtl__process *q, int i, const mtl__row *y)
{
    const mtl__process *p = c->p;
    mtl__row *r = &q->row[i];
    *r = *y;
    r->component = y->component >= 0 ? c->place[c->component0 + y->component] : -1;
    r->land0 = q->n_land;
    copy_channels(c, p->land, y->land0, y->land1, 0, q->land, &q->n_land);
    r->land1 = q->n_land;
    r->cross0 = q->n_cross;
    copy_channels(c, p->cross, y->cross0, y->cross1, c->row0, q->cross, &q->n_cross);
    r->cross1 = q->n_cross;
    r->land_moving = r->land0;
    while (r->land_moving < r->land1 && q->land[r->land_moving].factor == 0)
        r->land_moving++;
}

/* Counts what the part holds at most, so that its arrays can be asked for. */
static void count(const mtl__cutter *c, mtl__part *out)
{
    const mtl__process *p = c->p;
    mtl__process *q = &out->process;
    out->env.n = 0;
    for (int i = 0; i < c->n_met; i++) {
        const int node = c->met[i];
        if (node < c->row0) {
            q->n_types++;
            q->n_change += p->type[node].change1 - p->type[node].change0;
            q->n_output += p->type[node].output1 - p->type[node].output0;
        } else if (node < c->cox0) {
            q->n_rows++;
            q->n_land += p->row[node - c->row0].land1 - p->row[node - c->row0].land0;
            q->n_cross += p->row[node - c->row0].cross1 - p->row[node - c->row0].cross0;
        } else if (node < c->factor0) {
            q->n_cox++;
        } else if (node < c->component0) {
            out->env.n++;
        } else {
            q->n_components++;
        }
    }
}

static void *get(mtl__arena *a, bool *ok, int n, size_t size)
{
    void *x = mtl__arena_alloc(a, ((size_t)n + 1) * size);
    *ok = *ok && x;
    return x;
}

static bool ask_for(mtl__part *out, const mtl__process *p, const mtl__source *src)
{
    mtl__process *q = &out->process;
    mtl__arena *a = &out->arena;
    bool ok = true;
    q->type = get(a, &ok, q->n_types, sizeof *q->type);
    q->row = get(a, &ok, q->n_rows, sizeof *q->row);
    q->cox_decay = get(a, &ok, q->n_cox, sizeof *q->cox_decay);
    q->change = get(a, &ok, q->n_change, sizeof *q->change);
    q->output = get(a, &ok, q->n_output, sizeof *q->output);
    q->land = get(a, &ok, q->n_land, sizeof *q->land);
    q->cross = get(a, &ok, q->n_cross, sizeof *q->cross);
    out->type = get(a, &ok, q->n_types, sizeof *out->type);
    out->cox = get(a, &ok, q->n_cox, sizeof *out->cox);
    out->type_since = get(a, &ok, q->n_types, sizeof *out->type_since);
    out->cox_since = get(a, &ok, q->n_cox, sizeof *out->cox_since);
    out->which = get(a, &ok, out->env.n, sizeof *out->which);
    out->gate = get(a, &ok, p->n_gates < out->env.n ? p->n_gates : out->env.n, sizeof *out->gate);
    q->gate = get(a, &ok, p->n_gates < out->env.n ? p->n_gates : out->env.n, sizeof *q->gate);
    out->source.inflow = get(a, &ok, src->n_inflows, sizeof *out->source.inflow);
    out->source.burst = get(a, &ok, src->n_bursts, sizeof *out->source.burst);
    out->source.cull = get(a, &ok, src->n_culls, sizeof *out->source.cull);
    return ok;
}

static void copy_parts(const mtl__cutter *c, mtl__part *out)
{
    const mtl__process *p = c->p;
    mtl__process *q = &out->process;
    int types = 0, rows = 0, coxes = 0, factors = 0;
    q->n_change = q->n_output = q->n_land = q->n_cross = 0;
    for (int i = 0; i < c->n_met; i++) {
        const int node = c->met[i];
        if (node < c->row0) {
            out->type[types] = node;
            out->type_since[types] = c->arrival[node];
            copy_type(c, q, types++, &p->type[node]);
        } else if (node < c->cox0) {
            copy_row(c, q, rows++, &p->row[node - c->row0]);
        } else if (node < c->factor0) {
            out->cox[coxes] = node - c->cox0;
            out->cox_since[coxes] = c->arrival[node];
            q->cox_decay[coxes++] = p->cox_decay[node - c->cox0];
        } else if (node < c->component0) {
            const int factor = node - c->factor0;
            out->which[factors++] = p->env ? mtl__env_number(p->env, factor) : factor;
        }
    }
    for (int i = 0; i < c->n_met && p->n_gates; i++) {
        const int factor = c->met[i] - c->factor0;
        const int gate = factor >= 0 && c->met[i] < c->component0 ? c->gate_of[factor] : -1;
        if (gate < 0)
            continue;
        out->gate[q->n_gates] = gate;
        q->gate[q->n_gates++] = (mtl__gate){factor_of(c, factor), p->gate[gate].law};
    }
}

/* The first of the sorted indices that is at least `at`. */
static int lower_bound(const int *x, int n, int at)
{
    int lo = 0;
    while (n > 0) {
        const int half = n / 2;
        if (x[lo + half] < at) {
            lo += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return lo;
}

static int target_of(const mtl__cutter *c, enum mtl__target to, int target)
{
    const int node0 = to == MTL__TO_TYPE ? 0 : to == MTL__TO_ROW ? c->row0 : c->cox0;
    return c->place[node0 + target];
}

static void copy_source(const mtl__cutter *c, mtl__part *out, const mtl__source *src, double t_end)
{
    mtl__source *s = &out->source;
    const mtl__process *q = &out->process;
    s->group = src->group;
    s->n_groups = src->n_groups;
    for (int k = 0; k < src->n_inflows; k++) {
        const mtl__inflow *f = &src->inflow[k];
        if (!(f->t0 <= t_end))
            continue;
        mtl__inflow *g = &s->inflow[s->n_inflows++];
        *g = *f;
        g->target = target_of(c, f->to, f->target);
        g->factor = factor_of(c, f->factor);
    }
    for (int k = 0; k < src->n_bursts; k++) {
        const mtl__burst *f = &src->burst[k];
        if (!(f->t <= t_end))
            continue;
        s->burst[s->n_bursts] = *f;
        s->burst[s->n_bursts++].target = target_of(c, f->to, f->target);
    }
    for (int k = 0; k < src->n_culls; k++) {
        mtl__cull *u = &s->cull[s->n_culls++];
        *u = src->cull[k];
        u->type0 = lower_bound(out->type, q->n_types, u->type0);
        u->type1 = lower_bound(out->type, q->n_types, u->type1);
        u->cox0 = lower_bound(out->cox, q->n_cox, u->cox0);
        u->cox1 = lower_bound(out->cox, q->n_cox, u->cox1);
    }
}

int mtl__part_cut(mtl__part *out, mtl__cutter *c, const mtl__source *src, double t_end,
                  mtl_error *err)
{
    const mtl__process *p = c->p;
    mtl__arena *a = &out->arena;
    mtl__arena_reset(a);
    *out = (mtl__part){.arena = *a};
    MTL_TRY(mtl__source_check(src, p, err));
    int ret = reach(c, src, t_end);
    if (ret == 0) {
        settle(c, src, t_end);
        if (p->env)
            out->env = *p->env;
        count(c, out);
        ret = ask_for(out, p, src) ? 0 : MTL_ERR_MEMORY;
    }
    if (ret == 0) {
        copy_parts(c, out);
        copy_source(c, out, src, t_end);
        ret = mtl__components_list(&out->process, a);
        out->env.which = out->which;
        out->env.feedback = false;
        for (int k = 0; p->env && p->env->feedback && k < out->env.n; k++)
            out->env.feedback = out->env.feedback || out->env.reads(&out->env, k);
        out->process.env = p->env && out->env.n > 1 ? &out->env : NULL;
    }
    forget(c);
    return ret < 0 ? mtl__nomem(err) : 0;
}

void mtl__part_free(mtl__part *x)
{
    mtl__arena_free(&x->arena);
    *x = (mtl__part){0};
}
