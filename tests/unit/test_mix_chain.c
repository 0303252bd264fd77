/* SPDX-License-Identifier: MIT */
/* Untyped children of phased parents: the chain along a chromosome against the sum over all paths
   and alleles, its gradient and second derivatives against differences, and that sites of unknown
   place are as if there were no chain. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/mix_internal.h"
#include "near.h"

enum { HOST, CHILD, FATHER, N_PEOPLE, SITES = 7 };

static const int mothers[] = {-1, HOST, -1}, fathers[] = {-1, FATHER, -1}, genomes[] = {0, 1, 2},
                 candidates[] = {CHILD};
static const uint64_t keys[] = {11, 12, 13};

typedef struct small {
    int chromosome[SITES];
    int64_t position[SITES];
    double frequency[SITES], morgan[SITES];
    uint8_t allowed[SITES * N_PEOPLE], phase[SITES * N_PEOPLE];
    int32_t set[SITES * N_PEOPLE];
    int32_t ref[SITES], alt[SITES];
    mtl__sites sites;
    mtl__mix_people people;
    mtl__counts counts;
    mtl__mix_opts opts;
} small;

/* Host typed, phased where `host_phased`; father typed and phased except at site 3. */
static void small_make(small *t, bool host_phased)
{
    static const int host[SITES] = {0, 1, 2, 0, 1, 0, 1}, father[SITES] = {1, 1, 0, 1, 1, 2, 1},
                     host_phase[SITES] = {0, 1, 3, 0, 2, 0, 1},
                     father_phase[SITES] = {1, 2, 0, 4, 1, 3, 1};
    static const int32_t alt[SITES] = {9, 44, 97, 2, 61, 11, 48},
                         ref[SITES] = {80, 50, 8, 99, 42, 70, 53};
    memset(t, 0, sizeof *t);
    for (int i = 0; i < SITES; i++) {
        uint8_t *a = t->allowed + i * N_PEOPLE, *p = t->phase + i * N_PEOPLE;
        t->chromosome[i] = i < 5 ? 1 : 2;
        t->position[i] = 1000 * (i + 1);
        t->morgan[i] = 0.07 * i * (i + 1);
        t->frequency[i] = 0.1 + 0.1 * i;
        a[HOST] = (uint8_t)(1 << host[i]);
        a[CHILD] = MTL__GT_ANY;
        a[FATHER] = (uint8_t)(1 << father[i]);
        p[HOST] = (uint8_t)(host_phased ? host_phase[i] : 4);
        p[CHILD] = 4;
        p[FATHER] = (uint8_t)father_phase[i];
        t->alt[i] = alt[i];
        t->ref[i] = ref[i];
    }
    t->sites = (mtl__sites){SITES, t->chromosome, t->position, t->frequency, t->morgan};
    t->people = (mtl__mix_people){{N_PEOPLE, mothers, fathers, genomes, keys},
                                  1,
                                  candidates,
                                  HOST,
                                  t->allowed,
                                  t->phase,
                                  NULL};
    t->counts = (mtl__counts){"small", t->ref, t->alt, NULL};
    mtl__mix_opts_init(&t->opts);
    t->opts.odd_site = 0;
    t->opts.error = 1e-3;
    t->opts.overdispersion = 0.01;
}

/* P(a parent hands on ALT | haplotype), by phase or else by genotype. */
static double alt_of(const small *t, int i, int person, int hap)
{
    const uint8_t p = t->phase[i * N_PEOPLE + person], a = t->allowed[i * N_PEOPLE + person];
    return p < 4 ? p >> hap & 1 : a == 1 ? 0 : a == 2 ? 0.5 : 1;
}

/* Does a phase set begin between the heterozygous site before and this one? */
static bool begins(const small *t, int i, int person)
{
    int before = i - 1;
    const uint8_t here = t->phase[i * N_PEOPLE + person];
    if (!t->people.phase_set || here == 0 || here > 2)
        return false;
    for (; before >= 0 && t->chromosome[before] == t->chromosome[i]; before--) {
        const uint8_t p = t->phase[before * N_PEOPLE + person];
        if (p == 1 || p == 2)
            return t->set[before * N_PEOPLE + person] != t->set[i * N_PEOPLE + person];
    }
    return false;
}

/* All 2^7 paths of both meioses. */
static double by_paths(const small *t, double w)
{
    double total = 0;
    for (int m = 0; m < 1 << SITES; m++)
        for (int f = 0; f < 1 << SITES; f++) {
            double p = 1;
            for (int i = 0; i < SITES; i++) {
                const bool anew = i == 0 || t->chromosome[i] != t->chromosome[i - 1];
                const double r =
                    anew ? 0.5 : 0.5 * (1 - exp(-2 * (t->morgan[i] - t->morgan[i - 1])));
                const int bm = m >> i & 1, bf = f >> i & 1;
                for (int k = 0; k < 2; k++) {
                    const int path = k ? f : m;
                    if (!anew && begins(t, i, k ? FATHER : HOST)) {
                        p *= 0.5;
                        continue;
                    }
                    p *= anew || ((path >> i ^ path >> (i - 1)) & 1) ? r : 1 - r;
                }
                const double am = alt_of(t, i, HOST, bm), af = alt_of(t, i, FATHER, bf);
                const double g[3] = {(1 - am) * (1 - af), am * (1 - af) + af * (1 - am), am * af};
                const uint8_t a = t->allowed[i * N_PEOPLE + HOST];
                double sum = 0;
                for (int c = 0; c < 3; c++) {
                    const double x = 0.5 * ((1 - w) * (a == 1 ? 0 : a == 2 ? 1 : 2) + w * c);
                    sum += g[c] * exp(mtl__reads_loglik(t->alt[i], t->ref[i], 1e-3 + (1 - 2e-3) * x,
                                                        0.01));
                }
                p *= sum;
            }
            total += p;
        }
    return log(total);
}

