/* SPDX-License-Identifier: MIT */
/* Cox intensities: dy/dt = D - mu y with D = sum of output x cells (+ immigration). Each has one
   decay and is driven by counts only, so that between events y follows in closed form. */
#include "process/solver.h"

#include <math.h>

mtl__decay mtl__decay_over(double mu, double h)
{
    const double x = mu * h;
    const bool slow = x < 0.5; /* which of the two is small and must keep its digits */
    const double part = slow ? -mtl__expm1(-x) : mtl__exp(-x), rest = 1 - part;
    mtl__decay d = {.keep = slow ? rest : part};
    d.phi1 = x < 1e-12 ? h : (slow ? part : rest) / mu;
    /* h/2 - mu h^2/6 + mu^2 h^3/24 - ... over h */
    d.phi2 = x < 1e-3 ? h * (0.5 - x / 6 + x * x / 24 - x * x * x / 120) : (1 - d.phi1 / h) / mu;
    return d;
}

double mtl__cox_peek(const mtl__process *p, const mtl__state *s, const mtl__work *w, int c,
                     double t)
{
    const double h = t - w->cox_t[c], mu = p->cox_decay[c];
    if (h <= 0)
        return s->y[c];
    const double rise = w->outputs_vary ? w->slope[c] : 0,
                 drive = w->drive[c] + rise * (w->cox_t[c] - w->t_out);
    if (!(s->y[c] > 0 || drive > 0))
        return s->y[c];
    const mtl__decay d = mtl__decay_over(mu, h);
    return mtl__max(0, s->y[c] * d.keep + drive * d.phi1 + rise * h * d.phi2);
}

void mtl__cox_advance(const mtl__process *p, mtl__state *s, mtl__work *w, int c, double t)
{
    if (t <= w->cox_t[c])
        return;
    s->y[c] = mtl__cox_peek(p, s, w, c, t);
    w->cox_t[c] = t;
}

void mtl__cox_driven(const mtl__process *p, mtl__work *w)
{
    w->n_active_cox = 0;
    for (int k = 0; k < w->n_list; k++) {
        const mtl__type *t = &p->type[w->list[k]];
        for (int o = t->output0; o < t->output1; o++) {
            const int c = p->output[o].target;
            if (w->cox_marked[c])
                continue;
            w->active_cox[w->n_active_cox++] = c;
            w->cox_marked[c] = true;
        }
    }
    for (int k = 0; k < w->n_active_cox; k++)
        w->cox_marked[w->active_cox[k]] = false;
}

void mtl__cox_drives(const mtl__process *p, const mtl__state *s, mtl__work *w, const double *f,
                     double *drive)
{
    for (int k = 0; k < w->n_active_cox; k++)
        drive[w->active_cox[k]] = 0;
    for (int k = 0; k < w->n_list; k++) {
        const int i = w->list[k];
        const mtl__type *t = &p->type[i];
        if (s->n[i] == 0)
            continue;
        for (int o = t->output0; o < t->output1; o++)
            drive[p->output[o].target] +=
                (double)s->n[i] * p->output[o].rate * f[p->output[o].factor];
    }
}

double mtl__cox_parabola(double y, double mu, double h, double d0, double dm, double d1)
{
    if (!(y > 0 || d0 > 0 || dm > 0 || d1 > 0))
        return 0;
    const mtl__decay d = mtl__decay_over(mu, h);
    const double b = (-3 * d0 + 4 * dm - d1) / h, c = 2 * (d0 - 2 * dm + d1) / (h * h);
    const double i0 = d.phi1, i1 = h * d.phi2, x = mu * h;
    const double i2 = x < 1e-2 ? h * h * h * (1.0 / 3 - x / 12 + x * x / 60 - x * x * x / 360)
                               : (h * h - 2 * i1) / mu;
    return mtl__max(0, y * d.keep + d0 * i0 + b * i1 + c * i2);
}

/* ---------------------------------------------------------------- fed by the schedule itself */
/* drive[] of the intensities at time t, of the inflows that act over the segment. */
static void direct_drive(const mtl__process *p, const mtl__state *s, mtl__work *w, double t,
                         double *drive)
{
    if (p->env && !p->env->value)
        p->env->advance(p->env, t, w->f);
    for (int k = 0; k < w->n_active_cox; k++)
        drive[w->active_cox[k]] = 0;
    for (int k = 0; k < w->n_inflow; k++) {
        const mtl__inflow *f = &w->src->inflow[w->inflow[k]];
        if (p->env && p->env->value && f->factor)
            w->f[f->factor] = p->env->value(p->env, f->factor, t);
        drive[f->target] += f->rate * s->group[f->group] * w->f[f->factor];
    }
}

/* From s->t to t1 with the inflows that act now: parabolas of at most four days where a factor
   shapes them (curves of weeks), one closed form where not. */
