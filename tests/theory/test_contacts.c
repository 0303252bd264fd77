/* SPDX-License-Identifier: MIT */
/* What passes between people, simulated, against the analytic solver: milk, transfusion, grafts,
   infusion, twins, and what is carried on by a second step (a grandmother's cells in her
   grandchild, an elder sibling's, a twin's, a wet nurse's). Conduits are made wide
   (conduit.selectivity), else nothing carried would be seen in any number of replicates that a test
   can afford.

   Every replicate contributes its chance of silence and its expected number given the final state.
   Standard errors come from the analytic side: the variance of the number seen, and q (1 - q) for
   silence, both upper bounds of the variance of a replicate, so that rare events cannot shrink
   their own yardstick. A number is judged where at least 50 of the 1500 replicates are expected to
   fail to be silent, or where the relative standard error of the mean is below a fifth. Level: m <=
   400 comparisons in this program (counted and asserted), each at |z| < 7; a Poisson number of mean
   50 passes z = 7 with probability 4e-10, a normal one with 3e-12, so that the family-wise level is
   below 2e-7. Carried donors that must be judged are named by each test: a test that sees none of
   them fails. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "family/family.h"
#include "matriline/matriline.h"
enum { REPLICATES = 1500, MOST_SAMPLES = 8, MOST_COMPARISONS = 400 };
static const double Z_MAX = 7;
static int all_comparisons;

/* ---------------------------------------------------------------- a scenario on the bench */
typedef struct setting {
    const char *name, *value; /* a switch if there is one of that name, else a parameter */
} setting;
typedef struct bench {
    mtl_model *m;
    mtl_scenario *s;
    mtl__world *w;
    mtl__state *state;
    mtl__analytic *a;
    mtl__view view[MOST_SAMPLES];
    double time[MOST_SAMPLES];
    int ns, nt, nc;
    int64_t *n;
    double *y;
} bench;

static void set_up(bench *b, const char *text, const setting *set)
{
    mtl_error err = {0};
    memset(b, 0, sizeof *b);
    assert_int_equal(mtl_model_load(&b->m, MTL_SOURCE_ROOT "/models/human", &err), 0);
    for (; set && set->name; set++)
        if (mtl_model_switch(b->m, set->name, set->value, &err) != 0 &&
            mtl_model_set(b->m, set->name, set->value, &err) != 0)
            fail_msg("%s: %s", set->name, err.text);
    if (mtl_scenario_parse(&b->s, text, (int)strlen(text), "contacts", b->m, &err) != 0)
        fail_msg("line %d: %s", err.line, err.text);
    if (mtl__world_new(&b->w, b->s, b->m, &err) != 0)
        fail_msg("world: %s", err.text);
    assert_int_equal(mtl__state_new(&b->state, b->w->process, 8, &err), 0);
    assert_int_equal(mtl__analytic_new(&b->a, b->w->process, &err), 0);
    b->ns = b->s->n_samples;
    b->nt = b->w->process->n_types;
    b->nc = b->w->process->n_cox;
    assert_in_range(b->ns, 1, MOST_SAMPLES);
    b->n = malloc((size_t)(b->ns * b->nt) * sizeof *b->n);
    b->y = malloc((size_t)(b->ns * b->nc) * sizeof *b->y);
    for (int k = 0; k < b->ns; k++) {
        const mtl__sample *x = &b->s->sample[k];
        assert_int_equal(mtl__view_new(&b->view[k], b->w, &err), 0);
        assert_int_equal(mtl__look(b->w, x->person, x->organ, "", x->t, &b->view[k], &err), 0);
        const double genomes = isfinite(x->genomes) ? x->genomes : 2.5e5;
        for (int i = 0; i < b->nt; i++)
            b->view[k].see_type[i] = fmin(1, b->view[k].see_type[i] * genomes);
        for (int i = 0; i < b->nc; i++)
            b->view[k].see_cox[i] *= genomes;
        b->time[k] = x->t;
    }
}

static void tear_down(bench *b)
{
    for (int k = 0; k < b->ns; k++)
        mtl__view_free(&b->view[k]);
    free(b->n);
    free(b->y);
    mtl__analytic_free(b->a);
    mtl__state_free(b->state);
    mtl__world_free(b->w);
    mtl_scenario_free(b->s);
    mtl_model_free(b->m);
}

