/* SPDX-License-Identifier: MIT */
/* Injury and repair: for each injury of the run its damage over time with foreign cells (two bands)
   and without (dashed), inflammation and chemokine, and the foreign cells that arrived; which value
   of the switches gave this, and what the others would say. */
#include <math.h>
#include <stdio.h>

#include "num/num.h"
#include "report/host_part.h"

enum { N_QUANTITIES = 4, ARRIVED = 3, PITCH = 44, AXIS = 40, MAX_FIGURES = 6 };

typedef struct figure {
    double w, left, gap;
    const char *class_;
    int columns, ticks;
} figure;
static const figure figures[] = {{1032, 58, 74, "wide", 2, 8}, {640, 58, 0, "narrow", 1, 8}};

/* ------------------------------------------------------------------ the window in time */

static mtl__band *const *bands_of(const mtl__injury_result *x, int quantity)
{
    mtl__band *const *const of[N_QUANTITIES] = {x->damage, x->inflammation, x->chemokine,
                                                x->arrived};
    return of[quantity];
}

/* Damage at time k, the greatest of what is drawn but for the paler band. */
static double damage_at(const mtl__injury_result *x, int k)
{
    double v = x->alone[0] && isfinite(x->alone[0][k]) ? x->alone[0][k] : 0;
    const mtl__band *band = x->damage[MTL__CHANCE] ? &x->damage[MTL__CHANCE][k] : NULL;
    if (band)
        v = mtl__max(v, isfinite(band->q975) ? band->q975 : band->mean);
    return v;
}

/* From the day of the injury to when a fiftieth of the damage is left, and a tenth of that time on;
   false if the run has too few dates in it. */
static bool window(const mtl__page *v, const mtl__injury_result *x, mtl__curve *c)
{
    const mtl_result *r = v->r;
    const mtl__injury *i = &v->s->injury[x->injury];
    double top = 0;
    c->time = r->time;
    for (c->k0 = 0; c->k0 < r->n_times && r->time[c->k0] < i->t; c->k0++)
        continue;
    for (int k = c->k0; k < r->n_times; k++)
        top = mtl__max(top, damage_at(x, k));
    c->k1 = c->k0;
    for (int k = c->k0; k < r->n_times; k++)
        if (damage_at(x, k) > 0.02 * top)
            c->k1 = k;
    if (c->k1 >= r->n_times)
        return false;
    const double more = i->t + 1.1 * (r->time[c->k1] - i->t);
    while (c->k1 + 1 < r->n_times && (r->time[c->k1] < more || c->k1 < c->k0 + 3))
        c->k1++;
    c->x.t0 = i->t;
    c->x.t1 = r->time[c->k1];
    return c->k1 - c->k0 >= 2 && c->x.t1 > c->x.t0;
}

/* ------------------------------------------------------------------ the figure */

/* The numbers behind a panel, for pointer and keyboard. */
static void plot_quantity(mtl__page *v, const mtl__injury_result *x, int quantity, int window_,
                          const mtl__curve *c)
{
    static const char *const name[] = {"damage, %", "inflammation, %", "chemokine, %",
                                       "foreign cells per 10⁶"};
    static const char *const without[] = {
        "damage without cells, %", "inflammation without cells, %", "chemokine without cells, %"};
    const double scale = quantity < ARRIVED ? 100 : 1;
    int series[2], n = 0;
    series[n++] =
        mtl__page_host_series(v, window_, name[quantity], "me", bands_of(x, quantity), NULL, scale);
    if (quantity < ARRIVED)
        series[n++] = mtl__page_host_series(v, window_, without[quantity], "me", NULL,
                                            x->alone[quantity], scale);
    mtl__host_plot(v, &c->x, c->y, c->h, series, n);
}

