/* SPDX-License-Identifier: MIT */
/* Reads and wells of one person in one fit: the answer against a maximisation by brute force of the
   product of their likelihoods, each computed by itself; and the table of wells, read from files.
 */
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
#include "fixture_folder.h"
#include "fixture_mix.h"
#include "fixture_model.h"
#include "matriline/markers.h"
#include "matriline/mix.h"
#include "near.h"

#define MEASURE(name) MTL_SOURCE_ROOT "/examples/measure/" name

/* ---------------------------------------------------------------- brute force */
static mtl__qpcr assay(double genomes, double fragments)
{
    return (mtl__qpcr){.genomes = genomes,
                       .wells = 24,
                       .fragments = fragments,
                       .copies = fragments,
                       .recovery = 1,
                       .false_per_well = 0.01,
                       .threshold = 1,
                       .efficiency = 1,
                       .ct_one = 37,
                       .ct_sd = 0.3};
}

typedef struct problem {
    const tube *t[2]; /* samples */
    int n_tubes;
    const mtl__mix_wells *wells;
    int n_wells;
    double error;
} problem;

/* log P(reads) + log P(hits) of one sample at two fractions. */
static double of_sample(const problem *p, int sample, double child, double grandmother)
{
    const tube *t = p->t[sample];
    const double w[2] = {child, grandmother};
    mtl__mix_opts o = t->opts;
    double l;
    o.error = p->error;
    assert_int_equal(mtl__mix_loglik(&l, &t->sites, &t->people, &t->counts, w, &o, NULL), 0);
    for (int k = 0; k < p->n_wells; k++) {
        const mtl__mix_wells *x = &p->wells[k];
        if (x->sample == sample)
            l += mtl__qpcr_loglik(x->assay, x->hits,
                                  x->copies[0] * child + x->copies[1] * grandmother);
    }
    return l;
}

/* Golden section: the largest of a function with one hill. */
static double top_of(double (*f)(void *ctx, double x), void *ctx, double a, double b, double *at)
{
    const double ratio = 0.5 * (sqrt(5) - 1);
    double x = b - ratio * (b - a), y = a + ratio * (b - a), fx = f(ctx, x), fy = f(ctx, y);
    for (int i = 0; i < 36; i++) {
        if (fx > fy) {
            b = y;
            y = x;
            fy = fx;
            x = b - ratio * (b - a);
            fx = f(ctx, x);
        } else {
            a = x;
            x = y;
            fx = fy;
            y = a + ratio * (b - a);
            fy = f(ctx, y);
        }
    }
    *at = 0.5 * (a + b);
    return f(ctx, *at);
}

typedef struct search {
    problem *p;
    int sample;
    double child, grandmother;
} search;

static double by_grandmother(void *ctx, double x)
{
    const search *s = ctx;
    return of_sample(s->p, s->sample, s->child, x);
}

static double by_child(void *ctx, double x)
{
    search *s = ctx;
    s->child = x;
    return top_of(by_grandmother, s, 0, 0.03, &s->grandmother);
}

/* One sample, error known: place and height of the top, and both ends of the interval, where the
   largest product with the child's fraction held has fallen by half the quantile of chi-square. */
static void one_sample_by_brute_force(void **state)
{
    (void)state;
    tube *t = tube_new(60, 200, 1e-2, 2e-3, 60);
    mtl__mix m;
    t->opts.error = 1e-3;
    t->opts.overdispersion = 1e-4;
    const mtl__qpcr a = assay(3000, 1), b = assay(2000, 3);
    /* One target of the child alone, one that both have. */
    const int own[2] = {1, 0}, shared[2] = {1, 2};
    const mtl__mix_wells wells[] = {{0, &a, 17, own}, {0, &b, 23, shared}};
    problem p = {{t, NULL}, 1, wells, 2, 1e-3};
    search s = {.p = &p};
    double child;
    const double top = top_of(by_child, &s, 0, 0.04, &child);
    by_child(&s, child);
    assert_int_equal(
        mtl__mix_joint(&m, &t->sites, &t->people, &t->counts, 1, wells, 2, &t->opts, NULL), 0);
    near(m.loglik, top, 0, 1e-6);
    near(m.share[0].fraction, child, 0, 2e-3 * m.share[0].standard_error);
    near(m.share[1].fraction, s.grandmother, 0, 2e-3 * m.share[1].standard_error);
    assert_true(m.share[0].low > 0);
    for (int side = 0; side < 2; side++) {
        const double end = side ? m.share[0].high : m.share[0].low;
        near(2 * (top - by_child(&s, end)), 3.841459, 0.01, 0);
    }
    /* The wells are heard: without them the top lies elsewhere. */
    problem reads = {{t, NULL}, 1, wells, 0, 1e-3};
    double alone;
    s.p = &reads;
    (void)top_of(by_child, &s, 0, 0.04, &alone);
    assert_true(fabs(alone - child) > 0.1 * m.share[0].standard_error);
    mtl__mix_clear(&m);
    free(t);
}

