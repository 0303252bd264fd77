/* SPDX-License-Identifier: MIT */
/* matriline compare: the same lives twice, in two scenarios or under two settings, life by life. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt compare_opts[] = {
    {"a", 0, OPT_SETTING, "NAME=VALUE", AT(set_a), 0, 0, NULL,
     "a switch or a parameter as A has it; may be repeated"},
    {"b", 0, OPT_SETTING, "NAME=VALUE", AT(set_b), 0, 0, NULL,
     "a switch or a parameter as B has it; may be repeated"},
    {"out", 'o', OPT_TEXT, "FILE.html", AT(out), 0, 0, NULL,
     "write a page with every life as a line from A to B"},
    {"replicates", 'n', OPT_COUNT, "N", AT(replicates), 1, 10000000, NULL,
     "lives simulated of each (default 200)"},
    {"first-replicate", 0, OPT_COUNT, "N", AT(first_replicate), 0, 2000000000, NULL,
     "number of the first one"},
    {"solver", 0, OPT_CHOICE, "NAME", AT(solver), 0, 0, "auto|exact|leap",
     "event by event, or in steps"},
    {"focus", 0, OPT_TEXT, "NAME", AT(focus), 0, 0, NULL,
     "the person that both are about (default: the family's)"},
    {"all", 0, OPT_FLAG, NULL, AT(all), 0, 0, NULL,
     "every body, and the rows that are the same in every life"},
    OPT_ROW_SWITCH,
    OPT_ROW_SET,
    {"no-unknowns", 0, OPT_FLAG, NULL, AT(no_unknowns), 0, 0, NULL,
     "chance alone: no second set of lives with the unknowns drawn from their priors"},
    OPT_ROW_SEED,
    OPT_ROW_THREADS,
    OPT_ROW_MODEL,
    {"json", 0, OPT_FLAG, NULL, AT(json), 0, 0, NULL, "print the comparison as JSON"},
    {"tsv", 0, OPT_FLAG, NULL, AT(tsv), 0, 0, NULL, "tab separated, every row"},
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

enum { LABEL = 200, MOST_ROWS = 16 };
struct side {
    mtl_model *model;
    mtl_scenario *s;
    mtl_result *result;
    char label[LABEL];
};

/* ---------------------------------------------------------------- the two */
/* A switch by its name, else a parameter; of what is neither the nearest of both is told. */
static int set_one(mtl_model *m, const struct setting *x, const char *option)
{
    mtl_error err = {0}, other = {0};
    int ret;
    if (mtl_model_find_switch(m, x->name, &err) >= 0) {
        ret = mtl_model_switch(m, x->name, x->value, &err);
        return ret < 0 ? report_option(option, &err) : 0;
    }
    ret = mtl_model_set(m, x->name, x->value, &other);
    if (ret < 0 && other.code == MTL_ERR_NAME && strstr(err.text, "did you mean"))
        return report_option(option, &err);
    return ret < 0 ? report_option(option, &other) : 0;
}

static void add_label(char *label, const char *more)
{
    const size_t n = strlen(label);
    snprintf(label + n, LABEL - n, "%s%s", n ? ", " : "", more);
}

static int make_side(struct side *x, const struct options *o, const mtl_model *base, int b)
{
    const char *path = o->operand[b && o->n_operands > 1], *leaf = strrchr(path, '/');
    const struct setting *set = b ? o->set_b : o->set_a;
    const int n = b ? o->n_set_b : o->n_set_a;
    mtl_error err = {0};
    x->model = mtl_model_copy(base);
    if (!x->model) {
        err.code = MTL_ERR_MEMORY;
        return report_error(&err);
    }
    if (o->n_operands > 1)
        add_label(x->label, leaf ? leaf + 1 : path);
    for (int i = 0; i < n; i++) {
        char text[120];
        const int ret = set_one(x->model, &set[i], b ? "--b" : "--a");
        if (ret)
            return ret;
        snprintf(text, sizeof text, "%.80s=%.32s", set[i].name, set[i].value);
        add_label(x->label, text);
    }
    if (!x->label[0])
        add_label(x->label, "as set");
    if (mtl_scenario_load(&x->s, path, x->model, &err) < 0 ||
        (o->focus && mtl_scenario_set_focus(x->s, o->focus, &err) < 0))
        return report_error(&err);
    return 0;
}

