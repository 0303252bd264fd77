/* SPDX-License-Identifier: MIT */
/* The mixture model against its own draws. Families are drawn at the allele frequencies of a real
   panel, with crossovers along the chromosomes, and reads at 500x (error 1e-3, rho 5e-4).

   Scores: at the truth their mean over n = 200 samples is 0 and their variance the information (z
   of the mean, z of the variance; oracle_stats.h levels: below 1e-8 for the program). Fits: REPS =
   60 families per setting of 800 sites. Bias: |mean - truth| below 6 standard errors of the mean
   plus 2% of the truth. Coverage of 95% intervals: at least 46 of 60; a true coverage of 93% fails
   that with P = 1e-5 per row, 3e-4 for all rows together. Presence at 0: at most 14 of 60 below
   0.05; a true level of 5% exceeds that with P = 2e-7. Seeds are fixed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/mix_internal.h"
#include "oracle_stats.h"

#ifndef REPS
#define REPS 60
#endif
#define SITES 800
#define PANEL MTL_SOURCE_ROOT "/../shared/data/vbid2_sites/1000g.phase3.10k.b38.vcf.gz.dat.mu"
#define REGION MTL_SOURCE_ROOT "/../shared/data/chr20_1Mb_1000G/z.vcf.gz"
enum { HOST, CHILD, GRANDMOTHER, FATHER, N_PEOPLE };

typedef struct panel {
    int n;
    int *chromosome;
    int64_t *position;
    double *frequency;
} panel;

/* A family of four at every site of a panel. */
typedef struct family {
    mtl__lineage lineage;
    int8_t *hap;      /* [n][N_PEOPLE][2] */
    uint8_t *allowed; /* [n][N_PEOPLE] */
    uint8_t *phase;   /* [n][N_PEOPLE] */
    double *share;
    int32_t *ref, *alt;
} family;

static const int mothers[] = {GRANDMOTHER, HOST, -1, -1}, fathers[] = {-1, FATHER, -1, -1},
                 genomes[] = {0, 1, 2, 3};
static const uint64_t keys[] = {11, 12, 13, 14};

/* ---------------------------------------------------------------- the panel */
static void panel_make(panel *p, int n)
{
    *p = (panel){n, calloc((size_t)n, sizeof(int)), calloc((size_t)n, sizeof(int64_t)),
                 calloc((size_t)n, sizeof(double))};
    assert_true(p->chromosome && p->position && p->frequency);
}

static void panel_free(panel *p)
{
    free(p->chromosome);
    free(p->position);
    free(p->frequency);
}

/* Every k-th site of the real panel, else frequencies spread over (0.05, 0.95). */
static void panel_load(panel *p, int every)
{
    char line[256];
    FILE *f = fopen(PANEL, "r");
    panel_make(p, SITES);
    if (!f)
        print_message("# skipped: real allele frequencies (%s is not there); even ones serve\n",
                      "vbid2_sites");
    int n = 0, at = 0;
    while (f && n < SITES && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':'), *tab = strchr(line, '\t');
        if (!colon || !tab || at++ % every)
            continue;
        p->chromosome[n] = atoi(line + 3);
        p->position[n] = atoll(colon + 1);
        p->frequency[n++] = 0.5 * atof(tab);
    }
    if (f)
        fclose(f);
    for (; !f && n < SITES; n++) {
        p->chromosome[n] = n * 22 / SITES;
        p->position[n] = 1000 + (n % (SITES / 22 + 1)) * (int64_t)2000000;
        if (n > 0 && p->chromosome[n] == p->chromosome[n - 1])
            p->position[n] = p->position[n - 1] + 2000000;
        p->frequency[n] = 0.05 + 0.9 * (n * 37 % SITES) / SITES;
    }
    p->n = n;
}

/* Common SNPs (5% or more) of one megabase of chromosome 20; false where the file is not there. */
static bool region_load(panel *p)
{
    char line[1024];
    FILE *f = fopen(REGION, "r");
    if (!f)
        return false;
    fclose(f);
    f = popen("gzip -dc '" REGION "'", "r");
    assert_non_null(f);
    int seen = 0; /* every third serves */
    panel_make(p, 4000);
    p->n = 0;
    while (fgets(line, sizeof line, f) && p->n < 4000) {
        const char *af = strstr(line, ";AF=");
        char ref[8], alt[8];
        long long at;
        if (line[0] == '#' || !af || strchr(af, ',') ||
            sscanf(line, "%*s %lld %*s %7s %7s", &at, ref, alt) != 3 || ref[1] || alt[1])
            continue;
        const double x = atof(af + 4);
        if (x < 0.05 || x > 0.95 || seen++ % 3)
            continue;
        p->chromosome[p->n] = 20;
        p->position[p->n] = at;
        p->frequency[p->n++] = x;
    }
    pclose(f);
    return p->n > 0;
}

