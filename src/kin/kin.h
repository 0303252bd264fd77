/* SPDX-License-Identifier: MIT */
#ifndef MTL_KIN_H
#define MTL_KIN_H
/* Face of kin/: people and how they are related. */
#include "base/base.h"

enum mtl__sex { MTL__SEX_UNKNOWN, MTL__FEMALE, MTL__MALE };
enum mtl__karyotype { MTL__EUPLOID, MTL__TRISOMY21, MTL__TRISOMY18, MTL__TRISOMY13, MTL__TRIPLOID,
                      MTL__MONOSOMY_X, MTL__OTHER_ANEUPLOID, MTL__DELETION_22Q11 };

typedef struct mtl__person {
    const char *name;     /* borrowed from the scenario's arena */
    uint64_t key;         /* hash of the name: names its random streams */
    enum mtl__sex sex;
    enum mtl__karyotype karyotype;
    int mother, father;   /* index, -1 = unknown */
    int pregnancy;        /* the pregnancy that carried this person, -1 = none recorded */
    double conceived;     /* days; NaN = unknown */
    double born;          /* days; NaN = never born (a loss) or unknown */
    double died;          /* NaN = alive or unknown; of a lost pregnancy its end */
    bool declared;        /* in `people:`, not only named as a child or parent */
    int line, column;     /* where first named */
    double born_slack, died_slack; /* half the width of a date as given: 0 day, 15.5 month, 183 year */
    int died_line, died_column; /* where the death was given; 0 = nowhere */
    const char *path;     /* "people.anna", the field of messages; NULL = none */
} mtl__person;

/* Does this person's genome carry a Y? Unknown sex: no. */
bool mtl__has_y(const mtl__person *p);
/* Is b the mother, child, ... of a? Names the relation of `who` as seen from `host`: "son",
   "daughter", "child", "own mother", "grandmother (mother's mother)", "sister", "lost pregnancy",
   "twin sister" ..., "unrelated". Static string. */
const char *mtl__relation(const mtl__person *people, int n, int host, int who);

#endif
