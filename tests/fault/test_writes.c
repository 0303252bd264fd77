/* SPDX-License-Identifier: MIT */
/* Every call that brings a file about fails once: open, fdopen, fwrite (half written, as on a full
   disk), fflush, fsync, fclose, rename, mkdir. Each time the writer must say MTL_ERR_IO with the
   reason of the system; each file must hold all that it held before or all that is new; no
   temporary may be left; and a folder whose files are not all of one run has no manifest. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "fault.h"
#include "fault_trial.h"
#include "io/atomic_file.h"
#include "matriline/matriline.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

#define PLATE "readings/anna-blood-1978-09-01-dys14-qpcr"
enum { N_TABLES = 8, MAX_CALLS = 200 };
static const char *const table[N_TABLES] = {"cells.tsv",
                                            "events.tsv",
                                            "assays.tsv",
                                            PLATE ".csv",
                                            PLATE ".targets.tsv",
                                            PLATE ".samples.tsv",
                                            "readings/readings.tsv",
                                            "manifest.json"};
static const char OLD[] = "what was there before\n";

static const char SMALL[] =
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01}\n"
    "events:\n"
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
    "  - {date: 1978-09-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "
    "dys14-qpcr}\n";

static mtl_model *model;
static mtl_scenario *scenario;
static mtl_result *result;

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int n_entries(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

static void assert_said(int ret, const mtl_error *err, int error)
{
    assert_int_equal(ret, MTL_ERR_IO);
    assert_int_equal(err->code, MTL_ERR_IO);
    assert_non_null(strstr(err->text, strerror(error)));
}

/* ---------------------------------------------------------------- one file */
static void one_file(bool there, int error)
{
    static const char text[] = "all of the new text, longer than the old one was\n";
    char path[128];
    int n = 1;
    snprintf(path, sizeof path, "%s", in("one/file.txt"));
    mkdir(in("one"), 0777);
    for (; n < MAX_CALLS; n++) {
        mtl_error err = {0};
        unlink(path);
        if (there)
            put(path, OLD);
        const uint64_t before = hash_file(path);
        fault_io(n, error);
        const int ret = mtl__atomic_write(path, text, sizeof text - 1, &err);
        fault_io_end();
        if (!fault_io_failed()[0]) {
            assert_int_equal(ret, 0);
            break;
        }
        assert_said(ret, &err, error);
        assert_true(hash_file(path) == before);
        assert_int_equal(n_entries(in("one")), there ? 1 : 0);
    }
    assert_in_range(n, 6, MAX_CALLS - 1); /* open, fdopen, fwrite, fflush, fsync, fclose, rename */
    assert_int_equal(n_entries(in("one")), 1);
    unlink(path);
}

static void a_file_is_whole_or_as_it_was(void **state)
{
    (void)state;
    one_file(false, ENOSPC);
    one_file(true, ENOSPC);
    one_file(true, EIO);
    one_file(false, EACCES);
}

/* ---------------------------------------------------------------- a folder of tables */
static uint64_t fresh[N_TABLES];

/* Writes the result into out/ with the n-th call failing; false once none failed. */
static bool folder_once(int n, bool there)
{
    mtl_error err = {0};
    uint64_t old[N_TABLES];
    int n_new = 0, n_there = 0;
    const char *out = in("out");
    char readings[300];
    snprintf(readings, sizeof readings, "%s/readings", out);
    if (there) {
        mkdir(out, 0777);
        mkdir(readings, 0777);
    }
    for (int i = 0; i < N_TABLES; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", in("out"), table[i]);
        unlink(path);
        if (there)
            put(path, OLD);
        old[i] = hash_file(path);
    }
    if (!there) {
        rmdir(readings);
        rmdir(out);
    }
    fault_io(n, ENOSPC);
    const int ret = mtl_result_write(result, out, &err);
    fault_io_end();
    uint64_t now[N_TABLES];
    for (int i = 0; i < N_TABLES; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", in("out"), table[i]);
        now[i] = hash_file(path);
        n_new += now[i] == fresh[i];
        n_there += now[i] != 0;
    }
    /* no temporaries, and no empty folder of readings but one that was there */
    const int n_readings = n_entries(readings);
    const bool folder = access(readings, F_OK) == 0;
    assert_int_equal(n_entries(out) - folder + n_readings, n_there);
    assert_true(!folder || there || n_readings > 0);
    if (!fault_io_failed()[0]) {
        assert_int_equal(ret, 0);
        assert_int_equal(n_new, N_TABLES);
        return false;
    }
    assert_said(ret, &err, ENOSPC);
    for (int i = 0; i < N_TABLES; i++)
        assert_true(now[i] == fresh[i] || now[i] == old[i] || (i == N_TABLES - 1 && now[i] == 0));
    /* Part of it new: no manifest vouches for the mixture. */
    if (n_new > 0)
        assert_true(now[N_TABLES - 1] == 0);
    else
        assert_int_equal(n_there, there ? N_TABLES : 0);
    return true;
}

