/* SPDX-License-Identifier: MIT */
/* The small functions of matriline/scenario.h: what a caller may read of a scenario. */
#include <stdio.h>
#include <stdlib.h>

#include "family/scenario.h"

void mtl_scenario_free(mtl_scenario *s)
{
    if (!s)
        return;
    mtl__arena_free(&s->arena);
    free(s);
}

const char *mtl_scenario_title(const mtl_scenario *s)
{
    return s->title ? s->title : "";
}

int mtl_scenario_n_people(const mtl_scenario *s)
{
    return s->n_people;
}

const char *mtl_scenario_person_name(const mtl_scenario *s, int person)
{
    return person >= 0 && person < s->n_people ? s->person[person].name : "";
}

int mtl_scenario_n_samples(const mtl_scenario *s)
{
    return s->n_samples;
}

const char *mtl_scenario_hash(const mtl_scenario *s)
{
    return s->hash;
}

const char *mtl__date_text(double days, char buf[16])
{
    int y, m, d;
    /* Outside any calendar that a scenario can name: keeps the text within its 16 bytes. */
    if (!(days > -1e6 && days < 1e6)) {
        snprintf(buf, 16, "unknown");
        return buf;
    }
    mtl__days_to_date(days, &y, &m, &d);
    snprintf(buf, 16, "%04d-%02u-%02u", y, (unsigned)m % 100u, (unsigned)d % 100u);
    return buf;
}
