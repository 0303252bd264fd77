/* SPDX-License-Identifier: MIT */
#ifndef MTL_MODEL_H
#define MTL_MODEL_H
/* Face of model/: the tables of a model in memory. Filled by io/model_tsv.c; model/ itself reads no
   files. Values are kept in canonical units: day, mL, pg, cell (or genome, seed, colony: "cell").
   All strings and arrays belong to the model's arena and are borrowed. */
#include "base/base.h"
#include "matriline/model.h"
#include "num/num.h"

/* ---------------------------------------------------------------- units (units.c) */
enum mtl__dim { MTL__DIM_TIME, MTL__DIM_VOLUME, MTL__DIM_MASS, MTL__DIM_CELL, MTL__N_DIMS };
typedef struct mtl__unit {
    double scale;                /* value in canonical units = scale x value in this unit */
    int8_t power[MTL__N_DIMS];
} mtl__unit;
/* "per year", "1/year", "cells/mL", "cells per 16 mL", "fraction", "%", "none", "mL", "9 months" is not a
   unit but a quantity. Unknown names give MTL_ERR_UNIT with the nearest. */
int mtl__unit_parse(const char *text, mtl__unit *out, mtl_error *err);
/* The dimension in words, for messages: "a time", "a rate (per time)", "cells per volume", "a pure number". */
const char *mtl__unit_dim_text(const mtl__unit *u, char *buf, size_t size);
bool mtl__unit_same_dim(const mtl__unit *a, const mtl__unit *b);
/* "0.1 per year", "20 mL", "9 months", "12 %", "1e5"; a bare number takes the unit `bare` (or is refused if
   bare is NULL). Result in canonical units; the dimension must be that of `want`. Finite only. */
int mtl__quantity_parse(const char *text, const mtl__unit *want, const mtl__unit *bare, double *out,
                        mtl_error *err);

/* ---------------------------------------------------------------- parameters */
enum mtl__prior { MTL__PRIOR_NONE, MTL__PRIOR_LOGNORMAL, MTL__PRIOR_LOGUNIFORM, MTL__PRIOR_UNIFORM,
                  MTL__PRIOR_BETA };
typedef struct mtl__param {
    const char *name, *meaning, *unit_text, *source, *note, *prior_text;
    double value, default_value, low, high; /* canonical; NaN where open */
    mtl__unit unit;
    enum mtl__prior prior;
    char tier;
    int line;
} mtl__param;
/* A draw from the prior (canonical). low..high is the central 95% of a lognormal (the table's value is its
   median), the whole range of uniform and loguniform priors; a beta has the table's value as mean and
   sd = (high - low) / 3.92. A parameter without prior or without a range returns its value. `u` in (0,1):
   the quantile. */
double mtl__param_draw(const mtl__param *p, double u);

/* Products of parameters and numbers, added or subtracted: "seed.output * weight.tcell / hsc.pool",
   "seed.division - seed.egress * seed.blood.loss". A rate cannot be negative: values stop at 0.
   "log(tumour.hazard.ratio / 2)" is the natural logarithm of what is inside, a pure number. */
typedef struct mtl__term {
    int param;     /* -1: the number */
    double number;
    int power;     /* 1 or -1 */
    int sign;      /* +1 or -1: a new product begins here, added or subtracted; 0: goes on */
} mtl__term;
typedef struct mtl__expr {
    const mtl__term *term;
    int n;
    bool log; /* the logarithm of the terms */
    const char *text;
    mtl__unit unit;
} mtl__expr;
double mtl__expr_value(const mtl__expr *e, const mtl_model *m); /* canonical; an empty one gives NaN */
bool mtl__expr_uses(const mtl__expr *e, int param);
/* Parses and computes the dimension; unknown names get a hint. Column in err: from 1 within `text`. */
int mtl__expr_parse(mtl_model *m, const char *text, mtl__expr *out, mtl_error *err);

/* ---------------------------------------------------------------- organs and kinds */
typedef struct mtl__organ {
    const char *name, *label, *group; /* group: "" or e.g. "brain" for its regions */
    double cells;                     /* nucleated cells of the adult organ */
    double flow, extraction, niche_capacity, turnover_per_day;
    mtl__expr barrier;                /* factor on entry, dimensionless */
    int sex;                          /* 0 any, 'f', 'm' */
    bool sampling_only;               /* cord blood, amniotic fluid, placenta: never settled */
    char tier_cells, tier_flow, tier_extraction;
    const char *source, *note;
    int line;
} mtl__organ;

