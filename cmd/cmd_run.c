/* SPDX-License-Identifier: MIT */
/* matriline run: one family carried out, under one hypothesis or under each rival. Everything is
   run before anything is written, so that an interruption leaves nothing half done. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt run_opts[] = {
    {"out", 'o', OPT_TEXT, "DIR", AT(out), 0, 0, NULL,
     "write report.html, cells.tsv, events.tsv, assays.tsv, readings/ and manifest.json there; "
     "without it the "
     "answer is printed and nothing is written"},
    {"replicates", 'n', OPT_COUNT, "N", AT(replicates), 1, 10000000, NULL,
     "lives simulated (default 200)"},
    {"first-replicate", 0, OPT_COUNT, "N", AT(first_replicate), 0, 2000000000, NULL,
     "number of the first one; replicate 7 alone is the same as 7 among many"},
    {"solver", 0, OPT_CHOICE, "NAME", AT(solver), 0, 0, "auto|exact|leap|analytic",
     "event by event, in steps, or without random numbers"},
    {"step", 0, OPT_POSITIVE, "DAYS", AT(step_days), 0, 0, NULL,
     "largest step of leap (default: chosen)"},
    OPT_ROW_EACH,
    {"focus", 0, OPT_TEXT, "NAME", AT(focus), 0, 0, NULL,
     "the person that the answer and the report are about (default: the family's)"},
    OPT_ROW_SWITCH,
    OPT_ROW_SET,
    {"hla", 0, OPT_TEXT, "TSV", AT(hla), 0, 0, NULL,
     "frequencies of HLA haplotypes: who shares what, who carries an allele"},
    {"typing", 0, OPT_TEXT, "TSV", AT(typing), 0, 0, NULL, "HLA typings of people"},
    {"no-unknowns", 0, OPT_FLAG, NULL, AT(no_unknowns), 0, 0, NULL,
     "chance alone: no second band with the unknowns drawn from their priors"},
    OPT_ROW_SEED,
    OPT_ROW_THREADS,
    OPT_ROW_MODEL,
    {"json", 0, OPT_FLAG, NULL, AT(json), 0, 0, NULL, "print the whole result as JSON"},
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

/* ---------------------------------------------------------------- printing */
static void reading_text(const mtl_reading_row *row, char *buf, size_t size)
{
    char a[32], b[32], c[32], counted[64];
    const int wells = strcmp(row->unit, "wells") == 0, reads = strcmp(row->unit, "reads") == 0;
    if (reads)
        snprintf(counted, sizeof counted, "%d reads", row->hits);
    else
        snprintf(counted, sizeof counted, "%d/%d%s%s", row->hits, row->wells, wells ? "" : " ",
                 wells ? "" : row->unit);
    if (row->hits < 0)
        snprintf(buf, size, "-");
    else if (row->hits == 0)
        snprintf(buf, size, "%s, < %s", counted, two_digits(row->high, a));
    else if (row->hits == row->wells && row->geq_per_1e6 >= 999999)
        /* nothing bounds it from above */
        snprintf(buf, size, "%s, > %s", counted, two_digits(row->low, a));
    else if (!isfinite(row->geq_per_1e6))
        snprintf(buf, size, "%s, < %s", counted, two_digits(row->high, a));
    else
        snprintf(buf, size, "%s, %s (%s-%s)", counted, two_digits(row->geq_per_1e6, a),
                 two_digits(row->low, b), two_digits(row->high, c));
}

/* Called twice per row: once to find the widths, once to print. */
struct table {
    int width[4];
    int rows, printing;
};

static int wider(int have, const char *text)
{
    int n = (int)strlen(text);
    return n > have ? n : have;
}

