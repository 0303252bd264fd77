/* SPDX-License-Identifier: MIT */
/* Inheritance against exact laws. Joint genotypes of two relatives follow from the chances k0, k1,
   k2 that they share no, one or both alleles by descent (Cotterman 1940); draws given some
   genotypes are held against the enumeration of everything that can be. Chi-square tests with fixed
   seeds; there are N_TESTS of them (a test that merges cells below 5 expected), each at 1e-6 /
   N_TESTS, so that the family-wise false-alarm level is 1e-6. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/markers_read.h"

enum { N_TESTS = 80 };
static int tests_done;

static void hold(const char *what, const double *expected, const double *seen, int cells)
{
    double chi2 = 0, rest_e = 0, rest_s = 0;
    int df = -1;
    for (int i = 0; i < cells; i++) {
        if (expected[i] < 5) {
            rest_e += expected[i];
            rest_s += seen[i];
            if (expected[i] <= 0)
                assert_true(seen[i] <= 0); /* impossible is impossible */
            continue;
        }
        chi2 += (seen[i] - expected[i]) * (seen[i] - expected[i]) / expected[i];
        df++;
    }
    if (rest_e >= 5) {
        chi2 += (rest_s - rest_e) * (rest_s - rest_e) / rest_e;
        df++;
    }
    assert_true(df >= 1);
    const double p = mtl__chi2_sf(chi2, df);
    tests_done++;
    if (!(p > 1e-6 / N_TESTS))
        fail_msg("%s: chi-square %.4g on %d, p = %.3g", what, chi2, df, p);
}

/* ---------------------------------------------------------------- a family with every relation */
enum {
    MUM,
    DAD,
    OTHER,
    GRAN,
    GRANDPA,
    UNCLE,
    KID,
    SIB,
    HALF,
    TWIN,
    MZ,
    AUNT_BY_MARRIAGE,
    COUSIN,
    CHILD,
    PARTNER,
    PEOPLE
};
static const int mother[PEOPLE] = {[MUM] = GRAN,
                                   [DAD] = -1,
                                   [OTHER] = -1,
                                   [GRAN] = -1,
                                   [GRANDPA] = -1,
                                   [UNCLE] = GRAN,
                                   [KID] = MUM,
                                   [SIB] = MUM,
                                   [HALF] = MUM,
                                   [TWIN] = MUM,
                                   [MZ] = MUM,
                                   [AUNT_BY_MARRIAGE] = -1,
                                   [COUSIN] = AUNT_BY_MARRIAGE,
                                   [CHILD] = KID,
                                   [PARTNER] = -1};
static const int father[PEOPLE] = {
    [MUM] = GRANDPA,  [DAD] = -1,        [OTHER] = -1,  [GRAN] = -1,
    [GRANDPA] = -1,   [UNCLE] = GRANDPA, [KID] = DAD,   [SIB] = DAD,
    [HALF] = OTHER,   [TWIN] = DAD,      [MZ] = DAD,    [AUNT_BY_MARRIAGE] = -1,
    [COUSIN] = UNCLE, [CHILD] = PARTNER, [PARTNER] = -1};
static int genome[PEOPLE];
static uint64_t key[PEOPLE];

static mtl__lineage family(void)
{
    for (int i = 0; i < PEOPLE; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%d", i);
        genome[i] = i;
        key[i] = mtl__hash(name);
    }
    genome[MZ] = TWIN;
    return (mtl__lineage){PEOPLE, mother, father, genome, key};
}

static const struct relation {
    const char *name;
    int a, b;
    double k0, k1, k2;
} relations[] = {
    {"parent and child", MUM, KID, 0, 1, 0},
    {"father and child", DAD, SIB, 0, 1, 0},
    {"full siblings", KID, SIB, 0.25, 0.5, 0.25},
    {"half siblings", KID, HALF, 0.5, 0.5, 0},
    {"dizygotic twins", KID, TWIN, 0.25, 0.5, 0.25},
    {"monozygotic twins", TWIN, MZ, 0, 0, 1},
    {"grandparent", GRAN, KID, 0.5, 0.5, 0},
    {"great-grandparent", GRANDPA, CHILD, 0.75, 0.25, 0},
    {"uncle", UNCLE, KID, 0.5, 0.5, 0},
    {"half uncle", HALF, CHILD, 0.75, 0.25, 0},
    {"cousins", COUSIN, SIB, 0.75, 0.25, 0},
    {"parents of one child", MUM, DAD, 1, 0, 0},
};
enum { N_RELATIONS = sizeof relations / sizeof relations[0] };

