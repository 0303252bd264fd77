/* SPDX-License-Identifier: MIT */
/* Reads one target file: which row of the evidence it is held against, which statistic of which
   population of small families, what the study's assay had of its own, and which study factor is
   allowed. The keys are described in docs/targets.md. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/target_read.h"
#include "io/yaml_tree.h"

static const char *const target_keys[] = {"evidence",  "group",       "label",      "use",
                                          "statistic", "compare",     "population", "reference",
                                          "assay",     "study_scale", "parameter",  "n",
                                          "assumed",   "note",        "raise",      NULL};
static const char *const member_keys[] = {"weight", "family", "sample", "with", "without", NULL};
static const char *const raise_keys[] = {"parameter", "by", NULL};
static const char *const assay_keys[] = {
    "genomes",    "false_positive", "wells",    "threshold", "above",
    "background", "volume",         "quantile", "tolerance", NULL};
static const char *const scale_keys[] = {"log10_sd", "factor", "why", NULL};

typedef struct reading {
    mtl__target_reader *rd;
    mtl__ydoc doc;
    mtl__target *t;
    mtl_error *err;
} reading;

static int need(const reading *x, const mtl__ynode *map, const char *key, const mtl__ynode **out)
{
    *out = mtl__yaml_get(map, key);
    if (!*out)
        return mtl__yaml_fail(&x->doc, map, x->err, MTL_ERR_VALUE, "'%s' is missing", key);
    return MTL_OK;
}

static int optional_number(const reading *x, const mtl__ynode *map, const char *key, double lo,
                           double hi, double *out)
{
    const mtl__ynode *n = mtl__yaml_get(map, key);
    return n ? mtl__yaml_number(&x->doc, n, lo, hi, out, x->err) : MTL_OK;
}

static int optional_text(const reading *x, const mtl__ynode *map, const char *key, const char **out)
{
    const mtl__ynode *n = mtl__yaml_get(map, key);
    return n ? mtl__yaml_text(&x->doc, n, out, x->err) : MTL_OK;
}

/* ---------------------------------------------------------------- populations */
/* `sample: 2` or `sample: [1, 2, 3]`; numbers count from 1 in the family's file. */
static int read_samples(const reading *x, const mtl__ynode *n, mtl__member *m)
{
    const mtl__family *f = &x->rd->family[m->family];
    const int n_samples = f->scenario ? f->scenario->n_samples : 1000;
    m->n_samples = n->kind == MTL__YLIST ? n->n : 1;
    int *sample = mtl__arena_alloc(&x->rd->r->arena, (size_t)(m->n_samples + 1) * sizeof *sample);
    if (!sample)
        return mtl__nomem(x->err);
    if (m->n_samples == 0)
        return mtl__yaml_fail(&x->doc, n, x->err, MTL_ERR_VALUE, "at least one sample is needed");
    for (int i = 0; i < m->n_samples; i++) {
        int64_t v;
        const mtl__ynode *item = n->kind == MTL__YLIST ? n->item[i] : n;
        MTL_TRY(mtl__yaml_whole(&x->doc, item, 1, 1000, &v, x->err));
        if (v > n_samples)
            return mtl__yaml_fail(&x->doc, item, x->err, MTL_ERR_VALUE,
                                  "family '%s' has %d samples", f->name, n_samples);
        sample[i] = (int)v - 1;
    }
    if (m->n_samples > 1 && x->t->statistic != MTL__S_ANY)
        return mtl__yaml_fail(&x->doc, n, x->err, MTL_ERR_VALUE,
                              "several samples go with the statistic 'positive in any' only");
    m->sample = sample;
    return MTL_OK;
}

/* Is the outcome asked for of anybody who is sampled? */
static bool in_somebody(const mtl_scenario *s, int outcome)
{
    for (int i = 0; i < s->n_samples; i++) {
        const mtl__follow *f = mtl__follow_of(s, s->sample[i].person);
        if (f && f->outcome[outcome])
            return true;
    }
    return false;
}

/* `with: lupus` or `without: lupus`: lives chosen by an outcome that the family follows. */
static int read_chosen(const reading *x, const mtl__ynode *map, mtl__member *m)
{
    const mtl__ynode *with = mtl__yaml_get(map, "with"), *without = mtl__yaml_get(map, "without");
    const mtl__ynode *n = with ? with : without;
    const mtl_scenario *s = x->rd->family[m->family].scenario;
    const char *name;
    if (!n)
        return MTL_OK;
    if (with && without)
        return mtl__yaml_fail(&x->doc, without, x->err, MTL_ERR_DUPLICATE,
                              "give either `with` or `without`, not both");
    MTL_TRY(mtl__yaml_text(&x->doc, n, &name, x->err));
    if (!s) /* another model lacks something: the row is not run */
        return MTL_OK;
    m->outcome = mtl__model_outcome(x->rd->model, name, x->err);
    if (m->outcome < 0)
        return mtl__fail_place(x->err, m->outcome, x->doc.file, n->line, n->column);
    m->chosen = with ? MTL__CHOSEN_WITH : MTL__CHOSEN_WITHOUT;
    if (!in_somebody(s, m->outcome))
        return mtl__yaml_fail(&x->doc, n, x->err, MTL_ERR_VALUE,
                              "family '%s' does not follow '%s': name it in its `follow`",
                              x->rd->family[m->family].name, name);
    return MTL_OK;
}

