/* SPDX-License-Identifier: MIT */
/* Cells and hosts lived together, as whole runs. Where nothing is followed, the tables of hosts
   change no bit; what is followed but acts on nothing changes none either; threads, order and
   splitting change none; a fate moves cells from kind to kind and makes none; exact, steps and the
   solver without random numbers agree where they may.

   Equalities are of bits or of whole numbers and raise no false alarm. Means are compared twice (n
   and seeds are stated there), asking for |z| < 4.75: ten times by Student with 48 degrees of
   freedom and twice with 24, a false alarm in 3e-4 of all changes of the draws; the seeds are
   fixed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lives.h"

#ifndef MTL_SOURCE_ROOT
#define MTL_SOURCE_ROOT "."
#endif

/* ---------------------------------------------------------------- families */
#define ROSA "  rosa: {sex: female, born: 1920-02-01}\n"
#define ANNA "  anna: {sex: female, born: 1950-03-01, mother: rosa}\n"
#define GROWN "  anna: {sex: female, born: 1950-03-01}\n"
#define ZOE "  zoe: {sex: female, born: 1948-01-01}\n"
#define SEEDS "seeds: {slow_seed: 20, msc: 20, resident: 300}"
#define TOM                                                                                        \
    "  - {date: 1975-06-01, person: anna, event: delivery, week: 40, child: tom, sex: "            \
    "male, " SEEDS "}\n"
#define EVA                                                                                        \
    "  - {date: 1978-06-01, person: anna, event: delivery, week: 40, child: eva, sex: "            \
    "female, " SEEDS "}\n"
#define MAX                                                                                        \
    "  - {date: 1980-06-01, person: zoe, event: delivery, week: 40, child: max, sex: male, " SEEDS \
    "}\n"
#define INFARCT "  - {date: 1981-03-01, person: anna, event: infarct, size: 20 %}\n"
#define STROKE "  - {date: 1983-03-01, person: zoe, event: infarct, size: 30 %}\n"
#define TUMOUR "  - {date: 1984-03-01, person: anna, event: tumour, of: breast, cells: 40}\n"
#define BLOOD                                                                                      \
    "  - {date: 1983-06-01, person: anna, event: sample, organ: blood, volume: 20 mL, assay: "     \
    "dys14-qpcr}\n"
#define HEART                                                                                      \
    "  - {date: 1986-06-01, person: anna, event: sample, organ: heart, genomes: 1e6, assay: "      \
    "dys14-qpcr}\n"
#define PLAIN "people:\n" ROSA ANNA ZOE "focus: anna\nevents:\n" TOM EVA MAX BLOOD HEART

static const char COUPLED[] =
    "follow: [all, tolerance]\npeople:\n" ROSA ANNA ZOE
    "focus: anna\nevents:\n" TOM EVA INFARCT MAX STROKE BLOOD TUMOUR HEART;
static const char TURNED[] = "events:\n" HEART TUMOUR BLOOD STROKE MAX INFARCT EVA TOM
                             "focus: anna\npeople:\n" ZOE ANNA ROSA "follow: [tolerance, all]\n";
/* Few enough cells for the exact solver, and strong enough couplings to be seen. */
#define FEW                                                                                        \
    "resident.dose := 300; msc.dose := 20; resident.mother.dose := 300; msc.mother.dose := 20; "   \
    "resident.division := 0.2 per year; "                                                          \
    "msc.division := 0.2 per year; antigen.half := 100; repair.half := 0.003; "
#define ALL_ON                                                                                     \
    FEW "repair=benefit; niche=rejection; reject.rate := 2e-4 per day; reject.output := 0.5; "     \
        "tumour=both; autoimmunity=provoke; alzheimer=loss; heart=protects; survival=protects; "   \
        "fetus=rejected; ms=parity-effect"

/* ---------------------------------------------------------------- nothing followed */
static const char *const host_factors[] = {"homing",   "homing_time", "damaged", "barrier_open",
                                           "demented", "response",    "watched", "fed",
                                           "calling",  "unrejected"};

