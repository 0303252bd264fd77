/* SPDX-License-Identifier: MIT */
/* The chart of a scenario: one line a person on one axis of years, with a letter where something
   happened, and the age of the person in focus under it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "family/scenario_text.h"

#define MAX_CHART 240

typedef struct chart {
    const mtl_scenario *s;
    mtl__str *out;
    int name_columns, columns; /* of the names, of the axis */
    double begin, end;         /* days */
    int first_year, step;
} chart;

static int column_of(const chart *c, double t)
{
    const double x = (t - c->begin) / (c->end - c->begin) * (c->columns - 1);
    const int k = (int)floor(x + 0.5);
    return k < 0 ? 0 : k > c->columns - 1 ? c->columns - 1 : k;
}

/* A row of cells, each a static string of one column. */
typedef struct row {
    const char *cell[MAX_CHART];
} row;

static void clear(row *r)
{
    for (int i = 0; i < MAX_CHART; i++)
        r->cell[i] = " ";
}

static void put(const chart *c, row *r, double t, const char *mark, const char *lowly)
{
    const char **cell = &r->cell[column_of(c, t)];
    const bool free_cell = strcmp(*cell, " ") == 0 || strcmp(*cell, lowly) == 0 ||
                           strcmp(*cell, "├") == 0 || strcmp(*cell, "╌") == 0;
    if (strcmp(*cell, mark) != 0)
        *cell = free_cell ? mark : "*";
}

static void print_row(const chart *c, const row *r, const char *name, int width)
{
    mtl__str line = {0};
    mtl__str_add(&line, "  ");
    mtl__text_cut(&line, name, c->name_columns - 3);
    mtl__text_pad(&line, c->name_columns);
    for (int i = 0; i < c->columns; i++)
        mtl__str_add(&line, r->cell[i]);
    mtl__text_line(c->out, &line, width);
}

static const char *contact_mark(enum mtl__contact_kind kind)
{
    switch (kind) {
    case MTL__MILK:
        return "M";
    case MTL__TRANSFUSION:
        return "B";
    case MTL__ORGAN_GRAFT:
    case MTL__STEM_CELL_GRAFT:
        return "G";
    case MTL__INFUSION:
        return "I";
    case MTL__ANASTOMOSIS:
        break;
    }
    return NULL;
}

static const char *mark_of(const mtl_scenario *s, const mtl__event *e)
{
    switch (e->kind) {
    case MTL__EV_DELIVERY:
        return "D";
    case MTL__EV_LOSS:
        return s->pregnancy[e->pregnancy].outcome == MTL__TERMINATION ? "T" : "L";
    case MTL__EV_SAMPLE:
        return "S";
    case MTL__EV_AUTOPSY:
        return "A";
    case MTL__EV_DEATH:
        return "†";
    case MTL__EV_OTHER:
        return e->contact > 0    ? contact_mark(s->contact[e->contact - 1].kind)
               : e->adoption > 0 ? "N"
                                 : "P";
    case MTL__EV_INJURY:
        return "X";
    case MTL__EV_DEPLETION:
        return "K";
    case MTL__EV_ONSET:
        return "O";
    case MTL__EV_BIRTH:
    case MTL__EV_CONCEPTION:
        break;
    }
    return NULL;
}

static bool autopsied(const mtl_scenario *s, const mtl__event *death)
{
    for (int i = 0; i < s->n_samples; i++)
        if (s->sample[i].autopsy && s->sample[i].person == death->person)
            return true;
    return false;
}

static void on_record(const mtl_scenario *s, int who, double *begin, double *end)
{
    *begin = s->t_end;
    *end = s->t_end;
    for (int i = s->n_events - 1; i >= 0; i--)
        if (s->event[i].person == who && s->event[i].kind != MTL__EV_CONCEPTION) {
            *end = *begin == s->t_end ? s->event[i].t : *end;
            *begin = s->event[i].t;
        }
}

static void person_row(const chart *c, int who, int width)
{
    const mtl_scenario *s = c->s;
    const mtl__person *p = &s->person[who];
    double begin = p->born, end = isnan(p->died) ? s->t_end : p->died;
    const char *body = isnan(p->born) ? "╌" : "─";
    row r;
    clear(&r);
    /* Of a woman whose birth is not known, only the years on record are drawn, on a broken line. */
    if (isnan(p->born))
        on_record(s, who, &begin, &end);
    for (int i = column_of(c, begin); i <= column_of(c, end); i++)
        r.cell[i] = body;
    if (!isnan(p->born))
        r.cell[column_of(c, p->born)] = "├";
    for (int i = 0; i < s->n_events; i++) {
        const mtl__event *e = &s->event[i];
        const char *mark = e->person == who ? mark_of(s, e) : NULL;
        if (mark && !(e->kind == MTL__EV_DEATH && autopsied(s, e)))
            put(c, &r, e->t, mark, body);
    }
    print_row(c, &r, p->name, width);
}

