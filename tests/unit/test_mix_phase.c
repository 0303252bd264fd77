/* SPDX-License-Identifier: MIT */
/* From a phased VCF to an untyped child: haplotypes of its parents are followed along the
   chromosomes, within phase sets where the file names them. A drawn family: anna and paul typed and
   phased, tom not typed, 1.2% of anna's sample his. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "fixture_folder.h"
#include "fixture_model.h"
#include "matriline/markers.h"
#include "matriline/mix.h"
#include "num/num.h"

enum { SITES = 240, PER_SET = 20 };
#define TRUTH 0.012

static mtl_scenario *family;
static int anna[SITES][2], paul[SITES][2], tom[SITES];
static double frequency[SITES];

static int64_t place(int i)
{
    return 1000000 + (int64_t)500000 * (i % (SITES / 2));
}

static int chromosome(int i)
{
    return 1 + 2 * i / SITES;
}

static void draw(void)
{
    int from[2] = {0, 0};
    for (int i = 0; i < SITES; i++) {
        mtl__rng rng;
        mtl__rng_stream(&rng, 77, (uint64_t)i, 0, 1);
        frequency[i] = 0.15 + 0.7 * mtl__rng_unit(&rng);
        for (int k = 0; k < 2; k++) {
            anna[i][k] = mtl__rng_unit(&rng) < frequency[i];
            paul[i][k] = mtl__rng_unit(&rng) < frequency[i];
            /* 1 cM per Mb; anew on the second chromosome. */
            if (mtl__rng_unit(&rng) < (i % (SITES / 2) ? 0.005 : 0.5))
                from[k] = 1 - from[k];
        }
        tom[i] = anna[i][from[0]] + paul[i][from[1]];
    }
}

enum { PHASED, UNPHASED, ONE_SET, SETS, SETS_UNNAMED, WORDS };

/* One parent's genotype; in every other set the haplotypes have changed places. */
static void print_genotype(FILE *f, int form, int i, const int *hap)
{
    const int set = i / PER_SET, swap = (form == SETS || form == SETS_UNNAMED) && set % 2;
    fprintf(f, "\t%d%c%d", hap[swap], form == UNPHASED ? '/' : '|', hap[1 - swap]);
    if (form == ONE_SET)
        fprintf(f, ":7");
    else if (form == SETS)
        fprintf(f, ":%d", 1 + set);
    else if (form == WORDS)
        fprintf(f, ":s%d", set);
}

static void write_vcf(int form)
{
    FILE *f = fopen(in_folder("g.vcf"), "w");
    assert_non_null(f);
    fputs("##fileformat=VCFv4.2\n##contig=<ID=chr1>\n##contig=<ID=chr2>\n"
          "##INFO=<ID=AF,Number=A,Type=Float,Description=\"f\">\n"
          "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n",
          f);
    const bool has_sets = form == ONE_SET || form == SETS || form == WORDS;
    if (has_sets)
        fprintf(f, "##FORMAT=<ID=PS,Number=1,Type=%s,Description=\"s\">\n",
                form == WORDS ? "String" : "Integer");
    fputs("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tanna\tpaul\n", f);
    for (int i = 0; i < SITES; i++) {
        fprintf(f, "chr%d\t%lld\t.\tA\tG\t.\tPASS\tAF=%.5f\tGT%s", chromosome(i),
                (long long)place(i), frequency[i], has_sets ? ":PS" : "");
        print_genotype(f, form, i, anna[i]);
        print_genotype(f, form, i, paul[i]);
        fputc('\n', f);
    }
    assert_int_equal(fclose(f), 0);
}

/* The same sites with REF and ALT the other way round, and counts. */
static void write_rest(void)
{
    FILE *p = fopen(in_folder("p.tsv"), "w"), *c = fopen(in_folder("c.tsv"), "w"),
         *t = fopen(in_folder("f.fam"), "w");
    assert_true(p && c && t);
    fputs("f anna 0 0 2 -9\nf paul 0 0 1 -9\nf tom paul anna 1 -9\n", t);
    fputs("chromosome\tposition\tref\talt\tfrequency\n", p);
    fputs("chromosome\tposition\tref\talt\tanna.ref\tanna.alt\n", c);
    for (int i = 0; i < SITES; i++) {
        mtl__rng rng;
        mtl__rng_stream(&rng, 78, (uint64_t)i, 0, 1);
        const double x =
            0.5 * ((1 - TRUTH) * (anna[i][0] + anna[i][1]) + TRUTH * tom[i]) * 0.998 + 0.001;
        const int alt = (int)mtl__rng_binomial(&rng, 300, x);
        fprintf(p, "%d\t%lld\tG\tA\t%.5f\n", chromosome(i), (long long)place(i), 1 - frequency[i]);
        fprintf(c, "%d\t%lld\tA\tG\t%d\t%d\n", chromosome(i), (long long)place(i), 300 - alt, alt);
    }
    assert_int_equal(fclose(p) | fclose(c) | fclose(t), 0);
}

