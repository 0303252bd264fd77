/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_TARGETS_H
#define MATRILINE_TARGETS_H
/**
 * Targets: the published numbers that the model is held against, one small file each, beside what
 * the model gives under its values and switches as they are now. Rows that were used to choose a
 * default
 * ("fit") are kept apart from rows that only test ("validate"). Every row of the evidence table is
 * either a target or counted as unspoken, with the reason.
 */
#include <stdint.h>

#include "matriline/error.h"
#include "matriline/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_targets_opts {
    uint64_t seed;    /**< default 1 */
    int replicates;   /**< families simulated per population member; default 1000 */
    int threads;      /**< default 1; 0 = all processors */
    const char *only; /**< comma separated evidence ids; NULL = all */
    /** As in mtl_run_opts; done and total in runs of a family. */
    int (*progress)(void *ctx, int64_t done, int64_t total);
    void *progress_ctx;
} mtl_targets_opts;
MTL_API void mtl_targets_opts_init(mtl_targets_opts *o);

typedef struct mtl_targets_result mtl_targets_result;

/** Reads the folder (evidence.tsv, unspoken.tsv, one YAML file per target, families/) and evaluates
 * every target under the model as it is now. The result holds copies: dir and m may go. To compare
 *  the values of a switch, call once per value on a mtl_model_copy and hand all results to the
 * writers. */
MTL_API int mtl_targets_run(mtl_targets_result **out, const char *dir, mtl_model *m,
                            const mtl_targets_opts *o, mtl_error *err);
MTL_API void mtl_targets_free(mtl_targets_result *r);

enum mtl_verdict {
    MTL_VERDICT_MET,    /**< within 1.96 standard errors, or inside the interval or bound */
    MTL_VERDICT_FAILS,  /**< model outside */
    MTL_VERDICT_NOT_RUN /**< the model refused the family: see `problem` */
};

/** One target; strings borrowed from the result. */
typedef struct mtl_target_row {
    const char *id;    /**< of the evidence table */
    const char *group; /**< "pregnancy", "decades later", ... */
    const char *label; /**< a few words for tables */
    const char *what;  /**< quantity, as published */
    const char *unit;
    const char *statistic; /**< what was taken from the model: "positive", "mean", ... */
    const char *compare;   /**< "proportion", "value", "interval", "upper bound", ... */
    const char *scale;     /**< study-scale factor that was used, in words; "" if none */
    const char *citation, *doi;
    const char *note;
    const char *problem;     /**< NOT_RUN: why; else "" */
    int fitted;              /**< 1: used to choose defaults; 0: only tests */
    double n;                /**< people (NaN: not published) */
    double value, low, high; /**< published, in `unit`; NaN where not published */
    double model;            /**< in `unit` */
    double model_low,
        model_high; /**< central 90% of what a study of n people would read; NaN: none */
    double miss;    /**< (model - published) in standard errors; 0 inside an interval or bound */
    double score;   /**< log score: binomial, or normal on the log10 scale; NaN: not run */
    enum mtl_verdict verdict;
    /** As in the evidence table: "fit", "validate", "context" (people chosen by what they have) or
     * "do-not-fit". The last two are shown beside, and count among no tests. */
    const char *use;
} mtl_target_row;
MTL_API int mtl_targets_n_rows(const mtl_targets_result *r);
MTL_API int mtl_targets_row(const mtl_targets_result *r, int i, mtl_target_row *out);

/** A row of the evidence table that is not a target. */
typedef struct mtl_target_unspoken {
    const char *id, *what, *use;
    const char *reason; /**< "group: detail" or "group" */
} mtl_target_unspoken;
MTL_API int mtl_targets_n_unspoken(const mtl_targets_result *r);
MTL_API int mtl_targets_unspoken(const mtl_targets_result *r, int i, mtl_target_unspoken *out);

/** Totals. */
typedef struct mtl_targets_total {
    int n_evidence, n_unspoken;
    int n_fitted, n_fitted_met; /**< n_...: those that were run */
    int n_tests, n_tests_met;
    int n_not_run;
    double score_fitted, score_tests;
    int n_beside, n_beside_met; /**< rows of use "context" and "do-not-fit" */
} mtl_targets_total;
MTL_API void mtl_targets_totals(const mtl_targets_result *r, mtl_targets_total *out);
/** The switches and changed values the result was made under. Borrowed. */
MTL_API const char *mtl_targets_hypothesis(const mtl_targets_result *r);

/** Tables of n results of one folder side by side (n > 1: label[i] names result i, e.g. "slow").
 * `all` lists each unspoken row instead of counting them by reason. free() the text; NULL if out of
 * memory. */
MTL_API char *mtl_targets_text(const mtl_targets_result *const *r, const char *const *label, int n,
                               int width, int all);
MTL_API char *mtl_targets_tsv(const mtl_targets_result *const *r, const char *const *label, int n);
MTL_API char *mtl_targets_json(const mtl_targets_result *const *r, const char *const *label, int n);

/** Mass balance of persistence: how long a neutral lineage lives, how many engrafted seeds a
 * prevalence needs, what level a survivor reads, by the analytic solver beside the closed forms, at
 * the model's hsc.division and hsc.pool. free() the text. */
MTL_API int mtl_persistence_text(char **out, const mtl_model *m, mtl_error *err);

#ifdef __cplusplus
}
#endif
#endif
