/* SPDX-License-Identifier: MIT */
/* Outcomes of a step: each falls where its integrated hazard passes a unit exponential that is
   drawn on a stream of its own name, so that following one more outcome moves no other, and lives
   that differ in one thing stay paired in all others. A step is gone through in the order of time:
   what happens changes the hazards of the rest of it. Tumours are begun so, and known when their
   cells, which the process follows, reach a number. After an outcome that ends life nothing
   happens, and no tumour is left: nobody would ever find it, and it would grow for as long as the
   cells are followed. */
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

/* When the cells of a clone reach the number at which it is known: they grow by a factor a day,
   and a step is long beside that. */
static double detection(const mtl__host_state *s, int outcome, double a)
{
    const mtl__hazard *h = &s->p->hazard[outcome];
    if (!h->at_risk || h->reader < 0)
        return HUGE_VAL;
    const double y0 = s->sum0[h->reader], y1 = s->sum1[h->reader];
    if (y1 < h->detected || s->course[outcome].known)
        return HUGE_VAL;
    if (y0 >= h->detected)
        return a;
    const double part =
        y0 > 0.0 ? mtl__log(h->detected / y0) / mtl__log(y1 / y0) : (h->detected - y0) / (y1 - y0);
    return mtl__max(a, s->from + (s->t - s->from) * mtl__min(part, 1.0));
}

/* A step in which the cells of a clone grow to e times what makes it known, as it grew before. */
double mtl__clone_longest(const mtl__host_state *s, int outcome)
{
    const mtl__hazard *h = &s->p->hazard[outcome];
    const mtl__course *c = &s->course[outcome];
    const double y = c->begun ? mtl__max(1.0, s->sum1[h->reader]) : s->sum1[h->reader];
    if (c->known || !(y > 0.0) || !(c->growth > 0.0))
        return HUGE_VAL;
    return (1.0 + mtl__max(0.0, mtl__log(h->detected / y))) / c->growth;
}

/* Of less than a day chance would make anything. */
static void watch_growth(mtl__host_state *s, int outcome)
{
    mtl__course *c = &s->course[outcome];
    const double y = s->sum1[s->p->hazard[outcome].reader], days = s->t - c->when;
    if (!(y > 0.0) || c->due < 0) {
        c->seen = 0.0;
        c->growth = MTL__HOST_GROWTH;
    } else if (!(c->seen > 0.0) || days >= 1.0) {
        if (c->seen > 0.0)
            c->growth = mtl__log(y / c->seen) / days;
        c->seen = y;
        c->when = s->t;
    }
}

typedef struct event {
    double t;
    int outcome;
    bool known; /* a clone is, rather than an outcome begins */
} event;

static event first_event(mtl__host_state *s, double a, bool only_read)
{
    event e = {.t = HUGE_VAL, .outcome = -1};
    const int n = only_read ? s->n_read : s->n_drawn, *which = only_read ? s->read : s->drawn;
    for (int i = 0; s->ended == HUGE_VAL && i < n; i++) {
        const int k = which[i];
        double at;
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

static void happen(mtl__host_state *s, event e)
{
    mtl__course *c = &s->course[e.outcome];
    const mtl__hazard *h = &s->p->hazard[e.outcome];
    if (!e.known)
        c->left = mtl__rng_exp(&c->rng);
    if (h->reader >= 0 && !e.known) {
        c->begun = true;
        c->clones++;
        c->due = 1;
        return;
    }
    if (e.known) {
        c->known = true;
        c->due = -1;
    } else if (h->def->of_week) {
        c->pregnancy = mtl__host_pregnancy_at(s->p, e.t);
    }
    if (c->times++ == 0)
        c->onset = e.t;
    if (h->def->ends_life)
        s->ended = e.t;
}

/* Of all tumours, before what happens in the step, and after it. */
static void begin_clones(mtl__host_state *s)
{
    for (int i = 0; i < s->n_tumours; i++) {
        mtl__course *c = &s->course[s->tumour[i]];
        if (c->due == 0) /* the tallies show by now what was begun or taken before */
            c->begun = c->known = false;
    }
}

static void end_clones(mtl__host_state *s)
{
    for (int i = 0; i < s->n_tumours; i++) {
        if (s->ended < HUGE_VAL && clone_there(s, s->tumour[i]))
            s->course[s->tumour[i]].due = -1;
        watch_growth(s, s->tumour[i]);
    }
}

void mtl__host_happen(mtl__host_state *s)
{
    begin_clones(s);
    for (double a = s->from; s->ended == HUGE_VAL;) {
        const event e = first_event(s, a, false);
        const double b = e.outcome < 0 ? s->t : e.t;
        for (int i = 0; i < s->n_drawn; i++) {
            const int k = s->drawn[i];
            mtl__course *c = &s->course[k];
            double at;
            if (k == e.outcome && !e.known)
                continue;
            if (e.outcome >= 0) /* only as far as that */
                c->gone = integrate(s, k, a, b, &at);
            c->left = mtl__max(0.0, c->left - c->gone);
        }
        if (e.outcome < 0)
            break;
        happen(s, e);
        a = b;
    }
    end_clones(s);
}

int mtl__host_clones(mtl__host_state *s, mtl__host_clone *out, int most)
{
    int n = 0;
    for (int i = 0; i < s->n_tumours && n < most; i++) {
        const mtl__outcome_def *d = s->p->hazard[s->tumour[i]].def;
        mtl__course *c = &s->course[s->tumour[i]];
        if (c->due != 0)
            out[n++] = (mtl__host_clone){d->kind, d->organ, c->due};
        c->due = 0;
    }
    return n;
}
