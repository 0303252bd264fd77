/* SPDX-License-Identifier: MIT */
/* Who can be told from whom: ties in date order, panels against trying every set, limits against
   closed forms, and small families in which the answer is plain. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_model.h"
#include "kin/genome.h"
#include "matriline/markers.h"
#include "measure/measure.h"

/* ---------------------------------------------------------------- kin */
static void ties_keep_the_order_of_dates(void **state)
{
    (void)state;
    /* 0 grandmother, 1 mother, 2 older child, 3 younger child, 4 nurse */
    static const mtl__tie tie[] = {
        {0, 1, 0, 1, MTL__TIE_PREGNANCY},   {1, 0, 0, 1, MTL__TIE_PREGNANCY},
        {1, 2, 20, 21, MTL__TIE_PREGNANCY}, {2, 1, 20, 21, MTL__TIE_PREGNANCY},
        {1, 3, 25, 26, MTL__TIE_PREGNANCY}, {3, 1, 25, 26, MTL__TIE_PREGNANCY},
        {4, 3, 26, 27, MTL__TIE_MILK},
    };
    static const bool want[5][5] = {/* donor by row, body by column */
                                    {1, 1, 1, 1, 0},
                                    {1, 1, 1, 1, 0},
                                    {0, 1, 1, 1, 0},
                                    {0, 1, 0, 1, 0},
                                    {0, 0, 0, 1, 1}};
    for (int d = 0; d < 5; d++) {
        double arrival[5];
        int via[5];
        assert_int_equal(mtl__reach(tie, 7, 5, d, arrival, via, NULL), MTL_OK);
        for (int b = 0; b < 5; b++)
            assert_int_equal(arrival[b] < HUGE_VAL, want[d][b]);
    }
    double arrival[5];
    int via[5];
    assert_int_equal(mtl__reach(tie, 7, 5, 0, arrival, via, NULL), MTL_OK);
    assert_true(arrival[3] >= 25 && arrival[3] <= 25);
    assert_int_equal(via[3], 4);
    assert_int_equal(mtl__reach(tie, 7, 5, 5, arrival, via, NULL), MTL_ERR_VALUE);
}

static void orders_and_limits_of_pedigrees(void **state)
{
    (void)state;
    static const int m[4] = {2, 0, -1, 1}, f[4] = {-1, -1, -1, 2}, own[4] = {0, 1, 2, 3};
    static const uint64_t key[4] = {5, 6, 7, 8};
    const mtl__lineage l = {4, m, f, own, key};
    int order[4], place[4];
    assert_int_equal(mtl__lineage_order(&l, order, NULL), MTL_OK);
    for (int i = 0; i < 4; i++)
        place[order[i]] = i;
    assert_true(place[2] < place[0] && place[0] < place[1] && place[1] < place[3]);
    static const int circle[4] = {2, 0, 1, -1};
    const mtl__lineage bad = {4, circle, f, own, key};
    assert_int_equal(mtl__lineage_order(&bad, order, &err), MTL_ERR_VALUE);
    /* Everybody has children with everybody: no order of summing out is small. */
    enum { N = 15, ALL = N + N * (N - 1) / 2 };
    int mum[ALL], dad[ALL], self[ALL], at = N;
    uint64_t keys[ALL];
    for (int i = 0; i < ALL; i++) {
        mum[i] = dad[i] = -1;
        self[i] = i;
        keys[i] = (uint64_t)i;
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++, at++) {
            mum[at] = i;
            dad[at] = j;
        }
    const mtl__lineage knot = {ALL, mum, dad, self, keys};
    mtl__gt_plan *plan;
    assert_int_equal(mtl__gt_plan_new(&plan, &knot, &err), MTL_ERR_LIMIT);
    assert_null(plan);
}

/* ---------------------------------------------------------------- panels */
static bool tells(const uint64_t *pattern, const int *chosen, int n, int n_donors, const int *group)
{
    for (int i = 0; i <= n_donors; i++)
        for (int j = 0; j < i; j++) {
            bool apart = false;
            for (int k = 0; k < n; k++) {
                const bool a = i < n_donors && (pattern[chosen[k]] >> i & 1);
                const bool b = j < n_donors && (pattern[chosen[k]] >> j & 1);
                apart = apart || a != b;
            }
            if (apart != (group[i] != group[j]))
                return false;
        }
    return true;
}

/* The size of the smallest set that tells all apart, by trying sets in order of their size. */
static int by_trying(const uint64_t *pattern, int n_patterns, int n_donors, const int *group)
{
    int best = n_patterns;
    for (int set = 0; set < 1 << n_patterns; set++) {
        int chosen[16], n = 0;
        for (int p = 0; p < n_patterns; p++)
            if (set >> p & 1)
                chosen[n++] = p;
        if (n < best && tells(pattern, chosen, n, n_donors, group))
            best = n;
    }
    return best;
}

