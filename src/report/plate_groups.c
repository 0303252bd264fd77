/* SPDX-License-Identifier: MIT */
/* Two groups of subjects compared: the rate ratio of a negative binomial regression with the number
   of genomes tested as offset, and what each group counted. */
#include <math.h>
#include <stdio.h>

#include "io/quantify_parts.h"
#include "num/num.h"
#include "report/plate.h"

static void ratio_figure(mtl__str *b, const mtl__groups *g, double w, const char *class_)
{
    const double low = floor(mtl__log10(mtl__min(g->low, 0.5)) - 0.05),
                 high = ceil(mtl__log10(mtl__max(g->high, 2)) + 0.05);
    const mtl__decades a = {low, high, 40, w - 40};
    char title[160], text[96], x[32], y[32], z[32];
    snprintf(title, sizeof title, "Rate ratio of %.60s", g->target);
    mtl__svg_open(b, w, 108, class_, title, "The rate ratio with its interval on a log axis.");
    mtl__decades_draw(b, &a, 62, 20, "rate ratio (log)");
    const double one = mtl__decades_at(&a, 1);
    mtl__svg_line(b, "lod", one, 14, one, 62);
    mtl__svg_text(b, "tick", 'm', one, 10, "no difference");
    mtl__svg_group(b, "me");
    mtl__lab_interval(b, &a, 44, g->ratio, g->low, g->high, false);
    snprintf(text, sizeof text, "%s (%s to %s)", mtl__two(g->ratio, x), mtl__two(g->low, y),
             mtl__two(g->high, z));
    mtl__svg_text(b, "mine halo", 'm', mtl__decades_at(&a, g->ratio), 34, text);
    mtl__svg_group_end(b);
    mtl__svg_close(b);
}

static void group_row(mtl__str *b, const mtl__groups *g, int k)
{
    char x[32], y[32], z[32];
    mtl__str_add(b, "<tr><th scope=\"row\">");
    mtl__html(b, g->name[k]);
    mtl__str_printf(b, "</th><td class=\"r\">%d</td><td class=\"r\">%s</td><td class=\"r\">%s</td>",
                    g->subjects[k], mtl__two(g->counted[k], x),
                    mtl__lab_number(g->genomes[k], true, y));
    mtl__str_printf(b, "<td class=\"r\">%s</td></tr>\n",
                    g->genomes[k] > 0 ? mtl__two(1e6 * g->counted[k] / g->genomes[k], z) : "");
}

static void one(mtl__plate_page *v, const mtl__groups *g)
{
    mtl__str *b = v->out;
    char p[32], d[32];
    mtl__str_add(b, "<h3>");
    mtl__html(b, g->target);
    mtl__str_add(b, ": ");
    mtl__html(b, g->name[1]);
    mtl__str_add(b, " against ");
    mtl__html(b, g->name[0]);
    mtl__str_add(b, "</h3>\n");
    if (g->no_end || !(g->low > 0) || !isfinite(g->high)) {
        mtl__str_add(b, "<p class=\"note\">Nothing was counted in one group: the rate ratio has no "
                        "end.</p>\n");
    } else {
        mtl__str_add(b, "<figure>");
        ratio_figure(b, g, 760, "wide");
        ratio_figure(b, g, 640, "narrow");
        mtl__str_printf(b, "</figure>\n<p class=\"note\">p = %s, dispersion %s.</p>\n",
                        mtl__lab_chance(g->p, p), mtl__two(g->dispersion, d));
    }
    mtl__str_add(b, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Group</th>"
                    "<th scope=\"col\" class=\"r\">Subjects</th>"
                    "<th scope=\"col\" class=\"r\">gEq of donors</th>"
                    "<th scope=\"col\" class=\"r\">gEq tested</th>"
                    "<th scope=\"col\" class=\"r\">per million</th></tr></thead>\n<tbody>\n");
    group_row(b, g, 1);
    group_row(b, g, 0);
    mtl__str_add(b, "</tbody></table></div>\n");
}

void mtl__plate_groups(mtl__plate_page *v)
{
    if (v->q->n_groups == 0)
        return;
    mtl__section_say(&v->page, "groups", "Two groups compared",
                     "<p>Negative binomial regression of counts, with the logarithm of the gEq "
                     "tested as offset: subjects differ by more than chance, and the model says so "
                     "by its dispersion.</p>\n");
    for (int i = 0; i < v->q->n_groups; i++)
        one(v, &v->q->groups[i]);
    mtl__section_close(&v->page);
}
