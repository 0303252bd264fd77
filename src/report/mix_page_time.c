/* SPDX-License-Identifier: MIT */
/* Levels in time, where the table of samples dates them: one figure per body with two dates or
   more, every donor a line through the estimates; triangles are upper bounds. */
#include <math.h>
#include <stdio.h>

#include "io/mix_parts.h"
#include "num/num.h"
#include "report/plate.h"

enum { PLOT = 190, TOP = 24 };

typedef struct course {
    const mtl__mix_page *v;
    int host, person; /* person: the donor being drawn */
    double t0, t1;
    mtl__xaxis x;
    int low, high; /* powers of ten */
} course;

static double day_of(const mtl__mix_page *v, int tube)
{
    const mtl__mix_use *u = mtl__mix_use_of(v->m, v->m->counts.sample[v->m->tube[tube].count].name);
    return u ? u->day : NAN;
}

static bool dates(course *c)
{
    int n = 0;
    c->t0 = INFINITY;
    c->t1 = -INFINITY;
    for (int i = 0; i < c->v->m->n_tubes; i++) {
        const double t = day_of(c->v, i);
        if (c->v->m->tube[i].host != c->host || !isfinite(t))
            continue;
        c->t0 = mtl__min(c->t0, t);
        c->t1 = mtl__max(c->t1, t);
        n++;
    }
    return n > 1 && c->t1 > c->t0;
}

static int share_of(const mtl__mix_page *v, int tube, int person)
{
    for (int k = 0; k < v->m->tube[tube].fit.n; k++)
        if (v->m->tube[tube].fit.share[k].person == person)
            return k;
    return -1;
}

static bool drawn(const course *c, int tube)
{
    return c->v->m->tube[tube].host == c->host && isfinite(day_of(c->v, tube));
}

static void levels(course *c)
{
    double low = INFINITY, high = 0;
    for (int i = 0; i < c->v->m->n_tubes; i++)
        for (int k = 0; drawn(c, i) && k < c->v->m->tube[i].fit.n; k++) {
            const mtl__share *s = &c->v->m->tube[i].fit.share[k];
            const bool found = mtl__mix_verdict_of(c->v, i, k) >= MTL__MIX_LITTLE;
            const double least = 1e6 * (found && s->low > 0 ? s->low : s->high / 3);
            if (least > 0)
                low = mtl__min(low, least);
            if (isfinite(s->high))
                high = mtl__max(high, 1e6 * s->high);
        }
    if (!(high > 0) || !isfinite(low)) {
        low = 10;
        high = 1000;
    }
    c->low = (int)floor(mtl__log10(low));
    c->high = (int)ceil(mtl__log10(high));
    if (c->high - c->low < 2)
        c->low = c->high - 2;
}

static double y_of(const course *c, double per_million)
{
    const double log = per_million > 0 ? mtl__log10(per_million) : -HUGE_VAL;
    const double share = (mtl__max(mtl__min(log, c->high), c->low) - c->low) / (c->high - c->low);
    return TOP + PLOT * (1 - share);
}

/* The tube of this host that follows `after` in time; ties by their order. */
static int next_tube(const course *c, int after)
{
    int best = -1;
    for (int i = 0; i < c->v->m->n_tubes; i++) {
        if (!drawn(c, i) || share_of(c->v, i, c->person) < 0)
            continue;
        const double t = day_of(c->v, i), t_after = after < 0 ? -INFINITY : day_of(c->v, after);
        if (t < t_after || (!(t > t_after) && i <= after))
            continue;
        if (best < 0 || t < day_of(c->v, best))
            best = i;
    }
    return best;
}

static void bound_mark(mtl__str *b, double x, double y)
{
    mtl__svg_path(b, "hollow");
    mtl__svg_move(b, x - 5.5, y - 4);
    mtl__svg_to(b, x + 5.5, y - 4);
    mtl__svg_to(b, x, y + 5);
    mtl__svg_path_end(b, true);
}

