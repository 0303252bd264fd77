/* SPDX-License-Identifier: MIT */
/* The table of targets: runs the families that the targets need (each once, whatever the number of
   targets that sample it), keeps what their samples say, lets the statistics and the judge fill the
   rows, and hands the rows out. Where the solver without random numbers runs, it gives the shares
   and means; replicates are drawn only for families of which some target asks a median, a largest
   reading or a spread. Reading the folder is io's part. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/targets.h"

const char *const mtl__target_group[] = {
    "pregnancy",     "delivery",           "clearance",  "losses",  "women without sons",
    "decades later", "own mother's cells", "injuries",   "disease", "tumours",
    "twins",         "transfusion",        "parameters", NULL};

void mtl_targets_opts_init(mtl_targets_opts *o)
{
    *o = (mtl_targets_opts){.seed = 1, .replicates = 1000, .threads = 1};
}

/* ---------------------------------------------------------------- what is needed */
enum { NEED_EXACT = 1, NEED_DRAWS = 2 };

static int needs_of(const mtl__target *t, const mtl__member *m)
{
    const bool own_assay =
        !isnan(t->genomes) || !isnan(t->false_positive) || !isnan(t->wells) || !isnan(t->threshold);
    if (m->chosen)
        return NEED_DRAWS;
    switch (t->statistic) {
    case MTL__S_POSITIVE:
    case MTL__S_RATIO_POSITIVE:
    case MTL__S_ODDS_RATIO:
        return own_assay || m->n_samples > 1 ? NEED_DRAWS : NEED_EXACT;
    case MTL__S_RATIO_MEANS:
        return NEED_EXACT;
    case MTL__S_MEAN:
    case MTL__S_NONE_SEEN:
        return NEED_EXACT | NEED_DRAWS;
    case MTL__S_PARAMETER:
        return 0;
    default:
        return NEED_DRAWS;
    }
}

static void mark_needs(mtl_targets_result *r, const mtl__target *t, const mtl__population *p,
                       int *need)
{
    for (int i = 0; i < p->n; i++) {
        const mtl__member *m = &p->member[i];
        mtl__family *f = &r->family[m->family];
        const int needs = needs_of(t, m);
        need[m->family] |= needs;
        for (int k = 0; k < m->n_samples && f->sample; k++)
            f->sample[m->sample[k]].wanted |= (needs & NEED_EXACT) != 0;
    }
}

/* ---------------------------------------------------------------- running */
/* mtl_run counts replicates, the caller of targets counts runs: the wrapper turns one into the
 * other. */
typedef struct runs {
    const mtl_targets_opts *o;
    int64_t done, total;
} runs;

static int on_progress(void *ctx, int64_t done, int64_t total)
{
    const runs *p = ctx;
    (void)done;
    (void)total;
    return p->o->progress ? p->o->progress(p->o->progress_ctx, p->done, p->total) : 0;
}

static float *copy_floats(mtl__arena *a, const float *x, int n)
{
    float *y = mtl__arena_alloc(a, (size_t)n * sizeof *y);
    if (y)
        memcpy(y, x, (size_t)n * sizeof *y);
    return y;
}

/* Sample numbers of a target follow the file; the run may have sorted them by date. */
static int *file_order(mtl__arena *a, const mtl_scenario *s)
{
    int *order = mtl__arena_alloc(a, (size_t)(s->n_samples ? s->n_samples : 1) * sizeof *order);
    if (!order)
        return NULL;
    for (int i = 0; i < s->n_samples; i++) {
        const mtl__sample *x = &s->sample[i];
        int j = i;
        for (; j > 0; j--) {
            const mtl__sample *y = &s->sample[order[j - 1]];
            if (y->line < x->line || (y->line == x->line && y->column <= x->column))
                break;
            order[j] = order[j - 1];
        }
        order[j] = i;
    }
    return order;
}

static int prepare(mtl_targets_result *r, mtl__family *f, mtl_error *err)
{
    if (f->problem) /* the reader already found that the model lacks something */
        return MTL_OK;
    f->n_samples = f->scenario->n_samples;
    f->order = file_order(&r->arena, f->scenario);
    f->sample = mtl__arena_alloc(&r->arena, ((size_t)f->n_samples + 1) * sizeof *f->sample);
    return f->order && f->sample ? MTL_OK : mtl__nomem(err);
}

