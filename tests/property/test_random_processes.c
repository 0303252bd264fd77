/* SPDX-License-Identifier: MIT */
/* Properties of process/ that hold for every network, on some hundred random ones: whole and
   non-negative counts, probabilities in 0..1, monotone detection, linearity of means, neutrality of
   labels and of the order of parts, an environment of ones that changes nothing, and refusals of
   nonsense. Failures name the seed of the network. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference.h"

enum { NETWORKS = 100 };

typedef struct one {
    ref_net net;
    ref_source s;
    mtl__process *p;
    mtl__analytic *a;
    mtl__rng rng;
} one;

static void draw(one *o, uint64_t k, bool varies)
{
    mtl_error err = {0};
    mtl__rng_stream(&o->rng, 7000, 1, k, 1);
    ref_random(&o->net, &o->rng, 3 + (int)(k % 10), varies);
    ref_random_source(&o->s, &o->net, &o->rng);
    o->p = ref_build(&o->net);
    o->a = NULL;
    assert_int_equal(mtl__analytic_new(&o->a, o->p, &err), 0);
}

static void drop(one *o)
{
    mtl__analytic_free(o->a);
    mtl__process_free(o->p);
}

static mtl__seen seen(const one *o, const mtl__source *s, double t, const double *see_type,
                      const double *see_cox)
{
    mtl__seen out;
    mtl_error err = {0};
    if (mtl__analytic_seen(o->a, s, t, see_type, see_cox, 1e-9, &out, &err) != 0)
        fail_msg("analytic: %s", err.text);
    return out;
}

/* Seeing more of everything never makes a negative sample likelier; P(none) is between the bounds
   that mean and variance set; half the detection is half the mean. */
static void test_detection(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < NETWORKS; k++) {
        one o;
        double low[REF_TYPES + REF_COX], high[REF_TYPES + REF_COX], half[REF_TYPES + REF_COX];
        draw(&o, k, k % 2);
        const double t = 20.0 + 60.0 * mtl__rng_unit(&o.rng);
        const int n = o.net.n_types, all = n + o.net.n_cox;
        for (int i = 0; i < all; i++) {
            high[i] = mtl__rng_unit(&o.rng);
            low[i] = high[i] * mtl__rng_unit(&o.rng);
            half[i] = 0.5 * high[i];
        }
        const mtl__seen less = seen(&o, &o.s.source, t, low, low + n),
                        more = seen(&o, &o.s.source, t, high, high + n);
        const mtl__seen mid = seen(&o, &o.s.source, t, half, half + n);
        if (!(more.p_none >= 0.0 && more.p_none <= less.p_none && less.p_none <= 1.0 &&
              more.variance >= 0.0))
            fail_msg("network %d: P(none) %.12g and %.12g", (int)k, less.p_none, more.p_none);
        /* Jensen: P(none) >= 1 - mean; Cantelli: P(none) <= variance / (variance + mean^2). */
        if (!(more.p_none >= 1.0 - more.mean - 1e-9 &&
              more.p_none <= more.variance / (more.variance + more.mean * more.mean) + 1e-9))
            fail_msg("network %d: P(none) %.12g beyond what its moments allow", (int)k,
                     more.p_none);
        if (!(fabs(mid.mean - 0.5 * more.mean) <= 1e-7 * more.mean))
            fail_msg("network %d: mean %.12g, half detection %.12g", (int)k, more.mean, mid.mean);
        drop(&o);
    }
}

