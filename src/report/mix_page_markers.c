/* SPDX-License-Identifier: MIT */
/* What the markers show: at every site where the host has one allele twice, the share of reads with
   the other allele, in the colour of the donor who explains most of what is expected there (the
   fit's own weights, measure/mix.h); grey where error does. Heterozygous sites of the host tell
   little and are left out. Lines: what one and two alleles of a donor who is found would show. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/mix_parts.h"
#include "report/plate.h"

enum { MOST_TUBES = 12, MOST_SHARES = 24, PLOT = 170 };

typedef struct dot {
    int site, owner; /* share that explains most; n = error */
    double y;
    double lacking, depth; /* reads with the allele that the host lacks, all reads */
} dot;

typedef struct cloud {
    const mtl__mix_tube *t;
    dot *dot;
    int n;
    double top;
} cloud;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int owner_of(const mtl__mix *f, int site)
{
    const double *row = f->responsible + (size_t)site * ((size_t)f->n + 1);
    int best = f->n;
    for (int a = 0; a < f->n; a++)
        if (row[a] > row[best])
            best = a;
    return best;
}

/* A step of 1, 2, 3 or 5 above x. */
static double round_up(double x)
{
    static const double step[] = {1, 1.5, 2, 3, 4, 5, 6, 8, 10};
    double unit = 1e-6;
    while (unit * 10 < x)
        unit *= 10;
    for (size_t i = 0; i < sizeof step / sizeof *step; i++)
        if (unit * step[i] >= x)
            return unit * step[i];
    return 10 * unit;
}

/* All but the highest half percent fit into the figure; those stand on its edge. */
static bool choose_top(const mtl__mix_page *v, cloud *c, int tube)
{
    double *y = malloc(((size_t)c->n + 1) * sizeof *y);
    if (!y)
        return false;
    for (int i = 0; i < c->n; i++)
        y[i] = c->dot[i].y;
    qsort(y, (size_t)c->n, sizeof *y, by_value);
    double top = c->n ? y[(int)(0.995 * (c->n - 1))] : 0;
    for (int k = 0; k < c->t->fit.n; k++)
        if (mtl__mix_verdict_of(v, tube, k) >= MTL__MIX_LITTLE)
            top = mtl__max(top, 1.15 * c->t->fit.share[k].fraction);
    free(y);
    c->top = mtl__min(round_up(mtl__max(1.05 * top, 1e-5)), 1);
    return true;
}

static bool gather(mtl__mix_page *v, cloud *c, int tube)
{
    const mtl_mix *m = v->m;
    const mtl__mix_tube *t = &m->tube[tube];
    const mtl__count_sample *s = &m->counts.sample[t->count];
    *c = (cloud){.t = t};
    c->dot = mtl__arena_alloc(&v->arena, ((size_t)m->panel.n + 1) * sizeof *c->dot);
    if (!c->dot)
        return false;
    for (int i = 0; i < m->panel.n; i++) {
        const unsigned host = m->allowed[(size_t)i * (size_t)m->n_people + (size_t)t->host];
        const double depth = (double)s->ref[i] + (double)s->alt[i];
        const double *row = t->fit.responsible + (size_t)i * ((size_t)t->fit.n + 1);
        if ((host != 1 && host != 4) || !(depth > 0) || isnan(row[0]))
            continue;
        const double lacking = host == 1 ? s->alt[i] : s->ref[i];
        c->dot[c->n++] = (dot){i, owner_of(&t->fit, i), lacking / depth, lacking, depth};
    }
    return choose_top(v, c, tube);
}

/* ---------------------------------------------------------------- the figure */
typedef struct frame {
    double x0, x1, y0, y1;
} frame;

static double y_of(const cloud *c, const frame *f, double y)
{
    return f->y1 - mtl__min(y / c->top, 1) * (f->y1 - f->y0);
}

static void chromosomes(const mtl__mix_page *v, mtl__str *b, const cloud *c, const frame *f)
{
    const double each = (f->x1 - f->x0) / mtl__max(c->n, 1);
    double last = -100;
    for (int i = 0; i < c->n;) {
        const int chromosome = v->m->panel.site[c->dot[i].site].chromosome;
        int end = i;
        while (end < c->n && v->m->panel.site[c->dot[end].site].chromosome == chromosome)
            end++;
        const double a = f->x0 + i * each, z = f->x0 + end * each;
        if (chromosome % 2 == 0)
            mtl__svg_rect(b, "soft", a, f->y0, z - a, f->y1 - f->y0);
        char text[16];
        snprintf(text, sizeof text, "%d", chromosome);
        if (0.5 * (a + z) - last > 20) {
            mtl__svg_text(b, "tick", 'm', 0.5 * (a + z), f->y1 + 16, text);
            last = 0.5 * (a + z);
        }
        i = end;
    }
}

static void dots(const mtl__mix_page *v, mtl__str *b, const cloud *c, const frame *f, int tube)
{
    const double each = (f->x1 - f->x0) / mtl__max(c->n, 1);
    for (int k = c->t->fit.n; k >= 0; k--) { /* error below, donors on top */
        char class_[64];
        snprintf(class_, sizeof class_, "marks %.40s",
                 k < c->t->fit.n ? mtl__mix_class(v, tube, k) : "me");
        bool any = false;
        for (int i = 0; i < c->n; i++) {
            if (c->dot[i].owner != k)
                continue;
            if (!any)
                mtl__svg_path(b, class_);
            any = true;
            const double x = f->x0 + (i + 0.5) * each, y = y_of(c, f, c->dot[i].y);
            mtl__svg_move(b, x, y);
            mtl__svg_to(b, x + 0.1, y); /* a dot: a line as long as it is short */
        }
        if (any)
            mtl__svg_path_end(b, false);
    }
}

