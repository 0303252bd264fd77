/* SPDX-License-Identifier: MIT */
#ifndef MTL_HOST_PART_H
#define MTL_HOST_PART_H
/* The part of the report that tells of the hosts themselves: injuries, tolerance and response,
   outcomes, tumours. Each section is empty where the run followed nothing of the kind. */
#include "report/report.h"

/* ---------------------------------------------------------------- curves (report_curve.c) */
typedef struct mtl__curve {
    const double *time;
    int k0, k1; /* the points shown: time[k0] .. time[k1] */
    mtl__xaxis x;
    double y, h;       /* top and height */
    double high;       /* linear: from 0 to here */
    mtl__range range;  /* log: powers of ten */
    bool log, percent; /* percent: values are shares, written in % */
} mtl__curve;
/* The least of 1, 1.5, 2, 3 ... 8 times a power of ten that is not below. */
double mtl__nice(double top);
/* "23 days", "5.2 months", "3.1 years". Returns buf. */
const char *mtl__duration(double days, char buf[48]);
/* "115 days", from 1000 on as mtl__duration. Returns buf. (report_injury.c) */
const char *mtl__healing_time(double days, char buf[48]);
double mtl__curve_y(const mtl__curve *c, double v);
void mtl__curve_grid(mtl__str *b, const mtl__curve *c);
void mtl__curve_band(mtl__str *b, const mtl__curve *c, const char *class_, const mtl__band *x);
/* Median, or the mean where there is none. */
void mtl__curve_middle(mtl__str *b, const mtl__curve *c, const char *class_, const mtl__band *x);
void mtl__curve_line(mtl__str *b, const mtl__curve *c, const char *class_, const float *value);
/* Unknowns, chance, median. */
void mtl__curve_bands(mtl__str *b, const mtl__curve *c, const mtl__page *v, mtl__band *const *band);
/* What the axis must reach. */
double mtl__curve_top(const mtl__page *v, mtl__band *const *band, int k0, int k1);
/* Ticks below y at round days, months or years since `from`, at most `max`; "days after the EVENT".
 */
void mtl__since_draw(mtl__str *b, const mtl__xaxis *x, double from, double y, int max,
                     const char *event);

/* The area that answers to pointer and keyboard, of the series that are there. */
void mtl__host_plot(mtl__page *v, const mtl__xaxis *x, double y, double h, const int *series,
                    int n);

/* ---------------------------------------------------------------- words (report_host.c) */
void mtl__host_style(mtl__str *b);
/* " of NAME" unless it is the focus person. */
void mtl__of_whom(mtl__page *v, int person);
/* "It is drawn for repair = bystander: ...", what its other values say, and how to run them.
   Nothing if the model has no such switch. */
void mtl__say_switch(mtl__page *v, const char *name);
/* Which tier D values in use stand behind a section: those whose names begin with one of `prefix`
   (ends with NULL) and those that `marked` (may be NULL) tells. */
void mtl__say_tier_d(mtl__page *v, const char *const *prefix, const bool *marked);
void mtl__mark_params(const mtl_model *m, const mtl__expr *e, bool *marked);
/* The label of an organ as a word in a sentence: "heart" of "Heart", but "IL" stays. Returns buf.
 */
const char *mtl__organ_lower(const mtl_model *m, int organ, char buf[96]);
/* "infarct, heart" */
void mtl__injury_name(mtl__page *v, mtl__str *b, const mtl__injury *i);
/* The mark of an injury. */
void mtl__injury_cross(mtl__str *b, double x, double y, double r);
/* Is it one of the further organs that an event hurt at once, after the first? */
bool mtl__injury_follows(const mtl_scenario *s, int injury);
/* "23% (1.7 to 70)": a share with its 95%, of which nothing below a thousandth is told. */
void mtl__say_percent(mtl__page *v, const mtl__band *x);
/* A probability as the page writes them. */
void mtl__say_prob(mtl__page *v, double p);
/* That n panels more than are drawn stand in a table; nothing for 0. */
void mtl__host_left_out(mtl__page *v, int n, const char *table);
/* Ends of an interval of a probability, which are not themselves counts: "0 to 0.19". */
void mtl__say_interval(mtl__page *v, double low, double high);

/* ---------------------------------------------------------------- sections */
void mtl__report_injury(mtl__page *v);   /* report_injury.c */
void mtl__report_immune(mtl__page *v);   /* report_immune.c */
void mtl__report_outcomes(mtl__page *v); /* report_outcomes.c */
void mtl__report_tumours(mtl__page *v);  /* report_tumours.c */
void mtl__report_grid(mtl__page *v);     /* report_grid.c: inside the section of the rivals */
/* Under the headline: what reads what, and how exact that is. */
void mtl__report_coupling(mtl__page *v); /* report_host.c */

#endif
