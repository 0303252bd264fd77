/* SPDX-License-Identifier: MIT */
/* matriline why: a parameter's value, range, tier and source, and every place where it acts; a
   switch, its rival values and what each turns on; or a factor, an injury, an outcome, a tally, a
   kind of cell. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

const struct opt why_opts[] = {
    OPT_ROW_SET, OPT_ROW_SWITCH, OPT_ROW_MODEL, OPT_ROW_HELP, OPT_ROW_END,
};

static const char *tier_text(char tier)
{
    switch (tier) {
    case 'A':
        return "A, well measured in humans";
    case 'B':
        return "B, measured in humans, with caveats";
    case 'C':
        return "C, from animals or indirect";
    default:
        return "D, unknown: the value is a placeholder, the range is what is not excluded";
    }
}

static void line(const char *label, const char *text)
{
    if (!text || !*text)
        return;
    printf("  %-8s ", label);
    print_wrapped(text, 11, 11);
}

static void print_use(const mtl_param_use *use, int indent)
{
    printf("%*s%s.tsv:%d: %s\n", indent, "", use->table, use->line, use->id);
    if (use->text && *use->text) {
        printf("%*s", indent + 4, "");
        print_wrapped(use->text, indent + 4, indent + 4);
    }
    if (use->when && *use->when)
        printf("%*swhen %s%s\n", indent + 4, "", use->when,
               use->active ? "" : "  (not now: the switches are set otherwise)");
}

/* Uses of a parameter (param >= 0) or of a named line. */
static int print_uses(const mtl_model *m, int param, const char *name)
{
    int n = param >= 0 ? mtl_model_param_uses(m, param, NULL, 0)
                       : mtl_model_entry_uses(m, name, NULL, 0);
    if (n <= 0) {
        printf("\nNo rule of this model uses it.\n");
        return 0;
    }
    mtl_param_use *use = calloc((size_t)n, sizeof *use);
    if (!use) {
        mtl_error err = {.code = MTL_ERR_MEMORY};
        return report_error(&err);
    }
    if (param >= 0)
        mtl_model_param_uses(m, param, use, n);
    else
        mtl_model_entry_uses(m, name, use, n);
    printf("\nWhere it acts:\n");
    for (int i = 0; i < n; i++)
        print_use(&use[i], 2);
    free(use);
    return 0;
}

static int why_param(const mtl_model *m, int i)
{
    mtl_param_info p;
    mtl_model_param(m, i, &p);
    printf("%s = %.6g %s\n", p.name, p.value, p.unit);
    line("meaning", p.meaning);
    if (p.value < p.default_value || p.value > p.default_value)
        printf("  %-8s %.6g %s\n", "default", p.default_value, p.unit);
    if (isfinite(p.low) || isfinite(p.high))
        printf("  %-8s %.6g to %.6g %s\n", "range", p.low, p.high, p.unit);
    else
        line("range", "none given");
    line("prior", p.prior);
    line("tier", tier_text(p.tier));
    line("source", p.source);
    line("note", p.note);
    printf("  %-8s parameters.tsv:%d\n", "table", p.line);
    return print_uses(m, i, NULL);
}

/* Names of the lines that a value turns on and that another value does not; a default that means
   nothing special has none. */
static int print_choice(const mtl_model *m, int sw, int value)
{
    int n = mtl_model_switch_uses(m, sw, value, NULL, 0);
    if (n <= 0)
        return 0;
    mtl_param_use *use = calloc((size_t)n, sizeof *use);
    if (!use) {
        mtl_error err = {.code = MTL_ERR_MEMORY};
        return report_error(&err);
    }
    mtl_model_switch_uses(m, sw, value, use, n);
    printf("      lines   ");
    size_t column = 14;
    for (int k = 0; k < n; k++) {
        size_t width = strlen(use[k].table) + strlen(use[k].id) + 6 + (k + 1 < n);
        if (column > 14 && column + width > 79) {
            printf("\n%14s", "");
            column = 14;
        }
        printf("%s%s.tsv:%s%s", column > 14 ? " " : "", use[k].table, use[k].id,
               k + 1 < n ? "," : "\n");
        column += width + 1;
    }
    free(use);
    return 0;
}

static int why_switch(const mtl_model *m, int i)
{
    int ret = 0;
    mtl_switch_info s;
    mtl_model_switch_info(m, i, &s);
    printf("%s = %s\n", s.name, s.value);
    line("meaning", s.meaning);
    printf("\nRival values:\n");
    for (int k = 0; k < s.n_values; k++) {
        mtl_switch_value v;
        mtl_model_switch_value(m, i, k, &v);
        printf("  %s %s%s\n", strcmp(v.value, s.value) == 0 ? "*" : " ", v.value,
               v.built ? "" : "  (not built yet: refused, not imitated)");
        if (v.meaning && *v.meaning)
            print_wrapped(v.meaning, 6, 0);
        if (v.source && *v.source) {
            printf("      source  ");
            print_wrapped(v.source, 14, 14);
        }
        if (v.note && *v.note) {
            printf("      note    ");
            print_wrapped(v.note, 14, 14);
        }
        if (!ret)
            ret = print_choice(m, i, k);
    }
    printf("\nmatriline run FAMILY --each %s   runs the built ones side by side\n", s.name);
    return ret;
}

static int why_entry(const mtl_model *m, const mtl_entry_info *e)
{
    printf("%s\n", e->name);
    line("meaning", e->text);
    if (e->tier)
        line("tier", tier_text(e->tier));
    line("source", e->source);
    line("note", e->note);
    printf("  %-8s %s.tsv:%d\n", "table", e->table, e->line);
    return print_uses(m, -1, e->name);
}

int cmd_why(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_error err = {0};
    mtl_entry_info entry;
    (void)v;
    int ret = session_model(&m, o);
    if (ret)
        return ret;
    int sw = mtl_model_find_switch(m, o->operand[0], NULL);
    int param = mtl_model_find_param(m, o->operand[0], &err);
    if (param >= 0)
        ret = why_param(m, param);
    else if (sw >= 0)
        ret = why_switch(m, sw);
    else if (mtl_model_entry(m, o->operand[0], &entry, &err) == MTL_OK)
        ret = why_entry(m, &entry);
    else
        ret = report_option("why", &err);
    mtl_model_free(m);
    return ret;
}
