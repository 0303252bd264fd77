/* SPDX-License-Identifier: MIT */
/* A JSON document as text. json_dumps itself will not do: when memory ends while it writes a key,
   it (2.14) goes on without the key and reports success. Here every piece goes into a buffer that
   remembers that one was lost. */
#include "io/json_text.h"

#include "base/base.h"

static int piece(const char *s, size_t n, void *ctx)
{
    mtl__str *b = ctx;
    mtl__str_addn(b, s, n);
    return b->oom ? -1 : 0;
}

char *mtl__json_text(json_t *o, size_t flags)
{
    mtl__str b = {0};
    const int ret = o ? json_dump_callback(o, piece, &b, flags) : -1;
    json_decref(o);
    if (ret == 0 && !b.oom)
        return b.s;
    mtl__str_free(&b);
    return NULL;
}
