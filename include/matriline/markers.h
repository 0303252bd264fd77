/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_MARKERS_H
#define MATRILINE_MARKERS_H
/**
 * Who can be told from whom: for each body of a family and each person whose cells can have come
 * into it, the laboratory markers that tell them apart (Y chromosome, karyotype, HLA, two-allele
 * markers), the smallest fraction an assay would find, and the smallest panel that tells all apart.
 * Genotypes are given, half given, or drawn from their law given what is known of relatives.
 */
#include <stdint.h>

#include "matriline/error.h"
#include "matriline/model.h"
#include "matriline/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_markers_opts {
    const char
        *genotypes;    /**< VCF, VCF.gz, BCF, .ped (with its .map) or a table .tsv; NULL = none */
    const char *panel; /**< table of markers; NULL: markers.tsv of the model's folder, if there */
    const char *hla; /**< table of haplotype frequencies; NULL: hla.tsv of that folder, if there */
    const char *typing;      /**< table of HLA typings; NULL = none */
    const char *host;        /**< only this body; NULL = all */
    uint64_t seed;           /**< default 1 */
    int draws;               /**< of what is not known; default 100, at most 10000 */
    int wells;               /**< 0: the model's */
    double genomes_per_well; /**< 0: the model's */
    double fraction;         /**< to be found; default 1e-6 */
    double power;            /**< with this probability; default 0.95 */
    double alarm;            /**< while blanks are positive with at most this; default 0.05 */
} mtl_markers_opts;
MTL_API void mtl_markers_opts_init(mtl_markers_opts *o);

/** A pedigree alone, from a PLINK .fam or .ped: no dates, so every pregnancy may have come before
 * any other. For mtl_markers_run only; free with mtl_scenario_free. */
MTL_API int mtl_pedigree_load(mtl_scenario **out, const char *path, const mtl_model *model,
                              mtl_error *err);

typedef struct mtl_markers mtl_markers;
/** The result borrows the scenario. */
MTL_API int mtl_markers_run(mtl_markers **out, const mtl_scenario *s, mtl_model *m,
                            const mtl_markers_opts *o, mtl_error *err);
MTL_API void mtl_markers_free(mtl_markers *r);

/** One donor in one body; strings are borrowed. Probabilities and means are over draws of what is
 * not known: 0 or 1 and whole numbers where all is. */
typedef struct mtl_marker_row {
    const char *host, *donor, *relation;
    const char *way;     /**< "pregnancy; milk", "pregnancy, by way of anna", "graft" ... */
    double y;            /**< P(a Y tells the donor from the host) */
    double karyotype;    /**< the same of a karyotype, seen by counting cells */
    double hla, markers; /**< mean numbers of HLA alleles (NaN: not known of both) and marker
                            alleles that the host lacks */
    double seen;         /**< P(at least one of all these) */
    double own;          /**< P(one that no other donor of this host carries) */
    double apart;        /**< P(told from every other donor of this host) */
    /** Smallest fraction of genomes found, with the power asked for, by the best single probe of
     * the donor's own, and by the best of all it carries; median of draws; NaN: none. */
    double least_own, least_any;
    /** Wells that find the fraction asked for by the best probe of the donor's own (of any, if it
     * has none); 0: not within the most wells. */
    int wells;
    const char *never_from;  /**< other donors that are never told from this one, comma separated */
    const char *hla_alleles; /**< those known to be informative, comma separated */
} mtl_marker_row;
MTL_API int mtl_markers_n_rows(const mtl_markers *r);
MTL_API int mtl_markers_row(const mtl_markers *r, int i, mtl_marker_row *out);

/** Tables; free() the text. NULL if out of memory. */
MTL_API char *mtl_markers_text(const mtl_markers *r, int width);
MTL_API char *mtl_markers_tsv(const mtl_markers *r);
MTL_API char *mtl_markers_json(const mtl_markers *r);
/** Writes the pedigree as PLINK .fam and the genotypes (those known, else those of the first draw)
 * as VCF; either path may be NULL. */
MTL_API int mtl_markers_write(const mtl_markers *r, const char *fam, const char *vcf,
                              mtl_error *err);

/** Design of experiments: what each assay of the model must look at to find a fraction of genomes.
 */
typedef struct mtl_design_opts {
    double fraction; /**< to be found; default 1e-6; of genomes that carry one target allele */
    double power;    /**< with this probability; default 0.95 */
    double alarm;    /**< while blanks are positive with at most this; default 0.05 */
} mtl_design_opts;
MTL_API void mtl_design_opts_init(mtl_design_opts *o);
/** One assay; strings are borrowed. Numbers are NaN where no amount that is looked at is enough. */
typedef struct mtl_design_row {
    const char *assay, *label, *method;
    int enough;        /**< 0: not even the most that is looked at */
    double wells;      /**< qPCR, digital PCR; else NaN */
    double partitions; /**< digital PCR, in all wells */
    double cells;      /**< FISH, in all sections */
    double sections;
    double sites;          /**< reads: of the panel */
    double informative;    /**< reads: of these, for a mother and her child */
    double depth;          /**< reads: mean of a site, with so many sites */
    double sites_at_depth; /**< reads: sites of a panel that do at the model's own depth,
                              model_depth */
    double model_depth;
    double genomes;      /**< genome equivalents of DNA; NaN for FISH */
    double threshold;    /**< positive wells, partitions, cells or reads asked for */
    double power, alarm; /**< reached */
} mtl_design_row;
typedef struct mtl_design mtl_design;
/** The result borrows the model. */
MTL_API int mtl_design_run(mtl_design **out, const mtl_model *m, const mtl_design_opts *o,
                           mtl_error *err);
MTL_API void mtl_design_free(mtl_design *d);
MTL_API int mtl_design_n_rows(const mtl_design *d);
MTL_API int mtl_design_row_at(const mtl_design *d, int i, mtl_design_row *out);
/** Tables; free() the text. NULL if out of memory. */
MTL_API char *mtl_design_text(const mtl_design *d);
MTL_API char *mtl_design_tsv(const mtl_design *d);
MTL_API char *mtl_design_json(const mtl_design *d);

#ifdef __cplusplus
}
#endif
#endif
