/* SPDX-License-Identifier: MIT */
/*
 * Claims: the folder claims/ as it stands (every claim is there, what it names exists, a claim
 * outside any simulation carries no number), bad files and their messages, finding and filtering,
 * the tables for programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "fixture_folder.h"
#include "fixture_model.h"
#include "matriline/claims.h"

static mtl_claims *claims;

/* ---------------------------------------------------------------- the folder claims/ */
/* Two articles and their readers: nothing that was said may go unanswered. */
static void every_claim_is_there(void **state)
{
    (void)state;
    static const int of_grade[MTL_N_GRADES] = {8, 13, 6, 8, 9, 16, 17};
    int grade[MTL_N_GRADES] = {0}, article[3] = {0};
    for (int i = 0; i < mtl_claims_n(claims); i++) {
        mtl_claim f;
        assert_int_equal(mtl_claims_get(claims, i, &f), 0);
        grade[f.grade]++;
        article[f.id[0] == 'r' ? 2 : f.id[1] - '1']++;
    }
    assert_int_equal(mtl_claims_n(claims), 77);
    for (int g = 0; g < MTL_N_GRADES; g++)
        assert_int_equal(grade[g], of_grade[g]);
    assert_int_equal(article[0], 12);
    assert_int_equal(article[1], 39);
    assert_int_equal(article[2], 26);
}

static void ids_are_unique_and_in_order(void **state)
{
    (void)state;
    for (int i = 0; i < mtl_claims_n(claims); i++) {
        mtl_claim f, before;
        mtl_claims_get(claims, i, &f);
        assert_int_equal(mtl_claims_find(claims, f.id, NULL), i);
        if (i == 0)
            continue;
        mtl_claims_get(claims, i - 1, &before);
        assert_true(before.grade < f.grade ||
                    (before.grade == f.grade && strcmp(before.id, f.id) < 0));
    }
}

static void what_is_named_exists(void **state)
{
    (void)state;
    int n_rows = 0, n_switches = 0, n_examples = 0;
    for (int i = 0; i < mtl_claims_n(claims); i++) {
        mtl_claim f;
        mtl_claim_row r;
        mtl_claims_get(claims, i, &f);
        for (int k = 0; k < f.n_rows; k++, n_rows++) {
            assert_int_equal(mtl_claims_row(claims, i, k, &r), 0);
            assert_non_null(strstr(f.published, r.id)); /* the words name what is listed */
            assert_true(r.citation[0] != '\0');
        }
        assert_true(mtl_claims_row(claims, i, f.n_rows, &r) < 0);
        for (int k = 0; k < f.n_switches; k++, n_switches++)
            if (mtl_model_find_switch(model, f.switches[k], NULL) < 0)
                fail_msg("%s: no switch '%s'", f.id, f.switches[k]);
        if (f.example[0]) {
            char path[512];
            snprintf(path, sizeof path, "%s/%s", MTL_SOURCE_ROOT, f.example);
            if (access(path, R_OK) != 0)
                fail_msg("%s: no file %s", f.id, f.example);
            n_examples++;
        }
        for (int k = 0; k < f.n_see; k++)
            assert_true(mtl_claims_find(claims, f.see[k], NULL) >= 0);
    }
    assert_true(n_rows > 150 && n_switches > 40 && n_examples > 25);
}

/* A bereaved mother gets no number for what has none; everybody else gets something to try. */
static void outside_means_no_number(void **state)
{
    (void)state;
    for (int i = 0; i < mtl_claims_n(claims); i++) {
        mtl_claim f;
        mtl_claims_get(claims, i, &f);
        assert_true(strlen(f.answer) > 60);
        if (f.kind == 'X') {
            assert_int_equal(f.n_rows + f.n_targets + f.n_switches + f.n_attempts, 0);
            assert_null(strpbrk(f.answer, "0123456789"));
            assert_true(f.published[0] == '\0' && f.example[0] == '\0');
        } else if (f.n_attempts + f.n_targets == 0) {
            fail_msg("%s: nothing to try", f.id);
        }
    }
}