static int person(const bench *b, const char *name)
{
    for (int i = 0; i < b->s->n_people; i++)
        if (strcmp(b->s->person[i].name, name) == 0)
            return i;
    fail_msg("nobody is called %s", name);
    return -1;
}

static void simulate(bench *b, const mtl__inoculum *x, uint64_t replicate)
{
    mtl_error err = {0};
    const mtl__sim_opts o = {.solver = MTL__AUTO, .step_days = 60};
    const mtl__rng_key key = {20264, b->s->person[x->donor].key, replicate, x->key};
    memset(b->n, 0, (size_t)(b->ns * b->nt) * sizeof *b->n);
    memset(b->y, 0, (size_t)(b->ns * b->nc) * sizeof *b->y);
    if (mtl__simulate(b->w->process, &x->source, &o, &key, b->state, b->ns, b->time, b->n, b->y,
                      &err) != 0)
        fail_msg("simulate: %s", err.text);
}

/* With everything summed over that the cells meet on their way; `error`: of the chance of silence,
   where more gates lie there than a grid takes. */
static mtl__seen expected(const bench *b, int inoculum, int sample, double rtol, double *error)
{
    mtl_error err = {0};
    mtl__sight seen = {0, 0, 0};
    if (mtl__world_sees(b->w, b->a, b->s->sample[sample].person, NULL, inoculum, b->time[sample],
                        b->view[sample].see_type, b->view[sample].see_cox, rtol, true, &seen, error,
                        &err) != 0)
        fail_msg("analytic: %s", err.text);
    return (mtl__seen){exp(seen.log_none), seen.mean, seen.variance};
}

/* Expected number of a donor's cells seen in a sample, over all inocula. */
static double mean_of(const bench *b, const char *donor, int sample)
{
    double sum = 0;
    for (int i = 0; i < b->w->n_inocula; i++)
        if (b->w->inoculum[i].donor == person(b, donor))
            sum += expected(b, i, sample, 1e-9, NULL).mean;
    return sum;
}

/* ---------------------------------------------------------------- agreement */
typedef struct carried {
    const char *donor, *host; /* cells of this donor that first entered this body */
    int sample;               /* of another body */
} carried;
typedef struct tally {
    double none, seen;
} tally;

static void add(const bench *b, int sample, tally *t)
{
    const mtl__view *v = &b->view[sample];
    const int64_t *n = b->n + (size_t)sample * (size_t)b->nt;
    const double *y = b->y + (size_t)sample * (size_t)b->nc;
    double log_none = 0, seen = 0;
    for (int i = 0; i < b->nt; i++)
        if (n[i] && v->see_type[i] > 0) {
            log_none += (double)n[i] * log1p(-fmin(v->see_type[i], 1 - 1e-15));
            seen += (double)n[i] * v->see_type[i];
        }
    for (int i = 0; i < b->nc; i++) {
        log_none -= v->see_cox[i] * y[i];
        seen += v->see_cox[i] * y[i];
    }
    t->none += exp(log_none);
    t->seen += seen;
}

/* Comparisons made of this inoculum and sample; counts those that fail. */
static int compare(const bench *b, int inoculum, int sample, const tally *t, int *failed)
{
    const mtl__inoculum *x = &b->w->inoculum[inoculum];
    if (b->s->sample[sample].person == x->donor)
        return 0; /* back home they are not foreign */
    double error = 0;
    const mtl__seen want = expected(b, inoculum, sample, 1e-6, &error);
    const double q = want.p_none, silent = t->none / REPLICATES, mean = t->seen / REPLICATES;
    const double se_silent = sqrt(q * (1 - q) / REPLICATES + error * error),
                 se_mean = sqrt(want.variance / REPLICATES);
    const char *const donor = b->s->person[x->donor].name, *const host = b->s->person[x->host].name;
    int done = 0;
    if (want.mean == 0 && t->seen > 0) {
        print_error("%s in %s, sample %d: nothing can be seen, and is\n", donor, host, sample);
        ++*failed;
    }
    if (REPLICATES * (1 - q) >= 50 && REPLICATES * q >= 50) {
        done++;
        if (!(fabs(silent - q) < Z_MAX * se_silent)) {
            print_error("silence of %s in %s, sample %d: %.6g, analytic %.6g, z = %.2f\n", donor,
                        host, sample, silent, q, (silent - q) / se_silent);
            ++*failed;
        }
    }
    if (error == 0 && se_mean > 0 && se_mean < 0.2 * want.mean) {
        done++;
        if (!(fabs(mean - want.mean) < Z_MAX * se_mean)) {
            print_error("mean of %s in %s, sample %d: %.6g, analytic %.6g, z = %.2f\n", donor, host,
                        sample, mean, want.mean, (mean - want.mean) / se_mean);
            ++*failed;
        }
    }
    return done;
}

