/* SPDX-License-Identifier: MIT */
/* Fits of mixtures: donors that cannot be told apart, swapped tubes, hopping, linked sites, the
   bootstrap, several samples at once, and what is refused or flagged. Draws have fixed seeds;
   bounds on them are far (4 standard errors or more). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assay/assay.h"
#include "fixture_mix.h"
#include "measure/mix_internal.h"
#include "near.h"
#include "par/par.h"

static void test_not_told_apart(void **state)
{
    (void)state;
    static const int twins[] = {0, 1, 1, 3}, no_parent[] = {-1, 0, 0, -1}, dad[] = {-1, 3, 3, -1};
    tube *t = tube_new(400, 300, 2e-2, 0, 43);
    mtl__mix m;
    t->people.lineage.mother = no_parent;
    t->people.lineage.father = dad;
    t->people.lineage.genome = twins;
    for (int i = 0; i < 400; i++)
        t->allowed[i * N_PEOPLE + GRANDMOTHER] = t->allowed[i * N_PEOPLE + CHILD];
    assert_int_equal(fit(t, &m, NULL), 0);
    for (int k = 0; k < 2; k++) {
        const mtl__share *s = &m.share[k];
        assert_int_equal(s->twin_of, 1 - k);
        assert_true(s->flags & MTL__MIX_NOT_IDENTIFIED);
        assert_true(s->low == 0 && s->high > 0.017 && s->high < 0.025 && s->p > 0.1);
    }
    near(m.share[0].fraction + m.share[1].fraction, 2e-2, 0.1, 0);
    mtl__mix_clear(&m);
    free(t);
}

/* Where others are everybody in the tube, the fit says so, does not stall, and finds a top that is
   no lower than the truth. */
static void test_swapped_tube(void **state)
{
    (void)state;
    static const struct {
        int n;
        uint64_t seed;
        double child, grandmother;
    } all[] = {{300, 44, 1, 0},     {250, 46, 1, 0},     {250, 48, 1, 0},
               {300, 49, 1, 0},     {400, 46, 1, 0},     {80, 48, 0.7, 0.3},
               {150, 46, 0.7, 0.3}, {200, 45, 0.7, 0.3}, {200, 49, 0.7, 0.3}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        tube *t = tube_new(all[k].n, 200, all[k].child, all[k].grandmother, all[k].seed);
        mtl__mix m;
        double truth;
        const double w[2] = {mtl__min(all[k].child, 0.99999), all[k].grandmother};
        assert_int_equal(fit(t, &m, NULL), 0);
        near(m.share[0].fraction, all[k].child, 0, 0.05);
        near(m.share[1].fraction, all[k].grandmother, 0, 0.05);
        assert_true(m.share[0].low > all[k].child - 0.05);
        assert_int_equal(
            mtl__mix_loglik(&truth, &t->sites, &t->people, &t->counts, w, &t->opts, NULL), 0);
        assert_true(m.loglik > truth - 1e-3);
        mtl__mix_clear(&m);
        free(t);
    }
}

static void test_hopping_and_stranger(void **state)
{
    (void)state;
    enum { N = 900 };
    tube *t = tube_new(N, 10, 0, 0, 45), *u = tube_new(N, 400, 0, 0, 46);
    mtl__reads a;
    mtl__rng rng;
    mtl__mix m;
    double foreign[N];
    mtl__reads_init(&a);
    a.depth = 400;
    a.error = 1e-3;
    a.hopping = 0.01;
    for (int i = 0; i < N; i++)
        foreign[i] = 0.5 * u->genotype[i * N_PEOPLE + HOST];
    const mtl__reads_at at = {.share = t->share, .foreign = foreign};
    mtl__rng_stream(&rng, 47, 1, 1, 1);
    assert_int_equal(mtl__reads_simulate(&a, N, &at, &rng, t->ref, t->alt, NULL, NULL), 0);
    t->opts.hopping = NAN;
    t->opts.stranger = true;
    assert_int_equal(
        mtl__mix_fit(&m, &t->sites, &t->people, &t->counts, &u->counts, 1, &t->opts, NULL), 0);
    assert_int_equal(m.n, 4);
    assert_int_equal(m.share[3].person, -2);
    near(m.hopping, 0.01, 0, 6 * m.share[3].standard_error);
    assert_true(m.share[3].p < 1e-9 && m.share[2].p > 1e-4);
    assert_false(m.flags & MTL__MIX_STRANGER);
    mtl__mix_clear(&m);
    /* The same reads, when nobody asks for hopping: a stranger explains them. */
    t->opts.hopping = 0;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_int_equal(m.share[2].person, -1);
    assert_true(m.flags & MTL__MIX_STRANGER);
    near(m.share[2].fraction, 0.01, 0.3, 0);
    mtl__mix_clear(&m);
    free(t);
    free(u);
}

