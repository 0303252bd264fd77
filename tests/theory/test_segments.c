/* SPDX-License-Identifier: MIT */
/* Where a piece is cut, and what it is told at a cut: a factor that steps while nobody is there, a
   window that opens beside a companion, cells that come into another lane while this one has gone
   ahead. All against closed forms; exact and in steps. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "process/process.h"

/* ---------------------------------------------------------------- an environment of steps */
/* Factor 1 is `before` until day `when`, then `after`; factor 2 moves all the time, a little. */
typedef struct steps {
    double when, before, after;
} steps;
static double step_value(const mtl__env *e, int k, double t)
{
    const steps *s = e->ctx;
    return k == 0 ? 1 : k == 2 ? 0.5 : t < s->when ? s->before : s->after;
}
static void step_advance(const mtl__env *e, double t, double *f)
{
    for (int k = 0; k < e->n; k++)
        f[k] = step_value(e, k, t);
}
static double step_most(const mtl__env *e, int k, double t0, double t1)
{
    return fmax(step_value(e, k, t0),
                t1 > ((const steps *)e->ctx)->when ? step_value(e, k, t1) : 0);
}
static void step_bound(const mtl__env *e, double t0, double t1, double *hi)
{
    for (int k = 0; k < e->n; k++)
        hi[k] = step_most(e, k, t0, t1);
}
static double step_next(const mtl__env *e, double t)
{
    const steps *s = e->ctx;
    return t < s->when ? s->when : HUGE_VAL;
}
static double step_jump(const mtl__env *e, int k, double t)
{
    return k == 1 ? step_next(e, t) : HUGE_VAL;
}
static double step_still(const mtl__env *e, int k, double t)
{
    return k == 0 ? HUGE_VAL : k == 1 ? step_next(e, t) : t;
}
static bool step_reads(const mtl__env *e, int k)
{
    (void)e;
    return k == 2;
}
static mtl__env env_of_steps(const steps *s)
{
    return (mtl__env){.n = 3,
                      .ctx = s,
                      .advance = step_advance,
                      .bound = step_bound,
                      .next_break = step_next,
                      .value = step_value,
                      .most = step_most,
                      .still = step_still,
                      .jump = step_jump};
}

static mtl__process *finish(mtl__builder *b, const mtl__env *e)
{
    mtl__process *p;
    mtl_error err;
    assert_int_equal(mtl__builder_finish(b, e, &p, &err), 0);
    mtl__builder_free(b);
    return p;
}

/* Cells come until day 10 and again from day 200 on; on day 100, when nobody is left, they begin to
   die five times as fast: on day 300 a Poisson number of mean 50 / 5. 2000 lives by each solver:
   |z| < 4.5, a false alarm in 70,000 runs; the seed is fixed. */
static void test_a_step_while_nobody_is_there(void **state)
{
    (void)state;
    enum { LIVES = 2000 };
    const steps five = {100, 1, 5};
    const mtl__env e = env_of_steps(&five);
    mtl_error err;
    mtl__builder *b;
    mtl__state *s;
    assert_int_equal(mtl__builder_new(&b, &err), 0);
    const int a = mtl__add_type(b, "a");
    mtl__add_die(b, a, 1, 1);
    mtl__process *p = finish(b, &e);
    mtl__group g = {.law = MTL__FIXED};
    mtl__inflow in[] = {{0, 10, 50, 0, 0, MTL__TO_TYPE, a}, {200, 400, 50, 0, 0, MTL__TO_TYPE, a}};
    const mtl__source src = {.group = &g, .n_groups = 1, .inflow = in, .n_inflows = 2};
    const double time[] = {300};
    assert_int_equal(mtl__state_new(&s, p, 1, &err), 0);
    for (enum mtl__solver solver = MTL__EXACT; solver <= MTL__LEAP; solver++) {
        double sum = 0;
        for (uint64_t r = 0; r < LIVES; r++) {
            int64_t n = 0;
            double y = 0;
            const mtl__sim_opts o = {.solver = solver};
            const mtl__rng_key key = {1, 2, r, 3};
            assert_int_equal(mtl__simulate(p, &src, &o, &key, s, 1, time, &n, &y, &err), 0);
            sum += (double)n;
        }
        assert_true(fabs(sum / LIVES - 10) < 4.5 * sqrt(10.0 / LIVES));
    }
    mtl__state_free(s);
    mtl__process_free(p);
}

