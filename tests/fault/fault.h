/* SPDX-License-Identifier: MIT */
#ifndef FAULT_H
#define FAULT_H
/* Calls that fail on demand: allocations (fault_alloc.c) and writes (fault_io.c). */
#include <stdbool.h>
#include <stdint.h>

/* Lets the n-th allocation from now on fail (n >= 1; 0: none), or with `on` it and every later
   one. */
void fault_memory(int64_t n, bool on);
/* Ends that; returns how many allocations were asked for since. */
int64_t fault_memory_end(void);
/* Allocations that failed on demand since fault_memory. */
int64_t fault_memory_failed(void);
/* Blocks that are allocated now; always 0 under a sanitizer, which looks for leaks itself (and
   where blocks of other libraries, that are not counted, may be freed here). */
int64_t fault_live(void);

/* Lets the n-th of the calls that bring a file about fail with errno `error`. */
void fault_io(int n, int error);
int fault_io_end(void);
/* Name of the call that failed, "" if none did. */
const char *fault_io_failed(void);
#endif
