/* SPDX-License-Identifier: MIT */
#ifndef MTL_IO_HASH_H
#define MTL_IO_HASH_H
/* SHA-256 as lower-case hex, 64 characters and a terminator. */
#include "base/base.h"

void mtl__sha256_hex(const void *data, size_t n, char out[65]);
/* Of a whole file; MTL_ERR_IO with the file's name. */
int mtl__sha256_file(const char *path, char out[65], mtl_error *err);

/* In pieces. `state` has room for any SHA-256 context; checked at compile time. */
typedef struct mtl__sha256 {
    uint64_t state[32];
} mtl__sha256;
void mtl__sha256_start(mtl__sha256 *s);
void mtl__sha256_add(mtl__sha256 *s, const void *data, size_t n);
void mtl__sha256_end(mtl__sha256 *s, char out[65]);

#endif
