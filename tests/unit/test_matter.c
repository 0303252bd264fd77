/* SPDX-License-Identifier: MIT */
/* Which unknown matters: the answer as set is the analytic run's, rows come by spread, each row is
   what a run with that value answers, bright cells are told from none, an interruption ends it.
   Nothing here draws random numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "matriline/matriline.h"
#include "run/result.h"

static mtl_model *model;
static mtl_scenario *early_loss;

static int set_up(void **state)
{
    char path[4096];
    mtl_error err = {0};
    const char *top = getenv("MATRILINE_SOURCE_ROOT");
    (void)state;
    snprintf(path, sizeof path, "%s/models/human", top ? top : ".");
    if (mtl_model_load(&model, path, &err) < 0)
        return -1;
    snprintf(path, sizeof path, "%s/examples/early_loss.yaml", top ? top : ".");
    return mtl_scenario_load(&early_loss, path, model, &err);
}

static int tear_down(void **state)
{
    (void)state;
    mtl_scenario_free(early_loss);
    mtl_model_free(model);
    return 0;
}

static mtl_run_opts analytic(void)
{
    mtl_run_opts o;
    mtl_run_opts_init(&o);
    o.solver = MTL_SOLVER_ANALYTIC;
    return o;
}

static double answer_of(mtl_model *m)
{
    mtl_result *r = NULL;
    mtl_run_opts o = analytic();
    mtl_error err = {0};
    assert_int_equal(mtl_run(&r, early_loss, m, &o, &err), 0);
    double answer = r->answer[0];
    mtl_result_free(r);
    return answer;
}

static void agrees_with_runs(void **state)
{
    mtl_matter *x = NULL;
    mtl_matter_row row, before;
    mtl_run_opts o = analytic();
    mtl_error err = {0};
    double chance, level;
    (void)state;
    assert_int_equal(mtl_matter_run(&x, early_loss, model, &o, &err), 0);
    mtl_matter_base(x, &chance, &level);
    assert_true(fabs(chance - answer_of(model)) < 1e-5);
    assert_true(chance > 0.1 && chance < 0.9 && level > 0);
    assert_true(mtl_matter_n(x) > 10);
    for (int i = 0; i < mtl_matter_n(x); i++) {
        assert_int_equal(mtl_matter_get(x, i, &row), 0);
        assert_true(row.low < row.high);
        assert_true(i == 0 || fabs(row.chance_high - row.chance_low) <=
                                  fabs(before.chance_high - before.chance_low));
        before = row;
    }
    assert_int_equal(mtl_matter_get(x, mtl_matter_n(x), &row), MTL_ERR_USAGE);
    for (int i = 0; i < 2; i++) {
        mtl_param_info p;
        char value[64];
        mtl_model *m = mtl_model_copy(model);
        mtl_matter_get(x, i, &row);
        mtl_model_param(model, row.param, &p);
        snprintf(value, sizeof value, "%.17g", row.high);
        assert_int_equal(mtl_model_set(m, p.name, value, &err), 0);
        assert_true(fabs(row.chance_high - answer_of(m)) < 1e-5);
        mtl_model_free(m);
    }
    mtl_matter_free(x);
}

static int stop(void *ctx, int64_t done, int64_t total)
{
    (void)total;
    *(int64_t *)ctx = done;
    return done >= 3;
}

static void stops_when_asked(void **state)
{
    mtl_matter *x = NULL;
    mtl_run_opts o = analytic();
    mtl_error err = {0};
    int64_t done = 0;
    (void)state;
    o.progress = stop;
    o.progress_ctx = &done;
    assert_int_equal(mtl_matter_run(&x, early_loss, model, &o, &err), MTL_ERR_INTERRUPTED);
    assert_null(x);
    assert_int_equal(done, 3);
    o.replicates = 0;
    assert_int_equal(mtl_matter_run(&x, early_loss, model, &o, &err), MTL_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_runs),
        cmocka_unit_test(stops_when_asked),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
