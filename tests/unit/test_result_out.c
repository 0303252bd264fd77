/* SPDX-License-Identifier: MIT */
/* Tables, JSON and sink: shape, missing values, provenance, hashes, and that a folder is written
   whole or not at all. The bytes themselves are kept in tests/golden. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "fixture_folder.h"
#include "fixture_result.h"
#include "io/io_hash.h"
#include "io/result_out.h"
#include "matriline/version.h"

static int n_tabs(const char *line)
{
    int n = 0;
    for (; *line && *line != '\n'; line++)
        n += *line == '\t';
    return n;
}

/* Provenance lines, one heading, rows of the same width; returns the number of rows. */
static int check_shape(const char *text, const char *first_name)
{
    int rows = -1, width = -1;
    bool in_head = true;
    for (const char *p = text; *p; p = strchr(p, '\n') + 1) {
        assert_non_null(strchr(p, '\n'));
        if (strncmp(p, "##", 2) == 0) {
            assert_true(in_head);
            assert_non_null(memchr(p, '=', strcspn(p, "\n")));
            continue;
        }
        if (in_head) {
            in_head = false;
            width = n_tabs(p);
            assert_true(strncmp(p, first_name, strlen(first_name)) == 0);
        }
        assert_int_equal(n_tabs(p), width);
        for (const char *c = p; *c != '\n'; c++)
            assert_false(c[0] == '\t' && (c[1] == '\t' || c[1] == '\n')); /* no empty cell */
        rows++;
    }
    return rows;
}

static void numbers(void **state)
{
    (void)state;
    char buf[32];
    assert_string_equal(mtl__out_number(1.0 / 3, buf), "0.333333");
    assert_string_equal(mtl__out_number(1e-9, buf), "1e-09");
    assert_string_equal(mtl__out_number(0, buf), "0");
    assert_string_equal(mtl__out_number(NAN, buf), "NA");
    assert_string_equal(mtl__out_number(-INFINITY, buf), "NA");
}

static void clean_text(void **state)
{
    (void)state;
    mtl__str b = {0};
    mtl__out_clean(
        &b, "a\tb\nc\r\x02 \xc3\xa9 \xf0\x9f\x91\xb6 \xc0\x80 \xf5\x80 \xe2\x82 \xc2\x85 \x7f");
    assert_string_equal(b.s, "a b c \xef\xbf\xbd \xc3\xa9 \xf0\x9f\x91\xb6 "
                             "\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd "
                             "\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd");
    b.len = 0;
    mtl__out_clean(&b, NULL);
    assert_int_equal(b.len, 0);
    mtl__str_free(&b);
}

