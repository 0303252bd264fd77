/* SPDX-License-Identifier: MIT */
#ifndef TABLE_BESIDE_H
#define TABLE_BESIDE_H
/* For the fuzzers of a table that lies beside a measurement: the model, a family, and one file that
   takes what is to be read. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "matriline/scenario.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char table_path[] = "/tmp/matriline-fuzz-XXXXXX";
static mtl_model *model;
static mtl_scenario *family;
static int table_fd = -1;

static void free_table(void)
{
    unlink(table_path);
    mtl_scenario_free(family);
    mtl_model_free(model);
}

typedef int family_reader(mtl_scenario **out, const char *path, const mtl_model *m, mtl_error *err);

/* With the family of examples/NAME; once. */
static inline void open_table(family_reader *reader, const char *example)
{
    mtl_error err = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/examples/%s", MTL_SOURCE_ROOT, example);
    table_fd = mkstemp(table_path);
    if (table_fd < 0 || mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0 ||
        reader(&family, path, model, &err) < 0)
        abort();
    atexit(free_table);
}

/* A file that stays as it is, from mkstemp(). */
static inline void put(int fd, const char *text)
{
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) != 0)
        abort();
}

static inline void put_table(const uint8_t *data, size_t size)
{
    if (ftruncate(table_fd, 0) != 0 || pwrite(table_fd, data, size, 0) != (ssize_t)size)
        abort();
}

static inline void must_print(char *text)
{
    if (!text)
        abort();
    free(text);
}

#endif
