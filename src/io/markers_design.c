/* SPDX-License-Identifier: MIT */
/* `matriline markers --design`: for every assay of the model, how many wells, partitions, cells or
   reads, and how much DNA, find a fraction of genomes with the power asked for. DNA in mass by 6.6
   pg a genome equivalent, the convention. Of a panel with frequencies f, a site is informative
   between a mother and her child in either direction with probability f (1 - f), and the donor is
   heterozygous there: host AA gives A, so that the other parent's B makes AB. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/json_text.h"
#include "io/result_out.h"
#include "matriline/markers.h"
#include "matriline/version.h"
#include "measure/design.h"
#include "model/model.h"

struct mtl_design {
    const mtl_model *m;
    mtl_design_opts o;
    int n;
    mtl_design_row *row;
};
static const double ug_per_genome = 6.6e-6;

void mtl_design_opts_init(mtl_design_opts *o)
{
    *o = (mtl_design_opts){.fraction = 1e-6, .power = 0.95, .alarm = 0.05};
}

/* ---------------------------------------------------------------- an assay by itself */
static double value(const mtl_model *m, const mtl__expr *e)
{
    return mtl__expr_value(e, m);
}

static void set_reads(mtl__informative *r, const mtl_model *m, const mtl__assay_def *a)
{
    const double f = value(m, &a->frequency), sites = floor(value(m, &a->sites) + 0.5);
    const double informative = floor(sites * f * (1.0 - f) + 0.5);
    *r = (mtl__informative){.genomes = value(m, &a->genomes),
                            .recovery = mtl__min(1.0, value(m, &a->recovery)),
                            .sites = (int)informative,
                            .signal = 0.5 * informative,
                            .depth = value(m, &a->depth),
                            .error = value(m, &a->error),
                            .overdispersion = value(m, &a->overdispersion),
                            .threshold = 1};
}

static int set_up(mtl__virtual *v, const mtl_model *m, const mtl__assay_def *a, mtl_error *err)
{
    const double wells = mtl__max(1.0, floor(value(m, &a->wells) + 0.5));
    const double blank =
        -mtl__log1p(-mtl__min(value(m, &a->false_positive), 1.0 - 1e-12)); /* of a sample */
    *v = (mtl__virtual){.by = (enum mtl__method)a->method, .dpcr_threshold = 1};
    switch (v->by) {
    case MTL__BY_QPCR:
        v->qpcr = (mtl__qpcr){.genomes = value(m, &a->genomes),
                              .wells = (int)wells,
                              .fragments = value(m, &a->fragments),
                              .copies = value(m, &a->copies),
                              .recovery = mtl__min(1.0, value(m, &a->recovery)),
                              .false_per_well = blank / wells,
                              .threshold = 1,
                              .efficiency = value(m, &a->efficiency),
                              .ct_one = value(m, &a->ct_one),
                              .ct_sd = value(m, &a->ct_sd)};
        break;
    case MTL__BY_DPCR: {
        const double partitions = wells * floor(value(m, &a->partitions) + 0.5);
        v->dpcr = (mtl__dpcr){.genomes = value(m, &a->genomes),
                              .partitions = (int64_t)partitions,
                              .fragments = value(m, &a->fragments),
                              .recovery = mtl__min(1.0, value(m, &a->recovery)),
                              .false_per_partition = blank / partitions};
        v->dpcr_wells = (int)wells;
        v->partition_nl = 1e6 * value(m, &a->partition_volume);
        break;
    }
    case MTL__BY_FISH: {
        const double sections = mtl__max(1.0, floor(value(m, &a->sections) + 0.5));
        v->fish = (mtl__fish){.cells = (int64_t)(value(m, &a->cells) * sections),
                              .sections = (int)sections,
                              .seen = value(m, &a->seen),
                              .false_per_cell = value(m, &a->false_per_cell),
                              .threshold = 1};
        break;
    }
    default:
        set_reads(&v->reads, m, a);
    }
    return mtl__virtual_check(v, err);
}

/* Of the sites of a panel as many are informative as of the model's. */
static int sites_at_depth(mtl_design_row *r, const mtl__virtual *v, const mtl__wish *wish)
{
    mtl__need need;
    if (v->reads.sites < 1)
        return MTL_OK;
    MTL_TRY(mtl__design_sites(v, wish, &need));
    if (need.enough)
        r->sites_at_depth = ceil(need.amount * r->sites / r->informative);
    return MTL_OK;
}

