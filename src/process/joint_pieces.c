/* SPDX-License-Identifier: MIT */
/* The pieces of lanes that are run beside a companion: each a component with a state and a stream
   of its own, from when on its rates may read the companion, and what the tallies count of it. */
#include "process/joint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int mtl__joint_new(mtl__joint **out, mtl_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out ? 0 : mtl__nomem(err);
}

void mtl__joint_free(mtl__joint *j)
{
    if (!j)
        return;
    for (int k = 0; k < j->n_states; k++)
        mtl__state_free(j->state[k]);
    free(j->state);
    free(j->piece);
    free(j->by_type);
    free(j->by_cox);
    free(j->tally0);
    free(j->tally1);
    free(j->direct0);
    free(j->direct1);
    free(j->tally);
    free(j->place);
    free(j->own);
    free(j);
}

/* ---------------------------------------------------------------- pieces */
/* Keeps an entry of the lane's, its tally as a place in the piece's own list. */
static int keep_counted(mtl__joint *j, mtl__piece *x, mtl__counted **list, size_t *cap, int *n,
                        mtl__counted c)
{
    MTL_TRY(mtl__grow(list, cap, (size_t)*n + 1, sizeof **list));
    if (j->place[c.tally] < 0) {
        MTL_TRY(mtl__grow(&j->tally, &j->cap_tally, (size_t)j->n_tally + 1, sizeof *j->tally));
        j->tally[j->n_tally++] = c.tally;
        j->place[c.tally] = x->n_tallies++;
    }
    c.tally = j->place[c.tally];
    (*list)[(*n)++] = c;
    return 0;
}

/* The lane's counted types and intensities that are this piece's. */
static int list_counted(mtl__joint *j, mtl__piece *x)
{
    const mtl__lane *l = x->lane;
    mtl__work *w = x->w;
    int ret = 0;
    x->by_type0 = j->n_by_type;
    x->by_cox0 = j->n_by_cox;
    x->tally0 = j->n_tally;
    for (int k = 0; ret == 0 && !x->direct && k < l->n_by_type; k++)
        if (w->mine[l->by_type[k].index])
            ret = keep_counted(j, x, &j->by_type, &j->cap_by_type, &j->n_by_type, l->by_type[k]);
    for (int a = 0; a < w->n_active_cox; a++)
        w->cox_marked[w->active_cox[a]] = true;
    for (int k = 0; ret == 0 && k < l->n_by_cox; k++)
        if (w->cox_marked[l->by_cox[k].index])
            ret = keep_counted(j, x, &j->by_cox, &j->cap_by_cox, &j->n_by_cox, l->by_cox[k]);
    for (int a = 0; a < w->n_active_cox; a++)
        w->cox_marked[w->active_cox[a]] = false;
    for (int k = x->tally0; k < j->n_tally; k++)
        j->place[j->tally[k]] = -1;
    x->by_type1 = j->n_by_type;
    x->by_cox1 = j->n_by_cox;
    x->counted = x->n_tallies > 0;
    return ret;
}

static int state_for(mtl__joint *j, int k, const mtl__process *p, mtl__state **out, mtl_error *err)
{
    if (k >= j->n_states) {
        if (mtl__grow(&j->state, &j->cap_state, (size_t)k + 1, sizeof *j->state) < 0)
            return mtl__nomem(err);
        MTL_TRY(mtl__state_new(&j->state[k], p, 8, err));
        j->n_states = k + 1;
    } else {
        MTL_TRY(mtl__state_fit(j->state[k], p, err));
    }
    *out = j->state[k];
    return 0;
}

/* Component c of a lane as the next piece, c = n_components: what its schedule feeds directly. 0
   where there is nothing to do. */
