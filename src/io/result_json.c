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

/* Sets, and remembers that something could not be made. */
static void set(json_t *o, const char *key, json_t *value, bool *failed)
{
    if (!value || json_object_set_new(o, key, value) != 0)
        *failed = true;
}

static void append(json_t *list, json_t *value, bool *failed)
{
    if (!value || json_array_append_new(list, value) != 0)
        *failed = true;
}

/* The same with a name of the user's as key. */
static void set_named(json_t *o, const char *name, json_t *value, bool *failed)
{
    mtl__str key = {0};
    mtl__out_clean(&key, name);
    if (key.oom) {
        json_decref(value);
        *failed = true;
    } else {
        set(o, key.s ? key.s : "", value, failed);
    }
    mtl__str_free(&key);
}

static json_t *number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *text(const char *s)
{
    if (!s)
        return json_null();
    mtl__str b = {0};
    mtl__out_clean(&b, s);
    json_t *v = b.oom ? NULL : json_stringn(b.s ? b.s : "", b.len);
    mtl__str_free(&b);
    return v;
}

static json_t *date(double days)
{
    char buf[16];
    return isfinite(days) ? json_string(mtl__date_text(days, buf)) : json_null();
}

static json_t *switches(const mtl_model *m, bool *failed)
{
    json_t *o = json_object();
    for (int i = 0; i < m->n_switches; i++)
        set_named(o, m->sw[i].name, text(m->sw[i].value[m->sw[i].now]), failed);
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
        set(o, "name", text(p->name), failed);
        set(o, "value", number(p->value / p->unit.scale), failed);
        set(o, "low", number(p->low / p->unit.scale), failed);
        set(o, "high", number(p->high / p->unit.scale), failed);
        set(o, "unit", text(p->unit_text), failed);
        append(list, o, failed);
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
        set(o, "name", text(r->m->param[l->param].name), failed);
        set(o, "tier", text(tier), failed);
        set(o, "effect", number(l->effect), failed);
        set(o, "low_answer", number(l->low_answer), failed);
        set(o, "high_answer", number(l->high_answer), failed);
        append(list, o, failed);
    }
    return list;
}

static void provenance(json_t *o, const mtl_result *r, bool *failed)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, r->opts.seed);
    set(o, "program", text("matriline"), failed);
    set(o, "version", text(mtl_version()), failed);
    set(o, "command_line", text(r->command_line ? r->command_line : ""), failed);
    set(o, "title", text(r->s->title), failed);
    set(o, "scenario", text(r->s->file), failed);
    set(o, "scenario_sha256", text(r->s->hash), failed);
    set(o, "model_sha256", text(r->model_hash), failed);
    set(o, "seed", text(seed), failed);
    set(o, "replicates", json_integer(r->opts.replicates), failed);
    set(o, "first_replicate", json_integer(r->opts.first_replicate), failed);
    set(o, "unknowns_drawn", json_boolean(r->n_bands > 1), failed);
    set(o, "solver", text(mtl__out_solver(r)), failed);
    set(o, "splitting_error", number(r->split_error), failed);
    set(o, "splitting_error_se", number(r->split_error_se), failed);
    set(o, "events_simulated", json_integer((json_int_t)r->events), failed);
    set(o, "switches", switches(r->m, failed), failed);
    set(o, "hypothesis", text(r->hypothesis), failed);
    set(o, "headline", text(r->headline), failed);
    if (mtl__out_has_hosts(r)) {
        set(o, "together", json_boolean(r->host.together), failed);
        set(o, "coupling", text(r->host.coupling ? r->host.coupling : ""), failed);
        set(o, "coupling_error", number(r->host.coupling_error), failed);
        set(o, "coupling_error_se", number(r->host.coupling_error_se), failed);
    }
    set(o, "answer_is", text(r->answer_text), failed);
    set(o, "answer", number(r->answer[MTL__CHANCE]), failed);
    set(o, "answer_with_unknowns", number(r->n_bands > 1 ? r->answer[MTL__UNKNOWNS] : NAN), failed);
    set(o, "answer_leans_on", leanings(r, failed), failed);
    set(o, "tier_d_parameters_used", parameters(r, false, failed), failed);
    set(o, "parameters_changed_by_hand", parameters(r, true, failed), failed);
}

