/* SPDX-License-Identifier: MIT */
/* The chance of an outcome by the end of a life that no exposure touches. An outcome that hangs on
   nothing and that no death forestalls has it in closed form: its hazard is linear in pieces. One
   that comes only after another, or that deaths which are followed forestall, is a state of a
   Markov chain over the sets of outcomes that have come, solved by the classical Runge-Kutta method
   from bend to bend. */
#include <math.h>

#include "host/host_internal.h"

enum { SETS = 1 << MTL__HOST_CHAIN };

typedef struct chain {
    const mtl__host_plan *p;
    int outcome[MTL__HOST_CHAIN];
    int n;
} chain;

static int place_in(const chain *c, int outcome)
{
    for (int k = 0; k < c->n; k++)
        if (c->outcome[k] == outcome)
            return k;
    return -1;
}

/* The outcome and all that it needs; false when there are too many. */
static bool add_needed(chain *c, int outcome)
{
    for (int o = outcome; o >= 0 && place_in(c, o) < 0; o = c->p->hazard[o].def->needs) {
        if (c->n == MTL__HOST_CHAIN)
            return false;
        c->outcome[c->n++] = o;
    }
    return true;
}

static double next_bend(const chain *c, double t, double end)
{
    for (int k = 0; k < c->n; k++) {
        const mtl__hazard *h = &c->p->hazard[c->outcome[k]];
        end = mtl__hazard_bend(c->p, h, t, end);
        if (h->given > t)
            end = mtl__min(end, h->given);
    }
    for (int i = 0; i < c->p->s->n_pregnancies; i++) {
        const mtl__host_pregnancy *g = &c->p->s->pregnancy[i];
        if (g->conceived > t)
            end = mtl__min(end, g->conceived);
        if (g->ended > t)
            end = mtl__min(end, g->ended);
    }
    return end;
}

/* dP/dt of the sets: bit k is set once outcome k of the chain has come. */
static void flow(const chain *c, const double *hazard, const bool *had, const double *prob,
                 double *change)
{
    for (int set = 0; set < 1 << c->n; set++)
        change[set] = 0.0;
    for (int set = 0; set < 1 << c->n; set++) {
        bool alive = prob[set] > 0.0;
        for (int k = 0; k < c->n; k++)
            if ((set >> k & 1) != 0 && c->p->hazard[c->outcome[k]].def->ends_life)
                alive = false;
        for (int k = 0; alive && k < c->n; k++) {
            const int needs = c->p->hazard[c->outcome[k]].def->needs;
            const int on = needs >= 0 ? place_in(c, needs) : -1;
            if ((set >> k & 1) != 0 || (on >= 0 && !had[on] && (set >> on & 1) == 0))
                continue;
            change[set] -= hazard[k] * prob[set];
            change[set | 1 << k] += hazard[k] * prob[set];
        }
    }
}

typedef struct line { /* hazards between two bends: h0 at a, h1 at b */
    double a, b, h0[MTL__HOST_CHAIN], h1[MTL__HOST_CHAIN];
    bool had[MTL__HOST_CHAIN]; /* by a date that is given */
} line;

static line draw_line(const chain *c, double a, double b)
{
    line l = {.a = a, .b = b};
    for (int k = 0; k < c->n; k++) {
        const mtl__hazard *h = &c->p->hazard[c->outcome[k]];
        l.had[k] = h->given <= a;
        /* Values at the rims would see the next piece: two inner dates give the line. */
        const double x = a + 0.25 * (b - a), y = a + 0.75 * (b - a);
        const double hx = h->at_risk ? mtl__hazard_base(c->p, h, x) : 0.0,
                     hy = h->at_risk ? mtl__hazard_base(c->p, h, y) : 0.0;
        l.h0[k] = hx - 0.5 * (hy - hx);
        l.h1[k] = hy + 0.5 * (hy - hx);
    }
    return l;
}

static void slope_at(const chain *c, const line *l, double t, const double *prob, double *change)
{
    double hazard[MTL__HOST_CHAIN];
    for (int k = 0; k < c->n; k++)
        hazard[k] = l->h0[k] + (l->h1[k] - l->h0[k]) * (t - l->a) / (l->b - l->a);
    flow(c, hazard, l->had, prob, change);
}

static void runge_kutta(const chain *c, const line *l, double t, double days, double *prob)
{
    double k[4][SETS], at[SETS];
    const int n = 1 << c->n;
    slope_at(c, l, t, prob, k[0]);
    for (int stage = 1; stage < 4; stage++) {
        const double part = stage < 3 ? 0.5 : 1.0;
        for (int i = 0; i < n; i++)
            at[i] = prob[i] + part * days * k[stage - 1][i];
        slope_at(c, l, t + part * days, at, k[stage]);
    }
    for (int i = 0; i < n; i++)
        prob[i] += days / 6.0 * (k[0][i] + 2.0 * (k[1][i] + k[2][i]) + k[3][i]);
}

/* The integral of the only hazard of a chain of one over [a, b]. */
static double integral(const chain *c, double a, double end)
{
    double sum = 0.0;
    while (a < end) {
        const double b = next_bend(c, a, end);
        const line l = draw_line(c, a, b);
        sum += 0.5 * (b - a) * (l.h0[0] + l.h1[0]);
        a = b;
    }
    return sum;
}

/* The sets from a to `end`. */
static void travel(const chain *c, double a, double end, double *prob)
{
    const double longest = 30.0, move = 0.05; /* days and chance of a step */
    while (a < end) {
        const double b = next_bend(c, a, end);
        const line l = draw_line(c, a, b);
        double most = 1.0 / longest;
        for (int k = 0; k < c->n; k++)
            most = mtl__max(most, mtl__max(l.h0[k], l.h1[k]) / move);
        const int steps = (int)mtl__min(1e5, floor((b - a) * most) + 1.0);
        for (int i = 0; i < steps; i++)
            runge_kutta(c, &l, a + (b - a) * i / steps, (b - a) / steps, prob);
        a = b;
    }
}

static double chance_of(const chain *c, int outcome, const double *prob)
{
    const int place = place_in(c, outcome);
    double sum = 0.0;
    for (int set = 0; set < 1 << c->n && place >= 0; set++)
        sum += (set >> place & 1) != 0 ? prob[set] : 0.0;
    return sum;
}

static bool chain_of(chain *c, const mtl__host_plan *p, int outcome)
{
    *c = (chain){.p = p};
    bool few = add_needed(c, outcome);
    for (int k = 0; k < p->s->m->n_outcomes && few; k++)
        if (p->hazard[k].at_risk && p->hazard[k].def->ends_life)
            few = add_needed(c, k);
    return few;
}

void mtl__host_baseline(const mtl__host_plan *p, int outcome, int n, const double *time,
                        double *out)
{
    chain c;
    const double given = p->hazard[outcome].given;
    const bool few = chain_of(&c, p, outcome);
    double prob[SETS] = {1.0}, sum = 0.0, at = p->s->t0;
    for (int k = 0; k < n; k++) {
        const double t = mtl__min(time[k], p->s->t1);
        if (!isnan(given)) {
            out[k] = given <= t ? 1.0 : 0.0;
        } else if (!few) {
            out[k] = NAN;
        } else if (c.n == 1) {
            sum += integral(&c, at, t);
            out[k] = -mtl__expm1(-sum);
        } else {
            travel(&c, at, t, prob);
            out[k] = chance_of(&c, outcome, prob);
        }
        at = mtl__max(at, t);
    }
}
