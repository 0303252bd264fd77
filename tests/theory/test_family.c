/* SPDX-License-Identifier: MIT */
/* A whole family, simulated, against the analytic solver: for every inoculum of a scenario and
   several samples, P(nothing is seen) and the mean number seen. Each replicate contributes its
   conditional probability of silence given the final state, which has less noise than drawing the
   sample. Crossings between bodies are rare events: where silence is expected to fail in fewer than
   20 replicates in all, the normal law does not hold and the number of the comparison is not judged
   (random processes of tests/property cross often). n = 1500 replicates; z tests, two-sided; m
   comparisons are counted as they are made (below 200), and each is judged at 1e-6 / 200: |z|
   < 5.6. Means of heavy-tailed counts are compared where their relative standard error is below a
   fifth, so that the normal law may be trusted. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "family/family.h"
#include "matriline/matriline.h"

enum { REPLICATES = 1500 };
static const double Z_MAX = 5.6;

static const char FAMILY[] =
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
    "  tom: {sex: male, born: 1972-06-01, mother: anna}\n"
    "events:\n"
    "  - {date: 1975-02-01, person: anna, event: termination, week: 9, care: surgical}\n"
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: female}\n"
    "  - {date: 1978-06-02, person: anna, event: sample, organ: blood}\n"
    "  - {date: 1999-06-02, person: anna, event: sample, organ: blood}\n"
    "  - {date: 1999-06-02, person: anna, event: sample, organ: marrow, genomes: 1e6}\n"
    "  - {date: 2000-06-02, person: eva, event: sample, organ: blood}\n"
    "  - {date: 2004-05-01, person: anna, event: autopsy, organs: [brain.hippocampus, liver]}\n";

typedef struct tally {
    double none, none2, seen, seen2;
} tally;

static double z_of(double sum, double square, double expected, double *relative)
{
    const double mean = sum / REPLICATES, var = square / REPLICATES - mean * mean;
    const double se = sqrt(var > 0 ? var / REPLICATES : 0);
    *relative = mean > 0 ? se / mean : HUGE_VAL;
    if (se < 1e-12)
        return fabs(mean - expected) < 1e-7 ? 0 : HUGE_VAL;
    return (mean - expected) / se;
}

/* Scales a view so that a sample of `genomes` sees cells; per-type chances stay below 1. */
static void tube(const mtl__world *w, mtl__view *v, double genomes)
{
    for (int i = 0; i < w->process->n_types; i++)
        v->see_type[i] = v->see_type[i] * genomes > 1 ? 1 : v->see_type[i] * genomes;
    for (int i = 0; i < w->process->n_cox; i++)
        v->see_cox[i] *= genomes;
}

static void add(const mtl__world *w, const mtl__view *v, const int64_t *n, const double *y,
                tally *t)
{
    double log_none = 0, seen = 0;
    for (int i = 0; i < w->process->n_types; i++) {
        if (n[i] == 0 || v->see_type[i] == 0)
            continue;
        log_none += (double)n[i] * log1p(-fmin(v->see_type[i], 1 - 1e-15));
        seen += (double)n[i] * v->see_type[i];
    }
    for (int i = 0; i < w->process->n_cox; i++) {
        log_none -= v->see_cox[i] * y[i];
        seen += v->see_cox[i] * y[i];
    }
    t->none += exp(log_none);
    t->none2 += exp(2 * log_none);
    t->seen += seen;
    t->seen2 += seen * seen;
}

static int compare(const mtl__world *w, int inoculum, const mtl__view *v, const tally *t,
                   int sample, mtl__analytic *a, int *failed)
{
    mtl_error err = {0};
    const mtl__inoculum *x = &w->inoculum[inoculum];
    mtl__sight sight;
    double relative;
    /* with what the cells share on their way summed over */
    assert_int_equal(mtl__world_sees(w, a, w->s->sample[sample].person, NULL, inoculum,
                                     w->s->sample[sample].t, v->see_type, v->see_cox, 1e-9, true,
                                     &sight, NULL, &err),
                     0);
    const mtl__seen seen = {exp(sight.log_none), sight.mean, sight.variance};
    int done = 0;
    if (REPLICATES * (1 - seen.p_none) < 20 && t->none > REPLICATES - 20)
        return 0;
    done++;
    double z = z_of(t->none, t->none2, seen.p_none, &relative);
    if (!(fabs(z) < Z_MAX)) {
        print_error(
            "silence: donor %s host %s sample %d: z = %.2f, simulated %.6g, analytic %.6g\n",
            w->s->person[x->donor].name, w->s->person[x->host].name, sample, z,
            t->none / REPLICATES, seen.p_none);
        ++*failed;
    }
    /* The standard error by the analytic variance: a rare line of stem cells carries much of the
       mean, and what was not drawn does not show in the sample's own spread. */
    const double spread = seen.variance - seen.mean;
    const double se = sqrt((spread > 0 ? spread : 0) / REPLICATES);
    z = se > 0 ? (t->seen / REPLICATES - seen.mean) / se : 0;
    relative = seen.mean > 0 ? se / seen.mean : HUGE_VAL;
    if (relative < 0.2) {
        done++;
        if (!(fabs(z) < Z_MAX)) {
            print_error(
                "mean: donor %s host %s sample %d: z = %.2f, simulated %.6g, analytic %.6g\n",
                w->s->person[x->donor].name, w->s->person[x->host].name, sample, z,
                t->seen / REPLICATES, seen.mean);
            ++*failed;
        }
    }
    return done;
}

