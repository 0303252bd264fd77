/* SPDX-License-Identifier: MIT */
#ifndef MTL_FAMILY_SUPPLY_H
#define MTL_FAMILY_SUPPLY_H
/* Inside family/: sources from supply lines. */
#include "family/family.h"

/* Fills w->inoculum: for every conceptus its own cells into the mother, and the mother's into a
   child with a body; with the culls of later pregnancies where niche = displacement. */
int mtl__world_supply(mtl__world *w, mtl_error *err);
#endif