static int each_reading(void *ctx, const mtl_reading_row *row)
{
    struct table *t = ctx;
    char date[16], p[32], level[32], lod[32], reading[160];
    date_text(row->t_days, date);
    if (!t->printing) {
        t->width[0] = wider(t->width[0], row->person);
        t->width[1] = wider(t->width[1], row->organ);
        t->width[2] = wider(t->width[2], row->assay);
        t->width[3] = wider(t->width[3], row->donors);
        t->rows++;
        return 0;
    }
    reading_text(row, reading, sizeof reading);
    snprintf(p, sizeof p, isfinite(row->p_positive) ? "%.3f" : "NA", row->p_positive);
    printf("%-10s  %-*s  %-*s  %-*s  %-*s  %8s  %10s  %8s  %s\n", date, t->width[0], row->person,
           t->width[1], row->organ, t->width[2], row->assay, t->width[3], row->donors, p,
           two_digits(row->mean_geq_per_1e6, level), two_digits(row->lod_geq_per_1e6, lod),
           reading);
    return 0;
}

static void print_readings(const mtl_result *r)
{
    struct table t = {{6, 5, 5, 6}, 0, 0};
    mtl_sink sink = {&t, NULL, each_reading};
    mtl_result_emit(r, &sink);
    if (t.rows == 0)
        return;
    t.printing = 1;
    printf("\n%-10s  %-*s  %-*s  %-*s  %-*s  %8s  %10s  %8s  %s\n", "date", t.width[0], "person",
           t.width[1], "organ", t.width[2], "assay", t.width[3], "donors", "P(pos.)", "mean gEq",
           "LoD", "a virtual reading (wells, gEq, 95%)");
    mtl_result_emit(r, &sink);
    printf("Levels in genome equivalents per million.\n");
}

static int print_json(mtl_result *const *result, const struct rivals *r)
{
    if (r->n > 1)
        fputs("[\n", stdout);
    for (int i = 0; i < r->n; i++) {
        char *text = mtl_result_json(result[i]);
        if (!text) {
            mtl_error err = {.code = MTL_ERR_MEMORY};
            return report_error(&err);
        }
        printf("%s%s", i > 0 ? ",\n" : "", text);
        if (*text && text[strlen(text) - 1] != '\n')
            putchar('\n');
        free(text);
    }
    if (r->n > 1)
        fputs("]\n", stdout);
    return 0;
}

/* The answer; of a rival that gives the same as one before it, that it does. */
static void print_answer_of(mtl_result *const *result, const struct rivals *r, int i)
{
    const char *text = mtl_result_headline(result[i]);
    for (int k = 0; k < i; k++)
        if (strcmp(text, mtl_result_headline(result[k])) == 0) {
            printf("Of the cells it says the same as %s.\n", r->label[k]);
            return;
        }
    print_wrapped(text, 0, 0);
}

static int print_result(mtl_result *const *result, const struct rivals *r, const struct options *o)
{
    if (o->json)
        return print_json(result, r);
    if (o->quiet && o->out)
        return 0;
    for (int i = 0; i < r->n; i++) {
        if (o->each)
            printf("%s%s = %s\n", i > 0 ? "\n" : "", o->each, r->label[i]);
        print_answer_of(result, r, i);
        char *hosts = mtl_result_hosts(result[i]);
        printf("%s", hosts ? hosts : "");
        free(hosts);
        if (!o->out)
            print_readings(result[i]);
    }
    if (!o->out)
        printf("%sSeed %llu%s.\n", r->n > 1 ? "\n" : "", (unsigned long long)o->seed,
               o->n_set + o->n_switch > 0 || o->each ? "" : ", default hypotheses");
    return 0;
}

/* ---------------------------------------------------------------- writing */
static void join_path(char *path, size_t size, const char *dir, const char *name)
{
    int n = (int)strlen(dir);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    snprintf(path, size, "%.*s%s%s", n, dir, *name && dir[n - 1] != '/' ? "/" : "", name);
}

static int write_results(mtl_result *const *result, const struct rivals *r, const struct options *o)
{
    mtl_error err = {0};
    char path[4200];
    const mtl_result *all[MAX_RIVALS];
    for (int i = 0; i < r->n; i++) {
        all[i] = result[i];
        join_path(path, sizeof path, o->out, r->label[i]);
        if (mtl_result_write(result[i], path, &err) < 0)
            return report_error(&err);
    }
    join_path(path, sizeof path, o->out, "report.html");
    if (mtl_report_write(all, r->n, path, &err) < 0)
        return report_error(&err);
    if (!o->quiet)
        complain("the report is %s", path);
    return 0;
}

