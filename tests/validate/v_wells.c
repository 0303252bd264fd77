/* SPDX-License-Identifier: MIT */
/* Wells and partitions drawn one by one, as a laboratory would set them up, and fitted with what
   the plate itself tells: its standards, its blanks, its reference gene. Every replicate is another
   family on another plate: another curve (slope -3.6 to -3.2, Ct of one copy 36.5 to 39, scatter
   0.15 to 0.35), other genomes per well (log-normal, 20%), another genotype where copies are by
   chance. */
#include <math.h>
#include <string.h>

#include "measure/wells.h"
#include "validate.h"

enum { MOST = 400, PARTITIONS = 20000 };

typedef struct wells {
    int wells, blanks, reference; /* wells; reference = 0: genomes are told */
    bool curve;
    double genomes;        /* per well, or per partition */
    double false_hits;     /* per well, or per partition */
    double law[3];         /* of the copies of a donor: 0, 1, 2 */
    int fragments, copies; /* 0: 1; so with the number of targets */
    bool grouped;          /* fragments of a genome come together */
    bool digital;          /* the other allele is counted in the same partitions */
    int n_targets;         /* of donors */
    unsigned sees[2];      /* donors, by target: bits */
    int told;              /* donors that the fit knows, the first ones; 0 = all */
} wells;

static wells whole(const v_case *c)
{
    wells s = *(const wells *)c->setting;
    s.fragments = s.fragments ? s.fragments : 1;
    s.copies = s.copies ? s.copies : 1;
    s.n_targets = s.n_targets ? s.n_targets : 1;
    s.sees[0] = s.sees[0] ? s.sees[0] : 1;
    return s;
}

typedef struct bench {
    mtl__reaction r[MOST];
    char name[MOST][8];
    int n;
    mtl__rng rng;
    double one, slope, sd, genomes;
} bench;

static mtl__reaction *add(bench *b, enum mtl__role role, int target, double ct)
{
    mtl__reaction *r = &b->r[b->n];
    snprintf(b->name[b->n], sizeof *b->name, "w%d", b->n);
    *r = (mtl__reaction){.well = b->name[b->n++],
                         .target_index = target,
                         .sample_index = role == MTL__ROLE_UNKNOWN ? 0 : -1,
                         .role = role,
                         .ct = ct,
                         .quantity = (double)NAN,
                         .both = -1,
                         .only_this = -1,
                         .only_other = -1,
                         .neither = -1,
                         .partition_nl = (double)NAN};
    return r;
}

static double ct_of(bench *b, double copies)
{
    return copies > 0.0 ? b->one + b->slope * mtl__log10(copies) + b->sd * mtl__rng_normal(&b->rng)
                        : (double)NAN;
}

static void standards(bench *b, int target, double fragments, double copies, double least)
{
    for (int q = 0; q < 5; q++)
        for (int k = 0; k < 2; k++) {
            const double geq = least * pow(10.0, q);
            add(b, MTL__ROLE_STANDARD, target,
                ct_of(b, copies * (double)mtl__rng_poisson(&b->rng, geq * fragments)))
                ->quantity = geq;
        }
}

/* Fragments of one donor into the wells of one target. */
static void pour(bench *b, const wells *s, double level, int copies, int64_t *in_well)
{
    const double genomes = b->genomes * s->wells * level;
    const int each = copies * s->fragments;
    const int64_t n = mtl__rng_poisson(&b->rng, s->grouped ? genomes : genomes * each);
    for (int64_t i = 0; i < n * (s->grouped ? each : 1); i++)
        in_well[mtl__rng_below(&b->rng, (uint32_t)s->wells)]++;
}

