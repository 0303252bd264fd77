/* SPDX-License-Identifier: MIT */
/* The river in numbers: every body and every other person whose cells can be there, by which ways,
   how many are expected at the end of that body's life and how likely there are any at all. */
#include <math.h>
#include <stdio.h>

#include "report/river.h"

/* The likeliest kind of cell in one organ or in all: together the kinds can only have more. */
typedef struct likely {
    double p;
    int organ;
} likely;

static likely likeliest(const mtl__river *v, const mtl__stream *x, bool blood)
{
    likely best = {NAN, -1};
    if (!x->cells || x->k1 < x->k0)
        return best;
    const mtl_model *m = v->r->m;
    for (int o = 0; o < m->n_organs; o++)
        for (int k = 0; k < m->n_kinds && (!blood || o == m->blood); k++) {
            const size_t at =
                ((size_t)o * (size_t)m->n_kinds + (size_t)k) * (size_t)v->r->n_coarse +
                (size_t)x->k1;
            const double p = (double)x->pair->cells[at].p_present;
            if (isfinite(p) && !(p <= best.p))
                best = (likely){p, o};
        }
    return best;
}

static void number_cell(mtl__str *b, double value, const char *text)
{
    mtl__str_add(b, "<td class=\"r\" data-v=\"");
    if (isfinite(value))
        mtl__str_printf(b, "%.6g", value);
    mtl__str_add(b, "\">");
    mtl__html(b, text);
    mtl__str_add(b, "</td>");
}

static void probability(const mtl__river *v, mtl__str *b, const likely *l, bool organ)
{
    char text[32];
    const int n = v->r->opts.solver == MTL_SOLVER_ANALYTIC ? 0 : v->r->opts.replicates;
    mtl__str words = {0};
    mtl__str_add(&words, mtl__prob(l->p, n, text));
    if (organ && l->organ >= 0 && l->p > 0)
        mtl__str_printf(&words, " (%s)", mtl__organ_label(v->r->m, l->organ));
    number_cell(b, l->p, words.s ? words.s : "");
    b->oom = b->oom || words.oom;
    mtl__str_free(&words);
}

static void who_cell(const mtl__river *v, mtl__str *b, const char *tag, int person)
{
    mtl__str_printf(b, "<%s class=\"who %s\">", tag, mtl__page_class(v->page, person));
    mtl__html(b, mtl__page_name(v->page, person));
    mtl__str_printf(b, "</%s>", tag);
}

static void row(const mtl__river *v, mtl__str *b, const mtl__stream *x)
{
    char text[48], date[16];
    mtl__str ways = {0};
    mtl__str_add(b, "<tr>");
    who_cell(v, b, "th", x->host);
    who_cell(v, b, "td", x->donor);
    mtl__str_add(b, "<td>");
    mtl__html(b, mtl__scenario_relation(v->s, x->host, x->donor));
    mtl__str_add(b, "</td><td class=\"from\">");
    mtl__river_ways(v, x, &ways);
    mtl__html(b, ways.s ? ways.s : "");
    b->oom = b->oom || ways.oom;
    mtl__str_free(&ways);
    mtl__str_printf(b, "</td><td class=\"d\" data-v=\"%.0f\">%s</td>", x->t_start,
                    mtl__date_text(x->t_start, date));
    if (v->r) {
        const double all = mtl__stream_end(x, x->cells), blood = mtl__stream_end(x, x->blood);
        const likely any = likeliest(v, x, false), in_blood = likeliest(v, x, true);
        number_cell(b, all, mtl__river_cells(v, all, text));
        number_cell(b, blood, mtl__river_cells(v, blood, text));
        probability(v, b, &any, true);
        probability(v, b, &in_blood, false);
    }
    mtl__str_add(b, "</tr>\n");
}

void mtl__river_table(mtl__river *v, mtl__str *b)
{
    mtl__str_add(b, "<p class=\"note\">");
    mtl__str_add(b, v->r ? "Expected: the mean over all replicates, at the end of the body's life "
                           "or of the scenario. P: the share of replicates in which the likeliest "
                           "kind of cell is there, in the organ where it is likeliest, and in the "
                           "blood; all kinds together can only have more."
                         : "Nothing was simulated: ways, not numbers.");
    mtl__str_add(b, "</p>\n<div class=\"scroll\"><table class=\"sort ways\"><thead><tr><th "
                    "scope=\"col\">Body</th><th scope=\"col\">Donor</th>"
                    "<th scope=\"col\">Relation</th><th scope=\"col\">Ways</th>"
                    "<th scope=\"col\">Possible since</th>");
    if (v->r)
        mtl__str_add(b, "<th scope=\"col\" class=\"r\">Cells expected</th>"
                        "<th scope=\"col\" class=\"r\">in the blood</th>"
                        "<th scope=\"col\" class=\"r\">P(any cell), at least</th>"
                        "<th scope=\"col\" class=\"r\">in the blood</th>");
    mtl__str_add(b, "</tr></thead>\n<tbody>\n");
    for (int l = 0; l < v->n_lanes; l++)
        for (int k = 0; k < v->lane[l].n_streams; k++)
            row(v, b, &v->stream[v->lane[l].stream0 + k]);
    mtl__str_add(b, "</tbody></table></div>\n");
}
