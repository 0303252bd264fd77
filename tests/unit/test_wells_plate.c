/* SPDX-License-Identifier: MIT */
/* mtl__wells_quantify on small plates with answers known otherwise: the exact interval of
   assay/reading.c, closed forms of blanks and limits, ratios of partitions, who is told from whom,
   flags, refusals. */
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
#include "near.h"

enum { MOST = 400 };
typedef struct bench {
    mtl__plate p;
    mtl__reaction r[MOST];
    mtl__target t[4];
    mtl__carrier c[4][4];
    mtl__sampled s[3];
    mtl__blank_history h[2];
    const char *person[4];
    char name[MOST][16];
    mtl__wells_opts o;
} bench;

static void start(bench *b, int n_targets, int n_people)
{
    static const char *const target[4] = {"T1", "T2", "T3", "T4"};
    static const char *const person[4] = {"anna", "tom", "eva", "lost"};
    memset(b, 0, sizeof *b);
    for (int i = 0; i < 4; i++) {
        b->person[i] = person[i];
        b->t[i] = (mtl__target){.name = target[i],
                                .copies = 1.0,
                                .fragments = 1.0,
                                .calibrator = 1.0,
                                .carrier = b->c[i],
                                .partner = -1};
    }
    for (int i = 0; i < 3; i++)
        b->s[i] = (mtl__sampled){
            .name = "sample", .host = 0, .genomes_per_well = 50000.0, .dilution = 1.0};
    b->p = (mtl__plate){.file = "plate.csv",
                        .n_targets = n_targets,
                        .n_samples = 1,
                        .n_people = n_people,
                        .reaction = b->r,
                        .target = b->t,
                        .sample = b->s,
                        .person = b->person,
                        .history = b->h};
    mtl__wells_opts_init(&b->o);
}

static void carry(bench *b, int target, int person, double none, double one, double two)
{
    b->c[target][b->t[target].n_carriers++] = (mtl__carrier){person, {none, one, two}};
}

static mtl__reaction *add(bench *b, enum mtl__role role, int target, double ct)
{
    mtl__reaction *r = &b->r[b->p.n];
    snprintf(b->name[b->p.n], sizeof *b->name, "w%d", b->p.n);
    *r = (mtl__reaction){.well = b->name[b->p.n],
                         .target_index = target,
                         .sample_index = role == MTL__ROLE_UNKNOWN ? 0 : -1,
                         .role = role,
                         .ct = ct,
                         .quantity = NAN,
                         .line = b->p.n + 2};
    b->p.n++;
    return r;
}

static void wells(bench *b, enum mtl__role role, int target, int n, int hits)
{
    for (int i = 0; i < n; i++)
        add(b, role, target, i < hits ? 38.0 : NAN);
}

static void curve(bench *b, int target, double calibrator)
{
    for (int q = 0; q < 5; q++)
        for (int k = 0; k < 2; k++)
            add(b, MTL__ROLE_STANDARD, target,
                38.0 - 3.35 * (q + 1 + log10(calibrator)) + (k ? 0.1 : -0.1))
                ->quantity = pow(10.0, q + 1);
    b->t[target].calibrator = calibrator;
}

