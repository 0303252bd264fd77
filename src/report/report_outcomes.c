/* SPDX-License-Identifier: MIT */
/* Outcomes: how likely each came by the end, from the baseline alone and with what acts on it, and
   when: cumulative incidence with the interval that the number of lives leaves, dashed the baseline
   alone. What is given in the scenario is not drawn at random and not a result. */
#include <math.h>
#include <stdio.h>

#include "num/num.h"
#include "report/host_part.h"

enum { PANEL_H = 110, PITCH = 178, HEAD = 40, MAX_PANELS = 24 };

typedef struct figure {
    double w, left;
    const char *class_;
    int columns, ticks;
} figure;
static const figure figures[] = {{1032, 46, "wide", 3, 5}, {640, 46, "narrow", 2, 4}};

/* ------------------------------------------------------------------ curves */

static const double Z = 1.959963984540054;

/* Wilson's 95% interval of a share of n. */
static void wilson(double p, int n, float *low, float *high)
{
    const double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    const double half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));
    *low = p > 0 ? (float)mtl__max(0, middle - half) : 0;
    *high = p < 1 ? (float)mtl__min(1, middle + half) : 1;
}

static bool drawn(const mtl_result *r, const mtl__outcome_result *o)
{
    return !o->given && !o->dated && o->by[MTL__CHANCE] && r->n_times > 1 && mtl__out_told(r, o);
}

static double top_of(const mtl_result *r, const mtl__outcome_result *o)
{
    double top = 0;
    for (int k = 0; k < r->n_times; k++) {
        for (int band = 0; band < r->n_bands && band < MTL__HOST_BANDS; band++)
            if (o->by[band] && isfinite(o->by[band][k]))
                top = mtl__max(top, o->by[band][k]);
        if (o->baseline && isfinite(o->baseline[k]))
            top = mtl__max(top, o->baseline[k]);
    }
    return mtl__max(top, isfinite(o->p_baseline) ? o->p_baseline : 0);
}

/* The share as a band whose ends are its interval: there may be one result in a thousand. */
static mtl__band *interval_of(mtl__page *v, const mtl__outcome_result *o)
{
    const int n = v->r->n_times, reps = v->r->opts.replicates > 0 ? v->r->opts.replicates : 1;
    mtl__band *band = mtl__arena_alloc(&v->arena, (size_t)n * sizeof *band);
    if (!band) {
        v->out->oom = true;
        return NULL;
    }
    for (int k = 0; k < n; k++) {
        band[k] = (mtl__band){.mean = o->by[MTL__CHANCE][k], .q500 = o->by[MTL__CHANCE][k]};
        wilson(o->by[MTL__CHANCE][k], reps, &band[k].q025, &band[k].q975);
    }
    return band;
}

static void panel_title(mtl__page *v, const mtl__outcome_result *o, double x, double y,
                        double width)
{
    mtl__str title = {0};
    mtl__str_add(&title, mtl__out_outcome_label(v->r, o));
    if (v->m->outcome[o->outcome].recurs)
        mtl__str_add(&title, ", the first");
    if (o->person != v->focus)
        mtl__str_printf(&title, " (%s)", mtl__page_name(v, o->person));
    mtl__svg_wrapped(v->out, "strong", x, y, width, 12.5, title.s ? title.s : "");
    mtl__str_drop(v->out, &title);
}

/* Where no life had it, the interval would be a wall up to where chance alone could have hidden it.
 */
static void in_none(mtl__page *v, const mtl__outcome_result *o, const mtl__curve *c)
{
    char text[64], number[32];
    if (isfinite(o->p_hi[MTL__CHANCE]))
        snprintf(text, sizeof text, "in no life: below %s%%",
                 mtl__two(100 * o->p_hi[MTL__CHANCE], number));
    else
        snprintf(text, sizeof text, "in no life");
    mtl__svg_text(v->out, "halo", 's', c->x.x0 + 8, c->y + 16, text);
}

/* And so before the first: the band begins with it. */
static void band_from_first(mtl__page *v, const mtl__outcome_result *o, mtl__curve c,
                            const mtl__band *interval)
{
    while (c.k0 < c.k1 && !(o->by[MTL__CHANCE][c.k0] > 0))
        c.k0++;
    mtl__curve_band(v->out, &c, "band", interval);
}

