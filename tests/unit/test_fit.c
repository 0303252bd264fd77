/* SPDX-License-Identifier: MIT */
/* The fit: its minimiser, its law of counts, its agreement with the solver it stands for; that rows
   which only test never enter; what it says of interruption and of unknown rows. No random numbers.
   That it finds values back, and that the shipped defaults are its optimum: tests/theory. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fit_rows.h"

static double at_start(mtl_fit *f)
{
    double x[MTL__FIT_MAX_PARAMS];
    for (int i = 0; i < f->n_params; i++)
        x[i] = f->param[i].start;
    return mtl__fit_objective(f, x);
}

/* ---------------------------------------------------------------- minimiser */
static double banana(void *ctx, const double *x)
{
    (void)ctx;
    const double a = x[1] - x[0] * x[0], b = 1.0 - x[0];
    return 100.0 * a * a + b * b + 3.0;
}

static void test_minimiser_follows_a_bent_valley(void **state)
{
    (void)state;
    const double lo[2] = {-5, -5}, hi[2] = {5, 5};
    double x[2] = {-1.2, 1.0};
    mtl__minimum m;
    mtl__minimise(banana, NULL, 2, NULL, lo, hi, NULL, x, &m);
    assert_true(m.converged);
    assert_true(fabs(x[0] - 1.0) < 1e-3 && fabs(x[1] - 1.0) < 1e-3);
    assert_true(fabs(m.f - 3.0) < 1e-6);
}

static void test_minimiser_stops_at_a_bound_and_holds_what_is_fixed(void **state)
{
    (void)state;
    const double lo[2] = {-5, -5}, hi[2] = {0.5, 5};
    const bool fixed[2] = {false, true};
    double x[2] = {-1.2, 1.0};
    mtl__minimum m;
    mtl__minimise(banana, NULL, 2, NULL, lo, hi, NULL, x, &m);
    assert_true(fabs(x[0] - 0.5) < 1e-9 && fabs(x[1] - 0.25) < 1e-3);
    double y[2] = {0.2, 0.09};
    mtl__minimise(banana, NULL, 2, fixed, lo, hi, NULL, y, &m);
    assert_true(fabs(y[1] - 0.09) < 1e-15);
    assert_true(fabs(y[0] - 0.2) > 0.01); /* moved towards sqrt(y[1]) */
}

/* No number from the third call on, as after an error in the middle of a fit. */
static double breaks_off(void *ctx, const double *x)
{
    int *calls = ctx;
    return ++*calls < 3 ? x[0] * x[0] + x[1] * x[1] : HUGE_VAL;
}

static void test_minimiser_ends_where_there_are_no_numbers(void **state)
{
    (void)state;
    const double lo[2] = {-5, -5}, hi[2] = {5, 5};
    double x[2] = {1.0, 1.0};
    int calls = 0;
    mtl__minimum m;
    mtl__minimise(breaks_off, &calls, 2, NULL, lo, hi, NULL, x, &m);
    assert_false(m.converged);
    assert_in_range(calls, 3, 1000);
    const double a[4] = {1.0, 0.0, 0.0, NAN}, b[2] = {1.0, 1.0};
    const bool held[2] = {false, false};
    assert_false(mtl__solve_free(2, held, a, b, x));
    assert_true(x[0] == 0.0 && x[1] == 0.0);
}

static void test_eigenvalues_of_a_known_matrix(void **state)
{
    (void)state;
    /* eigenvalues 1, 3, 6 in the basis (1,-1,0)/sqrt2, (1,1,0)/sqrt2, (0,0,1) */
    const double a[9] = {2, 1, 0, 1, 2, 0, 0, 0, 6};
    double value[3], v[9];
    mtl__eigen(3, a, value, v);
    assert_true(fabs(value[0] - 1) < 1e-12 && fabs(value[1] - 3) < 1e-12 &&
                fabs(value[2] - 6) < 1e-12);
    assert_true(fabs(v[0] + v[1]) < 1e-12 && fabs(fabs(v[0]) - sqrt(0.5)) < 1e-12);
    double h[4];
    const double at[2] = {1, 1};
    mtl__second_derivatives(banana, NULL, 2, NULL, 1e-3, at, h);
    assert_true(fabs(h[0] - 802) < 0.1 && fabs(h[1] + 400) < 0.1 && fabs(h[3] - 200) < 0.1);
}

