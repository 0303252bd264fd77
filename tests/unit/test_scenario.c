/* SPDX-License-Identifier: MIT */
/* Scenarios from YAML: every example and every bad file, the meaning of dates, weeks, ages, implied
   pregnancies, and the drawing against kept copies (tests/golden/scenario; set
   MATRILINE_RENEW_GOLDEN to write them anew). */
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

/* ---------------------------------------------------------------- the demo, part by part */

static void anna(void **state)
{
    (void)state;
    mtl_scenario *s = NULL;
    assert_int_equal(mtl_scenario_load(&s, path_of("examples/anna.yaml"), model, &err), 0);
    assert_int_equal(s->n_people, 5);
    assert_int_equal(s->n_pregnancies, 4); /* greta's with anna is implied */
    assert_int_equal(s->n_samples, 4);
    assert_int_equal(s->focus, who(s, "anna"));
    assert_string_equal(mtl_scenario_person_name(s, s->focus), "anna");
    const mtl__person *greta = p_of(s, "greta"), *tom = p_of(s, "tom"), *lost = p_of(s, "lost1");
    assert_false(greta->declared);
    assert_int_equal(greta->sex, MTL__FEMALE);
    assert_true(isnan(greta->born));
    assert_int_equal(s->pregnancy[0].mother, who(s, "greta"));
    assert_int_equal(p_of(s, "anna")->pregnancy, 0);
    assert_true(tom->born == DAY(1948, 6, 1));
    assert_true(tom->conceived == DAY(1948, 6, 1) - 38 * 7);
    assert_true(mtl__has_y(tom));
    const mtl__pregnancy *p = &s->pregnancy[tom->pregnancy];
    assert_int_equal(p->outcome, MTL__LIVE_BIRTH);
    assert_int_equal(p->mode, MTL__VAGINAL);
    assert_true(fabs(p->milk_days - 0.75 * MTL_DAYS_PER_YEAR) < 1.0);
    assert_string_equal(p->path, "events[0]");
    assert_true(isnan(lost->born));
    assert_true(lost->died == DAY(1950, 7, 2));
    assert_true(lost->conceived == DAY(1950, 7, 2) - 35.0);
    assert_int_equal(s->pregnancy[lost->pregnancy].care, MTL__CARE_EXPECTANT);
    assert_string_equal(mtl__relation(s->person, s->n_people, s->focus, who(s, "lost1")),
                        "lost pregnancy");
    assert_true(s->sample[0].volume_mL == 20.0);
    assert_string_equal(model->assay[s->sample[0].assay].name, "dys14-qpcr");
    assert_int_equal(s->sample[0].organ, model->blood);
    for (int i = 1; i < 4; i++)
        assert_true(s->sample[i].autopsy && s->sample[i].t == DAY(2004, 5, 1));
    assert_true(p_of(s, "anna")->died == DAY(2004, 5, 1));
    assert_true(s->t_end == DAY(2004, 5, 1));
    assert_int_equal(strlen(mtl_scenario_hash(s)), 64);
    for (int i = 1; i < s->n_events; i++)
        assert_true(s->event[i - 1].t <= s->event[i].t);
    mtl_scenario_free(s);
}

/* ---------------------------------------------------------------- files */

