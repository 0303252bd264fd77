/* SPDX-License-Identifier: MIT */
/* The wells model on published plates with known truth, where they lie beside the source tree.
   Dilution series of 25 qPCR assays (Kanaan et al. 2023) and droplet counts of maternal plasma.
   Nothing of them is copied here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assay/dpcr.h"
#include "published_wells.h"

#define DROPLETS MTL_SOURCE_ROOT "/../shared/data/ddpcr_nipd/wells/"

static pw_series series;

/* P(hit | 1 gEq): two alleles per gEq of a diluted stock fall into the well one by one. */
static void a_copy_in_a_well_is_seen(void **state)
{
    (void)state;
    if (!pw_load(&series)) {
        print_message("# skipped: no " QPCR "\n");
        return;
    }
    int hits = 0, wells = 0, blank_hits = 0, blanks = 0;
    for (int i = 0; i < series.n; i++) {
        wells += series.rows[i].nominal == 1.0;
        hits += series.rows[i].nominal == 1.0 && !isnan(series.rows[i].ct);
        blanks += series.rows[i].nominal == 0.0;
        blank_hits += series.rows[i].nominal == 0.0 && !isnan(series.rows[i].ct);
    }
    assert_int_equal(wells, 450);
    assert_int_equal(blank_hits, 0);
    assert_int_equal(blanks, 150);
    const double seen = (double)hits / wells, expected = 1.0 - exp(-2.0);
    print_message("# P(hit | 1 gEq) %.4f, Poisson of two copies %.4f\n", seen, expected);
    assert_true(fabs(seen - expected) < 3.0 * sqrt(expected * (1.0 - expected) / wells));
    const mtl__background b = mtl__background_of(blanks, blank_hits);
    assert_true(mtl__background_mean(&b) < 0.01);
}

static int standards(mtl__standard *w, int assay, double without)
{
    int n = 0;
    for (int i = 0; i < series.n; i++)
        if (series.rows[i].assay == assay && series.rows[i].nominal > 0.0 &&
            series.rows[i].background != without)
            w[n++] = (mtl__standard){series.rows[i].nominal, series.rows[i].ct};
    return n;
}

/* Copies per gEq of each assay, by hits alone (18 wells at 1 gEq, exact 99% intervals: all but one
   of 25 at most should miss 2; false alarm below 0.03) and by hits and Ct together. The latter
   takes the three backgrounds for one plate, which they are not, so that its intervals are too
   narrow; its mean over assays should still be 2. */
static void copies_per_geq(void **state)
{
    (void)state;
    mtl__standard w[PW_ROWS];
    int inside = 0, by_hits = 0, n = 0;
    if (!pw_load(&series)) {
        print_message("# skipped: no " QPCR "\n");
        return;
    }
    double sum = 0.0;
    for (int a = 0; a < series.n_assays; a++) {
        mtl__yield y;
        int n_one = 0, hits = 0;
        double rate, low, high;
        for (int i = 0; i < series.n; i++)
            if (series.rows[i].assay == a && series.rows[i].nominal == 1.0) {
                n_one++;
                hits += !isnan(series.rows[i].ct);
            }
        assert_int_equal(mtl__dpcr_count(n_one, hits, 0.99, &rate, &low, &high), 0);
        by_hits += low <= 2.0 && 2.0 <= high;
        const int wells = standards(w, a, -1.0);
        if (!mtl__curve_yield(&y, w, wells, 1.0, 0.99, 0.3))
            continue;
        print_message("# %-12s copies per gEq by hits %.2f (%.2f to %.2f), with Ct %.2f (%.2f to "
                      "%.2f)\n",
                      series.assay_name[a], rate, low, high, y.per_geq, y.low, y.high);
        inside += y.low <= 2.0 && 2.0 <= y.high;
        sum += log(y.per_geq);
        n++;
    }
    assert_int_equal(n, 25);
    print_message("# 2 lies in %d of %d intervals by hits, %d with Ct; geometric mean %.2f\n",
                  by_hits, n, inside, exp(sum / n));
    assert_true(by_hits >= 24);
    assert_true(exp(sum / n) > 1.6 && exp(sum / n) < 2.5);
}