static int pair_index(int x, int y, int alleles) /* unordered genotype */
{
    const int low = x < y ? x : y, high = x < y ? y : x;
    return low * alleles + high;
}

/* The joint law of two genotypes at a locus with these allele frequencies. */
static void joint_law(const struct relation *r, const double *f, int n, double *p)
{
    const int g = n * n;
    memset(p, 0, (size_t)(g * g) * sizeof *p);
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            for (int c = 0; c < n; c++) {
                const int first = pair_index(a, b, n);
                for (int d = 0; d < n; d++)
                    p[first * g + pair_index(c, d, n)] += r->k0 * f[a] * f[b] * f[c] * f[d];
                /* one allele by descent, the first or the second of the two */
                p[first * g + pair_index(a, c, n)] += r->k1 / 2 * f[a] * f[b] * f[c];
                p[first * g + pair_index(b, c, n)] += r->k1 / 2 * f[a] * f[b] * f[c];
                if (c == 0)
                    p[first * g + first] += r->k2 * f[a] * f[b];
            }
}

/* n = 20,000 draws of a whole family per frequency; 12 relations x 2 frequencies. */
static void markers_follow_kinship(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    const mtl__lineage l = family();
    const double frequency[] = {0.5, 0.2};
    uint8_t any[PEOPLE];
    int8_t out[PEOPLE];
    mtl__gt_plan *plan;
    memset(any, MTL__GT_ANY, sizeof any);
    assert_int_equal(mtl__gt_plan_new(&plan, &l, NULL), MTL_OK);
    for (int q = 0; q < 2; q++) {
        const double f[2] = {1 - frequency[q], frequency[q]};
        double seen[N_RELATIONS][16] = {{0}}, p[16];
        double log_likelihood;
        assert_int_equal(mtl__gt_condition(plan, any, frequency[q], &log_likelihood, NULL), MTL_OK);
        assert_true(fabs(log_likelihood) < 1e-12);
        for (int d = 0; d < DRAWS; d++) {
            mtl__rng rng;
            mtl__rng_stream(&rng, 7, (uint64_t)q, (uint64_t)d, 1);
            mtl__gt_draw(plan, &rng, out);
            for (int k = 0; k < N_RELATIONS; k++) {
                const int a = out[relations[k].a], b = out[relations[k].b];
                seen[k][pair_index(a == 2, a > 0, 2) * 4 + pair_index(b == 2, b > 0, 2)]++;
            }
        }
        for (int k = 0; k < N_RELATIONS; k++) {
            joint_law(&relations[k], f, 2, p);
            for (int i = 0; i < 16; i++)
                p[i] *= DRAWS;
            hold(relations[k].name, p, seen[k], 16);
        }
    }
    mtl__gt_plan_free(plan);
}

/* ---------------------------------------------------------------- HLA */
/* Haplotypes that differ at every locus: a haplotype is then one allele of one great locus. */
static void table_of(mtl__hla_table *t, const double *f, int n)
{
    mtl__hla_table_init(t);
    t->haplotype = mtl__arena_alloc(&t->arena, (size_t)n * sizeof *t->haplotype);
    t->frequency = mtl__arena_alloc(&t->arena, (size_t)n * sizeof *t->frequency);
    for (int i = 0; i < n; i++)
        for (int locus = 0; locus < MTL__HLA_LOCI; locus++) {
            char name[16];
            int a;
            snprintf(name, sizeof name, "%02d:01", i + 1);
            assert_int_equal(mtl__hla_allele(t, locus, name, &a, NULL), MTL_OK);
            t->haplotype[i].allele[locus] = (int16_t)a;
            t->frequency[i] = f[i];
        }
    t->n = n;
    assert_int_equal(mtl__hla_table_finish(t, NULL), MTL_OK);
}

