/* SPDX-License-Identifier: MIT */
/* The bytes of tables, manifest and report of a small hand-made result, against the files of
   tests/golden/result. A difference is shown by its first line. To renew the files after a change
   that was meant:  MTL_RENEW_GOLDEN=1 meson test test_result_golden  - and read the diff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture_result.h"
#include "matriline/version.h"
#include "page_check.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

static char folder[64];

/* The version is not part of what is held: a release must not have to renew the files. Nor are
   the hashes of the tables, in which the version stands; another test looks at those. */
static char *without_version(char *s)
{
    static const char *const before[] = {"##version=", "Matriline ", "\"version\": \""};
    const size_t n = strlen(mtl_version());
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        for (char *p = strstr(s, before[i]); p; p = strstr(p + 1, before[i])) {
            char *v = p + strlen(before[i]);
            if (strncmp(v, mtl_version(), n) == 0) {
                memmove(v + 1, v + n, strlen(v + n) + 1);
                *v = '#';
            }
        }
    static const char hash[] = "\"sha256\": \"";
    for (char *p = strstr(s, hash); p; p = strstr(p + 1, hash))
        memset(p + strlen(hash), '#', 64);
    return s;
}

static void show_difference(const char *name, const char *now, const char *kept)
{
    int line = 1;
    const char *a = now, *b = kept;
    for (size_t i = 0; now[i] && now[i] == kept[i]; i++)
        if (now[i] == '\n') {
            line++;
            a = now + i + 1;
            b = kept + i + 1;
        }
    fail_msg("%s differs from the kept file at line %d:\n  now:  %.*s\n  kept: %.*s", name, line,
             (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

static void check(const char *name)
{
    char path[256], kept_path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(kept_path, sizeof kept_path, "%s/tests/golden/result/%s", MTL_SOURCE_ROOT, name);
    char *now = without_version(page_read(path));
    if (getenv("MTL_RENEW_GOLDEN")) {
        FILE *f = fopen(kept_path, "wb");
        assert_non_null(f);
        fputs(now, f);
        assert_int_equal(fclose(f), 0);
    }
    char *kept = page_read(kept_path);
    if (strcmp(now, kept) != 0)
        show_difference(name, now, kept);
    free(now);
    free(kept);
}

static int write_all(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/mtl-golden-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    mtl_result *r[2] = {fixture_result(FIXTURE_SMALL, 0), fixture_result(FIXTURE_SMALL, 1)};
    const mtl_scenario *own = r[1]->s;
    r[1]->s = r[0]->s;
    char path[128];
    snprintf(path, sizeof path, "%s/report.html", folder);
    int ret = mtl_result_write(r[0], folder, NULL);
    if (ret == 0)
        ret = mtl_report_write((const mtl_result *const[]){r[0], r[1]}, 2, path, NULL);
    r[1]->s = own;
    fixture_result_free(r[0]);
    fixture_result_free(r[1]);
    return ret;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void cells(void **state)
{
    (void)state;
    check("cells.tsv");
}

static void events(void **state)
{
    (void)state;
    check("events.tsv");
}

static void assays(void **state)
{
    (void)state;
    check("assays.tsv");
}

static void manifest(void **state)
{
    (void)state;
    check("manifest.json");
}

static void report(void **state)
{
    (void)state;
    check("report.html");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cells), cmocka_unit_test(events),
                                       cmocka_unit_test(assays), cmocka_unit_test(manifest),
                                       cmocka_unit_test(report)};
    return cmocka_run_group_tests(tests, write_all, remove_folder);
}
