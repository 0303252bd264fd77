/* SPDX-License-Identifier: MIT */
#ifndef FIXTURE_MODEL_H
#define FIXTURE_MODEL_H
/* The shipped model of the human, for the tests that need no other. */
#include "matriline/error.h"
#include "matriline/model.h"

extern mtl_model *model;
extern mtl_error err; /* of the last call of the test */

/* A file of the source tree; valid until the next call. */
const char *path_of(const char *name);
/* Set-up and tear-down of a group. */
int load_model(void **state);
int free_model(void **state);

#endif
