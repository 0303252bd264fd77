/* SPDX-License-Identifier: MIT */
/*
 * Errors: the public texts and exit codes, both made from MTL_ERR_LIST, and the internal helpers
 * that fill a caller-owned mtl_error in one line. Nothing here allocates, so that running out of
 * memory can still be reported.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MTL__FAIL_IS_DEFINED_HERE
#include "base/base.h"

void mtl_error_clear(mtl_error *err)
{
    if (err)
        memset(err, 0, sizeof *err);
}

const char *mtl_strerror(int code)
{
    switch (code) {
    case MTL_OK:
        return "no error";
#define MTL_ERR_TEXT(name, number, exitcode, text)                                                 \
    case name:                                                                                     \
        return text;
        MTL_ERR_LIST(MTL_ERR_TEXT)
#undef MTL_ERR_TEXT
    default:
        return "unknown error code";
    }
}

int mtl_exit_code(int code)
{
    switch (code) {
#define MTL_ERR_EXIT(name, number, exitcode, text)                                                 \
    case name:                                                                                     \
        return exitcode;
        MTL_ERR_LIST(MTL_ERR_EXIT)
#undef MTL_ERR_EXIT
    default:
        /* Nonnegative values are successes that carry a number; the rest is a failure. */
        return code >= 0 ? 0 : 1;
    }
}

/* Copies as much of s as fits; never cuts a UTF-8 character in two. */
static void copy_text(char *to, size_t size, const char *s)
{
    size_t n = s ? strlen(s) : 0;
    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
            n--;
    }
    if (n > 0)
        memcpy(to, s, n);
    to[n] = '\0';
}

static void set_text(mtl_error *err, const char *fmt, va_list ap)
{
    char text[2 * sizeof err->text];
    if (vsnprintf(text, sizeof text, fmt, ap) < 0)
        text[0] = '\0';
    copy_text(err->text, sizeof err->text, text);
}

int mtl__fail(mtl_error *err, int code, const char *field, const char *fmt, ...)
{
    va_list ap;
    if (!err)
        return code;
    mtl_error_clear(err);
    err->code = code;
    copy_text(err->field, sizeof err->field, field);
    va_start(ap, fmt);
    set_text(err, fmt, ap);
    va_end(ap);
    return code;
}

int mtl__fail_at(mtl_error *err, int code, const char *file, int line, int column,
                 const char *field, const char *fmt, ...)
{
    va_list ap;
    if (!err)
        return code;
    mtl_error_clear(err);
    err->code = code;
    err->line = line;
    err->column = column;
    copy_text(err->file, sizeof err->file, file);
    copy_text(err->field, sizeof err->field, field);
    va_start(ap, fmt);
    set_text(err, fmt, ap);
    va_end(ap);
    return code;
}

int mtl__fail_place(mtl_error *err, int code, const char *file, int line, int column)
{
    if (!err || err->code == MTL_OK)
        return code;
    /* The innermost place is the most exact one: it is kept. */
    if (err->file[0] == '\0' && err->line == 0) {
        copy_text(err->file, sizeof err->file, file);
        err->line = line;
        err->column = column;
    }
    return err->code;
}

void mtl__say_nomem(mtl_error *err)
{
    mtl__fail(err, MTL_ERR_MEMORY, NULL, "%s", mtl_strerror(MTL_ERR_MEMORY));
}

int mtl__fail_plain(mtl_error *err, int code)
{
    return err && err->code != MTL_OK ? code : mtl__fail(err, code, NULL, "%s", mtl_strerror(code));
}

int mtl__errno_code(int error_number)
{
    return error_number == ENOMEM ? MTL_ERR_MEMORY : MTL_ERR_IO;
}

void mtl_error_format(const mtl_error *err, char *buf, int size)
{
    char place[sizeof err->file + 32] = "";
    const char *text;
    if (!buf || size <= 0)
        return;
    if (!err) {
        buf[0] = '\0';
        return;
    }
    if (err->file[0] != '\0' && err->line > 0 && err->column > 0)
        snprintf(place, sizeof place, "%s:%d:%d: ", err->file, err->line, err->column);
    else if (err->file[0] != '\0' && err->line > 0)
        snprintf(place, sizeof place, "%s:%d: ", err->file, err->line);
    else if (err->file[0] != '\0')
        snprintf(place, sizeof place, "%s: ", err->file);
    else if (err->line > 0)
        snprintf(place, sizeof place, "line %d: ", err->line);
    text = err->text[0] != '\0' ? err->text : mtl_strerror(err->code);
    snprintf(buf, (size_t)size, "%s%s%s%s", place, err->field, err->field[0] != '\0' ? ": " : "",
             text);
}

void mtl__bug_abort(const char *cond, const char *file, int line)
{
    fprintf(stderr, "matriline: a defect of the program: '%s' does not hold at %s:%d\n", cond, file,
            line);
    abort();
}
