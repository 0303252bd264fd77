/* SPDX-License-Identifier: MIT */
/* Virtual assays: what is drawn follows the law that is judged by, and a run that draws agrees with
   one that does not, by every method. n = 20,000 samples per law (chi-square, z of means), 1,500
   replicates of a family. Levels: oracle_stats.h; about 30 checks, so the family-wise level is
   below 1e-6. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assay/reads.h"
#include "assay/virtual.h"
#include "family_bench.h"
#include "matriline/matriline.h"
#include "oracle_stats.h"
#include "run/result.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

enum { N = 20000, REPLICATES = 1500, MOST = 4000 };

static double draws[N];
static double law[MOST];

/* ---------------------------------------------------------------- counts */
static double by_law(const mtl__virtual *v, int64_t k, double c)
{
    return v->by == MTL__BY_DPCR   ? mtl__dpcr_loglik(&v->dpcr, k, c)
           : v->by == MTL__BY_FISH ? mtl__fish_loglik(&v->fish, k, c)
                                   : mtl__informative_loglik(&v->reads, k, c);
}

static int follows(const char *what, const mtl__virtual *v, double c, uint64_t seed)
{
    const int copies = 1;
    const mtl__composition tube = {1, &c, &copies};
    double mean = 0.0;
    int64_t positive = 0;
    for (int i = 0; i < N; i++) {
        mtl__rng rng;
        int64_t k;
        mtl__rng_stream(&rng, seed, 3, (uint64_t)i, 5);
        assert_int_equal(mtl__virtual_draw(v, &tube, NULL, &rng, &k), 0);
        draws[i] = (double)k;
        positive += k >= mtl__virtual_threshold(v);
    }
    double sum = 0.0;
    for (int k = 0; k < MOST; k++) {
        law[k] = exp(by_law(v, k, c));
        mean += k * law[k];
        sum += law[k];
    }
    assert_true(fabs(sum - 1.0) < 1e-8);
    return refutes_law(what, draws, N, law, MOST) + refutes_mean(what, draws, N, mean) +
           refutes_share(what, positive, N, mtl__virtual_p_positive(v, c));
}

static void test_draws_follow_their_law(void **state)
{
    (void)state;
    mtl__virtual fish = {.by = MTL__BY_FISH, .fish = {50000, 7, 0.7, 2e-5, 3}};
    mtl__virtual dpcr = {.by = MTL__BY_DPCR,
                         .dpcr = {3e4, 40000, 2.0, 0.5, 1e-5},
                         .dpcr_threshold = 4,
                         .dpcr_wells = 2,
                         .partition_nl = 0.85};
    mtl__virtual reads = {.by = MTL__BY_READS, .reads = {5e4, 0.6, 30, 16.5, 800.0, 2e-4, 0.0, 12}};
    int bad = 0;
    bad += follows("FISH", &fish, 8e-5, 1);
    bad += follows("FISH, blank", &fish, 0.0, 2);
    bad += follows("digital PCR", &dpcr, 1e-4, 3);
    bad += follows("digital PCR, many", &dpcr, 1e-2, 4);
    bad += follows("reads", &reads, 3e-4, 5);
    bad += follows("reads, blank", &reads, 0.0, 6);
    reads.reads.overdispersion = 2e-3;
    bad += follows("reads, overdispersed", &reads, 3e-3, 7);
    assert_int_equal(bad, 0);
}

/* Reads drawn site by site by the beta-binomial of reads.c, added up: the law of informative.c,
   which has a gamma in place of each beta. */
