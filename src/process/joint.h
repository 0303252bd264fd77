/* SPDX-License-Identifier: MIT */
#ifndef MTL_PROCESS_JOINT_H
#define MTL_PROCESS_JOINT_H
/* Inside process/: pieces of lanes (joint_pieces.c), and the journey beside a companion that moves
   them: from date to date (joint.c), and at a date (joint_date.c). */
#include "process/solver.h"

typedef struct mtl__piece {
    const mtl__lane *lane;
    const mtl__process *p; /* with its gates */
    mtl__state *s;
    mtl__work *w, *first; /* of the piece, and of the first of its lane */
    mtl__gated gated;
    bool direct; /* the intensities that the schedule itself feeds, not a component */
    double start;

    /* what tallies count of it: places in the joint's lists, whose tallies are places in its own */
    bool counted;
    int by_type0, by_type1, by_cox0, by_cox1;
    int tally0, n_tallies;
    double *from, *to; /* at both ends of a segment that it went through ahead [n_tallies] */
    bool told;         /* `to` counts it as it stands at its cut */

    /* the segment */
    bool begun, exact;
    bool at_cut;
    double own;          /* next cut of its own schedule, of records and factors */
    double cut;          /* ... unless the companion needs it earlier */
    double sync;         /* next cut that the others must see */
    double coupled_from; /* some rate of it reads the companion from then on, as far as is known */
    bool coupled;        /* ... in this segment */
    bool awake, empty;   /* somebody is there or comes; else: and nothing of it is left */
    bool ahead;          /* it is at its cut already */
    double since;        /* when that segment began */
    double stirred;      /* when cells last came at once */
    double due;          /* when cells come next, as far as is known beforehand */
    bool ready;          /* exact: its tables stand */
    double pending, inflow, next; /* exact: unspent waiting time, immigration, next candidate */
} mtl__piece;

struct mtl__joint {
    mtl__piece *piece;
    size_t cap_piece;
    int n_pieces;
    mtl__state **state; /* as many as there ever were pieces */
    size_t cap_state;
    int n_states;
    mtl__counted *by_type, *by_cox; /* those of each piece together */
    size_t cap_by_type, cap_by_cox;
    int n_by_type, n_by_cox;
    int *tally; /* those that each piece counts into */
    size_t cap_tally;
    int n_tally;
    int *place; /* [all tallies] in the list that is being made, -1 */
    size_t cap_place;
    double *tally0, *tally1, *direct0, *direct1; /* at both ends of a step */
    size_t cap_tallies[4];
    double *own; /* `from` and `to` of all pieces, then room for one */
    size_t cap_own;
};

typedef struct mtl__journey { /* one call */
    mtl__joint *j;
    const mtl__lane *lane;
    const mtl__companion *c;
    mtl__sim_opts o;
    int n_times;
    const double *time;
    double t;       /* now */
    double stop;    /* next break of the companion, or date on which counted cells come */
    double stirred; /* when counted cells last came at once, in any piece */
    bool anew;      /* something came at this date, so that cells are counted anew */
    int next;       /* record */
    mtl__joint_account *account;
    mtl_error *err;
} mtl__journey;

/* Every component of every lane, and what its schedule feeds directly, as a piece. */
int mtl__joint_pieces(mtl__joint *j, const mtl__lane *lane, int n, int n_tallies, mtl_error *err);
/* What each of its tallies [x->n_tallies] counts of a piece as it stands, at t not before its last
   change. */
void mtl__piece_count(const mtl__joint *j, const mtl__piece *x, double t, double *own);

/* ---------------------------------------------------------------- at a date (joint_date.c) */
/* Everything that happens at v->t; then every piece knows its next cut. */
int mtl__at_date(mtl__journey *v);
/* How far the next step may go. */
double mtl__step_end(const mtl__journey *v);
/* Where the piece, at a cut, must be cut next. */
double mtl__next_cut(const mtl__journey *v, mtl__piece *x);
/* The segment that ends at t: a resting piece has decayed, an exact one keeps what is not spent. */
void mtl__end_segment(mtl__piece *x, double t);
void mtl__rest_exact(mtl__piece *x, double t);
/* Nothing acts on it now, and nobody needs to know where its segments end. */
bool mtl__is_free(const mtl__journey *v, const mtl__piece *x);
/* It reads what moves in the companion, and follows where that is expected to go. */
bool mtl__is_led(const mtl__journey *v, const mtl__piece *x);

#endif
