/* SPDX-License-Identifier: MIT */
/* Who may be in a tube: the family with its lineage, then staff, who are related to nobody; whose
   body a sample is from; and whose cells can be there, by the same ties between bodies as in
   `matriline markers`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/vcf.h>

#include "io/markers.h"
#include "io/mix_parts.h"
#include "io/tsv.h"

/* ---------------------------------------------------------------- staff */
typedef struct names {
    mtl_mix *m;
    const char **name;
    size_t cap;
    int n;
} names;

static int add_name(names *l, const char *s, mtl_error *err)
{
    for (int i = 0; i < l->n; i++)
        if (strcmp(l->name[i], s) == 0)
            return MTL_OK;
    if (mtl__person_named(l->m->s, s) >= 0)
        return mtl__fail_at(
            err, MTL_ERR_DUPLICATE, l->m->o.staff, 0, 0, "staff",
            "'%.60s' is a person of the family as well; give staff names of their own", s);
    if (!mtl__utf8_ok(s, strlen(s)))
        return mtl__fail_at(err, MTL_ERR_NAME, l->m->o.staff, 0, 0, "staff",
                            "a name that is not UTF-8");
    if (mtl__grow(&l->name, &l->cap, (size_t)l->n + 1, sizeof *l->name) < 0)
        return mtl__nomem(err);
    l->name[l->n] = mtl__arena_strdup(&l->m->arena, s);
    return l->name[l->n++] ? MTL_OK : mtl__nomem(err);
}

static int names_of_vcf(names *l, const char *path, mtl_error *err)
{
    const enum htsLogLevel level = hts_get_log_level();
    hts_set_log_level(HTS_LOG_OFF);
    htsFile *f = hts_open(path, "r");
    bcf_hdr_t *h = f ? bcf_hdr_read(f) : NULL;
    int ret = h ? MTL_OK
                : mtl__fail_at(err, f ? MTL_ERR_SYNTAX : MTL_ERR_IO, path, 0, 0, NULL,
                               "cannot be read as a VCF or BCF");
    for (int i = 0; ret == MTL_OK && i < bcf_hdr_nsamples(h); i++)
        ret = add_name(l, h->samples[i], err);
    if (h)
        bcf_hdr_destroy(h);
    if (f)
        hts_close(f);
    hts_set_log_level(level);
    return ret;
}

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

static int staff_names(names *l, const char *path, mtl_error *err)
{
    static const char *const columns[] = {"person", "marker", "genotype"};
    char *text;
    size_t length;
    if (!ends_with(path, ".tsv") && !ends_with(path, ".ped"))
        return names_of_vcf(l, path, err);
    MTL_TRY(mtl__file_read(&l->m->arena, path, MTL__FAM_MAX_BYTES, &text, &length, err));
    if (ends_with(path, ".ped")) {
        mtl__fam f;
        MTL_TRY(mtl__fam_parse(&f, &l->m->arena, path, text, length, true, err));
        for (int i = 0; i < f.n; i++)
            MTL_TRY(add_name(l, f.row[i].name, err));
        return MTL_OK;
    }
    mtl__tsv t;
    MTL_TRY(mtl__tsv_parse(&t, &l->m->arena, path, text, length, columns, 3, 0, err));
    for (int row = 0; row < t.n_rows; row++)
        MTL_TRY(add_name(l, mtl__tsv_get(&t, row, 0), err));
    return MTL_OK;
}

