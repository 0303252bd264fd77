/* SPDX-License-Identifier: MIT */
/* The life line: birth, pregnancies at their true length, samples, autopsy and death on the time
   axis that the ribbons share; below it the years of the pregnancies once more, enlarged, because
   nine months of eighty years are a few pixels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "num/num.h"
#include "report/host_part.h"
#include "report/report.h"

enum { MAX_LABELS = 64, MAX_MILK_ROWS = 4, MILK_ROW = 15, ROW = 31 };

typedef struct figure {
    double w, left, right;
    const char *class_;
    int ticks;
} figure;
static const figure figures[] = {{1032, 58, 792, "wide", 10}, {640, 52, 622, "narrow", 7}};

static bool is_mine(const mtl__page *v, const mtl__pregnancy *p)
{
    return p->mother == v->focus;
}

static double end_of(const mtl__page *v, const mtl__pregnancy *p)
{
    return isfinite(p->ended) ? p->ended : v->s->t_end;
}

/* ------------------------------------------------------------------ labels of the main line */

static char *text_of(mtl__page *v, mtl__str *b)
{
    char *copy = b->oom ? NULL : mtl__arena_strdup(&v->arena, b->s ? b->s : "");
    if (!copy)
        v->out->oom = true;
    mtl__str_free(b);
    return copy;
}

static void add_label(mtl__label *l, int *n, const mtl__label *x)
{
    if (*n < MAX_LABELS && x->text)
        l[(*n)++] = *x;
}

static const char *year_text(mtl__page *v, double t, double born)
{
    mtl__str s = {0};
    mtl__str_printf(&s, "%d", mtl__year(t));
    if (isfinite(born) && t > born)
        mtl__str_printf(&s, ", aged %d", (int)floor((t - born) / MTL_DAYS_PER_YEAR));
    return text_of(v, &s);
}

/* "blood, heart and 3 more": the organs of the samples taken on one day. */
static const char *organs_text(mtl__page *v, int first)
{
    const mtl_scenario *s = v->s;
    mtl__str b = {0};
    int n = 0;
    for (int i = first; i < s->n_samples; i++) {
        bool again = false;
        for (int k = first; k < i; k++)
            again = again ||
                    (s->sample[k].person == v->focus && s->sample[k].organ == s->sample[i].organ);
        if (s->sample[i].person != v->focus || again ||
            fabs(s->sample[i].t - s->sample[first].t) > 0.5)
            continue;
        if (n++ < 2)
            mtl__str_printf(&b, "%s%s", n > 1 ? ", " : "",
                            mtl__organ_label(v->m, s->sample[i].organ));
    }
    if (n > 2)
        mtl__str_printf(&b, " and %d more", n - 2);
    mtl__str_add(&b, s->sample[first].autopsy ? "" : " sample");
    return text_of(v, &b);
}

static bool first_of_its_day(const mtl__page *v, int i)
{
    const mtl__sample *s = v->s->sample;
    for (int k = 0; k < i; k++)
        if (s[k].person == v->focus && fabs(s[k].t - s[i].t) <= 0.5)
            return false;
    return s[i].person == v->focus;
}

static void label_pregnancies(mtl__page *v, const mtl__xaxis *x, mtl__label *l, int *n)
{
    for (int i = 0; i < v->s->n_pregnancies; i++) {
        const mtl__pregnancy *p = &v->s->pregnancy[i];
        if (!is_mine(v, p))
            continue;
        for (int k = 0; k < p->n_children; k++) {
            const int child = v->s->child[p->child0 + k].person;
            add_label(l, n,
                      &(mtl__label){.text = mtl__page_name(v, child),
                                    .class_ = mtl__page_class(v, child),
                                    .x = mtl__xaxis_at(x, (p->conceived + end_of(v, p)) / 2)});
        }
    }
}

