/* SPDX-License-Identifier: MIT */
/* Lanes beside a companion. Every component of every lane is a piece with a state and a stream of
   its own, as in simulate.c; the companion counts over all of them and some of their rates read it.

   Exact: the piece with the earliest candidate goes first; the companion is brought to that moment
   under the counts as they stood, then the candidate is kept with probability factor / bound
   (thinning; Lewis & Shedler 1979). Each piece keeps its own unspent waiting time (as the clocks of
   Anderson 2007), so that what happens to one shifts no draws of another.

   In steps: predictor, lanes, corrector, as a second-order splitting (of first order where a rate
   reads a tally itself, which stands through the lane's step). A piece that reads nothing of the
   companion that moves keeps its own segments and draws the very bits of mtl__simulate. One that
   does is led: it goes ahead to the end of its segment, along the path that the companion is
   expected to take, and is counted between the ends. So many cells are moved in long steps while
   the companion, and pieces that something has just stirred, take short ones. */
#include "process/joint.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- tallies */
/* Between the ends of a segment: on the line, but where much came or went as it grows or dies. */
static double between(double from, double to, double part)
{
    return from > 0 && to > 0 && fabs(to - from) > 0.25 * from
               ? from * mtl__exp(part * mtl__log(to / from))
               : from + part * (to - from);
}

/* Of a piece; one that has gone ahead, in its segment. */
static void add_piece(const mtl__joint *j, const mtl__piece *x, double t, double *y)
{
    const int *tally = j->tally + x->tally0;
    if (x->ahead && !x->at_cut) {
        const double part = x->cut > x->since ? (t - x->since) / (x->cut - x->since) : 1;
        for (int k = 0; k < x->n_tallies; k++)
            y[tally[k]] += between(x->from[k], x->to[k], part);
        return;
    }
    double *own = j->own + 2 * (size_t)j->n_tally;
    mtl__piece_count(j, x, t, own);
    for (int k = 0; k < x->n_tallies; k++)
        y[tally[k]] += own[k];
}

/* All of them at t; direct: of the schedule's intensities only, or only of the others. */
static void count_tallies(const mtl__journey *v, double t, bool direct, double *y)
{
    const mtl__joint *j = v->j;
    for (int k = 0; k < v->c->n_tallies; k++)
        y[k] = 0;
    for (int k = 0; k < j->n_pieces; k++) {
        const mtl__piece *x = &j->piece[k];
        if (!x->begun || !x->counted || x->direct != direct || (x->empty && !x->at_cut))
            continue;
        add_piece(j, x, t, y);
    }
}

/* Of all pieces at t within the step [t0, t1], the direct ones on the line between its ends. */
static void tallies_within(const mtl__journey *v, double t0, double t1, double t, double *y)
{
    const double x = t1 > t0 ? (t - t0) / (t1 - t0) : 1;
    count_tallies(v, t, false, y);
    for (int k = 0; k < v->c->n_tallies; k++)
        y[k] += v->j->direct0[k] + x * (v->j->direct1[k] - v->j->direct0[k]);
}

/* ---------------------------------------------------------------- a step */
/* A piece at a cut: is anybody there, and the bounds of its rates; before the companion moves. */
static void open_segment(const mtl__journey *v, mtl__piece *x, double t1)
{
    if (!x->begun || x->direct || !x->at_cut)
        return;
    mtl__work_inflows(x->p, x->s, x->w);
    x->awake = x->w->n_inflow > 0 || mtl__work_any_cell(x->s, x->w);
    x->empty = !x->awake;
    for (int k = 0; x->empty && k < x->w->n_active_cox; k++)
        x->empty = !(x->s->y[x->w->active_cox[k]] > 0);
    if (!x->awake)
        return;
    x->coupled = x->s->t >= x->coupled_from;
    if (x->coupled && !mtl__is_led(v, x))
        x->cut = t1;
    if (x->exact || !x->coupled)
        mtl__work_bounds(x->p, x->s, x->w, x->cut);
}