/* n = 20,000 families, no crossing-over: the haplotypes of two relatives, 12 relations. */
static void hla_follows_kinship(void **state)
{
    (void)state;
    enum { DRAWS = 20000, H = 4, G = H * H };
    const double f[H] = {0.4, 0.3, 0.2, 0.1};
    const mtl__lineage l = family();
    static mtl__hla_typing none[PEOPLE];
    static double seen[N_RELATIONS][G * G], p[G * G];
    mtl__hla_table t;
    table_of(&t, f, H);
    mtl__hla_genotype *out = malloc((size_t)DRAWS * PEOPLE * sizeof *out);
    assert_non_null(out);
    assert_int_equal(mtl__hla_draw_family(&t, &l, none, 11, 0, DRAWS, out, NULL), MTL_OK);
    for (int d = 0; d < DRAWS; d++)
        for (int k = 0; k < N_RELATIONS; k++) {
            const mtl__hla_genotype *a = &out[d * PEOPLE + relations[k].a],
                                    *b = &out[d * PEOPLE + relations[k].b];
            const int x = pair_index(a->of[0].allele[0] - 1, a->of[1].allele[0] - 1, H);
            const int y = pair_index(b->of[0].allele[4] - 1, b->of[1].allele[4] - 1, H);
            seen[k][x * G + y]++;
        }
    for (int k = 0; k < N_RELATIONS; k++) {
        joint_law(&relations[k], f, H, p);
        for (int i = 0; i < G * G; i++)
            p[i] *= DRAWS;
        hold(relations[k].name, p, seen[k], G * G);
    }
    free(out);
    mtl__hla_table_free(&t);
}

/* n = 50,000 gametes: which of 32 patterns of origin, and crossing in each interval. */
static void crossing_over(void **state)
{
    (void)state;
    enum { N = 50000 };
    const double f[2] = {0.5, 0.5}, r[4] = {0.1, 0.02, 0.3, 0.005};
    double expected[32], seen[32] = {0};
    mtl__hla_table t;
    table_of(&t, f, 2);
    memcpy(t.recombination, r, sizeof r);
    mtl__rng rng;
    mtl__rng_stream(&rng, 3, 1, 4, 1);
    for (int i = 0; i < N; i++) {
        mtl__hla_haplotype h;
        int pattern = 0;
        mtl__hla_gamete(&t, t.haplotype, &rng, &h);
        for (int k = 0; k < MTL__HLA_LOCI; k++)
            pattern |= (h.allele[k] - 1) << k;
        seen[pattern]++;
    }
    for (int pattern = 0; pattern < 32; pattern++) {
        expected[pattern] = 0.5 * N;
        for (int k = 0; k < 4; k++)
            expected[pattern] *= (pattern >> k & 1) != (pattern >> (k + 1) & 1) ? r[k] : 1 - r[k];
    }
    hold("crossing-over", expected, seen, 32);
    mtl__hla_table_free(&t);
}

/* n = 100,000 haplotypes: the table comes back, its rest too, given nothing and given one allele.
 */
static void table_recovered(void **state)
{
    (void)state;
    enum { N = 100000, H = 6 };
    const double f[H] = {0.4, 0.25, 0.12, 0.06, 0.02, 0.05}; /* rest 0.1 */
    static const int16_t any[] = {-1, -1, -1, -1, -1};
    mtl__hla_table t;
    table_of(&t, f, H);
    assert_true(fabs(t.rest - 0.1) < 1e-12);
    for (int given = 0; given < 2; given++) {
        int16_t want[MTL__HLA_LOCI];
        double expected[H + 1], seen[H + 1] = {0}, sum = 0, all;
        memcpy(want, any, sizeof want);
        if (given)
            want[2] = 3; /* B*03:01: haplotype 3, or one of the rest */
        all = mtl__hla_probability(&t, want);
        for (int i = 0; i < H; i++) {
            const bool possible = !given || i == 2;
            expected[i] = possible ? mtl__hla_probability(&t, t.haplotype[i].allele) / all * N : 0;
            sum += expected[i];
        }
        expected[H] = N - sum;
        mtl__rng rng;
        mtl__rng_stream(&rng, 5, (uint64_t)given, 0, 2);
        for (int k = 0; k < N; k++) {
            mtl__hla_haplotype h;
            int which = H;
            mtl__hla_draw_haplotype(&t, want, &rng, &h);
            for (int i = 0; i < H; i++)
                if (memcmp(&h, &t.haplotype[i], sizeof h) == 0)
                    which = i;
            seen[which]++;
        }
        hold(given ? "haplotypes given an allele" : "haplotypes", expected, seen, H + 1);
    }
    /* Probabilities over one locus sum to 1, "unlisted" among them. */
    double sum = 0;
    for (int a = 0; a <= H; a++) {
        int16_t one[] = {-1, (int16_t)a, -1, -1, -1};
        sum += mtl__hla_probability(&t, one);
    }
    assert_true(fabs(sum - 1) < 1e-12);
    mtl__hla_table_free(&t);
}

/* n = 100,000 haplotypes of a real table, if the data folder lies beside the source: its 50 most
 * frequent. */