/* Two sources merged are looked at as one, whatever the laws of their groups. */
static void test_merge(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < NETWORKS; k++) {
        one o;
        double see[REF_TYPES + REF_COX];
        mtl__arena arena;
        mtl__source both;
        draw(&o, k, k % 2);
        mtl__arena_init(&arena, 0);
        for (int i = 0; i < o.net.n_types + o.net.n_cox; i++)
            see[i] = 0.1 * mtl__rng_unit(&o.rng);
        const double *see_cox = see + o.net.n_types;
        mtl__source flows = o.s.source, bursts = o.s.source;
        flows.n_bursts = 0;
        bursts.n_inflows = 0;
        assert_true(mtl__source_alike(&flows, &bursts));
        const mtl__source *const list[2] = {&flows, &bursts};
        assert_int_equal(mtl__source_merge(&both, &arena, list, 2), 0);
        const mtl__seen all = seen(&o, &both, 70.0, see, see_cox),
                        a = seen(&o, &flows, 70.0, see, see_cox),
                        b = seen(&o, &bursts, 70.0, see, see_cox);
        if (!(fabs(all.p_none - a.p_none * b.p_none) <= 1e-7 * all.p_none &&
              fabs(all.mean - a.mean - b.mean) <= 1e-7 * all.mean &&
              fabs(all.variance - a.variance - b.variance) <= 1e-7 * all.variance))
            fail_msg("network %d: merged %.12g, apart %.12g", (int)k, all.p_none,
                     a.p_none * b.p_none);
        bursts.n_culls--;
        assert_false(mtl__source_alike(&flows, &bursts));
        mtl__arena_free(&arena);
        drop(&o);
    }
}

/* A source cut in two (its inflows and its bursts, in groups of their own) is one source: with
   fixed multipliers the parts are independent. */
static void test_sources_multiply(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < NETWORKS; k++) {
        one o;
        double see[REF_TYPES + REF_COX];
        draw(&o, k, k % 2);
        for (int g = 0; g < 4; g++)
            o.s.group[g].law = MTL__FIXED;
        for (int i = 0; i < o.net.n_types + o.net.n_cox; i++)
            see[i] = 0.1 * mtl__rng_unit(&o.rng);
        const double *see_cox = see + o.net.n_types;
        mtl__source flows = o.s.source, bursts = o.s.source;
        flows.n_bursts = 0;
        bursts.n_inflows = 0;
        const mtl__seen all = seen(&o, &o.s.source, 70.0, see, see_cox),
                        a = seen(&o, &flows, 70.0, see, see_cox),
                        b = seen(&o, &bursts, 70.0, see, see_cox);
        if (!(fabs(all.p_none - a.p_none * b.p_none) <= 1e-7 * all.p_none &&
              fabs(all.mean - a.mean - b.mean) <= 1e-7 * all.mean &&
              fabs(all.variance - a.variance - b.variance) <= 1e-7 * all.variance))
            fail_msg("network %d: parts %.12g x %.12g, whole %.12g", (int)k, a.p_none, b.p_none,
                     all.p_none);
        drop(&o);
    }
}

