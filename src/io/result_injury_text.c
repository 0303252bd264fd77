/* SPDX-License-Identifier: MIT */
/* Injuries in lines of text, for the terminal: how much they damaged at most, how fast they healed
   with and without foreign cells (the median, and 95% of lives), and what they brought: expected
   numbers of cells that came because of them, beside those that would be there anyway. An injury of
   a group of organs is one event, and one line. And what became of tumours that began. */
#include <math.h>

#include "io/result_out.h"

static bool to_the_day(double x, double y)
{
    return isfinite(x) && isfinite(y) && fabs(x - y) < 0.5;
}

/* "70 to 115 days", "70 days, or not by the end". */
static void range(mtl__str *b, double soonest, double latest)
{
    if (!isfinite(soonest))
        mtl__str_add(b, "not by the end");
    else if (!isfinite(latest))
        mtl__str_printf(b, "%.0f days, or not by the end", soonest);
    else if (to_the_day(soonest, latest))
        mtl__str_printf(b, "%.0f days", soonest);
    else
        mtl__str_printf(b, "%.0f to %.0f days", soonest, latest);
}

/* From the soonest to the latest of the organs that were hurt at once. */
static void days(mtl__str *b, const double *x)
{
    if (isfinite(x[0]))
        mtl__str_add(b, "after ");
    range(b, x[0], x[1]);
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
    double peak, peak_day, with[2], lives[2], alone[2], drawn[2], there, came, most_day, fated;
} event;

