/* SPDX-License-Identifier: MIT */
/* Which outcomes are told in words, on the terminal and on the page, and what must be said with
   them: that some are chances beside the pregnancies of the scenario, that lives which ended go on
   as far as their cells are concerned, and which were asked for of somebody of a sex that the model
   does not have them of. */
#include <math.h>

#include "io/result_out.h"

static bool of_other_sex(const mtl_result *r, int outcome, int person)
{
    const int of = r->m->outcome[outcome].sex;
    const enum mtl__sex sex = r->s->person[person].sex;
    return (of == 'f' && sex == MTL__MALE) || (of == 'm' && sex == MTL__FEMALE);
}

/* Without a pregnancy there is no week at which it could come, and so no baseline. */
bool mtl__out_told(const mtl_result *r, const mtl__outcome_result *o)
{
    if (o->given || o->dated)
        return true;
    return !of_other_sex(r, o->outcome, o->person) &&
           (!r->m->outcome[o->outcome].of_week || isfinite(o->p_baseline));
}

static const char *label_of(const mtl__outcome_def *d)
{
    return d->label && d->label[0] ? d->label : d->name;
}

int mtl__out_other_sex(mtl__str *b, const mtl_result *r, int person)
{
    const mtl__follow *f = mtl__follow_of(r->s, person);
    int n = 0;
    for (int k = 0; f && f->outcome && k < r->m->n_outcomes; k++)
        if (f->outcome[k] && of_other_sex(r, k, person))
            mtl__str_printf(b, "%s%s", n++ ? "; " : "", label_of(&r->m->outcome[k]));
    return n;
}

int mtl__out_beside(mtl__str *b, const mtl_result *r)
{
    int n = 0;
    for (int k = 0; k < r->m->n_outcomes; k++) {
        bool here = false;
        for (int i = 0; i < r->host.n_outcomes && r->m->outcome[k].of_week; i++) {
            const mtl__outcome_result *o = &r->host.outcome[i];
            here = here || (o->outcome == k && !o->given && mtl__out_told(r, o));
        }
        if (here)
            mtl__str_printf(b, "%s%s", n++ ? "; " : "", label_of(&r->m->outcome[k]));
    }
    return n;
}

bool mtl__out_ends_lives(const mtl_result *r)
{
    for (int i = 0; i < r->host.n_outcomes; i++) {
        const mtl__outcome_result *o = &r->host.outcome[i];
        if (r->m->outcome[o->outcome].ends_life && !o->given && o->p_end[MTL__CHANCE] > 0)
            return true;
    }
    return false;
}
