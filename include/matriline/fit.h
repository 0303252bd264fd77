/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_FIT_H
#define MATRILINE_FIT_H
/**
 * The fit: values of a few composite parameters (targets/fit.tsv lists them, with bounds and weak
 * priors) that the rows marked "fit" ask for, under the switches as they are set. Deterministic:
 * the solver without random numbers gives shares, means, medians and largest readings. Rows marked
 * "validate" never enter.
 */
#include <stdint.h>

#include "matriline/error.h"
#include "matriline/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mtl_fit_opts {
    int ranges; /**< 1 (default): also how far each value may move, and what is not determined */
    const char *only; /**< comma separated evidence ids; NULL = all rows marked fit */
    /** Called between pieces of work. Return nonzero to stop (MTL_ERR_INTERRUPTED). NULL allowed.
     */
    int (*progress)(void *ctx, int64_t done, int64_t total);
    void *progress_ctx;
} mtl_fit_opts;
MTL_API void mtl_fit_opts_init(mtl_fit_opts *o);

typedef struct mtl_fit mtl_fit;

/** Fits, starting from the model's values. The model is left as it is; it and dir may go. */
MTL_API int mtl_fit_run(mtl_fit **out, const char *dir, const mtl_model *m, const mtl_fit_opts *o,
                        mtl_error *err);
MTL_API void mtl_fit_free(mtl_fit *f);

/** One line of fit.tsv; strings borrowed. Values in `unit`. */
typedef struct mtl_fit_param_row {
    const char *name, *unit, *note;
    const char *role; /**< "fit", "scan" (held; range only) or "study" (a study's own factor) */
    const char *rows; /**< study factor: the rows that it multiplies; else "" */
    double start, value;
    double prior_median, prior_lnsd; /**< NaN: none but the bounds */
    double low,
        high; /**< where the log likelihood, all else fitted again, falls by 1.92; NaN: not asked */
    int low_open, high_open; /**< the bound of the table was reached before */
} mtl_fit_param_row;
MTL_API int mtl_fit_n_params(const mtl_fit *f);
MTL_API int mtl_fit_param(const mtl_fit *f, int i, mtl_fit_param_row *out);

/** One target row marked fit. */
typedef struct mtl_fit_target_row {
    const char *id, *label, *statistic, *unit;
    const char *left_out; /**< "" or why the row did not enter */
    double n;
    double published, predicted; /**< in `unit`; of an interval the published value is NaN */
    double low, high;            /**< published */
    double log_likelihood;       /**< NaN: left out */
} mtl_fit_target_row;
MTL_API int mtl_fit_n_rows(const mtl_fit *f);
MTL_API int mtl_fit_row(const mtl_fit *f, int i, mtl_fit_target_row *out);

/** A direction in which the data say little: second derivative of -log likelihood along it, in
 *  natural logarithms of the values, below 0.5. */
typedef struct mtl_fit_flat_row {
    double eigenvalue;
    const char *combination; /**< "+0.71 seed.share.child -0.70 ..." */
} mtl_fit_flat_row;
MTL_API int mtl_fit_n_flat(const mtl_fit *f);
MTL_API int mtl_fit_flat(const mtl_fit *f, int i, mtl_fit_flat_row *out);

typedef struct mtl_fit_total {
    double log_likelihood, log_prior;
    int n_entered, n_left_out, n_determined; /**< directions with eigenvalue of at least 0.5 */
    int iterations;
    int64_t trials;
} mtl_fit_total;
MTL_API void mtl_fit_totals(const mtl_fit *f, mtl_fit_total *out);
/** The switches it was made under. Borrowed. */
MTL_API const char *mtl_fit_hypothesis(const mtl_fit *f);

/** Gives a model the fitted values. */
MTL_API int mtl_fit_apply(const mtl_fit *f, mtl_model *m, mtl_error *err);
/** Writes the model's table of parameters with the fitted values in place of its own; lines of
 * other parameters stay as they are. A value that the fit moves by less than 2% is kept. */
MTL_API int mtl_fit_write_parameters(const mtl_fit *f, const char *path, mtl_error *err);

/** Tables of n fits side by side (n > 1: label[i] names fit i). free() the text; NULL if out of
 *  memory. */
MTL_API char *mtl_fit_text(const mtl_fit *const *f, const char *const *label, int n);
MTL_API char *mtl_fit_markdown(const mtl_fit *const *f, const char *const *label, int n);
MTL_API char *mtl_fit_tsv(const mtl_fit *const *f, const char *const *label, int n);

#ifdef __cplusplus
}
#endif
#endif
