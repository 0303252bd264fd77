/* SPDX-License-Identifier: MIT */
/* Writing files so that a reader never meets half of one: a new file in the same folder (so that
   the rename stays inside one file system), every write and the close checked, fsync, rename.
   POSIX promises that rename replaces the old file in one step. A full disk shows at the latest
   in fclose, which is why its answer counts. Folders are made with their parents, as mkdir -p. */
#include "io/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int io_failure(mtl_error *err, const char *what, const char *path, int error)
{
    return mtl__fail(err, mtl__errno_code(error), "", "cannot %s '%s': %s", what, path,
                     strerror(error));
}

static char *copy_text(const char *s)
{
    const size_t size = strlen(s) + 1;
    char *copy = malloc(size);
    if (copy)
        memcpy(copy, s, size);
    return copy;
}

/* Opens a name that nobody has: the process number keeps two programs apart, the counter two
   threads. mkstemp would do, but makes files that only their owner can read. */
static int open_temporary(mtl__atomic_file *a, mtl_error *err)
{
    enum { N_TRIES = 1000 };
    const size_t size = strlen(a->path) + 48;
    a->temporary = malloc(size);
    if (!a->temporary)
        return mtl__nomem(err);
    int fd = -1, error = EEXIST;
    for (int i = 0; i < N_TRIES && fd < 0 && error == EEXIST; i++) {
        snprintf(a->temporary, size, "%s.%ld-%d.part", a->path, (long)getpid(), i);
        fd = open(a->temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
        error = fd < 0 ? errno : 0;
    }
    if (fd >= 0) {
        a->stream = fdopen(fd, "wb");
        if (a->stream)
            return 0;
        error = errno;
        close(fd);
        unlink(a->temporary);
    }
    free(a->temporary);
    a->temporary = NULL;
    return io_failure(err, "write", a->path, error);
}

int mtl__atomic_open(mtl__atomic_file *a, const char *path, mtl_error *err)
{
    *a = (mtl__atomic_file){0};
    struct stat st;
    const bool there = stat(path, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        return io_failure(err, "write", path, EISDIR);
    /* A link stays a link: the file it leads to is replaced. */
    a->path = there ? realpath(path, NULL) : NULL;
    if (there && !a->path && errno == ENOMEM)
        return mtl__nomem(err);
    if (!a->path)
        a->path = copy_text(path);
    if (!a->path)
        return mtl__nomem(err);
    int ret = 0;
    if (there && !S_ISREG(st.st_mode)) {
        a->stream = fopen(path, "wb");
        if (!a->stream)
            ret = io_failure(err, "write", path, errno);
    } else {
        ret = open_temporary(a, err);
    }
    if (ret < 0)
        mtl__atomic_abandon(a);
    return ret;
}

int mtl__atomic_finish(mtl__atomic_file *a, mtl_error *err)
{
    int error = 0;
    errno = 0;
    if (ferror(a->stream) || fflush(a->stream) != 0)
        error = errno ? errno : EIO;
    const int fd = fileno(a->stream);
    /* Some file systems cannot sync (EINVAL, ENOTSUP): the data are as safe there as they get. */
    if (!error && a->temporary && fd >= 0 && fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        error = errno;
    if (fclose(a->stream) != 0 && !error)
        error = errno ? errno : EIO;
    a->stream = NULL;
    if (!error)
        return 0;
    const int ret = io_failure(err, "write", a->path, error);
    mtl__atomic_abandon(a);
    return ret;
}

int mtl__atomic_publish(mtl__atomic_file *a, mtl_error *err)
{
    int ret = 0;
    if (a->temporary && rename(a->temporary, a->path) != 0) {
        ret = io_failure(err, "write", a->path, errno);
    } else {
        free(a->temporary);
        a->temporary = NULL;
    }
    mtl__atomic_abandon(a);
    return ret;
}

void mtl__atomic_abandon(mtl__atomic_file *a)
{
    if (a->stream)
        fclose(a->stream);
    if (a->temporary)
        unlink(a->temporary);
    free(a->temporary);
    free(a->path);
    *a = (mtl__atomic_file){0};
}

int mtl__atomic_put(mtl__atomic_file *a, const void *data, size_t size, mtl_error *err)
{
    /* A short write leaves the stream's error flag set: mtl__atomic_finish looks at it, but the
       reason (errno) is known only now. */
    errno = 0;
    if (size == 0 || fwrite(data, 1, size, a->stream) == size)
        return 0;
    const int ret = io_failure(err, "write", a->path, errno ? errno : EIO);
    mtl__atomic_abandon(a);
    return ret;
}

int mtl__atomic_write(const char *path, const void *data, size_t size, mtl_error *err)
{
    mtl__atomic_file a;
    MTL_TRY(mtl__atomic_open(&a, path, err));
    MTL_TRY(mtl__atomic_put(&a, data, size, err));
    MTL_TRY(mtl__atomic_finish(&a, err));
    return mtl__atomic_publish(&a, err);
}

static int make_one(const char *path, mtl_error *err)
{
    if (mkdir(path, 0777) == 0)
        return 0;
    const int error = errno;
    struct stat st;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return 0;
        return io_failure(err, "make the folder", path, ENOTDIR);
    }
    return io_failure(err, "make the folder", path, error);
}

int mtl__make_folder(const char *path, mtl_error *err)
{
    if (!path[0])
        return io_failure(err, "make the folder", path, ENOENT);
    char *part = copy_text(path);
    if (!part)
        return mtl__nomem(err);
    int ret = 0;
    for (char *p = part + 1; *p && ret == 0; p++) {
        if (*p != '/' || p[-1] == '/')
            continue;
        *p = '\0';
        ret = make_one(part, err);
        *p = '/';
    }
    if (ret == 0)
        ret = make_one(part, err);
    free(part);
    return ret;
}

int mtl__make_parent(const char *path, mtl_error *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    char *folder = copy_text(path);
    if (!folder)
        return mtl__nomem(err);
    folder[slash - path] = '\0';
    const int ret = mtl__make_folder(folder, err);
    free(folder);
    return ret;
}