/* 200 random sets of up to 12 probes for up to 9 donors. */
static void panels_are_smallest(void **state)
{
    (void)state;
    mtl__rng rng;
    mtl__rng_stream(&rng, 1, 2, 3, 4);
    for (int test = 0; test < 200; test++) {
        uint64_t pattern[12];
        const int n_donors = 1 + (int)mtl__rng_below(&rng, 9);
        const int n_patterns = (int)mtl__rng_below(&rng, 13);
        for (int p = 0; p < n_patterns; p++) {
            pattern[p] = 0;
            for (int i = 0; i < n_donors; i++)
                pattern[p] |= (uint64_t)(mtl__rng_unit(&rng) < 0.3) << i;
        }
        mtl__arena a;
        mtl__panel panel;
        mtl__arena_init(&a, 0);
        assert_int_equal(
            mtl__panel_choose(&panel, &a, pattern, n_patterns, n_donors, 10000000, NULL), MTL_OK);
        assert_true(panel.smallest);
        assert_true(tells(pattern, panel.probe, panel.n, n_donors, panel.group));
        assert_int_equal(panel.n, by_trying(pattern, n_patterns, n_donors, panel.group));
        /* Out of work the greedy set stands, and says that it is not proved. */
        assert_int_equal(mtl__panel_choose(&panel, &a, pattern, n_patterns, n_donors, 0, NULL),
                         MTL_OK);
        assert_true(tells(pattern, panel.probe, panel.n, n_donors, panel.group));
        assert_true(panel.smallest == (panel.at_least == panel.n));
        mtl__arena_free(&a);
    }
}

/* 100 donors need two words a pattern; seven probes that spell their numbers tell them apart. */
static void many_donors(void **state)
{
    (void)state;
    enum { N = 100, BITS = 7 };
    uint64_t pattern[BITS * 2] = {0};
    for (int i = 0; i < N; i++)
        for (int b = 0; b < BITS; b++)
            if ((i + 1) >> b & 1)
                pattern[2 * b + i / 64] |= (uint64_t)1 << (i % 64);
    mtl__arena a;
    mtl__panel panel;
    mtl__arena_init(&a, 0);
    assert_int_equal(mtl__panel_choose(&panel, &a, pattern, BITS, N, 100000, NULL), MTL_OK);
    assert_int_equal(panel.n, BITS);
    assert_int_equal(panel.n_groups, N + 1);
    assert_true(panel.smallest);
    mtl__arena_free(&a);
}

/* ---------------------------------------------------------------- limits */
static mtl__qpcr assay(double genomes, int wells, double false_per_well)
{
    return (mtl__qpcr){.genomes = genomes,
                       .wells = wells,
                       .fragments = 1,
                       .copies = 1,
                       .recovery = 0.5,
                       .false_per_well = false_per_well,
                       .threshold = 1,
                       .efficiency = 1,
                       .ct_one = 37,
                       .ct_sd = 0.3};
}

static void limits_by_closed_form(void **state)
{
    (void)state;
    const mtl__qpcr clean = assay(200000, 10, 0);
    /* 1 - exp(-genomes recovery c) = power */
    const double least = -log(0.05) / (200000 * 0.5);
    assert_true(fabs(mtl__least_fraction(&clean, 1, 0.95) / least - 1) < 1e-9);
    assert_true(fabs(mtl__least_fraction(&clean, 2, 0.95) / (least / 2) - 1) < 1e-9);
    assert_true(isnan(mtl__least_fraction(&clean, 0, 0.95)));
    const mtl__qpcr tiny = assay(2, 10, 0);
    assert_true(isnan(mtl__least_fraction(&tiny, 1, 0.95)));
    int threshold = 0;
    /* 20,000 genomes a well: wells = ln 20 / (20000 x 0.5 x 1e-5) */
    assert_int_equal(mtl__wells_needed(&clean, 1, 1e-5, 0.95, 0.05, &threshold), 30);
    assert_int_equal(threshold, 1);
    assert_int_equal(mtl__wells_needed(&clean, 2, 1e-5, 0.95, 0.05, &threshold), 15);
    assert_int_equal(mtl__wells_needed(&clean, 1, 1e-9, 0.95, 0.05, &threshold), 0);
}

/* With false positives: the fewest wells by trying every number and the threshold blanks ask for.
 */
