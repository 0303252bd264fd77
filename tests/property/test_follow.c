/* SPDX-License-Identifier: MIT */
/* Who is followed is asked for, not felt. Where hosts only read the cells, following one person
   more, or other things of another, moves no cell of anybody by a bit, nor any outcome of those who
   were followed before that reads nothing; what reads cells or is learned from them (tolerance,
   response, outcomes that hang on them) is solved on the steps that all hosts share, and moves by
   no more than those. A mapping with the person in focus alone says what the list says. Where hosts
   are felt (niche = rejection) the cells do move with a switch, or the comparison could not fail.

   Nothing here is a test of chance: equalities are of bits, and the bound on what is solved is of
   one and the same life. Seed 11, four lives. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lives.h"

enum { LIVES = 4 };

#define FAMILY                                                                                     \
    "focus: anna\npeople:\n"                                                                       \
    "  anna: {sex: female, born: 1950-03-01, mother: rosa}\n"                                      \
    "  rosa: {sex: female, born: 1920-02-01}\n"                                                    \
    "  zoe: {sex: female, born: 1952-01-01, mother: rosa}\n"                                       \
    "events:\n"                                                                                    \
    "  - {date: 1975-06-01, person: anna, event: delivery, child: tom, sex: male}\n"               \
    "  - {date: 1978-06-01, person: anna, event: delivery, child: eva, sex: female}\n"             \
    "  - {date: 1980-06-01, person: zoe, event: delivery, child: max, sex: male}\n"                \
    "  - {date: 1990-06-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "     \
    "dys14-qpcr}\n"                                                                                \
    "  - {date: 1995-06-01, person: zoe, event: sample, organ: heart, genomes: 1e6, assay: "       \
    "dys14-qpcr}\n"
#define FEW                                                                                        \
    "resident.dose := 300; msc.dose := 20; resident.mother.dose := 300; msc.mother.dose := 20; "   \
    "resident.division := 0.2 per year; msc.division := 0.2 per year; antigen.half := 100; "
/* Everything by which hosts read cells without being felt by them. */
#define READS                                                                                      \
    FEW "autoimmunity=provoke; alzheimer=loss; heart=protects; survival=protects; "                \
        "ms=parity-effect; death.scale := 5"

static void same_cells(const life *x, const life *y)
{
    assert_int_equal(x->r->n_times, y->r->n_times);
    assert_int_equal(x->r->n_pairs, y->r->n_pairs);
    assert_true(x->r->n_pairs > 5);
    assert_true(cells_print(x->r) == cells_print(y->r));
}

/* Of every outcome of x: its onsets in y. Days between them at most; how many came. */
static double outcomes_apart(const life *x, const life *y, int *came)
{
    double most = 0;
    for (int k = 0; k < x->r->host.n_outcomes; k++) {
        const mtl__outcome_result *a = &x->r->host.outcome[k],
                                  *b = outcome(y, x->s->person[a->person].name,
                                               x->m->outcome[a->outcome].name);
        for (int i = 0; i < LIVES; i++) {
            if (isfinite(a->onset[i]) != isfinite(b->onset[i]))
                return HUGE_VAL;
            if (!isfinite(a->onset[i]))
                continue;
            *came += 1;
            most = fmax(most, fabs((double)(a->onset[i] - b->onset[i])));
        }
    }
    return most;
}

/* Most that tolerance and response of x differ from those in y. */
static double immune_apart(const life *x, const life *y)
{
    double most = x->r->host.n_immune > 0 ? 0 : HUGE_VAL;
    for (int k = 0; k < x->r->host.n_immune; k++) {
        const mtl__immune_result *a = &x->r->host.immune[k], *b = NULL;
        for (int j = 0; j < y->r->host.n_immune; j++)
            if (y->r->host.immune[j].host == a->host && y->r->host.immune[j].donor == a->donor)
                b = &y->r->host.immune[j];
        assert_non_null(b);
        for (int t = 0; t < x->r->n_times; t++) {
            most = fmax(most, fabs((double)(a->tolerance[0][t].mean - b->tolerance[0][t].mean)));
            most = fmax(most, fabs((double)(a->response[0][t].mean - b->response[0][t].mean)));
        }
    }
    return most;
}

static life ask(const char *text, const char *with, enum mtl_solver solver)
{
    const asked q = {.text = text, .with = with, .solver = solver, .replicates = LIVES};
    return live(&q);
}

#define MORE                                                                                       \
    "follow: {anna: [autoimmune, death, tolerance], zoe: [autoimmune, tumour, heart, pregnancy, "  \
    "death], rosa: [tolerance, death]}\n" FAMILY

static void one_more_moves_no_other(void **state)
{
    (void)state;
    static const enum mtl_solver solver[] = {MTL_SOLVER_AUTO, MTL_SOLVER_LEAP, MTL_SOLVER_EXACT};
    for (size_t k = 0; k < sizeof solver / sizeof *solver; k++) {
        life none = ask(FAMILY, READS, solver[k]),
             one = ask("follow: {anna: [autoimmune, death, tolerance]}\n" FAMILY, READS, solver[k]),
             two = ask(MORE, READS, solver[k]);
        int came = 0;
        assert_int_equal(none.r->host.n_outcomes, 0);
        assert_true(one.r->host.n_outcomes > 5);
        assert_true(two.r->host.n_outcomes > one.r->host.n_outcomes + 10);
        same_cells(&none, &one);
        same_cells(&one, &two);
        /* on shared steps: an onset within days, a share within its third digit */
        assert_true(outcomes_apart(&one, &two, &came) < 3);
        assert_true(immune_apart(&one, &two) < 5e-3);
        assert_true(came > 0);
        drop(&none);
        drop(&one);
        drop(&two);
    }
}

