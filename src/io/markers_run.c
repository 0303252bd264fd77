/* SPDX-License-Identifier: MIT */
/* `matriline markers` carried out: every host is looked at in every draw of the genomes, and what
   is known for certain is looked at once more, for the panel that a laboratory could order. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/atomic_file.h"
#include "io/markers.h"

enum { MAX_DRAWS = 10000 };
static const long work_certain = 400000, work_draw = 4000;

void mtl_markers_opts_init(mtl_markers_opts *o)
{
    memset(o, 0, sizeof *o);
    o->seed = 1;
    o->draws = 100;
    o->fraction = 1e-6;
    o->power = 0.95;
    o->alarm = 0.05;
}

static int check_opts(const mtl_markers_opts *o, mtl_error *err)
{
    if (o->draws < 1 || o->draws > MAX_DRAWS)
        return mtl__fail(err, MTL_ERR_USAGE, "draws", "expected 1 to %d", MAX_DRAWS);
    if (o->wells < 0 || o->wells > MTL__WELLS_MAX)
        return mtl__fail(err, MTL_ERR_USAGE, "wells", "expected 1 to %d (more are digital PCR)",
                         MTL__WELLS_MAX);
    if (!(o->genomes_per_well >= 0 && o->genomes_per_well <= 1e9))
        return mtl__fail(err, MTL_ERR_USAGE, "genomes-per-well", "expected a number up to 1e9");
    if (!(o->fraction > 0 && o->fraction <= 1))
        return mtl__fail(err, MTL_ERR_USAGE, "fraction", "expected a number above 0 and up to 1");
    if (!(o->power > 0 && o->power < 1) || !(o->alarm > 0 && o->alarm < 1))
        return mtl__fail(err, MTL_ERR_USAGE, "power",
                         "power and alarm are probabilities between 0 and 1");
    return MTL_OK;
}

/* ---------------------------------------------------------------- names of probes */
static const char *const karyotype_name[] = {
    "",         "trisomy 21", "trisomy 18",      "trisomy 13",
    "triploid", "monosomy X", "other aneuploid", "22q11 deletion"};

const char *mtl__probe_name(mtl_markers *r, mtl__probe p)
{
    mtl__str t = {0};
    switch (p.kind) {
    case MTL__PROBE_Y:
        return "Y";
    case MTL__PROBE_KARYOTYPE:
        return karyotype_name[p.what];
    case MTL__PROBE_HLA:
        mtl__str_printf(&t, "HLA-%s*%s", mtl__hla_locus[p.what / 65536],
                        r->hla.name[p.what / 65536][p.what % 65536]);
        break;
    default:
        mtl__str_printf(&t, "%s:%s", r->g.marker[p.what / 2].name,
                        p.what % 2 ? r->g.marker[p.what / 2].alt : r->g.marker[p.what / 2].ref);
    }
    const char *kept = t.oom ? NULL : mtl__arena_strdup(&r->arena, t.s);
    mtl__str_free(&t);
    return kept;
}

/* ---------------------------------------------------------------- limits, each found once */
typedef struct limits {
    float least[MTL__N_PROBE_KINDS][3]; /* by copies */
    int wells[MTL__N_PROBE_KINDS][3];
} limits;

static void find_limits(const mtl_markers *r, limits *out)
{
    for (int kind = 0; kind < MTL__N_PROBE_KINDS; kind++)
        for (int copies = 0; copies < 3; copies++) {
            out->least[kind][copies] = HUGE_VALF;
            out->wells[kind][copies] = INT_MAX;
            if (!r->law[kind].name || copies == 0 || (kind == MTL__PROBE_Y && copies == 2))
                continue;
            int threshold;
            const double least = mtl__least_fraction(&r->law[kind].qpcr, copies, r->o.power);
            const int wells = mtl__wells_needed(&r->law[kind].qpcr, copies, r->o.fraction,
                                                r->o.power, r->o.alarm, &threshold);
            if (isfinite(least))
                out->least[kind][copies] = (float)least;
            if (wells > 0)
                out->wells[kind][copies] = wells;
        }
}

