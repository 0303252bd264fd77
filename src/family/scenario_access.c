/* SPDX-License-Identifier: MIT */
/* The small functions of matriline/scenario.h: what a caller may read of a scenario. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "family/scenario.h"

void mtl_scenario_free(mtl_scenario *s)
{
    if (!s)
        return;
    if (s->hla)
        mtl__hla_table_free(s->hla);
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

int mtl_scenario_has_body(const mtl_scenario *s, int person, mtl_error *err)
{
    bool *has = calloc((size_t)s->n_people + 1, sizeof *has);
    if (!has || mtl__scenario_bodies(s, has) < 0) {
        free(has);
        return mtl__nomem(err);
    }
    const int yes = person >= 0 && person < s->n_people && has[person];
    free(has);
    return yes;
}

static const char *name_of(const void *ctx, int i)
{
    const mtl_scenario *s = ctx;
    return s->person[i].name;
}

int mtl_scenario_set_focus(mtl_scenario *s, const char *person, mtl_error *err)
{
    char hint[128];
    for (int i = 0; i < s->n_people; i++)
        if (strcmp(s->person[i].name, person) == 0) {
            s->focus = i;
            return 0;
        }
    mtl__hint(hint, sizeof hint, person, s->n_people, name_of, s);
    return mtl__fail(err, MTL_ERR_NAME, "focus", "nobody is called '%s'%s", person, hint);
}

int mtl_scenario_n_samples(const mtl_scenario *s)
{
    return s->n_samples;
}

int mtl_scenario_n_injuries(const mtl_scenario *s)
{
    return s->n_injuries;
}

/* For a caller who frees it: never NULL but for want of memory. */
static char *handed_out(mtl__str *t)
{
    if (!t->oom && !t->s)
        mtl__str_add(t, "");
    if (t->oom)
        mtl__str_free(t);
    return t->s;
}

char *mtl_scenario_injury(const mtl_scenario *s, int i)
{
    mtl__str t = {0};
    if (i < 0 || i >= s->n_injuries)
        return NULL;
    mtl__injury_text(s, i, &t);
    return handed_out(&t);
}

char *mtl_scenario_follows(const mtl_scenario *s)
{
    mtl__str t = {0};
    mtl__follow_text(s, &t);
    return handed_out(&t);
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
