/* SPDX-License-Identifier: MIT */
/* The other watched organs of the focus person, and the blood of everyone else, as small panels
   with the same axes. Of many regions of one organ only that with the highest level is shown here;
   the body map has them all. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/report.h"

enum {
    PANEL_H = 84,
    TITLE = 58,
    FOOT = 40,
    MAX_ORGANS = 6,
    MAX_COLUMNS = 6,
    MAX_PANELS = 24,
    MAX_NAMES = 16,
    LEAST_DAYS = 14
};

typedef struct figure {
    double w;
    const char *class_;
    int columns;
} figure;
static const figure figures[] = {{1032, "wide", 4}, {640, "narrow", 2}};

typedef struct item {
    const mtl__pair *pair;
    int watched;
    const char *where; /* after the name; NULL: the heading says it */
} item;

static void reading_of(mtl__page *v, const mtl__panel *p, mtl__str *text)
{
    const int organ = v->r->watched[p->watched];
    for (int i = 0; i < v->r->n_assays; i++) {
        const mtl__assay_result *a = &v->r->assay[i];
        const mtl__sample *s = &v->s->sample[a->sample];
        const mtl__reading *x = mtl__out_reading(a);
        if (s->person != p->pair->host || s->organ != organ || !x ||
            !mtl__page_explains(v, a, p->pair->donor))
            continue;
        const int home = mtl__page_home(v, a);
        if (p->pair->host == v->focus && home != p->pair->donor) {
            if (text->len == 0)
                mtl__str_printf(text, "reading: see %s", mtl__page_name(v, home));
            continue;
        }
        mtl__panel_reading(v->out, p, s->t, x, a->has_given);
        if (text->len > 0)
            continue;
        mtl__out_units(text, a, x);
        mtl__str_add(text, ": ");
        mtl__reading_text(text, x);
    }
}

static void final_text(const mtl__page *v, const mtl__pair *p, int watched, mtl__str *text)
{
    if (!p->level[MTL__CHANCE] || v->r->n_times < 1)
        return;
    mtl__str_printf(text, "%d: ", mtl__year(v->r->time[v->r->n_times - 1]));
    mtl__band_text(text,
                   &p->level[MTL__CHANCE][(size_t)watched * v->r->n_times + v->r->n_times - 1]);
}

static void draw_one(mtl__page *v, const item *it, double left, double y, double width,
                     mtl__range range)
{
    mtl__str *b = v->out;
    const mtl__pair *pair = it->pair;
    /* From shortly before the first cells, however short that is: a dose three months before the
       end is not a year of nothing. */
    const double before =
        mtl__min(1.5 * MTL_DAYS_PER_YEAR, mtl__max(0.05 * (v->t1 - pair->t_start), 1));
    const double t0 = mtl__max(pair->t_start - before, v->t0);
    const mtl__xaxis x = {mtl__min(t0, v->t1 - LEAST_DAYS), v->t1, left + 44, left + width};
    const mtl__panel p = {
        .r = v->r,
        .pair = pair,
        .watched = it->watched,
        .x = x,
        .y = y + TITLE,
        .h = PANEL_H,
        .range = range,
        .hatch = pair->host == v->focus,
        .ticks = true,
        .sight = mtl__page_sight(v, pair->host, pair->donor, v->r->watched[it->watched])};
    mtl__str end = {0}, reading = {0};
    const int series = mtl__page_series(v, v->r, pair, it->watched);
    mtl__svg_group(b, mtl__page_class(v, pair->donor));
    mtl__svg_text(b, "name", 's', left, y + 14, mtl__page_name(v, pair->donor));
    mtl__panel_draw(b, &p);
    mtl__svg_group_end(b);
    reading_of(v, &p, &reading);
    final_text(v, pair, it->watched, &end);
    if (it->where)
        mtl__svg_text(b, "", 's',
                      left + 1.07 * mtl__text_width(mtl__page_name(v, pair->donor), 15) + 8, y + 14,
                      it->where);
    mtl__svg_text(b, "", 's', left, y + 31, end.s ? end.s : "");
    mtl__svg_text(b, "", 's', left, y + 46, reading.s ? reading.s : "");
    mtl__xaxis_draw(b, &x, y + TITLE + PANEL_H + 16, 4);
    mtl__plot(v, &x, y + TITLE, PANEL_H + 14, &series, 1);
    mtl__str_drop(v->out, &end);
    mtl__str_drop(v->out, &reading);
}

