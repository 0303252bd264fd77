/* SPDX-License-Identifier: MIT */
/* matriline claims: what is said of microchimerism, by the grade of its evidence, and the whole
   answer to one claim. Nothing is simulated unless --verdict asks for it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt claims_opts[] = {
    {"grade", 0, OPT_CHOICE, "G", AT(grade), 0, 0,
     "established|replicated-association|single-study|animal-only|contested|speculative|"
     "outside-simulation",
     "only claims of this grade"},
    {"kind", 0, OPT_CHOICE, "K", AT(kind), 0, 0, "N|Q|S|X",
     "only claims with a published number, a published direction, a switch only, or outside any "
     "simulation"},
    {"search", 0, OPT_TEXT, "WORDS", AT(search), 0, 0, NULL,
     "only claims that hold all these words, in the claim, its answer or its rows"},
    {"verdict", 0, OPT_FLAG, NULL, AT(verdict), 0, 0, NULL,
     "with an ID: run the model against the published rows that the claim rests on"},
    {"replicates", 'n', OPT_COUNT, "N", AT(replicates), 1, 10000000, NULL,
     "with --verdict: families simulated per population where a row needs them"},
    {"from", 0, OPT_TEXT, "DIR", AT(folder), 0, 0, NULL,
     "folder of the claims (default: claims, beside the model)"},
    {"tsv", 0, OPT_FLAG, NULL, AT(tsv), 0, 0, NULL, "tab separated, one line a claim"},
    {"json", 0, OPT_FLAG, NULL, AT(json), 0, 0, NULL, "as JSON, with the published rows"},
    OPT_ROW_SET,
    OPT_ROW_SWITCH,
    OPT_ROW_SEED,
    OPT_ROW_THREADS,
    OPT_ROW_MODEL,
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

static const char kinds[] = "NQSX";

/* ---------------------------------------------------------------- the list */
static void print_list(const mtl_claims *c, const int *chosen, int n)
{
    int grade = -1;
    for (int i = 0; i < n; i++) {
        mtl_claim f;
        mtl_claims_get(c, chosen[i], &f);
        if ((int)f.grade != grade) {
            grade = (int)f.grade;
            printf("%s%s: %s\n", i > 0 ? "\n" : "", mtl_grade_name(f.grade),
                   mtl_grade_meaning(f.grade));
        }
        printf("  %-23s %c  ", f.id, f.kind);
        print_wrapped(f.claim, 29, 29);
    }
    printf("\n");
    for (const char *k = kinds; *k; k++)
        printf("%c  %s\n", *k, mtl_claim_kind_meaning(*k));
    printf("%d of %d claims; 'matriline claims ID' answers one\n", n, mtl_claims_n(c));
}

/* ---------------------------------------------------------------- one answer */
static void label(const char *name, const char *text)
{
    if (!*text)
        return;
    printf("%-10s ", name);
    print_wrapped(text, 11, 11);
}

static void add_number(char *buf, size_t size, const char *before, double x, double scale)
{
    const size_t len = strlen(buf);
    if (isfinite(x) && len < size)
        snprintf(buf + len, size - len, "%s%.3g", before, scale * x);
}

/* "37 of 59: 63% (50 to 74)", "0.51 odds ratio (0.36 to 0.72), n 824"; "" where the finding is in
   words. */
static void put_value(char *buf, size_t size, const mtl_claim_row *r)
{
    const int share = strcmp(r->unit, "fraction") == 0;
    const double scale = share ? 100.0 : 1.0;
    /* "hazard ratio of death: 0.42", not "0.42 hazard ratio" once more */
    const char *unit = share ? "%" : strstr(r->what, r->unit) ? "" : r->unit;
    const char *gap = share || !*unit ? "" : " ";
    buf[0] = '\0';
    if (isfinite(r->k))
        snprintf(buf, size, "%.0f of %.0f: ", r->k, r->n);
    if (!isfinite(r->value) && !isfinite(r->high))
        return;
    if (isfinite(r->value)) {
        add_number(buf, size, "", r->value, scale);
        snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", gap, unit);
        add_number(buf, size, " (", r->low, scale);
        add_number(buf, size, isfinite(r->low) ? " to " : " (at most ", r->high, scale);
        if (isfinite(r->low) || isfinite(r->high))
            snprintf(buf + strlen(buf), size - strlen(buf), ")");
    } else {
        add_number(buf, size, "", r->low, scale);
        add_number(buf, size, isfinite(r->low) ? " to " : "at most ", r->high, scale);
        snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", gap, unit);
    }
    if (!isfinite(r->k) && isfinite(r->n))
        snprintf(buf + strlen(buf), size - strlen(buf), ", n %.0f", r->n);
}

