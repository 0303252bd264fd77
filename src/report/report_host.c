/* SPDX-License-Identifier: MIT */
/* Words that the sections about the host share: which switch a figure is drawn for and what its
   other values would say, which unmeasured values stand behind it, and how cells and host were run
   together. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/host_part.h"

/* Added to the style sheet only where a section of the host stands on the page. */
void mtl__host_style(mtl__str *b)
{
    mtl__str_add(b, ".alone{fill:none;stroke:var(--text);stroke-width:1.6;stroke-dasharray:5 3}"
                    ".drawn{fill:none;stroke:var(--c);stroke-width:1.6;stroke-dasharray:1.5 2.5}"
                    ".womb{fill:var(--fill)}.own{fill:var(--c);opacity:.3}"
                    ".acts{min-width:190px}figure+.scroll,.scroll+."
                    "scroll{margin-top:20px}.grid2 "
                    "td{white-space:nowrap}"
                    ".grid2 td small{white-space:normal}"
                    ".nowrap,.grid2 td small.nowrap{white-space:nowrap}\n");
}

void mtl__injury_cross(mtl__str *b, double x, double y, double r)
{
    mtl__svg_path(b, "mark");
    mtl__svg_move(b, x - r, y - r);
    mtl__svg_to(b, x + r, y + r);
    mtl__svg_move(b, x - r, y + r);
    mtl__svg_to(b, x + r, y - r);
    mtl__svg_path_end(b, false);
}

bool mtl__injury_follows(const mtl_scenario *s, int injury)
{
    const mtl__injury *x = &s->injury[injury];
    if (!x->implied)
        return false;
    for (int i = 0; i < injury; i++) {
        const mtl__injury *y = &s->injury[i];
        if (y->person == x->person && y->def == x->def && fabs(y->t - x->t) < 0.5 &&
            y->line == x->line && y->column == x->column)
            return true;
    }
    return false;
}

void mtl__of_whom(mtl__page *v, int person)
{
    if (person == v->focus)
        return;
    bool donor = false; /* only donors are drawn, so only they need a colour and a mark */
    for (int i = 0; i < v->n_pairs; i++)
        donor = donor || v->r->pair[v->pair[i]].donor == person;
    mtl__str_printf(v->out, " <small>of <span class=\"who%s%s\">", donor ? " " : "",
                    donor ? mtl__page_class(v, person) : "");
    mtl__html(v->out, mtl__page_name(v, person));
    mtl__str_add(v->out, "</span></small>");
}

const char *mtl__organ_lower(const mtl_model *m, int organ, char buf[96])
{
    snprintf(buf, 96, "%s", mtl__organ_label(m, organ));
    if (buf[0] >= 'A' && buf[0] <= 'Z' && buf[1] >= 'a' && buf[1] <= 'z')
        buf[0] = (char)(buf[0] - 'A' + 'a');
    return buf;
}

void mtl__injury_name(mtl__page *v, mtl__str *b, const mtl__injury *i)
{
    char word[96];
    snprintf(word, sizeof word, "%s", v->m->injury[i->def].name);
    for (char *p = word; *p; p++)
        if (*p == '_')
            *p = ' ';
    char label[96];
    mtl__str_printf(b, "%s, %s", word, mtl__organ_lower(v->m, i->organ, label));
}

static void percent(mtl__str *b, double share)
{
    char text[32];
    if (share > 0 && share < 0.001)
        mtl__str_add(b, "&lt;0.1");
    else
        mtl__html(b, mtl__two(100 * share, text));
}

void mtl__say_percent(mtl__page *v, const mtl__band *x)
{
    percent(v->out, isfinite(x->q500) ? x->q500 : x->mean);
    mtl__str_add(v->out, "%");
    if (!isfinite(x->q975))
        return;
    mtl__str_add(v->out, " (");
    percent(v->out, x->q025);
    mtl__str_add(v->out, " to ");
    percent(v->out, x->q975);
    mtl__str_add(v->out, ")");
}

void mtl__say_prob(mtl__page *v, double p)
{
    char text[32];
    mtl__html(v->out, mtl__prob(p, v->r->opts.replicates, text));
}

void mtl__host_left_out(mtl__page *v, int n, const char *table)
{
    if (n > 0)
        mtl__str_printf(v->out,
                        "<p class=\"note\">Not drawn: %d more. Their courses stand in "
                        "<code>%s</code>.</p>\n",
                        n, table);
}

void mtl__say_interval(mtl__page *v, double low, double high)
{
    char text[32];
    mtl__html(v->out, low > 1e-6 ? mtl__prob(low, 0, text) : "0");
    mtl__str_add(v->out, " to ");
    mtl__html(v->out, high < 1 - 1e-6 ? mtl__prob(high, 0, text) : "1");
}

/* ------------------------------------------------------------------ switches */