/* A fraction with interval per assay, background and level; the nominal truth should lie inside in
   95% of them less what pipetting adds: at least 85% of 225 is asked for (false alarm below 1e-6 if
   the level held). */
static void fractions_of_the_dilutions(void **state)
{
    (void)state;
    static pw_plate p;
    int inside[3] = {0}, n[3] = {0};
    double ratio[3] = {0.0};
    mtl__wells_opts o;
    if (!pw_load(&series)) {
        print_message("# skipped: no " QPCR "\n");
        return;
    }
    mtl__wells_opts_init(&o);
    o.whole = 0.0; /* a dilution */
    for (int a = 0; a < series.n_assays; a++)
        for (int b = 0; b < 3; b++) {
            mtl__wells w;
            mtl_error err = {0};
            pw_make_plate(&p, &series, a, pw_background[b]);
            assert_int_equal(mtl__wells_quantify(&w, &p.plate, &o, &err), 0);
            assert_int_equal(w.n_levels, 3);
            for (int s = 0; s < 3; s++) {
                const double truth = 1e6 * pw_level[s] / pw_background[b];
                const mtl__level *l = &w.level[s];
                inside[s] += l->low <= truth && truth <= l->high;
                ratio[s] += pw_log_ratio(l, truth);
                n[s]++;
            }
            mtl__wells_clear(&w);
        }
    for (int s = 0; s < 3; s++)
        print_message("# %g gEq: %d of %d intervals hold the nominal level; geometric mean %.2f\n",
                      pw_level[s], inside[s], n[s], exp(ratio[s] / n[s]));
    assert_true(inside[0] + inside[1] + inside[2] >= 0.85 * (n[0] + n[1] + n[2]));
}

/* ---------------------------------------------------------------- droplets */
/* Field i of a line of a QuantaSoft file; quotes are dropped. */
static bool field(const char *line, int i, char *out, size_t size)
{
    bool quoted = false;
    size_t n = 0;
    for (const char *c = line; *c && *c != '\n' && *c != '\r'; c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (*c == ',' && !quoted) {
            if (i-- == 0)
                break;
        } else if (i == 0 && n + 1 < size)
            out[n++] = *c;
    }
    out[n] = 0;
    return n > 0;
}

typedef struct pair {
    char well[32], sample[64];
    long y, x, n_y, n_x;
} pair;

/* Merged wells (M..) of one file with ZFY and ZFX; returns how many, -1 if there is no such file.
 */
static int read_pairs(const char *name, pair *pairs, int room)
{
    char line[4096], path[512], well[32], sample[64], target[64], text[64];
    int n = 0;
    snprintf(path, sizeof path, "%s%s", DROPLETS, name);
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    while (fgets(line, sizeof line, f)) {
        if (!field(line, 0, well, sizeof well) || well[0] != 'M' ||
            !field(line, 3, sample, sizeof sample) || !field(line, 5, target, sizeof target) ||
            (strcmp(target, "ZFY") && strcmp(target, "ZFX")))
            continue;
        int at = 0;
        while (at < n && strcmp(pairs[at].well, well))
            at++;
        if (at == room)
            continue;
        if (at == n) {
            memset(&pairs[n], 0, sizeof pairs[n]);
            memcpy(pairs[n].well, well, sizeof well);
            memcpy(pairs[n++].sample, sample, sizeof sample);
        }
        field(line, 14, text, sizeof text);
        *(strcmp(target, "ZFY") ? &pairs[at].x : &pairs[at].y) = atol(text);
        field(line, 21, text, sizeof text);
        *(strcmp(target, "ZFY") ? &pairs[at].n_x : &pairs[at].n_y) = atol(text);
    }
    fclose(f);
    return n;
}

