/* SPDX-License-Identifier: MIT */
#ifndef MTL_ATOMIC_FILE_H
#define MTL_ATOMIC_FILE_H
/* Files that are either whole or not there: written under a temporary name in the same folder,
   checked, then renamed. Order of calls: open, write to `stream`, finish, publish; abandon is
   allowed at any time and removes what has not been published. */
#include <stdio.h>

#include "base/base.h"

typedef struct mtl__atomic_file {
    FILE *stream;    /* to write to; NULL once finished */
    char *path;      /* final name, symbolic links resolved */
    char *temporary; /* NULL: written in place (a device or a pipe), or published */
} mtl__atomic_file;

/* On failure nothing is left behind and *a may be abandoned all the same. A path that names a
   device or a pipe (/dev/stdout) is written in place: there is nothing to rename. */
int mtl__atomic_open(mtl__atomic_file *a, const char *path, mtl_error *err);
/* Writes size bytes. On failure the temporary is removed, and *a may be abandoned all the same. */
int mtl__atomic_put(mtl__atomic_file *a, const void *data, size_t size, mtl_error *err);
/* Flushes, checks every earlier write, syncs and closes. On failure the temporary is removed. */
int mtl__atomic_finish(mtl__atomic_file *a, mtl_error *err);
/* Gives the finished file its name. On failure the temporary is removed. */
int mtl__atomic_publish(mtl__atomic_file *a, mtl_error *err);
void mtl__atomic_abandon(mtl__atomic_file *a);

/* All four in one: the file holds exactly these bytes, or what it held before. */
int mtl__atomic_write(const char *path, const void *data, size_t size, mtl_error *err);

/* Makes the folder and its parents where missing. */
int mtl__make_folder(const char *path, mtl_error *err);
/* The same for the folder in which the file `path` lies. */
int mtl__make_parent(const char *path, mtl_error *err);

#endif
