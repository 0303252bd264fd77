/* SPDX-License-Identifier: MIT */
/* The tables of the host (tallies, injuries, outcomes, exposures) and what factors and rules say of
   it: every mistake is refused with file, line, column name and the nearest known name; a folder
   without them is a model without them; a rule that does nothing at rest calls on no parameter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_tables.h"

static mtl_model *load(const mtl__table_text *t)
{
    mtl_model *m = NULL;
    mtl_error err = {0};
    if (mtl__model_load_memory(&m, "", t, &err) != MTL_OK)
        fail_msg("%s:%d: %s: %s", err.file, err.line, err.field, err.text);
    return m;
}

/* ---------------------------------------------------------------- mistakes */
static void test_mistakes_of_rules(void **state)
{
    (void)state;
    static const mistake list[] = {
        {MTL__T_FACTORS, "\thill\tchemokine", "\thill\tchemokin", MTL_ERR_NAME, "of",
         "'chemokine'"},
        {MTL__T_FACTORS, "\thill\tchemokine", "\tlogistic\tchemokine", MTL_ERR_VALUE, "form",
         "of the host's state are hill"},
        {MTL__T_FACTORS, "\twindow\tpostpartum", "\tshare\tpostpartum", MTL_ERR_VALUE, "form",
         "not of time"},
        {MTL__T_FACTORS, "outcome:alzheimer", "outcome:alzheimr", MTL_ERR_NAME, "of",
         "'alzheimer'"},
        {MTL__T_FACTORS, "tally:watching", "tally:wathcing", MTL_ERR_NAME, "of", "'watching'"},
        {MTL__T_FACTORS, "\thoming.ccl2.half; homing.ccl2.hill", "\thoming.ccl2.half",
         MTL_ERR_SYNTAX, "arguments", "value at one half; steepness"},
        {MTL__T_FACTORS, "\thoming.ccl2.half; ", "\tfate.rate; ", MTL_ERR_UNIT, "arguments",
         "not a pure number"},
        {MTL__T_FACTORS, "\treject.output\t", "\t2\t", MTL_ERR_VALUE, "unrejected",
         "between 0 and 1"},
        {MTL__T_FACTORS, "fate.half; 1", "0; 1", MTL_ERR_VALUE, "damaged", "above 0"},
        {MTL__T_RULES, "\tland\t\thoming.injury.gain - 1",
         "\tland\t\thoming.injury.gain * fate.rate", MTL_ERR_UNIT, "rate", "a pure number"},
        {MTL__T_RULES, "\ttumour_breast\t*\tdivide", "\ttumour_breast\t*\tleave", MTL_ERR_VALUE,
         "process", "is a tumour"},
        {MTL__T_RULES, "\tchange\tfused\t", "\tchange\ttumour_colon\t", MTL_ERR_VALUE, "target",
         "another kind of seed"},
        {MTL__T_SUPPLY, "\tnucleated\tblood", "\ttumour_colon\tblood", MTL_ERR_VALUE, "kind",
         "nobody supplies it"},
    };
    check_mistakes(list, sizeof list / sizeof *list, true);
}

static void test_mistakes_of_tallies_and_injuries(void **state)
{
    (void)state;
    static const mistake list[] = {
        {MTL__T_TALLIES, "\ttcell; nk\t", "\ttcel; nk\t", MTL_ERR_NAME, "kinds", "'tcell'"},
        {MTL__T_TALLIES, "\ttcell; nk\t", "\t\t", MTL_ERR_SYNTAX, "kinds", "which kinds"},
        {MTL__T_TALLIES, "\tmismatched\t", "\tmismached\t", MTL_ERR_NAME, "donors", "'mismatched'"},
        {MTL__T_TALLIES, "\tseed\town\t1e6", "\tseed\town\t1e5", MTL_ERR_NAME, "per",
         "cells or 1e6"},
        {MTL__T_TALLIES, "\tseed\town\t", "\tseed\theart\t", MTL_ERR_NAME, "organ", "body or own"},
        {MTL__T_TALLIES, "\tself\t1\t", "\tself\tfate.rate\t", MTL_ERR_UNIT, "weight",
         "a pure number"},
        {MTL__T_TALLIES, "\nfeeding\t", "\nrepairing\t", MTL_ERR_DUPLICATE, "name",
         "must follow one another"},
        {MTL__T_TALLIES, "\nwatching\t", "\nrepairing\t", MTL_ERR_VALUE, "organ", "of the same"},
        {MTL__T_INJURIES, "\theart\t", "\thaert\t", MTL_ERR_NAME, "organ", "'heart'"},
        {MTL__T_INJURIES, "\tbrain.*\t", "\tbrian.*\t", MTL_ERR_NAME, "organ", "'brain'"},
        {MTL__T_INJURIES, "\theart\t", "\tplacenta\t", MTL_ERR_VALUE, "organ", "only for samples"},
        {MTL__T_INJURIES, "\tinjury.size.infarct\t", "\t1.5\t", MTL_ERR_VALUE, "infarct",
         "between 0 and 1"},
        {MTL__T_INJURIES, "\tinjury.repair.heart\t", "\tinjury.size.infarct\t", MTL_ERR_UNIT,
         "repair", "a rate"},
        {MTL__T_INJURIES, "\tinjury.lasts.hepatitis\t", "\tinjury.repair.liver\t", MTL_ERR_UNIT,
         "lasts", "a time"},
        {MTL__T_INJURIES, "\nburn\t", "\nwound\t", MTL_ERR_DUPLICATE, "name", "already"},
    };
    check_mistakes(list, sizeof list / sizeof *list, true);
}