static int run_both(struct side side[2], const struct options *o)
{
    struct progress p;
    mtl_run_opts run;
    mtl_error err = {0};
    session_run_opts(&run, o);
    run.fingerprints = 1;
    run.progress = progress_step;
    run.progress_ctx = &p;
    double *dates;
    int ret = mtl_compare_both_dates(side[0].s, side[0].model, side[1].s, side[1].model, &dates,
                                     &run.n_dates, &err);
    run.dates = dates;
    progress_start(&p, "compare", o);
    p.parts = 2;
    for (int i = 0; i < 2 && ret == 0; i++) {
        p.part = i;
        ret = mtl_run(&side[i].result, side[i].s, side[i].model, &run, &err);
        if (ret == 0 && progress_step(&p, 0, 0)) {
            err.code = MTL_ERR_INTERRUPTED;
            ret = err.code;
        }
    }
    progress_end(&p);
    free(dates);
    return ret < 0 ? report_error(&err) : 0;
}

/* ---------------------------------------------------------------- text */
static void signed_text(double x, char buf[40])
{
    char digits[32];
    snprintf(buf, 40, "%s%s", x > 0 ? "+" : "", two_digits(x, digits));
}

static void difference_text(const mtl_paired *p, char buf[140])
{
    char d[40], low[40], high[40];
    if (!p->n) {
        snprintf(buf, 140, "-");
    } else if (!(p->differ > 0)) {
        snprintf(buf, 140, "0");
    } else {
        signed_text(p->difference, d);
        signed_text(p->low, low);
        signed_text(p->high, high);
        snprintf(buf, 140, isfinite(p->low) ? "%s (%s to %s)" : "%s", d, low, high);
    }
}

static int wider(int have, const char *text)
{
    const int n = (int)strlen(text);
    return n > have ? n : have;
}

static int differs(const mtl_compare_level *r)
{
    return r->chance.differ > 0 || (r->unknowns.n && r->unknowns.differ > 0);
}

static const mtl_paired *told(const mtl_compare_level *r)
{
    return r->chance.differ > 0 || !r->unknowns.n ? &r->chance : &r->unknowns;
}

/* How much of a level the difference is, in how many lives. */
static double weight(const mtl_compare_level *r)
{
    const mtl_paired *p = told(r);
    return p->differ * fabs(p->difference) / fmax(fmax(p->a, p->b), 1e-300);
}

struct ranked {
    double weight;
    int level;
};

static int falling(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->weight > y->weight || x->weight < y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->level - y->level;
}

/* The levels that are listed, and how many of the others are what. */
struct listing {
    struct ranked *x;
    int n, less, chance, others, same;
};

/* With --all each, as they come; else of the focus person the MOST_ROWS that differ most of those
   that differ by more than chance, the largest first. 0, or an exit status. */
static int choose_levels(struct listing *l, const mtl_compare *c, const struct options *o)
{
    const int all = mtl_compare_n_levels(c);
    mtl_compare_level r;
    *l = (struct listing){.x = calloc((size_t)all + 1, sizeof *l->x)};
    for (int i = 0; l->x && i < all; i++) {
        mtl_compare_get_level(c, i, &r);
        if (o->all || (r.focus && differs(&r) && mtl_compare_beyond_chance(c, told(&r))))
            l->x[l->n++] = (struct ranked){weight(&r), i};
        else if (!differs(&r))
            l->same++;
        else if (r.focus)
            l->chance++;
        else
            l->others++;
    }
    if (!l->x) {
        const mtl_error err = {.code = MTL_ERR_MEMORY};
        return report_error(&err);
    }
    if (l->n > 1 && !o->all)
        qsort(l->x, (size_t)l->n, sizeof *l->x, falling);
    if (l->n > MOST_ROWS && !o->all) {
        l->less = l->n - MOST_ROWS;
        l->n = MOST_ROWS;
    }
    return 0;
}

static void level_line(const mtl_compare_level *r, const int *w, int unknowns)
{
    char a[32], b[32], d[140], u[140];
    difference_text(&r->chance, d);
    difference_text(&r->unknowns, u);
    printf("%-*s  %-*s  %-*s  %8s  %8s  %-*s  %5.1f %%%s%s\n", w[0], r->host, w[1], r->donor, w[2],
           r->organ, r->in_a ? two_digits(r->chance.a, a) : "no way",
           r->in_b ? two_digits(r->chance.b, b) : "no way", w[3], d, 100 * r->chance.differ,
           unknowns ? "  " : "", unknowns ? u : "");
}

