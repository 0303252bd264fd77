/* SPDX-License-Identifier: MIT */
/*
 * String buffer. A failed allocation sets `oom`, after which every append does nothing, so that a
 * writer of many small pieces checks once, at its end.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* Room for n more bytes and the terminator. */
static bool reserve(mtl__str *b, size_t n)
{
    if (b->oom)
        return false;
    if (n > SIZE_MAX - b->len - 1 || mtl__grow(&b->s, &b->cap, b->len + n + 1, 1) < 0)
        b->oom = true;
    return !b->oom;
}

void mtl__str_addn(mtl__str *b, const char *s, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n > 0)
        memcpy(b->s + b->len, s, n);
    b->len += n;
    b->s[b->len] = '\0';
}

void mtl__str_add(mtl__str *b, const char *s)
{
    mtl__str_addn(b, s, strlen(s));
}

void mtl__str_printf(mtl__str *b, const char *fmt, ...)
{
    va_list ap, again;
    int n;
    if (b->oom)
        return;
    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->oom = true;
    } else if (reserve(b, (size_t)n)) {
        vsnprintf(b->s + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

void mtl__str_free(mtl__str *b)
{
    free(b->s);
    memset(b, 0, sizeof *b);
}
