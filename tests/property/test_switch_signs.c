/* SPDX-License-Identifier: MIT */
/* Every switch of the host moves what it speaks of, in the direction that it says, and nothing
   where there is nothing to move. Effects are raised by parameters, so that few lives show them.

   Two kinds of comparison, each of a life with itself (same number, same streams). Where cells are
   the same in both and an outcome waits for its own drawn amount of hazard, or damage answers cells
   by an equation, the order holds in every life: no chance is left. Where cells answer, signs are
   counted in 20 lives, seed 11, and all must agree: by chance 2^-20 = 1e-6 for each of nine
   comparisons. One that moves nothing must go either way at least twice: by chance not so in 4e-5.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lives.h"

#define INGE "people:\n  inge: {sex: female, born: 1930-05-01}\nfocus: inge\n"
#define SEEDS "seeds: {slow_seed: 100, msc: 100, resident: 3000}"
#define SON(date, name)                                                                            \
    "  - {date: " date ", person: inge, event: delivery, week: 40, child: " name                   \
    ", sex: male, " SEEDS "}\n"
#define SONS SON("1955-03-01", "dirk") SON("1958-03-01", "egon") SON("1961-03-01", "finn")
#define AT(date, organ) "  - {date: " date ", person: inge, event: sample, organ: " organ "}\n"
#define INFARCT "  - {date: 1963-03-01, person: inge, event: infarct, size: 20 %}\n"
#define FEW                                                                                        \
    "resident.dose := 1000; msc.dose := 100; resident.mother.dose := 1000; msc.mother.dose := "    \
    "100; antigen.half := 100; "

static life ask(const char *text, const char *with, int replicates, int first)
{
    const asked q = {.text = text,
                     .with = with,
                     .replicates = replicates,
                     .first = first,
                     .solver = MTL_SOLVER_AUTO};
    return live(&q);
}

/* ---------------------------------------------------------------- outcomes: in every life */
typedef struct hazard {
    const char *outcome, *follow, *with; /* with: both times */
    const char *value;                   /* the switch; the other time it is at its default */
    int sign;                            /* +1: comes earlier, -1: later */
} hazard;

enum { LIVES = 20 };

/* How many lives it moved; none the other way. */
static int moved(const hazard *h, const life *x, const life *y)
{
    const float *a = outcome(x, "inge", h->outcome)->onset,
                *b = outcome(y, "inge", h->outcome)->onset;
    int n = 0;
    for (int i = 0; i < LIVES; i++) {
        const double before = isfinite(a[i]) ? (double)a[i] : HUGE_VAL,
                     after = isfinite(b[i]) ? (double)b[i] : HUGE_VAL;
        assert_true(h->sign * (before - after) >= -0.01 || before == after); /* of a day */
        n += before != after;
    }
    return n;
}

static void outcomes_come_earlier_or_later(void **state)
{
    (void)state;
    static const hazard all[] = {
        {"rheumatoid_arthritis", "rheumatoid_arthritis",
         "arthritis.scale := 20; autoimmune.beta.load := 2; ", "autoimmunity=provoke", 1},
        {"rheumatoid_arthritis", "rheumatoid_arthritis",
         "arthritis.scale := 20; autoimmune.beta.load := 2; ", "autoimmunity=protect", -1},
        {"scleroderma", "autoimmune", "scleroderma.incidence := 0.02 per year; ",
         "autoimmunity=provoke", 1},
        {"alzheimer", "alzheimer", "alzheimer.scale := 3; alzheimer.beta.load := 2; ",
         "alzheimer=protects", -1},
        {"ischaemic_heart_disease", "ischaemic_heart_disease",
         "ischaemia.scale := 3; heart.beta.load := 2; ", "heart=protects", -1},
        {"ischaemic_heart_disease", "ischaemic_heart_disease",
         "ischaemia.scale := 3; heart.beta.load := 2; ", "heart=provokes", 1},
        {"death", "death", "survival.beta.load := 2; ", "survival=protects", -1},
        {"ms_prodrome", "ms", "ms.incidence := 0.02 per year; ms.parity.ratio := 0.2; ",
         "ms=parity-effect", -1},
        {"preeclampsia", "preeclampsia", "preeclampsia.scale := 5; fetus.response.ratio := 300; ",
         "fetus=rejected", 1},
        {"fetal_loss", "fetal_loss", "fetus.response.ratio := 300; ", "fetus=rejected", 1},
    };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        const hazard *h = &all[k];
        char text[2048], with[1024];
        snprintf(text, sizeof text,
                 "follow: [%s]\n" INGE "events:\n" SONS AT("2015-05-01", "blood"), h->follow);
        snprintf(with, sizeof with, FEW "%s", h->with);
        life x = ask(text, with, LIVES, 0);
        snprintf(with, sizeof with, FEW "%s%s", h->with, h->value);
        life y = ask(text, with, LIVES, 0);
        const int n = moved(h, &x, &y);
        print_message("# %s moves %s in %d of %d lives\n", h->value, h->outcome, n, LIVES);
        assert_true(n > 0);
        if (strcmp(h->outcome, "death") != 0)
            assert_true(cells_print(x.r) == cells_print(y.r)); /* it reads cells, and moves none */
        drop(&x);
        drop(&y);
    }
}

