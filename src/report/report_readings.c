/* SPDX-License-Identifier: MIT */
/* Every sample with its reading: the laboratory's beside the virtual one, the chance of a positive,
   and the limit of detection. No bare 0: where nothing was hit the upper bound stands. */
#include <math.h>
#include <string.h>

#include "report/report.h"

static void cell_value(mtl__str *b, double v)
{
    char key[32];
    mtl__str_printf(b, "<td class=\"r\" data-v=\"%s\">",
                    isfinite(v) ? mtl__out_number(v, key) : "");
}

static void reading_cell(mtl__str *b, const mtl__assay_result *a, const mtl__reading *x)
{
    if (!x) {
        mtl__str_add(b, "<td>none</td>");
        return;
    }
    mtl__str_add(b, "<td>");
    mtl__out_units(b, a, x);
    mtl__str_add(b, "<br><small>");
    mtl__reading_text(b, x);
    mtl__str_add(b, "</small></td>");
}

static void donors_cell(mtl__page *v, const mtl__assay_result *a)
{
    const char *p = a->donors ? a->donors : "";
    if (!*p)
        mtl__str_add(v->out, "nobody in this family");
    for (int n = 0; *p; n++) {
        const size_t length = strcspn(p, ",");
        mtl__str name = {0};
        mtl__str_addn(&name, p, length);
        mtl__str_add(v->out, n ? ", " : "");
        mtl__html(v->out, name.s ? name.s : "");
        v->out->oom = v->out->oom || name.oom;
        mtl__str_free(&name);
        p += length;
        p += strspn(p, ", ");
    }
}

static void row(mtl__page *v, const mtl__assay_result *a)
{
    mtl__str *b = v->out;
    const mtl__sample *s = &v->s->sample[a->sample];
    const mtl__assay_def *def = mtl__out_assay(v->r, a);
    char buf[32], date[16];
    mtl__str_add(b, "<tr><td class=\"d\">");
    mtl__html(b, mtl__date_text(s->t, date));
    mtl__str_add(b, "</td><th scope=\"row\">");
    mtl__html(b, mtl__organ_label(v->m, s->organ));
    if (s->person != v->focus) {
        mtl__str_add(b, " <small>of ");
        mtl__html(b, mtl__page_name(v, s->person));
        mtl__str_add(b, "</small>");
    }
    mtl__str_add(b, "</th><td>");
    mtl__html(b, def ? (def->label ? def->label : def->name) : "none named");
    if (def)
        mtl__str_printf(b, "<br><small>%s %s</small>", mtl__two(mtl__virtual_genomes(&a->v), buf),
                        a->v.by == MTL__BY_FISH ? "cells" : "gEq");
    mtl__str_add(b, "</td><td>");
    donors_cell(v, a);
    mtl__str_add(b, "</td>");
    reading_cell(b, a, a->has_given ? &a->given : NULL);
    reading_cell(b, a, def && mtl__out_shown(a) ? &a->shown : NULL);
    cell_value(b, def ? a->p_positive[MTL__CHANCE] : NAN);
    if (def)
        mtl__html(b, mtl__prob(a->p_positive[MTL__CHANCE], v->r->opts.replicates, buf));
    if (def && v->r->n_bands > 1) {
        mtl__str_add(b, "<br><small>unknowns ");
        mtl__html(b, mtl__prob(a->p_positive[MTL__UNKNOWNS], v->r->opts.replicates, buf));
        mtl__str_add(b, "</small>");
    }
    mtl__str_add(b, "</td>");
    cell_value(b, def ? 1e6 * a->lod : NAN);
    if (def && a->lod > 0)
        mtl__str_add(b, isfinite(a->lod) ? mtl__two(1e6 * a->lod, buf) : "out of reach");
    else if (def)
        mtl__str_add(b, "blanks reach it");
    mtl__str_add(b, "</td></tr>\n");
}

void mtl__report_readings(mtl__page *v)
{
    mtl__str *b = v->out;
    if (v->r->n_assays == 0)
        return;
    mtl__section_say(v, "readings", "What the assays read",
                     "<p>An assay reads a target, not a person: <b>who could explain it</b> names "
                     "everyone in this family whose cells carry the target.</p><p><b>LoD</b>: the "
                     "level found 19 times in 20 at this number of genomes tested.</p>\n");
    mtl__str_add(
        b, "<div class=\"scroll\"><table class=\"sort\"><caption>gEq per 10⁶, estimate with 95% "
           "interval; \"at most\" "
           "where nothing rose above blank, \"at least\" where everything was hit. Under the "
           "assay: genomes tested. P(positive): share of "
           "replicates.</caption>\n<thead><tr>"
           "<th scope=\"col\">Date</th><th scope=\"col\">Sample</th><th scope=\"col\">Assay</th>"
           "<th scope=\"col\">Who could explain it</th>"
           "<th scope=\"col\">Laboratory</th><th scope=\"col\">Virtual, first replicate</th>"
           "<th class=\"r\" scope=\"col\">P(positive)</th>"
           "<th class=\"r\" scope=\"col\">LoD</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < v->r->n_assays; i++)
        row(v, &v->r->assay[i]);
    mtl__str_add(b, "</tbody></table></div>\n");
    mtl__section_close(v);
}