/* Two samples with wells each, and an error that both have in common and nobody knows. */
static void common_error_by_brute_force(void **state)
{
    (void)state;
    tube *t = tube_new(40, 150, 1e-2, 0, 61), *u = tube_new(40, 150, 1e-2, 0, 61);
    mtl__mix m[2];
    /* The same people and sites, other reads. */
    for (int i = 0; i < 40; i++)
        if (u->alt[i] > 0 && u->ref[i] > 0) {
            u->alt[i]--;
            u->ref[i]++;
        }
    t->opts.overdispersion = 1e-4;
    const mtl__qpcr a = assay(3000, 1);
    const int own[2] = {1, 0};
    const mtl__mix_wells wells[] = {{0, &a, 17, own}, {1, &a, 9, own}};
    problem p = {{t, u}, 2, wells, 2, 0};
    search s = {.p = &p};
    double log_error = 0, child[2] = {0};
    u->opts = t->opts;
    /* The grandmother is not asked for: one fraction a sample. */
    t->people.n_candidates = 1;
    const mtl__counts samples[2] = {t->counts, u->counts};
    assert_int_equal(mtl__mix_joint(m, &t->sites, &t->people, samples, 2, wells, 2, &t->opts, NULL),
                     0);
    t->people.n_candidates = 2;
    double best = -HUGE_VAL;
    for (int k = 0; k <= 60; k++) { /* error: m.error x 0.94 .. 1.06 */
        double sum = 0, at[2];
        p.error = m[0].error * (0.94 + 0.002 * k);
        for (s.sample = 0; s.sample < 2; s.sample++) {
            double top = -HUGE_VAL;
            for (int j = -40; j <= 40; j++) {
                const mtl__share *x = &m[s.sample].share[0];
                const double c = x->fraction + j * 0.005 * x->standard_error;
                const double l = of_sample(&p, s.sample, c, 0);
                if (l > top) {
                    top = l;
                    at[s.sample] = c;
                }
            }
            sum += top;
        }
        if (sum > best) {
            best = sum;
            log_error = log(p.error);
            memcpy(child, at, sizeof child);
        }
    }
    /* Within a step of the grid, and inside of it. */
    near(log(m[0].error), log_error, 0, 0.0041);
    near(m[0].error, m[1].error, 1e-3, 0);
    for (int k = 0; k < 2; k++)
        near(m[k].share[0].fraction, child[k], 0, 0.0101 * m[k].share[0].standard_error);
    for (int k = 0; k < 2; k++)
        mtl__mix_clear(&m[k]);
    free(t);
    free(u);
}

/* Presence by simulation draws the wells as well: 20 hits of 24 are nothing that blanks do, 3 are
   where blanks hit 0.1 per well. 60 draws with a fixed seed: p of the latter is 0.40 by the law of
   the hits (at least 3 of 24 wells of chance 0.095), within 0.25 but for 1e-4 of seeds. */
static void presence_by_draws(void **state)
{
    (void)state;
    static const int hits[2] = {20, 3}, own[2] = {1, 0};
    tube *t = tube_new(20, 30, 0, 0, 62);
    const mtl__counts none = {"wells", NULL, NULL, NULL};
    t->opts.bootstrap = 60;
    for (int k = 0; k < 2; k++) {
        mtl__mix m;
        mtl__qpcr a = assay(3000, 1);
        a.false_per_well = 0.1;
        const mtl__mix_wells wells = {0, &a, hits[k], own};
        assert_int_equal(
            mtl__mix_joint(&m, &t->sites, &t->people, &none, 1, &wells, 1, &t->opts, NULL), 0);
        if (k == 0)
            near(m.share[0].p, 1.0 / 61, 1e-9, 0);
        else
            near(m.share[0].p, 0.40, 0, 0.25);
        mtl__mix_clear(&m);
    }
    free(t);
}

