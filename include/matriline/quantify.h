/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_QUANTIFY_H
#define MATRILINE_QUANTIFY_H
/**
 * From the wells of quantitative or digital PCR plates to who is in whom, how much and how sure:
 * genome equivalents per million with an interval, the limits of blank and of detection of that
 * very sample, and what a referee would want to be told. The model is in docs/measuring.md, the
 * files in docs/formats.md.
 */
#include <stdint.h>

#include "matriline/error.h"
#include "matriline/model.h"
#include "matriline/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_quantify_opts {
    const char *format; /**< quantstudio, generic, quantasoft, rdml; NULL: found from the content */
    const char *run;    /**< of an RDML file with several; NULL = the only one */
    const char *standard_unit; /**< "K=1000": gEq in the unit of standards' names; NULL = none */
    const char *layout;        /**< table of wells; NULL = as the plate says */
    const char *samples;       /**< table of samples; NULL = by their names */
    const char *targets;       /**< table of targets; NULL = known names */
    const char *blanks;        /**< table of blanks of earlier plates; NULL = none */
    const char *typing;        /**< HLA typings of the family; NULL = none */
    const char *hla;       /**< HLA haplotype frequencies; NULL: hla.tsv of the model, if there */
    const char *genotypes; /**< genotypes at two-allele markers; NULL = none */
    const char *panel;     /**< table of markers; NULL: markers.tsv of the model, if there */
    const char *subjects;  /**< table of subjects to compare in two groups; NULL = none */
    const char *group;     /**< its column that holds the group */
    double level;          /**< of intervals; default 0.95 */
    double alarm, power;   /**< of the limits of blank and detection; default 0.05, 0.95 */
    double background;     /**< false hits per well where there is no blank at all; 0: a default */
    double whole;          /**< share of the extracted DNA in the tested wells; NaN: not known */
    int bayes;             /**< a posterior instead of the likelihood */
    int threads;           /**< default 1; 0 = all processors */
} mtl_quantify_opts;
MTL_API void mtl_quantify_opts_init(mtl_quantify_opts *o);

typedef struct mtl_quantify mtl_quantify;
/** Reads `n` plates and quantifies each with its own curves; the blanks of the others count as
 * history. `s` may be NULL; else its people are the only ones. The result borrows s and m. */
MTL_API int mtl_quantify_run(mtl_quantify **out, const char *const *plate, int n,
                             const mtl_scenario *s, mtl_model *m, const mtl_quantify_opts *o,
                             mtl_error *err);
MTL_API void mtl_quantify_free(mtl_quantify *q);

enum mtl_finding {
    MTL_NOT_SEEN,        /**< no hit: an upper bound only */
    MTL_NOT_ABOVE_BLANK, /**< no more hits than blanks explain */
    MTL_FOUND_BELOW_LOD, /**< above the blanks, at a level that would often be missed */
    MTL_FOUND
};
/** "not seen", "not above blank", "found, below the LoD", "found". */
MTL_API const char *mtl_finding_name(enum mtl_finding f);

/** One donor, or donors that nothing on the plate tells apart, in one sample. Strings are borrowed;
 * numbers are NaN where not known. */
typedef struct mtl_quantify_row {
    const char *plate, *sample;
    const char *host, *organ; /**< "" = not said */
    double day;               /**< days since 1970-01-01 */
    const char *donor;        /**< "tom", "tom or lost1" */
    const char *targets;      /**< comma separated */
    int64_t wells, hits;      /**< of digital PCR partitions */
    double expected_blank_hits;
    double genomes, genomes_low, genomes_high; /**< gEq tested */
    double per_1e6, low, high; /**< gEq per million; per_1e6 NaN: nothing above the background */
    double per_well, per_well_low, per_well_high; /**< gEq of the donor in a well */
    double lob_hits, lob, lod; /**< hits that blanks explain; limits in gEq per million */
    double p_blank;            /**< P(so many hits or more | blank) */
    const char *method;        /**< "profile", "exact", "counting", "posterior" */
    enum mtl_finding finding;
    const char *flags; /**< words parted by commas; "" = nothing to say */
} mtl_quantify_row;
MTL_API int mtl_quantify_n_rows(const mtl_quantify *q);
MTL_API int mtl_quantify_row_at(const mtl_quantify *q, int i, mtl_quantify_row *out);

/** A standard curve. */
typedef struct mtl_quantify_curve {
    const char *plate, *target;
    int wells, levels;
    double slope, intercept, sd; /**< Ct per log10 copies; Ct of one copy; of one well */
    double efficiency, efficiency_low, efficiency_high, r2;
    double quantity_low, quantity_high; /**< gEq per well */
    const char *flags;
} mtl_quantify_curve;
MTL_API int mtl_quantify_n_curves(const mtl_quantify *q);
MTL_API int mtl_quantify_curve_at(const mtl_quantify *q, int i, mtl_quantify_curve *out);

/** What was passed over or assumed, one per line. Borrowed. */
MTL_API const char *mtl_quantify_remarks(const mtl_quantify *q);

/** Tables; free() the text. NULL if out of memory. */
MTL_API char *mtl_quantify_text(const mtl_quantify *q, int width);
MTL_API char *mtl_quantify_tsv(const mtl_quantify *q);
MTL_API char *mtl_quantify_json(const mtl_quantify *q);
/** levels.tsv, curves.tsv, wells.tsv and quantify.json into a folder: all or none. */
MTL_API int mtl_quantify_write(const mtl_quantify *q, const char *folder, mtl_error *err);
/** The same as one HTML page; `command_line` is what it says made it, NULL = not told. */
MTL_API int mtl_quantify_report(const mtl_quantify *q, const char *command_line, const char *path,
                                mtl_error *err);

#ifdef __cplusplus
}
#endif
#endif
