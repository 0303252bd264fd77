/* SPDX-License-Identifier: MIT */
/*
 * Strict decimal numbers. strtod alone is too kind (hex, nan, inf, leading blanks, the decimal
 * comma of a locale), so the text is first held against the grammar
 *     [+-] ( digits [. digits*] | . digits ) [ (e|E) [+-] digits ]
 * and then rewritten as digits "e" exponent, without a decimal point: what strtod makes of that is
 * correctly rounded and the same under every locale.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* Any double and any midpoint between two doubles is decided by 768 digits; more only need to be
   known to be nonzero. */
enum { MAX_DIGITS = 800, MAX_EXPONENT = 1000000 };

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Copies the digits of a mantissa without leading zeros and point; returns the end of the mantissa,
   NULL if it has no digit. *exponent: power of ten of the last digit kept. */
static const char *mantissa(const char *s, char *out, size_t *n, long *exponent)
{
    bool point = false, any = false;
    *n = 0;
    *exponent = 0;
    for (; digit(*s) || (*s == '.' && !point); s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        any = true;
        if (*n == MAX_DIGITS) {
            if (*s != '0' && out[MAX_DIGITS - 1] == '0')
                out[MAX_DIGITS - 1] = '1'; /* sticky: not exactly at a midpoint */
            *exponent += !point && *exponent < MAX_EXPONENT;
            continue;
        }
        if (*n > 0 || *s != '0')
            out[(*n)++] = *s;
        *exponent -= point && *exponent > -MAX_EXPONENT;
    }
    return any ? s : NULL;
}

/* The decimal exponent after 'e', clamped; NULL if malformed. */
static const char *power(const char *s, long *exponent)
{
    const bool negative = *s == '-';
    long e = 0;
    if (*s == '-' || *s == '+')
        s++;
    if (!digit(*s))
        return NULL;
    for (; digit(*s); s++)
        e = e < MAX_EXPONENT ? 10 * e + (*s - '0') : e;
    *exponent += negative ? -e : e;
    return s;
}

int mtl__parse_double(const char *s, double *out)
{
    char text[MAX_DIGITS + 24];
    size_t n;
    long exponent;
    bool negative;
    double v;
    if (!s)
        return MTL_ERR_VALUE;
    negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    s = mantissa(s, text, &n, &exponent);
    if (s && (*s == 'e' || *s == 'E'))
        s = power(s + 1, &exponent);
    if (!s || *s != '\0')
        return MTL_ERR_VALUE;
    if (n == 0)
        text[n++] = '0';
    snprintf(text + n, sizeof text - n, "e%ld", exponent);
    v = strtod(text, NULL);
    if (!isfinite(v))
        return MTL_ERR_VALUE;
    *out = negative ? -v : v;
    return MTL_OK;
}

int mtl__parse_int(const char *s, long long *out)
{
    unsigned long long v = 0;
    bool negative;
    if (!s)
        return MTL_ERR_VALUE;
    negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    if (!digit(*s))
        return MTL_ERR_VALUE;
    for (; digit(*s); s++) {
        const unsigned d = (unsigned)(*s - '0');
        if (v > (9223372036854775807ULL + negative - d) / 10)
            return MTL_ERR_VALUE;
        v = 10 * v + d;
    }
    if (*s != '\0')
        return MTL_ERR_VALUE;
    *out = negative ? (v > 0 ? -(long long)(v - 1) - 1 : 0) : (long long)v;
    return MTL_OK;
}
