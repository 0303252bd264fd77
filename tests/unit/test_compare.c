/* SPDX-License-Identifier: MIT */
/* Lives side by side: the numbers against textbook values, a run against itself, a change against
   its mirror image, a scenario with one more event, and what cannot be paired. Runs have fixed
   seeds and nothing of theirs is tested for significance, so there is no false alarm. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_scenario.h"
#include "run/compare.h"

enum { LIVES = 12 };
static const char *const one_child =
    ANNA "  - {date: 1950-06-01, person: anna, event: delivery, child: tom, sex: male}\n"
         "  - {date: 1980-06-01, person: anna, event: sample, organ: blood, "
         "volume: 20 mL, assay: dys14-qpcr}\n";
static const char *const two_mothers =
    "people:\n  anna: {sex: female, born: 1925-03-01}\n  zoe: {sex: female, born: "
    "1925-03-01}\nevents:\n"
    "  - {date: 1950-06-01, person: anna, event: delivery, child: tom, sex: male}\n"
    "  - {date: 1951-06-01, person: zoe, event: delivery, child: kim, sex: male}\n"
    "  - {date: 1980-06-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "
    "dys14-qpcr}\n"
    "  - {date: 1979-06-01, person: zoe, event: sample, organ: blood, volume: 20 mL, assay: "
    "dys14-qpcr}\n";
static const char *const one_more_sample =
    ANNA "  - {date: 1950-06-01, person: anna, event: delivery, child: tom, sex: male}\n"
         "  - {date: 1960-09-01, person: anna, event: sample, organ: blood, volume: 20 mL}\n"
         "  - {date: 1980-06-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "
         "dys14-qpcr}\n";
static const char *const infarct =
    ANNA "  - {date: 1950-06-01, person: anna, event: delivery, child: tom, sex: male}\n"
         "  - {date: 1952-03-01, person: anna, event: infarct, size: 12 %}\n"
         "  - {date: 1953-03-01, person: anna, event: sample, organ: heart, genomes: 1e5}\n";

static void near(double x, double expected, double tolerance)
{
    if (!(fabs(x - expected) <= tolerance))
        fail_msg("%.9g, expected %.9g", x, expected);
}

/* ---------------------------------------------------------------- numbers */
static void paired_t_and_shares(void **state)
{
    (void)state;
    const float a[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, b[10] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 11};
    const mtl_paired p = mtl__paired_of(a, b, 10, 1);
    /* differences 0 (8 times), 1, 2: mean 0.3, variance 41/90; t with 9 degrees of freedom */
    near(p.difference, 0.3, 1e-12);
    near(p.high - p.difference, 2.262157163 * sqrt(41.0 / 900), 1e-8);
    near(p.difference - p.low, 2.262157163 * sqrt(41.0 / 900), 1e-8);
    near(p.a, 4.5, 1e-12);
    near(p.b, 4.8, 1e-12);
    near(p.differ, 0.2, 1e-12);
    near(p.differ_low, 0.02521073, 1e-7); /* Clopper and Pearson, 2 of 10 */
    near(p.differ_high, 0.55609546, 1e-7);
    near(p.b_larger, 0.2, 1e-12);
    const mtl_paired none = mtl__paired_of(a, NULL, 10, 1e6);
    near(none.difference, -4.5e6, 1e-6);
    near(none.differ, 0.9, 1e-12);
    near(none.b_larger, 0, 0);
    const mtl_paired same = mtl__paired_of(a, a, 10, 1);
    near(same.differ, 0, 0);
    near(same.differ_low, 0, 0);
    near(same.differ_high, 0.30849710, 1e-7); /* 0 of 10 */
    assert_true(isnan(mtl__paired_of(a, b, 1, 1).low));
}

/* What differs in the last bits only is the same. */
static void last_bits_are_no_difference(void **state)
{
    (void)state;
    const float a[2] = {1, 1}, b[2] = {1.0000002F, 1.00001F};
    near(mtl__paired_of(a, b, 2, 1).differ, 0.5, 0);
}

static void mcnemar_is_exact(void **state)
{
    (void)state;
    near(mtl__mcnemar(0, 0), 1, 0);
    near(mtl__mcnemar(4, 4), 1, 0);
    near(mtl__mcnemar(1, 9), 22.0 / 1024, 1e-12); /* 2 (1 + 10) / 2^10 */
    near(mtl__mcnemar(9, 1), 22.0 / 1024, 1e-12);
    near(mtl__mcnemar(0, 5), 2.0 / 32, 1e-12);
    near(mtl__mcnemar(2, 3), 1, 1e-12);
}

