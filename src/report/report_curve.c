/* SPDX-License-Identifier: MIT */
/* Curves of the host: bands and lines over a window of the dates of a run, on a linear axis from 0
   or a logarithmic one, and an axis that counts from the day on which something happened. Hue means
   donor; what belongs to nobody is drawn in the neutral class of the focus person. */
#include <math.h>
#include <stdio.h>

#include "num/num.h"
#include "report/host_part.h"

double mtl__nice(double top)
{
    if (!(top > 0) || !isfinite(top))
        return 1;
    const double power = mtl__exp(mtl__log(10) * floor(mtl__log10(top)));
    static const double step[] = {1, 1.5, 2, 3, 4, 5, 6, 8, 10};
    for (size_t i = 0; i < sizeof step / sizeof step[0]; i++)
        if (top <= step[i] * power * (1 + 1e-6))
            return step[i] * power;
    return 10 * power;
}

/* Whole numbers are what somebody wrote down. */
static const char *amount(double v, char buf[32])
{
    return fabs(v - floor(v + 0.5)) < 1e-9 && v < 1000 ? mtl__given(v, buf) : mtl__two(v, buf);
}

const char *mtl__duration(double days, char buf[48])
{
    char number[32];
    const bool one = days > 1 - 1e-9 && days < 1 + 1e-9;
    if (!isfinite(days))
        snprintf(buf, 48, "not known");
    else if (days < 60)
        snprintf(buf, 48, "%s day%s", amount(days, number), one ? "" : "s");
    else if (days < 2 * MTL_DAYS_PER_YEAR)
        snprintf(buf, 48, "%s months", amount(days / MTL_DAYS_PER_YEAR * 12, number));
    else
        snprintf(buf, 48, "%s years", amount(days / MTL_DAYS_PER_YEAR, number));
    return buf;
}

/* ------------------------------------------------------------------ axes */

double mtl__curve_y(const mtl__curve *c, double v)
{
    double share = c->high > 0 ? v / c->high : 0;
    if (c->log) {
        const double log = v > 0 ? mtl__log10(v) : -INFINITY;
        share = (mtl__max(log, c->range.low) - c->range.low) / (c->range.high - c->range.low);
    }
    return c->y + c->h * (1 - mtl__max(0, mtl__min(1, share)));
}

static void tick_text(const mtl__curve *c, double v, char buf[48])
{
    char number[32];
    snprintf(buf, 48, "%s%s", mtl__given(c->percent ? 100 * v : v, number), c->percent ? "%" : "");
}

void mtl__curve_grid(mtl__str *b, const mtl__curve *c)
{
    char text[48];
    if (!c->log) {
        const int n = c->h < 70 ? 1 : 2;
        for (int i = 0; i <= n; i++) {
            const double v = c->high * i / n, y = mtl__curve_y(c, v);
            tick_text(c, v, text);
            mtl__svg_line(b, "grid", c->x.x0, y, c->x.x1, y);
            mtl__svg_text(b, "tick", 'e', c->x.x0 - 8, y + 4, text);
        }
        return;
    }
    const int every = (c->range.high - c->range.low + 2) / 3;
    for (int e = c->range.high; e >= c->range.low; e -= every) {
        const double v = mtl__exp(mtl__log(10) * e), y = mtl__curve_y(c, v * (1 + 1e-12));
        tick_text(c, v, text);
        mtl__svg_line(b, "grid", c->x.x0, y, c->x.x1, y);
        mtl__svg_text(b, "tick", 'e', c->x.x0 - 8, y + 4, text);
    }
}

void mtl__since_draw(mtl__str *b, const mtl__xaxis *x, double from, double y, int max,
                     const char *event)
{
    static const struct {
        double days;
        const char *word;
        double until; /* of the axis, in this unit */
    } unit[] = {
        {1, "days", 70}, {MTL_DAYS_PER_YEAR / 12, "months", 48}, {MTL_DAYS_PER_YEAR, "years", 1e9}};
    static const int step[] = {1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 100};
    size_t u = 0, s = 0;
    while (u + 1 < sizeof unit / sizeof unit[0] && (x->t1 - from) / unit[u].days > unit[u].until)
        u++;
    while (s + 1 < sizeof step / sizeof step[0] && (x->t1 - from) / unit[u].days / step[s] > max)
        s++;
    mtl__svg_line(b, "axis", x->x0, y, x->x1, y);
    for (int i = 0; from + i * unit[u].days <= x->t1 * (1 + 1e-12); i += step[s]) {
        char text[16];
        const double px = mtl__xaxis_at(x, from + i * unit[u].days);
        snprintf(text, sizeof text, "%d", i);
        mtl__svg_line(b, "axis", px, y, px, y + 5);
        mtl__svg_text(b, "tick", 'm', px, y + 18, text);
    }
    mtl__str title = {0};
    mtl__str_printf(&title, "%s after the %s", unit[u].word, event);
    mtl__svg_text(b, "tick", 'e', x->x1, y + 34, title.s ? title.s : "");
    mtl__str_drop(b, &title);
}