/* ---------------------------------------------------------------- a companion of one equation */
/* dx/dt = 0.3 y (1 - x), exactly with y held at its mean over a step; factor 1 is x. */
typedef struct toy {
    double t, x, was_t, was_x;
} toy;
static int toy_advance(void *ctx, double t1, const double *y0, const double *y1, mtl_error *err)
{
    toy *w = ctx;
    (void)err;
    w->was_t = w->t;
    w->was_x = w->x;
    w->t = t1;
    w->x = 1 - (1 - w->x) * exp(-0.3 * 0.5 * (y0[0] + y1[0]) * (t1 - w->was_t));
    return 0;
}
static void toy_back(void *ctx)
{
    toy *w = ctx;
    w->t = w->was_t;
    w->x = w->was_x;
}
static void toy_settle(void *ctx)
{
    (void)ctx;
}
static double toy_longest(const void *ctx)
{
    (void)ctx;
    return 5;
}
static double toy_break(const void *ctx, double t)
{
    (void)ctx;
    (void)t;
    return HUGE_VAL;
}
static int toy_arrivals(void *ctx, mtl__arrival *out, int most)
{
    (void)ctx;
    (void)out;
    (void)most;
    return 0;
}
static void toy_record(void *ctx, int k)
{
    (void)ctx;
    (void)k;
}
static mtl__companion companion_of(toy *w)
{
    return (mtl__companion){.ctx = w,
                            .n_tallies = 1,
                            .advance = toy_advance,
                            .back = toy_back,
                            .settle = toy_settle,
                            .longest = toy_longest,
                            .next_break = toy_break,
                            .arrivals = toy_arrivals,
                            .record = toy_record};
}

static void run_lanes(const mtl__lane *lane, int n, toy *w, mtl__sim_opts o, double day)
{
    mtl__joint *j;
    mtl__joint_account account;
    mtl_error err;
    const mtl__companion c = companion_of(w);
    assert_int_equal(mtl__joint_new(&j, &err), 0);
    assert_int_equal(mtl__simulate_jointly(j, lane, n, &c, &o, 1, &day, &account, &err), 0);
    mtl__joint_free(j);
}

/* Cells that leave once a day find the way across open from day 102 on, at even odds: by day 103 a
   share 1 - exp(-1/2) has crossed. Their deaths, slight, read the companion, so that they are led.
   1e6 cells: |z| < 4.5. */
static void test_a_window_opens_beside_a_companion(void **state)
{
    (void)state;
    enum { CELLS = 1000000 };
    const steps opens = {102, 0, 1};
    mtl__env e = env_of_steps(&opens);
    toy w = {0, 0, 0, 0};
    mtl_error err;
    mtl__builder *b;
    e.feedback = true;
    e.reads = step_reads;
    e.beside = &w;
    assert_int_equal(mtl__builder_new(&b, &err), 0);
    const int a = mtl__add_type(b, "a"), c = mtl__add_type(b, "c"), ra = mtl__add_row(b, 0, "ra"),
              rc = mtl__add_row(b, 0, "rc");
    mtl__add_die(b, a, 1e-9, 2);
    mtl__add_leave(b, a, 1, 0, ra);
    mtl__add_land(b, ra, a, 1, 0);
    mtl__add_cross(b, ra, rc, 1, 1);
    mtl__add_land(b, rc, c, 1, 0);
    mtl__process *p = finish(b, &e);
    mtl__group g = {.law = MTL__FIXED};
    mtl__burst burst = {.t = 0, .count = CELLS, .to = MTL__TO_TYPE, .target = a};
    const mtl__source src = {.group = &g, .n_groups = 1, .burst = &burst, .n_bursts = 1};
    int64_t n[2] = {0, 0};
    double y[1] = {0};
    const mtl__lane lane = {
        .process = p, .source = &src, .key = {1, 2, 3, 4}, .counts = n, .cox = y};
    run_lanes(&lane, 1, &w, (mtl__sim_opts){.solver = MTL__LEAP}, 103);
    const double share = 1 - exp(-0.5);
    assert_true(fabs((double)n[1] / CELLS - share) < 4.5 * sqrt(share * (1 - share) / CELLS));
    mtl__process_free(p);
}

