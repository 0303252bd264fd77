/* SPDX-License-Identifier: MIT */
#ifndef MTL_YAML_SCENARIO_H
#define MTL_YAML_SCENARIO_H
/* Between the files that read a scenario from YAML: the growing parts, before they are handed to
   family/ for checking. Nothing outside scenario_yaml.c and yaml_*.c includes this. */
#include "family/scenario.h"
#include "io/yaml_tree.h"

#define MTL__MAX_PEOPLE 20000
#define MTL__MAX_SAMPLES 20000
#define MTL__MAX_CONTACTS 100000
#define MTL__MAX_INJURIES 20000

/* A date and half the width of the period that it was given as. */
typedef struct mtl__ydate {
    double days, slack;
} mtl__ydate;

/* What the file says of a person, beside the person. */
typedef struct mtl__yperson {
    double weeks;       /* at birth; NaN = not given */
    bool has_conceived; /* given, not derived */
    bool awaits_event;  /* child of an event that is not placed yet: its birth may become nearer */
    bool no_birth;      /* a loss: a birth date in `people:` contradicts it */
    bool history_unknown;
    bool included;    /* from a pedigree file: sex and parents stand there */
    const char *stem; /* not named in the file: "lost", to become lost1, lost2 ... by date */
    double named_by;  /* that date; NaN = the conception */
} mtl__yperson;

typedef struct mtl__sload {
    mtl__ydoc doc;
    mtl_scenario *s;
    const mtl_model *m;
    mtl_error *err;
    mtl__yperson *more; /* beside s->person */
    size_t cap_more, cap_person, cap_pregnancy, cap_child, cap_sample, cap_contact,
        cap_adoption, cap_injury, cap_depletion, cap_onset;
    mtl__person *person;
    mtl__pregnancy *pregnancy;
    mtl__conceptus *child;
    mtl__sample *sample;
    mtl__contact *contact;
    mtl__adoption *adoption;
    mtl__injury *injury;
    mtl__depletion *depletion;
    mtl__onset *onset;
    int n_people, n_pregnancies, n_children, n_samples, n_contacts, n_adoptions, n_injuries,
        n_depletions, n_onsets;
} mtl__sload;

/* Index of a person, -1 if there is none. */
int mtl__sl_find(const mtl__sload *l, const char *name);
int mtl__sl_add_person(mtl__sload *l, const char *name, const mtl__ynode *where, int *out);
/* A person who must exist. */
int mtl__sl_person(mtl__sload *l, const mtl__ynode *n, int *out);
int mtl__sl_name(mtl__sload *l, const mtl__ynode *n, const char **out);
int mtl__sl_people(mtl__sload *l, const mtl__ynode *people);
/* yaml_include.c: before the people. */
int mtl__sl_include(mtl__sload *l, const mtl__ynode *include);
int mtl__sl_history(mtl__sload *l, const mtl__ynode *history);
int mtl__sl_sex(mtl__sload *l, const mtl__ynode *n, enum mtl__sex *out);
int mtl__sl_karyotype(mtl__sload *l, const mtl__ynode *n, enum mtl__karyotype *out);

/* yaml_names.c: names that stand in a table of the model. */
typedef struct mtl__ynames {
    const char *file; /* the table, "organs.tsv" */
    int n, listed;    /* names to be near to; the first of them that a list shows */
    const char *(*get)(const void *ctx, int i);
    const void *ctx;
    const char *more; /* behind the list; NULL = nothing */
} mtl__ynames;
/* Fails at n with the head ("unknown organ 'hart'") and what helps most: a model beside this one that
   has the name, the nearest name, or all that are known. */
int mtl__sl_unknown(mtl__sload *l, const mtl__ynode *n, const mtl__ynames *names, const char *name,
                    const char *head);
/* Each fails with the place and such help. An organ of the model, no group. */
int mtl__sl_organ(mtl__sload *l, const mtl__ynode *n, int *out);
int mtl__sl_assay(mtl__sload *l, const mtl__ynode *n, int *out);
/* A kind that renews itself; `name` stands at n. */
int mtl__sl_seed_kind(mtl__sload *l, const mtl__ynode *n, const char *name, int *out);
int mtl__sl_organs_of_group(const mtl_model *m, const char *group);

/* yaml_dates.c */
int mtl__sl_date(mtl__sload *l, const mtl__ynode *n, mtl__ydate *out);
int mtl__sl_weeks(mtl__sload *l, const mtl__ynode *n, double *out);
/* `date:` or `age:` of an event; 1 = neither is given; 2 = age, but the birth is not known (yet).
 */
int mtl__sl_when(mtl__sload *l, const mtl__ynode *ev, int person, mtl__ydate *out);
static inline double mtl__weeks_to_days(double weeks) /* from conception */
{
    return (weeks - 2.0) * 7.0;
}

/* yaml_events.c, yaml_pregnancy.c, yaml_sample.c, yaml_contact.c */
int mtl__sl_events(mtl__sload *l, const mtl__ynode *events);
enum mtl__sl_event {
    MTL__SL_DELIVERY,
    MTL__SL_STILLBIRTH,
    MTL__SL_PREGNANCY,
    MTL__SL_LOSS,
    MTL__SL_TERMINATION,
    MTL__SL_SAMPLE,
    MTL__SL_AUTOPSY,
    MTL__SL_DEATH,
    MTL__SL_NURSING,
    MTL__SL_TRANSFUSION,
    MTL__SL_GRAFT,
    MTL__SL_STEM_CELL_GRAFT,
    MTL__SL_INFUSION,
    MTL__SL_ADOPTION,
    MTL__SL_INJURY, /* which: the word of the event */
    MTL__SL_DEPLETION,
    MTL__SL_TUMOUR,
    MTL__SL_DIAGNOSIS
};
/* 1 = cannot be placed yet: the date hangs on a birth that is not known. */
int mtl__sl_pregnancy(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type);
/* Makes a person of every child that the event names, before any event is placed. */
int mtl__sl_declare_children(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type);
int mtl__sl_name_the_unnamed(mtl__sload *l);
/* Something that passes from one person to another by other ways than the placenta; a giver who is
   not in the file yet becomes a person. */
int mtl__sl_contact(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type);
int mtl__sl_adoption(mtl__sload *l, const mtl__ynode *ev);
/* `milk` of a delivery: a duration, or {for: ..., volume: ...}. */
int mtl__sl_milk(mtl__sload *l, const mtl__ynode *n, mtl__pregnancy *p);
/* Whom it happened to, when, and where that stands; a date is needed. */
int mtl__sl_begin(mtl__sload *l, const mtl__ynode *ev, enum mtl__sl_event type, int *who,
                  mtl__ydate *when, const char **path);
/* yaml_injury.c: what befalls the body itself. */
int mtl__sl_injury(mtl__sload *l, const mtl__ynode *ev);
int mtl__sl_depletion(mtl__sload *l, const mtl__ynode *ev);
int mtl__sl_tumour(mtl__sload *l, const mtl__ynode *ev);
int mtl__sl_diagnosis(mtl__sload *l, const mtl__ynode *ev);
/* yaml_follow.c: after all people are known. */
int mtl__sl_follow(mtl__sload *l, const mtl__ynode *follow);
int mtl__sl_sample(mtl__sload *l, const mtl__ynode *ev);
int mtl__sl_autopsy(mtl__sload *l, const mtl__ynode *ev);
int mtl__sl_set_death(mtl__sload *l, const mtl__ynode *where, int person, mtl__ydate when);

#endif
