/* SPDX-License-Identifier: MIT */
/* What `follow` asks for, and of whom: as a list of the person in focus and of everybody whom the
   file itself dates something (an injury, a tumour, a diagnosis); as a mapping of the people that
   it names, each with a set of her own, and of nobody else. */
#include <math.h>
#include <stdlib.h>

#include "family/scenario_parts.h"

/* ---------------------------------------------------------------- of whom */

bool mtl__befallen(const mtl_scenario *s, int person)
{
    for (int k = 0; k < s->n_injuries; k++)
        if (s->injury[k].person == person)
            return true;
    for (int k = 0; k < s->n_onsets; k++)
        if (s->onset[k].person == person)
            return true;
    return false;
}

/* By halving: a file may follow thousands. */
static const mtl__follow *named(const mtl_scenario *s, int person)
{
    int lo = 0, hi = s->n_follow;
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        if (s->follow[mid].person < person)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->n_follow && s->follow[lo].person == person ? &s->follow[lo] : NULL;
}

const mtl__follow *mtl__follow_of(const mtl_scenario *s, int person)
{
    if (s->n_follow == 0 || s->follow[0].person >= 0)
        return named(s, person);
    return person == s->focus || mtl__befallen(s, person) ? &s->follow[0] : NULL;
}

bool mtl__follows_scars(const mtl_scenario *s, int person)
{
    const mtl__follow *f =
        s->n_follow > 0 && s->follow[0].person < 0 ? &s->follow[0] : named(s, person);
    return f && f->scars;
}

/* ---------------------------------------------------------------- possible? */

/* Hazards run by age: whoever they are asked for needs one. */
static int has_age(const mtl_scenario *s, const mtl__follow *f, mtl_error *err)
{
    const mtl__person *p = &s->person[f->person < 0 ? s->focus : f->person];
    for (int i = 0; i < s->model->n_outcomes; i++)
        if (f->outcome[i] && !s->model->outcome[i].of_week && isnan(p->born))
            return mtl__scenario_bad(s, err, MTL_ERR_DATE, f->line, f->column, f->path,
                                     "%s comes by age: that needs the birth date of %s",
                                     s->model->outcome[i].name, p->name);
    return MTL_OK;
}

static int has_body(const mtl_scenario *s, const mtl__follow *f, const bool *has, mtl_error *err)
{
    if (f->person < 0 || has[f->person])
        return MTL_OK;
    const mtl__person *p = &s->person[f->person];
    const char *why = !isnan(p->born)     ? "declare the person under `people:`"
                      : p->pregnancy >= 0 ? "this child was never born"
                                          : "no birth of this person is known";
    return mtl__scenario_bad(s, err, MTL_ERR_VALUE, f->line, f->column, f->path,
                             "%s has no body that could be followed: %s", p->name, why);
}

int mtl__scenario_check_follow(const mtl_scenario *s, mtl_error *err)
{
    bool *has = calloc((size_t)s->n_people + 1, sizeof *has);
    int ret = has && mtl__scenario_bodies(s, has) == 0 ? MTL_OK : mtl__nomem(err);
    for (int i = 0; ret == MTL_OK && i < s->n_follow; i++) {
        ret = has_age(s, &s->follow[i], err);
        if (ret == MTL_OK)
            ret = has_body(s, &s->follow[i], has, err);
    }
    free(has);
    return ret;
}

/* ---------------------------------------------------------------- in words */

static void one_more(mtl__str *out, bool *begun, const char *text)
{
    mtl__str_printf(out, "%s%s", *begun ? ", " : "", text);
    *begun = true;
}

void mtl__follow_text(const mtl_scenario *s, mtl__str *out)
{
    for (int k = 0; k < s->n_follow; k++) {
        const mtl__follow *f = &s->follow[k];
        bool begun = false;
        if (f->person >= 0)
            mtl__str_printf(out, "%s%s: ", out->len ? "; " : "", s->person[f->person].name);
        if (f->tolerance)
            one_more(out, &begun, "tolerance and response");
        if (f->scars)
            one_more(out, &begun, "scars of Caesarean deliveries");
        for (int i = 0; i < s->model->n_outcomes; i++)
            if (f->outcome[i])
                one_more(out, &begun, s->model->outcome[i].name);
        if (f->person >= 0 && !begun)
            mtl__str_add(out, "nothing");
    }
}
