/* SPDX-License-Identifier: MIT */
/* Units and quantities: scales, dimensions, and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "model/model.h"

static void close_to(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12 * fabs(want)))
        fail_msg("got %.17g, expected %.17g", got, want);
}

static const struct {
    const char *text;
    double scale;
    int time, volume, mass, cell;
} good[] = {
    {"day", 1, 1, 0, 0, 0},
    {"days", 1, 1, 0, 0, 0},
    {"year", 365.25, 1, 0, 0, 0},
    {"months", 365.25 / 12, 1, 0, 0, 0},
    {"week", 7, 1, 0, 0, 0},
    {"minute", 1.0 / 1440, 1, 0, 0, 0},
    {"per year", 1 / 365.25, -1, 0, 0, 0},
    {"1/year", 1 / 365.25, -1, 0, 0, 0},
    {"1 / year", 1 / 365.25, -1, 0, 0, 0},
    {"cells/mL", 1, 0, -1, 0, 1},
    {"cells per mL", 1, 0, -1, 0, 1},
    {"cells per uL", 1000, 0, -1, 0, 1},
    {"cells per 16 mL", 1.0 / 16, 0, -1, 0, 1},
    {"cells per day", 1, -1, 0, 0, 1},
    {"colonies/mL", 1, 0, -1, 0, 1},
    {"seeds", 1, 0, 0, 0, 1},
    {"per seed", 1, 0, 0, 0, -1},
    {"per cell and day", 1, -1, 0, 0, -1},
    {"cells per seed", 1, 0, 0, 0, 0},
    {"gEq per 1e6", 1e-6, 0, 0, 0, 0},
    {"gEq per 1e5", 1e-5, 0, 0, 0, 0},
    {"fraction", 1, 0, 0, 0, 0},
    {"fraction of nucleated cells", 1, 0, 0, 0, 0},
    {"probability", 1, 0, 0, 0, 0},
    {"%", 0.01, 0, 0, 0, 0},
    {"none", 1, 0, 0, 0, 0},
    {"fold", 1, 0, 0, 0, 0},
    {"pg", 1, 0, 0, 1, 0},
    {"ug", 1e6, 0, 0, 1, 0},
    {"pg per mL", 1, 0, -1, 1, 0},
    {"\xc2\xb5L", 1e-3, 0, 1, 0, 0},
    {"L", 1e3, 0, 1, 0, 0},
    {"mL * mL", 1, 0, 2, 0, 0},
};

static void test_good_units(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        mtl__unit u;
        mtl_error err = {0};
        if (mtl__unit_parse(good[i].text, &u, &err) != MTL_OK)
            fail_msg("'%s' refused: %s", good[i].text, err.text);
        close_to(u.scale, good[i].scale);
        const int want[] = {good[i].time, good[i].volume, good[i].mass, good[i].cell};
        for (int d = 0; d < MTL__N_DIMS; d++)
            if (u.power[d] != want[d])
                fail_msg("'%s': power %d of dimension %d, expected %d", good[i].text, u.power[d], d,
                         want[d]);
    }
}

static void test_bad_units(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     " ",         "parsec", "per",
                                      "/",    "cells/",    "mL per", "0 mL",
                                      "* mL", "cells//mL", "yearly", "1e400 mL"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl__unit u;
        mtl_error err = {0};
        const int ret = mtl__unit_parse(bad[i], &u, &err);
        if (ret != MTL_ERR_UNIT && ret != MTL_ERR_VALUE)
            fail_msg("'%s' gave %d", bad[i], ret);
        assert_true(err.text[0] != '\0');
    }
    mtl__unit u;
    mtl_error err = {0};
    assert_int_equal(mtl__unit_parse("per yaer", &u, &err), MTL_ERR_UNIT);
    assert_non_null(strstr(err.text, "'year'")); /* the nearest name */
}

