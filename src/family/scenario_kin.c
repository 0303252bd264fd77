/* SPDX-License-Identifier: MIT */
/* Is the pedigree possible? Sexes of parents, nobody her own ancestor, nobody born before a parent,
   no death before a birth. Messages give the dates in words and point at the line that declares the
   person. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "family/scenario_parts.h"

#define OLDEST_DAYS (130.0 * MTL_DAYS_PER_YEAR)

int mtl__scenario_bad(const mtl_scenario *s, mtl_error *err, int code, int line, int column,
                      const char *path, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return mtl__fail_at(err, code, s->file ? s->file : "", line, column, path ? path : "", "%s",
                        text);
}

const char *mtl__slack_hint(double slack_days)
{
    return slack_days > 0.0 ? " (a date given as a year or a month means its middle)" : "";
}

static int parent_sex(const mtl_scenario *s, const mtl__person *p, mtl_error *err)
{
    if (p->mother >= 0 && s->person[p->mother].sex == MTL__MALE)
        return mtl__scenario_bad(s, err, MTL_ERR_VALUE, p->line, p->column, p->path,
                                 "%s, the mother of %s, is male (line %d)",
                                 s->person[p->mother].name, p->name, s->person[p->mother].line);
    if (p->father >= 0 && s->person[p->father].sex == MTL__FEMALE)
        return mtl__scenario_bad(s, err, MTL_ERR_VALUE, p->line, p->column, p->path,
                                 "%s, the father of %s, is female (line %d)",
                                 s->person[p->father].name, p->name, s->person[p->father].line);
    if (p->sex == MTL__MALE && p->karyotype == MTL__MONOSOMY_X)
        return mtl__scenario_bad(s, err, MTL_ERR_VALUE, p->line, p->column, p->path,
                                 "%s is male with monosomy X: a genome without a Y", p->name);
    return MTL_OK;
}

/* Follows both parents upwards without recursion: state 0 new, 1 on the way up, 2 done. */
static int cycles(const mtl_scenario *s, unsigned char *state, int *stack, mtl_error *err)
{
    for (int root = 0; root < s->n_people; root++) {
        int depth = 0;
        if (state[root] == 0)
            stack[depth++] = root;
        while (depth > 0) {
            const int i = stack[depth - 1];
            const mtl__person *p = &s->person[i];
            const int parent[2] = {p->mother, p->father};
            int next = -1;
            state[i] = 1;
            for (int k = 0; k < 2 && next < 0; k++) {
                if (parent[k] < 0 || state[parent[k]] == 2)
                    continue;
                if (state[parent[k]] == 1)
                    return mtl__scenario_bad(s, err, MTL_ERR_VALUE, p->line, p->column, p->path,
                                             "%s would be an ancestor of %s and a descendant too",
                                             s->person[parent[k]].name, p->name);
                next = parent[k];
            }
            if (next >= 0) {
                stack[depth++] = next;
            } else {
                state[i] = 2;
                depth--;
            }
        }
    }
    return MTL_OK;
}

static int born_after(const mtl_scenario *s, const mtl__person *p, int parent, const char *word,
                      mtl_error *err)
{
    char a[16], b[16];
    if (parent < 0 || isnan(p->born) || isnan(s->person[parent].born))
        return MTL_OK;
    const mtl__person *q = &s->person[parent];
    if (p->born - q->born > 0.0)
        return MTL_OK;
    return mtl__scenario_bad(s, err, MTL_ERR_DATE, p->line, p->column, p->path,
                             "%s, born %s, is not younger than %s %s, born %s%s", p->name,
                             mtl__date_text(p->born, a), word, q->name, mtl__date_text(q->born, b),
                             mtl__slack_hint(p->born_slack + q->born_slack));
}

static int life(const mtl_scenario *s, const mtl__person *p, mtl_error *err)
{
    char a[16], b[16];
    if (p->mother >= 0 && p->pregnancy < 0)
        return mtl__scenario_bad(s, err, MTL_ERR_DATE, p->line, p->column, p->path,
                                 "when %s carried %s is not known: give `born` or `conceived`",
                                 s->person[p->mother].name, p->name);
    MTL_TRY(born_after(s, p, p->mother, "the mother", err));
    MTL_TRY(born_after(s, p, p->father, "the father", err));
    if (isnan(p->born) || isnan(p->died))
        return MTL_OK;
    const int line = p->died_line ? p->died_line : p->line;
    const int column = p->died_line ? p->died_column : p->column;
    if (p->died < p->born)
        return mtl__scenario_bad(s, err, MTL_ERR_DATE, line, column, p->path,
                                 "%s dies %s, before the birth on %s%s", p->name,
                                 mtl__date_text(p->died, a), mtl__date_text(p->born, b),
                                 mtl__slack_hint(p->born_slack + p->died_slack));
    if (p->died - p->born > OLDEST_DAYS)
        return mtl__scenario_bad(
            s, err, MTL_ERR_DATE, line, column, p->path, "%s would die aged %.0f, on %s", p->name,
            floor((p->died - p->born) / MTL_DAYS_PER_YEAR), mtl__date_text(p->died, a));
    return MTL_OK;
}

int mtl__scenario_check_kin(const mtl_scenario *s, mtl_error *err)
{
    mtl__arena scratch;
    const size_t n = (size_t)s->n_people + 1;
    mtl__arena_init(&scratch, 0);
    unsigned char *state = mtl__arena_alloc(&scratch, n);
    int *stack = mtl__arena_alloc(&scratch, n * sizeof *stack);
    int ret = state && stack ? cycles(s, state, stack, err) : mtl__nomem(err);
    mtl__arena_free(&scratch);
    for (int i = 0; ret == MTL_OK && i < s->n_people; i++)
        ret = parent_sex(s, &s->person[i], err);
    for (int i = 0; ret == MTL_OK && i < s->n_people; i++)
        ret = life(s, &s->person[i], err);
    return ret;
}
