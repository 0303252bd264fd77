/* SPDX-License-Identifier: MIT */
/* The table of targets for people: published beside model, one column per result when a switch is
   run at each of its values; rows that chose defaults apart from rows that only test; totals; and
   what the table cannot speak to, counted by reason. Two significant digits, estimate then
   (interval). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/targets.h"

typedef const mtl_targets_result *const *results;

/* ---------------------------------------------------------------- numbers */
static const char *unit_short(const char *unit)
{
    static const char *const shorter[][2] = {{"fraction", "%"},
                                             {"fraction of nucleated cells", "of cells"},
                                             {"fraction of cells", "of cells"},
                                             {"cells per 16 mL", "per 16 mL"},
                                             {"cells per mL", "per mL"},
                                             {"cells per uL", "per uL"},
                                             {"colonies per mL", "per mL"},
                                             {"gEq per 1e5", "per 1e5"},
                                             {"gEq per 1e6", "per 1e6"},
                                             {"cells per 1e6", "per 1e6"},
                                             {"odds ratio", "odds"},
                                             {"qualitative", ""}};
    for (size_t i = 0; i < sizeof shorter / sizeof shorter[0]; i++)
        if (strcmp(unit, shorter[i][0]) == 0)
            return shorter[i][1];
    return unit;
}

static bool as_percent(const mtl_target_row *row)
{
    return strcmp(row->unit, "fraction") == 0;
}

/* "6.9e-6", not "6.9e-06". */
static void put_power(char *buf, size_t size, double y)
{
    char text[32];
    snprintf(text, sizeof text, "%.1e", y);
    char *e = strchr(text, 'e');
    const int exponent = (int)strtol(e + 1, NULL, 10);
    if (e[-1] == '0') /* "1.0" */
        e -= 2;
    *e = '\0';
    snprintf(buf, size, "%se%d", text, exponent);
}

static void put_number(char *buf, size_t size, double x, bool percent)
{
    const double y = percent ? 100.0 * x : x;
    if (isnan(y))
        snprintf(buf, size, "-");
    else if (!isfinite(y))
        snprintf(buf, size, y > 0.0 ? "inf" : "-inf");
    else if (y != 0.0 && (fabs(y) < 0.001 || fabs(y) >= 1e5))
        put_power(buf, size, y);
    else if (fabs(y) >= 10.0)
        snprintf(buf, size, "%.0f", y);
    else
        snprintf(buf, size, "%.2g", y);
}

static void put_interval(char *buf, size_t size, double x, double lo, double hi, bool percent)
{
    char a[24], b[24], c[24];
    put_number(a, sizeof a, x, percent);
    put_number(b, sizeof b, lo, percent);
    put_number(c, sizeof c, hi, percent);
    if (!isnan(lo) && !isnan(hi) && isnan(x))
        snprintf(buf, size, "%s to %s", b, c);
    else if (!isnan(lo) && !isnan(hi))
        snprintf(buf, size, "%s (%s-%s)", a, b, c);
    else
        snprintf(buf, size, "%s", a);
}

static void put_published(char *buf, size_t size, const mtl_target_row *row)
{
    if (strcmp(row->compare, "upper bound") == 0) {
        char a[24];
        put_number(a, sizeof a, row->value, as_percent(row));
        snprintf(buf, size, "<= %s", a);
    } else if (strcmp(row->compare, "no rise") == 0) {
        snprintf(buf, size, "no rise");
    } else if (strcmp(row->statistic, "largest") == 0) {
        char a[24];
        put_number(a, sizeof a, row->high, as_percent(row));
        snprintf(buf, size, "largest %s", a);
    } else {
        put_interval(buf, size, row->value, row->low, row->high, as_percent(row));
    }
}

static void put_verdict(char *buf, size_t size, const mtl_target_row *row)
{
    const bool bound = strcmp(row->compare, "upper bound") == 0;
    const char *word = row->verdict == MTL_VERDICT_MET ? "met" : bound ? "OVER" : "FAILS";
    if (row->verdict == MTL_VERDICT_NOT_RUN)
        snprintf(buf, size, "not run");
    else if (isnan(row->miss))
        snprintf(buf, size, "%5s %s", "", word);
    else if (fabs(row->miss) >= 999.5)
        snprintf(buf, size, "%s %s", row->miss > 0.0 ? " >999" : "<-999", word);
    else
        snprintf(buf, size, fabs(row->miss) < 99.95 ? "%+5.1f %s" : "%+5.0f %s", row->miss, word);
}

/* ---------------------------------------------------------------- layout */
typedef struct layout {
    int n, width, what, published, model, verdict;
    bool intervals;
} layout;

/* Columns: id, label, published, unit, then model and verdict of each result. The interval of the
   model is shown where there is room for it. */
