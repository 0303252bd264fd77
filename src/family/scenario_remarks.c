/* SPDX-License-Identifier: MIT */
/* What is allowed in a scenario and may yet be a slip: two injuries of one organ on one day, an
   event copied or a whole group and one of its organs, whose damage adds up. */
#include "family/scenario_parts.h"

enum { MOST = 8 }; /* remarks; a file of thousands needs no more to be understood */

static bool same_event(const mtl__injury *a, const mtl__injury *b)
{
    return a->line == b->line && a->column == b->column && a->pregnancy == b->pregnancy;
}

/* The first other event that hurts the same organ on the same day; injuries are in order of dates.
 */
static const mtl__injury *another(const mtl_scenario *s, int i)
{
    const mtl__injury *x = &s->injury[i], *found = NULL;
    for (int k = i - 1; k >= 0 && s->injury[k].t >= x->t; k--) {
        const mtl__injury *y = &s->injury[k];
        if (y->person == x->person && y->organ == x->organ && !same_event(x, y))
            found = y;
    }
    return found;
}

static void add_up(const mtl_scenario *s, const mtl__injury *x, const mtl__injury *y, mtl__str *out)
{
    char day[16];
    mtl__str_printf(out,
                    "%s:%d: %s of the %s of %s on %s, and %s of line %d on the same day: ", s->file,
                    x->line, s->model->injury[x->def].name, s->model->organ[x->organ].name,
                    s->person[x->person].name, mtl__date_text(x->t, day),
                    s->model->injury[y->def].name, y->line);
    mtl__str_add(out, "their damage adds up, to at most all of the organ\n");
}

char *mtl_scenario_remarks(const mtl_scenario *s)
{
    mtl__str b = {0};
    const mtl__injury *last = NULL; /* one remark for an event, whose organs stand together */
    int n = 0;
    mtl__str_add(&b, "");
    for (int i = 0; i < s->n_injuries && n < MOST; i++) {
        const mtl__injury *x = &s->injury[i], *y = another(s, i);
        if (!y || (last && same_event(x, last)))
            continue;
        add_up(s, x, y, &b);
        last = x;
        n++;
    }
    if (b.oom)
        mtl__str_free(&b);
    return b.s;
}