static void real_table_recovered(void **state)
{
    (void)state;
    enum { N = 100000, TOP = 50 };
    static const int16_t any[] = {-1, -1, -1, -1, -1};
    static char text[4 * 1024 * 1024];
    FILE *file = fopen(MTL_SOURCE_ROOT "/../shared/data/hla_nmdp_cau/haplotypes.tsv", "r");
    if (!file) {
        print_message("# skipped: shared/data is not beside the project\n");
        return;
    }
    const size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    mtl__hla_table t;
    mtl_error err = {0};
    mtl__hla_table_init(&t);
    assert_int_equal(mtl__hla_table_parse(&t, "haplotypes.tsv", text, length, &err), MTL_OK);
    assert_int_equal(t.n, 3380);
    double expected[TOP + 1], seen[TOP + 1] = {0}, sum = 0;
    for (int i = 0; i < TOP; i++) {
        expected[i] = N * mtl__hla_probability(&t, t.haplotype[i].allele);
        sum += expected[i];
    }
    expected[TOP] = N - sum;
    mtl__rng rng;
    mtl__rng_stream(&rng, 6, 0, 0, 2);
    for (int k = 0; k < N; k++) {
        mtl__hla_haplotype h;
        int which = TOP;
        mtl__hla_draw_haplotype(&t, any, &rng, &h);
        for (int i = 0; i < TOP && which == TOP; i++)
            if (memcmp(&h, &t.haplotype[i], sizeof h) == 0)
                which = i;
        seen[which]++;
    }
    hold("haplotypes of a real table", expected, seen, TOP + 1);
    mtl__hla_table_free(&t);
}

/* ---------------------------------------------------------------- markers given some genotypes */
static double mendel(int child, int m, int f, double q)
{
    const double a = m < 0 ? q : m / 2.0, b = f < 0 ? q : f / 2.0;
    return child == 0 ? (1 - a) * (1 - b) : child == 1 ? a * (1 - b) + b * (1 - a) : a * b;
}

/* All 3^n states of a small pedigree, parents before children. */
static double weight(const mtl__lineage *l, const int *g, const uint8_t *allowed, double q)
{
    double w = 1;
    for (int i = 0; i < l->n && w > 0; i++) {
        const int m = l->mother[i], f = l->father[i];
        if (!(allowed[i] >> g[i] & 1))
            return 0;
        w *= mendel(g[i], m < 0 ? -1 : g[m], f < 0 ? -1 : g[f], q);
    }
    return w;
}

/* 12 random pedigrees of 7, loops among them: likelihood to 1e-12, n = 20,000 draws of a pair. */
static void conditional_markers(void **state)
{
    (void)state;
    enum { N = 7, DRAWS = 20000, STATES = 2187 };
    int done = 0;
    for (uint64_t seed = 1; done < 12; seed++) {
        int m[N], f[N], own[N];
        uint64_t keys[N];
        uint8_t allowed[N];
        mtl__rng rng;
        mtl__rng_stream(&rng, 21, seed, 0, 0);
        for (int i = 0; i < N; i++) {
            own[i] = i;
            keys[i] = mtl__rng_u64(&rng);
            m[i] = f[i] = -1;
            if (i >= 2 && mtl__rng_unit(&rng) < 0.8)
                m[i] = (int)mtl__rng_below(&rng, (uint32_t)i);
            if (i >= 2 && mtl__rng_unit(&rng) < 0.8)
                f[i] = (int)mtl__rng_below(&rng, (uint32_t)i);
            if (f[i] == m[i])
                f[i] = -1;
            const double u = mtl__rng_unit(&rng);
            allowed[i] = (uint8_t)(u < 0.5   ? MTL__GT_ANY
                                   : u < 0.6 ? mtl__gt_half((int)mtl__rng_below(&rng, 2))
                                             : 1 << mtl__rng_below(&rng, 3));
        }
        const mtl__lineage l = {N, m, f, own, keys};
        const double q = 0.1 + 0.8 * mtl__rng_unit(&rng);
        double total = 0, expected[9] = {0}, seen[9] = {0}, log_likelihood;
        const int a = (int)mtl__rng_below(&rng, N), b = (a + 3) % N;
        for (int s = 0; s < STATES; s++) {
            int g[N], x = s;
            for (int i = 0; i < N; i++, x /= 3)
                g[i] = x % 3;
            const double w = weight(&l, g, allowed, q);
            total += w;
            expected[3 * g[a] + g[b]] += w;
        }
        mtl__gt_plan *plan;
        assert_int_equal(mtl__gt_plan_new(&plan, &l, NULL), MTL_OK);
        const int ret = mtl__gt_condition(plan, allowed, q, &log_likelihood, NULL);
        assert_int_equal(ret, total > 0 ? MTL_OK : MTL_ERR_VALUE);
        int cells = 0;
        for (int i = 0; i < 9; i++) {
            expected[i] = total > 0 ? expected[i] / total * DRAWS : 0;
            cells += expected[i] >= 5;
        }
        if (total > 0 && cells >= 2) {
            assert_true(fabs(log_likelihood - log(total)) < 1e-12 * (1 + fabs(log(total))));
            for (int d = 0; d < DRAWS; d++) {
                int8_t g[N];
                mtl__gt_draw(plan, &rng, g);
                seen[3 * g[a] + g[b]]++;
            }
            hold("markers given some genotypes", expected, seen, 9);
            done++;
        }
        mtl__gt_plan_free(plan);
    }
}

