/* SPDX-License-Identifier: MIT */
/* The reader of first-order networks: what becomes of each reaction, and that every refusal names
   the element, its line and the reason. Nothing here is random. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "io/network.h"

static int parse(mtl__network **out, const char *text, mtl_error *err)
{
    return mtl__network_parse(out, text, strlen(text), "net.json", err);
}

static const char GOOD[] =
    "{\"name\": \"all\", \"T\": 10,\n"
    " \"species\": [[\"A\", 5], [\"B\", 0], [\"C\", 7]],\n"
    " \"reactions\": [[0.5, {}, {\"B\": 1}], [0.1, {\"A\": 1}, {\"A\": 2}],\n"
    "  [0.2, {\"A\": 1}, {}], [0.3, {\"A\": 1}, {\"B\": 1}], [0.25, {\"A\": 1}, {\"C\": 1}]]}\n";

static void test_each_reaction(void **state)
{
    (void)state;
    mtl__network *net = NULL;
    mtl_error err;
    assert_int_equal(parse(&net, GOOD, &err), 0);
    assert_string_equal(net->name, "all");
    assert_int_equal(net->n_species, 3);
    assert_int_equal(net->n_reactions, 5);
    assert_string_equal(net->species[1], "B");
    assert_true(net->t_end == 10);
    const mtl__process *p = net->process;
    assert_int_equal(p->n_types, 3);
    assert_int_equal(p->n_rows, 0);
    assert_int_equal(p->n_cox, 0);
    assert_true(p->type[0].divide == 0.1 && p->type[0].die == 0.2 && p->type[0].leave == 0);
    assert_true(p->type[1].divide == 0 && p->type[1].die == 0);
    assert_int_equal(p->type[0].change1 - p->type[0].change0, 2);
    assert_int_equal(p->type[1].change1 - p->type[1].change0, 0);
    double to_b = 0, to_c = 0;
    for (int i = p->type[0].change0; i < p->type[0].change1; i++)
        *(p->change[i].target == 1 ? &to_b : &to_c) += p->change[i].rate;
    assert_true(to_b == 0.3 && to_c == 0.25);
    assert_int_equal(net->source.n_bursts, 2); /* B starts with none */
    for (int i = 0; i < 2; i++) {
        const mtl__burst *x = &net->source.burst[i];
        assert_true(x->target == 0 || x->target == 2);
        assert_true(x->count == (x->target == 0 ? 5 : 7));
        assert_true(x->t == 0 && x->to == MTL__TO_TYPE && x->group == 0);
    }
    assert_int_equal(net->source.n_inflows, 1);
    assert_true(net->source.inflow[0].rate == 0.5 && net->source.inflow[0].target == 1);
    assert_true(net->source.inflow[0].t0 == 0 && net->source.inflow[0].t1 == 10);
    assert_int_equal(net->source.n_culls, 0);
    assert_int_equal(mtl__source_check(&net->source, p, &err), 0);
    mtl__network_free(net);
}

typedef struct refusal {
    const char *text;
    int code, line, column; /* column 0: that of the JSON library, any above 0 */
    const char *says;       /* a part of the message */
} refusal;

#define HEAD                                                                                       \
    "{\"name\": \"n\", \"T\": 1, \"species\": [[\"X\", 1], [\"Yolk\", 2]],\n\"reactions\": [\n"
