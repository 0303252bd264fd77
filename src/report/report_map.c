/* SPDX-License-Identifier: MIT */
/* The body map: every organ is a reading frame of one height with one bar per donor, in fixed order
   and on one logarithmic scale, so that levels compare across the body. Full bar: median that the
   named assay would see; hatched: one that it would miss; thin line: up to 97.5% of replicates.
   The table below the map holds the same numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "num/num.h"
#include "report/report.h"

enum { FRAME_W = 74, FRAME_H = 62, RADIUS = 19, SCALE_H = 50, FOOT = 6, MAX_DONORS = 16 };

static int n_donors(const mtl__page *v)
{
    return v->n_pairs < MAX_DONORS ? v->n_pairs : MAX_DONORS;
}

static const mtl__band *end_of(const mtl__page *v, int i, int organ, int band)
{
    const mtl__pair *p = &v->r->pair[v->pair[i]];
    return band < v->r->n_bands && p->final[band] ? &p->final[band][organ] : NULL;
}

static double middle(const mtl__band *x)
{
    return isfinite(x->q500) ? x->q500 : x->mean;
}

static double top(const mtl__band *x)
{
    return isfinite(x->q975) ? x->q975 : x->mean;
}

/* The power of ten under which one in eight of the medians above zero lies. */
static int low_power(const mtl__page *v, int high)
{
    for (int low = high - 6; low < high - 4; low++) {
        int all = 0, under = 0;
        for (int o = 0; o < v->m->n_organs; o++)
            for (int i = 0; i < v->n_pairs && mtl__page_has_organ(v, v->focus, o); i++) {
                const mtl__band *x = end_of(v, i, o, MTL__CHANCE);
                all += x && middle(x) > 0;
                under += x && middle(x) > 0 && mtl__log10(middle(x)) < low + 1;
            }
        if (8 * under > all)
            return low;
    }
    return high - 4;
}

/* From the power of ten above the highest chance band four to six decades down, so that the few
   cells of the emptiest organs do not press all others together. */
static mtl__range range_of(const mtl__page *v)
{
    double high = 0;
    for (int o = 0; o < v->m->n_organs; o++)
        for (int i = 0; i < v->n_pairs; i++) {
            const mtl__band *x = end_of(v, i, o, MTL__CHANCE);
            if (x && isfinite(top(x)) && mtl__page_has_organ(v, v->focus, o))
                high = mtl__max(high, top(x));
        }
    mtl__range out = {-2, 2};
    if (high > 0) {
        out.high = (int)ceil(mtl__log10(high) - 1e-9);
        out.low = low_power(v, out.high);
    }
    return out;
}

/* ------------------------------------------------------------------ one frame */

typedef struct frame {
    double x, y, scale; /* left, top; 1 in the map, larger where it is explained */
    mtl__range range;
} frame;

/* Height above the foot; negative where the level lies under the axis. */
static double height(const frame *f, double level)
{
    const double span = f->range.high - f->range.low;
    const double log = level > 0 ? mtl__log10(level) : -INFINITY;
    return mtl__min((log - f->range.low) / span, 1) * SCALE_H * f->scale;
}

static double foot_of(const frame *f)
{
    return f->y + (FRAME_H - FOOT) * f->scale;
}

/* Left edge and width of the place of one donor. */
static double slot(const mtl__page *v, const frame *f, int i, double *width)
{
    const double inner = (FRAME_W - 18) * f->scale;
    *width = inner / n_donors(v);
    return f->x + 9 * f->scale + i * *width;
}

static bool visible(const mtl__page *v, int i, int organ)
{
    const mtl__sight s = mtl__page_sight(v, v->focus, v->r->pair[v->pair[i]].donor, organ);
    const mtl__band *x = end_of(v, i, organ, MTL__CHANCE);
    return s.by && x && middle(x) >= s.lod;
}

