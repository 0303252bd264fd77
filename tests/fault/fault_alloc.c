/* SPDX-License-Identifier: MIT */
/* An allocator that counts and, when told so, fails: the real one of glibc under its other name, or
   with FAULT_WRAP what the linker's --wrap leaves. */
#include "fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "matriline/export.h"

static _Atomic int64_t live, asked, failed, nth;
static _Atomic bool counting, onwards;

#ifdef FAULT_WRAP
#define REAL(name) __real_##name
#define OURS(name) __wrap_##name
#else
#define REAL(name) __libc_##name
#define OURS(name) name
#endif
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *p, size_t size);
void REAL(free)(void *p);
/* Visible, so that shared libraries take them too. */
MTL_API void *OURS(malloc)(size_t size);
MTL_API void *OURS(calloc)(size_t n, size_t size);
MTL_API void *OURS(realloc)(void *p, size_t size);
MTL_API void OURS(free)(void *p);

void fault_memory(int64_t n, bool on)
{
    asked = failed = 0;
    nth = n;
    onwards = on;
    counting = true;
}

int64_t fault_memory_end(void)
{
    counting = false;
    return asked;
}

int64_t fault_memory_failed(void)
{
    return failed;
}

int64_t fault_live(void)
{
#ifdef FAULT_WRAP
    return 0;
#else
    return live;
#endif
}

static bool fails(void)
{
    if (!counting)
        return false;
    const int64_t k = atomic_fetch_add(&asked, 1) + 1;
    if (nth == 0 || !(onwards ? k >= nth : k == nth))
        return false;
    atomic_fetch_add(&failed, 1);
    errno = ENOMEM;
    return true;
}

static void *counted(void *p)
{
    if (p)
        atomic_fetch_add(&live, 1);
    return p;
}

void *OURS(malloc)(size_t size)
{
    return fails() ? NULL : counted(REAL(malloc)(size));
}

void *OURS(calloc)(size_t n, size_t size)
{
    return fails() ? NULL : counted(REAL(calloc)(n, size));
}

void *OURS(realloc)(void *p, size_t size)
{
    if (!p)
        return OURS(malloc)(size);
    if (fails())
        return NULL;
    void *q = REAL(realloc)(p, size);
    if (!q && size == 0)
        atomic_fetch_sub(&live, 1);
    return q;
}

void OURS(free)(void *p)
{
    if (p)
        atomic_fetch_sub(&live, 1);
    REAL(free)(p);
}
