/* SPDX-License-Identifier: MIT */
/* Settings are drawn and fitted on all threads, each replicate on a random stream of its own, and
   what comes out is summed up and judged.

   Judged in the long run: bias below 5% of the truth or below twice its Monte Carlo error, where
   the truth is at least three standard deviations of the estimate from 0; coverage of 95% intervals
   at least 93%; found where nothing is in at most 5%, plus twice the Monte Carlo error; found at
   the limit of detection in at least 95%, less twice that. The short run fails a check only where a
   law on the border (coverage 93%, level 5%, detection 95%) would do so with a chance below 1e-5,
   by the exact binomial tail; bias beyond 5% of the truth and 4.5 errors of the mean (7e-6). About
   100 checks: false alarm of all below 1e-3. Seeds are fixed. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "par/par.h"
#include "validate.h"

#define SHORT_ALARM 1e-5

typedef struct job {
    const v_case *c;
    v_out *out;
} job;

typedef struct sum {
    int n;
    double mean, sd, bias, error; /* of the truth: share; where the truth is 0, absolute */
    double covered, found, detected, lod, count;
    bool judged;
} sum;

static int one(void *ctx, int64_t i, int worker)
{
    const job *j = ctx;
    mtl_error err = {0};
    (void)worker;
    const int status = j->c->fit(j->c, (uint64_t)i, j->out + i * V_DONORS, &err);
    if (status < 0)
        printf("# %s, replicate %lld: %s\n", j->c->name, (long long)i, err.text);
    return status;
}

static sum add_up(const v_case *c, const v_out *out, int n, int donor)
{
    sum s = {.n = n};
    double square = 0.0;
    const double truth = c->truth[donor];
    for (int i = 0; i < n; i++) {
        const v_out *o = &out[(size_t)i * V_DONORS + (size_t)donor];
        s.mean += o->estimate / n;
        s.covered += o->low <= truth && truth <= o->high;
        s.found += o->found;
        s.detected += o->detected;
        s.lod += o->lod / n;
        s.count += o->count / n;
    }
    for (int i = 0; i < n; i++) {
        const double d = out[(size_t)i * V_DONORS + (size_t)donor].estimate - s.mean;
        square += d * d / (n - 1.0);
    }
    s.sd = sqrt(square);
    s.error = s.sd / sqrt((double)n);
    s.bias = s.mean - truth;
    s.judged = truth > 0.0 && truth >= 3.0 * s.sd && !(c->flags & V_LEVEL);
    s.covered /= n;
    s.found /= n;
    s.detected /= n;
    return s;
}

/* P(at most k of n | p). */
static double below(int k, int n, double p)
{
    double total = 0.0;
    for (int i = 0; i <= k; i++)
        total += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) +
                     (n - i) * log1p(-p));
    return total;
}

static double share_error(double p, int n)
{
    return sqrt(p * (1.0 - p) / n);
}

/* Whether a share that should be at least `least` is not. */
static bool too_low(const v_run *v, double p, int n, double least, double slack)
{
    const int k = (int)floor(p * n + 0.5);
    return v->brief ? p < least && below(k, n, least) < SHORT_ALARM
                    : p < least - slack * share_error(least, n);
}

typedef struct verdict {
    bool biased, bare, wide, alarms, blind;
} verdict;

static verdict judge(const v_run *v, const v_case *c, const sum *s, double truth)
{
    verdict j = {0};
    const double errors = v->brief ? 4.5 : 2.0;
    j.biased = s->judged && fabs(s->bias) >= 0.05 * truth && fabs(s->bias) > errors * s->error;
    if (truth == 0.0)
        j.alarms = too_low(v, 1.0 - s->found, s->n, 0.95, 2.0);
    if (c->flags & V_LEVEL)
        return j;
    j.bare = too_low(v, s->covered, s->n, 0.93, 0.0);
    j.wide = truth > 0.0 && s->count > 20.0 && s->covered > 0.97;
    j.blind = (c->flags & V_LIMIT) && too_low(v, s->detected, s->n, 0.95, 2.0);
    return j;
}

/* ---------------------------------------------------------------- words */
void v_say(v_run *v, const char *format, ...)
{
    va_list args;
    if (!v->doc)
        return;
    va_start(args, format);
    vfprintf(v->doc, format, args);
    va_end(args);
}

