/* SPDX-License-Identifier: MIT */
/* The hypothesis grid: what rival values of a switch say of the hosts, one column per value and one
   row per injury, response, outcome and tumour of the first result. Results are matched by what
   they are about, not by their place. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/host_part.h"

typedef struct grid {
    mtl__page *v;
    int rows;
} grid;

static void row_open(grid *g, const char *what)
{
    mtl__str *b = g->v->out;
    mtl__str_add(b, "<tr><th scope=\"row\">");
    mtl__html_capital(b, what);
    g->rows++;
}

static void missing(mtl__page *v)
{
    mtl__str_add(v->out, "<td class=\"r\">not followed</td>");
}

/* ------------------------------------------------------------------ injuries */

static const mtl__injury_result *same_injury(const mtl_result *r, const mtl__injury_result *x)
{
    for (int i = 0; i < r->host.n_injuries; i++)
        if (r->host.injury[i].injury == x->injury)
            return &r->host.injury[i];
    return NULL;
}

static void healed(mtl__page *v, double days)
{
    char text[48];
    mtl__str_add(v->out, isfinite(days) ? mtl__healing_time(days, text) : "not by the end");
}

static void injury_row(grid *g, const mtl__injury_result *x)
{
    mtl__page *v = g->v;
    const double size = v->s->injury[x->injury].size;
    if (isfinite(size) && size <= 0)
        return; /* a sham operation has nothing to heal */
    mtl__str *b = v->out, name = {0};
    mtl__injury_name(v, &name, &v->s->injury[x->injury]);
    row_open(g, name.s ? name.s : "");
    mtl__str_drop(b, &name);
    mtl__of_whom(v, x->person);
    mtl__str_add(b, "<br><small>time until a tenth of the damage is left</small></th>");
    for (int n = 0; n < v->n_results; n++) {
        const mtl__injury_result *y = same_injury(v->result[n], x);
        if (!y) {
            missing(v);
            continue;
        }
        mtl__str_add(b, "<td class=\"r\"><b>");
        healed(v, y->heal[MTL__CHANCE].middle);
        mtl__str_add(b, "</b>");
        if (v->result[n]->n_bands > 1) {
            const mtl__healing *h = &y->heal[MTL__UNKNOWNS];
            mtl__str_add(b, "<br><small>unknowns ");
            healed(v, h->low);
            if (isfinite(h->low)) {
                mtl__str_add(b, isfinite(h->high) ? " to " : " or ");
                healed(v, h->high);
            }
            mtl__str_add(b, "</small>");
        }
        mtl__str_add(b, "<br><small>without cells ");
        healed(v, y->healed_alone);
        mtl__str_add(b, "</small></td>");
    }
    mtl__str_add(b, "</tr>\n");
}

/* ------------------------------------------------------------------ response */

static const mtl__immune_result *same_immune(const mtl_result *r, const mtl__immune_result *x)
{
    for (int i = 0; i < r->host.n_immune; i++)
        if (r->host.immune[i].host == x->host && r->host.immune[i].donor == x->donor)
            return &r->host.immune[i];
    return NULL;
}

static void end_share(mtl__page *v, const mtl_result *r, const char *word, mtl__band *const *band)
{
    if (!band[MTL__CHANCE] || r->n_times < 1)
        return;
    mtl__str_add(v->out, word);
    mtl__say_percent(v, &band[MTL__CHANCE][r->n_times - 1]);
}

static void immune_row(grid *g, const mtl__immune_result *x)
{
    mtl__page *v = g->v;
    mtl__str *b = v->out, name = {0};
    mtl__str_printf(&name, "response of %s against %s", mtl__page_name(v, x->host),
                    mtl__page_name(v, x->donor));
    row_open(g, name.s ? name.s : "");
    mtl__str_drop(b, &name);
    mtl__str_add(b, "<br><small>at the end; then tolerance</small></th>");
    for (int n = 0; n < v->n_results; n++) {
        const mtl__immune_result *y = same_immune(v->result[n], x);
        if (!y) {
            missing(v);
            continue;
        }
        mtl__str_add(b, "<td class=\"r\">");
        end_share(v, v->result[n], "", y->response);
        mtl__str_add(b, "<br>");
        end_share(v, v->result[n], "tolerance ", y->tolerance);
        mtl__str_add(b, "</td>");
    }
    mtl__str_add(b, "</tr>\n");
}

/* ------------------------------------------------------------------ outcomes */

static const mtl__outcome_result *same_outcome(const mtl_result *r, const mtl__outcome_result *x)
{
    for (int i = 0; i < r->host.n_outcomes; i++)
        if (r->host.outcome[i].person == x->person && r->host.outcome[i].outcome == x->outcome)
            return &r->host.outcome[i];
    return NULL;
}

