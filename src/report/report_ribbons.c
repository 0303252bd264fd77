/* SPDX-License-Identifier: MIT */
/* Whose cells, and when: one ribbon per donor in the blood of the focus person, on the time axis of
   the life line. Readings are drawn where they were taken; one that several donors could explain is
   drawn once and named in the panels of the others. */
#include <math.h>
#include <stdio.h>

#include "report/report.h"

enum { PANEL_H = 112, GAP_WIDE = 52, GAP_NARROW = 76, HEAD = 66, MAX_GUIDES = 24 };

typedef struct figure {
    double w, left, right, gap;
    const char *class_;
    int ticks;
    bool side; /* names at the right; else above the panel */
} figure;
static const figure figures[] = {{1032, 58, 792, GAP_WIDE, "wide", 10, true},
                                 {640, 52, 622, GAP_NARROW, "narrow", 7, false}};

/* ------------------------------------------------------------------ who the ribbon is */

static void donor_name(mtl__page *v, const mtl__pair *p, double x, double y)
{
    mtl__svg_group(v->out, mtl__page_class(v, p->donor));
    mtl__svg_text(v->out, "name", 's', x, y, mtl__page_name(v, p->donor));
    mtl__svg_group_end(v->out);
}

static void relation_text(mtl__str *s, const mtl__page *v, const mtl__pair *p)
{
    const mtl__person *d = &v->s->person[p->donor];
    mtl__str_add(s, p->relation ? p->relation : "");
    if (isfinite(d->born))
        mtl__str_printf(s, ", born %d", mtl__year(d->born));
    else if (isfinite(d->conceived))
        mtl__str_printf(s, ", conceived %d", mtl__year(d->conceived));
}

static void end_texts(const mtl__page *v, const mtl__pair *p, mtl__str *chance, mtl__str *unknowns,
                      mtl__str *none)
{
    const mtl_result *r = v->r;
    if (r->n_times < 1 || !p->level[MTL__CHANCE])
        return;
    const mtl__band *end = &p->level[MTL__CHANCE][r->n_times - 1];
    char text[32];
    mtl__str_printf(chance, "%d: ", mtl__year(r->time[r->n_times - 1]));
    mtl__band_text(chance, end);
    if (r->n_bands > 1 && p->level[MTL__UNKNOWNS]) {
        mtl__str_add(unknowns, "unknowns ");
        mtl__band_text(unknowns, &p->level[MTL__UNKNOWNS][r->n_times - 1]);
    }
    mtl__str_printf(none, "P(none left) %s",
                    mtl__prob(1 - end->p_present, r->opts.replicates, text));
}

static void say_who(mtl__page *v, const figure *f, const mtl__pair *p, double y)
{
    mtl__str relation = {0}, chance = {0}, unknowns = {0}, none = {0};
    relation_text(&relation, v, p);
    end_texts(v, p, &chance, &unknowns, &none);
    if (f->side) {
        const double x = f->right + 22;
        donor_name(v, p, x, y + 14);
        const int lines =
            mtl__svg_wrapped(v->out, "", x, y + 32, f->w - x, 12.5, relation.s ? relation.s : "");
        const double below = y + 32 + 15.5 * (lines > 0 ? lines - 1 : 0);
        mtl__svg_text(v->out, "strong", 's', x, below + 24, chance.s ? chance.s : "");
        mtl__svg_text(v->out, "", 's', x, below + 42, unknowns.s ? unknowns.s : "");
        mtl__svg_text(v->out, "", 's', x, below + 60, none.s ? none.s : "");
    } else {
        const double after = f->left + mtl__text_width(mtl__page_name(v, p->donor), 15) + 10;
        donor_name(v, p, f->left, y - 38);
        mtl__svg_text(v->out, "halo", 's', after, y - 38, relation.s ? relation.s : "");
        mtl__svg_text(v->out, "strong halo", 'e', f->right, y - 38, chance.s ? chance.s : "");
        mtl__str both = {0};
        mtl__str_printf(&both, "%s%s%s", unknowns.s ? unknowns.s : "", unknowns.s ? "; " : "",
                        none.s ? none.s : "");
        mtl__svg_text(v->out, "halo", 'e', f->right, y - 21, both.s ? both.s : "");
        mtl__str_drop(v->out, &both);
    }
    mtl__str_drop(v->out, &relation);
    mtl__str_drop(v->out, &chance);
    mtl__str_drop(v->out, &unknowns);
    mtl__str_drop(v->out, &none);
}

/* ------------------------------------------------------------------ what the assay sees */

