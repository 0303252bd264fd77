/* SPDX-License-Identifier: MIT */
/* What becomes of a cell that leaves into a hub: loss, landing or crossing compete at once.
   Crossings are decided on a stream of their own, before the rest and with the weights they have at
   that moment, so that a conduit that opens does not shift the draws of cells that never pass it. A
   row's landing draws come from an alias table of the weights that stand; where weights that carry
   factors are not 0 all are scanned, so that a factor that is shut shifts no draws either. */
#include "process/solver.h"

/* Walker's alias method: each of n slots keeps its own outcome below `cut`, else gives another. */
void mtl__alias_build(int n, const double *weight, mtl__alias *out, int32_t *stack, double *scaled)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += weight[i];
    int small = 0, large = n; /* stack[0, small) and stack[large, n) */
    for (int i = 0; i < n; i++) {
        scaled[i] = sum > 0 ? weight[i] / sum * n : 1;
        out[i] = (mtl__alias){1, i};
        if (scaled[i] < 1)
            stack[small++] = i;
        else
            stack[--large] = i;
    }
    while (small > 0 && large < n) {
        const int32_t s = stack[--small], l = stack[large];
        out[s] = (mtl__alias){scaled[s], l};
        scaled[l] = (scaled[l] + scaled[s]) - 1;
        if (scaled[l] < 1) {
            large++;
            stack[small++] = l;
        }
    }
}

/* Tables over [loss, land0 .. land_moving) of every row. */
void mtl__rows_prepare(const mtl__process *p, mtl__work *w)
{
    for (int r = 0; r < p->n_rows; r++) {
        const mtl__row *row = &p->row[r];
        const int n = row->land_moving - row->land0 + 1;
        w->prob[0] = row->loss;
        for (int k = 1; k < n; k++)
            w->prob[k] = p->land[row->land0 + k - 1].rate;
        mtl__alias_build(n, w->prob, w->row_alias + w->row_alias0[r], (int32_t *)w->out,
                         w->prob + n);
    }
}

/* Weights of landings that carry factors, as they are now. */
static double moving_total(const mtl__process *p, const mtl__work *w, const mtl__row *row)
{
    double sum = 0;
    for (int k = row->land_moving; k < row->land1; k++)
        sum += p->land[k].rate * mtl__factor_now(w, p->land[k].factor);
    return sum;
}

static double land_total(const mtl__process *p, const mtl__work *w, const mtl__row *row)
{
    return row->land_sum + moving_total(p, w, row);
}

static double cross_total(const mtl__process *p, const mtl__work *w, const mtl__row *row)
{
    double sum = 0;
    for (int k = row->cross0; k < row->cross1; k++)
        sum += p->cross[k].rate * mtl__factor_now(w, p->cross[k].factor);
    return sum;
}

/* Index of the channel in [k0, k1) that `at` of the summed weights falls into. */
static int scan(const mtl__channel *c, const mtl__work *w, int k0, int k1, double at)
{
    int last = k0;
    for (int k = k0; k < k1; k++) {
        const double x = c[k].rate * mtl__factor_now(w, c[k].factor);
        if (x > 0)
            last = k;
        if (at < x)
            return k;
        at -= x;
    }
    return last;
}

int mtl__route_one(const mtl__process *p, mtl__state *s, mtl__work *w, int r)
{
    for (;;) {
        const mtl__row *row = &p->row[r];
        const double moving = moving_total(p, w, row), land = row->land_sum + moving;
        mtl__rng *rng = &w->rng;
        if (row->cross0 < row->cross1) {
            const double cross = cross_total(p, w, row), all = cross + land + row->loss;
            if (cross > 0 && mtl__rng_unit(&w->side) * all < cross) {
                const int k =
                    scan(p->cross, w, row->cross0, row->cross1, mtl__rng_unit(&w->side) * cross);
                r = p->cross[k].target;
                s->ledger.crossed++;
                continue;
            }
        }
        if (!(land + row->loss > 0)) {
            s->ledger.lost++;
            return -1;
        }
        int k;
        if (moving > 0) {
            const double at = mtl__rng_unit(rng) * (land + row->loss);
            k = at < row->loss
                    ? 0
                    : 1 + scan(p->land, w, row->land0, row->land1, at - row->loss) - row->land0;
        } else {
            k = mtl__alias_draw(w->row_alias + w->row_alias0[r], row->land_moving - row->land0 + 1,
                                rng);
        }
        if (k == 0) {
            s->ledger.lost++;
            return -1;
        }
        s->ledger.landed++;
        return p->land[row->land0 + k - 1].target;
    }
}