static void a_folder_is_never_a_mixture(void **state)
{
    (void)state;
    mtl_error err = {0};
    assert_int_equal(mtl_result_write(result, in("out"), &err), 0);
    for (int i = 0; i < N_TABLES; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", in("out"), table[i]);
        fresh[i] = hash_file(path);
        assert_true(fresh[i] != 0);
    }
    for (int there = 0; there < 2; there++) {
        int n = 1;
        while (n < MAX_CALLS && folder_once(n, there != 0))
            n++;
        /* eight files of seven calls each; two folders to make */
        assert_in_range(n, 8 * 6, MAX_CALLS - 1);
    }
}

/* ---------------------------------------------------------------- the report */
static void the_report_is_whole_or_as_it_was(void **state)
{
    (void)state;
    const mtl_result *const r = result;
    char path[128];
    int n = 1;
    snprintf(path, sizeof path, "%s", in("page/report.html"));
    for (; n < MAX_CALLS; n++) {
        mtl_error err = {0};
        const bool there = n % 2 == 0;
        unlink(path);
        rmdir(in("page"));
        if (there) {
            mkdir(in("page"), 0777);
            put(path, OLD);
        }
        const uint64_t before = hash_file(path);
        fault_io((n + 1) / 2, EIO);
        const int ret = mtl_report_write(&r, 1, path, &err);
        fault_io_end();
        if (!fault_io_failed()[0]) {
            assert_int_equal(ret, 0);
            break;
        }
        assert_said(ret, &err, EIO);
        assert_true(hash_file(path) == before);
        assert_int_equal(n_entries(in("page")), there ? 1 : 0);
    }
    assert_in_range(n, 2 * 6, MAX_CALLS - 1);
}

/* A test of failures that never happen would let everything pass. */
static void the_fault_happens(void **state)
{
    (void)state;
    mtl_error err = {0};
    fault_io(1, ENOSPC);
    assert_int_equal(mtl__atomic_write(in("x"), "x", 1, &err), MTL_ERR_IO);
    fault_io_end();
    assert_string_equal(fault_io_failed(), "open");
    fault_io(3, ENOSPC);
    assert_int_equal(mtl__atomic_write(in("x"), "x", 1, &err), MTL_ERR_IO);
    fault_io_end();
    assert_string_equal(fault_io_failed(), "fwrite");
    assert_int_equal(access(in("x"), F_OK), -1);
}

static int set_up(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.replicates = 2;
    if (make_folder() < 0 || mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0)
        return -1;
    if (mtl_scenario_parse(&scenario, SMALL, (int)strlen(SMALL), "small", model, &err) < 0)
        return -1;
    return mtl_run(&result, scenario, model, &o, &err);
}

static int tear_down(void **state)
{
    (void)state;
    mtl_result_free(result);
    mtl_scenario_free(scenario);
    mtl_model_free(model);
    return remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fault_happens),
        cmocka_unit_test(a_file_is_whole_or_as_it_was),
        cmocka_unit_test(a_folder_is_never_a_mixture),
        cmocka_unit_test(the_report_is_whole_or_as_it_was),
    };
    return cmocka_run_group_tests_name("writes", tests, set_up, tear_down);
}
