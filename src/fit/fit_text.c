/* SPDX-License-Identifier: MIT */
/* Fits as text, as Markdown (docs/calibration.md) and as a table. Two significant digits; a range
   ends in "..." where the bound was reached before the log likelihood had fallen by 1.92. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"

typedef const mtl_fit *const *fits;

/* ---------------------------------------------------------------- numbers */
static const char *two(double x, char *buf, size_t size)
{
    char text[32], *e;
    if (!isfinite(x)) {
        snprintf(buf, size, "%s", isnan(x) ? "-" : x > 0 ? "inf" : "-inf");
        return buf;
    }
    snprintf(text, sizeof text, "%.2g", x);
    e = strchr(text, 'e');
    if (!e) {
        snprintf(buf, size, "%.20s", text);
        return buf;
    }
    const int power = (int)strtol(e + 1, NULL, 10);
    *e = '\0';
    if (power == 2 || power == 3)
        snprintf(buf, size, "%.0f", strtod(text, NULL) * (power == 2 ? 100.0 : 1000.0));
    else
        snprintf(buf, size, "%.10se%d", text, power);
    return buf;
}

static void put_range(char *buf, size_t size, const mtl_fit_param_row *p)
{
    char a[24], b[24];
    if (isnan(p->low)) {
        buf[0] = '\0';
        return;
    }
    snprintf(buf, size, "%s%s to %s%s", p->low_open ? "..." : "", two(p->low, a, sizeof a),
             two(p->high, b, sizeof b), p->high_open ? "..." : "");
}

/* Do the data hold the value: both ends found, within a factor of 30? */
static const char *identified(const mtl_fit_param_row *p)
{
    if (isnan(p->low))
        return "";
    if (p->low_open && p->high_open)
        return "no";
    if (p->low_open)
        return "upper end only";
    if (p->high_open)
        return "lower end only";
    return p->high < 30.0 * p->low ? "yes" : p->high < 1000.0 * p->low ? "weakly" : "hardly";
}

/* The same parameter in another fit; false if it is not among those moved there. */
static bool find(const mtl_fit *f, const char *name, mtl_fit_param_row *out)
{
    for (int i = 0; i < f->n_params; i++)
        if (strcmp(f->param[i].name, name) == 0)
            return mtl_fit_param(f, i, out) == MTL_OK;
    return false;
}

/* The k-th parameter of all fits together, each once; false at the end. */
static bool nth_name(fits f, int n, int k, mtl_fit_param_row *out)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < f[j]->n_params; i++) {
            mtl_fit_param_row unused;
            bool earlier = false;
            for (int h = 0; h < j && !earlier; h++)
                earlier = find(f[h], f[j]->param[i].name, &unused);
            if (!earlier && k-- == 0)
                return mtl_fit_param(f[j], i, out) == MTL_OK;
        }
    return false;
}

static void put_published(char *buf, size_t size, const mtl_fit_target_row *r)
{
    char a[24], b[24];
    if (strcmp(r->statistic, "largest") == 0)
        snprintf(buf, size, "largest %s", two(r->high, a, sizeof a));
    else if (isnan(r->published))
        snprintf(buf, size, "%s to %s", two(r->low, a, sizeof a), two(r->high, b, sizeof b));
    else
        snprintf(buf, size, "%s", two(r->published, a, sizeof a));
}

/* What the predicted number of a statistic means. */
static const char *meaning(const mtl_fit_target_row *r)
{
    if (strncmp(r->statistic, "median", 6) == 0)
        return isnan(r->published) ? "P(inside)" : "P(below)";
    if (strcmp(r->statistic, "largest") == 0)
        return "P(all below)";
    if (strcmp(r->statistic, "none seen") == 0)
        return "P(none)";
    return "";
}

/* ---------------------------------------------------------------- text */
static void text_params(mtl__str *s, const mtl_fit *f)
{
    mtl__str_printf(s, "\n%-30s %9s %9s  %-20s %-14s %s\n", "value", "before", "fitted",
                    "range that costs 1.92", "identified", "unit");
    for (int i = 0; i < f->n_params; i++) {
        mtl_fit_param_row p;
        char a[24], b[24], r[64];
        if (mtl_fit_param(f, i, &p) < 0)
            continue;
        put_range(r, sizeof r, &p);
        mtl__str_printf(s, "%-30s %9s %9s  %-21s %-14s %s%s\n", p.name, two(p.start, a, sizeof a),
                        strcmp(p.role, "scan") == 0 ? "held" : two(p.value, b, sizeof b), r,
                        identified(&p), p.unit, strcmp(p.role, "study") == 0 ? " of a study" : "");
    }
}