static void outcome_row(grid *g, const mtl__outcome_result *x)
{
    mtl__page *v = g->v;
    mtl__str *b = v->out;
    char text[32];
    row_open(g, mtl__out_outcome_label(v->r, x));
    mtl__of_whom(v, x->person);
    mtl__str_add(b, "<br><small>P by the end</small></th>");
    for (int n = 0; n < v->n_results; n++) {
        const mtl__outcome_result *y = same_outcome(v->result[n], x);
        if (!y) {
            missing(v);
            continue;
        }
        mtl__str_add(b, "<td class=\"r\"><b>");
        mtl__say_prob(v, y->p_end[MTL__CHANCE]);
        mtl__str_add(b, "</b>");
        if (isfinite(y->p_lo[MTL__CHANCE]) && isfinite(y->p_hi[MTL__CHANCE])) {
            mtl__str_add(b, " <small>(");
            mtl__say_interval(v, y->p_lo[MTL__CHANCE], y->p_hi[MTL__CHANCE]);
            mtl__str_add(b, ")</small>");
        }
        if (v->result[n]->n_bands > 1) {
            mtl__str_add(b, "<br><small>unknowns ");
            mtl__say_prob(v, y->p_end[MTL__UNKNOWNS]);
            mtl__str_add(b, "</small>");
        }
        if (v->m->outcome[x->outcome].recurs && isfinite(y->times[MTL__CHANCE]))
            mtl__str_printf(b, "<br><small>%s times on average</small>",
                            mtl__two(y->times[MTL__CHANCE], text));
        mtl__str_add(b, "</td>");
    }
    mtl__str_add(b, "</tr>\n");
}

/* ------------------------------------------------------------------ tumours */

static const mtl__clone_result *same_clone(const mtl_result *r, const mtl__clone_result *x)
{
    for (int i = 0; i < r->host.n_clones; i++)
        if (r->host.clone[i].person == x->person && r->host.clone[i].kind == x->kind &&
            r->host.clone[i].organ == x->organ)
            return &r->host.clone[i];
    return NULL;
}

static void clone_share(mtl__page *v, const mtl__clone_result *y, const double *p, bool there)
{
    mtl__str *b = v->out;
    if (!there) {
        mtl__str_add(b, "not followed");
        return;
    }
    const bool found = p == y->p_detected; /* it is what somebody sees */
    mtl__str_add(b, found ? "<b>" : "");
    mtl__say_prob(v, p[MTL__CHANCE]);
    mtl__str_add(b, found ? "</b>" : "");
}

/* One line each for begun, found, and there but not found. */
static void clone_cell(mtl__page *v, const mtl__clone_result *y, bool drawn)
{
    const double *const p[] = {y->p_begun, y->p_detected, y->p_alive_end};
    for (int i = 0; i < 3; i++) {
        const bool there = i != 1 || y->has_detected;
        mtl__str_add(v->out, i ? "<br>" : "<td class=\"r\"><br>"); /* beside its name */
        clone_share(v, y, p[i], there);
        if (drawn && there) {
            mtl__str_add(v->out, " <small class=\"nowrap\">unknowns ");
            mtl__say_prob(v, p[i][MTL__UNKNOWNS]);
            mtl__str_add(v->out, "</small>");
        }
    }
    mtl__str_add(v->out, "</td>");
}

static void clone_row(grid *g, const mtl__clone_result *x)
{
    mtl__page *v = g->v;
    mtl__str *b = v->out, name = {0};
    const mtl__kind *k = &v->m->kind[x->kind];
    char organ[96];
    mtl__str_add(&name, k->label && k->label[0] ? k->label : k->name);
    if (!strstr(name.s ? name.s : "", mtl__organ_lower(v->m, x->organ, organ)))
        mtl__str_printf(&name, ", %s", organ);
    row_open(g, name.s ? name.s : "");
    mtl__str_drop(b, &name);
    mtl__of_whom(v, x->person);
    mtl__str_add(b, "<br><small>P(begun)<br>P(found)<br>P(there at the end, not found)"
                    "</small></th>");
    for (int n = 0; n < v->n_results; n++) {
        const mtl__clone_result *y = same_clone(v->result[n], x);
        if (y)
            clone_cell(v, y, v->result[n]->n_bands > 1);
        else
            missing(v);
    }
    mtl__str_add(b, "</tr>\n");
}

/* ------------------------------------------------------------------ the table */

void mtl__report_grid(mtl__page *v)
{
    mtl__str *b = v->out;
    const int sw = mtl__page_switch(v);
    const mtl__host_result *h = &v->r->host;
    grid g = {v, 0};
    if (!mtl__out_has_hosts(v->r))
        return;
    mtl__str_add(b, "<div class=\"scroll\"><table class=\"grid2\"><caption>What each value says of "
                    "the host. Medians and means over replicates, 95% in brackets; differences "
                    "smaller than the brackets may be chance.</caption>\n<thead><tr>"
                    "<th scope=\"col\">");
    mtl__html(b, sw >= 0 ? v->m->sw[sw].name : "Hypothesis");
    mtl__str_add(b, "</th>");
    for (int n = 0; n < v->n_results; n++) {
        mtl__str_add(b, "<th class=\"r\" scope=\"col\">");
        mtl__html(b, mtl__page_value(v, n, sw));
        mtl__str_add(b, "</th>");
    }
    mtl__str_add(b, "</tr></thead>\n<tbody>\n");
    for (int i = 0; i < h->n_injuries; i++)
        if (!mtl__injury_follows(v->s, h->injury[i].injury))
            injury_row(&g, &h->injury[i]);
    for (int i = 0; i < h->n_immune; i++)
        immune_row(&g, &h->immune[i]);
    for (int i = 0; i < h->n_outcomes; i++)
        if (!h->outcome[i].given && !h->outcome[i].dated && mtl__out_told(v->r, &h->outcome[i]))
            outcome_row(&g, &h->outcome[i]);
    for (int i = 0; i < h->n_clones; i++)
        clone_row(&g, &h->clone[i]);
    if (g.rows == 0)
        mtl__str_add(b, "<tr><td>Everything followed is given in the scenario.</td></tr>\n");
    mtl__str_add(b, "</tbody></table></div>\n");
}
