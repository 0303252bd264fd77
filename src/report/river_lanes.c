/* SPDX-License-Identifier: MIT */
/* Lanes from top to bottom: a mother above her children, the youngest child nearest to her, so that
   the channel of an older child passes before the lanes of the younger ones begin. Whoever only
   gives stands next to the first body that takes. Streams in a lane: in order of coming. */
#include <math.h>
#include <stdlib.h>

#include "report/river.h"

/* ---------------------------------------------------------------- order of people */

typedef struct walk {
    mtl__river *v;
    bool *done;
    int *first, *next, *stack; /* pregnancies of a person, by date; people still to come */
    int n;
} walk;

static bool gives(const mtl__river *v, int who)
{
    for (int k = 0; k < v->n_flows; k++)
        if (v->flow[k].giver == who)
            return true;
    return false;
}

/* Donors without relatives follow the first body that took from them. */
static void strangers_of(walk *w, int host)
{
    const mtl_scenario *s = w->v->s;
    for (int k = 0; k < s->n_contacts; k++) {
        const int g = s->contact[k].giver;
        if (s->contact[k].taker == host && !w->done[g] && s->person[g].mother < 0 &&
            w->first[g] < 0) {
            w->done[g] = true;
            w->v->order[w->n++] = g;
        }
    }
}

/* A mother, then all below her: later pregnancies first. Without recursion: families may be deep.
 */
static void descend(walk *w, int root)
{
    const mtl_scenario *s = w->v->s;
    int depth = 0;
    w->stack[depth++] = root;
    while (depth > 0) {
        const int who = w->stack[--depth];
        if (w->done[who])
            continue;
        w->done[who] = true;
        w->v->order[w->n++] = who;
        strangers_of(w, who);
        for (int g = w->first[who]; g >= 0; g = w->next[g])
            for (int c = 0; c < s->pregnancy[g].n_children; c++) {
                const int child = s->child[s->pregnancy[g].child0 + c].person;
                if (!w->done[child] && depth < w->v->n)
                    w->stack[depth++] = child;
            }
    }
}

static int order_people(mtl__river *v, mtl_error *err)
{
    const mtl_scenario *s = v->s;
    const size_t n = (size_t)v->n + 1, np = (size_t)s->n_pregnancies + 1;
    walk w = {v,
              mtl__arena_alloc(&v->arena, n * sizeof *w.done),
              mtl__arena_alloc(&v->arena, n * sizeof *w.first),
              mtl__arena_alloc(&v->arena, np * sizeof *w.next),
              mtl__arena_alloc(&v->arena, n * sizeof *w.stack),
              0};
    v->order = mtl__arena_alloc(&v->arena, n * sizeof *v->order);
    if (!w.done || !w.first || !w.next || !w.stack || !v->order)
        return mtl__nomem(err);
    for (int i = 0; i < v->n; i++)
        w.first[i] = -1;
    for (int g = s->n_pregnancies - 1; g >= 0; g--) {
        w.next[g] = w.first[s->pregnancy[g].mother];
        w.first[s->pregnancy[g].mother] = g;
    }
    for (int pass = 0; pass < 3; pass++)
        for (int i = 0; i < v->n; i++) {
            const bool root = pass == 2 || s->person[i].mother < 0;
            if (!w.done[i] && root && (pass > 0 ? pass == 2 || v->body[i] : w.first[i] >= 0))
                descend(&w, i);
        }
    return 0;
}

/* ---------------------------------------------------------------- lanes and streams */

static int by_coming(const void *a, const void *b)
{
    const mtl__stream *x = *(mtl__stream *const *)a, *y = *(mtl__stream *const *)b;
    if (x->t_start < y->t_start || x->t_start > y->t_start)
        return x->t_start < y->t_start ? -1 : 1;
    if (x->flow != y->flow)
        return x->flow - y->flow;
    return x->donor - y->donor;
}

/* The giver's own cells before those that they carry along. */
static void own_first(const mtl__river *v, mtl__stream **x, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && x[k]->flow >= 0 && x[k]->flow == x[k - 1]->flow &&
                        v->flow[x[k]->flow].giver == x[k]->donor;
             k--) {
            mtl__stream *const swap = x[k];
            x[k] = x[k - 1];
            x[k - 1] = swap;
        }
}

/* Puts the streams of each body together, in the order of the lanes. */
static int sort_streams(mtl__river *v, mtl_error *err)
{
    const size_t n = (size_t)v->n_streams + 1;
    mtl__stream *sorted = mtl__arena_alloc(&v->arena, n * sizeof *sorted);
    mtl__stream **host = mtl__arena_alloc(&v->arena, n * sizeof *host);
    int at = 0;
    if (!sorted || !host)
        return mtl__nomem(err);
    for (int l = 0; l < v->n_lanes; l++) {
        mtl__lane *lane = &v->lane[l];
        int many = 0;
        for (int d = 0; d < v->n; d++)
            if (mtl__river_stream(v, lane->person, d))
                host[many++] = mtl__river_stream(v, lane->person, d);
        if (many > 1)
            qsort(host, (size_t)many, sizeof *host, by_coming);
        own_first(v, host, many);
        lane->stream0 = at;
        lane->n_streams = many;
        for (int k = 0; k < many; k++) {
            sorted[at++] = *host[k];
        }
    }
    v->stream = sorted;
    v->n_streams = at;
    for (int k = 0; k < at; k++)
        v->stream_at[(size_t)sorted[k].host * v->n + sorted[k].donor] = k;
    return 0;
}

static double begins(const mtl__river *v, int who)
{
    const mtl__person *p = &v->s->person[who];
    double t = isfinite(p->conceived) ? p->conceived : p->born;
    for (int k = 0; k < v->n_flows; k++)
        if ((v->flow[k].giver == who || v->flow[k].taker == who) && !isfinite(p->conceived))
            t = isfinite(t) ? mtl__min(t, v->flow[k].t0) : v->flow[k].t0;
    return t;
}

int mtl__river_lanes(mtl__river *v, mtl_error *err)
{
    const size_t n = (size_t)v->n + 1;
    v->lane = mtl__arena_alloc(&v->arena, n * sizeof *v->lane);
    v->lane_of = mtl__arena_alloc(&v->arena, n * sizeof *v->lane_of);
    if (!v->lane || !v->lane_of)
        return mtl__nomem(err);
    MTL_TRY(order_people(v, err));
    for (int k = 0; k < v->n; k++) {
        const int who = v->order[k];
        const double died = v->s->person[who].died;
        v->lane_of[who] = -1;
        if (!v->body[who] && !gives(v, who))
            continue;
        v->lane_of[who] = v->n_lanes;
        v->lane[v->n_lanes++] = (mtl__lane){.person = who,
                                            .body = v->body[who],
                                            .t0 = begins(v, who),
                                            .t1 = isfinite(died) ? mtl__min(died, v->t1) : v->t1};
        /* Only what the channels need: a birth long before is cut off at the margin. */
        if (isfinite(v->lane[v->n_lanes - 1].t0))
            v->t0 = mtl__min(v->t0, v->lane[v->n_lanes - 1].t0);
    }
    if (!isfinite(v->t0))
        v->t0 = v->t1 - MTL_DAYS_PER_YEAR;
    if (!(v->t1 > v->t0))
        v->t1 = v->t0 + MTL_DAYS_PER_YEAR;
    for (int l = 0; l < v->n_lanes; l++)
        if (!isfinite(v->lane[l].t0))
            v->lane[l].t0 = v->t0;
    return sort_streams(v, err);
}