static int set_up(void **state)
{
    if (make_folder(state) < 0 || load_model(state) < 0)
        return -1;
    draw();
    write_rest();
    return mtl_pedigree_load(&family, in_folder("f.fam"), model, &err);
}

static int tear_down(void **state)
{
    mtl_scenario_free(family);
    free_model(state);
    return remove_folder(state);
}

typedef struct answer {
    mtl_mix_row tom;
    mtl_mix_sample_row sample;
    bool said, linked;
} answer;

static answer ask(int form, bool turned, bool no_phase)
{
    const char *file = in_folder("c.tsv");
    answer a;
    mtl_mix *m = NULL;
    mtl_mix_opts o;
    mtl_mix_opts_init(&o);
    write_vcf(form);
    o.genotypes = in_folder("g.vcf");
    o.panel = turned ? in_folder("p.tsv") : NULL;
    o.no_phase = no_phase;
    o.level = 0.999;
    o.threads = 1;
    if (mtl_mix_run(&m, family, &file, 1, &o, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(mtl_mix_n_rows(m), 1);
    assert_int_equal(mtl_mix_row_get(m, 0, &a.tom), 0);
    assert_int_equal(mtl_mix_sample(m, 0, &a.sample), 0);
    char *text = mtl_mix_text(m, 80), *json = mtl_mix_json(m);
    a.linked = strstr(a.tom.flags, "linked") != NULL;
    a.said = strstr(text, "meioses followed along the chromosomes") != NULL;
    assert_non_null(strstr(json, a.sample.meioses == 2 ? "\"meioses\": 2" : "\"meioses\": 0"));
    free(text);
    free(json);
    mtl_mix_free(m);
    return a;
}

/* Fixed draw, interval of 99.9%: other draws would miss in 1 of 1000. */
static void assert_holds(answer a)
{
    if (!(a.tom.low <= TRUTH && TRUTH <= a.tom.high))
        fail_msg("%g to %g, truth %g", a.tom.low, a.tom.high, TRUTH);
}

static bool same(answer a, answer b)
{
    return fabs(a.tom.fraction - b.tom.fraction) < 1e-3 * a.tom.fraction &&
           fabs(a.sample.loglik - b.sample.loglik) < 1e-4;
}

static void phase_is_followed(void **state)
{
    (void)state;
    const answer with = ask(PHASED, false, false), without = ask(UNPHASED, false, false),
                 told = ask(PHASED, false, true);
    assert_int_equal(with.sample.meioses, 2);
    assert_true(with.said);
    assert_holds(with);
    assert_int_equal(without.sample.meioses, 0);
    assert_false(without.said);
    assert_holds(without);
    /* The same reads on the whole are likelier where neighbours agree, and say more. */
    assert_true(with.sample.loglik > without.sample.loglik + 5);
    assert_true(with.tom.high - with.tom.low < 0.9 * (without.tom.high - without.tom.low));
    assert_false(with.linked);
    assert_int_equal(told.sample.meioses, 0);
    assert_true(same(told, without));
}

static void sets_and_sides(void **state)
{
    (void)state;
    const answer whole = ask(PHASED, false, false), sets = ask(SETS, false, false),
                 wrong = ask(SETS_UNNAMED, false, false);
    assert_true(same(whole, ask(ONE_SET, false, false)));
    /* The panel the other way round: haplotypes are the same, alleles have changed names. */
    assert_true(same(whole, ask(PHASED, true, false)));
    assert_int_equal(sets.sample.meioses, 2);
    assert_holds(sets);
    /* Twelve sets that change places: less is known than of whole chromosomes, and less is lost
       than by believing that they did not. */
    assert_true(sets.sample.loglik < whole.sample.loglik - 0.5);
    assert_true(sets.sample.loglik > wrong.sample.loglik + 5);
    /* Sets that cannot be read are no phase. */
    assert_int_equal(ask(WORDS, false, false).sample.meioses, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phase_is_followed),
        cmocka_unit_test(sets_and_sides),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
