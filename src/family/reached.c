/* SPDX-License-Identifier: MIT */
/* Which bodies a part of the process lies in. Types and intensities of one body stand together, in
   the order of the bodies. */
#include "family/family.h"

static int first_of(const mtl__body *b, bool cox)
{
    return cox ? b->cox0 : b->type0;
}

/* The body that a type, or an intensity, is of. */
static int body_of(const mtl__world *w, int i, bool cox)
{
    int lo = 0, hi = w->n_bodies - 1;
    while (lo < hi) {
        const int mid = (lo + hi + 1) / 2;
        if (first_of(&w->body[mid], cox) <= i)
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
    const int a = *type0 < n ? body_of(w, part->type[*type0], false) : w->n_bodies;
    const int b = *cox0 < m ? body_of(w, part->cox[*cox0], true) : w->n_bodies;
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
