/* SPDX-License-Identifier: MIT */
/* Things to know before using the numbers: every flag of the measurement in words, with the samples
   and targets it is about, and the remarks of the readers. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/quantify_parts.h"
#include "report/plate.h"

enum { MOST_NAMED = 4 };

typedef struct things {
    mtl__plate_page *v;
    mtl__str text;
    int n;
} things;

static unsigned flags_of(const things *t, int row)
{
    const mtl_quantify *q = t->v->q;
    return q->wells[q->row_plate[row]].level[q->row_level[row]].flags;
}

static int rows_with(const things *t, unsigned flag)
{
    int n = 0;
    for (int i = 0; i < t->v->q->n_rows; i++)
        n += (flags_of(t, i) & flag) != 0;
    return n;
}

/* " of every level", " of tom in anna blood, of eva in heart", " of 12 of 40 levels" */
static void which(things *t, unsigned flag)
{
    const mtl_quantify *q = t->v->q;
    const int n = rows_with(t, flag);
    mtl__str *b = &t->text;
    if (n == q->n_rows && n > 1) {
        mtl__str_add(b, " (every level)");
        return;
    }
    if (n > MOST_NAMED) {
        mtl__str_printf(b, " (%d of %d levels)", n, q->n_rows);
        return;
    }
    mtl__str_add(b, " (");
    for (int i = 0, k = 0; i < q->n_rows; i++)
        if (flags_of(t, i) & flag) {
            mtl__str_add(b, k++ ? "; " : "");
            mtl__html(b, q->row[i].donor);
            mtl__str_add(b, " in ");
            mtl__html(b, q->row[i].sample);
        }
    mtl__str_add(b, ")");
}

static void say(things *t, unsigned flag, const char *title, const char *before, const char *after)
{
    if (rows_with(t, flag) == 0)
        return;
    mtl__lab_thing(&t->text, &t->n, title);
    mtl__str_add(&t->text, before);
    which(t, flag);
    mtl__str_add(&t->text, after);
}

/* ---------------------------------------------------------------- blanks */
static bool is_asked_for(const things *t, int plate, int target)
{
    const mtl__wells *w = &t->v->q->wells[plate];
    for (int i = 0; i < w->n_levels; i++)
        for (int k = 0; k < w->level[i].n_targets; k++)
            if (w->level[i].target[k] == target)
                return true;
    return false;
}

/* History joins the blanks of all plates: a target is named once. */
static bool said_before(const things *t, int plate, int target)
{
    const char *name = t->v->q->plate[plate].target[target].name;
    for (int i = 0; i < plate; i++)
        for (int k = 0; k < t->v->q->plate[i].n_targets; k++)
            if (is_asked_for(t, i, k) && strcmp(t->v->q->plate[i].target[k].name, name) == 0)
                return true;
    return false;
}

static void blanks_hit(things *t)
{
    mtl__str *b = &t->text;
    int said = 0;
    for (int i = 0; i < t->v->q->n_plates; i++) {
        const mtl__plate *p = &t->v->q->plate[i];
        const mtl__wells *w = &t->v->q->wells[i];
        for (int k = 0; k < p->n_targets; k++) {
            if (!is_asked_for(t, i, k) || w->blank_hits[k] == 0 || said_before(t, i, k))
                continue;
            if (said++ == 0)
                mtl__lab_thing(b, &t->n, "Blanks");
            else
                mtl__str_add(b, " ");
            mtl__str_printf(b, "%d of ", w->blank_hits[k]);
            mtl__count(b, w->blank_wells[k]);
            mtl__str_printf(b, " blank %s %s hit (",
                            mtl__plate_digital(t->v, i, k) ? "partitions" : "wells",
                            w->blank_hits[k] == 1 ? "was" : "were");
            mtl__html(b, p->target[k].name);
            mtl__str_add(b, t->v->q->n_plates > 1 || p->n_history ? ", other plates included)."
                                                                  : ").");
        }
    }
    if (said)
        mtl__str_add(b, " As many hits among a sample's wells as blanks explain (its LoB) are no "
                        "finding.");
}