static int add_piece(mtl__joint *j, const mtl__lane *l, int c, mtl__work **names, mtl_error *err)
{
    mtl__piece *x = &j->piece[j->n_pieces];
    *x = (mtl__piece){.lane = l,
                      .p = l->process,
                      .direct = c == l->process->n_components,
                      .own = -HUGE_VAL,
                      .due = -HUGE_VAL,
                      .sync = -HUGE_VAL};
    MTL_TRY(state_for(j, j->n_pieces, l->process, &x->s, err));
    x->w = x->s->work;
    MTL_TRY(mtl__work_begin(&x->p, l->source, &l->key, x->s, &x->gated, err));
    if (x->direct) {
        x->start = mtl__cox_direct_start(l->source);
        if (mtl__cox_fed(l->source, x->w) == 0)
            return 0;
    } else {
        if (!mtl__work_on(x->p, x->w, c))
            return 0;
        x->start = mtl__work_start(x->p, x->w);
        *names = *names ? *names : x->w;
        x->first = *names;
        mtl__work_streams(x->p, x->w, &l->key, *names);
        mtl__cox_driven(x->p, x->w);
        x->coupled_from = x->start; /* until it has begun */
    }
    if (list_counted(j, x) < 0)
        return mtl__nomem(err);
    j->n_pieces++;
    return 0;
}

int mtl__joint_pieces(mtl__joint *j, const mtl__lane *lane, int n, int n_tallies, mtl_error *err)
{
    size_t most = 1;
    for (int k = 0; k < n; k++)
        most += (size_t)lane[k].process->n_components + 1;
    if (mtl__grow(&j->piece, &j->cap_piece, most, sizeof *j->piece) < 0 ||
        mtl__grow(&j->place, &j->cap_place, (size_t)n_tallies + 1, sizeof *j->place) < 0)
        return mtl__nomem(err);
    for (int k = 0; k < n_tallies; k++)
        j->place[k] = -1;
    j->n_pieces = j->n_by_type = j->n_by_cox = j->n_tally = 0;
    for (int k = 0; k < n; k++) {
        mtl__work *names = NULL;
        MTL_TRY(mtl__source_check(lane[k].source, lane[k].process, err));
        for (int c = 0; c <= lane[k].process->n_components; c++)
            MTL_TRY(add_piece(j, &lane[k], c, &names, err));
    }
    if (mtl__grow(&j->own, &j->cap_own, 2 * (size_t)j->n_tally + (size_t)n_tallies + 1,
                  sizeof *j->own) < 0)
        return mtl__nomem(err);
    double *own = j->own;
    for (int k = 0; k < j->n_pieces; k++) {
        mtl__piece *x = &j->piece[k];
        x->from = own;
        x->to = own + x->n_tallies;
        own = x->to + x->n_tallies;
    }
    return 0;
}

/* ---------------------------------------------------------------- tallies */
/* Intensity c of a piece at t, not before its last change. */
static double intensity(const mtl__piece *x, int c, double t)
{
    const mtl__state *s = x->s;
    if (x->direct || !x->begun)
        return s->y[c];
    if (!x->awake) /* it only decays */
        return s->y[c] > 0 ? s->y[c] * mtl__exp(-x->p->cox_decay[c] * (t - s->t)) : 0;
    return x->exact ? mtl__cox_peek(x->p, s, x->w, c, t) : s->y[c];
}

void mtl__piece_count(const mtl__joint *j, const mtl__piece *x, double t, double *own)
{
    mtl__work *w = x->w;
    for (int k = 0; k < x->n_tallies; k++)
        own[k] = 0;
    if (x->awake || x->at_cut) /* a resting piece has no cells */
        for (int k = x->by_type0; k < x->by_type1; k++)
            own[j->by_type[k].tally] += j->by_type[k].weight * (double)x->s->n[j->by_type[k].index];
    if (x->by_cox0 == x->by_cox1)
        return;
    for (int a = 0; a < w->n_active_cox; a++)
        w->now[w->active_cox[a]] = intensity(x, w->active_cox[a], t);
    for (int k = x->by_cox0; k < x->by_cox1; k++)
        own[j->by_cox[k].tally] += j->by_cox[k].weight * w->now[j->by_cox[k].index];
}
