/* SPDX-License-Identifier: MIT */
/* The equations of a host through a step. With the tallies given as straight lines they are a
   cascade: each unknown obeys y' = a(t) - b(t) y with b >= 0, where a and b read only tallies and
   unknowns before it:
     damage        a = onset                   b = repair (1 + s g H)     H = R / (R + half)
     inflammation  a = inflame I               b = calm
     chemokine     a = signal (I + F)          b = clear
     tolerance     a = gain h                  b = gain h + decay (1 - h) h = antigen / (antigen +
   half) response      a = allo.gain h (1 - T)     b = a + allo.decay (gain = 0 after fetal life).
   So the implicit Radau IIA method of order 5 (Hairer and Wanner, 1996, IV.5) needs no Newton
   steps: three linear equations for each unknown, whatever the stiffness. Its nodes carry a cubic,
   with which others read the unknowns between; the error is estimated by what that cubic leaves of
   the equation where the substep begins (same place, IV.8), and substeps are halved or stretched by
   it. */
#include <math.h>

#include "host/host_internal.h"

enum { NODES = 4 }; /* the beginning and the three of Radau */
#define ROOT6 2.449489742783178
static const double node_at[NODES] = {0.0, (4.0 - ROOT6) / 10.0, (4.0 + ROOT6) / 10.0, 1.0};
static const double radau[3][3] = {
    {(88.0 - 7.0 * ROOT6) / 360.0, (296.0 - 169.0 * ROOT6) / 1800.0, (-2.0 + 3.0 * ROOT6) / 225.0},
    {(296.0 + 169.0 * ROOT6) / 1800.0, (88.0 + 7.0 * ROOT6) / 360.0, (-2.0 - 3.0 * ROOT6) / 225.0},
    {(16.0 - ROOT6) / 36.0, (16.0 + ROOT6) / 36.0, 1.0 / 9.0}};
/* Slope, at the beginning, of the cubic through the nodes. */
static const double slope_of[NODES] = {-9.0, (13.0 + 7.0 * ROOT6) / 3.0, (13.0 - 7.0 * ROOT6) / 3.0,
                                       1.0 / 3.0};
/* 1 / the product of a node's distances from the others. */
static const double lagrange[NODES] = {
    -10.0, 10.0 / ((4.0 - ROOT6) / 10.0 * (ROOT6 / 5.0) * (6.0 + ROOT6)),
    -10.0 / ((4.0 + ROOT6) / 10.0 * (ROOT6 / 5.0) * (6.0 - ROOT6)), 10.0 / 3.0};
#define GAMMA0 0.2748888295956774 /* 1 / the real eigenvalue of the inverse of radau */

/* y at the nodes, y[0] given; a, b at all four. Returns the estimate of the error. */
static double collocate(double h, const double *a, const double *b, double *y)
{
    double m[3][3], r[3];
    for (int i = 0; i < 3; i++) {
        r[i] = y[0];
        for (int j = 0; j < 3; j++) {
            m[i][j] = h * radau[i][j] * b[j + 1] + (i == j ? 1.0 : 0.0);
            r[i] += h * radau[i][j] * a[j + 1];
        }
    }
    /* By cofactors: the determinant is positive for b >= 0. */
    const double c00 = m[1][1] * m[2][2] - m[1][2] * m[2][1],
                 c01 = m[1][2] * m[2][0] - m[1][0] * m[2][2],
                 c02 = m[1][0] * m[2][1] - m[1][1] * m[2][0],
                 one = 1.0 / (m[0][0] * c00 + m[0][1] * c01 + m[0][2] * c02);
    y[1] = one * (c00 * r[0] + (m[0][2] * m[2][1] - m[0][1] * m[2][2]) * r[1] +
                  (m[0][1] * m[1][2] - m[0][2] * m[1][1]) * r[2]);
    y[2] = one * (c01 * r[0] + (m[0][0] * m[2][2] - m[0][2] * m[2][0]) * r[1] +
                  (m[0][2] * m[1][0] - m[0][0] * m[1][2]) * r[2]);
    y[3] = one * (c02 * r[0] + (m[0][1] * m[2][0] - m[0][0] * m[2][1]) * r[1] +
                  (m[0][0] * m[1][1] - m[0][1] * m[1][0]) * r[2]);
    const double left = h * (a[0] - b[0] * y[0]) - (slope_of[0] * y[0] + slope_of[1] * y[1] +
                                                    slope_of[2] * y[2] + slope_of[3] * y[3]);
    return GAMMA0 * fabs(left) / (1.0 + GAMMA0 * h * b[0]);
}

