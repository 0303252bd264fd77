/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4) through libmd: provenance hashes of models, scenarios and results. */
#include <sys/types.h>

#include <errno.h>
#include <sha256.h>
#include <stdio.h>
#include <string.h>

#include "io/io_hash.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof(mtl__sha256), "room for the context");

void mtl__sha256_start(mtl__sha256 *s)
{
    SHA256_CTX c;
    memset(s, 0, sizeof *s);
    SHA256_Init(&c);
    memcpy(s, &c, sizeof c);
}

void mtl__sha256_add(mtl__sha256 *s, const void *data, size_t n)
{
    SHA256_CTX c;
    memcpy(&c, s, sizeof c);
    SHA256_Update(&c, data, n);
    memcpy(s, &c, sizeof c);
}

void mtl__sha256_end(mtl__sha256 *s, char out[65])
{
    static const char hex[] = "0123456789abcdef";
    uint8_t digest[32];
    SHA256_CTX c;
    memcpy(&c, s, sizeof c);
    SHA256_Final(digest, &c);
    for (int i = 0; i < 32; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[64] = '\0';
}

void mtl__sha256_hex(const void *data, size_t n, char out[65])
{
    mtl__sha256 s;
    mtl__sha256_start(&s);
    mtl__sha256_add(&s, data, n);
    mtl__sha256_end(&s, out);
}

int mtl__sha256_file(const char *path, char out[65], mtl_error *err)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return mtl__fail_at(err, mtl__errno_code(errno), path, 0, 0, NULL, "cannot open: %s",
                            strerror(errno));
    mtl__sha256 s;
    mtl__sha256_start(&s);
    unsigned char buf[8192];
    size_t n;
    while ((n = fread(buf, 1, sizeof buf, f)) > 0)
        mtl__sha256_add(&s, buf, n);
    const bool bad = ferror(f) != 0;
    fclose(f);
    if (bad)
        return mtl__fail_at(err, MTL_ERR_IO, path, 0, 0, NULL, "cannot read to its end");
    mtl__sha256_end(&s, out);
    return MTL_OK;
}