static void examples(void **state)
{
    (void)state;
    static const struct {
        const char *name, *focus;
        int people, pregnancies, samples;
    } want[] = {{"anna", "anna", 5, 4, 4},
                {"twins", "ruth", 4, 2, 2},
                {"termination", "carla", 4, 3, 3},
                {"adoptee", "joan", 2, 1, 2},
                {"five_sons", "dora", 6, 5, 21},
                {"trisomy21", "lena", 3, 2, 2},
                {"cord_blood", "otto", 2, 1, 3},
                {"vanished_twin", "hanna", 4, 2, 2},
                {"preeclampsia", "sofia", 3, 2, 4},
                {"three_generations", "kim", 4, 3, 5},
                {"mother_of_13", "theresa", 14, 13, 3},
                {"early_loss", "nina", 2, 1, 2},
                {"dead_son", "vera", 2, 1, 3},
                {"deletion22q11", "ines", 3, 2, 2},
                {"donor_milk", "emil", 5, 3, 3},
                {"transfusion", "olga", 4, 1, 3},
                {"stem_cell_graft", "edith", 5, 4, 3},
                {"dizygotic_twins", "aaron", 3, 1, 4}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        char name[64];
        mtl_scenario *s = NULL;
        snprintf(name, sizeof name, "examples/%s.yaml", want[i].name);
        if (mtl_scenario_load(&s, path_of(name), model, &err) < 0)
            fail_msg("%s:%d:%d %s: %s", name, err.line, err.column, err.field, err.text);
        assert_int_equal(mtl_scenario_n_people(s), want[i].people);
        assert_int_equal(s->n_pregnancies, want[i].pregnancies);
        assert_int_equal(mtl_scenario_n_samples(s), want[i].samples);
        assert_string_equal(mtl_scenario_person_name(s, s->focus), want[i].focus);
        mtl_scenario_free(s);
    }
}

/* Every file of tests/cli/bad: exit code, line and words, as EXPECTED.tsv says. */
static void bad_files(void **state)
{
    (void)state;
    char line[1024], name[1100];
    int n = 0;
    FILE *f = fopen(path_of("tests/cli/bad/EXPECTED.tsv"), "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (fgets(line, sizeof line, f)) {
        mtl_scenario *s = NULL;
        line[strcspn(line, "\n")] = '\0';
        char *code = strchr(line, '\t');
        assert_non_null(code);
        *code++ = '\0';
        char *at = strchr(code, '\t');
        assert_non_null(at);
        char *words = strchr(at + 1, '\t');
        assert_non_null(words);
        words++;
        snprintf(name, sizeof name, "tests/cli/bad/%s", line);
        const int ret = mtl_scenario_load(&s, path_of(name), model, &err);
        if (mtl_exit_code(ret) != atoi(code) || err.line != atoi(at + 1) || err.column < 1 ||
            !strstr(err.text, words)) {
            if (!strstr(err.field, words) || mtl_exit_code(ret) != atoi(code))
                fail_msg("%s: %d, %d:%d %s: %s", line, ret, err.line, err.column, err.field,
                         err.text);
        }
        assert_null(s);
        n++;
    }
    fclose(f);
    assert_true(n >= 115);
    assert_int_equal(
        mtl_scenario_load(&(mtl_scenario *){NULL}, path_of("no/such/file"), model, &err),
        MTL_ERR_IO);
    assert_int_equal(mtl_scenario_load(&(mtl_scenario *){NULL}, path_of("examples"), model, &err),
                     MTL_ERR_IO);
}

static void too_large(void **state)
{
    (void)state;
    const size_t n = (4u << 20) + 1;
    char *text = malloc(n + 1);
    mtl_scenario *s = NULL;
    assert_non_null(text);
    memset(text, '#', n);
    text[n] = '\0';
    assert_int_equal(mtl_scenario_parse(&s, text, (int)n, "large", model, &err), MTL_ERR_SYNTAX);
    free(text);
}

/* ---------------------------------------------------------------- dates */

