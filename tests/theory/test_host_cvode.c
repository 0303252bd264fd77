/* SPDX-License-Identifier: MIT */
/* The equations of a host against CVODE (SUNDIALS), written here anew from the text of
   model/host_def.h and host/host_collocate.c, with tallies that go in lines between random values:
   two injuries that cells act on (one at once, one over days), four haplotypes, a hazard that reads
   damage, response and a tally. Steps of 0.02 to 30 days, in and after fetal life. No random law is
   tested: agreement of every unknown within 1e-6 of its range, at the ends and within the steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#pragma GCC diagnostic pop

#include "host_fixture.h"

enum { WOUNDS = 2, HAPLOTYPES = 3, HAZARD = 3 * WOUNDS + 2 * HAPLOTYPES, SIZE = HAZARD + 1 };

/* A step as the reference sees it: seeds of three donors in the heart, T cells of them anywhere. */
typedef struct reference {
    int sign;
    bool fetal;
    double t0, t1, seed[3][2], tcell[3][2], onset;
} reference;

static double along(const double *y, const reference *r, double t)
{
    return y[0] + (y[1] - y[0]) * (t - r->t0) / (r->t1 - r->t0);
}

static int slope(realtype t, N_Vector state, N_Vector change, void *user)
{
    static const double rate[WOUNDS][5] = {{0.02, 1.5, 0.3, 0.8, 0.25}, {0.1, 0.4, 0.1, 2.0, 1.1}};
    const reference *r = user;
    const double *y = N_VGetArrayPointer(state);
    double *dy = N_VGetArrayPointer(change), seeds = 0.0, response = 0.0;
    for (int d = 0; d < 3; d++)
        seeds += along(r->seed[d], r, t);
    const double cells = seeds / 4.0 /* the heart has 4 million */, hill = cells / (cells + 40.0);
    const double act = r->sign > 0 ? 1.0 + 3.0 * hill : 1.0 - 0.8 * hill;
    for (int k = 0; k < WOUNDS; k++) {
        const double *w = y + 3 * k;
        dy[3 * k] = (k == 1 ? r->onset : 0.0) - rate[k][0] * act * w[0];
        dy[3 * k + 1] = rate[k][1] * w[0] - rate[k][2] * w[1];
        dy[3 * k + 2] = rate[k][3] * (w[0] + w[1]) - rate[k][4] * w[2];
    }
    for (int g = 0; g < HAPLOTYPES; g++) { /* each donor brings one that the host lacks */
        const double a = along(r->seed[g], r, t) + along(r->tcell[g], r, t), h = a / (a + 100.0);
        const int k = 3 * WOUNDS + 2 * g;
        dy[k] = (r->fetal ? 0.05 : 0.0) * h * (1.0 - y[k]) - 0.002 * (1.0 - h) * y[k];
        dy[k + 1] = 0.03 * h * (1.0 - y[k]) * (1.0 - y[k + 1]) - 0.004 * y[k + 1];
        response = fmax(response, y[k + 1]);
    }
    /* Half of each donor's haplotypes are foreign; half a point for a seed of a child. */
    double watching = 0.0;
    for (int d = 0; d < 3; d++)
        watching += 0.5 * along(r->tcell[d], r, t) + (d < 2 ? 0.5 * along(r->seed[d], r, t) : 0.0);
    dy[HAZARD] =
        (1e-5 + 4e-5 * (t / 365.25) / 80.0) *
        exp(1.5 * fmin(1.0, y[0] + y[3]) + 0.7 * response + 0.3 * log10(1.0 + watching / 20.0));
    return 0;
}

static void solve(reference *r, double to, double *y)
{
    SUNContext ctx;
    assert_int_equal(SUNContext_Create(NULL, &ctx), 0);
    N_Vector v = N_VMake_Serial(SIZE, y, ctx);
    SUNMatrix a = SUNDenseMatrix(SIZE, SIZE, ctx);
    SUNLinearSolver solver = SUNLinSol_Dense(v, a, ctx);
    void *mem = CVodeCreate(CV_BDF, ctx);
    assert_non_null(mem);
    assert_int_equal(CVodeInit(mem, slope, r->t0, v), 0);
    assert_int_equal(CVodeSStolerances(mem, 1e-10, 1e-14), 0);
    assert_int_equal(CVodeSetUserData(mem, r), 0);
    assert_int_equal(CVodeSetLinearSolver(mem, solver, a), 0);
    assert_int_equal(CVodeSetMaxNumSteps(mem, 1000000), 0);
    assert_int_equal(CVodeSetStopTime(mem, to), 0);
    realtype reached;
    assert_true(CVode(mem, to, v, &reached, CV_NORMAL) >= 0);
    CVodeFree(&mem);
    SUNLinSolFree(solver);
    SUNMatDestroy(a);
    N_VDestroy(v);
    SUNContext_Free(&ctx);
}

