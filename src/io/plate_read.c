/* SPDX-License-Identifier: MIT */
/* One plate from one file, whatever wrote it: the format is found from the content (a zip or XML is
   RDML, else the names of the columns tell), unless it is forced. */
#include <string.h>

#include "io/plate_read.h"
#include "io/tsv.h"

static bool looks_like_rdml(const char *data, size_t length)
{
    size_t i = 0;
    if (length >= 4 && memcmp(data, "PK", 2) == 0 && data[2] > 0 && data[2] < 8)
        return true; /* a zip; some begin with a descriptor or are empty */
    if (length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < length && strchr(" \t\r\n", data[i]) && data[i])
        i++;
    return i < length && data[i] == '<';
}

int mtl__plate_parse(mtl__plate *out, mtl__str *remarks, const char *file, const char *data,
                     size_t length, const mtl__plate_read_opts *o, mtl_error *err)
{
    mtl__plate_maker m;
    MTL_TRY(mtl__maker_init(&m, out, remarks, file, o, err));
    const bool rdml = o->format == MTL__PLATE_RDML ||
                      (o->format == MTL__PLATE_AUTO && looks_like_rdml(data, length));
    if (rdml)
        MTL_TRY(mtl__plate_read_rdml(&m, data, length, err));
    else
        MTL_TRY(mtl__plate_read_text(&m, data, length, err));
    return mtl__maker_finish(&m, err);
}

int mtl__plate_load(mtl__plate *out, mtl__str *remarks, const char *path,
                    const mtl__plate_read_opts *o, mtl_error *err)
{
    mtl__arena a;
    char *data;
    size_t length;
    memset(out, 0, sizeof *out);
    mtl__arena_init(&a, 0);
    int ret = mtl__file_read(&a, path, MTL__SHEET_MAX_BYTES, &data, &length, err);
    if (ret == MTL_OK)
        ret = mtl__plate_parse(out, remarks, path, data, length, o, err);
    mtl__arena_free(&a);
    return ret;
}
