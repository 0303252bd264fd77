/* SPDX-License-Identifier: MIT */
/*
 * base/: errors, arena, growing arrays, string buffer, nearest names, hash, strict numbers,
 * calendar.
 */
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef UNIT_TESTING /* cmocka would replace free(), and memory of the library is freed here */
#include <cmocka.h>

#include "base/base.h"

static void errors_have_texts_and_exit_codes(void **state)
{
    (void)state;
#define CHECK(name, number, exitcode, words)                                                       \
    assert_int_equal(name, number);                                                                \
    assert_string_equal(mtl_strerror(name), words);                                                \
    assert_int_equal(mtl_exit_code(name), exitcode);
    MTL_ERR_LIST(CHECK)
#undef CHECK
    assert_string_equal(mtl_strerror(MTL_OK), "no error");
    assert_non_null(mtl_strerror(-9999));
    assert_int_equal(mtl_exit_code(MTL_OK), 0);
    assert_int_equal(mtl_exit_code(7), 0);
    assert_int_equal(mtl_exit_code(-9999), 1);
}

static void errors_are_formatted_with_what_is_known(void **state)
{
    mtl_error e;
    char buf[700], tiny[8];
    (void)state;
    assert_int_equal(mtl__fail(&e, MTL_ERR_VALUE, "rate", "%d is too much", 7), MTL_ERR_VALUE);
    mtl_error_format(&e, buf, sizeof buf);
    assert_string_equal(buf, "rate: 7 is too much");
    assert_int_equal(mtl__fail_place(&e, MTL_ERR_BUG, "a.tsv", 3, 0), MTL_ERR_VALUE);
    mtl_error_format(&e, buf, sizeof buf);
    assert_string_equal(buf, "a.tsv:3: rate: 7 is too much");
    /* the inner place wins */
    assert_int_equal(mtl__fail_place(&e, MTL_ERR_BUG, "b.tsv", 9, 9), MTL_ERR_VALUE);
    assert_string_equal(e.file, "a.tsv");
    assert_int_equal(
        mtl__fail_at(&e, MTL_ERR_NAME, "f.yaml", 12, 5, "organ", "unknown organ '%s'", "hart"),
        MTL_ERR_NAME);
    mtl_error_format(&e, buf, sizeof buf);
    assert_string_equal(buf, "f.yaml:12:5: organ: unknown organ 'hart'");
    mtl_error_format(&e, tiny, sizeof tiny);
    assert_string_equal(tiny, "f.yaml:");
    assert_int_equal(mtl__nomem(&e), MTL_ERR_MEMORY);
    mtl_error_format(&e, buf, sizeof buf);
    assert_string_equal(buf, "out of memory");
    mtl_error_clear(&e);
    assert_int_equal(e.code, MTL_OK);
    mtl_error_clear(NULL);
    assert_int_equal(mtl__fail(NULL, MTL_ERR_IO, "x", "y"), MTL_ERR_IO);
    assert_int_equal(mtl__fail_at(NULL, MTL_ERR_IO, "f", 1, 1, "x", "y"), MTL_ERR_IO);
    assert_int_equal(mtl__fail_place(NULL, MTL_ERR_IO, "f", 1, 1), MTL_ERR_IO);
}

static void long_texts_are_cut_between_characters(void **state)
{
    mtl_error e;
    char longer[2000], field[300];
    (void)state;
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    memset(field, 0, sizeof field);
    for (size_t i = 0; i + 2 < sizeof field; i += 2)
        memcpy(field + i, "\xc3\xa9", 2); /* e with acute: two bytes */
    mtl__fail_at(&e, MTL_ERR_VALUE, longer, 1, 1, field, "%s", longer);
    assert_int_equal(strlen(e.file), sizeof e.file - 1);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_int_equal(strlen(e.field), sizeof e.field - 2); /* 94 of 95: no half character */
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
    mtl__arena a;
    char *first;
    (void)state;
    mtl__arena_init(&a, 100);
    first = mtl__arena_alloc(&a, 10);
    assert_non_null(first);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 300; size += 7) {
            unsigned char *p = mtl__arena_alloc(&a, size);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xa5, size);
        }
        mtl__arena_reset(&a);
    }
    assert_ptr_equal(mtl__arena_alloc(&a, 10), first); /* the blocks are used again */
    assert_string_equal(mtl__arena_strdup(&a, "marrow"), "marrow");
    assert_string_equal(mtl__arena_strndup(&a, "marrow", 3), "mar");
    assert_string_equal(mtl__arena_strdup(&a, ""), "");
    assert_null(mtl__arena_alloc(&a, SIZE_MAX));
    assert_null(mtl__arena_alloc(&a, SIZE_MAX - 40));
    mtl__arena_free(&a);
    assert_non_null(mtl__arena_alloc(&a, 1)); /* usable again after free */
    mtl__arena_free(&a);
}

