/* SPDX-License-Identifier: MIT */
/* The answer in one sentence, then what the other donors and samples show. Where nothing above the
   blanks was seen the sentence is about the bound: never "absent", never 0. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/quantify_parts.h"
#include "report/plate.h"

enum { MOST_CLAUSES = 8 };

static void who(mtl__plate_page *v, int row)
{
    mtl__str_printf(v->out, "<span class=\"who %s\">", mtl__plate_class(v, row));
    mtl__html(v->out, v->q->row[row].donor);
    mtl__str_add(v->out, "</span>");
}

static bool same_donor(const mtl__plate_page *v, int a, int b)
{
    return strcmp(v->q->row[a].donor, v->q->row[b].donor) == 0;
}

/* Found before found below the LoD, more before less; per million before per well. */
static bool better(const mtl__plate_page *v, int a, int b)
{
    const mtl_quantify_row *p = &v->q->row[a], *q = &v->q->row[b];
    const mtl__measured x = mtl__plate_measured(p), y = mtl__plate_measured(q);
    if (p->finding != q->finding)
        return p->finding > q->finding;
    if (x.genome != y.genome)
        return x.genome;
    if (p->finding < MTL_FOUND_BELOW_LOD)
        return x.high < y.high;
    return (x.open ? x.low : x.mid) > (y.open ? y.low : y.mid);
}

static int best_row(const mtl__plate_page *v)
{
    int best = 0;
    for (int i = 1; i < v->q->n_rows; i++)
        if (better(v, i, best))
            best = i;
    return best;
}

static void level(mtl__plate_page *v, int row, bool unit)
{
    const mtl__measured x = mtl__plate_measured(&v->q->row[row]);
    char a[32], between[64] = " ";
    if (unit)
        snprintf(between, sizeof between, " %s (%s%% interval: ", mtl__plate_unit(&x),
                 mtl__given(100 * v->q->o.level, a));
    if (unit && !x.open && !x.bound) {
        char mid[32], low[32], high[32];
        const bool sharp = mtl__lab_sharp(x.low, x.high);
        mtl__str_printf(v->out, "%s%s%s to %s)", mtl__lab_number(x.mid, sharp, mid), between,
                        mtl__lab_number(x.low, sharp, low), mtl__lab_number(x.high, sharp, high));
        return;
    }
    mtl__plate_level_text(v->out, &x, "", between);
    if (unit)
        mtl__str_printf(v->out, " %s", mtl__plate_unit(&x));
}

/* ---------------------------------------------------------------- the sentence */
static void found_sentence(mtl__plate_page *v, int best)
{
    mtl__str *b = v->out;
    int samples = 0, found = 0;
    for (int i = 0; i < v->q->n_rows; i++)
        if (same_donor(v, i, best)) {
            samples++;
            found += v->q->row[i].finding >= MTL_FOUND_BELOW_LOD;
        }
    mtl__str_add(b, "DNA of ");
    who(v, best);
    if (samples > 1 && mtl__plate_measured(&v->q->row[best]).open)
        mtl__str_printf(b, " is found in %d of %d samples; ", found, samples);
    else if (samples == 1)
        mtl__str_add(b, " is found in ");
    else if (found == samples && samples == 2)
        mtl__str_add(b, " is found in both samples, most in ");
    else if (found == samples)
        mtl__str_printf(b, " is found in all %d samples, most in ", samples);
    else if (found == 1)
        mtl__str_printf(b, " is found in one of %d samples, ", samples);
    else
        mtl__str_printf(b, " is found in %d of %d samples, most in ", found, samples);
    mtl__html(b, v->q->row[best].sample);
    mtl__str_add(b, ": ");
    level(v, best, true);
    if (v->q->row[best].finding == MTL_FOUND_BELOW_LOD)
        mtl__str_add(b, ", below the LoD");
    mtl__str_add(b, ".");
}

static void bound_sentence(mtl__plate_page *v, int best)
{
    mtl__str *b = v->out;
    mtl__str_add(b, v->q->n_rows == 1 ? "No DNA of " : "No donor is above the blanks; DNA of ");
    who(v, best);
    mtl__str_add(b, v->q->n_rows == 1 ? " is above the blanks in " : " is bounded best, in ");
    mtl__html(b, v->q->row[best].sample);
    mtl__str_add(b, ": ");
    level(v, best, true);
    mtl__str_add(b, ".");
}

