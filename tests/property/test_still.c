/* SPDX-License-Identifier: MIT */
/* What a factor says of itself holds: until the date that `still` gives it keeps its value to the
   bit, and its bound over that time is that value; a factor that is shut (`opens`) is 0 until then.
   Over every factor of whole families, on a grid of dates through their lives, under switches that
   make rates read injuries. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "family/family.h"
#include "matriline/matriline.h"

enum { DATES = 400, WITHIN = 16 };

typedef struct tally {
    int asked, stood, changed; /* factors x dates; that stand there; that moved at all in a life */
} tally;

static void look(const mtl__env *e, int k, double t, double end, tally *n)
{
    const double until = e->still(e, k, t), f = e->value(e, k, t);
    n->asked++;
    if (e->opens(e, k, t) > t && f != 0)
        fail_msg("factor %d is %g on day %g, before it opens", k, f, t);
    if (!(until > t))
        return;
    n->stood++;
    const double last = fmin(until, end), span = last - t;
    for (int i = 1; i <= WITHIN; i++) {
        const double at = i < WITHIN ? t + span * i / WITHIN : last - 1e-6 * span;
        if (e->value(e, k, at) != f)
            fail_msg("factor %d stands at %.17g from day %g to %g, and is %.17g on day %g", k, f, t,
                     until, e->value(e, k, at), at);
    }
    const double most = e->most(e, k, t, t + 0.99 * span);
    if (!(most >= f && most <= f * (1 + 1e-9)))
        fail_msg("factor %d stands at %.17g, and its bound is %.17g", k, f, most);
}

/* Two infarcts of one heart, years apart: between them nothing is left of the first. */
static const char twice[] =
    "people:\n"
    "  maria: {sex: female, born: 1920-05-01}\n"
    "events:\n"
    "  - {age: 22 years, person: maria, event: delivery, week: 40, child: carl, sex: male}\n"
    "  - {age: 40 years, person: maria, event: infarct, size: 12 %}\n"
    "  - {age: 65 years, person: maria, event: infarct, size: 5 %}\n"
    "  - {age: 79 years, person: maria, event: sample, organ: heart, assay: dys14-qpcr}\n";

static int load(mtl_scenario **s, const char *file, const mtl_model *m, mtl_error *err)
{
    char path[512];
    if (!file)
        return mtl_scenario_parse(s, twice, (int)strlen(twice), "twice", m, err);
    snprintf(path, sizeof path, "%s/examples/%s.yaml", MTL_SOURCE_ROOT, file);
    return mtl_scenario_load(s, path, m, err);
}

static tally look_through(const char *model, const char *file, const char *name, const char *value)
{
    char path[512];
    mtl_model *m;
    mtl_scenario *s;
    mtl__world *w;
    mtl_error err = {0};
    tally n = {0, 0, 0};
    snprintf(path, sizeof path, "%s/models/%s", MTL_SOURCE_ROOT, model);
    assert_int_equal(mtl_model_load(&m, path, &err), 0);
    if (name)
        assert_int_equal(mtl_model_switch(m, name, value, &err), 0);
    if (load(&s, file, m, &err) != 0 || mtl__world_new(&w, s, m, &err) != 0)
        fail_msg("%s: %s", file ? file : "twice", err.text);
    const mtl__env *e = w->process->env;
    double first = HUGE_VAL, last = -HUGE_VAL;
    for (int i = 0; i < s->n_people; i++)
        first = fmin(first, s->person[i].born);
    for (int i = 0; i < s->n_samples; i++)
        last = fmax(last, s->sample[i].t);
    assert_true(last > first);
    for (int k = 1; k < e->n; k++) {
        const double f = e->value(e, k, first);
        bool moved = false;
        for (int i = 0; i < DATES; i++) {
            const double t = first + (last - first) * i / DATES;
            look(e, k, t, last, &n);
            moved = moved || e->value(e, k, t) != f;
        }
        n.changed += moved;
    }
    mtl__world_free(w);
    mtl_scenario_free(s);
    mtl_model_free(m);
    return n;
}

static void test_what_stands(void **state)
{
    static const char *const of[][4] = {{"human", NULL, NULL, NULL},
                                        {"human", "infarct", NULL, NULL},
                                        {"human", "late_injuries", NULL, NULL},
                                        {"human", "brain", NULL, NULL},
                                        {"human", "infarct", "repair", "benefit"},
                                        {"human", "rejection", "niche", "rejection"},
                                        {"mouse", "mouse_infarct", NULL, NULL}};
    (void)state;
    for (size_t k = 0; k < sizeof of / sizeof *of; k++) {
        const tally n = look_through(of[k][0], of[k][1], of[k][2], of[k][3]);
        print_message("# %s: %d looks, %d stood, %d factors moved\n", of[k][1] ? of[k][1] : "twice",
                      n.asked, n.stood, n.changed);
        assert_true(n.stood > n.asked / 20 && n.stood < n.asked && n.changed > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_stands)};
    return cmocka_run_group_tests_name("still", tests, NULL, NULL);
}
