/* SPDX-License-Identifier: MIT */
#ifndef MTL_REPORT_H
#define MTL_REPORT_H
/* Face of report/ for its own files: text, figures and sections of the one-file HTML report.
   Everything is appended to a string; lack of memory sticks in it and is looked at once, at the
   end. */
#include "base/base.h"
#include "io/result_out.h"
#include "run/result.h"

/* Frees a string that was made on the way; that memory ran out in it sticks in b. */
static inline void mtl__str_drop(mtl__str *b, mtl__str *part)
{
    b->oom = b->oom || part->oom;
    mtl__str_free(part);
}

/* ---------------------------------------------------------------- text (report_text.c) */
/* User text for HTML: cleaned, with & < > " ' escaped. */
void mtl__html(mtl__str *b, const char *s);
/* A name like "organ.barrier.brain", which may be broken after its dots. */
void mtl__html_dotted(mtl__str *b, const char *s);
/* The same with a capital first letter, for headings. */
void mtl__html_capital(mtl__str *b, const char *s);
/* Two significant digits: "0.77", "1,200", "1.2×10⁻⁵"; "not known" if not finite. Returns buf. */
const char *mtl__two(double v, char buf[32]);
/* A probability known to 1/n: "0.89", "<0.001" rather than 0, ">0.999" rather than 1. */
const char *mtl__prob(double p, int n, char buf[32]);
/* mtl__two of a level (gEq per 1e6): never below 0, "<0.001" where it is less than one in 10⁹.
   Plain text, to be escaped in HTML. */
const char *mtl__level_two(double v, char buf[32]);
/* "2.2 (0 to 16)"; the median, or "mean 2.2" where there are no quantiles. */
void mtl__band_text(mtl__str *b, const mtl__band *x);
/* Is everything hit that was looked at? Then nothing bounds the level from above. */
bool mtl__reading_above(const mtl__reading *x);
/* "9.6 (2.4 to 21)", "at most 1.9" or "at least 20": never a bare 0. */
void mtl__reading_text(mtl__str *b, const mtl__reading *x);
/* A number that is not an estimate (of an axis, of a table), to four digits but none that says
   nothing: "0.01", "1", "12.1", "10,000", "10⁻⁶". */
const char *mtl__given(double v, char buf[32]);
/* "1,000" */
void mtl__count(mtl__str *b, int n);
int mtl__year(double days);
/* Width in px of a text of this size, near enough to place labels. */
double mtl__text_width(const char *s, double size);

/* ---------------------------------------------------------------- SVG (svg.c) */
void mtl__svg_open(mtl__str *b, double w, double h, const char *class_, const char *title,
                   const char *desc);
void mtl__svg_close(mtl__str *b);
void mtl__svg_line(mtl__str *b, const char *class_, double x1, double y1, double x2, double y2);
void mtl__svg_rect(mtl__str *b, const char *class_, double x, double y, double w, double h);
/* A filled rectangle of this opacity in steps of 0.05. */
void mtl__svg_shade(mtl__str *b, const char *class_, double x, double y, double w, double h,
                    double opacity);
void mtl__svg_circle(mtl__str *b, const char *class_, double x, double y, double r);
/* anchor: 's' start, 'm' middle, 'e' end. The text is escaped. */
void mtl__svg_text(mtl__str *b, const char *class_, char anchor, double x, double y,
                   const char *text);
/* Text on as many lines as this width needs, broken at spaces; returns their number. */
int mtl__svg_wrapped(mtl__str *b, const char *class_, double x, double y, double width, double size,
                     const char *text);
/* What is inside takes the colours of the group's class. */
void mtl__svg_group(mtl__str *b, const char *class_);
void mtl__svg_group_end(mtl__str *b);
void mtl__svg_path(mtl__str *b, const char *class_);
void mtl__svg_move(mtl__str *b, double x, double y);
void mtl__svg_to(mtl__str *b, double x, double y);
void mtl__svg_path_end(mtl__str *b, bool closed);
/* A rectangle with round corners; a shape given as the text of a path. */
void mtl__svg_round(mtl__str *b, const char *class_, double x, double y, double w, double h,
                    double r);
void mtl__svg_shape(mtl__str *b, const char *class_, const char *path);
/* Words for whoever points at the group, walks to it by keyboard or hears it; lines end in \n. */
void mtl__svg_tip(mtl__str *b, const char *text);
/* Lines at 45 degrees over a rectangle: lines, because a pattern fill makes giant PDF files. */
void mtl__svg_hatch(mtl__str *b, const char *class_, int apart, double x, double y, double w,
                    double h);