/* Events of an exact piece up to t1 or its cut, against factors that are known. */
static int run_exact(mtl__journey *v, mtl__piece *x, double t1)
{
    for (;;) {
        double t;
        MTL_TRY(mtl__exact_peek(x->s, x->w, x->inflow, &x->pending, &t, v->err));
        if (!(t <= t1))
            return 0;
        MTL_TRY(mtl__exact_fire(x->p, x->s, x->w, t, x->inflow, &x->pending, &v->o, v->err));
    }
}

/* The piece runs to its cut at once; told: `to` counts it as it stands. A leaping one that nothing
   acts on does as in mtl__simulate. */
static int go_ahead(mtl__journey *v, mtl__piece *x, bool told)
{
    mtl__joint *j = v->j;
    mtl__sim_opts o = v->o;
    x->ahead = true;
    if (told)
        memcpy(x->from, x->to, (size_t)x->n_tallies * sizeof *x->from);
    else
        mtl__piece_count(j, x, x->s->t, x->from);
    x->since = x->s->t;
    if (x->exact) {
        MTL_TRY(run_exact(v, x, x->cut));
        mtl__rest_exact(x, x->cut);
    } else {
        if (x->coupled)
            o.refine = 1; /* the segment itself is refined */
        const double step = mtl__leap_step(x->p, x->w, &o);
        MTL_TRY(mtl__leap_run(x->p, x->s, x->w, x->cut, step, &o, v->err));
        v->account->split = v->account->split || x->s->split;
    }
    x->s->t = x->cut;
    mtl__piece_count(j, x, x->cut, x->to);
    x->told = true;
    return 0;
}

/* ... and its factors, along the path that the companion is expected to take. */
static int start_segment(mtl__journey *v, mtl__piece *x)
{
    if (!x->begun || x->direct || !x->at_cut)
        return 0;
    x->at_cut = false;
    const bool told = x->told;
    x->told = false;
    if (!x->awake)
        return 0;
    mtl__work_hold(x->p, x->s, x->w, x->first);
    mtl__work_factors(x->p, x->s, x->w, x->cut, x->exact);
    if (!x->exact) {
        for (int k = 0; x->coupled && k < x->w->n_live; k++)
            x->w->f_hi[x->w->live[k]] = x->w->f[x->w->live[k]]; /* over a step they move little */
        return x->lane->receives ? 0 : go_ahead(v, x, told);
    }
    if (!x->ready || x->w->moved)
        mtl__exact_prepare(x->p, x->s, x->w);
    x->ready = true;
    mtl__work_drives(x->p, x->s, x->w);
    x->inflow = mtl__exact_inflow(x->s, x->w);
    return mtl__is_led(v, x) ? go_ahead(v, x, told) : 0;
}

static int run_leap(mtl__journey *v, mtl__piece *x, double t1)
{
    mtl__sim_opts o = v->o;
    o.refine = 1; /* the step itself is refined */
    MTL_TRY(mtl__leap_run(x->p, x->s, x->w, t1, mtl__leap_step(x->p, x->w, &o), &o, v->err));
    v->account->split = v->account->split || x->s->split;
    /* a leaping piece begins each step afresh */
    x->s->t = t1;
    x->at_cut = true;
    return 0;
}

static void run_direct(mtl__journey *v, double t1)
{
    for (int k = 0; k < v->j->n_pieces; k++) {
        mtl__piece *x = &v->j->piece[k];
        if (!x->direct || !x->begun)
            continue;
        mtl__cox_direct_step(x->p, x->s, x->w, t1);
        x->s->t = t1;
        x->at_cut = true;
    }
}

/* A free piece through the ends of its own segments before t1. */
static int catch_up(mtl__journey *v, mtl__piece *x, double t1)
{
    while (x->cut < t1) {
        const double t = x->cut;
        if (x->awake && x->exact)
            MTL_TRY(run_exact(v, x, t));
        mtl__end_segment(x, t);
        const int happened = mtl__work_happens(x->p, x->s, x->w, &v->o, v->err);
        MTL_TRY(happened);
        x->ready = x->ready && !happened;
        x->told = x->told && !happened;
        x->cut = x->own = mtl__next_cut(v, x);
        open_segment(v, x, t1);
        MTL_TRY(start_segment(v, x));
    }
    return 0;
}

