/* SPDX-License-Identifier: MIT */
/* Lanes beside a companion, at a date: what begins, ends, arrives and is recorded, and where each
   piece must be cut next. */
#include "process/joint.h"

#include <math.h>

static void begin_piece(mtl__journey *v, mtl__piece *x)
{
    mtl__state *s = x->s;
    const double end = v->time[v->n_times - 1];
    s->t = x->start;
    x->begun = x->at_cut = true;
    x->stirred = x->start;
    v->anew = true;
    for (int k = 0; k < x->w->n_active_cox; k++)
        s->y[x->w->active_cox[k]] = 0;
    if (x->direct)
        return;
    mtl__work_factors(x->p, s, x->w, end, false);
    mtl__work_bounds(x->p, s, x->w, end);
    int left = 0;
    for (int k = v->next; k < v->n_times; k++)
        left += v->time[k] >= x->start;
    /* nobody knows how many the companion will put into a lane, or how they grow */
    x->exact = v->o.solver == MTL__EXACT ||
               (v->o.solver == MTL__AUTO && !x->lane->receives &&
                mtl__work_exact_is_cheaper(x->p, s, x->w, x->start, end, left, &v->o));
    v->account->used[x->exact ? MTL__EXACT : MTL__LEAP] = true;
}

/* At the cut of an exact piece: what is not spent is kept, and intensities come along. */
void mtl__rest_exact(mtl__piece *x, double t)
{
    mtl__exact_rest(x->s, x->w, t, x->inflow, &x->pending);
    for (int k = 0; k < x->w->n_active_cox; k++)
        mtl__cox_advance(x->p, x->s, x->w, x->w->active_cox[k], t);
}

/* The segment that ends at t: a resting piece has decayed, an exact one keeps what is not spent. */
void mtl__end_segment(mtl__piece *x, double t)
{
    mtl__state *s = x->s;
    if (x->at_cut || x->direct || x->ahead) {
        x->at_cut = true;
        x->ahead = false;
        return;
    }
    if (!x->awake) {
        mtl__work_sleep(x->p, s, x->w, t);
    } else if (x->exact) {
        mtl__rest_exact(x, t);
    }
    s->t = t;
    x->at_cut = true;
}

/* What falls on now in this piece. */
static int happen(mtl__journey *v, mtl__piece *x)
{
    if (x->direct) {
        mtl__cox_direct_now(x->s, x->w);
        v->anew = v->anew || x->own <= v->t;
        return 0;
    }
    const int happened = mtl__work_happens(x->p, x->s, x->w, &v->o, v->err);
    MTL_TRY(happened);
    if (happened) {
        x->ready = x->told = x->empty = false;
        x->stirred = v->t;
        v->anew = true;
    }
    return 0;
}

static void arrive(mtl__journey *v)
{
    mtl__arrival a[16];
    const int most = (int)(sizeof a / sizeof *a);
    for (int n = most; n == most;) {
        n = v->c->arrivals(v->c->ctx, a, most);
        for (int k = 0; k < n; k++)
            for (int i = 0; i < v->j->n_pieces; i++) {
                mtl__piece *x = &v->j->piece[i];
                if (x->direct || x->lane - v->lane != a[k].lane || !x->begun ||
                    !(a[k].cells < 0 ? x->w->mine[a[k].type]
                                     : x->p->type[a[k].type].component == x->w->component))
                    continue;
                mtl__end_segment(x, v->t);
                v->anew = true;
                v->stirred = x->counted ? v->t : v->stirred;
                mtl__ledger *l = &x->s->ledger;
                int64_t *cells = &x->s->n[a[k].type];
                *(a[k].cells < 0 ? &l->culled : &l->immigrated) +=
                    a[k].cells < 0 ? *cells : a[k].cells;
                *cells = a[k].cells < 0 ? 0 : *cells + a[k].cells;
                x->ready = x->told = x->empty = false;
                x->own = v->t; /* it may have rested through what its rates read */
            }
    }
}

static void take_records(mtl__journey *v)
{
    for (; v->next < v->n_times && v->time[v->next] <= v->t; v->next++) {
        for (int k = 0; k < v->j->n_pieces; k++) {
            const mtl__piece *x = &v->j->piece[k];
            if (!x->direct && x->begun && v->time[v->next] >= x->start)
                mtl__work_record(x->s, x->w,
                                 x->lane->counts + (size_t)v->next * (size_t)x->p->n_types,
                                 x->lane->cox + (size_t)v->next * (size_t)x->p->n_cox);
        }
        v->c->record(v->c->ctx, v->next);
    }
}

/* Nothing acts on it now, and nobody needs to know where its segments end. */
bool mtl__is_free(const mtl__journey *v, const mtl__piece *x)
{
    return v->o.solver != MTL__EXACT && x->begun && !x->direct && !x->lane->receives &&
           x->s->t < x->coupled_from;
}

/* It reads what moves in the companion, and follows where that is expected to go. */
bool mtl__is_led(const mtl__journey *v, const mtl__piece *x)
{
    return v->o.solver != MTL__EXACT && x->begun && !x->direct && !x->lane->receives &&
           x->s->t >= x->coupled_from;
}

/* Days over which the piece may go on without the others: while cells come the tallies move fast;
   after they came at once ever more slowly. What comes into others moves the companion that leads
   it. */
static double calm(const mtl__journey *v, const mtl__piece *x)
{
    double days = mtl__max(0.5, 0.2 * (v->t - x->stirred));
    if (x->w->n_inflow > 0)
        days = mtl__min(days, 7);
    return mtl__is_led(v, x) ? mtl__min(days, mtl__max(0.5, v->t - v->stirred)) : days;
}

