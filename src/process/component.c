/* SPDX-License-Identifier: MIT */
/* Components: types that cells can go round among. Those of one component are followed together, on
   a stream of its own; what they can become for good (a *tail*: cells that never leave, are landed
   in by nobody and change into nothing but tails) is followed with each component that feeds it.
   Clones are independent, so cells of one type that descend from different components need never
   meet; and whatever cells may become, the component from which they come draws what it drew
   without. */
#include <string.h>

#include "process/solver.h"

static int root(int *up, int i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

static void join(int *up, int a, int b)
{
    const int x = root(up, a), y = root(up, b);
    if (x < y)
        up[y] = x;
    else
        up[x] = y;
}

static void find_tails(const mtl__process *p, bool *tail)
{
    for (int i = 0; i < p->n_types; i++)
        tail[i] = p->type[i].row < 0 || !(p->type[i].leave > 0);
    for (int k = 0; k < p->n_land; k++)
        tail[p->land[k].target] = false;
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < p->n_types; i++)
            for (int k = p->type[i].change0; tail[i] && k < p->type[i].change1; k++)
                if (!tail[p->change[k].target]) {
                    tail[i] = false;
                    more = true;
                }
    }
}

/* Unites types (0 .. n_types-1) and rows (after them); the least member of a set is its root. */
static void unite(const mtl__process *p, const bool *tail, int *up)
{
    const int n = p->n_types;
    for (int i = 0; i < n + p->n_rows; i++)
        up[i] = i;
    for (int i = 0; i < n; i++) {
        const mtl__type *t = &p->type[i];
        for (int k = t->change0; k < t->change1; k++)
            if (tail[i] == tail[p->change[k].target])
                join(up, i, p->change[k].target);
        if (t->row >= 0 && t->leave > 0)
            join(up, i, n + t->row);
    }
    for (int r = 0; r < p->n_rows; r++) {
        for (int k = p->row[r].land0; k < p->row[r].land1; k++)
            join(up, n + r, p->land[k].target);
        for (int k = p->row[r].cross0; k < p->row[r].cross1; k++)
            join(up, n + r, n + p->cross[k].target);
    }
}

/* Numbers the sets by their least type, which is their root if they hold any type. All of a
   component share the least of their streams. */
static void number(mtl__process *p, int *up)
{
    const int n = p->n_types;
    p->n_components = 0;
    for (int i = 0; i < n; i++) {
        const int top = root(up, i);
        p->type[i].component = top == i ? p->n_components++ : p->type[top].component;
        if (p->type[i].stream < p->type[top].stream)
            p->type[top].stream = p->type[i].stream;
    }
    for (int i = 0; i < n; i++)
        p->type[i].stream = p->type[root(up, i)].stream;
    for (int r = 0; r < p->n_rows; r++) {
        const int top = root(up, n + r);
        if (top < n)
            p->row[r].component = p->type[top].component;
    }
}

int mtl__components_find(mtl__process *p)
{
    const int m = p->n_types + p->n_rows;
    int *up = mtl__arena_alloc(&p->arena, ((size_t)m + 1) * sizeof *up);
    bool *tail = mtl__arena_alloc(&p->arena, ((size_t)p->n_types + 1) * sizeof *tail);
    if (!up || !tail)
        return MTL_ERR_MEMORY;
    find_tails(p, tail);
    unite(p, tail, up);
    number(p, up);
    return mtl__components_list(p, &p->arena);
}

/* ---------------------------------------------------------------- lists */
/* Adds to list[0 .. n) of component c the tails that they feed, and those that these feed. */
static int add_tails(const mtl__process *p, int c, int *list, int n, int *seen)
{
    for (int k = 0; k < n; k++) {
        const mtl__type *t = &p->type[list[k]];
        for (int x = t->change0; x < t->change1; x++) {
            const int to = p->change[x].target;
            if (p->type[to].component == c || seen[to] == c + 1)
                continue;
            seen[to] = c + 1;
            list[n++] = to;
        }
    }
    return n;
}

int mtl__components_list(mtl__process *p, mtl__arena *a)
{
    const size_t n = (size_t)p->n_types + 1;
    int *start = mtl__arena_alloc(a, ((size_t)p->n_components + 2) * sizeof *start);
    int *own0 = mtl__arena_alloc(a, ((size_t)p->n_components + 2) * sizeof *own0);
    int *own = mtl__arena_alloc(a, n * sizeof *own);
    int *list = mtl__arena_alloc(a, n * sizeof *list);
    int *seen = mtl__arena_alloc(a, n * sizeof *seen);
    if (!start || !own0 || !own || !list || !seen)
        return MTL_ERR_MEMORY;
    for (int i = 0; i < p->n_types; i++)
        own0[p->type[i].component + 2]++;
    for (int c = 0; c < p->n_components; c++)
        own0[c + 2] += own0[c + 1];
    for (int i = 0; i < p->n_types;
         i++) /* each start moves to the next one's, which is its place */
        own[own0[p->type[i].component + 1]++] = i;
    for (int fill = 0; fill <= 1; fill++) {
        int total = 0;
        memset(seen, 0, n * sizeof *seen);
        for (int c = 0; c < p->n_components; c++) {
            const int n_own = own0[c + 1] - own0[c];
            memcpy(list, own + own0[c], (size_t)n_own * sizeof *list);
            const int k = add_tails(p, c, list, n_own, seen);
            if (fill)
                memcpy(p->component_type + total, list, (size_t)k * sizeof *list);
            start[c] = total;
            total += k;
        }
        start[p->n_components] = total;
        if (!fill)
            p->component_type =
                mtl__arena_alloc(a, ((size_t)total + 1) * sizeof *p->component_type);
        if (!p->component_type)
            return MTL_ERR_MEMORY;
    }
    p->component_start = start;
    return 0;
}