static void direct_segment(const mtl__process *p, mtl__state *s, mtl__work *w, double t1)
{
    bool shaped = false;
    for (int k = 0; k < w->n_inflow; k++)
        shaped = shaped || w->src->inflow[w->inflow[k]].factor != 0;
    const double span = t1 - s->t;
    const int steps = shaped && span > 4 ? (int)(span / 4 + 0.999999) : 1;
    const double h = span / steps, t0 = s->t;
    double *d0 = w->drive, *dm = w->drive0, *d1 = w->cox_t;
    if (w->n_inflow)
        direct_drive(p, s, w, t0, d0);
    for (int k = 0; k < steps; k++) {
        if (w->n_inflow) {
            direct_drive(p, s, w, t0 + (k + 0.5) * h, dm);
            direct_drive(p, s, w, t0 + (k + 1) * h - 1e-9 * h, d1); /* this side of a break */
        }
        for (int a = 0; a < w->n_active_cox; a++) {
            const int c = w->active_cox[a];
            const bool fed = w->n_inflow > 0;
            s->y[c] = mtl__cox_parabola(s->y[c], p->cox_decay[c], h, fed ? d0[c] : 0,
                                        fed ? dm[c] : 0, fed ? d1[c] : 0);
        }
        for (int a = 0; a < w->n_active_cox; a++)
            d0[w->active_cox[a]] = d1[w->active_cox[a]];
    }
    s->t = t1;
}

/* The first of: next record, next edge of a window, burst, cull, break of a factor, after s->t. */
double mtl__cox_direct_cut(const mtl__process *p, const mtl__state *s, const mtl__work *w, double t)
{
    const mtl__source *src = w->src;
    bool shaped = false;
    for (int k = 0; k < src->n_inflows; k++) {
        const mtl__inflow *f = &src->inflow[k];
        if (f->to != MTL__TO_COX)
            continue;
        if (f->t0 > s->t)
            t = mtl__min(t, f->t0);
        else if (f->t1 > s->t) {
            t = mtl__min(t, f->t1);
            shaped = shaped || f->factor;
        }
    }
    for (int k = 0; k < src->n_bursts; k++)
        if (src->burst[k].to == MTL__TO_COX && src->burst[k].t > s->t)
            t = mtl__min(t, src->burst[k].t);
    for (int k = 0; k < src->n_culls; k++)
        if (src->cull[k].cox0 < src->cull[k].cox1 && src->cull[k].t > s->t)
            t = mtl__min(t, src->cull[k].t);
    return shaped && p->env ? mtl__min(t, mtl__env_next_jump(p->env, s->t)) : t;
}

void mtl__cox_direct_now(mtl__state *s, const mtl__work *w)
{
    const mtl__source *src = w->src;
    for (int k = 0; k < src->n_culls; k++)
        if (src->cull[k].t == s->t)
            for (int c = src->cull[k].cox0; c < src->cull[k].cox1; c++)
                s->y[c] *= src->cull[k].keep;
    for (int k = 0; k < src->n_bursts; k++) {
        const mtl__burst *b = &src->burst[k];
        if (b->t == s->t && b->to == MTL__TO_COX)
            s->y[b->target] += b->count >= 0 ? (double)b->count : b->mean * s->group[b->group];
    }
}

/* Lists the intensities that the schedule feeds. */
int mtl__cox_fed(const mtl__source *src, mtl__work *w)
{
    w->n_active_cox = 0;
    for (int k = 0; k < src->n_inflows + src->n_bursts; k++) {
        const mtl__inflow *f = k < src->n_inflows ? &src->inflow[k] : NULL;
        const mtl__burst *b = f ? NULL : &src->burst[k - src->n_inflows];
        const int c = f ? f->target : b->target;
        if ((f ? f->to : b->to) != MTL__TO_COX || w->cox_marked[c])
            continue;
        w->active_cox[w->n_active_cox++] = c;
        w->cox_marked[c] = true;
    }
    for (int k = 0; k < w->n_active_cox; k++)
        w->cox_marked[w->active_cox[k]] = false;
    return w->n_active_cox;
}

double mtl__cox_direct_start(const mtl__source *src)
{
    double start = HUGE_VAL;
    for (int k = 0; k < src->n_inflows; k++)
        if (src->inflow[k].to == MTL__TO_COX)
            start = mtl__min(start, src->inflow[k].t0);
    for (int k = 0; k < src->n_bursts; k++)
        if (src->burst[k].to == MTL__TO_COX)
            start = mtl__min(start, src->burst[k].t);
    return start;
}

void mtl__cox_direct_step(const mtl__process *p, mtl__state *s, mtl__work *w, double t)
{
    const mtl__source *src = w->src;
    w->n_inflow = 0;
    for (int k = 0; k < src->n_inflows; k++)
        if (src->inflow[k].to == MTL__TO_COX && src->inflow[k].t0 <= s->t &&
            s->t < src->inflow[k].t1)
            w->inflow[w->n_inflow++] = k;
    direct_segment(p, s, w, mtl__cox_direct_cut(p, s, w, t));
}

void mtl__cox_direct(const mtl__process *p, mtl__state *s, mtl__work *w, int n_times,
                     const double *time, double *cox)
{
    const mtl__source *src = w->src;
    const double start = mtl__cox_direct_start(src);
    int next = 0;
    while (next < n_times && time[next] < start)
        next++;
    mtl__cox_fed(src, w);
    for (int k = 0; k < w->n_active_cox; k++)
        s->y[w->active_cox[k]] = 0;
    s->t = start;
    while (next < n_times) {
        mtl__cox_direct_now(s, w);
        for (; next < n_times && time[next] <= s->t; next++)
            for (int k = 0; k < w->n_active_cox; k++)
                cox[(size_t)next * (size_t)p->n_cox + (size_t)w->active_cox[k]] +=
                    s->y[w->active_cox[k]];
        if (next == n_times)
            break;
        mtl__cox_direct_step(p, s, w, time[next]);
    }
}
