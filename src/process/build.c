/* SPDX-License-Identifier: MIT */
/* From parts in any order to a frozen process: the builder keeps growing lists, `finish` checks
   every number, sorts the channels by their owner (compressed rows), and finds the components
   (component.c). */
#include "process/solver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum list_id { L_CHANGE, L_OUTPUT, L_LAND, L_CROSS, N_LISTS };
typedef struct link { /* a channel with its owner */
    int32_t owner;
    mtl__channel c;
} link;
struct mtl__builder {
    mtl__type *type;
    mtl__row *row;
    double *cox;
    const char **type_label, **row_label, **cox_label;
    size_t cap_type, cap_row, cap_cox, cap_tl, cap_rl, cap_cl;
    int n_types, n_rows, n_cox;
    link *list[N_LISTS];
    size_t cap_list[N_LISTS], n_list[N_LISTS];
    mtl__gate *gate;
    size_t cap_gate;
    int n_gates;
};

int mtl__builder_new(mtl__builder **out, mtl_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out ? 0 : mtl__nomem(err);
}

void mtl__builder_free(mtl__builder *b)
{
    if (!b)
        return;
    free(b->type);
    free(b->row);
    free(b->cox);
    free((void *)b->type_label);
    free((void *)b->row_label);
    free((void *)b->cox_label);
    for (int l = 0; l < N_LISTS; l++)
        free(b->list[l]);
    free(b->gate);
    free(b);
}

int mtl__add_type(mtl__builder *b, const char *label)
{
    const size_t need = (size_t)b->n_types + 1;
    MTL_TRY(mtl__grow(&b->type, &b->cap_type, need, sizeof *b->type));
    MTL_TRY(mtl__grow(&b->type_label, &b->cap_tl, need, sizeof *b->type_label));
    b->type[b->n_types] = (mtl__type){.row = -1, .stream = mtl__hash(label)};
    b->type_label[b->n_types] = label;
    return b->n_types++;
}

void mtl__name_stream(mtl__builder *b, int type, uint64_t stream)
{
    b->type[type].stream = stream;
}

int mtl__add_row(mtl__builder *b, double loss_weight, const char *label)
{
    const size_t need = (size_t)b->n_rows + 1;
    MTL_TRY(mtl__grow(&b->row, &b->cap_row, need, sizeof *b->row));
    MTL_TRY(mtl__grow(&b->row_label, &b->cap_rl, need, sizeof *b->row_label));
    b->row[b->n_rows] = (mtl__row){.loss = loss_weight, .component = -1};
    b->row_label[b->n_rows] = label;
    return b->n_rows++;
}

int mtl__add_cox(mtl__builder *b, double decay_per_day, const char *label)
{
    const size_t need = (size_t)b->n_cox + 1;
    MTL_TRY(mtl__grow(&b->cox, &b->cap_cox, need, sizeof *b->cox));
    MTL_TRY(mtl__grow(&b->cox_label, &b->cap_cl, need, sizeof *b->cox_label));
    b->cox[b->n_cox] = decay_per_day;
    b->cox_label[b->n_cox] = label;
    return b->n_cox++;
}

int mtl__add_gate(mtl__builder *b, int factor, const mtl__group *law)
{
    MTL_TRY(mtl__grow(&b->gate, &b->cap_gate, (size_t)b->n_gates + 1, sizeof *b->gate));
    b->gate[b->n_gates] = (mtl__gate){factor, *law};
    return b->n_gates++;
}

static int set_rate(double *rate, int32_t *factor, double add, int f)
{
    if (*rate > 0 && *factor != f)
        return MTL_ERR_VALUE;
    *rate += add;
    *factor = f;
    return 0;
}

int mtl__add_divide(mtl__builder *b, int type, double rate, int factor)
{
    return set_rate(&b->type[type].divide, &b->type[type].f_divide, rate, factor);
}

int mtl__add_die(mtl__builder *b, int type, double rate, int factor)
{
    return set_rate(&b->type[type].die, &b->type[type].f_die, rate, factor);
}

int mtl__add_leave(mtl__builder *b, int type, double rate, int factor, int row)
{
    mtl__type *t = &b->type[type];
    if (t->row >= 0 && t->row != row)
        return MTL_ERR_VALUE;
    t->row = row;
    return set_rate(&t->leave, &t->f_leave, rate, factor);
}

static int add_link(mtl__builder *b, enum list_id l, int owner, int target, double rate, int factor)
{
    MTL_TRY(mtl__grow(&b->list[l], &b->cap_list[l], b->n_list[l] + 1, sizeof *b->list[l]));
    b->list[l][b->n_list[l]++] = (link){owner, {target, factor, rate}};
    return 0;
}