/* ---------------------------------------------------------------- HLA given some typings */
/* Four haplotypes that share alleles, so that typings do not tell the phase. */
static const int16_t shared_alleles[4][MTL__HLA_LOCI] = {
    {1, 1, 1, 1, 1}, {1, 2, 1, 2, 1}, {2, 1, 1, 2, 2}, {2, 2, 2, 1, 1}};
static const double shared_frequency[4] = {0.4, 0.3, 0.2, 0.1};

static void shared_table(mtl__hla_table *t, const double *recombination)
{
    mtl__hla_table_init(t);
    t->haplotype = mtl__arena_alloc(&t->arena, 4 * sizeof *t->haplotype);
    t->frequency = mtl__arena_alloc(&t->arena, 4 * sizeof *t->frequency);
    for (int locus = 0; locus < MTL__HLA_LOCI; locus++)
        for (int a = 1; a <= 2; a++) {
            char name[16];
            int number;
            snprintf(name, sizeof name, "%02d:01", a);
            assert_int_equal(mtl__hla_allele(t, locus, name, &number, NULL), MTL_OK);
            assert_int_equal(number, a);
        }
    for (int i = 0; i < 4; i++) {
        memcpy(t->haplotype[i].allele, shared_alleles[i], sizeof shared_alleles[i]);
        t->frequency[i] = shared_frequency[i];
    }
    t->n = 4;
    assert_int_equal(mtl__hla_table_finish(t, NULL), MTL_OK);
    memcpy(t->recombination, recombination, sizeof t->recombination);
}

static bool fits(const mtl__hla_typing *y, const int16_t *a, const int16_t *b)
{
    for (int l = 0; y->typed && l < MTL__HLA_LOCI; l++) {
        if (y->allele[l][0] < 0)
            continue;
        const bool straight = y->allele[l][0] == a[l] && y->allele[l][1] == b[l];
        const bool crossed = y->allele[l][0] == b[l] && y->allele[l][1] == a[l];
        if (!straight && !crossed)
            return false;
    }
    return true;
}

/* What a parent hands on in way `c` of 10, with its probability. */
static double handed_on(int16_t h[2][MTL__HLA_LOCI], int c, const double *r, int16_t *out)
{
    const int from = c % 2, at = c / 2;
    double p = 0.5;
    for (int k = 0; k < 4; k++)
        p *= at == k + 1 ? r[k] : 1 - r[k];
    for (int l = 0; l < MTL__HLA_LOCI; l++)
        out[l] = h[at > 0 && l >= at ? !from : from][l];
    return p;
}

/* Mother, father and two children; the second child's genotype at C and DRB1 and the mother's at A.
   All 256 pairs of founder genotypes x 10^4 ways of four meioses with at most one crossing-over. */
