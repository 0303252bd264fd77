/* SPDX-License-Identifier: MIT */
/* Tumours: the clones that began in the lives of the run, cells over time on a logarithmic axis
   (over all lives, also those without one), and how many began, were found and live at the end. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "num/num.h"
#include "report/host_part.h"

enum { PANEL_H = 120, PITCH = 186, HEAD = 36, MAX_PANELS = 12 };

typedef struct figure {
    double w, left, gap;
    const char *class_;
    int columns, ticks;
} figure;
static const figure figures[] = {{1032, 58, 16, "wide", 2, 7}, {640, 58, 0, "narrow", 1, 8}};

static const char *clone_label(const mtl__page *v, const mtl__clone_result *c)
{
    const mtl__kind *k = &v->m->kind[c->kind];
    return k->label && k->label[0] ? k->label : k->name;
}

/* From one cell to the top of the bands. */
static mtl__range range_of(const mtl__page *v, const mtl__clone_result *c)
{
    const double top = mtl__curve_top(v, c->cells, 0, v->r->n_times - 1);
    const int high = top > 1 ? (int)ceil(mtl__log10(top) - 1e-9) : 1;
    return (mtl__range){0, high < 2 ? 2 : high};
}

static bool followed(const mtl__page *v, const mtl__clone_result *c)
{
    return v->r->n_times > 1 && c->cells[MTL__CHANCE] != NULL;
}

/* Are there cells of it in one of forty lives, and in a twentieth of the time? Else its panel would
   be empty, or near it. */
static bool drawn(const mtl__page *v, const mtl__clone_result *c)
{
    int there = 0;
    for (int k = 0; followed(v, c) && k < v->r->n_times; k++)
        there += mtl__curve_top(v, c->cells, k, k) >= 1;
    return there > 0 && 20 * there >= v->r->n_times;
}

/* Those that began in too few lives to be drawn, by name. */
static void say_rare(mtl__page *v)
{
    mtl__str *b = v->out;
    int n = 0;
    for (int i = 0; i < v->r->host.n_clones; i++) {
        const mtl__clone_result *c = &v->r->host.clone[i];
        char organ[96];
        if (!followed(v, c) || drawn(v, c))
            continue;
        mtl__str_add(b, n++ ? ", "
                            : "<p class=\"note\">Not drawn, as fewer than one life in forty "
                              "has cells of it, or only for a short time: ");
        mtl__html(b, mtl__organ_lower(v->m, c->organ, organ));
        if (c->person != v->focus) {
            mtl__str_add(b, " of ");
            mtl__html(b, mtl__page_name(v, c->person));
        }
    }
    mtl__str_add(b, n > 0 ? ".</p>\n" : "");
}

static void draw_clone(mtl__page *v, const mtl__clone_result *c, double x0, double y, double width,
                       int ticks)
{
    mtl__str *b = v->out, title = {0};
    /* Drawn as a donor's cells are: bands, median, and the share of lives without any below. */
    mtl__pair own = {.host = c->person, .donor = c->person, .t_start = v->r->time[0]};
    for (int k = 0; k < v->r->n_bands && k < MTL__HOST_BANDS; k++)
        own.level[k] = c->cells[k];
    const mtl__panel p = {.r = v->r,
                          .pair = &own,
                          .x = {v->t0, v->t1, x0, x0 + width},
                          .y = y,
                          .h = PANEL_H,
                          .range = range_of(v, c),
                          .sight = {NULL, NAN, false},
                          .ticks = true,
                          .strip_label = true};
    char organ[96];
    mtl__str_add(&title, clone_label(v, c));
    if (!strstr(title.s ? title.s : "", mtl__organ_lower(v->m, c->organ, organ)))
        mtl__str_printf(&title, ", %s", organ);
    if (c->person != v->focus)
        mtl__str_printf(&title, " (%s)", mtl__page_name(v, c->person));
    mtl__str_add(&title, ": cells (log)");
    mtl__svg_text(b, "strong", 's', x0, y - 10, title.s ? title.s : "");
    mtl__str_drop(b, &title);
    mtl__svg_group(b, "me");
    mtl__panel_draw(b, &p);
    mtl__svg_group_end(b);
    mtl__xaxis_draw(b, &p.x, y + PANEL_H + 16, ticks);
    const int series = mtl__page_host_series(v, 0, "cells of the clone", "me", c->cells, NULL, 1);
    mtl__host_plot(v, &p.x, y, PANEL_H, &series, 1);
}