static void text_rows(mtl__str *s, const mtl_fit *f)
{
    mtl__str_printf(s, "\n%-11s %-14s %16s %9s %-12s %6s\n", "row", "statistic", "published", "fit",
                    "", "logL");
    for (int i = 0; i < f->n_rows; i++) {
        mtl_fit_target_row r;
        char a[64], b[24];
        if (mtl_fit_row(f, i, &r) < 0)
            continue;
        put_published(a, sizeof a, &r);
        if (r.left_out[0])
            mtl__str_printf(s, "%-11s %-14s %16s %9s  left out: %s\n", r.id, r.statistic, a,
                            two(r.predicted, b, sizeof b), r.left_out);
        else
            mtl__str_printf(s, "%-11s %-14s %16s %9s %-12s %6.2f\n", r.id, r.statistic, a,
                            two(r.predicted, b, sizeof b), meaning(&r), r.log_likelihood);
    }
}

static void text_flat(mtl__str *s, const mtl_fit *f)
{
    if (!f->hessian)
        return;
    mtl__str_printf(s,
                    "\nDirections that the data do not determine (second derivative of the log "
                    "likelihood below 0.5,\nin natural logarithms): %s\n",
                    f->n_flat ? "" : "none");
    for (int i = 0; i < f->n_flat; i++)
        mtl__str_printf(s, "  %6.3f  %s\n", f->flat[i].eigenvalue, f->flat[i].combination);
}

char *mtl_fit_text(const mtl_fit *const *f, const char *const *label, int n)
{
    mtl__str s = {0};
    for (int i = 0; i < n; i++) {
        mtl_fit_total t;
        mtl_fit_totals(f[i], &t);
        mtl__str_printf(&s,
                        "%sFit%s%s: %s\n%d rows entered, %d were left out; log likelihood %.2f, "
                        "log prior %.2f (%d iterations)\n",
                        i ? "\n" : "", label[i][0] ? " " : "", label[i], mtl_fit_hypothesis(f[i]),
                        t.n_entered, t.n_left_out, t.log_likelihood, t.log_prior, t.iterations);
        text_params(&s, f[i]);
        text_rows(&s, f[i]);
        text_flat(&s, f[i]);
    }
    if (s.oom) {
        mtl__str_free(&s);
        return NULL;
    }
    return s.s;
}

/* ---------------------------------------------------------------- Markdown */
static void md_head(mtl__str *s, const char *const *label, int n, const char *first)
{
    mtl__str_printf(s, "| %s |", first);
    for (int i = 0; i < n; i++)
        mtl__str_printf(s, " %s |", label[i][0] ? label[i] : "fitted");
    mtl__str_add(s, "\n|---|");
    for (int i = 0; i < n; i++)
        mtl__str_add(s, "---|");
    mtl__str_add(s, "\n");
}

static void md_totals(mtl__str *s, fits f, const char *const *label, int n)
{
    mtl__str_add(s,
                 "| fit | log likelihood | log prior | rows entered | directions determined | not "
                 "determined |\n|---|---|---|---|---|---|\n");
    for (int i = 0; i < n; i++) {
        mtl_fit_total t;
        mtl_fit_totals(f[i], &t);
        mtl__str_printf(s, "| %s | %.1f | %.1f | %d |", label[i][0] ? label[i] : "as set",
                        t.log_likelihood, t.log_prior, t.n_entered);
        if (f[i]->hessian)
            mtl__str_printf(s, " %d | %d |\n", t.n_determined, f[i]->n_flat);
        else
            mtl__str_add(s, " | |\n");
    }
}

static void md_params(mtl__str *s, fits f, const char *const *label, int n)
{
    mtl_fit_param_row p, q;
    md_head(s, label, n,
            f[0]->hessian ? "value (unit): fitted, range that costs 1.92, identified?"
                          : "value (unit): fitted");
    for (int k = 0; nth_name(f, n, k, &p); k++) {
        mtl__str_printf(s, "| %s (%s%s) |", p.name, p.unit,
                        strcmp(p.role, "study") == 0  ? " of a study"
                        : strcmp(p.role, "scan") == 0 ? "; held, scanned"
                                                      : "");
        for (int i = 0; i < n; i++) {
            char a[24], r[64];
            if (!find(f[i], p.name, &q)) {
                mtl__str_add(s, " |");
                continue;
            }
            put_range(r, sizeof r, &q);
            mtl__str_printf(s, " **%s**%s%s%s%s |", two(q.value, a, sizeof a), r[0] ? " " : "", r,
                            r[0] ? "; " : "", identified(&q));
        }
        mtl__str_add(s, "\n");
    }
}