static int sites_add_up(const char *what, const mtl__informative *a, double c, uint64_t seed)
{
    mtl__virtual v = {.by = MTL__BY_READS, .reads = *a};
    for (int i = 0; i < N; i++) {
        mtl__rng rng;
        double share[64];
        int32_t ref[64], alt[64];
        const mtl__reads run = {.depth = a->depth,
                                .depth_shape = HUGE_VAL,
                                .error = a->error,
                                .overdispersion = a->overdispersion};
        const mtl__reads_at at = {.share = share};
        mtl__rng_stream(&rng, seed, 4, (uint64_t)i, 6);
        const double x = mtl__informative_tube(a, c, &rng);
        for (int j = 0; j < a->sites; j++) /* the first ones from a homozygous donor */
            share[j] = x * (j < 2.0 * a->signal - a->sites ? 1.0 : 0.5);
        assert_int_equal(mtl__reads_simulate(&run, a->sites, &at, &rng, ref, alt, NULL, NULL), 0);
        draws[i] = 0.0;
        for (int j = 0; j < a->sites; j++)
            draws[i] += alt[j];
    }
    for (int k = 0; k < MOST; k++)
        law[k] = exp(by_law(&v, k, c));
    return refutes_law(what, draws, N, law, MOST);
}

static void test_sites_add_up(void **state)
{
    (void)state;
    mtl__informative a = {4e4, 0.8, 40, 24.0, 500.0, 3e-4, 0.0, 1};
    int bad = sites_add_up("sites", &a, 1e-3, 11);
    a.overdispersion = 1e-3;
    bad += sites_add_up("sites, overdispersed", &a, 1e-3, 12);
    assert_int_equal(bad, 0);
}

/* The parts of a reading: every set of units is as likely as any other. */
static void test_parts(void **state)
{
    (void)state;
    int bad = 0;
    static const int64_t positive[] = {9, 30000};
    for (int p = 0; p < 2; p++) {
        int64_t part[3];
        const int64_t n = p ? 100000 : 11; /* 4, 4, 3 of 11: hypergeometric far from binomial */
        for (int i = 0; i < N; i++) {
            mtl__rng rng;
            mtl__rng_stream(&rng, 21, (uint64_t)p, (uint64_t)i, 1);
            mtl__spread_evenly(&rng, n, 3, positive[p], part);
            assert_true(part[0] + part[1] + part[2] == positive[p]);
            assert_true(part[2] <= mtl__units_in(n, 3, 2));
            draws[i] = (double)part[2];
        }
        bad += refutes_mean("third part", draws, N,
                            (double)(positive[p] * mtl__units_in(n, 3, 2)) / (double)n);
    }
    /* 9 of 11: P(k in the third) = C(3, k) C(8, 9 - k) / C(11, 9). */
    for (int i = 0; i < N; i++) {
        mtl__rng rng;
        int64_t part[3];
        mtl__rng_stream(&rng, 22, 0, (uint64_t)i, 1);
        mtl__spread_evenly(&rng, 11, 3, 9, part);
        draws[i] = (double)part[2];
    }
    const double pmf[] = {0.0, 3.0 / 55.0, 24.0 / 55.0, 28.0 / 55.0};
    bad += refutes_law("third part of 11", draws, N, pmf, 4);
    assert_int_equal(bad, 0);
}

/* ---------------------------------------------------------------- silences */
/* A gamma share of mean m and shape k has E exp(-g c) = (1 + g m / k)^-k; the chance of a negative
   by the sum of exponentials against quadrature over the gamma. */
static int mixture(const char *what, const mtl__virtual *v, double mean, double shape)
{
    mtl__silences s;
    double sum = 0.0, direct = 0.0, weights = 0.0;
    assert_int_equal(mtl__virtual_silences(v, &s), 0);
    for (int k = 0; k < s.n; k++)
        sum += s.weight[k] * pow(1.0 + s.genomes[k] * mean / shape, -shape);
    for (int i = 0; i < 20000; i++) { /* midpoints in probability: c = quantile */
        const double c = mean / shape * mtl__gamma_quantile((i + 0.5) / 20000.0, shape);
        direct += 1.0 - mtl__virtual_p_positive(v, fmin(c, 1.0));
        weights += 1.0;
    }
    assert_true(s.error + 1e-9 * s.gain < 1e-3);
    return refutes_value(what, sum, direct / weights, 0.0, s.error + 5e-6);
}