static void draw_figure(mtl__page *v, int n, const figure *f)
{
    const int columns = n < f->columns ? n : f->columns, rows = (n + columns - 1) / columns;
    const double width = (f->w - columns * f->left - (columns - 1) * f->gap - 8) / columns;
    mtl__svg_open(v->out, f->w, HEAD + rows * PITCH - (PITCH - PANEL_H) + 44, f->class_,
                  "Cells of each tumour clone over time",
                  "One panel per clone, logarithmic, over all lives. Line: median; bands: 95%; the "
                  "strip below darkens with the share of lives without a cell of it.");
    for (int i = 0, at = 0; i < v->r->host.n_clones && at < n; i++) {
        if (!drawn(v, &v->r->host.clone[i]))
            continue;
        const int row = at / columns, column = at % columns;
        draw_clone(v, &v->r->host.clone[i], f->left + column * (width + f->left + f->gap),
                   HEAD + row * (double)PITCH, width, f->ticks);
        at++;
    }
    mtl__svg_close(v->out);
}

static void two_cell(mtl__page *v, const double *p, bool there)
{
    mtl__str *b = v->out;
    mtl__str_add(b, "<td class=\"r\">");
    for (int k = 0; there && k < v->r->n_bands && k < MTL__HOST_BANDS; k++) {
        mtl__str_add(b, k ? "<br><small>unknowns " : "");
        mtl__say_prob(v, p[k]);
        mtl__str_add(b, k ? "</small>" : "");
    }
    mtl__str_add(b, there ? "</td>" : "not followed</td>");
}

static void table(mtl__page *v)
{
    mtl__str *b = v->out;
    char date[16];
    mtl__str_printf(
        b,
        "<div class=\"scroll\"><table><caption>Shares of lives by %s.</caption>\n"
        "<thead><tr><th scope=\"col\">Clone</th><th scope=\"col\">Organ</th>"
        "<th class=\"r\" scope=\"col\">P(begun)</th><th class=\"r\" "
        "scope=\"col\">= P(found)</th><th class=\"r\" scope=\"col\">+ P(there at the "
        "end, not found)</th><th class=\"r\" scope=\"col\">+ P(gone)</th></tr></thead>\n<tbody>\n",
        mtl__date_text(v->r->time[v->r->n_times - 1], date));
    for (int i = 0; i < v->r->host.n_clones; i++) {
        const mtl__clone_result *c = &v->r->host.clone[i];
        mtl__str_add(b, "<tr><th scope=\"row\">");
        mtl__html_capital(b, clone_label(v, c));
        mtl__of_whom(v, c->person);
        mtl__str_add(b, "</th><td>");
        mtl__html(b, mtl__organ_label(v->m, c->organ));
        mtl__str_add(b, "</td>");
        two_cell(v, c->p_begun, true);
        two_cell(v, c->p_detected, c->has_detected);
        two_cell(v, c->p_alive_end, true);
        two_cell(v, c->p_gone, true);
        mtl__str_add(b, "</tr>\n");
    }
    mtl__str_add(b, "</tbody></table></div>\n");
}

void mtl__report_tumours(mtl__page *v)
{
    static const char *const prefix[] = {"tumour.", NULL};
    mtl__str *b = v->out;
    int n = 0;
    for (int i = 0; i < v->r->host.n_clones; i++)
        n += drawn(v, &v->r->host.clone[i]);
    const int all = n;
    n = n < MAX_PANELS ? n : MAX_PANELS;
    if (v->r->host.n_clones == 0)
        return;
    mtl__section_say(
        v, "tumours", "Tumours",
        "<p>Clones of the host's own that began in some lives, and their cells over "
        "<b>all</b> lives.</p>\n<p><b>Line</b>: median, which stays at the foot while "
        "fewer than half of the lives have one. <b>Strip</b>: the darker, the more "
        "lives without a cell of it. <b>Found</b>: grown to where it is known; it is then "
        "taken out, counts as treated and is followed no further. <b>Gone</b>: died "
        "out by itself, or with the life.</p>\n");
    mtl__say_switch(v, "tumour");
    mtl__say_tier_d(v, prefix, NULL);
    if (n > 0) {
        mtl__str_add(b, "<figure>\n");
        for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++)
            draw_figure(v, n, &figures[k]);
        mtl__str_add(b, "</figure>\n");
    }
    mtl__host_left_out(v, all - n, "hosts/tumours.tsv");
    say_rare(v);
    table(v);
    mtl__section_close(v);
}