/* ---------------------------------------------------------------- a plate */
static void draw_setup(bench *b, const v_case *c, uint64_t replicate)
{
    const wells all = whole(c), *s = &all;
    b->n = 0;
    mtl__rng_stream(&b->rng, 81, mtl__hash(c->name), replicate, 1);
    b->slope = -3.6 + 0.4 * mtl__rng_unit(&b->rng);
    b->one = 36.5 + 2.5 * mtl__rng_unit(&b->rng);
    b->sd = 0.15 + 0.2 * mtl__rng_unit(&b->rng);
    b->genomes = s->genomes * mtl__exp(0.2 * mtl__rng_normal(&b->rng));
    const double per = (double)s->copies / s->fragments;
    for (int t = 0; t < s->n_targets; t++) {
        if (s->curve)
            standards(b, t, s->fragments, per, 1.0);
        for (int i = 0; i < s->blanks; i++) {
            if (!s->digital) {
                add(b, MTL__ROLE_BLANK, t,
                    ct_of(b, per * (double)mtl__rng_poisson(&b->rng, s->false_hits)));
                continue;
            }
            mtl__reaction *r = add(b, MTL__ROLE_BLANK, t, (double)NAN);
            r->partitions = PARTITIONS;
            r->positive = mtl__rng_binomial(&b->rng, PARTITIONS, -mtl__expm1(-s->false_hits));
        }
    }
    if (s->reference)
        standards(b, s->n_targets, 2.0, 1.0, 10.0);
    for (int i = 0; i < s->reference; i++)
        add(b, MTL__ROLE_UNKNOWN, s->n_targets,
            ct_of(b, (double)mtl__rng_poisson(&b->rng, 2.0 * b->genomes)));
}

static void draw_partitions(bench *b, const wells *s, double level, int copies)
{
    const double own = b->genomes * level * copies + s->false_hits;
    const double other = b->genomes * (2.0 * (1.0 - level) + level * (2 - copies));
    for (int i = 0; i < s->wells; i++)
        for (int t = 0; t < 2; t++) {
            mtl__reaction *r = add(b, MTL__ROLE_UNKNOWN, t, (double)NAN);
            r->partitions = PARTITIONS;
            r->positive = mtl__rng_binomial(&b->rng, PARTITIONS, -mtl__expm1(-(t ? other : own)));
        }
}

/* The sample's wells; returns for each donor how many fragments were expected. */
static void draw_sample(bench *b, const v_case *c, const double *level, uint64_t replicate,
                        double *count)
{
    const wells all = whole(c), *s = &all;
    int copies[V_DONORS];
    mtl__rng_stream(&b->rng, 82, mtl__hash(c->name), replicate, 1);
    for (int d = 0; d < V_DONORS; d++) {
        const double u = mtl__rng_unit(&b->rng);
        copies[d] = u < s->law[0] ? 0 : u < s->law[0] + s->law[1] ? 1 : 2;
        count[d] = 0.0;
    }
    mtl__rng_stream(&b->rng, 83, mtl__hash(c->name), replicate, level == c->truth ? 1 : 2);
    if (s->digital) {
        count[0] = b->genomes * s->wells * PARTITIONS * level[0] * copies[0];
        draw_partitions(b, s, level[0], copies[0]);
        return;
    }
    const double per = (double)s->copies / s->fragments;
    for (int t = 0; t < s->n_targets; t++) {
        int64_t in_well[64] = {0};
        for (int d = 0; d < V_DONORS; d++)
            if (s->sees[t] >> d & 1) {
                pour(b, s, level[d], copies[d], in_well);
                count[d] += b->genomes * s->wells * level[d] * copies[d] * s->fragments;
            }
        for (int i = 0; i < s->wells; i++)
            add(b, MTL__ROLE_UNKNOWN, t,
                ct_of(b, per * (double)(in_well[i] + mtl__rng_poisson(&b->rng, s->false_hits))));
    }
}

