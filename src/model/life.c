/* SPDX-License-Identifier: MIT */
/* The dates that a species allows: how long it carries, and how young it breeds. A model says so
   with two parameters that may be missing; without them it is a model of humans. Weeks of pregnancy
   count from two weeks before conception for every species, since curves of the week do. */
#include "model/model.h"

mtl__life mtl__model_life(const mtl_model *m)
{
    mtl__life l = {.term = 40.0, .youngest = 10.0};
    double v;
    if (mtl__model_value(m, "species.term", &v, NULL) == MTL_OK && v > 14.0)
        l.term = v / 7.0;
    if (mtl__model_value(m, "species.maturity", &v, NULL) == MTL_OK)
        l.youngest = v / MTL_DAYS_PER_YEAR;
    return l;
}

double mtl__life_week(const mtl__life *l, double human_week)
{
    return l->term == 40.0 ? human_week : 2.0 + (human_week - 2.0) * (l->term - 2.0) / 38.0;
}
