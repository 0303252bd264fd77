/* SPDX-License-Identifier: MIT */
/* The hand-made result: smooth invented curves with the shape of a branching process (a peak at
   birth, a long tail, more and more replicates without a cell). */
#include "fixture_result.h"

#include "num/num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRETA, ANNA, TOM, LOST, EVA, N_PEOPLE };
enum { DYS14, HLA, N_ASSAYS_DEFINED };

typedef struct organ_row {
    const char *name, *label, *group;
    double cells;
} organ_row;
static const organ_row organs[] = {
    {"blood", "blood", "", 2.7e10},
    {"heart", "heart", "", 1.1e10},
    {"brain.hippocampus", "hippocampus", "brain", 6e8},
    {"liver", "liver", "", 3.6e11},
    {"marrow", "bone marrow", "", 7.5e11},
    {"thymus", "thymus", "", 5e9},
    {"spleen", "spleen", "", 1.5e11},
    {"lymph_nodes", "lymph nodes", "", 2e11},
    {"lung", "lung", "", 2.9e11},
    {"kidney", "kidney", "", 5e10},
    {"blood_vessels", "blood vessels", "", 6e11},
    {"thyroid", "thyroid", "", 1e10},
    {"skin", "skin", "", 1.8e11},
    {"breast", "breast", "", 1e10},
    {"uterus", "uterus", "", 1e10},
    {"ovary", "ovary", "", 1e9},
    {"stomach", "stomach", "", 2e10},
    {"small_intestine", "small intestine", "", 7e10},
    {"colon", "colon", "", 5e10},
    {"pancreas", "pancreas", "", 2.5e10},
    {"gallbladder", "gallbladder", "", 5e8},
    {"bile_and_other_ducts", "bile and other ducts", "", 1e9},
    {"bladder", "bladder", "", 4e9},
    {"adrenal", "adrenal gland", "", 4e9},
    {"salivary_gland", "salivary gland", "", 1.5e10},
    {"skeletal_muscle", "skeletal muscle", "", 1e12},
    {"adipose", "adipose tissue", "", 1.2e11},
    {"bone", "bone", "", 4.2e10},
    {"joint", "joint", "", 5e9},
    {"brain.frontal_lobe", "frontal lobe", "brain", 2.7e10},
    {"brain.parietal_lobe", "parietal lobe", "brain", 1.5e10},
    {"brain.temporal_lobe", "temporal lobe", "brain", 1.6e10},
    {"brain.occipital_lobe", "occipital lobe", "brain", 1.2e10},
    {"brain.cingulate_gyrus", "cingulate gyrus", "brain", 3e9},
    {"brain.amygdala", "amygdala", "brain", 3e8},
    {"brain.cerebellum", "cerebellum", "brain", 8.5e10},
    {"brain.caudate", "caudate", "brain", 1e9},
    {"brain.putamen", "putamen", "brain", 1.1e9},
    {"brain.globus_pallidus", "globus pallidus", "brain", 4e8},
    {"brain.thalamus", "thalamus", "brain", 1.6e9},
    {"brain.hypothalamus", "hypothalamus", "brain", 3e8},
    {"brain.midbrain", "midbrain", "brain", 1e9},
    {"brain.pons", "pons", "brain", 1.5e9},
    {"brain.medulla", "medulla", "brain", 6e8},
    {"spinal_cord", "spinal cord", "", 1.6e9},
};
static const char *const kinds[] = {"hsc",      "slow_seed", "lymphoid_clone", "msc",
                                    "resident", "tcell",     "monocyte",       "granulocyte"};

