/* SPDX-License-Identifier: MIT */
/* Reads a command line against a verb's table of options, by getopt_long, with the nearest name for
   what is unknown. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPTIONS = 64, FIRST_LONG = 1000 };

void complain(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("matriline: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
}

/* Edits (insertions, deletions, replacements, swaps of neighbours) between two short words. */
static int edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    int d[LONGEST + 1][LONGEST + 1];
    int na = (int)strlen(a), nb = (int)strlen(b);
    if (na > LONGEST || nb > LONGEST)
        return LONGEST;
    for (int i = 0; i <= na; i++)
        d[i][0] = i;
    for (int j = 0; j <= nb; j++)
        d[0][j] = j;
    for (int i = 1; i <= na; i++) {
        for (int j = 1; j <= nb; j++) {
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[na][nb];
}

int nearest_name(const char *word, const char *const *name, int n)
{
    int limit = (int)strlen(word) / 3, best = -1;
    if (limit < 1)
        limit = strlen(word) > 1;
    for (int i = 0; i < n; i++) {
        int e = edit_distance(word, name[i]);
        /* The beginning of a longer word counts as near. */
        if (e > limit && strlen(word) >= 3 && strncmp(word, name[i], strlen(word)) == 0)
            e = limit;
        if (e <= limit) {
            limit = e - 1;
            best = i;
        }
    }
    return best;
}

void options_init(struct options *o)
{
    mtl_run_opts run;
    memset(o, 0, sizeof *o);
    mtl_run_opts_init(&run);
    o->first_replicate = run.first_replicate;
    o->seed = run.seed;
    o->threads = 0;
    o->base_quality = o->mapping_quality = -1; /* 0 is a quality */
}

void options_free(struct options *o)
{
    for (int i = 0; i < o->n_texts; i++)
        free(o->text[i]);
    o->n_texts = 0;
}

static int read_count(const struct opt *t, const char *text, int *out)
{
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    if (end == text || *end || errno || v < t->low || v > t->high) {
        complain("--%s: '%s' is not a whole number from %ld to %ld", t->name, text, t->low,
                 t->high);
        return EXIT_USAGE;
    }
    *out = (int)v;
    return 0;
}

static int read_seed(const struct opt *t, const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno) {
        complain("--%s: '%s' is not a whole number from 0 to 18446744073709551615", t->name, text);
        return EXIT_USAGE;
    }
    *out = (uint64_t)v;
    return 0;
}

static int read_positive(const struct opt *t, const char *text, double *out)
{
    char *end;
    double v = strtod(text, &end);
    if (end == text || *end || !isfinite(v) || v <= 0 || strpbrk(text, "xX")) {
        complain("--%s: '%s' is not a positive number", t->name, text);
        return EXIT_USAGE;
    }
    *out = v;
    return 0;
}

static int read_choice(const struct opt *t, const char *text, const char **out)
{
    const char *names[16];
    char copy[256];
    int n = 0;
    snprintf(copy, sizeof copy, "%s", t->choices);
    for (char *p = copy; p && n < 16;) {
        char *bar = strchr(p, '|');
        if (bar)
            *bar = '\0';
        names[n++] = p;
        if (strcmp(p, text) == 0) {
            *out = text;
            return 0;
        }
        p = bar ? bar + 1 : NULL;
    }
    int near = nearest_name(text, names, n);
    if (near >= 0)
        complain("--%s: '%s' is none of %s; did you mean '%s'?", t->name, text, t->choices,
                 names[near]);
    else
        complain("--%s: '%s' is none of %s", t->name, text, t->choices);
    return EXIT_USAGE;
}

static int read_setting(struct options *o, const struct opt *t, const char *text)
{
    struct setting *const lists[] = {o->set, o->sw, o->set_a, o->set_b};
    int *const counts[] = {&o->n_set, &o->n_switch, &o->n_set_a, &o->n_set_b};
    int which = 0;
    while (which < 3 && (char *)lists[which] != (char *)o + t->offset)
        which++;
    struct setting *list = lists[which];
    int *n = counts[which];
    const char *eq = strchr(text, '=');
    if (!eq || eq == text || !eq[1]) {
        complain("--%s: '%s' is not NAME=VALUE", t->name, text);
        return EXIT_USAGE;
    }
    if (*n == MAX_SETTINGS) {
        complain("--%s: given more than %d times", t->name, MAX_SETTINGS);
        return EXIT_USAGE;
    }
    char *copy = malloc(strlen(text) + 1);
    if (!copy) {
        complain("out of memory");
        return mtl_exit_code(MTL_ERR_MEMORY);
    }
    memcpy(copy, text, strlen(text) + 1);
    copy[eq - text] = '\0';
    o->text[o->n_texts++] = copy;
    list[*n].name = copy;
    list[*n].value = copy + (eq - text) + 1;
    (*n)++;
    return 0;
}

