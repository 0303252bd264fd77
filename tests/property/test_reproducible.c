/* SPDX-License-Identifier: MIT */
/* The same question gives the same bits: for 1, 2 and 8 threads; for a replicate alone or among
   others; for people and events in another order in the file; with more dates at which the exact
   solver is asked; before a pregnancy that comes later or never; and with or without the fused
   multiply-add that glibc's log and exp take where the processor has it (GLIBC_TUNABLES). Nothing
   here is a statistical test: everything compared is compared bit by bit, seed 11. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "matriline/matriline.h"
#include "run/result.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

static mtl_model *model;

/* ---------------------------------------------------------------- families */
#define ANNA "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
#define TOM "  tom: {sex: male, born: 1972-06-01, mother: anna}\n"
#define ZOE "  zoe: {sex: female, born: 1948-01-01}\n"
#define LOSS                                                                                       \
    "  - {date: 1975-02-01, person: anna, event: termination, week: 9, care: surgical, child: "    \
    "a1}\n"
#define EVA                                                                                        \
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: female}\n"
#define BLOOD                                                                                      \
    "  - {date: 1979-06-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "     \
    "dys14-qpcr}\n"
#define MARROW "  - {date: 1985-06-01, person: anna, event: sample, organ: marrow, genomes: 1e6}\n"
#define CHILD "  - {date: 1990-06-01, person: eva, event: sample, organ: blood}\n"
#define OTHER                                                                                      \
    "  - {date: 1980-06-01, person: zoe, event: delivery, week: 40, child: max, sex: male}\n"

static const char FAMILY[] =
    "focus: anna\npeople:\n" ANNA TOM ZOE "events:\n" LOSS EVA BLOOD MARROW CHILD OTHER;
static const char OTHER_ORDER[] =
    "events:\n" OTHER CHILD MARROW EVA BLOOD LOSS "people:\n" ZOE TOM ANNA "focus: anna\n";

#define PEOPLE "people:\n  anna: {sex: female, born: 1950-03-01}\n"
#define BIRTH                                                                                      \
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
#define SAMPLE                                                                                     \
    "  - {date: 1978-09-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "     \
    "dys14-qpcr}\n"
#define ONE PEOPLE "events:\n" BIRTH SAMPLE
#define LAST "  - {date: 1980-09-01, person: anna, event: sample, organ: liver}\n"
static const char EARLIER[] = ONE LAST;
static const char EARLIER_TURNED[] = "events:\n" LAST SAMPLE BIRTH PEOPLE;
static const char LATER[] =
    ONE "  - {date: 1980-06-01, person: anna, event: delivery, week: 39, child: eva, sex: "
        "female}\n" LAST;
static const char MORE_DATES[] =
    ONE "  - {date: 1978-06-09, person: anna, event: sample, organ: blood}\n"
        "  - {date: 1978-12-17, person: anna, event: sample, organ: blood}\n"
        "  - {date: 1979-11-30, person: anna, event: sample, organ: blood}\n" LAST;

typedef struct answer {
    mtl_scenario *s;
    mtl_result *r;
} answer;

static mtl_run_opts options(enum mtl_solver solver, int replicates, int threads)
{
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.seed = 11;
    o.solver = solver;
    o.replicates = replicates;
    o.threads = threads;
    return o;
}

static answer ask(const char *text, const mtl_run_opts *o)
{
    answer a = {NULL, NULL};
    mtl_error err = {0};
    int ret = mtl_scenario_parse(&a.s, text, (int)strlen(text), "family", model, &err);
    if (ret == 0)
        ret = mtl_run(&a.r, a.s, model, o, &err);
    if (ret < 0)
        print_message("# %d:%d: %s: %s\n", err.line, err.column, err.field, err.text);
    assert_int_equal(ret, 0);
    return a;
}

static void drop(answer *a)
{
    mtl_result_free(a->r);
    mtl_scenario_free(a->s);
}

/* ---------------------------------------------------------------- comparing */
static bool same_number(double x, double y)
{
    return memcmp(&x, &y, sizeof x) == 0 || (isnan(x) && isnan(y));
}