static void arrays_grow_and_keep_their_content(void **state)
{
    int *p = NULL;
    size_t cap = 0, before;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(mtl__grow(&p, &cap, (size_t)i + 1, sizeof *p), 0);
        assert_true(cap >= (size_t)i + 1);
        assert_int_equal(p[i], 0);
        p[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(p[i], i);
    before = cap;
    assert_int_equal(mtl__grow(&p, &cap, SIZE_MAX / 2, sizeof *p), MTL_ERR_MEMORY);
    assert_int_equal(mtl__grow(&p, &cap, SIZE_MAX / sizeof *p - 1, sizeof *p), MTL_ERR_MEMORY);
    assert_int_equal(cap, before);
    assert_int_equal(p[999], 999);
    free(p);
}

static void string_buffer_appends(void **state)
{
    mtl__str b = {0};
    (void)state;
    mtl__str_add(&b, "liver");
    mtl__str_addn(&b, ", lungs", 6);
    mtl__str_printf(&b, " %d %s", 42, "spleen");
    assert_string_equal(b.s, "liver, lung 42 spleen");
    assert_int_equal(b.len, strlen(b.s));
    for (int i = 0; i < 1000; i++)
        mtl__str_printf(&b, "%d", i % 10);
    assert_int_equal(b.len, 21 + 1000);
    assert_false(b.oom);
    mtl__str_addn(&b, "x", SIZE_MAX - 10);
    assert_true(b.oom);
    assert_int_equal(b.len, 1021); /* nothing changed, and nothing more is taken */
    mtl__str_add(&b, "y");
    mtl__str_printf(&b, "%d", 1);
    assert_int_equal(b.len, 1021);
    mtl__str_free(&b);
    assert_null(b.s);
    mtl__str_add(&b, "");
    assert_string_equal(b.s, "");
    mtl__str_free(&b);
}

static void nearest_name_is_found(void **state)
{
    static const char *const names[] = {
        "blood", "marrow", "thymus", "lung", "liver", "heart", "brain.hippocampus", "HSC"};
    const int n = (int)(sizeof names / sizeof *names);
    char buf[64], tiny[6];
    (void)state;
#define NEAR(word, want) assert_int_equal(mtl__nearest(word, n, mtl__nearest_strings, names), want)
    NEAR("hart", 5);
    NEAR("haert", 5); /* neighbours swapped: one edit */
    NEAR("hheart", 5);
    NEAR("Marrow", 1);
    NEAR("hsc", 7);
    NEAR("hcs", 7);
    NEAR("brain.hipocampos", 6);
    NEAR("lugn", 3);
    NEAR("blood", 0);
    NEAR("kidney", -1);
    NEAR("", -1);
    NEAR("x", -1);
    NEAR("liv", -1);        /* two edits, one allowed */
    NEAR("hippocampus", 6); /* a part of it */
    NEAR("brain.Hippo", 6);
    NEAR("ppoc", 6);
    NEAR("poc", -1);       /* three letters are a part of anything */
    NEAR("hipocampos", 6); /* near to its last part */
    NEAR("brain.hipopcampus", 6);
    NEAR("brain.cortex", -1); /* the head alone is no likeness */
    NEAR("brain.hippodromes", -1);
    NEAR("hippodromes", -1);
#undef NEAR
    mtl__hint(buf, sizeof buf, "hart", n, mtl__nearest_strings, names);
    assert_string_equal(buf, "; did you mean 'heart'?");
    mtl__hint(buf, sizeof buf, "pancreas", n, mtl__nearest_strings, names);
    assert_string_equal(buf, "");
    mtl__hint(tiny, sizeof tiny, "hart", n, mtl__nearest_strings, names);
    assert_string_equal(tiny, "; did");
    assert_int_equal(mtl__nearest("a", 0, mtl__nearest_strings, names), -1);
    assert_int_equal(mtl__nearest(NULL, n, mtl__nearest_strings, names), -1);
}

static void hash_is_fnv1a(void **state)
{
    (void)state;
    /* published test vectors of FNV-1a, 64 bits */
    assert_true(mtl__hash("") == 0xcbf29ce484222325ULL);
    assert_true(mtl__hash("a") == 0xaf63dc4c8601ec8cULL);
    assert_true(mtl__hash("foobar") == 0x85944171f73967e8ULL);
    assert_true(mtl__hash_bytes(mtl__hash_bytes(MTL_HASH_START, "foo", 3), "bar", 3) ==
                mtl__hash("foobar"));
}

static void numbers_are_strict(void **state)
{
    static const struct {
        const char *s;
        double want;
    } good[] = {{"0", 0},
                {"-0.5", -0.5},
                {"+3", 3},
                {".25", 0.25},
                {"7.", 7},
                {"1e3", 1e3},
                {"1E-3", 1e-3},
                {"0.1", 0.1},
                {"123456789.125", 123456789.125},
                {"1.7976931348623157e308", 1.7976931348623157e308},
                {"4.9e-324", 4.9e-324},
                {"1e-400", 0},
                {"0e999999999999", 0},
                {"000000000000000000000000001", 1},
                {"0.00000000000000000000000000000000000001e38", 1},
                {"2.2250738585072011e-308", 2.2250738585072011e-308},
                {"9007199254740993", 9007199254740992.0},
                {"9007199254740993.0000000000000000000001", 9007199254740994.0}};
    static const char *const bad[] = {"",         " 1",
                                      "1 ",       "1,5",
                                      "0x10",     "nan",
                                      "inf",      "-inf",
                                      "1e",       "1e+",
                                      ".",        "-",
                                      "+-1",      "1.2.3",
                                      "1e5x",     "1e400",
                                      "--1",      "infinity",
                                      "1_000",    "e5",
                                      "1e1e1",    "1e99999999999999999999",
                                      "1e308000", "0x1p3",
                                      "\n1",      "1d3"};
    double x;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        x = -1;
        assert_int_equal(mtl__parse_double(good[i].s, &x), 0);
        assert_true(x == good[i].want);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        x = 77;
        assert_int_equal(mtl__parse_double(bad[i], &x), MTL_ERR_VALUE);
        assert_true(x == 77); /* untouched */
    }
    assert_int_equal(mtl__parse_double(NULL, &x), MTL_ERR_VALUE);
    assert_int_equal(mtl__parse_double("-0", &x), 0);
    assert_true(signbit(x));
}