static void draw_quantity(mtl__page *v, const mtl__injury_result *x, int quantity, mtl__curve *c)
{
    static const char *const title[] = {
        "Damage, % of the tissue", "Inflammation, % of that of a wholly damaged organ",
        "Chemokine, % of that of a wholly damaged organ",
        "Foreign cells there, of any time, per 10⁶ nucleated cells (log)"};
    mtl__band *const *band = bands_of(x, quantity);
    const float *alone = quantity < ARRIVED ? x->alone[quantity] : NULL;
    double top = mtl__curve_top(v, band, c->k0, c->k1);
    for (int k = c->k0; alone && k <= c->k1; k++)
        top = mtl__max(top, isfinite(alone[k]) ? alone[k] : 0);
    c->log = quantity == ARRIVED;
    c->percent = !c->log;
    c->high = quantity == 0 ? mtl__min(mtl__nice(top), 1) : mtl__nice(top);
    c->range.high = top > 0 ? (int)ceil(mtl__log10(top) - 1e-9) : 1;
    c->range.low = c->range.high - 3;
    mtl__svg_text(v->out, "strong", 's', c->x.x0, c->y - 9, title[quantity]);
    mtl__svg_group(v->out, "me");
    mtl__curve_grid(v->out, c);
    mtl__curve_bands(v->out, c, v, band);
    mtl__curve_line(v->out, c, "alone", alone);
    mtl__svg_group_end(v->out);
}

static void draw_figure(mtl__page *v, const mtl__injury_result *x, const figure *f,
                        const mtl__curve *window_, int numbers)
{
    static const double height[N_QUANTITIES] = {150, 62, 62, 84};
    /* wide: damage over arrivals at the left, the two signals at the right */
    static const int column[N_QUANTITIES] = {0, 1, 1, 0}, order[N_QUANTITIES] = {0, 1, 2, 3};
    const mtl__injury *i = &v->s->injury[x->injury];
    const double width = (f->w - f->columns * f->left - (f->columns - 1) * 16) / f->columns;
    double y[2] = {24, 24};
    for (int q = 0; q < N_QUANTITIES; q++)
        y[f->columns > 1 ? column[q] : 0] += height[q] + PITCH;
    const double bottom = mtl__max(y[0], y[1]) - PITCH + 12;
    mtl__str title = {0};
    mtl__str_add(&title, "Course of an injury: ");
    mtl__injury_name(v, &title, i);
    mtl__svg_open(
        v->out, f->w, bottom + AXIS, f->class_, title.s ? title.s : "",
        "Damage, inflammation, chemokine and foreign cells after the injury. Line: median "
        "with foreign cells; bands: 95%; dashed: without any foreign cell.");
    mtl__str_drop(v->out, &title);
    double at[2] = {24, 24};
    for (int n = 0; n < N_QUANTITIES; n++) {
        const int q = order[n], col = f->columns > 1 ? column[q] : 0;
        mtl__curve c = *window_;
        c.x.x0 = f->left + col * (width + f->left + 16);
        c.x.x1 = c.x.x0 + width;
        c.y = at[col];
        c.h = height[q];
        /* the shorter column is stretched, so that both end on the axis */
        if (f->columns > 1 && col == 1)
            c.h += (y[0] - y[1]) / 2;
        draw_quantity(v, x, q, &c);
        plot_quantity(v, x, q, numbers, &c);
        at[col] += c.h + PITCH;
    }
    for (int col = 0; col < f->columns; col++) {
        mtl__xaxis axis = window_->x;
        axis.x0 = f->left + col * (width + f->left + 16);
        axis.x1 = axis.x0 + width;
        mtl__since_draw(v->out, &axis, i->t, bottom, f->ticks, "injury");
    }
    mtl__svg_close(v->out);
}

/* ------------------------------------------------------------------ in words */

static void say_size(mtl__page *v, const mtl__injury *i)
{
    mtl__str *b = v->out;
    char text[48], date[16];
    mtl__str_printf(b, " <small>%s", mtl__date_text(i->t, date));
    if (isfinite(i->size)) {
        mtl__str_printf(b, ", %s%% of the tissue", mtl__given(100 * i->size, text));
        if (i->lasts_days > 0)
            mtl__str_printf(b, " over %s", mtl__duration(i->lasts_days, text));
        else
            mtl__str_add(b, " at once");
    }
    mtl__str_add(b, i->implied ? ", implied by another event</small>" : "</small>");
}

const char *mtl__healing_time(double days, char buf[48])
{
    if (!(days < 1000))
        return mtl__duration(days, buf);
    snprintf(buf, 48, "%.0f days", days);
    return buf;
}

