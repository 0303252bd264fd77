/* SPDX-License-Identifier: MIT */
/* Whose haplotypes are foreign to whom: closed forms for relatives (1 - 2 x kinship), typed
   families, and people in any order. Seeds are fixed. Six binomial tests of n = 20,000 replicates
   each at 5.2 standard errors (two-sided 2e-7): false alarm of the whole program below 2e-6. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kin/antigens.h"

enum { DRAWS = 20000 };

/* ---------------------------------------------------------------- a family */
enum {
    GRANDMOTHER,
    GRANDFATHER,
    MOTHER,
    AUNT,
    FATHER,
    OTHER_FATHER,
    CHILD,
    SISTER,
    HALF_BROTHER,
    TWIN,
    COUSIN, /* of the aunt by a father nobody knows */
    STRANGER,
    PEOPLE
};
static const char *const name_of[PEOPLE] = {"grandmother",  "grandfather",  "mother", "aunt",
                                            "father",       "other father", "child",  "sister",
                                            "half brother", "twin",         "cousin", "stranger"};
static const int parents[PEOPLE][2] = {
    [GRANDMOTHER] = {-1, -1},
    [GRANDFATHER] = {-1, -1},
    [MOTHER] = {GRANDMOTHER, GRANDFATHER},
    [AUNT] = {GRANDMOTHER, GRANDFATHER},
    [FATHER] = {-1, -1},
    [OTHER_FATHER] = {-1, -1},
    [CHILD] = {MOTHER, FATHER},
    [SISTER] = {MOTHER, FATHER},
    [HALF_BROTHER] = {MOTHER, OTHER_FATHER},
    [TWIN] = {MOTHER, FATHER},
    [COUSIN] = {AUNT, -1},
    [STRANGER] = {-1, -1},
};

typedef struct family {
    mtl__person person[PEOPLE];
    int genome[PEOPLE], at[PEOPLE]; /* where each stands */
} family;

/* Person k stands at place (a k + b) mod n; a is prime to n. The twin has the child's genome. */
static family family_in_order(int a, int b)
{
    family f;
    memset(&f, 0, sizeof f);
    for (int k = 0; k < PEOPLE; k++)
        f.at[k] = (a * k + b) % PEOPLE;
    for (int k = 0; k < PEOPLE; k++) {
        const int i = f.at[k];
        f.person[i] = (mtl__person){.name = name_of[k],
                                    .key = mtl__hash(name_of[k]),
                                    .mother = parents[k][0] < 0 ? -1 : f.at[parents[k][0]],
                                    .father = parents[k][1] < 0 ? -1 : f.at[parents[k][1]]};
        f.genome[i] = i;
    }
    const int first = f.at[CHILD] < f.at[TWIN] ? f.at[CHILD] : f.at[TWIN];
    f.genome[f.at[CHILD]] = f.genome[f.at[TWIN]] = first;
    return f;
}

/* ---------------------------------------------------------------- nothing known but the pedigree
 */
static void binomial(const char *what, double seen, double n, double p)
{
    const double z = (seen - n * p) / sqrt(n * p * (1 - p));
    if (!(fabs(z) < 5.2))
        fail_msg("%s: %g of %g, expected %g (z = %.2f)", what, seen, n, n * p, z);
}