/* ---------------------------------------------------------------- lineage */
static int fill_people(mtl_mix *m, const names *staff, mtl_error *err)
{
    const size_t n = (size_t)m->n_people + 1;
    int *mother = mtl__arena_alloc(&m->arena, n * sizeof *mother);
    int *father = mtl__arena_alloc(&m->arena, n * sizeof *father);
    int *genome = mtl__arena_alloc(&m->arena, n * sizeof *genome);
    uint64_t *key = mtl__arena_alloc(&m->arena, n * sizeof *key);
    m->name = mtl__arena_alloc(&m->arena, n * sizeof *m->name);
    m->typed = mtl__arena_alloc(&m->arena, n * sizeof *m->typed);
    if (!mother || !father || !genome || !key || !m->name || !m->typed)
        return mtl__nomem(err);
    for (int i = 0; i < m->n_people; i++) {
        const bool kin = i < m->n_family;
        m->name[i] = kin ? m->s->person[i].name : staff->name ? staff->name[i - m->n_family] : "";
        key[i] = mtl__hash(m->name[i]);
        mother[i] = kin ? m->s->person[i].mother : -1;
        father[i] = kin ? m->s->person[i].father : -1;
        genome[i] = i;
        for (int j = 0; kin && j < i && genome[i] == i; j++)
            if (mtl__same_genome(m->s, j, i)) {
                const bool told =
                    m->s->pregnancy[m->s->person[i].pregnancy].zygosity == MTL__MONOZYGOTIC;
                genome[i] = genome[j];
                mtl__str_printf(&m->notes,
                                told ? "%s and %s, monozygotic twins: nothing tells them apart\n"
                                     : "%s and %s, twins of one chorion, are taken for "
                                       "monozygotic: nothing tells them apart\n",
                                m->name[j], m->name[i]);
            }
    }
    m->lineage = (mtl__lineage){m->n_people, mother, father, genome, key};
    return MTL_OK;
}

int mtl__mix_load_people(mtl_mix *m, mtl_error *err)
{
    names staff = {.m = m};
    int ret = m->o.staff ? staff_names(&staff, m->o.staff, err) : MTL_OK;
    m->n_family = m->s->n_people;
    m->n_people = m->n_family + (staff.name ? staff.n : 0);
    if (ret == MTL_OK)
        ret = fill_people(m, &staff, err);
    free(staff.name);
    return ret;
}

/* ---------------------------------------------------------------- whose body */
static int find_host(mtl_mix *m, mtl__mix_tube *t, mtl_error *err)
{
    char hint[160] = "";
    const mtl__count_sample *c = &m->counts.sample[t->count];
    const mtl__mix_use *u = mtl__mix_use_of(m, c->name);
    t->host = u ? u->person : mtl__person_named(m->s, c->name);
    if (t->host < 0 && m->o.host) {
        t->host = mtl__person_named(m->s, m->o.host);
        mtl__person_hint(m->s, m->o.host, hint, sizeof hint);
        if (t->host < 0)
            return mtl__fail(err, MTL_ERR_NAME, "host", "nobody is called '%.60s'%s", m->o.host,
                             hint);
    }
    if (t->host >= 0)
        return MTL_OK;
    mtl__person_hint(m->s, c->name, hint, sizeof hint);
    return mtl__fail_at(
        err, MTL_ERR_NAME, c->file, 0, 0, "sample",
        "sample '%.60s' is nobody of the family%s; --host NAME or a table (--samples) "
        "says whose body it is from",
        c->name, hint);
}

/* ---------------------------------------------------------------- whose cells */
static const char *all_names(const void *ctx, int i)
{
    return ((const mtl_mix *)ctx)->name[i];
}

static bool has_donor(const mtl__mix_tube *t, int who)
{
    for (int k = 0; k < t->n_donors; k++)
        if (t->donor[k] == who)
            return true;
    return false;
}

static void add_donor(mtl__mix_tube *t, int who)
{
    if (who != t->host && !has_donor(t, who))
        t->donor[t->n_donors++] = who;
}

static int named_donor(mtl_mix *m, const char *name, void *ctx, mtl_error *err)
{
    mtl__mix_tube *t = ctx;
    char hint[160] = "";
    for (int i = 0; i < m->n_people; i++)
        if (strcmp(m->name[i], name) == 0) {
            add_donor(t, i);
            return MTL_OK;
        }
    mtl__hint(hint, sizeof hint, name, m->n_people, all_names, m);
    return mtl__fail(err, MTL_ERR_NAME, "donors", "nobody is called '%.60s'%s", name, hint);
}

