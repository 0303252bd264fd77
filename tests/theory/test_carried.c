/* SPDX-License-Identifier: MIT */
/* What is carried through a giver, against the giver's own blood and against brute force: a young
   giver's small blood, one count for own and foreign cells of a transfusion, a gut that closes, one
   joined circulation for both twins, blood that is somebody else's after a graft, shares of two
   grafts, losses that nobody noticed, and the sum over what cells meet on their way.

   All but test_one_event are means or probabilities without random numbers. test_one_event: 400
   replicates on fixed seeds; that both directions agree is asserted in each; the number of joined
   pairs is held against its binomial law at |z| < 6 in two comparisons, family-wise level below
   1e-8. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "family_bench.h"

typedef struct bench {
    mtl_model *m;
    mtl_scenario *s;
    mtl__world *w;
    mtl__analytic *a;
    double *n, *y;
} bench;

static void set_up(bench *b, const char *text, const char *const *set)
{
    memset(b, 0, sizeof *b);
    family_make(&b->m, &b->s, &b->w, &b->a, text, set);
    b->n = calloc((size_t)b->w->process->n_types + 1, sizeof *b->n);
    b->y = calloc((size_t)b->w->process->n_cox + 1, sizeof *b->y);
    assert_true(b->n && b->y);
}

static void tear_down(bench *b)
{
    free(b->n);
    free(b->y);
    mtl__analytic_free(b->a);
    mtl__world_free(b->w);
    mtl_scenario_free(b->s);
    mtl_model_free(b->m);
}

static int person(const bench *b, const char *name)
{
    return family_person(b->s, name);
}

static const mtl__body *body(const bench *b, const char *name)
{
    const int at = b->w->body_of[person(b, name)];
    assert_true(at >= 0);
    return &b->w->body[at];
}

static double value(const bench *b, const char *name)
{
    double x = NAN;
    assert_int_equal(mtl__model_value(b->m, name, &x, NULL), 0);
    return x;
}

/* Expected cells of one donor at t, by way of all inocula or (host not NULL) of one body's. */
static void expect(bench *b, const char *donor, const char *host, double t)
{
    mtl_error err = {0};
    memset(b->n, 0, (size_t)b->w->process->n_types * sizeof *b->n);
    memset(b->y, 0, (size_t)b->w->process->n_cox * sizeof *b->y);
    for (int i = 0; i < b->w->n_inocula; i++) {
        const mtl__inoculum *x = &b->w->inoculum[i];
        if (x->donor == person(b, donor) && (!host || x->host == person(b, host)))
            assert_int_equal(mtl__analytic_forward(b->a, &x->source, 1e-9, 1, &t, b->n, b->y, &err),
                             0);
    }
}

/* Cells of the donor in the blood of a body, over its own: progeny and transient cells. */
static double share(bench *b, const char *donor, const char *host, double t)
{
    double sum = 0, cells;
    const mtl__body *in = body(b, host);
    expect(b, donor, NULL, t);
    for (int k = 0; k < b->m->n_kinds; k++)
        if (in->cox[k] >= 0 && b->m->kind[k].blood_resident)
            sum += b->y[in->cox[k]];
    assert_int_equal(mtl__host_cells(b->w, person(b, host), b->m->blood, t, &cells, NULL, NULL), 0);
    return sum / cells;
}

/* ---------------------------------------------------------------- the giver's own blood */
/* Two units of a child of one year. Of what passes, the share that is greta's is her share of the
   child's blood, and as many cells pass as of the child's own: short-lived kinds, which are level
   in the giver, show it on the next day. */
