/* SPDX-License-Identifier: MIT */
#ifndef MTL_HOST_DEF_H
#define MTL_HOST_DEF_H
/* What a host does, as read from the model's tables: injuries, tallies, outcomes (design 2.3). Part
   of the face of model/, which includes it after the types that it needs. */

/* ---------------------------------------------------------------- tallies */
/* A tally is a weighted number of cells in a body that the host reads: repairing cells of an organ,
   foreign antigen, lymphocytes that may watch. Lines of tallies.tsv with one name add up. */
enum mtl__tally_donors {
    MTL__TALLY_FOREIGN,    /* every donor but the host itself */
    MTL__TALLY_MISMATCHED, /* foreign, times the share of the donor's HLA haplotypes that the host
                              lacks */
    MTL__TALLY_SHARED,     /* foreign, times the share that the host has too */
    MTL__TALLY_CHILDREN,   /* the host's own children, born or lost */
    MTL__TALLY_MOTHER,     /* the host's own mother */
    MTL__TALLY_MALE,       /* foreign and male */
    MTL__TALLY_SELF        /* the host's own cells that are followed: tumour clones */
};
typedef struct mtl__tally_part {
    bool *kind; /* [n_kinds] counted */
    enum mtl__tally_donors donors;
    mtl__expr weight; /* per cell, dimensionless */
    mtl__when when;
    const char *source, *note;
    int line;
} mtl__tally_part;
typedef struct mtl__cell_tally {
    const char *name, *meaning;
    bool own_organ; /* counted organ by organ, and read where the reader is; else of the whole body
                     */
    bool per_1e6; /* per million nucleated cells of the organ (whole body: of blood); else cells */
    const mtl__tally_part *part;
    int n_parts;
    int line; /* of its first part */
} mtl__cell_tally;

/* ---------------------------------------------------------------- injuries */
/* An injury raises damage I (share of the organ's tissue, 0..1) at once or over `lasts`; with it
   inflammation F and chemokine C, both in units of what a wholly damaged organ would settle at, per
   day:

     dI/dt = onset - repair (1 + s g H) I
     dF/dt = inflame I - calm F
     dC/dt = signal (I + F) - clear C

   s = +1, 0, -1 by the switch repair; g = repair.gain (benefit) or repair.harm (at most 1);
   H = R / (R + repair.half), R = tally `repairing` of the organ. See docs/model.md. Every injury of
   an organ has its own three; a factor reads their sum, damage at most 1. */
typedef struct mtl__injury_def {
    const char *name, *meaning; /* name is the word of the event: "infarct" */
    int organ;                  /* where it is; -1: `group`, or the event names it */
    const char *group; /* "" or e.g. "brain": the event may name one of its organs, else all */
    mtl__expr size;    /* damage when the event gives none, 0..1 */
    mtl__expr lasts;   /* days over which it comes; 0 = at once */
    mtl__expr repair, inflame, calm, signal, clear; /* per day, see docs/model.md */
    char tier;
    const char *source, *note;
    int line;
} mtl__injury_def;

/* ---------------------------------------------------------------- outcomes */
/* hazard(t) = scale x baseline(age or week) x exp(sum of beta x exposure). */
enum mtl__exposure_of {
    MTL__X_TALLY,      /* tally:NAME (own-organ tallies: of `organ`) */
    MTL__X_RESPONSE,   /* response against the donor: outcomes of pregnancy, the child's; else the
                          greatest */
    MTL__X_TOLERANCE,  /* likewise; else the least of the donors whose cells are there */
    MTL__X_DAMAGE,     /* damage of `organ` */
    MTL__X_PREGNANT,   /* 1 while pregnant, by the table of `points` over weeks if there is one */
    MTL__X_POSTPARTUM, /* table of `points` over weeks since the end of the last pregnancy; 0 if
                          none */
    MTL__X_BIRTHS,     /* number of live births so far */
    MTL__X_OUTCOME,    /* outcome:NAME, 1 from its onset on */
    MTL__X_ALLELE /* a donor whose cells are there carries this HLA allele and the host lacks it */
};
enum mtl__exposure_form {
    MTL__X_LINEAR,  /* x */
    MTL__X_LOG10,   /* log10(1 + x / arg) */
    MTL__X_PRESENT, /* 1 when x >= arg */
    MTL__X_HILL     /* x / (x + arg) */
};
typedef struct mtl__exposure {
    const char *name;
    int outcome;
    enum mtl__exposure_of of;
    int tally, organ, other; /* indices where they apply, -1 */
    const char *allele;      /* "DRB1*04" or NULL */
    enum mtl__exposure_form form;
    mtl__expr arg, beta; /* beta: log hazard ratio per unit of the transformed exposure */
    double *x, *y;       /* points over weeks */
    int n_points;
    mtl__when when;
    char tier;
    const char *about; /* one sentence, for `why` */
    const char *source, *note;
    int line;
} mtl__exposure;
typedef struct mtl__outcome_def {
    const char *name, *label,
        *group;    /* group: autoimmune, brain, heart, tumour, pregnancy, death */
    bool of_week;  /* clock: gestational week of each pregnancy; else age in years */
    int sex;       /* 'f', 'm', 0 any */
    double *x, *y; /* baseline at x (years or weeks), linear between */
    int n_points;
    mtl__expr scale; /* hazard per day = scale x baseline: y per day and scale a pure number (1 if
                        empty), or y a pure number and scale per day */
    bool recurs, ends_life;
    int needs;          /* only after this outcome; -1 */
    int kind, organ;    /* a tumour: starts one cell of this kind there; -1 */
    mtl__expr detected; /* ... and is known at so many cells */
    char tier;
    const char *about; /* one sentence, for `why` */
    const char *source, *note;
    int line;
} mtl__outcome_def;

/* Index or MTL_ERR_NAME with a hint. */
int mtl__model_tally(const mtl_model *m, const char *name, mtl_error *err);
int mtl__model_injury(const mtl_model *m, const char *name, mtl_error *err);
int mtl__model_outcome(const mtl_model *m, const char *name, mtl_error *err);
/* Parameters that following one of these calls on; adds to what is marked, as
   mtl__model_used_params. An injury: with what the switch `repair` asks for. An outcome: with its
   exposures. Immune: what the engine asks for to follow tolerance and response. */
void mtl__tally_used_params(const mtl_model *m, int tally, bool *used);
void mtl__injury_used_params(const mtl_model *m, int injury, bool *used);
/* The same of an event that may say for itself how large it is and how long it takes. */
void mtl__injury_event_params(const mtl_model *m, int injury, bool size_given, bool lasts_given,
                              bool *used);
void mtl__outcome_used_params(const mtl_model *m, int outcome, bool *used);
void mtl__immune_used_params(const mtl_model *m, bool *used);

#endif