static void what_reads_nothing_keeps_its_bits(void **state)
{
    (void)state;
    life one = ask("follow: {anna: [autoimmune, death]}\n" FAMILY, FEW "death.scale := 5", 0),
         two = ask(MORE, FEW "death.scale := 5", 0);
    int came = 0;
    same_cells(&one, &two);
    assert_true(outcomes_apart(&one, &two, &came) <= 0);
    assert_true(came > 0);
    drop(&one);
    drop(&two);
}

static void a_mapping_of_the_focus_is_the_list(void **state)
{
    (void)state;
    life list = ask("follow: [death, tolerance, tumour]\n" FAMILY, READS, 0),
         map = ask("follow: {anna: [death, tolerance, tumour]}\n" FAMILY, READS, 0);
    int came = 0;
    same_cells(&list, &map);
    assert_int_equal(list.r->host.n_outcomes, map.r->host.n_outcomes);
    assert_int_equal(list.r->host.n_immune, map.r->host.n_immune);
    assert_true(outcomes_apart(&list, &map, &came) <= 0);
    assert_true(immune_apart(&list, &map) <= 0);
    life felt = ask("follow: [death, tolerance, tumour]\n" FAMILY, READS "; niche=rejection", 0);
    assert_true(cells_print(felt.r) != cells_print(map.r));
    drop(&list);
    drop(&map);
    drop(&felt);
}

/* Of whom nothing is asked nothing is told, but what the file itself dates; the person in focus
   stands first, the others as in the file. */
static void only_those_named(void **state)
{
    (void)state;
    life x = ask("follow: {zoe: death, rosa: [death, lupus]}\n" FAMILY
                 "  - {date: 1985-06-01, person: anna, event: infarct}\n",
                 FEW, 0);
    static const char *const want[][2] = {{"rosa", "lupus"}, {"rosa", "death"}, {"zoe", "death"}};
    assert_int_equal(x.r->host.n_outcomes, 3);
    for (int k = 0; k < 3; k++) {
        const mtl__outcome_result *o = &x.r->host.outcome[k];
        assert_string_equal(x.s->person[o->person].name, want[k][0]);
        assert_string_equal(x.m->outcome[o->outcome].name, want[k][1]);
    }
    assert_int_equal(x.r->host.n_injuries, 1);
    assert_int_equal(x.r->host.n_immune, 0);
    drop(&x);
    x = ask("follow: {rosa: [tolerance, death], zoe: tolerance, anna: death}\n" FAMILY, FEW, 0);
    assert_string_equal(x.s->person[x.r->host.outcome[0].person].name, "anna");
    assert_string_equal(x.s->person[x.r->host.outcome[1].person].name, "rosa");
    for (int k = 0; k < x.r->host.n_immune; k++)
        assert_true(x.r->host.immune[k].host != who(&x, "anna"));
    assert_true(x.r->host.n_immune > 3);
    drop(&x);
}

/* Without random numbers there are no lives in which an outcome could come: none is told, and that
   is said. */
#define TWO                                                                                        \
    "people:\n  anna: {sex: female, born: 1950-03-01}\nevents:\n"                                  \
    "  - {date: 1975-06-01, person: anna, event: delivery, child: tom, sex: male}\n"

static void no_lives_no_outcomes(void **state)
{
    (void)state;
    static const char *const text = "follow: {anna: [death, tolerance, tumour]}\n" TWO;
    life x = ask(text, FEW, MTL_SOLVER_ANALYTIC);
    assert_int_equal(x.r->host.n_outcomes + x.r->host.n_immune + x.r->host.n_clones, 0);
    assert_true(x.r->host.needs_lives && !x.r->host.together);
    drop(&x);
    x = ask(TWO, FEW, MTL_SOLVER_ANALYTIC);
    assert_false(x.r->host.needs_lives);
    drop(&x);
    x = ask(text, FEW, 0);
    assert_true(x.r->host.n_outcomes > 0 && !x.r->host.needs_lives);
    drop(&x);
    /* Cells that act on a repair, and are not called by it. */
    const asked q = {.text = TWO "  - {date: 1985-06-01, person: anna, event: infarct}\n",
                     .with = FEW "repair=harm; homing=none; fate.rate := 0 per day",
                     .solver = MTL_SOLVER_ANALYTIC};
    mtl_error err;
    assert_int_equal(refused(&q, &err), MTL_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "repair"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_moves_no_other),
        cmocka_unit_test(what_reads_nothing_keeps_its_bits),
        cmocka_unit_test(a_mapping_of_the_focus_is_the_list),
        cmocka_unit_test(only_those_named),
        cmocka_unit_test(no_lives_no_outcomes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