/* The tallies of the plan from cells of donor d: every one is asked by weight. */
static void count(const host_fixture *f, const reference *r, int end, double *y)
{
    for (int i = 0; i < mtl__host_n_tallies(f->plan); i++) {
        const int d = mtl__host_tally_at(f->plan, i)->donor;
        y[i] = d == HF_SELF
                   ? 0.0
                   : mtl__host_weight(f->plan, i, HF_SEED, HF_HEART) * r->seed[d][end] +
                         mtl__host_weight(f->plan, i, HF_TCELL, HF_BLOOD) * r->tcell[d][end];
    }
}

static double worst(const host_fixture *f, const double *y, double t)
{
    static const double range[] = {0.6, 3.0, 11.5, 0.4, 1.6, 3.64};
    double most = 0.0;
    for (int k = 0; k < HAZARD; k++) {
        const double off = fabs(mtl__host_y(f->state, k, t) - y[k]) / (k < 6 ? range[k] : 1.0);
        most = fmax(most, off);
    }
    return most;
}

static void run(int sign, uint64_t seed)
{
    host_fixture f;
    mtl__rng rng;
    double y[SIZE] = {0.0}, y0[64], y1[64], most = 0.0;
    hf_begin(&f);
    f.m->sw[0].now = sign > 0 ? HF_BENEFIT : HF_HARM;
    f.spec.immune = true;
    hf_hurt(&f, HF_INFARCT, HF_HEART, 5.0, 0.6, 0.0);
    hf_hurt(&f, HF_WOUND, HF_HEART, 40.0, 0.4, 25.0);
    hf_outcome(&f, "lupus", 0.0, 1e-5, 80.0, 5e-5);
    hf_exposure(&f, 0, MTL__X_DAMAGE, MTL__X_LINEAR, NULL, "1.5")->organ = HF_HEART;
    hf_exposure(&f, 0, MTL__X_RESPONSE, MTL__X_LINEAR, NULL, "0.7");
    hf_exposure(&f, 0, MTL__X_TALLY, MTL__X_LOG10, "20", "0.3")->tally = HF_WATCHING;
    hf_plan(&f);
    assert_true(mtl__host_n_tallies(f.plan) < 64);
    hf_live(&f, 1, 1);
    f.state->course[0].left = 10.0; /* so that what is gone through can be read off */
    mtl__rng_stream(&rng, seed, 1, 1, 1);
    reference r = {.sign = sign};
    for (int k = 0; k < 3; k++)
        for (int end = 0; end < 2; end++)
            r.seed[k][end] = r.tcell[k][end] = 0.0;
    for (int step = 0; step < 60; step++) {
        const double t = f.state->t, stop = mtl__host_next_break(f.state, t);
        const double u = mtl__rng_unit(&rng);
        r.t0 = t;
        r.t1 = fmin(t + 30.0 * u * u * u + 0.02, stop);
        r.fetal = t < 10.0;
        r.onset = t >= 40.0 && t < 65.0 ? 0.4 / 25.0 : 0.0;
        for (int k = 0; k < 3; k++) {
            r.seed[k][0] = r.seed[k][1];
            r.tcell[k][0] = r.tcell[k][1];
            r.seed[k][1] = mtl__rng_unit(&rng) < 0.2 ? 0.0 : exp(9.0 * mtl__rng_unit(&rng));
            r.tcell[k][1] = mtl__rng_unit(&rng) < 0.2 ? 0.0 : exp(9.0 * mtl__rng_unit(&rng));
        }
        count(&f, &r, 0, y0);
        count(&f, &r, 1, y1);
        hf_step(&f, r.t1, y0, y1);
        const double inside = r.t0 + mtl__rng_unit(&rng) * (r.t1 - r.t0);
        double z[SIZE];
        memcpy(z, y, sizeof z);
        solve(&r, inside, z);
        most = fmax(most, worst(&f, z, inside));
        solve(&r, r.t1, y);
        most = fmax(most, worst(&f, y, r.t1));
        mtl__host_settle(f.state);
        most = fmax(most, fabs(10.0 - f.state->course[0].left - y[HAZARD]));
        if (r.t1 == 5.0)
            y[0] = 0.6;
    }
    print_message(
        "# sign %d: the worst of 60 steps is off by %.2g of its range, hazard %.9g against "
        "%.9g\n",
        sign, most, 10.0 - f.state->course[0].left, y[HAZARD]);
    assert_true(most < 1e-6);
    assert_true(f.state->t > 65.0); /* both injuries were met */
    hf_end(&f);
}

static void test_benefit(void **state)
{
    (void)state;
    run(1, 11);
}

static void test_harm(void **state)
{
    (void)state;
    run(-1, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_benefit), cmocka_unit_test(test_harm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