static void dates(void **state)
{
    (void)state;
    mtl_scenario *s = good(
        ANNA
        "  - {date: 1950, person: anna, event: delivery, child: a}\n"
        "  - {date: 1953-02, person: anna, event: delivery, week: 38+4, child: b}\n"
        "  - {age: 30 years, person: anna, event: delivery, week: 39 weeks, child: c}\n"
        "  - {conceived: 1957-01-01, person: anna, event: delivery, child: d}\n"
        "  - {date: 1960-06-01, conceived: 1959-09-01, person: anna, event: delivery, child: e}\n");
    assert_true(p_of(s, "a")->born == DAY(1950, 7, 2) && p_of(s, "a")->born_slack == 183.0);
    assert_true(p_of(s, "b")->born == DAY(1953, 2, 15));
    assert_true(fabs(s->pregnancy[p_of(s, "b")->pregnancy].weeks - (38 + 4 / 7.0)) < 1e-9);
    assert_true(p_of(s, "c")->born == DAY(1955, 3, 1)); /* a birthday */
    assert_true(p_of(s, "d")->born == DAY(1957, 1, 1) + 38 * 7);
    assert_true(p_of(s, "e")->conceived == DAY(1959, 9, 1) &&
                p_of(s, "e")->born == DAY(1960, 6, 1));
    assert_true(fabs(s->pregnancy[p_of(s, "e")->pregnancy].weeks - (274.0 / 7.0 + 2.0)) < 1e-9);
    mtl_scenario_free(s);
    refused(ANNA "  - {date: 1960-06-01, conceived: 1959-09-01, week: 30, person: anna, event: "
                 "delivery, child: e}\n",
            MTL_ERR_DATE, 4, "week 30, but");
    refused(ANNA "  - {date: 1960-06-01T00:00, person: anna, event: death}\n", MTL_ERR_DATE, 4,
            "is not a date");
    refused(ANNA "  - {date: 960, person: anna, event: death}\n", MTL_ERR_DATE, 4, "is not a date");
    refused(ANNA "  - {date: 1799, person: anna, event: death}\n", MTL_ERR_DATE, 4,
            "the year 1799");
}

/* The nearer of two dates is kept, and an age may count from a birth that another event gives. */
static void dates_agree(void **state)
{
    (void)state;
    mtl_scenario *s =
        good("people:\n"
             "  anna: {sex: female, born: 1925-03-01}\n"
             "  tom: {born: 1948-06-01}\n"
             "  eva: {born: 1953}\n"
             "  ida: {born: 1957-02-03, weeks: 37}\n"
             "events:\n"
             "  - {age: 25 years, person: eva, event: delivery, child: kim}\n"
             "  - {date: 1948, person: anna, event: delivery, child: tom, sex: male}\n"
             "  - {date: 1953-01-20, person: anna, event: delivery, child: eva}\n"
             "  - {person: anna, event: delivery, child: ida}\n");
    assert_true(p_of(s, "tom")->born == DAY(1948, 6, 1));
    assert_int_equal(p_of(s, "tom")->sex, MTL__MALE);
    assert_true(p_of(s, "eva")->born == DAY(1953, 1, 20));
    assert_true(p_of(s, "kim")->born == DAY(1978, 1, 20));
    assert_true(p_of(s, "ida")->born == DAY(1957, 2, 3));
    assert_true(s->pregnancy[p_of(s, "ida")->pregnancy].weeks == 37.0);
    assert_int_equal(p_of(s, "eva")->sex, MTL__FEMALE); /* she delivered */
    mtl_scenario_free(s);
}

/* ---------------------------------------------------------------- people */

static void implied(void **state)
{
    (void)state;
    mtl_scenario *s =
        good("people:\n"
             "  anna: {sex: female, born: 1925-03-01, mother: greta, weeks: 38}\n"
             "  otto: {sex: male, born: 1925-03-01, mother: greta}\n"
             "  emma: {sex: female, conceived: 1927-01-01, mother: greta, father: karl}\n"
             "  fritz: {born: 1930, mother: greta}\n"
             "  greta: {sex: female, born: 1900}\n");
    assert_int_equal(s->n_pregnancies, 3); /* anna and otto are twins */
    assert_int_equal(s->pregnancy[0].n_children, 2);
    assert_true(s->pregnancy[0].weeks == 38.0);
    assert_int_equal(p_of(s, "anna")->pregnancy, p_of(s, "otto")->pregnancy);
    assert_true(p_of(s, "otto")->conceived == p_of(s, "anna")->conceived);
    assert_string_equal(mtl__relation(s->person, s->n_people, who(s, "anna"), who(s, "otto")),
                        "twin brother");
    assert_true(p_of(s, "emma")->born == DAY(1927, 1, 1) + 38 * 7);
    assert_int_equal(p_of(s, "karl")->sex, MTL__MALE);
    /* Checking once more changes nothing. */
    const int n = s->n_events;
    assert_int_equal(mtl__scenario_check(s, &err), 0);
    assert_int_equal(s->n_pregnancies, 3);
    assert_int_equal(s->n_events, n);
    mtl_scenario_free(s);
    refused("people:\n  anna: {sex: female, mother: greta}\n", MTL_ERR_DATE, 2, "is not known");
    refused("people:\n  anna: {sex: male, karyotype: monosomy X, born: 1950}\n", MTL_ERR_VALUE, 2,
            "without a Y");
    refused("people:\n  \"a,b\": {sex: male}\n", MTL_ERR_VALUE, 2, "no comma");
}

