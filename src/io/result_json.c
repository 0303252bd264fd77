/* SPDX-License-Identifier: MIT */
/* The result as JSON, by jansson: the manifest that lies beside the tables (provenance, what the
   answer leans on, the SHA-256 of every file) and the whole result as one document. Keys keep
   the order in which they are set; numbers have nine significant digits; what is missing is null.
   The seed is text, because a 64-bit number does not survive readers that know only doubles. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "io/json_text.h"
#include "io/result_out.h"
#include "matriline/version.h"

#define JSON_STYLE (JSON_INDENT(1) | JSON_REAL_PRECISION(9))

/* The same with a name of the user's as key. */
static void set_named(json_t *o, const char *name, json_t *value, bool *failed)
{
    mtl__str key = {0};
    mtl__out_clean(&key, name);
    if (key.oom) {
        json_decref(value);
        *failed = true;
    } else {
        mtl__json_set(o, key.s ? key.s : "", value, failed);
    }
    mtl__str_free(&key);
}

static json_t *switches(const mtl_model *m, bool *failed)
{
    json_t *o = json_object();
    for (int i = 0; i < m->n_switches; i++)
        set_named(o, m->sw[i].name, mtl__json_string(m->sw[i].value[m->sw[i].now]), failed);
    return o;
}

/* Tier D parameters in use, and the values that were changed by hand. */
static json_t *parameters(const mtl_result *r, bool changed_ones, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < r->m->n_params; i++) {
        const mtl__param *p = &r->m->param[i];
        const bool changed = p->value < p->default_value || p->value > p->default_value;
        if (changed_ones ? !changed : !(r->used_param && r->used_param[i] && p->tier == 'D'))
            continue;
        json_t *o = json_object();
        mtl__json_set(o, "name", mtl__json_string(p->name), failed);
        mtl__json_set(o, "value", mtl__json_number(p->value / p->unit.scale), failed);
        mtl__json_set(o, "low", mtl__json_number(p->low / p->unit.scale), failed);
        mtl__json_set(o, "high", mtl__json_number(p->high / p->unit.scale), failed);
        mtl__json_set(o, "unit", mtl__json_string(p->unit_text), failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *leanings(const mtl_result *r, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_leanings; i++) {
        const mtl__leaning *l = &r->leaning[i];
        const char tier[2] = {r->m->param[l->param].tier, '\0'};
        json_t *o = json_object();
        mtl__json_set(o, "name", mtl__json_string(r->m->param[l->param].name), failed);
        mtl__json_set(o, "tier", mtl__json_string(tier), failed);
        mtl__json_set(o, "effect", mtl__json_number(l->effect), failed);
        mtl__json_set(o, "low_answer", mtl__json_number(l->low_answer), failed);
        mtl__json_set(o, "high_answer", mtl__json_number(l->high_answer), failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static void provenance(json_t *o, const mtl_result *r, bool *failed)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, r->opts.seed);
    mtl__json_set(o, "program", mtl__json_string("matriline"), failed);
    mtl__json_set(o, "version", mtl__json_string(mtl_version()), failed);
    mtl__json_set(o, "command_line", mtl__json_string(r->command_line ? r->command_line : ""),
                  failed);
    mtl__json_set(o, "title", mtl__json_string(r->s->title), failed);
    mtl__json_set(o, "scenario", mtl__json_string(r->s->file), failed);
    mtl__json_set(o, "scenario_sha256", mtl__json_string(r->s->hash), failed);
    mtl__json_set(o, "model_sha256", mtl__json_string(r->model_hash), failed);
    mtl__json_set(o, "seed", mtl__json_string(seed), failed);
    mtl__json_set(o, "replicates", json_integer(r->opts.replicates), failed);
    mtl__json_set(o, "first_replicate", json_integer(r->opts.first_replicate), failed);
    mtl__json_set(o, "unknowns_drawn", json_boolean(r->n_bands > 1), failed);
    mtl__json_set(o, "solver", mtl__json_string(mtl__out_solver(r)), failed);
    mtl__json_set(o, "splitting_error", mtl__json_number(r->split_error), failed);
    mtl__json_set(o, "splitting_error_se", mtl__json_number(r->split_error_se), failed);
    mtl__json_set(o, "events_simulated", json_integer((json_int_t)r->events), failed);
    mtl__json_set(o, "switches", switches(r->m, failed), failed);
    mtl__json_set(o, "hypothesis", mtl__json_string(r->hypothesis), failed);
    mtl__json_set(o, "headline", mtl__json_string(r->headline), failed);
    if (mtl__out_has_hosts(r)) {
        mtl__json_set(o, "together", json_boolean(r->host.together), failed);
        mtl__json_set(o, "coupling", mtl__json_string(r->host.coupling ? r->host.coupling : ""),
                      failed);
        mtl__json_set(o, "coupling_error", mtl__json_number(r->host.coupling_error), failed);
        mtl__json_set(o, "coupling_error_se", mtl__json_number(r->host.coupling_error_se), failed);
    }
    mtl__json_set(o, "answer_is", mtl__json_string(r->answer_text), failed);
    mtl__json_set(o, "answer", mtl__json_number(r->answer[MTL__CHANCE]), failed);
    mtl__json_set(o, "answer_with_unknowns",
                  mtl__json_number(r->n_bands > 1 ? r->answer[MTL__UNKNOWNS] : NAN), failed);
    mtl__json_set(o, "answer_leans_on", leanings(r, failed), failed);
    mtl__json_set(o, "tier_d_parameters_used", parameters(r, false, failed), failed);
    mtl__json_set(o, "parameters_changed_by_hand", parameters(r, true, failed), failed);
}

char *mtl__out_manifest(const mtl_result *r, const mtl__out_file *file, int n)
{
    bool failed = false;
    json_t *o = json_object();
    provenance(o, r, &failed);
    json_t *files = json_array();
    for (int i = 0; i < n; i++) {
        json_t *f = json_object();
        mtl__json_set(f, "name", mtl__json_string(file[i].name), &failed);
        mtl__json_set(f, "bytes", json_integer((json_int_t)file[i].text.len), &failed);
        mtl__json_set(f, "sha256", mtl__json_string(file[i].sha256), &failed);
        mtl__json_append(files, f, &failed);
    }
    mtl__json_set(o, "files", files, &failed);
    mtl__json_set(o, "seconds", mtl__json_number(r->seconds), &failed);
    if (failed) {
        json_decref(o);
        return NULL;
    }
    char *out = mtl__json_text(o, JSON_STYLE);
    mtl__str b = {0};
    if (out) {
        mtl__str_add(&b, out);
        mtl__str_add(&b, "\n");
    }
    free(out);
    if (b.oom)
        mtl__str_free(&b);
    return b.s;
}

/* ------------------------------------------------------------------ the whole result */

static json_t *band(const mtl__band *x, bool *failed)
{
    json_t *o = json_object();
    mtl__json_set(o, "mean", mtl__json_number(x->mean), failed);
    mtl__json_set(o, "q025", mtl__json_number(x->q025), failed);
    mtl__json_set(o, "q250", mtl__json_number(x->q250), failed);
    mtl__json_set(o, "q500", mtl__json_number(x->q500), failed);
    mtl__json_set(o, "q750", mtl__json_number(x->q750), failed);
    mtl__json_set(o, "q975", mtl__json_number(x->q975), failed);
    mtl__json_set(o, "p_present", mtl__json_number(x->p_present), failed);
    return o;
}

typedef struct rows {
    json_t *cells;
    bool *failed;
} rows;

static int cell_row(void *ctx, const mtl_cell_row *row)
{
    rows *out = ctx;
    bool *failed = out->failed;
    json_t *o = json_object();
    mtl__json_set(o, "person", mtl__json_string(row->person), failed);
    mtl__json_set(o, "donor", mtl__json_string(row->donor), failed);
    mtl__json_set(o, "organ", mtl__json_string(row->organ), failed);
    mtl__json_set(o, "kind", mtl__json_string(row->kind), failed);
    mtl__json_set(o, "date", mtl__json_date(row->t_days), failed);
    mtl__json_set(o, "mean", mtl__json_number(row->mean), failed);
    mtl__json_set(o, "q025", mtl__json_number(row->q025), failed);
    mtl__json_set(o, "q500", mtl__json_number(row->q500), failed);
    mtl__json_set(o, "q975", mtl__json_number(row->q975), failed);
    mtl__json_set(o, "p_present", mtl__json_number(row->p_present), failed);
    mtl__json_append(out->cells, o, failed);
    return *failed ? MTL_ERR_MEMORY : 0;
}

static json_t *reading(const mtl__reading *x, bool *failed)
{
    if (!x || x->wells <= 0 || x->hits < 0)
        return json_null();
    json_t *o = json_object();
    mtl__json_set(o, "hits", json_integer(x->hits), failed);
    mtl__json_set(o, "wells", json_integer(x->wells), failed);
    mtl__json_set(o, "positive", json_boolean(x->positive), failed);
    mtl__json_set(o, "geq_per_1e6", mtl__json_number(x->geq_per_1e6), failed);
    mtl__json_set(o, "low", mtl__json_number(x->low), failed);
    mtl__json_set(o, "high", mtl__json_number(x->high), failed);
    return o;
}

static json_t *assays(const mtl_result *r, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_assays; i++) {
        const mtl__assay_result *a = &r->assay[i];
        const mtl__sample *s = &r->s->sample[a->sample];
        const mtl__assay_def *def = mtl__out_assay(r, a);
        json_t *o = json_object();
        mtl__json_set(o, "person", mtl__json_string(r->s->person[s->person].name), failed);
        mtl__json_set(o, "organ", mtl__json_string(r->m->organ[s->organ].name), failed);
        mtl__json_set(o, "date", mtl__json_date(s->t), failed);
        mtl__json_set(o, "assay", mtl__json_string(def ? def->name : NULL), failed);
        mtl__json_set(o, "method",
                      mtl__json_string(def ? mtl__assay_method_name(def->method) : NULL), failed);
        mtl__json_set(o, "unit", mtl__json_string(def ? mtl__method_unit(a->v.by) : NULL), failed);
        mtl__json_set(o, "donors", mtl__json_string(a->donors), failed);
        mtl__json_set(o, "genomes_tested",
                      mtl__json_number(def ? mtl__virtual_genomes(&a->v) : NAN), failed);
        mtl__json_set(o, "p_positive", mtl__json_number(def ? a->p_positive[MTL__CHANCE] : NAN),
                      failed);
        mtl__json_set(o, "p_positive_with_unknowns",
                      mtl__json_number(def && r->n_bands > 1 ? a->p_positive[MTL__UNKNOWNS] : NAN),
                      failed);
        mtl__json_set(o, "mean_geq_per_1e6", mtl__json_number(1e6 * a->mean_fraction), failed);
        mtl__json_set(o, "mean_cells_per_mL", mtl__json_number(a->mean_per_mL), failed);
        mtl__json_set(o, "lod_geq_per_1e6", mtl__json_number(def ? 1e6 * a->lod : NAN), failed);
        mtl__json_set(o, "virtual", reading(def ? &a->shown : NULL, failed), failed);
        mtl__json_set(o, "laboratory", reading(a->has_given ? &a->given : NULL, failed), failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *levels(const mtl_result *r, const mtl__pair *p, int b, bool *failed)
{
    json_t *organs = json_object();
    for (int o = 0; p->final[b] && o < r->m->n_organs; o++)
        set_named(organs, r->m->organ[o].name, band(&p->final[b][o], failed), failed);
    return organs;
}

static json_t *pairs(const mtl_result *r, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_pairs; i++) {
        const mtl__pair *p = &r->pair[i];
        json_t *o = json_object();
        mtl__json_set(o, "person", mtl__json_string(r->s->person[p->host].name), failed);
        mtl__json_set(o, "donor", mtl__json_string(r->s->person[p->donor].name), failed);
        mtl__json_set(o, "relation", mtl__json_string(p->relation), failed);
        mtl__json_set(o, "from", mtl__json_date(p->t_start), failed);
        mtl__json_set(o, "p_anywhere", mtl__json_number(p->p_anywhere[MTL__CHANCE]), failed);
        if (r->n_bands > 1)
            mtl__json_set(o, "p_anywhere_with_unknowns",
                          mtl__json_number(p->p_anywhere[MTL__UNKNOWNS]), failed);
        mtl__json_set(o, "final_geq_per_1e6", levels(r, p, MTL__CHANCE, failed), failed);
        if (r->n_bands > 1)
            mtl__json_set(o, "final_geq_per_1e6_with_unknowns", levels(r, p, MTL__UNKNOWNS, failed),
                          failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *carriage(const mtl_result *r, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_carriages; i++) {
        const mtl__carriage *c = &r->carriage[i];
        json_t *o = json_object(), *each = json_object();
        for (int k = 0; c->p_each && k < c->n_children && k < r->n_children; k++)
            set_named(each, r->s->person[r->children[k]].name, mtl__json_number(c->p_each[k]),
                      failed);
        mtl__json_set(o, "person", mtl__json_string(r->s->person[c->host].name), failed);
        mtl__json_set(o, "organ", mtl__json_string(r->m->organ[c->organ].name), failed);
        mtl__json_set(o, "p_any", mtl__json_number(c->p_any), failed);
        mtl__json_set(o, "p_every", mtl__json_number(c->p_every), failed);
        mtl__json_set(o, "p_any_with_unknowns",
                      mtl__json_number(r->n_bands > 1 ? c->p_any_unknowns : NAN), failed);
        mtl__json_set(o, "p_every_with_unknowns",
                      mtl__json_number(r->n_bands > 1 ? c->p_every_unknowns : NAN), failed);
        mtl__json_set(o, "p_each", each, failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

char *mtl_result_json(const mtl_result *r)
{
    bool failed = false;
    json_t *o = json_object();
    rows out = {json_array(), &failed};
    const mtl_sink sink = {.ctx = &out, .cell = cell_row};
    provenance(o, r, &failed);
    mtl__json_set(o, "final_date", mtl__json_date(r->t_final), &failed);
    mtl__json_set(o, "assays", assays(r, &failed), &failed);
    mtl__json_set(o, "carriage", carriage(r, &failed), &failed);
    mtl__json_set(o, "pairs", pairs(r, &failed), &failed);
    if (mtl_result_emit(r, &sink) != 0)
        failed = true;
    mtl__json_set(o, "cells", out.cells, &failed);
    if (mtl__out_has_hosts(r))
        mtl__json_set(o, "hosts", mtl__out_hosts_json(r), &failed);
    mtl__json_set(o, "seconds", mtl__json_number(r->seconds), &failed);
    if (failed) {
        json_decref(o);
        return NULL;
    }
    return mtl__json_text(o, JSON_STYLE);
}