static int fill(mtl_design_row *r, const mtl_model *m, const mtl__assay_def *a,
                const mtl_design_opts *o, mtl_error *err)
{
    mtl__virtual v;
    mtl__need need;
    const mtl__wish wish = {o->fraction, o->power, o->alarm};
    MTL_TRY(set_up(&v, m, a, err));
    const int ret = mtl__design(&v, &wish, &need);
    if (ret < 0)
        return mtl__fail(err, ret, a->name, "cannot be designed with these numbers");
    *r = (mtl_design_row){.assay = a->name,
                          .label = a->label,
                          .method = mtl__assay_method_name(a->method),
                          .enough = need.enough,
                          .wells = NAN,
                          .partitions = NAN,
                          .cells = NAN,
                          .sections = NAN,
                          .sites = NAN,
                          .informative = NAN,
                          .depth = NAN,
                          .sites_at_depth = NAN,
                          .model_depth = NAN,
                          .genomes = NAN,
                          .threshold = need.enough ? (double)need.threshold : NAN,
                          .power = need.enough ? need.power : NAN,
                          .alarm = need.enough ? need.alarm : NAN};
    if (v.by == MTL__BY_READS) {
        r->sites = floor(value(m, &a->sites) + 0.5);
        r->informative = v.reads.sites;
        r->model_depth = v.reads.depth;
        MTL_TRY(sites_at_depth(r, &v, &wish));
    }
    if (!need.enough)
        return MTL_OK;
    if (v.by == MTL__BY_READS)
        r->depth = need.amount;
    else if (v.by == MTL__BY_FISH)
        r->sections = need.amount;
    else
        r->wells = need.amount;
    if (v.by == MTL__BY_FISH)
        r->cells = need.units;
    else
        r->genomes = need.genomes;
    if (v.by == MTL__BY_DPCR)
        r->partitions = need.units;
    return MTL_OK;
}

int mtl_design_run(mtl_design **out, const mtl_model *m, const mtl_design_opts *o, mtl_error *err)
{
    *out = NULL;
    mtl_error_clear(err);
    if (!(o->fraction > 0 && o->fraction <= 1))
        return mtl__fail(err, MTL_ERR_USAGE, "fraction", "expected a number above 0 and up to 1");
    if (!(o->power > 0 && o->power < 1) || !(o->alarm > 0 && o->alarm < 1))
        return mtl__fail(err, MTL_ERR_USAGE, "power",
                         "power and alarm are probabilities between 0 and 1");
    mtl_design *d = calloc(1, sizeof *d);
    if (!d)
        return mtl__nomem(err);
    d->m = m;
    d->o = *o;
    d->row = calloc((size_t)m->n_assays + 1, sizeof *d->row);
    int ret = d->row ? MTL_OK : mtl__nomem(err);
    for (int i = 0; ret == MTL_OK && i < m->n_assays; i++, d->n++)
        ret = fill(&d->row[i], m, &m->assay[i], o, err);
    if (ret < 0)
        mtl_design_free(d);
    else
        *out = d;
    return ret;
}

void mtl_design_free(mtl_design *d)
{
    if (d)
        free(d->row);
    free(d);
}

int mtl_design_n_rows(const mtl_design *d)
{
    return d->n;
}

int mtl_design_row_at(const mtl_design *d, int i, mtl_design_row *out)
{
    if (i < 0 || i >= d->n)
        return MTL_ERR_USAGE;
    *out = d->row[i];
    return MTL_OK;
}

/* ---------------------------------------------------------------- for people */
static const char *rounded(double x, char buf[32])
{
    if (!isfinite(x))
        return "-";
    snprintf(buf, 32, x < 1e6 ? "%.0f" : "%.3g", x);
    return buf;
}

static void more_sites(mtl__str *t, const mtl_design_row *r, const char *before)
{
    char a[32], b[32];
    if (isfinite(r->sites_at_depth))
        mtl__str_printf(t, "%s%s reads of each of %s sites", before, rounded(r->model_depth, a),
                        rounded(r->sites_at_depth, b));
}

static void needs(mtl__str *t, const mtl_design_row *r, enum mtl__assay_method by)
{
    char a[32], b[32];
    if (!r->enough) {
        static const char *const most[] = {"1,000 wells", "2,000 wells", "10,000 sections",
                                           "10 million reads of a site"};
        mtl__str_printf(t, "not even with %s", most[by]);
        more_sites(t, r, ", but with ");
        return;
    }
    if (by == MTL__QPCR)
        mtl__str_printf(t, "%s wells", rounded(r->wells, a));
    else if (by == MTL__DPCR)
        mtl__str_printf(t, "%s wells, %s partitions", rounded(r->wells, a),
                        rounded(r->partitions, b));
    else if (by == MTL__FISH)
        mtl__str_printf(t, "%s sections, %s cells", rounded(r->sections, a), rounded(r->cells, b));
    else
        mtl__str_printf(t, "%s reads of each of %.0f sites (%.0f informative)",
                        rounded(r->depth, a), r->sites, r->informative);
    more_sites(t, r, ", or ");
    if (by != MTL__FISH)
        mtl__str_printf(t, "; %s gEq, %.2g ug DNA", rounded(r->genomes, a),
                        r->genomes * ug_per_genome);
    mtl__str_printf(t, "; positive from %.0f", r->threshold);
}