static void say_sight(mtl__page *v, const mtl__panel *p)
{
    mtl__str *b = v->out;
    const mtl__person *d = &v->s->person[p->pair->donor];
    mtl__str s = {0};
    if (p->sight.by && !isfinite(p->sight.lod)) {
        mtl__svg_text(
            b, "halo", 's', p->x.x0 + 8, p->y + 16,
            "hatched throughout: too little DNA was tested to find any level 19 times in 20");
    } else if (!p->sight.by) {
        mtl__str_printf(&s, "hatched throughout: no assay was named that could see %s%s", d->name,
                        d->sex == MTL__SEX_UNKNOWN ? " (sex not recorded)" : "");
        mtl__svg_text(b, "halo", 's', p->x.x0 + 8, p->y + 16, s.s ? s.s : "");
    } else {
        const mtl__assay_def *def = mtl__out_assay(v->r, p->sight.by);
        const double y = mtl__panel_y(p, p->sight.lod);
        char tested[32];
        const bool above = y > p->y + p->h - 40;
        mtl__svg_text(b, "halo", 's', p->x.x0 + 8, above ? y - 35 : y + 16,
                      def->label ? def->label : def->name);
        const mtl__virtual *by = &p->sight.by->v;
        if (by->by == MTL__BY_QPCR)
            mtl__str_printf(&s, "%d wells, ", by->qpcr.wells);
        mtl__str_printf(&s, "%s %s tested", mtl__two(mtl__virtual_genomes(by), tested),
                        by->by == MTL__BY_FISH ? "cells" : "gEq");
        if (p->sight.other_organ)
            mtl__str_printf(&s, " in %s",
                            mtl__organ_label(v->m, v->s->sample[p->sight.by->sample].organ));
        mtl__svg_text(b, "halo", 's', p->x.x0 + 8, above ? y - 20 : y + 31, s.s ? s.s : "");
    }
    mtl__str_drop(v->out, &s);
}

static void draw_readings(mtl__page *v, const mtl__panel *p, const figure *f)
{
    const int organ = v->r->watched[p->watched];
    double last_end = -1e9, last_x = -1e9;
    for (int i = 0; i < v->r->n_assays; i++) {
        const mtl__assay_result *a = &v->r->assay[i];
        const mtl__sample *s = &v->s->sample[a->sample];
        const mtl__reading *x = mtl__out_reading(a);
        if (s->person != v->focus || s->organ != organ || !x ||
            !mtl__page_explains(v, a, p->pair->donor))
            continue;
        mtl__str text = {0};
        const int home = mtl__page_home(v, a);
        if (home == p->pair->donor) {
            /* Readings of one date stand side by side. */
            const double at = mtl__xaxis_at(&p->x, s->t);
            const bool beside = fabs(at - last_x) < 1;
            const double shift = beside ? 12 * (p->x.t1 - p->x.t0) / (p->x.x1 - p->x.x0) : 0;
            mtl__panel_reading(v->out, p, s->t - shift, x, a->has_given);
            last_x = at;
            mtl__out_units(&text, a, x);
            mtl__str_add(&text, ": ");
            mtl__reading_text(&text, x);
        } else {
            mtl__str_printf(&text, "same reading as for %s", mtl__page_name(v, home));
        }
        const double px = mtl__xaxis_at(&p->x, s->t),
                     width = mtl__text_width(text.s ? text.s : "", 12.5);
        const bool end = px + width > f->right;
        const double x0 = end ? px - width : px;
        if (x0 > last_end + 8)
            mtl__svg_text(v->out, "halo", end ? 'e' : 's', px, p->y - 4, text.s ? text.s : "");
        last_end = mtl__max(last_end, x0 + width);
        mtl__str_drop(v->out, &text);
    }
}

/* ------------------------------------------------------------------ guides */

typedef struct guide {
    double t;
    int person; /* whose colour; -1 neutral */
    const char *text;
} guide;

static int guides(const mtl__page *v, guide *g)
{
    int n = 0;
    for (int i = 0; i < v->s->n_pregnancies && n < MAX_GUIDES; i++) {
        const mtl__pregnancy *p = &v->s->pregnancy[i];
        if (p->mother == v->focus && p->n_children > 0 && isfinite(p->ended)) {
            const int child = v->s->child[p->child0].person;
            g[n++] = (guide){p->ended, child, mtl__page_name(v, child)};
        }
    }
    for (int i = 0; i < v->s->n_samples && n < MAX_GUIDES; i++) {
        const mtl__sample *s = &v->s->sample[i];
        bool again = s->person != v->focus;
        for (int k = 0; k < n; k++)
            again = again || fabs(g[k].t - s->t) < 0.5;
        if (!again)
            g[n++] = (guide){s->t, -1, s->autopsy ? "autopsy" : "sample"};
    }
    return n;
}

static void draw_guides(mtl__page *v, const mtl__xaxis *x, const figure *f, double bottom)
{
    guide g[MAX_GUIDES];
    mtl__label l[MAX_GUIDES];
    const int n = guides(v, g);
    for (int i = 0; i < n; i++)
        l[i] = (mtl__label){.text = g[i].text,
                            .x = mtl__xaxis_at(x, g[i].t),
                            .class_ = g[i].person >= 0 ? mtl__page_class(v, g[i].person) : NULL};
    mtl__labels_place(l, n, f->left, f->w);
    for (int i = 0; i < n; i++) {
        mtl__svg_line(v->out, "guide", l[i].x, HEAD - 14, l[i].x, bottom);
        if (l[i].row > 1)
            continue;
        mtl__svg_group(v->out, l[i].class_ ? l[i].class_ : "");
        mtl__svg_text(v->out, l[i].class_ ? "who" : "", l[i].anchor,
                      l[i].x + l[i].shift + (l[i].anchor == 's' ? 2 : -2),
                      HEAD - 18 - 15 * l[i].row, l[i].text);
        mtl__svg_group_end(v->out);
    }
}