/* Everything that the result holds, in one number; what it cost left out. */
static uint64_t print_of(mtl_result *r)
{
    r->seconds = 0;
    char *text = mtl_result_json(r);
    assert_non_null(text);
    uint64_t h = mtl__hash(text);
    free(text);
    for (int k = 0; k < r->n_pairs; k++)
        for (int b = 0; b < r->n_bands; b++)
            h = mtl__hash_bytes(h, r->pair[k].level[b],
                                sizeof(mtl__band) * (size_t)r->n_watched * (size_t)r->n_times);
    for (int k = 0; k < r->n_assays; k++)
        for (int b = 0; b < r->n_bands && r->assay[k].fraction[b]; b++)
            h = mtl__hash_bytes(h, r->assay[k].fraction[b],
                                sizeof(float) * (size_t)r->opts.replicates);
    return h;
}

static int person_named(const mtl_scenario *s, const char *name)
{
    for (int i = 0; i < s->n_people; i++)
        if (strcmp(s->person[i].name, name) == 0)
            return i;
    return -1;
}

static const mtl__pair *pair_named(const mtl_result *r, const char *host, const char *donor)
{
    const int h = person_named(r->s, host), d = person_named(r->s, donor);
    for (int k = 0; k < r->n_pairs; k++)
        if (r->pair[k].host == h && r->pair[k].donor == d)
            return &r->pair[k];
    return NULL;
}

static int time_of(const mtl_result *r, double t)
{
    for (int k = 0; k < r->n_times; k++)
        if (same_number(r->time[k], t))
            return k;
    return -1;
}

static int watched(const mtl_result *r, int organ)
{
    for (int w = 0; w < r->n_watched; w++)
        if (r->watched[w] == organ)
            return w;
    return -1;
}

/* Levels of a pair in every organ that both runs watch, at the dates below `end` that both have.
   Returns how many were compared, of which *positive are above 0. */
static int same_levels(const mtl_result *x, const mtl_result *y, const mtl__pair *p,
                       const mtl__pair *q, double end, int *positive)
{
    int n = 0;
    for (int w = 0; w < x->n_watched; w++) {
        const int v = watched(y, x->watched[w]);
        for (int k = 0; v >= 0 && k < x->n_times; k++) {
            const int at = x->time[k] < end ? time_of(y, x->time[k]) : -1;
            for (int b = 0; at >= 0 && b < x->n_bands; b++, n++) {
                const mtl__band *l = &p->level[b][w * x->n_times + k];
                assert_memory_equal(l, &q->level[b][v * y->n_times + at], sizeof *l);
                *positive += l->mean > 0;
            }
        }
    }
    return n;
}

/* ---------------------------------------------------------------- threads */
static void same_for_any_number_of_threads(void **state)
{
    (void)state;
    static const enum mtl_solver solver[] = {MTL_SOLVER_AUTO, MTL_SOLVER_LEAP};
    for (size_t i = 0; i < sizeof solver / sizeof *solver; i++) {
        uint64_t first = 0;
        for (int threads = 1; threads <= 8; threads *= threads == 1 ? 2 : 4) {
            const mtl_run_opts o = options(solver[i], 6, threads);
            answer a = ask(FAMILY, &o);
            const uint64_t h = print_of(a.r);
            if (threads == 1)
                first = h;
            assert_true(h == first);
            drop(&a);
        }
    }
}

/* A print that never changes would let everything pass. */
static void another_seed_is_another_answer(void **state)
{
    (void)state;
    mtl_run_opts o = options(MTL_SOLVER_AUTO, 3, 1);
    answer a = ask(FAMILY, &o);
    o.seed = 12;
    answer b = ask(FAMILY, &o);
    assert_true(print_of(a.r) != print_of(b.r));
    drop(&a);
    drop(&b);
}

