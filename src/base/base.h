/* SPDX-License-Identifier: MIT */
#ifndef MTL_BASE_H
#define MTL_BASE_H
/* Face of base/: errors, memory, strings. No biology, libc only. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matriline/error.h"

/* ---- errors ---- */
/* Propagate a negative return value. */
#define MTL_TRY(expr)                                                                              \
    do {                                                                                           \
        int mtl_try_ret_ = (expr);                                                                 \
        if (mtl_try_ret_ < 0)                                                                      \
            return mtl_try_ret_;                                                                   \
    } while (0)

/* Fills err (NULL allowed) and returns code, so that `return mtl__fail(...)` is one line. */
int mtl__fail(mtl_error *err, int code, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with a place in a file. */
int mtl__fail_at(mtl_error *err, int code, const char *file, int line, int column,
                 const char *field, const char *fmt, ...) __attribute__((format(printf, 7, 8)));
/* Adds file:line:column to an error that has no place yet; returns its code. */
int mtl__fail_place(mtl_error *err, int code, const char *file, int line, int column);
void mtl__say_nomem(mtl_error *err);
static inline int mtl__nomem(mtl_error *err) /* here, so that its value is known to a checker */
{
    mtl__say_nomem(err);
    return MTL_ERR_MEMORY;
}
/* Gives an error that has no words yet those of its code; returns code. For codes that come from
   functions without an mtl_error. */
int mtl__fail_plain(mtl_error *err, int code);
/* MTL_ERR_MEMORY or MTL_ERR_IO, by the errno of a failed call. */
int mtl__errno_code(int error_number);

/* A state that no input can reach; kept in release builds. User input never gets here. */
#define mtl__bug(cond)                                                                             \
    do {                                                                                           \
        if (!(cond))                                                                               \
            mtl__bug_abort(#cond, __FILE__, __LINE__);                                             \
    } while (0)
void mtl__bug_abort(const char *cond, const char *file, int line) __attribute__((noreturn));

/* ---- lists by owner ---- */
/* Sorts things by the owner that each names: those of owner o are list[start[o] .. start[o + 1]), in
   their order. start has n_owners + 2 places, all 0; owner 0 <= .. < n_owners of thing k is the int at
   (char *)owner + k * stride. */
void mtl__list_by(int *start, int *list, int n_owners, int n, const int *owner, size_t stride);

/* ---- arena: memory of one owner, freed at once ---- */
typedef struct mtl__arena_block mtl__arena_block;
typedef struct mtl__arena {
    mtl__arena_block *head, *first;
    size_t block_size;
} mtl__arena;
void mtl__arena_init(mtl__arena *a, size_t block_size); /* no allocation yet; 0 = default */
void *mtl__arena_alloc(mtl__arena *a, size_t size);     /* zeroed, aligned to 16; NULL = no memory */
char *mtl__arena_strdup(mtl__arena *a, const char *s);
char *mtl__arena_strndup(mtl__arena *a, const char *s, size_t n);
void mtl__arena_reset(mtl__arena *a); /* keeps the blocks for reuse */
void mtl__arena_free(mtl__arena *a);

/* ---- growing arrays: *p holds *cap elements of `size` bytes; afterwards at least `need`.
   New elements are zeroed. 0 or MTL_ERR_MEMORY (then nothing has changed). ---- */
int mtl__grow(void *p_to_pointer, size_t *cap, size_t need, size_t size);

/* ---- string buffer; `oom` sticks, checked once at the end ---- */
typedef struct mtl__str {
    char *s; /* NULL until the first append, else terminated */
    size_t len, cap;
    bool oom;
} mtl__str;
void mtl__str_add(mtl__str *b, const char *s);
void mtl__str_addn(mtl__str *b, const char *s, size_t n);
void mtl__str_printf(mtl__str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void mtl__str_free(mtl__str *b);

/* ---- names ---- */
/* Index of the name nearest to `word` (Damerau-Levenshtein, at most a third of its length and at
   least 1 edit off), else of the shortest one that it is a part of (four letters or more), else of one
   with a part near to it (five or more; parts stand between '.', '_' and '-'), or -1. get(ctx, i) gives
   name i of n. */
int mtl__nearest(const char *word, int n, const char *(*get)(const void *ctx, int i),
                 const void *ctx);
/* get() for an array of const char *. */
const char *mtl__nearest_strings(const void *ctx, int i);
/* Appends "; did you mean 'x'?" to buf (size bytes) when something is near; else leaves it "". */
void mtl__hint(char *buf, size_t size, const char *word, int n,
               const char *(*get)(const void *ctx, int i), const void *ctx);

uint64_t mtl__hash(const char *s);                  /* FNV-1a, 64 bits, of a string */
uint64_t mtl__hash_bytes(uint64_t h, const void *p, size_t n); /* continue; start: MTL_HASH_START */
#define MTL_HASH_START 0xcbf29ce484222325ULL

/* Strict decimal number: whole string, finite, no hex, no locale. 0 or MTL_ERR_VALUE. */
int mtl__parse_double(const char *s, double *out);
int mtl__parse_int(const char *s, long long *out);

/* ---- the smaller and the larger of two numbers, without NaN rules and without a call ---- */
static inline double mtl__min(double a, double b)
{
    return a < b ? a : b;
}
static inline double mtl__max(double a, double b)
{
    return a > b ? a : b;
}

/* ---- calendar: days since 1970-01-01, proleptic Gregorian ---- */
bool mtl__date_valid(int y, int m, int d);
double mtl__date_to_days(int y, int m, int d);
void mtl__days_to_date(double days, int *y, int *m, int *d);
#define MTL_DAYS_PER_YEAR 365.25

/* What a checker of one file cannot see: that a failure returns its code. */
#if defined __clang_analyzer__ && !defined MTL__FAIL_IS_DEFINED_HERE
static inline int mtl__code_of(int code, int failed)
{
    (void)failed;
    return code;
}
#define mtl__fail(err, code, ...) mtl__code_of(code, mtl__fail(err, code, __VA_ARGS__))
#define mtl__fail_at(err, code, ...) mtl__code_of(code, mtl__fail_at(err, code, __VA_ARGS__))
#define mtl__errno_code(e) mtl__code_of(MTL_ERR_IO, mtl__errno_code(e))
#endif

#endif