/* "after 120 days" or "not by 2004" */
static void say_healed(mtl__page *v, double days)
{
    char text[48];
    if (isfinite(days))
        mtl__str_printf(v->out, "after %s", mtl__healing_time(days, text));
    else
        mtl__str_printf(v->out, "not by %d", mtl__year(v->r->time[v->r->n_times - 1]));
}

/* 95% with the unknowns drawn. */
static void say_drawn(mtl__page *v, const mtl__healing *h)
{
    char text[48];
    mtl__str_add(v->out, " (unknowns drawn: ");
    if (!isfinite(h->low)) {
        say_healed(v, h->low);
    } else {
        mtl__str_add(v->out, mtl__healing_time(h->low, text));
        mtl__str_add(v->out, isfinite(h->high) ? " to " : ", or ");
        if (isfinite(h->high))
            mtl__str_add(v->out, mtl__healing_time(h->high, text));
        else
            say_healed(v, h->high);
    }
    mtl__str_add(v->out, ")");
}

static void say_repair(mtl__page *v, const mtl__injury_result *x)
{
    mtl__str *b = v->out;
    char text[48];
    const double size = v->s->injury[x->injury].size; /* NaN: the model's */
    if (isfinite(size) && size <= 0) {
        mtl__str_add(b, "<p class=\"note\">No tissue is lost, as in a sham operation.</p>\n");
        return;
    }
    const mtl__healing *h = &x->heal[MTL__CHANCE];
    if (h->peak_day > 0) {
        mtl__str_printf(b, "<p class=\"note\">At most %s%% of the tissue is damaged at once, ",
                        mtl__two(100 * h->peak, text));
        mtl__str_printf(b, "%s after its beginning. A tenth of that is left <b>",
                        mtl__healing_time(h->peak_day, text));
    } else {
        mtl__str_add(b, "<p class=\"note\">A tenth of the damage is left <b>");
    }
    say_healed(v, h->middle);
    mtl__str_add(b, "</b>");
    if (v->r->n_bands > 1)
        say_drawn(v, &x->heal[MTL__UNKNOWNS]);
    if (!x->coupled) {
        mtl__str_add(b,
                     ". No foreign cell acts on the repair here: with or without them the course "
                     "is the same.</p>\n");
        return;
    }
    mtl__str_add(b, "; without any foreign cell <b>");
    say_healed(v, x->healed_alone);
    mtl__str_add(b, "</b>.</p>\n");
}

/* What came because of it, beside what was there. */
static void say_brought(mtl__page *v, const mtl__injury_result *x)
{
    mtl__str *b = v->out;
    char text[48];
    if (!isfinite(x->came) || !(x->heal[MTL__CHANCE].peak > 0) ||
        !(x->came + x->there + x->p_seed > 0)) /* nobody foreign is there */
        return;
    if (x->p_seed > 0)
        mtl__str_printf(b,
                        "<p class=\"note\">On the day of the injury a foreign seed that moves was "
                        "left in %.0f of 100 lives (%s a life on average). ",
                        100 * x->p_seed, mtl__two(x->seeds, text));
    else
        mtl__str_add(b, "<p class=\"note\">On the day of the injury no foreign seed that moves "
                        "was there. ");
    mtl__str_printf(b, "Within %.0f days the injury <b>brings %s cells</b> ", x->brought_days,
                    mtl__two(x->came, text));
    if (x->came > 0 && x->most_day < x->brought_days - 0.5)
        mtl__str_printf(b, "(the most, after %.2g days) ", x->most_day);
    if (x->came > 0 && !(x->p_seed > 0))
        mtl__str_add(b, "of those that come to the body in this time, ");
    mtl__str_printf(b, "beside %s that would be there without it, ", mtl__two(x->there, text));
    mtl__str_printf(b,
                    "and %s take up a fate of the tissue: expected numbers of cells, under the "
                    "parameters as set.</p>\n",
                    mtl__two(x->fated, text));
}