/* ---------------------------------------------------------------- counts */
/* One line of supply that is seen in proportion, gamma between pregnancies: counts are negative
   binomial. */
static void test_counts_are_negative_binomial(void **state)
{
    (void)state;
    const double shape = 0.15, share = 1e-4, g = 1e5; /* mean count 10 */
    mtl__fit_spread spread = {.group = {.law = MTL__GAMMA, .shape = shape}, .variance = 1 / shape};
    mtl__fit_family family = {.n_inocula = 1, .max_groups = 1, .spread = &spread};
    double node[12], sign[12], ln_j[12], prob[MTL__FIT_MAX_COUNT + 1];
    mtl__fit_entry entry = {.mean = 1.0, .ln_j = ln_j, .amount = share};
    mtl__fit_probe p = {.n_nodes = 12, .node = node, .sign = sign, .entry = &entry, .n_entries = 1};
    for (int k = 0; k < 12; k++) {
        node[k] = mtl__log(g) + mtl__cos_2pi((k + 0.5) / 24.0);
        sign[k] = (k % 2 ? -1 : 1) * mtl__sin_2pi((k + 0.5) / 24.0);
        ln_j[k] = node[k];
    }
    mtl_fit *f = mtl__fit_new();
    assert_non_null(f);
    f->family = &family;
    assert_int_equal(mtl__fit_count_weights(f, NULL), 0);
    mtl__fit_counts(f, &p, g, prob);
    const double mu = g * share;
    for (int k = 0; k <= MTL__FIT_MAX_COUNT; k++) {
        const double want =
            mtl__exp(mtl__log_gamma(shape + k) - mtl__log_gamma(shape) - mtl__log_gamma(k + 1.0) -
                     shape * mtl__log1p(mu / shape) - k * mtl__log1p(shape / mu));
        assert_true(fabs(prob[k] - want) < 1e-4 * want);
    }
    double mean, variance;
    mtl__fit_moments(f, &p, &mean, &variance);
    assert_true(fabs(mean - share) < 1e-12);
    assert_true(fabs(variance - share * share / shape) < 1e-12 * share);
    mtl_fit_free(f);
}