char *mtl__out_manifest(const mtl_result *r, const mtl__out_file *file, int n)
{
    bool failed = false;
    json_t *o = json_object();
    provenance(o, r, &failed);
    json_t *files = json_array();
    for (int i = 0; i < n; i++) {
        json_t *f = json_object();
        set(f, "name", text(file[i].name), &failed);
        set(f, "bytes", json_integer((json_int_t)file[i].text.len), &failed);
        set(f, "sha256", text(file[i].sha256), &failed);
        append(files, f, &failed);
    }
    set(o, "files", files, &failed);
    set(o, "seconds", number(r->seconds), &failed);
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
    set(o, "mean", number(x->mean), failed);
    set(o, "q025", number(x->q025), failed);
    set(o, "q250", number(x->q250), failed);
    set(o, "q500", number(x->q500), failed);
    set(o, "q750", number(x->q750), failed);
    set(o, "q975", number(x->q975), failed);
    set(o, "p_present", number(x->p_present), failed);
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
    set(o, "person", text(row->person), failed);
    set(o, "donor", text(row->donor), failed);
    set(o, "organ", text(row->organ), failed);
    set(o, "kind", text(row->kind), failed);
    set(o, "date", date(row->t_days), failed);
    set(o, "mean", number(row->mean), failed);
    set(o, "q025", number(row->q025), failed);
    set(o, "q500", number(row->q500), failed);
    set(o, "q975", number(row->q975), failed);
    set(o, "p_present", number(row->p_present), failed);
    append(out->cells, o, failed);
    return *failed ? MTL_ERR_MEMORY : 0;
}

static json_t *reading(const mtl__reading *x, bool *failed)
{
    if (!x || x->wells <= 0 || x->hits < 0)
        return json_null();
    json_t *o = json_object();
    set(o, "hits", json_integer(x->hits), failed);
    set(o, "wells", json_integer(x->wells), failed);
    set(o, "positive", json_boolean(x->positive), failed);
    set(o, "geq_per_1e6", number(x->geq_per_1e6), failed);
    set(o, "low", number(x->low), failed);
    set(o, "high", number(x->high), failed);
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
        set(o, "person", text(r->s->person[s->person].name), failed);
        set(o, "organ", text(r->m->organ[s->organ].name), failed);
        set(o, "date", date(s->t), failed);
        set(o, "assay", text(def ? def->name : NULL), failed);
        set(o, "method", text(def ? mtl__assay_method_name(def->method) : NULL), failed);
        set(o, "unit", text(def ? mtl__method_unit(a->v.by) : NULL), failed);
        set(o, "donors", text(a->donors), failed);
        set(o, "genomes_tested", number(def ? mtl__virtual_genomes(&a->v) : NAN), failed);
        set(o, "p_positive", number(def ? a->p_positive[MTL__CHANCE] : NAN), failed);
        set(o, "p_positive_with_unknowns",
            number(def && r->n_bands > 1 ? a->p_positive[MTL__UNKNOWNS] : NAN), failed);
        set(o, "mean_geq_per_1e6", number(1e6 * a->mean_fraction), failed);
        set(o, "mean_cells_per_mL", number(a->mean_per_mL), failed);
        set(o, "lod_geq_per_1e6", number(def ? 1e6 * a->lod : NAN), failed);
        set(o, "virtual", reading(def ? &a->shown : NULL, failed), failed);
        set(o, "laboratory", reading(a->has_given ? &a->given : NULL, failed), failed);
        append(list, o, failed);
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
        set(o, "person", text(r->s->person[p->host].name), failed);
        set(o, "donor", text(r->s->person[p->donor].name), failed);
        set(o, "relation", text(p->relation), failed);
        set(o, "from", date(p->t_start), failed);
        set(o, "p_anywhere", number(p->p_anywhere[MTL__CHANCE]), failed);
        if (r->n_bands > 1)
            set(o, "p_anywhere_with_unknowns", number(p->p_anywhere[MTL__UNKNOWNS]), failed);
        set(o, "final_geq_per_1e6", levels(r, p, MTL__CHANCE, failed), failed);
        if (r->n_bands > 1)
            set(o, "final_geq_per_1e6_with_unknowns", levels(r, p, MTL__UNKNOWNS, failed), failed);
        append(list, o, failed);
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
            set_named(each, r->s->person[r->children[k]].name, number(c->p_each[k]), failed);
        set(o, "person", text(r->s->person[c->host].name), failed);
        set(o, "organ", text(r->m->organ[c->organ].name), failed);
        set(o, "p_any", number(c->p_any), failed);
        set(o, "p_every", number(c->p_every), failed);
        set(o, "p_any_with_unknowns", number(r->n_bands > 1 ? c->p_any_unknowns : NAN), failed);
        set(o, "p_every_with_unknowns", number(r->n_bands > 1 ? c->p_every_unknowns : NAN), failed);
        set(o, "p_each", each, failed);
        append(list, o, failed);
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
    set(o, "final_date", date(r->t_final), &failed);
    set(o, "assays", assays(r, &failed), &failed);
    set(o, "carriage", carriage(r, &failed), &failed);
    set(o, "pairs", pairs(r, &failed), &failed);
    if (mtl_result_emit(r, &sink) != 0)
        failed = true;
    set(o, "cells", out.cells, &failed);
    if (mtl__out_has_hosts(r))
        set(o, "hosts", mtl__out_hosts_json(r), &failed);
    set(o, "seconds", number(r->seconds), &failed);
    if (failed) {
        json_decref(o);
        return NULL;
    }
    return mtl__json_text(o, JSON_STYLE);
}