static void test_mistakes_of_outcomes(void **state)
{
    (void)state;
    static const mistake list[] = {
        {MTL__T_OUTCOMES, "\tweek\tfemale", "\tweeks\tfemale", MTL_ERR_NAME, "clock", "'week'"},
        {MTL__T_OUTCOMES, "\tper 100 year\t", "\tper 100 cells\t", MTL_ERR_UNIT, "unit",
         "not a rate"},
        {MTL__T_OUTCOMES, "\tper 100 year\t", "\t\t", MTL_ERR_UNIT, "scale", "expected"},
        {MTL__T_OUTCOMES, "\t0:1\t\tms.disability\t", "\t0:1\t\t\t", MTL_ERR_UNIT, "unit",
         "must be a rate"},
        {MTL__T_OUTCOMES, "60:0; 67:0.6", "67:0; 60:0.6", MTL_ERR_VALUE, "baseline", "must rise"},
        {MTL__T_OUTCOMES, "60:0; 67:0.6", "60:0; 67:-0.6", MTL_ERR_VALUE, "baseline",
         "not negative"},
        {MTL__T_OUTCOMES, "\tms_prodrome\t\t", "\tms_prodrom\t\t", MTL_ERR_NAME, "needs",
         "'ms_prodrome'"},
        {MTL__T_OUTCOMES, "\tms_prodrome\t\t", "\tms\t\t", MTL_ERR_VALUE, "needs",
         "wait for itself"},
        {MTL__T_OUTCOMES, "\ttumour_breast\tbreast", "\tmsc\tbreast", MTL_ERR_VALUE, "kind",
         "not of the class 'tumour'"},
        {MTL__T_OUTCOMES, "\ttumour_breast\tbreast", "\ttumour_breast\tbrest", MTL_ERR_NAME,
         "organ", "'breast'"},
        {MTL__T_OUTCOMES, "\ttumour_breast\tbreast", "\t\tbreast", MTL_ERR_VALUE, "organ",
         "only an outcome with a 'kind'"},
        {MTL__T_OUTCOMES, "\tbreast\ttumour.detected", "\tbreast\ttumour.division", MTL_ERR_UNIT,
         "detected", "expected"},
        {MTL__T_EXPOSURES, "\tscleroderma\ttally:child_cells", "\tsklerodema\ttally:child_cells",
         MTL_ERR_NAME, "outcome", "unknown outcome"},
        {MTL__T_EXPOSURES, "tally:child_cells", "tally:childcells", MTL_ERR_NAME, "of",
         "'child_cells'"},
        {MTL__T_EXPOSURES, "tally:child_cells", "tally:repairing", MTL_ERR_VALUE, "organ",
         "need an organ"},
        {MTL__T_EXPOSURES, "allele:DRB1*04", "allele:DRB104", MTL_ERR_VALUE, "of", "'DRB1*04'"},
        {MTL__T_EXPOSURES, "\tlog10\tautoimmune.load.unit", "\tlog10\t", MTL_ERR_SYNTAX, "arg",
         "needs an argument"},
        {MTL__T_EXPOSURES, "\tlog10\tautoimmune.load.unit", "\tlog1\tautoimmune.load.unit",
         MTL_ERR_NAME, "form", "'log10'"},
        {MTL__T_EXPOSURES,
         "\tpostpartum\t\tlinear\t\tlog(ms.relapse.postpartum / ms.relapse.baseline)\t0:1; "
         "12.99:1; 13:0",
         "\tpostpartum\t\tlinear\t\t1\t", MTL_ERR_SYNTAX, "points", "needs points"},
        {MTL__T_EXPOSURES, "log(ms.parity.ratio)", "log(ms.parity.ratio", MTL_ERR_SYNTAX, "beta",
         "no ')'"},
        {MTL__T_EXPOSURES, "log(ms.parity.ratio)", "log(ms.prodrome.lag)", MTL_ERR_UNIT, "beta",
         "a logarithm is of a pure number"},
        {MTL__T_EXPOSURES, "log(ms.parity.ratio)", "log(0)", MTL_ERR_VALUE, "ms.births",
         "not a finite number"},
        {MTL__T_EXPOSURES, "ms=parity-effect", "ms=parityeffect", MTL_ERR_NAME, "when",
         "'parity-effect'"},
    };
    check_mistakes(list, sizeof list / sizeof *list, true);
}

