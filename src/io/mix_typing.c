/* SPDX-License-Identifier: MIT */
/* Genotypes of everybody at the sites of the panel, from files or from reads of that person alone,
   and what such reads teach of each site.

   Typing from reads: a genotype of g copies gives ALT reads with probability e, 1/2, 1 - e; e is
   the error asked for, else 0.5% (an assumption that only says how many stray reads a homozygote
   may have). Every genotype stays possible whose probability, given the reads and, where known,
   alleles drawn from the population, is at least 1/1000 of the best one's.

   Learnt sites: at site i, k_i wrong reads of n_i in homozygotes. Rates are taken as beta
   distributed over sites, with mean m = sum k / sum n and a correlation rho by the method of
   moments (Kleinman 1973), and each site's is the posterior mean (k_i + M m) / (n_i + M), M = (1 -
   rho) / rho: a site with few reads has the mean of all. The same for ALT reads of heterozygotes,
   whose odds are the bias. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/mix_parts.h"
#include "io/tsv.h"
#include "num/num.h"

static const double typing_error = 0.005, typing_least = 1e-3;
enum { LEAST_HET_READS = 200, LEAST_HOM_READS = 1000 };

static uint8_t *set_at(const mtl_mix *m, int site, int person)
{
    return &m->allowed[(size_t)site * (size_t)m->n_people + (size_t)person];
}

/* ---------------------------------------------------------------- files */
static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

/* The panel as markers, for tables that name them. */
static int panel_as_markers(const mtl_mix *m, mtl__genotypes *g, mtl_error *err)
{
    for (int i = 0; i < m->panel.n; i++) {
        const mtl__site *s = &m->panel.site[i];
        char name[64], chromosome[8];
        int index;
        char ref[2] = {s->ref, 0}, alt[2] = {s->alt, 0};
        snprintf(name, sizeof name, "%d:%lld", s->chromosome, (long long)s->position);
        snprintf(chromosome, sizeof chromosome, "%d", s->chromosome);
        const mtl__marker k = {.name = s->name[0] ? s->name : name,
                               .chromosome = chromosome,
                               .ref = ref,
                               .alt = alt,
                               .position = s->position,
                               .frequency = s->frequency};
        MTL_TRY(mtl__genotypes_add(g, &k, &index, err));
    }
    return MTL_OK;
}

static int read_ped(mtl_mix *m, mtl__genotypes *g, const mtl_scenario *s, const char *path,
                    mtl_error *err)
{
    char *text, *map, *map_file = mtl__arena_strdup(&m->arena, path);
    size_t length, map_length;
    if (!map_file)
        return mtl__nomem(err);
    strcpy(strrchr(map_file, '.'), ".map"); /* it ends in .ped */
    MTL_TRY(mtl__file_read(&m->arena, path, MTL__FAM_MAX_BYTES, &text, &length, err));
    MTL_TRY(mtl__file_read(&m->arena, map_file, MTL__FAM_MAX_BYTES, &map, &map_length, err));
    return mtl__ped_parse(g, s, path, text, length, map_file, map, map_length, err);
}

static int read_genotypes(mtl_mix *m, mtl__genotypes *g, const mtl_scenario *s, const char *path,
                          mtl_error *err)
{
    char *text;
    size_t length;
    if (ends_with(path, ".ped"))
        return read_ped(m, g, s, path, err);
    if (!ends_with(path, ".tsv"))
        return mtl__vcf_read(g, s, path, err);
    MTL_TRY(panel_as_markers(m, g, err));
    MTL_TRY(mtl__file_read(&m->arena, path, MTL__TSV_MAX_BYTES, &text, &length, err));
    return mtl__genotype_table_parse(g, s, path, text, length, err);
}

static uint8_t turned(uint8_t set)
{
    return (uint8_t)((set & 2) | (set & 1) << 2 | set >> 2);
}

