/* SPDX-License-Identifier: MIT */
/* Paired strips: one panel per donor and organ in which some life differs, every life a line from
   its level in A to its level in B on a log axis. A log axis has no zero: lives without a cell end
   in the strip below. Lives that are the same in both are drawn pale. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "num/num.h"
#include "report/compare_page.h"

enum {
    MOST_PANELS = 12,
    MOST_LIVES = 120,
    LEFT = 62,
    WIDTH = 190,
    TOP = 26,
    HEIGHT = 150,
    STRIP = 18
};

typedef struct strip {
    const mtl__compared_level *l;
    int low, high; /* powers of ten */
} strip;

static double life(const float *x, int i)
{
    return x ? (double)x[i] : 0;
}

static void find_range(strip *s, int n)
{
    double low = INFINITY, high = 0;
    for (int i = 0; i < n; i++) {
        const double x[2] = {life(s->l->each.a, i), life(s->l->each.b, i)};
        for (int k = 0; k < 2; k++)
            if (x[k] > 0) {
                low = mtl__min(low, x[k]);
                high = mtl__max(high, x[k]);
            }
    }
    s->low = high > 0 ? (int)floor(mtl__log10(low)) : -1;
    s->high = high > 0 ? (int)ceil(mtl__log10(high)) : 1;
    if (s->high - s->low > 8)
        s->low = s->high - 8;
    if (s->high - s->low < 1)
        s->high = s->low + 1;
}

static double y_of(const strip *s, double level)
{
    if (!(level > 0))
        return TOP + HEIGHT + STRIP;
    const double at = (mtl__log10(level) - s->low) / (s->high - s->low);
    return TOP + HEIGHT * (1 - mtl__max(0, mtl__min(1, at)));
}

static void axes(mtl__str *b, const strip *s)
{
    const int every = s->high - s->low > 5 ? 2 : 1;
    for (int e = s->low; e <= s->high; e += every) {
        double level = 1;
        char text[32];
        for (int k = 0; k < abs(e); k++)
            level = e > 0 ? level * 10 : level / 10;
        mtl__svg_line(b, "grid", LEFT, y_of(s, level), LEFT + WIDTH, y_of(s, level));
        mtl__svg_text(b, "tick", 'e', LEFT - 8, y_of(s, level) + 4, mtl__given(level, text));
    }
    mtl__svg_line(b, "grid", LEFT, y_of(s, 0), LEFT + WIDTH, y_of(s, 0));
    mtl__svg_text(b, "tick", 'e', LEFT - 8, y_of(s, 0) + 4, "none");
    mtl__svg_line(b, "axis", LEFT, TOP - 4, LEFT, y_of(s, 0) + 4);
    mtl__svg_line(b, "axis", LEFT + WIDTH, TOP - 4, LEFT + WIDTH, y_of(s, 0) + 4);
    mtl__svg_text(b, "head", 'm', LEFT, TOP - 10, "A");
    mtl__svg_text(b, "head", 'm', LEFT + WIDTH, TOP - 10, "B");
}

/* First those that are the same, so that the others lie above them. */
static void lives(mtl__str *b, const strip *s, int n)
{
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < n; i++) {
            const double x = life(s->l->each.a, i), y = life(s->l->each.b, i);
            const bool apart = fabs(x - y) > 1e-6 * mtl__max(x, y);
            if (apart != (pass == 1) || (!apart && !(x > 0)))
                continue;
            mtl__svg_line(b, apart ? "up" : "grid", LEFT, y_of(s, x), LEFT + WIDTH, y_of(s, y));
        }
}

