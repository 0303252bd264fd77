/* SPDX-License-Identifier: MIT */
/* The model in memory, on the human model itself: honesty of its tables (tiers, ranges, sources),
   values and switches with undo, copies, hashes, expressions, factors, priors, and what the numbers
   must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif
#define HUMAN MTL_SOURCE_ROOT "/models/human"

static mtl_model *load(void)
{
    mtl_model *m = NULL;
    mtl_error err = {0};
    if (mtl_model_load(&m, HUMAN, &err) != MTL_OK) {
        char text[900];
        mtl_error_format(&err, text, sizeof text);
        fail_msg("%s", text);
    }
    return m;
}

static void close_to(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance * fabs(want)))
        fail_msg("got %.12g, expected %.12g within %g", got, want, tolerance);
}

static double value(const mtl_model *m, const char *name)
{
    double x = NAN;
    mtl_error err = {0};
    if (mtl__model_value(m, name, &x, &err) != MTL_OK)
        fail_msg("%s", err.text);
    return x;
}

static const mtl__rule *rule(const mtl_model *m, const char *name)
{
    for (int i = 0; i < m->n_rules; i++)
        if (strcmp(m->rule[i].name, name) == 0)
            return &m->rule[i];
    fail_msg("no rule %s", name);
    return NULL;
}

static double rate(const mtl_model *m, const char *name)
{
    return mtl__expr_value(&rule(m, name)->rate, m);
}

static double amount(const mtl_model *m, const char *name)
{
    for (int i = 0; i < m->n_supplies; i++)
        if (strcmp(m->supply[i].name, name) == 0)
            return mtl__expr_value(&m->supply[i].amount, m);
    fail_msg("no supply %s", name);
    return NAN;
}

/* ---------------------------------------------------------------- honesty of the tables */
/* A tier D value says why, and its range spans two decades or the whole unit interval. */
static void tier_d_is_wide(mtl_model *m)
{
    int n = 0;
    for (int i = 0; i < mtl_model_n_params(m); i++) {
        mtl_param_info p;
        assert_int_equal(mtl_model_param(m, i, &p), MTL_OK);
        if (p.source[0] == '\0' || p.meaning[0] == '\0')
            fail_msg("%s has no source or meaning", p.name);
        if (p.tier != 'D')
            continue;
        n++;
        const bool unit_interval = p.low == 0.0 && p.high == 1.0;
        const bool decades = p.low > 0.0 && p.high / p.low >= 100.0 * (1.0 - 1e-9);
        if (!unit_interval && !decades)
            fail_msg("%s is tier D with the range %g to %g", p.name, p.low, p.high);
        if (p.note[0] == '\0')
            fail_msg("%s is tier D without a reason", p.name);
    }
    assert_true(n >= 40);
    mtl_model_free(m);
}

static void test_tier_d_is_wide(void **state)
{
    mtl_model *mouse = NULL;
    mtl_error err = {0};
    (void)state;
    tier_d_is_wide(load());
    assert_int_equal(mtl_model_load(&mouse, MTL_SOURCE_ROOT "/models/mouse", &err), MTL_OK);
    tier_d_is_wide(mouse);
}