static bool names_host(const char *factor)
{
    for (size_t k = 0; k < sizeof host_factors / sizeof *host_factors; k++)
        if (strcmp(factor, host_factors[k]) == 0)
            return true;
    return false;
}

/* Field k of a line of a table into `out`; the length of what stands before it. */
static size_t field(const char *line, int k, char *out, size_t size)
{
    const char *p = line;
    while (k-- > 0)
        p += strcspn(p, "\t\n") + (p[strcspn(p, "\t\n")] == '\t');
    snprintf(out, size, "%.*s", (int)strcspn(p, "\t\n"), p);
    return (size_t)(p - line);
}

/* Is the kind one that only a host brings: a fate, or a tumour? */
static bool of_host(const char *kind)
{
    const size_t n = strlen(kind);
    return strncmp(kind, "tumour_", 7) == 0 || strcmp(kind, "fused") == 0 ||
           (n > 5 && strcmp(kind + n - 5, "_like") == 0);
}

/* A rule as it was before there were hosts; false: there was none. */
static bool old_rule(char *line)
{
    char kind_of[64], process[64], factors[128];
    field(line, 1, kind_of, sizeof kind_of);
    field(line, 3, process, sizeof process);
    const size_t at = field(line, 6, factors, sizeof factors);
    char *rest = strstr(factors, " * unrejected");
    if (rest) {
        const size_t cut = at + (size_t)(rest - factors), n = strlen(" * unrejected");
        memmove(line + cut, line + cut + n, strlen(line + cut + n) + 1);
        return true;
    }
    char first[128];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(factors, " "), factors);
    return !of_host(kind_of) && strcmp(process, "land") != 0 && !names_host(first);
}

