/* SPDX-License-Identifier: MIT */
/* Until when the lives are the same: for each donor in the focus person, the share of lives whose
   counts have been equal at every date so far. After a life has parted a difference may be chance
   that the change let in, and only the mean over lives speaks of the change itself. */
#include <math.h>

#include "report/compare_page.h"

enum { PLOT = 120, HEAD = 18, FOOT = 30 };
typedef struct figure {
    double w, left;
    const char *class_;
} figure;
static const figure figures[] = {{1032, 54, "wide"}, {640, 54, "narrow"}};

/* Steps: the share changes at a date and stays until the next. */
static void curve(mtl__compare_page *v, const mtl__compared_pairing *x, const mtl__xaxis *axis)
{
    const mtl_compare *c = v->c;
    mtl__str *b = v->out;
    double y = HEAD;
    mtl__svg_group(b, mtl__compare_class(v, x->donor));
    mtl__svg_path(b, "line");
    mtl__svg_move(b, mtl__xaxis_at(axis, c->time[0]), y);
    for (int k = 0; k < c->n_times; k++) {
        const double to = HEAD + PLOT * (1 - (double)x->together[k]);
        if (to > y || k + 1 == c->n_times)
            mtl__svg_to(b, mtl__xaxis_at(axis, c->time[k]), y);
        if (to > y)
            mtl__svg_to(b, mtl__xaxis_at(axis, c->time[k]), to);
        y = to;
    }
    mtl__svg_path_end(b, false);
    mtl__svg_group_end(b);
}

static void draw(mtl__compare_page *v, const figure *f)
{
    const mtl_compare *c = v->c;
    mtl__str *b = v->out;
    const mtl__xaxis axis = {c->time[0], c->time[c->n_times - 1], f->left, f->w - 8};
    static const char *const tick[] = {"all", "half", "none"};
    mtl__svg_open(b, f->w, HEAD + PLOT + FOOT, f->class_, "Until when the lives are the same",
                  "Share of lives, by donor, whose counts have been equal at every date so far.");
    for (int k = 0; k < 3; k++) {
        const double y = HEAD + 0.5 * k * PLOT;
        mtl__svg_line(b, "grid", axis.x0, y, axis.x1, y);
        mtl__svg_text(b, "tick", 'e', axis.x0 - 8, y + 4, tick[k]);
    }
    for (int i = 0; i < c->n_pairings; i++)
        if (c->pairing[i].row.focus && c->pairing[i].row.n)
            curve(v, &c->pairing[i], &axis);
    mtl__xaxis_draw(b, &axis, HEAD + PLOT + 6, 8);
    mtl__svg_close(b);
}

static const char *until(double t, char buf[16])
{
    return isinf(t) ? "to the end" : isfinite(t) ? mtl__date_text(t, buf) : "not known";
}

static void row(mtl__compare_page *v, const mtl__compared_pairing *x)
{
    mtl__str *b = v->out;
    char text[16];
    const mtl_compare_pairing *r = &x->row;
    mtl__str_add(b, "<tr><th scope=\"row\">");
    mtl__html(b, r->host);
    mtl__str_printf(b, "</th><th class=\"who %s\">", mtl__compare_class(v, x->donor));
    mtl__html(b, r->donor);
    mtl__str_printf(b, "</th><td class=\"r\">%d</td><td class=\"r\">%d</td>", r->n - r->parted,
                    r->empty);
    mtl__str_printf(b, "<td class=\"d\">%s</td>", until(r->median, text));
    mtl__str_printf(b, "<td class=\"d\">%s</td>", until(r->first, text));
    mtl__str_printf(b, "<td class=\"d\">%s</td></tr>\n", until(r->last, text));
}

void mtl__compare_pairing(mtl__compare_page *v)
{
    const mtl_compare *c = v->c;
    mtl__str *b = v->out;
    bool any = false;
    for (int i = 0; i < c->n_pairings; i++)
        any = any || c->pairing[i].row.n > 0;
    if (!any || c->n_times == 0)
        return;
    mtl__section_say(&v->page, "pairing", "Until when they are the same",
                     "<p>At each date that both runs look at, the counts of a donor&rsquo;s cells "
                     "in a body are held against each other, kind by kind and organ by organ. "
                     "Until they part, a life is the same life; after that the streams are still "
                     "common, but what they decide is not, and only means over lives speak.</p>\n");
    if (c->n_times > 1 && c->time[c->n_times - 1] > c->time[0]) {
        mtl__str_add(b, "<figure>\n");
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
            draw(v, &figures[k]);
        mtl__str_add(b, "</figure>\n");
    }
    mtl__str_add(b, "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">In</th>"
                    "<th scope=\"col\">From</th><th class=\"r\" scope=\"col\">Same to the end</th>"
                    "<th class=\"r\" scope=\"col\">Without a cell</th><th scope=\"col\">Half have "
                    "parted by</th><th scope=\"col\">First</th><th scope=\"col\">Last</th></tr>"
                    "</thead>\n<tbody>\n");
    for (int i = 0; i < c->n_pairings; i++)
        if (c->pairing[i].row.n)
            row(v, &c->pairing[i]);
    mtl__str_add(b, "</tbody></table></div>\n");
    if (*mtl_compare_note(c)) {
        mtl__str_add(b, "<p class=\"note\">");
        mtl__html(b, mtl_compare_note(c));
        mtl__str_add(b, "</p>\n");
    }
    mtl__section_close(&v->page);
}
