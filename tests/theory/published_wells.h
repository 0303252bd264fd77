/* SPDX-License-Identifier: MIT */
#ifndef PUBLISHED_WELLS_H
#define PUBLISHED_WELLS_H
/* Dilution series of 25 qPCR assays (Kanaan et al., Blood Advances 2023, doi
   10.1182/bloodadvances.2023010332), for tests/theory and tests/validate. Nothing of them is copied
   here: they are read where they lie beside the source tree. */
#include <stdbool.h>

#include "measure/curve.h"
#include "measure/wells.h"

#define QPCR MTL_SOURCE_ROOT "/../shared/data/qpcr_kanaan2023/sensitivity.tsv"

enum { PW_ROWS = 1000, PW_ASSAYS = 40 };
typedef struct pw_row {
    int assay;
    double background, nominal, ct; /* NAN: nothing amplified */
} pw_row;
typedef struct pw_series {
    pw_row rows[PW_ROWS];
    char assay_name[PW_ASSAYS][32];
    int n, n_assays;
} pw_series;
typedef struct pw_plate {
    mtl__plate plate;
    mtl__reaction reaction[PW_ROWS];
    mtl__target target;
    mtl__carrier carrier;
    mtl__sampled sample[3];
    const char *person[1];
} pw_plate;

extern const double pw_level[3], pw_background[3]; /* genomes per well */

/* False where the data are not there. */
bool pw_load(pw_series *s);
/* One assay: standards from two backgrounds, samples (of pw_level) from the third. */
void pw_make_plate(pw_plate *p, const pw_series *s, int assay, double background);
/* log(estimate or bound / truth). */
double pw_log_ratio(const mtl__level *l, double truth);

#endif
