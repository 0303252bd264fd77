/* SPDX-License-Identifier: MIT */
/* One sentence that answers the question of a scenario, with its range and what it rests on. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/run_internal.h"

/* The last organ of the focus person that was looked at, a part of the brain first; else blood. */
int mtl__answer_organ(const mtl_result *r)
{
    int organ = r->m->blood;
    double last = -HUGE_VAL;
    bool brain = false;
    for (int k = 0; k < r->s->n_samples; k++) {
        const mtl__sample *x = &r->s->sample[k];
        if (x->person != r->s->focus || r->m->organ[x->organ].sampling_only)
            continue;
        const bool b = strcmp(r->m->organ[x->organ].group, "brain") == 0;
        if (x->t > last || (x->t == last && b && !brain)) {
            organ = x->organ;
            last = x->t;
            brain = b;
        }
    }
    return organ;
}

/* "hippocampus (brain)" reads better than "brain.hippocampus". */
static const char *organ_text(const mtl_result *r, int organ)
{
    const mtl__organ *o = &r->m->organ[organ];
    const char *dot = strchr(o->name, '.');
    return o->label && *o->label ? o->label : dot ? dot + 1 : o->name;
}

/* "0.0012", "5.5", "140": two digits, never a bare 0. */
static const char *amount(double x, char buf[32])
{
    if (!(x >= 1e-9))
        snprintf(buf, 32, "none");
    else if (x >= 100)
        snprintf(buf, 32, "%.0f", x);
    else
        snprintf(buf, 32, "%.2g", x);
    return buf;
}

/* Share of replicates as "89 of 100"; a probability without random numbers as "0.89". */
static void chance(const mtl_result *r, double p, mtl__str *b)
{
    if (r->opts.solver == MTL_SOLVER_ANALYTIC)
        mtl__str_printf(b, "with probability %.2g", p);
    else
        mtl__str_printf(b, "in %.0f of 100 replicates", 100 * p);
}

static int highest_pair(const mtl_result *r, int organ)
{
    int best = -1;
    for (int k = 0; k < r->n_pairs; k++)
        if (r->pair[k].host == r->s->focus &&
            (best < 0 || r->pair[k].final[0][organ].mean > r->pair[best].final[0][organ].mean))
            best = k;
    return best;
}

static void say_level(const mtl_result *r, int organ, mtl__str *b)
{
    const int k = highest_pair(r, organ);
    if (k < 0)
        return;
    const mtl__band *x = &r->pair[k].final[r->n_bands - 1][organ];
    char mid[32], lo[32], hi[32];
    mtl__str_printf(b, "; most of them %s's, ", r->s->person[r->pair[k].donor].name);
    if (isfinite(x->q500))
        mtl__str_printf(b, "about %s genome equivalents in a million (95%% of replicates %s to %s%s)",
                        amount((double)x->q500, mid), amount((double)x->q025, lo), amount((double)x->q975, hi),
                        r->n_bands > 1 ? ", unknowns drawn as well" : "");
    else
        mtl__str_printf(b, "on average %s genome equivalents in a million", amount((double)x->mean, mid));
}

int mtl__headline(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    const int organ = mtl__answer_organ(r);
    char date[16];
    mtl__str b = {0}, about = {0};
    mtl__str_printf(&about, "P(a cell of %s is in %s's %s on %s)", r->n_children ? "any of the children" : "any donor",
                    r->s->person[r->s->focus].name, organ_text(r, organ), mtl__date_text(r->t_final, date));
    mtl__str_printf(&b, "On %s %s carries cells of %s in the %s ", date, r->s->person[r->s->focus].name,
                    r->n_children ? "at least one of the children" : "another person", organ_text(r, organ));
    chance(r, r->answer[0], &b);
    if (r->n_bands > 1)
        mtl__str_printf(&b, " (%.0f of 100 when the unknowns are drawn from their ranges)", 100 * r->answer[1]);
    say_level(r, organ, &b);
    mtl__str_add(&b, ".");
    const bool oom = b.oom || about.oom;
    r->headline = oom ? NULL : mtl__arena_strdup(&r->arena, b.s);
    r->answer_text = oom ? NULL : mtl__arena_strdup(&r->arena, about.s);
    mtl__str_free(&b);
    mtl__str_free(&about);
    return r->headline && r->answer_text ? 0 : mtl__nomem(err);
}