/* ---------------------------------------------------------------- what is read */
static double value(const mtl_model *m, const mtl__expr *e)
{
    return mtl__expr_value(e, m);
}

static void close_to(double x, double y, double rel)
{
    if (!(fabs(x - y) <= rel * fabs(y)))
        fail_msg("%.12g, expected %.12g", x, y);
}

static void check_tables(const mtl_model *m)
{
    const mtl__cell_tally *w = &m->tally[mtl__model_tally(m, "watching", NULL)];
    assert_int_equal(w->n_parts, 1);
    assert_true(w->part[0].kind[mtl__model_kind(m, "nk", NULL)]);
    assert_false(w->part[0].kind[mtl__model_kind(m, "bcell", NULL)]);
    assert_int_equal(w->part[0].donors, MTL__TALLY_MISMATCHED);
    assert_true(w->per_1e6 && !w->own_organ);
    const mtl__cell_tally *r = &m->tally[mtl__model_tally(m, "repairing", NULL)];
    for (int k = 0; k < m->n_kinds; k++) /* a class stands for its kinds */
        assert_int_equal(r->part[0].kind[k], m->kind[k].class_ == MTL__SEED);
    const mtl__injury_def *stroke = &m->injury[mtl__model_injury(m, "stroke", NULL)];
    assert_int_equal(stroke->organ, -1);
    assert_string_equal(stroke->group, "brain");
    assert_int_equal(stroke->lasts.n, 0);
    const mtl__injury_def *h = &m->injury[mtl__model_injury(m, "hepatitis", NULL)];
    close_to(value(m, &h->lasts), 0.5 * MTL_DAYS_PER_YEAR, 1e-12);
    /* a wholly damaged organ settles at inflammation i = inflame / calm and a chemokine of
       signal (1 + i) / clear: 1 in the units of the table */
    const double i = value(m, &h->inflame) / value(m, &h->calm);
    close_to(value(m, &h->signal) * (1.0 + i) / value(m, &h->clear), 1.0, 1e-12);
    const mtl__outcome_def *a = &m->outcome[mtl__model_outcome(m, "alzheimer", NULL)];
    close_to(a->y[1], 0.006 / MTL_DAYS_PER_YEAR, 1e-12); /* 0.6 per 100 years */
    const mtl__outcome_def *ms = &m->outcome[mtl__model_outcome(m, "ms", NULL)];
    assert_int_equal(ms->needs, mtl__model_outcome(m, "ms_prodrome", NULL));
    close_to(value(m, &ms->scale) * ms->y[0], 1.0 / (5.0 * MTL_DAYS_PER_YEAR), 1e-12);
    const mtl__outcome_def *b = &m->outcome[mtl__model_outcome(m, "tumour_breast", NULL)];
    assert_int_equal(b->kind, mtl__model_kind(m, "tumour_breast", NULL));
    assert_int_equal(b->organ, mtl__model_organ(m, "breast", NULL));
    assert_true(b->sex == 'f' && !b->recurs && !b->of_week);
}