/* Bytes of a number with an exponent ("1e+07") at p, 0 if there is none. */
static size_t power_at(const char *p, bool in_word)
{
    static const char digits[] = "0123456789";
    size_t n = in_word ? 0 : strspn(p, digits);
    if (n == 0)
        return 0;
    if (p[n] == '.')
        n += 1 + strspn(p + n + 1, digits);
    if (p[n] != 'e' || (p[n + 1] != '+' && p[n + 1] != '-'))
        return 0;
    const size_t exponent = strspn(p + n + 2, digits);
    return exponent >= 2 && exponent <= 3 && n < 12 ? n + 2 + exponent : 0;
}

/* Powers of ten as the rest of the page writes them. */
static void add_with_powers(mtl__str *b, const char *text, size_t n)
{
    bool in_word = false;
    for (size_t i = 0; i < n;) {
        char part[24], number[32];
        const size_t power = power_at(text + i, in_word);
        in_word = (text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z';
        if (power == 0 || i + power > n) {
            in_word = in_word || (text[i] >= '0' && text[i] <= '9');
            mtl__str_addn(b, text + i++, 1);
            continue;
        }
        snprintf(part, sizeof part, "%.*s", (int)power, text + i);
        double value = NAN;
        mtl__str_add(b, mtl__parse_double(part, &value) == 0 ? mtl__given(value, number) : part);
        i += power;
    }
}

/* What befell the body, without the sizes that its own section says. */
static const char *event_text(mtl__page *v, const mtl__event *e)
{
    const char *text = e->text ? e->text : "";
    mtl__str s = {0};
    add_with_powers(&s, text, e->kind == MTL__EV_OTHER ? strlen(text) : strcspn(text, ","));
    for (char *p = s.s; p && *p && e->kind != MTL__EV_OTHER; p++) /* names of the model's tables */
        if (*p == '_')
            *p = ' ';
    return text_of(v, &s);
}

/* As much of a text as the narrower figure has room for. */
static const char *shortened(mtl__page *v, const char *text)
{
    enum { MOST = 560 };
    size_t n = strlen(text);
    if (mtl__text_width(text, 13.5) <= MOST)
        return text;
    mtl__str s = {0};
    while (n > 0 && (s.len == 0 || mtl__text_width(s.s, 13.5) > MOST)) {
        do
            n--;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80); /* whole characters */
        s.len = 0;
        mtl__str_addn(&s, text, n);
        mtl__str_add(&s, "…");
        if (s.oom)
            break;
    }
    return text_of(v, &s);
}

static int main_labels(mtl__page *v, const mtl__xaxis *x, mtl__label *l)
{
    const mtl__person *me = &v->s->person[v->focus];
    int n = 0;
    if (isfinite(me->born)) {
        mtl__str s = {0};
        mtl__str_printf(&s, "%s born", me->name);
        add_label(l, &n,
                  &(mtl__label){.text = text_of(v, &s),
                                .sub = year_text(v, me->born, NAN),
                                .x = mtl__xaxis_at(x, me->born)});
    }
    label_pregnancies(v, x, l, &n);
    for (int i = 0; i < v->s->n_samples; i++) {
        const mtl__sample *s = &v->s->sample[i];
        if (first_of_its_day(v, i))
            add_label(l, &n,
                      &(mtl__label){.text = s->autopsy ? "autopsy" : organs_text(v, i),
                                    .sub = year_text(v, s->t, me->born),
                                    .x = mtl__xaxis_at(x, s->t)});
    }
    if (isfinite(me->died))
        add_label(l, &n,
                  &(mtl__label){.text = "death",
                                .sub = year_text(v, me->died, me->born),
                                .x = mtl__xaxis_at(x, me->died)});
    for (int i = 0; i < v->s->n_events; i++) {
        const mtl__event *e = &v->s->event[i];
        if (e->person == v->focus && (e->kind == MTL__EV_OTHER || e->kind >= MTL__EV_INJURY))
            add_label(l, &n,
                      &(mtl__label){.text = shortened(v, event_text(v, e)),
                                    .sub = year_text(v, e->t, me->born),
                                    .x = mtl__xaxis_at(x, e->t)});
    }
    return n;
}

