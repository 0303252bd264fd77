/* SPDX-License-Identifier: MIT */
/* Made-up courses with the shapes of an injury that heals, a tolerance that fades, a hazard that
   rises with age, and a clone that grows. */
#include "fixture_host.h"

#include <math.h>
#include <string.h>

#include "num/num.h"

enum { ANNA = 1, TOM = 2, EVA = 4 };
enum { INFARCT, SCAR, N_INJURIES };
enum { SCLERODERMA, MS, RELAPSE, BREAST, N_OUTCOMES };
static const char *const repair_value[] = {"bystander", "benefit", "harm"};
static const char *const repair_meaning[] = {"foreign cells come and do nothing",
                                             "foreign cells speed repair up",
                                             "foreign cells slow repair down"};
static const char *const homing_value[] = {"always", "none"};
static const char *const homing_meaning[] = {"injured tissue draws cells at any time",
                                             "no cell homes to injury"};
static const bool all_built[] = {true, true, true};

/* ------------------------------------------------------------------ the model */

static int add_param(mtl_result *r, const char *name, double value, char tier)
{
    mtl_model *m = r->own_model;
    mtl__param *more = mtl__arena_alloc(&r->arena, ((size_t)m->n_params + 1) * sizeof *more);
    bool *used = mtl__arena_alloc(&r->arena, ((size_t)m->n_params + 1) * sizeof *used);
    memcpy(more, m->param, (size_t)m->n_params * sizeof *more);
    memcpy(used, r->used_param, (size_t)m->n_params * sizeof *used);
    more[m->n_params] = (mtl__param){.name = name,
                                     .meaning = name,
                                     .unit_text = "per day",
                                     .source = "",
                                     .note = "",
                                     .value = value,
                                     .default_value = value,
                                     .low = value / 10,
                                     .high = value * 10,
                                     .unit.scale = 1,
                                     .tier = tier};
    used[m->n_params] = true;
    m->param = more;
    r->used_param = used;
    return m->n_params++;
}

static mtl__expr one_param(mtl_result *r, int param)
{
    mtl__term *t = mtl__arena_alloc(&r->arena, sizeof *t);
    *t = (mtl__term){.param = param, .power = 1, .sign = 1};
    return (mtl__expr){.term = t, .n = 1, .text = r->own_model->param[param].name};
}

static void add_switches(mtl_result *r, int repair)
{
    mtl_model *m = r->own_model;
    mtl__switch *more = mtl__arena_alloc(&r->arena, ((size_t)m->n_switches + 2) * sizeof *more);
    memcpy(more, m->sw, (size_t)m->n_switches * sizeof *more);
    more[m->n_switches++] = (mtl__switch){.name = "repair",
                                          .meaning = "what foreign cells do for repair",
                                          .value = repair_value,
                                          .value_meaning = repair_meaning,
                                          .built = all_built,
                                          .n_values = 3,
                                          .now = repair};
    more[m->n_switches++] = (mtl__switch){.name = "homing",
                                          .meaning = "when injured tissue draws cells",
                                          .value = homing_value,
                                          .value_meaning = homing_meaning,
                                          .built = all_built,
                                          .n_values = 2};
    m->sw = more;
}

