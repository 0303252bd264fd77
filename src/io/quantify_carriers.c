/* SPDX-License-Identifier: MIT */
/* What a target sees when no table says so: reference genes and assays of the model by their names,
   HLA alleles and two-allele markers by the typings of the family. Who was not typed has the exact
   law of the pedigree: an allele is taken as one allele of a two-allele marker, and P(0, 1, 2) are
   ratios of the likelihoods of mtl__gt_condition (peeling; Elston and Stewart 1971). Only people
   whose cells can have come into a host of the plate are asked for. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/markers.h"
#include "io/quantify_parts.h"
#include "num/num.h"

/* ---------------------------------------------------------------- the family */
int mtl__quantify_known(mtl_quantify *q, mtl_error *err)
{
    if (!q->s) {
        if (q->o.typing || q->o.genotypes)
            return mtl__fail(err, MTL_ERR_USAGE, q->o.typing ? "typing" : "genotypes",
                             "typings are of people: a family is needed as well");
        return MTL_OK;
    }
    mtl_markers *r = calloc(1, sizeof *r);
    if (!r)
        return mtl__nomem(err);
    mtl__arena_init(&r->arena, 0);
    q->known = r; /* freed with q */
    r->s = q->s;
    r->draws = 1;
    mtl_markers_opts_init(&r->o);
    r->o.genotypes = q->o.genotypes;
    r->o.panel = q->o.panel;
    r->o.hla = q->o.hla;
    r->o.typing = q->o.typing;
    MTL_TRY(mtl__markers_load(r, q->m, err));
    return mtl__markers_hosts(r, err);
}

/* May cells of `who` be in a sample of this plate? */
static bool can_be_there(const mtl_quantify *q, const mtl__plate *p, int who)
{
    bool any_host = false;
    for (int i = 0; i < p->n_samples; i++) {
        const int host = p->sample[i].host;
        if (host < 0)
            continue;
        any_host = true;
        for (int h = 0; h < q->known->n_hosts; h++)
            for (int k = 0; q->known->host[h].person == host && k < q->known->host[h].n_pairs; k++)
                if (q->known->host[h].pair[k].donor == who)
                    return true;
        if (host == who)
            return true; /* what the host has is no sign of anybody else */
    }
    return !any_host;
}

static int add_carrier(mtl_quantify *q, mtl__target *to, int who, const double chance[3],
                       mtl_error *err)
{
    if (chance[0] >= 1)
        return MTL_OK;
    if (!to->carrier) {
        to->carrier = mtl__arena_alloc(&q->arena, ((size_t)q->people.n + 1) * sizeof *to->carrier);
        if (!to->carrier)
            return mtl__nomem(err);
    }
    mtl__carrier *c = &to->carrier[to->n_carriers++];
    c->person = who;
    memcpy(c->chance, chance, sizeof c->chance);
    return MTL_OK;
}