static float best_least(const limits *l, const int *copies)
{
    float best = HUGE_VALF;
    for (int kind = 0; kind < MTL__N_PROBE_KINDS; kind++)
        if (l->least[kind][copies[kind]] < best)
            best = l->least[kind][copies[kind]];
    return best;
}

static int best_wells(const limits *l, const int *copies)
{
    int best = INT_MAX;
    for (int kind = 0; kind < MTL__N_PROBE_KINDS; kind++)
        if (l->wells[kind][copies[kind]] < best)
            best = l->wells[kind][copies[kind]];
    return best;
}

static void best_limits(const limits *l, const mtl__donor_view *v, mtl__pair *p, int draw)
{
    bool own = false;
    for (int kind = 0; kind < MTL__N_PROBE_KINDS; kind++)
        own = own || (kind != MTL__PROBE_KARYOTYPE && v->own[kind] > 0);
    p->least_own[draw] = best_least(l, v->own_copies);
    p->least_any[draw] = best_least(l, v->copies);
    p->wells[draw] = best_wells(l, own ? v->own_copies : v->copies);
}

/* ---------------------------------------------------------------- one host in one draw */
static void count_pair(mtl__host *h, int k, const mtl__host_view *v)
{
    mtl__pair *p = &h->pair[k];
    bool seen = false, own = false, apart = true;
    for (int kind = 0; kind < MTL__N_PROBE_KINDS; kind++) {
        p->n[kind] += v->donor[k].n[kind];
        p->has[kind] += v->donor[k].n[kind] > 0;
        seen = seen || v->donor[k].n[kind] > 0;
        own = own || v->donor[k].own[kind] > 0;
    }
    for (int j = 0; j < h->n_pairs; j++) {
        if (j == k || v->apart[k * h->n_pairs + j])
            continue;
        apart = false;
        h->never[k * h->n_pairs + j]++;
    }
    p->seen += seen;
    p->own += own;
    p->apart += seen && apart;
}

static int host_in_draw(mtl_markers *r, mtl__host *h, const limits *l, const int *donor, int d,
                        mtl__arena *scratch, int *size, mtl_error *err)
{
    const size_t n = (size_t)r->s->n_people;
    const mtl__carriers c = {.n_people = (int)n,
                             .y = r->y + (size_t)d * n,
                             .karyotype = r->karyotype,
                             .hla = r->haplotypes ? r->haplotypes + (size_t)d * n : NULL,
                             .n_markers = r->g.n_markers,
                             .genotype = r->genotype + (size_t)d * (size_t)r->g.n_markers * n,
                             .marker_used = r->used};
    mtl__host_view v;
    mtl__panel p;
    MTL_TRY(mtl__look_at_host(&v, scratch, &c, h->person, donor, h->n_pairs, err));
    for (int k = 0; k < h->n_pairs; k++) {
        count_pair(h, k, &v);
        best_limits(l, &v.donor[k], &h->pair[k], d);
    }
    MTL_TRY(mtl__panel_choose(&p, scratch, v.pattern, v.n_probes, h->n_pairs, work_draw, err));
    *size = p.n;
    h->size_proved = h->size_proved && p.smallest;
    h->all_apart += p.n_groups == h->n_pairs + 1;
    return MTL_OK;
}

/* ---------------------------------------------------------------- what is certain */
static bool certain_sexes(const mtl_markers *r, const mtl__host *h)
{
    bool ok = r->s->person[h->person].sex != MTL__SEX_UNKNOWN;
    for (int k = 0; k < h->n_pairs; k++)
        ok = ok && r->s->person[h->pair[k].donor].sex != MTL__SEX_UNKNOWN;
    return ok;
}