static void test_silences(void **state)
{
    (void)state;
    mtl__virtual dpcr = {.by = MTL__BY_DPCR,
                         .dpcr = {2.5e5, 240000, 1.0, 0.8, 5e-7},
                         .dpcr_threshold = 1,
                         .dpcr_wells = 12,
                         .partition_nl = 0.85};
    mtl__virtual fish = {.by = MTL__BY_FISH, .fish = {200000, 10, 0.8, 1e-6, 1}};
    mtl__virtual reads = {.by = MTL__BY_READS,
                          .reads = {2.5e5, 0.8, 26, 13.0, 2000.0, 1.125e-5, 1e-4, 1}};
    int bad = mixture("digital PCR, one partition", &dpcr, 1e-5, 0.7);
    bad += mixture("FISH, one cell", &fish, 1e-5, 0.7);
    dpcr.dpcr_threshold = fish.fish.threshold = 3;
    bad += mixture("digital PCR, three partitions", &dpcr, 1e-5, 0.7);
    bad += mixture("FISH, three cells", &fish, 1e-5, 2.0);
    reads.reads.threshold = mtl__informative_rule(&reads.reads, 0.05);
    bad += mixture("reads", &reads, 1e-4, 1.5);
    assert_int_equal(bad, 0);
}

/* ---------------------------------------------------------------- a run */
static const char FAMILY[] =
    "people:\n"
    "  anna: {sex: female, born: 1960-03-01}\n"
    "events:\n"
    "  - {date: 1990-02-01, person: anna, event: delivery, week: 40, child: tom, sex: male, seeds: "
    "{hsc: 8}}\n"
    "  - {date: 2004-05-01, person: anna, event: sample, organ: blood, assay: sry-dpcr, genomes: "
    "2e4}\n"
    "  - {date: 2004-05-01, person: anna, event: sample, organ: blood, assay: hla-dpcr, genomes: "
    "5e4, "
    "target: tom}\n"
    "  - {date: 2004-05-01, person: anna, event: sample, organ: blood, assay: xy-fish, genomes: "
    "4e4}\n"
    "  - {date: 2004-05-01, person: anna, event: sample, organ: blood, assay: snp-reads-umi}\n"
    "  - {date: 2004-05-01, person: anna, event: sample, organ: blood, assay: snp-reads}\n";

static void test_run_agrees(void **state)
{
    (void)state;
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_error err = {0};
    int bad = 0;
    assert_int_equal(mtl_model_load(&m, MTL_SOURCE_ROOT "/models/human", &err), 0);
    assert_int_equal(mtl_model_set(m, "seed.share.child", "1e-7", &err), 0);
    if (mtl_scenario_parse(&s, FAMILY, (int)strlen(FAMILY), "family.yaml", m, &err) != 0)
        fail_msg("%s", err.text);
    mtl_result *exact = family_run(s, m, MTL_SOLVER_ANALYTIC, REPLICATES, 5),
               *drawn = family_run(s, m, MTL_SOLVER_AUTO, REPLICATES, 5);
    int looked = 0;
    for (int k = 0; k < exact->n_assays; k++) {
        const double p = exact->assay[k].p_positive[0], q = drawn->assay[k].p_positive[0];
        const char *name = m->assay[s->sample[exact->assay[k].sample].assay].name;
        looked += p > 0.1 && p < 0.9;
        bad += refutes_share(name, (int64_t)floor(q * REPLICATES + 0.5), REPLICATES, p);
    }
    assert_int_equal(bad, 0);
    assert_true(looked >= 4); /* or the check says little */
    mtl_result_free(exact);
    mtl_result_free(drawn);
    mtl_scenario_free(s);
    mtl_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_follow_their_law), cmocka_unit_test(test_sites_add_up),
        cmocka_unit_test(test_parts), cmocka_unit_test(test_silences),
        cmocka_unit_test(test_run_agrees)};
    return cmocka_run_group_tests_name("virtual assays", tests, NULL, NULL);
}