/* Types in another order and links listed backwards: the same law. */
static void test_order_of_parts(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < NETWORKS; k++) {
        one o, turned;
        double see[REF_TYPES], back[REF_TYPES], see_cox[REF_COX];
        draw(&o, k, k % 2);
        turned = o;
        const int n = o.net.n_types;
#define TURN(i) (n - 1 - (i))
        for (int i = 0; i < n; i++) {
            see[i] = mtl__rng_unit(&o.rng);
            back[TURN(i)] = see[i];
            turned.net.divide[TURN(i)] = o.net.divide[i];
            turned.net.die[TURN(i)] = o.net.die[i];
            turned.net.leave[TURN(i)] = o.net.leave[i];
            turned.net.row_of[TURN(i)] = o.net.row_of[i];
        }
        see_cox[0] = see_cox[1] = 0.01;
        for (int j = 0; j < o.net.n_change; j++) {
            ref_link *l = &turned.net.change[o.net.n_change - 1 - j];
            *l = o.net.change[j];
            l->from = TURN(l->from);
            l->to = TURN(l->to);
        }
        for (int j = 0; j < o.net.n_output; j++) {
            ref_link *l = &turned.net.output[o.net.n_output - 1 - j];
            *l = o.net.output[j];
            l->from = TURN(l->from);
        }
        for (int j = 0; j < o.net.n_land; j++) {
            ref_link *l = &turned.net.land[o.net.n_land - 1 - j];
            *l = o.net.land[j];
            l->to = TURN(l->to);
        }
        mtl__source s = o.s.source, s_turned = s;
        mtl__inflow inflow[4];
        mtl__burst burst[4];
        s.n_culls = s_turned.n_culls = 0;
        s.inflow = o.s.inflow; /* the copy points into the original */
        s.burst = o.s.burst;
        s_turned.inflow = inflow;
        s_turned.burst = burst;
        s.group = s_turned.group = o.s.group;
        for (int j = 0; j < 4; j++) {
            inflow[j] = o.s.inflow[j];
            burst[j] = o.s.burst[j];
            if (inflow[j].to == MTL__TO_TYPE)
                inflow[j].target = TURN(inflow[j].target);
            if (burst[j].to == MTL__TO_TYPE)
                burst[j].target = TURN(burst[j].target);
        }
#undef TURN
        turned.p = ref_build(&turned.net);
        assert_int_equal(mtl__analytic_new(&turned.a, turned.p, NULL), 0);
        const mtl__seen a = seen(&o, &s, 70.0, see, see_cox),
                        b = seen(&turned, &s_turned, 70.0, back, see_cox);
        if (!(fabs(a.p_none - b.p_none) <= 1e-7 * a.p_none &&
              fabs(a.mean - b.mean) <= 1e-7 * a.mean &&
              fabs(a.variance - b.variance) <= 1e-7 * a.variance))
            fail_msg("network %d: %.12g, turned %.12g", (int)k, a.p_none, b.p_none);
        drop(&o);
        drop(&turned);
    }
}

static void ones_advance(const mtl__env *e, double t, double *f)
{
    (void)e;
    (void)t;
    f[0] = f[1] = f[2] = f[3] = 1.0;
}

static void ones_bound(const mtl__env *e, double t0, double t1, double *f_hi)
{
    (void)t1;
    ones_advance(e, t0, f_hi);
}

static double ones_break(const mtl__env *e, double t)
{
    (void)e;
    (void)t;
    return HUGE_VAL;
}

/* Factors of 1 are no factors. */
static void test_ones(void **state)
{
    (void)state;
    const mtl__env ones = {
        .n = 4, .advance = ones_advance, .bound = ones_bound, .next_break = ones_break};
    for (uint64_t k = 0; k < NETWORKS; k++) {
        one with, without;
        double see[REF_TYPES + REF_COX];
        draw(&with, k, true);
        without = with;
        drop(&with);
        with.net.env = &ones;
        without.net.env = NULL;
        for (int i = 0; i < with.net.n_types; i++)
            without.net.divide[i].factor = without.net.die[i].factor = without.net.leave[i].factor =
                0;
        for (int j = 0; j < REF_LINKS; j++)
            without.net.change[j].factor = without.net.output[j].factor =
                without.net.land[j].factor = without.net.cross[j].factor = 0;
        with.p = ref_build(&with.net);
        without.p = ref_build(&without.net);
        assert_int_equal(mtl__analytic_new(&with.a, with.p, NULL), 0);
        assert_int_equal(mtl__analytic_new(&without.a, without.p, NULL), 0);
        for (int i = 0; i < with.net.n_types + with.net.n_cox; i++)
            see[i] = 0.2 * mtl__rng_unit(&with.rng);
        /* The source's factors are 1 as well in the first, and must go in the second. */
        ref_source plain = with.s;
        for (int j = 0; j < 4; j++)
            plain.inflow[j].factor = 0;
        const mtl__source s = {plain.group, 4, plain.inflow, 4, plain.burst, 4, plain.cull, 2};
        const mtl__source s_with = {with.s.group, 4, with.s.inflow, 4,
                                    with.s.burst, 4, with.s.cull,   2};
        const mtl__seen a = seen(&with, &s_with, 70.0, see, see + with.net.n_types);
        const mtl__seen b = seen(&without, &s, 70.0, see, see + with.net.n_types);
        if (!(fabs(a.p_none - b.p_none) <= 1e-7 * b.p_none &&
              fabs(a.mean - b.mean) <= 1e-7 * b.mean))
            fail_msg("network %d: with ones %.12g, without %.12g", (int)k, a.p_none, b.p_none);
        drop(&with);
        drop(&without);
    }
}

