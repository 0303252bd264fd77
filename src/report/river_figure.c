/* SPDX-License-Identifier: MIT */
/* The river itself: lanes, streams as wide as the logarithm of their expected cells, channels over
   them, names at both ends. Drawn twice, for wide and for narrow pages, so that no text is scaled
   down to what nobody can read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "num/num.h"
#include "report/host_part.h"
#include "report/river.h"

enum { BEND = 8, EDGE = 5 };

/* ---------------------------------------------------------------- strokes of any width */

static void number(mtl__str *b, double v)
{
    const long tenths = (long)floor(mtl__min(mtl__max(v, -1e5), 1e5) * 10 + 0.5);
    mtl__str_printf(b, "%s%ld.%ld", tenths < 0 ? "-" : "", labs(tenths) / 10, labs(tenths) % 10);
}

static void point(mtl__str *b, const char *letter, double x, double y)
{
    mtl__str_add(b, letter);
    number(b, x);
    mtl__str_add(b, " ");
    number(b, y);
}

static void stroke_open(mtl__str *b, const char *class_, double width)
{
    mtl__str_printf(b, "<path class=\"%s\" stroke-width=\"", class_);
    number(b, width);
    mtl__str_add(b, "\" d=\"");
}

/* A text cut to the width it may have. */
static void short_text(mtl__str *b, const char *class_, char anchor, double x, double y,
                       double width, double size, const char *text)
{
    char part[256];
    size_t n = strlen(text);
    n = n < 240 ? n : 240;
    snprintf(part, sizeof part, "%.*s", (int)n, text);
    while (n > 1 && mtl__text_width(part, size) > width) {
        do
            n--;
        while (n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80);
        snprintf(part, sizeof part, "%.*s…", (int)n, text);
    }
    mtl__svg_text(b, class_, anchor, x, y, part);
}

/* ---------------------------------------------------------------- ground */

static void draw_ground(mtl__river *v, const mtl__canvas *c, mtl__str *b)
{
    const mtl__warp *w = &c->time;
    double widest = 0, middle = 0;
    for (int k = 0; k + 1 < w->n; k++) {
        int end = k;
        while (end + 1 < w->n && w->wide[end])
            end++;
        if (end == k)
            continue;
        mtl__svg_rect(b, "wider", w->x[k], 26, w->x[end] - w->x[k], c->axis_y - 26);
        if (w->x[end] - w->x[k] > widest) {
            widest = w->x[end] - w->x[k];
            middle = (w->x[end] + w->x[k]) / 2;
        }
        k = end - 1;
    }
    if (widest > 0) {
        const double half = mtl__text_width("shaded years are drawn wider", 12.5) / 2;
        middle = mtl__max(c->left + half, mtl__min(c->right - half, middle));
        mtl__svg_text(b, "", 'm', middle, 17, "shaded years are drawn wider");
    }
    if (v->r)
        mtl__svg_text(b, "", 'e', c->w, 17,
                      c->relations ? "cells expected at the end of each lane"
                                   : "cells expected at the end");
    for (int l = 0; l < v->n_lanes; l++) {
        const mtl__lane *lane = &v->lane[l];
        const double x0 = mtl__warp_at(w, lane->t0), x1 = mtl__warp_at(w, lane->t1);
        if (lane->body)
            mtl__svg_round(b, "lane", x0, lane->y, mtl__max(x1 - x0, 6), lane->h, 4);
    }
    mtl__warp_ticks(b, w, c->axis_y);
}

static void lane_years(const mtl__river *v, const mtl__lane *lane, char text[48])
{
    const mtl__person *p = &v->s->person[lane->person];
    char from[16] = "", to[16] = "";
    if (isfinite(p->born))
        snprintf(from, sizeof from, "%d", mtl__year(p->born));
    if (isfinite(p->died))
        snprintf(to, sizeof to, "%d", mtl__year(p->died));
    snprintf(text, 48, "%s%s%s", from, from[0] || to[0] ? "–" : "", to);
}

