/* SPDX-License-Identifier: MIT */
/* Tallies: what a host wants counted. A tally of the model is asked for donor by donor, and once
   for each way in which its lines weigh a donor: whole, by the share of the donor's HLA haplotypes
   that the host lacks, or by the share that it has too. The shares differ from life to life, so
   cells are counted whole and weighed when they are read. */
#include <math.h>

#include "host/host_internal.h"

static bool concerns(enum mtl__tally_donors donors, int relation)
{
    const bool self = (relation & MTL__REL_SELF) != 0;
    switch (donors) {
    case MTL__TALLY_SELF:
        return self;
    case MTL__TALLY_CHILDREN:
        return (relation & MTL__REL_CHILD) != 0;
    case MTL__TALLY_MOTHER:
        return (relation & MTL__REL_MOTHER) != 0;
    case MTL__TALLY_MALE:
        return !self && (relation & MTL__REL_MALE) != 0;
    case MTL__TALLY_FOREIGN:
    case MTL__TALLY_MISMATCHED:
    case MTL__TALLY_SHARED:
        break;
    }
    return !self;
}

static int share_of(enum mtl__tally_donors donors)
{
    return donors == MTL__TALLY_MISMATCHED || donors == MTL__TALLY_SHARED ? (int)donors
                                                                          : MTL__TALLY_FOREIGN;
}

/* Weights of the model's tally for a donor, of the lines that weigh it in one way; any above 0? */
static bool weigh(const mtl_model *m, int tally, int relation, int share, double *weight)
{
    const mtl__cell_tally *t = &m->tally[tally];
    bool any = false;
    for (int i = 0; i < t->n_parts; i++) {
        const mtl__tally_part *part = &t->part[i];
        if (!concerns(part->donors, relation) || share_of(part->donors) != share ||
            !mtl__when_holds(&part->when, m))
            continue;
        const double w = mtl__expr_value(&part->weight, m);
        if (!(w > 0.0))
            continue;
        for (int k = 0; k < m->n_kinds; k++)
            if (part->kind[k]) {
                weight[k] += w;
                any = true;
            }
    }
    return any;
}

static int add_tally(mtl__host_plan *p, mtl__host_tally tally, mtl__host_counted counted,
                     mtl_error *err)
{
    const size_t need = (size_t)p->n_tallies + 1;
    if (mtl__grow(&p->tally, &p->cap_tallies, need, sizeof *p->tally) < 0 ||
        mtl__grow(&p->counted, &p->cap_counted, need, sizeof *p->counted) < 0)
        return mtl__nomem(err);
    p->tally[p->n_tallies] = tally;
    p->counted[p->n_tallies++] = counted;
    return MTL_OK;
}

/* Of one donor: 0, or up to three ways of counting it. */
static int count_donor(mtl__host_plan *p, int donor, int tally, int organ, double scale,
                       mtl_error *err)
{
    const mtl_model *m = p->s->m;
    const int relation = p->s->donor_relation[donor];
    static const int ways[] = {MTL__TALLY_FOREIGN, MTL__TALLY_MISMATCHED, MTL__TALLY_SHARED};
    for (int way = 0; way < (tally >= 0 ? 3 : 1); way++) {
        mtl__host_counted c = {.share = ways[way], .scale = scale, .organ = organ};
        double *weight = mtl__arena_alloc(&p->arena, ((size_t)m->n_kinds + 1) * sizeof *weight);
        if (weight == NULL)
            return mtl__nomem(err);
        bool any = false;
        if (tally >= 0) {
            any = weigh(m, tally, relation, ways[way], weight);
        } else if (tally == -1) { /* antigen: whatever is a cell, of anybody else */
            any = (relation & MTL__REL_SELF) == 0;
            for (int k = 0; k < m->n_kinds; k++)
                weight[k] = m->kind[k].class_ == MTL__CFDNA ? 0.0 : 1.0;
        } else { /* a clone */
            const mtl__outcome_def *d = &m->outcome[-2 - tally];
            any = (relation & MTL__REL_SELF) != 0;
            weight[d->kind] = 1.0;
            c.organ = d->organ;
        }
        c.weight = weight;
        if (any)
            MTL_TRY(add_tally(
                p, (mtl__host_tally){.donor = donor, .tally = tally, .organ = c.organ}, c, err));
    }
    return MTL_OK;
}

static int per_million(const mtl__host_plan *p, int tally, int organ, double *scale, mtl_error *err)
{
    const mtl_model *m = p->s->m;
    *scale = 1.0;
    if (tally < 0 || !m->tally[tally].per_1e6)
        return MTL_OK;
    const int in = organ >= 0 ? organ : m->blood;
    const double cells = p->s->organ_cells != NULL ? p->s->organ_cells[in] : m->organ[in].cells;
    if (!(cells > 0.0))
        return mtl__fail_at(
            err, MTL_ERR_VALUE, "tallies.tsv", m->tally[tally].line, 0, m->tally[tally].name,
            "counted per million cells of '%s', whose cells are not known", m->organ[in].name);
    *scale = 1e6 / cells;
    return MTL_OK;
}

int mtl__host_reader(mtl__host_plan *p, int tally, int organ, int *out, mtl_error *err)
{
    for (int i = 0; i < p->n_readers; i++)
        if (p->reader[i].tally == tally && p->reader[i].organ == organ) {
            *out = p->reader[i].n > 0 ? i : -1;
            return MTL_OK;
        }
    double scale;
    MTL_TRY(per_million(p, tally, organ, &scale, err));
    mtl__host_reader_sum r = {.tally = tally, .organ = organ, .first = p->n_tallies};
    if (mtl__grow(&p->reader, &p->cap_readers, (size_t)p->n_readers + 1, sizeof *p->reader) < 0)
        return mtl__nomem(err);
    for (int d = 0; d < p->s->n_donors; d++)
        MTL_TRY(count_donor(p, d, tally, organ, scale, err));
    r.n = p->n_tallies - r.first;
    *out = r.n > 0 ? p->n_readers : -1;
    p->reader[p->n_readers++] = r;
    return MTL_OK;
}

int mtl__host_n_tallies(const mtl__host_plan *p)
{
    return p->n_tallies;
}

const mtl__host_tally *mtl__host_tally_at(const mtl__host_plan *p, int i)
{
    return &p->tally[i];
}

double mtl__host_weight(const mtl__host_plan *p, int i, int kind, int organ)
{
    const mtl__host_counted *c = &p->counted[i];
    return c->organ >= 0 && c->organ != organ ? 0.0 : c->weight[kind];
}
