/* SPDX-License-Identifier: MIT */
/* How much, how sure: the likelihood of every donor's level in every sample, with interval or upper
   bound, LoB and LoD. Where there are many samples the intervals alone stand below each other. The
   axis is logarithmic: a curve that stays high to the left cannot be told from blank. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/quantify_parts.h"
#include "num/num.h"
#include "report/plate.h"

enum { MOST_PANELS = 12, W = 328, LEFT = 34, RIGHT = 322, TOP = 66, FOOT = 200 };

typedef struct group { /* rows of one sample on one plate, in one unit */
    int row0, n;
} group;

/* ---------------------------------------------------------------- axis */
static mtl__decades axis_of(const mtl__plate_page *v, bool genome, double x0, double x1)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < v->q->n_rows; i++) {
        const mtl__measured x = mtl__plate_measured(&v->q->row[i]);
        if (x.genome != genome)
            continue;
        const double end = x.open ? 30 * x.low : x.high;
        double begin = x.bound ? x.high / 10 : x.low;
        if (!x.bound && isfinite(x.mid) && !x.open)
            begin = mtl__max(begin, x.mid / 100);
        if (begin > 0 && isfinite(begin))
            low = mtl__min(low, begin);
        if (x.lob > 0)
            low = mtl__min(low, x.lob);
        if (isfinite(end))
            high = mtl__max(high, end);
        if (isfinite(x.lod))
            high = mtl__max(high, x.lod);
    }
    if (!(high > 0) || !(low > 0) || !isfinite(low)) {
        low = 0.1;
        high = 100;
    }
    const double a = floor(mtl__log10(low / 1.3) * 2) / 2, b = ceil(mtl__log10(high * 1.3) * 2) / 2;
    return (mtl__decades){b - a < 1.5 ? b - 1.5 : a, b, x0, x1};
}

/* ---------------------------------------------------------------- one panel */
static const mtl__level *level_of(const mtl__plate_page *v, int row)
{
    return &v->q->wells[v->q->row_plate[row]].level[v->q->row_level[row]];
}

static double likelihood_y(double l)
{
    return FOOT - mtl__max(0, mtl__min(1, l)) * (FOOT - TOP);
}

static void trace(mtl__str *b, const mtl__level *l, const mtl__decades *a, bool fill)
{
    bool down = false;
    double last = a->x0;
    mtl__svg_path(b, fill ? "pale" : "line");
    for (int i = 0; i < l->n_grid; i++) {
        const bool left = !(l->grid[i] > 0) || mtl__log10(l->grid[i]) < a->low;
        const bool next_left =
            i + 1 < l->n_grid && (!(l->grid[i + 1] > 0) || mtl__log10(l->grid[i + 1]) < a->low);
        if (!isfinite(l->likelihood[i]) || (left && next_left))
            continue;
        if (!left && mtl__log10(l->grid[i]) > a->high)
            break;
        const double x = mtl__decades_at(a, l->grid[i]);
        if (!down && fill)
            mtl__svg_move(b, x, FOOT);
        if (!down && !fill)
            mtl__svg_move(b, x, likelihood_y(l->likelihood[i]));
        else
            mtl__svg_to(b, x, likelihood_y(l->likelihood[i]));
        down = true;
        last = x;
    }
    if (fill && down)
        mtl__svg_to(b, last, FOOT);
    mtl__svg_path_end(b, fill);
}

static void limits(mtl__str *b, const mtl__measured *x, const mtl__decades *a)
{
    char text[48], n[32];
    const bool lob = x->lob > 0 && isfinite(x->lob), lod = x->lod > 0 && isfinite(x->lod);
    const double at[2] = {mtl__decades_at(a, x->lob), mtl__decades_at(a, x->lod)};
    if (lob) {
        mtl__svg_line(b, "lob", at[0], TOP - 4, at[0], FOOT);
        snprintf(text, sizeof text, "LoB %s", mtl__two(x->lob, n));
        const bool room = at[0] - a->x0 > mtl__text_width(text, 12);
        if (room || !lod || at[1] - at[0] > 70)
            mtl__svg_text(b, "tick", room ? 'e' : 's', room ? at[0] + 8 : at[0] - 8, TOP - 9, text);
    }
    if (lod) {
        mtl__svg_line(b, "lod", at[1], TOP - 4, at[1], FOOT);
        snprintf(text, sizeof text, "LoD %s", mtl__two(x->lod, n));
        const bool late = a->x1 - at[1] < mtl__text_width(text, 12) && !lob;
        mtl__svg_text(b, "tick", late ? 'e' : 's', late ? at[1] : mtl__max(at[1] - 8, at[0] + 14),
                      TOP - 9, text);
    }
}

