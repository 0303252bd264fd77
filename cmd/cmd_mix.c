/* SPDX-License-Identifier: MIT */
/* matriline mix: from reads or allele counts to who is in whom. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt mix_opts[] = {
    {"family", 'f', OPT_TEXT, "FILE", AT(family), 0, 0, NULL,
     "the family: a scenario (.yaml), or a pedigree without dates (.fam, .ped)"},
    {"genotypes", 'g', OPT_TEXT, "FILE", AT(genotypes), 0, 0, NULL,
     "genotypes: VCF, BCF, .ped with its .map, or a table (.tsv)"},
    {"panel", 0, OPT_TEXT, "FILE", AT(panel), 0, 0, NULL,
     "sites and their frequencies: VCF, BED with alleles (and .mu beside it), or a table (default: "
     "those of the genotypes, else of the counts)"},
    {"host", 0, OPT_TEXT, "NAME", AT(host), 0, 0, NULL,
     "whose body the samples are from (default: the person a sample is named after)"},
    {"donors", 0, OPT_TEXT, "NAMES", AT(donors), 0, 0, NULL,
     "whose cells to look for, comma separated (default: all whose cells can be there)"},
    {"stranger", 0, OPT_FLAG, NULL, AT(stranger), 0, 0, NULL, "an unrelated person competes"},
    {"staff", 0, OPT_TEXT, "FILE", AT(staff), 0, 0, NULL,
     "genotypes of further people who compete, as --genotypes"},
    {"samples", 0, OPT_TEXT, "TSV", AT(samples), 0, 0, NULL,
     "table: sample, person, use (mixture, pure, other), date"},
    {"sample", 0, OPT_TEXT, "NAME", AT(sample), 0, 0, NULL, "fit only this sample"},
    {"references", 0, OPT_TEXT, "FILES", AT(references), 0, 0, NULL,
     "counts or reads of one person each (NAME=FILE, or samples named as in the family), comma "
     "separated: they type who is not typed, and teach error and bias of each site"},
    {"reference", 0, OPT_TEXT, "FASTA", AT(reference), 0, 0, NULL,
     "the genome: to read CRAM, and to check REF of the panel"},
    {"umi", 0, OPT_TEXT, "TAG", AT(umi), 0, 0, NULL,
     "count molecules by this tag (RX), place and orientation"},
    {"umi-least", 0, OPT_COUNT, "N", AT(umi_least), 1, 1000, NULL,
     "reads asked for of a molecule (default 1)"},
    {"umi-exact", 0, OPT_FLAG, NULL, AT(umi_exact), 0, 0, NULL,
     "barcodes are as read (default: one base of a barcode may be misread)"},
    {"base-quality", 0, OPT_COUNT, "Q", AT(base_quality), 0, 93, NULL,
     "least quality of a base (default 20)"},
    {"mapping-quality", 0, OPT_COUNT, "Q", AT(mapping_quality), 0, 254, NULL,
     "least quality of a mapping (default 20)"},
    {"error", 0, OPT_POSITIVE, "X", AT(error), 0, 0, NULL,
     "chance that a base is read wrong (default: fitted)"},
    {"no-hopping", 0, OPT_FLAG, NULL, AT(no_hopping), 0, 0, NULL,
     "no reads from other samples of the run (default: their share is fitted)"},
    {"thin", 0, OPT_COUNT, "BP", AT(thin), 0, 100000000, NULL,
     "no two sites nearer than this (default 0: all)"},
    {"no-phase", 0, OPT_FLAG, NULL, AT(no_phase), 0, 0, NULL,
     "do not follow haplotypes of phased parents along chromosomes (default: where a VCF has "
     "phase)"},
    {"joint", 0, OPT_FLAG, NULL, AT(joint), 0, 0, NULL,
     "fit the samples of one person together: one error and one overdispersion for all of them, "
     "and "
     "nothing hops between them"},
    {"wells", 0, OPT_TEXT, "TSV", AT(well_table), 0, 0, NULL,
     "qPCR of the same samples: table of sample, target, carriers, wells, hits, genomes; with "
     "--joint, counts and wells make one fit"},
    {"bootstrap", 0, OPT_COUNT, "N", AT(bootstrap), 0, 100000, NULL,
     "simulated samples for each p (default 0: asymptotic)"},
    {"level", 0, OPT_POSITIVE, "X", AT(level), 0, 0, NULL, "of the intervals (default 0.95)"},
    {"out", 'o', OPT_TEXT, "DIR", AT(out), 0, 0, NULL,
     "write mix.tsv, mix.json, counts.tsv and report.html into this folder"},
    {"tsv", 0, OPT_FLAG, NULL, AT(tsv), 0, 0, NULL, "one line per sample and donor, tab separated"},
    {"json", 0, OPT_FLAG, NULL, AT(json), 0, 0, NULL, "everything as one JSON document"},
    OPT_ROW_SEED,
    OPT_ROW_THREADS,
    OPT_ROW_MODEL,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

static void set_opts(mtl_mix_opts *to, const struct options *o)
{
    mtl_mix_opts_init(to);
    to->panel = o->panel;
    to->genotypes = session_genotypes(o);
    to->staff = o->staff;
    to->references = o->references;
    to->samples = o->samples;
    to->sample = o->sample;
    to->host = o->host;
    to->donors = o->donors;
    to->reference = o->reference;
    to->umi = o->umi;
    to->umi_exact = o->umi_exact;
    to->stranger = o->stranger;
    to->thin_bp = o->thin;
    to->joint = o->joint;
    to->no_phase = o->no_phase;
    to->wells = o->well_table;
    to->bootstrap = o->bootstrap;
    to->seed = o->seed;
    to->threads = o->threads;
    to->by_marker = o->out != NULL;
    to->command_line = o->command_line;
    if (o->umi_least)
        to->umi_least = o->umi_least;
    if (o->base_quality >= 0)
        to->base_quality = o->base_quality;
    if (o->mapping_quality >= 0)
        to->mapping_quality = o->mapping_quality;
    if (o->error > 0)
        to->error = o->error;
    if (o->no_hopping)
        to->hopping = 0;
    if (o->level > 0)
        to->level = o->level;
}

static int print(const mtl_mix *r, const struct options *o)
{
    char *text = o->json  ? mtl_mix_json(r)
                 : o->tsv ? mtl_mix_tsv(r)
                          : mtl_mix_text(r, terminal_width());
    return print_answer(text, o);
}

/* Names that the command line gave, and values out of range, are wrong usage. */
static int report(const mtl_error *err)
{
    static const char *const option[] = {"host", "donors", "sample"};
    for (size_t i = 0; i < sizeof option / sizeof option[0]; i++) {
        char name[32];
        if (err->file[0] || strcmp(err->field, option[i]) != 0)
            continue;
        snprintf(name, sizeof name, "--%s", option[i]);
        return report_option(name, err);
    }
    return report_error(err);
}