/* ---------------------------------------------------------------- runs */
static enum mtl_solver solver = MTL_SOLVER_AUTO;
static const double *further;
static int n_further, without_unknowns;

static mtl_result *run(const mtl_scenario *s, mtl_model *m, uint64_t seed, int fingerprints)
{
    mtl_result *r = NULL;
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.replicates = LIVES;
    o.seed = seed;
    o.fingerprints = fingerprints;
    o.solver = solver;
    o.unknowns = !without_unknowns;
    o.dates = further;
    o.n_dates = n_further;
    if (mtl_run(&r, s, m, &o, &err) < 0)
        fail_msg("%s", err.text);
    return r;
}

static mtl_compare *compared(const mtl_result *a, const mtl_result *b)
{
    mtl_compare *c = NULL;
    if (mtl_compare_run(&c, a, "a", b, "b", &err) < 0)
        fail_msg("%s", err.text);
    return c;
}

static void a_run_is_itself(void **state)
{
    (void)state;
    mtl_scenario *s = good(one_child);
    mtl_result *a = run(s, model, 1, 1), *b = run(s, model, 1, 0);
    mtl_compare *c = compared(a, b);
    assert_true(c->n_levels > 0);
    for (int i = 0; i < c->n_levels; i++) {
        const mtl_compare_level *r = &c->level[i].row;
        assert_true(r->chance.a > 0 || r->unknowns.a > 0);
        assert_true(r->in_a && r->in_b);
        near(r->chance.differ, 0, 0);
        near(r->unknowns.differ, 0, 0);
        near(r->chance.difference, 0, 0);
    }
    assert_int_equal(c->n_samples, 1);
    near(c->sample[0].p_mcnemar, 1, 0);
    near(c->sample[0].level.differ, 0, 0);
    assert_int_equal(c->n_unshared, 0);
    for (int i = 0; i < c->n_pairings; i++)
        assert_int_equal(c->pairing[i].row.n, 0); /* b kept no fingerprints */
    mtl_compare_free(c);
    c = compared(a, a);
    assert_true(c->n_pairings > 0);
    for (int i = 0; i < c->n_pairings; i++) {
        assert_int_equal(c->pairing[i].row.n, LIVES);
        assert_int_equal(c->pairing[i].row.parted, 0);
        assert_true(isinf(c->pairing[i].row.median) && isinf(c->pairing[i].row.first));
        near((double)c->pairing[i].together[c->n_times - 1], 1, 0);
    }
    mtl_compare_free(c);
    mtl_result_free(a);
    mtl_result_free(b);
    mtl_scenario_free(s);
}

/* Seeds that divide more: levels change, and A against B is B against A with the sign turned. */
static void a_change_and_its_mirror_image(void **state)
{
    (void)state;
    mtl_scenario *s = good(one_child);
    mtl_model *other = mtl_model_copy(model);
    assert_non_null(other);
    assert_int_equal(mtl_model_switch(other, "persistence", "hsc", &err), 0);
    mtl_result *a = run(s, model, 3, 1), *b = run(s, other, 3, 1);
    mtl_compare *c = compared(a, b), *d = compared(b, a);
    int differ = 0, parted = 0;
    assert_int_equal(c->n_levels, d->n_levels);
    for (int i = 0; i < c->n_levels; i++) {
        const mtl_paired *p = &c->level[i].row.chance, *q = &d->level[i].row.chance;
        assert_string_equal(c->level[i].row.organ, d->level[i].row.organ);
        near(p->difference, -q->difference, 1e-12 * (1 + fabs(p->difference)));
        near(p->low, -q->high, 1e-9 * (1 + fabs(p->low)));
        near(p->differ, q->differ, 0);
        near(p->b_larger + q->b_larger, p->differ, 1e-12);
        near(p->difference, p->b - p->a, 1e-9 * (1 + p->a));
        differ += p->differ > 0;
    }
    assert_true(differ > 0);
    assert_int_equal(c->n_pairings, d->n_pairings);
    for (int i = 0; i < c->n_pairings; i++) {
        const mtl_compare_pairing *p = &c->pairing[i].row, *q = &d->pairing[i].row;
        parted += p->parted;
        assert_int_equal(p->parted, q->parted);
        if (p->parted > 0) {
            near(p->first, q->first, 0);
            assert_true(p->first <= p->median && p->median <= p->last);
        }
        for (int k = 1; k < c->n_times; k++)
            assert_true(c->pairing[i].together[k] <= c->pairing[i].together[k - 1]);
        near((double)c->pairing[i].together[c->n_times - 1], 1 - (double)p->parted / LIVES, 1e-6);
    }
    assert_true(parted > 0);
    mtl_compare_free(c);
    mtl_compare_free(d);
    mtl_result_free(a);
    mtl_result_free(b);
    mtl_model_free(other);
    mtl_scenario_free(s);
}