static void print_rest(const struct listing *l)
{
    printf("\n");
    if (l->less > 0)
        printf("%d more of this person differ less,\n", l->less);
    if (l->chance > 0)
        printf("%d differ by no more than chance may leave among so many,\n", l->chance);
    printf("%d differ in other bodies, %d are the same in every life (--all lists them)\n",
           l->others, l->same);
}

static int print_levels(const mtl_compare *c, const struct options *o)
{
    int w[4] = {4, 5, 5, 5};
    char date[2][16], d[140];
    double end[2];
    mtl_compare_level r;
    struct listing l;
    const int ret = choose_levels(&l, c, o);
    if (ret)
        return ret;
    mtl_compare_dates(c, &end[0], &end[1]);
    printf("\nLevels at the end (%s", date_text(end[0], date[0]));
    if (end[0] < end[1] || end[0] > end[1])
        printf(" in A, %s in B", date_text(end[1], date[1]));
    printf(") in genome equivalents per million; differences within\n"
           "lives, with the 95 %% interval of the paired t, and the share of lives that differ%s\n",
           o->all ? ":"
           : l.n == 0
               ? ";\nof the person in focus none differs by more than chance would leave among "
                 "so many"
               : ";\nthose that differ by more than chance would leave among so "
                 "many, largest first:");
    for (int i = 0; i < l.n; i++) {
        mtl_compare_get_level(c, l.x[i].level, &r);
        difference_text(&r.chance, d);
        w[0] = wider(w[0], r.host);
        w[1] = wider(w[1], r.donor);
        w[2] = wider(w[2], r.organ);
        w[3] = wider(w[3], d);
    }
    if (l.n > 0)
        printf("\n%-*s  %-*s  %-*s  %8s  %8s  %-*s   differ%s\n", w[0], "host", w[1], "donor", w[2],
               "organ", "A", "B", w[3], "B - A", o->no_unknowns ? "" : "  B - A, unknowns drawn");
    for (int i = 0; i < l.n; i++) {
        mtl_compare_get_level(c, l.x[i].level, &r);
        level_line(&r, w, !o->no_unknowns);
    }
    if (!o->all)
        print_rest(&l);
    free(l.x);
    return 0;
}

static void print_samples(const mtl_compare *c)
{
    int w[3] = {6, 5, 5};
    mtl_compare_sample r;
    for (int i = 0; i < mtl_compare_n_samples(c); i++) {
        mtl_compare_get_sample(c, i, &r);
        w[0] = wider(w[0], r.person);
        w[1] = wider(w[1], r.organ);
        w[2] = wider(w[2], r.assay);
    }
    if (mtl_compare_n_samples(c) > 0)
        printf("\n%-10s  %-*s  %-*s  %-*s  %9s %6s  %6s %6s  %9s  %s\n", "date", w[0], "person",
               w[1], "organ", w[2], "assay", "P(pos.) A", "B", "only A", "only B", "McNemar p",
               "B - A");
    for (int i = 0; i < mtl_compare_n_samples(c); i++) {
        char date[16], p[32], d[140];
        mtl_compare_get_sample(c, i, &r);
        difference_text(&r.level, d);
        printf("%-10s  %-*s  %-*s  %-*s  ", date_text(r.t_days, date), w[0], r.person, w[1],
               r.organ, w[2], r.assay);
        if (r.assay[0])
            printf("%9.3f %6.3f  %6d %6d  %9s  %s\n", r.p_a, r.p_b, r.only_a, r.only_b,
                   two_digits(r.p_mcnemar, p), d);
        else
            printf("%9s %6s  %6s %6s  %9s  %s\n", "NA", "NA", "-", "-", "NA", d);
    }
}

/* ---------------------------------------------------------------- hosts */
static void about(const mtl_compare_host *r, char *buf, size_t size)
{
    char date[16];
    if (r->donor[0])
        snprintf(buf, size, "%s against %s", r->person, r->donor);
    else if (isfinite(r->t_days))
        snprintf(buf, size, "%s: %s, %s", r->person, r->label, date_text(r->t_days, date));
    else
        snprintf(buf, size, "%s: %s", r->person, r->label);
}

/* Days are told to the day: two digits are too few to tell 116 from 124. */
static const char *value_text(const mtl_compare_host *r, double x, int there, char buf[32])
{
    const int days = strncmp(r->measure, "days", 4) == 0;
    if (there && days && !isfinite(x))
        return "not yet";                          /* by the end of the run */
    if (there && r->donor[0] && x > 0 && x < 1e-3) /* 0 to 1: there is no more to tell */
        snprintf(buf, 32, x < 1e-6 ? "0" : "<0.001");
    else if (there && days && x >= 10)
        snprintf(buf, 32, "%.0f", x);
    else if (there)
        two_digits(x, buf);
    return there ? buf : "-";
}