static void test_paths(void **state)
{
    (void)state;
    static const double w[] = {0, 1e-3, 0.1, 0.4};
    small t;
    for (int host_phased = 0; host_phased < 2; host_phased++) {
        small_make(&t, host_phased);
        for (int k = 0; k < 4; k++) {
            double got;
            assert_int_equal(
                mtl__mix_loglik(&got, &t.sites, &t.people, &t.counts, &w[k], &t.opts, NULL), 0);
            near(got, by_paths(&t, w[k]), 1e-12, 1e-10);
        }
    }
}

/* A phase that begins anew at the father's sites 4 and 5: the paths with even odds there, and the
   same whichever of his haplotypes a set calls the first. */
static void test_phase_sets(void **state)
{
    (void)state;
    small t;
    const double w = 0.2;
    double whole, sets, turned;
    small_make(&t, true);
    for (int i = 0; i < SITES; i++)
        t.set[i * N_PEOPLE + FATHER] = i < 4 ? 10 : 20;
    assert_int_equal(mtl__mix_loglik(&whole, &t.sites, &t.people, &t.counts, &w, &t.opts, NULL), 0);
    t.people.phase_set = t.set;
    assert_int_equal(mtl__mix_loglik(&sets, &t.sites, &t.people, &t.counts, &w, &t.opts, NULL), 0);
    near(sets, by_paths(&t, w), 1e-12, 1e-10);
    assert_true(fabs(sets - whole) > 1e-3);
    for (int i = 4; i < SITES; i++) {
        uint8_t *p = &t.phase[i * N_PEOPLE + FATHER];
        *p = *p == 1 || *p == 2 ? (uint8_t)(3 - *p) : *p;
    }
    assert_int_equal(mtl__mix_loglik(&turned, &t.sites, &t.people, &t.counts, &w, &t.opts, NULL),
                     0);
    near(turned, sets, 1e-12, 1e-10);
}

static void test_unknown_places(void **state)
{
    (void)state;
    small t;
    double chained, alone;
    const double w = 0.2;
    small_make(&t, true);
    assert_int_equal(mtl__mix_loglik(&chained, &t.sites, &t.people, &t.counts, &w, &t.opts, NULL),
                     0);
    t.people.phase = NULL;
    assert_int_equal(mtl__mix_loglik(&alone, &t.sites, &t.people, &t.counts, &w, &t.opts, NULL), 0);
    assert_true(fabs(chained - alone) > 0.1); /* the chain says something here */
    t.people.phase = t.phase;
    for (int i = 0; i < SITES; i++)
        t.chromosome[i] = -1;
    assert_int_equal(mtl__mix_loglik(&chained, &t.sites, &t.people, &t.counts, &w, &t.opts, NULL),
                     0);
    near(chained, alone, 1e-12, 1e-10);
}

static void test_slopes(void **state)
{
    (void)state;
    small t;
    mtl__mix_law m;
    mtl__mix_data d;
    mtl__mix_work *w;
    mtl__mix_value v, up, down;
    double theta[MTL__MIX_MAX_PARAM] = {0.15, -6, -5}, h[9], score[SITES * 3], sum = 0;
    small_make(&t, true);
    t.opts.error = t.opts.overdispersion = NAN;
    t.opts.odd_site = 1e-4;
    assert_int_equal(mtl__mix_law_new(&m, &t.sites, &t.people, &t.counts, NULL, 0, &t.opts, NULL),
                     0);
    assert_non_null(m.chain);
    assert_int_equal(m.chain->n_bits, 2);
    assert_true(m.chain->whole);
    assert_int_equal(mtl__mix_data_new(&d, &m.arena, &m, &t.counts, NULL), 0);
    assert_int_equal(mtl__mix_work_new(&w, &m, NULL), 0);
    mtl__mix_eval(&m, w, &d, theta, &v);
    mtl__mix_chain_bend(&m, w, &d, theta, h);
    for (int a = 0; a < 3; a++) {
        const double e = 1e-5, kept = theta[a];
        theta[a] = kept + e;
        mtl__mix_eval(&m, w, &d, theta, &up);
        theta[a] = kept - e;
        mtl__mix_eval(&m, w, &d, theta, &down);
        theta[a] = kept;
        near(v.g[a], (up.l - down.l) / (2 * e), 1e-6, 1e-5);
        for (int b = 0; b < 3; b++)
            near(h[3 * a + b], (up.g[b] - down.g[b]) / (2 * e), 1e-3, 1e-2);
    }
    mtl__mix_scores(&m, w, &d, theta, score);
    for (int b = 0; b < m.n_blocks; b++)
        sum += score[3 * b];
    near(sum, v.g[0], 1e-9, 1e-9);
    mtl__mix_work_free(w);
    mtl__mix_law_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths), cmocka_unit_test(test_phase_sets),
        cmocka_unit_test(test_unknown_places), cmocka_unit_test(test_slopes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