static void draw_lane_name(mtl__river *v, const mtl__canvas *c, const mtl__lane *lane, mtl__str *b)
{
    char years[48];
    const double x = mtl__warp_at(&c->time, lane->t0) - 9, y = lane->y + lane->h / 2;
    if (!lane->body)
        return;
    lane_years(v, lane, years);
    mtl__svg_group(b, mtl__page_class(v->page, lane->person));
    short_text(b, "name halo", 'e', x, years[0] ? y - 2 : y + 5, mtl__min(x - 2, 150), 15,
               mtl__page_name(v->page, lane->person));
    if (years[0])
        mtl__svg_text(b, "tick halo", 'e', x, y + 14, years);
    mtl__svg_group_end(b);
}

/* ---------------------------------------------------------------- streams */

typedef struct edge {
    double x, cells;
} edge;

/* Points of a stream from its tube to the end of its lane, and where it passes one cell. Returns
   their number, at most 2 per coarse time and 4 more. */
static int stream_edges(const mtl__river *v, const mtl__canvas *c, const mtl__stream *x, edge *e)
{
    const mtl__lane *lane = &v->lane[v->lane_of[x->host]];
    const double x1 = mtl__warp_at(&c->time, lane->t1);
    int n = 0;
    if (!(x->k1 >= x->k0) || !x->cells) {
        e[n++] = (edge){x->x0, NAN};
        e[n++] = (edge){mtl__max(x1, x->x0), NAN};
        return n;
    }
    e[n++] = (edge){x->x0, x->cells[x->k0]};
    for (int k = x->k0; k <= x->k1 + 1; k++) {
        const double cells = x->cells[k <= x->k1 ? k : x->k1];
        const double at = k <= x->k1 ? mtl__warp_at(&c->time, v->r->coarse[k]) : x1;
        const edge last = e[n - 1];
        if (at <= last.x)
            continue;
        if (last.cells > 0 && cells > 0 && (last.cells < 1) != (cells < 1)) {
            const double share = mtl__log(last.cells) / (mtl__log(last.cells) - mtl__log(cells));
            e[n++] = (edge){last.x + share * (at - last.x), 1};
        }
        e[n++] = (edge){at, cells};
    }
    return n;
}

static void draw_run(const mtl__river *v, mtl__str *b, const edge *e, int n, double y)
{
    mtl__svg_path(b, "flow");
    for (int k = 0; k < n; k++)
        point(b, k ? "L" : "M", e[k].x, y - mtl__stream_width(v, e[k].cells) / 2);
    for (int k = n - 1; k >= 0; k--)
        point(b, "L", e[k].x, y + mtl__stream_width(v, e[k].cells) / 2);
    mtl__svg_path_end(b, true);
}

static int draw_stream(mtl__river *v, const mtl__canvas *c, mtl__stream *x, mtl__str *b)
{
    const size_t most = (v->r ? 2 * (size_t)v->r->n_coarse : 0) + 8;
    edge *e = mtl__arena_alloc(&v->arena, most * sizeof *e);
    mtl__str words = {0};
    if (!e)
        return MTL_ERR_MEMORY;
    if (isnan(x->x0))
        x->x0 = mtl__warp_at(&c->time, x->t_start);
    const int n = stream_edges(v, c, x, e);
    mtl__svg_group(b, "tip");
    mtl__stream_words(v, x, &words);
    mtl__svg_tip(b, words.s ? words.s : "");
    b->oom = b->oom || words.oom;
    mtl__str_free(&words);
    mtl__svg_group(b, mtl__page_class(v->page, x->donor));
    for (int k = 0; k + 1 < n;) {
        const bool thin = mtl__min(e[k].cells, e[k + 1].cells) < 1;
        int end = k + 1;
        while (end + 1 < n && (mtl__min(e[end].cells, e[end + 1].cells) < 1) == thin)
            end++;
        if (thin)
            mtl__svg_line(b, "trickle", e[k].x, x->y, e[end].x, x->y);
        else
            draw_run(v, b, e + k, end - k + 1, x->y);
        k = end;
    }
    mtl__svg_line(b, "core", e[0].x, x->y, e[n - 1].x, x->y);
    mtl__svg_rect(b, "hit", e[0].x, x->y - 7, e[n - 1].x - e[0].x, 14);
    mtl__svg_group_end(b);
    mtl__svg_group_end(b);
    return 0;
}

/* ---------------------------------------------------------------- tubes */