typedef struct param_row {
    const char *name, *meaning, *unit;
    double value, low, high;
    char tier;
    const char *source;
} param_row;
static const param_row params[] = {
    {"slow_seed.division", "self-renewing divisions of a slow seed", "per year", 0.1, 0.01, 1, 'D',
     ""},
    {"slow_seed.death", "death of a slow seed", "per year", 0.1, 0.01, 1, 'D', ""},
    {"seed.engraft.prob", "a transferred seed takes hold", "probability", 0.02, 1e-4, 1, 'D', ""},
    {"organ.barrier.brain", "factor on entry into the brain", "fraction", 0.1, 0.001, 1, 'D', ""},
    {"seed.loss.rate", "loss while in the blood", "probability", 0.01, 1e-4, 1, 'D', ""},
    {"placenta.leak.shape", "spread of the dose between pregnancies", "gamma shape", 1, 0.1, 10,
     'D', ""},
    {"loss.burst.miscarriage", "seeds that enter at a miscarriage", "cells", 5, 0.1, 100, 'D', ""},
    {"hsc.division", "divisions of a stem cell", "per year", 1.3, 1.04, 2.08, 'B',
     "a paper <about> \"stem cells\" & more, 2011"},
    {"clearance.fast.halflife", "half-life in blood after delivery", "day", 12.1, 4, 30, 'B',
     "a paper, 2001"},
    {"homing.injury.gain", "homing to injured over healthy tissue", "fold", 48, NAN, NAN, 'C',
     "a mouse study, 2008"},
    {"delivery.bleed.median", "fetal blood in the mother at birth", "mL", 0.1, NAN, NAN, 'A',
     "a series, 1990"},
    {"assay.geq", "DNA of one genome", "pg", 6.6, NAN, NAN, 'A', "convention"},
    {"not.used", "a parameter that this run does not touch", "fold", 3, 1, 10, 'D', ""},
};
static const char *const niche_value[] = {"additive", "displacement", "rejection"};
static const char *const niche_meaning[] = {"newcomers add to what is there",
                                            "a new pregnancy evicts older cells",
                                            "mismatched cells are slowly killed"};
static const char *const persistence_value[] = {"slow", "hsc"};
static const char *const persistence_meaning[] = {"slow seeds carry it",
                                                  "stem cells of blood carry it"};
static const bool all_built[] = {true, true, true};

static int count(enum fixture_size size, int full, int small)
{
    return size == FIXTURE_FULL ? full : small;
}

static mtl_model *make_model(mtl__arena *a, enum fixture_size size, int niche)
{
    mtl_model *m = mtl__arena_alloc(a, sizeof *m);
    m->n_organs = count(size, (int)(sizeof organs / sizeof organs[0]), 3);
    m->organ = mtl__arena_alloc(a, (size_t)m->n_organs * sizeof *m->organ);
    for (int i = 0; i < m->n_organs; i++)
        m->organ[i] = (mtl__organ){.name = organs[i].name,
                                   .label = organs[i].label,
                                   .group = organs[i].group,
                                   .cells = organs[i].cells};
    m->n_kinds = count(size, (int)(sizeof kinds / sizeof kinds[0]), 2);
    m->kind = mtl__arena_alloc(a, (size_t)m->n_kinds * sizeof *m->kind);
    for (int i = 0; i < m->n_kinds; i++)
        m->kind[i] = (mtl__kind){.name = kinds[i], .label = kinds[i]};
    m->n_params = (int)(sizeof params / sizeof params[0]);
    m->param = mtl__arena_alloc(a, (size_t)m->n_params * sizeof *m->param);
    for (int i = 0; i < m->n_params; i++) {
        const param_row *p = &params[i];
        const double scale = strcmp(p->unit, "per year") == 0 ? 1 / 365.25 : 1;
        m->param[i] = (mtl__param){.name = p->name,
                                   .meaning = p->meaning,
                                   .unit_text = p->unit,
                                   .source = p->source,
                                   .note = "",
                                   .value = p->value * scale,
                                   .default_value = p->value * scale,
                                   .low = p->low * scale,
                                   .high = p->high * scale,
                                   .unit.scale = scale,
                                   .tier = p->tier};
    }
    m->n_switches = 2;
    m->sw = mtl__arena_alloc(a, 2 * sizeof *m->sw);
    m->sw[0] = (mtl__switch){.name = "niche",
                             .meaning = "what newcomers do to residents",
                             .value = niche_value,
                             .value_meaning = niche_meaning,
                             .built = all_built,
                             .n_values = 3,
                             .now = niche};
    m->sw[1] = (mtl__switch){.name = "persistence",
                             .meaning = "what keeps a line alive",
                             .value = persistence_value,
                             .value_meaning = persistence_meaning,
                             .built = all_built,
                             .n_values = 2};
    m->n_assays = N_ASSAYS_DEFINED;
    m->assay = mtl__arena_alloc(a, N_ASSAYS_DEFINED * sizeof *m->assay);
    m->assay[DYS14] = (mtl__assay_def){.name = "dys14-qpcr",
                                       .label = "DYS14 qPCR",
                                       .target_name = "DYS14, multi-copy",
                                       .target = MTL__TARGET_Y,
                                       .subset = ""};
    m->assay[HLA] = (mtl__assay_def){.name = "hla-qpcr",
                                     .label = "HLA qPCR",
                                     .target_name = "a non-shared HLA allele",
                                     .target = MTL__TARGET_HLA,
                                     .subset = ""};
    return m;
}