/* ZFY (of the son) and ZFX (two in the mother, one in the son): with r = ZFY / ZFX per partition
   the son's fraction of genomes is 2 r / (1 + r); its variance by the delta method. */
static void one_plasma(const pair *d)
{
    mtl__carrier y[1] = {{0, {0, 1, 0}}}, x[2] = {{1, {0, 0, 1}}, {0, {0, 1, 0}}};
    mtl__target t[2] = {{.name = "ZFY",
                         .copies = 1,
                         .fragments = 1,
                         .calibrator = 1,
                         .n_carriers = 1,
                         .carrier = y,
                         .partner = 1},
                        {.name = "ZFX",
                         .copies = 1,
                         .fragments = 1,
                         .calibrator = 2,
                         .n_carriers = 2,
                         .carrier = x,
                         .partner = 0}};
    mtl__reaction r[2] = {
        {.well = "M", .ct = NAN, .partitions = d->n_y, .positive = d->y},
        {.well = "M", .target_index = 1, .ct = NAN, .partitions = d->n_x, .positive = d->x}};
    mtl__sampled s = {.name = "plasma", .host = 1, .genomes_per_well = NAN, .dilution = 1};
    const char *person[2] = {"son", "mother"};
    const mtl__plate p = {.file = "",
                          .n = 2,
                          .n_targets = 2,
                          .n_samples = 1,
                          .n_people = 2,
                          .reaction = r,
                          .target = t,
                          .sample = &s,
                          .person = person};
    mtl__wells w;
    mtl__wells_opts o;
    mtl_error err = {0};
    mtl__wells_opts_init(&o);
    o.assumed_background = 0.0;
    assert_int_equal(mtl__wells_quantify(&w, &p, &o, &err), 0);
    assert_int_equal(w.n_levels, 1);
    const mtl__level *l = &w.level[0];
    const double a = -log1p(-(double)d->y / (double)d->n_y);
    const double b = -log1p(-(double)d->x / (double)d->n_x), direct = 1e6 * 2.0 * a / (a + b);
    const double ka = (double)d->y, kb = (double)d->x;
    const double half = 1.96 * sqrt(1.0 / ka + 1.0 / kb) / (1.0 + a / b) * direct;
    print_message("# %s: fetal fraction %.4f (%.4f to %.4f), counted %.4f\n", d->sample,
                  l->per_1e6 / 1e6, l->low / 1e6, l->high / 1e6, direct / 1e6);
    assert_true(fabs(l->per_1e6 - direct) < 0.01 * direct);
    assert_true(l->low < direct && direct < l->high);
    assert_true(fabs((l->high - l->low) / (2.0 * half) - 1.0) < 0.15);
    mtl__wells_clear(&w);
}

static void maternal_plasma(void **state)
{
    (void)state;
    static const char *const file[] = {"19-3581.csv", "20-0109.csv", "20-0637.csv", "20-0804.csv",
                                       "20-1276.csv", "20-2406.csv", "21-0588.csv"};
    static pair pairs[100];
    int n = 0, looked_at = 0;
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        n = read_pairs(file[i], pairs, 100);
        if (n < 0) {
            print_message("# skipped: no " DROPLETS "%s\n", file[i]);
            continue;
        }
        for (int k = 0; k < n; k++)
            if (pairs[k].y >= 100 && pairs[k].x >= 100 && pairs[k].y < pairs[k].x / 2) {
                one_plasma(&pairs[k]);
                looked_at++;
            }
    }
    print_message("# %d samples\n", looked_at);
    assert_true(looked_at >= 3 || n < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_in_a_well_is_seen),
        cmocka_unit_test(copies_per_geq),
        cmocka_unit_test(fractions_of_the_dilutions),
        cmocka_unit_test(maternal_plasma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