static void md_flat(mtl__str *s, fits f, const char *const *label, int n)
{
    if (!f[0]->hessian)
        return;
    mtl__str_add(s, "\nFlat directions (eigenvalue of the second derivatives of the log "
                    "likelihood below 0.5):\n\n");
    for (int i = 0; i < n; i++)
        for (int k = 0; k < f[i]->n_flat; k++)
            mtl__str_printf(s, "* %s%s%.3f: %s\n", label[i], label[i][0] ? ", " : "",
                            f[i]->flat[k].eigenvalue, f[i]->flat[k].combination);
}

static void md_rows(mtl__str *s, fits f, const char *const *label, int n)
{
    mtl__str_add(s, "| row | n | statistic | published |");
    for (int i = 0; i < n; i++)
        mtl__str_printf(s, " %s |", label[i][0] ? label[i] : "fit (logL)");
    mtl__str_add(s, "\n|---|---|---|---|");
    for (int i = 0; i < n; i++)
        mtl__str_add(s, "---|");
    mtl__str_add(s, "\n");
    for (int k = 0; k < f[0]->n_rows; k++) {
        mtl_fit_target_row r;
        char a[64], b[24];
        if (mtl_fit_row(f[0], k, &r) < 0)
            continue;
        put_published(a, sizeof a, &r);
        mtl__str_printf(s, "| %s | %s | %s%s%s | %s %s |", r.id,
                        isnan(r.n) ? "" : two(r.n, b, sizeof b), r.statistic,
                        meaning(&r)[0] ? ": " : "", meaning(&r), a, r.unit);
        for (int i = 0; i < n; i++) {
            if (mtl_fit_row(f[i], k, &r) < 0)
                continue;
            if (r.left_out[0])
                mtl__str_printf(s, " %s (left out%s%s) |", two(r.predicted, b, sizeof b),
                                i ? "" : ": ", i ? "" : r.left_out);
            else
                mtl__str_printf(s, " %s (%.1f) |", two(r.predicted, b, sizeof b), r.log_likelihood);
        }
        mtl__str_add(s, "\n");
    }
}

char *mtl_fit_markdown(const mtl_fit *const *f, const char *const *label, int n)
{
    mtl__str s = {0};
    for (int i = 0; i < n; i++)
        mtl__str_printf(&s, "* %s%s%s\n", label[i], label[i][0] ? ": " : "",
                        mtl_fit_hypothesis(f[i]));
    mtl__str_add(&s, "\n");
    md_totals(&s, f, label, n);
    mtl__str_add(&s, "\n");
    md_params(&s, f, label, n);
    md_flat(&s, f, label, n);
    mtl__str_add(&s, "\nRow by row: the fit's number, and its log likelihood.\n\n");
    md_rows(&s, f, label, n);
    if (s.oom) {
        mtl__str_free(&s);
        return NULL;
    }
    return s.s;
}

/* ---------------------------------------------------------------- table */
char *mtl_fit_tsv(const mtl_fit *const *f, const char *const *label, int n)
{
    mtl__str s = {0};
    mtl__str_add(&s, "fit\tname\trole\tunit\tstart\tvalue\tlow\tlow_open\thigh\thigh_open\tlog_"
                     "likelihood\tlog_prior\n");
    for (int i = 0; i < n; i++)
        for (int k = 0; k < f[i]->n_params; k++) {
            mtl_fit_param_row p;
            if (mtl_fit_param(f[i], k, &p) < 0)
                continue;
            mtl__str_printf(&s, "%s\t%s\t%s\t%s\t%.6g\t%.6g", label[i], p.name, p.role, p.unit,
                            p.start, p.value);
            if (isnan(p.low))
                mtl__str_add(&s, "\t\t\t\t");
            else
                mtl__str_printf(&s, "\t%.4g\t%d\t%.4g\t%d", p.low, p.low_open, p.high, p.high_open);
            mtl__str_printf(&s, "\t%.6f\t%.6f\n", f[i]->logl, f[i]->log_prior);
        }
    if (s.oom) {
        mtl__str_free(&s);
        return NULL;
    }
    return s.s;
}