static double toy_value(const mtl__env *e, int k, double t)
{
    const toy *w = e->beside;
    if (k == 0)
        return 1;
    const double part = t >= w->t || !(w->t > w->was_t) ? 1 : (t - w->was_t) / (w->t - w->was_t);
    return w->was_x + (w->x - w->was_x) * part;
}
static void toy_values(const mtl__env *e, double t, double *f)
{
    for (int k = 0; k < e->n; k++)
        f[k] = toy_value(e, k, t);
}
static double toy_most(const mtl__env *e, int k, double t0, double t1)
{
    (void)e, (void)k, (void)t0, (void)t1;
    return 1;
}
static void toy_bound(const mtl__env *e, double t0, double t1, double *hi)
{
    for (int k = 0; k < e->n; k++)
        hi[k] = toy_most(e, k, t0, t1);
}
static double toy_never(const mtl__env *e, double t)
{
    (void)e, (void)t;
    return HUGE_VAL;
}
static double toy_jump(const mtl__env *e, int k, double t)
{
    (void)e, (void)k, (void)t;
    return HUGE_VAL;
}
static double toy_still(const mtl__env *e, int k, double t)
{
    (void)e;
    return k == 0 ? HUGE_VAL : t;
}
static bool toy_reads(const mtl__env *e, int k)
{
    (void)e;
    return k == 1;
}
static double toy_pace(const mtl__env *e, int k)
{
    (void)e, (void)k;
    return 182;
}
static mtl__env beside_toy(const toy *w)
{
    return (mtl__env){.n = 2,
                      .feedback = true,
                      .beside = w,
                      .advance = toy_values,
                      .bound = toy_bound,
                      .next_break = toy_never,
                      .value = toy_value,
                      .most = toy_most,
                      .still = toy_still,
                      .jump = toy_jump,
                      .reads = toy_reads,
                      .pace = toy_pace};
}

/* Lane A gets its cells on day 100, by which lane B, whose deaths read the companion that they
   drive, has long gone its way: what is left of B on day 120. 1e12 cells, so that nothing but the
   error of coupling is seen. */
static double left_of_b(int refine)
{
    enum { DAY = 100 };
    const int64_t cells = 1000000000000;
    toy w = {0, 0, 0, 0};
    mtl_error err;
    mtl__builder *b;
    assert_int_equal(mtl__builder_new(&b, &err), 0);
    const int a = mtl__add_type(b, "a"), c = mtl__add_type(b, "b");
    mtl__add_die(b, a, 0.1, 0);
    mtl__add_die(b, c, 0.1, 1);
    const mtl__env e = beside_toy(&w);
    mtl__process *p = finish(b, &e);
    mtl__group g = {.law = MTL__FIXED};
    mtl__burst at_first = {.t = 0, .count = cells, .to = MTL__TO_TYPE, .target = c},
               later = {.t = DAY, .count = cells, .to = MTL__TO_TYPE, .target = a};
    const mtl__source sa = {.group = &g, .n_groups = 1, .burst = &later, .n_bursts = 1},
                      sb = {.group = &g, .n_groups = 1, .burst = &at_first, .n_bursts = 1};
    const mtl__counted counted = {0, a, 1 / (double)cells};
    int64_t na[2] = {0, 0}, nb[2] = {0, 0};
    double y[1] = {0};
    const mtl__lane lane[] = {
        {.process = p,
         .source = &sa,
         .key = {1, 2, 3, 4},
         .by_type = &counted,
         .n_by_type = 1,
         .counts = na,
         .cox = y},
        {.process = p, .source = &sb, .key = {1, 2, 3, 5}, .counts = nb, .cox = y}};
    run_lanes(lane, 2, &w, (mtl__sim_opts){.solver = MTL__LEAP, .refine = refine}, DAY + 20);
    mtl__process_free(p);
    return (double)nb[1] / (double)cells;
}

/* x(t) = 1 - exp(-3 (1 - exp(-t/10))) from day 100 on; B is left to exp of the integral of -x/10.
 */
static void test_cells_that_come_into_another_lane(void **state)
{
    enum { PARTS = 200000 };
    double sum = 0;
    (void)state;
    for (int i = 0; i < PARTS; i++) {
        const double t = 20 * (i + 0.5) / PARTS;
        sum += (1 - exp(-3 * (1 - exp(-t / 10)))) * 20 / PARTS;
    }
    const double want = exp(-sum / 10);
    double error[4];
    for (int k = 0; k < 4; k++)
        error[k] = fabs(left_of_b(1 << k) - want);
    print_message("# left of B: %g, off by %g, %g, %g, %g with steps of 1, 1/2, 1/4, 1/8\n", want,
                  error[0], error[1], error[2], error[3]);
    assert_true(error[0] < 1e-3 && error[3] < error[1] / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_step_while_nobody_is_there),
                                       cmocka_unit_test(test_a_window_opens_beside_a_companion),
                                       cmocka_unit_test(test_cells_that_come_into_another_lane)};
    return cmocka_run_group_tests_name("segments", tests, NULL, NULL);
}
