/* SPDX-License-Identifier: MIT */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H
/* What the verbs share: the model as asked for, rival hypotheses side by side, progress,
   interruption, messages, and an honest end of the output. */
#include <stdint.h>

#include "options.h"

/* Prints "matriline: file:line:column: field: text" and returns the exit code for it. */
int report_error(const mtl_error *err);
/* The same for a name or a value given on the command line: wrong usage, exit 2. */
int report_option(const char *option, const mtl_error *err);

/* The model: found, read, --set and --switch applied. 0, or an exit code after the message. */
int session_model(mtl_model **out, const struct options *o);

/* The family of --family: a pedigree if its name ends so, else a scenario. 0, or an exit code after
   the message. */
int session_family(mtl_scenario **out, const struct options *o, const mtl_model *m);
/* For verbs that cannot do without: 0, or the exit code after saying so. */
int session_needs_family(const struct options *o, const struct verb *v);
/* The genotypes of --genotypes; a family in a .ped brings its own along; NULL if there are none. */
const char *session_genotypes(const struct options *o);
/* Prints and frees an answer, with --json a document; NULL = out of memory. 0 or an exit code. */
int print_answer(char *text, const struct options *o);

/* Of the name that --solver was given; auto if none. */
enum mtl_solver solver_of(const char *name);
/* Replicates, solver, step, seed, threads, unknowns and command line as asked for. */
void session_run_opts(mtl_run_opts *run, const struct options *o);

/* The model once, or once for each built value of --each. */
enum { MAX_RIVALS = 16 };
struct rivals {
    mtl_model *model[MAX_RIVALS];
    const char *label[MAX_RIVALS]; /* value of the switch; "" if there is no --each */
    int n;
};
int session_rivals(struct rivals *r, mtl_model *base, const struct options *o);
void session_rivals_free(struct rivals *r, mtl_model *base);

/* Progress with the time left, on a terminal only; stops the work after SIGINT or SIGTERM. */
struct progress {
    const char *what;
    double started, shown;
    int visible;
    int part, parts; /* this piece of work among several alike */
};
void progress_start(struct progress *p, const char *what, const struct options *o);
/* The line as it is at the start, e.g. below a message. */
void progress_begins(const struct progress *p);
int progress_step(void *ctx, int64_t done, int64_t total);
void progress_end(struct progress *p);

/* Says on standard error what the answer leaves out, unless --quiet. 0 or an exit code. */
int session_remarks(const mtl_result *r, const struct options *o);
/* The same of what may be a slip in the file. */
int session_slips(const mtl_scenario *s, const struct options *o);

/* Flushes standard output; a full disk or a closed pipe is a failure, not silence. */
int finish_output(void);

/* "1948-06-01" of days since 1970-01-01. */
const char *date_text(double days, char buf[16]);
/* Two significant digits, "NA" for what is missing. */
const char *two_digits(double x, char buf[32]);
/* Columns of the terminal, 80 if there is none. */
int terminal_width(void);
int table_width(void);

#endif
