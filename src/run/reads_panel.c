/* SPDX-License-Identifier: MIT */
/* Samples read by sequencing: the family's genotypes at the sites of a panel, which of them tell a
   host from the donors, and the reads of one tube. Founders' chromosomes are drawn at the panel's
   frequency; children inherit pieces of them, with crossing-over by Haldane's map function at 1 cM
   per Mb. Sites stand evenly on 22 virtual chromosomes of 130 Mb, a 22nd part of the autosomes:
   they name no place of a real genome. A person's draws are keyed by the name, so that somebody
   more in the family changes nobody's genome. */
#include <math.h>
#include <string.h>

#include "assay/reads.h"
#include "kin/genome.h"
#include "run/run_internal.h"

enum { CHROMOSOMES = 22, MAX_SITES = 100000 };
static const double chromosome_bp = 130e6, morgan_per_bp = 1e-8;

/* ---------------------------------------------------------------- genomes */
static void place_sites(mtl__reads_panel *p)
{
    for (int i = 0; i < p->n_sites; i++) {
        const int c = (int)((int64_t)i * CHROMOSOMES / p->n_sites);
        const int first = (int)(((int64_t)c * p->n_sites + CHROMOSOMES - 1) / CHROMOSOMES);
        const int next = (int)(((int64_t)(c + 1) * p->n_sites + CHROMOSOMES - 1) / CHROMOSOMES);
        p->chromosome[i] = c + 1;
        p->position[i] =
            1 + (int64_t)(chromosome_bp * (i - first + 0.5) / (next > first ? next - first : 1));
    }
}

/* One chromosome set: of a founder drawn, else copied from the parent's two with crossings. */
static void inherit(const mtl__reads_panel *p, const int8_t *parent, mtl__rng *rng, int8_t *to)
{
    int side = 0;
    for (int i = 0; i < p->n_sites; i++) {
        if (!parent) {
            to[i] = mtl__rng_unit(rng) < p->frequency;
            continue;
        }
        double cross = 0.5;
        if (i > 0 && p->chromosome[i] == p->chromosome[i - 1])
            cross = -0.5 * mtl__expm1(-2.0 * morgan_per_bp *
                                      (double)(p->position[i] - p->position[i - 1]));
        side ^= mtl__rng_unit(rng) < cross;
        to[i] = parent[side * p->n_sites + i];
    }
}

typedef struct pedigree {
    int *mother, *father, *genome, *order;
    uint64_t *key;
    int8_t *chromosomes; /* [n_people][2][n_sites] */
} pedigree;

static int pedigree_of(mtl_result *r, int n_sites, pedigree *g, mtl_error *err)
{
    const mtl_scenario *s = r->s;
    const size_t n = (size_t)s->n_people + 1;
    int *ints = mtl__arena_alloc(&r->arena, 4 * n * sizeof *ints);
    g->key = mtl__arena_alloc(&r->arena, n * sizeof *g->key);
    g->chromosomes = mtl__arena_alloc(&r->arena, n * 2 * (size_t)n_sites);
    if (!ints || !g->key || !g->chromosomes)
        return mtl__nomem(err);
    g->mother = ints;
    g->father = ints + n;
    g->genome = ints + 2 * n;
    g->order = ints + 3 * n;
    for (int i = 0; i < s->n_people; i++) {
        g->mother[i] = s->person[i].mother;
        g->father[i] = s->person[i].father;
        g->key[i] = s->person[i].key;
        g->genome[i] = i;
        for (int j = 0; j < i && g->genome[i] == i; j++)
            if (mtl__same_genome(s, j, i))
                g->genome[i] = j;
    }
    const mtl__lineage l = {s->n_people, g->mother, g->father, g->genome, g->key};
    return mtl__lineage_order(&l, g->order, err);
}

static int draw_genomes(mtl_result *r, mtl__reads_panel *p, mtl_error *err)
{
    const size_t sites = (size_t)p->n_sites, people = (size_t)r->s->n_people;
    pedigree g;
    MTL_TRY(pedigree_of(r, p->n_sites, &g, err));
    for (size_t k = 0; k < people; k++) {
        const size_t i = (size_t)g.order[k], same = (size_t)g.genome[i];
        int8_t *own = g.chromosomes + 2 * sites * i;
        if (same != i) {
            memcpy(own, g.chromosomes + 2 * sites * same, 2 * sites);
            continue;
        }
        for (int side = 0; side < 2; side++) {
            const int parent = side ? g.father[i] : g.mother[i];
            mtl__rng rng;
            mtl__rng_stream(&rng, r->opts.seed, g.key[i], (uint64_t)side, mtl__hash("panel"));
            inherit(p, parent >= 0 ? g.chromosomes + 2 * sites * (size_t)parent : NULL, &rng,
                    own + (size_t)side * sites);
        }
    }
    for (size_t j = 0; j < sites; j++)
        for (size_t i = 0; i < people; i++)
            p->genotype[j * people + i] = (int8_t)(g.chromosomes[2 * sites * i + j] +
                                                   g.chromosomes[2 * sites * i + sites + j]);
    return 0;
}

