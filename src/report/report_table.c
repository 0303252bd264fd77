/* SPDX-License-Identifier: MIT */
/* Where they are at the end: one row per organ with the chance that cells of any and of every child
   are there, the level of every donor with its interval and the chance that any cell of theirs is
   there, and the readings taken there. */
#include <math.h>

#include "report/report.h"

static void key_attribute(mtl__str *b, double v)
{
    char key[32];
    mtl__str_printf(b, " data-v=\"%s\"", isfinite(v) ? mtl__out_number(v, key) : "");
}

/* A probability from replicates is known to one in their number, one from the equations exactly. */
static int resolution(const mtl__page *v)
{
    return v->r->opts.solver == MTL_SOLVER_ANALYTIC ? 0 : v->r->opts.replicates;
}

static void probability(mtl__page *v, double p)
{
    char text[32];
    mtl__html(v->out, mtl__prob(p, resolution(v), text));
}

/* ------------------------------------------------------------------ cells */

static const mtl__carriage *carriage_of(const mtl__page *v, int organ)
{
    for (int i = 0; i < v->r->n_carriages; i++)
        if (v->r->carriage[i].host == v->focus && v->r->carriage[i].organ == organ)
            return &v->r->carriage[i];
    return NULL;
}

static void children_cell(mtl__page *v, const mtl__carriage *c, bool every)
{
    mtl__str *b = v->out;
    const double p = !c ? NAN : every ? c->p_every : c->p_any;
    const double wide = !c ? NAN : every ? c->p_every_unknowns : c->p_any_unknowns;
    mtl__str_add(b, "<td class=\"r\"");
    key_attribute(b, p);
    mtl__str_add(b, ">");
    if (isfinite(p))
        probability(v, p);
    if (v->r->n_bands > 1 && isfinite(wide)) {
        mtl__str_add(b, "<br><small>");
        probability(v, wide);
        mtl__str_add(b, "</small>");
    }
    mtl__str_add(b, "</td>");
}

/* A reading of the last year stands with the first donor who could explain it, as in the ribbons.
 */
static void readings_of(mtl__page *v, const mtl__pair *p, int organ)
{
    mtl__str *b = v->out;
    for (int i = 0; i < v->r->n_assays; i++) {
        const mtl__assay_result *a = &v->r->assay[i];
        const mtl__sample *s = &v->s->sample[a->sample];
        const mtl__reading *x = mtl__out_reading(a);
        if (s->person != p->host || s->organ != organ || s->assay < 0 || !x ||
            mtl__page_home(v, a) != p->donor || fabs(s->t - v->r->t_final) > MTL_DAYS_PER_YEAR)
            continue;
        mtl__str_add(b, a->has_given ? "<br><small>lab " : "<br><small>virtual ");
        mtl__reading_text(b, x);
        mtl__str_add(b, "</small>");
    }
}

static void level_range(mtl__str *b, const mtl__band *x)
{
    char text[32];
    mtl__html(b, mtl__level_two(x->q025, text));
    mtl__str_add(b, " to ");
    mtl__html(b, mtl__level_two(x->q975, text));
}

static void level_cell(mtl__page *v, const mtl__pair *p, int organ)
{
    mtl__str *b = v->out;
    const mtl__band *x = p->final[MTL__CHANCE] ? &p->final[MTL__CHANCE][organ] : NULL;
    if (!x) {
        mtl__str_add(b, "<td class=\"r\" data-v=\"\"></td>");
        return;
    }
    char text[32];
    const bool quantiles = isfinite(x->q500);
    const double level = quantiles ? x->q500 : x->mean;
    const mtl__sight sight = mtl__page_sight(v, p->host, p->donor, organ);
    mtl__str_printf(b, "<td class=\"r level%s\"",
                    !sight.by || !(level >= sight.lod) ? " under" : "");
    key_attribute(b, level);
    mtl__str_add(b, ">");
    mtl__html(b, mtl__level_two(level, text));
    if (quantiles) {
        mtl__str_add(b, " <small>(");
        level_range(b, x);
        mtl__str_add(b, ")</small>");
    }
    mtl__str_add(b, "<br><small>P ");
    probability(v, x->p_present);
    const mtl__band *wide =
        v->r->n_bands > 1 && p->final[MTL__UNKNOWNS] ? &p->final[MTL__UNKNOWNS][organ] : NULL;
    if (wide && isfinite(wide->q975)) {
        mtl__str_add(b, "; ");
        level_range(b, wide);
    }
    mtl__str_add(b, "</small>");
    readings_of(v, p, organ);
    mtl__str_add(b, "</td>");
}

/* ------------------------------------------------------------------ the table */