/* ---------------------------------------------------------------- the family */
static void family_make(family *f, int n)
{
    const size_t m = (size_t)n;
    *f = (family){{N_PEOPLE, mothers, fathers, genomes, keys},
                  calloc(m, 2 * N_PEOPLE),
                  calloc(m, N_PEOPLE),
                  calloc(m, N_PEOPLE),
                  calloc(m, sizeof(double)),
                  calloc(m, sizeof(int32_t)),
                  calloc(m, sizeof(int32_t))};
    assert_true(f->hap && f->allowed && f->phase && f->share && f->ref && f->alt);
}

static void family_free(family *f)
{
    free(f->hap);
    free(f->allowed);
    free(f->phase);
    free(f->share);
    free(f->ref);
    free(f->alt);
}

/* Which of two haplotypes is handed on at the next site (Haldane, 1 cM per Mb). */
static int next_strand(const panel *p, int i, int strand, mtl__rng *rng)
{
    if (i == 0 || p->chromosome[i] != p->chromosome[i - 1])
        return mtl__rng_unit(rng) < 0.5;
    const double d = (double)(p->position[i] - p->position[i - 1]) * 1e-8;
    return mtl__rng_unit(rng) < 0.5 * (1 - exp(-2 * d)) ? !strand : strand;
}

static void family_draw(family *f, const panel *p, unsigned typed, mtl__rng *rng)
{
    int from_grandmother = 0, from_host = 0, from_father = 0;
    for (int i = 0; i < p->n; i++) {
        int8_t(*h)[2] = (int8_t(*)[2])(f->hap + (size_t)i * 2 * N_PEOPLE);
        for (int k = 0; k < 2; k++) {
            h[GRANDMOTHER][k] = mtl__rng_unit(rng) < p->frequency[i];
            h[FATHER][k] = mtl__rng_unit(rng) < p->frequency[i];
        }
        from_grandmother = next_strand(p, i, from_grandmother, rng);
        from_host = next_strand(p, i, from_host, rng);
        from_father = next_strand(p, i, from_father, rng);
        h[HOST][0] = h[GRANDMOTHER][from_grandmother];
        h[HOST][1] = mtl__rng_unit(rng) < p->frequency[i];
        h[CHILD][0] = h[HOST][from_host];
        h[CHILD][1] = h[FATHER][from_father];
        for (int k = 0; k < N_PEOPLE; k++) {
            const bool known = typed >> k & 1;
            f->allowed[i * N_PEOPLE + k] =
                known ? (uint8_t)(1 << (h[k][0] + h[k][1])) : MTL__GT_ANY;
            f->phase[i * N_PEOPLE + k] = (uint8_t)(known ? h[k][0] + 2 * h[k][1] : 4);
        }
    }
}

static void family_reads(family *f, const panel *p, double child, double grandmother, mtl__rng *rng)
{
    mtl__reads a;
    mtl__reads_init(&a);
    a.depth = 500;
    a.error = 1e-3;
    a.overdispersion = 5e-4;
    for (int i = 0; i < p->n; i++) {
        int8_t(*h)[2] = (int8_t(*)[2])(f->hap + (size_t)i * 2 * N_PEOPLE);
        f->share[i] = 0.5 * ((1 - child - grandmother) * (h[HOST][0] + h[HOST][1]) +
                             child * (h[CHILD][0] + h[CHILD][1]) +
                             grandmother * (h[GRANDMOTHER][0] + h[GRANDMOTHER][1]));
    }
    const mtl__reads_at at = {.share = f->share};
    assert_int_equal(mtl__reads_simulate(&a, p->n, &at, rng, f->ref, f->alt, NULL, NULL), 0);
}

/* ---------------------------------------------------------------- scores */
enum { N_DRAWS = 200 };

