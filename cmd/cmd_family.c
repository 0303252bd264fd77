/* SPDX-License-Identifier: MIT */
/* matriline family: a family drawn with the ways that cells can take in it. As text it needs no
   simulation; the page has streams as wide as the expected cells, from one run without unknowns;
   and each body can have a report of its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "session.h"
#include "verbs.h"

/* Enough for widths that grow by tenfold steps; a report asks for more. */
enum { REPLICATES = 100 };

#define AT(field) offsetof(struct options, field)
const struct opt family_opts[] = {
    {"out", 'o', OPT_TEXT, "FILE.html", AT(out), 0, 0, NULL,
     "write the family page there; without it the family is printed as text, and nothing is "
     "simulated"},
    {"bodies", 0, OPT_TEXT, "DIR", AT(bodies), 0, 0, NULL,
     "write a report of each body there, NAME.html: who is in that person"},
    {"replicates", 'n', OPT_COUNT, "N", AT(replicates), 1, 10000000, NULL,
     "lives simulated for the page (default 100)"},
    {"solver", 0, OPT_CHOICE, "NAME", AT(solver), 0, 0, "auto|exact|leap|analytic",
     "event by event, in steps, or without random numbers"},
    {"width", 'w', OPT_COUNT, "N", AT(width), 68, 240, NULL,
     "columns of the text (default: the terminal's)"},
    OPT_ROW_SWITCH,
    OPT_ROW_SET,
    OPT_ROW_SEED,
    OPT_ROW_THREADS,
    OPT_ROW_MODEL,
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

static int print_text(const mtl_scenario *s, const struct options *o)
{
    mtl_error err = {.code = MTL_ERR_MEMORY};
    char *text = mtl_family_text(s, o->width ? o->width : terminal_width(), &err);
    if (!text)
        return report_error(&err);
    fputs(text, stdout);
    free(text);
    return 0;
}

static int run(mtl_result **result, const mtl_scenario *s, mtl_model *m, const struct options *o)
{
    struct progress p;
    mtl_run_opts opts;
    mtl_error err = {0};
    session_run_opts(&opts, o);
    opts.replicates = o->replicates > 0 ? o->replicates : REPLICATES;
    opts.unknowns = 0;
    opts.progress = progress_step;
    opts.progress_ctx = &p;
    progress_start(&p, "family", o);
    int ret = mtl_run(result, s, m, &opts, &err);
    progress_end(&p);
    return ret < 0 ? report_error(&err) : 0;
}

static int write_page(const mtl_scenario *s, mtl_model *m, const struct options *o)
{
    mtl_result *result = NULL;
    mtl_error err = {0};
    int ret = run(&result, s, m, o);
    if (ret == 0 && mtl_family_write(s, result, o->out, &err) < 0)
        ret = report_error(&err);
    if (ret == 0 && !o->quiet)
        complain("the family page is %s; widths are means of %d lives, unknowns at their "
                 "placeholders",
                 o->out, o->replicates > 0 ? o->replicates : REPLICATES);
    mtl_result_free(result);
    return ret;
}

/* A report of one body: what is in that person. */
static int write_body(mtl_scenario *s, mtl_model *m, int person, const struct options *o)
{
    mtl_result *result = NULL;
    mtl_error err = {0};
    char path[4400];
    const char *name = mtl_scenario_person_name(s, person);
    if (mtl_scenario_set_focus(s, name, &err) < 0)
        return report_error(&err);
    int ret = run(&result, s, m, o);
    const int dir = snprintf(path, sizeof path, "%s/", o->bodies);
    snprintf(path + dir, sizeof path - (size_t)dir, "%s.html", name);
    for (char *c = path + dir; *c; c++)
        if (*c == '/')
            *c = '_';
    const mtl_result *one = result;
    if (ret == 0 && mtl_report_write(&one, 1, path, &err) < 0)
        ret = report_error(&err);
    mtl_result_free(result);
    return ret;
}

static int write_bodies(mtl_scenario *s, mtl_model *m, const struct options *o)
{
    mtl_error err = {0};
    int ret = 0, written = 0;
    if (strlen(o->bodies) > 4000) {
        complain("--bodies: the name is too long");
        return EXIT_USAGE;
    }
    if (mkdir(o->bodies, 0777) != 0 && errno != EEXIST) {
        complain("%s: %s", o->bodies, strerror(errno));
        return EXIT_FAILED;
    }
    for (int i = 0; i < mtl_scenario_n_people(s) && ret == 0; i++) {
        const int body = mtl_scenario_has_body(s, i, &err);
        if (body < 0)
            ret = report_error(&err);
        if (body > 0)
            ret = write_body(s, m, i, o);
        written += ret == 0 && body > 0;
    }
    if (ret == 0 && !o->quiet)
        complain("%d reports are in %s", written, o->bodies);
    return ret;
}

int cmd_family(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_error err = {0};
    (void)v;
    int ret = session_model(&m, o);
    if (ret == 0 && mtl_scenario_load(&s, o->operand[0], m, &err) < 0)
        ret = report_error(&err);
    if (ret == 0)
        ret = o->out || o->bodies ? 0 : print_text(s, o);
    if (ret == 0 && o->out)
        ret = write_page(s, m, o);
    if (ret == 0 && o->bodies)
        ret = write_bodies(s, m, o);
    mtl_scenario_free(s);
    mtl_model_free(m);
    return ret;
}
