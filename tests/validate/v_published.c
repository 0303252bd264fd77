/* SPDX-License-Identifier: MIT */
/* Published plates with known truth: dilution series of 25 qPCR assays (Kanaan et al., Blood
   Advances 2023, doi 10.1182/bloodadvances.2023010332). Nothing of them is copied here; where they
   do not lie beside the source tree, this is skipped. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/dpcr.h"
#include "published_wells.h"
#include "validate.h"

/* ---------------------------------------------------------------- P(hit), copies per gEq */
static void hits(v_run *v, const pw_series *s)
{
    static const double level[4] = {0, 1, 4, 16};
    v_say(v, "\n| gEq per well | wells hit | P(hit), 95%% interval | Poisson, 2 copies "
             "|\n|---|---|---|---|\n");
    for (int k = 0; k < 4; k++) {
        int n = 0, hit = 0;
        double rate, low, high;
        for (int i = 0; i < s->n; i++)
            if (s->rows[i].nominal == level[k]) {
                n++;
                hit += !isnan(s->rows[i].ct);
            }
        if (mtl__dpcr_count(n, hit, 0.95, &rate, &low, &high) < 0)
            continue;
        const double p = -expm1(-2.0 * level[k]);
        v_say(v, "| %g | %d of %d | %.4f (%.4f to %.4f) | %.4f |\n", level[k], hit, n,
              (double)hit / n, -expm1(-low), -expm1(-high), p);
        if (level[k] <= 1.0)
            v_check(v, p >= -expm1(-low) - 1e-9 && p <= -expm1(-high) + 1e-9,
                    "published wells at %g gEq: %d of %d hit, Poisson of two copies %.4f", level[k],
                    hit, n, p);
    }
}

static void yields(v_run *v, const pw_series *s)
{
    mtl__standard w[PW_ROWS];
    int by_hits = 0, inside = 0, n = 0;
    double sum = 0.0;
    v_say(v, "\nCopies per gEq of each assay; the cell lines are mostly homozygous, which is 2. By "
             "the hits at 1 "
             "gEq alone (exact), and by hits and Ct of all wells together (profile "
             "likelihood):\n\n| assay | "
             "by hits | with Ct |\n|---|---|---|\n");
    for (int a = 0; a < s->n_assays; a++) {
        mtl__yield y;
        int one = 0, hit = 0, wells = 0;
        double rate, low, high;
        for (int i = 0; i < s->n; i++) {
            const pw_row *r = &s->rows[i];
            if (r->assay != a || r->nominal == 0.0)
                continue;
            w[wells++] = (mtl__standard){r->nominal, r->ct};
            one += r->nominal == 1.0;
            hit += r->nominal == 1.0 && !isnan(r->ct);
        }
        if (mtl__dpcr_count(one, hit, 0.95, &rate, &low, &high) < 0 ||
            !mtl__curve_yield(&y, w, wells, 1.0, 0.95, 0.3))
            continue;
        if (isinf(high))
            v_say(v, "| %s | all hit (at least %.2f) | %.2f (%.2f to %.2f) |\n", s->assay_name[a],
                  low, y.per_geq, y.low, y.high);
        else
            v_say(v, "| %s | %.2f (%.2f to %.2f) | %.2f (%.2f to %.2f) |\n", s->assay_name[a], rate,
                  low, high, y.per_geq, y.low, y.high);
        by_hits += low <= 2.0 && 2.0 <= high;
        inside += y.low <= 2.0 && 2.0 <= y.high;
        sum += log(y.per_geq);
        n++;
    }
    v_say(v,
          "\n2 lies in %d of %d intervals by hits and in %d with Ct; the geometric mean with Ct is "
          "%.2f. The latter "
          "takes the three backgrounds, which were wells of different plates, for one, so its "
          "intervals are too "
          "narrow.\n",
          by_hits, n, inside, n ? exp(sum / n) : (double)NAN);
    v_check(v, n == 25 && by_hits >= 22,
            "published wells: 2 copies per gEq in %d of %d intervals by hits", by_hits, n);
}

/* ---------------------------------------------------------------- fractions */
typedef struct held {
    int n, inside, found;
    double ratio, square;
} held;

static void fractions(v_run *v, const pw_series *s)
{
    const double *const level = pw_level, *const background = pw_background;
    static pw_plate p;
    held h[3][3] = {0};
    int inside = 0, n = 0;
    mtl__wells_opts o;
    mtl__wells_opts_init(&o);
    o.whole = 0.0; /* a dilution */
    for (int a = 0; a < s->n_assays; a++)
        for (int b = 0; b < 3; b++) {
            mtl__wells w;
            pw_make_plate(&p, s, a, background[b]);
            if (mtl__wells_quantify(&w, &p.plate, &o, NULL) < 0)
                continue;
            for (int k = 0; k < w.n_levels; k++) {
                const mtl__level *l = &w.level[k];
                held *here = &h[b][l->sample];
                const double truth = 1e6 * level[l->sample] / background[b];
                const double ratio = pw_log_ratio(l, truth);
                here->n++;
                here->inside += l->low <= truth && truth <= l->high;
                here->found += l->found;
                here->ratio += ratio;
                here->square += ratio * ratio;
            }
            mtl__wells_clear(&w);
        }
    v_say(v, "\n| nominal gEq per well | background | fraction | intervals that hold it | found | "
             "geometric mean "
             "of estimate / nominal |\n|---|---|---|---|---|---|\n");
    for (int k = 0; k < 3; k++)
        for (int b = 0; b < 3; b++) {
            const held *x = &h[b][k];
            if (!x->n)
                continue;
            const double mean = x->ratio / x->n;
            v_say(v, "| %g | %g | %.3g | %d of %d | %d | %.2f ± %.0f%% |\n", level[k],
                  background[b], level[k] / background[b], x->inside, x->n, x->found, exp(mean),
                  100.0 * sqrt((x->square / x->n - mean * mean) / x->n));
            inside += x->inside;
            n += x->n;
        }
    v_say(v,
          "\nIn all %d of %d 95%% intervals hold the nominal level (%.1f ± %.1f%%); what they miss "
          "includes what the "
          "pipette adds to the nominal level.\n",
          inside, n, 100.0 * inside / n, 100.0 * sqrt((double)inside * (n - inside) / n) / n);
    v_check(v, n > 200 && inside >= 0.85 * n,
            "published wells: %d of %d intervals hold the nominal level", inside, n);
}

void v_published_wells(v_run *v)
{
    static pw_series s;
    if (!pw_load(&s)) {
        printf("# skipped: qpcr_kanaan2023 is not there\n");
        v_say(v, "\nSkipped: the data are not there.\n");
        return;
    }
    hits(v, &s);
    yields(v, &s);
    fractions(v, &s);
}
