/* SPDX-License-Identifier: MIT */
/* A small SVG writer: the elements that the report's figures need, with coordinates to a tenth of a
   pixel. Colours and strokes come from classes in the page's style sheet, so that the dark theme
   and print need no second figure. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

/* Tenths, without a locale's comma and without a trailing ".0". */
static void coordinate(mtl__str *b, double v)
{
    const long tenths = isfinite(v) ? (long)floor(mtl__min(mtl__max(v, -1e6), 1e6) * 10 + 0.5) : 0;
    const long whole = labs(tenths) / 10, rest = labs(tenths) % 10;
    mtl__str_printf(b, rest ? "%s%ld.%ld" : "%s%ld", tenths < 0 ? "-" : "", whole, rest);
}

static void attribute(mtl__str *b, const char *name, double v)
{
    mtl__str_printf(b, " %s=\"", name);
    coordinate(b, v);
    mtl__str_add(b, "\"");
}

static void element(mtl__str *b, const char *name, const char *class_)
{
    mtl__str_printf(b, "<%s", name);
    if (class_ && class_[0])
        mtl__str_printf(b, " class=\"%s\"", class_);
}

void mtl__svg_open(mtl__str *b, double w, double h, const char *class_, const char *title,
                   const char *desc)
{
    element(b, "svg", class_);
    mtl__str_add(b, " role=\"img\" viewBox=\"0 0 ");
    coordinate(b, w);
    mtl__str_add(b, " ");
    coordinate(b, h);
    mtl__str_add(b, "\"");
    attribute(b, "width", w);
    attribute(b, "height", h);
    mtl__str_add(b, " aria-label=\"");
    mtl__html(b, title);
    mtl__str_add(b, "\"><desc>");
    mtl__html(b, desc);
    mtl__str_add(b, "</desc>\n");
}

void mtl__svg_close(mtl__str *b)
{
    mtl__str_add(b, "</svg>\n");
}

void mtl__svg_line(mtl__str *b, const char *class_, double x1, double y1, double x2, double y2)
{
    element(b, "line", class_);
    attribute(b, "x1", x1);
    attribute(b, "y1", y1);
    attribute(b, "x2", x2);
    attribute(b, "y2", y2);
    mtl__str_add(b, "/>\n");
}

static void rectangle(mtl__str *b, const char *class_, double x, double y, double w, double h)
{
    element(b, "rect", class_);
    attribute(b, "x", x);
    attribute(b, "y", y);
    attribute(b, "width", mtl__max(w, 0));
    attribute(b, "height", mtl__max(h, 0));
}

void mtl__svg_rect(mtl__str *b, const char *class_, double x, double y, double w, double h)
{
    rectangle(b, class_, x, y, w, h);
    mtl__str_add(b, "/>\n");
}

void mtl__svg_shade(mtl__str *b, const char *class_, double x, double y, double w, double h,
                    double opacity)
{
    const int twentieths = (int)(mtl__min(mtl__max(opacity, 0), 1) * 20 + 0.5);
    if (twentieths == 0)
        return;
    rectangle(b, class_, x, y, w, h);
    mtl__str_printf(b, " opacity=\"%s%02d\"/>\n", twentieths == 20 ? "1." : "0.",
                    twentieths == 20 ? 0 : 5 * twentieths);
}

void mtl__svg_round(mtl__str *b, const char *class_, double x, double y, double w, double h,
                    double r)
{
    rectangle(b, class_, x, y, w, h);
    attribute(b, "rx", r);
    mtl__str_add(b, "/>\n");
}

void mtl__svg_shape(mtl__str *b, const char *class_, const char *path)
{
    element(b, "path", class_);
    mtl__str_add(b, " d=\"");
    mtl__html(b, path);
    mtl__str_add(b, "\"/>\n");
}

