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
    const mtl__body *host;
    double
        blood_share; /* of the giver's blood-borne cells that are this donor's (stem cell grafts) */
    const char *group_name[MTL__MAX_GROUPS];
    mtl_error *err;
} mtl__filling;

/* Fills w->inoculum: for every conceptus its own cells into the mother, and the mother's into a
   child with a body; for every contact the giver's cells into the taker; with the culls of later
   pregnancies where niche = displacement, and of conditioning. */
int mtl__world_supply(mtl__world *w, mtl_error *err);
/* Adds what one active line gives to the inoculum; 0 if the line does not concern it. */
int mtl__supply_line(mtl__filling *f, const mtl__supply *u);
/* Sets up the inoculum's arrays and names. */
int mtl__supply_begin(mtl__filling *f, int donor, int host, double t_start, uint64_t key);
/* Adds culls, sorts, and keeps the inoculum if anything is in it. */
int mtl__supply_end(mtl__filling *f);

/* contacts.c: inocula of contacts; culls of conditioning; conduits that contacts open. */
int mtl__contact_inocula(mtl__world *w, mtl_error *err);
int mtl__contact_culls(mtl__filling *f);
int mtl__contact_conduits(mtl__world *w, mtl__builder *b, mtl_error *err);
/* Can this line be called on by the scenario at all: does it have such a contact (or is it of
 * pregnancies)? */
bool mtl__line_possible(const mtl_scenario *s, const mtl__supply *u);
/* Does this kind make blood, or live in it? Then a stem cell graft replaces it. */
bool mtl__blood_forming(const mtl_model *m, int kind);
/* Share of a person's blood that is a graft donor's at a time; *giver = who (-1: nobody). */
double mtl__grafted_share(const mtl__world *w, int person, double t, int *giver);
/* A conduit from giver to taker through which a blood cell passes at per_cell x slot a day
 * (world.c). */
int mtl__open_conduit(mtl__world *w, mtl__builder *b, const mtl__body *giver,
                      const mtl__body *taker, double per_cell, int slot);
#endif
