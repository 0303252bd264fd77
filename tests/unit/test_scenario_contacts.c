/* SPDX-License-Identifier: MIT */
/* Scenarios in which cells pass by other ways than the placenta: milk, transfusion, grafts,
   infusion, joined circulations of twins, and adoption, which only ends milk. What is refused
   stands in tests/cli/bad and is read by test_scenario.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_scenario.h"

/* cmocka wraps these where UNIT_TESTING is set; what the library hands out comes from the plain
 * ones. */
#undef malloc
#undef calloc
#undef realloc
#undef free

/* ---------------------------------------------------------------- other ways than the placenta */

#define LEA "people:\n  lea: {sex: female, born: 1987-11-03}\n"

/* Contact n of that kind, in order of dates. */
static const mtl__contact *contact(const mtl_scenario *s, enum mtl__contact_kind kind, int n)
{
    for (int i = 0; i < s->n_contacts; i++)
        if (s->contact[i].kind == kind && n-- == 0)
            return &s->contact[i];
    fail_msg("no such contact");
    return NULL;
}

static int n_of(const mtl_scenario *s, enum mtl__contact_kind kind)
{
    int n = 0;
    for (int i = 0; i < s->n_contacts; i++)
        n += s->contact[i].kind == kind;
    return n;
}

static const char *event_text(const mtl_scenario *s, const char *words)
{
    for (int i = 0; i < s->n_events; i++)
        if (strstr(s->event[i].text, words))
            return s->event[i].text;
    fail_msg("no event says '%s'", words);
    return "";
}

/* From birth, for each live-born child, until the date said, the child's death or its adoption. */
static void own_milk(void **state)
{
    (void)state;
    mtl_scenario *s =
        good("people:\n  anna: {sex: female, born: 1960-03-01}\n"
             "events:\n"
             "  - {date: 1985-01-01, person: anna, event: delivery, child: [a, b, c], milk: {for: "
             "200 days, volume: 0.5 L}}\n"
             "  - {date: 1985-02-10, person: b, event: death}\n"
             "  - {date: 1985-03-01, person: c, event: adoption}\n"
             "  - {date: 1988-01-01, person: anna, event: delivery, child: d, milk: 100 days}\n"
             "  - {date: 1990-01-01, person: anna, event: delivery, child: e, milk: 100 days}\n"
             "  - {date: 1990-01-01, person: e, event: adoption}\n");
    assert_int_equal(n_of(s, MTL__MILK), 4); /* none for e, adopted at birth */
    static const struct {
        const char *child;
        double days, volume;
    } want[] = {{"a", 200, 500}, {"b", 40, 500}, {"c", 59, 500}, {"d", 100, NAN}};
    for (int i = 0; i < 4; i++) {
        const mtl__contact *c = contact(s, MTL__MILK, i);
        assert_int_equal(c->giver, who(s, "anna"));
        assert_int_equal(c->taker, who(s, want[i].child));
        assert_true(c->t0 == p_of(s, want[i].child)->born && c->t1 == c->t0 + want[i].days);
        assert_true(isnan(want[i].volume) ? isnan(c->amount) : c->amount == want[i].volume);
        assert_true(c->implied && !c->bank);
    }
    assert_int_equal(s->n_adoptions, 2);
    assert_true(s->pregnancy[0].milk_days == 200.0);
    assert_string_equal(event_text(s, "adopted: ends"),
                        "adopted: ends the milk of anna; changes no cells");
    assert_non_null(strstr(event_text(s, "delivery of a, b"), "500 mL a day"));
    const int n = s->n_contacts;
    assert_int_equal(mtl__scenario_check(s, &err), 0); /* once more changes nothing */
    assert_int_equal(s->n_contacts, n);
    mtl_scenario_free(s);
    s = good("people:\n  anna: {sex: female, born: 1960-03-01}\nevents:\n"
             "  - {date: 1985-01-01, person: anna, event: delivery, child: a, milk: 9 months}\n"
             "  - {date: 1995-01-01, person: a, event: adoption}\n");
    assert_string_equal(event_text(s, "adopted"), "adopted; changes no cells");
    assert_true(s->t_end == DAY(1995, 1, 1));
    mtl_scenario_free(s);
}

