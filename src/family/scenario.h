/* SPDX-License-Identifier: MIT */
#ifndef MTL_SCENARIO_H
#define MTL_SCENARIO_H
/* A scenario as a struct: io/ fills it from YAML, a study's sampler will fill it too.
   Dates: days since 1970-01-01. */
#include "kin/hla.h"
#include "kin/kin.h"
#include "matriline/scenario.h"
#include "model/model.h"

enum mtl__outcome { MTL__LIVE_BIRTH, MTL__STILLBIRTH, MTL__MISCARRIAGE, MTL__TERMINATION,
                    MTL__ONGOING };
enum mtl__care { MTL__CARE_NONE, MTL__CARE_EXPECTANT, MTL__CARE_MEDICAL, MTL__CARE_SURGICAL };
enum mtl__mode { MTL__MODE_UNKNOWN, MTL__VAGINAL, MTL__CAESAREAN };
enum mtl__zygosity { MTL__ZYGOSITY_UNKNOWN, MTL__MONOZYGOTIC, MTL__DIZYGOTIC };
enum mtl__chorionicity { MTL__CHORION_UNKNOWN, MTL__MONOCHORIONIC, MTL__DICHORIONIC };

/* A dose that the scenario itself fixes: exactly `count` engrafted seeds of a kind from each child. */
typedef struct mtl__fixed_dose { int kind; int64_t count; } mtl__fixed_dose;

typedef struct mtl__pregnancy {
    int mother;
    double conceived, ended;      /* days */
    double weeks;                 /* gestational week (from the last menstrual period) at the end */
    enum mtl__outcome outcome;
    enum mtl__care care;          /* of a loss */
    enum mtl__mode mode;
    enum mtl__chorionicity chorionicity;
    enum mtl__zygosity zygosity;
    bool preeclampsia, growth_restriction, vanished_twin_only;
    double milk_days;             /* 0 = none */
    double milk_mL;               /* a day; 0 or NaN = not given */
    int child0, n_children;       /* indices into scenario->child_list */
    double unnoticed_years;       /* > 0: nobody knows whether it was; a Poisson number of losses, of mean
                                     loss.unnoticed.rate x these years */
    int n_fixed; const mtl__fixed_dose *fixed;  /* replaces the supply of those kinds, child to mother */
    int line, column;
    double slack_days;            /* half the width of the date as given: 0 day, 15.5 month, 183 year */
    const char *path;             /* "events[2]", the field of messages; NULL = none */
} mtl__pregnancy;
/* A twin that vanished ends before its pregnancy does. */
typedef struct mtl__conceptus { int person; double ended; /* days */ bool vanished; } mtl__conceptus;

/* What passes from one person to another other than by the placenta. The giver may be a stranger: a person
   that is only named. */
enum mtl__contact_kind {
    MTL__MILK,            /* a period; amount = mL a day */
    MTL__TRANSFUSION,     /* at once; amount = units */
    MTL__ORGAN_GRAFT,     /* at once; organ */
    MTL__STEM_CELL_GRAFT, /* at once: the taker's blood is the giver's from then on */
    MTL__INFUSION,        /* at once; amount = cells of cell_kind */
    MTL__ANASTOMOSIS      /* twins: over their pregnancy, each to the other */
};
typedef struct mtl__contact {
    enum mtl__contact_kind kind;
    int giver, taker;
    double t0, t1;        /* days; equal for what happens at once */
    double amount;
    int organ;            /* of an organ graft; -1 */
    int cell_kind;        /* of an infusion; -1 */
    bool leukoreduced, irradiated, surgery; /* transfusion; surgery: not after trauma */
    double storage_days;  /* transfusion; NaN = not given */
    bool conditioning;    /* stem cell graft after ablation of the taker's marrow */
    int line, column;
    bool implied;         /* no event of its own: milk of a delivery, joined circulations of twins; made by
                             mtl__scenario_check, which also puts all contacts in order of t0 */
    bool bank;            /* milk that came by way of a milk bank */
    double slack_days;    /* as in mtl__pregnancy */
    const char *path;
} mtl__contact;
/* Ends the milk of the own mother on that day and changes nothing else. */
typedef struct mtl__adoption {
    int person;
    double t, slack_days;
    int line, column;
    const char *path;
} mtl__adoption;

/* What `follow:` asks for: of one person, or (person -1) of the person in focus and of everybody whom an
   injury, a tumour or a diagnosis befalls. */
typedef struct mtl__follow {
    int person;
    bool *outcome;        /* [model->n_outcomes] and what they hang on: what they need first, and outcomes
                             among their exposures */
    bool tolerance;       /* tolerance and response, under any switch */
    bool scars;           /* Caesarean deliveries leave an injury; of person -1: those of anybody */
    int line, column;
    const char *path;
} mtl__follow;

/* The injury of the model that a Caesarean delivery leaves, where `follow: [scars]` asks for it. */
#define MTL__SCAR "caesarean_scar"
/* What befalls a body's own tissue. */
typedef struct mtl__injury {
    int person, def;      /* index into model->injury */
    int organ;
    double t, size, lasts_days; /* size: damage, 0..1; where not given, the model's as it was read */
    bool size_given, lasts_given;
    bool implied;         /* no event of its own: the other organs of a group, which follow the first at
                             once, or the scar of a Caesarean delivery */
    int pregnancy;        /* of a scar: 1 + index, 0 = none */
    int line, column;
    double slack_days;
    const char *path;
} mtl__injury;
/* Foreign cells taken away on a date: an experiment ("depletion"). */
typedef struct mtl__depletion {
    int person, donor;    /* -1 = every foreign cell */
    double t, keep;       /* share of the cells that stays */
    int line, column;
    double slack_days;
    const char *path;
} mtl__depletion;
/* A clone of the person's own that begins on a date ("tumour": cells > 0), or the known beginning of an
   outcome ("diagnosis": cells = 0). Whether the outcome is in `follow` does not matter: of this person
   it is known. */