/* ---------------------------------------------------------------- a fit */
static int quantify(bench *b, const wells *s, mtl__wells *out, mtl_error *err)
{
    static const char *const person[4] = {"first", "second", "third", "mother"};
    static const char *const name[3] = {"T1", "T2", "T3"};
    mtl__carrier carrier[3][4];
    mtl__target t[3];
    const int donors = s->told ? s->told : V_DONORS;
    for (int i = 0; i < 3; i++) {
        t[i] = (mtl__target){.name = name[i],
                             .copies = s->copies,
                             .fragments = s->fragments,
                             .calibrator = 1.0,
                             .carrier = carrier[i],
                             .partner = -1};
        for (int d = 0; d < donors && i < s->n_targets; d++)
            if (s->sees[i] >> d & 1) {
                mtl__carrier *k = &carrier[i][t[i].n_carriers++];
                k->person = d;
                memcpy(k->chance, s->law, sizeof k->chance);
            }
    }
    t[s->n_targets].reference = true;
    t[s->n_targets].calibrator = 2.0;
    t[s->n_targets].copies = t[s->n_targets].fragments = 1.0;
    if (s->digital) {
        t[0].partner = 1;
        t[1] = (mtl__target){.name = "other",
                             .copies = 1,
                             .fragments = 1,
                             .calibrator = 2,
                             .carrier = carrier[1],
                             .n_carriers = 2,
                             .partner = 0};
        carrier[1][0] = (mtl__carrier){3, {0, 0, 1}};
        carrier[1][1] = (mtl__carrier){0, {s->law[2], s->law[1], s->law[0]}};
    }
    mtl__sampled sample = {.name = "blood",
                           .organ = "",
                           .host = 3,
                           .day = (double)NAN,
                           .genomes_per_well =
                               s->reference || s->digital ? (double)NAN : b->genomes,
                           .dilution = 1.0};
    const mtl__plate p = {.file = "",
                          .instrument = "",
                          .n = b->n,
                          .n_targets = s->n_targets + (s->reference > 0 || s->digital),
                          .n_samples = 1,
                          .n_people = 4,
                          .reaction = b->r,
                          .target = t,
                          .sample = &sample,
                          .person = (const char **)(uintptr_t)person};
    mtl__wells_opts o;
    mtl__wells_opts_init(&o);
    return mtl__wells_quantify(out, &p, &o, err);
}

static int fit(const v_case *c, uint64_t replicate, v_out *out, mtl_error *err)
{
    const wells all = whole(c), *s = &all;
    bench b;
    mtl__wells w;
    double count[V_DONORS], level[V_DONORS];
    draw_setup(&b, c, replicate);
    const int set_up = b.n;
    draw_sample(&b, c, c->truth, replicate, count);
    MTL_TRY(quantify(&b, s, &w, err));
    for (int d = 0; d < c->n_donors; d++) {
        out[d] = (v_out){.high = (double)NAN, .low = (double)NAN};
        for (int i = 0; i < w.n_levels; i++) {
            const mtl__level *l = &w.level[i];
            if (l->n_donors != 1 || l->donor[0] != d)
                continue;
            out[d] = (v_out){.estimate = isnan(l->per_1e6) ? 0.0 : l->per_1e6 * 1e-6,
                             .low = l->low * 1e-6,
                             .high = l->high * 1e-6,
                             .lod = l->lod_per_1e6 * 1e-6,
                             .count = count[d],
                             .found = l->found};
        }
    }
    mtl__wells_clear(&w);
    for (int d = 0; d < c->n_donors && (c->flags & V_LIMIT); d++) {
        memcpy(level, c->truth, sizeof level);
        level[d] = out[d].lod;
        b.n = set_up;
        draw_sample(&b, c, level, replicate, count);
        MTL_TRY(quantify(&b, s, &w, err));
        for (int i = 0; i < w.n_levels; i++)
            if (w.level[i].n_donors == 1 && w.level[i].donor[0] == d)
                out[d].detected = w.level[i].found;
        mtl__wells_clear(&w);
    }
    return 0;
}

/* ---------------------------------------------------------------- settings */
#define ONE                                                                                        \
    {                                                                                              \
        0, 1, 0                                                                                    \
    }
#define SETTING(...)                                                                               \
    &(const wells)                                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define USUAL                                                                                      \
    SETTING(.wells = 24, .blanks = 24, .reference = 3, .curve = true, .genomes = 25000,            \
            .false_hits = 0.01, .law = ONE)
