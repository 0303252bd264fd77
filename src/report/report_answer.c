/* SPDX-License-Identifier: MIT */
/* The answer first: the headline, the hypothesis it holds under, what the rivals say, and the ruled
   box that says on how many values nobody has measured the answer rests, and which of them move it
   by more than chance. The box cannot be folded away. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "num/num.h"
#include "report/host_part.h"
#include "report/report.h"

enum { LONG_HEADLINE = 220 }; /* letters: more would fill half a screen at full size */
enum { MAX_BARS = 10, WEAK_BARS = 3, ROW = 20, TOP = 42, W = 420 };

/* ------------------------------------------------------------------ the bars */

typedef struct scale {
    double low, high;
    bool log;
    double x0, x1;
} scale;

static int reps(const mtl__page *v)
{
    return v->r->opts.solver == MTL_SOLVER_ANALYTIC ? 0 : v->r->opts.replicates;
}

/* A mean of probabilities may pass 1 by its last digits. */
#define ROUNDING 1e-9

const char *mtl__answer_text(const mtl__page *v, double answer, int n, char buf[32])
{
    for (int i = 0; i < v->n_results; i++)
        for (int b = 0; b < v->r->n_bands; b++)
            if (v->result[i]->answer[b] < -ROUNDING || v->result[i]->answer[b] > 1 + ROUNDING)
                return mtl__two(answer, buf);
    return mtl__prob(answer, n, buf);
}

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
    if (!(low >= -ROUNDING && high <= 1 + ROUNDING)) {
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

static bool drawable(const mtl__page *v, const mtl__leaning *l)
{
    return is_tier_d(v, l) && isfinite(l->low_answer) && isfinite(l->high_answer);
}

static bool beyond_chance(const mtl__page *v, const mtl__leaning *l)
{
    return fabs(l->effect) > mtl__page_noise(v);
}

static int n_beyond(const mtl__page *v)
{
    int n = 0;
    for (int i = 0; i < v->r->n_leanings; i++)
        n += drawable(v, &v->r->leaning[i]) && beyond_chance(v, &v->r->leaning[i]);
    return n;
}

static int n_drawable(const mtl__page *v)
{
    int n = 0;
    for (int i = 0; i < v->r->n_leanings; i++)
        n += drawable(v, &v->r->leaning[i]);
    return n;
}

/* All that move the answer by more than chance, and the first few that do not, to show what chance
   looks like. */
static int n_bars(const mtl__page *v)
{
    const int all = n_drawable(v), some = n_beyond(v) + WEAK_BARS;
    const int n = all < some ? all : some;
    return n < MAX_BARS ? n : MAX_BARS;
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

/* The two answers as lines; the lower label keeps clear of the line of the upper one. */
static void answer_lines(mtl__page *v, const scale *s, double foot)
{
    mtl__str *b = v->out;
    const double x = place(s, v->r->answer[MTL__CHANCE]),
                 wide = place(s, v->r->answer[MTL__UNKNOWNS]);
    const bool known = isfinite(v->r->answer[MTL__CHANCE]);
    char value[32], text[64];
    if (v->r->n_bands > 1 && isfinite(v->r->answer[MTL__UNKNOWNS])) {
        snprintf(text, sizeof text, "unknowns drawn %s",
                 mtl__answer_text(v, v->r->answer[MTL__UNKNOWNS], reps(v), value));
        const double width = mtl__text_width(text, 13);
        double left = mtl__max(mtl__min(wide - width / 2, W - width), 0);
        if (known && left < x + 6 && x - 6 < left + width)
            left = wide <= x || x + 6 + width > W ? x - 6 - width : x + 6;
        mtl__svg_line(b, "lod", wide, 38, wide, foot);
        mtl__svg_text(b, "halo", 's', left, 33, text);
    }
    if (!known)
        return;
    snprintf(text, sizeof text, "answer %s",
             mtl__answer_text(v, v->r->answer[MTL__CHANCE], reps(v), value));
    mtl__svg_line(b, "bold", x, 20, x, foot);
    mtl__svg_text(b, "strong halo", x > W - 60 ? 'e' : 'm', x > W - 60 ? W : x, 14, text);
}

static void bars(mtl__page *v)
{
    mtl__str *b = v->out;
    const int n = n_bars(v);
    const scale s = scale_of(v, 190, W - 12);
    const double foot = TOP + n * ROW;
    mtl__svg_open(
        b, W, foot + 38, "", "How far each unmeasured value alone moves the answer",
        "One bar per parameter of tier D, from the answer at the low third of its range to the "
        "answer at the high third; the line is the answer. Open bars are within chance.");
    axis_of_bars(b, &s, foot);
    for (int i = 0, row = 0; i < v->r->n_leanings && row < n; i++) {
        const mtl__leaning *l = &v->r->leaning[i];
        if (!drawable(v, l))
            continue;
        const double y = TOP + row++ * ROW;
        const double a = place(&s, mtl__min(l->low_answer, l->high_answer));
        const double z = place(&s, mtl__max(l->low_answer, l->high_answer));
        mtl__svg_text(b, "", 'e', s.x0 - 10, y + 13, v->m->param[l->param].name);
        mtl__svg_rect(b, beyond_chance(v, l) ? "bar" : "weak", a, y + 5, mtl__max(z - a, 1.5), 8);
    }
    answer_lines(v, &s, foot);
    mtl__svg_close(b);
}

void mtl__answer_bar(mtl__page *v, const mtl__leaning *l)
{
    enum { BAR_W = 150 };
    const scale s = scale_of(v, 1, BAR_W - 1);
    const double answer = v->r->answer[MTL__CHANCE];
    char low[32], high[32], text[96];
    if (s.log || s.low < 0 || s.high > 1 || !isfinite(l->low_answer) || !isfinite(l->high_answer))
        return;
    const double a = place(&s, mtl__min(l->low_answer, l->high_answer));
    const double z = place(&s, mtl__max(l->low_answer, l->high_answer));
    snprintf(text, sizeof text, "From %s to %s",
             mtl__answer_text(v, l->low_answer, reps(v) / 3, low),
             mtl__answer_text(v, l->high_answer, reps(v) / 3, high));
    mtl__svg_open(v->out, BAR_W, 16, "", text, "");
    mtl__svg_line(v->out, "grid", s.x0, 8, s.x1, 8);
    mtl__svg_rect(v->out, beyond_chance(v, l) ? "bar" : "weak", a, 4, mtl__max(z - a, 1.5), 8);
    if (isfinite(answer))
        mtl__svg_line(v->out, "bold", place(&s, answer), 0, place(&s, answer), 16);
    mtl__svg_close(v->out);
}

/* ------------------------------------------------------------------ the words */

/* How far a difference of the answer has to be before it is more than chance. */
static void say_noise(mtl__page *v)
{
    char text[32];
    const double noise = mtl__page_noise(v);
    if (n_drawable(v) > 0 && noise > 0) {
        mtl__str_add(v->out, " From ");
        mtl__count(v->out, v->r->opts.replicates);
        mtl__str_printf(v->out, " replicates a difference below %s may be chance (open bars).",
                        mtl__two(noise, text));
    }
}

static void strongest(mtl__page *v)
{
    mtl__str *b = v->out;
    int said = 0;
    char low[32], high[32];
    mtl__str_add(b, "<p>");
    for (int i = 0; i < v->r->n_leanings && said < 3; i++) {
        const mtl__leaning *l = &v->r->leaning[i];
        if (!drawable(v, l) || !beyond_chance(v, l))
            continue;
        mtl__str_add(b, said == 0 ? "Between the low and the high third of its range, <code>"
                                  : ", <code>");
        mtl__html_dotted(b, v->m->param[l->param].name);
        mtl__str_add(b, said == 0 ? "</code> alone moves the answer from " : "</code> from ");
        mtl__html(b, mtl__answer_text(v, l->low_answer, reps(v) / 3, low));
        mtl__str_add(b, " to ");
        mtl__html(b, mtl__answer_text(v, l->high_answer, reps(v) / 3, high));
        said++;
    }
    if (said > 0)
        mtl__str_add(b, ".");
    else
        mtl__str_add(b, n_drawable(v) > 0
                            ? "None of them alone moves the answer by more than chance does."
                            : "Which of them moves the answer most was not computed.");
    say_noise(v);
    mtl__str_add(b, " All of them stand first in <a href=\"#parameters\">How sure</a>.</p>\n");
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
    const char *headline = mtl_result_headline(v->r);
    mtl__str_add(b, strlen(headline) > LONG_HEADLINE ? "<h1 class=\"long\">" : "<h1>");
    mtl__html_names(v, headline);
    mtl__str_add(b, "</h1>\n<p class=\"lede\">Hypothesis: <b>");
    mtl__html(b, v->r->hypothesis ? v->r->hypothesis : "");
    mtl__str_add(b, "</b>.");
    if (v->n_results > 1)
        mtl__str_add(b, " <a href=\"#rivals\">If the rules were different</a> shows the rivals.");
    mtl__str_add(b, "</p>\n");
    mtl__report_coupling(v);
    box(v);
    mtl__section_close(v);
}
