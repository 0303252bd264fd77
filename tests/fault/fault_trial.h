/* SPDX-License-Identifier: MIT */
#ifndef FAULT_TRIAL_H
#define FAULT_TRIAL_H
/* Every allocation of one use of the library fails once (fault_trial.c says how it is judged). */
#include <stdbool.h>
#include <stdint.h>

#include "matriline/error.h"
#include "matriline/scenario.h"

/* What a pass left: a code (0, or negative), its error, a hash of what it made. A use calls `arm`
   right before the call that is tried, `rest` right after it. */
typedef struct pass {
    int64_t n;
    bool onwards;
    int64_t asked, failed;
    int ret;
    bool left; /* failed, but its output was not empty */
    mtl_error err;
    uint64_t print;
} pass;
void arm(pass *p);
void rest(pass *p);
/* Rests; takes a text that free() takes, or NULL for out of memory. */
void text_back(pass *p, char *text);
/* The same of a scenario, which it frees. */
void scenario_back(pass *p, mtl_scenario *s);

typedef struct trial {
    const char *name;
    void (*use)(pass *p);
    int later;  /* trials after the first 200 allocations; -1: allocates nothing at all */
    int or_say; /* another code that is allowed */
} trial;
/* A test; *state is the trial. */
void every_allocation_fails_once(void **state);

/* A folder of its own; in(name) is a path in it, valid until the 16th call from now. */
int make_folder(void);
int remove_folder(void);
const char *in(const char *name);
/* Files in the folder; those named as temporaries are named count for 1000. 0 if it is not there.
 */
int n_files(const char *path);
/* 0 if it is not there. */
uint64_t hash_file(const char *path);

#endif