/* Hatching of a bar in the donor's colour: lines, as everywhere. */
static void hatch_bar(mtl__str *b, double x, double y, double w, double h)
{
    mtl__svg_rect(b, "hollow", x, y, w, h);
    mtl__svg_hatch(b, "stroke", 5, x, y, w, h);
}

static void draw_bar(mtl__page *v, const frame *f, int i, int organ)
{
    mtl__str *b = v->out;
    double width;
    const double left = slot(v, f, i, &width), foot = foot_of(f), mid = left + width / 2;
    const mtl__band *x = end_of(v, i, organ, MTL__CHANCE);
    const mtl__band *wide = end_of(v, i, organ, MTL__UNKNOWNS);
    if (!x)
        return;
    const double w = mtl__min(0.68 * width, 12 * f->scale);
    const double h = height(f, middle(x)), h_top = height(f, top(x));
    const double h_wide = wide ? height(f, top(wide)) : 0;
    mtl__svg_group(b, mtl__page_class(v, v->r->pair[v->pair[i]].donor));
    if (h_wide > mtl__max(h_top, 0) + 0.5)
        mtl__svg_line(b, "far", mid, foot - mtl__max(h_top, 0), mid, foot - h_wide);
    if (h_top > 0.5)
        mtl__svg_line(b, "up", mid, foot, mid, foot - h_top);
    if (h > 0.5 && visible(v, i, organ))
        mtl__svg_rect(b, "dot", mid - w / 2, foot - h, w, h);
    else if (h > 0.5)
        hatch_bar(b, mid - w / 2, foot - h, w, h);
    mtl__svg_line(b, "stroke", mid - w / 2, foot, mid + w / 2, foot);
    mtl__svg_group_end(b);
}

/* The readings of the last year: with the first donor who could explain them. */
static void draw_marks(mtl__page *v, const frame *f, int organ)
{
    mtl__str *b = v->out;
    for (int k = 0; k < v->r->n_assays; k++) {
        const mtl__assay_result *a = &v->r->assay[k];
        const mtl__sample *s = &v->s->sample[a->sample];
        const mtl__reading *x = mtl__out_reading(a);
        if (s->person != v->focus || s->organ != organ || s->assay < 0 || !x ||
            fabs(s->t - v->r->t_final) > MTL_DAYS_PER_YEAR)
            continue;
        const bool found = x->positive && isfinite(x->geq_per_1e6);
        for (int i = 0; i < n_donors(v); i++) {
            if (v->r->pair[v->pair[i]].donor != mtl__page_home(v, a))
                continue;
            double width;
            const double mid = slot(v, f, i, &width) + width / 2;
            const double y = foot_of(f) - mtl__max(height(f, found ? x->geq_per_1e6 : x->high), 0);
            if (found) {
                mtl__svg_circle(b, a->has_given ? "full" : "open", mid, y, 3.5);
                continue;
            }
            mtl__svg_path(b, a->has_given ? "full" : "open");
            mtl__svg_move(b, mid - 4.5, y - 3);
            mtl__svg_to(b, mid + 4.5, y - 3);
            mtl__svg_to(b, mid, y + 4);
            mtl__svg_path_end(b, true);
        }
    }
}

static bool sampled(const mtl__page *v, int organ)
{
    for (int i = 0; i < v->s->n_samples; i++)
        if (v->s->sample[i].person == v->focus && v->s->sample[i].organ == organ)
            return true;
    return false;
}