void v_check(v_run *v, bool good, const char *format, ...)
{
    va_list args;
    v->checks++;
    v->failed += !good;
    printf("%sok %d - ", good ? "" : "not ", v->checks);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

static const char *level_text(double x, char *buffer, size_t size)
{
    if (x == 0.0)
        return "0";
    int power = 0;
    while (x < 0.9995) {
        x *= 10.0;
        power++;
    }
    if (fabs(x - floor(x + 0.5)) < 1e-6)
        snprintf(buffer, size, "%.0fe-%d", x, power);
    else
        snprintf(buffer, size, "%.2fe-%d", x, power);
    return buffer;
}

static void write_words(v_run *v, const verdict *j)
{
    const char *word[5] = {j->biased ? "**biased**" : NULL,
                           j->bare ? "**covers too little**" : NULL,
                           j->alarms ? "**alarms too often**" : NULL,
                           j->blind ? "**detects too little**" : NULL, j->wide ? "wide" : NULL};
    bool any = false;
    for (int i = 0; i < 5; i++)
        if (word[i]) {
            v_say(v, "%s%s", any ? ", " : "", word[i]);
            any = true;
        }
    v_say(v, "%s |\n", any ? "" : "holds");
}

static void write_row(v_run *v, const v_case *c, int donor, const sum *s, const verdict *j)
{
    char text[3][32];
    const double truth = c->truth[donor];
    v_say(v, "| %s | %s | %s | %.3g | %s ± %s | ", c->name, c->donor[donor],
          level_text(truth, text[0], sizeof *text), s->count,
          level_text(s->mean, text[1], sizeof *text), level_text(s->error, text[2], sizeof *text));
    if (truth > 0.0)
        v_say(v, "%s%+.1f ± %.1f%s | ", s->judged ? "" : "(", 100.0 * s->bias / truth,
              100.0 * s->error / truth, s->judged ? "" : ")");
    else
        v_say(v, "- | ");
    v_say(v, "%.1f ± %.1f | %.1f ± %.1f | ", 100.0 * s->covered,
          100.0 * share_error(s->covered, s->n), 100.0 * s->found,
          100.0 * share_error(s->found, s->n));
    if (c->flags & V_LIMIT)
        v_say(v, "%s: %.1f ± %.1f | ", level_text(s->lod, text[0], sizeof *text),
              100.0 * s->detected, 100.0 * share_error(s->detected, s->n));
    else
        v_say(v, "- | ");
    write_words(v, j);
}

/* ---------------------------------------------------------------- tables */
/* Carries out a setting; out[n * V_DONORS], the caller's. */
static v_out *carry_out(v_run *v, const v_case *c, int *n)
{
    *n = c->flags & V_HEAVY ? v->families / 5 : v->families;
    if (*n < 20)
        *n = 20;
    v_out *out = calloc((size_t)*n * V_DONORS, sizeof *out);
    job j = {c, out};
    if (!out || mtl__par_for(v->threads, *n, one, &j) < 0) {
        v_check(v, false, "%s: could not be carried out", c->name);
        free(out);
        return NULL;
    }
    return out;
}

static bool wanted(const v_run *v, const v_case *c)
{
    return (!v->brief || (c->flags & V_SHORT)) && (!v->match || strstr(c->name, v->match));
}

void v_table(v_run *v, const v_case *cases, size_t n)
{
    v_say(v,
          "\n| setting | donor | truth | count | estimate | bias %% | covered %% | found %% | LoD: "
          "found there %% | |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < n; k++) {
        int replicates;
        if (!wanted(v, &cases[k]))
            continue;
        v_out *out = carry_out(v, &cases[k], &replicates);
        for (int d = 0; out && d < cases[k].n_donors; d++) {
            const sum s = add_up(&cases[k], out, replicates, d);
            const verdict j = judge(v, &cases[k], &s, cases[k].truth[d]);
            const bool good = !(j.biased || j.bare || j.alarms || j.blind);
            write_row(v, &cases[k], d, &s, &j);
            v->missed += !good;
            v_check(v, good || !v->brief,
                    "%s, %s at %g: mean %.4g +- %.2g, covered %.3f, found %.3f, at LoD %.3g %.3f%s",
                    cases[k].name, cases[k].donor[d], cases[k].truth[d], s.mean, s.error, s.covered,
                    s.found, s.lod, s.detected, good ? "" : " MISSED");
        }
        free(out);
    }
}

void v_table_wrong(v_run *v, const v_case *cases, size_t n)
{
    char text[2][32];
    v_say(
        v,
        "\n| what the fit is not told | donor | truth | estimate | bias %% | covered %% | found %% "
        "|\n|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < n; k++) {
        int replicates;
        if (!wanted(v, &cases[k]))
            continue;
        v_out *out = carry_out(v, &cases[k], &replicates);
        for (int d = 0; out && d < cases[k].n_donors; d++) {
            const sum s = add_up(&cases[k], out, replicates, d);
            const double truth = cases[k].truth[d];
            v_say(v, "| %s | %s | %s | %s | ", cases[k].name, cases[k].donor[d],
                  level_text(truth, text[0], sizeof *text),
                  level_text(s.mean, text[1], sizeof *text));
            if (truth > 0.0)
                v_say(v, "%+.1f ± %.1f | ", 100.0 * s.bias / truth, 100.0 * s.error / truth);
            else
                v_say(v, "- | ");
            v_say(v, "%.1f | %.1f |\n", 100.0 * s.covered, 100.0 * s.found);
            v_check(v, isfinite(s.mean), "%s, %s at %g: mean %.4g, covered %.3f, found %.3f",
                    cases[k].name, cases[k].donor[d], truth, s.mean, s.covered, s.found);
        }
        free(out);
    }
}

int v_split(char *line, char separator, char **field, int most)
{
    int n = 0;
    bool quoted = false;
    char *to = line;
    if (most < 1)
        return 0;
    field[n++] = to;
    for (const char *c = line; *c && *c != '\n' && *c != '\r'; c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (*c == separator && !quoted) {
            *to++ = 0;
            if (n == most)
                return n;
            field[n++] = to;
        } else
            *to++ = *c;
    }
    *to = 0;
    return n;
}