/* One block of panels: in rows of the usual number, or all side by side if they find room. */
static void draw_block(mtl__page *v, const item *it, int n, const char *title, mtl__range range,
                       bool wrap)
{
    const double pitch = TITLE + PANEL_H + FOOT + 14;
    if (n == 0)
        return;
    mtl__str_add(v->out, "<figure>\n");
    for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++) {
        const figure *f = &figures[k];
        const int most = k == 0 && n < MAX_COLUMNS ? n : k == 0 ? MAX_COLUMNS : f->columns;
        const int columns = wrap || most < f->columns ? f->columns : most;
        const double gap = 26, width = (f->w - gap * (columns - 1)) / columns;
        const int rows = (n + columns - 1) / columns;
        mtl__svg_open(
            v->out, f->w, rows * pitch, f->class_, title,
            "Small panels with the same axes, one per donor; read like the ribbons above.");
        for (int i = 0; i < n; i++) {
            const int column = i % columns, row = i / columns;
            draw_one(v, &it[i], column * (width + gap), row * pitch, width, range);
        }
        mtl__svg_close(v->out);
    }
    mtl__str_add(v->out, "</figure>\n");
}

double mtl__range_least(mtl__range range)
{
    double level = 1;
    for (int e = range.low; e < 0 && level > 1.5e-3; e++)
        level /= 10;
    return level;
}

bool mtl__worth_a_panel(const mtl_result *r, const mtl__pair *p, int watched, double least)
{
    const size_t n = (size_t)r->n_times, from = (size_t)watched * n;
    for (int band = 0; band < r->n_bands; band++)
        for (size_t k = from; p->level[band] && k < from + n; k++) {
            const mtl__band *x = &p->level[band][k];
            if ((isfinite(x->q975) ? x->q975 : x->mean) >= least)
                return true;
        }
    return false;
}

static void say_absent(mtl__page *v, const mtl__str *names, int n, double least_level)
{
    char text[32];
    if (n == 0)
        return;
    mtl__str_printf(v->out, "<p class=\"note\">Never above %s in 97.5%% of replicates: <b>",
                    mtl__given(least_level, text));
    if (n > MAX_NAMES)
        mtl__str_printf(v->out, "%d other pairs of donor and body", n);
    else
        mtl__html(v->out, names->s ? names->s : "");
    mtl__str_add(v->out, "</b>.</p>\n");
}

/* A panel for each donor whose level is ever worth one, as many as a reader will look at; the rest
   by name or number. */
static void draw_present(mtl__page *v, item *it, int n, const char *title, mtl__range range,
                         bool wrap)
{
    mtl__str absent = {0};
    int there = 0, n_absent = 0;
    for (int i = 0; i < n; i++) {
        if (mtl__worth_a_panel(v->r, it[i].pair, it[i].watched, mtl__range_least(range))) {
            it[there++] = it[i];
            continue;
        }
        mtl__str_printf(&absent, "%s%s%s%s", n_absent++ > 0 ? ", " : "",
                        mtl__page_name(v, it[i].pair->donor), it[i].where ? " " : "",
                        it[i].where ? it[i].where : "");
    }
    draw_block(v, it, there < MAX_PANELS ? there : MAX_PANELS, title, range, wrap);
    if (there > MAX_PANELS)
        mtl__str_printf(v->out, "<p class=\"note\">%d more are in <code>cells.tsv</code>.</p>\n",
                        there - MAX_PANELS);
    say_absent(v, &absent, n_absent, mtl__range_least(range));
    v->out->oom = v->out->oom || absent.oom;
    mtl__str_free(&absent);
}

/* ------------------------------------------------------------------ watched organs */

static const char *group_of(const mtl__page *v, int watched)
{
    const char *group = v->m->organ[v->r->watched[watched]].group;
    return group && group[0] ? group : NULL;
}

static double highest_end(const mtl__page *v, int watched)
{
    double high = -1;
    for (int i = 0; i < v->n_pairs; i++) {
        const mtl__pair *p = &v->r->pair[v->pair[i]];
        if (!p->level[MTL__CHANCE])
            continue;
        const mtl__band *x =
            &p->level[MTL__CHANCE][(size_t)watched * v->r->n_times + v->r->n_times - 1];
        high = mtl__max(high, isfinite(x->q500) ? x->q500 + 1e-6 * x->q975 : x->mean);
    }
    return high;
}

