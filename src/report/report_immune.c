/* SPDX-License-Identifier: MIT */
/* Tolerance and response: one row per donor, tolerance at the left and response at the right on one
   axis of years, with the host's pregnancies (and its own time in the womb) marked; what tells the
   two people apart, and how much of it is left at the end. */
#include <math.h>
#include <stdio.h>

#include "num/num.h"
#include "report/host_part.h"

enum { PANEL_H = 76, PITCH = 132, HEAD = 62, COLUMNS = 2, MAX_OTHERS = 3 };

typedef struct figure {
    double w, left, gap;
    const char *class_;
    int ticks;
} figure;
static const figure figures[] = {{1032, 58, 60, "wide", 6}, {640, 52, 44, "narrow", 4}};

/* ------------------------------------------------------------------ marks of pregnancies */

static void womb(mtl__page *v, const mtl__curve *c, const char *class_, double from, double to)
{
    const double a = mtl__max(from, c->x.t0), z = mtl__min(to, c->x.t1);
    if (!(z > a))
        return;
    const double x = mtl__xaxis_at(&c->x, a);
    mtl__svg_rect(v->out, class_, x, c->y, mtl__max(mtl__xaxis_at(&c->x, z) - x, 2), c->h);
}

/* The donor's own pregnancy in its colour, the others grey. */
static void mark_pregnancies(mtl__page *v, const mtl__immune_result *x, const mtl__curve *c)
{
    const mtl__person *host = &v->s->person[x->host];
    for (int i = 0; i < v->s->n_pregnancies; i++) {
        const mtl__pregnancy *p = &v->s->pregnancy[i];
        const double end = isfinite(p->ended) ? p->ended : v->s->t_end;
        bool own = false;
        for (int k = 0; k < p->n_children; k++)
            own = own || v->s->child[p->child0 + k].person == x->donor;
        if (p->mother == x->host)
            womb(v, c, own ? "own" : "womb", p->conceived, end);
    }
    if (isfinite(host->conceived) && isfinite(host->born))
        womb(v, c, host->mother == x->donor ? "own" : "womb", host->conceived, host->born);
}

/* ------------------------------------------------------------------ the figure */

static void draw_panel(mtl__page *v, const mtl__immune_result *x, mtl__curve *c,
                       mtl__band *const *band)
{
    mtl__str name = {0};
    mtl__str_printf(&name, "%s, %s, %%", mtl__page_name(v, x->donor),
                    band == x->tolerance ? "tolerance" : "response");
    c->high = 1;
    c->percent = true;
    mark_pregnancies(v, x, c);
    mtl__curve_grid(v->out, c);
    mtl__curve_bands(v->out, c, v, band);
    const int series = mtl__page_host_series(v, 0, name.s ? name.s : "",
                                             mtl__page_class(v, x->donor), band, NULL, 100);
    mtl__host_plot(v, &c->x, c->y, c->h, &series, 1);
    mtl__str_drop(v->out, &name);
}

static void draw_row(mtl__page *v, const mtl__immune_result *x, const figure *f, double y,
                     double width)
{
    mtl__str *b = v->out, about = {0};
    char text[32];
    const char *const name = mtl__page_name(v, x->donor);
    mtl__svg_group(b, mtl__page_class(v, x->donor));
    mtl__svg_text(b, "name", 's', 0, y - 12, name);
    if (isfinite(x->mismatch))
        mtl__str_printf(&about, "%s lacks %s%% of the HLA haplotypes", mtl__page_name(v, x->host),
                        mtl__two(100 * x->mismatch, text));
    mtl__svg_text(b, "halo", 's', mtl__text_width(name, 15) + 10, y - 12, about.s ? about.s : "");
    mtl__str_drop(b, &about);
    mtl__band *const *const band[COLUMNS] = {x->tolerance, x->response};
    for (int i = 0; i < COLUMNS; i++) {
        mtl__curve c = {.time = v->r->time, .k0 = 0, .k1 = v->r->n_times - 1, .y = y, .h = PANEL_H};
        c.x = (mtl__xaxis){v->t0, v->t1, f->left + i * (width + f->gap), 0};
        c.x.x1 = c.x.x0 + width;
        draw_panel(v, x, &c, band[i]);
        mtl__xaxis_draw(b, &c.x, y + PANEL_H, f->ticks);
    }
    mtl__svg_group_end(b);
}

static void draw_figure(mtl__page *v, int host, const figure *f)
{
    static const char *const title[COLUMNS] = {"Tolerance, %", "Response, %"};
    const double width = (f->w - f->left - f->gap - 12) / COLUMNS;
    int n = 0;
    for (int i = 0; i < v->r->host.n_immune; i++)
        n += v->r->host.immune[i].host == host;
    mtl__svg_open(v->out, f->w, HEAD + n * PITCH - (PITCH - PANEL_H) + 26, f->class_,
                  "Tolerance of and response against each donor over time",
                  "One row per donor. Line: median; bands: 95%; grey: the host's pregnancies and "
                  "its own time in the womb; coloured: that of this donor.");
    for (int i = 0; i < COLUMNS; i++)
        mtl__svg_text(v->out, "head", 's', f->left + i * (width + f->gap), 16, title[i]);
    n = 0;
    for (int i = 0; i < v->r->host.n_immune; i++)
        if (v->r->host.immune[i].host == host)
            draw_row(v, &v->r->host.immune[i], f, HEAD + n++ * PITCH, width);
    mtl__svg_close(v->out);
}