/* ------- page (report_page.c) */
/* Who of the samples taken could have seen a donor in an organ, and from which level on. */
typedef struct mtl__sight {
    const mtl__assay_result *by; /* NULL: no assay was named that could see this donor */
    double lod;                  /* gEq per 1e6 */
    bool other_organ;            /* the LoD is that of a sample of another organ */
} mtl__sight;

typedef struct mtl__range {
    int low, high;
} mtl__range; /* powers of ten */

/* A line of a time figure whose numbers the script may show. */
typedef struct mtl__series {
    const mtl__pair *pair;     /* NULL: of the host, and then what follows from `name` on */
    int result, watched;       /* result: of the host also n_results + a window */
    const char *name, *class_; /* name with the unit */
    mtl__band *const *band;    /* at the times of the first result; NULL: value */
    const float *value;
    double scale; /* what is shown is this times that */
} mtl__series;
/* A part of the first result's times, for figures that show no more. */
typedef struct mtl__window {
    int k0, k1;
} mtl__window;

typedef struct mtl__page {
    const mtl_result *const *result;
    int n_results;
    const mtl_result *r; /* result[0] */
    const mtl_scenario *s;
    const mtl_model *m;
    int focus;
    int *pair; /* [n_pairs] indices of r->pair in the focus person, in order of first contact */
    int n_pairs;
    int *colour;   /* [n_people] 0.. in order of first contact; -1: the focus person herself */
    double t0, t1; /* the time axis that life line and ribbons share */
    mtl__range blood, organs;
    mtl__series *series;
    int n_series, max_series;
    mtl__window *window;
    int n_windows, max_windows;
    mtl__str *out;
    mtl__arena arena;
} mtl__page;

/* A headline with the names of people in their colours. */
void mtl__html_names(mtl__page *v, const char *text);
int mtl__page_init(mtl__page *v, const mtl_result *const *r, int n, mtl__str *out, mtl_error *err);
void mtl__page_free(mtl__page *v);
mtl__sight mtl__page_sight(const mtl__page *v, int host, int donor, int organ);
/* Can this sample be explained by this donor? */
bool mtl__page_explains(const mtl__page *v, const mtl__assay_result *a, int donor);
/* The difference of two thirds of the replicates in the answer, a probability, that chance alone
   brings about in one report of twenty: Bonferroni over the parameters compared. 0 when not known.
 */
double mtl__page_noise(const mtl__page *v);
/* The donor with whom a reading is shown: the first, by contact, that could explain it; -1 nobody.
 */
int mtl__page_home(const mtl__page *v, const mtl__assay_result *a);
/* Is the organ one that this person has and that cells live in? */
bool mtl__page_has_organ(const mtl__page *v, int person, int organ);
const char *mtl__page_name(const mtl__page *v, int person);
/* What the second mark of a donor means, where anybody among the pairs of this host (-1: of all
   others) has one. (report_page.c) */
void mtl__page_marks_key(mtl__page *v, int host);
/* Does the level of a donor in a watched organ ever come to the foot of this axis, in one of forty
   replicates? (report_organs.c) */
bool mtl__worth_a_panel(const mtl_result *r, const mtl__pair *p, int watched, double least);
/* The foot of an axis, but nothing under one in 10⁹. */
double mtl__range_least(mtl__range range);
/* Colour class: "d0" .. "d5", then "d0 dash" ...; "me" for the focus person. */
const char *mtl__page_class(const mtl__page *v, int person);
const char *mtl__organ_label(const mtl_model *m, int organ);
/* The label without the name of its group, with a capital: "Hippocampus" of "Brain: hippocampus".
   Returns buf. */
const char *mtl__organ_short(const mtl_model *m, int organ, char buf[64]);
/* The pair of another result that is the same host and donor, NULL if it has none. */
const mtl__pair *mtl__page_same_pair(const mtl_result *r, const mtl__pair *p);
/* Index in `watched`, -1 if the organ is not watched. */
int mtl__page_watched(const mtl_result *r, int organ);

/* ---------------------------------------------------------------- axes and panels (report_axes.c)
 */
typedef struct mtl__xaxis {
    double t0, t1, x0, x1;
} mtl__xaxis;
double mtl__xaxis_at(const mtl__xaxis *a, double t);
/* Ticks at round years or months with at most `max` labels below y, fewer where they have no room;
   of a few weeks the day at both ends. */
void mtl__xaxis_draw(mtl__str *b, const mtl__xaxis *a, double y, int max);

typedef struct mtl__label {
    const char *text, *sub, *class_;
    double x, width; /* x: of the thing it names; width is filled by mtl__labels_place */
    char anchor;     /* filled: 's' or 'e' */
    double shift;    /* filled: added to x where neither side of it has room */
    int row;         /* filled: 0 is nearest */
} mtl__label;
/* Sorts by x and finds rows in which no two overlap, inside [left, right]. Returns the number of
 * rows. */