static int keep_draws(mtl_targets_result *r, mtl__family_sample *x, const mtl__assay_result *a,
                      int n, mtl_error *err)
{
    if (a->v.by != MTL__BY_QPCR)
        return mtl__fail(err, MTL_ERR_UNSUPPORTED, "assay",
                         "only assays by qPCR are held against targets");
    x->qpcr = a->qpcr;
    x->p_positive = a->p_positive[MTL__CHANCE];
    x->mean_fraction = a->mean_fraction;
    x->mean_per_mL = a->mean_per_mL;
    x->fraction = copy_floats(&r->arena, a->fraction[MTL__CHANCE], n);
    if (!x->fraction)
        return mtl__nomem(err);
    x->per_mL = NULL;
    if (a->per_mL[MTL__CHANCE] && !(x->per_mL = copy_floats(&r->arena, a->per_mL[MTL__CHANCE], n)))
        return mtl__nomem(err);
    return MTL_OK;
}

/* Lives in which an outcome was drawn; one that the family's file dates came to everybody. */
static int keep_onsets(mtl_targets_result *r, mtl__family *f, const mtl_result *run, mtl_error *err)
{
    const mtl__host_result *h = &run->host;
    f->onset = mtl__arena_alloc(&r->arena, ((size_t)h->n_outcomes + 1) * sizeof *f->onset);
    if (!f->onset)
        return mtl__nomem(err);
    f->n_onsets = 0;
    for (int i = 0; i < h->n_outcomes; i++) {
        const mtl__outcome_result *x = &h->outcome[i];
        const float *onset = x->onset ? copy_floats(&r->arena, x->onset, f->replicates) : NULL;
        if (x->onset && !onset)
            return mtl__nomem(err);
        if (onset)
            f->onset[f->n_onsets++] = (mtl__family_onset){x->person, x->outcome, onset};
    }
    return MTL_OK;
}

static const float *onset_of(const mtl__family *f, const mtl__member *m)
{
    const int person = f->scenario->sample[f->order[m->sample[0]]].person;
    for (int i = 0; i < f->n_onsets; i++)
        if (f->onset[i].person == person && f->onset[i].outcome == m->outcome)
            return f->onset[i].onset;
    return NULL;
}

bool mtl__member_has(const mtl__family *f, const mtl__member *m, int k)
{
    if (!m->chosen)
        return true;
    const float *onset = onset_of(f, m);
    return onset && isnan(onset[k]) == (m->chosen == MTL__CHOSEN_WITHOUT);
}

int mtl__member_lives(const mtl__family *f, const mtl__member *m)
{
    int n = 0;
    if (!m->chosen)
        return f->replicates;
    for (int k = 0; k < f->replicates; k++)
        n += mtl__member_has(f, m, k);
    return n;
}

static int keep_samples(mtl_targets_result *r, mtl__family *f, const mtl_result *run,
                        mtl_error *err)
{
    f->replicates = run->opts.replicates;
    MTL_TRY(keep_onsets(r, f, run, err));
    for (int i = 0; i < f->n_samples; i++) {
        const mtl__assay_result *a = NULL;
        for (int k = 0; k < run->n_assays && !a; k++)
            if (run->assay[k].sample == f->order[i])
                a = &run->assay[k];
        if (!a || f->scenario->sample[f->order[i]].assay < 0)
            return mtl__fail(err, MTL_ERR_VALUE, f->name, "sample %d has no assay", i + 1);
        MTL_TRY(keep_draws(r, &f->sample[i], a, f->replicates, err));
    }
    return MTL_OK;
}

/* A refusal becomes the family's problem; only memory and interruption end the whole. */
static int refuse(mtl_targets_result *r, mtl__family *f, const mtl_error *local, mtl_error *err)
{
    if (local->code == MTL_ERR_MEMORY || local->code == MTL_ERR_INTERRUPTED) {
        if (err)
            *err = *local;
        return local->code;
    }
    f->problem = mtl__arena_strdup(&r->arena, local->text[0] ? local->text : "not run");
    return f->problem ? MTL_OK : mtl__nomem(err);
}

static int draw_family(mtl_targets_result *r, mtl__family *f, mtl_model *m, int replicates, runs *p,
                       mtl_error *err)
{
    mtl_run_opts o;
    mtl_error local;
    mtl_result *run = NULL;
    mtl_run_opts_init(&o);
    o.replicates = replicates;
    o.seed = r->seed;
    o.threads = p->o->threads;
    o.unknowns = 0;
    o.progress = on_progress;
    o.progress_ctx = p;
    mtl_error_clear(&local);
    const int ret = mtl_run(&run, f->scenario, m, &o, &local);
    if (ret < 0) {
        local.code = ret;
        mtl_result_free(run);
        return refuse(r, f, &local, err);
    }
    const int kept = keep_samples(r, f, run, err);
    mtl_result_free(run);
    return kept;
}

/* Two replicates set the assays up where the shares and means come without random numbers; where
   that solver refuses (feedback), nothing but replicates can tell. */
