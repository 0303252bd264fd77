/* SPDX-License-Identifier: MIT */
/* A sample read by counting: cells of FISH by section; reads by site, with the genotypes of the
   family at these sites as VCF. The sites stand on virtual chromosomes of evenly spaced markers. */
#include "io/readings.h"

#include <inttypes.h>
#include <stdio.h>

#include "io/markers_read.h"

int mtl__readings_fish(const mtl__reading_out *o, mtl_error *err)
{
    const mtl__fish *a = &o->a->v.fish;
    mtl__str *b = mtl__readings_file(o->to, o->stem, ".tsv");
    if (!b)
        return mtl__nomem(err);
    mtl__str_add(b, "section\tcells\tpositive\n");
    for (int i = 0; i < a->sections; i++)
        mtl__str_printf(b, "%d\t%" PRId64 "\t%" PRId64 "\n", i + 1,
                        mtl__units_in(a->cells, a->sections, i), o->a->shown_part[i]);
    return b->oom ? mtl__nomem(err) : MTL_OK;
}

int mtl__readings_reads(const mtl__reading_out *o, mtl_error *err)
{
    const mtl__reads_panel *p = &o->r->panel[o->a->panel];
    mtl__str *b = mtl__readings_file(o->to, o->stem, ".counts.tsv");
    if (!b)
        return mtl__nomem(err);
    mtl__str_printf(b, "chromosome\tposition\tref\talt\t%s.ref\t%s.alt\n", o->stem, o->stem);
    for (int i = 0; i < p->n_sites; i++)
        mtl__str_printf(b, "chr%d\t%" PRId64 "\tA\tG\t%" PRId32 "\t%" PRId32 "\n", p->chromosome[i],
                        p->position[i], o->a->shown_ref[i], o->a->shown_alt[i]);
    return b->oom ? mtl__nomem(err) : MTL_OK;
}

static int fill(mtl__genotypes *g, const mtl_result *r, const mtl__reads_panel *p, mtl_error *err)
{
    const size_t people = (size_t)r->s->n_people;
    for (int i = 0; i < p->n_sites; i++) {
        char name[32], chromosome[16];
        int index;
        snprintf(name, sizeof name, "virtual%d", i + 1);
        snprintf(chromosome, sizeof chromosome, "%d", p->chromosome[i]);
        const mtl__marker m = {.name = name,
                               .chromosome = chromosome,
                               .ref = "A",
                               .alt = "G",
                               .position = p->position[i],
                               .frequency = p->frequency};
        MTL_TRY(mtl__genotypes_add(g, &m, &index, err));
        for (size_t k = 0; k < people; k++)
            g->allowed[(size_t)index * people + k] =
                (uint8_t)(1u << p->genotype[(size_t)i * people + k]);
    }
    return MTL_OK;
}

int mtl__readings_genotypes(mtl__readings *x, const mtl_result *r, const mtl__reads_panel *p,
                            mtl_error *err)
{
    mtl__genotypes g;
    mtl__str *b = mtl__readings_file(x, r->m->assay[p->assay].name, ".vcf");
    if (!b)
        return mtl__nomem(err);
    MTL_TRY(mtl__genotypes_init(&g, r->s, err));
    const int ret = fill(&g, r, p, err);
    if (ret == MTL_OK)
        mtl__vcf_print(b, r->s, &g, NULL, NULL);
    mtl__genotypes_free(&g);
    return ret < 0 || !b->oom ? ret : mtl__nomem(err);
}
