/* SPDX-License-Identifier: MIT */
/* Mass balance of persistence. A neutral lineage (divides and dies at one rate b) survives a time t
   with probability 1/(1 + b t) and then counts 1 + b t cells on average (Kendall 1948). From it:
   how many engrafted seeds a pregnancy must leave so that a given share of women still carries a
   line, when women are alike (Poisson) or differ (gamma), and what a surviving line would read in
   blood. Every figure is computed by the analytic solver of process/ on a process of one type, and
   set beside the closed form. The figures of the text are held by tests/unit/test_targets.c and
   explained in docs/persistence.md. */
#include <math.h>
#include <stdio.h>

#include "matriline/targets.h"
#include "model/model.h"
#include "process/process.h"
#include "study/persistence.h"

const double mtl__dose_shape[MTL__N_DOSE_LAWS] = {0.0, 1.0, 0.3};

static int neutral_type(mtl__process **out, double rate_per_day, mtl_error *err)
{
    mtl__builder *b = NULL;
    int ret = mtl__builder_new(&b, err);
    if (ret < 0)
        return ret;
    const int type = mtl__add_type(b, "neutral seed");
    ret = type;
    if (ret >= 0)
        ret = mtl__add_divide(b, type, rate_per_day, 0);
    if (ret >= 0)
        ret = mtl__add_die(b, type, rate_per_day, 0);
    if (ret >= 0)
        ret = mtl__builder_finish(b, NULL, out, err);
    mtl__builder_free(b);
    return ret < 0 ? mtl__fail_plain(err, ret) : MTL_OK;
}

/* Mean dose at which the prevalence is reached when one line survives with probability q. */
static double dose_for(double prevalence, double q, double shape)
{
    const double none = 1.0 - prevalence;
    if (shape <= 0.0)
        return -mtl__log(none) / q;
    return shape * mtl__expm1(-mtl__log(none) / shape) / q;
}

static int prevalence_at(mtl__analytic *a, double days, double dose, double shape, double *out,
                         mtl_error *err)
{
    mtl__group group = {.law = shape > 0.0 ? MTL__GAMMA : MTL__FIXED, .shape = shape, .key = 1};
    mtl__burst burst = {.t = 0.0, .mean = dose, .count = -1, .to = MTL__TO_TYPE};
    mtl__source source = {.group = &group, .n_groups = 1, .burst = &burst, .n_bursts = 1};
    const double see = 1.0;
    mtl__seen seen;
    MTL_TRY(mtl__analytic_seen(a, &source, days, &see, NULL, 1e-10, &seen, err));
    *out = 1.0 - seen.p_none;
    return MTL_OK;
}

static int solve(mtl__analytic *a, double prevalence, mtl__persistence *p, mtl_error *err)
{
    const double days = p->years * MTL_DAYS_PER_YEAR, see = 1.0;
    double mean;
    MTL_TRY(mtl__analytic_types(a, 0.0, days, &see, NULL, 1e-10, &p->survive, &mean, NULL, err));
    p->cells = mean / p->survive;
    for (int i = 0; i < MTL__N_DOSE_LAWS; i++) {
        p->dose[i] = dose_for(prevalence, p->survive, mtl__dose_shape[i]);
        MTL_TRY(prevalence_at(a, days, p->dose[i], mtl__dose_shape[i], &p->reached[i], err));
    }
    return MTL_OK;
}

int mtl__persistence_figures(double rate_per_year, double years, double prevalence,
                             mtl__persistence *out, mtl_error *err)
{
    mtl__process *process = NULL;
    mtl__analytic *a = NULL;
    *out = (mtl__persistence){.rate_per_year = rate_per_year, .years = years};
    out->survive_closed = 1.0 / (1.0 + rate_per_year * years);
    out->cells_closed = 1.0 + rate_per_year * years;
    int ret = neutral_type(&process, rate_per_year / MTL_DAYS_PER_YEAR, err);
    if (ret == MTL_OK)
        ret = mtl__analytic_new(&a, process, err);
    if (ret == MTL_OK)
        ret = solve(a, prevalence, out, err);
    mtl__analytic_free(a);
    mtl__process_free(process);
    return ret;
}

/* ---------------------------------------------------------------- the text */
enum { N_RATES = 2 };
#define YEARS 40.0
#define PREVALENCE 0.6

/* Value and range of a parameter, in its own unit; the range may be open (NaN). */
static int parameter(const mtl_model *m, const char *name, mtl_param_info *out, mtl_error *err)
{
    const int i = mtl_model_find_param(m, name, err);
    return i < 0 ? i : mtl_model_param(m, i, out);
}