static int write_files(const mtl_mix *r, const char *dir)
{
    mtl_error err = {0};
    const size_t n = strlen(dir) + sizeof "/report.html";
    char *path = malloc(n);
    if (!path)
        err.code = MTL_ERR_MEMORY;
    else
        snprintf(path, n, "%s/report.html", dir);
    const int ret =
        path && mtl_mix_write(r, dir, &err) == MTL_OK && mtl_mix_report(r, path, &err) == MTL_OK
            ? 0
            : report_error(&err);
    free(path);
    return ret;
}

int cmd_mix(const struct options *o, const struct verb *v)
{
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_mix *r = NULL;
    mtl_mix_opts opts;
    mtl_error err = {0};
    int ret = session_needs_family(o, v);
    if (ret == 0)
        ret = session_model(&m, o);
    if (ret == 0)
        ret = session_family(&s, o, m);
    if (ret == 0) {
        set_opts(&opts, o);
        if (mtl_mix_run(&r, s, o->operand, o->n_operands, &opts, &err) < 0)
            ret = report(&err);
    }
    if (ret == 0 && o->out)
        ret = write_files(r, o->out);
    if (ret == 0)
        ret = print(r, o);
    mtl_mix_free(r);
    mtl_scenario_free(s);
    mtl_model_free(m);
    return ret;
}