static void shapes(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    mtl__str b = {0};
    mtl__out_cells(&b, r);
    assert_true(check_shape(b.s, "person\tdonor\torgan\tkind\tdate\tt_days\tmean_cells") > 1000);
    b.len = 0;
    mtl__out_events(&b, r);
    assert_int_equal(check_shape(b.s, "date\tperson\tevent\ttext\n"), r->s->n_events);
    b.len = 0;
    mtl__out_assays(&b, r);
    assert_int_equal(check_shape(b.s, "person\torgan\tdate"), r->n_assays);
    assert_non_null(strstr(b.s, "##switches=niche = additive, persistence = slow\n"));
    assert_non_null(strstr(b.s, "##seed=1925\n"));
    assert_non_null(strstr(b.s, "##replicates=1000\n"));
    mtl__str_free(&b);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ the sink */

typedef struct seen {
    int cells, readings, stop_after, code;
    double total;
} seen;

static int see_cell(void *ctx, const mtl_cell_row *row)
{
    seen *s = ctx;
    assert_true(row->mean > 0 || row->p_present > 0);
    assert_non_null(row->person);
    s->total += row->mean;
    return ++s->cells == s->stop_after ? s->code : 0;
}

static int see_reading(void *ctx, const mtl_reading_row *row)
{
    seen *s = ctx;
    assert_true(row->wells > 0);
    s->readings++;
    return 0;
}

static void sink(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    seen s = {0};
    assert_int_equal(mtl_result_emit(r, &(mtl_sink){&s, see_cell, see_reading}), 0);
    assert_int_equal(s.readings, 4);
    /* rows of cells: every date from the first contact on, for each organ and kind */
    int expected = 0;
    double total = 0;
    for (int i = 0; i < r->n_pairs; i++)
        for (int x = 0; x < r->m->n_organs * r->m->n_kinds; x++)
            for (int k = 0; k < r->n_coarse; k++)
                if (r->coarse[k] >= r->pair[i].t_start) {
                    expected++;
                    total += r->pair[i].cells[x * r->n_coarse + k].mean;
                }
    assert_int_equal(s.cells, expected);
    assert_true(fabs(s.total - total) <= 1e-9 * total);
    seen stop = {.stop_after = 3, .code = 42};
    assert_int_equal(mtl_result_emit(r, &(mtl_sink){&stop, see_cell, see_reading}), 42);
    assert_int_equal(stop.cells, 3);
    assert_int_equal(stop.readings, 0);
    assert_int_equal(mtl_result_emit(r, &(mtl_sink){0}), 0);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ the folder */

static json_t *manifest_of(const char *dir)
{
    char path[256];
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    json_error_t e;
    json_t *o = json_load_file(path, 0, &e);
    assert_non_null(o);
    return o;
}

static void folder_with_hashes(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    char dir[128];
    mtl_error err = {0};
    snprintf(dir, sizeof dir, "%s/deep/er", folder);
    assert_int_equal(mtl_result_write(r, dir, &err), 0);
    json_t *o = manifest_of(dir), *files = json_object_get(o, "files");
    assert_int_equal(json_array_size(files), 3);
    for (size_t i = 0; i < 3; i++) {
        char path[256], hash[65];
        const json_t *f = json_array_get(files, i);
        snprintf(path, sizeof path, "%s/%s", dir, json_string_value(json_object_get(f, "name")));
        assert_int_equal(mtl__sha256_file(path, hash, &err), 0);
        assert_string_equal(hash, json_string_value(json_object_get(f, "sha256")));
    }
    assert_string_equal(json_string_value(json_object_get(o, "version")), mtl_version());
    assert_string_equal(json_string_value(json_object_get(o, "seed")), "1925");
    assert_string_equal(json_string_value(json_object_get(json_object_get(o, "switches"), "niche")),
                        "additive");
    const json_t *unknown = json_object_get(o, "tier_d_parameters_used");
    assert_int_equal(json_array_size(unknown), 7);
    /* in the unit of the table, not in days */
    const json_t *first = json_array_get(unknown, 0);
    assert_true(fabs(json_real_value(json_object_get(first, "value")) - 0.1) < 1e-9);
    assert_string_equal(json_string_value(json_object_get(first, "unit")), "per year");
    json_decref(o);
    fixture_result_free(r);
}

/* When the disk fills, what was there before is still there, and nothing else. */
static void full_disk(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    mtl_error err = {0};
    assert_int_equal(mtl_result_write(r, folder, &err), 0);
    json_t *before = manifest_of(folder);
    r->opts.seed = 7;
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    small = old;
    small.rlim_cur = 1 << 16; /* the small tables fit, cells.tsv does not */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const int ret = mtl_result_write(r, folder, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    assert_int_equal(ret, MTL_ERR_IO);
    assert_non_null(strstr(err.text, "cells.tsv"));
    json_t *after = manifest_of(folder);
    assert_true(json_equal(before, after));
    char command[160];
    snprintf(command, sizeof command, "test $(ls -A '%s' | wc -l) = 4", folder);
    assert_int_equal(system(command), 0);
    json_decref(before);
    json_decref(after);
    fixture_result_free(r);
}

static void bad_folder(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    mtl_error err = {0};
    assert_int_equal(mtl_result_write(r, "/dev/null/out", &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, "/dev/null"));
    assert_int_equal(mtl_result_write(r, "", &err), MTL_ERR_IO);
    fixture_result_free(r);
}

/* ------------------------------------------------------------------ the document */

static void document(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    mtl_scenario *s = (mtl_scenario *)(uintptr_t)r->s;
    s->person[2].name = "t\xffom \"quoted\"";
    r->opts.seed = UINT64_MAX;
    char *text = mtl_result_json(r);
    assert_non_null(text);
    json_error_t e;
    json_t *o = json_loads(text, 0, &e);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "seed")), "18446744073709551615");
    assert_int_equal(json_array_size(json_object_get(o, "assays")), 4);
    assert_int_equal(json_array_size(json_object_get(o, "carriage")), 3);
    assert_int_equal(json_array_size(json_object_get(o, "pairs")), 2);
    seen n = {0};
    assert_int_equal(mtl_result_emit(r, &(mtl_sink){.ctx = &n, .cell = see_cell}), 0);
    assert_int_equal(json_array_size(json_object_get(o, "cells")), n.cells);
    const json_t *a = json_array_get(json_object_get(o, "assays"), 1);
    assert_true(json_is_null(json_object_get(a, "laboratory")));
    assert_true(json_is_null(json_object_get(json_object_get(a, "virtual"), "geq_per_1e6")));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(a, "virtual"), "hits")), 0);
    json_decref(o);
    free(text);
    fixture_result_free(r);
}

static void headline_is_never_null(void **state)
{
    (void)state;
    mtl_result *r = fixture_result(FIXTURE_SMALL, 0);
    assert_string_equal(mtl_result_headline(r), r->headline);
    r->headline = NULL;
    assert_string_equal(mtl_result_headline(r), "");
    fixture_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(clean_text),
        cmocka_unit_test(shapes),
        cmocka_unit_test(sink),
        cmocka_unit_test_setup_teardown(folder_with_hashes, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(full_disk, make_folder, remove_folder),
        cmocka_unit_test(bad_folder),
        cmocka_unit_test(document),
        cmocka_unit_test(headline_is_never_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
