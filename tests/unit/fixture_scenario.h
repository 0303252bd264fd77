/* SPDX-License-Identifier: MIT */
#ifndef FIXTURE_SCENARIO_H
#define FIXTURE_SCENARIO_H
/* Short scenarios in YAML, for the tests of scenarios. */
#include "family/scenario.h"
#include "fixture_model.h"
#include "matriline/scenario.h"

#define DAY(y, m, d) mtl__date_to_days(y, m, d)
#define ANNA "people:\n  anna: {sex: female, born: 1925-03-01}\nevents:\n"

int try(mtl_scenario **s, const char *text);
/* A scenario that must be good; or the test fails. */
mtl_scenario *good(const char *text);
/* One that must be refused at that line, with these words. */
void refused(const char *text, int code, int line, const char *words);
int who(const mtl_scenario *s, const char *name);
const mtl__person *p_of(const mtl_scenario *s, const char *name);

#endif