char *mtl_design_text(const mtl_design *d)
{
    mtl__str t = {0};
    size_t width = 0;
    mtl__str_printf(&t,
                    "To find %.3g of genomes with %.3g %% power, blanks positive in at most %.3g "
                    "%%:\n",
                    d->o.fraction, 100 * d->o.power, 100 * d->o.alarm);
    for (int i = 0; i < d->n; i++)
        width = strlen(d->row[i].assay) > width ? strlen(d->row[i].assay) : width;
    for (int i = 0; i < d->n; i++) {
        mtl__str_printf(&t, "  %-*s  ", (int)width, d->row[i].assay);
        needs(&t, &d->row[i], d->m->assay[i].method);
        mtl__str_add(&t, "\n");
    }
    mtl__str_add(&t, "  Genomes, partitions, background and cells per well or section are the "
                     "model's (--set NAME=VALUE); one target\n  allele per donor genome; reads: "
                     "mother and child.\n");
    if (t.oom) {
        mtl__str_free(&t);
        return NULL;
    }
    return t.s;
}

/* ---------------------------------------------------------------- for programs */
enum { N_NUMBERS = 13 };
static const char *const number_name[N_NUMBERS] = {
    "wells",    "partitions",  "cells",
    "sections", "panel_sites", "informative_sites",
    "depth",    "model_depth", "sites_at_model_depth",
    "genomes",  "threshold",   "power",
    "alarm"};

static void numbers_of(const mtl_design_row *r, double x[N_NUMBERS])
{
    const double all[N_NUMBERS] = {r->wells,          r->partitions,  r->cells,     r->sections,
                                   r->sites,          r->informative, r->depth,     r->model_depth,
                                   r->sites_at_depth, r->genomes,     r->threshold, r->power,
                                   r->alarm};
    memcpy(x, all, sizeof all);
}

char *mtl_design_tsv(const mtl_design *d)
{
    mtl__str t = {0};
    char buf[32];
    double x[N_NUMBERS];
    mtl__str_printf(&t, "##version=%s\n##fraction=%.6g\n##power=%.6g\n##alarm=%.6g\n",
                    mtl_version(), d->o.fraction, d->o.power, d->o.alarm);
    mtl__str_add(&t, "assay\tmethod\tenough");
    for (int k = 0; k < N_NUMBERS; k++)
        mtl__str_printf(&t, "\t%s", number_name[k]);
    mtl__str_add(&t, "\n");
    for (int i = 0; i < d->n; i++) {
        mtl__str_printf(&t, "%s\t%s\t%s", d->row[i].assay, d->row[i].method,
                        d->row[i].enough ? "yes" : "no");
        numbers_of(&d->row[i], x);
        for (int k = 0; k < N_NUMBERS; k++)
            mtl__str_printf(&t, "\t%s", mtl__out_number(x[k], buf));
        mtl__str_add(&t, "\n");
    }
    if (t.oom) {
        mtl__str_free(&t);
        return NULL;
    }
    return t.s;
}

static json_t *row_json(const mtl_design_row *r)
{
    double x[N_NUMBERS];
    json_t *o =
        json_pack("{s:s,s:s,s:b}", "assay", r->assay, "method", r->method, "enough", r->enough);
    numbers_of(r, x);
    for (int k = 0; o && k < N_NUMBERS; k++)
        if (json_object_set_new(o, number_name[k],
                                isfinite(x[k]) ? json_real(x[k]) : json_null()) != 0) {
            json_decref(o);
            o = NULL;
        }
    return o;
}

char *mtl_design_json(const mtl_design *d)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (int i = 0; ok && i < d->n; i++) {
        json_t *o = row_json(&d->row[i]);
        ok = o && json_array_append_new(list, o) == 0;
    }
    if (!ok) {
        json_decref(list);
        return NULL;
    }
    return mtl__json_text(json_pack("{s:s,s:f,s:f,s:f,s:o}", "version", mtl_version(), "fraction",
                                    d->o.fraction, "power", d->o.power, "alarm", d->o.alarm,
                                    "assays", list),
                          JSON_INDENT(1) | JSON_PRESERVE_ORDER);
}
