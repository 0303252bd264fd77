/* SPDX-License-Identifier: MIT */
/* Dates of a scenario. People know years better than days, so 1948 and 1948-06 are dates too: the
   middle of the period, with half its width kept as slack for what must agree with it. An event may
   give the age of its person instead. Weeks count from the last menstrual period, two weeks before
   conception. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/yaml_scenario.h"

#define FIRST_YEAR 1800
#define LAST_YEAR 2200

/* Exactly n digits; -1 if they are not. */
static int digits(const char *s, int n)
{
    int x = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        x = 10 * x + (s[i] - '0');
    }
    return x;
}

int mtl__sl_date(mtl__sload *l, const mtl__ynode *n, mtl__ydate *out)
{
    const char *t;
    MTL_TRY(mtl__yaml_text(&l->doc, n, &t, l->err));
    const size_t len = strlen(t);
    const bool shape = (len == 4 || len == 7 || len == 10) && (len < 7 || t[4] == '-') &&
                       (len < 10 || t[7] == '-');
    const int y = shape ? digits(t, 4) : -1;
    const int m = shape && len >= 7 ? digits(t + 5, 2) : 1;
    const int d = shape && len == 10 ? digits(t + 8, 2) : 1;
    if (y < 0 || m < 0 || d < 0)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_DATE,
                              "'%.40s' is not a date; write 1948-06-01, 1948-06 or 1948", t);
    if (!mtl__date_valid(y, m, d))
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_DATE, "%s is not in the calendar", t);
    if (y < FIRST_YEAR || y > LAST_YEAR)
        return mtl__yaml_fail(&l->doc, n, l->err, MTL_ERR_DATE, "the year %d is outside %d to %d",
                              y, FIRST_YEAR, LAST_YEAR);
    const double begin = mtl__date_to_days(y, m, d);
    *out = (mtl__ydate){begin, 0.0};
    if (len == 10)
        return MTL_OK;
    const bool month = len == 7;
    const double end =
        month && m < 12 ? mtl__date_to_days(y, m + 1, 1) : mtl__date_to_days(y + 1, 1, 1);
    *out = (mtl__ydate){begin + floor(0.5 * (end - begin)), month ? 15.5 : 183.0};
    return MTL_OK;
}

/* "38+4": weeks and days, as a midwife writes them. */
static bool weeks_and_days(const char *t, double *out)
{
    const char *plus = strchr(t, '+');
    const size_t w = plus ? (size_t)(plus - t) : 0;
    if (w < 1 || w > 2 || strlen(plus) != 2 || plus[1] < '0' || plus[1] > '6')
        return false;
    const int weeks = digits(t, (int)w);
    *out = weeks + (plus[1] - '0') / 7.0;
    return weeks >= 0;
}

int mtl__sl_weeks(mtl__sload *l, const mtl__ynode *n, double *out)
{
    const char *t;
    MTL_TRY(mtl__yaml_text(&l->doc, n, &t, l->err));
    if (!weeks_and_days(t, out)) {
        MTL_TRY(mtl__yaml_quantity(&l->doc, n, "day", "week", out, l->err));
        *out /= 7.0;
    }
    const mtl__life life = mtl__model_life(l->m);
    const double low = mtl__life_week(&life, 3.0), high = mtl__life_week(&life, 45.0);
    if (!(*out >= low && *out <= high))
        return mtl__yaml_fail(
            &l->doc, n, l->err, MTL_ERR_VALUE,
            "week %.4g of a pregnancy: weeks are %.3g to %.3g, from the last menstrual period%s",
            *out, low, high,
            low < 3.0 ? "; the model is of a smaller animal: see --model for another" : "");
    return MTL_OK;
}

/* The day on which somebody born on `born` turns so many days old: whole years are birthdays. */
static double day_of_age(double born, double days)
{
    const double years = days / MTL_DAYS_PER_YEAR;
    int y, m, d;
    if (fabs(years - floor(years + 0.5)) > 1e-9)
        return floor(born + days);
    mtl__days_to_date(born, &y, &m, &d);
    y += (int)floor(years + 0.5);
    return mtl__date_valid(y, m, d) ? mtl__date_to_days(y, m, d) : mtl__date_to_days(y, m, d - 1);
}

int mtl__sl_when(mtl__sload *l, const mtl__ynode *ev, int person, mtl__ydate *out)
{
    const mtl__ynode *date = mtl__yaml_get(ev, "date"), *age = mtl__yaml_get(ev, "age");
    if (!date && !age)
        return 1;
    if (date && age)
        return mtl__yaml_fail(&l->doc, age, l->err, MTL_ERR_DUPLICATE,
                              "give either the date or the age, not both");
    if (date)
        return mtl__sl_date(l, date, out);
    double days;
    MTL_TRY(mtl__yaml_quantity(&l->doc, age, "day", "year", &days, l->err));
    if (!(days >= 0.0 && days <= 130.0 * MTL_DAYS_PER_YEAR))
        return mtl__yaml_fail(&l->doc, age, l->err, MTL_ERR_VALUE, "an age is 0 to 130 years");
    if (isnan(l->person[person].born) || l->more[person].awaits_event)
        return 2;
    *out = (mtl__ydate){day_of_age(l->person[person].born, days), l->person[person].born_slack};
    return MTL_OK;
}
