/* SPDX-License-Identifier: MIT */
/* How the report writes numbers and names: two significant digits, estimate then (interval), no
   probability of exactly 0 or 1 from a finite number of replicates, user text escaped. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

void mtl__html(mtl__str *b, const char *s)
{
    mtl__str clean = {0};
    mtl__out_clean(&clean, s);
    if (clean.oom)
        b->oom = true;
    for (const char *p = clean.s; p && *p; p++) {
        switch (*p) {
        case '&':
            mtl__str_add(b, "&amp;");
            break;
        case '<':
            mtl__str_add(b, "&lt;");
            break;
        case '>':
            mtl__str_add(b, "&gt;");
            break;
        case '"':
            mtl__str_add(b, "&quot;");
            break;
        case '\'':
            mtl__str_add(b, "&#39;");
            break;
        default:
            mtl__str_addn(b, p, 1);
        }
    }
    mtl__str_drop(b, &clean);
}

void mtl__html_dotted(mtl__str *b, const char *s)
{
    while (*s) {
        const size_t n = strcspn(s, "._") + 1;
        char part[128];
        const size_t length = n <= strlen(s) ? n : strlen(s);
        snprintf(part, sizeof part, "%.*s", (int)(length < 120 ? length : 120), s);
        mtl__html(b, part);
        s += length;
        if (*s)
            mtl__str_add(b, "<wbr>");
    }
}

static bool in_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           (c & 0x80);
}

static bool after(const char *text, const char *p, const char *words)
{
    const size_t n = strlen(words);
    return (size_t)(p - text) >= n && strncmp(p - n, words, n) == 0;
}

/* Does a headline have a name here? A son may be called "a" or "in": he is not meant elsewhere. */
static bool place_of_name(const mtl__page *v, const char *text, const char *p)
{
    const size_t date = sizeof "On 1970-01-01 " - 1;
    return (size_t)(p - text) == date || after(text, p, "most by ") || after(text, p, "; ") ||
           (v->r->n_children == 0 && after(text, p, "cells of "));
}

/* The person whose name stands here as a whole word, -1 nobody; the longest of several. */
static int name_at(const mtl__page *v, const char *text, const char *p)
{
    int best = -1;
    size_t longest = 0;
    for (int i = 0; i < v->s->n_people && place_of_name(v, text, p); i++) {
        const char *name = mtl__page_name(v, i);
        const size_t n = strlen(name);
        if (n > longest && strncmp(p, name, n) == 0 && !in_word(p[n])) {
            best = i;
            longest = n;
        }
    }
    return best;
}

void mtl__html_names(mtl__page *v, const char *text)
{
    mtl__str *b = v->out;
    for (const char *p = text; *p;) {
        const int who = name_at(v, text, p);
        const char *end = p + 1;
        if (who >= 0)
            end = p + strlen(mtl__page_name(v, who));
        else
            while (*end && name_at(v, text, end) < 0)
                end++;
        mtl__str part = {0};
        mtl__str_addn(&part, p, (size_t)(end - p));
        if (who >= 0 && who != v->focus)
            mtl__str_printf(b, "<span class=\"who %s\">", mtl__page_class(v, who));
        mtl__html(b, part.s ? part.s : "");
        if (who >= 0 && who != v->focus)
            mtl__str_add(b, "</span>");
        b->oom = b->oom || part.oom;
        mtl__str_free(&part);
        p = end;
    }
}

void mtl__html_capital(mtl__str *b, const char *s)
{
    if (s[0] >= 'a' && s[0] <= 'z') {
        const char first = (char)(s[0] - 'a' + 'A');
        mtl__str_addn(b, &first, 1);
        s++;
    }
    mtl__html(b, s);
}

static void point_for_comma(char *s)
{
    for (; *s; s++)
        if (*s == ',')
            *s = '.';
}

/* "1.2×10⁻⁵" from the text "1.2e-05"; "10⁻⁵" from "1.0e-05". */
static void power_text(const char *text, char buf[32])
{
    static const char *const digit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    const char *e = strchr(text, 'e');
    const int exponent = (int)strtol(e + 1, NULL, 10), size = abs(exponent);
    char tail[16] = "";
    if (exponent < 0)
        strcat(tail, "⁻");
    if (size >= 100)
        strcat(tail, digit[size / 100 % 10]);
    if (size >= 10)
        strcat(tail, digit[size / 10 % 10]);
    strcat(tail, digit[size % 10]);
    if (strncmp(text, "1.0e", 4) == 0 || strncmp(text, "1e", 2) == 0)
        snprintf(buf, 32, "10%s", tail);
    else
        snprintf(buf, 32, "%.*s×10%s", (int)(e - text), text, tail);
}

