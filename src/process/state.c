/* SPDX-License-Identifier: MIT */
/* State and workspace of the stochastic solvers: everything is allocated here, once, so that a life
   runs without allocation. It lies in one piece of memory, which another process may use again. */
#include "process/solver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct pool { /* handed out from the front; without memory it only counts */
    char *memory;
    size_t used, cap;
    size_t zero; /* so much of it must be 0 at first */
} pool;

typedef struct owned_state { /* the state with the memory behind it */
    mtl__state s;
    mtl__work w;
    pool pool;
} owned_state;

static int widest(const mtl__process *p)
{
    int most = 1;
    for (int i = 0; i < p->n_types; i++) {
        const int n = p->type[i].change1 - p->type[i].change0 + MTL__CHANGE0;
        most = n > most ? n : most;
    }
    for (int r = 0; r < p->n_rows; r++) {
        const int n = p->row[r].land1 - p->row[r].land0 + 1;
        most = n > most ? n : most;
    }
    return most;
}

/* Memory for `n` things of `size`. */
static void *get(pool *a, size_t n, size_t size)
{
    const size_t at = a->used;
    a->used += ((n + 1) * size + 15) / 16 * 16;
    return a->memory ? a->memory + at : NULL;
}

static void get_work(const mtl__process *p, mtl__work *w, pool *a)
{
    const size_t nt = (size_t)p->n_types, nr = (size_t)p->n_rows, nc = (size_t)p->n_cox;
    const size_t wide = (size_t)widest(p);
    w->n_factors = p->env ? p->env->n : 1;
    const size_t nf = (size_t)w->n_factors;
    w->f = get(a, nf, sizeof *w->f);
    w->f_hi = get(a, nf, sizeof *w->f_hi);
    w->used = get(a, nf, sizeof *w->used);
    w->live = get(a, nf, sizeof *w->live);
    w->held = get(a, nf, sizeof *w->held);
    w->held_f = get(a, nf, sizeof *w->held_f);
    w->held_t = get(a, nf, sizeof *w->held_t);
    w->reads = get(a, nf, sizeof *w->reads);
    w->until = get(a, nf, sizeof *w->until);
    w->moves = get(a, nf, sizeof *w->moves);
    w->jump = get(a, nf, sizeof *w->jump);
    w->f_in = get(a, nf, sizeof *w->f_in);
    w->f_slope = get(a, nf, sizeof *w->f_slope);
    w->f_out = get(a, nf, sizeof *w->f_out);
    w->drive = get(a, nc, sizeof *w->drive);
    w->slope = get(a, nc, sizeof *w->slope);
    w->drive0 = get(a, nc, sizeof *w->drive0);
    w->cox_t = get(a, nc, sizeof *w->cox_t);
    w->now = get(a, nc, sizeof *w->now);
    w->active_cox = get(a, nc, sizeof *w->active_cox);
    w->cox_marked = get(a, nc, sizeof *w->cox_marked);
    w->hot = get(a, nt, sizeof *w->hot);
    w->row_alias0 = get(a, nr, sizeof *w->row_alias0);
    w->bin_sum = get(a, MTL__N_BINS, sizeof *w->bin_sum);
    w->bin_count = get(a, MTL__N_BINS, sizeof *w->bin_count);
    w->move_rate = get(a, nt, sizeof *w->move_rate);
    w->moving = get(a, nt, sizeof *w->moving);
    w->arriving = get(a, nt, sizeof *w->arriving);
    w->pool = get(a, nr, sizeof *w->pool);
    w->prob = get(a, 2 * wide, sizeof *w->prob);
    w->out = get(a, wide, sizeof *w->out);
    w->inflow_to = get(a, nt, sizeof *w->inflow_to);
    w->inflow_landed = get(a, nt, sizeof *w->inflow_landed);
    w->row_n = get(a, nr, sizeof *w->row_n);
    w->row_next = get(a, nr, sizeof *w->row_next);
    w->mine = get(a, nt, sizeof *w->mine);
    w->touched = get(a, (size_t)p->n_components, sizeof *w->touched);
    w->row_mass = get(a, nr, sizeof *w->row_mass);
    w->row_mass2 = get(a, nr, sizeof *w->row_mass2);
    w->row_list = get(a, nr, sizeof *w->row_list);
}

