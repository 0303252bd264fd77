/* SPDX-License-Identifier: MIT */
/* Fuzzing the readers of plates: text in any form, RDML as XML and as a zip. What is read is
   numbered, its standards are settled, and it is written in every form and read again, which must
   succeed. The first byte chooses the format, 0 and '?' leave it open. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/plate_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const mtl__plate *p, enum mtl__plate_format format)
{
    const mtl__plate_read_opts o = {.format = format};
    mtl__str text = {0};
    mtl__plate q;
    mtl_error err = {0};
    bool any = false;
    for (int i = 0; i < p->n; i++) {
        const mtl__reaction *w = &p->reaction[i];
        const bool digital = w->partitions > 0;
        any = any ||
              (format == MTL__PLATE_GENERIC ? true
                                            : digital == (format == MTL__PLATE_QUANTASOFT) &&
                                                  !(format == MTL__PLATE_QUANTASOFT && w->omit));
    }
    if (mtl__plate_write(&text, p, format) == MTL_OK && any) {
        const int ret = mtl__plate_parse(&q, NULL, "again", text.s, text.len, &o, &err);
        if (ret < 0 && ret != MTL_ERR_MEMORY && ret != MTL_ERR_LIMIT)
            abort();
        mtl__plate_clear(&q);
    }
    mtl__str_free(&text);
}

static bool all_placed(const mtl__plate *p)
{
    for (int i = 0; i < p->n; i++)
        if (p->reaction[i].row < 0)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mtl__plate p;
    mtl__str remarks = {0};
    mtl_error err = {0};
    if (size == 0)
        return 0;
    const mtl__plate_read_opts o = {.format = data[0] == '?' ? MTL__PLATE_AUTO
                                                             : data[0] % MTL__N_PLATE_FORMATS,
                                    .run = data[0] == 'r' ? "two" : NULL};
    if (mtl__plate_parse(&p, &remarks, "fuzz", (const char *)data + 1, size - 1, &o, &err) ==
        MTL_OK) {
        if (p.n < 500 && all_placed(&p))
            for (int f = MTL__PLATE_QUANTSTUDIO; f <= MTL__PLATE_QUANTASOFT; f++)
                again(&p, (enum mtl__plate_format)f);
        if (mtl__plate_standards(&p, "K=1000", &remarks, &err) == MTL_OK)
            (void)mtl__plate_index(&p, &err);
    }
    mtl__plate_clear(&p);
    mtl__str_free(&remarks);
    return 0;
}
