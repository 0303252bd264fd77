/* SPDX-License-Identifier: MIT */
#ifndef FAMILY_BENCH_H
#define FAMILY_BENCH_H
/* A scenario's world and its analytic solver on the bench, for tests of what passes between people.
   Failures fail the test. */
#include "family/family.h"
#include "matriline/matriline.h"

/* `set`: pairs of a name (a switch if there is one of that name, else a parameter) and its value,
   ended by NULL; or NULL. Free what was made in the other order. */
void family_make(mtl_model **m, mtl_scenario **s, mtl__world **w, mtl__analytic **a,
                 const char *text, const char *const *set);
int family_person(const mtl_scenario *s, const char *name);
/* A run on two threads, unknowns not drawn. */
mtl_result *family_run(const mtl_scenario *s, mtl_model *m, enum mtl_solver solver, int replicates,
                       uint64_t seed);

#endif
