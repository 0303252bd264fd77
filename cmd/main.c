/* SPDX-License-Identifier: MIT */
/* The program: a table of verbs, and what is said without one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

static const struct verb verbs[] = {
    {.section = "simulate"},
    {.name = "run",
     .operands = "FAMILY.yaml",
     .brief = "one family carried out; with -o a report and tables",
     .about = "Carries out one family: who gave which cells to whom, what became of them, what an "
              "assay would read. Results name the hypotheses they were made under and the unknown "
              "parameters they lean on.",
     .example = "matriline run examples/anna.yaml -o out/",
     .min_operands = 1,
     .max_operands = 1,
     .opts = run_opts,
     .run = cmd_run},
    {.name = "check",
     .operands = "FAMILY.yaml",
     .brief = "names, units and dates; draws the pedigree and the time line",
     .about = "Reads a family and says what is wrong with it, with file, line, column and the "
              "nearest known name; or draws the pedigree and the time line as understood.",
     .example = "matriline check examples/anna.yaml",
     .min_operands = 1,
     .max_operands = 1,
     .opts = check_opts,
     .run = cmd_check},
    {.name = "family",
     .operands = "FAMILY.yaml",
     .brief = "the pedigree with the ways of cells through it; with -o a page",
     .about = "Draws a family: pedigree, time line, and who can have whose cells by which way, "
              "through whom. As text nothing is simulated. With -o it writes a page with a lane "
              "per body and a stream per donor, as wide as the expected cells of one run with the "
              "unknowns at their placeholders.",
     .example = "matriline family examples/anna.yaml",
     .min_operands = 1,
     .max_operands = 1,
     .opts = family_opts,
     .run = cmd_family},
    {.name = "compare",
     .operands = "A.yaml [B.yaml]",
     .brief = "the same lives twice: two families, or one under two settings",
     .about = "Runs two families, or one with the settings of --a and of --b, on the same random "
              "streams, and compares them life by life: levels with the paired difference, samples "
              "with McNemar's exact test, and until when the lives are the same, cell by cell. "
              "What a change did shows within lives, where chance is alike in both.",
     .example = "matriline compare examples/anna.yaml --a persistence=slow --b persistence=hsc -n 50",
     .min_operands = 1,
     .max_operands = 2,
     .opts = compare_opts,
     .run = cmd_compare},
    {.section = "measure"},
    {.name = "markers",
     .operands = "",
     .brief = "which markers tell whose cells from whose, and how little can be found",
     .about = "For each body and each person whose cells can have come into it: the Y, the HLA "
              "alleles and the markers that the body lacks, the donors that nothing tells apart, "
              "the smallest fraction found, the smallest panel that tells all apart. Genotypes are "
              "read, half read, or drawn from their law given what is known of relatives.",
     .example = "matriline markers --family examples/pedigree.yaml",
     .min_operands = 0,
     .max_operands = 0,
     .opts = markers_opts,
     .run = cmd_markers},
    {.name = "quantify",
     .operands = "PLATE...",
     .brief = "PCR plates: who is in whom, how much, how sure",
     .about = "Reads plates of quantitative or digital PCR (QuantStudio, StepOne, RDML, QuantaSoft "
              "or a plain table) and gives, for each sample and donor, genome equivalents per "
              "million with an interval, the limits of blank and of detection of that sample, and "
              "what a referee would ask about. Where nothing was seen it gives an upper bound.",
     .example = "matriline quantify examples/measure/anna.csv --family examples/anna.yaml "
                "--samples examples/measure/anna_samples.tsv --standard-unit K=1000",
     .min_operands = 1,
     .max_operands = MAX_OPERANDS,
     .opts = quantify_opts,
     .run = cmd_quantify},
    {.name = "mix",
     .operands = "FILE...",
     .brief = "from reads or allele counts: who is in whom, how much, how sure",
     .about = "Fits the fractions of all donors of a family to the reads at the sites of a panel: "
              "BAM, CRAM or SAM, VCF or BCF with AD, or a table of counts. Genotypes are known, half "
              "known, typed from pure samples, or summed over by what is known of relatives. Gives "
              "each donor's share per million with interval, the chance of seeing as much from "
              "nothing, the limit of detection, and who cannot be told from whom.",
     .example = "matriline mix examples/measure/mix_counts.tsv --family "
                "examples/measure/mix_family.fam --genotypes examples/measure/mix_genotypes.vcf "
                "--samples examples/measure/mix_samples.tsv",
     .min_operands = 1,
     .max_operands = MAX_OPERANDS,
     .opts = mix_opts,
     .run = cmd_mix},
    {.section = "the model"},
    {.name = "why",
     .operands = "NAME",
     .brief = "value, unit, range, tier and source of a parameter, and where it acts",
     .about = "Tells what a parameter or a switch is: value, unit, range, tier, source, and every "
              "rule where it acts with the switch that rule depends on. Factors, kinds of cells, "
              "injuries, outcomes and tallies are found by their names as well.",
     .example = "matriline why hsc.division",
     .min_operands = 1,
     .max_operands = 1,
     .opts = why_opts,
     .run = cmd_why},
    {.name = "params",
     .operands = "",
     .brief = "all parameters; --matter FAMILY.yaml: which unknown moves its answer most",
     .about = "Lists the parameters of the model. Tier A is well measured in humans, B measured "
              "with caveats, C from animals or indirect, D unknown. With --matter it ranks the "
              "unknowns that a family touches by how far each, alone, moves that family's answer.",
     .example = "matriline params --matter examples/anna.yaml",
     .min_operands = 0,
     .max_operands = 0,
     .opts = params_opts,
     .run = cmd_params},
    {.name = "switches",
     .operands = "",
     .brief = "all rival hypotheses and their values",
     .about = "Lists the switches: rival hypotheses that are never silently fixed. The value in "
              "force stands between stars. A value that is not built yet is refused.",
     .example = "matriline switches",
     .min_operands = 0,
     .max_operands = 0,
     .opts = switches_opts,
     .run = cmd_switches},
    {.section = "evidence"},
    {.name = "targets",
     .operands = "[DIR]",
     .brief = "published numbers beside the model's; fitted rows apart",
     .about = "Sets published numbers beside what the model gives: rows that were used to choose "
              "defaults apart from rows that only test, and a count of the rows it cannot speak "
              "to.",
     .example = "matriline targets --persistence",
     .min_operands = 0,
     .max_operands = 1,
     .opts = targets_opts,
     .run = cmd_targets},
    {.name = "claims",
     .operands = "[ID]",
     .brief = "what is said of these cells, how well it is known, what can be answered",
     .about = "Answers what popular articles and their readers say of microchimerism. Without an ID "
              "it lists every claim by the grade of its evidence; with one it gives the whole "
              "answer: the grade, the published numbers with their sources, the switch that "
              "decides, a command to try. Nothing is simulated unless --verdict asks for it. What "
              "no simulation of cells can answer is said to be so. '--search brain' or '--grade "
              "contested' make the list shorter.",
     .example = "matriline claims r-bereaved",
     .min_operands = 0,
     .max_operands = 1,
     .opts = claims_opts,
     .run = cmd_claims},
    {.name = "fit",
     .operands = "[DIR]",
     .brief = "values that the published rows ask for, and what they do not determine",
     .about = "Fits the values listed in fit.tsv of the folder of targets to its rows marked fit, "
              "without random numbers, under the switches as set: log likelihood, values with the "
              "range that costs 1.92 log units, directions that the data do not determine. Rows "
              "marked validate never enter. With -o the table of parameters is written with the "
              "fitted values in place.",
     .example = "matriline fit --quick",
     .min_operands = 0,
     .max_operands = 1,
     .opts = fit_opts,
     .run = cmd_fit},
};
enum { N_VERBS = sizeof verbs / sizeof verbs[0] };

static void short_help(FILE *to)
{
    fputs("matriline: a laboratory for microchimerism\n\n"
          "usage: matriline VERB [options]\n",
          to);
    for (int i = 0; i < N_VERBS; i++) {
        if (verbs[i].run)
            fprintf(to, "  %-10s %s\n", verbs[i].name, verbs[i].brief);
        else
            fprintf(to, "\n%s\n", verbs[i].section);
    }
    fputs("\n"
          "matriline VERB --help           its options, and an example that runs as it stands\n"
          "matriline --version             versions of the program and its libraries\n"
          "matriline --completion bash     completion for the shell\n"
          "\n"
          "Research software, not medical advice.\n",
          to);
}

static int print_version(void)
{
    char libraries[128];
    mtl_version_libraries(libraries, sizeof libraries);
    const char *commit = mtl_version_commit();
    printf("matriline %s%s%s%s\n%s\n", mtl_version(), *commit ? " (" : "", commit,
           *commit ? ")" : "", libraries);
    return 0;
}

static int print_completion(const char *shell)
{
    if (!shell || strcmp(shell, "bash") != 0) {
        complain("--completion: '%s' is not known; only bash", shell ? shell : "");
        return EXIT_USAGE;
    }
    printf("# bash completion for matriline; load it with: source <(matriline --completion bash)\n"
           "_matriline() {\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W \"");
    for (int i = 0; i < N_VERBS; i++) {
        if (verbs[i].run)
            printf("%s ", verbs[i].name);
    }
    printf("help --help --version --completion\" -- \"$cur\"))\n"
           "        return\n    fi\n"
           "    if [[ $cur != -* ]]; then\n"
           "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
           "        return\n    fi\n"
           "    case ${COMP_WORDS[1]} in\n");
    for (int i = 0; i < N_VERBS; i++) {
        if (!verbs[i].run)
            continue;
        printf("    %s) COMPREPLY=($(compgen -W \"", verbs[i].name);
        for (const struct opt *t = verbs[i].opts; t->name; t++)
            printf("%s--%s", t == verbs[i].opts ? "" : " ", t->name);
        printf("\" -- \"$cur\")) ;;\n");
    }
    printf("    esac\n}\ncomplete -o filenames -F _matriline matriline\n");
    return 0;
}

static void print_man(void)
{
    printf(".TH MATRILINE 1 \"\" \"matriline %s\" \"User Commands\"\n"
           ".SH NAME\nmatriline \\- a laboratory for microchimerism\n"
           ".SH SYNOPSIS\n.B matriline\n.I VERB\n[options]\n"
           ".SH DESCRIPTION\nSimulates the small numbers of genetically distinct cells that "
           "mother and child leave in one another's bodies, and what an assay would read.\n"
           ".SH VERBS\n",
           mtl_version());
    for (int i = 0; i < N_VERBS; i++) {
        if (verbs[i].run)
            options_man(&verbs[i]);
    }
    printf(".SH EXIT STATUS\n0 ok, 1 failure, 2 usage, 3 bad input, 4 out of resources, 130 "
           "interrupted.\n"
           ".SH ENVIRONMENT\n.TP\n.B MATRILINE_MODEL\nfolder of the model's tables, where "
           "\\-\\-model is not given.\n");
}

static void print_markdown(void)
{
    printf("# Commands\n\nMade by `matriline --docs` from the program's own tables; a test holds "
           "this page to them.\n\n"
           "Exit codes: 0 ok, 1 failure, 2 usage, 3 bad input, 4 out of resources, 130 "
           "interrupted.\nResults go to standard output or into the folder of `-o`, messages to "
           "standard error as\n`matriline: file:line:column: field: text`. The model's tables are "
           "looked for in `--model`, then in\n`$MATRILINE_MODEL`, then beside the program, in "
           "`models/human` of the present folder, and where it was\ninstalled.\n");
    for (int i = 0; i < N_VERBS; i++) {
        if (verbs[i].run)
            options_markdown(&verbs[i]);
        else
            printf("\n## %c%s\n", verbs[i].section[0] - 'a' + 'A', verbs[i].section + 1);
    }
}

static const struct verb *find_verb(const char *name)
{
    const char *names[N_VERBS];
    int n = 0;
    for (int i = 0; i < N_VERBS; i++) {
        if (verbs[i].run && strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
        if (verbs[i].run)
            names[n++] = verbs[i].name;
    }
    int near = nearest_name(name, names, n);
    if (near >= 0)
        complain("unknown verb '%s'; did you mean '%s'?", name, names[near]);
    else
        complain("unknown verb '%s'; 'matriline --help' lists them", name);
    return NULL;
}

/* For provenance: the words as a shell would take them back. */
static char *join_command_line(int argc, char **argv)
{
    size_t size = 1;
    for (int i = 0; i < argc; i++)
        size += 4 * strlen(argv[i]) + 4;
    char *line = malloc(size), *p = line;
    if (!line)
        return NULL;
    for (int i = 0; i < argc; i++) {
        /* The program by its name: where it was installed is nobody's business. */
        const char *word = i == 0 ? "matriline" : argv[i];
        int plain = *word && !strpbrk(word, " \t\n'\"\\$`*?[](){}<>|&;#!~");
        if (i > 0)
            *p++ = ' ';
        if (!plain)
            *p++ = '\'';
        for (const char *s = word; *s; s++) {
            if (*s == '\'')
                p += sprintf(p, "'\\''");
            else
                *p++ = *s;
        }
        if (!plain)
            *p++ = '\'';
    }
    *p = '\0';
    return line;
}

