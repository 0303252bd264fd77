/* SPDX-License-Identifier: MIT */
/* What the cells of several donors meet together on their way from body to body: whether two twins'
   circulations are joined (one event for both directions), and how much one placenta lets through.
   Each is a gate of the process, named by the people it ties, so that it is the same for all cells
   of one life and does not depend on the order of the file. */
#include <math.h>
#include <stdlib.h>

#include "family/supply.h"

int mtl__gated_slot(mtl__world *w, const int *factor, int n_factors, double origin, double t_on,
                    double t_off, double fresh, const mtl__group *law)
{
    if (!law)
        return mtl__clockwork_slot(&w->clock, factor, n_factors, origin, t_on, t_off, fresh);
    const int before = w->clock.n;
    const int slot = mtl__clockwork_own_slot(&w->clock, factor, n_factors, origin, t_on, t_off,
                                             fresh, law->key | 1);
    if (slot >= before)
        MTL_TRY(mtl__add_gate(w->build, slot, law));
    return slot;
}

int mtl__gated_product(mtl__world *w, int slot, int also, const mtl__group *law)
{
    const int before = w->clock.n;
    const int product = mtl__clockwork_product(&w->clock, slot, also);
    if (product >= before && law)
        MTL_TRY(mtl__add_gate(w->build, product, law));
    return product;
}

bool mtl__supply_law(const mtl__world *w, const mtl__supply *u, uint64_t key, mtl__group *out)
{
    if (u->law != MTL__H_GAMMA && u->law != MTL__H_LOGNORMAL)
        return false;
    *out = (mtl__group){.law = u->law == MTL__H_GAMMA ? MTL__GAMMA : MTL__LOGNORMAL,
                        .shape = mtl__expr_value(&u->law_arg, w->m),
                        .key = key};
    return true;
}

int mtl__joined_law(const mtl__world *w, const mtl__contact *c, mtl__group *law, mtl_error *err)
{
    const mtl__person *a = &w->s->person[c->giver], *b = &w->s->person[c->taker];
    const bool first = a->key < b->key; /* the same from either side */
    const uint64_t parts[3] = {mtl__hash("joined"), first ? a->key : b->key,
                               first ? b->key : a->key};
    const int pg = b->pregnancy;
    const bool one_chorion = pg >= 0 && w->s->pregnancy[pg].chorionicity == MTL__MONOCHORIONIC;
    double p;
    MTL_TRY(mtl__model_value(
        w->m, one_chorion ? "twins.anastomosis.monochorionic" : "twins.anastomosis", &p, err));
    *law = (mtl__group){.law = MTL__SPIKE,
                        .p_big = mtl__max(1e-12, mtl__min(1, p)),
                        .key = mtl__hash_bytes(MTL_HASH_START, parts, sizeof parts)};
    return 0;
}

int mtl__joined_slot(mtl__world *w, const mtl__contact *c, const mtl__group *law)
{
    return mtl__gated_slot(w, NULL, 0, c->t0, c->t0, c->t0 + mtl__max(1, c->t1 - c->t0), 0, law);
}

typedef struct named {
    uint64_t key;
    int gate;
} named;

static int by_key(const void *a, const void *b)
{
    const named *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->gate - y->gate;
}

int mtl__map_gates(mtl__world *w, mtl_error *err)
{
    const mtl__process *p = w->process;
    const size_t n = (size_t)p->n_gates;
    w->gate_of = mtl__arena_alloc(&w->arena, (size_t)w->clock.n * sizeof *w->gate_of);
    w->gate_name = mtl__arena_alloc(&w->arena, (n + 1) * sizeof *w->gate_name);
    named *list = malloc((n + 1) * sizeof *list);
    if (!w->gate_of || !w->gate_name || !list) {
        free(list);
        return mtl__nomem(err);
    }
    for (int k = 0; k < w->clock.n; k++)
        w->gate_of[k] = -1;
    for (int g = 0; g < p->n_gates; g++) {
        w->gate_of[p->gate[g].factor] = g;
        list[g] = (named){p->gate[g].law.key, g};
    }
    if (n > 1)
        qsort(list, n, sizeof *list, by_key);
    for (size_t k = 0; k < n; k++)
        w->gate_name[list[k].gate] =
            k > 0 && list[k].key == list[k - 1].key ? w->gate_name[list[k - 1].gate] : list[k].gate;
    free(list);
    return 0;
}