/* n cells over the landings of a row, crossings already taken out. */
static void land_many(const mtl__process *p, mtl__state *s, mtl__work *w, const mtl__row *row,
                      int r, int64_t n, int64_t *to)
{
    const double moving = moving_total(p, w, row);
    const int m = row->land_moving - row->land0 + 1;
    const int end = moving > 0 ? row->land1 : row->land_moving;
    if (!(moving > 0) && n < 2 * m) {
        for (int64_t i = 0; i < n; i++) {
            const int k = mtl__alias_draw(w->row_alias + w->row_alias0[r], m, &w->rng);
            if (k == 0) {
                s->ledger.lost++;
            } else {
                s->ledger.landed++;
                to[p->land[row->land0 + k - 1].target]++;
            }
        }
        return;
    }
    double left = row->land_sum + moving + row->loss;
    int64_t rest = n;
    int open = -1;
    for (int k = row->land0; k < end && rest > 0; k++) {
        const double x = p->land[k].rate * mtl__factor_now(w, p->land[k].factor);
        const double pr = left > 0 ? x / left : 0;
        const int64_t got = mtl__rng_binomial(&w->rng, rest, pr < 1 ? pr : 1);
        open = x > 0 ? k : open;
        to[p->land[k].target] += got;
        s->ledger.landed += got;
        rest -= got;
        left -= x;
    }
    /* With no loss the rest is rounding of the last probability: it lands where that was. */
    if (rest > 0 && !(row->loss > 0) && open >= 0) {
        to[p->land[open].target] += rest;
        s->ledger.landed += rest;
        rest = 0;
    }
    s->ledger.lost += rest;
}

/* Of n cells in row r, those that cross go to next[] (on the side stream), the rest are landed or
 * lost. */
static int64_t cross_and_land(const mtl__process *p, mtl__state *s, mtl__work *w, int r, int64_t n,
                              int64_t *next, int64_t *to)
{
    const mtl__row *row = &p->row[r];
    double left = cross_total(p, w, row);
    const double all = left + land_total(p, w, row) + row->loss;
    const int64_t crossing = left > 0 ? mtl__rng_binomial(&w->side, n, mtl__min(1, left / all)) : 0;
    int64_t rest = crossing;
    for (int k = row->cross0; k < row->cross1 && rest > 0; k++) {
        const double x = p->cross[k].rate * mtl__factor_now(w, p->cross[k].factor);
        const bool last = k == row->cross1 - 1 || x >= left;
        const int64_t got = mtl__rng_binomial(&w->side, rest, last ? 1 : x / left);
        next[p->cross[k].target] += got;
        rest -= got;
        left -= x;
    }
    s->ledger.crossed += crossing;
    if (n > crossing)
        land_many(p, s, w, row, r, n - crossing, to);
    return crossing;
}

void mtl__route_many(const mtl__process *p, mtl__state *s, mtl__work *w, int row, int64_t n,
                     int64_t *to)
{
    if (n == 0)
        return;
    if (p->row[row].cross0 == p->row[row].cross1) {
        land_many(p, s, w, &p->row[row], row, n, to);
        return;
    }
    /* Sweeps over the rows until nobody is on the way: crossings may lead round, and each takes its
     * share. */
    int64_t *now = w->row_n, *next = w->row_next;
    for (int k = 0; k < w->n_row_list; k++)
        now[w->row_list[k]] = next[w->row_list[k]] = 0;
    int64_t crossing = cross_and_land(p, s, w, row, n, next, to);
    while (crossing > 0) {
        int64_t *swap = now;
        now = next;
        next = swap;
        crossing = 0;
        for (int k = 0; k < w->n_row_list; k++)
            next[w->row_list[k]] = 0;
        for (int k = 0; k < w->n_row_list; k++)
            if (now[w->row_list[k]] > 0)
                crossing += cross_and_land(p, s, w, w->row_list[k], now[w->row_list[k]], next, to);
    }
}

void mtl__route_mean(const mtl__process *p, mtl__work *w, int row, double mass, double *to)
{
    double *now = w->row_mass, *next = w->row_mass2;
    const mtl__row *at = &p->row[row];
    if (at->cross0 == at->cross1) { /* the common case without the vectors of rows */
        const double total = land_total(p, w, at) + at->loss;
        for (int k = at->land0; total > 0 && k < at->land1; k++)
            to[p->land[k].target] +=
                mass * p->land[k].rate * mtl__factor_now(w, p->land[k].factor) / total;
        return;
    }
    for (int k = 0; k < w->n_row_list; k++)
        now[w->row_list[k]] = 0;
    now[row] = mass;
    double moving = mass;
    for (int hop = 0; hop < 1000 && moving > mass * 1e-18; hop++) {
        moving = 0;
        for (int k = 0; k < w->n_row_list; k++)
            next[w->row_list[k]] = 0;
        for (int i = 0; i < w->n_row_list; i++) {
            const int r = w->row_list[i];
            if (!(now[r] > 0))
                continue;
            const mtl__row *q = &p->row[r];
            const double total = land_total(p, w, q) + cross_total(p, w, q) + q->loss;
            for (int k = q->land0; total > 0 && k < q->land1; k++)
                to[p->land[k].target] +=
                    now[r] * p->land[k].rate * mtl__factor_now(w, p->land[k].factor) / total;
            for (int k = q->cross0; total > 0 && k < q->cross1; k++) {
                const double x =
                    now[r] * p->cross[k].rate * mtl__factor_now(w, p->cross[k].factor) / total;
                next[p->cross[k].target] += x;
                moving += x;
            }
        }
        double *swap = now;
        now = next;
        next = swap;
    }
}
