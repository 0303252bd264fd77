/* SPDX-License-Identifier: MIT */
#ifndef MTL_PROCESS_JOINT_H
#define MTL_PROCESS_JOINT_H
/* Inside process/: pieces of lanes (joint_pieces.c) that the journey beside a companion moves
   (joint.c). */
#include "process/solver.h"

typedef struct mtl__piece {
    const mtl__lane *lane;
    const mtl__process *p; /* with its gates */
    mtl__state *s;
    mtl__work *w;
    mtl__gated gated;
    bool direct;         /* the intensities that the schedule itself feeds, not a component */
    double coupled_from; /* some rate of it reads the companion from then on, as far as is known */
    bool coupled;        /* ... in this segment */
    bool counted;        /* some tally reads it */
    bool begun, awake, exact, ready, at_cut;
    bool told;                                /* `to` counts it as it stands at its cut */
    bool empty;                               /* it rests, and nothing of it is left */
    bool ahead;                               /* it has leapt, and is at its cut already */
    double since;                             /* when that segment began */
    double stirred;                           /* when cells last came at once */
    double *from, *to;                        /* its tallies then and at the cut */
    double start, cut, pending, inflow, next; /* next: candidate of the exact solver */
    double own;  /* next cut of its own schedule, of records and factors */
    double sync; /* next cut that the others must see */
    int by_type0, by_type1, by_cox0, by_cox1; /* into the joint's lists, whose tallies are places */
    int tally0, n_tallies;                    /* ... in its own list of tallies */
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

/* Every component of every lane, and what its schedule feeds directly, as a piece. */
int mtl__joint_pieces(mtl__joint *j, const mtl__lane *lane, int n, int n_tallies, mtl_error *err);
/* What each of its tallies [x->n_tallies] counts of a piece as it stands, at t not before its last
   change. */
void mtl__piece_count(const mtl__joint *j, const mtl__piece *x, double t, double *own);

#endif