static const mtl__level *run(bench *b, mtl__wells *w)
{
    mtl_error err = {0};
    if (mtl__wells_quantify(w, &b->p, &b->o, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(w->n_levels >= 1);
    return w->level;
}

/* No background, no curve: the reading of assay/, whose law groups the alleles of a genome. */
static void exact_intervals_are_those_of_the_assay(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    static const int hits[4] = {1, 3, 7, 0};
    for (int z = 1; z <= 2; z++)
        for (int i = 0; i < 4; i++) {
            start(&b, 1, 2);
            carry(&b, 0, 1, 0, z == 1, z == 2);
            wells(&b, MTL__ROLE_UNKNOWN, 0, 12, hits[i]);
            b.o.assumed_background = 0.0;
            b.o.whole = 1.0;
            const mtl__level *l = run(&b, &w);
            const mtl__qpcr a = {.genomes = 6e5,
                                 .wells = 12,
                                 .fragments = z,
                                 .copies = z,
                                 .recovery = 1.0,
                                 .threshold = 1,
                                 .efficiency = 1.0,
                                 .ct_one = 38.0,
                                 .ct_sd = 0.3};
            mtl__reading r;
            assert_int_equal(mtl__qpcr_read(&a, hits[i], &r), 0);
            assert_string_equal(l->method, "exact");
            assert_int_equal(l->hits, hits[i]);
            if (hits[i]) {
                near(l->low, r.low, 1e-3, 0.0);
                near(l->high, r.high, 1e-3, 0.0);
                near(l->per_1e6, r.geq_per_1e6, 2e-3, 0.0);
            } else { /* one-sided 95%: exp(-genomes c) = 5% */
                near(l->high, 1e6 * -log(0.05) / 6e5, 1e-3, 0.0);
                assert_true(isnan(l->per_1e6) && l->low == 0.0 && !l->found);
            }
            near(l->lob_hits, 0.0, 0.0, 0.0);
            near(l->lod_per_1e6, 1e6 * -log(0.05) / 6e5, 1e-3, 0.0);
            near(l->genomes, 6e5, 1e-12, 0.0);
            assert_true(l->flags & MTL__FLAG_NO_CURVE);
            mtl__wells_clear(&w);
        }
}

/* Hits of the predictive blank by its own sum: 24 wells after 40 blanks with 2 hits. */
static void limits_of_the_predictive_blank(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    start(&b, 1, 2);
    carry(&b, 0, 1, 0, 1, 0);
    wells(&b, MTL__ROLE_BLANK, 0, 8, 1);
    b.h[0] = (mtl__blank_history){"T1", 32, 1};
    b.p.n_history = 1;
    wells(&b, MTL__ROLE_UNKNOWN, 0, 24, 3);
    const mtl__level *l = run(&b, &w);
    assert_int_equal(w.blank_wells[0], 40);
    assert_int_equal(w.blank_hits[0], 2);
    assert_true(l->flags & MTL__FLAG_BLANKS_HIT);
    assert_false(l->flags & MTL__FLAG_NO_BLANKS);
    /* P(h hits) = sum over rates, gamma by quadrature, of binomial(24, 1 - exp(-rate)) */
    double law[25] = {0.0}, below = 0.0, mass = 0.0;
    const double shape = w.background_shape[0], rate = w.background_rate[0];
    for (int k = 0; k < 20000; k++) {
        const double x = (k + 0.5) / 20000.0 * 1.0;
        const double weight = exp((shape - 1.0) * log(x) - rate * x);
        mass += weight;
        for (int h = 0; h <= 24; h++)
            law[h] += weight * exp(lgamma(25.0) - lgamma(h + 1.0) - lgamma(25.0 - h) +
                                   h * log(-expm1(-x)) - x * (24 - h));
    }
    int limit = -1;
    for (int h = 0; h <= 24 && limit < 0; h++) {
        below += law[h] / mass;
        if (below >= 0.95)
            limit = h;
    }
    near(l->lob_hits, limit, 0.0, 0.0);
    near(l->p_blank, 1.0 - (law[0] + law[1] + law[2]) / mass, 1e-3, 0.0);
    /* at the LoD, 95% of samples show more, without help from false hits */
    double miss = 0.0;
    const double u = l->lod_per_1e6 * 1e-6 * 50000.0;
    for (int h = 0; h <= limit; h++)
        miss += exp(lgamma(25.0) - lgamma(h + 1.0) - lgamma(25.0 - h) + h * log(-expm1(-u)) -
                    u * (24 - h));
    near(miss, 0.05, 5e-3, 0.0);
    mtl__wells_clear(&w);
}

static void no_blanks_no_curve_no_genomes(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    start(&b, 1, 2);
    carry(&b, 0, 1, 0, 1, 0);
    wells(&b, MTL__ROLE_UNKNOWN, 0, 12, 2);
    b.s[0].genomes_per_well = NAN;
    const mtl__level *l = run(&b, &w);
    assert_true(l->flags & MTL__FLAG_NO_BLANKS);
    assert_true(l->flags & MTL__FLAG_NO_CURVE);
    assert_true(l->flags & MTL__FLAG_NO_GENOMES);
    assert_true(isnan(l->per_1e6) && isnan(l->high) && isnan(l->genomes));
    assert_true(l->per_well > 0.05 && l->per_well < 0.3 && l->per_well_high > l->per_well);
    mtl__wells_clear(&w);
    start(&b, 1, 2); /* every well hit and nothing but hits: no upper bound below everything */
    carry(&b, 0, 1, 0, 1, 0);
    wells(&b, MTL__ROLE_UNKNOWN, 0, 6, 6);
    l = run(&b, &w);
    assert_true(l->flags & MTL__FLAG_ALL_HIT);
    assert_true(l->found && l->low > 0.0);
    near(l->high, 1e6, 1e-9, 0.0);
    mtl__wells_clear(&w);
}

/* A reference gene in wells of its own; its curve speaks of two copies per gEq. */
static void the_reference_gene_counts_genomes(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    start(&b, 2, 2);
    carry(&b, 0, 1, 0, 1, 0);
    b.t[1].reference = true;
    curve(&b, 1, 2.0);
    wells(&b, MTL__ROLE_BLANK, 0, 100, 0);
    wells(&b, MTL__ROLE_UNKNOWN, 0, 12, 2);
    const double ct = 38.0 - 3.35 * log10(2.0 * 3000.0);
    for (int i = 0; i < 3; i++)
        add(&b, MTL__ROLE_UNKNOWN, 1, ct);
    b.s[0].genomes_per_well = NAN;
    b.s[0].dilution = 10.0;
    const mtl__level *l = run(&b, &w);
    near(l->genomes, 12 * 30000.0, 2e-3, 0.0);
    assert_true(l->genomes_low < l->genomes && l->genomes < l->genomes_high);
    assert_true(l->genomes_high / l->genomes < 1.5);
    const double high = l->high;
    mtl__wells_clear(&w);
    for (int i = 0; i < b.p.n; i++) /* the same, known for certain: a narrower interval */
        if (b.r[i].target_index == 1)
            b.r[i].omit = true;
    b.s[0].genomes_per_well = 30000.0;
    l = run(&b, &w);
    assert_true(l->high < high);
    mtl__wells_clear(&w);
    b.s[0].genomes_per_well = NAN; /* silent reference: not known, and said */
    l = run(&b, &w);
    assert_true(l->flags & MTL__FLAG_NO_GENOMES);
    mtl__wells_clear(&w);
}

/* Tom and the lost child are seen by T1 alone: one set; Eva by T2; the host's own T3 says nothing.
 */
static void who_is_told_from_whom(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    start(&b, 3, 4);
    carry(&b, 0, 1, 0, 1, 0);
    carry(&b, 0, 3, 0.5, 0.5, 0);
    carry(&b, 1, 2, 0, 0.5, 0.5);
    carry(&b, 2, 0, 0, 0, 1);
    carry(&b, 2, 1, 0, 1, 0);
    for (int t = 0; t < 3; t++) {
        wells(&b, MTL__ROLE_BLANK, t, 20, 0);
        wells(&b, MTL__ROLE_UNKNOWN, t, 24, t == 0 ? 9 : t == 1 ? 0 : 24);
    }
    run(&b, &w);
    assert_int_equal(w.n_levels, 2);
    const mtl__level *tom = &w.level[0], *eva = &w.level[1];
    assert_int_equal(tom->n_donors, 2);
    assert_int_equal(tom->donor[0], 1);
    assert_int_equal(tom->donor[1], 3);
    assert_int_equal(tom->n_targets, 1);
    assert_true(tom->flags & MTL__FLAG_NOT_TOLD_APART);
    assert_true(tom->found);
    assert_int_equal(eva->donor[0], 2);
    assert_false(eva->flags & MTL__FLAG_NOT_TOLD_APART);
    assert_true(eva->flags & MTL__FLAG_ZYGOSITY);
    assert_true(!eva->found && eva->high > 0.0 && isnan(eva->per_1e6));
    /* nobody known carries it: somebody unknown */
    mtl__wells_clear(&w);
    start(&b, 1, 1);
    wells(&b, MTL__ROLE_UNKNOWN, 0, 24, 9);
    const mtl__level *l = run(&b, &w);
    assert_int_equal(l->n_donors, 0);
    assert_true(l->found);
    near(l->per_1e6, 1e6 * (-log1p(-9.0 / 24.0) - 0.0) / 50000.0, 0.2, 0.0);
    mtl__wells_clear(&w);
}

/* Unknown zygosity: the interval reaches from two alleles to one. */
static void both_zygosities_are_carried(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    double low[3], high[3];
    for (int k = 0; k < 3; k++) {
        start(&b, 1, 2);
        carry(&b, 0, 1, 0, k == 0 ? 1.0 : k == 1 ? 0.0 : 0.5, k == 0 ? 0.0 : k == 1 ? 1.0 : 0.5);
        b.o.whole = 0.0;
        wells(&b, MTL__ROLE_BLANK, 0, 200, 0);
        wells(&b, MTL__ROLE_UNKNOWN, 0, 48, 16);
        const mtl__level *l = run(&b, &w);
        low[k] = l->low;
        high[k] = l->high;
        assert_int_equal(!!(l->flags & MTL__FLAG_ZYGOSITY), k == 2);
        mtl__wells_clear(&w);
    }
    near(low[0], 2.0 * low[1], 1e-3, 0.0);
    assert_true(low[2] > low[1] * 0.99 && low[2] < low[1] * 1.3);
    assert_true(high[2] < high[0] * 1.01 && high[2] > high[0] * 0.8);
}

/* A paternal allele against the maternal one in the same droplets: 2 a / (a + b). */
static void a_partner_counts_the_genomes(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    start(&b, 2, 2);
    carry(&b, 0, 1, 0, 1, 0);
    b.t[0].partner = 1;
    b.s[0].genomes_per_well = NAN;
    b.o.assumed_background = 0.0;
    for (int i = 0; i < 2; i++)
        for (int t = 0; t < 2; t++) {
            mtl__reaction *r = add(&b, MTL__ROLE_UNKNOWN, t, NAN);
            r->partitions = 15000;
            r->positive = t ? 2500 + 10 * i : 300 - 5 * i;
        }
    carry(&b, 1, 0, 0, 0, 1);
    const mtl__level *l = run(&b, &w);
    const double x = -log1p(-595.0 / 30000.0), y = -log1p(-5010.0 / 30000.0);
    assert_string_equal(l->method, "counting");
    near(l->per_1e6, 1e6 * 2.0 * x / (x + y), 2e-3, 0.0);
    const double half = 1.96 * sqrt(1.0 / 595.0 + 1.0 / 5010.0) / (1.0 + x / y);
    near((l->high - l->low) / (2.0 * l->per_1e6), half, 0.05, 0.0);
    assert_false(l->flags & MTL__FLAG_REPLICATES_SPREAD);
    assert_false(l->flags & MTL__FLAG_NO_GENOMES);
    near(l->genomes, 30000.0 * (x + y) / 2.0, 2e-3, 0.0);
    near(l->per_well, 15000.0 * x, 2e-3, 0.0);
    mtl__wells_clear(&w);
    b.r[2].positive = 100; /* wells that differ by more than Poisson */
    b.r[0].positive = 500;
    l = run(&b, &w);
    assert_true(l->flags & MTL__FLAG_REPLICATES_SPREAD);
    mtl__wells_clear(&w);
}

/* Many copies per well: Ct speaks, and the level follows it. */
static void ct_measures_where_every_well_is_hit(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    start(&b, 1, 2);
    carry(&b, 0, 1, 0, 1, 0);
    curve(&b, 0, 1.0);
    wells(&b, MTL__ROLE_BLANK, 0, 20, 0);
    for (int i = 0; i < 6; i++)
        add(&b, MTL__ROLE_UNKNOWN, 0, 38.0 - 3.35 * log10(500.0) + (i % 2 ? 0.1 : -0.1));
    const mtl__level *l = run(&b, &w);
    assert_string_equal(l->method, "profile");
    near(l->per_1e6, 1e6 * 500.0 / 50000.0, 0.02, 0.0);
    assert_true(l->low > 0.7 * l->per_1e6 && l->high < 1.4 * l->per_1e6);
    double top = 0.0;
    for (int i = 0; i < l->n_grid; i++)
        top = fmax(top, l->likelihood[i]);
    near(top, 1.0, 1e-9, 0.0);
    mtl__wells_clear(&w);
    b.o.bayes = true;
    l = run(&b, &w);
    assert_string_equal(l->method, "posterior");
    near(l->per_1e6, 1e6 * 500.0 / 50000.0, 0.04, 0.0);
    mtl__wells_clear(&w);
    b.o.bayes = false;
    for (int i = 30; i < 36; i++) /* far beyond the standards, and far apart */
        b.r[i].ct = 15.0 + (i % 2 ? 1.0 : -1.0);
    l = run(&b, &w);
    assert_true(l->flags & MTL__FLAG_BEYOND_CURVE);
    assert_true(l->flags & MTL__FLAG_REPLICATES_SPREAD);
    mtl__wells_clear(&w);
}

/* One donor, two targets that say 3 and 300 copies per well. */
static void targets_that_disagree(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    for (int k = 0; k < 2; k++) {
        start(&b, 2, 2);
        for (int t = 0; t < 2; t++) {
            carry(&b, t, 1, 0, 1, 0);
            curve(&b, t, 1.0);
            wells(&b, MTL__ROLE_BLANK, t, 20, 0);
            for (int i = 0; i < 6; i++)
                add(&b, MTL__ROLE_UNKNOWN, t,
                    38.0 - 3.35 * log10(k && t ? 30.0 : 300.0) + (i % 2 ? 0.1 : -0.1));
        }
        const mtl__level *l = run(&b, &w);
        assert_int_equal(l->n_targets, 2);
        assert_int_equal(!!(l->flags & MTL__FLAG_TARGETS_DISAGREE), k);
        mtl__wells_clear(&w);
    }
}

static void bad_input_is_named(void **state)
{
    (void)state;
    static bench b;
    mtl__wells w;
    mtl_error err = {0};
    start(&b, 1, 2);
    carry(&b, 0, 1, 0, 1, 0);
    wells(&b, MTL__ROLE_UNKNOWN, 0, 3, 1);
    b.t[0].fragments = 2.0;
    b.t[0].line = 7;
    assert_int_equal(mtl__wells_quantify(&w, &b.p, &b.o, &err), MTL_ERR_VALUE);
    assert_int_equal(err.line, 7);
    assert_string_equal(err.field, "T1");
    b.t[0].fragments = 1.0;
    b.r[1].partitions = 10;
    b.r[1].positive = 11;
    assert_int_equal(mtl__wells_quantify(&w, &b.p, &b.o, &err), MTL_ERR_VALUE);
    assert_int_equal(err.line, 3);
    b.r[1].partitions = b.r[1].positive = 0;
    b.o.level = 1.5;
    assert_int_equal(mtl__wells_quantify(&w, &b.p, &b.o, &err), MTL_ERR_VALUE);
    assert_string_equal(err.field, "level");
    mtl__wells_opts_init(&b.o);
    b.p.n = 0; /* an empty plate is no failure */
    assert_int_equal(mtl__wells_quantify(&w, &b.p, &b.o, &err), 0);
    assert_int_equal(w.n_levels, 0);
    mtl__wells_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_intervals_are_those_of_the_assay),
        cmocka_unit_test(limits_of_the_predictive_blank),
        cmocka_unit_test(no_blanks_no_curve_no_genomes),
        cmocka_unit_test(the_reference_gene_counts_genomes),
        cmocka_unit_test(who_is_told_from_whom),
        cmocka_unit_test(both_zygosities_are_carried),
        cmocka_unit_test(a_partner_counts_the_genomes),
        cmocka_unit_test(ct_measures_where_every_well_is_hit),
        cmocka_unit_test(targets_that_disagree),
        cmocka_unit_test(bad_input_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
