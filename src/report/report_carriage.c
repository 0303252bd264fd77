/* SPDX-License-Identifier: MIT */
/* Which children, in which organ: the chance that at least one cell of each child, of any and of
   every child is still there at the end, seen or not. The numbers are in the table that follows. */
#include <math.h>
#include <stdlib.h>

#include "report/report.h"

enum { ROW = 21, TOP = 40, FOOT = 34, MAX_CHILDREN = 16 };

typedef struct rows {
    const mtl__carriage **row;
    int n;
} rows;

static int by_any(const void *a, const void *b)
{
    const mtl__carriage *const *p = a, *const *q = b;
    if ((*p)->p_any > (*q)->p_any || (*p)->p_any < (*q)->p_any)
        return (*p)->p_any > (*q)->p_any ? -1 : 1;
    return (*p)->organ - (*q)->organ;
}

static bool grouped(const mtl__page *v, const mtl__carriage *c)
{
    const char *group = v->m->organ[c->organ].group;
    return group && group[0];
}

/* Organs without a group, or those with one (regions of the brain). */
static rows rows_of(mtl__page *v, bool regions)
{
    rows out = {mtl__arena_alloc(&v->arena, ((size_t)v->r->n_carriages + 1) * sizeof *out.row), 0};
    if (!out.row) {
        v->out->oom = true;
        return out;
    }
    for (int i = 0; i < v->r->n_carriages; i++) {
        const mtl__carriage *c = &v->r->carriage[i];
        if (c->host == v->focus && mtl__page_has_organ(v, c->host, c->organ) &&
            grouped(v, c) == regions)
            out.row[out.n++] = c;
    }
    qsort(out.row, (size_t)out.n, sizeof *out.row, by_any);
    return out;
}

static int n_children(const mtl__page *v, const mtl__carriage *c)
{
    const int n = c->n_children < v->r->n_children ? c->n_children : v->r->n_children;
    return !c->p_each ? 0 : n < MAX_CHILDREN ? n : MAX_CHILDREN;
}

/* ------------------------------------------------------------------ dots */

static void diamond(mtl__str *b, double x, double y)
{
    mtl__svg_path(b, "ink");
    mtl__svg_move(b, x - 4.5, y);
    mtl__svg_to(b, x, y - 4.5);
    mtl__svg_to(b, x + 4.5, y);
    mtl__svg_to(b, x, y + 4.5);
    mtl__svg_path_end(b, true);
}

/* Dots that would cover each other step aside, up and down in turn. */
static double aside(const mtl__carriage *c, int child, double px_per_unit)
{
    int before = 0;
    for (int k = 0; k < child; k++)
        before += fabs(c->p_each[k] - c->p_each[child]) * px_per_unit < 7;
    return before == 0 ? 0 : before % 2 ? 3.5 : -3.5;
}

static void draw_row(mtl__page *v, const mtl__carriage *c, double x0, double x1, double y)
{
    mtl__str *b = v->out;
    const double w = x1 - x0;
    const double left = x0 + w * mtl__min(c->p_every, c->p_any);
    char name[64];
    mtl__svg_text(b, "", 'e', x0 - 12, y + 4, mtl__organ_short(v->m, c->organ, name));
    mtl__svg_line(b, "grid", left, y, x0 + w * c->p_any, y);
    if (v->r->n_bands > 1 && isfinite(c->p_any_unknowns)) {
        const double x = x0 + w * c->p_any_unknowns;
        mtl__svg_line(b, "mark", x, y - 6, x, y + 6);
    }
    for (int k = 0; k < n_children(v, c); k++) {
        mtl__svg_group(b, mtl__page_class(v, v->r->children[k]));
        mtl__svg_circle(b, "dot", x0 + w * c->p_each[k], y + aside(c, k, w), 4);
        mtl__svg_group_end(b);
    }
    mtl__svg_circle(b, "open", x0 + w * c->p_any, y, 5);
    diamond(b, x0 + w * c->p_every, y);
}

/* Names over the dots of the first row; returns the rows of names. */
static int name_labels(const mtl__page *v, const mtl__carriage *c, double x0, double x1,
                       mtl__label *l, int *n)
{
    const double w = x1 - x0;
    *n = 0;
    l[(*n)++] = (mtl__label){.text = "every child", .x = x0 + w * c->p_every};
    l[(*n)++] = (mtl__label){.text = "any child", .x = x0 + w * c->p_any};
    for (int k = 0; k < n_children(v, c); k++)
        l[(*n)++] = (mtl__label){.text = mtl__page_name(v, v->r->children[k]),
                                 .x = x0 + w * c->p_each[k],
                                 .class_ = mtl__page_class(v, v->r->children[k])};
    return mtl__labels_place(l, *n, x0 - 110, x1 + 30);
}