/* A second mother in the file leaves the first one's lives as they were: streams are keyed by
   names, and each is followed apart. Whose cells are in B only says so. */
static void one_more_mother(void **state)
{
    (void)state;
    mtl_scenario *s = good(one_child), *t = good(two_mothers);
    double *dates;
    assert_int_equal(mtl_compare_both_dates(s, model, t, model, &dates, &n_further, &err), 0);
    further = dates;
    mtl_result *a = run(s, model, 5, 1), *b = run(t, model, 5, 1);
    further = NULL;
    n_further = 0;
    free(dates);
    mtl_compare *c = compared(a, b);
    int tom = 0, kim = 0;
    for (int i = 0; i < c->n_levels; i++) {
        const mtl_compare_level *r = &c->level[i].row;
        if (strcmp(r->host, "anna") == 0) {
            tom++;
            assert_string_equal(r->donor, "tom");
            near(r->chance.differ, 0, 0);
            assert_true(r->chance.a > 0 || r->unknowns.a > 0);
        }
        if (strcmp(r->host, "zoe") == 0) {
            kim++;
            assert_string_equal(r->donor, "kim");
            assert_true(!r->in_a && r->in_b);
            near(r->chance.a, 0, 0);
            assert_int_equal(c->level[i].donor, -1);
        }
    }
    assert_true(tom > 0 && kim > 0);
    assert_int_equal(c->n_pairings, 2); /* tom's in anna and hers in him */
    for (int i = 0; i < c->n_pairings; i++)
        assert_int_equal(c->pairing[i].row.parted, 0);
    assert_int_equal(c->n_samples, 1);
    assert_int_equal(c->n_unshared, 1);
    mtl_compare_free(c);
    mtl_result_free(a);
    mtl_result_free(b);
    mtl_scenario_free(s);
    mtl_scenario_free(t);
}

/* Another sample adds a date. Leap ends a step there, so lives part, unless both runs look at it.
 */
static void the_same_dates_keep_lives_together(void **state)
{
    (void)state;
    mtl_scenario *s = good(one_child), *t = good(one_more_sample);
    solver = MTL_SOLVER_LEAP;
    for (int both = 0; both < 2; both++) {
        int n = 0, parted = 0;
        double *dates = NULL;
        if (both)
            assert_int_equal(mtl_compare_both_dates(s, model, t, model, &dates, &n, &err), 0);
        further = dates;
        n_further = n;
        mtl_result *a = run(s, model, 5, 1), *b = run(t, model, 5, 1);
        mtl_compare *c = compared(a, b);
        for (int i = 0; i < c->n_pairings; i++)
            parted += c->pairing[i].row.parted;
        if ((parted > 0) != !both)
            fail_msg("%d lives part", parted);
        mtl_compare_free(c);
        mtl_result_free(a);
        mtl_result_free(b);
        free(dates);
    }
    further = NULL;
    n_further = 0;
    solver = MTL_SOLVER_AUTO;
    mtl_scenario_free(s);
    mtl_scenario_free(t);
}

/* One infarct with cells that harm and with cells that help: until then every life is the same,
   then there is less damage where they help. Turned round, the rows are too. */
