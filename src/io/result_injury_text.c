/* SPDX-License-Identifier: MIT */
/* Injuries in lines of text, for the terminal: how much they damaged at most, how fast they healed
   with and without foreign cells, and what they brought: expected numbers of cells that came
   because of them, beside those that would be there anyway. An injury of a group of organs is one
   event, and one line. And what became of tumours that began. */
#include <math.h>

#include "io/result_out.h"

/* From the soonest to the latest of the organs that were hurt at once. */
static void days(mtl__str *b, double soonest, double latest)
{
    if (!isfinite(soonest))
        mtl__str_add(b, "not by the end");
    else if (!isfinite(latest))
        mtl__str_printf(b, "after %.0f days or not by the end", soonest);
    else if (latest - soonest < 0.5)
        mtl__str_printf(b, "after %.0f days", soonest);
    else
        mtl__str_printf(b, "after %.0f to %.0f days", soonest, latest);
}

/* How many results from k on are of one event. */
static int of_one_event(const mtl_result *r, int k)
{
    const mtl__injury *x = &r->s->injury[r->host.injury[k].injury];
    int n = 1;
    for (; k + n < r->host.n_injuries; n++) {
        const mtl__injury *y = &r->s->injury[r->host.injury[k + n].injury];
        if (!y->implied || y->line != x->line || y->column != x->column ||
            y->pregnancy != x->pregnancy)
            break;
    }
    return n;
}

/* NaN, never, is the latest. */
static double worse(double a, double b)
{
    return isfinite(a) && isfinite(b) ? fmax(a, b) : NAN;
}

typedef struct event { /* of all its organs */
    double peak, peak_day, with[2], alone[2], drawn[2], there, came, fated;
} event;

static event sum_of(const mtl_result *r, const mtl__injury_result *x, int n)
{
    const int wide = r->n_bands > 1 ? MTL__UNKNOWNS : MTL__CHANCE;
    event e = {.with = {x->heal[MTL__CHANCE].middle, x->heal[MTL__CHANCE].middle},
               .alone = {x->healed_alone, x->healed_alone},
               .drawn = {x->heal[wide].low, x->heal[wide].high}};
    for (int i = 0; i < n; i++) {
        const mtl__healing *h = &x[i].heal[MTL__CHANCE], *u = &x[i].heal[wide];
        if (h->peak > e.peak) {
            e.peak = h->peak;
            e.peak_day = h->peak_day;
        }
        e.with[0] = fmin(e.with[0], h->middle);
        e.with[1] = worse(e.with[1], h->middle);
        e.alone[0] = fmin(e.alone[0], x[i].healed_alone);
        e.alone[1] = worse(e.alone[1], x[i].healed_alone);
        e.drawn[0] = fmin(e.drawn[0], u->low);
        e.drawn[1] = worse(e.drawn[1], u->high);
        e.there += x[i].there;
        e.came += x[i].came;
        e.fated += x[i].fated;
    }
    return e;
}

/* Two digits, without an exponent below a million. */
static void count(mtl__str *b, double x)
{
    double unit = 1;
    while (x >= 100 * unit)
        unit *= 10;
    if (x < 100)
        mtl__str_printf(b, "%.2g", x);
    else
        mtl__str_printf(b, x < 1e6 ? "%.0f" : "%.2g", floor(x / unit + 0.5) * unit);
}

static void brought(mtl__str *b, const event *e, double p_seed, double over_days)
{
    if (!isfinite(e->came))
        return;
    mtl__str_printf(
        b,
        "    on its day a foreign seed that moves is left in %.0f of 100 lives; in %.0f "
        "days it brings ",
        100 * p_seed, over_days);
    count(b, e->came);
    mtl__str_add(b, " cells\n    beside ");
    count(b, e->there);
    mtl__str_add(b, " that would be there, and ");
    count(b, e->fated);
    mtl__str_add(b, " take up a fate of the tissue (expected numbers)\n");
}

static void injury_line(mtl__str *b, const mtl_result *r, const mtl__injury_result *x, int n)
{
    const event e = sum_of(r, x, n);
    mtl__str what = {0};
    mtl__injury_text(r->s, x->injury, &what);
    mtl__str_printf(b, "  %s, %s: ", r->s->person[x->person].name, what.s ? what.s : "");
    b->oom = b->oom || what.oom;
    mtl__str_free(&what);
    if (!(e.peak > 0)) {
        mtl__str_add(b, "sham, no damage\n");
        return;
    }
    if (e.peak_day > 0)
        mtl__str_printf(b, "at most %.2g%% at once, on day %.0f; a tenth of that is left ",
                        100 * e.peak, e.peak_day);
    else
        mtl__str_add(b, "a tenth of the damage is left ");
    days(b, e.with[0], e.with[1]);
    if (x->coupled) {
        mtl__str_add(b, "; without foreign cells ");
        days(b, e.alone[0], e.alone[1]);
    }
    if (r->n_bands > 1) {
        mtl__str_add(b, " (unknowns drawn: ");
        days(b, e.drawn[0], e.drawn[1]);
        mtl__str_add(b, ")");
    }
    mtl__str_add(b, "\n");
    brought(b, &e, x->p_seed, x->brought_days);
}

void mtl__out_injury_lines(mtl__str *b, const mtl_result *r)
{
    if (r->host.n_injuries)
        mtl__str_add(b, "Injuries:\n");
    for (int k = 0; k < r->host.n_injuries; k += of_one_event(r, k))
        injury_line(b, r, &r->host.injury[k], of_one_event(r, k));
}

/* Of 100 lives, as the other lines: begun = found + there and not found + gone. */
void mtl__out_tumour_lines(mtl__str *b, const mtl_result *r)
{
    int n = 0;
    for (int k = 0; k < r->host.n_clones; k++) {
        const mtl__clone_result *x = &r->host.clone[k];
        if (!(x->p_begun[MTL__CHANCE] > 0))
            continue;
        if (n++ == 0)
            mtl__str_add(b, "Of 100 lives, tumours begun = found (and taken out) + there and not "
                            "found + gone (by themselves, or with the life):\n");
        mtl__str_printf(b, "  %s, %s: %.3g = %.3g + %.3g + %.3g\n", r->s->person[x->person].name,
                        r->m->outcome[x->outcome].label, 100 * x->p_begun[MTL__CHANCE],
                        100 * x->p_detected[MTL__CHANCE], 100 * x->p_alive_end[MTL__CHANCE],
                        100 * x->p_gone[MTL__CHANCE]);
    }
}