static void say_value(mtl__page *v, const mtl__switch *s, int value)
{
    mtl__str *b = v->out;
    mtl__str_add(b, "<b>");
    mtl__html(b, s->value[value]);
    mtl__str_add(b, "</b>");
    if (s->value_meaning && s->value_meaning[value] && s->value_meaning[value][0]) {
        mtl__str_add(b, ": ");
        mtl__html(b, s->value_meaning[value]);
    }
}

void mtl__say_switch(mtl__page *v, const char *name)
{
    mtl__str *b = v->out;
    int sw = 0;
    while (sw < v->m->n_switches && strcmp(v->m->sw[sw].name, name) != 0)
        sw++;
    if (sw == v->m->n_switches)
        return;
    const mtl__switch *s = &v->m->sw[sw];
    mtl__str_add(b, "<p class=\"note\">Drawn for <b>");
    mtl__html(b, s->name);
    mtl__str_add(b, "</b> = ");
    say_value(v, s, s->now);
    mtl__str_add(b, ".");
    int n = 0;
    for (int i = 0; i < s->n_values; i++) {
        if (i == s->now || (s->built && !s->built[i]))
            continue;
        mtl__str_add(b, n++ ? "; " : " Its other values say ");
        say_value(v, s, i);
    }
    if (n > 0 && mtl__page_switch(v) == sw)
        mtl__str_add(b, ". They stand side by side in <a href=\"#rivals\">If the rules were "
                        "different</a>");
    else if (n > 0) {
        mtl__str_add(b, ". <code>--each ");
        mtl__html(b, s->name);
        mtl__str_add(b, "</code> runs them side by side");
    }
    mtl__str_add(b, n > 0 ? ".</p>\n" : "</p>\n");
}

/* ------------------------------------------------------------------ unmeasured values */

void mtl__mark_params(const mtl_model *m, const mtl__expr *e, bool *marked)
{
    for (int i = 0; i < e->n; i++)
        if (e->term[i].param >= 0 && e->term[i].param < m->n_params)
            marked[e->term[i].param] = true;
}

static bool begins(const char *name, const char *const *prefix)
{
    for (int i = 0; prefix && prefix[i]; i++)
        if (strncmp(name, prefix[i], strlen(prefix[i])) == 0)
            return true;
    return false;
}

void mtl__say_tier_d(mtl__page *v, const char *const *prefix, const bool *marked)
{
    enum { NAMED = 6 };
    mtl__str *b = v->out, names = {0};
    int n = 0;
    for (int i = 0; i < v->m->n_params; i++) {
        const mtl__param *p = &v->m->param[i];
        const bool used = v->r->used_param && v->r->used_param[i];
        if (p->tier != 'D' || !((marked && marked[i]) || (used && begins(p->name, prefix))))
            continue;
        if (n++ < NAMED) {
            mtl__str_add(&names, n > 1 ? ", <code>" : "<code>");
            mtl__html_dotted(&names, p->name);
            mtl__str_add(&names, "</code>");
        }
    }
    if (n > NAMED)
        mtl__str_printf(&names, " and %d more", n - NAMED);
    if (n > 0) {
        mtl__str_printf(b,
                        "<p class=\"note\"><span class=\"tier tD\">D</span> Rests on %d value%s "
                        "that nobody has measured: ",
                        n, n == 1 ? "" : "s");
        mtl__str_add(b, names.s ? names.s : "");
        mtl__str_add(b, v->r->n_bands > 1
                            ? ". What is paler, dotted or marked unknowns draws them from "
                              "their ranges.</p>\n"
                            : ". They are held here: what is not known is larger than what is "
                              "shown.</p>\n");
    }
    mtl__str_drop(b, &names);
}

/* ------------------------------------------------------------------ coupling */

void mtl__report_coupling(mtl__page *v)
{
    const mtl__host_result *h = &v->r->host;
    mtl__str *b = v->out;
    char text[32];
    if (h->needs_lives)
        mtl__str_add(b, "<p class=\"lede\">Outcomes, tolerance and tumours are told by "
                        "simulated lives only, of which the analytic solver has none: "
                        "<code>--solver auto</code> tells them.</p>\n");
    if (!h->together)
        return;
    mtl__str_add(b, "<p class=\"lede\">Cells and host were run <b>together</b>");
    if (h->coupling && h->coupling[0]) {
        mtl__str_add(b, ": ");
        mtl__html(b, h->coupling);
    }
    mtl__str_add(b, ".");
    if (isfinite(h->coupling_error))
        mtl__str_printf(b, " Error of the coupling, by halving the step: %s%%",
                        mtl__two(100 * fabs(h->coupling_error), text));
    if (isfinite(h->coupling_error) && h->coupling_error_se > 0)
        mtl__str_printf(b, " (standard error %s%%)", mtl__two(100 * h->coupling_error_se, text));
    mtl__str_add(b, isfinite(h->coupling_error) ? ".</p>\n" : "</p>\n");
}
