/* SPDX-License-Identifier: MIT */
/*
 * Proleptic Gregorian calendar as days since 1970-01-01. Years are counted from March, so that the
 * leap day is the last day of a year and the months before it have a regular length; 400 years are
 * 146097 days. Valid years are 1 to 9999.
 */
#include <math.h>

#include "base/base.h"

enum { DAYS_400Y = 146097, EPOCH_FROM_MARCH_0 = 719468 };

static bool leap(int y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

bool mtl__date_valid(int y, int m, int d)
{
    static const int length[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1)
        return false;
    return d <= length[m - 1] + (m == 2 && leap(y));
}

double mtl__date_to_days(int y, int m, int d)
{
    const long long year = (long long)y - (m <= 2); /* year that began last March */
    const long long month = m > 2 ? m - 3 : m + 9;  /* March = 0 */
    const long long era = (year >= 0 ? year : year - 399) / 400;
    const long long in_era = year - 400 * era;
    const long long in_year = (153 * month + 2) / 5 + d - 1;
    const long long days = era * DAYS_400Y + 365 * in_era + in_era / 4 - in_era / 100 + in_year;
    return (double)(days - EPOCH_FROM_MARCH_0);
}

void mtl__days_to_date(double days, int *y, int *m, int *d)
{
    /* The range of years -9999 .. 9999 and a little more; keeps the conversion defined. */
    const double most = 5e6;
    const double kept = isnan(days) ? 0 : days < -most ? -most : days > most ? most : days;
    const long long towards_0 = (long long)kept;
    const long long whole = towards_0 - ((double)towards_0 > kept); /* floor */
    const long long z = whole + EPOCH_FROM_MARCH_0;
    const long long era = (z >= 0 ? z : z - (DAYS_400Y - 1)) / DAYS_400Y;
    const long long in_era = z - era * DAYS_400Y;
    const long long year =
        (in_era - in_era / 1460 + in_era / 36524 - in_era / (DAYS_400Y - 1)) / 365;
    const long long in_year = in_era - (365 * year + year / 4 - year / 100);
    const long long month = (5 * in_year + 2) / 153;
    *d = (int)(in_year - (153 * month + 2) / 5 + 1);
    *m = (int)(month < 10 ? month + 3 : month - 9);
    *y = (int)(year + 400 * era + (*m <= 2));
}
