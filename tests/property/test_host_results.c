/* SPDX-License-Identifier: MIT */
/* What a run says of hosts. The unknowns of an injury are drawn under every value of `repair`, also
   where no life is followed; healing is told alike whether lives are followed or not; what an
   injury brings is what comes beyond the same family without it: on average hardly less with the
   years, for seeds keep their number, but in ever fewer women; tumours that began are found, there
   or gone; and a tumour's baseline is the share that is found in women without foreign cells.

   One comparison is of chance: 150 childless women (seed 11), breast and colon, each within 4.75
   standard errors of its baseline; a false alarm in 4e-6 of all changes of the draws. All else is
   an equality, an order that holds in each life, or without random numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lives.h"

#define FEW                                                                                        \
    "resident.dose := 300; msc.dose := 20; resident.division := 0.2 per year; "                    \
    "msc.division := 0.2 per year; repair.half := 0.003; "
#define SON(who, child, day)                                                                       \
    "  - {date: " day ", person: " who ", event: delivery, week: 40, child: " child ", sex: "      \
    "male}\n"
#define HEART(who, day)                                                                            \
    "  - {date: " day ", person: " who ", event: sample, organ: heart, genomes: 1e6, assay: "      \
    "dys14-qpcr}\n"
#define INFARCT(who, day, size)                                                                    \
    "  - {date: " day ", person: " who ", event: infarct, size: " size " %}\n"

static life ask(const char *text, const char *with, int lives, bool unknowns, bool brought)
{
    return live(&(asked){
        .text = text, .with = with, .replicates = lives, .unknowns = unknowns, .brought = brought});
}

/* ---------------------------------------------------------------- healing */
static const char TWO[] =
    "people:\n  anna: {sex: female, born: 1950-03-01}\n  zoe: {sex: female, born: 1950-03-01}\n"
    "focus: anna\nevents:\n" SON("anna", "tom", "1975-06-01") INFARCT("anna", "1981-03-01", "20")
        INFARCT("zoe", "1981-03-01", "0") HEART("anna", "1984-06-01");

static void unknowns_of_injuries_are_drawn(void **state)
{
    static const char *const repair[] = {"repair=bystander", "repair=benefit", "repair=harm"};
    (void)state;
    for (int k = 0; k < 3; k++) {
        char with[512];
        snprintf(with, sizeof with, FEW "%s", repair[k]);
        life x = ask(TWO, with, 24, true, false);
        const mtl__injury_result *i = &x.r->host.injury[0];
        assert_int_equal(x.r->host.together, k > 0);
        assert_true(i->heal[1].low < 60 && !(i->heal[1].high < 200)); /* 0.002 to 0.2 a day */
        assert_true(fabs(i->healed_alone - log(10.0) / 0.02) < 1e-9);
        if (k == 0)
            assert_true(fabs(i->heal[0].low - i->healed_alone) < 1e-4 &&
                        fabs(i->heal[0].high - i->healed_alone) < 1e-4);
        else
            assert_true(k == 1 ? i->heal[0].middle < i->healed_alone - 1
                               : i->heal[0].middle > i->healed_alone + 1);
        int t = 0;
        while (x.r->time[t] < x.s->injury[i->injury].t + 30)
            t++;
        assert_true(i->damage[1][t].q975 > 2 * i->damage[1][t].q025);
        assert_true(i->damage[0][t].q975 < 2 * i->damage[0][t].q025);
        assert_true(x.r->host.injury[1].heal[0].peak == 0.0);
        assert_true(isnan(x.r->host.injury[1].heal[0].middle));
        drop(&x);
    }
}