static void test_young_giver(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  ida: {sex: female, born: 1975-06-01, mother: greta}\n"
        "  paul: {sex: male, born: 1955-03-01}\n"
        "events:\n"
        "  - {date: 1976-06-01, person: paul, event: transfusion, from: ida, units: 2, reason: "
        "trauma}\n"
        "  - {date: 1977-06-01, person: paul, event: sample, organ: blood}\n";
    static const char *const kinds[] = {"granulocyte", "monocyte", "nk"};
    bench b;
    set_up(&b, text, NULL);
    const double t0 = mtl__date_to_days(1976, 6, 1);
    double cells, giver[3], sent = 0;
    const mtl__body *ida = body(&b, "ida"), *paul = body(&b, "paul");
    for (int i = 0; i < b.w->n_inocula; i++) /* ida's own transient cells */
        for (int k = 0; k < b.w->inoculum[i].source.n_bursts; k++)
            if (b.w->inoculum[i].donor == person(&b, "ida") &&
                b.w->inoculum[i].source.burst[k].to == MTL__TO_COX)
                sent += b.w->inoculum[i].source.burst[k].mean;
    assert_true(
        fabs(sent / (2 * value(&b, "transfusion.transient") * value(&b, "blood.volume") * 54.6) -
             1) < 1e-9);
    assert_int_equal(mtl__host_cells(b.w, person(&b, "ida"), b.m->blood, t0, &cells, NULL, NULL),
                     0);
    assert_true(cells < 0.3 * value(&b, "blood.cells"));
    expect(&b, "greta", "ida", t0);
    for (int i = 0; i < 3; i++)
        giver[i] = b.y[ida->cox[mtl__model_kind(b.m, kinds[i], NULL)]];
    expect(&b, "greta", "ida", t0 + 1);
    for (int i = 0; i < 3; i++) {
        const int k = mtl__model_kind(b.m, kinds[i], NULL);
        const double left = -expm1(-ida->decay[k]) / ida->decay[k]; /* of a day's even stream */
        const double want = sent * giver[i] / cells * left;
        assert_true(want > 0);
        if (!(fabs(b.y[paul->cox[k]] / want - 1) < 0.02))
            fail_msg("%s: %.6g of greta's in paul, expected %.6g", kinds[i], b.y[paul->cox[k]],
                     want);
    }
    tear_down(&b);
}

/* ---------------------------------------------------------------- the gut closes */
static double nursed(const char *from)
{
    char text[1024];
    bench b;
    int y, m, d;
    snprintf(text, sizeof text,
             "people:\n"
             "  hilde: {sex: female, born: 1940-03-01}\n"
             "  eva: {sex: female, born: 1970-03-01}\n"
             "events:\n"
             "  - {date: 1965-06-01, person: hilde, event: delivery, week: 40, child: karl, sex: "
             "male}\n"
             "  - {from: %s, person: eva, event: nursing, by: hilde, for: 10 days}\n"
             "  - {date: 1990-02-01, person: eva, event: sample, organ: blood}\n",
             from);
    assert_int_equal(sscanf(from, "%d-%d-%d", &y, &m, &d), 3);
    set_up(&b, text, NULL);
    expect(&b, "karl", "hilde", mtl__date_to_days(y, m, d) + 10);
    const double x = b.y[body(&b, "eva")->cox[mtl__model_kind(b.m, "granulocyte", NULL)]];
    tear_down(&b);
    return x;
}

/* What the nurse's son leaves in the infant falls with her gut as the nurse's own cells do: factor
   milk_gut at the age, 1 at birth, a third at half a year (0.5 to 0 between 3 and 12 months), none
   after a year. The nurse's blood is the same to a tenth of a percent. */
static void test_gut(void **state)
{
    (void)state;
    const double newborn = nursed("1970-03-01"), half = nursed("1970-08-26");
    assert_true(newborn > 0);
    assert_true(fabs(half / newborn - (1 - 183.0 / 365.25) / 1.5 / 0.98) < 0.02);
    assert_true(nursed("1971-03-05") < 1e-12 * newborn);
}

/* ---------------------------------------------------------------- twins */
enum { PAIRS = 400 };

