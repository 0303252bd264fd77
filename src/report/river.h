/* SPDX-License-Identifier: MIT */
#ifndef MTL_RIVER_H
#define MTL_RIVER_H
/* The family page: whose cells come into whom by which way, drawn as a river. A lane is a body, a
   stream in it another person's cells, a channel between lanes a pregnancy or another contact. */
#include "report/report.h"

/* One way from one person to another: half a pregnancy, or a contact. */
typedef struct mtl__flow {
    int giver, taker;
    int pregnancy, contact; /* the other is -1 */
    double t0, t1;          /* days */
} mtl__flow;

/* One donor in one body. */
typedef struct mtl__stream {
    int host, donor;
    int flow; /* the first that brought the donor's cells; -1 not known */
    double t_start;
    const mtl__pair *pair; /* NULL: nothing was simulated */
    /* Expected cells at result->coarse, in the whole body and in its blood; NULL without a pair. */
    double *cells, *blood;
    int k0, k1;  /* the coarse times within the host's life; k1 < k0: none */
    double most; /* of cells */
    bool folded; /* not drawn: one of many that never reach one expected cell */
    double y;    /* of the figure being drawn */
    double x0;   /* where it begins to run; NAN until its tube is drawn */
} mtl__stream;

typedef struct mtl__lane {
    int person;
    bool body; /* else only a donor: a ring where the cells come from */
    double t0, t1;
    int stream0, n_streams, n_folded;
    double y, h; /* of the figure being drawn */
} mtl__lane;

typedef struct mtl__river {
    const mtl_scenario *s;
    const mtl_result *r; /* NULL: ways only */
    mtl__page *page;     /* colours, arena of the page; NULL for plain text */
    mtl__arena arena;
    int n; /* people */
    bool *body;
    mtl__flow *flow;
    int n_flows;
    mtl__stream *stream;
    int n_streams;
    int *stream_at; /* [host * n + donor], -1 = no stream */
    mtl__lane *lane;
    int n_lanes;
    int *lane_of; /* [person], -1 = none */
    int *order;   /* [n] all people: a mother before her children, the youngest first */
    double t0, t1;
    double fold, scale; /* of the figure being drawn: what is folded, how wide all is drawn */
} mtl__river;

/* river_ways.c. r may be NULL. */
int mtl__river_new(mtl__river *v, const mtl_scenario *s, const mtl_result *r, mtl_error *err);
void mtl__river_free(mtl__river *v);
mtl__stream *mtl__river_stream(const mtl__river *v, int host, int donor);
/* Can this flow bring cells of this donor (other than those that the giver first had from the
   taker)? */
bool mtl__flow_brings(const mtl__river *v, const mtl__flow *f, int donor);
/* "placenta (1948), milk", "anna's blood, then placenta (1953)": all ways of a stream, the first
   first. */
void mtl__river_ways(const mtl__river *v, const mtl__stream *x, mtl__str *out);
/* Who is between donor and host on the first way; -1 nobody, or the donor also gave directly. */
int mtl__river_between(const mtl__river *v, const mtl__stream *x);
/* Expected cells at the end of the host's life, or of the scenario; NAN if not known. */
double mtl__stream_end(const mtl__stream *x, const double *cells);

/* river_lanes.c: lanes, their streams in order, which of them are drawn. */
int mtl__river_lanes(mtl__river *v, mtl_error *err);

/* river_axis.c: time, with the years in which much happens drawn wider. */
typedef struct mtl__warp {
    double *t, *x;
    bool *wide; /* [n - 1] the piece from k to k + 1 is stretched */
    int n;
} mtl__warp;
typedef struct mtl__need {
    double a, b, width; /* between these dates this many px are needed; sorted by a */
    double x;           /* out: where they begin */
} mtl__need;
int mtl__warp_make(mtl__warp *w, mtl__arena *arena, double t0, double t1, double x0, double x1,
                   mtl__need *need, int n);
double mtl__warp_at(const mtl__warp *w, double t);
/* Ticks with years below y. */
void mtl__warp_ticks(mtl__str *b, const mtl__warp *w, double y);

/* river_channels.c: where everything stands in a figure of one width. */
typedef struct mtl__tube { /* a donor's cells on their way from one lane to another */
    mtl__stream *to;
    int giver, taker;
    double x, width;
} mtl__tube;
typedef struct mtl__channel {
    int pregnancy, contact; /* the other is -1 */
    double a, b;
    int tube0, n_tubes;
    double x;
} mtl__channel;
typedef struct mtl__canvas {
    double w, h, left, right, gap; /* right: of the time axis; labels stand beyond it */
    const char *class_;
    bool relations; /* room for them in the labels */
    mtl__warp time;
    mtl__channel *channel;
    int n_channels;
    mtl__tube *tube;
    int n_tubes;
    double axis_y;
} mtl__canvas;
/* Fills all but the first line's fields, and the places of lanes and streams. */
int mtl__river_layout(mtl__river *v, mtl__canvas *c);
/* Expected cells in words: "1,200", "<0.001", "none in 100" where no replicate had any. */
const char *mtl__river_cells(const mtl__river *v, double cells, char buf[48]);
/* Width in px of a stream of this many expected cells; nothing simulated: that of any stream. */
double mtl__stream_width(const mtl__river *v, double cells);
/* Expected cells with which a stream begins; NAN if not known. */
double mtl__stream_begin(const mtl__stream *x);
/* Own milk after a delivery has no channel of its own, unless it was the first to bring somebody.
 */
bool mtl__river_quiet(const mtl__river *v, int flow);

/* river_figure.c: both widths of the figure. */
int mtl__river_figure(mtl__river *v, mtl__str *b);

/* river_tree.c: the pedigree. */
int mtl__river_tree(mtl__river *v, mtl__str *b);
/* river_table.c */
void mtl__river_table(mtl__river *v, mtl__str *b);
/* river_page.c: words for a stream, one fact per line, for pointer and keyboard. */
void mtl__stream_words(const mtl__river *v, const mtl__stream *x, mtl__str *out);

#endif