static layout lay_out(int n, int width)
{
    layout l = {.n = n, .width = width < 72 ? 72 : width, .published = 20, .verdict = 12};
    l.intervals = n == 1 && l.width >= 98;
    l.model = l.intervals ? 20 : 9;
    l.what = l.width - 13 - 1 - l.published - 10 - n * (l.model + l.verdict + 2);
    if (l.what > 28)
        l.what = 28;
    const int least = n > 1 ? 25 : 14; /* side by side, lines are long in any case */
    if (l.what < least)
        l.what = least;
    return l;
}

static void add_cut(mtl__str *s, const char *text, int width)
{
    const int len = (int)strlen(text);
    if (len <= width)
        mtl__str_printf(s, "%-*s", width, text);
    else
        mtl__str_printf(s, "%.*s..", width - 2, text);
}

/* Text that begins in column `indent` and is broken at spaces. */
static void add_wrapped(mtl__str *s, const char *text, int indent, int width)
{
    int at = indent;
    while (*text) {
        const char *end = strchr(text, ' ');
        const int len = end ? (int)(end - text) : (int)strlen(text);
        if (at > indent && at + len + 1 > width) {
            mtl__str_printf(s, "\n%*s", indent, "");
            at = indent;
        }
        if (at > indent)
            mtl__str_add(s, " ");
        mtl__str_addn(s, text, (size_t)len);
        at += len + 1;
        text += len + (end ? 1 : 0);
    }
    mtl__str_add(s, "\n");
}

static void add_row(mtl__str *s, results r, int i, const layout *l)
{
    char buf[96];
    const mtl_target_row *row = &r[0]->target[i].row;
    snprintf(buf, sizeof buf, " %s%s", row->id, row->scale[0] ? "*" : "");
    mtl__str_printf(s, "%-13s", buf);
    add_cut(s, row->label, l->what);
    put_published(buf, sizeof buf, row);
    mtl__str_printf(s, " %*s %-9s", l->published, buf, unit_short(row->unit));
    for (int k = 0; k < l->n; k++) {
        const mtl_target_row *x = &r[k]->target[i].row;
        if (l->intervals)
            put_interval(buf, sizeof buf, x->model, x->model_low, x->model_high, as_percent(x));
        else
            put_number(buf, sizeof buf, x->model, as_percent(x));
        mtl__str_printf(s, " %*s", l->model, buf);
        put_verdict(buf, sizeof buf, x);
        mtl__str_printf(s, " %-*s", k == l->n - 1 ? 0 : l->verdict, buf);
    }
    mtl__str_add(s, "\n");
}

static void add_head(mtl__str *s, results r, const char *const *label, const layout *l)
{
    (void)r;
    mtl__str_printf(s, "%-13s%-*s %*s %-9s", "row", l->what, "what", l->published, "published", "");
    for (int k = 0; k < l->n; k++)
        mtl__str_printf(s, " %*s %-*s", l->model,
                        l->n > 1       ? label[k]
                        : l->intervals ? "model (90%)"
                                       : "model",
                        k == l->n - 1 ? 0 : l->verdict, " miss");
    mtl__str_add(s, "\n");
}

/* The parts of the table, in order. */
static const struct {
    const char *use[3], *head;
} part[] = {
    {{"fit"}, "FITTED: rows that the defaults were chosen from"},
    {{"validate"}, "TESTS ONLY: rows that no default was chosen from"},
    {{"context", "do-not-fit"},
     "SHOWN BESIDE: people chosen by what they have, and associations; no tests of the defaults"},
};
enum { N_PARTS = (int)(sizeof part / sizeof part[0]) };

static bool belongs(const mtl_targets_result *r, int i, int p)
{
    for (int k = 0; part[p].use[k]; k++)
        if (strcmp(r->target[i].row.use, part[p].use[k]) == 0)
            return true;
    return false;
}

static void add_part(mtl__str *s, results r, const char *const *label, const layout *l, int p)
{
    int n = 0;
    for (int i = 0; i < r[0]->n_targets; i++)
        n += belongs(r[0], i, p);
    if (n == 0)
        return;
    mtl__str_printf(s, "\n%s (%d)\n", part[p].head, n);
    add_head(s, r, label, l);
    int group = -1;
    for (int i = 0; i < r[0]->n_targets; i++) {
        if (!belongs(r[0], i, p))
            continue;
        if (r[0]->target[i].group != group) {
            group = r[0]->target[i].group;
            mtl__str_printf(s, "%s\n", mtl__target_group[group]);
        }
        add_row(s, r, i, l);
    }
}

/* ---------------------------------------------------------------- below the table */
static void add_totals(mtl__str *s, results r, const char *const *label, int n)
{
    mtl__str_add(s, "\n");
    for (int k = 0; k < n; k++) {
        mtl_targets_total t;
        mtl_targets_totals(r[k], &t);
        if (n > 1)
            mtl__str_printf(s, "%-14s", label[k]);
        mtl__str_printf(
            s, "fitted: %d of %d met, log score %.1f;  tests: %d of %d met, log score %.1f",
            t.n_fitted_met, t.n_fitted, t.score_fitted, t.n_tests_met, t.n_tests, t.score_tests);
        if (t.n_beside)
            mtl__str_printf(s, ";  beside: %d of %d", t.n_beside_met, t.n_beside);
        if (t.n_not_run)
            mtl__str_printf(s, ";  not run: %d", t.n_not_run);
        mtl__str_add(s, "\n");
    }
}

