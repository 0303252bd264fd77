/* SPDX-License-Identifier: MIT */
#ifndef MTL_PAR_H
#define MTL_PAR_H
/* Face of par/: a loop over independent pieces of work. Results must be written by piece, so that
   they do not depend on the number of threads. */
#include "base/base.h"

/* Calls fn(ctx, i, worker) for i in 0 .. n-1 on `threads` threads (0 = all processors), worker in
   0 .. threads-1. A negative return stops the loop and is the return value (the one of the lowest
   piece that failed before the stop). Threads that cannot be started are done without. */
int mtl__par_for(int threads, int64_t n, int (*fn)(void *ctx, int64_t i, int worker), void *ctx);
int mtl__par_threads(int asked); /* asked, or the processors that this process may use if 0 */

#endif
