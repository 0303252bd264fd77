/* SPDX-License-Identifier: MIT */
/* Which donors leave alike marks: for two donors the cosine of the angle between what the sites say
   of the one and of the other, I_ab / sqrt(I_aa I_bb) of the Fisher information I of the fractions.
   0: sites tell them apart as if each were alone; 1: only their sum can be known. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/mix_parts.h"
#include "report/plate.h"

enum { MOST_PANELS = 6 };
#define ALIKE 0.9

static double likeness(const mtl__mix *f, int a, int b)
{
    const double *i = f->information;
    const double aa = i[a * f->n + a], bb = i[b * f->n + b];
    return aa > 0 && bb > 0 ? i[a * f->n + b] / sqrt(aa * bb) : NAN;
}

static void cell(const mtl__mix_page *v, mtl__str *b, const mtl__mix_tube *t, int row, int column,
                 double x, double y, double w, double h)
{
    const double c = likeness(&t->fit, row, column);
    char text[32], one[32], two[32];
    mtl__str words = {0};
    (void)v;
    mtl__svg_group(b, "tip");
    mtl__str_printf(&words, "%s and %s: ", t->row[row].donor, t->row[column].donor);
    if (!isfinite(c))
        mtl__str_add(&words, "not known");
    else if (row == column)
        mtl__str_printf(&words, "standard error %s per million",
                        mtl__two(1e6 * t->fit.share[row].standard_error, one));
    else
        mtl__str_printf(&words, "likeness %.2f\nstandard errors %s and %s per million", c,
                        mtl__two(1e6 * t->fit.share[row].standard_error, one),
                        mtl__two(1e6 * t->fit.share[column].standard_error, two));
    mtl__svg_tip(b, words.s ? words.s : "");
    mtl__str_drop(b, &words);
    mtl__svg_rect(b, "cell", x, y, w, h);
    if (isfinite(c) && row != column)
        mtl__svg_shade(b, "shadei", x, y, w, h, 0.4 * fabs(c));
    if (isfinite(c) && fabs(c) > ALIKE && row != column)
        mtl__svg_rect(b, "alike", x + 1, y + 1, w - 2, h - 2);
    if (row == column)
        snprintf(text, sizeof text, "–");
    else if (isfinite(c))
        snprintf(text, sizeof text, "%.2f", c);
    else
        snprintf(text, sizeof text, "?");
    mtl__svg_text(b, "value", 'm', x + 0.5 * w, y + 0.5 * h + 4, text);
    mtl__svg_group_end(b);
}

static void panel(const mtl__mix_page *v, mtl__str *b, int tube)
{
    const mtl__mix_tube *t = &v->m->tube[tube];
    const int n = t->fit.n;
    const double left = 110, w = mtl__max(36, mtl__min(72, 390.0 / n)), h = 30, top = 52;
    char title[160], text[128];
    snprintf(title, sizeof title, "Likeness of donors in %.80s",
             v->m->counts.sample[t->count].name);
    mtl__str_add(b, "<div>");
    mtl__svg_open(b, left + n * w + 4, top + n * h + 4, "map", title,
                  "A square of donors by donors: how alike the marks are that they leave.");
    mtl__svg_text(b, "head", 's', 0, 14,
                  mtl__lab_cut(v->m->counts.sample[t->count].name, left + n * w, 13.5, text));
    for (int i = 0; i < n; i++) {
        mtl__svg_group(b, mtl__mix_class(v, tube, i));
        mtl__svg_text(b, "mine", 'e', left - 10, top + i * h + 0.5 * h + 4,
                      mtl__lab_cut(t->row[i].donor, left - 12, 13, text));
        mtl__svg_text(b, "mine", 'm', left + (i + 0.5) * w, top - 9,
                      mtl__lab_cut(t->row[i].donor, w - 4, 13, text));
        mtl__svg_group_end(b);
    }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            cell(v, b, t, i, k, left + k * w, top + i * h, w, h);
    mtl__svg_close(b);
    mtl__str_add(b, "</div>\n");
}

static void alike(mtl__mix_page *v, int tube)
{
    const mtl__mix_tube *t = &v->m->tube[tube];
    mtl__str *b = v->out;
    for (int i = 0; i < t->fit.n; i++)
        for (int k = i + 1; k < t->fit.n; k++) {
            const double c = likeness(&t->fit, i, k);
            if (!(fabs(c) > ALIKE))
                continue;
            mtl__str_add(b, "<p class=\"note\"><b>");
            mtl__html(b, t->row[i].donor);
            mtl__str_add(b, "</b> and <b>");
            mtl__html(b, t->row[k].donor);
            mtl__str_add(b, "</b> leave nearly the same mark in ");
            mtl__html(b, v->m->counts.sample[t->count].name);
            mtl__str_add(b, ": their sum is known better than either.</p>\n");
        }
}

void mtl__mix_page_likeness(mtl__mix_page *v)
{
    int drawn = 0;
    for (int i = 0; i < v->m->n_tubes; i++)
        drawn += v->m->tube[i].fit.n > 1 && v->m->tube[i].fit.information;
    if (drawn == 0)
        return;
    mtl__section_say(
        &v->page, "likeness", "Who can be told from whom",
        "<p>How alike the marks are that two donors leave at the sites of this sample. 0: as if "
        "each were alone. 1: only their sum can be known. Framed: above 0.9.</p>\n");
    mtl__str_add(v->out, "<figure class=\"panels likeness\">\n");
    for (int i = 0, k = 0; i < v->m->n_tubes && k < MOST_PANELS; i++)
        if (v->m->tube[i].fit.n > 1 && v->m->tube[i].fit.information) {
            panel(v, v->out, i);
            k++;
        }
    mtl__str_add(v->out, "</figure>\n");
    for (int i = 0; i < v->m->n_tubes && drawn <= MOST_PANELS; i++)
        if (v->m->tube[i].fit.information)
            alike(v, i);
    if (drawn > MOST_PANELS)
        mtl__str_printf(v->out, "<p class=\"note\">The first %d of %d samples are drawn.</p>\n",
                        MOST_PANELS, drawn);
    mtl__section_close(&v->page);
}
