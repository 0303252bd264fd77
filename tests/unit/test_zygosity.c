/* SPDX-License-Identifier: MIT */
/* Twins of one egg and of two: what the file may say, what follows from it, and what it rules out;
   women in whom losses that nobody noticed are followed; and that shares of a body never sum to
   more than the body. Nothing here is a test of chance. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "family/scenario.h"
#include "fixture_model.h"
#include "matriline/matriline.h"
#include "run/run_internal.h"

static int read(mtl_scenario **s, const char *birth, const char *rest, mtl_error *err)
{
    char text[1024];
    snprintf(text, sizeof text,
             "people:\n"
             "  anna: {sex: female, born: 1950-03-01}\n"
             "events:\n"
             "  - {date: 1978-06-01, person: anna, event: delivery, %s}\n"
             "%s",
             birth, rest);
    memset(err, 0, sizeof *err);
    return mtl_scenario_parse(s, text, (int)strlen(text), "twins", model, err);
}

static int find(const mtl_scenario *s, const char *name)
{
    for (int i = 0; i < s->n_people; i++)
        if (strcmp(s->person[i].name, name) == 0)
            return i;
    fail_msg("nobody is called %s", name);
    return -1;
}

static bool alike(const char *birth)
{
    mtl_scenario *s;
    if (read(&s, birth, "", &err) != 0)
        fail_msg("%s: %s", birth, err.text);
    const bool same = mtl__same_genome(s, find(s, "a"), find(s, "b"));
    assert_false(mtl__same_genome(s, find(s, "a"), find(s, "anna")));
    mtl_scenario_free(s);
    return same;
}

static void test_genomes(void **state)
{
    (void)state;
    assert_true(alike("child: [a, b], sex: male, zygosity: monozygotic"));
    assert_true(
        alike("child: [a, b], sex: male, zygosity: monozygotic, chorionicity: dichorionic"));
    assert_false(alike("child: [a, b], sex: male, zygosity: dizygotic"));
    assert_false(
        alike("child: [a, b], sex: male, zygosity: dizygotic, chorionicity: monochorionic"));
    /* nothing said: by the placenta, if the sexes allow */
    assert_true(alike("child: [a, b], sex: male, chorionicity: monochorionic"));
    assert_false(alike("child: [a, b], sex: [male, female], chorionicity: monochorionic"));
    assert_false(alike("child: [a, b], sex: male"));
    assert_false(alike("child: [a, b], sex: male, zygosity: unknown"));
}

static void test_sex_follows(void **state)
{
    (void)state;
    mtl_scenario *s;
    assert_int_equal(
        read(&s, "children: [{name: a, sex: female}, {name: b}], zygosity: monozygotic", "", &err),
        0);
    assert_int_equal(s->person[find(s, "b")].sex, MTL__FEMALE);
    mtl_scenario_free(s);
}

static void refused(const char *birth, const char *rest, int line, const char *part)
{
    mtl_scenario *s = NULL;
    if (read(&s, birth, rest, &err) == 0)
        fail_msg("accepted: %s", birth);
    assert_null(s);
    if (!strstr(err.text, part))
        fail_msg("said '%s', not '%s'", err.text, part);
    assert_int_equal(err.line, line);
}

static void test_conflicts(void **state)
{
    (void)state;
    refused("child: [a, b], sex: [male, female], zygosity: monozygotic", "", 4, "one sex");
    refused("child: a, sex: male, zygosity: dizygotic", "", 4, "one child");
    refused("child: [a, b], sex: male, zygosity: monocygotic", "", 4, "monozygotic");
    refused("child: [a, b], sex: male, zygosity: monozygotic",
            "  - {age: 20 years, person: a, event: sample, organ: blood, assay: hla-qpcr, target: "
            "b}\n",
            5, "monozygotic twins");
}

