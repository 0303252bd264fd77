/* SPDX-License-Identifier: MIT */
/* The exact solver: event by event, first the type, then the channel.

   Types stand in bins by the power of two of their propensity (composition-rejection: Slepoy,
   Thompson & Plimpton 2008), so that choosing one costs the same for any number of types; the channels
   of a type are drawn from an alias table of their rates per cell, which do not change with counts.
   Rates that carry a factor of the environment enter at their upper bound on the segment, and an event
   is kept with probability factor / bound (thinning), which is exact. A waiting time that reaches past
   the end of a segment keeps its unspent part, so that cutting time shifts no draws. */
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

static void bin_remove(const mtl__process *p, mtl__work *w, int i)
{
    struct mtl__hot *h = &w->hot[i];
    const int b = h->bin;
    int32_t *member = w->bin_member + (size_t)b * (size_t)p->n_types;
    const int32_t last = member[--w->bin_count[b]];
    member[h->slot] = last;
    w->hot[last].slot = h->slot;
    w->bin_sum[b] -= h->weight;
    if (w->bin_count[b] == 0) {
        w->bin_sum[b] = 0;
        w->bins_used[b >> 6] &= ~(1ULL << (b & 63));
    }
    h->bin = -1;
    h->weight = 0;
}

static void bin_insert(const mtl__process *p, mtl__work *w, int i, double weight)
{
    struct mtl__hot *h = &w->hot[i];
    const int b = bin_of(weight);
    h->weight = weight;
    h->bin = b;
    h->slot = w->bin_count[b]++;
    w->bin_member[(size_t)b * (size_t)p->n_types + (size_t)h->slot] = i;
    w->bin_sum[b] += weight;
    w->bins_used[b >> 6] |= 1ULL << (b & 63);
}

static inline void reweigh(const mtl__process *p, const mtl__state *s, mtl__work *w, int i)
{
    struct mtl__hot *h = &w->hot[i];
    const double weight = h->rate * (double)s->n[i];
    if (h->bin >= 0 && weight > 0 && bin_of(weight) == h->bin) {
        w->bin_sum[h->bin] += weight - h->weight;
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
    for (int word = 0; word < MTL__N_BINS / 64; word++)
        w->bins_used[word] = 0;
    memset(w->bin_sum, 0, MTL__N_BINS * sizeof *w->bin_sum);
    memset(w->bin_count, 0, MTL__N_BINS * sizeof *w->bin_count);
    for (int k = 0; k < w->n_list; k++) {
        const int i = w->list[k];
        w->hot[i].bin = -1;
        w->hot[i].weight = 0;
        reweigh(p, s, w, i);
    }
}

/* Rates per cell at their bounds, and the alias table of every type's channels. */
void mtl__exact_prepare(const mtl__process *p, mtl__state *s, mtl__work *w)
{
    for (int k = 0; k < w->n_list; k++) {
        const int i = w->list[k];
        const mtl__type *t = &p->type[i];
        struct mtl__hot *h = &w->hot[i];
        double *r = w->prob, sum;
        r[MTL__DIVIDE] = t->divide * w->f_hi[t->f_divide];
        r[MTL__DIE] = t->die * w->f_hi[t->f_die];
        r[MTL__LEAVE] = t->leave * w->f_hi[t->f_leave];
        sum = r[0] + r[1] + r[2];
        int n = MTL__CHANGE0;
        for (int c = t->change0; c < t->change1; c++) {
            r[n] = p->change[c].rate * w->f_hi[p->change[c].factor];
            sum += r[n++];
        }
        h->rate = sum;
        h->n_channels = n;
        mtl__alias_build(n, r, w->alias + h->alias0, (int32_t *)w->out, r + n);
    }
    mtl__exact_refresh(p, s, w);
}

static inline void count_changes(const mtl__process *p, mtl__state *s, mtl__work *w, int i, int64_t by)
{
    const mtl__type *t = &p->type[i];
    for (int o = t->output0; o < t->output1; o++) {
        const int c = p->output[o].target;
        mtl__cox_advance(p, s, w, c, s->t);
        w->drive[c] += (double)by * p->output[o].rate * w->f_out[p->output[o].factor];
        if (w->drive[c] < 0) /* what rounding leaves when the last seed has gone */
            w->drive[c] = 0;
    }
    s->n[i] += by;
    reweigh(p, s, w, i);
}

/* Keeps an event of a channel with this factor? Refreshes the factors at t when it must. */
static bool thinned(const mtl__process *p, mtl__state *s, mtl__work *w, int factor)
{
    if (factor == 0 || !p->env)
        return false;
    p->env->advance(p->env->ctx, s->t, s->n, w->f);
    return !(mtl__rng_unit(&w->rng) * w->f_hi[factor] < w->f[factor]);
}

static void leaves(const mtl__process *p, mtl__state *s, mtl__work *w, int i)
{
    const mtl__row *row = &p->row[p->type[i].row];
    if (p->env && (row->cross0 < row->cross1 || row->land_varies))
        p->env->advance(p->env->ctx, s->t, s->n, w->f);
    s->ledger.leaves++;
    const int to = mtl__route_one(p, s, w, p->type[i].row);
    if (to == i)
        return;
    count_changes(p, s, w, i, -1);
    if (to >= 0)
        count_changes(p, s, w, to, 1);
}

static void cell_event(const mtl__process *p, mtl__state *s, mtl__work *w, int i)
{
    const mtl__type *t = &p->type[i];
    const int k = mtl__alias_draw(w->alias + w->hot[i].alias0, w->hot[i].n_channels, &w->rng);
    switch (k) {
    case MTL__DIVIDE:
        if (thinned(p, s, w, t->f_divide))
            return;
        s->ledger.births++;
        count_changes(p, s, w, i, 1);
        return;
    case MTL__DIE:
        if (thinned(p, s, w, t->f_die))
            return;
        s->ledger.deaths++;
        count_changes(p, s, w, i, -1);
        return;
    case MTL__LEAVE:
        if (!thinned(p, s, w, t->f_leave))
            leaves(p, s, w, i);
        return;
    default: {
        const mtl__channel *c = &p->change[t->change0 + k - MTL__CHANGE0];
        if (thinned(p, s, w, c->factor))
            return;
        s->ledger.changes++;
        count_changes(p, s, w, i, -1);
        count_changes(p, s, w, c->target, 1);
    }
    }
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
            p->env->advance(p->env->ctx, s->t, s->n, w->f);
        to = mtl__route_one(p, s, w, f->target);
    }
    if (to >= 0)
        count_changes(p, s, w, to, 1);
}