static void mismatch_follows_kinship(void **state)
{
    (void)state;
    const family f = family_in_order(1, 0);
    mtl__antigens a = {0};
    double sisters = 0, half = 0, grand = 0, aunt = 0, cousin = 0;
    for (uint64_t r = 0; r < DRAWS; r++) {
        assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, NULL, 3, r, NULL), 0);
        assert_true(mtl__antigens_mismatch(&a, MOTHER, CHILD) == 0.5);
        assert_true(mtl__antigens_mismatch(&a, CHILD, MOTHER) == 0.5);
        assert_true(mtl__antigens_mismatch(&a, CHILD, TWIN) == 0);
        assert_true(mtl__antigens_mismatch(&a, CHILD, CHILD) == 0);
        assert_true(mtl__antigens_mismatch(&a, MOTHER, STRANGER) == 1);
        assert_true(mtl__antigens_mismatch(&a, FATHER, OTHER_FATHER) == 1);
        sisters += 2 * mtl__antigens_mismatch(&a, CHILD, SISTER);
        half += 2 * mtl__antigens_mismatch(&a, CHILD, HALF_BROTHER) - 1;
        grand += 2 * mtl__antigens_mismatch(&a, CHILD, GRANDMOTHER) - 1;
        aunt += 2 * mtl__antigens_mismatch(&a, CHILD, AUNT) - 1;
        cousin += 2 * mtl__antigens_mismatch(&a, CHILD, COUSIN) - 1;
    }
    /* Of two haplotypes each is shared or not by itself; a parent's other one never is. */
    binomial("sisters, 1 - 2/4", sisters, 2.0 * DRAWS, 0.5);
    binomial("half brother, 1 - 2/8", half, DRAWS, 0.5);
    binomial("grandmother, 1 - 2/8", grand, DRAWS, 0.5);
    binomial("aunt, 1 - 2/8", aunt, DRAWS, 0.5);
    binomial("cousin, 1 - 2/16", cousin, DRAWS, 0.75);
    mtl__antigens_free(&a);
}

static void foreign_lists_what_mismatch_counts(void **state)
{
    (void)state;
    const family f = family_in_order(1, 0);
    mtl__antigens a = {0};
    assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, NULL, 3, 7, NULL), 0);
    for (int h = 0; h < PEOPLE; h++)
        for (int d = 0; d < PEOPLE; d++) {
            int symbol[2] = {-1, -1};
            const int n = mtl__antigens_foreign(&a, h, d, symbol);
            assert_true(0.5 * n == mtl__antigens_mismatch(&a, h, d)); /* nobody is homozygous */
            for (int k = 0; k < n; k++) {
                assert_in_range(symbol[k], 0, a.n_symbols - 1);
                assert_true(symbol[k] == a.of[d][0] || symbol[k] == a.of[d][1]);
                assert_true(symbol[k] != a.of[h][0] && symbol[k] != a.of[h][1]);
            }
        }
    /* Five founders and the cousin's unknown father; the twin brings nothing. */
    assert_int_equal(a.n_symbols, 5 * 2 + 1);
    mtl__antigens_free(&a);
}

static void no_people_and_own_ancestors(void **state)
{
    (void)state;
    family f = family_in_order(1, 0);
    mtl__antigens a = {0};
    mtl_error err = {0};
    assert_int_equal(mtl__antigens_draw(&a, f.person, 0, NULL, NULL, 1, 0, &err), 0);
    assert_int_equal(a.n_symbols, 0);
    f.person[GRANDMOTHER].mother = CHILD;
    assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, NULL, 1, 0, &err),
                     MTL_ERR_VALUE);
    assert_non_null(strstr(err.text, "own ancestor"));
    mtl__antigens_free(&a);
}

/* ---------------------------------------------------------------- typed people */
typedef struct lab {
    mtl__hla_table t;
    mtl__hla_typing typing[PEOPLE];
} lab;

static void lab_open(lab *b)
{
    memset(b, 0, sizeof *b);
    mtl__hla_table_init(&b->t);
    assert_int_equal(mtl__hla_table_finish(&b->t, NULL), MTL_OK);
}

static void read_locus(lab *b, int who, int locus, const char *one, const char *two)
{
    const char *const name[2] = {one, two};
    mtl__hla_typing *y = &b->typing[who];
    for (int l = 0; l < MTL__HLA_LOCI && !y->typed; l++)
        y->allele[l][0] = y->allele[l][1] = MTL__HLA_UNTYPED;
    y->typed = true;
    for (int k = 0; k < 2; k++) {
        int number;
        assert_int_equal(mtl__hla_allele(&b->t, locus, name[k], &number, NULL), MTL_OK);
        y->allele[locus][k] = (int16_t)number;
    }
}