static void print_row(const mtl_claim_row *r)
{
    char value[256], text[1400];
    put_value(value, sizeof value, r);
    printf("  %-12s ", r->id);
    snprintf(text, sizeof text, "%s%s%s%s%s", r->what, *value ? ": " : "", value,
             strcmp(r->species, "human") == 0 ? "" : "; in the ",
             strcmp(r->species, "human") == 0 ? "" : r->species);
    print_wrapped(text, 15, 15);
    snprintf(text, sizeof text, "%s%s%s%s%s", r->citation, *r->doi ? "; doi:" : "", r->doi,
             strcmp(r->provenance, "abstract") == 0 ? "" : "; ",
             strcmp(r->provenance, "abstract") == 0 ? "" : r->provenance);
    print_wrapped(text, 15, 0);
    if (*r->unspoken) {
        snprintf(text, sizeof text, "not held against the model: %s", r->unspoken);
        print_wrapped(text, 15, 0);
    } else {
        print_wrapped("held against the model", 15, 0);
    }
}

static void print_published(const mtl_claims *c, int i, const mtl_claim *f)
{
    if (!*f->published)
        return;
    printf("\n");
    label("published", f->published);
    for (int k = 0; k < f->n_rows; k++) {
        mtl_claim_row r;
        mtl_claims_row(c, i, k, &r);
        print_row(&r);
    }
}

static void print_switch(const mtl_model *m, const char *name)
{
    const int sw = mtl_model_find_switch(m, name, NULL);
    mtl_switch_info s;
    if (sw < 0 || mtl_model_switch_info(m, sw, &s) < 0) {
        printf("  %-12s not in this model\n", name);
        return;
    }
    printf("  %-12s ", s.name);
    print_wrapped(s.meaning ? s.meaning : "", 15, 15);
    for (int k = 0; k < s.n_values; k++) {
        mtl_switch_value v;
        char text[700];
        mtl_model_switch_value(m, sw, k, &v);
        snprintf(text, sizeof text, "%c %s: %s%s", strcmp(v.value, s.value) == 0 ? '*' : '-',
                 v.value, v.meaning ? v.meaning : "",
                 v.built ? "" : " (not built yet: refused, not imitated)");
        print_wrapped(text, 15, 0);
    }
}

static void print_switches(const mtl_model *m, const mtl_claim *f)
{
    if (f->n_switches == 0)
        return;
    printf("\nThe switch%s that decide%s; * is in force, --switch NAME=VALUE takes another\n",
           f->n_switches > 1 ? "es" : "", f->n_switches > 1 ? "" : "s");
    for (int i = 0; i < f->n_switches; i++)
        print_switch(m, f->switches[i]);
}

static void print_commands(const mtl_claim *f)
{
    if (f->n_attempts + f->n_targets == 0)
        return;
    printf("\nTo try\n");
    for (int i = 0; i < f->n_attempts; i++)
        printf("  %s\n", f->attempts[i]);
    if (f->n_targets > 0) {
        printf("  matriline targets --only ");
        for (int i = 0; i < f->n_targets; i++)
            printf("%s%s", i > 0 ? "," : "", f->targets[i]);
        printf("\n");
    }
}

static void print_see(const mtl_claims *c, const mtl_claim *f)
{
    if (f->n_see > 0)
        printf("\nSee also\n");
    for (int i = 0; i < f->n_see; i++) {
        mtl_claim other;
        const int k = mtl_claims_find(c, f->see[i], NULL);
        printf("  %-23s ", f->see[i]);
        print_wrapped(k >= 0 && mtl_claims_get(c, k, &other) == 0 ? other.claim : "", 26, 26);
    }
}

static void print_one(const mtl_claims *c, const mtl_model *m, int i)
{
    mtl_claim f;
    char text[200];
    mtl_claims_get(c, i, &f);
    printf("%s (%s)\n", f.id, f.source);
    print_wrapped(f.claim, 2, 0);
    printf("\n");
    snprintf(text, sizeof text, "%s: %s", mtl_grade_name(f.grade), mtl_grade_meaning(f.grade));
    label("grade", text);
    snprintf(text, sizeof text, "%c, %s", f.kind, mtl_claim_kind_meaning(f.kind));
    label("kind", text);
    if (f.kind != 'X')
        label("test", f.experiment);
    printf("\n");
    print_wrapped(f.answer, 0, 0);
    print_published(c, i, &f);
    print_switches(m, &f);
    print_commands(&f);
    print_see(c, &f);
    printf("\nResearch software, not medical advice.\n");
}

/* ---------------------------------------------------------------- the verdict */
/* "eva_h,bia96_np"; NULL if out of memory. */
static char *joined(const char *const *list, int n)
{
    size_t size = 1;
    for (int i = 0; i < n; i++)
        size += strlen(list[i]) + 1;
    char *text = calloc(size, 1);
    for (int i = 0; text && i < n; i++) {
        strcat(text, i > 0 ? "," : "");
        strcat(text, list[i]);
    }
    return text;
}