/* The lanes over [v->t, t1] against the path that the companion was moved along. */
static int lanes_step(mtl__journey *v, double t1)
{
    for (int k = 0; k < v->j->n_pieces; k++) {
        mtl__piece *x = &v->j->piece[k];
        if (mtl__is_free(v, x))
            MTL_TRY(catch_up(v, x, t1));
        if (!x->begun || x->direct || !x->awake || x->ahead)
            continue;
        MTL_TRY(x->exact ? run_exact(v, x, t1) : run_leap(v, x, t1));
    }
    return 0;
}

/* Event by event: every candidate sees the companion as it is at that moment. */
static int events_step(mtl__journey *v, double t1)
{
    mtl__joint *j = v->j;
    const mtl__companion *c = v->c;
    for (int k = 0; k < j->n_pieces; k++) {
        mtl__piece *x = &j->piece[k];
        x->next = HUGE_VAL;
        if (x->begun && !x->direct && x->awake)
            MTL_TRY(mtl__exact_peek(x->s, x->w, x->inflow, &x->pending, &x->next, v->err));
    }
    for (;;) {
        mtl__piece *x = NULL;
        for (int k = 0; k < j->n_pieces; k++)
            if (j->piece[k].next <= t1 && (!x || j->piece[k].next < x->next))
                x = &j->piece[k];
        if (!x)
            return 0;
        if (x->coupled || x->counted) {
            tallies_within(v, v->t, t1, x->next, j->tally1);
            MTL_TRY(c->advance(c->ctx, x->next, j->tally0, j->tally1, v->err));
            c->settle(c->ctx);
        }
        const double t = x->next;
        MTL_TRY(mtl__exact_fire(x->p, x->s, x->w, t, x->inflow, &x->pending, &v->o, v->err));
        if (x->coupled || x->counted)
            tallies_within(v, v->t, t1, t, j->tally0);
        MTL_TRY(mtl__exact_peek(x->s, x->w, x->inflow, &x->pending, &x->next, v->err));
    }
}

/* The end of a trial step to t1, where the companion expects something to happen before. */
static double happens_by(const mtl__journey *v, double t1)
{
    const double t = v->c->event ? v->c->event(v->c->ctx) : HUGE_VAL;
    return t < t1 ? mtl__max(t, mtl__min(t1, v->t + 1e-6)) : t1;
}

/* Moves the companion along with the tallies held, as far as the pieces at a cut that it leads want
   to go, and these go there. The step ends where the first of them does, or where something is
   expected to happen. */
static int predict(mtl__journey *v, double *t1)
{
    mtl__joint *j = v->j;
    const mtl__companion *c = v->c;
    double far = *t1;
    for (int k = 0; k < j->n_pieces; k++)
        if (mtl__is_led(v, &j->piece[k]) && j->piece[k].at_cut && j->piece[k].awake)
            far = mtl__max(far, j->piece[k].cut);
    MTL_TRY(c->advance(c->ctx, far, j->tally0, j->tally0, v->err));
    far = happens_by(v, far);
    *t1 = mtl__min(*t1, far);
    for (int k = 0; k < j->n_pieces; k++) {
        mtl__piece *x = &j->piece[k];
        if (!mtl__is_led(v, x) || !x->at_cut || !x->awake)
            continue;
        x->cut = x->own = x->sync = mtl__min(x->cut, far);
        MTL_TRY(start_segment(v, x));
        *t1 = mtl__min(*t1, x->cut);
    }
    for (int k = 0; k < j->n_pieces; k++)
        if (j->piece[k].begun && j->piece[k].at_cut && j->piece[k].awake && j->piece[k].coupled)
            j->piece[k].cut = *t1;
    return 0;
}