static void one_donor(const course *c, mtl__str *b, double shift)
{
    bool down = false;
    double last_y = NAN;
    int last = -1;
    char text[128];
    mtl__svg_path(b, "line");
    for (int i = next_tube(c, -1); i >= 0; i = next_tube(c, i)) {
        const int k = share_of(c->v, i, c->person);
        if (mtl__mix_verdict_of(c->v, i, k) < MTL__MIX_LITTLE) {
            down = false;
            continue;
        }
        const double x = mtl__xaxis_at(&c->x, day_of(c->v, i)) + shift,
                     y = y_of(c, 1e6 * c->v->m->tube[i].fit.share[k].fraction);
        if (down)
            mtl__svg_to(b, x, y);
        else
            mtl__svg_move(b, x, y);
        down = true;
    }
    mtl__svg_path_end(b, false);
    for (int i = next_tube(c, -1); i >= 0; i = next_tube(c, i)) {
        const int k = share_of(c->v, i, c->person);
        const mtl__share *s = &c->v->m->tube[i].fit.share[k];
        const double x = mtl__xaxis_at(&c->x, day_of(c->v, i)) + shift;
        last = i;
        if (mtl__mix_verdict_of(c->v, i, k) < MTL__MIX_LITTLE) {
            last_y = y_of(c, 1e6 * s->high);
            bound_mark(b, x, last_y);
            continue;
        }
        last_y = y_of(c, 1e6 * s->fraction);
        mtl__svg_line(b, "span", x, y_of(c, 1e6 * s->low), x, y_of(c, 1e6 * s->high));
        mtl__svg_circle(b, "dot", x, last_y, 4.5);
    }
    if (last >= 0)
        mtl__svg_text(b, "mine halo", 's', c->x.x1 + 22, last_y + 4,
                      mtl__lab_cut(c->v->m->tube[last].row[share_of(c->v, last, c->person)].donor,
                                   110, 13, text));
}

static void figure(course *c, mtl__str *b, double w, const char *class_)
{
    const double pad = 0.04 * (c->t1 - c->t0);
    char text[32], title[160];
    c->x = (mtl__xaxis){c->t0 - pad, c->t1 + pad, 64, w - 132};
    snprintf(title, sizeof title, "Donors in %.80s in time", c->v->m->name[c->host]);
    mtl__svg_open(b, w, TOP + PLOT + 30, class_, title,
                  "Fraction of every donor against date on a log axis, with intervals; triangles "
                  "are upper bounds.");
    mtl__svg_text(b, "tick", 's', 0, 12, "per million genomes (log)");
    for (int e = c->low; e <= c->high; e++) {
        const double y = y_of(c, mtl__pow(10, e));
        mtl__svg_line(b, "grid", c->x.x0, y, c->x.x1, y);
        mtl__svg_text(b, "tick", 'e', c->x.x0 - 8, y + 4, mtl__given(mtl__pow(10, e), text));
    }
    mtl__xaxis_draw(b, &c->x, TOP + PLOT, 10);
    int n = 0;
    for (int p = -1; p < c->v->m->n_people; p++) {
        c->person = p;
        const int first = next_tube(c, -1);
        if (first < 0)
            continue;
        mtl__svg_group(b, mtl__mix_class(c->v, first, share_of(c->v, first, p)));
        one_donor(c, b, 5.0 * n++); /* side by side, so that intervals do not hide each other */
        mtl__svg_group_end(b);
    }
    mtl__svg_close(b);
}

void mtl__mix_page_time(mtl__mix_page *v)
{
    bool open = false;
    for (int host = 0; host < v->m->n_people; host++) {
        course c = {.v = v, .host = host};
        if (!dates(&c))
            continue;
        levels(&c);
        if (!open) {
            mtl__section_say(&v->page, "time", "In time",
                             "<p>Estimates with their intervals by the date of the sample; "
                             "triangles: no more than chance explains, so an upper bound. Donors "
                             "stand a little apart, so that none hides another.</p>\n");
        }
        open = true;
        mtl__str_add(v->out, "<h3>In ");
        mtl__html(v->out, v->m->name[host]);
        mtl__str_add(v->out, "</h3>\n<figure>\n");
        figure(&c, v->out, 1032, "wide");
        figure(&c, v->out, 652, "narrow");
        mtl__str_add(v->out, "</figure>\n");
    }
    if (open)
        mtl__section_close(&v->page);
}
