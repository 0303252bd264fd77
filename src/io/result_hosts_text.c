/* SPDX-License-Identifier: MIT */
/* What happened to the hosts themselves in a few lines of text, for the terminal: how fast injuries
   healed with and without foreign cells, response and tolerance at the end, outcomes. */
#include <math.h>

#include "io/result_out.h"

static void days(mtl__str *b, double x)
{
    if (isfinite(x))
        mtl__str_printf(b, "after %.0f days", x);
    else
        mtl__str_add(b, "not by the end");
}

static void injury_line(mtl__str *b, const mtl_result *r, const mtl__injury_result *x)
{
    mtl__str what = {0};
    mtl__injury_text(r->s, x->injury, &what);
    mtl__str_printf(b, "  %s, %s: ", r->s->person[x->person].name, what.s ? what.s : "");
    b->oom = b->oom || what.oom;
    mtl__str_free(&what);
    mtl__str_add(b, "a tenth of the damage is left ");
    days(b, x->healed_mean[MTL__CHANCE]);
    if (x->coupled) {
        mtl__str_add(b, "; without foreign cells ");
        days(b, x->healed_alone);
    }
    mtl__str_add(b, "\n");
}

static void immune_line(mtl__str *b, const mtl_result *r, const mtl__immune_result *x)
{
    const mtl__band *t = &x->tolerance[MTL__CHANCE][r->n_times - 1],
                    *a = &x->response[MTL__CHANCE][r->n_times - 1];
    mtl__str_printf(b,
                    "  %s against %s: response %.2g (95%% range %.2g to %.2g), tolerance %.2g; HLA "
                    "%.0f%% foreign\n",
                    r->s->person[x->host].name, r->s->person[x->donor].name, (double)a->q500,
                    (double)a->q025, (double)a->q975, (double)t->q500, 100 * x->mismatch);
}

static void outcome_line(mtl__str *b, const mtl_result *r, const mtl__outcome_result *x)
{
    const mtl__outcome_def *d = &r->m->outcome[x->outcome];
    if (x->given) {
        mtl__str_printf(b, "  %s, %s: as dated in the scenario\n", r->s->person[x->person].name,
                        d->label);
        return;
    }
    mtl__str_printf(b, "  %s, %s: %.3g of 100 lives (%.3g to %.3g)", r->s->person[x->person].name,
                    d->label, 100 * x->p_end[0], 100 * x->p_lo[0], 100 * x->p_hi[0]);
    if (d->recurs)
        mtl__str_printf(b, ", %.2g times a life", x->times[0]);
    if (isfinite(x->p_baseline))
        mtl__str_printf(b, "; its baseline alone %s %.3g", d->kind >= 0 ? "begins" : "gives",
                        100 * x->p_baseline);
    mtl__str_add(b, "\n");
}

char *mtl_result_hosts(const mtl_result *r)
{
    const mtl__host_result *h = &r->host;
    mtl__str b = {0};
    mtl__str_add(&b, "");
    if (h->n_injuries)
        mtl__str_add(&b, "Injuries:\n");
    for (int k = 0; k < h->n_injuries; k++)
        injury_line(&b, r, &h->injury[k]);
    if (h->n_immune)
        mtl__str_add(&b, "At the end, 0 none to 1 the most there can be:\n");
    for (int k = 0; k < h->n_immune; k++)
        immune_line(&b, r, &h->immune[k]);
    if (h->n_outcomes)
        mtl__str_add(&b, "By the end:\n");
    for (int k = 0; k < h->n_outcomes; k++)
        outcome_line(&b, r, &h->outcome[k]);
    if (b.oom)
        mtl__str_free(&b);
    return b.s;
}