static void test_what_is_read(void **state)
{
    (void)state;
    mtl_model *m = load(human);
    check_tables(m);
    mtl_model *copy = mtl_model_copy(m);
    assert_non_null(copy);
    mtl_model_free(m);
    check_tables(copy); /* holds on its own */
    mtl_error err = {0};
    assert_int_equal(mtl__model_injury(copy, "infract", &err), MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "'infarct'"));
    assert_int_equal(mtl__model_outcome(copy, "lupsu", &err), MTL_ERR_NAME);
    assert_int_equal(mtl__model_tally(copy, "wathcing", &err), MTL_ERR_NAME);
    mtl_model_free(copy);
}

/* No effect of foreign cells on an outcome is on unless a switch says so. */
static void test_no_effect_by_default(void **state)
{
    (void)state;
    mtl_model *m = load(human);
    int of_cells = 0;
    for (int i = 0; i < m->n_exposures; i++) {
        const mtl__exposure *e = &m->exposure[i];
        const bool cells = e->of == MTL__X_TALLY || e->of == MTL__X_RESPONSE ||
                           e->of == MTL__X_TOLERANCE || e->of == MTL__X_ALLELE;
        of_cells += cells;
        if (cells && mtl__when_holds(&e->when, m) && value(m, &e->beta) != 0.0)
            fail_msg("%s acts by default", e->name);
    }
    assert_true(of_cells >= 10);
    mtl_model_free(m);
}

