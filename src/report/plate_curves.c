/* SPDX-License-Identifier: MIT */
/* Standard curves: Ct against gEq per well with the fitted line and the 95% band of its mean, from
   the covariance of slope and intercept. Wells of few fragments are drawn open: what they vary by
   is mostly the number of fragments that fell into them. Silent standards are crosses on top. */
#include <math.h>
#include <stdio.h>

#include "io/quantify_parts.h"
#include "num/num.h"
#include "report/plate.h"

enum { W = 336, H = 250, LEFT = 46, RIGHT = 322, TOP = 62, FOOT = 210 };
#define FEW 5.0 /* fragments expected in a well, below which it is drawn open */

typedef struct frame {
    const mtl__plate *p;
    const mtl__curve *c;
    const mtl__target *t;
    mtl__decades x;
    double ct0, ct1;
} frame;

static bool of_curve(const frame *f, const mtl__reaction *r)
{
    return r->target_index == f->c->target && r->role == MTL__ROLE_STANDARD && !r->omit &&
           r->quantity > 0 && isfinite(r->quantity);
}

static double line_at(const frame *f, double log_q)
{
    return f->c->intercept + f->c->slope * (log_q + mtl__log10(f->t->calibrator * f->t->copies));
}

static double error_at(const frame *f, double log_q)
{
    const double x = log_q + mtl__log10(f->t->calibrator * f->t->copies);
    const double *v = f->c->covariance; /* var slope, cov, var intercept */
    return sqrt(mtl__max(0, x * x * v[0] + 2 * x * v[1] + v[2]));
}

static double y_of(const frame *f, double ct)
{
    const double share = (mtl__max(mtl__min(ct, f->ct1), f->ct0) - f->ct0) / (f->ct1 - f->ct0);
    return FOOT - share * (FOOT - TOP);
}

static void ranges(frame *f)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < f->p->n; i++) {
        const mtl__reaction *r = &f->p->reaction[i];
        if (!of_curve(f, r) || !isfinite(r->ct))
            continue;
        low = mtl__min(low, r->ct);
        high = mtl__max(high, r->ct);
    }
    f->x = (mtl__decades){mtl__log10(f->c->quantity_low) - 0.25,
                          mtl__log10(f->c->quantity_high) + 0.25, LEFT, RIGHT};
    if (!(f->x.high - f->x.low > 1.2)) {
        f->x.low -= 0.5;
        f->x.high += 0.5;
    }
    f->ct0 = 5 * floor((low - 0.5) / 5);
    f->ct1 = 5 * ceil((high + 0.5) / 5);
    if (!(f->ct1 > f->ct0)) {
        f->ct0 = 15;
        f->ct1 = 45;
    }
}

static void band(mtl__str *b, const frame *f)
{
    enum { STEPS = 24 };
    const double z = mtl__norm_quantile(0.975);
    mtl__svg_path(b, "pale");
    for (int k = 0; k <= 2 * STEPS + 1; k++) {
        const int i = k <= STEPS ? k : 2 * STEPS + 1 - k;
        const double log_q = f->x.low + (f->x.high - f->x.low) * i / STEPS;
        const double ct = line_at(f, log_q) + (k <= STEPS ? z : -z) * error_at(f, log_q);
        const double x = f->x.x0 + (f->x.x1 - f->x.x0) * i / STEPS;
        if (k == 0)
            mtl__svg_move(b, x, y_of(f, ct));
        else
            mtl__svg_to(b, x, y_of(f, ct));
    }
    mtl__svg_path_end(b, true);
    mtl__svg_line(b, "fit", f->x.x0, y_of(f, line_at(f, f->x.low)), f->x.x1,
                  y_of(f, line_at(f, f->x.high)));
}

static void points(mtl__str *b, const frame *f)
{
    int silent = 0;
    for (int i = 0; i < f->p->n; i++) {
        const mtl__reaction *r = &f->p->reaction[i];
        if (!of_curve(f, r))
            continue;
        const double x = mtl__decades_at(&f->x, r->quantity);
        const bool few = r->quantity * f->t->calibrator * f->t->fragments < FEW;
        if (isfinite(r->ct)) {
            mtl__svg_circle(b, few ? "ring" : "ink", x, y_of(f, r->ct), 3.6);
            continue;
        }
        silent++;
        mtl__svg_line(b, "mark", x - 4, TOP - 21, x + 4, TOP - 13);
        mtl__svg_line(b, "mark", x - 4, TOP - 13, x + 4, TOP - 21);
    }
    if (silent)
        mtl__svg_text(b, "tick", 'e', LEFT - 8, TOP - 13, "no hit");
}

static void captions(mtl__str *b, const frame *f)
{
    char text[160], a[32], r2[32] = "";
    const double se = sqrt(mtl__max(0, f->c->covariance[0]));
    mtl__svg_text(b, "head", 's', 0, 14, mtl__lab_cut(f->t->name, W - 10, 13.5, text));
    if (isfinite(f->c->r2))
        snprintf(r2, sizeof r2, ", r² %.3f", f->c->r2);
    snprintf(text, sizeof text, "slope −%.2f ± %.2f, efficiency %s%%%s", fabs(f->c->slope),
             mtl__norm_quantile(0.975) * se, mtl__two(100 * f->c->efficiency, a), r2);
    mtl__svg_text(b, "", 's', 0, 32, text);
}

static void one_curve(mtl__str *b, const mtl__plate *p, const mtl__curve *c)
{
    frame f = {.p = p, .c = c, .t = &p->target[c->target]};
    char title[160], text[32];
    ranges(&f);
    snprintf(title, sizeof title, "Standard curve of %.100s", f.t->name);
    mtl__str_add(b, "<div class=\"part\">");
    mtl__svg_open(b, W, H, "", title,
                  "Ct against gEq per well on a log axis, with the fitted line and its 95% band.");
    captions(b, &f);
    const int every = f.ct1 - f.ct0 > 25 ? 10 : 5;
    for (int ct = (int)f.ct0; ct <= (int)f.ct1; ct += 5) {
        if ((int)(f.ct1 - ct) % every != 0)
            continue;
        mtl__svg_line(b, "grid", LEFT, y_of(&f, ct), RIGHT, y_of(&f, ct));
        snprintf(text, sizeof text, ct == (int)f.ct1 ? "Ct %d" : "%d", ct);
        mtl__svg_text(b, "tick", 'e', LEFT - 8, y_of(&f, ct) + 4, text);
    }
    mtl__decades_draw(b, &f.x, FOOT, FOOT, "gEq per well (log)");
    mtl__svg_group(b, "me");
    band(b, &f);
    points(b, &f);
    mtl__svg_group_end(b);
    mtl__svg_close(b);
    mtl__str_add(b, "</div>\n");
}

void mtl__plate_curves(mtl__plate_page *v, int plate)
{
    const mtl__wells *w = &v->q->wells[plate];
    bool open = false;
    for (int i = 0; i < w->n_curves; i++) {
        if (!isfinite(w->curve[i].slope) || !(w->curve[i].quantity_high > 0))
            continue;
        mtl__str_add(v->out, open ? "" : "<div class=\"curves\">");
        open = true;
        one_curve(v->out, &v->q->plate[plate], &w->curve[i]);
    }
    mtl__str_add(v->out, open ? "</div>\n" : "");
}
