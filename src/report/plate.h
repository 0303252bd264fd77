/* SPDX-License-Identifier: MIT */
#ifndef MTL_REPORT_PLATE_H
#define MTL_REPORT_PLATE_H
/* The measuring pages: what `matriline quantify` and `matriline mix` found, as one HTML file each.
   They share style, script and colours with the report. */
#include "report/report.h"

/* ---------------------------------------------------------------- both pages (plate_frame.c) */
/* Colours of people 0 .. n - 1: those of the family's other pages, then whoever comes after, in the
   order of `seen`; NULL if out of memory. s may be NULL. */
int *mtl__lab_colours(mtl__arena *arena, const mtl_scenario *s, int n, const int *seen, int n_seen);
/* Head of the page up to its masthead, which stays open for spans on the right. */
void mtl__lab_head(mtl__str *b, const char *kind, const char *title);
void mtl__lab_tail(mtl__page *v, const char *footer);
/* An estimate to two digits, to three where its interval asks for it; plain text. */
const char *mtl__lab_number(double x, bool sharp, char buf[32]);
/* Is an interval so narrow that two digits hide it? */
bool mtl__lab_sharp(double low, double high);
/* A chance that is not from replicates: "0.19", "2.6×10⁻⁶", "below 10⁻¹²". */
const char *mtl__lab_chance(double p, char buf[32]);
/* Name of a file without its folder. */
const char *mtl__lab_leaf(const char *path);
/* Part of a text that fits this width, "…" at its end if cut. */
const char *mtl__lab_cut(const char *s, double width, double size, char buf[128]);
void mtl__lab_term(mtl__str *b, const char *name, const char *text); /* <dt><dd> */
/* A cell of a table that can be sorted; empty where the value is no number. */
void mtl__lab_value(mtl__str *b, double value, const char *text);
void mtl__lab_file(mtl__str *b, const char *name, const char *file, const char *hash);
/* A box of things to know, each begun with mtl__lab_thing; `n` counts them. */
void mtl__lab_thing(mtl__str *b, int *n, const char *title);
void mtl__lab_box(mtl__str *b, const mtl__str *things, int n);
/* Lines of remarks as a list; nothing where there are none. */
void mtl__lab_remarks(mtl__str *b, const char *lines);
typedef struct mtl__decades { /* a log axis */
    double low, high, x0, x1; /* powers of ten */
} mtl__decades;
double mtl__decades_at(const mtl__decades *a, double value); /* held inside the axis */
/* Ticks and labels below y, and light lines up to `top` where that is above y. */
void mtl__decades_draw(mtl__str *b, const mtl__decades *a, double y, double top, const char *unit);
/* One interval on such an axis: line and dot, or an upper bound with its end and dots before it. */
void mtl__lab_interval(mtl__str *b, const mtl__decades *a, double y, double mid, double low,
                       double high, bool bound);

/* ---------------------------------------------------------------- the plate page */
struct mtl_quantify;
struct mtl_quantify_row;
typedef struct mtl__plate_page {
    const struct mtl_quantify *q;
    const char *command; /* NULL = not told */
    mtl__page page;      /* colours, output and script; no result */
    mtl__str *out;
    mtl__arena arena;
} mtl__plate_page;
typedef struct mtl__measured { /* a level in the unit that it can be given in */
    bool genome;               /* per million genomes; else per well */
    bool bound;                /* nothing above the blanks: at most `high` */
    bool open;                 /* every well hit and no curve: at least `low` */
    double mid, low, high, lob, lod;
} mtl__measured;
mtl__measured mtl__plate_measured(const struct mtl_quantify_row *r);
const char *mtl__plate_unit(const mtl__measured *x); /* "gEq per million", "gEq per well" */
/* "45 (19 to 91)", "at most 8.9", "at least 0.74"; HTML-safe as it is. */
void mtl__plate_level_text(mtl__str *b, const mtl__measured *x, const char *before,
                           const char *between);
const char *mtl__plate_class(const mtl__plate_page *v, int row);
/* Class of those whom a target sees; "me" for a reference gene. */
const char *mtl__plate_target_class(const mtl__plate_page *v, int plate, int target);
bool mtl__plate_digital(const mtl__plate_page *v, int plate, int target);
bool mtl__plate_row_digital(const mtl__plate_page *v, int row);

void mtl__plate_answer(mtl__plate_page *v);         /* plate_answer.c */
void mtl__plate_things(mtl__plate_page *v);         /* plate_things.c */
void mtl__plate_map(mtl__plate_page *v, int plate); /* plate_map.c */
void mtl__plate_map_read(mtl__plate_page *v, int plate);
void mtl__plate_curves(mtl__plate_page *v, int plate); /* plate_curves.c */
void mtl__plate_hits(mtl__plate_page *v);              /* plate_hits.c: a section */
void mtl__plate_levels(mtl__plate_page *v);            /* plate_levels.c: a section */
void mtl__plate_table(mtl__plate_page *v);             /* plate_table.c */
void mtl__plate_groups(mtl__plate_page *v);            /* plate_groups.c: a section */

/* ---------------------------------------------------------------- the mixture page */
struct mtl_mix;
struct mtl_mix_row;
typedef struct mtl__mix_page {
    const struct mtl_mix *m;
    mtl__page page;
    mtl__str *out;
    mtl__arena arena;
} mtl__mix_page;
enum mtl__mix_verdict { MTL__MIX_NONE_SEEN, MTL__MIX_NO_MORE, MTL__MIX_LITTLE, MTL__MIX_FOUND };
/* By p against 5% and by the LoD. */
enum mtl__mix_verdict mtl__mix_verdict_of(const mtl__mix_page *v, int tube, int share);
const char *mtl__mix_verdict_name(enum mtl__mix_verdict x);
const char *mtl__mix_class(const mtl__mix_page *v, int tube, int share);
void mtl__mix_amount(mtl__str *b, const mtl__mix_page *v, int tube, int share);

void mtl__mix_page_answer(mtl__mix_page *v);   /* mix_page_answer.c */
void mtl__mix_page_donors(mtl__mix_page *v);   /* mix_page_donors.c */
void mtl__mix_page_markers(mtl__mix_page *v);  /* mix_page_markers.c */
void mtl__mix_page_likeness(mtl__mix_page *v); /* mix_page_likeness.c */
void mtl__mix_page_time(mtl__mix_page *v);     /* mix_page_time.c */

#endif
