/* SPDX-License-Identifier: MIT */
/* What the terminal says of injuries, in lines that fit it: how far lives go apart, what was there
   on the day, what came and when, and nothing where there is nothing to say. From results drawn up
   by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture_host.h"
#include "io/result_out.h"

static mtl_result *with_host(int repair)
{
    mtl_result *r = fixture_result(FIXTURE_FULL, 0);
    assert_non_null(r);
    fixture_add_host(r, repair);
    assert_true(r->host.n_injuries > 1);
    return r;
}

/* As lines, or as one where words and not the places of line ends are asked for. */
static char *lines(const mtl_result *r, bool joined)
{
    mtl__str b = {0};
    mtl__out_injury_lines(&b, r);
    assert_false(b.oom);
    size_t n = 0;
    for (const char *s = b.s; joined && *s; s++) {
        const char c = *s == '\n' ? ' ' : *s;
        if (c != ' ' || (n > 0 && b.s[n - 1] != ' '))
            b.s[n++] = c;
    }
    if (joined)
        b.s[n] = '\0';
    return b.s;
}

static void has(const mtl_result *r, const char *text, bool yes)
{
    char *s = lines(r, true);
    if ((strstr(s, text) != NULL) != yes)
        fail_msg("%s: %s\n%s", yes ? "not said" : "said", text, s);
    free(s);
}

static void lines_fit(void **state)
{
    (void)state;
    for (int repair = 0; repair < 3; repair++) {
        mtl_result *r = with_host(repair);
        char *s = lines(r, false);
        assert_memory_equal(s, "Injuries:\n  ", 12);
        for (const char *at = s; *at; at += strcspn(at, "\n") + 1)
            assert_true(strcspn(at, "\n") <= 80);
        free(s);
        fixture_result_free(r);
    }
}

static void lives_go_apart(void **state)
{
    (void)state;
    mtl_result *r = with_host(1);
    mtl__injury_result *x = &r->host.injury[0];
    x->heal[MTL__CHANCE].low = 70;
    x->heal[MTL__CHANCE].middle = 107;
    x->heal[MTL__CHANCE].high = 115;
    has(r, "after 107 days (95% of lives: 70 to 115 days); without foreign cells after 1151 days",
        true);
    x->heal[MTL__CHANCE].high = NAN;
    has(r, "after 107 days (95% of lives: 70 days, or not by the end)", true);
    x->heal[MTL__CHANCE].low = x->heal[MTL__CHANCE].high = 107;
    has(r, "after 107 days; without foreign cells", true);
    fixture_result_free(r);
}

static void what_came(void **state)
{
    (void)state;
    mtl_result *r = with_host(1);
    r->host.n_injuries = 1;
    mtl__injury_result *x = &r->host.injury[0];
    has(r,
        "a foreign seed that moves is left in 73 of 100 lives (2.1 a life on average). Within 90 "
        "days the injury brings 0.2 cells beside 6500 that would be there, and 1100 take up",
        true);
    x->most_day = 7.5;
    has(r, "brings 0.2 cells (the most, after 7.5 days) beside", true);
    x->most_day = 90;
    x->p_seed = x->seeds = 0; /* given afterwards */
    has(r,
        "no foreign seed that moves is there. Within 90 days the injury brings 0.2 cells, of those "
        "that come to the body in this time, beside 6500",
        true);
    x->there = x->came = x->fated = 0; /* nobody foreign */
    has(r, "brings", false);
    fixture_result_free(r);
}

/* Said where it is so, and only there. */
static void fewer_lives_with_more(void **state)
{
    (void)state;
    static const char text[] = "there are more of them in these";
    mtl_result *r = with_host(1);
    mtl__injury_result *x = &r->host.injury[0], *y = &r->host.injury[1];
    r->host.n_injuries = 2;
    *y = *x;
    has(r, text, false);
    y->p_seed = 0.5;
    has(r, text, true);
    y->came = 0.1; /* it falls */
    has(r, text, false);
    y->came = x->came;
    y->seeds = x->seeds * y->p_seed / x->p_seed; /* as many in each of these lives */
    has(r, text, false);
    fixture_result_free(r);
}

static void sums_add_up(void **state)
{
    (void)state;
    mtl_result *r = with_host(1);
    mtl__str b = {0};
    assert_true(r->host.n_clones > 0);
    mtl__clone_result *x = &r->host.clone[0];
    r->host.n_clones = 1;
    r->opts.replicates = 2000;
    x->p_begun[0] = 0.1095 - 1e-12; /* sums of shares, which lose their last bits */
    x->p_detected[0] = 0.1095 + 1e-12;
    x->p_alive_end[0] = x->p_gone[0] = 0;
    mtl__out_tumour_lines(&b, r);
    assert_non_null(strstr(b.s, ": 10.95 = 10.95 + 0 + 0\n"));
    mtl__str_free(&b);
    fixture_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_fit),   cmocka_unit_test(lives_go_apart),
        cmocka_unit_test(what_came),   cmocka_unit_test(fewer_lives_with_more),
        cmocka_unit_test(sums_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
