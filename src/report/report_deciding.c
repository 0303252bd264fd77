/* SPDX-License-Identifier: MIT */
/* What would tell rival hypotheses apart: the laboratory's readings if there are any, the injury
   and the outcome that differ most, the sample of the scenario whose chance of a positive differs
   most, and the donor, organ and date at which the mere presence of cells differs most. They are
   looked for by chance alone, with the parameters as set; differences that chance explains are
   called that, and each says whether it stands when the unknowns are drawn as well. */
#include <math.h>

#include "num/num.h"
#include "report/host_part.h"

/* The difference of two shares that chance alone brings about in one of twenty searches through n
   (Bonferroni); the replicates are few, so a half is added to both counts. */
static double noise(const mtl__page *v, double a, double b, int n)
{
    const double reps = v->r->opts.replicates, p = ((a + b) / 2 * reps + 0.5) / (reps + 1);
    if (v->r->opts.solver == MTL_SOLVER_ANALYTIC)
        return 0;
    return mtl__norm_quantile(1 - 0.025 / n) * sqrt(2 * p * (1 - p) / reps);
}

typedef struct extremes {
    int low, high; /* results */
    double p_low, p_high;
    double drawn_low, drawn_high; /* of the same results with the unknowns drawn, or NaN */
} extremes;

static double gap(const extremes *e)
{
    return e->p_high - e->p_low;
}

static void widen(extremes *e, int n, double p, double drawn)
{
    if (n == 0 || p < e->p_low) {
        e->p_low = p;
        e->drawn_low = drawn;
        e->low = n;
    }
    if (n == 0 || p > e->p_high) {
        e->p_high = p;
        e->drawn_high = drawn;
        e->high = n;
    }
}

/* What result n has with the unknowns drawn. */
static double drawn(const mtl__page *v, int n, const double *p)
{
    return v->result[n]->n_bands > 1 ? p[MTL__UNKNOWNS] : NAN;
}

static void say_shares(mtl__page *v, const extremes *e)
{
    const int sw = mtl__page_switch(v);
    char text[32];
    mtl__html(v->out, mtl__prob(e->p_high, v->r->opts.replicates, text));
    mtl__str_add(v->out, " under ");
    mtl__html(v->out, mtl__page_value(v, e->high, sw));
    mtl__str_add(v->out, ", ");
    mtl__html(v->out, mtl__prob(e->p_low, v->r->opts.replicates, text));
    mtl__str_add(v->out, " under ");
    mtl__html(v->out, mtl__page_value(v, e->low, sw));
}

/* A difference by chance alone may be less than what nobody has measured makes of it. */
static void say_drawn(mtl__page *v, const extremes *e)
{
    char high[32], low[32];
    if (!isfinite(e->drawn_low) || !isfinite(e->drawn_high))
        return;
    const bool stands =
        e->drawn_high - e->drawn_low > noise(v, e->drawn_low, e->drawn_high, 1) + 1e-9;
    mtl__str_add(v->out, " With the unknowns drawn as well ");
    mtl__html(v->out, mtl__prob(e->drawn_high, v->r->opts.replicates, high));
    mtl__str_add(v->out, " and ");
    mtl__html(v->out, mtl__prob(e->drawn_low, v->r->opts.replicates, low));
    mtl__str_add(v->out, stands ? ": it stands." : ": they drown it.");
}

static void say_whose(mtl__page *v, int person)
{
    mtl__str_add(v->out, " of ");
    mtl__html(v->out, mtl__page_name(v, person));
}

/* ------------------------------------------------------------------ readings there are */

/* Share of the replicates in which every sample that a laboratory read came out as it did. */
static double as_found(const mtl_result *r, int band, int *n)
{
    int met = 0;
    *n = 0;
    for (int i = 0; i < r->n_assays; i++) {
        *n += r->assay[i].has_given;
        if (r->assay[i].has_given && !r->assay[i].positive[band])
            return NAN;
    }
    for (int k = 0; k < r->opts.replicates; k++) {
        bool all = true;
        for (int i = 0; i < r->n_assays && all; i++)
            all = !r->assay[i].has_given ||
                  r->assay[i].positive[band][k] == r->assay[i].given.positive;
        met += all;
    }
    return r->opts.replicates > 0 ? (double)met / r->opts.replicates : NAN;
}

static void say_readings(mtl__page *v)
{
    extremes e = {0};
    int n = 0;
    for (int i = 0; i < v->n_results; i++) {
        const double p = as_found(v->result[i], MTL__CHANCE, &n);
        if (n == 0 || !isfinite(p))
            return;
        widen(&e, i, p,
              v->result[i]->n_bands > 1 ? as_found(v->result[i], MTL__UNKNOWNS, &n) : NAN);
    }
    mtl__str_printf(v->out,
                    "<p><b>The laboratory's %d reading%s</b>, positive or not as found, came "
                    "out so in ",
                    n, n == 1 ? "" : "s");
    say_shares(v, &e);
    const bool told = gap(&e) > noise(v, e.p_low, e.p_high, 1);
    mtl__str_add(v->out, told ? "." : ": a difference that may be chance.");
    if (told)
        say_drawn(v, &e);
    mtl__str_add(v->out, "</p>\n");
}

