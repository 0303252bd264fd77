/* SPDX-License-Identifier: MIT */
/* Who can have whose cells: ties between bodies in date order. Cells of a donor that are in a body
   while a tie is open can go on into the next body, so a grandmother's or an older sibling's cells
   need no special case; a tie that has closed before they came carries nothing. Also the order of a
   pedigree, parents first. */
#include <math.h>
#include <stdlib.h>

#include "kin/genome.h"

int mtl__reach(const mtl__tie *tie, int n_ties, int n, int donor, double *arrival, int *via,
               mtl_error *err)
{
    if (donor < 0 || donor >= n)
        return mtl__fail(err, MTL_ERR_VALUE, NULL, "no such donor");
    for (int i = 0; i < n; i++) {
        arrival[i] = HUGE_VAL;
        via[i] = -1;
    }
    arrival[donor] = -HUGE_VAL;
    /* A path visits a body once, so n rounds are enough; nearly always a few are. */
    for (int round = 0; round < n; round++) {
        bool changed = false;
        for (int k = 0; k < n_ties; k++) {
            const mtl__tie *t = &tie[k];
            const double at = mtl__max(arrival[t->from], t->begins);
            if (!(arrival[t->from] < mtl__min(t->ends, HUGE_VAL)))
                continue;
            if (at < arrival[t->to]) {
                arrival[t->to] = at;
                via[t->to] = k;
                changed = true;
            }
        }
        if (!changed)
            break;
    }
    return MTL_OK;
}

/* Both parents before their child; 0 new, 1 on the way up, 2 placed. */
int mtl__lineage_order(const mtl__lineage *l, int *order, mtl_error *err)
{
    unsigned char *state = calloc((size_t)l->n + 1, 1);
    int *stack = malloc(((size_t)l->n + 1) * sizeof *stack);
    int placed = 0, ret = state && stack ? MTL_OK : mtl__nomem(err);
    for (int root = 0; ret == MTL_OK && root < l->n; root++) {
        int depth = 0;
        if (state[root] == 0)
            stack[depth++] = root;
        while (depth > 0 && ret == MTL_OK) {
            const int i = stack[depth - 1], parent[2] = {l->mother[i], l->father[i]};
            int next = -1;
            state[i] = 1;
            for (int k = 0; k < 2 && next < 0; k++)
                if (parent[k] >= 0 && state[parent[k]] != 2)
                    next = parent[k];
            if (next >= 0 && state[next] == 1) {
                ret = mtl__fail(err, MTL_ERR_VALUE, NULL, "somebody would be an own ancestor");
            } else if (next >= 0) {
                stack[depth++] = next;
            } else {
                state[i] = 2;
                order[placed++] = i;
                depth--;
            }
        }
    }
    free(state);
    free(stack);
    return ret;
}
