/* SPDX-License-Identifier: MIT */
/* One piece of work: one component under one source. What reaches it, where its time
   must be cut (records, bursts, culls, edges of windows, breaks of factors), what happens at a cut,
   which solver is expected to cost less. The drivers (simulate.c, joint.c) run pieces. */
#include "process/solver.h"

#include <math.h>
#include <string.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
    return mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, &a, sizeof a), &b, sizeof b);
}

/* ---------------------------------------------------------------- what reaches the piece of work
 */
static bool to_work(const mtl__process *p, const mtl__work *w, enum mtl__target to, int target)
{
    if (to == MTL__TO_COX)
        return false;
    return w->component ==
           (to == MTL__TO_TYPE ? p->type[target].component : p->row[target].component);
}

static bool cull_hits(const mtl__work *w, const mtl__cull *c)
{
    if (c->cox0 < c->cox1 && w->n_active_cox)
        return true;
    for (int i = c->type0; i < c->type1; i++)
        if (w->mine[i])
            return true;
    return false;
}

double mtl__work_start(const mtl__process *p, const mtl__work *w)
{
    const mtl__source *src = w->src;
    double t = HUGE_VAL;
    for (int k = 0; k < src->n_inflows; k++)
        if (to_work(p, w, src->inflow[k].to, src->inflow[k].target))
            t = mtl__min(t, src->inflow[k].t0);
    for (int k = 0; k < src->n_bursts; k++)
        if (to_work(p, w, src->burst[k].to, src->burst[k].target))
            t = mtl__min(t, src->burst[k].t);
    return t;
}

/* What rates of the types at work carry factors. */
static unsigned char look_at(const mtl__process *p, const mtl__work *w)
{
    unsigned char known = 0;
    for (int k = 0; k < w->n_list; k++) {
        const mtl__type *t = &p->type[w->list[k]];
        for (int o = t->output0; o < t->output1; o++)
            known |= p->output[o].factor ? MTL__OUTPUTS_VARY : 0;
    }
    for (int j = 0; j < w->n_row_list; j++) {
        const mtl__row *row = &p->row[w->row_list[j]];
        for (int k = row->cross0; k < row->cross1; k++)
            known |= p->cross[k].factor ? MTL__CROSSES : 0;
    }
    return known;
}

/* Sets the list of types and which factors matter. */
static void use(mtl__work *w, int factor)
{
    if (factor == 0 || w->f_in[factor] < 0)
        return;
    w->f_in[factor] = -1; /* marked, while the list is made */
    w->used[w->n_used++] = factor;
}

static void use_channels(mtl__work *w, const mtl__channel *x, int x0, int x1)
{
    for (int k = x0; k < x1; k++)
        use(w, x[k].factor);
}

/* Lists the factors of the types and rows at work and of what comes to them. */
static void list_factors(const mtl__process *p, mtl__work *w)
{
    w->n_used = 0;
    for (int k = 0; k < w->n_list; k++) {
        const mtl__type *t = &p->type[w->list[k]];
        use(w, t->f_divide);
        use(w, t->f_die);
        use(w, t->f_leave);
        use_channels(w, p->change, t->change0, t->change1);
    }
    for (int k = 0; k < w->n_row_list; k++)
        use_channels(w, p->land, p->row[w->row_list[k]].land0, p->row[w->row_list[k]].land1);
    w->n_rates = w->n_used;
    for (int k = 0; k < w->n_list; k++)
        use_channels(w, p->output, p->type[w->list[k]].output0, p->type[w->list[k]].output1);
    for (int k = 0; k < w->n_row_list; k++)
        use_channels(w, p->cross, p->row[w->row_list[k]].cross0, p->row[w->row_list[k]].cross1);
    for (int k = 0; k < w->src->n_inflows; k++)
        if (to_work(p, w, w->src->inflow[k].to, w->src->inflow[k].target))
            use(w, w->src->inflow[k].factor);
    for (int k = 0; k < w->n_used; k++)
        w->f_in[w->used[k]] = 1;
}

