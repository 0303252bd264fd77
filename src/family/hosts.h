/* SPDX-License-Identifier: MIT */
#ifndef MTL_FAMILY_HOSTS_H
#define MTL_FAMILY_HOSTS_H
/* Inside family/: whose body is followed, and what of it (hosts.c). */
#include "family/family.h"

/* world.c: a birth to go by where none is known; NaN for who never was a mother. */
double mtl__adult_birth(const mtl_scenario *s, int person);
/* The plans of all hosts; before the bodies are compiled. */
int mtl__world_hosts(mtl__world *w, mtl_error *err);
/* After they are: numbers their tallies. */
void mtl__hosts_close(mtl__world *w);
void mtl__hosts_free(mtl__world *w);
/* Marks the kinds of tumours that can begin, and where they are at home. */
void mtl__tumour_kinds(mtl__world *w);
/* An inoculum for the tumours of each host that can have some; how many there may be. */
int mtl__tumour_inocula(mtl__world *w, mtl_error *err);
size_t mtl__most_tumour_inocula(const mtl__world *w);

#endif
