/* SPDX-License-Identifier: MIT */
/* Lanes beside a companion (process/joint.c).

   Bits: lanes that read no companion draw what mtl__simulate draws, exactly, on random networks.
   Law: cells that a response kills while they feed it, two donors who share the response, by exact
   and by steps, against a brute-force simulation in steps of a thousandth of the time scale that
   shares no code with it (n = 8,000 lives each; means and variances of counts, of an intensity and
   of the response at two dates; about 30 checks at the levels of oracle_stats.h: family-wise below
   1e-6; the brute force is biased by less than 1e-3 of a mean, far below what n can tell).
   Order: with 1e9 cells, where chance is nothing, the error of a step falls by four on halving.
   Books: every cell is accounted for, with fate changes, arrivals and takings. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oracle_stats.h"
#include "reference.h"

/* ---------------------------------------------------------------- a companion of one equation */
/* dx/dt = gain y (1 - x) - calm x, y the tally; RK4 in small steps. */
typedef struct toy {
    double t, x, before_t, before_x, gain, calm, longest;
    double *recorded;  /* [n_times] */
    mtl__arrival give; /* once, at give_t */
    double give_t;
    bool given;
} toy;

static double slope(const toy *w, double x, double y)
{
    return w->gain * y * (1 - x) - w->calm * x;
}

static int toy_advance(void *ctx, double t1, const double *y0, const double *y1, mtl_error *err)
{
    toy *w = ctx;
    const double span = t1 - w->t;
    (void)err;
    w->before_t = w->t;
    w->before_x = w->x;
    const int n = 1 + (int)(span / 0.05);
    const double h = span / n;
    for (int k = 0; k < n && span > 0; k++) {
        const double a = y0[0] + (y1[0] - y0[0]) * k / n, b = y0[0] + (y1[0] - y0[0]) * (k + 1) / n;
        const double k1 = slope(w, w->x, a), k2 = slope(w, w->x + 0.5 * h * k1, 0.5 * (a + b)),
                     k3 = slope(w, w->x + 0.5 * h * k2, 0.5 * (a + b)),
                     k4 = slope(w, w->x + h * k3, b);
        w->x += h * (k1 + 2 * k2 + 2 * k3 + k4) / 6;
    }
    w->t = t1;
    return 0;
}
static void toy_back(void *ctx)
{
    toy *w = ctx;
    w->t = w->before_t;
    w->x = w->before_x;
}
static void toy_settle(void *ctx)
{
    (void)ctx;
}
static double toy_longest(const void *ctx)
{
    return ((const toy *)ctx)->longest;
}
static double toy_break(const void *ctx, double t)
{
    const toy *w = ctx;
    return w->give.cells && t < w->give_t ? w->give_t : HUGE_VAL;
}
static int toy_arrivals(void *ctx, mtl__arrival *out, int most)
{
    toy *w = ctx;
    if (!w->give.cells || w->given || w->t < w->give_t || most < 1)
        return 0;
    w->given = true;
    out[0] = w->give;
    return 1;
}
static void toy_record(void *ctx, int k)
{
    toy *w = ctx;
    if (w->recorded)
        w->recorded[k] = w->x;
}
static mtl__companion companion_of(toy *w)
{
    return (mtl__companion){.ctx = w,
                            .n_tallies = 1,
                            .t_start = w->t,
                            .advance = toy_advance,
                            .back = toy_back,
                            .settle = toy_settle,
                            .longest = toy_longest,
                            .next_break = toy_break,
                            .arrivals = toy_arrivals,
                            .record = toy_record};
}

