/* SPDX-License-Identifier: MIT */
/* What passes between people, simulated, against the analytic solver: milk, transfusion, grafts,
   infusion, twins, and what is carried on by a second step (a grandmother's cells in her
   grandchild, an elder sibling's, a twin's, a wet nurse's). Conduits are made wide
   (conduit.selectivity), else nothing carried would be seen in any number of replicates that a test
   can afford.

   Every replicate contributes its chance of silence and its expected number given the final state.
   Standard errors come from the analytic side: the variance of the number seen, and q (1 - q) for
   silence, both upper bounds of the variance of a replicate, so that rare events cannot shrink
   their own yardstick. A number is judged where at least 50 of the 1000 replicates are expected to
   fail to be silent, or where the relative standard error of the mean is below a fifth. Level: m <=
   400 comparisons in this program (counted and asserted), each at |z| < 7; a Poisson number of mean
   50 passes z = 7 with probability 4e-10, a normal one with 3e-12, so that the family-wise level is
   below 2e-7. Carried donors that must be judged are named by each test: a test that sees none of
   them fails. Lives are short (mothers of 16, ten years from birth to the last sample): what a
   replicate costs grows with the days it spans, and nothing compared here needs more of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "family_bench.h"

enum { REPLICATES = 1000, FEW = 100, MOST_SAMPLES = 8, MOST_COMPARISONS = 400 };
static const double Z_MAX = 7;
static int all_comparisons;

/* ---------------------------------------------------------------- a scenario on the bench */
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

