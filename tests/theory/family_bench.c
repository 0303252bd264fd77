/* SPDX-License-Identifier: MIT */
/* What the tests of what passes between people share: model, scenario, world and solver from text.
 */
#include "family_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void family_make(mtl_model **m, mtl_scenario **s, mtl__world **w, mtl__analytic **a,
                 const char *text, const char *const *set)
{
    mtl_error err = {0};
    assert_int_equal(mtl_model_load(m, MTL_SOURCE_ROOT "/models/human", &err), 0);
    for (; set && set[0]; set += 2)
        if (mtl_model_switch(*m, set[0], set[1], &err) != 0 &&
            mtl_model_set(*m, set[0], set[1], &err) != 0)
            fail_msg("%s: %s", set[0], err.text);
    if (mtl_scenario_parse(s, text, (int)strlen(text), "family", *m, &err) != 0)
        fail_msg("line %d: %s", err.line, err.text);
    if (mtl__world_new(w, *s, *m, &err) != 0)
        fail_msg("world: %s", err.text);
    assert_int_equal(mtl__analytic_new(a, (*w)->process, &err), 0);
}

int family_person(const mtl_scenario *s, const char *name)
{
    for (int i = 0; i < s->n_people; i++)
        if (strcmp(s->person[i].name, name) == 0)
            return i;
    fail_msg("nobody is called %s", name);
    return -1;
}

mtl_result *family_run(const mtl_scenario *s, mtl_model *m, enum mtl_solver solver, int replicates,
                       uint64_t seed)
{
    mtl_run_opts o;
    mtl_result *r = NULL;
    mtl_error err = {0};
    mtl_run_opts_init(&o);
    o.solver = solver;
    o.replicates = replicates;
    o.unknowns = 0;
    o.threads = 2;
    o.seed = seed;
    if (mtl_run(&r, s, m, &o, &err) != 0)
        fail_msg("%s", err.text);
    return r;
}
