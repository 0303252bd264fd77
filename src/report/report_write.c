/* SPDX-License-Identifier: MIT */
/* The report of one family as one HTML file that needs nothing else: no network, no font, no image.
   The answer comes first, one question per section; the page is whole without its script. */
#include "io/atomic_file.h"
#include "report/host_part.h"
#include "report/report.h"

static void write_page(mtl__page *v)
{
    mtl__report_head(v);
    mtl__report_answer(v);
    mtl__report_life(v);
    mtl__report_ribbons(v);
    mtl__report_organs(v);
    mtl__report_readings(v);
    mtl__report_table(v);
    mtl__report_carriage(v);
    mtl__report_others(v);
    mtl__report_injury(v);
    mtl__report_immune(v);
    mtl__report_tumours(v);
    mtl__report_outcomes(v);
    mtl__report_rivals(v);
    mtl__report_params(v);
    mtl__report_again(v);
    mtl__report_tail(v);
}

int mtl_report_write(const mtl_result *const *r, int n, const char *path, mtl_error *err)
{
    if (n < 1)
        return mtl__fail(err, MTL_ERR_USAGE, "n", "a report needs at least one result");
    for (int i = 1; i < n; i++)
        if (r[i]->s != r[0]->s)
            return mtl__fail(err, MTL_ERR_USAGE, "r",
                             "the results of one report must be of one scenario");
    mtl__str page = {0};
    mtl__page v;
    MTL_TRY(mtl__page_init(&v, r, n, &page, err));
    write_page(&v);
    mtl__page_free(&v);
    int ret = page.oom ? mtl__nomem(err) : mtl__make_parent(path, err);
    if (ret == 0)
        ret = mtl__atomic_write(path, page.s, page.len, err);
    mtl__str_free(&page);
    return ret;
}