void mtl__svg_tip(mtl__str *b, const char *text)
{
    mtl__str_add(b, "<title>");
    while (*text) {
        const size_t n = strcspn(text, "\n");
        mtl__str line = {0};
        mtl__str_addn(&line, text, n);
        mtl__html(b, line.s ? line.s : "");
        b->oom = b->oom || line.oom;
        mtl__str_free(&line);
        text += n;
        if (*text++ != '\n')
            break;
        mtl__str_add(b, "\n");
    }
    mtl__str_add(b, "</title>\n");
}

void mtl__svg_circle(mtl__str *b, const char *class_, double x, double y, double r)
{
    element(b, "circle", class_);
    attribute(b, "cx", x);
    attribute(b, "cy", y);
    attribute(b, "r", r);
    mtl__str_add(b, "/>\n");
}

void mtl__svg_text(mtl__str *b, const char *class_, char anchor, double x, double y,
                   const char *text)
{
    element(b, "text", class_);
    attribute(b, "x", x);
    attribute(b, "y", y);
    if (anchor == 'm')
        mtl__str_add(b, " text-anchor=\"middle\"");
    else if (anchor == 'e')
        mtl__str_add(b, " text-anchor=\"end\"");
    mtl__str_add(b, ">");
    mtl__html(b, text);
    mtl__str_add(b, "</text>\n");
}

int mtl__svg_wrapped(mtl__str *b, const char *class_, double x, double y, double width, double size,
                     const char *text)
{
    int lines = 0;
    while (*text) {
        size_t take = strlen(text), fits = 0;
        for (size_t i = 1; i <= take; i++) {
            if (text[i] != ' ' && text[i] != '\0')
                continue;
            char part[256];
            snprintf(part, sizeof part, "%.*s", (int)(i < 250 ? i : 250), text);
            if (fits > 0 && mtl__text_width(part, size) > width)
                break;
            fits = i;
        }
        take = fits > 0 ? fits : take;
        mtl__str line = {0};
        mtl__str_addn(&line, text, take);
        mtl__svg_text(b, class_, 's', x, y + lines * (size + 3), line.s ? line.s : "");
        b->oom = b->oom || line.oom;
        mtl__str_free(&line);
        text += take;
        text += strspn(text, " ");
        lines++;
    }
    return lines;
}

void mtl__svg_group(mtl__str *b, const char *class_)
{
    element(b, "g", class_);
    mtl__str_add(b, ">\n");
}

void mtl__svg_group_end(mtl__str *b)
{
    mtl__str_add(b, "</g>\n");
}

void mtl__svg_path(mtl__str *b, const char *class_)
{
    element(b, "path", class_);
    mtl__str_add(b, " d=\"");
}

static void step(mtl__str *b, char letter, double x, double y)
{
    mtl__str_addn(b, &letter, 1);
    coordinate(b, x);
    mtl__str_add(b, " ");
    coordinate(b, y);
}

void mtl__svg_move(mtl__str *b, double x, double y)
{
    step(b, 'M', x, y);
}

void mtl__svg_to(mtl__str *b, double x, double y)
{
    step(b, 'L', x, y);
}

void mtl__svg_path_end(mtl__str *b, bool closed)
{
    mtl__str_add(b, closed ? "Z\"/>\n" : "\"/>\n");
}

void mtl__svg_hatch(mtl__str *b, const char *class_, int apart, double x, double y, double w,
                    double h)
{
    if (w <= 0 || h <= 0)
        return;
    mtl__svg_path(b, class_);
    /* Lines x + y = c run up to the right; c on one grid for the whole figure, so that
       neighbouring panels match. */
    for (double c = apart * (floor((x + y) / apart) + 1); c < x + w + y + h; c += apart) {
        const double x1 = mtl__max(x, c - (y + h)), x2 = mtl__min(x + w, c - y);
        if (x2 > x1) {
            mtl__svg_move(b, x1, c - x1);
            mtl__svg_to(b, x2, c - x2);
        }
    }
    mtl__svg_path_end(b, false);
}
