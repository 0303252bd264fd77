/* SPDX-License-Identifier: MIT */
/* Intervals of the wells model hold the truth: plates are drawn well by well, with their own blanks
   and standards, and fitted as a laboratory would. 160 plates per setting, fixed seeds. An interval
   that holds 93% fails this test when fewer than 137 of 160 hold: chance 4e-4 per level, below 0.01
   for the family of 15; blanks exceed the LoB in at most 5%, 18 or more of 160 at one setting:
   2e-3. Larger runs are those of `make validate`. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/wells_parts.h"

enum { PLATES = 160, LEAST = 137, MOST = 300 };

typedef struct setting {
    const char *name;
    int wells, blanks;
    double per_1e6[2];   /* of the donors */
    double false_hits;   /* per well */
    int copies;          /* of the first donor; 3 = one or two by chance */
    bool grouped;        /* alleles of a genome come together */
    bool curve, two;     /* standards; a second donor who shares the first target */
    int reference_wells; /* genomes from a reference gene; 0: known */
} setting;

#define GENOMES 50000.0

typedef struct bench {
    mtl__reaction r[MOST];
    char name[MOST][16];
    int n;
    mtl__rng rng;
} bench;

static mtl__reaction *add(bench *b, enum mtl__role role, int target, double ct)
{
    mtl__reaction *r = &b->r[b->n];
    *r = (mtl__reaction){.well = b->name[b->n++],
                         .target_index = target,
                         .sample_index = role == MTL__ROLE_UNKNOWN ? 0 : -1,
                         .role = role,
                         .ct = ct,
                         .quantity = NAN};
    return r;
}

static double ct_of(bench *b, double copies)
{
    return copies > 0.0 ? 38.0 - 3.4 * log10(copies) + 0.25 * mtl__rng_normal(&b->rng) : NAN;
}

static void standards(bench *b, int target, double per_geq, double least)
{
    for (int q = 0; q < 5; q++)
        for (int k = 0; k < 2; k++) {
            const double geq = least * pow(10.0, q);
            add(b, MTL__ROLE_STANDARD, target,
                ct_of(b, (double)mtl__rng_poisson(&b->rng, geq * per_geq)))
                ->quantity = geq;
        }
}

/* Fragments of a donor into wells. */
static void pour(bench *b, const setting *s, double per_1e6, int copies, int64_t *in_well)
{
    const double genomes = GENOMES * s->wells * per_1e6 * 1e-6;
    const int together = s->grouped ? copies : 1;
    const int64_t n = mtl__rng_poisson(&b->rng, s->grouped ? genomes : genomes * copies);
    for (int64_t i = 0; i < n * together; i++)
        in_well[mtl__rng_below(&b->rng, (uint32_t)s->wells)]++;
}

static void draw(bench *b, const setting *s, uint64_t replicate)
{
    mtl__rng_stream(&b->rng, 41, 0, replicate, 0);
    b->n = 0;
    const int n_targets = s->two ? 2 : 1;
    const int copies = s->copies == 3 ? 1 + (mtl__rng_unit(&b->rng) < 0.5) : s->copies;
    for (int t = 0; t < n_targets; t++) {
        int64_t in_well[64] = {0};
        if (s->curve)
            standards(b, t, 1.0, 1.0);
        for (int i = 0; i < s->blanks; i++)
            add(b, MTL__ROLE_BLANK, t, ct_of(b, (double)mtl__rng_poisson(&b->rng, s->false_hits)));
        pour(b, s, s->per_1e6[0], copies, in_well);
        if (s->two && t == 0)
            pour(b, s, s->per_1e6[1], 1, in_well);
        for (int i = 0; i < s->wells; i++)
            add(b, MTL__ROLE_UNKNOWN, t,
                ct_of(b, (double)(in_well[i] + mtl__rng_poisson(&b->rng, s->false_hits))));
    }
    if (s->reference_wells)
        standards(b, n_targets, 2.0, 10.0);
    for (int i = 0; i < s->reference_wells; i++)
        add(b, MTL__ROLE_UNKNOWN, n_targets,
            ct_of(b, (double)mtl__rng_poisson(&b->rng, 2.0 * GENOMES)));
}