static void long_numbers_round_correctly(void **state)
{
    char s[2000];
    double x;
    (void)state;
    /* 1 + 2^-53 is a midpoint and goes to even (1); with a far digit behind it goes up. */
    memset(s, 0, sizeof s);
    strcpy(s, "1.00000000000000011102230246251565404236316680908203125");
    assert_int_equal(mtl__parse_double(s, &x), 0);
    assert_true(x == 1.0);
    memset(s + strlen(s), '0', 1500);
    strcat(s, "1");
    assert_int_equal(mtl__parse_double(s, &x), 0);
    assert_true(x == 1.0 + 0x1p-52);
    memset(s, '9', 1000);
    strcpy(s + 1000, "e-999");
    assert_int_equal(mtl__parse_double(s, &x), 0);
    assert_true(x == 10.0);
}

static void numbers_do_not_follow_the_locale(void **state)
{
    static const char *const comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    bool found = false;
    double x;
    (void)state;
    for (size_t i = 0; i < sizeof comma / sizeof *comma && !found; i++)
        found = setlocale(LC_NUMERIC, comma[i]) != NULL;
    assert_int_equal(mtl__parse_double("1.5", &x), 0);
    assert_true(x == 1.5);
    assert_int_equal(mtl__parse_double("1,5", &x), MTL_ERR_VALUE);
    setlocale(LC_NUMERIC, "C");
    if (!found)
        print_message("# no locale with a decimal comma is installed\n");
}