static void agrees(const char *text, const setting *set, const carried *must)
{
    bench b;
    int failed = 0;
    bool judged[8] = {false};
    set_up(&b, text, set);
    for (int i = 0; i < b.w->n_inocula; i++) {
        const mtl__inoculum *x = &b.w->inoculum[i];
        tally t[MOST_SAMPLES] = {{0}};
        for (uint64_t r = 0; r < REPLICATES; r++) {
            simulate(&b, x, r);
            for (int k = 0; k < b.ns; k++)
                add(&b, k, &t[k]);
        }
        for (int k = 0; k < b.ns; k++) {
            const int done = compare(&b, i, k, &t[k], &failed);
            all_comparisons += done;
            for (int c = 0; must && must[c].donor; c++)
                judged[c] = judged[c] ||
                            (done && must[c].sample == k && person(&b, must[c].donor) == x->donor &&
                             person(&b, must[c].host) == x->host);
        }
    }
    for (int c = 0; must && must[c].donor; c++)
        if (!judged[c])
            fail_msg("cells of %s by way of %s are too few in sample %d to be judged",
                     must[c].donor, must[c].host, must[c].sample);
    tear_down(&b);
    assert_int_equal(failed, 0);
}

/* ---------------------------------------------------------------- scenarios */
static const setting WIDE[] = {{"conduit", "selective"},
                               {"conduit.selectivity", "10000"},
                               {"milk.uptake", "1e-3"},
                               {"maternal.seeds.per.cell", "1e-5"},
                               {"transfusion.level", "1e-5"},
                               {"twins.share", "1e-5"},
                               {NULL, NULL}};

/* A grandmother, an elder brother, a nurse with a son of her own. */
static void test_placenta_and_milk(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
        "  hilde: {sex: female, born: 1952-03-01, mother: hanna}\n"
        "events:\n"
        "  - {date: 1972-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
        "  - {date: 1976-06-01, person: hilde, event: delivery, week: 40, child: karl, sex: male}\n"
        "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: female, "
        "milk: 3 months}\n"
        "  - {from: 1978-09-01, person: eva, event: nursing, by: hilde, for: 9 months}\n"
        "  - {date: 1978-06-01, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1979-05-25, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1999-06-02, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1999-06-02, person: hilde, event: sample, organ: blood, genomes: 1e6}\n";
    static const carried must[] = {
        {"greta", "anna", 0}, {"tom", "anna", 0},    {"anna", "eva", 1}, {"hilde", "eva", 1},
        {"karl", "hilde", 1}, {"hanna", "hilde", 1}, {NULL, NULL, 0}};
    agrees(text, WIDE, must);
}

/* Three on one placenta's vessels or not; what one twin has of mother and brother reaches the
 * other. */
static void test_twins(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
        "events:\n"
        "  - {date: 1972-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
        "  - {date: 1978-06-01, person: anna, event: delivery, week: 37, child: [max, eva], sex: "
        "[male, female], chorionicity: monochorionic}\n"
        "  - {date: 1981-06-01, person: anna, event: delivery, week: 37, child: [ben, lea], sex: "
        "[male, female], chorionicity: dichorionic}\n"
        "  - {date: 1978-06-01, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1998-06-01, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1998-06-01, person: max, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1998-06-01, person: lea, event: sample, organ: blood, genomes: 1e6}\n";
    static const carried must[] = {{"max", "eva", 1},  {"eva", "max", 2},    {"ben", "lea", 3},
                                   {"anna", "max", 0}, {"greta", "anna", 0}, {NULL, NULL, 0}};
    agrees(text, WIDE, must);
}