/* Scores of fractions, error and spread at the truth, over draws of the same law. */
static int scores_agree(const char *what, const panel *p, unsigned typed, double child,
                        double grandmother, uint64_t seed)
{
    static double x[4][N_DRAWS], square[4][N_DRAWS];
    static const int candidates[] = {CHILD, GRANDMOTHER};
    mtl__mix_opts o;
    family f;
    int bad = 0;
    char name[96];
    mtl__mix_opts_init(&o);
    o.odd_site = 0;
    family_make(&f, p->n);
    for (int r = 0; r < N_DRAWS; r++) {
        mtl__rng rng;
        mtl__mix_law m;
        mtl__mix_data d;
        mtl__mix_work *w;
        mtl__mix_value v;
        const mtl__sites sites = {p->n, p->chromosome, p->position, p->frequency, NULL};
        const mtl__mix_people people = {f.lineage, 2, candidates, HOST, f.allowed, NULL, NULL};
        const mtl__counts c = {"draw", f.ref, f.alt, NULL};
        mtl__rng_stream(&rng, seed, 1, (uint64_t)r, 1);
        family_draw(&f, p, typed, &rng);
        family_reads(&f, p, child, grandmother, &rng);
        assert_int_equal(mtl__mix_law_new(&m, &sites, &people, &c, NULL, 0, &o, NULL), 0);
        assert_int_equal(mtl__mix_data_new(&d, &m.arena, &m, &c, NULL), 0);
        assert_int_equal(mtl__mix_work_new(&w, &m, NULL), 0);
        const double theta[4] = {child, grandmother, log(1e-3), log(5e-4 / (1 - 5e-4))};
        mtl__mix_eval(&m, w, &d, theta, &v);
        for (int k = 0; k < 4; k++) {
            x[k][r] = v.g[k];
            square[k][r] = v.g[k] * v.g[k] + v.h[5 * k]; /* second Bartlett identity */
        }
        mtl__mix_work_free(w);
        mtl__mix_law_free(&m);
    }
    for (int k = 0; k < 4; k++) {
        snprintf(name, sizeof name, "%s, score %d", what, k);
        bad += refutes_mean(name, x[k], N_DRAWS, 0);
        /* Linked sites break this one where genotypes are guessed, as they should. */
        if (typed == 15) {
            snprintf(name, sizeof name, "%s, information %d", what, k);
            bad += refutes_mean(name, square[k], N_DRAWS, 0);
        }
    }
    family_free(&f);
    return bad;
}

static void test_scores(void **state)
{
    (void)state;
    panel p;
    panel_load(&p, 8);
    p.n = 300;
    int bad = scores_agree("all typed", &p, 15, 1e-2, 2e-3, 501);
    bad += scores_agree("child not typed", &p, 13, 1e-2, 2e-3, 502);
    bad += scores_agree("host alone typed", &p, 1, 5e-2, 1e-2, 503);
    panel_free(&p);
    assert_int_equal(bad, 0);
}

/* ---------------------------------------------------------------- fits */
typedef struct setting {
    const char *name;
    unsigned typed; /* bits of people */
    int n;          /* candidates */
    int candidate[3];
    double truth[N_PEOPLE];
    bool phased;
} setting;

static int judge(const setting *s, int k, const double *x, int covered, int present)
{
    double mean = 0, square = 0;
    const double truth = s->truth[s->candidate[k]];
    for (int r = 0; r < REPS; r++) {
        mean += x[r] / REPS;
        square += x[r] * x[r] / REPS;
    }
    const double error = sqrt(mtl__max(square - mean * mean, 0) / REPS);
    const bool biased = truth > 0 && fabs(mean - truth) > 6 * error + 0.02 * truth;
    const bool bare = covered < 46 * REPS / 60;
    const bool alarms = truth > 0 ? false : present > 14 * REPS / 60;
    print_message("# %s, donor %d: truth %.3g, mean %.4g +- %.2g, covered %d/%d, p < 0.05 %d%s\n",
                  s->name, s->candidate[k], truth, mean, error, covered, REPS, present,
                  biased || bare || alarms ? " BAD" : "");
    return biased + bare + alarms;
}

