/* SPDX-License-Identifier: MIT */
/* If the rules were different: the same family and the same random streams under each value of a
   switch, side by side on the same axes, with the answer and the headline of each. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/host_part.h"
#include "report/report.h"

enum { PANEL_H = 80, GAP = 46, HEAD = 88 };
static const double LABEL = 12.5; /* px, of plain text in a figure */

typedef struct figure {
    double w, left;
    const char *class_;
    int columns;
} figure;
static const figure figures[] = {{1032, 54, "wide", 4}, {640, 54, "narrow", 2}};

int mtl__page_switch(const mtl__page *v)
{
    for (int i = 0; i < v->m->n_switches; i++)
        for (int n = 1; n < v->n_results; n++)
            if (i < v->result[n]->m->n_switches && v->result[n]->m->sw[i].now != v->m->sw[i].now)
                return i;
    return -1;
}

const char *mtl__page_value(const mtl__page *v, int n, int sw)
{
    if (sw < 0)
        return v->result[n]->hypothesis ? v->result[n]->hypothesis : "";
    const mtl__switch *s = &v->result[n]->m->sw[sw];
    return s->value[s->now];
}

static const char *value_meaning(const mtl__page *v, int n, int sw)
{
    if (sw < 0)
        return "";
    const mtl__switch *s = &v->result[n]->m->sw[sw];
    return s->value_meaning && s->value_meaning[s->now] ? s->value_meaning[s->now] : "";
}

static void draw_panel(mtl__page *v, const mtl_result *r, const mtl__pair *pair,
                       const mtl__xaxis *x, double y, bool ticks)
{
    const mtl__pair *same = mtl__page_same_pair(r, pair);
    if (!same || r->n_watched < 1 || r->n_times < 1)
        return;
    const mtl__panel p = {.r = r,
                          .pair = same,
                          .watched = 0,
                          .x = *x,
                          .y = y,
                          .h = PANEL_H,
                          .range = v->blood,
                          .sight = mtl__page_sight(v, v->focus, pair->donor, v->r->watched[0]),
                          .ticks = ticks};
    mtl__svg_group(v->out, mtl__page_class(v, pair->donor));
    mtl__panel_draw(v->out, &p);
    mtl__svg_group_end(v->out);
    /* A laboratory's reading is one observation that all rivals have to meet. */
    for (int i = 0; i < v->r->n_assays; i++) {
        const mtl__assay_result *a = &v->r->assay[i];
        const mtl__sample *s = &v->s->sample[a->sample];
        if (a->has_given && s->person == v->focus && s->organ == v->r->watched[0] &&
            mtl__page_explains(v, a, pair->donor))
            mtl__panel_reading(v->out, &p, s->t, &a->given, true);
    }
}

/* The longer of two wordings if it fits into the width, else the shorter. */
static const char *fitting(const char *longer, const char *shorter, double width)
{
    return mtl__text_width(longer, LABEL) <= width ? longer : shorter;
}

/* The answer of a column with its labels beside it, within the width of the column. */
static void big_number(mtl__page *v, const mtl_result *r, double x, double y, double width)
{
    mtl__str *b = v->out;
    char value[32], longer[64], shorter[64];
    mtl__answer_text(v, r->answer[MTL__CHANCE], r->opts.replicates, value);
    const double after = mtl__text_width(value, 30) + 14;
    mtl__svg_text(b, "big", 's', x, y, value);
    mtl__svg_text(b, "", 's', x + after, y - 11,
                  fitting("the answer, chance alone", "chance alone", width - after));
    if (r->n_bands < 2)
        return;
    mtl__answer_text(v, r->answer[MTL__UNKNOWNS], r->opts.replicates, value);
    snprintf(longer, sizeof longer, "%s with the unknowns drawn", value);
    snprintf(shorter, sizeof shorter, "%s, unknowns", value);
    const char *beside = fitting(longer, shorter, width - after);
    if (mtl__text_width(beside, LABEL) <= width - after)
        mtl__svg_text(b, "", 's', x + after, y + 5, beside);
    else /* beside "<0.0050" there is room for neither: below it */
        mtl__svg_text(b, "", 's', x, y + 22, fitting(longer, shorter, width));
}