/* ---------------------------------------------------------------- one substep */
typedef struct stretch {
    const mtl__host_state *s;
    double t0, h;
    double part[NODES]; /* how far the step has come at the nodes, 0..1 */
    const double *y;    /* [n_y] at the beginning */
    double (*node)[3];  /* [n_y] */
    double error;       /* the greatest, over its range */
} stretch;

static void keep(stretch *w, int k, const double *y, double error, double range)
{
    for (int i = 0; i < 3; i++)
        w->node[k][i] = y[i + 1];
    w->error = mtl__max(w->error, error / mtl__max(range, 1e-300));
}

static void rest(stretch *w, int k)
{
    for (int i = 0; i < 3; i++)
        w->node[k][i] = 0.0;
}

static void advance_wound(stretch *w, const mtl__wound *x)
{
    const mtl__host_plan *p = w->s->p;
    const double *y = w->y + x->var;
    const double onset = w->t0 >= x->t && w->t0 < x->end ? x->onset : 0.0;
    const double r0 = w->s->sum0[x->reader], r1 = w->s->sum1[x->reader];
    double a[NODES], b[NODES], part[MTL__WOUND_PARTS][NODES];
    if (onset == 0.0 && y[0] == 0.0 && y[1] == 0.0 && y[2] == 0.0) {
        for (int k = 0; k < MTL__WOUND_PARTS; k++)
            rest(w, x->var + k);
        return;
    }
    for (int k = 0; k < MTL__WOUND_PARTS; k++) {
        for (int i = 0; i < NODES; i++)
            if (k == MTL__DAMAGE) {
                const double cells = r0 + w->part[i] * (r1 - r0);
                a[i] = onset;
                b[i] = x->repair * (1.0 + p->repair_sign * p->repair_strength * cells /
                                              (cells + p->repair_half));
            } else if (k == MTL__INFLAMMATION) {
                a[i] = x->inflame * part[MTL__DAMAGE][i];
                b[i] = x->calm;
            } else {
                a[i] = x->signal * (part[MTL__DAMAGE][i] + part[MTL__INFLAMMATION][i]);
                b[i] = x->clear;
            }
        part[k][0] = y[k];
        const double error = collocate(w->h, a, b, part[k]);
        keep(w, x->var + k, part[k], error, x->range[k]);
    }
}

static void advance_immune(stretch *w, int foreign, bool fetal)
{
    const mtl__host_plan *p = w->s->p;
    const mtl__foreign *f = &w->s->foreign[foreign];
    const int k = MTL__WOUND_PARTS * p->n_coupled + 2 * foreign;
    const double gain = fetal ? p->tolerance_gain : 0.0;
    if (f->before == 0.0 && f->after == 0.0 && w->y[k] == 0.0 && w->y[k + 1] == 0.0) {
        rest(w, k);
        rest(w, k + 1);
        return;
    }
    double h[NODES], a[NODES], b[NODES], t[NODES], r[NODES];
    for (int i = 0; i < NODES; i++) {
        const double antigen = f->before + w->part[i] * (f->after - f->before);
        h[i] = antigen / (antigen + p->antigen_half);
        a[i] = gain * h[i];
        b[i] = a[i] + p->tolerance_decay * (1.0 - h[i]);
    }
    t[0] = w->y[k];
    double error = collocate(w->h, a, b, t);
    keep(w, k, t, error, 1.0);
    for (int i = 0; i < NODES; i++) {
        a[i] = p->allo_gain * h[i] * (1.0 - t[i]);
        b[i] = a[i] + p->allo_decay;
    }
    r[0] = w->y[k + 1];
    error = collocate(w->h, a, b, r);
    keep(w, k + 1, r, error, 1.0);
}