enum mtl__kind_class { MTL__SEED, MTL__PROGENY, MTL__TRANSIENT, MTL__CFDNA,
                      MTL__TUMOUR /* a clone of the host's own: renews itself, stays where it began */ };
typedef struct mtl__kind {
    const char *name, *label;
    enum mtl__kind_class class_;
    double blood_share;  /* progeny: share of a host's own nucleated blood cells, follows share_param; NaN */
    int share_param;     /* the parameter that blood_share is the value of; -1 */
    bool blood_resident; /* counted in blood samples */
    const char *source, *note;
    double *organ_factor; /* [n_organs] extraction of this kind relative to the organ's (seeds) */
    int line;
} mtl__kind;

/* ---------------------------------------------------------------- rules */
enum mtl__rule_process { MTL__R_DIVIDE, MTL__R_DIE, MTL__R_CHANGE, MTL__R_LEAVE, MTL__R_LOSE,
                         MTL__R_OUTPUT, MTL__R_DECAY, MTL__R_RESIDENCE, MTL__R_LAND, MTL__N_RULE_PROCESSES };
/* "persistence=slow|hsc & flux=early" or "": holds when every switch named has one of its values. */
typedef struct mtl__cond { int sw; uint64_t values; /* bit per value */ } mtl__cond;
typedef struct mtl__when { const mtl__cond *cond; int n; const char *text; } mtl__when;
bool mtl__when_holds(const mtl__when *w, const mtl_model *m);
int mtl__when_parse(mtl_model *m, const char *text, mtl__when *out, mtl_error *err);
typedef struct mtl__rule {
    const char *name;
    int kind;
    int organ;             /* -1 = everywhere ("*"); `group` set for "brain.*" style */
    const char *organ_group;
    enum mtl__rule_process process;
    int target;            /* kind made by change or output; -1 */
    mtl__expr rate;        /* divide, die, change, leave, decay: per day; lose: probability per passage;
                              output: cells per day; residence: days in the hub per passage;
                              land: added to the landing weight, in units of the weight at rest */
    const int *factor;     /* indices into factors */
    int n_factors;
    mtl__when when;
    const char *about;     /* one sentence, for `why` */
    const char *source, *note;
    int line;
} mtl__rule;
bool mtl__rule_applies(const mtl__rule *r, const mtl_model *m, int organ); /* organ only, not `when` */

/* ---------------------------------------------------------------- factors */
/* Named, bounded, dimensionless functions of time, or of the host's state (host/).
   logistic:  1 / (1 + exp(-slope (x - mid))), x = gestational week
   ramp:      0 before x0, 1 after x1, linear between
   window:    1 on [x0, x1), else 0
   exponential: exp(slope (min(x, x1) - x1)) for x >= x0, else 0    (rising towards 1 at x1)
   table:     linear through points (x_k, y_k), flat outside
   hill:      x^h / (x^h + K^h), arguments K; h                  (of the host's state: 0 at x = 0)
   share:     min(x, 1)
   rest:      1 - a min(x, 1), argument a in 0..1                (1 at x = 0)
   of: "week" gestational week (conception + 2 weeks), "age" years of the body, "postpartum" weeks
   since the end of its last pregnancy (0 while pregnant, infinite before the first), or a variable
   of the host: see enum mtl__factor_of. */
enum mtl__factor_form {
    MTL__F_LOGISTIC, MTL__F_RAMP, MTL__F_WINDOW, MTL__F_EXPONENTIAL, MTL__F_TABLE,
    MTL__F_HILL, MTL__F_SHARE, MTL__F_REST
};
/* What a factor is a function of. From DAMAGE on it is the state of the host where the cell is: of
   its organ, or against its donor. */