static void add_definitions(mtl_result *r)
{
    mtl_model *m = r->own_model;
    const int rate = add_param(r, "injury.repair.rate", 0.02, 'D');
    const int calm = add_param(r, "injury.calm.rate", 0.1, 'C');
    add_param(r, "tolerance.decay", 0.01, 'D');
    m->n_injuries = N_INJURIES;
    m->injury = mtl__arena_alloc(&r->arena, N_INJURIES * sizeof *m->injury);
    m->injury[INFARCT] = (mtl__injury_def){.name = "infarct",
                                           .meaning = "tissue without blood",
                                           .organ = 1,
                                           .repair = one_param(r, rate),
                                           .calm = one_param(r, calm),
                                           .tier = 'D'};
    m->injury[SCAR] = (mtl__injury_def){.name = "caesarean_scar",
                                        .meaning = "the cut of a delivery",
                                        .organ = 2,
                                        .repair = one_param(r, rate),
                                        .tier = 'D'};
    m->n_outcomes = N_OUTCOMES;
    m->outcome = mtl__arena_alloc(&r->arena, N_OUTCOMES * sizeof *m->outcome);
    m->outcome[SCLERODERMA] = (mtl__outcome_def){.name = "scleroderma",
                                                 .label = "systemic sclerosis",
                                                 .group = "autoimmune",
                                                 .tier = 'B',
                                                 .kind = -1,
                                                 .needs = -1};
    m->outcome[MS] = (mtl__outcome_def){
        .name = "ms", .label = "", .group = "brain", .tier = 'B', .kind = -1, .needs = -1};
    m->outcome[RELAPSE] = (mtl__outcome_def){.name = "ms_relapse",
                                             .label = "relapse of MS",
                                             .group = "brain",
                                             .recurs = true,
                                             .tier = 'D',
                                             .kind = -1,
                                             .needs = MS};
    m->outcome[BREAST] = (mtl__outcome_def){.name = "breast_cancer",
                                            .label = "breast cancer",
                                            .group = "tumour",
                                            .tier = 'B',
                                            .kind = 0,
                                            .organ = 1,
                                            .needs = -1};
}

static void add_events(mtl_result *r)
{
    mtl_scenario *s = (mtl_scenario *)(uintptr_t)r->s;
    s->n_injuries = N_INJURIES;
    s->injury = mtl__arena_alloc(&r->arena, N_INJURIES * sizeof *s->injury);
    s->injury[0] = (mtl__injury){.person = ANNA,
                                 .def = SCAR,
                                 .organ = 2,
                                 .t = s->pregnancy[2].ended,
                                 .size = 0.02,
                                 .implied = true};
    s->injury[1] = (mtl__injury){.person = ANNA,
                                 .def = INFARCT,
                                 .organ = 1,
                                 .t = mtl__date_to_days(1991, 3, 12),
                                 .size = 0.3,
                                 .lasts_days = 2};
    s->n_onsets = 1;
    s->onset = mtl__arena_alloc(&r->arena, sizeof *s->onset);
    s->onset[0] = (mtl__onset){.person = ANNA, .outcome = MS, .t = mtl__date_to_days(1958, 9, 1)};
    mtl__event *more = mtl__arena_alloc(&r->arena, ((size_t)s->n_events + 1) * sizeof *more);
    memcpy(more, s->event, (size_t)s->n_events * sizeof *more);
    more[s->n_events++] = (mtl__event){.kind = MTL__EV_INJURY,
                                       .person = ANNA,
                                       .t = s->injury[1].t,
                                       .injury = 2,
                                       .text = "infarct of the heart"};
    s->event = more;
}

/* ------------------------------------------------------------------ courses */

static mtl__band spread_of(double middle, double log_sd, double present)
{
    return (mtl__band){.mean = (float)(middle * mtl__exp(log_sd * log_sd / 2) * present),
                       .q025 = present < 0.9 ? 0 : (float)(middle * mtl__exp(-1.96 * log_sd)),
                       .q250 = present < 0.7 ? 0 : (float)(middle * mtl__exp(-0.674 * log_sd)),
                       .q500 = present < 0.5 ? 0 : (float)middle,
                       .q750 = (float)(middle * mtl__exp(0.674 * log_sd)),
                       .q975 = (float)(middle * mtl__exp(1.96 * log_sd)),
                       .p_present = (float)present};
}

/* Share in 0..1: the band stays inside. */
static mtl__band share_of(double middle, double log_sd)
{
    mtl__band x = spread_of(middle, log_sd, 1);
    x.mean = (float)mtl__min(x.mean, 1);
    x.q750 = (float)mtl__min(x.q750, 1);
    x.q975 = (float)mtl__min(x.q975, 1);
    return x;
}