static int print_verdict(const mtl_claim *f, mtl_model *m, const char *dir, const struct options *o)
{
    mtl_targets_result *r = NULL;
    mtl_targets_opts t;
    struct progress p;
    mtl_error err = {.code = MTL_ERR_MEMORY};
    if (f->n_targets == 0) {
        printf("\nNo published row of this claim is held against the model: no verdict.\n");
        return 0;
    }
    char *only = joined(f->targets, f->n_targets);
    if (!only)
        return report_error(&err);
    mtl_targets_opts_init(&t);
    t.seed = o->seed;
    t.threads = o->threads;
    if (o->replicates > 0)
        t.replicates = o->replicates;
    t.only = only;
    t.progress = progress_step;
    t.progress_ctx = &p;
    progress_start(&p, "targets", o);
    int ret = mtl_targets_run(&r, dir, m, &t, &err);
    progress_end(&p);
    free(only);
    if (ret < 0)
        return report_error(&err);
    const mtl_targets_result *const all[] = {r};
    const char *const none[] = {""};
    printf("\n");
    ret = print_answer(mtl_targets_text(all, none, 1, table_width(), 0), o);
    mtl_targets_free(r);
    return ret;
}

/* ---------------------------------------------------------------- the verb */
/* Beside the model: .../models/human has its claims and targets in .../claims and .../targets. */
static void find_folder(const mtl_model *m, const char *name, const char *file, char *dir,
                        size_t size)
{
    char probe[4400];
    snprintf(dir, size, "%s/../../%s", mtl_model_dir(m), name);
    snprintf(probe, sizeof probe, "%s/%s", dir, file);
    if (access(probe, F_OK) != 0)
        snprintf(dir, size, "%s", name);
}

static int wrong_use(const struct options *o)
{
    const char *text = NULL;
    if (o->n_operands > 0 && (o->grade || o->kind || o->search))
        text = "--grade, --kind and --search list claims; with an ID there is one";
    else if (o->n_operands == 0 && o->verdict)
        text = "--verdict needs the ID of a claim";
    else if (o->replicates > 0 && !o->verdict)
        text = "--replicates says how to do --verdict, which is not asked for";
    else if (o->verdict && (o->json || o->tsv))
        text = "--verdict prints text; 'matriline targets --only ROWS --json' is for programs";
    else if (o->json && o->tsv)
        text = "--json or --tsv, not both";
    if (text)
        complain("claims: %s", text);
    return text ? EXIT_USAGE : 0;
}

/* Indices of the claims that are asked for; n = -1 after a message. */
static int choose(const mtl_claims *c, const struct options *o, int *chosen, int *ret)
{
    mtl_error err = {0};
    int n = 0;
    *ret = 0;
    if (o->n_operands > 0) {
        chosen[0] = mtl_claims_find(c, o->operand[0], &err);
        if (chosen[0] < 0)
            *ret = report_option("claims", &err);
        return 1;
    }
    for (int i = 0; i < mtl_claims_n(c); i++) {
        mtl_claim f;
        mtl_claims_get(c, i, &f);
        if ((!o->grade || strcmp(o->grade, mtl_grade_name(f.grade)) == 0) &&
            (!o->kind || o->kind[0] == f.kind) && (!o->search || mtl_claims_match(c, i, o->search)))
            chosen[n++] = i;
    }
    if (n == 0) {
        complain("claims: none of the %d fits; 'matriline claims' lists them", mtl_claims_n(c));
        *ret = EXIT_FAILED;
    }
    return n;
}

static int answer(const mtl_claims *c, mtl_model *m, const char *targets, const struct options *o)
{
    const mtl_error memory = {.code = MTL_ERR_MEMORY};
    int *chosen = calloc((size_t)mtl_claims_n(c) + 1, sizeof *chosen), ret;
    if (!chosen)
        return report_error(&memory);
    const int n = choose(c, o, chosen, &ret);
    if (ret == 0 && o->json)
        ret = print_answer(mtl_claims_json(c, m, chosen, n), o);
    else if (ret == 0 && o->tsv)
        ret = print_answer(mtl_claims_tsv(c, chosen, n), o);
    else if (ret == 0 && o->n_operands == 0)
        print_list(c, chosen, n);
    else if (ret == 0) {
        mtl_claim f;
        print_one(c, m, chosen[0]);
        mtl_claims_get(c, chosen[0], &f);
        if (o->verdict)
            ret = print_verdict(&f, m, targets, o);
    }
    free(chosen);
    return ret;
}

int cmd_claims(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_claims *c = NULL;
    mtl_error err = {0};
    char dir[4200], targets[4200];
    (void)v;
    int ret = wrong_use(o);
    if (ret == 0)
        ret = session_model(&m, o);
    if (ret)
        return ret;
    find_folder(m, "claims", "", dir, sizeof dir);
    find_folder(m, "targets", "evidence.tsv", targets, sizeof targets);
    if (mtl_claims_load(&c, o->folder ? o->folder : dir, targets, m, &err) < 0)
        ret = report_error(&err);
    else
        ret = answer(c, m, targets, o);
    mtl_claims_free(c);
    mtl_model_free(m);
    return ret;
}
