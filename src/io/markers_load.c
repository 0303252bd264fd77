/* SPDX-License-Identifier: MIT */
/* What `matriline markers` works on: panel, genotypes, HLA frequencies and typings from their
   files, who shares a genome, and the assays. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/markers.h"
#include "io/tsv.h"

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

/* The file named, else one of the model's folder if it is there, else NULL. */
static int default_file(mtl_markers *r, const char *named, const char *leaf, const char **out,
                        mtl_error *err)
{
    mtl__str path = {0};
    *out = named;
    if (named || !r->model_dir)
        return MTL_OK;
    mtl__str_printf(&path, "%s/%s", r->model_dir, leaf);
    if (!path.oom && access(path.s, R_OK) == 0)
        *out = mtl__arena_strdup(&r->arena, path.s);
    const bool oom = path.oom || (!*out && access(path.s, R_OK) == 0);
    mtl__str_free(&path);
    return oom ? mtl__nomem(err) : MTL_OK;
}

static int slurp(mtl_markers *r, const char *path, char **text, size_t *length, mtl_error *err)
{
    return mtl__file_read(&r->arena, path, MTL__FAM_MAX_BYTES, text, length, err);
}

static int load_panel(mtl_markers *r, mtl__genotypes *to, mtl_error *err)
{
    char *text;
    size_t length;
    if (!r->panel_file)
        return MTL_OK;
    MTL_TRY(slurp(r, r->panel_file, &text, &length, err));
    return mtl__marker_table_parse(to, r->panel_file, text, length, err);
}

static int load_ped(mtl_markers *r, mtl_error *err)
{
    char *text, *map;
    size_t length, map_length;
    const size_t stem = strlen(r->o.genotypes) - 4;
    char *map_file = mtl__arena_alloc(&r->arena, stem + sizeof ".map");
    if (!map_file)
        return mtl__nomem(err);
    snprintf(map_file, stem + sizeof ".map", "%.*s.map", (int)stem, r->o.genotypes);
    MTL_TRY(slurp(r, r->o.genotypes, &text, &length, err));
    MTL_TRY(slurp(r, map_file, &map, &map_length, err));
    return mtl__ped_parse(&r->g, r->s, r->o.genotypes, text, length, map_file, map, map_length,
                          err);
}

static int load_genotypes(mtl_markers *r, mtl_error *err)
{
    const char *file = r->o.genotypes;
    MTL_TRY(mtl__genotypes_init(&r->g, r->s, err));
    MTL_TRY(mtl__genotypes_init(&r->frequencies, r->s, err));
    if (!file || ends_with(file, ".tsv")) {
        char *text;
        size_t length;
        MTL_TRY(load_panel(r, &r->g, err));
        if (!file)
            return MTL_OK;
        MTL_TRY(slurp(r, file, &text, &length, err));
        return mtl__genotype_table_parse(&r->g, r->s, file, text, length, err);
    }
    if (ends_with(file, ".ped"))
        MTL_TRY(load_ped(r, err));
    else
        MTL_TRY(mtl__vcf_read(&r->g, r->s, file, err));
    MTL_TRY(load_panel(r, &r->frequencies, err));
    mtl__markers_take_frequencies(&r->g, &r->frequencies);
    return MTL_OK;
}

static int load_hla(mtl_markers *r, const mtl_model *m, mtl_error *err)
{
    mtl__hla_table_init(&r->hla);
    r->typing = mtl__arena_alloc(&r->arena, ((size_t)r->s->n_people + 1) * sizeof *r->typing);
    if (!r->typing)
        return mtl__nomem(err);
    MTL_TRY(
        mtl__hla_read(&r->hla, r->typing, r->s, m, r->hla_file, r->typing_file, &r->arena, err));
    r->have_table = r->hla_file != NULL;
    for (int i = 0; i < r->s->n_people; i++)
        r->n_typed_hla += r->typing[i].typed;
    return MTL_OK;
}

/* ---------------------------------------------------------------- who shares a genome */
static bool twins_of_unknown_zygosity(const mtl_scenario *s, int a, int b)
{
    const mtl__person *p = &s->person[a], *q = &s->person[b];
    return p->pregnancy >= 0 && p->pregnancy == q->pregnancy &&
           s->pregnancy[p->pregnancy].zygosity == MTL__ZYGOSITY_UNKNOWN && p->sex == q->sex;
}

static int load_lineage(mtl_markers *r, mtl__str *remarks, mtl_error *err)
{
    const mtl_scenario *s = r->s;
    const size_t n = (size_t)s->n_people + 1;
    int *mother = mtl__arena_alloc(&r->arena, n * sizeof *mother);
    int *father = mtl__arena_alloc(&r->arena, n * sizeof *father);
    int *genome = mtl__arena_alloc(&r->arena, n * sizeof *genome);
    uint64_t *key = mtl__arena_alloc(&r->arena, n * sizeof *key);
    r->karyotype = mtl__arena_alloc(&r->arena, n);
    if (!mother || !father || !genome || !key || !r->karyotype)
        return mtl__nomem(err);
    for (int i = 0; i < s->n_people; i++) {
        mother[i] = s->person[i].mother;
        father[i] = s->person[i].father;
        key[i] = s->person[i].key;
        genome[i] = i;
        r->karyotype[i] = (int8_t)s->person[i].karyotype;
        for (int j = 0; j < i && genome[i] == i; j++) {
            if (mtl__same_genome(s, j, i)) {
                genome[i] = genome[j];
                if (s->pregnancy[s->person[i].pregnancy].zygosity == MTL__ZYGOSITY_UNKNOWN)
                    mtl__str_printf(remarks,
                                    "%s and %s, twins of one chorion, are taken for monozygotic\n",
                                    s->person[j].name, s->person[i].name);
            } else if (twins_of_unknown_zygosity(s, j, i)) {
                mtl__str_printf(remarks, "%s and %s, twins, are taken for dizygotic\n",
                                s->person[j].name, s->person[i].name);
            }
        }
    }
    r->lineage = (mtl__lineage){s->n_people, mother, father, genome, key};
    return MTL_OK;
}

