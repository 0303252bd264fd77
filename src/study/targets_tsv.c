/* SPDX-License-Identifier: MIT */
/* The table of targets for programs: one line per row and result, then one per row that is not held
   against the model (verdict "unspoken", the reason in `note`). */
#include <math.h>
#include <string.h>

#include "study/targets.h"

/* Tabs and line ends inside a text would break the table. */
static void add_text(mtl__str *s, const char *text)
{
    mtl__str_add(s, text[0] ? "\t" : "\tNA");
    for (const char *p = text; *p; p++)
        mtl__str_addn(s, *p == '\t' || *p == '\n' || *p == '\r' ? " " : p, 1);
}

static void add_number(mtl__str *s, double x)
{
    if (isnan(x))
        mtl__str_add(s, "\tNA");
    else
        mtl__str_printf(s, "\t%.6g", x);
}

static void add_row(mtl__str *s, const char *label, const mtl_target_row *r)
{
    static const char *const verdict[] = {"met", "fails", "not run"};
    mtl__str_add(s, label);
    add_text(s, r->id);
    add_text(s, r->use);
    add_text(s, r->group);
    add_text(s, r->what);
    add_text(s, r->unit);
    add_text(s, r->statistic);
    add_text(s, r->compare);
    add_number(s, r->n);
    add_number(s, r->value);
    add_number(s, r->low);
    add_number(s, r->high);
    add_number(s, r->model);
    add_number(s, r->model_low);
    add_number(s, r->model_high);
    add_number(s, r->miss);
    add_number(s, r->score);
    add_text(s, verdict[r->verdict]);
    add_text(s, r->scale);
    add_text(s, r->verdict == MTL_VERDICT_NOT_RUN ? r->problem : r->note);
    add_text(s, r->citation);
    mtl__str_add(s, "\n");
}

static void add_unspoken(mtl__str *s, const mtl_targets_result *r, int i)
{
    const mtl__evidence *e = &r->evidence[r->unspoken[i]];
    add_text(s, e->id);
    add_text(s, e->use);
    mtl__str_add(s, "\tNA");
    add_text(s, e->quantity);
    add_text(s, e->unit);
    mtl__str_add(s, "\tNA\tNA");
    add_number(s, e->n);
    add_number(s, e->value);
    add_number(s, e->low);
    add_number(s, e->high);
    mtl__str_add(s, "\tNA\tNA\tNA\tNA\tNA\tunspoken\tNA");
    add_text(s, e->unspoken);
    add_text(s, e->citation);
    mtl__str_add(s, "\n");
}

char *mtl_targets_tsv(const mtl_targets_result *const *r, const char *const *label, int n)
{
    mtl__str s = {0};
    mtl__str_printf(&s, "##seed=%llu\n##replicates=%d\n", (unsigned long long)r[0]->seed,
                    r[0]->replicates);
    for (int k = 0; k < n; k++)
        mtl__str_printf(&s, "##hypothesis%s%s=%s\n", n > 1 ? "." : "", n > 1 ? label[k] : "",
                        r[k]->hypothesis ? r[k]->hypothesis : "");
    mtl__str_add(
        &s,
        "hypothesis\tid\tuse\tgroup\twhat\tunit\tstatistic\tcompare\tn\tpublished\tpublished_low\t"
        "published_high\tmodel\tmodel_q05\tmodel_q95\tmiss_standard_errors\tlog_score\t"
        "verdict\tstudy_factor\tnote\tcitation\n");
    for (int k = 0; k < n; k++)
        for (int i = 0; i < r[k]->n_targets; i++)
            add_row(&s, n > 1 ? label[k] : "default", &r[k]->target[i].row);
    for (int i = 0; i < r[0]->n_unspoken; i++) {
        mtl__str_add(&s, "NA");
        add_unspoken(&s, r[0], i);
    }
    if (s.oom) {
        mtl__str_free(&s);
        return NULL;
    }
    return s.s;
}