/* Large, and read only where they were written. */
static void get_tables(const mtl__process *p, mtl__work *w, pool *a)
{
    const size_t nt = (size_t)p->n_types, channels = nt * MTL__CHANGE0 + (size_t)p->n_change;
    w->alias = get(a, channels, sizeof *w->alias);
    w->action = get(a, channels, sizeof *w->action);
    w->row_alias = get(a, (size_t)(p->n_rows + p->n_land), sizeof *w->row_alias);
    w->bin_member = get(a, MTL__N_BINS * nt, sizeof *w->bin_member);
}

static bool constant_type(const mtl__process *p, const mtl__type *t)
{
    bool varies = t->f_divide || t->f_die || t->f_leave;
    for (int c = t->change0; c < t->change1; c++)
        varies = varies || p->change[c].factor;
    return !varies;
}

static void lay_out(const mtl__process *p, mtl__work *w)
{
    int32_t at = 0;
    for (int i = 0; i < p->n_types; i++) {
        w->hot[i].alias0 = at;
        w->hot[i].bin = -1;
        w->hot[i].drives = p->type[i].output0 < p->type[i].output1;
        w->hot[i].constant = constant_type(p, &p->type[i]);
        at += MTL__CHANGE0 + p->type[i].change1 - p->type[i].change0;
    }
    at = 0;
    for (int r = 0; r < p->n_rows; r++) {
        w->row_alias0[r] = at;
        at += 1 + p->row[r].land1 - p->row[r].land0;
    }
    for (int k = 0; k < w->n_factors; k++)
        w->held_t[k] = -HUGE_VAL;
    for (int k = 0; k < w->n_factors; k++)
        w->f[k] = w->f_hi[k] = w->f_in[k] = w->f_out[k] = 1;
    mtl__rows_prepare(p, w);
}

static void hand_out(owned_state *o, const mtl__process *p)
{
    o->pool.used = 0;
    get_work(p, &o->w, &o->pool);
    o->s.n = get(&o->pool, (size_t)p->n_types, sizeof *o->s.n);
    o->s.y = get(&o->pool, (size_t)p->n_cox, sizeof *o->s.y);
    o->s.gate = get(&o->pool, (size_t)p->n_gates, sizeof *o->s.gate);
    o->pool.zero = o->pool.used;
    get_tables(p, &o->w, &o->pool);
}

int mtl__state_fit(mtl__state *s, const mtl__process *p, mtl_error *err)
{
    owned_state *o = (owned_state *)(void *)s;
    const pool have = o->pool;
    o->pool = (pool){0};
    hand_out(o, p);
    const size_t need = o->pool.used, zero = o->pool.zero;
    o->pool = have;
    if (need > o->pool.cap) {
        const size_t cap = need + need / 2;
        char *memory = malloc(cap);
        if (!memory)
            return mtl__nomem(err);
        free(o->pool.memory);
        o->pool = (pool){.memory = memory, .cap = cap};
    }
    if (zero > 0)
        memset(o->pool.memory, 0, zero);
    hand_out(o, p);
    lay_out(p, &o->w);
    return 0;
}

int mtl__state_new(mtl__state **out, const mtl__process *p, int max_groups, mtl_error *err)
{
    *out = NULL;
    owned_state *o = calloc(1, sizeof *o);
    if (!o)
        return mtl__nomem(err);
    o->s.work = &o->w;
    int ret = mtl__state_fit(&o->s, p, err);
    if (ret == 0 &&
        mtl__grow(&o->s.group, &o->w.cap_group, (size_t)max_groups + 1, sizeof *o->s.group) < 0)
        ret = mtl__nomem(err);
    if (ret < 0) {
        mtl__state_free(&o->s);
        return ret;
    }
    *out = &o->s;
    return 0;
}

void mtl__state_free(mtl__state *s)
{
    if (!s)
        return;
    owned_state *o = (owned_state *)(void *)s;
    free(o->w.inflow);
    free(o->s.group);
    free(o->pool.memory);
    free(o);
}

void mtl__state_reset(mtl__state *s, const mtl__process *p, double t)
{
    memset(s->n, 0, (size_t)p->n_types * sizeof *s->n);
    memset(s->y, 0, (size_t)p->n_cox * sizeof *s->y);
    s->ledger = (mtl__ledger){0};
    s->split = s->used[MTL__EXACT] = s->used[MTL__LEAP] = false;
    s->t = t;
}
