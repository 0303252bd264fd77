/* SPDX-License-Identifier: MIT */
#ifndef MATRILINE_RUN_H
#define MATRILINE_RUN_H
/**
 * Carrying out a scenario: replicates of every body, samples taken, assays read.
 */
#include <stdint.h>

#include "matriline/error.h"
#include "matriline/model.h"
#include "matriline/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mtl_solver { MTL_SOLVER_AUTO, MTL_SOLVER_EXACT, MTL_SOLVER_LEAP, MTL_SOLVER_ANALYTIC };

typedef struct mtl_run_opts {
    int replicates;        /**< >= 1; default 200 */
    int first_replicate;   /**< number of the first one; replicate 7 alone = 7 with replicates 1 */
    enum mtl_solver solver;
    uint64_t seed;         /**< default 1 */
    int threads;           /**< default 1; 0 = all processors */
    double step_days;      /**< leap: largest step; 0 = chosen */
    int unknowns;          /**< 1 (default): a second set of replicates with parameters from their priors */
    const char *command_line; /**< for provenance; NULL = "" */
    /** Called between pieces of work from the calling thread or a worker, one at a time; done and
     *  total in replicates. Return nonzero to stop (MTL_ERR_INTERRUPTED). NULL allowed. */
    int (*progress)(void *ctx, int64_t done, int64_t total);
    void *progress_ctx;
    /** Nonzero: keep of each replicate, body, donor and date a hash of the cells that are there, so that
     *  mtl_compare_run can say until when two lives are the same; default 0. */
    int fingerprints;
    /** Further dates to look at, days since 1970-01-01; those outside the run are passed over. Steps of
     *  leap end at dates, so two runs are alike only where they look at the same ones. */
    const double *dates;
    int n_dates;
    /** Nonzero: tell of each injury what it brought (expected numbers, by equations of their own, which take
     *  up to a second); default 0. */
    int brought;
} mtl_run_opts;
MTL_API void mtl_run_opts_init(mtl_run_opts *o);

typedef struct mtl_result mtl_result;

/** Runs the scenario under the model. The result borrows both: free it first. */
MTL_API int mtl_run(mtl_result **out, const mtl_scenario *s, mtl_model *m, const mtl_run_opts *o,
                    mtl_error *err);
MTL_API void mtl_result_free(mtl_result *r);
/** About how many events the solver `exact` would follow in the run that o asks for, from a few lives
 *  by `leap`: births, deaths and moves of cells in all replicates, of both bands. Ten million take some
 *  seconds. */
MTL_API int mtl_run_forecast(double *events, const mtl_scenario *s, mtl_model *m, const mtl_run_opts *o,
                             mtl_error *err);

/** Results leave through a sink. Rows are valid during the call only. A nonzero return stops and is
 *  handed on by mtl_result_emit. Members may be NULL. */
typedef struct mtl_cell_row {
    const char *person, *donor, *organ, *kind;
    double t_days;         /**< days since 1970-01-01 */
    double mean;           /**< cells of that donor and kind in that organ (Cox kinds: expected number) */
    double q025, q250, q500, q750, q975; /**< over replicates; NaN with solver analytic */
    double p_present;      /**< share of replicates (analytic: probability) with at least one cell */
} mtl_cell_row;
typedef struct mtl_reading_row {
    const char *person, *organ, *assay, *donors; /**< donors: who could explain it, comma separated */
    double t_days;
    double genomes;        /**< genome equivalents tested (FISH: cells looked at) */
    int wells;             /**< or partitions, cells, reads expected at the informative sites: see unit */
    double p_positive;     /**< share of replicates (analytic: probability) with a positive sample */
    double mean_geq_per_1e6;
    int hits;              /**< of the replicate shown as the virtual reading; -1 with analytic */
    double geq_per_1e6, low, high; /**< that reading with its 95% interval; geq NaN if nothing was hit */
    double lod_geq_per_1e6;
    const char *method;    /**< "qpcr", "dpcr", "fish", "reads" */
    const char *unit;      /**< what hits and wells count: "wells", "partitions", "cells", "reads" */
} mtl_reading_row;
typedef struct mtl_sink {
    void *ctx;
    int (*cell)(void *ctx, const mtl_cell_row *row);
    int (*reading)(void *ctx, const mtl_reading_row *row);
} mtl_sink;
MTL_API int mtl_result_emit(const mtl_result *r, const mtl_sink *sink);