/* Every solver gives whole, non-negative counts and finite intensities; what is recorded at one
   time does not see what comes after it. */
static void test_simulations(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < NETWORKS; k++) {
        one o;
        mtl__state *st = NULL;
        draw(&o, k, k % 2);
        const double time[3] = {12.0, 45.0, 80.0};
        assert_int_equal(mtl__state_new(&st, o.p, 4, NULL), 0);
        for (int solver = MTL__EXACT; solver <= MTL__AUTO; solver++) {
            int64_t all[3 * REF_TYPES] = {0}, first[REF_TYPES] = {0};
            double cox[3 * REF_COX] = {0.0}, cox_first[REF_COX] = {0.0};
            const mtl__sim_opts opts = {.solver = (enum mtl__solver)solver};
            const mtl__rng_key key = {1, 2, k, 4};
            assert_int_equal(
                mtl__simulate(o.p, &o.s.source, &opts, &key, st, 3, time, all, cox, NULL), 0);
            for (int i = 0; i < 3 * o.net.n_types; i++)
                assert_true(all[i] >= 0 && all[i] < 1000000);
            for (int c = 0; c < 3 * o.net.n_cox; c++)
                if (!(isfinite(cox[c]) && cox[c] >= 0.0))
                    fail_msg("network %d, solver %d: intensity %.12g", (int)k, solver, cox[c]);
            mtl__source cut = o.s.source;
            if (solver != MTL__AUTO) { /* auto weighs the whole */
                assert_int_equal(
                    mtl__simulate(o.p, &cut, &opts, &key, st, 1, time, first, cox_first, NULL), 0);
                assert_memory_equal(first, all, (size_t)o.net.n_types * sizeof *all);
            }
        }
        mtl__state_free(st);
        drop(&o);
    }
}

static mtl__seen seen_in_part(const mtl__part *x, double t, const double *see,
                              const double *see_cox)
{
    double type[REF_TYPES], cox[REF_COX];
    mtl__analytic *a = NULL;
    mtl__seen out;
    for (int i = 0; i < x->process.n_types; i++)
        type[i] = see[x->type[i]];
    for (int c = 0; c < x->process.n_cox; c++)
        cox[c] = see_cox[x->cox[c]];
    assert_int_equal(mtl__analytic_new(&a, &x->process, NULL), 0);
    assert_int_equal(mtl__analytic_seen(a, &x->source, t, type, cox, 1e-9, &out, NULL), 0);
    mtl__analytic_free(a);
    return out;
}

/* Counts of the part are those of the whole, draw for draw, and the whole has nothing elsewhere. */
static void same_draws(const one *o, const mtl__part *x, const mtl__source *s, uint64_t k)
{
    const double time[2] = {30.0, 80.0};
    const mtl__sim_opts opts = {.solver = MTL__EXACT};
    const mtl__rng_key key = {1, 3, k, 4};
    int64_t whole[2 * REF_TYPES] = {0}, part[2 * REF_TYPES] = {0};
    double y[2 * REF_COX] = {0}, y_part[2 * REF_COX] = {0};
    mtl__state *st = NULL;
    assert_int_equal(mtl__state_new(&st, o->p, 4, NULL), 0);
    assert_int_equal(mtl__simulate(o->p, s, &opts, &key, st, 2, time, whole, y, NULL), 0);
    assert_int_equal(mtl__state_fit(st, &x->process, NULL), 0);
    assert_int_equal(
        mtl__simulate(&x->process, &x->source, &opts, &key, st, 2, time, part, y_part, NULL), 0);
    mtl__state_free(st);
    const int n = x->process.n_types, m = x->process.n_cox;
    for (int t = 0; t < 2; t++) {
        for (int i = 0; i < n; i++) {
            assert_int_equal(part[t * n + i], whole[t * o->net.n_types + x->type[i]]);
            whole[t * o->net.n_types + x->type[i]] = 0;
        }
        for (int c = 0; c < m; c++) {
            assert_true(fabs(y_part[t * m + c] - y[t * o->net.n_cox + x->cox[c]]) <=
                        1e-12 * y_part[t * m + c]);
            y[t * o->net.n_cox + x->cox[c]] = 0;
        }
        for (int i = 0; i < o->net.n_types; i++)
            assert_int_equal(whole[t * o->net.n_types + i], 0);
        for (int c = 0; c < o->net.n_cox; c++)
            assert_true(y[t * o->net.n_cox + c] == 0);
    }
}

