/* SPDX-License-Identifier: MIT */
/* Every donor in every sample: the fraction with its interval on a log axis beside the LoD, and the
   same as a table. What chance explains is drawn as an upper bound. */
#include <math.h>
#include <stdio.h>

#include "io/mix_parts.h"
#include "num/num.h"
#include "report/plate.h"

enum { STEP = 26, HEAD = 34, MOST_ROWS = 200 };

static mtl__decades axis_of(const mtl__mix_page *v, double x0, double x1)
{
    double low = INFINITY, high = 0;
    for (int i = 0; i < v->m->n_tubes; i++)
        for (int k = 0; k < v->m->tube[i].fit.n; k++) {
            const mtl__share *s = &v->m->tube[i].fit.share[k];
            const bool found = mtl__mix_verdict_of(v, i, k) >= MTL__MIX_LITTLE;
            const double begin = 1e6 * (found && s->low > 0 ? s->low : s->high / 8);
            if (begin > 0)
                low = mtl__min(low, begin);
            if (isfinite(s->high))
                high = mtl__max(high, 1e6 * s->high);
            if (isfinite(s->lod))
                high = mtl__max(high, 1e6 * s->lod);
        }
    if (!(high > 0) || !isfinite(low)) {
        low = 10;
        high = 10000;
    }
    const double a = floor(mtl__log10(low / 1.2) * 2) / 2, b = ceil(mtl__log10(high * 1.2) * 2) / 2;
    return (mtl__decades){b - a < 1.5 ? b - 1.5 : mtl__max(a, b - 6), b, x0, x1};
}

static void one_share(const mtl__mix_page *v, mtl__str *b, int tube, int share,
                      const mtl__decades *a, double y, double w)
{
    const mtl__share *s = &v->m->tube[tube].fit.share[share];
    const enum mtl__mix_verdict verdict = mtl__mix_verdict_of(v, tube, share);
    const bool bound = verdict < MTL__MIX_LITTLE;
    char text[160], high[32];
    mtl__str words = {0};
    mtl__svg_group(b, mtl__mix_class(v, tube, share));
    mtl__svg_text(b, "mine", 'e', a->x0 - 12, y + 4,
                  mtl__lab_cut(v->m->tube[tube].row[share].donor, a->x0 - 14, 13, text));
    if (isfinite(s->high))
        mtl__lab_interval(b, a, y, 1e6 * s->fraction, 1e6 * s->low, 1e6 * s->high, bound);
    if (s->lod > 0 && isfinite(s->lod))
        mtl__svg_line(b, "lod", mtl__decades_at(a, 1e6 * s->lod), y - 9,
                      mtl__decades_at(a, 1e6 * s->lod), y + 9);
    if (bound)
        mtl__str_printf(&words, "at most %s", mtl__lab_number(1e6 * s->high, false, high));
    else
        mtl__mix_amount(&words, v, tube, share);
    mtl__svg_text(b, "mine", 's', w - 190, y + 4, words.s ? words.s : "");
    mtl__str_drop(b, &words);
    mtl__svg_group_end(b);
}

static void figure(const mtl__mix_page *v, mtl__str *b, double w, double left, const char *class_)
{
    const mtl__decades a = axis_of(v, left, w - 208);
    char text[160];
    int rows = 0, tubes = 0;
    for (; tubes < v->m->n_tubes && rows < MOST_ROWS; tubes++)
        rows += v->m->tube[tubes].fit.n;
    const double foot = 16 + tubes * HEAD + rows * STEP;
    mtl__svg_open(b, w, foot + 42, class_, "Interval of every donor in every sample",
                  "For every sample and donor the fraction with its interval, or the upper bound, "
                  "on a log axis; the LoD is dashed.");
    mtl__decades_draw(b, &a, foot, 24, "per million genomes (log)");
    mtl__svg_text(b, "tick", 's', w - 190, 14, "per million, interval");
    if (rows > 15) /* the axis below is out of sight */
        mtl__decades_draw(b, &a, 4, 4, NULL);
    double y = 10;
    for (int i = 0; i < tubes; i++) {
        y += HEAD;
        mtl__svg_text(b, "head", 's', 0, y - 10,
                      mtl__lab_cut(v->m->counts.sample[v->m->tube[i].count].name, w / 2, 14, text));
        for (int k = 0; k < v->m->tube[i].fit.n; k++, y += STEP)
            one_share(v, b, i, k, &a, y + 0.5 * STEP - 4, w);
    }
    mtl__svg_close(b);
}