/* ------------------------------------------------------------------ what is drawn */

void mtl__curve_band(mtl__str *b, const mtl__curve *c, const char *class_, const mtl__band *x)
{
    if (!x || c->k1 <= c->k0 || !isfinite(x[c->k0].q975) || !isfinite(x[c->k1].q975))
        return;
    mtl__svg_path(b, class_);
    for (int k = c->k0; k <= c->k1; k++) {
        const double px = mtl__xaxis_at(&c->x, c->time[k]), py = mtl__curve_y(c, x[k].q975);
        if (k == c->k0)
            mtl__svg_move(b, px, py);
        else
            mtl__svg_to(b, px, py);
    }
    for (int k = c->k1; k >= c->k0; k--)
        mtl__svg_to(b, mtl__xaxis_at(&c->x, c->time[k]), mtl__curve_y(c, x[k].q025));
    mtl__svg_path_end(b, true);
}

static double middle_of(const mtl__band *x)
{
    return isfinite(x->q500) ? x->q500 : x->mean;
}

/* The pen is lifted where a value is missing, and on a log axis where it is 0: that is nowhere on
   it. */
static void stroke(mtl__str *b, const mtl__curve *c, const char *class_, const mtl__band *band,
                   const float *value)
{
    bool down = false;
    mtl__svg_path(b, class_);
    for (int k = c->k0; k <= c->k1; k++) {
        const double v = value ? value[k] : band ? middle_of(&band[k]) : (double)NAN;
        const double px = mtl__xaxis_at(&c->x, c->time[k]);
        if (!isfinite(v) || (c->log && !(v > 0))) {
            down = false;
            continue;
        }
        if (down)
            mtl__svg_to(b, px, mtl__curve_y(c, v));
        else
            mtl__svg_move(b, px, mtl__curve_y(c, v));
        down = true;
    }
    mtl__svg_path_end(b, false);
}

void mtl__curve_middle(mtl__str *b, const mtl__curve *c, const char *class_, const mtl__band *x)
{
    if (x && c->k1 >= c->k0)
        stroke(b, c, class_, x, NULL);
}

void mtl__curve_line(mtl__str *b, const mtl__curve *c, const char *class_, const float *value)
{
    if (value && c->k1 >= c->k0)
        stroke(b, c, class_, NULL, value);
}

void mtl__curve_bands(mtl__str *b, const mtl__curve *c, const mtl__page *v, mtl__band *const *band)
{
    if (v->r->n_bands > 1)
        mtl__curve_band(b, c, "pale", band[MTL__UNKNOWNS]);
    mtl__curve_band(b, c, "band", band[MTL__CHANCE]);
    mtl__curve_middle(b, c, "line", band[MTL__CHANCE]);
}

double mtl__curve_top(const mtl__page *v, mtl__band *const *band, int k0, int k1)
{
    double chance = 0, unknowns = 0;
    for (int k = k0; k <= k1; k++) {
        const mtl__band *x = band[MTL__CHANCE] ? &band[MTL__CHANCE][k] : NULL;
        const mtl__band *u =
            v->r->n_bands > 1 && band[MTL__UNKNOWNS] ? &band[MTL__UNKNOWNS][k] : NULL;
        if (x)
            chance = mtl__max(chance, isfinite(x->q975) ? x->q975 : x->mean);
        if (u && isfinite(u->q975))
            unknowns = mtl__max(unknowns, u->q975);
    }
    /* The paler band may run off the top rather than flatten the rest. */
    return chance > 0 ? mtl__max(chance, mtl__min(unknowns, 10 * chance)) : unknowns;
}

void mtl__host_plot(mtl__page *v, const mtl__xaxis *x, double y, double h, const int *series, int n)
{
    enum { MOST = 8 };
    int there[MOST], k = 0;
    for (int i = 0; i < n && k < MOST; i++)
        if (series[i] >= 0)
            there[k++] = series[i];
    if (v->r->n_times > 0)
        mtl__plot(v, x, y, h, there, k);
}
