/* SPDX-License-Identifier: MIT */
/* What would tell rival hypotheses apart: the laboratory's readings if there are any, the injury
   and the outcome that differ most, the sample of the scenario whose chance of a positive differs
   most, and the donor, organ and date at which the mere presence of cells differs most. Differences
   that chance explains are called that. */
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
} extremes;

static double gap(const extremes *e)
{
    return e->p_high - e->p_low;
}

static void widen(extremes *e, int n, double p)
{
    if (n == 0 || p < e->p_low) {
        e->p_low = p;
        e->low = n;
    }
    if (n == 0 || p > e->p_high) {
        e->p_high = p;
        e->high = n;
    }
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

/* ------------------------------------------------------------------ readings there are */

/* Share of the replicates in which every sample that a laboratory read came out as it did. */
static double as_found(const mtl_result *r, int *n)
{
    int met = 0;
    *n = 0;
    for (int i = 0; i < r->n_assays; i++) {
        *n += r->assay[i].has_given;
        if (r->assay[i].has_given && !r->assay[i].positive[MTL__CHANCE])
            return NAN;
    }
    for (int k = 0; k < r->opts.replicates; k++) {
        bool all = true;
        for (int i = 0; i < r->n_assays && all; i++)
            all = !r->assay[i].has_given ||
                  r->assay[i].positive[MTL__CHANCE][k] == r->assay[i].given.positive;
        met += all;
    }
    return r->opts.replicates > 0 ? (double)met / r->opts.replicates : NAN;
}

static void say_readings(mtl__page *v)
{
    extremes e = {0, 0, 0, 0};
    int n = 0;
    for (int i = 0; i < v->n_results; i++) {
        const double p = as_found(v->result[i], &n);
        if (n == 0 || !isfinite(p))
            return;
        widen(&e, i, p);
    }
    mtl__str_printf(v->out,
                    "<p><b>The laboratory's %d reading%s</b>, positive or not as found, came "
                    "out so in ",
                    n, n == 1 ? "" : "s");
    say_shares(v, &e);
    mtl__str_add(v->out, gap(&e) > noise(v, e.p_low, e.p_high, 1)
                             ? ".</p>\n"
                             : ": a difference that may be chance.</p>\n");
}

/* ------------------------------------------------------------------ samples of the scenario */

/* Returns whether it said that no sample tells them apart. */
static bool say_sample(mtl__page *v)
{
    extremes best = {0, 0, 0, 0};
    int which = -1, looked = 0;
    for (int i = 0; i < v->r->n_assays; i++) {
        extremes e = {0, 0, 0, 0};
        bool all = v->s->sample[v->r->assay[i].sample].assay >= 0;
        for (int n = 0; n < v->n_results && all; n++) {
            all = i < v->result[n]->n_assays &&
                  isfinite(v->result[n]->assay[i].p_positive[MTL__CHANCE]);
            if (all)
                widen(&e, n, v->result[n]->assay[i].p_positive[MTL__CHANCE]);
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
    mtl__str_printf(v->out, ", %s, positive in ", mtl__date_text(s->t, date));
    say_shares(v, &best);
    mtl__str_add(v->out, ".</p>\n");
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
        const double there = p->level[MTL__CHANCE][(size_t)w * r->n_times + k].p_present;
        if (!isfinite(there))
            return false;
        widen(e, n, there);
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
                extremes e = {0, 0, 0, 0};
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
    mtl__str_add(v->out, ".</p>\n");
}

/* ------------------------------------------------------------------ what befalls a host */

/* Chances of one outcome under all results; false where one of them does not follow it. */
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
        widen(e, n, h->outcome[i].p_end[MTL__CHANCE]);
    }
    return true;
}

static void say_outcome(mtl__page *v)
{
    extremes best = {0, 0, 0, 0};
    int which = -1, looked = 0;
    for (int i = 0; i < v->r->host.n_outcomes; i++) {
        extremes e = {0, 0, 0, 0};
        const mtl__outcome_result *x = &v->r->host.outcome[i];
        if (x->given || x->dated || !mtl__out_told(v->r, x) || !chances(v, x, &e))
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
    if (x->person != v->focus) {
        mtl__str_add(v->out, " of ");
        mtl__html(v->out, mtl__page_name(v, x->person));
    }
    mtl__str_add(v->out, ", by the end in ");
    say_shares(v, &best);
    mtl__str_add(v->out, " of lives. One life shows one of them.</p>\n");
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
        widen(&out->e, n, d->mean);
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
    mtl__of_whom(v, v->s->injury[best.injury].person);
    mtl__str_printf(b, ": on %s ", mtl__date_text(v->r->time[best.time], date));
    mtl__str_printf(b, "%s%% of the tissue is damaged under ", mtl__two(100 * best.e.p_high, text));
    mtl__html(b, mtl__page_value(v, best.e.high, mtl__page_switch(v)));
    mtl__str_printf(b, ", %s%% under ", mtl__two(100 * best.e.p_low, text));
    mtl__html(b, mtl__page_value(v, best.e.low, mtl__page_switch(v)));
    mtl__str_add(b, ". A tenth of the damage is left ");
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
    say_readings(v);
    say_injury(v);
    say_outcome(v);
    const bool none = say_sample(v);
    say_presence(v, none);
    mtl__str_add(v->out, "</div>\n");
}