/* Followed or not, looked at often or seldom: the same day. */
static void healing_is_of_no_grid(void **state)
{
    char followed[2048];
    double date[40];
    (void)state;
    snprintf(followed, sizeof followed, "follow: [death]\n%s", TWO);
    for (int k = 0; k < 40; k++)
        date[k] = 4077 + 11 * k; /* 1981-03 and after */
    const asked q[] = {{.text = TWO, .with = FEW},
                       {.text = followed, .with = FEW},
                       {.text = TWO, .with = FEW "repair=harm; repair.harm := 0"},
                       {.text = TWO, .with = FEW, .dates = date, .n_dates = 40},
                       {.text = TWO, .with = FEW, .solver = MTL_SOLVER_ANALYTIC}};
    for (size_t k = 0; k < sizeof q / sizeof *q; k++) {
        life x = live(&q[k]);
        assert_true(fabs(x.r->host.injury[0].heal[0].middle / (log(10.0) / 0.02) - 1) < 1e-4);
        drop(&x);
    }
}

/* ---------------------------------------------------------------- what it brings */
static const char LATE[] =
    "people:\n  ada: {sex: female, born: 1940-03-01}\n  cia: {sex: female, born: 1940-03-01}\n"
    "  ida: {sex: female, born: 1940-03-01}\n"
    "focus: ada\nevents:\n" SON("ada", "adam", "1965-03-01") SON("cia", "carl", "1965-03-01")
        SON("ida", "ivo", "1965-03-01") INFARCT("ada", "1975-03-01", "12")
            INFARCT("cia", "2005-03-01", "12") INFARCT("ida", "1975-03-01", "0")
                HEART("cia", "2005-06-01");

static void what_injuries_bring(void **state)
{
    static const char *const with[] = {"", "homing=none", "repair=benefit", "niche=rejection"};
    double came[4][3];
    (void)state;
    for (int k = 0; k < 4; k++) {
        life x = ask(LATE, with[k], 2, false, true);
        for (int i = 0; i < 3; i++) {
            const mtl__injury_result *y = &x.r->host.injury[i];
            came[k][y->person == who(&x, "ada")   ? 0
                    : y->person == who(&x, "cia") ? 1
                                                  : 2] = y->came;
            if (k == 3)
                assert_true(isnan(y->came) && isnan(y->fated));
            else if (y->person == who(&x, "ida"))
                assert_true(fabs(y->came) < 1e-6 * y->there && y->fated < 1e-6 * y->there);
            else
                assert_true(y->fated > 0.1 * y->there && y->fated < y->there && y->p_seed > 0.4 &&
                            y->p_seed < 0.8 && fabs(y->brought_days - 90) < 1e-9);
        }
        const double seeds = x.r->host.injury[0].seeds; /* level on average, in fewer lives */
        assert_true(k == 3 || (seeds > 1 && fabs(x.r->host.injury[2].seeds / seeds - 1) < 1e-3));
        assert_true(k == 3 ||
                    x.r->host.injury[2].p_seed < x.r->host.injury[0].p_seed - 0.1); /* by date */
        drop(&x);
    }
    print_message("# came: %g, %g, %g\n", came[0][0], came[0][1], came[0][2]);
    assert_true(came[0][0] > 0.05 && came[0][1] > 0.05); /* few, of 6500 */
    assert_true(came[0][0] < 1.0 && came[0][1] < 1.001 * came[0][0]);
    assert_true(came[1][0] < 0.01 * came[0][0]); /* nothing calls them */
    assert_true(fabs(came[2][0] - came[0][0]) < 1e-6 * came[0][0]);
}