/* Everybody whose cells can have come into the host's body, as `matriline markers` sees it. */
static int reachable(const mtl_mix *m, int host, bool *can, mtl_error *err)
{
    mtl_markers *r = calloc(1, sizeof *r);
    if (!r)
        return mtl__nomem(err);
    mtl__arena_init(&r->arena, 0);
    r->s = m->s;
    r->draws = 1;
    r->o.host = m->s->person[host].name;
    const int ret = mtl__markers_hosts(r, err);
    for (int h = 0; ret == MTL_OK && h < r->n_hosts; h++)
        for (int k = 0; k < r->host[h].n_pairs; k++)
            can[r->host[h].pair[k].donor] = true;
    mtl__arena_free(&r->arena);
    free(r);
    return ret;
}

static bool is_typed(const mtl_mix *m, int i)
{
    return m->typed[i] != MTL__NOT_TYPED || m->typed[m->lineage.genome[i]] != MTL__NOT_TYPED;
}

/* Nearest first: children and the mother, then the rest; the typed before the others. */
static int rank(const mtl_mix *m, int host, int i)
{
    const bool near =
        (i < m->n_family && m->s->person[i].mother == host) || m->s->person[host].mother == i;
    return (is_typed(m, i) ? 0 : 2) + !near;
}

static int default_donors(mtl_mix *m, mtl__mix_tube *t, mtl_error *err)
{
    const int n = m->n_family;
    int untyped = !is_typed(m, t->host), left = 0;
    bool *can = calloc((size_t)n + 1, sizeof *can);
    if (!can)
        return mtl__nomem(err);
    const int ret = reachable(m, t->host, can, err);
    for (int r = 0; r < 4 && ret == MTL_OK; r++)
        for (int i = 0; i < n; i++) {
            if (!can[i] || i == t->host || rank(m, t->host, i) != r)
                continue;
            if (t->n_donors >= MTL__MIX_MOST_DONORS - 1 ||
                (!is_typed(m, i) && untyped >= MTL__MIX_MOST_UNTYPED)) {
                left++;
                continue;
            }
            untyped += !is_typed(m, i);
            add_donor(t, i);
        }
    free(can);
    if (left)
        mtl__str_printf(&m->notes,
                        "%s: %d further people can have cells in %s and are left out, most of them "
                        "not typed (at most %d donors, %d of them not typed); --donors chooses\n",
                        m->counts.sample[t->count].name, left, m->name[t->host],
                        MTL__MIX_MOST_DONORS - 1, MTL__MIX_MOST_UNTYPED);
    return ret;
}

int mtl__mix_donors(mtl_mix *m, mtl__mix_tube *t, mtl_error *err)
{
    MTL_TRY(find_host(m, t, err));
    t->donor = mtl__arena_alloc(&m->arena, ((size_t)m->n_people + 1) * sizeof *t->donor);
    if (!t->donor)
        return mtl__nomem(err);
    if (m->o.donors)
        MTL_TRY(mtl__mix_each_name(m, m->o.donors, named_donor, t, err));
    else
        MTL_TRY(default_donors(m, t, err));
    for (int i = m->n_family; i < m->n_people; i++)
        add_donor(t, i);
    if (t->n_donors > MTL__MIX_MOST_DONORS)
        return mtl__fail(
            err, MTL_ERR_LIMIT, "donors",
            "%d donors and staff are more than the %d that are fitted at once; --donors "
            "chooses",
            t->n_donors, MTL__MIX_MOST_DONORS);
    if (t->n_donors > 0 || m->o.stranger)
        return MTL_OK;
    return mtl__fail_at(err, MTL_ERR_VALUE, m->s->file, 0, 0, "donors",
                        "nobody's cells can be in %s as far as the family says; --donors names who "
                        "to look for, --stranger looks for anybody",
                        m->name[t->host]);
}