/* What a frame says in words, for those who point at it, walk to it by keyboard, or hear it. */
static void frame_words(mtl__page *v, int organ)
{
    mtl__str s = {0};
    mtl__str_printf(&s, "%s, %d, gEq per million", mtl__organ_label(v->m, organ),
                    mtl__year(v->r->t_final));
    for (int i = 0; i < n_donors(v); i++) {
        const mtl__band *x = end_of(v, i, organ, MTL__CHANCE);
        const mtl__band *wide = end_of(v, i, organ, MTL__UNKNOWNS);
        char text[32];
        if (!x)
            continue;
        mtl__str_printf(&s, "\n%s ", mtl__page_name(v, v->r->pair[v->pair[i]].donor));
        mtl__band_text(&s, x);
        if (wide && isfinite(wide->q975))
            mtl__str_printf(&s, "; with unknowns to %s", mtl__level_two(wide->q975, text));
        if (isfinite(x->p_present))
            mtl__str_printf(&s, "; P(any cell) %s",
                            mtl__prob(x->p_present, v->r->opts.replicates, text));
        mtl__str_add(&s, visible(v, i, organ) ? "" : " (not visible)");
    }
    mtl__svg_tip(v->out, s.s ? s.s : "");
    v->out->oom = v->out->oom || s.oom;
    mtl__str_drop(v->out, &s);
}

static void draw_frame(mtl__page *v, const frame *f, int organ, bool words)
{
    mtl__str *b = v->out;
    mtl__svg_group(b, words ? "tip" : "");
    if (words)
        frame_words(v, organ);
    mtl__svg_round(b, sampled(v, organ) ? "frame key" : "frame", f->x, f->y, FRAME_W * f->scale,
                   FRAME_H * f->scale, RADIUS * f->scale);
    for (int i = 0; i < n_donors(v); i++)
        draw_bar(v, f, i, organ);
    draw_marks(v, f, organ);
    mtl__svg_group_end(b);
}

/* The name below, on two lines where one would run into the neighbour's. */
static void draw_name(mtl__page *v, const char *name, bool strong, double mid, double y)
{
    const char *class_ = strong ? "strong halo" : "halo";
    int cut = 0;
    if (mtl__text_width(name, 12.5) > 88)
        for (int i = 1; name[i]; i++)
            if (name[i] == ' ' && (cut == 0 || i < 12))
                cut = i;
    if (cut == 0) {
        mtl__svg_text(v->out, class_, 'm', mid, y, name);
        return;
    }
    char first[64];
    snprintf(first, sizeof first, "%.*s", cut < 60 ? cut : 60, name);
    mtl__svg_text(v->out, class_, 'm', mid, y, first);
    mtl__svg_text(v->out, class_, 'm', mid, y + 13, name + cut + 1);
}

static void draw_organ(mtl__page *v, mtl__range range, int organ, double mid, double y)
{
    const frame f = {mid - FRAME_W / 2.0, y, 1, range};
    draw_frame(v, &f, organ, true);
    char name[64];
    draw_name(v, mtl__organ_short(v->m, organ, name), sampled(v, organ), mid, y + FRAME_H + 14);
}

/* ------------------------------------------------------------------ the views */

static void draw_view(mtl__page *v, enum mtl__view_id id, mtl__range range)
{
    mtl__str *b = v->out;
    const mtl__view *view = mtl__view_of(id);
    mtl__svg_open(b, view->w, view->h, "map",
                  id == MTL__VIEW_BODY ? "Body map: level of each donor's cells in every organ"
                                       : "Brain, enlarged: level of each donor's cells by region",
                  "One frame per organ with one bar per donor on one logarithmic scale. The table "
                  "below holds the same numbers.");
    for (int i = 0; i < view->n_outlines; i++)
        mtl__svg_shape(b, "flesh", view->outline[i]);
    mtl__svg_shape(b, "flesh2", view->inner);
    if (id == MTL__VIEW_BODY)
        mtl__svg_text(b, "", 'm', view->w / 2, 42, "brain");
    for (int i = 0; i < view->n; i++) {
        int organ = 0;
        while (organ < v->m->n_organs && strcmp(v->m->organ[organ].name, view->place[i].organ) != 0)
            organ++;
        if (organ < v->m->n_organs && mtl__page_has_organ(v, v->focus, organ))
            draw_organ(v, range, organ, view->place[i].x, view->place[i].y);
    }
    mtl__svg_close(b);
}

