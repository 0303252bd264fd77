/* SPDX-License-Identifier: MIT */
/* A tube with the cells of a family of four, drawn with a fixed seed. */
#include "fixture_mix.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assay/assay.h"

static const int mothers[] = {GRANDMOTHER, HOST, -1, -1}, fathers[] = {-1, FATHER, -1, -1},
                 genomes[] = {0, 1, 2, 3};
static const uint64_t keys[] = {11, 12, 13, 14};

tube *tube_new(int n, double depth, double child, double grandmother, uint64_t seed)
{
    tube *t = calloc(1, sizeof *t);
    mtl__gt_plan *plan;
    const uint8_t any[N_PEOPLE] = {7, 7, 7, 7};
    mtl__reads a;
    mtl__rng rng;
    assert_non_null(t);
    t->people.lineage = (mtl__lineage){N_PEOPLE, mothers, fathers, genomes, keys};
    t->people.host = HOST;
    t->people.candidate = t->candidate;
    t->people.n_candidates = 2;
    t->candidate[0] = CHILD;
    t->candidate[1] = GRANDMOTHER;
    t->people.allowed = t->allowed;
    t->sites = (mtl__sites){n, t->chromosome, t->position, t->frequency, NULL};
    t->counts = (mtl__counts){"tube", t->ref, t->alt, NULL};
    mtl__mix_opts_init(&t->opts);
    mtl__rng_stream(&rng, seed, 1, 1, 1);
    assert_int_equal(mtl__gt_plan_new(&plan, &t->people.lineage, NULL), 0);
    for (int i = 0; i < n; i++) {
        int8_t *g = t->genotype + i * N_PEOPLE;
        t->chromosome[i] = i * 22 / n;
        t->position[i] = 1 + (int64_t)i * 1000000;
        t->frequency[i] = 0.05 + 0.9 * (i * 37 % n) / n;
        assert_int_equal(mtl__gt_condition(plan, any, t->frequency[i], NULL, NULL), 0);
        mtl__gt_draw(plan, &rng, g);
        for (int k = 0; k < N_PEOPLE; k++)
            t->allowed[i * N_PEOPLE + k] = (uint8_t)(1 << g[k]);
        t->share[i] = 0.5 * ((1 - child - grandmother) * g[HOST] + child * g[CHILD] +
                             grandmother * g[GRANDMOTHER]);
    }
    mtl__gt_plan_free(plan);
    mtl__reads_init(&a);
    a.depth = depth;
    a.error = 1e-3;
    const mtl__reads_at at = {.share = t->share};
    assert_int_equal(mtl__reads_simulate(&a, n, &at, &rng, t->ref, t->alt, NULL, NULL), 0);
    return t;
}

void untype(tube *t, int person)
{
    for (int i = 0; i < t->sites.n; i++)
        t->allowed[i * N_PEOPLE + person] = MTL__GT_ANY;
}

int fit(tube *t, mtl__mix *m, mtl_error *err)
{
    return mtl__mix_fit(m, &t->sites, &t->people, &t->counts, NULL, 0, &t->opts, err);
}

mtl_mix_row row_of(const mtl_mix *m, const char *sample, const char *donor)
{
    mtl_mix_row r;
    for (int i = 0; i < mtl_mix_n_rows(m); i++) {
        assert_int_equal(mtl_mix_row_get(m, i, &r), 0);
        if (strcmp(r.sample, sample) == 0 && strcmp(r.donor, donor) == 0)
            return r;
    }
    fail_msg("no row of %s in %s", donor, sample);
    return r;
}