static void wells_with_background(void **state)
{
    (void)state;
    for (int k = 0; k < 6; k++) {
        mtl__qpcr a = assay(100000, 10, 0.002 * (k + 1));
        const double c = 3e-5;
        int threshold = 0, best = 0;
        const int found = mtl__wells_needed(&a, 1, c, 0.95, 0.05, &threshold);
        for (int wells = 1; wells <= 400 && !best; wells++) {
            mtl__qpcr b = a;
            b.wells = wells;
            b.genomes = 10000.0 * wells;
            for (b.threshold = 1; b.threshold <= wells; b.threshold++)
                if (mtl__qpcr_p_positive(&b, 0) <= 0.05)
                    break;
            if (b.threshold <= wells && mtl__qpcr_p_positive(&b, c) >= 0.95)
                best = wells;
        }
        assert_true(best > 0);
        assert_int_equal(found, best);
    }
}

/* ---------------------------------------------------------------- families */
static mtl_scenario *family(const char *yaml)
{
    mtl_scenario *s;
    if (mtl_scenario_parse(&s, yaml, (int)strlen(yaml), "t.yaml", model, &err) < 0)
        fail_msg("%d:%d: %s", err.line, err.column, err.text);
    return s;
}

static mtl_markers *run(const mtl_scenario *s, mtl_markers_opts *o)
{
    mtl_markers *r;
    if (mtl_markers_run(&r, s, model, o, &err) < 0)
        fail_msg("%s: %s", err.field, err.text);
    return r;
}

static mtl_marker_row row(const mtl_markers *r, const char *host, const char *donor)
{
    mtl_marker_row w;
    for (int i = 0; i < mtl_markers_n_rows(r); i++) {
        assert_int_equal(mtl_markers_row(r, i, &w), MTL_OK);
        if (strcmp(w.host, host) == 0 && strcmp(w.donor, donor) == 0)
            return w;
    }
    fail_msg("%s is no donor of %s", donor, host);
    return w;
}

static bool is_donor(const mtl_markers *r, const char *host, const char *donor)
{
    mtl_marker_row w;
    for (int i = 0; i < mtl_markers_n_rows(r); i++)
        if (mtl_markers_row(r, i, &w) == MTL_OK && strcmp(w.host, host) == 0 &&
            strcmp(w.donor, donor) == 0)
            return true;
    return false;
}

static const char sons[] =
    "people: {eva: {sex: female, born: 1950-01-01}}\nevents:\n"
    "  - {date: 1975-01-01, person: eva, event: delivery, week: 40, child: tom, sex: male}\n"
    "  - {date: 1977-01-01, person: eva, event: delivery, week: 40, child: ben, sex: male}\n"
    "  - {date: 1979-01-01, person: eva, event: delivery, week: 40, child: mia, sex: female}\n";

/* A panel without markers: the Y sees both sons and tells neither from the other; it sees no
 * daughter. */
static void by_the_y_alone(void **state)
{
    (void)state;
    mtl_markers_opts o;
    mtl_markers_opts_init(&o);
    o.panel = "/dev/null";
    mtl_scenario *s = family(sons);
    mtl_markers *r = NULL;
    assert_int_equal(mtl_markers_run(&r, s, model, &o, &err), MTL_ERR_SYNTAX); /* no header */
    o.panel = MTL_SOURCE_ROOT "/tests/unit/data/no_markers.tsv";
    r = run(s, &o);
    const mtl_marker_row tom = row(r, "eva", "tom"), mia = row(r, "eva", "mia");
    assert_true(tom.y >= 1 && tom.seen >= 1 && tom.own <= 0 && tom.apart <= 0);
    assert_string_equal(tom.never_from, "ben");
    assert_true(mia.y <= 0 && mia.seen <= 0 && isnan(mia.least_any) && mia.wells == 0);
    /* All donors lie apart but the two sons; the daughter is told from them, yet seen by nothing.
     */
    assert_string_equal(mia.never_from, "");
    /* A younger child can have an older one's cells, not the other way round. */
    assert_true(is_donor(r, "mia", "tom") && is_donor(r, "ben", "tom"));
    assert_false(is_donor(r, "tom", "ben") || is_donor(r, "tom", "mia"));
    assert_string_equal(row(r, "mia", "tom").way, "pregnancy, by way of eva");
    assert_true(row(r, "mia", "tom").y >= 1 && row(r, "ben", "tom").y <= 0);
    char *text = mtl_markers_text(r, 80);
    assert_non_null(strstr(text, "nothing shows: mia"));
    assert_non_null(strstr(text, "nothing tells apart: tom, ben"));
    free(text);
    mtl_markers_free(r);
    mtl_scenario_free(s);
}

