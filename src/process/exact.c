/* SPDX-License-Identifier: MIT */
/* The exact solver: event by event, first the type, then the channel.

   Types stand in bins by the power of two of their propensity (composition-rejection: Slepoy,
   Thompson & Plimpton 2008), so that choosing one costs the same for any number of types; the
   channels of a type are drawn from an alias table of their rates per cell, which do not change
   with counts. Rates that carry a factor of the environment enter at their upper bound on the
   segment, and an event is kept with probability factor / bound (thinning), which is exact. A
   waiting time that reaches past the end of a segment keeps its unspent part, so that cutting time
   shifts no draws. */
#include "process/solver.h"

#include <math.h>
#include <string.h>

static int bin_of(double weight)
{
    uint64_t bits;
    memcpy(&bits, &weight, sizeof bits);
    const int e = (int)((bits >> 52) & 0x7ff) - 1023 + MTL__BIN_ZERO;
    return e < 0 ? 0 : e >= MTL__N_BINS ? MTL__N_BINS - 1 : e;
}

/* 2^(bin + 1 - zero): no weight in the bin reaches it. */
static double bin_top(int bin)
{
    const uint64_t bits = (uint64_t)(bin + 1 - MTL__BIN_ZERO + 1023) << 52;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* What all bins hold. Kept in w->total by adding and taking away; summed afresh whenever a bin
   empties, so that what a large bin has left by rounding never outlives it. */
static double cells_total(const mtl__work *w)
{
    double total = 0;
    for (int word = MTL__N_BINS / 64 - 1; word >= 0; word--)
        for (uint64_t used = w->bins_used[word]; used; used &= used - 1)
            total += w->bin_sum[word * 64 + __builtin_ctzll(used)];
    return total;
}

static void bin_remove(const mtl__process *p, mtl__work *w, int i)
{
    struct mtl__hot *h = &w->hot[i];
    const int b = h->bin;
    int32_t *member = w->bin_member + (size_t)b * (size_t)p->n_types;
    const int32_t last = member[--w->bin_count[b]];
    member[h->slot] = last;
    w->hot[last].slot = h->slot;
    w->bin_sum[b] -= h->weight;
    w->total -= h->weight;
    if (w->bin_count[b] == 0) {
        w->bin_sum[b] = 0;
        w->bins_used[b >> 6] &= ~(1ULL << (b & 63));
        w->total = cells_total(w);
    }
    h->bin = -1;
    h->weight = 0;
}

static void bin_insert(const mtl__process *p, mtl__work *w, int i, double weight)
{
    struct mtl__hot *h = &w->hot[i];
    const int b = bin_of(weight);
    h->weight = weight;
    h->bin = (int16_t)b;
    h->slot = w->bin_count[b]++;
    w->bin_member[(size_t)b * (size_t)p->n_types + (size_t)h->slot] = i;
    w->bin_sum[b] += weight;
    w->total += weight;
    w->bins_used[b >> 6] |= 1ULL << (b & 63);
}

static inline int add_channel(double *r, mtl__action *act, int n, double rate, mtl__action what)
{
    if (!(rate > 0))
        return n;
    r[n] = rate;
    act[n] = what;
    return n + 1;
}

/* Rates per cell of a type at their bounds, and the alias table over its channels that can fire. */
static void make_ready(const mtl__process *p, mtl__work *w, int i)
{
    const mtl__type *t = &p->type[i];
    struct mtl__hot *h = &w->hot[i];
    mtl__action *act = w->action + h->alias0;
    double *r = w->prob, sum = 0;
    int n = 0;
    h->ready = true;
    n = add_channel(r, act, n, t->divide * w->f_hi[t->f_divide],
                    (mtl__action){MTL__DIVIDE, 1, -1, t->f_divide});
    n = add_channel(r, act, n, t->die * w->f_hi[t->f_die],
                    (mtl__action){MTL__DIE, -1, -1, t->f_die});
    n = add_channel(r, act, n, t->leave * w->f_hi[t->f_leave],
                    (mtl__action){MTL__LEAVE, -1, -1, t->f_leave});
    for (int c = t->change0; c < t->change1; c++)
        n = add_channel(r, act, n, p->change[c].rate * w->f_hi[p->change[c].factor],
                        (mtl__action){MTL__CHANGE0, -1, p->change[c].target, p->change[c].factor});
    for (int c = 0; c < n; c++)
        sum += r[c];
    h->rate = sum;
    h->n_channels = n;
    mtl__alias_build(n, r, w->alias + h->alias0, (int32_t *)w->out, r + n);
}

/* Only what has cells is made ready: a type that stands in no bin may not be. */
static inline void reweigh(const mtl__process *p, const mtl__state *s, mtl__work *w, int i)
{
    struct mtl__hot *h = &w->hot[i];
    if (h->bin < 0 && !h->ready && s->n[i] > 0)
        make_ready(p, w, i);
    const double weight = h->rate * (double)s->n[i];
    if (h->bin >= 0 && weight > 0 && bin_of(weight) == h->bin) {
        w->bin_sum[h->bin] += weight - h->weight;
        w->total += weight - h->weight;
        h->weight = weight;
        return;
    }
    if (h->bin >= 0)
        bin_remove(p, w, i);
    if (weight > 0)
        bin_insert(p, w, i, weight);
}

void mtl__exact_refresh(const mtl__process *p, mtl__state *s, mtl__work *w)
{
    for (int word = 0; word < MTL__N_BINS / 64; word++) {
        for (uint64_t used = w->bins_used[word]; used; used &= used - 1) {
            const int b = word * 64 + __builtin_ctzll(used);
            w->bin_sum[b] = 0;
            w->bin_count[b] = 0;
        }
        w->bins_used[word] = 0;
    }
    w->total = 0;
    for (int k = 0; k < w->n_list; k++) {
        const int i = w->list[k];
        w->hot[i].bin = -1;
        w->hot[i].weight = 0;
        reweigh(p, s, w, i);
    }
    w->total = cells_total(w);
}

/* Rates that may differ from the last segment's are made ready anew. */
void mtl__exact_prepare(const mtl__process *p, mtl__state *s, mtl__work *w)
{
    w->moved = false;
    for (int k = 0; k < w->n_list; k++) {
        struct mtl__hot *h = &w->hot[w->list[k]];
        h->ready = h->ready && h->constant;
    }
    mtl__exact_refresh(p, s, w);
}

/* Intensities follow in closed form up to now; then their drive changes. */
static void drive_changes(const mtl__process *p, mtl__state *s, mtl__work *w, int i, int by)
{
    const mtl__type *t = &p->type[i];
    for (int o = t->output0; o < t->output1; o++) {
        const int c = p->output[o].target, f = p->output[o].factor;
        if (f && w->f_out[f] == 0 && w->f_slope[f] == 0)
            continue; /* a closed conduit */
        mtl__cox_advance(p, s, w, c, s->t);
        w->drive[c] += by * p->output[o].rate * w->f_out[p->output[o].factor];
        if (w->outputs_vary)
            w->slope[c] += by * p->output[o].rate * w->f_slope[p->output[o].factor];
        if (w->drive[c] < 0) /* what rounding leaves when the last seed has gone */
            w->drive[c] = 0;
    }
}

static inline void count_changes(const mtl__process *p, mtl__state *s, mtl__work *w, int i, int by)
{
    if (w->hot[i].drives)
        drive_changes(p, s, w, i, by);
    s->n[i] += by;
    reweigh(p, s, w, i);
}

/* Keeps an event of a channel with this factor? Refreshes the factors at t when it must. */
static bool thinned_by(const mtl__process *p, mtl__state *s, mtl__work *w, int factor)
{
    if (!p->env)
        return false;
    if (p->env->value)
        w->f[factor] = p->env->value(p->env, factor, s->t);
    else
        p->env->advance(p->env, s->t, w->f);
    return !(mtl__rng_unit(&w->rng) * w->f_hi[factor] < w->f[factor]);
}

static inline bool thinned(const mtl__process *p, mtl__state *s, mtl__work *w, int factor)
{
    return factor != 0 && thinned_by(p, s, w, factor);
}

/* May a weight of this row differ now from what w->f says? A closed conduit (bound 0) stays at 0.
 */
static bool row_moves(const mtl__process *p, const mtl__work *w, const mtl__row *row)
{
    for (int k = row->cross0; k < row->cross1; k++)
        if (p->cross[k].factor && w->f_hi[p->cross[k].factor] > 0)
            return true;
    return w->varies && mtl__row_varies(row);
}

/* The type where a cell that leaves type i lands; -1 if it is lost. */
static int leaves(const mtl__process *p, mtl__state *s, mtl__work *w, int i)
{
    const mtl__row *row = &p->row[p->type[i].row];
    if (p->env && row_moves(p, w, row))
        mtl__work_look(p, w, s->t, w->f);
    return mtl__route_one(p, s, w, p->type[i].row);
}

static inline void cell_event(const mtl__process *p, mtl__state *s, mtl__work *w, int i)
{
    const struct mtl__hot *h = &w->hot[i];
    const int k = mtl__alias_draw(w->alias + h->alias0, h->n_channels, &w->rng);
    const mtl__action a = w->action[h->alias0 + k];
    if (thinned(p, s, w, a.factor))
        return;
    w->happened[a.kind]++;
    int to = a.to;
    if (a.kind == MTL__LEAVE) {
        to = leaves(p, s, w, i);
        if (to == i)
            return;
    }
    count_changes(p, s, w, i, a.by);
    if (to >= 0)
        count_changes(p, s, w, to, 1);
}

/* `at` is uniform on [0, sum of the inflows at their bounds). */
static void inflow_event(const mtl__process *p, mtl__state *s, mtl__work *w, double at)
{
    const mtl__inflow *f = NULL;
    for (int k = 0; k < w->n_inflow; k++) {
        f = &w->src->inflow[w->inflow[k]];
        const double x = f->rate * s->group[f->group] * w->f_hi[f->factor];
        if (at < x)
            break;
        at -= x;
    }
    if (!f || thinned(p, s, w, f->factor))
        return;
    s->ledger.immigrated++;
    int to = f->target;
    if (f->to == MTL__TO_ROW) {
        if (p->env)
            mtl__work_look(p, w, s->t, w->f);
        to = mtl__route_one(p, s, w, f->target);
    }
    if (to >= 0)
        count_changes(p, s, w, to, 1);
}

static inline int highest(uint64_t x)
{
    return 63 - __builtin_clzll(x);
}

/* The type whose propensity `at` falls to: its bin by scanning the few used ones from the top, in
   the bin by rejection. */
static inline int choose_bin(const mtl__work *w, double at)
{
    int bin = -1;
    for (int word = MTL__N_BINS / 64 - 1; word >= 0; word--) {
        for (uint64_t used = w->bins_used[word]; used; used &= ~(1ULL << (bin & 63))) {
            bin = word * 64 + highest(used);
            if (at < w->bin_sum[bin])
                return bin;
            at -= w->bin_sum[bin];
        }
    }
    return bin; /* by rounding: the lowest */
}

static inline int choose(const mtl__process *p, mtl__work *w, double at)
{
    const int bin = choose_bin(w, at);
    const int32_t *member = w->bin_member + (size_t)bin * (size_t)p->n_types;
    const double top = bin_top(bin);
    const int count = w->bin_count[bin];
    for (;;) {
        const double x = mtl__rng_unit(&w->rng) * count;
        const int slot = (int)x < count ? (int)x : count - 1;
        const int i = member[slot];
        if ((x - slot) * top < w->hot[i].weight)
            return i;
    }
}

static int explodes(const mtl__state *s, double total, mtl_error *err)
{
    return mtl__fail(err, MTL_ERR_EXPLODES, NULL,
                     "the cells grow without bound: %.3g events a day at day %.6g", total, s->t);
}

/* The event at s->t; `at` is uniform on [0, all propensities). */
static inline int one_event(const mtl__process *p, mtl__state *s, mtl__work *w, double at,
                            const mtl__sim_opts *o, mtl_error *err)
{
    if (at < w->total) {
        const int i = choose(p, w, at);
        cell_event(p, s, w, i);
        if (s->n[i] > o->max_cells)
            return mtl__fail(err, MTL_ERR_EXPLODES, NULL,
                             "the cells grow without bound: more than %.3g of one type at day %.6g",
                             (double)o->max_cells, s->t);
    } else {
        inflow_event(p, s, w, at - w->total);
    }
    s->ledger.events++;
    if ((++w->fired & 0xfffff) == 0) { /* of this piece: at the same ones, whatever ran before */
        mtl__exact_refresh(p, s, w);   /* sheds what adding and taking away has left in the sums */
        if (s->ledger.events > o->max_events)
            return mtl__fail(err, MTL_ERR_LIMIT, NULL,
                             "more than %.3g events by day %.6g: leap is made for this many",
                             (double)o->max_events, s->t);
    }
    return 0;
}

static int events_until(const mtl__process *p, mtl__state *s, mtl__work *w, double t1,
                        double *pending, double inflow, const mtl__sim_opts *o, mtl_error *err)
{
    double wait = *pending;
    for (;;) {
        const double total = w->total + inflow;
        if (!(total > 0)) {
            *pending = wait;
            return 0;
        }
        if (!(total < 1e15))
            return explodes(s, total, err);
        if (!(wait > 0))
            wait = mtl__rng_exp(&w->rng);
        const double t = s->t + wait / total;
        if (t > t1) {
            const double rest = wait - total * (t1 - s->t);
            *pending = rest > 0 ? rest : 0;
            return 0;
        }
        wait = 0;
        s->t = t;
        MTL_TRY(one_event(p, s, w, mtl__rng_unit(&w->rng) * total, o, err));
    }
}

static void enter_ledger(mtl__state *s, mtl__work *w)
{
    s->ledger.births += w->happened[MTL__DIVIDE];
    s->ledger.deaths += w->happened[MTL__DIE];
    s->ledger.leaves += w->happened[MTL__LEAVE];
    s->ledger.changes += w->happened[MTL__CHANGE0];
    memset(w->happened, 0, sizeof w->happened);
}

double mtl__exact_inflow(const mtl__state *s, const mtl__work *w)
{
    double inflow = 0;
    for (int k = 0; k < w->n_inflow; k++) {
        const mtl__inflow *f = &w->src->inflow[w->inflow[k]];
        inflow += f->rate * s->group[f->group] * w->f_hi[f->factor];
    }
    return inflow;
}

int mtl__exact_run(const mtl__process *p, mtl__state *s, mtl__work *w, double t1, double *pending,
                   const mtl__sim_opts *o, mtl_error *err)
{
    memset(w->happened, 0, sizeof w->happened);
    const int ret = events_until(p, s, w, t1, pending, mtl__exact_inflow(s, w), o, err);
    enter_ledger(s, w);
    if (ret >= 0)
        s->t = t1;
    return ret;
}

/* ---------------------------------------------------------------- one event at a time */
int mtl__exact_peek(const mtl__state *s, mtl__work *w, double inflow, double *pending, double *t,
                    mtl_error *err)
{
    const double total = w->total + inflow;
    *t = HUGE_VAL;
    if (!(total > 0))
        return 0;
    if (!(total < 1e15))
        return explodes(s, total, err);
    if (!(*pending > 0))
        *pending = mtl__rng_exp(&w->rng);
    *t = s->t + *pending / total;
    return 0;
}

int mtl__exact_fire(const mtl__process *p, mtl__state *s, mtl__work *w, double t, double inflow,
                    double *pending, const mtl__sim_opts *o, mtl_error *err)
{
    *pending = 0;
    s->t = t;
    const int ret = one_event(p, s, w, mtl__rng_unit(&w->rng) * (w->total + inflow), o, err);
    enter_ledger(s, w);
    return ret;
}

void mtl__exact_rest(mtl__state *s, mtl__work *w, double t1, double inflow, double *pending)
{
    const double total = w->total + inflow;
    if (total > 0) {
        const double rest = *pending - total * (t1 - s->t);
        *pending = rest > 0 ? rest : 0;
    }
    s->t = t1;
}
