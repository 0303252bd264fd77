/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_ERROR_H
#define MATRILINE_ERROR_H
/**
 * Errors. Functions of the library return 0 or a negative MTL_ERR_* code and, where the caller
 * passes one, fill a caller-owned mtl_error with the place in the user's file and the field.
 * One list gives the enum, the texts, the documentation and the exit codes of the program.
 */
#include "matriline/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, code, exit code, text) */
#define MTL_ERR_LIST(X)                                                                            \
    X(MTL_ERR_MEMORY, -1, 4, "out of memory")                                                      \
    X(MTL_ERR_IO, -2, 1, "cannot read or write a file")                                            \
    X(MTL_ERR_USAGE, -3, 2, "wrong command line or wrong call")                                    \
    X(MTL_ERR_SYNTAX, -4, 3, "the file is not well formed")                                        \
    X(MTL_ERR_NAME, -5, 3, "unknown name")                                                         \
    X(MTL_ERR_VALUE, -6, 3, "impossible value")                                                    \
    X(MTL_ERR_UNIT, -7, 3, "wrong unit or dimension")                                              \
    X(MTL_ERR_DATE, -8, 3, "impossible or unordered date")                                         \
    X(MTL_ERR_DUPLICATE, -9, 3, "something is named twice")                                        \
    X(MTL_ERR_UNSUPPORTED, -10, 3, "not built, refused rather than imitated")                      \
    X(MTL_ERR_LIMIT, -11, 4, "a limit of size, steps or time was reached")                         \
    X(MTL_ERR_EXPLODES, -12, 4, "the model grows without bound")                                   \
    X(MTL_ERR_INTERRUPTED, -13, 130, "interrupted")                                                \
    X(MTL_ERR_BUG, -14, 1, "a defect of Matriline itself; please report it")

enum mtl_err {
    MTL_OK = 0,
#define MTL_ERR_ENUM(name, code, exitcode, text) name = code,
    MTL_ERR_LIST(MTL_ERR_ENUM)
#undef MTL_ERR_ENUM
};

/** What went wrong and where. Zero-initialise or pass to mtl_error_clear before use. */
typedef struct mtl_error {
    int code;       /**< MTL_OK or one of MTL_ERR_* */
    int line;       /**< line in `file`, from 1; 0 = not tied to a line */
    int column;     /**< column, from 1; 0 = not tied to a column */
    char file[256]; /**< file of the user, or "" */
    char field[96]; /**< field or option concerned, or "" */
    char text[512]; /**< one sentence: what was found, what was expected, the nearest name */
} mtl_error;

/** Resets `err` (NULL allowed). */
MTL_API void mtl_error_clear(mtl_error *err);

/** The general text of a code; never NULL. */
MTL_API const char *mtl_strerror(int code);

/** The exit code of the program for a code: 0, 1, 2, 3, 4 or 130. */
MTL_API int mtl_exit_code(int code);

/** Writes "file:line:column: field: text" (parts that are known) to buf, always terminated. */
MTL_API void mtl_error_format(const mtl_error *err, char *buf, int size);

#ifdef __cplusplus
}
#endif
#endif