/* ------------------------------------------------------------------ the family */

static void make_people(mtl_scenario *s, mtl__arena *a)
{
    static const char *const name[] = {"greta", "anna", "tom", "lost1", "eva"};
    static const int sex[] = {MTL__FEMALE, MTL__FEMALE, MTL__MALE, MTL__SEX_UNKNOWN, MTL__FEMALE};
    static const int mother[] = {-1, GRETA, ANNA, ANNA, ANNA};
    const double born[] = {mtl__date_to_days(1900, 4, 2), mtl__date_to_days(1925, 3, 1),
                           mtl__date_to_days(1948, 6, 1), NAN, mtl__date_to_days(1953, 5, 20)};
    s->n_people = N_PEOPLE;
    s->person = mtl__arena_alloc(a, N_PEOPLE * sizeof *s->person);
    for (int i = 0; i < N_PEOPLE; i++)
        s->person[i] = (mtl__person){.name = name[i],
                                     .key = mtl__hash(name[i]),
                                     .sex = (enum mtl__sex)sex[i],
                                     .mother = mother[i],
                                     .father = -1,
                                     .pregnancy = i >= TOM ? i - TOM : -1,
                                     .conceived = born[i] - 266,
                                     .born = born[i],
                                     .died = NAN};
    s->person[LOST].conceived = mtl__date_to_days(1950, 6, 1);
    s->person[ANNA].died = mtl__date_to_days(2004, 4, 28);
}

static void make_pregnancies(mtl_scenario *s, mtl__arena *a)
{
    s->n_pregnancies = s->n_children = 3;
    s->pregnancy = mtl__arena_alloc(a, 3 * sizeof *s->pregnancy);
    s->child = mtl__arena_alloc(a, 3 * sizeof *s->child);
    for (int i = 0; i < 3; i++) {
        const mtl__person *p = &s->person[TOM + i];
        const double ended = isnan(p->born) ? p->conceived + 35 : p->born;
        s->pregnancy[i] = (mtl__pregnancy){.mother = ANNA,
                                           .conceived = p->conceived,
                                           .ended = ended,
                                           .weeks = (ended - p->conceived) / 7 + 2,
                                           .outcome = MTL__LIVE_BIRTH,
                                           .mode = MTL__VAGINAL,
                                           .milk_days = i == 0   ? 274
                                                        : i == 2 ? 183
                                                                 : 0,
                                           .child0 = i,
                                           .n_children = 1};
        s->child[i] = (mtl__conceptus){.person = TOM + i, .ended = ended};
    }
    s->pregnancy[1].outcome = MTL__MISCARRIAGE;
    s->pregnancy[1].care = MTL__CARE_EXPECTANT;
    s->pregnancy[1].mode = MTL__MODE_UNKNOWN;
}

