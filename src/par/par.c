/* SPDX-License-Identifier: MIT */
/*
 * A loop over independent pieces of work on threads. Pieces are handed out one by one from an
 * atomic counter, so that long and short pieces balance; what a piece computes depends on its
 * number only. The calling thread works too, as worker 0. Pieces are handed out in order, so when
 * one fails all lower ones have been begun and are let finish: the lowest failure is the same for
 * any number of threads.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity; harmless elsewhere */
#endif
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "par/par.h"

enum { MAX_THREADS = 1024 };

typedef struct loop {
    int (*fn)(void *ctx, int64_t i, int worker);
    void *ctx;
    int64_t n;
    _Atomic int64_t next;
    _Atomic bool stop;
    pthread_mutex_t lock; /* guards the two below */
    int64_t failed;
    int ret;
} loop;

typedef struct worker {
    loop *l;
    pthread_t thread;
    int number;
} worker;

int mtl__par_threads(int asked)
{
    long n = asked;
    if (n <= 0) {
#ifdef CPU_COUNT
        cpu_set_t set;
        CPU_ZERO(&set);
        n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
#endif
        /* cppcheck-suppress identicalInnerCondition; not where CPU_COUNT is known */
        if (n <= 0)
            n = sysconf(_SC_NPROCESSORS_ONLN);
    }
    return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (int)n;
}

static void *work(void *p)
{
    const worker *w = p;
    loop *l = w->l;
    while (!atomic_load(&l->stop)) {
        const int64_t i = atomic_fetch_add(&l->next, 1);
        int ret;
        if (i >= l->n)
            break;
        ret = l->fn(l->ctx, i, w->number);
        if (ret >= 0)
            continue;
        pthread_mutex_lock(&l->lock);
        if (l->failed < 0 || i < l->failed) {
            l->failed = i;
            l->ret = ret;
        }
        pthread_mutex_unlock(&l->lock);
        atomic_store(&l->stop, true);
    }
    return NULL;
}

static int serial(int64_t n, int (*fn)(void *ctx, int64_t i, int worker), void *ctx)
{
    for (int64_t i = 0; i < n; i++)
        MTL_TRY(fn(ctx, i, 0));
    return MTL_OK;
}

int mtl__par_for(int threads, int64_t n, int (*fn)(void *ctx, int64_t i, int worker), void *ctx)
{
    loop l = {.fn = fn, .ctx = ctx, .n = n, .failed = -1, .ret = MTL_OK};
    int asked = mtl__par_threads(threads), started = 1;
    worker *w;
    if (asked > n)
        asked = (int)n;
    if (asked <= 1)
        return serial(n, fn, ctx);
    w = calloc((size_t)asked, sizeof *w);
    if (!w)
        return serial(n, fn, ctx); /* slower, but needs no memory */
    if (pthread_mutex_init(&l.lock, NULL) != 0) {
        free(w);
        return serial(n, fn, ctx);
    }
    atomic_init(&l.next, 0);
    atomic_init(&l.stop, false);
    for (; started < asked; started++) {
        w[started] = (worker){.l = &l, .number = started};
        if (pthread_create(&w[started].thread, NULL, work, &w[started]) != 0)
            break;
    }
    w[0] = (worker){.l = &l, .number = 0};
    work(&w[0]);
    for (int i = 1; i < started; i++)
        pthread_join(w[i].thread, NULL);
    pthread_mutex_destroy(&l.lock);
    free(w);
    return l.ret;
}