/* The mother has A*01-DRB1*03 and A*02-DRB1*04; child and sister are typed without phase. */
static void type_the_family(lab *b)
{
    lab_open(b);
    read_locus(b, MOTHER, MTL__HLA_A, "01:01", "02:01");
    read_locus(b, MOTHER, MTL__HLA_DRB1, "03:01", "04:01");
    b->typing[MOTHER].phased = true;
    read_locus(b, FATHER, MTL__HLA_A, "03:01", "11:01");
    read_locus(b, FATHER, MTL__HLA_DRB1, "15:01", "07:01");
    read_locus(b, CHILD, MTL__HLA_A, "03:01", "01:01");
    read_locus(b, CHILD, MTL__HLA_DRB1, "03:01", "15:01");
    read_locus(b, SISTER, MTL__HLA_A, "02:01", "03:01");
    read_locus(b, SISTER, MTL__HLA_DRB1, "15:01", "04:01");
}

static int carries(const mtl__antigens *a, const lab *b, int who, const char *name)
{
    mtl__antigen x;
    assert_int_equal(mtl__antigen_parse(&x, name, NULL), MTL_OK);
    return mtl__antigens_carries(a, &b->t, who, &x);
}

static void a_typed_family_is_matched(void **state)
{
    (void)state;
    const family f = family_in_order(1, 0);
    lab b;
    type_the_family(&b);
    const mtl__antigens_known known = {&b.t, b.typing};
    mtl__antigens a = {0};
    double from_first = 0;
    for (uint64_t r = 0; r < 2000; r++) {
        assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, &known, 3, r, NULL), 0);
        /* The typings leave no choice: the sisters share the father's haplotype only. */
        assert_int_not_equal(a.of[CHILD][0], a.of[SISTER][0]);
        assert_int_equal(a.of[CHILD][1], a.of[SISTER][1]);
        assert_true(mtl__antigens_mismatch(&a, CHILD, SISTER) == 0.5);
        assert_true(mtl__antigens_mismatch(&a, CHILD, TWIN) == 0);
        assert_true(mtl__antigens_mismatch(&a, MOTHER, STRANGER) == 1);
        from_first += a.of[HALF_BROTHER][0] == a.of[CHILD][0]; /* nobody typed him: fair */
        assert_int_equal(carries(&a, &b, TWIN, "DRB1*03"), 1);
        assert_int_equal(carries(&a, &b, HALF_BROTHER, "DRB1*15"), -1);
    }
    binomial("untyped half brother", from_first, 2000, 0.5);
    mtl__antigens_free(&a);
    mtl__hla_table_free(&b.t);
}

static void a_crossed_haplotype_is_that_of_drb1(void **state)
{
    (void)state;
    const family f = family_in_order(1, 0);
    lab b;
    mtl__antigens a = {0};
    mtl_error err = {0};
    type_the_family(&b);
    read_locus(&b, SISTER, MTL__HLA_DRB1, "15:01",
               "03:01"); /* the mother's A*02 with her DRB1*03 */
    const mtl__antigens_known known = {&b.t, b.typing};
    assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, &known, 3, 0, &err),
                     MTL_ERR_VALUE);
    assert_non_null(strstr(err.text, "inherited"));
    b.t.recombination[2] = 0.01; /* between B and DRB1 */
    assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, &known, 3, 0, &err), 0);
    assert_int_equal(a.of[SISTER][0], a.of[CHILD][0]);
    assert_int_equal(carries(&a, &b, SISTER, "A*02:01"), 1);
    mtl__antigens_free(&a);
    mtl__hla_table_free(&b.t);
}

/* The same haplotype in two fathers is one symbol; with another allele at one locus it is two. */
static void the_same_haplotype_in_two_fathers(void **state)
{
    (void)state;
    const family f = family_in_order(1, 0);
    for (int same = 0; same < 2; same++) {
        lab b;
        mtl__antigens a = {0};
        int symbol[2];
        lab_open(&b);
        read_locus(&b, FATHER, MTL__HLA_A, "03:01", "03:01");
        read_locus(&b, FATHER, MTL__HLA_DRB1, "15:01", "15:01");
        read_locus(&b, OTHER_FATHER, MTL__HLA_A, "03:01", "03:01");
        read_locus(&b, OTHER_FATHER, MTL__HLA_DRB1, same ? "15:01" : "15:02", "07:01");
        const mtl__antigens_known known = {&b.t, b.typing};
        assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, &known, 3, 0, NULL), 0);
        assert_int_equal(a.of[FATHER][0], a.of[FATHER][1]);
        assert_true(mtl__antigens_mismatch(&a, OTHER_FATHER, FATHER) == (same ? 0 : 1));
        assert_int_equal(mtl__antigens_foreign(&a, OTHER_FATHER, FATHER, symbol), same ? 0 : 1);
        assert_true(mtl__antigens_mismatch(&a, FATHER, OTHER_FATHER) == (same ? 0.5 : 1));
        /* A homozygous foreign haplotype is one symbol with all the weight. */
        assert_int_equal(mtl__antigens_foreign(&a, STRANGER, FATHER, symbol), 1);
        assert_true(mtl__antigens_mismatch(&a, STRANGER, FATHER) == 1);
        mtl__antigens_free(&a);
        mtl__hla_table_free(&b.t);
    }
}