static int hosts_differ(const mtl_compare *c)
{
    mtl_compare_host r;
    int n = 0;
    for (int i = 0; i < mtl_compare_n_hosts(c); i++) {
        mtl_compare_get_host(c, i, &r);
        n += mtl_compare_host_differs(&r);
    }
    return n;
}

static void host_lines(const mtl_compare_host *r, int unknowns)
{
    char a[32], b[32], d[140];
    printf("  %-48s  %8s  %8s", r->measure, value_text(r, r->a, r->in_a, a),
           value_text(r, r->b, r->in_b, b));
    if (unknowns)
        printf("  %11s  %8s", value_text(r, r->a_unknowns, r->in_a, a),
               value_text(r, r->b_unknowns, r->in_b, b));
    printf("\n");
    if (isfinite(r->p_mcnemar))
        printf("    lives with it only in A: %d, only in B: %d; McNemar p %s\n", r->only_a,
               r->only_b, two_digits(r->p_mcnemar, a));
    if (r->delay.n && r->delay.differ > 0) {
        difference_text(&r->delay, d);
        printf("    days later in B, of %d with both: %s\n", r->delay.n, d);
    }
}

static void print_hosts(const mtl_compare *c, const struct options *o)
{
    const int n = mtl_compare_n_hosts(c);
    mtl_compare_host r;
    char what[400], before[400] = "";
    int same = 0, alone = 0;
    if (n > 0 && !o->all && !hosts_differ(c)) {
        printf("\nThe hosts themselves: all %d numbers are the same in both (--all)\n", n);
        return;
    }
    if (n > 0)
        printf("\nThe hosts themselves, chance alone%s:\n%-50s  %8s  %8s%s\n",
               o->no_unknowns ? "" : " and with the unknowns drawn", "", "A", "B",
               o->no_unknowns ? "" : "  unknowns: A         B");
    for (int i = 0; i < n; i++) {
        mtl_compare_get_host(c, i, &r);
        if (!o->all && !mtl_compare_host_differs(&r)) {
            same++;
            continue;
        }
        alone = alone || r.in_a != r.in_b;
        about(&r, what, sizeof what);
        if (strcmp(what, before) != 0)
            printf("%s\n", what);
        snprintf(before, sizeof before, "%s", what);
        host_lines(&r, !o->no_unknowns);
    }
    if (alone)
        printf("-: not followed there\n");
    if (same > 0)
        printf("%d more of %d are the same in both (--all)\n", same, n);
}

static const char *until(double t, char buf[16])
{
    return isinf(t) ? "to the end" : date_text(t, buf);
}

static void print_pairings(const mtl_compare *c, const struct options *o)
{
    int w[2] = {4, 5}, n = 0, others = 0;
    mtl_compare_pairing r;
    for (int i = 0; i < mtl_compare_n_pairings(c); i++) {
        mtl_compare_get_pairing(c, i, &r);
        if (!r.focus && !o->all) {
            others += r.parted > 0;
            continue;
        }
        n++;
        w[0] = wider(w[0], r.host);
        w[1] = wider(w[1], r.donor);
    }
    if (n > 0)
        printf("\nUntil when the lives are the same, cell by cell:\n%-*s  %-*s  %15s  %-22s  %s\n",
               w[0], "host", w[1], "donor", "same to the end", "half have parted by", "range");
    for (int i = 0; i < mtl_compare_n_pairings(c); i++) {
        char lives[32], median[16], first[16], last[16];
        mtl_compare_get_pairing(c, i, &r);
        if (!r.focus && !o->all)
            continue;
        snprintf(lives, sizeof lives, "%d of %d", r.n - r.parted, r.n);
        printf("%-*s  %-*s  %15s  %-22s  ", w[0], r.host, w[1], r.donor, lives,
               isinf(r.median) ? "never" : until(r.median, median));
        if (r.parted > 0)
            printf("%s, %s\n", until(r.first, first), until(r.last, last));
        else
            printf("to the end\n");
    }
    if (others > 0)
        printf("and in other bodies the lives of %d more (--all)\n", others);
    if (*mtl_compare_note(c))
        print_wrapped(mtl_compare_note(c), 0, 0);
}