/* How many watched organs are regions of the same organ as this one; 1 if it is none. `first`: no
   other of them has a higher level. */
static int regions_of(const mtl__page *v, int watched, bool *first)
{
    int n = 0;
    *first = true;
    const char *group = group_of(v, watched);
    for (int w = 1; group && w < v->r->n_watched; w++) {
        if (!group_of(v, w) || strcmp(group_of(v, w), group) != 0)
            continue;
        n++;
        const double a = highest_end(v, w), b = highest_end(v, watched);
        if (w != watched && (a > b || (a >= b && w < watched)))
            *first = false;
    }
    return n > 0 ? n : 1;
}

static void organs_of_focus(mtl__page *v, item *it)
{
    int shown = 0, left_out = 0;
    for (int w = 1; w < v->r->n_watched; w++) {
        bool first;
        const int regions = regions_of(v, w, &first);
        if (!first || shown == MAX_ORGANS) {
            left_out += first;
            continue;
        }
        shown++;
        const char *title = mtl__organ_label(v->m, v->r->watched[w]);
        mtl__str_add(v->out, "<h3>");
        mtl__html_capital(v->out, title);
        if (regions > 1)
            mtl__str_printf(v->out, " <small>the highest of the %d regions watched</small>",
                            regions);
        mtl__str_add(v->out, "</h3>\n");
        for (int i = 0; i < v->n_pairs; i++)
            it[i] = (item){&v->r->pair[v->pair[i]], w, NULL};
        draw_present(v, it, v->n_pairs, title, v->organs, false);
    }
    if (left_out > 0)
        mtl__str_printf(v->out,
                        "<p class=\"note\">%d more organs were watched: the map below and "
                        "<code>cells.tsv</code> have them.</p>\n",
                        left_out);
}

static bool is_watched(const mtl__page *v)
{
    return v->r->n_pairs > 0 && v->r->n_watched > 0 && v->r->n_times > 0;
}

static item *items(mtl__page *v)
{
    item *it = mtl__arena_alloc(&v->arena, (size_t)v->r->n_pairs * sizeof *it);
    v->out->oom = v->out->oom || !it;
    return it;
}

void mtl__report_organs(mtl__page *v)
{
    item *it = is_watched(v) && v->r->n_watched > 1 && v->n_pairs > 0 ? items(v) : NULL;
    if (!it)
        return;
    mtl__section_say(
        v, "organs", "In the organs watched",
        "<p>The same as above for the other organs that were sampled or asked for. All panels have "
        "one axis of levels (gEq per 10⁶, logarithmic), so they compare.</p>\n<p>Where no sample "
        "of the organ was read with an assay that sees the donor, the dashed line is the LoD of "
        "the same assay in another sample.</p>\n");
    organs_of_focus(v, it);
    mtl__section_close(v);
}

/* ------------------------------------------------------------------ other bodies */

static int other_bodies(mtl__page *v, item *it)
{
    int n = 0;
    for (int host = 0; host < v->s->n_people; host++) {
        for (int i = 0; i < v->r->n_pairs && host != v->focus; i++) {
            if (v->r->pair[i].host != host)
                continue;
            mtl__str where = {0};
            mtl__str_printf(&where, "in %s", mtl__page_name(v, host));
            char *kept = mtl__arena_alloc(&v->arena, where.len + 1);
            if (kept && where.s)
                memcpy(kept, where.s, where.len);
            v->out->oom = v->out->oom || !kept || where.oom;
            mtl__str_free(&where);
            it[n++] = (item){&v->r->pair[i], 0, kept};
        }
    }
    return n;
}

void mtl__report_others(mtl__page *v)
{
    item *it = is_watched(v) && v->r->n_pairs > v->n_pairs ? items(v) : NULL;
    if (!it)
        return;
    mtl__section_open(v, "others", "In the rest of the family");
    mtl__str_add(v->out, "<p>Cells go both ways, and what a body passes on may be another's. "
                         "Levels in blood, same axis as the ribbons; no hatching here.</p>\n");
    mtl__page_marks_key(v, -1);
    mtl__section_body(v);
    const int n = other_bodies(v, it);
    draw_present(v, it, n, "Levels in the blood of the other people", v->blood, true);
    mtl__section_close(v);
}