static void draw_panel(mtl__page *v, const mtl__outcome_result *o, double x0, double y,
                       double width, int ticks)
{
    mtl__str *b = v->out;
    const mtl_result *r = v->r;
    mtl__curve c = {.time = r->time, .k1 = r->n_times - 1, .y = y, .h = PANEL_H, .percent = true};
    c.x = (mtl__xaxis){v->t0, v->t1, x0, x0 + width};
    const mtl__band *interval = interval_of(v, o);
    const double most = interval ? interval[r->n_times - 1].q975 : 0;
    /* Of few lives the interval would flatten everything else: it may run off the top. */
    const double top = top_of(r, o);
    c.high = mtl__min(mtl__nice(top > 0 ? mtl__max(top, mtl__min(most, 6 * top)) : most), 1);
    panel_title(v, o, x0, y - 24, width);
    mtl__svg_group(b, "me");
    mtl__curve_grid(b, &c);
    if (o->p_end[MTL__CHANCE] > 0)
        band_from_first(v, o, c, interval);
    else
        in_none(v, o, &c);
    mtl__curve_middle(b, &c, "line", interval);
    if (r->n_bands > 1)
        mtl__curve_line(b, &c, "drawn", o->by[MTL__UNKNOWNS]);
    mtl__curve_line(b, &c, "alone", o->baseline);
    mtl__svg_group_end(b);
    if (!o->baseline && isfinite(o->p_baseline)) {
        const double at = mtl__curve_y(&c, o->p_baseline);
        mtl__svg_line(b, "lod", c.x.x1 - 14, at, c.x.x1 + 6, at);
    }
    mtl__xaxis_draw(b, &c.x, y + PANEL_H, ticks);
    const int series[] = {
        mtl__page_host_series(v, 0, "come, %", "me", NULL, o->by[MTL__CHANCE], 100),
        r->n_bands > 1 ? mtl__page_host_series(v, 0, "unknowns drawn, %", "me", NULL,
                                               o->by[MTL__UNKNOWNS], 100)
                       : -1,
        mtl__page_host_series(v, 0, "baseline alone, %", "me", NULL, o->baseline, 100)};
    mtl__host_plot(v, &c.x, y, PANEL_H, series, 3);
}

static int n_panels(const mtl__page *v)
{
    int n = 0;
    for (int i = 0; i < v->r->host.n_outcomes; i++)
        n += drawn(v->r, &v->r->host.outcome[i]);
    return n;
}

static int n_drawn(const mtl__page *v)
{
    const int n = n_panels(v);
    return n < MAX_PANELS ? n : MAX_PANELS;
}

static void draw_figure(mtl__page *v, const figure *f)
{
    const int n = n_drawn(v), columns = n < 1 ? 1 : n < f->columns ? n : f->columns;
    const double width = (f->w - f->columns * (f->left + 16)) / f->columns;
    const int rows = (n + columns - 1) / columns;
    mtl__svg_open(v->out, f->w, HEAD + rows * PITCH - (PITCH - PANEL_H) + 26, f->class_,
                  "Share of lives in which each outcome has come, over time",
                  "One panel per outcome, each with an axis of its own. Line: share of lives; "
                  "band: its 95% interval; dotted: with the unknowns drawn; dashed: the baseline "
                  "alone.");
    for (int i = 0, at = 0; i < v->r->host.n_outcomes && at < n; i++) {
        if (!drawn(v->r, &v->r->host.outcome[i]))
            continue;
        const int row = at / columns, column = at % columns;
        draw_panel(v, &v->r->host.outcome[i], f->left + column * (width + f->left + 16),
                   HEAD + row * (double)PITCH, width, f->ticks);
        at++;
    }
    mtl__svg_close(v->out);
}

/* ------------------------------------------------------------------ the table */

/* A name and its tier, of which the last word and the badge stay on one line. */
static void with_tier(mtl__page *v, const char *name, char tier)
{
    mtl__str *b = v->out, head = {0};
    const bool badge = tier >= 'A' && tier <= 'D';
    const char *last = name;
    for (const char *p = name; *p; p++)
        if ((*p == ' ' || *p == '.' || *p == '_') && p[1])
            last = p + 1;
    mtl__str_addn(&head, name, (size_t)(last - name));
    mtl__html_dotted(b, head.s ? head.s : "");
    if (last > name && last[-1] != ' ')
        mtl__str_add(b, "<wbr>");
    mtl__str_add(b, badge ? "<span class=\"nowrap\">" : "");
    mtl__html(b, last);
    if (badge)
        mtl__str_printf(b, " <span class=\"tier t%c\">%c</span></span>", tier, tier);
    mtl__str_drop(b, &head);
}

/* Exposures that hold under the switches as they are and change the hazard. */
static bool acts(const mtl__page *v, const mtl__exposure *x, int outcome)
{
    if (x->outcome != outcome || !mtl__when_holds(&x->when, v->m) || x->beta.n == 0)
        return false;
    const double beta = mtl__expr_value(&x->beta, v->m);
    return beta < 0 || beta > 0;
}

