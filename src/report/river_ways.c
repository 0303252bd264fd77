/* SPDX-License-Identifier: MIT */
/* Who can have whose cells, and by which way, from the scenario alone: the giver's own cells go
   with every pregnancy and contact, and with them whatever foreign cells the giver's body can have
   held by then (design 1: a conduit carries what passes through the hub). The same closure that a
   run makes of its inocula; with a result at hand its pairs are taken instead, and this only says
   by which way they came. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "family/scenario_text.h"
#include "report/river.h"

/* Two tables of n x n are held: more people than this are not one page. */
enum { MAX_PEOPLE = 2000 };

/* ---------------------------------------------------------------- bodies and flows */

static void add_flow(mtl__river *v, const mtl__flow *f)
{
    if (v->body[f->taker])
        v->flow[v->n_flows++] = *f;
}

static int find_flows(mtl__river *v, mtl_error *err)
{
    const mtl_scenario *s = v->s;
    const size_t most = 2 * (size_t)s->n_children + (size_t)s->n_contacts + 1;
    v->flow = mtl__arena_alloc(&v->arena, most * sizeof *v->flow);
    if (!v->flow)
        return mtl__nomem(err);
    for (int i = 0; i < s->n_pregnancies; i++) {
        const mtl__pregnancy *p = &s->pregnancy[i];
        for (int k = 0; k < p->n_children; k++) {
            const mtl__conceptus *c = &s->child[p->child0 + k];
            const double end = isfinite(c->ended) ? c->ended : s->t_end;
            add_flow(v, &(mtl__flow){p->mother, c->person, i, -1, p->conceived, end});
            add_flow(v, &(mtl__flow){c->person, p->mother, i, -1, p->conceived, end});
        }
    }
    for (int i = 0; i < s->n_contacts; i++) {
        const mtl__contact *c = &s->contact[i];
        add_flow(v, &(mtl__flow){c->giver, c->taker, -1, i, c->t0, mtl__max(c->t1, c->t0 + 1)});
    }
    return 0;
}

/* ---------------------------------------------------------------- who reaches whom */

typedef struct reach {
    double *since;
    int *flow;
} reach;

/* A conduit carries on what its giver held before it closed. */
static bool spread(const mtl__river *v, reach *z)
{
    bool more = false;
    for (int k = 0; k < v->n_flows; k++) {
        const mtl__flow *f = &v->flow[k];
        for (int d = 0; d < v->n; d++) {
            const size_t to = (size_t)f->taker * v->n + d;
            double come = f->t0;
            if (d == f->taker || (d != f->giver && !v->body[f->giver]))
                continue;
            if (d != f->giver)
                come = mtl__max(come, z->since[(size_t)f->giver * v->n + d]);
            if (come < f->t1 && come < z->since[to]) {
                z->since[to] = come;
                z->flow[to] = k;
                more = true;
            }
        }
    }
    return more;
}

/* Where a donor gave directly about as early as through somebody else, the direct way is the one
   to draw: a twin's own cells through joined vessels rather than through the mother. */
static void prefer_direct(const mtl__river *v, reach *z)
{
    for (int k = v->n_flows - 1; k >= 0; k--) {
        const mtl__flow *f = &v->flow[k];
        const size_t to = (size_t)f->taker * v->n + f->giver;
        if (z->flow[to] >= 0 && v->flow[z->flow[to]].giver != f->giver &&
            f->t0 < z->since[to] + MTL_DAYS_PER_YEAR)
            z->flow[to] = k;
    }
}

