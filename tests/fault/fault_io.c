/* SPDX-License-Identifier: MIT */
/* The calls by which a file comes about (linked with --wrap), one of which fails on demand. A write
   that fails first writes half, as a full disk does; a close that fails has closed all the same. */
#include "fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int calls, nth, error_number;
static bool counting;
static const char *failed = "";

void fault_io(int n, int error)
{
    calls = 0;
    nth = n;
    error_number = error;
    failed = "";
    counting = true;
}

int fault_io_end(void)
{
    counting = false;
    return calls;
}

const char *fault_io_failed(void)
{
    return failed;
}

static bool fails(const char *name)
{
    if (!counting || ++calls != nth)
        return false;
    failed = name;
    errno = error_number;
    return true;
}

int __real_open(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);
FILE *__real_fdopen(int fd, const char *mode);
size_t __real_fwrite(const void *p, size_t size, size_t n, FILE *f);
int __real_fflush(FILE *f);
int __real_fsync(int fd);
int __real_fclose(FILE *f);
int __real_rename(const char *from, const char *to);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
FILE *__wrap_fdopen(int fd, const char *mode);
size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *f);
int __wrap_fflush(FILE *f);
int __wrap_fsync(int fd);
int __wrap_fclose(FILE *f);
int __wrap_rename(const char *from, const char *to);
int __wrap_mkdir(const char *path, mode_t mode);

int __wrap_open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return fails("open") ? -1 : __real_open(path, flags, mode);
}

/* What open is called with 64-bit offsets. */
int __wrap_open64(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return fails("open") ? -1 : __real_open64(path, flags, mode);
}

FILE *__wrap_fdopen(int fd, const char *mode)
{
    return fails("fdopen") ? NULL : __real_fdopen(fd, mode);
}

size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *f)
{
    if (!fails("fwrite"))
        return __real_fwrite(p, size, n, f);
    const size_t half = __real_fwrite(p, size, n / 2, f);
    /* The flag that a failed write leaves behind is set by a write to a closed descriptor; a copy
       of it is put back, so that the close that follows works. */
    const int fd = fileno(f), keep = dup(fd);
    __real_fflush(f);
    close(fd);
    __real_fwrite(p, size, 1, f);
    __real_fflush(f);
    dup2(keep, fd);
    close(keep);
    errno = error_number;
    return half;
}

int __wrap_fflush(FILE *f)
{
    return fails("fflush") ? EOF : __real_fflush(f);
}

int __wrap_fsync(int fd)
{
    return fails("fsync") ? -1 : __real_fsync(fd);
}

int __wrap_fclose(FILE *f)
{
    const bool bad = fails("fclose");
    const int ret = __real_fclose(f);
    errno = bad ? error_number : errno;
    return bad ? EOF : ret;
}

int __wrap_rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : __real_rename(from, to);
}

/* A folder that is there is not made: nothing to fail. */
int __wrap_mkdir(const char *path, mode_t mode)
{
    return access(path, F_OK) != 0 && fails("mkdir") ? -1 : __real_mkdir(path, mode);
}