/* Blood after an accident and before an operation, from a donor who has cells of her own son. */
static void test_transfusion(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  dora: {sex: female, born: 1950-03-01, mother: gerda}\n"
        "  paul: {sex: male, born: 1955-03-01}\n"
        "events:\n"
        "  - {date: 1976-06-01, person: dora, event: delivery, week: 40, child: karl, sex: male}\n"
        "  - {date: 1980-06-01, person: paul, event: transfusion, from: dora, units: 2, reason: "
        "trauma}\n"
        "  - {date: 1980-06-02, person: paul, event: transfusion, from: vera, units: 1, reason: "
        "surgery}\n"
        "  - {date: 1980-06-03, person: paul, event: transfusion, from: udo, units: 1, reason: "
        "trauma, irradiated: true}\n"
        "  - {date: 1980-06-05, person: paul, event: sample, organ: blood, genomes: 2.5e5}\n"
        "  - {date: 1982-08-01, person: paul, event: sample, organ: blood, genomes: 2.5e5}\n"
        "  - {date: 1982-08-01, person: paul, event: sample, organ: marrow, genomes: 1e6}\n";
    static const carried must[] = {{"dora", "paul", 1}, {"vera", "paul", 0},  {"udo", "paul", 0},
                                   {"karl", "dora", 0}, {"gerda", "dora", 0}, {NULL, NULL, 0}};
    agrees(text, WIDE, must);
}

/* A kidney, cells of several kinds, and stem cells after conditioning; a child after the graft. */
static const char GRAFTS[] =
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
    "events:\n"
    "  - {date: 1972-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
    "  - {date: 1974-06-01, person: anna, event: graft, from: karl, organ: kidney}\n"
    "  - {date: 1974-07-01, person: anna, event: infusion, from: nora, kind: slow_seed, dose: "
    "1e3}\n"
    "  - {date: 1974-08-01, person: anna, event: infusion, from: ida, kind: msc, dose: 2e4}\n"
    "  - {date: 1976-06-01, person: anna, event: stem_cell_graft, from: ben, conditioning: true}\n"
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: female}\n"
    "  - {date: 1976-05-31, person: anna, event: sample, organ: blood, genomes: 2.5e5}\n"
    "  - {date: 1977-06-02, person: anna, event: sample, organ: blood, genomes: 2.5e5}\n"
    "  - {date: 1977-06-02, person: anna, event: sample, organ: kidney, genomes: 1e5}\n"
    "  - {date: 1978-06-01, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
    "  - {date: 1998-06-02, person: eva, event: sample, organ: blood, genomes: 1e6}\n";

static void test_grafts(void **state)
{
    (void)state;
    static const carried must[] = {{"karl", "anna", 2}, {"nora", "anna", 0}, {"tom", "anna", 0},
                                   {"ben", "anna", 1},  {"ben", "eva", 3},   {"anna", "eva", 4},
                                   {NULL, NULL, 0}};
    agrees(GRAFTS, WIDE, must);
}

/* A Poisson number of losses in each piece of a life, as boys and as girls. */
static void test_unnoticed(void **state)
{
    (void)state;
    static const char text[] =
        "unnoticed_losses: [nina]\n"
        "people:\n"
        "  nina: {sex: female, born: 1950-03-01}\n"
        "events:\n"
        "  - {date: 1972-06-01, person: nina, event: delivery, week: 40, child: tom, sex: male}\n"
        "  - {date: 1976-06-02, person: nina, event: sample, organ: blood, genomes: 1e6}\n";
    static const setting often[] = {{"loss.unnoticed.rate", "1"}, {NULL, NULL}};
    static const carried must[] = {{"unknown_loss_nina_1", "nina", 0},
                                   {"unknown_loss_nina_4", "nina", 0},
                                   {"unknown_loss_nina_6", "nina", 0},
                                   {NULL, NULL, 0}};
    agrees(text, often, must);
}

/* ---------------------------------------------------------------- a stem cell graft, in words */
static const char GRAFT[] =
    "people:\n"
    "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
    "events:\n"
    "  - {date: 1972-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
    "%s"
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: female}\n"
    "  - {date: 1976-07-01, person: anna, event: sample, organ: blood, genomes: 1e6}\n"
    "  - {date: 1976-07-01, person: anna, event: sample, organ: liver, genomes: 1e6}\n"
    "  - {date: 1979-06-02, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
    "  - {date: 1979-06-02, person: eva, event: sample, organ: liver, genomes: 1e6}\n";