static void expected_lines(const mtl__mix_page *v, mtl__str *b, const cloud *c, const frame *f,
                           int tube)
{
    double taken[2 * MOST_SHARES];
    int n = 0;
    for (int k = 0; k < c->t->fit.n && k < MOST_SHARES; k++) {
        if (mtl__mix_verdict_of(v, tube, k) < MTL__MIX_LITTLE)
            continue;
        for (int copies = 1; copies <= 2; copies++) {
            const double y =
                y_of(c, f, 0.5 * copies * c->t->fit.share[k].fraction + c->t->fit.error);
            char text[128], name[128];
            double at = y;
            for (int again = 0; again < n; again++)
                if (fabs(taken[again] - at) < 14)
                    at = taken[again] - 14;
            taken[n++] = at;
            mtl__svg_group(b, mtl__mix_class(v, tube, k));
            mtl__svg_line(b, "level", f->x0, y, f->x1, y);
            snprintf(text, sizeof text, "%.60s, %s",
                     mtl__lab_cut(c->t->row[k].donor, 56, 12.5, name), copies == 1 ? "one" : "two");
            mtl__svg_text(b, "mine", 's', f->x1 + 8, at + 4, text);
            mtl__svg_group_end(b);
        }
    }
}

static void figure(const mtl__mix_page *v, mtl__str *b, const cloud *c, int tube, double w,
                   const char *class_)
{
    const frame f = {52, w - 104, 10, 10 + PLOT};
    char title[160], text[32], tick[48];
    snprintf(title, sizeof title, "Reads of alleles that the host lacks, %.80s",
             v->m->counts.sample[c->t->count].name);
    mtl__svg_open(b, w, f.y1 + 40, class_, title,
                  "Share of reads with the allele that the host lacks at every site where the host "
                  "is homozygous, coloured by the donor who explains most of it.");
    chromosomes(v, b, c, &f);
    for (int k = 0; k <= 2; k++) {
        const double y = y_of(c, &f, 0.5 * k * c->top);
        mtl__svg_line(b, "grid", f.x0, y, f.x1, y);
        snprintf(tick, sizeof tick, "%s%%", mtl__given(50 * k * c->top, text));
        mtl__svg_text(b, "tick", 'e', f.x0 - 8, y + 4, tick);
    }
    dots(v, b, c, &f, tube);
    expected_lines(v, b, c, &f, tube);
    mtl__svg_text(b, "tick", 'm', 0.5 * (f.x0 + f.x1), f.y1 + 34, "sites by chromosome");
    mtl__svg_close(b);
}

/* "tom: 110 sites, 0.21% of reads" */
static void legend(mtl__mix_page *v, const cloud *c, int tube)
{
    mtl__str *b = v->out;
    char text[32];
    mtl__str_add(b, "<p class=\"note\">");
    for (int k = 0, said = 0; k <= c->t->fit.n; k++) {
        double lacking = 0, depth = 0;
        int n = 0;
        for (int i = 0; i < c->n; i++)
            if (c->dot[i].owner == k) {
                lacking += c->dot[i].lacking;
                depth += c->dot[i].depth;
                n++;
            }
        if (n == 0)
            continue;
        mtl__str_add(b, said++ ? "; " : "Reads of the other allele: ");
        if (k < c->t->fit.n) {
            mtl__str_printf(b, "<b class=\"who %s\">", mtl__mix_class(v, tube, k));
            mtl__html(b, c->t->row[k].donor);
            mtl__str_add(b, "</b>");
        } else {
            mtl__str_add(b, "nobody (error)");
        }
        mtl__str_printf(b, " %s%% at %d sites", mtl__two(100 * lacking / depth, text), n);
    }
    mtl__str_add(b, ".</p>\n");
}

static void one_tube(mtl__mix_page *v, int tube)
{
    cloud c;
    if (!gather(v, &c, tube)) {
        v->out->oom = true;
        return;
    }
    mtl__str_add(v->out, "<h3>");
    mtl__html(v->out, v->m->counts.sample[c.t->count].name);
    mtl__str_printf(v->out, " <small>%d sites where ", c.n);
    mtl__html(v->out, v->m->name[c.t->host]);
    mtl__str_add(v->out, " has one allele twice</small></h3>\n");
    if (c.n == 0) {
        mtl__str_add(v->out, "<p class=\"note\">Nothing to draw: the host is not known to be "
                             "homozygous at any site with reads.</p>\n");
        return;
    }
    legend(v, &c, tube);
    mtl__str_add(v->out, "<figure>\n");
    figure(v, v->out, &c, tube, 1032, "wide");
    figure(v, v->out, &c, tube, 652, "narrow");
    mtl__str_add(v->out, "</figure>\n");
}

void mtl__mix_page_markers(mtl__mix_page *v)
{
    bool any = false;
    for (int i = 0; i < v->m->n_tubes; i++)
        any = any || v->m->tube[i].fit.responsible;
    if (!any)
        return;
    mtl__section_say(&v->page, "markers", "What the markers show",
                     "<p>Share of reads with the allele that the host lacks, in the colour of the "
                     "donor who explains most of what is expected there; grey: error. A dot on the "
                     "upper edge lies above it.</p><p><b>Lines</b>: what one and two alleles of a "
                     "donor who is found would show.</p>\n");
    for (int i = 0; i < v->m->n_tubes && i < MOST_TUBES; i++)
        if (v->m->tube[i].fit.responsible)
            one_tube(v, i);
    if (v->m->n_tubes > MOST_TUBES)
        mtl__str_printf(v->out, "<p class=\"note\">The first %d of %d samples are drawn.</p>\n",
                        MOST_TUBES, v->m->n_tubes);
    mtl__section_close(&v->page);
}