static const mtl__hla_typing *typing_of(const mtl_markers *r, int who)
{
    return r->typing[who].typed ? &r->typing[who] : &r->typing[r->lineage.genome[who]];
}

static int allele_known(const mtl_markers *r, const mtl__host *h, int who, int locus, int side)
{
    const mtl__hla_typing *y = typing_of(r, h->person);
    bool all = y->typed && y->allele[locus][0] > 0;
    for (int k = 0; k < h->n_pairs && all; k++) {
        y = typing_of(r, h->pair[k].donor);
        all = y->typed && y->allele[locus][0] > 0;
    }
    return all ? typing_of(r, who)->allele[locus][side] : MTL__HLA_UNLISTED;
}

static uint8_t known_set(const mtl_markers *r, int m, int who)
{
    const uint8_t *set = r->g.allowed + (size_t)m * (size_t)r->g.n_people;
    const uint8_t own = set[who] & set[r->lineage.genome[who]];
    return own == 1 || own == 2 || own == 4 ? own : 0;
}

/* Genotypes that were read of the host and of all its donors; -1 keeps a marker out. */
static void certain_marker(const mtl_markers *r, const mtl__host *h, int m, int8_t *out)
{
    const int n = r->s->n_people;
    bool all = r->used[m] && known_set(r, m, h->person) != 0;
    for (int k = 0; k < h->n_pairs && all; k++)
        all = known_set(r, m, h->pair[k].donor) != 0;
    for (int i = 0; i < n; i++) {
        const uint8_t set = all ? known_set(r, m, i) : 0;
        out[i] = (int8_t)(set == 4 ? 2 : set == 2 ? 1 : set == 1 ? 0 : -1);
    }
}

static int certain_carriers(const mtl_markers *r, const mtl__host *h, mtl__arena *a,
                            mtl__carriers *c, mtl_error *err)
{
    const size_t n = (size_t)r->s->n_people;
    int8_t *y = mtl__arena_alloc(a, n + 1);
    int8_t *genotype = mtl__arena_alloc(a, (size_t)r->g.n_markers * n + 1);
    mtl__hla_genotype *hla = mtl__arena_alloc(a, (n + 1) * sizeof *hla);
    if (!y || !genotype || !hla)
        return mtl__nomem(err);
    for (size_t i = 0; i < n; i++) {
        y[i] = certain_sexes(r, h) ? r->y[i] : 0;
        for (int l = 0; l < MTL__HLA_LOCI; l++)
            for (int side = 0; side < 2; side++)
                hla[i].of[side].allele[l] = (int16_t)allele_known(r, h, (int)i, l, side);
    }
    for (int m = 0; m < r->g.n_markers; m++)
        certain_marker(r, h, m, genotype + (size_t)m * n);
    *c = (mtl__carriers){.n_people = (int)n,
                         .y = y,
                         .karyotype = r->karyotype,
                         .hla = r->n_typed_hla ? hla : NULL,
                         .n_markers = r->g.n_markers,
                         .genotype = genotype,
                         .marker_used = r->used};
    return MTL_OK;
}

/* HLA alleles of the donor that the host lacks, where both are typed. */
static int known_alleles(mtl_markers *r, const mtl__host *h, int k, mtl__str *out)
{
    const mtl__hla_typing *host = typing_of(r, h->person), *donor = typing_of(r, h->pair[k].donor);
    for (int l = 0; host->typed && donor->typed && l < MTL__HLA_LOCI; l++)
        for (int side = 0; side < 2; side++) {
            const int a = donor->allele[l][side];
            if (a <= 0 || host->allele[l][0] < 0 || a == host->allele[l][0] ||
                a == host->allele[l][1] || (side == 1 && a == donor->allele[l][0]))
                continue;
            mtl__str_printf(out, "%s%s*%s", out->len ? "," : "", mtl__hla_locus[l],
                            r->hla.name[l][a]);
        }
    return out->oom ? MTL_ERR_MEMORY : MTL_OK;
}