/* Factor 1 is the companion's x, between its last two dates on a line. */
static double toy_x(const mtl__env *e, double t)
{
    const toy *w = e->beside;
    if (!w)
        return 0;
    if (t >= w->t || !(w->t > w->before_t))
        return w->x;
    return w->before_x + (w->x - w->before_x) * (t - w->before_t) / (w->t - w->before_t);
}
static void env_advance(const mtl__env *e, double t, double *f)
{
    f[0] = 1;
    for (int k = 1; k < e->n; k++)
        f[k] = toy_x(e, t);
}
static void env_bound(const mtl__env *e, double t0, double t1, double *hi)
{
    (void)t0;
    (void)t1;
    for (int k = 0; k < e->n; k++)
        hi[k] = 1;
}
static double env_never(const mtl__env *e, double t)
{
    (void)e;
    (void)t;
    return HUGE_VAL;
}
static double env_value(const mtl__env *e, int k, double t)
{
    return k ? toy_x(e, t) : 1;
}
static bool env_reads(const mtl__env *e, int k)
{
    (void)e;
    return k == 1;
}
static mtl__env env_beside(const toy *w)
{
    return (mtl__env){.n = 2,
                      .feedback = true,
                      .beside = w,
                      .advance = env_advance,
                      .bound = env_bound,
                      .next_break = env_never,
                      .value = env_value,
                      .reads = env_reads};
}

/* ---------------------------------------------------------------- bits */
static void test_lanes_alone_keep_their_bits(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl__rng rng;
    mtl__rng_stream(&rng, 71, 0, 0, 0);
    mtl__joint *joint;
    assert_int_equal(mtl__joint_new(&joint, &err), 0);
    for (int trial = 0; trial < 12; trial++) {
        enum { LANES = 3, TIMES = 7 };
        static const double time[TIMES] = {3, 10, 30.5, 41, 60, 75, 90};
        ref_net net;
        ref_source src[LANES];
        ref_random(&net, &rng, 3 + 2 * trial, trial % 2);
        mtl__process *p = ref_build(&net);
        mtl__lane lane[LANES];
        mtl__state *s;
        const size_t nc = (size_t)(TIMES * p->n_types), ny = (size_t)(TIMES * p->n_cox);
        int64_t *want = calloc(LANES * nc + 1, sizeof *want),
                *got = calloc(LANES * nc + 1, sizeof *got);
        double *want_y = calloc(LANES * ny + 1, sizeof *want_y),
               *got_y = calloc(LANES * ny + 1, sizeof *got_y);
        mtl__counted count[REF_TYPES], level[REF_COX];
        for (int i = 0; i < p->n_types; i++)
            count[i] = (mtl__counted){0, i, 0.1};
        for (int i = 0; i < p->n_cox; i++)
            level[i] = (mtl__counted){0, i, 0.01};
        assert_int_equal(mtl__state_new(&s, p, 8, &err), 0);
        for (int k = 0; k < LANES; k++) {
            ref_random_source(&src[k], &net, &rng);
            lane[k] = (mtl__lane){.process = p,
                                  .source = &src[k].source,
                                  .key = {5, 6, (uint64_t)trial, (uint64_t)k},
                                  .by_type = count,
                                  .by_cox = level,
                                  .n_by_type = p->n_types,
                                  .n_by_cox = p->n_cox,
                                  .counts = got + (size_t)k * nc,
                                  .cox = got_y + (size_t)k * ny};
        }
        for (int solver = MTL__EXACT; solver <= MTL__AUTO; solver++) {
            const mtl__sim_opts o = {.solver = (enum mtl__solver)solver};
            toy w = {.gain = 0.01, .calm = 0.1, .longest = 1.7};
            const mtl__companion c = companion_of(&w);
            mtl__joint_account account;
            memset(got, 0, LANES * nc * sizeof *got);
            memset(got_y, 0, LANES * ny * sizeof *got_y);
            memset(want, 0, LANES * nc * sizeof *want);
            memset(want_y, 0, LANES * ny * sizeof *want_y);
            for (int k = 0; k < LANES; k++)
                assert_int_equal(mtl__simulate(p, &src[k].source, &o, &lane[k].key, s, TIMES, time,
                                               want + (size_t)k * nc, want_y + (size_t)k * ny,
                                               &err),
                                 0);
            assert_int_equal(
                mtl__simulate_jointly(joint, lane, LANES, &c, &o, TIMES, time, &account, &err), 0);
            assert_memory_equal(got, want, LANES * nc * sizeof *got);
            assert_memory_equal(got_y, want_y, LANES * ny * sizeof *got_y);
            assert_true(account.steps > 10 && w.x > 0);
        }
        free(want);
        free(got);
        free(want_y);
        free(got_y);
        mtl__state_free(s);
        mtl__process_free(p);
    }
    mtl__joint_free(joint);
}