static int copy_table(const char *dir, const char *name)
{
    char from[512], to[512], line[4096], first[128];
    snprintf(from, sizeof from, MTL_SOURCE_ROOT "/models/human/%s", name);
    snprintf(to, sizeof to, "%s/%s", dir, name);
    FILE *in = fopen(from, "r"), *out = in ? fopen(to, "w") : NULL;
    assert_non_null(out);
    int left = 0;
    while (fgets(line, sizeof line, in)) {
        field(line, 0, first, sizeof first);
        const bool keep = line[0] == '#' || (strcmp(name, "rules.tsv") == 0     ? old_rule(line)
                                             : strcmp(name, "factors.tsv") == 0 ? !names_host(first)
                                                                                : true);
        left += !keep;
        if (keep)
            fputs(line, out);
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
    return left;
}

static const char *const tables[] = {
    "organs.tsv", "kinds.tsv",  "parameters.tsv", "switches.tsv",   "factors.tsv",
    "rules.tsv",  "supply.tsv", "assays.tsv",     "extraction.tsv", "markers.tsv"};

/* The model as it would be without hosts: no such tables, no such rules. */
static void hostless_tables_change_no_bit(void **state)
{
    (void)state;
    char dir[] = "/tmp/matriline_lives_XXXXXX", path[512];
    int left = 0;
    assert_non_null(mkdtemp(dir));
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
        left += copy_table(dir, tables[k]);
    assert_true(left > 50);
    static const enum mtl_solver solver[] = {MTL_SOLVER_AUTO, MTL_SOLVER_EXACT, MTL_SOLVER_LEAP};
    for (size_t i = 0; i < sizeof solver / sizeof *solver; i++) {
        asked q = {
            .text = PLAIN, .with = FEW, .solver = solver[i], .replicates = 4, .unknowns = i == 0};
        life with = live(&q);
        q.model = dir;
        life without = live(&q);
        assert_int_equal(without.m->n_outcomes + without.m->n_tallies + without.m->n_injuries, 0);
        assert_true(with.m->n_outcomes > 0 && with.m->n_tallies > 0 && with.m->n_injuries > 0);
        assert_true(cells(&with, "anna", "heart", -1, with.r->n_coarse - 1) > 0);
        assert_true(cells_print(with.r) == cells_print(without.r));
        drop(&with);
        drop(&without);
    }
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        snprintf(path, sizeof path, "%s/%s", dir, tables[k]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(dir), 0);
}

/* ---------------------------------------------------------------- followed, without effect */
/* Two scenarios under one model: are the cells the same to the bit, looked at on the same dates? */
static bool same_cells(const char *x, const char *y, const char *with, enum mtl_solver solver)
{
    asked q = {.text = x, .with = with, .solver = solver, .replicates = 4};
    life a = live(&q);
    q.text = y;
    q.dates = a.r->time;
    q.n_dates = a.r->n_times;
    life b = live(&q);
    q.text = x;
    q.dates = b.r->time;
    q.n_dates = b.r->n_times;
    life c = live(&q);
    assert_true(cells(&b, "anna", "heart", -1, b.r->n_coarse - 1) > 0);
    assert_int_equal(b.r->n_times, c.r->n_times);
    bool same = b.r->n_pairs == c.r->n_pairs;
    for (int k = 0; same && k < b.r->n_pairs; k++) {
        const mtl__pair *p = &b.r->pair[k], *r = &c.r->pair[k];
        same = p->host == r->host && p->donor == r->donor &&
               memcmp(p->final[0], r->final[0], sizeof *p->final[0] * (size_t)b.m->n_organs) == 0 &&
               memcmp(p->level[0], r->level[0],
                      sizeof *p->level[0] * (size_t)(b.r->n_watched * b.r->n_times)) == 0;
    }
    for (int k = 0; same && k < b.r->n_assays; k++)
        same = memcmp(b.r->assay[k].fraction[0], c.r->assay[k].fraction[0], 4 * sizeof(float)) == 0;
    drop(&a);
    drop(&b);
    drop(&c);
    return same;
}

#define PEOPLE "people:\n" ROSA ANNA ZOE "focus: anna\n"
#define EVENTS "events:\n" TOM EVA MAX BLOOD HEART
#define NOBODY_CALLS FEW "homing=none; fate.rate := 0 per day"

static void what_acts_on_nothing_changes_nothing(void **state)
{
    (void)state;
    static const enum mtl_solver solver[] = {MTL_SOLVER_EXACT, MTL_SOLVER_AUTO};
    for (size_t i = 0; i < sizeof solver / sizeof *solver; i++) {
        /* an injury that calls nobody */
        assert_true(same_cells(PEOPLE EVENTS INFARCT, PEOPLE EVENTS, NOBODY_CALLS, solver[i]));
        /* the same one that calls: or the line above could not fail */
        assert_false(same_cells(PEOPLE EVENTS INFARCT, PEOPLE EVENTS, FEW, solver[i]));
        /* whose repair reads the cells */
        assert_true(same_cells(PEOPLE EVENTS INFARCT, PEOPLE EVENTS,
                               NOBODY_CALLS "; repair=benefit", solver[i]));
        /* outcomes that are followed, and hang on cells */
        assert_true(same_cells("follow: [autoimmune, heart]\n" PEOPLE EVENTS, PEOPLE EVENTS,
                               FEW "autoimmunity=provoke; heart=protects", solver[i]));
        /* tolerance and response that are followed, and make nothing of it */
        assert_true(
            same_cells("follow: [tolerance]\n" PEOPLE EVENTS, PEOPLE EVENTS, FEW, solver[i]));
    }
}

/* ---------------------------------------------------------------- the same bits */
static void the_same_for_threads_and_replicates(void **state)
{
    (void)state;
    asked q = {.text = COUPLED, .with = ALL_ON, .replicates = 6, .unknowns = true};
    uint64_t first = 0;
    for (q.threads = 1; q.threads <= 3; q.threads++) {
        life x = live(&q);
        assert_true(x.r->host.together && x.r->host.n_outcomes > 10 && x.r->host.n_injuries == 2);
        const uint64_t h = whole_print(x.r);
        if (q.threads == 1)
            first = h;
        assert_true(h == first);
        drop(&x);
    }
    q.seed = 12;
    life other = live(&q);
    assert_true(whole_print(other.r) != first);
    drop(&other);
}

/* Means over two halves are the mean over all; onsets stand where they stood. */
static void a_replicate_alone_is_itself(void **state)
{
    (void)state;
    asked q = {.text = COUPLED, .with = ALL_ON, .replicates = 6};
    life all = live(&q);
    int onsets = 0;
    double days = 0, response = 0, heart = 0;
    q.replicates = 1;
    for (q.first = 0; q.first < 6; q.first++) {
        life one = live(&q);
        days += damage_days(&one, 0) / 6;
        response += response_days(&one, "anna") / 6;
        heart += cells(&one, "anna", "heart", -1, one.r->n_coarse - 1) / 6;
        assert_int_equal(one.r->host.n_outcomes, all.r->host.n_outcomes);
        for (int k = 0; k < all.r->host.n_outcomes; k++) {
            const float *x = all.r->host.outcome[k].onset + q.first,
                        *y = one.r->host.outcome[k].onset;
            onsets += isfinite(*x);
            assert_memory_equal(x, y, sizeof *x);
        }
        for (int k = 0; k < all.r->n_assays; k++)
            assert_memory_equal(all.r->assay[k].fraction[0] + q.first, one.r->assay[k].fraction[0],
                                sizeof(float));
        drop(&one);
    }
    assert_true(onsets > 0 && heart > 0 && response > 0);
    assert_true(fabs(days - damage_days(&all, 0)) < 1e-4 * days); /* kept as float */
    assert_true(fabs(response - response_days(&all, "anna")) < 1e-4 * response);
    assert_true(fabs(heart - cells(&all, "anna", "heart", -1, all.r->n_coarse - 1)) < 1e-4 * heart);
    drop(&all);
}

static void the_order_in_the_file_does_not_matter(void **state)
{
    (void)state;
    asked q = {.text = COUPLED, .with = ALL_ON, .replicates = 4};
    life a = live(&q);
    q.text = TURNED;
    life b = live(&q);
    assert_int_equal(a.r->n_pairs, b.r->n_pairs);
    assert_int_equal(a.r->host.n_outcomes, b.r->host.n_outcomes);
    assert_int_equal(a.r->host.n_immune, b.r->host.n_immune);
    const size_t nt = (size_t)a.r->n_times;
    for (int k = 0; k < a.r->n_pairs; k++) {
        const mtl__pair *p = &a.r->pair[k];
        const mtl__pair *q2 = pair(&b, a.s->person[p->host].name, a.s->person[p->donor].name);
        assert_memory_equal(p->level[0], q2->level[0],
                            sizeof *p->level[0] * (size_t)a.r->n_watched * nt);
    }
    int begun = 0;
    for (int k = 0; k < a.r->host.n_outcomes; k++) {
        const mtl__outcome_result *x = &a.r->host.outcome[k],
                                  *y = outcome(&b, a.s->person[x->person].name,
                                               a.m->outcome[x->outcome].name);
        for (int i = 0; i < 4; i++) {
            begun += isfinite(x->onset[i]);
            assert_memory_equal(&x->onset[i], &y->onset[i], sizeof x->onset[i]);
        }
    }
    assert_true(begun > 0);
    for (int k = 0; k < 2; k++) {
        const mtl__injury_result *x = &a.r->host.injury[k];
        const int j = b.r->host.injury[0].person == who(&b, a.s->person[x->person].name) ? 0 : 1;
        assert_memory_equal(x->damage[0], b.r->host.injury[j].damage[0], nt * sizeof(mtl__band));
    }
    drop(&a);
    drop(&b);
}

/* ---------------------------------------------------------------- fates move cells */
/* Nobody divides, dies or travels: what became a cell of the heart is missing among those that
   came. To the cell, in each of six lives, before and after the injury; and by the exact solver as
   many as without any fate. */
#define STILL                                                                                      \
    FEW "homing=none; resident.division := 0 per year; msc.division := 0 per year; "               \
        "seed.egress := 0 per year; seed.division := 0 per year; fate.turnover := 0 per year; "    \
        "fate.death := 0 per year; "
static const char SETTLED[] =
    "people:\n" GROWN "focus: anna\nevents:\n"
    "  - {date: 1975-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male, "
    "seeds: {slow_seed: 0, msc: 0, resident: 20000}}\n"
    "  - {date: 1979-06-01, person: anna, event: sample, organ: blood}\n" INFARCT HEART;

static void a_fate_makes_no_cell(void **state)
{
    (void)state;
    static const char *const with[] = {STILL "fate.rate := 0 per day",
                                       STILL "fate.rate := 1 per day",
                                       STILL "fate.rate := 1 per day; fate.fusion := 0.5; "
                                             "repair=harm"};
    static const enum mtl_solver solver[] = {MTL_SOLVER_EXACT, MTL_SOLVER_LEAP};
    for (int number = 0; number < 6; number++) {
        const enum mtl_solver by = solver[number % 2];
        double total[3], became[3], fused[3];
        for (int k = 0; k < 3; k++) {
            asked q = {.text = SETTLED, .with = with[k], .solver = by, .first = number};
            life x = live(&q);
            const int end = x.r->n_coarse - 1, sample = coarse_at(&x, x.s->sample[0].t);
            assert_true(x.r->coarse[sample] == x.s->sample[0].t);
            const double before = cells(&x, "anna", "heart", -1, sample);
            total[k] = cells(&x, "anna", "heart", -1, end);
            fused[k] = cells(&x, "anna", "heart", kind(&x, "fused"), end);
            became[k] = total[k] - cells(&x, "anna", "heart", kind(&x, "resident"), end);
            assert_true(before > 50 && total[k] == before);
            assert_true(cells(&x, "anna", "heart", kind(&x, "resident"), sample) == before);
            assert_true(cells(&x, "anna", "liver", kind(&x, "fused"), end) == 0);
            drop(&x);
        }
        assert_true(by == MTL_SOLVER_LEAP || (total[1] == total[0] && total[2] == total[0]));
        assert_true(became[0] == 0 && became[1] > 0.5 * total[1] && fused[2] > fused[1]);
    }
}

/* ---------------------------------------------------------------- after a death */
/* Tumours that double in four days, of one woman in whom they begin, and in whom the file puts
   another in 1984: in one who dies early it would be 1e250 cells in 1995. Death ends everything but
   what the file says of other cells. */
#define MORTAL                                                                                     \
    FEW "tumour.division := 0.2 per day; tumour.initiation := 28; repair=benefit; tumour=both; "
static const char LATE[] =
    "follow: [all]\npeople:\n" GROWN "focus: anna\nevents:\n" TOM INFARCT TUMOUR
    "  - {date: 1995-06-01, person: anna, event: sample, organ: blood, volume: 20 mL}\n";

static void nothing_comes_after_death(void **state)
{
    (void)state;
    static const char *const with[] = {MORTAL "death.scale := 1e4", MORTAL "death.scale := 50"};
    int known = 0;
    for (int i = 0; i < 2; i++) {
        asked q = {.text = LATE, .with = with[i], .replicates = 12};
        life x = live(&q);
        const float *died = outcome(&x, "anna", "death")->onset;
        int dead = 0;
        for (int r = 0; r < q.replicates; r++)
            dead += isfinite(died[r]);
        for (int k = 0; k < x.r->host.n_outcomes; k++)
            for (int r = 0; r < q.replicates; r++)
                if (isfinite(x.r->host.outcome[k].onset[r])) {
                    known += x.m->outcome[x.r->host.outcome[k].outcome].kind >= 0;
                    assert_false(isfinite(died[r]) && x.r->host.outcome[k].onset[r] > died[r]);
                }
        assert_true(i == 0 ? dead == q.replicates : dead > 2 && dead < q.replicates);
        for (int k = 0; i == 0 && k < x.r->host.n_clones; k++)
            assert_true(x.r->host.clone[k].cells[0][x.r->n_times - 1].q975 == 0);
        drop(&x);
    }
    print_message("# tumours that were known: %d\n", known);
    assert_true(known > 2); /* of those who live on */
}

/* ---------------------------------------------------------------- solvers agree */
enum { BATCHES = 25, LIVES = 16, MEASURES = 5 };

static const char PAIR[] =
    "follow: [tolerance]\npeople:\n" GROWN "focus: anna\nevents:\n"
    "  - {date: 1975-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male, "
    "seeds: {slow_seed: 300, msc: 20, resident: 300}}\n" INFARCT BLOOD HEART;
static const char ALONE[] =
    "people:\n" GROWN "focus: anna\nevents:\n"
    "  - {date: 1975-06-01, person: anna, event: delivery, week: 40, child: tom, sex: male, "
    "seeds: {slow_seed: 300, msc: 20, resident: 300}}\n" INFARCT BLOOD HEART;
#define BOTH_WAYS                                                                                  \
    FEW "repair=benefit; niche=rejection; reject.rate := 2e-4 per day; reject.output := 0.5; "     \
        "fate.rate := 0.01 per day"

static void five_measures(const life *x, double *y)
{
    const int end = x->r->n_coarse - 1;
    y[0] = damage_days(x, 0);
    y[1] = response_days(x, "anna");
    y[2] = cells(x, "anna", "heart", -1, end);
    y[3] = cells(x, "anna", "liver", -1, end);
    y[4] = (double)x->r->assay[0].mean_fraction;
}

/* 400 lives each (25 batches of 16, seed 100 exact, 200 auto, 300 leap): z of means of batches.
   Student with 48 degrees at 4.75: 1.9e-5 two-sided, ten comparisons: 2e-4. */
static void exact_and_steps_agree(void **state)
{
    (void)state;
    static const enum mtl_solver solver[] = {MTL_SOLVER_EXACT, MTL_SOLVER_AUTO, MTL_SOLVER_LEAP};
    static const char *const name[] = {"days of damage", "days of response", "cells in the heart",
                                       "cells in the liver", "fraction in blood"};
    moments m[3][MEASURES] = {0};
    for (int i = 0; i < 3; i++)
        for (int b = 0; b < BATCHES; b++) {
            const asked q = {.text = PAIR,
                             .with = BOTH_WAYS,
                             .solver = solver[i],
                             .replicates = LIVES,
                             .first = b * LIVES,
                             .seed = (uint64_t)(100 * (i + 1)),
                             .threads = 2};
            life x = live(&q);
            double y[MEASURES];
            five_measures(&x, y);
            for (int k = 0; k < MEASURES; k++)
                add(&m[i][k], y[k]);
            assert_true(x.r->host.together);
            drop(&x);
        }
    for (int k = 0; k < MEASURES; k++) {
        const double z1 = z_between(&m[1][k], &m[0][k]), z2 = z_between(&m[2][k], &m[0][k]);
        print_message("# %s: exact %.5g, auto %.5g (z %.2f), leap %.5g (z %.2f)\n", name[k],
                      mean(&m[0][k]), mean(&m[1][k]), z1, mean(&m[2][k]), z2);
        assert_true(mean(&m[0][k]) > 0);
        assert_true(fabs(z1) < 4.75 && fabs(z2) < 4.75);
    }
}

/* Steps of days are halved: what that changes is small, and is told. */
static void the_error_of_the_coupling_is_small(void **state)
{
    (void)state;
    asked q = {.text = PAIR, .with = BOTH_WAYS, .replicates = 40, .solver = MTL_SOLVER_LEAP};
    life x = live(&q);
    const mtl__host_result *h = &x.r->host;
    print_message("# error of the coupling %.3g, standard error %.2g\n", h->coupling_error,
                  h->coupling_error_se);
    assert_true(isfinite(h->coupling_error) && isfinite(h->coupling_error_se));
    assert_true(fabs(h->coupling_error) < 0.02);
    assert_true(strstr(h->coupling, "cells answer to the host") != NULL);
    assert_true(strstr(h->coupling, "the host answers to cells") != NULL);
    drop(&x);
    q.solver = MTL_SOLVER_EXACT;
    q.text = PEOPLE EVENTS INFARCT;
    q.with = FEW;
    x = live(&q);
    assert_false(isfinite(x.r->host.coupling_error)); /* nothing was split */
    drop(&x);
}

/* ---------------------------------------------------------------- without random numbers */
static void analytic_refuses_what_answers(void **state)
{
    (void)state;
    mtl_error err;
    asked q = {
        .text = PEOPLE EVENTS INFARCT, .with = FEW "repair=benefit", .solver = MTL_SOLVER_ANALYTIC};
    assert_int_equal(refused(&q, &err), MTL_ERR_UNSUPPORTED);
    assert_int_equal(mtl_exit_code(err.code), 3);
    assert_non_null(strstr(err.text, "analytic"));
    assert_non_null(strstr(err.text, "exact or leap"));
    q.text = PEOPLE EVENTS;
    q.with = FEW "niche=rejection";
    assert_int_equal(refused(&q, &err), MTL_ERR_UNSUPPORTED);
}

/* An injury that cells do not act on is known beforehand: the exact mean of the heart's cells
   against 400 lives (25 batches of 16, seed 400), Student with 24 degrees at 4.75: 8e-5. */
static void analytic_agrees_where_the_host_does_not_answer(void **state)
{
    (void)state;
    asked q = {.text = ALONE, .with = FEW, .solver = MTL_SOLVER_ANALYTIC};
    life a = live(&q);
    assert_false(a.r->host.together);
    const double heart = (double)a.r->assay[1].mean_fraction,
                 blood = (double)a.r->assay[0].mean_fraction;
    const int injuries = a.r->host.n_injuries;
    const double damage = damage_days(&a, 0);
    drop(&a);
    assert_int_equal(injuries, 1);
    moments m[2] = {0};
    for (int b = 0; b < BATCHES; b++) {
        q.solver = MTL_SOLVER_EXACT;
        q.replicates = LIVES;
        q.first = b * LIVES;
        q.seed = 400;
        q.threads = 2;
        life x = live(&q);
        add(&m[0], (double)x.r->assay[0].mean_fraction);
        add(&m[1], (double)x.r->assay[1].mean_fraction);
        assert_true(fabs(damage_days(&x, 0) - damage) < 1e-6 * damage);
        drop(&x);
    }
    const double n = BATCHES;
    const double z0 = (mean(&m[0]) - blood) /
                      sqrt((m[0].sq / n - mean(&m[0]) * mean(&m[0])) / (n - 1)),
                 z1 = (mean(&m[1]) - heart) /
                      sqrt((m[1].sq / n - mean(&m[1]) * mean(&m[1])) / (n - 1));
    print_message("# blood: analytic %.5g, lives %.5g (z %.2f); heart: %.5g, %.5g (z %.2f)\n",
                  blood, mean(&m[0]), z0, heart, mean(&m[1]), z1);
    assert_true(heart > 0 && blood > 0);
    assert_true(fabs(z0) < 4.75 && fabs(z1) < 4.75);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostless_tables_change_no_bit),
        cmocka_unit_test(what_acts_on_nothing_changes_nothing),
        cmocka_unit_test(the_same_for_threads_and_replicates),
        cmocka_unit_test(a_replicate_alone_is_itself),
        cmocka_unit_test(the_order_in_the_file_does_not_matter),
        cmocka_unit_test(a_fate_makes_no_cell),
        cmocka_unit_test(nothing_comes_after_death),
        cmocka_unit_test(exact_and_steps_agree),
        cmocka_unit_test(the_error_of_the_coupling_is_small),
        cmocka_unit_test(analytic_refuses_what_answers),
        cmocka_unit_test(analytic_agrees_where_the_host_does_not_answer),
    };
    return cmocka_run_group_tests_name("host lives", tests, NULL, NULL);
}
