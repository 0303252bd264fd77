/* SPDX-License-Identifier: MIT */
/* Outcomes of a step: each falls where its integrated hazard passes a unit exponential that is
   drawn on a stream of its own name, so that following one more outcome moves no other, and lives
   that differ in one thing stay paired in all others. A step is gone through in the order of time:
   what happens changes the hazards of the rest of it. Tumours are begun so, and known when their
   cells, which the process follows, reach a number. */
#include <math.h>

#include "host/host_internal.h"

bool mtl__host_had(const mtl__host_state *s, int outcome, double t)
{
    const double given = s->p->hazard[outcome].given;
    return t >= (isnan(given) ? s->course[outcome].onset : given);
}

static bool clone_there(const mtl__host_state *s, int outcome)
{
    const int reader = s->p->hazard[outcome].reader;
    return s->course[outcome].begun || s->sum0[reader] > 0.0 || s->sum1[reader] > 0.0;
}

bool mtl__hazard_open(const mtl__host_state *s, int outcome, double t)
{
    const mtl__hazard *h = &s->p->hazard[outcome];
    const mtl__course *c = &s->course[outcome];
    if (!h->at_risk || (c->times > 0 && !h->def->recurs))
        return false;
    if (h->def->needs >= 0 && !mtl__host_had(s, h->def->needs, t))
        return false;
    if (h->reader >= 0 && clone_there(s, outcome))
        return false;
    return !h->def->of_week || (mtl__host_pregnancy_at(s->p, t) >= 0 &&
                                mtl__host_pregnancy_at(s->p, t) != c->pregnancy);
}

/* Gauss-Legendre, three points; nothing bends on [a, b]. */
static double piece(const mtl__host_state *s, int outcome, double a, double b)
{
    static const double off = 0.3872983346207417; /* sqrt(3/5) / 2 */
    const double mid = 0.5 * (a + b), days = b - a;
    return days / 18.0 *
           (5.0 * (mtl__hazard_at(s, outcome, mid - off * days) +
                   mtl__hazard_at(s, outcome, mid + off * days)) +
            8.0 * mtl__hazard_at(s, outcome, mid));
}

/* Where, in [a, b], the integral from a passes `left` (which it does). */
static double passing(const mtl__host_state *s, int outcome, double a, double b, double left)
{
    double lo = a, hi = b;
    for (int n = 0; n < 60; n++) {
        const double mid = 0.5 * (lo + hi);
        if (piece(s, outcome, a, mid) < left)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

/* Integrates the hazard over [a, b] of the step; *at is the date at which it passes what is left of
   the course, HUGE_VAL if it does not. */
static double integrate(const mtl__host_state *s, int outcome, double a, double b, double *at)
{
    double sum = 0.0;
    *at = HUGE_VAL;
    if (!mtl__hazard_open(s, outcome, a))
        return 0.0;
    for (int k = 0; k < s->n_sub; k++) {
        const double end = mtl__min(s->sub[k].t1, b);
        for (double t = mtl__max(a, s->sub[k].t0); t < end;) {
            const double next = mtl__hazard_next(s, outcome, t, end);
            const double part = piece(s, outcome, t, next);
            if (part > 0.0 && sum + part >= s->course[outcome].left) {
                *at = passing(s, outcome, t, next, s->course[outcome].left - sum);
                return s->course[outcome].left;
            }
            sum += part;
            t = next;
        }
    }
    return sum;
}

/* When the cells of a clone reach the number at which it is known. */
static double detection(const mtl__host_state *s, int outcome, double a)
{
    const mtl__hazard *h = &s->p->hazard[outcome];
    if (!h->at_risk || h->reader < 0)
        return HUGE_VAL;
    const double y0 = s->sum0[h->reader], y1 = s->sum1[h->reader];
    if (y1 < h->detected || s->course[outcome].known)
        return HUGE_VAL;
    const double at =
        y0 >= h->detected ? s->from : s->from + (s->t - s->from) * (h->detected - y0) / (y1 - y0);
    return mtl__max(at, a);
}

typedef struct event {
    double t;
    int outcome;
    bool known; /* a clone is, rather than an outcome begins */
} event;

static event first_event(mtl__host_state *s, double a, bool only_read)
{
    event e = {.t = HUGE_VAL, .outcome = -1};
    for (int k = 0; s->ended == HUGE_VAL && k < s->p->s->m->n_outcomes; k++) {
        double at;
        const mtl__hazard *h = &s->p->hazard[k];
        if (!h->at_risk || (only_read && !h->read && !h->def->ends_life))
            continue;
        s->course[k].gone = integrate(s, k, a, s->t, &at);
        if (at < e.t)
            e = (event){.t = at, .outcome = k};
        at = detection(s, k, a);
        if (at < e.t)
            e = (event){.t = at, .outcome = k, .known = true};
    }
    return e;
}

double mtl__host_event(mtl__host_state *s)
{
    return s->open ? first_event(s, s->from, true).t : HUGE_VAL;
}

static void report_clone(mtl__host_state *s, int outcome, int64_t cells)
{
    const mtl__outcome_def *d = s->p->hazard[outcome].def;
    s->clone[s->n_clones++] = (mtl__host_clone){.kind = d->kind, .organ = d->organ, .cells = cells};
}

static void happen(mtl__host_state *s, event e)
{
    mtl__course *c = &s->course[e.outcome];
    const mtl__hazard *h = &s->p->hazard[e.outcome];
    if (!e.known)
        c->left = mtl__rng_exp(&c->rng);
    if (h->reader >= 0 && !e.known) {
        c->begun = true;
        report_clone(s, e.outcome, 1);
        return;
    }
    if (e.known) {
        c->known = true;
        report_clone(s, e.outcome, -1);
    } else if (h->def->of_week) {
        c->pregnancy = mtl__host_pregnancy_at(s->p, e.t);
    }
    if (c->times++ == 0)
        c->onset = e.t;
    if (h->def->ends_life)
        s->ended = e.t;
}

void mtl__host_happen(mtl__host_state *s)
{
    const int n = s->p->s->m->n_outcomes;
    s->n_clones = 0;
    for (int k = 0; k < n; k++)
        if (s->p->hazard[k].reader >= 0) { /* the tallies show by now what was begun before */
            s->course[k].begun = false;
            s->course[k].known = false;
        }
    for (double a = s->from; s->ended == HUGE_VAL;) {
        const event e = first_event(s, a, false);
        const double b = e.outcome < 0 ? s->t : e.t;
        for (int k = 0; k < n; k++) {
            mtl__course *c = &s->course[k];
            if (!s->p->hazard[k].at_risk || (k == e.outcome && !e.known))
                continue;
            double at;
            if (e.outcome >= 0) /* only as far as that */
                c->gone = integrate(s, k, a, b, &at);
            c->left = mtl__max(0.0, c->left - c->gone);
        }
        if (e.outcome < 0)
            break;
        happen(s, e);
        a = b;
    }
}

int mtl__host_clones(mtl__host_state *s, mtl__host_clone *out, int most)
{
    const int n = s->n_clones < most ? s->n_clones : most;
    for (int k = 0; k < n; k++)
        out[k] = s->clone[k];
    return n;
}