static int step(mtl__journey *v, double t1)
{
    mtl__joint *j = v->j;
    const mtl__companion *c = v->c;
    const bool by_event = v->o.solver == MTL__EXACT;
    for (int k = 0; k < c->n_tallies && !v->anew; k++) { /* as the last step left them */
        j->direct0[k] = j->direct1[k];
        j->tally0[k] = j->tally1[k];
    }
    if (v->anew)
        count_tallies(v, v->t, true, j->direct0);
    for (int k = 0; k < c->n_tallies; k++)
        j->direct1[k] = j->direct0[k];
    if (v->anew)
        tallies_within(v, v->t, t1, v->t, j->tally0);
    v->anew = by_event;
    for (int k = 0; k < j->n_pieces; k++)
        open_segment(v, &j->piece[k], t1);
    MTL_TRY(predict(v, &t1));
    run_direct(v, t1);
    count_tallies(v, t1, true, j->direct1);
    for (int k = 0; k < j->n_pieces; k++)
        MTL_TRY(start_segment(v, &j->piece[k]));
    if (by_event) {
        c->back(c->ctx);
        MTL_TRY(events_step(v, t1));
    } else {
        MTL_TRY(lanes_step(v, t1));
        c->back(c->ctx);
    }
    tallies_within(v, v->t, t1, t1, j->tally1);
    MTL_TRY(c->advance(c->ctx, t1, j->tally0, j->tally1, v->err));
    c->settle(c->ctx);
    v->account->steps++;
    v->t = t1;
    return 0;
}

static int travel(mtl__journey *v)
{
    for (;;) {
        MTL_TRY(mtl__at_date(v));
        if (v->next == v->n_times)
            return 0;
        MTL_TRY(step(v, mtl__step_end(v)));
    }
}

static void add_account(const mtl__joint *j, mtl__joint_account *a)
{
    for (int k = 0; k < j->n_pieces; k++) {
        const mtl__ledger *l = &j->piece[k].s->ledger;
        a->ledger.immigrated += l->immigrated;
        a->ledger.births += l->births;
        a->ledger.deaths += l->deaths;
        a->ledger.changes += l->changes;
        a->ledger.leaves += l->leaves;
        a->ledger.landed += l->landed;
        a->ledger.crossed += l->crossed;
        a->ledger.lost += l->lost;
        a->ledger.culled += l->culled;
        a->ledger.events += l->events;
    }
}

/* What the schedule feeds directly is recorded as in mtl__simulate. */
static int direct_records(mtl__journey *v)
{
    for (int k = 0; k < v->j->n_pieces; k++) {
        mtl__piece *x = &v->j->piece[k];
        if (!x->direct)
            continue;
        const mtl__process *p = x->lane->process;
        MTL_TRY(mtl__work_begin(&p, x->lane->source, &x->lane->key, x->s, &x->gated, v->err));
        mtl__cox_direct(p, x->s, x->w, v->n_times, v->time, x->lane->cox);
    }
    return 0;
}

int mtl__simulate_jointly(mtl__joint *j, const mtl__lane *lane, int n_lanes,
                          const mtl__companion *c, const mtl__sim_opts *o, int n_times,
                          const double *time, mtl__joint_account *account, mtl_error *err)
{
    *account = (mtl__joint_account){.steps = 0};
    if (n_times < 1)
        return 0;
    double **room[] = {&j->tally0, &j->tally1, &j->direct0, &j->direct1};
    for (int k = 0; k < 4; k++)
        if (mtl__grow(room[k], &j->cap_tallies[k], (size_t)c->n_tallies + 1, sizeof **room[k]) < 0)
            return mtl__nomem(err);
    MTL_TRY(mtl__joint_pieces(j, lane, n_lanes, c->n_tallies, err));
    mtl__journey v = {.j = j,
                      .lane = lane,
                      .c = c,
                      .stirred = -HUGE_VAL,
                      .o = mtl__sim_limits(o),
                      .n_times = n_times,
                      .time = time,
                      .t = mtl__min(c->t_start, time[0]),
                      .anew = true,
                      .account = account,
                      .err = err};
    for (int k = 0; k < j->n_pieces; k++)
        v.t = mtl__min(v.t, j->piece[k].start);
    MTL_TRY(travel(&v));
    add_account(j, account);
    return direct_records(&v);
}
