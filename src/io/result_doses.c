/* SPDX-License-Identifier: MIT */
/* Dose and response: people of one scenario with injuries alike, who were given different numbers
   of cells, none of them among it. One row each, by dose: foreign cells in the injured organ a
   month and three months after the injury, and how it heals. What of a dose comes to an organ is an
   unknown of the model: where the unknowns were drawn the ranges are of lives with these. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/result_out.h"

/* Cells given in the year after an injury. */
static double dose_of(const mtl_scenario *s, const mtl__injury *i)
{
    double sum = 0;
    for (int k = 0; k < s->n_contacts; k++) {
        const mtl__contact *c = &s->contact[k];
        if (c->kind == MTL__INFUSION && c->taker == i->person && c->t0 >= i->t &&
            c->t0 < i->t + MTL_DAYS_PER_YEAR)
            sum += c->amount;
    }
    return sum;
}

static const mtl__injury *injury_of(const mtl_result *r, int k)
{
    return &r->s->injury[r->host.injury[k].injury];
}

static int first_treated(const mtl_result *r)
{
    for (int k = 0; k < r->host.n_injuries; k++)
        if (dose_of(r->s, injury_of(r, k)) > 0)
            return k;
    return -1;
}

static int by_dose(const void *a, const void *b)
{
    const mtl__out_dose *x = a, *y = b;
    return x->dose < y->dose ? -1 : x->dose > y->dose ? 1 : x->injury - y->injury;
}

static bool alike(const mtl__injury *a, const mtl__injury *b)
{
    return a->def == b->def && a->organ == b->organ && fabs(a->size - b->size) < 1e-12 &&
           fabs(a->lasts_days - b->lasts_days) < 0.5;
}

int mtl__out_doses(const mtl_result *r, mtl__out_dose *out, int most)
{
    const int first = first_treated(r);
    int n = 0;
    bool differ = false;
    for (int k = 0; first >= 0 && k < r->host.n_injuries && n < most; k++) {
        const mtl__injury *i = injury_of(r, k);
        bool met = !alike(i, injury_of(r, first));
        for (int m = 0; m < n && !met; m++) /* the first of each person */
            met = injury_of(r, out[m].injury)->person == i->person;
        if (met)
            continue;
        out[n] = (mtl__out_dose){k, dose_of(r->s, i)};
        differ = differ || out[n].dose < out[0].dose || out[n].dose > out[0].dose;
        n++;
    }
    if (!differ)
        return 0;
    qsort(out, (size_t)n, sizeof *out, by_dose);
    return n;
}

const mtl__band *mtl__out_days_after(const mtl_result *r, const mtl__injury_result *x, double days)
{
    const double t = r->s->injury[x->injury].t + days, near = 3;
    int best = -1;
    for (int k = 0; k < r->n_times; k++)
        if (fabs(r->time[k] - t) <= near &&
            (best < 0 || fabs(r->time[k] - t) < fabs(r->time[best] - t)))
            best = k;
    const mtl__band *band = x->arrived[r->n_bands > 1 ? MTL__UNKNOWNS : MTL__CHANCE];
    return best < 0 || !band ? NULL : &band[best];
}

/* ------------------------------------------------------------------ on the terminal */
static const char *two(double x, char buf[16])
{
    snprintf(buf, 16, x >= 100 && x < 1e6 ? "%.0f" : "%.2g", x);
    return buf;
}

static void level(mtl__str *b, const mtl__band *x)
{
    char text[64] = "", v[3][16];
    if (x && x->mean > 0 && isfinite(x->q025))
        snprintf(text, sizeof text, "%s (%s to %s)", two((double)x->q500, v[0]),
                 two((double)x->q025, v[1]), two((double)x->q975, v[2]));
    else if (x)
        snprintf(text, sizeof text, "%s", two((double)x->mean, v[0]));
    mtl__str_printf(b, "  %-22s", text);
}

static void day(mtl__str *b, double x)
{
    if (isfinite(x))
        mtl__str_printf(b, "%.0f", x);
    else
        mtl__str_add(b, "never");
}

static void healed(mtl__str *b, const mtl__healing *h)
{
    if (!(h->peak > 0)) {
        mtl__str_add(b, "  sham\n");
        return;
    }
    mtl__str_add(b, "  ");
    day(b, h->middle);
    mtl__str_add(b, " (");
    day(b, h->low);
    mtl__str_add(b, " to ");
    day(b, h->high);
    mtl__str_add(b, ")\n");
}

void mtl__out_dose_lines(mtl__str *b, const mtl_result *r)
{
    enum { MOST = 64 };
    mtl__out_dose row[MOST];
    const int n = mtl__out_doses(r, row, MOST), wide = r->n_bands > 1;
    if (n == 0)
        return;
    mtl__str_printf(
        b,
        "Cells given; foreign cells per million of the injured organ, and days until a\n"
        "tenth of the damage is left: median and 95%% of lives%s\n(never: not by the "
        "end):\n  %-8s  %-12s  %-22s  %-22s  %s\n",
        wide ? " with the unknowns drawn" : "", "dose", "person", "day 30", "day 90",
        "a tenth left");
    for (int k = 0; k < n; k++) {
        const mtl__injury_result *x = &r->host.injury[row[k].injury];
        mtl__str_printf(b, "  %-8g  %-12s", row[k].dose, r->s->person[x->person].name);
        level(b, mtl__out_days_after(r, x, 30));
        level(b, mtl__out_days_after(r, x, 90));
        healed(b, &x->heal[wide ? MTL__UNKNOWNS : MTL__CHANCE]);
    }
}