int mtl__add_change(mtl__builder *b, int type, int target_type, double rate, int factor)
{
    return add_link(b, L_CHANGE, type, target_type, rate, factor);
}

int mtl__add_output(mtl__builder *b, int type, int cox, double rate, int factor)
{
    return add_link(b, L_OUTPUT, type, cox, rate, factor);
}

int mtl__add_land(mtl__builder *b, int row, int target_type, double weight, int factor)
{
    return add_link(b, L_LAND, row, target_type, weight, factor);
}

int mtl__add_cross(mtl__builder *b, int row, int target_row, double weight, int factor)
{
    return add_link(b, L_CROSS, row, target_row, weight, factor);
}

/* ---------------------------------------------------------------- finish */
static int check_number(double v, int factor, int n_factors, const char *label, const char *what,
                        mtl_error *err)
{
    if (!isfinite(v) || v < 0)
        return mtl__fail(err, MTL_ERR_VALUE, label, "%s must be finite and not negative, found %g",
                         what, v);
    if (factor < 0 || factor >= n_factors)
        return mtl__fail(err, MTL_ERR_BUG, label, "%s: factor %d of %d", what, factor, n_factors);
    return 0;
}

static int check_parts(const mtl__builder *b, int n_factors, mtl_error *err)
{
    for (int i = 0; i < b->n_types; i++) {
        const mtl__type *t = &b->type[i];
        const char *l = b->type_label[i];
        MTL_TRY(check_number(t->divide, t->f_divide, n_factors, l, "the rate of division", err));
        MTL_TRY(check_number(t->die, t->f_die, n_factors, l, "the rate of death", err));
        MTL_TRY(check_number(t->leave, t->f_leave, n_factors, l, "the rate of leaving", err));
        if (t->row >= b->n_rows)
            return mtl__fail(err, MTL_ERR_BUG, l, "row %d of %d", t->row, b->n_rows);
    }
    for (int r = 0; r < b->n_rows; r++)
        MTL_TRY(check_number(b->row[r].loss, 0, 1, b->row_label[r], "the weight of loss", err));
    for (int c = 0; c < b->n_cox; c++)
        MTL_TRY(check_number(b->cox[c], 0, 1, b->cox_label[c], "the rate of decay", err));
    const int owners[N_LISTS] = {b->n_types, b->n_types, b->n_rows, b->n_rows};
    const int targets[N_LISTS] = {b->n_types, b->n_cox, b->n_types, b->n_rows};
    static const char *const what[N_LISTS] = {"a rate of change", "a rate of output",
                                              "a landing weight", "a crossing weight"};
    for (int l = 0; l < N_LISTS; l++) {
        for (size_t k = 0; k < b->n_list[l]; k++) {
            const link *x = &b->list[l][k];
            if (x->owner < 0 || x->owner >= owners[l] || x->c.target < 0 ||
                x->c.target >= targets[l])
                return mtl__fail(err, MTL_ERR_BUG, what[l], "%d -> %d out of range", x->owner,
                                 x->c.target);
            const char *label = (l <= L_OUTPUT ? b->type_label : b->row_label)[x->owner];
            MTL_TRY(check_number(x->c.rate, x->c.factor, n_factors, label, what[l], err));
        }
    }
    return 0;
}

static int by_owner(const void *a, const void *b)
{
    const link *x = a, *y = b;
    if (x->owner != y->owner)
        return x->owner < y->owner ? -1 : 1;
    if ((x->c.factor != 0) != (y->c.factor != 0))
        return x->c.factor != 0 ? 1 : -1;
    if (x->c.target != y->c.target)
        return x->c.target < y->c.target ? -1 : 1;
    return x->c.factor < y->c.factor ? -1 : x->c.factor > y->c.factor;
}

/* Sorts a list, merges equal channels, writes the channels of owner i to [start[i], start[i+1]). */
static int compress(mtl__builder *b, enum list_id l, int owners, mtl__arena *a, mtl__channel **out,
                    int *n_out, int **start_out)
{
    link *x = b->list[l];
    size_t n = 0;
    if (b->n_list[l] > 1)
        qsort(x, b->n_list[l], sizeof *x, by_owner);
    for (size_t k = 0; k < b->n_list[l]; k++) {
        if (!(x[k].c.rate > 0))
            continue;
        if (n > 0 && by_owner(&x[n - 1], &x[k]) == 0)
            x[n - 1].c.rate += x[k].c.rate;
        else
            x[n++] = x[k];
    }
    int *start = mtl__arena_alloc(a, ((size_t)owners + 1) * sizeof *start);
    *out = mtl__arena_alloc(a, (n + 1) * sizeof **out);
    if (!start || !*out)
        return MTL_ERR_MEMORY;
    for (size_t k = 0; k < n; k++) {
        (*out)[k] = x[k].c;
        start[x[k].owner + 1]++;
    }
    for (int i = 0; i < owners; i++)
        start[i + 1] += start[i];
    *n_out = (int)n;
    *start_out = start;
    return 0;
}

