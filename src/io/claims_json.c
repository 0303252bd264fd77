/* SPDX-License-Identifier: MIT */
/* Claims as one JSON document, each with its rows of evidence and the state of its switches. */

#include <jansson.h>

#include "io/json_text.h"
#include "study/claims.h"

/* Takes x; false when memory has run out, and list is then given up. */
static bool append(json_t **list, json_t *x)
{
    if (*list && x && json_array_append_new(*list, x) == 0)
        return true;
    if (!*list)
        json_decref(x);
    json_decref(*list);
    *list = NULL;
    return false;
}

static json_t *texts(const char *const *list, int n)
{
    json_t *out = json_array();
    for (int i = 0; i < n; i++)
        if (!append(&out, json_string(list[i])))
            return NULL;
    return out;
}

static json_t *rows_json(const mtl_claims *c, int claim, int n)
{
    json_t *out = json_array();
    mtl_claim_row r;
    for (int i = 0; i < n && mtl_claims_row(c, claim, i, &r) == MTL_OK; i++)
        if (!append(&out,
                    json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:s,s:s,s:s,s:s}", "id", r.id,
                              "species", r.species, "what", r.what, "unit", r.unit, "value",
                              mtl__json_number(r.value), "low", mtl__json_number(r.low), "high",
                              mtl__json_number(r.high), "n", mtl__json_number(r.n), "k",
                              mtl__json_number(r.k), "citation", r.citation, "doi", r.doi,
                              "provenance", r.provenance, "not_held_because", r.unspoken)))
            return NULL;
    return out;
}

static json_t *values_json(const mtl_model *m, int sw, int n)
{
    json_t *out = json_array();
    for (int k = 0; k < n; k++) {
        mtl_switch_value v;
        if (mtl_model_switch_value(m, sw, k, &v) == MTL_OK &&
            !append(&out, json_pack("{s:s,s:b}", "value", v.value, "built", v.built)))
            return NULL;
    }
    return out;
}

static json_t *switches_json(const mtl_claim *f, const mtl_model *m)
{
    json_t *out = json_array();
    for (int i = 0; i < f->n_switches; i++) {
        mtl_switch_info s;
        const int sw = m ? mtl_model_find_switch(m, f->switches[i], NULL) : -1;
        json_t *x = sw >= 0 && mtl_model_switch_info(m, sw, &s) == MTL_OK
                        ? json_pack("{s:s,s:s,s:o}", "name", s.name, "value", s.value, "values",
                                    values_json(m, sw, s.n_values))
                        : json_pack("{s:s,s:n,s:[]}", "name", f->switches[i], "value", "values");
        if (!append(&out, x))
            return NULL;
    }
    return out;
}

static json_t *claim_json(const mtl_claims *c, const mtl_model *m, int i)
{
    mtl_claim f;
    if (mtl_claims_get(c, i, &f) != MTL_OK)
        return NULL;
    const char kind[2] = {f.kind, '\0'};
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:s,s:o,s:o,s:s}", "id", f.id,
                     "source", f.source, "grade", mtl_grade_name(f.grade), "kind", kind, "claim",
                     f.claim, "answer", f.answer, "published", f.published, "rows",
                     rows_json(c, i, f.n_rows), "targets", texts(f.targets, f.n_targets),
                     "switches", switches_json(&f, m), "example", f.example, "try",
                     texts(f.attempts, f.n_attempts), "see", texts(f.see, f.n_see), "experiment",
                     f.experiment);
}

char *mtl_claims_json(const mtl_claims *c, const mtl_model *m, const int *chosen, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        if (!append(&list, claim_json(c, m, chosen[i])))
            return NULL;
    json_t *root = list ? json_pack("{s:o}", "claims", list) : NULL;
    return mtl__json_text(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12));
}
