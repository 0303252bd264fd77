/* SPDX-License-Identifier: MIT */
/* What the reader of an answer should know of its file: the answer is of one date, the last sample
   of the person in focus. What befalls her later is carried out too, and shows over time, but has
   no part in it; and without a sample the date is the end of the file. Whoever has died has no
   later. */
#include <math.h>
#include <stdlib.h>

#include "run/run_internal.h"

/* Something that can change the cells in the body or the body itself; what ends a life cannot. */
static bool acts(const mtl__event *e)
{
    switch (e->kind) {
    case MTL__EV_CONCEPTION:
    case MTL__EV_DELIVERY:
    case MTL__EV_LOSS:
    case MTL__EV_INJURY:
    case MTL__EV_DEPLETION:
    case MTL__EV_ONSET:
        return true;
    case MTL__EV_OTHER: /* what passed from others, not who adopted whom */
        return e->contact > 0;
    case MTL__EV_BIRTH:
    case MTL__EV_SAMPLE:
    case MTL__EV_AUTOPSY:
    case MTL__EV_DEATH:
        break;
    }
    return false;
}

static void later(const mtl_result *r, mtl__str *out)
{
    const mtl_scenario *s = r->s;
    const mtl__event *first = NULL;
    char day[3][16];
    int n = 0;
    for (int i = 0; i < s->n_events; i++) { /* by date */
        const mtl__event *e = &s->event[i];
        if (e->person != s->focus || !(e->t > r->t_final) || !acts(e))
            continue;
        first = first ? first : e;
        n++;
    }
    if (!first)
        return;
    mtl__str_printf(out, "%s:%d: the answer is of %s, the last sample of %s; not in it: %s (%s)",
                    s->file, first->line, mtl__date_text(r->t_final, day[0]),
                    s->person[s->focus].name, first->text, mtl__date_text(first->t, day[1]));
    if (n > 1)
        mtl__str_printf(out, " and %d later event%s", n - 1, n > 2 ? "s" : "");
    mtl__str_printf(out, "; courses over time, and what is followed of bodies, go on to %s\n",
                    mtl__date_text(r->time[r->n_times - 1], day[2]));
}

static void no_sample(const mtl_result *r, mtl__str *out)
{
    const mtl_scenario *s = r->s;
    char day[16];
    for (int i = 0; i < s->n_samples; i++)
        if (s->sample[i].person == s->focus)
            return;
    if (isnan(s->person[s->focus].died))
        mtl__str_printf(out, "%s: no sample of %s: the answer is of %s, the end of the file\n",
                        s->file, s->person[s->focus].name, mtl__date_text(r->t_final, day));
}

char *mtl_result_remarks(const mtl_result *r)
{
    mtl__str b = {0};
    char *first = mtl_scenario_remarks(r->s);
    if (!first)
        return NULL;
    mtl__str_add(&b, first);
    free(first);
    later(r, &b);
    no_sample(r, &b);
    if (b.oom)
        mtl__str_free(&b);
    return b.s;
}
