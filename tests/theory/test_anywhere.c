/* SPDX-License-Identifier: MIT */
/* P(any cell of a donor anywhere in a body): by simulation against the analytic solver, which looks
   at all types of the body at once; and never less than in the organ where it is likeliest. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "family_bench.h"
#include "matriline/matriline.h"
#include "run/result.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

enum { REPLICATES = 600 };

static const char FAMILY[] =
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01}\n"
    "events:\n"
    "  - {date: 1975-02-01, person: anna, event: loss, week: 5, child: early}\n"
    "  - {date: 1978-06-01, person: anna, event: loss, week: 8, child: later}\n"
    "  - {date: 2004-05-01, person: anna, event: sample, organ: blood}\n";

/* Few seeds, so that the chance is not 1. Four standard errors for each of two donors: false alarm
   below 1.3e-4. */
static void test_anywhere(void **state)
{
    (void)state;
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_error err = {0};
    assert_int_equal(mtl_model_load(&m, MTL_SOURCE_ROOT "/models/human", &err), 0);
    assert_int_equal(mtl_model_set(m, "seed.share.child", "1e-7", &err), 0);
    assert_int_equal(mtl_model_set(m, "msc.dose", "1", &err), 0);
    assert_int_equal(mtl_model_set(m, "resident.dose", "100", &err), 0);
    if (mtl_scenario_parse(&s, FAMILY, (int)strlen(FAMILY), "family.yaml", m, &err) != 0)
        fail_msg("%s", err.text);
    mtl_result *exact = family_run(s, m, MTL_SOLVER_ANALYTIC, REPLICATES, 1),
               *drawn = family_run(s, m, MTL_SOLVER_AUTO, REPLICATES, 1);
    int looked = 0;
    assert_int_equal(exact->n_pairs, drawn->n_pairs);
    for (int k = 0; k < exact->n_pairs; k++) {
        const double p = exact->pair[k].p_anywhere[0], q = drawn->pair[k].p_anywhere[0];
        if (exact->pair[k].host != s->focus)
            continue;
        print_message("# %s: %.4g, drawn %.4g\n", s->person[exact->pair[k].donor].name, p, q);
        looked += p > 0.02 && p < 0.98;
        if (!(fabs(p - q) <= 4 * sqrt(p * (1 - p) / REPLICATES) + 1e-3))
            fail_msg("%s: %.4g analytic, %.4g drawn", s->person[exact->pair[k].donor].name, p, q);
        for (int o = 0; o < m->n_organs; o++)
            assert_true(drawn->pair[k].final[0][o].p_present <= q + 1e-6);
    }
    print_message("# %d donors with a chance between 0.02 and 0.98\n", looked);
    assert_true(looked > 0);
    mtl_result_free(exact);
    mtl_result_free(drawn);
    mtl_scenario_free(s);
    mtl_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_anywhere)};
    return cmocka_run_group_tests_name("anywhere", tests, NULL, NULL);
}