/* P(a haplotype is foreign to a stranger) where three haplotypes have frequencies f and the rest is
   drawn locus by locus: sum q (1 - q)^2 over all that are listed at every locus, mosaics too; the
   others are foreign to everybody. */
static double foreign_to_a_stranger(const double f[3])
{
    const double rest = 1 - f[0] - f[1] - f[2];
    double p = 0, comparable = 0;
    for (int code = 0; code < 243; code++) {
        const int digit[5] = {code % 3, code / 3 % 3, code / 9 % 3, code / 27 % 3, code / 81};
        double q = rest;
        bool whole = true;
        for (int l = 0; l < 5; l++) {
            q *= f[digit[l]]; /* (1 - rest) x f / (1 - rest) */
            whole = whole && digit[l] == digit[0];
        }
        q += whole ? f[digit[0]] : 0;
        p += q * (1 - q) * (1 - q);
        comparable += q;
    }
    return p + 1 - comparable;
}

static void strangers_share_common_haplotypes(void **state)
{
    (void)state;
    const double f[3] = {0.5, 0.3, 0.1};
    const family g = family_in_order(1, 0);
    lab b;
    mtl__antigens a = {0};
    memset(&b, 0, sizeof b);
    mtl__hla_table_init(&b.t);
    b.t.haplotype = mtl__arena_alloc(&b.t.arena, 3 * sizeof *b.t.haplotype);
    b.t.frequency = mtl__arena_alloc(&b.t.arena, 3 * sizeof *b.t.frequency);
    for (int i = 0; i < 3; i++) {
        b.t.frequency[i] = f[i];
        for (int l = 0; l < MTL__HLA_LOCI; l++) {
            char name[16];
            int number;
            snprintf(name, sizeof name, "%02d:01", i + 1);
            assert_int_equal(mtl__hla_allele(&b.t, l, name, &number, NULL), MTL_OK);
            b.t.haplotype[i].allele[l] = (int16_t)number;
        }
    }
    b.t.n = 3;
    assert_int_equal(mtl__hla_table_finish(&b.t, NULL), MTL_OK);
    const mtl__antigens_known known = {&b.t, NULL};
    const double expected = foreign_to_a_stranger(f);
    double foreign = 0;
    /* One haplotype of the donor a replicate, so that the draws are independent. */
    for (uint64_t r = 0; r < DRAWS; r++) {
        assert_int_equal(mtl__antigens_draw(&a, g.person, PEOPLE, g.genome, &known, 5, r, NULL), 0);
        const int x = a.of[STRANGER][0];
        foreign += x != a.of[FATHER][0] && x != a.of[FATHER][1];
        assert_true(mtl__antigens_mismatch(&a, MOTHER, CHILD) <= 0.5);
    }
    binomial("strangers", foreign, DRAWS, expected);
    mtl__antigens_free(&a);
    mtl__hla_table_free(&b.t);
}