static void panel(mtl__compare_page *v, const mtl__compared_level *l)
{
    mtl__str *b = v->out;
    const int shown = v->c->n < MOST_LIVES ? v->c->n : MOST_LIVES;
    strip s = {.l = l};
    char a[32], text[160];
    const char *class_ = mtl__compare_class(v, l->donor);
    find_range(&s, shown);
    mtl__str_printf(b, "<div><h3 class=\"%s\">", class_);
    mtl__html_capital(b, l->row.organ_label);
    mtl__str_add(b, " <small>cells of <b class=\"who\">");
    mtl__html(b, l->row.donor);
    mtl__str_add(b, "</b> in ");
    mtl__html(b, l->row.host);
    mtl__str_add(b, "</small></h3>\n");
    snprintf(text, sizeof text, "Level in %.60s in A and in B, life by life", l->row.organ_label);
    mtl__svg_open(b, LEFT + WIDTH + 20, TOP + HEIGHT + STRIP + 12, "", text,
                  "Lines join the two levels of one life; the strip below is for lives without a "
                  "cell.");
    axes(b, &s);
    mtl__svg_group(b, class_);
    lives(b, &s, shown);
    mtl__svg_group_end(b);
    mtl__svg_close(b);
    mtl__str_add(b, "<p class=\"note\">Means ");
    mtl__html(b, mtl__level_two(l->row.chance.a, a));
    mtl__str_add(b, " and ");
    mtl__html(b, mtl__level_two(l->row.chance.b, a));
    mtl__str_add(b, "; B &minus; A: <b>");
    mtl__compare_difference(b, &l->row.chance);
    mtl__str_printf(b, "</b>; differs in %s of lives, B larger in %s.</p></div>\n",
                    mtl__prob(l->row.chance.differ, v->c->n, text),
                    l->row.chance.b_larger > 0 ? mtl__prob(l->row.chance.b_larger, v->c->n, a)
                                               : "none");
}

typedef struct ranked {
    double part; /* of the level that the difference is, times the share of lives */
    int level;
} ranked;

static double part_of(const mtl_paired *p)
{
    return p->differ * fabs(p->difference) / mtl__max(p->a, p->b);
}

static int by_part(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->part > y->part || x->part < y->part)
        return x->part > y->part ? -1 : 1;
    return x->level - y->level;
}

void mtl__compare_strips(mtl__compare_page *v)
{
    const mtl_compare *c = v->c;
    mtl__str *b = v->out;
    int n = 0, chance = 0;
    ranked *list = mtl__arena_alloc(&v->page.arena, ((size_t)c->n_levels + 1) * sizeof *list);
    if (!list) {
        b->oom = true;
        return;
    }
    for (int i = 0; i < c->n_levels; i++)
        if (c->level[i].row.focus && c->level[i].row.chance.differ > 0) {
            if (!mtl_compare_beyond_chance(c, &c->level[i].row.chance))
                chance++;
            else
                list[n++] = (ranked){part_of(&c->level[i].row.chance), i};
        }
    if (n + chance == 0)
        return;
    qsort(list, (size_t)n, sizeof *list, by_part);
    mtl__section_open(&v->page, "strips", "Life by life");
    mtl__str_printf(b,
                    "<p>A line is one life, from A to B; pale where nothing changed. Levels are "
                    "genome equivalents per million at the end (log). %s</p>\n",
                    c->n > MOST_LIVES ? "The first 120 lives are drawn; means are of all." : "");
    if (n > MOST_PANELS)
        mtl__str_printf(b, "<p>The %d that differ most; the table has all %d.</p>\n", MOST_PANELS,
                        n);
    mtl__section_body(&v->page);
    if (chance > 0)
        mtl__str_printf(
            b,
            "<p class=\"note\">%s%d level%s in some life by no more than chance may leave "
            "among so many (paired t, or its sign within lives, at 5%% over all that "
            "differ).</p>\n",
            n ? "Not drawn: " : "", chance, chance == 1 ? " differs" : "s differ");
    mtl__str_add(b, "<div class=\"panels\">\n");
    for (int i = 0; i < n && i < MOST_PANELS; i++)
        panel(v, &c->level[list[i].level]);
    mtl__str_add(b, "</div>\n");
    mtl__section_close(&v->page);
}