static void enumerate_trio(const mtl__hla_typing *y, const double *r, double *p)
{
    double total = 0;
    memset(p, 0, 64 * sizeof *p);
    for (int s = 0; s < 256; s++) {
        int16_t parent[2][2][MTL__HLA_LOCI], child[2][2][MTL__HLA_LOCI];
        double founders = 1;
        for (int k = 0; k < 4; k++) {
            const int h = s >> (2 * k) & 3;
            founders *= shared_frequency[h];
            memcpy(parent[k / 2][k % 2], shared_alleles[h], sizeof shared_alleles[h]);
        }
        if (!fits(&y[0], parent[0][0], parent[0][1]) || !fits(&y[1], parent[1][0], parent[1][1]))
            continue;
        for (int way = 0; way < 10000; way++) {
            const int c[4] = {way % 10, way / 10 % 10, way / 100 % 10, way / 1000};
            double w = founders;
            if ((c[0] > 1) + (c[1] > 1) + (c[2] > 1) + (c[3] > 1) > 1)
                continue;
            for (int k = 0; k < 4; k++)
                w *= handed_on(parent[k % 2], c[k], r, child[k / 2][k % 2]);
            if (!(w > 0) || !fits(&y[2], child[0][0], child[0][1]) ||
                !fits(&y[3], child[1][0], child[1][1]))
                continue;
            const int mum = parent[0][0][0] + parent[0][1][0] - 2;
            const int at_c = child[1][0][1] + child[1][1][1] - 2;
            const int at_d = child[1][0][3] + child[1][1][3] - 2;
            p[mum * 9 + at_c * 3 + at_d] += w;
            total += w;
        }
    }
    for (int i = 0; i < 27; i++)
        p[i] /= total;
}

/* n = 20,000; without and with crossing-over, three sets of typings. */
static void conditional_hla(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    static const int m[4] = {-1, -1, 0, 0}, f[4] = {-1, -1, 1, 1}, own[4] = {0, 1, 2, 3};
    static const uint64_t keys[4] = {101, 102, 103, 104};
    static const double rates[2][4] = {{0, 0, 0, 0}, {0.02, 0.1, 0.05, 0.01}};
    static const mtl__hla_typing untyped = {
        .allele = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}}};
    const mtl__lineage l = {4, m, f, own, keys};
    mtl__hla_genotype *out = malloc((size_t)DRAWS * 4 * sizeof *out);
    assert_non_null(out);
    for (int test = 0; test < 6; test++) {
        const double *r = rates[test % 2];
        mtl__hla_typing y[4] = {untyped, untyped, untyped, untyped};
        double p[64], seen[27] = {0};
        mtl__hla_table t;
        shared_table(&t, r);
        /* The first child: haplotypes 1 and 4, or 2 and 3; the typing does not say. */
        y[2] = (mtl__hla_typing){.allele = {{2, 1}, {1, 2}, {-1, -1}, {-1, -1}, {-1, -1}},
                                 .typed = true};
        if (test / 2 == 1)
            y[1] = (mtl__hla_typing){.allele = {{1, 2}, {1, 1}, {-1, -1}, {2, 1}, {-1, -1}},
                                     .typed = true};
        if (test / 2 == 2) {
            y[2] = (mtl__hla_typing){
                .allele = {{2, 1}, {1, 2}, {1, 1}, {2, 2}, {2, 1}}, .typed = true, .phased = true};
            y[3] = (mtl__hla_typing){.allele = {{1, 2}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}},
                                     .typed = true};
        }
        enumerate_trio(y, r, p);
        assert_int_equal(mtl__hla_draw_family(&t, &l, y, 31, 0, DRAWS, out, NULL), MTL_OK);
        for (int d = 0; d < DRAWS; d++) {
            const mtl__hla_genotype *g = &out[d * 4];
            const int mum = g[0].of[0].allele[0] + g[0].of[1].allele[0] - 2;
            const int at_c = g[3].of[0].allele[1] + g[3].of[1].allele[1] - 2;
            const int at_d = g[3].of[0].allele[3] + g[3].of[1].allele[3] - 2;
            assert_true(fits(&y[2], g[2].of[0].allele, g[2].of[1].allele));
            seen[mum * 9 + at_c * 3 + at_d]++;
        }
        /* The second child is typed in the last set only; else it crosses over freely, which the
           enumeration with one crossing-over in all does not: rates enter there as zero. */
        if (r[0] > 0 && test / 2 < 2) {
            mtl__hla_table_free(&t);
            continue;
        }
        for (int i = 0; i < 27; i++)
            p[i] *= DRAWS;
        hold("HLA given typings", p, seen, 27);
        mtl__hla_table_free(&t);
    }
    free(out);
}

static void as_many_as_said(void **state)
{
    (void)state;
    assert_in_range(tests_done, 30, N_TESTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markers_follow_kinship), cmocka_unit_test(hla_follows_kinship),
        cmocka_unit_test(crossing_over),          cmocka_unit_test(table_recovered),
        cmocka_unit_test(real_table_recovered),   cmocka_unit_test(conditional_markers),
        cmocka_unit_test(conditional_hla),        cmocka_unit_test(as_many_as_said),
    };
    return cmocka_run_group_tests_name("genome laws", tests, NULL, NULL);
}