/* ---------------------------------------------------------------- law */
/* Two donors: cells divide at B, die at D + CHI x, come at IN a day in [0, 40) to the first and as
   a burst of 30 to the second at day 10, change fate at M x into settled ones that neither divide
   nor die; each makes OUT of an intensity a day, lost at MU. The tally is cells + 0.05 y of both.
 */
static const double B = 0.05, D = 0.05, CHI = 0.4, M = 0.1, IN = 1.5, OUT = 2.0, MU = 0.2,
                    GAIN = 0.004, CALM = 0.03;
enum { LIVES = 8000, DATES = 2 };
static const double dates[DATES] = {30, 70};
enum { X_FIRST, X_SECOND, X_SETTLED, X_LEVEL, X_RESPONSE, N_SEEN };
static double seen[3][DATES][N_SEEN][LIVES];

static mtl__process *two_types(const mtl__env *env)
{
    mtl__builder *b;
    mtl__process *p;
    mtl_error err = {0};
    assert_int_equal(mtl__builder_new(&b, &err), 0);
    const int cell = mtl__add_type(b, "cell"), settled = mtl__add_type(b, "settled");
    const int y = mtl__add_cox(b, MU, "progeny");
    assert_int_equal(mtl__add_divide(b, cell, B, 0), 0);
    /* one factor a channel: D + CHI x needs the companion's own; here two channels do */
    const int gone = mtl__add_type(b, "rejected");
    assert_int_equal(mtl__add_die(b, cell, D, 0), 0);
    assert_int_equal(mtl__add_change(b, cell, gone, CHI, 1), 0);
    assert_int_equal(mtl__add_change(b, cell, settled, M, 1), 0);
    assert_int_equal(mtl__add_output(b, cell, y, OUT, 0), 0);
    assert_int_equal(mtl__builder_finish(b, env, &p, &err), 0);
    mtl__builder_free(b);
    return p;
}

static void by_joint(int slot, enum mtl__solver solver, double longest)
{
    mtl_error err = {0};
    toy w;
    mtl__env env = env_beside(&w);
    mtl__process *p = two_types(&env);
    mtl__joint *joint;
    assert_int_equal(mtl__joint_new(&joint, &err), 0);
    mtl__group one = {.law = MTL__FIXED};
    mtl__inflow in = {.t1 = 40, .rate = IN};
    mtl__burst burst = {.t = 10, .count = 30};
    const mtl__source src[2] = {{.group = &one, .n_groups = 1, .inflow = &in, .n_inflows = 1},
                                {.group = &one, .n_groups = 1, .burst = &burst, .n_bursts = 1}};
    const mtl__counted cells = {0, 0, 1}, progeny = {0, 0, 0.05};
    for (int r = 0; r < LIVES; r++) {
        int64_t n[2][DATES][3] = {0};
        double y[2][DATES][1] = {0}, x[DATES];
        mtl__lane lane[2];
        mtl__joint_account a;
        w = (toy){.gain = GAIN, .calm = CALM, .longest = longest, .recorded = x};
        const mtl__companion c = companion_of(&w);
        for (int k = 0; k < 2; k++)
            lane[k] = (mtl__lane){.process = p,
                                  .source = &src[k],
                                  .key = {11, 0, (uint64_t)r, (uint64_t)k + (unsigned)slot * 8},
                                  .by_type = &cells,
                                  .by_cox = &progeny,
                                  .n_by_type = 1,
                                  .n_by_cox = 1,
                                  .counts = &n[k][0][0],
                                  .cox = &y[k][0][0]};
        const mtl__sim_opts o = {.solver = solver};
        assert_int_equal(mtl__simulate_jointly(joint, lane, 2, &c, &o, DATES, dates, &a, &err), 0);
        for (int d = 0; d < DATES; d++) {
            seen[slot][d][X_FIRST][r] = (double)n[0][d][0];
            seen[slot][d][X_SECOND][r] = (double)n[1][d][0];
            seen[slot][d][X_SETTLED][r] = (double)(n[0][d][1] + n[1][d][1]);
            seen[slot][d][X_LEVEL][r] = y[0][d][0] + y[1][d][0];
            seen[slot][d][X_RESPONSE][r] = x[d];
        }
        const int64_t left =
            n[0][1][0] + n[0][1][1] + n[0][1][2] + n[1][1][0] + n[1][1][1] + n[1][1][2];
        assert_int_equal(left, a.ledger.immigrated + a.ledger.births - a.ledger.deaths);
    }
    mtl__joint_free(joint);
    mtl__process_free(p);
}