static void with_graft(bench *b, const char *event, const char *conditioning)
{
    char text[2048];
    const setting set[] = {{"conditioning", conditioning}, {NULL, NULL}};
    snprintf(text, sizeof text, GRAFT, event);
    set_up(b, text, set);
}

static void same_mean(const bench *a, const bench *b, const char *donor, int sample, double share)
{
    const double x = mean_of(a, donor, sample), y = mean_of(b, donor, sample);
    assert_true(y > 0);
    if (!(fabs(x - share * y) <= 1e-9 * y))
        fail_msg("%s in sample %d: %.12g, expected %.3g times %.12g", donor, sample, x, share, y);
}

/* Leaves only cells of one kind in the view of a sample. */
static void only(bench *b, int sample, const char *kind)
{
    const int k = mtl__model_kind(b->m, kind, NULL);
    assert_true(k >= 0);
    double *see = b->view[sample].see_type;
    for (int body = 0; body < b->w->n_bodies; body++)
        for (int i = 0; i < b->m->n_kinds * b->m->n_organs; i++)
            if (i / b->m->n_organs != k && b->w->body[body].type[i] >= 0)
                see[b->w->body[body].type[i]] = 0;
}

/* Means are exact: the blood becomes the giver's in the share the table says; older cells that make
   blood go with the marrow or stay; tissue keeps what it has; of the cells that make blood and
   cross into a child born later, that share is the giver's. */
static void test_stem_cell_graft(void **state)
{
    (void)state;
    bench none, erased, spared, gentle;
    const char *const graft =
        "  - {date: 1976-06-01, person: anna, event: stem_cell_graft, from: ben}\n";
    const char *const mild = "  - {date: 1976-06-01, person: anna, event: stem_cell_graft, from: "
                             "ben, conditioning: false}\n";
    double share, days;
    with_graft(&none, "", "erases");
    with_graft(&erased, graft, "erases");
    with_graft(&spared, graft, "spares");
    with_graft(&gentle, mild, "erases");
    assert_int_equal(mtl__model_value(erased.m, "graft.blood.share", &share, NULL), 0);
    assert_true(share > 0.5 && share < 1);
    assert_int_equal(mtl__model_value(erased.m, "graft.blood.turnover", &days, NULL), 0);
    assert_true(fabs(mean_of(&erased, "ben", 0) / 1e6 - share * -expm1(-30 / days)) < 1e-6);
    static const char *const older[] = {"tom", "greta"};
    for (int k = 0; k < 2; k++) {
        /* a month later only what outlives its seeds is left of the blood they made */
        assert_true(mean_of(&erased, older[k], 0) < 0.5 * mean_of(&none, older[k], 0));
        same_mean(&spared, &none, older[k], 0, 1);
        /* without conditioning each older seed stays with the chance that the graft leaves: means
           are linear in it */
        const double stays = mean_of(&none, older[k], 0), goes = mean_of(&erased, older[k], 0);
        assert_true(fabs(mean_of(&gentle, older[k], 0) - ((1 - share) * stays + share * goes)) <
                    1e-9 * stays);
    }
    same_mean(&erased, &none, "anna", 2, 1 - share);
    for (int k = 1; k < 4; k += 2) { /* liver of mother and child */
        only(&none, k, "resident");
        only(&erased, k, "resident");
    }
    same_mean(&erased, &none, "tom", 1, 1);
    same_mean(&erased, &none, "greta", 1, 1);
    same_mean(&erased, &none, "anna", 3, 1);
    tear_down(&none);
    tear_down(&erased);
    tear_down(&spared);
    tear_down(&gentle);
}

/* ---------------------------------------------------------------- what changes nothing */
static bool same_bits(const char *text1, const char *text2)
{
    bench a, b;
    bool same = true;
    set_up(&a, text1, WIDE);
    set_up(&b, text2, WIDE);
    assert_int_equal(a.ns, b.ns);
    same = a.w->n_inocula == b.w->n_inocula && a.nt == b.nt && a.nc == b.nc;
    bool anything = false;
    for (int i = 0; same && i < a.w->n_inocula; i++) {
        const mtl__inoculum *x = &a.w->inoculum[i], *y = NULL;
        for (int k = 0; k < b.w->n_inocula; k++)
            if (b.w->inoculum[k].key == x->key &&
                strcmp(b.s->person[b.w->inoculum[k].donor].name, a.s->person[x->donor].name) == 0)
                y = &b.w->inoculum[k];
        same = y != NULL;
        for (uint64_t r = 0; same && r < 20; r++) {
            simulate(&a, x, r);
            simulate(&b, y, r);
            same = memcmp(a.n, b.n, (size_t)(a.ns * a.nt) * sizeof *a.n) == 0 &&
                   memcmp(a.y, b.y, (size_t)(a.ns * a.nc) * sizeof *a.y) == 0;
            for (int k = 0; k < a.ns * a.nc; k++)
                anything = anything || a.y[k] > 0;
        }
    }
    tear_down(&a);
    tear_down(&b);
    assert_true(anything || !same);
    return same;
}