static int read_member(const reading *x, const mtl__ynode *n, mtl__member *m)
{
    const mtl__ynode *node;
    const char *name;
    MTL_TRY(mtl__yaml_is_map(&x->doc, n, "a family with its weight", x->err));
    MTL_TRY(mtl__yaml_keys(&x->doc, n, member_keys, "a member of a population", x->err));
    MTL_TRY(need(x, n, "weight", &node));
    MTL_TRY(mtl__yaml_number(&x->doc, node, 1e-6, 1e6, &m->weight, x->err));
    MTL_TRY(need(x, n, "family", &node));
    MTL_TRY(mtl__yaml_text(&x->doc, node, &name, x->err));
    m->family = mtl__target_family(x->rd, name, x->t->raise, x->t->raise_by, x->err);
    if (m->family < 0)
        return mtl__fail_place(x->err, m->family, x->doc.file, node->line, node->column);
    MTL_TRY(read_chosen(x, n, m));
    MTL_TRY(need(x, n, "sample", &node));
    return read_samples(x, node, m);
}

static int read_population(const reading *x, const mtl__ynode *root, const char *key,
                           mtl__population *out)
{
    const mtl__ynode *n = mtl__yaml_get(root, key);
    double sum = 0.0;
    if (!n)
        return MTL_OK;
    MTL_TRY(mtl__yaml_is_list(&x->doc, n, "a list of families with weights", x->err));
    if (n->n == 0)
        return mtl__yaml_fail(&x->doc, n, x->err, MTL_ERR_VALUE, "an empty population");
    out->member = mtl__arena_alloc(&x->rd->r->arena, (size_t)n->n * sizeof *out->member);
    if (!out->member)
        return mtl__nomem(x->err);
    for (int i = 0; i < n->n; i++) {
        MTL_TRY(read_member(x, n->item[i], &out->member[i]));
        sum += out->member[i].weight;
    }
    out->n = n->n;
    for (int i = 0; i < n->n; i++)
        out->member[i].weight /= sum;
    return MTL_OK;
}

/* ---------------------------------------------------------------- assay and study factor */
static int read_assay(const reading *x, const mtl__ynode *root)
{
    mtl__target *t = x->t;
    const mtl__ynode *n = mtl__yaml_get(root, "assay"), *volume;
    if (!n)
        return MTL_OK;
    MTL_TRY(mtl__yaml_is_map(&x->doc, n, "what the study's assay has of its own", x->err));
    MTL_TRY(mtl__yaml_keys(&x->doc, n, assay_keys, "the assay of a target", x->err));
    MTL_TRY(optional_number(x, n, "genomes", 1.0, 1e12, &t->genomes));
    MTL_TRY(optional_number(x, n, "false_positive", 0.0, 0.999, &t->false_positive));
    MTL_TRY(optional_number(x, n, "wells", 1.0, 384.0, &t->wells));
    MTL_TRY(optional_number(x, n, "threshold", 1.0, 384.0, &t->threshold));
    MTL_TRY(optional_number(x, n, "above", 0.0, 1.0, &t->above));
    MTL_TRY(optional_number(x, n, "background", 0.0, 1e9, &t->background));
    MTL_TRY(optional_number(x, n, "quantile", 0.0, 1.0, &t->quantile));
    MTL_TRY(optional_number(x, n, "tolerance", 0.0, 10.0, &t->tolerance));
    volume = mtl__yaml_get(n, "volume");
    if (volume)
        MTL_TRY(mtl__yaml_quantity(&x->doc, volume, "mL", NULL, &t->volume_mL, x->err));
    if (t->volume_mL <= 0.0)
        return mtl__yaml_fail(&x->doc, volume, x->err, MTL_ERR_VALUE, "a volume is above 0");
    return MTL_OK;
}

/* A number, or the name of a parameter of the model. */
static int number_or_parameter(const reading *x, const mtl__ynode *n, double *out,
                               const char **name)
{
    const char *text;
    *name = NULL;
    MTL_TRY(mtl__yaml_text(&x->doc, n, &text, x->err));
    if (mtl__parse_double(text, out) == MTL_OK)
        return mtl__yaml_number(&x->doc, n, 0.0, 10.0, out, x->err);
    const int ret = mtl__model_value(x->rd->model, text, out, x->err);
    *name = text;
    return ret < 0 ? mtl__fail_place(x->err, ret, x->doc.file, n->line, n->column) : MTL_OK;
}