/* The donors whose level in blood comes to the foot of the axis under any of the values. */
typedef struct rows {
    int *pair; /* [n] indices of r->pair */
    int n;
} rows;

static rows rows_of(mtl__page *v)
{
    rows out = {mtl__arena_alloc(&v->arena, ((size_t)v->n_pairs + 1) * sizeof *out.pair), 0};
    v->out->oom = v->out->oom || !out.pair;
    for (int i = 0; out.pair && i < v->n_pairs; i++) {
        bool worth = false;
        for (int n = 0; n < v->n_results && !worth; n++) {
            const mtl__pair *same = mtl__page_same_pair(v->result[n], &v->r->pair[v->pair[i]]);
            worth = same && v->result[n]->n_watched > 0 &&
                    mtl__worth_a_panel(v->result[n], same, 0, mtl__range_least(v->blood));
        }
        if (worth)
            out.pair[out.n++] = v->pair[i];
    }
    return out;
}

static void plot_column(mtl__page *v, const mtl_result *r, const rows *row, const mtl__xaxis *x,
                        double h)
{
    int n = 0;
    int *series = mtl__arena_alloc(&v->arena, (size_t)row->n * sizeof *series);
    if (!series) {
        v->out->oom = true;
        return;
    }
    for (int i = 0; i < row->n && r->n_watched > 0 && r->n_times > 0; i++) {
        const mtl__pair *same = mtl__page_same_pair(r, &v->r->pair[row->pair[i]]);
        if (same)
            series[n++] = mtl__page_series(v, r, same, 0);
    }
    mtl__plot(v, x, HEAD, h, series, n);
}

/* One row of columns: the results from first on. */
static void draw_columns(mtl__page *v, const figure *f, const rows *row, int sw, int first)
{
    mtl__str *b = v->out;
    const int n = v->n_results - first < f->columns ? v->n_results - first : f->columns;
    const double gap = 24, width = (f->w - f->left - gap * (f->columns - 1)) / f->columns;
    const double wide = n < f->columns ? (f->w - f->left - gap * (n - 1)) / n : width;
    const double w = first > 0 ? width : wide, bottom = HEAD + row->n * (PANEL_H + GAP) - GAP + 16;
    mtl__svg_open(
        b, f->w, bottom + 96, f->class_, "The same family under rival hypotheses",
        "Columns are values of the switch, rows are donors; levels in blood, one axis for all.");
    for (int i = 0; i < row->n; i++) {
        const mtl__pair *pair = &v->r->pair[row->pair[i]];
        mtl__svg_group(b, mtl__page_class(v, pair->donor));
        mtl__svg_text(b, "name", 's', 0, HEAD + i * (PANEL_H + GAP) - 12,
                      mtl__page_name(v, pair->donor));
        mtl__svg_group_end(b);
    }
    for (int k = 0; k < n; k++) {
        const double left = f->left + k * (w + gap);
        const mtl__xaxis x = {v->t0, v->t1, left, left + w};
        mtl__svg_text(b, "head", 's', left, 14, mtl__page_value(v, first + k, sw));
        mtl__svg_wrapped(b, "", left, 32, w, 12.5, value_meaning(v, first + k, sw));
        for (int i = 0; i < row->n; i++)
            draw_panel(v, v->result[first + k], &v->r->pair[row->pair[i]], &x,
                       HEAD + i * (PANEL_H + GAP), k == 0);
        mtl__xaxis_draw(b, &x, bottom, 4);
        big_number(v, v->result[first + k], left, bottom + 62, w);
        plot_column(v, v->result[first + k], row, &x, bottom - HEAD - 2);
    }
    mtl__svg_close(b);
}

/* An earlier result that says the same in the same words, -1 if there is none. */
static int same_before(const mtl__page *v, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(mtl_result_headline(v->result[i]), mtl_result_headline(v->result[n])) == 0)
            return i;
    return -1;
}