static void one_injury(mtl__page *v, const mtl__injury_result *x)
{
    mtl__str *b = v->out, name = {0};
    const mtl__injury *i = &v->s->injury[x->injury];
    mtl__curve c = {.k0 = 0};
    mtl__injury_name(v, &name, i);
    mtl__str_add(b, "<h3>");
    mtl__html_capital(b, name.s ? name.s : "");
    mtl__str_drop(b, &name);
    mtl__of_whom(v, x->person);
    say_size(v, i);
    mtl__str_add(b, "</h3>\n");
    say_repair(v, x);
    say_brought(v, x);
    if (isfinite(i->size) && i->size <= 0)
        return; /* nothing to draw but empty axes */
    if (!window(v, x, &c)) {
        mtl__str_add(b, "<p class=\"note\">The dates of the run lie too far apart to draw it; "
                        "<code>hosts/injuries.tsv</code> has what there is.</p>\n");
        return;
    }
    const int numbers = mtl__page_window(v, c.k0, c.k1);
    mtl__str_add(b, "<figure>\n");
    for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++)
        draw_figure(v, x, &figures[k], &c, numbers);
    mtl__str_add(b, "</figure>\n");
}

/* ------------------------------------------------------------------ the rest as a table */

/* Drawn in full: the first few, and of an event that hurt many organs at once the first organ. */
static bool in_full(const mtl__page *v, int n)
{
    int before = 0;
    for (int i = 0; i < n; i++)
        before += !mtl__injury_follows(v->s, v->r->host.injury[i].injury);
    return before < MAX_FIGURES && !mtl__injury_follows(v->s, v->r->host.injury[n].injury);
}

static void healed_cell(mtl__page *v, double chance, const mtl__healing *unknowns)
{
    mtl__str_add(v->out, "<td class=\"r\">");
    say_healed(v, chance);
    if (unknowns) {
        mtl__str_add(v->out, "<small>");
        say_drawn(v, unknowns);
        mtl__str_add(v->out, "</small>");
    }
    mtl__str_add(v->out, "</td>");
}

static void table_row(mtl__page *v, const mtl__injury_result *x)
{
    mtl__str *b = v->out, name = {0};
    const mtl__injury *i = &v->s->injury[x->injury];
    char text[48];
    mtl__injury_name(v, &name, i);
    mtl__str_add(b, "<tr><th scope=\"row\">");
    mtl__html_capital(b, name.s ? name.s : "");
    mtl__str_drop(b, &name);
    mtl__of_whom(v, x->person);
    mtl__str_printf(b, "</th><td class=\"d\">%s</td>", mtl__date_text(i->t, text));
    mtl__str_printf(b, "<td class=\"r\">%s%s</td>", mtl__given(100 * i->size, text),
                    isfinite(i->size) ? "%" : "");
    healed_cell(v, x->heal[MTL__CHANCE].middle, v->r->n_bands > 1 ? &x->heal[MTL__UNKNOWNS] : NULL);
    healed_cell(v, x->healed_alone, NULL);
    mtl__str_add(b, "</tr>\n");
}

static void rest(mtl__page *v)
{
    mtl__str *b = v->out;
    int n = 0;
    for (int i = 0; i < v->r->host.n_injuries; i++) {
        if (in_full(v, i))
            continue;
        if (n++ == 0)
            mtl__str_add(b, "<h3>Further injuries</h3>\n<div class=\"scroll\"><table><caption>"
                            "Also the other organs of an event that hurt several at once. Their "
                            "courses stand in <code>hosts/injuries.tsv</code>.</caption>\n<thead>"
                            "<tr><th scope=\"col\">Injury</th><th scope=\"col\">Date</th>"
                            "<th class=\"r\" scope=\"col\">Damage</th><th class=\"r\" "
                            "scope=\"col\">A tenth of it left</th><th class=\"r\" scope=\"col\">"
                            "Without foreign cells</th></tr></thead>\n<tbody>\n");
        table_row(v, &v->r->host.injury[i]);
    }
    if (n > 0)
        mtl__str_add(b, "</tbody></table></div>\n");
}

/* ------------------------------------------------------------------ dose and response */

static void level_cell(mtl__page *v, const mtl__band *x)
{
    mtl__str part = {0};
    mtl__str_add(v->out, "<td class=\"r\">");
    if (x && x->mean > 0)
        mtl__band_text(&part, x);
    else
        mtl__str_add(&part, x ? "0" : "");
    mtl__html(v->out, part.s ? part.s : "");
    mtl__str_drop(v->out, &part);
    mtl__str_add(v->out, "</td>");
}