/* ---------------------------------------------------------------- replicates */
static void a_replicate_alone_is_itself(void **state)
{
    (void)state;
    mtl_run_opts o = options(MTL_SOLVER_AUTO, 100, 2);
    answer all = ask(LATER, &o);
    int compared = 0, positive = 0;
    for (int number = 7; number < 100; number += 92) {
        o.replicates = 1;
        o.first_replicate = number;
        answer one = ask(LATER, &o);
        for (int k = 0; k < all.r->n_assays; k++)
            for (int b = 0; b < all.r->n_bands; b++) {
                const mtl__assay_result *x = &all.r->assay[k], *y = &one.r->assay[k];
                assert_memory_equal(&x->fraction[b][number], &y->fraction[b][0], sizeof(float));
                assert_int_equal(x->positive[b][number], y->positive[b][0]);
                if (x->per_mL[b])
                    assert_true(same_number(x->per_mL[b][number], y->per_mL[b][0]));
                compared++;
                positive += x->fraction[b][number] > 0;
            }
        drop(&one);
    }
    assert_true(compared >= 8 && positive >= 3);
    drop(&all);
}

/* ---------------------------------------------------------------- order in the file */
static void same_in_both_orders(const char *text, const char *other, enum mtl_solver solver)
{
    const mtl_run_opts o = options(solver, 6, 2);
    answer a = ask(text, &o), b = ask(other, &o);
    int positive = 0, n = 0;
    assert_int_equal(a.r->n_pairs, b.r->n_pairs);
    for (int k = 0; k < a.r->n_pairs; k++) {
        const mtl__pair *p = &a.r->pair[k];
        const mtl__pair *q = pair_named(b.r, a.s->person[p->host].name, a.s->person[p->donor].name);
        assert_non_null(q);
        assert_string_equal(p->relation, q->relation);
        n += same_levels(a.r, b.r, p, q, HUGE_VAL, &positive);
        assert_memory_equal(p->cells, q->cells,
                            sizeof *p->cells *
                                (size_t)(model->n_organs * model->n_kinds * a.r->n_coarse));
    }
    assert_true(n >= a.r->n_times && positive > 0);
    for (int k = 0; k < a.r->n_assays; k++) {
        const mtl__sample *x = &a.s->sample[k];
        int found = 0;
        for (int j = 0; j < b.r->n_assays; j++) {
            const mtl__sample *y = &b.s->sample[j];
            if (!same_number(x->t, y->t) || x->organ != y->organ)
                continue;
            found++;
            assert_true(same_number(a.r->assay[k].p_positive[0], b.r->assay[j].p_positive[0]));
            assert_true(same_number(a.r->assay[k].mean_fraction, b.r->assay[j].mean_fraction));
            assert_int_equal(a.r->assay[k].shown.hits, b.r->assay[j].shown.hits);
        }
        assert_int_equal(found, 1);
    }
    for (int band = 0; band < a.r->n_bands; band++)
        assert_true(same_number(a.r->answer[band], b.r->answer[band]));
    assert_string_equal(a.r->headline, b.r->headline);
    drop(&a);
    drop(&b);
}

static void the_order_in_the_file_does_not_matter(void **state)
{
    (void)state;
    same_in_both_orders(FAMILY, OTHER_ORDER, MTL_SOLVER_AUTO);
    same_in_both_orders(EARLIER, EARLIER_TURNED, MTL_SOLVER_ANALYTIC);
}

/* ---------------------------------------------------------------- what comes later, what is asked
 */
enum { FEW = 2 };

static mtl_run_opts exactly(void)
{
    mtl_run_opts o = options(MTL_SOLVER_EXACT, FEW, 2);
    o.unknowns = 0;
    return o;
}

static void a_later_pregnancy_changes_nothing_before_it(void **state)
{
    (void)state;
    const mtl_run_opts o = exactly();
    answer a = ask(EARLIER, &o), b = ask(LATER, &o);
    const mtl__pair *p = pair_named(a.r, "anna", "tom"), *q = pair_named(b.r, "anna", "tom");
    assert_non_null(p);
    assert_non_null(q);
    assert_int_equal(b.s->n_pregnancies, 2);
    int positive = 0;
    const double end = mtl__max(b.s->pregnancy[0].conceived, b.s->pregnancy[1].conceived);
    assert_true(same_levels(a.r, b.r, p, q, end, &positive) >= 20);
    assert_true(positive >= 10);
    assert_memory_equal(a.r->assay[0].fraction[0], b.r->assay[0].fraction[0], FEW * sizeof(float));
    drop(&a);
    drop(&b);
}