static void print_answers(const mtl_compare *c, const struct side side[2])
{
    double chance[2], unknowns[2];
    const char *question = mtl_compare_answer(c, -1, &chance[0], &unknowns[0]);
    const char *other = mtl_compare_answer(c, 1, &chance[1], &unknowns[1]);
    print_wrapped(question, 0, 0);
    if (strcmp(question, other) != 0) {
        printf("is asked in A; in B it is\n");
        print_wrapped(other, 0, 0);
    }
    for (int i = 0; i < 2; i++) {
        printf("  %c  %.3f", 'A' + i, chance[i]);
        if (isfinite(unknowns[i]))
            printf(", with the unknowns drawn %.3f", unknowns[i]);
        printf("   %s\n", side[i].label);
    }
}

static int print_text(const mtl_compare *c, const struct side side[2], const struct options *o)
{
    const int hosts_first = hosts_differ(c); /* they are what such a comparison is made for */
    if (hosts_first) {
        print_wrapped(mtl_compare_headline(c), 0, 0);
        print_hosts(c, o);
        printf("\n");
    }
    print_answers(c, side);
    const int ret = print_levels(c, o);
    if (ret)
        return ret;
    print_samples(c);
    if (!hosts_first)
        print_hosts(c, o);
    print_pairings(c, o);
    printf("\nSeed %llu, %d lives each, on the same random streams.\n", (unsigned long long)o->seed,
           o->replicates > 0 ? o->replicates : 200);
    return 0;
}

/* ---------------------------------------------------------------- remarks */
static int has_person(const mtl_scenario *s, const char *name)
{
    for (int i = 0; i < mtl_scenario_n_people(s); i++)
        if (strcmp(mtl_scenario_person_name(s, i), name) == 0)
            return 1;
    return 0;
}

/* What the tables below cannot show: that there was nothing to compare. */
static void remarks(const struct side side[2], const struct options *o)
{
    const char *a = o->operand[0], *b = o->operand[o->n_operands > 1];
    int common = 0;
    if (o->quiet)
        return;
    for (int i = 0; i < mtl_scenario_n_people(side[0].s) && !common; i++)
        common = has_person(side[1].s, mtl_scenario_person_name(side[0].s, i));
    if (strcmp(a, b) == 0 && strcmp(side[0].label, side[1].label) == 0)
        complain("note: A and B are the same: %s, %s", a, side[0].label);
    else if (!common)
        complain("note: nobody of %s is in %s by name, so no life of A has its like in B", a, b);
}

/* ---------------------------------------------------------------- the verb */
static int put_out(const mtl_compare *c, const struct side side[2], const struct options *o)
{
    mtl_error err = {0};
    if (o->out && mtl_compare_write(c, o->out, &err) < 0)
        return report_error(&err);
    if (o->out && !o->quiet)
        complain("the comparison is %s", o->out);
    if (o->json)
        return print_answer(mtl_compare_json(c), o);
    if (o->tsv)
        return print_answer(mtl_compare_tsv(c), o);
    return o->quiet && o->out ? 0 : print_text(c, side, o);
}

int cmd_compare(const struct options *o, const struct verb *v)
{
    struct side side[2] = {{.model = NULL}, {.model = NULL}};
    mtl_model *base = NULL;
    mtl_compare *c = NULL;
    mtl_error err = {0};
    if (o->n_operands < 2 && o->n_set_a + o->n_set_b == 0) {
        complain("%s: what differs? Name a second family, or settings with --a and --b", v->name);
        return EXIT_USAGE;
    }
    int ret = session_model(&base, o);
    for (int i = 0; i < 2 && ret == 0; i++)
        ret = make_side(&side[i], o, base, i);
    if (ret == 0) {
        remarks(side, o);
        ret = run_both(side, o);
    }
    for (int i = 0; i < o->n_operands && i < 2 && ret == 0; i++)
        ret = session_remarks(side[i].result, o);
    if (ret == 0 &&
        mtl_compare_run(&c, side[0].result, side[0].label, side[1].result, side[1].label, &err) < 0)
        ret = report_error(&err);
    if (ret == 0)
        ret = put_out(c, side, o);
    mtl_compare_free(c);
    for (int i = 0; i < 2; i++) {
        mtl_result_free(side[i].result);
        mtl_scenario_free(side[i].s);
        mtl_model_free(side[i].model);
    }
    mtl_model_free(base);
    return ret;
}