static int run_verb(const struct verb *v, int argc, char **argv)
{
    struct options *o = malloc(sizeof *o);
    char *line = join_command_line(argc, argv);
    mtl_error err = {.code = MTL_ERR_MEMORY};
    int ret;
    if (!o || !line) {
        free(o);
        free(line);
        return report_error(&err);
    }
    options_init(o);
    o->command_line = line;
    ret = options_read(o, v, argc - 1, argv + 1);
    if (ret == 0 && o->help)
        options_help(v);
    else if (ret == 0)
        ret = v->run(o, v);
    options_free(o);
    free(o);
    free(line);
    return ret;
}

/* What may stand in the place of a verb; -1 if it is none of these. */
static int top_option(int argc, char **argv)
{
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        short_help(stdout);
        return 0;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version();
    if (strcmp(word, "--completion") == 0)
        return print_completion(argc > 2 ? argv[2] : NULL);
    if (strcmp(word, "--man") == 0) {
        print_man();
        return 0;
    }
    if (strcmp(word, "--docs") == 0) {
        print_markdown();
        return 0;
    }
    if (strcmp(word, "help") == 0) {
        const struct verb *v = argc > 2 ? find_verb(argv[2]) : NULL;
        if (v)
            options_help(v);
        else if (argc == 2)
            short_help(stdout);
        return v || argc == 2 ? 0 : EXIT_USAGE;
    }
    if (word[0] == '-') {
        static const char *const known[] = {"--help", "--version", "--completion", "--docs",
                                            "--man"};
        int near = nearest_name(word, known, 5);
        complain("unknown option '%s'; %s%s%s", word,
                 near >= 0 ? "did you mean '" : "'matriline --help' shows what there is",
                 near >= 0 ? known[near] : "", near >= 0 ? "'?" : "");
        return EXIT_USAGE;
    }
    return -1;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        short_help(stderr);
        return EXIT_USAGE;
    }
    int ret = top_option(argc, argv);
    if (ret < 0) {
        const struct verb *v = find_verb(argv[1]);
        ret = v ? run_verb(v, argc, argv) : EXIT_USAGE;
    }
    int end = finish_output();
    return ret ? ret : end;
}
