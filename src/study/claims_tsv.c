/* SPDX-License-Identifier: MIT */
/* Claims as a table for programs: one line each, lists joined by commas (commands by " ; "). */
#include <string.h>

#include "study/claims.h"

/* Tabs and line ends inside a text would break the table. */
static void add_clean(mtl__str *s, const char *text)
{
    for (const char *p = text; *p; p++)
        mtl__str_addn(s, *p == '\t' || *p == '\n' || *p == '\r' ? " " : p, 1);
}

static void add_text(mtl__str *s, const char *text)
{
    mtl__str_add(s, "\t");
    add_clean(s, text[0] ? text : "NA");
}

static void add_list(mtl__str *s, const char *const *list, int n, const char *between)
{
    mtl__str_add(s, n > 0 ? "\t" : "\tNA");
    for (int i = 0; i < n; i++) {
        mtl__str_add(s, i > 0 ? between : "");
        add_clean(s, list[i]);
    }
}

static void add_rows(mtl__str *s, const mtl_claims *c, const mtl__claim *x)
{
    mtl__str_add(s, x->face.n_rows > 0 ? "\t" : "\tNA");
    for (int i = 0; i < x->face.n_rows; i++) {
        mtl__str_add(s, i > 0 ? "," : "");
        add_clean(s, c->table->evidence[x->row[i]].id);
    }
}

char *mtl_claims_tsv(const mtl_claims *c, const int *chosen, int n)
{
    mtl__str s = {0};
    mtl__str_add(&s, "id\tsource\tgrade\tkind\tclaim\tanswer\tpublished\trows\ttargets\tswitches\t"
                     "example\ttry\tsee\texperiment\n");
    for (int i = 0; i < n; i++) {
        if (chosen[i] < 0 || chosen[i] >= c->n)
            continue;
        const mtl__claim *x = &c->claim[chosen[i]];
        const mtl_claim *f = &x->face;
        const char kind[2] = {f->kind, '\0'};
        add_clean(&s, f->id);
        add_text(&s, f->source);
        add_text(&s, mtl_grade_name(f->grade));
        add_text(&s, kind);
        add_text(&s, f->claim);
        add_text(&s, f->answer);
        add_text(&s, f->published);
        add_rows(&s, c, x);
        add_list(&s, f->targets, f->n_targets, ",");
        add_list(&s, f->switches, f->n_switches, ",");
        add_text(&s, f->example);
        add_list(&s, f->attempts, f->n_attempts, " ; ");
        add_list(&s, f->see, f->n_see, ",");
        add_text(&s, f->experiment);
        mtl__str_add(&s, "\n");
    }
    if (!s.oom)
        return s.s;
    mtl__str_free(&s);
    return NULL;
}
