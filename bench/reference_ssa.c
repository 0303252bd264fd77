/* SPDX-License-Identifier: MIT */
/* The yardstick: Gillespie's direct method for networks in which one cell at a time acts. The
   species that acts is found by composition-rejection (Slepoy, Thompson and Plimpton 2008): species
   stand in groups by the power of two of their propensity; a group is chosen by its sum, a member
   by rejection under the power. Which of its reactions fires does not depend on counts, so an alias
   table (Walker 1977; Vose 1991) answers in one step. Nothing else is here: no hub, environment,
   schedule, ledger or limit. What the engine costs above this is the price of those. */
#include "reference_ssa.h"

#include <stdlib.h>
#include <string.h>

enum { GROUPS = 128, ZERO = 64 }; /* propensities from 2^-64 to 2^64 */

typedef struct action { /* what a reaction does to the counts */
    int32_t to;         /* one more of it; -1 = nothing */
    int32_t d_from;     /* added to the reactant */
} action;

typedef struct slot { /* one place of an alias table with the action that it stands for */
    double cut;
    action own, other;
} slot;

typedef struct species {
    double rate, propensity; /* per cell; rate x n */
    int32_t group, place;    /* group -1: propensity 0 */
    int32_t first, n_slots;
} species;

struct reference_ssa {
    int n_species;
    int64_t *n;
    const int64_t *initial;
    species *sp;
    slot *table;
    double sum[GROUPS], total;
    int32_t size[GROUPS], low, high; /* groups outside [low, high] are empty */
    int32_t *member[GROUPS];
    int32_t *member_memory;
};

const int64_t *reference_ssa_counts(const reference_ssa *r)
{
    return r->n;
}

void reference_ssa_free(reference_ssa *r)
{
    if (!r)
        return;
    free(r->n);
    free(r->sp);
    free(r->table);
    free(r->member_memory);
    free(r);
}

/* Vose's method; `weight` is destroyed, stack has room for n. */
static void build_alias(int n, double *weight, const action *act, slot *out, int *stack)
{
    double sum = 0;
    int small = 0, large = n;
    for (int i = 0; i < n; i++)
        sum += weight[i];
    for (int i = 0; i < n; i++) {
        weight[i] *= n / sum;
        out[i] = (slot){.cut = 1, .own = act[i], .other = act[i]};
        if (weight[i] < 1)
            stack[small++] = i;
        else
            stack[--large] = i;
    }
    while (small > 0 && large < n) {
        const int s = stack[--small], l = stack[large];
        out[s].cut = weight[s];
        out[s].other = act[l];
        weight[l] -= 1 - weight[s];
        if (weight[l] < 1) {
            large++;
            stack[small++] = l;
        }
    }
}

static bool build_tables(reference_ssa *r, const mtl__process *p)
{
    const size_t room = (size_t)p->n_change + 2;
    double *weight = calloc(room, sizeof *weight);
    action *act = calloc(room, sizeof *act);
    int *stack = calloc(room, sizeof *stack);
    const bool ok = weight && act && stack;
    int32_t first = 0;
    for (int i = 0; ok && i < p->n_types; i++) {
        const mtl__type *t = &p->type[i];
        species *sp = &r->sp[i];
        int n = 0;
        if (t->divide > 0) {
            weight[n] = t->divide;
            act[n++] = (action){-1, 1};
        }
        if (t->die > 0) {
            weight[n] = t->die;
            act[n++] = (action){-1, -1};
        }
        for (int c = t->change0; c < t->change1; c++) {
            if (!(p->change[c].rate > 0))
                continue;
            weight[n] = p->change[c].rate;
            act[n++] = (action){p->change[c].target, -1};
        }
        for (int k = 0; k < n; k++)
            sp->rate += weight[k];
        sp->first = first;
        sp->n_slots = n;
        build_alias(n, weight, act, r->table + first, stack);
        first += n;
    }
    free(weight);
    free(act);
    free(stack);
    return ok;
}

reference_ssa *reference_ssa_new(const mtl__network *net)
{
    const mtl__process *p = net->process;
    const size_t n = (size_t)p->n_types;
    reference_ssa *r = net->source.n_inflows > 0 ? NULL : calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->n_species = p->n_types;
    r->initial = net->initial;
    r->n = calloc(n, sizeof *r->n);
    r->sp = calloc(n, sizeof *r->sp);
    r->table = calloc(2 * n + (size_t)p->n_change, sizeof *r->table);
    r->member_memory = calloc(n * GROUPS, sizeof *r->member_memory);
    if (!r->n || !r->sp || !r->table || !r->member_memory || !build_tables(r, p)) {
        reference_ssa_free(r);
        return NULL;
    }
    for (int g = 0; g < GROUPS; g++)
        r->member[g] = r->member_memory + (size_t)g * n;
    return r;
}

