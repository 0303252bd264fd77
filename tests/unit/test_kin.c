/* SPDX-License-Identifier: MIT */
/* Relations in words and who carries a Y, on one pedigree of four generations. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kin/kin.h"

enum { GRETA, ANNA, PAUL, TOM, LOST, EVA, BEN, LEO, GONE, MIA, HALF, OTTO, STRANGER, CARRIED, N };

static mtl__person person(enum mtl__sex sex, int mother, int father, int pregnancy, double born)
{
    return (mtl__person){.sex = sex,
                         .mother = mother,
                         .father = father,
                         .pregnancy = pregnancy,
                         .conceived = born - 266.0,
                         .born = born,
                         .died = NAN};
}

static void family(mtl__person *p)
{
    p[GRETA] = person(MTL__FEMALE, -1, -1, -1, 0.0);
    p[ANNA] = person(MTL__FEMALE, GRETA, -1, 0, 9000.0);
    p[PAUL] = person(MTL__MALE, -1, -1, -1, 8000.0);
    p[TOM] = person(MTL__MALE, ANNA, PAUL, 1, 18000.0);
    p[LOST] = person(MTL__SEX_UNKNOWN, ANNA, -1, 2, NAN);
    p[LOST].conceived = 18900.0;
    p[LOST].died = 18935.0;
    p[EVA] = person(MTL__FEMALE, ANNA, PAUL, 3, 20000.0);
    p[BEN] = person(MTL__MALE, EVA, -1, 4, 28000.0);
    p[LEO] = person(MTL__MALE, EVA, -1, 4, 28000.0);
    p[GONE] = person(MTL__FEMALE, EVA, -1, 4, NAN);
    p[GONE].died = 27800.0;
    p[MIA] = person(MTL__FEMALE, -1, TOM, -1, 27000.0);
    p[HALF] = person(MTL__MALE, ANNA, STRANGER, 5, 21000.0);
    p[OTTO] = person(MTL__MALE, MIA, -1, 6, 36000.0);
    p[STRANGER] = person(MTL__MALE, -1, -1, -1, 8500.0);
    p[CARRIED] = person(MTL__SEX_UNKNOWN, EVA, -1, 7, NAN);
}

static void relations(void **state)
{
    (void)state;
    static const struct {
        int host, who;
        const char *word;
    } want[] = {
        {ANNA, ANNA, "self"},
        {ANNA, TOM, "son"},
        {ANNA, EVA, "daughter"},
        {ANNA, LOST, "lost pregnancy"},
        {ANNA, GRETA, "own mother"},
        {TOM, PAUL, "own father"},
        {TOM, GRETA, "grandmother (mother's mother)"},
        {MIA, ANNA, "grandmother (father's mother)"},
        {MIA, PAUL, "grandfather (father's father)"},
        {BEN, PAUL, "grandfather (mother's father)"},
        {ANNA, BEN, "grandson"},
        {ANNA, MIA, "granddaughter"},
        {ANNA, GONE, "grandchild (lost)"},
        {TOM, EVA, "sister"},
        {EVA, TOM, "brother"},
        {TOM, LOST, "mother's lost pregnancy"},
        {TOM, HALF, "half-brother"},
        {BEN, LEO, "twin brother"},
        {BEN, GONE, "vanished twin"},
        {BEN, TOM, "uncle"},
        {MIA, EVA, "aunt"},
        {EVA, MIA, "niece"},
        {TOM, LEO, "nephew"},
        {BEN, MIA, "cousin"},
        {BEN, GRETA, "great-grandmother"},
        {GRETA, BEN, "great-grandchild"},
        {BEN, OTTO, "relative"},
        {EVA, CARRIED, "unborn child"},
        {PAUL, STRANGER, "unrelated"},
        {ANNA, PAUL, "unrelated"},
        {ANNA, -1, "unrelated"},
        {ANNA, N, "unrelated"},
    };
    mtl__person p[N];
    family(p);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_string_equal(mtl__relation(p, N, want[i].host, want[i].who), want[i].word);
}

/* A pedigree that nobody has checked yet must not hang or overflow the stack. */
static void cycle_ends(void **state)
{
    (void)state;
    mtl__person p[3] = {person(MTL__FEMALE, 1, -1, -1, 0.0), person(MTL__FEMALE, 0, -1, -1, 0.0),
                        person(MTL__MALE, -1, -1, -1, 0.0)};
    assert_string_equal(mtl__relation(p, 3, 0, 2), "unrelated");
    assert_string_equal(mtl__relation(p, 3, 2, 1), "unrelated");
}

static void y_chromosome(void **state)
{
    (void)state;
    mtl__person p = person(MTL__MALE, -1, -1, -1, 0.0);
    assert_true(mtl__has_y(&p));
    p.karyotype = MTL__TRIPLOID;
    assert_true(mtl__has_y(&p));
    p.karyotype = MTL__MONOSOMY_X;
    assert_false(mtl__has_y(&p));
    p = person(MTL__FEMALE, -1, -1, -1, 0.0);
    assert_false(mtl__has_y(&p));
    p.sex = MTL__SEX_UNKNOWN;
    assert_false(mtl__has_y(&p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(relations), cmocka_unit_test(cycle_ends),
                                       cmocka_unit_test(y_chromosome)};
    return cmocka_run_group_tests_name("kin", tests, NULL, NULL);
}