static int read_scale(const reading *x, const mtl__ynode *root)
{
    mtl__target *t = x->t;
    const mtl__ynode *n = mtl__yaml_get(root, "study_scale"), *node;
    const char *name = NULL, *why = NULL;
    mtl__str s = {0};
    if (!n)
        return MTL_OK;
    MTL_TRY(mtl__yaml_is_map(&x->doc, n, "a study factor", x->err));
    MTL_TRY(mtl__yaml_keys(&x->doc, n, scale_keys, "a study factor", x->err));
    node = mtl__yaml_get(n, "log10_sd");
    if (node) {
        MTL_TRY(number_or_parameter(x, node, &t->scale_sd, &name));
        mtl__str_printf(&s, "unknown study factor, log10 sd %.2g%s%s%s", t->scale_sd,
                        name ? " (" : "", name ? name : "", name ? ")" : "");
    }
    MTL_TRY(optional_number(x, n, "factor", 1e-6, 1e6, &t->scale_factor));
    MTL_TRY(optional_text(x, n, "why", &why));
    if (mtl__yaml_get(n, "factor"))
        mtl__str_printf(&s, "%smodel times %.3g%s%s", node ? "; " : "", t->scale_factor,
                        why ? ": " : "", why ? why : "");
    t->scale_text = s.oom || !s.s ? NULL : mtl__arena_strdup(&x->rd->r->arena, s.s);
    mtl__str_free(&s);
    return t->scale_text ? MTL_OK : mtl__nomem(x->err);
}

/* ---------------------------------------------------------------- the file */
/* Rows quoted from memory are never used; fit and validate must not be confused. */
static int read_use(const reading *x, const mtl__ynode *root)
{
    const mtl__evidence *e = &x->rd->r->evidence[x->t->evidence];
    const mtl__ynode *n;
    const char *use;
    MTL_TRY(need(x, root, "use", &n));
    MTL_TRY(mtl__yaml_text(&x->doc, n, &use, x->err));
    if (strcmp(use, e->use) != 0)
        return mtl__yaml_fail(&x->doc, n, x->err, MTL_ERR_VALUE,
                              "'%s', but evidence.tsv line %d says '%s' of row '%s'", use, e->line,
                              e->use, e->id);
    if (strcmp(e->provenance, "recalled") == 0)
        return mtl__yaml_fail(&x->doc, n, x->err, MTL_ERR_VALUE,
                              "row '%s' is quoted from memory: never a target", e->id);
    return MTL_OK;
}

/* `raise: {parameter: arthritis.scale, by: 30}`: a disease made common, so that enough lives have
   it. */
static int read_raise(const reading *x, const mtl__ynode *root)
{
    const mtl__ynode *n = mtl__yaml_get(root, "raise"), *node;
    const char *name;
    if (!n)
        return MTL_OK;
    MTL_TRY(mtl__yaml_is_map(&x->doc, n, "a parameter and its fold", x->err));
    MTL_TRY(mtl__yaml_keys(&x->doc, n, raise_keys, "what is raised", x->err));
    MTL_TRY(need(x, n, "parameter", &node));
    MTL_TRY(mtl__yaml_text(&x->doc, node, &name, x->err));
    x->t->raise = mtl_model_find_param(x->rd->model, name, x->err);
    if (x->t->raise < 0)
        return mtl__fail_place(x->err, x->t->raise, x->doc.file, node->line, node->column);
    MTL_TRY(need(x, n, "by", &node));
    return mtl__yaml_number(&x->doc, node, 1.0, 1e6, &x->t->raise_by, x->err);
}

static int read_what(const reading *x, const mtl__ynode *root)
{
    mtl__target *t = x->t;
    const mtl__ynode *n;
    const char *id;
    int word;
    MTL_TRY(need(x, root, "evidence", &n));
    MTL_TRY(mtl__yaml_text(&x->doc, n, &id, x->err));
    t->line = n->line;
    t->evidence = mtl__evidence_find(x->rd->r, id, x->err);
    if (t->evidence < 0)
        return mtl__fail_place(x->err, t->evidence, x->doc.file, n->line, n->column);
    MTL_TRY(read_use(x, root));
    MTL_TRY(need(x, root, "group", &n));
    MTL_TRY(mtl__yaml_word(&x->doc, n, mtl__target_group, &t->group, x->err));
    MTL_TRY(need(x, root, "label", &n));
    MTL_TRY(mtl__yaml_text(&x->doc, n, &t->label, x->err));
    MTL_TRY(need(x, root, "statistic", &n));
    MTL_TRY(mtl__yaml_word(&x->doc, n, mtl__statistic_name, &word, x->err));
    t->statistic = (enum mtl__statistic)word;
    MTL_TRY(read_raise(x, root));
    n = mtl__yaml_get(root, "compare");
    if (n) { /* the first name is the empty default */
        MTL_TRY(mtl__yaml_word(&x->doc, n, mtl__compare_name + 1, &word, x->err));
        t->compare = (enum mtl__compare)(word + 1);
    }
    MTL_TRY(optional_number(x, root, "n", 1.0, 1e6, &t->n));
    MTL_TRY(optional_text(x, root, "parameter", &t->parameter));
    MTL_TRY(optional_text(x, root, "assumed", &t->assumed));
    return optional_text(x, root, "note", &t->note);
}