static int find_streams(mtl__river *v, mtl_error *err)
{
    const size_t nn = (size_t)v->n * v->n;
    reach z = {mtl__arena_alloc(&v->arena, (nn + 1) * sizeof *z.since),
               mtl__arena_alloc(&v->arena, (nn + 1) * sizeof *z.flow)};
    v->stream_at = mtl__arena_alloc(&v->arena, (nn + 1) * sizeof *v->stream_at);
    if (!z.since || !z.flow || !v->stream_at)
        return mtl__nomem(err);
    for (size_t i = 0; i < nn; i++) {
        z.since[i] = INFINITY;
        v->stream_at[i] = z.flow[i] = -1;
    }
    while (spread(v, &z))
        ;
    prefer_direct(v, &z);
    const mtl__pair **pair = mtl__arena_alloc(&v->arena, (nn + 1) * sizeof *pair);
    size_t n = 0;
    for (int k = 0; pair && v->r && k < v->r->n_pairs; k++)
        pair[(size_t)v->r->pair[k].host * v->n + v->r->pair[k].donor] = &v->r->pair[k];
    for (size_t i = 0; pair && i < nn; i++)
        n += v->r ? pair[i] != NULL : z.since[i] < INFINITY;
    v->stream = pair ? mtl__arena_alloc(&v->arena, (n + 1) * sizeof *v->stream) : NULL;
    if (!v->stream)
        return mtl__nomem(err);
    for (size_t i = 0; i < nn; i++) {
        if (v->r ? pair[i] == NULL : !(z.since[i] < INFINITY))
            continue;
        v->stream_at[i] = v->n_streams;
        v->stream[v->n_streams++] =
            (mtl__stream){.host = (int)(i / v->n),
                          .donor = (int)(i % v->n),
                          .flow = z.flow[i],
                          .t_start = pair[i] ? pair[i]->t_start : z.since[i],
                          .pair = pair[i],
                          .k1 = -1,
                          .most = NAN,
                          .x0 = NAN};
    }
    return 0;
}

mtl__stream *mtl__river_stream(const mtl__river *v, int host, int donor)
{
    const int i = v->stream_at[(size_t)host * v->n + donor];
    return i < 0 ? NULL : &v->stream[i];
}

/* ---------------------------------------------------------------- expected cells */

/* The last date of a person in the page. */
static double last_day(const mtl__river *v, int who)
{
    const double died = v->s->person[who].died;
    return isfinite(died) ? mtl__min(died, v->t1) : v->t1;
}

static int sum_cells(mtl__river *v, mtl__stream *x, mtl_error *err)
{
    const mtl_result *r = v->r;
    const mtl_model *m = r->m;
    const size_t nc = (size_t)r->n_coarse;
    x->cells = mtl__arena_alloc(&v->arena, (nc + 1) * sizeof *x->cells);
    x->blood = mtl__arena_alloc(&v->arena, (nc + 1) * sizeof *x->blood);
    if (!x->cells || !x->blood)
        return mtl__nomem(err);
    for (int o = 0; o < m->n_organs; o++)
        for (int kd = 0; kd < m->n_kinds; kd++)
            for (size_t k = 0; k < nc; k++) {
                const mtl__band *b =
                    &x->pair->cells[((size_t)o * (size_t)m->n_kinds + (size_t)kd) * nc + k];
                x->cells[k] += (double)b->mean;
                x->blood[k] += o == m->blood ? (double)b->mean : 0;
            }
    const double end = last_day(v, x->host);
    /* From the first date after a pregnancy on: before, the cells are only coming. */
    const mtl__flow *f = x->flow >= 0 ? &v->flow[x->flow] : NULL;
    const double come = f && f->pregnancy >= 0 ? mtl__max(f->t1, x->t_start) : x->t_start;
    x->k1 = r->n_coarse - 1;
    while (x->k1 >= 0 && r->coarse[x->k1] > end + 0.5)
        x->k1--;
    x->k0 = 0;
    while (x->k0 < r->n_coarse && r->coarse[x->k0] < x->t_start)
        x->k0++;
    while (x->k0 < x->k1 && (r->coarse[x->k0] < come || !(x->cells[x->k0] > 0)))
        x->k0++;
    for (int k = x->k0; k <= x->k1; k++)
        x->most = isnan(x->most) ? x->cells[k] : mtl__max(x->most, x->cells[k]);
    return 0;
}

double mtl__stream_end(const mtl__stream *x, const double *cells)
{
    return cells && x->k1 >= x->k0 ? cells[x->k1] : NAN;
}

