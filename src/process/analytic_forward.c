/* SPDX-License-Identifier: MIT */
/* Expected counts forward in time: the mean of a branching process obeys the linear equation of its
   rates. Cox intensities are carried along step by step in closed form under the parabola of their
   drive, so that fast decays (minutes) do not force small steps over decades. */
#include "process/analytic.h"

#include <math.h>

#include "process/solver.h"

/* Mass that enters rows, handed on to landings until nothing moves; rows' loss leaves the account.
 */
static void land_mass(const mtl__analytic *a, double *mass, double *dy)
{
    const mtl__process *p = a->p;
    double *now = mass, *next = mass + p->n_rows;
    for (int hop = 0; hop < 1000; hop++) {
        double moving = 0, total_mass = 0;
        for (int r = 0; r < p->n_rows; r++)
            next[r] = 0;
        for (int r = 0; r < p->n_rows; r++) {
            if (!(now[r] > 0))
                continue;
            const mtl__row *row = &p->row[r];
            double total = row->loss;
            for (int l = row->land0; l < row->land1; l++)
                total += p->land[l].rate * a->f[p->land[l].factor];
            for (int l = row->cross0; l < row->cross1; l++)
                total += p->cross[l].rate * a->f[p->cross[l].factor];
            if (!(total > 0))
                continue;
            const double each = now[r] / total;
            total_mass += now[r];
            for (int l = row->land0; l < row->land1; l++)
                dy[p->land[l].target] += each * p->land[l].rate * a->f[p->land[l].factor];
            for (int l = row->cross0; l < row->cross1; l++) {
                const double x = each * p->cross[l].rate * a->f[p->cross[l].factor];
                next[p->cross[l].target] += x;
                moving += x;
            }
        }
        if (!(moving > 1e-18 * total_mass))
            return;
        double *swap = now;
        now = next;
        next = swap;
    }
}

static void forward(void *ctx, double t, const double *y, double *dy)
{
    mtl__analytic *a = ctx;
    const mtl__process *p = a->p;
    double *mass = a->row_value;
    mtl__analytic_factors(a, t);
    const double *f = a->f;
    for (int r = 0; r < p->n_rows; r++)
        mass[r] = 0;
    for (int i = 0; i < p->n_types; i++)
        dy[i] = 0;
    for (int i = 0; i < p->n_types; i++) {
        const mtl__type *ty = &p->type[i];
        const double leave = ty->leave * f[ty->f_leave];
        double net = ty->divide * f[ty->f_divide] - ty->die * f[ty->f_die] - leave;
        if (y[i] == 0)
            continue;
        for (int c = ty->change0; c < ty->change1; c++) {
            const double r = p->change[c].rate * f[p->change[c].factor];
            net -= r;
            dy[p->change[c].target] += r * y[i];
        }
        dy[i] += net * y[i];
        if (leave > 0)
            mass[ty->row] += leave * y[i];
    }
    for (int k = 0; k < a->n_inflow; k++) {
        const mtl__inflow *in = &a->src->inflow[a->inflow[k]];
        const double x = in->rate * f[in->factor];
        if (in->to == MTL__TO_TYPE)
            dy[in->target] += x;
        else
            mass[in->target] += x;
    }
    land_mass(a, mass, dy);
}

static void drives(mtl__analytic *a, double t, const double *n, double *drive)
{
    const mtl__process *p = a->p;
    mtl__analytic_factors(a, t);
    for (int c = 0; c < p->n_cox; c++)
        drive[c] = 0;
    for (int i = 0; i < p->n_types; i++)
        for (int o = p->type[i].output0; n[i] > 0 && o < p->type[i].output1; o++)
            drive[p->output[o].target] += n[i] * p->output[o].rate * a->f[p->output[o].factor];
    for (int k = 0; k < a->n_inflow_cox; k++) {
        const mtl__inflow *in = &a->src->inflow[a->inflow_cox[k]];
        drive[in->target] += in->rate * a->f[in->factor];
    }
}

/* After a step: intensities under the drive at its ends and (cubic Hermite) at its middle. */
static void stepped(void *ctx, double t0, double t1, const double *y0, const double *y1,
                    const double *dy0, const double *dy1)
{
    mtl__analytic *a = ctx;
    const double h = t1 - t0;
    double *mid = a->ode.scale; /* the stepper leaves it free */
    for (int i = 0; i < a->p->n_types; i++)
        mid[i] = mtl__max(0, 0.5 * (y0[i] + y1[i]) + h / 8 * (dy0[i] - dy1[i]));
    drives(a, t0, y0, a->drive0);
    drives(a, 0.5 * (t0 + t1), mid, a->drivem);
    drives(a, t1, y1, a->drive1);
    for (int c = 0; c < a->p->n_cox; c++) {
        a->cox_y[c] = mtl__cox_parabola(a->cox_y[c], a->p->cox_decay[c], h, a->drive0[c],
                                        a->drivem[c], a->drive1[c]);
    }
}

