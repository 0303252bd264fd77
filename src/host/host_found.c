/* SPDX-License-Identifier: MIT */
/* The chance that a tumour has been found in a body without foreign cells. Clones begin at the
   baseline hazard while none is there, with one cell that divides at b and dies at d; one that is
   found is taken out, and was the last. Of its cells after a time a (Kendall 1948), r = b - d:
     P(none) = d (1 - x) / (b - d x),  P(n or more) = r / (b - d x) (1 - r x / (b - d x))^(n - 1)
   with x = exp(-r a); so many cells that a tumour is known by them do not become fewer again. What
   is left is a renewal equation in the chance that no clone is there, summed over short steps. */
#include <math.h>
#include <stdlib.h>

#include "host/host_internal.h"

#define STEP 30.0 /* days; clones live for months or grow for years */
enum { MOST_STEPS = 20000 };

typedef struct clone_law {
    double divide, die, detected;
} clone_law;

/* r / (b - d x): the chance that any of its cells is left. */
static double any_left(const clone_law *c, double age)
{
    const double r = c->divide - c->die;
    return fabs(r) * age < 1e-9 ? 1.0 / (1.0 + c->divide * age)
                                : r / (c->divide - c->die * mtl__exp(-r * age));
}

static double found_at(const clone_law *c, double age)
{
    const double r = c->divide - c->die, left = any_left(c, age);
    if (!(age > 0.0) || r * age < -700.0)
        return c->detected > 1.0 ? 0.0 : left;
    return left * mtl__exp((c->detected - 1.0) * mtl__log1p(-left * mtl__exp(-r * age)));
}

/* The hazard of all deaths that are followed; NaN where one waits for another outcome. */
static double death_hazard(const mtl__host_plan *p, double t)
{
    double sum = 0.0;
    for (int k = 0; k < p->s->m->n_outcomes; k++) {
        const mtl__hazard *h = &p->hazard[k];
        if (h->at_risk && h->def->ends_life)
            sum += h->def->needs >= 0 ? NAN : mtl__hazard_base(p, h, t);
    }
    return sum;
}

typedef struct found_sum { /* [n + 1] */
    double *begun, *left, *grown, *found;
} found_sum;

static void add_up(const mtl__host_plan *p, const mtl__hazard *h, double days, int n, found_sum *f)
{
    double deaths = 0.0, before = 0.0;
    f->found[0] = 0.0;
    for (int j = 0; j < n; j++) {
        const double mid = p->s->t0 + (j + 0.5) * days, dies = death_hazard(p, mid) * days;
        double there = 0.0, grown = 0.0;
        for (int k = 0; k < j; k++) {
            there += f->begun[k] * (f->left[j - k - 1] + f->left[j - k]) * 0.5;
            grown += f->begun[k] * (f->grown[j - k] + f->grown[j - k + 1]) * 0.5;
        }
        f->begun[j] = (1.0 - there) * -mtl__expm1(-mtl__hazard_base(p, h, mid) * days);
        grown += f->begun[j] * 0.5 * (f->grown[0] + f->grown[1]);
        f->found[j + 1] = f->found[j] + (grown - before) * mtl__exp(-deaths - 0.5 * dies);
        before = grown;
        deaths += dies;
    }
}

static double at_date(const found_sum *f, int n, double steps)
{
    if (!(steps > 0.0))
        return 0.0;
    const int k = steps < n ? (int)steps : n - 1;
    return f->found[k] + (f->found[k + 1] - f->found[k]) * mtl__min(1.0, steps - k);
}

int mtl__host_found_baseline(const mtl__host_plan *p, int outcome, double divide, double die, int n,
                             const double *time, double *out, mtl_error *err)
{
    const mtl__hazard *h = &p->hazard[outcome];
    const clone_law law = {divide, die, h->detected};
    const double span = p->s->t1 - p->s->t0;
    const int steps = (int)mtl__min(MOST_STEPS, floor(span / STEP) + 1.0);
    const double days = span / steps;
    for (int k = 0; k < n; k++)
        out[k] = NAN;
    if (h->def->needs >= 0 || !h->at_risk || !(span > 0.0))
        return MTL_OK;
    const size_t room = (size_t)steps + 2;
    double *all = calloc(4 * room, sizeof *all);
    if (all == NULL)
        return mtl__nomem(err);
    found_sum f = {all, all + room, all + 2 * room, all + 3 * room};
    for (int k = 0; k <= steps; k++) {
        f.left[k] = any_left(&law, k * days);
        f.grown[k] = found_at(&law, k * days);
    }
    add_up(p, h, days, steps, &f);
    for (int k = 0; k < n; k++)
        out[k] = at_date(&f, steps, (mtl__min(time[k], p->s->t1) - p->s->t0) / days);
    free(all);
    return MTL_OK;
}