static void doses(mtl__page *v)
{
    enum { MOST = 64 };
    mtl__out_dose row[MOST];
    mtl__str *b = v->out;
    const int n = mtl__out_doses(v->r, row, MOST);
    if (n == 0)
        return;
    mtl__str_add(b, "<h3>Dose and response</h3>\n<div class=\"scroll\"><table><caption>People with "
                    "injuries alike who were given different numbers of cells: foreign cells per "
                    "10⁶ nucleated cells of the injured organ, median and 95% of lives, with the "
                    "unknowns drawn where they were.</caption>\n"
                    "<thead><tr><th class=\"r\" scope=\"col\">Cells given</th><th scope=\"col\">Who"
                    "</th><th class=\"r\" scope=\"col\">Day 30</th><th class=\"r\" scope=\"col\">"
                    "Day 90</th><th class=\"r\" scope=\"col\">A tenth of the damage left</th></tr>"
                    "</thead>\n<tbody>\n");
    for (int k = 0; k < n; k++) {
        const mtl__injury_result *x = &v->r->host.injury[row[k].injury];
        char text[32];
        mtl__str_printf(b, "<tr><td class=\"r\">%s</td><th scope=\"row\">",
                        mtl__given(row[k].dose, text));
        mtl__html(b, mtl__page_name(v, x->person));
        mtl__str_add(b, "</th>");
        level_cell(v, mtl__out_days_after(v->r, x, 30));
        level_cell(v, mtl__out_days_after(v->r, x, 90));
        healed_cell(v, x->heal[MTL__CHANCE].middle,
                    v->r->n_bands > 1 ? &x->heal[MTL__UNKNOWNS] : NULL);
        mtl__str_add(b, "</tr>\n");
    }
    mtl__str_add(b, "</tbody></table></div>\n");
}

static void unmeasured(mtl__page *v)
{
    bool any = false;
    bool *marked = mtl__arena_alloc(&v->arena, ((size_t)v->m->n_params + 1) * sizeof *marked);
    if (!marked) {
        v->out->oom = true;
        return;
    }
    for (int n = 0; n < v->r->host.n_injuries; n++) {
        const mtl__injury_result *x = &v->r->host.injury[n];
        const mtl__injury_def *d = &v->m->injury[v->s->injury[x->injury].def];
        const mtl__expr *e[] = {&d->size, &d->lasts,  &d->repair, &d->inflame,
                                &d->calm, &d->signal, &d->clear};
        for (size_t k = 0; k < sizeof e / sizeof e[0]; k++)
            mtl__mark_params(v->m, e[k], marked);
        any = any || x->coupled;
    }
    static const char *const coupled[] = {"repair.", "homing.", NULL};
    static const char *const plain[] = {"homing.", NULL};
    mtl__say_tier_d(v, any ? coupled : plain, marked);
}

void mtl__report_injury(mtl__page *v)
{
    mtl__str *b = v->out;
    if (v->r->host.n_injuries == 0)
        return;
    mtl__section_open(v, "injury", "Injury and repair");
    mtl__str_add(b, "<p><b>Damage</b> is the share of the organ's tissue that is lost for the time "
                    "being. <b>Inflammation</b> and <b>chemokine</b> follow it; 100% is what a "
                    "wholly damaged organ would settle at.</p>\n");
    mtl__str_add(b, "<p><b>Line</b>: median with foreign cells. <b>Dark band</b>: 95% of "
                    "replicates, chance alone.");
    if (v->r->n_bands > 1)
        mtl__str_add(b, " <b>Pale band</b>: 95% when the unknowns are drawn as well.");
    mtl__str_add(b, " <b>Dashed</b>: the same injury if no foreign cell were there.</p>\n");
    mtl__section_body(v);
    mtl__say_switch(v, "repair");
    mtl__say_switch(v, "homing");
    unmeasured(v);
    doses(v);
    for (int i = 0; i < v->r->host.n_injuries; i++)
        if (in_full(v, i))
            one_injury(v, &v->r->host.injury[i]);
    rest(v);
    mtl__section_close(v);
}
