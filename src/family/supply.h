/* SPDX-License-Identifier: MIT */
#ifndef MTL_FAMILY_SUPPLY_H
#define MTL_FAMILY_SUPPLY_H
/* Inside family/: sources from supply lines. */
#include "family/family.h"

enum { MTL__MAX_GROUPS = 32 };
/* One inoculum in the making: by a conceptus of a pregnancy, or by a contact. */
typedef struct mtl__filling {
    mtl__world *w;
    mtl__inoculum *x;
    const mtl__pregnancy *pg; /* NULL for a contact */
    const mtl__conceptus *conceptus;
    const mtl__contact *contact; /* NULL for a pregnancy */
    double number;               /* losses that nobody noticed: how many on average; 0 = known */
    const mtl__body *host;
    double
        blood_share; /* of the giver's blood-borne cells that are this donor's (stem cell grafts) */
    const char *group_name[MTL__MAX_GROUPS];
    mtl_error *err;
} mtl__filling;

/* Fills w->inoculum: for every conceptus its own cells into the mother, and the mother's into a
   child with a body; for every contact the giver's cells into the taker; without culls. */
int mtl__world_supply(mtl__world *w, mtl_error *err);
/* Adds what one active line gives to the inoculum; 0 if the line does not concern it. */
int mtl__supply_line(mtl__filling *f, const mtl__supply *u);
/* Sets up the inoculum's arrays and names. */
int mtl__supply_begin(mtl__filling *f, int donor, int host, double t_start, uint64_t key);
/* Sorts, and keeps the inoculum if anything is in it. */
int mtl__supply_end(mtl__filling *f);

/* culls.c: what later pregnancies (niche = displacement) and stem cell grafts take away of each
   inoculum, in the bodies that it can reach. After the process is built. */
int mtl__world_culls(mtl__world *w, mtl_error *err);
/* contacts.c: inocula of contacts; conduits that contacts open. */
int mtl__contact_inocula(mtl__world *w, mtl_error *err);
int mtl__contact_conduits(mtl__world *w, mtl_error *err);
/* Can this line be called on by the scenario at all: does it have such a contact (or is it of
 * pregnancies)? */
bool mtl__line_possible(const mtl_scenario *s, const mtl__supply *u);
/* Does this kind make blood, or live in it? Then a stem cell graft replaces it. */
bool mtl__blood_forming(const mtl_model *m, int kind);
/* Whose genomes the blood-forming cells of a person carry just before (or at, if `at`) a time: the
   person's own and, in shares, those of stem cell grafts, each of which leaves what was there the
   rest. At most MTL__MAX_OWNERS; own first; shares sum to 1. Returns the number. */
enum { MTL__MAX_OWNERS = 8 };
typedef struct mtl__owner {
    int person;
    double share;
} mtl__owner;
int mtl__blood_owners(const mtl__world *w, int person, double t, bool at, mtl__owner *out);
/* Folds of a line that hold for this pregnancy or contact, multiplied. */
double mtl__supply_folds(const mtl__filling *f, const mtl__supply *u);
/* Does a line hang on this kind of contact? */
bool mtl__contact_calls(const mtl__contact *c, const mtl__supply *u);
/* gates.c: whether two twins' circulations are joined, one event for both directions; its slot. */
int mtl__joined_law(const mtl__world *w, const mtl__contact *c, mtl__group *law, mtl_error *err);
int mtl__joined_slot(mtl__world *w, const mtl__contact *c, const mtl__group *law);
/* A slot with a gate of this law (NULL: an ordinary slot). */
int mtl__gated_slot(mtl__world *w, const int *factor, int n_factors, double origin, double t_on,
                    double t_off, double fresh, const mtl__group *law);
/* The product of a gated slot and another has the same gate. */
int mtl__gated_product(mtl__world *w, int slot, int also, const mtl__group *law);
/* After the process is made: which factor has which gate, and which gates have one name. */
int mtl__map_gates(mtl__world *w, mtl_error *err);
/* The law of a line's multiplier as a group of its own name; false if it does not vary. */
bool mtl__supply_law(const mtl__world *w, const mtl__supply *u, uint64_t key, mtl__group *out);

/* A conduit from giver to taker through which a blood cell passes at per_cell x slot a day; a seed
   at `seeds` times that (world.c). */
typedef struct mtl__opening {
    const mtl__body *giver, *taker;
    double per_cell, seeds, t0, t1;
    int slot;
    const mtl__group *law; /* of the slot's gate; NULL = none */
} mtl__opening;
int mtl__open_conduit(mtl__world *w, const mtl__opening *o);
#endif
