/* SPDX-License-Identifier: MIT */
/* The answer first: the headline, the hypothesis it holds under, what the rivals say, and the ruled
   box with the values nobody has measured, strongest first. The box cannot be folded away. */
#include <math.h>
#include <stdio.h>

#include "num/num.h"
#include "report/report.h"

enum { MAX_BARS = 12, ROW = 20, TOP = 42, W = 420 };

/* ------------------------------------------------------------------ the bars */

typedef struct scale {
    double low, high;
    bool log;
    double x0, x1;
} scale;

static bool is_tier_d(const mtl__page *v, const mtl__leaning *l)
{
    return v->m->param[l->param].tier == 'D';
}

/* A probability gets 0 to 1; anything else from 0, on a log axis when it spans more than a
   hundredfold. */
static scale scale_of(const mtl__page *v, double x0, double x1)
{
    double low = v->r->answer[MTL__CHANCE], high = low;
    for (int i = 0; i < v->r->n_leanings; i++) {
        const mtl__leaning *l = &v->r->leaning[i];
        if (!is_tier_d(v, l))
            continue;
        low = mtl__min(low, mtl__min(l->low_answer, l->high_answer));
        high = mtl__max(high, mtl__max(l->low_answer, l->high_answer));
    }
    scale s = {0, 1, false, x0, x1};
    if (!(low >= 0 && high <= 1)) {
        s.log = low > 0 && high / low > 100;
        s.low = s.log ? low : mtl__min(low, 0);
        s.high = high > s.low ? high : s.low + 1;
    }
    return s;
}

static double place(const scale *s, double v)
{
    const double share = s->log ? mtl__log(v / s->low) / mtl__log(s->high / s->low)
                                : (v - s->low) / (s->high - s->low);
    return s->x0 + mtl__max(0, mtl__min(1, share)) * (s->x1 - s->x0);
}

static int n_bars(const mtl__page *v)
{
    int n = 0;
    for (int i = 0; i < v->r->n_leanings; i++)
        n += is_tier_d(v, &v->r->leaning[i]) && isfinite(v->r->leaning[i].low_answer) &&
             isfinite(v->r->leaning[i].high_answer);
    return n;
}

static void axis_of_bars(mtl__str *b, const scale *s, double y)
{
    const double mid =
        s->log ? mtl__exp((mtl__log(s->low) + mtl__log(s->high)) / 2) : (s->low + s->high) / 2;
    const double at[3] = {s->low, mid, s->high};
    for (int i = 0; i < 3; i++) {
        char text[32];
        const double x = place(s, at[i]);
        mtl__svg_line(b, "grid", x, TOP - 4, x, y);
        mtl__svg_text(b, "tick", 'm', x, y + 15, mtl__given(at[i], text));
    }
    mtl__svg_text(b, "tick", 'e', s->x1 + 8, y + 33,
                  "the answer, all other unknowns drawn as well");
}

static void answer_lines(mtl__page *v, const scale *s, double foot)
{
    mtl__str *b = v->out;
    const double x = place(s, v->r->answer[MTL__CHANCE]),
                 wide = place(s, v->r->answer[MTL__UNKNOWNS]);
    char value[32], text[64];
    if (v->r->n_bands > 1 && isfinite(v->r->answer[MTL__UNKNOWNS])) {
        mtl__svg_line(b, "lod", wide, 38, wide, foot);
        snprintf(text, sizeof text, "unknowns drawn %s",
                 mtl__two(v->r->answer[MTL__UNKNOWNS], value));
        mtl__svg_text(b, "halo", wide > W - 110 ? 'e' : 'm', wide > W - 110 ? W : wide, 33, text);
    }
    if (!isfinite(v->r->answer[MTL__CHANCE]))
        return;
    snprintf(text, sizeof text, "answer %s", mtl__two(v->r->answer[MTL__CHANCE], value));
    mtl__svg_line(b, "bold", x, 20, x, foot);
    mtl__svg_text(b, "strong halo", x > W - 60 ? 'e' : 'm', x > W - 60 ? W : x, 14, text);
}

static void bars(mtl__page *v)
{
    mtl__str *b = v->out;
    const int all = n_bars(v), n = all < MAX_BARS ? all : MAX_BARS;
    const scale s = scale_of(v, 190, W - 12);
    const double foot = TOP + n * ROW, noise = mtl__page_noise(v);
    mtl__svg_open(
        b, W, foot + 38, "", "How far each unmeasured value alone moves the answer",
        "One bar per parameter of tier D, from the answer at the low third of its range to the "
        "answer at the high third; the line is the answer. Open bars are within chance.");
    axis_of_bars(b, &s, foot);
    for (int i = 0, row = 0; i < v->r->n_leanings && row < n; i++) {
        const mtl__leaning *l = &v->r->leaning[i];
        if (!is_tier_d(v, l) || !isfinite(l->low_answer) || !isfinite(l->high_answer))
            continue;
        const double y = TOP + row++ * ROW;
        const double a = place(&s, mtl__min(l->low_answer, l->high_answer));
        const double z = place(&s, mtl__max(l->low_answer, l->high_answer));
        mtl__svg_text(b, "", 'e', s.x0 - 10, y + 13, v->m->param[l->param].name);
        mtl__svg_rect(b, fabs(l->effect) > noise ? "bar" : "weak", a, y + 5, mtl__max(z - a, 1.5),
                      8);
    }
    answer_lines(v, &s, foot);
    mtl__svg_close(b);
}