static inline int group_of(double propensity)
{
    uint64_t bits;
    memcpy(&bits, &propensity, sizeof bits);
    return (int)(bits >> 52) - 1023 + ZERO;
}

static void leave_group(reference_ssa *r, int i)
{
    species *sp = &r->sp[i];
    const int g = sp->group;
    const int32_t last = r->member[g][--r->size[g]];
    r->member[g][sp->place] = last;
    r->sp[last].place = sp->place;
    if (r->size[g] == 0)
        r->sum[g] = 0; /* rounding must not leave weight in an empty group */
    sp->group = -1;
    while (r->high > r->low && r->size[r->high] == 0)
        r->high--;
    while (r->low < r->high && r->size[r->low] == 0)
        r->low++;
}

static void enter_group(reference_ssa *r, int i, int g)
{
    species *sp = &r->sp[i];
    if (r->size[r->low] == 0) /* all are empty */
        r->low = r->high = g;
    sp->group = g;
    sp->place = r->size[g]++;
    r->member[g][sp->place] = i;
    if (g > r->high)
        r->high = g;
    if (g < r->low)
        r->low = g;
}

static inline void set_count(reference_ssa *r, int i, int64_t n)
{
    species *sp = &r->sp[i];
    const double old = sp->propensity, now = sp->rate * (double)n;
    const int g = now > 0 ? group_of(now) : -1;
    r->n[i] = n;
    sp->propensity = now;
    r->total += now - old;
    if (g == sp->group) {
        if (g >= 0)
            r->sum[g] += now - old;
        return;
    }
    if (sp->group >= 0) {
        r->sum[sp->group] -= old;
        leave_group(r, i);
    }
    if (g >= 0) {
        r->sum[g] += now;
        enter_group(r, i, g);
    } else if (r->size[r->low] == 0) {
        r->total = 0; /* died out: nothing may be left by rounding */
    }
}

/* Sums afresh: what a million additions have rounded away comes back. */
static void refresh(reference_ssa *r)
{
    r->total = 0;
    memset(r->sum, 0, sizeof r->sum);
    for (int i = 0; i < r->n_species; i++)
        if (r->sp[i].group >= 0)
            r->sum[r->sp[i].group] += r->sp[i].propensity;
    for (int g = 0; g < GROUPS; g++)
        r->total += r->sum[g];
}

static void restart(reference_ssa *r)
{
    memset(r->size, 0, sizeof r->size);
    r->low = r->high = ZERO;
    for (int i = 0; i < r->n_species; i++) {
        r->sp[i].group = -1;
        r->sp[i].propensity = 0;
        set_count(r, i, r->initial[i]);
    }
    refresh(r);
}

static inline int choose_species(const reference_ssa *r, mtl__rng *rng)
{
    double x = mtl__rng_unit(rng) * r->total;
    int g = r->high;
    while (g > r->low && x >= r->sum[g])
        x -= r->sum[g--];
    double top;
    const uint64_t bits = (uint64_t)(g - ZERO + 1 + 1023) << 52; /* 2^(power + 1) */
    memcpy(&top, &bits, sizeof top);
    for (;;) {
        const double u = mtl__rng_unit(rng) * r->size[g];
        const int k = (int)u < r->size[g] ? (int)u : r->size[g] - 1;
        const int i = r->member[g][k];
        if ((u - k) * top < r->sp[i].propensity)
            return i;
    }
}

int64_t reference_ssa_run(reference_ssa *r, double t_end, mtl__rng *rng)
{
    int64_t events = 0;
    double t = 0;
    restart(r);
    while (r->total > 0) {
        t -= mtl__log(mtl__rng_unit(rng)) / r->total;
        if (t >= t_end)
            break;
        const int i = choose_species(r, rng);
        const species *sp = &r->sp[i];
        const double u = mtl__rng_unit(rng) * sp->n_slots;
        const int k = (int)u < sp->n_slots ? (int)u : sp->n_slots - 1;
        const slot *s = &r->table[sp->first + k];
        const action a = u - k < s->cut ? s->own : s->other;
        set_count(r, i, r->n[i] + a.d_from);
        if (a.to >= 0)
            set_count(r, a.to, r->n[a.to] + 1);
        if ((++events & 0xfffff) == 0)
            refresh(r);
    }
    return events;
}