static void make_samples(mtl_scenario *s, mtl__arena *a, int n)
{
    static const int organ[] = {0, 0, 2, 1, 3};
    const double blood = mtl__date_to_days(1985, 1, 1), autopsy = mtl__date_to_days(2004, 5, 1);
    s->n_samples = n;
    s->sample = mtl__arena_alloc(a, (size_t)n * sizeof *s->sample);
    for (int i = 0; i < n; i++)
        s->sample[i] = (mtl__sample){.person = ANNA,
                                     .t = i < 2 ? blood : autopsy,
                                     .organ = organ[i],
                                     .assay = i == 1 ? HLA : DYS14,
                                     .target_person = i == 1 ? EVA : -1,
                                     .volume_mL = i < 2 ? 20 : NAN,
                                     .genomes = NAN,
                                     .autopsy = i >= 2};
}

static void make_events(mtl_scenario *s, mtl__arena *a)
{
    const mtl__event all[] = {
        {.kind = MTL__EV_BIRTH, .person = ANNA, .t = s->person[ANNA].born, .text = "born"},
        {.kind = MTL__EV_DELIVERY,
         .person = ANNA,
         .t = s->pregnancy[0].ended,
         .text = "delivery of tom at week 40, vaginal"},
        {.kind = MTL__EV_LOSS,
         .person = ANNA,
         .t = s->pregnancy[1].ended,
         .pregnancy = 1,
         .text = "miscarriage of lost1 at week 7, expectant\tcare"},
        {.kind = MTL__EV_DELIVERY,
         .person = ANNA,
         .t = s->pregnancy[2].ended,
         .pregnancy = 2,
         .text = "delivery of eva at week 40, vaginal"},
        {.kind = MTL__EV_SAMPLE,
         .person = ANNA,
         .t = s->sample[0].t,
         .sample = 0,
         .text = "blood sample, 20 mL"},
        {.kind = MTL__EV_DEATH, .person = ANNA, .t = s->person[ANNA].died, .text = "died"},
        {.kind = MTL__EV_AUTOPSY,
         .person = ANNA,
         .t = mtl__date_to_days(2004, 5, 1),
         .sample = 2,
         .text = "autopsy"},
    };
    s->n_events = (int)(sizeof all / sizeof all[0]);
    s->event = mtl__arena_alloc(a, sizeof all);
    memcpy(s->event, all, sizeof all);
}

static mtl_scenario *make_scenario(mtl__arena *a, const mtl_model *m, enum fixture_size size)
{
    mtl_scenario *s = mtl__arena_alloc(a, sizeof *s);
    s->model = m;
    s->file = "anna.yaml";
    s->title = "Anna & her children";
    memset(s->hash, 'a', 64);
    make_people(s, a);
    make_pregnancies(s, a);
    make_samples(s, a, count(size, 5, 4));
    make_events(s, a);
    s->focus = ANNA;
    s->history_unknown = mtl__arena_alloc(a, N_PEOPLE * sizeof *s->history_unknown);
    s->t_end = mtl__date_to_days(2004, 5, 1);
    return s;
}

/* ------------------------------------------------------------------ curves */

/* Share of replicates that still have a cell `years` after the first came, and their level. */
static mtl__band curve(double years, double plateau, double death, double spread)
{
    if (years < 0)
        return (mtl__band){0};
    const double present = 1 / (1 + death * years);
    const double median =
        plateau * (1 + 8 * mtl__exp(-years / 1.5)) * (0.3 + 0.7 / (1 + 0.05 * years));
    const double q[5] = {0.025, 0.25, 0.5, 0.75, 0.975};
    const double z[5] = {-1.96, -0.674, 0, 0.674, 1.96};
    float out[5];
    for (int i = 0; i < 5; i++)
        out[i] = q[i] < 1 - present ? 0 : (float)(median * mtl__exp(spread * z[i]));
    return (mtl__band){.mean = (float)(present * median * mtl__exp(spread * spread / 2)),
                       .q025 = out[0],
                       .q250 = out[1],
                       .q500 = out[2],
                       .q750 = out[3],
                       .q975 = out[4],
                       .p_present = (float)present};
}

