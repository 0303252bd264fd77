/* SPDX-License-Identifier: MIT */
/* All genomes of a family, given what is known of them: markers one by one by their exact law, HLA
   by going through all ways to inherit it, sexes that nobody knows by even chance. A marker whose
   known genotypes cannot be inherited, or that would have to be drawn without a frequency, is left
   out and counted. */
#include <math.h>
#include <string.h>

#include "io/markers.h"

static const uint64_t stream_marker = 0x6d61726b65720000, stream_sex = 0x7365780000000000;

/* Chromosomes of which somebody has one too many or a piece too few: the law of two copies fails
 * there. */
static bool odd_chromosome(const mtl_markers *r, const mtl__marker *m)
{
    for (int i = 0; i < r->s->n_people; i++) {
        const enum mtl__karyotype k = r->s->person[i].karyotype;
        if ((k == MTL__TRISOMY21 && strcmp(m->chromosome, "21") == 0) ||
            (k == MTL__TRISOMY18 && strcmp(m->chromosome, "18") == 0) ||
            (k == MTL__TRISOMY13 && strcmp(m->chromosome, "13") == 0) ||
            (k == MTL__DELETION_22Q11 && strcmp(m->chromosome, "22") == 0))
            return true;
    }
    return false;
}

static bool known(uint8_t set)
{
    return set == 1 || set == 2 || set == 4;
}

static bool all_known(const mtl_markers *r, int m)
{
    const uint8_t *set = r->g.allowed + (size_t)m * (size_t)r->g.n_people;
    for (int i = 0; i < r->g.n_people; i++)
        if (!known(set[r->lineage.genome[i]]) && !known(set[i]))
            return false;
    return true;
}

/* Which markers take part, before anything is drawn; also whether anything has to be. */
static int choose_markers(mtl_markers *r, mtl__gt_plan *plan, mtl_error *err)
{
    r->used = mtl__arena_alloc(&r->arena, (size_t)r->g.n_markers + 1);
    if (!r->used)
        return mtl__nomem(err);
    for (int m = 0; m < r->g.n_markers; m++) {
        const mtl__marker *k = &r->g.marker[m];
        const bool certain = all_known(r, m);
        if (odd_chromosome(r, k)) {
            r->odd_chromosome++;
        } else if (!certain && isnan(k->frequency)) {
            r->no_frequency++;
        } else if (mtl__gt_condition(plan, r->g.allowed + (size_t)m * (size_t)r->g.n_people,
                                     isnan(k->frequency) ? 0.5 : k->frequency, NULL, NULL) < 0) {
            if (r->not_inherited++ == 0)
                r->first_not_inherited = k->name;
        } else {
            r->used[m] = true;
            r->n_used++;
            r->certain = r->certain && certain;
        }
    }
    return MTL_OK;
}

static bool fully_typed(const mtl__hla_typing *y)
{
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        if (!y->typed || y->allele[l][0] < 0)
            return false;
    return true;
}

static void settle_certainty(mtl_markers *r)
{
    for (int i = 0; i < r->s->n_people; i++) {
        if (r->s->person[i].sex == MTL__SEX_UNKNOWN)
            r->certain = false;
        if (r->have_table && !fully_typed(&r->typing[i]) &&
            !fully_typed(&r->typing[r->lineage.genome[i]]))
            r->certain = false;
    }
}

/* A stream per marker and draw, so that a panel may grow without changing what is drawn at others.
 */
static void draw_markers(mtl_markers *r, mtl__gt_plan *plan)
{
    const size_t n = (size_t)r->g.n_people, size = (size_t)r->g.n_markers * n;
    for (int m = 0; m < r->g.n_markers; m++) {
        const mtl__marker *k = &r->g.marker[m];
        const uint64_t key = mtl__hash(k->name);
        if (!r->used[m])
            continue;
        (void)mtl__gt_condition(plan, r->g.allowed + (size_t)m * n,
                                isnan(k->frequency) ? 0.5 : k->frequency, NULL, NULL);
        for (int d = 0; d < r->draws; d++) {
            mtl__rng rng;
            mtl__rng_stream(&rng, r->o.seed, key, (uint64_t)d, stream_marker);
            mtl__gt_draw(plan, &rng, r->genotype + (size_t)d * size + (size_t)m * n);
        }
    }
}