static int certain_panel(mtl_markers *r, mtl__host *h, const int *donor, mtl__arena *scratch,
                         mtl_error *err)
{
    mtl__carriers c;
    mtl__host_view v;
    MTL_TRY(certain_carriers(r, h, scratch, &c, err));
    MTL_TRY(mtl__look_at_host(&v, scratch, &c, h->person, donor, h->n_pairs, err));
    MTL_TRY(mtl__panel_choose(&h->panel, &r->arena, v.pattern, v.n_probes, h->n_pairs, work_certain,
                              err));
    h->panel_apart = h->panel.n_groups == h->n_pairs + 1;
    h->panel_name = mtl__arena_alloc(&r->arena, ((size_t)h->panel.n + 1) * sizeof *h->panel_name);
    if (!h->panel_name)
        return mtl__nomem(err);
    for (int i = 0; i < h->panel.n; i++) {
        h->panel_name[i] = mtl__probe_name(r, v.probe[h->panel.probe[i]]);
        if (!h->panel_name[i])
            return mtl__nomem(err);
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- rows */
static int by_float(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static int by_int(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return x < y ? -1 : x > y;
}

static const char *keep_text(mtl_markers *r, mtl__str *t)
{
    const char *kept = t->oom ? NULL : mtl__arena_strdup(&r->arena, t->s ? t->s : "");
    mtl__str_free(t);
    return kept;
}

/* Drawn, or typed in both. */
static bool hla_known(const mtl_markers *r, const mtl__host *h, int k)
{
    return r->have_table ||
           (typing_of(r, h->person)->typed && typing_of(r, h->pair[k].donor)->typed);
}

static double median(float *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_float);
    return isfinite(x[n / 2]) ? (double)x[n / 2] : NAN;
}

static int fill_row(mtl_markers *r, mtl__host *h, int k, mtl_error *err)
{
    mtl__pair *p = &h->pair[k];
    const double d = r->draws;
    mtl__str never = {0}, alleles = {0};
    for (int j = 0; j < h->n_pairs; j++)
        if (j != k && h->never[k * h->n_pairs + j] == r->draws)
            mtl__str_printf(&never, "%s%s", never.len ? "," : "",
                            r->s->person[h->pair[j].donor].name);
    if (known_alleles(r, h, k, &alleles) < 0)
        never.oom = true;
    qsort(p->wells, (size_t)r->draws, sizeof *p->wells, by_int);
    const int wells = p->wells[r->draws / 2];
    p->row = (mtl_marker_row){
        .host = r->s->person[h->person].name,
        .donor = r->s->person[p->donor].name,
        .relation = mtl__relation(r->s->person, r->s->n_people, h->person, p->donor),
        .way = p->way,
        .y = p->has[MTL__PROBE_Y] / d,
        .karyotype = p->has[MTL__PROBE_KARYOTYPE] / d,
        .hla = hla_known(r, h, k) ? p->n[MTL__PROBE_HLA] / d : NAN,
        .markers = p->n[MTL__PROBE_MARKER] / d,
        .seen = p->seen / d,
        .own = p->own / d,
        .apart = p->apart / d,
        .least_own = median(p->least_own, r->draws),
        .least_any = median(p->least_any, r->draws),
        .wells = wells == INT_MAX ? 0 : wells,
        .never_from = keep_text(r, &never),
        .hla_alleles = keep_text(r, &alleles),
    };
    return p->row.never_from && p->row.hla_alleles ? MTL_OK : mtl__nomem(err);
}

static int one_host(mtl_markers *r, mtl__host *h, const limits *l, mtl__arena *scratch,
                    mtl_error *err)
{
    int *donor = mtl__arena_alloc(&r->arena, ((size_t)h->n_pairs + 1) * sizeof *donor);
    int *size = mtl__arena_alloc(&r->arena, (size_t)r->draws * sizeof *size);
    if (!donor || !size)
        return mtl__nomem(err);
    for (int k = 0; k < h->n_pairs; k++)
        donor[k] = h->pair[k].donor;
    h->size_proved = true;
    for (int d = 0; d < r->draws; d++) {
        mtl__arena_reset(scratch);
        MTL_TRY(host_in_draw(r, h, l, donor, d, scratch, &size[d], err));
    }
    qsort(size, (size_t)r->draws, sizeof *size, by_int);
    h->size_low = size[r->draws / 20];
    h->size_mid = size[r->draws / 2];
    h->size_high = size[r->draws - 1 - r->draws / 20];
    mtl__arena_reset(scratch);
    MTL_TRY(certain_panel(r, h, donor, scratch, err));
    h->first_row = r->n_rows;
    r->n_rows += h->n_pairs;
    for (int k = 0; k < h->n_pairs; k++)
        MTL_TRY(fill_row(r, h, k, err));
    return MTL_OK;
}

static int carry_out(mtl_markers *r, mtl_model *m, mtl_error *err)
{
    limits l;
    mtl__arena scratch;
    MTL_TRY(mtl__markers_load(r, m, err));
    MTL_TRY(mtl__markers_draw(r, err));
    MTL_TRY(mtl__markers_hosts(r, err));
    find_limits(r, &l);
    mtl__arena_init(&scratch, 1 << 20);
    int ret = MTL_OK;
    for (int i = 0; ret == MTL_OK && i < r->n_hosts; i++)
        ret = one_host(r, &r->host[i], &l, &scratch, err);
    mtl__arena_free(&scratch);
    return ret;
}

int mtl_markers_run(mtl_markers **out, const mtl_scenario *s, mtl_model *m,
                    const mtl_markers_opts *o, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    if (!s || !m || !o)
        return mtl__fail(err, MTL_ERR_USAGE, "", "markers need a family and a model");
    MTL_TRY(check_opts(o, err));
    mtl_markers *r = calloc(1, sizeof *r);
    if (!r)
        return mtl__nomem(err);
    mtl__arena_init(&r->arena, 0);
    r->s = s;
    r->o = *o;
    const int ret = carry_out(r, m, err);
    if (ret < 0)
        mtl_markers_free(r);
    else
        *out = r;
    return ret;
}

void mtl_markers_free(mtl_markers *r)
{
    if (!r)
        return;
    mtl__genotypes_free(&r->g);
    mtl__genotypes_free(&r->frequencies);
    mtl__hla_table_free(&r->hla);
    mtl__arena_free(&r->arena);
    free(r);
}

int mtl_markers_n_rows(const mtl_markers *r)
{
    return r->n_rows;
}

int mtl_markers_row(const mtl_markers *r, int i, mtl_marker_row *out)
{
    for (int h = 0; h < r->n_hosts; h++)
        if (i >= r->host[h].first_row && i < r->host[h].first_row + r->host[h].n_pairs) {
            *out = r->host[h].pair[i - r->host[h].first_row].row;
            return MTL_OK;
        }
    return MTL_ERR_USAGE;
}

int mtl_markers_write(const mtl_markers *r, const char *fam, const char *vcf, mtl_error *err)
{
    mtl__str text = {0};
    int ret = MTL_OK;
    mtl_error_clear(err);
    if (fam) {
        mtl__fam_print(&text, r->s);
        ret = text.oom ? mtl__nomem(err) : mtl__atomic_write(fam, text.s, text.len, err);
        mtl__str_free(&text);
    }
    if (vcf && ret == MTL_OK) {
        mtl__vcf_print(&text, r->s, &r->g, r->genotype, r->used);
        ret = text.oom ? mtl__nomem(err) : mtl__atomic_write(vcf, text.s, text.len, err);
        mtl__str_free(&text);
    }
    return ret;
}