static int y_carriers(mtl_quantify *q, const mtl__plate *p, mtl__target *to, mtl_error *err)
{
    for (int i = 0; i < q->s->n_people; i++) {
        const bool unknown = q->s->person[i].sex == MTL__SEX_UNKNOWN;
        const bool male = mtl__has_y(&q->s->person[i]);
        const double chance[3] = {unknown ? 0.5 : !male, unknown ? 0.5 : male, 0};
        if (can_be_there(q, p, i))
            MTL_TRY(add_carrier(q, to, i, chance, err));
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- the law of a genotype */
static int law_of(mtl__gt_plan *plan, uint8_t *allowed, int who, double frequency, double chance[3],
                  mtl_error *err)
{
    const uint8_t all = allowed[who];
    double l[3], most = -HUGE_VAL, sum = 0;
    for (int g = 0; g < 3; g++) {
        l[g] = -HUGE_VAL;
        allowed[who] = (uint8_t)(all & (1 << g));
        if (!allowed[who])
            continue;
        const int ret = mtl__gt_condition(plan, allowed, frequency, &l[g], NULL);
        if (ret == MTL_ERR_VALUE)
            l[g] = -HUGE_VAL;
        else if (ret < 0)
            return mtl__fail_plain(err, ret);
        most = mtl__max(most, l[g]);
    }
    allowed[who] = all;
    for (int g = 0; g < 3; g++) {
        chance[g] = isfinite(l[g]) ? mtl__exp(l[g] - most) : 0;
        sum += chance[g];
    }
    if (!(sum > 0))
        return mtl__fail(err, MTL_ERR_VALUE, "typing",
                         "the typings cannot be inherited so: see `matriline markers`");
    for (int g = 0; g < 3; g++)
        chance[g] /= sum;
    return MTL_OK;
}

/* RARE: without a frequency an allele is taken to be rare: who was not typed has it from a typed
   relative or not at all. The remark says so. */
static const double RARE = 1e-9;

static int pedigree_carriers(mtl_quantify *q, const mtl__plate *p, mtl__target *to,
                             uint8_t *allowed, double frequency, mtl_error *err)
{
    mtl__gt_plan *plan;
    const char *guessed = NULL;
    double chance[3] = {1, 0, 0};
    MTL_TRY(mtl__gt_plan_new(&plan, &q->known->lineage, err));
    const bool known = frequency > 0 && frequency < 1;
    int ret = MTL_OK;
    for (int i = 0; i < q->s->n_people && ret == MTL_OK; i++) {
        if (!can_be_there(q, p, i))
            continue;
        if (allowed[i] == MTL__GT_ANY && !guessed)
            guessed = q->s->person[i].name;
        ret = law_of(plan, allowed, i, known ? frequency : RARE, chance, err);
        if (ret == MTL_OK)
            ret = add_carrier(q, to, i, chance, err);
    }
    mtl__gt_plan_free(plan);
    if (ret == MTL_OK && guessed && !known)
        mtl__str_printf(&q->remarks,
                        "%s: its frequency is not known; people nobody typed (%s) are taken to "
                        "have it from typed relatives or not at all\n",
                        to->name, guessed);
    return ret;
}

/* ---------------------------------------------------------------- HLA */
/* Is allele `name` ("15:01") one of "15:01", "15" or, of "15/16", either? Fields of the shorter. */
static bool hla_matches(const char *wanted, const char *name)
{
    while (*wanted) {
        const size_t n = strcspn(wanted, "/");
        size_t k = 0;
        while (k < n && name[k] == wanted[k])
            k++;
        if ((k == n && (name[k] == ':' || !name[k])) || (k > 0 && !name[k] && wanted[k] == ':'))
            return true;
        wanted += n + (wanted[n] == '/');
    }
    return false;
}

/* "HLA-DRB1*15:01" -> locus and "15:01"; -1 if it is no allele of a locus that is typed. */
static int hla_target(const char *name, const char **allele)
{
    if (strncmp(name, "HLA-", 4) == 0)
        name += 4;
    const char *star = strchr(name, '*');
    if (!star || star[1] < '0' || star[1] > '9')
        return -1;
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        if (strlen(mtl__hla_locus[l]) == (size_t)(star - name) &&
            strncmp(name, mtl__hla_locus[l], (size_t)(star - name)) == 0) {
            *allele = star + 1;
            return l;
        }
    return -1;
}

static int hla_carriers(mtl_quantify *q, const mtl__plate *p, mtl__target *to, int locus,
                        const char *wanted, mtl_error *err)
{
    const mtl_markers *r = q->known;
    double frequency = 0;
    uint8_t *allowed = mtl__arena_alloc(&q->arena, (size_t)q->s->n_people + 1);
    if (!allowed)
        return mtl__nomem(err);
    for (int a = 1; r->have_table && a <= r->hla.n_alleles[locus]; a++)
        if (hla_matches(wanted, r->hla.name[locus][a]))
            frequency += r->hla.marginal[locus][a];
    for (int i = 0; i < q->s->n_people; i++) {
        const int16_t *typed = r->typing[i].allele[locus];
        allowed[i] = MTL__GT_ANY;
        if (!r->typing[i].typed || typed[0] == MTL__HLA_UNTYPED)
            continue;
        int copies = 0;
        for (int k = 0; k < 2; k++)
            copies += typed[k] > 0 && hla_matches(wanted, r->hla.name[locus][typed[k]]);
        allowed[i] = (uint8_t)(1 << copies);
    }
    return pedigree_carriers(q, p, to, allowed, frequency, err);
}

/* ---------------------------------------------------------------- markers: "rs123:G" */
static int marker_target(const mtl_quantify *q, const char *name, int *allele)
{
    const char *colon = strrchr(name, ':');
    for (int m = 0; colon && m < q->known->g.n_markers; m++) {
        const mtl__marker *k = &q->known->g.marker[m];
        if (strlen(k->name) != (size_t)(colon - name) ||
            strncmp(k->name, name, (size_t)(colon - name)) != 0)
            continue;
        if (strcmp(colon + 1, k->ref) == 0 || strcmp(colon + 1, k->alt) == 0) {
            *allele = strcmp(colon + 1, k->alt) == 0;
            return m;
        }
    }
    return -1;
}

static int marker_carriers(mtl_quantify *q, const mtl__plate *p, mtl__target *to, int m, int allele,
                           mtl_error *err)
{
    const mtl__genotypes *g = &q->known->g;
    const double f = g->marker[m].frequency;
    uint8_t *allowed = mtl__arena_alloc(&q->arena, (size_t)q->s->n_people + 1);
    if (!allowed)
        return mtl__nomem(err);
    for (int i = 0; i < q->s->n_people; i++) {
        const uint8_t a = g->allowed[(size_t)m * (size_t)g->n_people + (size_t)i];
        /* Copies of ALT; of REF they are 2 minus that. */
        allowed[i] = allele ? a : (uint8_t)((a & 2) | (a & 1) << 2 | (a & 4) >> 2);
    }
    return pedigree_carriers(q, p, to, allowed, allele ? f : 1 - f, err);
}

/* ---------------------------------------------------------------- known names */
static bool is_reference_gene(const char *name)
{
    static const char *const gene[] = {"bglob", "bglobin", "betaglobin", "hbb",  "rnasep", "rpph1",
                                       "gapdh", "alb",     "albumin",    "tert", ""};
    char key[64];
    mtl__sheet_key(name, key);
    for (int i = 0; gene[i][0]; i++)
        if (strcmp(gene[i], key) == 0)
            return true;
    return false;
}

/* The model's assay whose name begins with the target's: "DYS14" is dys14-qpcr. */
static const mtl__assay_def *assay_of(const mtl_model *m, const char *name)
{
    char key[64], other[64];
    mtl__sheet_key(name, key);
    for (int i = 0; i < m->n_assays && key[0]; i++) {
        mtl__sheet_key(m->assay[i].name, other);
        const size_t n = strlen(key);
        if (m->assay[i].target == MTL__TARGET_Y && strncmp(other, key, n) == 0 &&
            strncmp(other + n, "qpcr", 4) == 0)
            return &m->assay[i];
    }
    return NULL;
}

/* Nothing is known of who carries it: somebody does. */
static int somebody(mtl_quantify *q, mtl__target *to, bool is_y, mtl_error *err)
{
    const double one[3] = {0, 1, 0}, unknown[3] = {0, 0.5, 0.5};
    mtl__str name = {0};
    mtl__str_printf(&name, "carrier of %s", to->name);
    char *kept = name.oom ? NULL : mtl__arena_strdup(&q->arena, name.s);
    mtl__str_free(&name);
    const int who = kept ? mtl__names_find(&q->people, kept, true, NULL) : -1;
    if (who < 0)
        return mtl__nomem(err);
    to->carrier = NULL;
    return add_carrier(q, to, who, is_y ? one : unknown, err);
}

int mtl__quantify_setup(mtl_quantify *q, mtl__plate *p, mtl__target *to, bool listed,
                        mtl_error *err)
{
    const char *wanted;
    int k, allele;
    if (!listed && is_reference_gene(to->name)) {
        to->reference = true;
        to->calibrator = 2;
    }
    if (to->reference || to->n_carriers > 0)
        return MTL_OK;
    const mtl__assay_def *a = assay_of(q->m, to->name);
    if (a && !listed) {
        to->copies = mtl__expr_value(&a->copies, q->m);
        to->fragments = mtl__expr_value(&a->fragments, q->m);
    }
    to->carrier = NULL;
    if (q->s && a)
        MTL_TRY(y_carriers(q, p, to, err));
    else if (q->s && q->o.typing && (k = hla_target(to->name, &wanted)) >= 0)
        MTL_TRY(hla_carriers(q, p, to, k, wanted, err));
    else if (q->s && (k = marker_target(q, to->name, &allele)) >= 0)
        MTL_TRY(marker_carriers(q, p, to, k, allele, err));
    else if (!q->s || !listed)
        return somebody(q, to, a != NULL, err);
    if (to->n_carriers == 0)
        mtl__str_printf(&q->remarks, "%s: nobody of the family is known to carry %s\n", p->file,
                        to->name);
    return MTL_OK;
}
