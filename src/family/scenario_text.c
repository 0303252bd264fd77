/* SPDX-License-Identifier: MIT */
/* Text in columns: padding, cutting, wrapping by code points of UTF-8. */
#include "family/scenario_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the code point at s (not at the end). */
static size_t step(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

int mtl__text_columns(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static size_t bytes_of(const char *s, int columns)
{
    size_t at = 0;
    for (int k = 0; k < columns && s[at]; k++)
        at += step(s + at);
    return at;
}

void mtl__text_pad(mtl__str *line, int column)
{
    for (int n = mtl__text_columns(line->s ? line->s : ""); n < column; n++)
        mtl__str_add(line, " ");
}

void mtl__text_cut(mtl__str *line, const char *s, int columns)
{
    if (mtl__text_columns(s) <= columns) {
        mtl__str_add(line, s);
        return;
    }
    mtl__str_addn(line, s, bytes_of(s, columns - 1));
    mtl__str_add(line, "…");
}

void mtl__text_line(mtl__str *out, mtl__str *line, int width)
{
    mtl__str cut = {0};
    mtl__text_cut(&cut, line->s ? line->s : "", width);
    while (cut.len > 0 && cut.s[cut.len - 1] == ' ')
        cut.s[--cut.len] = '\0';
    if (cut.s)
        mtl__str_add(out, cut.s);
    mtl__str_add(out, "\n");
    out->oom |= cut.oom || line->oom;
    mtl__str_free(&cut);
    mtl__str_free(line);
}

/* Bytes of the longest beginning of s that fits and ends before a space, or of what fits if there
   is no such place. */
static size_t fitting(const char *s, int room)
{
    const size_t fits = bytes_of(s, room);
    if (s[fits] == '\0' || s[fits] == ' ')
        return fits;
    for (size_t at = fits; at > 0; at--)
        if (s[at] == ' ')
            return at;
    return fits;
}

void mtl__text_wrap(mtl__str *out, mtl__str *line, const char *text, int column, int width)
{
    const int room = width - column > 10 ? width - column : 10;
    for (;;) {
        const size_t n = fitting(text, room);
        mtl__str_addn(line, text, n);
        mtl__text_line(out, line, width);
        for (text += n; *text == ' '; text++)
            ;
        if (!*text)
            return;
        mtl__text_pad(line, column);
    }
}

const char *mtl__slack_date(double days, double slack_days, char buf[16])
{
    mtl__date_text(days, buf);
    if (slack_days > 100.0)
        buf[4] = '\0';
    else if (slack_days > 0.0)
        buf[7] = '\0';
    return buf;
}

const char *mtl__age_text(double days, char buf[16])
{
    if (isnan(days) || days < 0.0 || days > 1e6)
        snprintf(buf, 16, "-");
    else if (days < 60.0)
        snprintf(buf, 16, "%.0f d", floor(days));
    else if (days < 2.0 * MTL_DAYS_PER_YEAR)
        snprintf(buf, 16, "%.0f mo", floor(days * 12.0 / MTL_DAYS_PER_YEAR + 0.05));
    else
        snprintf(buf, 16, "%.0f y", floor(days / MTL_DAYS_PER_YEAR + 0.005));
    return buf;
}