static void draw_labels(mtl__str *b, const mtl__label *l, int n, double y)
{
    /* All the leaders first, so that no name is struck through. */
    for (int i = 0; i < n; i++)
        mtl__svg_line(b, "grid", l[i].x, y - 30 - l[i].row * ROW, l[i].x, y - 8);
    for (int i = 0; i < n; i++) {
        const double dx = l[i].anchor == 's' ? 4 : -4, ly = y - 22 - l[i].row * ROW;
        const double lx = l[i].x + (l[i].shift < 0 ? l[i].shift : dx);
        mtl__svg_group(b, l[i].class_);
        mtl__svg_text(b, l[i].class_ ? "name halo" : "strong halo", l[i].anchor, lx,
                      ly - (l[i].sub ? 13 : 0), l[i].text);
        if (l[i].sub)
            mtl__svg_text(b, "halo", l[i].anchor, lx, ly + 1, l[i].sub);
        mtl__svg_group_end(b);
    }
}

/* ------------------------------------------------------------------ arches */

/* Height of the arch of a pregnancy that would last `days`, at a share of that time. */
static double arch_height(double share, double h)
{
    const double u = 2 * share - 1;
    return h * sqrt(mtl__max(0, 1 - u * u));
}

/* Turns (0 to 1/2) at which a point that goes round the arch has come this share of the way. */
static double angle(double share)
{
    double low = 0, high = 0.5;
    for (int i = 0; i < 40; i++) {
        const double mid = (low + high) / 2;
        if ((1 - mtl__cos_2pi(mid)) / 2 < share)
            low = mid;
        else
            high = mid;
    }
    return (low + high) / 2;
}

static void arch_path(mtl__str *b, const char *class_, const mtl__xaxis *x, double y, double h,
                      double t0, double whole, double from, double to, bool closed)
{
    enum { N = 24 };
    mtl__svg_path(b, class_);
    if (closed)
        mtl__svg_move(b, mtl__xaxis_at(x, t0 + from * whole), y);
    for (int i = 0; i <= N; i++) {
        /* Equal steps of angle, for the arch rises steeply at its feet. */
        const double a0 = angle(from), angle_i = a0 + (angle(to) - a0) * i / N;
        const double share = (1 - mtl__cos_2pi(angle_i)) / 2;
        const double px = mtl__xaxis_at(x, t0 + share * whole), py = y - arch_height(share, h);
        if (i == 0 && !closed)
            mtl__svg_move(b, px, py);
        else
            mtl__svg_to(b, px, py);
    }
    if (closed)
        mtl__svg_to(b, mtl__xaxis_at(x, t0 + to * whole), y);
    mtl__svg_path_end(b, closed);
}

/* Days of a whole pregnancy of this species, from conception. */
static double term_days(const mtl__page *v)
{
    return 7 * (mtl__model_life(v->m).term - 2);
}

/* Filled as far as the pregnancy went; dotted the time it did not have. */
static void draw_arch(mtl__page *v, const mtl__xaxis *x, double y, double h,
                      const mtl__pregnancy *p, const mtl__conceptus *c)
{
    mtl__str *b = v->out;
    const double end = isfinite(c->ended) ? mtl__min(c->ended, end_of(v, p)) : end_of(v, p);
    const double whole = mtl__max(term_days(v), end - p->conceived);
    const double share = (end - p->conceived) / whole;
    const bool early = p->outcome != MTL__LIVE_BIRTH || c->vanished;
    const double full = early || share < 0.8 ? share : 1;
    const double length = full < 1 ? whole : end - p->conceived;
    mtl__svg_group(b, mtl__page_class(v, c->person));
    if (full < 1)
        arch_path(b, "rest", x, y, h, p->conceived, length, full, 1, false);
    arch_path(b, "pale", x, y, h, p->conceived, length, 0, full, true);
    arch_path(b, "arch", x, y, h, p->conceived, length, 0, full, false);
    const double px = mtl__xaxis_at(x, end), py = y - arch_height(full, h);
    mtl__svg_circle(b, early ? "ring" : "dot", px, py, h > 30 ? 4.5 : 3);
    mtl__svg_group_end(b);
}

