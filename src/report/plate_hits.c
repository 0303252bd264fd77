/* SPDX-License-Identifier: MIT */
/* Wells hit against what would be expected: of blanks from the law of the background (a gamma law
   of the rate, a binomial number of hits given it), of low standards from Poisson numbers of
   fragments, of samples if there were nothing but background, up to the LoB. A dot beyond a
   sample's bar is a finding. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "io/quantify_parts.h"
#include "num/num.h"
#include "report/plate.h"

enum { LAW = 24, MOST_LINES = 240 };

typedef struct line {
    char label[160];
    const char *class_;
    double places, observed, expected, low, high; /* counts */
} line;

typedef struct lines {
    mtl__plate_page *v;
    line *line;
    int n;
    bool digital;
} lines;

static line *next(lines *l)
{
    static const line none = {.class_ = "me", .low = 0, .high = 0};
    if (l->n == MOST_LINES)
        return NULL;
    l->line[l->n] = none;
    return &l->line[l->n++];
}

/* ---------------------------------------------------------------- expectations */
/* P(at most k of n places hit) when the chance of one is 1 - exp(-rate). */
static double at_most(double n, double rate, double k)
{
    const double p = -mtl__expm1(-rate);
    if (k >= n || p <= 0)
        return 1;
    return 1 - mtl__beta_inc(k + 1, n - k, p);
}

/* The rate has one of n_rates values, each as likely as the others. */
static double quantile(double n, const double *rate, int n_rates, double p)
{
    double low = -1, high = n;
    while (high - low > 1) {
        const double mid = floor(0.5 * (low + high));
        double sum = 0;
        for (int i = 0; i < n_rates; i++)
            sum += at_most(n, rate[i], mid);
        if (sum >= p * n_rates)
            high = mid;
        else
            low = mid;
    }
    return high;
}

static void expect(line *x, const double *rate, int n_rates)
{
    double sum = 0;
    for (int i = 0; i < n_rates; i++)
        sum -= mtl__expm1(-rate[i]);
    x->expected = x->places * sum / n_rates;
    x->low = quantile(x->places, rate, n_rates, 0.025);
    x->high = quantile(x->places, rate, n_rates, 0.975);
}

/* ---------------------------------------------------------------- which lines */
static bool asked_for(const lines *l, int plate, int target)
{
    const mtl__wells *w = &l->v->q->wells[plate];
    for (int i = 0; i < w->n_levels; i++)
        for (int k = 0; k < w->level[i].n_targets; k++)
            if (w->level[i].target[k] == target)
                return mtl__plate_digital(l->v, plate, target) == l->digital;
    return false;
}

static void count(const mtl__plate *p, int target, enum mtl__role role, double quantity, line *x)
{
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *r = &p->reaction[i];
        if (r->target_index != target || r->role != role || r->omit ||
            (role == MTL__ROLE_STANDARD && !(fabs(r->quantity / quantity - 1) < 1e-9)))
            continue;
        x->places += r->partitions > 0 ? (double)r->partitions : 1;
        x->observed += r->partitions > 0 ? (double)r->positive : isfinite(r->ct);
    }
}

static void name_line(const lines *l, line *x, int plate, const char *what, const char *target)
{
    if (l->v->q->n_plates > 1)
        snprintf(x->label, sizeof x->label, "%.40s, %.60s, %.40s",
                 mtl__lab_leaf(l->v->q->plate[plate].file), what, target);
    else
        snprintf(x->label, sizeof x->label, "%.80s, %.60s", what, target);
}

static void blanks(lines *l, int plate, int target)
{
    const mtl__plate *p = &l->v->q->plate[plate];
    const mtl__wells *w = &l->v->q->wells[plate];
    line here = {.class_ = "me"};
    double rate[LAW];
    count(p, target, MTL__ROLE_BLANK, NAN, &here);
    if (!(here.places > 0))
        return;
    line *x = next(l);
    if (!x)
        return;
    *x = here;
    name_line(l, x, plate, "blanks", p->target[target].name);
    const double shape = w->background_shape[target], per = w->background_rate[target];
    for (int i = 0; i < LAW; i++)
        rate[i] = shape > 0 && per > 0 ? mtl__gamma_quantile((i + 0.5) / LAW, shape) / per
                                       : w->background[target];
    expect(x, rate, LAW);
}

/* Standards of which some wells must stay silent, each quantity once. */
static void standards(lines *l, int plate, int target)
{
    const mtl__plate *p = &l->v->q->plate[plate];
    const mtl__target *t = &p->target[target];
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *r = &p->reaction[i];
        const double rate =
            r->quantity * t->calibrator * t->fragments + l->v->q->wells[plate].background[target];
        bool before =
            r->target_index != target || r->role != MTL__ROLE_STANDARD || r->omit || !(rate < 5);
        for (int k = 0; k < i && !before; k++)
            before = p->reaction[k].target_index == target && !p->reaction[k].omit &&
                     p->reaction[k].role == MTL__ROLE_STANDARD &&
                     fabs(p->reaction[k].quantity / r->quantity - 1) < 1e-9;
        line *x = before ? NULL : next(l);
        if (!x)
            continue;
        char a[32], text[64];
        count(p, target, MTL__ROLE_STANDARD, r->quantity, x);
        snprintf(text, sizeof text, "standard %s gEq", mtl__given(r->quantity, a));
        name_line(l, x, plate, text, t->name);
        expect(x, &rate, 1);
    }
}