static inline int highest(uint64_t x)
{
    return 63 - __builtin_clzll(x);
}

/* The type whose propensity `at` falls to: its bin by scanning the few used ones from the top, in the
   bin by rejection. */
static inline int choose(const mtl__process *p, mtl__work *w, double at)
{
    int bin = -1;
    for (int word = MTL__N_BINS / 64 - 1; word >= 0 && at >= 0; word--) {
        for (uint64_t used = w->bins_used[word]; used; used &= ~(1ULL << (bin & 63))) {
            bin = word * 64 + highest(used);
            at -= w->bin_sum[bin];
            if (at < 0)
                break;
        }
    }
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

static inline double cells_total(const mtl__work *w)
{
    double total = 0;
    for (int word = MTL__N_BINS / 64 - 1; word >= 0; word--)
        for (uint64_t used = w->bins_used[word]; used; used &= used - 1)
            total += w->bin_sum[word * 64 + __builtin_ctzll(used)];
    return total;
}

int mtl__exact_run(const mtl__process *p, mtl__state *s, mtl__work *w, double t1, double *pending,
                   const mtl__sim_opts *o, mtl_error *err)
{
    double inflow = 0;
    for (int k = 0; k < w->n_inflow; k++) {
        const mtl__inflow *f = &w->src->inflow[w->inflow[k]];
        inflow += f->rate * s->group[f->group] * w->f_hi[f->factor];
    }
    for (;;) {
        const double cells = cells_total(w), total = cells + inflow;
        if (!(total > 0)) {
            s->t = t1;
            return 0;
        }
        if (!(total < 1e15))
            return mtl__fail(err, MTL_ERR_EXPLODES, NULL,
                             "the cells grow without bound: %.3g events a day at day %.6g", total, s->t);
        if (!(*pending > 0))
            *pending = mtl__rng_exp(&w->rng);
        const double dt = *pending / total;
        if (s->t + dt > t1) {
            const double rest = *pending - total * (t1 - s->t);
            *pending = rest > 0 ? rest : 0;
            s->t = t1;
            return 0;
        }
        *pending = 0;
        s->t += dt;
        const double at = mtl__rng_unit(&w->rng) * total;
        if (at < cells) {
            const int i = choose(p, w, at);
            cell_event(p, s, w, i);
            if (s->n[i] > o->max_cells)
                return mtl__fail(err, MTL_ERR_EXPLODES, NULL,
                                 "the cells grow without bound: more than %.3g of one type at day %.6g",
                                 (double)o->max_cells, s->t);
        } else {
            inflow_event(p, s, w, at - cells);
        }
        if ((++s->ledger.events & 0xfffff) == 0) {
            mtl__exact_refresh(p, s, w); /* sheds what adding and taking away has left in the sums */
            if (s->ledger.events > o->max_events)
                return mtl__fail(err, MTL_ERR_LIMIT, NULL, "more than %.3g events",
                                 (double)o->max_events);
        }
    }
}