static const refusal REFUSED[] = {
    {HEAD "[1, {\"X\": 1}, {}],\n [1, {\"X\": 1, \"Yolk\": 1}, {\"X\": 2}]]}", MTL_ERR_UNSUPPORTED,
     4, 2, "reaction 2 (X + Yolk -> 2 X): more than one cell"},
    {HEAD "[1, {\"X\": 2}, {\"Yolk\": 1}]]}", MTL_ERR_UNSUPPORTED, 3, 1,
     "reaction 1 (2 X -> Yolk)"},
    {HEAD "[1, {\"X\": 1}, {\"X\": 1, \"Yolk\": 1}]]}", MTL_ERR_UNSUPPORTED, 3, 1,
     "reaction 1 (X -> X + Yolk): the products"},
    {HEAD "[1, {\"X\": 1}, {\"X\": 3}]]}", MTL_ERR_UNSUPPORTED, 3, 1, "reaction 1 (X -> 3 X)"},
    {HEAD "[1, {\"X\": 1}, {\"Yolk\": 2}]]}", MTL_ERR_UNSUPPORTED, 3, 1,
     "reaction 1 (X -> 2 Yolk)"},
    {HEAD "[1, {}, {\"X\": 2}]]}", MTL_ERR_UNSUPPORTED, 3, 1, "an inflow brings one cell"},
    {HEAD "[1, {\"X\": 1}, {\"X\": 1}]]}", MTL_ERR_VALUE, 3, 1, "it changes nothing"},
    {HEAD "[1, {}, {}]]}", MTL_ERR_VALUE, 3, 1, "nothing goes in"},
    {HEAD "[-1, {\"X\": 1}, {}]]}", MTL_ERR_VALUE, 3, 1, "the rate must be from 0"},
    {HEAD "[1e13, {\"X\": 1}, {}]]}", MTL_ERR_VALUE, 3, 1, "the rate must be from 0"},
    {HEAD "[1, {\"Yolc\": 1}, {}]]}", MTL_ERR_NAME, 3, 1,
     "unknown reactant 'Yolc'; did you mean 'Yolk'?"},
    {HEAD "[1, {\"X\": 1}, {\"Z\": 1}]]}", MTL_ERR_NAME, 3, 1, "unknown product 'Z'"},
    {HEAD "[1, {\"X\": 0}, {}]]}", MTL_ERR_VALUE, 3, 1, "the number of X"},
    {HEAD "[1, {\"X\": 1.0}, {}]]}", MTL_ERR_VALUE, 3, 1, "the number of X"},
    {HEAD "[1, {\"X\": 1}]]}", MTL_ERR_VALUE, 3, 1, "expected [rate"},
    {HEAD "[\"1\", {\"X\": 1}, {}]]}", MTL_ERR_VALUE, 3, 1, "expected [rate"},
    {HEAD "[1, [\"X\"], {}]]}", MTL_ERR_VALUE, 3, 1, "expected [rate"},
    {HEAD "[1, {\"X\": 1}, {}], [1, {\"Yolk\": 1}, {}], [2, {\"X\": 1}, {}]]}", MTL_ERR_DUPLICATE,
     3, 42, "reaction 3 is reaction 1 once more"},
    {HEAD "[1, {\"X\": 1, \"X\": 1}, {}]]}", MTL_ERR_DUPLICATE, 3, 0, "duplicate"},
    {HEAD "[NaN, {\"X\": 1}, {}]]}", MTL_ERR_SYNTAX, 3, 0, "NaN"},
    {HEAD "[1e999, {\"X\": 1}, {}]]}", MTL_ERR_SYNTAX, 3, 0, "overflow"},
    {HEAD "[1, {\"X\": 1}, {}]", MTL_ERR_SYNTAX, 3, 0, "end of file"},
    {"{\"T\": 1, \"species\": [[\"X\", 1],\n  [\"X\", 2]], \"reactions\": []}", MTL_ERR_DUPLICATE,
     2, 3, "species 2: 'X' is species 1 already"},
    {"{\"T\": 1, \"species\": [[\"X\", -1]], \"reactions\": []}", MTL_ERR_VALUE, 1, 22,
     "initial count"},
    {"{\"T\": 1, \"species\": [[\"X\", 1.5]], \"reactions\": []}", MTL_ERR_VALUE, 1, 22,
     "whole number"},
    {"{\"T\": 1, \"species\": [[\"X\", 1e18]], \"reactions\": []}", MTL_ERR_VALUE, 1, 22,
     "whole number"},
    {"{\"T\": 1, \"species\": [[\"X y\", 1]], \"reactions\": []}", MTL_ERR_VALUE, 1, 22,
     "a name has"},
    {"{\"T\": 1, \"species\": [\"X\"], \"reactions\": []}", MTL_ERR_VALUE, 1, 22, "[name, initial"},
    {"{\"T\": 1, \"species\": [], \"reactions\": []}", MTL_ERR_VALUE, 1, 21, "0 species"},
    {"{\"T\": 0, \"species\": [[\"X\", 1]], \"reactions\": []}", MTL_ERR_VALUE, 1, 7,
     "the end must be"},
    {"{\"T\": 1, \"species\": [[\"X\", 1]]}", MTL_ERR_VALUE, 1, 1, "expected {"},
    {"{\"T\": 1, \"specis\": [[\"X\", 1]], \"reactions\": []}", MTL_ERR_NAME, 1, 20,
     "unknown key 'specis'; did you mean 'species'?"},
    {"[1]", MTL_ERR_SYNTAX, 1, 1, "expected an object"},
    {"", MTL_ERR_SYNTAX, 1, 1, ""},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        const refusal *x = &REFUSED[i];
        mtl__network *net = (mtl__network *)&net;
        mtl_error err;
        const int ret = parse(&net, x->text, &err);
        if (ret != x->code || err.code != x->code || err.line != x->line ||
            (x->column ? err.column != x->column : err.column < 1) || !strstr(err.text, x->says))
            fail_msg("case %zu: %d, %d:%d, '%s' for %s", i, ret, err.line, err.column, err.text,
                     x->text);
        assert_null(net);
        assert_string_equal(err.file, "net.json");
    }
}

/* Strings with brackets, quotes and escapes must not mislead the search for the place. */
static void test_place_behind_strings(void **state)
{
    (void)state;
    mtl__network *net = NULL;
    mtl_error err;
    const char *text = "{\"name\": \"\\\"reactions\\\": [}],{\\\\\", \"T\": 1,\n"
                       "\"species\": [[\"a]\\\"[\", 1], [\"b,{\", 2]],\n\n"
                       "   \"reactions\": [[1, {\"b,{\": 1}, {}], \n\t[-2, {\"a]\\\"[\": 1}, {}]]}";
    assert_int_equal(parse(&net, text, &err), MTL_ERR_VALUE);
    assert_int_equal(err.line, 5);
    assert_int_equal(err.column, 2);
    assert_string_equal(err.field, "reactions");
    assert_non_null(strstr(err.text, "reaction 2"));
}

static void test_files(void **state)
{
    (void)state;
    mtl__network *net = NULL;
    mtl_error err;
    assert_int_equal(mtl__network_read(&net, "no/such/file.json", &err), MTL_ERR_IO);
    assert_null(net);
    assert_string_equal(err.file, "no/such/file.json");
    assert_int_equal(mtl__network_read(&net, "/", &err), MTL_ERR_IO);
    mtl__network_free(NULL);
    /* a null byte in the middle is no end */
    static const char text[] = "{\"T\": 1}\0{";
    assert_int_equal(mtl__network_parse(&net, text, sizeof text - 1, "nul.json", &err),
                     MTL_ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_reaction),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_place_behind_strings),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