/* ------------------------------------------------------------------ the figure */

/* One area over all panels: a date is read off for every donor at once. */
static void plot_all(mtl__page *v, const mtl__xaxis *x, double y, double h)
{
    int *series = mtl__arena_alloc(&v->arena, (size_t)v->n_pairs * sizeof *series);
    if (!series) {
        v->out->oom = true;
        return;
    }
    for (int i = 0; i < v->n_pairs; i++)
        series[i] = mtl__page_series(v, v->r, &v->r->pair[v->pair[i]], 0);
    mtl__plot(v, x, y, h + 14, series, v->n_pairs);
}

static void draw_figure(mtl__page *v, const figure *f)
{
    const mtl__xaxis x = {v->t0, v->t1, f->left, f->right};
    const double first = HEAD + (f->side ? 22 : 62), pitch = PANEL_H + f->gap;
    const double bottom = first + v->n_pairs * pitch - f->gap + 16;
    mtl__svg_open(
        v->out, f->w, bottom + 34, f->class_, "Levels of each donor's cells in the blood over time",
        "One panel per donor, logarithmic. Line: median. Dark band: 95% of replicates by chance. "
        "Pale band: 95% with the unknowns drawn. The strip below darkens with the share of "
        "replicates without a cell. Hatching: the assay would miss it more than one time in "
        "twenty.");
    mtl__svg_text(v->out, "", 's', f->side ? 0 : f->left, 12,
                  f->side ? "gEq per 10⁶, blood (log)" : "");
    draw_guides(v, &x, f, bottom);
    for (int i = 0; i < v->n_pairs; i++) {
        const mtl__pair *pair = &v->r->pair[v->pair[i]];
        const mtl__panel p = {.r = v->r,
                              .pair = pair,
                              .watched = 0,
                              .x = x,
                              .y = first + i * pitch,
                              .h = PANEL_H,
                              .range = v->blood,
                              .sight = mtl__page_sight(v, v->focus, pair->donor, v->r->watched[0]),
                              .hatch = true,
                              .ticks = true,
                              .lod_label = true,
                              .strip_label = true};
        mtl__svg_group(v->out, mtl__page_class(v, pair->donor));
        mtl__panel_draw(v->out, &p);
        mtl__svg_group_end(v->out);
        say_sight(v, &p);
        draw_readings(v, &p, f);
        say_who(v, f, pair, p.y);
    }
    mtl__xaxis_draw(v->out, &x, bottom, f->ticks);
    plot_all(v, &x, first, bottom - 16 - first);
    mtl__svg_close(v->out);
}

static void how_to_read(mtl__page *v)
{
    const bool quantiles = v->r->opts.solver != MTL_SOLVER_ANALYTIC;
    mtl__str *b = v->out;
    mtl__str_add(b, "<p>Donor genomes (gEq) per 10⁶ nucleated cells, logarithmic.</p>\n");
    if (quantiles)
        mtl__str_add(
            b, "<p><b>Line</b>: median; <b>thin lines</b>: the middle half. <b>Dark band</b>: "
               "95% of replicates, chance alone.");
    else
        mtl__str_add(b, "<p><b>Line</b>: mean; this solver gives no bands of chance.");
    if (v->r->n_bands > 1)
        mtl__str_add(b, " <b>Pale band</b>: 95% when the unknowns are drawn as well.");
    mtl__str_add(b, " <b>Strip under each panel</b>: share of replicates in which no cell is left; "
                    "the darker, the "
                    "more.</p>\n<p><b>Hatched</b>: the named assay would miss it more often than "
                    "one time in twenty.</p>\n"
                    "<p><b>Circle with line</b>: above blank, estimate with 95% interval. "
                    "<b>Triangle with arrow</b>: not "
                    "above blank, an upper bound; <b>upwards</b>: all that was looked at is hit, a "
                    "lower bound. Full marks are a laboratory's readings; open "
                    "ones are those of the "
                    "virtual assay in the first replicate.</p>\n");
    mtl__page_marks_key(v, v->focus);
}

void mtl__report_ribbons(mtl__page *v)
{
    if (v->n_pairs == 0 || v->r->n_watched == 0 || v->r->n_times == 0)
        return;
    mtl__section_open(v, "ribbons", "Whose cells, and when");
    how_to_read(v);
    mtl__section_body(v);
    mtl__str_add(v->out, "<figure>\n");
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        draw_figure(v, &figures[i]);
    mtl__str_add(v->out, "</figure>\n");
    mtl__section_close(v);
}
