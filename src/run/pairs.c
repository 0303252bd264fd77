/* SPDX-License-Identifier: MIT */
/* Which donors' cells can be in which body, and since when: found by cutting out, for every
   inoculum, what it can reach, which is what the replicates will follow. */
#include <math.h>
#include <stdlib.h>

#include "run/run_internal.h"

typedef struct found {
    int host, donor;
    double since;
} found;
typedef struct finds {
    found *x;
    size_t n, cap;
} finds;

static int by_host(const void *a, const void *b)
{
    const found *x = a, *y = b;
    if (x->host != y->host)
        return x->host < y->host ? -1 : 1;
    if (x->donor != y->donor)
        return x->donor < y->donor ? -1 : 1;
    return (x->since > y->since) - (x->since < y->since);
}

static int find_bodies(finds *f, const mtl__world *w, const mtl__part *part, int donor)
{
    int body = -1, type0 = 0, type1 = 0, cox0 = 0, cox1 = 0;
    while (mtl__next_body(w, part, &body, &type0, &type1, &cox0, &cox1)) {
        double since = HUGE_VAL;
        for (int i = type0; i < type1; i++)
            since = mtl__min(since, part->type_since[i]);
        for (int i = cox0; i < cox1; i++)
            since = mtl__min(since, part->cox_since[i]);
        if (w->body_person[body] == donor)
            continue;
        MTL_TRY(mtl__grow(&f->x, &f->cap, f->n + 1, sizeof *f->x));
        f->x[f->n++] = (found){w->body_person[body], donor, since};
    }
    return 0;
}

static int find_all(finds *f, const mtl__plan *p, mtl_error *err)
{
    const mtl__world *w = p->world;
    mtl__cutter *cutter;
    mtl__part part = {0};
    MTL_TRY(mtl__cutter_new(&cutter, w->process, err));
    int ret = 0;
    for (int k = 0; ret == 0 && k < w->n_inocula; k++) {
        ret = mtl__part_cut(&part, cutter, &w->inoculum[k].source, p->r->time[p->r->n_times - 1],
                            err);
        if (ret == 0 && find_bodies(f, w, &part, w->inoculum[k].donor) < 0)
            ret = mtl__nomem(err);
    }
    mtl__part_free(&part);
    mtl__cutter_free(cutter);
    return ret;
}

int mtl__plan_pairs(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    finds f = {0};
    int ret = find_all(&f, p, err);
    const size_t np = (size_t)r->s->n_people;
    r->pair = ret == 0 ? mtl__arena_alloc(&r->arena, (f.n + 1) * sizeof *r->pair) : NULL;
    p->host_pair0 = ret == 0 ? mtl__arena_alloc(&r->arena, (np + 2) * sizeof *p->host_pair0) : NULL;
    if (ret == 0 && (!r->pair || !p->host_pair0))
        ret = mtl__nomem(err);
    if (ret == 0 && f.n)
        qsort(f.x, f.n, sizeof *f.x, by_host);
    for (size_t i = 0; ret == 0 && i < f.n; i++) {
        const found *x = &f.x[i];
        if (i && x[-1].host == x->host && x[-1].donor == x->donor)
            continue; /* the earliest stands first */
        r->pair[r->n_pairs++] =
            (mtl__pair){.host = x->host,
                        .donor = x->donor,
                        .t_start = x->since,
                        .relation = mtl__scenario_relation(r->s, x->host, x->donor)};
        p->host_pair0[x->host + 1] = r->n_pairs;
    }
    for (size_t i = 1; ret == 0 && i <= np; i++) /* hosts without pairs */
        if (p->host_pair0[i] < p->host_pair0[i - 1])
            p->host_pair0[i] = p->host_pair0[i - 1];
    free(f.x);
    return ret;
}

int mtl__pair_of(const mtl__plan *p, int host, int donor)
{
    int lo = p->host_pair0[host], hi = p->host_pair0[host + 1];
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        if (p->r->pair[mid].donor < donor)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->host_pair0[host + 1] && p->r->pair[lo].donor == donor ? lo : -1;
}
