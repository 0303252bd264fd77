/* SPDX-License-Identifier: MIT */
/* The document inside an RDML file: a zip with one XML of RDML data among others (Lefever et al.
   2009, doi 10.1093/nar/gkp056; rdml.org). It is unpacked piece by piece and never whole, with
   limits on what comes out, so that a small file cannot fill the memory. */
#include <string.h>
#include <zip.h>

#include "io/plate_read.h"

enum { PIECE = 65536, MAX_ENTRIES = 10000, ALWAYS_ALLOWED = 16 * 1024 * 1024 };

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

/* What another kind of zip is, for the message. */
static const char *other_kind(zip_t *z, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(z, (zip_uint64_t)i, 0);
        if (name && strncmp(name, "xl/", 3) == 0)
            return "it is a spreadsheet (.xlsx); save it as CSV";
        if (name && strncmp(name, "apldbio/", 8) == 0)
            return "it is an experiment of Applied Biosystems software (.eds); export its results "
                   "as text";
    }
    return "an RDML file is a zip of one XML document";
}

/* rdml_data.xml by its name, else the only XML there is. */
static int64_t find_document(zip_t *z, int64_t n)
{
    int64_t only = -1;
    int documents = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(z, (zip_uint64_t)i, 0);
        if (!name)
            continue;
        if (ends_with(name, "rdml_data.xml"))
            return i;
        if (ends_with(name, ".xml") || ends_with(name, ".XML") || ends_with(name, ".rdml")) {
            only = i;
            documents++;
        }
    }
    return documents == 1 ? only : -1;
}

static int bomb(const char *file, mtl_error *err)
{
    return mtl__fail_at(err, MTL_ERR_VALUE, file, 0, 0, NULL,
                        "the zip unpacks to far more than any plate (limit %d MB, or %d times its "
                        "size); it is not read",
                        MTL__RDML_MAX_BYTES / 1024 / 1024, MTL__RDML_MAX_RATIO);
}

static int unpack(zip_file_t *f, const char *file, size_t packed,
                  int (*take)(void *ctx, const char *piece, size_t n), void *ctx, mtl_error *err)
{
    char piece[PIECE];
    size_t total = 0;
    for (;;) {
        const zip_int64_t got = zip_fread(f, piece, sizeof piece);
        if (got < 0)
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 0, 0, NULL, "the zip is damaged: %s",
                                zip_file_strerror(f));
        total += (size_t)got;
        if (total > MTL__RDML_MAX_BYTES ||
            (total > ALWAYS_ALLOWED && total / MTL__RDML_MAX_RATIO > packed))
            return bomb(file, err);
        MTL_TRY(take(ctx, piece, (size_t)got));
        if (got == 0)
            return MTL_OK;
    }
}

static int read_zip(zip_t *z, const char *file, size_t length,
                    int (*take)(void *ctx, const char *piece, size_t n), void *ctx, mtl_error *err)
{
    const int64_t n = zip_get_num_entries(z, 0);
    const int64_t at = n <= MAX_ENTRIES ? find_document(z, n) : -1;
    zip_stat_t st;
    if (at < 0)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 0, 0, NULL, "a zip without RDML data: %s",
                            other_kind(z, n < 64 ? n : 64));
    zip_stat_init(&st);
    if (zip_stat_index(z, (zip_uint64_t)at, 0, &st) == 0) {
        if ((st.valid & ZIP_STAT_SIZE) &&
            (st.size > MTL__RDML_MAX_BYTES ||
             (st.size > ALWAYS_ALLOWED && st.size / MTL__RDML_MAX_RATIO > length)))
            return bomb(file, err);
        if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
            return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 0, 0, NULL, "the zip is encrypted");
    }
    zip_file_t *f = zip_fopen_index(z, (zip_uint64_t)at, 0);
    if (!f)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, file, 0, 0, NULL, "the zip is damaged: %s",
                            zip_strerror(z));
    const int ret = unpack(f, file, length, take, ctx, err);
    zip_fclose(f);
    return ret;
}

int mtl__rdml_unzip(const char *file, const char *data, size_t length,
                    int (*take)(void *ctx, const char *piece, size_t n), void *ctx, mtl_error *err)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *s = zip_source_buffer_create(data, length, 0, &why);
    zip_t *z = s ? zip_open_from_source(s, ZIP_RDONLY, &why) : NULL;
    int ret;
    if (!z) {
        /* Some of its failed allocations come without a reason. */
        const int code = zip_error_code_zip(&why);
        const bool memory = code == ZIP_ER_MEMORY || code == ZIP_ER_OK;
        ret = memory ? mtl__nomem(err)
                     : mtl__fail_at(err, MTL_ERR_SYNTAX, file, 0, 0, NULL,
                                    "neither RDML nor any other zip: %s", zip_error_strerror(&why));
        zip_source_free(s);
    } else {
        ret = read_zip(z, file, length, take, ctx, err);
        zip_discard(z);
    }
    zip_error_fini(&why);
    return ret;
}