typedef struct mtl__onset {
    int person, outcome;  /* index into model->outcome */
    double t;
    int64_t cells;        /* of its clone at t, for outcomes that start one; else 0 */
    int line, column;
    double slack_days;
    const char *path;
} mtl__onset;

typedef struct mtl__reading_given { int hits, wells; double geq; bool present; } mtl__reading_given;
typedef struct mtl__sample {
    int person;
    double t;
    int organ;
    int assay;                    /* index into model->assay; -1 = none named */
    int target_person;            /* HLA assay: the donor whose antigen it looks for; -1 = Y assay or any */
    double volume_mL;             /* NaN = the assay's own amount of DNA */
    double genomes;               /* asked for in the scenario, NaN = the assay's */
    bool autopsy;
    mtl__reading_given given;     /* a laboratory's own result, if the scenario has one */
    int line, column;
    double slack_days;            /* as in mtl__pregnancy */
    const char *path;
} mtl__sample;

enum mtl__note_kind { MTL__EV_BIRTH, MTL__EV_CONCEPTION, MTL__EV_DELIVERY, MTL__EV_LOSS, MTL__EV_SAMPLE, MTL__EV_AUTOPSY,
                      MTL__EV_DEATH, MTL__EV_OTHER, MTL__EV_INJURY, MTL__EV_DEPLETION, MTL__EV_ONSET };
/* Every dated thing in order, for life lines, events.tsv and `check`. */
typedef struct mtl__event {
    enum mtl__note_kind kind;
    double t;
    int person;
    int pregnancy, sample;        /* index or -1 */
    int contact;                  /* 1 + index, 0 = none */
    int adoption;                 /* the same */
    int injury, depletion, onset; /* the same */
    const char *text;             /* one line for people, e.g. "delivery of tom at week 40, vaginal" */
    int line;
} mtl__event;

struct mtl_scenario {
    mtl__arena arena;
    const mtl_model *model;       /* borrowed; whose indices are used */
    const char *file, *title;
    char hash[65];
    mtl__person *person;       int n_people;
    mtl__pregnancy *pregnancy; int n_pregnancies;
    mtl__contact *contact;     int n_contacts;
    mtl__adoption *adoption;   int n_adoptions;
    mtl__injury *injury;       int n_injuries;    /* in order of t once checked */
    mtl__depletion *depletion; int n_depletions;
    mtl__onset *onset;         int n_onsets;
    mtl__follow *follow;       int n_follow;      /* one of person -1, or by person in their order */
    mtl__hla_table *hla;       /* frequencies of haplotypes, names of alleles; NULL = none */
    mtl__hla_typing *typing;   /* [n_people] who is typed; NULL = nobody */
    mtl__conceptus *child;     int n_children;
    mtl__sample *sample;       int n_samples;
    mtl__event *event;         int n_events;
    int focus;                 /* the person the report is about: `focus:`, else the mother with most samples */
    const int *unnoticed; int n_unnoticed; /* women who may have had losses that nobody noticed */
    int *history_unknown;      /* [n_people] 1: earlier pregnancies are unknown */
    double t_end;              /* last date that matters */
};
/* Checks order and possibility of all dates, sorts, fills events, t_end, focus. io/ calls it last; it uses
   line numbers of the parts for its messages. */
int mtl__scenario_check(mtl_scenario *s, mtl_error *err);
/* As mtl__relation, and where two people are not related, what one gave the other: "wet nurse", "blood
   donor", "stem cell donor" ... Static string. */
const char *mtl__scenario_relation(const mtl_scenario *s, int host, int who);
/* What passed, in words for one line: "milk of hilde, 600 mL a day, for 5 months". */
void mtl__contact_text(const mtl_scenario *s, const mtl__contact *c, mtl__str *out);
/* "infarct of the heart, 12% of the tissue"; of the first organ of a group, of all. */
void mtl__injury_text(const mtl_scenario *s, int injury, mtl__str *out);
void mtl__depletion_text(const mtl_scenario *s, const mtl__depletion *d, mtl__str *out);
/* "tumour: breast cancer, begins with 1 cell", "diagnosis: Scleroderma". */
void mtl__onset_text(const mtl_scenario *s, const mtl__onset *o, mtl__str *out);
/* Has the file an injury, a tumour or a diagnosis of this person? */
bool mtl__befallen(const mtl_scenario *s, int person);
/* What is asked for of a person; NULL = nothing. */
const mtl__follow *mtl__follow_of(const mtl_scenario *s, int person);
/* Does a Caesarean delivery leave a scar in her? */
bool mtl__follows_scars(const mtl_scenario *s, int person);
/* "tolerance and response, scars, lupus", by person "maria: lupus; rosa: death"; nothing if nothing is
   followed. */
void mtl__follow_text(const mtl_scenario *s, mtl__str *out);
/* Who has a body that is followed: fills has[n_people]; MTL_ERR_MEMORY. */
int mtl__scenario_bodies(const mtl_scenario *s, bool *has);
/* Have these two one genome: monozygotic twins, or (where nothing is said) twins of one chorion and sex? */
bool mtl__same_genome(const mtl_scenario *s, int a, int b);
/* Date as text, "1948-06-01". Returns buf. */
const char *mtl__date_text(double days, char buf[16]);

#endif