static mtl__band level_at(const mtl_result *r, const mtl__pair *p, int organ, double t, int b)
{
    static const double plateau[] = {0.8, 0, 3.0, 0.4, 2.5},
                        death[] = {0.007, 0, 0.004, 0.02, 0.004};
    const int niche = r->m->sw[0].now;
    double level = plateau[p->donor == ANNA ? TOM : p->donor],
           dying = death[p->donor == ANNA ? TOM : p->donor];
    if (niche == 1 && p->donor != EVA && t > r->s->pregnancy[2].ended)
        level *= 0.15;
    if (niche == 2)
        dying *= 12;
    const double size = 1 + 0.8 * mtl__sin_2pi(organ * 0.382) + (organ == 2 ? 1 : 0);
    dying *= organ == 0 ? 1 : 1 + organ % 7;
    return curve((t - p->t_start) / 365.25, level * size, dying, b == MTL__UNKNOWNS ? 2.2 : 0.9);
}

static void make_times(mtl_result *r, enum fixture_size size)
{
    const double t0 = r->s->person[ANNA].conceived, t1 = r->s->t_end;
    r->n_times = count(size, 110, 8);
    r->n_coarse = count(size, 12, 3);
    r->time = mtl__arena_alloc(&r->arena, (size_t)r->n_times * sizeof *r->time);
    r->coarse = mtl__arena_alloc(&r->arena, (size_t)r->n_coarse * sizeof *r->coarse);
    for (int k = 0; k < r->n_times; k++)
        r->time[k] = floor(t0 + (t1 - t0) * k / (r->n_times - 1));
    for (int k = 0; k < r->n_coarse; k++)
        r->coarse[k] = floor(t0 + (t1 - t0) * k / (r->n_coarse - 1));
    r->t_final = t1;
    r->n_watched = count(size, 4, 2);
    r->watched = mtl__arena_alloc(&r->arena, (size_t)r->n_watched * sizeof *r->watched);
    for (int w = 0; w < r->n_watched; w++)
        r->watched[w] = w == 0 ? 0 : w == 1 ? 2 : w == 2 ? 1 : 3;
}

static void fill_pair(mtl_result *r, mtl__pair *p)
{
    const mtl_model *m = r->m;
    for (int b = 0; b < r->n_bands; b++) {
        p->level[b] =
            mtl__arena_alloc(&r->arena, (size_t)r->n_watched * r->n_times * sizeof(mtl__band));
        p->final[b] = mtl__arena_alloc(&r->arena, (size_t)m->n_organs * sizeof(mtl__band));
        for (int w = 0; w < r->n_watched; w++)
            for (int k = 0; k < r->n_times; k++)
                p->level[b][w * r->n_times + k] = level_at(r, p, r->watched[w], r->time[k], b);
        for (int o = 0; o < m->n_organs; o++)
            p->final[b][o] = level_at(r, p, o, r->t_final, b);
    }
    p->cells = mtl__arena_alloc(&r->arena,
                                (size_t)m->n_organs * m->n_kinds * r->n_coarse * sizeof(mtl__band));
    for (int o = 0; o < m->n_organs; o++)
        for (int kind = 0; kind < m->n_kinds; kind++)
            for (int k = 0; k < r->n_coarse; k++) {
                mtl__band x = level_at(r, p, o, r->coarse[k], MTL__CHANCE);
                const float f = (float)(m->organ[o].cells / 1e6 / (1 + 3 * kind));
                p->cells[((size_t)o * m->n_kinds + kind) * r->n_coarse + k] =
                    (mtl__band){x.mean * f, x.q025 * f, x.q250 * f, x.q500 * f,
                                x.q750 * f, x.q975 * f, x.p_present};
            }
}