static bool is_ratio(const mtl__target *t)
{
    return t->statistic == MTL__S_RATIO_MEANS || t->statistic == MTL__S_RATIO_POSITIVE ||
           t->statistic == MTL__S_ODDS_RATIO || t->statistic == MTL__S_RATIO_OUTCOME;
}

/* What must be there for the statistic, and for the row it is compared with. */
static int check(const reading *x, const mtl__ynode *root)
{
    const mtl__target *t = x->t;
    const mtl__evidence *e = &x->rd->r->evidence[t->evidence];
    const bool above = t->statistic == MTL__S_ABOVE || t->statistic == MTL__S_MEDIAN_ABOVE;
    const char *missing = NULL;
    mtl__target_unit unit;
    if (t->statistic == MTL__S_PARAMETER)
        missing = t->parameter ? NULL : "parameter";
    else if (t->population.n == 0)
        missing = "population";
    else if (is_ratio(t) && t->reference.n == 0)
        missing = "reference";
    else if (above && isnan(t->above))
        missing = "assay.above";
    else if (t->statistic == MTL__S_QUANTILE && isnan(t->quantile))
        missing = "assay.quantile";
    else if (t->compare == MTL__C_NO_RISE && isnan(t->tolerance))
        missing = "assay.tolerance";
    if (missing)
        return mtl__yaml_fail(&x->doc, root, x->err, MTL_ERR_VALUE, "the statistic '%s' needs '%s'",
                              mtl__statistic_name[t->statistic], missing);
    if (t->statistic != MTL__S_PARAMETER && !is_ratio(t) && !mtl__target_unit_parse(e->unit, &unit))
        return mtl__yaml_fail(&x->doc, root, x->err, MTL_ERR_UNIT,
                              "no reading of the model has the unit '%s' of row '%s'", e->unit,
                              e->id);
    if (t->compare == MTL__C_INTERVAL && (isnan(e->low) || isnan(e->high)))
        return mtl__yaml_fail(&x->doc, root, x->err, MTL_ERR_VALUE, "row '%s' has no interval",
                              e->id);
    const double published = t->statistic == MTL__S_LARGEST ? e->high : e->value;
    const bool words = t->compare == MTL__C_NO_RISE || t->compare == MTL__C_INTERVAL;
    if (isnan(published) && !words && (isnan(e->low) || isnan(e->high)))
        return mtl__yaml_fail(&x->doc, root, x->err, MTL_ERR_VALUE,
                              "row '%s' has no number to compare with", e->id);
    return MTL_OK;
}

int mtl__target_read(mtl__target_reader *rd, const char *path, mtl_error *err)
{
    mtl__target t = {.n = NAN,
                     .genomes = NAN,
                     .false_positive = NAN,
                     .wells = NAN,
                     .threshold = NAN,
                     .above = NAN,
                     .volume_mL = NAN,
                     .quantile = NAN,
                     .tolerance = NAN,
                     .scale_factor = 1.0,
                     .file = path};
    reading x = {.rd = rd, .t = &t, .err = err};
    char *text;
    size_t length;
    MTL_TRY(mtl__yaml_slurp(&rd->r->arena, path, &text, &length, err));
    MTL_TRY(mtl__yaml_parse(&x.doc, &rd->r->arena, text, length, path, err));
    const mtl__ynode *root = x.doc.root;
    MTL_TRY(mtl__yaml_is_map(&x.doc, root, "a target", err));
    MTL_TRY(mtl__yaml_keys(&x.doc, root, target_keys, "a target", err));
    MTL_TRY(read_what(&x, root));
    MTL_TRY(read_assay(&x, root));
    MTL_TRY(read_scale(&x, root));
    MTL_TRY(read_population(&x, root, "population", &t.population));
    MTL_TRY(read_population(&x, root, "reference", &t.reference));
    MTL_TRY(check(&x, root));
    if (mtl__grow(&rd->target, &rd->cap_target, (size_t)rd->n_targets + 1, sizeof *rd->target) < 0)
        return mtl__nomem(err);
    rd->target[rd->n_targets++] = t;
    return MTL_OK;
}