/* One life with four lines that may differ: tom, ida and ben's deaths, eva's milk and adoption. */
static const char *life(char *to, size_t size, const char *tom, const char *ben, const char *milk,
                        const char *adoption)
{
    snprintf(to, size,
             "people:\n"
             "  anna: {sex: female, born: 1950-03-01, mother: greta}\n"
             "  tom: {sex: male, born: 1972-06-01, mother: anna%s}\n"
             "  ben: {sex: male, born: 1952-06-01%s}\n"
             "events:\n"
             "  - {date: 1976-06-01, person: anna, event: transfusion, from: ben, reason: trauma}\n"
             "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: "
             "female%s}\n"
             "%s"
             "  - {date: 1990-06-02, person: anna, event: sample, organ: blood}\n"
             "  - {date: 1999-06-02, person: eva, event: sample, organ: blood}\n",
             tom, ben, milk, adoption);
    return to;
}

static void test_changes_nothing(void **state)
{
    (void)state;
    char plain[2048], other[2048];
    const char *const at_birth = "  - {date: 1978-06-01, person: eva, event: adoption}\n";
    const char *const later = "  - {date: 1978-08-31, person: eva, event: adoption}\n";
    life(plain, sizeof plain, "", "", "", "");
    /* a son who died before his sister came, a donor who died the next day, an adoption */
    assert_true(same_bits(plain, life(other, sizeof other, ", died: 1977-02-01", "", "", "")));
    assert_true(same_bits(plain, life(other, sizeof other, "", ", died: 1976-06-02", "", "")));
    assert_true(same_bits(plain, life(other, sizeof other, "", "", "", at_birth)));
    /* adoption ends milk, and that is all it does: the test would see the milk */
    assert_true(same_bits(plain, life(other, sizeof other, "", "", ", milk: 9 months", at_birth)));
    assert_false(same_bits(plain, life(other, sizeof other, "", "", ", milk: 9 months", "")));
    life(plain, sizeof plain, "", "", ", milk: 91 days", "");
    assert_true(same_bits(plain, life(other, sizeof other, "", "", ", milk: 9 months", later)));
}

/* ---------------------------------------------------------------- the spike law */
/* E exp(-G x) by the trapezoid rule over the normal, where the program uses Hermite's nodes. */
static double spike_laplace(const mtl__group *g, double x)
{
    const int n = 4000;
    const double h = 24.0 / n;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
        const double z = -12 + h * i;
        const double v = exp(g->shape * z - 0.5 * g->shape * g->shape) / g->p_big;
        sum += h * exp(-0.5 * z * z) / sqrt(2 * acos(-1)) * exp(-x * v);
    }
    return 1 - g->p_big + g->p_big * sum;
}

/* n = 40000 draws of each of 4 groups; probability, mean, variance (where its own standard error is
   known: shape 0 and 0.5) and E exp(-G): 14 z tests, |z| < 6: family-wise below 1e-7. */