int mtl__labels_place(mtl__label *l, int n, double left, double right);

typedef struct mtl__panel {
    const mtl_result *r;
    const mtl__pair *pair;
    int watched; /* index into r->watched */
    mtl__xaxis x;
    double y, h; /* top and height */
    mtl__range range;
    mtl__sight sight;
    bool hatch, ticks, lod_label, strip_label;
} mtl__panel;
double mtl__panel_y(const mtl__panel *p, double level);
/* Grid, bands, hatching, median line, LoD line and the "none" strip below (8 px). */
void mtl__panel_draw(mtl__str *b, const mtl__panel *p);
/* Circle with interval, or triangle with arrow; `full`: a laboratory's own. */
void mtl__panel_reading(mtl__str *b, const mtl__panel *p, double t, const mtl__reading *x,
                        bool full);

/* ---------------------------------------------------------------- values on demand
   (report_script.c) */
/* The number of a series in the page's data; -1: no memory. */
int mtl__page_series(mtl__page *v, const mtl_result *r, const mtl__pair *pair, int watched);
/* The number of a series of the host: band or value, times scale. window: as mtl__page_window gave
   it, 0 for all times. The name is copied; band and value are borrowed. */
int mtl__page_host_series(mtl__page *v, int window, const char *name, const char *class_,
                          mtl__band *const *band, const float *value, double scale);
/* Figures that show time[k0] .. time[k1] of the first result only; -1: no memory. */
int mtl__page_window(mtl__page *v, int k0, int k1);
/* The area of a time figure that answers to the pointer and the keyboard; all series of one
   result. */
void mtl__plot(mtl__page *v, const mtl__xaxis *x, double y, double h, const int *series, int n);
void mtl__report_script(mtl__page *v);

/* ---------------------------------------------------------------- body map (report_places.c) */
typedef struct mtl__place {
    const char *organ;
    double x, y; /* middle and top of its frame */
} mtl__place;
typedef struct mtl__view {
    const char *name;
    const mtl__place *place;
    int n;
    double w, h;
    const char *const *outline;
    int n_outlines;
    const char *inner;
} mtl__view;
enum mtl__view_id { MTL__VIEW_BODY, MTL__VIEW_BRAIN, MTL__N_VIEWS };
const mtl__view *mtl__view_of(enum mtl__view_id id);
const mtl__place *mtl__place_of(const mtl__view *v, const char *organ);

/* ---------------------------------------------------------------- sections */
void mtl__section_open(mtl__page *v, const char *id, const char *title);
/* Ends the column on the left (title, how to read), begins the right one. */
void mtl__section_body(mtl__page *v);
void mtl__section_close(mtl__page *v);
/* Opening and body of a section whose left column always says the same, as HTML. */
void mtl__section_say(mtl__page *v, const char *id, const char *title, const char *how_to_read);

/* report_style.c: a document up to and with the style of all pages and n parts of its own; <style>
   is left open. */
void mtl__page_begin(mtl__str *b, const char *title, const char *const *more, size_t n);
void mtl__report_head(mtl__page *v); /* head, style, masthead */
void mtl__report_tail(mtl__page *v);
void mtl__report_answer(mtl__page *v); /* report_answer.c */
/* The answer in two digits; if it is a probability, as one known from n replicates (0: exactly). */
const char *mtl__answer_text(const mtl__page *v, double answer, int n, char buf[32]);
/* A bar from the answer at the low third to that at the high third, with the answer as a line;
   nothing where the answer is not a probability. */
void mtl__answer_bar(mtl__page *v, const mtl__leaning *l);
void mtl__report_life(mtl__page *v);     /* report_life.c */
void mtl__report_ribbons(mtl__page *v);  /* report_ribbons.c */
void mtl__report_organs(mtl__page *v);   /* report_organs.c: watched organs */
void mtl__report_others(mtl__page *v);   /* report_organs.c: blood of the other people */
void mtl__report_readings(mtl__page *v); /* report_readings.c */
void mtl__report_carriage(mtl__page *v); /* report_carriage.c */
void mtl__report_map(mtl__page *v);      /* report_map.c: inside the section of the table */
void mtl__report_table(mtl__page *v);    /* report_table.c */
/* The switch in which the results differ, -1 if they differ in none; its value in result n. */
int mtl__page_switch(const mtl__page *v);
const char *mtl__page_value(const mtl__page *v, int n, int sw);
void mtl__report_rivals(mtl__page *v);   /* report_rivals.c */
void mtl__report_deciding(mtl__page *v); /* report_deciding.c: inside the section of the rivals */
void mtl__report_params(mtl__page *v);   /* report_params.c */
void mtl__report_again(mtl__page *v);    /* report_again.c */

#endif
