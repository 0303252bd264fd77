/* SPDX-License-Identifier: MIT */
/*
 * par/: every piece is done once, whatever the number of threads; the lowest failure is returned.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "par/par.h"

enum { PIECES = 5000 };

typedef struct job {
    int64_t fail_from; /* pieces from here on fail; -1: none */
    int threads;
    _Atomic int done[PIECES];
    _Atomic int bad_worker;
} job;

static int piece(void *ctx, int64_t i, int worker)
{
    job *j = ctx;
    if (worker < 0 || worker >= j->threads)
        atomic_store(&j->bad_worker, 1);
    atomic_fetch_add(&j->done[i], 1);
    if (j->fail_from >= 0 && i >= j->fail_from)
        return -100 - (int)(i - j->fail_from);
    return (int)(i % 3); /* positive values are no failure */
}

static job *new_job(int threads, int64_t fail_from)
{
    job *j = calloc(1, sizeof *j);
    assert_non_null(j);
    j->threads = threads;
    j->fail_from = fail_from;
    return j;
}

static void every_piece_is_done_once(void **state)
{
    static const int threads[] = {1, 2, 3, 8, 64};
    (void)state;
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        job *j = new_job(threads[t], -1);
        assert_int_equal(mtl__par_for(threads[t], PIECES, piece, j), 0);
        for (int i = 0; i < PIECES; i++)
            assert_int_equal(j->done[i], 1);
        assert_int_equal(j->bad_worker, 0);
        free(j);
    }
}

static void the_lowest_failure_is_returned(void **state)
{
    static const int threads[] = {1, 2, 7};
    (void)state;
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        for (int round = 0; round < 50; round++) {
            job *j = new_job(threads[t], 17 + 3 * round);
            int later = 0;
            assert_int_equal(mtl__par_for(threads[t], PIECES, piece, j), -100);
            for (int i = 0; i < PIECES; i++) {
                if (i <= j->fail_from)
                    assert_int_equal(j->done[i], 1);
                else
                    later += j->done[i];
            }
            assert_true(later <= threads[t]); /* at most what was under way */
            free(j);
        }
    }
}

static void small_loops_work(void **state)
{
    job *j = new_job(4, -1);
    (void)state;
    assert_int_equal(mtl__par_for(4, 0, piece, j), 0);
    assert_int_equal(mtl__par_for(4, -5, piece, j), 0);
    assert_int_equal(j->done[0], 0);
    assert_int_equal(mtl__par_for(4, 1, piece, j), 0);
    assert_int_equal(j->done[0], 1);
    assert_int_equal(mtl__par_for(4, 3, piece, j), 0);
    assert_int_equal(j->done[2], 1);
    free(j);
}

static void threads_are_counted(void **state)
{
    job *j;
    (void)state;
    assert_true(mtl__par_threads(0) >= 1);
    assert_int_equal(mtl__par_threads(3), 3);
    assert_int_equal(mtl__par_threads(-1), mtl__par_threads(0));
    j = new_job(mtl__par_threads(0), -1);
    assert_int_equal(mtl__par_for(0, 100, piece, j), 0);
    assert_int_equal(j->done[99], 1);
    assert_int_equal(j->bad_worker, 0);
    free(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_done_once),
        cmocka_unit_test(the_lowest_failure_is_returned),
        cmocka_unit_test(small_loops_work),
        cmocka_unit_test(threads_are_counted),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