/* "sons is yes" */
static void group_name(mtl__plate_page *v, const char *name)
{
    mtl__html(v->out, v->q->o.group ? v->q->o.group : "group");
    mtl__str_add(v->out, " is ");
    mtl__html(v->out, name);
}

static void comparison_sentence(mtl__plate_page *v)
{
    const mtl__groups *g = &v->q->groups[0];
    mtl__str *b = v->out;
    char a[32], c[32], d[32], e[32];
    mtl__html(b, g->target);
    if (g->no_end) {
        mtl__str_add(b, ": nothing was counted in one group, so the ratio of ");
        mtl__html(b, g->name[1]);
        mtl__str_add(b, " to ");
        mtl__html(b, g->name[0]);
        mtl__str_add(b, " has no end.");
        return;
    }
    mtl__str_printf(b, ": %s times as much where ", mtl__two(g->ratio, a));
    group_name(v, g->name[1]);
    mtl__str_add(b, " as where ");
    group_name(v, g->name[0]);
    mtl__str_printf(b, " (%s%% interval: %s to %s, p&nbsp;=&nbsp;%s).",
                    mtl__given(100 * v->q->o.level, a), mtl__two(g->low, c), mtl__two(g->high, d),
                    mtl__lab_chance(g->p, e));
}

/* ---------------------------------------------------------------- the others */
static void clause(mtl__plate_page *v, int row, bool first)
{
    const mtl_quantify_row *r = &v->q->row[row];
    const mtl__measured x = mtl__plate_measured(r);
    char lod[32];
    mtl__str_add(v->out, first ? " " : "; ");
    mtl__html(v->out, r->sample);
    mtl__str_add(v->out, r->finding == MTL_NOT_SEEN          ? " not seen, "
                         : r->finding == MTL_NOT_ABOVE_BLANK ? " not above the blanks, "
                                                             : " ");
    level(v, row, false);
    if (r->finding == MTL_FOUND_BELOW_LOD && isfinite(x.lod))
        mtl__str_printf(v->out, ", below its LoD of %s", mtl__two(x.lod, lod));
}

/* One sentence per donor, in the order of the table. */
static void others(mtl__plate_page *v, int best)
{
    mtl__str *b = v->out;
    const int n = v->q->n_rows;
    if (n - 1 > MOST_CLAUSES || n < 2) {
        int found = 0, below = 0;
        for (int i = 0; i < n; i++) {
            found += v->q->row[i].finding == MTL_FOUND;
            below += v->q->row[i].finding == MTL_FOUND_BELOW_LOD;
        }
        if (n > 1)
            mtl__str_printf(b,
                            "<p class=\"lede\">Of %d levels asked for: %d found, %d found below "
                            "the LoD, %d only bounded.</p>\n",
                            n, found, below, n - found - below);
        return;
    }
    mtl__str_add(b, "<p class=\"lede\">");
    for (int i = 0, said = 0; i < n; i++) {
        bool before = false, first = true;
        for (int k = 0; k < i; k++)
            before = before || same_donor(v, k, i);
        for (int k = i; k < n && !before; k++) {
            if (k == best || !same_donor(v, k, i))
                continue;
            if (first) {
                mtl__str_add(b, said++ ? " " : "");
                who(v, i);
                mtl__str_add(b, best >= 0 && same_donor(v, i, best) ? " elsewhere:" : ":");
            }
            clause(v, k, first);
            first = false;
        }
        if (!before && !first)
            mtl__str_add(b, ".");
    }
    const mtl__measured x = mtl__plate_measured(&v->q->row[best < 0 ? 0 : best]);
    mtl__str_printf(b, " Numbers are %s.</p>\n", mtl__plate_unit(&x));
}

void mtl__plate_answer(mtl__plate_page *v)
{
    mtl__str *b = v->out;
    const int n = v->q->n_rows;
    mtl__str_add(b, n > 1 || v->q->n_groups ? "<h1 class=\"long\">" : "<h1>");
    if (n == 0) {
        mtl__str_add(b, "No donor can be looked for: no sample has a target that somebody else "
                        "carries.</h1>\n");
        return;
    }
    const int best = best_row(v);
    if (v->q->n_groups > 0)
        comparison_sentence(v);
    else if (v->q->row[best].finding >= MTL_FOUND_BELOW_LOD)
        found_sentence(v, best);
    else
        bound_sentence(v, best);
    mtl__str_add(b, "</h1>\n");
    others(v, v->q->n_groups > 0 ? -1 : best);
}
