/* SPDX-License-Identifier: MIT */
/* Things sorted by their owner in one pass of counting (compressed rows). */
#include "base/base.h"

static int owner_of(const int *owner, size_t stride, int k)
{
    return *(const int *)(const void *)((const char *)owner + (size_t)k * stride);
}

void mtl__list_by(int *start, int *list, int n_owners, int n, const int *owner, size_t stride)
{
    int *end = start + 1; /* counts, then ends */
    for (int k = 0; k < n; k++)
        end[owner_of(owner, stride, k)]++;
    for (int i = 1; i < n_owners; i++)
        end[i] += end[i - 1];
    for (int k = n - 1; k >= 0; k--) /* the ends move down to the starts */
        list[--end[owner_of(owner, stride, k)]] = k;
    for (int i = 0; i < n_owners; i++)
        start[i] = end[i];
    start[n_owners] = n;
}