static int64_t first_cells(const bench *b, mtl__state *st, const char *donor, const char *host,
                           uint64_t replicate)
{
    mtl_error err = {0};
    const double t = b->s->person[person(b, host)].born;
    const int nt = b->w->process->n_types, nc = b->w->process->n_cox;
    int64_t *n = calloc((size_t)nt + 1, sizeof *n), immigrated = -1;
    double *y = calloc((size_t)nc + 1, sizeof *y);
    for (int i = 0; i < b->w->n_inocula; i++) {
        const mtl__inoculum *x = &b->w->inoculum[i];
        if (x->donor != person(b, donor) || x->host != person(b, host))
            continue;
        const mtl__sim_opts o = {.solver = MTL__AUTO, .step_days = 60};
        const mtl__rng_key key = {77, b->s->person[x->donor].key, replicate, x->key};
        assert_int_equal(mtl__simulate(b->w->process, &x->source, &o, &key, st, 1, &t, n, y, &err),
                         0);
        immigrated = st->ledger.immigrated;
    }
    free(n);
    free(y);
    return immigrated;
}

/* One event joins both; each then has many cells of the other, else none. Old: drawn for each. */
static void one_event(const char *chorion, const char *parameter)
{
    char text[1024];
    bench b;
    mtl_error err = {0};
    mtl__state *st;
    static const char *const many[] = {"twins.share", "0.5", "seed.output", "1e-4", NULL};
    snprintf(text, sizeof text,
             "people:\n"
             "  anna: {sex: female, born: 1950-03-01}\n"
             "events:\n"
             "  - {date: 1978-06-01, person: anna, event: delivery, week: 37, child: [max, eva], "
             "sex: [male, female], chorionicity: %s}\n"
             "  - {date: 1998-06-01, person: eva, event: sample, organ: blood}\n",
             chorion);
    set_up(&b, text, many);
    assert_int_equal(mtl__state_new(&st, b.w->process, 32, &err), 0);
    int joined = 0;
    for (uint64_t r = 0; r < PAIRS; r++) {
        const int64_t there = first_cells(&b, st, "max", "eva", r),
                      back = first_cells(&b, st, "eva", "max", r);
        assert_true((there > 0) == (back > 0));
        joined += there > 0;
    }
    const double p = value(&b, parameter), sd = sqrt(PAIRS * p * (1 - p));
    if (!(fabs(joined - PAIRS * p) < 6 * sd))
        fail_msg("%s: %d of %d pairs joined, expected %.1f", chorion, joined, PAIRS, PAIRS * p);
    mtl__state_free(st);
    tear_down(&b);
}

static void test_one_event(void **state)
{
    (void)state;
    one_event("monochorionic", "twins.anastomosis.monochorionic");
    one_event("dichorionic", "twins.anastomosis");
}

/* ---------------------------------------------------------------- whose blood is it */
/* After a graft the nurse's and the blood donor's cells are the graft donor's in that share; after
   a second graft the first giver's in what that one leaves; and all shares sum to at most 1. */
