/* SPDX-License-Identifier: MIT */
/*
 * Growing arrays: capacity doubles, so that n appends cost O(n). The array is reached through a
 * pointer to the caller's pointer of whatever type; it is read and written by memcpy because those
 * pointers are different types to the compiler.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

int mtl__grow(void *p_to_pointer, size_t *cap, size_t need, size_t size)
{
    const size_t old = *cap;
    size_t now = old < 8 ? 8 : old;
    void *p, *grown;
    if (need <= old)
        return MTL_OK;
    if (size == 0 || need > PTRDIFF_MAX / size) /* no object is larger */
        return MTL_ERR_MEMORY;
    while (now < need)
        now = now > PTRDIFF_MAX / 2 / size ? need : 2 * now;
    memcpy(&p, p_to_pointer, sizeof p);
    grown = realloc(p, now * size);
    if (!grown)
        return MTL_ERR_MEMORY;
    memset((char *)grown + old * size, 0, (now - old) * size);
    memcpy(p_to_pointer, &grown, sizeof grown);
    *cap = now;
    return MTL_OK;
}