static void test_spike(void **state)
{
    (void)state;
    enum { DRAWS = 40000, NODES = 48 };
    static const mtl__group groups[] = {{.law = MTL__SPIKE, .shape = 0, .p_big = 0.0771, .key = 1},
                                        {.law = MTL__SPIKE, .shape = 0.5, .p_big = 0.15, .key = 2},
                                        {.law = MTL__SPIKE, .shape = 1, .p_big = 0.75, .key = 3},
                                        {.law = MTL__SPIKE, .shape = 0.8, .p_big = 1, .key = 4}};
    for (int k = 0; k < 4; k++) {
        const mtl__group *g = &groups[k];
        const double p = g->p_big, s2 = g->shape * g->shape;
        /* moments: E G^m = p^(1-m) exp(m (m-1) s2 / 2) */
        const double m2 = exp(s2) / p, m3 = exp(3 * s2) / (p * p), m4 = exp(6 * s2) / (p * p * p);
        double x[64], w[64], zero = 0, sum = 0, square = 0, laplace = 0;
        mtl__rng rng;
        mtl__rng_stream(&rng, 77, 1, (uint64_t)k, 1);
        for (int i = 0; i < DRAWS; i++) {
            const double v = mtl__group_draw(g, &rng);
            assert_true(v >= 0);
            zero += v == 0;
            sum += v;
            square += (v - 1) * (v - 1);
            laplace += exp(-v);
        }
        const double var = m2 - 1, fourth = m4 - 4 * m3 + 6 * m2 - 3;
        const double l1 = spike_laplace(g, 1), l2 = spike_laplace(g, 2);
        assert_true(fabs(zero / DRAWS - (1 - p)) <= 6 * sqrt(p * (1 - p) / DRAWS));
        assert_true(fabs(sum / DRAWS - 1) <= 6 * sqrt(var / DRAWS));
        if (g->shape < 0.6)
            assert_true(fabs(square / DRAWS - var) <= 6 * sqrt((fourth - var * var) / DRAWS));
        assert_true(fabs(laplace / DRAWS - l1) <= 6 * sqrt((l2 - l1 * l1) / DRAWS));
        const int n = mtl__group_nodes(g, x, w, NODES);
        double one = 0, mean = 0, by_nodes = 0;
        for (int i = 0; i < n; i++) {
            one += w[i];
            mean += w[i] * x[i];
            by_nodes += w[i] * exp(-x[i]);
        }
        assert_true(fabs(one - 1) < 1e-12 && fabs(mean - 1) < 1e-9);
        assert_true(fabs(by_nodes - l1) < 1e-8);
    }
}

/* A burst of Poisson(mean G) cells that neither divide nor die, each seen with probability q. */
static void test_spike_closed(void **state)
{
    (void)state;
    mtl_error err = {0};
    mtl__builder *b;
    mtl__process *p;
    mtl__analytic *a;
    assert_int_equal(mtl__builder_new(&b, &err), 0);
    assert_int_equal(mtl__add_type(b, "rest"), 0);
    assert_int_equal(mtl__builder_finish(b, NULL, &p, &err), 0);
    mtl__builder_free(b);
    assert_int_equal(mtl__analytic_new(&a, p, &err), 0);
    for (int k = 0; k < 4; k++) {
        mtl__group g = {.law = MTL__SPIKE, .shape = 0.4 * k, .p_big = 0.15 + 0.25 * k, .key = 9};
        mtl__burst burst = {.t = 1, .mean = 30, .count = -1, .to = MTL__TO_TYPE};
        const mtl__source s = {.group = &g, .n_groups = 1, .burst = &burst, .n_bursts = 1};
        const double q = 0.1, m = q * burst.mean;
        const double v = exp(g.shape * g.shape) / g.p_big - 1;
        mtl__seen seen;
        assert_int_equal(mtl__analytic_seen(a, &s, 50, &q, NULL, 1e-10, &seen, &err), 0);
        if (!(fabs(seen.p_none - spike_laplace(&g, m)) < 1e-7))
            fail_msg("shape %g: %.12g, expected %.12g", g.shape, seen.p_none, spike_laplace(&g, m));
        assert_true(fabs(seen.mean - m) < 1e-8 * m);
        assert_true(fabs(seen.variance - (m + m * m * v)) < 1e-6 * (m + m * m * v));
    }
    mtl__analytic_free(a);
    mtl__process_free(p);
}

static void test_number_of_comparisons(void **state)
{
    (void)state;
    assert_in_range(all_comparisons, 40, MOST_COMPARISONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spike),
        cmocka_unit_test(test_spike_closed),
        cmocka_unit_test(test_stem_cell_graft),
        cmocka_unit_test(test_changes_nothing),
        cmocka_unit_test(test_transfusion),
        cmocka_unit_test(test_grafts),
        cmocka_unit_test(test_placenta_and_milk),
        cmocka_unit_test(test_twins),
        cmocka_unit_test(test_unnoticed),
        cmocka_unit_test(test_number_of_comparisons),
    };
    return cmocka_run_group_tests_name("contacts", tests, NULL, NULL);
}
