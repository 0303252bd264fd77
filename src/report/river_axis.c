/* SPDX-License-Identifier: MIT */
/* Time for the river: nine months of eighty years are too narrow for the channels of a pregnancy,
   so every stretch of time gets at least the width that its channels need and the rest is shared
   out evenly. The map stays in order and in pieces straight, hence every date has its place, and
   what is drawn wider than the rest is shaded. */
#include <math.h>
#include <stdio.h>

#include "report/river.h"

enum { GAP = 40, APART = 8, TICK_APART = 44, MAX_TICKS = 64 };
/* Clusters at most this far apart get some room between them, where there is room. */
static const double NEAR = 8 * MTL_DAYS_PER_YEAR;

typedef struct piece {
    double days, least, px;
    int cluster; /* 1: of channels, 0: between them */
} piece;

/* Pieces by turns between and inside clusters of overlapping needs. Returns their number. */
static int cut(piece *p, double t0, double t1, const mtl__need *need, int n)
{
    int m = 0, i = 0;
    double at = t0;
    while (i < n) {
        const double a = mtl__max(need[i].a, at);
        double b = mtl__max(need[i].b, a + 1), width = 0;
        const bool first = i == 0;
        for (; i < n && need[i].a < b; i++) {
            b = mtl__max(b, need[i].b);
            width += need[i].width + APART;
        }
        b = mtl__min(b, mtl__max(t1, a + 1));
        p[m++] = (piece){a - at, first ? 4 : a - at < NEAR ? GAP : 16, 0, 0};
        p[m++] = (piece){b - a, width, 0, 1};
        at = b;
    }
    p[m++] = (piece){mtl__max(t1 - at, 1), 60, 0, 0};
    return m;
}

/* Shares out `room` px: each piece in proportion to its days but not below its least. Returns the
   px of a day in those that got more than their least. */
static double share_out(piece *p, int m, double room)
{
    double least = 0, low = 0, high = room;
    for (int k = 0; k < m; k++)
        least += p[k].least;
    for (int k = 0; k < m && least > 0.94 * room; k++)
        p[k].least *= 0.94 * room / least;
    for (int i = 0; i < 60; i++) {
        const double mid = (low + high) / 2;
        double sum = 0;
        for (int k = 0; k < m; k++)
            sum += mtl__max(p[k].least, mid * p[k].days);
        *(sum > room ? &high : &low) = mid;
    }
    for (int k = 0; k < m; k++)
        p[k].px = mtl__max(p[k].least, low * p[k].days);
    return low;
}

/* Channels of one cluster side by side, each where its time begins or later. */
static void place(const mtl__warp *w, mtl__need *need, int n)
{
    for (int i = 0; i < n; i++) {
        need[i].x = mtl__warp_at(w, need[i].a);
        if (i > 0)
            need[i].x = mtl__max(need[i].x, need[i - 1].x + need[i - 1].width + APART);
    }
    /* Too many for any room: what would run off the end moves back. */
    double end = w->x[w->n - 1];
    for (int i = n - 1; i >= 0; i--) {
        need[i].x = mtl__max(w->x[0], mtl__min(need[i].x, end - need[i].width));
        end = need[i].x;
    }
}

int mtl__warp_make(mtl__warp *w, mtl__arena *arena, double t0, double t1, double x0, double x1,
                   mtl__need *need, int n)
{
    const size_t most = 2 * (size_t)n + 2;
    piece *p = mtl__arena_alloc(arena, most * sizeof *p);
    *w = (mtl__warp){mtl__arena_alloc(arena, (most + 1) * sizeof *w->t),
                     mtl__arena_alloc(arena, (most + 1) * sizeof *w->x),
                     mtl__arena_alloc(arena, most * sizeof *w->wide), 0};
    if (!p || !w->t || !w->x || !w->wide)
        return MTL_ERR_MEMORY;
    const int m = cut(p, t0, t1, need, n);
    const double day = share_out(p, m, x1 - x0);
    w->t[0] = t0;
    w->x[0] = x0;
    for (int k = 0; k < m; k++) {
        w->t[k + 1] = w->t[k] + p[k].days;
        w->x[k + 1] = w->x[k] + p[k].px;
        w->wide[k] = p[k].px > 1.3 * day * p[k].days && k > 0 && k + 1 < m;
    }
    w->n = m + 1;
    place(w, need, n);
    return 0;
}

double mtl__warp_at(const mtl__warp *w, double t)
{
    int k = 0;
    while (k + 2 < w->n && t > w->t[k + 1])
        k++;
    const double days = w->t[k + 1] - w->t[k];
    const double share = days > 0 ? (t - w->t[k]) / days : 1;
    return w->x[k] + mtl__max(0, mtl__min(1, share)) * (w->x[k + 1] - w->x[k]);
}

void mtl__warp_ticks(mtl__str *b, const mtl__warp *w, double y)
{
    static const int steps[] = {50, 20, 10, 5, 2, 1};
    const double x0 = w->x[0], x1 = w->x[w->n - 1];
    double at[MAX_TICKS];
    int n = 0;
    mtl__svg_line(b, "axis", x0, y, x1, y);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        for (int year = mtl__year(w->t[0]) / steps[i] * steps[i]; year <= mtl__year(w->t[w->n - 1]);
             year += steps[i]) {
            const double t = mtl__date_to_days(year, 1, 1), x = mtl__warp_at(w, t);
            bool room = n < MAX_TICKS && t >= w->t[0] && t <= w->t[w->n - 1];
            for (int k = 0; k < n && room; k++)
                room = fabs(at[k] - x) >= TICK_APART;
            if (!room)
                continue;
            char text[16];
            snprintf(text, sizeof text, "%d", year);
            at[n++] = x;
            mtl__svg_line(b, "axis", x, y, x, y + 5);
            mtl__svg_text(b, "tick", 'm', x, y + 18, text);
        }
}
