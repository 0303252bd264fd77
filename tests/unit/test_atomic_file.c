/* SPDX-License-Identifier: MIT */
/* Files are whole or not there: the failures of a disk are brought about by a limit on the size of
   files and by a stream whose writes or close fail. */
#define _GNU_SOURCE /* fopencookie */
#include <errno.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture_folder.h"
#include "io/atomic_file.h"

static int n_entries(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void assert_content(const char *path, const char *expected)
{
    char buf[256] = "";
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    const size_t n = fread(buf, 1, sizeof buf - 1, f);
    fclose(f);
    assert_int_equal(n, strlen(expected));
    assert_string_equal(buf, expected);
}

static void writes_and_replaces(void **state)
{
    (void)state;
    mtl_error err = {0};
    assert_int_equal(mtl__atomic_write(in_folder("a.txt"), "first", 5, &err), 0);
    assert_content(in_folder("a.txt"), "first");
    assert_int_equal(mtl__atomic_write(in_folder("a.txt"), "second one", 10, &err), 0);
    assert_content(in_folder("a.txt"), "second one");
    assert_int_equal(mtl__atomic_write(in_folder("empty"), "", 0, &err), 0);
    assert_content(in_folder("empty"), "");
    assert_int_equal(n_entries(), 2);
    struct stat st;
    assert_int_equal(stat(in_folder("a.txt"), &st), 0);
    const mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
}

static void nothing_under_the_name_before_publish(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl__atomic_file a;
    assert_int_equal(mtl__atomic_open(&a, in_folder("b"), &err), 0);
    fputs("text", a.stream);
    assert_int_equal(access(in_folder("b"), F_OK), -1);
    assert_int_equal(mtl__atomic_finish(&a, &err), 0);
    assert_int_equal(access(in_folder("b"), F_OK), -1);
    assert_int_equal(mtl__atomic_publish(&a, &err), 0);
    assert_content(in_folder("b"), "text");
    assert_int_equal(n_entries(), 1);
}

static void abandon_leaves_nothing(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl__atomic_file a;
    assert_int_equal(mtl__atomic_open(&a, in_folder("c"), &err), 0);
    fputs("text", a.stream);
    mtl__atomic_abandon(&a);
    assert_int_equal(n_entries(), 0);
    assert_int_equal(mtl__atomic_open(&a, in_folder("c"), &err), 0);
    assert_int_equal(mtl__atomic_finish(&a, &err), 0);
    mtl__atomic_abandon(&a);
    mtl__atomic_abandon(&a);
    assert_int_equal(n_entries(), 0);
}

/* The old file stays as it was, byte for byte. */
static void full_disk_keeps_the_old_file(void **state)
{
    (void)state;
    enum { BIG = 1 << 18 };
    mtl_error err = {0};
    struct rlimit old, small;
    char *big = calloc(1, BIG);
    assert_non_null(big);
    assert_int_equal(mtl__atomic_write(in_folder("d"), "old", 3, &err), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    small = old;
    small.rlim_cur = 8192;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const int ret = mtl__atomic_write(in_folder("d"), big, BIG, &err);
    /* Short enough for the stream's buffer, too long for the disk: only the flush can tell. */
    mtl__atomic_file a;
    mtl_error late = {0};
    small.rlim_cur = 16;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(mtl__atomic_open(&a, in_folder("e"), &late), 0);
    const size_t written = fwrite(big, 1, 100, a.stream);
    const int finished = mtl__atomic_finish(&a, &late);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    free(big);
    assert_int_equal(ret, MTL_ERR_IO);
    assert_non_null(strstr(err.text, in_folder("d")));
    assert_non_null(strstr(err.text, strerror(EFBIG)));
    assert_int_equal(written, 100);
    assert_int_equal(finished, MTL_ERR_IO);
    assert_content(in_folder("d"), "old");
    assert_int_equal(n_entries(), 1);
}

static ssize_t no_space(void *cookie, const char *data, size_t n)
{
    (void)cookie;
    (void)data;
    (void)n;
    errno = ENOSPC;
    return -1;
}

static ssize_t swallow(void *cookie, const char *data, size_t n)
{
    (void)cookie;
    (void)data;
    return (ssize_t)n;
}

static int bad_close(void *cookie)
{
    (void)cookie;
    errno = EDQUOT;
    return -1;
}

static void fails_with(cookie_io_functions_t f, int error)
{
    mtl_error err = {0};
    mtl__atomic_file a;
    assert_int_equal(mtl__atomic_open(&a, in_folder("f"), &err), 0);
    fclose(a.stream);
    a.stream = fopencookie(NULL, "wb", f);
    assert_non_null(a.stream);
    fputs("text", a.stream);
    assert_int_equal(mtl__atomic_finish(&a, &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, strerror(error)));
    assert_null(a.stream);
    mtl__atomic_abandon(&a);
    assert_int_equal(n_entries(), 0);
}

static void errors_of_flush_and_close(void **state)
{
    (void)state;
    fails_with((cookie_io_functions_t){.write = no_space}, ENOSPC);
    fails_with((cookie_io_functions_t){.write = swallow, .close = bad_close}, EDQUOT);
}

static void bad_places(void **state)
{
    (void)state;
    mtl_error err = {0};
    assert_int_equal(mtl__atomic_write(in_folder("none/a"), "x", 1, &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, "none/a"));
    assert_non_null(strstr(err.text, strerror(ENOENT)));
    assert_int_equal(mtl__atomic_write(folder, "x", 1, &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, strerror(EISDIR)));
    assert_int_equal(mtl__atomic_write(in_folder("none/a"), "x", 1, NULL), MTL_ERR_IO);
    assert_int_equal(n_entries(), 0);
}

static void devices_are_written_in_place(void **state)
{
    (void)state;
    mtl_error err = {0};
    struct stat st;
    assert_int_equal(mtl__atomic_write("/dev/null", "x", 1, &err), 0);
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    if (access("/dev/full", W_OK) == 0) {
        assert_int_equal(mtl__atomic_write("/dev/full", "x", 1, &err), MTL_ERR_IO);
        assert_non_null(strstr(err.text, strerror(ENOSPC)));
    }
}

static void links_stay_links(void **state)
{
    (void)state;
    mtl_error err = {0};
    struct stat st;
    assert_int_equal(mtl__atomic_write(in_folder("target"), "old", 3, &err), 0);
    assert_int_equal(symlink("target", in_folder("link")), 0);
    assert_int_equal(mtl__atomic_write(in_folder("link"), "new", 3, &err), 0);
    assert_int_equal(lstat(in_folder("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_content(in_folder("target"), "new");
}

static void folders_with_parents(void **state)
{
    (void)state;
    mtl_error err = {0};
    struct stat st;
    assert_int_equal(mtl__make_folder(in_folder("a/b//c/"), &err), 0);
    assert_int_equal(stat(in_folder("a/b/c"), &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(mtl__make_folder(in_folder("a/b/c"), &err), 0);
    assert_int_equal(mtl__make_parent(in_folder("x/y/report.html"), &err), 0);
    assert_int_equal(stat(in_folder("x/y"), &st), 0);
    assert_int_equal(access(in_folder("x/y/report.html"), F_OK), -1);
    assert_int_equal(mtl__make_parent("report.html", &err), 0);
    assert_int_equal(mtl__atomic_write(in_folder("plain"), "x", 1, &err), 0);
    assert_int_equal(mtl__make_folder(in_folder("plain/sub"), &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, in_folder("plain")));
    assert_int_equal(mtl__make_folder(in_folder("plain"), &err), MTL_ERR_IO);
    assert_non_null(strstr(err.text, strerror(ENOTDIR)));
    assert_int_equal(mtl__make_folder("", &err), MTL_ERR_IO);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(writes_and_replaces),          IN_FOLDER(nothing_under_the_name_before_publish),
        IN_FOLDER(abandon_leaves_nothing),       IN_FOLDER(full_disk_keeps_the_old_file),
        IN_FOLDER(errors_of_flush_and_close),    IN_FOLDER(bad_places),
        IN_FOLDER(devices_are_written_in_place), IN_FOLDER(links_stay_links),
        IN_FOLDER(folders_with_parents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
