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

const char *mtl__organ_text(const mtl_model *m, int organ, char buf[64])
{
    const mtl__organ *o = &m->organ[organ];
    const char *text = o->label && *o->label ? o->label : o->name, *colon = strchr(text, ':');
    if (colon) {
        text = colon + 1;
        while (*text == ' ')
            text++;
    }
    snprintf(buf, 64, "%s", text);
    if (buf[0] >= 'A' && buf[0] <= 'Z' && !(buf[1] >= 'A' && buf[1] <= 'Z'))
        buf[0] = (char)(buf[0] - 'A' + 'a');
    return buf;
}

/* Two digits; what is below one cell in a hundred million reads as such, never as a bare 0. */
static const char *amount(double x, char buf[32])
{
    if (!(x >= 0.01))
        snprintf(buf, 32, "less than 0.01");
    else if (x >= 100)
        snprintf(buf, 32, "%.0f", x);
    else
        snprintf(buf, 32, "%.2g", x);
    return buf;
}

static const char *carried(double p)
{
    if (p > 0.99)
        return "almost certainly carried";
    if (p > 0.66)
        return "probably carried";
    if (p >= 0.34)
        return "perhaps carried";
    return p > 0.01 ? "probably carried no" : "almost certainly carried no";
}

/* Does the answer count this pair: a child's cells in the focus person, or anybody's where there is
   no child? */
bool mtl__answer_counts(const mtl_result *r, int pair)
{
    if (r->pair[pair].host != r->s->focus)
        return false;
    for (int c = 0; c < r->n_children; c++)
        if (r->pair[pair].donor == r->children[c])
            return true;
    return r->n_children == 0;
}

static const char *whose(const mtl_result *r, bool none)
{
    if (r->n_children == 1)
        return "her child";
    if (r->n_children > 1)
        return none ? "any of her children" : "at least one of her children";
    int donors = 0, last = -1;
    for (int k = 0; k < r->n_pairs; k++)
        if (mtl__answer_counts(r, k)) {
            donors++;
            last = r->pair[k].donor;
        }
    return donors == 1 ? r->s->person[last].name : "another person";
}

static int highest_pair(const mtl_result *r, int organ)
{
    int best = -1;
    for (int k = 0; k < r->n_pairs; k++)
        if (mtl__answer_counts(r, k) &&
            (best < 0 || r->pair[k].final[0][organ].mean > r->pair[best].final[0][organ].mean))
            best = k;
    return best;
}

/* "; eva's, the most, at 0.0075 in a million (95% less than 0.01 to 0.4)". */
static void say_level(const mtl_result *r, int organ, mtl__str *b)
{
    const int k = highest_pair(r, organ);
    if (k < 0)
        return;
    const mtl__band *x = &r->pair[k].final[0][organ];
    const char *name = r->s->person[r->pair[k].donor].name;
    char mid[32], lo[32], hi[32];
    if (!isfinite(x->q500))
        mtl__str_printf(b, "; %s's are expected at %s in a million", name,
                        amount((double)x->mean, mid));
    else if ((double)x->q975 < 0.01)
        mtl__str_printf(b, "; nobody's at more than 0.01 in a million");
    else
        mtl__str_printf(b, "; most by %s, %s in a million (95%% range %s to %s)", name,
                        amount((double)x->q500, mid), amount((double)x->q025, lo),
                        amount((double)x->q975, hi));
}

static void say_chance(const mtl_result *r, mtl__str *b)
{
    if (r->opts.solver == MTL_SOLVER_ANALYTIC)
        mtl__str_printf(b, " (probability %.2g)", r->answer[0]);
    else if (r->n_bands > 1)
        mtl__str_printf(
            b, " (%.0f of 100 lives by chance alone, %.0f of 100 with the unknowns drawn as well)",
            100 * r->answer[0], 100 * r->answer[1]);
    else
        mtl__str_printf(b, " (%.0f of 100 lives)", 100 * r->answer[0]);
}

int mtl__answer_name(mtl_result *r, mtl_error *err)
{
    char date[16], where[64];
    mtl__str b = {0};
    mtl__organ_text(r->m, mtl__answer_organ(r), where);
    mtl__date_text(r->t_final, date);
    mtl__str_printf(&b, "P(a cell of %s is in the %s of %s on %s)",
                    r->n_children == 0   ? whose(r, false)
                    : r->n_children == 1 ? "the child"
                                         : "any of the children",
                    where, r->s->person[r->s->focus].name, date);
    r->answer_text = b.oom ? NULL : mtl__arena_strdup(&r->arena, b.s);
    mtl__str_free(&b);
    return r->answer_text ? 0 : mtl__nomem(err);
}

int mtl__headline(mtl__plan *p, mtl_error *err)
{
    mtl_result *r = p->r;
    const int organ = mtl__answer_organ(r);
    const mtl__person *who = &r->s->person[r->s->focus];
    char date[16], where[64];
    mtl__str b = {0};
    MTL_TRY(mtl__answer_name(r, err));
    mtl__organ_text(r->m, organ, where);
    mtl__date_text(r->t_final, date);
    const double chance = r->answer[r->n_bands - 1];
    mtl__str_printf(&b, "On %s %s %s cells of %s in the %s", date, who->name, carried(chance),
                    whose(r, chance < 0.34), where);
    say_chance(r, &b);
    say_level(r, organ, &b);
    mtl__str_add(&b, ".");
    r->headline = b.oom ? NULL : mtl__arena_strdup(&r->arena, b.s);
    mtl__str_free(&b);
    return r->headline ? 0 : mtl__nomem(err);
}