/* ---------------------------------------------------------------- repair: in every life */
static void cells_speed_or_slow_repair(void **state)
{
    (void)state;
    static const char *const with[] = {
        FEW "homing=none; fate.rate := 0 per day; repair.half := 0.001; repair=benefit",
        FEW "homing=none; fate.rate := 0 per day; repair.half := 0.001",
        FEW "homing=none; fate.rate := 0 per day; repair.half := 0.001; repair=harm",
        FEW
        "homing=none; fate.rate := 0 per day; repair.half := 0.001; repair=benefit; repair.gain "
        ":= 0",
        FEW
        "homing=none; fate.rate := 0 per day; repair.half := 0.001; repair=harm; repair.harm := "
        "0"};
    static const char text[] = INGE "events:\n" SONS INFARCT AT("1965-05-01", "heart");
    for (int number = 0; number < 4; number++) {
        life x[5];
        double days[5];
        for (int k = 0; k < 5; k++) {
            x[k] = ask(text, with[k], 1, number);
            days[k] = damage_days(&x[k], 0);
            assert_true(cells_print(x[k].r) == cells_print(x[0].r));
        }
        const mtl__injury_result *in = &x[1].r->host.injury[0];
        assert_true(days[0] < 0.9 * days[1] && days[2] > 1.1 * days[1]);
        for (int t = 0; t < x[1].r->n_times; t++) {
            const double now = (double)in->damage[0][t].mean;
            assert_true((double)x[0].r->host.injury[0].damage[0][t].mean <= now + 1e-6);
            assert_true((double)x[2].r->host.injury[0].damage[0][t].mean >= now - 1e-6);
            assert_true(fabs((double)in->alone[0][t] - now) < 1e-6); /* nothing acts on it */
        }
        /* an effect of size 0 is none */
        assert_true(fabs(days[3] - days[1]) < 1e-4 * days[1]);
        assert_true(fabs(days[4] - days[1]) < 1e-4 * days[1]);
        for (int k = 0; k < 5; k++)
            drop(&x[k]);
    }
}

/* ---------------------------------------------------------------- cells: signs in 20 lives */
enum { PAIRS = 20 };
typedef double measure(const life *x, const char *what);

static double cells_of(const life *x, const char *organ_name)
{
    return cells(x, "inge", organ_name, -1, x->r->n_coarse - 1);
}

static double clone_of(const life *x, const char *name)
{
    for (int k = 0; k < x->r->host.n_clones; k++)
        if (strcmp(x->m->kind[x->r->host.clone[k].kind].name, name) == 0)
            return (double)x->r->host.clone[k].cells[0][x->r->n_times - 1].mean;
    fail_msg("no clone %s", name);
    return 0;
}

/* In how many of 20 lives there is more under `with` than under `without`, and in how many less. */
static void count_signs(const char *text, const char *without, const char *with, measure *of,
                        const char *what, int *more, int *less)
{
    *more = *less = 0;
    double sum[2] = {0, 0};
    for (int number = 0; number < PAIRS; number++) {
        life x = ask(text, without, 1, number), y = ask(text, with, 1, number);
        const double a = of(&x, what), b = of(&y, what);
        *more += b > a;
        *less += b < a;
        sum[0] += a / PAIRS;
        sum[1] += b / PAIRS;
        drop(&x);
        drop(&y);
    }
    print_message("# %s: %.4g without, %.4g with; more in %d of %d, less in %d\n", what, sum[0],
                  sum[1], *more, PAIRS, *less);
}

#define MANY                                                                                       \
    "  - {date: 1960-03-01, person: inge, event: delivery, week: 40, child: dirk, sex: male, "     \
    "seeds: {slow_seed: 3000, msc: 0, resident: 3e4}}\n"
#define CALLED FEW "homing.injury.gain := 1000; fate.rate := 0 per day; "

static void an_injury_calls_cells(void **state)
{
    (void)state;
    static const char late[] = INGE "events:\n" MANY INFARCT AT("1963-06-01", "heart");
    static const char early[] = INGE
        "events:\n" MANY "  - {date: 1960-02-20, person: inge, event: infarct, size: 20 %}\n" AT(
            "1960-05-01", "heart");
    int more, less;
    count_signs(late, CALLED "homing=none", CALLED "homing=always", cells_of, "heart", &more,
                &less);
    assert_int_equal(more, PAIRS);
    count_signs(late, CALLED "homing=none", CALLED "homing=pregnancy", cells_of, "heart", &more,
                &less);
    assert_true(more > 1 && less > 1); /* three years after it nobody is called */
    count_signs(early, CALLED "homing=none", CALLED "homing=pregnancy", cells_of, "heart", &more,
                &less);
    assert_int_equal(more, PAIRS);
}

