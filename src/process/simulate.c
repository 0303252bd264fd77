/* SPDX-License-Identifier: MIT */
/* One realisation of one source. The driver cuts time at everything that happens at once (records,
   bursts, culls, edges of windows, breaks of factors) and gives each piece between two cuts to a
   solver.

   Components are independent given the group multipliers, so each is run alone, on its own stream,
   from its own start. `auto` takes, per component, the solver that is expected to cost less. */
#include "process/solver.h"

#include <math.h>

static int run_segment(const mtl__process *p, mtl__state *s, mtl__work *w, double t1, bool exact,
                       double *pending, const mtl__sim_opts *o, mtl_error *err)
{
    if (!exact)
        return mtl__leap_run(p, s, w, t1, mtl__leap_step(p, w, o), o, err);
    mtl__work_drives(p, s, w);
    MTL_TRY(mtl__exact_run(p, s, w, t1, pending, o, err));
    for (int k = 0; k < w->n_active_cox; k++)
        mtl__cox_advance(p, s, w, w->active_cox[k], t1);
    return 0;
}

typedef struct records {
    int n;
    const double *time;
    int64_t *counts;
    double *cox;
} records;

static int run_work(const mtl__process *p, mtl__state *s, mtl__work *w, const mtl__sim_opts *o,
                    const records *r, mtl_error *err)
{
    const double start = mtl__work_start(p, w);
    int next = 0;
    while (next < r->n && r->time[next] < start)
        next++;
    if (next == r->n)
        return 0;
    const double end = r->time[r->n - 1];
    for (int k = 0; k < w->n_list; k++) /* what another component has become is counted */
        s->n[w->list[k]] = 0;
    s->t = start;
    mtl__work_factors(p, s, w, end, false);
    mtl__work_bounds(p, s, w, end);
    mtl__cox_driven(p, w);
    for (int k = 0; k < w->n_active_cox; k++)
        s->y[w->active_cox[k]] = 0;
    const bool exact =
        o->solver == MTL__EXACT ||
        (o->solver == MTL__AUTO && mtl__work_exact_is_cheaper(p, s, w, start, end, r->n - next, o));
    double pending = 0;
    bool ready = false;
    s->used[exact ? MTL__EXACT : MTL__LEAP] = true;
    for (;;) {
        const int happened = mtl__work_happens(p, s, w, o, err);
        MTL_TRY(happened);
        for (; next < r->n && r->time[next] <= s->t; next++)
            mtl__work_record(s, w, r->counts + (size_t)next * (size_t)p->n_types,
                             r->cox + (size_t)next * (size_t)p->n_cox);
        if (next == r->n)
            return 0;
        mtl__work_stir(p, s, w);
        const double cut = mtl__work_cut(p, s, w, r->time[next], true);
        ready = ready && !happened;
        mtl__work_inflows(p, s, w);
        if (w->n_inflow == 0 && !mtl__work_any_cell(s, w)) {
            mtl__work_sleep(p, s, w, cut);
            continue;
        }
        mtl__work_factors(p, s, w, cut, exact);
        mtl__work_bounds(p, s, w, cut);
        /* Only what changed is prepared again: a further record time must not shift the draws. */
        if (exact && (!ready || w->moved))
            mtl__exact_prepare(p, s, w);
        ready = true;
        MTL_TRY(run_segment(p, s, w, cut, exact, &pending, o, err));
        s->t = cut;
    }
}

int mtl__simulate(const mtl__process *p, const mtl__source *src, const mtl__sim_opts *opts,
                  const mtl__rng_key *key, mtl__state *s, int n_times, const double *time,
                  int64_t *counts, double *cox, mtl_error *err)
{
    mtl__work *w = s->work;
    mtl__gated gated;
    const mtl__sim_opts o = mtl__sim_limits(opts);
    const records r = {n_times, time, counts, cox};
    if (p->env && p->env->feedback)
        return mtl__fail(err, MTL_ERR_UNSUPPORTED, NULL,
                         "rates that read a companion are run jointly with it");
    MTL_TRY(mtl__source_check(src, p, err));
    MTL_TRY(mtl__work_begin(&p, src, key, s, &gated, err));
    for (int c = 0; n_times > 0 && c < p->n_components; c++) {
        if (!mtl__work_on(p, w, c))
            continue;
        mtl__work_streams(p, w, key, w);
        MTL_TRY(run_work(p, s, w, &o, &r, err));
    }
    if (n_times > 0)
        mtl__cox_direct(p, s, w, n_times, time, cox);
    return 0;
}
