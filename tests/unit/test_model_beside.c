/* SPDX-License-Identifier: MIT */
/* Which model beside this one has a name: its folder as the user can give it, whole cells only, the
   first of several, and silence where there is nothing to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fixture_folder.h"
#include "io/model_beside.h"

static char text[400];

static const char *beside(const char *dir, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, dir);
    const mtl_model m = {.dir = path};
    mtl__model_beside(&m, "organs.tsv", name, text, sizeof text);
    return text;
}

static void models_beside(void **state)
{
    (void)state;
    char long_line[1500], expected[300];
    for (int k = 0; k < 3; k++)
        assert_int_equal(mkdir(in_folder((const char *[]){"a", "b", "c"}[k]), 0700), 0);
    write_file("a/organs.tsv", "name\tx\nheart\t1\nantler\t2\n");
    memset(long_line, 'y', sizeof long_line);
    long_line[600] = '\t';
    snprintf(long_line + 1400, 100, "\nhorn\t1\nantler\t2\nfin\t9");
    write_file("b/organs.tsv", long_line);
    write_file("c/organs.tsv", "# horn\t\nname\nhorn of\t1\ntail\t\n");
    snprintf(expected, sizeof expected, "; the model 'b' has it: --model %s/b", folder);
    assert_string_equal(beside("a", "horn"), expected);
    assert_string_equal(beside("a/", "horn"), expected);
    assert_string_equal(beside("a", "fin"), expected); /* the last line is not ended */
    assert_string_equal(beside("c", "horn"), expected);
    assert_string_equal(beside("b", "horn"), ""); /* its own does not count */
    snprintf(expected, sizeof expected, "; the model 'a' has it: --model %s/a", folder);
    assert_string_equal(beside("c", "antler"), expected); /* b has it as well */
    assert_string_equal(beside("nowhere", "heart"), expected);
    assert_string_equal(beside("a", "hor"), "");
    assert_string_equal(beside("a", "y"), "");
    assert_string_equal(beside("a", "horn\n"), "");
    assert_string_equal(beside("a", ""), "");
    assert_string_equal(beside("x/y/z", "horn"), "");
}

static void nothing_to_say(void **state)
{
    (void)state;
    const mtl_model none = {.dir = NULL}, empty = {.dir = ""}, root = {.dir = "/"};
    const mtl_model *all[] = {&none, &empty, &root};
    for (int k = 0; k < 3; k++) {
        strcpy(text, "before");
        mtl__model_beside(all[k], "no-such-table.tsv", "heart", text, sizeof text);
        assert_string_equal(text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(models_beside, make_folder, remove_folder),
        cmocka_unit_test(nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