#define CLONES                                                                                     \
    "  - {date: 1965-03-01, person: inge, event: tumour, of: breast, cells: 200}\n"                \
    "  - {date: 1965-03-01, person: inge, event: tumour, of: colon, cells: 200}\n"
#define SEEN                                                                                       \
    FEW "tumour.watch.half := 1e-6; tumour.feed.half := 1e-6; tumour.recruit := 0; "               \
        "tumour.kill.breast := 0.05 per day; tumour.kill.colon := 0.05 per day; "                  \
        "tumour.feed.breast := 0.01 per day; tumour.feed.colon := 0.01 per day; "

static void cells_kill_or_feed_tumours(void **state)
{
    (void)state;
    static const char text[] = INGE "events:\n" MANY CLONES AT("1966-03-01", "breast");
    static const struct {
        const char *with, *clone;
        bool grows;
    } all[] = {{SEEN "tumour=surveillance", "tumour_breast", false},
               {SEEN "tumour=recruitment", "tumour_breast", true},
               {SEEN "tumour=both", "tumour_breast", false},
               {SEEN "tumour=both", "tumour_colon", true}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        int more, less;
        count_signs(text, SEEN, all[k].with, clone_of, all[k].clone, &more, &less);
        assert_int_equal(all[k].grows ? more : less, PAIRS);
    }
}

static void a_response_rejects(void **state)
{
    (void)state;
    static const char text[] = INGE "events:\n" SONS AT("1965-03-01", "blood");
    int more, less;
    count_signs(text, FEW, FEW "niche=rejection; reject.rate := 0.01 per day", cells_of, "liver",
                &more, &less);
    assert_int_equal(less, PAIRS);
}

static void alzheimer_takes_or_lets_in(void **state)
{
    (void)state;
    static const char text[] =
        INGE "events:\n" MANY "  - {date: 1975-03-01, person: inge, event: diagnosis, of: "
             "alzheimer}\n" AT("1985-03-01", "brain.frontal_lobe");
    int more, less;
    count_signs(text, FEW, FEW "alzheimer=loss; brain.loss.alzheimer := 2 per year", cells_of,
                "brain.frontal_lobe", &more, &less);
    assert_int_equal(less, PAIRS);
    count_signs(text, FEW, FEW "alzheimer=opens; brain.opening.alzheimer := 500", cells_of,
                "brain.frontal_lobe", &more, &less);
    assert_int_equal(more, PAIRS);
}

/* ---------------------------------------------------------------- where there is nothing to move
 */
static void a_switch_without_its_matter_changes_no_bit(void **state)
{
    (void)state;
    static const char *const of_host[] = {"repair",       "tumour",      "ms",    "homing",
                                          "autoimmunity", "alzheimer",   "heart", "survival",
                                          "fetus",        "conditioning"};
    static const char text[] = INGE "events:\n" SONS AT("2010-05-01", "brain.frontal_lobe");
    life x = ask(text, FEW, 3, 0);
    const uint64_t first = cells_print(x.r);
    assert_true(cells_of(&x, "brain.frontal_lobe") > 0);
    int values = 0;
    for (size_t k = 0; k < sizeof of_host / sizeof *of_host; k++) {
        const int i = mtl_model_find_switch(x.m, of_host[k], NULL);
        mtl_switch_info info;
        assert_true(i >= 0);
        assert_int_equal(mtl_model_switch_info(x.m, i, &info), 0);
        for (int v = 0; v < info.n_values; v++, values++) {
            mtl_switch_value value;
            char with[512];
            assert_int_equal(mtl_model_switch_value(x.m, i, v, &value), 0);
            snprintf(with, sizeof with, FEW "%s=%s", of_host[k], value.value);
            life y = ask(text, with, 3, 0);
            /* with age the barrier opens, whoever is ill */
            const bool same = strcmp(value.value, "opens") != 0;
            assert_true((cells_print(y.r) == first) == same);
            drop(&y);
        }
    }
    assert_true(values >= 25);
    drop(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_come_earlier_or_later),
        cmocka_unit_test(cells_speed_or_slow_repair),
        cmocka_unit_test(an_injury_calls_cells),
        cmocka_unit_test(cells_kill_or_feed_tumours),
        cmocka_unit_test(a_response_rejects),
        cmocka_unit_test(alzheimer_takes_or_lets_in),
        cmocka_unit_test(a_switch_without_its_matter_changes_no_bit),
    };
    return cmocka_run_group_tests_name("signs of switches", tests, NULL, NULL);
}