bool mtl__work_on(const mtl__process *p, mtl__work *w, int component)
{
    for (int k = 0; k < w->n_list; k++)
        w->mine[w->list[k]] = false;
    w->component = component;
    w->list = p->component_type + p->component_start[component];
    w->n_list = p->component_start[component + 1] - p->component_start[component];
    for (int k = 0; k < w->n_list; k++)
        w->mine[w->list[k]] = true;
    if (w->n_list == 0 || !(mtl__work_start(p, w) < HUGE_VAL))
        return false;
    w->n_row_list = 0;
    for (int r = 0; r < p->n_rows; r++)
        if (p->row[r].component == component)
            w->row_list[w->n_row_list++] = r;
    list_factors(p, w);
    const unsigned char known = look_at(p, w);
    w->varies = w->n_rates > 0;
    w->moved = false;
    w->again = -HUGE_VAL;
    w->fired = 0;
    w->still = HUGE_VAL;
    w->led = false;
    w->n_live = w->n_held = 0;
    for (int i = 0; i < w->n_used; i++) {
        w->live[w->n_live++] = w->used[i];
        w->until[i] = w->jump[i] = -HUGE_VAL;
        w->reads[i] = p->env && p->env->reads && p->env->reads(p->env, w->used[i]);
    }
    w->n_live_rates = w->n_rates;
    w->crosses = known & MTL__CROSSES;
    w->outputs_vary = known & MTL__OUTPUTS_VARY;
    return true;
}

/* ---------------------------------------------------------------- cuts */
/* Whether factor i of those used moves from t on: asked when what was said last runs out, or after
   a while where it moved. */
static bool moves_from(const mtl__env *e, mtl__work *w, int i, double t)
{
    enum { LATER = 91 }; /* days; to take for moving what is still costs time only */
    const int k = w->used[i];
    if (t < w->until[i])
        return w->moves[i];
    w->until[i] = e->still(e, k, t);
    w->moves[i] = !(w->until[i] > t);
    if (w->moves[i]) {
        w->until[i] = t + LATER;
        return true;
    }
    const double f = e->value(e, k, t);
    w->moved = w->moved || (i < w->n_rates && w->f_hi[k] != f);
    w->f[k] = w->f_hi[k] = f;
    return false;
}

void mtl__work_stir(const mtl__process *p, const mtl__state *s, mtl__work *w)
{
    const mtl__env *e = p->env;
    const bool beside = e && e->feedback;
    if (s->t < w->again) { /* all is as it was said */
        w->reads_from = w->reads_now ? s->t : w->reads_from;
        return;
    }
    w->varies = w->reads_now = false;
    w->again = HUGE_VAL;
    w->still = w->reads_from = HUGE_VAL;
    w->n_live = w->n_live_rates = w->n_held = 0;
    for (int i = 0; e && i < w->n_used; i++) {
        const bool asked = e->still && e->value && (beside || i < w->n_rates);
        const bool moves = !asked || moves_from(e, w, i, s->t);
        if (asked)
            w->again = mtl__min(w->again, w->until[i]);
        if (moves && w->led && e->held && e->held(e, w->used[i]))
            w->held[w->n_held++] = w->used[i];
        else if (moves)
            w->live[w->n_live++] = w->used[i];
        if (beside && w->reads[i]) {
            w->reads_from = mtl__min(w->reads_from, moves ? s->t : w->until[i]);
            w->reads_now = w->reads_now || moves;
        }
        if (i < w->n_rates && !moves)
            w->still = mtl__min(w->still, w->until[i]);
        if (i < w->n_rates)
            w->n_live_rates = w->n_live;
        w->varies = w->varies || (moves && i < w->n_rates);
    }
}

void mtl__work_hold(const mtl__process *p, const mtl__state *s, mtl__work *w, mtl__work *first)
{
    for (int i = 0; i < w->n_held; i++) {
        const int k = w->held[i];
        if (first->held_t[k] != s->t) {
            first->held_t[k] = s->t;
            first->held_f[k] = p->env->value(p->env, k, s->t);
        }
        const double f = first->held_f[k];
        w->moved = w->moved || w->f_hi[k] != f;
        w->f[k] = w->f_hi[k] = f;
    }
}