static void set_up(bench *b, const char *text, const char *const *set)
{
    mtl_error err = {0};
    memset(b, 0, sizeof *b);
    family_make(&b->m, &b->s, &b->w, &b->a, text, set);
    assert_int_equal(mtl__state_new(&b->state, b->w->process, 8, &err), 0);
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
    return family_person(b->s, name);
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

/* What the analytic solver says of an inoculum in a sample, and which comparisons it allows. */
typedef struct wanted {
    mtl__seen seen;
    double error; /* of the chance of silence */
    bool foreign, by_silence, by_mean;
} wanted;

static wanted want_of(const bench *b, int inoculum, int sample)
{
    wanted x = {.foreign = b->s->sample[sample].person != b->w->inoculum[inoculum].donor};
    if (!x.foreign)
        return x; /* back home they are not foreign */
    x.seen = expected(b, inoculum, sample, 1e-5, &x.error);
    const double q = x.seen.p_none, se_mean = sqrt(x.seen.variance / REPLICATES);
    x.by_silence = REPLICATES * (1 - q) >= 50 && REPLICATES * q >= 50;
    x.by_mean = x.error == 0 && se_mean > 0 && se_mean < 0.2 * x.seen.mean;
    return x;
}

static int differs(const bench *b, const char *what, int inoculum, int sample, double got,
                   double want, double se)
{
    const mtl__inoculum *x = &b->w->inoculum[inoculum];
    if (fabs(got - want) < Z_MAX * se)
        return 0;
    print_error("%s of %s in %s, sample %d: %.6g, analytic %.6g, z = %.2f\n", what,
                b->s->person[x->donor].name, b->s->person[x->host].name, sample, got, want,
                (got - want) / se);
    return 1;
}

/* Comparisons that fail. */
static int compare(const bench *b, int inoculum, int sample, const wanted *want, const tally *t)
{
    const double q = want->seen.p_none, mean = want->seen.mean;
    int failed = 0;
    if (want->foreign && mean == 0 && t->seen > 0)
        failed += differs(b, "what cannot be seen", inoculum, sample, t->seen, 0, 0);
    if (want->by_silence)
        failed += differs(b, "silence", inoculum, sample, t->none / REPLICATES, q,
                          sqrt(q * (1 - q) / REPLICATES + want->error * want->error));
    if (want->by_mean)
        failed += differs(b, "mean", inoculum, sample, t->seen / REPLICATES, mean,
                          sqrt(want->seen.variance / REPLICATES));
    return failed;
}

/* An inoculum against all samples: what the solver says comes first, so that one that allows no
   comparison (most of its cells come home or are too few to judge) costs FEW replicates, in which
   nothing may be seen where nothing can be. */
static int agrees_one(bench *b, int inoculum, int done[MOST_SAMPLES])
{
    wanted want[MOST_SAMPLES];
    tally t[MOST_SAMPLES] = {{0}};
    bool any = false;
    int failed = 0;
    for (int k = 0; k < b->ns; k++) {
        want[k] = want_of(b, inoculum, k);
        done[k] = want[k].by_silence + want[k].by_mean;
        any = any || done[k];
    }
    for (uint64_t r = 0; r < (any ? REPLICATES : FEW); r++) {
        simulate(b, &b->w->inoculum[inoculum], r);
        for (int k = 0; k < b->ns; k++)
            add(b, k, &t[k]);
    }
    for (int k = 0; k < b->ns; k++)
        failed += compare(b, inoculum, k, &want[k], &t[k]);
    return failed;
}

static void agrees(const char *text, const char *const *set, const carried *must)
{
    bench b;
    int failed = 0;
    bool judged[8] = {false};
    set_up(&b, text, set);
    for (int i = 0; i < b.w->n_inocula; i++) {
        const mtl__inoculum *x = &b.w->inoculum[i];
        int done[MOST_SAMPLES];
        failed += agrees_one(&b, i, done);
        for (int k = 0; k < b.ns; k++)
            all_comparisons += done[k];
        for (int c = 0; must && must[c].donor; c++)
            judged[c] =
                judged[c] || (done[must[c].sample] && person(&b, must[c].donor) == x->donor &&
                              person(&b, must[c].host) == x->host);
    }
    for (int c = 0; must && must[c].donor; c++)
        if (!judged[c])
            fail_msg("cells of %s by way of %s are too few in sample %d to be judged",
                     must[c].donor, must[c].host, must[c].sample);
    tear_down(&b);
    assert_int_equal(failed, 0);
}

/* ---------------------------------------------------------------- scenarios */
/* clang-format off */
static const char *const WIDE[] = {
    "conduit", "selective", "conduit.selectivity", "10000",
    "milk.uptake", "1e-3", "maternal.seeds.per.cell", "1e-5",
    "transfusion.level", "1e-5", "twins.share", "1e-5", NULL};
/* clang-format on */

/* A grandmother, an elder brother, a nurse with a son of her own. */
static void test_placenta_and_milk(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  anna: {sex: female, born: 1956-03-01, mother: greta}\n"
        "  hilde: {sex: female, born: 1956-03-01, mother: hanna}\n"
        "events:\n"
        "  - {date: 1972-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
        "  - {date: 1973-06-01, person: hilde, event: delivery, week: 40, child: karl, sex: male}\n"
        "  - {date: 1974-06-01, person: anna, event: delivery, week: 40, child: eva, sex: female, "
        "milk: 3 months}\n"
        "  - {from: 1974-09-01, person: eva, event: nursing, by: hilde, for: 9 months}\n"
        "  - {date: 1974-06-01, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1975-05-25, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1984-06-02, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1984-06-02, person: hilde, event: sample, organ: blood, genomes: 1e6}\n";
    static const carried must[] = {
        {"greta", "anna", 0}, {"tom", "anna", 0},    {"anna", "eva", 1}, {"hilde", "eva", 1},
        {"karl", "hilde", 1}, {"hanna", "hilde", 1}, {NULL, NULL, 0}};
    agrees(text, WIDE, must);
}

/* Two on one placenta's joined vessels; what one has of mother and brother reaches the other. */
static void test_twins(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  anna: {sex: female, born: 1956-03-01, mother: greta}\n"
        "events:\n"
        "  - {date: 1972-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
        "  - {date: 1974-06-01, person: anna, event: delivery, week: 37, child: [max, eva], sex: "
        "[male, female], chorionicity: monochorionic}\n"
        "  - {date: 1974-06-01, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1986-06-01, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
        "  - {date: 1986-06-01, person: max, event: sample, organ: blood, genomes: 1e6}\n";
    static const carried must[] = {{"max", "eva", 1},
                                   {"eva", "max", 2},
                                   {"anna", "max", 0},
                                   {"greta", "anna", 0},
                                   {NULL, NULL, 0}};
    agrees(text, WIDE, must);
}

/* Two on placentas of their own, whose vessels may be joined. */
static void test_twins_apart(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  anna: {sex: female, born: 1956-03-01}\n"
        "events:\n"
        "  - {date: 1976-06-01, person: anna, event: delivery, week: 37, child: [ben, lea], sex: "
        "[male, female], chorionicity: dichorionic}\n"
        "  - {date: 1986-06-01, person: lea, event: sample, organ: blood, genomes: 1e6}\n";
    static const carried must[] = {{"ben", "lea", 0}, {"anna", "lea", 0}, {NULL, NULL, 0}};
    agrees(text, WIDE, must);
}

/* Blood after an accident and before an operation, from a donor who has cells of her own son. */
static void test_transfusion(void **state)
{
    (void)state;
    static const char text[] =
        "people:\n"
        "  dora: {sex: female, born: 1958-03-01, mother: gerda}\n"
        "  paul: {sex: male, born: 1955-03-01}\n"
        "events:\n"
        "  - {date: 1974-06-01, person: dora, event: delivery, week: 40, child: karl, sex: male}\n"
        "  - {date: 1976-06-01, person: paul, event: transfusion, from: dora, units: 2, reason: "
        "trauma}\n"
        "  - {date: 1976-06-02, person: paul, event: transfusion, from: vera, units: 1, reason: "
        "surgery}\n"
        "  - {date: 1976-06-03, person: paul, event: transfusion, from: udo, units: 1, reason: "
        "trauma, irradiated: true}\n"
        "  - {date: 1976-06-05, person: paul, event: sample, organ: blood, genomes: 2.5e5}\n"
        "  - {date: 1978-08-01, person: paul, event: sample, organ: blood, genomes: 2.5e5}\n"
        "  - {date: 1978-08-01, person: paul, event: sample, organ: marrow, genomes: 1e6}\n";
    static const carried must[] = {{"dora", "paul", 1}, {"vera", "paul", 0},  {"udo", "paul", 0},
                                   {"karl", "dora", 0}, {"gerda", "dora", 0}, {NULL, NULL, 0}};
    agrees(text, WIDE, must);
}

/* A kidney, cells of several kinds, and stem cells after conditioning; a child after the graft. */
static const char GRAFTS[] =
    "people:\n"
    "  anna: {sex: female, born: 1956-03-01, mother: greta}\n"
    "events:\n"
    "  - {date: 1972-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male}\n"
    "  - {date: 1974-06-01, person: anna, event: graft, from: karl, organ: kidney}\n"
    "  - {date: 1974-07-01, person: anna, event: infusion, from: nora, kind: slow_seed, dose: "
    "1e3}\n"
    "  - {date: 1974-08-01, person: anna, event: infusion, from: ida, kind: msc, dose: 2e4}\n"
    "  - {date: 1976-06-01, person: anna, event: stem_cell_graft, from: ben, conditioning: true}\n"
    "  - {date: 1977-06-12, person: anna, event: delivery, week: 40, child: eva, sex: female}\n"
    "  - {date: 1976-05-31, person: anna, event: sample, organ: blood, genomes: 2.5e5}\n"
    "  - {date: 1977-06-02, person: anna, event: sample, organ: blood, genomes: 2.5e5}\n"
    "  - {date: 1977-06-02, person: anna, event: sample, organ: kidney, genomes: 1e5}\n"
    "  - {date: 1977-06-12, person: eva, event: sample, organ: blood, genomes: 1e6}\n"
    "  - {date: 1987-06-02, person: eva, event: sample, organ: blood, genomes: 1e6}\n";

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
    static const char *const often[] = {"loss.unnoticed.rate", "1", NULL};
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
    const char *const set[] = {"conditioning", conditioning, NULL};
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

static void test_number_of_comparisons(void **state)
{
    (void)state;
    assert_in_range(all_comparisons, 40, MOST_COMPARISONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stem_cell_graft),       cmocka_unit_test(test_changes_nothing),
        cmocka_unit_test(test_transfusion),           cmocka_unit_test(test_grafts),
        cmocka_unit_test(test_placenta_and_milk),     cmocka_unit_test(test_twins),
        cmocka_unit_test(test_twins_apart),           cmocka_unit_test(test_unnoticed),
        cmocka_unit_test(test_number_of_comparisons),
    };
    return cmocka_run_group_tests_name("contacts", tests, NULL, NULL);
}