static void interval_row(const mtl__plate_page *v, mtl__str *b, int row, const mtl__decades *a,
                         double y, bool marks)
{
    const mtl_quantify_row *r = &v->q->row[row];
    const mtl__measured x = mtl__plate_measured(r);
    char text[128];
    mtl__str words = {0};
    mtl__svg_group(b, mtl__plate_class(v, row));
    if (x.open) {
        mtl__svg_line(b, "span", mtl__decades_at(a, x.low), y, a->x1 - 20, y);
        mtl__svg_line(b, "bound", a->x1 - 20, y, a->x1, y);
        mtl__svg_line(b, "span", mtl__decades_at(a, x.low), y - 5, mtl__decades_at(a, x.low),
                      y + 5);
    } else {
        mtl__lab_interval(b, a, y, x.mid, x.low, x.high, x.bound || !isfinite(x.mid));
    }
    if (marks && x.lod > 0 && isfinite(x.lod))
        mtl__svg_line(b, "lod", mtl__decades_at(a, x.lod), y - 8, mtl__decades_at(a, x.lod), y + 8);
    mtl__str_printf(&words, "%s ", mtl__lab_cut(r->donor, 120, 12.5, text));
    mtl__plate_level_text(&words, &x, "", " ");
    const double width = mtl__text_width(words.s ? words.s : "", 14);
    const double mid =
        0.5 * (mtl__decades_at(a, x.bound ? x.high : x.low) + mtl__decades_at(a, x.high));
    const double at =
        mtl__max(0.5 * width, mtl__min(x.bound ? mid - 0.4 * width : mid, RIGHT + 4 - 0.5 * width));
    mtl__svg_text(b, "mine", 'm', at, y + 19, words.s ? words.s : "");
    mtl__str_drop(b, &words);
    mtl__svg_group_end(b);
}

static void heading(const mtl__plate_page *v, mtl__str *b, const group *g)
{
    const mtl_quantify_row *r = &v->q->row[g->row0];
    char text[160], a[32], c[32], date[16];
    mtl__str sub = {0};
    mtl__svg_text(b, "head", 's', 0, 14, mtl__lab_cut(r->sample, W - 8, 13.5, text));
    mtl__str_printf(&sub, "%s %s", mtl__given((double)r->wells, a),
                    mtl__plate_row_digital(v, g->row0) ? "partitions"
                    : r->wells == 1                    ? "well"
                                                       : "wells");
    if (isfinite(r->genomes))
        mtl__str_printf(
            &sub, r->genomes >= 1e6 ? ", %s million gEq tested" : ", %s gEq tested",
            mtl__lab_number(r->genomes >= 1e6 ? r->genomes / 1e6 : r->genomes, true, c));
    if (isfinite(r->day))
        mtl__str_printf(&sub, ", %s", mtl__date_text(r->day, date));
    mtl__svg_text(b, "", 's', 0, 32, mtl__lab_cut(sub.s ? sub.s : "", W, 12.5, text));
    mtl__str_drop(b, &sub);
}

static void panel(const mtl__plate_page *v, mtl__str *b, const group *g)
{
    enum { ROW = 40 };
    const mtl__measured first = mtl__plate_measured(&v->q->row[g->row0]);
    const mtl__decades a = axis_of(v, first.genome, LEFT, RIGHT);
    const double foot = FOOT + 8 + g->n * ROW, z = mtl__norm_quantile(0.5 + 0.5 * v->q->o.level);
    char title[160];
    snprintf(title, sizeof title, "Likelihood of each donor in %.100s", v->q->row[g->row0].sample);
    mtl__str_add(b, "<div>");
    mtl__svg_open(b, W, foot + 42, "", title,
                  "Relative likelihood of a level on a log axis for each donor; below it the "
                  "interval or the upper bound; LoB and LoD marked.");
    heading(v, b, g);
    for (int k = 0; k <= 2; k++) {
        const double y = likelihood_y(0.5 * k);
        mtl__svg_line(b, "grid", LEFT, y, RIGHT, y);
        mtl__svg_text(b, "tick", 'e', LEFT - 7, y + 4, k == 0 ? "0" : k == 1 ? "0.5" : "1");
    }
    if (g->n == 1)
        limits(b, &first, &a);
    const double cut = likelihood_y(mtl__exp(-0.5 * z * z));
    mtl__svg_line(b, "guide", LEFT, cut, RIGHT, cut);
    for (int fill = 1; fill >= 0; fill--)
        for (int i = g->row0; i < g->row0 + g->n; i++) {
            mtl__svg_group(b, mtl__plate_class(v, i));
            trace(b, level_of(v, i), &a, fill);
            mtl__svg_group_end(b);
        }
    for (int k = 0; k < g->n; k++)
        interval_row(v, b, g->row0 + k, &a, FOOT + 20 + k * ROW, g->n > 1);
    mtl__decades_draw(b, &a, foot, foot,
                      first.genome ? "gEq per million (log)" : "gEq per well (log)");
    mtl__svg_close(b);
    mtl__str_add(b, "</div>\n");
}