double mtl__work_schedule(const mtl__process *p, const mtl__state *s, const mtl__work *w, double t)
{
    const mtl__source *src = w->src;
    for (int k = 0; k < src->n_inflows; k++) {
        const mtl__inflow *f = &src->inflow[k];
        if (f->t1 > s->t && to_work(p, w, f->to, f->target))
            t = mtl__min(t, f->t0 > s->t ? f->t0 : f->t1);
    }
    for (int k = 0; k < src->n_bursts; k++)
        if (src->burst[k].t > s->t && to_work(p, w, src->burst[k].to, src->burst[k].target))
            t = mtl__min(t, src->burst[k].t);
    for (int k = 0; k < src->n_culls; k++)
        if (src->cull[k].t > s->t && cull_hits(w, &src->cull[k]))
            t = mtl__min(t, src->cull[k].t);
    return t;
}

static bool inflow_shaped(const mtl__process *p, const mtl__state *s, const mtl__work *w)
{
    const mtl__source *src = w->src;
    for (int k = 0; k < src->n_inflows; k++)
        if (src->inflow[k].factor && src->inflow[k].t0 <= s->t && src->inflow[k].t1 > s->t &&
            to_work(p, w, src->inflow[k].to, src->inflow[k].target))
            return true;
    return false;
}

double mtl__work_cut(const mtl__process *p, const mtl__state *s, mtl__work *w, double t,
                     bool bounds)
{
    const mtl__env *e = p->env;
    const bool inflow = inflow_shaped(p, s, w);
    t = mtl__min(mtl__work_schedule(p, s, w, t), w->still);
    if (!e || !(w->varies || w->crosses || w->outputs_vary || inflow))
        return t;
    if (!bounds && e->jump) {
        for (int i = 0; i < w->n_used; i++) {
            const bool stands = w->until[i] > s->t && !w->moves[i];
            if (!stands && !(w->jump[i] > s->t))
                w->jump[i] = e->jump(e, w->used[i], s->t);
            t = mtl__min(t, stands ? w->until[i] : w->jump[i]);
        }
        return t;
    }
    /* Bounds are needed only where rates are thinned; else the jumps are enough. */
    return mtl__min(t, bounds && (w->varies || inflow) ? e->next_break(e, s->t)
                                                       : mtl__env_next_jump(e, s->t));
}

/* The inflows that act from s->t on. */
void mtl__work_inflows(const mtl__process *p, const mtl__state *s, mtl__work *w)
{
    w->n_inflow = 0;
    for (int k = 0; k < w->src->n_inflows; k++) {
        const mtl__inflow *f = &w->src->inflow[k];
        if (f->t0 <= s->t && s->t < f->t1 && f->rate > 0 && s->group[f->group] > 0 &&
            to_work(p, w, f->to, f->target))
            w->inflow[w->n_inflow++] = k;
    }
}

/* Culls, then bursts, of exactly this time. 1: counts have changed; 0: nothing happened. */
int mtl__work_happens(const mtl__process *p, mtl__state *s, mtl__work *w, const mtl__sim_opts *o,
                      mtl_error *err)
{
    const mtl__source *src = w->src;
    int changed = 0;
    for (int k = 0; k < src->n_culls; k++) {
        const mtl__cull *c = &src->cull[k];
        if (c->t != s->t)
            continue;
        for (int i = c->type0; i < c->type1; i++) {
            if (s->n[i] == 0 || !w->mine[i])
                continue;
            const int64_t kept = mtl__rng_binomial(&w->side, s->n[i], c->keep);
            s->ledger.culled += s->n[i] - kept;
            s->n[i] = kept;
        }
        for (int i = c->cox0; i < c->cox1; i++)
            s->y[i] *= c->keep;
        changed = 1;
    }
    for (int k = 0; k < src->n_bursts; k++) {
        const mtl__burst *b = &src->burst[k];
        if (b->t != s->t || !to_work(p, w, b->to, b->target))
            continue;
        const int64_t n =
            b->count >= 0 ? b->count : mtl__rng_poisson(&w->rng, b->mean * s->group[b->group]);
        if (n > o->max_cells)
            return mtl__fail(err, MTL_ERR_EXPLODES, NULL, "a burst of %.3g cells at day %.6g",
                             (double)n, s->t);
        s->ledger.immigrated += n;
        if (b->to == MTL__TO_TYPE)
            s->n[b->target] += n;
        else
            mtl__route_many(p, s, w, b->target, n, s->n);
        changed = 1;
    }
    return changed;
}