static void by_brute_force(int slot)
{
    const double h = 0.004;
    for (int r = 0; r < LIVES; r++) {
        mtl__rng rng;
        mtl__rng_stream(&rng, 12, 0, (uint64_t)r, 0);
        int64_t n[2] = {0, 0}, settled = 0;
        double y = 0, x = 0;
        int d = 0;
        for (int k = 0; d < DATES; k++) {
            const double t = k * h;
            if (t >= dates[d] - 1e-9) {
                seen[slot][d][X_FIRST][r] = (double)n[0];
                seen[slot][d][X_SECOND][r] = (double)n[1];
                seen[slot][d][X_SETTLED][r] = (double)settled;
                seen[slot][d][X_LEVEL][r] = y;
                seen[slot][d][X_RESPONSE][r] = x;
                d++;
            }
            if (k == (int)(10 / h + 0.5))
                n[1] += 30;
            const double cells = (double)(n[0] + n[1]), tally = cells + 0.05 * y, x_was = x;
            x += h * (GAIN * tally * (1 - x) - CALM * x);
            y += h * (OUT * cells - MU * y);
            for (int k2 = 0; k2 < 2; k2++) {
                const double out = D + CHI * x_was + M * x_was + B;
                const int64_t events = mtl__rng_binomial(&rng, n[k2], 1 - exp(-out * h));
                for (int64_t e = 0; e < events; e++) {
                    const double u = mtl__rng_unit(&rng) * out;
                    if (u < B)
                        n[k2]++;
                    else if (u < B + D + CHI * x_was)
                        n[k2]--;
                    else
                        n[k2]--, settled++;
                }
            }
            if (t < 40 - 1e-9)
                n[0] += mtl__rng_poisson(&rng, IN * h);
        }
    }
}

static void test_coupled_law(void **state)
{
    (void)state;
    static const char *const name[] = {"first", "second", "settled", "intensity", "response"};
    int bad = 0;
    by_brute_force(0);
    for (int solver = 0; solver < 2; solver++) {
        by_joint(1 + solver, solver ? MTL__LEAP : MTL__EXACT, solver ? 0.5 : 2);
        for (int d = 0; d < DATES; d++)
            for (int k = 0; k < N_SEEN; k++) {
                char what[64];
                static double sq[2][LIVES];
                snprintf(what, sizeof what, "%s, %s, day %g", solver ? "steps" : "exact", name[k],
                         dates[d]);
                bad += refutes_equal(what, seen[1 + solver][d][k], seen[0][d][k], LIVES);
                double mean = 0;
                for (int r = 0; r < LIVES; r++)
                    mean += seen[0][d][k][r] / LIVES;
                for (int r = 0; r < LIVES; r++)
                    for (int i = 0; i < 2; i++) {
                        const double e = seen[i * (1 + solver)][d][k][r] - mean;
                        sq[i][r] = e * e;
                    }
                snprintf(what, sizeof what, "%s, %s, day %g, squares", solver ? "steps" : "exact",
                         name[k], dates[d]);
                bad += refutes_equal(what, sq[1], sq[0], LIVES);
            }
    }
    assert_int_equal(bad, 0);
}

/* ---------------------------------------------------------------- order */
static double response_at(double longest)
{
    mtl_error err = {0};
    toy w = {.gain = GAIN / 1e9 * 20, .calm = CALM, .longest = longest};
    double x[1];
    w.recorded = x;
    mtl__env env = env_beside(&w);
    mtl__process *p = two_types(&env);
    mtl__joint *joint;
    assert_int_equal(mtl__joint_new(&joint, &err), 0);
    mtl__group one = {.law = MTL__FIXED};
    mtl__burst burst = {.t = 0, .count = 1000000000};
    const mtl__source src = {.group = &one, .n_groups = 1, .burst = &burst, .n_bursts = 1};
    const mtl__counted cells = {0, 0, 1};
    int64_t n[3] = {0};
    double y[1] = {0};
    const double end[1] = {16};
    const mtl__lane lane = {p, &src, {3, 0, 0, 0}, &cells, NULL, 1, 0, false, n, y};
    const mtl__companion c = companion_of(&w);
    const mtl__sim_opts o = {.solver = MTL__LEAP, .step_days = longest};
    mtl__joint_account a;
    assert_int_equal(mtl__simulate_jointly(joint, &lane, 1, &c, &o, 1, end, &a, &err), 0);
    mtl__joint_free(joint);
    mtl__process_free(p);
    return (double)n[0] / 1e9;
}