static int read_one(struct options *o, const struct opt *t, char *text)
{
    char *field = (char *)o + t->offset;
    switch (t->kind) {
    case OPT_FLAG:
        *(int *)(void *)field = 1;
        return 0;
    case OPT_TEXT:
        if (!*text) {
            complain("--%s: its value is empty", t->name);
            return EXIT_USAGE;
        }
        *(const char **)(void *)field = text;
        return 0;
    case OPT_COUNT:
        return read_count(t, text, (int *)(void *)field);
    case OPT_SEED:
        return read_seed(t, text, (uint64_t *)(void *)field);
    case OPT_POSITIVE:
        return read_positive(t, text, (double *)(void *)field);
    case OPT_CHOICE:
        return read_choice(t, text, (const char **)(void *)field);
    case OPT_SETTING:
        return read_setting(o, t, text);
    }
    return EXIT_USAGE;
}

static int unknown_option(const struct verb *v, const char *word)
{
    const char *names[MAX_OPTIONS];
    char bare[64];
    int n = 0;
    for (const struct opt *t = v->opts; t->name && n < MAX_OPTIONS; t++)
        names[n++] = t->name;
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    int near = nearest_name(bare, names, n);
    if (near >= 0)
        complain("%s: unknown option '--%s'; did you mean '--%s'?", v->name, bare, names[near]);
    else
        complain("%s: unknown option '--%s'; 'matriline %s --help' lists them", v->name, bare,
                 v->name);
    return EXIT_USAGE;
}

/* The tables getopt_long asks for. */
static void getopt_tables(const struct verb *v, struct option *longs, char *shorts)
{
    int n = 0;
    *shorts++ = ':';
    for (const struct opt *t = v->opts; t->name && n < MAX_OPTIONS; t++, n++) {
        longs[n] = (struct option){t->name, t->kind == OPT_FLAG ? no_argument : required_argument,
                                   NULL, FIRST_LONG + n};
        if (t->letter) {
            *shorts++ = t->letter;
            if (t->kind != OPT_FLAG)
                *shorts++ = ':';
        }
    }
    longs[n] = (struct option){NULL, 0, NULL, 0};
    *shorts = '\0';
}

static const struct opt *by_code(const struct verb *v, int code)
{
    if (code >= FIRST_LONG)
        return &v->opts[code - FIRST_LONG];
    for (const struct opt *t = v->opts; t->name; t++) {
        if (t->letter && t->letter == code)
            return t;
    }
    return NULL;
}

static int read_operands(struct options *o, const struct verb *v, int argc, char **argv)
{
    int n = argc - optind;
    if (n < v->min_operands) {
        complain("%s: %s is missing; 'matriline %s --help' shows how", v->name, v->operands,
                 v->name);
        return EXIT_USAGE;
    }
    if (n > v->max_operands || n > MAX_OPERANDS) {
        complain("%s: '%s' is one word too many; 'matriline %s --help' shows how", v->name,
                 argv[optind + v->max_operands], v->name);
        return EXIT_USAGE;
    }
    for (int i = 0; i < n; i++)
        o->operand[o->n_operands++] = argv[optind + i];
    return 0;
}

int options_read(struct options *o, const struct verb *v, int argc, char **argv)
{
    struct option longs[MAX_OPTIONS + 1];
    char shorts[2 * MAX_OPTIONS + 2];
    getopt_tables(v, longs, shorts);
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind;
        int code = getopt_long(argc, argv, shorts, longs, NULL);
        if (code == -1)
            break;
        if (code == ':') {
            const struct opt *t = by_code(v, optopt);
            complain("%s: --%s needs %s", v->name, t ? t->name : "?", t ? t->arg : "a value");
            return EXIT_USAGE;
        }
        if (code == '?') {
            /* optopt is 0 or the code for a long option, the letter for a short one. */
            const char *word = argv[optind > at ? optind - 1 : at];
            if (optopt >= FIRST_LONG)
                complain("%s: --%s takes no value", v->name, by_code(v, optopt)->name);
            else if (optopt == 0 && strncmp(word, "--", 2) == 0)
                return unknown_option(v, word);
            else
                complain("%s: unknown option '-%c'; 'matriline %s --help' lists them", v->name,
                         optopt, v->name);
            return EXIT_USAGE;
        }
        int ret = read_one(o, by_code(v, code), optarg);
        if (ret)
            return ret;
    }
    if (o->help)
        return 0;
    return read_operands(o, v, argc, argv);
}