/* ---------------------------------------------------------------- agreement */
/* The tables by line of supply say what the solver says of the family as a whole. */
static void test_rows_agree_with_the_solver(void **state)
{
    (void)state;
    const char *rows = "yan_a,yan_b,yan_c,lou_t,gam13_c,gam13_c_c,bia97_t21";
    mtl_model *m = the_model();
    mtl__fit_folder d;
    mtl_targets_opts o;
    mtl_targets_result *r = NULL;
    mtl_error err = {0};
    open_rows(&d, m, rows);
    assert_true(isfinite(at_start(d.fit)));
    mtl_targets_opts_init(&o);
    o.only = rows;
    o.replicates = 2; /* shares and means come from the solver */
    assert_int_equal(mtl_targets_run(&r, TARGETS, m, &o, &err), 0);
    int compared = 0;
    for (int i = 0; i < d.fit->n_rows; i++) {
        const mtl__fit_row *row = &d.fit->row[i];
        for (int k = 0; k < mtl_targets_n_rows(r); k++) {
            mtl_target_row t;
            assert_int_equal(mtl_targets_row(r, k, &t), 0);
            if (strcmp(t.id, row->evidence->id) != 0)
                continue;
            double want = t.model;
            if (row->study >= 0) /* at the start the fit's own factor is 1 */
                want = (want - row->target->background) / row->target->scale_factor +
                       row->target->background;
            if (fabs(row->predicted / want - 1.0) > 1e-4)
                fail_msg("%s: fit %.8g, solver %.8g", t.id, row->predicted, want);
            compared++;
        }
    }
    assert_int_equal(compared, 7);
    mtl_targets_free(r);
    mtl__fit_close(&d);
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- what may enter */
static void test_rows_that_only_test_never_enter(void **state)
{
    (void)state;
    mtl_model *m = the_model();
    mtl__fit_folder d;
    open_rows(&d, m, NULL);
    int entered = 0;
    for (int i = 0; i < d.fit->n_rows; i++) {
        const mtl__evidence *e = d.fit->row[i].evidence;
        assert_string_equal(e->use, "fit");
        assert_null(strstr(e->provenance, "recalled"));
        entered += !d.fit->row[i].left_out && !d.fit->row[i].apart;
    }
    assert_true(entered > 30);
    int validate = 0;
    for (int i = 0; i < d.fit->r->n_targets; i++)
        validate += strcmp(d.fit->r->evidence[d.fit->r->target[i].evidence].use, "fit") != 0;
    assert_true(validate > 10); /* they are in the folder, and were passed over */
    /* Rows kept apart do not move the objective: a wrong number in one changes nothing. */
    const double before = at_start(d.fit);
    int apart = 0;
    for (int i = 0; i < d.fit->n_rows; i++)
        if (d.fit->row[i].apart) {
            d.fit->row[i].k = 0.0;
            d.fit->row[i].fresh = false;
            apart++;
        }
    assert_true(apart > 0);
    assert_true(!(fabs(at_start(d.fit) - before) > 0.0));
    mtl__fit_close(&d);
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- messages */
static void test_unknown_rows_are_refused(void **state)
{
    (void)state;
    mtl_model *m = the_model();
    mtl_fit *f = NULL;
    mtl_fit_opts o;
    mtl_error err = {0};
    mtl_fit_opts_init(&o);
    o.only = "eva_hh";
    assert_int_equal(mtl_fit_run(&f, TARGETS, m, &o, &err), MTL_ERR_NAME);
    assert_null(f);
    assert_non_null(strstr(err.text, "eva_h"));
    assert_int_equal(mtl_fit_run(&f, MTL_SOURCE_ROOT "/docs", m, &o, &err), MTL_ERR_IO);
    mtl_model_free(m);
}

static int stop_at_once(void *ctx, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    return ++*(int *)ctx > 2;
}

static void test_interruption_and_ranges(void **state)
{
    (void)state;
    mtl_model *m = the_model();
    mtl_fit *f = NULL;
    mtl_fit_opts o;
    mtl_fit_param_row p;
    mtl_error err = {0};
    int calls = 0;
    mtl_fit_opts_init(&o);
    o.progress = stop_at_once;
    o.progress_ctx = &calls;
    assert_int_equal(mtl_fit_run(&f, TARGETS, m, &o, &err), MTL_ERR_INTERRUPTED);
    mtl_fit_opts_init(&o);
    o.only = "osa_d0,osa_d4,osa_m1,osa_m6"; /* four levels, two values: held on both sides */
    assert_int_equal(mtl_fit_run(&f, TARGETS, m, &o, &err), 0);
    for (int i = 0; i < mtl_fit_n_params(f); i++) {
        assert_int_equal(mtl_fit_param(f, i, &p), 0);
        if (strncmp(p.name, "delivery.progenitor.", 20) == 0)
            assert_true(p.low < p.value && p.value < p.high && !p.low_open && !p.high_open);
        else if (strcmp(p.role, "fit") == 0 && isnan(p.prior_lnsd)) /* no row speaks of it */
            assert_true(p.low_open || p.high_open || strcmp(p.name, "delivery.fraction") == 0);
    }
    const char *const label[] = {""};
    const mtl_fit *all[] = {f};
    char *text = mtl_fit_text(all, label, 1), *md = mtl_fit_markdown(all, label, 1),
         *tsv = mtl_fit_tsv(all, label, 1);
    assert_non_null(strstr(text, "osa_d0"));
    assert_non_null(strstr(md, "| osa_d0 |"));
    assert_non_null(strstr(tsv, "\tdelivery.progenitor.fast\tfit\t"));
    free(text);
    free(md);
    free(tsv);
    assert_true(mtl_fit_n_flat(f) > 5);
    mtl_fit_free(f);
    mtl_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minimiser_follows_a_bent_valley),
        cmocka_unit_test(test_minimiser_stops_at_a_bound_and_holds_what_is_fixed),
        cmocka_unit_test(test_minimiser_ends_where_there_are_no_numbers),
        cmocka_unit_test(test_eigenvalues_of_a_known_matrix),
        cmocka_unit_test(test_counts_are_negative_binomial),
        cmocka_unit_test(test_rows_agree_with_the_solver),
        cmocka_unit_test(test_rows_that_only_test_never_enter),
        cmocka_unit_test(test_unknown_rows_are_refused),
        cmocka_unit_test(test_interruption_and_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
