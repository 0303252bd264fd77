/* SPDX-License-Identifier: MIT */
/* What the verbs share: finding and setting the model, rivals, progress, interruption, messages. */
#include "session.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted, computing;

/* The work is asked to stop. Should it not come to a stopping place soon, the program ends all the
   same: while it computes nothing is being written. */
static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
    if (computing)
        alarm(2);
}

static void on_alarm(int number)
{
    static const char text[] = "matriline: interrupted; nothing was written\n";
    (void)number;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(EXIT_INTERRUPTED);
    _exit(EXIT_INTERRUPTED);
}

int report_error(const mtl_error *err)
{
    char text[1024];
    if (err->code == MTL_ERR_INTERRUPTED) {
        complain("interrupted; nothing was written");
        return EXIT_INTERRUPTED;
    }
    mtl_error_format(err, text, sizeof text);
    complain("%s", *text ? text : mtl_strerror(err->code));
    int code = mtl_exit_code(err->code);
    return code ? code : EXIT_FAILED;
}

int report_option(const char *option, const mtl_error *err)
{
    if (err->code != MTL_ERR_NAME && err->code != MTL_ERR_VALUE && err->code != MTL_ERR_UNIT &&
        err->code != MTL_ERR_UNSUPPORTED)
        return report_error(err);
    complain("%s: %s", option, err->text);
    return EXIT_USAGE;
}

/* ---------------------------------------------------------------- the model */
static int is_model(const char *dir)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/parameters.tsv", dir);
    return access(path, F_OK) == 0;
}

/* Beside the program: in the source tree it was built in, or where it was installed. */
static int beside_program(char *dir, size_t size)
{
    static const char *const place[] = {"../models/human", "../../models/human",
                                        "../share/matriline/models/human"};
    char exe[4000];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0)
        return 0;
    exe[n] = '\0';
    char *slash = strrchr(exe, '/');
    if (!slash)
        return 0;
    *slash = '\0';
    for (size_t i = 0; i < sizeof place / sizeof place[0]; i++) {
        snprintf(dir, size, "%s/%s", exe, place[i]);
        if (is_model(dir))
            return 1;
    }
    return 0;
}

static void find_model(const struct options *o, char *dir, size_t size)
{
    const char *env = getenv("MATRILINE_MODEL");
    if (o->model_dir)
        snprintf(dir, size, "%s", o->model_dir);
    else if (env && *env)
        snprintf(dir, size, "%s", env);
    else if (!beside_program(dir, size))
        snprintf(dir, size, "%s", is_model("models/human") ? "models/human" : MATRILINE_MODEL_DIR);
}

int session_model(mtl_model **out, const struct options *o)
{
    char dir[4100];
    mtl_error err = {0};
    find_model(o, dir, sizeof dir);
    if (mtl_model_load(out, dir, &err) < 0)
        return report_error(&err);
    int ret = 0;
    for (int i = 0; i < o->n_switch && ret == 0; i++) {
        if (mtl_model_switch(*out, o->sw[i].name, o->sw[i].value, &err) < 0)
            ret = report_option("--switch", &err);
    }
    for (int i = 0; i < o->n_set && ret == 0; i++) {
        if (mtl_model_set(*out, o->set[i].name, o->set[i].value, &err) < 0)
            ret = report_option("--set", &err);
    }
    if (ret) {
        mtl_model_free(*out);
        *out = NULL;
    }
    return ret;
}

static int ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n > k && strcmp(s + n - k, end) == 0;
}

int session_family(mtl_scenario **out, const struct options *o, const mtl_model *m)
{
    mtl_error err = {0};
    const char *path = o->family;
    if (strlen(path) < 5) {
        complain("--family: '%s' is neither a scenario (.yaml) nor a pedigree (.fam, .ped)", path);
        return EXIT_USAGE;
    }
    const int ret = ends_with(path, ".fam") || ends_with(path, ".ped")
                        ? mtl_pedigree_load(out, path, m, &err)
                        : mtl_scenario_load(out, path, m, &err);
    return ret < 0 ? report_error(&err) : 0;
}

const char *session_genotypes(const struct options *o)
{
    return o->genotypes || !o->family || !ends_with(o->family, ".ped") ? o->genotypes : o->family;
}

int session_needs_family(const struct options *o, const struct verb *v)
{
    if (o->family)
        return 0;
    complain("%s: --family is missing; 'matriline %s --help' shows how", v->name, v->name);
    return EXIT_USAGE;
}

int print_answer(char *text, const struct options *o)
{
    const mtl_error err = {.code = MTL_ERR_MEMORY};
    if (!text)
        return report_error(&err);
    fputs(text, stdout);
    if (o->json)
        putchar('\n');
    free(text);
    return 0;
}

enum mtl_solver solver_of(const char *name)
{
    if (!name || strcmp(name, "auto") == 0)
        return MTL_SOLVER_AUTO;
    if (strcmp(name, "exact") == 0)
        return MTL_SOLVER_EXACT;
    return strcmp(name, "leap") == 0 ? MTL_SOLVER_LEAP : MTL_SOLVER_ANALYTIC;
}

void session_run_opts(mtl_run_opts *run, const struct options *o)
{
    mtl_run_opts_init(run);
    if (o->replicates > 0)
        run->replicates = o->replicates;
    run->first_replicate = o->first_replicate;
    run->solver = solver_of(o->solver);
    run->step_days = o->step_days;
    run->seed = o->seed;
    run->threads = o->threads;
    run->unknowns = !o->no_unknowns;
    run->command_line = o->command_line;
}