/* ------------------------------------------------------------------ samples of the scenario */

/* Returns whether it said that no sample tells them apart. */
static bool say_sample(mtl__page *v)
{
    extremes best = {0};
    int which = -1, looked = 0;
    for (int i = 0; i < v->r->n_assays; i++) {
        extremes e = {0};
        bool all = v->s->sample[v->r->assay[i].sample].assay >= 0;
        for (int n = 0; n < v->n_results && all; n++) {
            all = i < v->result[n]->n_assays &&
                  isfinite(v->result[n]->assay[i].p_positive[MTL__CHANCE]);
            if (all)
                widen(&e, n, v->result[n]->assay[i].p_positive[MTL__CHANCE],
                      drawn(v, n, v->result[n]->assay[i].p_positive));
        }
        looked += all;
        if (all && (which < 0 || gap(&e) > gap(&best))) {
            best = e;
            which = i;
        }
    }
    if (which < 0)
        return false;
    if (gap(&best) <= 0) {
        mtl__str_add(v->out, "<p><b>No sample of this scenario</b> tells them apart: each is as "
                             "often positive under all of them.</p>\n");
        return true;
    }
    const mtl__assay_result *a = &v->r->assay[which];
    const mtl__sample *s = &v->s->sample[a->sample];
    const mtl__assay_def *def = mtl__out_assay(v->r, a);
    char date[16];
    const bool told = gap(&best) > noise(v, best.p_low, best.p_high, looked);
    mtl__str_add(v->out, told
                             ? "<p><b>Of the samples in this scenario</b> the one that tells them "
                               "apart best is the "
                             : "<p><b>No sample of this scenario</b> tells them apart by more than "
                               "chance. The largest difference: the ");
    mtl__html(v->out, def ? (def->label ? def->label : def->name) : "");
    mtl__str_add(v->out, " of ");
    mtl__html(v->out, mtl__organ_label(v->m, s->organ));
    if (s->person != v->focus)
        say_whose(v, s->person);
    mtl__str_printf(v->out, ", %s, positive in ", mtl__date_text(s->t, date));
    say_shares(v, &best);
    mtl__str_add(v->out, ".");
    if (told)
        say_drawn(v, &best);
    mtl__str_add(v->out, "</p>\n");
    return !told;
}

/* ------------------------------------------------------------------ presence at any date */

typedef struct sighting {
    extremes e;
    int pair, watched, time;
} sighting;

static bool presence(const mtl__page *v, int i, int w, int k, extremes *e)
{
    for (int n = 0; n < v->n_results; n++) {
        const mtl_result *r = v->result[n];
        const mtl__pair *p = mtl__page_same_pair(r, &v->r->pair[v->pair[i]]);
        if (!p || !p->level[MTL__CHANCE] || w >= r->n_watched || k >= r->n_times ||
            fabs(r->time[k] - v->r->time[k]) > 0.5)
            return false;
        const size_t at = (size_t)w * r->n_times + k;
        const double there = p->level[MTL__CHANCE][at].p_present;
        if (!isfinite(there))
            return false;
        widen(e, n, there,
              r->n_bands > 1 && p->level[MTL__UNKNOWNS] ? p->level[MTL__UNKNOWNS][at].p_present
                                                        : (float)NAN);
    }
    return true;
}

static void say_presence(mtl__page *v, bool nor)
{
    sighting best = {.pair = -1};
    int looked = 0;
    for (int i = 0; i < v->n_pairs; i++)
        for (int w = 0; w < v->r->n_watched; w++)
            for (int k = 0; k < v->r->n_times; k++) {
                extremes e = {0};
                if (!presence(v, i, w, k, &e))
                    continue;
                looked++;
                if (best.pair < 0 || gap(&e) > gap(&best.e) + 1e-9)
                    best = (sighting){e, i, w, k};
            }
    if (best.pair < 0)
        return;
    char date[16];
    if (gap(&best.e) <= noise(v, best.e.p_low, best.e.p_high, looked)) {
        mtl__str_add(v->out, nor ? "<p>Nor does the mere presence of anybody's cells, in the "
                                   "organs and at the dates followed.</p>\n"
                                 : "<p>The mere presence of anybody's cells, in the organs and at "
                                   "the dates followed, does not tell them apart.</p>\n");
        return;
    }
    mtl__str_add(v->out, "<p><b>A test that missed nothing</b> would tell them apart best by <b>");
    mtl__html(v->out, mtl__page_name(v, v->r->pair[v->pair[best.pair]].donor));
    mtl__str_add(v->out, "</b>'s cells, ");
    mtl__html(v->out, mtl__organ_label(v->m, v->r->watched[best.watched]));
    mtl__str_printf(v->out, ", %s: any there in ", mtl__date_text(v->r->time[best.time], date));
    say_shares(v, &best.e);
    mtl__str_add(v->out, ".");
    say_drawn(v, &best.e);
    mtl__str_add(v->out, "</p>\n");
}