static int fits_agree(const setting *s, const panel *p, uint64_t seed)
{
    static double x[3][REPS];
    int covered[3] = {0}, present[3] = {0}, bad = 0;
    family f;
    family_make(&f, p->n);
    for (int r = 0; r < REPS; r++) {
        mtl__rng rng;
        mtl__mix m;
        mtl__mix_opts o;
        const mtl__sites sites = {p->n, p->chromosome, p->position, p->frequency, NULL};
        const mtl__mix_people people = {
            f.lineage, s->n, s->candidate, HOST, f.allowed, s->phased ? f.phase : NULL, NULL};
        const mtl__counts c = {"draw", f.ref, f.alt, NULL};
        mtl__mix_opts_init(&o);
        mtl__rng_stream(&rng, seed, 2, (uint64_t)r, 1);
        family_draw(&f, p, s->typed, &rng);
        family_reads(&f, p, s->truth[CHILD], s->truth[GRANDMOTHER], &rng);
        assert_int_equal(mtl__mix_fit(&m, &sites, &people, &c, NULL, 0, &o, NULL), 0);
        for (int k = 0; k < s->n; k++) {
            const double truth = s->truth[s->candidate[k]];
            x[k][r] = m.share[k].fraction;
            covered[k] += m.share[k].low <= truth && truth <= m.share[k].high;
            present[k] += m.share[k].p < 0.05;
        }
        mtl__mix_clear(&m);
    }
    for (int k = 0; k < s->n; k++)
        bad += judge(s, k, x[k], covered[k], present[k]);
    family_free(&f);
    return bad;
}

static void test_families(void **state)
{
    (void)state;
    static const setting at[] = {
        {"child 1e-2, typed", 15, 1, {CHILD}, {0, 1e-2, 0, 0}, false},
        {"child 1e-3, typed", 15, 1, {CHILD}, {0, 1e-3, 0, 0}, false},
        {"child and grandmother", 15, 2, {CHILD, GRANDMOTHER}, {0, 1e-2, 2e-3, 0}, false},
        {"nobody there", 15, 2, {CHILD, GRANDMOTHER}, {0, 0, 0, 0}, false},
        {"child 1e-2, father typed", 9, 1, {CHILD}, {0, 1e-2, 0, 0}, false},
        {"child 1e-2, only the host typed", 1, 1, {CHILD}, {0, 1e-2, 0, 0}, false},
        {"child 4e-3, only the host typed", 1, 1, {CHILD}, {0, 4e-3, 0, 0}, false},
        {"nobody there, only the host typed", 1, 1, {CHILD}, {0, 0, 0, 0}, false},
        {"child not typed and grandmother", 13, 2, {CHILD, GRANDMOTHER}, {0, 1e-2, 2e-3, 0}, false},
        {"child 1e-2, parents phased", 9, 1, {CHILD}, {0, 1e-2, 0, 0}, true},
    };
    panel p;
    int bad = 0;
    panel_load(&p, 8);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        bad += fits_agree(&at[k], &p, 600 + k);
    panel_free(&p);
    assert_int_equal(bad, 0);
}

/* One megabase of real sites. What a tool finds that takes the child for an unrelated
   person: 5.5e-4 and 5.9e-3 (../shared/data/chr20_1Mb_1000G/README.md). */
static void test_region(void **state)
{
    (void)state;
    static const setting at[] = {
        {"1 Mb, child 1e-2", 15, 1, {CHILD}, {0, 1e-2, 0, 0}, false},
        {"1 Mb, child 1e-3", 15, 1, {CHILD}, {0, 1e-3, 0, 0}, false},
        {"1 Mb, child and grandmother", 15, 2, {CHILD, GRANDMOTHER}, {0, 1e-2, 2e-3, 0}, false},
        {"1 Mb, father typed", 9, 1, {CHILD}, {0, 1e-2, 0, 0}, false},
        {"1 Mb, father phased", 9, 1, {CHILD}, {0, 1e-2, 0, 0}, true},
        {"1 Mb, father phased", 9, 1, {CHILD}, {0, 1e-3, 0, 0}, true},
        {"1 Mb, father phased, nobody there", 9, 1, {CHILD}, {0, 0, 0, 0}, true},
    };
    panel p;
    int bad = 0;
    if (!region_load(&p)) {
        print_message("# skipped: chr20_1Mb_1000G is not there\n");
        return;
    }
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        bad += fits_agree(&at[k], &p, 700 + k);
    panel_free(&p);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scores),
                                       cmocka_unit_test(test_families),
                                       cmocka_unit_test(test_region)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
