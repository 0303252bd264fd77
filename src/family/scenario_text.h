/* SPDX-License-Identifier: MIT */
#ifndef MTL_SCENARIO_TEXT_H
#define MTL_SCENARIO_TEXT_H
/* Text in columns, for scenario_draw.c. A column is a code point: names in any script line up as
   far as a terminal draws each in one cell. */
#include "family/scenario.h"

int mtl__text_columns(const char *s);
/* Spaces up to `column` (counted from 0 within the line), at least none. */
void mtl__text_pad(mtl__str *line, int column);
/* Adds s, at most `columns` of it, the last one an ellipsis where it was cut. */
void mtl__text_cut(mtl__str *line, const char *s, int columns);
/* Adds the line to out, cut at `width`, without spaces at its end, and frees it. */
void mtl__text_line(mtl__str *out, mtl__str *line, int width);
/* The same, with `text` after it, broken at spaces and hung at `column`. */
void mtl__text_wrap(mtl__str *out, mtl__str *line, const char *text, int column, int width);
/* "1950", "1950-06" or "1950-06-01", as exact as it was given. */
const char *mtl__slack_date(double days, double slack_days, char buf[16]);
/* "12 d", "5 mo", "34 y", "-" if unknown. */
const char *mtl__age_text(double days, char buf[16]);
/* scenario_lives.c: did something pass between people by an event of its own, or was anybody adopted?
 */
bool mtl__more_marks(const mtl_scenario *s);
/* scenario_lives.c: the chart, the n people from above in that order. */
void mtl__draw_lives(const mtl_scenario *s, const int *order, int n, int width, mtl__str *out);

#endif