/* Phase of one heterozygous genotype; `turn`: ALT is the panel's REF. */
static int take_phase(mtl_mix *m, const mtl__genotypes *g, int marker, int person, int site, int to,
                      bool turn, mtl_error *err)
{
    const size_t all = (size_t)m->panel.n * (size_t)m->n_people,
                 at = (size_t)site * (size_t)m->n_people + (size_t)to;
    const mtl__phase p = g->phase[(size_t)marker * (size_t)g->n_people + (size_t)person];
    if (p.first > 1)
        return MTL_OK;
    if (!m->phase) {
        m->phase = mtl__arena_alloc(&m->arena, all + 1);
        m->phase_set = mtl__arena_alloc(&m->arena, (all + 1) * sizeof *m->phase_set);
        if (!m->phase || !m->phase_set)
            return mtl__nomem(err);
        memset(m->phase, 4, all);
    }
    m->phase[at] = (p.first == 1) != turn ? 1 : 2;
    m->phase_set[at] = p.set;
    return MTL_OK;
}

/* A genotype that is not certain has no phase; that of a homozygote needs none. */
static void finish_phase(mtl_mix *m)
{
    const size_t all = (size_t)m->panel.n * (size_t)m->n_people;
    for (size_t i = 0; m->phase && i < all; i++)
        m->phase[i] = m->allowed[i] == 1   ? 0
                      : m->allowed[i] == 4 ? 3
                      : m->allowed[i] == 2 ? m->phase[i]
                                           : 4;
}

/* 0: as on the panel, 1: the other way round, -1: other alleles. */
static int alleles_agree(const mtl__site *s, const mtl__marker *k)
{
    if (strlen(k->ref) != 1 || !k->alt || strlen(k->alt) != 1)
        return -1;
    const char r = (char)(k->ref[0] & ~0x20), a = (char)(k->alt[0] & ~0x20);
    return r == s->ref && a == s->alt ? 0 : r == s->alt && a == s->ref ? 1 : -1;
}

/* Takes over what the file says at sites of the panel; people from `first` on. */
static int take(mtl_mix *m, const mtl__genotypes *g, int first, mtl_error *err)
{
    int met = 0, other = 0;
    for (int k = 0; k < g->n_markers; k++) {
        const mtl__marker *marker = &g->marker[k];
        const int c = mtl__autosome(marker->chromosome, strlen(marker->chromosome));
        const int site = c ? mtl__sites_find(&m->panel, c, marker->position) : -1;
        const int turn = site >= 0 ? alleles_agree(&m->panel.site[site], marker) : 0;
        if (site < 0) {
            m->genotypes_off_panel++;
            continue;
        }
        met++;
        other += turn < 0;
        for (int i = 0; i < g->n_people && turn >= 0; i++) {
            const uint8_t set = g->allowed[(size_t)k * (size_t)g->n_people + (size_t)i];
            uint8_t *to = set_at(m, site, first + i);
            *to = (uint8_t)(*to & (turn ? turned(set) : set));
            if (!*to)
                *to = MTL__GT_ANY; /* a site twice in the file, and not the same */
            if (set != MTL__GT_ANY)
                m->typed[first + i] = MTL__TYPED_IN_FILE;
            if (k < g->n_phased && !m->o.no_phase)
                MTL_TRY(take_phase(m, g, k, i, site, first + i, turn != 0, err));
        }
    }
    m->genotypes_other_alleles += other;
    if (met == 0)
        return mtl__fail_at(err, MTL_ERR_VALUE, g->file, 0, 0, NULL,
                            "none of its %d markers is one of the %d sites of the panel %s",
                            g->n_markers, m->panel.n, m->panel.file);
    if (2 * other > met)
        return mtl__fail_at(err, MTL_ERR_VALUE, g->file, 0, 0, "REF",
                            "at %d of %d common sites its alleles are not those of the panel %s: "
                            "another build of the genome?",
                            other, met, m->panel.file);
    return MTL_OK;
}

static int load_file(mtl_mix *m, const mtl_scenario *s, const char *path, int first, mtl_error *err)
{
    mtl__genotypes g;
    int ret = mtl__genotypes_init(&g, s, err);
    if (ret == MTL_OK)
        ret = read_genotypes(m, &g, s, path, err);
    if (ret == MTL_OK)
        ret = take(m, &g, first, err);
    if (ret == MTL_OK && g.left_out.strangers)
        mtl__str_printf(&m->notes,
                        "%s: %d samples passed over, of people who are not in the family "
                        "(%s)\n",
                        path, g.left_out.strangers, g.left_out.stranger ? g.left_out.stranger : "");
    mtl__genotypes_free(&g);
    return ret;
}

