/* SPDX-License-Identifier: MIT */
/* The table of targets as one JSON document. */

#include <jansson.h>

#include "io/json_text.h"
#include "study/targets.h"

static json_t *row_json(const mtl_target_row *r)
{
    static const char *const verdict[] = {"met", "fails", "not run"};
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:s,"
        "s:s,s:s,s:s,s:s}",
        "id", r->id, "use", r->use, "group", r->group, "label", r->label, "what", r->what, "unit",
        r->unit, "statistic", r->statistic, "compare", r->compare, "n", mtl__json_number(r->n),
        "published", mtl__json_number(r->value), "published_low", mtl__json_number(r->low),
        "published_high", mtl__json_number(r->high), "model", mtl__json_number(r->model),
        "model_q05", mtl__json_number(r->model_low), "model_q95", mtl__json_number(r->model_high),
        "miss_standard_errors", mtl__json_number(r->miss), "log_score", mtl__json_number(r->score),
        "verdict", verdict[r->verdict], "study_factor", r->scale, "note", r->note, "problem",
        r->problem, "citation", r->citation, "doi", r->doi);
}

static json_t *result_json(const mtl_targets_result *r, const char *label)
{
    mtl_targets_total t;
    json_t *rows = json_array();
    mtl_targets_totals(r, &t);
    for (int i = 0; i < r->n_targets; i++)
        if (json_array_append_new(rows, row_json(&r->target[i].row)) != 0) {
            json_decref(rows);
            return NULL;
        }
    return json_pack("{s:s,s:s,s:i,s:i,s:o,s:i,s:i,s:o,s:i,s:o}", "label", label, "hypothesis",
                     r->hypothesis ? r->hypothesis : "", "fitted", t.n_fitted, "fitted_met",
                     t.n_fitted_met, "score_fitted", mtl__json_number(t.score_fitted), "tests",
                     t.n_tests, "tests_met", t.n_tests_met, "score_tests",
                     mtl__json_number(t.score_tests), "not_run", t.n_not_run, "rows", rows);
}

static json_t *unspoken_json(const mtl_targets_result *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_unspoken; i++) {
        const mtl__evidence *e = &r->evidence[r->unspoken[i]];
        json_t *x = json_pack("{s:s,s:s,s:s,s:s}", "id", e->id, "what", e->quantity, "use", e->use,
                              "reason", e->unspoken);
        if (json_array_append_new(list, x) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

char *mtl_targets_json(const mtl_targets_result *const *r, const char *const *label, int n)
{
    json_t *results = json_array();
    for (int k = 0; k < n; k++)
        if (json_array_append_new(results, result_json(r[k], n > 1 ? label[k] : "default")) != 0) {
            json_decref(results);
            return NULL;
        }
    json_t *root = json_pack("{s:I,s:i,s:i,s:o,s:o}", "seed", (json_int_t)r[0]->seed, "replicates",
                             r[0]->replicates, "evidence_rows", r[0]->n_evidence, "results",
                             results, "unspoken", unspoken_json(r[0]));
    return mtl__json_text(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
}