static bool placed(const mtl__page *v, int organ)
{
    const char *name = v->m->organ[organ].name;
    return mtl__place_of(mtl__view_of(MTL__VIEW_BODY), name) ||
           mtl__place_of(mtl__view_of(MTL__VIEW_BRAIN), name);
}

static bool any_in(const mtl__page *v, enum mtl__view_id id)
{
    for (int o = 0; o < v->m->n_organs; o++)
        if (mtl__page_has_organ(v, v->focus, o) &&
            mtl__place_of(mtl__view_of(id), v->m->organ[o].name))
            return true;
    return false;
}

/* Organs that the outlines do not know, in rows. */
static void draw_elsewhere(mtl__page *v, mtl__range range)
{
    enum { COLUMNS = 4, PITCH = 98 };
    int n = 0, k = 0;
    for (int o = 0; o < v->m->n_organs; o++)
        n += mtl__page_has_organ(v, v->focus, o) && !placed(v, o);
    if (n == 0)
        return;
    mtl__str_add(v->out, "<h3>Elsewhere</h3>\n");
    const int rows = (n + COLUMNS - 1) / COLUMNS;
    mtl__svg_open(v->out, 416, rows * PITCH, "map", "Level of each donor's cells in other organs",
                  "Read like the body map.");
    for (int o = 0; o < v->m->n_organs; o++) {
        if (!mtl__page_has_organ(v, v->focus, o) || placed(v, o))
            continue;
        const int column = k % COLUMNS, row = k / COLUMNS;
        draw_organ(v, range, o, 50 + 98 * column, 4 + PITCH * row);
        k++;
    }
    mtl__svg_close(v->out);
}

/* ------------------------------------------------------------------ how to read it */

/* The organ whose frame explains the map: most bars drawn, then the highest. */
static int example(const mtl__page *v, const frame *f)
{
    int best = v->m->blood;
    double best_score = -1;
    for (int o = 0; o < v->m->n_organs; o++) {
        double score = 0;
        for (int i = 0; i < n_donors(v) && mtl__page_has_organ(v, v->focus, o); i++) {
            const mtl__band *x = end_of(v, i, o, MTL__CHANCE);
            const double h = x ? height(f, middle(x)) : 0;
            if (h > 3)
                score += 1000 + h + (visible(v, i, o) ? 500 : 0);
        }
        if (score > best_score) {
            best = o;
            best_score = score;
        }
    }
    return best;
}

static void scale_of(mtl__page *v, const frame *f)
{
    for (int e = f->range.low; e <= f->range.high; e++) {
        double level = 1;
        for (int k = 0; k < (e < 0 ? -e : e); k++)
            level = e > 0 ? level * 10 : level / 10;
        char text[32];
        const double y = foot_of(f) - height(f, level * (1 + 1e-9));
        mtl__svg_line(v->out, "axis", f->x - 10, y, f->x - 5, y);
        mtl__svg_text(v->out, "tick", 'e', f->x - 14, y + 4, mtl__given(level, text));
    }
}

typedef enum { KEY_FULL, KEY_HATCHED, KEY_LINE, KEY_FAR, KEY_FRAME, N_KEYS } key;

static void draw_key(mtl__page *v, int which, double x, double y)
{
    static const char *const text[N_KEYS] = {
        "full: median, and the assay would see it", "hatched: median, but it would not",
        "line: up to here in 97.5% of replicates",  "dotted: the same with the unknowns drawn",
        "heavy outline: an organ that was sampled",
    };
    mtl__str *b = v->out;
    if (which == KEY_FULL)
        mtl__svg_rect(b, "dot", x, y - 10, 10, 14);
    else if (which == KEY_HATCHED)
        hatch_bar(b, x, y - 10, 10, 14);
    else if (which == KEY_FRAME)
        mtl__svg_round(b, "frame key", x - 3, y - 10, 17, 14, 4.5);
    else
        mtl__svg_line(b, which == KEY_LINE ? "up" : "far", x + 5, y + 4, x + 5, y - 10);
    mtl__svg_text(b, "", 's', x + 24, y + 2, text[which]);
}