/* Staff as a family of people without relatives, for the readers of genotypes. */
static int load_staff(mtl_mix *m, mtl_error *err)
{
    const int n = m->n_people - m->n_family;
    mtl_scenario s = {.model = m->s->model, .file = m->o.staff, .n_people = n};
    s.person = mtl__arena_alloc(&m->arena, ((size_t)n + 1) * sizeof *s.person);
    if (!s.person)
        return mtl__nomem(err);
    for (int i = 0; i < n; i++)
        s.person[i] = (mtl__person){.name = m->name[m->n_family + i],
                                    .key = m->lineage.key[m->n_family + i],
                                    .mother = -1,
                                    .father = -1,
                                    .pregnancy = -1};
    return load_file(m, &s, m->o.staff, m->n_family, err);
}

/* ---------------------------------------------------------------- reads of one person alone */
static uint8_t set_from_reads(int64_t ref, int64_t alt, double frequency, double error)
{
    double l[3], best = -HUGE_VAL;
    uint8_t set = 0;
    const double f = isnan(frequency) ? 0.5 : frequency;
    const double prior[3] = {(1 - f) * (1 - f), 2 * f * (1 - f), f * f};
    for (int g = 0; g < 3; g++) {
        const double q = g == 0 ? error : g == 1 ? 0.5 : 1 - error;
        l[g] = (isnan(frequency) ? 0 : mtl__log(prior[g])) + (double)alt * mtl__log(q) +
               (double)ref * mtl__log(1 - q);
        best = mtl__max(best, l[g]);
    }
    if (ref + alt == 0)
        return MTL__GT_ANY;
    for (int g = 0; g < 3; g++)
        set |= (uint8_t)(l[g] >= best + mtl__log(typing_least) ? 1 << g : 0);
    return set;
}

typedef void pure_fn(mtl_mix *m, int person, const mtl__count_sample *c, void *ctx);

static int each_pure(mtl_mix *m, pure_fn *fn, void *ctx, mtl_error *err)
{
    for (int k = 0; k < m->references.n + m->counts.n; k++) {
        const bool of_run = k >= m->references.n;
        const mtl__count_sample *c =
            of_run ? &m->counts.sample[k - m->references.n] : &m->references.sample[k];
        const mtl__mix_use *u = mtl__mix_use_of(m, c->name);
        if (of_run && (!u || u->use != MTL__USE_PURE))
            continue;
        const int who = u && u->person >= 0 ? u->person : mtl__person_named(m->s, c->name);
        if (who < 0) {
            char hint[160] = "";
            mtl__person_hint(m->s, c->name, hint, sizeof hint);
            return mtl__fail_at(
                err, MTL_ERR_NAME, c->file, 0, 0, "references",
                "sample '%.60s' is nobody of the family%s; a table (--samples) says "
                "who it is",
                c->name, hint);
        }
        fn(m, who, c, ctx);
    }
    return MTL_OK;
}

/* All reads of a person are added up in the end by the sets: each sample takes away what it rules
   out. */
static void type_one(mtl_mix *m, int who, const mtl__count_sample *c, void *ctx)
{
    (void)ctx;
    const double error = isnan(m->o.error) ? typing_error : m->o.error;
    if (m->typed[who] == MTL__TYPED_IN_FILE)
        return;
    m->typed[who] = MTL__TYPED_FROM_READS;
    for (int i = 0; i < m->panel.n; i++) {
        uint8_t *set = set_at(m, i, who);
        const uint8_t now = set_from_reads(c->ref[i], c->alt[i], m->panel.site[i].frequency, error);
        *set = *set & now ? (uint8_t)(*set & now) : MTL__GT_ANY;
    }
}

int mtl__mix_load_genotypes(mtl_mix *m, mtl_error *err)
{
    const size_t size = (size_t)m->panel.n * (size_t)m->n_people;
    m->allowed = mtl__arena_alloc(&m->arena, size + 1);
    if (!m->allowed)
        return mtl__nomem(err);
    memset(m->allowed, MTL__GT_ANY, size);
    if (m->o.genotypes)
        MTL_TRY(load_file(m, m->s, m->o.genotypes, 0, err));
    if (m->o.staff)
        MTL_TRY(load_staff(m, err));
    if (m->genotypes_other_alleles)
        mtl__str_printf(&m->notes,
                        "%d genotypes' sites have other alleles than the panel; taken as "
                        "not typed there\n",
                        m->genotypes_other_alleles);
    MTL_TRY(each_pure(m, type_one, NULL, err));
    finish_phase(m);
    return MTL_OK;
}