#define DYS14                                                                                      \
    SETTING(.wells = 12, .blanks = 12, .reference = 3, .curve = true, .genomes = 20000,            \
            .false_hits = 0.01, .law = ONE, .fragments = 5, .copies = 30, .grouped = true)
#define FEW                                                                                        \
    SETTING(.wells = 6, .blanks = 6, .reference = 2, .curve = true, .genomes = 15000,              \
            .false_hits = 0.01, .law = ONE)
#define FEW_BLANKS                                                                                 \
    SETTING(.wells = 24, .blanks = 3, .reference = 3, .curve = true, .genomes = 25000,             \
            .false_hits = 0.05, .law = ONE)
#define NO_BLANK                                                                                   \
    SETTING(.wells = 12, .curve = true, .genomes = 25000, .false_hits = 0.01, .law = ONE)
#define HITS_ONLY                                                                                  \
    SETTING(.wells = 24, .blanks = 24, .genomes = 25000, .false_hits = 0.01, .law = ONE)
#define TWO_ALLELES(together)                                                                      \
    SETTING(.wells = 24, .blanks = 24, .reference = 3, .curve = true, .genomes = 25000,            \
            .false_hits = 0.01, .law = {0, 0, 1}, .grouped = together)
#define UNSURE                                                                                     \
    SETTING(.wells = 24, .blanks = 24, .reference = 3, .curve = true, .genomes = 25000,            \
            .false_hits = 0.01, .law = {0, 0.6, 0.4})
#define TWO_DONORS                                                                                 \
    SETTING(.wells = 24, .blanks = 24, .reference = 3, .curve = true, .genomes = 25000,            \
            .false_hits = 0.01, .law = ONE, .n_targets = 2, .sees = {3, 1})
/* Blanks of five plates: what is left of a bias is not theirs. */
#define TWO_DONORS_MANY_BLANKS                                                                     \
    SETTING(.wells = 24, .blanks = 120, .reference = 3, .curve = true, .genomes = 25000,           \
            .false_hits = 0.01, .law = ONE, .n_targets = 2, .sees = {3, 1})
#define DROPLETS(n)                                                                                \
    SETTING(.wells = n, .blanks = 4, .genomes = 0.1, .false_hits = 1e-5, .law = ONE,               \
            .digital = true)

#define CASE(name, flags, truth, setting)                                                          \
    {                                                                                              \
        name, flags, 1, {"donor"}, {truth}, setting, fit                                           \
    }