static void no_blanks(things *t)
{
    mtl__wells_opts o;
    char a[32];
    if (rows_with(t, MTL__FLAG_NO_BLANKS) == 0)
        return;
    mtl__wells_opts_init(&o);
    mtl__lab_thing(&t->text, &t->n, "No blanks");
    mtl__str_printf(
        &t->text,
        "There is no blank on the plate nor in its history: LoB and LoD rest on %s "
        "false hits per well, which is assumed, not measured",
        mtl__given(t->v->q->o.background > 0 ? t->v->q->o.background : o.assumed_background, a));
    which(t, MTL__FLAG_NO_BLANKS);
    mtl__str_add(&t->text, ".");
}

/* ---------------------------------------------------------------- curves */
static void about_curve(things *t, const mtl__plate *p, const mtl__curve *c)
{
    const unsigned bad = MTL__FLAG_CURVE_TWO_POINTS | MTL__FLAG_CURVE_STEEP | MTL__FLAG_CURVE_POOR;
    mtl__str *b = &t->text;
    char a[32];
    if (!(c->flags & bad))
        return;
    mtl__lab_thing(b, &t->n, "Curve");
    mtl__str_add(b, "The standard curve of ");
    mtl__html(b, p->target[c->target].name);
    const char *joint = " ";
    if (c->flags & MTL__FLAG_CURVE_TWO_POINTS) {
        mtl__str_printf(b, "%shas two points: nothing tells how well it fits", joint);
        joint = ", and ";
    }
    if (c->flags & MTL__FLAG_CURVE_STEEP) {
        mtl__str_printf(b, "%shas an efficiency of %s%%, not 80 to 120%%", joint,
                        mtl__two(100 * c->efficiency, a));
        joint = ", and ";
    }
    if (c->flags & MTL__FLAG_CURVE_POOR)
        mtl__str_printf(b, "%sfits badly (r² %.3f)", joint, c->r2);
    mtl__str_add(b, ".");
}

/* Said of targets: levels without a curve have only their hits. */
static void no_curve(things *t)
{
    say(t, MTL__FLAG_NO_CURVE, "No curve",
        "Without standards only hits count; Ct says nothing about how much",
        rows_with(t, MTL__FLAG_ALL_HIT) ? ". Where every well is hit as well, there is no upper "
                                          "end: \"at least\" is all that can be said."
                                        : ".");
    if (rows_with(t, MTL__FLAG_NO_CURVE) == 0)
        say(t, MTL__FLAG_ALL_HIT, "All wells hit", "Only Ct bounds these levels above", ".");
}

void mtl__plate_things(mtl__plate_page *v)
{
    things t = {.v = v};
    if (v->q->n_rows == 0) {
        mtl__lab_remarks(v->out, mtl_quantify_remarks(v->q));
        return;
    }
    no_blanks(&t);
    blanks_hit(&t);
    say(&t, MTL__FLAG_NOT_TOLD_APART, "Not told apart",
        "Other people carry the same targets, and nothing on the plate says whose DNA it is", ".");
    say(&t, MTL__FLAG_NO_GENOMES, "Genomes not counted",
        "No reference gene and no table says how much DNA was tested", ".");
    no_curve(&t);
    for (int i = 0; i < v->q->n_plates; i++)
        for (int k = 0; k < v->q->wells[i].n_curves; k++)
            about_curve(&t, &v->q->plate[i], &v->q->wells[i].curve[k]);
    say(&t, MTL__FLAG_BEYOND_CURVE, "Beyond the curve", "Quantities lie outside the standards",
        ".");
    say(&t, MTL__FLAG_ZYGOSITY, "Copies not known",
        "Whether the donor carries the target once or twice is not known; both are carried, which "
        "widens the interval",
        ".");
    say(&t, MTL__FLAG_TARGETS_DISAGREE, "Targets disagree",
        "The targets of one donor say different things", ".");
    say(&t, MTL__FLAG_REPLICATES_SPREAD, "Replicates spread",
        "Wells of one sample vary more than chance allows", ".");
    say(&t, MTL__FLAG_BELOW_LOD, "Below the LoD",
        "Such a level would often be missed, and this one may be a lucky draw", ".");
    mtl__lab_box(v->out, &t.text, t.n);
    mtl__lab_remarks(v->out, mtl_quantify_remarks(v->q));
    mtl__str_free(&t.text);
}