/* ---------------------------------------------------------------- rivals */
void session_rivals_free(struct rivals *r, mtl_model *base)
{
    for (int i = 0; i < r->n; i++) {
        if (r->model[i] != base)
            mtl_model_free(r->model[i]);
    }
    r->n = 0;
}

int session_rivals(struct rivals *r, mtl_model *base, const struct options *o)
{
    mtl_error err = {0};
    mtl_switch_info info;
    r->n = 0;
    if (!o->each) {
        r->model[0] = base;
        r->label[0] = "";
        r->n = 1;
        return 0;
    }
    int sw = mtl_model_find_switch(base, o->each, &err);
    if (sw < 0)
        return report_option("--each", &err);
    mtl_model_switch_info(base, sw, &info);
    for (int k = 0; k < info.n_values && r->n < MAX_RIVALS; k++) {
        mtl_switch_value v;
        mtl_model_switch_value(base, sw, k, &v);
        if (!v.built) {
            if (!o->quiet)
                complain("%s = %s is left out: not built yet, and not imitated", info.name,
                         v.value);
            continue;
        }
        mtl_model *m = mtl_model_copy(base);
        if (!m) {
            err.code = MTL_ERR_MEMORY;
            session_rivals_free(r, base);
            return report_error(&err);
        }
        r->model[r->n] = m;
        r->label[r->n++] = v.value;
        if (mtl_model_switch(m, info.name, v.value, &err) < 0) {
            session_rivals_free(r, base);
            return report_error(&err);
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- progress */
static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Before the first piece is done there is no telling how long it takes. */
void progress_begins(const struct progress *p)
{
    if (p->visible)
        fprintf(stderr, "\r%s: 0 %% \033[K", p->what);
}

void progress_start(struct progress *p, const char *what, const struct options *o)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = on_signal;
    /* A second signal ends the program at once. */
    a.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    a.sa_handler = on_alarm;
    sigaction(SIGALRM, &a, NULL);
    computing = 1;
    p->what = what;
    p->started = p->shown = now_seconds();
    p->visible = !o->quiet && isatty(STDERR_FILENO);
    p->part = 0;
    p->parts = 1;
    progress_begins(p);
}

int progress_step(void *ctx, int64_t done, int64_t total)
{
    struct progress *p = ctx;
    double now = now_seconds();
    if (interrupted)
        return 1;
    if (!p->visible || total <= 0 || (done <= 0 && p->part == 0) || now - p->shown < 0.2)
        return 0;
    double share = ((double)p->part + (double)done / (double)total) / (double)p->parts;
    double left = share > 0 ? (now - p->started) * (1 - share) / share : 0;
    p->shown = now;
    fprintf(stderr, "\r%s: %.0f %%, %.0f s left \033[K", p->what, 100 * share, ceil(left));
    fflush(stderr);
    return 0;
}

void progress_end(struct progress *p)
{
    computing = 0;
    alarm(0);
    if (p->visible)
        fputs("\r\033[K", stderr);
}

/* ---------------------------------------------------------------- output */
/* Prints and frees remarks, one a line. */
static int notes(char *text)
{
    if (!text) {
        const mtl_error err = {.code = MTL_ERR_MEMORY};
        return report_error(&err);
    }
    for (const char *s = text; *s;) {
        const size_t n = strcspn(s, "\n");
        complain("note: %.*s", (int)n, s);
        s += n + (s[n] == '\n');
    }
    free(text);
    return 0;
}

int session_remarks(const mtl_result *r, const struct options *o)
{
    return o->quiet ? 0 : notes(mtl_result_remarks(r));
}

int session_slips(const mtl_scenario *s, const struct options *o)
{
    return o->quiet ? 0 : notes(mtl_scenario_remarks(s));
}

int finish_output(void)
{
    int failed = ferror(stdout);
    errno = 0;
    if (fflush(stdout) != 0 || failed || fclose(stdout) != 0) {
        complain("standard output: %s", errno ? strerror(errno) : "cannot be written");
        return EXIT_FAILED;
    }
    return EXIT_OK;
}

const char *date_text(double days, char buf[16])
{
    if (!isfinite(days) || fabs(days) > 2e6) {
        snprintf(buf, 16, "NA");
        return buf;
    }
    /* Civil date from days: eras of 400 years that begin on 1 March. */
    int z = (int)floor(days) + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    int month = mp < 10 ? mp + 3 : mp - 9;
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02d", yoe + era * 400 + (month <= 2), month,
             doy - (153 * mp + 2) / 5 + 1);
    memcpy(buf, text, 15);
    buf[15] = '\0';
    return buf;
}

const char *two_digits(double x, char buf[32])
{
    if (!isfinite(x)) {
        snprintf(buf, 32, "NA");
        return buf;
    }
    double a = fabs(x);
    if (a >= 10 && a < 1e5) {
        /* 1,234 is not 1.2e+03: whole numbers up to a hundred thousand, rounded to two digits. */
        double unit = pow(10, floor(log10(a)) - 1);
        snprintf(buf, 32, "%.0f", round(x / unit) * unit);
    } else {
        snprintf(buf, 32, "%.2g", x);
    }
    return buf;
}

/* Wide tables (targets) cut words on 80 columns: into a file or pipe they get more. */
int table_width(void)
{
    return isatty(STDOUT_FILENO) ? terminal_width() : 112;
}

int terminal_width(void)
{
    struct winsize w;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
        return w.ws_col < 60 ? 60 : w.ws_col > 140 ? 140 : w.ws_col;
    return 80;
}
