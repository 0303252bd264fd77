/* SPDX-License-Identifier: MIT */
#ifndef MTL_YAML_TREE_H
#define MTL_YAML_TREE_H
/* A small strict YAML: a tree of mappings, sequences and texts in which every node knows its line,
   column and path. Types and units are the caller's: a scalar is its text, whether quoted or not.
   Refused: duplicate keys, anchors, aliases, tags, directives, several documents, anything that is
   not UTF-8, NUL and other control characters, more than MTL__YAML_MAX_BYTES, deeper than
   MTL__YAML_MAX_DEPTH. */
#include "base/base.h"
#include "model/model.h"

#define MTL__YAML_MAX_BYTES (4 << 20)
#define MTL__YAML_MAX_DEPTH 32
#define MTL__YAML_MAX_KEYS 4096    /* of one mapping */
#define MTL__YAML_MAX_NODES 300000 /* of one file */

enum mtl__ykind { MTL__YTEXT, MTL__YLIST, MTL__YMAP };
typedef struct mtl__ynode mtl__ynode;
struct mtl__ynode {
    enum mtl__ykind kind;
    int line, column;                   /* from 1 */
    const char *text;                   /* of a scalar, else NULL */
    bool quoted;                        /* a scalar in quotes or a block scalar */
    int n;                              /* items of a list, pairs of a mapping */
    mtl__ynode **key, **item;           /* key only of a mapping */
    const mtl__ynode *parent, *own_key; /* NULL at the root, in a list */
    int index;                          /* in the parent */
};
typedef struct mtl__ydoc {
    mtl__arena *arena;
    const char *file;
    mtl__ynode *root;
} mtl__ydoc;

/* Reads text into arena; nodes are borrowed from it. `file` is kept as it is. */
int mtl__yaml_parse(mtl__ydoc *doc, mtl__arena *arena, const char *text, size_t length,
                    const char *file, mtl_error *err);
/* Reads a whole file ("-": standard input) of at most MTL__YAML_MAX_BYTES into the arena. */
int mtl__yaml_slurp(mtl__arena *arena, const char *path, char **text, size_t *length,
                    mtl_error *err);

/* "events[2].volume" in buf; returns buf. */
const char *mtl__yaml_path(const mtl__ynode *n, char *buf, size_t size);
/* Fails at the place of n with its path as field. */
int mtl__yaml_fail(const mtl__ydoc *d, const mtl__ynode *n, mtl_error *err, int code,
                   const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* ---- typed reading: each fails with place, path, what was found and what was expected ---- */
/* The value of a key, NULL if absent or if n is no mapping. */
const mtl__ynode *mtl__yaml_get(const mtl__ynode *n, const char *key);
int mtl__yaml_is_map(const mtl__ydoc *d, const mtl__ynode *n, const char *what, mtl_error *err);
int mtl__yaml_is_list(const mtl__ydoc *d, const mtl__ynode *n, const char *what, mtl_error *err);
/* Every key of the mapping must be among `known` (NULL-terminated). `of` for the message: "a
 * sample". */
int mtl__yaml_keys(const mtl__ydoc *d, const mtl__ynode *n, const char *const *known,
                   const char *of, mtl_error *err);
/* A scalar that is not empty. */
int mtl__yaml_text(const mtl__ydoc *d, const mtl__ynode *n, const char **out, mtl_error *err);
int mtl__yaml_number(const mtl__ydoc *d, const mtl__ynode *n, double low, double high, double *out,
                     mtl_error *err);
/* The same where a unit would be natural to write: a number with words behind it is refused with what
   is expected, "a dose is a bare number of cells, like 1e6". */
int mtl__yaml_bare(const mtl__ydoc *d, const mtl__ynode *n, const char *expected, double low,
                   double high, double *out, mtl_error *err);
/* A whole number, also written "1e4". */
int mtl__yaml_whole(const mtl__ydoc *d, const mtl__ynode *n, int64_t low, int64_t high,
                    int64_t *out, mtl_error *err);
int mtl__yaml_bool(const mtl__ydoc *d, const mtl__ynode *n, bool *out, mtl_error *err);
/* One of the words; *out is its index. */
int mtl__yaml_word(const mtl__ydoc *d, const mtl__ynode *n, const char *const *words, int *out,
                   mtl_error *err);
/* A quantity in canonical units; `unit` names the dimension, `bare` the unit of a bare number
   (NULL: a bare number is refused). */
int mtl__yaml_quantity(const mtl__ydoc *d, const mtl__ynode *n, const char *unit, const char *bare,
                       double *out, mtl_error *err);

#endif
