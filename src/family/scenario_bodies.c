/* SPDX-License-Identifier: MIT */
/* Who of a scenario has a body that is followed: people who were born or were mothers, and who are
   declared, a child of the scenario, sampled, or given cells. Lost pregnancies have none, nor
   people who are only named. The engine and the family page must agree on it. */
#include <math.h>
#include <stdlib.h>

#include "family/scenario.h"

int mtl__scenario_bodies(const mtl_scenario *s, bool *has)
{
    const size_t n = (size_t)s->n_people + 1;
    bool *seen = calloc(2 * n, sizeof *seen); /* mothers, then those who are sampled or given to */
    if (!seen)
        return MTL_ERR_MEMORY;
    for (int k = 0; k < s->n_pregnancies; k++)
        seen[s->pregnancy[k].mother] = true;
    for (int k = 0; k < s->n_samples; k++)
        seen[n + (size_t)s->sample[k].person] = true;
    for (int k = 0; k < s->n_contacts; k++)
        seen[n + (size_t)s->contact[k].taker] = true;
    for (int i = 0; i < s->n_people; i++) {
        const mtl__person *p = &s->person[i];
        has[i] = (isfinite(p->born) || seen[i]) &&
                 (p->declared || p->pregnancy >= 0 || seen[n + (size_t)i]);
    }
    free(seen);
    return 0;
}