/* ------------------------------------------------------------------ at the end */

static void percent_cell(mtl__page *v, mtl__band *const *band)
{
    mtl__str *b = v->out;
    mtl__str_add(b, "<td class=\"r\">");
    for (int k = 0; k < v->r->n_bands && k < MTL__HOST_BANDS; k++) {
        if (!band[k])
            continue;
        mtl__str_add(b, k ? "<br><small>unknowns " : "");
        mtl__say_percent(v, &band[k][v->r->n_times - 1]);
        mtl__str_add(b, k ? "</small>" : "");
    }
    mtl__str_add(b, "</td>");
}

static void table(mtl__page *v, int host)
{
    mtl__str *b = v->out;
    char date[16], text[32];
    mtl__str_printf(b,
                    "<div class=\"scroll\"><table><caption>On %s: median (95%% of replicates). "
                    "HLA: share of the donor's haplotypes that ",
                    mtl__date_text(v->r->time[v->r->n_times - 1], date));
    mtl__html(b, mtl__page_name(v, host));
    mtl__str_add(b,
                 " lacks, mean over replicates.</caption>\n<thead><tr><th scope=\"col\">Donor</th>"
                 "<th class=\"r\" scope=\"col\">HLA</th><th class=\"r\" "
                 "scope=\"col\">Tolerance</th><th class=\"r\" scope=\"col\">Response</th></tr>"
                 "</thead>\n<tbody>\n");
    for (int i = 0; i < v->r->host.n_immune; i++) {
        const mtl__immune_result *x = &v->r->host.immune[i];
        if (x->host != host)
            continue;
        mtl__str_printf(b, "<tr><th class=\"who %s\" scope=\"row\">", mtl__page_class(v, x->donor));
        mtl__html(b, mtl__page_name(v, x->donor));
        mtl__str_printf(b, "</th><td class=\"r\">%s%s</td>", mtl__two(100 * x->mismatch, text),
                        isfinite(x->mismatch) ? "%" : "");
        percent_cell(v, x->tolerance);
        percent_cell(v, x->response);
        mtl__str_add(b, "</tr>\n");
    }
    mtl__str_add(b, "</tbody></table></div>\n");
}

static bool first_of_host(const mtl__page *v, int i)
{
    for (int k = 0; k < i; k++)
        if (v->r->host.immune[k].host == v->r->host.immune[i].host)
            return false;
    return true;
}

static void one_host(mtl__page *v, int host, bool figure_too)
{
    mtl__str *b = v->out;
    mtl__str_add(b, "<h3>In ");
    mtl__html(b, mtl__page_name(v, host));
    mtl__str_add(b, "</h3>\n");
    if (figure_too) {
        mtl__str_add(b, "<figure>\n");
        for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++)
            draw_figure(v, host, &figures[k]);
        mtl__str_add(b, "</figure>\n");
    }
    table(v, host);
}

/* Tolerance and response look like opposites, and are not: what half a tolerance does to the
   balance of a response that is met in plenty, at the values in use. */
static void say_both(mtl__page *v)
{
    double rise, decay;
    char whole[32], half[32];
    mtl__str_add(v->out, "<p class=\"note\">Tolerance and response are two variables, and both may "
                         "be high: tolerance slows the "
                         "rise of the response, and takes none away that is there.");
    if (mtl__model_value(v->m, "allo.gain", &rise, NULL) == 0 &&
        mtl__model_value(v->m, "allo.decay", &decay, NULL) == 0 && decay > 0)
        mtl__str_printf(v->out,
                        " At <code>allo.gain</code> and <code>allo.decay</code> as they are, half "
                        "a tolerance takes a full response from %s%% to %s%%.",
                        mtl__two(100 * rise / (rise + decay), whole),
                        mtl__two(100 * rise / (rise + 2 * decay), half));
    mtl__str_add(v->out, "</p>\n");
}

void mtl__report_immune(mtl__page *v)
{
    static const char *const prefix[] = {"tolerance.", "allo.", "antigen.", "reject.", NULL};
    int others = 0;
    if (v->r->host.n_immune == 0 || v->r->n_times == 0)
        return;
    mtl__section_say(v, "immune", "Tolerance and response",
                     "<p>What the host's defences make of each donor: <b>tolerance</b> learnt from "
                     "cells and antigen, <b>response</b> against haplotypes that the host lacks. "
                     "100% is the most there can be.</p>\n<p><b>Line</b>: median; dark and pale "
                     "band as elsewhere. <b>Grey</b>: the host's pregnancies and its own time in "
                     "the womb; <b>coloured</b>: that of the donor.</p>\n");
    mtl__say_switch(v, "niche");
    mtl__say_tier_d(v, prefix, NULL);
    say_both(v);
    for (int pass = 0; pass < 2; pass++) /* whom the page is about, then the others */
        for (int i = 0; i < v->r->host.n_immune; i++) {
            const int host = v->r->host.immune[i].host;
            if (first_of_host(v, i) && (host == v->focus) == (pass == 0))
                one_host(v, host, pass == 0 || others++ < MAX_OTHERS);
        }
    mtl__section_close(v);
}
