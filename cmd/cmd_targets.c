/* SPDX-License-Identifier: MIT */
/* matriline targets: published numbers beside the model's, fitted rows apart from rows that only
 * test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt targets_opts[] = {
    {"all", 0, OPT_FLAG, NULL, AT(all), 0, 0, NULL,
     "list each published row that the model cannot speak to, with the reason"},
    {"only", 0, OPT_TEXT, "IDS", AT(only), 0, 0, NULL, "these rows only, comma separated"},
    {"persistence", 0, OPT_FLAG, NULL, AT(persistence), 0, 0, NULL,
     "instead: the mass balance of persistence, by the solver and in closed form"},
    OPT_ROW_EACH,
    OPT_ROW_SWITCH,
    OPT_ROW_SET,
    {"replicates", 'n', OPT_COUNT, "N", AT(replicates), 1, 10000000, NULL,
     "families simulated per population where a target needs them"},
    {"tsv", 0, OPT_FLAG, NULL, AT(tsv), 0, 0, NULL, "tab separated, every column"},
    {"json", 0, OPT_FLAG, NULL, AT(json), 0, 0, NULL, "as JSON"},
    OPT_ROW_SEED,
    OPT_ROW_THREADS,
    OPT_ROW_MODEL,
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

/* Beside the model: .../models/human has its targets in .../targets. */
void targets_folder(const struct options *o, const mtl_model *m, char *dir, size_t size)
{
    char probe[4300];
    if (o->n_operands > 0) {
        snprintf(dir, size, "%s", o->operand[0]);
        return;
    }
    snprintf(dir, size, "%s/../../targets", mtl_model_dir(m));
    snprintf(probe, sizeof probe, "%s/evidence.tsv", dir);
    if (access(probe, F_OK) != 0)
        snprintf(dir, size, "targets");
}

static int print_text(char *text)
{
    if (!text) {
        mtl_error err = {.code = MTL_ERR_MEMORY};
        return report_error(&err);
    }
    fputs(text, stdout);
    if (*text && text[strlen(text) - 1] != '\n')
        putchar('\n');
    free(text);
    return 0;
}

static int print_persistence(const mtl_model *m)
{
    mtl_error err = {0};
    char *text = NULL;
    if (mtl_persistence_text(&text, m, &err) < 0)
        return report_error(&err);
    return print_text(text);
}

static int run_rivals(mtl_targets_result **result, const char *dir, const struct rivals *r,
                      const struct options *o)
{
    struct progress p;
    mtl_targets_opts t;
    mtl_error err = {0};
    mtl_targets_opts_init(&t);
    t.seed = o->seed;
    if (o->replicates > 0)
        t.replicates = o->replicates;
    t.threads = o->threads;
    t.only = o->only;
    t.progress = progress_step;
    t.progress_ctx = &p;
    progress_start(&p, "targets", o);
    p.parts = r->n;
    int ret = 0;
    for (int i = 0; i < r->n && ret == 0; i++) {
        p.part = i;
        ret = mtl_targets_run(&result[i], dir, r->model[i], &t, &err);
    }
    progress_end(&p);
    return ret < 0 ? report_error(&err) : 0;
}

int cmd_targets(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_targets_result *result[MAX_RIVALS] = {NULL};
    struct rivals r = {.n = 0};
    char dir[4200];
    (void)v;
    int ret = session_model(&m, o);
    if (ret == 0 && o->persistence) {
        ret = print_persistence(m);
        mtl_model_free(m);
        return ret;
    }
    if (ret == 0)
        ret = session_rivals(&r, m, o);
    if (ret == 0) {
        targets_folder(o, m, dir, sizeof dir);
        ret = run_rivals(result, dir, &r, o);
    }
    if (ret == 0) {
        const mtl_targets_result *all[MAX_RIVALS];
        for (int i = 0; i < r.n; i++)
            all[i] = result[i];
        if (o->json)
            ret = print_text(mtl_targets_json(all, r.label, r.n));
        else if (o->tsv)
            ret = print_text(mtl_targets_tsv(all, r.label, r.n));
        else
            ret = print_text(mtl_targets_text(all, r.label, r.n, table_width(), o->all));
    }
    for (int i = 0; i < MAX_RIVALS; i++)
        mtl_targets_free(result[i]);
    session_rivals_free(&r, m);
    mtl_model_free(m);
    return ret;
}
