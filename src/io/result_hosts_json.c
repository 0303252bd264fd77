/* SPDX-License-Identifier: MIT */
/* What happened to the hosts themselves as one JSON object: injuries, tolerance, outcomes, tumours,
   with their courses as arrays over the dates of the run. The keys follow the columns of the tables
   in hosts/; what is missing is null. */
#include <jansson.h>
#include <math.h>

#include "io/json_text.h"
#include "io/result_out.h"

/* A pair of numbers, of chance alone and with the unknowns drawn. */
static void both(json_t *o, const mtl_result *r, const char *key, const char *wide, const double *v,
                 bool *failed)
{
    mtl__json_set(o, key, mtl__json_number(v[MTL__CHANCE]), failed);
    if (r->n_bands > 1)
        mtl__json_set(o, wide, mtl__json_number(v[MTL__UNKNOWNS]), failed);
}

/* ------------------------------------------------------------------ courses */

static json_t *course(const float *v, int n, bool *failed)
{
    if (!v)
        return json_null();
    json_t *list = json_array();
    for (int k = 0; k < n; k++)
        mtl__json_append(list, mtl__json_number(v[k]), failed);
    return list;
}

static json_t *band_course(const mtl__band *x, int n, bool *failed)
{
    json_t *o = json_object(), *mean = json_array(), *low = json_array(), *mid = json_array(),
           *high = json_array();
    for (int k = 0; x && k < n; k++) {
        mtl__json_append(mean, mtl__json_number(x[k].mean), failed);
        mtl__json_append(low, mtl__json_number(x[k].q025), failed);
        mtl__json_append(mid, mtl__json_number(x[k].q500), failed);
        mtl__json_append(high, mtl__json_number(x[k].q975), failed);
    }
    mtl__json_set(o, "mean", mean, failed);
    mtl__json_set(o, "q025", low, failed);
    mtl__json_set(o, "q500", mid, failed);
    mtl__json_set(o, "q975", high, failed);
    return o;
}

static void courses(json_t *o, const mtl_result *r, const char *key, const char *wide,
                    mtl__band *const *band, bool *failed)
{
    mtl__json_set(o, key, band_course(band[MTL__CHANCE], r->n_times, failed), failed);
    if (r->n_bands > 1)
        mtl__json_set(o, wide, band_course(band[MTL__UNKNOWNS], r->n_times, failed), failed);
}

/* ------------------------------------------------------------------ parts */

static void healing(json_t *o, const mtl_result *r, const mtl__injury_result *x, bool *failed)
{
    static const char *const key[] = {"peak_share", "peak_days", "tenth_left_days",
                                      "tenth_left_days_q025", "tenth_left_days_q975"};
    static const char *const wide[] = {
        "peak_share_with_unknowns", "peak_days_with_unknowns", "tenth_left_days_with_unknowns",
        "tenth_left_days_q025_with_unknowns", "tenth_left_days_q975_with_unknowns"};
    for (int k = 0; k < 5; k++) {
        double v[MTL__HOST_BANDS];
        for (int n = 0; n < MTL__HOST_BANDS; n++) {
            const mtl__healing *h = &x->heal[n];
            const double of[] = {h->peak, h->peak_day, h->middle, h->low, h->high};
            v[n] = of[k];
        }
        both(o, r, key[k], wide[k], v, failed);
    }
    mtl__json_set(o, "p_moving_seed", mtl__json_number(x->p_seed), failed);
    mtl__json_set(o, "brought_days", mtl__json_number(x->brought_days), failed);
    mtl__json_set(o, "came_cells", mtl__json_number(x->came), failed);
    mtl__json_set(o, "there_cells", mtl__json_number(x->there), failed);
    mtl__json_set(o, "fated_cells", mtl__json_number(x->fated), failed);
    mtl__json_set(o, "moving_seeds", mtl__json_number(x->seeds), failed);
    mtl__json_set(o, "most_days", mtl__json_number(x->most_day), failed);
}

