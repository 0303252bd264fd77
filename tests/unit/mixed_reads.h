/* SPDX-License-Identifier: MIT */
#ifndef MIXED_READS_H
#define MIXED_READS_H
/* Reads of a son mixed into those of his mother (Genome in a Bottle HG002, HG004), for tests/unit
   and tests/validate, where the files lie beside the source tree. */
#include <stdbool.h>
#include <stdint.h>

#include "io/pileup.h"

#define TRIO MTL_SOURCE_ROOT "/../shared/data/giab_trio_slices/"
#define TRIO_FAM "t HG003 0 0 1 -9\nt HG004 0 0 2 -9\nt HG002 HG003 HG004 1 -9\n"
#define TRIO_REFERENCES                                                                            \
    "HG002=" TRIO "HG002_child.bam,HG004=" TRIO "HG004_mother.bam,HG003=" TRIO "HG003_father.bam"

/* Whole templates of the two files in order, chosen by the hash of their names: `share` of the
   son's, 1 - share of the mother's, another choice for every salt. False if that fails. */
bool trio_mix(double share, uint64_t salt, const char *out);
/* Reads at the sites in one file: the two are not equally deep. 0 if that fails. */
double trio_depth(const mtl__site_panel *p, const char *path);

#endif