/* A region of one megabase cannot carry an interval for an untyped child. */
static void test_linked(void **state)
{
    (void)state;
    tube *t = tube_new(300, 300, 2e-2, 0, 48);
    mtl__mix m;
    untype(t, CHILD);
    t->people.n_candidates = 1;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_false(m.flags & MTL__MIX_LINKED);
    mtl__mix_clear(&m);
    for (int i = 0; i < 300; i++) {
        t->chromosome[i] = 20;
        t->position[i] = 1 + 3000 * i;
    }
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_true(m.flags & MTL__MIX_LINKED);
    mtl__mix_clear(&m);
    t->opts.thin_bp = 30000;
    assert_int_equal(fit(t, &m, NULL), 0);
    assert_int_equal(m.sites_used, 30);
    mtl__mix_clear(&m);
    free(t);
}

static void test_bootstrap(void **state)
{
    (void)state;
    tube *t = tube_new(120, 150, 4e-3, 0, 49);
    mtl__mix m;
    double p[2][2];
    t->opts.bootstrap = 40;
    for (int k = 0; k < 2; k++) {
        t->opts.threads = 3;
        t->opts.loop = k ? mtl__par_for : NULL;
        assert_int_equal(fit(t, &m, NULL), 0);
        p[k][0] = m.share[0].p;
        p[k][1] = m.share[1].p;
        mtl__mix_clear(&m);
    }
    assert_memory_equal(p[0], p[1], sizeof p[0]);
    t->opts.bootstrap = 0;
    assert_int_equal(fit(t, &m, NULL), 0);
    /* 40 draws: the two agree within 0.3, which is 4 standard errors where p is most uncertain. */
    near(p[0][0], m.share[0].p, 0, 0.3);
    near(p[0][1], m.share[1].p < 1 ? m.share[1].p : 1, 0, 0.3);
    mtl__mix_clear(&m);
    free(t);
}

static void test_joint(void **state)
{
    (void)state;
    tube *t = tube_new(700, 300, 1e-2, 0, 50), *u = tube_new(700, 300, 1e-2, 0, 50);
    mtl__mix m[3], alone;
    mtl__qpcr a = {.genomes = 5000,
                   .wells = 24,
                   .fragments = 1,
                   .copies = 1,
                   .recovery = 1,
                   .threshold = 1,
                   .efficiency = 1,
                   .ct_one = 37,
                   .ct_sd = 0.3};
    const int copies[] = {1, 0};
    const mtl__mix_wells wells[] = {{2, &a, 20, copies}, {0, &a, 21, copies}};
    const mtl__counts samples[] = {t->counts, u->counts, {"wells", NULL, NULL, NULL}};
    assert_int_equal(mtl__mix_joint(m, &t->sites, &t->people, samples, 3, wells, 2, &t->opts, NULL),
                     0);
    assert_int_equal(fit(t, &alone, NULL), 0);
    near(m[0].error, m[1].error, 1e-3, 0);
    near(m[1].share[0].fraction, alone.share[0].fraction, 0.02, 0);
    /* Two samples say more on the error; wells more on the fraction. */
    assert_true(m[1].share[0].standard_error <= 1.0001 * alone.share[0].standard_error);
    assert_true(m[0].share[0].standard_error < alone.share[0].standard_error);
    /* Wells alone are what the assay itself says: hits of wells, exactly invertible. */
    near(m[2].share[0].fraction, -24 * log(1 - 20.0 / 24) / 5000, 1e-3, 0);
    assert_true(m[2].share[0].low > 0 && m[2].share[0].high < 1);
    assert_true(m[2].share[1].flags & MTL__MIX_NOT_IDENTIFIED);
    for (int k = 0; k < 3; k++)
        mtl__mix_clear(&m[k]);
    mtl__mix_clear(&alone);
    free(t);
    free(u);
}

static void test_refusals(void **state)
{
    (void)state;
    tube *t = tube_new(30, 50, 0, 0, 51);
    mtl__mix m;
    mtl_error err = {0};
    double l, w[2] = {0.7, 0.5};
    t->opts.level = 2;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    assert_string_equal(err.field, "level");
    t->opts.level = 0.95;
    t->candidate[1] = CHILD;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_DUPLICATE);
    t->candidate[1] = HOST;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    t->candidate[1] = 9;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    t->candidate[1] = GRANDMOTHER;
    assert_int_equal(mtl__mix_loglik(&l, &t->sites, &t->people, &t->counts, w, &t->opts, &err),
                     MTL_ERR_VALUE);
    t->alt[3] = -1;
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    t->alt[3] = 0;
    t->position[5] = 1;
    t->chromosome[5] = t->chromosome[4];
    assert_int_equal(fit(t, &m, &err), MTL_ERR_VALUE);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_told_apart),
        cmocka_unit_test(test_swapped_tube),
        cmocka_unit_test(test_hopping_and_stranger),
        cmocka_unit_test(test_linked),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_joint),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