/* ------------------------------------------------------------------ the words */

static void strongest(mtl__page *v)
{
    mtl__str *b = v->out;
    const double noise = mtl__page_noise(v);
    int said = 0;
    char low[32], high[32];
    mtl__str_add(b, "<p>");
    for (int i = 0; i < v->r->n_leanings && said < 3; i++) {
        const mtl__leaning *l = &v->r->leaning[i];
        if (!is_tier_d(v, l) || !isfinite(l->low_answer) || !isfinite(l->high_answer) ||
            fabs(l->effect) <= noise)
            continue;
        mtl__str_add(b, said == 0 ? "Between the low and the high third of its range, <code>"
                                  : ", <code>");
        mtl__html(b, v->m->param[l->param].name);
        mtl__str_printf(b, "</code>%s %s to %s", said == 0 ? " moves the answer from" : " from",
                        mtl__two(l->low_answer, low), mtl__two(l->high_answer, high));
        said++;
    }
    if (said > 0)
        mtl__str_add(b, ".");
    else
        mtl__str_add(b, n_bars(v) > 0
                            ? "None of them alone moves the answer by more than chance does."
                            : "Which of them moves the answer most was not computed.");
    if (n_bars(v) > 0 && noise > 0)
        mtl__str_printf(
            b, " With this number of replicates a difference below %s may be chance (open bars).",
            mtl__two(noise, low));
    mtl__str_add(b, "</p>\n");
}

static void name_the_rest(mtl__page *v, int n)
{
    mtl__str *b = v->out;
    const char *before = "";
    mtl__str_printf(b, "<p class=\"note\">%s: ", n == 1 ? "It is" : "They are");
    for (int i = 0; i < v->m->n_params; i++) {
        if (!v->r->used_param || !v->r->used_param[i] || v->m->param[i].tier != 'D')
            continue;
        mtl__str_printf(b, "%s<code>", before);
        mtl__html(b, v->m->param[i].name);
        mtl__str_add(b, "</code>");
        before = ", ";
    }
    mtl__str_add(b, ".</p>\n");
}

static void box(mtl__page *v)
{
    mtl__str *b = v->out;
    const int n = mtl__out_n_tier(v->r, 'D');
    const bool chart = n_bars(v) > 0;
    mtl__str_printf(b, "<div class=\"box\"%s><div><h3><span class=\"tier tD\">D</span> ",
                    chart ? "" : " style=\"grid-template-columns:1fr\"");
    if (n == 0)
        mtl__str_add(b,
                     "This answer rests on no value of tier D</h3><p>Every parameter in use has a "
                     "published or derived value.</p>\n");
    else
        mtl__str_printf(b, "This answer rests on %d value%s that nobody has measured</h3>\n", n,
                        n == 1 ? "" : "s");
    if (n > 0) {
        strongest(v);
        name_the_rest(v, n);
        mtl__str_add(
            b,
            v->r->n_bands > 1
                ? "<p>In every figure the darker band is chance alone, with these values held; the "
                  "paler one is chance plus these values drawn from their ranges.</p>\n"
                : "<p>The unknowns were not drawn in this run: every band below is chance alone, "
                  "with these values held. What is not known is larger.</p>\n");
    }
    mtl__str_add(b, "</div>\n");
    if (chart)
        bars(v);
    mtl__str_add(b, "</div>\n");
}

void mtl__report_answer(mtl__page *v)
{
    mtl__str *b = v->out;
    mtl__section_open(v, "answer", "The answer");
    if (v->r->answer_text) {
        mtl__str_add(b, "<p>");
        mtl__html(b, v->r->answer_text);
        mtl__str_add(b, "</p>\n");
    }
    mtl__section_body(v);
    mtl__str_add(b, "<h1>");
    mtl__html(b, mtl_result_headline(v->r));
    mtl__str_add(b, "</h1>\n<p class=\"lede\">Hypothesis: <b>");
    mtl__html(b, v->r->hypothesis ? v->r->hypothesis : "");
    mtl__str_add(b, "</b>.");
    if (v->n_results > 1)
        mtl__str_add(b, " <a href=\"#rivals\">If the rules were different</a> shows the rivals.");
    mtl__str_add(b, "</p>\n");
    box(v);
    mtl__section_close(v);
}
