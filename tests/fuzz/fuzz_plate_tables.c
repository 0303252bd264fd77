/* SPDX-License-Identifier: MIT */
/* Fuzzing the tables beside a plate (layout, samples, targets, blanks, subjects) and what is made
   of them: a small plate is quantified with one table that anything may stand in. The first byte
   chooses the table. What is accepted must have an answer in every form. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "matriline/quantify.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const plate =
    "well,sample,target,task,ct,quantity\n"
    "A1,std,SRY,standard,30,100\nA2,std,SRY,standard,34,10\n"
    "B1,anna blood,SRY,unknown,37,\nB1,anna blood,HBB,unknown,25,\n"
    "B2,s2,SRY,unknown,Undetermined,\nC1,NTC,SRY,blank,Undetermined,\n";

static char plate_path[] = "/tmp/matriline-fuzz-plate-XXXXXX";
static char table_path[] = "/tmp/matriline-fuzz-table-XXXXXX";
static mtl_model *model;
static mtl_scenario *family;
static int table_fd = -1;

static void clean_up(void)
{
    unlink(plate_path);
    unlink(table_path);
    mtl_scenario_free(family);
    mtl_model_free(model);
}

static void set_up(void)
{
    mtl_error err = {0};
    const int fd = mkstemp(plate_path);
    table_fd = mkstemp(table_path);
    const size_t n = strlen(plate);
    if (fd < 0 || table_fd < 0 || write(fd, plate, n) != (ssize_t)n || close(fd) != 0 ||
        mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0 ||
        mtl_scenario_load(&family, MTL_SOURCE_ROOT "/examples/anna.yaml", model, &err) < 0)
        abort();
    atexit(clean_up);
}

static void must_print(char *text)
{
    if (!text)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl_quantify_opts o;
    mtl_quantify *q = NULL;
    mtl_error err = {0};
    const char *p = plate_path;
    if (size == 0)
        return 0;
    if (!model)
        set_up();
    if (ftruncate(table_fd, 0) != 0 ||
        pwrite(table_fd, data + 1, size - 1, 0) != (ssize_t)(size - 1))
        abort();
    mtl_quantify_opts_init(&o);
    switch (data[0] % 5) {
    case 0:
        o.layout = table_path;
        break;
    case 1:
        o.samples = table_path;
        break;
    case 2:
        o.targets = table_path;
        break;
    case 3:
        o.blanks = table_path;
        break;
    default:
        o.subjects = table_path;
        o.group = "g";
    }
    if (mtl_quantify_run(&q, &p, 1, data[0] & 0x40 ? family : NULL, model, &o, &err) < 0) {
        if (q || !err.text[0])
            abort();
        return 0;
    }
    must_print(mtl_quantify_text(q, 80));
    must_print(mtl_quantify_tsv(q));
    must_print(mtl_quantify_json(q));
    mtl_quantify_free(q);
    return 0;
}
