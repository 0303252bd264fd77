/* SPDX-License-Identifier: MIT */
/* matriline params --matter FAMILY: which unknown moves this family's answer most (a tornado), as
   bars on a terminal or as JSON. An arrow runs from the answer at the 5 % point of the unknown's
   prior to the answer at its 95 % point; what hardly moves anything is counted, not listed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

enum { NARROWEST = 12, WIDEST = 60 };
static const double HARDLY = 0.005, HARDLY_RATIO = 1.02;

struct tornado {
    const mtl_model *m;
    const mtl_matter *x;
    mtl_matter_row *row; /* those of the tier asked for, in order */
    int n, by_level;
    double chance, level;   /* with everything as set */
    double lowest, highest; /* the axis: chances, or logs of levels */
};

/* ---------------------------------------------------------------- order */
static double log_level(double level)
{
    return level > 1e-300 ? log(level) : log(1e-300);
}

static double end_of(const struct tornado *t, const mtl_matter_row *r, int high)
{
    if (t->by_level)
        return log_level(high ? r->level_high : r->level_low);
    return high ? r->chance_high : r->chance_low;
}

static int by_level(const void *a, const void *b)
{
    const mtl_matter_row *x = a, *y = b;
    const double dx = fabs(log_level(x->level_high) - log_level(x->level_low)),
                 dy = fabs(log_level(y->level_high) - log_level(y->level_low));
    if (dx > dy || dx < dy)
        return dx > dy ? -1 : 1;
    return x->param - y->param;
}

static int collect(struct tornado *t, const struct options *o)
{
    int n = mtl_matter_n(t->x);
    t->row = calloc((size_t)n + 1, sizeof *t->row);
    if (!t->row) {
        mtl_error err = {.code = MTL_ERR_MEMORY};
        return report_error(&err);
    }
    for (int i = 0; i < n; i++) {
        mtl_param_info p;
        mtl_matter_get(t->x, i, &t->row[t->n]);
        mtl_model_param(t->m, t->row[t->n].param, &p);
        t->n += !o->tier || p.tier == o->tier[0];
    }
    if (t->by_level)
        qsort(t->row, (size_t)t->n, sizeof *t->row, by_level);
    mtl_matter_base(t->x, &t->chance, &t->level);
    t->lowest = t->by_level ? log_level(t->level) : 0;
    t->highest = t->by_level ? log_level(t->level) : 1;
    for (int i = 0; i < t->n; i++)
        for (int high = 0; high < 2; high++) {
            t->lowest = fmin(t->lowest, end_of(t, &t->row[i], high));
            t->highest = fmax(t->highest, end_of(t, &t->row[i], high));
        }
    return 0;
}

static int hardly(const struct tornado *t, const mtl_matter_row *r)
{
    double moved = fabs(end_of(t, r, 1) - end_of(t, r, 0));
    return moved < (t->by_level ? log(HARDLY_RATIO) : HARDLY);
}

/* ---------------------------------------------------------------- text */
static int column(const struct tornado *t, double at, int width)
{
    double range = t->highest - t->lowest;
    int c = range > 0 ? (int)floor((at - t->lowest) / range * (width - 1) + 0.5) : 0;
    return c < 0 ? 0 : c >= width ? width - 1 : c;
}

/* "   <----|--   ": the arrow points where the answer goes as the unknown grows. */
static void arrow(const struct tornado *t, const mtl_matter_row *r, char *buf, int width)
{
    int from = column(t, end_of(t, r, 0), width), to = column(t, end_of(t, r, 1), width);
    int base = column(t, t->by_level ? log_level(t->level) : t->chance, width);
    memset(buf, ' ', (size_t)width);
    buf[width] = '\0';
    for (int c = from < to ? from : to; c <= (from < to ? to : from); c++)
        buf[c] = '-';
    buf[base] = '|';
    if (from != to)
        buf[to] = from < to ? '>' : '<';
}

static void chance_text(double p, char buf[32])
{
    if (p > 0.995 && p < 1)
        snprintf(buf, 32, ">0.99");
    else if (p > 0 && p < 0.005)
        snprintf(buf, 32, "<0.01");
    else
        snprintf(buf, 32, "%.2f", p);
}

static void answer_text(const struct tornado *t, double chance, double level, char buf[32])
{
    if (t->by_level)
        two_digits(level, buf);
    else
        chance_text(chance, buf);
}

static void values_text(const mtl_matter_row *r, const char *unit, char *buf, size_t size)
{
    char low[32], high[32];
    const char *said = strcmp(unit, "1") == 0 || strcmp(unit, "none") == 0 ? "" : unit;
    two_digits(r->low, low);
    two_digits(r->high, high);
    snprintf(buf, size, "%s to %s%s%s", low, high, *said ? " " : "", said);
}

static void print_rows(const struct tornado *t, int shown)
{
    char bar[WIDEST + 1], low[32], high[32], values[128];
    int name = 7, range = 6;
    mtl_param_info p;
    for (int i = 0; i < shown; i++) {
        mtl_model_param(t->m, t->row[i].param, &p);
        values_text(&t->row[i], p.unit, values, sizeof values);
        name = (int)strlen(p.name) > name ? (int)strlen(p.name) : name;
        range = (int)strlen(values) > range ? (int)strlen(values) : range;
    }
    int width = table_width() - name - range - 22;
    width = width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : width;
    answer_text(t, t->lowest, exp(t->lowest), low);
    answer_text(t, t->highest, exp(t->highest), high);
    int gap = width - (int)strlen(low) - (int)strlen(high);
    printf("%-*s  T  %s%*s%s  %7s %7s  %s\n", name, "unknown", low, gap > 0 ? gap : 1, "", high,
           "at 5 %", "at 95 %", "values");
    for (int i = 0; i < shown; i++) {
        const mtl_matter_row *r = &t->row[i];
        mtl_model_param(t->m, r->param, &p);
        arrow(t, r, bar, width);
        answer_text(t, r->chance_low, r->level_low, low);
        answer_text(t, r->chance_high, r->level_high, high);
        values_text(r, p.unit, values, sizeof values);
        printf("%-*s  %c  %s  %7s %7s  %s\n", name, p.name, p.tier, bar, low, high, values);
    }
}