/* ---------------------------------------------------------------- what sites teach */
typedef struct rates {
    int64_t *k, *n; /* [sites] */
} rates;

typedef struct lesson {
    rates wrong, het;
} lesson;

static void collect(mtl_mix *m, int who, const mtl__count_sample *c, void *ctx)
{
    rates *wrong = &((lesson *)ctx)->wrong, *het = &((lesson *)ctx)->het;
    for (int i = 0; i < m->panel.n; i++) {
        const uint8_t set = *set_at(m, i, who);
        const int64_t n = (int64_t)c->ref[i] + c->alt[i];
        if (set == 1 || set == 4) {
            wrong->k[i] += set == 1 ? c->alt[i] : c->ref[i];
            wrong->n[i] += n;
        } else if (set == 2) {
            het->k[i] += c->alt[i];
            het->n[i] += n;
        }
    }
}

/* Posterior means; false if there are fewer than `least` reads. */
static bool shrink(const rates *r, int n_sites, int64_t least, double *mean, int64_t *reads,
                   double *out)
{
    double k = 0, n = 0, n2 = 0, spread = 0, sites = 0;
    for (int i = 0; i < n_sites; i++) {
        k += (double)r->k[i];
        n += (double)r->n[i];
        n2 += (double)r->n[i] * (double)r->n[i];
        sites += r->n[i] > 0;
    }
    *reads = (int64_t)n;
    if (n < (double)least || sites < 2)
        return false;
    const double m = (k + 0.5) / (n + 1);
    for (int i = 0; i < n_sites; i++)
        if (r->n[i] > 0) {
            const double d = (double)r->k[i] / (double)r->n[i] - m;
            spread += (double)r->n[i] * d * d;
        }
    const double over = spread / (m * (1 - m)) - (sites - 1), room = n - n2 / n - (sites - 1);
    const double rho = room > 0 ? mtl__min(mtl__max(over / room, 0), 0.5) : 0;
    *mean = m;
    for (int i = 0; i < n_sites; i++) {
        const double weight = rho > 1e-9 ? (1 - rho) / rho : 1e9;
        out[i] = ((double)r->k[i] + weight * m) / ((double)r->n[i] + weight);
    }
    return true;
}

static int learn(mtl_mix *m, lesson *l, mtl_error *err)
{
    const size_t n = (size_t)m->panel.n + 1;
    double *error = mtl__arena_alloc(&m->arena, n * sizeof *error);
    double *bias = mtl__arena_alloc(&m->arena, n * sizeof *bias);
    if (!error || !bias)
        return mtl__nomem(err);
    MTL_TRY(each_pure(m, collect, l, err));
    if (shrink(&l->wrong, m->panel.n, LEAST_HOM_READS, &m->mean_error, &m->error_reads, error))
        m->site_error = error;
    if (!shrink(&l->het, m->panel.n, LEAST_HET_READS, &m->mean_bias, &m->bias_reads, bias))
        return MTL_OK;
    for (int i = 0; i < m->panel.n; i++)
        bias[i] /= 1 - bias[i];
    m->mean_bias /= 1 - m->mean_bias;
    m->site_bias = bias;
    return MTL_OK;
}

int mtl__mix_learn_sites(mtl_mix *m, mtl_error *err)
{
    const size_t n = (size_t)m->panel.n + 1;
    bool any = m->references.n > 0;
    for (int i = 0; i < m->n_uses; i++)
        any = any || m->use[i].use == MTL__USE_PURE;
    if (!any)
        return MTL_OK;
    int64_t *memory = calloc(4 * n, sizeof *memory);
    if (!memory)
        return mtl__nomem(err);
    lesson l = {{memory, memory + n}, {memory + 2 * n, memory + 3 * n}};
    const int ret = learn(m, &l, err);
    free(memory);
    return ret;
}