static void nursing(void **state)
{
    (void)state;
    mtl_scenario *s = good(
        LEA "events:\n"
            "  - {from: 1987-11-10, person: lea, event: nursing, by: hilde, until: 1988-03-09, "
            "volume: 300 mL}\n"
            "  - {age: 5 days, person: lea, event: nursing, source: bank, for: 3 days}\n"
            "  - {date: 1988-03-09, person: lea, event: nursing, by: hilde, for: 1 month}\n");
    assert_int_equal(s->n_contacts, 3);
    const mtl__contact *bank = contact(s, MTL__MILK, 0), *nurse = contact(s, MTL__MILK, 1);
    assert_true(bank->t0 == DAY(1987, 11, 8) && bank->t1 == bank->t0 + 3 && bank->bank);
    assert_true(isnan(bank->amount));
    assert_int_equal(bank->giver, who(s, "donor1"));
    assert_int_equal(p_of(s, "donor1")->sex, MTL__FEMALE);
    assert_false(p_of(s, "donor1")->declared);
    assert_true(nurse->t0 == DAY(1987, 11, 10) && nurse->t1 == DAY(1988, 3, 9));
    assert_true(nurse->amount == 300.0 && !nurse->bank && !nurse->implied);
    assert_int_equal(nurse->giver, who(s, "hilde"));
    assert_int_equal(p_of(s, "hilde")->sex, MTL__FEMALE);
    assert_string_equal(nurse->path, "events[0]");
    assert_string_equal(mtl__scenario_relation(s, who(s, "lea"), who(s, "hilde")), "wet nurse");
    assert_string_equal(mtl__scenario_relation(s, who(s, "lea"), who(s, "donor1")), "milk donor");
    assert_string_equal(mtl__scenario_relation(s, who(s, "hilde"), who(s, "lea")), "unrelated");
    assert_string_equal(event_text(s, "bank"), "bank milk of donor1, for 3 days");
    assert_true(s->t_end > DAY(1988, 4, 7));
    mtl_scenario_free(s);
}

static void blood(void **state)
{
    (void)state;
    mtl_scenario *s = good(
        LEA "  uwe: {sex: male, born: 1950, died: 2001}\n"
            "events:\n"
            "  - {date: 2003-01-01, person: lea, event: transfusion, units: 12, reason: "
            "trauma, storage: 10 days, irradiated: true}\n"
            "  - {date: 1999-01-01, person: lea, event: transfusion, leukoreduced: true, "
            "donor_sex: male}\n"
            "  - {date: 1998-01-01, person: lea, event: transfusion, from: uwe}\n"
            "  - {date: 2004-01-01, person: lea, event: sample, organ: blood, assay: hla-qpcr, "
            "target: donor2}\n");
    const mtl__contact *first = contact(s, MTL__TRANSFUSION, 0);
    const mtl__contact *second = contact(s, MTL__TRANSFUSION, 1);
    const mtl__contact *third = contact(s, MTL__TRANSFUSION, 2);
    assert_int_equal(first->giver, who(s, "uwe"));
    assert_true(first->surgery && first->amount == 1.0 && isnan(first->storage_days));
    assert_true(!first->leukoreduced && !first->irradiated && first->t0 == first->t1);
    /* Strangers are named by date, not by their place in the file. */
    assert_int_equal(second->giver, who(s, "donor1"));
    assert_true(second->leukoreduced && mtl__has_y(p_of(s, "donor1")));
    assert_int_equal(third->giver, who(s, "donor2"));
    assert_true(third->amount == 12.0 && third->storage_days == 10.0 && third->irradiated);
    assert_false(third->surgery);
    assert_int_equal(p_of(s, "donor2")->sex, MTL__SEX_UNKNOWN);
    assert_int_equal(s->sample[0].target_person, who(s, "donor2"));
    assert_string_equal(mtl__scenario_relation(s, who(s, "lea"), who(s, "uwe")), "blood donor");
    assert_string_equal(event_text(s, "12 units"), "transfusion from donor2, 12 units, trauma, "
                                                   "irradiated, stored for 10 days");
    mtl_scenario_free(s);
}