static void print_text(const struct tornado *t, const struct options *o, int replicates)
{
    char chance[32], level[32];
    int shown = 0;
    while (shown < t->n && (o->all || !hardly(t, &t->row[shown])))
        shown++;
    chance_text(t->chance, chance);
    two_digits(t->level, level);
    printf("%s\nis %s%s, %s in a million expected, with everything as set.\n",
           mtl_matter_question(t->x), *chance == '<' || *chance == '>' ? "" : "about ", chance,
           level);
    printf("Each unknown in turn from the 5 %% to the 95 %% point of its prior, the others as set; "
           "the\narrow points where the %s goes as it grows:\n\n",
           t->by_level ? "expected level (log scale)" : "chance");
    if (shown > 0)
        print_rows(t, shown);
    if (t->n > shown)
        printf("%s%d more of tier %s: the %s moves by less than %s%s\n", shown > 0 ? "and " : "",
               t->n - shown, o->tier ? o->tier : "B to D", t->by_level ? "level" : "chance",
               t->by_level ? "2 %" : "0.005", o->all ? "" : " (--all lists them)");
    if (replicates > 0)
        printf("Simulated, %d lives a point on the same random streams: a chance near a half is "
               "known\nto about %.2g.\n",
               replicates, 1 / sqrt(replicates));
    if (!t->by_level && (t->chance > 0.99 || t->chance < 0.01))
        printf("The chance can hardly move; '--by level' ranks by the expected level instead.\n");
    printf("'matriline why NAME' tells what a parameter is and where its value comes from.\n");
}

/* ---------------------------------------------------------------- JSON */
static void json_text(const char *s)
{
    putchar('"');
    for (; s && *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void json_number(const char *key, double x)
{
    if (isfinite(x))
        printf(", \"%s\": %.9g", key, x);
    else
        printf(", \"%s\": null", key);
}

static void print_json(const struct tornado *t, const char *solver, int replicates)
{
    printf("{\n  \"question\": ");
    json_text(mtl_matter_question(t->x));
    printf(",\n  \"solver\": \"%s\"", solver);
    if (replicates > 0)
        printf(",\n  \"replicates\": %d", replicates);
    printf(",\n  \"quantiles\": [%g, %g],\n  \"as_set\": {\"chance\": %.9g", MTL_MATTER_LOW,
           MTL_MATTER_HIGH, t->chance);
    json_number("per_million", t->level);
    printf("},\n  \"unknowns\": [");
    for (int i = 0; i < t->n; i++) {
        const mtl_matter_row *r = &t->row[i];
        mtl_param_info p;
        mtl_model_param(t->m, r->param, &p);
        printf("%s\n    {\"name\": ", i > 0 ? "," : "");
        json_text(p.name);
        printf(", \"tier\": \"%c\", \"unit\": ", p.tier);
        json_text(p.unit);
        json_number("value", p.value);
        json_number("low", r->low);
        json_number("high", r->high);
        json_number("chance_low", r->chance_low);
        json_number("chance_high", r->chance_high);
        json_number("per_million_low", r->level_low);
        json_number("per_million_high", r->level_high);
        printf("}");
    }
    printf("%s]\n}\n", t->n > 0 ? "\n  " : "");
}

/* ---------------------------------------------------------------- the verb */
static int compute(mtl_matter **x, const mtl_scenario *s, const mtl_model *m,
                   const struct options *o, mtl_run_opts *run)
{
    struct progress p;
    mtl_error err = {0};
    mtl_run_opts_init(run);
    run->solver = o->solver ? solver_of(o->solver) : MTL_SOLVER_ANALYTIC;
    run->seed = o->seed;
    run->threads = o->threads;
    if (o->replicates > 0)
        run->replicates = o->replicates;
    run->progress = progress_step;
    /* cppcheck-suppress autoVariables ; taken back below */
    run->progress_ctx = &p;
    progress_start(&p, "params", o);
    const int ret = mtl_matter_run(x, s, m, run, &err);
    run->progress_ctx = NULL;
    run->progress = NULL;
    progress_end(&p);
    return ret < 0 ? report_error(&err) : 0;
}

int params_matter(const struct options *o)
{
    struct tornado t = {.by_level = o->by && strcmp(o->by, "level") == 0};
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_matter *x = NULL;
    mtl_run_opts run;
    mtl_error err = {0};
    int ret = session_model(&m, o);
    if (ret == 0 && mtl_scenario_load(&s, o->matter, m, &err) < 0)
        ret = report_error(&err);
    if (ret == 0)
        ret = compute(&x, s, m, o, &run);
    t.m = m;
    t.x = x;
    if (ret == 0)
        ret = collect(&t, o);
    if (ret == 0) {
        int replicates = run.solver == MTL_SOLVER_ANALYTIC ? 0 : run.replicates;
        if (o->json)
            print_json(&t, o->solver ? o->solver : "analytic", replicates);
        else
            print_text(&t, o, replicates);
    }
    free(t.row);
    mtl_matter_free(x);
    mtl_scenario_free(s);
    mtl_model_free(m);
    return ret;
}