static void make_pairs(mtl_result *r, enum fixture_size size)
{
    static const struct {
        int host, donor;
        const char *relation;
    } row[] = {
        {ANNA, TOM, "son"},          {ANNA, LOST, "lost pregnancy"},
        {ANNA, EVA, "daughter"},     {ANNA, GRETA, "own mother"},
        {TOM, ANNA, "own mother"},   {TOM, GRETA, "grandmother (mother's mother)"},
        {EVA, ANNA, "own mother"},   {EVA, TOM, "brother"},
        {EVA, LOST, "lost sibling"},
    };
    r->n_pairs = count(size, (int)(sizeof row / sizeof row[0]), 2);
    r->pair = mtl__arena_alloc(&r->arena, (size_t)r->n_pairs * sizeof *r->pair);
    for (int i = 0; i < r->n_pairs; i++) {
        mtl__pair *p = &r->pair[i];
        const int younger = row[i].host > row[i].donor ? row[i].host : row[i].donor;
        p->host = row[i].host;
        p->donor = row[i].donor;
        p->relation = row[i].relation;
        p->t_start = r->s->person[younger].conceived;
        fill_pair(r, p);
    }
}

/* ------------------------------------------------------------------ readings and answers */

static void make_assays(mtl_result *r)
{
    static const struct {
        int hits;
        double geq, low, high, lod;
    } row[] = {{2, 1.4, 0.17, 5.1, 3.2},
               {0, NAN, 0, 1.9, 3.2},
               {3, 6.3, 1.3, 18, 9.6},
               {11, 20, 10, 35, 6.4},
               {1, 1.2, 0, 6.6, 6.4}};
    r->n_assays = r->s->n_samples;
    r->assay = mtl__arena_alloc(&r->arena, (size_t)r->n_assays * sizeof *r->assay);
    for (int i = 0; i < r->n_assays; i++) {
        mtl__assay_result *a = &r->assay[i];
        a->sample = i;
        a->qpcr = (mtl__qpcr){.genomes = i < 2 ? 1.44e6 : 2.5e5, .wells = 24, .threshold = 1};
        a->v = (mtl__virtual){.by = MTL__BY_QPCR, .qpcr = a->qpcr};
        a->p_positive[MTL__CHANCE] = 0.9 - 0.17 * i;
        a->p_positive[MTL__UNKNOWNS] = 0.6 - 0.1 * i;
        a->mean_fraction = 2.5e-6;
        a->mean_per_mL = i < 2 ? 15 : NAN;
        a->shown = (mtl__reading){.hits = row[i].hits,
                                  .wells = 24,
                                  .positive = row[i].low > 0,
                                  .genomes = a->qpcr.genomes,
                                  .geq_per_1e6 = row[i].geq,
                                  .low = row[i].low,
                                  .high = row[i].high,
                                  .lod_geq_per_1e6 = row[i].lod,
                                  .ct_mean = row[i].hits ? 36.2 : NAN};
        a->lod = row[i].lod * 1e-6;
        a->donors = i == 1 ? "eva" : "tom";
    }
    r->assay[0].has_given = true;
    r->assay[0].given = (mtl__reading){.hits = 3,
                                       .wells = 24,
                                       .positive = true,
                                       .genomes = 1.44e6,
                                       .geq_per_1e6 = 2.1,
                                       .low = 0.4,
                                       .high = 5.6,
                                       .ct_mean = NAN};
}