static void samples(lines *l)
{
    for (int i = 0; i < l->v->q->n_rows; i++) {
        const mtl_quantify_row *r = &l->v->q->row[i];
        line *x = mtl__plate_row_digital(l->v, i) == l->digital ? next(l) : NULL;
        if (!x)
            continue;
        name_line(l, x, l->v->q->row_plate[i], r->sample, r->targets);
        x->class_ = mtl__plate_class(l->v, i);
        x->places = (double)r->wells;
        x->observed = (double)r->hits;
        x->expected = r->expected_blank_hits;
        x->high = r->lob_hits;
    }
}

static void collect(lines *l)
{
    for (int i = 0; i < l->v->q->n_plates; i++)
        for (int t = 0; t < l->v->q->plate[i].n_targets; t++)
            if (asked_for(l, i, t)) {
                blanks(l, i, t);
                standards(l, i, t);
            }
    samples(l);
}

/* ---------------------------------------------------------------- the figure */
typedef struct shape {
    double w, left, right, step;
    const char *class_;
} shape;

static double top_share(const lines *l)
{
    double top = 0;
    if (!l->digital)
        return 1;
    for (int i = 0; i < l->n; i++)
        top = mtl__max(top, mtl__max(l->line[i].observed, l->line[i].high) /
                                mtl__max(l->line[i].places, 1));
    double round = 1e-6;
    while (round < top)
        round *= 10;
    return round / 5 >= top ? round / 5 : round / 2 >= top ? round / 2 : mtl__min(round, 1);
}

static void one_line(mtl__str *b, const shape *s, const line *x, double y, double top)
{
    const double each = (s->right - s->left) / (top * mtl__max(x->places, 1));
    char text[160], a[32], c[32];
    mtl__svg_text(b, "", 'e', s->left - 12, y + 4,
                  mtl__lab_cut(x->label, s->left - 14, 12.5, text));
    mtl__svg_group(b, x->class_);
    mtl__svg_rect(b, "pale", s->left + x->low * each, y - 6, mtl__max((x->high - x->low) * each, 2),
                  12);
    if (isfinite(x->expected))
        mtl__svg_line(b, "span", s->left + x->expected * each, y - 6, s->left + x->expected * each,
                      y + 6);
    mtl__svg_circle(b, "dot", s->left + x->observed * each, y, 5);
    mtl__svg_group_end(b);
    snprintf(text, sizeof text, "%s of %s", mtl__given(x->observed, a), mtl__given(x->places, c));
    mtl__svg_text(b, "strong", 's', s->right + 22, y + 4, text);
}

static void figure(const lines *l, mtl__str *b, const shape *s)
{
    const double top = top_share(l), foot = 26 + l->n * s->step;
    char text[64], a[32];
    mtl__svg_open(b, s->w, foot + 40, s->class_, "Hits: expected against observed",
                  "For blanks, low standards and samples: the number of hits that would be "
                  "expected, with its range, and the number observed.");
    mtl__svg_text(b, "", 's', s->left, 14, "expected");
    mtl__svg_text(b, "strong", 's', s->right + 22, 14, "observed");
    for (int k = 0; k <= 4; k++) {
        const double x = s->left + k * (s->right - s->left) / 4;
        mtl__svg_line(b, "grid", x, 22, x, foot);
        snprintf(text, sizeof text, "%s%%", mtl__given(25 * k * top, a));
        mtl__svg_text(b, "tick", 'm', x, foot + 18, text);
    }
    mtl__svg_text(b, "tick", 'm', 0.5 * (s->left + s->right), foot + 36,
                  l->digital ? "share of partitions positive" : "share of wells hit");
    for (int i = 0; i < l->n; i++)
        one_line(b, s, &l->line[i], 26 + (i + 0.5) * s->step, top);
    mtl__svg_close(b);
}

static void figures(lines *l)
{
    l->n = 0;
    collect(l);
    const double step = l->n > 24 ? 20 : 28;
    const shape wide = {1080, 300, 930, step, "wide"}, narrow = {652, 220, 530, step, "narrow"};
    if (l->n == 0)
        return;
    figure(l, l->v->out, &wide);
    figure(l, l->v->out, &narrow);
    if (l->n == MOST_LINES)
        mtl__str_printf(l->v->out, "<p class=\"note\">The first %d; all are in the table.</p>\n",
                        MOST_LINES);
}

void mtl__plate_hits(mtl__plate_page *v)
{
    lines l = {.v = v};
    if (v->q->n_rows == 0)
        return;
    l.line = mtl__arena_alloc(&v->arena, MOST_LINES * sizeof *l.line);
    if (!l.line) {
        v->out->oom = true;
        return;
    }
    mtl__section_say(&v->page, "hits", "Hits: expected and observed",
                     "<p><b>Bar</b>: range of the expectation. <b>Tick</b>: expected. <b>Dot</b>: "
                     "observed.</p><p>Blanks: 95% range from all blanks known. Low standards: 95% "
                     "range of Poisson numbers. Samples: what blanks alone explain, up to the LoB; "
                     "a dot beyond the bar is a finding.</p>\n");
    mtl__str_add(v->out, "<figure>\n");
    figures(&l);
    l.digital = true;
    figures(&l);
    mtl__str_add(v->out, "</figure>\n");
    mtl__section_close(&v->page);
}