static mtl__band *bands(mtl_result *r)
{
    return mtl__arena_alloc(&r->arena, (size_t)r->n_times * sizeof(mtl__band));
}

/* Damage, inflammation and chemokine `days` after, healing at this rate. */
static void course_of(double size, double rate, double days, double v[3])
{
    v[0] = days < 0 ? 0 : size * mtl__exp(-rate * days);
    v[1] = days < 0 ? 0 : size * (mtl__exp(-rate * days) - mtl__exp(-0.2 * days));
    v[2] = days < 0 ? 0 : 1.4 * size * (mtl__exp(-rate * days) - mtl__exp(-0.4 * days));
}

static void make_injury(mtl_result *r, mtl__injury_result *x, int injury, int repair)
{
    static const double speed[] = {1, 1.6, 0.6};
    const mtl__injury *i = &r->s->injury[injury];
    *x = (mtl__injury_result){.injury = injury, .person = i->person, .coupled = repair > 0};
    for (int b = 0; b < r->n_bands; b++) {
        x->damage[b] = bands(r);
        x->inflammation[b] = bands(r);
        x->chemokine[b] = bands(r);
        x->arrived[b] = bands(r);
        const double days =
            injury == 0 && repair == 2 ? NAN : 1151 / speed[repair] * (1 + 0.2 * b);
        x->healed_mean[b] = days;
        x->heal[b] = (mtl__healing){
            i->size, i->size > 0 ? 0 : NAN, days, days / (1 + 9 * b), days, days * (1 + 2 * b)};
    }
    x->there = 6500;
    x->came = 0.2;
    x->fated = 1100;
    x->p_seed = 0.73;
    x->seeds = 2.1;
    x->most_day = 90;
    x->brought_days = 90;
    x->healed_alone = 1151;
    for (int q = 0; q < 3; q++)
        x->alone[q] = mtl__arena_alloc(&r->arena, (size_t)r->n_times * sizeof(float));
    for (int k = 0; k < r->n_times; k++) {
        const double days = r->time[k] - i->t;
        double alone[3], with[3];
        course_of(i->size, 0.002, days, alone);
        course_of(i->size, 0.002 * speed[repair], days, with);
        for (int q = 0; q < 3; q++)
            x->alone[q][k] = (float)alone[q];
        for (int b = 0; b < r->n_bands; b++) {
            const double sd = (repair > 0 ? 0.08 : 0.0) + 0.3 * b;
            x->damage[b][k] = share_of(with[0], sd);
            x->inflammation[b][k] = share_of(with[1], sd);
            x->chemokine[b][k] = share_of(with[2], sd);
            x->arrived[b][k] = spread_of(days < 0 ? 0 : 4 + 40 * with[2], 0.5 + 0.7 * b, 0.95);
        }
    }
}

static void make_immune(mtl_result *r, mtl__immune_result *x, int donor, int pregnancy)
{
    const mtl__pregnancy *p = &r->s->pregnancy[pregnancy];
    *x = (mtl__immune_result){.host = ANNA, .donor = donor, .mismatch = 0.5};
    for (int b = 0; b < r->n_bands; b++) {
        x->tolerance[b] = bands(r);
        x->response[b] = bands(r);
        for (int k = 0; k < r->n_times; k++) {
            const double years = (r->time[k] - p->conceived) / MTL_DAYS_PER_YEAR;
            const double t = years < 0 ? 0 : 0.9 * mtl__exp(-years / 20);
            x->tolerance[b][k] = share_of(t, 0.1 + 0.3 * b);
            x->response[b][k] = share_of(years < 0 ? 0 : 0.4 * (1 - t), 0.2 + 0.4 * b);
        }
    }
}