/* Do foreign cells act on the clone that it begins, by rules of its cells? */
static bool on_its_cells(const mtl__page *v, int outcome)
{
    for (int k = 0; k < v->m->n_rules; k++) {
        const mtl__rule *rule = &v->m->rule[k];
        if (rule->kind != v->m->outcome[outcome].kind || !mtl__when_holds(&rule->when, v->m))
            continue;
        for (int f = 0; f < rule->n_factors; f++)
            if (v->m->factor[rule->factor[f]].of == MTL__OF_TALLY)
                return true;
    }
    return false;
}

static void acts_cell(mtl__page *v, int outcome, bool drawn_)
{
    mtl__str *b = v->out;
    int n = 0;
    mtl__str_add(b, "<td class=\"acts\">");
    for (int i = 0; i < v->m->n_exposures; i++) {
        const mtl__exposure *x = &v->m->exposure[i];
        if (!acts(v, x, outcome))
            continue;
        mtl__str_add(b, n++ ? ", " : "");
        with_tier(v, x->name, x->tier);
    }
    if (n == 0)
        mtl__str_add(b, on_its_cells(v, outcome) ? "foreign cells, on the cells of the tumour"
                        : drawn_                 ? "nothing: the baseline alone"
                                                 : "nothing");
    mtl__str_add(b, "</td>");
}

static void p_cell(mtl__page *v, const mtl__outcome_result *o)
{
    mtl__str *b = v->out;
    mtl__str_add(b, "<td class=\"r\">");
    for (int k = 0; k < v->r->n_bands && k < MTL__HOST_BANDS; k++) {
        mtl__str_add(b, k ? "<br><small>unknowns " : "");
        mtl__say_prob(v, o->p_end[k]);
        if (isfinite(o->p_lo[k]) && isfinite(o->p_hi[k])) {
            mtl__str_add(b, k ? " (" : " <small>(");
            mtl__say_interval(v, o->p_lo[k], o->p_hi[k]);
            mtl__str_add(b, k ? ")" : ")</small>");
        }
        mtl__str_add(b, k ? "</small>" : "");
    }
    mtl__str_add(b, "</td>");
}

static void row(mtl__page *v, const mtl__outcome_result *o)
{
    mtl__str *b = v->out;
    const mtl__outcome_def *def = &v->m->outcome[o->outcome];
    const double born = v->s->person[o->person].born;
    char text[48], date[16];
    mtl__str_add(b, "<tr><th scope=\"row\">");
    with_tier(v, mtl__out_outcome_label(v->r, o), def->tier);
    mtl__of_whom(v, o->person);
    mtl__str_add(b, "</th>");
    if (o->given || o->dated) {
        const double t = mtl__out_given_onset(v->r, o);
        mtl__str_printf(b, "<td colspan=\"4\">as dated in the scenario%s%s: not a result%s</td>",
                        isfinite(t) ? ", " : "", isfinite(t) ? mtl__date_text(t, date) : "",
                        o->dated ? "; what became of it stands with the tumours" : "");
    } else {
        const double median = mtl__out_median_onset(v->r, o, &b->oom);
        p_cell(v, o);
        mtl__str_add(b, "<td class=\"r\">");
        mtl__html(b, mtl__prob(o->p_baseline, 0, text));
        mtl__str_add(b, "</td><td class=\"r\">");
        if (def->recurs && isfinite(o->times[MTL__CHANCE]))
            mtl__str_add(b, mtl__two(o->times[MTL__CHANCE], text));
        mtl__str_add(b, "</td><td class=\"r\">");
        if (isfinite(median) && isfinite(born) && !def->of_week)
            mtl__str_printf(b, "%d years", (int)floor((median - born) / MTL_DAYS_PER_YEAR));
        else if (isfinite(median))
            mtl__str_printf(b, "%d", mtl__year(median));
        mtl__str_add(b, "</td>");
    }
    acts_cell(v, o->outcome, !o->given && !o->dated);
    mtl__str_add(b, "</tr>\n");
}

static void unmeasured(mtl__page *v)
{
    bool *marked = mtl__arena_alloc(&v->arena, ((size_t)v->m->n_params + 1) * sizeof *marked);
    if (!marked) {
        v->out->oom = true;
        return;
    }
    for (int n = 0; n < v->r->host.n_outcomes; n++) {
        const int outcome = v->r->host.outcome[n].outcome;
        mtl__mark_params(v->m, &v->m->outcome[outcome].scale, marked);
        for (int i = 0; i < v->m->n_exposures; i++)
            if (acts(v, &v->m->exposure[i], outcome)) {
                mtl__mark_params(v->m, &v->m->exposure[i].beta, marked);
                mtl__mark_params(v->m, &v->m->exposure[i].arg, marked);
            }
    }
    mtl__say_tier_d(v, NULL, marked);
}

