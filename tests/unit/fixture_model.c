/* SPDX-License-Identifier: MIT */
/* The shipped model of the human, once for a group of tests. */
#include "fixture_model.h"

#include <stdio.h>
#include <stdlib.h>

mtl_model *model;
mtl_error err;

const char *path_of(const char *name)
{
    static char path[2048];
    const char *dir = getenv("MATRILINE_SOURCE_ROOT");
#ifdef MTL_SOURCE_ROOT
    dir = dir ? dir : MTL_SOURCE_ROOT;
#endif
    snprintf(path, sizeof path, "%s/%s", dir ? dir : ".", name);
    return path;
}

int load_model(void **state)
{
    (void)state;
    return mtl_model_load(&model, path_of("models/human"), &err);
}

int free_model(void **state)
{
    (void)state;
    mtl_model_free(model);
    return 0;
}