static int fill(mtl__builder *b, mtl__process *p)
{
    int *s;
    p->n_types = b->n_types;
    p->n_rows = b->n_rows;
    p->n_cox = b->n_cox;
    p->type = mtl__arena_alloc(&p->arena, ((size_t)p->n_types + 1) * sizeof *p->type);
    p->row = mtl__arena_alloc(&p->arena, ((size_t)p->n_rows + 1) * sizeof *p->row);
    p->cox_decay = mtl__arena_alloc(&p->arena, ((size_t)p->n_cox + 1) * sizeof *p->cox_decay);
    p->gate = mtl__arena_alloc(&p->arena, ((size_t)b->n_gates + 1) * sizeof *p->gate);
    if (!p->type || !p->row || !p->cox_decay || !p->gate)
        return MTL_ERR_MEMORY;
    p->n_gates = b->n_gates;
    if (p->n_gates)
        memcpy(p->gate, b->gate, (size_t)p->n_gates * sizeof *p->gate);
    if (p->n_types)
        memcpy(p->type, b->type, (size_t)p->n_types * sizeof *p->type);
    if (p->n_rows)
        memcpy(p->row, b->row, (size_t)p->n_rows * sizeof *p->row);
    if (p->n_cox)
        memcpy(p->cox_decay, b->cox, (size_t)p->n_cox * sizeof *p->cox_decay);
    MTL_TRY(compress(b, L_CHANGE, p->n_types, &p->arena, &p->change, &p->n_change, &s));
    for (int i = 0; i < p->n_types; i++) {
        p->type[i].change0 = s[i];
        p->type[i].change1 = s[i + 1];
    }
    MTL_TRY(compress(b, L_OUTPUT, p->n_types, &p->arena, &p->output, &p->n_output, &s));
    for (int i = 0; i < p->n_types; i++) {
        p->type[i].output0 = s[i];
        p->type[i].output1 = s[i + 1];
    }
    MTL_TRY(compress(b, L_LAND, p->n_rows, &p->arena, &p->land, &p->n_land, &s));
    for (int r = 0; r < p->n_rows; r++) {
        mtl__row *w = &p->row[r];
        w->land0 = s[r];
        w->land1 = s[r + 1];
        w->land_moving = w->land0;
        for (int k = w->land0; k < w->land1; k++) {
            if (p->land[k].factor)
                break;
            w->land_sum += p->land[k].rate;
            w->land_moving = k + 1;
        }
    }
    MTL_TRY(compress(b, L_CROSS, p->n_rows, &p->arena, &p->cross, &p->n_cross, &s));
    for (int r = 0; r < p->n_rows; r++) {
        p->row[r].cross0 = s[r];
        p->row[r].cross1 = s[r + 1];
    }
    return mtl__components_find(p);
}

/* A row from which crossings lead round without loss or landing would hold its cells for ever. */
static int row_without_end(mtl__process *p)
{
    bool *ends = mtl__arena_alloc(&p->arena, ((size_t)p->n_rows + 1) * sizeof *ends);
    bool more = ends != NULL;
    for (int r = 0; ends && r < p->n_rows; r++)
        ends[r] = p->row[r].loss > 0 || p->row[r].land_sum > 0 || mtl__row_varies(&p->row[r]);
    while (more) {
        more = false;
        for (int r = 0; r < p->n_rows; r++)
            for (int k = p->row[r].cross0; !ends[r] && k < p->row[r].cross1; k++)
                if (ends[p->cross[k].target])
                    ends[r] = more = true;
    }
    for (int r = 0; ends && r < p->n_rows; r++)
        if (!ends[r])
            return r;
    return -1;
}

int mtl__builder_finish(mtl__builder *b, const mtl__env *env, mtl__process **out, mtl_error *err)
{
    *out = NULL;
    MTL_TRY(check_parts(b, env ? env->n : 1, err));
    mtl__process *p = calloc(1, sizeof *p);
    if (!p)
        return mtl__nomem(err);
    mtl__arena_init(&p->arena, 0);
    p->env = env;
    if (fill(b, p) < 0) {
        mtl__process_free(p);
        return mtl__nomem(err);
    }
    const int stuck = row_without_end(p);
    if (stuck >= 0) {
        mtl__process_free(p);
        return mtl__fail(err, MTL_ERR_VALUE, b->row_label[stuck],
                         "cells that leave have nowhere to go: no loss and no landing is reached");
    }
    *out = p;
    return 0;
}

void mtl__process_free(mtl__process *p)
{
    if (!p)
        return;
    mtl__arena_free(&p->arena);
    free(p);
}