static void test_owner(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  hilde: {sex: female, born: 1950-03-01}\n"
        "  paul: {sex: male, born: 1955-03-01}\n"
        "  eva: {sex: female, born: 1992-03-01}\n"
        "events:\n"
        "  - {date: 1985-06-01, person: hilde, event: stem_cell_graft, from: ben, conditioning: "
        "false}\n"
        "  - {date: 1990-06-01, person: paul, event: transfusion, from: hilde, reason: trauma}\n"
        "  - {date: 1991-06-01, person: hilde, event: stem_cell_graft, from: udo, conditioning: "
        "false}\n"
        "  - {from: 1992-03-02, person: eva, event: nursing, by: hilde, for: 2 months}\n"
        "  - {date: 1995-06-01, person: eva, event: sample, organ: blood}\n";
    bench b;
    set_up(&b, text, NULL);
    const double p = value(&b, "graft.blood.share");
    assert_true(p > 0 && p < 1);
    const double t = mtl__date_to_days(1990, 6, 2), fed = mtl__date_to_days(1992, 4, 1);
    const double own = share(&b, "hilde", "paul", t), theirs = share(&b, "ben", "paul", t);
    assert_true(own > 0);
    assert_true(fabs(theirs / (own + theirs) - p) < 1e-6);
    const double hilde = share(&b, "hilde", "eva", fed), ben = share(&b, "ben", "eva", fed),
                 udo = share(&b, "udo", "eva", fed), all = hilde + ben + udo;
    assert_true(fabs(hilde / all - (1 - p) * (1 - p)) < 1e-6);
    assert_true(fabs(ben / all - p * (1 - p)) < 1e-6);
    assert_true(fabs(udo / all - p) < 1e-6);
    for (double day = 0; day < 400; day += 20) {
        const double at = mtl__date_to_days(1991, 6, 1) + day;
        const double sum = share(&b, "ben", "hilde", at) + share(&b, "udo", "hilde", at);
        assert_true(sum > 0.5 && sum <= 1);
    }
    tear_down(&b);
}

/* ---------------------------------------------------------------- losses that nobody noticed */
static void test_unnoticed(void **state)
{
    (void)state;
    static const char text[] =
        "unnoticed_losses: [nina]\n"
        "people:\n"
        "  nina: {sex: female, born: 1950-03-01}\n"
        "events:\n"
        "  - {date: 1972-06-01, person: nina, event: delivery, week: 40, child: tom, sex: male}\n"
        "  - {date: 1999-06-02, person: nina, event: sample, organ: blood}\n";
    static const char *const none[] = {"loss.unnoticed.rate", "0", NULL};
    static const char *const twice[] = {"loss.unnoticed.rate", "0.2", NULL};
    bench b, c, d;
    set_up(&b, text, NULL);
    set_up(&c, text, twice);
    set_up(&d, text, none);
    assert_int_equal(d.w->n_inocula, 2); /* tom's in nina, and hers in him */
    assert_true(c.w->n_inocula == b.w->n_inocula && b.w->n_inocula > 10);
    double years = 0, once = 0, more = 0;
    int boys = 0, girls = 0;
    for (int k = 0; k < b.s->n_pregnancies; k++) {
        const mtl__pregnancy *g = &b.s->pregnancy[k];
        if (!(g->unnoticed_years > 0))
            continue;
        const mtl__person *lost = &b.s->person[b.s->child[g->child0].person];
        years += g->unnoticed_years;
        boys += lost->sex == MTL__MALE;
        girls += lost->sex == MTL__FEMALE;
        assert_true(strncmp(lost->name, "unknown_loss_nina_", 18) == 0);
        const double week = 7;
        assert_true(g->conceived > mtl__date_to_days(1965, 1, 1) &&
                    !(g->ended > mtl__date_to_days(1971, 9, 8) - 5 * week &&
                      g->conceived < mtl__date_to_days(1972, 6, 1)));
        once += share(&b, lost->name, "nina", b.s->sample[0].t);
        more += share(&c, lost->name, "nina", c.s->sample[0].t);
    }
    assert_int_equal(boys, girls);
    assert_true(boys > 4);
    /* from 15 to the sample at 49.3, without the pregnancy */
    assert_true(fabs(years - (34.25 - 266 / 365.25)) < 0.02);
    assert_true(once > 0);
    assert_true(fabs(more / once - 2) < 1e-6);
    tear_down(&b);
    tear_down(&c);
    tear_down(&d);
}

/* ---------------------------------------------------------------- what is met on the way */
/* The grandmother's cells in the newborn, by the program and by brute force: the mother's placenta
   at 60 values, a factor 1.47 apart, each with the weight of its neighbourhood in the law. Once as
   it is, once so wide that many cells cross. */