/* Random streams are keyed by names, so automatic names follow the dates and not the file. */
static void automatic_names(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA "  - {date: 1955-01-01, person: anna, event: miscarriage, week: 9}\n"
                  "  - {date: 1950-01-01, person: anna, event: loss, week: 8}\n"
                  "  - {date: 1952-01-01, person: anna, event: loss, week: 8, child: lost2}\n"
                  "  - {date: 1957-01-01, person: anna, event: stillbirth, week: 36}\n");
    assert_true(p_of(s, "lost1")->died == DAY(1950, 1, 1));
    assert_true(p_of(s, "lost2")->died == DAY(1952, 1, 1));
    assert_true(p_of(s, "lost3")->died == DAY(1955, 1, 1));
    assert_true(p_of(s, "lost3")->key == mtl__hash("lost3"));
    assert_int_equal(s->pregnancy[p_of(s, "stillborn1")->pregnancy].outcome, MTL__STILLBIRTH);
    mtl_scenario_free(s);
}

/* The order of the file means nothing. */
static void order_is_free(void **state)
{
    (void)state;
    static const char *const line[] = {
        "  - {date: 1950-01-01, person: anna, event: loss, week: 8}\n",
        "  - {date: 1953-01-01, person: anna, event: delivery, child: eva, sex: female}\n",
        "  - {date: 1985-01-01, person: anna, event: sample, organ: blood}\n",
        "  - {age: 24 years, person: eva, event: delivery, child: kim}\n"};
    static const int perm[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}};
    char *first = NULL;
    for (int k = 0; k < 3; k++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s%s%s%s", ANNA, line[perm[k][0]], line[perm[k][1]],
                 line[perm[k][2]], line[perm[k][3]]);
        mtl_scenario *s = good(text);
        char *drawn = mtl_scenario_draw(s, 100);
        assert_non_null(drawn);
        const char *events = strstr(drawn, "\nEvents\n");
        assert_non_null(events);
        if (first)
            assert_string_equal(events, strstr(first, "\nEvents\n"));
        else
            first = drawn;
        if (k > 0)
            free(drawn);
        mtl_scenario_free(s);
    }
    free(first);
}

/* ---------------------------------------------------------------- pregnancies */