static void asking_more_often_changes_nothing(void **state)
{
    (void)state;
    const mtl_run_opts o = exactly();
    answer a = ask(EARLIER, &o), b = ask(MORE_DATES, &o);
    const mtl__pair *p = pair_named(a.r, "anna", "tom"), *q = pair_named(b.r, "anna", "tom");
    assert_non_null(p);
    assert_non_null(q);
    assert_true(b.r->n_times > a.r->n_times);
    int positive = 0;
    assert_true(same_levels(a.r, b.r, p, q, HUGE_VAL, &positive) >= a.r->n_times);
    assert_true(positive >= 10);
    drop(&a);
    drop(&b);
}

/* ---------------------------------------------------------------- the processor */
/* In a process of its own: what libm gives here (the canary), and what a run gives. */
static int child(void)
{
    uint64_t libm = MTL_HASH_START;
    for (int i = 1; i < 200000; i++) {
        const double x = 0.37 * i, y = sin(x) + pow(x, 0.3) + log(x) + exp(-1e-3 * x);
        libm = mtl__hash_bytes(libm, &y, sizeof y);
    }
    printf("%016llx", (unsigned long long)libm);
    static const enum mtl_solver solver[] = {MTL_SOLVER_AUTO, MTL_SOLVER_LEAP, MTL_SOLVER_ANALYTIC};
    mtl_error err = {0};
    if (mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err) < 0)
        return 1;
    for (size_t i = 0; i < sizeof solver / sizeof *solver; i++) {
        const mtl_run_opts o = options(solver[i], 4, 1);
        answer a = ask(EARLIER, &o);
        printf(" %016llx", (unsigned long long)print_of(a.r));
        drop(&a);
    }
    printf("\n");
    mtl_model_free(model);
    return 0;
}

static void run_child(const char *tunables, char *libm, char *rest, int size)
{
    char path[512], command[1024], line[256] = "";
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    assert_true(n > 0);
    path[n] = '\0';
    snprintf(command, sizeof command, "GLIBC_TUNABLES='%s' '%s' --child", tunables, path);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    assert_int_equal(pclose(f), 0);
    char *space = strchr(line, ' ');
    assert_non_null(space);
    *space = '\0';
    snprintf(libm, (size_t)size, "%s", line);
    snprintf(rest, (size_t)size, "%s", space + 1);
}

static void same_without_fused_multiply_add(void **state)
{
    (void)state;
    static const char *const without[] = {
        "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX,-AVX512F",
        "glibc.cpu.hwcaps=-FMA_Usable,-FMA4_Usable,-AVX2_Usable,-AVX_Usable"}; /* glibc < 2.33 */
    char libm[256], with[256], other_libm[256], other[256];
    int different = 0;
    run_child("", libm, with, sizeof with);
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        run_child(without[i], other_libm, other, sizeof other);
        different += strcmp(libm, other_libm) != 0;
        assert_string_equal(with, other);
    }
    /* Not a failure: this processor or C library has only one way. */
    print_message("# libm itself gives other bits under %d of the 2 settings\n", different);
}

static int set_up(void **state)
{
    (void)state;
    mtl_error err = {0};
    return mtl_model_load(&model, MTL_SOURCE_ROOT "/models/human", &err);
}

static int tear_down(void **state)
{
    (void)state;
    mtl_model_free(model);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--child") == 0)
        return child();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_for_any_number_of_threads),
        cmocka_unit_test(another_seed_is_another_answer),
        cmocka_unit_test(a_replicate_alone_is_itself),
        cmocka_unit_test(the_order_in_the_file_does_not_matter),
        cmocka_unit_test(a_later_pregnancy_changes_nothing_before_it),
        cmocka_unit_test(asking_more_often_changes_nothing),
        cmocka_unit_test(same_without_fused_multiply_add),
    };
    return cmocka_run_group_tests_name("reproducible", tests, set_up, tear_down);
}