static void draw_tube(mtl__river *v, const mtl__canvas *c, const mtl__tube *t, mtl__str *b)
{
    const mtl__lane *from = &v->lane[v->lane_of[t->giver]], *to = &v->lane[v->lane_of[t->taker]];
    const bool down = to->y > from->y;
    const mtl__stream *source =
        t->giver == t->to->donor ? NULL : mtl__river_stream(v, t->giver, t->to->donor);
    const double y1 = t->to->y, bend = mtl__min(BEND, fabs(y1 - from->y) / 2) * (down ? 1 : -1);
    double y0 = !from->body ? from->y + from->h / 2
                : down      ? from->y + from->h - EDGE
                            : from->y + EDGE;
    const bool branch = source && !source->folded && source->x0 < t->x - BEND;
    if (branch)
        y0 = source->y;
    const double begin = mtl__stream_begin(t->to);
    mtl__svg_group(b, mtl__page_class(v->page, t->to->donor));
    for (int layer = 0; layer < 2; layer++) {
        stroke_open(b,
                    layer == 0                   ? "casing"
                    : !isnan(begin) && begin < 1 ? "trickle"
                                                 : "tube",
                    t->width + (layer == 0 ? 3 : 0));
        /* The casing ends before the tube does: it would cut into what the tube comes from. */
        if (layer == 0) {
            point(b, "M", t->x, branch ? y0 + bend + (down ? 3 : -3) : y0 + bend / 2);
            point(b, "L", t->x, y1 - bend);
        } else {
            point(b, "M", t->x - (branch ? BEND : 0), y0);
            if (branch) {
                point(b, "Q", t->x, y0);
                point(b, " ", t->x, y0 + bend);
            }
            point(b, "L", t->x, y1 - bend);
            point(b, "Q", t->x, y1);
            point(b, " ", t->x + BEND, y1);
        }
        mtl__svg_path_end(b, false);
    }
    if (!from->body)
        mtl__svg_circle(b, "ring", t->x, y0, mtl__max(5, t->width / 2 + 1.5));
    mtl__svg_group_end(b);
    (void)c;
}

/* ---------------------------------------------------------------- labels */

static const char *donor_note(const mtl__river *v, int person, int taker, char buf[80])
{
    const mtl__person *p = &v->s->person[person];
    if (p->pregnancy >= 0 && isnan(p->born) && !isnan(p->died)) {
        const double week = floor((p->died - p->conceived) / 7 + 2);
        snprintf(buf, 80, "lost, week %.0f, %d", week, mtl__year(p->died));
        return buf;
    }
    snprintf(buf, 80, "%s", mtl__scenario_relation(v->s, taker, person));
    return buf;
}

/* Name and note beside the ring from which a donor's cells come. */
static void draw_ring_name(mtl__river *v, const mtl__canvas *c, const mtl__lane *lane, mtl__str *b)
{
    const mtl__tube *first = NULL;
    char note[80];
    for (int k = 0; k < c->n_tubes; k++)
        if (c->tube[k].giver == lane->person && (!first || c->tube[k].x < first->x))
            first = &c->tube[k];
    if (lane->body || !first)
        return;
    double right = first->x;
    for (int k = 0; k < c->n_tubes; k++)
        if (c->tube[k].giver == lane->person && c->tube[k].x > right)
            right = c->tube[k].x;
    const char *name = mtl__page_name(v->page, lane->person);
    const double y = lane->y + lane->h / 2 + 4.5;
    const double width = mtl__min(mtl__text_width(name, 15), 150);
    donor_note(v, lane->person, first->taker, note);
    const bool fits = right + 26 + width + mtl__text_width(note, 12.5) < c->w;
    mtl__svg_group(b, mtl__page_class(v->page, lane->person));
    short_text(b, "name halo", fits ? 's' : 'e', fits ? right + 15 : first->x - 15, y, 150, 15,
               name);
    mtl__svg_text(b, "tick halo", fits ? 's' : 'e',
                  fits ? right + 23 + width : first->x - 23 - width, y, note);
    mtl__svg_group_end(b);
}

