/* SPDX-License-Identifier: MIT */
/* Fuzzing the tables beside reads: one sample of four sites is fitted with a table of wells (first
   byte 'w') or of samples (any other) that anything may stand in. What is accepted must have an
   answer in every form. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "matriline/markers.h"
#include "matriline/mix.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const counts =
    "chromosome\tposition\tref\talt\tfrequency\tanna.ref\tanna.alt\told.ref\told.alt\n"
    "1\t100\tA\tG\t0.3\t90\t1\t50\t0\n1\t90000000\tA\tC\t0.5\t40\t45\t20\t22\n"
    "2\t50\tG\tA\t0.5\t3\t80\t1\t40\n3\t50\tG\tA\t0.2\t70\t0\t40\t1\n";
static const char *const genotypes = "person\tmarker\tgenotype\nanna\t1:100\tA/A\ntom\t1:100\tA/G\n"
                                     "anna\t1:90000000\tA/C\ntom\t1:90000000\tC/C\n"
                                     "anna\t2:50\tA/A\ntom\t2:50\tA/G\n";

static char counts_path[] = "/tmp/matriline-fuzz-XXXXXX";
static char genotypes_path[] = "/tmp/matriline-fuzz-XXXXXX.tsv";
static char table_path[] = "/tmp/matriline-fuzz-XXXXXX";
static mtl_model *model;
static mtl_scenario *family;
static int table_fd = -1;

static void clean_up(void)
{
    unlink(counts_path);
    unlink(genotypes_path);
    unlink(table_path);
    mtl_scenario_free(family);
    mtl_model_free(model);
}

static void put(int fd, const char *text)
{
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) != 0)
        abort();
}

/* mkstemp() of a name that ends in .tsv. */
static int make_tsv(char *path)
{
    char *end = path + strlen(path) - 4;
    *end = '\0';
    const int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    unlink(path);
    close(fd);
    *end = '.';
    FILE *f = fopen(path, "w");
    if (!f || fputs(genotypes, f) < 0)
        return -1;
    return fclose(f);
}

static void set_up(void)
{
    mtl_error err = {0};
    put(mkstemp(counts_path), counts);
    table_fd = mkstemp(table_path);
    if (table_fd < 0 || make_tsv(genotypes_path) != 0 ||
        mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0 ||
        mtl_pedigree_load(&family, MTL_SOURCE_ROOT "/examples/measure/mix_family.fam", model,
                          &err) < 0)
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
    mtl_mix_opts o;
    mtl_mix *m = NULL;
    mtl_error err = {0};
    const char *file = counts_path;
    if (size == 0)
        return 0;
    if (!model)
        set_up();
    if (ftruncate(table_fd, 0) != 0 ||
        pwrite(table_fd, data + 1, size - 1, 0) != (ssize_t)(size - 1))
        abort();
    mtl_mix_opts_init(&o);
    o.genotypes = genotypes_path;
    o.host = "anna";
    o.donors = "tom";
    o.joint = 1;
    o.threads = 1;
    o.error = 1e-3;
    if (data[0] == 'w')
        o.wells = table_path;
    else
        o.samples = table_path;
    if (mtl_mix_run(&m, family, &file, 1, &o, &err) < 0) {
        if (m || !err.text[0])
            abort();
        return 0;
    }
    for (int i = 0; i < mtl_mix_n_rows(m); i++) {
        mtl_mix_row r;
        if (mtl_mix_row_get(m, i, &r) < 0 || !(r.fraction >= 0 && r.fraction <= 1) ||
            !(r.low <= r.high))
            abort();
    }
    must_print(mtl_mix_text(m, 80));
    must_print(mtl_mix_tsv(m));
    must_print(mtl_mix_json(m));
    mtl_mix_free(m);
    return 0;
}