static void hosts_side_by_side(void **state)
{
    (void)state;
    mtl_scenario *s = good(infarct);
    mtl_model *harm = mtl_model_copy(model), *benefit = mtl_model_copy(model);
    assert_true(harm && benefit);
    assert_int_equal(mtl_model_switch(harm, "repair", "harm", &err), 0);
    assert_int_equal(mtl_model_switch(benefit, "repair", "benefit", &err), 0);
    without_unknowns = 1;
    mtl_result *a = run(s, harm, 7, 1), *b = run(s, benefit, 7, 1);
    without_unknowns = 0;
    mtl_compare *c = compared(a, b), *d = compared(b, a), *same = compared(a, a);
    int damage = 0;
    assert_true(c->n_hosts > 0);
    assert_int_equal(c->n_hosts, d->n_hosts);
    for (int i = 0; i < c->n_hosts; i++) {
        const mtl_compare_host *x = &c->host[i], *y = &d->host[i], *z = &same->host[i];
        assert_true(x->in_a && x->in_b);
        assert_string_equal(x->measure, y->measure);
        if (isfinite(x->a))
            near(x->a, y->b, 0);
        if (isfinite(z->a))
            near(z->a, z->b, 0);
        assert_int_equal(z->only_a + z->only_b, 0);
        if (strcmp(x->measure, "days of whole damage") == 0) {
            damage++;
            assert_string_equal(x->person, "anna");
            assert_string_equal(x->organ, "heart");
            assert_true(x->b < x->a);
        }
    }
    assert_int_equal(damage, 1);
    assert_string_equal(mtl_compare_headline(same), "");
    for (int i = 0; i < c->n_pairings; i++)
        if (c->pairing[i].row.parted > 0)
            assert_true(c->pairing[i].row.first > DAY(1952, 3, 1));
    mtl_compare_host row;
    assert_int_equal(mtl_compare_get_host(c, c->n_hosts, &row), MTL_ERR_USAGE);
    assert_int_equal(mtl_compare_get_host(c, 0, &row), 0);
    mtl_compare_free(c);
    mtl_compare_free(d);
    mtl_compare_free(same);
    mtl_result_free(a);
    mtl_result_free(b);
    mtl_model_free(harm);
    mtl_model_free(benefit);
    mtl_scenario_free(s);
}

/* Numbers as a run would leave them: what is named first, and what is not. */
static void the_largest_beyond_chance(void **state)
{
    (void)state;
    mtl_compare_host row[] = {{.what = "outcome",
                               .person = "anna",
                               .donor = "",
                               .label = "lupus",
                               .measure = "share of lives by the end",
                               .in_a = 1,
                               .in_b = 1,
                               .a = 0.1,
                               .b = 0.4,
                               .only_b = 30,
                               .p_mcnemar = 2e-9},
                              {.what = "outcome",
                               .person = "anna",
                               .donor = "",
                               .label = "breast cancer",
                               .measure = "share of lives in which it is found by the end",
                               .in_a = 1,
                               .in_b = 1,
                               .a = 0.9,
                               .b = 0.45,
                               .only_a = 45,
                               .p_mcnemar = 6e-14},
                              {.what = "outcome",
                               .person = "anna",
                               .donor = "",
                               .label = "stroke",
                               .measure = "share of lives by the end",
                               .in_a = 1,
                               .in_b = 1,
                               .a = 0,
                               .b = 0.6,
                               .only_b = 4,
                               .p_mcnemar = 0.03}, /* of three tests that is chance */
                              {.what = "outcome",
                               .person = "anna",
                               .donor = "",
                               .label = "gout",
                               .measure = "share of lives by the end",
                               .in_a = 0,
                               .in_b = 1,
                               .a = NAN,
                               .b = 1,
                               .p_mcnemar = NAN}};
    const mtl_result none = {.n_bands = 1};
    mtl_compare c = {.a = &none, .b = &none, .n = 100, .host = row, .n_hosts = 4};
    mtl__arena_init(&c.arena, 0);
    assert_int_equal(mtl__compare_find_headline(&c, &err), 0);
    assert_string_equal(mtl_compare_headline(&c), "anna, breast cancer: found in 90 of 100 lives "
                                                  "by the end in A, in 45 in B");
    c.n_hosts = 1;
    assert_int_equal(mtl__compare_find_headline(&c, &err), 0);
    assert_string_equal(mtl_compare_headline(&c),
                        "anna, lupus: in 10 of 100 lives by the end in A, in 40 in B");
    c.host = row + 2;
    c.n_hosts = 2;
    row[2].p_mcnemar = 0.06;
    assert_int_equal(mtl__compare_find_headline(&c, &err), 0);
    assert_string_equal(mtl_compare_headline(&c), "");
    mtl__arena_free(&c.arena);
}

/* Of one level, then of 90: a difference of two standard errors is told of the one only; one that
   has its sign in all of 20 lives is told among 90 however a single life carries the mean. */