static void grafts(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(LEA "  uwe: {sex: male, born: 1990-01-01, died: 2010-05-04}\n"
                 "  eva: {sex: female, born: 1960-01-01}\n"
                 "events:\n"
                 "  - {date: 2010-05-05, person: lea, event: graft, organ: kidney, from: uwe}\n"
                 "  - {date: 2011-05-05, person: lea, event: stem_cell_graft, from: eva}\n"
                 "  - {date: 2012-05-05, person: lea, event: stem_cell_graft, from: eva, "
                 "conditioning: false}\n"
                 "  - {date: 2013-05-05, person: lea, event: infusion, kind: msc, dose: 2e8, from: "
                 "nora}\n");
    const mtl__contact *kidney = contact(s, MTL__ORGAN_GRAFT, 0); /* a day after his death */
    assert_string_equal(model->organ[kidney->organ].name, "kidney");
    assert_true(kidney->cell_kind == -1 && isnan(kidney->amount));
    assert_true(contact(s, MTL__STEM_CELL_GRAFT, 0)->conditioning);
    assert_false(contact(s, MTL__STEM_CELL_GRAFT, 1)->conditioning);
    const mtl__contact *cells = contact(s, MTL__INFUSION, 0);
    assert_string_equal(model->kind[cells->cell_kind].name, "msc");
    assert_true(cells->amount == 2e8 && cells->organ == -1);
    static const char *const donors[][2] = {
        {"uwe", "organ donor"}, {"eva", "stem cell donor"}, {"nora", "donor of infused cells"}};
    for (int i = 0; i < 3; i++)
        assert_string_equal(mtl__scenario_relation(s, who(s, "lea"), who(s, donors[i][0])),
                            donors[i][1]);
    char *drawn = mtl_scenario_draw(s, 100);
    assert_non_null(drawn);
    assert_non_null(strstr(drawn, "uwe -> lea   2010-05-05  graft of kidney from uwe"));
    assert_non_null(strstr(drawn, "G graft"));
    free(drawn);
    mtl_scenario_free(s);
}

/* Vessels between every two of one pregnancy, from week 10 until the first of the two is out. */
static void joined_twins(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA "  - date: 1950-01-01\n"
                  "    person: anna\n"
                  "    event: delivery\n"
                  "    week: 37\n"
                  "    child: [a, b]\n"
                  "    chorionicity: monochorionic\n"
                  "    vanished: [{week: 14, child: v}, {week: 9, child: w}]\n"
                  "  - {date: 1955-01-01, person: anna, event: delivery, child: c}\n");
    const mtl__pregnancy *p = &s->pregnancy[0];
    assert_int_equal(s->n_contacts, 6); /* a, b and v; w was gone before week 10; c was alone */
    assert_int_equal(n_of(s, MTL__ANASTOMOSIS), 6);
    for (int i = 0; i < 6; i++) {
        const mtl__contact *c = contact(s, MTL__ANASTOMOSIS, i);
        const bool gone = c->giver == who(s, "v") || c->taker == who(s, "v");
        assert_true(c->giver != c->taker && c->t0 == p->conceived + 56.0);
        assert_true(c->t1 == (gone ? p->conceived + 84.0 : p->ended));
        assert_int_equal(c->line, p->line);
        for (int k = 0; k < i; k++)
            assert_false(contact(s, MTL__ANASTOMOSIS, k)->giver == c->giver &&
                         contact(s, MTL__ANASTOMOSIS, k)->taker == c->taker);
    }
    assert_non_null(strstr(event_text(s, "delivery of a and b"), "vessels may be joined"));
    assert_null(strstr(event_text(s, "delivery of c"), "joined"));
    char *drawn = mtl_scenario_draw(s, 100);
    assert_non_null(drawn);
    assert_null(strstr(drawn, "Other ways")); /* nothing by an event of its own */
    free(drawn);
    mtl_scenario_free(s);
}

static void deletion(void **state)
{
    (void)state;
    mtl_scenario *s = NULL;
    assert_int_equal(mtl_scenario_load(&s, path_of("examples/deletion22q11.yaml"), model, &err), 0);
    assert_int_equal(p_of(s, "alba")->karyotype, MTL__DELETION_22Q11);
    char *drawn = mtl_scenario_draw(s, 100);
    assert_non_null(drawn);
    assert_non_null(strstr(drawn, "1997-10-06, 22q11 deletion"));
    free(drawn);
    mtl_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(own_milk),     cmocka_unit_test(nursing),
                                       cmocka_unit_test(blood),        cmocka_unit_test(grafts),
                                       cmocka_unit_test(joined_twins), cmocka_unit_test(deletion)};
    return cmocka_run_group_tests_name("scenario_contacts", tests, load_model, free_model);
}
