/* SPDX-License-Identifier: MIT */
/* matriline markers: which laboratory markers tell whose cells from whose, in each body of a
 * family. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "verbs.h"

#define AT(field) offsetof(struct options, field)
const struct opt markers_opts[] = {
    {"family", 'f', OPT_TEXT, "FILE", AT(family), 0, 0, NULL,
     "the family: a scenario (.yaml), or a pedigree without dates (.fam, .ped)"},
    {"genotypes", 'g', OPT_TEXT, "FILE", AT(genotypes), 0, 0, NULL,
     "genotypes: VCF, BCF, .ped with its .map, or a table (.tsv) of the panel's markers"},
    {"panel", 0, OPT_TEXT, "TSV", AT(panel), 0, 0, NULL,
     "markers and their frequencies (default: markers.tsv of the model)"},
    {"hla", 0, OPT_TEXT, "TSV", AT(hla), 0, 0, NULL,
     "frequencies of HLA haplotypes (default: hla.tsv of the model, if there)"},
    {"typing", 0, OPT_TEXT, "TSV", AT(typing), 0, 0, NULL, "HLA typings of people"},
    {"host", 0, OPT_TEXT, "NAME", AT(host), 0, 0, NULL, "only this body"},
    {"draws", 0, OPT_COUNT, "N", AT(draws), 1, 10000, NULL,
     "draws of what is not known (default 100)"},
    {"wells", 0, OPT_COUNT, "N", AT(wells), 1, 1000, NULL,
     "wells of an assay (default: the model's)"},
    {"genomes-per-well", 0, OPT_POSITIVE, "X", AT(genomes_per_well), 0, 0, NULL,
     "genome equivalents in a well (default: the model's)"},
    {"fraction", 0, OPT_POSITIVE, "X", AT(fraction), 0, 0, NULL,
     "fraction of genomes to be found (default 1e-6)"},
    {"power", 0, OPT_POSITIVE, "P", AT(power), 0, 0, NULL, "with this probability (default 0.95)"},
    {"alarm", 0, OPT_POSITIVE, "P", AT(alarm), 0, 0, NULL,
     "while blanks are positive with at most this (default 0.05)"},
    {"design", 0, OPT_FLAG, NULL, AT(design), 0, 0, NULL,
     "what each assay of the model must look at to find the fraction: wells, partitions, cells, "
     "depth, "
     "DNA; needs no family"},
    {"fam", 0, OPT_TEXT, "FILE", AT(fam_out), 0, 0, NULL, "write the pedigree as PLINK .fam"},
    {"vcf", 0, OPT_TEXT, "FILE", AT(vcf_out), 0, 0, NULL,
     "write the genotypes, read or of the first draw, as VCF"},
    {"tsv", 0, OPT_FLAG, NULL, AT(tsv), 0, 0, NULL, "one line per body and donor, tab separated"},
    {"json", 0, OPT_FLAG, NULL, AT(json), 0, 0, NULL, "everything as one JSON document"},
    OPT_ROW_SEED,
    OPT_ROW_SET,
    OPT_ROW_MODEL,
    OPT_ROW_HELP,
    OPT_ROW_END,
};

static void set_opts(mtl_markers_opts *to, const struct options *o)
{
    mtl_markers_opts_init(to);
    to->genotypes = session_genotypes(o);
    to->panel = o->panel;
    to->hla = o->hla;
    to->typing = o->typing;
    to->host = o->host;
    to->seed = o->seed;
    to->wells = o->wells;
    to->genomes_per_well = o->genomes_per_well;
    if (o->draws)
        to->draws = o->draws;
    if (o->fraction > 0)
        to->fraction = o->fraction;
    if (o->power > 0)
        to->power = o->power;
    if (o->alarm > 0)
        to->alarm = o->alarm;
}

static int print(const mtl_markers *r, const struct options *o)
{
    char *text = o->json  ? mtl_markers_json(r)
                 : o->tsv ? mtl_markers_tsv(r)
                          : mtl_markers_text(r, terminal_width());
    return print_answer(text, o);
}

static int design(const struct options *o)
{
    mtl_model *m = NULL;
    mtl_design *d = NULL;
    mtl_design_opts opts;
    mtl_error err = {0};
    mtl_design_opts_init(&opts);
    opts.fraction = o->fraction > 0 ? o->fraction : opts.fraction;
    opts.power = o->power > 0 ? o->power : opts.power;
    opts.alarm = o->alarm > 0 ? o->alarm : opts.alarm;
    int ret = session_model(&m, o);
    if (ret == 0 && mtl_design_run(&d, m, &opts, &err) < 0)
        ret = report_error(&err);
    if (ret == 0) {
        char *text = o->json ? mtl_design_json(d) : o->tsv ? mtl_design_tsv(d) : mtl_design_text(d);
        err.code = MTL_ERR_MEMORY;
        if (text)
            printf("%s%s", text, o->json ? "\n" : "");
        else
            ret = report_error(&err);
        free(text);
    }
    mtl_design_free(d);
    mtl_model_free(m);
    return ret;
}

int cmd_markers(const struct options *o, const struct verb *v)
{
    if (o->design)
        return design(o);
    mtl_model *m = NULL;
    mtl_scenario *s = NULL;
    mtl_markers *r = NULL;
    mtl_markers_opts opts;
    mtl_error err = {0};
    int ret = session_needs_family(o, v);
    if (ret == 0)
        ret = session_model(&m, o);
    if (ret == 0)
        ret = session_family(&s, o, m);
    if (ret == 0) {
        set_opts(&opts, o);
        if (mtl_markers_run(&r, s, m, &opts, &err) < 0)
            ret =
                strcmp(err.field, "host") == 0 ? report_option("--host", &err) : report_error(&err);
    }
    if (ret == 0 && mtl_markers_write(r, o->fam_out, o->vcf_out, &err) < 0)
        ret = report_error(&err);
    if (ret == 0)
        ret = print(r, o);
    mtl_markers_free(r);
    mtl_scenario_free(s);
    mtl_model_free(m);
    return ret;
}