static void numbers(mtl__page *v, int sw)
{
    mtl__str *b = v->out;
    mtl__str_add(b, "<div class=\"scroll\"><table><caption>In words. The answer: ");
    mtl__html(b, v->r->answer_text ? v->r->answer_text : "");
    mtl__str_add(b, "</caption>\n<thead><tr><th scope=\"col\">");
    mtl__html(b, sw >= 0 ? v->m->sw[sw].name : "Hypothesis");
    mtl__str_add(b, "</th><th class=\"r\" scope=\"col\">Answer</th><th scope=\"col\">Headline"
                    "</th></tr></thead>\n<tbody>\n");
    for (int n = 0; n < v->n_results; n++) {
        const mtl_result *r = v->result[n];
        char text[32];
        mtl__str_add(b, "<tr><th scope=\"row\">");
        mtl__html(b, mtl__page_value(v, n, sw));
        mtl__str_add(b, "</th><td class=\"r\"><b>");
        mtl__html(b, mtl__answer_text(v, r->answer[MTL__CHANCE], r->opts.replicates, text));
        mtl__str_add(b, "</b></td><td>");
        const int like = same_before(v, n);
        if (like >= 0) {
            mtl__str_add(b, "the same as under ");
            mtl__html(b, mtl__page_value(v, like, sw));
        } else {
            mtl__html(b, mtl_result_headline(r));
        }
        mtl__str_add(b, "</td></tr>\n");
    }
    mtl__str_add(b, "</tbody></table></div>\n");
}

/* Values of the switch that the table names and this program cannot run. */
static void not_built(mtl__page *v, int sw)
{
    const mtl__switch *s = sw >= 0 ? &v->m->sw[sw] : NULL;
    for (int i = 0; s && s->built && i < s->n_values; i++) {
        if (s->built[i])
            continue;
        mtl__str_add(v->out, "<p><b>");
        mtl__html(v->out, s->value[i]);
        mtl__str_add(v->out, "</b> is left out: not built yet, and not imitated.</p>\n");
    }
}

/* Donors that an axis of levels in blood would show as an empty panel. */
static void say_absent(mtl__page *v, int n)
{
    char text[32];
    if (n > 0)
        mtl__str_printf(
            v->out,
            "<p class=\"note\">Not drawn: %d donor%s of whom the blood has, under every "
            "one of them, less than %s gEq per 10⁶ in 97.5%% of replicates.</p>\n",
            n, n == 1 ? "" : "s", mtl__given(mtl__range_least(v->blood), text));
}

void mtl__report_rivals(mtl__page *v)
{
    if (v->n_results < 2)
        return;
    const int sw = mtl__page_switch(v);
    const rows row = rows_of(v);
    mtl__section_open(v, "rivals", "If the rules were different");
    mtl__str_add(v->out, "<p>The same family and the same random streams under each value of <b>");
    mtl__html(v->out, sw >= 0 ? v->m->sw[sw].name : "the switch");
    mtl__str_add(v->out, row.n > 0 ? "</b>. Levels in blood, gEq per 10⁶ (log); axes are the same "
                                     "in all panels; dashed: LoD; full marks: the laboratory's "
                                     "readings.</p>\n"
                                   : "</b>.</p>\n");
    not_built(v, sw);
    mtl__str_add(v->out, "<p>The other sections of this page show the first of them.</p>\n");
    mtl__section_body(v);
    const bool hosts = mtl__out_has_hosts(v->r);
    if (hosts) { /* where any are followed, it is of them that the rivals differ */
        mtl__report_grid(v);
        mtl__report_deciding(v);
    }
    if (row.n > 0)
        mtl__str_add(v->out, "<figure>\n");
    for (size_t k = 0; k < sizeof figures / sizeof figures[0] && row.n > 0; k++)
        for (int first = 0; first < v->n_results; first += figures[k].columns)
            draw_columns(v, &figures[k], &row, sw, first);
    if (row.n > 0)
        mtl__str_add(v->out, "</figure>\n");
    say_absent(v, v->n_pairs - row.n);
    if (!hosts)
        mtl__report_deciding(v);
    numbers(v, sw);
    mtl__section_close(v);
}