static void draw_stream_label(mtl__river *v, const mtl__canvas *c, const mtl__stream *x,
                              double names, mtl__str *b)
{
    const mtl__lane *lane = &v->lane[v->lane_of[x->host]];
    const double at = mtl__warp_at(&c->time, lane->t1) + 10, y = x->y + 4.5;
    char value[48] = "";
    const double end = mtl__stream_end(x, x->cells);
    if (x->pair)
        mtl__river_cells(v, end, value);
    mtl__svg_group(b, mtl__page_class(v->page, x->donor));
    short_text(b, "who halo", 's', at, y, 110, 13.5, mtl__page_name(v->page, x->donor));
    mtl__svg_group_end(b);
    mtl__svg_text(b, "value halo", 's', at + names + 12, y, value);
    /* The width of a long text is guessed a fifth too wide. */
    const double beside = at + names + (x->pair ? 92 : 14);
    if (c->relations)
        short_text(b, "halo", 's', beside, y, 1.25 * (c->w - beside), 12.5,
                   mtl__scenario_relation(v->s, x->host, x->donor));
}

static void draw_lane_labels(mtl__river *v, const mtl__canvas *c, const mtl__lane *lane,
                             mtl__str *b)
{
    double names = 0, bottom = lane->y + 8;
    for (int k = 0; k < lane->n_streams; k++)
        names = mtl__max(
            names,
            mtl__min(110, mtl__text_width(
                              mtl__page_name(v->page, v->stream[lane->stream0 + k].donor), 13.5)));
    for (int k = 0; k < lane->n_streams; k++)
        if (!v->stream[lane->stream0 + k].folded) {
            draw_stream_label(v, c, &v->stream[lane->stream0 + k], names, b);
            bottom = v->stream[lane->stream0 + k].y + 8;
        }
    if (lane->n_folded > 0) {
        char text[96], value[32];
        snprintf(text, sizeof text, "%d more, each under %s", lane->n_folded,
                 v->fold > 1 ? mtl__given(v->fold, value) : "one cell");
        mtl__svg_text(b, "tick halo", 's', mtl__warp_at(&c->time, lane->t1) + 10, bottom + 12,
                      text);
    }
}

/* A line under the streams of a child, as long as it had its mother's milk. */
static void draw_milk(mtl__river *v, const mtl__canvas *c, mtl__str *b)
{
    for (int k = 0; k < v->n_flows; k++) {
        const mtl__flow *f = &v->flow[k];
        const mtl__lane *lane = &v->lane[v->lane_of[f->taker]];
        if (f->contact < 0 || !mtl__river_quiet(v, k))
            continue;
        const double y = lane->y + lane->h - 8, x0 = mtl__warp_at(&c->time, f->t0),
                     x1 = mtl__warp_at(&c->time, f->t1);
        mtl__svg_group(b, mtl__page_class(v->page, f->giver));
        mtl__svg_line(b, "milk", x0, y, mtl__max(x1, x0 + 3), y);
        mtl__svg_text(b, "small", 's', mtl__max(x1, x0 + 3) + 5, y + 4, "milk");
        mtl__svg_group_end(b);
    }
}

/* What a contact was, beside its tubes, where the giver has a lane to itself. */
static void draw_contact_names(mtl__river *v, const mtl__canvas *c, mtl__str *b)
{
    static const char *const word[] = {
        [MTL__MILK] = "milk",         [MTL__TRANSFUSION] = "transfusion",
        [MTL__ORGAN_GRAFT] = "graft", [MTL__STEM_CELL_GRAFT] = "stem cells",
        [MTL__INFUSION] = "infusion", [MTL__ANASTOMOSIS] = "joined vessels?"};
    for (int k = 0; k < c->n_channels; k++) {
        const mtl__channel *ch = &c->channel[k];
        const mtl__tube *t = &c->tube[ch->tube0];
        if (ch->contact < 0)
            continue;
        const enum mtl__contact_kind kind = v->s->contact[ch->contact].kind;
        const mtl__tube *last = t + ch->n_tubes - 1;
        const mtl__lane *from = &v->lane[v->lane_of[t->giver]],
                        *to = &v->lane[v->lane_of[t->taker]];
        const mtl__lane *upper = from->y < to->y ? from : to;
        bool later = false; /* joined vessels lead both ways: said once */
        for (int i = k + 1; i < c->n_channels && kind == MTL__ANASTOMOSIS; i++)
            later = later || (c->channel[i].contact >= 0 && !(c->channel[i].a > ch->a) &&
                              v->s->contact[c->channel[i].contact].kind == kind);
        if (!later)
            mtl__svg_text(b, "small halo", 's', last->x + last->width / 2 + 6,
                          upper->y + upper->h + 13, word[kind]);
    }
}