/* To the nearest whole seed; 79.5 is 80 whatever the last bits of the solver. */
static double rounded(double x)
{
    return floor(x + 0.5 + 1e-6);
}

static void add_prevalence(mtl__str *s, const mtl__persistence p[N_RATES])
{
    mtl__str_printf(
        s,
        "Prevalence: engrafted seeds that one pregnancy must leave so that %.0f%% of women "
        "keep a line for %.0f years\n\n",
        100.0 * PREVALENCE, YEARS);
    mtl__str_printf(s, "  %-34s %12.3g %12.3g\n", "divisions per year (and losses)",
                    p[0].rate_per_year, p[1].rate_per_year);
    mtl__str_printf(s, "  %-34s %11.2f%% %11.2f%%\n", "one lineage survives, solver",
                    100.0 * p[0].survive, 100.0 * p[1].survive);
    mtl__str_printf(s, "  %-34s %11.2f%% %11.2f%%\n", "  closed form 1/(1 + rate x years)",
                    100.0 * p[0].survive_closed, 100.0 * p[1].survive_closed);
    for (int i = 0; i < MTL__N_DOSE_LAWS; i++) {
        char label[64];
        if (mtl__dose_shape[i] > 0.0)
            snprintf(label, sizeof label, "seeds, women differ (gamma %.1f)", mtl__dose_shape[i]);
        else
            snprintf(label, sizeof label, "seeds, women alike");
        mtl__str_printf(s, "  %-34s %12.0f %12.0f\n", label, rounded(p[0].dose[i]),
                        rounded(p[1].dose[i]));
        mtl__str_printf(s, "  %-34s %11.2f%% %11.2f%%\n", "  women who keep a line, solver",
                        100.0 * p[0].reached[i], 100.0 * p[1].reached[i]);
    }
}

static void add_level(mtl__str *s, const mtl__persistence *p, double pool_low, double pool_high)
{
    mtl__str_printf(s, "\nLevel: genome equivalents per million in blood\n\n");
    mtl__str_printf(s, "  %-37s %.0f to %.0f\n", "stem cells that make blood", pool_low, pool_high);
    mtl__str_printf(s, "  %-37s %.0f to %.0f per million\n", "one donor stem cell makes",
                    1e6 / pool_high, 1e6 / pool_low);
    mtl__str_printf(s, "  %-37s %.1f (closed form %.1f)\n", "cells of a line that survived, mean",
                    p->cells, p->cells_closed);
    mtl__str_printf(s, "  %-37s %.0f to %.0f per million\n", "such a line makes",
                    p->cells * 1e6 / pool_high, p->cells * 1e6 / pool_low);
    mtl__str_printf(s, "  %-37s %s\n", "healthy women show at most",
                    "4 to 5 per million (rows lam02_h, lep_h)");
}

static const char closing[] =
    "\n"
    "A median delivery bleeds about 0.1 mL of fetal blood, roughly one repopulating stem cell. At "
    "1.3\n"
    "divisions a year neutral stem cells fail twice: too few lines live on, and those that do read "
    "far\n"
    "too high. Slow or limited seeds, other kinds of cell, or hidden transfer must carry "
    "persistence;\n"
    "which, these figures do not say (switch `persistence`). Limits: the rate counts all "
    "divisions, of\n"
    "which the self-renewing symmetric share may be smaller; women differ here in dose only.\n";

int mtl_persistence_text(char **out, const mtl_model *m, mtl_error *err)
{
    mtl_param_info rate, pool;
    mtl__persistence p[N_RATES];
    *out = NULL;
    MTL_TRY(parameter(m, "hsc.division", &rate, err));
    MTL_TRY(parameter(m, "hsc.pool", &pool, err));
    const double rates[N_RATES] = {rate.value, 0.1};
    for (int i = 0; i < N_RATES; i++)
        MTL_TRY(mtl__persistence_figures(rates[i], YEARS, PREVALENCE, &p[i], err));
    const bool open = isnan(pool.low) || isnan(pool.high);
    mtl__str s = {0};
    mtl__str_add(&s, "Mass balance of persistence: can a neutral stem-cell line last?\n\n");
    add_prevalence(&s, p);
    add_level(&s, &p[0], open ? pool.value : pool.low, open ? pool.value : pool.high);
    mtl__str_add(&s, closing);
    if (s.oom) {
        mtl__str_free(&s);
        return mtl__nomem(err);
    }
    *out = s.s;
    return MTL_OK;
}