/* What the engine asks for by name. */
static void test_names_the_engine_asks_for(void **state)
{
    (void)state;
    static const char *const params[] = {"blood.volume",
                                         "blood.volume.pregnant",
                                         "blood.density",
                                         "blood.density.pregnant",
                                         "blood.cells",
                                         "blood.cells.pregnant",
                                         "hub.residence",
                                         "niche.displacement",
                                         "conduit.selectivity",
                                         "pregnancy.blood.after",
                                         "share.pbmc",
                                         "share.cd34",
                                         "delivery.bleed.massive",
                                         "delivery.bleed.massive.volume",
                                         "delivery.bleed.median",
                                         "delivery.bleed.mean_ratio",
                                         "hsc.pool",
                                         "assay.study.scale"};
    static const char *const kinds[] = {
        "slow_seed",       "hsc",  "lymphoid_clone", "msc",         "resident",  "tcell",
        "bcell",           "nk",   "monocyte",       "granulocyte", "nucleated", "progenitor_fast",
        "progenitor_slow", "cfdna"};
    static const char *const assays[] = {"dys14-qpcr",     "sry-qpcr",        "hla-qpcr",
                                         "indel-qpcr",     "dys14-qpcr-pbmc", "dys14-qpcr-cd34",
                                         "hla-qpcr-tcell", "hla-qpcr-bcell",  "hla-qpcr-monocyte",
                                         "hla-qpcr-nk"};
    static const char *const switches[] = {"flux",  "persistence", "conduit", "niche",
                                           "bleed", "repair",      "tumour",  "ms"};
    mtl_model *m = load();
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        assert_true(value(m, params[i]) > 0.0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_true(mtl__model_kind(m, kinds[i], NULL) >= 0);
    for (size_t i = 0; i < sizeof assays / sizeof assays[0]; i++)
        assert_true(mtl__model_assay(m, assays[i], NULL) >= 0);
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        assert_true(mtl_model_find_switch(m, switches[i], NULL) >= 0);
    assert_true(mtl__model_factor(m, "growth", NULL) >= 0);
    assert_string_equal(m->organ[m->blood].name, "blood");
    assert_int_equal(m->n_organs, 49);
    mtl_model_free(m);
}

static void test_every_parameter_acts(void **state)
{
    (void)state;
    mtl_model *m = load();
    mtl_param_use use[64];
    for (int i = 0; i < m->n_params; i++) {
        const int n = mtl_model_param_uses(m, i, use, 64);
        if (n < 1)
            fail_msg("%s acts nowhere", m->param[i].name);
        for (int k = 0; k < n && k < 64; k++)
            if (use[k].text == NULL || use[k].text[0] == '\0' || use[k].when == NULL)
                fail_msg("%s has a use without a text", m->param[i].name);
    }
    const int p = mtl_model_find_param(m, "seed.output", NULL);
    const int all = mtl_model_param_uses(m, p, NULL, 0);
    assert_int_equal(mtl_model_param_uses(m, p, use, 1),
                     all); /* the number of places, not of those filled */
    assert_true(all >= 8); /* five outputs, three doses */
    assert_int_equal(mtl_model_param_uses(m, -1, use, 64), MTL_ERR_USAGE);
    mtl_model_free(m);
}

/* Numbers that stand for others must agree with them. */
static void test_derived_numbers(void **state)
{
    (void)state;
    mtl_model *m = load();
    close_to(value(m, "blood.cells"), value(m, "blood.volume") * value(m, "blood.density"), 0.02);
    close_to(value(m, "blood.cells.pregnant"),
             value(m, "blood.volume.pregnant") * value(m, "blood.density.pregnant"), 1e-12);
    close_to(value(m, "blood.cells"), m->organ[m->blood].cells, 1e-12);
    close_to(value(m, "share.pbmc"),
             value(m, "share.tcell") + value(m, "share.bcell") + value(m, "share.nk") +
                 value(m, "share.monocyte"),
             1e-12);
    const double sd = value(m, "delivery.bleed.lnsd"), big = value(m, "delivery.bleed.massive");
    close_to(value(m, "delivery.bleed.mean_ratio"),
             (1.0 - big) * exp(sd * sd / 2.0) + big * value(m, "delivery.bleed.massive.volume") /
                                                    value(m, "delivery.bleed.median"),
             1e-3);
    close_to(value(m, "loss.burst.mean_ratio"), exp(pow(value(m, "loss.burst.lnsd"), 2.0) / 2.0),
             1e-3);
    const mtl__factor *growth = &m->factor[mtl__model_factor(m, "growth", NULL)];
    const double cord = m->organ[mtl__model_organ(m, "cord_blood", NULL)].cells;
    close_to(mtl__factor_value(growth, m, 0.0), cord / value(m, "blood.cells"), 0.01);
    mtl_model_free(m);
}

/* Doses follow from the shares that the data fix, and lie where the reduced model of the evidence
   had them: 12 and 52 engrafted seeds, 6e6 cells at a delivery, each within a factor of two. */
static void test_doses(void **state)
{
    (void)state;
    mtl_model *m = load();
    const double blood = value(m, "blood.cells.pregnant");
    close_to(amount(m, "seeds.slow.early"), value(m, "seed.share.child") / value(m, "seed.output"),
             1e-9);
    close_to(amount(m, "maternal.seeds.slow"),
             value(m, "seed.share.mother") / value(m, "seed.output"), 1e-9);
    close_to(amount(m, "leak.steady"), value(m, "gestation.steady") * blood, 1e-9);
    close_to(amount(m, "delivery.burst"), value(m, "delivery.fraction") * blood, 1e-9);
    close_to(amount(m, "termination.burst.surgical"),
             value(m, "loss.burst.termination") * value(m, "loss.burst.mean_ratio") *
                 value(m, "blood.volume"),
             1e-9);
    close_to(amount(m, "maternal.leak"), value(m, "maternal.leak"), 1e-9);
    close_to(amount(m, "seeds.slow.termination") / amount(m, "seeds.slow.early"),
             value(m, "seed.dose.termination.extra"), 1e-9);
    const double reduced[][2] = {{amount(m, "seeds.slow.early"), 12},
                                 {amount(m, "maternal.seeds.slow"), 52},
                                 {amount(m, "delivery.burst"), 6e6},
                                 {amount(m, "maternal.leak"), 5.4e5}};
    for (size_t k = 0; k < sizeof reduced / sizeof *reduced; k++)
        assert_true(reduced[k][0] > 0.5 * reduced[k][1] && reduced[k][0] < 2 * reduced[k][1]);
    mtl_model_free(m);
}

static double net_growth(const mtl_model *m, const char *kind)
{
    static const char *const process[] = {"divide", "die", "leave", "lose"};
    double x[4];
    for (int i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.%s", kind, process[i]);
        x[i] = rate(m, name);
    }
    return x[0] - x[1] - x[2] * x[3];
}

/* Seeds keep their number on average, whatever turnover is tried. */
static void test_seeds_are_neutral(void **state)
{
    (void)state;
    mtl_model *m = load();
    mtl_error err = {0};
    for (int pass = 0; pass < 2; pass++) {
        assert_true(fabs(net_growth(m, "slow_seed")) < 1e-12);
        assert_true(fabs(net_growth(m, "hsc")) < 1e-12);
        assert_true(fabs(net_growth(m, "lymphoid_clone")) < 1e-12);
        assert_int_equal(mtl_model_set(m, "seed.division", "1.3", &err), MTL_OK);
        assert_int_equal(mtl_model_set(m, "hsc.division", "0.7", &err), MTL_OK);
    }
    close_to(rate(m, "slow_seed.divide"), 1.3 / 365.25, 1e-12);
    assert_int_equal(mtl_model_set(m, "seed.growth", "-0.05", &err), MTL_OK);
    close_to(net_growth(m, "slow_seed"), -0.05 / 365.25, 1e-9);
    mtl_model_free(m);
}

/* One seed's progeny in steady state: output over decay, summed, is its share of the blood. */
static void test_output_gives_share(void **state)
{
    (void)state;
    mtl_model *m = load();
    static const char *const kinds[] = {"tcell", "bcell", "nk", "monocyte", "granulocyte"};
    double cells = 0.0, weighted = 0.0, stem = 0.0, share = 0.0;
    for (int i = 0; i < 5; i++) {
        char out[64], hsc[64], decay[64], s[64], w[64];
        snprintf(out, sizeof out, "slow_seed.output.%s", kinds[i]);
        snprintf(hsc, sizeof hsc, "hsc.output.%s", kinds[i]);
        snprintf(decay, sizeof decay, "%s.decay", kinds[i]);
        snprintf(s, sizeof s, "share.%s", kinds[i]);
        snprintf(w, sizeof w, "seed.weight.%s", kinds[i]);
        cells += rate(m, out) / rate(m, decay);
        stem += rate(m, hsc) / rate(m, decay);
        weighted += value(m, s) * value(m, w);
        share += value(m, s);
    }
    close_to(cells, value(m, "seed.output") * value(m, "blood.cells") * weighted, 1e-12);
    close_to(stem, value(m, "blood.cells") * share / value(m, "hsc.pool"), 1e-12);
    close_to(weighted, 1.0, 0.1); /* weights are relative to the mean over blood */
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- setting */
static void refuse(mtl_model *m, const char *name, const char *text, int code, const char *fragment)
{
    mtl_error err = {0};
    char before[65];
    snprintf(before, sizeof before, "%s", mtl_model_hash(m));
    const int ret = mtl_model_set(m, name, text, &err);
    if (ret != code)
        fail_msg("%s = %s gave %d (%s), expected %d", name, text, ret, err.text, code);
    if (strstr(err.text, fragment) == NULL)
        fail_msg("%s = %s: '%s' does not say '%s'", name, text, err.text, fragment);
    assert_string_equal(mtl_model_hash(m), before); /* as it was */
}

static void test_set(void **state)
{
    (void)state;
    mtl_model *m = load();
    mtl_error err = {0};
    mtl_param_info p;
    assert_int_equal(mtl_model_set(m, "hsc.division", "0.1 per day", &err), MTL_OK);
    const int i = mtl_model_find_param(m, "hsc.division", NULL);
    assert_int_equal(mtl_model_param(m, i, &p), MTL_OK);
    close_to(p.value, 36.525, 1e-12); /* in the unit of the table, outside its range: allowed */
    close_to(p.default_value, 1.3, 1e-12);
    assert_int_equal(mtl_model_set(m, "share.tcell", "30 %", &err), MTL_OK);
    close_to(m->kind[mtl__model_kind(m, "tcell", NULL)].blood_share, 0.3, 1e-12);
    refuse(m, "hsc.divison", "1", MTL_ERR_NAME, "'hsc.division'");
    refuse(m, "hsc.division", "1 mL", MTL_ERR_UNIT, "a volume");
    refuse(m, "hsc.division", "-1", MTL_ERR_VALUE, "negative");
    refuse(m, "hsc.division", "nan", MTL_ERR_VALUE, "number");
    refuse(m, "hsc.division", "1e999", MTL_ERR_VALUE, "number");
    refuse(m, "seed.engraft.prob", "1.5", MTL_ERR_VALUE, "above 1");
    refuse(m, "assay.recovery", "120 %", MTL_ERR_VALUE, "above 1");
    refuse(m, "hsc.pool", "0", MTL_ERR_VALUE, "hsc.output");
    refuse(m, "hsc.pool", "1e-300", MTL_ERR_VALUE, "not a finite number");
    refuse(m, "seed.dose.shape", "0", MTL_ERR_VALUE, "above 0");
    refuse(m, "blood.cells", "", MTL_ERR_VALUE, "number");
    mtl_model_free(m);
}

static void test_switch(void **state)
{
    (void)state;
    mtl_model *m = load();
    mtl_error err = {0};
    assert_true(mtl__model_switch_is(m, "persistence", "slow"));
    assert_true(mtl__when_holds(&rule(m, "slow_seed.divide")->when, m));
    assert_int_equal(mtl_model_switch(m, "persistence", "hsc", &err), MTL_OK);
    assert_false(mtl__when_holds(&rule(m, "slow_seed.divide")->when, m));
    assert_true(mtl__when_holds(&rule(m, "hsc.divide")->when, m));
    assert_int_equal(mtl_model_switch(m, "persistence", "hcs", &err), MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "'hsc'"));
    assert_int_equal(mtl_model_switch(m, "persistance", "hsc", &err), MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "'persistence'"));
    assert_true(mtl__model_switch_is(m, "niche", "additive"));
    assert_int_equal(mtl__model_switch_now(m, "nosuch"), -1);
    mtl_switch_info info;
    mtl_switch_value v;
    const int k = mtl_model_find_switch(m, "persistence", NULL);
    assert_int_equal(mtl_model_switch_info(m, k, &info), MTL_OK);
    assert_string_equal(info.value, "hsc");
    assert_int_equal(info.n_values, 4);
    assert_int_equal(mtl_model_switch_value(m, k, 3, &v), MTL_OK);
    assert_string_equal(v.value, "hidden");
    assert_int_equal(mtl_model_switch_value(m, k, 4, &v), MTL_ERR_USAGE);
    mtl_model_free(m);
}