static void draw_arches(mtl__page *v, const mtl__xaxis *x, double y, double h)
{
    for (int i = 0; i < v->s->n_pregnancies; i++) {
        const mtl__pregnancy *p = &v->s->pregnancy[i];
        for (int k = 0; is_mine(v, p) && k < p->n_children; k++)
            draw_arch(v, x, y, h * (1 - 0.22 * (k < 4 ? k : 3)), p, &v->s->child[p->child0 + k]);
    }
}

/* ------------------------------------------------------------------ the enlarged years */

static bool pregnant_years(const mtl__page *v, double *from, double *to)
{
    bool any = false;
    for (int i = 0; i < v->s->n_pregnancies; i++) {
        const mtl__pregnancy *p = &v->s->pregnancy[i];
        if (!is_mine(v, p))
            continue;
        const double end = mtl__max(end_of(v, p) + p->milk_days, p->conceived + term_days(v));
        *from = any ? mtl__min(*from, p->conceived) : p->conceived;
        *to = any ? mtl__max(*to, end) : end;
        any = true;
    }
    if (any) {
        const double pad = mtl__max(0.03 * (*to - *from), 90);
        *from = mtl__max(*from - pad, v->t0);
        *to += pad;
    }
    return any;
}

static const char *outcome_text(mtl__page *v, const mtl__pregnancy *p, const mtl__conceptus *c)
{
    static const char *const care[] = {"", ", expectant care", ", medical care", ", surgical care"};
    static const char *const mode[] = {"", ", vaginal", ", caesarean"};
    static const char *const outcome[] = {"born", "stillborn", "miscarried", "termination",
                                          "pregnant"};
    mtl__str s = {0};
    double weeks = p->weeks;
    if (c->vanished && isfinite(c->ended))
        weeks = (c->ended - p->conceived) / 7 + 2;
    mtl__str_printf(&s, "%s", c->vanished ? "vanished twin, week " : outcome[p->outcome]);
    if (!c->vanished)
        mtl__str_add(&s, p->outcome == MTL__ONGOING ? ", week " : ", week ");
    mtl__str_printf(&s, "%.3g", weeks); /* as in the list of events */
    if (!c->vanished) {
        const bool birth = p->outcome == MTL__LIVE_BIRTH || p->outcome == MTL__STILLBIRTH;
        mtl__str_add(&s, birth ? mode[p->mode] : care[p->care]);
    }
    return text_of(v, &s);
}

/* Bars of milk with their labels, in as many rows as they need; returns the rows. Measures only
   when `draw` is false. */
static int milk_rows(mtl__page *v, const mtl__xaxis *x, double y, double edge, bool draw)
{
    double end[MAX_MILK_ROWS];
    int rows = 0;
    for (int i = 0; i < v->s->n_pregnancies; i++) {
        const mtl__pregnancy *p = &v->s->pregnancy[i];
        if (!is_mine(v, p) || !(p->milk_days > 0) || !isfinite(p->ended))
            continue;
        const double x0 = mtl__xaxis_at(x, p->ended);
        const double x1 = mtl__xaxis_at(x, p->ended + p->milk_days);
        char text[64];
        snprintf(text, sizeof text, "milk, %d months", (int)floor(p->milk_days / 30.4375 + 0.5));
        const double width = mtl__text_width(text, 12.5);
        const bool fits = x1 + 6 + width <= edge;
        int row = 0;
        while (row < rows && row < MAX_MILK_ROWS - 1 && end[row] > x0 - (fits ? 10 : width + 16))
            row++;
        end[row] = fits ? x1 + 6 + width : x1;
        rows = row >= rows ? row + 1 : rows;
        if (!draw)
            continue;
        const double at = y + MILK_ROW * row;
        mtl__svg_rect(v->out, "bar", x0, at, mtl__max(x1 - x0, 1.5), 4);
        mtl__svg_text(v->out, "halo", fits ? 's' : 'e', fits ? x1 + 6 : x0 - 6, at + 6, text);
    }
    return rows;
}

