/* SPDX-License-Identifier: MIT */
#ifndef FIT_ROWS_H
#define FIT_ROWS_H
/* The shipped targets opened for a fit: for tests/unit and tests/theory. Include after cmocka. */
#include "io/fit_folder.h"

#define TARGETS MTL_SOURCE_ROOT "/targets"

static inline mtl_model *the_model(void)
{
    mtl_model *m = NULL;
    mtl_error err = {0};
    if (mtl_model_load(&m, MTL_SOURCE_ROOT "/models/human", &err) < 0)
        fail_msg("%s: %s", err.file, err.text);
    return m;
}

/* All rows, or those of one file or id. */
static inline void open_rows(mtl__fit_folder *d, const mtl_model *m, const char *only)
{
    mtl_fit_opts o;
    mtl_error err = {0};
    mtl_fit_opts_init(&o);
    o.only = only;
    if (mtl__fit_open(d, TARGETS, m, &o, &err) < 0)
        fail_msg("%s:%d %s: %s", err.file, err.line, err.field, err.text);
}

#endif
