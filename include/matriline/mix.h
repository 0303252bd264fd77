/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_MIX_H
#define MATRILINE_MIX_H
/**
 * From reads or allele counts to who is in whom: the fraction of every donor of a family in each
 * sample, with interval, chance of seeing as much from nothing, limit of detection, and what cannot
 * be told from what. Counts come from tables, from VCF or BCF with AD, or from BAM, CRAM or SAM at
 * the sites of a panel.
 */
#include <stdint.h>

#include "matriline/error.h"
#include "matriline/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_mix_opts {
    const char *panel;     /**< VCF, BED (with .mu) or table of sites; NULL: those of the genotypes,
                                else of the first table or VCF of counts */
    const char *genotypes; /**< VCF, BCF, .ped with its .map, or table .tsv; NULL = none */
    const char *staff;     /**< genotypes of further people who may be in a tube; NULL = none */
    const char *references; /**< comma separated files of counts or reads of one person each, named
                               as in the family, or given as NAME=FILE: they type who is not
                               typed, and teach error and
                               bias of every site; NULL = none */
    const char
        *samples;       /**< table: sample, person, use (mixture, pure, other), date; NULL = none */
    const char *sample; /**< fit only this one; NULL = all */
    const char *host;   /**< whose body the samples are from, where neither the table nor the name
                             of a sample says so */
    const char *donors; /**< comma separated; NULL: everybody who can have cells there */
    const char *reference; /**< FASTA: for CRAM, and to check REF of the panel; NULL = none */
    const char *umi;       /**< tag of a molecular barcode (RX); NULL = none */
    int umi_least;         /**< reads asked for of a molecule; default 1 */
    int umi_exact; /**< 1: barcodes are as read; default 0: one that differs in one base from
                      another of the same place with at least 2 n - 1 of its n reads is that one
                      misread */
    int base_quality, mapping_quality; /**< least; default 20, 20 */
    int stranger;                      /**< 1: an unrelated person competes */
    double error;                      /**< of one base; NaN (default): fitted */
    double hopping; /**< share of reads from the other samples; NaN (default): fitted where there
                       are others; 0: none */
    int thin_bp;    /**< no two sites nearer; default 0: all */
    int joint; /**< 1: the samples of one body are fitted together: one error and overdispersion for
                    all, no hopping between them */
    int no_phase;      /**< 1: the phase of genotypes is not used, sites are taken one by one */
    const char *wells; /**< table of qPCR wells of the same samples (docs/formats.md), fitted
                          with their reads; needs `joint`; NULL = none */
    int bootstrap;     /**< simulated samples for each p; default 0: asymptotic */
    double level;      /**< of intervals; default 0.95 */
    uint64_t seed;     /**< default 1 */
    int by_marker;     /**< 1: who explains each marker is kept, for the page; default 0 */
    int threads;       /**< 0 (default): all processors; results do not depend on it */
    const char *command_line; /**< for provenance; NULL = not told */
} mtl_mix_opts;
MTL_API void mtl_mix_opts_init(mtl_mix_opts *o);

typedef struct mtl_mix mtl_mix;
/** The result borrows the scenario and the strings of the options. */
MTL_API int mtl_mix_run(mtl_mix **out, const mtl_scenario *s, const char *const *file, int n_files,
                        const mtl_mix_opts *o, mtl_error *err);
MTL_API void mtl_mix_free(mtl_mix *m);

/** One sample that was fitted; strings are borrowed. */
typedef struct mtl_mix_sample_row {
    const char *sample, *file, *host;
    int sites;         /**< used */
    double mean_depth; /**< of REF and ALT there */
    double error, overdispersion, hopping;
    double loglik, loglik_null; /**< null: host alone */
    int meioses;                /**< of phased parents, followed along chromosomes; 0: none */
    int64_t reads;              /**< looked at; 0: counts were given */
    const char *flags;          /**< in words, "; " between; "" = none */
} mtl_mix_sample_row;
MTL_API int mtl_mix_n_samples(const mtl_mix *m);
MTL_API int mtl_mix_sample(const mtl_mix *m, int i, mtl_mix_sample_row *out);

/** One donor in one sample. Fractions are of genomes. */
typedef struct mtl_mix_row {
    const char *sample, *host;
    const char *donor;    /**< name, "a stranger" or "other samples" */
    const char *relation; /**< to the host; "staff", "" */
    const char *typed;    /**< "typed", "from reads", "not typed", "" */
    double fraction, low, high;
    double p;                  /**< chance of such a likelihood ratio if the fraction is 0 */
    double standard_error;     /**< NaN: not known */
    double lod;                /**< found with 95% power at 5% alarm; NaN: none */
    double sites;              /**< effective number that tell this donor from the rest */
    const char *not_told_from; /**< another donor, "" = none */
    const char *flags;         /**< in words, "; " between; "" = none */
} mtl_mix_row;
MTL_API int mtl_mix_n_rows(const mtl_mix *m);
MTL_API int mtl_mix_row_get(const mtl_mix *m, int i, mtl_mix_row *out);

/** Tables; free() the text. NULL if out of memory. */
MTL_API char *mtl_mix_text(const mtl_mix *m, int width);
MTL_API char *mtl_mix_tsv(const mtl_mix *m);
MTL_API char *mtl_mix_json(const mtl_mix *m);
/** The counts that were used, as a table that mtl_mix_run reads again. */
MTL_API char *mtl_mix_counts(const mtl_mix *m);
/** Writes mix.tsv, mix.json and counts.tsv into a folder: all, or none. */
MTL_API int mtl_mix_write(const mtl_mix *m, const char *dir, mtl_error *err);
/** The same as one HTML page; what each marker shows stands in it where by_marker asked for it. */
MTL_API int mtl_mix_report(const mtl_mix *m, const char *path, mtl_error *err);

#ifdef __cplusplus
}
#endif
#endif