/* ------------------------------------------------------------------ what befalls a host */

/* Chances of one outcome under all results, of a tumour that it is found, whether or not a date
   began it; false where one of them does not follow it. */
static bool chances(const mtl__page *v, const mtl__outcome_result *x, extremes *e)
{
    for (int n = 0; n < v->n_results; n++) {
        const mtl__host_result *h = &v->result[n]->host;
        int i = 0;
        while (i < h->n_outcomes &&
               (h->outcome[i].person != x->person || h->outcome[i].outcome != x->outcome))
            i++;
        if (i == h->n_outcomes || !isfinite(h->outcome[i].p_end[MTL__CHANCE]))
            return false;
        widen(e, n, h->outcome[i].p_end[MTL__CHANCE], drawn(v, n, h->outcome[i].p_end));
    }
    return true;
}

static void say_outcome(mtl__page *v)
{
    extremes best = {0};
    int which = -1, looked = 0;
    for (int i = 0; i < v->r->host.n_outcomes; i++) {
        extremes e = {0};
        const mtl__outcome_result *x = &v->r->host.outcome[i];
        if (x->given || !mtl__out_told(v->r, x) || !chances(v, x, &e))
            continue;
        looked++;
        if (which < 0 || gap(&e) > gap(&best)) {
            best = e;
            which = i;
        }
    }
    if (which < 0)
        return;
    if (gap(&best) <= noise(v, best.p_low, best.p_high, looked)) {
        mtl__str_add(v->out, "<p><b>No outcome</b> that was followed differs between them by more "
                             "than chance.</p>\n");
        return;
    }
    const mtl__outcome_result *x = &v->r->host.outcome[which];
    mtl__str_add(v->out, "<p><b>Of the outcomes</b> that differs most: ");
    mtl__html(v->out, mtl__out_outcome_label(v->r, x));
    say_whose(v, x->person);
    mtl__str_add(v->out, x->dated || v->m->outcome[x->outcome].kind >= 0 ? ", found by the end in "
                                                                         : ", by the end in ");
    mtl__str_add(v->out, "these shares of lives: ");
    say_shares(v, &best);
    mtl__str_add(v->out, ".");
    say_drawn(v, &best);
    mtl__str_add(v->out, " One life shows one of them.</p>\n");
}

/* ------------------------------------------------------------------ how injuries heal */

/* Where the mean damage under the results lies farthest apart, in standard errors of the
 * difference. */
typedef struct healing {
    extremes e;
    double errors;
    int injury, time;
} healing;

/* Standard error of a mean from the quantiles of its band, as of a normal law. */
static double error_of(const mtl__band *x, int n)
{
    const double sd = ((double)x->q975 - (double)x->q025) / (2 * 1.959963984540054);
    return isfinite(sd) && n > 0 ? sd / sqrt(n) : 0;
}

static const mtl__injury_result *in_result(const mtl__page *v, int n, int injury)
{
    const mtl__host_result *h = &v->result[n]->host;
    for (int i = 0; i < h->n_injuries; i++)
        if (h->injury[i].injury == injury && h->injury[i].damage[MTL__CHANCE])
            return &h->injury[i];
    return NULL;
}

static bool damages(const mtl__page *v, const mtl__injury_result *x, int k, healing *out)
{
    double error[2] = {0, 0};
    for (int n = 0; n < v->n_results; n++) {
        const mtl__injury_result *y = in_result(v, n, x->injury);
        if (!y || k >= v->result[n]->n_times || fabs(v->result[n]->time[k] - v->r->time[k]) > 0.5)
            return false;
        const mtl__band *d = &y->damage[MTL__CHANCE][k];
        widen(&out->e, n, d->mean, NAN);
        if (out->e.low == n)
            error[0] = error_of(d, v->r->opts.replicates);
        if (out->e.high == n)
            error[1] = error_of(d, v->r->opts.replicates);
    }
    const double both = sqrt(error[0] * error[0] + error[1] * error[1]);
    /* Paths without chance differ by what rounding leaves, or by what is there. */
    out->errors = gap(&out->e) > 1e-4 ? gap(&out->e) / mtl__max(both, 1e-6) : 0;
    return true;
}