static void add_problems(mtl__str *s, results r, const char *const *label, int n, int width)
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < r[k]->n_targets; i++) {
            const mtl_target_row *row = &r[k]->target[i].row;
            if (row->verdict != MTL_VERDICT_NOT_RUN)
                continue;
            mtl__str_printf(s, "  %-11s", row->id);
            if (n > 1)
                mtl__str_printf(s, "(%s) ", label[k]);
            add_wrapped(s, row->problem, 13, width);
        }
}

static void add_scales(mtl__str *s, const mtl_targets_result *r, int width)
{
    bool any = false;
    for (int i = 0; i < r->n_targets; i++) {
        const mtl_target_row *row = &r->target[i].row;
        if (!row->scale[0])
            continue;
        if (!any)
            mtl__str_add(s, "\n* with a study factor:\n");
        any = true;
        mtl__str_printf(s, "  %-11s", row->id);
        add_wrapped(s, row->scale, 13, width);
    }
}

typedef struct reason {
    const char *text;
    int n;
} reason;

static int by_count(const void *a, const void *b)
{
    const reason *x = a, *y = b;
    return x->n != y->n ? y->n - x->n : strcmp(x->text, y->text);
}

static void add_unspoken(mtl__str *s, const mtl_targets_result *r, int all, int width)
{
    reason *group = calloc((size_t)r->n_unspoken + 1, sizeof *group);
    int n = 0;
    if (!group) {
        s->oom = true;
        return;
    }
    for (int i = 0; i < r->n_unspoken; i++) {
        const char *why = r->evidence[r->unspoken[i]].unspoken;
        int k = 0;
        while (k < n && strcmp(group[k].text, why) != 0)
            k++;
        if (k == n)
            group[n++].text = why;
        group[k].n++;
    }
    qsort(group, (size_t)n, sizeof *group, by_count);
    mtl__str_printf(s, "\nOf %d rows of evidence, %d are not held against the model:\n",
                    r->n_evidence, r->n_unspoken);
    for (int k = 0; k < n; k++) {
        mtl__str_printf(s, "%5d  ", group[k].n);
        add_wrapped(s, group[k].text, 7, width);
        for (int i = 0; all && i < r->n_unspoken; i++) {
            const mtl__evidence *e = &r->evidence[r->unspoken[i]];
            if (strcmp(e->unspoken, group[k].text) != 0)
                continue;
            mtl__str_printf(s, "         %-13s", e->id);
            add_wrapped(s, e->quantity, 22, width);
        }
    }
    free(group);
}

/* A table that is cut to one row is about that row: say all that is known of it. */
static void add_detail(mtl__str *s, const mtl_targets_result *r, int width)
{
    const mtl__target *t = &r->target[0];
    const char *const name[] = {"what", "source", "statistic", "assumed", "note"};
    const char *const text[] = {t->row.what, t->row.citation, t->row.statistic, t->assumed,
                                t->row.note};
    mtl__str_add(s, "\n");
    for (int i = 0; i < 5; i++) {
        if (!text[i] || !text[i][0])
            continue;
        mtl__str_printf(s, "  %-11s", name[i]);
        add_wrapped(s, text[i], 13, width);
    }
}

char *mtl_targets_text(const mtl_targets_result *const *r, const char *const *label, int n,
                       int width, int all)
{
    mtl__str s = {0};
    const layout l = lay_out(n, width);
    mtl__str_printf(&s, "Published beside model: seed %llu, %d replicates\n",
                    (unsigned long long)r[0]->seed, r[0]->replicates);
    for (int k = 0; k < n; k++) {
        mtl__str_printf(&s, "%-12s ", n > 1 ? label[k] : "hypothesis:");
        add_wrapped(&s, r[k]->hypothesis ? r[k]->hypothesis : "", 13, l.width);
    }
    for (int p = 0; p < N_PARTS; p++)
        add_part(&s, r, label, &l, p);
    mtl__str_add(
        &s, "\nmiss: model minus published, in standard errors (counts: binomial; levels: on the "
            "log10 scale);\nmet: within 1.96 of them, a bound: not exceeded.\n");
    add_totals(&s, r, label, n);
    add_problems(&s, r, label, n, l.width);
    add_scales(&s, r[0], l.width);
    if (r[0]->n_targets == 1)
        add_detail(&s, r[0], l.width);
    if (all || r[0]->n_targets + r[0]->n_unspoken == r[0]->n_evidence) /* not of a few named rows */
        add_unspoken(&s, r[0], all, l.width);
    if (s.oom) {
        mtl__str_free(&s);
        return NULL;
    }
    return s.s;
}