/* ---------------------------------------------------------------- table */
static void row(mtl__mix_page *v, int tube, int share)
{
    const mtl__share *s = &v->m->tube[tube].fit.share[share];
    const mtl_mix_row *r = &v->m->tube[tube].row[share];
    mtl__str *b = v->out;
    char text[32];
    mtl__str_add(b, "<tr><th scope=\"row\">");
    mtl__html(b, r->sample);
    mtl__str_printf(b, "</th><td class=\"who %s\">", mtl__mix_class(v, tube, share));
    mtl__html(b, r->donor);
    mtl__str_add(b, "</td><td>");
    mtl__html(b, r->relation);
    mtl__str_add(b, "</td><td>");
    mtl__html(b, r->typed);
    mtl__str_printf(b, "</td><td class=\"r\" data-v=\"%.6g\">", 1e6 * s->fraction);
    mtl__mix_amount(b, v, tube, share);
    mtl__str_add(b, "</td>");
    mtl__lab_value(b, s->p, mtl__lab_chance(s->p, text));
    mtl__lab_value(b, 1e6 * s->lod, isfinite(s->lod) ? mtl__two(1e6 * s->lod, text) : "");
    mtl__lab_value(
        b, s->information_sites,
        isfinite(s->information_sites) ? mtl__given(floor(s->information_sites + 0.5), text) : "");
    mtl__str_printf(b, "<td class=\"verdict\">%s",
                    mtl__mix_verdict_name(mtl__mix_verdict_of(v, tube, share)));
    if (r->not_told_from[0]) {
        mtl__str_add(b, "<br><small>not told from ");
        mtl__html(b, r->not_told_from);
        mtl__str_add(b, "</small>");
    }
    mtl__str_add(b, "</td></tr>\n");
}

static void samples_table(mtl__mix_page *v)
{
    mtl__str *b = v->out;
    char text[32];
    mtl__str_add(b,
                 "<h3>The samples</h3>\n<div class=\"scroll\"><table class=\"sort\"><thead><tr>"
                 "<th scope=\"col\">Sample</th><th scope=\"col\">Of</th>"
                 "<th scope=\"col\" class=\"r\">Sites used</th>"
                 "<th scope=\"col\" class=\"r\">Mean depth</th>"
                 "<th scope=\"col\" class=\"r\">Error</th>"
                 "<th scope=\"col\" class=\"r\">Overdispersion</th>"
                 "<th scope=\"col\" class=\"r\">Independent pieces</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < v->m->n_tubes; i++) {
        const mtl__mix *f = &v->m->tube[i].fit;
        mtl__str_add(b, "<tr><th scope=\"row\">");
        mtl__html(b, v->m->counts.sample[v->m->tube[i].count].name);
        mtl__str_add(b, "</th><td>");
        mtl__html(b, v->m->name[v->m->tube[i].host]);
        mtl__str_add(b, "</td>");
        mtl__lab_value(b, f->sites_used, mtl__given(f->sites_used, text));
        mtl__lab_value(b, f->mean_depth, mtl__lab_number(f->mean_depth, true, text));
        mtl__lab_value(b, f->error, mtl__two(f->error, text));
        mtl__lab_value(b, f->overdispersion, mtl__two(f->overdispersion, text));
        mtl__lab_value(b, f->blocks, mtl__given(f->blocks, text));
        mtl__str_add(b, "</tr>\n");
    }
    mtl__str_add(b, "</tbody></table></div>\n");
}

void mtl__mix_page_donors(mtl__mix_page *v)
{
    mtl__str *b = v->out;
    char a[32];
    if (v->m->n_rows == 0)
        return;
    mtl__section_say(&v->page, "donors", "Who, how much, how sure",
                     "<p><b>Line and dot</b>: fraction with its interval. <b>Dotted, with an "
                     "end</b>: no more than chance explains, so an upper bound. <b>Dashed</b>: the "
                     "LoD, found with 95% power at 5% alarm.</p>\n");
    mtl__str_add(b, "<figure class=\"gap\">\n");
    figure(v, b, 1032, 150, "wide");
    figure(v, b, 652, 116, "narrow");
    mtl__str_printf(b,
                    "</figure>\n<div class=\"scroll\"><table class=\"sort\"><caption>%s%% "
                    "intervals. p: chance of such reads if the donor were not there. Sites: "
                    "effective number that tell the donor from the rest. Found: p at most "
                    "0.05.</caption>\n",
                    mtl__given(100 * v->m->o.level, a));
    mtl__str_add(b, "<thead><tr><th scope=\"col\">Sample</th><th scope=\"col\">Donor</th>"
                    "<th scope=\"col\">Is</th><th scope=\"col\">Genotype</th>"
                    "<th scope=\"col\" class=\"r\">Per million genomes</th>"
                    "<th scope=\"col\" class=\"r\">p</th><th scope=\"col\" class=\"r\">LoD</th>"
                    "<th scope=\"col\" class=\"r\">Sites</th><th scope=\"col\">Verdict</th></tr>"
                    "</thead>\n<tbody>\n");
    for (int i = 0; i < v->m->n_tubes; i++)
        for (int k = 0; k < v->m->tube[i].fit.n; k++)
            row(v, i, k);
    mtl__str_add(b, "</tbody></table></div>\n");
    samples_table(v);
    mtl__section_close(&v->page);
}