static void make_carriage(mtl_result *r)
{
    r->n_children = 3;
    r->children = mtl__arena_alloc(&r->arena, 3 * sizeof *r->children);
    for (int k = 0; k < 3; k++)
        r->children[k] = TOM + k;
    r->n_carriages = r->m->n_organs;
    r->carriage = mtl__arena_alloc(&r->arena, (size_t)r->n_carriages * sizeof *r->carriage);
    for (int o = 0; o < r->n_carriages; o++) {
        mtl__carriage *c = &r->carriage[o];
        *c = (mtl__carriage){.host = ANNA, .organ = o, .n_children = 3};
        c->p_each = mtl__arena_alloc(&r->arena, 3 * sizeof *c->p_each);
        double none = 1, every = 1;
        for (int k = 0; k < 3; k++) {
            mtl__pair p = {
                .host = ANNA, .donor = TOM + k, .t_start = r->s->person[TOM + k].conceived};
            c->p_each[k] = level_at(r, &p, o, r->t_final, MTL__CHANCE).p_present;
            none *= 1 - c->p_each[k];
            every *= c->p_each[k];
        }
        c->p_any = 1 - none;
        c->p_every = every;
        c->p_any_unknowns = 0.8 * c->p_any;
        c->p_every_unknowns = 0.5 * every;
    }
}

static void make_answer(mtl_result *r)
{
    static const double low[] = {0.09, 0.22, 0.3, 0.55, 0.8, 0.86, 0.88, 0.885},
                        high[] = {0.99, 0.98, 0.97, 0.91, 0.93, 0.9, 0.91, 0.892};
    r->n_leanings = 8;
    r->leaning = mtl__arena_alloc(&r->arena, 8 * sizeof *r->leaning);
    for (int i = 0; i < 8; i++)
        r->leaning[i] = (mtl__leaning){
            .param = i, .effect = high[i] - low[i], .low_answer = low[i], .high_answer = high[i]};
    static const double answer[] = {0.89, 0.72, 0.15};
    static const char *const headline[] = {
        "At her death anna probably still carried cells of at least one of her children in her "
        "hippocampus "
        "(89 of 100 replicates; with the unknowns drawn 61).",
        "At her death anna probably still carried cells of at least one of her children in her "
        "hippocampus "
        "(72 of 100 replicates; with the unknowns drawn 50).",
        "At her death anna probably no longer carried cells of her children in her hippocampus "
        "(15 of 100 replicates; with the unknowns drawn 22)."};
    static const char *const hypothesis[] = {"niche = additive, persistence = slow",
                                             "niche = displacement, persistence = slow",
                                             "niche = rejection, persistence = slow"};
    const int niche = r->m->sw[0].now;
    r->answer[MTL__CHANCE] = answer[niche];
    r->answer[MTL__UNKNOWNS] = 0.61;
    r->answer_text = "P(any child's cell in the hippocampus, 2004-05-01)";
    r->headline = headline[niche];
    r->hypothesis = hypothesis[niche];
    r->used_param = mtl__arena_alloc(&r->arena, (size_t)r->m->n_params * sizeof *r->used_param);
    for (int i = 0; i + 1 < r->m->n_params; i++)
        r->used_param[i] = true;
}

mtl_result *fixture_result(enum fixture_size size, int niche)
{
    mtl_result *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    mtl__arena_init(&r->arena, 0);
    r->own_model = make_model(&r->arena, size, niche);
    r->m = r->own_model;
    r->s = make_scenario(&r->arena, r->m, size);
    r->opts = (mtl_run_opts){
        .replicates = 1000, .solver = MTL_SOLVER_LEAP, .seed = 1925, .threads = 2, .unknowns = 1};
    r->solver_text = "leap, steps of at most 30 days";
    r->command_line = "matriline run anna.yaml --replicates 1000 --seed 1925 -o out/";
    memset(r->model_hash, 'b', 64);
    r->n_bands = 2;
    r->split_error = 0.0041;
    r->split_error_se = 0.0023;
    r->seconds = 3.14;
    make_times(r, size);
    make_pairs(r, size);
    make_assays(r);
    make_carriage(r);
    make_answer(r);
    return r;
}

void fixture_result_free(mtl_result *r)
{
    if (!r)
        return;
    mtl__arena_free(&r->arena);
    free(r);
}
