/* SPDX-License-Identifier: MIT */
/* Shares of one body's cells sum to at most 1. Each donor's level is counted against the host's own
   cells, as if nobody else had given any; that is exact as long as all are few. Where gifts are
   large (two stem cell grafts, a graft beside a large infusion) the levels of all donors in an
   organ at a date are scaled down together, so that what was given fills the organ and no more. */
#include "run/run_internal.h"

static void fit(float *level, int pair0, int pair1, size_t stride, size_t at)
{
    double sum = 0;
    for (int k = pair0; k < pair1; k++)
        sum += (double)level[(size_t)k * stride + at];
    for (int k = pair0; k < pair1 && sum > 1e6; k++)
        level[(size_t)k * stride + at] =
            (float)((double)level[(size_t)k * stride + at] * 1e6 / sum);
}

void mtl__shares_fit(mtl__plan *p, int band, int index)
{
    const mtl_result *r = p->r;
    const size_t R = (size_t)p->R, i = (size_t)index;
    const size_t n_levels = (size_t)r->n_watched * (size_t)r->n_times,
                 n_organs = (size_t)r->m->n_organs;
    for (int h = 0; h < r->s->n_people; h++) {
        const int from = p->host_pair0[h], to = p->host_pair0[h + 1];
        for (size_t k = 0; from < to && k < n_levels; k++)
            fit(p->raw[band].level, from, to, n_levels * R, k * R + i);
        for (size_t k = 0; from < to && k < n_organs; k++)
            fit(p->raw[band].final, from, to, n_organs * R, k * R + i);
    }
}