/* ---------------------------------------------------------------- alleles */
static void alleles_that_the_host_lacks(void **state)
{
    (void)state;
    const family f = family_in_order(1, 0);
    lab b;
    mtl__antigens a = {0};
    mtl__antigen x;
    type_the_family(&b);
    const mtl__antigens_known known = {&b.t, b.typing};
    assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, &known, 3, 0, NULL), 0);
    const struct {
        int host, donor;
        const char *name;
        int answer;
    } ask[] = {{CHILD, MOTHER, "DRB1*04", 1},       {CHILD, MOTHER, "HLA-DRB1*04:01", 1},
               {CHILD, MOTHER, "DRB1*04:02", 0},    {CHILD, MOTHER, "DRB1*03", 0},
               {SISTER, MOTHER, "DRB1*04", 0},      {CHILD, MOTHER, "DRB1*0", 0},
               {CHILD, STRANGER, "DRB1*04", -1},    {STRANGER, MOTHER, "DRB1*04", -1},
               {MOTHER, STRANGER, "DRB1*04", 0},    {CHILD, MOTHER, "B*27", -1},
               {CHILD, MOTHER, "DRB1*04:01:01", -1}};
    for (size_t k = 0; k < sizeof ask / sizeof *ask; k++) {
        assert_int_equal(mtl__antigen_parse(&x, ask[k].name, NULL), MTL_OK);
        if (mtl__antigens_allele(&a, &b.t, ask[k].host, ask[k].donor, &x) != ask[k].answer)
            fail_msg("%s, host %s, donor %s", ask[k].name, name_of[ask[k].host],
                     name_of[ask[k].donor]);
    }
    assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome, NULL, 3, 0, NULL), 0);
    assert_int_equal(mtl__antigens_allele(&a, NULL, CHILD, MOTHER, &x), -1); /* nobody typed */
    mtl__antigens_free(&a);
    mtl__hla_table_free(&b.t);
}

static void names_that_are_no_antigen(void **state)
{
    (void)state;
    const struct {
        const char *name, *says;
    } bad[] = {{"DRB1", "DRB1*04"},         {"DRB1*", "expected one or more fields"},
               {"DRB1*04:", "DRB1*04:01"},  {"DRB1*:04", "no allele"},
               {"DRB1*4x", "no allele"},    {"DRB2*04", "did you mean 'DRB1'?"},
               {"", "names no HLA locus"},  {"*04", "names no HLA locus"},
               {"DRB1*04::1", "no allele"}, {"very long locus*04", "names no HLA locus"}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        mtl__antigen x;
        mtl_error err = {0};
        assert_int_equal(mtl__antigen_parse(&x, bad[k].name, &err), MTL_ERR_VALUE);
        if (!strstr(err.text, bad[k].says))
            fail_msg("'%s': %s", bad[k].name, err.text);
    }
}

/* ---------------------------------------------------------------- people in any order */
static void order_of_people_is_no_matter(void **state)
{
    (void)state;
    const family f = family_in_order(1, 0);
    const int orders[][2] = {{1, 5}, {5, 0}, {7, 3}, {11, 11}};
    lab b;
    mtl__antigens a = {0}, other = {0};
    type_the_family(&b);
    b.typing[MOTHER].typed = false; /* leaves something to draw */
    for (int typed = 0; typed < 2; typed++)
        for (size_t k = 0; k < sizeof orders / sizeof *orders; k++) {
            const family g = family_in_order(orders[k][0], orders[k][1]);
            mtl__hla_typing moved[PEOPLE];
            for (int i = 0; i < PEOPLE; i++)
                moved[g.at[i]] = b.typing[i];
            const mtl__antigens_known known = {&b.t, b.typing}, as_moved = {&b.t, moved};
            for (uint64_t r = 0; r < 20; r++) {
                assert_int_equal(mtl__antigens_draw(&a, f.person, PEOPLE, f.genome,
                                                    typed ? &known : NULL, 9, r, NULL),
                                 0);
                assert_int_equal(mtl__antigens_draw(&other, g.person, PEOPLE, g.genome,
                                                    typed ? &as_moved : NULL, 9, r, NULL),
                                 0);
                assert_int_equal(a.n_symbols, other.n_symbols);
                for (int i = 0; i < PEOPLE; i++)
                    for (int side = 0; side < 2; side++)
                        assert_int_equal(a.of[i][side], other.of[g.at[i]][side]);
            }
        }
    mtl__antigens_free(&a);
    mtl__antigens_free(&other);
    mtl__hla_table_free(&b.t);
}