/* ---------------------------------------------------------------- which solver */
bool mtl__work_exact_is_cheaper(const mtl__process *p, const mtl__state *s, const mtl__work *w,
                                double t0, double t1, int n_times, const mtl__sim_opts *o)
{
    const mtl__source *src = w->src;
    double cells = 0, rate = 0, net = 0;
    for (int k = 0; k < src->n_inflows; k++)
        if (to_work(p, w, src->inflow[k].to, src->inflow[k].target))
            cells += src->inflow[k].rate * (src->inflow[k].t1 - src->inflow[k].t0) *
                     s->group[src->inflow[k].group];
    for (int k = 0; k < src->n_bursts; k++)
        if (to_work(p, w, src->burst[k].to, src->burst[k].target))
            cells += src->burst[k].count >= 0 ? (double)src->burst[k].count
                                              : src->burst[k].mean * s->group[src->burst[k].group];
    for (int k = 0; k < w->n_list; k++) {
        const mtl__type *t = &p->type[w->list[k]];
        double r = t->divide * w->f_hi[t->f_divide] + t->die * w->f_hi[t->f_die] +
                   t->leave * w->f_hi[t->f_leave];
        for (int c = t->change0; c < t->change1; c++)
            r += p->change[c].rate * w->f_hi[p->change[c].factor];
        rate = mtl__max(rate, r);
        net = mtl__max(net, t->divide * w->f_hi[t->f_divide] - t->die);
    }
    const double span = t1 - t0, growth = mtl__exp(mtl__min(30, mtl__max(0, net * span)));
    const double events = cells * (1 + rate * span * growth);
    const double step = mtl__leap_step(p, w, o);
    const double steps = n_times + (step < HUGE_VAL ? span / step : 0);
    return events * 0.08 <=
           100 + steps * mtl__min((double)w->n_list, cells * growth + 1) * 0.4; /* us */
}

/* ---------------------------------------------------------------- between cuts */
void mtl__work_record(const mtl__state *s, const mtl__work *w, int64_t *counts, double *cox)
{
    for (int j = 0; j < w->n_list; j++)
        counts[w->list[j]] += s->n[w->list[j]];
    for (int j = 0; j < w->n_active_cox; j++)
        cox[w->active_cox[j]] += s->y[w->active_cox[j]];
}

void mtl__work_look(const mtl__process *p, const mtl__work *w, double t, double *f)
{
    const mtl__env *e = p->env;
    if (!e->value) {
        e->advance(e, t, f);
        return;
    }
    f[0] = 1;
    for (int i = 0; i < w->n_live; i++)
        f[w->live[i]] = e->value(e, w->live[i], t);
}

void mtl__work_factors(const mtl__process *p, const mtl__state *s, mtl__work *w, double t1,
                       bool lines)
{
    if (!p->env)
        return;
    lines = lines && w->outputs_vary;
    if (lines)
        mtl__work_look(p, w, t1 - 1e-9 * (t1 - s->t), w->f_in);
    mtl__work_look(p, w, s->t, w->f);
    w->t_out = s->t;
    if (!lines)
        return;
    for (int i = -1; i < w->n_used; i++) {
        const int k = i < 0 ? 0 : w->used[i];
        w->f_out[k] = w->f[k];
        w->f_slope[k] = 0;
    }
    for (int i = 0; t1 > s->t && i < w->n_live; i++)
        w->f_slope[w->live[i]] = (w->f_in[w->live[i]] - w->f[w->live[i]]) / (t1 - s->t);
}