enum mtl__factor_of {
    MTL__OF_WEEK, MTL__OF_AGE, MTL__OF_POSTPARTUM,
    MTL__OF_DAMAGE, MTL__OF_INFLAMMATION, MTL__OF_CHEMOKINE, /* of the organ */
    MTL__OF_RESPONSE, MTL__OF_TOLERANCE,                     /* against the donor, 0..1 */
    MTL__OF_OUTCOME,                                         /* "outcome:NAME": 1 from its onset on, else 0 */
    MTL__OF_TALLY                                            /* "tally:NAME": see host_def.h */
};
typedef struct mtl__factor {
    const char *name, *meaning;
    enum mtl__factor_form form;
    enum mtl__factor_of of;
    int ref;               /* the outcome or tally it is of; -1 */
    mtl__expr arg[3];      /* logistic: slope, mid; ramp, window: x0, x1; exponential: slope, x0, x1; in
                              weeks (years when of age), or with a unit of time and then converted */
    int n_args;
    const double *x, *y;   /* table */
    int n_points;
    char tier;
    const char *source, *note;
    int line;
} mtl__factor;
/* The arguments as numbers, in the factor's own x, for looking it up again and again while the
   parameters stay as they are: value and upper bound on [x0, x1] from them. */
enum { MTL__FACTOR_ARGS = 3 };
void mtl__factor_args(const mtl__factor *f, const mtl_model *m, double *a);
double mtl__factor_at(const mtl__factor *f, const double *a, double x);
double mtl__factor_most(const mtl__factor *f, const double *a, double x0, double x1);
double mtl__factor_value(const mtl__factor *f, const mtl_model *m, double x);
double mtl__factor_bound(const mtl__factor *f, const mtl_model *m, double x0, double x1); /* upper, on [x0,x1] */
/* The value of a factor of the host's state where nothing is injured, followed or counted, and of
   `postpartum` before any pregnancy; of week and age: NaN. */
double mtl__factor_at_rest(const mtl__factor *f, const mtl_model *m);
/* Is there a factor of the host's state among the rule's that is 0 at rest? Then it does nothing. */
bool mtl__rule_sleeps(const mtl__rule *r, const mtl_model *m);
/* Points in (week or age) at which the factor jumps or bends, at most `max`; returns their number. */
int mtl__factor_edges(const mtl__factor *f, const mtl_model *m, double *x, int max);
/* mean of the factor over weeks [w0, w1] (closed form or quadrature), for normalising doses */
double mtl__factor_mean(const mtl__factor *f, const mtl_model *m, double x0, double x1);

/* ---------------------------------------------------------------- supply: own cells of a donor */
/* giver to taker: by milk, transfusion, graft, infusion, or between twins */
enum mtl__supply_way { MTL__CHILD_TO_MOTHER, MTL__MOTHER_TO_CHILD, MTL__GIVER_TO_TAKER };
enum mtl__supply_on { /* what it hangs on */
    MTL__ON_PREGNANCY,   /* spread over the weeks of the pregnancy by a curve */
    MTL__ON_DELIVERY,    /* burst at a live birth or stillbirth */
    MTL__ON_MISCARRIAGE, /* burst at a spontaneous loss */
    MTL__ON_TERMINATION, /* burst at an induced one */
    MTL__ON_MILK,            /* spread over the period; amount per mL of milk */
    MTL__ON_TRANSFUSION,     /* burst; amount per unit */
    MTL__ON_ORGAN_GRAFT,     /* burst */
    MTL__ON_STEM_CELL_GRAFT, /* burst */
    MTL__ON_INFUSION,        /* burst; amount per infused cell of the line's kind */
    MTL__ON_ANASTOMOSIS      /* spread evenly over the weeks that the twins share */
};
enum mtl__supply_measure {
    MTL__PER_DAY,  /* amount x curve = cells per day */
    MTL__TOTAL,    /* amount = cells of a whole pregnancy to term; density curve / integral over weeks to 40;
                      an early end gets the part before it. Bursts: amount = cells */
};
/* how the amount differs between pregnancies: a multiplier of mean 1. BLEED: the measured quantiles of
   feto-maternal haemorrhage, a lognormal with a rare massive part (num/process: MIXTURE). */