static void one_genome_two_bodies(void **state)
{
    (void)state;
    static const char twins[] =
        "people: {eva: {sex: female, born: 1950-01-01}}\nevents:\n  - {date: 1975-01-01, person: "
        "eva, "
        "event: delivery, week: 37, child: [tom, ben], sex: male, chorionicity: monochorionic}\n";
    mtl_markers_opts o;
    mtl_markers_opts_init(&o);
    mtl_scenario *s = family(twins);
    mtl_markers *r = run(s, &o);
    assert_true(row(r, "tom", "ben").seen <= 0);
    assert_string_equal(row(r, "eva", "tom").never_from, "ben");
    assert_true(row(r, "eva", "tom").seen >= 1);
    mtl_markers_free(r);
    mtl_scenario_free(s);
}

static void an_unborn_childs_karyotype(void **state)
{
    (void)state;
    static const char yaml[] =
        "people: {eva: {sex: female, born: 1950-01-01}}\nevents:\n"
        "  - {date: 1975-01-01, person: eva, event: delivery, week: 40, child: ada, sex: female}\n"
        "  - {date: 1977-01-01, person: eva, event: delivery, week: 40, child: mia, sex: female,"
        " karyotype: 22q11 deletion}\n";
    mtl_markers_opts o;
    mtl_markers_opts_init(&o);
    o.panel = MTL_SOURCE_ROOT "/tests/unit/data/no_markers.tsv";
    mtl_scenario *s = family(yaml);
    mtl_markers *r = run(s, &o);
    const mtl_marker_row mia = row(r, "eva", "mia");
    assert_true(mia.karyotype >= 1 && mia.own >= 1 && mia.apart >= 1);
    assert_true(isnan(mia.least_own)); /* counted, not amplified */
    assert_true(row(r, "eva", "ada").karyotype <= 0);
    mtl_markers_free(r);
    mtl_scenario_free(s);
}

/* Drawn genotypes: the chance that a child's marker is informative in its mother is q (1-q) per
   marker: P(mother 0/0, child 0/1) + P(mother 1/1, child 0/1) = (1-q)^2 q + q^2 (1-q). */
static void informative_share(void **state)
{
    (void)state;
    mtl_markers_opts o;
    mtl_markers_opts_init(&o);
    o.draws = 2000;
    mtl_scenario *s = family(sons);
    mtl_markers *r = run(s, &o);
    const double mean = row(r, "eva", "tom").markers;
    /* 102 markers with q near 0.5: 25.4 expected, sd of the mean over 2,000 draws below 0.1 */
    assert_true(fabs(mean - 102 * 0.25) < 0.8);
    mtl_markers_free(r);
    o.draws = 7;
    mtl_markers *a = run(s, &o), *b = run(s, &o);
    char *x = mtl_markers_json(a), *y = mtl_markers_json(b);
    assert_string_equal(x, y);
    free(x);
    free(y);
    mtl_markers_free(a);
    mtl_markers_free(b);
    mtl_scenario_free(s);
}

static void wrong_calls(void **state)
{
    (void)state;
    mtl_scenario *s = family(sons);
    mtl_markers_opts o;
    mtl_markers *r;
    mtl_markers_opts_init(&o);
    o.host = "toni";
    assert_int_equal(mtl_markers_run(&r, s, model, &o, &err), MTL_ERR_NAME);
    assert_string_equal(err.field, "host");
    mtl_markers_opts_init(&o);
    o.draws = 0;
    assert_int_equal(mtl_markers_run(&r, s, model, &o, &err), MTL_ERR_USAGE);
    mtl_markers_opts_init(&o);
    o.fraction = NAN;
    assert_int_equal(mtl_markers_run(&r, s, model, &o, &err), MTL_ERR_USAGE);
    mtl_markers_opts_init(&o);
    o.wells = 2000;
    assert_int_equal(mtl_markers_run(&r, s, model, &o, &err), MTL_ERR_USAGE);
    assert_int_equal(mtl_markers_run(&r, NULL, model, &o, &err), MTL_ERR_USAGE);
    assert_null(r);
    mtl_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_keep_the_order_of_dates),
        cmocka_unit_test(orders_and_limits_of_pedigrees),
        cmocka_unit_test(panels_are_smallest),
        cmocka_unit_test(many_donors),
        cmocka_unit_test(limits_by_closed_form),
        cmocka_unit_test(wells_with_background),
        cmocka_unit_test(by_the_y_alone),
        cmocka_unit_test(one_genome_two_bodies),
        cmocka_unit_test(an_unborn_childs_karyotype),
        cmocka_unit_test(informative_share),
        cmocka_unit_test(wrong_calls),
    };
    return cmocka_run_group_tests_name("markers", tests, load_model, free_model);
}
