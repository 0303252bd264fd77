/* SPDX-License-Identifier: MIT */
/* Which bodies a part of the process lies in. Types and intensities of one body stand together, in
   the order of the bodies. */
#include "family/family.h"

static int body_of_type(const mtl__world *w, int type)
{
    int lo = 0, hi = w->n_bodies - 1;
    while (lo < hi) {
        const int mid = (lo + hi + 1) / 2;
        if (w->body[mid].type0 <= type)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}

static int body_of_cox(const mtl__world *w, int cox)
{
    int lo = 0, hi = w->n_bodies - 1;
    while (lo < hi) {
        const int mid = (lo + hi + 1) / 2;
        if (w->body[mid].cox0 <= cox)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}

bool mtl__next_body(const mtl__world *w, const mtl__part *part, int *body, int *type0, int *type1,
                    int *cox0, int *cox1)
{
    const int n = part->process.n_types, m = part->process.n_cox;
    *type0 = *type1;
    *cox0 = *cox1;
    if (*type0 == n && *cox0 == m)
        return false;
    const int a = *type0 < n ? body_of_type(w, part->type[*type0]) : w->n_bodies;
    const int b = *cox0 < m ? body_of_cox(w, part->cox[*cox0]) : w->n_bodies;
    *body = a < b ? a : b;
    while (*type1 < n && part->type[*type1] < w->body[*body].type1)
        ++*type1;
    while (*cox1 < m && part->cox[*cox1] < w->body[*body].cox1)
        ++*cox1;
    return true;
}

bool mtl__part_reaches(const mtl__world *w, const mtl__part *part, int person)
{
    int body = -1, type0 = 0, type1 = 0, cox0 = 0, cox1 = 0;
    while (mtl__next_body(w, part, &body, &type0, &type1, &cox0, &cox1))
        if (w->body_person[body] == person)
            return true;
    return false;
}