static int active_lines(const mtl_model *m, int kind)
{
    int n = 0;
    for (int i = 0; i < m->n_supplies; i++)
        n += m->supply[i].kind == kind && m->supply[i].way == MTL__CHILD_TO_MOTHER &&
             m->supply[i].on == MTL__ON_PREGNANCY && mtl__when_holds(&m->supply[i].when, m);
    return n;
}

/* Under every hypothesis exactly one line of a pregnancy brings the seeds that persist. */
static void test_each_hypothesis_has_one_source(void **state)
{
    (void)state;
    static const struct {
        const char *persistence, *kind;
    } h[] = {
        {"slow", "slow_seed"}, {"hsc", "hsc"}, {"lymphocyte", "lymphoid_clone"}, {"hidden", "hsc"}};
    static const char *const flux[] = {"early", "late"};
    mtl_model *m = load();
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 2; k++) {
            assert_int_equal(mtl_model_switch(m, "persistence", h[i].persistence, NULL), MTL_OK);
            assert_int_equal(mtl_model_switch(m, "flux", flux[k], NULL), MTL_OK);
            assert_int_equal(active_lines(m, mtl__model_kind(m, h[i].kind, NULL)), 1);
        }
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- copies and hashes */
static void test_copy_is_deep(void **state)
{
    (void)state;
    mtl_model *m = load();
    char hash[65];
    snprintf(hash, sizeof hash, "%s", mtl_model_hash(m));
    mtl_model *c = mtl_model_copy(m);
    assert_non_null(c);
    assert_string_equal(mtl_model_hash(c), hash);
    assert_int_equal(mtl_model_set(c, "hsc.pool", "50000", NULL), MTL_OK);
    assert_int_equal(mtl_model_switch(c, "flux", "late", NULL), MTL_OK);
    assert_true(strcmp(mtl_model_hash(c), hash) != 0);
    assert_string_equal(mtl_model_hash(m), hash);
    mtl_model_free(m); /* the copy must not lean on it: the sanitizer would tell */
    close_to(rate(c, "hsc.output.tcell") / rate(c, "tcell.decay"), 2.7e10 * 0.2 / 5e4, 1e-12);
    for (int i = 0; i < c->n_params; i++) {
        mtl_param_use use[4];
        mtl_param_info p;
        assert_true(mtl_model_param_uses(c, i, use, 4) > 0);
        assert_int_equal(mtl_model_param(c, i, &p), MTL_OK);
        assert_true(strlen(p.source) > 0 && strlen(use[0].text) > 0);
    }
    assert_true(c->kind[0].organ_factor[mtl__model_organ(c, "marrow", NULL)] == 5.0);
    assert_string_equal(c->sw[mtl_model_find_switch(c, "flux", NULL)].value[1], "late");
    mtl_model_free(c);
    mtl_model_free(NULL);
}