static void fit(bench *b, const setting *s, mtl__wells *w)
{
    const double one = s->copies == 3 ? 0.5 : s->copies == 1;
    mtl__carrier c[3] = {{0, {0, one, 1.0 - one}}, {1, {0, 1, 0}}, {0, {0, one, 1.0 - one}}};
    mtl__target t[3] = {{.name = "T1", .n_carriers = s->two ? 2 : 1, .carrier = c},
                        {.name = "T2", .n_carriers = 1, .carrier = c + 2}};
    const int n_targets = s->two ? 2 : 1;
    t[n_targets] = (mtl__target){.name = "reference", .reference = true};
    for (int i = 0; i < 3; i++) {
        t[i].copies = t[i].fragments = t[i].calibrator = 1.0;
        t[i].partner = -1;
    }
    t[n_targets].calibrator = 2.0;
    const char *person[2] = {"tom", "eva"};
    mtl__sampled sample = {.name = "blood",
                           .host = -1,
                           .genomes_per_well = s->reference_wells ? (double)NAN : GENOMES,
                           .dilution = 1.0};
    const mtl__plate p = {.file = "",
                          .n = b->n,
                          .n_targets = n_targets + (s->reference_wells > 0),
                          .n_samples = 1,
                          .n_people = 2,
                          .reaction = b->r,
                          .target = t,
                          .sample = &sample,
                          .person = person};
    mtl__wells_opts o;
    mtl_error err = {0};
    mtl__wells_opts_init(&o);
    if (mtl__wells_quantify(w, &p, &o, &err) < 0)
        fail_msg("%s", err.text);
}

static const setting settings[] = {
    {"nothing there", 24, 24, {0, 0}, 0.02, 1, false, true, false, 0},
    {"a few genomes", 24, 24, {4, 0}, 0.01, 1, false, true, false, 0},
    {"half of the wells", 12, 24, {20, 0}, 0.01, 1, false, true, false, 0},
    {"all wells", 6, 12, {150, 0}, 0.01, 1, false, true, false, 0},
    {"many copies", 6, 12, {3000, 0}, 0.01, 1, false, true, false, 0},
    {"hits only", 24, 24, {15, 0}, 0.01, 1, false, false, false, 0},
    {"two alleles of a genome together", 8, 24, {15, 0}, 0.01, 2, true, true, false, 0},
    {"one allele or two", 24, 24, {15, 0}, 0.01, 3, false, true, false, 0},
    {"genomes from a reference", 12, 24, {40, 0}, 0.01, 1, false, true, false, 3},
    {"two donors", 24, 24, {12, 8}, 0.005, 1, false, true, true, 0},
    {"the second of two is not there", 24, 24, {12, 0}, 0.005, 1, false, true, true, 0},
    {"the first of two is not there", 24, 24, {0, 12}, 0.005, 1, false, true, true, 0},
};

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    static bench b;
    for (int i = 0; i < MOST; i++)
        snprintf(b.name[i], sizeof b.name[i], "w%d", i);
    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
        const setting *s = &settings[k];
        int holds[2] = {0}, found[2] = {0};
        double sum[2] = {0.0};
        for (int r = 0; r < PLATES; r++) {
            mtl__wells w;
            draw(&b, s, (uint64_t)(1000 * k) + (uint64_t)r);
            fit(&b, s, &w);
            for (int i = 0; i < w.n_levels; i++) {
                const mtl__level *l = &w.level[i];
                const int d = l->donor[0];
                const double truth = s->per_1e6[d];
                holds[d] += l->low <= truth && truth <= l->high;
                found[d] += l->found;
                sum[d] += isnan(l->per_1e6) ? 0.0 : l->per_1e6;
                assert_true(l->low >= 0.0 && l->high > 0.0 && l->high <= 1e6);
                assert_true(isnan(l->per_1e6) ||
                            (l->low <= l->per_1e6 * 1.0001 && l->per_1e6 <= l->high * 1.0001));
            }
            mtl__wells_clear(&w);
        }
        for (int d = 0; d <= (s->two ? 1 : 0); d++) {
            print_message("# %s, donor %d at %g: %d of %d hold, found %d, mean %.3g\n", s->name,
                          d + 1, s->per_1e6[d], holds[d], PLATES, found[d], sum[d] / PLATES);
            assert_true(holds[d] >= LEAST);
            if (s->per_1e6[d] == 0.0)
                assert_true(found[d] < 18);
            if (s->per_1e6[d] >= 40.0) /* bias within 5 standard errors, at most 25% each */
                assert_true(fabs(sum[d] / PLATES / s->per_1e6[d] - 1.0) < 5.0 * 0.25 / 12.6);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(intervals_hold_the_truth)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