static void one_way(const char *selectivity, double tolerance)
{
    enum { POINTS = 60 };
    static const char text[] =
        "people:\n"
        "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
        "events:\n"
        "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: female}\n"
        "  - {date: 1978-06-02, person: eva, event: sample, organ: blood}\n";
    const char *const set[] = {"conduit", "selective", "conduit.selectivity", selectivity, NULL};
    bench b;
    mtl_error err = {0};
    mtl__view v;
    mtl__sight seen;
    set_up(&b, text, set);
    const int eva = person(&b, "eva");
    int at = -1, gate[4];
    for (int i = 0; i < b.w->n_inocula; i++)
        at = b.w->inoculum[i].donor == person(&b, "greta") ? i : at;
    assert_int_equal(mtl__view_new(&v, b.w, &err), 0);
    assert_int_equal(mtl__look(b.w, eva, b.m->blood, "", b.s->sample[0].t, &v, &err), 0);
    for (int i = 0; i < b.w->process->n_types; i++)
        v.see_type[i] = fmin(1, v.see_type[i] * 1e7);
    for (int i = 0; i < b.w->process->n_cox; i++)
        v.see_cox[i] *= 1e7;
    const double t = b.s->sample[0].t;
    assert_int_equal(mtl__gates_met(b.w, &b.w->inoculum[at], eva, t, gate, 4, &err), 1);
    double error = 1;
    assert_int_equal(mtl__world_sees(b.w, b.a, eva, NULL, at, t, v.see_type, v.see_cox, 1e-9, true,
                                     &seen, &error, &err),
                     0);
    assert_true(error == 0);
    const int n_gates = b.w->process->n_gates;
    double *set_to = calloc((size_t)n_gates + 1, sizeof *set_to), some = 0, mean = 1;
    for (int k = 0; k < POINTS; k++) {
        const double shape = b.w->process->gate[gate[0]].law.shape, step = log(1e10) / POINTS;
        const double from = 1e-8 / shape * exp(k * step), to = from * exp(step);
        const double weight = mtl__gamma_p(shape, to * shape) - mtl__gamma_p(shape, from * shape);
        double none;
        for (int g = 0; g < n_gates; g++)
            set_to[g] = b.w->gate_name[g] == gate[0] ? sqrt(from * to) : 1;
        mtl__analytic_gates(b.a, set_to);
        assert_int_equal(mtl__analytic_none(b.a, &b.w->inoculum[at].source, t, v.see_type,
                                            v.see_cox, 1e-7, &none, &err),
                         0);
        some += weight * (1 - none);
    }
    mtl__analytic_gates(b.a, NULL);
    assert_int_equal(mtl__analytic_none(b.a, &b.w->inoculum[at].source, t, v.see_type, v.see_cox,
                                        1e-9, &mean, &err),
                     0);
    const double found = -expm1(seen.log_none);
    if (!(fabs(found / some - 1) < tolerance))
        fail_msg("selectivity %s: %.9g, brute force %.9g", selectivity, found, some);
    /* the placentas differ: fewer children have any than if all were alike */
    assert_true(found < (1 - mean) * (1 + 1e-9));
    if (strcmp(selectivity, "1") != 0 && !(found < 0.9 * (1 - mean)))
        fail_msg("%.6g, and %.6g if all were alike", found, 1 - mean);
    free(set_to);
    mtl__view_free(&v);
    tear_down(&b);
}

static void test_on_the_way(void **state)
{
    (void)state;
    one_way("1", 1.5e-2); /* the grid itself is good to some 6e-3 */
    one_way("10000", 1.5e-2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_young_giver), cmocka_unit_test(test_gut),
        cmocka_unit_test(test_one_event),   cmocka_unit_test(test_owner),
        cmocka_unit_test(test_unnoticed),   cmocka_unit_test(test_on_the_way),
    };
    return cmocka_run_group_tests_name("carried", tests, NULL, NULL);
}