static void test_error_is_of_second_order(void **state)
{
    (void)state;
    const double truth = response_at(0.0625);
    const double e2 = response_at(2) - truth, e1 = response_at(1) - truth,
                 e05 = response_at(0.5) - truth;
    print_message("# error of steps of 2, 1, 0.5 days: %.3g %.3g %.3g\n", e2, e1, e05);
    assert_true(fabs(e2 / e1) > 3 && fabs(e2 / e1) < 5.5);
    assert_true(fabs(e1 / e05) > 3 && fabs(e1 / e05) < 5.5);
}

/* ---------------------------------------------------------------- what the companion gives and
 * takes */
static void test_arrivals(void **state)
{
    (void)state;
    mtl_error err = {0};
    for (int solver = 0; solver < 2; solver++)
        for (int take = 0; take < 2; take++) {
            toy w = {.gain = 0,
                     .calm = 0,
                     .longest = 4,
                     .give_t = 12.5,
                     .give = {.lane = 0, .type = 0, .cells = take ? -1 : 40}};
            mtl__env env = env_beside(&w);
            mtl__process *p = two_types(&env);
            mtl__joint *joint;
            assert_int_equal(mtl__joint_new(&joint, &err), 0);
            mtl__group one = {.law = MTL__FIXED};
            mtl__burst burst = {.t = 5, .count = take ? 25 : 0};
            const mtl__source src = {.group = &one, .n_groups = 1, .burst = &burst, .n_bursts = 1};
            const mtl__counted cells = {0, 0, 1};
            int64_t n[3][3] = {0};
            double y[3] = {0};
            const double time[3] = {12, 12.5, 20};
            const mtl__lane lane = {p, &src, {4, 0, 0, 0}, &cells, NULL, 1, 0, true, &n[0][0], y};
            const mtl__companion c = companion_of(&w);
            const mtl__sim_opts o = {.solver = solver ? MTL__LEAP : MTL__EXACT};
            mtl__joint_account a;
            assert_int_equal(mtl__simulate_jointly(joint, &lane, 1, &c, &o, 3, time, &a, &err), 0);
            assert_true(take ? n[0][0] > 0 && n[1][0] == 0 && n[2][0] == 0
                             : n[0][0] == 0 && n[1][0] == 40 && n[2][0] > 0);
            assert_int_equal(n[2][0] + n[2][1] + n[2][2], a.ledger.immigrated + a.ledger.births -
                                                              a.ledger.deaths - a.ledger.culled);
            assert_true(take == (a.ledger.culled > 0));
            mtl__joint_free(joint);
            mtl__process_free(p);
        }
}

static void test_alone_is_refused(void **state)
{
    (void)state;
    mtl_error err = {0};
    toy w = {0};
    mtl__env env = env_beside(&w);
    mtl__process *p = two_types(&env);
    mtl__state *s;
    const mtl__source src = {0};
    const mtl__rng_key key = {0};
    const mtl__sim_opts o = {0};
    assert_int_equal(mtl__state_new(&s, p, 1, &err), 0);
    assert_int_equal(mtl__simulate(p, &src, &o, &key, s, 0, NULL, NULL, NULL, &err),
                     MTL_ERR_UNSUPPORTED);
    mtl__state_free(s);
    mtl__process_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lanes_alone_keep_their_bits),
        cmocka_unit_test(test_coupled_law),
        cmocka_unit_test(test_error_is_of_second_order),
        cmocka_unit_test(test_arrivals),
        cmocka_unit_test(test_alone_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("joint", tests, NULL, NULL);
}