static double refined(const mtl__journey *v, double days)
{
    const double h = v->o.step_days > 0 ? v->o.step_days : days;
    return h / (v->o.refine > 1 ? v->o.refine : 1);
}

/* Days in which what the piece reads of the companion moves little. */
static double pace(const mtl__journey *v, const mtl__piece *x)
{
    const mtl__env *e = x->p->env;
    double days = HUGE_VAL;
    if (!e->pace)
        return v->c->longest(v->c->ctx);
    for (int i = 0; i < x->w->n_live; i++)
        days = mtl__min(days, e->pace(e, x->w->live[i]));
    return days;
}

/* A resting piece that reads the companion: nothing moves it before something comes. */
static bool rests(mtl__piece *x)
{
    mtl__work_inflows(x->p, x->s, x->w);
    return x->w->n_inflow == 0 && !mtl__work_any_cell(x->s, x->w);
}

/* Where the piece must be cut next. */
double mtl__next_cut(const mtl__journey *v, mtl__piece *x)
{
    const double most = v->time[v->next];
    if (!x->begun)
        return mtl__min(most, x->start);
    if (x->direct)
        return mtl__cox_direct_cut(x->p, x->s, x->w, most);
    if (x->coupled_from <= v->t && rests(x))
        return mtl__work_schedule(x->p, x->s, x->w, most);
    x->w->led = v->o.solver != MTL__EXACT && !x->lane->receives;
    mtl__work_stir(x->p, x->s, x->w);
    x->coupled_from = x->w->reads_from;
    if (x->s->t < x->coupled_from)
        return mtl__work_cut(x->p, x->s, x->w, mtl__min(most, x->coupled_from), true);
    const double t = mtl__work_cut(x->p, x->s, x->w, most, false); /* bounds are by the step */
    if (!mtl__is_led(v, x))
        return t;
    return mtl__min(t, mtl__min(v->t + refined(v, mtl__min(pace(v, x), calm(v, x))), v->stop));
}

/* Cuts stand until they are reached. What falls on `sync` the others must see. */
static void set_cut(const mtl__journey *v, mtl__piece *x)
{
    if (!(x->own > v->t))
        x->own = mtl__next_cut(v, x);
    x->cut = x->own;
    if (!mtl__is_free(v, x))
        x->sync = x->own;
    else if (!(x->sync > v->t))
        x->sync =
            mtl__work_cut(x->p, x->s, x->w, mtl__min(v->time[v->next], x->coupled_from), false);
}

/* What comes into a counted piece, on a date that is known: the led ones must not run past it, and
   go on by short steps. */
static double comes_next(mtl__journey *v, mtl__piece *x)
{
    if (!x->counted)
        return HUGE_VAL;
    if (x->due > v->t)
        return x->due;
    if (x->due > -HUGE_VAL)
        v->stirred = v->t;
    x->due = !x->begun   ? x->start
             : x->direct ? mtl__cox_direct_cut(x->p, x->s, x->w, HUGE_VAL)
                         : mtl__work_schedule(x->p, x->s, x->w, HUGE_VAL);
    return x->due;
}

/* Everything that happens at v->t; then every piece knows its next cut. */
int mtl__at_date(mtl__journey *v)
{
    mtl__joint *j = v->j;
    for (int k = 0; k < j->n_pieces; k++) {
        mtl__piece *x = &j->piece[k];
        if (!x->begun && x->start <= v->t)
            begin_piece(v, x);
        else if (x->begun && x->cut <= v->t)
            mtl__end_segment(x, v->t);
    }
    arrive(v);
    for (int k = 0; k < j->n_pieces; k++)
        if (j->piece[k].begun && j->piece[k].at_cut && j->piece[k].s->t == v->t)
            MTL_TRY(happen(v, &j->piece[k]));
    take_records(v);
    if (v->next == v->n_times)
        return 0;
    v->stop = v->c->next_break(v->c->ctx, v->t);
    for (int k = 0; k < j->n_pieces; k++)
        v->stop = mtl__min(v->stop, comes_next(v, &j->piece[k]));
    for (int k = 0; k < j->n_pieces; k++)
        if (!j->piece[k].begun || j->piece[k].at_cut)
            set_cut(v, &j->piece[k]);
        else if (!(j->piece[k].sync > v->t)) /* its own cuts have gone past it */
            j->piece[k].sync = j->piece[k].cut;
    return 0;
}

/* How long the step may be: the companion says what resolves it, and no piece is left alone for
   too long that does not know itself. */
double mtl__step_end(const mtl__journey *v)
{
    const mtl__joint *j = v->j;
    double h = HUGE_VAL;
    bool resolved = false; /* by the companion: some piece follows it through the step */
    for (int k = 0; k < j->n_pieces; k++) {
        const mtl__piece *x = &j->piece[k];
        if (!x->begun || x->direct || x->empty || mtl__is_led(v, x))
            continue;
        if (x->counted)
            h = mtl__min(h, calm(v, x));
        resolved = resolved || x->s->t >= x->coupled_from || x->lane->receives;
    }
    if (resolved)
        h = mtl__min(h, v->c->longest(v->c->ctx));
    double t = mtl__min(v->t + refined(v, h), v->time[v->next]);
    t = mtl__min(t, v->stop);
    for (int k = 0; k < j->n_pieces; k++)
        t = mtl__min(t, j->piece[k].sync);
    return t > v->t ? t : mtl__min(v->time[v->next], v->stop);
}