void mtl__work_bounds(const mtl__process *p, const mtl__state *s, mtl__work *w, double t1)
{
    if (!p->env)
        return;
    if (!p->env->most) {
        w->moved = w->n_rates > 0;
        p->env->bound(p->env, s->t, t1, w->f_hi);
        return;
    }
    w->f_hi[0] = 1;
    for (int i = 0; i < w->n_live; i++) {
        const double most = p->env->most(p->env, w->live[i], s->t, t1);
        w->moved = w->moved || (i < w->n_live_rates && most != w->f_hi[w->live[i]]);
        w->f_hi[w->live[i]] = most;
    }
}

/* What drives the intensities from s->t on. */
void mtl__work_drives(const mtl__process *p, const mtl__state *s, mtl__work *w)
{
    mtl__cox_drives(p, s, w, w->f_out, w->drive);
    if (w->outputs_vary)
        mtl__cox_drives(p, s, w, w->f_slope, w->slope);
    for (int k = 0; k < w->n_active_cox; k++)
        w->cox_t[w->active_cox[k]] = s->t;
}

bool mtl__work_any_cell(const mtl__state *s, const mtl__work *w)
{
    for (int k = 0; k < w->n_list; k++)
        if (s->n[w->list[k]])
            return true;
    return false;
}

/* Nobody is there and nobody comes before `t1`: only what was made before still decays. */
void mtl__work_sleep(const mtl__process *p, mtl__state *s, const mtl__work *w, double t1)
{
    for (int k = 0; k < w->n_active_cox; k++) {
        const int c = w->active_cox[k];
        if (s->y[c] > 0)
            s->y[c] *= mtl__exp(-p->cox_decay[c] * (t1 - s->t));
    }
    s->t = t1;
}
static void draw_groups(const mtl__source *src, const mtl__rng_key *key, mtl__state *s)
{
    for (int g = 0; g < src->n_groups; g++) {
        mtl__rng rng;
        mtl__rng_stream(&rng, key->seed, key->person, key->replicate,
                        mix(key->source, src->group[g].key));
        s->group[g] = mtl__group_draw(&src->group[g], &rng);
    }
}

/* Components of one name that one source reaches must not share their draws: the second is named
 * anew. */
static uint64_t own_stream(mtl__work *w, uint64_t stream)
{
    uint64_t same = 0;
    for (int k = 0; k < w->n_touched; k++)
        same += w->touched[k] == stream;
    w->touched[w->n_touched++] = stream;
    return same ? mix(stream, same) : stream;
}

/* The streams of the piece at work; `names` keeps which were given out to its source. */
void mtl__work_streams(const mtl__process *p, mtl__work *w, const mtl__rng_key *key,
                       mtl__work *names)
{
    const uint64_t stream = mix(key->source, own_stream(names, p->type[w->list[0]].stream));
    mtl__rng_stream(&w->rng, key->seed, key->person, key->replicate, stream);
    mtl__rng_stream(&w->side, key->seed, key->person, key->replicate, mix(stream, 1));
}

mtl__sim_opts mtl__sim_limits(const mtl__sim_opts *o)
{
    mtl__sim_opts out = *o;
    out.max_cells = o->max_cells > 0 ? o->max_cells : (int64_t)1000000000000000;
    out.max_events = o->max_events > 0 ? o->max_events : (int64_t)2000000000;
    return out;
}

/* Empties the state, puts the gates on (*p is then the process to work with) and draws the groups.
 */
int mtl__work_begin(const mtl__process **p, const mtl__source *src, const mtl__rng_key *key,
                    mtl__state *s, mtl__gated *gated, mtl_error *err)
{
    mtl__work *w = s->work;
    if (mtl__grow(&w->inflow, &w->cap_inflow, (size_t)src->n_inflows + 1, sizeof *w->inflow) < 0 ||
        mtl__grow(&s->group, &w->cap_group, (size_t)src->n_groups + 1, sizeof *s->group) < 0)
        return mtl__nomem(err);
    mtl__state_reset(s, *p, 0);
    for (int k = 0; k < (*p)->n_gates; k++)
        s->gate[k] = NAN;
    *p = mtl__gates_on(gated, *p, key, s->gate);
    w->src = src;
    w->n_list = w->n_touched = 0;
    memset(w->mine, 0, (size_t)(*p)->n_types * sizeof *w->mine);
    draw_groups(src, key, s);
    return 0;
}
