/* SPDX-License-Identifier: MIT */
/* What happened to the hosts themselves as one JSON object: injuries, tolerance, outcomes, tumours,
   with their courses as arrays over the dates of the run. The keys follow the columns of the tables
   in hosts/; what is missing is null. */
#include <jansson.h>
#include <math.h>

#include "io/result_out.h"

static void set(json_t *o, const char *key, json_t *value, bool *failed)
{
    if (!value || json_object_set_new(o, key, value) != 0)
        *failed = true;
}

static void append(json_t *list, json_t *value, bool *failed)
{
    if (!value || json_array_append_new(list, value) != 0)
        *failed = true;
}

static json_t *number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *text(const char *s)
{
    if (!s)
        return json_null();
    mtl__str b = {0};
    mtl__out_clean(&b, s);
    json_t *v = b.oom ? NULL : json_stringn(b.s ? b.s : "", b.len);
    mtl__str_free(&b);
    return v;
}

static json_t *date(double days)
{
    char buf[16];
    return isfinite(days) ? json_string(mtl__date_text(days, buf)) : json_null();
}

/* A pair of numbers, of chance alone and with the unknowns drawn. */
static void both(json_t *o, const mtl_result *r, const char *key, const char *wide, const double *v,
                 bool *failed)
{
    set(o, key, number(v[MTL__CHANCE]), failed);
    if (r->n_bands > 1)
        set(o, wide, number(v[MTL__UNKNOWNS]), failed);
}

/* ------------------------------------------------------------------ courses */

static json_t *course(const float *v, int n, bool *failed)
{
    if (!v)
        return json_null();
    json_t *list = json_array();
    for (int k = 0; k < n; k++)
        append(list, number(v[k]), failed);
    return list;
}

static json_t *band_course(const mtl__band *x, int n, bool *failed)
{
    json_t *o = json_object(), *mean = json_array(), *low = json_array(), *mid = json_array(),
           *high = json_array();
    for (int k = 0; x && k < n; k++) {
        append(mean, number(x[k].mean), failed);
        append(low, number(x[k].q025), failed);
        append(mid, number(x[k].q500), failed);
        append(high, number(x[k].q975), failed);
    }
    set(o, "mean", mean, failed);
    set(o, "q025", low, failed);
    set(o, "q500", mid, failed);
    set(o, "q975", high, failed);
    return o;
}

static void courses(json_t *o, const mtl_result *r, const char *key, const char *wide,
                    mtl__band *const *band, bool *failed)
{
    set(o, key, band_course(band[MTL__CHANCE], r->n_times, failed), failed);
    if (r->n_bands > 1)
        set(o, wide, band_course(band[MTL__UNKNOWNS], r->n_times, failed), failed);
}

/* ------------------------------------------------------------------ parts */

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
        set(o, "person", text(r->s->person[x->person].name), failed);
        set(o, "injury", text(r->m->injury[i->def].name), failed);
        set(o, "organ", text(r->m->organ[i->organ].name), failed);
        set(o, "injury_date", date(i->t), failed);
        set(o, "size_share", number(i->size), failed);
        set(o, "lasts_days", number(i->lasts_days), failed);
        set(o, "cells_act_on_repair", json_boolean(x->coupled), failed);
        both(o, r, "healed_days", "healed_days_with_unknowns", x->healed_mean, failed);
        set(o, "healed_days_without_cells", number(x->healed_alone), failed);
        for (int q = 0; q < 3; q++) {
            courses(o, r, key[q], wide[q], band[q], failed);
            set(o, alone[q], course(x->alone[q], r->n_times, failed), failed);
        }
        courses(o, r, "arrived_per_1e6", "arrived_per_1e6_with_unknowns", x->arrived, failed);
        append(list, o, failed);
    }
    return list;
}

static json_t *tolerance(const mtl_result *r, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < r->host.n_immune; i++) {
        const mtl__immune_result *x = &r->host.immune[i];
        json_t *o = json_object();
        set(o, "person", text(r->s->person[x->host].name), failed);
        set(o, "donor", text(r->s->person[x->donor].name), failed);
        set(o, "hla_mismatch_share", number(x->mismatch), failed);
        courses(o, r, "tolerance_share", "tolerance_share_with_unknowns", x->tolerance, failed);
        courses(o, r, "response_share", "response_share_with_unknowns", x->response, failed);
        append(list, o, failed);
    }
    return list;
}

static json_t *outcomes(const mtl_result *r, bool *failed)
{
    json_t *list = json_array();
    for (int i = 0; i < r->host.n_outcomes; i++) {
        const mtl__outcome_result *x = &r->host.outcome[i];
        json_t *o = json_object();
        set(o, "person", text(r->s->person[x->person].name), failed);
        set(o, "outcome", text(r->m->outcome[x->outcome].name), failed);
        set(o, "given_date", date(x->given ? mtl__out_given_onset(r, x) : NAN), failed);
        both(o, r, "p_by_end", "p_by_end_with_unknowns", x->p_end, failed);
        both(o, r, "p_by_end_low", "p_by_end_low_with_unknowns", x->p_lo, failed);
        both(o, r, "p_by_end_high", "p_by_end_high_with_unknowns", x->p_hi, failed);
        set(o, "p_baseline", number(x->p_baseline), failed);
        both(o, r, "mean_times", "mean_times_with_unknowns", x->times, failed);
        set(o, "median_onset_date", date(x->given ? NAN : mtl__out_median_onset(r, x, failed)),
            failed);
        set(o, "p_by_then", course(x->by[MTL__CHANCE], r->n_times, failed), failed);
        if (r->n_bands > 1)
            set(o, "p_by_then_with_unknowns", course(x->by[MTL__UNKNOWNS], r->n_times, failed),
                failed);
        set(o, "p_baseline_by_then", course(x->baseline, r->n_times, failed), failed);
        append(list, o, failed);
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
        set(o, "person", text(r->s->person[x->person].name), failed);
        set(o, "kind", text(r->m->kind[x->kind].name), failed);
        set(o, "organ", text(r->m->organ[x->organ].name), failed);
        both(o, r, "p_begun", "p_begun_with_unknowns", x->p_begun, failed);
        both(o, r, "p_alive_end", "p_alive_end_with_unknowns", x->p_alive_end, failed);
        both(o, r, "p_detected", "p_detected_with_unknowns",
             x->has_detected ? x->p_detected : unknown, failed);
        courses(o, r, "cells", "cells_with_unknowns", x->cells, failed);
        append(list, o, failed);
    }
    return list;
}

json_t *mtl__out_hosts_json(const mtl_result *r)
{
    bool failed = false;
    json_t *o = json_object(), *dates = json_array();
    for (int k = 0; k < r->n_times; k++)
        append(dates, date(r->time[k]), &failed);
    set(o, "dates", dates, &failed);
    set(o, "injuries", injuries(r, &failed), &failed);
    set(o, "tolerance", tolerance(r, &failed), &failed);
    set(o, "outcomes", outcomes(r, &failed), &failed);
    set(o, "tumours", tumours(r, &failed), &failed);
    if (failed) {
        json_decref(o);
        return NULL;
    }
    return o;
}