/* ---------------------------------------------------------------- the table */
static mtl_scenario *family;

static int set_up(void **state)
{
    if (make_folder(state) < 0 || load_model(state) < 0)
        return -1;
    return mtl_pedigree_load(&family, MEASURE("mix_family.fam"), model, &err);
}

static int tear_down(void **state)
{
    mtl_scenario_free(family);
    free_model(state);
    return remove_folder(state);
}

static int run(mtl_mix **out, const char *wells, const char *sample_table, const char *donors)
{
    const char *const file = MEASURE("mix_counts.tsv");
    mtl_mix_opts o;
    mtl_error_clear(&err);
    mtl_mix_opts_init(&o);
    o.genotypes = MEASURE("mix_genotypes.vcf");
    o.samples = sample_table;
    o.donors = donors;
    o.joint = 1;
    o.threads = 1;
    o.wells = write_file("wells.tsv", wells);
    return mtl_mix_run(out, family, &file, 1, &o, &err);
}

#define HEAD "sample\ttarget\tcarriers\twells\thits\tgenomes\tfalse_per_well\n"

/* A sample of wells alone is what its hits say; two alleles count twice, and an allele that is
   whole in every other genome half. */
static void wells_alone(void **state)
{
    static const struct {
        const char *text;
        double per_genome;
    } cases[] = {
        {HEAD "old\tA\ttom:1\t24\t15\t4800\t0\n", 1},
        {HEAD "old\tA\ttom:2\t24\t15\t4800\t0\n", 2},
        {"sample\ttarget\tcarriers\twells\thits\tgenomes\tfragments\tfalse_per_well\n"
         "old\tA\ttom:1\t24\t15\t4800\t0.5\t0\n",
         0.5},
    };
    (void)state;
    const char *const samples =
        write_file("samples.tsv", "sample\tperson\nanna-2004\tanna\nanna-2011\tanna\nold\tanna\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mtl_mix *m = NULL;
        if (run(&m, cases[i].text, samples, "tom,lena") < 0)
            fail_msg("%s", err.text);
        assert_int_equal(mtl_mix_n_samples(m), 3);
        const mtl_mix_row r = row_of(m, "old", "tom"), nobody = row_of(m, "old", "lena");
        near(r.fraction * cases[i].per_genome, -24 * log(1 - 15.0 / 24) / 4800, 2e-3, 0);
        assert_true(r.low > 0 && r.p < 1e-6);
        assert_true(nobody.fraction == 0 && nobody.high > 0.9 && strstr(nobody.flags, "not told"));
        char *text = mtl_mix_text(m, 80), *json = mtl_mix_json(m);
        assert_non_null(strstr(text, "15 of 24 hit"));
        assert_non_null(strstr(text, "no reads"));
        assert_non_null(strstr(json, "\"target\": \"A\""));
        free(text);
        free(json);
        mtl_mix_free(m);
    }
}

/* Blanks that nobody told of are assumed, and that is said. */
static void background_is_said(void **state)
{
    mtl_mix *m = NULL;
    (void)state;
    assert_int_equal(run(&m,
                         "sample\ttarget\tcarriers\twells\thits\tgenomes\n"
                         "anna-2004\tA\ttom:1 lena:1\t24\t15\t4800\n",
                         MEASURE("mix_samples.tsv"), NULL),
                     0);
    char *text = mtl_mix_text(m, 80);
    assert_non_null(strstr(text, "0.01 false hits per well are assumed"));
    free(text);
    mtl_mix_free(m);
}