/* Two sisters of unknown phase, so that many ways are open. */
static void type_two_sisters(lab *b, const family *f)
{
    lab_open(b);
    for (int i = 0; i < 2; i++) {
        const int who = f->at[i == 0 ? CHILD : SISTER];
        read_locus(b, who, MTL__HLA_A, "01:01", "02:01");
        read_locus(b, who, MTL__HLA_B, "08:01", "44:02");
        read_locus(b, who, MTL__HLA_DRB1, "03:01", "04:01");
    }
    b->t.recombination[0] = 0.01;
}

/* One law gives every replicate what a draw by itself gives. */
static void one_law_for_all_replicates(void **state)
{
    (void)state;
    const family f = family_in_order(5, 2);
    lab b;
    type_two_sisters(&b, &f);
    const mtl__antigens_known known = {&b.t, b.typing};
    for (int typed = 0; typed < 2; typed++) {
        const mtl__antigens_known *k = typed ? &known : NULL;
        mtl__antigens_law *law;
        mtl__antigens one = {0}, by = {0};
        assert_int_equal(mtl__antigens_law_new(&law, f.person, PEOPLE, f.genome, k, NULL), 0);
        for (uint64_t r = 40; r-- > 0;) {
            assert_int_equal(mtl__antigens_draw(&one, f.person, PEOPLE, f.genome, k, 3, r, NULL),
                             0);
            assert_int_equal(mtl__antigens_draw_by(&by, law, 3, r, NULL), 0);
            assert_int_equal(one.n_symbols, by.n_symbols);
            assert_memory_equal(one.of, by.of, PEOPLE * sizeof *one.of);
            assert_int_equal(by.haplotype != NULL, typed);
            if (typed)
                assert_memory_equal(one.haplotype, by.haplotype, PEOPLE * sizeof *one.haplotype);
        }
        mtl__antigens_free(&one);
        mtl__antigens_free(&by);
        mtl__antigens_law_free(law);
    }
    mtl__hla_table_free(&b.t);
}

/* ... whether its ways are kept, or gone through again for each. */
static void ways_that_are_too_many_to_keep(void **state)
{
    (void)state;
    enum { REPLICATES = 40 };
    static const size_t keep[] = {MTL__HLA_KEEP, 0, 1000};
    const family f = family_in_order(5, 2);
    int mother[PEOPLE], father[PEOPLE], origin[PEOPLE][2];
    uint64_t key[PEOPLE], first = 0;
    lab b;
    type_two_sisters(&b, &f);
    for (int i = 0; i < PEOPLE; i++) {
        mother[i] = f.person[i].mother;
        father[i] = f.person[i].father;
        key[i] = f.person[i].key;
    }
    const mtl__lineage l = {PEOPLE, mother, father, f.genome, key};
    mtl__hla_genotype out[PEOPLE], many[REPLICATES * PEOPLE];
    assert_int_equal(mtl__hla_draw_family(&b.t, &l, b.typing, 9, 0, REPLICATES, many, NULL), 0);
    for (int k = 0; k < 3; k++) {
        mtl__hla_law *x;
        uint64_t print = 0;
        assert_int_equal(mtl__hla_law_new(&x, &b.t, &l, b.typing, keep[k], NULL), 0);
        for (int r = 0; r < REPLICATES; r++) {
            assert_int_equal(mtl__hla_draw_origins(x, 9, r, out, origin, NULL), 0);
            assert_memory_equal(out, many + r * PEOPLE, sizeof out);
            print = mtl__hash_bytes(print, origin, sizeof origin);
        }
        first = k == 0 ? print : first;
        assert_true(print == first);
        mtl__hla_law_free(x);
    }
    mtl__hla_table_free(&b.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mismatch_follows_kinship),
        cmocka_unit_test(foreign_lists_what_mismatch_counts),
        cmocka_unit_test(no_people_and_own_ancestors),
        cmocka_unit_test(a_typed_family_is_matched),
        cmocka_unit_test(a_crossed_haplotype_is_that_of_drb1),
        cmocka_unit_test(the_same_haplotype_in_two_fathers),
        cmocka_unit_test(strangers_share_common_haplotypes),
        cmocka_unit_test(alleles_that_the_host_lacks),
        cmocka_unit_test(names_that_are_no_antigen),
        cmocka_unit_test(order_of_people_is_no_matter),
        cmocka_unit_test(one_law_for_all_replicates),
        cmocka_unit_test(ways_that_are_too_many_to_keep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