static int enlarged_labels(mtl__page *v, const mtl__xaxis *x, mtl__label *l)
{
    int n = 0;
    for (int i = 0; i < v->s->n_pregnancies; i++) {
        const mtl__pregnancy *p = &v->s->pregnancy[i];
        for (int k = 0; is_mine(v, p) && k < p->n_children; k++) {
            const mtl__conceptus *c = &v->s->child[p->child0 + k];
            add_label(l, &n,
                      &(mtl__label){.text = mtl__page_name(v, c->person),
                                    .sub = outcome_text(v, p, c),
                                    .class_ = mtl__page_class(v, c->person),
                                    .x = mtl__xaxis_at(x, p->conceived)});
        }
    }
    return n;
}

static void draw_enlarged(mtl__page *v, const figure *f, const mtl__xaxis *life, double y,
                          double from, double to)
{
    mtl__str *b = v->out;
    enum { ARCH = 62, WEDGE = 44 };
    const mtl__xaxis x = {from, to, f->left, f->right};
    mtl__label l[MAX_LABELS];
    const int n = enlarged_labels(v, &x, l);
    const int rows = mtl__labels_place(l, n, f->left, f->w - 4);
    const double top = y + WEDGE, line = top + 36 + rows * ROW + ARCH;
    mtl__svg_path(b, "soft");
    mtl__svg_move(b, mtl__xaxis_at(life, from), y);
    mtl__svg_to(b, mtl__xaxis_at(life, to), y);
    mtl__svg_to(b, f->right, top);
    mtl__svg_to(b, f->right, line);
    mtl__svg_to(b, f->left, line);
    mtl__svg_to(b, f->left, top);
    mtl__svg_path_end(b, true);
    char text[64];
    if (mtl__year(from) < mtl__year(to))
        snprintf(text, sizeof text, "%d to %d, enlarged", mtl__year(from), mtl__year(to));
    else
        snprintf(text, sizeof text, "%d, enlarged", mtl__year(from));
    mtl__svg_text(b, "tick", 's', f->left + 8, top + 16, text);
    draw_arches(v, &x, line, ARCH);
    draw_labels(b, l, n, line - ARCH + 6);
    mtl__xaxis_draw(b, &x, line, f->ticks);
    mtl__svg_line(b, "bold", f->left, line, f->right, line);
    milk_rows(v, &x, line + 28, f->w, true);
}

/* ------------------------------------------------------------------ the figure */

static void diamond(mtl__str *b, double x, double y, bool full)
{
    enum { R = 6 };
    mtl__svg_path(b, full ? "full" : "open");
    mtl__svg_move(b, x - R, y);
    mtl__svg_to(b, x, y - R);
    mtl__svg_to(b, x + R, y);
    mtl__svg_to(b, x, y + R);
    mtl__svg_path_end(b, true);
}

static void draw_marks(mtl__page *v, const mtl__xaxis *a, double y)
{
    mtl__str *b = v->out;
    const mtl__person *me = &v->s->person[v->focus];
    const double born = isfinite(me->born) ? me->born : v->t0;
    const double last = isfinite(me->died) ? me->died : v->t1;
    mtl__svg_line(b, "bold", mtl__xaxis_at(a, born), y, mtl__xaxis_at(a, last), y);
    if (isfinite(me->born))
        mtl__svg_line(b, "bold", mtl__xaxis_at(a, born), y - 7, mtl__xaxis_at(a, born), y + 7);
    if (isfinite(me->died))
        mtl__svg_line(b, "bold", mtl__xaxis_at(a, last), y - 7, mtl__xaxis_at(a, last), y + 7);
    for (int i = 0; i < v->s->n_samples; i++) {
        if (!first_of_its_day(v, i))
            continue;
        const double px = mtl__xaxis_at(a, v->s->sample[i].t);
        if (v->s->sample[i].autopsy)
            mtl__svg_rect(b, "ink", px - 5, y - 14, 10, 10);
        else
            mtl__svg_circle(b, "open", px, y - 9, 5);
    }
    for (int i = 0; i < v->s->n_injuries; i++) {
        const mtl__injury *x = &v->s->injury[i];
        if (x->person == v->focus)
            mtl__injury_cross(b, mtl__xaxis_at(a, x->t), y, x->implied ? 3 : 5);
    }
    for (int i = 0; i < v->s->n_onsets; i++)
        if (v->s->onset[i].person == v->focus)
            diamond(b, mtl__xaxis_at(a, v->s->onset[i].t), y, v->s->onset[i].cells > 0);
}