static json_t *injuries(const mtl_result *r, bool *failed)
{
    static const char *const key[] = {"damage_share", "inflammation_share", "chemokine_share"};
    static const char *const wide[] = {"damage_share_with_unknowns",
                                       "inflammation_share_with_unknowns",
                                       "chemokine_share_with_unknowns"};
    static const char *const alone[] = {"damage_share_without_cells",
                                        "inflammation_share_without_cells",
                                        "chemokine_share_without_cells"};
    json_t *list = json_array();
    for (int n = 0; n < r->host.n_injuries; n++) {
        const mtl__injury_result *x = &r->host.injury[n];
        const mtl__injury *i = &r->s->injury[x->injury];
        mtl__band *const *band[] = {x->damage, x->inflammation, x->chemokine};
        json_t *o = json_object();
        mtl__json_set(o, "person", mtl__json_string(r->s->person[x->person].name), failed);
        mtl__json_set(o, "injury", mtl__json_string(r->m->injury[i->def].name), failed);
        mtl__json_set(o, "organ", mtl__json_string(r->m->organ[i->organ].name), failed);
        mtl__json_set(o, "injury_date", mtl__json_date(i->t), failed);
        mtl__json_set(o, "size_share", mtl__json_number(i->size), failed);
        mtl__json_set(o, "lasts_days", mtl__json_number(i->lasts_days), failed);
        mtl__json_set(o, "cells_act_on_repair", json_boolean(x->coupled), failed);
        both(o, r, "healed_days", "healed_days_with_unknowns", x->healed_mean, failed);
        healing(o, r, x, failed);
        mtl__json_set(o, "healed_days_without_cells", mtl__json_number(x->healed_alone), failed);
        for (int q = 0; q < 3; q++) {
            courses(o, r, key[q], wide[q], band[q], failed);
            mtl__json_set(o, alone[q], course(x->alone[q], r->n_times, failed), failed);
        }
        courses(o, r, "arrived_per_1e6", "arrived_per_1e6_with_unknowns", x->arrived, failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *tolerance(const mtl_result *r, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < r->host.n_immune; i++) {
        const mtl__immune_result *x = &r->host.immune[i];
        json_t *o = json_object();
        mtl__json_set(o, "person", mtl__json_string(r->s->person[x->host].name), failed);
        mtl__json_set(o, "donor", mtl__json_string(r->s->person[x->donor].name), failed);
        mtl__json_set(o, "hla_mismatch_share", mtl__json_number(x->mismatch), failed);
        courses(o, r, "tolerance_share", "tolerance_share_with_unknowns", x->tolerance, failed);
        courses(o, r, "response_share", "response_share_with_unknowns", x->response, failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *outcomes(const mtl_result *r, bool *failed)
{
    const double unknown[MTL__HOST_BANDS] = {NAN, NAN};
    json_t *list = json_array();
    for (int i = 0; i < r->host.n_outcomes; i++) {
        const mtl__outcome_result *x = &r->host.outcome[i];
        json_t *o = json_object();
        mtl__json_set(o, "person", mtl__json_string(r->s->person[x->person].name), failed);
        mtl__json_set(o, "outcome", mtl__json_string(r->m->outcome[x->outcome].name), failed);
        mtl__json_set(o, "given_date",
                      mtl__json_date(x->given || x->dated ? mtl__out_given_onset(r, x) : NAN),
                      failed);
        both(o, r, "p_by_end", "p_by_end_with_unknowns", x->dated ? unknown : x->p_end, failed);
        both(o, r, "p_by_end_low", "p_by_end_low_with_unknowns", x->dated ? unknown : x->p_lo,
             failed);
        both(o, r, "p_by_end_high", "p_by_end_high_with_unknowns", x->dated ? unknown : x->p_hi,
             failed);
        mtl__json_set(o, "p_baseline", mtl__json_number(x->p_baseline), failed);
        both(o, r, "mean_times", "mean_times_with_unknowns", x->times, failed);
        mtl__json_set(o, "median_onset_date",
                      mtl__json_date(x->given ? NAN : mtl__out_median_onset(r, x, failed)), failed);
        mtl__json_set(o, "p_by_then", course(x->by[MTL__CHANCE], r->n_times, failed), failed);
        if (r->n_bands > 1)
            mtl__json_set(o, "p_by_then_with_unknowns",
                          course(x->by[MTL__UNKNOWNS], r->n_times, failed), failed);
        mtl__json_set(o, "p_baseline_by_then", course(x->baseline, r->n_times, failed), failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

static json_t *tumours(const mtl_result *r, bool *failed)
{
    const double unknown[MTL__HOST_BANDS] = {NAN, NAN};
    json_t *list = json_array();
    for (int i = 0; i < r->host.n_clones; i++) {
        const mtl__clone_result *x = &r->host.clone[i];
        json_t *o = json_object();
        mtl__json_set(o, "person", mtl__json_string(r->s->person[x->person].name), failed);
        mtl__json_set(o, "kind", mtl__json_string(r->m->kind[x->kind].name), failed);
        mtl__json_set(o, "organ", mtl__json_string(r->m->organ[x->organ].name), failed);
        both(o, r, "p_begun", "p_begun_with_unknowns", x->p_begun, failed);
        both(o, r, "p_alive_end", "p_alive_end_with_unknowns", x->p_alive_end, failed);
        both(o, r, "p_detected", "p_detected_with_unknowns",
             x->has_detected ? x->p_detected : unknown, failed);
        both(o, r, "p_gone", "p_gone_with_unknowns", x->p_gone, failed);
        courses(o, r, "cells", "cells_with_unknowns", x->cells, failed);
        mtl__json_append(list, o, failed);
    }
    return list;
}

json_t *mtl__out_hosts_json(const mtl_result *r)
{
    bool failed = false;
    json_t *o = json_object(), *dates = json_array();
    for (int k = 0; k < r->n_times; k++)
        mtl__json_append(dates, mtl__json_date(r->time[k]), &failed);
    mtl__json_set(o, "dates", dates, &failed);
    mtl__json_set(o, "injuries", injuries(r, &failed), &failed);
    mtl__json_set(o, "tolerance", tolerance(r, &failed), &failed);
    mtl__json_set(o, "outcomes", outcomes(r, &failed), &failed);
    mtl__json_set(o, "tumours", tumours(r, &failed), &failed);
    if (failed) {
        json_decref(o);
        return NULL;
    }
    return o;
}
