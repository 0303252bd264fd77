/* SPDX-License-Identifier: MIT */
/*
 * FNV-1a, 64 bits (Fowler, Noll and Vo; RFC 9923 gives the constants): hash of names for keys of
 * random streams and for tables. Not for integrity; files are hashed by SHA-256.
 */
#include "base/base.h"

uint64_t mtl__hash_bytes(uint64_t h, const void *p, size_t n)
{
    const unsigned char *byte = p;
    for (size_t i = 0; i < n; i++)
        h = (h ^ byte[i]) * 0x100000001b3ULL;
    return h;
}

uint64_t mtl__hash(const char *s)
{
    uint64_t h = MTL_HASH_START;
    for (; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3ULL;
    return h;
}