static void advance_all(stretch *w)
{
    const mtl__host_state *s = w->s;
    const bool fetal = w->t0 < s->p->fetal_until;
    for (int i = 0; i < NODES; i++)
        w->part[i] = (w->t0 - s->from + node_at[i] * w->h) / (s->t - s->from);
    w->error = 0.0;
    for (int i = 0; s->p->n_coupled > 0 && i < s->p->s->n_injuries; i++)
        if (s->p->wound[i].var >= 0)
            advance_wound(w, &s->p->wound[i]);
    for (int i = 0; i < s->n_foreign; i++)
        advance_immune(w, i, fetal);
}

/* ---------------------------------------------------------------- the step */
static int room(mtl__host_state *s, mtl_error *err)
{
    const size_t n = (size_t)s->n_sub + 1, k = n * ((size_t)s->n_y + 1);
    if (n > MTL__HOST_MOST_SUBSTEPS)
        return mtl__fail(err, MTL_ERR_LIMIT, s->p->s->name,
                         "the host's equations did not come to an end in %d substeps of one step",
                         MTL__HOST_MOST_SUBSTEPS);
    if (mtl__grow(&s->sub, &s->cap_sub, n, sizeof *s->sub) < 0 ||
        mtl__grow(&s->node, &s->cap_node, k, sizeof *s->node) < 0 ||
        mtl__grow(&s->start, &s->cap_start, k, sizeof *s->start) < 0)
        return mtl__nomem(err);
    return MTL_OK;
}

/* From s->from to s->t; s->y goes along. */
int mtl__host_collocate(mtl__host_state *s, mtl_error *err)
{
    const size_t n = (size_t)s->n_y;
    double t = s->from, h = s->t - s->from;
    s->n_sub = 0;
    while (t < s->t) {
        MTL_TRY(room(s, err));
        const size_t at = (size_t)s->n_sub * n;
        stretch w = {.s = s, .t0 = t, .y = s->y, .node = s->node + at};
        const bool last = !(t + h < s->t);
        w.h = last ? s->t - t : h;
        advance_all(&w);
        const double excess = w.error / MTL__HOST_TOLERANCE;
        /* The estimate goes with the fourth power of the substep. */
        const double change = 0.8 / mtl__max(sqrt(sqrt(excess)), 0.16);
        if (excess > 1.0 && w.h > 1e-9 * (s->t - s->from)) {
            h = w.h * mtl__max(change, 0.1);
            continue;
        }
        s->sub[s->n_sub].t0 = t;
        t = s->sub[s->n_sub++].t1 = last ? s->t : t + w.h;
        for (size_t k = 0; k < n; k++) {
            s->start[at + k] = s->y[k];
            s->y[k] = w.node[k][2];
        }
        h = w.h * change;
    }
    return MTL_OK;
}

mtl__look mtl__host_look(const mtl__host_state *s, double t)
{
    mtl__look l = {.start = s->y};
    if (s->n_sub == 0 || t >= s->t)
        return l;
    int i = s->n_sub - 1;
    while (i > 0 && t < s->sub[i].t0)
        i--;
    const mtl__substep *sub = &s->sub[i];
    l.start = s->start + (size_t)i * (size_t)s->n_y;
    if (t <= sub->t0)
        return l;
    const double x = (t - sub->t0) / (sub->t1 - sub->t0), x1 = x - node_at[1], x2 = x - node_at[2],
                 x3 = x - 1.0;
    l.node = s->node + (size_t)i * (size_t)s->n_y;
    l.weight[0] = lagrange[0] * x1 * x2 * x3;
    l.weight[1] = lagrange[1] * x * x2 * x3;
    l.weight[2] = lagrange[2] * x * x1 * x3;
    l.weight[3] = lagrange[3] * x * x1 * x2;
    return l;
}

double mtl__host_y(const mtl__host_state *s, int k, double t)
{
    const mtl__look l = mtl__host_look(s, t);
    return mtl__look_at(&l, k);
}
