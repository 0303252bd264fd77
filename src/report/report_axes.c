/* SPDX-License-Identifier: MIT */
/* The parts of a time figure: axis of years, log axis of levels, labels that do not overlap, and
   the panel that shows one donor in one organ. A log axis has no zero: what lies under its foot
   runs along the foot, and the strip below says how many replicates have no cell at all. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "num/num.h"
#include "report/report.h"

double mtl__xaxis_at(const mtl__xaxis *a, double t)
{
    return a->x0 + (t - a->t0) / (a->t1 - a->t0) * (a->x1 - a->x0);
}

/* The day at both ends, where no two months have room for their names. */
static void ends_draw(mtl__str *b, const mtl__xaxis *a, double y)
{
    char text[16];
    const char *const first = mtl__date_text(ceil(a->t0), text);
    mtl__svg_line(b, "axis", a->x0, y, a->x0, y + 5);
    mtl__svg_text(b, "tick", 's', a->x0, y + 18, first);
    if (a->x1 - a->x0 < 150)
        return;
    mtl__svg_line(b, "axis", a->x1, y, a->x1, y + 5);
    mtl__svg_text(b, "tick", 'e', a->x1, y + 18, mtl__date_text(floor(a->t1), text));
}

/* A mouse's life, or one pregnancy: years would be one tick or none. */
static void months_draw(mtl__str *b, const mtl__xaxis *a, double y, int max)
{
    static const int steps[] = {1, 2, 3, 6, 12, 24};
    const double months = (a->t1 - a->t0) / MTL_DAYS_PER_YEAR * 12;
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof steps[0] &&
           months / steps[i] > floor(mtl__min(max, (a->x1 - a->x0) / (steps[i] < 12 ? 62 : 34))))
        i++;
    int year, month, day;
    mtl__days_to_date(a->t0, &year, &month, &day);
    if (months < 2.0 * steps[i]) {
        ends_draw(b, a, y);
        return;
    }
    for (int n = (month - 1) / steps[i] * steps[i];; n += steps[i]) {
        const double t = mtl__date_to_days(year + n / 12, n % 12 + 1, 1);
        if (t > a->t1)
            break;
        if (t < a->t0)
            continue;
        char text[32];
        if (steps[i] < 12)
            snprintf(text, sizeof text, "%d-%02d", year + n / 12, n % 12 + 1);
        else
            snprintf(text, sizeof text, "%d", year + n / 12);
        mtl__svg_line(b, "axis", mtl__xaxis_at(a, t), y, mtl__xaxis_at(a, t), y + 5);
        mtl__svg_text(b, "tick", 'm', mtl__xaxis_at(a, t), y + 18, text);
    }
}

void mtl__xaxis_draw(mtl__str *b, const mtl__xaxis *a, double y, int max)
{
    static const int steps[] = {1, 2, 5, 10, 20, 50, 100};
    const double years = (a->t1 - a->t0) / MTL_DAYS_PER_YEAR;
    size_t i = 0;
    const double most = mtl__max(1, mtl__min(max, (a->x1 - a->x0) / 34)); /* years have a width */
    while (i + 1 < sizeof steps / sizeof steps[0] && years / steps[i] > most)
        i++;
    const int step = steps[i];
    mtl__svg_line(b, "axis", a->x0, y, a->x1, y);
    if (years < 2.5) {
        months_draw(b, a, y, max);
        return;
    }
    const int first = mtl__year(a->t0) / step * step;
    for (int year = first; year <= mtl__year(a->t1); year += step) {
        const double t = mtl__date_to_days(year, 1, 1);
        if (t < a->t0 || t > a->t1)
            continue;
        char text[16];
        snprintf(text, sizeof text, "%d", year);
        mtl__svg_line(b, "axis", mtl__xaxis_at(a, t), y, mtl__xaxis_at(a, t), y + 5);
        mtl__svg_text(b, "tick", 'm', mtl__xaxis_at(a, t), y + 18, text);
    }
}

/* ------------------------------------------------------------------ labels */