static void happen(mtl__analytic *a, double t)
{
    const mtl__source *src = a->src;
    const mtl__process *p = a->p;
    for (int k = 0; k < src->n_culls; k++) {
        const mtl__cull *c = &src->cull[k];
        for (int i = c->type0; c->t == t && i < c->type1; i++)
            a->y[i] *= c->keep;
        for (int i = c->cox0; c->t == t && i < c->cox1; i++)
            a->cox_y[i] *= c->keep;
    }
    for (int k = 0; k < src->n_bursts; k++) {
        const mtl__burst *b = &src->burst[k];
        if (b->t != t)
            continue;
        const double n = b->count >= 0 ? (double)b->count : b->mean;
        if (b->to == MTL__TO_COX) {
            a->cox_y[b->target] += n;
        } else if (b->to == MTL__TO_TYPE) {
            a->y[b->target] += n;
        } else {
            for (int r = 0; r < p->n_rows; r++)
                a->row_value[r] = r == b->target ? n : 0;
            mtl__analytic_factors(a, t);
            land_mass(a, a->row_value, a->y);
        }
    }
}

static double cut_after(const mtl__analytic *a, double t, double cut)
{
    const mtl__source *src = a->src;
    for (int k = 0; k < src->n_inflows; k++) {
        if (src->inflow[k].t0 > t)
            cut = mtl__min(cut, src->inflow[k].t0);
        if (src->inflow[k].t1 > t)
            cut = mtl__min(cut, src->inflow[k].t1);
    }
    for (int k = 0; k < src->n_bursts; k++)
        if (src->burst[k].t > t)
            cut = mtl__min(cut, src->burst[k].t);
    for (int k = 0; k < src->n_culls; k++)
        if (src->cull[k].t > t)
            cut = mtl__min(cut, src->cull[k].t);
    return a->p->env ? mtl__min(cut, mtl__env_next_jump(a->p->env, t)) : cut;
}

/* The inflows that act on (t, cut); true if a factor shapes one into an intensity. */
static bool inflows_on(mtl__analytic *a, double t)
{
    bool shaped = false;
    a->n_inflow = a->n_inflow_cox = 0;
    for (int k = 0; k < a->src->n_inflows; k++) {
        const mtl__inflow *in = &a->src->inflow[k];
        if (!(in->t0 <= t && t < in->t1))
            continue;
        if (in->to != MTL__TO_COX) {
            a->inflow[a->n_inflow++] = k;
        } else {
            a->inflow_cox[a->n_inflow_cox++] = k;
            shaped = shaped || in->factor;
        }
    }
    return shaped;
}

int mtl__analytic_forward(mtl__analytic *a, const mtl__source *src, double rtol, int n_times,
                          const double *time, double *mean, double *cox, mtl_error *err)
{
    const mtl__process *p = a->p;
    MTL_TRY(mtl__source_check(src, p, err));
    a->src = src;
    const size_t need = (size_t)src->n_inflows + 1;
    if (mtl__grow(&a->inflow, &a->cap_inflow, need, sizeof *a->inflow) < 0 ||
        mtl__grow(&a->inflow_cox, &a->cap_inflow_cox, need, sizeof *a->inflow_cox) < 0)
        return mtl__nomem(err);
    MTL_TRY(mtl__analytic_room(a, p->n_types + 1, err));
    a->ode.n = p->n_types;
    a->block[0] = 0;
    a->block[1] = p->n_types;
    a->ode.block = a->block;
    a->ode.n_blocks = 1;
    a->ode.rhs = forward;
    a->ode.stepped = stepped;
    a->ode.ctx = a;
    a->ode.rtol = rtol;
    a->ode.h = 1e-2;
    a->ode.steps = 0;
    a->ode.max_steps = 5000000;
    for (int c = 0; c < p->n_cox; c++)
        a->cox_y[c] = 0;
    double t = mtl__source_start(src);
    int next = 0;
    while (next < n_times && time[next] < t)
        next++;
    while (next < n_times) {
        a->t_edge = HUGE_VAL;
        happen(a, t);
        for (; next < n_times && time[next] <= t; next++) {
            for (int i = 0; i < p->n_types; i++)
                mean[(size_t)next * (size_t)p->n_types + (size_t)i] += a->y[i];
            for (int c = 0; c < p->n_cox; c++)
                cox[(size_t)next * (size_t)p->n_cox + (size_t)c] += a->cox_y[c];
        }
        if (next == n_times)
            break;
        const double cut = cut_after(a, t, time[next]);
        a->ode.h_max = inflows_on(a, t) ? 1 : HUGE_VAL;
        a->t_edge = cut - 1e-9 * (cut - t);
        MTL_TRY(mtl__ode_run(&a->ode, t, cut, a->y, err));
        t = cut;
    }
    return 0;
}