/* What a source can reach, cut out, is the same process for it: one inflow alone leaves some
   of most networks out. */
static void test_parts(void **state)
{
    (void)state;
    int smaller = 0;
    for (uint64_t k = 0; k < NETWORKS; k++) {
        one o;
        mtl__cutter *cutter = NULL;
        mtl__part x = {0};
        double see[REF_TYPES + REF_COX];
        draw(&o, k, k % 2);
        mtl__source s = o.s.source;
        s.n_inflows = 1;
        s.n_bursts = 0;
        for (int i = 0; i < o.net.n_types + o.net.n_cox; i++)
            see[i] = 0.2 * mtl__rng_unit(&o.rng);
        assert_int_equal(mtl__cutter_new(&cutter, o.p, NULL), 0);
        for (int again = 0; again < 2; again++) /* a cutter and a part are used again and again */
            assert_int_equal(mtl__part_cut(&x, cutter, &s, 80.0, NULL), 0);
        smaller += x.process.n_types < o.net.n_types;
        const mtl__seen a = seen(&o, &s, 80.0, see, see + o.net.n_types),
                        b = seen_in_part(&x, 80.0, see, see + o.net.n_types);
        if (!(fabs(a.p_none - b.p_none) <= 1e-7 * a.p_none &&
              fabs(a.mean - b.mean) <= 1e-7 * a.mean &&
              fabs(a.variance - b.variance) <= 1e-7 * a.variance))
            fail_msg("network %d: whole %.12g, part %.12g", (int)k, a.p_none, b.p_none);
        if (k % 2 == 0)
            same_draws(&o, &x, &s, k);
        mtl__part_free(&x);
        mtl__cutter_free(cutter);
        drop(&o);
    }
    print_message("# %d of %d parts are smaller than the whole\n", smaller, NETWORKS);
    assert_true(smaller > 0);
}

/* Nonsense is refused with a code and a text, whatever it is mixed with. */
static int add_nonsense(mtl__builder *b, mtl__rng *rng)
{
    static const double values[] = {-1.0, -1e-300, HUGE_VAL, -HUGE_VAL, (double)NAN};
    const double bad = values[mtl__rng_below(rng, 5)];
    const int nowhere = mtl__rng_below(rng, 2) ? 1000 : -1;
    switch (mtl__rng_below(rng, 12)) {
    case 0:
        return mtl__add_divide(b, 0, bad, 0);
    case 1:
        return mtl__add_die(b, 0, bad, 0);
    case 2:
        return mtl__add_leave(b, 0, bad, 0, 0);
    case 3:
        return mtl__add_change(b, 0, 1, bad, 0);
    case 4:
        return mtl__add_output(b, 0, 0, bad, 0);
    case 5:
        return mtl__add_land(b, 0, 0, bad, 0);
    case 6:
        return mtl__add_row(b, bad, "bad");
    case 7:
        return mtl__add_cox(b, bad, "bad");
    case 8:
        return mtl__add_change(b, 0, nowhere, 0.1, 0);
    case 9:
        return mtl__add_land(b, 0, nowhere, 0.1, 0);
    case 10:
        return mtl__add_cross(b, 0, nowhere, 0.1, 0);
    default:
        return mtl__add_divide(b, 0, 0.1, nowhere);
    }
}