static void twins_and_doses(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA "  - date: 1950-01-01\n"
                  "    person: anna\n"
                  "    event: delivery\n"
                  "    week: 37\n"
                  "    children: [{name: a, sex: male, karyotype: trisomy 21}, {name: b}]\n"
                  "    chorionicity: monochorionic\n"
                  "    vanished: [{week: 10, sex: female}]\n"
                  "    seeds: {slow_seed: 200, msc: 1e4, resident: 1e6}\n"
                  "    pre_eclampsia: true\n");
    const mtl__pregnancy *p = &s->pregnancy[0];
    assert_int_equal(p->n_children, 3);
    assert_int_equal(p->chorionicity, MTL__MONOCHORIONIC);
    assert_true(p->preeclampsia && !p->growth_restriction && !p->vanished_twin_only);
    assert_int_equal(p->n_fixed, 3);
    assert_true(p->fixed[1].count == 10000 && p->fixed[2].count == 1000000);
    assert_string_equal(model->kind[p->fixed[0].kind].name, "slow_seed");
    assert_int_equal(p_of(s, "a")->karyotype, MTL__TRISOMY21);
    const mtl__conceptus *gone = &s->child[p->child0 + 2];
    assert_true(gone->vanished && gone->ended == p->conceived + 56.0);
    assert_string_equal(mtl__relation(s->person, s->n_people, who(s, "a"), who(s, "vanished1")),
                        "vanished twin");
    mtl_scenario_free(s);
    refused(ANNA
            "  - {date: 1950-01-01, person: anna, event: delivery, child: [a, b], sex: [male]}\n",
            MTL_ERR_VALUE, 4, "1 entries for 2 children");
    refused(ANNA "  - {date: 1950-01-01, person: anna, event: delivery, child: a}\n"
                 "  - {date: 1953-01-01, person: anna, event: delivery, child: a}\n",
            MTL_ERR_DATE, 5, "born 1953-01-01 by this event, but 1950-01-01");
}

static void ongoing(void **state)
{
    (void)state;
    mtl_scenario *s =
        good(ANNA "  - {conceived: 1950-01-01, person: anna, event: pregnancy, sex: male}\n"
                  "  - {date: 1950-05-07, person: anna, event: sample, organ: blood}\n");
    const mtl__pregnancy *p = &s->pregnancy[0];
    assert_int_equal(p->outcome, MTL__ONGOING);
    assert_true(p->ended == DAY(1950, 5, 7) && fabs(p->weeks - 20.0) < 1e-9);
    assert_string_equal(mtl__relation(s->person, s->n_people, who(s, "anna"), who(s, "unborn1")),
                        "unborn child");
    mtl_scenario_free(s);
    refused(ANNA "  - {conceived: 1950-01-01, person: anna, event: pregnancy}\n"
                 "  - {date: 1951-05-07, person: anna, event: sample, organ: blood}\n",
            MTL_ERR_DATE, 4, "should have ended");
}

/* ---------------------------------------------------------------- samples */

static void samples(void **state)
{
    (void)state;
    mtl_scenario *s =
        good("people:\n  anna: {sex: female, born: 1925-03-01, died: 2004, mother: greta}\n"
             "history: {greta: unknown}\n"
             "events:\n"
             "  - {date: 2004-05-01, person: anna, event: autopsy, organs: [brain, liver]}\n"
             "  - date: 1990-01-01\n"
             "    person: anna\n"
             "    event: sample\n"
             "    organ: blood\n"
             "    genomes: 2.5e5\n"
             "    assay: hla-qpcr\n"
             "    target: greta\n"
             "    reading: {hits: 2, wells: 24, geq: 8.1}\n");
    assert_true(p_of(s, "anna")->died == DAY(2004, 5, 1)); /* the autopsy is nearer than "2004" */
    assert_int_equal(s->history_unknown[who(s, "greta")], 1);
    assert_int_equal(s->n_samples, 18);
    assert_true(s->sample[0].genomes == 2.5e5 && isnan(s->sample[0].volume_mL));
    assert_int_equal(s->sample[0].target_person, who(s, "greta"));
    assert_true(s->sample[0].given.present && s->sample[0].given.hits == 2 &&
                s->sample[0].given.wells == 24 && s->sample[0].given.geq == 8.1);
    assert_false(s->sample[17].given.present);
    assert_int_equal(s->sample[17].assay, -1);
    mtl_scenario_free(s);
    s = good(ANNA "  - {date: 2004-05-01, person: anna, event: autopsy, organs: all}\n");
    for (int i = 0; i < s->n_samples; i++) {
        const mtl__organ *o = &model->organ[s->sample[i].organ];
        assert_true(!o->sampling_only && o->sex != 'm');
    }
    assert_true(s->n_samples > 30);
    mtl_scenario_free(s);
    refused(ANNA
            "  - {date: 2004-05-01, person: anna, event: autopsy, organs: [brain, brain.pons]}\n",
            MTL_ERR_DUPLICATE, 4, "brain.pons is listed twice");
    refused(ANNA
            "  - {date: 1990-01-01, person: anna, event: sample, organ: liver, volume: 2 mL}\n",
            MTL_ERR_VALUE, 4, "a volume is of blood");
    refused(ANNA "  - {date: 1990-01-01, person: anna, event: sample, organ: placenta}\n",
            MTL_ERR_UNSUPPORTED, 4, "not built yet");
}

