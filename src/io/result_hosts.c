/* SPDX-License-Identifier: MIT */
/* The tables of the folder hosts/: injuries over time with and without foreign cells, tolerance and
   response by donor, outcomes at the end and by time, tumour clones. Each is written only where a
   run followed something of the kind. Bands as in cells.tsv; columns `..._with_unknowns` are NA
   where the unknowns were not drawn. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/result_out.h"

bool mtl__out_has_hosts(const mtl_result *r)
{
    const mtl__host_result *h = &r->host;
    return h->n_injuries > 0 || h->n_immune > 0 || h->n_outcomes > 0 || h->n_clones > 0;
}

/* ------------------------------------------------------------------ what is asked of an outcome */

double mtl__out_given_onset(const mtl_result *r, const mtl__outcome_result *o)
{
    for (int i = 0; i < r->s->n_onsets; i++)
        if (r->s->onset[i].person == o->person && r->s->onset[i].outcome == o->outcome)
            return r->s->onset[i].t;
    return NAN;
}

static int by_value(const void *a, const void *b)
{
    const float *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double mtl__out_median_onset(const mtl_result *r, const mtl__outcome_result *o, bool *oom)
{
    const int reps = o->onset ? r->opts.replicates : 0;
    float *day = malloc(((size_t)reps + 1) * sizeof *day);
    int n = 0;
    if (!day)
        *oom = true;
    for (int i = 0; day && i < reps; i++)
        if (isfinite(o->onset[i]))
            day[n++] = o->onset[i];
    double median = NAN;
    if (n > 0) {
        qsort(day, (size_t)n, sizeof *day, by_value);
        median = ((double)day[(n - 1) / 2] + (double)day[n / 2]) / 2;
    }
    free(day);
    return median;
}

const char *mtl__out_outcome_label(const mtl_result *r, const mtl__outcome_result *o)
{
    const mtl__outcome_def *def = &r->m->outcome[o->outcome];
    return def->label && def->label[0] ? def->label : def->name;
}

/* ------------------------------------------------------------------ columns of bands */

static void band_names(mtl__str *b, const char *what)
{
    mtl__str_printf(b,
                    "\t%s_mean\t%s_q025\t%s_q250\t%s_q500\t%s_q750\t%s_q975"
                    "\t%s_mean_with_unknowns\t%s_q025_with_unknowns\t%s_q500_with_unknowns"
                    "\t%s_q975_with_unknowns",
                    what, what, what, what, what, what, what, what, what, what);
}

static void band_columns(mtl__str *b, const mtl_result *r, mtl__band *const *band, int k)
{
    const mtl__band none = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    const mtl__band *x = band[MTL__CHANCE] ? &band[MTL__CHANCE][k] : &none;
    const mtl__band *u = r->n_bands > 1 && band[MTL__UNKNOWNS] ? &band[MTL__UNKNOWNS][k] : &none;
    const float v[] = {x->mean, x->q025, x->q250, x->q500, x->q750,
                       x->q975, u->mean, u->q025, u->q500, u->q975};
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        mtl__out_tab_number(b, v[i]);
}

/* Shares of which there is no telling below a millionth are written as 0: what is left of damage
   after years is not a finding. */
static double share(double x)
{
    return fabs(x) < 1e-6 ? 0 : x;
}

static void share_columns(mtl__str *b, const mtl_result *r, mtl__band *const *band, int k)
{
    mtl__band x[MTL__HOST_BANDS], *of[MTL__HOST_BANDS] = {NULL, NULL};
    for (int n = 0; n < r->n_bands && n < MTL__HOST_BANDS; n++) {
        if (!band[n])
            continue;
        const mtl__band *y = &band[n][k];
        x[n] = (mtl__band){(float)share(y->mean), (float)share(y->q025), (float)share(y->q250),
                           (float)share(y->q500), (float)share(y->q750), (float)share(y->q975),
                           y->p_present};
        of[n] = &x[n];
    }
    band_columns(b, r, of, 0);
}

static double of_band(const mtl_result *r, const double *v, int band)
{
    return band < r->n_bands ? v[band] : NAN;
}

static void person_cell(mtl__str *b, const mtl_result *r, int person)
{
    mtl__out_cell(b, r->s->person[person].name);
}

static void time_columns(mtl__str *b, const mtl_result *r, int k)
{
    mtl__out_tab_date(b, r->time[k]);
    mtl__out_tab_number(b, r->time[k]);
}

static void hosts_head(mtl__str *b, const mtl_result *r, const char *table)
{
    mtl__out_head(b, r, table);
    mtl__out_head_text(b, "together",
                       r->host.together ? "cells and hosts were run together" : "no");
    mtl__out_head_text(b, "coupling", r->host.coupling ? r->host.coupling : "");
    char text[32];
    mtl__out_head_text(b, "coupling_error", mtl__out_number(r->host.coupling_error, text));
}

/* ------------------------------------------------------------------ injuries */

static int n_injuries(const mtl_result *r)
{
    return r->host.n_injuries;
}

static void injury_row(mtl__str *b, const mtl_result *r, const mtl__injury_result *x, int k)
{
    const mtl__injury *i = &r->s->injury[x->injury];
    person_cell(b, r, x->person);
    mtl__out_tab(b, r->m->injury[i->def].name);
    mtl__out_tab(b, r->m->organ[i->organ].name);
    mtl__out_tab_date(b, i->t);
    time_columns(b, r, k);
    mtl__out_tab_number(b, r->time[k] - i->t);
    mtl__band *const *band[] = {x->damage, x->inflammation, x->chemokine};
    for (int q = 0; q < 3; q++) {
        share_columns(b, r, band[q], k);
        mtl__out_tab_number(b, x->alone[q] ? share(x->alone[q][k]) : NAN);
    }
    band_columns(b, r, x->arrived, k);
    mtl__str_add(b, "\n");
}

static void injuries(mtl__str *b, const mtl_result *r)
{
    hosts_head(b, r, "injuries");
    mtl__out_head_text(b, "rows", "one injury at one date, from the day on which it came");
    mtl__out_head_text(b, "damage", "share of the organ's tissue; below 1e-6 written as 0");
    mtl__out_head_text(b, "inflammation",
                       "it and chemokine: 1 is what a wholly damaged organ would settle at");
    mtl__out_head_text(b, "without_cells", "the same injury if no foreign cell were there");
    mtl__out_head_text(
        b, "arrived",
        "foreign cells in the injured organ, of all donors and of any time; what came "
        "because of the injury stands in healing.tsv");
    mtl__str_add(b, "person\tinjury\torgan\tinjury_date\tdate\tt_days\tdays_since");
    static const char *const what[] = {"damage_share", "inflammation_share", "chemokine_share"};
    for (int q = 0; q < 3; q++) {
        band_names(b, what[q]);
        mtl__str_printf(b, "\t%s_without_cells", what[q]);
    }
    band_names(b, "arrived_per_1e6");
    mtl__str_add(b, "\n");
    for (int i = 0; i < r->host.n_injuries; i++)
        for (int k = 0; k < r->n_times; k++)
            if (r->time[k] >= r->s->injury[r->host.injury[i].injury].t)
                injury_row(b, r, &r->host.injury[i], k);
}

/* One line an injury: how it heals, and what it brought. */
static void healing_row(mtl__str *b, const mtl_result *r, const mtl__injury_result *x)
{
    const mtl__injury *i = &r->s->injury[x->injury];
    person_cell(b, r, x->person);
    mtl__out_tab(b, r->m->injury[i->def].name);
    mtl__out_tab(b, r->m->organ[i->organ].name);
    mtl__out_tab_date(b, i->t);
    for (int n = 0; n < MTL__HOST_BANDS; n++) {
        const mtl__healing none = {NAN, NAN, NAN, NAN, NAN, NAN},
                           *h = n < r->n_bands ? &x->heal[n] : &none;
        const double v[] = {share(h->peak), h->peak_day, h->middle, h->low, h->high};
        for (size_t k = 0; k < sizeof v / sizeof v[0]; k++)
            mtl__out_tab_number(b, v[k]);
    }
    const double v[] = {x->healed_alone, x->p_seed, x->brought_days, x->came,
                        x->there,        x->fated,  x->seeds,        x->most_day};
    for (size_t k = 0; k < sizeof v / sizeof v[0]; k++)
        mtl__out_tab_number(b, v[k]);
    mtl__str_add(b, "\n");
}

static void healing(mtl__str *b, const mtl_result *r)
{
    hosts_head(b, r, "healing");
    mtl__out_head_text(b, "peak_share",
                       "the most damage that it came to (mean), and days from its beginning");
    mtl__out_head_text(b, "tenth_left_days_q500",
                       "from its beginning until a tenth of the peak is left: median and 95% of "
                       "lives; NA = not by the end, or no damage");
    mtl__out_head_text(b, "p_moving_seed",
                       "P(a foreign cell that can leave its organ is in the body on its day)");
    mtl__out_head_text(
        b, "came_cells",
        "expected foreign cells in the organ because of injuries, when they are most within "
        "brought_days from its beginning, most_days after it; there_cells: that would be there "
        "then without any; fated_cells: took up a fate of the tissue in that time; moving_seeds: "
        "foreign cells that can leave their organ, in the body on its day, on average of all "
        "lives; without random numbers, of the parameters as set; NA where cells answer to cells");
    mtl__str_add(b, "person\tinjury\torgan\tinjury_date");
    for (int n = 0; n < MTL__HOST_BANDS; n++) {
        const char *wide = n ? "_with_unknowns" : "";
        mtl__str_printf(b,
                        "\tpeak_share%s\tpeak_days%s\ttenth_left_days_q500%s"
                        "\ttenth_left_days_q025%s\ttenth_left_days_q975%s",
                        wide, wide, wide, wide, wide);
    }
    mtl__str_add(b, "\ttenth_left_days_without_cells\tp_moving_seed\tbrought_days\tcame_cells\t"
                    "there_cells\tfated_cells\tmoving_seeds\tmost_days\n");
    for (int i = 0; i < r->host.n_injuries; i++)
        healing_row(b, r, &r->host.injury[i]);
}

/* ------------------------------------------------------------------ tolerance and response */

static int n_immune(const mtl_result *r)
{
    return r->host.n_immune;
}

static const char *relation_of(const mtl_result *r, int host, int donor)
{
    for (int i = 0; i < r->n_pairs; i++)
        if (r->pair[i].host == host && r->pair[i].donor == donor)
            return r->pair[i].relation;
    return NULL;
}

static void tolerance(mtl__str *b, const mtl_result *r)
{
    hosts_head(b, r, "tolerance");
    mtl__out_head_text(b, "tolerance", "0 none to 1 full; it and response are against the donor");
    mtl__str_add(b, "person\tdonor\trelation\thla_mismatch_share\tdate\tt_days");
    band_names(b, "tolerance_share");
    band_names(b, "response_share");
    mtl__str_add(b, "\n");
    for (int i = 0; i < r->host.n_immune; i++) {
        const mtl__immune_result *x = &r->host.immune[i];
        for (int k = 0; k < r->n_times; k++) {
            person_cell(b, r, x->host);
            mtl__out_tab(b, r->s->person[x->donor].name);
            mtl__out_tab(b, relation_of(r, x->host, x->donor));
            mtl__out_tab_number(b, x->mismatch);
            time_columns(b, r, k);
            share_columns(b, r, x->tolerance, k);
            share_columns(b, r, x->response, k);
            mtl__str_add(b, "\n");
        }
    }
}

/* ------------------------------------------------------------------ outcomes */

static int n_outcomes(const mtl_result *r)
{
    return r->host.n_outcomes;
}

static void outcome_row(mtl__str *b, const mtl_result *r, const mtl__outcome_result *o)
{
    const bool given = o->given || o->dated;
    const double median = o->given ? NAN : mtl__out_median_onset(r, o, &b->oom);
    person_cell(b, r, o->person);
    mtl__out_tab(b, r->m->outcome[o->outcome].name);
    mtl__out_tab_date(b, given ? mtl__out_given_onset(r, o) : NAN);
    for (int band = 0; band < MTL__HOST_BANDS; band++) {
        mtl__out_tab_number(b, given ? NAN : of_band(r, o->p_end, band));
        mtl__out_tab_number(b, given ? NAN : of_band(r, o->p_lo, band));
        mtl__out_tab_number(b, given ? NAN : of_band(r, o->p_hi, band));
    }
    mtl__out_tab_number(b, given ? NAN : o->p_baseline);
    mtl__out_tab_number(b, of_band(r, o->times, MTL__CHANCE));
    mtl__out_tab_number(b, of_band(r, o->times, MTL__UNKNOWNS));
    mtl__out_tab_date(b, median);
    mtl__out_tab_number(b, (median - r->s->person[o->person].born) / MTL_DAYS_PER_YEAR);
    mtl__str_add(b, "\n");
}

static void outcomes(mtl__str *b, const mtl_result *r)
{
    char text[16];
    hosts_head(b, r, "outcomes");
    mtl__out_head_text(b, "end", mtl__date_text(r->time[r->n_times - 1], text));
    mtl__out_head_text(b, "interval", "Wilson, 95%, of the number of lives");
    mtl__out_head_text(
        b, "p_baseline",
        "from the baseline hazard alone, with every exposure at 0; exact; of a tumour: "
        "that it is found in a body without foreign cells");
    mtl__out_head_text(b, "given_date",
                       "the scenario says it: not drawn, and no result; of a clone that it dates, "
                       "tumours.tsv says what became");
    mtl__out_head_text(b, "median_onset", "of the first, among the lives in which it came");
    mtl__str_add(b, "person\toutcome\tgiven_date\tp_by_end\tp_by_end_low\tp_by_end_high\t"
                    "p_by_end_with_unknowns\tp_by_end_low_with_unknowns\t"
                    "p_by_end_high_with_unknowns\tp_baseline\tmean_times\t"
                    "mean_times_with_unknowns\tmedian_onset_date\tmedian_onset_age_years\n");
    for (int i = 0; i < r->host.n_outcomes; i++)
        outcome_row(b, r, &r->host.outcome[i]);
}

static void outcome_times(mtl__str *b, const mtl_result *r)
{
    hosts_head(b, r, "outcome_times");
    mtl__out_head_text(b, "rows",
                       "one outcome at one date: share of lives in which it came by then");
    mtl__str_add(b, "person\toutcome\tdate\tt_days\tp_by_then\tp_by_then_with_unknowns\t"
                    "p_baseline_by_then\n");
    for (int i = 0; i < r->host.n_outcomes; i++) {
        const mtl__outcome_result *o = &r->host.outcome[i];
        for (int k = 0; k < r->n_times; k++) {
            person_cell(b, r, o->person);
            mtl__out_tab(b, r->m->outcome[o->outcome].name);
            time_columns(b, r, k);
            for (int band = 0; band < MTL__HOST_BANDS; band++)
                mtl__out_tab_number(b, band < r->n_bands && o->by[band] ? o->by[band][k] : NAN);
            mtl__out_tab_number(b, o->baseline ? o->baseline[k] : NAN);
            mtl__str_add(b, "\n");
        }
    }
}

/* ------------------------------------------------------------------ tumours */

static int n_clones(const mtl_result *r)
{
    return r->host.n_clones;
}

static void tumours(mtl__str *b, const mtl_result *r)
{
    hosts_head(b, r, "tumours");
    mtl__out_head_text(b, "cells", "of the clone, over all lives, also those in which none began");
    mtl__out_head_text(
        b, "p_begun",
        "share of lives by the end; it is the sum of p_detected (found: taken out, and "
        "no longer followed), p_alive_end (there and not found) and p_gone (by itself, "
        "or with the life)");
    mtl__str_add(b, "person\tkind\torgan\tdate\tt_days");
    band_names(b, "cells");
    mtl__str_add(b, "\tp_present\tp_begun\tp_begun_with_unknowns\tp_alive_end\t"
                    "p_alive_end_with_unknowns\tp_detected\tp_detected_with_unknowns\tp_gone\t"
                    "p_gone_with_unknowns\n");
    for (int i = 0; i < r->host.n_clones; i++) {
        const mtl__clone_result *c = &r->host.clone[i];
        for (int k = 0; k < r->n_times; k++) {
            person_cell(b, r, c->person);
            mtl__out_tab(b, r->m->kind[c->kind].name);
            mtl__out_tab(b, r->m->organ[c->organ].name);
            time_columns(b, r, k);
            band_columns(b, r, c->cells, k);
            mtl__out_tab_number(b,
                                c->cells[MTL__CHANCE] ? c->cells[MTL__CHANCE][k].p_present : NAN);
            for (int band = 0; band < MTL__HOST_BANDS; band++)
                mtl__out_tab_number(b, of_band(r, c->p_begun, band));
            for (int band = 0; band < MTL__HOST_BANDS; band++)
                mtl__out_tab_number(b, of_band(r, c->p_alive_end, band));
            for (int band = 0; band < MTL__HOST_BANDS; band++)
                mtl__out_tab_number(b, c->has_detected ? of_band(r, c->p_detected, band) : NAN);
            for (int band = 0; band < MTL__HOST_BANDS; band++)
                mtl__out_tab_number(b, of_band(r, c->p_gone, band));
            mtl__str_add(b, "\n");
        }
    }
}

const mtl__out_host_table *mtl__out_host_table_at(int i)
{
    static const mtl__out_host_table table[MTL__OUT_HOST_TABLES] = {
        {"hosts/injuries.tsv", injuries, n_injuries},
        {"hosts/healing.tsv", healing, n_injuries},
        {"hosts/tolerance.tsv", tolerance, n_immune},
        {"hosts/outcomes.tsv", outcomes, n_outcomes},
        {"hosts/outcome_times.tsv", outcome_times, n_outcomes},
        {"hosts/tumours.tsv", tumours, n_clones},
    };
    return &table[i];
}