static void years(const chart *c, int width)
{
    row label, axis;
    clear(&label);
    clear(&axis);
    char digit[MAX_CHART][2];
    for (int i = 0; i < c->columns; i++)
        axis.cell[i] = "─";
    for (int y = c->first_year;; y += c->step) {
        const double t = mtl__date_to_days(y, 1, 1);
        char text[16];
        if (t > c->end)
            break;
        const int at = column_of(c, t);
        axis.cell[at] = "┬";
        const int n = snprintf(text, sizeof text, "%d", y);
        for (int k = 0; k < n && at + n <= c->columns; k++) {
            digit[at + k][0] = text[k];
            digit[at + k][1] = '\0';
            label.cell[at + k] = digit[at + k];
        }
    }
    print_row(c, &label, "", width);
    print_row(c, &axis, "", width);
}

/* Ages of the person in focus, under the years. */
static void ages(const chart *c, int width)
{
    const mtl__person *p = &c->s->person[c->s->focus];
    const double last = isnan(p->died) ? c->s->t_end : p->died;
    if (isnan(p->born))
        return;
    row label;
    clear(&label);
    char digit[MAX_CHART][2];
    for (int a = 0; a <= 130; a += c->step) {
        const double t = p->born + a * MTL_DAYS_PER_YEAR;
        char text[16];
        if (t > last)
            break;
        const int at = column_of(c, t), n = snprintf(text, sizeof text, "%d", a);
        for (int k = 0; k < n && at + n <= c->columns; k++) {
            digit[at + k][0] = text[k];
            digit[at + k][1] = '\0';
            label.cell[at + k] = digit[at + k];
        }
    }
    print_row(c, &label, "(age)", width);
}

static bool has_row(const mtl_scenario *s, int who)
{
    if (!isnan(s->person[who].born))
        return true;
    for (int i = 0; i < s->n_pregnancies; i++)
        if (s->pregnancy[i].mother == who)
            return true;
    return false;
}

static void scale(chart *c, int width)
{
    static const int steps[] = {1, 2, 5, 10, 20, 25, 50, 100};
    double begin = c->s->t_end;
    int y, m, d, longest = 5;
    for (int i = 0; i < c->s->n_events; i++)
        if (c->s->event[i].kind != MTL__EV_CONCEPTION && c->s->event[i].t < begin)
            begin = c->s->event[i].t;
    for (int i = 0; i < c->s->n_people; i++)
        if (has_row(c->s, i)) {
            const int n = mtl__text_columns(c->s->person[i].name);
            longest = n > longest ? n : longest;
        }
    c->name_columns = (longest > 18 ? 18 : longest) + 4;
    c->columns = width - c->name_columns;
    mtl__days_to_date(begin, &y, &m, &d);
    const int from = y;
    mtl__days_to_date(c->s->t_end, &y, &m, &d);
    const int to = y + 1;
    size_t k = 0;
    while (k + 1 < sizeof steps / sizeof steps[0] &&
           (double)steps[k] / (to - from) * c->columns < 7.0)
        k++;
    c->step = steps[k];
    c->first_year = from - from % c->step;
    c->begin = mtl__date_to_days(c->first_year, 1, 1);
    c->end = mtl__date_to_days(to, 1, 1);
}

bool mtl__more_marks(const mtl_scenario *s)
{
    for (int i = 0; i < s->n_contacts; i++)
        if (!s->contact[i].implied)
            return true;
    return s->n_adoptions > 0;
}

void mtl__draw_lives(const mtl_scenario *s, const int *order, int n, int width, mtl__str *out)
{
    chart c = {.s = s, .out = out};
    scale(&c, width);
    mtl__str_add(out, "\nLives    ├ birth  D delivery  L loss  T termination  P pregnant\n"
                      "         S sample  A autopsy  † death  * several at once\n");
    if (mtl__more_marks(s))
        mtl__str_add(out, "         M milk of another  B transfusion  G graft  I infusion  "
                          "N adopted\n");
    if (s->n_injuries + s->n_depletions + s->n_onsets > 0)
        mtl__str_add(out, "         X injury  K cells taken away  O a tumour or disease begins\n");
    mtl__str_add(out, "\n");
    years(&c, width);
    for (int i = 0; i < n; i++)
        if (has_row(s, order[i]))
            person_row(&c, order[i], width);
    ages(&c, width);
}