/* ---------------------------------------------------------------- finding */
static void names_are_found(void **state)
{
    (void)state;
    assert_true(mtl_claims_find(claims, "r-bereved", &err) == MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "did you mean 'r-bereaved'?"));
    assert_true(mtl_claims_find(claims, "milk", &err) == MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "there are 'r-milk'"));
    assert_true(mtl_claims_find(claims, "", &err) == MTL_ERR_NAME);
    assert_null(strstr(err.text, "there are"));
}

static void words_are_found(void **state)
{
    (void)state;
    const int i = mtl_claims_find(claims, "r-bereaved", NULL);
    assert_true(i >= 0);
    assert_int_equal(mtl_claims_match(claims, i, "SON died"), 1);
    assert_int_equal(mtl_claims_match(claims, i, " persistence  eva_h "), 1);
    assert_int_equal(mtl_claims_match(claims, i, "son trisomy"), 0);
    assert_int_equal(mtl_claims_match(claims, i, ""), 1);
    assert_int_equal(mtl_claims_match(claims, -1, "son"), 0);
}

/* ---------------------------------------------------------------- tables */
static void tables_hold_what_was_chosen(void **state)
{
    (void)state;
    const int chosen[2] = {mtl_claims_find(claims, "a1-persist-decades", NULL),
                           mtl_claims_find(claims, "r-soul-talk", NULL)};
    char *text = mtl_claims_tsv(claims, chosen, 2);
    assert_non_null(text);
    int lines = 0, tabs = 0;
    for (const char *p = text; *p; p++) {
        lines += *p == '\n';
        tabs += *p == '\t';
    }
    assert_int_equal(lines, 3);
    assert_int_equal(tabs, 3 * 13);
    free(text);
    text = mtl_claims_json(claims, model, chosen, 2);
    assert_non_null(text);
    json_t *root = json_loads(text, 0, NULL), *list = json_object_get(root, "claims");
    free(text);
    assert_int_equal(json_array_size(list), 2);
    const json_t *first = json_array_get(list, 0), *sw = json_object_get(first, "switches");
    assert_string_equal(json_string_value(json_object_get(first, "grade")), "established");
    assert_int_equal(json_array_size(json_object_get(first, "rows")), 5);
    assert_string_equal(json_string_value(json_object_get(json_array_get(sw, 0), "value")), "slow");
    assert_int_equal(json_array_size(json_object_get(json_array_get(list, 1), "rows")), 0);
    json_decref(root);
}

/* ---------------------------------------------------------------- bad files */
#define HEAD "id: x\nsource: s\nclaim: c\n"
#define GOOD HEAD "grade: contested\nkind: N\nanswer: a\nexperiment: e\n"
#define WORDS "published: {words: w}\n"

static int load_text(const char *text)
{
    mtl_claims *c = NULL;
    write_file("x.yaml", text);
    const int ret = mtl_claims_load(&c, folder, MTL_SOURCE_ROOT "/targets", model, &err);
    assert_true((ret == 0) == (c != NULL));
    mtl_claims_free(c);
    return ret;
}