int mtl__family_panel(mtl_result *r, int assay, int *index, mtl_error *err)
{
    const mtl__assay_def *a = &r->m->assay[assay];
    const double n = floor(mtl__expr_value(&a->sites, r->m) + 0.5);
    for (*index = 0; *index < r->n_panels; ++*index)
        if (r->panel[*index].assay == assay)
            return 0;
    if (!(n >= 1 && n <= MAX_SITES))
        return mtl__fail(err, MTL_ERR_VALUE, "panel_sites",
                         "%s has %g sites; a panel has from 1 to %d", a->name, n, MAX_SITES);
    if (!r->panel)
        r->panel = mtl__arena_alloc(&r->arena, (size_t)r->m->n_assays * sizeof *r->panel);
    if (!r->panel)
        return mtl__nomem(err);
    mtl__reads_panel *p = &r->panel[r->n_panels];
    *p = (mtl__reads_panel){
        .assay = assay, .n_sites = (int)n, .frequency = mtl__expr_value(&a->frequency, r->m)};
    p->chromosome = mtl__arena_alloc(&r->arena, (size_t)n * sizeof *p->chromosome);
    p->position = mtl__arena_alloc(&r->arena, (size_t)n * sizeof *p->position);
    p->genotype = mtl__arena_alloc(&r->arena, (size_t)n * ((size_t)r->s->n_people + 1));
    if (!p->chromosome || !p->position || !p->genotype)
        return mtl__nomem(err);
    place_sites(p);
    MTL_TRY(draw_genomes(r, p, err));
    r->n_panels++;
    return 0;
}

/* ---------------------------------------------------------------- what can be told */
/* A site counts where the host has one allele twice and a donor who can be there has the other. The
   signal is the mean over these donors. */
int mtl__family_informative(mtl__plan *p, int k, mtl__reads_seen *seen, mtl_error *err)
{
    mtl_result *r = p->r;
    mtl__assay_result *a = &r->assay[k];
    const mtl__reads_panel *panel = &r->panel[a->panel];
    const mtl__sample *s = &r->s->sample[k];
    int donors = 0;
    a->informative = mtl__arena_alloc(&r->arena, (size_t)panel->n_sites + 1);
    if (!a->informative)
        return mtl__nomem(err);
    *seen = (mtl__reads_seen){0, 0};
    for (int q = p->host_pair0[s->person]; q < p->host_pair0[s->person + 1]; q++) {
        const int d = r->pair[q].donor;
        if (r->pair[q].t_start > s->t || !mtl__sample_sees(p->world, s, d))
            continue;
        donors++;
        for (int i = 0; i < panel->n_sites; i++) {
            const int8_t *g = panel->genotype + (size_t)i * (size_t)r->s->n_people;
            const int lacks = g[s->person] == 0 ? g[d] : g[s->person] == 2 ? 2 - g[d] : 0;
            seen->signal += 0.5 * lacks;
            seen->sites += lacks > 0 && !a->informative[i];
            a->informative[i] = a->informative[i] || lacks > 0;
        }
    }
    seen->signal /= donors > 0 ? donors : 1;
    return 0;
}

/* ---------------------------------------------------------------- reads */
/* The reads of one site, and those of an allele that the host lacks added up. */
static int one_site(mtl__plan *p, int k, const mtl__tube *tube, double share, int i, mtl__rng *rng,
                    int64_t *reads)
{
    mtl__assay_result *a = &p->r->assay[k];
    const mtl__informative *law = &tube->v->reads;
    const mtl__reads run = {.depth = law->depth,
                            .depth_shape = HUGE_VAL,
                            .error = law->error,
                            .overdispersion = law->overdispersion};
    const mtl__reads_at at = {.share = &share};
    const int host =
        p->r->panel[a->panel]
            .genotype[(size_t)i * (size_t)p->r->s->n_people + (size_t)p->r->s->sample[k].person];
    int32_t ref, alt;
    MTL_TRY(mtl__reads_simulate(&run, 1, &at, rng, &ref, &alt, NULL, NULL));
    if (a->informative[i])
        *reads += host == 2 ? ref : alt;
    if (tube->shown) {
        a->shown_ref[i] = ref;
        a->shown_alt[i] = alt;
    }
    return 0;
}

int mtl__family_reads(mtl__plan *p, int k, const mtl__tube *tube, mtl__rng *rng, int64_t *reads)
{
    const mtl_result *r = p->r;
    const mtl__sample *s = &r->s->sample[k];
    const mtl__reads_panel *panel = &r->panel[r->assay[k].panel];
    const mtl__composition *c = tube->seen;
    for (int d = 0; d < c->n_donors; d++)
        tube->in_tube[d] = mtl__informative_tube(&tube->v->reads, c->fraction[d], rng);
    *reads = 0;
    for (int i = 0; i < panel->n_sites; i++) {
        const int8_t *g = panel->genotype + (size_t)i * (size_t)r->s->n_people;
        double share = 0.5 * g[s->person];
        for (int d = 0; d < c->n_donors; d++)
            share += tube->in_tube[d] * 0.5 * (g[tube->donor[d]] - g[s->person]);
        share = mtl__min(mtl__max(share, 0.0), 1.0);
        MTL_TRY(one_site(p, k, tube, share, i, rng, reads));
    }
    return 0;
}