static void test_nonsense(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 400; k++) {
        mtl__builder *b = NULL;
        mtl__process *p = NULL;
        mtl_error err = {0};
        mtl__rng rng;
        mtl__rng_stream(&rng, 7100, 1, k, 1);
        assert_int_equal(mtl__builder_new(&b, &err), 0);
        for (int i = 0; i < 3; i++)
            assert_int_equal(mtl__add_type(b, i == 0 ? "a" : i == 1 ? "b" : "c"), i);
        assert_int_equal(mtl__add_row(b, 1.0, "row"), 0);
        assert_int_equal(mtl__add_cox(b, 1.0, "cox"), 0);
        assert_true(mtl__add_divide(b, 1, 0.1, 0) >= 0);
        const int added = add_nonsense(b, &rng), finished = mtl__builder_finish(b, NULL, &p, &err);
        if (added >= 0 && finished >= 0)
            fail_msg("nonsense %d was taken", (int)k);
        mtl__process_free(p);
        mtl__builder_free(b);
    }
}

static void test_nonsense_sources(void **state)
{
    (void)state;
    one o;
    draw(&o, 1, false);
    mtl__group group = {.law = MTL__GAMMA, .shape = 1.0, .key = 1};
    const mtl__inflow good = {.t0 = 0.0, .t1 = 1.0, .rate = 1.0};
    const mtl__burst fair = {.t = 0.0, .mean = 1.0, .count = -1};
    const mtl__cull right = {.t = 0.0, .keep = 0.5, .type0 = 0, .type1 = 1};
    for (int k = 0; k < 16; k++) {
        mtl__group g = group;
        mtl__inflow in = good;
        mtl__burst burst = fair;
        mtl__cull cull = right;
        mtl_error err = {0};
        switch (k) {
        case 0:
            in.rate = -1.0;
            break;
        case 1:
            in.rate = (double)NAN;
            break;
        case 2:
            in.t1 = -1.0;
            break;
        case 3:
            in.target = o.net.n_types;
            break;
        case 4:
            in.group = 1;
            break;
        case 5:
            in.factor = 1;
            break; /* there is no environment */
        case 6:
            burst.mean = -1.0;
            break;
        case 7:
            burst.t = (double)NAN;
            break;
        case 8:
            burst.target = -1;
            break;
        case 9:
            burst.group = -1;
            break;
        case 10:
            cull.keep = 1.1;
            break;
        case 11:
            cull.type1 = o.net.n_types + 1;
            break;
        case 12:
            g.shape = 0.0;
            break;
        case 13:
            g = (mtl__group){.law = MTL__MIXTURE, .shape = 1.0, .p_big = 0.5, .big = 3.0};
            break; /* mean above 1 */
        case 14:
            g = (mtl__group){.law = MTL__LOGNORMAL, .shape = -1.0};
            break;
        default:
            in.to = MTL__TO_ROW;
            in.target = o.net.n_rows;
            break;
        }
        const mtl__source s = {&g, 1, &in, 1, &burst, 1, &cull, 1};
        if (mtl__source_check(&s, o.p, &err) >= 0 || err.text[0] == '\0')
            fail_msg("nonsense %d was taken", k);
    }
    const mtl__source s = {&group, 1, NULL, 0, NULL, 0, NULL, 0};
    assert_int_equal(mtl__source_check(&s, o.p, NULL), 0);
    assert_true(mtl__source_start(&s) == HUGE_VAL);
    drop(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_detection),
        cmocka_unit_test(test_sources_multiply),
        cmocka_unit_test(test_order_of_parts),
        cmocka_unit_test(test_ones),
        cmocka_unit_test(test_simulations),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_nonsense_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