static double height_of(mtl__page *v, const figure *f, const mtl__xaxis *x, mtl__label *l, int *n,
                        double *line)
{
    *n = main_labels(v, x, l);
    const int rows = mtl__labels_place(l, *n, 0, f->w - 4);
    *line = 14 + rows * ROW + 14;
    double from = 0, to = 0;
    if (!pregnant_years(v, &from, &to))
        return *line + 30;
    const mtl__xaxis strip = {from, to, f->left, f->right};
    mtl__label below[MAX_LABELS];
    const int m = enlarged_labels(v, &strip, below);
    const int milk = milk_rows(v, &strip, 0, f->w, false);
    return *line + 26 + 44 + 36 + mtl__labels_place(below, m, f->left, f->w - 4) * ROW + 62 + 30 +
           MILK_ROW * milk;
}

static void draw_figure(mtl__page *v, const figure *f)
{
    const mtl__xaxis x = {v->t0, v->t1, f->left, f->right};
    mtl__label l[MAX_LABELS];
    int n = 0;
    double line = 0, from = 0, to = 0;
    const double h = height_of(v, f, &x, l, &n, &line);
    mtl__svg_open(v->out, f->w, h, f->class_, "Life line",
                  "Birth, pregnancies, samples and death on one line; below it the years of the "
                  "pregnancies, enlarged. The events are listed in events.tsv.");
    if (pregnant_years(v, &from, &to))
        draw_enlarged(v, f, &x, line + 26, from, to);
    draw_arches(v, &x, line, 24);
    mtl__xaxis_draw(v->out, &x, line, f->ticks);
    draw_labels(v->out, l, n, line);
    draw_marks(v, &x, line);
    mtl__svg_close(v->out);
}

static void say_onsets(mtl__page *v)
{
    bool clone = false, known = false;
    for (int i = 0; i < v->s->n_onsets; i++) {
        const mtl__onset *o = &v->s->onset[i];
        clone = clone || (o->person == v->focus && o->cells > 0);
        known = known || (o->person == v->focus && o->cells <= 0);
    }
    if (clone)
        mtl__str_add(v->out, "<p><b>Full diamond</b>: a tumour begins, dated in the "
                             "scenario.</p>\n");
    if (known)
        mtl__str_add(v->out, "<p><b>Open diamond</b>: a diagnosis.</p>\n");
}

void mtl__report_life(mtl__page *v)
{
    mtl__str *b = v->out, title = {0};
    mtl__str_printf(&title, "The life of %s", mtl__page_name(v, v->focus));
    mtl__section_open(v, "life", title.s ? title.s : "");
    b->oom = b->oom || title.oom;
    mtl__str_free(&title);
    double from, to;
    if (pregnant_years(v, &from, &to))
        mtl__str_add(
            b,
            "<p>Each arch is a pregnancy at its true length. The enlarged years show what opened a "
            "way for cells: placenta, birth, milk.</p><p><b>Full dot</b>: a birth. <b>Ring</b>: a "
            "loss; "
            "the dotted arch is the time it did not have.</p>\n");
    bool hurt = false;
    for (int i = 0; i < v->s->n_injuries; i++)
        hurt = hurt || v->s->injury[i].person == v->focus;
    if (hurt)
        mtl__str_add(b, "<p><b>Cross</b>: an injury; small where another event implies it.</p>\n");
    say_onsets(v);
    if (v->s->history_unknown && v->s->history_unknown[v->focus])
        mtl__str_add(
            b, "<p>Earlier pregnancies are <b>unknown</b>: there may have been others.</p>\n");
    mtl__section_body(v);
    mtl__str_add(b, "<figure>\n");
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        draw_figure(v, &figures[i]);
    mtl__str_add(b, "</figure>\n");
    mtl__section_close(v);
}