static event sum_of(const mtl_result *r, const mtl__injury_result *x, int n)
{
    const int wide = r->n_bands > 1 ? MTL__UNKNOWNS : MTL__CHANCE;
    event e = {.with = {x->heal[MTL__CHANCE].middle, x->heal[MTL__CHANCE].middle},
               .lives = {x->heal[MTL__CHANCE].low, x->heal[MTL__CHANCE].high},
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
        e.lives[0] = fmin(e.lives[0], h->low);
        e.lives[1] = worse(e.lives[1], h->high);
        e.alone[0] = fmin(e.alone[0], x[i].healed_alone);
        e.alone[1] = worse(e.alone[1], x[i].healed_alone);
        e.drawn[0] = fmin(e.drawn[0], u->low);
        e.drawn[1] = worse(e.drawn[1], u->high);
        e.there += x[i].there;
        e.came += x[i].came;
        e.most_day = fmax(e.most_day, x[i].most_day);
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

/* Seeds that move on its day, which limit what can come, and what it brought. */
static void brought(mtl__str *b, const event *e, const mtl__injury_result *x)
{
    if (!isfinite(e->came) || !(e->came + e->there + x->p_seed > 0)) /* nobody foreign is there */
        return;
    if (x->p_seed > 0) {
        mtl__str_printf(b,
                        "On the day of the injury a foreign seed that moves is left in %.0f of 100 "
                        "lives (",
                        100 * x->p_seed);
        count(b, x->seeds);
        mtl__str_add(b, " a life on average). ");
    } else {
        mtl__str_add(b, "On the day of the injury no foreign seed that moves is there. ");
    }
    mtl__str_printf(b, "Within %.0f days the injury brings ", x->brought_days);
    count(b, e->came);
    mtl__str_add(b, " cells");
    if (e->came > 0 && e->most_day < x->brought_days - 0.5)
        mtl__str_printf(b, " (the most, after %.2g days)", e->most_day);
    if (e->came > 0 && !(x->p_seed > 0))
        mtl__str_add(b, ", of those that come to the body in this time,");
    mtl__str_add(b, " beside ");
    count(b, e->there);
    mtl__str_add(b, " that would be there, and ");
    count(b, e->fated);
    mtl__str_add(b, " take up a fate of the tissue (expected numbers).");
}

static void healing_of(mtl__str *b, const mtl_result *r, const mtl__injury_result *x,
                       const event *e)
{
    if (e->peak_day > 0)
        mtl__str_printf(b, "at most %.2g%% at once, on day %.0f; a tenth of that is left ",
                        100 * e->peak, e->peak_day);
    else
        mtl__str_add(b, "a tenth of the damage is left ");
    days(b, e->with);
    if (x->coupled) {
        if (!to_the_day(e->lives[0], e->lives[1])) {
            mtl__str_add(b, " (95% of lives: ");
            range(b, e->lives[0], e->lives[1]);
            mtl__str_add(b, ")");
        }
        mtl__str_add(b, "; without foreign cells ");
        days(b, e->alone);
    }
    if (r->n_bands > 1) {
        mtl__str_add(b, "; 95% of lives with the unknowns drawn: ");
        range(b, e->drawn[0], e->drawn[1]);
    }
    mtl__str_add(b, ".");
}

static void injury_line(mtl__str *b, const mtl_result *r, const mtl__injury_result *x, int n)
{
    const event e = sum_of(r, x, n);
    mtl__str what = {0}, text = {0};
    mtl__injury_text(r->s, x->injury, &what);
    mtl__str_printf(&text, "%s, %s: ", r->s->person[x->person].name, what.s ? what.s : "");
    if (e.peak > 0)
        healing_of(&text, r, x, &e);
    else
        mtl__str_add(&text, "sham, no damage");
    mtl__out_wrapped(b, &text, 2, 4);
    mtl__str_free(&text);
    if (e.peak > 0)
        brought(&text, &e, x);
    mtl__out_wrapped(b, &text, 4, 4);
    b->oom = b->oom || what.oom;
    mtl__str_free(&what);
    mtl__str_free(&text);
}

/* Why what injuries bring does not fall as the lives do in which a seed is left: said where two
   that are alike bring as much, the one in clearly fewer lives. */
static bool fewer_have_as_many(const mtl_result *r)
{
    for (int k = 0; k < r->host.n_injuries; k++)
        for (int i = 0; i < r->host.n_injuries; i++) {
            const mtl__injury_result *x = &r->host.injury[k], *y = &r->host.injury[i];
            const mtl__injury *a = &r->s->injury[x->injury], *b = &r->s->injury[y->injury];
            if (a->def == b->def && a->organ == b->organ && y->p_seed > 0 &&
                y->p_seed < 0.95 * x->p_seed && y->came > 0.8 * x->came &&
                y->seeds / y->p_seed > 1.04 * x->seeds / x->p_seed)
                return true;
        }
    return false;
}

void mtl__out_injury_lines(mtl__str *b, const mtl_result *r)
{
    if (r->host.n_injuries)
        mtl__str_add(b, "Injuries:\n");
    for (int k = 0; k < r->host.n_injuries; k += of_one_event(r, k))
        injury_line(b, r, &r->host.injury[k], of_one_event(r, k));
    if (fewer_have_as_many(r)) {
        mtl__str text = {0};
        mtl__str_add(&text, "Where a seed is left in fewer lives there are more of them in these: "
                            "what an injury brings goes with their average over all lives.");
        mtl__out_wrapped(b, &text, 0, 0);
        mtl__str_free(&text);
    }
}

/* A share as the number of lives that it is, so that a sum and its only term are told alike. */
static void of_100(mtl__str *b, const mtl_result *r, double share, const char *after)
{
    const double lives = floor(share * r->opts.replicates + 0.5);
    mtl__str_printf(b, "%.4g%s", 100 * lives / r->opts.replicates, after);
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
                            "found\n+ gone (by themselves, or with the life):\n");
        mtl__str_printf(b, "  %s, %s: ", r->s->person[x->person].name,
                        r->m->outcome[x->outcome].label);
        of_100(b, r, x->p_begun[MTL__CHANCE], " = ");
        of_100(b, r, x->p_detected[MTL__CHANCE], " + ");
        of_100(b, r, x->p_alive_end[MTL__CHANCE], " + ");
        of_100(b, r, x->p_gone[MTL__CHANCE], "\n");
    }
}