/** Writes cells.tsv, events.tsv, assays.tsv, manifest.json into the folder (made if missing), each under
 *  a temporary name and renamed when whole. */
MTL_API int mtl_result_write(const mtl_result *r, const char *dir, mtl_error *err);
/** The same as one JSON document; free() it. */
MTL_API char *mtl_result_json(const mtl_result *r);
/** Writes the report of n results of one scenario (n > 1: one switch at several values) to one HTML file. */
MTL_API int mtl_report_write(const mtl_result *const *r, int n, const char *path, mtl_error *err);
/** Writes the family page to one HTML file: the river of cells through the family, the pedigree, and who
 *  can have whose cells by which way. r may be NULL: then nothing is said about numbers. */
MTL_API int mtl_family_write(const mtl_scenario *s, const mtl_result *r, const char *path, mtl_error *err);
/** Pedigree, time line and the same list of ways as text, `width` columns wide; free() it. Nothing is
 *  simulated for it. NULL on failure. */
MTL_API char *mtl_family_text(const mtl_scenario *s, int width, mtl_error *err);
/** One sentence: the answer with its range and the hypothesis. Borrowed. */
MTL_API const char *mtl_result_headline(const mtl_result *r);
/** Those of mtl_scenario_remarks; of which date the answer is where that may surprise, and what comes
 *  too late for it: one line each, beginning with the place in the file, "" if there is nothing to say.
 *  The caller frees it; NULL = out of memory. */
MTL_API char *mtl_result_remarks(const mtl_result *r);
/** What happened to the bodies themselves (injuries, tolerance and response, outcomes) in lines of
 *  text, "" if nothing was followed. The caller frees it; NULL = out of memory. */
MTL_API char *mtl_result_hosts(const mtl_result *r);

/** Which unknown moves the answer most: the answer of a run with one unknown at the 5 % and at the 95 %
 *  point of its prior, all others as set; one unknown after the other, each that this scenario touches
 *  (tiers B to D with a prior; what an assay alone uses moves no cell and is left out).
 *  With solver analytic nothing is drawn; with another one each point is a run of o->replicates on the
 *  same random streams. */
#define MTL_MATTER_LOW 0.05
#define MTL_MATTER_HIGH 0.95
typedef struct mtl_matter mtl_matter;
typedef struct mtl_matter_row {
    int param;                       /**< of the model */
    double low, high;                /**< the unknown's values, in its unit */
    double chance_low, chance_high;  /**< P(at least one such cell) there */
    double level_low, level_high;    /**< expected genome equivalents per million cells there */
} mtl_matter_row;
/** Borrows scenario and model. Rows come with the widest spread of the chance first. */
MTL_API int mtl_matter_run(mtl_matter **out, const mtl_scenario *s, const mtl_model *m,
                           const mtl_run_opts *o, mtl_error *err);
MTL_API void mtl_matter_free(mtl_matter *x);
/** "P(a cell of the child is in the blood of ...)". Borrowed. */
MTL_API const char *mtl_matter_question(const mtl_matter *x);
/** The answer with everything as set. */
MTL_API void mtl_matter_base(const mtl_matter *x, double *chance, double *level);
MTL_API int mtl_matter_n(const mtl_matter *x);
MTL_API int mtl_matter_get(const mtl_matter *x, int i, mtl_matter_row *out);

#ifdef __cplusplus
}
#endif
#endif