static void test_long_unit(void **state)
{
    (void)state;
    char text[300];
    mtl__unit u;
    memset(text, 'm', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(mtl__unit_parse(text, &u, NULL), MTL_ERR_UNIT);
}

static double quantity(const char *text, const char *want, const char *bare)
{
    mtl__unit w, b;
    mtl_error err = {0};
    double x = NAN;
    assert_int_equal(mtl__unit_parse(want, &w, &err), MTL_OK);
    if (bare != NULL)
        assert_int_equal(mtl__unit_parse(bare, &b, &err), MTL_OK);
    if (mtl__quantity_parse(text, &w, bare != NULL ? &b : NULL, &x, &err) != MTL_OK)
        fail_msg("'%s' refused: %s", text, err.text);
    return x;
}

static int quantity_error(const char *text, const char *want, const char *bare, mtl_error *err)
{
    mtl__unit w, b;
    double x = 77.0;
    assert_int_equal(mtl__unit_parse(want, &w, NULL), MTL_OK);
    if (bare != NULL)
        assert_int_equal(mtl__unit_parse(bare, &b, NULL), MTL_OK);
    const int ret = mtl__quantity_parse(text, &w, bare != NULL ? &b : NULL, &x, err);
    assert_true(x == 77.0); /* untouched by a failure */
    return ret;
}

static void test_quantities(void **state)
{
    (void)state;
    close_to(quantity("9 months", "day", NULL), 9 * 365.25 / 12);
    close_to(quantity("0.1 per year", "per day", NULL), 0.1 / 365.25);
    close_to(quantity("20 mL", "mL", NULL), 20);
    close_to(quantity("20mL", "mL", NULL), 20);
    close_to(quantity("12 %", "none", NULL), 0.12);
    close_to(quantity("12%", "fraction", NULL), 0.12);
    close_to(quantity("1e5", "cells", "cells"), 1e5);
    close_to(quantity("1e5 cells", "cells", NULL), 1e5);
    close_to(quantity("2", "day", "year"), 730.5);
    close_to(quantity("-0.05", "per day", "per year"), -0.05 / 365.25);
    close_to(quantity(" 3 days ", "day", NULL), 3);
    close_to(quantity("2 gEq per 1e6", "fraction", NULL), 2e-6);
}

static void test_bad_quantities(void **state)
{
    (void)state;
    mtl_error err = {0};
    assert_int_equal(quantity_error("20 mL", "day", NULL, &err), MTL_ERR_UNIT);
    assert_non_null(strstr(err.text, "a volume"));
    assert_non_null(strstr(err.text, "a time"));
    assert_int_equal(quantity_error("20", "mL", NULL, &err), MTL_ERR_UNIT);
    assert_int_equal(quantity_error("mL", "mL", NULL, &err), MTL_ERR_VALUE);
    assert_int_equal(quantity_error("", "mL", "mL", &err), MTL_ERR_VALUE);
    assert_int_equal(quantity_error("nan", "mL", "mL", &err), MTL_ERR_VALUE);
    assert_int_equal(quantity_error("inf mL", "mL", NULL, &err), MTL_ERR_VALUE);
    assert_int_equal(quantity_error("1e999 mL", "mL", NULL, &err), MTL_ERR_VALUE);
    assert_int_equal(quantity_error("1e308 kg", "pg", NULL, &err), MTL_ERR_VALUE);
    assert_int_equal(quantity_error("0x10 mL", "mL", NULL, &err), MTL_ERR_UNIT);
    assert_int_equal(quantity_error("1,5 mL", "mL", NULL, &err), MTL_ERR_UNIT);
    assert_int_equal(quantity_error("5 mm", "mL", NULL, &err), MTL_ERR_UNIT);
}

/* An unknown unit: the nearest of the dimension that is expected, else those there are. */
static void test_unknown_units(void **state)
{
    (void)state;
    static const char *const row[][3] = {
        {"5 cm", "mL", "unknown unit 'cm'; known: uL, mL, dL, L"},
        {"5 dya", "day", "unknown unit 'dya'; did you mean 'day'?"},
        {"5 mLx", "mL", "unknown unit 'mLx'; did you mean 'mL'?"},
        {"5 mLx", "day", "unknown unit 'mLx'; known: minute, hour, day, week, month, year"},
        {"5 furlong", "pg", "unknown unit 'furlong'; known: pg, ng, ug, mg, g, kg"},
        {"5 horses", "cells", "unknown unit 'horses'; known: cell, genome, gEq"},
        {"5 furlong", "none", "unknown unit 'furlong'; a bare number is expected, or one with %"},
        {"5 cels/mL", "cells/mL", "unknown unit 'cels'; did you mean 'cell'?"},
        {"5 furlong/mL", "cells/mL", "unknown unit 'furlong'"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        mtl_error err = {0};
        assert_int_equal(quantity_error(row[i][0], row[i][1], NULL, &err), MTL_ERR_UNIT);
        assert_string_equal(err.text, row[i][2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_units),     cmocka_unit_test(test_bad_units),
        cmocka_unit_test(test_long_unit),      cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_bad_quantities), cmocka_unit_test(test_unknown_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