static void integers_are_strict(void **state)
{
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x1",
                                      "1e3",
                                      "-",
                                      "+",
                                      "a",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999999"};
    long long v;
    (void)state;
    assert_int_equal(mtl__parse_int("9223372036854775807", &v), 0);
    assert_true(v == LLONG_MAX);
    assert_int_equal(mtl__parse_int("-9223372036854775808", &v), 0);
    assert_true(v == LLONG_MIN);
    assert_int_equal(mtl__parse_int("-0", &v), 0);
    assert_true(v == 0);
    assert_int_equal(mtl__parse_int("+0042", &v), 0);
    assert_true(v == 42);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(mtl__parse_int(bad[i], &v), MTL_ERR_VALUE);
    assert_int_equal(mtl__parse_int(NULL, &v), MTL_ERR_VALUE);
}

static void calendar_is_gregorian(void **state)
{
    int y, m, d, next_y = 1, next_m = 1, next_d = 1;
    (void)state;
    assert_true(mtl__date_to_days(1970, 1, 1) == 0);
    assert_true(mtl__date_to_days(1970, 1, 2) == 1);
    assert_true(mtl__date_to_days(2000, 3, 1) == 11017);
    assert_true(mtl__date_to_days(1925, 3, 1) == -16377);
    assert_true(mtl__date_to_days(1, 1, 1) == -719162);
    assert_true(mtl__date_to_days(9999, 12, 31) == 2932896);
    assert_true(mtl__date_valid(2000, 2, 29));
    assert_false(mtl__date_valid(1900, 2, 29));
    assert_false(mtl__date_valid(2001, 2, 29));
    assert_true(mtl__date_valid(2004, 2, 29));
    assert_false(mtl__date_valid(2000, 4, 31));
    assert_false(mtl__date_valid(2000, 13, 1));
    assert_false(mtl__date_valid(2000, 0, 1));
    assert_false(mtl__date_valid(2000, 1, 0));
    assert_false(mtl__date_valid(0, 1, 1));
    assert_false(mtl__date_valid(10000, 1, 1));
    /* every day of ten centuries, counted the slow way */
    for (double day = mtl__date_to_days(1, 1, 1); day < mtl__date_to_days(1001, 1, 1); day++) {
        mtl__days_to_date(day, &y, &m, &d);
        assert_true(y == next_y && m == next_m && d == next_d);
        assert_true(mtl__date_to_days(y, m, d) == day);
        next_d++;
        if (!mtl__date_valid(next_y, next_m, next_d)) {
            next_d = 1;
            next_m = next_m % 12 + 1;
            next_y += next_m == 1;
        }
    }
    mtl__days_to_date(-0.25, &y, &m, &d); /* the evening before */
    assert_true(y == 1969 && m == 12 && d == 31);
    mtl__days_to_date(NAN, &y, &m, &d);
    mtl__days_to_date(1e300, &y, &m, &d);
    assert_true(y > 9999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_texts_and_exit_codes),
        cmocka_unit_test(errors_are_formatted_with_what_is_known),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arrays_grow_and_keep_their_content),
        cmocka_unit_test(string_buffer_appends),
        cmocka_unit_test(nearest_name_is_found),
        cmocka_unit_test(hash_is_fnv1a),
        cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(long_numbers_round_correctly),
        cmocka_unit_test(numbers_do_not_follow_the_locale),
        cmocka_unit_test(integers_are_strict),
        cmocka_unit_test(calendar_is_gregorian),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
