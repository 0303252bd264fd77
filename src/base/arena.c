/* SPDX-License-Identifier: MIT */
/*
 * Arena: memory that belongs to one owner and is freed at once. A list of blocks, filled from the
 * front; a request that is larger than a block gets a block of its own size. After a reset the same
 * blocks are filled again in the same order, so that a loop over replicates stops allocating.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { ALIGN = 16, DEFAULT_BLOCK = 16 * 1024 };

struct mtl__arena_block {
    mtl__arena_block *next;
    size_t size, used;
};

/* Bytes in front of the data of a block: rounded up so that the data is aligned as malloc aligns.
 */
static const size_t header = (sizeof(mtl__arena_block) + ALIGN - 1) / ALIGN * ALIGN;

void mtl__arena_init(mtl__arena *a, size_t block_size)
{
    a->head = NULL;
    a->first = NULL;
    a->block_size = block_size > 0 ? block_size : DEFAULT_BLOCK;
}

/* A new block of at least `size` bytes, put behind the head. */
static mtl__arena_block *add_block(mtl__arena *a, size_t size)
{
    const size_t wanted = a->block_size > 0 ? a->block_size : DEFAULT_BLOCK;
    const size_t bytes = size > wanted ? size : wanted;
    mtl__arena_block *b;
    b = malloc(header + bytes);
    if (!b)
        return NULL;
    b->size = bytes;
    b->used = 0;
    if (a->head) {
        b->next = a->head->next;
        a->head->next = b;
    } else {
        b->next = NULL;
        a->first = b;
    }
    return b;
}

void *mtl__arena_alloc(mtl__arena *a, size_t size)
{
    mtl__arena_block *b = a->head;
    void *p;
    if (size > PTRDIFF_MAX - ALIGN - header) /* no object is larger */
        return NULL;
    size = size > 0 ? (size + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    if (!b || b->size - b->used < size) {
        /* After a reset the next block may already be there. */
        b = b && b->next && b->next->size >= size ? b->next : add_block(a, size);
        if (!b)
            return NULL;
        a->head = b;
    }
    p = (char *)b + header + b->used;
    b->used += size;
    memset(p, 0, size);
    return p;
}

char *mtl__arena_strndup(mtl__arena *a, const char *s, size_t n)
{
    char *copy = n < SIZE_MAX ? mtl__arena_alloc(a, n + 1) : NULL;
    if (copy && n > 0)
        memcpy(copy, s, n);
    return copy;
}

char *mtl__arena_strdup(mtl__arena *a, const char *s)
{
    return mtl__arena_strndup(a, s, strlen(s));
}

void mtl__arena_reset(mtl__arena *a)
{
    for (mtl__arena_block *b = a->first; b; b = b->next)
        b->used = 0;
    a->head = a->first;
}

void mtl__arena_free(mtl__arena *a)
{
    mtl__arena_block *b = a->first;
    while (b) {
        mtl__arena_block *next = b->next;
        free(b);
        b = next;
    }
    a->first = NULL;
    a->head = NULL;
}