/* Better before an hour of work than after it. */
static int check_out(const struct options *o)
{
    struct stat st;
    if (o->out && strlen(o->out) > 4000) {
        complain("--out: the name is too long");
        return EXIT_USAGE;
    }
    if (!o->out || stat(o->out, &st) == 0) {
        if (o->out && !S_ISDIR(st.st_mode)) {
            complain("%s: is not a folder", o->out);
            return EXIT_FAILED;
        }
        return 0;
    }
    if (errno != ENOENT) {
        complain("%s: %s", o->out, strerror(errno));
        return EXIT_FAILED;
    }
    return 0;
}

/* Exact follows every event of every cell: said before, not after an hour of silence. */
static int forewarn(const mtl_scenario *s, const struct rivals *r, const struct options *o,
                    const mtl_run_opts *run, const struct progress *p)
{
    const double many = 1e8; /* some ten seconds of one processor */
    double events = 0, each;
    mtl_error err = {0};
    if (run->solver != MTL_SOLVER_EXACT || o->quiet)
        return 0;
    for (int i = 0; i < r->n; i++) {
        const int ret = mtl_run_forecast(&each, s, r->model[i], run, &err);
        if (ret == MTL_ERR_INTERRUPTED)
            return report_error(&err);
        if (ret < 0)
            return 0; /* the run itself says what is wrong */
        events += each;
    }
    if (events <= many)
        return 0;
    if (p->visible)
        fputs("\r\033[K", stderr);
    complain("note: --solver exact follows every event, here about 1e%.0f of them in all; leap is "
             "made for so many, and auto, the default, takes it where it must",
             floor(log10(events) + 0.5));
    progress_begins(p);
    return 0;
}

static int run_rivals(mtl_result **result, const mtl_scenario *s, const struct rivals *r,
                      const struct options *o)
{
    struct progress p;
    mtl_run_opts run;
    mtl_error err = {0};
    session_run_opts(&run, o);
    run.brought = 1;
    run.progress = progress_step;
    run.progress_ctx = &p;
    progress_start(&p, "run", o);
    p.parts = r->n;
    int ret = forewarn(s, r, o, &run, &p);
    if (ret > 0) {
        progress_end(&p);
        return ret;
    }
    for (int i = 0; i < r->n && ret == 0; i++) {
        p.part = i;
        ret = mtl_run(&result[i], s, r->model[i], &run, &err);
        /* A signal that came after the last question about it counts as well. */
        if (ret == 0 && progress_step(&p, 0, 0)) {
            err.code = MTL_ERR_INTERRUPTED;
            ret = err.code;
        }
    }
    progress_end(&p);
    return ret < 0 ? report_error(&err) : 0;
}

int cmd_run(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_result *result[MAX_RIVALS] = {NULL};
    struct rivals r = {.n = 0};
    mtl_error err = {0};
    (void)v;
    int ret = check_out(o);
    if (ret == 0)
        ret = session_model(&m, o);
    if (ret == 0)
        ret = session_rivals(&r, m, o);
    if (ret == 0 && (mtl_scenario_load(&s, o->operand[0], m, &err) < 0 ||
                     mtl_scenario_hla(s, m, o->hla, o->typing, &err) < 0 ||
                     (o->focus && mtl_scenario_set_focus(s, o->focus, &err) < 0)))
        ret = report_error(&err);
    if (ret == 0)
        ret = run_rivals(result, s, &r, o);
    if (ret == 0 && o->out)
        ret = write_results(result, &r, o);
    if (ret == 0) /* the same of every rival */
        ret = session_remarks(result[0], o);
    if (ret == 0)
        ret = print_result(result, &r, o);
    for (int i = 0; i < MAX_RIVALS; i++)
        mtl_result_free(result[i]);
    mtl_scenario_free(s);
    session_rivals_free(&r, m);
    mtl_model_free(m);
    return ret;
}
