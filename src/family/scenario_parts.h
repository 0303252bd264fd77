/* SPDX-License-Identifier: MIT */
#ifndef MTL_SCENARIO_PARTS_H
#define MTL_SCENARIO_PARTS_H
/* Between the files scenario_*.c of family/. */
#include "family/scenario.h"

/* Fails at a place of the user's file. */
int mtl__scenario_bad(const mtl_scenario *s, mtl_error *err, int code, int line, int column,
                      const char *path, const char *fmt, ...) __attribute__((format(printf, 7, 8)));
/* scenario_complete.c: pregnancies implied by `mother` and `born`; order by date; ends of what is
   still going on; t_end; focus. */
int mtl__scenario_imply(mtl_scenario *s, mtl_error *err);
int mtl__scenario_sort(mtl_scenario *s, mtl_error *err);
int mtl__scenario_close(mtl_scenario *s, mtl_error *err);
/* scenario_kin.c */
int mtl__scenario_check_kin(const mtl_scenario *s, mtl_error *err);
/* scenario_contacts.c: when the milk of a delivery ends for one of its children (the start if there
   is none); contacts that a pregnancy implies, and all in order of dates; are they possible? */
double mtl__scenario_milk_end(const mtl_scenario *s, const mtl__pregnancy *p, int child);
int mtl__scenario_imply_contacts(mtl_scenario *s, mtl_error *err);
int mtl__scenario_check_contacts(const mtl_scenario *s, mtl_error *err);
/* scenario_injuries.c: scars that a Caesarean delivery implies, and all that befalls bodies in order
   of dates; is it possible? The date until which its course is shown, -inf if nothing befell. */
int mtl__scenario_imply_injuries(mtl_scenario *s, mtl_error *err);
int mtl__scenario_check_injuries(const mtl_scenario *s, mtl_error *err);
double mtl__scenario_aftermath(const mtl_scenario *s);
/* scenario_follow.c: is there what `follow` asks for, of whom it asks? */
int mtl__scenario_check_follow(const mtl_scenario *s, mtl_error *err);
/* scenario_unnoticed.c: after the end of the scenario is known. */
int mtl__scenario_add_unnoticed(mtl_scenario *s, mtl_error *err);
/* scenario_events.c: fills s->event. */
int mtl__scenario_list_events(mtl_scenario *s, mtl_error *err);
/* " (a date given as a year or a month means its middle)" if there is slack, else "". */
const char *mtl__slack_hint(double slack_days);

#endif