/* ---------------------------------------------------------------- drawing */

static char *read_golden(const char *name)
{
    static char text[1 << 16];
    FILE *f = fopen(path_of(name), "rb");
    if (!f)
        fail_msg("%s is missing", name);
    const size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    return text;
}

static int widest(const char *text)
{
    int widest_line = 0, columns = 0;
    for (; *text; text++) {
        columns = *text == '\n' ? 0 : columns + (((unsigned char)*text & 0xc0) != 0x80);
        widest_line = columns > widest_line ? columns : widest_line;
    }
    return widest_line;
}

static void drawing(void **state)
{
    (void)state;
    static const char *const names[] = {"anna",       "twins",           "vanished_twin", "adoptee",
                                        "donor_milk", "stem_cell_graft", "infarct",       "brain"};
    for (int k = 0; k < 2 * (int)(sizeof names / sizeof names[0]); k++) {
        const int width = k % 2 ? 100 : 80;
        char from[64], to[64];
        mtl_scenario *s = NULL;
        snprintf(from, sizeof from, "examples/%s.yaml", names[k / 2]);
        snprintf(to, sizeof to, "tests/golden/scenario/%s-%d.txt", names[k / 2], width);
        assert_int_equal(mtl_scenario_load(&s, path_of(from), model, &err), 0);
        char *drawn = mtl_scenario_draw(s, width);
        assert_non_null(drawn);
        assert_true(widest(drawn) <= width);
        if (getenv("MATRILINE_RENEW_GOLDEN")) {
            FILE *f = fopen(path_of(to), "wb");
            assert_non_null(f);
            fputs(drawn, f);
            fclose(f);
        }
        assert_string_equal(drawn, read_golden(to));
        free(drawn);
        mtl_scenario_free(s);
    }
}

/* Names in other scripts, long ones, a person alone: nothing overflows its line. */
static void drawing_odd(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "people:\n  Ωμέγα-μακρύ-όνομα-με-πολλά: {born: 1950}\n",
        "people:\n  a: {sex: female, born: 1950-01-01}\n  b: {born: 1980-01-01, mother: a}\n"
        "  c: {born: 1981-01-01, mother: a, father: "
        "a_name_of_sixty_bytes_a_name_of_sixty_bytes_a_name_of_60}\n",
    };
    for (int k = 0; k < 2; k++) {
        mtl_scenario *s = good(texts[k]);
        for (int width = 0; width < 300; width += 37) {
            char *drawn = mtl_scenario_draw(s, width);
            assert_non_null(drawn);
            assert_true(widest(drawn) <= (width < 68 ? 68 : width > 240 ? 240 : width));
            free(drawn);
        }
        mtl_scenario_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anna),          cmocka_unit_test(examples),
        cmocka_unit_test(bad_files),     cmocka_unit_test(too_large),
        cmocka_unit_test(dates),         cmocka_unit_test(dates_agree),
        cmocka_unit_test(implied),       cmocka_unit_test(automatic_names),
        cmocka_unit_test(order_is_free), cmocka_unit_test(twins_and_doses),
        cmocka_unit_test(ongoing),       cmocka_unit_test(samples),
        cmocka_unit_test(drawing),       cmocka_unit_test(drawing_odd)};
    return cmocka_run_group_tests_name("scenario", tests, load_model, free_model);
}