/* What came and was taken away within the ninety days did come: its most is told, and when. */
static void what_is_taken_away_had_come(void **state)
{
#define DEPLETION "  - {date: 1965-03-11, person: ada, event: depletion}\n"
    static const char text[] =
        "people:\n  ada: {sex: female, born: 1940-03-01}\n"
        "  cia: {sex: female, born: 1940-03-01}\n"
        "focus: ada\nevents:\n" SON("ada", "adam", "1965-03-01") SON("cia", "carl", "1965-03-01")
            INFARCT("ada", "1965-02-10", "12") INFARCT("cia", "1965-02-10", "12")
                DEPLETION HEART("cia", "1965-06-01");
    (void)state;
    life x = ask(text, "", 2, false, true);
    const mtl__injury_result *ada = &x.r->host.injury[0], *cia = &x.r->host.injury[1];
    print_message("# taken away: %g on day %g of %g\n", ada->came, ada->most_day, cia->came);
    assert_true(ada->came > 1 && ada->came < cia->came);
    assert_true(ada->most_day > 0 && ada->most_day <= 29 && ada->brought_days > 89);
    assert_true(fabs(ada->seeds - cia->seeds) < 1e-6 * cia->seeds); /* not yet */
    drop(&x);
}

/* ---------------------------------------------------------------- tumours */
static const char CHILDLESS[] =
    "follow: [tumour_breast, tumour_colon]\npeople:\n  inge: {sex: female, born: 1948-02-11}\n"
    "events:\n  - {age: 80 years, person: inge, event: sample, organ: blood, assay: dys14-qpcr}\n";

static void baselines_of_tumours(void **state)
{
    enum { LIVES = 150 };
    static const char *const name[] = {"tumour_breast", "tumour_colon"};
    (void)state;
    life x = ask(CHILDLESS, "tumour.initiation := 12", LIVES, false, false);
    for (int k = 0; k < 2; k++) {
        const mtl__outcome_result *o = outcome(&x, "inge", name[k]);
        const double p = o->p_baseline;
        print_message("# %s: %.3f, baseline %.3f\n", name[k], o->p_end[0], p);
        assert_true(p > 0.05 && p < 0.8);
        assert_true(fabs(o->p_end[0] - p) < 4.75 * sqrt(p * (1 - p) / LIVES));
        assert_true(fabs((double)o->baseline[x.r->n_times - 1] - p) < 1e-6);
    }
    for (int k = 0; k < x.r->host.n_clones; k++) {
        const mtl__clone_result *c = &x.r->host.clone[k];
        assert_true(c->p_begun[0] > c->p_detected[0] && c->p_alive_end[0] > 0 && c->p_gone[0] > 0);
        assert_true(fabs(c->p_begun[0] - c->p_detected[0] - c->p_alive_end[0] - c->p_gone[0]) <
                    1e-9);
    }
    drop(&x);
}

static void a_dated_tumour_is_no_outcome(void **state)
{
    (void)state;
    life x = ask("follow: [tumour_breast, tumour_colon]\n"
                 "people:\n  inge: {sex: female, born: 1948-02-11}\nevents:\n"
                 "  - {age: 50 years, person: inge, event: tumour, of: breast, cells: 10}\n"
                 "  - {age: 60 years, person: inge, event: sample, organ: blood, assay: "
                 "dys14-qpcr}\n",
                 "", 20, false, false);
    const mtl__outcome_result *breast = outcome(&x, "inge", "tumour_breast"),
                              *colon = outcome(&x, "inge", "tumour_colon");
    assert_true(breast->dated && !breast->given && isnan(breast->p_baseline) && !breast->baseline);
    assert_true(!colon->dated && colon->p_baseline > 0);
    for (int k = 0; k < x.r->host.n_clones; k++)
        if (x.r->host.clone[k].outcome == breast->outcome)
            assert_true(fabs(x.r->host.clone[k].p_begun[0] - 1) < 1e-9);
    char *text = mtl_result_hosts(x.r);
    assert_non_null(text);
    assert_non_null(strstr(text, "Breast cancer: as dated in the scenario\n"));
    assert_non_null(strstr(text, "Breast cancer: 100 = "));
    free(text);
    drop(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknowns_of_injuries_are_drawn),
        cmocka_unit_test(healing_is_of_no_grid),
        cmocka_unit_test(what_injuries_bring),
        cmocka_unit_test(what_is_taken_away_had_come),
        cmocka_unit_test(baselines_of_tumours),
        cmocka_unit_test(a_dated_tumour_is_no_outcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