/* One key for women; a man, a woman without a birth date, a name twice, a name that is taken. */
static void unnoticed(const char *list, const char *people, const char *part)
{
    char text[1024];
    mtl_scenario *s = NULL;
    snprintf(text, sizeof text,
             "unnoticed_losses: %s\n"
             "people:\n"
             "  anna: {sex: female, born: 1950-03-01}\n"
             "  tom: {sex: male, born: 1972-06-01, mother: anna}\n"
             "%s"
             "events:\n"
             "  - {date: 1990-06-01, person: anna, event: sample, organ: blood}\n",
             list, people);
    const int ret = mtl_scenario_parse(&s, text, (int)strlen(text), "losses", model, &err);
    if (!part) {
        if (ret != 0)
            fail_msg("%s", err.text);
        int n = 0;
        for (int k = 0; k < s->n_pregnancies; k++)
            n += s->pregnancy[k].unnoticed_years > 0;
        assert_true(n >= 8);
        /* they are no events, and in no drawing */
        for (int k = 0; k < s->n_events; k++)
            assert_null(strstr(s->event[k].text, "unknown_loss"));
        char *drawn = mtl_scenario_draw(s, 100);
        assert_non_null(drawn);
        assert_null(strstr(drawn, "unknown_loss"));
        assert_non_null(strstr(drawn, "nobody noticed"));
        free(drawn);
    } else {
        assert_true(ret < 0);
        if (!strstr(err.text, part))
            fail_msg("said '%s', not '%s'", err.text, part);
        assert_true(err.line > 0);
    }
    mtl_scenario_free(s);
}

static void test_unnoticed(void **state)
{
    (void)state;
    unnoticed("[anna]", "", NULL);
    unnoticed("[tom]", "", "male");
    unnoticed("[anna, anna]", "", "twice");
    unnoticed("[ann]", "", "anna");
    unnoticed("[rosa]", "  rosa: {sex: female}\n", "birth date");
    unnoticed("[anna]", "  unknown_loss_anna_1: {sex: male, born: 1980-01-01}\n",
              "unknown_loss_anna_1");
}

/* Two infusions that would each make all of the blood anew, beside a graft. */
static void test_shares(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  anna: {sex: female, born: 1950-03-01}\n"
        "events:\n"
        "  - {date: 1980-06-01, person: anna, event: stem_cell_graft, from: ben, conditioning: "
        "false}\n"
        "  - {date: 1981-06-01, person: anna, event: infusion, from: udo, kind: hsc, dose: 1e5}\n"
        "  - {date: 1981-06-02, person: anna, event: infusion, from: ida, kind: hsc, dose: 1e5}\n"
        "  - {date: 1985-06-01, person: anna, event: sample, organ: blood, genomes: 1e4}\n";
    mtl_scenario *s;
    mtl_result *r = NULL;
    mtl_run_opts o;
    assert_int_equal(mtl_scenario_parse(&s, text, (int)strlen(text), "shares", model, &err), 0);
    for (int solver = 0; solver < 2; solver++) {
        mtl_run_opts_init(&o);
        o.replicates = 4;
        o.solver = solver ? MTL_SOLVER_ANALYTIC : MTL_SOLVER_LEAP;
        if (mtl_run(&r, s, model, &o, &err) != 0)
            fail_msg("%s", err.text);
        double most = 0;
        for (int k = 0; k < r->n_times; k++) {
            double sum = 0;
            for (int i = 0; i < r->n_pairs; i++)
                sum += (double)r->pair[i].level[0][k].mean;
            most = fmax(most, sum);
        }
        assert_true(most > 0.95e6);
        if (!(most <= 1e6 * (1 + 1e-5)))
            fail_msg("donors make up %.8g of a million cells", most);
        /* what was there a month after the graft is asked for, and what is there at its own date */
        bool month = false;
        for (int k = 0; k < r->n_coarse; k++)
            month = month || fabs(r->coarse[k] - (mtl__date_to_days(1980, 6, 1) + 30)) < 0.5;
        assert_true(month);
        mtl_result_free(r);
    }
    mtl_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_genomes),   cmocka_unit_test(test_sex_follows),
        cmocka_unit_test(test_conflicts), cmocka_unit_test(test_unnoticed),
        cmocka_unit_test(test_shares),
    };
    return cmocka_run_group_tests_name("zygosity", tests, load_model, free_model);
}