const char *mtl__two(double v, char buf[32])
{
    if (!isfinite(v)) {
        snprintf(buf, 32, "not known");
        return buf;
    }
    char sci[32];
    snprintf(sci, sizeof sci, "%.1e", v);
    /* Rounded to two digits first, so that 996 becomes 1,000; read back before the locale's comma
       is put right. */
    const double rounded = strtod(sci, NULL);
    point_for_comma(sci);
    const double a = fabs(v);
    if (a > 0 && (a < 9.95e-4 || a >= 9.95e5)) {
        power_text(sci, buf);
        return buf;
    }
    if (a >= 995) {
        const long whole = (long)(fabs(rounded) + 0.5);
        snprintf(buf, 32, "%s%ld,%03ld", v < 0 ? "-" : "", whole / 1000, whole % 1000);
        return buf;
    }
    int decimals = 0;
    for (double limit = 9.95; decimals < 5 && a > 0 && a < limit; limit /= 10)
        decimals++;
    snprintf(buf, 32, "%.*f", decimals, a > 0 ? v : 0.0);
    if (decimals == 0 && a >= 99.5)
        snprintf(buf, 32, "%.0f", rounded);
    point_for_comma(buf);
    return buf;
}

const char *mtl__given(double v, char buf[32])
{
    char text[32];
    if (!isfinite(v)) {
        snprintf(buf, 32, "not known");
        return buf;
    }
    const double a = fabs(v);
    if (a >= 999.5 && a < 999999.5) {
        const long whole = (long)(a + 0.5);
        snprintf(buf, 32, "%s%ld,%03ld", v < 0 ? "-" : "", whole / 1000, whole % 1000);
        return buf;
    }
    snprintf(text, sizeof text, "%.4g", v);
    point_for_comma(text);
    if (a > 0 && a < 9.995e-4) {
        /* %g turns to powers below 1e-4 only, and keeps no digit that says nothing. */
        int exponent = 0;
        double m = a;
        for (; m < 0.99995; exponent--)
            m *= 10;
        snprintf(text, sizeof text, "%s%.4ge%d", v < 0 ? "-" : "", m, exponent);
        point_for_comma(text);
    }
    if (strchr(text, 'e'))
        power_text(text, buf);
    else
        snprintf(buf, 32, "%s", text);
    return buf;
}

void mtl__count(mtl__str *b, int n)
{
    if (n >= 1000000)
        mtl__str_printf(b, "%d,%03d,%03d", n / 1000000, n / 1000 % 1000, n % 1000);
    else if (n >= 1000)
        mtl__str_printf(b, "%d,%03d", n / 1000, n % 1000);
    else
        mtl__str_printf(b, "%d", n);
}

const char *mtl__prob(double p, int n, char buf[32])
{
    if (!isfinite(p)) {
        snprintf(buf, 32, "not known");
        return buf;
    }
    char edge[32];
    const double resolution = n > 0 ? 1.0 / n : 1e-6;
    if (p < 0.5 * resolution)
        snprintf(buf, 32, "<%s", mtl__two(resolution, edge));
    else if (p > 1 - 0.5 * resolution || p >= 0.9995)
        snprintf(buf, 32, ">%.*f", resolution > 0.009 ? 2 : 3, 1 - mtl__max(resolution, 0.001));
    else if (p >= 0.995)
        snprintf(buf, 32, "%.3f", p);
    else if (p >= 0.095)
        snprintf(buf, 32, "%.2f", p);
    else
        mtl__two(p, buf);
    point_for_comma(buf);
    return buf;
}

/* The rounding of an ODE can leave a level a hair below zero; there is no such level. And below
   one genome in 10⁹, far under what any assay can find, the
   digits say nothing: the tables keep them. */
const char *mtl__level_two(double v, char buf[32])
{
    if (v > 0 && v < 9.95e-4) {
        snprintf(buf, 32, "<0.001");
        return buf;
    }
    return mtl__two(v < 0 ? 0 : v, buf);
}

void mtl__band_text(mtl__str *b, const mtl__band *x)
{
    char mid[32], low[32], high[32];
    if (!isfinite(x->q500)) {
        mtl__str_printf(b, "mean %s", mtl__level_two(x->mean, mid));
        return;
    }
    mtl__str_printf(b, "%s (%s to %s)", mtl__level_two(x->q500, mid), mtl__level_two(x->q025, low),
                    mtl__level_two(x->q975, high));
}

bool mtl__reading_above(const mtl__reading *x)
{
    return x->hits > 0 && x->hits == x->wells && x->geq_per_1e6 >= 1e6 * (1 - 1e-9);
}

void mtl__reading_text(mtl__str *b, const mtl__reading *x)
{
    char mid[32], low[32], high[32];
    if (mtl__reading_above(x)) {
        mtl__str_printf(b, "at least %s", mtl__two(x->low, low));
        return;
    }
    if (x->hits == 0 || !x->positive || !isfinite(x->geq_per_1e6)) {
        mtl__str_printf(b, "at most %s", mtl__two(x->high, high));
        return;
    }
    mtl__str_printf(b, "%s (%s to %s)", mtl__two(x->geq_per_1e6, mid), mtl__two(x->low, low),
                    mtl__two(x->high, high));
}

int mtl__year(double days)
{
    int y, m, d;
    mtl__days_to_date(days, &y, &m, &d);
    return y;
}

double mtl__text_width(const char *s, double size)
{
    double width = 0;
    for (; *s; s++)
        if (((unsigned char)*s & 0xc0) != 0x80)
            width += strchr("ilIjt.,:;|' ", *s) ? 0.31 : strchr("mwMW", *s) ? 0.86 : 0.58;
    return width * size;
}