int mtl__river_new(mtl__river *v, const mtl_scenario *s, const mtl_result *r, mtl_error *err)
{
    *v = (mtl__river){.s = s, .r = r, .n = s->n_people, .t0 = INFINITY, .t1 = s->t_end};
    mtl__arena_init(&v->arena, 0);
    if (r && r->s != s)
        return mtl__fail(err, MTL_ERR_USAGE, "r", "the result is of another scenario");
    if (s->n_people > MAX_PEOPLE)
        return mtl__fail(err, MTL_ERR_LIMIT, "people",
                         "a family of %d people is more than one page shows (%d)", s->n_people,
                         MAX_PEOPLE);
    v->body = mtl__arena_alloc(&v->arena, ((size_t)v->n + 1) * sizeof *v->body);
    if (!v->body || mtl__scenario_bodies(s, v->body) < 0)
        return mtl__nomem(err);
    MTL_TRY(find_flows(v, err));
    MTL_TRY(find_streams(v, err));
    if (r && r->n_times > 0)
        v->t1 = mtl__max(v->t1, r->time[r->n_times - 1]);
    for (int i = 0; r && i < v->n_streams; i++)
        if (v->stream[i].pair->cells)
            MTL_TRY(sum_cells(v, &v->stream[i], err));
    return mtl__river_lanes(v, err);
}

void mtl__river_free(mtl__river *v)
{
    mtl__arena_free(&v->arena);
}

/* ---------------------------------------------------------------- ways in words */

bool mtl__flow_brings(const mtl__river *v, const mtl__flow *f, int donor)
{
    if (f->giver == donor)
        return true;
    const mtl__stream *x = f->taker == donor ? NULL : mtl__river_stream(v, f->giver, donor);
    /* What the giver has from the taker alone only comes back. */
    if (!x || !v->body[f->giver] || (x->flow >= 0 && v->flow[x->flow].giver == f->taker))
        return false;
    return mtl__max(x->t_start, f->t0) < f->t1;
}

int mtl__river_between(const mtl__river *v, const mtl__stream *x)
{
    for (int k = 0; k < v->n_flows; k++)
        if (v->flow[k].taker == x->host && v->flow[k].giver == x->donor)
            return -1;
    return x->flow < 0 ? -1 : v->flow[x->flow].giver;
}

static void way_words(const mtl__river *v, const mtl__flow *f, mtl__str *out)
{
    static const char *const word[] = {[MTL__MILK] = "milk",
                                       [MTL__TRANSFUSION] = "transfusion",
                                       [MTL__ORGAN_GRAFT] = "organ graft",
                                       [MTL__STEM_CELL_GRAFT] = "stem cell graft",
                                       [MTL__INFUSION] = "infusion",
                                       [MTL__ANASTOMOSIS] = "perhaps joined vessels"};
    const mtl__contact *c = f->contact >= 0 ? &v->s->contact[f->contact] : NULL;
    char date[16];
    mtl__date_text(c ? c->t0 : f->t1, date);
    date[4] = '\0';
    mtl__str_printf(out, "%s%s (%s)", c && c->bank ? "bank " : "", c ? word[c->kind] : "placenta",
                    date);
}

/* Ways through one giver, dates in order as the scenario has them. */
static void ways_of_giver(const mtl__river *v, const mtl__stream *x, int giver, mtl__str *out)
{
    int n = 0;
    for (int k = 0; k < v->n_flows; k++) {
        const mtl__flow *f = &v->flow[k];
        if (f->taker != x->host || f->giver != giver || !mtl__flow_brings(v, f, x->donor))
            continue;
        if (n++ == 0) {
            mtl__str_add(out, out->len ? "; " : "");
            if (giver != x->donor)
                mtl__str_printf(out, "%s's blood, then ", v->s->person[giver].name);
        } else {
            mtl__str_add(out, ", ");
        }
        way_words(v, f, out);
    }
}

void mtl__river_ways(const mtl__river *v, const mtl__stream *x, mtl__str *out)
{
    mtl__str words = {0};
    const int first = x->flow < 0 ? -1 : v->flow[x->flow].giver;
    if (first >= 0)
        ways_of_giver(v, x, first, &words);
    for (int g = 0; g < v->n; g++)
        if (g != first)
            ways_of_giver(v, x, g, &words);
    mtl__str_add(out, words.s ? words.s : "not known");
    out->oom = out->oom || words.oom;
    mtl__str_free(&words);
}