/* ------------------------------------------------------------------ what must be said with it */

static void say_other_sex(mtl__page *v)
{
    mtl__str *b = v->out;
    for (int i = 0; i < v->s->n_people; i++) {
        mtl__str names = {0};
        if (mtl__out_other_sex(&names, v->r, i) > 0) {
            mtl__str_add(b, "<p class=\"note\">Not told of ");
            mtl__html(b, mtl__page_name(v, i));
            mtl__str_printf(b, ", as the model has it of %s only: ",
                            v->s->person[i].sex == MTL__MALE ? "women" : "men");
            mtl__html(b, names.s ? names.s : "");
            mtl__str_add(b, ".</p>\n");
        }
        mtl__str_drop(b, &names);
    }
}

static void say_beside(mtl__page *v)
{
    mtl__str *b = v->out, names = {0};
    const int n = mtl__out_beside(&names, v->r);
    if (n > 0) {
        mtl__str_add(b, "<p><b>");
        mtl__html(b, names.s ? names.s : "");
        mtl__str_printf(b,
                        "</b>: %s beside the scenario, which says how its pregnancies go; they go "
                        "so in every life.</p>\n",
                        n > 1 ? "chances" : "a chance");
    }
    mtl__str_drop(b, &names);
    if (mtl__out_ends_lives(v->r))
        mtl__str_add(b, "<p>After a <b>death</b> no other outcome comes, and its tumours are "
                        "gone. Cells and samples go on by the dates of the scenario in every life, "
                        "and what this page says of them counts these lives too.</p>\n");
}

static int n_told(const mtl__page *v)
{
    int n = 0;
    for (int i = 0; i < v->r->host.n_outcomes; i++)
        n += mtl__out_told(v->r, &v->r->host.outcome[i]);
    return n;
}

/* Somebody asked for what the model has of the other sex only. */
static bool asked_in_vain(const mtl__page *v)
{
    int n = 0;
    for (int i = 0; i < v->s->n_people; i++) {
        mtl__str names = {0};
        n += mtl__out_other_sex(&names, v->r, i);
        mtl__str_drop(v->out, &names);
    }
    return n > 0;
}

static void table(mtl__page *v)
{
    mtl__str *b = v->out;
    char date[16];
    mtl__str_printf(b,
                    "<div class=\"scroll\"><table><caption>By %s. Probability with its 95%% "
                    "interval; the letter is the tier of the baseline, in the last column that of "
                    "the effect.</caption>\n",
                    mtl__date_text(v->r->time[v->r->n_times - 1], date));
    mtl__str_add(b, "<thead><tr><th scope=\"col\">Outcome</th><th class=\"r\" scope=\"col\">P</th>"
                    "<th class=\"r\" scope=\"col\">Baseline alone</th><th class=\"r\" "
                    "scope=\"col\">Mean number</th><th class=\"r\" scope=\"col\">Median age at the "
                    "first</th><th scope=\"col\">What acts on it</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < v->r->host.n_outcomes; i++)
        if (mtl__out_told(v->r, &v->r->host.outcome[i]))
            row(v, &v->r->host.outcome[i]);
    mtl__str_add(b, "</tbody></table></div>\n");
}

void mtl__report_outcomes(mtl__page *v)
{
    mtl__str *b = v->out;
    const int told = n_told(v);
    if (told == 0 && !asked_in_vain(v))
        return;
    mtl__section_open(v, "outcomes", "Outcomes");
    mtl__str_add(b, "<p>What may befall a host, as a hazard: a <b>baseline</b> by age or week, "
                    "times what acts on it. An outcome on which no cell acts says nothing about "
                    "cells.</p>\n<p><b>Line</b>: share of lives in which it has come; <b>band</b>: "
                    "what the number of lives leaves open (95%, Wilson). ");
    mtl__str_add(b, v->r->n_bands > 1 ? "<b>Dotted</b>: with the unknowns drawn. " : "");
    mtl__str_add(b, "<b>Dashed</b>: the baseline alone. Each panel has an axis of its own.</p>\n");
    say_beside(v);
    mtl__section_body(v);
    unmeasured(v);
    if (n_drawn(v) > 0) {
        mtl__str_add(b, "<figure>\n");
        for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++)
            draw_figure(v, &figures[k]);
        mtl__str_add(b, "</figure>\n");
    }
    mtl__host_left_out(v, n_panels(v) - n_drawn(v), "hosts/outcome_times.tsv");
    if (told > 0)
        table(v);
    say_other_sex(v);
    mtl__section_close(v);
}