static void bad_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line, column; /* column 0: any */
        const char *says;
    } bad[] = {
        {"", 0, 0, ""},
        {"- x\n", 1, 1, "a claim"},
        {"id: x\nsorce: s\n", 2, 1, "did you mean 'source'?"},
        {"id: y\n", 1, 5, "'y' in a file that is called x.yaml"},
        {"id: x\nclaim: c\n", 1, 0, "'source' is missing"},
        {HEAD "grade: proven\nkind: N\nanswer: a\n", 4, 8, "none of: established"},
        {HEAD "grade: contestd\nkind: N\nanswer: a\n", 4, 8, "did you mean 'contested'?"},
        {HEAD "grade: contested\nkind: X\nanswer: a\n", 5, 7, "go together"},
        {HEAD "grade: outside-simulation\nkind: N\nanswer: a\n", 5, 7, "go together"},
        {HEAD "grade: outside-simulation\nkind: X\nanswer: in 1 of 2\n", 6, 9, "no number"},
        {HEAD "grade: outside-simulation\nkind: X\nanswer: a\nswitches: [niche]\n", 7, 11,
         "has no 'switches'"},
        {GOOD, 1, 0, "'published' is missing"},
        {GOOD "published: {rows: [eva_h]}\n", 8, 0, "'words' is missing"},
        {GOOD "published: {words: w, row: [eva_h]}\n", 8, 0, "did you mean 'rows'?"},
        {GOOD "published: {words: w, rows: [eva_h, eva_hh]}\n", 8, 37, "did you mean 'eva_h'?"},
        {GOOD "published: {words: w, rows: [eva_h, eva_h]}\n", 8, 37, "listed twice"},
        {GOOD WORDS "targets: [eva_max]\n", 9, 11, "not held against the model: a single"},
        {GOOD WORDS "switches: [nich]\n", 9, 12, "did you mean 'niche'?"},
        {GOOD WORDS "switches: {niche: additive}\n", 9, 0, ""},
        {GOOD WORDS "see: [y]\n", 9, 7, "'y' is no other claim"},
        {GOOD WORDS "see: x\n", 9, 6, "'x' is no other claim"},
        {GOOD WORDS "try: rm -r x\n", 9, 6, "begins with 'matriline '"},
        {GOOD WORDS "example: []\n", 9, 10, "expected a single value"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[1024];
        assert_true(load_text(bad[i].text) < 0);
        mtl_error_format(&err, text, sizeof text);
        if (!strstr(text, "/x.yaml") || !strstr(err.text, bad[i].says) ||
            (bad[i].line && err.line != bad[i].line) ||
            (bad[i].column && err.column != bad[i].column))
            fail_msg("file %d: %s", (int)i, text);
    }
}

static void good_files_are_read(void **state)
{
    (void)state;
    assert_int_equal(load_text(GOOD WORDS), 0);
    /* Another model may lack a switch; one value stands for a list of one. */
    assert_int_equal(load_text(GOOD WORDS "switches: quite-another\ntry: matriline switches\n"
                                          "targets: eva_h\n"),
                     0);
}

static void empty_folders_say_so(void **state)
{
    (void)state;
    mtl_claims *c = NULL;
    assert_int_equal(mtl_claims_load(&c, "/no/such/folder", "targets", NULL, &err), MTL_ERR_IO);
    assert_string_equal(err.file, "/no/such/folder");
    unlink(in_folder("x.yaml"));
    assert_true(mtl_claims_load(&c, folder, MTL_SOURCE_ROOT "/targets", NULL, &err) < 0);
    assert_non_null(strstr(err.text, "no claims"));
    assert_null(c);
    assert_int_equal(mtl_claims_load(&c, MTL_SOURCE_ROOT "/claims", folder, NULL, &err),
                     MTL_ERR_IO);
    assert_non_null(strstr(err.file, "evidence.tsv"));
}

/* ---------------------------------------------------------------- setting up */
static int set_up(void **state)
{
    char text[1024];
    if (make_folder(state) < 0)
        return -1;
    int ret = load_model(state);
    if (ret == 0)
        ret = mtl_claims_load(&claims, MTL_SOURCE_ROOT "/claims", MTL_SOURCE_ROOT "/targets", model,
                              &err);
    mtl_error_format(&err, text, sizeof text);
    if (ret < 0)
        print_message("# %s\n", text);
    return ret;
}

static int tear_down(void **state)
{
    mtl_claims_free(claims);
    mtl_claims_free(NULL);
    free_model(state);
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_claim_is_there),
        cmocka_unit_test(ids_are_unique_and_in_order),
        cmocka_unit_test(what_is_named_exists),
        cmocka_unit_test(outside_means_no_number),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(words_are_found),
        cmocka_unit_test(tables_hold_what_was_chosen),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(good_files_are_read),
        cmocka_unit_test(empty_folders_say_so),
    };
    return cmocka_run_group_tests_name("claims", tests, set_up, tear_down);
}