static void draw_keys(mtl__page *v, double y)
{
    mtl__svg_group(v->out, "me");
    for (int i = 0; i < N_KEYS; i++)
        if (i != KEY_FAR || v->r->n_bands > 1)
            draw_key(v, i, 5, y + 21 * (i - (i > KEY_FAR && v->r->n_bands < 2)));
    mtl__svg_group_end(v->out);
}

static void donors_in_order(mtl__page *v, int organ, double x, double pitch)
{
    mtl__str *b = v->out;
    mtl__svg_text(b, "", 's', x, 20, "bars from left to right:");
    for (int i = 0; i < n_donors(v); i++) {
        mtl__str s = {0};
        const int donor = v->r->pair[v->pair[i]].donor;
        const mtl__band *band = end_of(v, i, organ, MTL__CHANCE);
        const double y = 44 + pitch * i;
        if (band)
            mtl__band_text(&s, band);
        mtl__svg_group(b, mtl__page_class(v, donor));
        mtl__svg_text(b, "name", 's', x, y, mtl__page_name(v, donor));
        mtl__svg_group_end(b);
        if (pitch > 30)
            mtl__svg_text(b, "", 's', x, y + 16, s.s ? s.s : "");
        else
            mtl__svg_text(b, "", 's', x + 10 + mtl__text_width(mtl__page_name(v, donor), 15), y,
                          s.s ? s.s : "");
        mtl__str_drop(v->out, &s);
    }
}

static void how_to_read(mtl__page *v, mtl__range range)
{
    mtl__str *b = v->out;
    frame f = {64, 8, 1.9, range};
    const int organ = example(v, &f), n = n_donors(v);
    const double right = f.x + FRAME_W * f.scale, w = 416;
    double longest = 0;
    for (int i = 0; i < n; i++)
        longest =
            mtl__max(longest, mtl__text_width(mtl__page_name(v, v->r->pair[v->pair[i]].donor), 15));
    const double pitch = longest > 50 ? 37 : 21; /* values beside the names, or below */
    const double below = mtl__max(8 + FRAME_H * f.scale + 44, 26 + pitch * n + 24);
    mtl__str_add(b, "<h3>How to read an organ</h3>\n");
    mtl__svg_open(b, w, below + 21 * N_KEYS, "", "How to read an organ",
                  "A frame of the map enlarged, with its scale and its donors in order.");
    scale_of(v, &f);
    draw_frame(v, &f, organ, false);
    char name[64];
    mtl__svg_text(b, "strong", 'm', f.x + FRAME_W * f.scale / 2, f.y + FRAME_H * f.scale + 17,
                  mtl__organ_short(v->m, organ, name));
    donors_in_order(v, organ, right + 22, pitch);
    draw_keys(v, below);
    mtl__svg_close(b);
    if (v->n_pairs > n)
        mtl__str_printf(b,
                        "<p class=\"note\">The first %d donors; the other %d are in the table."
                        "</p>\n",
                        n, v->n_pairs - n);
    mtl__str_add(b, "<p class=\"note\">gEq per million nucleated cells, logarithmic. A base "
                    "without a bar: the median is under the scale, or no cell is left in half of "
                    "the replicates.</p>\n");
}

void mtl__report_map(mtl__page *v)
{
    mtl__str *b = v->out;
    const mtl__range range = range_of(v);
    const bool brain = any_in(v, MTL__VIEW_BRAIN);
    mtl__str_add(b, "<figure class=\"maps\"><div class=\"whole\">\n");
    draw_view(v, MTL__VIEW_BODY, range);
    mtl__str_add(b, "</div><div class=\"part\">\n");
    if (brain) {
        mtl__str_add(b, "<h3>Brain, enlarged</h3>\n");
        draw_view(v, MTL__VIEW_BRAIN, range);
    }
    draw_elsewhere(v, range);
    how_to_read(v, range);
    mtl__str_add(b, "</div></figure>\n");
}