static void make_outcome(mtl_result *r, mtl__outcome_result *x, int outcome, double by_end)
{
    const double t0 = r->time[0], t1 = r->time[r->n_times - 1];
    *x = (mtl__outcome_result){
        .person = ANNA, .outcome = outcome, .given = outcome == MS, .p_baseline = 0.7 * by_end};
    x->baseline = mtl__arena_alloc(&r->arena, (size_t)r->n_times * sizeof(float));
    for (int b = 0; b < r->n_bands; b++) {
        x->by[b] = mtl__arena_alloc(&r->arena, (size_t)r->n_times * sizeof(float));
        for (int k = 0; k < r->n_times; k++) {
            const double u = (r->time[k] - t0) / (t1 - t0);
            x->by[b][k] = (float)mtl__min(by_end * (1 + 0.3 * b) * u * u * u, 1);
            x->baseline[k] = (float)(0.7 * by_end * u * u * u);
        }
        x->p_end[b] = mtl__min(by_end * (1 + 0.3 * b), 1);
        x->p_lo[b] = 0.8 * x->p_end[b];
        x->p_hi[b] = mtl__min(1.2 * x->p_end[b], 1);
        x->times[b] = outcome == RELAPSE ? 3.4 : x->p_end[b];
    }
    x->onset = mtl__arena_alloc(&r->arena, (size_t)r->opts.replicates * sizeof(float));
    for (int i = 0; i < r->opts.replicates; i++)
        x->onset[i] = i < by_end * r->opts.replicates ? (float)(t0 + 0.8 * (t1 - t0) + i) : NAN;
}

static void make_clone(mtl_result *r, mtl__clone_result *x)
{
    *x = (mtl__clone_result){.person = ANNA, .kind = 0, .organ = 1, .has_detected = true};
    for (int b = 0; b < r->n_bands; b++) {
        x->cells[b] = bands(r);
        x->p_begun[b] = 0.6 + 0.1 * b;
        x->p_alive_end[b] = 0.3;
        x->p_detected[b] = 0.12 + 0.05 * b;
        x->p_gone[b] = x->p_begun[b] - x->p_alive_end[b] - x->p_detected[b];
        for (int k = 0; k < r->n_times; k++) {
            const double years = (r->time[k] - r->time[0]) / MTL_DAYS_PER_YEAR - 20;
            x->cells[b][k] = spread_of(years < 0 ? 0 : mtl__exp(years / 3), 1 + b,
                                       years < 0 ? 0 : mtl__min(0.6, years / 50));
        }
    }
}

void fixture_add_host(mtl_result *r, int repair)
{
    static const double by_end[] = {0.004, 1, 0.9, 0.12};
    mtl__host_result *h = &r->host;
    add_switches(r, repair);
    add_definitions(r);
    add_events(r);
    h->together = repair > 0;
    h->coupling = repair > 0 ? "repair of injuries reads foreign cells of the organ" : "";
    h->coupling_error = repair > 0 ? 0.0031 : NAN;
    h->coupling_error_se = repair > 0 ? 0.0012 : NAN;
    h->n_injuries = N_INJURIES;
    h->injury = mtl__arena_alloc(&r->arena, N_INJURIES * sizeof *h->injury);
    for (int i = 0; i < N_INJURIES; i++)
        make_injury(r, &h->injury[i], i, repair);
    h->n_immune = 2;
    h->immune = mtl__arena_alloc(&r->arena, 2 * sizeof *h->immune);
    make_immune(r, &h->immune[0], TOM, 0);
    make_immune(r, &h->immune[1], EVA, 2);
    h->n_outcomes = N_OUTCOMES;
    h->outcome = mtl__arena_alloc(&r->arena, N_OUTCOMES * sizeof *h->outcome);
    for (int i = 0; i < N_OUTCOMES; i++)
        make_outcome(r, &h->outcome[i], i, by_end[i] * (1 + 0.1 * repair * (i != MS)));
    h->n_clones = 1;
    h->clone = mtl__arena_alloc(&r->arena, sizeof *h->clone);
    make_clone(r, h->clone);
}
