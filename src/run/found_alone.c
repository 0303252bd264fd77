/* SPDX-License-Identifier: MIT */
/* What the baseline of a tumour alone would let be found: clones begin at the baseline hazard, and
   their cells divide and die as they do where no foreign cell is. The rates are those of the
   process with its hosts at rest; where they change with age or a cell does anything else, nothing
   is said. */
#include <math.h>

#include "run/host_gather.h"

/* A rate with its factor at t, the companion being at rest. */
static double rate_at(const mtl__world *w, double rate, int factor, double t)
{
    const mtl__env *e = w->process->env;
    if (factor == 0 || !e || !(rate > 0))
        return rate;
    return e->value ? rate * e->value(e, factor, t) : NAN;
}

static double steady_rate(const mtl__world *w, double rate, int factor, double t0, double t1)
{
    enum { LOOKS = 16 };
    const double first = rate_at(w, rate, factor, t0);
    for (int k = 1; k <= LOOKS; k++)
        if (!(fabs(rate_at(w, rate, factor, t0 + (t1 - t0) * k / LOOKS) - first) <= 1e-12 * first))
            return NAN;
    return first;
}

int mtl__found_alone(const mtl__plan *p, int host, int outcome, double *by, mtl_error *err)
{
    const mtl__world *w = p->world;
    const mtl__followed *h = &w->host[host];
    const mtl__outcome_def *d = &w->m->outcome[outcome];
    const int nt = p->r->n_times, type = w->body[h->body].type[d->kind * w->m->n_organs + d->organ];
    for (int k = 0; k < nt; k++)
        by[k] = NAN;
    if (type < 0)
        return 0;
    const mtl__type *x = &w->process->type[type];
    const double divide = steady_rate(w, x->divide, x->f_divide, h->spec.t0, h->spec.t1),
                 die = steady_rate(w, x->die, x->f_die, h->spec.t0, h->spec.t1);
    if (isnan(divide) || isnan(die) || x->leave > 0 || x->change1 > x->change0)
        return 0;
    return mtl__host_found_baseline(h->plan, outcome, divide, die, nt, p->r->time, by, err);
}