static int run_as_is(mtl_targets_result *r, mtl__family *f, mtl_model *m, int need, runs *p,
                     mtl_error *err)
{
    mtl_error local;
    if (f->problem)
        return MTL_OK;
    MTL_TRY(draw_family(r, f, m, need & NEED_DRAWS ? r->replicates : 2, p, err));
    if (f->problem || !(need & NEED_EXACT))
        return MTL_OK;
    mtl_error_clear(&local);
    const int ret = mtl__target_exact(f, m, &local);
    if (ret < 0 && ret != MTL_ERR_UNSUPPORTED) {
        local.code = ret;
        return refuse(r, f, &local, err);
    }
    return ret == MTL_OK || need & NEED_DRAWS ? MTL_OK
                                              : draw_family(r, f, m, r->replicates, p, err);
}

/* With its parameter raised, and the model put back. */
static int run_family(mtl_targets_result *r, mtl__family *f, mtl_model *m, int need, runs *p,
                      mtl_error *err)
{
    if (!(f->raise_by > 0))
        return run_as_is(r, f, m, need, p, err);
    const double was = m->param[f->raise].value;
    m->param[f->raise].value = was * f->raise_by;
    const int ret = run_as_is(r, f, m, need, p, err);
    m->param[f->raise].value = was;
    return ret;
}

int mtl__targets_prepare(mtl_targets_result *r, mtl_error *err)
{
    for (int i = 0; i < r->n_families; i++)
        MTL_TRY(prepare(r, &r->family[i], err));
    return MTL_OK;
}

int mtl__targets_run_families(mtl_targets_result *r, mtl_model *m, const mtl_targets_opts *o,
                              mtl_error *err)
{
    int *need = calloc((size_t)r->n_families + 1, sizeof *need);
    if (!need)
        return mtl__nomem(err);
    int ret = mtl__targets_prepare(r, err);
    for (int i = 0; i < r->n_targets && ret == MTL_OK; i++) {
        mark_needs(r, &r->target[i], &r->target[i].population, need);
        mark_needs(r, &r->target[i], &r->target[i].reference, need);
    }
    runs p = {.o = o};
    for (int i = 0; i < r->n_families; i++)
        p.total += need[i] != 0;
    for (int i = 0; i < r->n_families && ret == MTL_OK; i++) {
        if (!need[i])
            continue;
        if (on_progress(&p, 0, 0) != 0)
            ret = mtl__fail(err, MTL_ERR_INTERRUPTED, "", "interrupted");
        else
            ret = run_family(r, &r->family[i], m, need[i], &p, err);
        p.done++;
    }
    free(need);
    return ret;
}

/* ---------------------------------------------------------------- scoring */
static const char *problem_of(const mtl_targets_result *r, const mtl__target *t,
                              const mtl__population *p)
{
    for (int i = 0; i < p->n; i++) {
        const mtl__member *m = &p->member[i];
        const mtl__family *f = &r->family[m->family];
        if (f->problem)
            return f->problem;
        if (m->chosen && t->statistic != MTL__S_RATIO_OUTCOME && !mtl__member_lives(f, m))
            return "too few lives were run: in none of them is the outcome as the row asks";
    }
    return NULL;
}

/* A parameter as the model has it now, in the unit of the evidence row. */
static int parameter_estimate(const mtl_model *m, const mtl__target *t, const char *unit,
                              mtl__estimate *out, mtl_error *err)
{
    mtl_param_info info;
    mtl__unit have, want;
    const int i = mtl_model_find_param(m, t->parameter, err);
    if (i < 0)
        return mtl__fail_place(err, i, t->file, t->line, 0);
    MTL_TRY(mtl_model_param(m, i, &info));
    MTL_TRY(mtl__unit_parse(info.unit, &have, err));
    MTL_TRY(mtl__unit_parse(unit, &want, err));
    *out = (mtl__estimate){.value = info.value, .low = NAN, .high = NAN, .p_none = NAN};
    if (mtl__unit_same_dim(&have, &want))
        out->value *= have.scale / want.scale;
    return MTL_OK;
}