/* A cross where a body was hurt; of an event that hurt several organs one. */
static void draw_injuries(mtl__river *v, const mtl__canvas *c, mtl__str *b)
{
    for (int i = 0; i < v->s->n_injuries; i++) {
        const mtl__injury *x = &v->s->injury[i];
        const int l = v->lane_of[x->person];
        if (l < 0 || !v->lane[l].body || x->implied)
            continue;
        const double px = mtl__warp_at(&c->time, x->t), y = v->lane[l].y + v->lane[l].h + 9;
        mtl__str name = {0};
        mtl__injury_name(v->page, &name, x);
        const double width = mtl__text_width(name.s ? name.s : "", 11.5);
        const bool end = px + 8 + width > c->right;
        mtl__injury_cross(b, px, y, 3.5);
        mtl__svg_text(b, "small halo", end ? 'e' : 's', end ? px - 7 : px + 7, y + 4,
                      name.s ? name.s : "");
        mtl__str_drop(b, &name);
    }
}

static void draw_key(mtl__river *v, const mtl__canvas *c, mtl__str *b)
{
    static const double cells[] = {1e6, 1e3, 10, 0.1};
    static const char *const text[] = {"1,000,000", "1,000", "10", "under one"};
    double x = c->left + 108;
    const double y = c->axis_y + 50;
    if (!v->r)
        return;
    mtl__svg_text(b, "", 'e', x - 12, y + 4.5, "expected cells");
    for (int k = 0; k < 4; k++) {
        if (cells[k] < 1)
            mtl__svg_line(b, "trickle", x, y, x + 28, y);
        else
            mtl__svg_rect(b, "flow", x, y - mtl__stream_width(v, cells[k]) / 2, 28,
                          mtl__stream_width(v, cells[k]));
        mtl__svg_text(b, "", 's', x + 35, y + 4.5, text[k]);
        x += 35 + mtl__text_width(text[k], 12.5) + 22;
    }
}

/* ---------------------------------------------------------------- the whole */

static int draw(mtl__river *v, mtl__canvas *c, mtl__str *b)
{
    int ret = mtl__river_layout(v, c);
    if (ret < 0)
        return ret;
    mtl__svg_open(b, c->w, c->h, c->class_, "The cells' ways through the family",
                  "One lane per body over the years, in it one stream per other person whose cells "
                  "can be there, as wide as the logarithm of the expected number of cells; "
                  "channels between lanes are pregnancies and other contacts. The table below "
                  "holds the same numbers.");
    draw_ground(v, c, b);
    for (int k = 0; k < c->n_tubes; k++) {
        mtl__stream *to = c->tube[k].to;
        to->x0 = isnan(to->x0) ? c->tube[k].x + BEND : mtl__min(to->x0, c->tube[k].x + BEND);
    }
    for (int k = 0; k < v->n_streams && ret == 0; k++)
        if (!v->stream[k].folded)
            ret = draw_stream(v, c, &v->stream[k], b);
    for (int k = 0; k < c->n_tubes; k++)
        draw_tube(v, c, &c->tube[k], b);
    draw_milk(v, c, b);
    draw_contact_names(v, c, b);
    draw_injuries(v, c, b);
    for (int l = 0; l < v->n_lanes; l++) {
        draw_lane_name(v, c, &v->lane[l], b);
        draw_ring_name(v, c, &v->lane[l], b);
        draw_lane_labels(v, c, &v->lane[l], b);
    }
    draw_key(v, c, b);
    mtl__svg_close(b);
    return ret;
}

int mtl__river_figure(mtl__river *v, mtl__str *b)
{
    mtl__canvas wide = {.w = 1288,
                        .left = 112,
                        .right = 936,
                        .gap = 38,
                        .class_ = "map river wide",
                        .relations = true};
    mtl__canvas narrow = {
        .w = 640, .left = 84, .right = 478, .gap = 34, .class_ = "map river narrow"};
    const int ret = draw(v, &wide, b);
    return ret < 0 ? ret : draw(v, &narrow, b);
}