static void say_healed(mtl__page *v, const healing *best, int n)
{
    char text[48];
    const mtl__injury_result *x = in_result(v, n, best->injury);
    const double days = x ? x->heal[MTL__CHANCE].middle : NAN;
    if (isfinite(days))
        mtl__str_printf(v->out, "after %s", mtl__healing_time(days, text));
    else
        mtl__str_add(v->out, "not by the end");
    mtl__str_add(v->out, " under ");
    mtl__html(v->out, mtl__page_value(v, n, mtl__page_switch(v)));
}

/* One life has one course: whether its day would tell, when nobody knows the parameters. */
static void say_ranges(mtl__page *v, const healing *best)
{
    const mtl__band *of[2] = {NULL, NULL};
    const int n[2] = {best->e.high, best->e.low};
    mtl__str *b = v->out;
    for (int i = 0; i < 2; i++) {
        const mtl__injury_result *x = in_result(v, n[i], best->injury);
        if (!x || v->result[n[i]]->n_bands < 2 || !x->damage[MTL__UNKNOWNS])
            return;
        of[i] = &x->damage[MTL__UNKNOWNS][best->time];
        if (!isfinite(of[i]->q025) || !isfinite(of[i]->q975))
            return;
    }
    char low[32], high[32];
    mtl__str_add(b, " With the unknowns drawn as well, that day's 95% ranges are ");
    for (int i = 0; i < 2; i++) {
        mtl__str_printf(b, "%s%s to %s%%", i ? " and " : "",
                        mtl__two(floor(1e4 * of[i]->q025 + 0.5) / 100, low),
                        mtl__two(floor(1e4 * of[i]->q975 + 0.5) / 100, high));
    }
    mtl__str_add(b, of[1]->q975 >= of[0]->q025 ? ": they overlap, so the unknowns drown it."
                                               : ": they do not overlap, so it stands.");
}

static void say_injury(mtl__page *v)
{
    healing best = {.injury = -1};
    const double told =
        mtl__norm_quantile(1 - 0.025 / mtl__max(1, (double)v->r->host.n_injuries * v->r->n_times));
    int looked = 0;
    for (int i = 0; i < v->r->host.n_injuries; i++)
        for (int k = 0; k < v->r->n_times; k++) {
            healing h = {.injury = v->r->host.injury[i].injury, .time = k};
            if (!damages(v, &v->r->host.injury[i], k, &h))
                continue;
            looked++;
            if (h.errors > told && gap(&h.e) > gap(&best.e))
                best = h;
        }
    if (looked == 0)
        return;
    if (best.injury < 0) {
        mtl__str_add(v->out, "<p><b>No injury</b> heals differently under them by more than "
                             "chance.</p>\n");
        return;
    }
    mtl__str *b = v->out, name = {0};
    char text[32], date[16];
    mtl__injury_name(v, &name, &v->s->injury[best.injury]);
    mtl__str_add(b, "<p><b>Of the injuries</b> the one that tells them apart best is ");
    mtl__html(b, name.s ? name.s : "");
    mtl__str_drop(b, &name);
    say_whose(v, v->s->injury[best.injury].person);
    mtl__str_printf(b, ": on %s ", mtl__date_text(v->r->time[best.time], date));
    mtl__str_printf(b, "%s%% of the tissue is damaged under ", mtl__two(100 * best.e.p_high, text));
    mtl__html(b, mtl__page_value(v, best.e.high, mtl__page_switch(v)));
    mtl__str_printf(b, ", %s%% under ", mtl__two(100 * best.e.p_low, text));
    mtl__html(b, mtl__page_value(v, best.e.low, mtl__page_switch(v)));
    mtl__str_add(b, ", on the mean of lives.");
    say_ranges(v, &best);
    mtl__str_add(b, " By chance alone a tenth of the damage is left ");
    for (int n = 0; n < v->n_results; n++) {
        mtl__str_add(b, n == 0 ? "" : n + 1 < v->n_results ? ", " : " and ");
        say_healed(v, &best, n);
    }
    mtl__str_add(b, ".</p>\n");
}

/* What befalls the hosts first, where it tells: it is what such a run is made for. */
void mtl__report_deciding(mtl__page *v)
{
    mtl__str_add(v->out, "<div class=\"deciding\"><h3>What would decide it</h3>\n");
    mtl__str_add(v->out, v->r->n_bands > 1
                             ? "<p>Looked for by chance alone, the parameters as set; then whether "
                               "it stands when the unknowns are drawn as well.</p>\n"
                             : "<p>By chance alone, the parameters as set: what nobody has "
                               "measured is held and may drown it.</p>\n");
    say_readings(v);
    say_injury(v);
    say_outcome(v);
    const bool none = say_sample(v);
    say_presence(v, none);
    mtl__str_add(v->out, "</div>\n");
}