void v_wells(v_run *v)
{
    const v_case cases[] = {
        CASE("one copy, 24 wells", V_LIMIT | V_SHORT, 0, USUAL),
        CASE("one copy, 24 wells", 0, 1e-6, USUAL),
        CASE("one copy, 24 wells", V_SHORT, 1e-5, USUAL),
        CASE("one copy, 24 wells", 0, 2e-5, USUAL),
        CASE("one copy, 24 wells", V_SHORT, 1e-4, USUAL),
        CASE("one copy, 24 wells", 0, 1e-3, USUAL),
        CASE("an array in 5 fragments of 6 copies, 12 wells", V_LIMIT, 0, DYS14),
        CASE("an array in 5 fragments of 6 copies, 12 wells", 0, 1e-6, DYS14),
        CASE("an array in 5 fragments of 6 copies, 12 wells", V_SHORT, 1e-5, DYS14),
        CASE("an array in 5 fragments of 6 copies, 12 wells", 0, 1e-4, DYS14),
        CASE("few wells: 6", V_LIMIT, 0, FEW),
        CASE("few wells: 6", V_SHORT, 1e-5, FEW),
        CASE("few wells: 6", 0, 1e-4, FEW),
        CASE("3 blanks, false hits 0.05 per well", V_LIMIT | V_SHORT, 0, FEW_BLANKS),
        CASE("3 blanks, false hits 0.05 per well", 0, 1e-5, FEW_BLANKS),
        CASE("3 blanks, false hits 0.05 per well", 0, 1e-4, FEW_BLANKS),
        CASE("no blank, false hits as assumed", 0, 0, NO_BLANK),
        CASE("no blank, false hits as assumed", 0, 1e-5, NO_BLANK),
        CASE("no curve, hits only", 0, 1e-5, HITS_ONLY),
        CASE("homozygous, one by one", 0, 1e-5, TWO_ALLELES(false)),
        CASE("homozygous, together", 0, 1e-5, TWO_ALLELES(true)),
        CASE("one allele (60%) or two, not known", V_SHORT, 1e-5, UNSURE),
        CASE("one allele (60%) or two, not known", 0, 1e-4, UNSURE),
        {"two donors, one target shared",
         V_SHORT,
         2,
         {"first", "second"},
         {2e-5, 1e-5},
         TWO_DONORS,
         fit},
        {"two donors, one target shared", 0, 2, {"first", "second"}, {2e-5, 0}, TWO_DONORS, fit},
        {"two donors, one target shared", 0, 2, {"first", "second"}, {0, 2e-5}, TWO_DONORS, fit},
        {"two donors, 120 blanks",
         0,
         2,
         {"first", "second"},
         {2e-5, 0},
         TWO_DONORS_MANY_BLANKS,
         fit},
        {"two donors, 120 blanks",
         0,
         2,
         {"first", "second"},
         {0, 2e-5},
         TWO_DONORS_MANY_BLANKS,
         fit},
    };
    v_table(v, cases, sizeof cases / sizeof *cases);
}

void v_droplets(v_run *v)
{
    const v_case cases[] = {
        CASE("4 wells of 20,000", V_LIMIT, 0, DROPLETS(4)),
        CASE("4 wells of 20,000", V_SHORT, 1e-4, DROPLETS(4)),
        CASE("4 wells of 20,000", 0, 1e-3, DROPLETS(4)),
        CASE("4 wells of 20,000", 0, 1e-2, DROPLETS(4)),
        CASE("4 wells of 20,000", V_SHORT, 1e-1, DROPLETS(4)),
        CASE("1 well of 20,000", V_LIMIT, 0, DROPLETS(1)),
        CASE("1 well of 20,000", 0, 1e-3, DROPLETS(1)),
        CASE("1 well of 20,000", 0, 1e-1, DROPLETS(1)),
    };
    v_table(v, cases, sizeof cases / sizeof *cases);
}

#define LEFT_OUT                                                                                   \
    SETTING(.wells = 24, .blanks = 24, .reference = 3, .curve = true, .genomes = 25000,            \
            .false_hits = 0.01, .law = ONE, .sees = {3}, .told = 1)
#define HALF_LEFT_OUT                                                                              \
    SETTING(.wells = 24, .blanks = 24, .reference = 3, .curve = true, .genomes = 25000,            \
            .false_hits = 0.01, .law = ONE, .n_targets = 2, .sees = {3, 1}, .told = 1)
#define DIRTY SETTING(.wells = 12, .curve = true, .genomes = 25000, .false_hits = 0.1, .law = ONE)
#define WRONG(name, truth, other, setting)                                                         \
    {                                                                                              \
        name, V_WRONG, 1, {"donor"}, {truth, other}, setting, fit                                  \
    }

void v_wells_wrong(v_run *v)
{
    const v_case cases[] = {
        WRONG("a second son (1e-5): the Y is shared", 2e-5, 1e-5, LEFT_OUT),
        WRONG("a second son (1e-5); the first has an allele of his own too", 2e-5, 1e-5,
              HALF_LEFT_OUT),
        WRONG("a lost son alone is there (1e-5)", 0, 1e-5, LEFT_OUT),
        WRONG("false hits are 0.1 per well, no blank, 0.01 assumed", 0, 0, DIRTY),
        WRONG("false hits are 0.1 per well, no blank, 0.01 assumed", 1e-5, 0, DIRTY),
    };
    v_table_wrong(v, cases, sizeof cases / sizeof *cases);
}