/* ---------------------------------------------------------------- many samples */
static void forest(const mtl__plate_page *v, mtl__str *b, bool genome, double w, double left,
                   const char *class_)
{
    enum { STEP = 22 };
    int n = 0;
    for (int i = 0; i < v->q->n_rows; i++)
        n += mtl__plate_measured(&v->q->row[i]).genome == genome;
    if (n == 0)
        return;
    const mtl__decades a = axis_of(v, genome, left, w - 12);
    const double foot = 12 + n * STEP;
    mtl__svg_open(b, w, foot + 42, class_, "Interval of every level",
                  "For every sample and donor the estimate with its interval, or the upper bound, "
                  "on a log axis; the LoD is dashed.");
    mtl__decades_draw(b, &a, foot, 6, genome ? "gEq per million (log)" : "gEq per well (log)");
    for (int i = 0, k = 0; i < v->q->n_rows; i++) {
        const mtl__measured x = mtl__plate_measured(&v->q->row[i]);
        const double y = 12 + (k + 0.5) * STEP;
        char label[260], text[128];
        if (x.genome != genome)
            continue;
        k++;
        snprintf(label, sizeof label, "%.100s, %.100s", v->q->row[i].sample, v->q->row[i].donor);
        mtl__svg_text(b, "", 'e', left - 12, y + 4, mtl__lab_cut(label, left - 14, 12.5, text));
        mtl__svg_group(b, mtl__plate_class(v, i));
        if (x.open) {
            mtl__svg_line(b, "span", mtl__decades_at(&a, x.low), y, a.x1, y);
            mtl__svg_line(b, "span", mtl__decades_at(&a, x.low), y - 5, mtl__decades_at(&a, x.low),
                          y + 5);
        } else {
            mtl__lab_interval(b, &a, y, x.mid, x.low, x.high, x.bound || !isfinite(x.mid));
        }
        if (x.lod > 0 && isfinite(x.lod))
            mtl__svg_line(b, "lod", mtl__decades_at(&a, x.lod), y - 8, mtl__decades_at(&a, x.lod),
                          y + 8);
        mtl__svg_group_end(b);
    }
    mtl__svg_close(b);
}

static int group_rows(const mtl__plate_page *v, int row0)
{
    int n = 1;
    const mtl_quantify *q = v->q;
    while (row0 + n < q->n_rows && q->row_plate[row0 + n] == q->row_plate[row0] &&
           strcmp(q->row[row0 + n].sample, q->row[row0].sample) == 0 &&
           mtl__plate_measured(&q->row[row0 + n]).genome ==
               mtl__plate_measured(&q->row[row0]).genome)
        n++;
    return n;
}

static void explain(mtl__plate_page *v, bool panels)
{
    char a[32];
    mtl__str *b = v->out;
    if (panels && v->q->o.bayes)
        mtl__str_add(b, "<p>Each curve is the likelihood of one donor's level, divided by its "
                        "highest value; the interval below it is that of the posterior.</p>\n");
    else if (panels)
        mtl__str_printf(b,
                        "<p>Each curve is the likelihood of one donor's level, divided by its "
                        "highest value. Where it stays above the dotted line lies, nearly, the "
                        "%s%% interval; with few hits the interval is exact and a little "
                        "wider.</p>\n",
                        mtl__given(100 * v->q->o.level, a));
    mtl__str_add(b, "<p>Dotted, with an end on the right: nothing distinguishable from blank, so "
                    "only an upper bound is given.");
    mtl__str_add(b, panels ? " A curve that stays high to the left says the same. Short dashes "
                             "across an interval: the LoD of that donor.</p>\n"
                           : " Dashed: the LoD.</p>\n");
}

void mtl__plate_levels(mtl__plate_page *v)
{
    mtl__str *b = v->out;
    int groups = 0;
    if (v->q->n_rows == 0)
        return;
    for (int i = 0; i < v->q->n_rows; i += group_rows(v, i))
        groups++;
    const bool panels = groups <= MOST_PANELS;
    mtl__section_open(&v->page, "levels", "How much, how sure");
    explain(v, panels);
    mtl__section_body(&v->page);
    mtl__str_add(b, panels ? "<figure class=\"panels\">" : "<figure class=\"gap\">");
    for (int i = 0; panels && i < v->q->n_rows; i += group_rows(v, i)) {
        const group g = {i, group_rows(v, i)};
        panel(v, b, &g);
    }
    for (int genome = 1; !panels && genome >= 0; genome--) {
        forest(v, b, genome, 1080, 300, "wide");
        forest(v, b, genome, 652, 220, "narrow");
    }
    mtl__str_add(b, "</figure>\n");
    mtl__plate_table(v);
    mtl__section_close(&v->page);
}
