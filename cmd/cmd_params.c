/* SPDX-License-Identifier: MIT */
/* matriline params and matriline switches: the tables of what is known, guessed and disputed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt params_opts[] = {
    {"tier", 0, OPT_CHOICE, "T", AT(tier), 0, 0, "A|B|C|D", "only parameters of this tier"},
    {"tsv", 0, OPT_FLAG, NULL, AT(tsv), 0, 0, NULL, "every column, tab separated"},
    {"matter", 0, OPT_TEXT, "FAMILY.yaml", AT(matter), 0, 0, NULL,
     "which unknown moves this family's answer most: the answer with each unknown in turn at the 5 "
     "% "
     "and the 95 % point of its prior, the others as set"},
    {"by", 0, OPT_CHOICE, "WHAT", AT(by), 0, 0, "chance|level",
     "with --matter: rank by the chance of any such cell (default) or by the expected level"},
    {"all", 0, OPT_FLAG, NULL, AT(all), 0, 0, NULL,
     "with --matter: also the unknowns that hardly move it"},
    {"solver", 0, OPT_CHOICE, "NAME", AT(solver), 0, 0, "analytic|auto|exact|leap",
     "with --matter: without random numbers (default), or each point simulated"},
    {"replicates", 'n', OPT_COUNT, "N", AT(replicates), 1, 10000000, NULL,
     "with --matter and a simulating solver: lives a point (default 200)"},
    {"json", 0, OPT_FLAG, NULL, AT(json), 0, 0, NULL, "with --matter: print it as JSON"},
    OPT_ROW_SET,
    OPT_ROW_SWITCH,
    OPT_ROW_SEED,
    OPT_ROW_THREADS,
    OPT_ROW_MODEL,
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};
const struct opt switches_opts[] = {
    OPT_ROW_SWITCH,
    OPT_ROW_MODEL,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

static void number_or_na(double x)
{
    if (isfinite(x))
        printf("\t%.9g", x);
    else
        printf("\tNA");
}

static const char *or_na(const char *s)
{
    return s && *s ? s : "NA";
}

static void tsv_head(mtl_model *m)
{
    const char *hash = mtl_model_hash(m);
    printf("##version=%s\n##model=%s\n##model_hash=%s\n", mtl_version(), mtl_model_dir(m),
           hash ? hash : "NA");
    printf("name\tvalue\tdefault\tlow\thigh\tunit\tprior\ttier\tmeaning\tsource\tnote\tuses\n");
}

static void tsv_row(const mtl_model *m, int i, const mtl_param_info *p)
{
    printf("%s", p->name);
    number_or_na(p->value);
    number_or_na(p->default_value);
    number_or_na(p->low);
    number_or_na(p->high);
    printf("\t%s\t%s\t%c\t%s\t%s\t%s\t%d\n", or_na(p->unit), or_na(p->prior), p->tier,
           or_na(p->meaning), or_na(p->source), or_na(p->note),
           mtl_model_param_uses(m, i, NULL, 0));
}

static void text_row(const mtl_param_info *p)
{
    char value[64], range[64];
    snprintf(value, sizeof value, "%.4g %s", p->value, p->unit);
    if (isfinite(p->low) || isfinite(p->high))
        snprintf(range, sizeof range, "%.3g..%.3g", p->low, p->high);
    else
        snprintf(range, sizeof range, "-");
    printf("%-34s %c  %-22s %-18s %s\n", p->name, p->tier, value, range,
           p->meaning ? p->meaning : "");
}

/* What only --matter listens to must not be said in vain; 0, or the exit code after the message. */
static int check_options(const struct options *o)
{
    const struct {
        const char *name;
        int given;
    } needs[] = {{"by", o->by != NULL},
                 {"all", o->all},
                 {"solver", o->solver != NULL},
                 {"replicates", o->replicates > 0},
                 {"json", o->json}};
    for (size_t i = 0; !o->matter && i < sizeof needs / sizeof *needs; i++) {
        if (needs[i].given) {
            complain("params: --%s says how to do --matter FAMILY.yaml, which is not asked for",
                     needs[i].name);
            return EXIT_USAGE;
        }
    }
    if (o->matter && o->tsv) {
        complain("params: --tsv lists parameters; --matter prints text or, with --json, JSON");
        return EXIT_USAGE;
    }
    return 0;
}

int cmd_params(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    int shown = 0;
    (void)v;
    int ret = check_options(o);
    if (ret)
        return ret;
    if (o->matter)
        return params_matter(o);
    ret = session_model(&m, o);
    if (ret)
        return ret;
    int n = mtl_model_n_params(m);
    if (o->tsv)
        tsv_head(m);
    else
        printf("%-34s %s  %-22s %-18s %s\n", "name", "T", "value", "range", "meaning");
    for (int i = 0; i < n; i++) {
        mtl_param_info p;
        mtl_model_param(m, i, &p);
        if (o->tier && p.tier != o->tier[0])
            continue;
        shown++;
        if (o->tsv)
            tsv_row(m, i, &p);
        else
            text_row(&p);
    }
    if (!o->tsv)
        printf("%d of %d parameters; 'matriline why NAME' tells where each comes from and acts\n",
               shown, n);
    mtl_model_free(m);
    return 0;
}

int cmd_switches(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    (void)v;
    int ret = session_model(&m, o);
    if (ret)
        return ret;
    for (int i = 0; i < mtl_model_n_switches(m); i++) {
        mtl_switch_info s;
        mtl_model_switch_info(m, i, &s);
        printf("%-12s ", s.name);
        for (int k = 0; k < s.n_values; k++) {
            mtl_switch_value x;
            mtl_model_switch_value(m, i, k, &x);
            int now = strcmp(x.value, s.value) == 0;
            printf("%s%s%s%s%s", k > 0 ? " | " : "", now ? "*" : "", x.value, now ? "*" : "",
                   x.built ? "" : " (not built)");
        }
        printf("\n%-12s %s\n", "", s.meaning ? s.meaning : "");
    }
    mtl_model_free(m);
    return 0;
}