static void draw_names(mtl__page *v, const mtl__label *l, int n, double y)
{
    for (int i = 0; i < n; i++)
        mtl__svg_line(v->out, "grid", l[i].x, y - 12 - 15 * l[i].row, l[i].x, y - 6);
    for (int i = 0; i < n; i++) {
        mtl__svg_group(v->out, l[i].class_ ? l[i].class_ : "");
        mtl__svg_text(v->out, l[i].class_ ? "who halo" : "strong halo", l[i].anchor,
                      l[i].x + l[i].shift + (l[i].anchor == 's' ? -3 : 3), y - 14 - 15 * l[i].row,
                      l[i].text);
        mtl__svg_group_end(v->out);
    }
}

static double column_head(const mtl__page *v, const rows *r, double left, double width,
                          mtl__label *l, int *n)
{
    *n = 0;
    return TOP +
           (r->n > 0 ? 15 * name_labels(v, r->row[0], left + 132, left + width - 16, l, n) : 0);
}

static void draw_column(mtl__page *v, const rows *r, const char *title, double left, double width,
                        double y)
{
    mtl__str *b = v->out;
    static const char *const tick[] = {"0", "0.25", "0.5", "0.75", "1"};
    mtl__label l[MAX_CHILDREN + 2];
    int n;
    const double head = column_head(v, r, left, width, l, &n);
    const double x0 = left + 132, x1 = left + width - 16, y0 = y + head, y1 = y0 + ROW * r->n;
    mtl__svg_text(b, "head", 's', left, y + 14, title);
    for (int i = 0; i < 5; i++) {
        const double x = x0 + (x1 - x0) * i / 4;
        mtl__svg_line(b, "grid", x, y0 - 6, x, y1 - 4);
        mtl__svg_text(b, "tick", 'm', x, y1 + 14, tick[i]);
    }
    for (int i = 0; i < r->n; i++)
        draw_row(v, r->row[i], x0, x1, y0 + ROW * i + 6);
    draw_names(v, l, n, y0 + 6);
}

static void draw_figure(mtl__page *v, const rows *body, const rows *regions, bool wide)
{
    static const char title[] =
        "Chance that cells of each, any and every child are still there, by organ";
    const bool two = regions->n > 0 && body->n > 0;
    const double w = wide ? 1032 : 640, width = wide && two ? (w - 40) / 2 : wide ? 700 : w;
    mtl__label l[MAX_CHILDREN + 2];
    int n;
    const double h_body =
        body->n ? column_head(v, body, 0, width, l, &n) + ROW * body->n + FOOT : 0;
    const double h_regions =
        regions->n ? column_head(v, regions, 0, width, l, &n) + ROW * regions->n + FOOT : 0;
    mtl__svg_open(v->out, w, wide ? mtl__max(h_body, h_regions) : h_body + h_regions,
                  wide ? "wide" : "narrow", title,
                  "One row per organ from 0 to 1: coloured dots for each child, an open ring for "
                  "any child, a "
                  "diamond for every child, an upright stroke for any child with the unknowns "
                  "drawn. The table "
                  "below holds the same numbers.");
    if (body->n > 0)
        draw_column(v, body, "Body", 0, width, 0);
    if (regions->n > 0)
        draw_column(v, regions, "Brain, by region", wide && two ? width + 40 : 0, width,
                    wide ? 0 : h_body);
    mtl__svg_close(v->out);
}

void mtl__report_carriage(mtl__page *v)
{
    const rows body = rows_of(v, false), regions = rows_of(v, true);
    if (body.n + regions.n == 0 || v->r->n_children == 0)
        return;
    mtl__section_open(v, "carriage", "Which children, in which organ");
    mtl__str_add(
        v->out,
        "<p>Probability that at least one living cell remains at the end, whether or not an assay "
        "could find "
        "it.</p><p><b>Ring</b>: any child. <b>Dots</b>: each. <b>Diamond</b>: every child.");
    if (v->r->n_bands > 1)
        mtl__str_add(v->out,
                     " <b>Upright stroke</b>: any child, when the unknowns are drawn as well.");
    mtl__str_add(v->out, "</p>\n");
    mtl__section_body(v);
    mtl__str_add(v->out, "<figure>\n");
    draw_figure(v, &body, &regions, true);
    draw_figure(v, &body, &regions, false);
    mtl__str_add(v->out, "</figure>\n");
    mtl__section_close(v);
}