static int by_x(const void *a, const void *b)
{
    const mtl__label *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

static double label_left(const mtl__label *l)
{
    return (l->anchor == 's' ? l->x : l->x - l->width) + l->shift;
}

int mtl__labels_place(mtl__label *l, int n, double left, double right)
{
    enum { GAP = 10 };
    int rows = 0;
    qsort(l, (size_t)n, sizeof *l, by_x);
    for (int i = 0; i < n; i++) {
        /* names and events are bold: wider than what is measured */
        l[i].width = mtl__max(1.06 * mtl__text_width(l[i].text, 13.5),
                              l[i].sub ? mtl__text_width(l[i].sub, 12.5) : 0);
        l[i].anchor = l[i].x + l[i].width > right && l[i].x - l[i].width >= left ? 'e' : 's';
        /* Where neither side has room, it ends at the edge, above the thing it names. */
        l[i].shift = l[i].anchor == 's' && l[i].x + l[i].width > right
                         ? mtl__max(left, right - l[i].width) - l[i].x
                         : 0;
        bool free_row = false;
        for (l[i].row = 0; !free_row; l[i].row += !free_row) {
            free_row = true;
            for (int k = 0; k < i && free_row; k++)
                if (l[k].row == l[i].row &&
                    label_left(&l[k]) < label_left(&l[i]) + l[i].width + GAP &&
                    label_left(&l[i]) < label_left(&l[k]) + l[k].width + GAP)
                    free_row = false;
        }
        if (l[i].row >= rows)
            rows = l[i].row + 1;
    }
    return rows;
}

/* ------------------------------------------------------------------ panels */

double mtl__panel_y(const mtl__panel *p, double level)
{
    const double span = p->range.high - p->range.low;
    const double log = level > 0 ? mtl__log10(level) : -INFINITY;
    const double share =
        (mtl__max(mtl__min(log, p->range.high), p->range.low) - p->range.low) / span;
    return p->y + p->h * (1 - share);
}

static const mtl__band *bands(const mtl__panel *p, int b)
{
    const mtl__band *level = b < p->r->n_bands ? p->pair->level[b] : NULL;
    return level ? level + (size_t)p->watched * p->r->n_times : NULL;
}

/* First time at which the donor's cells can be there. */
static int first_time(const mtl__panel *p)
{
    int k = 0;
    while (k < p->r->n_times && p->r->time[k] < p->pair->t_start)
        k++;
    return k;
}

static void draw_band(mtl__str *b, const mtl__panel *p, const mtl__band *x, const char *class_)
{
    const int k0 = first_time(p), n = p->r->n_times;
    if (!x || k0 >= n || !isfinite(x[k0].q975))
        return;
    const double *t = p->r->time;
    mtl__svg_path(b, class_);
    mtl__svg_move(b, mtl__xaxis_at(&p->x, t[k0]), mtl__panel_y(p, x[k0].q975));
    for (int k = k0 + 1; k < n; k++)
        mtl__svg_to(b, mtl__xaxis_at(&p->x, t[k]), mtl__panel_y(p, x[k].q975));
    for (int k = n - 1; k >= k0; k--)
        mtl__svg_to(b, mtl__xaxis_at(&p->x, t[k]), mtl__panel_y(p, x[k].q025));
    mtl__svg_path_end(b, true);
}

enum { LOWER = -1, MEDIAN, UPPER };

static double quantile(const mtl__band *x, int which)
{
    if (which != MEDIAN)
        return which == LOWER ? x->q250 : x->q750;
    return isfinite(x->q500) ? x->q500 : x->mean;
}

/* The median, or the mean where there are no quantiles, or a quartile; nothing along the foot of
   the axis. */
static void draw_line(mtl__str *b, const mtl__panel *p, const mtl__band *x, int which)
{
    const double foot = p->y + p->h - 0.05;
    const int k0 = first_time(p);
    bool down = false;
    if (!x || (which != MEDIAN && (k0 >= p->r->n_times || !isfinite(x[k0].q250))))
        return;
    mtl__svg_path(b, which == MEDIAN ? "line" : "quart");
    double x_last = 0, y_last = foot + 1;
    for (int k = k0; k < p->r->n_times; k++) {
        const double px = mtl__xaxis_at(&p->x, p->r->time[k]),
                     py = mtl__panel_y(p, quantile(&x[k], which));
        const bool above = py < foot, was_above = y_last < foot;
        if (above || was_above) {
            if (!down)
                mtl__svg_move(b, k == k0 ? px : x_last, mtl__min(k == k0 ? py : y_last, foot));
            mtl__svg_to(b, px, mtl__min(py, foot));
            down = above;
        }
        x_last = px;
        y_last = py;
    }
    mtl__svg_path_end(b, false);
}

static int twentieths(double share)
{
    return isfinite(share) ? (int)(mtl__max(0, mtl__min(1, share)) * 20 + 0.5) : 0;
}

/* Darker the more replicates have no cell in the organ; equal shades are drawn as one piece. */
static void draw_strip(mtl__str *b, const mtl__panel *p, const mtl__band *x)
{
    const double y = p->y + p->h + 7;
    const int n = p->r->n_times;
    int k = first_time(p);
    if (!x || k >= n || !isfinite(x[k].p_present))
        return;
    while (k < n) {
        const int shade = twentieths(1 - x[k].p_present);
        int end = k;
        while (end < n && twentieths(1 - x[end].p_present) == shade)
            end++;
        const double x0 = mtl__xaxis_at(&p->x, p->r->time[k]);
        const double x1 = mtl__xaxis_at(&p->x, p->r->time[end < n ? end : n - 1]);
        mtl__svg_shade(b, "none", x0, y, mtl__max(x1 - x0, 0.5), 6, shade / 20.0);
        k = end;
    }
    mtl__svg_rect(b, "nonebox", p->x.x0, y, p->x.x1 - p->x.x0, 6);
    if (p->strip_label)
        mtl__svg_text(b, "tick", 'e', p->x.x0 - 8, y + 10, "none"); /* clear of the foot's */
}

static void draw_grid(mtl__str *b, const mtl__panel *p)
{
    const int every = p->range.high - p->range.low > 5 || p->h < 90 ? 2 : 1;
    for (int e = p->range.low; e <= p->range.high; e++) {
        if ((p->range.high - e) % every != 0)
            continue;
        double level = 1;
        for (int k = 0; k < abs(e); k++)
            level = e > 0 ? level * 10 : level / 10;
        const double y =
            p->y + p->h * (1 - (double)(e - p->range.low) / (p->range.high - p->range.low));
        mtl__svg_line(b, "grid", p->x.x0, y, p->x.x1, y);
        char text[32];
        if (p->ticks)
            mtl__svg_text(b, "tick", 'e', p->x.x0 - 8, y + 4, mtl__given(level, text));
    }
}

void mtl__panel_draw(mtl__str *b, const mtl__panel *p)
{
    const mtl__band *chance = bands(p, MTL__CHANCE);
    draw_grid(b, p);
    draw_band(b, p, bands(p, MTL__UNKNOWNS), "pale");
    draw_band(b, p, chance, "band");
    const bool sees = p->sight.by && isfinite(p->sight.lod);
    const double lod_y = sees ? mtl__panel_y(p, p->sight.lod) : p->y;
    if (p->hatch)
        mtl__svg_hatch(b, "hatch", 8, p->x.x0, lod_y, p->x.x1 - p->x.x0, p->y + p->h - lod_y);
    if (sees)
        mtl__svg_line(b, "lod", p->x.x0, lod_y, p->x.x1, lod_y);
    draw_line(b, p, chance, UPPER);
    draw_line(b, p, chance, LOWER);
    draw_line(b, p, chance, MEDIAN);
    draw_strip(b, p, chance);
    if (p->lod_label && sees) {
        char value[32], text[64];
        if (p->sight.lod > 0)
            snprintf(text, sizeof text, "LoD %s", mtl__two(p->sight.lod, value));
        else
            snprintf(text, sizeof text, "no LoD: even blanks are positive");
        mtl__svg_text(b, "strong halo", 's', p->x.x0 + 8, lod_y - 5, text);
    }
}

void mtl__panel_reading(mtl__str *b, const mtl__panel *p, double t, const mtl__reading *x,
                        bool full)
{
    const double px = mtl__xaxis_at(&p->x, t);
    const bool above = mtl__reading_above(x);
    if (x->positive && isfinite(x->geq_per_1e6) && !above) {
        mtl__svg_line(b, "mark", px, mtl__panel_y(p, x->high), px, mtl__panel_y(p, x->low));
        mtl__svg_circle(b, full ? "full" : "open", px, mtl__panel_y(p, x->geq_per_1e6), 5);
        return;
    }
    /* An arrow away from the one bound there is. */
    const double y = mtl__panel_y(p, above ? x->low : x->high), up = above ? -1 : 1;
    const double tip = above ? mtl__max(y - 30, p->y) : mtl__min(y + 30, p->y + p->h);
    mtl__svg_line(b, "mark", px, y, px, tip);
    mtl__svg_path(b, "mark");
    mtl__svg_move(b, px - 4, tip - 5 * up);
    mtl__svg_to(b, px, tip);
    mtl__svg_to(b, px + 4, tip - 5 * up);
    mtl__svg_path_end(b, false);
    mtl__svg_path(b, full ? "full" : "open");
    mtl__svg_move(b, px - 5.5, y - 4 * up);
    mtl__svg_to(b, px + 5.5, y - 4 * up);
    mtl__svg_to(b, px, y + 5 * up);
    mtl__svg_path_end(b, true);
}