/* ---------------------------------------------------------------- assays */
static int find_assay(const mtl_model *m, const char *name, enum mtl__assay_target target)
{
    int any = -1;
    for (int i = 0; i < m->n_assays; i++) {
        if (strcmp(m->assay[i].name, name) == 0)
            return i;
        if (any < 0 && m->assay[i].target == target && !m->assay[i].subset[0])
            any = i;
    }
    return any;
}

static int set_law(mtl_markers *r, const mtl_model *m, enum mtl__probe_kind kind, const char *name,
                   enum mtl__assay_target target, mtl_error *err)
{
    const int i = find_assay(m, name, target);
    if (i < 0)
        return MTL_OK;
    const mtl__assay_def *a = &m->assay[i];
    const double wells = mtl__expr_value(&a->wells, m), sample = mtl__expr_value(&a->genomes, m);
    const double alarm = mtl__expr_value(&a->false_positive, m);
    mtl__assay_law *law = &r->law[kind];
    law->name = a->name;
    law->qpcr = (mtl__qpcr){
        .wells = r->o.wells ? r->o.wells : (int)(wells + 0.5),
        .fragments = mtl__expr_value(&a->fragments, m),
        .copies = mtl__expr_value(&a->copies, m),
        .recovery = mtl__expr_value(&a->recovery, m),
        .false_per_well = -log1p(-mtl__min(alarm, 1 - 1e-12)) / wells,
        .threshold = (int)(mtl__expr_value(&a->threshold, m) + 0.5),
        .efficiency = mtl__expr_value(&a->efficiency, m),
        .ct_one = mtl__expr_value(&a->ct_one, m),
        .ct_sd = mtl__expr_value(&a->ct_sd, m),
    };
    law->qpcr.genomes =
        law->qpcr.wells * (r->o.genomes_per_well > 0 ? r->o.genomes_per_well : sample / wells);
    return mtl__qpcr_check(&law->qpcr, err);
}

static int load_laws(mtl_markers *r, const mtl_model *m, mtl_error *err)
{
    MTL_TRY(set_law(r, m, MTL__PROBE_Y, "dys14-qpcr", MTL__TARGET_Y, err));
    MTL_TRY(set_law(r, m, MTL__PROBE_HLA, "hla-qpcr", MTL__TARGET_HLA, err));
    return set_law(r, m, MTL__PROBE_MARKER, "indel-qpcr", MTL__TARGET_HLA, err);
}

/* After a stem cell graft the blood is the giver's: an allele that the body lacks may be one that
   its blood has. */
static void graft_remarks(const mtl_scenario *s, mtl__str *remarks)
{
    for (int i = 0; i < s->n_contacts; i++) {
        const mtl__contact *c = &s->contact[i];
        char date[16];
        if (c->kind == MTL__STEM_CELL_GRAFT)
            mtl__str_printf(
                remarks,
                "from %s on the blood of %s is that of %s: there, look for alleles that "
                "%s lacks too\n",
                mtl__date_text(c->t0, date), s->person[c->taker].name, s->person[c->giver].name,
                s->person[c->giver].name);
    }
}

int mtl__markers_load(mtl_markers *r, mtl_model *m, mtl_error *err)
{
    mtl__str remarks = {0};
    const char *dir = mtl_model_dir(m);
    r->model_dir = dir ? mtl__arena_strdup(&r->arena, dir) : NULL;
    if (dir && !r->model_dir)
        return mtl__nomem(err);
    MTL_TRY(default_file(r, r->o.panel, "markers.tsv", &r->panel_file, err));
    MTL_TRY(default_file(r, r->o.hla, "hla.tsv", &r->hla_file, err));
    r->typing_file = r->o.typing;
    MTL_TRY(load_genotypes(r, err));
    MTL_TRY(load_hla(r, m, err));
    for (int i = 0; i < r->s->n_people; i++)
        r->n_typed_markers += r->g.typed[i];
    int ret = load_lineage(r, &remarks, err);
    graft_remarks(r->s, &remarks);
    if (ret == MTL_OK)
        ret = load_laws(r, m, err);
    r->remarks = mtl__arena_strdup(&r->arena, remarks.s ? remarks.s : "");
    const bool oom = remarks.oom || !r->remarks;
    mtl__str_free(&remarks);
    return ret < 0 ? ret : oom ? mtl__nomem(err) : MTL_OK;
}
