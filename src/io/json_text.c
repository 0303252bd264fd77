/* SPDX-License-Identifier: MIT */
/* A JSON document as text. json_dumps itself will not do: when memory ends while it writes a key,
   it (2.14) goes on without the key and reports success. Here every piece goes into a buffer that
   remembers that one was lost. */
#include "io/json_text.h"

#include <math.h>

#include "io/result_out.h"

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

json_t *mtl__json_number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

json_t *mtl__json_string(const char *s)
{
    if (!s)
        return json_null();
    mtl__str b = {0};
    mtl__out_clean(&b, s);
    json_t *v = b.oom ? NULL : json_stringn(b.s ? b.s : "", b.len);
    mtl__str_free(&b);
    return v;
}

json_t *mtl__json_date(double days)
{
    char buf[16];
    return isfinite(days) ? json_string(mtl__date_text(days, buf)) : json_null();
}

void mtl__json_set(json_t *o, const char *key, json_t *value, bool *failed)
{
    if (!value || json_object_set_new(o, key, value) != 0)
        *failed = true;
}

void mtl__json_append(json_t *list, json_t *value, bool *failed)
{
    if (!value || json_array_append_new(list, value) != 0)
        *failed = true;
}
