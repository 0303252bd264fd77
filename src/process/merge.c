/* SPDX-License-Identifier: MIT */
/* Several sources as one: the backward equation does not depend on the source, so that sources that
   are looked at together, with the same weights at the same date, cost one solution and not one
   each. Groups stay apart, so the sources stay independent. */
#include <math.h>
#include <string.h>

#include "process/process.h"

static bool same_cull(const mtl__cull *a, const mtl__cull *b)
{
    return a->t == b->t && a->keep == b->keep && a->type0 == b->type0 && a->type1 == b->type1 &&
           a->cox0 == b->cox0 && a->cox1 == b->cox1;
}

/* The first of the (sorted) culls that can find cells of a source that starts at t. */
static int first_cull(const mtl__source *s, double t)
{
    int k = 0;
    while (k < s->n_culls && !(s->cull[k].t > t))
        k++;
    return k;
}

bool mtl__source_alike(const mtl__source *a, const mtl__source *b)
{
    const double start = mtl__max(mtl__source_start(a), mtl__source_start(b));
    int i = first_cull(a, start), j = first_cull(b, start);
    if (a->n_culls - i != b->n_culls - j)
        return false;
    for (; i < a->n_culls; i++, j++)
        if (!same_cull(&a->cull[i], &b->cull[j]))
            return false;
    return true;
}

static void *get(mtl__arena *a, bool *ok, int n, size_t size)
{
    void *x = mtl__arena_alloc(a, ((size_t)n + 1) * size);
    *ok = *ok && x;
    return x;
}

static void append(mtl__source *out, const mtl__source *s)
{
    const int group0 = out->n_groups;
    for (int k = 0; k < s->n_groups; k++)
        out->group[out->n_groups++] = s->group[k];
    for (int k = 0; k < s->n_inflows; k++) {
        mtl__inflow *f = &out->inflow[out->n_inflows++];
        *f = s->inflow[k];
        f->group += group0;
    }
    for (int k = 0; k < s->n_bursts; k++) {
        mtl__burst *b = &out->burst[out->n_bursts++];
        *b = s->burst[k];
        b->group += group0;
    }
}

int mtl__source_merge(mtl__source *out, mtl__arena *a, const mtl__source *const *s, int n)
{
    int groups = 0, inflows = 0, bursts = 0, earliest = 0;
    bool ok = true;
    *out = (mtl__source){0};
    for (int i = 0; i < n; i++) {
        groups += s[i]->n_groups;
        inflows += s[i]->n_inflows;
        bursts += s[i]->n_bursts;
        if (mtl__source_start(s[i]) < mtl__source_start(s[earliest]))
            earliest = i;
    }
    out->group = get(a, &ok, groups, sizeof *out->group);
    out->inflow = get(a, &ok, inflows, sizeof *out->inflow);
    out->burst = get(a, &ok, bursts, sizeof *out->burst);
    if (!ok)
        return MTL_ERR_MEMORY;
    for (int i = 0; i < n; i++)
        append(out, s[i]);
    if (n > 0) { /* the longest list: culls before a source starts find none of its cells */
        out->cull = s[earliest]->cull;
        out->n_culls = s[earliest]->n_culls;
    }
    mtl__source_sort(out);
    return 0;
}