/* SPIKE: in a share law_p of cases a lognormal of log sd law_arg, else nothing. */
enum mtl__hetero { MTL__H_FIXED, MTL__H_GAMMA, MTL__H_LOGNORMAL, MTL__H_BLEED, MTL__H_SPIKE };
typedef struct mtl__supply {
    const char *name;
    enum mtl__supply_way way;
    enum mtl__supply_on on;
    enum mtl__supply_measure measure;
    int care;              /* bursts of losses: -1 any, else as enum mtl__care of family/: 0 none,
                              1 expectant, 2 medical, 3 surgical */
    int kind;
    int organ;             /* -2 by landing through the hub; -1 blood; else the organ */
    bool engrafted;        /* by landing without loss: the amount counts cells that settled */
    mtl__expr amount;
    int curve;             /* factor index; -1 = flat */
    enum mtl__hetero law;
    mtl__expr law_arg;     /* gamma shape or log sd */
    mtl__expr law_p;       /* spike: probability that anything passes */
    const char *group;     /* lines of one group and pregnancy share one multiplier */
    const int *fold;       /* parameters that multiply the amount when the pregnancy has the property */
    const char *const *fold_if; /* "trisomy21", "aneuploid" (any other), "preeclampsia",
                              "growth_restriction", "caesarean" */
    int n_folds;
    mtl__when when;
    const char *about;     /* one sentence, for `why` */
    const char *source, *note;
    int line;
} mtl__supply;

/* ---------------------------------------------------------------- switches, assays */
typedef struct mtl__switch {
    const char *name, *meaning;
    const char *const *value, *const *value_meaning, *const *source, *const *note; /* by value */
    const bool *built;
    int n_values, now, default_;
    int line;
} mtl__switch;

/* GENOME: every genome that is not the host's, by the sites at which they differ. */
enum mtl__assay_target { MTL__TARGET_Y, MTL__TARGET_HLA, MTL__TARGET_GENOME };
enum mtl__assay_method { MTL__QPCR, MTL__DPCR, MTL__FISH, MTL__READS, MTL__N_ASSAY_METHODS };
/* Numbers of an assay by method; what a method does not use is empty (n = 0). */
#define MTL__ASSAY_EXPRS 21
typedef struct mtl__assay_def {
    const char *name, *label, *target_name; /* e.g. "dys14-qpcr", "DYS14, multi-copy" */
    enum mtl__assay_method method;
    enum mtl__assay_target target;
    mtl__expr genomes;       /* genome equivalents tested per sample (not FISH) */
    mtl__expr wells;         /* qPCR, digital PCR */
    mtl__expr fragments;     /* target fragments per donor genome: decide hits (qPCR, digital PCR) */
    mtl__expr copies;        /* target copies per donor genome: decide Ct (qPCR) */
    mtl__expr recovery;      /* share of the DNA that reaches the wells and amplifies (not FISH) */
    mtl__expr false_positive;/* probability per sample that background alone shows a positive well or
                                partition; of reads, the chance of a false alarm that sets the rule (not FISH) */
    mtl__expr threshold;     /* hit wells, partitions or cells that make a sample positive (not reads) */
    const char *subset;      /* "" all nucleated cells, "pbmc", or a progeny kind, or "cd34" */
    mtl__expr efficiency, ct_one, ct_sd; /* standard curve: amplification factor - 1 (0..1], Ct of one copy, sd */
    mtl__expr partitions;       /* digital PCR: accepted, of a well */
    mtl__expr partition_volume; /* digital PCR: mL */
    mtl__expr cells, sections;  /* FISH: looked at in a section; how many of them */
    mtl__expr seen;             /* FISH: chance that a donor's cell shows its signal */
    mtl__expr false_per_cell;   /* FISH: chance that another cell shows one */
    mtl__expr sites;            /* reads: of the panel, two alleles each */
    mtl__expr frequency;        /* reads: of the second allele in the population */
    mtl__expr depth, error;     /* reads: of a site; chance that a base is read as the other allele */
    mtl__expr overdispersion;   /* reads: of a site's reads around their share */
    const char *source, *note;
    int line;
} mtl__assay_def;