static void test_hash(void **state)
{
    (void)state;
    mtl_model *m = load();
    char first[65], second[65];
    snprintf(first, sizeof first, "%s", mtl_model_hash(m));
    assert_int_equal(strlen(first), 64);
    assert_int_equal(mtl_model_set(m, "hsc.division", "1.4", NULL), MTL_OK);
    snprintf(second, sizeof second, "%s", mtl_model_hash(m));
    assert_true(strcmp(first, second) != 0);
    assert_int_equal(mtl_model_set(m, "hsc.division", "1.3", NULL), MTL_OK);
    assert_string_equal(mtl_model_hash(m), first);
    assert_int_equal(mtl_model_switch(m, "niche", "displacement", NULL), MTL_OK);
    assert_true(strcmp(mtl_model_hash(m), first) != 0);
    mtl_model_free(m);
}

static void test_used_params(void **state)
{
    (void)state;
    mtl_model *m = load();
    bool *used = calloc((size_t)m->n_params, sizeof *used);
    assert_non_null(used);
    mtl__model_used_params(m, used);
    assert_true(used[mtl_model_find_param(m, "seed.output", NULL)]);
    assert_true(used[mtl_model_find_param(m, "organ.barrier.brain", NULL)]);
    assert_true(used[mtl_model_find_param(m, "gestation.midpoint", NULL)]);
    assert_false(used[mtl_model_find_param(m, "lymphocyte.output", NULL)]);
    assert_false(used[mtl_model_find_param(m, "niche.displacement", NULL)]);
    assert_false(used[mtl_model_find_param(m, "assay.dys14.copies", NULL)]);
    assert_false(used[mtl_model_find_param(m, "assay.study.scale", NULL)]);
    mtl__assay_used_params(m, mtl__model_assay(m, "dys14-qpcr", NULL), used);
    assert_true(used[mtl_model_find_param(m, "assay.dys14.copies", NULL)]);
    assert_false(used[mtl_model_find_param(m, "assay.contamination.hla", NULL)]);
    memset(used, 0, (size_t)m->n_params * sizeof *used);
    assert_int_equal(mtl_model_switch(m, "persistence", "lymphocyte", NULL), MTL_OK);
    assert_int_equal(mtl_model_switch(m, "niche", "displacement", NULL), MTL_OK);
    mtl__model_used_params(m, used);
    assert_false(used[mtl_model_find_param(m, "seed.output", NULL)]);
    assert_true(used[mtl_model_find_param(m, "lymphocyte.output", NULL)]);
    assert_true(used[mtl_model_find_param(m, "niche.displacement", NULL)]);
    free(used);
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- expressions and conditions */
static double evaluate(mtl_model *m, const char *text)
{
    mtl__expr e;
    mtl_error err = {0};
    if (mtl__expr_parse(m, text, &e, &err) != MTL_OK)
        fail_msg("'%s': %s", text, err.text);
    return mtl__expr_value(&e, m);
}

static void test_expressions(void **state)
{
    (void)state;
    mtl_model *m = load();
    close_to(evaluate(m, "2 * 3 / 4"), 1.5, 1e-15);
    close_to(evaluate(m, "2*3/4"), 1.5, 1e-15);
    close_to(evaluate(m, "1e-3 * 2e+3"), 2.0, 1e-15);
    close_to(evaluate(m, "1 / 2 / 2"), 0.25, 1e-15);
    close_to(evaluate(m, "10 - 2 * 3 + 1"), 5.0, 1e-15);
    assert_true(evaluate(m, "1 - 3") == 0.0); /* a rate stops at 0 */
    close_to(evaluate(m, "hsc.division - hsc.egress * hsc.blood.loss"), 1.25 / 365.25, 1e-12);
    static const struct {
        const char *text;
        int code, column;
    } bad[] = {{"", MTL_ERR_SYNTAX, 1},
               {"2 *", MTL_ERR_SYNTAX, 4},
               {"2 3", MTL_ERR_SYNTAX, 3},
               {"* 2", MTL_ERR_SYNTAX, 1},
               {"1e", MTL_ERR_VALUE, 1},
               {"2 * hsc.divison", MTL_ERR_NAME, 5},
               {"hsc.division + hsc.pool", MTL_ERR_UNIT, 0},
               {"hsc.division + 1", MTL_ERR_UNIT, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mtl__expr e;
        mtl_error err = {0};
        const int ret = mtl__expr_parse(m, bad[i].text, &e, &err);
        if (ret != bad[i].code || err.column != bad[i].column)
            fail_msg("'%s' gave %d at column %d (%s)", bad[i].text, ret, err.column, err.text);
    }
    mtl_model_free(m);
}

static void test_conditions(void **state)
{
    (void)state;
    mtl_model *m = load();
    mtl__when w;
    assert_int_equal(mtl__when_parse(m, "", &w, NULL), MTL_OK);
    assert_true(mtl__when_holds(&w, m));
    assert_int_equal(mtl__when_parse(m, " persistence = hsc | slow & flux=early ", &w, NULL),
                     MTL_OK);
    assert_true(mtl__when_holds(&w, m));
    assert_int_equal(mtl__when_parse(m, "persistence=slow & flux=late", &w, NULL), MTL_OK);
    assert_false(mtl__when_holds(&w, m));
    static const char *const bad[] = {
        "persistence",          "=slow", "persistence=", "persistence=slow &", "persistence=slow|",
        "persistence=slow=hsc", "&"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (mtl__when_parse(m, bad[i], &w, NULL) != MTL_ERR_SYNTAX)
            fail_msg("'%s' was taken", bad[i]);
    mtl_error err = {0};
    assert_int_equal(mtl__when_parse(m, "flux=earli", &w, &err), MTL_ERR_NAME);
    assert_non_null(strstr(err.text, "'early'"));
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- factors */
/* Mean against a fine midpoint sum, bound against values on a grid, for every factor of the model.
 */
static void test_factors(void **state)
{
    (void)state;
    mtl_model *m = load();
    static const double span[][2] = {{2, 40},  {2, 9},   {13, 14}, {27, 29},
                                     {35, 44}, {-1, 30}, {5, 5}};
    for (int i = 0; i < m->n_factors; i++)
        for (size_t s = 0; s < sizeof span / sizeof span[0]; s++) {
            const mtl__factor *f = &m->factor[i];
            const double a = span[s][0], b = span[s][1];
            const double bound = mtl__factor_bound(f, m, a, b);
            const int n = 20000;
            double sum = 0.0;
            for (int k = 0; k < n; k++) {
                const double y = mtl__factor_value(f, m, a + (b - a) * (k + 0.5) / n);
                if (y > bound * (1.0 + 1e-12))
                    fail_msg("%s: %g above its bound %g", f->name, y, bound);
                sum += y;
            }
            if (f->of > MTL__OF_POSTPARTUM) /* of the host's state: no clock to average over */
                continue;
            const double mean = mtl__factor_mean(f, m, a, b);
            if (!(fabs(mean - sum / n) <= 1e-3 * (sum / n) + 1e-9))
                fail_msg("%s on %g..%g: mean %.10g, expected %.10g", f->name, a, b, mean, sum / n);
        }
    const mtl__factor *late = &m->factor[mtl__model_factor(m, "flux_late", NULL)];
    close_to(mtl__factor_value(late, m, 12.0), 0.5, 1e-12);
    close_to(8.5 * mtl__factor_mean(late, m, 2.0, 10.5) /
                 (38.0 * mtl__factor_mean(late, m, 2.0, 40.0)),
             0.02, 0.05); /* a miscarriage of week 10.5 gives 2% of a birth */
    mtl_model_free(m);
}

/* ---------------------------------------------------------------- priors */
static void test_draws(void **state)
{
    (void)state;
    mtl_model *m = load();
    for (int i = 0; i < m->n_params; i++) {
        const mtl__param *p = &m->param[i];
        double last = -INFINITY;
        for (int k = 1; k < 100; k++) {
            const double x = mtl__param_draw(p, k / 100.0);
            mtl_error err = {0};
            if (mtl__param_check(p, x, &err) != MTL_OK)
                fail_msg("a draw of %s: %s", p->name, err.text);
            assert_true(x >= last);
            last = x;
        }
        if (p->prior == MTL__PRIOR_NONE)
            assert_true(mtl__param_draw(p, 0.9) == p->value);
        if (p->prior == MTL__PRIOR_LOGUNIFORM)
            close_to(mtl__param_draw(p, 0.5), sqrt(p->low * p->high), 1e-9);
        if (p->prior == MTL__PRIOR_LOGNORMAL) {
            close_to(mtl__param_draw(p, 0.5), p->value, 1e-9);
            close_to(mtl__param_draw(p, 0.975) / mtl__param_draw(p, 0.025), p->high / p->low, 1e-6);
        }
    }
    const mtl__param *beta = &m->param[mtl_model_find_param(m, "assay.contamination.y", NULL)];
    double mean = 0.0;
    for (int k = 0; k < 1000; k++)
        mean += mtl__param_draw(beta, (k + 0.5) / 1000.0) / 1000.0;
    close_to(mean, beta->value, 1e-3);
    mtl_model_free(m);
}

/* Under any draw of the unknowns the model must stay possible. */
static void test_draws_are_possible(void **state)
{
    (void)state;
    mtl_model *m = load();
    for (int k = 0; k < 50; k++) {
        for (int i = 0; i < m->n_params; i++)
            m->param[i].value =
                mtl__param_draw(&m->param[i], ((k * 37 + i * 61) % 997 + 0.5) / 997.0);
        mtl_error err = {0};
        if (mtl__model_check_values(m, &err) != MTL_OK)
            fail_msg("draw %d: %s", k, err.text);
    }
    mtl_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tier_d_is_wide),
        cmocka_unit_test(test_names_the_engine_asks_for),
        cmocka_unit_test(test_every_parameter_acts),
        cmocka_unit_test(test_derived_numbers),
        cmocka_unit_test(test_doses),
        cmocka_unit_test(test_seeds_are_neutral),
        cmocka_unit_test(test_output_gives_share),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_switch),
        cmocka_unit_test(test_each_hypothesis_has_one_source),
        cmocka_unit_test(test_copy_is_deep),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_used_params),
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_factors),
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_draws_are_possible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
