/* SPDX-License-Identifier: MIT */
/* Every level as a row: what it rests on, what blanks explain, the level with its interval or
   bound, the limits, and the verdict in words. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "io/quantify_parts.h"
#include "report/plate.h"

static void level_cell(mtl__str *b, const mtl__measured *x, bool mixed)
{
    char text[32];
    const double key = x->open ? x->low : x->bound || !isfinite(x->mid) ? x->high : x->mid;
    mtl__str_printf(b, "<td class=\"r\" data-v=\"%.6g\">", key);
    if (x->open) {
        mtl__str_printf(b, "≥ %s", mtl__two(x->low, text));
    } else if (x->bound || !isfinite(x->mid)) {
        mtl__str_printf(b, "≤ %s", mtl__two(x->high, text));
    } else {
        const bool sharp = mtl__lab_sharp(x->low, x->high);
        mtl__str_printf(b, "%s <small>(", mtl__lab_number(x->mid, sharp, text));
        mtl__str_printf(b, "%s to ", mtl__lab_number(x->low, sharp, text));
        mtl__str_printf(b, "%s)</small>", mtl__lab_number(x->high, sharp, text));
    }
    mtl__str_add(b, x->genome || !mixed ? "</td>" : " <small>per well</small></td>");
}

static void hits_cell(mtl__str *b, const mtl_quantify_row *r)
{
    char a[32], c[32];
    mtl__str_printf(b, "<td class=\"r\" data-v=\"%.6g\">",
                    r->wells > 0 ? (double)r->hits / (double)r->wells : 0);
    mtl__str_printf(b, "%s of %s</td>", mtl__given((double)r->hits, a),
                    mtl__given((double)r->wells, c));
}

static void row(mtl__plate_page *v, int i, bool mixed)
{
    const mtl_quantify_row *r = &v->q->row[i];
    const mtl__measured x = mtl__plate_measured(r);
    mtl__str *b = v->out;
    char text[32], date[16];
    mtl__str_add(b, "<tr><th scope=\"row\">");
    mtl__html(b, r->sample);
    if (isfinite(r->day))
        mtl__str_printf(b, " <small>%s</small>", mtl__date_text(r->day, date));
    if (v->q->n_plates > 1) {
        mtl__str_add(b, "<br><small>");
        mtl__html(b, mtl__lab_leaf(r->plate));
        mtl__str_add(b, "</small>");
    }
    mtl__str_printf(b, "</th><td class=\"who %s\">", mtl__plate_class(v, i));
    mtl__html(b, r->donor);
    mtl__str_add(b, "</td><td>");
    mtl__html(b, r->targets);
    mtl__str_add(b, "</td>");
    hits_cell(b, r);
    mtl__lab_value(b, r->lob_hits, mtl__given(r->lob_hits, text));
    mtl__lab_value(b, r->genomes,
                   isfinite(r->genomes) ? mtl__lab_number(r->genomes, true, text) : "");
    level_cell(b, &x, mixed);
    mtl__lab_value(b, r->lod, mtl__two(r->lod, text));
    mtl__lab_value(b, r->p_blank, mtl__lab_chance(r->p_blank, text));
    mtl__str_printf(b, "<td class=\"verdict\">%s</td></tr>\n", mtl_finding_name(r->finding));
}

void mtl__plate_table(mtl__plate_page *v)
{
    mtl__str *b = v->out;
    char a[32];
    bool genome = false;
    for (int i = 0; i < v->q->n_rows; i++)
        genome = genome || mtl__plate_measured(&v->q->row[i]).genome;
    mtl__str_printf(
        b,
        "<div class=\"scroll\"><table class=\"sort\"><caption>%s%% intervals. Upper bounds are "
        "one-sided. LoB: most hits that blanks explain; a count at or below it is never reported "
        "as found. p: chance of so many hits or more from blanks alone.</caption>\n",
        mtl__given(100 * v->q->o.level, a));
    mtl__str_add(b, "<thead><tr><th scope=\"col\">Sample</th><th scope=\"col\">Donor</th>"
                    "<th scope=\"col\">Target</th><th scope=\"col\" class=\"r\">Hits</th>"
                    "<th scope=\"col\" class=\"r\">LoB</th>"
                    "<th scope=\"col\" class=\"r\">gEq tested</th>"
                    "<th scope=\"col\" class=\"r\">gEq per ");
    mtl__str_add(b, genome ? "million" : "well");
    mtl__str_add(b,
                 "</th><th scope=\"col\" class=\"r\">LoD</th><th scope=\"col\" class=\"r\">p</th>"
                 "<th scope=\"col\">Verdict</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < v->q->n_rows; i++)
        row(v, i, genome);
    mtl__str_add(b, "</tbody></table></div>\n");
}