static void family_agrees(enum mtl__solver solver, const char *niche)
{
    mtl_error err = {0};
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl__world *w = NULL;
    mtl__state *state = NULL;
    mtl__analytic *a = NULL;
    assert_int_equal(mtl_model_load(&m, MTL_SOURCE_ROOT "/models/human", &err), 0);
    assert_int_equal(mtl_model_switch(m, "niche", niche, &err), 0);
    /* crossing carried cells are rare: make the conduits wide, so that they are tested as well */
    assert_int_equal(mtl_model_switch(m, "conduit", "selective", &err), 0);
    assert_int_equal(mtl_model_set(m, "conduit.selectivity", "10000", &err), 0);
    assert_int_equal(mtl_scenario_parse(&s, FAMILY, (int)strlen(FAMILY), "family", m, &err), 0);
    assert_int_equal(mtl__world_new(&w, s, m, &err), 0);
    assert_int_equal(mtl__state_new(&state, w->process, 8, &err), 0);
    assert_int_equal(mtl__analytic_new(&a, w->process, &err), 0);
    const int ns = s->n_samples, nt = w->process->n_types, nc = w->process->n_cox;
    static const double genomes[] = {2.5e5, 2.5e5, 1e6, 2.5e5, 1e6, 1e6};
    mtl__view view[8];
    double time[8];
    assert_true(ns <= 6);
    for (int k = 0; k < ns; k++) {
        assert_int_equal(mtl__view_new(&view[k], w, &err), 0);
        assert_int_equal(mtl__look(w, s->sample[k].person, s->sample[k].organ, "", s->sample[k].t,
                                   &view[k], &err),
                         0);
        tube(w, &view[k], genomes[k]);
        time[k] = s->sample[k].t;
    }
    int64_t *n = malloc((size_t)(ns * nt) * sizeof *n);
    double *y = malloc((size_t)(ns * nc) * sizeof *y);
    int comparisons = 0, failed = 0;
    for (int i = 0; i < w->n_inocula; i++) {
        tally t[8] = {{0}};
        for (int r = 0; r < REPLICATES; r++) {
            const mtl__sim_opts o = {.solver = solver, .step_days = 60};
            const mtl__rng_key key = {20261, s->person[w->inoculum[i].donor].key, (uint64_t)r,
                                      w->inoculum[i].key};
            memset(n, 0, (size_t)(ns * nt) * sizeof *n);
            memset(y, 0, (size_t)(ns * nc) * sizeof *y);
            assert_int_equal(mtl__simulate(w->process, &w->inoculum[i].source, &o, &key, state, ns,
                                           time, n, y, &err),
                             0);
            for (int k = 0; k < ns; k++)
                add(w, &view[k], n + (size_t)k * (size_t)nt, y + (size_t)k * (size_t)nc, &t[k]);
        }
        for (int k = 0; k < ns; k++)
            if (w->inoculum[i].donor != s->sample[k].person) /* back home they are not foreign */
                comparisons += compare(w, i, &view[k], &t[k], k, a, &failed);
    }
    assert_in_range(comparisons, 12, 200);
    assert_int_equal(failed, 0);
    for (int k = 0; k < ns; k++)
        mtl__view_free(&view[k]);
    free(n);
    free(y);
    mtl__analytic_free(a);
    mtl__state_free(state);
    mtl__world_free(w);
    mtl_scenario_free(s);
    mtl_model_free(m);
}

static void auto_additive(void **state)
{
    (void)state;
    family_agrees(MTL__AUTO, "additive");
}

static void auto_displacement(void **state)
{
    (void)state;
    family_agrees(MTL__AUTO, "displacement");
}

static void leap_additive(void **state)
{
    (void)state;
    family_agrees(MTL__LEAP, "additive");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_additive),
        cmocka_unit_test(auto_displacement),
        cmocka_unit_test(leap_additive),
    };
    return cmocka_run_group_tests_name("family", tests, NULL, NULL);
}