/* Opposite signs: provoke and protect are the same number with another sign. */
static void test_signs(void **state)
{
    (void)state;
    mtl_model *m = load(human);
    double provoke = 0.0, protect = 0.0, relapse = 0.0;
    for (int i = 0; i < m->n_exposures; i++) {
        if (strcmp(m->exposure[i].name, "lupus.load") == 0)
            provoke = value(m, &m->exposure[i].beta);
        if (strcmp(m->exposure[i].name, "lupus.load.less") == 0)
            protect = value(m, &m->exposure[i].beta);
        if (strcmp(m->exposure[i].name, "ms_relapse.t3") == 0)
            relapse = value(m, &m->exposure[i].beta);
    }
    assert_true(provoke > 0.0);
    close_to(protect, -provoke, 1e-15);
    close_to(relapse, log(0.2 / 0.7), 1e-12);
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- a model without a host */
/* The nine tables alone, with the lines that name a host's state taken out. */
static mtl__table_text without(enum mtl__model_table which, const char *const *word, int n)
{
    char *t = mtl__arena_alloc(&table_arena, human[which].length + 1), *w = t;
    assert_non_null(t);
    for (const char *s = human[which].text; *s != '\0';) {
        const char *end = strchr(s, '\n');
        const size_t len = end != NULL ? (size_t)(end - s) + 1 : strlen(s);
        char line[2048];
        snprintf(line, sizeof line, "%.*s", (int)len, s);
        bool drop = false;
        for (int i = 0; i < n; i++)
            drop = drop || strstr(line, word[i]) != NULL;
        if (!drop || s == human[which].text) {
            memcpy(w, s, len);
            w += len;
        }
        s += len;
    }
    *w = '\0';
    return (mtl__table_text){t, (size_t)(w - t)};
}

static void test_tables_may_be_missing(void **state)
{
    (void)state;
    static const char *const factors[] = {"outcome:", "tally:"};
    static const char *const rules[] = {"demented", "watched", "\tfed\t", "calling"};
    mtl__table_text t[MTL__N_TABLES];
    memcpy(t, human, sizeof t);
    t[MTL__T_FACTORS] = without(MTL__T_FACTORS, factors, 2);
    t[MTL__T_RULES] = without(MTL__T_RULES, rules, 4);
    mtl_model *full = load(t);
    for (int i = MTL__T_TALLIES; i < MTL__N_TABLES; i++)
        t[i] = (mtl__table_text){0};
    mtl_model *m = load(t);
    assert_int_equal(m->n_tallies + m->n_injuries + m->n_outcomes + m->n_exposures, 0);
    assert_int_equal(m->n_rules, full->n_rules);
    assert_string_not_equal(m->table_hash, full->table_hash);
    mtl_model *copy = mtl_model_copy(m);
    assert_non_null(copy);
    mtl_model_free(copy);
    mtl_model_free(full);
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- rest and use */
static int param(const mtl_model *m, const char *name)
{
    const int i = mtl_model_find_param(m, name, NULL);
    if (i < 0)
        fail_msg("no parameter %s", name);
    return i;
}

static int rule(const mtl_model *m, const char *name)
{
    for (int i = 0; i < m->n_rules; i++)
        if (strcmp(m->rule[i].name, name) == 0)
            return i;
    fail_msg("no rule %s", name);
    return -1;
}

static void test_rest(void **state)
{
    (void)state;
    mtl_model *m = load(human);
    assert_true(mtl__rule_sleeps(&m->rule[rule(m, "slow_seed.homing")], m));
    assert_true(mtl__rule_sleeps(&m->rule[rule(m, "slow_seed.rejected")], m));
    assert_false(mtl__rule_sleeps(&m->rule[rule(m, "slow_seed.output.nk")], m));
    assert_false(mtl__rule_sleeps(&m->rule[rule(m, "slow_seed.divide")], m));
    const mtl__factor *f = m->factor;
    assert_true(mtl__factor_at_rest(&f[mtl__model_factor(m, "unrejected", NULL)], m) == 1.0);
    assert_true(mtl__factor_at_rest(&f[mtl__model_factor(m, "damaged", NULL)], m) == 0.0);
    assert_true(mtl__factor_at_rest(&f[mtl__model_factor(m, "homing_time", NULL)], m) == 0.0);
    assert_true(isnan(mtl__factor_at_rest(&f[mtl__model_factor(m, "growth", NULL)], m)));
    mtl_model_free(m);
}

static void test_used(void **state)
{
    (void)state;
    mtl_model *m = load(human);
    bool *used = calloc((size_t)m->n_params, sizeof *used);
    assert_non_null(used);
    mtl__model_used_params(m, used);
    static const char *const asleep[] = {
        "homing.injury.gain", "homing.ccl2.half", "fate.rate",       "fate.turnover",
        "reject.output",      "reject.rate",      "tumour.division", "repair.gain",
        "allo.gain",          "ms.incidence",     "tumour.detected", "injury.repair.heart"};
    for (size_t i = 0; i < sizeof asleep / sizeof *asleep; i++)
        if (used[param(m, asleep[i])])
            fail_msg("%s is called on by nothing", asleep[i]);
    mtl__rule_used_params(m, rule(m, "slow_seed.homing"), used);
    assert_true(used[param(m, "homing.injury.gain")] && used[param(m, "homing.ccl2.hill")]);
    /* What an event says itself is not asked of the model. */
    mtl__injury_event_params(m, mtl__model_injury(m, "hepatitis", NULL), true, true, used);
    assert_true(used[param(m, "injury.repair.liver")]);
    assert_false(used[param(m, "injury.size.hepatitis")] ||
                 used[param(m, "injury.lasts.hepatitis")]);
    mtl__injury_event_params(m, mtl__model_injury(m, "hepatitis", NULL), true, false, used);
    assert_false(used[param(m, "injury.size.hepatitis")]);
    assert_true(used[param(m, "injury.lasts.hepatitis")]);
    mtl__injury_used_params(m, mtl__model_injury(m, "hepatitis", NULL), used);
    assert_true(used[param(m, "injury.size.hepatitis")]);
    mtl__injury_used_params(m, mtl__model_injury(m, "infarct", NULL), used);
    assert_true(used[param(m, "injury.repair.heart")] && !used[param(m, "injury.repair.skin")]);
    assert_false(used[param(m, "repair.half")]);
    assert_int_equal(mtl_model_switch(m, "repair", "harm", NULL), MTL_OK);
    mtl__injury_used_params(m, mtl__model_injury(m, "infarct", NULL), used);
    assert_true(used[param(m, "repair.half")] && used[param(m, "repair.harm")]);
    assert_false(used[param(m, "repair.gain")]);
    mtl__outcome_used_params(m, mtl__model_outcome(m, "lupus", NULL), used);
    assert_true(used[param(m, "lupus.incidence")] && !used[param(m, "autoimmune.beta.load")]);
    assert_int_equal(mtl_model_switch(m, "autoimmunity", "protect", NULL), MTL_OK);
    mtl__outcome_used_params(m, mtl__model_outcome(m, "lupus", NULL), used);
    assert_true(used[param(m, "autoimmune.beta.load")]);
    mtl__immune_used_params(m, used);
    assert_true(used[param(m, "tolerance.nima")] && used[param(m, "antigen.half")]);
    free(used);
    mtl_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_of_rules),
        cmocka_unit_test(test_mistakes_of_tallies_and_injuries),
        cmocka_unit_test(test_mistakes_of_outcomes),
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_no_effect_by_default),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_tables_may_be_missing),
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_used),
    };
    return cmocka_run_group_tests(tests, read_human, free_human);
}
