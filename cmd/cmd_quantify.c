/* SPDX-License-Identifier: MIT */
/* matriline quantify: who is in whom, how much and how sure, from the wells of PCR plates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt quantify_opts[] = {
    {"out", 'o', OPT_TEXT, "DIR", AT(out), 0, 0, NULL,
     "write levels.tsv, curves.tsv, wells.tsv, quantify.json and report.html there"},
    {"family", 'f', OPT_TEXT, "FILE", AT(family), 0, 0, NULL,
     "the family: a scenario (.yaml), or a pedigree without dates (.fam, .ped)"},
    {"samples", 0, OPT_TEXT, "TSV", AT(samples), 0, 0, NULL,
     "what each sample is: sample, person, organ, date, genomes_per_well, dilution"},
    {"targets", 0, OPT_TEXT, "TSV", AT(targets), 0, 0, NULL,
     "what each target sees: target, reference, copies, fragments, calibrator, carriers"},
    {"layout", 0, OPT_TEXT, "TSV", AT(layout), 0, 0, NULL,
     "what stands where, instead of what the plate says: well, sample, role, quantity"},
    {"blanks", 0, OPT_TEXT, "TSV", AT(blanks), 0, 0, NULL,
     "blanks of earlier plates: target, wells, hits"},
    {"typing", 0, OPT_TEXT, "TSV", AT(typing), 0, 0, NULL,
     "HLA typings of the family: who carries a target as DRB1*15:01"},
    {"hla", 0, OPT_TEXT, "TSV", AT(hla), 0, 0, NULL,
     "frequencies of HLA haplotypes (default: hla.tsv of the model, if there)"},
    {"genotypes", 'g', OPT_TEXT, "FILE", AT(genotypes), 0, 0, NULL,
     "genotypes of the family: who carries a target as rs123:G"},
    {"panel", 0, OPT_TEXT, "TSV", AT(panel), 0, 0, NULL,
     "markers and their frequencies (default: markers.tsv of the model)"},
    {"standard-unit", 0, OPT_TEXT, "UNIT=X", AT(standard_unit), 0, 0, NULL,
     "standards named by their amount: gEq in the unit of their names, as K=1000"},
    {"format", 0, OPT_CHOICE, "NAME", AT(format), 0, 0, "auto|quantstudio|generic|quantasoft|rdml",
     "of the plates (default: found from their content)"},
    {"run", 0, OPT_TEXT, "NAME", AT(rdml_run), 0, 0, NULL,
     "of an RDML file that holds several plates"},
    {"background", 0, OPT_POSITIVE, "X", AT(background), 0, 0, NULL,
     "false hits per well to be assumed where there is no blank at all"},
    {"whole", 0, OPT_POSITIVE, "X", AT(whole), 0, 0, NULL,
     "share of the extracted DNA that lies in the wells (default: not known)"},
    {"level", 0, OPT_POSITIVE, "X", AT(level), 0, 0, NULL, "of the intervals (default 0.95)"},
    {"bayes", 0, OPT_FLAG, NULL, AT(bayes), 0, 0, NULL,
     "a posterior instead of the profile likelihood"},
    {"subjects", 0, OPT_TEXT, "TABLE", AT(subjects), 0, 0, NULL,
     "compare two groups: a table with the columns sample and --group"},
    {"group", 0, OPT_TEXT, "COLUMN", AT(group), 0, 0, NULL, "its column that holds the group"},
    {"tsv", 0, OPT_FLAG, NULL, AT(tsv), 0, 0, NULL, "one line per sample and donor, tab separated"},
    {"json", 0, OPT_FLAG, NULL, AT(json), 0, 0, NULL, "everything as one JSON document"},
    OPT_ROW_SET,
    OPT_ROW_MODEL,
    OPT_ROW_QUIET,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

static void set_opts(mtl_quantify_opts *to, const struct options *o)
{
    mtl_quantify_opts_init(to);
    if (o->format && strcmp(o->format, "auto") != 0)
        to->format = o->format;
    to->run = o->rdml_run;
    to->standard_unit = o->standard_unit;
    to->layout = o->layout;
    to->samples = o->samples;
    to->targets = o->targets;
    to->blanks = o->blanks;
    to->typing = o->typing;
    to->hla = o->hla;
    to->genotypes = o->genotypes;
    to->panel = o->panel;
    to->subjects = o->subjects;
    to->group = o->group;
    to->bayes = o->bayes;
    to->background = o->background;
    if (o->level > 0)
        to->level = o->level;
    if (o->whole > 0)
        to->whole = o->whole;
}

static int print(const mtl_quantify *q, const struct options *o)
{
    char *text = o->json  ? mtl_quantify_json(q)
                 : o->tsv ? mtl_quantify_tsv(q)
                          : mtl_quantify_text(q, terminal_width());
    return print_answer(text, o);
}

/* The text shows them; beside a table they would be lost. */
static void say_remarks(const mtl_quantify *q, const struct options *o)
{
    const char *s = mtl_quantify_remarks(q);
    while (*s && !o->quiet && (o->tsv || o->json)) {
        const size_t n = strcspn(s, "\n");
        complain("note: %.*s", (int)n, s);
        s += n + (s[n] == '\n');
    }
}

static int write_files(const mtl_quantify *q, const struct options *o)
{
    mtl_error err = {0};
    const size_t n = strlen(o->out) + sizeof "/report.html";
    char *path = malloc(n);
    if (!path)
        err.code = MTL_ERR_MEMORY;
    else
        snprintf(path, n, "%s/report.html", o->out);
    const int ret = path && mtl_quantify_write(q, o->out, &err) == MTL_OK &&
                            mtl_quantify_report(q, o->command_line, path, &err) == MTL_OK
                        ? 0
                        : report_error(&err);
    free(path);
    return ret;
}

int cmd_quantify(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_quantify *q = NULL;
    mtl_quantify_opts opts;
    mtl_error err = {0};
    (void)v;
    int ret = session_model(&m, o);
    if (ret == 0 && o->family)
        ret = session_family(&s, o, m);
    if (ret == 0) {
        set_opts(&opts, o);
        if (mtl_quantify_run(&q, o->operand, o->n_operands, s, m, &opts, &err) < 0)
            ret = report_error(&err);
    }
    if (ret == 0)
        say_remarks(q, o);
    if (ret == 0 && o->out)
        ret = write_files(q, o);
    if (ret == 0)
        ret = print(q, o);
    mtl_quantify_free(q);
    mtl_scenario_free(s);
    mtl_model_free(m);
    return ret;
}