static void heading(mtl__page *v)
{
    mtl__str *b = v->out;
    mtl__str_add(b, "<thead><tr><th scope=\"col\">Organ</th>");
    if (v->r->n_carriages > 0 && v->r->n_children > 0)
        mtl__str_add(b, "<th class=\"r\" scope=\"col\">P(any child)</th><th class=\"r\" "
                        "scope=\"col\">P(every child)</th>");
    for (int i = 0; i < v->n_pairs; i++) {
        const int donor = v->r->pair[v->pair[i]].donor;
        mtl__str_printf(b, "<th class=\"r who %s\" scope=\"col\">", mtl__page_class(v, donor));
        mtl__html(b, mtl__page_name(v, donor));
        mtl__str_add(b, "</th>");
    }
    mtl__str_add(b, "</tr></thead>\n");
}

static void row(mtl__page *v, int organ)
{
    mtl__str *b = v->out;
    const mtl__organ *o = &v->m->organ[organ];
    mtl__str_add(b, "<tr><th scope=\"row\">");
    char name[64];
    mtl__html(b, mtl__organ_short(v->m, organ, name));
    if (o->group && o->group[0]) {
        mtl__str_add(b, " <small>");
        mtl__html(b, o->group);
        mtl__str_add(b, "</small>");
    }
    mtl__str_add(b, "</th>");
    if (v->r->n_carriages > 0 && v->r->n_children > 0) {
        const mtl__carriage *c = carriage_of(v, organ);
        children_cell(v, c, false);
        children_cell(v, c, true);
    }
    for (int i = 0; i < v->n_pairs; i++)
        level_cell(v, &v->r->pair[v->pair[i]], organ);
    mtl__str_add(b, "</tr>\n");
}

/* The highest median of any donor, by which the rows stand at first. */
static double highest(const mtl__page *v, int organ)
{
    double high = -1;
    for (int i = 0; i < v->n_pairs; i++) {
        const mtl__pair *p = &v->r->pair[v->pair[i]];
        const mtl__band *x = p->final[MTL__CHANCE] ? &p->final[MTL__CHANCE][organ] : NULL;
        if (x)
            high = mtl__max(high, isfinite(x->q500) ? x->q500 + 1e-9 * x->q975 : x->mean);
    }
    return high;
}

static void rows(mtl__page *v)
{
    int n = 0;
    int *organ = mtl__arena_alloc(&v->arena, ((size_t)v->m->n_organs + 1) * sizeof *organ);
    if (!organ) {
        v->out->oom = true;
        return;
    }
    for (int o = 0; o < v->m->n_organs; o++) {
        if (!mtl__page_has_organ(v, v->focus, o))
            continue;
        int k = n++;
        for (; k > 0 && highest(v, organ[k - 1]) < highest(v, o); k--)
            organ[k] = organ[k - 1];
        organ[k] = o;
    }
    for (int i = 0; i < n; i++)
        row(v, organ[i]);
}

void mtl__report_table(mtl__page *v)
{
    mtl__str *b = v->out;
    if (v->n_pairs == 0)
        return;
    mtl__str title = {0};
    mtl__str_printf(&title, "Where they are in %d", mtl__year(v->r->t_final));
    mtl__section_open(v, "table", title.s ? title.s : "");
    mtl__str_drop(v->out, &title);
    mtl__str_add(b, "<p>Every organ is drawn at the same height, so that levels compare across "
                    "the body. Point at an organ, or walk with the arrow keys, for its "
                    "numbers.</p><p>Table: gEq per 10⁶ nucleated cells of the organ, the highest "
                    "median first. <b>P</b>: probability that at "
                    "least one cell is there.</p>"
                    "<p><b>Hatched</b>: the median is below what the named assay finds 19 times in "
                    "20, or no assay was named "
                    "that could see the donor.</p><p>Press a heading to sort.</p>\n");
    mtl__section_body(v);
    mtl__report_map(v);
    mtl__str_add(b, "<div class=\"scroll\"><table class=\"sort\"><caption>");
    mtl__str_add(b, resolution(v) == 0
                        ? "First line: mean."
                        : "First line: median (95% of replicates, by chance alone).");
    mtl__str_add(b, " Second line: P");
    if (v->r->n_bands > 1)
        mtl__str_add(b, "; 95% with the unknowns drawn");
    mtl__str_add(b, ". Third line: a reading of the last year.");
    if (v->r->n_bands > 1)
        mtl__str_add(b, " Under P(any) and P(every): the same with the unknowns drawn.");
    mtl__str_add(b, "</caption>\n");
    heading(v);
    mtl__str_add(b, "<tbody>\n");
    rows(v);
    mtl__str_add(b, "</tbody></table></div>\n");
    mtl__section_close(v);
}
