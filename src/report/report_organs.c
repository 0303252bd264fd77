/* SPDX-License-Identifier: MIT */
/* The other watched organs of the focus person, and the blood of everyone else, as small panels
   with the same axes. */
#include <math.h>
#include <stdio.h>

#include "report/report.h"

enum { PANEL_H = 84, TITLE = 48, FOOT = 40 };

typedef struct figure {
    double w;
    const char *class_;
    int columns;
} figure;
static const figure figures[] = {{1032, "wide", 4}, {640, "narrow", 2}};

typedef struct item {
    const mtl__pair *pair;
    int watched;
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
        mtl__panel_reading(v->out, p, s->t, x, a->has_given);
        if (text->len > 0)
            continue;
        mtl__str_printf(text, "%d of %d wells: ", x->hits, x->wells);
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
    const double t0 = mtl__max(pair->t_start - 1.5 * MTL_DAYS_PER_YEAR, v->t0);
    const mtl__xaxis x = {mtl__min(t0, v->t1 - MTL_DAYS_PER_YEAR), v->t1, left + 44, left + width};
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
    mtl__svg_group(b, mtl__page_class(v, pair->donor));
    mtl__svg_text(b, "name", 's', left, y + 14, mtl__page_name(v, pair->donor));
    mtl__panel_draw(b, &p);
    mtl__svg_group_end(b);
    reading_of(v, &p, &reading);
    final_text(v, pair, it->watched, &end);
    mtl__svg_text(b, "", 's', left + mtl__text_width(mtl__page_name(v, pair->donor), 15) + 10,
                  y + 14, end.s ? end.s : "");
    mtl__svg_text(b, "", 's', left, y + 31, reading.s ? reading.s : "");
    mtl__xaxis_draw(b, &x, y + TITLE + PANEL_H + 16, 4);
    mtl__str_free(&end);
    mtl__str_free(&reading);
}

/* One block of panels for the items of one heading. */
static void draw_block(mtl__page *v, const item *it, int n, const char *title, mtl__range range)
{
    const double pitch = TITLE + PANEL_H + FOOT + 14;
    mtl__str_add(v->out, "<h3>");
    mtl__html_capital(v->out, title);
    mtl__str_add(v->out, "</h3>\n<figure>\n");
    for (size_t k = 0; n > 0 && k < sizeof figures / sizeof figures[0]; k++) {
        const figure *f = &figures[k];
        const double gap = 26, width = (f->w - gap * (f->columns - 1)) / f->columns;
        const int rows = (n + f->columns - 1) / f->columns;
        mtl__svg_open(
            v->out, f->w, rows * pitch, f->class_, title,
            "Small panels with the same axes, one per donor; read like the ribbons above.");
        for (int i = 0; i < n; i++)
            draw_one(v, &it[i], (i % f->columns) * (width + gap), (i / f->columns) * pitch, width,
                     range);
        mtl__svg_close(v->out);
    }
    mtl__str_add(v->out, "</figure>\n");
}

static bool ever_there(const mtl_result *r, const item *it)
{
    const size_t n = (size_t)r->n_times, from = (size_t)it->watched * n;
    for (int band = 0; band < r->n_bands; band++)
        for (size_t k = from; it->pair->level[band] && k < from + n; k++)
            if (it->pair->level[band][k].mean > 0)
                return true;
    return false;
}

/* A panel for each donor whose cells were there in some replicate at some date; the rest by name.
 */
static void draw_present(mtl__page *v, item *it, int n, const char *title, mtl__range range)
{
    mtl__str absent = {0};
    int there = 0;
    for (int i = 0; i < n; i++) {
        if (ever_there(v->r, &it[i]))
            it[there++] = it[i];
        else
            mtl__str_printf(&absent, "%s%s", absent.len > 0 ? ", " : "",
                            mtl__page_name(v, it[i].pair->donor));
    }
    draw_block(v, it, there, title, range);
    if (absent.len > 0) {
        mtl__str_add(v->out,
                     "<p class=\"note\">In no replicate, at none of the dates followed: <b>");
        mtl__html(v->out, absent.s);
        mtl__str_add(v->out, "</b>.</p>\n");
    }
    v->out->oom = v->out->oom || absent.oom;
    mtl__str_free(&absent);
}

static void organs_of_focus(mtl__page *v, item *it)
{
    for (int w = 1; w < v->r->n_watched; w++) {
        for (int i = 0; i < v->n_pairs; i++)
            it[i] = (item){&v->r->pair[v->pair[i]], w};
        draw_present(v, it, v->n_pairs, mtl__organ_label(v->m, v->r->watched[w]), v->organs);
    }
}

static void other_bodies(mtl__page *v, item *it)
{
    for (int host = 0; host < v->s->n_people; host++) {
        int n = 0;
        for (int i = 0; i < v->r->n_pairs && host != v->focus; i++)
            if (v->r->pair[i].host == host)
                it[n++] = (item){&v->r->pair[i], 0};
        if (n == 0)
            continue;
        mtl__str title = {0};
        mtl__str_printf(&title, "In the blood of %s", mtl__page_name(v, host));
        if (title.s)
            draw_present(v, it, n, title.s, v->blood);
        mtl__str_free(&title);
    }
}

void mtl__report_organs(mtl__page *v)
{
    if (v->r->n_pairs == 0 || v->r->n_watched == 0 || v->r->n_times == 0)
        return;
    item *it = mtl__arena_alloc(&v->arena, (size_t)v->r->n_pairs * sizeof *it);
    if (!it) {
        v->out->oom = true;
        return;
    }
    if (v->r->n_watched > 1 && v->n_pairs > 0) {
        mtl__section_open(v, "organs", "In the organs watched");
        mtl__str_add(v->out, "<p>The same as above for the other organs that were sampled or asked "
                             "for. All panels have one "
                             "axis of levels (gEq per 10⁶, logarithmic), so they compare.</p>\n"
                             "<p>Where no sample of the organ was read with an assay that sees the "
                             "donor, the dashed line is "
                             "the LoD of the same assay in another sample.</p>\n");
        mtl__section_body(v);
        organs_of_focus(v, it);
        mtl__section_close(v);
    }
    if (v->r->n_pairs > v->n_pairs) {
        mtl__section_open(v, "others", "In the rest of the family");
        mtl__str_add(v->out, "<p>Cells go both ways, and what a body passes on may be another's. "
                             "Levels in blood, same axis "
                             "as the ribbons; no hatching here.</p>\n");
        mtl__section_body(v);
        other_bodies(v, it);
        mtl__section_close(v);
    }
}
