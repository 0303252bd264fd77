/* SPDX-License-Identifier: MIT */
/* matriline fit: the values that the rows marked fit ask for, once or under each value of a switch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt fit_opts[] = {
    {"quick", 0, OPT_FLAG, NULL, AT(quick), 0, 0, NULL,
     "the best values only: no ranges, no flat directions (seconds instead of a minute)"},
    {"only", 0, OPT_TEXT, "IDS", AT(only), 0, 0, NULL, "these rows only, comma separated"},
    OPT_ROW_EACH,
    OPT_ROW_SWITCH,
    OPT_ROW_SET,
    {"out", 'o', OPT_TEXT, "FILE", AT(out), 0, 0, NULL,
     "write the model's table of parameters with the fitted values in place"},
    {"markdown", 0, OPT_FLAG, NULL, AT(markdown), 0, 0, NULL, "as in docs/calibration.md"},
    {"tsv", 0, OPT_FLAG, NULL, AT(tsv), 0, 0, NULL, "tab separated, every digit"},
    OPT_ROW_MODEL,
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

static int fit_rivals(mtl_fit **fit, const char *dir, const struct rivals *r,
                      const struct options *o)
{
    struct progress p;
    mtl_fit_opts t;
    mtl_error err = {0};
    mtl_fit_opts_init(&t);
    t.ranges = !o->quick;
    t.only = o->only;
    t.progress = progress_step;
    t.progress_ctx = &p;
    progress_start(&p, "fit", o);
    p.parts = r->n;
    int ret = 0;
    for (int i = 0; i < r->n && ret == 0; i++) {
        p.part = i;
        ret = mtl_fit_run(&fit[i], dir, r->model[i], &t, &err);
    }
    progress_end(&p);
    return ret < 0 ? report_error(&err) : 0;
}

static int print_fits(mtl_fit *const *fit, const struct rivals *r, const struct options *o)
{
    const mtl_fit *all[MAX_RIVALS];
    for (int i = 0; i < r->n; i++)
        all[i] = fit[i];
    char *text = o->markdown ? mtl_fit_markdown(all, r->label, r->n)
                 : o->tsv    ? mtl_fit_tsv(all, r->label, r->n)
                             : mtl_fit_text(all, r->label, r->n);
    if (!text) {
        mtl_error err = {.code = MTL_ERR_MEMORY};
        return report_error(&err);
    }
    fputs(text, stdout);
    free(text);
    return 0;
}

static int write_table(const mtl_fit *fit, const struct options *o)
{
    mtl_error err = {0};
    if (!o->out)
        return 0;
    if (mtl_fit_write_parameters(fit, o->out, &err) < 0)
        return report_error(&err);
    return 0;
}

int cmd_fit(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_fit *fit[MAX_RIVALS] = {NULL};
    struct rivals r = {.n = 0};
    char dir[4200];
    (void)v;
    if (o->out && o->each) {
        complain("--out: one table holds one fit; leave --each away, or name a --switch");
        return EXIT_USAGE;
    }
    int ret = session_model(&m, o);
    if (ret == 0)
        ret = session_rivals(&r, m, o);
    if (ret == 0) {
        targets_folder(o, m, dir, sizeof dir);
        ret = fit_rivals(fit, dir, &r, o);
    }
    if (ret == 0)
        ret = print_fits(fit, &r, o);
    if (ret == 0)
        ret = write_table(fit[0], o);
    for (int i = 0; i < MAX_RIVALS; i++)
        mtl_fit_free(fit[i]);
    session_rivals_free(&r, m);
    mtl_model_free(m);
    return ret;
}
