/* SPDX-License-Identifier: MIT */
/* What a source can reach while it is followed: from its targets along changes, landings and
   crossings whose bounds over that time are not zero. A conduit that closed before the source
   began, or opens after the last record, leads nowhere, so that in a family a source is followed in
   the few bodies it can come to, and a family costs what its people cost. Types that cannot be
   reached hold no cells and draw nothing: leaving them out changes no result. */
#include <stdlib.h>

#include "process/solver.h"

static int by_number(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static void meet_type(mtl__work *w, int i)
{
    if (w->mark[i])
        return;
    w->mark[i] = true;
    w->reached[w->n_list++] = i;
}

static void meet_row(const mtl__process *p, mtl__work *w, int r)
{
    if (w->mark[p->n_types + r])
        return;
    w->mark[p->n_types + r] = true;
    w->row_list[w->n_row_list++] = r;
}

static void meet(const mtl__process *p, mtl__work *w, enum mtl__target to, int target)
{
    if (to == MTL__TO_COX)
        return;
    const int component = to == MTL__TO_TYPE ? p->type[target].component : p->row[target].component;
    if (component != w->component)
        return;
    if (to == MTL__TO_TYPE)
        meet_type(w, target);
    else
        meet_row(p, w, target);
}

static bool open_now(const mtl__work *w, const mtl__channel *c)
{
    return c->factor == 0 || w->f_hi[c->factor] > 0;
}

static void from_type(const mtl__process *p, mtl__work *w, const mtl__type *t)
{
    for (int k = t->change0; k < t->change1; k++)
        if (open_now(w, &p->change[k]))
            meet_type(w, p->change[k].target);
    if (t->row >= 0 && t->leave > 0)
        meet_row(p, w, t->row);
}

static void from_row(const mtl__process *p, mtl__work *w, const mtl__row *row)
{
    for (int k = row->land0; k < row->land1; k++)
        if (open_now(w, &p->land[k]))
            meet_type(w, p->land[k].target);
    for (int k = row->cross0; k < row->cross1; k++)
        if (open_now(w, &p->cross[k]))
            meet_row(p, w, p->cross[k].target);
}

void mtl__driven(const mtl__process *p, mtl__work *w)
{
    w->n_active_cox = 0;
    for (int k = 0; k < w->n_list; k++) {
        const mtl__type *t = &p->type[w->list[k]];
        for (int o = t->output0; o < t->output1; o++) {
            const int c = p->output[o].target;
            if (w->cox_marked[c] || !open_now(w, &p->output[o]))
                continue;
            w->active_cox[w->n_active_cox++] = c;
            w->cox_marked[c] = true;
        }
    }
    for (int k = 0; k < w->n_active_cox; k++)
        w->cox_marked[w->active_cox[k]] = false;
}

/* All types and rows at once, where an environment answers to the cells. */
static void everything(const mtl__process *p, mtl__work *w)
{
    w->n_row_list = p->n_rows;
    for (int r = 0; r < p->n_rows; r++)
        w->row_list[r] = r;
}

void mtl__narrow(const mtl__process *p, mtl__work *w)
{
    const mtl__source *src = w->src;
    if (w->component < 0) {
        everything(p, w);
        mtl__driven(p, w);
        return;
    }
    w->n_list = w->n_row_list = 0;
    for (int k = 0; k < src->n_inflows; k++)
        meet(p, w, src->inflow[k].to, src->inflow[k].target);
    for (int k = 0; k < src->n_bursts; k++)
        meet(p, w, src->burst[k].to, src->burst[k].target);
    for (int i = 0, r = 0; i < w->n_list || r < w->n_row_list;) {
        if (i < w->n_list)
            from_type(p, w, &p->type[w->reached[i++]]);
        else
            from_row(p, w, &p->row[w->row_list[r++]]);
    }
    for (int k = 0; k < w->n_list; k++)
        w->mark[w->reached[k]] = false;
    for (int k = 0; k < w->n_row_list; k++)
        w->mark[p->n_types + w->row_list[k]] = false;
    /* in order: draws are made in it */
    if (w->n_list > 1)
        qsort(w->reached, (size_t)w->n_list, sizeof *w->reached, by_number);
    if (w->n_row_list > 1)
        qsort(w->row_list, (size_t)w->n_row_list, sizeof *w->row_list, by_number);
    w->list = w->reached;
    mtl__driven(p, w);
}