static void draw_sexes(mtl_markers *r)
{
    const int n = r->s->n_people;
    for (int d = 0; d < r->draws; d++)
        for (int i = 0; i < n; i++) {
            const int g = r->lineage.genome[i];
            mtl__person p = r->s->person[i];
            if (p.sex == MTL__SEX_UNKNOWN)
                p.sex = r->s->person[g].sex;
            if (p.sex == MTL__SEX_UNKNOWN) {
                mtl__rng rng;
                mtl__rng_stream(&rng, r->o.seed, r->lineage.key[g], (uint64_t)d, stream_sex);
                p.sex = mtl__rng_unit(&rng) < 0.5 ? MTL__MALE : MTL__FEMALE;
            }
            r->y[(size_t)d * (size_t)n + (size_t)i] = mtl__has_y(&p);
        }
}

/* Without a table nothing can be drawn: the typed are as they were typed, of the rest nothing is
 * known. */
static void typed_only(mtl_markers *r)
{
    for (int d = 0; d < r->draws; d++)
        for (int i = 0; i < r->s->n_people; i++) {
            const mtl__hla_typing *y = &r->typing[i];
            mtl__hla_genotype *out = &r->haplotypes[d * r->s->n_people + i];
            if (!y->typed)
                y = &r->typing[r->lineage.genome[i]];
            for (int l = 0; l < MTL__HLA_LOCI; l++)
                for (int side = 0; side < 2; side++)
                    out->of[side].allele[l] =
                        y->typed ? y->allele[l][side] : (int16_t)MTL__HLA_UNTYPED;
        }
}

static int draw_hla(mtl_markers *r, mtl_error *err)
{
    if (!r->have_table && r->n_typed_hla == 0)
        return MTL_OK;
    r->haplotypes = mtl__arena_alloc(&r->arena, ((size_t)r->draws * (size_t)r->s->n_people + 1) *
                                                    sizeof *r->haplotypes);
    if (!r->haplotypes)
        return mtl__nomem(err);
    if (!r->have_table) {
        typed_only(r);
        return MTL_OK;
    }
    const int ret = mtl__hla_draw_family(&r->hla, &r->lineage, r->typing, r->o.seed, 0, r->draws,
                                         r->haplotypes, err);
    if (ret < 0 && r->typing_file)
        mtl__fail_place(err, ret, r->typing_file, 0, 0);
    return ret;
}

int mtl__markers_draw(mtl_markers *r, mtl_error *err)
{
    mtl__gt_plan *plan;
    r->certain = true;
    MTL_TRY(mtl__gt_plan_new(&plan, &r->lineage, err));
    int ret = choose_markers(r, plan, err);
    settle_certainty(r);
    r->draws = r->certain ? 1 : r->o.draws;
    const size_t n = (size_t)r->g.n_people,
                 size = (size_t)r->draws * (size_t)r->g.n_markers * n + 1;
    if (ret == MTL_OK && size > (size_t)1 << 30)
        ret = mtl__fail(err, MTL_ERR_LIMIT, "draws",
                        "%d draws of %d markers of %d people are more than is held in memory; ask "
                        "for fewer draws",
                        r->draws, r->g.n_markers, r->g.n_people);
    if (ret == MTL_OK) {
        r->genotype = mtl__arena_alloc(&r->arena, size);
        r->y = mtl__arena_alloc(&r->arena, (size_t)r->draws * n + 1);
        if (!r->genotype || !r->y)
            ret = mtl__nomem(err);
    }
    if (ret == MTL_OK) {
        draw_markers(r, plan);
        draw_sexes(r);
        ret = draw_hla(r, err);
    }
    mtl__gt_plan_free(plan);
    return ret;
}
