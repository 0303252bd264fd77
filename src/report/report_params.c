/* SPDX-License-Identifier: MIT */
/* How sure: every parameter in use with its tier, value, range and source; the unmeasured first,
   and among them those that move the answer most. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

typedef struct used {
    const mtl__param *p;
    const mtl__leaning *leaning;
} used;

static double effect(const used *u)
{
    return u->leaning && isfinite(u->leaning->effect) ? fabs(u->leaning->effect) : -1;
}

static int by_doubt(const void *a, const void *b)
{
    const used *x = a, *y = b;
    if (x->p->tier != y->p->tier)
        return y->p->tier - x->p->tier;
    if (effect(x) > effect(y) || effect(x) < effect(y))
        return effect(x) > effect(y) ? -1 : 1;
    return strcmp(x->p->name, y->p->name);
}

static int collect(mtl__page *v, used **list)
{
    const mtl_result *r = v->r;
    int n = 0;
    *list = mtl__arena_alloc(&v->arena, ((size_t)v->m->n_params + 1) * sizeof **list);
    if (!*list) {
        v->out->oom = true;
        return 0;
    }
    for (int i = 0; i < v->m->n_params; i++) {
        if (!r->used_param || !r->used_param[i])
            continue;
        (*list)[n] = (used){&v->m->param[i], NULL};
        for (int k = 0; k < r->n_leanings; k++)
            if (r->leaning[k].param == i)
                (*list)[n].leaning = &r->leaning[k];
        n++;
    }
    qsort(*list, (size_t)n, sizeof **list, by_doubt);
    return n;
}

static void range_cell(mtl__str *b, const mtl__param *p)
{
    char low[32], high[32];
    const double lo = p->low / p->unit.scale, hi = p->high / p->unit.scale;
    mtl__str_add(b, "<td class=\"r\">");
    if (isfinite(lo) && isfinite(hi))
        mtl__str_printf(b, "%s to %s", mtl__given(lo, low), mtl__given(hi, high));
    else if (isfinite(lo))
        mtl__str_printf(b, "≥ %s", mtl__given(lo, low));
    else if (isfinite(hi))
        mtl__str_printf(b, "≤ %s", mtl__given(hi, high));
    else
        mtl__str_add(b, "—");
    mtl__str_add(b, "</td>");
}

static void row(mtl__page *v, const used *u)
{
    mtl__str *b = v->out;
    const mtl__param *p = u->p;
    char text[32], key[32];
    mtl__str_printf(
        b,
        "<tr><td data-v=\"%d\"><span class=\"tier t%c\">%c</span></td><th class=\"wide\" "
        "scope=\"row\"><code>",
        p->tier, p->tier, p->tier);
    mtl__html_dotted(b, p->name);
    mtl__str_add(b, "</code><br><small>");
    mtl__html(b, p->meaning);
    mtl__str_printf(b, "</small></th><td class=\"r\" data-v=\"%s\">%s",
                    isfinite(p->value) ? mtl__out_number(p->value, key) : "",
                    mtl__given(p->value / p->unit.scale, text));
    if (p->value < p->default_value || p->value > p->default_value)
        mtl__str_printf(b, "<br><small>table: %s</small>",
                        mtl__given(p->default_value / p->unit.scale, text));
    mtl__str_add(b, "</td>");
    range_cell(b, p);
    mtl__str_add(b, "<td>");
    mtl__html(b, p->unit_text);
    mtl__str_printf(b, "</td><td class=\"effect\" data-v=\"%s\">",
                    effect(u) >= 0 ? mtl__out_number(effect(u), key) : "");
    if (effect(u) >= 0) {
        mtl__answer_bar(v, u->leaning);
        const int third = v->r->opts.replicates / 3;
        mtl__str_add(b, "<small>");
        mtl__html(b, mtl__answer_text(v, u->leaning->low_answer, third, text));
        mtl__str_add(b, " to ");
        mtl__html(b, mtl__answer_text(v, u->leaning->high_answer, third, text));
        mtl__str_add(b, effect(u) > mtl__page_noise(v) ? "</small>" : "; chance?</small>");
    }
    mtl__str_add(b, "</td><td class=\"from\">");
    if (p->source && p->source[0])
        mtl__html(b, p->source);
    else
        mtl__str_add(b, p->tier == 'D' ? "unknown: a placeholder" : "no source given");
    mtl__str_add(b, "</td></tr>\n");
}

void mtl__report_params(mtl__page *v)
{
    mtl__str *b = v->out;
    used *list = NULL;
    const int n = collect(v, &list);
    mtl__section_say(v, "parameters", "How sure",
                     "<p><span class=\"tier tA\">A</span> well measured in humans</p><p><span "
                     "class=\"tier tB\">B</span> measured, with caveats</p><p><span class=\"tier "
                     "tC\">C</span> animal or indirect</p><p><span class=\"tier tD\">D</span> "
                     "unknown; a placeholder</p>\n<p><code>matriline why NAME</code> shows where a "
                     "value comes from and every rule in which it acts.</p>\n");
    mtl__str_printf(b,
                    "<div class=\"scroll\"><table class=\"sort\"><caption>%d of the %d parameters "
                    "of the model were in use, the "
                    "unknown ones first. \"Moves the answer\": the answer at the low and at the "
                    "high third of the "
                    "parameter's range, the other unknowns drawn; open: may be chance; line: the "
                    "answer.</caption>\n<thead><tr><th "
                    "scope=\"col\">Tier</th>"
                    "<th scope=\"col\">Parameter</th><th class=\"r\" scope=\"col\">Value</th><th "
                    "class=\"r\" scope=\"col\">Range</th>"
                    "<th scope=\"col\">Unit</th><th scope=\"col\">Moves the answer</th>"
                    "<th scope=\"col\">Source</th></tr></thead>\n<tbody>\n",
                    n, v->m->n_params);
    for (int i = 0; i < n; i++)
        row(v, &list[i]);
    mtl__str_add(b, "</tbody></table></div>\n");
    mtl__section_close(v);
}