static void refusals(void **state)
{
    static const struct {
        const char *text;
        int code, line, column;
        const char *words;
    } bad[] = {
        {HEAD "anna-204\tA\ttom:1\t24\t15\t4800\t0\n", MTL_ERR_NAME, 2, 1,
         "did you mean 'anna-2004'"},
        {HEAD "anna-2004\tA\ttim:1\t24\t15\t4800\t0\n", MTL_ERR_NAME, 2, 13, "did you mean 'tom'"},
        {HEAD "anna-2004\tA\tpaul:1\t24\t15\t4800\t0\n", MTL_ERR_NAME, 2, 13, "--donors"},
        {HEAD "anna-2004\tA\tanna:1\t24\t15\t4800\t0\n", MTL_ERR_VALUE, 2, 13, "is the host"},
        {HEAD "anna-2004\tA\ttom\t24\t15\t4800\t0\n", MTL_ERR_VALUE, 2, 13, "as tom:1"},
        {HEAD "anna-2004\tA\ttom:3\t24\t15\t4800\t0\n", MTL_ERR_VALUE, 2, 13, "as tom:1"},
        {HEAD "anna-2004\tA\ttom:1 tom:2\t24\t15\t4800\t0\n", MTL_ERR_DUPLICATE, 2, 13, "twice"},
        {HEAD "anna-2004\tA\t\t24\t15\t4800\t0\n", MTL_ERR_VALUE, 2, 13, "must be said"},
        {HEAD "anna-2004\tA\ttom:1\t24\t25\t4800\t0\n", MTL_ERR_VALUE, 2, 22, "25 hits in 24"},
        {HEAD "anna-2004\tA\ttom:1\t24\t-1\t4800\t0\n", MTL_ERR_VALUE, 2, 22, "'-1'"},
        {HEAD "anna-2004\tA\ttom:1\t0\t0\t4800\t0\n", MTL_ERR_VALUE, 2, 19, "from 1 to 1000"},
        {HEAD "anna-2004\tA\ttom:1\t20000\t0\t4800\t0\n", MTL_ERR_VALUE, 2, 19, "quantify"},
        {HEAD "anna-2004\tA\ttom:1\t24.5\t0\t4800\t0\n", MTL_ERR_VALUE, 2, 19, "whole number"},
        {HEAD "anna-2004\tA\ttom:1\t24\t15\t\t0\n", MTL_ERR_VALUE, 2, 25, "missing"},
        {HEAD "anna-2004\tA\ttom:1\t24\t15\t-5\t0\n", MTL_ERR_VALUE, 2, 25, "'-5'"},
        {HEAD "anna-2004\tA\ttom:1\t24\t15\t4800\t0,01\n", MTL_ERR_VALUE, 2, 30, "decimal point"},
        {HEAD "anna-2004\t\ttom:1\t24\t15\t4800\t0\n", MTL_ERR_VALUE, 2, 11, "name is missing"},
        {HEAD "anna-2004\tA\ttom:1\t24\t15\t4800\t0\nanna-2004\tA\tlena:1\t24\t1\t4800\t0\n",
         MTL_ERR_DUPLICATE, 3, 11, "line 2 too"},
        {HEAD, MTL_ERR_VALUE, 0, 0, "no wells"},
        {"sample\ttarget\tcarriers\twells\thits\n", MTL_ERR_SYNTAX, 1, 0, "genomes"},
        {"sample\ttarget\tcarriers\twells\thits\tgenomes\tassay\nanna-2004\tA\ttom:"
         "1\t24\t15\t4800\t"
         "dys14-qpc\n",
         MTL_ERR_NAME, 2, 30, "did you mean 'dys14-qpcr'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl_mix *m = NULL;
        const int ret = run(&m, bad[i].text, MEASURE("mix_samples.tsv"), NULL);
        if (ret != bad[i].code || !strstr(err.text, bad[i].words) || err.line != bad[i].line ||
            (bad[i].column && err.column != bad[i].column) ||
            strcmp(err.file, in_folder("wells.tsv")) != 0)
            fail_msg("%zu: %d %d:%d '%s'", i, ret, err.line, err.column, err.text);
        assert_null(m);
    }
}

/* Wells of a sample that is not fitted, and wells without --joint. */
static void wells_of_nothing(void **state)
{
    const char *const file = MEASURE("mix_counts.tsv");
    mtl_mix *m = NULL;
    mtl_mix_opts o;
    (void)state;
    const char *const samples = write_file(
        "samples.tsv", "sample\tperson\tuse\nanna-2004\tanna\tother\nanna-2011\tanna\t\n");
    assert_int_equal(run(&m, HEAD "anna-2004\tA\ttom:1\t24\t15\t4800\t0\n", samples, NULL),
                     MTL_ERR_VALUE);
    assert_non_null(strstr(err.text, "no mixture"));
    mtl_mix_opts_init(&o);
    o.wells = in_folder("wells.tsv");
    assert_int_equal(mtl_mix_run(&m, family, &file, 1, &o, &err), MTL_ERR_USAGE);
    assert_string_equal(err.field, "wells");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sample_by_brute_force), cmocka_unit_test(common_error_by_brute_force),
        cmocka_unit_test(presence_by_draws),         cmocka_unit_test(wells_alone),
        cmocka_unit_test(background_is_said),        cmocka_unit_test(refusals),
        cmocka_unit_test(wells_of_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
