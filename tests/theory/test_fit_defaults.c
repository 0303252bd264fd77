/* SPDX-License-Identifier: MIT */
/* The fit as a whole: it finds values back which made the data, and the shipped defaults are what
   it finds, from elsewhere too. No random numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fit_rows.h"

static int param_of(const mtl_fit *f, const char *name)
{
    for (int i = 0; i < f->n_params; i++)
        if (strcmp(f->param[i].name, name) == 0)
            return i;
    fail_msg("%s is not fitted", name);
    return -1;
}

/* ---------------------------------------------------------------- recovery */
/* Values shifted by up to a factor of three make the data (expected counts of very large studies);
   the fit, started from the defaults, finds them back. */
static void test_known_values_are_found_back(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double shift; /* natural logarithm */
    } truth[] = {{"gestation.episodic", 0.9},
                 {"placenta.leak.shape.episodic", -0.5},
                 {"seed.share.child", 1.0},
                 {"seed.dose.shape", -0.6},
                 {"seed.dose.termination.extra", -0.8},
                 {"assay.contamination.y", -0.7},
                 {"seed.share.mother", -0.9}};
    enum { N_TRUTH = sizeof truth / sizeof truth[0] };
    mtl_model *m = the_model();
    mtl__fit_folder d;
    mtl_error err = {0};
    double x[MTL__FIT_MAX_PARAMS], want[N_TRUTH];
    open_rows(&d, m,
              "yan_a,yan_b,yan_c,eva_h,lam02_h,gam13_c,gam13_c_c,gam13_pe,lam04_h,lou_t,lou_nk");
    mtl_fit *f = d.fit;
    for (int i = 0; i < f->n_params; i++)
        x[i] = f->param[i].start;
    for (int i = 0; i < N_TRUTH; i++) {
        const int k = param_of(f, truth[i].name);
        want[i] = x[k] += truth[i].shift;
    }
    assert_true(isfinite(mtl__fit_objective(f, x)));
    for (int i = 0; i < f->n_rows; i++) {
        mtl__fit_row *row = &f->row[i];
        mtl__target_unit unit;
        assert_true(mtl__target_unit_parse(row->evidence->unit, &unit));
        if (row->target->statistic == MTL__S_LARGEST) {
            row->left_out = "not made anew";
            continue;
        }
        row->n = 1e6;
        row->k = row->predicted * row->n;
        row->value = row->predicted / unit.scale;
        row->fresh = false;
    }
    for (int i = 0; i < f->n_params; i++) {
        mtl__fit_set(f, i, f->param[i].start);
        f->param[i].prior_sd = f->param[i].prior_at = NAN; /* the data alone */
        f->param[i].role = MTL__FIT_SCANNED;               /* held, but for ... */
    }
    for (int i = 0; i < N_TRUTH; i++)
        f->param[param_of(f, truth[i].name)].role = MTL__FIT_MOVED;
    assert_int_equal(mtl__fit_solve(f, &err), 0);
    for (int i = 0; i < N_TRUTH; i++) {
        const double got = f->param[param_of(f, truth[i].name)].x;
        if (fabs(got - want[i]) > 0.05)
            fail_msg("%s: %.4g, made with %.4g", truth[i].name, mtl__exp(got), mtl__exp(want[i]));
    }
    mtl__fit_close(&d);
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- the shipped defaults */
static void test_shipped_defaults_are_what_the_fit_finds(void **state)
{
    (void)state;
    mtl_model *m = the_model();
    mtl__fit_folder d;
    mtl_error err = {0};
    open_rows(&d, m, NULL);
    assert_int_equal(mtl__fit_solve(d.fit, &err), 0);
    int checked = 0;
    for (int i = 0; i < d.fit->n_params; i++) {
        const mtl__fit_param *p = &d.fit->param[i];
        if (p->role != MTL__FIT_MOVED)
            continue;
        if (fabs(p->x - p->start) > MTL__FIT_KEPT)
            fail_msg("%s: shipped %.4g, fitted %.4g: run 'matriline fit -o "
                     "models/human/parameters.tsv' and tools/make-calibration",
                     p->name, mtl__exp(p->start), mtl__exp(p->x));
        checked++;
    }
    assert_true(checked > 15);
    /* From elsewhere the same: every second value e times higher, the others as much lower. */
    const double best = d.fit->logl + d.fit->log_prior;
    for (int i = 0; i < d.fit->n_params; i++)
        if (d.fit->param[i].role != MTL__FIT_SCANNED)
            mtl__fit_set(d.fit, i, d.fit->param[i].x + (i % 2 ? 1.0 : -1.0));
    assert_int_equal(mtl__fit_solve(d.fit, &err), 0);
    assert_true(fabs(d.fit->logl + d.fit->log_prior - best) < 1e-3);
    /* Factors that target files carry for a study are those of the fit. */
    for (int i = 0; i < d.fit->n_rows; i++) {
        const mtl__fit_row *row = &d.fit->row[i];
        if (row->study < 0 || !(fabs(row->target->scale_factor - 1.0) > 0.0))
            continue;
        const double fitted = mtl__exp(d.fit->param[row->study].x);
        if (fabs(mtl__log(fitted / row->target->scale_factor)) > 0.05)
            fail_msg("%s: factor %.3g in its file, %.3g fitted", row->evidence->id,
                     row->target->scale_factor, fitted);
    }
    mtl__fit_close(&d);
    mtl_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values_are_found_back),
        cmocka_unit_test(test_shipped_defaults_are_what_the_fit_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