struct mtl_model {
    mtl__arena arena;
    const char *dir;
    char hash[65];
    mtl__param *param;   int n_params;
    mtl__organ *organ;   int n_organs;
    mtl__kind *kind;     int n_kinds;
    mtl__rule *rule;     int n_rules;
    mtl__factor *factor; int n_factors;
    mtl__supply *supply; int n_supplies;
    mtl__switch *sw;     int n_switches;
    mtl__assay_def *assay; int n_assays;
    struct mtl__cell_tally *tally; int n_tallies;
    struct mtl__injury_def *injury; int n_injuries;
    struct mtl__outcome_def *outcome; int n_outcomes;
    struct mtl__exposure *exposure; int n_exposures;
    char table_hash[65]; /* SHA-256 of the tables as read */
    int blood;           /* organ index of "blood" */
};
/* Index or MTL_ERR_NAME with a hint. */
int mtl__model_organ(const mtl_model *m, const char *name, mtl_error *err);
int mtl__model_kind(const mtl_model *m, const char *name, mtl_error *err);
int mtl__model_assay(const mtl_model *m, const char *name, mtl_error *err);
/* The i-th number of an assay, i < MTL__ASSAY_EXPRS, in the order of the columns; its column, what it
   must be and what it means are in mtl__assay_column. */
mtl__expr *mtl__assay_expr(mtl__assay_def *a, int i);
enum mtl__must { MTL__MUST_ANY, MTL__MUST_POSITIVE, MTL__MUST_PROBABILITY };
typedef struct mtl__assay_column {
    const char *name, *unit, *text;
    enum mtl__must must;
    unsigned methods; /* bit by enum mtl__assay_method: needed there, empty elsewhere */
} mtl__assay_column;
const mtl__assay_column *mtl__assay_column_at(int i);
/* "qpcr", "dpcr", "fish", "reads". */
const char *mtl__assay_method_name(enum mtl__assay_method m);
int mtl__model_factor(const mtl_model *m, const char *name, mtl_error *err);
/* Canonical value of a parameter the engine itself asks for; MTL_ERR_NAME if the model lacks it. */
int mtl__model_value(const mtl_model *m, const char *name, double *out, mtl_error *err);
/* Index of the value of a switch, e.g. "niche" -> 1; -1 if the model has no such switch. */
int mtl__model_switch_now(const mtl_model *m, const char *name);
bool mtl__model_switch_is(const mtl_model *m, const char *name, const char *value);
/* What a species allows (life.c), from parameters that a model may lack: species.term, the week of a birth
   when none is given, counted from two weeks before conception (40), and species.maturity, the least age
   at a conception (10 years). */
typedef struct mtl__life {
    double term, youngest; /* weeks; years */
} mtl__life;
mtl__life mtl__model_life(const mtl_model *m);
/* The week at which this species has come as far through its gestation as a human in `human_week`. */
double mtl__life_week(const mtl__life *l, double human_week);

/* Marks in used[n_params] every parameter that active rules, supply lines, their factors, organs and the
   engine itself use; adds to what is marked. Assays are marked one by one, and so is what only a host
   that is followed calls on: rules that do nothing while the host is at rest, the arguments of factors
   of its state, and the tables of host_def.h. */
void mtl__model_used_params(const mtl_model *m, bool *used);
void mtl__rule_used_params(const mtl_model *m, int rule, bool *used); /* its rate and all its factors */
void mtl__assay_used_params(const mtl_model *m, int assay, bool *used);

/* ---------------------------------------------------------------- for the reader (io/model_tsv.c) */
int mtl__model_new(mtl_model **out, const char *dir, mtl_error *err);
/* After the tables are in: every expression finite and possible, sentences for `why`. */
int mtl__model_finish(mtl_model *m, mtl_error *err);
/* Is `value` (canonical) possible for this parameter: finite, not negative unless its range is, not above
   1 for shares and probabilities? Else MTL_ERR_VALUE. */
int mtl__param_check(const mtl__param *p, double value, mtl_error *err);
/* All expressions of the model under its values as they are now: MTL_ERR_VALUE names the first that is
   not finite, or not a probability where one is meant. */
int mtl__model_check_values(const mtl_model *m, mtl_error *err);
/* After values were written straight into param[]: what is kept beside them (blood shares). */
void mtl__model_refresh(mtl_model *m);
/* Text of a token of an enum above, for messages and `why`. */
const char *mtl__rule_process_name(enum mtl__rule_process p);
/* "week", "chemokine", "outcome", ...: what a factor is a function of. */
const char *mtl__factor_of_name(enum mtl__factor_of of);

#include "model/host_def.h"

#endif