static void beyond_chance_among_so_many(void **state)
{
    (void)state;
    enum { N = 20, MANY = 90 };
    mtl__compared_level level[MANY] = {{.donor = 0}};
    mtl_compare c = {.n = N, .level = level, .n_levels = MANY};
    float zero[N] = {0}, mild[N], skewed[N];
    for (int i = 0; i < N; i++) {
        mild[i] = (float)(i % 2 ? 1 + 0.1 * (i + 1) : 1 - 0.1 * (i + 1) - 0.05);
        mild[i] += i == 0 ? 4.2F : 0;
        skewed[i] = i ? 1e-4F * (float)(i + 1) : 5;
    }
    const mtl_paired same = mtl__paired_of(zero, zero, N, 1),
                     all = mtl__paired_of(zero, skewed, N, 1);
    mtl_paired some = mtl__paired_of(zero, mild, N, 1);
    for (int i = 0; i < MANY; i++) {
        level[i].row.focus = i == 0;
        level[i].row.chance.differ = 1;
    }
    assert_true(all.low < 0 && all.high > 0); /* the t alone would not tell */
    assert_true(mtl_compare_beyond_chance(&c, &all));
    assert_false(mtl_compare_beyond_chance(&c, &same));
    some.low = some.difference - 0.8 * some.difference; /* t of 2.6: p 0.017 */
    some.high = some.difference + 0.8 * some.difference;
    assert_true(mtl_compare_beyond_chance(&c, &some));
    for (int i = 0; i < MANY; i++)
        level[i].row.focus = 1;
    assert_false(mtl_compare_beyond_chance(&c, &some));
    assert_true(mtl_compare_beyond_chance(&c, &all));
}

static void what_cannot_be_paired(void **state)
{
    (void)state;
    mtl_scenario *s = good(one_child);
    mtl_result *a = run(s, model, 1, 0), *b = run(s, model, 2, 0), *exact = NULL;
    mtl_compare *c = NULL;
    mtl_run_opts o;
    assert_int_equal(mtl_compare_run(&c, a, NULL, b, NULL, &err), MTL_ERR_USAGE);
    assert_null(c);
    assert_non_null(strstr(err.text, "one seed"));
    mtl_run_opts_init(&o);
    o.solver = MTL_SOLVER_ANALYTIC;
    assert_int_equal(mtl_run(&exact, s, model, &o, &err), 0);
    assert_int_equal(mtl_compare_run(&c, a, NULL, exact, NULL, &err), MTL_ERR_USAGE);
    assert_non_null(strstr(err.text, "analytic"));
    mtl_result_free(exact);
    mtl_result_free(a);
    mtl_result_free(b);
    mtl_scenario_free(s);
}

static void rows_and_documents(void **state)
{
    (void)state;
    mtl_scenario *s = good(one_child);
    mtl_result *a = run(s, model, 1, 1);
    mtl_compare *c = compared(a, a);
    mtl_compare_level level;
    mtl_compare_sample sample;
    mtl_compare_pairing pairing;
    assert_int_equal(mtl_compare_get_level(c, -1, &level), MTL_ERR_USAGE);
    assert_int_equal(mtl_compare_get_level(c, mtl_compare_n_levels(c), &level), MTL_ERR_USAGE);
    assert_int_equal(mtl_compare_get_sample(c, mtl_compare_n_samples(c), &sample), MTL_ERR_USAGE);
    assert_int_equal(mtl_compare_get_pairing(c, mtl_compare_n_pairings(c), &pairing),
                     MTL_ERR_USAGE);
    assert_int_equal(mtl_compare_get_level(c, 0, &level), 0);
    assert_true(level.focus);
    char *tsv = mtl_compare_tsv(c), *json = mtl_compare_json(c);
    assert_non_null(tsv);
    assert_non_null(json);
    /* Every line has as many fields as the header. */
    int fields = 0, lines = 0;
    for (char *line = strtok(tsv, "\n"); line; line = strtok(NULL, "\n")) {
        int n = 1;
        if (line[0] == '#')
            continue;
        for (const char *x = line; *x; x++)
            n += *x == '\t';
        if (!fields)
            fields = n;
        assert_int_equal(n, fields);
        lines++;
    }
    assert_true(lines > 3);
    assert_non_null(strstr(json, "\"pairings\""));
    free(tsv);
    free(json);
    mtl_compare_free(c);
    mtl_result_free(a);
    mtl_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paired_t_and_shares),
        cmocka_unit_test(last_bits_are_no_difference),
        cmocka_unit_test(mcnemar_is_exact),
        cmocka_unit_test(a_run_is_itself),
        cmocka_unit_test(a_change_and_its_mirror_image),
        cmocka_unit_test(one_more_mother),
        cmocka_unit_test(the_same_dates_keep_lives_together),
        cmocka_unit_test(hosts_side_by_side),
        cmocka_unit_test(the_largest_beyond_chance),
        cmocka_unit_test(beyond_chance_among_so_many),
        cmocka_unit_test(what_cannot_be_paired),
        cmocka_unit_test(rows_and_documents),
    };
    return cmocka_run_group_tests(tests, load_model, free_model);
}