int mtl__targets_score(mtl_targets_result *r, const mtl_model *m, mtl_error *err)
{
    for (int i = 0; i < r->n_targets; i++) {
        mtl__target *t = &r->target[i];
        const mtl__evidence *e = &r->evidence[t->evidence];
        const char *problem = problem_of(r, t, &t->population);
        if (!problem)
            problem = problem_of(r, t, &t->reference);
        t->row = (mtl_target_row){.id = e->id,
                                  .what = e->quantity,
                                  .group = mtl__target_group[t->group],
                                  .label = t->label,
                                  .unit = e->unit,
                                  .statistic = mtl__statistic_name[t->statistic],
                                  .compare = "",
                                  .scale = t->scale_text ? t->scale_text : "",
                                  .citation = e->citation,
                                  .doi = e->doi,
                                  .note = t->note ? t->note : "",
                                  .problem = problem ? problem : "",
                                  .fitted = strcmp(e->use, "fit") == 0,
                                  .use = e->use,
                                  .n = isnan(t->n) ? e->n : t->n,
                                  .value = e->value,
                                  .low = e->low,
                                  .high = e->high,
                                  .model = NAN,
                                  .model_low = NAN,
                                  .model_high = NAN,
                                  .miss = NAN,
                                  .score = NAN,
                                  .verdict = MTL_VERDICT_NOT_RUN};
        if (problem)
            continue;
        mtl__estimate est;
        if (t->statistic == MTL__S_PARAMETER)
            MTL_TRY(parameter_estimate(m, t, e->unit, &est, err));
        else
            MTL_TRY(mtl__target_estimate(r, t, &est, err));
        mtl__target_judge(e, t, &est, &t->row);
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- nothing skipped in silence */
int mtl__targets_check(mtl_targets_result *r, const char *dir, mtl_error *err)
{
    r->unspoken = mtl__arena_alloc(&r->arena, ((size_t)r->n_evidence + 1) * sizeof *r->unspoken);
    const mtl__target **by = calloc((size_t)r->n_evidence + 1, sizeof *by);
    if (!r->unspoken || !by) {
        free(by);
        return mtl__nomem(err);
    }
    int ret = MTL_OK;
    for (int i = 0; i < r->n_targets && ret == MTL_OK; i++) {
        const mtl__target *t = &r->target[i];
        const mtl__evidence *e = &r->evidence[t->evidence];
        if (by[t->evidence])
            ret = mtl__fail_at(err, MTL_ERR_DUPLICATE, t->file, t->line, 0, "evidence",
                               "'%s' is a target already, in %s", e->id, by[t->evidence]->file);
        else if (e->unspoken)
            ret = mtl__fail_at(err, MTL_ERR_DUPLICATE, t->file, t->line, 0, "evidence",
                               "'%s' is a target and is listed as unspoken as well", e->id);
        by[t->evidence] = t;
    }
    for (int i = 0; i < r->n_evidence && ret == MTL_OK; i++) {
        const mtl__evidence *e = &r->evidence[i];
        if (e->unspoken)
            r->unspoken[r->n_unspoken++] = i;
        else if (!by[i])
            ret = mtl__fail_at(err, MTL_ERR_VALUE, dir, 0, 0, e->id,
                               "the evidence row has no target and no line in unspoken.tsv");
    }
    free(by);
    return ret;
}

/* ---------------------------------------------------------------- handing out */
int mtl_targets_n_rows(const mtl_targets_result *r)
{
    return r->n_targets;
}

int mtl_targets_row(const mtl_targets_result *r, int i, mtl_target_row *out)
{
    if (i < 0 || i >= r->n_targets)
        return MTL_ERR_USAGE;
    *out = r->target[i].row;
    return MTL_OK;
}

int mtl_targets_n_unspoken(const mtl_targets_result *r)
{
    return r->n_unspoken;
}

int mtl_targets_unspoken(const mtl_targets_result *r, int i, mtl_target_unspoken *out)
{
    if (i < 0 || i >= r->n_unspoken)
        return MTL_ERR_USAGE;
    const mtl__evidence *e = &r->evidence[r->unspoken[i]];
    *out = (mtl_target_unspoken){e->id, e->quantity, e->use, e->unspoken};
    return MTL_OK;
}

void mtl_targets_totals(const mtl_targets_result *r, mtl_targets_total *out)
{
    *out = (mtl_targets_total){.n_evidence = r->n_evidence, .n_unspoken = r->n_unspoken};
    for (int i = 0; i < r->n_targets; i++) {
        const mtl_target_row *row = &r->target[i].row;
        const int met = row->verdict == MTL_VERDICT_MET;
        if (row->verdict == MTL_VERDICT_NOT_RUN) {
            out->n_not_run++;
        } else if (row->fitted) {
            out->n_fitted++;
            out->n_fitted_met += met;
            out->score_fitted += row->score;
        } else if (strcmp(row->use, "validate") != 0) {
            out->n_beside++;
            out->n_beside_met += met;
        } else {
            out->n_tests++;
            out->n_tests_met += met;
            out->score_tests += row->score;
        }
    }
}

const char *mtl_targets_hypothesis(const mtl_targets_result *r)
{
    return r->hypothesis;
}

void mtl_targets_free(mtl_targets_result *r)
{
    if (!r)
        return;
    mtl__arena_free(&r->arena);
    free(r);
}
