/* SPDX-License-Identifier: MIT */
/* What the tests of scenarios share. */
#include "fixture_scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

int try(mtl_scenario **s, const char *text)
{
    return mtl_scenario_parse(s, text, (int)strlen(text), "t.yaml", model, &err);
}

mtl_scenario *good(const char *text)
{
    mtl_scenario *s = NULL;
    if (try(&s, text) < 0)
        fail_msg("%d:%d %s: %s", err.line, err.column, err.field, err.text);
    return s;
}

void refused(const char *text, int code, int line, const char *words)
{
    mtl_scenario *s = NULL;
    assert_int_equal(try(&s, text), code);
    assert_null(s);
    assert_int_equal(err.line, line);
    if (!strstr(err.text, words))
        fail_msg("'%s' not in '%s'", words, err.text);
}

int who(const mtl_scenario *s, const char *name)
{
    for (int i = 0; i < s->n_people; i++)
        if (strcmp(s->person[i].name, name) == 0)
            return i;
    fail_msg("nobody is called %s", name);
    return -1;
}

const mtl__person *p_of(const mtl_scenario *s, const char *name)
{
    return &s->person[who(s, name)];
}
