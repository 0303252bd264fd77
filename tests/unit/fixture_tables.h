/* SPDX-License-Identifier: MIT */
#ifndef FIXTURE_TABLES_H
#define FIXTURE_TABLES_H
/* The tables of the shipped human model as text, to be edited in memory and read again. Failures
   fail the test. */
#include <stdbool.h>

#include "io/model_tsv.h"

extern mtl__arena table_arena; /* of the texts */
extern mtl__table_text human[MTL__N_TABLES];

/* Set-up and tear-down of a group. */
int read_human(void **state);
int free_human(void **state);
/* The first `from` of a table replaced by `to`. */
mtl__table_text edited(enum mtl__model_table which, const char *from, const char *to);

typedef struct mistake {
    enum mtl__model_table table;
    const char *from, *to;
    int code;
    const char *field, *says;
} mistake;

/* The human tables with each mistake alone are refused: with this code, in this file and field, in
   these words and, if it has a line of its own, at the line of `from` (the next one if that begins
   with a line's end). */
void check_mistakes(const mistake *list, size_t n, bool at_its_line);

#endif
